/*
 * anova.h
 *	  Do any variants of a summary differ?  For what asks that of its own rows.
 */
#ifndef AB_TOPIC_ANOVA_H
#define AB_TOPIC_ANOVA_H

#include "value/summary.h"

#include "math/anova.h"

typedef struct AbAnovaRow
{
	int64		variants;		/* arms with rows */
	int64		n;				/* -1 if too many */
	AbAnova		anova;
	const char *method;
	const char *note;
	AbGroup    *groups;			/* a group for each arm, also one without rows */
	int			count;
} AbAnovaRow;

extern void AbAnalyseVariants(AbAnovaRow *row, const AbSummary *summary,
							  bool equal_var);

#endif							/* AB_TOPIC_ANOVA_H */
