/*
 * group_sequential.c
 *	  Planning a test with several looks: bounds, the users it takes, and what
 *	  looking without a plan costs.
 *
 * The mathematics, with its references, is in math/looks.c, math/spending.c and
 * math/passage.c.
 */
#include "topic/group_sequential.h"

#include "base/result.h"
#include "base/work.h"
#include "catalog/pg_type.h"
#include "math/distributions.h"
#include "topic/power.h"

/* More information than this share of the plan is taken for a count. */
#define MOST_INFORMATION	2.0

#define NO_PLAN		"no number of users gives such a plan that power"

/* The plan ends at 1, as far as sums of days can be exact. */
#define END_TOLERANCE		1e-9

/* in the order of AbSpendingFamily */
static const AbWord spending_words[] = {
	{"obrien-fleming", AB_SPEND_OBRIEN_FLEMING, NULL},
	{"pocock", AB_SPEND_POCOCK, NULL},
	{"power", AB_SPEND_POWER, "parameter is the exponent, 3 by default"},
	{"hsd", AB_SPEND_HSD, "Hwang, Shih and DeCani, parameter is gamma, -4 by default"},
	{"wang-tsiatis", AB_SPEND_WANG_TSIATIS, "all looks planned, parameter from 0, O'Brien and Fleming's own, to 0.5, Pocock's"}
};

const AbWords ab_spending_families = AB_WORDS("spending", spending_words);

#define NO_FUTILITY		(-1)

static const AbWord futility_words[] = {
	{"none", NO_FUTILITY, NULL},
	{"obrien-fleming", AB_SPEND_OBRIEN_FLEMING, NULL},
	{"pocock", AB_SPEND_POCOCK, NULL},
	{"power", AB_SPEND_POWER, "futility_parameter is the exponent"},
	{"hsd", AB_SPEND_HSD, "futility_parameter is gamma"}
};

static const AbWords futilities = AB_WORDS("futility", futility_words);

const AbRange ab_spending_parameter = {
	.low = -DBL_MAX, .high = DBL_MAX, .optional = true,
	.message = "parameter must be finite"
};

/* What a plan says. */
typedef struct PlanCall
{
	AbLooksCall looks;
	double		count;			/* of equal looks, NaN if they are listed */
	double		power;
	int			futility;		/* AbSpendingFamily, or NO_FUTILITY */
	double		futility_parameter;
	double		effect;			/* true one, in planned ones */
} PlanCall;

/* A plan with everything that follows from it. */
typedef struct Plan
{
	AbLooks		looks;
	double	   *high;
	double	   *low;			/* futility bounds, or NULL */
	double		drift;			/* that the power is for, NaN if not known */
} Plan;

/* A look, as ab_spending() shows it. */
typedef struct LookRow
{
	int64		look;
	double		information;
	double		alpha_spent;
	double		nominal_alpha;
	double		z_bound;
	double		cross_null;
	double		cross_alternative;
	double		z_futility;
	double		futility_null;
	double		futility_alternative;
} LookRow;

static const AbColumn columns[] = {
	AB_COLUMN(LookRow, look, "look", COUNT),
	AB_COLUMN(LookRow, information, "information", NUMBER),
	AB_COLUMN(LookRow, alpha_spent, "alpha_spent", NUMBER),
	AB_COLUMN(LookRow, nominal_alpha, "nominal_alpha", NUMBER),
	AB_COLUMN(LookRow, z_bound, "z_bound", NUMBER),
	AB_COLUMN(LookRow, cross_null, "cross_null", NUMBER),
	AB_COLUMN(LookRow, cross_alternative, "cross_alternative", NUMBER),
	AB_COLUMN(LookRow, z_futility, "z_futility", NUMBER),
	AB_COLUMN(LookRow, futility_null, "futility_null", NUMBER),
	AB_COLUMN(LookRow, futility_alternative, "futility_alternative", NUMBER)
};

static const AbRowType look_type = AB_ROW_TYPE(columns);

static const AbRange count_range = {
	.low = 1, .high = AB_MAX_LOOKS, .optional = true,
	.message = "number of looks must be between 1 and 200",
	.hint = "Whoever looks more often follows the always-valid tests."
};

/* ----------------------------------------------------------------------
 * Arguments
 * ----------------------------------------------------------------------
 */

/*
 * ERROR 22023 about the information of a look, counted from 0.
 */
pg_noreturn static void
BadInformation(const char *message, int look, double value, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message),
			 errdetail("At look %d it is %.15g.", look + 1, value),
			 errhint("%s", hint)));
}

