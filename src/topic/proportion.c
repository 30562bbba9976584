/*
 * proportion.c
 *	  Two-sample tests of proportions from a summary of zeros and ones, or of
 *	  successes and trials.
 *
 * The counts come back exactly from the moments.  Every method that has
 * intervals has them from the very test that gives the p-value, so the two
 * cannot disagree; where a method is an interval (Newcombe), its p-value is
 * the level at which the interval just reaches zero.
 *
 * The mathematics is in proportions.c, proportions_score.c and
 * proportions_exact.c, with its references.
 */
#include "topic/proportion.h"

#include "base/work.h"
#include "math/proportions_exact.h"
#include "topic/summary_io.h"
#include "utils/builtins.h"

/*
 * Batches are noted as varying more than the binomial allows when that
 * misstates the standard error by more than this and is more than chance, in
 * standard deviations of the index.
 */
#define DISPERSION_TOLERANCE	0.1
#define DISPERSION_SDS			3

typedef struct ProportionMethod ProportionMethod;

/* What a call asks. */
typedef struct ProportionCall
{
	const AbSummary *summary;
	AbTestArgs	test;
	int			method;
	double		null_difference;
	double		null_ratio;		/* NaN if the hypothesis is a difference */
	bool		continuity;
	AbProportionNull null;
} ProportionCall;

struct ProportionMethod
{
	const char *title;			/* as the result has it */
	void		(*test) (AbMeans *means, const AbProportions *counts,
						 const ProportionCall *call,
						 const ProportionMethod *method);
	AbScoreTest score;			/* of TestByScore() */
	double		added;			/* successes and failures, of TestByError() */
	double		(*exact) (const AbProportions *counts, AbAlternative alternative,
						  const AbWork *work);
	double		max_rows;		/* of the exact test */
	const char *corrected;		/* its title with Yates' correction, if it has
								 * one */
};

/* ----------------------------------------------------------------------
 * The methods
 * ----------------------------------------------------------------------
 */

/*
 * Score and likelihood-ratio tests.
 */
static void
TestByScore(AbMeans *means, const AbProportions *counts,
			const ProportionCall *call, const ProportionMethod *method)
{
	AbScoreTest test = method->score;

	if (call->continuity)
		test.continuity = AB_CONTINUITY_YATES;
	AbTestRates(&means->row, counts, test, call->null, call->test.alternative);
	if (test.statistic == AB_SCORE_SKEWNESS)
		(void) AbNoteFewEvents(&means->row, counts, call->null);
}

/*
 * Cut an interval to the values that there are.
 */
static void
CutInterval(AbInterval *interval, double low, double high)
{
	if (isfinite(interval->low))
		interval->low = fmax(interval->low, low);
	if (isfinite(interval->high))
		interval->high = fmin(interval->high, high);
}

/*
 * Newcombe's interval, and the test that it is.
 */
static void
TestByNewcombe(AbMeans *means, const AbProportions *counts,
			   const ProportionCall *call, const ProportionMethod *method)
{
	AbComparison *row = &means->row;
	AbAlternative alternative = call->test.alternative;
	double		z = AbCriticalT(INFINITY, alternative, row->alpha);

	row->statistic = AbNewcombeStatistic(counts);
	AbDecide(row, AbPValue(row->statistic, INFINITY, alternative));
	row->difference.interval =
		AbAgreeAt(row, AbOneOrBoth(alternative,
								   AbNewcombeDifferenceBound(counts, z),
								   AbNewcombeDifferenceBound(counts, -z)), 0);
	CutInterval(&row->difference.interval, -1, 1);
	row->lift.interval =
		AbAgreeAt(row, AbOneOrBoth(alternative, AbNewcombeLiftBound(counts, z),
								   AbNewcombeLiftBound(counts, -z)), 0);
	AbNoteZeroControl(row, counts);
}

/*
 * The effect with Yates' correction: half a user less among the successes of
 * one arm, and half more in the other, so that the difference is smaller for a
 * sign of 1 and larger for one of -1.
 */
