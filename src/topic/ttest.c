/*
 * ttest.c
 *	  Two-sample t-tests from a summary: Student's with the pooled variance,
 *	  and Welch's.  The mathematics is in student.c.
 */
#include "topic/ttest.h"

#include "utils/builtins.h"

typedef struct TTestCall
{
	const AbSummary *summary;
	AbTestArgs	test;
} TTestCall;

#define TTEST_ARGS(equal_var) \
	AB_SUMMARY_ARG(TTestCall, summary, &ab_one_column), \
	AB_CONTROL_ARG(TTestCall, test), \
	AB_TREATMENT_ARG(TTestCall, test), \
	AB_ALPHA_ARG(TTestCall, test), \
	AB_ALTERNATIVE_ARG(TTestCall, test), \
	AB_EQUAL_VAR_ARG(TTestCall, test, equal_var), \
	AB_LIFT_METHOD_ARG(TTestCall, test)

static const AbArg ttest_args[] = {TTEST_ARGS(true)};

/*
 * Number of rows and sum of squares of an arm's first column.
 */
static AbSpread
ArmSpread(const AbMeans *means, const AbArm *arm)
{
	AbSpread	spread;

	spread.n = arm->n;
	spread.squares = AbDoubleValue(arm->moments[AbComomentIndex(means->summary->columns,
																0, 0)]);
	return spread;
}

/*
 * See AbGetMeanVariances().
 */
static AbMeanVariances
MeanVariances(AbSpread control, AbSpread treatment, bool equal_var,
			  double scale)
{
	AbMeanVariances v;

	if (equal_var)
	{
		v = AbPooledVariances(control, treatment);
		v.control *= scale * scale;
	}
	else
	{
		control.squares *= scale * scale;
		v = AbSeparateVariances(control, treatment);
	}
	return v;
}

/*
 * The variances that the t-test of
 *
 *		treatment mean - scale control mean
 *
 * adds up, and its degrees of freedom; scale is 1 for the difference.  It
 * multiplies the control's deviations, so that the Satterthwaite df are those
 * of this very combination.  Returns false, with a note, if there are too few
 * rows or, for separate variances, one of them is zero.
 */
bool
AbGetMeanVariances(AbMeans *means, bool equal_var, double scale, AbMeanVariances *v)
{
	AbSpread	control = ArmSpread(means, means->control);
	AbSpread	treatment = ArmSpread(means, means->treatment);
	AbWelchArms arms = AbWelchArmsOf(means);

	if (equal_var ? control.n + treatment.n < 3 :
		control.n < 2 || treatment.n < 2)
	{
		AbNoteFewRows(&means->row.notes, equal_var);
		return false;
	}
	if (!equal_var && AbAnyFlat(&arms))
	{
		AbNoteFlat(&means->row.notes, &arms);
		return false;
	}
	*v = MeanVariances(control, treatment, equal_var, scale);
	return true;
}

/*
 * The difference of the two means with those variances.
 */
static AbEffect
EffectOf(const AbMeans *means, const AbMeanVariances *v)
{
	AbEffect	effect;

	effect.difference = means->row.difference.value;
	effect.std_error = sqrt(v->control + v->treatment);
	effect.df = v->df;
	effect.control = means->control_mean;
	effect.control_variance = v->control;
	effect.covariance = -v->control;
	return effect;
}

/*
 * The difference of the two means with its standard error.  Returns false,
 * with a note, where AbGetMeanVariances() does.
 */
bool
AbMeansEffect(AbMeans *means, bool equal_var, AbEffect *effect)
{
	AbMeanVariances v;

	if (!AbGetMeanVariances(means, equal_var, 1, &v))
		return false;
	*effect = EffectOf(means, &v);
	return true;
}

/*
 * The same of arms with two rows each, also where one of them does not vary,
 * for those who do not take its mean for certain.
 */
AbEffect
AbMeansEffectAnyway(const AbMeans *means, bool equal_var)
{
	AbMeanVariances v = MeanVariances(ArmSpread(means, means->control),
									  ArmSpread(means, means->treatment),
									  equal_var, 1);

	return EffectOf(means, &v);
}

/*
 * How the interval of the lift of that effect is made.
 */
