/*
 * welch.c
 *	  Where tests with a variance for each arm can be relied on, and what answers
 *	  where they cannot.
 *
 * Welch's test takes each arm's variance from that arm alone, so an arm that
 * happens to be all alike counts as known for certain: three users without a
 * success refute any rate.  The rules, of which docs/methods/ttest.md has the
 * error rates:
 *
 * - An arm whose variance is estimated as zero is not tested.  For zeros and
 *	 ones the score test answers, whose variance is that of the hypothesis.
 * - With sizes further apart than UNEQUAL_SIZES, zeros and ones of which an arm
 *	 has fewer than FEW_EVENTS of either kind are noted.
 * - With such sizes and other data a verdict is noted that the smaller arm's own
 *	 variance alone brought about: one that is significant by Welch's test and not
 *	 with one variance for both arms, unless many rows made it.  Under one
 *	 distribution the pooled test is right whatever the sizes, so this is where
 *	 Welch's errors are.
 *
 * With sizes that are nearly equal the errors of the two arms' variances cancel
 * against those of their means, and Welch's test needs no note.
 */
#include "base/welch.h"

#define UNEQUAL_SIZES	1.5
#define UNEQUAL_SPREAD	1.5
#define FEW_EVENTS		5

/*
 * Rows, as EffectiveRows() counts them, that make a variance reliable, and that
 * make it worth having.
 */
#define MANY_ROWS		200
#define SOME_ROWS		50

/*
 * The score test that answers.  Without the correction for skewness two
 * successes of two would be certainty beside 100 of 1,000.
 */
static const AbScoreTest score_test = {AB_SCORE_SKEWNESS, AB_CONTINUITY_NONE};
static const AbProportionNull no_difference = {0, false};

/*
 * Are all values of that column 0 or 1, in both arms?
 */
bool
AbBinaryArms(const AbMeans *means, int column)
{
	return (means->control->flags & means->treatment->flags &
			AB_ARM_BINARY(column)) != 0;
}

static double
Squares(const AbMeans *means, const AbArm *arm)
{
	return AbDoubleValue(arm->moments[AbComomentIndex(means->summary->columns,
													  0, 0)]);
}

/*
 * The two arms as far as the first column is the outcome.
 */
AbWelchArms
AbWelchArmsOf(const AbMeans *means)
{
	AbWelchArms arms;

	arms.binary = AbBinaryArms(means, 0);
	arms.flat_control = Squares(means, means->control) == 0;
	arms.flat_treatment = Squares(means, means->treatment) == 0;
	return arms;
}

/*
 * Say why arms of which one has no variation are not tested.
 */
void
AbNoteFlat(AbNotes *notes, const AbWelchArms *arms)
{
	if (arms->flat_control && arms->flat_treatment)
		AbNote(notes, "no variation within either arm: no test");
	else
		AbNote(notes, "the %s has no variation, so Welch's test would take its mean for certain: not tested",
			   arms->flat_control ? "control" : "treatment");
}

/*
 * Say that there are too few rows for a test with those variances.
 */
void
AbNoteFewRows(AbNotes *notes, bool equal_var)
{
	AbNote(notes, equal_var ?
		   "too few rows: the test needs at least two in one arm" :
		   "too few rows: Welch's test needs at least two in each arm");
}

/*
 * What the score test that answers is called.
 */
const char *
AbWelchScoreName(void)
{
	return AbScoreTestName(score_test);
}

/*
 * Test zeros and ones, of which an arm has no variation, by the score test,
 * with a note that Welch's did not.  Everything is filled in but the method.
 */
