/*
 * cuped.c
 *	  Comparison of means with the variance that a covariate from before the
 *	  experiment explains taken out (CUPED).
 *
 * The outcome is the summary's first column, the covariate its second: best
 * the same metric of the same user in the weeks before.  The estimator and its
 * references are in math/ancova.c.  The means in the result are the adjusted
 * ones, the expected outcomes at the covariate's overall mean; their standard
 * deviations are those about the fitted line; the lift is relative to the
 * control's adjusted mean, which estimates the same quantity as the plain mean
 * with less noise and keeps diff = treatment_mean - control_mean.
 */
#include "topic/adjustment.h"

#include <math.h>

/*
 * Outcome and covariate of n rows with these moments.
 */
static AbPair
PairOfMoments(const AbDouble *moments, double n)
{
	AbPair		pair;

	pair.n = pair.weight = n;
	pair.y = AbDoubleValue(moments[0]);
	pair.x = AbDoubleValue(moments[1]);
	pair.syy = AbDoubleValue(moments[AbComomentIndex(2, 0, 0)]);
	pair.sxy = AbDoubleValue(moments[AbComomentIndex(2, 0, 1)]);
	pair.sxx = AbDoubleValue(moments[AbComomentIndex(2, 1, 1)]);
	return pair;
}

/*
 * The row's arms as pairs.
 */
static AbPairs
PairsOfArms(const AbComparison *row)
{
	AbPairs		pairs;
	AbDouble	all[AB_MAX_MOMENTS];
	AbPair		total;

	pairs.control = PairOfMoments(row->control->moments, row->control->n);
	pairs.treatment = PairOfMoments(row->treatment->moments,
									row->treatment->n);
	/* a mean that is rounding only is 0 here */
	pairs.control.y = row->control_mean;
	pairs.treatment.y = row->treatment_mean;
	pairs.y_difference = row->difference;
	pairs.x_difference = AbDoubleDifference(row->treatment->moments[1],
											row->control->moments[1]);
	AbMergeArms(row, all);
	total = PairOfMoments(all, pairs.control.n + pairs.treatment.n);
	pairs.total_theta = total.sxy / total.sxx;
	return pairs;
}

PG_FUNCTION_INFO_V1(ab_cuped);
Datum
ab_cuped(PG_FUNCTION_ARGS)
{
	const AbSummary *summary = PG_ARGISNULL(0) ? NULL : AB_GETARG_SUMMARY(0);
	AbTestOptions options;
	AbTheta		theta = AbGetTheta(fcinfo, 6);
	AbComparison row;

	AbGetOptions(fcinfo, &options, 1, 2, 3, 4, 5);
	AbRequireColumns(summary, 2,
					 "Collect it with ab_summary(outcome, covariate, variant).");
	AbStartComparison(&row, summary, &options);
	row.method = psprintf("CUPED%s", AbAlternativeSuffix(options.alternative));
	if (row.tested)
	{
		AbPairs		pairs = PairsOfArms(&row);

		AbComparePairs(&row, &pairs, theta, &options, "");
	}
	return AbComparisonDatum(fcinfo, &row);
}
