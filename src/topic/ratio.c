/*
 * ratio.c
 *	  Comparison of ratios of sums, sum(numerator) / sum(denominator), by the
 *	  delta method, with or without covariates.
 *
 * The rows of the summary are the units that were randomised, usually users,
 * and numerator and denominator are the unit's totals: clicks and views, cost
 * and requests.  A metric whose rows are finer than the unit is such a ratio
 * as well: with (sum, count) of each user it is the mean over all rows, and
 * its interval allows for users' rows being alike, as cluster-robust
 * regression does.
 *
 * The ratio R = M / D of the means of an arm has the variance of the mean of
 *
 *		z_i = (m_i - R d_i) / D		(linearisation),
 *
 * so from there on it is a comparison of means.  The difference of the two
 * ratios is tested: it is what people ask for, its variance does not need the
 * ratios to be equal, and with Fieller's interval for the lift there is one
 * test for both.  A log ratio would need positive ratios and another test.
 *
 * With covariates the ratio of the same totals before the experiment, also
 * linearised in its own arm, is the covariate of math/ancova.c, and the
 * covariate's overall mean there is the ratio over all rows of both arms.
 * Nothing is treated as known: the gradient includes the denominators and the
 * covariate's ratio.
 *
 * References:
 *	A. Deng, U. Knoblich, J. Lu, Applying the Delta Method in Metric Analytics:
 *	A Practical Guide with Novel Ideas, KDD 2018, 233-242.
 *	W. G. Cochran, Sampling Techniques, 3rd edition, Wiley 1977, chapter 6.
 *	C. A. Carter, K. T. Schnepel, D. G. Steigerwald, Asymptotic Behavior of a
 *	t-Test Robust to Cluster Heterogeneity, Review of Economics and Statistics
 *	99 (2017), 698-709: unequal clusters count as fewer.
 */
#include "topic/ratio.h"

#include "base/missing.h"
#include "topic/summary_io.h"
#include "utils/builtins.h"

/*
 * A mean denominator within this many standard errors of zero is noted: the
 * linearisation is then not good.
 */
#define DENOMINATOR_ERRORS		4

/*
 * Where denominators vary by more than this (squared coefficient of variation)
 * and n / (1 + it), the number of equal users that would be worth as much, is
 * below FEW_USERS, 95% intervals cover 94% and less.
 */
#define UNEQUAL_DENOMINATORS	0.2
#define FEW_USERS				50

/*
 * Sum of products of deviations of the columns i and j.
 */
static double
Comoment(const AbDouble *moments, int columns, int i, int j)
{
	return AbDoubleValue(moments[AbComomentIndex(columns, Min(i, j),
												 Max(i, j))]);
}

/*
 * Sum of squares of the linearised ratio r of the columns i and i + 1.
 */
static double
RatioSquares(const AbDouble *moments, int columns, int i, double r,
			 double denominator)
{
	double		smm = Comoment(moments, columns, i, i);
	double		smd = Comoment(moments, columns, i, i + 1);
	double		sdd = Comoment(moments, columns, i + 1, i + 1);

	return AbPositivePart(smm - r * (2 * smd - r * sdd), smm + r * r * sdd) /
		denominator / denominator;
}

/*
 * The ratio of the first two columns as the outcome and, if asked for, that of
 * the last two of four as the covariate, of n rows.  Denominators must not sum
 * to zero.
 */
static AbPair
LinearPair(const AbDouble *moments, int columns, bool covariate, double n)
{
	AbPair		pair;
	double		d = AbDoubleValue(moments[1]);

	pair.n = pair.weight = n;
	pair.y = AbDoubleValue(moments[0]) / d;
	pair.syy = RatioSquares(moments, columns, 0, pair.y, d);
	pair.x = pair.sxy = pair.sxx = 0;
	if (covariate)
	{
		double		e = AbDoubleValue(moments[3]);

		pair.weight = n * e;
		pair.x = AbDoubleValue(moments[2]) / e;
		pair.sxx = RatioSquares(moments, columns, 2, pair.x, e);
		/* what is left of constant ratios is rounding */
		if (pair.syy > 0 && pair.sxx > 0)
			pair.sxy = ((Comoment(moments, columns, 0, 2) -
						 pair.x * Comoment(moments, columns, 0, 3)) -
						pair.y * (Comoment(moments, columns, 1, 2) -
								  pair.x * Comoment(moments, columns, 1, 3))) /
				d / e;
	}
	return pair;
}

