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
 * A difference does not fix that share, only together with the total.  Its
 * hypothesis is tested by both: by the share that the most likely rates give
 * the treatment, and by the total that they let expect.  Under no difference
 * the total is just what is expected, and the test is that of the ratio.
 *
 * References:
 *	J. Przyborowski, H. Wilenski, Homogeneity of Results in Testing Samples
 *	from Poisson Series, Biometrika 31 (1940), 313-323.
 *	K. Gu, H. K. T. Ng, M. L. Tang, W. R. Schucany, Testing the Ratio of Two
 *	Poisson Rates, Biometrical Journal 50 (2008), 283-298.
 *	O. Miettinen, M. Nurminen, Comparative Analysis of Two Rates, Statistics in
 *	Medicine 4 (1985), 213-226 (the rates that are most likely under a
 *	difference).
 *	R. Lugannani, S. Rice, Saddle Point Approximation for the Distribution of
 *	the Sum of Independent Random Variables, Advances in Applied Probability 12
 *	(1980), 475-490 (tails of a large count).
 *	R. A. Fisher, The Significance of Deviations from Expectation in a Poisson
 *	Series, Biometrics 6 (1950), 17-24 (index of dispersion).
 */
#include "math/poisson.h"

#include <float.h>
#include <math.h>

/* Largest logarithm of an exposure, and of their ratio: squares stay finite. */
#define LARGEST_LOG_EXPOSURE	200

/* Largest logarithm of a ratio of rates that an interval may end at. */
#define LARGEST_LOG_RATIO	690

/*
 * From this many events on their Poisson tails are computed by an expansion,
 * whose relative error is about 1e-12 then.
 */
#define LARGE_TOTAL		1e7

#define ROOT_OF_2_PI	2.5066282746310002

/*
 * Of how far the test of a ratio is from deciding, the share that its
 * difference from the test of a difference may take up before the interval's
 * critical value follows it.
 */
#define FREE_SHARE	(2.0 / 3)

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
	double		critical;		/* of the difference's */
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
 * One-sided p-values of the hypothesis that the treatment's rate is `ratio`
 * times the control's, 1e-100 to 1e100: `upper` says how surprisingly large
 * the treatment's rate is.  Sets the statistic, standard normal under that
 * hypothesis; NaN for the exact and the mid-p test, which have none, and
 * without events, when both p-values are 1.
 */
AbTails
AbPoissonTails(const AbPoissonCounts *counts, AbPoissonMethod method,
			   double ratio, double *statistic)
{
	PoissonTest test = MakeTest(counts, method);
	AbTails		unknown = {NAN, NAN};

	*statistic = NAN;
	if (!AbPoissonComparable(counts))
		return unknown;
	return TailsAtOdds(&test, test.odds * ratio, statistic);
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
	PoissonEnd	end = {MakeTest(counts, method), level, 0};
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
 * P(K <= k) or P(K >= k), for `at_least`, of a Poisson count with that mean.
 * It is the gamma distribution's P(G(a) <= mean) with a = k for the latter,
 * and 1 less that with a = k + 1 for the former.
 */
static double
TotalTail(double k, double mean, bool at_least)
{
	double		a = at_least ? k : k + 1;
	double		sign = at_least ? 1 : -1;
	double		excess = a - mean;
	double		half;
	double		u;
	double		w;
	double		difference;

	if (k < LARGE_TOTAL)
		return at_least ? AbPoissonUpperTail(k, mean) :
			AbPoissonLowerTail(k, mean);

	/* the limit of LargeBetaTail() in math/binomial.c for many trials */
	half = fmax(AbDeviance(a, mean, excess), 0);
	u = excess / sqrt(a);
	w = copysign(sqrt(2 * half), excess);
	difference = fabs(u) < sqrt(DBL_EPSILON * a) ?
		1 / (3 * sqrt(a)) : 1 / u - 1 / w;
	return AbNormalUpperTail(sign * w) +
		sign * exp(-half) / ROOT_OF_2_PI * difference;
}

/*
 * How far out that tail is, in standard deviations; 0 if it is more than half.
 */
static double
TailDistance(double tail)
{
	return tail >= 0.5 ? 0 :
		tail > 0 ? AbNormalUpperQuantile(tail) : INFINITY;
}

/*
 * How far the counts are, in standard deviations, above what rates with the
 * difference d <= the observed one let expect; exposure in units of the
 * control's.  With o the treatment's, the most likely rates are c and c + d,
 * where c is the larger root of
 *
 *		(1 + o) c^2 - (xt + xc - (1 + o) d) c - xc d = 0,
 *
 * here for d >= 0; for d < 0 the treatment's rate is found likewise.  They
 * let expect o (c + d) + c events, fewer than there are for d > 0, more for
 * d < 0, and of these the treatment's as by odds o (c + d) / c.  The distance
 * is the root of the sum of squares of that of the total and that of the share
 * by the exact or the mid-p test.
 *
 * It decreases in d, except without an event in the control: before
 * xt / (1 + o), from which on the likeliest rate of the control is 0 and the
 * share says nothing, it may rise.
 */
static double
DistanceAbove(const PoissonTest *test, double d)
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
	double		rt = d >= 0 ? larger : smaller;
	double		rc = d >= 0 ? smaller : larger;
	double		odds = rt > 0 || rc > 0 ? o * (rt / rc) : o;
	AbTails		share = AbBinomialTails(xt, xt + xc, odds,
										test->method != AB_POISSON_EXACT);

	return hypot(TailDistance(share.upper),
				 TailDistance(TotalTail(xt + xc, o * rt + rc, d >= 0)));
}

