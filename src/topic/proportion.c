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
#include "base/effect.h"

#include "base/work.h"
#include "math/proportions.h"
#include "math/proportions_exact.h"
#include "topic/summary_io.h"
#include "utils/builtins.h"

typedef struct ProportionMethod ProportionMethod;

struct ProportionMethod
{
	const char *title;			/* as the result has it */
	void		(*test) (AbMeans *means, const AbProportions *counts,
						 const AbTestArgs *args,
						 const ProportionMethod *method);
	AbProportionStatistic statistic;	/* of TestByScore() */
	double		added;			/* successes and failures, of TestByError() */
	double		(*exact) (const AbProportions *counts, AbAlternative alternative,
						  const AbWork *work);
	double		max_rows;		/* of the exact test */
};

/*
 * Note an arm that holds other values than 0 and 1.
 */
static bool
CheckBinary(AbNotes *notes, const char *role, const AbArm *arm)
{
	if (arm->flags & AB_ARM_BINARY(0))
		return true;
	AbNote(notes, "not all values of the %s are 0 or 1: no test of proportions",
		   role);
	return false;
}

/*
 * Fill in the verdict of a statistic that is standard normal without effect.
 */
static void
SetVerdict(AbComparison *row, double statistic, const AbTestArgs *args)
{
	row->statistic = statistic;
	AbDecide(row, AbPValue(statistic, INFINITY, args->alternative));
}

/*
 * An interval from the function that gives its bounds, agreeing with the
 * verdict.
 */
static AbInterval
VerdictInterval(const AbComparison *row, const AbTestArgs *args,
				double low, double high)
{
	AbInterval	interval;

	interval.low = args->alternative == AB_LESS ? -INFINITY : low;
	interval.high = args->alternative == AB_GREATER ? INFINITY : high;
	return AbAgree(interval, row->statistic, row->significant == AB_YES);
}

/*
 * Note that the control's proportion of zero is no base for a lift.
 */
static void
NoteZeroControl(AbComparison *row, const AbProportions *counts)
{
	if (counts->control > 0)
		return;
	if (counts->treatment > 0)
		AbNote(&row->notes, "the control rate is zero: the relative lift is unbounded");
	else
		AbNote(&row->notes, "both rates are zero: no relative lift");
}

/*
 * Score and likelihood-ratio tests.
 */
static void
TestByScore(AbMeans *means, const AbProportions *counts,
			const AbTestArgs *args, const ProportionMethod *method)
{
	AbComparison *row = &means->row;
	AbProportionStatistic kind = method->statistic;
	double		z = AbCriticalT(INFINITY, args->alternative, args->alpha);

	if (kind != AB_PROPORTION_LIKELIHOOD)
		row->std_error = AbProportionNullError(counts, kind);
	SetVerdict(row, AbProportionStatisticAt(counts, kind, 0), args);
	row->difference.interval = VerdictInterval(row, args,
											   AbProportionDifferenceBound(counts, kind, z),
											   AbProportionDifferenceBound(counts, kind, -z));
	row->lift.interval = VerdictInterval(row, args,
										 AbProportionLiftBound(counts, kind, z),
										 AbProportionLiftBound(counts, kind, -z));
	NoteZeroControl(row, counts);
}

/*
 * Newcombe's interval, and the test that it is.
 */
static void
TestByNewcombe(AbMeans *means, const AbProportions *counts,
			   const AbTestArgs *args, const ProportionMethod *method)
{
	AbComparison *row = &means->row;
	double		z = AbCriticalT(INFINITY, args->alternative, args->alpha);

	SetVerdict(row, AbNewcombeStatistic(counts), args);
	row->difference.interval = VerdictInterval(row, args,
											   AbNewcombeDifferenceBound(counts, z),
											   AbNewcombeDifferenceBound(counts, -z));
	row->lift.interval = VerdictInterval(row, args,
										 AbNewcombeLiftBound(counts, z),
										 AbNewcombeLiftBound(counts, -z));
	NoteZeroControl(row, counts);
}

/*
 * Tests by the estimates' own standard errors: unpooled z, and Agresti and
 * Caffo's, which adds a success and a failure to each arm.  The lift is
 * Fieller's.
 */
static void
TestByError(AbMeans *means, const AbProportions *counts,
			const AbTestArgs *args, const ProportionMethod *method)
{
	AbComparison *row = &means->row;
	AbEstimate	difference = row->difference;
	AbEstimate	lift = row->lift;
	AbProportionEstimate control =
		AbEstimateProportion(counts->control, counts->control_n,
							 method->added);
	AbProportionEstimate treatment =
		AbEstimateProportion(counts->treatment, counts->treatment_n,
							 method->added);
	AbEffect	effect;

	effect.difference = method->added > 0 ?
		treatment.proportion - control.proportion : difference.value;
	effect.std_error = sqrt(control.variance + treatment.variance);
	effect.df = INFINITY;
	effect.control = control.proportion;
	effect.control_variance = control.variance;
	effect.covariance = -control.variance;
	(void) AbTestEffect(row, &effect, args->alternative);
	/* the estimates stay those of the data */
	row->difference.value = difference.value;
	row->lift.value = lift.value;
}

/*
 * Exact tests.  They are of equality alone, so there is no interval; pooled z
 * orders the tables of Barnard's.
 */
