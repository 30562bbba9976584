/*
 * quantile.c
 *	  Comparison of quantiles, P50, P95 or any, of the variants of a
 *	  histogram.
 *
 * The statistics are in quantile_limits.c.  Here is the choice of arms, what the
 * number of comparisons does to p-values and intervals, and the variance of
 * rows that are finer than the user.
 *
 * Rows of one user are alike, so the share of rows below the quantile varies
 * more than a binomial one.  A summary of two columns, per user the number of
 * rows below the arm's quantile and the number of all its rows, has the variance
 * of that share as a ratio of sums; over the binomial variance it is the design
 * effect, by which ranks are worth less.
 */
#include "base/comparison.h"

#include <math.h>

#include "access/htup_details.h"
#include "base/correction.h"
#include "base/work.h"
#include "funcapi.h"
#include "value/histogram.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "math/quantile_limits.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

/* Attributes of the SQL type ab_quantile_comparison, in its order. */
enum
{
	CONTROL, TREATMENT, CONTROL_N, TREATMENT_N, QUANTILE, CONTROL_VALUE,
	TREATMENT_VALUE, DIFF, DIFF_LOW, DIFF_HIGH, RELATIVE_LIFT_PCT,
	LIFT_LOW_PCT, LIFT_HIGH_PCT, STD_ERROR, STATISTIC, DF, P_VALUE,
	P_ADJUSTED, SIGNIFICANT, ALPHA, METHOD, NOTE, ATTRIBUTES
};

/* Worth fewer users than this in an arm, or beyond its quantile, is noted. */
#define FEW_USERS	10

/* The parameters of a call, and the arms it is about. */
typedef struct QuantileCall
{
	const AbHistogram *histogram;	/* NULL if there is none */
	const AbSummary *arms;
	const AbSummary *clusters;	/* NULL if each row is a user */
	double		q;
	AbTestOptions options;
} QuantileCall;

/* One treatment against the control. */
typedef struct QuantileRow
{
	AbComparison row;
	AbOrderStat control;
	AbOrderStat treatment;
	AbQuantilePair pair;
} QuantileRow;

/*
 * Read and check the parameters from the arguments; -1 for a treatment that
 * the function does not have.
 */
static void
GetCall(FunctionCallInfo fcinfo, QuantileCall *call, int treatment, int alpha,
		int alternative, int clusters)
{
	memset(call, 0, sizeof(QuantileCall));
	call->q = PG_ARGISNULL(1) ? NAN : PG_GETARG_FLOAT8(1);
	if (!(call->q > 0 && call->q < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("quantile must be between 0 and 1, both excluded"),
				 PG_ARGISNULL(1) ? errdetail("Got NULL.") :
				 errdetail("Got %g.", call->q),
				 call->q > 1 && call->q < 100 ?
				 errhint("It is a fraction: write %g for P%g.", call->q / 100,
						 call->q) :
				 errhint("Use 0.5 for the median, 0.95 for P95.")));
	AbGetOptions(fcinfo, &call->options, 2, treatment, alpha, alternative, -1);
	if (!PG_ARGISNULL(0))
	{
		call->histogram = AB_GETARG_HISTOGRAM(0);
		call->arms = AbHistogramArms(call->histogram);
	}
	if (!PG_ARGISNULL(clusters))
	{
		call->clusters = AB_GETARG_SUMMARY(clusters);
		if (call->clusters->columns != 2)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("clusters must be a summary of two columns"),
					 errdetail("This one has %d.", call->clusters->columns),
					 errhint("Collect it by ab_summary(below, rows, variant), a row per user: how many of the user's rows are at most the quantile, and how many there are.")));
	}
}

/*
 * The design effect of an arm,
 *
 *		V / (R (1 - R) / N),	V = sum (b_i - R n_i)^2 / (K - 1) / K / nbar^2,
 *
 * where user i of K has b_i of n_i rows below the quantile, R = sum b / sum n
 * and N = sum n = K nbar, and its degrees of freedom.  1 and infinity without
 * clusters, NaN with a note where it cannot be told.
 */
