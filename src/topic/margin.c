/*
 * margin.c
 *	  Tests against a margin: non-inferiority, superiority by a margin, and
 *	  equivalence by two one-sided tests.
 *
 * A margin is absolute, in the units of the metric, or relative, a fraction d
 * of the control mean.  A relative margin is a hypothesis on a combination of
 * both means, for instance
 *
 *		H0: treatment mean <= (1 - d) control mean,
 *
 * and is tested as such: on the estimate of treatment - (1 - d) control, with
 * the variance of that combination.  An absolute test against d times the
 * control mean observed would forget that this mean is an estimate.
 *
 * Zeros and ones are tested by the score test at the margin, the one that
 * math/power_margin.c plans: t-tests err there at up to 20 times alpha.
 *
 * References:
 *	W. C. Blackwelder, "Proving the Null Hypothesis" in Clinical Trials,
 *	Controlled Clinical Trials 3 (1982), 345-353.
 *	D. J. Schuirmann, A Comparison of the Two One-Sided Tests Procedure and the
 *	Power Approach for Assessing the Equivalence of Average Bioavailability,
 *	J. Pharmacokinetics and Biopharmaceutics 15 (1987), 657-680.
 *	D. Hauschke, M. Kieser, E. Diletti, M. Burke, Sample Size Determination for
 *	Proving Equivalence Based on the Ratio of Two Means for Normally
 *	Distributed Data, Statistics in Medicine 18 (1999), 93-105.
 *	A. C. Tamhane, B. R. Logan, Finding the Maximum Safe Dose Level for
 *	Heteroscedastic Data, J. Biopharmaceutical Statistics 14 (2004), 843-856.
 */
#include "base/rates.h"
#include "topic/ttest.h"

#include "utils/builtins.h"

/* How the two are compared. */
typedef enum MarginTest
{
	TEST_AUTO,					/* rates where all values are 0 or 1 */
	TEST_SCORE,
	TEST_T
} MarginTest;

static const AbWord test_words[] = {
	{"auto", TEST_AUTO, NULL},
	{"score", TEST_SCORE, NULL},
	{"t", TEST_T, NULL}
};

static const AbWords tests = AB_WORDS("test", test_words);

/* What a call asks; the alternative in it follows from the direction. */
typedef struct MarginCall
{
	const AbSummary *summary;
	AbTestArgs	test;
	double		margin;
	double		margin_low;
	double		margin_high;
	int			higher;			/* is a higher value better? */
	bool		relative;		/* margins are fractions of the control mean */
	MarginTest	kind;
	bool		rates;			/* by the score test */
} MarginCall;

static const AbRange loss_range = {
	.low = 0, .low_open = true, .high = DBL_MAX,
	.message = "margin must be positive and finite",
	.hint = "It is the loss that is tolerated, without a sign; for a gain that must be exceeded use ab_superiority."
};

static const AbRange gain_range = {
	.low = 0, .high = DBL_MAX,
	.message = "margin must be finite and not negative",
	.hint = "It is the gain that must be exceeded, without a sign; for a loss that is tolerated use ab_noninferiority."
};

static const AbRange difference_range = {
	.low = 0, .low_open = true, .high = DBL_MAX,
	.message = "margin must be positive and finite",
	.hint = "It is the largest difference in either direction that does not matter; for unequal margins name margin_low and margin_high."
};

static const AbRange low_range = {
	.low = -DBL_MAX, .high = 0, .high_open = true,
	.message = "margin_low must be negative and finite",
	.hint = "It is the difference, treatment - control, below which the two are not equivalent."
};

static const AbRange high_range = {
	.low = 0, .low_open = true, .high = DBL_MAX,
	.message = "margin_high must be positive and finite",
	.hint = "It is the difference, treatment - control, above which the two are not equivalent."
};

static const AbRange any_margin = {
	.low = -INFINITY, .high = INFINITY, .optional = true
};

#define SUMMARY_ARG \
	AB_SUMMARY_ARG(MarginCall, summary, &ab_one_column)
#define MARGIN_ARG(range) \
	AB_NUMBER_ARG(MarginCall, margin, "margin", range, 0)
#define DIRECTION_ARG \
	AB_WORD_ARG(MarginCall, higher, "direction", &ab_directions, true)
/* from control to equal_var */
#define TEST_ARGS \
	AB_CONTROL_ARG(MarginCall, test), \
	AB_TREATMENT_ARG(MarginCall, test), \
	AB_ALPHA_ARG(MarginCall, test), \
	AB_FLAG_ARG(MarginCall, relative, "relative", \
				"Use true for a margin that is a fraction of the control mean.", \
				false), \
	AB_EQUAL_VAR_ARG(MarginCall, test, false)
