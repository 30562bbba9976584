/*
 * power.c
 *	  Sizing an experiment: users, power or detectable effect of the pooled
 *	  two-sample t-test, each from the other two.
 *
 * Exact, by the noncentral t distribution.  For a rate p the standard
 * deviation is sqrt(p (1 - p)), for a mean it is given; the effect size is
 * the effect in standard deviations.
 */
#include "topic/power.h"

#include "math/distributions.h"

const AbRange ab_any_number = {
	.low = -INFINITY, .high = INFINITY, .optional = true
};

const AbRange ab_users = {
	.low = 2, .high = (double) AB_MAX_OBSERVATIONS,
	.message = "number of users in the control group must be between 2 and 2^53"
};

const AbRange ab_effect = {
	.low = -DBL_MAX, .high = DBL_MAX,
	.message = "minimum detectable effect must be finite and not zero"
};

const AbRange ab_effect_or_target = {
	.low = -DBL_MAX, .high = DBL_MAX, .optional = true,
	.message = "minimum detectable effect must be finite and not zero"
};

const AbRange ab_target = {
	.low = 0, .high = 1, .optional = true,
	.message = "target must be between 0 and 1",
	.hint = "It is the rate that the treatment is to reach, such as 0.12 from a baseline of 0.10."
};

const AbRange ab_true_effect = {
	.low = -DBL_MAX, .high = DBL_MAX,
	.message = "the true effect must be finite",
	.hint = "It is treatment - control, 0 if they are the same."
};

const AbRange ab_power_aim = {
	.low = 0, .low_open = true, .high = 1, .high_open = true, .fraction = true,
	.message = "power must be between 0 and 1",
	.hint = "Use 0.8 to find a true effect four times out of five."
};

const AbRange ab_group_ratio = {
	.low = 1e-6, .high = 1e6,
	.message = "ratio must be between 0.000001 and 1000000",
	.hint = "It is the size of the treatment group over that of the control group: 0.25 for a 20% split."
};

const AbRange ab_baseline_rate = {
	.low = 0, .low_open = true, .high = 1, .high_open = true,
	.message = "baseline rate must be between 0 and 1",
	.hint = "For a metric that is a mean, pass its standard deviation as stddev."
};

const AbRange ab_stddev = {
	.low = 0, .low_open = true, .high = DBL_MAX,
	.message = "standard deviation must be positive and finite"
};

const AbRange ab_optional_stddev = {
	.low = 0, .low_open = true, .high = DBL_MAX, .optional = true,
	.message = "standard deviation must be positive and finite"
};

/* What the three functions are asked. */
typedef struct PowerCall
{
	AbPlan		plan;
	double		baseline;		/* rate, unless stddev is given */
	double		stddev;
} PowerCall;

#define BASELINE_ARG \
	AB_NUMBER_ARG(PowerCall, baseline, "baseline_rate", &ab_any_number, 0)
#define STDDEV_ARG \
	AB_NUMBER_ARG(PowerCall, stddev, "stddev", &ab_optional_stddev, 0)

/*
 * ERROR 22023 unless the power exceeds the significance level.
 */
void
AbCheckPower(double power, double alpha)
{
	if (power <= alpha)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("power must be greater than the significance level"),
				 errdetail("The power is %g, alpha is %g.", power, alpha),
				 errhint("Without any effect the test already rejects with probability alpha.")));
}

/*
 * Make the rate aimed at, if there is one, the effect.  ERROR 22023 unless
 * the call names one of the two, and a target that the test can find.
 */
void
AbUseTarget(AbPlan *plan, double baseline)
{
	if (isnan(plan->target))
	{
		if (isnan(plan->effect))
			AbBadParameter(ab_effect.message, plan->effect,
						   "Name it, or with target the rate aimed at.");
		return;
	}
	if (!isnan(plan->effect))
		AbBadParameter("min_detectable_effect and target exclude each other",
					   plan->target,
					   "The effect is the difference, target the rate aimed at.");
	if (plan->target == baseline)
		AbBadParameter("target must not be the baseline rate", plan->target,
					   ab_target.hint);
	if (plan->alternative == AB_LESS && plan->target > baseline)
		AbBadParameter("a test for a smaller treatment cannot detect a target above the baseline rate",
					   plan->target, "Use alternative => 'greater'.");
	plan->effect = plan->target - baseline;
}

/*
 * Give the effect the sign of the direction tested.  ERROR 22023 if it is zero,
 * or cannot be detected in that direction.
 */
void
AbCheckDirection(AbPlan *plan)
{
	if (plan->effect == 0)
		AbBadParameter(ab_effect.message, plan->effect, ab_effect.hint);
	if (plan->alternative == AB_GREATER && plan->effect < 0)
		AbBadParameter("a test for a greater treatment cannot detect a negative effect",
					   plan->effect, "Use alternative => 'less'.");
	/* the alternative says the direction, so a magnitude is enough */
	if (plan->alternative == AB_LESS)
		plan->effect = -fabs(plan->effect);
}

