/*
 * cuped.c
 *	  Comparison of means with the variance that a covariate from before the
 *	  experiment explains taken out (CUPED).
 *
 * The outcome is the summary's first column, the covariate its second: best
 * the same metric of the same user in the weeks before.  The estimator and its
 * references are in math/ancova.c.  The means in the result are the adjusted
 * ones, the expected outcomes at the covariate's overall mean; their standard
 * deviations are those about the fitted line; the lift is relative to the
 * control's adjusted mean, which estimates the same quantity as the plain mean
 * with less noise and keeps diff = treatment_mean - control_mean.
 */
#include "topic/cuped.h"

#include "topic/summary_io.h"
#include "utils/builtins.h"

/*
 * Level at which a difference of the covariate between the arms is noted.
 */
#define IMBALANCE_ALPHA		0.001

static const AbWord theta_words[] = {
	{"per-arm", AB_THETA_PER_ARM, "each arm's own slope"},
	{"pooled", AB_THETA_POOLED, "one slope, within arms"},
	{"total", AB_THETA_TOTAL, "one slope, over all rows"}
};

static const AbWord lift_base_words[] = {
	{"adjusted", false, "the control's adjusted mean"},
	{"unadjusted", true, "its plain mean"}
};

const AbWords ab_thetas = AB_WORDS("theta", theta_words);
const AbWords ab_lift_bases = AB_WORDS("lift_base", lift_base_words);

const AbRange ab_theta_value = {
	.low = -DBL_MAX, .high = DBL_MAX, .optional = true,
	.message = "theta_value must be finite",
	.hint = "It is the slope of the outcome on the covariate; without it theta says which one is fitted."
};

/*
 * Let a theta that is given as a number be the one.  ERROR 22023 if another is
 * asked for.
 */
void
AbChooseTheta(AbCupedCall *call)
{
	if (isnan(call->theta_value))
		return;
	if (call->theta != AB_THETA_PER_ARM)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("theta and theta_value exclude each other"),
				 errhint("theta_value => %g is a slope taken as known, theta says which one is fitted.",
						 call->theta_value)));
	call->theta = AB_THETA_GIVEN;
}

/*
 * Moments of the two arms as one set of rows.
 */
void
AbMergeArms(const AbMeans *means, AbDouble *moments)
{
	int			columns = means->summary->columns;

	memcpy(moments, means->control->moments,
		   AbMomentCount(columns) * sizeof(AbDouble));
	AbMomentsMerge(moments, columns, means->control->n, means->treatment->n,
				   means->treatment->moments);
}

/*
 * Are there rows and variation for an adjustment?  Notes why not.
 */
static bool
CanAdjust(AbNotes *notes, const AbPairs *pairs)
{
	bool		constant_c = !(pairs->control.sxx > 0);
	bool		constant_t = !(pairs->treatment.sxx > 0);

	if (Min(pairs->control.n, pairs->treatment.n) < AB_MIN_ADJUSTED_ROWS)
	{
		AbNote(notes, "not adjusted: an arm has fewer than %d rows",
			   AB_MIN_ADJUSTED_ROWS);
		return false;
	}
	if (constant_c || constant_t)
	{
		AbNote(notes, "not adjusted: the covariate does not vary in %s",
			   constant_c && constant_t ? "either arm" :
			   constant_c ? "the control" : "the treatment");
		return false;
	}
	return true;
}

/*
 * Say what the adjustment did, and whether the covariate is to be trusted.
 */
static void
NoteAdjustment(AbNotes *notes, const AbPairs *pairs, const AbAdjusted *e,
			   const AbAdjusted *plain, AbTheta theta)
{
	double		saved = AbVarianceSaved(e->effect.std_error,
										plain->effect.std_error) * 100;
	char	   *slope = theta == AB_THETA_PER_ARM ?
		psprintf("theta %.4g in control, %.4g in treatment", e->control_theta,
				 e->treatment_theta) :
		psprintf("theta %.4g", e->control_theta);

	if (saved > 99.9)
		AbNote(notes, "variance reduced by more than 99.9%% (%s)", slope);
	else if (saved > 0)
		AbNote(notes, "variance reduced by %.1f%% (%s)", saved, slope);
	else
		AbNote(notes, "the covariate does not reduce the variance (%s)",
			   slope);
	if (AbImbalanceP(pairs) < IMBALANCE_ALPHA)
		AbNote(notes, "the covariate differs between the arms: it must be from before the experiment, and the assignment random");
}

/*
 * The slope that there are rows for: none, with a note, if there are too few.
 */
AbTheta
AbFeasibleTheta(AbNotes *notes, const AbPairs *pairs, AbTheta theta)
{
	return theta == AB_THETA_NONE || CanAdjust(notes, pairs) ? theta :
		AB_THETA_NONE;
}

/*
 * What the name of a test begins with that adjusts by that slope.
 */
