/*
 * proportions.h
 *	  Two proportions: counts, estimates and Newcombe's interval.
 *
 * Pure C: no PostgreSQL header.
 */
#ifndef AB_MATH_PROPORTIONS_H
#define AB_MATH_PROPORTIONS_H

#include "math/student.h"

/* Successes and rows of two arms, whole numbers up to 2^53. */
typedef struct AbProportions
{
	double		control;		/* successes */
	double		control_n;
	double		treatment;
	double		treatment_n;
} AbProportions;

/* An estimate and its variance, which the plus-four method adjusts. */
typedef struct AbProportionEstimate
{
	double		proportion;
	double		variance;
} AbProportionEstimate;

extern double AbProportionDifference(const AbProportions *counts);
extern AbInterval AbWilson(double successes, double n, double z);
extern AbProportionEstimate AbEstimateProportion(double successes, double n,
												 double added);
extern double AbNewcombeStatistic(const AbProportions *counts);
extern double AbNewcombeDifferenceBound(const AbProportions *counts, double z);
extern double AbNewcombeLiftBound(const AbProportions *counts, double z);

#endif							/* AB_MATH_PROPORTIONS_H */
