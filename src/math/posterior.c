/*
 * posterior.c
 *	  Posterior distributions of means, rates and counts per exposure.
 *
 * With the prior Beta(alpha, beta) a rate of which s of n were successes has
 * the posterior Beta(alpha + s, beta + n - s); with Gamma(alpha, beta) a rate
 * of s events in the exposure e has Gamma(alpha + s, beta + e).  A mean has the
 * normal posterior of a flat prior.
 *
 * On the scale of log odds the density of Beta(a, b) is, h from the mode,
 *
 *	ln f = a h - (a + b) log1p(m expm1(h)),  m = a / (a + b),
 *
 * and of Gamma(a, b) on the scale of logs a h - a expm1(h), up to constants.
 * Near the mode both are of the order h^2 with terms of the order h, which
 * cancel: there they are computed from expm1(h) - h and y - log1p(y), which
 * have series of their own.
 *
 * Reference: A. Gelman and others, Bayesian Data Analysis, 3rd ed., 2013,
 * chapter 2.
 */
#include "math/posterior.h"

#include <math.h>
#include <string.h>

#include "math/distributions.h"
#include "math/legendre.h"

/* Within this distance from the mode the terms of ln f would cancel. */
#define NEAR_MODE	0.7

/* Beyond, exp() of it is about to leave the range of double. */
#define FAR			700

/*
 * A panel ends where the density has fallen by this factor, on the log scale,
 * is at most MAX_SPREADS spreads wide, and at most GROWTH times as wide as the
 * one before it.
 */
#define PANEL_FALL	7
#define MAX_SPREADS	8
#define GROWTH		1.6

/*
 * At log odds of +- i pi beta densities have singularities, so panels nearby
 * are at most this wide.
 */
#define CORNER		3

/*
 * expm1(h) - h for |h| < NEAR_MODE, by its series.
 */
static double
ExpExcess(double h)
{
	double		sum = 1;

	for (int i = 18; i > 2; i--)
		sum = 1 + sum * h / i;
	return h * h / 2 * sum;
}

/*
 * y - log1p(y), y > -1, without cancellation near 0: with s = y / (2 + y),
 * log1p(y) is 2 (s + s^3 / 3 + ...).
 */
static double
LogDeficit(double y)
{
	double		s = y / (2 + y);
	double		square = s * s;
	double		sum = 0;

	if (fabs(y) > 0.3)
		return y - log1p(y);
	for (int i = 27; i > 1; i -= 2)
		sum = square * sum + 1.0 / i;
	return s * (y - 2 * square * sum);
}

/*
 * a d - b c, which keeps its digits where the two are nearly equal (Kahan).
 */
static double
Cross(double a, double b, double c, double d)
{
	double		product = b * c;
	double		lost = fma(-b, c, product);

	return fma(a, d, -product) + lost;
}

/*
 * Posterior mean; that of a normal one is relative as its a is.
 */
double
AbPosteriorMean(const AbPosterior *p)
{
	switch (p->model)
	{
		case AB_MODEL_BINOMIAL:
			return p->a / (p->a + p->b);
		case AB_MODEL_POISSON:
			return p->a / p->b;
		default:
			return p->a;
	}
}

/*
 * ln f of a beta density whose mode is at most 1/2.
 */
static double
LogBeta(double a, double b, double h)
{
	double		m = a / (a + b);

	if (fabs(h) < NEAR_MODE)
	{
		/* y = m expm1(h), and (a + b) y = a expm1(h) */
		double		excess = ExpExcess(h);

		return (a + b) * LogDeficit(m * (excess + h)) - a * excess;
	}
	if (h > FAR)
		return -b * h - (a + b) * log(m);
	return a * h - (a + b) * log1p(m * expm1(h));
}

/*
 * Log of the density at a point relative to the mode, from its value there.
 * Its relative error is a few units of the last digit.
 */
