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
 *	D. Stafford, Better Bit Mixing (2011), mix 13, for the multipliers.
 */
#include "math/bins_index.h"

#include <string.h>

/* no key: farther from zero than infinity's would be */
#define NO_KEY	INT64_MIN

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
 * The number of an index's slots, as a power of 2, for that many bins: it is
 * then at most half full.
 */
int
AbBinIndexLog(int count)
{
	int			log = 4;

	while (INT64_C(1) << log < 2 * (int64_t) count)
		log++;
	return log;
}

/*
 * Fill an index, whose slots are there, from sorted bins.
 */
void
AbFillBinIndex(AbBinIndex *index, const AbBin *bins, int count)
{
	const uint32_t mask = (UINT32_C(1) << index->log) - 1;

	memset(index->slots, 0, sizeof(uint32_t) << index->log);
	for (int i = 0; i < count; i++)
	{
		uint32_t	slot = Scatter((uint64_t) bins[i].key) & mask;

		while (index->slots[slot] != 0)
			slot = (slot + 1) & mask;
		index->slots[slot] = (uint32_t) i + 1;
	}
}

/*
 * Find the bins of the keys of up to BATCH others, NULL where there is none.
 *
 * Slots and bins are somewhere in memory, so all of them are asked for before
 * the first is needed.
 */
static inline void
FindBins(const AbBinIndex *index, AbBin *bins, const AbBin *others, int count,
		 AbBin **found)
{
	const uint32_t mask = (UINT32_C(1) << index->log) - 1;
	uint32_t	slots[BATCH];

	for (int i = 0; i < count; i++)
	{
		slots[i] = Scatter((uint64_t) others[i].key) & mask;
		__builtin_prefetch(&index->slots[slots[i]]);
	}
	for (int i = 0; i < count; i++)
	{
		uint32_t	place = index->slots[slots[i]];

		__builtin_prefetch(&bins[place > 0 ? place - 1 : 0], 1);
	}
	for (int i = 0; i < count; i++)
	{
		int64_t		key = others[i].key;
		uint32_t	slot = slots[i];
		uint32_t	place;

		while ((place = index->slots[slot]) != 0 && bins[place - 1].key != key)
			slot = (slot + 1) & mask;
		found[i] = place == 0 ? NULL : &bins[place - 1];
	}
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

		FindBins(index, bins, others + i, batch, found);
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
 * Add a key to a set, at that slot or behind it.
 */
static inline void
AddKey(AbKeySet *set, int64_t key, uint32_t slot)
{
	const uint32_t mask = (UINT32_C(1) << AB_KEY_SET_LOG) - 1;

	while (set->slots[slot] != NO_KEY && set->slots[slot] != key)
		slot = (slot + 1) & mask;
	if (set->slots[slot] == key)
		return;
	if (set->count == AB_MAX_VALUES)
		set->full = true;
	else
	{
		set->slots[slot] = key;
		set->count++;
	}
}

/*
 * Add the keys of bins to a set.  It takes no more once it is full.
 */
void
AbAddKeys(AbKeySet *set, const AbBin *bins, int count)
{
	const uint32_t mask = (UINT32_C(1) << AB_KEY_SET_LOG) - 1;

	for (int i = 0; i < count && !set->full; i += BATCH)
	{
		int			batch = count - i < BATCH ? count - i : BATCH;
		uint32_t	slots[BATCH];

		for (int j = 0; j < batch; j++)
		{
			slots[j] = Scatter((uint64_t) bins[i + j].key) & mask;
			__builtin_prefetch(&set->slots[slots[j]], 1);
		}
		for (int j = 0; j < batch; j++)
			AddKey(set, bins[i + j].key, slots[j]);
	}
}
