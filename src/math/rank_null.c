/*
 * rank_null.c
 *	  Null distributions of rank statistics.
 *
 * The exact ones are counts of equally likely arrangements, too many for a
 * double.  They are computed as probabilities in units of 2^-1000, of which a
 * p-value of 1e-308 has enough to keep its digits, and towards the smaller
 * tail only, so that no digit is lost by a difference from 1.
 *
 * Mann and Whitney's U has the Gaussian binomial coefficient as generating
 * function, the signed-rank statistic a product of 1 + q^rank.  Smirnov's
 * two-sample statistic is the largest distance of a random lattice path from
 * the diagonal; the probability is the sum of what leaves the band, which is
 * positive throughout, where counting the paths inside would leave nothing of
 * a small tail.
 *
 * For large samples Smirnov's statistic is taken for Kolmogorov's of one
 * sample of n1 n2 / (n1 + n2) rows, by the regions of Simard and L'Ecuyer:
 * Durbin's matrix, the expansion of Pelz and Good, or twice the one-sided
 * probability, whichever is accurate.
 *
 * References:
 *	H. B. Mann, D. R. Whitney, On a Test of Whether One of Two Random Variables
 *	is Stochastically Larger than the Other, Annals of Mathematical Statistics
 *	18 (1947), 50-60.
 *	F. Wilcoxon, Individual Comparisons by Ranking Methods, Biometrics Bulletin
 *	1 (1945), 80-83.
 *	J. L. Hodges, The Significance Probability of the Smirnov Two-Sample Test,
 *	Arkiv for Matematik 3 (1958), 469-486.
 *	U. R. Maag, G. Dicaire, On Kolmogorov-Smirnov Type One-Sample Statistics,
 *	Biometrika 58 (1971), 653-656.
 *	J. Durbin, Distribution Theory for Tests Based on the Sample Distribution
 *	Function, 1973, section 2.4.
 *	W. Pelz, I. J. Good, Approximating the Lower Tail-Areas of the
 *	Kolmogorov-Smirnov One-Sample Statistic, J. Royal Statistical Society B 38
 *	(1976), 152-156.
 *	G. Marsaglia, W. W. Tsang, J. Wang, Evaluating Kolmogorov's Distribution,
 *	J. Statistical Software 8 (2003), 18.
 *	R. Simard, P. L'Ecuyer, Computing the Two-Sided Kolmogorov-Smirnov
 *	Distribution, J. Statistical Software 39 (2011), 11.
 */
#include "math/rank_null.h"

#include <math.h>
#include <string.h>

/* All probability there is: 1 in the unit of the exact distributions. */
#define UNIT_EXPONENT	1000

/*
 * What an exact distribution may take: doubles of memory, and steps, which are
 * half a second.
 */
#define MAX_CELLS		5000000
#define MAX_STEPS		200000000.0

/* Rows of the smaller arm up to which U's distribution keeps its digits. */
#define MANN_WHITNEY_MAX_ROWS	200

/* Pairs of rows up to which the lattice of Smirnov's test is walked. */
#define SMIRNOV_MAX_PAIRS	100000000

/* Less than that, in the same unit, is dropped at the ends of a lattice row. */
#define NOTHING			1e-40

/* Steps between two polls. */
#define POLL_STEPS		4000000

/* Rows up to which Smirnov's one-sided sum is summed, and what a term costs. */
#define SMIRNOV_MAX_SUM	1000000
#define TERM_STEPS		100

/* A term this small against the sum before it ends the sum. */
#define NEGLIGIBLE		1e-20

/*
 * Count steps, and poll when there have been enough.
 */
static inline void
Step(double *steps, double more, const AbWork *work)
{
	*steps += more;
	if (*steps >= POLL_STEPS)
	{
		*steps = 0;
		work->poll();
	}
}

/*
 * That many doubles, all 0.
 */
static double *
Zeros(int64_t count, const AbWork *work)
{
	double	   *zeros = (double *) work->allocate(count * sizeof(double));

	memset(zeros, 0, count * sizeof(double));
	return zeros;
}

