/*
 * bins.c
 *	  A sorted map from values to counts, exact or to a number of significand
 *	  bits.
 *
 * Cells are collected unsorted, sorted by the bits of their keys and merged
 * into the map many at a time, so that a cell costs no search.
 *
 * References:
 *	D. E. Knuth, The Art of Computer Programming, vol. 3, 5.2.5 (radix
 *	sorting), 5.2.4 (merging).
 *	R. J. Hyndman, Y. Fan, Sample Quantiles in Statistical Packages, American
 *	Statistician 50 (1996), 361-365 (definition 7, percentile_cont's).
 */
#include "math/bins.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define INFINITY_KEY	(INT64_C(0x7FF) << 52)

/* shorter arrays are sorted by insertion */
#define INSERTION_SORT	32

/* runs of bins that are merged rather than sorted */
#define FEW_RUNS		4

/*
 * The value of a key, toward zero the first one of its bin.
 */
double
AbValueOfKey(int64_t key)
{
	int64_t		bits = key < 0 ? -key : key;
	double		magnitude;

	memcpy(&magnitude, &bits, sizeof(magnitude));
	return key < 0 ? -magnitude : magnitude;
}

/*
 * Keep that many bits of the bins' keys, in place.  Returns the number of
 * bins that are left.
 */
int
AbTruncateBins(AbBin *bins, int count, int bits)
{
	int			left = 0;

	for (int i = 0; i < count; i++)
	{
		int64_t		key = AbTruncateKey(bins[i].key, bits);

		if (left > 0 && bins[left - 1].key == key)
			bins[left - 1].count += bins[i].count;
		else
		{
			bins[left].key = key;
			bins[left].count = bins[i].count;
			left++;
		}
	}
	return left;
}

/*
 * Merge two maps; result has room for both and overlaps neither.  Returns the
 * number of its bins.
 *
 * Which of two keys is the smaller one is random, so there is no branch on it.
 */
int
AbMergeBins(AbBin *result, const AbBin *a, int a_count,
			const AbBin *b, int b_count)
{
	const AbBin *a_end = a + a_count;
	const AbBin *b_end = b + b_count;
	AbBin	   *out = result;

	while (a < a_end && b < b_end)
	{
		int64_t		a_key = a->key;
		int64_t		b_key = b->key;
		int64_t		from_a = a_key <= b_key;
		int64_t		from_b = b_key <= a_key;

		out->key = from_a ? a_key : b_key;
		out->count = (a->count & -from_a) + (b->count & -from_b);
		a += from_a;
		b += from_b;
		out++;
	}
	memcpy(out, a, (a_end - a) * sizeof(AbBin));
	out += a_end - a;
	memcpy(out, b, (b_end - b) * sizeof(AbBin));
	out += b_end - b;
	return (int) (out - result);
}

/*
 * How many bins, from the first one on, are in ascending order and different.
 */
int
AbAscendingBins(const AbBin *bins, int count)
{
	int			run = count > 0;

	while (run < count && bins[run - 1].key < bins[run].key)
		run++;
	return run;
}

/*
 * Add up the counts of one key in sorted bins, in place.  Returns the number of
 * bins that are left.
 */
static int
AddUpBins(AbBin *bins, int count)
{
	int			left = 0;

	for (int i = 1; i < count; i++)
	{
		if (bins[left].key == bins[i].key)
			bins[left].count += bins[i].count;
		else
			bins[++left] = bins[i];
	}
	return count > 0 ? left + 1 : 0;
}

/*
 * Sort a few bins where they are.
 */
static inline void
InsertBins(AbBin *bins, int count)
{
	for (int i = 1; i < count; i++)
	{
		AbBin		bin = bins[i];
		int			j = i;

		for (; j > 0 && bins[j - 1].key > bin.key; j--)
			bins[j] = bins[j - 1];
		bins[j] = bin;
	}
}

/*
 * Sort at least one bin by the highest 24 bits in which they differ, least
 * significant byte first, and what is then not in order yet by itself.
 */
