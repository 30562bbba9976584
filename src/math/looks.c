/*
 * looks.c
 *	  Tests with several looks: bounds, power, and what can be said after
 *	  stopping.
 *
 * A two-sided test spends half of alpha on either side, f(t; alpha / 2), as
 * gsDesign and rpact do.  After stopping results are ordered by stage: leaving
 * upwards at an earlier look is the more extreme, and at one look the larger z,
 *
 *		above(drift) = sum P(leaves upwards at j) + P(reaches k, Z(k) >= z),
 *					   j < k
 *
 * which grows with the drift.  Of what drift it is 1/2 is the median-unbiased
 * estimate, alpha / 2 and 1 - alpha / 2 the ends of the interval.
 *
 * References:
 *	S. K. Wang, A. A. Tsiatis, Approximately Optimal One-Parameter Boundaries
 *	for Group Sequential Trials, Biometrics 43 (1987), 193-199.
 *	A. A. Tsiatis, G. L. Rosner, C. R. Mehta, Exact Confidence Intervals
 *	Following a Group Sequential Test, Biometrics 40 (1984), 797-803.
 *	C. Jennison, B. W. Turnbull, Interim Analyses: The Repeated Confidence
 *	Interval Approach, J. Royal Statistical Society B 51 (1989), 305-361.
 *	S. Pampallona, A. A. Tsiatis, K. Kim, Interim Monitoring of Group Sequential
 *	Trials Using Spending Functions for the Type I and Type II Error
 *	Probabilities, Drug Information J. 35 (2001), 1113-1121.
 */
#include "math/looks.h"

#include <math.h>

#include "math/distributions.h"
#include "math/student.h"

/* ----------------------------------------------------------------------
 * Equations
 * ----------------------------------------------------------------------
 */

/*
 * Steps that are the last: the secant rule is as good as exact after one that
 * small.
 */
#define SECANT_STEP		1e-10
#define HALVING_STEP	1e-14

typedef double (*Equation) (double x, void *context);

/*
 * The root of an increasing function that is nearly a straight line: steps away
 * from the guess until it is passed, then the secant rule, halving where that
 * leaves the bracket.  Not AbFindRoot(), because these functions take memory
 * and poll.  The function may be infinite; NaN where it is NaN, and without a
 * root within 100 steps, each the double of the one before.
 */
static double
Solve(Equation f, void *context, double guess, double step)
{
	double		low = NAN;
	double		high = NAN;
	double		x0 = NAN;
	double		f0 = NAN;
	double		x = guess;

	for (int i = 0; i < 100; i++)
	{
		double		value = f(x, context);
		double		next = x - value * (x - x0) / (value - f0);

		if (value == 0 || isnan(value))
			return value == 0 ? x : NAN;
		*(value < 0 ? &low : &high) = x;
		if (isnan(high) || isnan(low))
		{
			next = value < 0 ? x + step : x - step;
			step *= 2;
		}
		else if (next > low && next < high)
		{
			if (fabs(next - x) <= SECANT_STEP * fmax(fabs(next), 1))
				return next;
		}
		else
		{
			next = (low + high) / 2;
			if (fabs(next - x) <= HALVING_STEP * fmax(fabs(next), 1))
				return next;
		}
		x0 = x;
		f0 = value;
		x = next;
	}
	return NAN;
}

/*
 * The z of a tail, given with what is left so that neither loses its digits;
 * infinite where one of them is 0.
 */
static double
Probit(double tail, double rest)
{
	if (isnan(tail) || isnan(rest))
		return NAN;
	if (!(tail > 0))
		return INFINITY;
	if (!(rest > 0))
		return -INFINITY;
	return tail < rest ? AbNormalUpperQuantile(tail) :
		-AbNormalUpperQuantile(rest);
}

/* ----------------------------------------------------------------------
 * Bounds
 * ----------------------------------------------------------------------
 */

/*
 * The level of one side.
 */
double
AbLooksLevel(const AbLooks *looks)
{
	return looks->two_sided ? fmax(looks->alpha / 2, AB_SMALLEST_P) :
		looks->alpha;
}

