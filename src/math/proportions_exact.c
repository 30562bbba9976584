/*
 * proportions_exact.c
 *	  Exact tests of two proportions: Fisher, Barnard, Boschloo.
 *
 * Fisher's test takes the number of successes as given, so that the treatment's
 * share of them is hypergeometric.  The two unconditional tests order all
 * tables of the two arms by a statistic, pooled z (Barnard) or Fisher's p
 * (Boschloo), and take the largest probability, over the common rate p, of a
 * table at least as extreme as the one observed.
 *
 * Given the number s of successes both statistics increase with the
 * treatment's share of them, so that the extreme tables are tails of the
 * hypergeometric distribution, and
 *
 *	P(extreme; p) = sum over s of P(tail given s) binomial(s; N, p)
 *
 * has N + 1 terms where the tables are about N^2 / 4.
 *
 * References:
 *	R. A. Fisher, The Logic of Inductive Inference, J. Royal Statistical
 *	Society 98 (1935), 39-54.
 *	G. A. Barnard, Significance Tests for 2 x 2 Tables, Biometrika 34 (1947),
 *	123-138.
 *	R. D. Boschloo, Raised Conditional Level of Significance for the 2 x 2
 *	Table when Testing the Equality of Two Probabilities, Statistica
 *	Neerlandica 24 (1970), 1-35.
 *	C. Loader, Fast and Accurate Computation of Binomial Probabilities, 2000.
 */
#include "math/proportions_exact.h"

#include <math.h>
#include <stdint.h>

#include "math/binomial.h"
#include "math/distributions.h"

/* Probabilities this close are equal, as in R's fisher.test(). */
#define FISHER_TOLERANCE	1e-7

/* Statistics this close are equal: they differ by rounding only. */
#define ORDER_TOLERANCE		1e-11

/* A term this small against the sum before it ends the sum. */
#define NEGLIGIBLE			1e-20

/* Points of the first search for the common rate, per square root of N. */
#define GRID_DENSITY		12

/* Maxima of that search this far below the largest one cannot win. */
#define GRID_SLACK			0.95

/*
 * Two arms, and the successes of both together.  Products of two of these
 * numbers must fit an int64_t.
 */
typedef struct Margins
{
	int64_t		n1;
	int64_t		n2;
	int64_t		successes;
} Margins;

/* P(extreme; p), see above. */
typedef struct Mixture
{
	int			n;
	double	   *tails;			/* by number of successes, 0 to n */
	double		largest;		/* of them */
} Mixture;

/*
 * log of k! e^k / k^k: by Stirling's formula, of which this is the small part.
 */
static double
LogStirling(double k)
{
	double		k2 = k * k;

	if (k == 0)
		return 0;
	if (k <= 16)
		return lgamma(k + 1) - k * log(k) + k;
	return 0.5 * log(2 * M_PI * k) +
		(1 / 12.0 - (1 / 360.0 - (1 / 1260.0 - (1 / 1680.0 - 1 / 1188.0 / k2) /
								  k2) / k2) / k2) / k;
}

/*
 * log P(X = x) of x successes in the first arm.
 *
 * Loader's form: each of the four cells against its expected number, the
 * difference to which is the same whole number / N for all of them and is
 * taken exactly.
 */
static double
LogHypergeometric(const Margins *m, int64_t x)
{
	double		n1 = m->n1;
	double		n2 = m->n2;
	double		n = n1 + n2;
	double		s = m->successes;
	double		f = n - s;
	double		excess = (x * (m->n1 + m->n2) - m->n1 * m->successes) / n;
	double		a = x;
	double		b = n1 - a;
	double		c = s - a;
	double		d = n2 - c;

	return LogStirling(n1) + LogStirling(n2) + LogStirling(s) +
		LogStirling(f) - LogStirling(n) -
		LogStirling(a) - LogStirling(b) - LogStirling(c) - LogStirling(d) -
		AbDeviance(a, n1 * s / n, excess) - AbDeviance(b, n1 * f / n, -excess) -
		AbDeviance(c, n2 * s / n, -excess) - AbDeviance(d, n2 * f / n, excess);
}

/*
 * The fewest and the most successes that the first arm can have.
 */
static int64_t
Fewest(const Margins *m)
{
	return m->successes > m->n2 ? m->successes - m->n2 : 0;
}

static int64_t
Most(const Margins *m)
{
	return m->successes < m->n1 ? m->successes : m->n1;
}

/*
 * The same table with its arms exchanged, where upper tails are lower ones.
 */
static Margins
Exchange(const Margins *m)
{
	Margins		exchanged = {m->n2, m->n1, m->successes};

	return exchanged;
}

/*
 * P(X >= x) for an x at or above the mean, where the terms only decrease.
 */
