/*
 * rank_paired.c
 *	  Rank tests of the differences of pairs in a histogram: Wilcoxon's
 *	  signed-rank test and the sign test.
 *
 * In a histogram of buckets the values of one bucket are taken for tied.  The
 * mathematics and its references are in math/rank_stat.c, null distributions
 * in math/rank_null.c; where the statistics have a choice the result is
 * SciPy's.
 */
#include "topic/rank.h"

#include "base/missing.h"
#include "base/work.h"
#include "math/rank_stat.h"
#include "utils/builtins.h"

/* Up to these numbers of pairs the signed-rank test is exact, as in SciPy. */
#define FEW_PAIRS			50
#define FEW_TIED_PAIRS		13

static const AbWord zero_method_words[] = {
	{"wilcox", AB_ZERO_WILCOX, "pairs without a difference are left out"},
	{"pratt", AB_ZERO_PRATT, "they have ranks"},
	{"zsplit", AB_ZERO_ZSPLIT, "and these count half for each side"}
};

static const AbWords zero_methods = AB_WORDS("zero method", zero_method_words);

typedef struct PairsCall
{
	const AbHistogram *histogram;
	AbTestArgs	test;
	AbRankMethod method;
	AbZeroMethod zero_method;
	bool		continuity;
	AbLabel		variant;		/* that holds the differences */
} PairsCall;

typedef struct PairsRow
{
	AbComparison row;			/* its control_n is the number of pairs */
	int64		positive;
	int64		negative;
	int64		zeros;
	int64		ties;
	double		median;
	AbRankSums	sums;
	double		z;
	AbSignedRanks ranks;
} PairsRow;

static const AbColumn columns[] = {
	AB_COLUMN(PairsRow, row.control_n, "n", COUNT),
	AB_COLUMN(PairsRow, positive, "positive", COUNT),
	AB_COLUMN(PairsRow, negative, "negative", COUNT),
	AB_COLUMN(PairsRow, zeros, "zeros", COUNT),
	AB_COLUMN(PairsRow, ties, "ties", COUNT),
	AB_COLUMN(PairsRow, median, "median", NUMBER),
	AB_COLUMN(PairsRow, sums.positive, "rank_sum_positive", NUMBER),
	AB_COLUMN(PairsRow, sums.negative, "rank_sum_negative", NUMBER),
	AB_COLUMN(PairsRow, sums.biserial, "rank_biserial", NUMBER),
	AB_COLUMN(PairsRow, row.statistic, "statistic", NUMBER),
	AB_COLUMN(PairsRow, z, "z", NUMBER),
	AB_VERDICT_COLUMNS(PairsRow, row)
};

static const AbRowType pairs_type = AB_ROW_TYPE(columns);

/*
 * Start a row for the differences in a histogram, and rank them.  Returns
 * whether there is something to test; the notes say why not.
 */
static bool
StartDifferences(PairsRow *result, const PairsCall *call)
{
	AbComparison *row = &result->row;
	AbArmList	list = AbListHistogram(call->histogram);
	const AbArmEntry *entry;
	AbBins		bins;
	int			position = AbChooseSingle(&list, call->variant,
										  call->test.reader, "variant",
										  "collect differences by ab_paired_histogram(control_outcome, treatment_outcome)");

	AbInitComparison(row, call->test.alpha);
	result->positive = result->negative = result->zeros = result->ties = -1;
	result->median = result->z = NAN;
	result->sums.positive = result->sums.negative = result->sums.biserial = NAN;
	if (call->histogram != NULL)
		row->control_n = position < 0 ? 0 : list.entries[position].rows;
	if (row->control_n <= 0)
	{
		AbNote(&row->notes, "no rows");
		AbNoteMissingPairs(&row->notes, &list, position);
		return false;
	}
	AbNoteMissingPairs(&row->notes, &list, position);
	entry = &list.entries[position];
	if (entry->nonfinite > 0)
	{
		AbNote(&row->notes, INT64_FORMAT " pair%s with NaN or infinity",
			   entry->nonfinite, entry->nonfinite == 1 ? "" : "s");
		return false;
	}

	bins = AbHistogramBins(call->histogram, position);
	result->ranks = AbRankDifferences(&bins, call->zero_method,
									  (AbRankGroup *) palloc(Max(bins.count, 1) *
															 sizeof(AbRankGroup)),
									  &ab_server_work);
	result->positive = result->ranks.positive;
	result->negative = result->ranks.negative;
	result->zeros = result->ranks.zeros;
	result->ties = result->ranks.ties;
	result->median = AbMedian(&bins);
	AbNoteBuckets(&row->notes, &bins);
	if (result->ranks.count == 0)
		AbNote(&row->notes, "no pair with a difference: p is 1");
	return true;
}

/*
 * Tails of the sum of the positive ranks given their absolute values.  Returns
 * false, with a note, if that takes too long.
 */
static bool
ExactSignedRank(PairsRow *result, AbTails *tails)
{
	AbSignedRanks *ranks = &result->ranks;
	double		total;
	double		sum = AbReduceRanks(ranks, &total);

	if (!AbSignedRankFeasible(total, ranks->positive + ranks->negative))
	{
		AbNote(&result->row.notes, "too many pairs for the exact distribution: asymptotic instead");
		return false;
	}
	*tails = AbSignedRankTails((int64) sum, (int64) total, ranks->groups,
							   ranks->count, &ab_server_work);
	return true;
}

