/*
 * bins_index.c
 *	  Finding bins by their keys without a search: hash tables beside the sorted
 *	  maps of bins.h.
 *
 * Rows and cells whose bins are there already are counted at once; only those
 * that are new need sorting and merging.
 *
 * References:
 *	D. E. Knuth, The Art of Computer Programming, vol. 3, 6.4 (open addressing
 *	with linear probing).
 *	S. Vigna, D. Stafford's variants of the mixing function of MurmurHash3.
 */
#include "math/bins_index.h"

#include <string.h>

/* no key: farther from zero than infinity's would be */
#define NO_KEY	INT64_MIN

/*
 * Index: keys whose distance is the usual one lie 2^shift apart.  BLOCK of them
 * that follow each other have slots that do, so that cells that come in order
 * find their bins in order.  The steps after a slot that is taken lead to the
 * next block, which by and large is another's, and by and by to all slots.
 */
#define BLOCK_LOG	6
#define STEP		((UINT32_C(1) << BLOCK_LOG) + 1)

/* steps a bin, on average, past which keys are scattered one by one instead */
#define MOST_STEPS	4

/* distances that are looked at for the usual one */
#define SAMPLE		32

/* keys that are sought together */
#define BATCH		32

/*
 * All bits of a number mixed into the highest 32: keys differ in their high
 * bits, in their low bits or in both.
 */
static inline uint32_t
Scatter(uint64_t h)
{
	h = (h ^ h >> 32) * UINT64_C(0xBF58476D1CE4E5B9);
	h = (h ^ h >> 29) * UINT64_C(0x94D049BB133111EB);
	return (uint32_t) (h >> 32);
}

/*
 * The slot at which to look first, to be taken modulo their number.
 */
static inline uint32_t
FirstSlot(const AbBinIndex *index, int64_t key)
{
	uint64_t	place = (uint64_t) (key >> index->shift);

	/* a shift of zero: each key by itself */
	if (index->shift == 0)
		return Scatter(place);
	return (Scatter(place >> BLOCK_LOG) << BLOCK_LOG) +
		(uint32_t) (place & ((1 << BLOCK_LOG) - 1));
}

/*
 * The number of an index's slots, as a power of 2, for that many bins: it is
 * then at most half full.
 */
int
AbBinIndexLog(int count)
{
	int			log = BLOCK_LOG + 1;

	while (INT64_C(1) << log < 2 * (int64_t) count)
		log++;
	return log;
}

/*
 * The power of 2 next below the median of some distances between neighbours.
 */
static int
UsualDistance(const AbBin *bins, int count)
{
	int			shifts[64] = {0};
	int			seen = 0;
	int			shift = 0;

	if (count < 2)
		return 0;
	for (int i = 0; i < SAMPLE; i++)
	{
		int			at = (int) ((int64_t) (count - 1) * i / SAMPLE);
		uint64_t	distance = (uint64_t) bins[at + 1].key - (uint64_t) bins[at].key;

		shifts[63 - __builtin_clzll(distance)]++;
	}
	while ((seen += shifts[shift]) < SAMPLE / 2)
		shift++;
	return shift < 63 ? shift : 0;
}

/*
 * Fill an index with the places of the bins.  Returns whether that took few
 * steps.
 */
static bool
FillSlots(AbBinIndex *index, const AbBin *bins, int count)
{
	const uint32_t mask = (UINT32_C(1) << index->log) - 1;
	int64_t		steps = 0;

	memset(index->slots, 0, sizeof(uint32_t) << index->log);
	for (int i = 0; i < count; i++)
	{
		uint32_t	slot = FirstSlot(index, bins[i].key) & mask;

		while (index->slots[slot] != 0)
		{
			slot = (slot + STEP) & mask;
			steps++;
		}
		index->slots[slot] = (uint32_t) i + 1;
		if (steps > MOST_STEPS * ((int64_t) count + 64) && index->shift > 0)
			return false;
	}
	return true;
}

