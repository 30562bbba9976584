/*
 * power.c
 *	  Power of planned designs, and the smallest design that reaches a power.
 *
 * Power is a function of the size of the control group, n, which grows with
 * n; the size wanted is found by bisection over whole numbers, so that
 *
 *		power(n) >= target > power(n - 1)
 *
 * holds for the very doubles that the functions return.  A search takes at
 * most about 120 evaluations.
 *
 * References:
 *	J. L. Fleiss, B. Levin, M. C. Paik, Statistical Methods for Rates and
 *	Proportions, 3rd ed., 2003, chapter 4 (the null of no difference).
 *	D. B. Owen, A Special Case of a Bivariate Non-Central t-Distribution,
 *	Biometrika 52 (1965), 437-446.
 *	D. J. Schuirmann, A Comparison of the Two One-Sided Tests Procedure and the
 *	Power Approach, J. Pharmacokinetics and Biopharmaceutics 15 (1987), 657-680.
 *	K. F. Phillips, Power of the Two One-Sided Tests Procedure in
 *	Bioequivalence, J. Pharmacokinetics and Biopharmaceutics 18 (1990), 137-144.
 */
#include "math/power.h"

#include <float.h>
#include <math.h>

/* Steps of the scan for the first effect that reaches a power. */
#define EFFECT_STEPS	256

/* Half the width of the range of chi: beyond it is less than 1e-15. */
#define CHI_REACH		7

/* Beyond this a chi is nearly normal, and adaptive quadrature chases noise. */
#define MANY_DF			1000

/* A one-dimensional power function less its target. */
typedef struct Excess
{
	AbFunction	power;
	void	   *context;
	double		target;
} Excess;

/* An effect that is searched for. */
typedef struct ProportionSearch
{
	AbProportionDesign design;
	double		n;
	double		direction;		/* 1 for an increase, -1 for a decrease */
} ProportionSearch;

/* What Owen's integrand is made of. */
typedef struct OwenTerms
{
	double		df;
	double		log_constant;	/* of the density of e */
	double		critical;
	double		below;			/* distances to the margins in standard errors */
	double		above;
} OwenTerms;

/* ----------------------------------------------------------------------
 * Searching
 * ----------------------------------------------------------------------
 */

/*
 * A quotient rounded up to a whole number; one that exceeds a whole number by
 * rounding only is that number.
 */
double
AbCeiling(double x)
{
	return ceil(x - 4 * DBL_EPSILON * x);
}

/*
 * The smallest whole n >= least, at most 2^53, with power(n) >= target, for a
 * power that does not fall; NaN if there is none.  The search starts from the
 * guess, which only makes it faster.
 */
double
AbSmallestSize(AbFunction power, void *context, double target, double least,
			   double guess)
{
	double		low = least - 1;	/* too few */
	double		high = NAN;		/* enough */
	double		n = guess > least ? ceil(guess) : least;
	double		step;

	if (!(n < AB_LARGEST_SIZE))
		n = AB_LARGEST_SIZE;
	step = fmax(1, floor(n / 256));

	while (power(n, context) >= target)
	{
		high = n;
		if (n == least)
			return n;
		n = fmax(least, n - step);
		step *= 2;
	}
	low = n;
	while (isnan(high))
	{
		if (n == AB_LARGEST_SIZE)
			return NAN;
		n = fmin(AB_LARGEST_SIZE, n + step);
		step *= 2;
		if (power(n, context) >= target)
			high = n;
		else
			low = n;
	}

	while (high - low > 1)
	{
		n = low + floor((high - low) / 2);
		if (power(n, context) >= target)
			high = n;
		else
			low = n;
	}
	return high;
}

static double
ExcessAt(double x, void *context)
{
	const Excess *excess = context;

	return excess->power(x, excess->context) - excess->target;
}

/*
 * The smallest effect in (0, largest] that reaches the target, which no effect
 * at all does not; NaN if there is none.
 *
 * The power of a test of proportions can fall again before one of 1, where the
 * variance vanishes, hence the scan.
 */
