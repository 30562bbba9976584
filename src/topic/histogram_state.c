/*
 * histogram_state.c
 *	  A histogram in the making: the expanded form of the type ab_histogram.
 *
 * Rows go to a buffer per arm, and full buffers are sorted and merged into the
 * map from values to counts (math/bins.c).
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
#define MAX_WAITING		65536

/* Room for the first rows of an arm. */
#define FIRST_ROWS		16

/* ----------------------------------------------------------------------
 * Arms
 * ----------------------------------------------------------------------
 */

/*
 * Room for another arm.
 */
static void
EnlargeArms(AbHistogramState *state)
{
	MemoryContext context = state->eoh.eoh_context;

	if (state->room == 0)
	{
		state->room = 2;
		state->arms = (AbHistogramPart *)
			MemoryContextAlloc(context, state->room * sizeof(AbHistogramPart));
		state->waiting = (AbWaiting *)
			MemoryContextAlloc(context, state->room * sizeof(AbWaiting));
	}
	else
	{
		state->room *= 2;
		state->arms = (AbHistogramPart *)
			repalloc(state->arms, state->room * sizeof(AbHistogramPart));
		state->waiting = (AbWaiting *)
			repalloc(state->waiting, state->room * sizeof(AbWaiting));
	}
}

/*
 * Add an empty arm at that position, with a copy of the label.
 */
static void
InsertArm(AbHistogramState *state, AbLabel label, int position)
{
	int			behind = state->count - position;
	AbHistogramPart *arm;
	char	   *name;

	AbCheckVariantCount(state->count + 1, AB_MAX_HISTOGRAM_VARIANTS);
	name = (char *) MemoryContextAlloc(state->eoh.eoh_context,
									   Max(label.length, 1));
	if (state->count == state->room)
		EnlargeArms(state);

	arm = &state->arms[position];
	memmove(arm + 1, arm, behind * sizeof(AbHistogramPart));
	memmove(&state->waiting[position + 1], &state->waiting[position],
			behind * sizeof(AbWaiting));
	memset(arm, 0, sizeof(AbHistogramPart));
	memset(&state->waiting[position], 0, sizeof(AbWaiting));
	state->count++;
	arm->head.label.data = memcpy(name, label.data, label.length);
	arm->head.label.length = label.length;
}

/*
 * AbFindStateArm() without guessing.
 */
int
AbInsertStateArm(AbHistogramState *state, AbLabel label)
{
	int			position = AbBisectArms(state->arms, state->count,
										AbPartLabel, label);

	if (unlikely(position < 0))
	{
		position = -(position + 1);
		InsertArm(state, label, position);
	}
	return position;
}

static inline uint16 *
FlagsOf(const void *arms, int i)
{
	return &((AbHistogramPart *) arms)[i].head.flags;
}

/*
 * Mark the arm at that position as control.  ERROR 22023 if another one is.
 */
void
AbMarkStateArm(AbHistogramState *state, int position)
{
	AbMarkArm(state->arms, state->count, AbPartLabel, FlagsOf, position);
}

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
 * Merging what waits, all of it in the state's context
 * ----------------------------------------------------------------------
 */

/*
 * Merge other bins, of which there are some, into those of an arm.  They are
 * palloc'd and pass into its possession.
 */
static void
MergeIntoArm(AbHistogramPart *arm, AbBin *others, int count)
{
	AbBin	   *merged = others;

	if (arm->count > 0)
	{
		merged = (AbBin *) palloc((arm->count + count) * sizeof(AbBin));
		count = AbMergeBins(merged, arm->bins, arm->count, others, count);
		pfree(arm->bins);
		pfree(others);
	}
	/* what is tied takes no room */
	arm->bins = (AbBin *) repalloc(merged, count * sizeof(AbBin));
	arm->count = count;
}

/*
 * Sorted keys, of which there are some, as bins in palloc'd memory.
 */
