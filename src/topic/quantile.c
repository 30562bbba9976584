/*
 * quantile.c
 *	  Comparison of quantiles, P50, P95 or any, of the variants of a
 *	  histogram.
 *
 * The mathematics is in math/quantile_limits.c and, for rows that are finer
 * than the user, in math/quantile_clusters.c, with its references.  Here is the
 * choice of arms, and what the number of comparisons does to p-values and
 * intervals.
 */
#include "topic/quantile.h"

#include "base/family.h"
#include "base/work.h"
#include "math/quantile_clusters.h"
#include "math/quantile_limits.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/* Worth fewer users than this in an arm, or beyond its quantile, is noted. */
#define FEW_USERS	10

typedef struct QuantileCall
{
	const AbHistogram *histogram;	/* NULL if there is none */
	double		q;
	AbTestArgs	test;
	AbCorrection correction;
	const AbSummary *clusters;	/* NULL if each row is a user */
} QuantileCall;

/* One treatment against the control. */
typedef struct QuantileRow
{
	AbComparison row;
	double		q;
	double		control_value;
	double		treatment_value;
	bool		tested;
	AbOrderStat control;
	AbOrderStat treatment;
	AbQuantilePair pair;
} QuantileRow;

static const AbColumn columns[] = {
	AB_QUANTILE_COLUMNS(QuantileRow)
};

static const AbRowType quantile_type = AB_ROW_TYPE(columns);

const AbRange ab_quantile_order = {
	.low = 0, .low_open = true, .high = 1, .high_open = true, .fraction = true,
	.message = "quantile must be between 0 and 1, both excluded",
	.hint = "Use 0.5 for the median, 0.95 for P95."
};

static const AbWidth clusters_width = {
	2, 2, "Collect it by ab_summary(below, rows, variant), a row per user: how many of the user's rows are at most the quantile, and how many there are."
};

#define QUANTILE_ARG \
	AB_NUMBER_ARG(QuantileCall, q, "quantile", &ab_quantile_order, 0)
#define CLUSTERS_ARG \
	{"clusters", AB_ARG_SUMMARY, offsetof(QuantileCall, clusters), \
	 &clusters_width, 0}

/*
 * The design effect of an arm and its degrees of freedom: 1 and infinity
 * without clusters, NaN with a note where it cannot be told.
 */
static AbDesignEffect
DesignEffect(AbNotes *notes, const QuantileCall *call, const char *role,
			 AbLabel label, const AbBins *bins)
{
	AbDesignEffect effect = {1, INFINITY, INFINITY};
	const AbSummary *summary = call->clusters;
	const AbArm *arm;
	AbClusters	clusters;
	int			position;
	double		share;

	if (summary == NULL)
		return effect;
	effect.effect = NAN;
	position = AbFindArm(summary, label);
	arm = position < 0 ? NULL : AbGetArm(summary, position);
	if (arm == NULL || arm->n < 2 || !AbArmKnown(arm))
	{
		AbNote(notes, "the clusters do not have two users of the %s", role);
		return effect;
	}
	clusters.users = arm->n;
	clusters.below = AbArmMean(summary, arm, 0);
	clusters.rows = AbArmMean(summary, arm, 1);
	clusters.below_variance = AbArmVariance(summary, arm, 0, 0);
	clusters.rows_variance = AbArmVariance(summary, arm, 1, 1);
	clusters.covariance = AbArmVariance(summary, arm, 0, 1);
	if (!(fabs(clusters.users * clusters.rows - bins->n) <= 0.5))
	{
		AbNote(notes, "the clusters have %.0f rows of the %s, the histogram " INT64_FORMAT,
			   clusters.users * clusters.rows, role, bins->n);
		return effect;
	}
	share = clusters.below / clusters.rows;
	if (!(share > 0 && share < 1))
	{
		AbNote(notes, "all rows of the %s are on the same side of the quantile in the clusters",
			   role);
		return effect;
	}

	effect = AbClusterEffect(&clusters, call->q, bins->n);
	if (isnan(effect.effect))
	{
		AbNote(notes, "the share of rows below the quantile does not vary between users of the %s",
			   role);
		return effect;
	}
	if (effect.basis < FEW_USERS)
		AbNote(notes, "few users of the %s for this quantile: the interval may be too narrow",
			   role);
	if (!AbCutAtQuantile(bins, call->q, clusters.users * clusters.below))
		AbNote(notes, "the clusters count a share of %.3g of the rows of the %s, not %.3g: cut them at this quantile",
			   share, role, call->q);
	return effect;
}

