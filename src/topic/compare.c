/*
 * compare.c
 *	  Several treatments against one control.
 *
 * Every comparison is a t-test of two arms (ttest.c); here is what their
 * number does to p-values, verdicts and intervals.  Where simultaneous
 * intervals exist that decide as the adjusted p-values do (Bonferroni, Sidak,
 * Dunnett) those are given: of the difference, and Fieller's of the lift at
 * the same critical value.  References are in math/padjust.c and
 * math/dunnett.c.
 */
#include "base/comparison.h"

#include <math.h>

#include "base/correction.h"
#include "base/work.h"
#include "funcapi.h"
#include "math/dunnett.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/tuplestore.h"

/* A treatment's row, and what its intervals are made of. */
typedef struct Treatment
{
	AbComparison row;
	AbEffect	effect;
	double		variance;		/* of the treatment's mean */
} Treatment;

/* One variance for all arms. */
typedef struct PooledVariance
{
	double		variance;
	double		df;
} PooledVariance;

static double
ArmSumOfSquares(const AbSummary *summary, const AbArm *arm)
{
	return AbDoubleValue(arm->moments[AbComomentIndex(summary->columns, 0, 0)]);
}

/*
 * Dunnett's variance: s^2 = (S0 + S1 + .. + Sk) / (N - k - 1), of the control
 * and every treatment that can be compared.
 */
static PooledVariance
PoolAllArms(const Treatment *treatments, int count)
{
	PooledVariance pooled = {0, 0};
	double		sum = 0;
	const AbArm *control = NULL;

	for (int i = 0; i < count; i++)
	{
		const AbComparison *row = &treatments[i].row;

		if (!row->tested)
			continue;
		if (control == NULL)
		{
			control = row->control;
			sum += ArmSumOfSquares(row->summary, control);
			pooled.df += control->n - 1;
		}
		sum += ArmSumOfSquares(row->summary, row->treatment);
		pooled.df += row->treatment->n - 1;
	}
	pooled.variance = sum / pooled.df;
	return pooled;
}

/*
 * The difference of a row's two means under one variance for all arms.
 */
static bool
PooledEffect(AbComparison *row, const PooledVariance *pooled,
			 AbEffect *effect)
{
	if (!(pooled->df >= 1))
	{
		AbAddNote(row, "too few rows: the test needs at least two in one arm");
		return false;
	}
	effect->difference = row->difference;
	effect->control_variance = pooled->variance / row->control->n;
	effect->std_error = sqrt(effect->control_variance +
							 pooled->variance / row->treatment->n);
	effect->df = pooled->df;
	effect->control = row->control_mean;
	effect->covariance = -effect->control_variance;
	return true;
}

static const char *
MethodName(const AbTestOptions *options, AbCorrection correction)
{
	const char *test;

	if (correction == AB_DUNNETT)
		test = options->equal_var ?
			"Dunnett test (pooled variance of all arms)" :
			"Dunnett test (separate variances)";
	else
		test = options->equal_var ? "Student t-test (pooled variance)" :
			"Welch t-test";
	return psprintf("%s%s%s", test, AbAlternativeSuffix(options->alternative),
					AbCorrectionSuffix(correction));
}

/*
 * The test of each treatment by itself.
 */
static void
TestTreatments(Treatment *treatments, int count, const AbTestOptions *options,
			   AbCorrection correction)
{
	bool		pool_all = correction == AB_DUNNETT && options->equal_var;
	PooledVariance pooled = {0, 0};

	if (pool_all)
		pooled = PoolAllArms(treatments, count);

	for (int i = 0; i < count; i++)
	{
		AbComparison *row = &treatments[i].row;
		AbEffect   *effect = &treatments[i].effect;

		if (!row->tested)
			continue;
		row->tested = pool_all ? PooledEffect(row, &pooled, effect) :
			AbMeansEffect(row, options->equal_var, effect);
		if (!row->tested || !AbTestStatistic(row, effect, options))
			continue;
		treatments[i].variance = (pool_all ? pooled.variance :
								  AbArmVariance(row->summary, row->treatment, 0, 0)) /
			row->treatment->n;
	}
}

/*
 * The distribution of the largest of the comparisons that were tested.
 */
static AbDunnett *
MakeDunnett(const Treatment *treatments, int count, int tested,
			AbAlternative alternative)
{
	double	   *variances = (double *) palloc(tested * sizeof(double));
	double		control_variance = 0;
	int			n = 0;

	for (int i = 0; i < count; i++)
		if (treatments[i].row.tested)
		{
			control_variance = treatments[i].effect.control_variance;
			variances[n++] = treatments[i].variance;
		}
	return AbMakeDunnett(control_variance, variances, n, alternative,
						 &ab_server_work);
}

/*
 * p_adjusted of the rows that were tested.
 */
static void
AdjustTreatments(Treatment *treatments, int count, AbCorrection correction,
				 AbDunnett *dunnett)
{
	double	   *p = (double *) palloc(count * sizeof(double));

	for (int i = 0; i < count; i++)
	{
		const AbComparison *row = &treatments[i].row;

		p[i] = !row->tested ? NAN : dunnett == NULL ? row->test.p_value :
			AbDunnettP(dunnett, row->test.statistic, row->df,
					   row->test.p_value);
	}
	if (dunnett == NULL)
		AbAdjust(p, count, correction, &ab_server_work);
	for (int i = 0; i < count; i++)
		treatments[i].row.p_adjusted = p[i];
}