/*
 * The time of a look, counted from 0, at which spending is read: the
 * information, as long as that is not beyond the plan.  -1 is the start.
 */
static double
SpendingTime(const AbLooks *looks, int look)
{
	if (look < 0)
		return 0;
	if (looks->final && look == looks->count - 1)
		return 1;
	return fmin(looks->information[look], 1);
}

/*
 * What both sides spend after the look `from`, up to and with `to`, counted from
 * 0; -1 is the start.  NaN of bounds that are not made by spending.
 */
double
AbLooksSpent(const AbLooks *looks, int from, int to)
{
	return (looks->two_sided ? 2 : 1) *
		AbSpent(&looks->spending, AbLooksLevel(looks),
				SpendingTime(looks, from), SpendingTime(looks, to));
}

/*
 * Bounds b(k) that spend the level of one side.
 */
static void
SpendingBounds(const AbLooks *looks, double level, double *high,
			   const AbWork *work)
{
	AbPassage  *passage = AbMakePassage(0, work);

	for (int k = 0; k < looks->count; k++)
	{
		AbPassageLook(passage, looks->information[k]);
		high[k] = AbPassageBound(passage,
								 AbSpent(&looks->spending, level,
										 SpendingTime(looks, k - 1),
										 SpendingTime(looks, k)));
		AbPassageStop(passage, looks->two_sided ? -high[k] : -INFINITY,
					  high[k]);
	}
	AbFreePassage(passage);
}

/* The equation for the factor of bounds of a given shape. */
typedef struct ShapeEquation
{
	const AbLooks *looks;
	double	   *high;
	const AbWork *work;
} ShapeEquation;

static double
ExcessOfFactor(double factor, void *context)
{
	ShapeEquation *equation = (ShapeEquation *) context;
	const AbLooks *looks = equation->looks;
	double		level = AbLooksLevel(looks);
	double		last = looks->information[looks->count - 1];
	double		tail;

	for (int k = 0; k < looks->count; k++)
		equation->high[k] = factor * pow(looks->information[k] / last,
										 looks->spending.parameter - 0.5);
	tail = AbLooksPower(looks, NULL, equation->high, 0, equation->work);
	return Probit(tail, 1 - tail) - Probit(level, 1 - level);
}

/*
 * The bounds of a test: look k rejects where Z(k) >= high[k] or, two-sided, also
 * where Z(k) <= -high[k].  Infinite where nothing is spent.
 *
 * Wang and Tsiatis's have the form c t^(parameter - 1/2), t relative to the
 * last look: a constant z with 1/2 (Pocock), a constant B with 0 (O'Brien and
 * Fleming).
 */
void
AbLookBounds(const AbLooks *looks, double *high, const AbWork *work)
{
	double		level = AbLooksLevel(looks);

	if (looks->spending.family == AB_SPEND_WANG_TSIATIS)
	{
		ShapeEquation equation = {looks, high, work};
		double		guess = AbNormalUpperQuantile(level);

		(void) ExcessOfFactor(Solve(ExcessOfFactor, &equation, guess, 0.1),
							  &equation);
	}
	else
		SpendingBounds(looks, level, high, work);
}

/* ----------------------------------------------------------------------
 * Power
 * ----------------------------------------------------------------------
 */

/*
 * What is below the bounds at that look: the lower bounds, or NULL for those of
 * the test itself.
 */
static double
LowBound(const AbLooks *looks, const double *low, const double *high, int look)
{
	if (low != NULL)
		return low[look];
	return looks->two_sided ? -high[look] : -INFINITY;
}

/*
 * Probability of leaving upwards at some look with that drift.
 */
double
AbLooksPower(const AbLooks *looks, const double *low, const double *high,
			 double drift, const AbWork *work)
{
	AbPassage  *passage = AbMakePassage(drift, work);
	double		power = 0;

	for (int k = 0; k < looks->count; k++)
	{
		AbPassageLook(passage, looks->information[k]);
		power += AbPassageAbove(passage, high[k]);
		AbPassageStop(passage, LowBound(looks, low, high, k), high[k]);
	}
	AbFreePassage(passage);
	return power;
}

