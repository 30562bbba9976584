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
 * The slot of a table of 2^log at which to look first.  Keys differ in their
 * high bits, in their low bits or in both, so all of them are mixed.
 */
static inline uint32_t
FirstSlot(int64_t key, int log)
{
	uint64_t	h = (uint64_t) key;

	h = (h ^ h >> 32) * UINT64_C(0xBF58476D1CE4E5B9);
	h = (h ^ h >> 29) * UINT64_C(0x94D049BB133111EB);
	return (uint32_t) (h >> (64 - log));
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
		uint32_t	slot = FirstSlot(bins[i].key, index->log);

		while (index->slots[slot] != 0)
			slot = (slot + 1) & mask;
		index->slots[slot] = (uint32_t) i + 1;
	}
}

/*
 * The bin of that key, or NULL.
 */
static inline AbBin *
FindBin(const AbBinIndex *index, AbBin *bins, int64_t key)
{
	const uint32_t mask = (UINT32_C(1) << index->log) - 1;
	uint32_t	slot = FirstSlot(key, index->log);
	uint32_t	place;

	while ((place = index->slots[slot]) != 0)
	{
		AbBin	   *bin = &bins[place - 1];

		if (bin->key == key)
			return bin;
		slot = (slot + 1) & mask;
	}
	return NULL;
}

/*
 * Count one row for each of those keys whose bin is there.  Moves the other
 * keys to the front, in their order, and returns their number.
 */
int
AbCountKeys(const AbBinIndex *index, AbBin *bins, int64_t *keys, int count)
{
	int			left = 0;

	for (int i = 0; i < count; i++)
	{
		AbBin	   *bin = FindBin(index, bins, keys[i]);

		if (bin)
			bin->count++;
		else
			keys[left++] = keys[i];
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
	int			left = 0;

	for (int i = 0; i < count; i++)
	{
		AbBin	   *bin = FindBin(index, bins, others[i].key);

		if (bin)
			bin->count += others[i].count;
		else
			others[left++] = others[i];
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
		uint32_t	slot = FirstSlot(bins[i].key, AB_KEY_SET_LOG);

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
