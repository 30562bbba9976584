/*
 * summary_add.c
 *	  Adding rows to a summary that grows: what is rare.
 */
#include "value/summary_add.h"

/*
 * AbFindOrInsertArm() where a guess has not found it.
 */
AbFoundArm
AbSearchOrInsertArm(AbSummary *state, int columns, AbLabel label)
{
	AbFoundArm	found = {state, state ? AbSearchArm(state, label) : -1};

	if (unlikely(found.position < 0))
	{
		int			position = -(found.position + 1);

		found.state = AbInsertArm(state, columns, label, &position);
		found.position = position;
	}
	return found;
}

/*
 * Count rows that are left out of a state, which may be NULL yet: for want of a
 * variant, whose data is NULL then, or for a reason of AbCountLeftOut().  The
 * result is as AbInsertArm()'s.
 */
AbSummary *
AbLeaveOut(AbSummary *state, int columns, int reason, AbLabel variant,
		   int64 rows)
{
	AbFoundArm	found;

	if (variant.data == NULL)
		return AbCountUnassigned(state, columns, rows);
	found = AbFindOrInsertArm(state, columns, variant);
	return AbCountLeftOut(found.state, found.position, reason, rows);
}
