/*
 * bayes.c
 *	  Two arms by their posteriors: the probability of being better, expected
 *	  losses, intervals.
 *
 * The mathematics and its references are in math/bayes_normal.c, posterior.c,
 * posterior_arms.c and posterior_pair.c.
 */
#include "topic/bayes.h"

#include "base/work.h"
#include "math/bayes_normal.h"
#include "math/posterior_arms.h"
#include "math/posterior_pair.h"
#include "utils/builtins.h"

/* Fewer rows in an arm make a normal posterior too sure, which is noted. */
#define FEW_ROWS	30

/*
 * Standard errors that a control's mean has to be away from zero for a prior on
 * the lift to say what it seems to.
 */
#define CERTAIN_SIGN	4

/* Exposures beyond, either way, are too large or too small. */
#define LARGEST_EXPOSURE	1e100

/* What a call asks. */
typedef struct BayesCall
{
	const AbSummary *summary;
	AbTestArgs	test;
	AbModel		model;
	int			higher;			/* is better: 1 or 0 */
	AbNormalPrior effect;		/* the normal model's; NaN for none */
	int			relative;		/* is what effect and rope are of the lift */
	double		rope;			/* NaN if not asked for */
	AbConjugatePrior conjugate;
} BayesCall;

/* A row of ab_bayes_result. */
typedef struct BayesRow
{
	AbMeans		means;
	double		prob_better;
	double		loss_control;
	double		loss_treatment;
	double		prob_rope;
} BayesRow;

static const AbColumn columns[] = {
	AB_ARM_COLUMNS(BayesRow, means.row),
	AB_COLUMN(BayesRow, means.control_mean, "control_mean", NUMBER),
	AB_COLUMN(BayesRow, means.treatment_mean, "treatment_mean", NUMBER),
	AB_EFFECT_COLUMNS(BayesRow, means.row),
	AB_COLUMN(BayesRow, prob_better, "prob_better", NUMBER),
	AB_COLUMN(BayesRow, loss_control, "expected_loss_control", NUMBER),
	AB_COLUMN(BayesRow, loss_treatment, "expected_loss_treatment", NUMBER),
	AB_COLUMN(BayesRow, prob_rope, "prob_rope", NUMBER),
	AB_COLUMN(BayesRow, means.row.alpha, "alpha", NUMBER),
	AB_COLUMN(BayesRow, means.row.method, "method", TEXT),
	AB_COLUMN(BayesRow, means.row.notes, "note", NOTES)
};

static const AbRowType bayes_type = AB_ROW_TYPE(columns);

static const AbWord model_words[] = {
	{"normal", AB_MODEL_NORMAL, "means"},
	{"binomial", AB_MODEL_BINOMIAL, "rates of zeros and ones"},
	{"poisson", AB_MODEL_POISSON, "events per exposure"}
};

static const AbWord scale_words[] = {
	{"relative", true, "the lift, a fraction"},
	{"absolute", false, "the difference"}
};

const AbWords ab_models = AB_WORDS("model", model_words);
static const AbWords scales = AB_WORDS("prior_scale", scale_words);

const AbRange ab_prior_alpha = {
	.low = 0.5, .high = 1e12,
	.message = "prior_alpha must be between 0.5 and 1e12",
	.hint = "It counts successes (or events) seen before: with prior_beta, 1 and 1 for a flat prior of a rate, 0.5 and 0.5 for Jeffreys'."
};

const AbRange ab_prior_beta = {
	.low = 1e-9, .high = 1e12,
	.message = "prior_beta must be between 1e-9 and 1e12",
	.hint = "It counts failures (or exposure) seen before."
};

static const AbRange prior_mean_range = {
	.low = -1e100, .high = 1e100,
	.message = "prior_mean must be a number between -1e100 and 1e100",
	.hint = "It is the effect that is expected before the data: 0 for none."
};

static const AbRange prior_stddev_range = {
	.low = 1e-9, .high = 1e9, .optional = true,
	.message = "prior_stddev must be between 1e-9 and 1e9, or NULL for a flat prior",
	.hint = "0.3 on the lift says that two of three effects are between -30% and 30%."
};

static const AbRange rope_range = {
	.low = 0, .low_open = true, .high = 1e100, .optional = true,
	.message = "rope must be above 0",
	.hint = "It is the largest effect that is as good as none: 0.01 for a lift of 1%."
};

