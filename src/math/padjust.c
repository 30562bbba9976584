/*
 * padjust.c
 *	  P-values and levels adjusted for the number of tests.
 *
 * An adjusted p-value is the smallest level at which its procedure, applied
 * to all of them, rejects that hypothesis; so it is compared with alpha
 * itself.  Bonferroni, Sidak, Holm, Hochberg, Hommel and Holm-Sidak bound the
 * probability of any false rejection, Benjamini-Hochberg and
 * Benjamini-Yekutieli the expected share of false ones among the rejections.
 * Hochberg-Sidak, which others offer, bounds none exactly: of two independent
 * tests without an effect it rejects one with probability
 * alpha^2 + 2 (1 - alpha) (1 - sqrt(1 - alpha)), 5.06% for alpha = 5%.
 *
 * References:
 *	Z. Sidak, Rectangular Confidence Regions for the Means of Multivariate
 *	Normal Distributions, J. American Statistical Association 62 (1967),
 *	626-633.
 *	S. Holm, A Simple Sequentially Rejective Multiple Test Procedure,
 *	Scandinavian J. Statistics 6 (1979), 65-70.
 *	B. S. Holland, M. D. Copenhaver, An Improved Sequentially Rejective
 *	Bonferroni Test Procedure, Biometrics 43 (1987), 417-423.
 *	Y. Hochberg, A Sharper Bonferroni Procedure for Multiple Tests of
 *	Significance, Biometrika 75 (1988), 800-802.
 *	G. Hommel, A Stagewise Rejective Multiple Test Procedure Based on a
 *	Modified Bonferroni Test, Biometrika 75 (1988), 383-386.
 *	R. J. Meijer, T. J. P. Krebs, J. J. Goeman, Hommel's Procedure in Linear
 *	Time, Biometrical J. 61 (2019), 73-82.
 *	Y. Benjamini, Y. Hochberg, Controlling the False Discovery Rate, J. Royal
 *	Statistical Society B 57 (1995), 289-300.
 *	Y. Benjamini, D. Yekutieli, The Control of the False Discovery Rate in
 *	Multiple Testing under Dependency, Annals of Statistics 29 (2001),
 *	1165-1188.
 */
#include "math/padjust.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Work on fewer p-values than this needs no poll. */
#define MANY	4096

/*
 * What p-values are multiplied by before products with whole numbers are
 * compared to the last bit, so that the smallest double keeps its rounding
 * errors and 1 stays in range.
 */
#define EXACT_SCALE		0x1p1000

/* A p-value and where it was. */
typedef struct RankedP
{
	double		p;
	int			position;
} RankedP;

/* The p-values in ascending order, and Hommel's tail(m) of them. */
typedef struct Hommel
{
	const RankedP *ranked;
	int			n;
	double	   *tails;			/* by m */
	const AbWork *work;
} Hommel;

/*
 * Sort by p, with room for half of them to spare.
 */
static void
MergeSort(RankedP *ranked, int n, RankedP *spare, const AbWork *work)
{
	int			half = n / 2;
	int			left = 0;
	int			right = half;

	if (n < 2)
		return;
	if (n >= MANY)
		work->poll();
	MergeSort(ranked, half, spare, work);
	MergeSort(ranked + half, n - half, spare, work);

	memcpy(spare, ranked, half * sizeof(RankedP));
	while (left < half)
	{
		bool		take_right = right < n && ranked[right].p < spare[left].p;

		ranked[left + right - half] = take_right ? ranked[right] : spare[left];
		if (take_right)
			right++;
		else
			left++;
	}
}

static void
Sort(RankedP *ranked, int n, const AbWork *work)
{
	RankedP    *spare = (RankedP *)
		work->allocate((n / 2 + 1) * sizeof(RankedP));

	MergeSort(ranked, n, spare, work);
	work->release(spare);
}

/*
 * 1 - (1 - p)^n without its cancellation.
 */
static double
Sidak(double p, double n)
{
	return -expm1(n * log1p(-p));
}

/*
 * Each on its own: n p, or Sidak's.
 */
static void
AdjustSingly(RankedP *ranked, int n, AbCorrection correction)
{
	for (int i = 0; i < n; i++)
	{
		if (correction == AB_BONFERRONI)
			ranked[i].p *= n;
		else if (correction == AB_SIDAK)
			ranked[i].p = Sidak(ranked[i].p, n);
	}
}

