/*
 * summary_io.h
 *	  A summary from its text, for functions that take it so.
 */
#ifndef AB_TOPIC_SUMMARY_IO_H
#define AB_TOPIC_SUMMARY_IO_H

#include "value/summary.h"

extern void AbParseSummaryArg(FunctionCallInfo fcinfo);

#endif							/* AB_TOPIC_SUMMARY_IO_H */
