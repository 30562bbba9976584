/*
 * proportion.c
 *	  Two-sample tests of proportions from a summary of zeros and ones.
 *
 * The counts come back exactly from the moments.  Every method that has
 * intervals has them from the very test that gives the p-value, so the two
 * cannot disagree; where a method is an interval (Newcombe), its p-value is
 * the level at which the interval just reaches zero.
 *
 * The mathematics is in proportions.c and proportions_exact.c, with its references.
 */
#include "base/comparison.h"

#include <math.h>

#include "base/work.h"
#include "math/proportions_exact.h"
#include "math/proportions.h"
#include "utils/builtins.h"

typedef struct ProportionMethod ProportionMethod;

struct ProportionMethod
{
	const char *name;			/* as the argument has it */
	const char *title;			/* as the result has it */
	void		(*test) (AbComparison *row, const AbRates *rates,
						 const AbTestOptions *options,
						 const ProportionMethod *method);
	AbRateStatistic statistic;	/* of TestByScore() */
	double		added;			/* successes and failures, of TestByError() */
	double		(*exact) (const AbRates *rates, AbAlternative alternative,
						  const AbWork *work);
	double		max_rows;		/* of the exact test */
};

/*
 * Note an arm that holds other values than 0 and 1.
 */
static bool
CheckBinary(AbComparison *row, const char *role, const AbArm *arm)
{
	if (arm->flags & AB_ARM_BINARY(0))
		return true;
	AbAddNote(row, "not all values of the %s are 0 or 1: no test of proportions",
			  role);
	return false;
}

/*
 * Fill in the verdict of a statistic that is standard normal without effect.
 */
static void
SetVerdict(AbComparison *row, double statistic, const AbTestOptions *options)
{
	row->test.statistic = statistic;
	row->test.p_value = AbPValue(statistic, INFINITY, options->alternative);
	row->test.significant = row->test.p_value < options->alpha;
}

/*
 * An interval from the function that gives its bounds, agreeing with the
 * verdict.
 */
static AbInterval
VerdictInterval(const AbComparison *row, const AbTestOptions *options,
				double low, double high)
{
	AbInterval	interval;

	interval.low = options->alternative == AB_LESS ? -INFINITY : low;
	interval.high = options->alternative == AB_GREATER ? INFINITY : high;
	return AbAgree(interval, row->test.statistic, row->test.significant);
}

/*
 * Note that the control's rate of zero is no base for a lift.
 */
static void
NoteZeroControl(AbComparison *row, const AbRates *rates)
{
	if (rates->control > 0)
		return;
	if (rates->treatment > 0)
		AbAddNote(row, "the control rate is zero: the relative lift is unbounded");
	else
		AbAddNote(row, "both rates are zero: no relative lift");
}

/*
 * Score and likelihood-ratio tests.
 */
static void
TestByScore(AbComparison *row, const AbRates *rates,
			const AbTestOptions *options, const ProportionMethod *method)
{
	AbRateStatistic kind = method->statistic;
	double		z = AbCriticalT(INFINITY, options->alternative, options->alpha);

	if (kind != AB_RATE_LIKELIHOOD)
		row->std_error = AbRateNullError(rates, kind);
	SetVerdict(row, AbRateStatisticAt(rates, kind, 0), options);
	row->interval = VerdictInterval(row, options,
									AbRateDifferenceBound(rates, kind, z),
									AbRateDifferenceBound(rates, kind, -z));
	row->lift = VerdictInterval(row, options,
								AbRateLiftBound(rates, kind, z),
								AbRateLiftBound(rates, kind, -z));
	NoteZeroControl(row, rates);
}

/*
 * Newcombe's interval, and the test that it is.
 */
static void
TestByNewcombe(AbComparison *row, const AbRates *rates,
			   const AbTestOptions *options, const ProportionMethod *method)
{
	double		z = AbCriticalT(INFINITY, options->alternative, options->alpha);

	SetVerdict(row, AbNewcombeStatistic(rates), options);
	row->interval = VerdictInterval(row, options,
									AbNewcombeDifferenceBound(rates, z),
									AbNewcombeDifferenceBound(rates, -z));
	row->lift = VerdictInterval(row, options,
								AbNewcombeLiftBound(rates, z),
								AbNewcombeLiftBound(rates, -z));
	NoteZeroControl(row, rates);
}

/*
 * Tests by the estimates' own standard errors: unpooled z, and Agresti and
 * Caffo's, which adds a success and a failure to each arm.  The lift is
 * Fieller's.
 */
