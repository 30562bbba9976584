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
	double		theta_value;	/* NaN if not given */
	int			plain_base;		/* is the lift over the unadjusted mean? */
	bool		ratios;			/* not means */
} AbCupedCall;

extern const AbWords ab_thetas; /* AbTheta */
extern const AbWords ab_lift_bases; /* plain_base */
extern const AbRange ab_theta_value;

/* the arguments that all calls have */
#define AB_CUPED_ARGS(width) \
	AB_SUMMARY_ARG(AbCupedCall, summary, width), \
	AB_CONTROL_ARG(AbCupedCall, test), \
	AB_TREATMENT_ARG(AbCupedCall, test), \
	AB_ALPHA_ARG(AbCupedCall, test), \
	AB_ALTERNATIVE_ARG(AbCupedCall, test), \
	AB_EQUAL_VAR_ARG(AbCupedCall, test, false)
#define AB_THETA_ARGS \
	AB_WORD_ARG(AbCupedCall, theta, "theta", &ab_thetas, AB_THETA_PER_ARM), \
	AB_LIFT_METHOD_ARG(AbCupedCall, test), \
	AB_NUMBER_ARG(AbCupedCall, theta_value, "theta_value", &ab_theta_value, \
				  NAN), \
	AB_WORD_ARG(AbCupedCall, plain_base, "lift_base", &ab_lift_bases, false)

extern void AbMergeArms(const AbMeans *means, AbDouble *moments);
extern void AbChooseTheta(AbCupedCall *call);
extern AbTheta AbFeasibleTheta(AbNotes *notes, const AbPairs *pairs,
							   AbTheta theta);
extern const char *AbAdjustmentPrefix(AbTheta theta);
extern AbAdjusted AbShowAdjusted(AbMeans *means, const AbPairs *pairs,
								 AbTheta theta, bool equal_var);
extern AbPairs AbPairsOfMeans(const AbMeans *means, double theta_value);
extern void AbComparePairs(AbMeans *means, const AbPairs *pairs,
						   const AbCupedCall *call, bool binary);
extern void AbCompareAdjusted(AbMeans *means, const AbCupedCall *call);

#endif							/* AB_TOPIC_CUPED_H */
