/*
 * histogram_state.c
 *	  A histogram in the making: the expanded form of the type ab_histogram.
 *
 * Rows go to a buffer per arm.  Rows of full buffers are counted in the map from
 * values to counts (math/bins.c), which while it grows lies on a grid
 * (math/bins_grid.c) or has an index (math/bins_index.c); those of new values
 * wait until there are enough and are then sorted and merged into it
 * (topic/histogram_count.c).  What comes from other histograms goes the same
 * way, cell by cell.
 *
 * While there are at most AB_MAX_VALUES different values, over all variants,
 * what is made of the state is exact.  Past that, it keeps of all values alike
 * the largest number of significand bits with which they still fit.  That number
 * depends on the multiset of the values only: the values of a part are never
 * more than those of the whole, and clearing bits in steps is clearing them at
 * once.  So any order of adding and merging, and any chunking, gives the same
 * bytes.
 */
#include "topic/histogram_state.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

/* The context that the states of an aggregate share, and where it is sought. */
#define SHARED_CONTEXT	"ab_histogram states"
#define SHARED_PLACES	4
/* its largest blocks: what is free in one of them counts as used, too */
#define SHARED_BLOCK	(256 * 1024)

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
	state->most_waiting = AB_MIN_WAITING;
	state->most_bins = AB_MANY_BINS;
	state->arms = state->first_arms;
	state->waiting = state->first_waiting;
	state->room = AB_FIRST_ARMS;
	state->names = state->first_names;
	state->names_room = AB_FIRST_NAMES;
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
	AbFirstRoom *first;

	if (waiting->rows == NULL && (first = AbTakeFirstRoom(state)) != NULL)
	{
		waiting->rows = first->rows;
		waiting->rows_room = AB_FIRST_ROWS;
		return;
	}
	waiting->rows_room = Max(AB_FIRST_ROWS, 2 * waiting->rows_room);
	waiting->rows = (double *)
		AbResizeRoom(state, waiting->rows, waiting->rows_used * sizeof(double),
					 waiting->rows_room * sizeof(double));
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
	AbExtendRange(arm, value + 0.0, value + 0.0);
	arm->head.n += rows;
	bin = AbReserveBins(state, position, 1);
	bin->key = AbKeyOfValue(value);
	bin->count = rows;
	AbAddBins(state, position, bin, 1);
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
			AbLowerBits(state, other->bits);
		AbExtendRange(arm, from->min, from->max);
		arm->head.n += from->n;

		bins = AbReserveBins(state, position, count);
		AbReadHistogramBins(other, i, bins);
		AbAddBins(state, position, bins, count);
	}
}