const char *
AbAdjustmentPrefix(AbTheta theta)
{
	static const char *const prefixes[] = {
		[AB_THETA_NONE] = "",
		[AB_THETA_PER_ARM] = "CUPED (per-arm theta), ",
		[AB_THETA_POOLED] = "CUPED (pooled theta), ",
		[AB_THETA_TOTAL] = "CUPED (total theta), ",
		[AB_THETA_GIVEN] = "CUPED (given theta), "
	};

	return prefixes[theta];
}

/*
 * The estimate with that feasible slope.  The row then shows the adjusted
 * means, and a note what the adjustment did.
 */
AbAdjusted
AbShowAdjusted(AbMeans *means, const AbPairs *pairs, AbTheta theta,
			   bool equal_var)
{
	AbAdjusted	plain = AbAncova(pairs, AB_THETA_NONE, equal_var);
	AbAdjusted	e;

	if (theta == AB_THETA_NONE)
		return plain;
	e = AbAncova(pairs, theta, equal_var);
	means->control_mean = e.control;
	means->treatment_mean = e.treatment;
	means->control_stddev = e.control_stddev;
	means->treatment_stddev = e.treatment_stddev;
	if (plain.effect.std_error > 0 && isfinite(e.effect.std_error))
		NoteAdjustment(&means->row.notes, pairs, &e, &plain, theta);
	return e;
}

/*
 * Note what the t-test of a complete row takes for granted, which the one with
 * variances of the other kind tells.
 */
static void
CheckVariances(AbMeans *means, const AbPairs *pairs, AbTheta theta,
			   const AbTestArgs *args, const AbWelchArms *arms)
{
	AbAdjusted	other;
	double		ratio;
	char	   *fault;

	if (!args->equal_var)
	{
		other = AbAncova(pairs, theta, true);
		AbNoteWelch(means, arms, other.effect.std_error, other.effect.df,
					args->alternative);
		return;
	}
	if (AbNotePooledEvents(means, arms) ||
		Min(pairs->control.n, pairs->treatment.n) < AB_MIN_ADJUSTED_ROWS)
		return;
	other = AbAncova(pairs, theta, false);
	ratio = means->row.std_error / other.effect.std_error;
	if (!(fabs(ratio - 1) > AB_POOLING_TOLERANCE))
		return;
	fault = AbWelchFault(means, arms, ratio);
	if (fault != NULL)
		AbNote(&means->row.notes, "group sizes and variances are unequal: the pooled standard error is %.2g times Welch's; %s",
			   ratio, fault);
	else
		AbNote(&means->row.notes, "group sizes and variances are unequal: the pooled standard error is %.2g times Welch's, use equal_var => false",
			   ratio);
}

/*
 * The interval of the lift, and what it is relative to, as the call asks.
 */
static AbLift
ChooseLift(AbNotes *notes, const AbPairs *pairs, AbTheta theta,
		   const AbCupedCall *call, AbAdjusted *e)
{
	const AbTestArgs *args = &call->test;
	bool		plain = call->plain_base && theta != AB_THETA_NONE;
	AbLift		lift;

	if (plain)
	{
		AbDivideByPlain(e, pairs, args->equal_var);
		AbNote(notes, "the lift is relative to the unadjusted control mean %.6g",
			   pairs->control.y);
	}
	else if (AbThetaKnown(theta) && args->lift_method != AB_LIFT_FIELLER)
	{
		AbTakeMeanAsKnown(e, pairs, args->equal_var);
		AbNote(notes, "the covariate's overall mean is taken as known: at a large lift its interval is too narrow");
	}
	lift = AbAdjustedLift(e, pairs, theta, args->equal_var, args->lift_method);
	/* as GrowthBook has it, of means */
	if (plain && AbThetaKnown(theta) && !call->ratios)
		lift.at = pairs->y_difference / pairs->control.y;
	return lift;
}

/*
 * Compare the two arms by their pairs, with that slope, and fill in what that
 * gives.  With `binary` the outcome is the first column itself, all zeros and
 * ones.
 */
