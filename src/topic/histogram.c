/*
 * histogram.c
 *	  Collecting and merging histograms: per variant how often each value
 *	  occurred, for quantiles, rank tests and capped means.
 *
 * The type ab_histogram is the transition type of its aggregates.  In an
 * aggregate it is an expanded object (histogram_state.c).  Whoever else gets
 * hold of the value (another process, a table, a reader) sees the flat form,
 * whose layout is in value/histogram.h.
 *
 * The empty histogram and NULL are the identity of merging.
 */
#include "topic/histogram_state.h"

#include "topic/summary.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

/*
 * An empty state.  It lives in the aggregate's context, as long as its group;
 * in a call from outside an aggregate, as long as the current context.
 */
static AbHistogramState *
NewState(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (AggCheckCallContext(fcinfo, &context))
		return AbNewAggregateState(context);
	return AbNewHistogramState(CurrentMemoryContext);
}

/*
 * The state of an aggregate to be changed, or NULL if there is none yet.  Any
 * other form of the type, such as a stored value, is copied into a new state.
 */
static inline AbHistogramState *
GetState(FunctionCallInfo fcinfo)
{
	AbHistogramState *state;

	if (PG_ARGISNULL(0))
		return NULL;
	state = AbDatumGetHistogramState(PG_GETARG_DATUM(0));
	if (likely(state != NULL))
	{
		/* one of few rows may be one of many groups' */
		if (state->all_waiting < AB_FIRST_ARMS * AB_FIRST_ROWS)
			AbPrefetchBehind(state, sizeof(AbHistogramState));
	}
	else
	{
		state = NewState(fcinfo);
		AbAddHistogram(state, AB_GETARG_HISTOGRAM(0));
	}
	return state;
}

/*
 * The result of a transition: a state, or NULL.
 */
static inline Datum
StateDatum(FunctionCallInfo fcinfo, AbHistogramState *state)
{
	if (state == NULL)
		PG_RETURN_NULL();
	return EOHPGetRWDatum(&state->eoh);
}

static const AbLabel no_label = {NULL, 0};

/*
 * Add the outcome of a call (state, outcome, ..) to that variant of the state,
 * which is NULL if there is none.  A row without a variant or an outcome is
 * only counted.
 */
static inline AbHistogramState *
AddOutcome(FunctionCallInfo fcinfo, AbHistogramState *state, AbLabel variant)
{
	int			position;

	if (unlikely(state == NULL))
		state = NewState(fcinfo);
	if (unlikely(variant.data == NULL))
	{
		AbCountRows(&state->unassigned, 1);
		return state;
	}
	position = AbFindStateArm(state, variant);
	if (unlikely(PG_ARGISNULL(1)))
		AbCountRows(&state->arms[position].head.missing[0], 1);
	else
		AbAddStateRow(state, position, PG_GETARG_FLOAT8(1));
	return state;
}

/*
 * Add the row of a call (state, outcome, variant, ..).
 */
static inline AbHistogramState *
Accumulate(FunctionCallInfo fcinfo, AbHistogramState *state)
{
	return AddOutcome(fcinfo, state,
					  PG_ARGISNULL(2) ? no_label : AB_GETARG_LABEL(2));
}

/*
 * Transition: (state, outcome, variant).
 */
PG_FUNCTION_INFO_V1(ab_histogram_accum);
Datum
ab_histogram_accum(PG_FUNCTION_ARGS)
{
	return StateDatum(fcinfo, Accumulate(fcinfo, GetState(fcinfo)));
}

/*
 * Transition: (state, outcome, variant bigint).
 */
PG_FUNCTION_INFO_V1(ab_histogram_accum_by_bigint);
Datum
ab_histogram_accum_by_bigint(PG_FUNCTION_ARGS)
{
	AbHistogramState *state = GetState(fcinfo);
	char		digits[MAXINT8LEN + 1];

	state = AddOutcome(fcinfo, state, PG_ARGISNULL(2) ? no_label :
					   AbBigintLabel(PG_GETARG_INT64(2), digits));
	return StateDatum(fcinfo, state);
}

/*
 * Transition: (state, outcome, variant boolean).
 */
