/*
 * summary.h
 *	  Collecting summaries, for aggregates whose arguments are not a summary's.
 */
#ifndef AB_TOPIC_SUMMARY_H
#define AB_TOPIC_SUMMARY_H

#include "value/summary.h"

#include "nodes/execnodes.h"

/* of the largest form of ab_summaries() */
#define AB_MAX_OUTCOMES		8

/*
 * Is the call one of an aggregate's that is not a window's?  The node's tag
 * says so without a call.
 */
static pg_attribute_always_inline bool
AbInUsualAggregate(FunctionCallInfo fcinfo)
{
	return fcinfo->context && IsA(fcinfo->context, AggState);
}

/*
 * Is it any aggregate's?
 */
static pg_attribute_always_inline bool
AbInAggregate(FunctionCallInfo fcinfo)
{
	return AbInUsualAggregate(fcinfo) || AggCheckCallContext(fcinfo, NULL);
}

extern int64 AbWholeNumber(double value, const char *what);
extern int64 AbGetFrequency(FunctionCallInfo fcinfo, int argument,
							bool is_bigint);
extern Datum AbAccumulateRow(FunctionCallInfo fcinfo, int columns,
							 const double *values, const bool *nulls,
							 AbLabel variant);

#endif							/* AB_TOPIC_SUMMARY_H */
