/*
 * power_summary.c
 *	  Sizing an experiment with the variance that a stored summary shows: of a
 *	  mean, a ratio, either with a covariate, or of pairs.
 *
 * References:
 *	A. Deng, Y. Xu, R. Kohavi, T. Walker, Improving the Sensitivity of Online
 *	Controlled Experiments by Utilizing Pre-Experiment Data, WSDM 2013, 123-132.
 *	A. Deng, U. Knoblich, J. Lu, Applying the Delta Method in Metric Analytics,
 *	KDD 2018, 233-242.
 */
#include "topic/power.h"

#include "base/arms.h"
#include "base/design.h"
#include "math/power.h"
#include "topic/summary_io.h"

/*
 * A variance that is that small a share of what it was made of by subtraction
 * is rounding error.
 */
#define NO_VARIANCE		(16 * DBL_EPSILON)

/* Mean and standard deviation of what a design compares, NaN if not known. */
typedef struct PlanMetric
{
	double		mean;
	double		stddev;
} PlanMetric;

typedef struct SummaryCall
{
	AbPlan		plan;
	const AbSummary *summary;
	double		design_effect;
	AbDesign	design;
	bool		relative;
	bool		is_rate;		/* all values are 0 or 1 */
	bool		mean_known;		/* relative: else the mean's noise counts */
	AbTestArgs	test;			/* its control is the arm to plan from */
	PlanMetric	metric;			/* with the design effect */
} SummaryCall;

static const AbRange design_effect_range = {
	.low = 0, .low_open = true, .high = DBL_MAX,
	.message = "design effect must be positive and finite",
	.hint = "It multiplies the variance: see ab_design_effect()."
};

#define SUMMARY_ARG \
	AB_SUMMARY_ARG(SummaryCall, summary, NULL)
/* the arguments in which all three functions end */
#define LAST_ARGS \
	AB_RATIO_ARG(SummaryCall, plan), \
	AB_ALTERNATIVE_ARG(SummaryCall, plan), \
	AB_NUMBER_ARG(SummaryCall, design_effect, "design_effect", \
				  &design_effect_range, 0), \
	AB_WORD_ARG(SummaryCall, design, "design", &ab_mean_designs, AB_DESIGN_MEAN), \
	AB_FLAG_ARG(SummaryCall, relative, "relative", NULL, false), \
	AB_CONTROL_ARG(SummaryCall, test), \
	AB_FLAG_ARG(SummaryCall, mean_known, "mean_known", \
				"Use false for the variance of the lift by the delta method.", \
				true)

/*
 * a + b where b is expected to cancel much of a >= 0: 0 if it cancels all but
 * rounding.
 */
static double
Remaining(double a, double b)
{
	double		sum = a + b;

	return sum <= NO_VARIANCE * fmax(a, -b) ? 0 : sum;
}

/*
 * Covariance of two linear forms of the columns, sum a_i x_i and sum b_j x_j.
 * For a variance *scale is the sum of the terms that are not negative.
 */
static double
FormCovariance(const AbSummary *summary, const AbArm *arm, const double *a,
			   const double *b, double *scale)
{
	double		sum = 0;

	*scale = 0;
	for (int i = 0; i < summary->columns; i++)
		for (int j = 0; j < summary->columns; j++)
		{
			double		term;

			if (a[i] == 0 || b[j] == 0)
				continue;
			term = a[i] * b[j] * AbArmVariance(summary, arm, i, j);
			sum += term;
			*scale += fmax(term, 0);
		}
	return sum;
}

static double
FormVariance(const AbSummary *summary, const AbArm *arm, const double *a)
{
	double		scale;
	double		variance = FormCovariance(summary, arm, a, a, &scale);

	return variance <= NO_VARIANCE * scale ? 0 : variance;
}

/*
 * Ratio of the means of two columns, and by the delta method the linear form
 * of the columns whose mean has its variance,
 *
 *		(x - R y) / mean(y),	R = mean(x) / mean(y).
 */
static double
RatioForm(const AbSummary *summary, const AbArm *arm, int column, double *form)
{
	double		denominator = AbArmMean(summary, arm, column + 1);
	double		ratio = AbArmMean(summary, arm, column) / denominator;

	form[column] = 1 / denominator;
	form[column + 1] = -ratio / denominator;
	return ratio;
}

/*
 * Variance of a linear form that its regression on another one leaves, as the
 * mean square of the residuals.  A covariate that does not vary explains
 * nothing.
 */
static double
ResidualVariance(const AbSummary *summary, const AbArm *arm, const double *y,
				 const double *x)
{
	double		scale;
	double		syy = FormVariance(summary, arm, y);
	double		sxx = FormVariance(summary, arm, x);
	double		sxy = FormCovariance(summary, arm, y, x, &scale);

	if (sxx == 0)
		return syy;
	return Remaining(syy, -sxy * (sxy / sxx)) * (arm->n - 1) / (arm->n - 2.0);
}