static double
DesignEffect(AbComparison *row, const QuantileCall *call, const char *role,
			 AbLabel label, int64 rows, double *df)
{
	const AbArm *arm;
	int			position;
	double		users;
	double		r;
	double		d;
	double		squares;
	double		effect;
	double		beyond;
	double		even;
	double		pq = call->q * (1 - call->q);

	*df = INFINITY;
	if (call->clusters == NULL)
		return 1;
	position = AbFindArm(call->clusters, label);
	arm = position < 0 ? NULL : AbGetArm(call->clusters, position);
	if (arm == NULL || arm->n < 2 || !AbArmKnown(arm))
	{
		AbAddNote(row, "the clusters do not have two users of the %s", role);
		return NAN;
	}
	users = arm->n;
	d = AbArmMean(call->clusters, arm, 1);
	if (!(fabs(users * d - rows) <= 0.5))
	{
		AbAddNote(row, "the clusters have %.0f rows of the %s, the histogram " INT64_FORMAT,
				  users * d, role, rows);
		return NAN;
	}
	r = AbArmMean(call->clusters, arm, 0) / d;
	if (!(r > 0 && r < 1))
	{
		AbAddNote(row, "all rows of the %s are on the same side of the quantile in the clusters",
				  role);
		return NAN;
	}
	squares = AbArmVariance(call->clusters, arm, 0, 0) -
		r * (2 * AbArmVariance(call->clusters, arm, 0, 1) -
			 r * AbArmVariance(call->clusters, arm, 1, 1));
	if (!(squares > 0))
	{
		AbAddNote(row, "the share of rows below the quantile does not vary between users of the %s",
				  role);
		return NAN;
	}
	effect = squares / d / (r * (1 - r));

	/*
	 * As many users with equal numbers of rows, and independent rows beyond the
	 * quantile, as these are worth.  Few of either leave the estimate of the
	 * effect low and uncertain: the second term is the excess kurtosis of the
	 * indicator.
	 */
	even = users / (1 + (users - 1) / users *
					AbArmVariance(call->clusters, arm, 1, 1) / (d * d));
	beyond = rows * Min(call->q, 1 - call->q) / effect;
	*df = 2 / (2 / Max(even - 1, 1) + Max(0, 1 / pq - 6) * effect / rows);
	if (Min(even, beyond) < FEW_USERS)
		AbAddNote(row, "few users of the %s for this quantile: the interval may be too narrow",
				  role);
	return effect * (1 + 1 / beyond);
}

/*
 * Note clusters that were not cut at this quantile: the rows that they count as
 * below it must be those up to its bin, or up to the one before, within 1%.
 */
static void
CheckCut(AbComparison *row, const QuantileCall *call, const char *role,
		 AbLabel label, const AbBins *bins)
{
	const AbArm *arm = AbGetArm(call->clusters,
								AbFindArm(call->clusters, label));
	double		counted = arm->n * AbArmMean(call->clusters, arm, 0);
	double		cut = AbBinsQuantile(bins, call->q);
	int64		before = 0;
	int64		through = 0;

	for (int i = 0; i < bins->count && AbBinLow(bins, i) <= cut; i++)
	{
		before = through;
		through += bins->bins[i].count;
	}
	if (counted < before - 0.01 * bins->n || counted > through + 0.01 * bins->n)
		AbAddNote(row, "the clusters count a share of %.3g of the rows of the %s, not %.3g: cut them at this quantile",
				  counted / bins->n, role, call->q);
}

/*
 * Make an arm ready.  Returns whether it can be.
 */
static bool
StartArm(QuantileRow *result, const QuantileCall *call, const char *role,
		 AbLabel label, AbOrderStat *order)
{
	int			position = AbFindArm(call->arms, label);
	AbBins		bins = AbHistogramBins(call->histogram, position);
	double		df;
	double		effect = DesignEffect(&result->row, call, role, label, bins.n,
									  &df);

	if (isnan(effect))
		return false;
	if (call->clusters)
		CheckCut(&result->row, call, role, label, &bins);
	AbStartOrderStat(order, &bins, (int64 *) palloc(bins.count * sizeof(int64)),
					 call->q, effect, df);
	return true;
}

/*
 * Free what StartArm() has allocated, if anything.
 */
static void
FreeArm(AbOrderStat *order)
{
	if (order->through == NULL)
		return;
	pfree(order->bins.bins);
	pfree((void *) order->through);
}

/*
 * Rows that an arm of independent rows needs for an interval at that level: it
 * must be unlikely enough that all of them lie on the same side.
 */
static double
RowsNeeded(const QuantileCall *call, double alpha)
{
	double		level = call->options.alternative == AB_TWO_SIDED ?
		alpha / 2 : alpha;

	return ceil(log(level) / log(Max(call->q, 1 - call->q)));
}