/*
 * The elements of an array of numbers, one a look, palloc'd.  ERROR unless it
 * has one dimension, none is NULL, and there is one at least and not too many.
 */
static double *
ReadLooks(ArrayType *array, const char *name, int *count)
{
	Datum	   *elements;
	double	   *numbers;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be a one-dimensional array", name)));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain NULL", name)));
	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (*count < 1 || *count > AB_MAX_LOOKS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s", count_range.message),
				 errdetail("Got %d.", *count),
				 errhint("%s", count_range.hint)));
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elements, NULL, count);
	numbers = (double *) palloc(*count * sizeof(double));
	for (int i = 0; i < *count; i++)
		numbers[i] = DatumGetFloat8(elements[i]);
	return numbers;
}

/*
 * The information at each look, palloc'd: positive, increasing by enough to be
 * told apart, and beyond the plan at the last look only.  ERROR 22023 else.
 */
double *
AbReadInformation(ArrayType *array, int *count)
{
	const char *fractions = "It is what share of the planned users each look has: ARRAY[0.25, 0.5, 1], without those that are still to come.";
	double	   *information;

	if (array == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("information must not be NULL"),
				 errhint("%s", fractions)));
	information = ReadLooks(array, "information", count);
	for (int i = 0; i < *count; i++)
	{
		double		value = information[i];
		double		before = i > 0 ? information[i - 1] : 0;

		if (!(value > 0 && isfinite(value)))
			BadInformation("information must be positive and finite", i,
						   value, fractions);
		if (!(value > before))
			BadInformation("information must increase from look to look", i,
						   value, fractions);
		if (value > MOST_INFORMATION)
			BadInformation("information must be a fraction of the plan, at most 2",
						   i, value, fractions);
		if (before >= 1)
			BadInformation("there is no look after the planned end", i, value,
						   "All of alpha is spent at information 1.");
		if (value - before < before * AB_LEAST_STEP)
			BadInformation("each look must add a millionth of the information before it",
						   i, value, "Leave out looks that have nothing new.");
	}
	return information;
}

/*
 * A spending function with its usual parameter, if none is given.  ERROR 22023
 * for one that it cannot have.
 */
AbSpending
AbReadSpending(AbSpendingFamily family, double parameter)
{
	static const AbRange ranges[] = {
		[AB_SPEND_POWER] = {
			.low = 0, .low_open = true, .high = 50,
			.message = "the exponent of a power spending function must be above 0 and at most 50",
			.hint = "1 spends evenly, 3 little at first."
		},
		[AB_SPEND_HSD] = {
			.low = -40, .high = 40,
			.message = "gamma of Hwang, Shih and DeCani must be between -40 and 40",
			.hint = "-4 spends little at first, 1 about as Pocock's bounds."
		},
		[AB_SPEND_WANG_TSIATIS] = {
			.low = 0, .high = 0.5,
			.message = "the parameter of Wang and Tsiatis must be between 0 and 0.5",
			.hint = "0 is O'Brien and Fleming's bounds, 0.5 Pocock's."
		}
	};
	static const double usual[] = {
		[AB_SPEND_OBRIEN_FLEMING] = NAN,
		[AB_SPEND_POCOCK] = NAN,
		[AB_SPEND_POWER] = 3,
		[AB_SPEND_HSD] = -4,
		[AB_SPEND_WANG_TSIATIS] = 0.25
	};
	AbSpending	spending = {family, usual[family]};

	if (isnan(parameter))
		return spending;
	if (isnan(usual[family]))
		AbBadParameter("this spending function has no parameter", parameter,
					   "Use spending => 'power' or 'hsd' with it.");
	spending.parameter = AbCheckRange(parameter, &ranges[family]);
	return spending;
}

/*
 * The looks that there have been.  ERROR 22023 for bounds that depend on those
 * to come.
 */
AbLooks
AbLooksSoFar(const AbLooksCall *call)
{
	AbLooks		looks = {
		.final = call->final,
		.two_sided = call->alternative == AB_TWO_SIDED,
		.alpha = call->alpha,
		.spending = AbReadSpending(call->spending, call->parameter)
	};

	if (call->spending == AB_SPEND_WANG_TSIATIS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the bounds of Wang and Tsiatis need all looks, not only those so far"),
				 errhint("Take nominal_alpha of ab_spending() as alpha of the reader, or use a spending function here.")));
	looks.information = AbReadInformation(call->information, &looks.count);
	return looks;
}

