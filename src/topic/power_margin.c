/*
 * power_margin.c
 *	  Sizing an experiment that is to show non-inferiority, or equivalence by
 *	  two one-sided tests, of a mean or of a rate.  The mathematics and its
 *	  references are in math/power.c, that of rates in math/power_margin.c.
 */
#include "topic/power.h"

#include "base/work.h"
#include "math/power.h"
#include "math/power_margin.h"
#include "utils/builtins.h"

typedef struct MarginCall
{
	AbPlan		plan;			/* its effect is the true one */
	double		baseline;		/* rate, unless stddev is given */
	double		margin;
	double		stddev;
	int			higher;			/* is a higher value better? */
	bool		relative;		/* is the margin a fraction of the rate? */
	AbMarginMethod method;		/* of rates */
} MarginCall;

/* A test against one margin, of a mean or of a rate. */
typedef struct NoninferiorityPlan
{
	bool		is_rate;
	AbMarginDesign rate;
	double		distance;		/* means: in standard deviations */
} NoninferiorityPlan;

/* A test against two. */
typedef struct EquivalencePlan
{
	bool		is_rate;
	AbMarginDesign rate;
	AbEquivalence mean;
} EquivalencePlan;

static const AbRange loss_range = {
	.low = -DBL_MAX, .high = DBL_MAX,
	.message = "margin must be finite",
	.hint = "It is the loss that can be tolerated; a negative one is a gain that must be exceeded."
};

static const AbRange difference_range = {
	.low = 0, .low_open = true, .high = DBL_MAX,
	.message = "margin must be positive and finite",
	.hint = "It is the largest difference, in either direction, that is no difference in practice."
};

static const AbWord method_words[] = {
	{"auto", AB_MARGIN_AUTO, NULL},
	{"asymptotic", AB_MARGIN_ASYMPTOTIC, NULL},
	{"exact", AB_MARGIN_EXACT, NULL}
};

static const AbWords methods = AB_WORDS("method", method_words);

#define BASELINE_ARG \
	AB_NUMBER_ARG(MarginCall, baseline, "baseline_rate", &ab_any_number, 0)
#define LOSS_ARG \
	AB_NUMBER_ARG(MarginCall, margin, "margin", &loss_range, 0)
#define DIFFERENCE_ARG \
	AB_NUMBER_ARG(MarginCall, margin, "margin", &difference_range, 0)
#define DIRECTION_ARG \
	AB_WORD_ARG(MarginCall, higher, "direction", &ab_directions, true)
#define EFFECT_ARG \
	AB_NUMBER_ARG(MarginCall, plan.effect, "effect", &ab_true_effect, 0)
#define STDDEV_ARG \
	AB_NUMBER_ARG(MarginCall, stddev, "stddev", &ab_optional_stddev, 0)

#define RELATIVE_ARG \
	AB_FLAG_ARG(MarginCall, relative, "relative", \
				"Use true for a margin that is a fraction of the baseline rate.", \
				false)

#define METHOD_ARG \
	AB_WORD_ARG(MarginCall, method, "method", &methods, AB_MARGIN_AUTO)

/*
 * ERROR 22023 unless a relative margin is one of a rate.
 */
static void
CheckRelative(const MarginCall *call)
{
	if (call->relative && !isnan(call->stddev))
		AbBadParameter("a relative margin is planned for rates only",
					   call->margin,
					   "Multiply it by the mean, which an absolute margin takes for known.");
}

/*
 * The margin as a difference from the baseline.
 */
static double
MarginDifference(const MarginCall *call)
{
	return call->relative ? call->margin * call->baseline : call->margin;
}

/*
 * The hypothesis that a limit, the margin with a sign, is.  ERROR 22023 if it
 * lies where no rate does.
 */
static AbProportionNull
RateLimit(const MarginCall *call, double sign)
{
	AbProportionNull null = {sign * call->margin, false};
	double		rate = call->baseline + sign * MarginDifference(call);

	if (rate < 0 || rate > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the margin takes the rate out of the range from 0 to 1"),
				 errdetail("The baseline rate of %g becomes %g.",
						   call->baseline, rate),
				 call->relative ?
				 errhint("The margin is a fraction of the baseline rate: 0.05 means a twentieth of it.") :
				 errhint("The margin is absolute: 0.05 means five percentage points.")));
	if (call->relative)
	{
		null.value = 1 + null.value;
		null.ratio = true;
	}
	return null;
}

/*
 * A design without limits for the rates of a call.
 */
static AbMarginDesign
RateDesign(const MarginCall *call)
{
	AbMarginDesign design = {0};

	design.control = AbCheckRange(call->baseline, &ab_baseline_rate);
	AbCheckRate(design.control, call->plan.effect);
	design.treatment = design.control + call->plan.effect;
	design.ratio = call->plan.ratio;
	design.alpha = call->plan.alpha;
	design.method = call->method;
	design.low.value = -INFINITY;
	design.high.value = INFINITY;
	return design;
}

/*
 * The plan of a call, checked: the true effect has to be better than the
 * margin.
 */
static NoninferiorityPlan
PlanNoninferiority(const MarginCall *call)
{
	NoninferiorityPlan plan = {0};
	double		effect = call->plan.effect;
	double		margin = MarginDifference(call);
	double		distance = call->higher ? effect + margin : margin - effect;

	CheckRelative(call);
	if (!(distance > 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the true effect must be better than the margin"),
				 errdetail("The effect is %g, the margin %g and %s is better.",
						   effect, margin,
						   AbWordOf(&ab_directions, call->higher)),
				 errhint("No number of users shows what is not so.")));

	plan.is_rate = isnan(call->stddev);
	if (plan.is_rate)
	{
		plan.rate = RateDesign(call);
		if (call->higher)
			plan.rate.low = RateLimit(call, -1);
		else
			plan.rate.high = RateLimit(call, 1);
	}
	else
		plan.distance = AbCheckEffectSize(distance / call->stddev);
	return plan;
}

