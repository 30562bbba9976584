/*
 * summary.h
 *	  Collecting summaries, for aggregates whose arguments are not a summary's.
 */
#ifndef AB_TOPIC_SUMMARY_H
#define AB_TOPIC_SUMMARY_H

#include "value/summary.h"

extern Datum AbAccumulateRow(FunctionCallInfo fcinfo, int columns,
							 const double *values, AbLabel variant);

#endif							/* AB_TOPIC_SUMMARY_H */
