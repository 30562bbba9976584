/*
 * mcnemar.c
 *	  McNemar's test of pairs of 0/1 outcomes, from a summary of two columns.
 *
 * The mathematics and its references are in math/mcnemar.c.
 */
#include "topic/paired.h"

#include "math/mcnemar.h"
#include "utils/builtins.h"

typedef struct McNemarCall
{
	AbPairsCall pairs;
	AbMcNemarMethod method;
	bool		continuity;
} McNemarCall;

static const char *
MethodName(AbMcNemarMethod method)
{
	switch (method)
	{
		case AB_MCNEMAR_MID_P:
			return "McNemar's test, mid-p";
		case AB_MCNEMAR_ASYMPTOTIC:
			return "McNemar's test, asymptotic";
		case AB_MCNEMAR_CORRECTED:
			return "McNemar's test, asymptotic with continuity correction";
		default:
			return "McNemar's test, exact";
	}
}

/*
 * McNemar's test of the pairs.
 */
static void
CompareCounts(AbMeans *means, const McNemarCall *call)
{
	AbComparison *row = &means->row;
	const AbDouble *moments = means->control->moments;
	AbAlternative alternative = call->pairs.test.alternative;
	AbPairCounts pairs = AbCountPairs(means->control->n,
									  AbDoubleValue(moments[0]),
									  AbDoubleValue(moments[1]),
									  AbDoubleValue(moments[AbComomentIndex(2, 0, 1)]));
	AbMcNemar	test = AbMcNemarTest(pairs, call->method,
									 AbOneSidedLevel(&call->pairs.test));
	bool		significant;

	row->difference.value = AbPairsDifference(pairs);
	row->lift.value = row->difference.value / means->control_mean;
	row->std_error = AbPairsStdError(pairs);
	row->statistic = test.statistic;
	AbDecide(row, AbTailsPValue(test.tails, alternative));
	significant = row->significant == AB_YES;
	row->difference.interval =
		AbAgree(AbPairsDifferenceInterval(pairs, &test, alternative),
				row->difference.value, significant);
	row->lift.interval = AbAgree(AbPairsLiftInterval(pairs, &test, alternative),
								 row->difference.value, significant);

	AbNote(&row->notes, "discordant pairs: %.0f won by the treatment, %.0f by the control",
		   pairs.gained, pairs.lost);
	if (pairs.both + pairs.lost == 0)
		AbNote(&row->notes, pairs.gained == 0 ? "no success on either side: no relative lift" :
			   "no success of the control: no relative lift, and its interval has no upper end");
}

/*
 * The test, as a row; of the aggregate, whose final function has the state
 * alone, with the defaults.
 *
 * The continuity correction is the asymptotic test's.
 */
static Datum
McNemar(FunctionCallInfo fcinfo)
{
	static const AbWord words[] = {
		{"exact", AB_MCNEMAR_EXACT, NULL},
		{"mid-p", AB_MCNEMAR_MID_P, NULL},
		{"asymptotic", AB_MCNEMAR_ASYMPTOTIC, NULL}
	};
	static const AbWords methods = AB_WORDS("method", words);
	static const AbArg args[] = {
		AB_SUMMARY_ARG(McNemarCall, pairs.summary, &ab_pairs_width),
		AB_ALPHA_ARG(McNemarCall, pairs.test),
		AB_ALTERNATIVE_ARG(McNemarCall, pairs.test),
		AB_WORD_ARG(McNemarCall, method, "method", &methods, AB_MCNEMAR_EXACT),
		AB_FLAG_ARG(McNemarCall, continuity, "continuity",
					"Use true for the continuity correction of the asymptotic test.",
					false),
		AB_LABEL_ARG(McNemarCall, pairs.variant, "variant"),
		AB_CONTROL_ARG(McNemarCall, pairs.test),
		AB_TREATMENT_ARG(McNemarCall, pairs.test)
	};
	McNemarCall call = {.pairs.test.reader = "ab_mcnemar(summary"};
	AbMeans		means;
	bool		comparable;

	AbReadArgs(fcinfo, args, &call);
	if (call.continuity && call.method == AB_MCNEMAR_ASYMPTOTIC)
		call.method = AB_MCNEMAR_CORRECTED;
	comparable = AbStartPairs(&means, &call.pairs);
	means.row.method = psprintf("%s%s", MethodName(call.method),
								AbAlternativeSuffix(call.pairs.test.alternative));
	if (comparable && (~means.control->flags & AB_ARM_ALL_BINARY(2)) != 0)
		AbNote(&means.row.notes, "the outcomes are not all 0 or 1: use ab_paired_ttest");
	else if (comparable)
		CompareCounts(&means, &call);
	return AbRowDatum(fcinfo, &ab_comparison, &means);
}

PG_FUNCTION_INFO_V1(ab_mcnemar);
Datum
ab_mcnemar(PG_FUNCTION_ARGS)
{
	return McNemar(fcinfo);
}

PG_FUNCTION_INFO_V1(ab_mcnemar_final);
Datum
ab_mcnemar_final(PG_FUNCTION_ARGS)
{
	return McNemar(fcinfo);
}