AbLift
AbMeansLift(const AbMeans *means, const AbTestArgs *args,
			const AbEffect *effect)
{
	AbLift		lift = AbMakeLift(effect, args->lift_method);

	if (args->lift_method == AB_LIFT_LOG)
		AbUseLogVariances(&lift, ArmSpread(means, means->control),
						  ArmSpread(means, means->treatment),
						  means->control_mean, means->treatment_mean,
						  args->equal_var);
	return lift;
}

/*
 * Does the score test answer in place of the t-test?
 */
bool
AbMeansByScore(const AbMeans *means, bool equal_var)
{
	AbWelchArms arms = AbWelchArmsOf(means);

	return !equal_var && AbScoreAnswers(&arms) &&
		Min(means->control->n, means->treatment->n) >= 2;
}

/*
 * Note what the t-test of a complete row takes for granted: a variance from one
 * arm only, one that pooling misstates, as it does when neither the sizes nor
 * the variances of the arms are equal, or one of so few rows that it is not to
 * be relied on.  What was tested is treatment mean - scale control mean.
 */
void
AbCheckVariances(AbMeans *means, bool equal_var, double scale,
				 AbAlternative alternative)
{
	AbSpread	control = ArmSpread(means, means->control);
	AbSpread	treatment = ArmSpread(means, means->treatment);
	AbWelchArms arms = AbWelchArmsOf(means);
	AbMeanVariances other;
	double		other_error;

	if (control.n == 1 || treatment.n == 1)
	{
		AbNote(&means->row.notes, "the %s has one row: its variance is taken from the other arm",
			   control.n == 1 ? "control" : "treatment");
		return;
	}
	other = MeanVariances(control, treatment, !equal_var, scale);
	other_error = sqrt(other.control + other.treatment);
	if (equal_var)
		AbNotePooled(means, &arms, means->row.std_error / other_error);
	else
		AbNoteWelch(means, &arms, other_error, other.df, alternative);
}

/*
 * The whole row of the test.
 */
void
AbTestMeans(AbMeans *means, const AbSummary *summary, const AbTestArgs *args)
{
	bool		comparable = AbStartMeans(means, summary, args);
	AbEffect	effect;

	means->row.method = psprintf("%s%s%s", AbMeansTestName(args->equal_var),
								 AbAlternativeSuffix(args->alternative),
								 AbLiftSuffix(args->lift_method));
	if (comparable && AbMeansByScore(means, args->equal_var))
	{
		AbWelchArms arms = AbWelchArmsOf(means);

		AbAnswerByScore(means, &arms, args->alternative);
	}
	else if (comparable && AbMeansEffect(means, args->equal_var, &effect))
	{
		AbLift		lift = AbMeansLift(means, args, &effect);

		if (AbTestEffect(&means->row, &effect, args->alternative, &lift))
			AbCheckVariances(means, args->equal_var, 1, args->alternative);
	}
}

/*
 * The test, as a row; of the aggregates, whose final function has the state
 * alone, with the defaults.
 */
static Datum
TTest(FunctionCallInfo fcinfo, const AbArg *args, int count,
	  const char *reader)
{
	TTestCall	call = {.test.reader = reader};
	AbMeans		means;

	AbReadArgTable(fcinfo, args, count, &call);
	AbTestMeans(&means, call.summary, &call.test);
	return AbRowDatum(fcinfo, &ab_comparison, &means);
}

PG_FUNCTION_INFO_V1(ab_ttest_final);
Datum
ab_ttest_final(PG_FUNCTION_ARGS)
{
	return TTest(fcinfo, ttest_args, lengthof(ttest_args),
				 "ab_ttest(ab_summary(outcome, variant)");
}

PG_FUNCTION_INFO_V1(ab_ttest);
Datum
ab_ttest(PG_FUNCTION_ARGS)
{
	return TTest(fcinfo, ttest_args, lengthof(ttest_args),
				 "ab_ttest(ab_summary(outcome, variant)");
}

PG_FUNCTION_INFO_V1(ab_welch_ttest_final);
Datum
ab_welch_ttest_final(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {TTEST_ARGS(false)};

	return TTest(fcinfo, args, lengthof(args),
				 "ab_ttest(ab_summary(outcome, variant), equal_var => false");
}
