/*
 * poisson.c
 *	  Rates of events per exposure (messages per dialog, errors per request):
 *	  the comparison of two Poisson counts.
 *
 * The counts and exposures are sums that come back from the means.  The
 * mathematics and its references are in math/poisson.c.
 */
#include "base/effect.h"

#include "math/poisson.h"
#include "topic/summary_io.h"
#include "utils/builtins.h"

/*
 * Counts are noted as dispersed unlike Poisson's when that misstates the
 * standard error by more than this and is more than chance, in standard
 * deviations of the index.
 */
#define DISPERSION_TOLERANCE	0.1
#define DISPERSION_SDS			3

/* What an arm adds up to. */
typedef struct PoissonSums
{
	double		events;
	double		exposure;
	double		rate;
} PoissonSums;

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

static const AbWidth width = {
	1, 2, "Collect it by ab_summary(events, exposure, variant), or by ab_summary(events, variant) where every row is one unit of exposure."
};

static const AbRange ratio_range = {
	.low = 1e-100, .high = 1e100,
	.message = "null_ratio must be positive, between 1e-100 and 1e100",
	.hint = "It is the ratio of the rates, treatment / control, that is tested: 0.9 for a tenth less."
};

static const AbColumnName column_names[] = {
	{"events", "events"},
	{"an exposure", "exposures"}
};

static const AbArg poisson_args[] = {
	AB_SUMMARY_ARG(PoissonCall, summary, &width),
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
static PoissonSums
GetSums(const AbSummary *summary, const AbArm *arm)
{
	PoissonSums sums;

	sums.events = ColumnSum(arm, 0);
	sums.exposure = summary->columns == 1 ? (double) arm->n : ColumnSum(arm, 1);
	if (fabs(sums.events - rint(sums.events)) <=
		1e-6 + 1e-12 * fabs(sums.events))
		sums.events = rint(sums.events) + 0.0;	/* no -0 */
	sums.rate = sums.events / sums.exposure;
	return sums;
}

/*
 * Note what keeps the sums of an arm from being a Poisson count.  Returns
 * whether they are one.
 */
static bool
CheckSums(AbNotes *notes, const char *role, PoissonSums sums)
{
	if (!(sums.exposure > 0))
		AbNote(notes, "the exposure of the %s is not above zero: no rate",
			   role);
	else if (sums.events < 0 || sums.events != rint(sums.events))
		AbNote(notes, "the events of the %s add up to %g, which is no count",
			   role, sums.events);
	else if (!isfinite(sums.rate) || sums.events > (double) AB_MAX_OBSERVATIONS)
		AbNote(notes, "values of the %s are too large for double precision",
			   role);
	else
		return true;
	return false;
}

/* ----------------------------------------------------------------------
 * The comparison
 * ----------------------------------------------------------------------
 */

/*
 * Variances of the rows of an arm.
 */
static AbPoissonRows
GetRows(const AbSummary *summary, const AbArm *arm)
{
	AbPoissonRows rows = {arm->n, AbArmVariance(summary, arm, 0, 0), 0, 0};

	if (summary->columns == 2)
	{
		rows.exposure = AbArmVariance(summary, arm, 1, 1);
		rows.covariance = AbArmVariance(summary, arm, 0, 1);
	}
	return rows;
}

/*
 * Compare the rows' variance with Poisson's, where there are rows to do so.
 */
static void
CheckDispersion(AbMeans *means, const AbPoissonCounts *counts)
{
	AbNotes    *notes = &means->row.notes;
	double		rows = (double) means->control->n + means->treatment->n - 2;
	AbPoissonRows control = GetRows(means->summary, means->control);
	AbPoissonRows treatment = GetRows(means->summary, means->treatment);
	double		index = AbPoissonDispersion(counts, &control, &treatment);

	if (control.n == 1 || treatment.n == 1)
	{
		AbNote(notes, "the dispersion of the events cannot be checked: an arm has one row");
		return;
	}
	if (!isfinite(index) || fabs(sqrt(index) - 1) <= DISPERSION_TOLERANCE ||
		fabs(index - 1) <= DISPERSION_SDS * sqrt(2 / rows))
		return;
	if (index > 1)
		AbNote(notes, "the events vary %.3g times as much as Poisson's: the test is too sure, use %s",
			   index, means->summary->columns == 1 ? "Welch's ab_ttest" : "ab_ratio");
	else
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
CompareSums(AbMeans *means, const PoissonCall *call, PoissonSums control,
			PoissonSums treatment)
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
		.test.columns = column_names
	};
	AbMeans		means;
	PoissonSums control = {NAN, NAN, NAN};
	PoissonSums treatment = {NAN, NAN, NAN};
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
		control = GetSums(call.summary, means.control);
	if (means.treatment && AbArmKnown(means.treatment) && means.treatment->n > 0)
		treatment = GetSums(call.summary, means.treatment);
	means.control_mean = control.rate;
	means.treatment_mean = treatment.rate;
	if (call.summary && call.summary->columns == 2)
		means.control_stddev = means.treatment_stddev = NAN;

	if (comparable)
	{
		bool		countable = CheckSums(&means.row.notes, "control", control);

		means.row.difference.value = treatment.rate - control.rate;
		means.row.lift.value = means.row.difference.value / control.rate;
		if (CheckSums(&means.row.notes, "treatment", treatment) && countable)
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
