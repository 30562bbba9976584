/*
 * poisson.c
 *	  Two Poisson rates, of events per exposure: tests of equality, intervals
 *	  of the difference and of the lift, and how much the events vary.
 *
 * Given the total of events, those of the treatment are binomial with odds
 *
 *		ratio of the rates * treatment exposure / control exposure,
 *
 * so the ratio is tested and its interval found without knowing either rate.
 * The interval of the difference is the score interval, whose test of no
 * difference is the score test; for the other methods with a continuity
 * correction that makes it agree with their p-value (AbCorrectEnd).
 *
 * References:
 *	J. Przyborowski, H. Wilenski, Homogeneity of Results in Testing Samples
 *	from Poisson Series, Biometrika 31 (1940), 313-323.
 *	K. Gu, H. K. T. Ng, M. L. Tang, W. R. Schucany, Testing the Ratio of Two
 *	Poisson Rates, Biometrical Journal 50 (2008), 283-298.
 *	O. Miettinen, M. Nurminen, Comparative Analysis of Two Rates, Statistics in
 *	Medicine 4 (1985), 213-226.
 *	R. A. Fisher, The Significance of Deviations from Expectation in a Poisson
 *	Series, Biometrics 6 (1950), 17-24 (index of dispersion).
 */
#include "math/poisson.h"

#include <math.h>

/* Largest logarithm of an exposure, and of their ratio: squares stay finite. */
#define LARGEST_LOG_EXPOSURE	200

/* Largest logarithm of a ratio of rates that an interval may end at. */
#define LARGEST_LOG_RATIO	690

/* Steps of doubling that cover every double. */
#define MAX_DOUBLINGS	2100

/*
 * The counts to be compared, with exposure in units of the control's: it is
 * `odds` for the treatment.
 */
typedef struct PoissonTest
{
	AbPoissonMethod method;
	double		treatment;		/* events */
	double		control;
	double		odds;
} PoissonTest;

/* What is solved for an end of an interval. */
typedef struct PoissonEnd
{
	PoissonTest test;
	double		level;			/* of the ratio's end */
	double		shift;			/* of the difference's, < 0 for the upper */
	double		critical;		/* likewise */
} PoissonEnd;

/*
 * Whether there are two counts, with exposures above zero that are near enough
 * to each other and to 1 for double precision: within a factor of e^200.  All
 * else here is NaN if not.
 */
bool
AbPoissonComparable(const AbPoissonCounts *counts)
{
	double		odds = counts->treatment_exposure / counts->control_exposure;

	return counts->treatment >= 0 && counts->control >= 0 &&
		fabs(log(odds)) <= LARGEST_LOG_EXPOSURE &&
		fabs(log(counts->control_exposure)) <= LARGEST_LOG_EXPOSURE;
}

static PoissonTest
MakeTest(const AbPoissonCounts *counts, AbPoissonMethod method)
{
	PoissonTest test = {method, counts->treatment, counts->control,
	counts->treatment_exposure / counts->control_exposure};

	return test;
}

/* ----------------------------------------------------------------------
 * The ratio
 * ----------------------------------------------------------------------
 */

/*
 * One-sided p-values of the hypothesis that the treatment's exposure is
 * `odds` times the control's and the rates are equal, which is that a ratio
 * is 1 in other units.  With x the events, n their sum and d the odds:
 *
 *		score	(xt - xc d) / sqrt(n d)
 *		wald	(xt - xc d) / sqrt(xt + xc d^2)
 *		sqrt	2 (sqrt(xt + 3/8) - sqrt(d (xc + 3/8))) / sqrt(1 + d)
 *
 * All decrease in d.
 */
static AbTails
TailsAtOdds(const PoissonTest *test, double odds, double *statistic)
{
	double		xt = test->treatment;
	double		xc = test->control;
	AbTails		none = {1, 1};

	*statistic = NAN;
	switch (test->method)
	{
		case AB_POISSON_EXACT:
		case AB_POISSON_MID_P:
			return AbBinomialTails(xt, xt + xc, odds,
								   test->method == AB_POISSON_MID_P);
		case AB_POISSON_SQRT:
			*statistic = 2 * (sqrt((xt + 0.375) / (1 + odds)) -
							  sqrt((xc + 0.375) * (odds / (1 + odds))));
			break;
		case AB_POISSON_WALD:
			*statistic = (xt - xc * odds) / hypot(sqrt(xt), sqrt(xc) * odds);
			break;
		default:
			*statistic = (xt - xc * odds) / sqrt(xt + xc) / sqrt(odds);
			break;
	}
	if (xt + xc == 0)
	{
		*statistic = NAN;
		return none;
	}
	return AbNormalTails(*statistic);
}

