/*
 * summary.c
 *	  Collecting and merging summaries: per variant the number of rows and the
 *	  moments of 1, 2 or 4 columns.
 *
 * The type ab_summary is the transition type of every aggregate of means, and
 * an ordinary storable type: what an aggregate collects, a parallel worker
 * ships, a table keeps and a reader decides from is the same flat value.  Its
 * layout is in value/summary.h.
 *
 * The empty summary and NULL are the identity of merging.
 */
#include "topic/summary.h"

#include "value/summary_add.h"
#include "value/summary_merge.h"

AB_MODULE_MAGIC;

static const AbLabel no_label = {NULL, 0};

/* bytes of labels that two arms have at least, with what padding follows */
#define PREFETCHED_LABELS	15

/*
 * The state of an aggregate to be changed, or NULL if there is none yet.
 * Inside an aggregate it is the executor's own, in its context, which is
 * changed in place; a call from anywhere else gets a palloc'd copy.
 */
static inline AbSummary *
GetState(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		return NULL;
	if (likely(AbInAggregate(fcinfo) && VARATT_IS_4B_U(PG_GETARG_POINTER(0))))
		return (AbSummary *) PG_GETARG_POINTER(0);
	return AbDatumGetSummary(PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0))));
}

/*
 * Is the variant of that label the control of the state already?  May say no
 * where it is.
 */
static pg_attribute_always_inline bool
ControlIsSet(const AbSummary *state, int columns, AbLabel control)
{
	int			i;

	if (unlikely(state == NULL || state->arms == 0 || state->arms > 2))
		return false;
	/* of two arms the second if it is not the first */
	i = state->arms - 1;
	if (AbGetArmOf(state, columns, 0)->flags & AB_ARM_CONTROL)
		i = 0;
	return (AbGetArmOf(state, columns, i)->flags & AB_ARM_CONTROL) &&
		AbLabelEquals(AbArmLabel(state, AbGetArmOf(state, columns, i)), control);
}

/*
 * Name a variant as the control of the state, which may be NULL yet.  Returns
 * the state.
 */
static pg_noinline AbSummary *
SetControl(AbSummary *state, int columns, AbLabel control)
{
	AbFoundArm	found = AbFindOrInsertArm(state, columns, control);

	if (!(AbGetArm(found.state, found.position)->flags & AB_ARM_CONTROL))
		AbMarkControl(found.state, found.position);
	return found.state;
}

/*
 * The result of a call: the state, which leaves an aggregate only closed.
 */
static pg_attribute_always_inline Datum
ReturnState(FunctionCallInfo fcinfo, AbSummary *state)
{
	if (unlikely(state->room != 0 && !AbInAggregate(fcinfo)))
		state = AbCloseSummary(state);
	PG_RETURN_POINTER(state);
}

/*
 * Fetch a state of two arms, and where their labels are.
 */
static pg_attribute_always_inline void
Prefetch(const void *state, int columns)
{
	const Size	labels = sizeof(AbSummary) + 2 * AbArmSize(columns);

	AbPrefetchBehind(state, labels);
	__builtin_prefetch((const char *) state + labels + PREFETCHED_LABELS);
}

/*
 * Add a row to the state: its values, its variant and its control.  `missing`
 * says which value it lacks, -1 if none.
 */
static pg_attribute_always_inline Datum
Accumulate(FunctionCallInfo fcinfo, int columns, const double *values,
		   int missing, AbLabel variant, AbLabel control)
{
	AbSummary  *state;

	if (!PG_ARGISNULL(0))
		Prefetch(PG_GETARG_POINTER(0), columns);
	state = GetState(fcinfo);
	if (state)
		AbCheckColumns(state, columns);
	if (control.data != NULL && unlikely(!ControlIsSet(state, columns, control)))
		state = SetControl(state, columns, control);
	return ReturnState(fcinfo,
					   AbAddRow(state, columns, values, missing, variant));
}

/*
 * The transition of an aggregate that is not one of those below: add to the
 * state, which is the first argument of the call, a row of as many values as
 * it has columns; nulls[] says which of them are missing.  Returns the
 * function's result.  Ownership is as of any transition function: of what is
 * returned the executor makes its own copy if it is not the state it passed.
 */
