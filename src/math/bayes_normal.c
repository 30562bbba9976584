/*
 * bayes_normal.c
 *	  The difference and the lift of two means, a posteriori.
 *
 * With estimates c and t of the means, of known variances v(c) and v(t), and a
 * flat prior on the control's mean:
 *
 * A normal prior on the difference gives a normal posterior of the difference
 * and of the control's mean together.
 *
 * A normal prior on the lift x = (treatment - control) / control gives, the
 * control's mean integrated out,
 *
 *	density of x ~ exp(-(x - m)^2 / (2 s^2)) exp(-q^2 / (2 w)) / sqrt(w),
 *	q = t - (1 + x) c,  w = v(t) + (1 + x)^2 v(c),
 *
 * which is integrated as it is.  (The delta method, a normal posterior of the
 * estimated lift, is another one wherever the control's mean is not precise.)
 * x counts from about the posterior mean, where the digits are.
 *
 * The difference d under that prior, given the control's mean y, is normal:
 * N(m y, s^2 y^2) times N(t - y, v(t)); and y has the density
 *
 *	exp(-(y - c)^2 / (2 v(c))) N(t; (1 + m) y, v(t) + s^2 y^2).
 *
 * With G(z) = phi(z) - z Q(z), the expectation of the positive part of
 * N(-z, 1), the expected loss of N(mu, sd^2) is sd G(mu / sd).
 *
 * References:
 *	A. Gelman and others, Bayesian Data Analysis, 3rd ed., 2013, sections 2.5
 *	and 5.4.
 *	D. V. Hinkley, On the Ratio of Two Correlated Normal Random Variables,
 *	Biometrika 56 (1969), 635-639.
 *	H. Raiffa, R. Schlaifer, Applied Statistical Decision Theory, 1961, section
 *	11.3 (the loss integral).
 */
#include "math/bayes_normal.h"

#include <math.h>

#include "math/density.h"
#include "math/distributions.h"

#define ROOT_OF_2_PI	2.5066282746310002

/* Beyond as many standard deviations a double shows nothing. */
#define FAR			40

/* Points at 1, 2, 4 .. widths from a centre that reach as far as needed. */
#define SPREAD_POINTS	60
#define CENTRES		3

/*
 * Panels for the difference are halved until that changes nothing, relative to
 * themselves or to the tail asked for; a tail has so many halvings at most.
 */
#define TOLERANCE	1e-14
#define NEGLIGIBLE	1e-17
#define MAX_HALVINGS	400
#define ROUNDING	1e-15

/*
 * Expectation of the positive part of a normal variable with mean -z and
 * deviation 1; z any number.
 *
 * phi(z) - z Q(z) cancels for large z: with Mills' ratio Q / phi = 1 / (z + u)
 * it is phi(z) u / (z + u), and u = 1 / (z + 2 / (z + 3 / (z + ...))).
 */
double
AbNormalLoss(double z)
{
	double		phi = exp(-z * z / 2) / ROOT_OF_2_PI;
	double		u = 0;

	if (isnan(z))
		return z;
	if (z <= 1)
		return isinf(z) ? INFINITY : phi - z * AbNormalUpperTail(z);
	if (phi == 0)
		return 0;
	for (int k = 20 + (int) (450 / (z * z)); k > 1; k--)
		u = k / (z + u);
	u = 1 / (z + u);
	return phi * (u / (z + u));
}

/*
 * P(low < Z < high) of a standard normal variable, from the smaller tails.
 */
double
AbNormalBetween(double low, double high)
{
	if (low > 0)
		return AbNormalUpperTail(low) - AbNormalUpperTail(high);
	if (high < 0)
		return AbNormalUpperTail(-high) - AbNormalUpperTail(-low);
	/* both halves about zero, of which neither cancels */
	return (erf(high * M_SQRT1_2) - erf(low * M_SQRT1_2)) / 2;
}

/*
 * Posterior of difference and control's mean under a prior on the difference.
 */
AbJointNormal
AbUpdateDifference(const AbNormalMeans *means, AbNormalPrior prior)
{
	double		data = means->control_variance + means->treatment_variance;
	double		share = means->control_variance / data;

	/* how much of the way from the estimate to the prior's mean it moves */
	double		shrink = isinf(prior.stddev) ? 0 :
		1 / (1 + prior.stddev * prior.stddev / data);
	double		moved = shrink == 0 ? 0 :
		shrink * (prior.mean - means->difference);
	AbJointNormal joint;

	joint.difference = means->difference + moved;
	joint.variance = data * (1 - shrink);
	if (shrink > 0.5)
		joint.variance = prior.stddev * prior.stddev * shrink;
	/* the control's mean goes along, the other way */
	joint.control = means->control - share * moved;
	joint.covariance = -share * joint.variance;
	joint.control_variance = share * means->treatment_variance +
		share * share * joint.variance;
	return joint;
}

