/*
 * quantile_limits.c
 *	  Confidence limits of a quantile between order statistics, and the
 *	  comparison of two quantiles.
 *
 * One arm.  Of n rows with the order statistics X(1) <= .. <= X(n), the number
 * below the quantile q is binomial, so that for any distribution
 *
 *		P(X(r) <= quantile) >= P(B(r, n + 1 - r) <= q),	B beta distributed,
 *
 * with equality if it is continuous.  The normal score of a rank,
 *
 *		score(r) = z with P(Z > z) = P(B(r, n + 1 - r) <= q),
 *
 * turns ranks into standard errors, whatever the units of the values and
 * whatever their density.  The upper limit at z is the row whose rank has the
 * score z, the lower limit the one with -z, between two rows interpolated in
 * the score (Hutson 1999; Beran and Hall 1993).  Where a row's value is tied
 * the limit is not interpolated but moves outwards to the value, or to the edge
 * of its bin: then it is conservative, as discreteness wants it.
 *
 * Two arms.  With U and L those limits, the difference has the limits
 *
 *		low  = Lt(kt z) - Uc(kc z),		high = Ut(kt z) - Lc(kc z),
 *		kt = wt / w,	kc = wc / w,	w^2 = wt^2 + wc^2,
 *
 * where w is the width between an arm's own limits at z = 1.96.  For normally
 * distributed quantiles these are the usual limits, z times the root of the sum
 * of the two variances; the errors of the estimated widths only tilt the share
 * that each arm has in z, which does not matter to first order, so that few
 * rows do.  (Taking the widths for standard errors, or the most extreme of all
 * shares, gives intervals that cover 97% for 95% at 50 rows.)  Where ties or one
 * gap between two rows make up most of a width it tells no standard error.  Then
 * the shares rise to 1, at which the two arms' own intervals are compared as
 * they are.
 *
 * A ratio r is tested by t - r c in the same way, with wc multiplied by |r|, as
 * Fieller's theorem does for means.  At r = 1 that is the test of the
 * difference; p is the level at which its limit touches 0.  So all agree.
 *
 * Clustered rows.  Ranks are divided by the design effect, the variance of the
 * share of rows below the quantile relative to that of independent rows
 * (quantile_clusters.c).  It is estimated, so that scores are Student's t.
 *
 * References:
 *	A. D. Hutson, Calculating Nonparametric Confidence Intervals for Quantiles
 *	Using Fractional Order Statistics, J. Applied Statistics 26 (1999), 343-353.
 *	R. Beran, P. Hall, Interpolated Nonparametric Prediction Intervals and
 *	Confidence Intervals, J. Royal Statistical Society B 55 (1993), 643-652.
 *	D. B. Peizer, J. W. Pratt, A Normal Approximation for Binomial, F, Beta, and
 *	Other Common, Related Tail Probabilities, J. American Statistical Association
 *	63 (1968), 1416-1456.
 *	G. Y. Zou, A. Donner, Construction of Confidence Limits About Effect
 *	Measures: A General Approach, Statistics in Medicine 27 (2008), 1693-1702
 *	(limits of a difference from limits of its parts).
 */
#include "math/quantile_limits.h"

#include <float.h>
#include <math.h>

#include "math/binomial.h"
#include "math/distributions.h"

/* Limits at this score tell an arm's width. */
#define WIDTH_SCORE		1.959963984540054

/* A score whose tail is just about the smallest double. */
#define LARGEST_SCORE	38.5

/*
 * A gap between two rows that takes more of the width between the limits than
 * this makes the width say little.
 */
#define WIDE_GAP		0.6

/*
 * From that variance of the number of rows below the quantile on, a score is
 * computed by an approximation that is then good to 1e-10 and does not take
 * longer and longer.
 */
#define MANY_ROWS		1e7

/* Halvings that leave no digit of a score in doubt. */
#define HALVINGS		58

/*
 * A bin of several values is a tie if it has that many times the rows of its
 * neighbours, and some: the values themselves are then concentrated, not only
 * kept together.
 */
#define TIED_TIMES		2
#define TIED_ROWS		8