/*
 * Tails at the k-th value of a distribution that is symmetric about its middle
 * one, not beyond which k is, from the probabilities up to there, in order of
 * the values.
 */
static AbTails
SymmetricTails(const double *probabilities, int64_t k, bool upper)
{
	AbTails		tails;
	double		sum = 0;
	double		rest;

	for (int64_t i = 0; i <= k; i++)
		sum += probabilities[i];
	/* the value itself is in both tails */
	rest = ldexp(1, UNIT_EXPONENT) - sum + probabilities[k];
	sum = ldexp(sum, -UNIT_EXPONENT);
	rest = ldexp(rest, -UNIT_EXPONENT);
	tails.upper = upper ? sum : rest;
	tails.lower = upper ? rest : sum;
	return tails;
}

/* ----------------------------------------------------------------------
 * Mann and Whitney's U
 * ----------------------------------------------------------------------
 */

/*
 * The smaller of two numbers.
 */
static int64_t
Smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * Is the exact distribution of U, of n1 and n2 rows, one that does not take
 * too long and keeps its digits?
 */
bool
AbMannWhitneyFeasible(int64_t n1, int64_t n2)
{
	double		cells = (double) n1 * n2 / 2 + 1;
	int64_t		m = Smaller(n1, n2);

	return m <= MANN_WHITNEY_MAX_ROWS && cells <= MAX_CELLS &&
		cells * m <= MAX_STEPS;
}

/*
 * Tails of U, from 0 to n1 n2: the number of pairs that one side of n1 rows
 * wins against the other of n2 without ties.  With m the smaller of the two
 * sizes and n the larger the generating function of its counts is
 *
 *		(1 - q^(n+1)) .. (1 - q^(n+m)) / ((1 - q) .. (1 - q^m)).
 *
 * Taking a factor of the numerator together with one of the denominator, each
 * intermediate result is the distribution for a smaller m.
 *
 * NaN if it is not feasible.
 */
AbTails
AbMannWhitneyTails(int64_t u, int64_t n1, int64_t n2, const AbWork *work)
{
	int64_t		m = Smaller(n1, n2);
	int64_t		n = n1 + n2 - m;
	int64_t		k;
	AbTails		tails = {NAN, NAN};
	double	   *counts;
	double		steps = 0;

	if (!AbMannWhitneyFeasible(n1, n2))
		return tails;
	k = Smaller(u, n1 * n2 - u);
	counts = Zeros(k + 1, work);
	counts[0] = ldexp(1, UNIT_EXPONENT);
	for (int64_t i = 1; i <= m; i++)
	{
		double		share = (double) i / (n + i);

		for (int64_t j = k; j >= n + i; j--)
			counts[j] -= counts[j - n - i];
		for (int64_t j = 0; j <= k; j++)
			counts[j] *= share;
		for (int64_t j = i; j <= k; j++)
			counts[j] += counts[j - i];
		Step(&steps, k + 1, work);
	}
	tails = SymmetricTails(counts, k, u > k);
	work->release(counts);
	return tails;
}

/* ----------------------------------------------------------------------
 * The signed-rank statistic
 * ----------------------------------------------------------------------
 */

/*
 * Is the exact distribution of n ranks with that sum, in whichever unit, one
 * that does not take too long?  Not if one of the two is NaN.
 */
bool
AbSignedRankFeasible(double total, double n)
{
	double		cells = floor(total / 2) + 1;

	return cells <= MAX_CELLS && cells * n <= MAX_STEPS;
}

/*
 * Tails of the sum w of those ranks whose sign is positive, each with
 * probability 1/2, where all have the sum `total`.  The ranks are given in
 * ascending order, in any unit that makes them whole.
 *
 * NaN if there are too many cells for it to be feasible.
 */
