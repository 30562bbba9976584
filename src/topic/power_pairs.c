/*
 * power_pairs.c
 *	  Sizing an experiment for the paired t-test.
 *
 * The differences within pairs of two outcomes of the same standard deviation
 * and that correlation have the standard deviation
 *
 *		stddev sqrt(2 (1 - correlation)).
 */
#include "topic/power.h"

#include "math/power.h"

typedef struct PairsCall
{
	AbPlan		plan;
	double		stddev;
	double		correlation;
} PairsCall;

static const AbRange correlation_range = {
	.low = -1, .high = 1, .high_open = true,
	.message = "correlation must be at least -1 and less than 1",
	.hint = "It is that of the two outcomes of a pair."
};

#define STDDEV_ARG \
	AB_NUMBER_ARG(PairsCall, stddev, "stddev", &ab_stddev, 0)
#define CORRELATION_ARG \
	AB_NUMBER_ARG(PairsCall, correlation, "correlation", &correlation_range, 0)

/*
 * Standard deviation of the differences.
 */
static double
PairStddev(const PairsCall *call)
{
	return AbCheckRange(call->stddev * sqrt(2 * (1 - call->correlation)),
						&ab_stddev);
}

/*
 * The effect in standard deviations of the differences.
 */
static double
EffectSize(PairsCall *call)
{
	AbCheckDirection(&call->plan);
	return AbCheckEffectSize(fabs(call->plan.effect) / PairStddev(call));
}

PG_FUNCTION_INFO_V1(ab_sample_size_paired);
Datum
ab_sample_size_paired(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_DETECTABLE_ARG(PairsCall, plan),
		STDDEV_ARG,
		CORRELATION_ARG,
		AB_ALPHA_ARG(PairsCall, plan),
		AB_POWER_ARG(PairsCall, plan),
		AB_ALTERNATIVE_ARG(PairsCall, plan)
	};
	PairsCall	call;
	double		effect;

	AbReadArgs(fcinfo, args, &call);
	effect = EffectSize(&call);
	AbCheckPower(call.plan.power, call.plan.alpha);
	return AbSizeDatum(AbPairedSampleSize(effect, call.plan.alpha,
										  call.plan.power,
										  AbTwoSided(&call.plan)));
}

PG_FUNCTION_INFO_V1(ab_power_paired);
Datum
ab_power_paired(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_N_ARG(PairsCall, plan),
		AB_DETECTABLE_ARG(PairsCall, plan),
		STDDEV_ARG,
		CORRELATION_ARG,
		AB_ALPHA_ARG(PairsCall, plan),
		AB_ALTERNATIVE_ARG(PairsCall, plan)
	};
	PairsCall	call;
	double		effect;

	AbReadArgs(fcinfo, args, &call);
	effect = EffectSize(&call);
	return AbPowerDatum(AbPairedPower(call.plan.n, effect, call.plan.alpha,
									  AbTwoSided(&call.plan)));
}

PG_FUNCTION_INFO_V1(ab_mde_paired);
Datum
ab_mde_paired(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_N_ARG(PairsCall, plan),
		STDDEV_ARG,
		CORRELATION_ARG,
		AB_ALPHA_ARG(PairsCall, plan),
		AB_POWER_ARG(PairsCall, plan),
		AB_ALTERNATIVE_ARG(PairsCall, plan)
	};
	PairsCall	call;
	double		stddev;

	AbReadArgs(fcinfo, args, &call);
	stddev = PairStddev(&call);
	AbCheckPower(call.plan.power, call.plan.alpha);
	PG_RETURN_FLOAT8(AbCheckAnswer(stddev *
								   AbPairedEffect(call.plan.n, call.plan.alpha,
												  call.plan.power,
												  AbTwoSided(&call.plan)),
								   "the detectable effect is not computable"));
}