/*
 * Compare the two arms that the options name, at the level of one comparison.
 * row.tested says whether it could be done.
 */
static void
CompareArms(QuantileRow *result, const QuantileCall *call)
{
	AbComparison *row = &result->row;
	const AbAlternative alternative = call->options.alternative;
	bool		ready;

	AbStartComparison(row, call->arms, &call->options);
	row->difference = NAN;
	row->control_mean = row->treatment_mean = NAN;
	row->method = psprintf("order statistics of the quantile%s%s",
						   call->clusters ? ", clustered by user" : "",
						   AbAlternativeSuffix(alternative));
	if (!row->tested)
		return;

	ready = StartArm(result, call, "control", row->control_label,
					 &result->control);
	row->tested = StartArm(result, call, "treatment", row->treatment_label,
						   &result->treatment) && ready;
	if (!row->tested)
		return;
	row->tested = AbCompareQuantiles(&result->pair, &result->control,
									 &result->treatment, alternative);
	row->control_mean = result->pair.test.control;
	row->treatment_mean = result->pair.test.treatment;
	row->difference = row->treatment_mean - row->control_mean;
	if (call->histogram->bits < AB_EXACT_BITS)
		AbAddNote(row, "values are kept to a relative width of %.2g",
				  ldexp(1, -call->histogram->bits));
	if (!row->tested)
	{
		AbAddNote(row, "too few rows for this quantile: no test");
		return;
	}
	if (!isfinite(row->difference) || !isfinite(result->pair.test.std_error))
	{
		row->tested = false;
		AbAddNote(row, "values are too large for double precision");
		return;
	}
	row->std_error = result->pair.test.std_error;
	row->test.statistic = result->pair.test.statistic;
	row->test.p_value = result->pair.test.p_value;
	row->test.significant = row->test.p_value < row->alpha;
}

/*
 * Fill in the intervals at that level, of one comparison or of several
 * together; `significant` is the verdict at it.
 */
static void
SetIntervals(QuantileRow *result, const QuantileCall *call, double alpha,
			 bool significant)
{
	AbComparison *row = &result->row;
	const AbAlternative alternative = call->options.alternative;
	double		z = AbCriticalT(INFINITY, alternative, alpha);

	if (fabs(z) > result->pair.test.largest)
	{
		AbAddNote(row, "too few rows for an interval at this level: it takes about %.0f in each arm",
				  RowsNeeded(call, alpha));
		return;
	}
	row->interval = AbQuantileDifference(&result->pair, z, alternative,
										 significant);
	if (row->control_mean == 0)
	{
		AbAddNote(row, "the control value is zero: no relative lift");
		return;
	}
	if (row->control_mean < 0)
		AbAddNote(row, "the control value is negative: a positive lift is a decrease");
	if (!AbQuantileLift(&result->pair, z, alternative, significant, &row->lift))
		AbAddNote(row, "the lift's interval is unbounded: the control value is not distinguishable from zero");
}

static void
RowValues(const QuantileRow *result, const QuantileCall *call, Datum *values,
		  bool *nulls)
{
	const AbComparison *row = &result->row;

	AbSetArms(row, values, nulls);
	AbSetFloat(values, nulls, QUANTILE, call->q);
	AbSetFloat(values, nulls, CONTROL_VALUE, row->control_mean);
	AbSetFloat(values, nulls, TREATMENT_VALUE, row->treatment_mean);
	AbSetFloat(values, nulls, DIFF, row->difference);
	AbSetFloat(values, nulls, DIFF_LOW, row->interval.low);
	AbSetFloat(values, nulls, DIFF_HIGH, row->interval.high);
	AbSetFloat(values, nulls, RELATIVE_LIFT_PCT,
			   row->difference / row->control_mean * 100);
	AbSetFloat(values, nulls, LIFT_LOW_PCT, row->lift.low * 100);
	AbSetFloat(values, nulls, LIFT_HIGH_PCT, row->lift.high * 100);
	AbSetFloat(values, nulls, STD_ERROR, row->std_error);
	AbSetFloat(values, nulls, STATISTIC, row->test.statistic);
	nulls[DF] = true;
	AbSetFloat(values, nulls, P_VALUE, row->test.p_value);
	AbSetFloat(values, nulls, P_ADJUSTED, row->p_adjusted);
	nulls[SIGNIFICANT] = nulls[P_VALUE];
	values[SIGNIFICANT] = BoolGetDatum(row->test.significant);
	AbSetFloat(values, nulls, ALPHA, row->alpha);
	AbSetText(values, nulls, METHOD, row->method);
	AbSetText(values, nulls, NOTE, row->note.len > 0 ? row->note.data : NULL);
}

