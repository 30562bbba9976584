/*
 * power.c
 *	  Sizing an experiment: users, power or detectable effect of the pooled
 *	  two-sample t-test, each from the other two.
 *
 * Exact, by the noncentral t distribution.  For a rate p the standard
 * deviation is sqrt(p (1 - p)), for a mean it is given; the effect size is
 * the effect in standard deviations.
 */
#include "ab_test.h"

#include <math.h>

#include "comparison.h"
#include "distributions.h"

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
static void
BadParameter(const char *message, double value, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message),
			 isnan(value) ? errdetail("Got NaN or NULL.") :
			 errdetail("Got %g.", value),
			 hint ? errhint("%s", hint) : 0));
}

static double
GetNumber(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NAN : PG_GETARG_FLOAT8(argument);
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
	plan.ratio = GetNumber(fcinfo, ratio_argument);
	if (!(plan.ratio >= 1e-6 && plan.ratio <= 1e6))
		BadParameter("ratio must be between 0.000001 and 1000000", plan.ratio,
					 "It is the size of the treatment group over that of the control group: 0.25 for a 20% split.");
	plan.alternative = AbGetAlternative(fcinfo, ratio_argument + 1);
	plan.two_sided = plan.alternative == AB_TWO_SIDED;

	if (PG_ARGISNULL(ratio_argument + 2))
	{
		double		rate = GetNumber(fcinfo, baseline_argument);

		if (!(rate > 0 && rate < 1))
			BadParameter("baseline rate must be between 0 and 1", rate,
						 "For a metric that is a mean, pass its standard deviation as stddev.");
		plan.stddev = sqrt(rate * (1 - rate));
	}
	else
	{
		plan.stddev = GetNumber(fcinfo, ratio_argument + 2);
		if (!(plan.stddev > 0 && isfinite(plan.stddev)))
			BadParameter("standard deviation must be positive and finite",
						 plan.stddev, NULL);
	}
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
	double		effect = GetNumber(fcinfo, effect_argument);
	double		size;

	if (!(effect != 0 && isfinite(effect)))
		BadParameter("minimum detectable effect must be finite and not zero",
					 effect, NULL);
	if (plan->alternative == AB_GREATER && effect < 0)
		BadParameter("a test for a greater treatment cannot detect a negative effect",
					 effect, "Use alternative => 'less'.");
	/* the alternative says the direction, so a magnitude is enough */
	if (plan->alternative == AB_LESS)
		effect = -fabs(effect);

	if (PG_ARGISNULL(stddev_argument))
	{
		double		rate = PG_GETARG_FLOAT8(baseline_argument) + effect;

		if (rate < 0 || rate > 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the effect takes the rate out of the range from 0 to 1"),
					 errdetail("The baseline rate of %g becomes %g.",
							   PG_GETARG_FLOAT8(baseline_argument), rate),
					 errhint("The effect is absolute: 0.05 means five percentage points.")));
	}
	size = fabs(effect) / plan->stddev;
	if (!(size > 0 && isfinite(size)))
		BadParameter("the effect is out of range against the standard deviation",
					 size, NULL);
	return size;
}

/*
 * Read the power aimed at.
 */
static double
GetPower(FunctionCallInfo fcinfo, const Plan *plan, int argument)
{
	double		power = GetNumber(fcinfo, argument);

	if (!(power > 0 && power < 1))
		BadParameter("power must be between 0 and 1", power,
					 "Use 0.8 to find a true effect four times out of five.");
	if (power <= plan->alpha)
		BadParameter("power must be greater than the significance level", power,
					 "Without any effect the test already rejects with probability alpha.");
	return power;
}

/*
 * Read the size of the control group.
 */
static double
GetSize(FunctionCallInfo fcinfo, int argument)
{
	if (PG_ARGISNULL(argument) || PG_GETARG_INT64(argument) < 2 ||
		PG_GETARG_INT64(argument) > AB_MAX_OBSERVATIONS)
		BadParameter("number of users in the control group must be between 2 and 2^53",
					 PG_ARGISNULL(argument) ? NAN :
					 (double) PG_GETARG_INT64(argument), NULL);
	return (double) PG_GETARG_INT64(argument);
}

/*
 * ERROR 22023 unless the two groups together have three users, the least
 * that a t-test works with.
 */
static void
CheckGroups(double n, const Plan *plan)
{
	if (n * (1 + plan->ratio) < 3)
		BadParameter("the two groups together must have at least three users",
					 n * (1 + plan->ratio),
					 "ratio is the size of the treatment group over that of the control group.");
}

/*
 * ERROR 22003 where no double holds the answer.
 */
static double
CheckAnswer(double answer, const char *message)
{
	if (!isfinite(answer))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s", message)));
	return answer;
}

/*
 * (baseline_rate, min_detectable_effect, alpha, power, ratio, alternative,
 * stddev)
 */
PG_FUNCTION_INFO_V1(ab_sample_size);
Datum
ab_sample_size(PG_FUNCTION_ARGS)
{
	Plan		plan = GetPlan(fcinfo, 0, 2, 4);
	double		effect = GetEffectSize(fcinfo, &plan, 0, 1, 6);
	double		power = GetPower(fcinfo, &plan, 3);

	PG_RETURN_INT64((int64) CheckAnswer(AbTTestSampleSize(effect, plan.ratio,
														  plan.alpha, power,
														  plan.two_sided),
										"no group of up to 2^53 users is large enough"));
}

/*
 * (n, baseline_rate, min_detectable_effect, alpha, ratio, alternative, stddev)
 */
PG_FUNCTION_INFO_V1(ab_power);
Datum
ab_power(PG_FUNCTION_ARGS)
{
	double		n = GetSize(fcinfo, 0);
	Plan		plan = GetPlan(fcinfo, 1, 3, 4);
	double		effect = GetEffectSize(fcinfo, &plan, 1, 2, 6);

	CheckGroups(n, &plan);
	PG_RETURN_FLOAT8(CheckAnswer(AbTTestPower(n, plan.ratio, effect,
											  plan.alpha, plan.two_sided),
								 "the power is not computable"));
}

/*
 * (n, baseline_rate, alpha, power, ratio, alternative, stddev)
 */
PG_FUNCTION_INFO_V1(ab_mde);
Datum
ab_mde(PG_FUNCTION_ARGS)
{
	double		n = GetSize(fcinfo, 0);
	Plan		plan = GetPlan(fcinfo, 1, 2, 4);
	double		power = GetPower(fcinfo, &plan, 3);
	double		effect;

	CheckGroups(n, &plan);
	effect = AbTTestEffect(n, plan.ratio, plan.alpha, power, plan.two_sided);
	PG_RETURN_FLOAT8(CheckAnswer(effect * plan.stddev,
								 "the detectable effect is not computable"));
}
