/*
 * rates.c
 *	  The score tests of two rates, which several topics make.
 */
#include "base/rates.h"

/* With fewer events or non-events expected the error rate is noted. */
#define FEW_EVENTS				5

/*
 * What a test is called.
 */
const char *
AbScoreTestName(AbScoreTest test)
{
	switch (test.statistic)
	{
		case AB_SCORE:
			return test.continuity == AB_CONTINUITY_NONE ?
				"z-test (pooled)" : "z-test (pooled, continuity correction)";
		case AB_SCORE_MN:
			return test.continuity == AB_CONTINUITY_NONE ?
				"score test (Miettinen-Nurminen)" :
				"score test (Miettinen-Nurminen, continuity correction)";
		case AB_SCORE_SKEWNESS:
			return "score test (Miettinen-Nurminen, skewness-corrected)";
		default:
			return "likelihood-ratio test (G)";
	}
}

/*
 * Does an arm hold nothing but 0 and 1 in its first column?  A note says what
 * does not.
 */
static bool
CheckBinary(AbNotes *notes, const char *role, const AbArm *arm)
{
	if (arm->flags & AB_ARM_BINARY(0))
		return true;
	AbNote(notes, "not all values of the %s are 0 or 1: no test of proportions",
		   role);
	return false;
}

/*
 * The same of both arms of a row that can be compared.
 */
bool
AbCheckBinaryArms(AbMeans *means)
{
	return CheckBinary(&means->row.notes, "control", means->control) &&
		CheckBinary(&means->row.notes, "treatment", means->treatment);
}

/*
 * The counts of two arms of zeros and ones.
 */
AbProportions
AbCountArms(const AbMeans *means)
{
	AbProportions counts;

	counts.control = AbArmSuccesses(means->control, 0);
	counts.control_n = means->control->n;
	counts.treatment = AbArmSuccesses(means->treatment, 0);
	counts.treatment_n = means->treatment->n;
	return counts;
}

/*
 * Note that the control's proportion of zero is no base for a lift.
 */
void
AbNoteZeroControl(AbComparison *row, const AbProportions *counts)
{
	if (counts->control > 0)
		return;
	if (counts->treatment > 0)
		AbNote(&row->notes, "the control rate is zero: the relative lift is unbounded");
	else
		AbNote(&row->notes, "both rates are zero: no relative lift");
}

/*
 * Note where so few events are expected under a hypothesis that the corrected
 * score test errs more often than at 1.12 times alpha.  Returns whether.
 */
bool
AbNoteFewEvents(AbComparison *row, const AbProportions *counts,
				AbProportionNull null)
{
	AbProportions expected = AbExpectedUnder(counts, null);
	double		control = fmin(expected.control,
							   counts->control_n - expected.control);
	double		treatment = fmin(expected.treatment,
								 counts->treatment_n - expected.treatment);
	bool		in_control = control < treatment;

	if (fmin(control, treatment) >= FEW_EVENTS)
		return false;
	AbNote(&row->notes, "fewer than %d %s expected in the %s under the hypothesis: the error rate may reach 1.3 times alpha",
		   FEW_EVENTS,
		   (in_control ? control == expected.control :
			treatment == expected.treatment) ? "successes" : "failures",
		   in_control ? "control" : "treatment");
	return true;
}

/*
 * Make the ends of an interval agree with the verdict on a hypothesis of that
 * value.
 */
AbInterval
AbAgreeAt(const AbComparison *row, AbInterval interval, double value)
{
	bool		significant = row->significant == AB_YES;

	if (value == 0)
		return AbAgree(interval, row->statistic, significant);
	interval.low = AbKeepVerdict(interval.low, value, AB_GREATER,
								 significant && row->statistic > 0);
	interval.high = AbKeepVerdict(interval.high, value, AB_LESS,
								  significant && row->statistic < 0);
	return interval;
}

/*
 * An interval from its two bounds, of which a one-sided test leaves one open.
 */
AbInterval
AbOneOrBoth(AbAlternative alternative, double low, double high)
{
	AbInterval	interval;

	interval.low = alternative == AB_LESS ? -INFINITY : low;
	interval.high = alternative == AB_GREATER ? INFINITY : high;
	return interval;
}

/*
 * Fill in both intervals of a row whose verdict on the hypothesis is made, from
 * the score test's critical value.  The interval on the scale of the hypothesis
 * (both, if it says that the two are equal) agrees with the verdict.
 */
void
AbSetRateIntervals(AbComparison *row, const AbProportions *counts,
				   AbScoreTest test, AbProportionNull null,
				   AbAlternative alternative, double critical)
{
	bool		equality = null.value == (null.ratio ? 1 : 0);
	AbInterval	difference =
		AbOneOrBoth(alternative,
					AbScoreDifferenceBound(counts, test, critical),
					AbScoreDifferenceBound(counts, test, -critical));
	AbInterval	lift =
		AbOneOrBoth(alternative, AbScoreLiftBound(counts, test, critical),
					AbScoreLiftBound(counts, test, -critical));

	row->difference.interval = equality || !null.ratio ?
		AbAgreeAt(row, difference, null.ratio ? 0 : null.value) : difference;
	row->lift.interval = equality || null.ratio ?
		AbAgreeAt(row, lift, null.ratio ? null.value - 1 : 0) : lift;
}

/*
 * Test two rates against a hypothesis by a score test, and fill in standard
 * error, statistic, verdict and both intervals, which agree with it.
 */
void
AbTestRates(AbComparison *row, const AbProportions *counts, AbScoreTest test,
			AbProportionNull null, AbAlternative alternative)
{
	double		z = AbCriticalT(INFINITY, alternative, row->alpha) + 0.0;	/* no -0 */

	row->std_error = AbScoreError(counts, test, null);
	row->statistic = AbScoreAt(counts, test, null, alternative);
	/* where nothing can vary, nothing is shown */
	AbDecide(row, row->std_error == 0 && test.statistic == AB_SCORE_SKEWNESS ?
			 1 : AbPValue(row->statistic, INFINITY, alternative));
	AbSetRateIntervals(row, counts, test, null, alternative, z);
	AbNoteZeroControl(row, counts);
}