static void
TestByError(AbComparison *row, const AbRates *rates,
			const AbTestOptions *options, const ProportionMethod *method)
{
	double		difference = row->difference;
	AbRateEstimate control = AbEstimateRate(rates->control, rates->control_n,
											method->added);
	AbRateEstimate treatment = AbEstimateRate(rates->treatment,
											  rates->treatment_n,
											  method->added);
	AbEffect	effect;

	effect.difference = method->added > 0 ?
		treatment.rate - control.rate : difference;
	effect.std_error = sqrt(control.variance + treatment.variance);
	effect.df = INFINITY;
	effect.control = control.rate;
	effect.control_variance = control.variance;
	effect.covariance = -control.variance;
	AbTestEffect(row, &effect, options);
	row->difference = difference;
}

/*
 * Exact tests.  They are of equality alone, so there is no interval; pooled z
 * orders the tables of Barnard's.
 */
static void
TestExactly(AbComparison *row, const AbRates *rates,
			const AbTestOptions *options, const ProportionMethod *method)
{
	if (rates->control_n + rates->treatment_n > method->max_rows)
	{
		row->tested = false;
		AbAddNote(row, "more than %.0f rows: no exact test, use method => 'score'",
				  method->max_rows);
		return;
	}
	if (method->exact == AbBarnard)
	{
		row->test.statistic = AbRateStatisticAt(rates, AB_RATE_SCORE, 0);
		row->std_error = AbRateNullError(rates, AB_RATE_SCORE);
	}
	row->test.p_value = method->exact(rates, options->alternative,
									   &ab_server_work);
	row->test.significant = row->test.p_value < options->alpha;
	AbAddNote(row, "an exact test of equality has no interval: see method => 'score'");
}

static const ProportionMethod methods[] = {
	{.name = "score", .title = "score test (Miettinen-Nurminen)",
	.test = TestByScore, .statistic = AB_RATE_SCORE_MN},
	{.name = "z", .title = "z-test (pooled)",
	.test = TestByScore, .statistic = AB_RATE_SCORE},
	{.name = "z_unpooled", .title = "z-test (unpooled)",
	.test = TestByError},
	{.name = "newcombe", .title = "Newcombe interval",
	.test = TestByNewcombe},
	{.name = "agresti_caffo", .title = "Agresti-Caffo interval",
	.test = TestByError, .added = 1},
	{.name = "likelihood_ratio", .title = "likelihood-ratio test (G)",
	.test = TestByScore, .statistic = AB_RATE_LIKELIHOOD},
	{.name = "fisher", .title = "Fisher exact test",
	.test = TestExactly, .exact = AbFisher,
	.max_rows = AB_FISHER_MAX_ROWS},
	{.name = "barnard", .title = "Barnard exact test",
	.test = TestExactly, .exact = AbBarnard,
	.max_rows = AB_UNCONDITIONAL_MAX_ROWS},
	{.name = "boschloo", .title = "Boschloo exact test",
	.test = TestExactly, .exact = AbBoschloo,
	.max_rows = AB_UNCONDITIONAL_MAX_ROWS}
};

/*
 * The method named in that text argument.  ERROR 22023 if there is none.
 */
static const ProportionMethod *
GetMethod(FunctionCallInfo fcinfo, int argument)
{
	const char *name = PG_ARGISNULL(argument) ? "NULL" :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	for (int i = 0; i < (int) lengthof(methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown method \"%s\"", name),
			 errhint("Use 'score', 'z', 'z_unpooled', 'newcombe', 'agresti_caffo', 'likelihood_ratio', 'fisher', 'barnard' or 'boschloo'.")));
}

/*
 * Test of two variants' proportions, by the method named.
 */
PG_FUNCTION_INFO_V1(ab_proportion_test);
Datum
ab_proportion_test(PG_FUNCTION_ARGS)
{
	const ProportionMethod *method;
	AbTestOptions options;
	AbComparison row;

	AbGetOptions(fcinfo, &options, 1, 2, 3, 4, -1);
	method = GetMethod(fcinfo, 5);
	AbStartComparison(&row, PG_ARGISNULL(0) ? NULL : AB_GETARG_SUMMARY(0),
					  &options);
	row.method = psprintf("%s%s", method->title,
						  AbAlternativeSuffix(options.alternative));
	if (row.tested)
		row.tested = CheckBinary(&row, "control", row.control) &&
			CheckBinary(&row, "treatment", row.treatment);
	if (row.tested)
	{
		AbRates		rates;

		rates.control = AbArmSuccesses(row.control, 0);
		rates.control_n = row.control->n;
		rates.treatment = AbArmSuccesses(row.treatment, 0);
		rates.treatment_n = row.treatment->n;
		row.difference = AbRateDifference(&rates);
		method->test(&row, &rates, &options, method);
	}
	return AbComparisonDatum(fcinfo, &row);
}
