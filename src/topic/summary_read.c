/*
 * summary_read.c
 *	  Making a summary by hand, and seeing what is in one.
 */
#include "base/comparison.h"

#include "funcapi.h"
#include "math/proportions.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"
#include "value/io.h"

/* half width of a 95% interval, in standard errors */
#define NORMAL_975			1.959963984540054

/* Attributes of the SQL type ab_arm, in its order. */
enum
{
	VARIANT, N, MEAN, STDDEV, IS_CONTROL, IS_BINARY, NONFINITE, MEANS,
	COVARIANCES, WILSON_LOW, WILSON_HIGH, ARM_ATTRIBUTES
};

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
 * One JSON array of the means, or one of arrays of the covariances, of an arm.
 * NULL where some moment is not known.
 */
static Datum
MomentsJsonb(const AbSummary *summary, const AbArm *arm, bool covariances,
			 bool *isnull)
{
	int			columns = summary->columns;
	StringInfoData buf;
	Datum		json = (Datum) 0;

	*isnull = arm->n < (covariances ? 2 : 1) || !AbArmKnown(arm);
	if (*isnull)
		return (Datum) 0;

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
	*isnull = !AbJsonbInput(buf.data, NULL, &json);
	return json;
}

/*
 * (summary): what it holds, a row an arm in the order of the labels.
 */
PG_FUNCTION_INFO_V1(ab_arms);
Datum
ab_arms(PG_FUNCTION_ARGS)
{
	AbSummary  *summary = AB_GETARG_SUMMARY(0);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum	   *values;
	bool	   *nulls;

	InitMaterializedSRF(fcinfo, 0);
	AbCheckAttributes(rsinfo->setDesc, ARM_ATTRIBUTES);
	values = (Datum *) palloc0(rsinfo->setDesc->natts * sizeof(Datum));
	nulls = (bool *) palloc(rsinfo->setDesc->natts * sizeof(bool));
	for (int i = 0; i < (int) summary->arms; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);
		bool		binary = arm->flags & AB_ARM_BINARY(0);
		AbInterval	wilson = {NAN, NAN};

		CHECK_FOR_INTERRUPTS();
		if (binary && arm->n > 0 && AbArmKnown(arm))
			wilson = AbWilson(AbArmSuccesses(arm, 0), arm->n, NORMAL_975);

		memset(nulls, true, rsinfo->setDesc->natts * sizeof(bool));
		AbSetText(values, nulls, VARIANT,
				  AbLabelToServer(AbArmLabel(summary, arm)));
		values[N] = Int64GetDatum(AbArmRows(arm));
		AbSetFloat(values, nulls, MEAN, AbArmMean(summary, arm, 0));
		AbSetFloat(values, nulls, STDDEV,
				   sqrt(AbArmVariance(summary, arm, 0, 0)));
		values[IS_CONTROL] = BoolGetDatum((arm->flags & AB_ARM_CONTROL) != 0);
		values[IS_BINARY] = BoolGetDatum(binary);
		values[NONFINITE] = Int64GetDatum(arm->nonfinite);
		values[MEANS] = MomentsJsonb(summary, arm, false, &nulls[MEANS]);
		values[COVARIANCES] = MomentsJsonb(summary, arm, true,
										   &nulls[COVARIANCES]);
		AbSetFloat(values, nulls, WILSON_LOW, wilson.low);
		AbSetFloat(values, nulls, WILSON_HIGH, wilson.high);
		nulls[N] = nulls[IS_CONTROL] = nulls[IS_BINARY] = nulls[NONFINITE] = false;
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
