/*
 * histogram_count.c
 *	  A histogram in the making: counting what waits.
 */
#include "topic/histogram_count.h"

#include <math.h>

#include "miscadmin.h"

/* Rows that wait to be counted: as many as there are bins, at most this */
#define MAX_WAITING		16384
/* but for each arm this at least */
#define ARM_WAITING		512

/*
 * A grid is for as many bins at least.  It has so many slots a bin, and all
 * those of a state together so many, at most.
 */
#define MIN_GRID		1024
#define MAX_BIN_SLOTS	32
#define MAX_SLOTS		(1 << 20)

/* ----------------------------------------------------------------------
 * Counting what waits, all of it in the state's context
 * ----------------------------------------------------------------------
 */

/*
 * Room for that many bins more, at most AB_MAX_VALUES, behind those of an arm
 * that wait, in the state's context.  Returns where they go.
 */
AbBin *
AbReserveBins(AbHistogramState *state, int position, int more)
{
	AbWaiting  *waiting = &state->waiting[position];
	AbFirstRoom *first;
	int			room = waiting->bins_used + more;

	if (waiting->bins == NULL && room <= AB_FIRST_BINS &&
		(first = AbTakeFirstRoom(state)) != NULL)
	{
		waiting->bins = first->bins;
		waiting->bins_room = AB_FIRST_BINS;
	}
	else if (waiting->bins == NULL || room > waiting->bins_room)
	{
		waiting->bins_room = Max(room, 2 * waiting->bins_room);
		waiting->bins = (AbBin *)
			AbResizeRoom(state, waiting->bins,
						 waiting->bins_used * sizeof(AbBin),
						 waiting->bins_room * sizeof(AbBin));
	}
	return waiting->bins + waiting->bins_used;
}

/*
 * How many bins an arm has, wherever they are.
 */
static inline int
BinsOfArm(const AbHistogramState *state, int position)
{
	return state->arms[position].count + state->waiting[position].grid.used;
}

/*
 * Whether values of an arm come again, as far as its bins show: an eighth of
 * its rows, and some more where there are few.
 */
static inline bool
ValuesRepeat(const AbHistogramState *state, int position)
{
	int64		n = state->arms[position].head.n;

	return n - n / 8 - 8 >= BinsOfArm(state, position) +
		state->waiting[position].bins_used;
}

/*
 * Whether the bins of an arm that wait are to be merged: once there are enough
 * to see whether values come again; where they do those that are new, so that
 * they are found, once they are many beside the others.  Where they do not, no
 * earlier than they have to fit.
 */
static bool
AreToMerge(const AbHistogramState *state, int position)
{
	int			bins = BinsOfArm(state, position);
	int			waiting = state->waiting[position].bins_used;

	return (bins == 0 && waiting >= AB_MIN_WAITING) ||
		(waiting > bins / 2 && ValuesRepeat(state, position));
}

/*
 * Have the bins of an arm found without a search, while more is to come: on a
 * grid, where they do not lie too far apart, and else by an index, where values
 * come again.  *slots is what all grids of the state may still have.
 */
static void
OpenArm(AbHistogramState *state, int position, int *slots)
{
	AbHistogramPart *arm = &state->arms[position];
	AbBinGrid  *grid = &state->waiting[position].grid;
	AbBinIndex *index = &state->waiting[position].index;

	if (!ValuesRepeat(state, position))
		return;
	if (arm->count >= MIN_GRID &&
		AbPlanBinGrid(grid, arm->bins, arm->count, state->bits) &&
		grid->size <= MAX_BIN_SLOTS * arm->count && grid->size <= *slots)
	{
		grid->counts = (int64 *) palloc0(grid->size * sizeof(int64));
		AbCountBinsOnGrid(grid, arm->bins, arm->count);
		Assert(grid->used == arm->count);
		*slots -= grid->size;
		pfree(arm->bins);
		arm->bins = NULL;
		arm->count = 0;
	}
	else
	{
		index->log = AbBinIndexLog(arm->count);
		index->slots = (uint32 *) palloc(sizeof(uint32) << index->log);
		AbFillBinIndex(index, arm->bins, arm->count);
	}
}