/*
 * What that design compares, as the arm's rows show it.
 */
static PlanMetric
ArmMetric(const AbSummary *summary, const AbArm *arm, AbDesign design)
{
	PlanMetric	metric = {NAN, NAN};
	double		y[AB_MAX_COLUMNS] = {1, 0, 0, 0};
	double		x[AB_MAX_COLUMNS] = {0, 0, 0, 0};
	double		variance;

	if (!AbArmKnown(arm) || arm->n < 2)
		return metric;

	metric.mean = AbArmMean(summary, arm, 0);
	switch (design)
	{
		case AB_DESIGN_MEAN:
			variance = FormVariance(summary, arm, y);
			break;
		case AB_DESIGN_RATIO:
			metric.mean = RatioForm(summary, arm, 0, y);
			variance = FormVariance(summary, arm, y);
			break;
		case AB_DESIGN_CUPED:
			x[1] = 1;
			variance = ResidualVariance(summary, arm, y, x);
			break;
		case AB_DESIGN_RATIO_CUPED:
			metric.mean = RatioForm(summary, arm, 0, y);
			(void) RatioForm(summary, arm, 2, x);
			variance = ResidualVariance(summary, arm, y, x);
			break;
		default:
			/* the difference within a pair: control first, then treatment */
			y[1] = -1;
			variance = FormVariance(summary, arm, y);
			break;
	}
	metric.stddev = sqrt(variance);
	return metric;
}

/*
 * The arm to plan from: the control, or the only one there is.  NULL if it has
 * no rows.
 */
static const AbArm *
PlanningArm(const SummaryCall *call)
{
	AbArmList	list = AbListSummary(call->summary);
	int			position = list.count == 1 && call->test.control.data == NULL ?
		0 : AbChooseControl(&list, &call->test);

	return position < 0 ? NULL : AbGetArm(call->summary, position);
}

/*
 * Check what the arguments say together, and look up what the summary knows.
 */
static void
FinishCall(SummaryCall *call)
{
	const AbArm *arm;

	call->test.reader = "ab_sample_size(ab_summary(outcome, variant), 0.1";
	call->metric.mean = call->metric.stddev = NAN;
	call->is_rate = false;
	if (call->design == AB_DESIGN_PAIRED && call->plan.ratio != 1)
		AbBadParameter("a paired design has no ratio", call->plan.ratio,
					   "Both variants get every pair.");
	if (!call->mean_known && (!call->relative || call->design == AB_DESIGN_PAIRED))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("mean_known => false is of the lift of two arms"),
				 errhint("Use it with relative => true, and not with design => 'paired'.")));
	if (call->summary == NULL)
		return;
	AbCheckDesign(call->summary, call->design);
	arm = PlanningArm(call);
	if (arm != NULL)
		call->metric = ArmMetric(call->summary, arm, call->design);
	call->is_rate = arm != NULL && call->design == AB_DESIGN_MEAN &&
		(arm->flags & AB_ARM_BINARY(0)) != 0;
	call->metric.stddev *= sqrt(call->design_effect);
}

/*
 * Standard deviations in one unit of the effects that the call speaks of.
 */
static double
EffectUnit(const SummaryCall *call)
{
	return (call->relative ? fabs(call->metric.mean) : 1) / call->metric.stddev;
}

/*
 * What the noise of the control mean makes of a lift of l: the share of its
 * size against its own standard error,
 *
 *		sqrt((1 + 1 / ratio) / ((1 + l)^2 + 1 / ratio)),
 *
 * by the delta method, both arms having the control's variance.  1 where the
 * mean is taken as known.
 */
static double
LiftShare(const SummaryCall *call, double lift)
{
	double		inverse = 1 / call->plan.ratio;

	if (call->mean_known)
		return 1;
	return sqrt((1 + inverse) / ((1 + lift) * (1 + lift) + inverse));
}

/*
 * The lift whose size times LiftShare() is that, in the direction tested or
 * upwards, as a magnitude; NaN if there is none: the positive root of
 *
 *		l^2 (k - s^2) -+ 2 s^2 l - s^2 k = 0,	k = 1 + 1 / ratio.
 */
static double
LiftOfSize(const SummaryCall *call, double size)
{
	double		k = 1 + 1 / call->plan.ratio;
	double		square = size * size;
	double		b = call->plan.alternative == AB_LESS ? -square : square;
	double		root = sqrt(square * square + (k - square) * square * k);

	if (call->mean_known)
		return size;
	/* larger lifts add noise as fast as they grow */
	if (!(k > square))
		return NAN;
	return (b + root) / (k - square);
}

/*
 * ERROR 22023 if a rate cannot change by the effect, in either direction if
 * both are tested.
 */
static void
CheckRateEffect(const SummaryCall *call)
{
	double		mean = call->metric.mean;
	double		change = call->plan.effect * (call->relative ? mean : 1);

	if (call->is_rate && !(AbTwoSided(&call->plan) && fabs(change) <= mean))
		AbCheckRate(mean, change);
}

