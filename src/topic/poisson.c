/*
 * poisson.c
 *	  Rates of events per exposure (messages per dialog, errors per request):
 *	  the comparison of two Poisson counts.
 *
 * The counts and exposures are sums that come back from the means.  The
 * mathematics and its references are in math/poisson.c.
 */
#include "base/counts.h"

#include "topic/summary_io.h"
#include "utils/builtins.h"

/* What a call asks. */
typedef struct PoissonCall
{
	const AbSummary *summary;
	AbTestArgs	test;
	AbPoissonMethod method;
	double		null_ratio;
} PoissonCall;

static const AbWord method_words[] = {
	{"exact", AB_POISSON_EXACT, NULL},
	{"mid-p", AB_POISSON_MID_P, NULL},
	{"score", AB_POISSON_SCORE, NULL},
	{"sqrt", AB_POISSON_SQRT, NULL},
	{"wald", AB_POISSON_WALD, NULL}
};

static const AbWords methods = AB_WORDS("method", method_words);

static const AbRange ratio_range = {
	.low = 1e-100, .high = 1e100,
	.message = "null_ratio must be positive, between 1e-100 and 1e100",
	.hint = "It is the ratio of the rates, treatment / control, that is tested: 0.9 for a tenth less."
};

static const AbArg poisson_args[] = {
	AB_SUMMARY_ARG(PoissonCall, summary, &ab_event_width),
	AB_CONTROL_ARG(PoissonCall, test),
	AB_TREATMENT_ARG(PoissonCall, test),
	AB_ALPHA_ARG(PoissonCall, test),
	AB_ALTERNATIVE_ARG(PoissonCall, test),
	AB_WORD_ARG(PoissonCall, method, "method", &methods, AB_POISSON_EXACT),
	AB_NUMBER_ARG(PoissonCall, null_ratio, "null_ratio", &ratio_range, 1)
};

static const char *
MethodName(AbPoissonMethod method)
{
	switch (method)
	{
		case AB_POISSON_MID_P:
			return "Poisson rates, conditional mid-p";
		case AB_POISSON_SCORE:
			return "Poisson rates, score";
		case AB_POISSON_SQRT:
			return "Poisson rates, square root";
		case AB_POISSON_WALD:
			return "Poisson rates, Wald";
		default:
			return "Poisson rates, exact conditional";
	}
}

/*
 * Name of the method, with its hypothesis if that is not equality.
 */
static char *
MethodText(const PoissonCall *call)
{
	AbAlternative alternative = call->test.alternative;

	if (call->null_ratio == 1)
		return psprintf("%s%s", MethodName(call->method),
						AbAlternativeSuffix(alternative));
	return psprintf("%s, H0: treatment / control %s %.15g",
					MethodName(call->method),
					alternative == AB_TWO_SIDED ? "=" :
					alternative == AB_GREATER ? "<=" : ">=",
					call->null_ratio);
}

/* ----------------------------------------------------------------------
 * The comparison
 * ----------------------------------------------------------------------
 */

/*
 * Note where the rows vary unlike Poisson's.
 */
static void
CheckDispersion(AbMeans *means, const AbPoissonCounts *counts)
{
	AbNotes    *notes = &means->row.notes;
	double		index = AbEventDispersion(means, counts);

	if (index > 1)
		AbNote(notes, "the events vary %.3g times as much as Poisson's: the test is too sure, use %s",
			   index, means->summary->columns == 1 ? "Welch's ab_ttest" : "ab_ratio");
	else if (index < 1)
		AbNote(notes, "the events vary only %.3g times as much as Poisson's: the test is less sure than it could be",
			   index);
}

/*
 * The interval of the lift that agrees with a test of a ratio that is not 1:
 * an end lies on the side of the ratio where its verdict puts it.
 */
static AbInterval
AgreeAtRatio(AbInterval lift, const PoissonCall *call, AbTails tails,
			 bool significant)
{
	double		limit = call->null_ratio - 1;
	bool		above = tails.upper < tails.lower;

	if (call->test.alternative != AB_LESS)
		lift.low = AbKeepVerdict(lift.low, limit, AB_GREATER,
								 significant && above);
	if (call->test.alternative != AB_GREATER)
		lift.high = AbKeepVerdict(lift.high, limit, AB_LESS,
								  significant && !above);
	return lift;
}

/*
 * The test of two arms whose sums are known to be counts.
 */
