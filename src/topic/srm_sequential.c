/*
 * srm_sequential.c
 *	  Sample-ratio mismatch, looked at every day.
 *
 * The Bayes factor of Dirichlet priors about the weights against the weights
 * themselves: the mathematics is in math/dirichlet.c, with its references.
 */
#include "topic/srm.h"

#include <float.h>

#include "math/dirichlet.h"

static void
TestAnyDay(const AbClasses *classes, const AbPearson *pearson, AbSrmRow *row)
{
	double	   *counts = (double *) palloc(classes->classes * sizeof(double));
	double	   *weights = (double *) palloc(classes->classes * sizeof(double));
	double	   *excess = (double *) palloc(classes->classes * sizeof(double));
	AbShares	shares = {0, counts, weights, weights, excess};
	double		total = 0;

	for (int i = 0; i < classes->classes; i++)
		total += classes->weights[i];
	AbClassExcess(classes, excess);
	for (int i = 0; i < classes->classes; i++)
	{
		if (classes->weights[i] == 0)
			continue;
		excess[shares.classes] = excess[i];
		counts[shares.classes] = (double) classes->counts[i];
		weights[shares.classes++] = fmax(classes->weights[i] / total, DBL_MIN);
	}
	row->statistic = AbSharesLogE(&shares);
	row->p_value = AbBoundP(exp(-row->statistic));
	pfree(counts);
	pfree(weights);
	pfree(excess);
}

static const AbSrmTest any_day = {
	"ab_srm_sequential", "sequential multinomial test", TestAnyDay, NULL
};

PG_FUNCTION_INFO_V1(ab_srm_sequential);
Datum
ab_srm_sequential(PG_FUNCTION_ARGS)
{
	return AbSrmOfCounts(fcinfo, &any_day);
}

PG_FUNCTION_INFO_V1(ab_srm_sequential_summary);
Datum
ab_srm_sequential_summary(PG_FUNCTION_ARGS)
{
	return AbSrmOfSummary(fcinfo, &any_day);
}

PG_FUNCTION_INFO_V1(ab_srm_sequential_text);
Datum
ab_srm_sequential_text(PG_FUNCTION_ARGS)
{
	return AbSrmOfText(fcinfo, &any_day);
}
