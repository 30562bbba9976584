/*
 * mcnemar.c
 *	  Pairs of 0/1 outcomes: McNemar's test, and score intervals of the
 *	  difference and of the lift that agree with it.
 *
 * The score intervals are those whose test of no effect is McNemar's.  Those of
 * the exact and of the mid-p test differ from them by a continuity correction
 * that makes them agree with that p-value (AbCorrectEnd).  The interval for the
 * share of the discordant pairs, multiplied by their number, would agree as
 * well, but it takes that number for known and covers only half of what it
 * promises when nearly all of them are won by the same side.
 *
 * References:
 *	Q. McNemar, Note on the Sampling Error of the Difference Between
 *	Correlated Proportions or Percentages, Psychometrika 12 (1947), 153-157.
 *	T. Tango, Equivalence Test and Confidence Interval for the Difference in
 *	Proportions for the Paired-Sample Design, Statistics in Medicine 17 (1998),
 *	891-908.
 *	J. Nam, W. C. Blackwelder, Analysis of the Ratio of Marginal
 *	Probabilities in a Matched-Pair Setting, Statistics in Medicine 21 (2002),
 *	689-699.
 *	M. W. Fagerland, S. Lydersen, P. Laake, The McNemar Test for Binary
 *	Matched-Pairs Data: Mid-p and Asymptotic Are Better than Exact Conditional,
 *	BMC Medical Research Methodology 13 (2013), 91.
 */
#include "math/mcnemar.h"

#include <math.h>

/* Largest logarithm of a ratio of proportions that an interval may end at. */
#define LARGEST_LOG_RATIO	100

/* What is solved for an end of a score interval. */
typedef struct PairEnd
{
	AbPairCounts pairs;
	double		shift;			/* negative for the upper end */
	double		critical;		/* likewise */
} PairEnd;

/* ----------------------------------------------------------------------
 * The counts and the test
 * ----------------------------------------------------------------------
 */

/*
 * The four counts behind n pairs whose two columns of zeros and ones have those
 * means and that sum of products of deviations:
 *
 *		both = comoment + (ones of c) (ones of t) / n.
 *
 * They are whole, so rounding restores them; the limits only matter for a
 * value written by hand.
 */
AbPairCounts
AbCountPairs(double n, double control_mean, double treatment_mean,
			 double comoment)
{
	AbPairCounts pairs;
	double		control = rint(n * control_mean);
	double		treatment = rint(n * treatment_mean);
	double		both = rint(comoment + control * treatment / n);

	/* not fmax() and fmin(), which lose a NaN */
	if (both < fmax(control + treatment - n, 0))
		both = fmax(control + treatment - n, 0);
	if (both > fmin(control, treatment))
		both = fmin(control, treatment);
	pairs.n = n;
	pairs.both = both;
	pairs.gained = treatment - both;
	pairs.lost = control - both;
	return pairs;
}

/*
 * The difference of the two proportions, treatment - control.
 */
double
AbPairsDifference(AbPairCounts pairs)
{
	return (pairs.gained - pairs.lost) / pairs.n;
}

/*
 * The standard error of that difference, at its estimate.
 */
double
AbPairsStdError(AbPairCounts pairs)
{
	return sqrt(pairs.gained + pairs.lost -
				(pairs.gained - pairs.lost) * AbPairsDifference(pairs)) /
		pairs.n;
}

/*
 * McNemar's test: is a discordant pair as likely won by either side?  Without
 * any both tails are 1 and there is no statistic.  `level` is the one-sided one
 * of the intervals, in (0, 1).
 */
