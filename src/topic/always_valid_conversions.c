/*
 * always_valid_conversions.c
 *	  Rates on any day, exactly, from the conversions alone: given a conversion
 *	  it is the treatment's with the probability of the treatment's share of the
 *	  users, whatever the common rate is and however it changes.
 *
 * The mathematics is in math/dirichlet.c, with its references.
 */
#include "topic/proportion.h"

#include "base/design.h"
#include "math/dirichlet.h"
#include "math/mixture.h"
#include "utils/builtins.h"

/* Level at which users that are split otherwise are noted. */
#define MISMATCH_ALPHA	0.001

typedef struct Call
{
	const AbSummary *summary;
	double		split;
	double		planned;		/* conversions of both arms */
	AbTestArgs	test;
	int			failures;		/* count these, not the successes */
} Call;

static const AbRange split_range = {
	.low = 1e-6, .high = 1 - 1e-6, .fraction = true,
	.message = "split must be between 0.000001 and 0.999999",
	.hint = "It is the share of users that the treatment was to get, the split of ab_assign()."
};

static const AbRange conversions_range = {
	.low = 2, .high = 1e9,
	.message = "planned_conversions must be between 2 and 1000000000",
	.hint = "It is the number of conversions of both arms together that the experiment was planned for: its users times their rate."
};

static const AbWord count_words[] = {
	{"successes", false, "rates below 0.5"},
	{"failures", true, "rates above"}
};

static const AbWords counted = AB_WORDS("count", count_words);

/*
 * Let the row speak of failures.
 */
static void
TurnRates(AbMeans *means, AbProportions *counts)
{
	counts->control = counts->control_n - counts->control;
	counts->treatment = counts->treatment_n - counts->treatment;
	means->control_mean = counts->control / counts->control_n;
	means->treatment_mean = counts->treatment / counts->treatment_n;
	means->row.difference.value = AbProportionDifference(counts);
}

/*
 * The conversions are compared as if the users were split like that: note if
 * they are not.
 */
static void
CheckSplit(AbComparison *row, const AbProportions *counts, double split)
{
	double		users[2] = {counts->treatment_n, counts->control_n};
	double		weights[2] = {split, 1 - split};
	AbShares	shares = {2, users, weights, weights, NULL};

	if (AbSharesLogE(&shares) > -log(MISMATCH_ALPHA))
		AbNote(&row->notes, "the users are not split as %.4g to %.4g, which the test takes for granted: see ab_srm_sequential",
			   1 - split, split);
}

/*
 * Test the conversions of a row that can be compared.
 */
static void
TestSplit(AbMeans *means, const AbProportions *counts, const Call *call)
{
	AbComparison *row = &means->row;
	AbAlternative alternative = call->test.alternative;
	AbSplit		split = {counts->control, counts->treatment, call->split,
	call->planned / AB_MIXTURE_PLANNED};
	double		ratio = counts->treatment / counts->control *
		((1 - call->split) / call->split);
	AbInterval	lift = AbSplitLift(&split, alternative, row->alpha);

	row->lift.value = ratio - 1;
	AbDecide(row, AbBoundP(exp(-AbSplitLogE(&split, alternative))));
	CheckSplit(row, counts, call->split);
	if (!(lift.low > -1) && isinf(lift.high))
	{
		AbNote(&row->notes, "too few %s for an interval",
			   AbWordOf(&counted, call->failures));
		return;
	}
	row->lift.interval = AbAgree(lift, ratio - 1, row->significant == AB_YES);
}

PG_FUNCTION_INFO_V1(ab_always_valid_conversions);
Datum
ab_always_valid_conversions(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_SUMMARY_ARG(Call, summary, NULL),
		AB_NUMBER_ARG(Call, split, "split", &split_range, 0),
		AB_COUNT_ARG(Call, planned, "planned_conversions", &conversions_range),
		AB_CONTROL_ARG(Call, test),
		AB_TREATMENT_ARG(Call, test),
		AB_ALPHA_ARG(Call, test),
		AB_ALTERNATIVE_ARG(Call, test),
		AB_WORD_ARG(Call, failures, "count", &counted, false)
	};
	Call		call = {.test.reader = "ab_always_valid_conversions(ab_summary(outcome, variant), 0.5, 500"};
	AbMeans		means;
	AbProportions counts;
	bool		comparable;

	AbReadArgs(fcinfo, args, &call);
	if (call.summary != NULL)
		AbCheckDesign(call.summary, AB_DESIGN_PROPORTION);
	comparable = AbStartRates(&means, call.summary, &call.test, &counts);
	means.row.method = psprintf("always-valid split of the %s (exact), planned %.0f%s",
								AbWordOf(&counted, call.failures), call.planned,
								AbAlternativeSuffix(call.test.alternative));
	if (comparable)
	{
		if (call.failures)
			TurnRates(&means, &counts);
		TestSplit(&means, &counts, &call);
	}
	return AbRowDatum(fcinfo, &ab_comparison, &means);
}
