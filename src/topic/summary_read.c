/*
 * summary_read.c
 *	  Making a summary by hand, and seeing what is in one.
 */
#include "base/result.h"

#include "math/proportions.h"
#include "miscadmin.h"
#include "topic/summary.h"
#include "value/io.h"
#include "value/summary_open.h"

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
	int64		missing;
	char	   *missing_by_column;
	int64		unassigned;
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
	AB_COLUMN(ArmRow, wilson.high, "wilson_high", NUMBER),
	AB_COLUMN(ArmRow, missing, "missing", COUNT),
	AB_COLUMN(ArmRow, missing_by_column, "missing_by_column", JSON),
	AB_COLUMN(ArmRow, unassigned, "unassigned", COUNT)
};

static const AbRowType arm_type = AB_ROW_TYPE(columns);

/*
 * A summary of one variant of n rows, none if n is 0, whose moments are still
 * to be set.  ERROR 22023 if n is out of range.
 */
static AbSummary *
NewArmSummary(AbLabel label, int64 n)
{
	AbSummaryPart part = {.head = {
			.label = label,
			.n = n,
			.flags = AB_ARM_ALL_BINARY(1)
	}};

	if (n < 0 || n > AB_MAX_OBSERVATIONS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of observations must be between 0 and 2^53"),
				 errdetail("Got " INT64_FORMAT ".", n)));
	return AbBuildSummary(1, 0, &part, 1);
}

/*
 * ERROR 22004: that argument of a group with rows is NULL.
 */
pg_noreturn static void
NullArgument(const char *name, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("%s must not be NULL", name),
			 hint ? errhint("%s", hint) : 0));
}

/*
 * Are all arguments of the call NULL?  If not, ERROR 22004 unless it has a
 * variant and a number of rows: a group without either would be lost silently.
 */
static bool
AllNull(FunctionCallInfo fcinfo)
{
	bool		all = true;

	for (int i = 0; i < PG_NARGS(); i++)
		all = all && PG_ARGISNULL(i);
	if (all)
		return true;
	if (PG_ARGISNULL(0))
		NullArgument("variant", "Leave such rows out by WHERE variant IS NOT NULL, or name them.");
	if (PG_ARGISNULL(1))
		NullArgument("number of observations", "The number of rows of no group is 0.");
	return false;
}

/*
 * The summary of n rows with that mean and sample standard deviation.
 */
static AbSummary *
FromMean(AbLabel label, int64 n, double mean, double stddev)
{
	AbSummary  *summary = NewArmSummary(label, n);
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
				 errhint("Pass 0 or NULL.")));

	arm->flags = 0;
	AbDoubleAdd(&arm->moments[0], mean);
	AbDoubleAdd(&arm->moments[1], stddev * stddev * (n - 1));
	return summary;
}

/*
 * (variant, n, mean, stddev): a summary of one variant from published numbers,
 * n users with that mean and sample standard deviation (n - 1).  Of no rows
 * there is neither, and of one no deviation, as avg() and stddev_samp() have
 * it.
 */
static Datum
MakeSummary(FunctionCallInfo fcinfo, int64 n)
{
	AbLabel		label = AB_GETARG_LABEL(0);
	double		stddev = 0;

	if (n == 0)
		PG_RETURN_POINTER(NewArmSummary(label, 0));
	if (PG_ARGISNULL(2))
		NullArgument("mean", "avg() is NULL where every value is: count the rows that have one, count(outcome).");
	if (!PG_ARGISNULL(3))
		stddev = PG_GETARG_FLOAT8(3);
	else if (n != 1)
		NullArgument("standard deviation", "stddev_samp() is NULL below two values: count the rows that have one, count(outcome).");
	PG_RETURN_POINTER(FromMean(label, n, PG_GETARG_FLOAT8(2), stddev));
}

PG_FUNCTION_INFO_V1(ab_make_summary);
Datum
ab_make_summary(PG_FUNCTION_ARGS)
{
	if (AllNull(fcinfo))
		PG_RETURN_NULL();
	return MakeSummary(fcinfo, PG_GETARG_INT64(1));
}

/*
 * The same where n is a double, as a sum() that is numeric becomes.
 */
PG_FUNCTION_INFO_V1(ab_make_summary_float8);
Datum
ab_make_summary_float8(PG_FUNCTION_ARGS)
{
	if (AllNull(fcinfo))
		PG_RETURN_NULL();
	return MakeSummary(fcinfo, AbWholeNumber(PG_GETARG_FLOAT8(1),
											 "number of observations"));
}

/*
 * A summary of one variant from published counts: so many of n are 1, the
 * others 0.
 */