AbMcNemar
AbMcNemarTest(AbPairCounts pairs, AbMcNemarMethod method, double level)
{
	double		discordant = pairs.gained + pairs.lost;
	double		excess = pairs.gained - pairs.lost;
	double		sd = sqrt(discordant);
	double		usual = method == AB_MCNEMAR_EXACT ||
		method == AB_MCNEMAR_CORRECTED;
	AbMcNemar	test = {{1, 1}, NAN, AbUsualEnd(usual, level),
	AbUsualEnd(usual, level)};

	if (method == AB_MCNEMAR_EXACT || method == AB_MCNEMAR_MID_P)
	{
		if (discordant != 0)
			test.tails = AbBinomialTails(pairs.gained, discordant, 1,
										 method == AB_MCNEMAR_MID_P);
		/* twice the count minus its expectation, hence the correction is 1 */
		test.low = AbCorrectEnd(excess, sd, test.tails.upper, usual, level);
		test.high = AbCorrectEnd(-excess, sd, test.tails.lower, usual, level);
	}
	else if (discordant != 0)
	{
		test.tails.upper = AbNormalUpperTail((excess - usual) / sd);
		test.tails.lower = AbNormalUpperTail((-excess - usual) / sd);
		test.statistic = copysign(fmax(fabs(excess) - usual, 0), excess) / sd;
	}
	return test;
}

/* ----------------------------------------------------------------------
 * Score statistics
 * ----------------------------------------------------------------------
 */

/*
 * The pairs with the two sides exchanged.
 */
static AbPairCounts
Exchanged(AbPairCounts pairs)
{
	AbPairCounts exchanged = pairs;

	exchanged.gained = pairs.lost;
	exchanged.lost = pairs.gained;
	return exchanged;
}

/*
 * Map the line to (-1, 1), keeping order and sign, so that an infinite
 * statistic does not disturb the search for a root.
 */
static double
Squash(double z)
{
	return isinf(z) ? copysign(1, z) : z / (1 + fabs(z));
}

/*
 * A standardised value; infinite where there is no variance but a value.
 */
static double
Standardise(double value, double variance)
{
	if (variance > 0)
		return value / sqrt(variance);
	return value == 0 ? 0 : copysign(INFINITY, value);
}

/*
 * Tango's score statistic of the hypothesis that the difference is d:
 *
 *		(gained - lost - n d) / sqrt(n (2 q + d (1 - d))),
 *
 * where q estimates the probability of losing a pair under that hypothesis,
 * the larger root of
 *
 *		2 n q^2 - p q - lost d (1 - d) = 0,
 *		p = gained + lost - d (2 n - gained + lost),
 *
 * here for d >= 0; for d < 0 with the sides exchanged.  It decreases in d.
 */
static double
DifferenceScore(AbPairCounts pairs, double d, double shift)
{
	double		p;
	double		c;
	double		root;
	double		q;

	if (d < 0)
		return -DifferenceScore(Exchanged(pairs), -d, -shift);

	p = pairs.gained + pairs.lost - d * (2 * pairs.n - pairs.gained + pairs.lost);
	c = pairs.lost * d * (1 - d);
	root = sqrt(p * p + 8 * pairs.n * c);
	/* neither form of the root cancels */
	q = p > 0 ? (p + root) / (4 * pairs.n) : c > 0 ? 2 * c / (root - p) : 0;
	return Standardise(pairs.gained - pairs.lost - pairs.n * d - shift,
					   pairs.n * (2 * q + d * (1 - d)));
}

/*
 * Nam and Blackwelder's score statistic of the hypothesis that the treatment's
 * proportion is r times the control's.  With x the successes of either side,
 * s = both + gained + lost, and y the estimated number of pairs lost, the
 * larger root of
 *
 *		(1 + r) y^2 - (gained + lost - (r^2 - 1) xc) y - lost (r - 1) s = 0,
 *
 * it is
 *
 *		(xt - r xc) / sqrt((r - 1) s + (1 + r) y),
 *
 * here for r >= 1; below with the sides exchanged.  The correction moves half
 * of `shift` from one side to the other.  The argument is log r, in which the
 * statistic decreases.
 */
