/*
 * family.h
 *	  Several comparisons that are decided together.
 */
#ifndef AB_BASE_FAMILY_H
#define AB_BASE_FAMILY_H

#include "base/result.h"
#include "math/padjust.h"

extern int	AbAdjustFamily(AbComparison *const *rows, int count,
						   AbCorrection correction);
extern void AbNoteFamily(AbNotes *notes, int tested, AbCorrection correction);

#endif							/* AB_BASE_FAMILY_H */
