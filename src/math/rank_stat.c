/*
 * rank_stat.c
 *	  Rank statistics of values with their counts: Mann and Whitney's U with
 *	  the interval of the superiority, Smirnov's largest gaps, Wilcoxon's
 *	  signed ranks.
 *
 * Sorted values with their counts are all that ranks need: a statistic is a
 * merge of two sorted arrays.  The values of one bin are taken for tied.  Null
 * distributions are in rank_null.c; where the statistics have a choice the
 * result is SciPy's.
 *
 * The superiority P(T > C) + P(T = C) / 2, which is U over the number of pairs,
 * has the interval of all theta with
 *
 *		|estimate - theta| <= shift + z sqrt(V(theta)),
 *
 * where shift is the continuity correction.  V(1/2) is the very variance of the
 * test, so that the interval excludes 1/2 exactly when the test rejects; with
 * the exact test shift and z are those of AbCorrectEnd().  But that variance
 * holds only where both distributions are equal.  So V(theta) is the shape that
 * Newcombe's method 5 has for all theta times a factor, which at 1/2 is what the
 * test implies and elsewhere what the variance of the estimate by placements
 * (DeLong, Brunner and Munzel) implies.  Where nearly all pairs are won by one
 * side placements say little, and the factor leans towards the test's.
 *
 * References:
 *	F. Wilcoxon, Individual Comparisons by Ranking Methods, Biometrics Bulletin
 *	1 (1945), 80-83.
 *	H. B. Mann, D. R. Whitney, On a Test of Whether One of Two Random Variables
 *	is Stochastically Larger than the Other, Annals of Mathematical Statistics
 *	18 (1947), 50-60.
 *	N. Smirnov, Table for Estimating the Goodness of Fit of Empirical
 *	Distributions, Annals of Mathematical Statistics 19 (1948), 279-281.
 *	J. W. Pratt, Remarks on Zeros and Ties in the Wilcoxon Signed Rank
 *	Procedures, J. American Statistical Association 54 (1959), 655-667.
 *	E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson, Comparing the Areas under
 *	Two or More Correlated Receiver Operating Characteristic Curves,
 *	Biometrics 44 (1988), 837-845.
 *	E. Brunner, U. Munzel, The Nonparametric Behrens-Fisher Problem, Biometrical
 *	J. 42 (2000), 17-25.
 *	R. G. Newcombe, Confidence Intervals for an Effect Size Measure Based on the
 *	Mann-Whitney Statistic, Statistics in Medicine 25 (2006), 543-573.
 *	D. S. Kerby, The Simple Difference Formula: An Approach to Teaching
 *	Nonparametric Correlation, Comprehensive Psychology 3 (2014), 11.IT.3.1.
 */
#include "math/rank_stat.h"

#include <float.h>
#include <math.h>

/* Weight of the test's own factor of V, in misplaced rows. */
#define PRIOR_ROWS		1

/* Values between two polls, a power of two. */
#define POLL_VALUES		65536

/* Two arms, walked through in the order of their values. */
typedef struct RankWalk
{
	const AbBins *control;
	const AbBins *treatment;
	const AbWork *work;
	int			values;			/* visited so far */
	int			control_next;	/* bins not yet visited */
	int			treatment_next;
	int64_t		control_here;	/* rows with this value */
	int64_t		treatment_here;
	int64_t		control_below;	/* rows with smaller values */
	int64_t		treatment_below;
} RankWalk;

/* What is solved for the lower end of the superiority. */
typedef struct SuperiorityEnd
{
	double		theta;			/* the estimate */
	double		pairs;
	double		balance;		/* Newcombe's N* */
	double		null_factor;	/* of the shape, at 1/2 */
	double		log_ratio;		/* log of the factor elsewhere over that */
	AbEndCorrection end;
} SuperiorityEnd;

/*
 * Poll now and then, by the number of values so far.
 */
static inline void
PollAt(int values, const AbWork *work)
{
	if ((values & (POLL_VALUES - 1)) == 0)
		work->poll();
}

/*
 * sum += a b, without rounding.
 */
static void
AddProduct(AbDouble *sum, double a, double b)
{
	double		product = a * b;

	AbDoubleAdd(sum, product);
	AbDoubleAdd(sum, fma(a, b, -product));
}

