/*
 * paired.c
 *	  Both variants on the same unit (prompt, user): the paired t-test and
 *	  McNemar's test, from a summary of two columns.
 *
 * The columns are the control's and the treatment's outcome of a pair, in one
 * arm.  The state of the aggregates is such a summary, so it can be stored,
 * merged and read again with other parameters.
 *
 * Intervals for a difference and a ratio of paired proportions are score
 * intervals, whose test of no effect is McNemar's.  Those of the exact and of
 * the mid-p test differ from them by a continuity correction that makes them
 * agree with that p-value (AbCorrectEnd).  The interval for the share of the
 * discordant pairs, multiplied by their number, would agree as well, but it
 * takes that number for known and covers only half of what it promises when
 * nearly all of them are won by the same side.
 *
 * References:
 *	Student, The Probable Error of a Mean, Biometrika 6 (1908), 1-25.
 *	Q. McNemar, Note on the Sampling Error of the Difference Between
 *	Correlated Proportions or Percentages, Psychometrika 12 (1947), 153-157.
 *	T. Tango, Equivalence Test and Confidence Interval for the Difference in
 *	Proportions for the Paired-Sample Design, Statistics in Medicine 17 (1998),
 *	891-908.
 *	J. Nam, W. C. Blackwelder, Analysis of the Ratio of Marginal
 *	Probabilities in a Matched-Pair Setting, Statistics in Medicine 21 (2002),
 *	689-699.
 *	M. W. Fagerland, S. Lydersen, P. Laake, The McNemar Test for Binary
 *	Matched-Pairs Data: Mid-p and Asymptotic Are Better than Exact Conditional,
 *	BMC Medical Research Methodology 13 (2013), 91.
 */
#include "base/comparison.h"

#include <math.h>

#include "math/binomial.h"
#include "topic/summary.h"
#include "utils/builtins.h"

/*
 * The sum of squares of the differences is rounding error only below the
 * first share of the two columns' own, and has lost half of its digits below
 * the second.
 */
#define NO_DIFFERENCE	(16 * DBL_EPSILON)
#define FEW_DIGITS		1e-8

/* Largest logarithm of a ratio of proportions that an interval may end at. */
#define LARGEST_LOG_RATIO	100

/* How McNemar's test is done. */
typedef enum McNemarMethod
{
	MCNEMAR_EXACT,
	MCNEMAR_MID_P,
	MCNEMAR_ASYMPTOTIC,
	MCNEMAR_CORRECTED
} McNemarMethod;

/* Pairs of 0/1 outcomes by what the two sides had. */
typedef struct PairCounts
{
	double		n;
	double		both;
	double		gained;			/* the treatment only */
	double		lost;			/* the control only */
} PairCounts;

/* What is solved for an end of a score interval. */
typedef struct PairEnd
{
	PairCounts	pairs;
	double		shift;			/* negative for the upper end */
	double		critical;		/* likewise */
} PairEnd;

/* ----------------------------------------------------------------------
 * Collecting
 * ----------------------------------------------------------------------
 */

/*
 * Add a pair to the state, a summary of two columns and one arm.
 */
static Datum
AddPair(FunctionCallInfo fcinfo, double control, double treatment)
{
	static const AbLabel pairs = {AB_PAIRS_LABEL, sizeof(AB_PAIRS_LABEL) - 1};
	static const AbLabel none = {NULL, 0};
	double		values[2] = {control, treatment};

	return AbAccumulateRow(fcinfo, 2, values,
						   PG_ARGISNULL(1) || PG_ARGISNULL(2) ? none : pairs);
}

/*
 * Transition of a pair: (state, control_outcome, treatment_outcome).
 */
PG_FUNCTION_INFO_V1(ab_paired_accum);
Datum
ab_paired_accum(PG_FUNCTION_ARGS)
{
	return AddPair(fcinfo, PG_ARGISNULL(1) ? 0 : PG_GETARG_FLOAT8(1),
				   PG_ARGISNULL(2) ? 0 : PG_GETARG_FLOAT8(2));
}

/*
 * The same for boolean outcomes, which count as 1 or 0.
 */
PG_FUNCTION_INFO_V1(ab_paired_accum_boolean);
Datum
ab_paired_accum_boolean(PG_FUNCTION_ARGS)
{
	return AddPair(fcinfo, !PG_ARGISNULL(1) && PG_GETARG_BOOL(1),
				   !PG_ARGISNULL(2) && PG_GETARG_BOOL(2));
}

/* ----------------------------------------------------------------------
 * Reading
 * ----------------------------------------------------------------------
 */