/*
 * Verdict by the adjusted p-value, and intervals: simultaneous where such
 * exist, else those of the comparison by itself.
 */
static void
DecideTreatment(Treatment *treatment, const AbTestOptions *options,
				AbCorrection correction, int tested, double critical)
{
	AbComparison *row = &treatment->row;
	bool		single = row->test.significant;

	row->test.significant = row->p_adjusted < options->alpha;
	if (!isnan(critical))
	{
		AbSetIntervals(row, &treatment->effect, critical,
					   options->alternative, row->test.significant);
		return;
	}
	AbSetIntervals(row, &treatment->effect,
				   AbCriticalT(row->df, options->alternative, options->alpha),
				   options->alternative, single);
	if (tested > 1 && correction != AB_CORRECTION_NONE)
		AbAddNote(row, "the intervals are not adjusted for the number of comparisons");
}

/*
 * What a reader of the row has to know about a pooled variance.  Dunnett's,
 * from all arms, can differ from the two compared even where sizes are equal.
 */
static void
NoteVariance(AbComparison *row, const AbTestOptions *options,
			 AbCorrection correction)
{
	double		ratio;

	if (!options->equal_var)
		return;
	if (correction != AB_DUNNETT)
	{
		AbCheckVariances(row, true, row->std_error);
		return;
	}
	if (row->control->n == 1 || row->treatment->n == 1)
	{
		AbAddNote(row, "the %s has one row: its variance is taken from the other arms",
				  row->control->n == 1 ? "control" : "treatment");
		return;
	}
	ratio = row->std_error /
		sqrt(AbArmVariance(row->summary, row->control, 0, 0) / row->control->n +
			 AbArmVariance(row->summary, row->treatment, 0, 0) / row->treatment->n);
	if (fabs(ratio - 1) > AB_POOLING_TOLERANCE)
		AbAddNote(row, "the variances of the arms are unequal: the pooled standard error is %.2g times Welch's, use equal_var => false",
				  ratio);
}

/*
 * Critical value of simultaneous intervals for one of `tested` comparisons,
 * NaN where the correction has none.
 */
static double
SimultaneousCritical(const AbComparison *row, const AbTestOptions *options,
					 AbCorrection correction, int tested, AbDunnett *dunnett)
{
	if (dunnett != NULL)
		return AbDunnettCritical(dunnett, row->df, options->alpha);
	return AbCriticalT(row->df, options->alternative,
					   AbSimultaneousLevel(options->alpha, tested, correction));
}

/*
 * From the tests one by one to those of all together.
 */
static void
CompareAll(Treatment *treatments, int count, const AbTestOptions *options,
		   AbCorrection correction)
{
	AbDunnett  *dunnett = NULL;
	int			tested = 0;
	double		critical = NAN;
	double		critical_df = NAN;

	TestTreatments(treatments, count, options, correction);
	for (int i = 0; i < count; i++)
		tested += treatments[i].row.tested;
	if (tested == 0)
		return;

	if (correction == AB_DUNNETT)
		dunnett = MakeDunnett(treatments, count, tested, options->alternative);
	AdjustTreatments(treatments, count, correction, dunnett);
	for (int i = 0; i < count; i++)
	{
		AbComparison *row = &treatments[i].row;

		CHECK_FOR_INTERRUPTS();
		if (!row->tested)
			continue;
		if (row->df != critical_df)
		{
			critical = SimultaneousCritical(row, options, correction, tested,
											dunnett);
			critical_df = row->df;
		}
		DecideTreatment(&treatments[i], options, correction, tested, critical);
		NoteVariance(row, options, correction);
	}
	if (dunnett != NULL)
		AbFreeDunnett(dunnett);
}

/*
 * (summary, control, alpha, alternative, equal_var, correction): a row for
 * each variant beside the control, in the order of their names.
 */
PG_FUNCTION_INFO_V1(ab_compare);
Datum
ab_compare(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	AbTestOptions options;
	AbCorrection correction;
	AbSummary  *summary;
	Treatment  *treatments;
	int			control;
	int			count = 0;
	Datum	   *values;
	bool	   *nulls;

	AbGetOptions(fcinfo, &options, 1, -1, 2, 3, 4);
	correction = AbGetCorrection(fcinfo, 5, true);
	InitMaterializedSRF(fcinfo, 0);
	AbCheckAttributes(rsinfo->setDesc, AB_COMPARISON_ATTRIBUTES);
	if (PG_ARGISNULL(0))
		return (Datum) 0;

	summary = AB_GETARG_SUMMARY(0);
	control = AbControlPosition(summary, options.control);
	treatments = (Treatment *) palloc0(Max(summary->arms, 1) * sizeof(Treatment));
	for (int i = 0; i < (int) summary->arms; i++)
		if (i != control)
		{
			AbComparison *row = &treatments[count++].row;

			options.treatment = AbArmLabel(summary, AbGetArm(summary, i));
			AbStartComparison(row, summary, &options);
			row->method = MethodName(&options, correction);
		}
	CompareAll(treatments, count, &options, correction);

	values = (Datum *) palloc0(rsinfo->setDesc->natts * sizeof(Datum));
	nulls = (bool *) palloc(rsinfo->setDesc->natts * sizeof(bool));
	for (int i = 0; i < count; i++)
	{
		memset(nulls, true, rsinfo->setDesc->natts * sizeof(bool));
		AbComparisonValues(&treatments[i].row, values, nulls);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