void
AbComparePairs(AbMeans *means, const AbPairs *pairs, const AbCupedCall *call,
			   bool binary)
{
	const AbTestArgs *args = &call->test;
	AbTheta		theta = call->theta;
	AbNotes    *notes = &means->row.notes;
	double		nc = pairs->control.n;
	double		nt = pairs->treatment.n;
	AbWelchArms arms = {binary, pairs->control.syy == 0, pairs->treatment.syy == 0};
	bool		flat = !args->equal_var && nc >= 2 && nt >= 2 && AbAnyFlat(&arms);
	AbAdjusted	e;
	AbLift		lift;

	means->row.difference.value = pairs->y_difference;
	means->row.lift.value = pairs->y_difference / pairs->control.y;
	if (flat && AbScoreAnswers(&arms))
	{
		AbAnswerByScore(means, &arms, args->alternative);
		return;
	}
	/* nor does a covariate make a constant outcome vary */
	if (flat)
		theta = AB_THETA_NONE;
	theta = AbFeasibleTheta(notes, pairs, theta);
	means->row.method = psprintf("%s%s%s%s%s", AbAdjustmentPrefix(theta),
								 AbMeansTestName(args->equal_var),
								 call->ratios ? " of ratios (delta method)" : "",
								 AbAlternativeSuffix(args->alternative),
								 AbLiftSuffix(args->lift_method));

	if (args->equal_var ? nc + nt < 3 : nc < 2 || nt < 2)
	{
		AbNoteFewRows(notes, args->equal_var);
		return;
	}

	if (flat)
	{
		AbNoteFlat(notes, &arms);
		return;
	}

	e = AbShowAdjusted(means, pairs, theta, args->equal_var);
	lift = ChooseLift(notes, pairs, theta, call, &e);
	arms.flat_control |= e.control_stddev == 0;
	arms.flat_treatment |= e.treatment_stddev == 0;
	if (!args->equal_var && AbAnyFlat(&arms))
	{
		means->row.difference.value = e.effect.difference;
		means->row.lift.value = e.effect.difference / e.effect.control;
		AbNote(notes, "the covariate explains the outcome of %s without a rest, so Welch's test would take its mean for certain: not tested",
			   !arms.flat_treatment ? "the control" :
			   !arms.flat_control ? "the treatment" : "both arms");
		return;
	}
	if (AbTestEffect(&means->row, &e.effect, args->alternative, &lift))
		CheckVariances(means, pairs, theta, args, &arms);
}

/*
 * Outcome and covariate of n rows with these moments.
 */
static AbPair
PairOfMoments(const AbDouble *moments, double n)
{
	AbPair		pair;

	pair.n = pair.weight = n;
	pair.y = AbDoubleValue(moments[0]);
	pair.x = AbDoubleValue(moments[1]);
	pair.syy = AbDoubleValue(moments[AbComomentIndex(2, 0, 0)]);
	pair.sxy = AbDoubleValue(moments[AbComomentIndex(2, 0, 1)]);
	pair.sxx = AbDoubleValue(moments[AbComomentIndex(2, 1, 1)]);
	return pair;
}

/*
 * Outcome and covariate of the two arms; theta_value is NaN if the slope is not
 * given.
 */
AbPairs
AbPairsOfMeans(const AbMeans *means, double theta_value)
{
	AbPairs		pairs;
	AbDouble	all[AB_MAX_MOMENTS];
	AbPair		total;

	pairs.control = PairOfMoments(means->control->moments, means->control->n);
	pairs.treatment = PairOfMoments(means->treatment->moments,
									means->treatment->n);
	/* a mean that is rounding only is 0 here */
	pairs.control.y = means->control_mean;
	pairs.treatment.y = means->treatment_mean;
	pairs.y_difference = means->row.difference.value;
	pairs.x_difference = AbDoubleDifference(means->treatment->moments[1],
											means->control->moments[1]);
	AbMergeArms(means, all);
	total = PairOfMoments(all, pairs.control.n + pairs.treatment.n);
	pairs.known_theta = isnan(theta_value) ? total.sxy / total.sxx : theta_value;
	return pairs;
}

/*
 * The whole row of the comparison.
 */
void
AbCompareAdjusted(AbMeans *means, const AbCupedCall *call)
{
	bool		comparable = AbStartMeans(means, call->summary, &call->test);

	means->row.method = psprintf("CUPED%s",
								 AbAlternativeSuffix(call->test.alternative));
	if (comparable)
	{
		AbPairs		pairs = AbPairsOfMeans(means, call->theta_value);

		AbComparePairs(means, &pairs, call, AbBinaryArms(means, 0));
	}
}

/*
 * The comparison, as a row; of the aggregate, whose final function has the
 * state alone, with the defaults.
 */
static Datum
Cuped(FunctionCallInfo fcinfo)
{
	static const AbWidth width = {
		2, 2, "Collect it with ab_summary(outcome, covariate, variant)."
	};
	static const AbArg args[] = {
		AB_CUPED_ARGS(&width),
		AB_THETA_ARGS
	};
	AbCupedCall call = {.test.reader = "ab_cuped(ab_summary(outcome, covariate, variant)"};
	AbMeans		means;

	AbReadArgs(fcinfo, args, &call);
	AbChooseTheta(&call);
	AbCompareAdjusted(&means, &call);
	return AbRowDatum(fcinfo, &ab_comparison, &means);
}

PG_FUNCTION_INFO_V1(ab_cuped);
Datum
ab_cuped(PG_FUNCTION_ARGS)
{
	return Cuped(fcinfo);
}

/*
 * The same from the text of a summary.
 */
PG_FUNCTION_INFO_V1(ab_cuped_text);
Datum
ab_cuped_text(PG_FUNCTION_ARGS)
{
	AbParseSummaryArg(fcinfo);
	return Cuped(fcinfo);
}

PG_FUNCTION_INFO_V1(ab_cuped_final);
Datum
ab_cuped_final(PG_FUNCTION_ARGS)
{
	return Cuped(fcinfo);
}