/*
 * Wilcoxon's test of the ranks.
 */
static void
TestSignedRanks(PairsRow *result, const PairsCall *call)
{
	AbComparison *row = &result->row;
	const AbSignedRanks *ranks = &result->ranks;
	AbAlternative alternative = call->test.alternative;
	AbRankMethod method = call->method;
	AbTails		tails;
	bool		exact;

	result->sums = AbSignedRankSums(ranks, call->zero_method);
	row->statistic = alternative == AB_TWO_SIDED ?
		fmin(result->sums.positive, result->sums.negative) :
		result->sums.positive;

	if (method == AB_RANK_AUTO)
		method = row->control_n > FEW_PAIRS ||
			(ranks->ties + ranks->zeros > 0 && row->control_n > FEW_TIED_PAIRS) ?
			AB_RANK_ASYMPTOTIC : AB_RANK_EXACT;
	exact = method == AB_RANK_EXACT && ExactSignedRank(result, &tails);
	if (exact)
		AbDecide(row, AbTailsPValue(tails, alternative));
	else
	{
		result->z = AbSignedRankZ(ranks, call->continuity, alternative);
		AbDecide(row, ranks->count == 0 ? 1 :
				 AbPValue(result->z, INFINITY, alternative));
	}
	row->method = psprintf("Wilcoxon signed-rank test, %s%s",
						   exact ? "exact" : call->continuity ?
						   "asymptotic with continuity correction" : "asymptotic",
						   AbAlternativeSuffix(alternative));
}

/*
 * Wilcoxon's test, as a row; of the aggregate, whose final function has the
 * state alone, with the defaults.  Without pairs, or with some that are not
 * finite, it has NULLs and a note.
 */
static Datum
Wilcoxon(FunctionCallInfo fcinfo)
{
	static const AbArg args[] = {
		AB_HISTOGRAM_ARG(PairsCall, histogram),
		AB_ALPHA_ARG(PairsCall, test),
		AB_ALTERNATIVE_ARG(PairsCall, test),
		AB_RANK_METHOD_ARG(PairsCall, method),
		AB_WORD_ARG(PairsCall, zero_method, "zero_method", &zero_methods,
					AB_ZERO_WILCOX),
		AB_CONTINUITY_ARG(PairsCall, continuity, false),
		AB_LABEL_ARG(PairsCall, variant, "variant")
	};
	PairsCall	call = {.test.reader = "ab_wilcoxon(histogram"};
	PairsRow	result;
	bool		known;

	AbReadArgs(fcinfo, args, &call);
	known = StartDifferences(&result, &call);
	result.row.method = psprintf("Wilcoxon signed-rank test%s",
								 AbAlternativeSuffix(call.test.alternative));
	if (known)
		TestSignedRanks(&result, &call);
	return AbRowDatum(fcinfo, &pairs_type, &result);
}

/*
 * The sign test, likewise: is a positive difference as likely as a negative
 * one?  Zeros say nothing about that.
 */
static Datum
SignTest(FunctionCallInfo fcinfo)
{
	static const AbArg args[] = {
		AB_HISTOGRAM_ARG(PairsCall, histogram),
		AB_ALPHA_ARG(PairsCall, test),
		AB_ALTERNATIVE_ARG(PairsCall, test),
		AB_LABEL_ARG(PairsCall, variant, "variant")
	};
	PairsCall	call = {.test.reader = "ab_sign_test(histogram"};
	PairsRow	result;
	bool		known;

	AbReadArgs(fcinfo, args, &call);
	call.zero_method = AB_ZERO_WILCOX;
	known = StartDifferences(&result, &call);
	result.row.method = psprintf("sign test, exact%s",
								 AbAlternativeSuffix(call.test.alternative));
	if (known)
	{
		double		positive = result.positive;
		double		n = positive + result.negative;
		AbTails		tails = {1, 1};

		if (n > 0)
			tails = AbBinomialTails(positive, n, 1, false);
		result.row.statistic = positive;
		AbDecide(&result.row, AbTailsPValue(tails, call.test.alternative));
	}
	return AbRowDatum(fcinfo, &pairs_type, &result);
}

PG_FUNCTION_INFO_V1(ab_wilcoxon);
Datum
ab_wilcoxon(PG_FUNCTION_ARGS)
{
	return Wilcoxon(fcinfo);
}

PG_FUNCTION_INFO_V1(ab_wilcoxon_final);
Datum
ab_wilcoxon_final(PG_FUNCTION_ARGS)
{
	return Wilcoxon(fcinfo);
}

PG_FUNCTION_INFO_V1(ab_sign_test);
Datum
ab_sign_test(PG_FUNCTION_ARGS)
{
	return SignTest(fcinfo);
}

PG_FUNCTION_INFO_V1(ab_sign_test_final);
Datum
ab_sign_test_final(PG_FUNCTION_ARGS)
{
	return SignTest(fcinfo);
}