static void
TestExactly(AbMeans *means, const AbProportions *counts,
			const AbTestArgs *args, const ProportionMethod *method)
{
	AbComparison *row = &means->row;

	if (counts->control_n + counts->treatment_n > method->max_rows)
	{
		AbNote(&row->notes, "more than %.0f rows: no exact test, use method => 'score'",
			   method->max_rows);
		return;
	}
	if (method->exact == AbBarnard)
	{
		row->statistic =
			AbProportionStatisticAt(counts, AB_PROPORTION_SCORE, 0);
		row->std_error = AbProportionNullError(counts, AB_PROPORTION_SCORE);
	}
	AbDecide(row, method->exact(counts, args->alternative, &ab_server_work));
	AbNote(&row->notes, "an exact test of equality has no interval: see method => 'score'");
}

static const ProportionMethod methods[] = {
	{
		.title = "score test (Miettinen-Nurminen)",
		.test = TestByScore,
		.statistic = AB_PROPORTION_SCORE_MN
	},
	{
		.title = "z-test (pooled)",
		.test = TestByScore,
		.statistic = AB_PROPORTION_SCORE
	},
	{
		.title = "z-test (unpooled)",
		.test = TestByError
	},
	{
		.title = "Newcombe interval",
		.test = TestByNewcombe
	},
	{
		.title = "Agresti-Caffo interval",
		.test = TestByError,
		.added = 1
	},
	{
		.title = "likelihood-ratio test (G)",
		.test = TestByScore,
		.statistic = AB_PROPORTION_LIKELIHOOD
	},
	{
		.title = "Fisher exact test",
		.test = TestExactly,
		.exact = AbFisher,
		.max_rows = AB_FISHER_MAX_ROWS
	},
	{
		.title = "Barnard exact test",
		.test = TestExactly,
		.exact = AbBarnard,
		.max_rows = AB_UNCONDITIONAL_MAX_ROWS
	},
	{
		.title = "Boschloo exact test",
		.test = TestExactly,
		.exact = AbBoschloo,
		.max_rows = AB_UNCONDITIONAL_MAX_ROWS
	}
};

/* in the order of the methods */
static const AbWord method_words[] = {
	{"score", 0},
	{"z", 1},
	{"z_unpooled", 2},
	{"newcombe", 3},
	{"agresti_caffo", 4},
	{"likelihood_ratio", 5},
	{"fisher", 6},
	{"barnard", 7},
	{"boschloo", 8}
};

StaticAssertDecl(lengthof(method_words) == lengthof(methods),
				 "words for the methods of tests of proportions");

static const AbWords method_names = AB_WORDS("method", method_words);

typedef struct ProportionCall
{
	const AbSummary *summary;
	AbTestArgs	test;
	int			method;
} ProportionCall;

static const AbArg proportion_args[] = {
	AB_SUMMARY_ARG(ProportionCall, summary, NULL),
	AB_CONTROL_ARG(ProportionCall, test),
	AB_TREATMENT_ARG(ProportionCall, test),
	AB_ALPHA_ARG(ProportionCall, test),
	AB_ALTERNATIVE_ARG(ProportionCall, test),
	AB_WORD_ARG(ProportionCall, method, "method", &method_names, 0)
};

/*
 * Test of two variants' proportions, by the method named; of the aggregate,
 * whose final function has the state alone, with the defaults.
 */
static Datum
ProportionTest(FunctionCallInfo fcinfo)
{
	ProportionCall call = {.test.reader = "ab_proportion_test(ab_summary(outcome, variant)"};
	const ProportionMethod *method;
	AbMeans		means;
	AbComparison *row = &means.row;
	bool		comparable;

	AbReadArgs(fcinfo, proportion_args, &call);
	method = &methods[call.method];
	comparable = AbStartMeans(&means, call.summary, &call.test);
	row->method = psprintf("%s%s", method->title,
						   AbAlternativeSuffix(call.test.alternative));
	if (comparable && CheckBinary(&row->notes, "control", means.control) &&
		CheckBinary(&row->notes, "treatment", means.treatment))
	{
		AbProportions counts;

		counts.control = AbArmSuccesses(means.control, 0);
		counts.control_n = means.control->n;
		counts.treatment = AbArmSuccesses(means.treatment, 0);
		counts.treatment_n = means.treatment->n;
		row->difference.value = AbProportionDifference(&counts);
		row->lift.value = row->difference.value / means.control_mean;
		method->test(&means, &counts, &call.test, method);
	}
	return AbRowDatum(fcinfo, &ab_comparison, &means);
}

PG_FUNCTION_INFO_V1(ab_proportion_test);
Datum
ab_proportion_test(PG_FUNCTION_ARGS)
{
	return ProportionTest(fcinfo);
}

/*
 * The same from the text of a summary.
 */
PG_FUNCTION_INFO_V1(ab_proportion_test_text);
Datum
ab_proportion_test_text(PG_FUNCTION_ARGS)
{
	AbParseSummaryArg(fcinfo);
	return ProportionTest(fcinfo);
}

PG_FUNCTION_INFO_V1(ab_proportion_test_final);
Datum
ab_proportion_test_final(PG_FUNCTION_ARGS)
{
	return ProportionTest(fcinfo);
}