/* The equation for the drift. */
typedef struct PowerEquation
{
	const AbLooks *looks;
	const double *low;
	const double *high;
	double		power;
	const AbWork *work;
} PowerEquation;

static double
ExcessOfPower(double drift, void *context)
{
	PowerEquation *equation = (PowerEquation *) context;
	double		power = AbLooksPower(equation->looks, equation->low,
									 equation->high, drift, equation->work);

	return Probit(1 - power, power) -
		Probit(1 - equation->power, equation->power);
}

/*
 * The drift that leaves upwards with that probability, which is greater than
 * the level.
 */
double
AbLooksDrift(const AbLooks *looks, const double *low, const double *high,
			 double power, const AbWork *work)
{
	PowerEquation equation = {looks, low, high, power, work};
	double		guess = AbNormalUpperQuantile(AbLooksLevel(looks)) +
		AbNormalUpperQuantile(1 - power);

	/* looks add some percent */
	return Solve(ExcessOfPower, &equation, 1.02 * guess, 0.02 * guess);
}

/* The equation for the drift of a test with futility bounds. */
typedef struct FutilityEquation
{
	const AbLooks *looks;
	const double *high;
	const AbSpending *futility;
	double		beta;
	double	   *low;
	const AbWork *work;
} FutilityEquation;

/*
 * Spend beta at that drift, and compare the last lower bound, which that makes,
 * with the upper one.
 */
static double
ExcessOfBound(double drift, void *context)
{
	FutilityEquation *equation = (FutilityEquation *) context;
	const AbLooks *looks = equation->looks;
	int			last = looks->count - 1;
	AbPassage  *passage = AbMakePassage(-drift, equation->work);
	double		excess = 0;

	/* upside down, so that a lower bound is an upper one */
	for (int k = 0; k <= last && excess == 0; k++)
	{
		double		spent = AbSpent(equation->futility, equation->beta,
									SpendingTime(looks, k - 1),
									SpendingTime(looks, k));

		AbPassageLook(passage, looks->information[k]);
		equation->low[k] = -AbPassageBound(passage, spent);
		if (k == last || equation->low[k] >= equation->high[k])
			excess = equation->low[k] - equation->high[k];
		AbPassageStop(passage, -equation->high[k], -equation->low[k]);
	}
	AbFreePassage(passage);
	return excess;
}

/*
 * Lower bounds of a one-sided test that spend 1 - power, where the effect is the
 * one that the test with both kinds of bounds finds with that power.  The upper
 * ones stay as they are without: whoever goes on below a lower bound still
 * errs no more often than alpha.  The last two are equal.  Returns the drift,
 * NaN if there is none.
 */
double
AbFutilityBounds(const AbLooks *looks, const double *high,
				 const AbSpending *futility, double power, double *low,
				 const AbWork *work)
{
	FutilityEquation equation = {looks, high, futility, 1 - power, low, work};
	double		drift = Solve(ExcessOfBound, &equation,
							  AbLooksDrift(looks, NULL, high, power, work),
							  0.1);

	if (isnan(drift))
		return NAN;
	(void) ExcessOfBound(drift, &equation);
	low[looks->count - 1] = high[looks->count - 1];
	return drift;
}

/* ----------------------------------------------------------------------
 * After stopping
 * ----------------------------------------------------------------------
 */

/* Steps in which a level is looked for, as a quantile. */
#define LEVEL_STEP(quantile)	((quantile) > 1 ? 0.5 : 0.05)

/* The equation for the level that just reaches a z. */
typedef struct RepeatedEquation
{
	const AbLooks *looks;
	double	   *high;
	double		z;
	const AbWork *work;
} RepeatedEquation;

static double
ExcessOfLevel(double quantile, void *context)
{
	RepeatedEquation *equation = (RepeatedEquation *) context;

	SpendingBounds(equation->looks, AbNormalUpperTail(quantile),
				   equation->high, equation->work);
	return equation->high[equation->looks->count - 1] - equation->z;
}