/*
 * Position of the arm that holds the pairs: the one named, else the only one
 * with rows.  -1 if there is none; ERROR 22023 where it cannot be told.
 */
static int
ChoosePairs(const AbSummary *summary, AbLabel variant)
{
	int			position = -1;
	int			count = 0;

	if (summary->columns != 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a paired test needs a summary of two columns"),
				 errdetail("This one has %d.", summary->columns),
				 errhint("Collect it by ab_summary(control_outcome, treatment_outcome, 'pairs'), a row for each pair.")));

	if (variant.data != NULL)
	{
		position = AbFindArm(summary, variant);
		if (position < 0 && summary->arms > 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there is no variant \"%s\"",
							AbLabelToServer(variant)),
					 errdetail("The summary has %d others.",
							   (int) summary->arms),
					 errhint("ab_arms(summary) lists them.")));
		return Max(position, -1);
	}

	for (int i = 0; i < (int) summary->arms; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);

		if (arm->n + arm->nonfinite > 0)
		{
			position = i;
			count++;
		}
	}
	if (count > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the summary has more than one variant"),
				 errdetail("A paired test compares the two columns of one, and there are %d.",
						   count),
				 errhint("Name it, as in ab_paired_ttest(summary, variant => 'A'), or merge them into one when collecting.")));
	return position;
}

/*
 * Start a row for the pairs of a summary: the control is the first column,
 * the treatment the second.  row->tested tells whether they can be compared;
 * if not, row->note says why.
 */
static void
StartPairs(AbComparison *row, const AbSummary *summary,
		   const AbTestOptions *options, AbLabel variant)
{
	static const AbLabel control = {"control", 7};
	static const AbLabel treatment = {"treatment", 9};
	const AbArm *arm;
	int			position;

	/* what there is without any row, so as to set every field */
	AbStartComparison(row, NULL, options);
	row->control_label = control;
	row->treatment_label = treatment;

	position = summary ? ChoosePairs(summary, variant) : -1;
	row->summary = summary;
	if (position < 0)
		return;
	arm = AbGetArm(summary, position);
	if (arm->n + arm->nonfinite == 0)
		return;

	row->control = row->treatment = arm;
	resetStringInfo(&row->note);
	if (arm->nonfinite > 0)
		AbAddNote(row, INT64_FORMAT " pair%s with NaN or infinity",
				  arm->nonfinite, arm->nonfinite == 1 ? "" : "s");
	if (arm->flags & AB_ARM_OVERFLOW)
		AbAddNote(row, "values are too large for double precision");
	if (!AbArmKnown(arm))
		return;

	row->control_mean = AbArmMean(summary, arm, 0);
	row->treatment_mean = AbArmMean(summary, arm, 1);
	row->control_stddev = sqrt(AbArmVariance(summary, arm, 0, 0));
	row->treatment_stddev = sqrt(AbArmVariance(summary, arm, 1, 1));
	row->difference = AbDoubleDifference(arm->moments[1], arm->moments[0]);
	row->tested = true;
}

/* ----------------------------------------------------------------------
 * The paired t-test
 * ----------------------------------------------------------------------
 */

/*
 * The one-sample t-test of the differences, whose sum of squares is
 *
 *		Sd = Scc + Stt - 2 Sct = (Scc - Sct) + (Stt - Sct),
 *
 * df = n - 1.  The state has no differences of rows, so where nearly all
 * cancels the digits left are few and the note says how many.  The lift's
 * interval is Fieller's with cov(d, c) = (Sct - Scc) / (n - 1) / n.
 */
static void
CompareMeans(AbComparison *row, const AbTestOptions *options)
{
	const AbDouble *moments = row->control->moments;
	AbDouble	scc = moments[AbComomentIndex(2, 0, 0)];
	AbDouble	sct = moments[AbComomentIndex(2, 0, 1)];
	AbDouble	stt = moments[AbComomentIndex(2, 1, 1)];
	double		n = row->control->n;
	double		both = AbDoubleValue(scc) + AbDoubleValue(stt);
	double		within = AbDoubleDifference(scc, sct) +
		AbDoubleDifference(stt, sct);
	AbEffect	effect;

	row->tested = false;
	if (n < 2)
	{
		AbAddNote(row, "too few pairs: the test needs at least two");
		return;
	}
	if (!(within > NO_DIFFERENCE * both))
	{
		AbAddNote(row, "the differences do not vary: no test");
		return;
	}

	effect.difference = row->difference;
	effect.std_error = sqrt(within / (n - 1) / n);
	effect.df = n - 1;
	effect.control = row->control_mean;
	effect.control_variance = AbDoubleValue(scc) / (n - 1) / n;
	effect.covariance = AbDoubleDifference(sct, scc) / (n - 1) / n;
	AbTestEffect(row, &effect, options);
	if (!row->tested)
		return;

	if (AbDoubleValue(scc) > 0 && AbDoubleValue(stt) > 0)
	{
		double		correlation = AbDoubleValue(sct) /
			sqrt(AbDoubleValue(scc)) / sqrt(AbDoubleValue(stt));

		/* adding zero makes -0 a 0 */
		AbAddNote(row, "correlation of the pairs %.2f: the standard error is %.3g times the unpaired one",
				  rint(correlation * 100) / 100 + 0.0, sqrt(within / both));
	}
	if (within < FEW_DIGITS * both)
		AbAddNote(row, "the pairs are nearly equal: about %d digits of the standard error are left, test 0 against the difference for more",
				  (int) log10(within / (NO_DIFFERENCE * both)) + 1);
}