/*
 * Prepare an arm of n > 0 rows.  through has room for a number per bin.  The
 * design effect is the variance of the share of rows below the quantile
 * relative to that of independent rows, and df are its degrees of freedom: 1 and
 * infinity if they are independent.
 */
void
AbStartOrderStat(AbOrderStat *order, const AbBins *bins, int64_t *through,
				 double q, double design_effect, double df)
{
	int64_t		sum = 0;

	for (int i = 0; i < bins->count; i++)
		through[i] = sum += bins->bins[i].count;
	order->bins = *bins;
	order->through = through;
	order->q = q;
	order->design_effect = design_effect;
	order->df = df;
	for (int i = 0; i < AB_ORDER_MEMORY; i++)
		order->ranks[i] = -1;
}

/*
 * g(x) = (1 - x^2 + 2 x log x) / (1 - x)^2, for x near 1 by its series in
 * d = x - 1: the sum of 2 (-d)^k / ((k + 1) (k + 2)) from k = 1 on.
 */
static double
PeizerPrattG(double x)
{
	double		d = x - 1;
	double		power = 1;
	double		sum = 0;

	if (!(x > 0))
		return 1;
	if (fabs(d) > 0.01)
		return (1 - x * x + 2 * x * log(x)) / (d * d);
	for (int k = 1; k < 8; k++)
	{
		power *= -d;
		sum += 2 * power / ((k + 1) * (k + 2));
	}
	return sum;
}

/*
 * The normal score of P(B(a, b) <= q) for large a + b: Peizer and Pratt's
 * approximation, whose error is of order (a + b)^-3/2.
 */
static double
LargeScore(double a, double b, double q)
{
	double		n = a + b - 1;
	double		d = (1 - q) * (a - 1.0 / 3) - q * (b - 1.0 / 3);

	return d * sqrt((1 + (1 - q) * PeizerPrattG((a - 0.5) / (n * q)) +
					 q * PeizerPrattG((b - 0.5) / (n * (1 - q)))) /
					((n + 1.0 / 6) * q * (1 - q)));
}

/*
 * The normal score of a rank; infinite before the first row and behind the
 * last.
 */
static double
Score(AbOrderStat *order, int64_t rank)
{
	int			slot = rank & (AB_ORDER_MEMORY - 1);
	int64_t		n = order->bins.n;
	double		a = rank / order->design_effect;
	double		b = (n + 1 - rank) / order->design_effect;
	bool		many = (a + b) * order->q * (1 - order->q) > MANY_ROWS;
	double		tail;

	if (rank <= 0)
		return -INFINITY;
	if (rank > n)
		return INFINITY;
	if (order->ranks[slot] == rank)
		return order->scores[slot];

	/* from the smaller tail, which has all digits */
	order->ranks[slot] = rank;
	tail = many ? NAN : AbBetaLowerTail(order->q, a, b);
	if (many)
		order->scores[slot] = LargeScore(a, b, order->q);
	else if (tail < 0.5)
		order->scores[slot] = tail > 0 ? AbNormalUpperQuantile(tail) : INFINITY;
	else
	{
		tail = AbBetaUpperTail(order->q, a, b);
		order->scores[slot] = tail > 0 ? -AbNormalUpperQuantile(tail) : -INFINITY;
	}
	/* in units of an estimated variance it is Student's t */
	if (!isinf(order->df) && !isinf(order->scores[slot]))
		order->scores[slot] =
			copysign(AbNormalUpperQuantile(AbStudentTUpperTail(fabs(order->scores[slot]),
															   order->df)),
					 order->scores[slot]);
	return order->scores[slot];
}

/*
 * The last rank, from 0 to n, whose score is at most z.
 */
static int64_t
RankAt(AbOrderStat *order, double z)
{
	double		n = order->bins.n;
	double		spread = sqrt(n * order->q * (1 - order->q) *
							  order->design_effect);
	double		guess = n * order->q + z * spread;
	int64_t		low = 0;
	int64_t		high = order->bins.n + 1;
	int64_t		step = 2;
	int64_t		rank = (int64_t) fmin(fmax(guess, 1), n);

	/* the normal approximation is near: widen from there, then bisect */
	while (high - low > 1)
	{
		if (Score(order, rank) <= z)
		{
			low = rank;
			rank = high <= order->bins.n ? low + (high - low) / 2 :
				high - low > step ? low + step : low + (high - low) / 2;
		}
		else
		{
			high = rank;
			rank = low > 0 ? low + (high - low) / 2 :
				high - low > step ? high - step : low + (high - low) / 2;
		}
		step *= 4;
	}
	return low;
}

