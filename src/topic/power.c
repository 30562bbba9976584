/*
 * power.c
 *	  Sizing an experiment: users, power or detectable effect of the pooled
 *	  two-sample t-test, each from the other two.
 *
 * Exact, by the noncentral t distribution.  For a proportion p the standard
 * deviation is sqrt(p (1 - p)), for a mean it is given; the effect size is
 * the effect in standard deviations.
 */
#include "topic/power.h"

#include <math.h>

#include "math/distributions.h"

/* What the three functions are asked, checked. */
typedef struct Plan
{
	double		stddev;
	double		alpha;
	double		ratio;
	bool		two_sided;
	AbAlternative alternative;
} Plan;

/*
 * ERROR 22023: that parameter is impossible.
 */
void
AbBadParameter(const char *message, double value, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message),
			 isnan(value) ? errdetail("It is NaN or NULL.") :
			 errdetail("Got %g.", value),
			 hint ? errhint("%s", hint) : 0));
}

/*
 * A number, NaN for NULL.
 */
double
AbGetNumber(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NAN : PG_GETARG_FLOAT8(argument);
}

/*
 * The size of the treatment group over that of the control group.
 */
double
AbGetRatio(FunctionCallInfo fcinfo, int argument)
{
	double		ratio = AbGetNumber(fcinfo, argument);

	if (!(ratio >= 1e-6 && ratio <= 1e6))
		AbBadParameter("ratio must be between 0.000001 and 1000000", ratio,
					   "It is the size of the treatment group over that of the control group: 0.25 for a 20% split.");
	return ratio;
}

/*
 * A baseline rate, in (0, 1).
 */
double
AbGetBaselineRate(FunctionCallInfo fcinfo, int argument)
{
	double		baseline = AbGetNumber(fcinfo, argument);

	if (!(baseline > 0 && baseline < 1))
		AbBadParameter("baseline rate must be between 0 and 1", baseline,
					   "For a metric that is a mean, pass its standard deviation as stddev.");
	return baseline;
}

/*
 * A standard deviation.
 */
double
AbGetStddev(FunctionCallInfo fcinfo, int argument)
{
	double		stddev = AbGetNumber(fcinfo, argument);

	if (!(stddev > 0 && isfinite(stddev)))
		AbBadParameter("standard deviation must be positive and finite",
					   stddev, NULL);
	return stddev;
}

/*
 * The effect to be detected, with the sign of the direction tested.
 */
double
AbGetDetectable(FunctionCallInfo fcinfo, int argument,
				AbAlternative alternative)
{
	double		effect = AbGetNumber(fcinfo, argument);

	if (!(effect != 0 && isfinite(effect)))
		AbBadParameter("minimum detectable effect must be finite and not zero",
					   effect, NULL);
	if (alternative == AB_GREATER && effect < 0)
		AbBadParameter("a test for a greater treatment cannot detect a negative effect",
					   effect, "Use alternative => 'less'.");
	/* the alternative says the direction, so a magnitude is enough */
	return alternative == AB_LESS ? -fabs(effect) : effect;
}

/*
 * The power aimed at.
 */
double
AbGetPower(FunctionCallInfo fcinfo, int argument, double alpha)
{
	double		power = AbGetNumber(fcinfo, argument);

	if (!(power > 0 && power < 1))
		AbBadParameter("power must be between 0 and 1", power,
					   "Use 0.8 to find a true effect four times out of five.");
	if (power <= alpha)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("power must be greater than the significance level"),
				 errdetail("The power is %g, alpha is %g.", power, alpha),
				 errhint("Without any effect the test already rejects with probability alpha.")));
	return power;
}

/*
 * The size of the control group.
 */
double
AbGetUsers(FunctionCallInfo fcinfo, int argument)
{
	if (PG_ARGISNULL(argument) || PG_GETARG_INT64(argument) < 2 ||
		PG_GETARG_INT64(argument) > AB_MAX_OBSERVATIONS)
		AbBadParameter("number of users in the control group must be between 2 and 2^53",
					   PG_ARGISNULL(argument) ? NAN :
					   (double) PG_GETARG_INT64(argument), NULL);
	return (double) PG_GETARG_INT64(argument);
}

/*
 * ERROR 22023 if a rate cannot change by that effect.
 */
void
AbCheckBaselineRate(double baseline, double effect)
{
	double		rate = baseline + effect;

	if (rate < 0 || rate > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the effect takes the rate out of the range from 0 to 1"),
				 errdetail("The baseline rate of %g becomes %g.",
						   baseline, rate),
				 errhint("The effect is absolute: 0.05 means five percentage points.")));
}

/*
 * ERROR 22023 unless an effect in standard deviations is a positive double.
 */
double
AbCheckEffectSize(double size)
{
	if (!(size > 0 && isfinite(size)))
		AbBadParameter("the effect is out of range against the standard deviation",
					   size, NULL);
	return size;
}

/*
 * ERROR 22023 unless the two groups together have three users, the least
 * that a t-test works with.
 */
void
AbCheckGroups(double n, double ratio)
{
	if (n * (1 + ratio) < 3)
		AbBadParameter("the two groups together must have at least three users",
					   n * (1 + ratio),
					   "ratio is the size of the treatment group over that of the control group.");
}

