/*
 * histogram.c
 *	  The type ab_histogram: per variant how often each value occurred, for
 *	  quantiles, rank tests and capped means.
 *
 * While there are at most AB_MAX_VALUES different values, over all variants,
 * the map is exact.  Past that, it keeps of all values alike the largest number
 * of significand bits with which they still fit.  That number depends on the
 * multiset of the values only: the values of a part are never more than those
 * of the whole, and clearing bits in steps is clearing them at once.  So any
 * order of adding and merging, and any chunking, gives the same bytes.
 *
 * The type is the transition type of its aggregates.  In an aggregate it is an
 * expanded object: rows go to a buffer per arm, and full buffers are sorted and
 * merged into the map (bins.c).  Whoever else gets hold of the value (another
 * process, a table, a reader) sees the flat form, whose layout is in
 * histogram.h.
 *
 * The empty histogram and NULL are the identity of merging.
 */
#include "base/comparison.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "funcapi.h"
#include "value/histogram.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "value/io.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/json.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"

/* Rows that wait to be merged: as many as there are bins, between these. */
#define MIN_WAITING		4096
#define MAX_WAITING		65536

/* Room for the first rows of an arm. */
#define FIRST_ROWS		16

/* variant, nonfinite, control, min, max, values and counts */
#define ARM_KEYS		7

/* attributes of the SQL type ab_histogram_arm */
#define ARM_ATTRIBUTES	11

#define STATE_MAGIC		0x61624869

static const char type_name[] = "ab_histogram";

static const AbStoredForm form = {
	type_name, AB_HISTOGRAM_VERSION, "bits", AB_MAX_HISTOGRAM_VARIANTS
};

/* An arm in the making. */
typedef struct HistogramArm
{
	AbLabel		label;
	uint16		flags;
	int64		n;				/* rows in bins and pending */
	int64		nonfinite;
	double		min;
	double		max;
	AbBin	   *bins;			/* in ascending order */
	int			count;
	double	   *rows;			/* not merged yet, finite or not */
	int			rows_used;
	int			rows_room;
	AbBin	   *pending;		/* of merged states, not merged yet */
	int			pending_used;
	int			pending_room;
} HistogramArm;

/* A histogram in the making: the expanded form of the type. */
typedef struct HistogramState
{
	ExpandedObjectHeader eoh;
	int			magic;
	int			bits;
	HistogramArm *arms;			/* in the order of their labels */
	int			count;
	int			room;
	int			waiting;		/* rows and bins not merged yet */
	int			most_waiting;
	AbHistogram *flat;			/* its flat form, NULL if out of date */
} HistogramState;

/* ----------------------------------------------------------------------
 * Flat values
 * ----------------------------------------------------------------------
 */

/*
 * An aligned, plain view of a histogram argument: a copy or the argument
 * itself, which the caller must not modify.  ERROR XX001 if its version is not
 * known.
 */
AbHistogram *
AbDatumGetHistogram(Datum datum)
{
	AbHistogram *histogram = (AbHistogram *) PG_DETOAST_DATUM(datum);

	if (VARSIZE(histogram) < sizeof(AbHistogram) ||
		histogram->version != AB_HISTOGRAM_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("ab_histogram value has an unknown version"),
				 errhint("It may have been written by a newer version of ab_test.")));
	return histogram;
}

static AbLabel
ArmLabel(const AbHistogram *histogram, const AbHistogramArm *arm)
{
	AbLabel		label;

	label.data = (const char *) histogram + arm->label_offset;
	label.length = arm->label_length;
	return label;
}

/*
 * The bins of an arm, in palloc'd memory.
 */
AbBins
AbHistogramBins(const AbHistogram *histogram, int i)
{
	const AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
	const unsigned char *start = (const unsigned char *) histogram +
		arm->bins_offset;
	const unsigned char *end = (const unsigned char *) histogram +
		VARSIZE(histogram);
	AbBins		bins;

	bins.count = arm->bins;
	bins.bits = histogram->bits;
	bins.n = arm->n;
	bins.min = arm->min;
	bins.max = arm->max;
	bins.bins = (AbBin *) palloc(Max(bins.count, 1) * sizeof(AbBin));
	if (AbBinsDecode(start, end, bins.bins, bins.count, &start) != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("ab_histogram value is damaged")));
	return bins;
}

/*
 * A summary of one column with the same arms in the same places, whose moments
 * are not filled in: enough to choose arms and to count their rows.
 */
AbSummary *
AbHistogramArms(const AbHistogram *histogram)
{
	int			arms = histogram->arms;
	AbArmParts *parts = (AbArmParts *) palloc0(Max(arms, 1) * sizeof(AbArmParts));

	for (int i = 0; i < arms; i++)
	{
		const AbHistogramArm *arm = AbGetHistogramArm(histogram, i);

		parts[i].label = ArmLabel(histogram, arm);
		parts[i].n = arm->n;
		parts[i].nonfinite = arm->nonfinite;
		parts[i].flags = arm->flags;
	}
	return AbBuildSummary(1, parts, arms);
}

/*
 * The flat form of arms that have no rows waiting.
 */
static AbHistogram *
BuildHistogram(int bits, const HistogramArm *arms, int count)
{
	Size		size = sizeof(AbHistogram) + count * sizeof(AbHistogramArm);
	Size		label_offset = size;
	unsigned char *out;
	AbHistogram *histogram;

	for (int i = 0; i < count; i++)
		size += arms[i].label.length;
	for (int i = 0; i < count; i++)
		size += AbBinsEncodedSize(arms[i].bins, arms[i].count);

	histogram = (AbHistogram *) palloc0(size);
	SET_VARSIZE(histogram, size);
	histogram->version = AB_HISTOGRAM_VERSION;
	histogram->bits = bits;
	histogram->arms = count;
	for (int i = 0; i < count; i++)
	{
		AbHistogramArm *arm = AbGetHistogramArm(histogram, i);

		arm->n = arms[i].n;
		arm->nonfinite = arms[i].nonfinite;
		arm->min = arms[i].min;
		arm->max = arms[i].max;
		arm->bins = arms[i].count;
		arm->label_offset = label_offset;
		arm->label_length = arms[i].label.length;
		arm->flags = arms[i].flags;
		if (arms[i].label.length > 0)
			memcpy((char *) histogram + label_offset, arms[i].label.data,
				   arms[i].label.length);
		label_offset += arms[i].label.length;
	}

	out = (unsigned char *) histogram + label_offset;
	for (int i = 0; i < count; i++)
	{
		AbGetHistogramArm(histogram, i)->bins_offset =
			out - (unsigned char *) histogram;
		out = AbBinsEncode(arms[i].bins, arms[i].count, out);
	}
	return histogram;
}