static AbEffect
MoveHalves(const AbEffect *effect, const AbProportions *counts, double sign)
{
	AbEffect	moved = *effect;

	moved.control += sign / (2 * counts->control_n);
	moved.difference -= sign * (1 / counts->control_n +
								1 / counts->treatment_n) / 2;
	return moved;
}

/*
 * The unpooled z-test with Yates' correction, at most to a difference of zero.
 * The interval of the difference is the one of R's prop.test().
 */
static void
TestCorrected(AbComparison *row, const AbEffect *effect,
			  const AbProportions *counts, AbAlternative alternative)
{
	double		correction = fmin((1 / counts->control_n +
								   1 / counts->treatment_n) / 2,
								  fabs(effect->difference));
	AbEffect	less = MoveHalves(effect, counts, 1);
	AbEffect	more = MoveHalves(effect, counts, -1);
	AbEffect	moved = *effect;
	AbDecision	decision = {AbCriticalT(INFINITY, alternative, row->alpha),
	alternative, false};
	AbInterval	low;
	AbInterval	high;

	moved.difference -= copysign(correction, effect->difference);
	if (!AbTestStatistic(row, &moved, alternative))
		return;
	decision.significant = row->significant == AB_YES;
	row->difference.interval =
		AbAgreeAt(row, AbOneOrBoth(alternative,
								   effect->difference - correction -
								   decision.critical * effect->std_error,
								   effect->difference + correction +
								   decision.critical * effect->std_error), 0);
	if (effect->control == 0)
		AbNoteZeroControl(row, counts);
	else if (AbFieller(&less, &decision, &low) &&
			 more.control > 0 && AbFieller(&more, &decision, &high))
		row->lift.interval = AbAgreeAt(row, AbOneOrBoth(alternative, low.low,
														high.high), 0);
	else
		AbNote(&row->notes, "the lift's interval is unbounded: the control mean is not distinguishable from zero");
}

/*
 * Tests by the estimates' own standard errors: unpooled z, and Agresti and
 * Caffo's, which adds a success and a failure to each arm.  The lift is
 * Fieller's.
 */
static void
TestByError(AbMeans *means, const AbProportions *counts,
			const ProportionCall *call, const ProportionMethod *method)
{
	AbComparison *row = &means->row;
	AbAlternative alternative = call->test.alternative;
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
	if (call->continuity)
		TestCorrected(row, &effect, counts, alternative);
	else
		(void) AbTestEffect(row, &effect, alternative, NULL);
	CutInterval(&row->difference.interval, -1, 1);
	CutInterval(&row->lift.interval, -1, INFINITY);
	/* the estimates stay those of the data */
	row->difference.value = difference.value;
	row->lift.value = lift.value;
}

/*
 * Exact tests.  They are of equality alone, so there is no interval; a z orders
 * the tables of Barnard's.
 */
static void
TestExactly(AbMeans *means, const AbProportions *counts,
			const ProportionCall *call, const ProportionMethod *method)
{
	static const AbScoreTest pooled = {AB_SCORE, AB_CONTINUITY_NONE};
	AbComparison *row = &means->row;

	if (counts->control_n + counts->treatment_n > method->max_rows)
	{
		AbNote(&row->notes, "more than %.0f rows: no exact test, use method => 'score'",
			   method->max_rows);
		return;
	}
	if (method->exact == AbBarnard)
	{
		row->statistic = AbScoreAt(counts, pooled, call->null, AB_TWO_SIDED);
		row->std_error = AbScoreError(counts, pooled, call->null);
	}
	else if (method->exact == AbBarnardUnpooled)
	{
		row->std_error =
			sqrt(AbEstimateProportion(counts->control, counts->control_n, 0).variance +
				 AbEstimateProportion(counts->treatment, counts->treatment_n, 0).variance);
		row->statistic = row->difference.value == 0 ? 0 :
			row->difference.value / row->std_error;
	}
	AbDecide(row, method->exact(counts, call->test.alternative, &ab_server_work));
	AbNote(&row->notes, "an exact test of equality has no interval: see method => 'score'");
}