/*
 * Down from the smallest p: the max over j <= i of
 *
 *	Holm					(n - j + 1) p(j)
 *	Holm-Sidak				1 - (1 - p(j))^(n - j + 1)
 */
static void
AdjustDown(RankedP *ranked, int n, AbCorrection correction)
{
	double		largest = 0;

	for (int i = 0; i < n; i++)
	{
		largest = fmax(largest, correction == AB_HOLM ?
					   (n - i) * ranked[i].p : Sidak(ranked[i].p, n - i));
		ranked[i].p = largest;
	}
}

/*
 * Up from the largest p: the min over j >= i of
 *
 *	Hochberg				(n - j + 1) p(j)
 *	Hochberg-Sidak			1 - (1 - p(j))^(n - j + 1)
 *	Benjamini-Hochberg		n p(j) / j
 *	Benjamini-Yekutieli		the same times 1 + 1/2 + .. + 1/n
 */
static void
AdjustUp(RankedP *ranked, int n, AbCorrection correction)
{
	double		smallest = INFINITY;
	double		harmonic = 1;

	if (correction == AB_BENJAMINI_YEKUTIELI)
	{
		harmonic = 0;
		for (int i = n; i > 0; i--)
			harmonic += 1.0 / i;
	}
	for (int i = n - 1; i >= 0; i--)
	{
		double		factor = correction == AB_HOCHBERG ? n - i :
			harmonic * n / (i + 1);

		smallest = fmin(smallest, correction == AB_HOCHBERG_SIDAK ?
						Sidak(ranked[i].p, n - i) : factor * ranked[i].p);
		ranked[i].p = smallest;
	}
}

/*
 * p / j < q / k, exactly, for p-values and positive whole numbers.
 *
 * Each product with a whole number is a double and its rounding error, which
 * decides where the doubles are the same.
 */
static bool
SlopeLess(double p, double j, double q, double k)
{
	double		left;
	double		right;

	p *= EXACT_SCALE;
	q *= EXACT_SCALE;
	left = p * k;
	right = q * j;
	if (left != right)
		return left < right;
	return fma(p, k, -left) < fma(q, j, -right);
}

/*
 * Fill in tail(m) for all m in [low, high], whose least p / j is known to be
 * at an index in [left, right].
 *
 * With first = n - m the index of the smallest of the m largest, j is the
 * distance from first - 1: the least p / j is the flattest line from the point
 * (first - 1, 0) to a point (index, p).  When m grows, that point moves to the
 * left, and of two points the left one, which is not the higher, gains on the
 * other: so the index of the least does not grow.  It is found for the m in
 * the middle, and bounds the ones of all others.  Comparisons are exact, so
 * that rounding leads nowhere else.
 */
static void
FillTails(Hommel *hommel, int low, int high, int left, int right)
{
	const RankedP *ranked = hommel->ranked;
	int			m = low + (high - low) / 2;
	int			first = hommel->n - m;
	int			least = left > first + 1 ? left : first + 1;

	if (low > high)
		return;
	if (right - least >= MANY)
		hommel->work->poll();
	for (int i = least + 1; i <= right; i++)
		if (SlopeLess(ranked[i].p, i - first + 1,
					  ranked[least].p, least - first + 1))
			least = i;
	hommel->tails[m] = m * (ranked[least].p / (least - first + 1));
	FillTails(hommel, low, m - 1, least, right);
	FillTails(hommel, m + 1, high, left, least);
}

/*
 * The largest of min(m p, tail(m)) over the m on the stack, along which m
 * increases and tail(m) decreases: it is where the two cross.
 */
static double
LargestMinimum(const double *tails, const int *stack, int depth, double p)
{
	int			low = 0;
	int			high = depth;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (stack[middle] * p >= tails[stack[middle]])
			high = middle;
		else
			low = middle + 1;
	}
	return fmax(low < depth ? tails[stack[low]] : 0,
				low > 0 ? stack[low - 1] * p : 0);
}

