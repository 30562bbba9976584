/*
 * effect.h
 *	  The row ab_comparison, and how an estimated effect fills it in.
 */
#ifndef AB_BASE_EFFECT_H
#define AB_BASE_EFFECT_H

#include "base/arms.h"

/* Pooled and separate standard errors further apart than this are noted. */
#define AB_POOLING_TOLERANCE	0.1

/* A comparison of two arms of a summary, as ab_comparison shows it. */
typedef struct AbMeans
{
	AbComparison row;
	double		control_mean;
	double		treatment_mean;
	double		control_stddev;
	double		treatment_stddev;
	const AbSummary *summary;	/* NULL if there is none */
	const AbArm *control;		/* NULL if not known or without rows */
	const AbArm *treatment;
} AbMeans;

extern const AbRowType ab_comparison;

extern bool AbStartMeans(AbMeans *means, const AbSummary *summary,
						 const AbTestArgs *args);
extern bool AbStartTreatment(AbMeans *means, const AbSummary *summary,
							 const AbArmList *list, const AbTestArgs *args,
							 AbArmChoice choice);
extern bool AbSetStatistic(AbComparison *row, const AbEffect *effect);
extern bool AbTestStatistic(AbComparison *row, const AbEffect *effect,
							AbAlternative alternative);
extern void AbSetIntervals(AbComparison *row, const AbEffect *effect,
						   const AbDecision *decision, const AbLift *lift);
extern bool AbTestEffect(AbComparison *row, const AbEffect *effect,
						 AbAlternative alternative, AbLift *lift);
extern const char *AbMeansTestName(bool equal_var);

#endif							/* AB_BASE_EFFECT_H */
