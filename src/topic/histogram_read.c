/*
 * histogram_read.c
 *	  What is read from a histogram: its quantiles, its arms, and summaries of
 *	  its values as they are, capped or trimmed.
 *
 * The bins that AbHistogramBins() makes belong to the reader, which frees them
 * where it takes one arm after another.
 */
#include "base/arms.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "value/io.h"

typedef struct ArmRow
{
	AbLabel		variant;
	int64		n;
	double		mean;
	double		stddev;
	double		min;
	double		max;
	int64		distinct_values;
	AbAnswer	is_control;
	int64		nonfinite;
	int64		bits;
	AbAnswer	is_exact;
	int64		missing;
	char	   *missing_by_column;
	int64		unassigned;
} ArmRow;

static const AbColumn columns[] = {
	AB_COLUMN(ArmRow, variant, "variant", LABEL),
	AB_COLUMN(ArmRow, n, "n", COUNT),
	AB_COLUMN(ArmRow, mean, "mean", NUMBER),
	AB_COLUMN(ArmRow, stddev, "stddev", NUMBER),
	AB_COLUMN(ArmRow, min, "min", NUMBER),
	AB_COLUMN(ArmRow, max, "max", NUMBER),
	AB_COLUMN(ArmRow, distinct_values, "distinct_values", COUNT),
	AB_COLUMN(ArmRow, is_control, "is_control", ANSWER),
	AB_COLUMN(ArmRow, nonfinite, "nonfinite", COUNT),
	AB_COLUMN(ArmRow, bits, "significand_bits", COUNT),
	AB_COLUMN(ArmRow, is_exact, "is_exact", ANSWER),
	AB_COLUMN(ArmRow, missing, "missing", COUNT),
	AB_COLUMN(ArmRow, missing_by_column, "missing_by_column", JSON),
	AB_COLUMN(ArmRow, unassigned, "unassigned", COUNT)
};

static const AbRowType arm_type = AB_ROW_TYPE(columns);

static const AbRange quantile_range = {
	.low = 0, .high = 1, .fraction = true,
	.message = "quantile must be between 0 and 1",
	.hint = "Use 0.5 for the median, 0.95 for P95."
};

static const AbRange trim_range = {
	.low = 0, .high = 0.5, .high_open = true, .fraction = true,
	.message = "proportion to trim must be at least 0 and less than 0.5",
	.hint = "It is the share of the rows that is cut off at either end, such as 0.2."
};

/*
 * Add `more` rows of the same value to moments of n rows.
 */
static void
AddRows(AbDouble *moments, int64 n, int64 more, double value)
{
	AbDouble	rows[AB_MAX_MOMENTS] = {{value, 0}};

	if (n == 0)
		moments[0] = rows[0];
	else if (more > 0)
		AbMomentsMerge(moments, 1, n, more, rows);
}

/*
 * What an arm of a summary has of that of a histogram whatever the values are.
 * Its one count of rows left out is that of all reasons.
 */
static AbArmHead
SummaryHead(const AbHistogram *histogram, int i)
{
	AbArmHead	head = AbHistogramHead(histogram, i);

	for (int j = 1; j < AB_HISTOGRAM_MISSING; j++)
		AbCountRows(&head.missing[0], head.missing[j]);
	return head;
}

/*
 * Moments that exceed the range of double are none.
 */
static void
CheckOverflow(AbSummaryPart *part)
{
	if (!AbMomentsFinite(part->moments, 1))
		AbSetOverflow(&part->head.flags, part->moments, 1);
}

/*
 * The moments of values that are capped at low and high, as an arm of a
 * summary.
 */
static void
CappedMoments(const AbBins *bins, double low, double high, AbSummaryPart *part)
{
	int64		n = 0;
	bool		binary = true;

	for (int i = 0; i < bins->count; i++)
	{
		double		value = Min(Max(AbBinMiddle(bins, i), low), high);

		binary = binary && (value == 0 || value == 1);
		AddRows(part->moments, n, bins->bins[i].count, value);
		n += bins->bins[i].count;
	}
	if (binary)
		part->head.flags |= AB_ARM_BINARY(0);
	CheckOverflow(part);
}

/*
 * The summary of a histogram whose values are capped.
 */
static AbSummary *
CappedSummary(const AbHistogram *histogram, double low, double high)
{
	int			arms = histogram->arms;
	AbSummaryPart *parts = (AbSummaryPart *) palloc0(Max(arms, 1) *
													 sizeof(AbSummaryPart));

	for (int i = 0; i < arms; i++)
	{
		AbBins		bins = AbHistogramBins(histogram, i);

		CHECK_FOR_INTERRUPTS();
		parts[i].head = SummaryHead(histogram, i);
		CappedMoments(&bins, low, high, &parts[i]);
		pfree(bins.bins);
	}
	return AbBuildSummary(1, histogram->unassigned, parts, arms);
}