/*
 * Number of different keys of all arms.
 */
static int
MergeAllKeys(const HistogramArm *arms, int count, int64 total, int64 **keys)
{
	int64	   *all = (int64 *) palloc(Max(total, 1) * sizeof(int64));
	int64	   *other = (int64 *) palloc(Max(total, 1) * sizeof(int64));
	int			n = 0;

	for (int i = 0; i < count; i++)
	{
		int64	   *swap = all;

		CHECK_FOR_INTERRUPTS();
		n = AbMergeKeys(other, all, n, arms[i].bins, arms[i].count);
		all = other;
		other = swap;
	}
	pfree(other);
	*keys = all;
	return n;
}

/* ----------------------------------------------------------------------
 * Values in the making
 * ----------------------------------------------------------------------
 */

static Size StateFlatSize(ExpandedObjectHeader *eohptr);
static void StateFlatten(ExpandedObjectHeader *eohptr, void *result,
						 Size allocated_size);

static const ExpandedObjectMethods state_methods = {
	StateFlatSize,
	StateFlatten
};

static HistogramState *
NewState(MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "ab_histogram",
												  ALLOCSET_START_SMALL_SIZES);
	HistogramState *state = (HistogramState *)
		MemoryContextAllocZero(context, sizeof(HistogramState));

	EOH_init_header(&state->eoh, &state_methods, context);
	state->magic = STATE_MAGIC;
	state->bits = AB_EXACT_BITS;
	state->most_waiting = MIN_WAITING;
	return state;
}

/*
 * Position of the arm with that label, or -(p + 1) where p is the position at
 * which to insert it.
 */
static int
SearchArm(const HistogramState *state, AbLabel label)
{
	int			low = 0;
	int			high = state->count;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = AbLabelCompare(state->arms[middle].label, label);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -(low + 1);
}

/*
 * The arm with that label, which is made if it is not there.
 */
static inline HistogramArm *
GetArm(HistogramState *state, AbLabel label)
{
	HistogramArm *arm;
	int			position;

	/* with two arms guess without a branch, as AbFindArm() does */
	if (likely(state->count == 2 && label.length > 0 &&
			   state->arms[0].label.length > 0))
	{
		const AbLabel *first = &state->arms[0].label;
		int			guess = (first->length != label.length) |
			(first->data[first->length - 1] != label.data[label.length - 1]);

		if (likely(AbLabelEquals(state->arms[guess].label, label)))
			return &state->arms[guess];
	}

	position = SearchArm(state, label);
	if (likely(position >= 0))
		return &state->arms[position];

	position = -(position + 1);
	AbCheckVariantCount(state->count + 1, AB_MAX_HISTOGRAM_VARIANTS);
	if (state->arms == NULL)
	{
		state->room = 2;
		state->arms = (HistogramArm *)
			MemoryContextAlloc(state->eoh.eoh_context,
							   state->room * sizeof(HistogramArm));
	}
	else if (state->count == state->room)
	{
		state->room *= 2;
		state->arms = (HistogramArm *)
			repalloc(state->arms, state->room * sizeof(HistogramArm));
	}

	arm = &state->arms[position];
	memmove(arm + 1, arm, (state->count - position) * sizeof(HistogramArm));
	memset(arm, 0, sizeof(HistogramArm));
	state->count++;
	arm->label.length = label.length;
	arm->label.data = memcpy(MemoryContextAlloc(state->eoh.eoh_context,
												label.length + 1),
							 label.data, label.length);
	return arm;
}

/*
 * Extend an arm's range to those values.
 */
static void
ExtendRange(HistogramArm *arm, double min, double max)
{
	if (arm->n == 0 || min < arm->min)
		arm->min = min;
	if (arm->n == 0 || max > arm->max)
		arm->max = max;
}

/*
 * Replace the bins of an arm by those and others, of which there are some,
 * merged.
 */
static void
MergeIntoArm(HistogramArm *arm, AbBin *others, int count)
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
 * Merge the rows of an arm that wait.
 */