/* ----------------------------------------------------------------------
 * Two arms
 * ----------------------------------------------------------------------
 */

/*
 * A walk that is before the first value.
 */
static RankWalk
StartWalk(const AbBins *control, const AbBins *treatment, const AbWork *work)
{
	RankWalk	walk = {control, treatment, work, 0, 0, 0, 0, 0, 0, 0};

	return walk;
}

/*
 * Rows with this bin's key, if it is the next one; 0 else.
 */
static int64_t
TakeBin(const AbBins *bins, int *next, int64_t key)
{
	if (*next < bins->count && bins->bins[*next].key == key)
		return bins->bins[(*next)++].count;
	return 0;
}

/*
 * Go to the next value that occurs in either arm.  Returns whether there is
 * one.
 */
static bool
NextValue(RankWalk *walk)
{
	const AbBins *control = walk->control;
	const AbBins *treatment = walk->treatment;
	int64_t		key = INT64_MAX;

	PollAt(walk->values++, walk->work);
	walk->control_below += walk->control_here;
	walk->treatment_below += walk->treatment_here;
	if (walk->control_next >= control->count &&
		walk->treatment_next >= treatment->count)
		return false;
	if (walk->control_next < control->count)
		key = control->bins[walk->control_next].key;
	if (walk->treatment_next < treatment->count &&
		treatment->bins[walk->treatment_next].key < key)
		key = treatment->bins[walk->treatment_next].key;
	walk->control_here = TakeBin(control, &walk->control_next, key);
	walk->treatment_here = TakeBin(treatment, &walk->treatment_next, key);
	return true;
}

/* ----------------------------------------------------------------------
 * Mann and Whitney's test
 * ----------------------------------------------------------------------
 */

/*
 * Mean squares of the arms' placements: where in the other arm's distribution
 * each row is.  Sets s->variance.
 */
static void
SetPlacements(AbRankStatistic *s, RankWalk walk)
{
	double		n1 = s->treatment_n;
	double		n2 = s->control_n;
	double		placements1 = 0;
	double		placements2 = 0;

	while (NextValue(&walk))
	{
		double		mine = (walk.control_below + walk.control_here / 2.0) / n2 -
			s->theta;
		double		theirs = (walk.treatment_below + walk.treatment_here / 2.0) /
			n1 - s->complement;

		placements1 += walk.treatment_here * (mine * mine);
		placements2 += walk.control_here * (theirs * theirs);
	}
	s->variance = n1 > 1 && n2 > 1 ?
		placements1 / n1 / (n1 - 1) + placements2 / n2 / (n2 - 1) : NAN;
}

/*
 * U and its variances, of two arms that have rows.  Differences and tie
 * correction are sums that do not cancel, with S the rows below a value and t
 * those at it:
 *
 *		2 U - n1 n2 = sum t(treatment) (control below - control above),
 *		N^3 - sum t^3 = 3 sum S t (S + t).
 */
AbRankStatistic
AbMannWhitneyStatistic(const AbBins *control, const AbBins *treatment,
					   const AbWork *work)
{
	RankWalk	walk = StartWalk(control, treatment, work);
	AbRankStatistic s = {0};
	double		n1 = treatment->n;
	double		n2 = control->n;
	double		n = n1 + n2;
	AbDouble	net = {0, 0};
	AbDouble	won = {0, 0};
	AbDouble	lost = {0, 0};
	double		untied = 0;

	while (NextValue(&walk))
	{
		double		below = walk.control_below + walk.treatment_below;
		int64_t		here = walk.control_here + walk.treatment_here;

		AddProduct(&net, walk.treatment_here,
				   2 * walk.control_below + walk.control_here - control->n);
		untied += below * here * (below + here);
		s.ties |= here > 1;
	}

	s.control_n = n2;
	s.treatment_n = n1;
	AddProduct(&won, n1, n2);
	lost = won;
	AbDoubleAdd(&won, net.high);
	AbDoubleAdd(&won, net.low);
	AbDoubleAdd(&lost, -net.high);
	AbDoubleAdd(&lost, -net.low);
	s.pairs = n1 * n2;
	s.net = AbDoubleValue(net);
	s.u = AbDoubleValue(won) / 2;
	s.theta = s.u / s.pairs;
	s.complement = AbDoubleValue(lost) / 2 / s.pairs;
	s.null_variance = untied / (4 * n * (n - 1)) / s.pairs;
	SetPlacements(&s, StartWalk(control, treatment, work));
	return s;
}