static const AbArg bayes_args[] = {
	AB_SUMMARY_ARG(BayesCall, summary, NULL),
	AB_CONTROL_ARG(BayesCall, test),
	AB_TREATMENT_ARG(BayesCall, test),
	AB_ALPHA_ARG(BayesCall, test),
	AB_WORD_ARG(BayesCall, model, "model", &ab_models, AB_MODEL_NORMAL),
	AB_WORD_ARG(BayesCall, higher, "direction", &ab_directions, true),
	AB_NUMBER_ARG(BayesCall, effect.mean, "prior_mean", &prior_mean_range, 0),
	AB_NUMBER_ARG(BayesCall, effect.stddev, "prior_stddev", &prior_stddev_range, 0),
	AB_WORD_ARG(BayesCall, relative, "prior_scale", &scales, true),
	AB_NUMBER_ARG(BayesCall, rope, "rope", &rope_range, 0),
	AB_NUMBER_ARG(BayesCall, conjugate.alpha, "prior_alpha", &ab_prior_alpha, 1),
	AB_NUMBER_ARG(BayesCall, conjugate.beta, "prior_beta", &ab_prior_beta, 1)
};

/* ----------------------------------------------------------------------
 * What the readers share
 * ----------------------------------------------------------------------
 */

/*
 * ERROR 22023 if the summary has more columns than the model reads, or the prior
 * belongs to another model.
 */
void
AbCheckModel(const AbSummary *summary, AbModel model, AbConjugatePrior prior)
{
	const AbWidth *width = model == AB_MODEL_POISSON ? &ab_event_width :
		&ab_one_column;

	if (summary != NULL && summary->columns > width->most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("summary must have %s for model \"%s\"",
						width->most == 1 ? "1 column" : "1 or 2 columns",
						AbWordOf(&ab_models, model)),
				 errdetail("This one has %d.", summary->columns),
				 errhint("%s", width->hint)));
	if (model == AB_MODEL_BINOMIAL && prior.beta < ab_prior_alpha.low)
		AbBadParameter("prior_beta must be at least 0.5 for model \"binomial\"",
					   prior.beta, ab_prior_alpha.hint);
	if (model == AB_MODEL_NORMAL && (prior.alpha != 1 || prior.beta != 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("prior_alpha and prior_beta do not belong to model \"normal\""),
				 errhint("Use model => 'binomial' or 'poisson'.")));
}

/*
 * The model with its prior, for `method`.
 */
const char *
AbModelName(AbModel model, AbConjugatePrior prior)
{
	switch (model)
	{
		case AB_MODEL_BINOMIAL:
			return psprintf("Bayes, rates, prior Beta(%.10g, %.10g)",
							prior.alpha, prior.beta);
		case AB_MODEL_POISSON:
			return psprintf("Bayes, events per exposure, prior Gamma(%.10g, %.10g)",
							prior.alpha, prior.beta);
		default:
			return "Bayes, means, flat prior";
	}
}

/*
 * The posterior of the mean of an arm with rows, from the mean of the first arm
 * of the summary, where the digits are.
 */
static bool
NormalPosterior(AbPosterior *posterior, AbNotes *notes, const char *role,
				const AbSummary *summary, const AbArm *arm)
{
	double		variance = AbArmVariance(summary, arm, 0, 0) / arm->n;

	if (arm->n < 2)
	{
		AbNote(notes, "too few rows in the %s: the normal model needs at least two",
			   role);
		return false;
	}
	if (!(variance > 0))
	{
		AbNote(notes, "the %s has no variation, so its mean would be taken for certain: no posterior%s",
			   role, arm->flags & AB_ARM_BINARY(0) ? ", use model => 'binomial'" : "");
		return false;
	}
	if (arm->n < FEW_ROWS)
		AbNote(notes, "fewer than %d rows in the %s: their variance is taken for the true one, so the answers are too sure",
			   FEW_ROWS, role);
	posterior->a = AbDoubleDifference(arm->moments[0],
									  AbGetArm(summary, 0)->moments[0]);
	posterior->b = sqrt(variance);
	if (isfinite(posterior->a) && isfinite(posterior->b) && posterior->b > 0)
		return true;
	AbNote(notes, "values of the %s are too large for double precision", role);
	return false;
}

/*
 * The posterior of an arm, NULL if there is none, whose rows are all finite.  Of
 * an arm without rows it is the prior, which is noted; not of the normal model.
 * role is what notes call it.  Returns false, with a note, if there is no
 * posterior.
 */