static Datum
PairedTTest(FunctionCallInfo fcinfo, const AbSummary *summary,
			const AbTestOptions *options, AbLabel variant)
{
	AbComparison row;

	StartPairs(&row, summary, options, variant);
	row.method = psprintf("paired t-test%s",
						  AbAlternativeSuffix(options->alternative));
	if (row.tested)
		CompareMeans(&row, options);
	return AbComparisonDatum(fcinfo, &row);
}

/* ----------------------------------------------------------------------
 * McNemar's test
 * ----------------------------------------------------------------------
 */

/*
 * The method named in that text argument.  ERROR 22023 if it is none.
 */
static McNemarMethod
GetMethod(FunctionCallInfo fcinfo, int argument)
{
	static const char *const names[] = {
		"exact", "mid-p", "asymptotic", "corrected"
	};
	const char *name = PG_ARGISNULL(argument) ? "NULL" :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	for (int i = 0; i < (int) lengthof(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (McNemarMethod) i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown method \"%s\"", name),
			 errhint("Use 'exact', 'mid-p', 'asymptotic' or 'corrected' (asymptotic with continuity correction).")));
}

static const char *
MethodName(McNemarMethod method)
{
	switch (method)
	{
		case MCNEMAR_MID_P:
			return "McNemar's test, mid-p";
		case MCNEMAR_ASYMPTOTIC:
			return "McNemar's test, asymptotic";
		case MCNEMAR_CORRECTED:
			return "McNemar's test, asymptotic with continuity correction";
		default:
			return "McNemar's test, exact";
	}
}

/*
 * The four counts behind the moments of two columns of zeros and ones:
 *
 *		both = Sct + (ones of c) (ones of t) / n.
 *
 * They are whole, so rounding restores them; the limits only matter for a
 * value written by hand.
 */
static PairCounts
GetCounts(const AbArm *arm)
{
	PairCounts	pairs;
	double		n = arm->n;
	double		control = rint(n * AbDoubleValue(arm->moments[0]));
	double		treatment = rint(n * AbDoubleValue(arm->moments[1]));
	double		both = rint(AbDoubleValue(arm->moments[AbComomentIndex(2, 0, 1)]) +
							control * treatment / n);

	both = fmax(both, fmax(control + treatment - n, 0));
	both = fmin(both, fmin(control, treatment));
	pairs.n = n;
	pairs.both = both;
	pairs.gained = treatment - both;
	pairs.lost = control - both;
	return pairs;
}

/*
 * The pairs with the two sides exchanged.
 */
static PairCounts
Exchanged(PairCounts pairs)
{
	PairCounts	exchanged = pairs;

	exchanged.gained = pairs.lost;
	exchanged.lost = pairs.gained;
	return exchanged;
}

/*
 * Map the line to (-1, 1), keeping order and sign, so that an infinite
 * statistic does not disturb the search for a root.
 */
static double
Squash(double z)
{
	return isinf(z) ? copysign(1, z) : z / (1 + fabs(z));
}

/*
 * A standardised value; infinite where there is no variance but a value.
 */
static double
Standardise(double value, double variance)
{
	if (variance > 0)
		return value / sqrt(variance);
	return value == 0 ? 0 : copysign(INFINITY, value);
}

/*
 * Tango's score statistic of the hypothesis that the difference is d:
 *
 *		(gained - lost - n d) / sqrt(n (2 q + d (1 - d))),
 *
 * where q estimates the probability of losing a pair under that hypothesis,
 * the larger root of
 *
 *		2 n q^2 - p q - lost d (1 - d) = 0,
 *		p = gained + lost - d (2 n - gained + lost),
 *
 * here for d >= 0; for d < 0 with the sides exchanged.  It decreases in d.
 */