static const ProportionMethod methods[] = {
	{
		.test = TestByScore,
		.score = {AB_SCORE_MN, AB_CONTINUITY_NONE}
	},
	{
		.test = TestByScore,
		.score = {AB_SCORE_SKEWNESS, AB_CONTINUITY_QUARTER}
	},
	{
		.test = TestByScore,
		.score = {AB_SCORE, AB_CONTINUITY_NONE}
	},
	{
		.title = "z-test (unpooled)",
		.test = TestByError,
		.corrected = "z-test (unpooled, continuity correction)"
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
		.test = TestByScore,
		.score = {AB_SCORE_LIKELIHOOD, AB_CONTINUITY_NONE}
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
	},
	{
		.title = "Barnard exact test (unpooled)",
		.test = TestExactly,
		.exact = AbBarnardUnpooled,
		.max_rows = AB_UNCONDITIONAL_MAX_ROWS
	}
};

/* in the order of the methods */
static const AbWord method_words[] = {
	{"score", 0, NULL},
	{"score_skewness", 1, NULL},
	{"z", 2, NULL},
	{"z_unpooled", 3, NULL},
	{"newcombe", 4, NULL},
	{"agresti_caffo", 5, NULL},
	{"likelihood_ratio", 6, NULL},
	{"fisher", 7, NULL},
	{"barnard", 8, NULL},
	{"boschloo", 9, NULL},
	{"barnard_unpooled", 10, NULL}
};

StaticAssertDecl(lengthof(method_words) == lengthof(methods),
				 "words for the methods of tests of proportions");

static const AbWords method_names = AB_WORDS("method", method_words);

static const AbWidth width = {
	1, 2, "Collect it by ab_summary(outcome, variant), or by ab_summary(successes, trials, variant) with a row per batch."
};

static const AbColumnName batch_columns[] = {
	{"successes", "successes"},
	{"trials", "trials"}
};

static const AbRange difference_range = {
	.low = -1, .low_open = true, .high = 1, .high_open = true,
	.optional = true,
	.message = "null_difference must be between -1 and 1",
	.hint = "It is the difference of the rates, treatment - control, that is tested: -0.02 for two percentage points less."
};

static const AbRange ratio_range = {
	.low = 0, .low_open = true, .high = DBL_MAX, .optional = true,
	.message = "null_ratio must be positive and finite",
	.hint = "It is the ratio of the rates, treatment / control, that is tested: 0.9 for a tenth less."
};

static const AbArg proportion_args[] = {
	AB_SUMMARY_ARG(ProportionCall, summary, &width),
	AB_CONTROL_ARG(ProportionCall, test),
	AB_TREATMENT_ARG(ProportionCall, test),
	AB_ALPHA_ARG(ProportionCall, test),
	AB_ALTERNATIVE_ARG(ProportionCall, test),
	AB_WORD_ARG(ProportionCall, method, "method", &method_names, 0),
	AB_NUMBER_ARG(ProportionCall, null_difference, "null_difference",
				  &difference_range, 0),
	AB_NUMBER_ARG(ProportionCall, null_ratio, "null_ratio", &ratio_range, NAN),
	AB_FLAG_ARG(ProportionCall, continuity, "continuity",
				"Use true for Yates' correction.", false)
};

/*
 * The hypothesis that a call names, and whether its method tests that.  ERROR
 * 22023 if it does not.
 */
static void
CheckCall(ProportionCall *call, const ProportionMethod *method)
{
	bool		score = method->test == TestByScore;

	call->null.ratio = !isnan(call->null_ratio);
	call->null.value = call->null.ratio ? call->null_ratio :
		isnan(call->null_difference) ? 0 : call->null_difference;
	if (call->null.ratio && call->null_difference != 0 &&
		!isnan(call->null_difference))
		AbBadParameter("null_difference and null_ratio exclude each other",
					   call->null_ratio, "Name the one that is to be tested.");
	if (!score && (call->null.ratio || call->null.value != 0))
		AbBadParameter("this method tests no other difference than zero",
					   call->null.value,
					   "Use method => 'score_skewness', 'score', 'z' or 'likelihood_ratio'.");
	if (call->continuity && method->corrected == NULL &&
		!(score && method->score.statistic <= AB_SCORE_MN))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("method \"%s\" has no continuity correction",
						AbWordOf(&method_names, call->method)),
				 errhint("Use method => 'z', 'z_unpooled' or 'score'.")));
}