bool
AbPosteriorOf(AbPosterior *posterior, AbNotes *notes, const char *role,
			  const AbSummary *summary, const AbArm *arm, AbModel model,
			  AbConjugatePrior prior)
{
	AbEventSums sums;

	posterior->model = model;
	posterior->a = prior.alpha;
	posterior->b = prior.beta;
	if (arm == NULL || arm->n == 0)
	{
		AbNote(notes, model == AB_MODEL_NORMAL ?
			   "no posterior of the %s without rows" :
			   "the posterior of the %s is the prior", role);
		return model != AB_MODEL_NORMAL;
	}
	switch (model)
	{
		case AB_MODEL_BINOMIAL:
			if (!(arm->flags & AB_ARM_BINARY(0)))
			{
				AbNote(notes, "not all values of the %s are 0 or 1: no posterior of a rate",
					   role);
				return false;
			}
			posterior->a += AbArmSuccesses(arm, 0);
			posterior->b += arm->n - AbArmSuccesses(arm, 0);
			return true;
		case AB_MODEL_POISSON:
			sums = AbSumEvents(summary, arm);
			if (!AbCheckEvents(notes, role, sums))
				return false;
			if (!(sums.exposure < LARGEST_EXPOSURE) ||
				sums.exposure < 1 / LARGEST_EXPOSURE)
			{
				AbNote(notes, "the exposure of the %s is too large or too small for double precision",
					   role);
				return false;
			}
			posterior->a += sums.events;
			posterior->b += sums.exposure;
			return true;
		default:
			return NormalPosterior(posterior, notes, role, summary, arm);
	}
}

/* ----------------------------------------------------------------------
 * Means
 * ----------------------------------------------------------------------
 */

/*
 * Fill in the probabilities, of a posterior in which more is better, or else
 * less.
 */
static void
SetOdds(BayesRow *row, const AbEffectPosterior *effect, bool higher)
{
	row->prob_better = AbBoundP(higher ? effect->above : effect->below);
	row->loss_control = higher ? effect->gain : effect->drop;
	row->loss_treatment = higher ? effect->drop : effect->gain;
}

/*
 * Interval of the lift where the prior is flat or on the difference: that of the
 * ratio of two normal variables, and the median of it.
 */
static void
SetRatio(AbComparison *row, const AbJointNormal *joint, double tail)
{
	AbDecision	decision = {
		.critical = AbCriticalT(INFINITY, AB_TWO_SIDED, 2 * tail),
		.alternative = AB_TWO_SIDED
	};
	AbEffect	effect = {
		.difference = joint->difference,
		.std_error = sqrt(joint->variance),
		.df = INFINITY,
		.control = joint->control,
		.control_variance = joint->control_variance,
		.covariance = joint->covariance
	};

	decision.significant = fabs(joint->difference) >
		decision.critical * effect.std_error;
	row->lift.value = joint->difference / joint->control;
	if (joint->control == 0)
		AbNote(&row->notes, "the control mean is zero: no relative lift");
	else if (!AbFieller(&effect, &decision, &row->lift.interval))
		AbNote(&row->notes, "the lift's interval is unbounded: the control mean is not distinguishable from zero");
}

/*
 * Without a prior, or with one on the difference.
 */
static void
CompareDifference(BayesRow *row, const BayesCall *call,
				  const AbNormalMeans *means, double tail)
{
	AbComparison *comparison = &row->means.row;
	bool		flat = isnan(call->effect.stddev);
	AbNormalPrior prior = {flat ? 0 : call->effect.mean,
	flat ? INFINITY : call->effect.stddev};
	AbJointNormal joint = AbUpdateDifference(means, prior);
	AbEffectPosterior effect = AbDifferencePosterior(&joint, tail, call->rope);

	SetOdds(row, &effect, call->higher);
	comparison->difference.value = effect.mean;
	comparison->difference.interval = effect.interval;
	SetRatio(comparison, &joint, tail);
	if (!call->relative)
		row->prob_rope = effect.between;
	else if (joint.control != 0)
		row->prob_rope = AbLiftBetween(&joint, call->rope);
}

/*
 * With a prior on the lift.
 */