/*
 * Fill an index, whose slots are there, from sorted bins.
 */
void
AbFillBinIndex(AbBinIndex *index, const AbBin *bins, int count)
{
	index->shift = UsualDistance(bins, count);
	if (!FillSlots(index, bins, count))
	{
		index->shift = 0;
		FillSlots(index, bins, count);
	}
}

/*
 * Find the bins of up to BATCH keys that are `size` numbers apart, NULL where
 * there is none.
 *
 * Slots and bins are somewhere in memory, so all of them are asked for before
 * the first is needed.
 */
static inline void
FindBins(const AbBinIndex *index, AbBin *bins, const int64_t *keys, size_t size,
		 int count, AbBin **found)
{
	const uint32_t mask = (UINT32_C(1) << index->log) - 1;
	uint32_t	slots[BATCH];

	for (int i = 0; i < count; i++)
	{
		slots[i] = FirstSlot(index, keys[i * size]) & mask;
		__builtin_prefetch(&index->slots[slots[i]]);
	}
	for (int i = 0; i < count; i++)
		__builtin_prefetch(bins + index->slots[slots[i]] - 1);
	for (int i = 0; i < count; i++)
	{
		int64_t		key = keys[i * size];
		uint32_t	slot = slots[i];
		uint32_t	place;

		while ((place = index->slots[slot]) != 0 && bins[place - 1].key != key)
			slot = (slot + STEP) & mask;
		found[i] = place == 0 ? NULL : &bins[place - 1];
	}
}

/*
 * Count one row for each of those keys whose bin is there.  Moves the other
 * keys to the front, in their order, and returns their number.
 */
int
AbCountKeys(const AbBinIndex *index, AbBin *bins, int64_t *keys, int count)
{
	AbBin	   *found[BATCH];
	int			left = 0;

	for (int i = 0; i < count; i += BATCH)
	{
		int			batch = count - i < BATCH ? count - i : BATCH;

		FindBins(index, bins, keys + i, 1, batch, found);
		for (int j = 0; j < batch; j++)
		{
			if (found[j])
				found[j]->count++;
			else
				keys[left++] = keys[i + j];
		}
	}
	return left;
}

/*
 * Add the counts of those other bins whose bin is there.  Moves the others to
 * the front, in their order, and returns their number.
 */
int
AbCountBins(const AbBinIndex *index, AbBin *bins, AbBin *others, int count)
{
	AbBin	   *found[BATCH];
	int			left = 0;

	for (int i = 0; i < count; i += BATCH)
	{
		int			batch = count - i < BATCH ? count - i : BATCH;

		FindBins(index, bins, &others[i].key, sizeof(AbBin) / sizeof(int64_t),
				 batch, found);
		for (int j = 0; j < batch; j++)
		{
			if (found[j])
				found[j]->count += others[i + j].count;
			else
				others[left++] = others[i + j];
		}
	}
	return left;
}

/*
 * Make a set empty.
 */
void
AbClearKeySet(AbKeySet *set)
{
	set->count = 0;
	set->full = false;
	for (int i = 0; i < 1 << AB_KEY_SET_LOG; i++)
		set->slots[i] = NO_KEY;
}

/*
 * Add the keys of bins to a set.  It takes no more once it is full.
 */
void
AbAddKeys(AbKeySet *set, const AbBin *bins, int count)
{
	const uint32_t mask = (UINT32_C(1) << AB_KEY_SET_LOG) - 1;

	for (int i = 0; i < count && !set->full; i++)
	{
		uint32_t	slot = Scatter((uint64_t) bins[i].key) & mask;

		while (set->slots[slot] != NO_KEY && set->slots[slot] != bins[i].key)
			slot = (slot + 1) & mask;
		if (set->slots[slot] == bins[i].key)
			continue;
		if (set->count == AB_MAX_VALUES)
			set->full = true;
		else
		{
			set->slots[slot] = bins[i].key;
			set->count++;
		}
	}
}