AbTails
AbSignedRankTails(int64_t w, int64_t total, const AbRankGroup *groups,
				  int count, const AbWork *work)
{
	int64_t		k = Smaller(w, total - w);
	int64_t		reached = 0;
	AbTails		tails = {NAN, NAN};
	double	   *sums;
	double		steps = 0;

	if (!AbSignedRankFeasible(total, 0))
		return tails;
	sums = Zeros(k + 1, work);
	sums[0] = ldexp(1, UNIT_EXPONENT);
	for (int i = 0; i < count; i++)
		for (int64_t c = 0; c < groups[i].count; c++)
		{
			int64_t		rank = groups[i].rank;
			int64_t		start;

			/* sums above k do not come back */
			reached = Smaller(reached + rank, k);
			start = Smaller(rank, reached + 1);
			for (int64_t j = reached; j >= start; j--)
				sums[j] = (sums[j] + sums[j - rank]) / 2;
			for (int64_t j = start - 1; j >= 0; j--)
				sums[j] /= 2;
			Step(&steps, reached + 1, work);
		}
	tails = SymmetricTails(sums, k, w > k);
	work->release(sums);
	return tails;
}

/* ----------------------------------------------------------------------
 * Smirnov's two-sample statistic
 * ----------------------------------------------------------------------
 */

/*
 * Is the exact distribution of D, of n1 and n2 rows, one that does not take
 * too long?
 */
bool
AbSmirnovFeasible(int64_t n1, int64_t n2)
{
	return n2 == 0 || n1 <= SMIRNOV_MAX_PAIRS / n2;
}

/*
 * P(D >= excess / (n1 n2)) for samples of a continuous distribution, D the
 * largest difference of the two distribution functions, in one direction or in
 * either; NaN if it is not feasible.
 *
 * The merged samples are a random path of steps between (0, 0) and (m, n): from
 * (i, j) it goes to (i + 1, j) with probability (m - i) / (m - i + n - j).
 * Point by point along the diagonals i + j = s the probability to be there
 * without having left the band
 *
 *		|i n - j m| = |i (m + n) - s m| < excess
 *
 * is computed, and that of leaving it is summed up.
 */
double
AbSmirnovPValue(int64_t excess, int64_t n1, int64_t n2, bool two_sided,
				const AbWork *work)
{
	int			m;
	int			n;
	int64_t		both = n1 + n2;
	double	   *rows;
	double	   *from;
	double	   *to;
	int			low = 0;
	int			high = 0;
	double		outside = 0;
	double		steps = 0;

	if (!AbSmirnovFeasible(n1, n2))
		return NAN;
	if (excess <= 0)
		return 1;

	/* index i + 1, so that the point before the first one is 0 */
	m = (int) Smaller(n1, n2);
	n = (int) (both - m);
	rows = Zeros(2 * (m + 2), work);
	from = rows;
	to = rows + m + 2;
	from[1] = ldexp(1, UNIT_EXPONENT);
	for (int64_t s = 1; s <= both && low <= high; s++)
	{
		int			rest = (int) (n - s + 1);
		double		share = 1.0 / (m + rest);
		double	   *swap;

		high = (int) Smaller(high + 1, m);
		if (low < 1 - rest)
			low = 1 - rest;
		for (int i = low; i <= high; i++)
			to[i + 1] = (from[i] * (m + 1 - i) + from[i + 1] * (rest + i)) *
				share;

		/* leave the band, or never matter */
		while (low <= high && high * both - s * m >= excess)
			outside += to[1 + high--];
		while (two_sided && low <= high && low * both - s * m <= -excess)
			outside += to[1 + low++];
		while (low <= high && to[1 + high] < NOTHING)
			high--;
		while (low <= high && to[1 + low] < NOTHING)
			low++;

		/* what is next to the ends is read as nothing */
		to[low] = 0;
		if (high < m)
			to[high + 2] = 0;
		swap = from;
		from = to;
		to = swap;
		Step(&steps, high - low + 1, work);
	}
	work->release(rows);
	return ldexp(outside, -UNIT_EXPONENT);
}

/* ----------------------------------------------------------------------
 * Kolmogorov's one-sample statistic
 * ----------------------------------------------------------------------
 */

/*
 * P(D+ >= d) of n rows: Smirnov's sum
 *
 *		d sum C(n, j) (d + j/n)^(j-1) (1 - d - j/n)^(n-j),	0 <= j < n (1 - d),
 *
 * whose terms are binomial probabilities, from the middle outwards; Maag and
 * Dicaire's approximation for many rows.
 */