/*
 * What is said of a normal difference: with intervals that leave out that
 * probability on either side, and the probability of less than half_width in
 * size, NaN if that is.
 */
AbEffectPosterior
AbDifferencePosterior(const AbJointNormal *joint, double tail,
					  double half_width)
{
	double		mu = joint->difference;
	double		sd = sqrt(joint->variance);
	double		z = AbNormalUpperQuantile(tail);
	AbEffectPosterior p;

	p.mean = mu;
	p.interval.low = mu - z * sd;
	p.interval.high = mu + z * sd;
	p.above = AbNormalUpperTail(-mu / sd);
	p.below = AbNormalUpperTail(mu / sd);
	p.gain = sd * AbNormalLoss(-mu / sd);
	p.drop = sd * AbNormalLoss(mu / sd);
	p.between = AbNormalBetween((-half_width - mu) / sd,
								(half_width - mu) / sd);
	return p;
}

/*
 * How many deviations the difference is above x times the control's mean.
 */
static double
AboveLine(const AbJointNormal *joint, double x)
{
	double		variance = joint->variance - 2 * x * joint->covariance +
		x * x * joint->control_variance;

	return (joint->difference - x * joint->control) / sqrt(variance);
}

/*
 * Probability that the lift is less than half_width in size, for a control's
 * mean whose sign is certain.
 */
double
AbLiftBetween(const AbJointNormal *joint, double half_width)
{
	double		x = joint->control < 0 ? -half_width : half_width;

	return AbNormalBetween(-AboveLine(joint, -x), -AboveLine(joint, x));
}

/* ----------------------------------------------------------------------
 * The prior on the lift
 * ----------------------------------------------------------------------
 */

typedef struct LiftCall
{
	const AbNormalMeans *means;
	AbNormalPrior prior;
	double		centre;			/* about the posterior mean of the lift */
	double		rest;			/* what it leaves of the difference */
	double		limit;			/* of the difference, where it is asked for */
	double		tail;			/* how much is to be beyond it */
	double		tolerance;		/* of the halves of a panel */
	int			halvings;		/* that are left */
} LiftCall;

/* Where a distribution is. */
typedef struct Location
{
	double		mean;
	double		stddev;
} Location;

/*
 * Log of the density at the lift centre + y.
 */
static double
LogLift(double y, const void *context)
{
	const LiftCall *call = (const LiftCall *) context;
	const AbNormalMeans *m = call->means;
	double		ratio = 1 + call->centre + y;
	double		w = m->treatment_variance + ratio * ratio * m->control_variance;
	double		q = call->rest - y * m->control;
	double		u = (call->centre - call->prior.mean + y) / call->prior.stddev;

	return -(q * q / w + u * u + log(w)) / 2;
}

/*
 * Log of the density of the control's mean, at e above its estimate.
 */
static double
LogControl(double e, const void *context)
{
	const LiftCall *call = (const LiftCall *) context;
	const AbNormalMeans *m = call->means;
	double		y = m->control + e;
	double		spread = call->prior.stddev * y;
	double		w = m->treatment_variance + spread * spread;

	/* t - (1 + m) y */
	double		q = m->difference - e - call->prior.mean * y;

	return -(e * e / m->control_variance + q * q / w + log(w)) / 2;
}

/*
 * How many deviations the difference is above the limit, given that mean.
 */
static double
AboveLimit(const LiftCall *call, double e)
{
	const AbNormalMeans *m = call->means;
	double		y = m->control + e;
	double		v = call->prior.stddev * y * call->prior.stddev * y;
	double		w = m->treatment_variance + v;

	/* both parts less the limit, which may be nearly all of them */
	double		above = ((call->prior.mean * y - call->limit) *
						 m->treatment_variance +
						 (m->difference - call->limit - e) * v) / w;

	return above / sqrt(v / w * m->treatment_variance);
}

/*
 * Centres and widths of what a density is made of, as points about each.
 */
static int
SpreadPoints(double *points, int count, double centre, double width, double reach)
{
	points[count++] = centre;
	for (int i = 0; i < SPREAD_POINTS / 2; i++)
	{
		double		step = fmin(ldexp(width, i), reach);

		points[count++] = centre - step;
		points[count++] = centre + step;
		if (step == reach)
			break;
	}
	return count;
}

/*
 * The integral over [low, high] of density times the probability that the
 * difference is above the limit, or else below, by the rule of 16 points.
 */