/*
 * Undo that: the arm has its bins in order again.
 */
static void
CloseArm(AbHistogramPart *arm, AbWaiting *waiting)
{
	AbBinGrid  *grid = &waiting->grid;

	if (waiting->index.slots)
	{
		pfree(waiting->index.slots);
		waiting->index.slots = NULL;
	}
	if (grid->counts)
	{
		Assert(arm->count == 0);
		arm->bins = (AbBin *) palloc(grid->used * sizeof(AbBin));
		arm->count = AbReadBinGrid(grid, arm->bins);
		Assert(arm->count == grid->used);
		pfree(grid->counts);
		grid->counts = NULL;
		grid->used = 0;
	}
}

/*
 * Count the rows of an arm that wait.  Those whose bins are not known then wait
 * as bins.
 */
static void
CountRows(AbHistogramState *state, int position)
{
	AbHistogramPart *arm = &state->arms[position];
	AbWaiting  *waiting = &state->waiting[position];
	double		min = INFINITY;
	double		max = -INFINITY;
	int			left = waiting->rows_used;
	int			count = 0;
	int			finite;
	AbBin	   *bins;

	if (waiting->grid.counts)
		left = AbCountRowsOnGrid(&waiting->grid, waiting->rows, left,
								 &min, &max);
	bins = AbReserveBins(state, position, left);
	for (int i = 0; i < left; i++)
	{
		double		value = waiting->rows[i];

		if (unlikely(!isfinite(value)))
			continue;
		min = Min(min, value);
		max = Max(max, value);
		bins[count].key = AbTruncateKey(AbKeyOfValue(value), state->bits);
		bins[count].count = 1;
		count++;
	}
	finite = waiting->rows_used - left + count;
	AbCheckObservations(arm->head.n, finite);
	AbCheckObservations(arm->head.nonfinite, left - count);
	arm->head.nonfinite += left - count;
	waiting->rows_used = 0;
	if (finite > 0)
	{
		/* no -0 */
		AbExtendRange(arm, min + 0.0, max + 0.0);
		arm->head.n += finite;
	}
	if (waiting->index.slots)
		count = AbCountBins(&waiting->index, arm->bins, bins, count);
	waiting->bins_used += count;

	/* with many arms, not all of them keep a large buffer */
	if (waiting->rows_room > AB_MIN_WAITING)
	{
		pfree(waiting->rows);
		waiting->rows = NULL;
		waiting->rows_room = 0;
	}
}

/*
 * Merge the bins of an arm that wait, of which there are some, into its bins.
 */
static void
MergeBins(AbHistogramState *state, int position)
{
	AbHistogramPart *arm = &state->arms[position];
	AbWaiting  *waiting = &state->waiting[position];
	AbBin	   *bins = waiting->bins;
	int			count = waiting->bins_used;

	if (AbAscendingBins(bins, count) < count)
	{
		AbBin	   *scratch = (AbBin *) palloc(count * sizeof(AbBin));

		count = AbSortBins(bins, scratch, count);
		pfree(scratch);
	}
	CloseArm(arm, waiting);

	if (arm->count > 0)
	{
		AbBin	   *merged = (AbBin *)
			palloc((arm->count + count) * sizeof(AbBin));

		count = AbMergeBins(merged, arm->bins, arm->count, bins, count);
		pfree(arm->bins);
		/* what is tied takes no room */
		arm->bins = (AbBin *) repalloc(merged, count * sizeof(AbBin));
	}
	else if (AbIsFirstRoom(state, bins))
		arm->bins = (AbBin *)
			AbResizeRoom(state, bins, count * sizeof(AbBin),
						 count * sizeof(AbBin));
	else
	{
		/* the arm takes them over */
		arm->bins = count < waiting->bins_room ?
			(AbBin *) repalloc(bins, count * sizeof(AbBin)) : bins;
		waiting->bins = NULL;
		waiting->bins_room = 0;
	}
	arm->count = count;
	waiting->bins_used = 0;
	if (waiting->bins_room > AB_MIN_WAITING)
	{
		pfree(waiting->bins);
		waiting->bins = NULL;
		waiting->bins_room = 0;
	}
}

