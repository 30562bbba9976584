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

#include "nodes/execnodes.h"

AB_MODULE_MAGIC;

static const AbLabel no_label = {NULL, 0};

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
	/* the node's tag answers for the usual aggregate without a call */
	if (likely(((fcinfo->context && IsA(fcinfo->context, AggState)) ||
				AggCheckCallContext(fcinfo, NULL)) &&
			   VARATT_IS_4B_U(PG_GETARG_POINTER(0))))
		return (AbSummary *) PG_GETARG_POINTER(0);
	return AbDatumGetSummary(PointerGetDatum(PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0))));
}

/* AbLabelOf of a summary of one column */
static inline AbLabel
LabelOfOne(const void *summary, int i)
{
	return AbArmLabel((const AbSummary *) summary,
					  AbGetArmOf((const AbSummary *) summary, 1, i));
}

/*
 * Position of the arm of that label.  If there is none it is added, empty, for
 * which the state is copied: the executor takes the copy into its context and
 * frees what it had before.
 */
static pg_noinline AbSummary *
SearchOrInsertArm(AbSummary *state, int columns, AbLabel label, int *position)
{
	*position = state ? AbSearchArm(state, label) : -1;
	if (*position >= 0)
		return state;
	*position = -(*position + 1);
	return AbInsertArm(state, columns, label, *position);
}

/*
 * The same, by a guess first where the state is not NULL.  Returns the state.
 */
static pg_attribute_always_inline AbSummary *
FindOrInsertArm(AbSummary *state, int columns, AbLabel label, AbArm **arm)
{
	int			position = -1;

	if (likely(state != NULL))
		position = AbGuessArm(state, state->arms,
							  columns == 1 ? LabelOfOne : AbSummaryLabel, label);
	if (unlikely(position < 0))
	{
		int			found;

		state = SearchOrInsertArm(state, columns, label, &found);
		*arm = AbGetArmOf(state, columns, found);
		return state;
	}
	*arm = AbGetArmOf(state, columns, position);
	return state;
}

/*
 * Add one row to an arm.
 */
static pg_attribute_always_inline void
AddRow(AbArm *arm, int columns, const double *values)
{
	double		n;

	for (int i = 0; i < columns; i++)
		if (unlikely(!isfinite(values[i])))
		{
			AbCheckObservations(arm->nonfinite, 1);
			arm->nonfinite++;
			return;
		}
	for (int i = 0; i < columns; i++)
		if (values[i] != 0 && values[i] != 1)
			arm->flags &= ~AB_ARM_BINARY(i);

	AbCheckObservations(arm->n, 1);
	n = (double) ++arm->n;
	if (unlikely(arm->flags & AB_ARM_OVERFLOW))
		return;
	if (columns == 1)
	{
		AbMomentsAddOne(arm->moments, n, values[0]);
		/* a sum of squares is the first to leave the range */
		if (likely(isfinite(AbDoubleValue(arm->moments[1]))))
			return;
	}
	else
		AbMomentsAdd(arm->moments, columns, n, values);
	if (unlikely(!AbMomentsFinite(arm->moments, columns)))
		AbSetOverflow(&arm->flags, arm->moments, columns);
}

/*
 * Name a variant as the control of the state, which may be NULL yet.  Returns
 * the state.
 */
static pg_attribute_always_inline AbSummary *
SetControl(AbSummary *state, int columns, AbLabel control)
{
	AbArm	   *arm;

	state = FindOrInsertArm(state, columns, control, &arm);
	if (unlikely(!(arm->flags & AB_ARM_CONTROL)))
		AbMarkControl(state, AbSearchArm(state, control));
	return state;
}

/*
 * Count rows that are left out, for want of a variant (whose data is NULL
 * then) or of what `missing` says (AbMissingReason()).  Returns the state.
 */
static pg_noinline AbSummary *
LeaveOut(AbSummary *state, int columns, int missing, AbLabel variant,
		 int64 rows)
{
	if (variant.data == NULL)
	{
		if (state == NULL)
			state = AbNewSummary(columns, 0);
		AbCountRows(&state->unassigned, rows);
	}
	else
	{
		AbArm	   *arm;

		state = FindOrInsertArm(state, columns, variant, &arm);
		AbCountRows(&AbArmMissing(arm, columns)[missing], rows);
	}
	return state;
}

/*
 * Add a row to the state: its values, its variant and its control.  `missing`
 * says which value it lacks, -1 if none.
 */
