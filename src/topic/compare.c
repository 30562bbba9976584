/*
 * compare.c
 *	  Several treatments against one control, and the questions around it: do
 *	  any variants differ, and p-values adjusted for their number.
 *
 * Every comparison is a t-test of two arms (ttest.c); here is what their
 * number does to p-values, verdicts and intervals.  Where simultaneous
 * intervals exist that decide as the adjusted p-values do (Bonferroni, Sidak,
 * Dunnett) those are given: of the difference, and Fieller's of the lift at
 * the same critical value.
 *
 * References, beside those of padjust.c and dunnett.c:
 *	R. A. Fisher, Statistical Methods for Research Workers, 1925, chapter 7.
 *	B. L. Welch, On the Comparison of Several Mean Values: An Alternative
 *	Approach, Biometrika 38 (1951), 330-336.
 */
#include "base/comparison.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "math/distributions.h"
#include "math/dunnett.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "math/padjust.h"
#include "nodes/execnodes.h"
#include "utils/array.h"
#include "utils/builtins.h"
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

/* Attributes of the SQL type ab_anova_result, in its order. */
enum
{
	VARIANTS, ROWS, STATISTIC, DF_BETWEEN, DF_WITHIN, P_VALUE, ETA_SQUARED,
	METHOD, NOTE, ANOVA_ATTRIBUTES
};

/* Analysis of variance; what is not known is NaN. */
typedef struct Anova
{
	const AbSummary *summary;
	const AbArm *first;			/* with rows */
	int64		variants;		/* arms with rows */
	int64		rows;
	double		statistic;
	double		df_between;
	double		df_within;
	double		p_value;
	double		eta_squared;
	char	   *note;
} Anova;

static double
ArmSumOfSquares(const AbSummary *summary, const AbArm *arm)
{
	return AbDoubleValue(arm->moments[AbComomentIndex(summary->columns, 0, 0)]);
}

/* ----------------------------------------------------------------------
 * Treatments against a control
 * ----------------------------------------------------------------------
 */

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
	return AbMakeDunnett(control_variance, variances, n, alternative);
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
		AbAdjust(p, count, correction);
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
	switch (correction)
	{
		case AB_BONFERRONI:
			return AbCriticalT(row->df, options->alternative,
							   options->alpha / tested);
		case AB_SIDAK:
			/* 1 - (1 - alpha)^(1 / tested) */
			return AbCriticalT(row->df, options->alternative,
							   -expm1(log1p(-options->alpha) / tested));
		case AB_DUNNETT:
			return AbDunnettCritical(dunnett, row->df, options->alpha);
		default:
			return NAN;
	}
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

/* ----------------------------------------------------------------------
 * P-values from anywhere
 * ----------------------------------------------------------------------
 */

/*
 * The elements of an array of p-values, NaN for NULL.  ERROR 22023 unless each
 * is in [0, 1].
 */
static double *
GetPValues(ArrayType *array, int *count)
{
	Datum	   *elements;
	bool	   *nulls;
	double	   *p;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("p-values must be a one-dimensional array"),
				 errdetail("Got %d dimensions.", ARR_NDIM(array)),
				 errhint("Adjust each row by itself, or all of them as one array.")));
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elements, &nulls, count);
	p = (double *) palloc(Max(*count, 1) * sizeof(double));
	for (int i = 0; i < *count; i++)
	{
		p[i] = nulls[i] ? NAN : DatumGetFloat8(elements[i]);
		if (!nulls[i] && !(p[i] >= 0 && p[i] <= 1))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("p-values must be between 0 and 1"),
					 errdetail("Element %d is %g.", i + ARR_LBOUND(array)[0],
							   p[i]),
					 errhint("Use NULL for a test that has none.")));
	}
	return p;
}

/*
 * (p, method): the adjusted p-values in the same places.
 */