/*
 * The bins of all arms together, of which there is that total, in palloc'd
 * memory that the caller frees, and their number.
 */
static AbBin *
AllBins(const AbHistogramState *state, int64 total, int *n)
{
	const AbHistogramPart *arms = state->arms;
	AbBin	   *bins = (AbBin *) palloc(total * sizeof(AbBin));
	AbBin	   *scratch;
	int			count = 0;

	if (state->count == 2)
	{
		*n = AbMergeBins(bins, arms[0].bins, arms[0].count,
						 arms[1].bins, arms[1].count);
		return bins;
	}
	for (int i = 0; i < state->count; i++)
	{
		if (arms[i].count > 0)
			memcpy(bins + count, arms[i].bins, arms[i].count * sizeof(AbBin));
		count += arms[i].count;
	}
	scratch = (AbBin *) palloc(total * sizeof(AbBin));
	*n = AbSortBins(bins, scratch, count);
	pfree(scratch);
	return bins;
}

/*
 * The largest number of bits, below those that the arms have, with which their
 * bins fit.
 */
static int
ChooseBits(const AbHistogramPart *arms, int count, const AbBin *all, int n,
		   int bits)
{
	int64		values[AB_EXACT_BITS + 1] = {0};	/* more with that many
													 * bits */
	int64		bins[AB_EXACT_BITS + 1] = {0};
	int64		all_values = n > 0;
	int64		all_bins = 0;
	int64		total = 0;
	int			fitting = 0;

	for (int i = 1; i < n; i++)
		values[AbBitsToDiffer(all[i - 1].key, all[i].key)]++;
	/* bins are too many only where there are more than that already */
	for (int i = 0; i < count; i++)
		total += arms[i].count;
	for (int i = 0; i < count && total > AB_MAX_BINS; i++)
	{
		all_bins += arms[i].count > 0;
		for (int j = 1; j < arms[i].count; j++)
			bins[AbBitsToDiffer(arms[i].bins[j - 1].key, arms[i].bins[j].key)]++;
	}

	for (int b = 0; b < bits; b++)
	{
		all_values += values[b];
		all_bins += bins[b];
		if (all_values > AB_MAX_VALUES || all_bins > AB_MAX_BINS)
			break;
		fitting = b;
	}
	return fitting;
}

/*
 * Keep that many bits only.
 */
void
AbLowerBits(AbHistogramState *state, int bits)
{
	MemoryContext old = MemoryContextSwitchTo(state->eoh.eoh_context);

	for (int i = 0; i < state->count; i++)
		CloseArm(&state->arms[i], &state->waiting[i]);
	MemoryContextSwitchTo(old);

	/* from here on it is done at once: no error and no interrupt */
	state->bits = bits;
	for (int i = 0; i < state->count; i++)
	{
		AbHistogramPart *arm = &state->arms[i];
		AbWaiting  *waiting = &state->waiting[i];

		arm->count = AbTruncateBins(arm->bins, arm->count, bits);
		waiting->bins_used = AbTruncateBins(waiting->bins, waiting->bins_used,
											bits);
	}
}

/*
 * Whether the bins of all arms have no more values than fit.
 */
static bool
ValuesFit(const AbHistogramState *state)
{
	AbKeySet   *keys = (AbKeySet *) palloc(sizeof(AbKeySet));
	bool		fit;

	AbClearKeySet(keys);
	for (int i = 0; i < state->count; i++)
		AbAddKeys(keys, state->arms[i].bins, state->arms[i].count);
	fit = !keys->full;
	pfree(keys);
	return fit;
}

