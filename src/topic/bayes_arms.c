/*
 * bayes_arms.c
 *	  All arms by their posteriors: which is the best, and how to share out the
 *	  next users.
 *
 * Thompson's weights are the probabilities of being the best; the top-two
 * weights are what top-two Thompson sampling with beta = 1/2 comes to: half for
 * the best, half for the second.  The mathematics is in math/posterior_arms.c.
 *
 * References:
 *	W. R. Thompson, On the Likelihood that One Unknown Probability Exceeds
 *	Another in View of the Evidence of Two Samples, Biometrika 25 (1933),
 *	285-294.
 *	D. Russo, Simple Bayesian Algorithms for Best-Arm Identification, Operations
 *	Research 68 (2020), 1625-1647.
 */
#include "topic/bayes.h"

#include "base/missing.h"
#include "base/work.h"
#include "math/posterior_arms.h"
#include "utils/builtins.h"

/* More would take more than some seconds. */
#define MAX_ARMS	256

/* What a call asks. */
typedef struct ArmsCall
{
	const AbSummary *summary;
	AbModel		model;
	int			higher;
	AbConjugatePrior prior;
	double		floor;
	double		alpha;
} ArmsCall;

/* A row of ab_bayes_arm. */
typedef struct ArmRow
{
	AbLabel		variant;
	int64		n;
	double		mean;
	AbInterval	interval;
	double		best;
	double		second;
	double		loss;
	double		weight;
	double		weight_top_two;
	AbNotes		notes;
	AbPosterior posterior;
	bool		known;
} ArmRow;

static const AbColumn columns[] = {
	AB_COLUMN(ArmRow, variant, "variant", LABEL),
	AB_COLUMN(ArmRow, n, "n", COUNT),
	AB_COLUMN(ArmRow, mean, "mean", NUMBER),
	AB_COLUMN(ArmRow, interval.low, "low", NUMBER),
	AB_COLUMN(ArmRow, interval.high, "high", NUMBER),
	AB_COLUMN(ArmRow, best, "prob_best", NUMBER),
	AB_COLUMN(ArmRow, second, "prob_second", NUMBER),
	AB_COLUMN(ArmRow, loss, "expected_loss", NUMBER),
	AB_COLUMN(ArmRow, weight, "weight", NUMBER),
	AB_COLUMN(ArmRow, weight_top_two, "weight_top_two", NUMBER),
	AB_COLUMN(ArmRow, notes, "note", NOTES)
};

static const AbRowType arm_type = AB_ROW_TYPE(columns);

static const AbRange floor_range = {
	.low = 0, .high = 1, .fraction = true,
	.message = "floor must be between 0 and 1",
	.hint = "It is the least share of the users that every arm gets: 0.05 for 5%."
};

static const AbArg arms_args[] = {
	AB_SUMMARY_ARG(ArmsCall, summary, NULL),
	AB_WORD_ARG(ArmsCall, model, "model", &ab_models, AB_MODEL_NORMAL),
	AB_WORD_ARG(ArmsCall, higher, "direction", &ab_directions, true),
	AB_NUMBER_ARG(ArmsCall, prior.alpha, "prior_alpha", &ab_prior_alpha, 1),
	AB_NUMBER_ARG(ArmsCall, prior.beta, "prior_beta", &ab_prior_beta, 1),
	AB_NUMBER_ARG(ArmsCall, floor, "floor", &floor_range, 0),
	AB_NUMBER_ARG(ArmsCall, alpha, "alpha", &ab_alpha, 0.05)
};

/*
 * Start the row of an arm: its posterior, where it has one.
 */
static void
StartArm(ArmRow *row, const ArmsCall *call, const AbArmEntry *entry,
		 const AbArm *arm)
{
	memset(row, 0, sizeof(ArmRow));
	row->variant = entry->label;
	row->n = entry->rows;
	row->mean = row->interval.low = row->interval.high = NAN;
	row->best = row->second = row->loss = NAN;
	row->weight = row->weight_top_two = NAN;
	if (entry->nonfinite > 0)
		AbNote(&row->notes, INT64_FORMAT " row%s with NaN or infinity",
			   entry->nonfinite, entry->nonfinite == 1 ? "" : "s");
	else if (entry->overflow)
		AbNote(&row->notes, "values are too large for double precision");
	else
		row->known = AbPosteriorOf(&row->posterior, &row->notes, "variant",
								   call->summary, arm, call->model,
								   call->prior);
}

