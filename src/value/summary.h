/*
 * summary.h
 *	  The stored summary type: per variant the moments of 1, 2 or 4 columns.
 */
#ifndef AB_VALUE_SUMMARY_H
#define AB_VALUE_SUMMARY_H

#include "value/label.h"

#include <float.h>
#include <math.h>

#include "math/moments.h"

#define AB_MAX_VARIANTS			4096

#define AB_SUMMARY_VERSION		1

/*
 * The value of type ab_summary, version 1.
 *
 *	offset	bytes
 *	0		4	varlena header
 *	4		1	version, 1; any other value is refused
 *	5		1	columns: 1, 2 or 4
 *	6		2	flags of the value: AB_SUMMARY_COUNTS, the others reserved: 0
 *	8		4	number of arms
 *	12		4	reserved: 0
 *	16			the arms (AbArm), each of AbArmSize(columns) bytes
 *	then		the labels in the order of the arms, UTF-8 without terminator
 *				and without padding
 *	then		with AB_SUMMARY_COUNTS, from the next multiple of 8 on (bytes
 *				between are 0), the counts of rows left out, 8 bytes each: those
 *				without a variant, then of each arm those with a NaN or an
 *				infinity and its AbMissingCount(columns) others
 *
 * An arm has 16 bytes, and 16 for each of its AbMomentCount(columns) moments,
 * which are an AbDouble each: 48 bytes for one column, 96 for two.  Arms are in
 * ascending order of their labels' bytes, shorter first among equal prefixes,
 * and no label occurs twice.  There are counts if and only if one of them is
 * not zero.  So what a scan touches of a value of two arms is 128 bytes, and
 * equal contents have equal bytes.
 *
 * In memory all numbers are native; ab_summary_send() writes them in network
 * order, which is the portable form.  A version 2 would be told by its version
 * byte: this code refuses it, later code reads both.
 *
 * The state of an aggregate may also be open: with room for more arms, which
 * `room` counts.  That form never leaves the aggregates, whose final function
 * closes it, nor does any function read it: AbDatumGetSummary() closes it, too.
 *
 * * Room for two and one arm: labels stand behind the room and have room
 *	 themselves; no counts.  The second arm closes it in place.
 * * More room, a power of two: arms in the order in which they came, the counts
 *	 of all, an index of them by a hash of their labels (AB_SLOTS_PER_ARM for
 *	 each, of 2 bytes: position + 1, or 0), and the labels with room for more.
 */
typedef struct AbSummary
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint8		version;
	uint8		columns;
	uint16		flags;			/* AB_SUMMARY_COUNTS */
	uint32		arms;
	uint32		room;			/* zero unless it is open */
} AbSummary;

#define AB_SUMMARY_COUNTS		(1 << 0)

/* room of the smallest open value, which has no index */
#define AB_PAIR_ROOM			2

#define AB_SLOTS_PER_ARM		4

typedef struct AbArm
{
	int64		n;				/* rows with finite values only */
	uint32		label_offset;	/* from the start of the value */
	uint16		label_length;
	uint16		flags;			/* AB_ARM_CONTROL, 1 << 4, and those below */
	AbDouble	moments[FLEXIBLE_ARRAY_MEMBER];
} AbArm;

#define AB_ARM_BINARY(column)	(1 << (column)) /* all its values are 0 or 1 */
#define AB_ARM_ALL_BINARY(columns)	((1 << (columns)) - 1)
#define AB_ARM_OVERFLOW			(1 << 5)	/* moments exceed the range of
											 * double and are all zero */
#define AB_ARM_NONFINITE		(1 << 6)	/* its count of rows with a NaN or
											 * an infinity is not 0; only in
											 * memory and on disk */

#define AbArmSize(columns) \
	(offsetof(AbArm, moments) + AbMomentCount(columns) * sizeof(AbDouble))

/* Of an arm: rows with a NaN or an infinity, and its missing counts. */
#define AbArmCountCount(columns)	(1 + AbMissingCount(columns))

/* An arm while a summary is being put together from its parts. */
typedef struct AbSummaryPart
{
	AbArmHead	head;
	AbDouble	moments[AB_MAX_MOMENTS];
} AbSummaryPart;

extern uint16 *AbFindSlot(const AbSummary *summary, AbLabel label);
extern int	AbSearchArm(const AbSummary *summary, AbLabel label);
extern void AbMarkControl(AbSummary *summary, int position);
extern bool AbArmKnown(const AbArm *arm);
extern int64 AbUnassigned(const AbSummary *summary);
extern int64 AbArmNonfinite(const AbSummary *summary, const AbArm *arm);
extern const int64 *AbArmMissing(const AbSummary *summary, const AbArm *arm);
extern int64 AbArmRows(const AbSummary *summary, const AbArm *arm);
extern double AbArmMean(const AbSummary *summary, const AbArm *arm,
						int column);
extern double AbArmVariance(const AbSummary *summary, const AbArm *arm,
							int i, int j);