static void
MergeRows(HistogramArm *arm, int bits)
{
	const uint64 sign = UINT64CONST(1) << 63;
	uint64	   *keys = (uint64 *) palloc(arm->rows_used * sizeof(uint64));
	uint64	   *scratch = (uint64 *) palloc(arm->rows_used * sizeof(uint64));
	double		min = INFINITY;
	double		max = -INFINITY;
	int			finite = 0;
	int			count = 0;
	AbBin	   *bins;

	for (int i = 0; i < arm->rows_used; i++)
	{
		double		value = arm->rows[i];

		if (unlikely(!isfinite(value)))
			continue;
		min = Min(min, value);
		max = Max(max, value);
		keys[finite++] = (uint64) AbTruncateKey(AbKeyOfValue(value), bits) ^ sign;
	}
	AbCheckObservations(arm->n, finite);
	AbCheckObservations(arm->nonfinite, arm->rows_used - finite);
	arm->nonfinite += arm->rows_used - finite;
	arm->rows_used = 0;
	if (finite == 0)
	{
		pfree(keys);
		pfree(scratch);
		return;
	}
	/* no -0 */
	ExtendRange(arm, min + 0.0, max + 0.0);
	arm->n += finite;

	AbSortKeys(keys, scratch, finite);
	bins = (AbBin *) palloc(finite * sizeof(AbBin));
	for (int i = 0; i < finite; i++)
	{
		int64		key = (int64) (keys[i] ^ sign);

		if (count > 0 && bins[count - 1].key == key)
			bins[count - 1].count++;
		else
		{
			bins[count].key = key;
			bins[count].count = 1;
			count++;
		}
	}
	pfree(keys);
	pfree(scratch);
	MergeIntoArm(arm, bins, count);

	/* with many arms, not all of them keep a large buffer */
	if (arm->rows_room > MIN_WAITING)
	{
		pfree(arm->rows);
		arm->rows = NULL;
		arm->rows_room = 0;
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
MergePending(HistogramArm *arm, int bits)
{
	AbBin	   *bins = (AbBin *) palloc(arm->pending_used * sizeof(AbBin));

	SortBins(arm->pending, arm->pending_used);
	memcpy(bins, arm->pending, arm->pending_used * sizeof(AbBin));
	MergeIntoArm(arm, bins, AbTruncateBins(bins, arm->pending_used, bits));
	arm->pending_used = 0;
	if (arm->pending_room > MIN_WAITING)
	{
		pfree(arm->pending);
		arm->pending = NULL;
		arm->pending_room = 0;
	}
}

/*
 * The largest number of bits, below those that the arms have, with which their
 * bins fit.
 */
static int
ChooseBits(const HistogramArm *arms, int count, const int64 *keys, int n,
		   int bits)
{
	int64		values[AB_EXACT_BITS + 1] = {0};	/* more with that many bits */
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
 * Merge what waits, and drop significand bits if there are then more values
 * than fit.
 */
static void
MergeWaiting(HistogramState *state)
{
	MemoryContext old = MemoryContextSwitchTo(state->eoh.eoh_context);
	int64		total = 0;

	for (int i = 0; i < state->count; i++)
	{
		HistogramArm *arm = &state->arms[i];

		CHECK_FOR_INTERRUPTS();
		if (arm->rows_used > 0)
			MergeRows(arm, state->bits);
		if (arm->pending_used > 0)
			MergePending(arm, state->bits);
	}
	/* a state of fewer bits may have been merged into any arm */
	for (int i = 0; i < state->count; i++)
	{
		HistogramArm *arm = &state->arms[i];

		if (state->bits < AB_EXACT_BITS)
			arm->count = AbTruncateBins(arm->bins, arm->count, state->bits);
		total += arm->count;
	}

	if (total > AB_MAX_VALUES)
	{
		int64	   *keys;
		int			n = MergeAllKeys(state->arms, state->count, total, &keys);

		if (n > AB_MAX_VALUES || total > AB_MAX_BINS)
		{
			state->bits = ChooseBits(state->arms, state->count, keys, n,
									 state->bits);
			total = 0;
			for (int i = 0; i < state->count; i++)
			{
				HistogramArm *arm = &state->arms[i];

				arm->count = AbTruncateBins(arm->bins, arm->count,
											 state->bits);
				total += arm->count;
			}
		}
		pfree(keys);
	}
	state->waiting = 0;
	state->most_waiting = Max(MIN_WAITING, Min(total, MAX_WAITING));
	MemoryContextSwitchTo(old);
}

/*
 * Before the state is changed: its flat form is out of date.
 */
static inline void
ForgetFlat(HistogramState *state)
{
	if (unlikely(state->flat != NULL))
	{
		pfree(state->flat);
		state->flat = NULL;
	}
}

/*
 * Put a row into an arm's buffer.
 */
static inline void
AddRow(HistogramState *state, HistogramArm *arm, double value)
{
	if (unlikely(arm->rows_used == arm->rows_room))
	{
		if (arm->rows == NULL)
		{
			arm->rows_room = FIRST_ROWS;
			arm->rows = (double *) MemoryContextAlloc(state->eoh.eoh_context,
													  arm->rows_room * sizeof(double));
		}
		else
		{
			arm->rows_room *= 2;
			arm->rows = (double *) repalloc(arm->rows,
											arm->rows_room * sizeof(double));
		}
	}
	arm->rows[arm->rows_used++] = value;
	if (unlikely(++state->waiting >= state->most_waiting))
		MergeWaiting(state);
}

/*
 * ERROR 22023 if another arm is marked as the control.
 */
static void
SetControl(HistogramState *state, HistogramArm *arm)
{
	if (likely(arm->flags & AB_ARM_CONTROL))
		return;
	for (int i = 0; i < state->count; i++)
		if (state->arms[i].flags & AB_ARM_CONTROL)
			AbTwoControls(state->arms[i].label, arm->label);
	arm->flags |= AB_ARM_CONTROL;
}

/*
 * Add what a flat histogram holds.
 */
static void
AddHistogram(HistogramState *state, const AbHistogram *other)
{
	for (int i = 0; i < (int) other->arms; i++)
	{
		const AbHistogramArm *from = AbGetHistogramArm(other, i);
		HistogramArm *arm = GetArm(state, ArmLabel(other, from));
		AbBins		bins;
		int			room;

		CHECK_FOR_INTERRUPTS();
		AbCheckObservations(arm->n, from->n);
		AbCheckObservations(arm->nonfinite, from->nonfinite);
		if (from->flags & AB_ARM_CONTROL)
			SetControl(state, arm);
		arm->nonfinite += from->nonfinite;
		if (from->n == 0)
			continue;
		state->bits = Min(state->bits, other->bits);
		ExtendRange(arm, from->min, from->max);
		arm->n += from->n;

		bins = AbHistogramBins(other, i);
		room = arm->pending_used + bins.count;
		if (arm->pending == NULL)
			arm->pending = (AbBin *) MemoryContextAlloc(state->eoh.eoh_context,
														 room * sizeof(AbBin));
		else if (room > arm->pending_room)
		{
			room = Max(room, 2 * arm->pending_room);
			arm->pending = (AbBin *) repalloc(arm->pending,
											   room * sizeof(AbBin));
		}
		arm->pending_room = Max(arm->pending_room, room);
		memcpy(arm->pending + arm->pending_used, bins.bins,
			   bins.count * sizeof(AbBin));
		arm->pending_used += bins.count;
		pfree(bins.bins);
		state->waiting += bins.count;
		if (state->waiting >= state->most_waiting)
			MergeWaiting(state);
	}
}

static Size
StateFlatSize(ExpandedObjectHeader *eohptr)
{
	HistogramState *state = (HistogramState *) eohptr;

	if (state->flat == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(state->eoh.eoh_context);

		MergeWaiting(state);
		state->flat = BuildHistogram(state->bits, state->arms, state->count);
		MemoryContextSwitchTo(old);
	}
	return VARSIZE(state->flat);
}

static void
StateFlatten(ExpandedObjectHeader *eohptr, void *result, Size allocated_size)
{
	HistogramState *state = (HistogramState *) eohptr;

	Assert(state->flat != NULL && allocated_size == VARSIZE(state->flat));
	memcpy(result, state->flat, allocated_size);
}

/*
 * The state of an aggregate to be changed, or NULL if there is none yet.  A
 * call from outside an aggregate gets a state of its own.
 */
static inline HistogramState *
GetState(FunctionCallInfo fcinfo)
{
	HistogramState *state;
	MemoryContext context;

	if (PG_ARGISNULL(0))
		return NULL;
	if (likely(VARATT_IS_EXTERNAL_EXPANDED_RW(PG_GETARG_POINTER(0))))
	{
		state = (HistogramState *) DatumGetEOHP(PG_GETARG_DATUM(0));
		if (likely(state->magic == STATE_MAGIC))
		{
			ForgetFlat(state);
			return state;
		}
	}

	if (!AggCheckCallContext(fcinfo, &context))
		context = CurrentMemoryContext;
	state = NewState(context);
	AddHistogram(state, AB_GETARG_HISTOGRAM(0));
	return state;
}

/*
 * GetState(), or a new state where there is none.
 */
static inline HistogramState *
NeedState(FunctionCallInfo fcinfo, HistogramState *state)
{
	MemoryContext context;

	if (likely(state != NULL))
		return state;
	if (!AggCheckCallContext(fcinfo, &context))
		context = CurrentMemoryContext;
	return NewState(context);
}

static Datum
StateDatum(HistogramState *state)
{
	return EOHPGetRWDatum(&state->eoh);
}

/* ----------------------------------------------------------------------
 * Collecting
 * ----------------------------------------------------------------------
 */

/*
 * Transition: (state, outcome, variant [, control]).
 */
PG_FUNCTION_INFO_V1(ab_histogram_accum);
Datum
ab_histogram_accum(PG_FUNCTION_ARGS)
{
	HistogramState *state = GetState(fcinfo);

	if (PG_NARGS() > 3 && !PG_ARGISNULL(3))
	{
		state = NeedState(fcinfo, state);
		SetControl(state, GetArm(state, AbTextGetLabel(PG_GETARG_TEXT_PP(3))));
	}
	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		state = NeedState(fcinfo, state);
		AddRow(state, GetArm(state, AbTextGetLabel(PG_GETARG_TEXT_PP(2))),
			   PG_GETARG_FLOAT8(1));
	}
	if (state == NULL)
		PG_RETURN_NULL();
	return StateDatum(state);
}

/*
 * The shortest decimal that reads back as that double, as a numeric.
 */
static Datum
ShortestNumeric(double value)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(value, digits);
	return DirectFunctionCall3(numeric_in, CStringGetDatum(digits),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/*
 * The difference of the decimal numbers that two doubles stand for, so that
 * 0.47 - 0.43 and 0.53 - 0.49 are the same: signed ranks need ties.
 */
static double
DecimalDifference(double a, double b)
{
	const double exact = 9007199254740992.0;

	/* exact as they are */
	if (!isfinite(a) || !isfinite(b) ||
		(rint(a) == a && rint(b) == b && fabs(a) <= exact && fabs(b) <= exact))
		return a - b;
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
											  DirectFunctionCall2(numeric_sub,
																  ShortestNumeric(a),
																  ShortestNumeric(b))));
}

/*
 * Transition of a pair: (state, control_outcome, treatment_outcome), whose
 * difference is a row of the one arm there is.
 */
PG_FUNCTION_INFO_V1(ab_paired_histogram_accum);
Datum
ab_paired_histogram_accum(PG_FUNCTION_ARGS)
{
	static const AbLabel pairs = {AB_PAIRS_LABEL, sizeof(AB_PAIRS_LABEL) - 1};
	HistogramState *state = GetState(fcinfo);

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		state = NeedState(fcinfo, state);
		AddRow(state, GetArm(state, pairs),
			   DecimalDifference(PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(1)));
	}
	if (state == NULL)
		PG_RETURN_NULL();
	return StateDatum(state);
}