/*
 * Note the width of the buckets, if the histogram has any.
 */
void
AbNoteWidth(AbNotes *notes, const AbHistogram *histogram)
{
	if (histogram->bits < AB_EXACT_BITS)
		AbNote(notes, "values are kept to a relative width of %.2g",
			   ldexp(1, -histogram->bits));
}

/*
 * Make an arm ready.  Returns whether it can be.
 */
static bool
StartArm(QuantileRow *result, const QuantileCall *call, const char *role,
		 AbLabel label, int position, AbOrderStat *order)
{
	AbBins		bins = AbHistogramBins(call->histogram, position);
	AbDesignEffect effect = DesignEffect(&result->row.notes, call, role, label,
										 &bins);

	if (isnan(effect.effect))
		return false;
	AbStartOrderStat(order, &bins, (int64 *) palloc(bins.count * sizeof(int64)),
					 call->q, effect.effect, effect.df);
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
 * Compare two arms, of which `comparable` says whether they can be, at the
 * level of one comparison.  result->tested says whether it could be done.
 */
static void
CompareArms(QuantileRow *result, const QuantileCall *call, bool comparable,
			AbArmChoice choice)
{
	AbComparison *row = &result->row;
	AbAlternative alternative = call->test.alternative;
	const AbQuantileTest *test = &result->pair.test;
	bool		ready;

	result->q = call->q;
	result->control_value = result->treatment_value = NAN;
	row->method = psprintf("order statistics of the quantile%s%s",
						   call->clusters ? ", clustered by user" : "",
						   AbAlternativeSuffix(alternative));
	if (!comparable)
		return;

	ready = StartArm(result, call, "control", row->control, choice.control,
					 &result->control);
	if (!StartArm(result, call, "treatment", row->treatment, choice.treatment,
				  &result->treatment) || !ready)
		return;
	result->tested = AbCompareQuantiles(&result->pair, &result->control,
										&result->treatment, alternative);
	result->control_value = test->control;
	result->treatment_value = test->treatment;
	row->difference.value = test->treatment - test->control;
	row->lift.value = row->difference.value / test->control;
	AbNoteWidth(&row->notes, call->histogram);
	if (!result->tested)
	{
		AbNote(&row->notes, "too few rows for this quantile: no test");
		return;
	}
	if (!isfinite(row->difference.value) || !isfinite(test->std_error))
	{
		result->tested = false;
		AbNote(&row->notes, "values are too large for double precision");
		return;
	}
	row->std_error = test->std_error;
	row->statistic = test->statistic;
	AbDecide(row, test->p_value);
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
	AbAlternative alternative = call->test.alternative;
	double		z = AbCriticalT(INFINITY, alternative, alpha);

	if (fabs(z) > result->pair.test.largest)
	{
		AbNote(&row->notes, "too few rows for an interval at this level: it takes about %.0f in each arm",
			   AbQuantileRowsNeeded(call->q, alternative == AB_TWO_SIDED ?
									alpha / 2 : alpha));
		return;
	}
	row->difference.interval = AbQuantileDifference(&result->pair, z,
													alternative, significant);
	if (result->control_value == 0)
	{
		AbNote(&row->notes, "the control value is zero: no relative lift");
		return;
	}
	if (result->control_value < 0)
		AbNote(&row->notes, "the control value is negative: a positive lift is a decrease");
	if (!AbQuantileLift(&result->pair, z, alternative, significant,
						&row->lift.interval))
		AbNote(&row->notes, "the lift's interval is unbounded: the control value is not distinguishable from zero");
}

PG_FUNCTION_INFO_V1(ab_quantile_test);
Datum
ab_quantile_test(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_HISTOGRAM_ARG(QuantileCall, histogram),
		QUANTILE_ARG,
		AB_CONTROL_ARG(QuantileCall, test),
		AB_TREATMENT_ARG(QuantileCall, test),
		AB_ALPHA_ARG(QuantileCall, test),
		AB_ALTERNATIVE_ARG(QuantileCall, test),
		CLUSTERS_ARG
	};
	QuantileCall call = {.test.reader = "ab_quantile_test(ab_histogram(outcome, variant), 0.95"};
	QuantileRow *result = (QuantileRow *) palloc0(sizeof(QuantileRow));
	AbArmList	list;
	AbArmChoice choice;
	bool		comparable;

	AbReadArgs(fcinfo, args, &call);
	list = AbListHistogram(call.histogram);
	comparable = AbStartArms(&result->row, &list, &call.test, &choice);
	CompareArms(result, &call, comparable, choice);
	if (result->tested)
		SetIntervals(result, &call, call.test.alpha,
					 result->row.significant == AB_YES);

	/* (f(x)).* calls once a column within one row: do not add up */
	FreeArm(&result->control);
	FreeArm(&result->treatment);
	return AbRowDatum(fcinfo, &quantile_type, result);
}