static pg_attribute_always_inline Datum
Accumulate(FunctionCallInfo fcinfo, int columns, const double *values,
		   int missing, AbLabel variant, AbLabel control)
{
	AbSummary  *state = GetState(fcinfo);

	if (state)
		AbCheckColumns(state, columns);
	if (control.data != NULL)
		state = SetControl(state, columns, control);
	if (likely(missing < 0 && variant.data != NULL))
	{
		AbArm	   *arm;

		state = FindOrInsertArm(state, columns, variant, &arm);
		AddRow(arm, columns, values);
	}
	else
		state = LeaveOut(state, columns, missing, variant, 1);
	PG_RETURN_POINTER(state);
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
 * Transition: (state, float8 or boolean, variant), whose label is that; NULL if
 * there is none.
 */
static pg_attribute_always_inline Datum
AccumulateOne(FunctionCallInfo fcinfo, bool is_boolean, AbLabel variant)
{
	bool		is_null = PG_ARGISNULL(1);
	double		value = 0;

	if (!is_null)
		value = is_boolean ? PG_GETARG_BOOL(1) : PG_GETARG_FLOAT8(1);
	return Accumulate(fcinfo, 1, &value, is_null ? 0 : -1, variant, no_label);
}

/*
 * The label of a variant that is a bigint or boolean argument; NULL if there is
 * none.
 */
static pg_attribute_always_inline AbLabel
GetBigintLabel(FunctionCallInfo fcinfo, int argument,
			   char digits[MAXINT8LEN + 1])
{
	return PG_ARGISNULL(argument) ? no_label :
		AbBigintLabel(PG_GETARG_INT64(argument), digits);
}

static pg_attribute_always_inline AbLabel
GetBooleanLabel(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? no_label :
		AbBooleanLabel(PG_GETARG_BOOL(argument));
}

/*
 * Transition: (state, float8 for each column, variant [, control]).
 */
static pg_attribute_always_inline Datum
AccumulateFloats(FunctionCallInfo fcinfo, int columns, bool has_control)
{
	double		values[AB_MAX_COLUMNS];
	bool		nulls[AB_MAX_COLUMNS];

	for (int i = 0; i < columns; i++)
	{
		nulls[i] = PG_ARGISNULL(i + 1);
		values[i] = nulls[i] ? 0 : PG_GETARG_FLOAT8(i + 1);
	}
	return Accumulate(fcinfo, columns, values, AbMissingReason(nulls, columns),
					  GetLabel(fcinfo, columns + 1),
					  has_control ? GetLabel(fcinfo, columns + 2) : no_label);
}

/* (state, outcome, variant) */
PG_FUNCTION_INFO_V1(ab_summary_accum);
Datum
ab_summary_accum(PG_FUNCTION_ARGS)
{
	return AccumulateOne(fcinfo, false, GetLabel(fcinfo, 2));
}

/* (state, outcome, variant, control) */
PG_FUNCTION_INFO_V1(ab_summary_accum_control);
Datum
ab_summary_accum_control(PG_FUNCTION_ARGS)
{
	return AccumulateFloats(fcinfo, 1, true);
}

/* (state, outcome boolean, variant) */
PG_FUNCTION_INFO_V1(ab_summary_accum_boolean);
Datum
ab_summary_accum_boolean(PG_FUNCTION_ARGS)
{
	return AccumulateOne(fcinfo, true, GetLabel(fcinfo, 2));
}

/* (state, outcome boolean, variant, control) */
PG_FUNCTION_INFO_V1(ab_summary_accum_boolean_control);
Datum
ab_summary_accum_boolean_control(PG_FUNCTION_ARGS)
{
	bool		is_null = PG_ARGISNULL(1);
	double		value = !is_null && PG_GETARG_BOOL(1);

	return Accumulate(fcinfo, 1, &value, is_null ? 0 : -1, GetLabel(fcinfo, 2),
					  GetLabel(fcinfo, 3));
}

/* (state, outcome, variant bigint) */
PG_FUNCTION_INFO_V1(ab_summary_accum_by_bigint);
Datum
ab_summary_accum_by_bigint(PG_FUNCTION_ARGS)
{
	char		digits[MAXINT8LEN + 1];

	return AccumulateOne(fcinfo, false, GetBigintLabel(fcinfo, 2, digits));
}

/* (state, outcome, variant boolean) */
PG_FUNCTION_INFO_V1(ab_summary_accum_by_boolean);
Datum
ab_summary_accum_by_boolean(PG_FUNCTION_ARGS)
{
	return AccumulateOne(fcinfo, false, GetBooleanLabel(fcinfo, 2));
}

/* (state, outcome boolean, variant bigint) */
PG_FUNCTION_INFO_V1(ab_summary_accum_boolean_by_bigint);
Datum
ab_summary_accum_boolean_by_bigint(PG_FUNCTION_ARGS)
{
	char		digits[MAXINT8LEN + 1];

	return AccumulateOne(fcinfo, true, GetBigintLabel(fcinfo, 2, digits));
}

/* (state, outcome boolean, variant boolean) */
PG_FUNCTION_INFO_V1(ab_summary_accum_boolean_by_boolean);
Datum
ab_summary_accum_boolean_by_boolean(PG_FUNCTION_ARGS)
{
	return AccumulateOne(fcinfo, true, GetBooleanLabel(fcinfo, 2));
}

/* (state, outcome, covariate, variant) */
PG_FUNCTION_INFO_V1(ab_summary_accum2);
Datum
ab_summary_accum2(PG_FUNCTION_ARGS)
{
	return AccumulateFloats(fcinfo, 2, false);
}

/*
 * (state, numerator, denominator, numerator_covariate,
 * denominator_covariate, variant)
 */
PG_FUNCTION_INFO_V1(ab_summary_accum4);
Datum
ab_summary_accum4(PG_FUNCTION_ARGS)
{
	return AccumulateFloats(fcinfo, 4, false);
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
		state = LeaveOut(state, 1, 0, variant, rows);
	else if (rows > 0)
	{
		AbArm	   *arm;

		state = FindOrInsertArm(state, 1, variant, &arm);
		AbAddEqualRows(arm, PG_GETARG_FLOAT8(1), rows);
	}

	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
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
	return summary->arms == 0 && summary->unassigned == 0;
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
	PG_RETURN_POINTER(AbMergeSummaries(state, other));
}
