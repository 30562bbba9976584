/*
 * summary_merge.c
 *	  Merging summaries, and rows that are equal.
 */
#include "value/summary_merge.h"

#include "miscadmin.h"
#include "value/summary_open.h"

/*
 * Zeros and ones are counts, which merging need not round: write the moments
 * of binary columns, and of pairs of them, as those of the counts.
 */
static void
SetBinaryMoments(AbArm *arm, int columns)
{
	double		n = arm->n;
	double		ones[AB_MAX_COLUMNS];

	for (int i = 0; i < columns; i++)
		ones[i] = AbArmSuccesses(arm, i);
	for (int i = 0; i < columns; i++)
		for (int j = i; j < columns; j++)
		{
			AbDouble   *moment = &arm->moments[AbComomentIndex(columns, i, j)];
			double		both;

			if (!(arm->flags & AB_ARM_BINARY(i)) ||
				!(arm->flags & AB_ARM_BINARY(j)))
				continue;
			both = i == j ? ones[i] :
				rint(AbDoubleValue(*moment) + ones[i] * ones[j] / n);
			*moment = AbQuotient(both * (n - ones[i]) - ones[i] * (ones[j] - both),
								 n);
		}
	for (int i = 0; i < columns; i++)
		if (arm->flags & AB_ARM_BINARY(i))
			arm->moments[i] = AbQuotient(ones[i], n);
}

/*
 * Merge n rows with those moments and flags into an arm.
 */
static void
MergeRows(AbArm *arm, int columns, int64 n, const AbDouble *moments,
		  uint16 flags)
{
	uint16		binary = AB_ARM_ALL_BINARY(columns);

	AbCheckObservations(arm->n, n);
	if (n > 0 && !((arm->flags | flags) & AB_ARM_OVERFLOW))
	{
		if (arm->n == 0)
			memcpy(arm->moments, moments,
				   AbMomentCount(columns) * sizeof(AbDouble));
		else
			AbMomentsMerge(arm->moments, columns, arm->n, n, moments);
	}
	arm->n += n;
	arm->flags = (arm->flags & flags & binary) |
		((arm->flags | flags) & ~binary);
	if ((arm->flags & AB_ARM_OVERFLOW) ||
		!AbMomentsFinite(arm->moments, columns))
		AbSetOverflow(&arm->flags, arm->moments, columns);
	else if (arm->n > 0 && (arm->flags & binary))
		SetBinaryMoments(arm, columns);
}

/*
 * Merge an arm of another summary into the arm at that position.  Returns the
 * summary.
 */
static AbSummary *
MergeArm(AbSummary *summary, int position, const AbSummary *other,
		 const AbArm *from)
{
	int			columns = summary->columns;
	int64		nonfinite = AbArmNonfinite(other, from);
	const int64 *missing = AbArmMissing(other, from);

	if (nonfinite > 0)
		summary = AbCountLeftOut(summary, position, AB_LEFT_OUT_NONFINITE,
								 nonfinite);
	for (int i = 0; i < AbMissingCount(columns); i++)
		if (missing[i] > 0)
			summary = AbCountLeftOut(summary, position, AbLeftOutMissing(i),
									 missing[i]);
	MergeRows(AbGetArm(summary, position), columns, from->n, from->moments,
			  from->flags);
	return summary;
}

/*
 * Add that many rows of the same finite value to an arm of one column.
 */
void
AbAddEqualRows(AbArm *arm, double value, int64 rows)
{
	/* no -0 */
	AbDouble	moments[AbMomentCount(1)] = {{value + 0.0, 0}, {0, 0}};

	MergeRows(arm, 1, rows, moments,
			  value == 0 || value == 1 ? AB_ARM_BINARY(0) : 0);
}

/*
 * Position of a label, as AbFindArm(), which probably follows the one found
 * before.
 */
static int
FindNext(const AbSummary *summary, AbLabel label, int before)
{
	int			next = before + 1;

	if (next < (int) summary->arms &&
		AbLabelEquals(AbSummaryLabel(summary, next), label))
		return next;
	return AbFindArm(summary, label);
}

/*
 * Merge another summary, a closed one, into one.  The result is that one,
 * changed in place, or a palloc'd one, which leaves it to its owner, and may be
 * open.  ERROR 22023 where they have not the same columns or name different
 * controls.
 */
AbSummary *
AbMergeSummaries(AbSummary *summary, const AbSummary *other)
{
	int			position = -1;

	AbCheckColumns(summary, other->columns);
	if (AbUnassigned(other) > 0)
		summary = AbCountUnassigned(summary, summary->columns,
									AbUnassigned(other));
	for (int i = 0; i < (int) other->arms; i++)
	{
		const AbArm *arm = AbGetArm(other, i);
		AbLabel		label = AbArmLabel(other, arm);

		CHECK_FOR_INTERRUPTS();
		position = FindNext(summary, label, position);
		if (position < 0)
		{
			position = -(position + 1);
			summary = AbInsertArm(summary, summary->columns, label, &position);
		}
		if (arm->flags & AB_ARM_CONTROL)
			AbMarkControl(summary, position);
		summary = MergeArm(summary, position, other, arm);
	}
	return summary;
}
