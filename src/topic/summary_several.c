/*
 * summary_several.c
 *	  Collecting the summaries of several outcomes of the same rows at once.
 *
 * The state is an array of ab_summary, one for each outcome, each with the bytes
 * that an aggregate of its own would give it.  But one function is called for a
 * row, and the row's variant is looked for once: those two are most of what an
 * aggregate for each outcome costs.  The result is a row of them and not the
 * array, as postgres_fdw knows no type of an extension that is an array.
 *
 * The arguments are so many doubles and not an array of them: to form an array
 * for each row takes nearly as long as an aggregate for each outcome.
 */
#include "topic/summary.h"

#include "access/tupmacs.h"
#include "base/result.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "value/summary_add.h"
#include "value/summary_merge.h"

/* The elements of an array, by reference; NULL is one that has seen no row. */
typedef struct Elements
{
	int			count;
	AbSummary  *summaries[AB_MAX_OUTCOMES];
} Elements;

/*
 * Lower bound of a state of which it is known that its elements are summaries of
 * one column, with the same arms in the same order, as they are where the
 * aggregate has begun it.  Who writes an array with that bound by hand, as the
 * first state of an aggregate of their own, gets rows counted as it says.
 */
#define SAME_ARMS	1000

static inline AbSummary *
NextElement(AbSummary *element)
{
	return (AbSummary *) ((char *) element +
						  att_align_nominal(VARSIZE(element), TYPALIGN_DOUBLE));
}

/*
 * The elements of an array.  ERROR 22023 unless it is a list of so few.
 */
static Elements
OpenArray(ArrayType *array)
{
	Elements	elements = {ARR_NDIM(array) == 1 ? ARR_DIMS(array)[0] : 0, {NULL}};
	const bits8 *bitmap = ARR_NULLBITMAP(array);
	AbSummary  *element = (AbSummary *) ARR_DATA_PTR(array);

	if (elements.count < 1 || elements.count > AB_MAX_OUTCOMES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("summaries of several outcomes are a list of 1 to %d", AB_MAX_OUTCOMES),
				 errdetail("Dimensions of the array: %d, elements: %d.", ARR_NDIM(array),
						   ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array))),
				 errhint("ab_summaries() collects them; ab_rollup() merges summaries of one outcome.")));
	for (int i = 0; i < elements.count; i++)
	{
		/* one byte has the bits of all */
		if (bitmap != NULL && !(*bitmap & (1 << i)))
			continue;
		if (!VARATT_IS_4B_U(element))
			ereport(ERROR,
					(errcode(ERRCODE_DATA_CORRUPTED),
					 errmsg("an element of an array is compressed or out of line")));
		elements.summaries[i] = element;
		element = NextElement(element);
	}
	return elements;
}

/*
 * Likewise, of an argument that is not an aggregate's state: copies of the
 * elements where they are not as readers take them, AbDatumGetSummary().
 */
static Elements
OpenArgument(ArrayType *array)
{
	Elements	elements = OpenArray(array);

	for (int i = 0; i < elements.count; i++)
		if (elements.summaries[i] != NULL)
			elements.summaries[i] =
				AbDatumGetSummary(PointerGetDatum(elements.summaries[i]));
	return elements;
}

/*
 * Will adding a row of that variant change the size of the element where it is?
 * The size is what leads to the next element, so that is not to happen within
 * the array, which may outlive the call: aggregates may have this function in
 * the place of their final one, and share a state.
 */
static bool
ChangesSize(const AbSummary *element, AbLabel variant)
{
	return element->room == AB_PAIR_ROOM && variant.data != NULL &&
		AbSearchArm(element, variant) < 0;
}

/*
 * Have two summaries the same arms in the same order?
 */
static bool
HaveSameArms(const AbSummary *a, const AbSummary *b)
{
	if (a->columns != 1 || b->columns != 1 || a->arms != b->arms)
		return false;
	for (int i = 0; i < (int) a->arms; i++)
		if (!AbLabelEquals(AbLabelOfOne(a, i), AbLabelOfOne(b, i)))
			return false;
	return true;
}

