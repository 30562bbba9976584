/*
 * power_margin.c
 *	  Power of the score test of two rates against one margin or two.
 *
 * By the formula of Farrington and Manning the plain score statistic is
 * normal, with the standard error s0 under the hypothesis at its limit and s1
 * in truth,
 *
 *		P(Z > (z_alpha s0 - d) / s1),	d = p_t - p_c - margin.
 *
 * Exactly, the test is the one of ab_margin_score, see proportions_score.c.  Its power is
 * enumerated: for every number of successes in the control the test rejects
 * from a number k of successes in the treatment on, which grows with it, so
 * that the tables of two arms are walked along the boundary alone.
 *
 * Where that takes too long, and for the first guess of a size, the statistic
 * is taken for a smooth function of the two rates,
 *
 *		G(p1, p2) = S - c - sqrt(V) w(z_alpha),
 *
 * whose variance and skewness come from its slopes.
 *
 * References:
 *	C. P. Farrington, G. Manning, Test Statistics and Sample Size Formulae for
 *	Comparative Binomial Trials with Null Hypothesis of Non-Zero Risk
 *	Difference or Non-Unity Relative Risk, Statistics in Medicine 9 (1990),
 *	1447-1454, method 3 (proportions at their maximum likelihood under the null).
 */
#include "math/power_margin.h"

#include <math.h>

#include "math/binomial.h"
#include "math/power.h"
#include "math/proportions_score.h"

/* Variance of a count up to which tables are enumerated. */
#define ENUMERATED_VARIANCE	3e4

/* Probabilities of a table that do not count. */
#define NEGLIGIBLE			1e-19

/*
 * Successes and failures that each arm expects, in truth and at the margin,
 * where no count is small.
 */
#define AMPLE_COUNT			10

/* Control counts between two polls. */
#define POLL_STEPS			256

/* Step of a slope, against the rate or its complement. */
#define SLOPE_STEP			1e-4

/*
 * The edge of a rejection region: for the control count at hand, the first
 * number of successes in the treatment that is beyond the hypothesis (of
 * AB_GREATER), or not below it any more (of AB_LESS).
 */
typedef struct Edge
{
	AbProportionNull null;
	AbAlternative alternative;
	double		critical;
	double		first;
	double		tail;			/* P(treatment >= first) */
} Edge;

/* A power whose size is searched for. */
typedef struct SizeSearch
{
	const AbMarginDesign *design;
	const AbWork *work;
} SizeSearch;

static double
TreatmentUsers(double n, const AbMarginDesign *design)
{
	return fmax(1, floor(design->ratio * n + 0.5));
}

/*
 * P(X >= k) of n with that probability, 0 and 1 included.
 */
static double
UpperTail(double k, double n, double p)
{
	if (k <= 0)
		return 1;
	if (k > n || p <= 0)
		return 0;
	if (p >= 1)
		return 1;
	return AbBinomialTails(k, n, p / (1 - p), false).upper;
}

static bool
BeyondEdge(const Edge *edge, AbProportions *counts, double treatment)
{
	double		z;

	counts->treatment = treatment;
	z = AbScoreAt(counts, ab_margin_score, edge->null, edge->alternative);
	return edge->alternative == AB_GREATER ? z > edge->critical :
		!(z < -edge->critical);
}

/*
 * Move the edge up to where it is for the counts' control.
 */
static void
MoveEdge(Edge *edge, AbProportions *counts, double treatment_rate)
{
	double		n = counts->treatment_n;
	double		low = edge->first - 1;	/* not beyond, or not to be asked */
	double		high = edge->first;
	double		step = 1;

	/* no limit: the end of the range */
	if (isinf(edge->null.value))
		return;
	while (high <= n && !BeyondEdge(edge, counts, high))
	{
		low = high;
		high = fmin(n + 1, high + step);
		step *= 2;
	}
	while (high - low > 1)
	{
		double		middle = low + floor((high - low) / 2);

		if (BeyondEdge(edge, counts, middle))
			high = middle;
		else
			low = middle;
	}
	if (high != edge->first || edge->first == 0)
		edge->tail = UpperTail(high, n, treatment_rate);
	edge->first = high;
}

