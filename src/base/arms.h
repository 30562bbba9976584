/*
 * arms.h
 *	  The choice of the arms that a call compares.
 *
 * Of a stored value only names and numbers of rows matter for that, so the
 * choice is made from a list of those.
 */
#ifndef AB_BASE_ARMS_H
#define AB_BASE_ARMS_H

#include "base/args.h"
#include "base/result.h"
#include "value/histogram.h"
#include "value/summary.h"

/* A variant, as far as choosing it goes. */
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

/* Positions in the list; -1 for an arm without rows, or not known. */
typedef struct AbArmChoice
{
	int			control;
	int			treatment;
} AbArmChoice;

extern AbArmList AbListSummary(const AbSummary *summary);
extern AbArmList AbListHistogram(const AbHistogram *histogram);

extern int	AbChooseControl(const AbArmList *list, const AbTestArgs *args);
extern int	AbChooseSingle(const AbArmList *list, AbLabel named,
						   const char *reader, const char *advice);
extern AbArmChoice AbChooseArms(const AbArmList *list, const AbTestArgs *args);
extern bool AbSetArms(AbComparison *row, const AbArmList *list,
					  const AbTestArgs *args, AbArmChoice choice);
extern bool AbStartArms(AbComparison *row, const AbArmList *list,
						const AbTestArgs *args, AbArmChoice *choice);

#endif							/* AB_BASE_ARMS_H */
