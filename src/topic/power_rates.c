/*
 * power_rates.c
 *	  Sizing an experiment for the score test of two rates.  The mathematics
 *	  and its references are in math/power.c.
 */
#include "topic/power.h"

#include "math/power.h"
#include "utils/builtins.h"

/* How the standard error is estimated. */
typedef enum RateMethod
{
	POOLED,
	UNPOOLED
} RateMethod;

/* without a margin the score test is the z-test with a pooled rate */
static const AbWord method_words[] = {
	{"score", POOLED, NULL},
	{"z", POOLED, "the same, pooled"},
	{"z_unpooled", UNPOOLED, NULL}
};

static const AbWords methods = AB_WORDS("method", method_words);

typedef struct RatesCall
{
	AbPlan		plan;
	double		baseline;
	RateMethod	method;
} RatesCall;

#define BASELINE_ARG \
	AB_NUMBER_ARG(RatesCall, baseline, "baseline_rate", &ab_baseline_rate, 0)
#define METHOD_ARG \
	AB_WORD_ARG(RatesCall, method, "method", &methods, POOLED)

/*
 * The design without its effect.
 */
static AbProportionDesign
CallDesign(const RatesCall *call)
{
	AbProportionDesign design = {0};

	design.control = call->baseline;
	design.alpha = call->plan.alpha;
	design.ratio = call->plan.ratio;
	design.two_sided = AbTwoSided(&call->plan);
	design.unpooled = call->method == UNPOOLED;
	return design;
}

/*
 * The design with the effect that is to be detected.
 */
static AbProportionDesign
CallDesignEffect(RatesCall *call)
{
	AbProportionDesign design = CallDesign(call);

	AbUseTarget(&call->plan, design.control);
	AbCheckDirection(&call->plan);
	AbCheckRate(design.control, call->plan.effect);
	design.treatment = isnan(call->plan.target) ?
		design.control + call->plan.effect : call->plan.target;
	if (design.treatment == design.control)
		AbBadParameter("the effect is too small against the baseline rate",
					   call->plan.effect, NULL);
	return design;
}

PG_FUNCTION_INFO_V1(ab_sample_size_proportion);
Datum
ab_sample_size_proportion(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		BASELINE_ARG,
		AB_EFFECT_OR_TARGET_ARG(RatesCall, plan),
		AB_ALPHA_ARG(RatesCall, plan),
		AB_POWER_ARG(RatesCall, plan),
		AB_RATIO_ARG(RatesCall, plan),
		AB_ALTERNATIVE_ARG(RatesCall, plan),
		METHOD_ARG,
		AB_TARGET_ARG(RatesCall, plan)
	};
	RatesCall	call;
	AbProportionDesign design;

	AbReadArgs(fcinfo, args, &call);
	design = CallDesignEffect(&call);
	AbCheckPower(call.plan.power, call.plan.alpha);
	return AbSizeDatum(AbProportionSampleSize(&design, call.plan.power));
}

PG_FUNCTION_INFO_V1(ab_power_proportion);
Datum
ab_power_proportion(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_N_ARG(RatesCall, plan),
		BASELINE_ARG,
		AB_EFFECT_OR_TARGET_ARG(RatesCall, plan),
		AB_ALPHA_ARG(RatesCall, plan),
		AB_RATIO_ARG(RatesCall, plan),
		AB_ALTERNATIVE_ARG(RatesCall, plan),
		METHOD_ARG,
		AB_TARGET_ARG(RatesCall, plan)
	};
	RatesCall	call;
	AbProportionDesign design;

	AbReadArgs(fcinfo, args, &call);
	design = CallDesignEffect(&call);
	return AbPowerDatum(AbProportionPower(call.plan.n, &design));
}

/*
 * The effect is a magnitude: of a decrease for 'less', else of an increase.
 */
PG_FUNCTION_INFO_V1(ab_mde_proportion);
Datum
ab_mde_proportion(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_N_ARG(RatesCall, plan),
		BASELINE_ARG,
		AB_ALPHA_ARG(RatesCall, plan),
		AB_POWER_ARG(RatesCall, plan),
		AB_RATIO_ARG(RatesCall, plan),
		AB_ALTERNATIVE_ARG(RatesCall, plan),
		METHOD_ARG
	};
	RatesCall	call;
	AbProportionDesign design;
	double		effect;

	AbReadArgs(fcinfo, args, &call);
	design = CallDesign(&call);
	AbCheckPower(call.plan.power, call.plan.alpha);
	effect = AbProportionEffect(&design, call.plan.n, call.plan.power,
								call.plan.alternative == AB_LESS ? -1 : 1);
	if (isnan(effect))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no %s of the rate is detected with that power",
						call.plan.alternative == AB_LESS ? "decrease" : "increase"),
				 errdetail("Got a baseline rate of %g and %.0f users in the control group.",
						   design.control, call.plan.n),
				 errhint("Use more users or less power.")));
	PG_RETURN_FLOAT8(effect);
}
