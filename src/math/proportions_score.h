/*
 * proportions_score.h
 *	  Score and likelihood-ratio tests of two proportions against any difference
 *	  or ratio, and the intervals that they are.
 *
 * Pure C: no PostgreSQL header.
 */
#ifndef AB_MATH_PROPORTIONS_SCORE_H
#define AB_MATH_PROPORTIONS_SCORE_H

#include "math/proportions_null.h"

typedef enum AbScoreStatistic
{
	AB_SCORE,					/* Mee, Koopman */
	AB_SCORE_MN,				/* Miettinen-Nurminen: with N / (N - 1) */
	AB_SCORE_SKEWNESS,			/* the same, corrected for skewness */
	AB_SCORE_LIKELIHOOD			/* signed root of the likelihood ratio */
} AbScoreStatistic;

typedef enum AbContinuity
{
	AB_CONTINUITY_NONE,
	AB_CONTINUITY_QUARTER,		/* a quarter of the larger step of one user */
	AB_CONTINUITY_YATES			/* half of the steps of both arms, at most to
								 * what is tested */
} AbContinuity;

/* How two proportions are tested. */
typedef struct AbScoreTest
{
	AbScoreStatistic statistic;
	AbContinuity continuity;
} AbScoreTest;

/* What margins of rates are tested by: skewness and a quarter of a step. */
extern const AbScoreTest ab_margin_score;

extern double AbSkewQuantile(double z, double g);
extern double AbUnskew(double s, double g);
extern double AbScoreError(const AbProportions *counts, AbScoreTest test,
						   AbProportionNull null);
extern double AbScoreAt(const AbProportions *counts, AbScoreTest test,
						AbProportionNull null, AbAlternative alternative);
extern double AbScoreDistance(const AbProportions *counts, AbScoreTest test,
							  AbProportionNull null, double z);
extern double AbScoreDifferenceBound(const AbProportions *counts,
									 AbScoreTest test, double z);
extern double AbScoreLiftBound(const AbProportions *counts, AbScoreTest test,
							   double z);

#endif							/* AB_MATH_PROPORTIONS_SCORE_H */
