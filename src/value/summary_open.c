/*
 * summary_open.c
 *	  A summary that grows: the state of an aggregate.
 *
 * Of the values of an aggregate most have two arms; others have hundreds.  The
 * executor copies a state when its address changes, so it is not to change with
 * every arm, and to look for a label must not take longer the more there are.
 * summary.h has the layout of what serves for that.
 */
#include "value/summary_open.h"

#include "value/io.h"

/* Labels of an open summary of one arm get at least that many bytes. */
#define PAIR_LABEL_BYTES	16

/* Room of the smallest open summary that has an index. */
#define SMALLEST_INDEXED	4

/*
 * Allocate an open summary without arms, for that many and for that many bytes
 * of labels.
 */
static AbSummary *
AllocateOpen(int columns, uint32 room, Size label_bytes)
{
	AbSummary	shape = {.columns = columns, .room = room};
	Size		size = AbLabelsStart(&shape) + label_bytes;
	AbSummary  *summary = (AbSummary *) palloc0(size);

	SET_VARSIZE(summary, size);
	summary->version = AB_SUMMARY_VERSION;
	summary->columns = columns;
	summary->flags = AbIsIndexed(&shape) ? AB_SUMMARY_COUNTS : 0;
	summary->room = room;
	return summary;
}

/*
 * Write an empty arm with that label, which ends the labels, at a position.
 */
static void
SetEmptyArm(AbSummary *summary, int position, AbLabel label, Size offset)
{
	AbArm	   *arm = AbGetArm(summary, position);

	memset(arm, 0, AbArmSize(summary->columns));
	arm->flags = AB_ARM_ALL_BINARY(summary->columns);
	AbSetLabel(summary, arm, label, offset);
}

/*
 * Add an empty arm to a summary that has an index and the room.
 */
static void
AppendArm(AbSummary *summary, AbLabel label)
{
	Size		offset = AbLabelsEnd(summary);

	*AbFindSlot(summary, label) = summary->arms + 1;
	SetEmptyArm(summary, summary->arms, label, offset);
	summary->arms++;
}

/*
 * Copy the j-th arm of a summary to the i-th of another, but its counts, with
 * its label at that offset.  Returns where that ends.
 */
static Size
CopyArm(AbSummary *summary, int i, const AbSummary *source, int j, Size offset)
{
	AbArm	   *arm = AbGetArm(summary, i);
	const AbArm *from = AbGetArm(source, j);

	memcpy(arm, from, AbArmSize(summary->columns));
	return AbSetLabel(summary, arm, AbArmLabel(source, from), offset);
}

/*
 * Copy the counts of an arm between summaries that may or may not have any.
 */
static void
CopyCounts(AbSummary *summary, int i, const AbSummary *source, int j)
{
	int64	   *counts = AbArmCounts(summary, i);
	const int64 *from = AbArmCounts(source, j);

	if (counts && from)
		memcpy(counts, from, AbArmCountCount(summary->columns) * sizeof(int64));
}

/*
 * A closed copy of some arms of a summary, in that order.
 */
static AbSummary *
CopyArms(const AbSummary *source, const int *order, bool with_counts)
{
	int			arms = source->arms;
	Size		label_bytes = 0;
	Size		offset;
	AbSummary  *summary;

	for (int i = 0; i < arms; i++)
		label_bytes += AbGetArm(source, i)->label_length;
	summary = AbAllocateSummary(source->columns, arms, label_bytes, with_counts);
	offset = AbLabelsStart(summary);
	for (int i = 0; i < arms; i++)
		offset = CopyArm(summary, i, source, order[i], offset);
	if (with_counts)
	{
		AbSummaryCounts(summary)[0] = AbUnassigned(source);
		for (int i = 0; i < arms; i++)
			CopyCounts(summary, i, source, order[i]);
	}
	return summary;
}

/*
 * An open summary of that arm alone.
 */
static AbSummary *
NewPair(int columns, AbLabel label)
{
	AbSummary  *summary = AllocateOpen(columns, AB_PAIR_ROOM,
									   Max(PAIR_LABEL_BYTES, 2 * label.length));

	SetEmptyArm(summary, 0, label, AbLabelsStart(summary));
	summary->arms = 1;
	return summary;
}

/*
 * Add the second arm to an open summary of one, which closes it.  Returns
 * whether there was the room for its label.
 */
static bool
ClosePair(AbSummary *summary, AbLabel label, int position)
{
	AbArm	   *first = AbGetArm(summary, 0);
	char	   *labels = (char *) summary + first->label_offset;
	Size		size = AbLabelsEnd(summary) + label.length;

	if (size > VARSIZE(summary))
		return false;
	if (position == 0)
	{
		memmove(labels + label.length, labels, first->label_length);
		memcpy(AbGetArm(summary, 1), first, AbArmSize(summary->columns));
		AbGetArm(summary, 1)->label_offset += label.length;
		SetEmptyArm(summary, 0, label, labels - (char *) summary);
	}
	else
		SetEmptyArm(summary, 1, label, AbLabelsEnd(summary));
	summary->arms = 2;
	summary->room = 0;
	SET_VARSIZE(summary, size);
	return true;
}

/*
 * A closed copy of a summary of at most one arm with another.
 */
static AbSummary *
InsertSecond(const AbSummary *old, AbLabel label, int position)
{
	int			arms = old->arms;
	Size		offset = label.length +
		(arms > 0 ? AbGetArm(old, 0)->label_length : 0);
	AbSummary  *summary = AbAllocateSummary(old->columns, arms + 1, offset,
											old->flags & AB_SUMMARY_COUNTS);

	offset = AbLabelsStart(summary);
	for (int i = 0; i <= arms; i++)
		if (i == position)
		{
			SetEmptyArm(summary, i, label, offset);
			offset += label.length;
		}
		else
			offset = CopyArm(summary, i, old, 0, offset);
	if (old->flags & AB_SUMMARY_COUNTS)
	{
		AbSummaryCounts(summary)[0] = AbUnassigned(old);
		if (arms > 0)
			CopyCounts(summary, 1 - position, old, 0);
	}
	return summary;
}

