/*
 * plan.c
 *	  Sizing an experiment beyond the two-sample t-test: rates by their score
 *	  test, the variance that a stored summary shows, pairs, clusters,
 *	  non-inferiority and equivalence, several comparisons, and days.
 *
 * The mathematics and its references are in power.c.  As in power.c, n is
 * the size of the control group and ratio times as many users get the
 * treatment, not necessarily a whole number.
 *
 * References:
 *	S. M. Eldridge, D. Ashby, S. Kerry, Sample Size for Cluster Randomized
 *	Trials: Effect of Coefficient of Variation of Cluster Size and Analysis
 *	Method, International J. of Epidemiology 35 (2006), 1292-1300.
 *	A. Deng, Y. Xu, R. Kohavi, T. Walker, Improving the Sensitivity of Online
 *	Controlled Experiments by Utilizing Pre-Experiment Data, WSDM 2013, 123-132.
 *	A. Deng, U. Knoblich, J. Lu, Applying the Delta Method in Metric Analytics,
 *	KDD 2018, 233-242.
 *	Z. Sidak, Rectangular Confidence Regions for the Means of Multivariate
 *	Normal Distributions, J. American Statistical Association 62 (1967), 626-633.
 */
#include "topic/power.h"

#include <math.h>

#include "math/padjust.h"
#include "math/power.h"
#include "utils/builtins.h"

/*
 * A variance that is that small a share of what it was made of by subtraction
 * is rounding error.
 */
#define NO_VARIANCE		(16 * DBL_EPSILON)

/* What a summary is read as. */
typedef enum PlanDesign
{
	DESIGN_MEAN,
	DESIGN_RATIO,
	DESIGN_CUPED,
	DESIGN_RATIO_CUPED,
	DESIGN_PAIRED
} PlanDesign;

/* Mean and standard deviation of what a design compares, NaN if not known. */
typedef struct PlanMetric
{
	double		mean;
	double		stddev;
} PlanMetric;

/* What the functions on a summary are asked, checked. */
typedef struct SummaryPlan
{
	double		alpha;
	double		ratio;
	AbAlternative alternative;
	bool		two_sided;
	PlanDesign	design;
	bool		relative;
	PlanMetric	metric;			/* with the design effect */
} SummaryPlan;

/* A test against one margin or two, of a mean or of a rate. */
typedef struct MarginPlan
{
	bool		is_rate;
	AbRateDesign rate;			/* one margin, rates */
	double		distance;		/* one margin, means: in standard deviations */
	AbEquivalence equivalence;	/* two margins */
} MarginPlan;

/* ----------------------------------------------------------------------
 * Arguments
 * ----------------------------------------------------------------------
 */

/*
 * The word in that text argument, of which the hint lists the known ones, as
 * its position among them.  ERROR 22023 if it is none.
 */
static int
GetWord(FunctionCallInfo fcinfo, int argument, const char *what,
		const char *const *words, int count, const char *hint)
{
	const char *word = PG_ARGISNULL(argument) ? "NULL" :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	for (int i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown %s \"%s\"", what, word),
			 errhint("%s", hint)));
}

static bool
GetBoolean(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be true or false", name)));
	return PG_GETARG_BOOL(argument);
}

/*
 * The effect that is taken to be true, which may be none.
 */
static double
GetTrueEffect(FunctionCallInfo fcinfo, int argument)
{
	double		effect = AbGetNumber(fcinfo, argument);

	if (!isfinite(effect))
		AbBadParameter("the true effect must be finite", effect,
					   "It is treatment - control, 0 if they are the same.");
	return effect;
}

/*
 * A whole number of at least 1.
 */
static double
GetCount(FunctionCallInfo fcinfo, int argument, const char *message)
{
	if (PG_ARGISNULL(argument) || PG_GETARG_INT64(argument) < 1 ||
		PG_GETARG_INT64(argument) > AB_MAX_OBSERVATIONS)
		AbBadParameter(message, PG_ARGISNULL(argument) ? NAN :
					   (double) PG_GETARG_INT64(argument), NULL);
	return (double) PG_GETARG_INT64(argument);
}

/*
 * A quotient rounded up to a whole number; one that exceeds a whole number by
 * rounding only is that number.
 */
