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
 *	6		2	flags of the value, all reserved: 0
 *	8		4	number of arms
 *	12		4	reserved: 0
 *	16		8	rows without a variant, which were left out
 *	24			the arms (AbArm), each of AbArmSize(columns) bytes
 *	then		the labels in the order of the arms, UTF-8 without terminator
 *				and without padding
 *
 * An arm has 24 bytes, 16 for each of its AbMomentCount(columns) moments,
 * which are an AbDouble each, and 8 for each of its AbMissingCount(columns)
 * counts of rows left out: 64 bytes for one column, 128 for two.  Arms are in
 * ascending order of their labels' bytes, shorter first among equal prefixes,
 * and no label occurs twice.
 *
 * In memory all numbers are native; ab_summary_send() writes them in network
 * order, which is the portable form.  A version 2 would be told by its version
 * byte: this code refuses it, later code reads both.
 */
typedef struct AbSummary
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint8		version;
	uint8		columns;
	uint16		flags;			/* reserved, always zero */
	uint32		arms;
	uint32		reserved;		/* always zero */
	int64		unassigned;		/* rows without a variant, in no arm */
} AbSummary;

typedef struct AbArm
{
	int64		n;				/* rows with finite values only */
	int64		nonfinite;		/* rows with a NaN or an infinity, not in n */
	uint32		label_offset;	/* from the start of the value */
	uint16		label_length;
	uint16		flags;			/* AB_ARM_CONTROL, 1 << 4, and those below */
	AbDouble	moments[FLEXIBLE_ARRAY_MEMBER];
	/* then the counts of rows left out: AbArmMissing() */
} AbArm;

#define AB_ARM_BINARY(column)	(1 << (column)) /* all its values are 0 or 1 */
#define AB_ARM_ALL_BINARY(columns)	((1 << (columns)) - 1)
#define AB_ARM_OVERFLOW			(1 << 5)	/* moments exceed the range of
											 * double and are all zero */

#define AbArmSize(columns) \
	(offsetof(AbArm, moments) + AbMomentCount(columns) * sizeof(AbDouble) + \
	 AbMissingCount(columns) * sizeof(int64))

/* An arm while a summary is being put together from its parts. */
typedef struct AbSummaryPart
{
	AbArmHead	head;
	AbDouble	moments[AB_MAX_MOMENTS];
} AbSummaryPart;

extern AbSummary *AbDatumGetSummary(Datum datum);
extern int	AbSearchArm(const AbSummary *summary, AbLabel label);
extern void AbMarkControl(AbSummary *summary, int position);
extern bool AbArmKnown(const AbArm *arm);
extern int64 AbArmRows(const AbArm *arm);
extern double AbArmMean(const AbSummary *summary, const AbArm *arm,
						int column);
extern double AbArmVariance(const AbSummary *summary, const AbArm *arm,
							int i, int j);
extern double AbArmSuccesses(const AbArm *arm, int column);
extern AbDouble AbQuotient(double numerator, double denominator);
extern void AbSetOverflow(uint16 *flags, AbDouble *moments, int columns);
extern void AbAddEqualRows(AbArm *arm, double value, int64 rows);
extern AbSummary *AbNewSummary(int columns, int64 unassigned);
extern AbSummaryPart AbPartOfArm(const AbSummary *summary, const AbArm *arm);
extern AbSummary *AbBuildSummary(int columns, int64 unassigned,
								 const AbSummaryPart *parts, int arms);
extern AbSummary *AbInsertArm(const AbSummary *old, int columns,
							  AbLabel label, int position);
pg_noreturn extern void AbColumnsDiffer(int a, int b);
extern AbSummary *AbMergeSummaries(AbSummary *summary,
								   const AbSummary *other);
extern const char *AbSummaryPartFault(const AbSummaryPart *part, int columns);

#define AB_GETARG_SUMMARY(n)	AbDatumGetSummary(PG_GETARG_DATUM(n))

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

/*
 * The counts of the rows of an arm that were left out; see label.h.
 */
static inline int64 *
AbArmMissing(const AbArm *arm, int columns)
{
	return (int64 *) (arm->moments + AbMomentCount(columns));
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