/*
 * How far the estimate is above 1/2.
 */
static double
Excess(const AbRankStatistic *s)
{
	return s->net / 2 / s->pairs;
}

/*
 * Half a win, the continuity correction of theta.
 */
static double
HalfWin(const AbRankStatistic *s)
{
	return 0.5 / s->pairs;
}

/*
 * The test by U's own tails, AbMannWhitneyTails(), for an interval at a
 * one-sided level in (0, 1).  s->null_variance is above 0.
 */
AbMannWhitney
AbMannWhitneyExact(const AbRankStatistic *s, AbTails tails, double level)
{
	AbMannWhitney test;
	double		excess = Excess(s);
	double		sd = sqrt(s->null_variance);
	double		usual = HalfWin(s);

	test.tails = tails;
	test.z = NAN;
	test.low = AbCorrectEnd(excess, sd, tails.upper, usual, level);
	test.high = AbCorrectEnd(-excess, sd, tails.lower, usual, level);
	return test;
}

/*
 * The test by the normal distribution, corrected for ties and, if it is asked
 * for, for continuity; the level and s as before.
 */
AbMannWhitney
AbMannWhitneyAsymptotic(const AbRankStatistic *s, bool continuity,
						AbAlternative alternative, double level)
{
	AbMannWhitney test;
	double		excess = Excess(s);
	double		sd = sqrt(s->null_variance);
	double		correction = continuity ? HalfWin(s) : 0;

	test.tails.upper = AbNormalUpperTail((excess - correction) / sd);
	test.tails.lower = AbNormalUpperTail((-excess - correction) / sd);
	test.z = alternative == AB_GREATER ? (excess - correction) / sd :
		alternative == AB_LESS ? (excess + correction) / sd :
		copysign(fmax(fabs(excess) - correction, 0), excess) / sd;
	test.low = test.high = AbUsualEnd(correction, level);
	return test;
}

/*
 * Newcombe's method 5: the variance of the estimate if the truth is theta, of
 * exponential distributions.
 */
static double
Shape(const SuperiorityEnd *end, double theta)
{
	double		other = 1 - theta;

	return theta * other / end->pairs *
		(1 + end->balance * (other / (1 + other) + theta / (1 + theta)));
}

/*
 * Positive as long as the superiority is above theta.
 */
static double
SuperiorityCrossing(double theta, void *context)
{
	const SuperiorityEnd *end = (const SuperiorityEnd *) context;
	double		distance = fabs(end->theta - 0.5);
	double		near = distance > 0 ? 1 - fabs(theta - 0.5) / distance : 0;
	double		weight = theta == 0.5 ? 1 : near > 0 ? pow(near, 4) : 0;
	double		variance = Shape(end, theta) * end->null_factor *
		exp((1 - weight) * end->log_ratio);

	return end->theta - theta - end->end.shift -
		end->end.critical * sqrt(variance);
}

/*
 * Lower end of the interval for a superiority of theta.
 */
static double
SuperiorityLow(const AbRankStatistic *s, double theta,
			   AbEndCorrection correction)
{
	const double almost_one = 1 - DBL_EPSILON / 2;
	double		n1 = s->treatment_n;
	double		n2 = s->control_n;
	double		misplaced = 2 * fmin(n1, n2) * fmin(s->theta, s->complement);
	SuperiorityEnd end = {theta, s->pairs, (n1 + n2) / 2 - 1, 1, 0, correction};
	double		shape = Shape(&end, theta);
	double		low;

	end.null_factor = s->null_variance / Shape(&end, 0.5);
	if (shape > 0 && s->variance >= 0)
		end.log_ratio = log((misplaced * s->variance / shape / end.null_factor +
							 PRIOR_ROWS) / (misplaced + PRIOR_ROWS));

	/* at 1 the variance is none, so the search must end before */
	if (SuperiorityCrossing(0.5, &end) <= 0)
		return AbFindCrossing(SuperiorityCrossing, &end, 0, 0.5);
	low = AbFindCrossing(SuperiorityCrossing, &end, 0.5, almost_one);
	return low < almost_one ? low : 1;
}