static double
RoundUp(double x)
{
	return ceil(x - 4 * DBL_EPSILON * x);
}

static Datum
PowerDatum(double power)
{
	return Float8GetDatum(AbCheckAnswer(power, "the power is not computable"));
}

/* ----------------------------------------------------------------------
 * Rates
 * ----------------------------------------------------------------------
 */

/*
 * Read what all three functions of rates have in common: baseline_rate,
 * alpha, and ratio, which alternative and method follow.
 */
static AbRateDesign
GetRates(FunctionCallInfo fcinfo, int baseline, int alpha, int ratio,
		 AbAlternative *alternative)
{
	static const char *const methods[] = {"score", "z", "z_unpooled"};
	AbRateDesign design;

	memset(&design, 0, sizeof(design));
	design.alpha = AbGetAlpha(fcinfo, alpha);
	design.ratio = AbGetRatio(fcinfo, ratio);
	*alternative = AbGetAlternative(fcinfo, ratio + 1);
	design.two_sided = *alternative == AB_TWO_SIDED;
	/* without a margin the score test is the z-test with a pooled rate */
	design.unpooled = GetWord(fcinfo, ratio + 2, "method", methods,
							  lengthof(methods),
							  "Use 'score', 'z' (the same, pooled) or 'z_unpooled'.") == 2;
	design.control = AbGetRate(fcinfo, baseline);
	return design;
}

/*
 * Read the effect.
 */
static void
GetRateEffect(FunctionCallInfo fcinfo, AbRateDesign *design, int argument,
			  AbAlternative alternative)
{
	double		effect = AbGetDetectable(fcinfo, argument, alternative);

	AbCheckRate(design->control, effect);
	design->treatment = design->control + effect;
	if (design->treatment == design->control)
		AbBadParameter("the effect is too small against the baseline rate",
					   effect, NULL);
}

/*
 * (baseline_rate, min_detectable_effect, alpha, power, ratio, alternative,
 * method)
 */
PG_FUNCTION_INFO_V1(ab_sample_size_proportion);
Datum
ab_sample_size_proportion(PG_FUNCTION_ARGS)
{
	AbAlternative alternative;
	AbRateDesign design = GetRates(fcinfo, 0, 2, 4, &alternative);
	double		power;

	GetRateEffect(fcinfo, &design, 1, alternative);
	power = AbGetPower(fcinfo, 3, design.alpha);
	return AbSizeDatum(AbRateSampleSize(&design, power));
}

/*
 * (n, baseline_rate, min_detectable_effect, alpha, ratio, alternative, method)
 */
PG_FUNCTION_INFO_V1(ab_power_proportion);
Datum
ab_power_proportion(PG_FUNCTION_ARGS)
{
	double		n = AbGetUsers(fcinfo, 0);
	AbAlternative alternative;
	AbRateDesign design = GetRates(fcinfo, 1, 3, 4, &alternative);

	GetRateEffect(fcinfo, &design, 2, alternative);
	return PowerDatum(AbRatePower(n, &design));
}

/*
 * (n, baseline_rate, alpha, power, ratio, alternative, method).  A magnitude:
 * of a decrease for 'less', else of an increase.
 */
PG_FUNCTION_INFO_V1(ab_mde_proportion);
Datum
ab_mde_proportion(PG_FUNCTION_ARGS)
{
	double		n = AbGetUsers(fcinfo, 0);
	AbAlternative alternative;
	AbRateDesign design = GetRates(fcinfo, 1, 2, 4, &alternative);
	double		power = AbGetPower(fcinfo, 3, design.alpha);
	double		effect = AbRateEffect(&design, n, power,
									  alternative == AB_LESS ? -1 : 1);

	if (isnan(effect))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no %s of the rate is detected with that power",
						alternative == AB_LESS ? "decrease" : "increase"),
				 errdetail("Got a baseline rate of %g and %.0f users in the control group.",
						   design.control, n),
				 errhint("Use more users or less power.")));
	PG_RETURN_FLOAT8(effect);
}

/* ----------------------------------------------------------------------
 * Pairs
 * ----------------------------------------------------------------------
 */

/*
 * Standard deviation of the differences within pairs of two outcomes with the
 * same stddev, stddev sqrt(2 (1 - correlation)), from the arguments stddev and
 * the correlation after it.
 */
