/*
 * summary_open.h
 *	  A summary that grows: the state of an aggregate.
 */
#ifndef AB_VALUE_SUMMARY_OPEN_H
#define AB_VALUE_SUMMARY_OPEN_H

#include "value/summary.h"

/* the reasons of AbCountLeftOut() */
#define AB_LEFT_OUT_NONFINITE		0
#define AbLeftOutMissing(missing)	(1 + (missing))

extern AbSummary *AbInsertArm(AbSummary *old, int columns, AbLabel label,
							  int *position);
extern AbSummary *AbCountUnassigned(AbSummary *summary, int columns,
									int64 rows);
extern AbSummary *AbCountLeftOut(AbSummary *summary, int position, int reason,
								 int64 rows);
extern AbSummary *AbCloseSummary(AbSummary *summary);
extern AbSummary *AbDatumGetSummary(Datum datum);

#define AB_GETARG_SUMMARY(n)	AbDatumGetSummary(PG_GETARG_DATUM(n))

#endif							/* AB_VALUE_SUMMARY_OPEN_H */