PG_FUNCTION_INFO_V1(ab_adjust);
Datum
ab_adjust(PG_FUNCTION_ARGS)
{
	AbCorrection correction = AbGetCorrection(fcinfo, 1, false);
	ArrayType  *array;
	double	   *p;
	int			count;
	Datum	   *elements;
	bool	   *nulls;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	array = PG_GETARG_ARRAYTYPE_P(0);
	p = GetPValues(array, &count);
	AbAdjust(p, count, correction);

	elements = (Datum *) palloc(Max(count, 1) * sizeof(Datum));
	nulls = (bool *) palloc(Max(count, 1) * sizeof(bool));
	for (int i = 0; i < count; i++)
	{
		nulls[i] = isnan(p[i]);
		elements[i] = Float8GetDatum(p[i] + 0.0);	/* no -0 */
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(elements, nulls, ARR_NDIM(array),
											 ARR_DIMS(array),
											 ARR_LBOUND(array), FLOAT8OID,
											 sizeof(float8), FLOAT8PASSBYVAL,
											 TYPALIGN_DOUBLE));
}

/* ----------------------------------------------------------------------
 * Analysis of variance
 * ----------------------------------------------------------------------
 */

/* More rows than a double counts exactly; sums stop here. */
#define TOO_MANY_ROWS	(AB_MAX_OBSERVATIONS + 1)

/*
 * Can the variants be analysed?  Counts them and their rows; if not, says why
 * in the note.
 */
static bool
CheckVariants(Anova *anova, bool equal_var)
{
	const AbSummary *summary = anova->summary;
	int64		nonfinite = 0;
	int			overflows = 0;
	int			single = 0;
	int			constant = 0;

	for (int i = 0; i < (int) summary->arms; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);

		if (arm->n + arm->nonfinite == 0)
			continue;
		if (anova->variants++ == 0)
			anova->first = arm;
		anova->rows = Min(anova->rows + arm->n + arm->nonfinite,
						  TOO_MANY_ROWS);
		nonfinite = Min(nonfinite + arm->nonfinite, TOO_MANY_ROWS);
		overflows += (arm->flags & AB_ARM_OVERFLOW) != 0;
		single += arm->n == 1;
		constant += !(ArmSumOfSquares(summary, arm) > 0);
	}

	if (anova->variants == 0)
		anova->note = "no rows";
	else if (nonfinite > 0)
		anova->note = psprintf(INT64_FORMAT " row%s with NaN or infinity",
							   nonfinite, nonfinite == 1 ? "" : "s");
	else if (overflows > 0)
		anova->note = "values are too large for double precision";
	else if (anova->variants == 1)
		anova->note = "only one variant has rows";
	else if (anova->rows == TOO_MANY_ROWS)
		anova->note = "too many rows for double precision";
	else if (anova->rows == anova->variants)
		anova->note = "too few rows: the test needs at least two in one variant";
	else if (constant == anova->variants)
		anova->note = "no variation within any variant: no test";
	else if (!equal_var && single > 0)
		anova->note = "too few rows: Welch's test needs at least two in each variant";
	else if (!equal_var && constant > 0)
		anova->note = "a variant has no variation: Welch's test would give it all the weight";
	return anova->note == NULL;
}

/*
 * Mean of an arm above that of the first with rows, with the digits that large
 * means would hide; 0 for an arm without rows.
 */
static double
Deviation(const Anova *anova, const AbArm *arm)
{
	return arm->n == 0 ? 0 :
		AbDoubleDifference(arm->moments[0], anova->first->moments[0]);
}

/*
 * Fisher's, with m the mean of all N rows in k variants:
 *
 *	F = (sum n(i) (m(i) - m)^2 / (k - 1)) / (sum S(i) / (N - k))
 *
 * and eta squared, the share of the sum of squares that is between variants.
 */
static void
ClassicalAnova(Anova *anova)
{
	const AbSummary *summary = anova->summary;
	double		n = anova->rows;
	double		mean = 0;
	double		between = 0;
	double		within = 0;

	for (int i = 0; i < (int) summary->arms; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);

		mean += Deviation(anova, arm) * (arm->n / n);
		within += ArmSumOfSquares(summary, arm);
	}
	for (int i = 0; i < (int) summary->arms; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);
		double		deviation = Deviation(anova, arm) - mean;

		between += arm->n * (deviation * deviation);
	}
	anova->df_between = anova->variants - 1;
	anova->df_within = n - anova->variants;
	anova->statistic = (between / anova->df_between) /
		(within / anova->df_within);
	anova->eta_squared = between / (between + within);
}

