/*
 * dirichlet.c
 *	  Counts of classes against their probabilities, at every time they are
 *	  looked at.
 *
 * The likelihood of the counts, averaged over a Dirichlet distribution of the
 * probabilities, over that of the probabilities p tested is a martingale under
 * these, so it ever reaches 1 / alpha with probability alpha at most (Ville).
 * With counts n_i, N in all, and prior a_i = m w_i, m in all,
 *
 *		ln E = ln G(m) - ln G(m + N)
 *			+ sum_i (ln G(a_i + n_i) - ln G(a_i) - n_i ln p_i),		G = gamma.
 *
 * At a billion users the terms of this sum are 1e9 times its value.  Stirling's
 * formula with its remainder r(x),
 *
 *		ln G(x) = (x - 1/2) ln x - x + ln(2 pi) / 2 + r(x),
 *
 * turns it into terms of the size of the sum: with A = m + N, b_i = a_i + n_i
 * and D(x, y) = x ln(x / y) - (x - y) >= 0,
 *
 *		ln E = sum_i (D(b_i, A p_i) - D(a_i, m p_i) - ln(b_i / a_i) / 2
 *			+ r(b_i) - r(a_i)) + ln(A / m) / 2 - r(A) + r(m).
 *
 * References:
 *	M. Lindon, A. Malek, Anytime-Valid Inference for Multinomial Count Data,
 *	NeurIPS 2022.
 *	H. Robbins, Statistical Methods Related to the Law of the Iterated
 *	Logarithm, Annals of Mathematical Statistics 41 (1970), 1397-1409.
 */
#include "math/dirichlet.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

#include "math/binomial.h"
#include "math/distributions.h"

/* Stirling's series from here on. */
#define LARGE	10

/* A tail below this is computed as a logarithm; the terms that may take. */
#define SMALL_TAIL	1e-280
#define MOST_TERMS	1000

/* Users that the two priors of the sample ratio are worth. */
#define WIDE	100
#define NARROW	10000

/* The logarithm of the odds of a conversion is looked for up to this. */
#define LARGEST_LOG_ODDS	650

/* An end of the interval of a ratio that is searched for. */
typedef struct Search
{
	const AbSplit *split;
	double		level;			/* ln(1 / alpha), less what a side adds */
} Search;

/*
 * The remainder of Stirling's formula, x > 0.
 */
static double
StirlingRemainder(double x)
{
	double		y = 1 / (x * x);

	if (x < LARGE)
		return lgamma(x) - (x - 0.5) * log(x) + x - 0.91893853320467274178;
	return (1 / 12. - y * (1 / 360. - y * (1 / 1260. - y *
										   (1 / 1680. - y * (1 / 1188. - y * (691 / 360360. - y / 156)))))) / x;
}

/*
 * ln E of counts with that concentration m > 0.  NaN if an argument is.
 */
double
AbDirichletLogE(const AbShares *shares, double concentration)
{
	double		m = concentration;
	double		n = 0;
	double		sum = 0;

	for (int i = 0; i < shares->classes; i++)
		n += shares->counts[i];
	for (int i = 0; i < shares->classes; i++)
	{
		double		p = shares->null[i];
		double		a = m * shares->prior[i];
		double		b = a + shares->counts[i];
		double		shift = m * (shares->prior[i] - p);
		double		excess = shares->excess != NULL ? shares->excess[i] :
			shares->counts[i] - n * p;

		sum += AbDeviance(b, (m + n) * p, excess + shift) -
			AbDeviance(a, m * p, shift) -
			log1p(shares->counts[i] / a) / 2 +
			(StirlingRemainder(b) - StirlingRemainder(a));
	}
	return sum + log1p(n / m) / 2 -
		(StirlingRemainder(m + n) - StirlingRemainder(m));
}

/*
 * ln of the mean of E with a wide and with a narrow prior.  The wide one is
 * quick to see a gross deviation and slow with a small one, the narrow one the
 * other way round; their mean loses at most a factor of 2 against the better.
 */
double
AbSharesLogE(const AbShares *shares)
{
	double		wide = AbDirichletLogE(shares, WIDE);
	double		narrow = AbDirichletLogE(shares, NARROW);

	return fmax(wide, narrow) + log1p(exp(-fabs(wide - narrow))) - log(2);
}

/*
 * Integral of x^(a - 1) (1 - x)^(b - 1) from q to 1, in units of
 * q^a (1 - q)^b / b, where a distribution of these parameters has hardly
 * anything: by the continued fraction of the incomplete beta function.
 */
