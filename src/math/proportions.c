/*
 * proportions.c
 *	  Two proportions: their difference, Wilson's interval of one, Newcombe's
 *	  of two, and the estimates that the plus-four method adjusts.
 *
 * A bound is asked for by its z: a positive one is a lower bound, a negative
 * one an upper bound.
 *
 * References:
 *	E. B. Wilson, Probable Inference, the Law of Succession, and Statistical
 *	Inference, J. American Statistical Association 22 (1927), 209-212.
 *	R. G. Newcombe, Interval Estimation for the Difference Between Independent
 *	Proportions, Statistics in Medicine 17 (1998), 873-890, method 10.
 *	A. Donner, G. Y. Zou, Closed-Form Confidence Intervals for Functions of
 *	the Normal Mean and Standard Deviation, Statistical Methods in Medical
 *	Research 21 (2012), 347-359 (the ratio that goes with Newcombe's).
 *	A. Agresti, B. Caffo, Simple and Effective Confidence Intervals for
 *	Proportions and Differences of Proportions, The American Statistician 54
 *	(2000), 280-288.
 */
#include "math/proportions.h"

#include <math.h>

#include "math/distributions.h"

/* Doublings until an interval reaches any difference. */
#define MAX_STEPS			200

/*
 * Treatment's proportion minus control's, rounded once.
 */
double
AbProportionDifference(const AbProportions *counts)
{
	double		t = counts->treatment * counts->control_n;
	double		c = counts->control * counts->treatment_n;
	double		t_low = fma(counts->treatment, counts->control_n, -t);
	double		c_low = fma(counts->control, counts->treatment_n, -c);

	return ((t - c) + (t_low - c_low)) / counts->control_n / counts->treatment_n;
}

/*
 * Upper bound of Wilson's interval,
 *
 *	(x + z^2 / 2 + z sqrt(x y / n + z^2 / 4)) / (n + z^2),	y = n - x,
 *
 * which has no cancellation.
 */
static double
WilsonUpper(double x, double n, double z)
{
	double		root = sqrt(x * ((n - x) / n) + z * z / 4);
	double		bound = (x + z * z / 2 + z * root) / (n + z * z);

	return x == n || bound > 1 ? 1 : bound;
}

/*
 * Lower bound, from the product of the two, x^2 / (n (n + z^2)).
 */
static double
WilsonLower(double x, double n, double z)
{
	double		bound = x / n * (x / (n + z * z)) / WilsonUpper(x, n, z);

	return x == 0 ? 0 : bound > 1 ? 1 : bound;
}

/*
 * Wilson's interval for one proportion: all p with
 * |x / n - p| <= z sqrt(p (1 - p) / n).
 */
AbInterval
AbWilson(double successes, double n, double z)
{
	AbInterval	interval;

	interval.low = WilsonLower(successes, n, z);
	interval.high = WilsonUpper(successes, n, z);
	return interval;
}

/*
 * How far the estimate is from Wilson's lower and upper bound.  By the
 * definition of the bounds, that is their own standard error times z.
 */
static double
WilsonBelow(double x, double n, double z)
{
	return z * sqrt(WilsonLower(x, n, z) * (WilsonUpper(n - x, n, z) / n));
}

static double
WilsonAbove(double x, double n, double z)
{
	return WilsonBelow(n - x, n, z);
}

/*
 * Proportion and its variance p (1 - p) / n after so many successes, and as
 * many failures, were added.
 */
AbProportionEstimate
AbEstimateProportion(double successes, double n, double added)
{
	AbProportionEstimate estimate;
	double		x = successes + added;
	double		y = n - successes + added;
	double		total = n + 2 * added;

	estimate.proportion = x / total;
	estimate.variance = x / total * (y / total) / total;
	return estimate;
}

/*
 * Distance of Newcombe's bound from the estimate, squared and added up: the
 * bound of the treatment on that side and the control's on the other.
 */
static double
NewcombeDistance(const AbProportions *counts, double z, bool lower)
{
	if (lower)
		return hypot(WilsonBelow(counts->treatment, counts->treatment_n, z),
					 WilsonAbove(counts->control, counts->control_n, z));
	return hypot(WilsonAbove(counts->treatment, counts->treatment_n, z),
				 WilsonBelow(counts->control, counts->control_n, z));
}

/*
 * Newcombe's bound of the difference.
 */
double
AbNewcombeDifferenceBound(const AbProportions *counts, double z)
{
	double		distance = NewcombeDistance(counts, fabs(z), z > 0);

	return AbProportionDifference(counts) + (z > 0 ? -distance : distance);
}

static double
NewcombeReach(double z, void *context)
{
	const AbProportions *counts = context;
	double		difference = AbProportionDifference(counts);

	return NewcombeDistance(counts, z, difference > 0) - fabs(difference);
}

/*
 * The z at which Newcombe's interval just reaches zero, with the sign of the
 * difference: what a test dual to the interval has for its statistic.
 */
double
AbNewcombeStatistic(const AbProportions *counts)
{
	double		difference = AbProportionDifference(counts);
	double		high = 1;

	if (difference == 0)
		return 0;
	for (int i = 0; i < MAX_STEPS; i++)
	{
		if (NewcombeReach(high, (void *) counts) >= 0)
			break;
		high *= 2;
	}
	return copysign(AbFindRoot(NewcombeReach, (void *) counts, 0, high),
					difference);
}

/*
 * The bound of the lift that goes with Newcombe's of the difference: the ratio
 * r whose treatment - r control has zero as that bound.  With d1, d2 the
 * distances of Wilson's bounds from the two proportions it solves
 *
 *	(pt - r pc)^2 = d1^2 + r^2 d2^2.
 */
double
AbNewcombeLiftBound(const AbProportions *counts, double z)
{
	double		pt = counts->treatment / counts->treatment_n;
	double		pc = counts->control / counts->control_n;
	double		d1;
	double		d2;
	double		a;
	double		root;

	if (z > 0)
	{
		d1 = WilsonBelow(counts->treatment, counts->treatment_n, z);
		d2 = WilsonAbove(counts->control, counts->control_n, z);
	}
	else
	{
		d1 = WilsonAbove(counts->treatment, counts->treatment_n, -z);
		d2 = WilsonBelow(counts->control, counts->control_n, -z);
	}
	if (counts->treatment == 0 && (counts->control == 0 || z > 0))
		return counts->control == 0 ? NAN : -1;
	a = (pc - d2) * (pc + d2);
	root = pt * d2 * (pt * d2) + d1 * d1 * a;
	root = root < 0 ? 0 : sqrt(root);
	if (z > 0)
	{
		double		ratio = (pt - d1) * (pt + d1) / (pc * pt + root);

		return ratio < 0 ? -1 : ratio - 1;
	}
	/* Wilson's lower bound of the control is above 0 unless it has none */
	return counts->control == 0 ? INFINITY : (pc * pt + root) / a - 1;
}