/*
 * Merge two histograms: the combine function of every aggregate with this
 * state and the transition function of ab_rollup.
 */
PG_FUNCTION_INFO_V1(ab_histogram_combine);
Datum
ab_histogram_combine(PG_FUNCTION_ARGS)
{
	HistogramState *state = GetState(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		AbHistogram *other = AB_GETARG_HISTOGRAM(1);

		state = NeedState(fcinfo, state);
		AddHistogram(state, other);
		if ((Pointer) other != PG_GETARG_POINTER(1))
			pfree(other);
	}
	if (state == NULL)
		PG_RETURN_NULL();
	return StateDatum(state);
}

/*
 * Final function: the flat form, made once for whoever reads it.
 */
PG_FUNCTION_INFO_V1(ab_histogram_final);
Datum
ab_histogram_final(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(AB_GETARG_HISTOGRAM(0));
}

/* ----------------------------------------------------------------------
 * Text form: JSON
 * ----------------------------------------------------------------------
 */

/*
 * Why an arm cannot have come out of an aggregate, as a sentence, or NULL.
 */
static const char *
ArmFault(HistogramArm *arm, int bits)
{
	arm->n = 0;
	for (int i = 0; i < arm->count; i++)
	{
		const AbBin *bin = &arm->bins[i];

		if (i > 0 && arm->bins[i - 1].key >= bin->key)
			return "The values of an arm must be in ascending order.";
		if (AbTruncateKey(bin->key, bits) != bin->key)
			return "A value has more bits than the histogram keeps.";
		if (bin->count < 1 || bin->count > AB_MAX_OBSERVATIONS - arm->n)
			return "The number of observations is out of range.";
		arm->n += bin->count;
	}
	if (arm->nonfinite < 0 || arm->nonfinite > AB_MAX_OBSERVATIONS)
		return "The number of observations is out of range.";
	if (arm->flags & ~AB_ARM_CONTROL)
		return "An arm has unknown flags.";
	if (arm->count == 0)
		return arm->min == 0 && arm->max == 0 ? NULL :
			"An arm without observations has no smallest and largest value.";
	if (!isfinite(arm->min) || !isfinite(arm->max) || arm->min > arm->max ||
		AbTruncateKey(AbKeyOfValue(arm->min), bits) != arm->bins[0].key ||
		AbTruncateKey(AbKeyOfValue(arm->max), bits) !=
		arm->bins[arm->count - 1].key)
		return "The smallest and largest value of an arm must be in its first and last bin.";
	return NULL;
}

