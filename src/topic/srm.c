/*
 * srm.c
 *	  Sample-ratio mismatch: are the arms as large as the split intended?
 *
 * Goodness of fit of the numbers of users to the weights of the arms.  Small
 * experiments get the exact multinomial test, larger ones Pearson's chi-square
 * (math/multinomial.c).  A user in an arm of weight 0 is impossible under the
 * weights, so there p = 0 is the exact answer.
 *
 * Reference:
 *	A. Fabijan et al., Diagnosing Sample Ratio Mismatch in Online Controlled
 *	Experiments, KDD 2019, 2156-2164.
 */
#include "base/comparison.h"

#include <math.h>

#include "access/htup_details.h"
#include "base/work.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "funcapi.h"
#include "math/multinomial.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* Attributes of the SQL type ab_srm_result, in its order. */
enum
{
	VARIANTS, N, STATISTIC, DF, P_VALUE, MISMATCH, METHOD, NOTE,
	AB_SRM_ATTRIBUTES
};

/* Below this expected count chi-square is noted as rough. */
#define FEW_EXPECTED	5

/* What is observed and what is intended. */
typedef struct Counts
{
	int			arms;
	int64	   *users;
	double	   *weights;		/* relative, not negative */
	const AbLabel *labels;		/* NULL if the arms have no names */
	int64		total;
} Counts;

typedef struct SrmResult
{
	int			variants;		/* of positive weight */
	double		statistic;		/* NaN where not known, as the next two */
	double		df;
	double		p_value;
	const char *method;
	StringInfoData note;
} SrmResult;

/*
 * The elements of a one-dimensional array argument that must not be NULL.
 */
static Datum *
GetElements(FunctionCallInfo fcinfo, int argument, const char *name,
			Oid type, int16 length, bool by_value, char align, int *count)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argument);
	Datum	   *elements;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be a one-dimensional array", name)));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain NULL", name)));
	deconstruct_array(array, type, length, by_value, align, &elements, NULL,
					  count);
	if (*count > AB_MAX_VARIANTS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many variants"),
				 errdetail("The limit is %d.", AB_MAX_VARIANTS)));
	return elements;
}

/*
 * Read and check the weights, one for each arm; equal ones if the argument is
 * NULL.
 */
static double *
GetWeights(FunctionCallInfo fcinfo, int argument, int arms)
{
	double	   *weights = palloc((arms + 1) * sizeof(double));
	double		largest = 0;
	Datum	   *elements;
	int			count;

	if (PG_ARGISNULL(argument))
	{
		for (int i = 0; i < arms; i++)
			weights[i] = 1;
		return weights;
	}

	elements = GetElements(fcinfo, argument, "weights", FLOAT8OID,
						   sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
						   &count);
	if (count != arms)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there must be one weight for each variant"),
				 errdetail("The number of variants is %d, that of weights %d.", arms, count)));
	for (int i = 0; i < arms; i++)
	{
		weights[i] = DatumGetFloat8(elements[i]);
		if (!(weights[i] >= 0 && isfinite(weights[i])))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a weight must be finite and not negative"),
					 errdetail("Weight %d is %g.", i + 1, weights[i]),
					 errhint("Weights are relative: ARRAY[0.8, 0.2] and ARRAY[4, 1] are the same.")));
		largest = fmax(largest, weights[i]);
	}
	if (arms > 0 && largest == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("at least one weight must be positive")));

	/* by a power of 2, so that no digit is lost and no sum overflows */
	for (int i = 0; i < arms; i++)
		if (weights[i] > 0)
			weights[i] = fmax(ldexp(weights[i], -ilogb(largest)), DBL_MIN);
	return weights;
}

/*
 * The significance level in that argument.  ERROR 22023 unless it is in
 * (0, 1).
 */
static double
GetThreshold(FunctionCallInfo fcinfo, int argument)
{
	double		threshold = PG_ARGISNULL(argument) ? NAN :
		PG_GETARG_FLOAT8(argument);

	if (!(threshold > 0 && threshold < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("threshold must be between 0 and 1"),
				 isnan(threshold) ? errdetail("Got NaN or NULL.") :
				 errdetail("Got %g.", threshold),
				 errhint("A mismatch is declared where p is below it: 0.001 raises few false alarms.")));
	return threshold;
}

/*
 * ERROR 22023 if there is no arm.
 */
