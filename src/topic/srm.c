/*
 * srm.c
 *	  Sample-ratio mismatch: are the arms as large as the split intended?
 *
 * Goodness of fit of the numbers of users to the weights of the arms.  Small
 * experiments get the exact multinomial test, larger ones Pearson's
 * chi-square; both, with their references, are in math/multinomial.c.  A user
 * in an arm of weight 0 is impossible under the weights, so there p = 0 is the
 * exact answer.
 *
 *	A. Fabijan et al., Diagnosing Sample Ratio Mismatch in Online Controlled
 *	Experiments, KDD 2019, 2156-2164.
 */
#include "topic/srm.h"

#include "base/missing.h"
#include "base/shares.h"
#include "base/work.h"
#include "common/int.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* Below this expected count chi-square is noted as rough. */
#define FEW_EXPECTED	5

typedef struct SrmCall
{
	const char *reader;			/* for hints */
	const AbSummary *summary;
	ArrayType  *observed;
	ArrayType  *variants;
	ArrayType  *weights;
	double		threshold;
} SrmCall;

typedef struct SrmTextCall
{
	char	   *text;			/* of an array of counts */
	SrmCall		call;
} SrmTextCall;

static const AbColumn columns[] = {
	AB_COLUMN(AbSrmRow, variants, "variants", COUNT),
	AB_COLUMN(AbSrmRow, n, "n", COUNT),
	AB_COLUMN(AbSrmRow, statistic, "statistic", NUMBER),
	AB_COLUMN(AbSrmRow, df, "df", NUMBER),
	AB_COLUMN(AbSrmRow, p_value, "p_value", NUMBER),
	AB_COLUMN(AbSrmRow, mismatch, "mismatch", ANSWER),
	AB_COLUMN(AbSrmRow, threshold, "threshold", NUMBER),
	AB_COLUMN(AbSrmRow, method, "method", TEXT),
	AB_COLUMN(AbSrmRow, notes, "note", NOTES)
};

static const AbRowType srm_type = AB_ROW_TYPE(columns);

static const AbRange threshold_range = {
	.low = 0, .low_open = true, .high = 1, .high_open = true,
	.message = "threshold must be between 0 and 1",
	.hint = "A mismatch is declared where p is below it: 0.001 raises few false alarms."
};

#define WEIGHTS_ARG \
	AB_ARRAY_ARG(SrmCall, weights, "weights")
#define THRESHOLD_ARG \
	AB_NUMBER_ARG(SrmCall, threshold, "threshold", &threshold_range, 0.001)

/*
 * Numbers of users of the variants of a summary that have rows, with equal
 * weights.
 */
static AbSrmCounts
EqualCounts(const AbSummary *summary)
{
	AbArmList	list = AbListSummary(summary);
	AbSrmCounts counts = {.list = list};

	counts.labels = (AbLabel *) palloc(Max(list.count, 1) * sizeof(AbLabel));
	counts.users = (int64 *) palloc(Max(list.count, 1) * sizeof(int64));
	for (int i = 0; i < list.count; i++)
		if (list.entries[i].rows > 0)
		{
			counts.labels[counts.arms] = list.entries[i].label;
			counts.users[counts.arms++] = list.entries[i].rows;
		}
	counts.weights = AbGetWeights(NULL, counts.arms);
	return counts;
}

/*
 * Numbers of users from a summary, in the order of the variants named.  ERROR
 * 22023 if it has rows of another variant.
 */
static AbSrmCounts
NamedCounts(const SrmCall *call)
{
	AbArmList	list = AbListSummary(call->summary);
	AbSrmCounts counts = {.list = list};
	bool	   *listed = (bool *) palloc0(list.count + 1);

	if (call->variants == NULL || call->weights == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be NULL",
						call->variants == NULL ? "variants" : "weights"),
				 errhint("Name every variant and its share: %s(summary, ARRAY['control', 'treatment'], ARRAY[0.8, 0.2]); without both the shares are equal.",
						 call->reader)));
	counts.labels = AbGetLabels(call->variants, "variants", &counts.arms);
	AbCheckSomeArms(counts.arms);
	AbCheckUniqueLabels(counts.labels, counts.arms);
	counts.weights = AbGetWeights(call->weights, counts.arms);
	counts.users = (int64 *) palloc0(counts.arms * sizeof(int64));
	for (int i = 0; i < counts.arms && list.count > 0; i++)
	{
		int			position = AbFindArm(call->summary, counts.labels[i]);

		if (position < 0)
			continue;
		counts.users[i] = list.entries[position].rows;
		listed[position] = true;
	}
	for (int i = 0; i < list.count; i++)
		/* an arm without rows is there only because it was named as control */
		if (!listed[i] && list.entries[i].rows > 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("variant \"%s\" of the summary is not among those named",
							AbLabelToServer(list.entries[i].label)),
					 errdetail("It has " INT64_FORMAT " rows.",
							   list.entries[i].rows),
					 errhint("Name every variant, with weight 0 if it should have no users.")));
	return counts;
}