/*
 * ERROR 22003 where no double holds the answer.
 */
double
AbCheckAnswer(double answer, const char *message)
{
	if (!isfinite(answer))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s", message)));
	return answer;
}

/*
 * A number of users as the result of a function.
 */
Datum
AbSizeDatum(double n)
{
	return Int64GetDatum((int64) AbCheckAnswer(n, "no group of up to 2^53 users is large enough"));
}

/*
 * Read and check what all three have in common: the baseline and the
 * arguments at those positions, of which ratio, alternative and stddev follow
 * each other.
 */
static Plan
GetPlan(FunctionCallInfo fcinfo, int baseline_argument, int alpha_argument,
		int ratio_argument)
{
	Plan		plan;

	plan.alpha = AbGetAlpha(fcinfo, alpha_argument);
	plan.ratio = AbGetRatio(fcinfo, ratio_argument);
	plan.alternative = AbGetAlternative(fcinfo, ratio_argument + 1);
	plan.two_sided = plan.alternative == AB_TWO_SIDED;

	if (PG_ARGISNULL(ratio_argument + 2))
	{
		double		baseline = AbGetBaselineRate(fcinfo, baseline_argument);

		plan.stddev = sqrt(baseline * (1 - baseline));
	}
	else
		plan.stddev = AbGetStddev(fcinfo, ratio_argument + 2);
	return plan;
}

/*
 * Read the effect and check that it can happen.  Returns the effect size, in
 * standard deviations and in the direction tested, so that it is positive.
 */
static double
GetEffectSize(FunctionCallInfo fcinfo, const Plan *plan,
			  int baseline_argument, int effect_argument,
			  int stddev_argument)
{
	double		effect = AbGetDetectable(fcinfo, effect_argument,
										 plan->alternative);

	if (PG_ARGISNULL(stddev_argument))
		AbCheckBaselineRate(PG_GETARG_FLOAT8(baseline_argument), effect);
	return AbCheckEffectSize(fabs(effect) / plan->stddev);
}

/*
 * (baseline_rate, min_detectable_effect, alpha, power, ratio, alternative,
 * stddev), or the ten arguments of AbSummarySampleSize().
 */
PG_FUNCTION_INFO_V1(ab_sample_size);
Datum
ab_sample_size(PG_FUNCTION_ARGS)
{
	Plan		plan;
	double		effect;
	double		power;

	if (PG_NARGS() > 7)
		return AbSummarySampleSize(fcinfo);

	plan = GetPlan(fcinfo, 0, 2, 4);
	effect = GetEffectSize(fcinfo, &plan, 0, 1, 6);
	power = AbGetPower(fcinfo, 3, plan.alpha);
	return AbSizeDatum(AbTTestSampleSize(effect, plan.ratio, plan.alpha,
										 power, plan.two_sided));
}

/*
 * (n, baseline_rate, min_detectable_effect, alpha, ratio, alternative,
 * stddev), or the ten arguments of AbSummaryPower().
 */
PG_FUNCTION_INFO_V1(ab_power);
Datum
ab_power(PG_FUNCTION_ARGS)
{
	double		n;
	Plan		plan;
	double		effect;

	if (PG_NARGS() > 7)
		return AbSummaryPower(fcinfo);

	n = AbGetUsers(fcinfo, 0);
	plan = GetPlan(fcinfo, 1, 3, 4);
	effect = GetEffectSize(fcinfo, &plan, 1, 2, 6);
	AbCheckGroups(n, plan.ratio);
	PG_RETURN_FLOAT8(AbCheckAnswer(AbTTestPower(n, plan.ratio, effect,
												plan.alpha, plan.two_sided),
								   "the power is not computable"));
}

/*
 * (n, baseline_rate, alpha, power, ratio, alternative, stddev), or the ten
 * arguments of AbSummaryMde().
 */
PG_FUNCTION_INFO_V1(ab_mde);
Datum
ab_mde(PG_FUNCTION_ARGS)
{
	double		n;
	Plan		plan;
	double		power;
	double		effect;

	if (PG_NARGS() > 7)
		return AbSummaryMde(fcinfo);

	n = AbGetUsers(fcinfo, 0);
	plan = GetPlan(fcinfo, 1, 2, 4);
	power = AbGetPower(fcinfo, 3, plan.alpha);
	AbCheckGroups(n, plan.ratio);
	effect = AbTTestEffect(n, plan.ratio, plan.alpha, power, plan.two_sided);
	effect = AbCheckAnswer(effect * plan.stddev,
						   "the detectable effect is not computable");

	/* of a proportion, the effect has to be possible in a direction tested */
	if (PG_ARGISNULL(6))
	{
		double		baseline = PG_GETARG_FLOAT8(1);

		if ((plan.alternative == AB_LESS || baseline + effect > 1) &&
			(plan.alternative == AB_GREATER || baseline - effect < 0))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("no possible change of the rate is detectable with so few users"),
					 errdetail("It would have to change by %g from %g.",
							   effect, baseline)));
	}
	PG_RETURN_FLOAT8(effect);
}
