/*
 * passage.h
 *	  At which look a statistic first leaves its bounds.
 *
 * Pure C: no PostgreSQL header.  Looks are at information I(1) < I(2) < ..,
 * fractions of a plan or any other unit; at each of them the statistic is
 * Z(k) = B(I(k)) / sqrt(I(k)), of a Brownian motion B with that drift a unit of
 * information.  A test of means has this in the limit, a z-test of normal rows
 * exactly: the drift is its expected z at information 1.
 *
 *		passage = AbMakePassage(drift, work);
 *		for each look:
 *			AbPassageLook(passage, information)
 *			.. AbPassageAbove(passage, high), AbPassageBelow(passage, low)
 *			AbPassageStop(passage, low, high)
 *		AbFreePassage(passage);
 *
 * so that a bound may be chosen at its look, or, with all bounds known, one
 * call of AbCrossings().
 */
#ifndef AB_MATH_PASSAGE_H
#define AB_MATH_PASSAGE_H

#include "math/work.h"

/*
 * Each look has to add this share of the information before it: the time that
 * a look takes goes up as the share goes down.
 */
#define AB_LEAST_STEP	1e-6

/* What a first look outside the bounds is at one of the looks. */
typedef struct AbCrossing
{
	double		above;			/* probability that Z(k) >= high is the first */
	double		below;			/* Z(k) <= low */
} AbCrossing;

typedef struct AbPassage AbPassage;

extern AbPassage *AbMakePassage(double drift, const AbWork *work);
extern void AbFreePassage(AbPassage *passage);
extern void AbPassageLook(AbPassage *passage, double information);
extern double AbPassageAbove(const AbPassage *passage, double z);
extern double AbPassageBelow(const AbPassage *passage, double z);
extern double AbPassageBound(const AbPassage *passage, double probability);
extern void AbPassageStop(AbPassage *passage, double low, double high);
extern void AbCrossings(const double *information, const double *low,
						const double *high, int looks, double drift,
						AbCrossing *crossings, const AbWork *work);

#endif							/* AB_MATH_PASSAGE_H */
