/*
 * posterior_arms.c
 *	  Which of several posteriors is the best one.
 *
 * With f the density, F the probability of less and S that of more,
 *
 *	P(i is best) = integral f(i) prod F(j), over the others j,
 *	P(i is second) = integral f(i) sum S(j) prod F(l), l neither i nor j,
 *	loss of i = integral F(i) (1 - prod F(j)) d(value),
 *
 * and F and S exchanged where lower is better.  All terms are positive, and what
 * is small is summed up as such: F from the left, S from the right, and 1 minus
 * a product as the sum that it is.  What the others make together comes from
 * those before i and those behind i, never from all less i.  So the answers
 * keep their digits however small they are, which differences of tails and
 * simulated draws do not.
 *
 * References:
 *	E. Miller, Formulas for Bayesian A/B Testing, 2015 (two arms).
 *	D. Russo, Simple Bayesian Algorithms for Best-Arm Identification, Operations
 *	Research 68 (2020), 1625-1647 (first and second).
 */
#include "math/posterior_arms.h"

#include <math.h>
#include <string.h>

#include "math/legendre.h"

/*
 * How far out to look at first, and the probability that this is enough for: all
 * that is left out is exp(-80), 2e-35.
 */
#define USUAL_DEPTH		80
#define USUAL_SMALLEST	1e-19

/* One arm on the scale that all share. */
typedef struct Arm
{
	const AbPosterior *posterior;
	double		offset;			/* of its mode */
	AbEdges		edges;			/* on the shared scale */
	int			panel;			/* in which the walk over the panels is */
	double		total;			/* integral of the density */
} Arm;

/*
 * Of a set of arms at one point: the probability that all are less, that not
 * all are, that all but one are.
 */
typedef struct Others
{
	double		all;
	double		not_all;
	double		all_but_one;
} Others;

/* Values at the nodes of a panel. */
typedef struct NodeValues
{
	double		density[AB_LEGENDRE_POINTS];
	double		less[AB_LEGENDRE_POINTS];
	double		more[AB_LEGENDRE_POINTS];
} NodeValues;

typedef struct Comparison
{
	const AbWork *work;
	const AbPosterior *reference;	/* from whose mode points count */
	Arm		   *arms;
	int			count;
	bool		lower;
	AbEdges		edges;			/* panels for all arms */
	double	   *masses;			/* of each panel and arm */
	AbLegendreThrough matrix;
} Comparison;

/*
 * Place the arms on the scale of the narrowest, which has no digit to lose.
 */
static void
PlaceArms(Comparison *c, const AbPosterior *arms, double depth)
{
	c->reference = &arms[0];
	for (int i = 1; i < c->count; i++)
		if (AbPosteriorSpread(&arms[i]) < AbPosteriorSpread(c->reference))
			c->reference = &arms[i];
	for (int i = 0; i < c->count; i++)
	{
		Arm		   *arm = &c->arms[i];

		memset(arm, 0, sizeof(Arm));
		arm->posterior = &arms[i];
		arm->offset = AbPosteriorOffset(&arms[i], c->reference);
		arm->edges = AbPosteriorEdges(&arms[i], depth, c->work);
		for (int j = 0; j < arm->edges.count; j++)
			arm->edges.at[j] += arm->offset;
		c->work->poll();
	}
}

static double
EndOf(const AbEdges *edges)
{
	return edges->at[edges->count - 1];
}

/*
 * Where a panel that starts there ends: not wider than any arm's own, and with
 * several arms narrower, as their product is.
 */
static double
NextEdge(Comparison *c, double here)
{
	double		narrowest = INFINITY;
	double		curvature = 0;
	double		stop = INFINITY;	/* where the next arm begins */

	for (int i = 0; i < c->count; i++)
	{
		Arm		   *arm = &c->arms[i];
		const AbEdges *edges = &arm->edges;
		double		width;

		if (here < edges->at[0])
		{
			stop = fmin(stop, edges->at[0]);
			continue;
		}
		while (arm->panel + 1 < edges->count && edges->at[arm->panel + 1] <= here)
			arm->panel++;
		if (arm->panel + 1 == edges->count)
			continue;
		width = edges->at[arm->panel + 1] - edges->at[arm->panel];
		if (arm->panel + 2 < edges->count)
			width = fmin(width, edges->at[arm->panel + 2] -
						 edges->at[arm->panel + 1]);
		narrowest = fmin(narrowest, width);
		curvature += 1 / (width * width);
	}
	return fmin(stop, here + fmin(narrowest, sqrt(2 / curvature)));
}

