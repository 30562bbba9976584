/*
 * always_valid.c
 *	  Comparisons that may be looked at every day: the probability that p is
 *	  ever below alpha without an effect is alpha at most.
 *
 * The estimates and standard errors are those of the tests that are read once,
 * by whichever design the summary is read as; only the law of the statistic is
 * another, that of math/mixture.c.  The intervals are made with its critical
 * value, of the lift through Fieller, so they agree with p.
 *
 * Two arms are tested with one variance for both and with one for each, and the
 * less certain of the two answers counts, because each fails where the other
 * does not: the pooled one where the smaller arm varies more, Welch's where the
 * smaller arm has few events.  docs/methods/always_valid.md has the error rates.
 */
#include "topic/always_valid.h"

#include "math/mixture.h"
#include "topic/paired.h"
#include "topic/summary_design.h"
#include "utils/builtins.h"

/*
 * A size that many times the planned one, at a verdict also that small a share
 * of it, is noted: intervals are then a quarter wider than they need be.
 */
#define FAR_BEYOND_PLAN		10
#define FAR_BELOW_PLAN		0.05

typedef struct Call
{
	const AbSummary *summary;
	double		planned_n;
	AbTestArgs	test;
	AbDesign	design;
	int			equal_var;		/* -1: whichever is less certain */
	double		min_n;
	double		ratio;			/* NaN if not given */
} Call;

/* The law that statistics are judged by. */
typedef struct Law
{
	double		kappa;
	double		alpha;
	AbAlternative alternative;
} Law;

static const AbScoreTest score_test = {AB_SCORE_MN, AB_CONTINUITY_NONE};
static const AbProportionNull no_difference = {0, false};

const AbRange ab_planned_n = {
	.low = 2, .high = (double) AB_MAX_OBSERVATIONS,
	.message = "planned_n must be between 2 and 2^53",
	.hint = "It is the size of the control group, or the number of pairs, that the experiment was planned for: see ab_sample_size()."
};

static const AbRange least_range = {
	.low = 2, .high = (double) AB_MAX_OBSERVATIONS,
	.message = "min_n must be between 2 and 2^53",
	.hint = "It is the number of rows of an arm from which on there are verdicts: 100 if nothing speaks for another."
};

const AbRange ab_planned_ratio = {
	.low = 1e-6, .high = 1e6, .optional = true,
	.message = "ratio must be between 0.000001 and 1000000",
	.hint = "It is the planned size of the treatment group over that of the control group: 0.25 for a 20% split."
};

static double
PValue(const AbEffect *effect, const Law *law)
{
	return AbMixturePValue(effect->difference / effect->std_error, effect->df,
						   law->kappa, law->alternative);
}

/*
 * How the intervals of that effect are made.
 */
static AbDecision
Decision(const AbEffect *effect, const Law *law, AbAnswer significant)
{
	AbDecision	decision;

	decision.critical = AbMixtureCritical(effect->df, law->kappa,
										  law->alternative, law->alpha);
	decision.alternative = law->alternative;
	decision.significant = significant == AB_YES;
	return decision;
}

static void
NoteTooFew(AbNotes *notes)
{
	AbNote(notes, "too few rows for any verdict at this planned_n: no interval");
}

/*
 * Test one effect.  Returns whether there is a test; the notes say why not.
 */
static bool
TestEffect(AbComparison *row, const AbEffect *effect, const Law *law)
{
	AbDecision	decision;

	if (!AbSetStatistic(row, effect))
		return false;
	AbDecide(row, PValue(effect, law));
	decision = Decision(effect, law, row->significant);
	if (isinf(decision.critical))
		NoteTooFew(&row->notes);
	else
		AbSetIntervals(row, effect, &decision, NULL);
	return true;
}

static void
Widen(AbInterval *interval, AbInterval other)
{
	interval->low = fmin(interval->low, other.low);
	interval->high = fmax(interval->high, other.high);
}

/*
 * Test an effect of which there are two standard errors: the larger p counts,
 * and the intervals are those that contain both.
 */
static bool
TestBoth(AbComparison *row, const AbEffect *pooled, const AbEffect *separate,
		 const Law *law)
{
	static const AbInterval none = {NAN, NAN};
	bool		by_pooled = PValue(pooled, law) > PValue(separate, law);
	const AbEffect *other = by_pooled ? separate : pooled;
	AbDecision	decision;
	AbInterval	lift;

	if (!TestEffect(row, by_pooled ? pooled : separate, law))
		return false;
	if (isnan(row->difference.interval.low))
		return true;
	decision = Decision(other, law, row->significant);
	if (isinf(decision.critical))
	{
		row->difference.interval = row->lift.interval = none;
		NoteTooFew(&row->notes);
		return true;
	}
	Widen(&row->difference.interval,
		  AbDifferenceInterval(other->difference, other->std_error, &decision));
	if (isnan(row->lift.interval.low))
		return true;
	if (AbFieller(other, &decision, &lift))
		Widen(&row->lift.interval, lift);
	else
	{
		row->lift.interval = none;
		AbNote(&row->notes, "the lift's interval is unbounded: the control mean is not distinguishable from zero");
	}
	return true;
}

/*
 * Test two rates by the score statistic.
 */
