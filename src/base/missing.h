/*
 * missing.h
 *	  What a note says of the rows that a stored value has left out.
 */
#ifndef AB_BASE_MISSING_H
#define AB_BASE_MISSING_H

#include "base/args.h"
#include "base/list.h"
#include "base/result.h"

/* What every note says of arms that differ in what is missing. */
#define AB_NOT_COMPARABLE	"may not be comparable"

extern const AbColumnName ab_ratio_columns[AB_MAX_COLUMNS];

extern void AbNoteMissing(AbNotes *notes, const AbArmList *list,
						  const AbColumnName *columns,
						  const AbArmEntry *control,
						  const AbArmEntry *treatment);
extern void AbNoteAllMissing(AbNotes *notes, const AbArmList *list);
extern void AbNoteMissingPairs(AbNotes *notes, const AbArmList *list,
							   int position);
extern void AbNoteLostPairs(AbNotes *notes, AbLabel variant, double both,
							double without_control, double without_variant);

#endif							/* AB_BASE_MISSING_H */
