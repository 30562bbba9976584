/*
 * poisson.c
 *	  Rates of events per exposure (messages per dialog, errors per request):
 *	  the comparison of two Poisson counts.
 *
 * Given the total of events, those of the treatment are binomial with odds
 *
 *		ratio of the rates * treatment exposure / control exposure,
 *
 * so the ratio is tested and its interval found without knowing either rate.
 * The interval of the difference is the score interval, whose test of no
 * difference is the score test; for the other methods with a continuity
 * correction that makes it agree with their p-value (AbCorrectEnd).
 *
 * References:
 *	J. Przyborowski, H. Wilenski, Homogeneity of Results in Testing Samples
 *	from Poisson Series, Biometrika 31 (1940), 313-323.
 *	K. Gu, H. K. T. Ng, M. L. Tang, W. R. Schucany, Testing the Ratio of Two
 *	Poisson Rates, Biometrical Journal 50 (2008), 283-298.
 *	O. Miettinen, M. Nurminen, Comparative Analysis of Two Rates, Statistics in
 *	Medicine 4 (1985), 213-226.
 *	R. A. Fisher, The Significance of Deviations from Expectation in a Poisson
 *	Series, Biometrics 6 (1950), 17-24 (index of dispersion).
 */
#include "base/comparison.h"

#include <math.h>

#include "math/binomial.h"
#include "utils/builtins.h"

/*
 * Counts are noted as dispersed unlike Poisson's when that misstates the
 * standard error by more than this and is more than chance, in standard
 * deviations of the index.
 */
#define DISPERSION_TOLERANCE	0.1
#define DISPERSION_SDS			3

/* Largest logarithm of a ratio of rates that an interval may end at. */
#define LARGEST_LOG_RATIO	690

/* Steps of doubling that cover every double. */
#define MAX_DOUBLINGS	2100

/* How two rates are compared. */
typedef enum RateMethod
{
	RATE_EXACT,
	RATE_MID_P,
	RATE_SCORE,
	RATE_SQRT,
	RATE_WALD
} RateMethod;

/* What an arm adds up to. */
typedef struct RateArm
{
	double		events;
	double		exposure;
	double		rate;
} RateArm;

/*
 * The counts to be compared, with exposure in units of the control's: it is
 * `odds` for the treatment.
 */
typedef struct RateTest
{
	RateMethod	method;
	double		treatment;		/* events */
	double		control;
	double		odds;
} RateTest;

/* What is solved for an end of an interval. */
typedef struct RateEnd
{
	RateTest	test;
	double		level;			/* of the ratio's end */
	double		shift;			/* of the difference's, < 0 for the upper */
	double		critical;		/* likewise */
} RateEnd;

/*
 * The method named in that text argument.  ERROR 22023 if it is none.
 */
static RateMethod
GetMethod(FunctionCallInfo fcinfo, int argument)
{
	static const char *const names[] = {"exact", "mid-p", "score", "sqrt", "wald"};
	const char *name = PG_ARGISNULL(argument) ? "NULL" :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	for (int i = 0; i < (int) lengthof(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (RateMethod) i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown method \"%s\"", name),
			 errhint("Use 'exact', 'mid-p', 'score', 'sqrt' or 'wald'.")));
}

static const char *
MethodName(RateMethod method)
{
	switch (method)
	{
		case RATE_MID_P:
			return "Poisson rates, conditional mid-p";
		case RATE_SCORE:
			return "Poisson rates, score";
		case RATE_SQRT:
			return "Poisson rates, square root";
		case RATE_WALD:
			return "Poisson rates, Wald";
		default:
			return "Poisson rates, exact conditional";
	}
}

/*
 * ERROR 22023 unless the summary has one or two columns.
 */
static void
CheckColumns(const AbSummary *summary)
{
	if (summary->columns > 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a rate needs a summary of one or two columns"),
				 errdetail("This one has %d.", summary->columns),
				 errhint("Collect it by ab_summary(events, exposure, variant), or by ab_summary(events, variant) where every row is one unit of exposure.")));
}

/*
 * Sum of a column.  The mean carries its rounding error, so a sum of whole
 * numbers comes back whole but for the last bits.
 */
static double
ColumnSum(const AbArm *arm, int column)
{
	AbDouble	mean = AbDoubleNormal(arm->moments[column]);
	double		n = arm->n;

	return fma(n, mean.high, n * mean.low);
}

/*
 * The sums of an arm; with one column every row is one unit of exposure.
 */
