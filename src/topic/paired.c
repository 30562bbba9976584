/*
 * paired.c
 *	  Both variants on the same unit (prompt, user): the paired t-test, from a
 *	  summary of two columns.
 *
 * The columns are the control's and the treatment's outcome of a pair, in one
 * arm.  The state of the aggregates is such a summary, so it can be stored,
 * merged and read again with other parameters.
 *
 * References:
 *	Student, The Probable Error of a Mean, Biometrika 6 (1908), 1-25.
 */
#include "topic/paired.h"

#include "base/missing.h"
#include "topic/summary.h"
#include "utils/builtins.h"

/*
 * The sum of squares of the differences is rounding error only below the
 * first share of the two columns' own, and has lost half of its digits below
 * the second.
 */
#define NO_DIFFERENCE	(16 * DBL_EPSILON)
#define FEW_DIGITS		1e-8

const AbWidth ab_pairs_width = {
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
	double		values[2] = {control, treatment};
	bool		nulls[2] = {PG_ARGISNULL(1), PG_ARGISNULL(2)};

	return AbAccumulateRow(fcinfo, 2, values, nulls, pairs);
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
 * Where a reader has no argument for the arm that holds the pairs, the treatment
 * names it if there are several: one for each treatment of the same control.
 */
void
AbNamePairs(AbPairsCall *call)
{
	if (call->summary == NULL || call->summary->arms <= 1)
		return;
	call->variant = call->test.treatment;
	call->named_by = "treatment";
}

/*
 * Start a row for the pairs of a summary: the control is the first column,
 * the treatment the second; the call may say what they are called.  Returns whether they can be compared; the notes
 * say why not.
 */
bool
AbStartPairs(AbMeans *means, const AbPairsCall *call)
{
	static const AbLabel control = {"control", 7};
	static const AbLabel treatment = {"treatment", 9};
	AbComparison *row = &means->row;
	AbArmList	list = AbListSummary(call->summary);
	int			position = AbChooseSingle(&list, call->variant,
										  call->test.reader,
										  call->named_by ? call->named_by :
										  "variant",
										  "merge them into one when collecting");
	const AbArm *arm;
	int64		nonfinite;

	AbInitComparison(row, call->test.alpha);
	row->control = call->test.control.data ? call->test.control : control;
	row->treatment = call->test.treatment.data ? call->test.treatment :
		treatment;
	means->control_mean = means->treatment_mean = NAN;
	means->control_stddev = means->treatment_stddev = NAN;
	means->summary = call->summary;
	if (call->summary != NULL)
		row->control_n = row->treatment_n = position < 0 ? 0 :
			list.entries[position].rows;
	if (row->control_n <= 0)
	{
		AbNote(&row->notes, "no rows");
		AbNoteMissingPairs(&row->notes, &list, position);
		return false;
	}

	arm = AbGetArm(call->summary, position);
	means->control = means->treatment = arm;
	nonfinite = list.entries[position].nonfinite;
	if (nonfinite > 0)
		AbNote(&row->notes, INT64_FORMAT " pair%s with NaN or infinity",
			   nonfinite, nonfinite == 1 ? "" : "s");
	if (arm->flags & AB_ARM_OVERFLOW)
		AbNote(&row->notes, "values are too large for double precision");
	AbNoteMissingPairs(&row->notes, &list, position);
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
 * Of the pairs' differences the sum of squares, and what it was made of by
 * subtraction:
 *
 *		Sd = Scc + Stt - 2 Sct = (Scc - Sct) + (Stt - Sct).
 */
static double
SquaresWithin(const AbMeans *means, double *both)
{
	const AbDouble *moments = means->control->moments;
	AbDouble	scc = moments[AbComomentIndex(2, 0, 0)];
	AbDouble	sct = moments[AbComomentIndex(2, 0, 1)];
	AbDouble	stt = moments[AbComomentIndex(2, 1, 1)];

	*both = AbDoubleValue(scc) + AbDoubleValue(stt);
	return AbDoubleDifference(scc, sct) + AbDoubleDifference(stt, sct);
}

/*
 * The mean difference within pairs with its standard error, df = n - 1.  The
 * lift's interval is Fieller's with cov(d, c) = (Sct - Scc) / (n - 1) / n.
 * Returns false, with a note, if there are too few pairs or their differences
 * do not vary.
 */
bool
AbPairsEffect(AbMeans *means, AbEffect *effect)
{
	const AbDouble *moments = means->control->moments;
	AbDouble	scc = moments[AbComomentIndex(2, 0, 0)];
	AbDouble	sct = moments[AbComomentIndex(2, 0, 1)];
	double		n = means->control->n;
	double		both;
	double		within = SquaresWithin(means, &both);

	if (n < 2)
	{
		AbNote(&means->row.notes, "too few pairs: the test needs at least two");
		return false;
	}
	if (!(within > NO_DIFFERENCE * both))
	{
		AbNote(&means->row.notes, "the differences do not vary: no test");
		return false;
	}
	effect->difference = means->row.difference.value;
	effect->std_error = sqrt(within / (n - 1) / n);
	effect->df = n - 1;
	effect->control = means->control_mean;
	effect->control_variance = AbDoubleValue(scc) / (n - 1) / n;
	effect->covariance = AbDoubleDifference(sct, scc) / (n - 1) / n;
	return true;
}

/*
 * Note of a tested row how alike the two of a pair are.  The state has no
 * differences of rows, so where nearly all cancels the digits left are few and
 * the note says how many.
 */
void
AbNotePairs(AbMeans *means)
{
	AbNotes    *notes = &means->row.notes;
	const AbDouble *moments = means->control->moments;
	double		scc = AbDoubleValue(moments[AbComomentIndex(2, 0, 0)]);
	double		sct = AbDoubleValue(moments[AbComomentIndex(2, 0, 1)]);
	double		stt = AbDoubleValue(moments[AbComomentIndex(2, 1, 1)]);
	double		both;
	double		within = SquaresWithin(means, &both);

	if (scc > 0 && stt > 0)
	{
		double		correlation = sct / sqrt(scc) / sqrt(stt);

		/* adding zero makes -0 a 0 */
		AbNote(notes, "correlation of the pairs %.2f: the standard error is %.3g times the unpaired one",
			   rint(correlation * 100) / 100 + 0.0, sqrt(within / both));
	}
	if (within < FEW_DIGITS * both)
		AbNote(notes, "the pairs are nearly equal: about %d digits of the standard error are left, test 0 against the difference for more",
			   (int) log10(within / (NO_DIFFERENCE * both)) + 1);
}

/*
 * The one-sample t-test of the differences.
 */
static void
CompareMeans(AbMeans *means, const AbTestArgs *args)
{
	AbEffect	effect;
	AbLift		lift;

	if (!AbPairsEffect(means, &effect))
		return;
	lift = AbMakeLift(&effect, args->lift_method);
	if (AbTestEffect(&means->row, &effect, args->alternative, &lift))
		AbNotePairs(means);
}

/*
 * The whole row of the test.
 */
void
AbTestPairs(AbMeans *means, const AbPairsCall *call)
{
	bool		comparable = AbStartPairs(means, call);

	means->row.method = psprintf("paired t-test%s%s",
								 AbAlternativeSuffix(call->test.alternative),
								 AbLiftSuffix(call->test.lift_method));
	if (comparable)
		CompareMeans(means, &call->test);
}

/*
 * The test, as a row; of the aggregates, whose final function has the state
 * alone, with the defaults.
 */
static Datum
PairedTTest(FunctionCallInfo fcinfo)
{
	static const AbArg args[] = {
		AB_SUMMARY_ARG(AbPairsCall, summary, &ab_pairs_width),
		AB_ALPHA_ARG(AbPairsCall, test),
		AB_ALTERNATIVE_ARG(AbPairsCall, test),
		AB_LABEL_ARG(AbPairsCall, variant, "variant"),
		AB_CONTROL_ARG(AbPairsCall, test),
		AB_TREATMENT_ARG(AbPairsCall, test),
		AB_LIFT_METHOD_ARG(AbPairsCall, test)
	};
	AbPairsCall call = {.test.reader = "ab_paired_ttest(summary"};
	AbMeans		means;

	AbReadArgs(fcinfo, args, &call);
	AbTestPairs(&means, &call);
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
