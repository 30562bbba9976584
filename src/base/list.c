/*
 * list.c
 *	  The variants of a stored value of either type.
 */
#include "base/list.h"

/*
 * The arms of a summary; none if it is NULL.
 */
AbArmList
AbListSummary(const AbSummary *summary)
{
	AbArmList	list = {"summary", NULL, 0, 0, 0};

	if (summary == NULL)
		return list;
	list.count = summary->arms;
	list.missing_count = AbMissingCount(summary->columns);
	list.unassigned = AbUnassigned(summary);
	list.entries = (AbArmEntry *) palloc(Max(list.count, 1) * sizeof(AbArmEntry));
	for (int i = 0; i < list.count; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);
		AbArmEntry *entry = &list.entries[i];

		entry->label = AbArmLabel(summary, arm);
		entry->rows = AbArmRows(summary, arm);
		entry->nonfinite = AbArmNonfinite(summary, arm);
		entry->overflow = (arm->flags & AB_ARM_OVERFLOW) != 0;
		entry->control = (arm->flags & AB_ARM_CONTROL) != 0;
		entry->missing = AbArmMissing(summary, arm);
	}
	return list;
}

/*
 * The arms of a histogram; none if it is NULL.
 */
AbArmList
AbListHistogram(const AbHistogram *histogram)
{
	AbArmList	list = {"histogram", NULL, 0, 0, 0};

	if (histogram == NULL)
		return list;
	list.count = histogram->arms;
	list.missing_count = AB_HISTOGRAM_MISSING;
	list.unassigned = histogram->unassigned;
	list.entries = (AbArmEntry *) palloc0(Max(list.count, 1) * sizeof(AbArmEntry));
	for (int i = 0; i < list.count; i++)
	{
		const AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
		AbArmEntry *entry = &list.entries[i];

		entry->label = AbHistogramLabel(histogram, arm);
		entry->rows = arm->n + arm->nonfinite;
		entry->nonfinite = arm->nonfinite;
		entry->control = (arm->flags & AB_ARM_CONTROL) != 0;
		entry->missing = arm->missing;
	}
	return list;
}
