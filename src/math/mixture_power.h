/*
 * mixture_power.h
 *	  How many rows an always-valid test takes.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_MIXTURE_POWER_H
#define AB_MATH_MIXTURE_POWER_H

#include "math/student.h"
#include "math/work.h"

#define AB_MIXTURE_MAX_LOOKS	200

/* An experiment that is looked at, and what a test done once would find. */
typedef struct AbMixturePlan
{
	int			looks;			/* at equal steps until its end */
	double		alpha;
	double		power;			/* of the test done once at the planned size */
	AbAlternative alternative;
} AbMixturePlan;

extern double AbMixturePower(const AbMixturePlan *plan, double reached,
							 const AbWork *work);
extern double AbMixtureInflation(const AbMixturePlan *plan,
								 const AbWork *work);

#endif							/* AB_MATH_MIXTURE_POWER_H */
