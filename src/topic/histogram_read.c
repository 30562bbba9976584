/*
 * histogram_read.c
 *	  What is read from a histogram: its quantiles, its arms, and summaries of
 *	  its values as they are, capped or trimmed.
 *
 * The bins that AbHistogramBins() makes belong to the reader, which frees them
 * where it takes one arm after another.
 */
#include "base/comparison.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"
#include "value/histogram.h"

/* Attributes of the SQL type ab_histogram_arm, in its order. */
enum
{
	VARIANT, N, MEAN, STDDEV, MIN, MAX, DISTINCT_VALUES, IS_CONTROL, NONFINITE,
	SIGNIFICAND_BITS, IS_EXACT, ARM_ATTRIBUTES
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
		const AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
		AbBins		bins = AbHistogramBins(histogram, i);

		CHECK_FOR_INTERRUPTS();
		parts[i].head = AbHistogramHead(histogram, arm);
		CappedMoments(&bins, low, high, &parts[i]);
		pfree(bins.bins);
	}
	return AbBuildSummary(1, parts, arms);
}

/*
 * (histogram): the summary of one column that the rows would have given: exactly, if the
 * histogram is, else from the middles of the bins.
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

	for (int i = 0; i < (int) histogram->arms; i++)
	{
		AbBins		bins = AbHistogramBins(histogram, i);
		AbBin	   *merged;

		CHECK_FOR_INTERRUPTS();
		if (bins.count == 0)
			continue;
		if (pooled.count == 0)
		{
			pooled = bins;
			continue;
		}
		merged = (AbBin *) palloc((pooled.count + bins.count) * sizeof(AbBin));
		pooled.count = AbMergeBins(merged, pooled.bins, pooled.count,
								   bins.bins, bins.count);
		pooled.n += bins.n;
		pooled.min = Min(pooled.min, bins.min);
		pooled.max = Max(pooled.max, bins.max);
		pfree(pooled.bins);
		pfree(bins.bins);
		pooled.bins = merged;
	}
	return pooled;
}

/*
 * ERROR 22023 unless that is a quantile.
 */
static double
CheckQuantile(double q)
{
	if (!(q >= 0 && q <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("quantile must be between 0 and 1"),
				 errdetail("Got %g.", q),
				 q > 1 && q <= 100 ?
				 errhint("It is a fraction: write %g for P%g.", q / 100, q) :
				 errhint("Use 0.5 for the median, 0.95 for P95.")));
	return q;
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
	double		lower = CheckQuantile(PG_GETARG_FLOAT8(1));
	double		upper = CheckQuantile(PG_GETARG_FLOAT8(2));
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
	double		trim = PG_GETARG_FLOAT8(1);
	int			arms = histogram->arms;
	AbSummaryPart *parts = (AbSummaryPart *) palloc0(Max(arms, 1) *
													 sizeof(AbSummaryPart));

	if (!(trim >= 0 && trim < 0.5))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("proportion to trim must be at least 0 and less than 0.5"),
				 errdetail("Got %g.", trim),
				 errhint("It is the share of the rows that is cut off at either end, such as 0.2.")));
	for (int i = 0; i < arms; i++)
	{
		const AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
		AbBins		bins = AbHistogramBins(histogram, i);

		CHECK_FOR_INTERRUPTS();
		parts[i].head = AbHistogramHead(histogram, arm);
		if (bins.count == 0)
			parts[i].head.flags |= AB_ARM_BINARY(0);
		else
			TrimmedMoments(&bins, (int64) (trim * bins.n), &parts[i]);
		pfree(bins.bins);
	}
	PG_RETURN_POINTER(AbBuildSummary(1, parts, arms));
}

/*
 * Position of the arm of that name, -1 if it has no rows; ERROR 22023 where
 * there are others only, of which none can be meant.
 */
static int
FindVariant(const AbHistogram *histogram, AbLabel label)
{
	int			position = AbFindHistogramArm(histogram, label);

	if (position >= 0)
		return position;
	if (histogram->arms > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no variant \"%s\"", AbLabelToServer(label)),
				 errdetail("The histogram has %d others.",
						   (int) histogram->arms),
				 errhint("ab_arms(histogram) lists them.")));
	return -1;
}

/*
 * Bins of the variant that the second argument names, palloc'd, if it has a
 * quantile: rows, and all of them finite.
 */
static bool
GetVariantBins(FunctionCallInfo fcinfo, AbBins *bins)
{
	AbHistogram *histogram = AB_GETARG_HISTOGRAM(0);
	int			position = FindVariant(histogram, AB_GETARG_LABEL(1));
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
	double		q = CheckQuantile(PG_GETARG_FLOAT8(2));
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
			CheckQuantile(DatumGetFloat8(elements[i]));
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
 * (histogram): the largest relative width of a bin: 0 if all values are kept exactly.
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
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum	   *values;
	bool	   *nulls;

	InitMaterializedSRF(fcinfo, 0);
	AbCheckAttributes(rsinfo->setDesc, ARM_ATTRIBUTES);
	values = (Datum *) palloc0(rsinfo->setDesc->natts * sizeof(Datum));
	nulls = (bool *) palloc(rsinfo->setDesc->natts * sizeof(bool));
	for (int i = 0; i < (int) histogram->arms; i++)
	{
		const AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
		const AbArm *moments = AbGetArm(summary, i);

		CHECK_FOR_INTERRUPTS();
		memset(nulls, true, rsinfo->setDesc->natts * sizeof(bool));
		AbSetText(values, nulls, VARIANT,
				  AbLabelToServer(AbHistogramLabel(histogram, arm)));
		values[N] = Int64GetDatum(arm->n + arm->nonfinite);
		AbSetFloat(values, nulls, MEAN, AbArmMean(summary, moments, 0));
		AbSetFloat(values, nulls, STDDEV,
				   sqrt(AbArmVariance(summary, moments, 0, 0)));
		AbSetFloat(values, nulls, MIN, arm->n > 0 ? arm->min : NAN);
		AbSetFloat(values, nulls, MAX, arm->n > 0 ? arm->max : NAN);
		values[DISTINCT_VALUES] = Int64GetDatum((int64) arm->bins);
		values[IS_CONTROL] = BoolGetDatum((arm->flags & AB_ARM_CONTROL) != 0);
		values[NONFINITE] = Int64GetDatum(arm->nonfinite);
		values[SIGNIFICAND_BITS] = Int64GetDatum((int64) histogram->bits);
		values[IS_EXACT] = BoolGetDatum(histogram->bits == AB_EXACT_BITS);
		nulls[N] = nulls[DISTINCT_VALUES] = nulls[IS_CONTROL] = false;
		nulls[NONFINITE] = nulls[SIGNIFICAND_BITS] = nulls[IS_EXACT] = false;
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
