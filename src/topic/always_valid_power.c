/*
 * always_valid_power.c
 *	  How many users an always-valid test takes.  The mathematics is in
 *	  math/mixture_power.c.
 */
#include "topic/power.h"

#include "base/work.h"
#include "math/mixture_power.h"
#include "topic/always_valid.h"

typedef struct Call
{
	AbPlan		plan;
	double		planned_n;
	double		looks;
} Call;

static const AbRange looks_range = {
	.low = 1, .high = AB_MIXTURE_MAX_LOOKS,
	.message = "looks must be between 1 and 200",
	.hint = "It is the number of times that the experiment is looked at until its end, at equal steps."
};

/*
 * The arguments that both functions have.
 */
static AbMixturePlan
PlanOf(const Call *call)
{
	const AbPlan *plan = &call->plan;
	AbMixturePlan mixture = {(int) call->looks, plan->alpha, plan->power, plan->alternative};

	AbCheckPower(plan->power, plan->alpha);
	return mixture;
}

PG_FUNCTION_INFO_V1(ab_always_valid_power);
Datum
ab_always_valid_power(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_N_ARG(Call, plan),
		AB_COUNT_ARG(Call, planned_n, "planned_n", &ab_planned_n),
		AB_COUNT_ARG(Call, looks, "looks", &looks_range),
		AB_ALPHA_ARG(Call, plan),
		AB_POWER_ARG(Call, plan),
		AB_ALTERNATIVE_ARG(Call, plan)
	};
	Call		call;
	AbMixturePlan plan;

	AbReadArgs(fcinfo, args, &call);
	plan = PlanOf(&call);
	return AbPowerDatum(AbMixturePower(&plan, call.plan.n / call.planned_n,
									   &ab_server_work));
}

PG_FUNCTION_INFO_V1(ab_always_valid_inflation);
Datum
ab_always_valid_inflation(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_COUNT_ARG(Call, looks, "looks", &looks_range),
		AB_ALPHA_ARG(Call, plan),
		AB_POWER_ARG(Call, plan),
		AB_ALTERNATIVE_ARG(Call, plan)
	};
	Call		call;
	AbMixturePlan plan;

	AbReadArgs(fcinfo, args, &call);
	plan = PlanOf(&call);
	PG_RETURN_FLOAT8(AbCheckAnswer(AbMixtureInflation(&plan, &ab_server_work),
								   "no size has that power"));
}