static double
SmallestEffect(AbFunction power, void *context, double target,
			   double largest)
{
	Excess		excess = {power, context, target};

	for (int i = 1; i <= EFFECT_STEPS; i++)
		if (power(largest * i / EFFECT_STEPS, context) >= target)
			return AbFindRoot(ExcessAt, &excess, largest * (i - 1) / EFFECT_STEPS,
							  largest * i / EFFECT_STEPS);
	return NAN;
}

/* ----------------------------------------------------------------------
 * Proportions
 * ----------------------------------------------------------------------
 */

/*
 * Variance of a yes or no of that proportion; 0 where rounding takes it out of
 * its range.  NaN stays NaN.
 */
static double
YesVariance(double proportion)
{
	double		variance = proportion * (1 - proportion);

	return variance < 0 ? 0 : variance;
}

/*
 * Standard error of the difference of proportions, times sqrt(n).
 */
static double
DifferenceError(double control, double treatment, double ratio)
{
	return sqrt(YesVariance(control) + YesVariance(treatment) / ratio);
}

static double
NullError(const AbProportionDesign *design)
{
	double		pooled = (design->control + design->ratio * design->treatment) /
		(1 + design->ratio);

	if (design->unpooled)
		return DifferenceError(design->control, design->treatment,
							   design->ratio);
	return DifferenceError(pooled, pooled, design->ratio);
}

/*
 * Power of the score test of two proportions by the normal approximation,
 *
 *		P(Z > (z s0 - |d| sqrt(n)) / s1),	d = treatment - control,
 *
 * where s0 and s1 are the standard errors under the null and in truth, times
 * sqrt(n); both tails if two-sided.  One-sided tests are in the direction
 * of d.
 *
 * n > 0 is the size of the control group, and need not be whole.  NaN if a
 * number is NaN or out of its range.
 */
double
AbProportionPower(double n, const AbProportionDesign *design)
{
	double		z = AbNormalUpperQuantile(design->two_sided ?
										  design->alpha / 2 : design->alpha);
	double		shift = sqrt(n) * fabs(design->treatment - design->control);
	double		threshold = z * NullError(design);
	double		error = DifferenceError(design->control, design->treatment,
										design->ratio);
	double		power = AbNormalUpperTail((threshold - shift) / error);

	if (design->two_sided)
		power += AbNormalUpperTail((threshold + shift) / error);
	return power;
}

static double
ProportionPowerAt(double n, void *context)
{
	return AbProportionPower(n, context);
}

/*
 * The smallest control group with that power, a whole number; NaN if it is
 * above 2^53 or a number is NaN.  The guess is the closed form for one tail,
 * ((z_alpha s0 + z_power s1) / d)^2.
 */
double
AbProportionSampleSize(const AbProportionDesign *design, double power)
{
	AbProportionDesign copy = *design;
	double		z = AbNormalUpperQuantile(design->two_sided ?
										  design->alpha / 2 : design->alpha);
	double		sum = z * NullError(design) - AbNormalUpperQuantile(power) *
		DifferenceError(design->control, design->treatment, design->ratio);
	double		root = sum / (design->treatment - design->control);

	return AbSmallestSize(ProportionPowerAt, &copy, power, 2,
						  sum > 0 ? root * root : 2);
}

static double
ProportionEffectPower(double effect, void *context)
{
	ProportionSearch search = *(const ProportionSearch *) context;
	double		treatment = search.design.control + search.direction * effect;

	search.design.treatment = fmin(fmax(treatment, 0), 1);
	return AbProportionPower(search.n, &search.design);
}

/*
 * The smallest change of the control's proportion that n users detect, as a
 * positive difference: an increase for the direction 1, a decrease for -1.  The
 * design's treatment does not count.  NaN if none is or a number is NaN.
 */
double
AbProportionEffect(const AbProportionDesign *design, double n, double power,
				   double direction)
{
	ProportionSearch search = {*design, n, direction};

	return SmallestEffect(ProportionEffectPower, &search, power,
						  direction > 0 ? 1 - design->control :
						  design->control);
}