/*
 * Difference of the ratios of the columns i and i + 1, the control's being r:
 *
 *		Mt / Dt - r = (Mt - Mc - r (Dt - Dc)) / Dt,
 *
 * which keeps the digits of close means.
 */
static double
RatioDifference(const AbMeans *means, int i, double r)
{
	const AbDouble *c = means->control->moments;
	const AbDouble *t = means->treatment->moments;

	return (AbDoubleDifference(t[i], c[i]) -
			r * AbDoubleDifference(t[i + 1], c[i + 1])) /
		AbDoubleValue(t[i + 1]);
}

/*
 * Fill in the ratio of one arm.  Returns false, with a note, if its denominators
 * sum to zero.
 */
static bool
DescribeArm(AbMeans *means, const char *role, const AbArm *arm,
			double *mean, double *stddev)
{
	AbPair		pair;
	double		d;

	*mean = *stddev = NAN;
	if (arm == NULL || !AbArmKnown(arm) || arm->n == 0)
		return true;
	d = AbArmMean(means->summary, arm, 1);
	if (d == 0)
	{
		AbNote(&means->row.notes, "the denominators of the %s sum to zero: no ratio",
			   role);
		return false;
	}
	pair = LinearPair(arm->moments, means->summary->columns, false, arm->n);
	*mean = AbArmMean(means->summary, arm, 0) / d;
	if (arm->n >= 2)
		*stddev = sqrt(pair.syy / (arm->n - 1));
	if (d < 0)
		AbNote(&means->row.notes, "the mean denominator of the %s is negative",
			   role);
	return true;
}

/*
 * Note what is odd about the denominators of an arm with a ratio.
 */
static void
CheckDenominators(AbMeans *means, const char *role, const AbArm *arm)
{
	double		d = AbArmMean(means->summary, arm, 1);
	double		variation = AbArmVariance(means->summary, arm, 1, 1) / d / d;

	if (arm->n < 2)
		return;
	if (variation > arm->n / (double) (DENOMINATOR_ERRORS * DENOMINATOR_ERRORS))
		AbNote(&means->row.notes, "the mean denominator of the %s is hardly distinguishable from zero: do not rely on the interval",
			   role);
	else if (variation > UNEQUAL_DENOMINATORS &&
			 arm->n / (1 + variation) < FEW_USERS)
		AbNote(&means->row.notes, "few users in the %s for such unequal denominators: the interval may be too narrow",
			   role);
}

/*
 * The two arms as pairs.
 */
static AbPairs
PairsOfArms(const AbMeans *means, bool covariate, double theta_value)
{
	int			columns = means->summary->columns;
	AbPairs		pairs;

	pairs.control = LinearPair(means->control->moments, columns,
							   covariate, means->control->n);
	pairs.treatment = LinearPair(means->treatment->moments, columns,
								 covariate, means->treatment->n);
	/* a mean that is rounding only is 0 here */
	pairs.control.y = means->control_mean;
	pairs.treatment.y = means->treatment_mean;
	pairs.y_difference = RatioDifference(means, 0, pairs.control.y);
	pairs.x_difference = pairs.known_theta = 0;
	if (covariate)
	{
		AbDouble	all[AB_MAX_MOMENTS];
		AbPair		total;

		pairs.x_difference = RatioDifference(means, 2, pairs.control.x);
		AbMergeArms(means, all);
		total = LinearPair(all, columns, true,
						   pairs.control.n + pairs.treatment.n);
		pairs.known_theta = isnan(theta_value) ? total.sxy / total.sxx :
			theta_value;
	}
	return pairs;
}

/*
 * Are all ratios of users 0 or 1 over 1, that is, is this a comparison of rates?
 */
static bool
IsRate(const AbMeans *means)
{
	return AbBinaryArms(means, 0) && AbBinaryArms(means, 1) &&
		AbArmMean(means->summary, means->control, 1) == 1 &&
		AbArmMean(means->summary, means->treatment, 1) == 1;
}

/*
 * Has the covariate a ratio, that is, do its denominators not sum to zero, nor
 * differ in sign between the arms?  Notes if not.
 */