/*
 * Why the arms cannot make one histogram, as a sentence, or NULL.
 */
static const char *
ArmsFault(const HistogramArm *arms, int count, int bits)
{
	int			controls = 0;
	int64		total = 0;
	int64	   *keys;
	int			n;

	for (int i = 0; i < count; i++)
	{
		if (i > 0 && AbLabelCompare(arms[i - 1].label, arms[i].label) >= 0)
			return "Variants must differ and be in ascending order of their bytes.";
		if (arms[i].flags & AB_ARM_CONTROL)
			controls++;
		total += arms[i].count;
	}
	if (controls > 1)
		return "Only one variant can be the control.";
	if (total <= AB_MAX_VALUES && bits == AB_EXACT_BITS)
		return NULL;
	if (total > AB_MAX_BINS)
		return "There are too many values.";
	n = MergeAllKeys(arms, count, total, &keys);
	pfree(keys);
	if (n > AB_MAX_VALUES)
		return "There are too many different values.";
	/* one bit more makes at most two bins of one */
	if (bits < AB_EXACT_BITS && 2 * n <= AB_MAX_VALUES &&
		2 * total <= AB_MAX_BINS)
		return "The histogram keeps fewer bits than it has room for.";
	return NULL;
}

PG_FUNCTION_INFO_V1(ab_histogram_out);
Datum
ab_histogram_out(PG_FUNCTION_ARGS)
{
	AbHistogram *histogram = AB_GETARG_HISTOGRAM(0);
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"version\": %d, \"bits\": %d, \"arms\": [",
					 histogram->version, histogram->bits);
	for (int i = 0; i < (int) histogram->arms; i++)
	{
		AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
		AbBins		bins = AbHistogramBins(histogram, i);

		CHECK_FOR_INTERRUPTS();
		appendStringInfoString(&buf, i > 0 ? ", {\"variant\": " :
							   "{\"variant\": ");
		escape_json(&buf, AbLabelToServer(ArmLabel(histogram, arm)));
		appendStringInfo(&buf, ", \"nonfinite\": " INT64_FORMAT
						 ", \"control\": %s, \"min\": ", arm->nonfinite,
						 arm->flags & AB_ARM_CONTROL ? "true" : "false");
		AbAppendDouble(&buf, arm->min);
		appendStringInfoString(&buf, ", \"max\": ");
		AbAppendDouble(&buf, arm->max);
		appendStringInfoString(&buf, ", \"values\": [");
		for (int j = 0; j < bins.count; j++)
		{
			if (j > 0)
				appendStringInfoString(&buf, ", ");
			AbAppendDouble(&buf, AbValueOfKey(bins.bins[j].key));
		}
		appendStringInfoString(&buf, "], \"counts\": [");
		for (int j = 0; j < bins.count; j++)
			appendStringInfo(&buf, "%s" INT64_FORMAT, j > 0 ? ", " : "",
							 (int64) bins.bins[j].count);
		appendStringInfoString(&buf, "]}");
		pfree(bins.bins);
	}
	appendStringInfoString(&buf, "]}");
	PG_RETURN_CSTRING(buf.data);
}

/*
 * Read the bins of an arm.  Returns NULL or why they are none.
 */
static const char *
JsonBins(JsonbContainer *object, HistogramArm *arm)
{
	JsonbContainer *values = AbJsonArray(AbJsonMember(object, "values"), -1);
	JsonbContainer *counts;
	JsonbIterator *value_iterator;
	JsonbIterator *count_iterator;
	JsonbValue	value;
	JsonbValue	count;

	if (values == NULL)
		return "The key \"values\" must be an array.";
	counts = AbJsonArray(AbJsonMember(object, "counts"),
						 JsonContainerSize(values));
	if (counts == NULL)
		return "The key \"counts\" must be an array of as many elements as \"values\".";

	arm->bins = (AbBin *) palloc(Max(JsonContainerSize(values), 1) *
								   sizeof(AbBin));
	value_iterator = JsonbIteratorInit(values);
	count_iterator = JsonbIteratorInit(counts);
	JsonbIteratorNext(&value_iterator, &value, true);
	JsonbIteratorNext(&count_iterator, &count, true);
	for (uint32 i = 0; i < JsonContainerSize(values); i++)
	{
		double		x;
		int64		n;

		CHECK_FOR_INTERRUPTS();
		JsonbIteratorNext(&value_iterator, &value, true);
		JsonbIteratorNext(&count_iterator, &count, true);
		if (!AbJsonDouble(&value, &x))
			return "The elements of \"values\" must be finite numbers.";
		if (!AbJsonCount(&count, AB_MAX_OBSERVATIONS, &n))
			return "The elements of \"counts\" must be whole numbers, not negative.";
		arm->bins[i].key = AbKeyOfValue(x);
		arm->bins[i].count = n;
	}
	arm->count = JsonContainerSize(values);
	return NULL;
}

/*
 * Read one arm.  Returns NULL or why it is not one.
 */
static const char *
JsonArm(JsonbValue *value, int bits, HistogramArm *arm)
{
	JsonbContainer *object;
	const char *fault;
	bool		control;

	if (value == NULL || value->type != jbvBinary ||
		!JsonContainerIsObject(value->val.binary.data) ||
		JsonContainerSize(value->val.binary.data) != ARM_KEYS)
		return "An arm must be an object with the keys variant, nonfinite, control, min, max, values and counts.";
	object = value->val.binary.data;

	fault = AbJsonLabel(AbJsonMember(object, "variant"), &arm->label);
	if (fault)
		return fault;
	if (!AbJsonCount(AbJsonMember(object, "nonfinite"), AB_MAX_OBSERVATIONS,
					 &arm->nonfinite))
		return "The key \"nonfinite\" must be a whole number, not negative.";
	if (!AbJsonBoolean(AbJsonMember(object, "control"), &control))
		return "The key \"control\" must be a boolean.";
	arm->flags = control ? AB_ARM_CONTROL : 0;
	if (!AbJsonDouble(AbJsonMember(object, "min"), &arm->min) ||
		!AbJsonDouble(AbJsonMember(object, "max"), &arm->max))
		return "The keys \"min\" and \"max\" must be finite numbers.";
	/* no -0 */
	arm->min += 0.0;
	arm->max += 0.0;

	fault = JsonBins(object, arm);
	return fault ? fault : ArmFault(arm, bits);
}