static double
OneSidedUpperTail(double d, double n, const AbWork *work)
{
	double		last = ceil(n * (1 - d)) - 1;
	double		middle = floor(last / 2);
	double		sum = 0;
	double		steps = 0;

	if (n > SMIRNOV_MAX_SUM)
		return exp(-pow(6 * n * d + 1, 2) / (18 * n));
	for (int direction = -1; direction <= 1; direction += 2)
		for (double j = direction < 0 ? middle : middle + 1;
			 j >= 0 && j <= last; j += direction)
		{
			double		p = d + j / n;
			double		term = d / p * AbBinomialProbability(j, n, p);

			sum += term;
			if (term < NEGLIGIBLE * sum)
				break;
			Step(&steps, TERM_STEPS, work);
		}
	return sum;
}

/*
 * c = a b of square matrices.
 */
static void
Multiply(const double *a, const double *b, double *c, int order)
{
	for (int i = 0; i < order; i++)
	{
		double	   *row = c + i * order;

		memset(row, 0, order * sizeof(double));
		for (int k = 0; k < order; k++)
		{
			double		factor = a[i * order + k];

			for (int j = 0; j < order; j++)
				row[j] += factor * b[k * order + j];
		}
	}
}

/*
 * Divide by a power of 2 such that the middle element is near 1, and return
 * its exponent.
 */
static int
Normalise(double *a, int order)
{
	int			exponent;
	double		scale;

	frexp(a[(order / 2) * (order + 1)], &exponent);
	scale = ldexp(1, -exponent);
	for (int i = 0; i < order * order; i++)
		a[i] *= scale;
	return exponent;
}

/*
 * P(D < d) of n rows, exactly: with n d = k - h, 0 <= h < 1, it is
 * n! / n^n times the middle element of the n-th power of Durbin's matrix of
 * order 2 k - 1,
 *
 *		a(i, j) = 1 / (i - j + 1)!,	0 for j > i + 1,
 *
 * but with (1 - h^(i+1)) / (i + 1)! in its first column, the same from the
 * right in its last row, and (1 - 2 h^m + max(2 h - 1, 0)^m) / m! in the corner
 * of these, m the order.
 */
static double
DurbinProbability(double d, double n, const AbWork *work)
{
	int			k = (int) (n * d) + 1;
	double		h = k - n * d;
	int			order = 2 * k - 1;
	double	   *matrices = Zeros(3 * order * order, work);
	double	   *base = matrices;
	double	   *power = base + order * order;
	double	   *other = power + order * order;
	double	   *swap;
	double		factorial = 1;
	double		result;
	int			exponent = 0;
	int			base_exponent = 0;
	int			rows = (int) n;

	for (int i = 0; i < order; i++)
		for (int j = 0; j <= i + 1 && j < order; j++)
			base[i * order + j] = 1 / tgamma(i - j + 2);
	for (int i = 0; i < order; i++)
	{
		factorial *= i + 1;
		base[i * order] = (1 - pow(h, i + 1)) / factorial;
		base[order * order - 1 - i] = base[i * order];
	}
	base[(order - 1) * order] = (1 - 2 * pow(h, order) +
								 pow(fmax(2 * h - 1, 0), order)) / factorial;

	/* the power, from the last bit of n to the first */
	for (int i = 0; i < order; i++)
		power[i * (order + 1)] = 1;
	for (; rows > 0; rows /= 2)
	{
		work->poll();
		if (rows % 2 == 1)
		{
			Multiply(power, base, other, order);
			swap = power;
			power = other;
			other = swap;
			exponent += base_exponent + Normalise(power, order);
		}
		if (rows > 1)
		{
			Multiply(base, base, other, order);
			swap = base;
			base = other;
			other = swap;
			base_exponent = 2 * base_exponent + Normalise(base, order);
		}
	}

	/* times n! / n^n, while it stays in range */
	result = power[(k - 1) * (order + 1)];
	for (int i = 1; i <= (int) n; i++)
	{
		result *= i / n;
		if (result < 1e-200)
		{
			result = ldexp(result, 600);
			exponent -= 600;
		}
	}
	work->release(matrices);
	return ldexp(result, exponent);
}