/*
 * Name of the method, with its hypothesis if that is not equality.
 */
static char *
MethodText(const ProportionCall *call, const ProportionMethod *method)
{
	AbScoreTest test = method->score;
	const char *title = method->title;
	AbAlternative alternative = call->test.alternative;

	if (call->continuity)
		test.continuity = AB_CONTINUITY_YATES;
	if (method->test == TestByScore)
		title = AbScoreTestName(test);
	else if (call->continuity)
		title = method->corrected;
	if (!call->null.ratio && call->null.value == 0)
		return psprintf("%s%s", title, AbAlternativeSuffix(alternative));
	return psprintf("%s, H0: treatment %s %s %.15g", title,
					call->null.ratio ? "/ control" : "- control",
					alternative == AB_TWO_SIDED ? "=" :
					alternative == AB_GREATER ? "<=" : ">=",
					call->null.value);
}

/* ----------------------------------------------------------------------
 * Successes and trials in batches
 * ----------------------------------------------------------------------
 */

/*
 * The sum of a column of whole numbers, NaN if it is none up to 2^53.
 */
static double
WholeSum(const AbArm *arm, int column)
{
	AbDouble	mean = AbDoubleNormal(arm->moments[column]);
	double		n = arm->n;
	double		sum = AbArmSuccesses(arm, column);

	if (fabs(fma(n, mean.high, n * mean.low) - sum) >
		1e-6 + 1e-12 * fabs(sum) || !(fabs(sum) <= (double) AB_MAX_OBSERVATIONS))
		return NAN;
	return sum;
}

/*
 * The totals of an arm.  Returns whether they are successes and trials; a note
 * says what they are else.
 */
static bool
TotalArm(AbNotes *notes, const char *role, const AbArm *arm,
		 double *successes, double *trials)
{
	*successes = WholeSum(arm, 0);
	*trials = WholeSum(arm, 1);
	if (*successes >= 0 && *trials > 0 && *successes <= *trials)
		return true;
	AbNote(notes, "the columns of the %s do not add up to successes and trials: no test of proportions",
		   role);
	return false;
}

/*
 * Sum of the squares of the residuals x - p n of an arm's batches, and what the
 * binomial makes of it, sum p q n (1 - n / N).
 */
static void
AddDispersion(const AbSummary *summary, const AbArm *arm, double successes,
			  double trials, double *squares, double *expected)
{
	double		rows = arm->n;
	double		p = successes / trials;
	double		more = arm->n < 2 ? 0 : rows - 1;
	double		sxx = AbArmVariance(summary, arm, 0, 0);
	double		sxy = AbArmVariance(summary, arm, 0, 1);
	double		syy = AbArmVariance(summary, arm, 1, 1);

	if (more == 0)
		return;
	*squares += more * (sxx - 2 * p * sxy + p * p * syy);
	*expected += p * (1 - p) *
		(trials - (more * syy + trials * (trials / rows)) / trials);
}

/*
 * Note batches whose rates vary more than the binomial allows.
 */
static void
CheckDispersion(AbMeans *means, const AbProportions *counts)
{
	double		df = (double) means->control->n + means->treatment->n - 2;
	double		squares = 0;
	double		expected = 0;
	double		index;

	if (df == 0)
		return;
	AddDispersion(means->summary, means->control, counts->control,
				  counts->control_n, &squares, &expected);
	AddDispersion(means->summary, means->treatment, counts->treatment,
				  counts->treatment_n, &squares, &expected);
	index = squares / expected;
	if (isfinite(index) && sqrt(index) - 1 > DISPERSION_TOLERANCE &&
		index - 1 > DISPERSION_SDS * sqrt(2 / df))
		AbNote(&means->row.notes, "the rates of the rows vary %.3g times as much as the binomial allows: the test is too sure, use ab_ratio",
			   index);
}