static double
DifferenceScore(PairCounts pairs, double d, double shift)
{
	double		p;
	double		c;
	double		root;
	double		q;

	if (d < 0)
		return -DifferenceScore(Exchanged(pairs), -d, -shift);

	p = pairs.gained + pairs.lost - d * (2 * pairs.n - pairs.gained + pairs.lost);
	c = pairs.lost * d * (1 - d);
	root = sqrt(p * p + 8 * pairs.n * c);
	/* neither form of the root cancels */
	q = p > 0 ? (p + root) / (4 * pairs.n) : c > 0 ? 2 * c / (root - p) : 0;
	return Standardise(pairs.gained - pairs.lost - pairs.n * d - shift,
					   pairs.n * (2 * q + d * (1 - d)));
}

/*
 * Nam and Blackwelder's score statistic of the hypothesis that the treatment's
 * proportion is r times the control's.  With x the successes of either side,
 * s = both + gained + lost, and y the estimated number of pairs lost, the
 * larger root of
 *
 *		(1 + r) y^2 - (gained + lost - (r^2 - 1) xc) y - lost (r - 1) s = 0,
 *
 * it is
 *
 *		(xt - r xc) / sqrt((r - 1) s + (1 + r) y),
 *
 * here for r >= 1; below with the sides exchanged.  The correction moves half
 * of `shift` from one side to the other.  The argument is log r, in which the
 * statistic decreases.
 */
static double
RatioScore(PairCounts pairs, double log_r, double shift)
{
	double		xc = pairs.both + pairs.lost;
	double		s = pairs.both + pairs.gained + pairs.lost;
	double		r = exp(log_r);
	double		excess = expm1(log_r);
	double		p;
	double		c;
	double		root;
	double		y;

	if (log_r < 0)
		return -RatioScore(Exchanged(pairs), -log_r, -shift);

	p = pairs.gained + pairs.lost - excess * (1 + r) * xc;
	c = pairs.lost * excess * s;
	root = sqrt(p * p + 4 * (1 + r) * c);
	y = p > 0 ? (p + root) / (2 * (1 + r)) : c > 0 ? 2 * c / (root - p) : 0;
	return Standardise(pairs.gained - pairs.lost - excess * xc -
					   shift * (1 + r) / 2,
					   excess * s + (1 + r) * y);
}

static double
DifferenceCrossing(double d, void *context)
{
	PairEnd    *end = (PairEnd *) context;

	return Squash(DifferenceScore(end->pairs, d, end->shift) - end->critical);
}

static double
RatioCrossing(double log_r, void *context)
{
	PairEnd    *end = (PairEnd *) context;

	return Squash(RatioScore(end->pairs, log_r, end->shift) - end->critical);
}

/*
 * Score intervals of the difference and of the lift.
 */
static void
ScoreIntervals(AbComparison *row, const AbTestOptions *options,
			   PairCounts pairs, AbEndCorrection low, AbEndCorrection high)
{
	PairEnd		lower = {pairs, low.shift, low.critical};
	PairEnd		upper = {pairs, -high.shift, -high.critical};
	double		control = pairs.both + pairs.lost;
	double		treatment = pairs.both + pairs.gained;
	double		end;

	row->interval.low = -INFINITY;
	row->interval.high = INFINITY;
	row->lift = row->interval;
	if (options->alternative != AB_LESS)
	{
		row->interval.low = AbFindCrossing(DifferenceCrossing, &lower, -1, 1);
		end = AbFindCrossing(RatioCrossing, &lower, -LARGEST_LOG_RATIO,
							 LARGEST_LOG_RATIO);
		row->lift.low = end <= -LARGEST_LOG_RATIO ? -1 : expm1(end);
	}
	if (options->alternative != AB_GREATER)
	{
		row->interval.high = AbFindCrossing(DifferenceCrossing, &upper, -1, 1);
		end = AbFindCrossing(RatioCrossing, &upper, -LARGEST_LOG_RATIO,
							 LARGEST_LOG_RATIO);
		row->lift.high = end >= LARGEST_LOG_RATIO ? INFINITY : expm1(end);
	}
	row->interval = AbAgree(row->interval, row->difference,
							row->test.significant);
	row->lift = AbAgree(row->lift, row->difference, row->test.significant);

	if (control == 0)
	{
		AbAddNote(row, treatment == 0 ? "no success on either side: no relative lift" :
				  "no success of the control: no relative lift, and its interval has no upper end");
		if (treatment == 0)
			row->lift.low = row->lift.high = NAN;
	}
}

/*
 * McNemar's test of the pairs.
 */