static double
DifferenceCrossing(double d, void *context)
{
	PoissonEnd *end = (PoissonEnd *) context;
	double		excess = DistanceAbove(&end->test, d) - end->critical;

	/* keeps order and sign, and an infinite value from the search */
	return isinf(excess) ? copysign(1, excess) : excess / (1 + fabs(excess));
}

/*
 * The lower end of the difference's interval, at a one-sided level.  Exact and
 * mid-p: where the distance is the normal quantile of the level, so that zero
 * is left out exactly when their test rejects.
 *
 * The score and the square root test decide by a statistic of their own.
 * Theirs is the mid-p interval with the quantile moved where it would decide
 * otherwise: by what the distance of no difference and the statistic differ,
 * less a share of how far the statistic is from deciding.
 *
 * Wald's has its own variance, but without an event.
 */
static double
LowerDifference(const PoissonTest *test, double level)
{
	PoissonEnd	end = {*test, level, AbNormalUpperQuantile(level)};
	double		o = test->odds;
	double		estimate = test->treatment / o - test->control;
	double		z = fabs(end.critical) + 1;
	double		width = z * hypot(sqrt(test->treatment + z * z) / o,
								  sqrt(test->control + z * z));
	double		highest = test->control > 0 ? estimate :
		test->treatment / (1 + o);
	double		statistic;

	(void) TailsAtOdds(test, o, &statistic);
	if (test->method == AB_POISSON_WALD && !isnan(statistic))
		return estimate - end.critical *
			hypot(sqrt(test->treatment) / o, sqrt(test->control));
	if (statistic > 0)
	{
		double		difference = DistanceAbove(test, 0) - statistic;
		double		excess = fabs(difference) -
			FREE_SHARE * fabs(end.critical - statistic);

		if (excess > 0 && isfinite(difference))
			end.critical += copysign(excess, difference);
	}

	if (test->control == 0 && DifferenceCrossing(highest, &end) >= 0)
		return AbFindCrossing(DifferenceCrossing, &end, highest, estimate);
	for (int i = 0; i < MAX_DOUBLINGS; i++)
	{
		if (DifferenceCrossing(estimate - width, &end) >= 0)
			return AbFindCrossing(DifferenceCrossing, &end, estimate - width,
								  highest);
		width *= 2;
	}
	return NAN;
}

/*
 * The differences treatment - control, in events per unit of exposure, that
 * agree with the tails that AbPoissonTails() gives for a ratio of 1, at a
 * one-sided level in (0, 1); only the end that the alternative leaves is
 * finite.
 */
AbInterval
AbPoissonDifference(const AbPoissonCounts *counts, AbPoissonMethod method,
					AbAlternative alternative, double level)
{
	PoissonTest test = MakeTest(counts, method);
	AbPoissonCounts swapped = {counts->treatment, counts->treatment_exposure,
	counts->control, counts->control_exposure};
	PoissonTest mirrored = MakeTest(&swapped, method);
	AbInterval	interval = {-INFINITY, INFINITY};

	if (!AbPoissonComparable(counts))
	{
		interval.low = interval.high = NAN;
		return interval;
	}
	if (alternative != AB_LESS)
		interval.low = LowerDifference(&test, level) / counts->control_exposure;
	if (alternative != AB_GREATER)
		interval.high = -LowerDifference(&mirrored, level) /
			counts->treatment_exposure;
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