Datum
AbAccumulateRow(FunctionCallInfo fcinfo, int columns, const double *values,
				const bool *nulls, AbLabel variant)
{
	return Accumulate(fcinfo, columns, values,
					  AbMissingReason(nulls, columns), variant, no_label);
}

/*
 * The label in a text argument, NULL if there is none.
 */
static pg_attribute_always_inline AbLabel
GetLabel(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? no_label : AB_GETARG_LABEL(argument);
}

/*
 * Add the usual row of a call (state, float8 or boolean, ..) to the usual
 * state: it is an aggregate's, of one column and of two variants, of which the
 * row has one, and the control is set.  Returns false, and has changed nothing,
 * where anything is not as usual.
 *
 * It calls nothing but memcmp(), so that next to no registers have to be saved,
 * which was half of what a row cost.
 */
static pg_attribute_always_inline bool
AddUsualRow(FunctionCallInfo fcinfo, bool is_boolean, AbLabel variant,
			AbLabel control)
{
	AbSummary  *state = (AbSummary *) PG_GETARG_POINTER(0);
	AbArm	   *arm;
	int			position;
	double		value;

	if (unlikely(PG_ARGISNULL(0) | PG_ARGISNULL(1)))
		return false;
	Prefetch(state, 1);
	if (unlikely(!AbInUsualAggregate(fcinfo) || !VARATT_IS_4B_U(state) ||
				 state->columns != 1 || state->arms != 2))
		return false;
	if (control.data != NULL && unlikely(!ControlIsSet(state, 1, control)))
		return false;
	position = AbGuessArm(state, 2, AbLabelOfOne, variant);
	if (unlikely(position < 0))
		return false;

	arm = AbGetArmOf(state, 1, position);
	value = is_boolean ? PG_GETARG_BOOL(1) : PG_GETARG_FLOAT8(1);
	return AbAddUsualValue(arm, value);
}

/*
 * Add any row of a call (state, float8 or boolean, ..).
 */
static pg_noinline Datum
AddAnyRow(FunctionCallInfo fcinfo, bool is_boolean, AbLabel variant,
		  AbLabel control)
{
	bool		is_null = PG_ARGISNULL(1);
	double		value = 0;

	if (!is_null)
		value = is_boolean ? PG_GETARG_BOOL(1) : PG_GETARG_FLOAT8(1);
	return Accumulate(fcinfo, 1, &value, is_null ? 0 : -1, variant, control);
}

/*
 * Add any row of a call (.., variant text [, control text]).
 */
static pg_noinline Datum
AddAnyRowByText(FunctionCallInfo fcinfo, bool is_boolean, bool has_control)
{
	return AddAnyRow(fcinfo, is_boolean, GetLabel(fcinfo, 2),
					 has_control ? GetLabel(fcinfo, 3) : no_label);
}

/*
 * Transition: (state, float8 or boolean, variant text [, control text]).
 */
static pg_attribute_always_inline Datum
AccumulateByText(FunctionCallInfo fcinfo, bool is_boolean, bool has_control)
{
	if (likely(!PG_ARGISNULL(2) && !(has_control && PG_ARGISNULL(3))))
	{
		AbLabel		variant = AbPlainLabel(PG_GETARG_DATUM(2));
		AbLabel		control = has_control ?
			AbPlainLabel(PG_GETARG_DATUM(3)) : no_label;

		if (likely(!(has_control && control.length < 0) &&
				   AddUsualRow(fcinfo, is_boolean, variant, control)))
			return PG_GETARG_DATUM(0);
	}
	return AddAnyRowByText(fcinfo, is_boolean, has_control);
}

/*
 * Add any row of a call (.., variant bigint).
 */
static pg_noinline Datum
AddAnyRowByBigint(FunctionCallInfo fcinfo, bool is_boolean)
{
	char		digits[MAXINT8LEN + 1];

	return AddAnyRow(fcinfo, is_boolean, PG_ARGISNULL(2) ? no_label :
					 AbBigintLabel(PG_GETARG_INT64(2), digits), no_label);
}

/*
 * Transition: (state, float8 or boolean, variant bigint).
 */
static pg_attribute_always_inline Datum
AccumulateByBigint(FunctionCallInfo fcinfo, bool is_boolean)
{
	if (likely(!PG_ARGISNULL(2) && AbIsShortNumber(PG_GETARG_INT64(2)) &&
			   AddUsualRow(fcinfo, is_boolean,
						   AbShortNumberLabel(PG_GETARG_INT64(2)), no_label)))
		return PG_GETARG_DATUM(0);
	return AddAnyRowByBigint(fcinfo, is_boolean);
}