/*
 * The power by enumeration, for n control and the design's treatment users.
 */
static double
EnumeratedPower(double n, const AbMarginDesign *design, const AbWork *work)
{
	AbProportions counts = {0, n, 0, TreatmentUsers(n, design)};
	double		critical = AbNormalUpperQuantile(design->alpha);
	Edge		low = {design->low, AB_GREATER, critical, 0, 1};
	Edge		high = {design->high, AB_LESS, critical, 0, 1};
	double		p = design->control;
	double		x = floor(n * p);
	double		probability = AbBinomialProbability(x, n, p);
	double		power = 0;

	if (isinf(design->high.value))
	{
		high.first = counts.treatment_n + 1;
		high.tail = 0;
	}
	while (x > 0 && probability > NEGLIGIBLE)
	{
		probability *= x / (n - x + 1) * ((1 - p) / p);
		x--;
	}
	for (double most = floor(n * p); x <= n; x++)
	{
		if (fmod(x, POLL_STEPS) == 0)
			work->poll();
		counts.control = x;
		MoveEdge(&low, &counts, design->treatment);
		MoveEdge(&high, &counts, design->treatment);
		power += probability * fmax(low.tail - high.tail, 0);
		if (low.tail <= NEGLIGIBLE || (x > most && probability <= NEGLIGIBLE))
			break;
		probability *= (n - x) / (x + 1) * (p / (1 - p));
	}
	return fmin(power, 1);
}

/*
 * How far beyond its edge the test of one limit is if the rates observed are
 * these.
 */
static double
Beyond(const AbMarginDesign *design, double n, double control,
	   double treatment, bool upper)
{
	double		treatment_n = design->ratio * n;
	AbProportions counts = {n * control, n, treatment_n * treatment, treatment_n};
	double		z = AbNormalUpperQuantile(design->alpha);

	return upper ?
		-AbScoreDistance(&counts, ab_margin_score, design->high, -z) :
		AbScoreDistance(&counts, ab_margin_score, design->low, z);
}

/*
 * The power of the test of one limit by its approximation, n not necessarily
 * whole.
 */
static double
ApproximatePowerOfOne(double n, const AbMarginDesign *design, bool upper)
{
	double		rates[2] = {design->control, design->treatment};
	double		users[2] = {n, design->ratio * n};
	double		variance = 0;
	double		third = 0;
	double		beyond = Beyond(design, n, rates[0], rates[1], upper);
	double		sd;

	for (int i = 0; i < 2; i++)
	{
		double		p = rates[i];
		double		step = SLOPE_STEP * fmin(p, 1 - p);
		double		above[2] = {rates[0], rates[1]};
		double		below[2] = {rates[0], rates[1]};
		double		slope;
		double		v = p * (1 - p) / users[i];

		/* nothing varies there */
		if (step <= 0)
			continue;
		above[i] += step;
		below[i] -= step;
		slope = (Beyond(design, n, above[0], above[1], upper) -
				 Beyond(design, n, below[0], below[1], upper)) / (2 * step);
		variance += slope * slope * v;
		third += slope * slope * slope * v * ((1 - 2 * p) / users[i]);
	}
	sd = sqrt(variance);
	return AbNormalUpperTail(AbUnskew(-beyond / sd,
									  third / (6 * variance * sd)));
}

/*
 * The power of the test of one limit by the formula, n not necessarily whole.
 */
static double
FormulaPowerOfOne(double n, const AbMarginDesign *design, bool upper)
{
	static const AbScoreTest plain = {AB_SCORE, AB_CONTINUITY_NONE};
	double		treatment_n = design->ratio * n;
	double		control = design->control;
	double		treatment = design->treatment;
	AbProportions counts = {n * control, n, treatment_n * treatment, treatment_n};
	AbProportionNull null = upper ? design->high : design->low;
	double		factor = null.ratio ? null.value : 1;
	double		beyond = treatment - control * factor - (null.ratio ? 0 : null.value);
	double		threshold = AbNormalUpperQuantile(design->alpha) *
		AbScoreError(&counts, plain, null);
	double		error = sqrt(factor * factor * control * (1 - control) / n +
							 treatment * (1 - treatment) / treatment_n);

	if (upper)
		beyond = -beyond;
	/* rates of 0 and 1 do not vary */
	if (error == 0)
		return beyond > threshold ? 1 : 0;
	return AbNormalUpperTail((threshold - beyond) / error);
}