static void
CompareSums(AbMeans *means, const PoissonCall *call, AbEventSums control,
			AbEventSums treatment)
{
	AbComparison *row = &means->row;
	AbPoissonCounts counts = {control.events, control.exposure,
	treatment.events, treatment.exposure};
	AbAlternative alternative = call->test.alternative;
	double		level = AbOneSidedLevel(&call->test);
	AbTails		tails;
	AbTails		equality;
	AbInterval	lift;
	double		unused;
	bool		significant;
	bool		different;

	if (!AbPoissonComparable(&counts))
	{
		AbNote(&row->notes, "the exposures are too different for double precision");
		return;
	}

	tails = AbPoissonTails(&counts, call->method, call->null_ratio,
						   &row->statistic);
	AbDecide(row, AbTailsPValue(tails, alternative));
	significant = row->significant == AB_YES;
	row->std_error = sqrt(control.rate / control.exposure +
						  treatment.rate / treatment.exposure);

	/* a ratio says nothing about a difference, but for equality */
	if (call->null_ratio != 1)
	{
		equality = AbPoissonTails(&counts, call->method, 1, &unused);
		different = AbTailsPValue(equality, alternative) < row->alpha;
		AbNote(&row->notes, "p tests the ratio %.15g: the interval of the difference is that of the test of equal rates",
			   call->null_ratio);
	}
	else
		different = significant;
	row->difference.interval =
		AbAgree(AbPoissonDifference(&counts, call->method, alternative, level),
				row->difference.value, different);
	if (control.events + treatment.events == 0)
	{
		AbNote(&row->notes, "no events in either arm: no relative lift");
		return;
	}
	lift = AbPoissonLift(&counts, call->method, alternative, level);
	row->lift.interval = call->null_ratio == 1 ?
		AbAgree(lift, row->difference.value, significant) :
		AgreeAtRatio(lift, call, tails, significant);
	if (control.events == 0)
		AbNote(&row->notes, "no events in the control: no relative lift, and its interval has no upper end");
	CheckDispersion(means, &counts);
}

/*
 * Rates of two variants; of the aggregate, whose final function has the state
 * alone, with the defaults.
 */
static Datum
PoissonTest(FunctionCallInfo fcinfo)
{
	PoissonCall call = {
		.test.reader = "ab_poisson_test(ab_summary(events, exposure, variant)",
		.test.columns = ab_event_columns
	};
	AbMeans		means;
	AbEventSums control = {NAN, NAN, NAN};
	AbEventSums treatment = {NAN, NAN, NAN};
	bool		comparable;

	AbReadArgs(fcinfo, poisson_args, &call);
	if (call.null_ratio != 1 && call.method > AB_POISSON_SCORE)
		AbBadParameter("this method tests no other ratio than 1",
					   call.null_ratio,
					   "Use method => 'exact', 'mid-p' or 'score'.");
	comparable = AbStartMeans(&means, call.summary, &call.test);
	means.row.method = MethodText(&call);

	/* the means of a rate are the rates, which have no standard deviation */
	if (means.control && AbArmKnown(means.control) && means.control->n > 0)
		control = AbSumEvents(call.summary, means.control);
	if (means.treatment && AbArmKnown(means.treatment) && means.treatment->n > 0)
		treatment = AbSumEvents(call.summary, means.treatment);
	means.control_mean = control.rate;
	means.treatment_mean = treatment.rate;
	if (call.summary && call.summary->columns == 2)
		means.control_stddev = means.treatment_stddev = NAN;

	if (comparable)
	{
		bool		countable = AbCheckEvents(&means.row.notes, "control", control);

		means.row.difference.value = treatment.rate - control.rate;
		means.row.lift.value = means.row.difference.value / control.rate;
		if (AbCheckEvents(&means.row.notes, "treatment", treatment) && countable)
			CompareSums(&means, &call, control, treatment);
	}
	return AbRowDatum(fcinfo, &ab_comparison, &means);
}

PG_FUNCTION_INFO_V1(ab_poisson_test);
Datum
ab_poisson_test(PG_FUNCTION_ARGS)
{
	return PoissonTest(fcinfo);
}

/*
 * The same from the text of a summary.
 */
PG_FUNCTION_INFO_V1(ab_poisson_test_text);
Datum
ab_poisson_test_text(PG_FUNCTION_ARGS)
{
	AbParseSummaryArg(fcinfo);
	return PoissonTest(fcinfo);
}

PG_FUNCTION_INFO_V1(ab_poisson_test_final);
Datum
ab_poisson_test_final(PG_FUNCTION_ARGS)
{
	return PoissonTest(fcinfo);
}
