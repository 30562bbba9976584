/*
 * bins_grid.c
 *	  Counting values where there is a place for each that can occur: arrays
 *	  of counts in the place of the sorted maps of bins.h.
 *
 * Where values keep few significand bits, or are all multiples of a unit, those
 * possible between the smallest and the largest are not many more than those
 * that occur.  Counting is then one access to memory, sorted cells count in the
 * order of the memory, and what is new needs no sorting and no merging.
 *
 * References:
 *	D. E. Knuth, The Art of Computer Programming, vol. 3, 5.2 (distribution
 *	counting).
 */
#include "math/bins_grid.h"

#define INFINITY_KEY	(INT64_C(0x7FF) << 52)

/*
 * Lay out a grid for values that keep that many bits, of which sorted bins are
 * examples, and set its size.  Its counts are then to be allocated and set to
 * 0.  Returns whether there is one for them, of at most INT32_MAX / 4 slots.
 *
 * It has no place for subnormal numbers, which lose other bits than all others.
 */
bool
AbPlanBinGrid(AbBinGrid *grid, const AbBin *bins, int count, int bits)
{
	int			positive = 0;	/* bins before the first above zero */
	int			negative;		/* bins below zero */
	int64_t		nearest = INFINITY_KEY;
	int64_t		below;
	int64_t		above;
	uint64_t	all = 0;

	for (int i = 0; i < count; i++)
	{
		all |= (uint64_t) bins[i].key;
		positive += bins[i].key <= 0;
	}
	if (all == 0)
		return false;
	negative = positive - (positive > 0 && bins[positive - 1].key == 0);
	if (positive < count)
		nearest = bins[positive].key;
	if (negative > 0 && -bins[negative - 1].key < nearest)
		nearest = -bins[negative - 1].key;
	if (nearest < AB_FIRST_NORMAL)
		return false;

	grid->shift = __builtin_ctzll(all);
	/* what is new may use every bit that is kept */
	if (bits < AB_EXACT_BITS && AB_EXACT_BITS - bits < grid->shift)
		grid->shift = AB_EXACT_BITS - bits;
	grid->unplaced = ((INT64_C(1) << grid->shift) - 1) >>
		(AB_EXACT_BITS - bits) << (AB_EXACT_BITS - bits);
	grid->nearest = nearest >> grid->shift;
	below = negative > 0 ?
		(-bins[0].key >> grid->shift) - grid->nearest + 1 : 0;
	above = positive < count ?
		(bins[count - 1].key >> grid->shift) - grid->nearest + 1 : 0;
	if (below + above >= INT32_MAX / 4)
		return false;
	grid->zero = (int) below;
	grid->size = (int) (below + 1 + above);
	grid->used = 0;
	return true;
}

/*
 * The slot of a value with that magnitude, which is no number of the grid's if
 * it has no place on it.
 */
static inline uint64_t
SlotOf(const AbBinGrid *grid, int64_t magnitude, bool is_negative)
{
	int64_t		distance = (magnitude >> grid->shift) - grid->nearest + 1;

	if (distance <= 0 || (magnitude & grid->unplaced) != 0)
		return magnitude == 0 ? (uint64_t) grid->zero : UINT64_MAX;
	return (uint64_t) (grid->zero + (is_negative ? -distance : distance));
}

/*
 * Add the counts of bins, whose keys may have more bits than are kept.  Moves
 * those without a place to the front, in their order, and returns their number.
 */
int
AbCountBinsOnGrid(AbBinGrid *grid, AbBin *bins, int count)
{
	int			left = 0;
	int			used = grid->used;

	for (int i = 0; i < count; i++)
	{
		int64_t		key = bins[i].key;
		uint64_t	slot = SlotOf(grid, key < 0 ? -key : key, key < 0);

		if (slot < (uint64_t) grid->size)
		{
			used += grid->counts[slot] == 0;
			grid->counts[slot] += bins[i].count;
		}
		else
			bins[left++] = bins[i];
	}
	grid->used = used;
	return left;
}

/*
 * Count rows, and extend *min and *max to them.  Moves those without a place,
 * and those that are not finite, to the front, in their order, and returns their
 * number.
 */
int
AbCountRowsOnGrid(AbBinGrid *grid, double *rows, int count,
				  double *min, double *max)
{
	int			left = 0;
	int			used = grid->used;
	double		low = *min;
	double		high = *max;

	for (int i = 0; i < count; i++)
	{
		double		value = rows[i];
		double		absolute = fabs(value);
		int64_t		magnitude;
		uint64_t	slot;

		memcpy(&magnitude, &absolute, sizeof(magnitude));
		slot = SlotOf(grid, magnitude, value < 0);
		if (slot < (uint64_t) grid->size)
		{
			used += grid->counts[slot] == 0;
			grid->counts[slot]++;
			low = value < low ? value : low;
			high = value > high ? value : high;
		}
		else
			rows[left++] = value;
	}
	grid->used = used;
	*min = low;
	*max = high;
	return left;
}

/*
 * Write the slots that have a count as bins, in ascending order, and return
 * their number.
 */
int
AbReadBinGrid(const AbBinGrid *grid, AbBin *bins)
{
	int			count = 0;

	for (int slot = 0; slot < grid->size && count < grid->used; slot++)
	{
		int64_t		distance = slot - grid->zero;
		int64_t		magnitude;

		if (grid->counts[slot] == 0)
			continue;
		magnitude = (grid->nearest - 1 + (distance < 0 ? -distance : distance)) <<
			grid->shift;
		bins[count].key = distance == 0 ? 0 :
			distance < 0 ? -magnitude : magnitude;
		bins[count].count = grid->counts[slot];
		count++;
	}
	return count;
}
