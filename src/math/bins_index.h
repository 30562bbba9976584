/*
 * bins_index.h
 *	  Finding bins by their keys without a search: hash tables beside the sorted
 *	  maps of bins.h.
 *
 * Pure C: no PostgreSQL header.  The tables are the caller's memory.
 */
#ifndef AB_MATH_BINS_INDEX_H
#define AB_MATH_BINS_INDEX_H

#include "math/bins.h"

/*
 * Where the bin of a key is: 2^log slots that hold the place of a bin in its
 * map, counted from 1, or 0.
 */
typedef struct AbBinIndex
{
	uint32_t   *slots;			/* NULL: there is no index */
	int			log;
} AbBinIndex;

/* Slots of a set of keys, which is at most half full. */
#define AB_KEY_SET_LOG	17

/*
 * At most AB_MAX_VALUES different keys.
 */
typedef struct AbKeySet
{
	int			count;
	bool		full;			/* there were more */
	int64_t		slots[1 << AB_KEY_SET_LOG];
} AbKeySet;

extern int	AbBinIndexLog(int count);
extern void AbFillBinIndex(AbBinIndex *index, const AbBin *bins, int count);
extern int	AbCountBins(const AbBinIndex *index, AbBin *bins, AbBin *others,
						int count);

extern void AbClearKeySet(AbKeySet *set);
extern void AbAddKeys(AbKeySet *set, const AbBin *bins, int count);

#endif							/* AB_MATH_BINS_INDEX_H */
