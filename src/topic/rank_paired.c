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

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "math/rank_stat.h"
#include "utils/builtins.h"

/* Attributes of the SQL type ab_paired_rank_result, in its order. */
enum
{
	PAIRS, POSITIVE, NEGATIVE, ZEROS, TIES, MEDIAN, RANK_SUM_POSITIVE,
	RANK_SUM_NEGATIVE, RANK_BISERIAL, STATISTIC, Z, P_VALUE, P_ADJUSTED,
	SIGNIFICANT, ALPHA, METHOD, NOTE, PAIRED_ATTRIBUTES
};

/* Up to these numbers of pairs the signed-rank test is exact, as in SciPy. */
#define FEW_PAIRS			50
#define FEW_TIED_PAIRS		13

/* A paired test, and what it says beside the fields it shares with others. */
typedef struct PairedRank
{
	AbComparison row;
	AbSignedRanks ranks;
	int64		rows;
	double		median;
	AbRankSums	sums;
	double		statistic;
} PairedRank;

static const AbLabel any_variant = {NULL, 0};

/* ----------------------------------------------------------------------
 * Parameters
 * ----------------------------------------------------------------------
 */

/*
 * What to do about pairs without a difference.  ERROR 22023 if it is not known.
 */
static AbZeroMethod
GetZeroMethod(FunctionCallInfo fcinfo, int argument)
{
	static const char *const names[] = {"wilcox", "pratt", "zsplit"};
	const char *name = PG_ARGISNULL(argument) ? "NULL" :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	for (int i = 0; i < (int) lengthof(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (AbZeroMethod) i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown zero method \"%s\"", name),
			 errhint("Use 'wilcox' (pairs without a difference are left out), 'pratt' (they have ranks) or 'zsplit' (and these count half for each side).")));
}

/*
 * The variant named in that argument; data is NULL if none is.
 */
static AbLabel
GetVariant(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? any_variant :
		AbTextGetLabel(PG_GETARG_TEXT_PP(argument));
}

/* ----------------------------------------------------------------------
 * Differences of pairs
 * ----------------------------------------------------------------------
 */

/*
 * Position of the arm that holds the differences: the one named, else the only
 * one with rows.  -1 if there is none; ERROR 22023 where it cannot be told.
 */
static int
ChooseDifferences(const AbSummary *arms, AbLabel variant)
{
	int			position = -1;
	int			count = 0;

	if (variant.data != NULL)
	{
		position = AbFindArm(arms, variant);
		if (position < 0 && arms->arms > 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there is no variant \"%s\"",
							AbLabelToServer(variant)),
					 errdetail("The histogram has %d others.",
							   (int) arms->arms),
					 errhint("ab_arms(histogram) lists them.")));
		return Max(position, -1);
	}

	for (int i = 0; i < (int) arms->arms; i++)
		if (AbArmRows(AbGetArm(arms, i)) > 0)
		{
			position = i;
			count++;
		}
	if (count > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the histogram has more than one variant"),
				 errdetail("A paired test reads the differences of one, and there are %d.",
						   count),
				 errhint("Collect differences by ab_paired_histogram(control_outcome, treatment_outcome), or name the variant that has them, as in ab_wilcoxon(histogram, variant => 'A').")));
	return position;
}

/*
 * Start a row for the differences in a histogram, and rank them.  row.tested
 * tells whether there is something to test; if not, row.note says why.
 */
static void
StartDifferences(PairedRank *pairs, const AbHistogram *histogram,
				 const AbTestOptions *options, AbZeroMethod zero_method,
				 AbLabel variant)
{
	AbComparison *row = &pairs->row;
	const AbSummary *arms;
	const AbArm *arm;
	AbBins		bins;
	AbRankGroup *groups;
	int			position;

	memset(pairs, 0, sizeof(PairedRank));
	/* what there is without any row, so as to set every field */
	AbStartComparison(row, NULL, options);
	pairs->median = pairs->statistic = NAN;
	pairs->sums.positive = pairs->sums.negative = pairs->sums.biserial = NAN;
	if (histogram == NULL)
		return;
	arms = AbHistogramArms(histogram);
	position = ChooseDifferences(arms, variant);
	if (position < 0)
		return;
	arm = AbGetArm(arms, position);
	pairs->rows = AbArmRows(arm);
	if (pairs->rows == 0)
		return;

	resetStringInfo(&row->note);
	if (arm->nonfinite > 0)
	{
		AbAddNote(row, INT64_FORMAT " pair%s with NaN or infinity",
				  arm->nonfinite, arm->nonfinite == 1 ? "" : "s");
		return;
	}
	bins = AbHistogramBins(histogram, position);
	groups = (AbRankGroup *) palloc(Max(bins.count, 1) * sizeof(AbRankGroup));
	pairs->ranks = AbRankDifferences(&bins, zero_method, groups,
									 AbPollInterrupts);
	pairs->median = AbMedian(&bins);
	AbNoteBuckets(row, &bins);
	row->tested = true;
	if (pairs->ranks.count == 0)
		AbAddNote(row, "no pair with a difference: p is 1");
}

