/*
 * histogram_state.c
 *	  A histogram in the making: the expanded form of the type ab_histogram.
 *
 * Rows go to a buffer per arm.  Rows of full buffers are counted in the map from
 * values to counts (math/bins.c) by an index of it (math/bins_index.c); those of
 * new values are sorted, wait until there are enough, and are merged into it.
 * What comes from other histograms goes the same way, cell by cell.
 *
 * While there are at most AB_MAX_VALUES different values, over all variants,
 * the map is exact.  Past that, it keeps of all values alike the largest number
 * of significand bits with which they still fit.  That number depends on the
 * multiset of the values only: the values of a part are never more than those
 * of the whole, and clearing bits in steps is clearing them at once.  So any
 * order of adding and merging, and any chunking, gives the same bytes.
 */
#include "topic/histogram_state.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

/* Rows that wait to be merged: as many as there are bins, between these. */
#define MIN_WAITING		4096
#define MAX_WAITING		16384
/* but with many arms this for each */
#define MAX_ARM_WAITING	256

/* Room for the first rows of an arm. */
#define FIRST_ROWS		4

/* Rows that are sorted where they are. */
#define FEW_ROWS		32

/* The context that the states of an aggregate share, and where it is sought. */
#define SHARED_CONTEXT	"ab_histogram states"
#define SHARED_PLACES	4
/* its largest blocks: what is free in one of them counts as used, too */
#define SHARED_BLOCK	(256 * 1024)

/*
 * Extend an arm's range to those values.
 */
static void
ExtendRange(AbHistogramPart *arm, double min, double max)
{
	if (arm->head.n == 0 || min < arm->min)
		arm->min = min;
	if (arm->head.n == 0 || max > arm->max)
		arm->max = max;
}

/* ----------------------------------------------------------------------
 * Counting what waits, all of it in the state's context
 * ----------------------------------------------------------------------
 */

/*
 * Room for that many bins more, at most AB_MAX_VALUES, behind those of an arm
 * that wait.  Returns where they go.
 */
static AbBin *
ReserveBins(MemoryContext context, AbWaiting *waiting, int more)
{
	int			room = waiting->bins_used + more;

	if (waiting->bins == NULL)
	{
		waiting->bins = (AbBin *) MemoryContextAlloc(context,
													 room * sizeof(AbBin));
		waiting->bins_room = room;
	}
	else if (room > waiting->bins_room)
	{
		room = Max(room, 2 * waiting->bins_room);
		waiting->bins = (AbBin *) repalloc(waiting->bins, room * sizeof(AbBin));
		waiting->bins_room = room;
	}
	return waiting->bins + waiting->bins_used;
}

static void
ForgetIndex(AbWaiting *waiting)
{
	if (waiting->index.slots == NULL)
		return;
	pfree(waiting->index.slots);
	waiting->index.slots = NULL;
}

static void
BuildIndex(const AbHistogramPart *arm, AbWaiting *waiting)
{
	AbBinIndex *index = &waiting->index;

	index->log = AbBinIndexLog(arm->count);
	index->slots = (uint32 *) palloc(sizeof(uint32) << index->log);
	AbFillBinIndex(index, arm->bins, arm->count);
}

/*
 * Let keys, in any order, wait as bins.
 */
static void
AddKeys(AbWaiting *waiting, int64 *keys, int n)
{
	const uint64 sign = UINT64CONST(1) << 63;
	AbBin	   *bins = ReserveBins(CurrentMemoryContext, waiting, n);
	uint64	   *unsigned_keys = (uint64 *) keys;
	int			count = 0;

	for (int i = 0; i < n; i++)
		unsigned_keys[i] ^= sign;
	if (n > FEW_ROWS)
	{
		uint64	   *scratch = (uint64 *) palloc(n * sizeof(uint64));

		AbSortKeys(unsigned_keys, scratch, n);
		pfree(scratch);
	}
	else
		AbSortKeys(unsigned_keys, NULL, n);

	for (int i = 0; i < n; i++)
	{
		int64		key = (int64) (unsigned_keys[i] ^ sign);

		if (count > 0 && bins[count - 1].key == key)
			bins[count - 1].count++;
		else
		{
			bins[count].key = key;
			bins[count].count = 1;
			count++;
		}
	}
	waiting->bins_used += count;
}