static RateArm
GetRate(const AbSummary *summary, const AbArm *arm)
{
	RateArm		rate;

	rate.events = ColumnSum(arm, 0);
	rate.exposure = summary->columns == 1 ? (double) arm->n : ColumnSum(arm, 1);
	if (fabs(rate.events - rint(rate.events)) <=
		1e-6 + 1e-12 * fabs(rate.events))
		rate.events = rint(rate.events) + 0.0;	/* no -0 */
	rate.rate = rate.events / rate.exposure;
	return rate;
}

/*
 * Note what keeps the sums of an arm from being a Poisson count.  Returns
 * whether they are one.
 */
static bool
CheckRate(AbComparison *row, const char *role, RateArm rate)
{
	if (!(rate.exposure > 0))
		AbAddNote(row, "the exposure of the %s is not above zero: no rate",
				  role);
	else if (rate.events < 0 || rate.events != rint(rate.events))
		AbAddNote(row, "the events of the %s add up to %g, which is no count",
				  role, rate.events);
	else if (!isfinite(rate.rate) || rate.events > (double) AB_MAX_OBSERVATIONS)
		AbAddNote(row, "values of the %s are too large for double precision",
				  role);
	else
		return true;
	return false;
}

/* ----------------------------------------------------------------------
 * The ratio
 * ----------------------------------------------------------------------
 */

/*
 * One-sided p-values of the hypothesis that the treatment's exposure is
 * `odds` times the control's and the rates are equal, which is that a ratio
 * is 1 in other units.  With x the events, n their sum and d the odds:
 *
 *		score	(xt - xc d) / sqrt(n d)
 *		wald	(xt - xc d) / sqrt(xt + xc d^2)
 *		sqrt	2 (sqrt(xt + 3/8) - sqrt(d (xc + 3/8))) / sqrt(1 + d)
 *
 * All decrease in d.
 */
static AbTails
RateTails(const RateTest *test, double odds, double *statistic)
{
	double		xt = test->treatment;
	double		xc = test->control;
	AbTails		none = {1, 1};

	*statistic = NAN;
	switch (test->method)
	{
		case RATE_EXACT:
		case RATE_MID_P:
			return AbBinomialTails(xt, xt + xc, odds, test->method == RATE_MID_P);
		case RATE_SQRT:
			*statistic = 2 * (sqrt((xt + 0.375) / (1 + odds)) -
							  sqrt((xc + 0.375) * (odds / (1 + odds))));
			break;
		case RATE_WALD:
			*statistic = (xt - xc * odds) / hypot(sqrt(xt), sqrt(xc) * odds);
			break;
		default:
			*statistic = (xt - xc * odds) / sqrt(xt + xc) / sqrt(odds);
			break;
	}
	if (xt + xc == 0)
	{
		*statistic = NAN;
		return none;
	}
	return AbNormalTails(*statistic);
}

/*
 * Distance of two levels on a scale that tells small ones apart.
 */
static double
LevelDistance(double a, double b)
{
	return (a - b) / (a + b);
}

static AbTails
TailsAtRatio(const RateTest *test, double log_ratio)
{
	double		statistic;

	/* the hypothesis that the ratio is r is one of equal rates at odds r */
	return RateTails(test, test->odds * exp(log_ratio), &statistic);
}

static double
LowerRatioCrossing(double log_ratio, void *context)
{
	RateEnd    *end = (RateEnd *) context;

	return LevelDistance(end->level, TailsAtRatio(&end->test, log_ratio).upper);
}

static double
UpperRatioCrossing(double log_ratio, void *context)
{
	RateEnd    *end = (RateEnd *) context;

	return LevelDistance(TailsAtRatio(&end->test, log_ratio).lower, end->level);
}

/*
 * The lifts that the test does not reject at that level on either side.
 * Without events in the control there is no upper end, and no lower one
 * either where the test rejects every ratio, as Wald's may.
 */
static AbInterval
LiftInterval(const RateTest *test, AbAlternative alternative, double level)
{
	const double largest = LARGEST_LOG_RATIO - fabs(log(test->odds));
	RateEnd		end = {*test, level, 0, 0};
	AbInterval	lift = {-INFINITY, INFINITY};
	double		log_ratio;

	if (alternative != AB_LESS)
	{
		log_ratio = AbFindCrossing(LowerRatioCrossing, &end, -largest, largest);
		lift.low = log_ratio >= largest ? NAN :
			log_ratio <= -largest ? -1 : expm1(log_ratio);
	}
	if (alternative != AB_GREATER)
	{
		log_ratio = AbFindCrossing(UpperRatioCrossing, &end, -largest, largest);
		lift.high = log_ratio >= largest ? INFINITY : expm1(log_ratio);
	}
	return lift;
}

/* ----------------------------------------------------------------------
 * The difference
 * ----------------------------------------------------------------------
 */