static AbBin *
CountKeys(const uint64 *keys, int n, uint64 sign, int *count)
{
	AbBin	   *bins = (AbBin *) palloc(n * sizeof(AbBin));

	*count = 0;
	for (int i = 0; i < n; i++)
	{
		int64		key = (int64) (keys[i] ^ sign);

		if (*count > 0 && bins[*count - 1].key == key)
			bins[*count - 1].count++;
		else
		{
			bins[*count].key = key;
			bins[*count].count = 1;
			(*count)++;
		}
	}
	return bins;
}

/*
 * Merge the rows of an arm that wait.
 */
static void
MergeRows(AbHistogramPart *arm, AbWaiting *waiting, int bits)
{
	const uint64 sign = UINT64CONST(1) << 63;
	uint64	   *keys = (uint64 *) palloc(waiting->rows_used * sizeof(uint64));
	uint64	   *scratch = (uint64 *) palloc(waiting->rows_used * sizeof(uint64));
	double		min = INFINITY;
	double		max = -INFINITY;
	int			finite = 0;

	for (int i = 0; i < waiting->rows_used; i++)
	{
		double		value = waiting->rows[i];

		if (unlikely(!isfinite(value)))
			continue;
		min = Min(min, value);
		max = Max(max, value);
		keys[finite++] = (uint64) AbTruncateKey(AbKeyOfValue(value), bits) ^ sign;
	}
	AbCheckObservations(arm->head.n, finite);
	AbCheckObservations(arm->head.nonfinite, waiting->rows_used - finite);
	arm->head.nonfinite += waiting->rows_used - finite;
	waiting->rows_used = 0;
	if (finite > 0)
	{
		AbBin	   *bins;
		int			count;

		/* no -0 */
		ExtendRange(arm, min + 0.0, max + 0.0);
		arm->head.n += finite;
		AbSortKeys(keys, scratch, finite);
		bins = CountKeys(keys, finite, sign, &count);
		MergeIntoArm(arm, bins, count);
	}
	pfree(keys);
	pfree(scratch);

	/* with many arms, not all of them keep a large buffer */
	if (waiting->rows_room > MIN_WAITING)
	{
		pfree(waiting->rows);
		waiting->rows = NULL;
		waiting->rows_room = 0;
	}
}

#define ST_SORT SortBins
#define ST_ELEMENT_TYPE AbBin
#define ST_COMPARE(a, b) ((a)->key < (b)->key ? -1 : (a)->key > (b)->key)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/*
 * Merge the bins of an arm that wait.
 */
static void
MergeBins(AbHistogramPart *arm, AbWaiting *waiting, int bits)
{
	AbBin	   *bins = (AbBin *) palloc(waiting->bins_used * sizeof(AbBin));

	SortBins(waiting->bins, waiting->bins_used);
	memcpy(bins, waiting->bins, waiting->bins_used * sizeof(AbBin));
	MergeIntoArm(arm, bins, AbTruncateBins(bins, waiting->bins_used, bits));
	waiting->bins_used = 0;
	if (waiting->bins_room > MIN_WAITING)
	{
		pfree(waiting->bins);
		waiting->bins = NULL;
		waiting->bins_room = 0;
	}
}

/*
 * The largest number of bits, below those that the arms have, with which their
 * bins fit.
 */
static int
ChooseBits(const AbHistogramPart *arms, int count, const int64 *keys, int n,
		   int bits)
{
	int64		values[AB_EXACT_BITS + 1] = {0};	/* more with that many
													 * bits */
	int64		bins[AB_EXACT_BITS + 1] = {0};
	int64		all_values = n > 0;
	int64		all_bins = 0;
	int			fitting = 0;

	for (int i = 1; i < n; i++)
		values[AbBitsToDiffer(keys[i - 1], keys[i])]++;
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

		arm->count = AbTruncateBins(arm->bins, arm->count, bits);
		total += arm->count;
	}
	return total;
}

/*
 * Merge what waits, and drop significand bits if there are then more values
 * than fit.
 */
