/*
 * quantile_clusters.c
 *	  What rows that come in clusters, several of a user, are worth for a
 *	  quantile.
 *
 * Rows of one user are alike, so the share of rows below the quantile varies
 * more than a binomial one.  Per user the number of rows below the arm's
 * quantile and the number of all its rows have the variance of that share as a
 * ratio of sums; over the binomial variance it is the design effect, by which
 * ranks are worth less (quantile_limits.c).
 *
 * References:
 *	A. Deng, U. Knoblich, J. Lu, Applying the Delta Method in Metric Analytics:
 *	A Practical Guide with Novel Ideas, KDD 2018, 233-242.
 *	L. Kish, Survey Sampling, 1965 (the design effect).
 */
#include "math/quantile_clusters.h"

#include <math.h>

/* Clusters may count as many more or fewer rows below, as a share of all. */
#define CUT_TOLERANCE	0.01

/*
 * The design effect of an arm of n rows for its quantile q in (0, 1),
 *
 *		V / (R (1 - R) / N),	V = sum (b_i - R n_i)^2 / (K - 1) / K / nbar^2,
 *
 * where user i of K >= 2 has b_i of n_i rows below the quantile, R = sum b / sum
 * n and N = sum n = K nbar, and its degrees of freedom.  NaN with fewer users,
 * where all rows are on the same side of the quantile, and where the share below
 * it does not vary between users.
 *
 * The basis is as many users with equal numbers of rows, and independent rows
 * beyond the quantile, as these are worth.  Few of either leave the estimate
 * low and uncertain: for that the effect is enlarged, and df has the excess
 * kurtosis of the indicator of a row as its second term.
 */
AbDesignEffect
AbClusterEffect(const AbClusters *clusters, double q, double n)
{
	AbDesignEffect result = {NAN, NAN, NAN};
	double		pq = q * (1 - q);
	double		users = clusters->users;
	double		d = clusters->rows;
	double		r = clusters->below / d;
	double		squares = clusters->below_variance -
		r * (2 * clusters->covariance - r * clusters->rows_variance);
	double		effect = squares / d / (r * (1 - r));
	double		even;
	double		beyond;

	if (!(users >= 2) || !(r > 0 && r < 1) || !(squares > 0))
		return result;
	even = users / (1 + (users - 1) / users * clusters->rows_variance / (d * d));
	beyond = n * fmin(q, 1 - q) / effect;
	result.effect = effect * (1 + 1 / beyond);
	result.df = 2 / (2 / fmax(even - 1, 1) + fmax(0, 1 / pq - 6) * effect / n);
	result.basis = fmin(even, beyond);
	return result;
}

/*
 * Whether clusters that count `below` of the rows in the bins as at most the
 * quantile were cut at it: these must be the rows up to its bin, or up to the
 * one before, within 1% of all.
 */
bool
AbCutAtQuantile(const AbBins *bins, double q, double below)
{
	double		cut = AbBinsQuantile(bins, q);
	double		tolerance = CUT_TOLERANCE * bins->n;
	int64_t		before = 0;
	int64_t		through = 0;

	for (int i = 0; i < bins->count && AbBinLow(bins, i) <= cut; i++)
	{
		before = through;
		through += bins->bins[i].count;
	}
	return below >= before - tolerance && below <= through + tolerance;
}