/*
 * The score statistic of the hypothesis that the difference is d, per unit of
 * the control's exposure:
 *
 *		(xt / o - xc - d) / sqrt((c + d) / o + c),
 *
 * where o is the treatment's exposure and c estimates the control's rate under
 * that hypothesis, the larger root of
 *
 *		(1 + o) c^2 - (xt + xc - (1 + o) d) c - xc d = 0,
 *
 * here for d >= 0; for d < 0 the treatment's rate is estimated likewise.  The
 * correction moves `shift` events from one arm to the other.  Wald's variance
 * does not depend on d.
 */
static double
DifferenceScore(const RateTest *test, double d, double shift)
{
	double		xt = test->treatment;
	double		xc = test->control;
	double		o = test->odds;
	double		known = d >= 0 ? xc : xt;
	double		p = xt + xc - (1 + o) * fabs(d);
	double		c = known * fabs(d);
	double		root = sqrt(p * p + 4 * (1 + o) * c);
	double		smaller = p > 0 ? (p + root) / (2 * (1 + o)) :
		c > 0 ? 2 * c / (root - p) : 0;
	double		larger = smaller + fabs(d);
	double		variance;
	double		value = xt / o - xc - d - shift * (1 / o + 1);

	if (test->method == RATE_WALD && xt + xc > 0)
		variance = xt / o / o + xc;
	else
		variance = d >= 0 ? larger / o + smaller : smaller / o + larger;
	if (variance > 0)
		return value / sqrt(variance);
	return value == 0 ? 0 : copysign(INFINITY, value);
}

static double
DifferenceCrossing(double d, void *context)
{
	RateEnd    *end = (RateEnd *) context;
	double		excess = DifferenceScore(&end->test, d, end->shift) -
		end->critical;

	/* keeps order and sign, and an infinite value from the search */
	return isinf(excess) ? copysign(1, excess) : excess / (1 + fabs(excess));
}

/*
 * An end of the difference's interval: the root is on either side of the
 * estimate, and is enclosed by doubling.
 */
static double
DifferenceEnd(const RateTest *test, double shift, double critical)
{
	RateEnd		end = {*test, 0, shift, critical};
	double		estimate = test->treatment / test->odds - test->control;
	double		width = 1 / test->odds + 1;
	double		low = estimate;
	double		high = estimate;

	for (int i = 0; i < MAX_DOUBLINGS; i++)
	{
		if (DifferenceCrossing(low, &end) < 0)
			low = estimate - width;
		else if (DifferenceCrossing(high, &end) > 0)
			high = estimate + width;
		else
			return AbFindCrossing(DifferenceCrossing, &end, low, high);
		width *= 2;
	}
	return NAN;
}

/*
 * The differences, in the units of the rates, that agree with the tails of
 * the test of no difference.
 */
static AbInterval
DifferenceInterval(const RateTest *test, AbTails tails,
				   AbAlternative alternative, double level, double exposure)
{
	double		n = test->treatment + test->control;
	double		excess = (test->treatment - test->control * test->odds) /
		(1 + test->odds);
	double		sd = sqrt(n * test->odds) / (1 + test->odds);
	double		usual = test->method == RATE_EXACT ? 0.5 : 0;
	AbEndCorrection low = AbUsualEnd(usual, level);
	AbEndCorrection high = low;
	AbInterval	interval = {-INFINITY, INFINITY};

	/* the score test and Wald's are their intervals' already */
	if (test->method != RATE_SCORE && test->method != RATE_WALD)
	{
		low = AbCorrectEnd(excess, sd, tails.upper, usual, level);
		high = AbCorrectEnd(-excess, sd, tails.lower, usual, level);
	}
	if (alternative != AB_LESS)
		interval.low = DifferenceEnd(test, low.shift, low.critical) / exposure;
	if (alternative != AB_GREATER)
		interval.high = DifferenceEnd(test, -high.shift, -high.critical) / exposure;
	return interval;
}

/* ----------------------------------------------------------------------
 * The comparison
 * ----------------------------------------------------------------------
 */

/*
 * Variance of the events of an arm's rows around rate times exposure, over
 * the events' number, which is what it is for Poisson counts:
 *
 *		(Syy - 2 r Sye + r^2 See) n / (n - 1) / events.
 */
static double
DispersionIndex(const AbSummary *summary, const AbArm *arm, RateArm rate)
{
	double		sum = AbArmVariance(summary, arm, 0, 0);

	if (summary->columns == 2)
		sum += rate.rate * (rate.rate * AbArmVariance(summary, arm, 1, 1) -
							2 * AbArmVariance(summary, arm, 0, 1));
	return fmax(sum, 0) * arm->n / rate.events;
}