static void
SortBinsByBits(AbBin *bins, AbBin *scratch, int count)
{
	AbBin	   *from = bins;
	AbBin	   *to = scratch;
	int64_t		min = bins[0].key;
	int64_t		max = bins[0].key;
	uint64_t	range;
	int			shift;
	int			done = 0;

	for (int i = 1; i < count; i++)
	{
		min = bins[i].key < min ? bins[i].key : min;
		max = bins[i].key > max ? bins[i].key : max;
	}
	range = (uint64_t) max - (uint64_t) min;
	if (range == 0)
		return;
	shift = 40 - __builtin_clzll(range);
	shift = shift > 0 ? shift : 0;

	for (int byte = shift; byte < shift + 24 && range >> byte != 0; byte += 8)
	{
		uint32_t	start[256] = {0};
		uint32_t	sum = 0;
		AbBin	   *swap = from;

		for (int i = 0; i < count; i++)
			start[((uint64_t) from[i].key - (uint64_t) min) >> byte & 0xFF]++;
		for (int i = 0; i < 256; i++)
		{
			uint32_t	here = start[i];

			start[i] = sum;
			sum += here;
		}
		for (int i = 0; i < count; i++)
			to[start[((uint64_t) from[i].key - (uint64_t) min) >> byte & 0xFF]++] =
				from[i];
		from = to;
		to = swap;
	}
	if (from != bins)
		memcpy(bins, from, count * sizeof(AbBin));

	while (done < count && shift > 0)
	{
		uint64_t	high = ((uint64_t) bins[done].key - (uint64_t) min) >> shift;
		int			end = done + 1;

		while (end < count &&
			   ((uint64_t) bins[end].key - (uint64_t) min) >> shift == high)
			end++;
		if (end - done > INSERTION_SORT)
			SortBinsByBits(bins + done, scratch, end - done);
		else
			InsertBins(bins + done, end - done);
		done = end;
	}
}

/*
 * Sort bins and add up those of one key; scratch has room for as many.  Returns
 * the number of bins that are left.
 *
 * A few runs that ascend are merged, neighbour with neighbour; many are not
 * worth looking for.
 */
int
AbSortBins(AbBin *bins, AbBin *scratch, int count)
{
	AbBin	   *from = bins;
	AbBin	   *to = scratch;
	int			runs = 0;

	for (int i = 0; i < count && runs <= FEW_RUNS; runs++)
		i += AbAscendingBins(bins + i, count - i);
	if (runs > FEW_RUNS)
	{
		SortBinsByBits(bins, scratch, count);
		return AddUpBins(bins, count);
	}
	while (AbAscendingBins(from, count) < count)
	{
		AbBin	   *swap = from;
		int			left = 0;

		for (int done = 0; done < count;)
		{
			const AbBin *a = from + done;
			int			a_count = AbAscendingBins(a, count - done);
			const AbBin *b = a + a_count;
			int			b_count = AbAscendingBins(b, count - done - a_count);

			left += AbMergeBins(to + left, a, a_count, b, b_count);
			done += a_count + b_count;
		}
		count = left;
		from = to;
		to = swap;
	}
	if (from != bins)
		memcpy(bins, from, count * sizeof(AbBin));
	return count;
}

/* ----------------------------------------------------------------------
 * Values
 * ----------------------------------------------------------------------
 */

/*
 * The end of a bin that is further from zero; the value itself if the bin
 * holds one value only.
 */
static double
FarEnd(int64_t key, int bits)
{
	int64_t		magnitude = key < 0 ? -key : key;
	int			dropped = magnitude == 0 ? 0 : AbDroppedBits(magnitude, bits);

	if (dropped <= 0)
		return AbValueOfKey(key);
	magnitude += INT64_C(1) << dropped;
	/* the last bin of all ends where infinity begins */
	if (magnitude >= INFINITY_KEY)
		magnitude = INFINITY_KEY - 1;
	return AbValueOfKey(key < 0 ? -magnitude : magnitude);
}

/*
 * The lowest value that can be in the bin.
 */
double
AbBinLow(const AbBins *bins, int i)
{
	int64_t		key = bins->bins[i].key;

	return fmax(key < 0 ? FarEnd(key, bins->bits) : AbValueOfKey(key),
				bins->min);
}

/*
 * What all values of the bin are at most.
 */
double
AbBinHigh(const AbBins *bins, int i)
{
	int64_t		key = bins->bins[i].key;

	return fmin(key < 0 ? AbValueOfKey(key) : FarEnd(key, bins->bits),
				bins->max);
}

/*
 * The value that stands for all of the bin.
 */
