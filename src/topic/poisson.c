/*
 * poisson.c
 *	  Rates of events per exposure (messages per dialog, errors per request):
 *	  the comparison of two Poisson counts.
 *
 * The counts and exposures are sums that come back from the means.  The
 * mathematics and its references are in math/poisson.c.
 */
#include "base/comparison.h"

#include <math.h>

#include "math/poisson.h"
#include "utils/builtins.h"

/*
 * Counts are noted as dispersed unlike Poisson's when that misstates the
 * standard error by more than this and is more than chance, in standard
 * deviations of the index.
 */
#define DISPERSION_TOLERANCE	0.1
#define DISPERSION_SDS			3

/* What an arm adds up to. */
typedef struct PoissonArm
{
	double		events;
	double		exposure;
	double		rate;
} PoissonArm;

/*
 * The method named in that text argument.  ERROR 22023 if it is none.
 */
static AbPoissonMethod
GetMethod(FunctionCallInfo fcinfo, int argument)
{
	static const char *const names[] = {"exact", "mid-p", "score", "sqrt", "wald"};
	const char *name = PG_ARGISNULL(argument) ? "NULL" :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	for (int i = 0; i < (int) lengthof(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (AbPoissonMethod) i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown method \"%s\"", name),
			 errhint("Use 'exact', 'mid-p', 'score', 'sqrt' or 'wald'.")));
}

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
static PoissonArm
GetSums(const AbSummary *summary, const AbArm *arm)
{
	PoissonArm	sums;

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
CheckArm(AbComparison *row, const char *role, PoissonArm sums)
{
	if (!(sums.exposure > 0))
		AbAddNote(row, "the exposure of the %s is not above zero: no rate",
				  role);
	else if (sums.events < 0 || sums.events != rint(sums.events))
		AbAddNote(row, "the events of the %s add up to %g, which is no count",
				  role, sums.events);
	else if (!isfinite(sums.rate) || sums.events > (double) AB_MAX_OBSERVATIONS)
		AbAddNote(row, "values of the %s are too large for double precision",
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
CheckDispersion(AbComparison *row, const AbPoissonCounts *counts)
{
	double		rows = (double) row->control->n + row->treatment->n - 2;
	AbPoissonRows control = GetRows(row->summary, row->control);
	AbPoissonRows treatment = GetRows(row->summary, row->treatment);
	double		index = AbPoissonDispersion(counts, &control, &treatment);

	if (control.n == 1 || treatment.n == 1)
	{
		AbAddNote(row, "the dispersion of the events cannot be checked: an arm has one row");
		return;
	}
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
CompareArms(AbComparison *row, const AbTestOptions *options,
			AbPoissonMethod method, PoissonArm control, PoissonArm treatment)
{
	AbPoissonCounts counts = {control.events, control.exposure,
	treatment.events, treatment.exposure};
	double		level = options->alternative == AB_TWO_SIDED ?
		options->alpha / 2 : options->alpha;
	AbTails		tails;

	if (!AbPoissonComparable(&counts))
	{
		AbAddNote(row, "the exposures are too different for double precision");
		return;
	}

	tails = AbPoissonTails(&counts, method, &row->test.statistic);
	row->test.p_value = AbTailsPValue(tails, options->alternative);
	row->test.significant = row->test.p_value < options->alpha;
	row->std_error = sqrt(control.rate / control.exposure +
						  treatment.rate / treatment.exposure);
	row->interval = AbAgree(AbPoissonDifference(&counts, method, tails,
												options->alternative, level),
							row->difference, row->test.significant);
	row->tested = true;

	if (control.events + treatment.events == 0)
	{
		AbAddNote(row, "no events in either arm: no relative lift");
		return;
	}
	row->lift = AbAgree(AbPoissonLift(&counts, method, options->alternative,
									  level),
						row->difference, row->test.significant);
	if (control.events == 0)
		AbAddNote(row, "no events in the control: no relative lift, and its interval has no upper end");
	CheckDispersion(row, &counts);
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
	AbPoissonMethod method;
	PoissonArm	control = {NAN, NAN, NAN};
	PoissonArm	treatment = {NAN, NAN, NAN};
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
		control = GetSums(summary, row.control);
	if (row.treatment && AbArmKnown(row.treatment) && row.treatment->n > 0)
		treatment = GetSums(summary, row.treatment);
	row.control_mean = control.rate;
	row.treatment_mean = treatment.rate;
	if (summary && summary->columns == 2)
		row.control_stddev = row.treatment_stddev = NAN;

	if (tested)
	{
		bool		countable = CheckArm(&row, "control", control);

		row.difference = treatment.rate - control.rate;
		if (CheckArm(&row, "treatment", treatment) && countable)
			CompareArms(&row, &options, method, control, treatment);
	}
	return AbComparisonDatum(fcinfo, &row);
}