/*
 * Transition: (state, float8 or boolean, variant boolean).
 */
static pg_attribute_always_inline Datum
AccumulateByBoolean(FunctionCallInfo fcinfo, bool is_boolean)
{
	AbLabel		variant = PG_ARGISNULL(2) ? no_label :
		AbBooleanLabel(PG_GETARG_BOOL(2));

	if (likely(AddUsualRow(fcinfo, is_boolean, variant, no_label)))
		return PG_GETARG_DATUM(0);
	return AddAnyRow(fcinfo, is_boolean, variant, no_label);
}

/*
 * Transition: (state, float8 for each column, variant).
 */
static pg_attribute_always_inline Datum
AccumulateFloats(FunctionCallInfo fcinfo, int columns)
{
	double		values[AB_MAX_COLUMNS];
	bool		nulls[AB_MAX_COLUMNS];

	for (int i = 0; i < columns; i++)
	{
		nulls[i] = PG_ARGISNULL(i + 1);
		values[i] = nulls[i] ? 0 : PG_GETARG_FLOAT8(i + 1);
	}
	return Accumulate(fcinfo, columns, values, AbMissingReason(nulls, columns),
					  GetLabel(fcinfo, columns + 1), no_label);
}

/* (state, outcome, variant) */
PG_FUNCTION_INFO_V1(ab_summary_accum);
Datum
ab_summary_accum(PG_FUNCTION_ARGS)
{
	return AccumulateByText(fcinfo, false, false);
}

/* (state, outcome, variant, control) */
PG_FUNCTION_INFO_V1(ab_summary_accum_control);
Datum
ab_summary_accum_control(PG_FUNCTION_ARGS)
{
	return AccumulateByText(fcinfo, false, true);
}

/* (state, outcome boolean, variant) */
PG_FUNCTION_INFO_V1(ab_summary_accum_boolean);
Datum
ab_summary_accum_boolean(PG_FUNCTION_ARGS)
{
	return AccumulateByText(fcinfo, true, false);
}

/* (state, outcome boolean, variant, control) */
PG_FUNCTION_INFO_V1(ab_summary_accum_boolean_control);
Datum
ab_summary_accum_boolean_control(PG_FUNCTION_ARGS)
{
	return AccumulateByText(fcinfo, true, true);
}

/* (state, outcome, variant bigint) */
PG_FUNCTION_INFO_V1(ab_summary_accum_by_bigint);
Datum
ab_summary_accum_by_bigint(PG_FUNCTION_ARGS)
{
	return AccumulateByBigint(fcinfo, false);
}

/* (state, outcome, variant boolean) */
PG_FUNCTION_INFO_V1(ab_summary_accum_by_boolean);
Datum
ab_summary_accum_by_boolean(PG_FUNCTION_ARGS)
{
	return AccumulateByBoolean(fcinfo, false);
}

/* (state, outcome boolean, variant bigint) */
PG_FUNCTION_INFO_V1(ab_summary_accum_boolean_by_bigint);
Datum
ab_summary_accum_boolean_by_bigint(PG_FUNCTION_ARGS)
{
	return AccumulateByBigint(fcinfo, true);
}

/* (state, outcome boolean, variant boolean) */
PG_FUNCTION_INFO_V1(ab_summary_accum_boolean_by_boolean);
Datum
ab_summary_accum_boolean_by_boolean(PG_FUNCTION_ARGS)
{
	return AccumulateByBoolean(fcinfo, true);
}

/* (state, outcome, covariate, variant) */
PG_FUNCTION_INFO_V1(ab_summary_accum2);
Datum
ab_summary_accum2(PG_FUNCTION_ARGS)
{
	return AccumulateFloats(fcinfo, 2);
}

/*
 * (state, numerator, denominator, numerator_covariate,
 * denominator_covariate, variant)
 */
PG_FUNCTION_INFO_V1(ab_summary_accum4);
Datum
ab_summary_accum4(PG_FUNCTION_ARGS)
{
	return AccumulateFloats(fcinfo, 4);
}

/* ----------------------------------------------------------------------
 * Rows with a count
 * ----------------------------------------------------------------------
 */

