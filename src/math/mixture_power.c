/*
 * mixture_power.c
 *	  How many rows an always-valid test takes.
 *
 * In the limit of many rows the statistic is that of a Brownian motion, and a
 * test with looks at equal steps has a verdict if it leaves the critical values
 * of mixture.c at any of them, whose probability passage.c computes.  The
 * effect is the one that a test done once at the planned size finds with a given
 * power, so that one answer serves every metric.
 */
#include "math/mixture_power.h"

#include <math.h>

#include "math/distributions.h"
#include "math/mixture.h"
#include "math/passage.h"

/* A size is looked for up to that many times the planned one. */
#define LARGEST_INFLATION	1024

/* Sizes, or powers, that near to each other are the same. */
#define SAME_SIZE			1e-10
#define SAME_POWER			1e-12

/*
 * Expected z of the test done once at the planned size: with the probability
 * `power` it is beyond the critical value on the side of the effect.
 */
static double
PlannedDrift(const AbMixturePlan *plan)
{
	return AbNormalUpperQuantile(plan->alternative == AB_TWO_SIDED ?
								 plan->alpha / 2 : plan->alpha) -
		AbNormalUpperQuantile(plan->power);
}

/*
 * Probability of a verdict at any of the looks, 1 to AB_MIXTURE_MAX_LOOKS, of
 * which the last is at that multiple of the planned size.  NaN if an argument
 * is.
 */
double
AbMixturePower(const AbMixturePlan *plan, double reached, const AbWork *work)
{
	bool		two_sided = plan->alternative == AB_TWO_SIDED;
	double		information[AB_MIXTURE_MAX_LOOKS];
	double		low[AB_MIXTURE_MAX_LOOKS];
	double		high[AB_MIXTURE_MAX_LOOKS];
	AbCrossing	crossings[AB_MIXTURE_MAX_LOOKS];
	double		power = 0;

	for (int k = 0; k < plan->looks; k++)
	{
		information[k] = reached * ((k + 1.0) / plan->looks);
		high[k] = AbMixtureCritical(INFINITY,
									AB_MIXTURE_PLANNED * information[k],
									two_sided ? AB_TWO_SIDED : AB_GREATER,
									plan->alpha);
		low[k] = two_sided ? -high[k] : -INFINITY;
	}
	AbCrossings(information, low, high, plan->looks, PlannedDrift(plan),
				crossings, work);
	for (int k = 0; k < plan->looks; k++)
		power += crossings[k].above + crossings[k].below;
	return fmin(power, 1);
}

/*
 * The multiple of the planned size by which the test with looks has the power
 * that the one done once has at that size; power above alpha.  NaN if it is
 * beyond LARGEST_INFLATION.
 *
 * By regula falsi, with the weight of an end that stays halved (Illinois),
 * here and not in distributions.h, because the recursion polls.
 */
double
AbMixtureInflation(const AbMixturePlan *plan, const AbWork *work)
{
	double		low = 0.5;
	double		high = 1;
	double		f_low = AbMixturePower(plan, low, work) - plan->power;
	double		f_high = AbMixturePower(plan, high, work) - plan->power;

	while (f_high < 0)
	{
		low = high;
		f_low = f_high;
		high *= 2;
		if (high > LARGEST_INFLATION)
			return NAN;
		f_high = AbMixturePower(plan, high, work) - plan->power;
	}
	while (high - low > SAME_SIZE * high && f_low < 0)
	{
		double		middle = low + (high - low) * (f_low / (f_low - f_high));
		double		f;

		if (!(middle > low && middle < high))
			break;
		f = AbMixturePower(plan, middle, work) - plan->power;
		if (fabs(f) < SAME_POWER)
			return middle;
		if (f < 0)
		{
			low = middle;
			f_low = f;
			f_high /= 2;
		}
		else
		{
			high = middle;
			f_high = f;
			f_low /= 2;
		}
	}
	return high;
}
