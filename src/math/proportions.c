/*
 * proportions.c
 *	  Two proportions: intervals, and tests of a difference or a ratio.
 *
 * Score and likelihood-ratio tests need the proportions that are most likely
 * under the hypothesis.  Hypotheses about a difference and about a ratio are
 * the same one here, p1 = a + b p2, so one solver serves all of them, and an
 * interval is the set of hypotheses that the test does not reject.
 *
 * A bound is asked for by its z: the statistic that the hypothesis at the
 * bound has.  A positive z is a lower bound, a negative one an upper bound.
 *
 * References:
 *	E. B. Wilson, Probable Inference, the Law of Succession, and Statistical
 *	Inference, J. American Statistical Association 22 (1927), 209-212.
 *	O. Miettinen, M. Nurminen, Comparative Analysis of Two Rates, Statistics
 *	in Medicine 4 (1985), 213-226.
 *	R. W. Mee, Confidence Bounds for the Difference Between Two Probabilities,
 *	Biometrics 40 (1984), 1175-1176.
 *	P. A. R. Koopman, Confidence Intervals for the Ratio of Two Binomial
 *	Proportions, Biometrics 40 (1984), 513-517.
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

#include <float.h>
#include <math.h>
#include <stddef.h>

#include "math/binomial.h"
#include "math/distributions.h"

/* Newton's method takes about 5 steps; this is the end of pure bisection. */
#define MAX_STEPS			200

/* Statistics beyond this are all the same: no p-value is that small. */
#define LARGEST_STATISTIC	1e3

/* From an estimate of 0 to where its bounds are looked for. */
#define SMALLEST_STEP		1e-18

/*
 * The hypothesis p1 = a + b p2, 0 <= b <= 1, about successes x, failures y of
 * n in two arms.
 */
typedef struct Hypothesis
{
	double		x1;
	double		y1;
	double		n1;
	double		x2;
	double		y2;
	double		n2;
	double		a;
	double		b;
	double		excess;			/* of the observed p1 over a + b p2 */
	double		sign;			/* of treatment against control in it */
} Hypothesis;

/* A bound that is searched for. */
typedef struct Search
{
	const AbProportions *counts;
	AbProportionStatistic kind;
	double		z;
	bool		inverse;		/* of a ratio: control / treatment */
} Search;

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

	return bound > 1 ? 1 : bound;
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
 * Swap the names of success and failure where most rows are successes:
 * proportions near 0 are doubles of full precision, those near 1 are not.
 * `complement` is the a of the hypothesis that is about failures,
 * q1 = a + b q2.
 */
static void
PreferRare(Hypothesis *h, double complement)
{
	double		x1 = h->x1;
	double		x2 = h->x2;

	if (h->x1 + h->x2 <= h->y1 + h->y2)
		return;
	h->x1 = h->y1;
	h->y1 = x1;
	h->x2 = h->y2;
	h->y2 = x2;
	h->a = complement;
	h->excess = -h->excess;
	h->sign = -h->sign;
}

/*
 * The hypothesis treatment - control = difference.
 */
static Hypothesis
OfDifference(const AbProportions *counts, double difference)
{
	Hypothesis	h;

	h.x1 = counts->treatment;
	h.n1 = counts->treatment_n;
	h.x2 = counts->control;
	h.n2 = counts->control_n;
	h.y1 = h.n1 - h.x1;
	h.y2 = h.n2 - h.x2;
	h.a = difference;
	h.b = 1;
	h.excess = AbProportionDifference(counts) - difference;
	h.sign = 1;
	PreferRare(&h, -difference);
	return h;
}

/*
 * The hypothesis treatment = ratio control, or where `inverse` is set,
 * control = ratio treatment; ratio <= 1.
 */
static Hypothesis
OfRatio(const AbProportions *counts, double ratio, bool inverse)
{
	Hypothesis	h;

	h.x1 = inverse ? counts->control : counts->treatment;
	h.n1 = inverse ? counts->control_n : counts->treatment_n;
	h.x2 = inverse ? counts->treatment : counts->control;
	h.n2 = inverse ? counts->treatment_n : counts->control_n;
	h.y1 = h.n1 - h.x1;
	h.y2 = h.n2 - h.x2;
	h.a = 0;
	h.b = ratio;
	h.sign = inverse ? -1 : 1;
	if (ratio < 0.5)
	{
		/* that makes p1 a rare success by itself */
		h.excess = h.x1 / h.n1 - ratio * (h.x2 / h.n2);
		return h;
	}
	h.excess = h.sign * AbProportionDifference(counts) +
		(1 - ratio) * (h.x2 / h.n2);
	PreferRare(&h, 1 - ratio);
	return h;
}