/*
 * A palloc'd array of those elements, which are closed outside of aggregates.
 */
static Datum
ReturnArray(FunctionCallInfo fcinfo, Elements *elements, Oid type)
{
	bool		is_state = AbInAggregate(fcinfo);
	const AbSummary *first = elements->summaries[0];
	Datum		values[AB_MAX_OUTCOMES];
	bool		nulls[AB_MAX_OUTCOMES];
	int			lower = is_state ? SAME_ARMS : 1;

	for (int i = 0; i < elements->count; i++)
	{
		AbSummary  *summary = elements->summaries[i];

		nulls[i] = summary == NULL;
		if (lower != 1 && (summary == NULL || !HaveSameArms(first, summary)))
			lower = 1;
		values[i] = PointerGetDatum(is_state || !summary ? summary :
									AbCloseSummary(summary));
	}
	return PointerGetDatum(construct_md_array(values, nulls, 1,
											  &elements->count, &lower, type,
											  -1, false, TYPALIGN_DOUBLE));
}

/*
 * ERROR 22023 unless the numbers of outcomes are the same.
 */
static void
CheckCounts(int a, int b)
{
	if (a != b)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("summaries of different numbers of outcomes cannot be combined"),
				 errdetail("One is of %d, the other of %d.", a, b)));
}

/*
 * Add a row of so many outcomes, of which it has the first `done` already.
 */
static pg_noinline Datum
AddAnyRow(FunctionCallInfo fcinfo, int outcomes, int done)
{
	const int	last = outcomes + 1;
	AbLabel		variant = {NULL, 0};
	Elements	state = {outcomes, {NULL}};
	bool		changed = true;

	if (outcomes < 1 || outcomes > AB_MAX_OUTCOMES)
		elog(ERROR, "unexpected number of arguments: %d", PG_NARGS());
	if (!PG_ARGISNULL(last))
		variant = AB_GETARG_LABEL(last);
	if (!PG_ARGISNULL(0))
	{
		bool		in_place = AbInAggregate(fcinfo);

		state = in_place ? OpenArray(PG_GETARG_ARRAYTYPE_P(0)) :
			OpenArgument(PG_GETARG_ARRAYTYPE_P_COPY(0));
		CheckCounts(state.count, outcomes);
		changed = !in_place || !VARATT_IS_4B_U(PG_GETARG_POINTER(0));
	}
	for (int i = done; i < outcomes; i++)
	{
		AbSummary  *before = state.summaries[i];
		bool		is_null = PG_ARGISNULL(i + 1);
		double		value = is_null ? 0 : PG_GETARG_FLOAT8(i + 1);
		AbSummary  *after;

		if (before)
			AbCheckColumns(before, 1);
		after = before;
		if (before && ChangesSize(before, variant))
			after = (AbSummary *) memcpy(palloc(VARSIZE(before)), before,
										 VARSIZE(before));
		after = AbAddRow(after, 1, &value, is_null ? 0 : -1, variant);
		changed |= after != before;
		state.summaries[i] = after;
	}
	if (!changed)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	return ReturnArray(fcinfo, &state,
					   get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid)));
}

/*
 * Add the usual row to the usual state, as AddUsualRow() of one outcome does.
 * Returns for how many outcomes, from the first on, nothing was unusual; for
 * the others nothing has changed.
 */