extern double AbArmSuccesses(const AbArm *arm, int column);
extern AbDouble AbQuotient(double numerator, double denominator);
extern void AbSetOverflow(uint16 *flags, AbDouble *moments, int columns);
extern AbSummary *AbAllocateSummary(int columns, int arms, Size label_bytes,
									bool has_counts);
extern AbSummaryPart AbPartOfArm(const AbSummary *summary, const AbArm *arm);
extern AbSummary *AbBuildSummary(int columns, int64 unassigned,
								 const AbSummaryPart *parts, int arms);
pg_noreturn extern void AbColumnsDiffer(int a, int b);
extern const char *AbSummaryPartFault(const AbSummaryPart *part, int columns);

/*
 * An arm of a summary that is known to have that many columns, which saves
 * looking at them where they are a constant.
 */
static inline AbArm *
AbGetArmOf(const AbSummary *summary, int columns, int i)
{
	return (AbArm *) ((char *) summary + sizeof(AbSummary) +
					  i * AbArmSize(columns));
}

static inline AbArm *
AbGetArm(const AbSummary *summary, int i)
{
	return AbGetArmOf(summary, summary->columns, i);
}

static inline AbLabel
AbArmLabel(const AbSummary *summary, const AbArm *arm)
{
	AbLabel		label;

	label.data = (const char *) summary + arm->label_offset;
	label.length = arm->label_length;
	return label;
}

/*
 * Bytes of the counts of that many arms.
 */
static inline Size
AbCountsSize(int columns, int arms)
{
	return (1 + arms * AbArmCountCount(columns)) * sizeof(int64);
}

/*
 * Is it open and has an index?
 */
static inline bool
AbIsIndexed(const AbSummary *summary)
{
	return summary->room > AB_PAIR_ROOM;
}

/*
 * Offsets in a summary that has an index.
 */
static inline Size
AbOpenCounts(const AbSummary *summary)
{
	return sizeof(AbSummary) + summary->room * AbArmSize(summary->columns);
}

static inline Size
AbOpenIndex(const AbSummary *summary)
{
	return AbOpenCounts(summary) + AbCountsSize(summary->columns, summary->room);
}

/*
 * Where the labels of a summary start.
 */
static inline Size
AbLabelsStart(const AbSummary *summary)
{
	if (AbIsIndexed(summary))
		return AbOpenIndex(summary) +
			summary->room * AB_SLOTS_PER_ARM * sizeof(uint16);
	return sizeof(AbSummary) +
		Max(summary->room, summary->arms) * AbArmSize(summary->columns);
}

static inline int
AbArmPosition(const AbSummary *summary, const AbArm *arm)
{
	return ((const char *) arm - (const char *) AbGetArm(summary, 0)) /
		AbArmSize(summary->columns);
}

/*
 * Where the labels of a summary end.
 */
static inline Size
AbLabelsEnd(const AbSummary *summary)
{
	const AbArm *last;

	if (summary->arms == 0)
		return AbLabelsStart(summary);
	last = AbGetArm(summary, summary->arms - 1);
	return last->label_offset + last->label_length;
}

/*
 * The counts of rows left out, NULL if there are none: those without a variant,
 * then those of each arm.
 */
static inline int64 *
AbSummaryCounts(const AbSummary *summary)
{
	if (!(summary->flags & AB_SUMMARY_COUNTS))
		return NULL;
	return (int64 *) ((char *) summary +
					  (AbIsIndexed(summary) ? AbOpenCounts(summary) :
					   MAXALIGN(AbLabelsEnd(summary))));
}

/*
 * Likewise, those of one arm.
 */
static inline int64 *
AbArmCounts(const AbSummary *summary, int position)
{
	int64	   *counts = AbSummaryCounts(summary);

	return counts == NULL ? NULL :
		counts + 1 + position * AbArmCountCount(summary->columns);
}

/*
 * Write the label of an arm at that offset.  Returns where it ends.
 */
static inline Size
AbSetLabel(AbSummary *summary, AbArm *arm, AbLabel label, Size offset)
{
	arm->label_offset = offset;
	arm->label_length = label.length;
	if (label.length > 0)
		memcpy((char *) summary + offset, label.data, label.length);
	return offset + label.length;
}

/*
 * ERROR 22023 unless the summary has that many columns.
 */
static inline void
AbCheckColumns(const AbSummary *summary, int columns)
{
	if (unlikely(summary->columns != columns))
		AbColumnsDiffer(summary->columns, columns);
}

/* AbLabelOf of a summary */
static inline AbLabel
AbSummaryLabel(const void *summary, int i)
{
	return AbArmLabel((const AbSummary *) summary,
					  AbGetArm((const AbSummary *) summary, i));
}

/*
 * Position of the arm with that label, or -(p + 1) where p is the position at
 * which to insert it.
 */
static inline int
AbFindArm(const AbSummary *summary, AbLabel label)
{
	int			guess = AbGuessArm(summary, summary->arms, AbSummaryLabel,
								   label);

	return likely(guess >= 0) ? guess : AbSearchArm(summary, label);
}

#endif							/* AB_VALUE_SUMMARY_H */