/*
 * Mean and interval of an arm; a normal posterior counts from the mean of the
 * summary's first arm.
 */
static void
DescribeArm(ArmRow *row, const ArmsCall *call, const AbArm *arm)
{
	row->mean = AbPosteriorMean(&row->posterior);
	row->interval = AbPosteriorInterval(&row->posterior,
										fmax(call->alpha / 2, AB_SMALLEST_P),
										&ab_server_work);
	if (call->model == AB_MODEL_NORMAL)
	{
		double		mean = AbArmMean(call->summary, arm, 0);

		row->interval.low += mean - row->mean;
		row->interval.high += mean - row->mean;
		row->mean = mean;
	}
}

/*
 * Fill in what is said of the arms together.
 */
static void
CompareArms(ArmRow *rows, int count, const ArmsCall *call, int known)
{
	AbPosterior *posteriors = (AbPosterior *) palloc(known * sizeof(AbPosterior));
	AbArmOdds  *odds = (AbArmOdds *) palloc(known * sizeof(AbArmOdds));
	double		total = 0;
	double		total_second = 0;
	int			next = 0;

	for (int i = 0; i < count; i++)
		if (rows[i].known)
			posteriors[next++] = rows[i].posterior;
	AbPosteriorArms(posteriors, known, !call->higher, odds, &ab_server_work);

	for (int i = 0; i < known; i++)
	{
		total += odds[i].best;
		total_second += odds[i].second;
	}
	next = 0;
	for (int i = 0; i < count; i++)
	{
		ArmRow	   *row = &rows[i];
		double		share = 1 - known * call->floor;
		AbArmOdds	arm;

		if (!row->known)
			continue;
		arm = odds[next++];
		row->best = AbBoundP(arm.best);
		row->loss = arm.loss;
		row->weight = call->floor + share * (arm.best / total);
		row->weight_top_two = row->weight;
		if (known > 1)
		{
			row->second = AbBoundP(arm.second);
			row->weight_top_two = call->floor +
				share * (arm.best / total + arm.second / total_second) / 2;
		}
		else
			AbNote(&row->notes, "the only variant with a posterior");
	}
}

/*
 * Note, on each row, which arms the comparison lacks.
 */
static void
NoteUnknown(ArmRow *rows, int count, int known)
{
	if (known == count)
		return;
	for (int i = 0; i < count; i++)
		if (rows[i].known)
			AbNote(&rows[i].notes, "compared without %d variant%s of which there is no posterior",
				   count - known, count - known == 1 ? "" : "s");
}

PG_FUNCTION_INFO_V1(ab_bayes_arms);
Datum
ab_bayes_arms(PG_FUNCTION_ARGS)
{
	ArmsCall	call;
	AbArmList	list;
	ArmRow	   *rows;
	int			known = 0;

	AbReadArgs(fcinfo, arms_args, &call);
	AbCheckModel(call.summary, call.model, call.prior);
	list = AbListSummary(call.summary);
	if (list.count > MAX_ARMS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many variants for ab_bayes_arms"),
				 errdetail("There are %d, and at most %d are compared.",
						   list.count, MAX_ARMS)));
	if (call.floor * list.count > 1 + 1e-9)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("floor is too large for %d variants", list.count),
				 errdetail("Each would get at least %g of all users.", call.floor),
				 errhint("Use at most %.10g.", 1.0 / list.count)));
	AbStartRows(fcinfo);
	rows = (ArmRow *) palloc(Max(list.count, 1) * sizeof(ArmRow));
	for (int i = 0; i < list.count; i++)
	{
		StartArm(&rows[i], &call, &list.entries[i], AbGetArm(call.summary, i));
		known += rows[i].known;
	}
	if (known > 0)
		CompareArms(rows, list.count, &call, known);
	NoteUnknown(rows, list.count, known);
	for (int i = 0; i < list.count; i++)
	{
		if (rows[i].known)
			DescribeArm(&rows[i], &call, AbGetArm(call.summary, i));
		AbNoteAllMissing(&rows[i].notes, &list);
		AbPutRow(fcinfo, &arm_type, &rows[i]);
	}
	return (Datum) 0;
}