/*
 * The panels on which all arms are integrated.
 */
static void
ShareEdges(Comparison *c)
{
	double		first = INFINITY;
	double		last = -INFINITY;
	int			room = 1024;
	double	   *at = (double *) c->work->allocate(room * sizeof(double));

	for (int i = 0; i < c->count; i++)
	{
		first = fmin(first, c->arms[i].edges.at[0]);
		last = fmax(last, EndOf(&c->arms[i].edges));
	}
	c->edges.count = 0;
	for (double here = first;;)
	{
		double		next;

		if (c->edges.count == room)
		{
			double	   *more = (double *)
				c->work->allocate(2 * room * sizeof(double));

			memcpy(more, at, room * sizeof(double));
			c->work->release(at);
			at = more;
			room *= 2;
		}
		at[c->edges.count++] = here;
		if (here >= last)
			break;
		next = NextEdge(c, here);
		here = next > here ? next : nextafter(here, INFINITY);
		c->work->poll();
	}
	c->edges.at = at;
}

/*
 * Density of an arm at the nodes of a panel, its maximum 1, and its integral.
 */
static double
FillDensity(const Comparison *c, const Arm *arm, int panel, double *density)
{
	double		low = c->edges.at[panel];
	double		half = (c->edges.at[panel + 1] - low) / 2;
	double		sum = 0;

	if (low + 2 * half <= arm->edges.at[0] || low >= EndOf(&arm->edges))
	{
		memset(density, 0, AB_LEGENDRE_POINTS * sizeof(double));
		return 0;
	}
	for (int i = 0; i < AB_LEGENDRE_POINTS; i++)
	{
		double		h = low - arm->offset + half * (1 + ab_legendre.x[i]);

		density[i] = exp(AbPosteriorLog(arm->posterior, h));
		sum += ab_legendre.weight[i] * density[i];
	}
	return sum * half;
}

/*
 * One more arm in a set.
 */
static Others
AddArm(Others set, double less, double more)
{
	Others		result;

	result.all = set.all * less;
	result.not_all = set.not_all + set.all * more;
	result.all_but_one = set.all_but_one * less + set.all * more;
	return result;
}

static Others
Together(Others a, Others b)
{
	Others		result;

	result.all = a.all * b.all;
	result.not_all = a.not_all + a.all * b.not_all;
	result.all_but_one = a.all_but_one * b.all + a.all * b.all_but_one;
	return result;
}

/*
 * Add what the i-th node of a panel contributes, with that weight.
 */
static void
AddNode(const Comparison *c, const NodeValues *values, int i, double weight,
		double slope, Others *behind, AbArmOdds *odds)
{
	static const Others none = {1, 0, 0};
	Others		before = none;

	behind[c->count] = none;
	for (int k = c->count - 1; k > 0; k--)
		behind[k] = AddArm(behind[k + 1], values[k].less[i], values[k].more[i]);
	for (int k = 0; k < c->count; k++)
	{
		const NodeValues *arm = &values[k];
		Others		others = Together(before, behind[k + 1]);
		double		density = weight * arm->density[i];

		odds[k].best += density * others.all;
		odds[k].second += density * others.all_but_one;
		odds[k].loss += weight * slope * arm->less[i] * others.not_all;
		before = AddArm(before, arm->less[i], arm->more[i]);
	}
}

/*
 * What of each arm is less than the nodes of a panel and what is more, given
 * what is less than its start, which becomes that of its end, and more than its
 * end.  Where lower is better the two are exchanged.
 */
