/*
 * proportion.h
 *	  The counts of two rates, for topics that build on them.
 */
#ifndef AB_TOPIC_PROPORTION_H
#define AB_TOPIC_PROPORTION_H

#include "base/rates.h"

extern bool AbStartRates(AbMeans *means, const AbSummary *summary,
						 AbTestArgs *args, AbProportions *counts);
extern void AbCompareRates(AbMeans *means, const AbSummary *summary,
						   const AbTestArgs *args);

#endif							/* AB_TOPIC_PROPORTION_H */