PG_FUNCTION_INFO_V1(ab_histogram_in);
Datum
ab_histogram_in(PG_FUNCTION_ARGS)
{
	char	   *literal = PG_GETARG_CSTRING(0);
	const char *fault = NULL;
	int64		bits;
	JsonbContainer *elements;
	HistogramArm *arms;
	int			count;

	if (!AbJsonStored(fcinfo->context, literal, &form, &bits, &elements))
		PG_RETURN_NULL();
	if (bits > AB_EXACT_BITS)
		return AbJsonFault(fcinfo->context, &form,
						   psprintf("The number of bits must be between 0 and %d.",
									AB_EXACT_BITS));
	count = JsonContainerSize(elements);

	arms = (HistogramArm *) palloc0(Max(count, 1) * sizeof(HistogramArm));
	for (int i = 0; i < count && fault == NULL; i++)
	{
		CHECK_FOR_INTERRUPTS();
		fault = JsonArm(getIthJsonbValueFromContainer(elements, i), bits,
						&arms[i]);
	}
	if (fault == NULL)
		fault = ArmsFault(arms, count, bits);
	if (fault)
		return AbJsonFault(fcinfo->context, &form, fault);

	PG_RETURN_POINTER(BuildHistogram(bits, arms, count));
}

/* ----------------------------------------------------------------------
 * Binary form: every field in network order, in the order of the struct, each
 * label and the stored bins, which are bytes, in their places
 * ----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(ab_histogram_send);
Datum
ab_histogram_send(PG_FUNCTION_ARGS)
{
	AbHistogram *histogram = AB_GETARG_HISTOGRAM(0);
	int			arms = histogram->arms;
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, histogram->version);
	pq_sendbyte(&buf, histogram->bits);
	pq_sendint16(&buf, histogram->flags);
	pq_sendint32(&buf, arms);
	for (int i = 0; i < arms; i++)
	{
		AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
		AbLabel		label = ArmLabel(histogram, arm);
		Size		end = i + 1 < arms ?
			AbGetHistogramArm(histogram, i + 1)->bins_offset :
			VARSIZE(histogram);

		pq_sendint16(&buf, label.length);
		pq_sendbytes(&buf, label.data, label.length);
		pq_sendint16(&buf, arm->flags);
		pq_sendint64(&buf, arm->nonfinite);
		pq_sendfloat8(&buf, arm->min);
		pq_sendfloat8(&buf, arm->max);
		pq_sendint32(&buf, arm->bins);
		pq_sendbytes(&buf, (char *) histogram + arm->bins_offset,
					 end - arm->bins_offset);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * Read one arm.  The label stays in the message.
 */
static void
ReceiveArm(StringInfo buf, int bits, HistogramArm *arm)
{
	const Size	fixed = 2 + 8 + 8 + 8 + 4;
	const unsigned char *start;
	const unsigned char *after;
	const char *fault;
	uint32		count;

	arm->label = AbReceiveLabel(buf, type_name);
	AbCheckBytesLeft(buf, fixed, type_name);
	arm->flags = (uint16) pq_getmsgint(buf, 2);
	arm->nonfinite = pq_getmsgint64(buf);
	/* adding zero makes -0 the 0 that aggregates write */
	arm->min = pq_getmsgfloat8(buf) + 0.0;
	arm->max = pq_getmsgfloat8(buf) + 0.0;
	count = (uint32) pq_getmsgint(buf, 4);

	/* a bin takes at least two bytes */
	if (count > AB_MAX_VALUES)
		AbBadBinary(type_name, "There are too many different values.");
	AbCheckBytesLeft(buf, 1 + (Size) count * 2, type_name);
	arm->count = count;
	arm->bins = (AbBin *) palloc(Max(count, 1) * sizeof(AbBin));
	start = (const unsigned char *) buf->data + buf->cursor;
	fault = AbBinsDecode(start, (const unsigned char *) buf->data + buf->len,
						  arm->bins, count, &after);
	if (fault)
		AbBadBinary(type_name, fault);
	buf->cursor += after - start;
	fault = ArmFault(arm, bits);
	if (fault)
		AbBadBinary(type_name, fault);
}

PG_FUNCTION_INFO_V1(ab_histogram_recv);
Datum
ab_histogram_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	HistogramArm *arms;
	const char *fault;
	uint32		count;
	int64		total = 0;
	int			bits;

	AbCheckBytesLeft(buf, 8, type_name);
	if (pq_getmsgbyte(buf) != AB_HISTOGRAM_VERSION)
		AbBadBinary(type_name, "Its version is not known.");
	bits = pq_getmsgbyte(buf);
	if (bits > AB_EXACT_BITS)
		AbBadBinary(type_name, "The number of bits is out of range.");
	if (pq_getmsgint(buf, 2) != 0)
		AbBadBinary(type_name, "It has unknown flags.");
	count = (uint32) pq_getmsgint(buf, 4);
	AbCheckVariantCount(count, AB_MAX_HISTOGRAM_VARIANTS);

	arms = (HistogramArm *) palloc0(Max(count, 1) * sizeof(HistogramArm));
	for (uint32 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		ReceiveArm(buf, bits, &arms[i]);
		total += arms[i].count;
		if (total > AB_MAX_BINS)
			AbBadBinary(type_name, "There are too many values.");
	}
	fault = ArmsFault(arms, count, bits);
	if (fault)
		AbBadBinary(type_name, fault);
	if (buf->cursor != buf->len)
		AbBadBinary(type_name, "The value is longer than it says.");

	PG_RETURN_POINTER(BuildHistogram(bits, arms, count));
}

/* ----------------------------------------------------------------------
 * Reading
 * ----------------------------------------------------------------------
 */

/*
 * Add `more` rows of the same value to moments of n rows.
 */
static void
AddRows(AbDouble *moments, int64 n, int64 more, double value)
{
	AbDouble	rows[AB_MAX_MOMENTS] = {{value, 0}};

	if (n == 0)
		moments[0] = rows[0];
	else if (more > 0)
		AbMomentsMerge(moments, 1, n, more, rows);
}

/*
 * Moments that exceed the range of double are none.
 */
