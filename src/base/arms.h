/*
 * arms.h
 *	  The choice of the arms that a call compares.
 */
#ifndef AB_BASE_ARMS_H
#define AB_BASE_ARMS_H

#include "base/args.h"
#include "base/list.h"
#include "base/result.h"

/* Positions in the list; -1 for an arm without rows, or not known. */
typedef struct AbArmChoice
{
	int			control;
	int			treatment;
} AbArmChoice;

extern int	AbChooseControl(const AbArmList *list, const AbTestArgs *args);
extern int	AbChooseSingle(const AbArmList *list, AbLabel named,
						   const char *reader, const char *argument,
						   const char *advice);
extern AbArmChoice AbChooseArms(const AbArmList *list, const AbTestArgs *args);
extern bool AbSetArms(AbComparison *row, const AbArmList *list,
					  const AbTestArgs *args, AbArmChoice choice);
extern bool AbStartArms(AbComparison *row, const AbArmList *list,
						const AbTestArgs *args, AbArmChoice *choice);

#endif							/* AB_BASE_ARMS_H */
