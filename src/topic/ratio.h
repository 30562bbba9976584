/*
 * ratio.h
 *	  The comparison of two ratios, for topics that build on it.
 */
#ifndef AB_TOPIC_RATIO_H
#define AB_TOPIC_RATIO_H

#include "topic/cuped.h"

extern bool AbStartRatios(AbMeans *means, AbCupedCall *call, AbPairs *pairs);
extern void AbCompareRatios(AbMeans *means, AbCupedCall *call);

#endif							/* AB_TOPIC_RATIO_H */