static void
CheckArms(int arms)
{
	if (arms == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there must be at least one variant")));
}

static int
CompareLabels(const void *a, const void *b)
{
	return AbLabelCompare(*(const AbLabel *) a, *(const AbLabel *) b);
}

/*
 * ERROR 22023 if a label occurs twice.
 */
static void
CheckUnique(const AbLabel *labels, int count)
{
	AbLabel    *sorted = palloc((count + 1) * sizeof(AbLabel));

	memcpy(sorted, labels, count * sizeof(AbLabel));
	qsort(sorted, count, sizeof(AbLabel), CompareLabels);
	for (int i = 1; i < count; i++)
		if (AbLabelEquals(sorted[i - 1], sorted[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("variant \"%s\" is named twice",
							AbLabelToServer(sorted[i]))));
}

/*
 * Numbers of users from a summary, in the order of the variants named.  ERROR
 * 22023 if it has rows of another variant.
 */
static Counts
SummaryCounts(FunctionCallInfo fcinfo)
{
	Counts		counts = {0};
	AbLabel    *labels;
	Datum	   *names;
	AbSummary  *summary = PG_ARGISNULL(0) ? NULL : AB_GETARG_SUMMARY(0);
	bool	   *listed;

	for (int i = 1; i <= 2; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s must not be NULL", i == 1 ? "variants" : "weights"),
					 errhint("Name every variant and its share: ab_srm(summary, ARRAY['control', 'treatment'], ARRAY[0.8, 0.2]).")));
	names = GetElements(fcinfo, 1, "variants", TEXTOID, -1, false,
						TYPALIGN_INT, &counts.arms);
	CheckArms(counts.arms);
	labels = palloc(counts.arms * sizeof(AbLabel));
	for (int i = 0; i < counts.arms; i++)
		labels[i] = AbTextGetLabel(DatumGetTextPP(names[i]));
	CheckUnique(labels, counts.arms);
	counts.labels = labels;
	counts.weights = GetWeights(fcinfo, 2, counts.arms);
	counts.users = palloc0(counts.arms * sizeof(int64));
	if (summary == NULL)
		return counts;

	listed = palloc0(summary->arms + 1);
	for (int i = 0; i < counts.arms && summary->arms > 0; i++)
	{
		int			position = AbFindArm(summary, labels[i]);

		if (position >= 0)
		{
			AbArm	   *arm = AbGetArm(summary, position);

			counts.users[i] = arm->n + arm->nonfinite;
			listed[position] = true;
		}
	}
	for (int i = 0; i < (int) summary->arms; i++)
	{
		AbArm	   *arm = AbGetArm(summary, i);

		/* an arm without rows is there only because it was named as control */
		if (!listed[i] && arm->n + arm->nonfinite > 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("variant \"%s\" of the summary is not among those named",
							AbLabelToServer(AbArmLabel(summary, arm))),
					 errdetail("It has " INT64_FORMAT " rows.",
							   arm->n + arm->nonfinite),
					 errhint("Name every variant, with weight 0 if it should have no users.")));
	}
	return counts;
}

/*
 * Numbers of users from an array.
 */
static Counts
ArrayCounts(FunctionCallInfo fcinfo)
{
	Counts		counts = {0};
	Datum	   *elements;

	elements = GetElements(fcinfo, 0, "observed", INT8OID, sizeof(int64),
						   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &counts.arms);
	CheckArms(counts.arms);
	counts.users = palloc(counts.arms * sizeof(int64));
	for (int i = 0; i < counts.arms; i++)
	{
		counts.users[i] = DatumGetInt64(elements[i]);
		if (counts.users[i] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a number of users must not be negative"),
					 errdetail("Element %d is " INT64_FORMAT ".", i + 1,
							   counts.users[i])));
	}
	counts.weights = GetWeights(fcinfo, 1, counts.arms);
	return counts;
}

/*
 * Add a sentence fragment to the note, after a semicolon.
 */
static void AddNote(SrmResult *result, const char *format,...)
			pg_attribute_printf(2, 3);

static void
AddNote(SrmResult *result, const char *format,...)
{
	if (result->note.len > 0)
		appendStringInfoString(&result->note, "; ");
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, format);
		needed = appendStringInfoVA(&result->note, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&result->note, needed);
	}
}

/*
 * How a note calls an arm.
 */
static const char *
ArmName(const Counts *counts, int i)
{
	if (counts->labels != NULL)
		return psprintf("\"%s\"", AbLabelToServer(counts->labels[i]));
	return psprintf("%d", i + 1);
}

/*
 * Sum up the users.  Returns false, with a note, if there is nothing to test.
 */
static bool
CountUsers(Counts *counts, SrmResult *result)
{
	counts->total = 0;
	for (int i = 0; i < counts->arms; i++)
	{
		if (pg_add_s64_overflow(counts->total, counts->users[i],
								&counts->total) ||
			counts->total > AB_MAX_OBSERVATIONS)
		{
			counts->total = -1;
			AddNote(result, "too many users for double precision");
			return false;
		}
	}
	if (counts->total == 0)
		AddNote(result, "no users");
	return counts->total > 0;
}