/*
 * Welch's, with weights w(i) = n(i) / s(i)^2, W their sum and m the mean so
 * weighted:
 *
 *	F = (sum w(i) (m(i) - m)^2 / (k - 1)) / (1 + 2 (k - 2) L / (k^2 - 1)),
 *	L = sum (1 - w(i) / W)^2 / (n(i) - 1),	df = (k^2 - 1) / (3 L).
 *
 * Weights are taken relative to the largest so that none leaves the range.
 */
static void
WelchAnova(Anova *anova)
{
	const AbSummary *summary = anova->summary;
	double		k = anova->variants;
	double		smallest = INFINITY;
	double		weights = 0;
	double		mean = 0;
	double		between = 0;
	double		lambda = 0;

	for (int i = 0; i < (int) summary->arms; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);

		if (arm->n > 0)
			smallest = fmin(smallest,
							AbArmVariance(summary, arm, 0, 0) / arm->n);
	}
	for (int i = 0; i < (int) summary->arms; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);
		double		weight;

		if (arm->n == 0)
			continue;
		weight = smallest / (AbArmVariance(summary, arm, 0, 0) / arm->n);
		weights += weight;
		mean += weight * Deviation(anova, arm);
	}
	mean /= weights;
	for (int i = 0; i < (int) summary->arms; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);
		double		variance;
		double		deviation;
		double		rest;

		if (arm->n == 0)
			continue;
		variance = AbArmVariance(summary, arm, 0, 0) / arm->n;
		deviation = (Deviation(anova, arm) - mean) / sqrt(variance);
		between += deviation * deviation;
		rest = 1 - smallest / variance / weights;
		lambda += rest * rest / (arm->n - 1);
	}
	anova->df_within = (k * k - 1) / (3 * lambda);
	anova->statistic = between / (k - 1) /
		(1 + 2 * (k - 2) * lambda / (k * k - 1));
}

/*
 * (summary, equal_var)
 */
PG_FUNCTION_INFO_V1(ab_anova);
Datum
ab_anova(PG_FUNCTION_ARGS)
{
	TupleDesc	tupdesc = AbResultDesc(fcinfo, ANOVA_ATTRIBUTES);
	AbTestOptions options;
	Anova		anova = {0};
	Datum	   *values = (Datum *) palloc0(tupdesc->natts * sizeof(Datum));
	bool	   *nulls = (bool *) palloc(tupdesc->natts * sizeof(bool));

	AbGetOptions(fcinfo, &options, -1, -1, -1, -1, 1);
	anova.statistic = anova.df_between = anova.df_within = NAN;
	anova.p_value = anova.eta_squared = NAN;
	anova.note = "no rows";
	if (!PG_ARGISNULL(0))
	{
		anova.summary = AB_GETARG_SUMMARY(0);
		anova.note = NULL;
		if (CheckVariants(&anova, options.equal_var))
		{
			ClassicalAnova(&anova);
			if (!options.equal_var)
				WelchAnova(&anova);
			anova.p_value = AbFUpperTail(anova.statistic, anova.df_between,
										 anova.df_within);
			if (anova.p_value == 0)
				anova.p_value = AB_SMALLEST_P;
			if (!isfinite(anova.statistic) || isnan(anova.p_value))
				anova.note = "values are too large for double precision";
		}
	}

	/* a later version of the type may have more attributes: they are NULL */
	memset(nulls, true, tupdesc->natts * sizeof(bool));
	nulls[VARIANTS] = nulls[ROWS] = false;
	values[VARIANTS] = Int64GetDatum(anova.variants);
	nulls[ROWS] = anova.rows == TOO_MANY_ROWS;
	values[ROWS] = Int64GetDatum(anova.rows);
	AbSetFloat(values, nulls, STATISTIC, anova.statistic);
	AbSetFloat(values, nulls, DF_BETWEEN, anova.df_between);
	AbSetFloat(values, nulls, DF_WITHIN, anova.df_within);
	AbSetFloat(values, nulls, P_VALUE, anova.p_value);
	AbSetFloat(values, nulls, ETA_SQUARED, anova.eta_squared);
	AbSetText(values, nulls, METHOD, options.equal_var ?
			  "one-way analysis of variance" :
			  "Welch's analysis of variance");
	AbSetText(values, nulls, NOTE, anova.note);
	return HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls));
}
