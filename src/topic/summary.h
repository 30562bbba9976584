/*
 * summary.h
 *	  Collecting summaries, for aggregates whose arguments are not a summary's.
 */
#ifndef AB_TOPIC_SUMMARY_H
#define AB_TOPIC_SUMMARY_H

#include "value/summary.h"

extern int64 AbWholeNumber(double value, const char *what);
extern int64 AbGetFrequency(FunctionCallInfo fcinfo, int argument,
							bool is_bigint);
extern Datum AbAccumulateRow(FunctionCallInfo fcinfo, int columns,
							 const double *values, const bool *nulls,
							 AbLabel variant);

#endif							/* AB_TOPIC_SUMMARY_H */
