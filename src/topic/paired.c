/*
 * paired.c
 *	  Both variants on the same unit (prompt, user): the paired t-test and
 *	  McNemar's test, from a summary of two columns.
 *
 * The columns are the control's and the treatment's outcome of a pair, in one
 * arm.  The state of the aggregates is such a summary, so it can be stored,
 * merged and read again with other parameters.
 *
 * The mathematics of McNemar's test is in math/mcnemar.c, with its references.
 *
 * References:
 *	Student, The Probable Error of a Mean, Biometrika 6 (1908), 1-25.
 */
#include "base/effect.h"

#include "math/mcnemar.h"
#include "topic/summary.h"
#include "utils/builtins.h"

/*
 * The sum of squares of the differences is rounding error only below the
 * first share of the two columns' own, and has lost half of its digits below
 * the second.
 */
#define NO_DIFFERENCE	(16 * DBL_EPSILON)
#define FEW_DIGITS		1e-8

typedef struct PairsCall
{
	const AbSummary *summary;
	AbTestArgs	test;
	AbMcNemarMethod method;
	bool		continuity;
	AbLabel		variant;		/* that holds the pairs */
} PairsCall;

static const AbWidth width = {
	2, 2, "Collect it by ab_summary(control_outcome, treatment_outcome, 'pairs'), a row for each pair."
};

/* ----------------------------------------------------------------------
 * Collecting
 * ----------------------------------------------------------------------
 */

/*
 * Add a pair to the state, a summary of two columns and one arm.
 */
static Datum
AddPair(FunctionCallInfo fcinfo, double control, double treatment)
{
	static const AbLabel pairs = {AB_PAIRS_LABEL, sizeof(AB_PAIRS_LABEL) - 1};
	static const AbLabel none = {NULL, 0};
	double		values[2] = {control, treatment};

	return AbAccumulateRow(fcinfo, 2, values,
						   PG_ARGISNULL(1) || PG_ARGISNULL(2) ? none : pairs);
}

/*
 * Transition of a pair: (state, control_outcome, treatment_outcome).
 */
PG_FUNCTION_INFO_V1(ab_paired_accum);
Datum
ab_paired_accum(PG_FUNCTION_ARGS)
{
	return AddPair(fcinfo, PG_ARGISNULL(1) ? 0 : PG_GETARG_FLOAT8(1),
				   PG_ARGISNULL(2) ? 0 : PG_GETARG_FLOAT8(2));
}

/*
 * The same for boolean outcomes, which count as 1 or 0.
 */
PG_FUNCTION_INFO_V1(ab_paired_accum_boolean);
Datum
ab_paired_accum_boolean(PG_FUNCTION_ARGS)
{
	return AddPair(fcinfo, !PG_ARGISNULL(1) && PG_GETARG_BOOL(1),
				   !PG_ARGISNULL(2) && PG_GETARG_BOOL(2));
}

/* ----------------------------------------------------------------------
 * Reading
 * ----------------------------------------------------------------------
 */

/*
 * Start a row for the pairs of a summary: the control is the first column,
 * the treatment the second.  Returns whether they can be compared; the notes
 * say why not.
 */
static bool
StartPairs(AbMeans *means, const PairsCall *call)
{
	static const AbLabel control = {"control", 7};
	static const AbLabel treatment = {"treatment", 9};
	AbComparison *row = &means->row;
	AbArmList	list = AbListSummary(call->summary);
	int			position = AbChooseSingle(&list, call->variant,
										  call->test.reader,
										  "merge them into one when collecting");
	const AbArm *arm;

	AbInitComparison(row, call->test.alpha);
	row->control = control;
	row->treatment = treatment;
	means->control_mean = means->treatment_mean = NAN;
	means->control_stddev = means->treatment_stddev = NAN;
	means->summary = call->summary;
	if (call->summary != NULL)
		row->control_n = row->treatment_n = position < 0 ? 0 :
			list.entries[position].rows;
	if (row->control_n <= 0)
	{
		AbNote(&row->notes, "no rows");
		return false;
	}

	arm = AbGetArm(call->summary, position);
	means->control = means->treatment = arm;
	if (arm->nonfinite > 0)
		AbNote(&row->notes, INT64_FORMAT " pair%s with NaN or infinity",
			   arm->nonfinite, arm->nonfinite == 1 ? "" : "s");
	if (arm->flags & AB_ARM_OVERFLOW)
		AbNote(&row->notes, "values are too large for double precision");
	if (!AbArmKnown(arm))
		return false;

	means->control_mean = AbArmMean(call->summary, arm, 0);
	means->treatment_mean = AbArmMean(call->summary, arm, 1);
	means->control_stddev = sqrt(AbArmVariance(call->summary, arm, 0, 0));
	means->treatment_stddev = sqrt(AbArmVariance(call->summary, arm, 1, 1));
	row->difference.value = AbDoubleDifference(arm->moments[1], arm->moments[0]);
	row->lift.value = row->difference.value / means->control_mean;
	return true;
}

/* ----------------------------------------------------------------------
 * The paired t-test
 * ----------------------------------------------------------------------
 */

/*
 * The one-sample t-test of the differences, whose sum of squares is
 *
 *		Sd = Scc + Stt - 2 Sct = (Scc - Sct) + (Stt - Sct),
 *
 * df = n - 1.  The state has no differences of rows, so where nearly all
 * cancels the digits left are few and the note says how many.  The lift's
 * interval is Fieller's with cov(d, c) = (Sct - Scc) / (n - 1) / n.
 */
