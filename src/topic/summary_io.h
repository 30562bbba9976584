/*
 * summary_io.h
 *	  A summary from its text, for functions that take it so.
 */
#ifndef AB_TOPIC_SUMMARY_IO_H
#define AB_TOPIC_SUMMARY_IO_H

#include "value/summary.h"

extern void AbParseSummaryArgAt(FunctionCallInfo fcinfo, int position);

/* the same of the first argument */
static inline void
AbParseSummaryArg(FunctionCallInfo fcinfo)
{
	AbParseSummaryArgAt(fcinfo, 0);
}

#endif							/* AB_TOPIC_SUMMARY_IO_H */