static void
CheckOverflow(AbArmParts *part)
{
	if (AbMomentsFinite(part->moments, 1))
		return;
	memset(part->moments, 0, sizeof(part->moments));
	part->flags = (part->flags & ~AB_ARM_BINARY(0)) | AB_ARM_OVERFLOW;
}

/*
 * The moments of values that are capped at low and high, as an arm of a
 * summary.
 */
static void
CappedMoments(const AbBins *bins, double low, double high, AbArmParts *part)
{
	int64		n = 0;
	bool		binary = true;

	for (int i = 0; i < bins->count; i++)
	{
		double		value = Min(Max(AbBinMiddle(bins, i), low), high);

		binary = binary && (value == 0 || value == 1);
		AddRows(part->moments, n, bins->bins[i].count, value);
		n += bins->bins[i].count;
	}
	if (binary)
		part->flags |= AB_ARM_BINARY(0);
	CheckOverflow(part);
}

/*
 * The summary of a histogram whose values are capped.
 */
static AbSummary *
CappedSummary(const AbHistogram *histogram, double low, double high)
{
	int			arms = histogram->arms;
	AbArmParts *parts = (AbArmParts *) palloc0(Max(arms, 1) * sizeof(AbArmParts));

	for (int i = 0; i < arms; i++)
	{
		const AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
		AbBins		bins = AbHistogramBins(histogram, i);

		CHECK_FOR_INTERRUPTS();
		parts[i].label = ArmLabel(histogram, arm);
		parts[i].n = arm->n;
		parts[i].nonfinite = arm->nonfinite;
		parts[i].flags = arm->flags;
		CappedMoments(&bins, low, high, &parts[i]);
		pfree(bins.bins);
	}
	return AbBuildSummary(1, parts, arms);
}

/*
 * The summary of one column that the rows would have given: exactly, if the
 * histogram is, else from the middles of the bins.
 */
PG_FUNCTION_INFO_V1(ab_summary);
Datum
ab_summary(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(CappedSummary(AB_GETARG_HISTOGRAM(0), -DBL_MAX, DBL_MAX));
}

/*
 * The bins of all arms as one.
 */
static AbBins
PooledBins(const AbHistogram *histogram)
{
	AbBins		pooled = {NULL, 0, histogram->bits, 0, 0, 0};

	for (int i = 0; i < (int) histogram->arms; i++)
	{
		AbBins		bins = AbHistogramBins(histogram, i);
		AbBin	   *merged;

		CHECK_FOR_INTERRUPTS();
		if (bins.count == 0)
			continue;
		if (pooled.count == 0)
		{
			pooled = bins;
			continue;
		}
		merged = (AbBin *) palloc((pooled.count + bins.count) * sizeof(AbBin));
		pooled.count = AbMergeBins(merged, pooled.bins, pooled.count,
									bins.bins, bins.count);
		pooled.n += bins.n;
		pooled.min = Min(pooled.min, bins.min);
		pooled.max = Max(pooled.max, bins.max);
		pfree(pooled.bins);
		pfree(bins.bins);
		pooled.bins = merged;
	}
	return pooled;
}

/*
 * ERROR 22023 unless that is a quantile.
 */
static double
CheckQuantile(double q)
{
	if (!(q >= 0 && q <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("quantile must be between 0 and 1"),
				 errdetail("Got %g.", q),
				 q > 1 && q <= 100 ?
				 errhint("It is a fraction: write %g for P%g.", q / 100, q) :
				 errhint("Use 0.5 for the median, 0.95 for P95.")));
	return q;
}

/*
 * (histogram, lower, upper): the summary of the values capped at those
 * quantiles of all arms together, Tukey and McLaughlin's Winsorizing with
 * limits that are the same for all.
 */
PG_FUNCTION_INFO_V1(ab_winsorize);
Datum
ab_winsorize(PG_FUNCTION_ARGS)
{
	AbHistogram *histogram = AB_GETARG_HISTOGRAM(0);
	double		lower = CheckQuantile(PG_GETARG_FLOAT8(1));
	double		upper = CheckQuantile(PG_GETARG_FLOAT8(2));
	AbBins		pooled = PooledBins(histogram);

	if (!(lower < upper))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the lower quantile must be below the upper one"),
				 errdetail("Got %g and %g.", lower, upper)));
	if (pooled.n == 0)
		PG_RETURN_POINTER(CappedSummary(histogram, -DBL_MAX, DBL_MAX));
	PG_RETURN_POINTER(CappedSummary(histogram,
									AbBinsQuantile(&pooled, lower),
									AbBinsQuantile(&pooled, upper)));
}

/*
 * What Yuen's test takes of an arm without the g lowest and the g highest of
 * its rows: their number, their mean, and the sum of squares of all rows with
 * those capped at the nearest ones that are left.
 */
static void
TrimmedMoments(const AbBins *bins, int64 g, AbArmParts *part)
{
	AbDouble	capped[AB_MAX_MOMENTS] = {{0, 0}};
	int64		before = 0;
	int64		inside = 0;
	int64		all = 0;

	for (int i = 0; i < bins->count; i++)
	{
		int64		through = before + bins->bins[i].count;
		int64		from = Max(before, g);
		int64		to = Min(through, bins->n - g);

		if (from < to)
		{
			double		value = AbBinMiddle(bins, i);
			/* the rows cut off stand where the first and the last one stand */
			int64		rows = to - from + (from == g ? g : 0) +
				(to == bins->n - g ? g : 0);

			AddRows(part->moments, inside, to - from, value);
			inside += to - from;
			AddRows(capped, all, rows, value);
			all += rows;
		}
		before = through;
	}
	part->n = inside;
	part->moments[1] = capped[1];
	CheckOverflow(part);
}

/*
 * (histogram, proportion): the summary whose t-test is Yuen's, without that share of
 * the rows of each arm at either end.
 *
 * K. K. Yuen, The Two-Sample Trimmed t for Unequal Population Variances,
 * Biometrika 61 (1974), 165-170.
 */
