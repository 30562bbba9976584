/*
 * odds_exact.c
 *	  The odds ratio of two proportions given both totals of their table.
 *
 * Given all successes of the two arms, those of the treatment are distributed
 * with probabilities proportional to
 *
 *		w(k) = C(nt, k) C(nc, s - k) r^k
 *
 * for the odds ratio r (Fisher's noncentral hypergeometric).  Terms are summed
 * from the count observed outwards, relative to its own, so that nothing
 * cancels; both sums end where a term no longer counts.
 *
 * References:
 *	R. A. Fisher, The Logic of Inductive Inference, J. Royal Statistical Society
 *	98 (1935), 39-82.
 *	J. Cornfield, A Statistical Problem Arising from Retrospective Studies, Proc.
 *	Third Berkeley Symposium 4 (1956), 135-148.
 */
#include "math/odds_exact.h"

#include <float.h>
#include <math.h>

#include "math/distributions.h"

/* The logarithm of the largest odds ratio that is looked for. */
#define LARGEST_LOG		700

/* Sums over the counts above or below one, in units of its own probability. */
typedef struct Side
{
	double		weight;
	double		distance;		/* weight times distance from it */
} Side;

typedef struct Search
{
	const AbProportions *counts;
	double		tail;			/* NaN to look for the most likely ratio */
	bool		upper;
} Search;

/*
 * The counts beyond the one observed on one side; step is 1 or -1.
 */
static Side
SumSide(const AbProportions *counts, double ratio, int step)
{
	double		successes = counts->control + counts->treatment;
	double		others = counts->control_n - successes;
	Side		side = {0, 0};
	double		term = 1;
	double		k = counts->treatment;

	for (double away = 1;; away++)
	{
		double		factor = step > 0 ?
			(counts->treatment_n - k) / (k + 1) *
			((successes - k) / (others + k + 1)) * ratio :
			k / (counts->treatment_n - k + 1) *
			((others + k) / (successes - k + 1)) / ratio;

		term *= factor;
		side.weight += term;
		side.distance += term * away;
		/* what is left is less than a geometric series */
		if (!(factor > 0) || isinf(side.distance) ||
			(factor < 1 && term * away <= DBL_EPSILON / 8 * (1 - factor) * (1 - factor) * side.distance))
			return side;
		k += step;
	}
}

/*
 * What the search makes 0 at the logarithm of a ratio; grows with it.
 */
static double
Excess(double log_ratio, void *context)
{
	const Search *search = context;
	double		ratio = exp(log_ratio);
	Side		above = SumSide(search->counts, ratio, 1);
	Side		below = SumSide(search->counts, ratio, -1);
	double		tail;

	if (isnan(search->tail))
		return log(above.distance) - log(below.distance);
	tail = search->upper ? below.weight : above.weight;
	tail = log1p(tail) - log1p(above.weight + below.weight) - log(search->tail);
	if (isinf(above.weight) || isinf(below.weight))
		tail = isinf(search->upper ? below.weight : above.weight) ?
			-log(search->tail) : -INFINITY;
	tail = fmax(tail, -DBL_MAX);
	return search->upper ? -tail : tail;
}

/*
 * The ratio at which Excess() is 0, looked for from the sample's outwards.
 */
static double
Solve(Search *search)
{
	const AbProportions *counts = search->counts;
	double		near = log((counts->treatment + 0.5) / (counts->control + 0.5) *
						   ((counts->control_n - counts->control + 0.5) /
							(counts->treatment_n - counts->treatment + 0.5)));
	double		step = sqrt(1 / (counts->treatment + 0.5) +
							1 / (counts->control + 0.5) +
							1 / (counts->control_n - counts->control + 0.5) +
							1 / (counts->treatment_n - counts->treatment + 0.5));
	double		start = Excess(near, search);
	double		far;

	if (start == 0)
		return exp(near);
	if (start > 0)
		step = -step;
	for (;; near = far, step *= 1.5)
	{
		double		end;

		far = near + step;
		if (!(fabs(far) < LARGEST_LOG))
			return NAN;
		end = Excess(far, search);
		if (end == 0)
			return exp(far);
		if ((end > 0) != (start > 0))
			break;
	}
	return exp(AbFindRoot(Excess, search, fmin(near, far), fmax(near, far)));
}

/*
 * The fewest and the most successes that the treatment can have of all.
 */
static double
Fewest(const AbProportions *counts)
{
	return fmax(0, counts->control + counts->treatment - counts->control_n);
}

static double
Most(const AbProportions *counts)
{
	return fmin(counts->treatment_n, counts->control + counts->treatment);
}

/*
 * The most likely odds ratio given the totals, at which the successes observed
 * are those expected: 0 or infinite for the fewest or the most that there can
 * be, NaN if there is one number only.
 */
double
AbConditionalOdds(const AbProportions *counts)
{
	Search		search = {counts, NAN, false};

	if (Fewest(counts) == Most(counts))
		return NAN;
	if (counts->treatment == Fewest(counts))
		return 0;
	if (counts->treatment == Most(counts))
		return INFINITY;
	return Solve(&search);
}

/*
 * The ratio at which so many successes or more, for the upper bound so many or
 * fewer, have that probability, from 0 to 1/2.  0 or infinite where there is no
 * bound.
 */
double
AbExactOddsBound(const AbProportions *counts, double tail, bool upper)
{
	Search		search = {counts, tail, upper};

	if (!upper && counts->treatment == Fewest(counts))
		return 0;
	if (upper && counts->treatment == Most(counts))
		return INFINITY;
	return Solve(&search);
}
