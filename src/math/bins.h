/*
 * bins.h
 *	  A sorted map from values to counts, exact or to a number of significand
 *	  bits.
 *
 * Pure C: no PostgreSQL header.
 *
 * A value is kept as a key: the bits of its magnitude as a whole number,
 * negated for a negative value.  Keys are in the order of the values; zero has
 * one key, and so has each subnormal.  To keep b bits is to clear every bit of
 * the magnitude behind its leading one and the b next to it.  The bin is then
 * [key, key + width) away from zero, of relative width 2^-b at most, and
 * clearing to fewer bits later gives what clearing to them at once gives.
 */
#ifndef AB_MATH_BINS_H
#define AB_MATH_BINS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* bits of the smallest normal double: below it there is no leading one */
#define AB_FIRST_NORMAL	(INT64_C(1) << 52)

/* significand bits of a double behind the leading one */
#define AB_EXACT_BITS	52

/*
 * Distinct values, over all arms, up to which every value is kept exactly.
 * 2^16 leaves 10 bits wherever the data span 16 octaves, on both sides of zero
 * (2 * 17 * 2^10 bins and 1), 12 bits for 15 octaves of positive values, and
 * milliseconds exact up to a minute.
 */
#define AB_MAX_VALUES	65536

/*
 * Bins of all arms together, so that memory is bounded with many arms, too.
 * With no bit behind the leading one an arm has at most 2 * 2098 + 1 bins,
 * so that many arms always fit.
 */
#define AB_MAX_BINS	4194304

typedef struct AbBin
{
	int64_t		key;
	int64_t		count;			/* > 0 */
} AbBin;

/* The bins of one arm, in ascending order. */
typedef struct AbBins
{
	AbBin	   *bins;
	int			count;
	int			bits;			/* AB_EXACT_BITS: each bin is one value */
	int64_t		n;				/* sum of the counts */
	double		min;			/* smallest and largest value, exactly */
	double		max;
} AbBins;

extern double AbValueOfKey(int64_t key);
extern int	AbTruncateBins(AbBin *bins, int count, int bits);
extern int	AbMergeBins(AbBin *result, const AbBin *a, int a_count,
						const AbBin *b, int b_count);
extern int	AbAscendingBins(const AbBin *bins, int count);
extern int	AbSortBins(AbBin *bins, AbBin *scratch, int count);

extern double AbBinLow(const AbBins *bins, int i);
extern double AbBinHigh(const AbBins *bins, int i);
extern double AbBinMiddle(const AbBins *bins, int i);
extern double AbBinsQuantile(const AbBins *bins, double q);

extern size_t AbBinsEncodedSize(const AbBin *bins, int count);
extern unsigned char *AbBinsEncode(const AbBin *bins, int count,
								   unsigned char *out);
extern const char *AbBinsDecode(const unsigned char *in,
								const unsigned char *end, AbBin *bins,
								int count, const unsigned char **after);

/*
 * The key of a finite value.  Both zeros have the key 0.
 */
static inline int64_t
AbKeyOfValue(double value)
{
	double		magnitude = fabs(value);
	int64_t		key;

	memcpy(&key, &magnitude, sizeof(key));
	return value < 0 ? -key : key;
}

/*
 * How many low bits of a magnitude > 0 lie behind its leading one and the
 * `bits` next to it; not positive if none.
 */
static inline int
AbDroppedBits(int64_t magnitude, int bits)
{
	return (magnitude >= AB_FIRST_NORMAL ? 52 :
			63 - __builtin_clzll((unsigned long long) magnitude)) - bits;
}

/*
 * The key of the bin, at that many bits, to which a key belongs.
 */
static inline int64_t
AbTruncateKey(int64_t key, int bits)
{
	int64_t		magnitude = key < 0 ? -key : key;
	int			dropped;

	if (magnitude == 0)
		return 0;
	dropped = AbDroppedBits(magnitude, bits);
	if (dropped > 0)
		magnitude = magnitude >> dropped << dropped;
	return key < 0 ? -magnitude : magnitude;
}

/*
 * The smallest number of bits at which two different keys belong to different
 * bins.
 */
static inline int
AbBitsToDiffer(int64_t a, int64_t b)
{
	int64_t		difference;
	int			lead;

	if (a == 0 || b == 0 || (a < 0) != (b < 0))
		return 0;
	a = a < 0 ? -a : a;
	b = b < 0 ? -b : b;
	lead = AbDroppedBits(a, 0);
	if (a >> lead != b >> lead || lead != AbDroppedBits(b, 0))
		return 0;				/* in different octaves */
	difference = a ^ b;
	return lead - (63 - __builtin_clzll((unsigned long long) difference));
}

#endif							/* AB_MATH_BINS_H */