/*
 * Make the interval agree with the verdict where rounding alone decides on
 * which side of 1/2 an end lies.
 */
static void
AgreeAtHalf(AbInterval *interval, double theta, bool significant)
{
	if (!significant)
	{
		if (interval->low > 0.5)
			interval->low = 0.5;
		if (interval->high < 0.5)
			interval->high = 0.5;
	}
	else if (interval->low <= 0.5 && interval->high >= 0.5)
	{
		/* an open end stays open */
		if (isinf(interval->high) || (theta > 0.5 && !isinf(interval->low)))
			interval->low = nextafter(0.5, 1);
		else
			interval->high = nextafter(0.5, 0);
	}
}

/*
 * The interval of the superiority, in [0, 1], that agrees with the test and its
 * verdict; the end that a one-sided alternative leaves open is infinite.
 */
AbInterval
AbSuperiorityInterval(const AbRankStatistic *s, const AbMannWhitney *test,
					  AbAlternative alternative, bool significant)
{
	AbInterval	interval = {-INFINITY, INFINITY};

	if (alternative != AB_LESS)
		interval.low = SuperiorityLow(s, s->theta, test->low);
	if (alternative != AB_GREATER)
		interval.high = 1 - SuperiorityLow(s, s->complement, test->high);
	AgreeAtHalf(&interval, s->theta, significant);
	return interval;
}

/* ----------------------------------------------------------------------
 * Smirnov's test
 * ----------------------------------------------------------------------
 */

/*
 * Keep the larger gap.  Of equal ones SciPy has the smallest value of the
 * treatment, or else the smallest one.
 */
static void
Widen(AbLargestGap *gap, double size, const RankWalk *walk)
{
	bool		of_treatment = walk->treatment_here > 0;

	if (!(size > gap->size ||
		  (size == gap->size && of_treatment && !gap->of_treatment)))
		return;
	gap->size = size;
	gap->of_treatment = of_treatment;
	gap->location = of_treatment ?
		AbBinMiddle(walk->treatment, walk->treatment_next - 1) :
		AbBinMiddle(walk->control, walk->control_next - 1);
}

/*
 * Largest amount by which the treatment's distribution function is above the
 * control's, and by which it is below, of two arms that have rows: neither is
 * negative, as after the last value there is no gap.  Returns whether there are
 * ties.
 */
bool
AbLargestGaps(const AbBins *control, const AbBins *treatment,
			  AbLargestGap *above, AbLargestGap *below, const AbWork *work)
{
	RankWalk	walk = StartWalk(control, treatment, work);
	double		n1 = treatment->n;
	double		n2 = control->n;
	bool		ties = false;

	above->size = below->size = -INFINITY;
	above->location = below->location = NAN;
	above->of_treatment = below->of_treatment = false;
	while (NextValue(&walk))
	{
		AbDouble	gap = {0, 0};

		AddProduct(&gap, walk.treatment_below + walk.treatment_here, n2);
		AddProduct(&gap, walk.control_below + walk.control_here, -n1);
		Widen(above, AbDoubleValue(gap), &walk);
		Widen(below, -AbDoubleValue(gap), &walk);
		ties |= walk.control_here + walk.treatment_here > 1;
	}
	return ties;
}

/* ----------------------------------------------------------------------
 * Differences of pairs
 * ----------------------------------------------------------------------
 */

/*
 * Rank differences by their absolute value, from the middle of the bins
 * outwards.  Ties share the mean of their ranks, which are doubled to be whole.
 * groups has room for a group per bin.
 */
