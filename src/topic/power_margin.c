/*
 * power_margin.c
 *	  Sizing an experiment that is to show non-inferiority, or equivalence by
 *	  two one-sided tests, of a mean or of a rate.  The mathematics and its
 *	  references are in math/power.c.
 */
#include "topic/power.h"

#include "math/power.h"
#include "utils/builtins.h"

typedef struct MarginCall
{
	AbPlan		plan;			/* its effect is the true one */
	double		baseline;		/* rate, unless stddev is given */
	double		margin;
	double		stddev;
	int			higher;			/* is a higher value better? */
} MarginCall;

/* A test against one margin, of a mean or of a rate. */
typedef struct NoninferiorityPlan
{
	bool		is_rate;
	AbProportionDesign rate;
	double		distance;		/* means: in standard deviations */
} NoninferiorityPlan;

/* A test against two. */
typedef struct EquivalencePlan
{
	bool		is_rate;
	AbEquivalence design;
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

/*
 * ERROR 22023 if the margin, which is `difference` from the baseline, lies
 * where no rate does.
 */
static void
CheckMarginRate(double baseline, double difference)
{
	double		rate = baseline + difference;

	if (rate < 0 || rate > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the margin takes the rate out of the range from 0 to 1"),
				 errdetail("The baseline rate of %g becomes %g.",
						   baseline, rate),
				 errhint("The margin is absolute: 0.05 means five percentage points.")));
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
	double		distance = call->higher ? effect + call->margin :
		call->margin - effect;

	if (!(distance > 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the true effect must be better than the margin"),
				 errdetail("The effect is %g, the margin %g and %s is better.",
						   effect, call->margin,
						   AbWordOf(&ab_directions, call->higher)),
				 errhint("No number of users shows what is not so.")));

	plan.is_rate = isnan(call->stddev);
	if (plan.is_rate)
	{
		plan.rate.alpha = call->plan.alpha;
		plan.rate.ratio = call->plan.ratio;
		plan.rate.control = AbCheckRange(call->baseline, &ab_baseline_rate);
		plan.rate.null = call->higher ? -call->margin : call->margin;
		AbCheckRate(plan.rate.control, effect);
		CheckMarginRate(plan.rate.control, plan.rate.null);
		plan.rate.treatment = plan.rate.control + effect;
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
		STDDEV_ARG
	};
	MarginCall	call;
	NoninferiorityPlan plan;

	AbReadArgs(fcinfo, args, &call);
	plan = PlanNoninferiority(&call);
	AbCheckPower(call.plan.power, call.plan.alpha);
	return AbSizeDatum(plan.is_rate ?
					   AbProportionSampleSize(&plan.rate, call.plan.power) :
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
		STDDEV_ARG
	};
	MarginCall	call;
	NoninferiorityPlan plan;

	AbReadArgs(fcinfo, args, &call);
	plan = PlanNoninferiority(&call);
	if (plan.is_rate)
		return AbPowerDatum(AbProportionPower(call.plan.n, &plan.rate));
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
	AbEquivalence *design = &plan.design;
	double		effect = call->plan.effect;

	design->alpha = call->plan.alpha;
	design->ratio = call->plan.ratio;
	design->below = effect + call->margin;
	design->above = call->margin - effect;
	if (!(design->below > 0 && design->above > 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the true effect must be smaller than the margin"),
				 errdetail("The effect is %g, the margin %g.", effect,
						   call->margin),
				 errhint("No number of users shows what is not so.")));

	plan.is_rate = isnan(call->stddev);
	if (plan.is_rate)
	{
		design->control = AbCheckRange(call->baseline, &ab_baseline_rate);
		AbCheckRate(design->control, effect);
		CheckMarginRate(design->control, -call->margin);
		CheckMarginRate(design->control, call->margin);
		design->treatment = design->control + effect;
	}
	else
	{
		design->below = AbCheckEffectSize(design->below / call->stddev);
		design->above = AbCheckEffectSize(design->above / call->stddev);
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
		STDDEV_ARG
	};
	MarginCall	call;
	EquivalencePlan plan;

	AbReadArgs(fcinfo, args, &call);
	plan = PlanEquivalence(&call);
	AbCheckPower(call.plan.power, call.plan.alpha);
	return AbSizeDatum(plan.is_rate ?
					   AbProportionEquivalenceSize(&plan.design, call.plan.power) :
					   AbMeanEquivalenceSize(&plan.design, call.plan.power));
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
		STDDEV_ARG
	};
	MarginCall	call;
	EquivalencePlan plan;

	AbReadArgs(fcinfo, args, &call);
	plan = PlanEquivalence(&call);
	if (plan.is_rate)
		return AbPowerDatum(AbProportionEquivalencePower(call.plan.n,
														 &plan.design));
	AbCheckGroups(call.plan.n, call.plan.ratio);
	return AbPowerDatum(AbMeanEquivalencePower(call.plan.n, &plan.design));
}
