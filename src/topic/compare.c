/*
 * compare.c
 *	  Several treatments against one control.
 *
 * Every comparison is a t-test of two arms (ttest.c); here is what their
 * number does to p-values, verdicts and intervals.  Where simultaneous
 * intervals exist that decide as the adjusted p-values do (Bonferroni, Sidak,
 * Dunnett) those are given: of the difference, and Fieller's of the lift at
 * the same critical value.
 *
 * References: see math/padjust.c and math/dunnett.c.
 */
#include "topic/ttest.h"

#include "base/family.h"
#include "base/work.h"
#include "math/dunnett.h"
#include "miscadmin.h"
#include "utils/builtins.h"

typedef struct CompareCall
{
	const AbSummary *summary;
	AbTestArgs	test;
	AbCorrection correction;
} CompareCall;

static const AbArg compare_args[] = {
	AB_SUMMARY_ARG(CompareCall, summary, &ab_one_column),
	AB_CONTROL_ARG(CompareCall, test),
	AB_ALPHA_ARG(CompareCall, test),
	AB_ALTERNATIVE_ARG(CompareCall, test),
	AB_EQUAL_VAR_ARG(CompareCall, test, false),
	AB_WORD_ARG(CompareCall, correction, "correction",
				&ab_corrections_dunnett, AB_HOLM),
	AB_LIFT_METHOD_ARG(CompareCall, test)
};

/* A treatment's row, and what its intervals are made of. */
typedef struct Treatment
{
	AbMeans		means;
	AbEffect	effect;
	double		variance;		/* of the treatment's mean */
	AbWelchArms arms;
	bool		tested;
	bool		by_score;		/* the score test answers, not a t-test */
} Treatment;

/* One variance for all arms. */
typedef struct PooledVariance
{
	double		variance;
	double		df;
} PooledVariance;

static double
ArmSquares(const AbMeans *means, const AbArm *arm)
{
	return AbDoubleValue(arm->moments[AbComomentIndex(means->summary->columns,
													  0, 0)]);
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
	bool		first = true;

	for (int i = 0; i < count; i++)
	{
		const AbMeans *means = &treatments[i].means;

		if (!treatments[i].tested)
			continue;
		if (first)
		{
			sum += ArmSquares(means, means->control);
			pooled.df += means->control->n - 1;
		}
		sum += ArmSquares(means, means->treatment);
		pooled.df += means->treatment->n - 1;
		first = false;
	}
	pooled.variance = sum / pooled.df;
	return pooled;
}

/*
 * The difference of two means under one variance for all arms.
 */
static bool
PooledEffect(AbMeans *means, const PooledVariance *pooled, AbEffect *effect)
{
	if (!(pooled->df >= 1))
	{
		AbNote(&means->row.notes, "too few rows: the test needs at least two in one arm");
		return false;
	}
	effect->difference = means->row.difference.value;
	effect->control_variance = pooled->variance / means->control->n;
	effect->std_error = sqrt(effect->control_variance +
							 pooled->variance / means->treatment->n);
	effect->df = pooled->df;
	effect->control = means->control_mean;
	effect->covariance = -effect->control_variance;
	return true;
}

static const char *
MethodName(const CompareCall *call, bool by_score)
{
	const char *test = by_score ? AbWelchScoreName() :
		AbMeansTestName(call->test.equal_var);

	if (call->correction == AB_DUNNETT)
	{
		const char *dunnett = call->test.equal_var ?
			"Dunnett test (pooled variance of all arms)" :
			"Dunnett test (separate variances)";

		test = by_score ? psprintf("%s, %s", dunnett, test) : dunnett;
	}
	return psprintf("%s%s%s%s", test,
					AbAlternativeSuffix(call->test.alternative),
					AbCorrectionSuffix(call->correction),
					by_score ? "" : AbLiftSuffix(call->test.lift_method));
}

/*
 * The test of each treatment by itself.  Returns how many there are.
 */