/*
 * Hommel's: the closed test whose local tests are Simes'.
 *
 * Of all sets of m hypotheses that contain the i-th, the one that is hardest
 * to reject has the largest p-values otherwise, so with
 *
 *	tail(m) = min over j = 2..m of m p(n - m + j) / j
 *
 * its Simes p-value is min(m p(i), tail(m)) for i <= n - m, and for the m
 * largest themselves among(m) = min(m p(n - m + 1), tail(m)).  The adjusted p
 * is the largest of them over m.
 *
 * As m p(i) grows with m, an m does not matter if a larger one has a tail that
 * is not smaller: the others are kept on a stack.  Takes time proportional to
 * n log n.
 */
static void
AdjustHommel(RankedP *ranked, int n, const AbWork *work)
{
	double	   *tails = (double *) work->allocate((n + 1) * sizeof(double));
	double	   *among = (double *) work->allocate((n + 1) * sizeof(double));
	int		   *stack = (int *) work->allocate((n + 1) * sizeof(int));
	Hommel		hommel = {ranked, n, tails, work};
	double		largest = 0;
	int			depth = 0;

	FillTails(&hommel, 2, n, 1, n - 1);

	/* the largest of among(m) over this and all larger m */
	for (int m = n; m >= 1; m--)
	{
		if (m >= 2)
			largest = fmax(largest, fmin(m * ranked[n - m].p, tails[m]));
		among[m] = largest;
	}

	for (int i = n - 1; i >= 0; i--)
	{
		int			m = n - 1 - i;	/* the largest without i among them */

		if (m >= 2)
		{
			while (depth > 0 && tails[stack[depth - 1]] <= tails[m])
				depth--;
			stack[depth++] = m;
		}
		ranked[i].p = fmax(fmax(ranked[i].p, among[m + 1]),
						   LargestMinimum(tails, stack, depth, ranked[i].p));
	}
	work->release(tails);
	work->release(among);
	work->release(stack);
}

/*
 * Adjust `count` p-values in [0, 1] in place, each becoming the smallest level
 * at which its hypothesis is rejected, at most 1.  Those that are NaN stay so
 * and do not count.  Returns how many do: 0, with all NaN, for AB_DUNNETT.
 */
int
AbAdjust(double *p, int count, AbCorrection correction, const AbWork *work)
{
	RankedP    *ranked = (RankedP *) work->allocate((count + 1) * sizeof(RankedP));
	int			n = 0;

	for (int i = 0; i < count; i++)
		if (correction == AB_DUNNETT)
			p[i] = NAN;
		else if (!isnan(p[i]))
		{
			ranked[n].p = p[i];
			ranked[n++].position = i;
		}

	switch (correction)
	{
		case AB_CORRECTION_NONE:
		case AB_BONFERRONI:
		case AB_SIDAK:
		case AB_DUNNETT:
			AdjustSingly(ranked, n, correction);
			break;
		case AB_HOLM:
		case AB_HOLM_SIDAK:
			Sort(ranked, n, work);
			AdjustDown(ranked, n, correction);
			break;
		case AB_HOMMEL:
			Sort(ranked, n, work);
			AdjustHommel(ranked, n, work);
			break;
		case AB_HOCHBERG:
		case AB_HOCHBERG_SIDAK:
		case AB_BENJAMINI_HOCHBERG:
		case AB_BENJAMINI_YEKUTIELI:
			Sort(ranked, n, work);
			AdjustUp(ranked, n, correction);
			break;
	}

	for (int i = 0; i < n; i++)
		p[ranked[i].position] = fmin(ranked[i].p, 1);
	work->release(ranked);
	return n;
}

/*
 * The level of each of `count` comparisons, a whole number from 1 on, that
 * keeps the probability of any false rejection at alpha in [0, 1]:
 *
 *	none			alpha: each by itself
 *	Bonferroni		alpha / count
 *	Sidak			1 - (1 - alpha)^(1 / count)
 *
 * Intervals at that level are simultaneous, and agree with the p-values that
 * AbAdjust() gives.  NaN for the corrections that have no such level, and if
 * an argument is NaN or out of its range.
 */
double
AbSimultaneousLevel(double alpha, double count, AbCorrection correction)
{
	if (!(alpha >= 0 && alpha <= 1) || !(count >= 1))
		return NAN;
	switch (correction)
	{
		case AB_CORRECTION_NONE:
			return alpha;
		case AB_BONFERRONI:
			return alpha / count;
		case AB_SIDAK:
			/* without the cancellation of small levels */
			return count == 1 ? alpha : -expm1(log1p(-alpha) / count);
		default:
			return NAN;
	}
}
