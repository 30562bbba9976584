/*
 * student.c
 *	  From an estimate and its standard error to p-values and intervals.
 *
 * Everything here is dual to the test: an interval excludes no effect exactly
 * when p < alpha.
 */
#include "math/student.h"

#include <float.h>
#include <math.h>

#include "math/distributions.h"

/*
 * Critical value of the t-test.  Negative for a one-sided test with
 * alpha > 0.5.
 */
double
AbCriticalT(double df, AbAlternative alternative, double alpha)
{
	/* half of the smallest double is 0 */
	return AbStudentTUpperQuantile(alternative == AB_TWO_SIDED ?
								   fmax(alpha / 2, AB_SMALLEST_P) : alpha, df);
}

/*
 * Make an interval agree with the decision where rounding alone decides on
 * which side of zero an end lies.
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
 * A computed probability as a p-value: never 0, and at most 1.
 */
double
AbBoundP(double p)
{
	return p == 0 ? AB_SMALLEST_P : p > 1 ? 1 : p;
}

/*
 * p-value of a t statistic; df may be infinite, which is the normal
 * distribution.
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
 * Interval for a difference from a critical value, of Student's t or a larger
 * one that allows for several comparisons; `significant` is the verdict by it.
 */
AbInterval
AbDifferenceInterval(double difference, double std_error, double critical,
					 AbAlternative alternative, bool significant)
{
	AbInterval	interval;

	interval.low = alternative == AB_LESS ?
		-INFINITY : difference - critical * std_error;
	interval.high = alternative == AB_GREATER ?
		INFINITY : difference + critical * std_error;
	return AbAgree(interval, difference, significant);
}

/*
 * t-test of a difference against zero, with its confidence interval.
 *
 * difference and std_error > 0 are in the units of the metric, df > 0 need
 * not be whole, alpha is in (0, 1).  All fields are NaN, and significant is
 * false, if an argument is not a number.
 */
AbTest
AbTTest(double difference, double std_error, double df,
		AbAlternative alternative, double alpha)
{
	AbTest		test;
	double		critical = AbCriticalT(df, alternative, alpha);

	test.statistic = difference / std_error;
	test.p_value = AbPValue(test.statistic, df, alternative);
	test.significant = test.p_value < alpha;

	test.interval = AbDifferenceInterval(difference, std_error, critical,
										 alternative, test.significant);
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
 * does not reject at the critical value t, with the variance of that very combination,
 *
 *		v(x) = std_error^2 - 2 x covariance + x^2 control_variance,
 *
 * so that at x = 0 it is the test of the difference, whose verdict is
 * `significant`.  covariance is that of the difference with the control mean:
 * -control_variance if the arms are independent.
 *
 * Returns false, and no interval, if the set is unbounded: the control mean
 * is then itself not distinguishable from zero at that level.
 *
 * E. C. Fieller, Some Problems in Interval Estimation, J. Royal Statistical
 * Society B 16 (1954), 175-185.
 */
bool
AbFiellerAt(double difference, double std_error, double control,
			double control_variance, double covariance, double t,
			AbAlternative alternative, bool significant, AbInterval *lift)
{
	/* in units of the control mean, so that no square leaves the range */
	double		x = difference / control;
	double		se = std_error / fabs(control);
	double		sc = sqrt(control_variance) / fabs(control);
	double		slope = control_variance > 0 ? covariance / control_variance : 0;
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
	if (!(a > 0))
		return false;
	residual = se - explained > 8 * DBL_EPSILON * se ?
		sqrt(se - explained) * sqrt(se + explained) : 0;
	root = fabs(t) * hypot(residual * sqrt(a), (x - slope) * sc);
	q = b + copysign(root, b);
	first = q / a;
	/* c / q, c as a product of sum and difference */
	second = q != 0 ?
		(fabs(x) - fabs(t) * se) / q * (fabs(x) + fabs(t) * se) : 0;

	lift->low = fmin(first, second);
	lift->high = fmax(first, second);
	if (!isfinite(lift->low) || !isfinite(lift->high))
		return false;

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
	*lift = AbAgree(*lift, x, significant);
	return true;
}
