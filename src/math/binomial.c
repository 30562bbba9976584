/*
 * binomial.c
 *	  Tests of one count among n, and the ends of intervals that agree with
 *	  them.
 *
 * McNemar's test and the comparison of two Poisson rates are both, given the
 * total n, the test of a binomial count against known odds.  Its two-sided
 * p-value is twice the smaller tail: the set of odds that this test does not
 * reject is an interval (Clopper and Pearson's), which the sum of all less
 * likely outcomes does not give.
 *
 * References:
 *	C. J. Clopper, E. S. Pearson, The Use of Confidence or Fiducial Limits
 *	Illustrated in the Case of the Binomial, Biometrika 26 (1934), 404-413.
 *	H. O. Lancaster, Significance Tests in Discrete Distributions, J. American
 *	Statistical Association 56 (1961), 223-234 (mid-p).
 */
#include "math/binomial.h"

#include <float.h>
#include <math.h>

/*
 * Tails of k among n whose odds are given, odds = p / (1 - p).  The smaller of
 * p and 1 - p is the one computed with, so none is rounded away.  A mid-p
 * counts half of the probability of k itself.
 */
AbTails
AbBinomialTails(double k, double n, double odds, bool mid_p)
{
	AbTails		tails;
	double		p = odds <= 1 ? odds / (1 + odds) : 1 / (1 + odds);
	double		x = odds <= 1 ? k : n - k;
	double		part = mid_p ? AbBinomialProbability(x, n, p) / 2 : 0;
	double		more = AbBinomialUpperTail(mid_p ? x + 1 : x, n, p) + part;
	double		less = AbBinomialLowerTail(mid_p ? x - 1 : x, n, p) + part;

	tails.upper = odds <= 1 ? more : less;
	tails.lower = odds <= 1 ? less : more;
	return tails;
}

/*
 * Tails of a standard normal statistic.
 */
AbTails
AbNormalTails(double z)
{
	AbTails		tails = {AbNormalUpperTail(z), AbNormalUpperTail(-z)};

	return tails;
}

/*
 * The p-value, never 0; two-sided: twice the smaller tail, at most 1.
 */
double
AbTailsPValue(AbTails tails, AbAlternative alternative)
{
	switch (alternative)
	{
		case AB_LESS:
			return AbBoundP(tails.lower);
		case AB_GREATER:
			return AbBoundP(tails.upper);
		default:
			return AbBoundP(2 * fmin(tails.upper, tails.lower));
	}
}

/*
 * The end of a score interval with a fixed continuity correction, at a
 * one-sided level.
 */
AbEndCorrection
AbUsualEnd(double usual, double level)
{
	AbEndCorrection end = {usual, AbNormalUpperQuantile(level)};

	return end;
}

/*
 * The end of a score interval that agrees with an exact test.
 *
 * At no effect the score statistic is excess / sd, where excess is the count
 * minus its expectation, away from which this end is looked for, and `tail`
 * is the exact one-sided p-value in that direction.  The shift is the
 * continuity correction with which the score test gives just that p-value,
 *
 *		(excess - shift) / sd = z(tail),
 *
 * so the interval's end passes zero when tail = level and is otherwise the
 * score interval's: for a binomial count the shift is near 1/2.
 *
 * Far out the exact tail is below the normal one and the shift would be
 * negative.  Then it is 0 and the critical value is reduced instead: not at
 * all up to half of the statistic, linearly from there on, so that it equals
 * the statistic when tail = level.
 *
 * The usual correction is taken where the test does not decide about this
 * end, which is then on the far side of the estimate, and where the tail
 * underflows.
 */
AbEndCorrection
AbCorrectEnd(double excess, double sd, double tail, double usual, double level)
{
	AbEndCorrection end = AbUsualEnd(usual, level);
	double		statistic = excess / sd;
	double		z;

	if (!(sd > 0) || !(tail <= 0.5 || tail < level) || !(tail >= DBL_MIN))
		return end;

	z = AbNormalUpperQuantile(tail);
	if (excess >= z * sd)
		end.shift = excess - z * sd;
	else if (statistic > 0)
	{
		double		half = statistic / 2;

		end.shift = 0;
		if (end.critical > half)
			end.critical = half + (end.critical - half) * (half / (z - half));
	}
	return end;
}

/*
 * Where a decreasing f crosses zero in [low, high]: an end if it does not.
 */
double
AbFindCrossing(AbFunction f, void *context, double low, double high)
{
	if (f(low, context) <= 0)
		return low;
	if (f(high, context) >= 0)
		return high;
	return AbFindRoot(f, context, low, high);
}