/*
 * The power of both tests, that neither fails.
 */
static double
PowerOfBoth(double n, const AbMarginDesign *design,
			double (*power_of_one) (double, const AbMarginDesign *, bool))
{
	double		power = 1;

	if (!isinf(design->low.value))
		power += power_of_one(n, design, false) - 1;
	if (!isinf(design->high.value))
		power += power_of_one(n, design, true) - 1;
	return power < 0 ? 0 : power;
}

static double
FormulaPower(double n, const AbMarginDesign *design)
{
	return PowerOfBoth(n, design, FormulaPowerOfOne);
}

/*
 * The power of the test that decides; enumerated unless the counts vary too
 * much, where the approximation is as good.
 */
static double
ExactPower(double n, const AbMarginDesign *design, const AbWork *work)
{
	double		control = n * design->control * (1 - design->control);
	double		treatment = design->ratio * n * design->treatment *
		(1 - design->treatment);

	return fmax(control, treatment) <= ENUMERATED_VARIANCE ?
		EnumeratedPower(n, design, work) :
		PowerOfBoth(n, design, ApproximatePowerOfOne);
}

/*
 * Of a rate and its complement the smaller one.
 */
static double
Rarer(double rate)
{
	return fmin(rate, 1 - rate);
}

/*
 * The same of the treatment's rate where the hypothesis ends; 1 without one.
 */
static double
RarerAt(const AbMarginDesign *design, AbProportionNull null)
{
	if (isinf(null.value))
		return 1;
	return Rarer(null.ratio ? design->control * null.value :
				 design->control + null.value);
}

/*
 * Is the formula asked for, or good enough for that many users?
 */
static bool
UseFormula(double n, const AbMarginDesign *design)
{
	double		treatment = fmin(Rarer(design->treatment),
								 fmin(RarerAt(design, design->low),
									  RarerAt(design, design->high)));

	if (design->method != AB_MARGIN_AUTO)
		return design->method == AB_MARGIN_ASYMPTOTIC;
	return n * fmin(Rarer(design->control), design->ratio * treatment) >=
		AMPLE_COUNT;
}

/*
 * The power for n users, a whole number, in the control group and ratio n in
 * the treatment group, rounded if enumerated.  NaN if a number is NaN.
 */
double
AbMarginPower(double n, const AbMarginDesign *design, const AbWork *work)
{
	if (isnan(n * design->control * design->ratio * design->treatment))
		return NAN;
	return UseFormula(n, design) ? FormulaPower(n, design) :
		ExactPower(n, design, work);
}

static double
FormulaPowerAt(double n, void *context)
{
	const SizeSearch *search = context;

	return FormulaPower(n, search->design);
}

static double
ApproximatePowerAt(double n, void *context)
{
	const SizeSearch *search = context;

	return PowerOfBoth(n, search->design, ApproximatePowerOfOne);
}

static double
ExactPowerAt(double n, void *context)
{
	const SizeSearch *search = context;

	return ExactPower(n, search->design, search->work);
}

/*
 * A control group n that has that power where n - 1 users have not; NaN if it
 * is above 2^53 or a number is NaN.  The enumerated power has saw teeth, as
 * counts are whole, so there may be other such n.
 */
double
AbMarginSampleSize(const AbMarginDesign *design, double power,
				   const AbWork *work)
{
	SizeSearch	search = {design, work};
	double		n = NAN;

	if (design->method != AB_MARGIN_EXACT)
		n = AbSmallestSize(FormulaPowerAt, &search, power, 2, 2);
	if (isnan(n) ? design->method == AB_MARGIN_ASYMPTOTIC : UseFormula(n, design))
		return n;
	n = AbSmallestSize(ApproximatePowerAt, &search, power, 2, isnan(n) ? 2 : n);
	return isnan(n) ? NAN : AbSmallestSize(ExactPowerAt, &search, power, 2, n);
}
