/*
 * counts.h
 *	  Events and exposures of the arms of a summary.
 */
#ifndef AB_BASE_COUNTS_H
#define AB_BASE_COUNTS_H

#include "base/effect.h"

#include "math/poisson.h"

/* What an arm adds up to. */
typedef struct AbEventSums
{
	double		events;
	double		exposure;
	double		rate;
} AbEventSums;

extern const AbColumnName ab_event_columns[];
extern const AbWidth ab_event_width;

extern AbEventSums AbSumEvents(const AbSummary *summary, const AbArm *arm);
extern bool AbCheckEvents(AbNotes *notes, const char *role, AbEventSums sums);
extern double AbEventDispersion(AbMeans *means,
								const AbPoissonCounts *counts);

#endif							/* AB_BASE_COUNTS_H */