static double
RatioScore(AbPairCounts pairs, double log_r, double shift)
{
	double		xc = pairs.both + pairs.lost;
	double		s = pairs.both + pairs.gained + pairs.lost;
	double		r = exp(log_r);
	double		excess = expm1(log_r);
	double		p;
	double		c;
	double		root;
	double		y;

	if (log_r < 0)
		return -RatioScore(Exchanged(pairs), -log_r, -shift);

	p = pairs.gained + pairs.lost - excess * (1 + r) * xc;
	c = pairs.lost * excess * s;
	root = sqrt(p * p + 4 * (1 + r) * c);
	y = p > 0 ? (p + root) / (2 * (1 + r)) : c > 0 ? 2 * c / (root - p) : 0;
	return Standardise(pairs.gained - pairs.lost - excess * xc -
					   shift * (1 + r) / 2,
					   excess * s + (1 + r) * y);
}

static double
DifferenceCrossing(double d, void *context)
{
	PairEnd    *end = (PairEnd *) context;

	return Squash(DifferenceScore(end->pairs, d, end->shift) - end->critical);
}

static double
RatioCrossing(double log_r, void *context)
{
	PairEnd    *end = (PairEnd *) context;

	return Squash(RatioScore(end->pairs, log_r, end->shift) - end->critical);
}

/* ----------------------------------------------------------------------
 * Intervals
 * ----------------------------------------------------------------------
 */

/*
 * What is solved for either end.
 */
static PairEnd
LowerEnd(AbPairCounts pairs, const AbMcNemar *test)
{
	PairEnd		end = {pairs, test->low.shift, test->low.critical};

	return end;
}

static PairEnd
UpperEnd(AbPairCounts pairs, const AbMcNemar *test)
{
	PairEnd		end = {pairs, -test->high.shift, -test->high.critical};

	return end;
}

/*
 * Whether all counts are numbers, of at least one pair.
 */
static bool
AreCounts(AbPairCounts pairs)
{
	return pairs.n > 0 && pairs.both >= 0 && pairs.gained >= 0 &&
		pairs.lost >= 0;
}

/*
 * Tango's interval of the difference, in [-1, 1], with the corrections of the
 * test; the end that a one-sided alternative leaves open is infinite.
 */
AbInterval
AbPairsDifferenceInterval(AbPairCounts pairs, const AbMcNemar *test,
						  AbAlternative alternative)
{
	PairEnd		lower = LowerEnd(pairs, test);
	PairEnd		upper = UpperEnd(pairs, test);
	AbInterval	interval = {-INFINITY, INFINITY};

	if (!AreCounts(pairs))
		interval.low = interval.high = NAN;
	else
	{
		if (alternative != AB_LESS)
			interval.low = AbFindCrossing(DifferenceCrossing, &lower, -1, 1);
		if (alternative != AB_GREATER)
			interval.high = AbFindCrossing(DifferenceCrossing, &upper, -1, 1);
	}
	return interval;
}

/*
 * Nam and Blackwelder's interval of the lift, treatment / control - 1, likewise.
 * Its upper end is infinite if the control has no success, both are NaN if no
 * side has one.
 */
AbInterval
AbPairsLiftInterval(AbPairCounts pairs, const AbMcNemar *test,
					AbAlternative alternative)
{
	PairEnd		lower = LowerEnd(pairs, test);
	PairEnd		upper = UpperEnd(pairs, test);
	AbInterval	lift = {-INFINITY, INFINITY};
	double		end;

	if (!AreCounts(pairs) || pairs.both + pairs.gained + pairs.lost == 0)
	{
		lift.low = lift.high = NAN;
		return lift;
	}
	if (alternative != AB_LESS)
	{
		end = AbFindCrossing(RatioCrossing, &lower, -LARGEST_LOG_RATIO,
							 LARGEST_LOG_RATIO);
		lift.low = end <= -LARGEST_LOG_RATIO ? -1 : expm1(end);
	}
	if (alternative != AB_GREATER)
	{
		end = AbFindCrossing(RatioCrossing, &upper, -LARGEST_LOG_RATIO,
							 LARGEST_LOG_RATIO);
		lift.high = end >= LARGEST_LOG_RATIO ? INFINITY : expm1(end);
	}
	return lift;
}