/*
 * Tails of the sum of the positive ranks given their absolute values.  Returns
 * false, with a note, if that takes too long.
 */
static bool
ExactSignedRank(PairedRank *pairs, AbTails *tails)
{
	AbSignedRanks *ranks = &pairs->ranks;
	double		total;
	double		sum = AbReduceRanks(ranks, &total);
	int64		cells = 0;
	double	   *work;

	/* before it is taken for a whole number */
	if (total < 4.0 * AB_EXACT_MAX_CELLS)
		cells = AbSignedRankWork((int64) total,
								 ranks->positive + ranks->negative);
	if (cells == 0)
	{
		AbAddNote(&pairs->row, "too many pairs for the exact distribution: asymptotic instead");
		return false;
	}

	work = (double *) palloc(cells * sizeof(double));
	*tails = AbSignedRankTails((int64) sum, (int64) total, ranks->groups,
							   ranks->count, work, AbPollInterrupts);
	pfree(work);
	return true;
}

/*
 * Wilcoxon's test of the ranks.
 */
static void
TestSignedRanks(PairedRank *pairs, const AbTestOptions *options,
				AbRankMethod method, AbZeroMethod zero_method, bool correction)
{
	AbComparison *row = &pairs->row;
	const AbSignedRanks *ranks = &pairs->ranks;
	AbTails		tails;
	bool		exact;

	pairs->sums = AbSignedRankSums(ranks, zero_method);
	pairs->statistic = options->alternative == AB_TWO_SIDED ?
		fmin(pairs->sums.positive, pairs->sums.negative) : pairs->sums.positive;

	if (method == AB_RANK_AUTO)
		method = pairs->rows > FEW_PAIRS ||
			(ranks->ties + ranks->zeros > 0 && pairs->rows > FEW_TIED_PAIRS) ?
			AB_RANK_ASYMPTOTIC : AB_RANK_EXACT;
	exact = method == AB_RANK_EXACT && ExactSignedRank(pairs, &tails);
	if (exact)
		AbDecide(row, AbTailsPValue(tails, options->alternative));
	else
	{
		row->test.statistic = AbSignedRankZ(ranks, correction,
											options->alternative);
		AbDecide(row, ranks->count == 0 ? 1 :
				 AbPValue(row->test.statistic, INFINITY, options->alternative));
	}
	row->method = psprintf("Wilcoxon signed-rank test, %s%s",
						   exact ? "exact" : correction ?
						   "asymptotic with continuity correction" : "asymptotic",
						   AbAlternativeSuffix(options->alternative));
}

/*
 * The row of a paired test.  `any` tells whether there is a histogram.
 */
static Datum
PairedDatum(FunctionCallInfo fcinfo, const PairedRank *pairs, bool any)
{
	Datum	   *values;
	bool	   *nulls;
	TupleDesc	tupdesc = AbStartResult(fcinfo, PAIRED_ATTRIBUTES, &values,
										&nulls);

	if (any)
		AbSetCount(values, nulls, PAIRS, pairs->rows);
	if (pairs->row.tested)
	{
		AbSetCount(values, nulls, POSITIVE, pairs->ranks.positive);
		AbSetCount(values, nulls, NEGATIVE, pairs->ranks.negative);
		AbSetCount(values, nulls, ZEROS, pairs->ranks.zeros);
		AbSetCount(values, nulls, TIES, pairs->ranks.ties);
	}
	AbSetFloat(values, nulls, MEDIAN, pairs->median);
	AbSetFloat(values, nulls, RANK_SUM_POSITIVE, pairs->sums.positive);
	AbSetFloat(values, nulls, RANK_SUM_NEGATIVE, pairs->sums.negative);
	AbSetFloat(values, nulls, RANK_BISERIAL, pairs->sums.biserial);
	AbSetFloat(values, nulls, STATISTIC, pairs->statistic);
	AbSetFloat(values, nulls, Z, pairs->row.test.statistic);
	AbSetVerdict(values, nulls, &pairs->row, P_VALUE);
	return HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls));
}