/*
 * (histogram): the summary of one column that the rows would have given,
 * exactly if the histogram is exact, else from the middles of the bins.
 */
PG_FUNCTION_INFO_V1(ab_summary_histogram);
Datum
ab_summary_histogram(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(CappedSummary(AB_GETARG_HISTOGRAM(0), -DBL_MAX, DBL_MAX));
}

/*
 * The bins of all arms as one, in palloc'd memory.
 */
static AbBins
PooledBins(const AbHistogram *histogram)
{
	AbBins		pooled = {NULL, 0, histogram->bits, 0, 0, 0};
	AbBin	   *scratch;
	int64		room = 0;

	for (int i = 0; i < (int) histogram->arms; i++)
		room += AbGetHistogramArm(histogram, i)->bins;
	if (room > AB_MAX_BINS)
		AbHistogramDamaged();
	pooled.bins = (AbBin *) palloc(Max(room, 1) * sizeof(AbBin));
	for (int i = 0; i < (int) histogram->arms; i++)
	{
		AbBins		bins = AbHistogramBins(histogram, i);

		CHECK_FOR_INTERRUPTS();
		if (bins.count > 0)
		{
			memcpy(pooled.bins + pooled.count, bins.bins,
				   bins.count * sizeof(AbBin));
			pooled.min = pooled.n > 0 ? Min(pooled.min, bins.min) : bins.min;
			pooled.max = pooled.n > 0 ? Max(pooled.max, bins.max) : bins.max;
			pooled.count += bins.count;
			pooled.n += bins.n;
		}
		pfree(bins.bins);
	}
	scratch = (AbBin *) palloc(Max(room, 1) * sizeof(AbBin));
	pooled.count = AbSortBins(pooled.bins, scratch, pooled.count);
	pfree(scratch);
	return pooled;
}

/*
 * (histogram, lower, upper): the summary of the values capped at those
 * quantiles of all arms together, Tukey and McLaughlin's Winsorizing with
 * limits that are the same for all.
 */
PG_FUNCTION_INFO_V1(ab_winsorize);
Datum
ab_winsorize(PG_FUNCTION_ARGS)
{
	AbHistogram *histogram = AB_GETARG_HISTOGRAM(0);
	double		lower = AbCheckRange(PG_GETARG_FLOAT8(1), &quantile_range);
	double		upper = AbCheckRange(PG_GETARG_FLOAT8(2), &quantile_range);
	AbBins		pooled;

	if (!(lower < upper))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the lower quantile must be below the upper one"),
				 errdetail("Got %g and %g.", lower, upper)));
	pooled = PooledBins(histogram);
	if (pooled.n == 0)
		PG_RETURN_POINTER(CappedSummary(histogram, -DBL_MAX, DBL_MAX));
	PG_RETURN_POINTER(CappedSummary(histogram,
									AbBinsQuantile(&pooled, lower),
									AbBinsQuantile(&pooled, upper)));
}

/*
 * What Yuen's test takes of an arm without the g lowest and the g highest of
 * its rows: their number, their mean, and the sum of squares of all rows with
 * those capped at the nearest ones that are left.
 */
static void
TrimmedMoments(const AbBins *bins, int64 g, AbSummaryPart *part)
{
	AbDouble	capped[AB_MAX_MOMENTS] = {{0, 0}};
	int64		before = 0;
	int64		inside = 0;
	int64		all = 0;

	for (int i = 0; i < bins->count; i++)
	{
		int64		through = before + bins->bins[i].count;
		int64		from = Max(before, g);
		int64		to = Min(through, bins->n - g);

		if (from < to)
		{
			double		value = AbBinMiddle(bins, i);

			/* the rows cut off stand where the first and the last one stand */
			int64		rows = to - from + (from == g ? g : 0) +
				(to == bins->n - g ? g : 0);

			AddRows(part->moments, inside, to - from, value);
			inside += to - from;
			AddRows(capped, all, rows, value);
			all += rows;
		}
		before = through;
	}
	part->head.n = inside;
	part->moments[1] = capped[1];
	CheckOverflow(part);
}

/*
 * (histogram, proportion): the summary whose t-test is Yuen's, without that
 * share of the rows of each arm at either end.
 *
 * K. K. Yuen, The Two-Sample Trimmed t for Unequal Population Variances,
 * Biometrika 61 (1974), 165-170.
 */