/* ----------------------------------------------------------------------
 * Pairs
 *
 * The paired t-test of n pairs has n - 1 degrees of freedom and noncentrality
 * effect sqrt(n), the effect in standard deviations of the differences.  So
 * has the two-sample test of (n + 1) / 2 users in each group, except for the
 * scale of the effect.
 * ----------------------------------------------------------------------
 */

static double
PairScale(double n)
{
	return 2 * sqrt(n / (n + 1));
}

/*
 * Power of the paired t-test of n pairs for an effect > 0 in standard
 * deviations of the differences, in the direction tested if one-sided.  NaN if
 * a number is NaN or out of its range.
 */
double
AbPairedPower(double n, double effect, double alpha, bool two_sided)
{
	return AbTTestPower((n + 1) / 2, 1, effect * PairScale(n), alpha,
						two_sided);
}

/* A paired design whose size is searched for. */
typedef struct PairSearch
{
	double		effect;
	double		alpha;
	bool		two_sided;
} PairSearch;

static double
PairedPowerAt(double n, void *context)
{
	const PairSearch *search = context;

	return AbPairedPower(n, search->effect, search->alpha, search->two_sided);
}

/*
 * The smallest number of pairs with that power; NaN if it is above 2^53
 * or a number is NaN.
 */
double
AbPairedSampleSize(double effect, double alpha, double power, bool two_sided)
{
	PairSearch	search = {effect, alpha, two_sided};
	double		z = AbNormalUpperQuantile(two_sided ? alpha / 2 : alpha);
	double		sum = z - AbNormalUpperQuantile(power);

	/* half a square more is what the t distribution takes */
	return AbSmallestSize(PairedPowerAt, &search, power, 2,
						  sum > 0 ? sum * sum / (effect * effect) + z * z / 2 : 2);
}

/*
 * The effect, in the same unit, that n pairs detect with that power.
 */
double
AbPairedEffect(double n, double alpha, double power, bool two_sided)
{
	return AbTTestEffect((n + 1) / 2, 1, alpha, power, two_sided) /
		PairScale(n);
}

/* ----------------------------------------------------------------------
 * Equivalence: two one-sided tests, both of which must reject
 * ----------------------------------------------------------------------
 */

/*
 * P(low < Z < high), 0 if they are in the wrong order, without cancellation
 * in either tail.
 */
static double
NormalBetween(double low, double high)
{
	if (!(low < high))
		return isnan(low) || isnan(high) ? NAN : 0;
	if (low + high > 0)
		return AbNormalUpperTail(low) - AbNormalUpperTail(high);
	return AbNormalUpperTail(-high) - AbNormalUpperTail(-low);
}

/*
 * log Gamma(a) less Stirling's (a - 1/2) log a - a + log(2 pi) / 2.
 */
static double
StirlingError(double a)
{
	if (a < 20)
		return lgamma(a) - ((a - 0.5) * log(a) - a + 0.5 * log(2 * M_PI));
	return (1 / 12.0 - (1 / 360.0 - 1 / (1260 * a * a)) / (a * a)) / a;
}

/*
 * Density of e = chi / sqrt(df) - 1.  Near 0, where many degrees of freedom
 * put all of it, log(1 + e) - e - e^2 / 2 comes from its series
 * -e^2 (1 - e / 3 + e^2 / 4 - ...), as the terms cancel.
 */
static double
ChiDensity(double e, const OwenTerms *terms)
{
	double		exponent = 0;

	if (fabs(e) < 0.01)
	{
		for (int k = 10; k > 2; k--)
			exponent = 1.0 / k - e * exponent;
		exponent = -e * e * (1 - e * exponent);
		return exp(terms->log_constant + terms->df * exponent) / (1 + e);
	}
	exponent = terms->log_constant - terms->df * (e + e * e / 2);
	if (terms->df != 1)
		exponent += (terms->df - 1) * log1p(e);
	return exp(exponent);
}

