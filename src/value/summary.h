/*
 * summary.h
 *	  The stored summary type and what every topic shares.
 */
#ifndef AB_VALUE_SUMMARY_H
#define AB_VALUE_SUMMARY_H

#include "postgres.h"

#include <float.h>
#include <math.h>

#include "compat.h"
#include "mb/pg_wchar.h"
#include "math/moments.h"

#define AB_MAX_VARIANTS			4096
#define AB_MAX_LABEL_LENGTH		1024	/* bytes of UTF-8 */
#define AB_MAX_OBSERVATIONS		(INT64CONST(1) << 53)	/* exact in a double */

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
 *	16			the arms (AbArm), each of AbArmSize(columns) bytes
 *	then		the labels in the order of the arms, UTF-8 without terminator
 *				and without padding
 *
 * An arm has 24 bytes and then 16 for each of its AbMomentCount(columns)
 * moments, which are an AbDouble each: 56 bytes for one column.  Arms are in
 * ascending order of their labels' bytes, shorter first among equal prefixes,
 * and no label occurs twice.  The labels are UTF-8 whatever the encoding of
 * the database (in a SQL_ASCII database: the bytes as they are), so neither
 * order nor equality depends on an encoding or a collation.
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
} AbSummary;

typedef struct AbArm
{
	int64		n;				/* rows with finite values only */
	int64		nonfinite;		/* rows with a NaN or an infinity, not in n */
	uint32		label_offset;	/* from the start of the value */
	uint16		label_length;
	uint16		flags;			/* AB_ARM_* */
	AbDouble	moments[FLEXIBLE_ARRAY_MEMBER];
} AbArm;

#define AB_ARM_BINARY(column)	(1 << (column)) /* all its values are 0 or 1 */
#define AB_ARM_ALL_BINARY(columns)	((1 << (columns)) - 1)
#define AB_ARM_CONTROL			(1 << 4)	/* named as the control arm */
#define AB_ARM_OVERFLOW			(1 << 5)	/* moments exceed the range of
											 * double and are all zero */

#define AbArmSize(columns) \
	(offsetof(AbArm, moments) + AbMomentCount(columns) * sizeof(AbDouble))

/*
 * A label, by reference into a summary or an argument.  data is NULL where
 * there is none.
 */
typedef struct AbLabel
{
	const char *data;			/* UTF-8, not terminated */
	int			length;
} AbLabel;

/* An arm while a summary is being put together from its parts. */
typedef struct AbArmParts
{
	AbLabel		label;
	int64		n;
	int64		nonfinite;
	uint16		flags;
	AbDouble	moments[AB_MAX_MOMENTS];
} AbArmParts;

static inline AbArm *
AbGetArm(const AbSummary *summary, int i)
{
	return (AbArm *) ((char *) summary + sizeof(AbSummary) +
					  i * AbArmSize(summary->columns));
}

/*
 * Mean of a column of an arm with rows.  One that is but the rounding error of
 * values which cancel is 0.
 */
static inline double
AbArmMean(const AbSummary *summary, const AbArm *arm, int column)
{
	double		mean = AbDoubleValue(arm->moments[column]);
	double		sum = AbDoubleValue(arm->moments[AbComomentIndex(summary->columns,
																 column, column)]);

	/* not squared: that would leave the range for small means */
	return fabs(mean) * sqrt((double) arm->n) <= 8 * DBL_EPSILON * sqrt(sum) ?
		0 : mean;
}

static inline AbLabel
AbArmLabel(const AbSummary *summary, const AbArm *arm)
{
	AbLabel		label;

	label.data = (const char *) summary + arm->label_offset;
	label.length = arm->label_length;
	return label;
}

static inline bool
AbLabelEquals(AbLabel a, AbLabel b)
{
	return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

/* summary.c */
extern AbSummary *AbDatumGetSummary(Datum datum);
extern int	AbLabelCompare(AbLabel a, AbLabel b);
extern AbLabel AbServerToUtf8(AbLabel string);
pg_noreturn extern void AbLabelTooLong(AbLabel label);
extern char *AbLabelToServer(AbLabel label);
extern int	AbSearchArm(const AbSummary *summary, AbLabel label);
extern int	AbFindControl(const AbSummary *summary);
extern void AbCheckVariantCount(int64 arms, int limit);
pg_noreturn extern void AbTwoControls(AbLabel a, AbLabel b);
extern AbSummary *AbBuildSummary(int columns, const AbArmParts *parts, int arms);
extern double AbArmSuccesses(const AbArm *arm, int column);
extern PGDLLEXPORT Datum ab_summary_accum2(PG_FUNCTION_ARGS);

/*
 * ERROR 22003 if that many more are too many.
 */
static inline void
AbCheckObservations(int64 count, int64 more)
{
	if (unlikely(count > AB_MAX_OBSERVATIONS - more))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many observations in one variant"),
				 errdetail("The limit is 2^53.")));
}

/*
 * Are the server's strings UTF-8, or bytes to be taken as they are?  The
 * encoding of a database does not change while a session is connected to it.
 */
static inline bool
AbServerIsUtf8(void)
{
	static int	encoding = -1;

	if (unlikely(encoding < 0))
		encoding = GetDatabaseEncoding();
	return encoding == PG_UTF8 || encoding == PG_SQL_ASCII;
}

/*
 * Position of the arm with that label, or -(p + 1) where p is the position at
 * which to insert it.
 */
static inline int
AbFindArm(const AbSummary *summary, AbLabel label)
{
	/*
	 * With two arms, guess from length and last byte without a branch: which
	 * arm comes next is random, so a branch on it would be mispredicted.  (An
	 * empty first label reads the byte before it, which is the value's own.)
	 */
	if (likely(summary->arms == 2 && label.length > 0))
	{
		const AbArm *first = AbGetArm(summary, 0);
		const char *name = (const char *) summary + first->label_offset;
		int			guess = (first->label_length != label.length) |
			(name[first->label_length - 1] != label.data[label.length - 1]);

		if (likely(AbLabelEquals(AbArmLabel(summary, AbGetArm(summary, guess)),
								 label)))
			return guess;
	}
	return AbSearchArm(summary, label);
}

/*
 * The label a text argument stands for: its UTF-8 form, in place where the
 * server's encoding agrees, else a palloc'd copy.  ERROR 54000 if too long.
 */
static inline AbLabel
AbTextGetLabel(text *t)
{
	AbLabel		label;

	label.length = VARSIZE_ANY_EXHDR(t);
	label.data = VARDATA_ANY(t);
	if (!AbServerIsUtf8())
		label = AbServerToUtf8(label);
	if (unlikely(label.length > AB_MAX_LABEL_LENGTH))
		AbLabelTooLong(label);
	return label;
}

#define AB_GETARG_SUMMARY(n)	AbDatumGetSummary(PG_GETARG_DATUM(n))

#endif							/* AB_VALUE_SUMMARY_H */