static void
FillValues(const Comparison *c, int panel, double *less, const double *more,
		   NodeValues *values)
{
	double		half = (c->edges.at[panel + 1] - c->edges.at[panel]) / 2;

	for (int k = 0; k < c->count; k++)
	{
		const Arm  *arm = &c->arms[k];
		NodeValues *v = &values[k];
		double		mass = FillDensity(c, arm, panel, v->density);

		if (mass == 0)
		{
			for (int i = 0; i < AB_LEGENDRE_POINTS; i++)
			{
				v->less[i] = less[k];
				v->more[i] = more[k];
			}
		}
		else
			for (int i = 0; i < AB_LEGENDRE_POINTS; i++)
			{
				const double *left = c->matrix.through[i];

				/* by symmetry, what is to the right of the node */
				const double *right = c->matrix.through[AB_LEGENDRE_POINTS - 1 - i];
				double		below = 0;
				double		above = 0;

				for (int j = 0; j < AB_LEGENDRE_POINTS; j++)
				{
					below += left[j] * v->density[j];
					above += right[AB_LEGENDRE_POINTS - 1 - j] * v->density[j];
				}
				v->less[i] = less[k] + fmax(below, 0) * half;
				v->more[i] = more[k] + fmax(above, 0) * half;
			}
		for (int i = 0; i < AB_LEGENDRE_POINTS; i++)
		{
			double		below = v->less[i] / arm->total;
			double		above = v->more[i] / arm->total;

			v->density[i] /= arm->total;
			v->less[i] = c->lower ? above : below;
			v->more[i] = c->lower ? below : above;
		}
		less[k] += mass;
	}
}

/*
 * The integrals, over all panels.
 */
static void
Integrate(Comparison *c, AbArmOdds *odds)
{
	int			panels = c->edges.count - 1;
	size_t		row = c->count;
	const AbWork *work = c->work;
	double	   *less = (double *) work->allocate(row * sizeof(double));
	NodeValues *values = (NodeValues *) work->allocate(row * sizeof(NodeValues));
	Others	   *behind = (Others *) work->allocate((row + 1) * sizeof(Others));

	/* masses become what is more than the end of the panel */
	memset(less, 0, row * sizeof(double));
	for (int p = panels - 1; p >= 0; p--)
		for (int k = 0; k < c->count; k++)
		{
			double		mass = c->masses[p * row + k];

			c->masses[p * row + k] = c->arms[k].total;
			c->arms[k].total += mass;
		}
	for (int p = 0; p < panels; p++)
	{
		double		half = (c->edges.at[p + 1] - c->edges.at[p]) / 2;

		work->poll();
		FillValues(c, p, less, &c->masses[p * row], values);
		for (int i = 0; i < AB_LEGENDRE_POINTS; i++)
		{
			double		h = c->edges.at[p] + half * (1 + ab_legendre.x[i]);

			AddNode(c, values, i, half * ab_legendre.weight[i],
					AbPosteriorSlope(c->reference, h), behind, odds);
		}
	}
	work->release(less);
	work->release(values);
	work->release(behind);
}

/*
 * The comparison with panels of that depth.
 */
static void
Compare(const AbPosterior *arms, int count, bool lower, double depth,
		AbArmOdds *odds, const AbWork *work)
{
	Comparison	c = {.work = work, .count = count, .lower = lower};
	double		density[AB_LEGENDRE_POINTS];

	memset(odds, 0, count * sizeof(AbArmOdds));
	c.arms = (Arm *) work->allocate(count * sizeof(Arm));
	AbFillLegendreThrough(&c.matrix);
	PlaceArms(&c, arms, depth);
	ShareEdges(&c);

	c.masses = (double *)
		work->allocate((c.edges.count - 1) * (size_t) count * sizeof(double));
	for (int p = 0; p + 1 < c.edges.count; p++)
	{
		work->poll();
		for (int k = 0; k < count; k++)
			c.masses[p * (size_t) count + k] =
				FillDensity(&c, &c.arms[k], p, density);
	}
	Integrate(&c, odds);

	work->release(c.masses);
	work->release(c.edges.at);
	for (int k = 0; k < count; k++)
		work->release(c.arms[k].edges.at);
	work->release(c.arms);
}

/*
 * Compare count >= 1 posteriors of one model.  Where lower is better the best
 * is the lowest.  The time grows with the square of the count, faster where the
 * spreads are very different.
 */
void
AbPosteriorArms(const AbPosterior *arms, int count, bool lower, AbArmOdds *odds,
				const AbWork *work)
{
	double		smallest = 1;

	Compare(arms, count, lower, USUAL_DEPTH, odds, work);
	for (int k = 0; k < count; k++)
		smallest = fmin(smallest, odds[k].best);
	if (!(smallest > USUAL_SMALLEST))
		Compare(arms, count, lower, AB_FULL_DEPTH, odds, work);
}