static double
FarTail(const Margins *m, int64_t x)
{
	double		n1 = m->n1;
	double		s = m->successes;
	double		rest = m->n2 - s;
	double		term = 1;
	double		sum = 1;
	int64_t		last = Most(m);

	if (x > last)
		return 0;
	for (int64_t i = x; i < last; i++)
	{
		double		k = i;

		term *= (n1 - k) * (s - k) / ((k + 1) * (rest + k + 1));
		sum += term;
		if (term < NEGLIGIBLE * sum)
			break;
	}
	return fmin(exp(LogHypergeometric(m, x)) * sum, 1);
}

/*
 * P(X >= x).
 */
static double
UpperTail(const Margins *m, int64_t x)
{
	Margins		other;

	if (x <= Fewest(m))
		return 1;
	if (x * (m->n1 + m->n2) >= m->n1 * m->successes)
		return FarTail(m, x);
	other = Exchange(m);
	return 1 - FarTail(&other, m->successes - x + 1);
}

/*
 * P(X <= x).
 */
static double
LowerTail(const Margins *m, int64_t x)
{
	Margins		other = Exchange(m);

	return UpperTail(&other, m->successes - x);
}

/*
 * P of a table as improbable as x or more so, x above the mean: the tail
 * beyond it, and the one on the other side that starts with the first
 * probability not above that of x.
 */
static double
BothTails(const Margins *m, int64_t x)
{
	double		limit = LogHypergeometric(m, x) + FISHER_TOLERANCE;
	int64_t		low = Fewest(m) - 1;
	int64_t		high = m->n1 * m->successes / (m->n1 + m->n2) + 1;

	/* probabilities increase up to there */
	while (high - low > 1)
	{
		int64_t		middle = low + (high - low) / 2;

		if (LogHypergeometric(m, middle) <= limit)
			low = middle;
		else
			high = middle;
	}
	/* both sides meet where all tables are as improbable */
	if (low >= x - 1)
		return 1;
	return fmin(UpperTail(m, x) + LowerTail(m, low), 1);
}

static Margins
MarginsOf(const AbProportions *counts)
{
	Margins		m = {(int64_t) counts->treatment_n, (int64_t) counts->control_n,
	(int64_t) (counts->treatment + counts->control)};

	return m;
}

/*
 * Are these at most that many rows, and as many successes as there can be?
 * Not if a number is NaN.
 */
static bool
Countable(const AbProportions *counts, double rows)
{
	return counts->control >= 0 && counts->control <= counts->control_n &&
		counts->treatment >= 0 && counts->treatment <= counts->treatment_n &&
		counts->control_n + counts->treatment_n <= rows;
}

/*
 * p-value of Fisher's exact test.  Two-sided: all tables that are not more
 * probable than the one observed, as SciPy and R have it.
 *
 * Whole numbers, of at most AB_FISHER_MAX_ROWS rows together; NaN if there are
 * more or a number is NaN or out of its range.
 */
double
AbFisher(const AbProportions *counts, AbAlternative alternative,
		 const AbWork *work)
{
	Margins		m;
	int64_t		x;
	Margins		other;

	(void) work;
	if (!Countable(counts, AB_FISHER_MAX_ROWS))
		return NAN;
	m = MarginsOf(counts);
	x = (int64_t) counts->treatment;
	if (alternative == AB_GREATER)
		return AbBoundP(UpperTail(&m, x));
	if (alternative == AB_LESS)
		return AbBoundP(LowerTail(&m, x));
	if (x * (m.n1 + m.n2) >= m.n1 * m.successes)
		return AbBoundP(BothTails(&m, x));
	other = Exchange(&m);
	return AbBoundP(BothTails(&other, m.successes - x));
}

/*
 * P(extreme; p) at p = sin^2(angle), an angle in which the binomial has the
 * same spread everywhere.  Summed from the most likely number of successes
 * outwards.
 */
static double
MixtureAt(double angle, void *context)
{
	const Mixture *mixture = context;
	int			n = mixture->n;
	double		p = sin(angle) * sin(angle);
	double		q = cos(angle) * cos(angle);
	int			middle = (int) fmin(rint(n * p), n);
	double		first;
	double		term;
	double		sum;

	if (p * n < 1e-12)
		return mixture->tails[0];
	if (q * n < 1e-12)
		return mixture->tails[n];

	first = exp(LogStirling(n) - LogStirling(middle) -
				LogStirling(n - middle) -
				AbDeviance(middle, n * p, middle - n * p) -
				AbDeviance(n - middle, n * q, n * p - middle));
	sum = first * mixture->tails[middle];
	term = first;
	for (int s = middle; s < n; s++)
	{
		term *= (n - s) * p / ((s + 1) * q);
		sum += term * mixture->tails[s + 1];
		if (term == 0 || term * mixture->largest < NEGLIGIBLE * sum)
			break;
	}
	term = first;
	for (int s = middle; s > 0; s--)
	{
		term *= s * q / ((n - s + 1) * p);
		sum += term * mixture->tails[s - 1];
		if (term == 0 || term * mixture->largest < NEGLIGIBLE * sum)
			break;
	}
	return sum;
}