static bool
CovariateKnown(AbMeans *means)
{
	double		c = AbArmMean(means->summary, means->control, 3);
	double		t = AbArmMean(means->summary, means->treatment, 3);

	if ((c > 0 && t > 0) || (c < 0 && t < 0))
		return true;
	AbNote(&means->row.notes, "not adjusted: the denominators before the experiment sum to zero");
	return false;
}

/*
 * Start a row for the two ratios that a call compares, with their pairs; the
 * call loses a covariate that is no ratio.  Returns whether they can be
 * compared; the notes say why not.
 */
bool
AbStartRatios(AbMeans *means, AbCupedCall *call, AbPairs *pairs)
{
	bool		comparable = AbStartMeans(means, call->summary, &call->test);

	means->row.difference.value = means->row.lift.value = NAN;
	comparable = DescribeArm(means, "control", means->control,
							 &means->control_mean, &means->control_stddev) &&
		comparable;
	comparable = DescribeArm(means, "treatment", means->treatment,
							 &means->treatment_mean, &means->treatment_stddev) &&
		comparable;
	if (!comparable)
		return false;
	CheckDenominators(means, "control", means->control);
	CheckDenominators(means, "treatment", means->treatment);
	if (call->theta != AB_THETA_NONE && !CovariateKnown(means))
		call->theta = AB_THETA_NONE;
	*pairs = PairsOfArms(means, call->theta != AB_THETA_NONE,
						 call->theta_value);
	return true;
}

/*
 * The whole row of the comparison; see AbStartRatios() for what it may change in
 * the call.
 */
void
AbCompareRatios(AbMeans *means, AbCupedCall *call)
{
	AbPairs		pairs;
	bool		comparable = AbStartRatios(means, call, &pairs);

	means->row.method = psprintf("ratio by the delta method%s",
								 AbAlternativeSuffix(call->test.alternative));
	if (comparable)
		AbComparePairs(means, &pairs, call, IsRate(means));
}

/*
 * The comparison, as a row; of the aggregate, whose final function has the
 * state alone, with the defaults.
 */
static Datum
CompareRatios(FunctionCallInfo fcinfo, AbCupedCall *call)
{
	AbMeans		means;

	AbCompareRatios(&means, call);
	return AbRowDatum(fcinfo, &ab_comparison, &means);
}

static Datum
Ratio(FunctionCallInfo fcinfo)
{
	static const AbWidth width = {
		2, 2, "Collect it with ab_summary(numerator, denominator, variant), a row per user."
	};
	static const AbArg args[] = {
		AB_CUPED_ARGS(&width),
		AB_LIFT_METHOD_ARG(AbCupedCall, test)
	};
	AbCupedCall call = {
		.test.reader = "ab_ratio(ab_summary(numerator, denominator, variant)",
		.test.columns = ab_ratio_columns,
		.theta = AB_THETA_NONE,
		.theta_value = NAN,
		.ratios = true
	};

	AbReadArgs(fcinfo, args, &call);
	return CompareRatios(fcinfo, &call);
}

PG_FUNCTION_INFO_V1(ab_ratio);
Datum
ab_ratio(PG_FUNCTION_ARGS)
{
	return Ratio(fcinfo);
}

/*
 * The same from the text of a summary.
 */
PG_FUNCTION_INFO_V1(ab_ratio_text);
Datum
ab_ratio_text(PG_FUNCTION_ARGS)
{
	AbParseSummaryArg(fcinfo);
	return Ratio(fcinfo);
}

PG_FUNCTION_INFO_V1(ab_ratio_final);
Datum
ab_ratio_final(PG_FUNCTION_ARGS)
{
	return Ratio(fcinfo);
}

PG_FUNCTION_INFO_V1(ab_ratio_cuped);
Datum
ab_ratio_cuped(PG_FUNCTION_ARGS)
{
	static const AbWidth width = {
		4, 4, "Collect it with ab_summary(numerator, denominator, numerator_covariate, denominator_covariate, variant), a row per user."
	};
	static const AbArg args[] = {
		AB_CUPED_ARGS(&width),
		AB_THETA_ARGS
	};
	AbCupedCall call = {
		.test.reader = "ab_ratio_cuped(ab_summary(numerator, denominator, numerator_covariate, denominator_covariate, variant)",
		.test.columns = ab_ratio_columns,
		.ratios = true
	};

	AbReadArgs(fcinfo, args, &call);
	AbChooseTheta(&call);
	return CompareRatios(fcinfo, &call);
}
