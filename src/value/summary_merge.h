/*
 * summary_merge.h
 *	  Merging summaries, and rows that are equal.
 */
#ifndef AB_VALUE_SUMMARY_MERGE_H
#define AB_VALUE_SUMMARY_MERGE_H

#include "value/summary.h"

extern void AbAddEqualRows(AbArm *arm, double value, int64 rows);
extern AbSummary *AbMergeSummaries(AbSummary *summary,
								   const AbSummary *other);

#endif							/* AB_VALUE_SUMMARY_MERGE_H */
