/*
 * proportion_odds.c
 *	  The odds ratio of two variants of zeros and ones.  The mathematics and its
 *	  references are in math/odds.c and math/odds_exact.c.
 */
#include "base/rates.h"

#include "base/work.h"
#include "math/odds.h"
#include "math/odds_exact.h"
#include "math/proportions_exact.h"
#include "utils/builtins.h"

typedef enum OddsMethod
{
	ODDS_SCORE,
	ODDS_WOOLF,
	ODDS_EXACT
} OddsMethod;

static const AbWord method_words[] = {
	{"score", ODDS_SCORE, NULL},
	{"woolf", ODDS_WOOLF, "of the logarithm"},
	{"exact", ODDS_EXACT, "given both totals of the table"}
};

static const AbWords methods = AB_WORDS("method", method_words);

typedef struct OddsCall
{
	const AbSummary *summary;
	AbTestArgs	test;
	OddsMethod	method;
} OddsCall;

typedef struct OddsRow
{
	AbMeans		means;
	AbEstimate	odds;
} OddsRow;

static const AbColumn columns[] = {
	AB_ARM_COLUMNS(OddsRow, means.row),
	AB_COLUMN(OddsRow, means.control_mean, "control_rate", NUMBER),
	AB_COLUMN(OddsRow, means.treatment_mean, "treatment_rate", NUMBER),
	AB_COLUMN(OddsRow, odds.value, "odds_ratio", NUMBER),
	AB_COLUMN(OddsRow, odds.interval.low, "odds_ratio_low", NUMBER),
	AB_COLUMN(OddsRow, odds.interval.high, "odds_ratio_high", NUMBER),
	AB_COLUMN(OddsRow, means.row.std_error, "std_error", NUMBER),
	AB_COLUMN(OddsRow, means.row.statistic, "statistic", NUMBER),
	AB_VERDICT_COLUMNS(OddsRow, means.row)
};

static const AbRowType odds_type = AB_ROW_TYPE(columns);

/*
 * The score test, whose p-value is that of ab_proportion_test().
 */
static void
TestByScore(OddsRow *odds, const AbProportions *counts, const AbTestArgs *args)
{
	static const AbScoreTest equal_rates = {AB_SCORE_MN, AB_CONTINUITY_NONE};
	static const AbProportionNull no_difference = {0, false};
	AbComparison *row = &odds->means.row;
	double		z = AbCriticalT(INFINITY, args->alternative, row->alpha) + 0.0; /* no -0 */

	row->statistic = AbScoreAt(counts, equal_rates, no_difference,
							   args->alternative);
	AbDecide(row, AbPValue(row->statistic, INFINITY, args->alternative));
	odds->odds.interval = AbAgreeAt(row, AbOneOrBoth(args->alternative,
													 AbOddsBound(counts, z),
													 AbOddsBound(counts, -z)), 1);
}

/*
 * Woolf's normal test of the logarithm.
 */
static void
TestByLogarithm(OddsRow *odds, const AbProportions *counts,
				const AbTestArgs *args)
{
	AbComparison *row = &odds->means.row;
	double		z = AbCriticalT(INFINITY, args->alternative, row->alpha);
	double		logarithm = log(odds->odds.value);

	row->std_error = AbLogOddsError(counts);
	if (!isfinite(row->std_error))
	{
		AbNote(&row->notes, "a cell of the table is empty: no logarithm, use method => 'score'");
		return;
	}
	row->statistic = logarithm / row->std_error;
	AbDecide(row, AbPValue(row->statistic, INFINITY, args->alternative));
	odds->odds.interval =
		AbAgreeAt(row, AbOneOrBoth(args->alternative,
								   exp(logarithm - z * row->std_error),
								   exp(logarithm + z * row->std_error)), 1);
}

/*
 * Fisher's exact test, with the most likely ratio given the totals and the
 * interval of its two one-sided tests.  The two-sided p-value is that of all
 * tables which are not more probable, so the two can differ.
 */
static void
TestExactly(OddsRow *odds, const AbProportions *counts, const AbTestArgs *args)
{
	AbComparison *row = &odds->means.row;
	double		level = AbOneSidedLevel(args);

	if (counts->control_n + counts->treatment_n > AB_FISHER_MAX_ROWS)
	{
		AbNote(&row->notes, "more than %d rows: no exact test, use method => 'score'",
			   AB_FISHER_MAX_ROWS);
		return;
	}
	odds->odds.value = AbConditionalOdds(counts);
	AbDecide(row, AbFisher(counts, args->alternative, &ab_server_work));
	odds->odds.interval = AbOneOrBoth(args->alternative,
									  AbExactOddsBound(counts, level, false),
									  AbExactOddsBound(counts, level, true));
	if (args->alternative == AB_GREATER)
		odds->odds.interval.low = AbKeepVerdict(odds->odds.interval.low, 1,
												AB_GREATER,
												row->significant == AB_YES);
	else if (args->alternative == AB_LESS)
		odds->odds.interval.high = AbKeepVerdict(odds->odds.interval.high, 1,
												 AB_LESS,
												 row->significant == AB_YES);
	else if ((odds->odds.interval.low > 1 || odds->odds.interval.high < 1) !=
			 (row->significant == AB_YES))
		AbNote(&row->notes, "the interval is that of two one-sided tests and does not agree with the two-sided p here");
}

PG_FUNCTION_INFO_V1(ab_odds_ratio);
Datum
ab_odds_ratio(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_SUMMARY_ARG(OddsCall, summary, &ab_one_column),
		AB_CONTROL_ARG(OddsCall, test),
		AB_TREATMENT_ARG(OddsCall, test),
		AB_ALPHA_ARG(OddsCall, test),
		AB_ALTERNATIVE_ARG(OddsCall, test),
		AB_WORD_ARG(OddsCall, method, "method", &methods, ODDS_SCORE)
	};
	OddsCall	call = {.test.reader = "ab_odds_ratio(ab_summary(outcome, variant)"};
	OddsRow		odds;
	AbComparison *row = &odds.means.row;
	AbProportions counts;

	AbReadArgs(fcinfo, args, &call);
	odds.odds.value = odds.odds.interval.low = odds.odds.interval.high = NAN;
	if (AbStartMeans(&odds.means, call.summary, &call.test) &&
		AbCheckBinaryArms(&odds.means))
	{
		counts = AbCountArms(&odds.means);
		odds.odds.value = AbOddsRatio(&counts);
		if (isnan(odds.odds.value))
			AbNote(&row->notes, "no odds ratio: both variants are without successes, or both without failures");
		else
		{
			if (isinf(odds.odds.value))
				AbNote(&row->notes, "the odds ratio is infinite: its interval has no upper end");
			if (call.method == ODDS_SCORE)
				TestByScore(&odds, &counts, &call.test);
			else if (call.method == ODDS_EXACT)
				TestExactly(&odds, &counts, &call.test);
			else
				TestByLogarithm(&odds, &counts, &call.test);
		}
	}
	row->method = psprintf("odds ratio, %s%s", call.method == ODDS_SCORE ?
						   "score test (Miettinen-Nurminen)" :
						   call.method == ODDS_EXACT ?
						   "Fisher exact test" :
						   "normal test of its logarithm (Woolf)",
						   AbAlternativeSuffix(call.test.alternative));
	return AbRowDatum(fcinfo, &odds_type, &odds);
}
