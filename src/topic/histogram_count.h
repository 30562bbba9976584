/*
 * histogram_count.h
 *	  A histogram in the making: counting what waits.
 */
#ifndef AB_TOPIC_HISTOGRAM_COUNT_H
#define AB_TOPIC_HISTOGRAM_COUNT_H

#include "topic/histogram_arms.h"

/* Rows that wait to be counted, at least. */
#define AB_MIN_WAITING	4096

/* Bins above which bits are dropped, at least. */
#define AB_MANY_BINS	(2 * AB_MAX_VALUES)

extern AbBin *AbReserveBins(AbHistogramState *state, int position, int more);
extern void AbAddBins(AbHistogramState *state, int position, AbBin *bins,
					  int count);
extern void AbLowerBits(AbHistogramState *state, int bits);
extern void AbCountWaiting(AbHistogramState *state, bool all);

/*
 * Extend an arm's range to those values.
 */
static inline void
AbExtendRange(AbHistogramPart *arm, double min, double max)
{
	if (arm->head.n == 0 || min < arm->min)
		arm->min = min;
	if (arm->head.n == 0 || max > arm->max)
		arm->max = max;
}

#endif							/* AB_TOPIC_HISTOGRAM_COUNT_H */