PG_FUNCTION_INFO_V1(ab_sample_size_noninferiority);
Datum
ab_sample_size_noninferiority(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		BASELINE_ARG,
		LOSS_ARG,
		AB_ALPHA_ARG(MarginCall, plan),
		AB_POWER_ARG(MarginCall, plan),
		AB_RATIO_ARG(MarginCall, plan),
		DIRECTION_ARG,
		EFFECT_ARG,
		STDDEV_ARG,
		RELATIVE_ARG,
		METHOD_ARG
	};
	MarginCall	call;
	NoninferiorityPlan plan;

	AbReadArgs(fcinfo, args, &call);
	plan = PlanNoninferiority(&call);
	AbCheckPower(call.plan.power, call.plan.alpha);
	return AbSizeDatum(plan.is_rate ?
					   AbMarginSampleSize(&plan.rate, call.plan.power,
										  &ab_server_work) :
					   AbTTestSampleSize(plan.distance, call.plan.ratio,
										 call.plan.alpha, call.plan.power,
										 false));
}

PG_FUNCTION_INFO_V1(ab_power_noninferiority);
Datum
ab_power_noninferiority(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_N_ARG(MarginCall, plan),
		BASELINE_ARG,
		LOSS_ARG,
		AB_ALPHA_ARG(MarginCall, plan),
		AB_RATIO_ARG(MarginCall, plan),
		DIRECTION_ARG,
		EFFECT_ARG,
		STDDEV_ARG,
		RELATIVE_ARG,
		METHOD_ARG
	};
	MarginCall	call;
	NoninferiorityPlan plan;

	AbReadArgs(fcinfo, args, &call);
	plan = PlanNoninferiority(&call);
	if (plan.is_rate)
		return AbPowerDatum(AbMarginPower(call.plan.n, &plan.rate,
										  &ab_server_work));
	AbCheckGroups(call.plan.n, call.plan.ratio);
	return AbPowerDatum(AbTTestPower(call.plan.n, call.plan.ratio,
									 plan.distance, call.plan.alpha, false));
}

/*
 * The plan of a call, checked: the true effect has to lie between the margins.
 */
static EquivalencePlan
PlanEquivalence(const MarginCall *call)
{
	EquivalencePlan plan = {0};
	double		effect = call->plan.effect;
	double		margin = MarginDifference(call);

	CheckRelative(call);
	plan.mean.alpha = call->plan.alpha;
	plan.mean.ratio = call->plan.ratio;
	plan.mean.below = effect + margin;
	plan.mean.above = margin - effect;
	if (!(plan.mean.below > 0 && plan.mean.above > 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the true effect must be smaller than the margin"),
				 errdetail("The effect is %g, the margin %g.", effect, margin),
				 errhint("No number of users shows what is not so.")));

	plan.is_rate = isnan(call->stddev);
	if (plan.is_rate)
	{
		plan.rate = RateDesign(call);
		plan.rate.low = RateLimit(call, -1);
		plan.rate.high = RateLimit(call, 1);
	}
	else
	{
		plan.mean.below = AbCheckEffectSize(plan.mean.below / call->stddev);
		plan.mean.above = AbCheckEffectSize(plan.mean.above / call->stddev);
	}
	return plan;
}

PG_FUNCTION_INFO_V1(ab_sample_size_equivalence);
Datum
ab_sample_size_equivalence(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		BASELINE_ARG,
		DIFFERENCE_ARG,
		AB_ALPHA_ARG(MarginCall, plan),
		AB_POWER_ARG(MarginCall, plan),
		AB_RATIO_ARG(MarginCall, plan),
		EFFECT_ARG,
		STDDEV_ARG,
		RELATIVE_ARG,
		METHOD_ARG
	};
	MarginCall	call;
	EquivalencePlan plan;

	AbReadArgs(fcinfo, args, &call);
	plan = PlanEquivalence(&call);
	AbCheckPower(call.plan.power, call.plan.alpha);
	return AbSizeDatum(plan.is_rate ?
					   AbMarginSampleSize(&plan.rate, call.plan.power,
										  &ab_server_work) :
					   AbMeanEquivalenceSize(&plan.mean, call.plan.power));
}

PG_FUNCTION_INFO_V1(ab_power_equivalence);
Datum
ab_power_equivalence(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_N_ARG(MarginCall, plan),
		BASELINE_ARG,
		DIFFERENCE_ARG,
		AB_ALPHA_ARG(MarginCall, plan),
		AB_RATIO_ARG(MarginCall, plan),
		EFFECT_ARG,
		STDDEV_ARG,
		RELATIVE_ARG,
		METHOD_ARG
	};
	MarginCall	call;
	EquivalencePlan plan;

	AbReadArgs(fcinfo, args, &call);
	plan = PlanEquivalence(&call);
	if (plan.is_rate)
		return AbPowerDatum(AbMarginPower(call.plan.n, &plan.rate,
										  &ab_server_work));
	AbCheckGroups(call.plan.n, call.plan.ratio);
	return AbPowerDatum(AbMeanEquivalencePower(call.plan.n, &plan.mean));
}
