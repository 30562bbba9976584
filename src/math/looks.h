/*
 * looks.h
 *	  Tests with several looks: bounds, power, and what can be said after
 *	  stopping.
 *
 * Pure C: no PostgreSQL header.  Statistics and bounds are z-values in the
 * direction that is tested, which is upwards; a two-sided test has the same
 * bounds below.  A drift is the expected z at information 1.
 */
#ifndef AB_MATH_LOOKS_H
#define AB_MATH_LOOKS_H

#include <stdbool.h>

#include "math/passage.h"
#include "math/spending.h"

/* Looks, and the error that is spent at them. */
typedef struct AbLooks
{
	int			count;			/* > 0 */
	const double *information;	/* of the plan, as AbPassageLook() asks */
	bool		final;			/* the last look spends what is left */
	bool		two_sided;
	double		alpha;			/* of both sides */
	AbSpending	spending;
} AbLooks;

/* What is known of the effect after stopping, as drifts. */
typedef struct AbStopped
{
	double		p_value;
	double		estimate;		/* too low and too high equally often */
	double		low;			/* -infinity or infinity if one-sided */
	double		high;
} AbStopped;

extern double AbLooksLevel(const AbLooks *looks);
extern double AbLooksSpent(const AbLooks *looks, int from, int to);
extern void AbLookBounds(const AbLooks *looks, double *high,
						 const AbWork *work);
extern double AbLooksPower(const AbLooks *looks, const double *low,
						   const double *high, double drift,
						   const AbWork *work);
extern double AbLooksDrift(const AbLooks *looks, const double *low,
						   const double *high, double power,
						   const AbWork *work);
extern double AbFutilityBounds(const AbLooks *looks, const double *high,
							   const AbSpending *futility, double power,
							   double *low, const AbWork *work);
extern double AbRepeatedP(const AbLooks *looks, double z, const AbWork *work);
extern double AbStagewiseP(const AbLooks *looks, const double *high, double z,
						   const AbWork *work);
extern AbStopped AbAfterStopping(const AbLooks *looks, const double *high,
								 double z, const AbWork *work);

#endif							/* AB_MATH_LOOKS_H */