double
AbBinMiddle(const AbBins *bins, int i)
{
	double		low = AbBinLow(bins, i);

	return low + (AbBinHigh(bins, i) - low) / 2;
}

/*
 * The k-th of the bin's rows, 0 < k <= count.  Rows of a bin of several
 * values are taken to be spread evenly over it.
 */
static double
RowOfBin(const AbBins *bins, int i, int64_t k)
{
	double		low = AbBinLow(bins, i);

	/* beyond 2^53 rows of several arms k may have been rounded up */
	return low + (AbBinHigh(bins, i) - low) *
		fmin((k - 0.5) / bins->bins[i].count, 1);
}

/*
 * The quantile q, in [0, 1], of at least one row: as percentile_cont has it,
 * between the rows at floor and ceil of q (n - 1).
 */
double
AbBinsQuantile(const AbBins *bins, double q)
{
	double		place = q * (double) (bins->n - 1);
	int64_t		first = (int64_t) floor(place);
	int64_t		before = 0;
	int			i = 0;
	double		low;
	double		high;
	double		share;

	while (i < bins->count - 1 && before + bins->bins[i].count <= first)
		before += bins->bins[i++].count;
	low = RowOfBin(bins, i, first - before + 1);
	share = place - (double) first;
	if (!(share > 0))
		return low;
	if (first - before + 1 < bins->bins[i].count)
		high = RowOfBin(bins, i, first - before + 2);
	else
		high = i + 1 < bins->count ? RowOfBin(bins, i + 1, 1) : low;
	if (!isfinite(high - low))
		return low * (1 - share) + high * share;
	return low + share * (high - low);
}

/* ----------------------------------------------------------------------
 * Stored form
 *
 * A byte with the number of low bits that are zero in all keys, which are not
 * stored; then for each bin its distance to the one before (for the first the
 * key itself, zigzag coded) and its count, both as numbers of 7 bits a byte,
 * lowest first, the highest bit saying that more follow.
 * ----------------------------------------------------------------------
 */

static int
CommonZeros(const AbBin *bins, int count)
{
	uint64_t	all = 0;

	for (int i = 0; i < count; i++)
		all |= (uint64_t) bins[i].key;
	return all == 0 ? 0 : __builtin_ctzll(all);
}

static inline unsigned char *
PutNumber(unsigned char *out, uint64_t number)
{
	while (number >= 0x80)
	{
		*out++ = (unsigned char) (number | 0x80);
		number >>= 7;
	}
	*out++ = (unsigned char) number;
	return out;
}

static inline size_t
NumberSize(uint64_t number)
{
	size_t		size = 1;

	while (number >= 0x80)
	{
		size++;
		number >>= 7;
	}
	return size;
}

/*
 * What is stored for the key of a bin.
 */
static inline uint64_t
KeyNumber(const AbBin *bins, int i, int zeros)
{
	int64_t		key = bins[i].key >> zeros;

	if (i == 0)
		return (uint64_t) key << 1 ^ (uint64_t) (key >> 63);
	return (uint64_t) key - (uint64_t) (bins[i - 1].key >> zeros);
}

/*
 * Bytes that AbBinsEncode() writes.
 */
size_t
AbBinsEncodedSize(const AbBin *bins, int count)
{
	int			zeros = CommonZeros(bins, count);
	size_t		size = 1;

	for (int i = 0; i < count; i++)
		size += NumberSize(KeyNumber(bins, i, zeros)) +
			NumberSize((uint64_t) bins[i].count);
	return size;
}

/*
 * Write the bins; returns the place behind them.
 */
unsigned char *
AbBinsEncode(const AbBin *bins, int count, unsigned char *out)
{
	int			zeros = CommonZeros(bins, count);

	*out++ = (unsigned char) zeros;
	for (int i = 0; i < count; i++)
	{
		out = PutNumber(out, KeyNumber(bins, i, zeros));
		out = PutNumber(out, (uint64_t) bins[i].count);
	}
	return out;
}

/*
 * Read a number.  Returns whether there is one, written with no byte more than
 * it takes.
 */