static double
GetPairStddev(FunctionCallInfo fcinfo, int stddev_argument)
{
	double		stddev = AbGetStddev(fcinfo, stddev_argument);
	double		correlation = AbGetNumber(fcinfo, stddev_argument + 1);

	if (!(correlation >= -1 && correlation < 1))
		AbBadParameter("correlation must be at least -1 and less than 1",
					   correlation,
					   "It is that of the two outcomes of a pair.");
	stddev *= sqrt(2 * (1 - correlation));
	if (!isfinite(stddev))
		AbBadParameter("standard deviation must be positive and finite",
					   stddev, NULL);
	return stddev;
}

/*
 * (min_detectable_effect, stddev, correlation, alpha, power, alternative)
 */
PG_FUNCTION_INFO_V1(ab_sample_size_paired);
Datum
ab_sample_size_paired(PG_FUNCTION_ARGS)
{
	double		alpha = AbGetAlpha(fcinfo, 3);
	AbAlternative alternative = AbGetAlternative(fcinfo, 5);
	double		stddev = GetPairStddev(fcinfo, 1);
	double		effect = AbGetDetectable(fcinfo, 0, alternative);
	double		power = AbGetPower(fcinfo, 4, alpha);

	return AbSizeDatum(AbPairedSampleSize(AbCheckEffectSize(fabs(effect) / stddev),
										  alpha, power,
										  alternative == AB_TWO_SIDED));
}

/*
 * (n, min_detectable_effect, stddev, correlation, alpha, alternative)
 */
PG_FUNCTION_INFO_V1(ab_power_paired);
Datum
ab_power_paired(PG_FUNCTION_ARGS)
{
	double		n = AbGetUsers(fcinfo, 0);
	double		alpha = AbGetAlpha(fcinfo, 4);
	AbAlternative alternative = AbGetAlternative(fcinfo, 5);
	double		stddev = GetPairStddev(fcinfo, 2);
	double		effect = AbGetDetectable(fcinfo, 1, alternative);

	return PowerDatum(AbPairedPower(n, AbCheckEffectSize(fabs(effect) / stddev),
									alpha, alternative == AB_TWO_SIDED));
}

/*
 * (n, stddev, correlation, alpha, power, alternative)
 */
PG_FUNCTION_INFO_V1(ab_mde_paired);
Datum
ab_mde_paired(PG_FUNCTION_ARGS)
{
	double		n = AbGetUsers(fcinfo, 0);
	double		alpha = AbGetAlpha(fcinfo, 3);
	AbAlternative alternative = AbGetAlternative(fcinfo, 5);
	double		stddev = GetPairStddev(fcinfo, 1);
	double		power = AbGetPower(fcinfo, 4, alpha);
	double		effect = AbPairedEffect(n, alpha, power,
										alternative == AB_TWO_SIDED);

	PG_RETURN_FLOAT8(AbCheckAnswer(effect * stddev,
								   "the detectable effect is not computable"));
}

/* ----------------------------------------------------------------------
 * From a summary
 * ----------------------------------------------------------------------
 */

/*
 * ERROR 22023 unless the summary has as many columns as the design reads.
 */
static void
CheckColumns(const AbSummary *summary, PlanDesign design)
{
	static const struct
	{
		const char *name;
		int			least;
		int			most;
	}			needs[] = {
		[DESIGN_MEAN] = {"mean", 1, 4},
		[DESIGN_RATIO] = {"ratio", 2, 4},
		[DESIGN_CUPED] = {"cuped", 2, 2},
		[DESIGN_RATIO_CUPED] = {"ratio_cuped", 4, 4},
		[DESIGN_PAIRED] = {"paired", 2, 2}
	};

	if (summary->columns < needs[design].least ||
		summary->columns > needs[design].most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the summary does not have the columns that design \"%s\" reads",
						needs[design].name),
				 errdetail("It has %d, the design reads %d.", summary->columns,
						   needs[design].least),
				 errhint("'mean' reads one column, 'ratio', 'cuped' and 'paired' two, 'ratio_cuped' four.")));
}

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
ArmMetric(const AbSummary *summary, const AbArm *arm, PlanDesign design)
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
		case DESIGN_MEAN:
			variance = FormVariance(summary, arm, y);
			break;
		case DESIGN_RATIO:
			metric.mean = RatioForm(summary, arm, 0, y);
			variance = FormVariance(summary, arm, y);
			break;
		case DESIGN_CUPED:
			x[1] = 1;
			variance = ResidualVariance(summary, arm, y, x);
			break;
		case DESIGN_RATIO_CUPED:
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
PlanningArm(const AbSummary *summary, FunctionCallInfo fcinfo, int control)
{
	AbLabel		named = {NULL, 0};
	int			position;

	if (!PG_ARGISNULL(control))
		named = AbTextGetLabel(PG_GETARG_TEXT_PP(control));
	if (summary->arms == 1 && named.data == NULL)
		position = 0;
	else
		position = AbControlPosition(summary, named);
	return position < 0 ? NULL : AbGetArm(summary, position);
}

