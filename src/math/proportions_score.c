/*
 * proportions_score.c
 *	  Score and likelihood-ratio tests of two proportions against any difference
 *	  or ratio, and the intervals that they are: an interval is the set of
 *	  hypotheses that the test does not reject.
 *
 * A bound is asked for by its z: the statistic that the hypothesis at the
 * bound has.  A positive z is a lower bound, a negative one (-0 as well) an
 * upper bound.
 *
 * The plain score test errs at up to 1.6 times a one-sided 2.5% where both arms
 * expect five events, for a margin makes the null distribution skew where the
 * arms are unequal.  Skewness and a quarter of a user's step as continuity
 * correction keep it below 1.13 times; the quarter and the tangent of
 * AbSkewQuantile() were found by enumeration.
 *
 * References:
 *	O. Miettinen, M. Nurminen, Comparative Analysis of Two Rates, Statistics
 *	in Medicine 4 (1985), 213-226.
 *	R. W. Mee, Confidence Bounds for the Difference Between Two Probabilities,
 *	Biometrics 40 (1984), 1175-1176.
 *	P. A. R. Koopman, Confidence Intervals for the Ratio of Two Binomial
 *	Proportions, Biometrics 40 (1984), 513-517.
 *	J. J. Gart, J. Nam, Approximate Interval Estimation of the Ratio of Binomial
 *	Parameters: A Review and Corrections for Skewness, Biometrics 44 (1988),
 *	323-338, and of the difference, Biometrics 46 (1990), 637-643.
 *	P. J. Laud, Equal-Tailed Confidence Intervals for Comparison of Rates,
 *	Pharmaceutical Statistics 16 (2017), 334-348.
 *	F. Yates, Contingency Tables Involving Small Numbers and the Chi-Square
 *	Test, Supplement to the J. Royal Statistical Society 1 (1934), 217-235.
 */
#include "math/proportions_score.h"

#include <float.h>
#include <math.h>

#include "math/binomial.h"
#include "math/distributions.h"

/* Statistics beyond this are all the same: no p-value is that small. */
#define LARGEST_STATISTIC	1e3

/* From an estimate of 0 to where its bounds are looked for. */
#define SMALLEST_STEP		1e-18

const AbScoreTest ab_margin_score = {AB_SCORE_SKEWNESS, AB_CONTINUITY_QUARTER};

/* A bound that is searched for. */
typedef struct Search
{
	const AbProportions *counts;
	AbScoreTest test;
	double		z;
	bool		inverse;		/* of a ratio: control / treatment */
} Search;

/*
 * Likelihood-ratio statistic (twice the loss of log likelihood).
 */
static double
LikelihoodRatio(const AbHypothesis *h)
{
	AbNullMoments m = AbMomentsUnder(h);
	double		p1 = m.p1;
	double		p2 = m.p2;
	double		excess1 = h->x1 - h->n1 * p1;
	double		excess2 = h->x2 - h->n2 * p2;

	return 2 * (AbDeviance(h->x1, h->n1 * p1, excess1) +
				AbDeviance(h->y1, h->n1 * (1 - p1), -excess1) +
				AbDeviance(h->x2, h->n2 * p2, excess2) +
				AbDeviance(h->y2, h->n2 * (1 - p2), -excess2));
}

/*
 * Variance of the observed p1 - a - b p2 under the hypothesis.
 */
static double
Variance(const AbHypothesis *h, const AbNullMoments *m, AbScoreStatistic kind)
{
	double		n = h->n1 + h->n2;

	return kind == AB_SCORE_MN || kind == AB_SCORE_SKEWNESS ?
		m->variance * (n / (n - 1)) : m->variance;
}

/*
 * What the continuity correction takes off the observed p1 - a - b p2.
 */
static double
Correction(const AbHypothesis *h, AbContinuity continuity)
{
	switch (continuity)
	{
		case AB_CONTINUITY_QUARTER:
			return fmax(1 / h->n1, h->b / h->n2) / 4;
		case AB_CONTINUITY_YATES:
			return (1 / h->n1 + h->b / h->n2) / 2;
		default:
			return 0;
	}
}