static AbSummary *
FromCounts(AbLabel label, int64 n, int64 successes)
{
	AbSummary  *summary = NewArmSummary(label, n);
	AbArm	   *arm = AbGetArm(summary, 0);
	double		ones = successes;
	double		zeros = n - successes;

	if (successes < 0 || successes > n)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of successes must be between 0 and the number of observations"),
				 errdetail("Got " INT64_FORMAT " of " INT64_FORMAT ".",
						   successes, n)));
	if (n == 0)
		return summary;
	arm->moments[0] = AbQuotient(ones, n);
	/* k (n - k) / n, with what the product was rounded by */
	arm->moments[1] = AbQuotient(ones * zeros, n);
	arm->moments[1].low += fma(ones, zeros, -(ones * zeros)) / n;
	arm->moments[1] = AbDoubleNormal(arm->moments[1]);
	return summary;
}

/*
 * Are there successes?  Of no rows they may be NULL, as sum() has it; ERROR
 * 22004 if those of a group with rows are.
 */
static bool
HasSuccesses(FunctionCallInfo fcinfo, bool has_rows)
{
	if (has_rows && PG_ARGISNULL(2))
		NullArgument("number of successes", "Where sum() or count() is of no rows: coalesce(successes, 0).");
	return !PG_ARGISNULL(2);
}

/*
 * (variant, n, successes)
 */
PG_FUNCTION_INFO_V1(ab_make_summary_counts);
Datum
ab_make_summary_counts(PG_FUNCTION_ARGS)
{
	int64		n;
	int64		successes = 0;

	if (AllNull(fcinfo))
		PG_RETURN_NULL();
	n = PG_GETARG_INT64(1);
	if (HasSuccesses(fcinfo, n != 0))
		successes = PG_GETARG_INT64(2);
	PG_RETURN_POINTER(FromCounts(AB_GETARG_LABEL(0), n, successes));
}

/*
 * The same where the counts are doubles.
 */
PG_FUNCTION_INFO_V1(ab_make_summary_counts_float8);
Datum
ab_make_summary_counts_float8(PG_FUNCTION_ARGS)
{
	int64		n;
	int64		successes = 0;

	if (AllNull(fcinfo))
		PG_RETURN_NULL();
	n = AbWholeNumber(PG_GETARG_FLOAT8(1), "number of observations");
	if (HasSuccesses(fcinfo, n != 0))
		successes = AbWholeNumber(PG_GETARG_FLOAT8(2), "number of successes");
	PG_RETURN_POINTER(FromCounts(AB_GETARG_LABEL(0), n, successes));
}

/*
 * (summary, i): the summary of its i-th column alone.  The rows are those that
 * the summary has, so whatever it left out is left out.
 */
PG_FUNCTION_INFO_V1(ab_column);
Datum
ab_column(PG_FUNCTION_ARGS)
{
	AbSummary  *summary = AB_GETARG_SUMMARY(0);
	int64		i = PG_GETARG_INT64(1);
	int			columns = summary->columns;
	int			column;
	AbSummaryPart *parts;

	if (i < 1 || i > columns)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the summary has no such column"),
				 errdetail("Got " INT64_FORMAT " of %d.", i, columns),
				 errhint("Columns are counted from 1.")));
	column = (int) i - 1;
	parts = (AbSummaryPart *) palloc0(Max(summary->arms, 1) *
									  sizeof(AbSummaryPart));
	for (int a = 0; a < (int) summary->arms; a++)
	{
		const AbArm *arm = AbGetArm(summary, a);
		AbSummaryPart *part = &parts[a];
		AbDouble	mean;
		AbDouble	squares;

		CHECK_FOR_INTERRUPTS();
		*part = AbPartOfArm(summary, arm);
		mean = part->moments[column];
		squares = part->moments[AbComomentIndex(columns, column, column)];
		part->moments[0] = mean;
		part->moments[1] = squares;
		part->head.flags &= ~AB_ARM_ALL_BINARY(columns);
		if (arm->flags & AB_ARM_BINARY(column))
			part->head.flags |= AB_ARM_BINARY(0);
		for (int j = 1; j < AbMissingCount(columns); j++)
			AbCountRows(&part->head.missing[0], part->head.missing[j]);
	}
	PG_RETURN_POINTER(AbBuildSummary(1, AbUnassigned(summary), parts,
									 summary->arms));
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
		row.n = AbArmRows(summary, arm);
		row.mean = AbArmMean(summary, arm, 0);
		row.stddev = sqrt(AbArmVariance(summary, arm, 0, 0));
		row.is_control = AbAnswerOf(arm->flags & AB_ARM_CONTROL);
		row.is_binary = AbAnswerOf(binary);
		row.nonfinite = AbArmNonfinite(summary, arm);
		row.means = MomentsJson(summary, arm, false);
		row.covariances = MomentsJson(summary, arm, true);
		row.wilson.low = row.wilson.high = NAN;
		if (binary && arm->n > 0 && AbArmKnown(arm))
			row.wilson = AbWilson(AbArmSuccesses(arm, 0), arm->n, NORMAL_975);
		row.missing = AbAllMissing(AbArmMissing(summary, arm),
								   AbMissingCount(summary->columns));
		row.missing_by_column = AbMissingJson(AbArmMissing(summary, arm),
											  AbMissingCount(summary->columns));
		row.unassigned = AbUnassigned(summary);
		AbPutRow(fcinfo, &arm_type, &row);
	}
	return (Datum) 0;
}
