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
typedef struct AbRates
{
	double		control;		/* successes */
	double		control_n;
	double		treatment;
	double		treatment_n;
} AbRates;

/* Statistics of the hypothesis that two rates have a given relation. */
typedef enum AbRateStatistic
{
	AB_RATE_SCORE,				/* Mee, Koopman */
	AB_RATE_SCORE_MN,			/* Miettinen-Nurminen: with N / (N - 1) */
	AB_RATE_LIKELIHOOD			/* signed root of the likelihood ratio */
} AbRateStatistic;

/* An estimate and its variance, which the plus-four method adjusts. */
typedef struct AbRateEstimate
{
	double		rate;
	double		variance;
} AbRateEstimate;

extern double AbRateDifference(const AbRates *rates);
extern AbInterval AbWilson(double successes, double n, double z);
extern AbRateEstimate AbEstimateRate(double successes, double n, double added);
extern double AbRateNullError(const AbRates *rates, AbRateStatistic kind);
extern double AbRateStatisticAt(const AbRates *rates, AbRateStatistic kind,
								double difference);
extern double AbRateDifferenceBound(const AbRates *rates, AbRateStatistic kind,
									double z);
extern double AbRateLiftBound(const AbRates *rates, AbRateStatistic kind,
							  double z);
extern double AbNewcombeStatistic(const AbRates *rates);
extern double AbNewcombeDifferenceBound(const AbRates *rates, double z);
extern double AbNewcombeLiftBound(const AbRates *rates, double z);
extern double AbDeviance(double x, double expected, double excess);

#endif							/* AB_MATH_PROPORTIONS_H */
