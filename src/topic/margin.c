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
#include "base/comparison.h"

#include <math.h>

#include "topic/power.h"
#include "utils/builtins.h"

/* Parameters of a call beyond those of every test. */
typedef struct MarginOptions
{
	AbTestOptions test;			/* its alternative is not used */
	bool		relative;		/* limits are fractions of the control mean */
} MarginOptions;

/*
 * Read and check the parameters that all calls have, which follow each other
 * from control to equal_var.
 */
static MarginOptions
GetMarginOptions(FunctionCallInfo fcinfo, int control)
{
	MarginOptions options;

	AbGetOptions(fcinfo, &options.test, control, control + 1, control + 2, -1,
				 control + 4);
	if (PG_ARGISNULL(control + 3))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("relative must be true or false"),
				 errhint("Use true for a margin that is a fraction of the control mean.")));
	options.relative = PG_GETARG_BOOL(control + 3);
	return options;
}

/*
 * Is a larger value of the metric the better one?  ERROR 22023 if that text
 * argument does not say.
 */
static bool
HigherIsBetter(FunctionCallInfo fcinfo, int argument)
{
	const char *name = PG_ARGISNULL(argument) ? "NULL" :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	if (strcmp(name, "higher") == 0)
		return true;
	if (strcmp(name, "lower") == 0)
		return false;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown direction \"%s\"", name),
			 errhint("Use 'higher' if a higher value of the metric is better, 'lower' if a lower one is.")));
}

/*
 * A limit on the scale of the effect.  ERROR 22023 for a relative one at which
 * nothing would be left of the control mean, which is a percentage in most
 * cases.
 */
static void
CheckLimit(const MarginOptions *options, double limit)
{
	if (options->relative && !(limit > -1))
		AbBadParameter("a relative margin below the control must be less than 1",
				  -limit,
				  "It is a fraction of the control mean, not a percentage: use 0.02 for 2%.");
}

/*
 * Move the end of an interval to the side of the limit on which the test puts
 * it, where rounding alone would have it on the other, and by so much that
 * the rounding of a percentage cannot bring it back.
 */
static double
KeepVerdict(double end, double limit, AbAlternative alternative,
			bool significant)
{
	double		side = (alternative == AB_GREATER) == significant ? 1 : -1;
	double		step = fmax(4 * DBL_EPSILON * fabs(limit), DBL_MIN);

	if (isnan(end) || (end - limit) * side >= step)
		return end;
	/* what is not excluded may lie on the limit itself if that is zero */
	if (!significant && limit == 0)
		return end * side >= 0 ? end : 0;
	return limit + side * step;
}

/*
 * Test one side: H0 says that the effect is at most the limit (AB_GREATER is
 * to be shown) or at least that (AB_LESS).  The row gets the test, and the
 * one-sided intervals of difference and lift, of which the one on the scale of
 * the limit excludes it exactly when p < alpha.
 */