PG_FUNCTION_INFO_V1(ab_trim);
Datum
ab_trim(PG_FUNCTION_ARGS)
{
	AbHistogram *histogram = AB_GETARG_HISTOGRAM(0);
	double		trim = PG_GETARG_FLOAT8(1);
	int			arms = histogram->arms;
	AbArmParts *parts = (AbArmParts *) palloc0(Max(arms, 1) * sizeof(AbArmParts));

	if (!(trim >= 0 && trim < 0.5))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("proportion to trim must be at least 0 and less than 0.5"),
				 errdetail("Got %g.", trim),
				 errhint("It is the share of the rows that is cut off at either end, such as 0.2.")));
	for (int i = 0; i < arms; i++)
	{
		const AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
		AbBins		bins = AbHistogramBins(histogram, i);

		CHECK_FOR_INTERRUPTS();
		parts[i].label = ArmLabel(histogram, arm);
		parts[i].nonfinite = arm->nonfinite;
		parts[i].flags = arm->flags;
		if (bins.count == 0)
			parts[i].flags |= AB_ARM_BINARY(0);
		else
			TrimmedMoments(&bins, (int64) (trim * bins.n), &parts[i]);
		pfree(bins.bins);
	}
	PG_RETURN_POINTER(AbBuildSummary(1, parts, arms));
}

/*
 * Position of the arm of that name, -1 if it has no rows; ERROR 22023 where
 * there are others only, of which none can be meant.
 */
static int
FindVariant(const AbHistogram *histogram, AbLabel label)
{
	for (int i = 0; i < (int) histogram->arms; i++)
		if (AbLabelEquals(ArmLabel(histogram, AbGetHistogramArm(histogram, i)),
						  label))
			return i;
	if (histogram->arms > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no variant \"%s\"", AbLabelToServer(label)),
				 errdetail("The histogram has %d others.",
						   (int) histogram->arms),
				 errhint("ab_arms(histogram) lists them.")));
	return -1;
}

/*
 * Bins of the variant that the second argument names, if it has a quantile:
 * rows, and all of them finite.
 */
static bool
GetVariantBins(FunctionCallInfo fcinfo, AbBins *bins)
{
	AbHistogram *histogram = AB_GETARG_HISTOGRAM(0);
	int			position = FindVariant(histogram,
									   AbTextGetLabel(PG_GETARG_TEXT_PP(1)));
	AbHistogramArm *arm;

	if (position < 0)
		return false;
	arm = AbGetHistogramArm(histogram, position);
	if (arm->n == 0 || arm->nonfinite > 0)
		return false;
	*bins = AbHistogramBins(histogram, position);
	return true;
}

/*
 * (histogram, variant, quantile): percentile_cont's, NULL without rows or with
 * rows that are not finite.
 */
PG_FUNCTION_INFO_V1(ab_quantile);
Datum
ab_quantile(PG_FUNCTION_ARGS)
{
	double		q = CheckQuantile(PG_GETARG_FLOAT8(2));
	AbBins		bins;

	if (!GetVariantBins(fcinfo, &bins))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(AbBinsQuantile(&bins, q) + 0.0);
}

/*
 * The same for an array of quantiles, in the same places.
 */
PG_FUNCTION_INFO_V1(ab_quantiles);
Datum
ab_quantiles(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(2);
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	AbBins		bins;
	bool		known;

	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			CheckQuantile(DatumGetFloat8(elements[i]));
	known = GetVariantBins(fcinfo, &bins);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		nulls[i] = nulls[i] || !known;
		if (!nulls[i])
			elements[i] = Float8GetDatum(AbBinsQuantile(&bins,
														 DatumGetFloat8(elements[i])) + 0.0);
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(elements, nulls, ARR_NDIM(array),
											 ARR_DIMS(array), ARR_LBOUND(array),
											 FLOAT8OID, sizeof(float8),
											 FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * The largest relative width of a bin: 0 if all values are kept exactly.
 */
PG_FUNCTION_INFO_V1(ab_resolution);
Datum
ab_resolution(PG_FUNCTION_ARGS)
{
	AbHistogram *histogram = AB_GETARG_HISTOGRAM(0);

	PG_RETURN_FLOAT8(histogram->bits == AB_EXACT_BITS ? 0 :
					 ldexp(1, -histogram->bits));
}

/*
 * What a histogram holds, a row an arm in the order of the labels.
 */
PG_FUNCTION_INFO_V1(ab_histogram_arms);
Datum
ab_histogram_arms(PG_FUNCTION_ARGS)
{
	AbHistogram *histogram = AB_GETARG_HISTOGRAM(0);
	AbSummary  *summary = CappedSummary(histogram, -DBL_MAX, DBL_MAX);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum	   *values;
	bool	   *nulls;

	InitMaterializedSRF(fcinfo, 0);
	AbCheckAttributes(rsinfo->setDesc, ARM_ATTRIBUTES);
	values = (Datum *) palloc0(rsinfo->setDesc->natts * sizeof(Datum));
	nulls = (bool *) palloc(rsinfo->setDesc->natts * sizeof(bool));
	for (int i = 0; i < (int) histogram->arms; i++)
	{
		const AbHistogramArm *arm = AbGetHistogramArm(histogram, i);
		const AbArm *moments = AbGetArm(summary, i);
		bool		known = arm->n > 0 && AbArmKnown(moments);

		CHECK_FOR_INTERRUPTS();
		memset(nulls, true, rsinfo->setDesc->natts * sizeof(bool));
		AbSetText(values, nulls, 0,
				  AbLabelToServer(ArmLabel(histogram, arm)));
		values[1] = Int64GetDatum(arm->n + arm->nonfinite);
		AbSetFloat(values, nulls, 2, known ? AbArmMean(summary, moments, 0) : NAN);
		AbSetFloat(values, nulls, 3, known ?
				   sqrt(AbArmVariance(summary, moments, 0, 0)) : NAN);
		AbSetFloat(values, nulls, 4, arm->n > 0 ? arm->min : NAN);
		AbSetFloat(values, nulls, 5, arm->n > 0 ? arm->max : NAN);
		values[6] = Int64GetDatum((int64) arm->bins);
		values[7] = BoolGetDatum((arm->flags & AB_ARM_CONTROL) != 0);
		values[8] = Int64GetDatum(arm->nonfinite);
		values[9] = Int64GetDatum((int64) histogram->bits);
		values[10] = BoolGetDatum(histogram->bits == AB_EXACT_BITS);
		nulls[1] = nulls[6] = nulls[7] = nulls[8] = nulls[9] = nulls[10] = false;
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