static bool
TestRates(AbComparison *row, const AbProportions *counts, const Law *law)
{
	double		df = counts->control_n + counts->treatment_n - 2;
	double		critical = AbMixtureCritical(df, law->kappa, law->alternative,
											 law->alpha);

	row->std_error = AbScoreError(counts, score_test, no_difference);
	row->statistic = AbScoreAt(counts, score_test, no_difference,
							   law->alternative);
	row->df = df;
	AbDecide(row, AbMixturePValue(row->statistic, df, law->kappa,
								  law->alternative));
	if (isinf(critical))
		NoteTooFew(&row->notes);
	else
	{
		AbSetRateIntervals(row, counts, score_test, no_difference,
						   law->alternative, critical);
		AbNoteZeroControl(row, counts);
	}
	return true;
}

/*
 * Test by the design.  Returns whether there is a test.
 */
static bool
TestDesign(AbDesigned *designed, const Call *call, const Law *law)
{
	AbComparison *row = &designed->means.row;
	AbEffect	effect;
	AbEffect	separate;

	if (call->design == AB_DESIGN_PROPORTION)
		return TestRates(row, &designed->counts, law);
	if (call->design == AB_DESIGN_PAIRED || call->equal_var >= 0)
		return AbDesignEffect (designed, call->equal_var == 1, &effect) &&
			TestEffect(row, &effect, law);

	return AbDesignEffects(designed, &effect, &separate) &&
		TestBoth(row, &effect, &separate, law);
}

/*
 * Rows of the two arms.
 */
static void
Sizes(const AbDesigned *designed, double *control, double *treatment)
{
	*control = designed->means.control->n;
	*treatment = designed->means.treatment->n;
	if (designed->design == AB_DESIGN_PROPORTION)
	{
		*control = designed->counts.control_n;
		*treatment = designed->counts.treatment_n;
	}
}

/*
 * Answer a row that can be compared.
 */
static void
Answer(AbDesigned *designed, const Call *call)
{
	AbComparison *row = &designed->means.row;
	Law			law = {.alpha = call->test.alpha,
	.alternative = call->test.alternative};
	double		nc;
	double		nt;
	double		reached;

	Sizes(designed, &nc, &nt);
	if (fmin(nc, nt) < call->min_n)
	{
		AbDecide(row, 1);
		AbNote(&row->notes, "monitoring begins with %.0f %s",
			   call->min_n, call->design == AB_DESIGN_PAIRED ? "pairs" :
			   "rows in each arm");
		return;
	}
	law.kappa = AbMixtureKappa(nc, nt, call->planned_n, call->ratio);
	if (!TestDesign(designed, call, &law))
		return;
	if (call->design == AB_DESIGN_PAIRED)
		AbNotePairs(&designed->means);
	if (call->design == AB_DESIGN_MEAN || call->design == AB_DESIGN_CUPED)
		AbNoteUnevenSpread(&designed->means);
	reached = law.kappa / AB_MIXTURE_PLANNED;
	if (reached > FAR_BEYOND_PLAN ||
		(reached < FAR_BELOW_PLAN && row->significant == AB_YES))
		AbNote(&row->notes, "planned_n is far from the present size: intervals are wider than need be");
}

/*
 * What the test is called.
 */
static char *
MethodText(const AbDesigned *designed, const Call *call)
{
	const char *test;

	if (call->design == AB_DESIGN_PROPORTION)
		test = "score test";
	else if (call->design == AB_DESIGN_PAIRED)
		test = "paired t-test";
	else if (call->equal_var < 0)
		test = "t-test (pooled and Welch)";
	else
		test = AbMeansTestName(call->equal_var == 1);
	return psprintf("%salways-valid %s%s, planned_n %.0f%s",
					AbAdjustmentPrefix(designed->theta), test,
					call->design == AB_DESIGN_RATIO ||
					call->design == AB_DESIGN_RATIO_CUPED ?
					" of ratios (delta method)" : "", call->planned_n,
					AbAlternativeSuffix(call->test.alternative));
}

/*
 * ERROR 22023 if the design does not know what the call says.
 */
static void
CheckCall(const Call *call)
{
	if (call->equal_var >= 0 && (call->design == AB_DESIGN_PAIRED ||
								 call->design == AB_DESIGN_PROPORTION))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("design \"%s\" has no equal_var",
						AbWordOf(&ab_designs, call->design)),
				 errhint("Leave it out.")));
	if (call->design == AB_DESIGN_PAIRED && !isnan(call->ratio))
		AbBadParameter("a paired design has no ratio", call->ratio,
					   "Both variants get every pair.");
}

PG_FUNCTION_INFO_V1(ab_always_valid);
Datum
ab_always_valid(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_SUMMARY_ARG(Call, summary, NULL),
		AB_COUNT_ARG(Call, planned_n, "planned_n", &ab_planned_n),
		AB_CONTROL_ARG(Call, test),
		AB_TREATMENT_ARG(Call, test),
		AB_ALPHA_ARG(Call, test),
		AB_ALTERNATIVE_ARG(Call, test),
		AB_WORD_ARG(Call, design, "design", &ab_designs, AB_DESIGN_MEAN),
		AB_CHOICE_ARG(Call, equal_var, "equal_var"),
		AB_COUNT_ARG(Call, min_n, "min_n", &least_range),
		AB_NUMBER_ARG(Call, ratio, "ratio", &ab_planned_ratio, NAN)
	};
	Call		call = {.test.reader = "ab_always_valid(ab_summary(outcome, variant), 5000"};
	AbDesigned	designed;
	bool		comparable;

	AbReadArgs(fcinfo, args, &call);
	CheckCall(&call);
	comparable = AbStartDesign(&designed, call.summary, &call.test,
							   call.design);
	designed.means.row.method = MethodText(&designed, &call);
	if (comparable)
		Answer(&designed, &call);
	return AbRowDatum(fcinfo, &ab_comparison, &designed.means);
}