static int
TestTreatments(Treatment *treatments, int count, const CompareCall *call)
{
	bool		pool_all = call->correction == AB_DUNNETT && call->test.equal_var;
	PooledVariance pooled = {0, 0};
	int			tested = 0;

	if (pool_all)
		pooled = PoolAllArms(treatments, count);

	for (int i = 0; i < count; i++)
	{
		Treatment  *treatment = &treatments[i];
		AbMeans    *means = &treatment->means;

		if (!treatment->tested)
			continue;
		if (AbMeansByScore(means, call->test.equal_var))
		{
			treatment->by_score = true;
			AbTestByScore(means, &treatment->arms, call->test.alternative);
			means->row.method = MethodName(call, true);
			tested++;
			continue;
		}
		treatment->tested = (pool_all ?
							 PooledEffect(means, &pooled, &treatment->effect) :
							 AbMeansEffect(means, call->test.equal_var,
										   &treatment->effect)) &&
			AbTestStatistic(&means->row, &treatment->effect,
							call->test.alternative);
		if (!treatment->tested)
			continue;
		tested++;
		treatment->variance = (pool_all ? pooled.variance :
							   AbArmVariance(means->summary, means->treatment,
											 0, 0)) / means->treatment->n;
	}
	return tested;
}

/*
 * The distribution of the largest of the comparisons that were tested.
 *
 * One that the score test answers is taken as independent of the others, which
 * a treatment with nearly all of the variance is: that is never less strict
 * than their true correlation, which is positive.
 */
static AbDunnett *
MakeDunnett(const Treatment *treatments, int count, int tested,
			AbAlternative alternative)
{
	double	   *variances = (double *) palloc(tested * sizeof(double));
	double		control_variance = 0;
	int			n = 0;
	AbDunnett  *dunnett;

	for (int i = 0; i < count; i++)
		if (treatments[i].tested)
		{
			if (!treatments[i].by_score)
				control_variance = treatments[i].effect.control_variance;
			variances[n++] = treatments[i].by_score ? DBL_MAX :
				treatments[i].variance;
		}
	dunnett = AbMakeDunnett(control_variance, variances, n, alternative,
							&ab_server_work);
	pfree(variances);
	return dunnett;
}

/*
 * What a reader of the row has to know about its variance.  Dunnett's, from all
 * arms, can differ from the two compared even where sizes are equal.
 */
static void
NoteVariance(Treatment *treatment, const CompareCall *call)
{
	AbMeans    *means = &treatment->means;
	const AbArm *control = means->control;
	const AbArm *arm = means->treatment;
	double		ratio;
	char	   *fault;

	if (treatment->by_score)
		return;
	if (!call->test.equal_var || call->correction != AB_DUNNETT)
	{
		AbCheckVariances(means, call->test.equal_var, 1,
						 call->test.alternative);
		return;
	}
	if (control->n == 1 || arm->n == 1)
	{
		AbNote(&means->row.notes, "the %s has one row: its variance is taken from the other arms",
			   control->n == 1 ? "control" : "treatment");
		return;
	}
	if (AbNotePooledEvents(means, &treatment->arms))
		return;
	ratio = means->row.std_error /
		sqrt(AbArmVariance(means->summary, control, 0, 0) / control->n +
			 AbArmVariance(means->summary, arm, 0, 0) / arm->n);
	if (!(fabs(ratio - 1) > AB_POOLING_TOLERANCE))
		return;
	fault = AbWelchFault(means, &treatment->arms, ratio);
	if (fault != NULL)
		AbNote(&means->row.notes, "the variances of the arms are unequal: the pooled standard error is %.2g times Welch's; %s",
			   ratio, fault);
	else
		AbNote(&means->row.notes, "the variances of the arms are unequal: the pooled standard error is %.2g times Welch's, use equal_var => false",
			   ratio);
}

/* What the intervals of all rows are made with. */
typedef struct Level
{
	const CompareCall *call;
	AbDunnett  *dunnett;		/* or NULL */
	double		alpha;			/* else, of each comparison */
	double		df;				/* of the critical value found last */
	double		critical;
} Level;

/*
 * The critical value with those degrees of freedom.
 */
static double
Critical(Level *level, double df)
{
	/* Dunnett's takes milliseconds */
	if (df != level->df)
	{
		level->critical = level->dunnett != NULL ?
			AbDunnettCritical(level->dunnett, df, level->call->test.alpha) :
			AbCriticalT(df, level->call->test.alternative, level->alpha);
		level->df = df;
	}
	return level->critical;
}

/*
 * Fill in the intervals of a row that a t-test answers.
 */
