/*
 * poisson.h
 *	  Two Poisson rates, of events per exposure: tests of equality, intervals
 *	  of the difference and of the lift, and how much the events vary.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_POISSON_H
#define AB_MATH_POISSON_H

#include <stdbool.h>

#include "math/binomial.h"

/* How two rates are compared. */
typedef enum AbPoissonMethod
{
	AB_POISSON_EXACT,			/* conditional on the total */
	AB_POISSON_MID_P,
	AB_POISSON_SCORE,
	AB_POISSON_SQRT,			/* stabilises the variance */
	AB_POISSON_WALD
} AbPoissonMethod;

/*
 * Events of two arms, whole numbers up to 2^53, and the exposure that they had,
 * above zero and in a unit that is the same for both.
 */
typedef struct AbPoissonCounts
{
	double		control;		/* events */
	double		control_exposure;
	double		treatment;
	double		treatment_exposure;
} AbPoissonCounts;

/*
 * The rows of an arm, each a number of events and an exposure: sample
 * variances of the two and their covariance.
 */
typedef struct AbPoissonRows
{
	double		n;
	double		events;
	double		exposure;		/* 0 where each row is one unit of it */
	double		covariance;
} AbPoissonRows;

extern bool AbPoissonComparable(const AbPoissonCounts *counts);
extern AbTails AbPoissonTails(const AbPoissonCounts *counts,
							  AbPoissonMethod method, double ratio,
							  double *statistic);
extern AbInterval AbPoissonDifference(const AbPoissonCounts *counts,
									  AbPoissonMethod method,
									  AbAlternative alternative, double level);
extern AbInterval AbPoissonLift(const AbPoissonCounts *counts,
								AbPoissonMethod method,
								AbAlternative alternative, double level);
extern double AbPoissonDispersion(const AbPoissonCounts *counts,
								  const AbPoissonRows *control,
								  const AbPoissonRows *treatment);

#endif							/* AB_MATH_POISSON_H */