static void
TestLimit(AbComparison *row, const MarginOptions *options,
		  AbAlternative alternative, double limit)
{
	AbTestOptions test = options->test;
	AbMeanVariances plain;
	AbMeanVariances scaled;
	AbEffect	effect;
	double		scale = options->relative ? 1 + limit : 1;
	double		excess;
	double		std_error;
	bool		significant;

	row->tested = false;
	test.alternative = alternative;
	if (!AbGetMeanVariances(row, test.equal_var, 1, &plain))
		return;
	(void) AbGetMeanVariances(row, test.equal_var, scale, &scaled);

	/* treatment - (1 + limit) control, of which diff is the larger part */
	excess = options->relative ? row->difference - limit * row->control_mean :
		row->difference - limit;
	std_error = sqrt(scaled.control + scaled.treatment);

	/*
	 * Two effects of one difference: the degrees of freedom of Welch's test
	 * depend on the scale.  Fieller's interval has to use those of the test
	 * it is the dual of.
	 */
	effect.difference = row->difference;
	effect.std_error = sqrt(plain.control + plain.treatment);
	effect.df = scaled.df;
	effect.control = row->control_mean;
	effect.control_variance = plain.control;
	effect.covariance = -plain.control;
	if (effect.std_error > 0 && isfinite(effect.std_error) &&
		!(isfinite(std_error) && isfinite(excess / std_error)))
	{
		AbAddNote(row, "the margin is out of the range of double precision");
		return;
	}
	AbTestEffect(row, &effect, &test);
	if (!row->tested)
		return;
	AbCheckVariances(row, test.equal_var, row->std_error);
	row->interval = AbTTest(row->difference, row->std_error, plain.df,
							alternative, test.alpha).interval;

	row->std_error = std_error;
	row->df = scaled.df;
	row->test = AbTTest(excess, std_error, scaled.df, alternative, test.alpha);

	significant = row->test.significant;
	if (options->relative)
	{
		if (alternative == AB_GREATER)
			row->lift.low = KeepVerdict(row->lift.low, limit, alternative, significant);
		else
			row->lift.high = KeepVerdict(row->lift.high, limit, alternative, significant);
	}
	else if (alternative == AB_GREATER)
		row->interval.low = KeepVerdict(row->interval.low, limit, alternative, significant);
	else
		row->interval.high = KeepVerdict(row->interval.high, limit, alternative, significant);
}

/*
 * Start the row and see whether the margin means something for it.
 */
static bool
StartRow(FunctionCallInfo fcinfo, AbComparison *row,
		 const MarginOptions *options)
{
	AbStartComparison(row, PG_ARGISNULL(0) ? NULL : AB_GETARG_SUMMARY(0),
					  &options->test);
	if (row->tested && options->relative && !(row->control_mean > 0))
	{
		AbAddNote(row, "the control mean is not positive: a relative margin has no meaning, use an absolute one");
		row->tested = false;
	}
	return row->tested;
}

/*
 * A limit as the hypothesis names it.
 */
static char *
LimitText(const MarginOptions *options, double limit)
{
	if (options->relative)
		return psprintf("%.15g * control", 1 + limit);
	return psprintf("%.15g", limit);
}

/*
 * Name of the method up to its hypothesis.
 */
static char *
MethodText(const MarginOptions *options, const char *aim)
{
	return psprintf("%s, %s, H0: %s",
					options->test.equal_var ?
					"Student t-test (pooled variance)" : "Welch t-test",
					aim,
					options->relative ? "treatment" : "treatment - control");
}

/*
 * The test of a single limit, as a tuple.  The margin is a gain to be shown
 * or else a loss that is tolerated.
 */
static Datum
OneSided(FunctionCallInfo fcinfo, bool gain, double margin,
		 const char *aim)
{
	bool		higher = HigherIsBetter(fcinfo, 2);
	MarginOptions options = GetMarginOptions(fcinfo, 3);
	double		limit = higher == gain ? margin : -margin;
	AbComparison row;

	CheckLimit(&options, limit);
	if (StartRow(fcinfo, &row, &options))
		TestLimit(&row, &options, higher ? AB_GREATER : AB_LESS, limit);
	row.method = psprintf("%s %s %s", MethodText(&options, aim),
						  higher ? "<=" : ">=", LimitText(&options, limit));
	return AbComparisonDatum(fcinfo, &row);
}

/*
 * Is the treatment not worse than the control by the margin or more?
 */
PG_FUNCTION_INFO_V1(ab_noninferiority);
Datum
ab_noninferiority(PG_FUNCTION_ARGS)
{
	double		margin = AbGetNumber(fcinfo, 1);

	if (!(margin > 0 && isfinite(margin)))
		AbBadParameter("margin must be positive and finite", margin,
				  "It is the loss that is tolerated, without a sign; for a gain that must be exceeded use ab_superiority.");
	return OneSided(fcinfo, false, margin, "non-inferiority");
}

/*
 * Is the treatment better than the control by more than the margin?
 */