/*
 * Numbers of users from an array.
 */
static AbSrmCounts
ArrayCounts(const SrmCall *call)
{
	AbSrmCounts counts = {0};
	double	   *numbers = AbGetNumbers(call->observed, "observed", &counts.arms);

	counts.users = (int64 *) palloc(Max(counts.arms, 1) * sizeof(int64));
	for (int i = 0; i < counts.arms; i++)
	{
		if (!(numbers[i] >= 0 && isfinite(numbers[i]) &&
			  rint(numbers[i]) == numbers[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 numbers[i] < 0 ?
					 errmsg("a number of users must not be negative") :
					 errmsg("a number of users must be a whole number"),
					 errdetail("Element %d is %.17g.", i + 1, numbers[i])));
		/* more than can be counted is noted later on */
		counts.users[i] = numbers[i] > 2.0 * AB_MAX_OBSERVATIONS ?
			2 * AB_MAX_OBSERVATIONS : (int64) numbers[i];
	}
	counts.weights = AbGetWeights(call->weights, counts.arms);
	return counts;
}

/*
 * How a note calls an arm.
 */
static const char *
ArmName(const AbSrmCounts *counts, int i)
{
	if (counts->labels != NULL)
		return psprintf("\"%s\"", AbLabelToServer(counts->labels[i]));
	return psprintf("%d", i + 1);
}

/*
 * Sum up the users.  Returns false, with a note, if there is nothing to test.
 */
static bool
CountUsers(const AbSrmCounts *counts, AbSrmRow *row)
{
	row->n = 0;
	for (int i = 0; i < counts->arms; i++)
		if (pg_add_s64_overflow(row->n, counts->users[i], &row->n) ||
			row->n > AB_MAX_OBSERVATIONS)
		{
			row->n = -1;
			AbNote(&row->notes, "too many users for double precision");
			return false;
		}
	if (row->n == 0)
		AbNote(&row->notes, "no users");
	return row->n > 0;
}

/*
 * Note users in arms that should have none.  Returns whether there are any.
 */
static bool
FindLeak(const AbSrmCounts *counts, AbSrmRow *row)
{
	for (int i = 0; i < counts->arms; i++)
		if (counts->weights[i] == 0 && counts->users[i] > 0)
		{
			AbNote(&row->notes, INT64_FORMAT " user%s in variant %s, whose weight is 0: impossible under the weights, p = 0",
				   counts->users[i], counts->users[i] == 1 ? "" : "s",
				   ArmName(counts, i));
			return true;
		}
	return false;
}

/*
 * Test the counts, by that test where there is something to test.
 */
static void
TestRatio(const AbSrmCounts *counts, const AbSrmTest *test, AbSrmRow *row)
{
	AbClasses	classes = {counts->arms, counts->users, counts->weights};
	AbPearson	pearson;

	row->variants = 0;
	for (int i = 0; i < counts->arms; i++)
		row->variants += counts->weights[i] > 0;
	if (!CountUsers(counts, row))
		return;
	if (FindLeak(counts, row))
	{
		row->p_value = 0;
		row->method = "users in a variant of weight 0";
		return;
	}
	if (row->variants < 2)
	{
		AbNote(&row->notes, counts->arms == 1 ? "only one variant: nothing to test" :
			   "only one variant has a weight: nothing to test");
		return;
	}

	pearson = AbPearsonTest(&classes);
	test->test(&classes, &pearson, row);
	if (row->p_value < row->threshold)
	{
		AbNote(&row->notes, "variant %s deviates most: " INT64_FORMAT " users, %.1f expected",
			   ArmName(counts, pearson.worst), counts->users[pearson.worst],
			   pearson.worst_expected);
		if (counts->labels != NULL)
			AbNote(&row->notes, "rows must be users: several rows a user look like a mismatch");
	}
	if (test->note != NULL)
		test->note(&pearson, row);
}

/*
 * The row of a test; without counts there are no users.
 */
static Datum
SrmDatum(FunctionCallInfo fcinfo, const AbSrmTest *test, const SrmCall *call,
		 const AbSrmCounts *counts)
{
	AbSrmRow	row = {.variants = -1, .n = 0};

	row.statistic = row.df = row.p_value = NAN;
	row.threshold = call->threshold;
	row.method = test->method;
	if (counts == NULL || counts->arms == 0)
		AbNote(&row.notes, "no users");
	else
		TestRatio(counts, test, &row);
	if (counts != NULL)
		AbNoteAllMissing(&row.notes, &counts->list);
	row.mismatch = isnan(row.p_value) ? AB_UNKNOWN :
		AbAnswerOf(row.p_value < row.threshold);
	return AbRowDatum(fcinfo, &srm_type, &row);
}

/*
 * From a summary: (summary, variants, weights, threshold).
 */
Datum
AbSrmOfSummary(FunctionCallInfo fcinfo, const AbSrmTest *test)
{
	static const AbArg args[] = {
		AB_SUMMARY_ARG(SrmCall, summary, NULL),
		AB_ARRAY_ARG(SrmCall, variants, "variants"),
		WEIGHTS_ARG,
		THRESHOLD_ARG
	};
	SrmCall		call = {.reader = test->reader};
	AbSrmCounts counts;

	AbReadArgs(fcinfo, args, &call);
	counts = call.variants == NULL && call.weights == NULL ?
		EqualCounts(call.summary) : NamedCounts(&call);
	return SrmDatum(fcinfo, test, &call, &counts);
}

/*
 * From counts.  An empty array is what array_agg() and ARRAY() give for an
 * empty log.
 */
static Datum
ArraySrm(FunctionCallInfo fcinfo, const AbSrmTest *test, const SrmCall *call)
{
	AbSrmCounts counts;

	if (call->observed == NULL || ARR_NDIM(call->observed) == 0)
		return SrmDatum(fcinfo, test, call, NULL);
	counts = ArrayCounts(call);
	return SrmDatum(fcinfo, test, call, &counts);
}

/*
 * From an array of counts, float8 or bigint: (observed, weights, threshold).
 */
Datum
AbSrmOfCounts(FunctionCallInfo fcinfo, const AbSrmTest *test)
{
	static const AbArg args[] = {
		AB_ARRAY_ARG(SrmCall, observed, "observed"),
		WEIGHTS_ARG,
		THRESHOLD_ARG
	};
	SrmCall		call;

	AbReadArgs(fcinfo, args, &call);
	return ArraySrm(fcinfo, test, &call);
}

/*
 * From the text of an array: what a literal or a parameter without a type
 * means.
 */
Datum
AbSrmOfText(FunctionCallInfo fcinfo, const AbSrmTest *test)
{
	static const AbArg args[] = {
		AB_TEXT_ARG(SrmTextCall, text, "observed"),
		AB_ARRAY_ARG(SrmTextCall, call.weights, "weights"),
		AB_NUMBER_ARG(SrmTextCall, call.threshold, "threshold",
					  &threshold_range, 0.001)
	};
	SrmTextCall text;

	AbReadArgs(fcinfo, args, &text);
	text.call.observed = AbParseNumbers(text.text);
	return ArraySrm(fcinfo, test, &text.call);
}

/* ----------------------------------------------------------------------
 * The test that is done once
 * ----------------------------------------------------------------------
 */

static void
TestOnce(const AbClasses *classes, const AbPearson *pearson, AbSrmRow *row)
{
	row->exact = AbMultinomialFeasible(row->n, (int) row->variants);
	row->statistic = pearson->statistic;
	row->df = pearson->df;
	row->p_value = row->exact ?
		AbMultinomialPValue(classes, &ab_server_work) : pearson->p_value;
	if (row->exact)
		row->method = row->variants == 2 ? "exact binomial test" :
			"exact multinomial test";
}

static void
NoteFewExpected(const AbPearson *pearson, AbSrmRow *row)
{
	if (pearson->fewest < FEW_EXPECTED)
		AbNote(&row->notes, "the smallest expected count is %.2g%s",
			   pearson->fewest, row->exact ? "" : ": chi-square is rough");
}

static const AbSrmTest once = {
	"ab_srm", "chi-square goodness of fit", TestOnce, NoteFewExpected
};

PG_FUNCTION_INFO_V1(ab_srm);
Datum
ab_srm(PG_FUNCTION_ARGS)
{
	return AbSrmOfSummary(fcinfo, &once);
}

PG_FUNCTION_INFO_V1(ab_srm_counts);
Datum
ab_srm_counts(PG_FUNCTION_ARGS)
{
	return AbSrmOfCounts(fcinfo, &once);
}

PG_FUNCTION_INFO_V1(ab_srm_text);
Datum
ab_srm_text(PG_FUNCTION_ARGS)
{
	return AbSrmOfText(fcinfo, &once);
}