static void
SetIntervals(Treatment *treatment, Level *level, bool significant)
{
	const CompareCall *call = level->call;
	AbMeans    *means = &treatment->means;
	AbDecision	decision;
	AbLift		lift;

	decision.alternative = call->test.alternative;
	decision.significant = significant;
	decision.critical = Critical(level, means->row.df);
	/* Dunnett's one variance is that of the effect alone */
	lift = call->test.equal_var && level->dunnett != NULL ?
		AbMakeLift(&treatment->effect, call->test.lift_method) :
		AbMeansLift(means, &call->test, &treatment->effect);
	if (lift.method == AB_LIFT_LOG)
		lift.critical = Critical(level, lift.df);
	else
		lift.critical = decision.critical;
	AbSetIntervals(&means->row, &treatment->effect, &decision, &lift);
}

/*
 * From the tests one by one to those of all together: verdicts by adjusted
 * p-values, and intervals that are simultaneous where such exist, else those of
 * the comparison by itself.
 */
static void
DecideAll(Treatment *treatments, int count, int tested,
		  const CompareCall *call)
{
	AbDunnett  *dunnett = NULL;
	AbComparison **rows = (AbComparison **) palloc(count * sizeof(AbComparison *));
	bool	   *single = (bool *) palloc(count * sizeof(bool));
	double		alpha = call->test.alpha;
	double		each = AbSimultaneousLevel(alpha, tested, call->correction);
	bool		simultaneous = call->correction == AB_DUNNETT || !isnan(each);
	Level		level = {call, NULL, simultaneous ? each : alpha, NAN, NAN};

	if (call->correction == AB_DUNNETT)
		dunnett = MakeDunnett(treatments, count, tested,
							  call->test.alternative);
	level.dunnett = dunnett;
	for (int i = 0; i < count; i++)
	{
		rows[i] = &treatments[i].means.row;
		single[i] = rows[i]->significant == AB_YES;
		if (dunnett != NULL && treatments[i].tested)
			AbDecideAdjusted(rows[i], AbDunnettP(dunnett, rows[i]->statistic,
												 rows[i]->df, rows[i]->p_value));
	}
	if (dunnett == NULL)
		(void) AbAdjustFamily(rows, count, call->correction);

	for (int i = 0; i < count; i++)
	{
		AbComparison *row = rows[i];

		CHECK_FOR_INTERRUPTS();
		if (!treatments[i].tested)
			continue;
		if (!treatments[i].by_score)
			SetIntervals(&treatments[i], &level, simultaneous ?
						 row->significant == AB_YES : single[i]);
		else if (simultaneous)
			AbSetScoreIntervals(&treatments[i].means, Critical(&level, row->df),
								call->test.alternative);
		if (!simultaneous)
			AbNoteFamily(&row->notes, tested, call->correction);
		NoteVariance(&treatments[i], call);
	}
	if (dunnett != NULL)
		AbFreeDunnett(dunnett);
}

/*
 * A row for each variant beside the control, in the order of their names.
 */
PG_FUNCTION_INFO_V1(ab_compare);
Datum
ab_compare(PG_FUNCTION_ARGS)
{
	CompareCall call = {.test.reader = "ab_compare(ab_summary(outcome, variant)"};
	AbArmList	list;
	AbArmChoice choice;
	Treatment  *treatments;
	int			count = 0;
	int			tested;

	AbReadArgs(fcinfo, compare_args, &call);
	AbStartRows(fcinfo);
	list = AbListSummary(call.summary);
	if (list.count == 0)
		return (Datum) 0;

	choice.control = AbChooseControl(&list, &call.test);
	treatments = (Treatment *) palloc0(list.count * sizeof(Treatment));
	for (int i = 0; i < list.count; i++)
	{
		Treatment  *treatment = &treatments[count];

		if (i == choice.control)
			continue;
		count++;
		choice.treatment = i;
		treatment->tested = AbStartTreatment(&treatment->means, call.summary,
											 &list, &call.test, choice);
		if (treatment->tested)
			treatment->arms = AbWelchArmsOf(&treatment->means);
		treatment->means.row.method = MethodName(&call, false);
	}
	tested = TestTreatments(treatments, count, &call);
	if (tested > 0)
		DecideAll(treatments, count, tested, &call);
	for (int i = 0; i < count; i++)
		AbPutRow(fcinfo, &ab_comparison, &treatments[i].means);
	return (Datum) 0;
}