static double
FirstProportion(const Hypothesis *h, double p2)
{
	return fmin(fmax(h->a + h->b * p2, 0), 1);
}

/*
 * x / p, which stays 0 where there is no success to explain.
 */
static double
PerProportion(double x, double p)
{
	return x == 0 ? 0 : x / p;
}

/*
 * Derivative of the log likelihood
 *
 *	x1 log p1 + y1 log(1 - p1) + x2 log p2 + y2 log(1 - p2),
 *	p1 = a + b p2,
 *
 * in p2, and where `slope` is given, minus its own derivative.
 */
static double
Score(const Hypothesis *h, double p2, double *slope)
{
	double		p1 = FirstProportion(h, p2);
	double		up1 = PerProportion(h->x1, p1);
	double		down1 = PerProportion(h->y1, 1 - p1);
	double		up2 = PerProportion(h->x2, p2);
	double		down2 = PerProportion(h->y2, 1 - p2);

	if (slope)
		*slope = h->b * h->b *
			(PerProportion(up1, p1) + PerProportion(down1, 1 - p1)) +
			PerProportion(up2, p2) + PerProportion(down2, 1 - p2);
	return h->b * (up1 - down1) + (up2 - down2);
}

/*
 * The p2 most likely under the hypothesis.
 *
 * Miettinen and Nurminen give the zero of Score() as the root of a cubic.  It
 * is solved here as it stands: the log likelihood is concave, so that Newton's
 * method within a bracket finds its only maximum, and the coefficients of the
 * cubic, in which proportions near 0 cancel, are never formed.
 */
static double
MostLikely(const Hypothesis *h)
{
	double		low;
	double		high;
	double		p;

	if (h->b == 0)
		return h->x2 / h->n2;
	low = fmax(0, -h->a / h->b);
	high = fmin(1, (1 - h->a) / h->b);
	if (!(low < high) || Score(h, low, NULL) <= 0)
		return low;
	if (Score(h, high, NULL) >= 0)
		return high;

	p = (h->x1 + h->x2 - h->n1 * h->a) / (h->n1 * h->b + h->n2);
	for (int i = 0; i < MAX_STEPS; i++)
	{
		double		slope;
		double		score;
		double		next;

		if (!(p > low && p < high))
			p = low + (high - low) / 2;
		if (!(p > low && p < high))
			break;
		score = Score(h, p, &slope);
		if (score == 0)
			break;
		if (score > 0)
			low = p;
		else
			high = p;
		next = p + score / slope;
		if (fabs(next - p) <= DBL_EPSILON / 2 * p)
			break;
		p = next;
	}
	return p;
}

/*
 * Variance of the observed p1 - a - b p2 under the hypothesis.
 */
static double
NullVariance(const Hypothesis *h, AbProportionStatistic kind)
{
	double		p2 = MostLikely(h);
	double		p1 = FirstProportion(h, p2);
	double		n = h->n1 + h->n2;
	double		variance = p1 * (1 - p1) / h->n1 +
		h->b * h->b * (p2 * (1 - p2) / h->n2);

	return kind == AB_PROPORTION_SCORE_MN ? variance * (n / (n - 1)) : variance;
}

/*
 * Likelihood-ratio statistic (twice the loss of log likelihood).
 */
static double
LikelihoodRatio(const Hypothesis *h)
{
	double		p2 = MostLikely(h);
	double		p1 = FirstProportion(h, p2);
	double		excess1 = h->x1 - h->n1 * p1;
	double		excess2 = h->x2 - h->n2 * p2;

	return 2 * (AbDeviance(h->x1, h->n1 * p1, excess1) +
				AbDeviance(h->y1, h->n1 * (1 - p1), -excess1) +
				AbDeviance(h->x2, h->n2 * p2, excess2) +
				AbDeviance(h->y2, h->n2 * (1 - p2), -excess2));
}

