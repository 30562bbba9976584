/*
 * proportions.h
 *	  Two proportions: intervals, and tests of a difference or a ratio.
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

/* Statistics of the hypothesis that two proportions have a given relation. */
typedef enum AbProportionStatistic
{
	AB_PROPORTION_SCORE,		/* Mee, Koopman */
	AB_PROPORTION_SCORE_MN,		/* Miettinen-Nurminen: with N / (N - 1) */
	AB_PROPORTION_LIKELIHOOD	/* signed root of the likelihood ratio */
} AbProportionStatistic;

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
extern double AbProportionNullError(const AbProportions *counts,
									AbProportionStatistic kind);
extern double AbProportionStatisticAt(const AbProportions *counts,
									  AbProportionStatistic kind,
									  double difference);
extern double AbProportionDifferenceBound(const AbProportions *counts,
										  AbProportionStatistic kind, double z);
extern double AbProportionLiftBound(const AbProportions *counts,
									AbProportionStatistic kind, double z);
extern double AbNewcombeStatistic(const AbProportions *counts);
extern double AbNewcombeDifferenceBound(const AbProportions *counts, double z);
extern double AbNewcombeLiftBound(const AbProportions *counts, double z);

#endif							/* AB_MATH_PROPORTIONS_H */
