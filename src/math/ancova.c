/*
 * ancova.c
 *	  The difference of two arms adjusted for a covariate.
 *
 * The adjusted mean of arm g is the arm's regression line at the covariate's
 * overall mean X, which is that of both arms together:
 *
 *		m_g = y_g - theta_g (x_g - X),	difference = m_t - m_c.
 *
 * Three slopes theta can be asked for:
 *
 * per-arm: each arm's own, S_xy / S_xx.  This is the regression with an
 *	interaction of arm and centred covariate (Lin).  It is the default because
 *	it is the one that never loses against the unadjusted difference in large
 *	samples, whatever the split and the variances, and whatever the true
 *	relation of outcome and covariate.  One common slope does: the optimal one
 *	is (qc theta_t + qt theta_c) with the shares q of the arms, so the small
 *	arm's slope counts most, while a common fit follows the large arm.  At a
 *	90/10 split with slopes 0.9 and 1.8 its standard error is 1.28 times Lin's.
 * pooled: the within-arm S_xy / S_xx of both arms, the classical analysis of
 *	covariance; exact in small samples if slopes and variances are equal.
 * total: cov(y, x) / var(x) over all rows, whatever their arm, taken as known,
 *	as tea-tasting, PostHog and, of means, GrowthBook do.  It is here so that
 *	their numbers can be reproduced, as is
 * given: a number, taken as known.  GrowthBook's of ratios is one, the sum of
 *	both arms' covariances over that of their variances.
 *
 * The variances.  With the residual z = y - theta_g x of arm g, its mean
 * square s_g^2 and the mean X with variance V_x,
 *
 *		m_g = z_g + theta_g X,
 *
 *		var(m_g)	= U_g + 2 theta_g K_g + theta_g^2 V_x
 *		cov(m_c, m_t)	= theta_c K_t + theta_t K_c + theta_c theta_t V_x
 *		var(difference) = U_c + U_t + (theta_t - theta_c)^2 V_x
 *
 * where U_g = s_g^2 / n_g and K_g = cov(z_g, X), which is 0 for the arm's own
 * slope.  The last term is the noise of X, which does not cancel when the
 * slopes differ: without it a 95% interval covers 90% at a lift of 100%.  All
 * three enter the lift's interval, so it is the dual of the same test.
 *
 * Where the slope is estimated (not for total), its variance times the squared
 * distance from x_g to X is added, and the mean squares lose its degree of
 * freedom: s_g^2 has n_g - 2 of them per-arm, n_g - 1 - S_xx,g / S_xx pooled.
 * Given the covariate this is exact for the normal linear model, which is what
 * makes small samples right.  Degrees of freedom are Satterthwaite's.
 *
 * References:
 *	A. Deng, Y. Xu, R. Kohavi, T. Walker, Improving the Sensitivity of Online
 *	Controlled Experiments by Utilizing Pre-Experiment Data, WSDM 2013, 123-132.
 *	W. Lin, Agnostic Notes on Regression Adjustments to Experimental Data,
 *	Annals of Applied Statistics 7 (2013), 295-318.
 *	F. E. Satterthwaite, An Approximate Distribution of Estimates of Variance
 *	Components, Biometrics Bulletin 2 (1946), 110-114.
 */
#include "math/ancova.h"

#include <float.h>
#include <math.h>

/*
 * The slopes, the degrees of freedom that each arm's residuals lose by them,
 * and what their errors add to the variance of the difference: lever s^2 for
 * each arm.
 */
typedef struct Slopes
{
	double		theta_c;
	double		theta_t;
	double		lost_c;
	double		lost_t;
	double		lever_c;
	double		lever_t;
} Slopes;

/*
 * A sum of squares that is left of terms of that size; 0 where it is their
 * rounding error only.  NaN stays NaN.
 */
double
AbPositivePart(double value, double scale)
{
	return value <= 16 * DBL_EPSILON * scale ? 0 : value;
}

/*
 * Sum of squared residuals about a line of that slope.
 */
static double
ResidualSum(const AbPair *arm, double theta)
{
	return AbPositivePart(arm->syy - theta * (2 * arm->sxy - theta * arm->sxx),
						  arm->syy);
}

/*
 * An arm's distance to the overall mean of the covariate is the other arm's
 * share of the distance between the two.
 */