/*
 * (histogram, quantile, control, treatment, alpha, alternative, clusters).
 */
PG_FUNCTION_INFO_V1(ab_quantile_test);
Datum
ab_quantile_test(PG_FUNCTION_ARGS)
{
	QuantileCall call;
	QuantileRow *result = (QuantileRow *) palloc0(sizeof(QuantileRow));
	TupleDesc	tupdesc;
	Datum	   *values;
	bool	   *nulls;

	GetCall(fcinfo, &call, 3, 4, 5, 6);
	CompareArms(result, &call);
	if (result->row.tested)
		SetIntervals(result, &call, call.options.alpha,
					 result->row.test.significant);

	/* (f(x)).* calls once a column within one row: do not add up */
	FreeArm(&result->control);
	FreeArm(&result->treatment);

	tupdesc = AbResultDesc(fcinfo, ATTRIBUTES);
	values = (Datum *) palloc0(tupdesc->natts * sizeof(Datum));
	nulls = (bool *) palloc(tupdesc->natts * sizeof(bool));
	memset(nulls, true, tupdesc->natts * sizeof(bool));
	RowValues(result, &call, values, nulls);
	return HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls));
}

/*
 * Adjust the p-values of several comparisons, decide by them, and fill in the
 * intervals: simultaneous where the correction has such, else each by itself.
 */
static void
DecideAll(QuantileRow *results, int count, const QuantileCall *call,
		  AbCorrection correction)
{
	double	   *p = (double *) palloc(Max(count, 1) * sizeof(double));
	double		alpha = call->options.alpha;
	double		level;
	int			tested;

	for (int i = 0; i < count; i++)
		p[i] = results[i].row.tested ? results[i].row.test.p_value : NAN;
	tested = AbAdjust(p, count, correction, &ab_server_work);
	level = AbSimultaneousLevel(alpha, tested, correction);
	if (isnan(level))
		level = alpha;

	for (int i = 0; i < count; i++)
	{
		AbComparison *row = &results[i].row;
		bool		single = row->test.significant;

		CHECK_FOR_INTERRUPTS();
		if (!row->tested)
			continue;
		row->p_adjusted = p[i];
		row->test.significant = p[i] < alpha;
		SetIntervals(&results[i], call, level,
					 level < alpha ? row->test.significant : single);
		if (tested > 1 && level == alpha && correction != AB_CORRECTION_NONE)
			AbAddNote(row, "the intervals are not adjusted for the number of comparisons");
	}
}

/*
 * (histogram, quantile, control, alpha, alternative, correction, clusters): a
 * row for each variant beside the control, in the order of their names.
 */
PG_FUNCTION_INFO_V1(ab_quantile_compare);
Datum
ab_quantile_compare(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	QuantileCall call;
	AbCorrection correction;
	QuantileRow *results;
	int			control;
	int			arms;
	int			count = 0;
	Datum	   *values;
	bool	   *nulls;

	GetCall(fcinfo, &call, -1, 3, 4, 6);
	correction = AbGetCorrection(fcinfo, 5, false);
	InitMaterializedSRF(fcinfo, 0);
	AbCheckAttributes(rsinfo->setDesc, ATTRIBUTES);
	if (call.histogram == NULL)
		return (Datum) 0;

	arms = call.arms->arms;
	control = AbControlPosition(call.arms, call.options.control);
	results = (QuantileRow *) palloc0(Max(arms, 1) * sizeof(QuantileRow));
	for (int i = 0; i < arms; i++)
		if (i != control)
		{
			CHECK_FOR_INTERRUPTS();
			call.options.treatment = AbArmLabel(call.arms,
												AbGetArm(call.arms, i));
			CompareArms(&results[count++], &call);
		}
	DecideAll(results, count, &call, correction);

	values = (Datum *) palloc0(rsinfo->setDesc->natts * sizeof(Datum));
	nulls = (bool *) palloc(rsinfo->setDesc->natts * sizeof(bool));
	for (int i = 0; i < count; i++)
	{
		memset(nulls, true, rsinfo->setDesc->natts * sizeof(bool));
		RowValues(&results[i], &call, values, nulls);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