/*
 * Test, and return the row.  Without pairs, or with some that are not finite, it
 * has NULLs and a note.
 */
static Datum
Wilcoxon(FunctionCallInfo fcinfo, const AbTestOptions *options,
		 AbRankMethod method, AbZeroMethod zero_method, bool correction,
		 AbLabel variant)
{
	const AbHistogram *histogram = AbGetHistogram(fcinfo);
	PairedRank	pairs;

	StartDifferences(&pairs, histogram, options, zero_method, variant);
	pairs.row.method = psprintf("Wilcoxon signed-rank test%s",
								AbAlternativeSuffix(options->alternative));
	if (pairs.row.tested)
		TestSignedRanks(&pairs, options, method, zero_method, correction);
	return PairedDatum(fcinfo, &pairs, histogram != NULL);
}

/*
 * The sign test: is a positive difference as likely as a negative one?  Zeros
 * say nothing about that.  Without pairs, or with some that are not finite, the
 * row has NULLs and a note.
 */
static Datum
SignTest(FunctionCallInfo fcinfo, const AbTestOptions *options,
		 AbLabel variant)
{
	const AbHistogram *histogram = AbGetHistogram(fcinfo);
	PairedRank	pairs;

	StartDifferences(&pairs, histogram, options, AB_ZERO_WILCOX, variant);
	pairs.row.method = psprintf("sign test, exact%s",
								AbAlternativeSuffix(options->alternative));
	if (pairs.row.tested)
	{
		double		positive = pairs.ranks.positive;
		double		n = positive + pairs.ranks.negative;
		AbTails		tails = {1, 1};

		if (n > 0)
			tails = AbBinomialTails(positive, n, 1, false);
		pairs.statistic = positive;
		AbDecide(&pairs.row, AbTailsPValue(tails, options->alternative));
	}
	return PairedDatum(fcinfo, &pairs, histogram != NULL);
}

/* ----------------------------------------------------------------------
 * SQL functions
 * ----------------------------------------------------------------------
 */

/*
 * Final function of the aggregate: two-sided, alpha 0.05, zeros left out.
 */
PG_FUNCTION_INFO_V1(ab_wilcoxon_final);
Datum
ab_wilcoxon_final(PG_FUNCTION_ARGS)
{
	AbTestOptions options = AbDefaultOptions();

	return Wilcoxon(fcinfo, &options, AB_RANK_AUTO, AB_ZERO_WILCOX, false,
					any_variant);
}

/*
 * (histogram, alpha, alternative, method, zero_method, correction, variant)
 */
PG_FUNCTION_INFO_V1(ab_wilcoxon);
Datum
ab_wilcoxon(PG_FUNCTION_ARGS)
{
	AbTestOptions options;
	AbRankMethod method;
	AbZeroMethod zero_method;

	AbGetOptions(fcinfo, &options, -1, -1, 1, 2, -1);
	method = AbGetRankMethod(fcinfo, 3, "asymptotic");
	zero_method = GetZeroMethod(fcinfo, 4);
	return Wilcoxon(fcinfo, &options, method, zero_method,
					AbGetSwitch(fcinfo, 5, "correction"),
					GetVariant(fcinfo, 6));
}

/*
 * Final function of the aggregate: two-sided, alpha 0.05.
 */
PG_FUNCTION_INFO_V1(ab_sign_test_final);
Datum
ab_sign_test_final(PG_FUNCTION_ARGS)
{
	AbTestOptions options = AbDefaultOptions();

	return SignTest(fcinfo, &options, any_variant);
}

/*
 * (histogram, alpha, alternative, variant)
 */
PG_FUNCTION_INFO_V1(ab_sign_test);
Datum
ab_sign_test(PG_FUNCTION_ARGS)
{
	AbTestOptions options;

	AbGetOptions(fcinfo, &options, -1, -1, 1, 2, -1);
	return SignTest(fcinfo, &options, GetVariant(fcinfo, 3));
}