void
AbTestByScore(AbMeans *means, const AbWelchArms *arms,
			  AbAlternative alternative)
{
	AbComparison *row = &means->row;
	AbProportions counts = AbCountArms(means);

	row->difference.value = AbProportionDifference(&counts);
	row->lift.value = row->difference.value / means->control_mean;
	row->df = INFINITY;
	if (arms->flat_control && arms->flat_treatment)
		AbNote(&row->notes, "no variation in either arm: the score test answers in place of Welch's");
	else
		AbNote(&row->notes, "no %s in the %s: the score test answers in place of Welch's",
			   (arms->flat_control ? counts.control : counts.treatment) == 0 ?
			   "successes" : "failures",
			   arms->flat_control ? "control" : "treatment");
	AbTestRates(row, &counts, score_test, no_difference, alternative);
}

/*
 * The intervals of that test by another critical value than that of the row's
 * alpha, by which its verdict was made.
 */
void
AbSetScoreIntervals(AbMeans *means, double critical, AbAlternative alternative)
{
	AbProportions counts = AbCountArms(means);

	AbSetRateIntervals(&means->row, &counts, score_test, no_difference,
					   alternative, critical);
}

/*
 * The whole row by the score test.
 */
void
AbAnswerByScore(AbMeans *means, const AbWelchArms *arms,
				AbAlternative alternative)
{
	AbTestByScore(means, arms, alternative);
	means->row.method = psprintf("%s%s", AbWelchScoreName(),
								 AbAlternativeSuffix(alternative));
}

static bool
UnequalSizes(const AbMeans *means)
{
	double		c = means->control->n;
	double		t = means->treatment->n;

	return fmax(c, t) > UNEQUAL_SIZES * fmin(c, t);
}

/*
 * What there is fewer than FEW_EVENTS of in an arm, of zeros and ones: as
 * "successes in the treatment", NULL if nothing.
 */
static char *
FewEvents(const AbMeans *means)
{
	AbProportions counts = AbCountArms(means);
	double		events[4];
	int			fewest = 0;

	events[0] = counts.treatment;
	events[1] = counts.treatment_n - counts.treatment;
	events[2] = counts.control;
	events[3] = counts.control_n - counts.control;
	for (int i = 1; i < 4; i++)
		if (events[i] < events[fewest])
			fewest = i;
	if (!(events[fewest] < FEW_EVENTS))
		return NULL;
	return psprintf("%s in the %s", fewest % 2 == 0 ? "successes" : "failures",
					fewest < 2 ? "treatment" : "control");
}

/*
 * (sum x)^2 / sum x^2: equal rows, beside rows that are zero, that would have
 * the same mean and spread.  It is at most the number of rows that are not zero.
 */
static double
EffectiveRows(const AbMeans *means, const AbArm *arm)
{
	double		mean = AbDoubleValue(arm->moments[0]);
	double		variation = Squares(means, arm) / arm->n / mean / mean;

	return mean == 0 ? 0 : arm->n / (1 + variation);
}

/*
 * Those of the arm that has fewer.
 */
static double
FewestRows(const AbMeans *means)
{
	return fmin(EffectiveRows(means, means->control),
				EffectiveRows(means, means->treatment));
}

static const char *
SmallerArm(const AbMeans *means)
{
	return means->control->n < means->treatment->n ? "control" : "treatment";
}

/*
 * Note what a complete row of Welch's test cannot be relied on for.  The two
 * numbers are what the pooled test of the same estimate has.
 */
void
AbNoteWelch(AbMeans *means, const AbWelchArms *arms, double pooled_error,
			double pooled_df, AbAlternative alternative)
{
	AbComparison *row = &means->row;
	double		level = row->alpha;
	double		pooled_p;

	if (!UnequalSizes(means))
		return;
	if (arms->binary)
	{
		char	   *few = FewEvents(means);

		if (few != NULL)
			AbNote(&row->notes, "fewer than %d %s: with groups of such unequal sizes Welch's test errs at up to twice alpha and more, see ab_proportion_test",
				   FEW_EVENTS, few);
		return;
	}
	if (row->significant != AB_YES || !(FewestRows(means) < MANY_ROWS))
		return;
	/* the level that decides this row of several */
	if (!isnan(row->p_adjusted))
		level *= row->p_value / row->p_adjusted;
	pooled_p = AbPValue(row->statistic * (row->std_error / pooled_error),
						pooled_df, alternative);
	if (pooled_p >= level)
		AbNote(&row->notes, "significant only by the %s's own variance, which few rows, or few values that are not zero, make uncertain: with one variance for both groups p is %.2g",
			   SmallerArm(means), pooled_p);
}