/*
 * Drop significand bits if there are more values than fit.  Returns the number
 * of bins, of all arms.
 */
static int64
FitBins(AbHistogramState *state)
{
	int64		total = 0;
	AbBin	   *all;
	int			n;

	for (int i = 0; i < state->count; i++)
	{
		CloseArm(&state->arms[i], &state->waiting[i]);
		total += state->arms[i].count;
	}
	/* many arms have the same values, a few are as soon merged */
	if (state->count > 2 && total <= AB_MAX_BINS && ValuesFit(state))
		return total;
	all = AllBins(state, total, &n);
	if (n > AB_MAX_VALUES || total > AB_MAX_BINS)
	{
		int			bits = ChooseBits(state->arms, state->count, all, n,
									  state->bits);

		AbLowerBits(state, bits);
		total = 0;
		for (int i = 0; i < state->count; i++)
			total += state->arms[i].count;
	}
	pfree(all);
	return total;
}

/*
 * Count what waits, and drop significand bits if there are then more values
 * than fit.  Unless it is to be all of it, new bins go on waiting where they
 * are few beside those of their arm, and bits are dropped only once it is worth
 * while: the more there is of them at a time, the less often.
 */
void
AbCountWaiting(AbHistogramState *state, bool all)
{
	MemoryContext old = MemoryContextSwitchTo(state->eoh.eoh_context);
	int			more;
	bool		fit;
	int			slots = MAX_SLOTS;
	int			still_waiting = 0;
	int64		total = 0;

	for (int i = 0; i < state->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (state->waiting[i].rows_used > 0)
			CountRows(state, i);
		total += BinsOfArm(state, i) + state->waiting[i].bins_used;
	}
	fit = total > (all ? AB_MAX_VALUES : state->most_bins);
	total = 0;
	for (int i = 0; i < state->count; i++)
	{
		AbWaiting  *waiting = &state->waiting[i];

		CHECK_FOR_INTERRUPTS();
		if (waiting->bins_used > 0 && (all || fit || AreToMerge(state, i)))
			MergeBins(state, i);
		if (all)
			CloseArm(&state->arms[i], waiting);
		still_waiting += waiting->bins_used;
		total += BinsOfArm(state, i);
	}
	if (fit)
	{
		total = FitBins(state);
		state->most_bins = Min(Max(AB_MANY_BINS, 2 * total), AB_MAX_BINS);
	}

	/* there is more to come */
	if (!all)
	{
		for (int i = 0; i < state->count; i++)
			slots -= state->waiting[i].grid.counts ?
				state->waiting[i].grid.size : 0;
		for (int i = 0; i < state->count; i++)
			if (state->arms[i].count > 0 &&
				state->waiting[i].index.slots == NULL)
				OpenArm(state, i, &slots);
	}

	more = Max(AB_MIN_WAITING, Min(total + still_waiting, MAX_WAITING));
	state->all_waiting = still_waiting;
	state->most_waiting = still_waiting + Max(more, ARM_WAITING * state->count);
	MemoryContextSwitchTo(old);
}

/*
 * Count the bins behind those of an arm that wait, whose values may have more
 * bits than the state's.
 */
void
AbAddBins(AbHistogramState *state, int position, AbBin *bins, int count)
{
	AbWaiting  *waiting = &state->waiting[position];

	if (waiting->grid.counts)
		count = AbCountBinsOnGrid(&waiting->grid, bins, count);
	if (state->bits < AB_EXACT_BITS)
		count = AbTruncateBins(bins, count, state->bits);
	if (waiting->index.slots)
		count = AbCountBins(&waiting->index, state->arms[position].bins, bins,
							count);
	waiting->bins_used += count;
	state->all_waiting += count;
	if (state->all_waiting >= state->most_waiting)
		AbCountWaiting(state, false);
}
