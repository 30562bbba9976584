/*
 * always_valid_quantile.c
 *	  Quantiles on any day, exactly, from a histogram.
 *
 * The mathematics is in math/quantile_mixture.c, with its references.
 */
#include "topic/always_valid.h"

#include "math/mixture.h"
#include "math/quantile_mixture.h"
#include "topic/quantile.h"
#include "utils/builtins.h"

/*
 * A prior worth more rows takes the incomplete beta function too long, and no
 * histogram tells it from one that is worth so many.
 */
#define LARGEST_PLAN	1e9

static const AbRange plan_range = {
	.low = 2, .high = LARGEST_PLAN,
	.message = "planned_n must be between 2 and 1000000000",
	.hint = "It is the size of the control group that the experiment was planned for: see ab_sample_size()."
};

typedef struct Call
{
	const AbHistogram *histogram;	/* NULL if there is none */
	double		q;
	double		planned_n;
	AbTestArgs	test;
	double		ratio;			/* NaN if not given */
} Call;

typedef struct Row
{
	AbComparison row;
	double		q;
	double		control_value;
	double		treatment_value;
} Row;

static const AbColumn columns[] = {
	AB_QUANTILE_COLUMNS(Row)
};

static const AbRowType quantile_type = AB_ROW_TYPE(columns);

/*
 * What an arm tells of its quantile; EndArm() frees it.
 */
static AbQuantileEvidence
StartArm(const AbHistogram *histogram, int position, double q, double planned,
		 AbAlternative side)
{
	AbQuantileEvidence evidence;
	AbBins		bins = AbHistogramBins(histogram, position);

	AbStartEvidence(&evidence, &bins,
					(double *) palloc(bins.count * sizeof(double)),
					(double *) palloc((bins.count + 1) * sizeof(double)),
					q, fmin(planned, LARGEST_PLAN) / AB_MIXTURE_PLANNED, side);
	return evidence;
}

static void
EndArm(AbQuantileEvidence *evidence)
{
	pfree(evidence->bins.bins);
	pfree(evidence->in_bin);
	pfree(evidence->in_gap);
}

static AbAlternative
OtherSide(AbAlternative side)
{
	return side == AB_GREATER ? AB_LESS : side == AB_LESS ? AB_GREATER :
		AB_TWO_SIDED;
}

/*
 * Test the quantiles of two arms that have rows.
 */
static void
TestQuantiles(Row *result, const Call *call, AbArmChoice choice)
{
	AbComparison *row = &result->row;
	AbAlternative alternative = call->test.alternative;
	double		level = -log(row->alpha);
	AbQuantileEvidence control =
		StartArm(call->histogram, choice.control, call->q, call->planned_n,
				 alternative);
	double		ratio = isnan(call->ratio) ? (double) row->treatment_n /
		(double) row->control_n : call->ratio;
	AbQuantileEvidence treatment =
		StartArm(call->histogram, choice.treatment, call->q,
				 call->planned_n * ratio, OtherSide(alternative));
	double		difference;
	bool		significant;

	result->control_value = AbBinsQuantile(&control.bins, call->q);
	result->treatment_value = AbBinsQuantile(&treatment.bins, call->q);
	difference = result->treatment_value - result->control_value;
	row->difference.value = difference;
	row->lift.value = difference / result->control_value;
	AbNoteWidth(&row->notes, call->histogram);
	AbDecide(row, AbBoundP(exp(-AbSharedLogE(&control, &treatment))));
	significant = row->significant == AB_YES;
	row->difference.interval =
		AbAgree(AbSharedDifference(&control, &treatment, level), difference,
				significant);
	if (isinf(row->difference.interval.low) &&
		isinf(row->difference.interval.high))
		AbNote(&row->notes, "too few rows for an interval");
	else if (result->control_value == 0)
		AbNote(&row->notes, "the control value is zero: no relative lift");
	else if (AbSharedLift(&control, &treatment, alternative, level,
						  &row->lift.interval))
		row->lift.interval = AbAgree(row->lift.interval, difference,
									 significant);
	else
		AbNote(&row->notes, "the lift's interval is unbounded: the control value is not distinguishable from zero, or negative");
	EndArm(&control);
	EndArm(&treatment);
}

PG_FUNCTION_INFO_V1(ab_always_valid_quantile);
Datum
ab_always_valid_quantile(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_HISTOGRAM_ARG(Call, histogram),
		AB_NUMBER_ARG(Call, q, "quantile", &ab_quantile_order, 0),
		AB_COUNT_ARG(Call, planned_n, "planned_n", &plan_range),
		AB_CONTROL_ARG(Call, test),
		AB_TREATMENT_ARG(Call, test),
		AB_ALPHA_ARG(Call, test),
		AB_ALTERNATIVE_ARG(Call, test),
		AB_NUMBER_ARG(Call, ratio, "ratio", &ab_planned_ratio, NAN)
	};
	Call		call = {.test.reader = "ab_always_valid_quantile(ab_histogram(outcome, variant), 0.95, 5000"};
	Row			result = {.control_value = NAN, .treatment_value = NAN};
	AbArmList	list;
	AbArmChoice choice;
	bool		comparable;

	AbReadArgs(fcinfo, args, &call);
	result.q = call.q;
	list = AbListHistogram(call.histogram);
	comparable = AbStartArms(&result.row, &list, &call.test, &choice);
	result.row.method = psprintf("always-valid quantiles (exact), planned_n %.0f%s",
								 call.planned_n,
								 AbAlternativeSuffix(call.test.alternative));
	if (comparable)
		TestQuantiles(&result, &call, choice);
	return AbRowDatum(fcinfo, &quantile_type, &result);
}