/*
 * The bin of a row, 1 <= rank <= n.
 */
static int
BinAt(const AbOrderStat *order, int64_t rank)
{
	int			low = 0;
	int			high = order->bins.count - 1;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (order->through[middle] < rank)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Is a bin one value that occurs several times, or as good as that?
 */
static bool
IsTied(const AbOrderStat *order, int i)
{
	const AbBins *bins = &order->bins;
	int64_t		count = bins->bins[i].count;
	int64_t		around = 0;

	if (count == 1)
		return false;
	if (bins->bits == AB_EXACT_BITS)
		return true;
	if (i > 0)
		around = bins->bins[i - 1].count;
	if (i + 1 < bins->count && bins->bins[i + 1].count > around)
		around = bins->bins[i + 1].count;
	return count > TIED_TIMES * around + TIED_ROWS;
}

/*
 * The value of a row in a bin that is not tied.  Several rows of a bin are
 * taken to be spread evenly over it.
 */
static double
RowValue(const AbOrderStat *order, int bin, int64_t rank)
{
	double		low = AbBinLow(&order->bins, bin);
	double		high = AbBinHigh(&order->bins, bin);
	int64_t		count = order->bins.bins[bin].count;

	return low + (high - low) *
		((rank - (order->through[bin] - count) - 0.5) / count);
}

/*
 * The upper or lower confidence limit of the arm's quantile at z standard
 * errors, infinite if there are too few rows for it.  z may be negative.
 */
double
AbQuantileLimit(AbOrderStat *order, double z, bool upper)
{
	double		score = upper ? z : -z;
	int64_t		n = order->bins.n;
	int64_t		rank = RankAt(order, score);
	double		below = Score(order, rank);
	double		above;
	double		low;
	double		high;
	int			bin;
	int			next;

	if (upper && rank == n)
		return below == score ? order->bins.max : INFINITY;
	if (!upper && rank == 0)
		return -INFINITY;
	if (rank == 0)
		return AbBinHigh(&order->bins, 0);
	if (rank == n)
		return AbBinLow(&order->bins, order->bins.count - 1);

	bin = BinAt(order, rank);
	next = order->through[bin] > rank ? bin : bin + 1;
	if (IsTied(order, bin) || IsTied(order, next))
		return upper ? AbBinHigh(&order->bins, next) :
			AbBinLow(&order->bins, bin);

	above = Score(order, rank + 1);
	low = RowValue(order, bin, rank);
	high = RowValue(order, next, rank + 1);
	/* an infinite score on one side leaves the row on the other */
	if (isinf(below))
		return upper ? high : low;
	if (isinf(above))
		return low;
	return low + (high - low) * ((score - below) / (above - below));
}

/*
 * Rows that an arm of independent rows needs for an interval of the quantile q
 * in (0, 1) at that one-sided level: it must be unlikely enough that all of
 * them lie on the same side.
 */
double
AbQuantileRowsNeeded(double q, double level)
{
	return ceil(log(level) / log(q < 0.5 ? 1 - q : q));
}

/*
 * The largest z at which the arm has both limits.
 */
static double
LargestScore(AbOrderStat *order)
{
	return fmin(LARGEST_SCORE,
				fmin(Score(order, order->bins.n), -Score(order, 1)));
}

/*
 * The largest tie within the limits at z, in standard errors of the rank.
 */
static double
LargestTie(AbOrderStat *order, double z)
{
	int64_t		first = RankAt(order, -z);
	int64_t		last = RankAt(order, z) + 1;
	double		n = order->bins.n;
	int64_t		largest = 0;

	if (first < 1)
		first = 1;
	if (last > order->bins.n)
		last = order->bins.n;
	for (int i = BinAt(order, first); i < order->bins.count; i++)
	{
		int64_t		from = order->through[i] - order->bins.bins[i].count + 1;
		int64_t		to = order->through[i];

		if (from > last)
			break;
		if (!IsTied(order, i))
			continue;
		if (from < first)
			from = first;
		if (to > last)
			to = last;
		if (to - from > largest)
			largest = to - from;
	}
	return largest / sqrt(n * order->q * (1 - order->q) * order->design_effect);
}

/*
 * What the widest gap between two rows takes of the width between the limits
 * at z: 0 up to WIDE_GAP of it, 1 for all of it.
 */
static double
WidestGap(AbOrderStat *order, double z)
{
	double		low = AbQuantileLimit(order, z, false);
	double		high = AbQuantileLimit(order, z, true);
	int64_t		first = RankAt(order, -z);
	int64_t		last = RankAt(order, z) + 1;
	double		largest = 0;

	if (!(high > low))
		return 0;
	for (int i = BinAt(order, first < 1 ? 1 : first);
		 i + 1 < order->bins.count && order->through[i] < last; i++)
		largest = fmax(largest,
					   fmin(high, RowValue(order, i + 1, order->through[i] + 1)) -
					   fmax(low, RowValue(order, i, order->through[i])));
	return fmax(0, (largest / (high - low) - WIDE_GAP) / (1 - WIDE_GAP));
}

/*
 * What of the critical value each arm has in t - r c.
 */
static void
Shares(const AbQuantilePair *pair, double r, double *control,
	   double *treatment)
{
	double		wc = fabs(r) * pair->control_width;
	double		wt = pair->treatment_width;
	double		w = hypot(wc, wt);
	double		c = w > 0 ? wc / w : 1;
	double		t = w > 0 ? wt / w : 1;

	*control = sqrt(c * c + (1 - c * c) * pair->unsure);
	*treatment = sqrt(t * t + (1 - t * t) * pair->unsure);
}

/*
 * Lower or upper limit of t - r c at z; sign is -1 to take the negative of all
 * values.
 */
static double
CombinedLimit(AbQuantilePair *pair, double r, double z, bool upper, int sign)
{
	double		kc;
	double		kt;
	double		c;
	double		t;

	Shares(pair, r, &kc, &kt);
	t = sign * AbQuantileLimit(pair->treatment, kt * z, upper == (sign > 0));
	/* the control's other limit, unless r turns it round */
	c = sign * AbQuantileLimit(pair->control, kc * z,
							   (upper == (r < 0)) == (sign > 0));
	return t - r * c;
}

/*
 * The largest z at which the limits still say that the treatment's quantile is
 * the larger one (direction 1) or the smaller one (-1), of those from `low` to
 * what the rows allow; `low` if there is none.
 */
static double
TouchingScore(AbQuantilePair *pair, int direction, double low)
{
	double		high = pair->test.largest;

	if (!(CombinedLimit(pair, 1, low, false, direction) > 0))
		return low;
	if (CombinedLimit(pair, 1, high, false, direction) > 0)
		return high;
	for (int i = 0; i < HALVINGS; i++)
	{
		double		middle = low + (high - low) / 2;

		if (CombinedLimit(pair, 1, middle, false, direction) > 0)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/*
 * Test the treatment's quantile against the control's.  Returns false if there
 * are too few rows for a test at any level; the quantiles are known even so.
 */
bool
AbCompareQuantiles(AbQuantilePair *pair, AbOrderStat *control,
				   AbOrderStat *treatment, AbAlternative alternative)
{
	AbQuantileTest *test = &pair->test;
	double		z;
	double		greater;
	double		less;

	pair->control = control;
	pair->treatment = treatment;
	test->control = AbBinsQuantile(&control->bins, control->q);
	test->treatment = AbBinsQuantile(&treatment->bins, treatment->q);
	test->std_error = test->statistic = test->p_value = NAN;
	test->largest = fmin(LargestScore(control), LargestScore(treatment));
	if (!(test->largest > 0))
		return false;

	z = fmin(WIDTH_SCORE, test->largest);
	pair->control_width = AbQuantileLimit(control, z, true) -
		AbQuantileLimit(control, z, false);
	pair->treatment_width = AbQuantileLimit(treatment, z, true) -
		AbQuantileLimit(treatment, z, false);
	pair->unsure = fmax(fmax(LargestTie(control, z), LargestTie(treatment, z)),
						fmax(WidestGap(control, z), WidestGap(treatment, z)));
	pair->unsure = fmin(1, pair->unsure);
	test->std_error = hypot(pair->control_width, pair->treatment_width) / (2 * z);

	switch (alternative)
	{
		case AB_GREATER:
			test->statistic = TouchingScore(pair, 1, -test->largest);
			test->p_value = AbBoundP(AbNormalUpperTail(test->statistic));
			break;
		case AB_LESS:
			less = TouchingScore(pair, -1, -test->largest);
			test->statistic = -less;
			test->p_value = AbBoundP(AbNormalUpperTail(less));
			break;
		default:
			greater = TouchingScore(pair, 1, 0);
			less = TouchingScore(pair, -1, 0);
			test->statistic = greater - less;
			test->p_value = AbBoundP(2 * AbNormalUpperTail(fabs(test->statistic)));
	}
	return true;
}

/*
 * The ends that a test leaves open.
 */
static AbInterval
OpenEnds(AbInterval interval, bool open_low, bool open_high)
{
	if (open_low)
		interval.low = -INFINITY;
	if (open_high)
		interval.high = INFINITY;
	return interval;
}

/*
 * The interval of the difference at the critical value z; `significant` is the
 * verdict by it.  Both ends are infinite where there are too few rows.
 */
AbInterval
AbQuantileDifference(AbQuantilePair *pair, double z, AbAlternative alternative,
					 bool significant)
{
	AbInterval	interval = {-INFINITY, INFINITY};

	if (fabs(z) > pair->test.largest)
		return interval;
	interval.low = CombinedLimit(pair, 1, z, false, 1);
	interval.high = CombinedLimit(pair, 1, z, true, 1);
	interval = OpenEnds(interval, alternative == AB_LESS,
						alternative == AB_GREATER);
	return AbAgree(interval, pair->test.statistic, significant);
}

/* What is solved for an end of the lift's interval. */
typedef struct RatioEnd
{
	AbQuantilePair *pair;
	double		z;
	bool		upper;
	int			sign;
} RatioEnd;

static double
RatioLimit(double r, void *context)
{
	const RatioEnd *end = (const RatioEnd *) context;
	double		limit = CombinedLimit(end->pair, r, end->z, end->upper,
									  end->sign);

	/* a jump from one infinity to the other would leave nothing to divide by */
	return fmin(fmax(limit, -DBL_MAX), DBL_MAX);
}

/*
 * The interval of treatment / control - 1 at the critical value z, likewise.
 * Returns false, and no interval, where the control's quantile may be zero or
 * of either sign.
 */
bool
AbQuantileLift(AbQuantilePair *pair, double z, AbAlternative alternative,
			   bool significant, AbInterval *lift)
{
	double		c[2];
	double		t[2];
	double		low = INFINITY;
	double		high = -INFINITY;
	RatioEnd	end = {pair, z, false, 1};
	bool		lower;

	if (fabs(z) > pair->test.largest)
		return false;
	for (int i = 0; i < 2; i++)
	{
		c[i] = AbQuantileLimit(pair->control, fabs(z), i == 1);
		t[i] = AbQuantileLimit(pair->treatment, fabs(z), i == 1);
	}
	if (!(c[0] > 0 || c[1] < 0))
		return false;

	/* the ratio of any two values within the arms' own limits */
	for (int i = 0; i < 2; i++)
		for (int j = 0; j < 2; j++)
		{
			low = fmin(low, t[i] / c[j]);
			high = fmax(high, t[i] / c[j]);
		}
	if (!isfinite(low) || !isfinite(high))
		return false;

	end.sign = c[0] > 0 ? 1 : -1;
	lift->low = AbFindCrossing(RatioLimit, &end, low, high) - 1;
	end.upper = true;
	lift->high = AbFindCrossing(RatioLimit, &end, low, high) - 1;
	if (alternative != AB_TWO_SIDED)
	{
		/* a larger treatment is a larger lift unless the control is negative */
		lower = (alternative == AB_GREATER) == (end.sign > 0);
		*lift = OpenEnds(*lift, !lower, lower);
	}
	*lift = AbAgree(*lift, pair->test.statistic * end.sign, significant);
	return true;
}
