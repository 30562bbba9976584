/*
 * ttest.c
 *	  Two-sample t-tests from a summary: Student's with the pooled variance,
 *	  and Welch's.  Formulas and references are in math/student.c.
 */
#include "base/comparison.h"

#include <math.h>

#include "utils/builtins.h"

/*
 * Rows and sum of squares of an arm's first column.
 */
static AbSpread
SpreadOf(const AbComparison *row, const AbArm *arm)
{
	AbSpread	spread;

	spread.n = arm->n;
	spread.squares = AbDoubleValue(arm->moments[row->summary->columns]);
	return spread;
}

/*
 * The variances that the t-test of
 *
 *		treatment mean - scale control mean
 *
 * adds up, and its degrees of freedom; scale is 1 for the difference.  It
 * multiplies the control's deviations, so that the Satterthwaite df are those
 * of this very combination.  Returns false, with a note, if there are too few
 * rows.
 */
bool
AbGetMeanVariances(AbComparison *row, bool equal_var, double scale,
				   AbMeanVariances *v)
{
	AbSpread	control = SpreadOf(row, row->control);
	AbSpread	treatment = SpreadOf(row, row->treatment);

	if (equal_var ? control.n + treatment.n < 3 :
		control.n < 2 || treatment.n < 2)
	{
		AbAddNote(row, equal_var ?
				  "too few rows: the test needs at least two in one arm" :
				  "too few rows: Welch's test needs at least two in each arm");
		return false;
	}
	if (equal_var)
	{
		*v = AbPooledVariances(control, treatment);
		v->control *= scale * scale;
	}
	else
	{
		control.squares *= scale * scale;
		*v = AbSeparateVariances(control, treatment);
	}
	return true;
}

/*
 * Note what a test with that standard error of the difference takes for
 * granted: a variance from one arm only, or one that pooling misstates, as it
 * does when neither the sizes nor the variances of the arms are equal.
 */
void
AbCheckVariances(AbComparison *row, bool equal_var, double std_error)
{
	AbMeanVariances v;
	double		ratio;

	if (row->control->n == 1 || row->treatment->n == 1)
	{
		AbAddNote(row, "the %s has one row: its variance is taken from the other arm",
				  row->control->n == 1 ? "control" : "treatment");
		return;
	}
	if (!equal_var)
		return;

	v = AbSeparateVariances(SpreadOf(row, row->control),
							SpreadOf(row, row->treatment));
	ratio = std_error / sqrt(v.control + v.treatment);
	if (fabs(ratio - 1) > AB_POOLING_TOLERANCE)
		AbAddNote(row, "group sizes and variances are unequal: the pooled standard error is %.2g times Welch's and p too %s; read a summary with equal_var => false",
				  ratio, ratio < 1 ? "small" : "large");
}

/*
 * The difference of the row's two means with its standard error.  Returns
 * false, with a note, if the arms have too few rows.
 */
bool
AbMeansEffect(AbComparison *row, bool equal_var, AbEffect *effect)
{
	AbMeanVariances v;

	if (!AbGetMeanVariances(row, equal_var, 1, &v))
		return false;
	effect->difference = row->difference;
	effect->std_error = sqrt(v.control + v.treatment);
	effect->df = v.df;
	effect->control = row->control_mean;
	effect->control_variance = v.control;
	effect->covariance = -v.control;
	return true;
}

/*
 * The test of the row's two arms.
 */
static void
CompareMeans(AbComparison *row, const AbTestOptions *options)
{
	AbEffect	effect;

	row->tested = false;
	if (!AbMeansEffect(row, options->equal_var, &effect))
		return;
	AbTestEffect(row, &effect, options);
	if (row->tested)
		AbCheckVariances(row, options->equal_var, row->std_error);
}

/*
 * The comparison of a summary's arms, as a tuple.
 */
static Datum
TTest(FunctionCallInfo fcinfo, const AbSummary *summary,
	  const AbTestOptions *options)
{
	AbComparison row;

	AbStartComparison(&row, summary, options);
	row.method = psprintf("%s%s", options->equal_var ?
						  "Student t-test (pooled variance)" : "Welch t-test",
						  AbAlternativeSuffix(options->alternative));
	if (row.tested)
		CompareMeans(&row, options);
	return AbComparisonDatum(fcinfo, &row);
}

/*
 * Final function of the aggregates: two-sided, alpha 0.05, pooled variance.
 */
PG_FUNCTION_INFO_V1(ab_ttest_final);
Datum
ab_ttest_final(PG_FUNCTION_ARGS)
{
	AbTestOptions options = AbDefaultOptions();

	return TTest(fcinfo, PG_ARGISNULL(0) ? NULL : AB_GETARG_SUMMARY(0),
				 &options);
}

/*
 * The same from a summary, with parameters.
 */
PG_FUNCTION_INFO_V1(ab_ttest);
Datum
ab_ttest(PG_FUNCTION_ARGS)
{
	AbTestOptions options;

	AbGetOptions(fcinfo, &options, 1, 2, 3, 4, 5);
	return TTest(fcinfo, PG_ARGISNULL(0) ? NULL : AB_GETARG_SUMMARY(0),
				 &options);
}
