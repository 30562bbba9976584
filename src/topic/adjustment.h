/*
 * adjustment.h
 *	  Comparison of two arms by an outcome and, optionally, a covariate that
 *	  was measured before the experiment.
 *
 * Outcome and covariate are means (cuped.c) or linearised ratios (ratio.c):
 * the arithmetic from their first and second moments on is the same.
 */
#ifndef AB_TOPIC_ADJUSTMENT_H
#define AB_TOPIC_ADJUSTMENT_H

#include "base/comparison.h"
#include "math/ancova.h"

extern AbTheta AbGetTheta(FunctionCallInfo fcinfo, int argument);
extern void AbRequireColumns(const AbSummary *summary, int columns,
							 const char *hint);
extern void AbMergeArms(const AbComparison *row, AbDouble *moments);
extern void AbComparePairs(AbComparison *row, const AbPairs *pairs,
						   AbTheta theta, const AbTestOptions *options,
						   const char *subject);

#endif							/* AB_TOPIC_ADJUSTMENT_H */
