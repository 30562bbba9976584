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
 * Of large counts the incomplete beta function, which the tails are, loses
 * digits (Boost's 1e-9 where the variance is 1e7, 1e-7 at 1e10).  Its uniform
 * expansion, of which the first term is enough there, is the saddlepoint
 * approximation of Lugannani and Rice.
 *
 * References:
 *	C. J. Clopper, E. S. Pearson, The Use of Confidence or Fiducial Limits
 *	Illustrated in the Case of the Binomial, Biometrika 26 (1934), 404-413.
 *	H. O. Lancaster, Significance Tests in Discrete Distributions, J. American
 *	Statistical Association 56 (1961), 223-234 (mid-p).
 *	C. Loader, Fast and Accurate Computation of Binomial Probabilities, 2000
 *	(the deviance without cancellation).
 *	R. Lugannani, S. Rice, Saddle Point Approximation for the Distribution of
 *	the Sum of Independent Random Variables, Advances in Applied Probability 12
 *	(1980), 475-490.
 *	N. M. Temme, The Uniform Asymptotic Expansion of a Class of Integrals
 *	Related to Cumulative Distribution Functions, SIAM J. Mathematical Analysis
 *	13 (1982), 239-253.
 */
#include "math/binomial.h"

#include <float.h>
#include <math.h>

/*
 * From this variance of a count on its tails are computed by an expansion, whose
 * relative error is about 1e-12 then.
 */
#define LARGE_VARIANCE	1e7

#define ROOT_OF_2_PI	2.5066282746310002

/*
 * What a count x >= 0 has of half the deviance if it was expected to be
 * another, x log(x / expected) - (x - expected), where excess is x - expected.
 * Near its minimum 0 by a series, as the terms cancel.
 */
double
AbDeviance(double x, double expected, double excess)
{
	double		v = excess / (x + expected);
	double		power;
	double		sum;

	if (x == 0)
		return expected;
	if (expected <= 0)
		return INFINITY;
	if (fabs(v) > 0.1)
		return x * log(x / expected) - excess;

	/* x log(x / expected) = 2 x (v + v^3 / 3 + v^5 / 5 + ...) */
	power = 2 * x * v;
	sum = excess * v;
	for (int j = 3; j < 40; j += 2)
	{
		power *= v * v;
		sum += power / j;
	}
	return sum;
}

/*
 * P(B(a, b) <= p) of a beta distribution with large a and b, given the excess
 * a - (a + b) p.  With sd^2 = a b / (a + b) and D the deviance of a and b from
 * what p makes of their sum it is
 *
 *		P(Z > w) + phi(w) (1 / u - 1 / w),	u = excess / sd,  w^2 = D,
 *
 * w with the sign of u.  Near 0, where the difference cancels, it is its limit.
 */
static double
LargeBetaTail(double a, double b, double excess)
{
	double		sum = a + b;
	double		variance = a * (b / sum);
	double		sd = sqrt(variance);
	double		u = excess / sd;
	double		half = fmax(AbDeviance(a, a - excess, excess) +
							AbDeviance(b, b + excess, -excess), 0);
	double		w = copysign(sqrt(2 * half), excess);
	double		difference = fabs(u) < sqrt(DBL_EPSILON * variance) ?
		(b - a) / (3 * sum * sd) : 1 / u - 1 / w;

	return AbNormalUpperTail(w) + exp(-half) / ROOT_OF_2_PI * difference;
}

/*
 * P(X >= k) and P(X <= k) of n with these odds <= 1, for large variances.
 */
static double
LargeUpperTail(double k, double n, double odds)
{
	return LargeBetaTail(k, n - k + 1,
						 fma(-odds, n - k + 1, k) / (1 + odds));
}

static double
LargeLowerTail(double k, double n, double odds)
{
	return LargeBetaTail(n - k, k + 1,
						 -fma(-odds, n - k, k + 1) / (1 + odds));
}

/*
 * Tails of k among n, whole numbers up to 2^53, whose odds are given,
 * odds = p / (1 - p).  The smaller of p and 1 - p is the one computed with, so
 * none is rounded away.  A mid-p counts half of the probability of k itself.
 */
AbTails
AbBinomialTails(double k, double n, double odds, bool mid_p)
{
	AbTails		tails;
	double		small = odds <= 1 ? odds : 1 / odds;
	double		x = odds <= 1 ? k : n - k;
	double		more;
	double		less;

	if (x * ((n - x) / n) >= LARGE_VARIANCE)
	{
		more = LargeUpperTail(x, n, small);
		less = LargeLowerTail(x, n, small);
		if (mid_p)
		{
			more = (more + LargeUpperTail(x + 1, n, small)) / 2;
			less = (less + LargeLowerTail(x - 1, n, small)) / 2;
		}
	}
	else
	{
		double		p = odds <= 1 ? odds / (1 + odds) : 1 / (1 + odds);
		double		part = mid_p ? AbBinomialProbability(x, n, p) / 2 : 0;

		more = AbBinomialUpperTail(mid_p ? x + 1 : x, n, p) + part;
		less = AbBinomialLowerTail(mid_p ? x - 1 : x, n, p) + part;
	}
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
