/*
 * cuped.h
 *	  Comparison of two arms by an outcome and, optionally, a covariate that
 *	  was measured before the experiment.
 *
 * Outcome and covariate are means (cuped.c) or linearised ratios (ratio.c):
 * the arithmetic from their first and second moments on is the same.
 */
#ifndef AB_TOPIC_CUPED_H
#define AB_TOPIC_CUPED_H

#include "base/welch.h"
#include "math/ancova.h"

/* What a call with or without a covariate asks. */
typedef struct AbCupedCall
{
	const AbSummary *summary;
	AbTestArgs	test;
	AbTheta		theta;
} AbCupedCall;

extern const AbWords ab_thetas; /* AbTheta */

/* the arguments that all calls have */
#define AB_CUPED_ARGS(width) \
	AB_SUMMARY_ARG(AbCupedCall, summary, width), \
	AB_CONTROL_ARG(AbCupedCall, test), \
	AB_TREATMENT_ARG(AbCupedCall, test), \
	AB_ALPHA_ARG(AbCupedCall, test), \
	AB_ALTERNATIVE_ARG(AbCupedCall, test), \
	AB_EQUAL_VAR_ARG(AbCupedCall, test, false)
#define AB_THETA_ARG \
	AB_WORD_ARG(AbCupedCall, theta, "theta", &ab_thetas, AB_THETA_PER_ARM)

extern void AbMergeArms(const AbMeans *means, AbDouble *moments);
extern void AbComparePairs(AbMeans *means, const AbPairs *pairs,
						   AbTheta theta, const AbTestArgs *args,
						   const char *subject, bool binary);

#endif							/* AB_TOPIC_CUPED_H */