void
AbMergeWaiting(AbHistogramState *state)
{
	MemoryContext old = MemoryContextSwitchTo(state->eoh.eoh_context);
	int64		total = 0;

	for (int i = 0; i < state->count; i++)
	{
		AbHistogramPart *arm = &state->arms[i];
		AbWaiting  *waiting = &state->waiting[i];

		CHECK_FOR_INTERRUPTS();
		if (waiting->rows_used > 0)
			MergeRows(arm, waiting, state->bits);
		if (waiting->bins_used > 0)
			MergeBins(arm, waiting, state->bits);
		total += arm->count;
	}

	if (total > AB_MAX_VALUES)
	{
		int64	   *keys;
		int			n = AbDistinctKeys(state->arms, state->count, &keys);

		if (n > AB_MAX_VALUES || total > AB_MAX_BINS)
			total = LowerBits(state, ChooseBits(state->arms, state->count,
												keys, n, state->bits));
		pfree(keys);
	}
	state->all_waiting = 0;
	state->most_waiting = Max(MIN_WAITING, Min(total, MAX_WAITING));
	MemoryContextSwitchTo(old);
}

/* ----------------------------------------------------------------------
 * The expanded object
 * ----------------------------------------------------------------------
 */

/*
 * The flat form, made once until the state changes.  It belongs to the state.
 */
static Size
StateFlatSize(ExpandedObjectHeader *eohptr)
{
	AbHistogramState *state = (AbHistogramState *) eohptr;

	if (state->flat == NULL)
	{
		MemoryContext old;

		AbMergeWaiting(state);
		old = MemoryContextSwitchTo(state->eoh.eoh_context);
		state->flat = AbBuildHistogram(state->bits, state->unassigned,
									   state->arms, state->count);
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
 * An empty state in a context of its own, which is a child of that one.
 */
AbHistogramState *
AbNewHistogramState(MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "ab_histogram",
												  ALLOCSET_START_SMALL_SIZES);
	AbHistogramState *state = (AbHistogramState *)
		MemoryContextAllocZero(context, sizeof(AbHistogramState));

	EOH_init_header(&state->eoh, &state_methods, context);
	state->magic = AB_STATE_MAGIC;
	state->bits = AB_EXACT_BITS;
	state->most_waiting = MIN_WAITING;
	return state;
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
 * Let the bins of an arm of another histogram, which are copied, wait.
 */
static void
AddBins(AbHistogramState *state, int position, const AbBins *bins)
{
	AbWaiting  *waiting = &state->waiting[position];
	int			room = waiting->bins_used + bins->count;

	if (waiting->bins == NULL)
	{
		waiting->bins = (AbBin *) MemoryContextAlloc(state->eoh.eoh_context,
													 room * sizeof(AbBin));
		waiting->bins_room = room;
	}
	else if (room > waiting->bins_room)
	{
		room = Max(room, 2 * waiting->bins_room);
		waiting->bins = (AbBin *) repalloc(waiting->bins, room * sizeof(AbBin));
		waiting->bins_room = room;
	}
	memcpy(waiting->bins + waiting->bins_used, bins->bins,
		   bins->count * sizeof(AbBin));
	waiting->bins_used += bins->count;
	state->all_waiting += bins->count;
	if (state->all_waiting >= state->most_waiting)
		AbMergeWaiting(state);
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
	AbBin		bin;
	AbBins		bins = {&bin, 1, AB_EXACT_BITS, rows, value, value};

	if (!isfinite(value))
	{
		AbCountRows(&arm->head.nonfinite, rows);
		return;
	}
	AbCheckObservations(arm->head.n, rows);
	/* no -0 */
	ExtendRange(arm, value + 0.0, value + 0.0);
	arm->head.n += rows;
	bin.key = AbKeyOfValue(value);
	bin.count = rows;
	AddBins(state, position, &bins);
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
		AbBins		bins;

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
		if (other->bits < state->bits)
			LowerBits(state, other->bits);
		ExtendRange(arm, from->min, from->max);
		arm->head.n += from->n;

		bins = AbHistogramBins(other, i);
		AddBins(state, position, &bins);
		pfree(bins.bins);
	}
}