static double
SidePart(const AbDensity *density, const LiftCall *call, bool above, double low,
		 double high)
{
	double		half = (high - low) / 2;
	double		sum = 0;

	for (int i = 0; i < AB_LEGENDRE_POINTS; i++)
	{
		double		e = low + half * (1 + ab_legendre.x[i]);
		double		z = AboveLimit(call, e);

		sum += ab_legendre.weight[i] *
			exp(LogControl(e, call) - density->norm) *
			AbNormalUpperTail(above ? -z : z);
	}
	return sum * half;
}

/*
 * The same, halved until it does not change; whole is what the rule gives.
 */
static double
SideHalved(const AbDensity *density, LiftCall *call, bool above, double low,
		   double high, double whole)
{
	double		middle = low + (high - low) / 2;
	double		left = SidePart(density, call, above, low, middle);
	double		right = SidePart(density, call, above, middle, high);
	double		change = fabs(left + right - whole);

	if (!(change > call->tolerance * (left + right)) ||
		change < NEGLIGIBLE * call->tail || call->halvings-- <= 0)
		return left + right;
	return SideHalved(density, call, above, low, middle, left) +
		SideHalved(density, call, above, middle, high, right);
}

/*
 * P(difference > limit), or else <.
 */
static double
DifferenceTail(const AbDensity *density, LiftCall *call, bool above)
{
	const AbNormalMeans *m = call->means;
	double		narrowest = fmin(call->prior.stddev * fabs(m->control),
								 sqrt(m->treatment_variance));
	double		sum = 0;

	call->tolerance = TOLERANCE + ROUNDING * fabs(call->limit) / narrowest;
	call->halvings = MAX_HALVINGS;
	for (int i = 0; i < density->count; i++)
	{
		const AbDensityPanel *panel = &density->panels[i];

		if (panel->mass > NEGLIGIBLE * call->tail)
			sum += SideHalved(density, call, above, panel->low, panel->high,
							  SidePart(density, call, above, panel->low,
									   panel->high));
	}
	return sum;
}

/*
 * The difference beyond which that probability is, from its mean and standard
 * deviation: the root of its normal score, which is nearly straight, by the
 * secant (the Illinois method).
 */
static double
DifferenceQuantile(const AbDensity *density, LiftCall *call, double tail,
				   bool upper, double mean, double spread)
{
	double		side = upper ? 1 : -1;
	double		z = AbNormalUpperQuantile(tail);
	double		low = -INFINITY;	/* where more is beyond, side * difference */
	double		high = INFINITY;
	double		low_miss = 0;
	double		high_miss = 0;
	double		x = side * mean + z * spread;
	double		step = spread;
	int			kept = 0;		/* which end has stayed, and how often */

	call->tail = tail;
	for (int i = 0; i < 100; i++)
	{
		double		found;
		double		miss;
		double		next;

		density->work->poll();
		call->limit = side * x;
		found = DifferenceTail(density, call, upper);
		if (isnan(found))
			return NAN;
		miss = found > 0 ?
			AbNormalUpperQuantile(fmin(found, 1 - 1e-16)) - z : FAR;
		if (miss < 0)
		{
			low = x;
			low_miss = miss;
			kept = kept > 0 ? kept + 1 : 1;
			if (kept > 1)
				high_miss /= 2;
		}
		else
		{
			high = x;
			high_miss = miss;
			kept = kept < 0 ? kept - 1 : -1;
			if (kept < -1)
				low_miss /= 2;
		}
		if (miss == 0)
			break;
		if (isinf(low) || isinf(high))
		{
			/* as if it were straight, and further each time */
			next = x - 1.001 * miss * step;
			step *= 1.5;
		}
		else
			next = low - low_miss * (high - low) / (high_miss - low_miss);
		if (!isinf(low) && !isinf(high) && !(next > low && next < high))
			next = low + (high - low) / 2;
		if (fabs(next - x) <= 1e-15 * (fabs(x) + spread))
		{
			x = next;
			break;
		}
		x = next;
	}
	return side * x;
}

/*
 * What the lift's density says of the lift, of the difference, and of how far the
 * control's mean is above its estimate.
 */