/*
 * Count the rows of an arm that wait.  Those whose bins are not known then wait
 * as bins.
 */
static void
CountRows(AbHistogramPart *arm, AbWaiting *waiting, int bits)
{
	int64		few[FEW_ROWS];
	int64	   *keys = few;
	double		min = INFINITY;
	double		max = -INFINITY;
	int			finite = 0;

	if (waiting->rows_used > FEW_ROWS)
		keys = (int64 *) palloc(waiting->rows_used * sizeof(int64));
	for (int i = 0; i < waiting->rows_used; i++)
	{
		double		value = waiting->rows[i];

		if (unlikely(!isfinite(value)))
			continue;
		min = Min(min, value);
		max = Max(max, value);
		keys[finite++] = AbTruncateKey(AbKeyOfValue(value), bits);
	}
	AbCheckObservations(arm->head.n, finite);
	AbCheckObservations(arm->head.nonfinite, waiting->rows_used - finite);
	arm->head.nonfinite += waiting->rows_used - finite;
	waiting->rows_used = 0;
	if (finite > 0)
	{
		/* no -0 */
		ExtendRange(arm, min + 0.0, max + 0.0);
		arm->head.n += finite;
		if (waiting->index.slots)
			finite = AbCountKeys(&waiting->index, arm->bins, keys, finite);
		if (finite > 0)
			AddKeys(waiting, keys, finite);
	}
	if (keys != few)
		pfree(keys);

	/* with many arms, not all of them keep a large buffer */
	if (waiting->rows_room > MIN_WAITING)
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
	if (state->keys)
		AbAddKeys(state->keys, bins, count);
	ForgetIndex(waiting);

	if (arm->count > 0)
	{
		AbBin	   *merged = (AbBin *)
			palloc((arm->count + count) * sizeof(AbBin));

		count = AbMergeBins(merged, arm->bins, arm->count, bins, count);
		pfree(arm->bins);
		/* what is tied takes no room */
		arm->bins = (AbBin *) repalloc(merged, count * sizeof(AbBin));
	}
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
	if (waiting->bins_room > MIN_WAITING)
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
	AbBin	   *bins = (AbBin *) palloc(total * sizeof(AbBin));
	AbBin	   *scratch = (AbBin *) palloc(total * sizeof(AbBin));
	int			count = 0;

	for (int i = 0; i < state->count; i++)
	{
		const AbHistogramPart *arm = &state->arms[i];

		if (arm->count > 0)
			memcpy(bins + count, arm->bins, arm->count * sizeof(AbBin));
		count += arm->count;
	}
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
	int			fitting = 0;

	for (int i = 1; i < n; i++)
		values[AbBitsToDiffer(all[i - 1].key, all[i].key)]++;
	for (int i = 0; i < count; i++)
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
 * Keep that many bits only.  Returns the number of bins left, of all arms.  It
 * is done at once or not at all: no interrupt may come in between.
 */
static int64
LowerBits(AbHistogramState *state, int bits)
{
	int64		total = 0;

	state->bits = bits;
	for (int i = 0; i < state->count; i++)
	{
		AbHistogramPart *arm = &state->arms[i];
		AbWaiting  *waiting = &state->waiting[i];

		arm->count = AbTruncateBins(arm->bins, arm->count, bits);
		waiting->bins_used = AbTruncateBins(waiting->bins, waiting->bins_used,
											bits);
		ForgetIndex(waiting);
		total += arm->count;
	}
	if (state->keys)
	{
		pfree(state->keys);
		state->keys = NULL;
	}
	return total;
}

/*
 * Drop significand bits if there are more values than fit.  Returns the number
 * of bins, which was that total.
 */
static int64
FitBins(AbHistogramState *state, int64 total)
{
	/* their values are no more than the bins */
	if (total <= AB_MAX_VALUES)
		return total;

	if (state->keys == NULL)
	{
		state->keys = (AbKeySet *) palloc(sizeof(AbKeySet));
		AbClearKeySet(state->keys);
		for (int i = 0; i < state->count; i++)
			AbAddKeys(state->keys, state->arms[i].bins, state->arms[i].count);
	}
	if (state->keys->full || total > AB_MAX_BINS)
	{
		int			n;
		AbBin	   *all = AllBins(state, total, &n);
		int			bits = ChooseBits(state->arms, state->count, all, n,
									  state->bits);

		pfree(all);
		total = LowerBits(state, bits);
	}
	return total;
}

/*
 * Count what waits, and drop significand bits if there are then more values
 * than fit.  Unless it is to be all of it, new bins go on waiting where they
 * are few beside those of their arm.
 */
void
AbCountWaiting(AbHistogramState *state, bool all)
{
	MemoryContext old = MemoryContextSwitchTo(state->eoh.eoh_context);
	int			most = Max(MAX_WAITING, MAX_ARM_WAITING * state->count);
	int			still_waiting = 0;
	int64		total = 0;

	for (int i = 0; i < state->count; i++)
	{
		AbHistogramPart *arm = &state->arms[i];
		AbWaiting  *waiting = &state->waiting[i];

		CHECK_FOR_INTERRUPTS();
		if (waiting->rows_used > 0)
			CountRows(arm, waiting, state->bits);
		if (waiting->bins_used > (all ? 0 : arm->count / 2))
			MergeBins(state, i);
		still_waiting += waiting->bins_used;
		total += arm->count;
	}
	total = FitBins(state, total);

	/* there is more to come */
	if (!all)
		for (int i = 0; i < state->count; i++)
			if (state->arms[i].count > 0 &&
				state->waiting[i].index.slots == NULL)
				BuildIndex(&state->arms[i], &state->waiting[i]);

	state->all_waiting = still_waiting;
	state->most_waiting = still_waiting +
		Max(MIN_WAITING, Min(total, most));
	MemoryContextSwitchTo(old);
}

/* ----------------------------------------------------------------------
 * The expanded object
 * ----------------------------------------------------------------------
 */

/*
 * The flat form of a state, palloc'd, which leaves the state what it is.
 */
AbHistogram *
AbFlattenState(AbHistogramState *state)
{
	AbCountWaiting(state, true);
	return AbBuildHistogram(state->bits, state->unassigned, state->arms,
							state->count);
}

/*
 * The flat form, made once until the state changes.  It belongs to the state.
 */
static Size
StateFlatSize(ExpandedObjectHeader *eohptr)
{
	AbHistogramState *state = (AbHistogramState *) eohptr;

	if (state->flat == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(state->eoh.eoh_context);

		state->flat = AbFlattenState(state);
		MemoryContextSwitchTo(old);
	}
	return VARSIZE(state->flat);
}

static void
StateFlatten(ExpandedObjectHeader *eohptr, void *result, Size allocated_size)
{
	AbHistogramState *state = (AbHistogramState *) eohptr;

	Assert(state->flat != NULL && allocated_size == VARSIZE(state->flat));
	memcpy(result, state->flat, allocated_size);
}

static const ExpandedObjectMethods state_methods = {
	StateFlatSize,
	StateFlatten
};

/*
 * An empty state in that context.
 */
static AbHistogramState *
NewState(MemoryContext context)
{
	AbHistogramState *state = (AbHistogramState *)
		MemoryContextAllocZero(context, sizeof(AbHistogramState));

	EOH_init_header(&state->eoh, &state_methods, context);
	state->magic = AB_STATE_MAGIC;
	state->bits = AB_EXACT_BITS;
	state->most_waiting = MIN_WAITING;
	state->arms = state->first_arms;
	state->waiting = state->first_waiting;
	state->room = AB_FIRST_ARMS;
	return state;
}

/*
 * An empty state in a context of its own, which is a child of that one.
 */
AbHistogramState *
AbNewHistogramState(MemoryContext parent)
{
	return NewState(AllocSetContextCreate(parent, "ab_histogram",
										  ALLOCSET_START_SMALL_SIZES));
}

/*
 * An empty state in the context that the states of an aggregate share, a child
 * of that aggregate's.
 *
 * A hash aggregate adds up its contexts for each new group, so a context a
 * state would make it quadratic in the groups.  But an expanded object must be
 * in a child of the aggregate's context for the executor to leave it where it
 * is.  It would delete that context with the first state that it replaces by
 * another; the transition functions return the state they got, so it never
 * does, and the context goes when the aggregate's is reset.
 */
AbHistogramState *
AbNewAggregateState(MemoryContext aggregate)
{
	MemoryContext child = aggregate->firstchild;

	/* new children come first, so that it is among them or made anew */
	for (int i = 0; i < SHARED_PLACES && child != NULL; i++)
	{
		if (strcmp(child->name, SHARED_CONTEXT) == 0)
			return NewState(child);
		child = child->nextchild;
	}
	return NewState(AllocSetContextCreate(aggregate, SHARED_CONTEXT,
										  ALLOCSET_SMALL_MINSIZE,
										  ALLOCSET_SMALL_INITSIZE,
										  SHARED_BLOCK));
}

/*
 * Before the state is changed: its flat form is out of date.
 */
void
AbForgetFlatHistogram(AbHistogramState *state)
{
	pfree(state->flat);
	state->flat = NULL;
}

/* ----------------------------------------------------------------------
 * Adding
 * ----------------------------------------------------------------------
 */

/*
 * Make room for a row, in the state's context.
 */
void
AbEnlargeRows(AbHistogramState *state, AbWaiting *waiting)
{
	if (waiting->rows == NULL)
	{
		waiting->rows_room = FIRST_ROWS;
		waiting->rows = (double *)
			MemoryContextAlloc(state->eoh.eoh_context,
							   waiting->rows_room * sizeof(double));
	}
	else
	{
		waiting->rows_room *= 2;
		waiting->rows = (double *)
			repalloc(waiting->rows, waiting->rows_room * sizeof(double));
	}
}

/*
 * Count the bins behind those of an arm that wait, whose values keep as many
 * bits as the state's.
 */
static void
AddBins(AbHistogramState *state, int position, AbBin *bins, int count)
{
	AbWaiting  *waiting = &state->waiting[position];

	if (waiting->index.slots)
		count = AbCountBins(&waiting->index, state->arms[position].bins, bins,
							count);
	waiting->bins_used += count;
	state->all_waiting += count;
	if (state->all_waiting >= state->most_waiting)
		AbCountWaiting(state, false);
}

/*
 * Add that many rows, at least one, of the same value, which may be NaN or
 * infinite, to the arm at that position.
 */
void
AbAddEqualStateRows(AbHistogramState *state, int position, double value,
					int64 rows)
{
	AbHistogramPart *arm = &state->arms[position];
	AbBin	   *bin;

	if (!isfinite(value))
	{
		AbCountRows(&arm->head.nonfinite, rows);
		return;
	}
	AbCheckObservations(arm->head.n, rows);
	/* no -0 */
	ExtendRange(arm, value + 0.0, value + 0.0);
	arm->head.n += rows;
	bin = ReserveBins(state->eoh.eoh_context, &state->waiting[position], 1);
	bin->key = AbTruncateKey(AbKeyOfValue(value), state->bits);
	bin->count = rows;
	AddBins(state, position, bin, 1);
}

/*
 * Add what a flat histogram holds, which is copied.
 */
void
AbAddHistogram(AbHistogramState *state, const AbHistogram *other)
{
	AbCountRows(&state->unassigned, other->unassigned);
	for (int i = 0; i < (int) other->arms; i++)
	{
		const AbHistogramArm *from = AbGetHistogramArm(other, i);
		int			position = AbFindStateArm(state,
											  AbHistogramLabel(other, from));
		AbHistogramPart *arm = &state->arms[position];
		int			count = from->bins;
		AbBin	   *bins;

		CHECK_FOR_INTERRUPTS();
		AbCheckObservations(arm->head.n, from->n);
		AbCheckObservations(arm->head.nonfinite, from->nonfinite);
		for (int j = 0; j < AB_HISTOGRAM_MISSING; j++)
			AbCountRows(&arm->head.missing[j], from->missing[j]);
		if (from->flags & AB_ARM_CONTROL)
			AbMarkStateArm(state, position);
		arm->head.nonfinite += from->nonfinite;
		if (from->n == 0)
			continue;
		if (from->bins > AB_MAX_VALUES)
			AbHistogramDamaged();
		if (other->bits < state->bits)
			LowerBits(state, other->bits);
		ExtendRange(arm, from->min, from->max);
		arm->head.n += from->n;

		bins = ReserveBins(state->eoh.eoh_context, &state->waiting[position],
						   count);
		AbReadHistogramBins(other, i, bins);
		if (other->bits > state->bits)
			count = AbTruncateBins(bins, count, state->bits);
		AddBins(state, position, bins, count);
	}
}
