/*
 * label.h
 *	  What the arms of both stored types have in common: their variants' names,
 *	  their rows and the mark of the control.
 *
 * Labels are UTF-8 whatever the encoding of the database (in a SQL_ASCII
 * database: the bytes as they are), so neither their order nor their equality
 * depends on an encoding or a collation.
 */
#ifndef AB_VALUE_LABEL_H
#define AB_VALUE_LABEL_H

#include "postgres.h"

#include "compat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#define AB_MAX_LABEL_LENGTH		1024	/* bytes of UTF-8 */
#define AB_MAX_OBSERVATIONS		(INT64CONST(1) << 53)	/* exact in a double */

/* the flag of an arm, of either type, that was named as the control */
#define AB_ARM_CONTROL			(1 << 4)

/* label of the only arm of an aggregate of pairs */
#define AB_PAIRS_LABEL			"pairs"

/*
 * Rows of a variant that were left out are counted by what they lacked.  Of
 * one column there is one count.  Of k columns there are k + 1: rows whose
 * first NULL is that column but that have some value, and behind those the
 * rows that have none.
 */
#define AB_MAX_MISSING			5
#define AbMissingCount(columns)	((columns) == 1 ? 1 : (columns) + 1)

/*
 * A label, by reference into a value, an argument or a message.  data is NULL
 * where there is none.
 */
typedef struct AbLabel
{
	const char *data;			/* UTF-8, not terminated */
	int			length;
} AbLabel;

/*
 * What the arm of a value of either type begins with while the value is being
 * put together from its parts.
 */
typedef struct AbArmHead
{
	AbLabel		label;
	int64		n;				/* rows with finite values only */
	int64		nonfinite;		/* rows with a NaN or an infinity, not in n */
	uint16		flags;			/* AB_ARM_CONTROL and those of the type */
	int64		missing[AB_MAX_MISSING];	/* rows left out, not in n */
} AbArmHead;

/*
 * Fetch the cache lines of so many bytes behind the first, which is wanted at
 * once.  Which of them are needed turns out one after the other, and where the
 * state is one of many groups' each would be waited for.
 */
static pg_attribute_always_inline void
AbPrefetchBehind(const void *start, Size size)
{
	const Size	cache_line = 64;

	for (Size i = cache_line; i < size; i += cache_line)
		__builtin_prefetch((const char *) start + i);
}

/*
 * How the functions below reach the arms of a type: the label and the flags of
 * the i-th of them.  They are constants where those functions are inlined.
 */
typedef AbLabel (*AbLabelOf) (const void *arms, int i);
typedef uint16 *(*AbFlagsOf) (const void *arms, int i);

extern AbLabel AbServerToUtf8(AbLabel string);
extern char *AbLabelToServer(AbLabel label);
pg_noreturn extern void AbLabelTooLong(AbLabel label);
extern void AbCheckVariantCount(int64 arms, int limit);
pg_noreturn extern void AbTooManyObservations(void);
pg_noreturn extern void AbTwoControls(AbLabel a, AbLabel b);
extern const char *AbArmHeadsFault(const void *parts, Size size, int count);

