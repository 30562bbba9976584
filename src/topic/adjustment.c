/*
 * adjustment.c
 *	  Comparison of two arms by an outcome and, optionally, a covariate that
 *	  was measured before the experiment.
 *
 * The estimate and its references are in math/ancova.c; here are the notes and
 * the row.
 */
#include "topic/adjustment.h"

#include <math.h>

#include "utils/builtins.h"

/*
 * Level at which a difference of the covariate between the arms is noted.
 */
#define IMBALANCE_ALPHA		0.001

/*
 * The slope named in that text argument.  ERROR 22023 if it is none.
 */
AbTheta
AbGetTheta(FunctionCallInfo fcinfo, int argument)
{
	const char *name = PG_ARGISNULL(argument) ? "NULL" :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	if (strcmp(name, "per-arm") == 0)
		return AB_THETA_PER_ARM;
	if (strcmp(name, "pooled") == 0)
		return AB_THETA_POOLED;
	if (strcmp(name, "total") == 0)
		return AB_THETA_TOTAL;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown theta \"%s\"", name),
			 errhint("Use 'per-arm' (each arm's own slope), 'pooled' (one slope, within arms) or 'total' (one slope, over all rows).")));
}

/*
 * ERROR 22023 unless the summary has that many columns.
 */
void
AbRequireColumns(const AbSummary *summary, int columns, const char *hint)
{
	if (summary != NULL && summary->columns != columns)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("summary must have %d columns", columns),
				 errdetail("This one has %d.", summary->columns),
				 errhint("%s", hint)));
}

/*
 * Moments of the row's two arms as one set of rows.
 */
void
AbMergeArms(const AbComparison *row, AbDouble *moments)
{
	int			columns = row->summary->columns;

	memcpy(moments, row->control->moments,
		   AbMomentCount(columns) * sizeof(AbDouble));
	AbMomentsMerge(moments, columns, row->control->n, row->treatment->n,
				   row->treatment->moments);
}

/*
 * Are there rows and variation for an adjustment?  Notes why not.
 */
static bool
CanAdjust(AbComparison *row, const AbPairs *pairs)
{
	bool		constant_c = !(pairs->control.sxx > 0);
	bool		constant_t = !(pairs->treatment.sxx > 0);

	if (Min(pairs->control.n, pairs->treatment.n) < AB_MIN_ADJUSTED_ROWS)
	{
		AbAddNote(row, "not adjusted: an arm has fewer than %d rows",
				  AB_MIN_ADJUSTED_ROWS);
		return false;
	}
	if (constant_c || constant_t)
	{
		AbAddNote(row, "not adjusted: the covariate does not vary in %s",
				  constant_c && constant_t ? "either arm" :
				  constant_c ? "the control" : "the treatment");
		return false;
	}
	return true;
}

/*
 * Say what the adjustment did, and whether the covariate is to be trusted.
 */
static void
NoteAdjustment(AbComparison *row, const AbPairs *pairs, const AbAdjusted *e,
			   const AbAdjusted *plain, AbTheta theta)
{
	double		saved = AbVarianceSaved(e->effect.std_error,
										plain->effect.std_error) * 100;
	char	   *slope = theta == AB_THETA_PER_ARM ?
		psprintf("theta %.4g in control, %.4g in treatment", e->control_theta,
				 e->treatment_theta) :
		psprintf("theta %.4g", e->control_theta);

	if (saved > 99.9)
		AbAddNote(row, "variance reduced by more than 99.9%% (%s)", slope);
	else if (saved > 0)
		AbAddNote(row, "variance reduced by %.1f%% (%s)", saved, slope);
	else
		AbAddNote(row, "the covariate does not reduce the variance (%s)",
				  slope);
	if (AbImbalanceP(pairs) < IMBALANCE_ALPHA)
		AbAddNote(row, "the covariate differs between the arms: it must be from before the experiment, and the assignment random");
}

/*
 * Compare the row's arms by their pairs, and fill in what that gives.
 * subject is what is compared, for the name of the method: "" for means.
 */
void
AbComparePairs(AbComparison *row, const AbPairs *pairs, AbTheta theta,
			   const AbTestOptions *options, const char *subject)
{
	double		nc = pairs->control.n;
	double		nt = pairs->treatment.n;
	const char *prefix = "";
	AbAdjusted	plain;
	AbAdjusted	e;

	row->tested = false;
	row->difference = pairs->y_difference;
	if (theta != AB_THETA_NONE && !CanAdjust(row, pairs))
		theta = AB_THETA_NONE;

	if (theta == AB_THETA_PER_ARM)
		prefix = "CUPED (per-arm theta), ";
	else if (theta == AB_THETA_POOLED)
		prefix = "CUPED (pooled theta), ";
	else if (theta == AB_THETA_TOTAL)
		prefix = "CUPED (total theta), ";
	row->method = psprintf("%s%s%s%s", prefix, options->equal_var ?
						   "Student t-test (pooled variance)" : "Welch t-test",
						   subject, AbAlternativeSuffix(options->alternative));

	if (options->equal_var ? nc + nt < 3 : nc < 2 || nt < 2)
	{
		AbAddNote(row, options->equal_var ?
				  "too few rows: the test needs at least two in one arm" :
				  "too few rows: Welch's test needs at least two in each arm");
		return;
	}

	e = plain = AbAncova(pairs, AB_THETA_NONE, options->equal_var);
	if (theta != AB_THETA_NONE)
	{
		e = AbAncova(pairs, theta, options->equal_var);
		row->control_mean = e.effect.control;
		row->treatment_mean = e.treatment;
		row->control_stddev = e.control_stddev;
		row->treatment_stddev = e.treatment_stddev;
		if (plain.effect.std_error > 0 && isfinite(e.effect.std_error))
			NoteAdjustment(row, pairs, &e, &plain, theta);
	}
	AbTestEffect(row, &e.effect, options);

	if (row->tested && options->equal_var && nc >= AB_MIN_ADJUSTED_ROWS &&
		nt >= AB_MIN_ADJUSTED_ROWS)
	{
		AbAdjusted	separate = AbAncova(pairs, theta, false);
		double		ratio = row->std_error / separate.effect.std_error;

		if (fabs(ratio - 1) > AB_POOLING_TOLERANCE)
			AbAddNote(row, "group sizes and variances are unequal: the pooled standard error is %.2g times Welch's, use equal_var => false",
					  ratio);
	}
}
