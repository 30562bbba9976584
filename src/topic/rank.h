/*
 * rank.h
 *	  What the rank tests of two arms and of pairs have in common.
 */
#ifndef AB_TOPIC_RANK_H
#define AB_TOPIC_RANK_H

#include "base/comparison.h"
#include "math/bins.h"
#include "value/histogram.h"

typedef enum AbRankMethod
{
	AB_RANK_AUTO,
	AB_RANK_EXACT,
	AB_RANK_ASYMPTOTIC
} AbRankMethod;

extern AbRankMethod AbGetRankMethod(FunctionCallInfo fcinfo, int argument,
									const char *asymptotic);
extern bool AbGetSwitch(FunctionCallInfo fcinfo, int argument,
						const char *name);
extern const AbHistogram *AbGetHistogram(FunctionCallInfo fcinfo);
extern void AbPollInterrupts(void);
extern void AbDecide(AbComparison *row, double p_value);
extern void AbNoteBuckets(AbComparison *row, const AbBins *bins);
extern TupleDesc AbStartResult(FunctionCallInfo fcinfo, int attributes,
							   Datum **values, bool **nulls);
extern void AbSetCount(Datum *values, bool *nulls, int attribute, int64 value);
extern void AbSetVerdict(Datum *values, bool *nulls, const AbComparison *row,
						 int p_value);
extern double AbMedian(const AbBins *bins);

#endif							/* AB_TOPIC_RANK_H */