#define KIND_ARG \
	AB_WORD_ARG(MarginCall, kind, "test", &tests, TEST_AUTO)

/*
 * A limit on the scale of the effect.  ERROR 22023 for a relative one at which
 * nothing would be left of the control mean, or more than three times of it, which
 * is a percentage in most cases.
 */
static void
CheckLimit(const MarginCall *call, double limit)
{
	if (call->relative && !(limit > -1))
		AbBadParameter("a relative margin below the control must be less than 1",
					   -limit,
					   "It is a fraction of the control mean, not a percentage: use 0.02 for 2%.");
	if (call->relative && limit > 2)
		AbBadParameter("a relative margin must be at most 2", limit,
					   "It is a fraction of the control mean, not a percentage: use 0.02 for 2%.");
}

/*
 * The hypothesis on rates that a limit is.
 */
static AbProportionNull
NullOf(const MarginCall *call, double limit)
{
	AbProportionNull null = {call->relative ? 1 + limit : limit, call->relative};

	return null;
}

/*
 * TestLimit() of rates.
 */
static void
TestRateLimit(AbMeans *means, const MarginCall *call,
			  AbAlternative alternative, double limit)
{
	AbComparison *row = &means->row;
	AbProportions counts = AbCountArms(means);
	AbInterval *lift = &row->lift.interval;
	bool		significant;

	row->difference.value = AbProportionDifference(&counts);
	row->lift.value = row->difference.value / means->control_mean;
	AbTestRates(row, &counts, ab_margin_score, NullOf(call, limit),
				alternative);
	if (!call->relative)
		return;
	/* the ratio of the hypothesis has lost some bits of the limit */
	significant = row->significant == AB_YES;
	if (alternative == AB_GREATER)
		lift->low = AbKeepVerdict(lift->low, limit, alternative, significant);
	else
		lift->high = AbKeepVerdict(lift->high, limit, alternative, significant);
}

/*
 * Test one side: H0 says that the effect is at most the limit (AB_GREATER is
 * to be shown) or at least that (AB_LESS).  The row gets the test, and the
 * one-sided intervals of difference and lift, of which the one on the scale of
 * the limit excludes it exactly when p < alpha.  Returns whether there is a
 * test.
 */
static bool
TestLimit(AbMeans *means, const MarginCall *call, AbAlternative alternative,
		  double limit)
{
	AbComparison *row = &means->row;
	bool		equal_var = call->test.equal_var;
	AbMeanVariances scaled;
	AbEffect	effect;
	AbDecision	plain;
	double		scale = call->relative ? 1 + limit : 1;
	double		excess;
	double		std_error;
	bool		significant;
	AbInterval *interval = call->relative ? &row->lift.interval :
		&row->difference.interval;

	if (call->rates)
	{
		TestRateLimit(means, call, alternative, limit);
		return true;
	}
	if (!AbMeansEffect(means, equal_var, &effect))
		return false;
	(void) AbGetMeanVariances(means, equal_var, scale, &scaled);

	/* treatment - (1 + limit) control, of which diff is the larger part */
	excess = effect.difference -
		limit * (call->relative ? means->control_mean : 1);
	std_error = sqrt(scaled.control + scaled.treatment);
	if (effect.std_error > 0 && isfinite(effect.std_error) &&
		!(isfinite(std_error) && isfinite(excess / std_error)))
	{
		AbNote(&row->notes, "the margin is out of the range of double precision");
		return false;
	}

	/*
	 * Two effects of one difference: the degrees of freedom of Welch's test
	 * depend on the scale.  Fieller's interval has to use those of the test
	 * it is the dual of.
	 */
	plain.critical = AbCriticalT(effect.df, alternative, row->alpha);
	plain.alternative = alternative;
	plain.significant = AbPValue(effect.difference / effect.std_error,
								 effect.df, alternative) < row->alpha;
	effect.df = scaled.df;
	if (!AbTestEffect(row, &effect, alternative, NULL))
		return false;
	row->difference.interval = AbDifferenceInterval(effect.difference,
													effect.std_error, &plain);

	row->std_error = std_error;
	row->df = scaled.df;
	row->statistic = excess / std_error;
	AbDecide(row, AbPValue(row->statistic, row->df, alternative));
	AbCheckVariances(means, equal_var, scale, alternative);
	significant = row->significant == AB_YES;
	if (alternative == AB_GREATER)
		interval->low = AbKeepVerdict(interval->low, limit, alternative,
									  significant);
	else
		interval->high = AbKeepVerdict(interval->high, limit, alternative,
									   significant);
	return true;
}