/*
 * A number of rows, which may come from a numeric or a double.  ERROR 22023
 * unless it is whole and from 0 to 2^53.
 */
int64
AbWholeNumber(double value, const char *what)
{
	/* also refuses NaN */
	if (!(value >= 0 && value <= AB_MAX_OBSERVATIONS) || rint(value) != value)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a whole number between 0 and 2^53", what),
				 errdetail("Got %.17g.", value)));
	return (int64) value;
}

/*
 * How many equal rows a row stands for: an argument that is a bigint or a
 * double.  ERROR 22023 unless it is a whole number from 0 to 2^53.
 */
int64
AbGetFrequency(FunctionCallInfo fcinfo, int argument, bool is_bigint)
{
	int64		frequency;

	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("frequency must be a whole number between 0 and 2^53"),
				 errdetail("It is NULL."),
				 errhint("Where that means no rows: coalesce(frequency, 0).")));
	if (!is_bigint)
		return AbWholeNumber(PG_GETARG_FLOAT8(argument), "frequency");
	frequency = PG_GETARG_INT64(argument);
	if (frequency < 0 || frequency > AB_MAX_OBSERVATIONS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("frequency must be a whole number between 0 and 2^53"),
				 errdetail("Got " INT64_FORMAT ".", frequency)));
	return frequency;
}

/*
 * Transition: (state, outcome, frequency, variant), a row for that many equal
 * ones.
 */
static Datum
AccumulateFrequency(FunctionCallInfo fcinfo, bool is_bigint)
{
	AbSummary  *state = GetState(fcinfo);
	int64		rows = AbGetFrequency(fcinfo, 2, is_bigint);
	AbLabel		variant = GetLabel(fcinfo, 3);

	if (state)
		AbCheckColumns(state, 1);
	if (rows > 0 && (variant.data == NULL || PG_ARGISNULL(1)))
		state = AbLeaveOut(state, 1, AbLeftOutMissing(0), variant, rows);
	else if (rows > 0 && !isfinite(PG_GETARG_FLOAT8(1)))
		state = AbLeaveOut(state, 1, AB_LEFT_OUT_NONFINITE, variant, rows);
	else if (rows > 0)
	{
		AbFoundArm	found = AbFindOrInsertArm(state, 1, variant);

		state = found.state;
		AbAddEqualRows(AbGetArmOf(state, 1, found.position),
					   PG_GETARG_FLOAT8(1), rows);
	}

	if (state == NULL)
		PG_RETURN_NULL();
	return ReturnState(fcinfo, state);
}

PG_FUNCTION_INFO_V1(ab_frequency_summary_accum);
Datum
ab_frequency_summary_accum(PG_FUNCTION_ARGS)
{
	return AccumulateFrequency(fcinfo, false);
}

/* (state, outcome, frequency bigint, variant) */
PG_FUNCTION_INFO_V1(ab_frequency_summary_accum_bigint);
Datum
ab_frequency_summary_accum_bigint(PG_FUNCTION_ARGS)
{
	return AccumulateFrequency(fcinfo, true);
}

/* ----------------------------------------------------------------------
 * Merging
 * ----------------------------------------------------------------------
 */

/*
 * Is it the identity of merging, that is, has it seen no row?
 */
static bool
IsEmpty(const AbSummary *summary)
{
	return summary->arms == 0 && AbUnassigned(summary) == 0;
}

/*
 * Merge two summaries: the combine function of every aggregate of means and
 * the transition function of ab_rollup.
 */
PG_FUNCTION_INFO_V1(ab_summary_combine);
Datum
ab_summary_combine(PG_FUNCTION_ARGS)
{
	AbSummary  *state;
	AbSummary  *other;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = AB_GETARG_SUMMARY(1);
	state = GetState(fcinfo);
	if (state == NULL || IsEmpty(state))
		PG_RETURN_POINTER(other);
	if (IsEmpty(other))
		PG_RETURN_POINTER(state);
	return ReturnState(fcinfo, AbMergeSummaries(state, other));
}

/*
 * The result of an aggregate that returns its state: closed, in a copy if it
 * was not, for the executor may go on with the state.
 */
PG_FUNCTION_INFO_V1(ab_summary_final);
Datum
ab_summary_final(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(AB_GETARG_SUMMARY(0));
}
