/*
 * mcnemar.h
 *	  Pairs of 0/1 outcomes: McNemar's test, and score intervals of the
 *	  difference and of the lift that agree with it.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_MCNEMAR_H
#define AB_MATH_MCNEMAR_H

#include "math/binomial.h"

/* How McNemar's test is done. */
typedef enum AbMcNemarMethod
{
	AB_MCNEMAR_EXACT,
	AB_MCNEMAR_MID_P,
	AB_MCNEMAR_ASYMPTOTIC,
	AB_MCNEMAR_CORRECTED		/* asymptotic, for continuity */
} AbMcNemarMethod;

/*
 * Pairs of 0/1 outcomes by what the two sides had, whole numbers up to 2^53.
 */
typedef struct AbPairCounts
{
	double		n;
	double		both;
	double		gained;			/* the treatment only */
	double		lost;			/* the control only */
} AbPairCounts;

/* McNemar's test, and how the intervals' ends are found. */
typedef struct AbMcNemar
{
	AbTails		tails;
	double		statistic;		/* NaN for the exact and the mid-p test */
	AbEndCorrection low;
	AbEndCorrection high;
} AbMcNemar;

extern AbPairCounts AbCountPairs(double n, double control_mean,
								 double treatment_mean, double comoment);
extern double AbPairsDifference(AbPairCounts pairs);
extern double AbPairsStdError(AbPairCounts pairs);
extern AbMcNemar AbMcNemarTest(AbPairCounts pairs, AbMcNemarMethod method,
							   double level);
extern AbInterval AbPairsDifferenceInterval(AbPairCounts pairs,
											const AbMcNemar *test,
											AbAlternative alternative);
extern AbInterval AbPairsLiftInterval(AbPairCounts pairs,
									  const AbMcNemar *test,
									  AbAlternative alternative);

#endif							/* AB_MATH_MCNEMAR_H */
