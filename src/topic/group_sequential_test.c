/*
 * group_sequential_test.c
 *	  One look of a test with several, by any of the tests of a summary, and
 *	  what can be said of the effect after stopping.
 *
 * A look is the fixed test at the nominal level of this look, with whatever
 * degrees of freedom it has (the significance-level method: S. J. Pocock, Group
 * Sequential Methods in the Design and Analysis of Clinical Trials, Biometrika
 * 64 (1977), 191-199).  So its row is the one of that test, its interval the
 * repeated confidence interval.  The mathematics is in math/looks.c.
 */
#include "topic/group_sequential.h"

#include "base/design.h"
#include "base/missing.h"
#include "base/work.h"
#include "math/distributions.h"
#include "topic/paired.h"
#include "topic/proportion.h"
#include "topic/ratio.h"
#include "topic/ttest.h"
#include "utils/builtins.h"

typedef struct SequentialCall
{
	const AbSummary *summary;
	AbTestArgs	test;			/* its alpha is the level of this look */
	AbLooksCall looks;
	AbDesign	design;
	int			equal_var;		/* -1 for what the reader has by itself */
} SequentialCall;

/* What a call after stopping asks. */
typedef struct StoppedCall
{
	AbLooksCall looks;
	double		z;				/* NaN for NULL */
	double		std_error;
} StoppedCall;

typedef struct StoppedRow
{
	AbEstimate	estimate;
	double		p_value;
	AbNotes		notes;
} StoppedRow;

static const AbColumn columns[] = {
	AB_COLUMN(StoppedRow, estimate.value, "estimate", NUMBER),
	AB_COLUMN(StoppedRow, estimate.interval.low, "low", NUMBER),
	AB_COLUMN(StoppedRow, estimate.interval.high, "high", NUMBER),
	AB_COLUMN(StoppedRow, p_value, "p_value", NUMBER),
	AB_COLUMN(StoppedRow, notes, "note", NOTES)
};

static const AbRowType stopped_type = AB_ROW_TYPE(columns);

/*
 * Is there no look after the last one?
 */
static bool
LooksEnd(const AbLooks *looks)
{
	return looks->final || looks->information[looks->count - 1] >= 1;
}

/*
 * Compare the arms by that design, as its own reader does, at the level of
 * call->test.
 */
static void
TestByDesign(AbMeans *means, SequentialCall *call)
{
	AbCupedCall adjusted = {
		.summary = call->summary,
		.theta = call->design == AB_DESIGN_RATIO ? AB_THETA_NONE :
		AB_THETA_PER_ARM,
		.theta_value = NAN,
		.ratios = call->design != AB_DESIGN_CUPED
	};
	AbPairsCall pairs = {.summary = call->summary};

	if (call->design == AB_DESIGN_RATIO || call->design == AB_DESIGN_RATIO_CUPED)
		call->test.columns = ab_ratio_columns;
	adjusted.test = pairs.test = call->test;
	AbNamePairs(&pairs);
	switch (call->design)
	{
		case AB_DESIGN_MEAN:
			AbTestMeans(means, call->summary, &call->test);
			break;
		case AB_DESIGN_CUPED:
			AbCompareAdjusted(means, &adjusted);
			break;
		case AB_DESIGN_RATIO:
		case AB_DESIGN_RATIO_CUPED:
			AbCompareRatios(means, &adjusted);
			break;
		case AB_DESIGN_PAIRED:
			AbTestPairs(means, &pairs);
			break;
		case AB_DESIGN_PROPORTION:
			AbCompareRates(means, call->summary, &call->test);
			break;
	}
}

/*
 * The z of a p-value in the direction tested; two-sided without its sign.
 */
static double
ZOfP(double p, AbAlternative alternative)
{
	double		tail = fmax(alternative == AB_TWO_SIDED ? p / 2 : p,
							AB_SMALLEST_P);

	return tail < 1 ? AbNormalUpperQuantile(tail) : -INFINITY;
}

/*
 * Fill in the p-value over all looks, with a note which one it is.  It is below
 * alpha exactly where this look is significant.
 */
static void
AdjustForLooks(AbComparison *row, const AbLooks *looks, const double *high,
			   AbAlternative alternative)
{
	double		z = ZOfP(row->p_value, alternative);
	bool		significant = row->significant == AB_YES;
	double		p;

	if (significant || LooksEnd(looks))
	{
		p = z == -INFINITY ? 1 :
			AbStagewiseP(looks, high, z, &ab_server_work);
		AbNote(&row->notes, "p_adjusted is the stagewise p-value of stopping here, to be compared with %.10g",
			   looks->alpha);
	}
	else
	{
		p = z == -INFINITY ? 1 : AbRepeatedP(looks, z, &ab_server_work);
		AbNote(&row->notes, "p_adjusted is the repeated p-value, to be compared with %.10g: the experiment goes on",
			   looks->alpha);
	}
	p = AbBoundP(p);
	/* where rounding alone decides */
	if (significant && !(p < looks->alpha))
		p = nextafter(looks->alpha, 0);
	else if (!significant && p < looks->alpha)
		p = looks->alpha;
	row->p_adjusted = p;
}