static void
CompareMeans(AbMeans *means, AbAlternative alternative)
{
	AbNotes    *notes = &means->row.notes;
	const AbDouble *moments = means->control->moments;
	AbDouble	scc = moments[AbComomentIndex(2, 0, 0)];
	AbDouble	sct = moments[AbComomentIndex(2, 0, 1)];
	AbDouble	stt = moments[AbComomentIndex(2, 1, 1)];
	double		n = means->control->n;
	double		both = AbDoubleValue(scc) + AbDoubleValue(stt);
	double		within = AbDoubleDifference(scc, sct) +
		AbDoubleDifference(stt, sct);
	AbEffect	effect;

	if (n < 2)
	{
		AbNote(notes, "too few pairs: the test needs at least two");
		return;
	}
	if (!(within > NO_DIFFERENCE * both))
	{
		AbNote(notes, "the differences do not vary: no test");
		return;
	}

	effect.difference = means->row.difference.value;
	effect.std_error = sqrt(within / (n - 1) / n);
	effect.df = n - 1;
	effect.control = means->control_mean;
	effect.control_variance = AbDoubleValue(scc) / (n - 1) / n;
	effect.covariance = AbDoubleDifference(sct, scc) / (n - 1) / n;
	if (!AbTestEffect(&means->row, &effect, alternative))
		return;

	if (AbDoubleValue(scc) > 0 && AbDoubleValue(stt) > 0)
	{
		double		correlation = AbDoubleValue(sct) /
			sqrt(AbDoubleValue(scc)) / sqrt(AbDoubleValue(stt));

		/* adding zero makes -0 a 0 */
		AbNote(notes, "correlation of the pairs %.2f: the standard error is %.3g times the unpaired one",
			   rint(correlation * 100) / 100 + 0.0, sqrt(within / both));
	}
	if (within < FEW_DIGITS * both)
		AbNote(notes, "the pairs are nearly equal: about %d digits of the standard error are left, test 0 against the difference for more",
			   (int) log10(within / (NO_DIFFERENCE * both)) + 1);
}

/*
 * The test, as a row; of the aggregates, whose final function has the state
 * alone, with the defaults.
 */
static Datum
PairedTTest(FunctionCallInfo fcinfo)
{
	static const AbArg args[] = {
		AB_SUMMARY_ARG(PairsCall, summary, &width),
		AB_ALPHA_ARG(PairsCall, test),
		AB_ALTERNATIVE_ARG(PairsCall, test),
		AB_LABEL_ARG(PairsCall, variant, "variant")
	};
	PairsCall	call = {.test.reader = "ab_paired_ttest(summary"};
	AbMeans		means;
	bool		comparable;

	AbReadArgs(fcinfo, args, &call);
	comparable = StartPairs(&means, &call);
	means.row.method = psprintf("paired t-test%s",
								AbAlternativeSuffix(call.test.alternative));
	if (comparable)
		CompareMeans(&means, call.test.alternative);
	return AbRowDatum(fcinfo, &ab_comparison, &means);
}

PG_FUNCTION_INFO_V1(ab_paired_ttest);
Datum
ab_paired_ttest(PG_FUNCTION_ARGS)
{
	return PairedTTest(fcinfo);
}

PG_FUNCTION_INFO_V1(ab_paired_ttest_final);
Datum
ab_paired_ttest_final(PG_FUNCTION_ARGS)
{
	return PairedTTest(fcinfo);
}

/* ----------------------------------------------------------------------
 * McNemar's test
 * ----------------------------------------------------------------------
 */

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
CompareCounts(AbMeans *means, const PairsCall *call)
{
	AbComparison *row = &means->row;
	const AbDouble *moments = means->control->moments;
	AbAlternative alternative = call->test.alternative;
	AbPairCounts pairs = AbCountPairs(means->control->n,
									  AbDoubleValue(moments[0]),
									  AbDoubleValue(moments[1]),
									  AbDoubleValue(moments[AbComomentIndex(2, 0, 1)]));
	AbMcNemar	test = AbMcNemarTest(pairs, call->method,
									 AbOneSidedLevel(&call->test));
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
		{"exact", AB_MCNEMAR_EXACT},
		{"mid-p", AB_MCNEMAR_MID_P},
		{"asymptotic", AB_MCNEMAR_ASYMPTOTIC}
	};
	static const AbWords methods = AB_WORDS("method", words);
	static const AbArg args[] = {
		AB_SUMMARY_ARG(PairsCall, summary, &width),
		AB_ALPHA_ARG(PairsCall, test),
		AB_ALTERNATIVE_ARG(PairsCall, test),
		AB_WORD_ARG(PairsCall, method, "method", &methods, AB_MCNEMAR_EXACT),
		AB_FLAG_ARG(PairsCall, continuity, "continuity",
					"Use true for the continuity correction of the asymptotic test.",
					false),
		AB_LABEL_ARG(PairsCall, variant, "variant")
	};
	PairsCall	call = {.test.reader = "ab_mcnemar(summary"};
	AbMeans		means;
	bool		comparable;

	AbReadArgs(fcinfo, args, &call);
	if (call.continuity && call.method == AB_MCNEMAR_ASYMPTOTIC)
		call.method = AB_MCNEMAR_CORRECTED;
	comparable = StartPairs(&means, &call);
	means.row.method = psprintf("%s%s", MethodName(call.method),
								AbAlternativeSuffix(call.test.alternative));
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