/*
 * ERROR 22023 if a rate cannot change by that effect.
 */
void
AbCheckRate(double baseline, double effect)
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
 * A power as the result of a function.
 */
Datum
AbPowerDatum(double power)
{
	return Float8GetDatum(AbCheckAnswer(power, "the power is not computable"));
}

/*
 * The standard deviation: the one given, or that of the baseline rate.
 */
static double
CallStddev(const PowerCall *call)
{
	double		rate;

	if (!isnan(call->stddev))
		return call->stddev;
	rate = AbCheckRange(call->baseline, &ab_baseline_rate);
	return sqrt(rate * (1 - rate));
}

/*
 * The effect in standard deviations and in the direction tested, so that it is
 * positive.
 */
static double
EffectSize(PowerCall *call)
{
	double		stddev = CallStddev(call);

	if (!isnan(call->stddev) && !isnan(call->plan.target))
		AbBadParameter("target is a rate, which has no stddev of its own",
					   call->plan.target,
					   "For a metric that is a mean, name min_detectable_effect.");
	AbUseTarget(&call->plan, call->baseline);
	AbCheckDirection(&call->plan);
	if (isnan(call->stddev))
		AbCheckRate(call->baseline, call->plan.effect);
	return AbCheckEffectSize(fabs(call->plan.effect) / stddev);
}

PG_FUNCTION_INFO_V1(ab_sample_size);
Datum
ab_sample_size(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		BASELINE_ARG,
		AB_EFFECT_OR_TARGET_ARG(PowerCall, plan),
		AB_ALPHA_ARG(PowerCall, plan),
		AB_POWER_ARG(PowerCall, plan),
		AB_RATIO_ARG(PowerCall, plan),
		AB_ALTERNATIVE_ARG(PowerCall, plan),
		STDDEV_ARG,
		AB_TARGET_ARG(PowerCall, plan)
	};
	PowerCall	call;
	double		effect;

	AbReadArgs(fcinfo, args, &call);
	effect = EffectSize(&call);
	AbCheckPower(call.plan.power, call.plan.alpha);
	return AbSizeDatum(AbTTestSampleSize(effect, call.plan.ratio,
										 call.plan.alpha, call.plan.power,
										 AbTwoSided(&call.plan)));
}

PG_FUNCTION_INFO_V1(ab_power);
Datum
ab_power(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_N_ARG(PowerCall, plan),
		BASELINE_ARG,
		AB_EFFECT_OR_TARGET_ARG(PowerCall, plan),
		AB_ALPHA_ARG(PowerCall, plan),
		AB_RATIO_ARG(PowerCall, plan),
		AB_ALTERNATIVE_ARG(PowerCall, plan),
		STDDEV_ARG,
		AB_TARGET_ARG(PowerCall, plan)
	};
	PowerCall	call;
	double		effect;

	AbReadArgs(fcinfo, args, &call);
	effect = EffectSize(&call);
	AbCheckGroups(call.plan.n, call.plan.ratio);
	return AbPowerDatum(AbTTestPower(call.plan.n, call.plan.ratio, effect,
									 call.plan.alpha, AbTwoSided(&call.plan)));
}

PG_FUNCTION_INFO_V1(ab_mde);
Datum
ab_mde(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_N_ARG(PowerCall, plan),
		BASELINE_ARG,
		AB_ALPHA_ARG(PowerCall, plan),
		AB_POWER_ARG(PowerCall, plan),
		AB_RATIO_ARG(PowerCall, plan),
		AB_ALTERNATIVE_ARG(PowerCall, plan),
		STDDEV_ARG
	};
	PowerCall	call;
	const AbPlan *plan = &call.plan;
	double		stddev;
	double		effect;

	AbReadArgs(fcinfo, args, &call);
	stddev = CallStddev(&call);
	AbCheckPower(plan->power, plan->alpha);
	AbCheckGroups(plan->n, plan->ratio);
	effect = AbCheckAnswer(stddev * AbTTestEffect(plan->n, plan->ratio,
												  plan->alpha, plan->power,
												  AbTwoSided(plan)),
						   "the detectable effect is not computable");

	/* of a rate, the effect has to be possible in a direction tested */
	if (isnan(call.stddev) &&
		(plan->alternative == AB_LESS || call.baseline + effect > 1) &&
		(plan->alternative == AB_GREATER || call.baseline - effect < 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no possible change of the rate is detectable with so few users"),
				 errdetail("It would have to change by %g from %g.", effect,
						   call.baseline)));
	PG_RETURN_FLOAT8(effect);
}