static void
CompareLift(BayesRow *row, const BayesCall *call, const AbNormalMeans *means,
			double tail)
{
	AbComparison *comparison = &row->means.row;
	AbEffectPosterior lift;
	AbEffectPosterior difference;

	if (means->control == 0)
	{
		AbNote(&comparison->notes, "the control mean is zero: a prior on the lift says nothing");
		return;
	}
	if (!AbLiftPosterior(means, call->effect, tail, call->rope, &lift,
						 &difference, &ab_server_work))
	{
		AbNote(&comparison->notes, "the prior and the data are too far apart for double precision");
		return;
	}
	/* a negative control's lift is a decrease */
	SetOdds(row, &lift, (call->higher != 0) == (means->control > 0));
	row->prob_rope = lift.between;
	comparison->lift.value = lift.mean;
	comparison->lift.interval = lift.interval;
	comparison->difference.value = difference.mean;
	comparison->difference.interval = difference.interval;
	if (fabs(means->control) < CERTAIN_SIGN * sqrt(means->control_variance))
		AbNote(&comparison->notes, "the control mean is not clearly apart from zero: a prior on the lift says little, use prior_scale => 'absolute'");
}

static void
CompareMeans(BayesRow *row, const BayesCall *call, const AbPosterior *control,
			 const AbPosterior *treatment, double tail)
{
	AbNormalMeans means = {
		.control = row->means.control_mean,
		.difference = row->means.row.difference.value,
		.control_variance = control->b * control->b,
		.treatment_variance = treatment->b * treatment->b
	};
	double		variance = means.control_variance + means.treatment_variance;

	if (!isfinite(means.difference) || !isfinite(variance) ||
		!(means.control_variance > 0 && means.treatment_variance > 0))
	{
		AbNote(&row->means.row.notes, "values are too large or too small for double precision");
		return;
	}
	if (call->relative && !isnan(call->effect.stddev))
		CompareLift(row, call, &means, tail);
	else
		CompareDifference(row, call, &means, tail);
	if (means.control < 0)
		AbNote(&row->means.row.notes, "the control mean is negative: a positive lift is a decrease");
}

/* ----------------------------------------------------------------------
 * Rates and counts
 * ----------------------------------------------------------------------
 */

static void
CompareRates(BayesRow *row, const BayesCall *call, const AbPosterior *control,
			 const AbPosterior *treatment, double tail)
{
	AbComparison *comparison = &row->means.row;
	AbPosterior arms[2] = {*control, *treatment};
	AbArmOdds	odds[2];
	AbPosteriorPair pair;
	AbContrast	rope = call->relative ? AB_CONTRAST_LIFT :
		AB_CONTRAST_DIFFERENCE;

	AbPosteriorArms(arms, 2, !call->higher, odds, &ab_server_work);
	row->prob_better = AbBoundP(odds[1].best);
	row->loss_control = odds[0].loss;
	row->loss_treatment = odds[1].loss;

	AbMakePair(&pair, control, treatment, tail, &ab_server_work);
	comparison->difference.value = AbPosteriorDifference(treatment, control);
	comparison->difference.interval.low =
		AbPairQuantile(&pair, AB_CONTRAST_DIFFERENCE, tail, false);
	comparison->difference.interval.high =
		AbPairQuantile(&pair, AB_CONTRAST_DIFFERENCE, tail, true);
	comparison->lift.value = AbPairQuantile(&pair, AB_CONTRAST_LIFT, 0.5, true);
	comparison->lift.interval.low =
		AbPairQuantile(&pair, AB_CONTRAST_LIFT, tail, false);
	comparison->lift.interval.high =
		AbPairQuantile(&pair, AB_CONTRAST_LIFT, tail, true);
	AbFreePair(&pair);
	if (isnan(call->rope))
		return;
	AbMakePair(&pair, control, treatment, AB_SMALLEST_P, &ab_server_work);
	row->prob_rope = AbPairBetween(&pair, rope, call->rope);
	AbFreePair(&pair);
}

/*
 * Note where counts vary unlike Poisson's.
 */
static void
CheckDispersion(BayesRow *row)
{
	AbMeans    *means = &row->means;
	AbEventSums control;
	AbEventSums treatment;
	AbPoissonCounts counts;
	double		index;

	if (means->control == NULL || means->treatment == NULL ||
		means->control->n == 0 || means->treatment->n == 0)
		return;
	control = AbSumEvents(means->summary, means->control);
	treatment = AbSumEvents(means->summary, means->treatment);
	counts.control = control.events;
	counts.control_exposure = control.exposure;
	counts.treatment = treatment.events;
	counts.treatment_exposure = treatment.exposure;
	index = AbEventDispersion(means, &counts);
	if (index > 1)
		AbNote(&means->row.notes, "the events vary %.3g times as much as Poisson's: the answers are too sure%s",
			   index, means->summary->columns == 1 ? ", use model => 'normal'" : "");
	else if (index < 1)
		AbNote(&means->row.notes, "the events vary only %.3g times as much as Poisson's: the answers are less sure than they could be",
			   index);
}

