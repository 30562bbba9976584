/*
 * mixture.c
 *	  Tests by a t statistic that hold at every time they are looked at.
 *
 * The likelihood ratio of the data under an effect to that without one,
 * averaged over effects, is a martingale without an effect, so it ever reaches
 * 1 / alpha with probability alpha at most (Ville).  Effects are measured in
 * standard deviations of a row and averaged over a normal distribution; mean
 * and standard deviation, which are not known, are averaged over their
 * right-Haar measure, by which the ratio depends on the t statistic alone and
 * the statement is exact for normal rows however few there are.  With kappa the
 * information of the data over that of the prior,
 *
 *		E = (1 + kappa)^(-1/2)
 *			* ((1 + t^2 / df) / (1 + t^2 / (df (1 + kappa))))^((df + 1) / 2),
 *
 * which for large df is that of the normal mixture,
 *
 *		(1 + kappa)^(-1/2) exp(t^2 / 2 * kappa / (1 + kappa)).
 *
 * One-sided tests average over the half of the normal distribution on the side
 * of the alternative; then
 *
 *		E1 = 2 E * P(the effect is on that side | the data),
 *
 * where the posterior is Student's t with df + 1 degrees of freedom.
 *
 * References:
 *	T. L. Lai, On Confidence Sequences, Annals of Statistics 4 (1976), 265-280.
 *	H. Wang, A. Ramdas, Anytime-Valid t-Tests and Confidence Sequences for
 *	Gaussian Means with Unknown Variance, Sequential Analysis 44 (2025), 56-110.
 *	A. Hendriksen, R. de Heide, P. Gruenwald, Optional Stopping with Bayes
 *	Factors, Bayesian Analysis 16 (2021), 961-989.
 *	H. Robbins, Statistical Methods Related to the Law of the Iterated
 *	Logarithm, Annals of Mathematical Statistics 41 (1970), 1397-1409.
 *	I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy, A. Ramdas, Time-Uniform
 *	Central Limit Theory and Asymptotic Confidence Sequences, Annals of
 *	Statistics 52 (2024), 2613-2640.
 */
#include "math/mixture.h"

#include <math.h>

#include "math/distributions.h"

/* Beyond it the square of t / sqrt(df) leaves the range of double. */
#define LARGEST_ROOT	1e150

/* An infinite statistic counts as this. */
#define LARGEST_STATISTIC	1e300

/* A critical value beyond this is not looked for. */
#define LARGEST_CRITICAL	1e8

/* The critical value of a one-sided test that is searched for. */
typedef struct Search
{
	double		df;
	double		kappa;
	double		log_level;		/* ln(1 / alpha) */
} Search;

/*
 * The information of arms of those sizes over that of the prior, which is
 * AB_MIXTURE_PLANNED where the control has the size planned.  ratio is that of
 * the planned sizes, treatment / control; NaN: the one there is, so that the
 * control's size alone counts.  Sizes and ratio must be positive.
 */
double
AbMixtureKappa(double control_n, double treatment_n, double planned_n,
			   double ratio)
{
	if (isnan(ratio))
		return AB_MIXTURE_PLANNED * (control_n / planned_n);
	return AB_MIXTURE_PLANNED *
		(control_n / (control_n + treatment_n) * treatment_n) /
		(planned_n * (ratio / (1 + ratio)));
}

/*
 * The logarithm of the two-sided E.  One log1p, because the difference of the
 * two in the formula cancels where df is large.
 */
static double
TwoSidedLogE(double t, double df, double kappa)
{
	double		share = kappa / (1 + kappa);
	double		root;
	double		square;

	if (isinf(df))
		return t * t / 2 * share - log1p(kappa) / 2;
	root = t / sqrt(df);
	square = root * root;
	return (df + 1) / 2 *
		log1p(fabs(root) > LARGEST_ROOT ? kappa :
			  square * share / (1 + square / (1 + kappa))) - log1p(kappa) / 2;
}

/*
 * The logarithm of E1 against positive effects.
 */
static double
PositiveLogE(double t, double df, double kappa)
{
	double		scaled = t * sqrt(kappa / (1 + kappa));
	double		below;

	if (!isinf(df))
		scaled *= sqrt((df + 1) / df) /
			hypot(1, t / sqrt(df) / sqrt(1 + kappa));
	below = AbStudentTUpperTail(-scaled, df + 1);
	if (below == 0)
		return -INFINITY;
	return TwoSidedLogE(t, df, kappa) + log(2 * below);
}

/*
 * The logarithm of the e-value of a t statistic: how much more probable the
 * data are with an effect than without.  df > 0 may be infinite, kappa > 0 is
 * the information over the prior's.  NaN if an argument is; infinite only for
 * infinite df and |t| beyond 1e154.
 */
double
AbMixtureLogE(double t, double df, double kappa, AbAlternative alternative)
{
	/* what has overflowed is as good as that */
	if (isinf(t))
		t = copysign(LARGEST_STATISTIC, t);
	switch (alternative)
	{
		case AB_GREATER:
			return PositiveLogE(t, df, kappa);
		case AB_LESS:
			return PositiveLogE(-t, df, kappa);
		default:
			return TwoSidedLogE(t, df, kappa);
	}
}

/*
 * The p-value min(1, 1 / E) of that statistic, which is below alpha at any time
 * with probability alpha at most; never 0.  NaN if an argument is.
 */
double
AbMixturePValue(double t, double df, double kappa, AbAlternative alternative)
{
	return AbBoundP(exp(-AbMixtureLogE(t, df, kappa, alternative)));
}

/*
 * How far the one-sided E is from the level.
 */
static double
Excess(double t, void *context)
{
	const Search *search = (const Search *) context;

	return PositiveLogE(t, search->df, search->kappa) - search->log_level;
}

/*
 * The |t| at which p is alpha, in (0, 1): solved from the formula of E,
 *
 *		L = ln(1 + kappa) - 2 ln(alpha),	g = exp(L / (df + 1)) - 1,
 *		t^2 = df g (1 + kappa) / (kappa - g),
 *
 * and by search for a one-sided test.  Infinite if no statistic of so few
 * degrees of freedom has such a p; NaN if an argument is.
 */
double
AbMixtureCritical(double df, double kappa, AbAlternative alternative,
				  double alpha)
{
	Search		search = {df, kappa, -log(alpha)};
	double		l = log1p(kappa) - 2 * log(alpha);
	double		g = expm1(l / (df + 1));
	double		critical;

	if (isinf(df))
		critical = sqrt((1 + 1 / kappa) * l);
	else if (g >= kappa)
		critical = INFINITY;
	else
		critical = sqrt(df * g / (kappa - g) * (1 + kappa));
	if (alternative == AB_TWO_SIDED)
		return critical;
	if (isnan(critical))
		return NAN;
	critical = fmin(critical, LARGEST_CRITICAL);
	if (!(Excess(critical, &search) > 0))
		return INFINITY;
	return AbFindRoot(Excess, &search, 0, critical);
}
