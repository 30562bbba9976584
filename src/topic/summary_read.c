/*
 * summary_read.c
 *	  Making a summary by hand, and seeing what is in one.
 */
#include "base/result.h"

#include "math/proportions.h"
#include "value/io.h"
#include "value/summary.h"

/* half width of a 95% interval, in standard errors */
#define NORMAL_975			1.959963984540054

typedef struct ArmRow
{
	AbLabel		variant;
	int64		n;
	double		mean;
	double		stddev;
	AbAnswer	is_control;
	AbAnswer	is_binary;
	int64		nonfinite;
	char	   *means;
	char	   *covariances;
	AbInterval	wilson;
} ArmRow;

static const AbColumn columns[] = {
	AB_COLUMN(ArmRow, variant, "variant", LABEL),
	AB_COLUMN(ArmRow, n, "n", COUNT),
	AB_COLUMN(ArmRow, mean, "mean", NUMBER),
	AB_COLUMN(ArmRow, stddev, "stddev", NUMBER),
	AB_COLUMN(ArmRow, is_control, "is_control", ANSWER),
	AB_COLUMN(ArmRow, is_binary, "is_binary", ANSWER),
	AB_COLUMN(ArmRow, nonfinite, "nonfinite", COUNT),
	AB_COLUMN(ArmRow, means, "means", JSON),
	AB_COLUMN(ArmRow, covariances, "covariances", JSON),
	AB_COLUMN(ArmRow, wilson.low, "wilson_low", NUMBER),
	AB_COLUMN(ArmRow, wilson.high, "wilson_high", NUMBER)
};

static const AbRowType arm_type = AB_ROW_TYPE(columns);

/*
 * A summary of one variant of n rows, whose moments are still to be set.
 */
static AbSummary *
NewArmSummary(AbLabel label, int64 n)
{
	AbSummary  *summary;

	if (n < 1 || n > AB_MAX_OBSERVATIONS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of observations must be between 1 and 2^53"),
				 errdetail("Got " INT64_FORMAT ".", n)));
	summary = AbInsertArm(NULL, 1, label, 0);
	AbGetArm(summary, 0)->n = n;
	return summary;
}

/*
 * (variant, n, mean, stddev): a summary of one variant from published numbers,
 * n users with that mean and sample standard deviation (n - 1).
 */
PG_FUNCTION_INFO_V1(ab_make_summary);
Datum
ab_make_summary(PG_FUNCTION_ARGS)
{
	int64		n = PG_GETARG_INT64(1);
	double		mean = PG_GETARG_FLOAT8(2);
	double		stddev = PG_GETARG_FLOAT8(3);
	AbSummary  *summary = NewArmSummary(AB_GETARG_LABEL(0), n);
	AbArm	   *arm = AbGetArm(summary, 0);

	if (!isfinite(mean))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("mean must be finite"),
				 errdetail("Got %g.", mean)));
	if (!(stddev >= 0) || !isfinite(stddev))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("standard deviation must be finite and not negative"),
				 errdetail("Got %g.", stddev),
				 errhint("Pass the sample standard deviation, as stddev_samp() gives it.")));
	if (!isfinite(stddev * stddev * n))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("standard deviation is too large for double precision"),
				 errdetail("The sum of squares of " INT64_FORMAT " observations with %g overflows.",
						   n, stddev)));
	if (n == 1 && stddev != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("one observation has no standard deviation"),
				 errhint("Pass 0.")));

	arm->flags = 0;
	AbDoubleAdd(&arm->moments[0], mean);
	AbDoubleAdd(&arm->moments[1], stddev * stddev * (n - 1));
	PG_RETURN_POINTER(summary);
}

/*
 * (variant, n, successes): a summary of one variant from published counts, so
 * many of n are 1, the others 0.
 */
PG_FUNCTION_INFO_V1(ab_make_summary_counts);
Datum
ab_make_summary_counts(PG_FUNCTION_ARGS)
{
	int64		n = PG_GETARG_INT64(1);
	int64		successes = PG_GETARG_INT64(2);
	AbSummary  *summary = NewArmSummary(AB_GETARG_LABEL(0), n);
	AbArm	   *arm = AbGetArm(summary, 0);
	double		ones = successes;
	double		zeros = n - successes;

	if (successes < 0 || successes > n)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of successes must be between 0 and the number of observations"),
				 errdetail("Got " INT64_FORMAT " of " INT64_FORMAT ".",
						   successes, n)));
	arm->moments[0] = AbQuotient(ones, n);
	/* k (n - k) / n, with what the product was rounded by */
	arm->moments[1] = AbQuotient(ones * zeros, n);
	arm->moments[1].low += fma(ones, zeros, -(ones * zeros)) / n;
	arm->moments[1] = AbDoubleNormal(arm->moments[1]);
	PG_RETURN_POINTER(summary);
}

/*
 * One JSON array of the means, or one of arrays of the covariances, of an arm,
 * as a palloc'd text.  NULL where some moment is not known.
 */
static char *
MomentsJson(const AbSummary *summary, const AbArm *arm, bool covariances)
{
	int			columns = summary->columns;
	StringInfoData buf;

	if (arm->n < (covariances ? 2 : 1) || !AbArmKnown(arm))
		return NULL;
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '[');
	for (int i = 0; i < columns; i++)
	{
		appendStringInfoString(&buf, i > 0 ? ", " : "");
		if (!covariances)
			AbAppendDouble(&buf, AbArmMean(summary, arm, i));
		else
			for (int j = 0; j < columns; j++)
			{
				appendStringInfoString(&buf, j > 0 ? ", " : "[");
				AbAppendDouble(&buf, AbArmVariance(summary, arm, i, j));
				if (j == columns - 1)
					appendStringInfoChar(&buf, ']');
			}
	}
	appendStringInfoChar(&buf, ']');
	return buf.data;
}

/*
 * (summary): what it holds, a row an arm in the order of the labels.
 */
PG_FUNCTION_INFO_V1(ab_arms);
Datum
ab_arms(PG_FUNCTION_ARGS)
{
	AbSummary  *summary = AB_GETARG_SUMMARY(0);

	AbStartRows(fcinfo);
	for (int i = 0; i < (int) summary->arms; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);
		bool		binary = arm->flags & AB_ARM_BINARY(0);
		ArmRow		row;

		row.variant = AbArmLabel(summary, arm);
		row.n = AbArmRows(arm);
		row.mean = AbArmMean(summary, arm, 0);
		row.stddev = sqrt(AbArmVariance(summary, arm, 0, 0));
		row.is_control = AbAnswerOf(arm->flags & AB_ARM_CONTROL);
		row.is_binary = AbAnswerOf(binary);
		row.nonfinite = arm->nonfinite;
		row.means = MomentsJson(summary, arm, false);
		row.covariances = MomentsJson(summary, arm, true);
		row.wilson.low = row.wilson.high = NAN;
		if (binary && arm->n > 0 && AbArmKnown(arm))
			row.wilson = AbWilson(AbArmSuccesses(arm, 0), arm->n, NORMAL_975);
		AbPutRow(fcinfo, &arm_type, &row);
	}
	return (Datum) 0;
}