/*
 * P(D < d) of n rows, d = z / sqrt(n), by the first terms of
 *
 *		K0(z) + K1(z) / n^(1/2) + K2(z) / n + K3(z) / n^(3/2).
 */
static double
PelzGoodProbability(double d, double n)
{
	double		z = sqrt(n) * d;
	double		z2 = z * z;
	double		z4 = z2 * z2;
	double		z6 = z4 * z2;
	double		z8 = z4 * z4;
	double		k0 = 0;
	double		k1 = 0;
	double		k2 = 0;
	double		k3 = 0;

	for (int i = 0; i < 40; i++)
	{
		double		a = M_PI * M_PI * (i + 0.5) * (i + 0.5);
		double		b = M_PI * M_PI * (i + 1.0) * (i + 1.0);
		double		half = exp(-a / (2 * z2));
		double		whole = exp(-b / (2 * z2));

		/* each stands for i and for its negative */
		k0 += half;
		k1 += 2 * half * (a - z2);
		k2 += 2 * half * (6 * z6 + 2 * z4 + a * (2 * z4 - 5 * z2) +
						  a * a * (1 - 2 * z2)) - 4 * whole * z4 * b;
		k3 += 2 * half * (a * a * a * (5 - 30 * z2) +
						  a * a * (-60 * z2 + 212 * z4) +
						  a * (135 * z4 - 96 * z6) - 30 * z6 - 90 * z8) +
			60 * whole * z4 * (3 * b * z2 - b * b);
	}
	k0 *= 2 / z;
	k1 /= 6 * z4;
	k2 /= 72 * z6 * z;
	k3 /= 6480 * z8 * z2;
	return sqrt(M_PI_2) * (k0 + (k1 + (k2 + k3 / sqrt(n)) / sqrt(n)) / sqrt(n));
}

/*
 * P(D >= d) of n rows of a continuous distribution, D the largest distance of
 * theirs from it; 0 for d >= 1.  n is whole.  NaN if one of the two is.
 */
double
AbKolmogorovUpperTail(double d, double n, const AbWork *work)
{
	double		t = n * d;
	bool		small = n <= 140;

	if (isnan(t))
		return NAN;
	if (d >= 1)
		return 0;
	if (t <= 0.5)
		return 1;
	if (t <= 1)
		return 1 - exp(lgamma(n + 1) + n * log((2 * t - 1) / n));
	if (t >= n - 1)
		return 2 * pow(1 - d, n);
	if (d >= 0.5 || t * d >= (small ? 4 : 2.2))
		return 2 * OneSidedUpperTail(d, n, work);
	if (small || (n <= 100000 && n * pow(d, 1.5) <= 1.4))
		return 1 - DurbinProbability(d, n, work);
	return 1 - PelzGoodProbability(d, n);
}

/*
 * The asymptotic P(D >= d) of two samples of n1 and n2 rows, one-sided by
 * Hodges' equation 5.3; NaN if one of the three is.
 *
 * Kolmogorov's statistic is never 1, but that of two samples is when all of one
 * are below all of the other, of which the probability is known.
 */
double
AbSmirnovLimit(double d, double n1, double n2, bool two_sided,
			   const AbWork *work)
{
	double		n = n1 + n2;
	double		en = n1 / n * n2;
	double		z = sqrt(en) * d;
	double		p;

	if (!two_sided)
		return exp(-2 * z * z - 2 * z * (fmax(n1, n2) + 2 * fmin(n1, n2)) /
				   sqrt(en) / n / 3);
	if (d >= 1)
		/* 2 / C(n, n1), from the middle of a binomial distribution */
		return 2 * exp(n1 * log(n1 / n) + n2 * log(n2 / n)) /
			AbBinomialProbability(n1, n, n1 / n);
	p = AbKolmogorovUpperTail(d, rint(en), work);
	return p > 1 ? 1 : p;
}
