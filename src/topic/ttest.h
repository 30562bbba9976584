/*
 * ttest.h
 *	  The t-test of two means, for topics that build on it.
 */
#ifndef AB_TOPIC_TTEST_H
#define AB_TOPIC_TTEST_H

#include "base/welch.h"

extern bool AbGetMeanVariances(AbMeans *means, bool equal_var, double scale,
							   AbMeanVariances *v);
extern bool AbMeansEffect(AbMeans *means, bool equal_var, AbEffect *effect);
extern AbEffect AbMeansEffectAnyway(const AbMeans *means, bool equal_var);
extern AbLift AbMeansLift(const AbMeans *means, const AbTestArgs *args,
						  const AbEffect *effect);
extern bool AbMeansByScore(const AbMeans *means, bool equal_var);
extern void AbCheckVariances(AbMeans *means, bool equal_var, double scale,
							 AbAlternative alternative);
extern void AbTestMeans(AbMeans *means, const AbSummary *summary,
						const AbTestArgs *args);

#endif							/* AB_TOPIC_TTEST_H */