/*
 * Note columns that look like an outcome and a covariate: zeros and ones beside
 * something that is not a single trial.
 */
static void
NoteCovariate(AbMeans *means)
{
	int			outcome = AB_ARM_BINARY(0) & means->control->flags &
		means->treatment->flags;

	if (outcome && means->control->n + means->treatment->n !=
		means->row.control_n + means->row.treatment_n)
		AbNote(&means->row.notes, "the successes are zeros and ones and the trials are not: if the second column is a covariate, collect the outcome alone");
}

/*
 * Standard deviation of the zeros and ones that the trials are; NaN of one.
 */
static double
TrialStddev(double successes, double trials)
{
	return sqrt(successes * ((trials - successes) / trials) / (trials - 1));
}

/*
 * The counts of a row that can be compared; the row then shows the totals.
 * Returns whether there are counts, a note says why not.
 */
static bool
ReadCounts(AbMeans *means, AbProportions *counts)
{
	AbNotes    *notes = &means->row.notes;

	if (means->summary->columns == 1)
	{
		if (!AbCheckBinaryArms(means))
			return false;
		*counts = AbCountArms(means);
		return true;
	}
	if (!TotalArm(notes, "control", means->control,
				  &counts->control, &counts->control_n) ||
		!TotalArm(notes, "treatment", means->treatment,
				  &counts->treatment, &counts->treatment_n))
		return false;
	means->row.control_n = (int64) counts->control_n;
	means->row.treatment_n = (int64) counts->treatment_n;
	means->control_mean = counts->control / counts->control_n;
	means->treatment_mean = counts->treatment / counts->treatment_n;
	means->control_stddev = TrialStddev(counts->control, counts->control_n);
	means->treatment_stddev = TrialStddev(counts->treatment,
										  counts->treatment_n);
	NoteCovariate(means);
	CheckDispersion(means, counts);
	return true;
}

/*
 * Start a row for the rates of the two arms that a call compares, of zeros and
 * ones or of successes and trials.  Returns whether they can be compared; the
 * notes say why not.
 */
bool
AbStartRates(AbMeans *means, const AbSummary *summary, AbTestArgs *args,
			 AbProportions *counts)
{
	AbComparison *row = &means->row;
	bool		batches = summary && summary->columns == 2;
	bool		comparable;

	if (batches)
		args->columns = batch_columns;
	comparable = AbStartMeans(means, summary, args);
	if (batches)
		means->control_stddev = means->treatment_stddev =
			means->control_mean = means->treatment_mean =
			row->difference.value = row->lift.value = NAN;
	if (!comparable || !ReadCounts(means, counts))
		return false;
	row->difference.value = AbProportionDifference(counts);
	row->lift.value = row->difference.value / means->control_mean;
	return true;
}

/*
 * The whole row of a call that has been checked.
 */
static void
TestRates(AbMeans *means, ProportionCall *call)
{
	const ProportionMethod *method = &methods[call->method];
	AbProportions counts;
	bool		comparable = AbStartRates(means, call->summary, &call->test,
										  &counts);

	means->row.method = MethodText(call, method);
	if (comparable)
		method->test(means, &counts, call, method);
}

/*
 * The whole row of the score test of no difference.
 */
void
AbCompareRates(AbMeans *means, const AbSummary *summary, const AbTestArgs *args)
{
	ProportionCall call = {
		.summary = summary,
		.test = *args,
		.null_ratio = NAN
	};

	TestRates(means, &call);
}

/* ----------------------------------------------------------------------
 * SQL functions
 * ----------------------------------------------------------------------
 */

/*
 * Test of two variants' proportions, by the method named; of the aggregate,
 * whose final function has the state alone, with the defaults.
 */
static Datum
ProportionTest(FunctionCallInfo fcinfo)
{
	ProportionCall call = {.test.reader = "ab_proportion_test(ab_summary(outcome, variant)"};
	AbMeans		means;

	AbReadArgs(fcinfo, proportion_args, &call);
	CheckCall(&call, &methods[call.method]);
	TestRates(&means, &call);
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
