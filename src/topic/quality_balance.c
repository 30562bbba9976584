/*
 * quality_balance.c
 *	  Were the variants alike before the experiment?
 *
 * Welch's analysis of variance of a covariate, and the largest difference of
 * two variants in standard deviations, (a - b) / sqrt((va + vb) / 2).
 *
 *	P. Austin, Balance Diagnostics for Comparing the Distribution of Baseline
 *	Covariates, Statistics in Medicine 28 (2009), 3083-3107.
 */
#include "base/args.h"

#include "base/missing.h"
#include "miscadmin.h"
#include "topic/anova.h"

typedef struct BalanceCall
{
	const AbSummary *summary;
	double		threshold;
} BalanceCall;

typedef struct BalanceRow
{
	AbAnovaRow	analysis;
	double		difference;		/* in standard deviations, not negative */
	AbLabel		lower;			/* the two that are so far apart */
	AbLabel		higher;
	AbAnswer	imbalance;
	double		threshold;
} BalanceRow;

static const AbColumn columns[] = {
	AB_COLUMN(BalanceRow, analysis.variants, "variants", COUNT),
	AB_COLUMN(BalanceRow, analysis.n, "n", COUNT),
	AB_COLUMN(BalanceRow, difference, "std_difference", NUMBER),
	AB_COLUMN(BalanceRow, lower, "lowest", LABEL),
	AB_COLUMN(BalanceRow, higher, "highest", LABEL),
	AB_COLUMN(BalanceRow, analysis.anova.statistic, "statistic", NUMBER),
	AB_COLUMN(BalanceRow, analysis.anova.df_between, "df_between", NUMBER),
	AB_COLUMN(BalanceRow, analysis.anova.df_within, "df_within", NUMBER),
	AB_COLUMN(BalanceRow, analysis.anova.p_value, "p_value", NUMBER),
	AB_COLUMN(BalanceRow, imbalance, "imbalance", ANSWER),
	AB_COLUMN(BalanceRow, threshold, "threshold", NUMBER),
	AB_COLUMN(BalanceRow, analysis.method, "method", TEXT),
	AB_COLUMN(BalanceRow, analysis.note, "note", TEXT)
};

static const AbRowType balance_type = AB_ROW_TYPE(columns);

static const AbRange threshold_range = {
	.low = 0, .low_open = true, .high = 1, .high_open = true,
	.message = "threshold must be between 0 and 1",
	.hint = "An imbalance is declared where p is below it: 0.001 raises few false alarms."
};

/*
 * Find the two variants that are farthest apart, in standard deviations.
 */
static void
FindFarthest(BalanceRow *row, const AbSummary *summary)
{
	const AbGroup *groups = row->analysis.groups;

	for (int i = 0; i < row->analysis.count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < i; j++)
		{
			double		variances;
			double		difference;
			int			higher;

			if (groups[i].n < 2 || groups[j].n < 2)
				continue;
			variances = groups[i].squares / (groups[i].n - 1) +
				groups[j].squares / (groups[j].n - 1);
			difference = (groups[i].deviation - groups[j].deviation) /
				sqrt(variances / 2);
			if (!isfinite(difference) || fabs(difference) < row->difference)
				continue;
			higher = difference < 0 ? j : i;
			row->difference = fabs(difference);
			row->higher = AbArmLabel(summary, AbGetArm(summary, higher));
			row->lower = AbArmLabel(summary, AbGetArm(summary, i + j - higher));
		}
	}
}

static Datum
Balance(FunctionCallInfo fcinfo)
{
	static const AbArg args[] = {
		AB_SUMMARY_ARG(BalanceCall, summary, &ab_one_column),
		AB_NUMBER_ARG(BalanceCall, threshold, "threshold", &threshold_range,
					  0.001)
	};
	BalanceCall call;
	BalanceRow	row = {.difference = NAN};
	double		p_value;

	AbReadArgs(fcinfo, args, &call);
	row.threshold = call.threshold;
	AbAnalyseVariants(&row.analysis, call.summary, false);
	p_value = row.analysis.anova.p_value;
	if (!isnan(p_value))
	{
		row.difference = 0;
		FindFarthest(&row, call.summary);
		row.imbalance = AbAnswerOf(p_value < row.threshold);
	}
	return AbRowDatum(fcinfo, &balance_type, &row);
}

PG_FUNCTION_INFO_V1(ab_balance);
Datum
ab_balance(PG_FUNCTION_ARGS)
{
	return Balance(fcinfo);
}

PG_FUNCTION_INFO_V1(ab_balance_final);
Datum
ab_balance_final(PG_FUNCTION_ARGS)
{
	return Balance(fcinfo);
}