AbSignedRanks
AbRankDifferences(const AbBins *bins, AbZeroMethod zero_method,
				  AbRankGroup *groups, const AbWork *work)
{
	AbSignedRanks ranks = {0};
	int			up = 0;
	int			down;
	int64_t		below;

	ranks.groups = groups;
	while (up < bins->count && bins->bins[up].key < 0)
		up++;
	down = up - 1;
	if (up < bins->count && bins->bins[up].key == 0)
		ranks.zeros = bins->bins[up++].count;

	below = zero_method == AB_ZERO_WILCOX ? 0 : ranks.zeros;
	if (zero_method == AB_ZERO_ZSPLIT)
		ranks.squares = ranks.zeros * pow(ranks.zeros + 1.0, 2);
	while (up < bins->count || down >= 0)
	{
		int64_t		key = up < bins->count ? bins->bins[up].key : INT64_MAX;
		int64_t		positive = 0;
		int64_t		negative = 0;
		int64_t		here;
		double		rank;

		PollAt(ranks.count, work);
		if (down >= 0 && -bins->bins[down].key < key)
			key = -bins->bins[down].key;
		if (up < bins->count && bins->bins[up].key == key)
			positive = bins->bins[up++].count;
		if (down >= 0 && -bins->bins[down].key == key)
			negative = bins->bins[down--].count;

		here = positive + negative;
		groups[ranks.count].rank = 2 * below + here + 1;
		groups[ranks.count].count = here;
		rank = groups[ranks.count++].rank;
		ranks.positive += positive;
		ranks.negative += negative;
		ranks.ties += here > 1 ? here : 0;
		AddProduct(&ranks.net, positive - negative, rank);
		AddProduct(&ranks.total, here, rank);
		ranks.squares += here * rank * rank;
		below += here;
	}
	return ranks;
}

/*
 * The sums of the ranks of positive and of negative differences, and the
 * rank-biserial correlation (Kerby), which is NaN if there are no ranks.
 */
AbRankSums
AbSignedRankSums(const AbSignedRanks *ranks, AbZeroMethod zero_method)
{
	AbRankSums	sums;
	double		zeros = ranks->zeros;
	double		split = zero_method == AB_ZERO_ZSPLIT ?
		zeros * (zeros + 1) / 4 : 0;
	AbDouble	sum = ranks->total;
	AbDouble	difference = ranks->total;

	AbDoubleAdd(&sum, ranks->net.high);
	AbDoubleAdd(&sum, ranks->net.low);
	AbDoubleAdd(&difference, -ranks->net.high);
	AbDoubleAdd(&difference, -ranks->net.low);
	sums.positive = AbDoubleValue(sum) / 4 + split;
	sums.negative = AbDoubleValue(difference) / 4 + split;
	sums.biserial = AbDoubleValue(ranks->net) / 2 /
		(sums.positive + sums.negative);
	return sums;
}

/*
 * Wilcoxon's statistic, standard normal if differences are symmetric about 0; 0
 * without ranks.  Expectation and variance of the sum W+ of the positive ranks
 * are (W+ + W-) / 2 and a quarter of the sum of their squares, whatever is done
 * with zeros.
 */
double
AbSignedRankZ(const AbSignedRanks *ranks, bool continuity,
			  AbAlternative alternative)
{
	double		excess = AbDoubleValue(ranks->net) / 4;
	double		sign = alternative == AB_GREATER ? 1 :
		alternative == AB_LESS ? -1 :
		excess > 0 ? 1 : excess < 0 ? -1 : 0;
	double		se = sqrt(ranks->squares) / 4;

	return ranks->count == 0 ? 0 :
		(excess - (continuity ? sign / 2 : 0)) / se;
}

/*
 * Greatest common divisor; either may be 0.
 */
static int64_t
GreatestDivisor(int64_t a, int64_t b)
{
	while (b != 0)
	{
		int64_t		rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/*
 * Give the groups their ranks in the unit that makes them the smallest whole
 * numbers, for their exact distribution.  Returns the sum of the positive
 * ranks and sets that of all in this unit; both are exact below 2^53.
 */
double
AbReduceRanks(AbSignedRanks *ranks, double *total)
{
	int64_t		unit = 0;

	*total = 0;
	for (int i = 0; i < ranks->count; i++)
		unit = GreatestDivisor(ranks->groups[i].rank, unit);
	if (unit == 0)
		return 0;
	for (int i = 0; i < ranks->count; i++)
		ranks->groups[i].rank /= unit;
	*total = AbDoubleValue(ranks->total) / unit;
	return (*total + AbDoubleValue(ranks->net) / unit) / 2;
}