/*
 * Compare the rows' variance with Poisson's, where there are rows to do so.
 */
static void
CheckDispersion(AbComparison *row, RateArm control, RateArm treatment)
{
	double		vc = control.rate / control.exposure;
	double		vt = treatment.rate / treatment.exposure;
	double		rows = (double) row->control->n + row->treatment->n - 2;
	double		index = 0;

	if (row->control->n == 1 || row->treatment->n == 1)
	{
		AbAddNote(row, "the dispersion of the events cannot be checked: an arm has one row");
		return;
	}
	if (control.events > 0)
		index += vc / (vc + vt) *
			DispersionIndex(row->summary, row->control, control);
	if (treatment.events > 0)
		index += vt / (vc + vt) *
			DispersionIndex(row->summary, row->treatment, treatment);

	if (!isfinite(index) || fabs(sqrt(index) - 1) <= DISPERSION_TOLERANCE ||
		fabs(index - 1) <= DISPERSION_SDS * sqrt(2 / rows))
		return;
	if (index > 1)
		AbAddNote(row, "the events vary %.3g times as much as Poisson's: the test is too sure, use %s",
				  index, row->summary->columns == 1 ? "Welch's ab_ttest" : "ab_ratio");
	else
		AbAddNote(row, "the events vary only %.3g times as much as Poisson's: the test is less sure than it could be",
				  index);
}

/*
 * The test of the row's two arms, once their sums are known to be counts.
 */
static void
CompareRates(AbComparison *row, const AbTestOptions *options,
			 RateMethod method, RateArm control, RateArm treatment)
{
	RateTest	test = {method, treatment.events, control.events,
	treatment.exposure / control.exposure};
	double		level = options->alternative == AB_TWO_SIDED ?
		options->alpha / 2 : options->alpha;
	AbTails		tails;

	/* squares of them have to stay in range */
	if (!(fabs(log(test.odds)) <= 200) ||
		!(fabs(log(control.exposure)) <= 200))
	{
		AbAddNote(row, "the exposures are too different for double precision");
		return;
	}

	tails = RateTails(&test, test.odds, &row->test.statistic);
	row->test.p_value = AbTailsPValue(tails, options->alternative);
	row->test.significant = row->test.p_value < options->alpha;
	row->std_error = sqrt(control.rate / control.exposure +
						  treatment.rate / treatment.exposure);
	row->interval = AbAgree(DifferenceInterval(&test, tails,
											   options->alternative, level,
											   control.exposure),
							row->difference, row->test.significant);
	row->tested = true;

	if (control.events + treatment.events == 0)
	{
		AbAddNote(row, "no events in either arm: no relative lift");
		return;
	}
	row->lift = AbAgree(LiftInterval(&test, options->alternative, level),
						row->difference, row->test.significant);
	if (control.events == 0)
		AbAddNote(row, "no events in the control: no relative lift, and its interval has no upper end");
	CheckDispersion(row, control, treatment);
}

/*
 * Rates of two variants of a summary.
 */
PG_FUNCTION_INFO_V1(ab_rate_test);
Datum
ab_rate_test(PG_FUNCTION_ARGS)
{
	const AbSummary *summary = PG_ARGISNULL(0) ? NULL : AB_GETARG_SUMMARY(0);
	AbTestOptions options;
	AbComparison row;
	RateMethod	method;
	RateArm		control = {NAN, NAN, NAN};
	RateArm		treatment = {NAN, NAN, NAN};
	bool		tested;

	AbGetOptions(fcinfo, &options, 1, 2, 3, 4, -1);
	method = GetMethod(fcinfo, 5);
	if (summary)
		CheckColumns(summary);

	AbStartComparison(&row, summary, &options);
	row.method = psprintf("%s%s", MethodName(method),
						  AbAlternativeSuffix(options.alternative));
	tested = row.tested;
	row.tested = false;

	/* the means of a rate are the rates, which have no standard deviation */
	if (row.control && AbArmKnown(row.control) && row.control->n > 0)
		control = GetRate(summary, row.control);
	if (row.treatment && AbArmKnown(row.treatment) && row.treatment->n > 0)
		treatment = GetRate(summary, row.treatment);
	row.control_mean = control.rate;
	row.treatment_mean = treatment.rate;
	if (summary && summary->columns == 2)
		row.control_stddev = row.treatment_stddev = NAN;

	if (tested)
	{
		bool		countable = CheckRate(&row, "control", control);

		row.difference = treatment.rate - control.rate;
		if (CheckRate(&row, "treatment", treatment) && countable)
			CompareRates(&row, &options, method, control, treatment);
	}
	return AbComparisonDatum(fcinfo, &row);
}