/*
 * One-sided p-values of equal rates: `upper` says how surprisingly large the
 * treatment's rate is.  Sets the statistic, standard normal under equality;
 * NaN for the exact and the mid-p test, which have none, and without events,
 * when both p-values are 1.
 */
AbTails
AbPoissonTails(const AbPoissonCounts *counts, AbPoissonMethod method,
			   double *statistic)
{
	PoissonTest test = MakeTest(counts, method);
	AbTails		unknown = {NAN, NAN};

	*statistic = NAN;
	if (!AbPoissonComparable(counts))
		return unknown;
	return TailsAtOdds(&test, test.odds, statistic);
}

/*
 * Distance of two levels on a scale that tells small ones apart.
 */
static double
LevelDistance(double a, double b)
{
	return (a - b) / (a + b);
}

static AbTails
TailsAtRatio(const PoissonTest *test, double log_ratio)
{
	double		statistic;

	/* the hypothesis that the ratio is r is one of equal rates at odds r */
	return TailsAtOdds(test, test->odds * exp(log_ratio), &statistic);
}

static double
LowerRatioCrossing(double log_ratio, void *context)
{
	PoissonEnd *end = (PoissonEnd *) context;

	return LevelDistance(end->level, TailsAtRatio(&end->test, log_ratio).upper);
}

static double
UpperRatioCrossing(double log_ratio, void *context)
{
	PoissonEnd *end = (PoissonEnd *) context;

	return LevelDistance(TailsAtRatio(&end->test, log_ratio).lower, end->level);
}

/*
 * The lifts, rate of the treatment over that of the control less 1, that the
 * test does not reject at that level, in (0, 1), on either side; only the end
 * that the alternative leaves is finite.  Without events in the control there
 * is no upper end, and the lower one is NaN where the test rejects every
 * ratio, as Wald's may.
 */
AbInterval
AbPoissonLift(const AbPoissonCounts *counts, AbPoissonMethod method,
			  AbAlternative alternative, double level)
{
	PoissonEnd	end = {MakeTest(counts, method), level, 0, 0};
	double		largest = LARGEST_LOG_RATIO - fabs(log(end.test.odds));
	AbInterval	lift = {-INFINITY, INFINITY};
	double		log_ratio;

	if (!AbPoissonComparable(counts))
	{
		lift.low = lift.high = NAN;
		return lift;
	}
	if (alternative != AB_LESS)
	{
		log_ratio = AbFindCrossing(LowerRatioCrossing, &end, -largest, largest);
		lift.low = log_ratio >= largest ? NAN :
			log_ratio <= -largest ? -1 : expm1(log_ratio);
	}
	if (alternative != AB_GREATER)
	{
		log_ratio = AbFindCrossing(UpperRatioCrossing, &end, -largest, largest);
		lift.high = log_ratio >= largest ? INFINITY : expm1(log_ratio);
	}
	return lift;
}

/* ----------------------------------------------------------------------
 * The difference
 * ----------------------------------------------------------------------
 */

/*
 * The score statistic of the hypothesis that the difference is d, per unit of
 * the control's exposure:
 *
 *		(xt / o - xc - d) / sqrt((c + d) / o + c),
 *
 * where o is the treatment's exposure and c estimates the control's rate under
 * that hypothesis, the larger root of
 *
 *		(1 + o) c^2 - (xt + xc - (1 + o) d) c - xc d = 0,
 *
 * here for d >= 0; for d < 0 the treatment's rate is estimated likewise.  The
 * correction moves `shift` events from one arm to the other.  Wald's variance
 * does not depend on d.
 */
static double
DifferenceScore(const PoissonTest *test, double d, double shift)
{
	double		xt = test->treatment;
	double		xc = test->control;
	double		o = test->odds;
	double		known = d >= 0 ? xc : xt;
	double		p = xt + xc - (1 + o) * fabs(d);
	double		c = known * fabs(d);
	double		root = sqrt(p * p + 4 * (1 + o) * c);
	double		smaller = p > 0 ? (p + root) / (2 * (1 + o)) :
		c > 0 ? 2 * c / (root - p) : 0;
	double		larger = smaller + fabs(d);
	double		variance;
	double		value = xt / o - xc - d - shift * (1 / o + 1);

	if (test->method == AB_POISSON_WALD && xt + xc > 0)
		variance = xt / o / o + xc;
	else
		variance = d >= 0 ? larger / o + smaller : smaller / o + larger;
	if (variance > 0)
		return value / sqrt(variance);
	return value == 0 ? 0 : copysign(INFINITY, value);
}