/*
 * What bounds of that kind are called.
 */
const char *
AbSpendingName(AbSpending spending)
{
	switch (spending.family)
	{
		case AB_SPEND_OBRIEN_FLEMING:
			return "O'Brien-Fleming-like spending";
		case AB_SPEND_POCOCK:
			return "Pocock-like spending";
		case AB_SPEND_POWER:
			return psprintf("power spending, exponent %.6g",
							spending.parameter);
		case AB_SPEND_HSD:
			return psprintf("Hwang-Shih-DeCani spending, gamma %.6g",
							spending.parameter);
		default:
			return psprintf("Wang-Tsiatis bounds, %.6g", spending.parameter);
	}
}

/*
 * The level of the fixed test that rejects beyond that bound, which is a z in
 * the direction tested.  Where nothing is spent it is the smallest double, which
 * no p-value is below, so that every reader takes it.
 */
double
AbNominalAlpha(double bound, AbAlternative alternative)
{
	double		tail = AbNormalUpperTail(bound);

	return fmax(alternative == AB_TWO_SIDED ? 2 * tail : tail,
				AB_SMALLEST_P);
}

/*
 * Equal looks, if their number is given, else those listed.  ERROR 22023 if
 * both are, or neither.
 */
static const double *
PlannedInformation(double number, ArrayType *listed, int *count)
{
	double	   *information;

	if (isnan(number) == (listed == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 isnan(number) ? errmsg("the looks are not named") :
				 errmsg("looks and information exclude each other"),
				 errhint("Use looks => 5 for five equal ones, or information => ARRAY[0.3, 0.6, 1].")));
	if (listed != NULL)
		return AbReadInformation(listed, count);
	*count = (int) number;
	information = (double *) palloc(*count * sizeof(double));
	for (int i = 0; i < *count; i++)
		information[i] = (i + 1.0) / *count;
	return information;
}

/*
 * Does the plan end where its last look is?
 */
static bool
PlanEnds(const AbLooks *looks)
{
	return fabs(looks->information[looks->count - 1] - 1) <= END_TOLERANCE;
}

/* the arguments of a plan */
#define PLAN_ARGS \
	AB_COUNT_ARG(PlanCall, count, "looks", &count_range), \
	AB_INFORMATION_ARG(PlanCall, looks), \
	AB_LOOKS_ALPHA_ARG(PlanCall, looks), \
	AB_LOOKS_ALTERNATIVE_ARG(PlanCall, looks), \
	AB_SPENDING_ARG(PlanCall, looks), \
	AB_PARAMETER_ARG(PlanCall, looks), \
	AB_NUMBER_ARG(PlanCall, power, "power", &ab_power_aim, 0), \
	AB_WORD_ARG(PlanCall, futility, "futility", &futilities, NO_FUTILITY), \
	AB_NUMBER_ARG(PlanCall, futility_parameter, "futility_parameter", \
				  &ab_spending_parameter, NAN)

/*
 * How the lower bounds spend, if there are any.  ERROR 22023 where there cannot
 * be.
 */
static bool
ReadFutility(const PlanCall *call, AbSpending *futility)
{
	if (call->futility == NO_FUTILITY)
	{
		if (!isnan(call->futility_parameter))
			AbBadParameter("there is no futility for a parameter of it",
						   call->futility_parameter,
						   "Use futility => 'hsd' with it.");
		return false;
	}
	*futility = AbReadSpending((AbSpendingFamily) call->futility,
							   call->futility_parameter);
	if (call->looks.alternative == AB_TWO_SIDED)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("futility bounds belong to a one-sided test"),
				 errhint("Use alternative => 'greater' with half of alpha, or leave futility out.")));
	return true;
}

/*
 * Everything that follows from the arguments of a plan.  `sized` says that the
 * answer is a number of users: then ERROR 22023 unless the plan ends at 1.
 */