static void
ReadLift(const AbDensity *density, const LiftCall *call, double tail,
		 double half_width, AbEffectPosterior *lift, Location *difference,
		 Location *control)
{
	const AbNormalMeans *m = call->means;
	double		zero = -call->centre;
	double		mean = 0;
	double		away = 0;		/* of the difference, from the centre's */
	double		squares = 0;
	double		moved = 0;		/* of the control's mean, from its estimate */
	double		moved_squares = 0;

	lift->above = lift->below = lift->gain = lift->drop = 0;
	for (int i = 0; i < density->count; i++)
	{
		const AbDensityPanel *panel = &density->panels[i];
		double		half = (panel->high - panel->low) / 2;
		double		expected = 0;

		for (int j = 0; j < AB_LEGENDRE_POINTS; j++)
		{
			double		y = AbDensityNode(panel, j);
			double		x = y - zero;
			double		ratio = 1 + x;
			double		w = m->treatment_variance +
				ratio * ratio * m->control_variance;
			double		weight = half * ab_legendre.weight[j] *
				panel->density[j];

			/* the control's mean, given the lift, from its estimate */
			double		e = ratio * m->control_variance / w *
				(call->rest - y * m->control);
			double		d = y * (m->control + e) + call->centre * e;
			double		variance = m->control_variance / w *
				m->treatment_variance;

			mean += weight * y;
			expected += weight * x;
			away += weight * d;
			squares += weight * (d * d + x * x * variance);
			moved += weight * e;
			moved_squares += weight * (e * e + variance);
		}
		/* zero is the end of a panel */
		if (panel->low >= zero)
		{
			lift->above += panel->mass;
			lift->gain += expected;
		}
		else
		{
			lift->below += panel->mass;
			lift->drop -= expected;
		}
	}
	difference->mean = call->centre * m->control + away;
	difference->stddev = sqrt(fmax(squares - away * away, 0));
	control->mean = moved;
	control->stddev = sqrt(fmax(moved_squares - moved * moved, 0));
	lift->mean = call->centre + mean;
	lift->above = fmin(lift->above, 1);
	lift->below = fmin(lift->below, 1);
	lift->interval.low = AbDensityQuantile(density, tail, false) - zero;
	lift->interval.high = AbDensityQuantile(density, tail, true) - zero;
	lift->between = isnan(half_width) ? NAN :
		AbDensityMass(density, zero - half_width, zero + half_width);
}

/*
 * What is said of the lift, and mean and interval of the difference, under a
 * prior on the lift of finite deviation > 0.  The control's estimate is not 0.
 * Returns false if that cannot be computed.
 */
bool
AbLiftPosterior(const AbNormalMeans *means, AbNormalPrior prior, double tail,
				double half_width, AbEffectPosterior *lift,
				AbEffectPosterior *difference, const AbWork *work)
{
	LiftCall	call = {.means = means, .prior = prior};
	double		points[(CENTRES + 1) * (SPREAD_POINTS + 1) + 3];
	int			count = 0;
	double		c = means->control;
	double		spread;
	double		reach;
	double		estimate = means->difference / c;
	Location	where;
	Location	control;
	AbDensity	density;

	spread = sqrt(means->treatment_variance +
				  (1 + estimate) * (1 + estimate) * means->control_variance) / fabs(c);
	reach = FAR * prior.stddev;
	call.centre = estimate + (prior.mean - estimate) /
		(1 + prior.stddev / spread * (prior.stddev / spread));
	call.rest = fma(-call.centre, c, means->difference);

	count = SpreadPoints(points, count, prior.mean - call.centre, prior.stddev,
						 reach);
	count = SpreadPoints(points, count, estimate - call.centre, spread,
						 fmax(FAR * fmin(spread, prior.stddev),
							  fabs(prior.mean - estimate)));
	/* w bends where the ratio is about zero */
	count = SpreadPoints(points, count, -1 - call.centre,
						 sqrt(means->treatment_variance /
							  means->control_variance), fmax(reach, spread));
	points[count++] = -call.centre;
	if (!isnan(half_width))
	{
		points[count++] = -call.centre - half_width;
		points[count++] = -call.centre + half_width;
	}
	if (!AbMakeDensity(&density, LogLift, &call, points, count, work))
		return false;
	ReadLift(&density, &call, tail, half_width, lift, &where, &control);
	AbFreeDensity(&density);

	/* the difference, over the control's mean, wherever that has moved to */
	spread = fmax(control.stddev, fabs(control.mean) * 1e-12);
	count = SpreadPoints(points, 0, control.mean, spread,
						 FAR * spread + fabs(control.mean));
	count = SpreadPoints(points, count, 0, sqrt(means->control_variance),
						 FAR * sqrt(means->control_variance));
	if (!AbMakeDensity(&density, LogControl, &call, points, count, work))
		return false;
	difference->mean = where.mean;
	difference->interval.low = DifferenceQuantile(&density, &call, tail, false,
												  where.mean, where.stddev);
	difference->interval.high = DifferenceQuantile(&density, &call, tail, true,
												   where.mean, where.stddev);
	AbFreeDensity(&density);
	return true;
}