static double
DifferenceCrossing(double d, void *context)
{
	PoissonEnd *end = (PoissonEnd *) context;
	double		excess = DifferenceScore(&end->test, d, end->shift) -
		end->critical;

	/* keeps order and sign, and an infinite value from the search */
	return isinf(excess) ? copysign(1, excess) : excess / (1 + fabs(excess));
}

/*
 * An end of the difference's interval: the root is on either side of the
 * estimate, and is enclosed by doubling.
 */
static double
DifferenceEnd(const PoissonTest *test, double shift, double critical)
{
	PoissonEnd	end = {*test, 0, shift, critical};
	double		estimate = test->treatment / test->odds - test->control;
	double		width = 1 / test->odds + 1;
	double		low = estimate;
	double		high = estimate;

	for (int i = 0; i < MAX_DOUBLINGS; i++)
	{
		if (DifferenceCrossing(low, &end) < 0)
			low = estimate - width;
		else if (DifferenceCrossing(high, &end) > 0)
			high = estimate + width;
		else
			return AbFindCrossing(DifferenceCrossing, &end, low, high);
		width *= 2;
	}
	return NAN;
}

/*
 * The differences treatment - control, in events per unit of exposure, that
 * agree with the tails that AbPoissonTails() gave, at a one-sided level in
 * (0, 1); only the end that the alternative leaves is finite.
 */
AbInterval
AbPoissonDifference(const AbPoissonCounts *counts, AbPoissonMethod method,
					AbTails tails, AbAlternative alternative, double level)
{
	PoissonTest test = MakeTest(counts, method);
	double		n = test.treatment + test.control;
	double		excess = (test.treatment - test.control * test.odds) /
		(1 + test.odds);
	double		sd = sqrt(n * test.odds) / (1 + test.odds);
	double		usual = method == AB_POISSON_EXACT ? 0.5 : 0;
	AbEndCorrection low = AbUsualEnd(usual, level);
	AbEndCorrection high = low;
	AbInterval	interval = {-INFINITY, INFINITY};

	if (!AbPoissonComparable(counts))
	{
		interval.low = interval.high = NAN;
		return interval;
	}

	/* the score test and Wald's are their intervals' already */
	if (method != AB_POISSON_SCORE && method != AB_POISSON_WALD)
	{
		low = AbCorrectEnd(excess, sd, tails.upper, usual, level);
		high = AbCorrectEnd(-excess, sd, tails.lower, usual, level);
	}
	if (alternative != AB_LESS)
		interval.low = DifferenceEnd(&test, low.shift, low.critical) /
			counts->control_exposure;
	if (alternative != AB_GREATER)
		interval.high = DifferenceEnd(&test, -high.shift, -high.critical) /
			counts->control_exposure;
	return interval;
}

/* ----------------------------------------------------------------------
 * Dispersion
 * ----------------------------------------------------------------------
 */

/*
 * Variance of the events of an arm's rows around rate times exposure, over
 * the events' number, which is what it is for Poisson counts:
 *
 *		(Syy - 2 r Sye + r^2 See) n / (n - 1) / events.
 */
static double
DispersionIndex(const AbPoissonRows *rows, double events, double rate)
{
	double		sum = rows->events +
		rate * (rate * rows->exposure - 2 * rows->covariance);

	return (sum < 0 ? 0 : sum) * rows->n / events;
}

/*
 * How many times as much as Poisson counts the events vary from row to row
 * (Fisher's index of dispersion): the mean over the arms, each with its share
 * in the variance of the rates' difference, so that the square root is the
 * factor by which a Poisson standard error is wrong.  For Poisson counts it
 * is 1 with a standard deviation of about sqrt(2 / (rows - 2)).  NaN without
 * events.
 */
double
AbPoissonDispersion(const AbPoissonCounts *counts,
					const AbPoissonRows *control,
					const AbPoissonRows *treatment)
{
	double		rc = counts->control / counts->control_exposure;
	double		rt = counts->treatment / counts->treatment_exposure;
	double		vc = rc / counts->control_exposure;
	double		vt = rt / counts->treatment_exposure;
	double		index = 0;

	if (!AbPoissonComparable(counts) || counts->control + counts->treatment == 0)
		return NAN;
	if (counts->control > 0)
		index += vc / (vc + vt) * DispersionIndex(control, counts->control, rc);
	if (counts->treatment > 0)
		index += vt / (vc + vt) *
			DispersionIndex(treatment, counts->treatment, rt);
	return index;
}