/*
 * Are there values, and all of them 0 or 1?
 */
static bool
HoldsRates(const AbMeans *means)
{
	int			binary = AB_ARM_BINARY(0);

	if (means->control)
		binary &= means->control->flags;
	if (means->treatment)
		binary &= means->treatment->flags;
	return binary != 0 && (means->control || means->treatment);
}

/*
 * Note what the score test of rates cannot do, or does not heed.  Returns
 * whether it can be done.
 */
static bool
CheckRates(AbMeans *means, const MarginCall *call, AbInterval limits)
{
	AbNotes    *notes = &means->row.notes;

	if (!AbCheckBinaryArms(means))
		return false;
	if (call->relative)
	{
		if (means->control_mean == 0 && means->treatment_mean == 0)
		{
			AbNote(notes, "both rates are zero: a relative margin has no meaning, use an absolute one");
			return false;
		}
	}
	else if (limits.low <= -1 || limits.high >= 1)
	{
		AbNote(notes, "no rates differ by the margin, 1 or more: a margin of two percentage points is 0.02");
		return false;
	}
	if (call->test.equal_var)
		AbNote(notes, "rates are compared by the score test: equal_var is of the t-test, see test => 't'");
	return true;
}

/*
 * Start the row, choose the test, and see whether the margin, one limit or
 * both, means something for it.
 */
static bool
StartRow(AbMeans *means, MarginCall *call, AbInterval limits)
{
	bool		comparable = AbStartMeans(means, call->summary, &call->test);

	call->rates = call->kind == TEST_SCORE ||
		(call->kind == TEST_AUTO && HoldsRates(means));
	if (!comparable)
		return false;
	if (call->rates)
		return CheckRates(means, call, limits);
	if (call->relative && !(means->control_mean > 0))
	{
		AbNote(&means->row.notes, "the control mean is not positive: a relative margin has no meaning, use an absolute one");
		return false;
	}
	return true;
}

/*
 * Note few expected events at the limits, those of the lower one first.
 */
static void
NoteFewEvents(AbMeans *means, const MarginCall *call, AbInterval limits)
{
	AbProportions counts;

	if (!call->rates)
		return;
	counts = AbCountArms(means);
	if (!AbNoteFewEvents(&means->row, &counts, NullOf(call, limits.low)) &&
		limits.high != limits.low)
		(void) AbNoteFewEvents(&means->row, &counts, NullOf(call, limits.high));
}

/*
 * A limit as the hypothesis names it.
 */
static char *
LimitText(const MarginCall *call, double limit)
{
	if (call->relative)
		return psprintf("%.15g * control", 1 + limit);
	return psprintf("%.15g", limit);
}

/*
 * Name of the method up to its hypothesis.
 */
static char *
MethodText(const MarginCall *call, const char *aim)
{
	return psprintf("%s, %s, H0: %s",
					call->rates ? AbScoreTestName(ab_margin_score) :
					AbMeansTestName(call->test.equal_var), aim, call->relative ? "treatment" : "treatment - control");
}

/*
 * The test of a single limit, as a tuple.  The margin is a gain to be shown
 * or else a loss that is tolerated.
 */
static Datum
OneSided(FunctionCallInfo fcinfo, MarginCall *call, bool gain,
		 const char *aim)
{
	double		limit = (call->higher != 0) == gain ? call->margin : -call->margin;
	AbInterval	limits = {limit, limit};
	AbMeans		means;

	CheckLimit(call, limit);
	if (StartRow(&means, call, limits) &&
		TestLimit(&means, call, call->higher ? AB_GREATER : AB_LESS, limit))
		NoteFewEvents(&means, call, limits);
	means.row.method = psprintf("%s %s %s", MethodText(call, aim),
								call->higher ? "<=" : ">=",
								LimitText(call, limit));
	return AbRowDatum(fcinfo, &ab_comparison, &means);
}

/*
 * Is the treatment not worse than the control by the margin or more?
 */
PG_FUNCTION_INFO_V1(ab_noninferiority);
Datum
ab_noninferiority(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		SUMMARY_ARG, MARGIN_ARG(&loss_range), DIRECTION_ARG, TEST_ARGS, KIND_ARG
	};
	MarginCall	call = {.test.reader = "ab_noninferiority(ab_summary(outcome, variant), 0.02, 'higher'"};

	AbReadArgs(fcinfo, args, &call);
	return OneSided(fcinfo, &call, false, "non-inferiority");
}