/*
 * A copy of a summary with an index and room for its arms and as many others,
 * and for that label.  ERROR 54000 if there can be no other.
 */
static AbSummary *
Enlarge(const AbSummary *old, AbLabel label)
{
	int			columns = old->columns;
	uint32		room = SMALLEST_INDEXED;
	Size		label_bytes = label.length;
	AbSummary  *summary;

	AbCheckVariantCount((int64) old->arms + 1, AB_MAX_VARIANTS);
	while (room <= old->arms)
		room *= 2;
	for (int i = 0; i < (int) old->arms; i++)
		label_bytes += AbGetArm(old, i)->label_length;
	summary = AllocateOpen(columns, room, 2 * label_bytes);
	AbSummaryCounts(summary)[0] = AbUnassigned(old);
	for (int i = 0; i < (int) old->arms; i++)
	{
		AppendArm(summary, AbSummaryLabel(old, i));
		CopyArm(summary, i, old, i, AbGetArm(summary, i)->label_offset);
		CopyCounts(summary, i, old, i);
	}
	return summary;
}

/*
 * Add an empty arm to the summary (NULL if there is none yet) that it does not
 * have; *position is where AbSearchArm() would insert it and becomes where it
 * is.  The result is the summary, changed in place, or a palloc'd one, which
 * leaves it to its owner: an aggregate's executor copies the new one into its
 * context and frees the one before.  It may be open.
 */
AbSummary *
AbInsertArm(AbSummary *old, int columns, AbLabel label, int *position)
{
	if (old == NULL || (old->arms == 0 && !(old->flags & AB_SUMMARY_COUNTS)))
		return NewPair(columns, label);
	if (old->arms < 2)
	{
		if (old->room != 0 && ClosePair(old, label, *position))
			return old;
		return InsertSecond(old, label, *position);
	}
	if (!AbIsIndexed(old) || old->arms == old->room ||
		AbLabelsEnd(old) + label.length > VARSIZE(old))
		old = Enlarge(old, label);
	AppendArm(old, label);
	*position = old->arms - 1;
	return old;
}

/*
 * Order of arms of a summary by their labels, for qsort_arg().
 */
static int
ComparePositions(const void *a, const void *b, void *summary)
{
	return AbLabelCompare(AbSummaryLabel(summary, *(const int *) a),
						  AbSummaryLabel(summary, *(const int *) b));
}

/*
 * Is one of the counts of rows left out not zero?
 */
static bool
HasCounts(const AbSummary *summary)
{
	const int64 *counts = AbSummaryCounts(summary);
	int			count = 1 + summary->arms * AbArmCountCount(summary->columns);

	for (int i = 0; counts && i < count; i++)
		if (counts[i] != 0)
			return true;
	return false;
}

/*
 * The summary itself if it is closed, else a palloc'd copy that is.
 */
AbSummary *
AbCloseSummary(AbSummary *summary)
{
	int		   *order;
	AbSummary  *closed;

	if (likely(summary->room == 0))
		return summary;
	order = (int *) palloc(summary->arms * sizeof(int));
	for (int i = 0; i < (int) summary->arms; i++)
		order[i] = i;
	qsort_arg(order, summary->arms, sizeof(int), ComparePositions, summary);
	closed = CopyArms(summary, order, HasCounts(summary));
	pfree(order);
	return closed;
}

/*
 * The summary itself if it has counts of rows left out, else a palloc'd copy
 * that has.
 */
static AbSummary *
NeedCounts(AbSummary *summary)
{
	static const int order[] = {0, 1};

	if (summary->flags & AB_SUMMARY_COUNTS)
		return summary;
	return summary->arms <= lengthof(order) ?
		CopyArms(summary, order, true) :
		Enlarge(summary, AbSummaryLabel(summary, 0));
}

/*
 * Count rows without a variant, in a summary which may be NULL yet.  The result
 * is as AbInsertArm()'s.  ERROR 22003 if there are too many.
 */
AbSummary *
AbCountUnassigned(AbSummary *summary, int columns, int64 rows)
{
	summary = summary ? NeedCounts(summary) :
		AbAllocateSummary(columns, 0, 0, true);
	AbCountRows(&AbSummaryCounts(summary)[0], rows);
	return summary;
}

/*
 * Count rows of the arm at that position that are left out.  The result is as
 * AbInsertArm()'s; the positions of the arms do not change.  ERROR 22003 if
 * there are too many.
 */
AbSummary *
AbCountLeftOut(AbSummary *summary, int position, int reason, int64 rows)
{
	summary = NeedCounts(summary);
	AbCountRows(&AbArmCounts(summary, position)[reason], rows);
	if (reason == AB_LEFT_OUT_NONFINITE && rows > 0)
		AbGetArm(summary, position)->flags |= AB_ARM_NONFINITE;
	return summary;
}

/*
 * An aligned, plain, closed view of a summary argument.  A stored value comes
 * back compressed, out of line or with a short, unaligned header, the state of
 * an aggregate may be open: then this is a palloc'd copy, else the argument
 * itself, which the caller must not modify.  ERROR XX001 if its version is not
 * known.
 */
AbSummary *
AbDatumGetSummary(Datum datum)
{
	return AbCloseSummary((AbSummary *) AbDetoastStored(datum, "ab_summary",
														AB_SUMMARY_VERSION));
}