/*
 * The quantile of a standardised statistic with a sixth of its skewness g, from
 * that of the normal distribution: Cornish and Fisher's
 *
 *		w = z + g (z^2 - 1)				where g z >= -1/4,
 *		w = z / 2 - 1 / (16 g) - g		beyond,
 *
 * its tangent of slope 1/2 there, so that every w belongs to one z.
 */
double
AbSkewQuantile(double z, double g)
{
	if (g * z >= -0.25)
		return z + g * (z * z - 1);
	return z / 2 - 1 / (16 * g) - g;
}

/*
 * The normal quantile z that belongs to w = s: AbSkewQuantile()'s inverse.
 */
double
AbUnskew(double s, double g)
{
	double		turn = -3 / (16 * g) - g;

	if (g == 0)
		return s;
	if (g < 0 ? s >= turn : s <= turn)
		return 2 * (s + g) + 1 / (8 * g);
	return 2 * (s + g) / (1 + sqrt(1 + 4 * g * (s + g)));
}

/*
 * The standardised excess of a score test, as the quantile of a standard normal
 * distribution; 0 where nothing can vary under the hypothesis.
 */
static double
Standardise(const AbHypothesis *h, AbScoreStatistic kind, double excess)
{
	AbNullMoments m = AbMomentsUnder(h);
	double		variance = Variance(h, &m, kind);
	double		root = sqrt(variance);

	if (variance == 0)
		return 0;
	if (kind != AB_SCORE_SKEWNESS)
		return excess / root;
	return AbUnskew(excess / root, h->sign * m.third / (6 * variance * root));
}

/*
 * Signed root of the likelihood ratio.
 */
static double
SignedRoot(const AbHypothesis *h)
{
	double		root;

	if (h->excess == 0)
		return 0;
	root = LikelihoodRatio(h);
	return h->sign * copysign(root < 0 ? 0 : sqrt(root), h->excess);
}

/*
 * The statistic of a hypothesis: standard normal under it, positive where the
 * treatment is above it.  The p-value is AbPValue() of it with infinite df.
 *
 * A correction of a quarter is one against the alternative; two-sided the
 * statistic is that of the direction with the smaller p, or 0 where both
 * are above one half.  Yates' correction is towards the hypothesis.
 */
double
AbScoreAt(const AbProportions *counts, AbScoreTest test, AbProportionNull null,
		  AbAlternative alternative)
{
	AbHypothesis h = AbHypothesisOf(counts, null);
	double		excess = h.sign * h.excess;
	double		correction = Correction(&h, test.continuity);
	double		greater;
	double		less;

	if (test.statistic == AB_SCORE_LIKELIHOOD)
		return SignedRoot(&h);
	if (test.continuity == AB_CONTINUITY_YATES)
		excess = copysign(fmax(fabs(excess) - correction, 0), excess);
	if (test.continuity != AB_CONTINUITY_QUARTER)
		return excess == 0 && test.statistic != AB_SCORE_SKEWNESS ? 0 :
			Standardise(&h, test.statistic, excess);

	greater = alternative == AB_LESS ? NAN :
		Standardise(&h, test.statistic, excess - correction);
	less = alternative == AB_GREATER ? NAN :
		Standardise(&h, test.statistic, excess + correction);
	if (alternative != AB_TWO_SIDED)
		return alternative == AB_GREATER ? greater : less;
	return greater + less > 0 ? fmax(greater, 0) : fmin(less, 0);
}

/*
 * Standard error of treatment - control, or treatment - ratio control, under
 * the hypothesis; NaN of the likelihood ratio.
 */
double
AbScoreError(const AbProportions *counts, AbScoreTest test,
			 AbProportionNull null)
{
	AbHypothesis h = AbHypothesisOf(counts, null);
	AbNullMoments m = AbMomentsUnder(&h);

	if (test.statistic == AB_SCORE_LIKELIHOOD)
		return NAN;
	return sqrt(Variance(&h, &m, test.statistic)) *
		(null.ratio ? fmax(null.value, 1) : 1);
}

/*
 * A function with the sign of the statistic less z that is finite everywhere:
 * for a score test (S -+ c) - sqrt(V) AbSkewQuantile(z), without the division
 * by a variance that vanishes.
 */