static Plan
MakePlan(const PlanCall *call, bool sized)
{
	Plan		plan = {
		.looks = {
			.two_sided = call->looks.alternative == AB_TWO_SIDED,
			.alpha = call->looks.alpha,
			.spending = AbReadSpending(call->looks.spending,
									   call->looks.parameter)
		},
		.drift = NAN
	};
	AbSpending	futility;
	bool		has_futility = ReadFutility(call, &futility);

	AbCheckPower(call->power, call->looks.alpha);
	plan.looks.information = PlannedInformation(call->count,
												call->looks.information,
												&plan.looks.count);
	if ((sized || has_futility) && !PlanEnds(&plan.looks))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the last look of a plan must be at information 1"),
				 errdetail("It is at %.15g.",
						   plan.looks.information[plan.looks.count - 1]),
				 errhint("Name all looks that are planned.")));
	plan.high = (double *) palloc(plan.looks.count * sizeof(double));
	AbLookBounds(&plan.looks, plan.high, &ab_server_work);
	if (has_futility)
	{
		plan.low = (double *) palloc(plan.looks.count * sizeof(double));
		plan.drift = AbFutilityBounds(&plan.looks, plan.high, &futility,
									  call->power, plan.low, &ab_server_work);
	}
	else if (PlanEnds(&plan.looks))
		plan.drift = AbLooksDrift(&plan.looks, NULL, plan.high, call->power,
								  &ab_server_work);
	return plan;
}

/* ----------------------------------------------------------------------
 * SQL functions
 * ----------------------------------------------------------------------
 */

/*
 * Where paths with that drift leave the bounds, the lower ones as well or not.
 */
static AbCrossing *
PlanCrossings(const Plan *plan, double drift, bool futility)
{
	const AbLooks *looks = &plan->looks;
	double	   *low = (double *) palloc(looks->count * sizeof(double));
	AbCrossing *crossings = (AbCrossing *)
		palloc(looks->count * sizeof(AbCrossing));

	for (int k = 0; k < looks->count; k++)
		low[k] = futility ? plan->low[k] :
			looks->two_sided ? -plan->high[k] : -INFINITY;
	AbCrossings(looks->information, low, plan->high, looks->count, drift,
				crossings, &ab_server_work);
	pfree(low);
	return crossings;
}

PG_FUNCTION_INFO_V1(ab_spending);
Datum
ab_spending(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {PLAN_ARGS};
	PlanCall	call;
	Plan		plan;
	double		sign;
	bool		spends;
	AbCrossing *null = NULL;
	AbCrossing *null_futility = NULL;
	AbCrossing *alternative = NULL;
	double		crossed = 0;

	AbReadArgs(fcinfo, args, &call);
	plan = MakePlan(&call, false);
	sign = call.looks.alternative == AB_LESS ? -1 : 1;
	/* what is spent is what is crossed */
	spends = !isnan(AbLooksSpent(&plan.looks, -1, 0));
	if (!spends)
		null = PlanCrossings(&plan, 0, false);
	if (plan.low != NULL)
		null_futility = PlanCrossings(&plan, 0, true);
	if (!isnan(plan.drift))
		alternative = PlanCrossings(&plan, plan.drift, plan.low != NULL);

	AbStartRows(fcinfo);
	for (int k = 0; k < plan.looks.count; k++)
	{
		LookRow		row;

		row.look = k + 1;
		row.information = plan.looks.information[k];
		row.cross_null = spends ? AbLooksSpent(&plan.looks, k - 1, k) :
			null[k].above + (plan.looks.two_sided ? null[k].below : 0);
		crossed += row.cross_null;
		row.alpha_spent = spends ? AbLooksSpent(&plan.looks, -1, k) : crossed;
		row.z_bound = sign * plan.high[k];
		row.nominal_alpha = AbNominalAlpha(plan.high[k],
										   call.looks.alternative);
		row.cross_alternative = alternative ? alternative[k].above : NAN;
		row.z_futility = plan.low ? sign * plan.low[k] : NAN;
		row.futility_null = plan.low ? null_futility[k].below : NAN;
		row.futility_alternative = plan.low ? alternative[k].below : NAN;
		AbPutRow(fcinfo, &look_type, &row);
	}
	return (Datum) 0;
}

/*
 * The largest number of users in those of a test with one look: the squares of
 * the drifts that the two need.
 */
static double
Inflation(const Plan *plan, double power)
{
	double		fixed = AbNormalUpperQuantile(AbLooksLevel(&plan->looks)) +
		AbNormalUpperQuantile(1 - power);

	return (plan->drift / fixed) * (plan->drift / fixed);
}

PG_FUNCTION_INFO_V1(ab_inflation);
Datum
ab_inflation(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {PLAN_ARGS};
	PlanCall	call;
	Plan		plan;

	AbReadArgs(fcinfo, args, &call);
	plan = MakePlan(&call, true);
	PG_RETURN_FLOAT8(AbCheckAnswer(Inflation(&plan, call.power),
								   NO_PLAN));
}

/*
 * The mean number of users until a bound is left, in those of a test with one
 * look.
 */
