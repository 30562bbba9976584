/*
 * summary_design.c
 *	  The effect of a treatment by whichever design a summary is read as.
 *
 * Each design is the topic of its own that has its formulas: ttest, cuped,
 * ratio, paired, proportion.  Covariates are adjusted for by each arm's own
 * slope.
 */
#include "topic/summary_design.h"

#include "base/missing.h"
#include "topic/paired.h"
#include "topic/proportion.h"
#include "topic/ratio.h"
#include "topic/ttest.h"

/*
 * Start the pairs of a ratio, with a covariate or without.
 */
static bool
StartRatios(AbDesigned *designed, const AbSummary *summary, AbTestArgs *args)
{
	AbCupedCall call = {
		.summary = summary,
		.theta = designed->theta,
		.theta_value = NAN,
		.ratios = true
	};
	bool		comparable;

	args->columns = ab_ratio_columns;
	call.test = *args;
	comparable = AbStartRatios(&designed->means, &call, &designed->pairs);
	designed->theta = call.theta;
	return comparable;
}

/*
 * Start a row by that design, with everything that is known without a test.
 * ERROR 22023 if the summary has other columns.  Returns whether the two arms
 * can be compared; the notes say why not.
 */
bool
AbStartDesign(AbDesigned *designed, const AbSummary *summary,
			  AbTestArgs *args, AbDesign design)
{
	AbMeans    *means = &designed->means;
	AbPairsCall pairs = {0};

	if (summary != NULL)
		AbCheckDesign(summary, design);
	designed->design = design;
	designed->theta = design == AB_DESIGN_CUPED ||
		design == AB_DESIGN_RATIO_CUPED ? AB_THETA_PER_ARM : AB_THETA_NONE;
	switch (design)
	{
		case AB_DESIGN_RATIO:
		case AB_DESIGN_RATIO_CUPED:
			if (!StartRatios(designed, summary, args))
				return false;
			break;
		case AB_DESIGN_CUPED:
			if (!AbStartMeans(means, summary, args))
				return false;
			designed->pairs = AbPairsOfMeans(means, NAN);
			break;
		case AB_DESIGN_PAIRED:
			pairs.summary = summary;
			pairs.test = *args;
			AbNamePairs(&pairs);
			return AbStartPairs(means, &pairs);
		case AB_DESIGN_PROPORTION:
			return AbStartRates(means, summary, args, &designed->counts);
		default:
			return AbStartMeans(means, summary, args);
	}
	means->row.difference.value = designed->pairs.y_difference;
	means->row.lift.value = means->row.difference.value / means->control_mean;
	designed->theta = AbFeasibleTheta(&means->row.notes, &designed->pairs,
									  designed->theta);
	return true;
}

/*
 * The effect of pairs of outcome and covariate with variances of that kind.
 * Returns false, with a note, where there is none.
 */
static bool
AdjustedEffect(AbDesigned *designed, bool equal_var, AbEffect *effect)
{
	AbNotes    *notes = &designed->means.row.notes;
	const AbPairs *pairs = &designed->pairs;
	double		nc = pairs->control.n;
	double		nt = pairs->treatment.n;
	AbWelchArms arms = {false, pairs->control.syy == 0, pairs->treatment.syy == 0};
	AbAdjusted	e;

	if (equal_var ? nc + nt < 3 : nc < 2 || nt < 2)
	{
		AbNoteFewRows(notes, equal_var);
		return false;
	}
	e = AbShowAdjusted(&designed->means, pairs, designed->theta, equal_var);
	*effect = e.effect;
	arms.flat_control |= e.control_stddev == 0;
	arms.flat_treatment |= e.treatment_stddev == 0;
	if (equal_var || !AbAnyFlat(&arms))
		return true;
	AbNoteFlat(notes, &arms);
	return false;
}

/*
 * The effect of a comparison that is not one of proportions, with one variance
 * for both arms or with one for each; pairs have but one.  Returns false, with
 * a note, where there is none.
 */
bool
AbDesignEffect (AbDesigned *designed, bool equal_var, AbEffect *effect)
{
	switch (designed->design)
	{
		case AB_DESIGN_MEAN:
			return AbMeansEffect(&designed->means, equal_var, effect);
		case AB_DESIGN_PAIRED:
			return AbPairsEffect(&designed->means, effect);
		default:
			return AdjustedEffect(designed, equal_var, effect);
	}
}

/*
 * The effect of two arms with variances of either kind, also where an arm does
 * not vary.  Returns false, with a note, if an arm has too few rows.
 */
bool
AbDesignEffects(AbDesigned *designed, AbEffect *pooled, AbEffect *separate)
{
	AbMeans    *means = &designed->means;

	if (Min(means->control->n, means->treatment->n) < 2)
	{
		AbNoteFewRows(&means->row.notes, false);
		return false;
	}
	if (designed->design == AB_DESIGN_MEAN)
	{
		*pooled = AbMeansEffectAnyway(means, true);
		*separate = AbMeansEffectAnyway(means, false);
	}
	else
	{
		*pooled = AbAncova(&designed->pairs, designed->theta, true).effect;
		*separate = AbShowAdjusted(means, &designed->pairs, designed->theta,
								   false).effect;
	}
	return true;
}