static Slopes
FitSlopes(const AbPairs *pairs, AbTheta theta, double share_c, double share_t)
{
	const AbPair *c = &pairs->control;
	const AbPair *t = &pairs->treatment;
	Slopes		s = {0};
	double		distance = pairs->x_difference;
	double		sxx = c->sxx + t->sxx;

	switch (theta)
	{
		case AB_THETA_NONE:
			break;
		case AB_THETA_PER_ARM:
			s.theta_c = c->sxy / c->sxx;
			s.theta_t = t->sxy / t->sxx;
			s.lost_c = s.lost_t = 1;
			s.lever_c = share_t * distance * (share_t * distance / c->sxx);
			s.lever_t = share_c * distance * (share_c * distance / t->sxx);
			break;
		case AB_THETA_POOLED:
			s.theta_c = s.theta_t = (c->sxy + t->sxy) / sxx;
			s.lost_c = c->sxx / sxx;
			s.lost_t = t->sxx / sxx;
			s.lever_c = distance * (distance / sxx) * s.lost_c;
			s.lever_t = distance * (distance / sxx) * s.lost_t;
			break;
		case AB_THETA_TOTAL:
		case AB_THETA_GIVEN:
			s.theta_c = s.theta_t = pairs->known_theta;
			break;
	}
	return s;
}

/*
 * Difference and control mean, adjusted with that slope, from sums in the units
 * of outcome and covariate; with equal_var one residual variance for both arms.
 *
 * It takes three rows in all with equal_var, else two in each arm, and
 * AB_MIN_ADJUSTED_ROWS in each with a covariate that varies there for an
 * adjustment.  With fewer, and where a number it depends on is NaN, results
 * are NaN or infinite.
 */
AbAdjusted
AbAncova(const AbPairs *pairs, AbTheta theta, bool equal_var)
{
	const AbPair *c = &pairs->control;
	const AbPair *t = &pairs->treatment;
	double		share_c = c->weight / (c->weight + t->weight);
	double		share_t = t->weight / (c->weight + t->weight);
	Slopes		s = FitSlopes(pairs, theta, share_c, share_t);
	double		gap = s.theta_t - s.theta_c;	/* 0 if it is rounding only */
	double		df_c = c->n - 1 - s.lost_c;
	double		df_t = t->n - 1 - s.lost_t;
	double		rss_c = ResidualSum(c, s.theta_c);
	double		rss_t = ResidualSum(t, s.theta_t);
	double		square_c = rss_c / df_c;
	double		square_t = rss_t / df_t;
	double		vx = 0;			/* V_x, K_c and K_t of the file header */
	double		kc = 0;
	double		kt = 0;
	double		lever_c;		/* s_g^2 times lever */
	double		lever_t;
	double		part_c;			/* the terms of var(difference) */
	double		part_t;
	double		center;
	double		variance;
	AbAdjusted	e;

	if (fabs(gap) <= 16 * DBL_EPSILON * fabs(s.theta_c))
		gap = 0;
	e.control_theta = s.theta_c;
	e.treatment_theta = s.theta_t;
	e.control_stddev = sqrt(square_c);
	e.treatment_stddev = sqrt(square_t);
	if (equal_var)
		square_c = square_t = (rss_c + rss_t) / (df_c + df_t);

	if (theta != AB_THETA_NONE)
		vx = share_c * share_c * (c->sxx / (c->n - 1) / c->n) +
			share_t * share_t * (t->sxx / (t->n - 1) / t->n);
	/* with equal_var a common slope is each arm's own: K is 0 */
	if ((theta == AB_THETA_POOLED || AbThetaKnown(theta)) && !equal_var)
	{
		kc = share_c * ((c->sxy - s.theta_c * c->sxx) / (c->n - 1) / c->n);
		kt = share_t * ((t->sxy - s.theta_t * t->sxx) / (t->n - 1) / t->n);
	}

	lever_c = square_c * s.lever_c;
	lever_t = square_t * s.lever_t;
	part_c = square_c / c->n + lever_c;
	part_t = square_t / t->n + lever_t;
	center = gap * gap * vx;
	variance = part_c + part_t + center;

	e.effect.difference = pairs->y_difference;
	e.effect.control = c->y;
	e.treatment = t->y;
	if (theta != AB_THETA_NONE)
	{
		double		distance = pairs->x_difference;

		e.effect.difference -=
			(share_c * s.theta_t + share_t * s.theta_c) * distance;
		e.effect.control += s.theta_c * (share_t * distance);
		e.treatment -= s.theta_t * (share_c * distance);
	}
	e.control = e.effect.control;
	e.effect.std_error = sqrt(variance);
	e.effect.control_variance = square_c / c->n +
		2 * s.theta_c * kc + s.theta_c * s.theta_c * vx;
	e.effect.covariance = -square_c / c->n +
		s.theta_c * kt + (s.theta_t - 2 * s.theta_c) * kc + s.theta_c * gap * vx;
	if (theta == AB_THETA_PER_ARM)
	{
		e.effect.control_variance += lever_c;
		e.effect.covariance -= lever_c;
	}
	else if (theta == AB_THETA_POOLED)
	{
		/* an error of the common slope moves both means */
		e.effect.control_variance += share_t * share_t * (lever_c + lever_t);
		e.effect.covariance -= share_t * (lever_c + lever_t);
	}

	/* in shares of the sum, so that no square leaves the range */
	part_c /= variance;
	part_t /= variance;
	center /= variance;
	e.effect.df = 1 / ((equal_var ?
						(part_c + part_t) * (part_c + part_t) / (df_c + df_t) :
						part_c * part_c / df_c + part_t * part_t / df_t) +
					   center * center / (c->n + t->n - 1));
	return e;
}

