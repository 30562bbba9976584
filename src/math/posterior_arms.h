/*
 * posterior_arms.h
 *	  Which of several posteriors is the best one.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_POSTERIOR_ARMS_H
#define AB_MATH_POSTERIOR_ARMS_H

#include "math/posterior.h"

/* What is said of one arm. */
typedef struct AbArmOdds
{
	double		best;			/* probability that it is the best */
	double		second;			/* the second best */
	double		loss;			/* by how much it is expected to be behind the
								 * best, in units of the metric */
} AbArmOdds;

extern void AbPosteriorArms(const AbPosterior *arms, int count, bool lower,
							AbArmOdds *odds, const AbWork *work);

#endif							/* AB_MATH_POSTERIOR_ARMS_H */