double
AbPosteriorLog(const AbPosterior *p, double h)
{
	double		z;

	switch (p->model)
	{
		case AB_MODEL_BINOMIAL:
			return p->a <= p->b ? LogBeta(p->a, p->b, h) :
				LogBeta(p->b, p->a, -h);
		case AB_MODEL_POISSON:
			if (fabs(h) < NEAR_MODE)
				return -p->a * ExpExcess(h);
			return h > FAR ? -INFINITY : p->a * (h - expm1(h));
		default:
			z = h / p->b;
			return -z * z / 2;
	}
}

/*
 * About the standard deviation, on the scale of the density; of very skewed
 * ones the root of the inverse curvature at the mode.
 */
double
AbPosteriorSpread(const AbPosterior *p)
{
	switch (p->model)
	{
		case AB_MODEL_BINOMIAL:
			return sqrt(1 / p->a + 1 / p->b);
		case AB_MODEL_POISSON:
			return sqrt(1 / p->a);
		default:
			return p->b;
	}
}

/*
 * The mode of a posterior relative to that of another one of its model.
 */
double
AbPosteriorOffset(const AbPosterior *p, const AbPosterior *from)
{
	double		excess;

	if (p->model == AB_MODEL_NORMAL)
		return p->a - from->a;
	/* of the ratio of the two odds over 1 */
	excess = Cross(p->a, p->b, from->a, from->b) / from->a / p->b;
	return fabs(excess) < 0.5 ? log1p(excess) :
		log(p->a / p->b) - log(from->a / from->b);
}

/*
 * The mean of a posterior less that of another one of its model, with the
 * digits that the two have in common.
 */
double
AbPosteriorDifference(const AbPosterior *p, const AbPosterior *from)
{
	double		cross;

	if (p->model == AB_MODEL_NORMAL)
		return p->a - from->a;
	/* a / (a + b) or a / b: the cross product is the same */
	cross = Cross(p->a, p->b, from->a, from->b);
	return p->model == AB_MODEL_BINOMIAL ?
		cross / (p->a + p->b) / (from->a + from->b) : cross / p->b / from->b;
}

/*
 * The mean, rate or rate per exposure at a point relative to the mode.
 */
double
AbPosteriorValue(const AbPosterior *p, double h)
{
	switch (p->model)
	{
		case AB_MODEL_BINOMIAL:
			return 1 / (1 + p->b / p->a * exp(-h));
		case AB_MODEL_POISSON:
			return p->a / p->b * exp(h);
		default:
			return p->a + h;
	}
}

/*
 * How fast that value grows with the point.
 */
double
AbPosteriorSlope(const AbPosterior *p, double h)
{
	switch (p->model)
	{
		case AB_MODEL_BINOMIAL:
			return AbPosteriorValue(p, h) / (1 + p->a / p->b * exp(h));
		case AB_MODEL_POISSON:
			return AbPosteriorValue(p, h);
		default:
			return 1;
	}
}

/*
 * How far to go from a point on that side (1 or -1) without a panel that is too
 * wide; `before` is the width of the last one.
 */
static double
PanelWidth(const AbPosterior *p, double h, int side, double before)
{
	double		width = fmin(GROWTH * before, MAX_SPREADS * AbPosteriorSpread(p));
	double		here = AbPosteriorLog(p, h);

	if (p->model == AB_MODEL_BINOMIAL)
		width = fmin(width, fmax(CORNER, fabs(h + log(p->a / p->b)) / 2));
	while (AbPosteriorLog(p, h + side * width) < here - PANEL_FALL)
		width *= 0.8;
	return width;
}

/*
 * Count the panels on one side of the mode until the density has fallen by
 * exp(-depth), and write down where they end, unless `at` is NULL.
 */
static int
WalkPanels(const AbPosterior *p, int side, double depth, double *at)
{
	double		h = 0;
	double		width = AbPosteriorSpread(p) / GROWTH;
	int			count = 0;

	while (AbPosteriorLog(p, h) > -depth)
	{
		width = PanelWidth(p, h, side, width);
		h += side * width;
		if (at != NULL)
			at[count] = h;
		count++;
	}
	return count;
}

