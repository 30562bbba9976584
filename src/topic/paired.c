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
#include "base/comparison.h"

#include <math.h>

#include "math/mcnemar.h"
#include "utils/builtins.h"

/* Label of the arm in the state of the aggregates. */
#define PAIRS_LABEL "pairs"

/*
 * The sum of squares of the differences is rounding error only below the
 * first share of the two columns' own, and has lost half of its digits below
 * the second.
 */
#define NO_DIFFERENCE	(16 * DBL_EPSILON)
#define FEW_DIGITS		1e-8

/* ----------------------------------------------------------------------
 * Collecting
 * ----------------------------------------------------------------------
 */

/*
 * Add a pair to the state by the transition function of a summary of two
 * columns, all rows belonging to the same arm.
 */
static Datum
AddPair(FunctionCallInfo fcinfo, Datum control, Datum treatment)
{
	LOCAL_FCINFO(row, 4);
	union
	{
		text		value;
		char		bytes[VARHDRSZ + sizeof(PAIRS_LABEL)];
	}			label;
	Datum		state;

	SET_VARSIZE(&label.value, VARHDRSZ + strlen(PAIRS_LABEL));
	memcpy(VARDATA(&label.value), PAIRS_LABEL, strlen(PAIRS_LABEL));

	/* the context tells that the state may be changed in place */
	InitFunctionCallInfoData(*row, fcinfo->flinfo, 4, InvalidOid,
							 fcinfo->context, NULL);
	row->args[0] = fcinfo->args[0];
	row->args[1].value = control;
	row->args[1].isnull = PG_ARGISNULL(1);
	row->args[2].value = treatment;
	row->args[2].isnull = PG_ARGISNULL(2);
	row->args[3].value = PointerGetDatum(&label.value);
	row->args[3].isnull = false;
	state = ab_summary_accum2(row);
	fcinfo->isnull = row->isnull;
	return state;
}

/*
 * Transition of a pair: (state, control_outcome, treatment_outcome).
 */
PG_FUNCTION_INFO_V1(ab_paired_accum);
Datum
ab_paired_accum(PG_FUNCTION_ARGS)
{
	return AddPair(fcinfo, fcinfo->args[1].value, fcinfo->args[2].value);
}

/*
 * The same for boolean outcomes, which count as 1 or 0.
 */
PG_FUNCTION_INFO_V1(ab_paired_accum_boolean);
Datum
ab_paired_accum_boolean(PG_FUNCTION_ARGS)
{
	return AddPair(fcinfo,
				   Float8GetDatum(!PG_ARGISNULL(1) && PG_GETARG_BOOL(1)),
				   Float8GetDatum(!PG_ARGISNULL(2) && PG_GETARG_BOOL(2)));
}

/* ----------------------------------------------------------------------
 * Reading
 * ----------------------------------------------------------------------
 */

/*
 * Position of the arm that holds the pairs: the one named, else the only one
 * with rows.  -1 if there is none; ERROR 22023 where it cannot be told.
 */
static int
ChoosePairs(const AbSummary *summary, AbLabel variant)
{
	int			position = -1;
	int			count = 0;

	if (summary->columns != 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a paired test needs a summary of two columns"),
				 errdetail("This one has %d.", summary->columns),
				 errhint("Collect it by ab_summary(control_outcome, treatment_outcome, 'pairs'), a row for each pair.")));

	if (variant.data != NULL)
	{
		position = AbFindArm(summary, variant);
		if (position < 0 && summary->arms > 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there is no variant \"%s\"",
							AbLabelToServer(variant)),
					 errdetail("The summary has %d others.",
							   (int) summary->arms),
					 errhint("ab_arms(summary) lists them.")));
		return Max(position, -1);
	}

	for (int i = 0; i < (int) summary->arms; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);

		if (arm->n + arm->nonfinite > 0)
		{
			position = i;
			count++;
		}
	}
	if (count > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the summary has more than one variant"),
				 errdetail("A paired test compares the two columns of one, and there are %d.",
						   count),
				 errhint("Name it, as in ab_paired_ttest(summary, variant => 'A'), or merge them into one when collecting.")));
	return position;
}

/*
 * Start a row for the pairs of a summary: the control is the first column,
 * the treatment the second.  row->tested tells whether they can be compared;
 * if not, row->note says why.
 */