PG_FUNCTION_INFO_V1(ab_group_sequential);
Datum
ab_group_sequential(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_SUMMARY_ARG(SequentialCall, summary, NULL),
		AB_INFORMATION_ARG(SequentialCall, looks),
		AB_CONTROL_ARG(SequentialCall, test),
		AB_TREATMENT_ARG(SequentialCall, test),
		AB_LOOKS_ALPHA_ARG(SequentialCall, looks),
		AB_ALTERNATIVE_ARG(SequentialCall, test),
		AB_SPENDING_ARG(SequentialCall, looks),
		AB_PARAMETER_ARG(SequentialCall, looks),
		AB_WORD_ARG(SequentialCall, design, "design", &ab_designs,
					AB_DESIGN_MEAN),
		AB_CHOICE_ARG(SequentialCall, equal_var, "equal_var"),
		AB_FINAL_ARG(SequentialCall, looks)
	};
	SequentialCall call = {.test.reader = "ab_group_sequential(summary, information"};
	AbLooks		looks;
	AbMeans		means;
	double	   *high;

	AbReadArgs(fcinfo, args, &call);
	if (call.equal_var >= 0 && (call.design == AB_DESIGN_PAIRED ||
								call.design == AB_DESIGN_PROPORTION))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("design \"%s\" has no equal_var",
						AbWordOf(&ab_designs, call.design)),
				 errhint("Leave it out.")));
	if (call.summary != NULL)
		AbCheckDesign(call.summary, call.design);
	call.looks.alternative = call.test.alternative;
	looks = AbLooksSoFar(&call.looks);
	high = (double *) palloc(looks.count * sizeof(double));
	AbLookBounds(&looks, high, &ab_server_work);
	call.test.alpha = AbNominalAlpha(high[looks.count - 1],
									 call.test.alternative);
	call.test.equal_var = call.equal_var < 0 ?
		call.design == AB_DESIGN_MEAN : call.equal_var;
	TestByDesign(&means, &call);
	means.row.method = psprintf("%s, look %d of a group-sequential test (%s)",
								means.row.method, looks.count,
								AbSpendingName(looks.spending));
	if (isinf(high[looks.count - 1]))
		AbNote(&means.row.notes, "nothing is spent at this look: there is no verdict yet");
	if (!isnan(means.row.p_value))
		AdjustForLooks(&means.row, &looks, high, call.test.alternative);
	return AbRowDatum(fcinfo, &ab_comparison, &means);
}

/*
 * Fill in the row from z in the direction tested, `sign` being that direction.
 */
static void
EstimateStopped(StoppedRow *row, const StoppedCall *call, const AbLooks *looks,
				const double *high, double z, double sign)
{
	AbStopped	stopped = AbAfterStopping(looks, high, z, &ab_server_work);
	double		unit = sign * call->std_error *
		sqrt(looks->information[looks->count - 1]);
	AbInterval	interval;

	if (!isfinite(stopped.estimate) || isnan(stopped.low) || isnan(stopped.high))
	{
		AbNote(&row->notes, "z is too large for an estimate");
		return;
	}
	interval.low = unit * (sign > 0 ? stopped.low : stopped.high);
	interval.high = unit * (sign > 0 ? stopped.high : stopped.low);
	row->p_value = AbBoundP(stopped.p_value);
	row->estimate.value = unit * stopped.estimate;
	if (!isfinite(row->estimate.value) ||
		isinf(interval.low) != isinf(stopped.low * sign) ||
		isinf(interval.high) != isinf(stopped.high * sign))
		AbNote(&row->notes, "values are too large for double precision");
	row->estimate.interval = AbAgree(interval, row->estimate.value,
									 row->p_value < looks->alpha);
}

PG_FUNCTION_INFO_V1(ab_group_sequential_estimate);
Datum
ab_group_sequential_estimate(PG_FUNCTION_ARGS)
{
	static const AbRange any = {
		.low = -INFINITY, .high = INFINITY, .optional = true
	};
	static const AbArg args[] = {
		AB_NUMBER_ARG(StoppedCall, z, "z", &any, 0),
		AB_NUMBER_ARG(StoppedCall, std_error, "std_error", &any, 0),
		AB_INFORMATION_ARG(StoppedCall, looks),
		AB_LOOKS_ALPHA_ARG(StoppedCall, looks),
		AB_LOOKS_ALTERNATIVE_ARG(StoppedCall, looks),
		AB_SPENDING_ARG(StoppedCall, looks),
		AB_PARAMETER_ARG(StoppedCall, looks),
		AB_FINAL_ARG(StoppedCall, looks)
	};
	StoppedRow	row = {{NAN, {NAN, NAN}}, NAN, {{0}}};
	StoppedCall call;
	AbLooks		looks;
	double	   *high;
	double		sign;
	double		z;
	double		bound;

	AbReadArgs(fcinfo, args, &call);
	looks = AbLooksSoFar(&call.looks);
	sign = call.looks.alternative == AB_LESS ? -1 : 1;
	z = sign * call.z;
	if (!isfinite(z) || !isfinite(call.std_error))
		AbNote(&row.notes, "z and its standard error are not both known");
	else if (!(call.std_error > 0))
		AbNote(&row.notes, "the standard error is not positive");
	else
	{
		high = (double *) palloc(looks.count * sizeof(double));
		AbLookBounds(&looks, high, &ab_server_work);
		bound = high[looks.count - 1];
		if (!LooksEnd(&looks) && !((looks.two_sided ? fabs(z) : z) > bound))
			AbNote(&row.notes, "the experiment does not stop here: z is not beyond its bound %.6g",
				   sign * bound);
		else
			EstimateStopped(&row, &call, &looks, high, z, sign);
	}
	return AbRowDatum(fcinfo, &stopped_type, &row);
}