/*
 * The largest P(extreme; p) of all p.
 *
 * The mixture cannot change faster than its binomials, whose standard
 * deviation is 1 / (2 sqrt(n)) in the angle.  So a grid of a sixth of that
 * comes close to every maximum, and those near the largest one are then
 * looked at closely.
 */
static double
LargestProbability(Mixture *mixture, const AbWork *work)
{
	int			steps = 16 + (int) ceil(GRID_DENSITY * sqrt(mixture->n) * M_PI_2);
	double		width = M_PI_2 / steps;
	double	   *grid = (double *) work->allocate((steps + 1) * sizeof(double));
	double		largest = 0;
	double		result;

	mixture->largest = 0;
	for (int s = 0; s <= mixture->n; s++)
		mixture->largest = fmax(mixture->largest, mixture->tails[s]);

	for (int i = 0; i <= steps; i++)
	{
		work->poll();
		grid[i] = MixtureAt(i * width, mixture);
		largest = fmax(largest, grid[i]);
	}

	result = largest;
	for (int i = 0; i <= steps; i++)
	{
		work->poll();
		if (grid[i] < GRID_SLACK * largest || grid[i] == 0 ||
			(i > 0 && grid[i - 1] > grid[i]) ||
			(i < steps && grid[i + 1] > grid[i]))
			continue;
		result = fmax(result, AbFindMaximum(MixtureAt, mixture,
											fmax(i - 1, 0) * width,
											fmin(i + 1, steps) * width));
	}
	work->release(grid);
	return fmin(result, 1);
}

/*
 * The smallest x with x N - n1 s >= limit.
 */
static int64_t
FirstBeyond(const Margins *m, double limit)
{
	int64_t		n = m->n1 + m->n2;
	int64_t		expected = m->n1 * m->successes;
	int64_t		x = (int64_t) ceil((limit + expected) / n);

	while ((double) (x * n - expected) < limit)
		x++;
	while ((double) ((x - 1) * n - expected) >= limit)
		x--;
	return x;
}

/*
 * P given their number of successes that the pooled z of two arms, which is
 * proportional to
 *
 *	(x N - n1 s) / sqrt(s (N - s)),
 *
 * is at least z, on that scale; or beyond z or -z.
 */
static double
TailsBeyond(const Margins *m, double z, bool two_sided)
{
	double		n = m->n1 + m->n2;
	double		limit = z * sqrt(m->successes * (n - m->successes));
	Margins		other;
	double		tail;

	if (z == 0 && two_sided)
		return 1;
	/* without successes or failures z is 0 by definition */
	if (m->successes == 0 || m->successes == n)
		return z <= 0;
	limit -= fabs(limit) * ORDER_TOLERANCE;
	tail = UpperTail(m, FirstBeyond(m, limit));
	if (!two_sided)
		return tail;
	other = Exchange(m);
	return tail + UpperTail(&other, FirstBeyond(&other, limit));
}

/*
 * The z of x successes of the first arm by its own and the other's variance,
 *
 *	d / sqrt(p1 q1 / n1 + p2 q2 / n2),
 *
 * 0 where the two are equal, infinite where neither arm varies and they are
 * not.  Given the number of successes it increases with x, for the variance is
 * a concave function of x.
 */
static double
UnpooledZ(const Margins *m, int64_t x)
{
	double		n1 = m->n1;
	double		n2 = m->n2;
	double		a = x;
	double		c = m->successes - x;
	double		excess = x * (m->n1 + m->n2) - m->n1 * m->successes;

	if (excess == 0)
		return 0;
	/* d is excess / (n1 n2) */
	return excess / n1 / n2 / sqrt(a * (n1 - a) / n1 / n1 / n1 +
								   c * (n2 - c) / n2 / n2 / n2);
}

/*
 * P given their number of successes that the unpooled z of two arms is at
 * least z, or beyond z or -z.
 */
static double
UnpooledTails(const Margins *m, double z, bool two_sided)
{
	double		limit = z - fabs(z) * ORDER_TOLERANCE;
	int64_t		low = Fewest(m) - 1;
	int64_t		high = Most(m) + 1;
	Margins		other;

	if (z == 0 && two_sided)
		return 1;
	if (isinf(z))
		limit = z;
	while (high - low > 1)
	{
		int64_t		middle = low + (high - low) / 2;

		if (UnpooledZ(m, middle) >= limit)
			high = middle;
		else
			low = middle;
	}
	if (!two_sided)
		return UpperTail(m, high);
	other = Exchange(m);
	return UpperTail(m, high) + UnpooledTails(&other, z, false);
}