/*
 * Adjust the p-values of several comparisons, decide by them, and fill in the
 * intervals: simultaneous where the correction has such, else each by itself.
 */
static void
DecideAll(QuantileRow *results, int count, const QuantileCall *call)
{
	AbComparison **rows = (AbComparison **) palloc(count * sizeof(AbComparison *));
	bool	   *single = (bool *) palloc(count * sizeof(bool));
	double		alpha = call->test.alpha;
	double		level;
	bool		simultaneous;
	int			tested;

	for (int i = 0; i < count; i++)
	{
		rows[i] = &results[i].row;
		single[i] = rows[i]->significant == AB_YES;
	}
	tested = AbAdjustFamily(rows, count, call->correction);
	level = AbSimultaneousLevel(alpha, tested, call->correction);
	simultaneous = !isnan(level);
	if (!simultaneous)
		level = alpha;
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!results[i].tested)
			continue;
		SetIntervals(&results[i], call, level, simultaneous ?
					 rows[i]->significant == AB_YES : single[i]);
		if (!simultaneous)
			AbNoteFamily(&rows[i]->notes, tested, call->correction);
	}
}

/*
 * A row for each variant beside the control, in the order of their names.
 */
PG_FUNCTION_INFO_V1(ab_quantile_compare);
Datum
ab_quantile_compare(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_HISTOGRAM_ARG(QuantileCall, histogram),
		QUANTILE_ARG,
		AB_CONTROL_ARG(QuantileCall, test),
		AB_ALPHA_ARG(QuantileCall, test),
		AB_ALTERNATIVE_ARG(QuantileCall, test),
		AB_WORD_ARG(QuantileCall, correction, "correction", &ab_corrections,
					AB_HOLM),
		CLUSTERS_ARG
	};
	QuantileCall call = {.test.reader = "ab_quantile_compare(ab_histogram(outcome, variant), 0.95"};
	QuantileRow *results;
	AbArmList	list;
	AbArmChoice choice;
	int			count = 0;

	AbReadArgs(fcinfo, args, &call);
	AbStartRows(fcinfo);
	list = AbListHistogram(call.histogram);
	if (list.count == 0)
		return (Datum) 0;

	choice.control = AbChooseControl(&list, &call.test);
	results = (QuantileRow *) palloc0(list.count * sizeof(QuantileRow));
	for (int i = 0; i < list.count; i++)
	{
		QuantileRow *result = &results[count];

		if (i == choice.control)
			continue;
		CHECK_FOR_INTERRUPTS();
		count++;
		choice.treatment = i;
		AbInitComparison(&result->row, call.test.alpha);
		CompareArms(result, &call,
					AbSetArms(&result->row, &list, &call.test, choice), choice);
	}
	DecideAll(results, count, &call);
	for (int i = 0; i < count; i++)
		AbPutRow(fcinfo, &quantile_type, &results[i]);
	return (Datum) 0;
}