PG_FUNCTION_INFO_V1(ab_expected_sample_share);
Datum
ab_expected_sample_share(PG_FUNCTION_ARGS)
{
	static const AbRange effect_range = {
		.low = -100, .high = 100,
		.message = "effect must be between -100 and 100",
		.hint = "It is the true effect in planned ones: 1 if they are equal, 0 if there is none."
	};
	static const AbArg args[] = {
		PLAN_ARGS,
		AB_NUMBER_ARG(PlanCall, effect, "effect", &effect_range, 1)
	};
	PlanCall	call;
	Plan		plan;
	AbCrossing *crossings;
	double		going = 1;
	double		mean = 0;

	AbReadArgs(fcinfo, args, &call);
	plan = MakePlan(&call, true);
	crossings = PlanCrossings(&plan, call.effect * plan.drift,
							  plan.low != NULL);
	for (int k = 0; k < plan.looks.count; k++)
	{
		double		before = k > 0 ? plan.looks.information[k - 1] : 0;

		/* all who go on have the users between the two looks */
		mean += going * (plan.looks.information[k] - before);
		going -= crossings[k].above;
		if (plan.looks.two_sided || plan.low != NULL)
			going -= crossings[k].below;
	}
	PG_RETURN_FLOAT8(AbCheckAnswer(Inflation(&plan, call.power) * mean,
								   NO_PLAN));
}

/* What a rule of looking is. */
typedef struct PeekingCall
{
	double		count;
	ArrayType  *information;
	ArrayType  *levels;
	AbAlternative alternative;
	double		drift;
} PeekingCall;

/*
 * The bounds of fixed tests at those levels, one for all looks or one a look.
 */
static double *
LevelBounds(ArrayType *array, int looks, AbAlternative alternative)
{
	int			sides = alternative == AB_TWO_SIDED ? 2 : 1;
	double	   *levels;
	double	   *bounds = (double *) palloc(looks * sizeof(double));
	int			count;

	if (array == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("nominal_alpha must not be NULL")));
	levels = ReadLooks(array, "nominal_alpha", &count);
	if (count != 1 && count != looks)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there must be one level for all looks, or one for each"),
				 errdetail("The number of looks is %d, that of levels %d.",
						   looks, count)));
	for (int i = 0; i < looks; i++)
	{
		double		level = levels[count == 1 ? 0 : i];

		if (!(level >= 0 && level < 1))
			AbBadParameter("a level must be at least 0 and below 1", level,
						   "Use 0.05 for 5%, 0 for a look without a verdict.");
		bounds[i] = level / sides > 0 ? AbNormalUpperQuantile(level / sides) :
			INFINITY;
	}
	return bounds;
}

PG_FUNCTION_INFO_V1(ab_peeking);
Datum
ab_peeking(PG_FUNCTION_ARGS)
{
	static const AbRange drift_range = {
		.low = -100, .high = 100,
		.message = "drift must be between -100 and 100",
		.hint = "It is the expected z at information 1: 0 without an effect, 2.8 for 80% power."
	};
	static const AbArg args[] = {
		AB_COUNT_ARG(PeekingCall, count, "looks", &count_range),
		AB_ARRAY_ARG(PeekingCall, information, "information"),
		AB_ARRAY_ARG(PeekingCall, levels, "nominal_alpha"),
		AB_WORD_ARG(PeekingCall, alternative, "alternative", &ab_alternatives,
					AB_TWO_SIDED),
		AB_NUMBER_ARG(PeekingCall, drift, "drift", &drift_range, 0)
	};
	PeekingCall call;
	const double *information;
	double	   *high;
	double	   *low;
	AbCrossing *crossings;
	int			looks;
	double		error = 0;

	AbReadArgs(fcinfo, args, &call);
	information = PlannedInformation(call.count, call.information, &looks);
	high = LevelBounds(call.levels, looks, call.alternative);
	low = (double *) palloc(looks * sizeof(double));
	for (int k = 0; k < looks; k++)
		low[k] = call.alternative == AB_TWO_SIDED ? -high[k] : -INFINITY;
	crossings = (AbCrossing *) palloc(looks * sizeof(AbCrossing));
	AbCrossings(information, low, high, looks,
				call.alternative == AB_LESS ? -call.drift : call.drift,
				crossings, &ab_server_work);
	for (int k = 0; k < looks; k++)
		error += crossings[k].above +
			(call.alternative == AB_TWO_SIDED ? crossings[k].below : 0);
	PG_RETURN_FLOAT8(fmin(error, 1));
}