/*
 * Is the treatment better than the control by more than the margin?
 */
PG_FUNCTION_INFO_V1(ab_superiority);
Datum
ab_superiority(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		SUMMARY_ARG, MARGIN_ARG(&gain_range), DIRECTION_ARG, TEST_ARGS, KIND_ARG
	};
	MarginCall	call = {.test.reader = "ab_superiority(ab_summary(outcome, variant), 0.02, 'higher'"};

	AbReadArgs(fcinfo, args, &call);
	return OneSided(fcinfo, &call, true, "superiority by a margin");
}

/*
 * The margins of an equivalence test: one that is symmetric, or both.
 */
static AbInterval
GetMargins(const MarginCall *call)
{
	AbInterval	limits;

	if (isnan(call->margin_low) && isnan(call->margin_high))
	{
		limits.high = AbCheckRange(call->margin, &difference_range);
		limits.low = -limits.high;
		return limits;
	}
	if (!isnan(call->margin))
		AbBadParameter("margin cannot be combined with margin_low and margin_high",
					   call->margin,
					   "Leave out margin where the two margins differ.");
	limits.low = AbCheckRange(call->margin_low, &low_range);
	limits.high = AbCheckRange(call->margin_high, &high_range);
	return limits;
}

/*
 * Two one-sided tests, at alpha each: the row reports the one with the larger
 * p-value, and intervals that are the intersection of the one-sided ones.
 */
static void
TestBothLimits(AbMeans *means, const MarginCall *call, AbInterval limits)
{
	AbMeans		upper = *means;
	AbComparison *row = &means->row;
	AbInterval *lift = &row->lift.interval;
	AbInterval *upper_lift = &upper.row.lift.interval;

	upper.row.notes.text.data = NULL;
	if (!TestLimit(means, call, AB_GREATER, limits.low))
		return;
	if (!TestLimit(&upper, call, AB_LESS, limits.high))
	{
		*means = upper;
		return;
	}

	row->difference.interval.high = upper.row.difference.interval.high;

	/* the other end of each is open; of one without an interval both are NaN */
	if (isnan(upper_lift->low) != isnan(lift->low))
	{
		/* their degrees of freedom differ; the notes of the one say so */
		if (isnan(upper_lift->low))
			row->notes = upper.row.notes;
		lift->low = lift->high = NAN;
	}
	else if (!isnan(upper_lift->low))
	{
		lift->low = fmax(lift->low, upper_lift->low);
		lift->high = fmin(lift->high, upper_lift->high);
	}

	if (upper.row.p_value > row->p_value)
	{
		row->statistic = upper.row.statistic;
		row->p_value = upper.row.p_value;
		row->significant = upper.row.significant;
		row->std_error = upper.row.std_error;
		row->df = upper.row.df;
	}
	NoteFewEvents(means, call, limits);
}

/*
 * Is the difference within the margins on both sides?
 */
PG_FUNCTION_INFO_V1(ab_equivalence);
Datum
ab_equivalence(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		SUMMARY_ARG,
		MARGIN_ARG(&any_margin),
		TEST_ARGS,
		AB_NUMBER_ARG(MarginCall, margin_low, "margin_low", &any_margin, 0),
		AB_NUMBER_ARG(MarginCall, margin_high, "margin_high", &any_margin, 0),
		KIND_ARG
	};
	MarginCall	call = {.test.reader = "ab_equivalence(ab_summary(outcome, variant), 0.02"};
	AbInterval	limits;
	AbMeans		means;

	AbReadArgs(fcinfo, args, &call);
	limits = GetMargins(&call);
	if (!(call.test.alpha < 0.5))
		AbBadParameter("significance level of an equivalence test must be below 0.5",
					   call.test.alpha,
					   "It is that of each of the two one-sided tests: use 0.05 for a 90% interval.");
	CheckLimit(&call, limits.low);
	CheckLimit(&call, limits.high);
	if (StartRow(&means, &call, limits))
		TestBothLimits(&means, &call, limits);
	means.row.method = psprintf("%s <= %s or >= %s",
								MethodText(&call, "equivalence (TOST, 1 - 2 alpha intervals)"),
								LimitText(&call, limits.low),
								LimitText(&call, limits.high));
	return AbRowDatum(fcinfo, &ab_comparison, &means);
}