static void
StartPairs(AbComparison *row, const AbSummary *summary,
		   const AbTestOptions *options, AbLabel variant)
{
	static const AbLabel control = {"control", 7};
	static const AbLabel treatment = {"treatment", 9};
	const AbArm *arm;
	int			position;

	/* what there is without any row, so as to set every field */
	AbStartComparison(row, NULL, options);
	row->control_label = control;
	row->treatment_label = treatment;

	position = summary ? ChoosePairs(summary, variant) : -1;
	row->summary = summary;
	if (position < 0)
		return;
	arm = AbGetArm(summary, position);
	if (arm->n + arm->nonfinite == 0)
		return;

	row->control = row->treatment = arm;
	resetStringInfo(&row->note);
	if (arm->nonfinite > 0)
		AbAddNote(row, INT64_FORMAT " pair%s with NaN or infinity",
				  arm->nonfinite, arm->nonfinite == 1 ? "" : "s");
	if (arm->flags & AB_ARM_OVERFLOW)
		AbAddNote(row, "values are too large for double precision");
	if (!AbArmKnown(arm))
		return;

	row->control_mean = AbArmMean(summary, arm, 0);
	row->treatment_mean = AbArmMean(summary, arm, 1);
	row->control_stddev = sqrt(AbArmVariance(summary, arm, 0, 0));
	row->treatment_stddev = sqrt(AbArmVariance(summary, arm, 1, 1));
	row->difference = AbDoubleDifference(arm->moments[1], arm->moments[0]);
	row->tested = true;
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
CompareMeans(AbComparison *row, const AbTestOptions *options)
{
	const AbDouble *moments = row->control->moments;
	AbDouble	scc = moments[AbComomentIndex(2, 0, 0)];
	AbDouble	sct = moments[AbComomentIndex(2, 0, 1)];
	AbDouble	stt = moments[AbComomentIndex(2, 1, 1)];
	double		n = row->control->n;
	double		both = AbDoubleValue(scc) + AbDoubleValue(stt);
	double		within = AbDoubleDifference(scc, sct) +
		AbDoubleDifference(stt, sct);
	AbEffect	effect;

	row->tested = false;
	if (n < 2)
	{
		AbAddNote(row, "too few pairs: the test needs at least two");
		return;
	}
	if (!(within > NO_DIFFERENCE * both))
	{
		AbAddNote(row, "the differences do not vary: no test");
		return;
	}

	effect.difference = row->difference;
	effect.std_error = sqrt(within / (n - 1) / n);
	effect.df = n - 1;
	effect.control = row->control_mean;
	effect.control_variance = AbDoubleValue(scc) / (n - 1) / n;
	effect.covariance = AbDoubleDifference(sct, scc) / (n - 1) / n;
	AbTestEffect(row, &effect, options);
	if (!row->tested)
		return;

	if (AbDoubleValue(scc) > 0 && AbDoubleValue(stt) > 0)
	{
		double		correlation = AbDoubleValue(sct) /
			sqrt(AbDoubleValue(scc)) / sqrt(AbDoubleValue(stt));

		/* adding zero makes -0 a 0 */
		AbAddNote(row, "correlation of the pairs %.2f: the standard error is %.3g times the unpaired one",
				  rint(correlation * 100) / 100 + 0.0, sqrt(within / both));
	}
	if (within < FEW_DIGITS * both)
		AbAddNote(row, "the pairs are nearly equal: about %d digits of the standard error are left, test 0 against the difference for more",
				  (int) log10(within / (NO_DIFFERENCE * both)) + 1);
}

static Datum
PairedTTest(FunctionCallInfo fcinfo, const AbSummary *summary,
			const AbTestOptions *options, AbLabel variant)
{
	AbComparison row;

	StartPairs(&row, summary, options, variant);
	row.method = psprintf("paired t-test%s",
						  AbAlternativeSuffix(options->alternative));
	if (row.tested)
		CompareMeans(&row, options);
	return AbComparisonDatum(fcinfo, &row);
}

/* ----------------------------------------------------------------------
 * McNemar's test
 * ----------------------------------------------------------------------
 */

/*
 * The method named in that text argument.  ERROR 22023 if it is none.
 */
static AbMcNemarMethod
GetMethod(FunctionCallInfo fcinfo, int argument)
{
	static const char *const names[] = {
		"exact", "mid-p", "asymptotic", "corrected"
	};
	const char *name = PG_ARGISNULL(argument) ? "NULL" :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	for (int i = 0; i < (int) lengthof(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (AbMcNemarMethod) i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown method \"%s\"", name),
			 errhint("Use 'exact', 'mid-p', 'asymptotic' or 'corrected' (asymptotic with continuity correction).")));
}

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
CompareCounts(AbComparison *row, const AbTestOptions *options,
			  AbMcNemarMethod method)
{
	const AbDouble *moments = row->control->moments;
	AbPairCounts pairs = AbCountPairs(row->control->n,
									  AbDoubleValue(moments[0]),
									  AbDoubleValue(moments[1]),
									  AbDoubleValue(moments[AbComomentIndex(2, 0, 1)]));
	double		level = options->alternative == AB_TWO_SIDED ?
		options->alpha / 2 : options->alpha;
	AbMcNemar	test = AbMcNemarTest(pairs, method, level);

	row->difference = AbPairsDifference(pairs);
	row->std_error = AbPairsStdError(pairs);
	row->test.statistic = test.statistic;
	row->test.p_value = AbTailsPValue(test.tails, options->alternative);
	row->test.significant = row->test.p_value < options->alpha;
	row->interval = AbAgree(AbPairsDifferenceInterval(pairs, &test,
													  options->alternative),
							row->difference, row->test.significant);
	row->lift = AbAgree(AbPairsLiftInterval(pairs, &test,
											options->alternative),
						row->difference, row->test.significant);

	AbAddNote(row, "discordant pairs: %.0f won by the treatment, %.0f by the control",
			  pairs.gained, pairs.lost);
	if (pairs.both + pairs.lost == 0)
		AbAddNote(row, pairs.gained == 0 ? "no success on either side: no relative lift" :
				  "no success of the control: no relative lift, and its interval has no upper end");
}