PG_FUNCTION_INFO_V1(ab_superiority);
Datum
ab_superiority(PG_FUNCTION_ARGS)
{
	double		margin = AbGetNumber(fcinfo, 1);

	if (!(margin >= 0 && isfinite(margin)))
		AbBadParameter("margin must be finite and not negative", margin,
				  "It is the gain that must be exceeded, without a sign; for a loss that is tolerated use ab_noninferiority.");
	return OneSided(fcinfo, true, margin, "superiority by a margin");
}

/*
 * The margins of an equivalence test: one that is symmetric (argument 1), or
 * both (arguments 7 and 8).
 */
static AbInterval
GetMargins(FunctionCallInfo fcinfo)
{
	double		margin = AbGetNumber(fcinfo, 1);
	AbInterval	limits;

	if (PG_ARGISNULL(7) && PG_ARGISNULL(8))
	{
		if (!(margin > 0 && isfinite(margin)))
			AbBadParameter("margin must be positive and finite", margin,
					  "It is the largest difference in either direction that does not matter; for unequal margins name margin_low and margin_high.");
		limits.low = -margin;
		limits.high = margin;
		return limits;
	}
	if (!PG_ARGISNULL(1))
		AbBadParameter("margin cannot be combined with margin_low and margin_high", margin,
				  "Leave out margin where the two margins differ.");
	limits.low = AbGetNumber(fcinfo, 7);
	limits.high = AbGetNumber(fcinfo, 8);
	if (!(limits.low < 0 && isfinite(limits.low)))
		AbBadParameter("margin_low must be negative and finite", limits.low,
				  "It is the difference, treatment - control, below which the two are not equivalent.");
	if (!(limits.high > 0 && isfinite(limits.high)))
		AbBadParameter("margin_high must be positive and finite", limits.high,
				  "It is the difference, treatment - control, above which the two are not equivalent.");
	return limits;
}

/*
 * Two one-sided tests, at alpha each: the row reports the one with the larger
 * p-value, and intervals that are the intersection of the one-sided ones.
 */
static void
TestBothLimits(AbComparison *row, const MarginOptions *options,
			   AbInterval limits)
{
	AbComparison upper = *row;

	initStringInfo(&upper.note);
	TestLimit(&upper, options, AB_LESS, limits.high);
	TestLimit(row, options, AB_GREATER, limits.low);
	if (!row->tested)
		return;
	if (!upper.tested)
	{
		*row = upper;
		return;
	}

	row->interval.high = upper.interval.high;

	/* the other end of each is open; of one without an interval both are NaN */
	if (isnan(upper.lift.low) != isnan(row->lift.low))
	{
		/* their degrees of freedom differ; the notes of the one say so */
		if (isnan(upper.lift.low))
			row->note = upper.note;
		row->lift.low = row->lift.high = NAN;
	}
	else if (!isnan(upper.lift.low))
	{
		row->lift.low = fmax(row->lift.low, upper.lift.low);
		row->lift.high = fmin(row->lift.high, upper.lift.high);
	}

	if (upper.test.p_value > row->test.p_value)
	{
		row->test = upper.test;
		row->std_error = upper.std_error;
		row->df = upper.df;
	}
}

/*
 * Is the difference within the margins on both sides?
 */
PG_FUNCTION_INFO_V1(ab_equivalence);
Datum
ab_equivalence(PG_FUNCTION_ARGS)
{
	MarginOptions options = GetMarginOptions(fcinfo, 2);
	AbInterval	limits = GetMargins(fcinfo);
	AbComparison row;

	if (!(options.test.alpha < 0.5))
		AbBadParameter("significance level of an equivalence test must be below 0.5",
				  options.test.alpha,
				  "It is that of each of the two one-sided tests: use 0.05 for a 90% interval.");
	CheckLimit(&options, limits.low);
	if (StartRow(fcinfo, &row, &options))
		TestBothLimits(&row, &options, limits);
	row.method = psprintf("%s <= %s or >= %s",
						  MethodText(&options, "equivalence (TOST, 1 - 2 alpha intervals)"),
						  LimitText(&options, limits.low),
						  LimitText(&options, limits.high));
	return AbComparisonDatum(fcinfo, &row);
}