/*
 * Read and check the arguments from position 4 on, which the three functions
 * have in common: ratio, alternative, design_effect, design, relative,
 * control; and what the summary knows.
 */
static SummaryPlan
GetSummaryPlan(FunctionCallInfo fcinfo, int summary_argument,
			   int alpha_argument)
{
	static const char *const designs[] = {
		[DESIGN_MEAN] = "mean",
		[DESIGN_RATIO] = "ratio",
		[DESIGN_CUPED] = "cuped",
		[DESIGN_RATIO_CUPED] = "ratio_cuped",
		[DESIGN_PAIRED] = "paired"
	};
	SummaryPlan plan;
	double		design_effect;

	plan.alpha = AbGetAlpha(fcinfo, alpha_argument);
	plan.ratio = AbGetRatio(fcinfo, 4);
	plan.alternative = AbGetAlternative(fcinfo, 5);
	plan.two_sided = plan.alternative == AB_TWO_SIDED;
	design_effect = AbGetNumber(fcinfo, 6);
	if (!(design_effect > 0 && isfinite(design_effect)))
		AbBadParameter("design effect must be positive and finite",
					   design_effect,
					   "It multiplies the variance: see ab_design_effect().");
	plan.design = GetWord(fcinfo, 7, "design", designs, lengthof(designs),
						  "Use 'mean', 'ratio', 'cuped', 'ratio_cuped' or 'paired'.");
	if (plan.design == DESIGN_PAIRED && plan.ratio != 1)
		AbBadParameter("a paired design has no ratio", plan.ratio,
					   "Both variants get every pair.");
	plan.relative = GetBoolean(fcinfo, 8, "relative");
	plan.metric.mean = plan.metric.stddev = NAN;

	if (!PG_ARGISNULL(summary_argument))
	{
		const AbSummary *summary = AB_GETARG_SUMMARY(summary_argument);
		const AbArm *arm;

		CheckColumns(summary, plan.design);
		arm = summary->arms > 0 ? PlanningArm(summary, fcinfo, 9) : NULL;
		if (arm != NULL)
			plan.metric = ArmMetric(summary, arm, plan.design);
		plan.metric.stddev *= sqrt(design_effect);
	}
	return plan;
}

/*
 * Standard deviations in one unit of the effects that the call speaks of.
 */
