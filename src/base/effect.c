/*
 * effect.c
 *	  The row ab_comparison, and how an estimated effect fills it in.
 */
#include "base/effect.h"

static const AbColumn columns[] = {
	AB_ARM_COLUMNS(AbMeans, row),
	AB_COLUMN(AbMeans, control_mean, "control_mean", NUMBER),
	AB_COLUMN(AbMeans, treatment_mean, "treatment_mean", NUMBER),
	AB_COLUMN(AbMeans, control_stddev, "control_stddev", NUMBER),
	AB_COLUMN(AbMeans, treatment_stddev, "treatment_stddev", NUMBER),
	AB_EFFECT_COLUMNS(AbMeans, row),
	AB_STATISTIC_COLUMNS(AbMeans, row),
	AB_VERDICT_COLUMNS(AbMeans, row)
};

const AbRowType ab_comparison = AB_ROW_TYPE(columns);

/*
 * Mean and standard deviation of the first column of an arm, NaN where they
 * are not known.
 */
static void
DescribeArm(const AbSummary *summary, const AbArm *arm, double *mean,
			double *stddev)
{
	*mean = AbArmKnown(arm) && arm->n > 0 ? AbArmMean(summary, arm, 0) : NAN;
	*stddev = sqrt(AbArmVariance(summary, arm, 0, 0));
}

/*
 * Start a row for arms that are chosen already: everything that is known
 * without a test.  Returns whether the two can be compared; the notes say why
 * not.
 */
bool
AbStartTreatment(AbMeans *means, const AbSummary *summary,
				 const AbArmList *list, const AbTestArgs *args,
				 AbArmChoice choice)
{
	bool		comparable;

	AbInitComparison(&means->row, args->alpha);
	comparable = AbSetArms(&means->row, list, args, choice);
	means->summary = summary;
	means->control = choice.control < 0 ? NULL :
		AbGetArm(summary, choice.control);
	means->treatment = choice.treatment < 0 ? NULL :
		AbGetArm(summary, choice.treatment);
	means->control_mean = means->control_stddev = NAN;
	means->treatment_mean = means->treatment_stddev = NAN;
	if (means->control)
		DescribeArm(summary, means->control, &means->control_mean,
					&means->control_stddev);
	if (means->treatment)
		DescribeArm(summary, means->treatment, &means->treatment_mean,
					&means->treatment_stddev);
	if (comparable)
	{
		means->row.difference.value =
			AbDoubleDifference(means->treatment->moments[0],
							   means->control->moments[0]);
		means->row.lift.value = means->row.difference.value /
			means->control_mean;
	}
	return comparable;
}

/*
 * The same with the choice of the arms of a summary, NULL if there is none.
 */
bool
AbStartMeans(AbMeans *means, const AbSummary *summary, const AbTestArgs *args)
{
	AbArmList	list = AbListSummary(summary);

	return AbStartTreatment(means, summary, &list, args,
							AbChooseArms(&list, args));
}

/*
 * Fill in the effect and its statistic.  std_error must not be negative.
 * Returns whether there can be a test: not where the standard error is 0 or
 * something is not finite, which a note says.
 */
bool
AbSetStatistic(AbComparison *row, const AbEffect *effect)
{
	row->difference.value = effect->difference;
	row->lift.value = effect->difference / effect->control;
	row->std_error = effect->std_error;
	if (!isfinite(effect->std_error) || !isfinite(effect->difference))
	{
		AbNote(&row->notes, "values are too large for double precision");
		return false;
	}
	if (!(effect->std_error > 0))
	{
		AbNote(&row->notes, "no variation within either arm: no test");
		return false;
	}
	row->df = effect->df;
	row->statistic = effect->difference / effect->std_error;
	return true;
}

/*
 * The same with p-value and verdict of the t-test.
 */
bool
AbTestStatistic(AbComparison *row, const AbEffect *effect,
				AbAlternative alternative)
{
	if (!AbSetStatistic(row, effect))
		return false;
	AbDecide(row, AbPValue(row->statistic, effect->df, alternative));
	return true;
}

/*
 * Fill in the interval of the lift, which is not Fieller's.
 */
static void
SetLift(AbComparison *row, const AbEffect *effect, const AbLift *lift,
		AbAlternative alternative)
{
	if (AbLiftInterval(effect, lift, alternative, &row->lift.interval))
		AbNote(&row->notes, "the lift's interval is not the dual of the test: it need not agree with p");
	else if (lift->method == AB_LIFT_LOG && !(row->lift.value > -1))
		AbNote(&row->notes, "the lift has no interval on the log scale: the means are not of one sign");
	else
		AbNote(&row->notes, "the lift's interval is too large for double precision");
}

/*
 * Fill in the intervals of difference and lift of a tested row by that
 * decision, with a note where the lift has none.  lift is NULL for Fieller's.
 */
void
AbSetIntervals(AbComparison *row, const AbEffect *effect,
			   const AbDecision *decision, const AbLift *lift)
{
	row->difference.interval = AbDifferenceInterval(effect->difference,
													effect->std_error, decision);
	if (effect->control == 0)
	{
		AbNote(&row->notes, "the control mean is zero: no relative lift");
		return;
	}
	if (!isfinite(row->lift.value * 100))
	{
		AbNote(&row->notes, "the relative lift is too large for double precision");
		return;
	}
	if (effect->control < 0)
		AbNote(&row->notes, "the control mean is negative: a positive lift is a decrease");
	if (lift != NULL && lift->method != AB_LIFT_FIELLER)
		SetLift(row, effect, lift, decision->alternative);
	else if (!AbFieller(effect, decision, &row->lift.interval))
		AbNote(&row->notes, "the lift's interval is unbounded: the control mean is not distinguishable from zero");
}

/*
 * Test the effect and fill in everything, with the intervals of that very
 * test; lift, NULL for Fieller's, gets its critical value.  Returns whether
 * there is a test.
 */
bool
AbTestEffect(AbComparison *row, const AbEffect *effect,
			 AbAlternative alternative, AbLift *lift)
{
	AbDecision	decision = {.alternative = alternative};

	if (!AbTestStatistic(row, effect, alternative))
		return false;
	decision.critical = AbCriticalT(effect->df, alternative, row->alpha);
	decision.significant = row->significant == AB_YES;
	if (lift != NULL)
		lift->critical = AbCriticalT(lift->df, alternative, row->alpha);
	AbSetIntervals(row, effect, &decision, lift);
	return true;
}

/*
 * What a t-test of means is called.
 */
const char *
AbMeansTestName(bool equal_var)
{
	return equal_var ? "Student t-test (pooled variance)" : "Welch t-test";
}