/* ----------------------------------------------------------------------
 * The call
 * ----------------------------------------------------------------------
 */

/*
 * ERROR 22023 if the priors contradict each other or the model.
 */
static void
CheckPriors(const BayesCall *call)
{
	AbCheckModel(call->summary, call->model, call->conjugate);
	if (call->model != AB_MODEL_NORMAL &&
		(call->effect.mean != 0 || !isnan(call->effect.stddev)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("prior_mean and prior_stddev belong to model \"normal\""),
				 errhint("The prior of model \"%s\" is said by prior_alpha and prior_beta.",
						 AbWordOf(&ab_models, call->model))));
	if (call->effect.mean != 0 && isnan(call->effect.stddev))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("prior_mean needs prior_stddev"),
				 errdetail("Without it the prior is flat, and has no mean."),
				 errhint("Say how sure it is: prior_stddev => 0.3.")));
}

static const char *
MethodText(const BayesCall *call)
{
	const char *model = AbModelName(call->model, call->conjugate);

	if (!isnan(call->effect.stddev))
		model = psprintf("Bayes, means, prior N(%.10g, %.10g^2) on the %s",
						 call->effect.mean, call->effect.stddev,
						 call->relative ? "lift" : "difference");
	return call->higher ? model : psprintf("%s, lower is better", model);
}

/*
 * Can the two be compared, though AbStartMeans() says that they cannot, as the
 * only fault is an arm without rows, whose posterior is its prior?
 */
static bool
OnlyLacksRows(const BayesRow *row, const BayesCall *call)
{
	const AbArm *control = row->means.control;
	const AbArm *treatment = row->means.treatment;

	return call->model != AB_MODEL_NORMAL && call->summary != NULL &&
		row->means.row.control.data != NULL &&
		row->means.row.treatment.data != NULL &&
		(control == NULL || AbArmKnown(control)) &&
		(treatment == NULL || AbArmKnown(treatment)) &&
		row->means.row.control_n + row->means.row.treatment_n > 0;
}

PG_FUNCTION_INFO_V1(ab_bayes);
Datum
ab_bayes(PG_FUNCTION_ARGS)
{
	BayesCall	call = {.test.reader = "ab_bayes(ab_summary(outcome, variant)"};
	BayesRow	row;
	AbComparison *comparison = &row.means.row;
	AbPosterior control;
	AbPosterior treatment;
	bool		comparable;
	bool		known;

	/* half of the smallest double is 0 */
	double		tail;

	AbReadArgs(fcinfo, bayes_args, &call);
	CheckPriors(&call);
	if (call.model == AB_MODEL_POISSON)
		call.test.columns = ab_event_columns;
	tail = fmax(call.test.alpha / 2, AB_SMALLEST_P);

	row.prob_better = row.loss_control = row.loss_treatment = NAN;
	row.prob_rope = NAN;
	comparable = AbStartMeans(&row.means, call.summary, &call.test);
	comparison->method = MethodText(&call);
	if (call.model == AB_MODEL_POISSON)
	{
		/* the means are the rates */
		if (row.means.control && AbArmKnown(row.means.control) &&
			row.means.control->n > 0)
			row.means.control_mean = AbSumEvents(call.summary, row.means.control).rate;
		if (row.means.treatment && AbArmKnown(row.means.treatment) &&
			row.means.treatment->n > 0)
			row.means.treatment_mean = AbSumEvents(call.summary, row.means.treatment).rate;
	}
	if (comparable || OnlyLacksRows(&row, &call))
	{
		known = AbPosteriorOf(&control, &comparison->notes, "control",
							  call.summary, row.means.control, call.model,
							  call.conjugate);
		known = AbPosteriorOf(&treatment, &comparison->notes, "treatment",
							  call.summary, row.means.treatment, call.model,
							  call.conjugate) && known;
		if (known && call.model == AB_MODEL_NORMAL)
			CompareMeans(&row, &call, &control, &treatment, tail);
		else if (known)
		{
			CompareRates(&row, &call, &control, &treatment, tail);
			if (call.model == AB_MODEL_POISSON)
				CheckDispersion(&row);
		}
	}
	return AbRowDatum(fcinfo, &bayes_type, &row);
}