static double
EffectUnit(const SummaryPlan *plan)
{
	return (plan->relative ? fabs(plan->metric.mean) : 1) / plan->metric.stddev;
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

/*
 * (summary, min_detectable_effect, alpha, power, ratio, alternative,
 * design_effect, design, relative, control)
 */
Datum
AbSummarySampleSize(FunctionCallInfo fcinfo)
{
	SummaryPlan plan = GetSummaryPlan(fcinfo, 0, 2);
	double		power = AbGetPower(fcinfo, 3, plan.alpha);
	double		effect = fabs(AbGetDetectable(fcinfo, 1, plan.alternative)) *
		EffectUnit(&plan);
	double		n;

	if (!(effect > 0 && isfinite(effect)))
		PG_RETURN_NULL();
	if (plan.design == DESIGN_PAIRED)
		n = AbPairedSampleSize(effect, plan.alpha, power, plan.two_sided);
	else
		n = AbTTestSampleSize(effect, plan.ratio, plan.alpha, power,
							  plan.two_sided);
	if (!isfinite(n))
		PG_RETURN_NULL();
	PG_RETURN_INT64((int64) n);
}

/*
 * (n, summary, min_detectable_effect, alpha, ratio, alternative,
 * design_effect, design, relative, control)
 */
Datum
AbSummaryPower(FunctionCallInfo fcinfo)
{
	double		n = AbGetUsers(fcinfo, 0);
	SummaryPlan plan = GetSummaryPlan(fcinfo, 1, 3);
	double		effect = fabs(AbGetDetectable(fcinfo, 2, plan.alternative)) *
		EffectUnit(&plan);

	if (plan.design != DESIGN_PAIRED)
		AbCheckGroups(n, plan.ratio);
	if (!(effect > 0 && isfinite(effect)))
		PG_RETURN_NULL();
	return KnownFloat(fcinfo, plan.design == DESIGN_PAIRED ?
					  AbPairedPower(n, effect, plan.alpha, plan.two_sided) :
					  AbTTestPower(n, plan.ratio, effect, plan.alpha,
								   plan.two_sided));
}

/*
 * (n, summary, alpha, power, ratio, alternative, design_effect, design,
 * relative, control)
 */
Datum
AbSummaryMde(FunctionCallInfo fcinfo)
{
	double		n = AbGetUsers(fcinfo, 0);
	SummaryPlan plan = GetSummaryPlan(fcinfo, 1, 2);
	double		power = AbGetPower(fcinfo, 3, plan.alpha);
	double		effect;

	if (plan.design != DESIGN_PAIRED)
		AbCheckGroups(n, plan.ratio);
	if (!(plan.metric.stddev > 0))
		PG_RETURN_NULL();
	effect = plan.design == DESIGN_PAIRED ?
		AbPairedEffect(n, plan.alpha, power, plan.two_sided) :
		AbTTestEffect(n, plan.ratio, plan.alpha, power, plan.two_sided);
	return KnownFloat(fcinfo, effect / EffectUnit(&plan));
}

/* ----------------------------------------------------------------------
 * Margins
 * ----------------------------------------------------------------------
 */

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
 * Read the arguments of a non-inferiority design: alpha, and ratio, which
 * direction, effect and stddev follow; baseline_rate, which margin
 * follows.
 */
static MarginPlan
GetNoninferiority(FunctionCallInfo fcinfo, int baseline, int alpha, int ratio)
{
	static const char *const directions[] = {"higher", "lower"};
	MarginPlan	plan;
	bool		higher;
	double		margin;
	double		effect;
	double		distance;

	memset(&plan, 0, sizeof(plan));
	plan.rate.alpha = AbGetAlpha(fcinfo, alpha);
	plan.rate.ratio = AbGetRatio(fcinfo, ratio);
	higher = GetWord(fcinfo, ratio + 1, "direction", directions,
					 lengthof(directions),
					 "Use 'higher' or 'lower': which value of the metric is better.") == 0;
	effect = GetTrueEffect(fcinfo, ratio + 2);
	plan.is_rate = PG_ARGISNULL(ratio + 3);

	margin = AbGetNumber(fcinfo, baseline + 1);
	if (!isfinite(margin))
		AbBadParameter("margin must be finite", margin,
					   "It is the loss that can be tolerated; a negative one is a gain that must be exceeded.");
	distance = higher ? effect + margin : margin - effect;
	if (!(distance > 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the true effect must be better than the margin"),
				 errdetail("The effect is %g, the margin %g and %s is better.",
						   effect, margin, directions[higher ? 0 : 1]),
				 errhint("No number of users shows what is not so.")));

	if (plan.is_rate)
	{
		plan.rate.control = AbGetRate(fcinfo, baseline);
		plan.rate.null = higher ? -margin : margin;
		AbCheckRate(plan.rate.control, effect);
		CheckMarginRate(plan.rate.control, plan.rate.null);
		plan.rate.treatment = plan.rate.control + effect;
	}
	else
		plan.distance = AbCheckEffectSize(distance / AbGetStddev(fcinfo, ratio + 3));
	return plan;
}

/*
 * (baseline_rate, margin, alpha, power, ratio, direction, effect, stddev)
 */
PG_FUNCTION_INFO_V1(ab_sample_size_noninferiority);
Datum
ab_sample_size_noninferiority(PG_FUNCTION_ARGS)
{
	MarginPlan	plan = GetNoninferiority(fcinfo, 0, 2, 4);
	double		power = AbGetPower(fcinfo, 3, plan.rate.alpha);

	return AbSizeDatum(plan.is_rate ? AbRateSampleSize(&plan.rate, power) :
					   AbTTestSampleSize(plan.distance, plan.rate.ratio,
										 plan.rate.alpha, power, false));
}

/*
 * (n, baseline_rate, margin, alpha, ratio, direction, effect, stddev)
 */
PG_FUNCTION_INFO_V1(ab_power_noninferiority);
Datum
ab_power_noninferiority(PG_FUNCTION_ARGS)
{
	double		n = AbGetUsers(fcinfo, 0);
	MarginPlan	plan = GetNoninferiority(fcinfo, 1, 3, 4);

	if (plan.is_rate)
		return PowerDatum(AbRatePower(n, &plan.rate));
	AbCheckGroups(n, plan.rate.ratio);
	return PowerDatum(AbTTestPower(n, plan.rate.ratio, plan.distance,
								   plan.rate.alpha, false));
}

/*
 * Read the arguments of an equivalence design: alpha, and ratio, which effect
 * and stddev follow; baseline_rate, which margin follows.
 */
static MarginPlan
GetEquivalence(FunctionCallInfo fcinfo, int baseline, int alpha, int ratio)
{
	MarginPlan	plan;
	AbEquivalence *design = &plan.equivalence;
	double		margin;
	double		effect;

	memset(&plan, 0, sizeof(plan));
	design->alpha = AbGetAlpha(fcinfo, alpha);
	design->ratio = AbGetRatio(fcinfo, ratio);
	effect = GetTrueEffect(fcinfo, ratio + 1);
	plan.is_rate = PG_ARGISNULL(ratio + 2);

	margin = AbGetNumber(fcinfo, baseline + 1);
	if (!(margin > 0 && isfinite(margin)))
		AbBadParameter("margin must be positive and finite", margin,
					   "It is the largest difference, in either direction, that is no difference in practice.");
	design->below = effect + margin;
	design->above = margin - effect;
	if (!(design->below > 0 && design->above > 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the true effect must be smaller than the margin"),
				 errdetail("The effect is %g, the margin %g.", effect, margin),
				 errhint("No number of users shows what is not so.")));

	if (plan.is_rate)
	{
		design->control = AbGetRate(fcinfo, baseline);
		AbCheckRate(design->control, effect);
		CheckMarginRate(design->control, -margin);
		CheckMarginRate(design->control, margin);
		design->treatment = design->control + effect;
	}
	else
	{
		double		stddev = AbGetStddev(fcinfo, ratio + 2);

		design->below = AbCheckEffectSize(design->below / stddev);
		design->above = AbCheckEffectSize(design->above / stddev);
	}
	return plan;
}

/*
 * (baseline_rate, margin, alpha, power, ratio, effect, stddev)
 */
PG_FUNCTION_INFO_V1(ab_sample_size_equivalence);
Datum
ab_sample_size_equivalence(PG_FUNCTION_ARGS)
{
	MarginPlan	plan = GetEquivalence(fcinfo, 0, 2, 4);
	double		power = AbGetPower(fcinfo, 3, plan.equivalence.alpha);

	return AbSizeDatum(plan.is_rate ?
					   AbRateEquivalenceSize(&plan.equivalence, power) :
					   AbMeanEquivalenceSize(&plan.equivalence, power));
}

/*
 * (n, baseline_rate, margin, alpha, ratio, effect, stddev)
 */
PG_FUNCTION_INFO_V1(ab_power_equivalence);
Datum
ab_power_equivalence(PG_FUNCTION_ARGS)
{
	double		n = AbGetUsers(fcinfo, 0);
	MarginPlan	plan = GetEquivalence(fcinfo, 1, 3, 4);

	if (plan.is_rate)
		return PowerDatum(AbRateEquivalencePower(n, &plan.equivalence));
	AbCheckGroups(n, plan.equivalence.ratio);
	return PowerDatum(AbMeanEquivalencePower(n, &plan.equivalence));
}

/* ----------------------------------------------------------------------
 * Clusters, several comparisons, days
 * ----------------------------------------------------------------------
 */

/*
 * What randomising clusters instead of users multiplies the variance by,
 *
 *		1 + ((1 + cv^2) m - 1) icc
 *
 * with m users in a cluster on average and the coefficient of variation cv
 * of that number.  Read from icc and the two arguments after it.
 */
static double
GetDesignEffect(FunctionCallInfo fcinfo, int icc_argument)
{
	double		icc = AbGetNumber(fcinfo, icc_argument);
	double		size = AbGetNumber(fcinfo, icc_argument + 1);
	double		cv = AbGetNumber(fcinfo, icc_argument + 2);
	double		effect;

	if (!(icc >= 0 && icc <= 1))
		AbBadParameter("intracluster correlation must be between 0 and 1", icc,
					   "For a negative estimate use 0.");
	if (!(size >= 1 && isfinite(size)))
		AbBadParameter("cluster size must be at least 1 and finite", size,
					   "It is the average number of users in a cluster.");
	if (!(cv >= 0 && isfinite(cv)))
		AbBadParameter("coefficient of variation of the cluster size must be at least 0 and finite",
					   cv, "It is the standard deviation of the sizes over their mean: 0 if all are equal.");
	effect = 1 + ((1 + cv * cv) * size - 1) * icc;
	if (!isfinite(effect))
		AbBadParameter("the design effect is out of range", effect, NULL);
	return effect;
}

/*
 * (icc, cluster_size, cluster_size_cv)
 */
PG_FUNCTION_INFO_V1(ab_design_effect);
Datum
ab_design_effect(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(GetDesignEffect(fcinfo, 0));
}

/*
 * (n, icc, cluster_size, cluster_size_cv): clusters that are worth n
 * independent users.
 */
PG_FUNCTION_INFO_V1(ab_clusters);
Datum
ab_clusters(PG_FUNCTION_ARGS)
{
	double		effect = GetDesignEffect(fcinfo, 1);
	double		n;
	double		clusters;

	/* what ab_sample_size() does not know of a summary */
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	n = GetCount(fcinfo, 0, "number of users must be between 1 and 2^53");
	clusters = RoundUp(n * effect / PG_GETARG_FLOAT8(2));
	return AbSizeDatum(clusters <= AB_LARGEST_SIZE ? fmax(clusters, 1) : NAN);
}

/*
 * (alpha, comparisons, method): the level of each of several comparisons,
 * which keeps the probability of a false positive among all of them at alpha.
 */
PG_FUNCTION_INFO_V1(ab_adjusted_alpha);
Datum
ab_adjusted_alpha(PG_FUNCTION_ARGS)
{
	static const char *const methods[] = {"bonferroni", "sidak"};
	double		alpha = AbGetAlpha(fcinfo, 0);
	double		count = GetCount(fcinfo, 1, "number of comparisons must be between 1 and 2^53");
	int			method = GetWord(fcinfo, 2, "method", methods, lengthof(methods),
								 "Use 'bonferroni' or 'sidak'.");

	PG_RETURN_FLOAT8(AbSimultaneousLevel(alpha, count, method == 0 ?
										 AB_BONFERRONI : AB_SIDAK));
}

/*
 * (n, daily_users, split): days until the control group, which gets the share
 * 1 - split of the daily users, has n of them; by then the treatment group has
 * the split / (1 - split) times as many that go with them.
 */
PG_FUNCTION_INFO_V1(ab_duration);
Datum
ab_duration(PG_FUNCTION_ARGS)
{
	double		daily = AbGetNumber(fcinfo, 1);
	double		split = AbGetNumber(fcinfo, 2);
	double		n;
	double		days;

	if (!(daily > 0 && isfinite(daily)))
		AbBadParameter("daily users must be positive and finite", daily,
					   "It is the number of new users a day, of both groups together.");
	if (!(split > 0 && split < 1))
		AbBadParameter("split must be between 0 and 1, and neither", split,
					   "It is the fraction of users who get the treatment: 0.2 for 20%.");
	/* what ab_sample_size() does not know of a summary */
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	n = GetCount(fcinfo, 0, "number of users in the control group must be between 1 and 2^53");
	days = fmax(RoundUp(n / (daily * (1 - split))), 1);
	if (!(days <= AB_LARGEST_SIZE))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the experiment would take more than 2^53 days"),
				 errdetail("Got %g users a day.", daily)));
	PG_RETURN_INT64((int64) days);
}