/*
 * Both tests reject, given the standard deviation found is 1 + e times the
 * true one, times the density of e.
 */
static double
OwenIntegrand(double e, void *context)
{
	const OwenTerms *terms = context;
	double		t = terms->critical * (1 + e);

	return ChiDensity(e, terms) * NormalBetween(t - terms->below,
												terms->above - t);
}

/*
 * The integral by the double exponential rule.  Its steps are at most half the
 * standard deviation of e where the range has the full CHI_REACH, and that
 * makes it exact to rounding for a density that is nearly normal.
 *
 * H. Takahasi, M. Mori, Double Exponential Formulas for Numerical Integration,
 * Publications of the RIMS, Kyoto University 9 (1974), 721-741.
 */
static double
IntegrateBell(OwenTerms *terms, double low, double high)
{
	const double step = 1 / 32.0;
	double		half = (high - low) / 2;
	double		total = 0;

	for (int i = -104; i <= 104; i++)
	{
		double		u = i * step;
		double		v = M_PI_2 * sinh(u);
		double		slope = M_PI_2 * cosh(u) / (cosh(v) * cosh(v));

		total += slope * OwenIntegrand(low + half + half * tanh(v), terms);
	}
	return total * half * step;
}

/*
 * Power of the two one-sided t-tests with pooled variance, exactly: the
 * probability that the difference lies far enough from both margins, averaged
 * over s = 1 + e, a chi over the root of its df,
 *
 *		E [Phi(above - t s) - Phi(t s - below)]+
 *
 * with distances in standard errors.  It is a sum of Owen's Q functions.
 *
 * n is the size of the control group, and need not be whole.  NaN if a number
 * is NaN, the proportions apart, or if there are no degrees of freedom.
 */
double
AbMeanEquivalencePower(double n, const AbEquivalence *design)
{
	OwenTerms	terms;
	double		error = sqrt((1 + 1 / design->ratio) / n);
	double		low;
	double		high;
	double		power;

	terms.df = n * (1 + design->ratio) - 2;
	if (!(terms.df >= 1))
		return NAN;
	terms.log_constant = 0.5 * log(terms.df / M_PI) - StirlingError(terms.df / 2);
	terms.critical = AbStudentTUpperQuantile(design->alpha, terms.df);
	terms.below = design->below / error;
	terms.above = design->above / error;

	low = fmax(-1, -CHI_REACH / sqrt(terms.df));
	high = CHI_REACH / sqrt(terms.df);
	/* with more noise than this the two tests exclude each other */
	if (terms.critical > 0)
		high = fmin(high, (terms.below + terms.above) / 2 / terms.critical - 1);
	if (!(low < high))
		return 0;
	if (terms.df > MANY_DF)
		power = IntegrateBell(&terms, low, high);
	else
		power = AbIntegrate(OwenIntegrand, &terms, low, high);
	return power < 0 ? 0 : power > 1 ? 1 : power;
}

static double
MeanEquivalenceAt(double n, void *context)
{
	return AbMeanEquivalencePower(n, context);
}

/*
 * z of the power for a guess: where the margins are equally near, either test
 * may fail and the failures add up.
 */
static double
EquivalenceZ(const AbEquivalence *design, double power)
{
	double		beta = 1 - power;

	if (design->below == design->above)
		beta /= 2;
	return AbNormalUpperQuantile(beta);
}

/*
 * The smallest control group with that power; NaN if it is above 2^53
 * or a number is NaN.
 */
double
AbMeanEquivalenceSize(const AbEquivalence *design, double power)
{
	AbEquivalence copy = *design;
	double		sum = AbNormalUpperQuantile(design->alpha) +
		EquivalenceZ(design, power);
	double		root = sum / fmin(design->below, design->above);
	double		least = fmax(2, ceil(3 / (1 + design->ratio)));

	return AbSmallestSize(MeanEquivalenceAt, &copy, power, least,
						  sum > 0 ? root * root * (1 + 1 / design->ratio) : least);
}