/*
 * The effect in standard deviations; NaN where the summary does not tell.
 */
static double
EffectSize(SummaryCall *call)
{
	double		size;

	AbCheckDirection(&call->plan);
	CheckRateEffect(call);
	size = fabs(call->plan.effect) * EffectUnit(call) *
		LiftShare(call, call->metric.mean < 0 ? -call->plan.effect :
				  call->plan.effect);
	return size > 0 && isfinite(size) ? size : NAN;
}

/*
 * A float8 result that is NULL unless it is finite: what a summary lacks is no
 * mistake of the call.
 */
static Datum
KnownFloat(FunctionCallInfo fcinfo, double value)
{
	if (!isfinite(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

static Datum
SampleSize(FunctionCallInfo fcinfo)
{
	static const AbArg args[] = {
		SUMMARY_ARG,
		AB_DETECTABLE_ARG(SummaryCall, plan),
		AB_ALPHA_ARG(SummaryCall, plan),
		AB_POWER_ARG(SummaryCall, plan),
		LAST_ARGS
	};
	SummaryCall call;
	const AbPlan *plan = &call.plan;
	double		effect;
	double		n;

	AbReadArgs(fcinfo, args, &call);
	FinishCall(&call);
	AbCheckPower(plan->power, plan->alpha);
	effect = EffectSize(&call);
	if (isnan(effect))
		PG_RETURN_NULL();
	n = call.design == AB_DESIGN_PAIRED ?
		AbPairedSampleSize(effect, plan->alpha, plan->power, AbTwoSided(plan)) :
		AbTTestSampleSize(effect, plan->ratio, plan->alpha, plan->power,
						  AbTwoSided(plan));
	if (!isfinite(n))
		PG_RETURN_NULL();
	PG_RETURN_INT64((int64) n);
}

PG_FUNCTION_INFO_V1(ab_sample_size_summary);
Datum
ab_sample_size_summary(PG_FUNCTION_ARGS)
{
	return SampleSize(fcinfo);
}

/*
 * The same from the text of a summary.
 */
PG_FUNCTION_INFO_V1(ab_sample_size_text);
Datum
ab_sample_size_text(PG_FUNCTION_ARGS)
{
	AbParseSummaryArgAt(fcinfo, 0);
	return SampleSize(fcinfo);
}

static Datum
Power(FunctionCallInfo fcinfo)
{
	static const AbArg args[] = {
		AB_N_ARG(SummaryCall, plan),
		SUMMARY_ARG,
		AB_DETECTABLE_ARG(SummaryCall, plan),
		AB_ALPHA_ARG(SummaryCall, plan),
		LAST_ARGS
	};
	SummaryCall call;
	const AbPlan *plan = &call.plan;
	double		effect;

	AbReadArgs(fcinfo, args, &call);
	FinishCall(&call);
	effect = EffectSize(&call);
	if (call.design != AB_DESIGN_PAIRED)
		AbCheckGroups(plan->n, plan->ratio);
	if (isnan(effect))
		PG_RETURN_NULL();
	return KnownFloat(fcinfo, call.design == AB_DESIGN_PAIRED ?
					  AbPairedPower(plan->n, effect, plan->alpha,
									AbTwoSided(plan)) :
					  AbTTestPower(plan->n, plan->ratio, effect, plan->alpha,
								   AbTwoSided(plan)));
}

PG_FUNCTION_INFO_V1(ab_power_summary);
Datum
ab_power_summary(PG_FUNCTION_ARGS)
{
	return Power(fcinfo);
}

/*
 * The same from the text of a summary.
 */
PG_FUNCTION_INFO_V1(ab_power_text);
Datum
ab_power_text(PG_FUNCTION_ARGS)
{
	AbParseSummaryArgAt(fcinfo, 1);
	return Power(fcinfo);
}

PG_FUNCTION_INFO_V1(ab_mde_summary);
Datum
ab_mde_summary(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_N_ARG(SummaryCall, plan),
		SUMMARY_ARG,
		AB_ALPHA_ARG(SummaryCall, plan),
		AB_POWER_ARG(SummaryCall, plan),
		LAST_ARGS
	};
	SummaryCall call;
	const AbPlan *plan = &call.plan;
	double		effect;

	AbReadArgs(fcinfo, args, &call);
	FinishCall(&call);
	AbCheckPower(plan->power, plan->alpha);
	if (call.design != AB_DESIGN_PAIRED)
		AbCheckGroups(plan->n, plan->ratio);
	if (!(call.metric.stddev > 0))
		PG_RETURN_NULL();
	effect = call.design == AB_DESIGN_PAIRED ?
		AbPairedEffect(plan->n, plan->alpha, plan->power, AbTwoSided(plan)) :
		AbTTestEffect(plan->n, plan->ratio, plan->alpha, plan->power,
					  AbTwoSided(plan));
	return KnownFloat(fcinfo, LiftOfSize(&call, effect / EffectUnit(&call)));
}