static void
CompareCounts(AbComparison *row, const AbTestOptions *options,
			  McNemarMethod method)
{
	PairCounts	pairs = GetCounts(row->control);
	double		discordant = pairs.gained + pairs.lost;
	double		excess = pairs.gained - pairs.lost;
	double		sd = sqrt(discordant);
	double		level = options->alternative == AB_TWO_SIDED ?
		options->alpha / 2 : options->alpha;
	double		usual = method == MCNEMAR_EXACT || method == MCNEMAR_CORRECTED;
	AbTails		tails = {1, 1};
	AbEndCorrection low = AbUsualEnd(usual, level);
	AbEndCorrection high = low;

	row->difference = excess / pairs.n;
	row->std_error = sqrt(discordant - excess * row->difference) / pairs.n;

	if (method == MCNEMAR_EXACT || method == MCNEMAR_MID_P)
	{
		if (discordant > 0)
			tails = AbBinomialTails(pairs.gained, discordant, 1,
									method == MCNEMAR_MID_P);
		/* twice the count minus its expectation, hence the correction is 1 */
		low = AbCorrectEnd(excess, sd, tails.upper, usual, level);
		high = AbCorrectEnd(-excess, sd, tails.lower, usual, level);
	}
	else if (discordant > 0)
	{
		tails.upper = AbNormalUpperTail((excess - usual) / sd);
		tails.lower = AbNormalUpperTail((-excess - usual) / sd);
		row->test.statistic = copysign(fmax(fabs(excess) - usual, 0), excess) /
			sd;
	}
	row->test.p_value = AbTailsPValue(tails, options->alternative);
	row->test.significant = row->test.p_value < options->alpha;

	AbAddNote(row, "discordant pairs: %.0f won by the treatment, %.0f by the control",
			  pairs.gained, pairs.lost);
	ScoreIntervals(row, options, pairs, low, high);
}

static Datum
McNemar(FunctionCallInfo fcinfo, const AbSummary *summary,
		const AbTestOptions *options, McNemarMethod method, AbLabel variant)
{
	AbComparison row;

	StartPairs(&row, summary, options, variant);
	row.method = psprintf("%s%s", MethodName(method),
						  AbAlternativeSuffix(options->alternative));
	if (row.tested && (~row.control->flags & AB_ARM_ALL_BINARY(2)) != 0)
	{
		row.tested = false;
		AbAddNote(&row, "the outcomes are not all 0 or 1: use ab_paired_ttest");
	}
	if (row.tested)
		CompareCounts(&row, options, method);
	return AbComparisonDatum(fcinfo, &row);
}

/* ----------------------------------------------------------------------
 * SQL functions
 * ----------------------------------------------------------------------
 */

static const AbLabel any_variant = {NULL, 0};

static const AbSummary *
GetSummary(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(0) ? NULL : AB_GETARG_SUMMARY(0);
}

static AbLabel
GetVariant(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? any_variant :
		AbTextGetLabel(PG_GETARG_TEXT_PP(argument));
}

/*
 * Final function of the aggregate: two-sided, alpha 0.05.
 */
PG_FUNCTION_INFO_V1(ab_paired_ttest_final);
Datum
ab_paired_ttest_final(PG_FUNCTION_ARGS)
{
	AbTestOptions options = AbDefaultOptions();

	return PairedTTest(fcinfo, GetSummary(fcinfo), &options, any_variant);
}

/*
 * The same from a summary, with parameters.
 */
PG_FUNCTION_INFO_V1(ab_paired_ttest);
Datum
ab_paired_ttest(PG_FUNCTION_ARGS)
{
	AbTestOptions options;

	AbGetOptions(fcinfo, &options, -1, -1, 1, 2, -1);
	return PairedTTest(fcinfo, GetSummary(fcinfo), &options,
					   GetVariant(fcinfo, 3));
}

/*
 * Final function of the aggregate: exact, two-sided, alpha 0.05.
 */
PG_FUNCTION_INFO_V1(ab_mcnemar_final);
Datum
ab_mcnemar_final(PG_FUNCTION_ARGS)
{
	AbTestOptions options = AbDefaultOptions();

	return McNemar(fcinfo, GetSummary(fcinfo), &options, MCNEMAR_EXACT,
				   any_variant);
}

/*
 * The same from a summary, with parameters.
 */
PG_FUNCTION_INFO_V1(ab_mcnemar);
Datum
ab_mcnemar(PG_FUNCTION_ARGS)
{
	AbTestOptions options;

	AbGetOptions(fcinfo, &options, -1, -1, 1, 2, -1);
	return McNemar(fcinfo, GetSummary(fcinfo), &options,
				   GetMethod(fcinfo, 3), GetVariant(fcinfo, 4));
}