PG_FUNCTION_INFO_V1(ab_histogram_accum_by_boolean);
Datum
ab_histogram_accum_by_boolean(PG_FUNCTION_ARGS)
{
	AbHistogramState *state = GetState(fcinfo);

	state = AddOutcome(fcinfo, state, PG_ARGISNULL(2) ? no_label :
					   AbBooleanLabel(PG_GETARG_BOOL(2)));
	return StateDatum(fcinfo, state);
}

/*
 * Transition: (state, outcome, variant, control).
 */
PG_FUNCTION_INFO_V1(ab_histogram_accum_control);
Datum
ab_histogram_accum_control(PG_FUNCTION_ARGS)
{
	AbHistogramState *state = GetState(fcinfo);

	if (!PG_ARGISNULL(3))
	{
		if (unlikely(state == NULL))
			state = NewState(fcinfo);
		AbMarkStateArm(state, AbFindStateArm(state, AB_GETARG_LABEL(3)));
	}
	return StateDatum(fcinfo, Accumulate(fcinfo, state));
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
	AbHistogramState *state = GetState(fcinfo);
	bool		nulls[2] = {PG_ARGISNULL(1), PG_ARGISNULL(2)};
	int			missing = AbMissingReason(nulls, 2);
	int			position;

	if (unlikely(state == NULL))
		state = NewState(fcinfo);
	position = AbFindStateArm(state, pairs);
	if (missing >= 0)
		AbCountRows(&state->arms[position].head.missing[missing], 1);
	else
		AbAddStateRow(state, position,
					  DecimalDifference(PG_GETARG_FLOAT8(2),
										PG_GETARG_FLOAT8(1)));
	return StateDatum(fcinfo, state);
}

/*
 * Transition: (state, outcome, frequency, variant), a row for that many equal
 * ones.
 */
static Datum
AccumulateFrequency(FunctionCallInfo fcinfo, bool is_bigint)
{
	AbHistogramState *state = GetState(fcinfo);
	int64		rows = AbGetFrequency(fcinfo, 2, is_bigint);

	if (rows == 0)
		return StateDatum(fcinfo, state);
	if (state == NULL)
		state = NewState(fcinfo);
	if (PG_ARGISNULL(3))
		AbCountRows(&state->unassigned, rows);
	else
	{
		int			position = AbFindStateArm(state, AB_GETARG_LABEL(3));

		if (PG_ARGISNULL(1))
			AbCountRows(&state->arms[position].head.missing[0], rows);
		else
			AbAddEqualStateRows(state, position, PG_GETARG_FLOAT8(1), rows);
	}
	return StateDatum(fcinfo, state);
}

PG_FUNCTION_INFO_V1(ab_frequency_histogram_accum);
Datum
ab_frequency_histogram_accum(PG_FUNCTION_ARGS)
{
	return AccumulateFrequency(fcinfo, false);
}

/* (state, outcome, frequency bigint, variant) */
PG_FUNCTION_INFO_V1(ab_frequency_histogram_accum_bigint);
Datum
ab_frequency_histogram_accum_bigint(PG_FUNCTION_ARGS)
{
	return AccumulateFrequency(fcinfo, true);
}

/*
 * Merge two histograms: the combine function of every aggregate with this
 * state and the transition function of ab_rollup.
 */
PG_FUNCTION_INFO_V1(ab_histogram_combine);
Datum
ab_histogram_combine(PG_FUNCTION_ARGS)
{
	AbHistogramState *state = GetState(fcinfo);

	if (!PG_ARGISNULL(1))
	{
		AbHistogram *other = AB_GETARG_HISTOGRAM(1);

		if (state == NULL)
			state = NewState(fcinfo);
		AbAddHistogram(state, other);
		if ((Pointer) other != PG_GETARG_POINTER(1))
			pfree(other);
	}
	return StateDatum(fcinfo, state);
}

/*
 * Final function: a flat copy in the caller's context for whoever reads it,
 * which leaves the state as it is.
 */
PG_FUNCTION_INFO_V1(ab_histogram_final);
Datum
ab_histogram_final(PG_FUNCTION_ARGS)
{
	AbHistogramState *state;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = AbDatumPeekHistogramState(PG_GETARG_DATUM(0));
	if (state)
	{
		AbPrefetchBehind(state, sizeof(AbHistogramState));
		PG_RETURN_POINTER(AbFlattenState(state));
	}
	PG_RETURN_POINTER(AB_GETARG_HISTOGRAM(0));
}