PG_FUNCTION_INFO_V1(ab_trim);
Datum
ab_trim(PG_FUNCTION_ARGS)
{
	AbHistogram *histogram = AB_GETARG_HISTOGRAM(0);
	double		trim = AbCheckRange(PG_GETARG_FLOAT8(1), &trim_range);
	int			arms = histogram->arms;
	AbSummaryPart *parts = (AbSummaryPart *) palloc0(Max(arms, 1) *
													 sizeof(AbSummaryPart));

	for (int i = 0; i < arms; i++)
	{
		AbBins		bins = AbHistogramBins(histogram, i);

		CHECK_FOR_INTERRUPTS();
		parts[i].head = SummaryHead(histogram, i);
		if (bins.count == 0)
			parts[i].head.flags |= AB_ARM_BINARY(0);
		else
			TrimmedMoments(&bins, (int64) (trim * bins.n), &parts[i]);
		pfree(bins.bins);
	}
	PG_RETURN_POINTER(AbBuildSummary(1, histogram->unassigned, parts, arms));
}

/*
 * Bins of the variant that the second argument names, palloc'd, if it has a
 * quantile: rows, and all of them finite.
 */
static bool
GetVariantBins(FunctionCallInfo fcinfo, AbBins *bins)
{
	AbHistogram *histogram = AB_GETARG_HISTOGRAM(0);
	AbArmList	list = AbListHistogram(histogram);
	int			position = AbChooseSingle(&list, AB_GETARG_LABEL(1), NULL,
										  NULL, NULL);
	AbHistogramArm *arm;

	if (position < 0)
		return false;
	arm = AbGetHistogramArm(histogram, position);
	if (arm->n == 0 || arm->nonfinite > 0)
		return false;
	*bins = AbHistogramBins(histogram, position);
	return true;
}

/*
 * (histogram, variant, quantile): percentile_cont's, NULL without rows or with
 * rows that are not finite.
 */
PG_FUNCTION_INFO_V1(ab_quantile);
Datum
ab_quantile(PG_FUNCTION_ARGS)
{
	double		q = AbCheckRange(PG_GETARG_FLOAT8(2), &quantile_range);
	AbBins		bins;

	if (!GetVariantBins(fcinfo, &bins))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(AbBinsQuantile(&bins, q) + 0.0);
}

/*
 * The same for an array of quantiles, in the same places.
 */
PG_FUNCTION_INFO_V1(ab_quantiles);
Datum
ab_quantiles(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(2);
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	AbBins		bins;
	bool		known;

	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			AbCheckRange(DatumGetFloat8(elements[i]), &quantile_range);
	known = GetVariantBins(fcinfo, &bins);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		nulls[i] = nulls[i] || !known;
		if (!nulls[i])
			elements[i] = Float8GetDatum(AbBinsQuantile(&bins,
														DatumGetFloat8(elements[i])) + 0.0);
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(elements, nulls, ARR_NDIM(array),
											 ARR_DIMS(array), ARR_LBOUND(array),
											 FLOAT8OID, sizeof(float8),
											 FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * (histogram): the largest relative width of a bin, 0 if all values are kept
 * exactly.
 */
PG_FUNCTION_INFO_V1(ab_resolution);
Datum
ab_resolution(PG_FUNCTION_ARGS)
{
	AbHistogram *histogram = AB_GETARG_HISTOGRAM(0);

	PG_RETURN_FLOAT8(histogram->bits == AB_EXACT_BITS ? 0 :
					 ldexp(1, -histogram->bits));
}

/*
 * (histogram): what it holds, a row an arm in the order of the labels.
 */
PG_FUNCTION_INFO_V1(ab_arms_histogram);
Datum
ab_arms_histogram(PG_FUNCTION_ARGS)
{
	AbHistogram *histogram = AB_GETARG_HISTOGRAM(0);
	AbSummary  *summary = CappedSummary(histogram, -DBL_MAX, DBL_MAX);

	AbStartRows(fcinfo);
	for (int i = 0; i < (int) histogram->arms; i++)
	{
		const AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
		const AbArm *moments = AbGetArm(summary, i);
		ArmRow		row;

		row.variant = AbHistogramLabel(histogram, arm);
		row.n = arm->n + arm->nonfinite;
		row.mean = AbArmMean(summary, moments, 0);
		row.stddev = sqrt(AbArmVariance(summary, moments, 0, 0));
		row.min = arm->n > 0 ? arm->min : NAN;
		row.max = arm->n > 0 ? arm->max : NAN;
		row.distinct_values = arm->bins;
		row.is_control = AbAnswerOf(arm->flags & AB_ARM_CONTROL);
		row.nonfinite = arm->nonfinite;
		row.bits = histogram->bits;
		row.is_exact = AbAnswerOf(histogram->bits == AB_EXACT_BITS);
		row.missing = AbAllMissing(arm->missing, AB_HISTOGRAM_MISSING);
		row.missing_by_column = AbMissingJson(arm->missing,
											  AB_HISTOGRAM_MISSING);
		row.unassigned = histogram->unassigned;
		AbPutRow(fcinfo, &arm_type, &row);
	}
	return (Datum) 0;
}
