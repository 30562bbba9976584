/*
 * quality_crosstab.h
 *	  A table of two variants a row: recorded and predicted, or those of two
 *	  experiments.
 */
#ifndef AB_TOPIC_QUALITY_CROSSTAB_H
#define AB_TOPIC_QUALITY_CROSSTAB_H

#include "value/summary.h"

#include "base/result.h"

/* The counts of pairs of labels. */
typedef struct AbCrosstab
{
	int			rows;			/* first labels, in their order */
	int			columns;		/* second labels, in theirs */
	AbLabel    *firsts;
	AbLabel    *seconds;
	double	   *counts;			/* row by row */
	double		n;				/* their sum */
	int64		only_first;		/* rows without a second label */
	int64		only_second;	/* without a first */
	int64		neither;
} AbCrosstab;

extern AbCrosstab AbReadCrosstab(const AbSummary *summary);
extern void AbNoteHalves(AbNotes *notes, const AbCrosstab *table,
						 const char *first, const char *second);

#endif							/* AB_TOPIC_QUALITY_CROSSTAB_H */
