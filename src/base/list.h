/*
 * list.h
 *	  The variants of a stored value of either type.
 *
 * For the choice of arms and for notes only their names and numbers of rows
 * matter, which are listed here.
 */
#ifndef AB_BASE_LIST_H
#define AB_BASE_LIST_H

#include "value/histogram.h"
#include "value/summary.h"

/* A variant, as far as choosing it and noting what is missing goes. */
typedef struct AbArmEntry
{
	AbLabel		label;			/* points into the stored value */
	int64		rows;			/* finite or not */
	int64		nonfinite;
	bool		overflow;		/* its moments exceed the range of double */
	bool		control;		/* named as control when it was collected */
	const int64 *missing;		/* rows left out, in the stored value */
} AbArmEntry;

/* The variants of a stored value, in the order of their labels. */
typedef struct AbArmList
{
	const char *what;			/* "summary", "histogram" */
	AbArmEntry *entries;		/* palloc'd; NULL if there is no value */
	int			count;
	int			missing_count;	/* of each entry's missing[] */
	int64		unassigned;		/* rows left out without a variant */
} AbArmList;

extern AbArmList AbListSummary(const AbSummary *summary);
extern AbArmList AbListHistogram(const AbHistogram *histogram);

#endif							/* AB_BASE_LIST_H */
