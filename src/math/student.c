/*
 * student.c
 *	  From an estimate and its standard error to p-values and intervals.
 *
 * Everything here is dual to the test, an interval excludes no effect exactly
 * when p < alpha, but the two intervals of the lift of AbLiftInterval().
 *
 * References:
 *	Student, The Probable Error of a Mean, Biometrika 6 (1908), 1-25.
 *	B. L. Welch, The Generalization of "Student's" Problem when Several
 *	Different Population Variances are Involved, Biometrika 34 (1947), 28-35.
 *	F. E. Satterthwaite, An Approximate Distribution of Estimates of Variance
 *	Components, Biometrics Bulletin 2 (1946), 110-114.
 *	E. C. Fieller, Some Problems in Interval Estimation, J. Royal Statistical
 *	Society B 16 (1954), 175-185.
 */
#include "math/student.h"

#include <float.h>
#include <math.h>

#include "math/distributions.h"

/*
 * Critical value of the t-test at the level alpha in (0, 1), with df > 0, which
 * need not be whole and may be infinite.  Negative for a one-sided test with
 * alpha > 0.5; NaN if one of the two is NaN or out of its range.
 */
double
AbCriticalT(double df, AbAlternative alternative, double alpha)
{
	double		tail = alternative == AB_TWO_SIDED ? alpha / 2 : alpha;

	/* half of the smallest double is 0 */
	if (alternative == AB_TWO_SIDED && tail == 0)
		tail = AB_SMALLEST_P;
	return AbStudentTUpperQuantile(tail, df);
}

/*
 * Make an interval agree with the decision where rounding alone decides on
 * which side of zero an end lies: without significance zero is let in, with it
 * an end is moved just beyond.  Ends that are NaN stay so.
 */
AbInterval
AbAgree(AbInterval interval, double estimate, bool significant)
{
	if (!significant)
	{
		if (interval.low > 0)
			interval.low = 0;
		if (interval.high < 0)
			interval.high = 0;
	}
	else if (interval.low <= 0 && interval.high >= 0)
	{
		/* an open end stays open */
		if (isinf(interval.high) || (estimate > 0 && !isinf(interval.low)))
			interval.low = DBL_MIN;
		else
			interval.high = -DBL_MIN;
	}
	return interval;
}

/*
 * Move the end of an interval, the lower one of AB_GREATER and the upper one
 * of AB_LESS, to the side of the limit on which that test puts it, where rounding alone would have it on the other, and by so much that
 * the rounding of a percentage cannot bring it back.
 */