/*
 * Variance of an arm's rows, or of all, about their means, and the same of the
 * product of outcome and residual, from sums of the arms: of the outcome if
 * theta is 0.
 */
static double
OutcomeSquare(const AbPair *c, const AbPair *t, double theta, bool equal_var)
{
	double		own = c->syy - theta * c->sxy;

	return equal_var ? (own + t->syy - theta * t->sxy) / (c->n + t->n - 2) :
		own / (c->n - 1);
}

/*
 * Let the lift take the covariate's overall mean as known as well as the slope,
 * as engines do that take both so: the adjusted means are then independent.
 * For a slope that is known.
 */
void
AbTakeMeanAsKnown(AbAdjusted *e, const AbPairs *pairs, bool equal_var)
{
	double		df_c = pairs->control.n - 1;
	double		df_t = pairs->treatment.n - 1;
	double		square_c = e->control_stddev * e->control_stddev;
	double		square_t = e->treatment_stddev * e->treatment_stddev;

	if (equal_var)
		square_c = (df_c * square_c + df_t * square_t) / (df_c + df_t);
	e->effect.control_variance = square_c / pairs->control.n;
	e->effect.covariance = -e->effect.control_variance;
}

/*
 * Let the lift be relative to the control's plain mean y_c.  With theta the
 * slope that the difference adjusts by,
 *
 *		cov(difference, y_c) = -cov(y_c - theta x_c, y_c).
 */
void
AbDivideByPlain(AbAdjusted *e, const AbPairs *pairs, bool equal_var)
{
	const AbPair *c = &pairs->control;
	const AbPair *t = &pairs->treatment;
	double		theta = (c->weight * e->treatment_theta +
						 t->weight * e->control_theta) /
		(c->weight + t->weight);

	e->effect.control = c->y;
	e->effect.control_variance = OutcomeSquare(c, t, 0, equal_var) / c->n;
	e->effect.covariance = -OutcomeSquare(c, t, theta, equal_var) / c->n;
}

/*
 * How the interval of the lift of that effect is made by that method.  Where
 * the arms are independent, without an adjustment or after AbTakeMeanAsKnown(),
 * on the logarithmic scale by their own relative variances.
 */
AbLift
AbAdjustedLift(const AbAdjusted *e, const AbPairs *pairs, AbTheta theta,
			   bool equal_var, AbLiftMethod method)
{
	AbLift		lift = AbMakeLift(&e->effect, method);
	double		df_c = pairs->control.n - 1;
	double		df_t = pairs->treatment.n - 1;
	AbSpread	control = {pairs->control.n, NAN};
	AbSpread	treatment = {pairs->treatment.n, NAN};

	if (method != AB_LIFT_LOG || e->effect.control != e->control ||
		!(theta == AB_THETA_NONE || AbThetaKnown(theta)))
		return lift;
	control.squares = df_c * e->control_stddev * e->control_stddev;
	treatment.squares = df_t * e->treatment_stddev * e->treatment_stddev;
	/* an arm of one row has no deviation */
	if (df_c == 0)
		control.squares = 0;
	if (df_t == 0)
		treatment.squares = 0;
	AbUseLogVariances(&lift, control, treatment, e->control, e->treatment,
					  equal_var);
	return lift;
}

/*
 * The share of the variance that an adjustment took away, from the standard
 * errors with and without it; negative where it added some, NaN if one is.
 */
double
AbVarianceSaved(double adjusted_error, double plain_error)
{
	double		ratio = adjusted_error / plain_error;

	return (1 - ratio) * (1 + ratio);
}

/*
 * Two-sided p-value of the covariate's difference between the arms, by a test
 * that errs towards silence when one of them is small: Welch's, with the
 * smaller arm's degrees of freedom.  NaN if an argument is, or if neither arm
 * varies.
 */
double
AbImbalanceP(const AbPairs *pairs)
{
	const AbPair *c = &pairs->control;
	const AbPair *t = &pairs->treatment;
	AbSpread	control = {c->n, c->sxx};
	AbSpread	treatment = {t->n, t->sxx};
	AbMeanVariances v = AbSeparateVariances(control, treatment);

	return AbPValue(pairs->x_difference / sqrt(v.control + v.treatment),
					(c->n < t->n ? c->n : t->n) - 1, AB_TWO_SIDED);
}