/*
 * The repeated p-value at the last look: the least alpha whose bound is the z
 * there, 1 if there is none.  It holds whether or not the experiment stops.  The bounds are made by
 * spending.
 */
double
AbRepeatedP(const AbLooks *looks, double z, const AbWork *work)
{
	/* beyond these levels p is 1 as far as a double can tell */
	double		least = looks->two_sided ? 0 : -8;
	RepeatedEquation equation;
	double		quantile;

	if (isnan(z))
		return NAN;
	if (looks->two_sided)
		z = fabs(z);
	equation.looks = looks;
	equation.high = (double *) work->allocate(looks->count * sizeof(double));
	equation.z = z;
	equation.work = work;

	/*
	 * The bound is above the quantile of the level.  At levels near 1 it
	 * rises again, for there next to all is spent before.
	 */
	quantile = fmax(z, least);
	while (quantile > least && ExcessOfLevel(quantile, &equation) > 0)
		quantile = fmax(quantile - LEVEL_STEP(quantile), least);
	if (quantile > least)
		quantile = Solve(ExcessOfLevel, &equation, quantile,
						 LEVEL_STEP(quantile));
	work->release(equation.high);
	return fmin((looks->two_sided ? 2 : 1) * AbNormalUpperTail(quantile), 1);
}

/* Both tails in the order of stages. */
typedef struct Stages
{
	double		above;
	double		below;
} Stages;

/*
 * The tails of what has been seen, z at the last look.
 */
static Stages
StageTails(const AbLooks *looks, const double *high, double z, double drift,
		   const AbWork *work)
{
	AbPassage  *passage = AbMakePassage(drift, work);
	Stages		tails = {0, 0};

	for (int k = 0; k < looks->count; k++)
	{
		bool		last = k == looks->count - 1;
		double		low = LowBound(looks, NULL, high, k);

		AbPassageLook(passage, looks->information[k]);
		tails.above += AbPassageAbove(passage, last ? z : high[k]);
		tails.below += AbPassageBelow(passage, last ? z : low);
		AbPassageStop(passage, low, high[k]);
	}
	AbFreePassage(passage);
	return tails;
}

/*
 * The p-value of an experiment that stops at the last look with that z, having
 * stayed within its bounds before.
 */
double
AbStagewiseP(const AbLooks *looks, const double *high, double z,
			 const AbWork *work)
{
	Stages		tails = StageTails(looks, high, z, 0, work);

	return looks->two_sided ? fmin(2 * fmin(tails.above, tails.below), 1) :
		fmin(tails.above, 1);
}

/* The equation for the drift of which that is the upper tail. */
typedef struct StageEquation
{
	const AbLooks *looks;
	const double *high;
	double		z;
	double		target;			/* as a z, growing with the tail */
	const AbWork *work;
} StageEquation;

static double
ExcessOfStages(double drift, void *context)
{
	StageEquation *equation = (StageEquation *) context;
	Stages		tails = StageTails(equation->looks, equation->high,
								   equation->z, drift, equation->work);

	return Probit(tails.below, tails.above) - equation->target;
}

/*
 * p-value, interval and median-unbiased estimate of an experiment that stops at
 * the last look with that z, having stayed within its bounds before.
 */
AbStopped
AbAfterStopping(const AbLooks *looks, const double *high, double z,
				const AbWork *work)
{
	StageEquation equation = {looks, high, z, 0, work};
	double		root = sqrt(looks->information[looks->count - 1]);
	double		critical = AbNormalUpperQuantile(AbLooksLevel(looks));
	AbStopped	stopped;

	stopped.p_value = AbStagewiseP(looks, high, z, work);
	stopped.estimate = Solve(ExcessOfStages, &equation, z / root, 0.1 / root);
	equation.target = -critical;
	stopped.low = Solve(ExcessOfStages, &equation, (z - critical) / root,
						0.1 / root);
	stopped.high = INFINITY;
	if (looks->two_sided)
	{
		equation.target = critical;
		stopped.high = Solve(ExcessOfStages, &equation, (z + critical) / root,
							 0.1 / root);
	}
	return stopped;
}