static bool
GetNumber(const unsigned char **in, const unsigned char *end,
		  uint64_t *number)
{
	const unsigned char *p = *in;
	uint64_t	value = 0;

	for (int shift = 0; shift < 64 && p < end; shift += 7)
	{
		unsigned char byte = *p++;

		if (shift == 63 && byte > 1)
			return false;
		value |= (uint64_t) (byte & 0x7F) << shift;
		if (byte < 0x80)
		{
			*in = p;
			*number = value;
			return byte != 0 || shift == 0;
		}
	}
	return false;
}

/*
 * The number in up to 8 bytes without their highest bits, lowest first.
 */
static inline uint64_t
JoinBytes(uint64_t bytes)
{
	/* most are short */
	if (bytes < 0x10000)
		return (bytes & 0x7F) | (bytes & 0x7F00) >> 1;
	/* close the gaps between 8 numbers of 7 bits, 4 of 14, 2 of 28 */
	bytes = (bytes & UINT64_C(0x007F007F007F007F)) |
		(bytes & UINT64_C(0x7F007F007F007F00)) >> 1;
	bytes = (bytes & UINT64_C(0x00003FFF00003FFF)) |
		(bytes & UINT64_C(0x3FFF00003FFF0000)) >> 2;
	return (bytes & UINT64_C(0x0FFFFFFF)) |
		(bytes & UINT64_C(0x0FFFFFFF00000000)) >> 4;
}

/*
 * Read the two numbers of a bin as GetNumber() does.
 *
 * Their lengths are random, so where both are in the next 8 bytes they are
 * taken out of them without a branch on it.
 */
static inline bool
GetNumbers(const unsigned char **in, const unsigned char *end,
		   uint64_t *first, uint64_t *second)
{
	const uint64_t highest = UINT64_C(0x8080808080808080);

	if (end - *in >= 8)
	{
		uint64_t	bytes;
		uint64_t	ends;
		uint64_t	later_ends;

		memcpy(&bytes, *in, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		bytes = __builtin_bswap64(bytes);
#endif
		ends = ~bytes & highest;
		if ((ends & 0x8080) == 0x8080)
		{
			*first = bytes & 0x7F;
			*second = bytes >> 8 & 0x7F;
			*in += 2;
			return true;
		}
		later_ends = ends & (ends - 1);
		if (later_ends != 0)
		{
			int			first_bits = __builtin_ctzll(ends) + 1;
			int			bits = __builtin_ctzll(later_ends) + 1;
			uint64_t	a = bytes & (ends ^ (ends - 1));
			uint64_t	b = (bytes & (later_ends ^ (later_ends - 1))) >> first_bits;

			/* a last byte of zero is one that it does not take */
			if ((first_bits > 8 && a >> (first_bits - 8) == 0) ||
				(bits - first_bits > 8 && b >> (bits - first_bits - 8) == 0))
				return false;
			*first = JoinBytes(a);
			*second = JoinBytes(b);
			*in += bits / 8;
			return true;
		}
	}
	return GetNumber(in, end, first) && GetNumber(in, end, second);
}

/*
 * Read that many bins.  Returns NULL and where they end, or a sentence saying
 * why these bytes are not what AbBinsEncode() writes.
 */
const char *
AbBinsDecode(const unsigned char *in, const unsigned char *end,
			 AbBin *bins, int count, const unsigned char **after)
{
	static const char fault[] = "The bins of an arm are damaged.";
	int64_t		key = 0;
	uint64_t	all = 0;
	int			zeros;

	if (in >= end || *in >= 63)
		return fault;
	zeros = *in++;
	for (int i = 0; i < count; i++)
	{
		const int64_t largest = (INFINITY_KEY - 1) >> zeros;
		uint64_t	number;
		uint64_t	rows;

		if (!GetNumbers(&in, end, &number, &rows))
			return fault;
		if (i == 0)
			key = (int64_t) (number >> 1 ^ -(number & 1));
		else if (number == 0 || number > (uint64_t) largest - (uint64_t) key)
			return fault;
		else
			key = (int64_t) ((uint64_t) key + number);
		if (key > largest || key < -largest ||
			rows == 0 || rows > INT64_MAX)
			return fault;
		all |= (uint64_t) key;
		bins[i].key = (int64_t) ((uint64_t) key << zeros);
		bins[i].count = (int64_t) rows;
	}
	/* all zeros that the keys have in common must have been left out */
	if (all == 0 ? zeros != 0 : (all & 1) == 0)
		return fault;
	*after = in;
	return NULL;
}