static double
FarTail(double q, double a, double b)
{
	double		x = 1 - q;
	double		d = 1 / (1 - (a + b) * x / (b + 1));
	double		c = 1;
	double		fraction = d;

	for (int m = 1; m < MOST_TERMS; m++)
	{
		double		even = m * (a - m) * x / ((b + 2 * m - 1) * (b + 2 * m));
		double		odd = -(b + m) * (a + b + m) * x /
			((b + 2 * m) * (b + 2 * m + 1));
		double		step;

		d = 1 / (1 + even * d);
		c = 1 + even / c;
		fraction *= d * c;
		d = 1 / (1 + odd * d);
		c = 1 + odd / c;
		step = d * c;
		fraction *= step;
		if (fabs(step - 1) < DBL_EPSILON)
			break;
	}
	return fraction;
}

/*
 * ln of the density, times q (1 - q), of the beta distribution of mean q and
 * that concentration at q.
 */
static double
LogDensityAtMean(double q, double m)
{
	double		a = m * q;
	double		b = m * (1 - q);

	return (log(a) + log1p(-q)) / 2 - 0.91893853320467274178 -
		StirlingRemainder(a) - StirlingRemainder(b) + StirlingRemainder(m);
}

/*
 * ln E of k among n against the probability q in (0, 1), with that
 * concentration; against larger ones alone (AB_GREATER) or smaller ones it is
 * the prior that is cut at q:
 *
 *		E1 = E * P(beyond q | the data) / P(beyond q).
 *
 * The posterior probability may be too small for a double where E1 is not.
 */
double
AbBinomialLogE(double k, double n, double q, double concentration,
			   AbAlternative side)
{
	double		counts[2] = {k, n - k};
	double		shares[2] = {q, 1 - q};
	AbShares	both = {2, counts, shares, shares, NULL};
	double		a = concentration * q;
	double		b = concentration * (1 - q);
	double		prior;
	double		posterior;

	if (side == AB_TWO_SIDED)
		return AbDirichletLogE(&both, concentration);
	if (side == AB_LESS)
		return AbBinomialLogE(n - k, n, 1 - q, concentration, AB_GREATER);
	prior = AbBetaUpperTail(q, a, b);
	posterior = AbBetaUpperTail(q, a + k, b + n - k);
	if (posterior < SMALL_TAIL)
		return LogDensityAtMean(q, concentration) - log(b + n - k) +
			log(FarTail(q, a + k, b + n - k)) - log(prior);
	return AbDirichletLogE(&both, concentration) + log(posterior) - log(prior);
}

/*
 * ln E of two arms' conversions against equal rates: given a conversion it is
 * the treatment's with the probability of the treatment's share, also where
 * both rates vary over time.
 */
double
AbSplitLogE(const AbSplit *split, AbAlternative alternative)
{
	return AbBinomialLogE(split->treatment, split->control + split->treatment,
						  split->share, split->concentration, alternative);
}

/*
 * How far the two-sided ln E of those odds of a conversion to be the treatment's
 * is from the level.
 */
static double
Excess(double log_odds, void *context)
{
	const Search *search = (const Search *) context;
	const AbSplit *split = search->split;
	double		counts[2] = {split->treatment, split->control};
	double		prior[2] = {split->share, 1 - split->share};
	double		odds = exp(log_odds);
	double		null[2] = {odds / (1 + odds), 1 / (1 + odds)};
	AbShares	shares = {2, counts, prior, null, NULL};

	return AbDirichletLogE(&shares, split->concentration) - search->level;
}

/*
 * The lifts treatment / control - 1 whose ln E is below ln(1 / alpha), alpha in
 * (0, 1): with the treatment's share w of the users and the ratio r of the rates
 * the odds are r w / (1 - w).  -1 and infinity are the ends of what there is; the
 * end that a one-sided test leaves open is infinite.  The prior is the one of
 * the test whatever the lift, so that the interval holds at every time and
 * agrees with p.
 */
AbInterval
AbSplitLift(const AbSplit *split, AbAlternative alternative, double alpha)
{
	/* what the side of the alternative adds to ln E */
	double		side = AbSplitLogE(split, alternative) -
		AbSplitLogE(split, AB_TWO_SIDED);
	Search		search = {split, -log(alpha) - side};
	double		intended = log(split->share) - log1p(-split->share);
	double		at = fmax(fmin(log(split->treatment) - log(split->control),
							   LARGEST_LOG_ODDS), -LARGEST_LOG_ODDS);
	AbInterval	lift = {-1, INFINITY};

	if (alternative == AB_LESS)
		lift.low = -INFINITY;
	else if (Excess(-LARGEST_LOG_ODDS, &search) > 0)
		lift.low = expm1(AbFindRoot(Excess, &search, -LARGEST_LOG_ODDS, at) -
						 intended);
	if (alternative != AB_GREATER && Excess(LARGEST_LOG_ODDS, &search) > 0)
		lift.high = expm1(AbFindRoot(Excess, &search, at, LARGEST_LOG_ODDS) -
						  intended);
	return lift;
}
