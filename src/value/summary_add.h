/*
 * summary_add.h
 *	  Adding rows to a summary that grows.
 *
 * Inline, as it is the hot path of every scan; what is rare is a call.
 */
#ifndef AB_VALUE_SUMMARY_ADD_H
#define AB_VALUE_SUMMARY_ADD_H

#include "value/summary_open.h"

/* A state and the position of an arm in it; by value, to stay in registers. */
typedef struct AbFoundArm
{
	AbSummary  *state;
	int			position;
} AbFoundArm;

extern AbFoundArm AbSearchOrInsertArm(AbSummary *state, int columns,
									  AbLabel label);
extern AbSummary *AbLeaveOut(AbSummary *state, int columns, int reason,
							 AbLabel variant, int64 rows);

/* AbLabelOf of a summary of one column */
static inline AbLabel
AbLabelOfOne(const void *summary, int i)
{
	return AbArmLabel((const AbSummary *) summary,
					  AbGetArmOf((const AbSummary *) summary, 1, i));
}

/*
 * Find the arm of that label.  If there is none it is added, empty, for which
 * the state, which may be NULL, may be copied: the executor takes the copy into
 * its context and frees what it had before.
 */
static pg_attribute_always_inline AbFoundArm
AbFindOrInsertArm(AbSummary *state, int columns, AbLabel label)
{
	AbFoundArm	found = {state, -1};

	/* by a guess first */
	if (likely(state != NULL))
		found.position = AbGuessArm(state, state->arms,
									columns == 1 ? AbLabelOfOne : AbSummaryLabel,
									label);
	return likely(found.position >= 0) ? found :
		AbSearchOrInsertArm(state, columns, label);
}

/*
 * Add one row of finite values to an arm.
 */
static pg_attribute_always_inline void
AbAddToArm(AbArm *arm, int columns, const double *values)
{
	double		n;

	for (int i = 0; i < columns; i++)
		if ((arm->flags & AB_ARM_BINARY(i)) && values[i] != 0 && values[i] != 1)
			arm->flags &= ~AB_ARM_BINARY(i);

	AbCheckObservations(arm->n, 1);
	n = (double) ++arm->n;
	if (unlikely(arm->flags & AB_ARM_OVERFLOW))
		return;
	/* what overflows does so again below, and is marked */
	if (columns == 1 && likely(AbMomentsAddOne(arm->moments, n, values[0])))
		return;
	AbMomentsAdd(arm->moments, columns, n, values);
	if (unlikely(!AbMomentsFinite(arm->moments, columns)))
		AbSetOverflow(&arm->flags, arm->moments, columns);
}

/*
 * Add a row of one value to an arm, where that is nothing unusual and calls
 * nothing.  Returns false, and has changed nothing, where it is.
 */
static pg_attribute_always_inline bool
AbAddUsualValue(AbArm *arm, double value)
{
	int64		n = arm->n + 1;

	/* one test for nearly all values that are not zeros and ones */
	if ((arm->flags & (AB_ARM_BINARY(0) | AB_ARM_OVERFLOW)) &&
		((arm->flags & AB_ARM_OVERFLOW) || (value != 0 && value != 1)))
		return false;
	/* which refuses NaN and infinities */
	if (unlikely(n > AB_MAX_OBSERVATIONS ||
				 !AbMomentsAddOne(arm->moments, (double) n, value)))
		return false;
	arm->n = n;
	return true;
}

/*
 * Likewise, count a row of one value as left out for its NULL.
 */
static pg_attribute_always_inline bool
AbCountUsualMissing(AbSummary *summary, int position)
{
	int64	   *counts = AbArmCounts(summary, position);

	if (unlikely(counts == NULL ||
				 counts[AbLeftOutMissing(0)] >= AB_MAX_OBSERVATIONS))
		return false;
	counts[AbLeftOutMissing(0)]++;
	return true;
}

/*
 * Is every value finite?
 */
static pg_attribute_always_inline bool
AbAllFinite(const double *values, int columns)
{
	for (int i = 0; i < columns; i++)
		if (unlikely(!isfinite(values[i])))
			return false;
	return true;
}

/*
 * Add any row to a state, which may be NULL yet.  `missing` says which value it
 * lacks (AbMissingReason()), -1 if none; the variant's data is NULL where it has
 * none.  A row that has not all of them, or a NaN or an infinity, is counted as
 * left out.  The result is as AbInsertArm()'s.
 */
static pg_attribute_always_inline AbSummary *
AbAddRow(AbSummary *state, int columns, const double *values, int missing,
		 AbLabel variant)
{
	AbFoundArm	found;

	if (unlikely(missing >= 0 || variant.data == NULL ||
				 !AbAllFinite(values, columns)))
		return AbLeaveOut(state, columns,
						  missing < 0 ? AB_LEFT_OUT_NONFINITE :
						  AbLeftOutMissing(missing), variant, 1);
	found = AbFindOrInsertArm(state, columns, variant);
	AbAddToArm(AbGetArmOf(found.state, columns, found.position), columns, values);
	return found.state;
}

#endif							/* AB_VALUE_SUMMARY_ADD_H */