static pg_attribute_always_inline int
AddUsualRow(FunctionCallInfo fcinfo, int outcomes)
{
	const int	last = outcomes + 1;
	ArrayType  *array = (ArrayType *) PG_GETARG_POINTER(0);
	AbSummary  *summary;
	AbLabel		variant;
	int			position;

	if (unlikely(PG_ARGISNULL(0) | PG_ARGISNULL(last)))
		return 0;
	if (unlikely(!AbInUsualAggregate(fcinfo) || !VARATT_IS_4B_U(array) ||
				 ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != outcomes ||
				 ARR_LBOUND(array)[0] != SAME_ARMS || ARR_HASNULL(array)))
		return 0;
	variant = AbPlainLabel(PG_GETARG_DATUM(last));
	if (unlikely(variant.length < 0))
		return 0;
	summary = (AbSummary *) ARR_DATA_PTR(array);
	if (unlikely(summary->columns != 1))
		return 0;
	position = AbGuessArm(summary, summary->arms, AbLabelOfOne, variant);
	if (unlikely(position < 0))
		position = AbSearchArm(summary, variant);

	for (int i = 0; i < outcomes; i++)
	{
		/* an array made by hand may have that lower bound, too */
		if (unlikely((uint32) position >= summary->arms ||
					 summary->columns != 1))
			return i;
		if (unlikely(PG_ARGISNULL(i + 1) ?
					 !AbCountUsualMissing(summary, position) :
					 !AbAddUsualValue(AbGetArmOf(summary, 1, position),
									  PG_GETARG_FLOAT8(i + 1))))
			return i;
		summary = NextElement(summary);
	}
	return outcomes;
}

/*
 * Transition: (state, float8 for each outcome, variant text).
 */
PG_FUNCTION_INFO_V1(ab_summaries_accum);
Datum
ab_summaries_accum(PG_FUNCTION_ARGS)
{
	int			outcomes = PG_NARGS() - 2;
	int			done = AddUsualRow(fcinfo, outcomes);

	if (likely(done == outcomes))
		return PG_GETARG_DATUM(0);
	return AddAnyRow(fcinfo, outcomes, done);
}

/*
 * Merge two arrays, outcome by outcome: the combine function.
 */
PG_FUNCTION_INFO_V1(ab_summaries_combine);
Datum
ab_summaries_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *array;
	Elements	state;
	Elements	other;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	array = PG_GETARG_ARRAYTYPE_P(PG_ARGISNULL(1) ? 0 : 1);
	other = OpenArgument(array);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return ReturnArray(fcinfo, &other, ARR_ELEMTYPE(array));
	/* the array is made anew, so merging is in a copy */
	state = OpenArgument(PG_GETARG_ARRAYTYPE_P_COPY(0));
	CheckCounts(state.count, other.count);
	for (int i = 0; i < state.count; i++)
	{
		if (state.summaries[i] == NULL)
			state.summaries[i] = other.summaries[i];
		else if (other.summaries[i] != NULL)
			state.summaries[i] = AbMergeSummaries(state.summaries[i],
												  other.summaries[i]);
	}
	return ReturnArray(fcinfo, &state, ARR_ELEMTYPE(array));
}

/*
 * The result of the aggregate, ab_summaries_result.
 */
PG_FUNCTION_INFO_V1(ab_summaries_final);
Datum
ab_summaries_final(PG_FUNCTION_ARGS)
{
	static const AbColumn columns[AB_MAX_OUTCOMES] = {
		AB_COLUMN(Elements, summaries[0], "summary_1", VALUE),
		AB_COLUMN(Elements, summaries[1], "summary_2", VALUE),
		AB_COLUMN(Elements, summaries[2], "summary_3", VALUE),
		AB_COLUMN(Elements, summaries[3], "summary_4", VALUE),
		AB_COLUMN(Elements, summaries[4], "summary_5", VALUE),
		AB_COLUMN(Elements, summaries[5], "summary_6", VALUE),
		AB_COLUMN(Elements, summaries[6], "summary_7", VALUE),
		AB_COLUMN(Elements, summaries[7], "summary_8", VALUE)
	};
	static const AbRowType type = AB_ROW_TYPE(columns);

	/* closed, in copies, for the executor may go on with the state */
	Elements	elements = OpenArgument(PG_GETARG_ARRAYTYPE_P(0));

	return AbRowDatum(fcinfo, &type, &elements);
}