/*
 * Note a verdict on arms of which the smaller one varies more and few rows, or
 * few values that are not zero, tell by how much: no t-test holds there.
 */
void
AbNoteUnevenSpread(AbMeans *means)
{
	bool		smaller_control = means->control->n < means->treatment->n;
	double		smaller = smaller_control ? means->control_stddev :
		means->treatment_stddev;
	double		larger = smaller_control ? means->treatment_stddev :
		means->control_stddev;

	if (means->row.significant == AB_YES && UnequalSizes(means) &&
		!AbBinaryArms(means, 0) && smaller > UNEQUAL_SPREAD * larger &&
		FewestRows(means) < MANY_ROWS)
		AbNote(&means->row.notes, "the %s is the smaller arm and varies more: if its values are skewed the error rate may reach three times alpha, cap them with ab_winsorize",
			   SmallerArm(means));
}

/*
 * Why Welch's test is not the better one where the standard error of the pooled
 * test is pooled_ratio times its own: a clause, or NULL if it is the better one.
 */
char *
AbWelchFault(const AbMeans *means, const AbWelchArms *arms,
			 double pooled_ratio)
{
	if (AbAnyFlat(arms))
		return psprintf("without variation in the %s Welch's test is no better",
						arms->flat_control ? "control" : "treatment");
	if (!UnequalSizes(means))
		return NULL;
	if (arms->binary)
	{
		char	   *few = FewEvents(means);

		return few == NULL ? NULL :
			psprintf("with fewer than %d %s see ab_proportion_test",
					 FEW_EVENTS, few);
	}
	if (pooled_ratio > 1 && FewestRows(means) < SOME_ROWS)
		return psprintf("with so few rows in the %s Welch's test is no better",
						SmallerArm(means));
	return NULL;
}

/*
 * Note zeros and ones of which there are too few for a test with one variance
 * for both arms.  Returns whether.
 */
bool
AbNotePooledEvents(AbMeans *means, const AbWelchArms *arms)
{
	char	   *few = arms->binary && UnequalSizes(means) ?
		FewEvents(means) : NULL;

	if (few != NULL)
		AbNote(&means->row.notes, "fewer than %d %s: see ab_proportion_test(..., method => 'fisher')",
			   FEW_EVENTS, few);
	return few != NULL;
}

/*
 * Note what pooling the variances of two arms does to a complete row, whose
 * standard error is that many times Welch's.
 */
void
AbNotePooled(AbMeans *means, const AbWelchArms *arms, double pooled_ratio)
{
	AbNotes    *notes = &means->row.notes;
	char	   *fault;

	if (AbNotePooledEvents(means, arms))
		return;
	if (!(fabs(pooled_ratio - 1) > AB_POOLING_TOLERANCE))
		return;
	if (arms->binary)
	{
		AbNote(notes, "group sizes and variances are unequal: p holds for equal rates, the intervals do not (the pooled standard error is %.2g times Welch's), see ab_proportion_test",
			   pooled_ratio);
		return;
	}
	fault = AbWelchFault(means, arms, pooled_ratio);
	if (fault != NULL)
		AbNote(notes, "group sizes and variances are unequal: the pooled standard error is %.2g times Welch's; %s",
			   pooled_ratio, fault);
	else
		AbNote(notes, "group sizes and variances are unequal: the pooled standard error is %.2g times Welch's and p too %s; read a summary with equal_var => false",
			   pooled_ratio, pooled_ratio < 1 ? "small" : "large");
}