/*
 * Signed root of the statistic: standard normal under the hypothesis, positive
 * where the treatment is above it.
 */
static double
SignedRoot(const Hypothesis *h, AbProportionStatistic kind)
{
	double		root;

	if (h->excess == 0)
		return 0;
	if (kind == AB_PROPORTION_LIKELIHOOD)
	{
		root = LikelihoodRatio(h);
		root = copysign(root < 0 ? 0 : sqrt(root), h->excess);
	}
	else
		root = h->excess / sqrt(NullVariance(h, kind));
	return h->sign * root;
}

/*
 * A function with the sign of SignedRoot() - z that is finite everywhere.
 */
static double
Distance(const Hypothesis *h, AbProportionStatistic kind, double z)
{
	if (kind == AB_PROPORTION_LIKELIHOOD)
	{
		double		root = SignedRoot(h, kind);

		return (fabs(root) > LARGEST_STATISTIC ?
				copysign(LARGEST_STATISTIC, root) : root) - z;
	}
	return h->sign * h->excess - z * sqrt(NullVariance(h, kind));
}

/*
 * Standard error of the difference under the hypothesis that there is none.
 */
double
AbProportionNullError(const AbProportions *counts, AbProportionStatistic kind)
{
	Hypothesis	h = OfDifference(counts, 0);

	return sqrt(NullVariance(&h, kind));
}

/*
 * The statistic for treatment - control = difference.
 */
double
AbProportionStatisticAt(const AbProportions *counts,
						AbProportionStatistic kind, double difference)
{
	Hypothesis	h = OfDifference(counts, difference);

	return SignedRoot(&h, kind);
}

static double
DifferenceDistance(double difference, void *context)
{
	const Search *search = context;
	Hypothesis	h = OfDifference(search->counts, difference);

	return Distance(&h, search->kind, search->z);
}

static double
RatioDistance(double ratio, void *context)
{
	const Search *search = context;
	Hypothesis	h = OfRatio(search->counts, ratio, search->inverse);

	return Distance(&h, search->kind, search->z);
}

/*
 * Where f has the root that belongs to z, between its estimate and the limit
 * on that side.  An estimate without variance (no successes, say) is a root as
 * well, which is stepped off.  A z that small that nothing is found there has
 * the estimate for its bound.
 */
static double
FindBound(AbFunction f, Search *search, double estimate, double limit)
{
	double		step = fmax(fabs(estimate) * DBL_EPSILON, SMALLEST_STEP);
	double		bound;

	if (isnan(search->z))
		return NAN;
	if (estimate == limit)
		return limit;
	if (limit < estimate)
		bound = AbFindRoot(f, search, limit, estimate - step);
	else
		bound = AbFindRoot(f, search, estimate + step, limit);
	return isnan(bound) ? estimate : bound;
}

/*
 * The difference whose statistic is z.
 */
double
AbProportionDifferenceBound(const AbProportions *counts,
							AbProportionStatistic kind, double z)
{
	Search		search = {counts, kind, z, false};

	return FindBound(DifferenceDistance, &search,
					 AbProportionDifference(counts), z > 0 ? -1 : 1);
}

/*
 * The lift, treatment / control - 1, whose statistic is z; infinite if there
 * is no such bound.  NaN if neither arm has a success, for then nothing is
 * known of the ratio.
 *
 * The ratio or, if it is above 1, its inverse is looked for in [0, 1], where
 * either is as precise as its size allows.
 */
double
AbProportionLiftBound(const AbProportions *counts, AbProportionStatistic kind,
					  double z)
{
	Search		search = {counts, kind, z, false};
	double		control = counts->control / counts->control_n;
	double		treatment = counts->treatment / counts->treatment_n;
	double		at_one = RatioDistance(1, &search);
	double		ratio;

	if (control + treatment == 0 || isnan(at_one))
		return NAN;
	search.inverse = at_one > 0 || (at_one == 0 && z <= 0);
	if (!search.inverse)
	{
		ratio = FindBound(RatioDistance, &search,
						  fmin(treatment / control, 1), z > 0 ? 0 : 1);
		return ratio - 1;
	}
	ratio = FindBound(RatioDistance, &search,
					  fmin(control / treatment, 1), z > 0 ? 1 : 0);
	return (1 - ratio) / ratio;
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
