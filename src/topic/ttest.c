/*
 * ttest.c
 *	  Two-sample t-tests from a summary: Student's with the pooled variance,
 *	  and Welch's.
 *
 * References:
 *	Student, The Probable Error of a Mean, Biometrika 6 (1908), 1-25.
 *	B. L. Welch, The Generalization of "Student's" Problem when Several
 *	Different Population Variances are Involved, Biometrika 34 (1947), 28-35.
 *	F. E. Satterthwaite, An Approximate Distribution of Estimates of Variance
 *	Components, Biometrics Bulletin 2 (1946), 110-114.
 */
#include "base/comparison.h"

#include <math.h>

#include "utils/builtins.h"

/*
 * One variance for both arms:
 *
 *	s^2 = (Sc + St) / df,	df = nc + nt - 2,	variance of a mean = s^2 / n.
 */
static AbMeanVariances
PooledVariances(double nc, double sc, double nt, double st)
{
	AbMeanVariances v;
	double		pooled;

	v.df = nc + nt - 2;
	pooled = (sc + st) / v.df;
	v.control = pooled / nc;
	v.treatment = pooled / nt;
	return v;
}

/*
 * A variance for each arm, v = S / (n - 1) / n, and Satterthwaite's
 *
 *	df = (vc + vt)^2 / (vc^2 / (nc - 1) + vt^2 / (nt - 1)),
 *
 * written in shares of the sum so that no square leaves the range.
 */
static AbMeanVariances
SeparateVariances(double nc, double sc, double nt, double st)
{
	AbMeanVariances v;
	double		share_c;
	double		share_t;

	v.control = sc / (nc - 1) / nc;
	v.treatment = st / (nt - 1) / nt;
	share_c = v.control / (v.control + v.treatment);
	share_t = v.treatment / (v.control + v.treatment);
	v.df = 1 / (share_c * share_c / (nc - 1) + share_t * share_t / (nt - 1));
	return v;
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
	int			slot = row->summary->columns;	/* of the first sum of squares */
	double		nc = row->control->n;
	double		nt = row->treatment->n;
	double		sc = AbDoubleValue(row->control->moments[slot]);
	double		st = AbDoubleValue(row->treatment->moments[slot]);

	if (equal_var ? nc + nt < 3 : nc < 2 || nt < 2)
	{
		AbAddNote(row, equal_var ?
				  "too few rows: the test needs at least two in one arm" :
				  "too few rows: Welch's test needs at least two in each arm");
		return false;
	}
	if (equal_var)
	{
		*v = PooledVariances(nc, sc, nt, st);
		v->control *= scale * scale;
	}
	else
		*v = SeparateVariances(nc, scale * scale * sc, nt, st);
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
	int			slot = row->summary->columns;
	double		nc = row->control->n;
	double		nt = row->treatment->n;
	AbMeanVariances v;
	double		ratio;

	if (nc == 1 || nt == 1)
	{
		AbAddNote(row, "the %s has one row: its variance is taken from the other arm",
				  nc == 1 ? "control" : "treatment");
		return;
	}
	if (!equal_var)
		return;

	v = SeparateVariances(nc, AbDoubleValue(row->control->moments[slot]),
						  nt, AbDoubleValue(row->treatment->moments[slot]));
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