double
AbKeepVerdict(double end, double limit, AbAlternative alternative,
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
 * A computed probability as a p-value: never 0, and at most 1; NaN stays.
 */
double
AbBoundP(double p)
{
	return p == 0 ? AB_SMALLEST_P : p > 1 ? 1 : p;
}

/*
 * p-value of a t statistic; df > 0 need not be whole and may be infinite, which
 * is the normal distribution.  NaN if one of the two is.
 */
double
AbPValue(double statistic, double df, AbAlternative alternative)
{
	if (alternative == AB_TWO_SIDED)
		return AbBoundP(2 * AbStudentTUpperTail(fabs(statistic), df));
	return AbBoundP(AbStudentTUpperTail(alternative == AB_GREATER ?
										statistic : -statistic, df));
}

/*
 * Interval for a difference with that standard error, from a critical value of
 * Student's t or a larger one that allows for several comparisons.  The end
 * that a one-sided test leaves open is infinite, the others are NaN if an
 * argument is.
 */
AbInterval
AbDifferenceInterval(double difference, double std_error,
					 const AbDecision *decision)
{
	AbInterval	interval;

	interval.low = decision->alternative == AB_LESS ?
		-INFINITY : difference - decision->critical * std_error;
	interval.high = decision->alternative == AB_GREATER ?
		INFINITY : difference + decision->critical * std_error;
	return AbAgree(interval, difference, decision->significant);
}

/*
 * t-test of a difference against zero, with its confidence interval.
 *
 * difference and std_error > 0 are in the units of the metric, df > 0 need
 * not be whole, alpha is in (0, 1).  Where an argument is NaN all that depends
 * on it is, and significant is false.
 */
AbTest
AbTTest(double difference, double std_error, double df,
		AbAlternative alternative, double alpha)
{
	AbTest		test;
	AbDecision	decision;

	test.statistic = difference / std_error;
	test.p_value = AbPValue(test.statistic, df, alternative);
	test.significant = test.p_value < alpha;

	decision.critical = AbCriticalT(df, alternative, alpha);
	decision.alternative = alternative;
	decision.significant = test.significant;
	test.interval = AbDifferenceInterval(difference, std_error, &decision);
	return test;
}

/*
 * Fieller's interval for the relative lift, difference / control, as a
 * fraction.
 *
 * It is the set of lifts x that the t-test of
 *
 *		treatment - (1 + x) control = difference - x control
 *
 * does not reject at the critical value, with the variance of that very
 * combination,
 *
 *		v(x) = std_error^2 - 2 x covariance + x^2 control_variance,
 *
 * so that at x = 0 it is the test of the difference, whose verdict is the
 * decision's.  The degrees of freedom are in the critical value alone.
 *
 * Returns false, with an interval of NaN, if the set is unbounded: the control
 * mean is then itself not distinguishable from zero at that level.  So it is
 * where a number is NaN or the control mean is zero.
 */
bool
AbFieller(const AbEffect *effect, const AbDecision *decision,
		  AbInterval *lift)
{
	double		t = decision->critical;
	AbAlternative alternative = decision->alternative;

	/* in units of the control mean, so that no square leaves the range */
	double		control = effect->control;
	double		x = effect->difference / control;
	double		se = effect->std_error / fabs(control);
	double		sc = sqrt(effect->control_variance) / fabs(control);
	double		slope = effect->control_variance > 0 ?
		effect->covariance / effect->control_variance : 0;
	double		explained = fabs(slope) * sc;
	double		residual;

	/* a z^2 - 2 b z + c <= 0 */
	double		a = 1 - t * sc * t * sc;
	double		b = x - t * sc * t * sc * slope;
	double		root;
	double		q;
	double		first;
	double		second;
	bool		lower;

	/*
	 * The root of b^2 - a c without its cancellation: slope and residual
	 * standard error are those of the difference regressed on the control
	 * mean.  A residual that is rounding only is none.
	 */
	lift->low = lift->high = NAN;
	if (!(a > 0) || isnan(se) || isnan(effect->covariance))
		return false;
	residual = se - explained > 8 * DBL_EPSILON * se ?
		sqrt(se - explained) * sqrt(se + explained) : 0;
	root = fabs(t) * hypot(residual * sqrt(a), (x - slope) * sc);
	q = b + copysign(root, b);
	first = q / a;
	/* c / q, c as a product of sum and difference */
	second = q != 0 ?
		(fabs(x) - fabs(t) * se) / q * (fabs(x) + fabs(t) * se) : 0;

	if (!isfinite(first) || !isfinite(second))
		return false;
	lift->low = fmin(first, second);
	lift->high = fmax(first, second);

	if (alternative != AB_TWO_SIDED)
	{
		/*
		 * One end stays.  A larger treatment mean is a larger lift unless the
		 * control mean is negative, and a negative t selects the other root.
		 */
		lower = (alternative == AB_GREATER) == (control > 0);
		if (t < 0)
		{
			if (lower)
				lift->low = lift->high;
			else
				lift->high = lift->low;
		}
		if (lower)
			lift->high = INFINITY;
		else
			lift->low = -INFINITY;
	}
	*lift = AbAgree(*lift, x, decision->significant);
	return true;
}

/*
 * Standard error of the difference less x times the control, in units of the
 * control: the root of Fieller's v(x) over the control's size.
 */
static double
RelativeError(const AbEffect *effect, double x)
{
	double		se = effect->std_error / fabs(effect->control);
	double		sc = sqrt(effect->control_variance) / fabs(effect->control);
	double		slope = effect->control_variance > 0 ?
		effect->covariance / effect->control_variance : 0;
	double		explained = fabs(slope) * sc;
	double		residual = se > explained ?
		sqrt(se - explained) * sqrt(se + explained) : 0;

	return hypot(residual, (slope - x) * sc);
}

/*
 * How an interval of the lift is made by that method, as far as the effect
 * tells: with its degrees of freedom and, by the first terms of Taylor's series
 * at the estimate x,
 *
 *		var(x) = v(x) / control^2,
 *		var(log(treatment / control)) = v(x) / treatment^2,
 *
 * v(x) being AbFieller()'s.  The critical value is the caller's to fill in.
 */
AbLift
AbMakeLift(const AbEffect *effect, AbLiftMethod method)
{
	AbLift		lift;

	lift.method = method;
	lift.at = effect->difference / effect->control;
	lift.log_error = RelativeError(effect, lift.at) / fabs(1 + lift.at);
	lift.df = effect->df;
	lift.critical = NAN;
	return lift;
}

/*
 * The interval of the lift, as a fraction, by the delta method or on the scale
 * of the logarithm, whose ends are
 *
 *		x -+ critical sqrt(v(at)) / |control|,
 *		(1 + x) exp(-+ critical log_error) - 1.
 *
 * Neither is the dual of the test, so it is not made to agree with a verdict.
 * Of a one-sided test the same end is open as of Fieller's.
 *
 * Returns false, with an interval of NaN, where there is none: a control of
 * zero, on the logarithmic scale means that differ in sign or of which one is
 * zero, a number that is NaN or too large.
 */
bool
AbLiftInterval(const AbEffect *effect, const AbLift *lift,
			   AbAlternative alternative, AbInterval *interval)
{
	double		x = effect->difference / effect->control;
	double		reach;

	if (lift->method == AB_LIFT_LOG)
	{
		reach = lift->critical * lift->log_error;
		interval->low = x > -1 ? expm1(log1p(x) - reach) : NAN;
		interval->high = x > -1 ? expm1(log1p(x) + reach) : NAN;
	}
	else
	{
		reach = lift->critical * RelativeError(effect, lift->at);
		interval->low = x - reach;
		interval->high = x + reach;
	}
	if (!isfinite(interval->low) || !isfinite(interval->high))
	{
		interval->low = interval->high = NAN;
		return false;
	}
	if (alternative != AB_TWO_SIDED)
	{
		if ((alternative == AB_GREATER) == (effect->control > 0))
			interval->high = INFINITY;
		else
			interval->low = -INFINITY;
	}
	return true;
}

/*
 * One variance for both arms:
 *
 *	s^2 = (Sc + St) / df,	df = nc + nt - 2,	variance of a mean = s^2 / n.
 *
 * At least three rows together; NaN or infinite if there are fewer or an
 * argument is NaN.
 */
AbMeanVariances
AbPooledVariances(AbSpread control, AbSpread treatment)
{
	AbMeanVariances v;
	double		pooled;

	v.df = control.n + treatment.n - 2;
	pooled = (control.squares + treatment.squares) / v.df;
	v.control = pooled / control.n;
	v.treatment = pooled / treatment.n;
	return v;
}

/*
 * A variance for each arm, v = S / (n - 1) / n, and Satterthwaite's
 *
 *	df = (vc + vt)^2 / (vc^2 / (nc - 1) + vt^2 / (nt - 1)),
 *
 * written in shares of the sum so that no square leaves the range.  At least
 * two rows in each; NaN or infinite if there are fewer or an argument is NaN.
 */
AbMeanVariances
AbSeparateVariances(AbSpread control, AbSpread treatment)
{
	AbMeanVariances v;
	double		share_c;
	double		share_t;

	v.control = control.squares / (control.n - 1) / control.n;
	v.treatment = treatment.squares / (treatment.n - 1) / treatment.n;
	share_c = v.control / (v.control + v.treatment);
	share_t = v.treatment / (v.control + v.treatment);
	v.df = 1 / (share_c * share_c / (control.n - 1) +
				share_t * share_t / (treatment.n - 1));
	return v;
}

/*
 * Give the interval on the logarithmic scale of two independent means the
 * variances and the degrees of freedom that the test would have of rows in
 * units of their arm's mean.  The means must not be zero.
 *
 * That is how others have it: with separate variances the standard error is
 * AbMakeLift()'s and the degrees of freedom are Satterthwaite's of the two
 * relative variances; with equal_var it is those that are pooled.
 */
void
AbUseLogVariances(AbLift *lift, AbSpread control, AbSpread treatment,
				  double control_mean, double treatment_mean, bool equal_var)
{
	AbMeanVariances v;

	control.squares = control.squares / control_mean / control_mean;
	treatment.squares = treatment.squares / treatment_mean / treatment_mean;
	v = equal_var ? AbPooledVariances(control, treatment) :
		AbSeparateVariances(control, treatment);
	lift->log_error = sqrt(v.control + v.treatment);
	lift->df = v.df;
}