/*
 * Panels from where the density is exp(-depth) of its maximum to where it is so
 * again, relative to the mode, which is an end of two.
 */
AbEdges
AbPosteriorEdges(const AbPosterior *p, double depth, const AbWork *work)
{
	int			below = WalkPanels(p, -1, depth, NULL);
	int			above = WalkPanels(p, 1, depth, NULL);
	AbEdges		edges;

	edges.count = below + 1 + above;
	edges.at = (double *) work->allocate(edges.count * sizeof(double));
	WalkPanels(p, -1, depth, edges.at);
	for (int i = 0; i < below / 2; i++)
	{
		double		other = edges.at[below - 1 - i];

		edges.at[below - 1 - i] = edges.at[i];
		edges.at[i] = other;
	}
	edges.at[below] = 0;
	WalkPanels(p, 1, depth, edges.at + below + 1);
	return edges;
}

/*
 * Integral of the density, of which the maximum is 1, over a panel or a part of
 * one.
 */
double
AbPosteriorMass(const AbPosterior *p, double low, double high)
{
	double		half = (high - low) / 2;
	double		middle = low + half;
	double		sum = 0;

	for (int i = 0; i < AB_LEGENDRE_POINTS; i++)
		sum += ab_legendre.weight[i] *
			exp(AbPosteriorLog(p, middle + half * ab_legendre.x[i]));
	return sum * half;
}

/*
 * The point beyond which, on that side, the mass is that.
 */
static double
FindTail(const AbPosterior *p, const AbEdges *edges, int side, double mass)
{
	int			i = side > 0 ? edges->count - 1 : 0;
	double		outer = edges->at[i];
	double		inner;
	double		beyond = 0;
	double		h;

	/* the panel in which it is */
	for (;;)
	{
		double		panel;

		i -= side;
		inner = edges->at[i];
		panel = fabs(AbPosteriorMass(p, inner, outer));
		if (beyond + panel >= mass ||
			i == (side > 0 ? 0 : edges->count - 1))
			break;
		beyond += panel;
		outer = inner;
	}

	/* Newton's method for the log of the mass, kept inside the panel */
	h = (inner + outer) / 2;
	for (int step = 0; step < 100; step++)
	{
		double		found = beyond + fabs(AbPosteriorMass(p, h, outer));
		double		next = h + side * log(found / mass) * found /
			exp(AbPosteriorLog(p, h));

		if (found > mass)
			inner = h;
		else
		{
			outer = h;
			beyond = found;
		}
		if (!((next - inner) * side >= 0 && (outer - next) * side >= 0))
			next = (inner + outer) / 2;
		if (fabs(next - h) <= 1e-15 * fabs(h) || next == h)
			return next;
		h = next;
	}
	return h;
}

/*
 * The interval that leaves out that probability, 0 < tail < 1/2, on either
 * side.
 */
AbInterval
AbPosteriorInterval(const AbPosterior *p, double tail, const AbWork *work)
{
	AbInterval	interval;
	AbEdges		edges;
	double		total = 0;

	if (p->model == AB_MODEL_NORMAL)
	{
		double		z = AbNormalUpperQuantile(tail);

		interval.low = p->a - z * p->b;
		interval.high = p->a + z * p->b;
		return interval;
	}
	/* what is left out is exp(-45) of the tail */
	edges = AbPosteriorEdges(p, fmin(45 - log(tail), AB_FULL_DEPTH), work);
	for (int i = 1; i < edges.count; i++)
		total += AbPosteriorMass(p, edges.at[i - 1], edges.at[i]);
	interval.low = AbPosteriorValue(p, FindTail(p, &edges, -1, tail * total));
	interval.high = AbPosteriorValue(p, FindTail(p, &edges, 1, tail * total));
	work->release(edges.at);
	return interval;
}