static inline bool
AbLabelEquals(AbLabel a, AbLabel b)
{
	return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

/*
 * Order of labels: by bytes, a prefix first.  Never a collation: the support
 * functions of an aggregate may be called without one.
 */
static inline int
AbLabelCompare(AbLabel a, AbLabel b)
{
	int			order = memcmp(a.data, b.data, Min(a.length, b.length));

	return order != 0 ? order : a.length - b.length;
}

/*
 * Are the server's strings UTF-8, or bytes to be taken as they are?  The
 * encoding of a database does not change while a session is connected to it.
 */
static inline bool
AbServerIsUtf8(void)
{
	static bool is_known = false;
	static bool is_utf8 = false;

	if (likely(is_utf8))
		return true;
	if (!is_known)
	{
		int			encoding = GetDatabaseEncoding();

		is_utf8 = encoding == PG_UTF8 || encoding == PG_SQL_ASCII;
		is_known = true;
	}
	return is_utf8;
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

/*
 * Is a text all there, neither out of line nor compressed?  (A pointer to one
 * that is out of line counts as short, too.)
 */
static inline bool
AbTextIsPlain(const text *t)
{
	return VARATT_IS_SHORT(t) ? !VARATT_IS_EXTERNAL(t) : VARATT_IS_4B_U(t);
}

/*
 * AbTextGetLabel() of an argument of type text that is not NULL.  For the hot
 * paths: without a call where the text is plain.
 */
static inline AbLabel
AbDatumGetLabel(Datum datum)
{
	text	   *t = (text *) DatumGetPointer(datum);

	if (unlikely(!AbTextIsPlain(t)))
		t = pg_detoast_datum_packed(t);
	return AbTextGetLabel(t);
}

/*
 * Has a number one or two digits?
 */
static inline bool
AbIsShortNumber(int64 variant)
{
	return variant >= 0 && variant < 100;
}

/*
 * The labels of variants that are numbers or booleans are those numbers' and
 * booleans' text.  Of a short number it is a constant: to read what has just
 * been written, byte by byte, would take longer than all the rest.
 */
static pg_attribute_always_inline AbLabel
AbShortNumberLabel(int64 variant)
{
	static const char two_digits[] =
		"00010203040506070809101112131415161718192021222324"
		"25262728293031323334353637383940414243444546474849"
		"50515253545556575859606162636465666768697071727374"
		"75767778798081828384858687888990919293949596979899";
	AbLabel		label;

	label.length = variant < 10 ? 1 : 2;
	label.data = two_digits + 2 * variant + (2 - label.length);
	return label;
}

/*
 * That of any number, whose text is written to `digits` if it is longer.
 */
static inline AbLabel
AbBigintLabel(int64 variant, char digits[MAXINT8LEN + 1])
{
	AbLabel		label;

	if (likely(AbIsShortNumber(variant)))
		return AbShortNumberLabel(variant);
	label.length = pg_lltoa(variant, digits);
	label.data = digits;
	return label;
}

static inline AbLabel
AbBooleanLabel(bool variant)
{
	AbLabel		label;

	label.data = variant ? "true" : "false";
	label.length = variant ? 4 : 5;
	return label;
}

#define AB_GETARG_LABEL(n)	AbDatumGetLabel(PG_GETARG_DATUM(n))

/*
 * AbDatumGetLabel() where there is nothing to fetch, to decompress, to convert
 * or to refuse; else a label of length -1.  For a path that calls nothing.
 */
static pg_attribute_always_inline AbLabel
AbPlainLabel(Datum datum)
{
	char	   *t = DatumGetPointer(datum);
	AbLabel		label = {NULL, -1};

	if (unlikely(!AbServerIsUtf8()))
		return label;
	if (likely(VARATT_IS_SHORT(t)))
	{
		/* of a pointer to a text out of line the size is 0, the length -1 */
		label.length = (int) VARSIZE_SHORT(t) - (int) VARHDRSZ_SHORT;
		label.data = VARDATA_SHORT(t);
	}
	else if (VARATT_IS_4B_U(t) && VARSIZE(t) <= VARHDRSZ + AB_MAX_LABEL_LENGTH)
	{
		label.length = VARSIZE(t) - VARHDRSZ;
		label.data = VARDATA(t);
	}
	return label;
}

/*
 * Position of the arm with that label if there are two arms, as there nearly
 * always are, and it is one of them; else -1.
 *
 * It is guessed from length and last byte without a branch: which arm comes
 * next is random, so a branch on it would be mispredicted.
 */
static pg_attribute_always_inline int
AbGuessArm(const void *arms, int count, AbLabelOf label_of, AbLabel label)
{
	if (likely(count == 2 && label.length > 0))
	{
		AbLabel		first = label_of(arms, 0);

		if (likely(first.length > 0))
		{
			int			guess = (first.length != label.length) |
				(first.data[first.length - 1] != label.data[label.length - 1]);

			if (likely(AbLabelEquals(label_of(arms, guess), label)))
				return guess;
		}
	}
	return -1;
}

/*
 * Position of the arm with that label, or -(p + 1) where p is the position at
 * which to insert it, by bisection.
 */
static pg_attribute_always_inline int
AbBisectArms(const void *arms, int count, AbLabelOf label_of, AbLabel label)
{
	int			low = 0;
	int			high = count;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = AbLabelCompare(label_of(arms, middle), label);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -(low + 1);
}

/*
 * Mark the arm at that position as the control.  ERROR 22023 if another one
 * is.
 */
static pg_attribute_always_inline void
AbMarkArm(const void *arms, int count, AbLabelOf label_of, AbFlagsOf flags_of,
		  int position)
{
	uint16	   *flags = flags_of(arms, position);

	if (likely(*flags & AB_ARM_CONTROL))
		return;
	for (int i = 0; i < count; i++)
		if (*flags_of(arms, i) & AB_ARM_CONTROL)
			AbTwoControls(label_of(arms, i), label_of(arms, position));
	*flags |= AB_ARM_CONTROL;
}

/*
 * ERROR 22003 if that many more are too many.
 */
static inline void
AbCheckObservations(int64 count, int64 more)
{
	if (unlikely(count > AB_MAX_OBSERVATIONS - more))
		AbTooManyObservations();
}

/*
 * *count += more.  ERROR 22003 if that is too many.
 */
static inline void
AbCountRows(int64 *count, int64 more)
{
	AbCheckObservations(*count, more);
	*count += more;
}

/*
 * The sum of that many counts of rows left out.
 */
static inline int64
AbAllMissing(const int64 *missing, int count)
{
	int64		all = 0;

	for (int i = 0; i < count; i++)
		all += missing[i];
	return all;
}

/*
 * Which of the missing counts a row of that many columns belongs to; -1 if
 * none of its columns is NULL.
 */
static inline int
AbMissingReason(const bool *nulls, int columns)
{
	int			first = -1;
	int			count = 0;

	for (int i = columns - 1; i >= 0; i--)
		if (nulls[i])
		{
			first = i;
			count++;
		}
	return columns > 1 && count == columns ? columns : first;
}

/*
 * A hash of a label, for an index in memory: it depends on the machine.
 */
static inline uint64
AbHashLabel(AbLabel label)
{
	/* 2^64 divided by the golden ratio */
	const uint64 multiplier = UINT64CONST(0x9E3779B97F4A7C15);
	const char *data = label.data;
	uint64		hash = label.length;
	uint64		word;
	uint32		half;
	int			left = label.length;

	for (; left >= (int) sizeof(word); left -= sizeof(word))
	{
		memcpy(&word, data, sizeof(word));
		hash = (hash ^ word) * multiplier;
		hash ^= hash >> 32;
		data += sizeof(word);
	}
	word = 0;
	/* two halves that may overlap */
	if (left >= (int) sizeof(half))
	{
		memcpy(&half, data, sizeof(half));
		word = (uint64) half << 32;
		memcpy(&half, data + left - sizeof(half), sizeof(half));
		word |= half;
	}
	else
		for (; left > 0; left--)
			word = word << 8 | (unsigned char) *data++;
	/* a product's low bits, which an index takes, know nothing of high ones */
	hash = (hash ^ word) * multiplier;
	hash = (hash ^ hash >> 32) * multiplier;
	return hash ^ hash >> 32;
}

#endif							/* AB_VALUE_LABEL_H */