static double
Distance(const AbHypothesis *h, AbScoreTest test, double z)
{
	AbNullMoments m;
	double		variance;
	double		root;
	double		excess;
	double		tilt;

	if (test.statistic == AB_SCORE_LIKELIHOOD)
	{
		root = SignedRoot(h);
		return (fabs(root) > LARGEST_STATISTIC ?
				copysign(LARGEST_STATISTIC, root) : root) - z;
	}

	m = AbMomentsUnder(h);
	variance = Variance(h, &m, test.statistic);
	root = sqrt(variance);
	excess = h->sign * h->excess -
		copysign(Correction(h, test.continuity), z);
	if (test.statistic != AB_SCORE_SKEWNESS || variance == 0)
		return excess - z * root;

	/* g sqrt(V) */
	tilt = h->sign * m.third / (6 * variance);
	if (tilt * z >= -root / 4)
		return excess - z * root - tilt * (z * z - 1);
	return excess - z * root / 2 + variance / (16 * tilt) + tilt;
}

/*
 * The same for a hypothesis by its value.
 */
double
AbScoreDistance(const AbProportions *counts, AbScoreTest test,
				AbProportionNull null, double z)
{
	AbHypothesis h = AbHypothesisOf(counts, null);

	return Distance(&h, test, z);
}

static double
DifferenceDistance(double difference, void *context)
{
	const Search *search = context;
	AbHypothesis h = AbHypothesisOfDifference(search->counts, difference);

	return Distance(&h, search->test, search->z);
}

static double
RatioDistance(double ratio, void *context)
{
	const Search *search = context;
	AbHypothesis h = AbHypothesisOfRatio(search->counts, ratio,
										 search->inverse);

	return Distance(&h, search->test, search->z);
}

/*
 * Where f has the root that belongs to z, up to the limit on that side.
 *
 * It is looked for from the estimate on, which without variance (no successes,
 * say) is a root as well, and stepped off.  A z that small that nothing is
 * found there has the estimate for its bound.  With a correction
 * the root may lie on the other side of the estimate, or nowhere, and then the
 * limit is the bound.
 */
static double
FindBound(AbFunction f, Search *search, double estimate, double limit,
		  double other)
{
	double		step = fmax(fabs(estimate) * DBL_EPSILON, SMALLEST_STEP);
	double		bound;

	if (isnan(search->z))
		return NAN;
	if (search->test.statistic == AB_SCORE_SKEWNESS ||
		search->test.continuity != AB_CONTINUITY_NONE)
	{
		/*
		 * Just inside of the range: at its ends a variance may be 0, where
		 * the statistic has a limit that the function does not.
		 */
		double		low = fmin(limit, other);
		double		high = fmax(limit, other);

		bound = AbFindRoot(f, search,
						   low + fmax(fabs(low) * DBL_EPSILON, SMALLEST_STEP),
						   high - high * DBL_EPSILON);
		return isnan(bound) ? limit : bound;
	}
	if (estimate == limit)
		return limit;
	if (limit < estimate)
		bound = AbFindRoot(f, search, limit, estimate - step);
	else
		bound = AbFindRoot(f, search, estimate + step, limit);
	return isnan(bound) ? estimate : bound;
}

/*
 * The difference whose statistic is z, exactly -1 or 1 where the bound ends
 * there.
 */
double
AbScoreDifferenceBound(const AbProportions *counts, AbScoreTest test, double z)
{
	Search		search = {counts, test, z, false};
	double		limit = signbit(z) ? 1 : -1;

	return FindBound(DifferenceDistance, &search,
					 AbProportionDifference(counts), limit, -limit);
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
AbScoreLiftBound(const AbProportions *counts, AbScoreTest test, double z)
{
	Search		search = {counts, test, z, false};
	double		control = counts->control / counts->control_n;
	double		treatment = counts->treatment / counts->treatment_n;
	double		at_one = RatioDistance(1, &search);
	bool		upper = signbit(z);
	double		ratio;

	if (control + treatment == 0 || isnan(at_one))
		return NAN;
	search.inverse = at_one > 0 || (at_one == 0 && upper);
	if (!search.inverse)
	{
		ratio = FindBound(RatioDistance, &search, fmin(treatment / control, 1),
						  upper, !upper);
		return ratio - 1;
	}
	ratio = FindBound(RatioDistance, &search, fmin(control / treatment, 1),
					  !upper, upper);
	return (1 - ratio) / ratio;
}