/*
 * Note users in arms that should have none.  Returns whether there are any.
 */
static bool
FindLeak(const Counts *counts, SrmResult *result)
{
	bool		found = false;

	for (int i = 0; i < counts->arms && !found; i++)
		if (counts->weights[i] == 0 && counts->users[i] > 0)
		{
			AddNote(result, INT64_FORMAT " user%s in variant %s, whose weight is 0: impossible under the weights, p = 0",
					counts->users[i], counts->users[i] == 1 ? "" : "s",
					ArmName(counts, i));
			found = true;
		}
	return found;
}

/*
 * Test the counts.
 */
static void
TestRatio(Counts *counts, double threshold, SrmResult *result)
{
	AbClasses	classes = {counts->arms, counts->users, counts->weights};
	AbPearson	pearson;
	bool		exact;

	for (int i = 0; i < counts->arms; i++)
		result->variants += counts->weights[i] > 0;
	if (!CountUsers(counts, result))
		return;
	if (FindLeak(counts, result))
	{
		result->p_value = 0;
		result->method = "users in a variant of weight 0";
		return;
	}
	if (result->variants < 2)
	{
		AddNote(result, "only one variant has a weight: nothing to test");
		return;
	}

	exact = AbMultinomialFeasible(counts->total, result->variants);
	pearson = AbPearsonTest(&classes);
	result->statistic = pearson.statistic;
	result->df = pearson.df;
	if (exact)
	{
		result->method = result->variants == 2 ?
			"exact binomial test" : "exact multinomial test";
		result->p_value = AbMultinomialPValue(&classes, &ab_server_work);
	}
	else
	{
		result->method = "chi-square goodness of fit";
		result->p_value = pearson.p_value;
	}

	if (result->p_value < threshold)
	{
		AddNote(result, "variant %s deviates most: " INT64_FORMAT " users, %.1f expected",
				ArmName(counts, pearson.worst), counts->users[pearson.worst],
				pearson.worst_expected);
		if (counts->labels != NULL)
			AddNote(result, "rows must be users: several rows a user look like a mismatch");
	}
	if (pearson.fewest < FEW_EXPECTED)
		AddNote(result, "the smallest expected count is %.2g%s", pearson.fewest,
				exact ? "" : ": chi-square is rough");
}

/*
 * Both forms: (summary, variants, weights, threshold) and (observed, weights,
 * threshold), which the number of arguments tells apart.
 */
PG_FUNCTION_INFO_V1(ab_srm);
Datum
ab_srm(PG_FUNCTION_ARGS)
{
	TupleDesc	tupdesc = AbResultDesc(fcinfo, AB_SRM_ATTRIBUTES);
	Datum	   *values = (Datum *) palloc0(tupdesc->natts * sizeof(Datum));
	bool	   *nulls = (bool *) palloc(tupdesc->natts * sizeof(bool));
	bool		named = PG_NARGS() == 4;
	double		threshold = GetThreshold(fcinfo, named ? 3 : 2);
	SrmResult	result = {0};
	Counts		counts = {0};

	result.statistic = result.df = result.p_value = NAN;
	result.method = "chi-square goodness of fit";
	initStringInfo(&result.note);
	/* what array_agg() and ARRAY() give for an empty log */
	if (!named && (PG_ARGISNULL(0) ||
				   ARR_NDIM(PG_GETARG_ARRAYTYPE_P(0)) == 0))
		AddNote(&result, "no users");
	else
	{
		counts = named ? SummaryCounts(fcinfo) : ArrayCounts(fcinfo);
		TestRatio(&counts, threshold, &result);
	}

	memset(nulls, true, tupdesc->natts * sizeof(bool));
	nulls[VARIANTS] = counts.arms == 0;
	values[VARIANTS] = Int64GetDatum(result.variants);
	nulls[N] = counts.total < 0;
	values[N] = Int64GetDatum(counts.total);
	AbSetFloat(values, nulls, STATISTIC, result.statistic);
	AbSetFloat(values, nulls, DF, result.df);
	AbSetFloat(values, nulls, P_VALUE, result.p_value);
	nulls[MISMATCH] = nulls[P_VALUE];
	values[MISMATCH] = BoolGetDatum(result.p_value < threshold);
	nulls[METHOD] = false;
	values[METHOD] = CStringGetTextDatum(result.method);
	nulls[NOTE] = result.note.len == 0;
	if (result.note.len > 0)
		values[NOTE] = CStringGetTextDatum(result.note.data);
	return HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls));
}