/*
 * The largest probability, over the common rate, of a table whose z is as
 * extreme as the one observed, z by the function that gives the tails.
 */
static double
BarnardBy(double (*tails) (const Margins *m, double z, bool two_sided),
		  Margins m, double z, AbAlternative alternative, const AbWork *work)
{
	int64_t		n = m.n1 + m.n2;
	Mixture		mixture;
	double		p;

	if (alternative == AB_LESS)
	{
		m = Exchange(&m);
		z = -z;
	}
	else if (alternative == AB_TWO_SIDED)
		z = fabs(z);

	mixture.n = (int) n;
	mixture.tails = (double *) work->allocate((n + 1) * sizeof(double));
	for (m.successes = 0; m.successes <= n; m.successes++)
	{
		work->poll();
		mixture.tails[m.successes] = tails(&m, z, alternative == AB_TWO_SIDED);
	}
	p = LargestProbability(&mixture, work);
	work->release(mixture.tails);
	return AbBoundP(p);
}

/*
 * p-value of Barnard's exact test with the pooled z as statistic, as SciPy's
 * barnard_exact() has it.
 *
 * Whole numbers, of at most AB_UNCONDITIONAL_MAX_ROWS rows together; NaN if
 * there are more or a number is NaN or out of its range.
 */
double
AbBarnard(const AbProportions *counts, AbAlternative alternative,
		  const AbWork *work)
{
	Margins		m;
	int64_t		n;
	double		z;

	if (!Countable(counts, AB_UNCONDITIONAL_MAX_ROWS))
		return NAN;
	m = MarginsOf(counts);
	n = m.n1 + m.n2;
	z = (int64_t) counts->treatment * n - m.n1 * m.successes;
	if (z != 0)
		z /= sqrt((double) m.successes * (n - m.successes));
	return BarnardBy(TailsBeyond, m, z, alternative, work);
}

/*
 * The same with the unpooled z, as barnard_exact(pooled=False).
 */
double
AbBarnardUnpooled(const AbProportions *counts, AbAlternative alternative,
				  const AbWork *work)
{
	Margins		m;

	if (!Countable(counts, AB_UNCONDITIONAL_MAX_ROWS))
		return NAN;
	m = MarginsOf(counts);
	return BarnardBy(UnpooledTails, m,
					 UnpooledZ(&m, (int64_t) counts->treatment), alternative,
					 work);
}

/*
 * Boschloo's test of more successes in the first arm than the x observed: the
 * extreme tables are, for every number of successes, the largest upper tail
 * that is not above Fisher's p.
 *
 * One success more moves the start of that tail by 0 or 1: X does not decrease
 * with s, and increases by at most 1.
 */
static double
BoschlooGreater(Margins m, int64_t x, const AbWork *work)
{
	double		limit = UpperTail(&m, x);
	int64_t		n = m.n1 + m.n2;
	int64_t		start = 0;
	Mixture		mixture;
	double		p;

	if (limit >= 1)
		return 1;
	limit *= 1 + ORDER_TOLERANCE;
	mixture.n = (int) n;
	mixture.tails = (double *) work->allocate((n + 1) * sizeof(double));
	for (m.successes = 0; m.successes <= n; m.successes++)
	{
		double		tail;

		work->poll();
		tail = UpperTail(&m, start);
		if (tail > limit)
			tail = UpperTail(&m, ++start);
		mixture.tails[m.successes] = tail <= limit ? tail : 0;
	}
	p = LargestProbability(&mixture, work);
	work->release(mixture.tails);
	return p;
}

/*
 * p-value of Boschloo's exact test; two-sided twice the smaller of the
 * one-sided ones, as SciPy's boschloo_exact() has it.
 *
 * Whole numbers, of at most AB_UNCONDITIONAL_MAX_ROWS rows together; NaN if
 * there are more or a number is NaN or out of its range.
 */
double
AbBoschloo(const AbProportions *counts, AbAlternative alternative,
		   const AbWork *work)
{
	Margins		m;
	double		p = 1;

	if (!Countable(counts, AB_UNCONDITIONAL_MAX_ROWS))
		return NAN;
	m = MarginsOf(counts);
	if (alternative != AB_LESS)
		p = BoschlooGreater(m, (int64_t) counts->treatment, work);
	if (alternative != AB_GREATER)
		p = fmin(p, BoschlooGreater(Exchange(&m), (int64_t) counts->control,
									work));
	return AbBoundP(alternative == AB_TWO_SIDED ? 2 * p : p);
}