static Datum
McNemar(FunctionCallInfo fcinfo, const AbSummary *summary,
		const AbTestOptions *options, AbMcNemarMethod method, AbLabel variant)
{
	AbComparison row;

	StartPairs(&row, summary, options, variant);
	row.method = psprintf("%s%s", MethodName(method),
						  AbAlternativeSuffix(options->alternative));
	if (row.tested && (~row.control->flags & AB_ARM_ALL_BINARY(2)) != 0)
	{
		row.tested = false;
		AbAddNote(&row, "the outcomes are not all 0 or 1: use ab_paired_ttest");
	}
	if (row.tested)
		CompareCounts(&row, options, method);
	return AbComparisonDatum(fcinfo, &row);
}

/* ----------------------------------------------------------------------
 * SQL functions
 * ----------------------------------------------------------------------
 */

static const AbLabel any_variant = {NULL, 0};

static const AbSummary *
GetSummary(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(0) ? NULL : AB_GETARG_SUMMARY(0);
}

static AbLabel
GetVariant(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? any_variant :
		AbTextGetLabel(PG_GETARG_TEXT_PP(argument));
}

/*
 * Final function of the aggregate: two-sided, alpha 0.05.
 */
PG_FUNCTION_INFO_V1(ab_paired_ttest_final);
Datum
ab_paired_ttest_final(PG_FUNCTION_ARGS)
{
	AbTestOptions options = AbDefaultOptions();

	return PairedTTest(fcinfo, GetSummary(fcinfo), &options, any_variant);
}

/*
 * The same from a summary, with parameters.
 */
PG_FUNCTION_INFO_V1(ab_paired_ttest);
Datum
ab_paired_ttest(PG_FUNCTION_ARGS)
{
	AbTestOptions options;

	AbGetOptions(fcinfo, &options, -1, -1, 1, 2, -1);
	return PairedTTest(fcinfo, GetSummary(fcinfo), &options,
					   GetVariant(fcinfo, 3));
}

/*
 * Final function of the aggregate: exact, two-sided, alpha 0.05.
 */
PG_FUNCTION_INFO_V1(ab_mcnemar_final);
Datum
ab_mcnemar_final(PG_FUNCTION_ARGS)
{
	AbTestOptions options = AbDefaultOptions();

	return McNemar(fcinfo, GetSummary(fcinfo), &options, AB_MCNEMAR_EXACT,
				   any_variant);
}

/*
 * The same from a summary, with parameters.
 */
PG_FUNCTION_INFO_V1(ab_mcnemar);
Datum
ab_mcnemar(PG_FUNCTION_ARGS)
{
	AbTestOptions options;

	AbGetOptions(fcinfo, &options, -1, -1, 1, 2, -1);
	return McNemar(fcinfo, GetSummary(fcinfo), &options,
				   GetMethod(fcinfo, 3), GetVariant(fcinfo, 4));
}
