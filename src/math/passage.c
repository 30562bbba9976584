/*
 * passage.c
 *	  At which look a statistic first leaves its bounds.
 *
 * Of the paths of B that have stayed within the bounds so far, the density at
 * the present look follows from the one at the look before,
 *
 *		g(k)(b) = integral g(k-1)(a) phi((b - a - drift dI) / sqrt(dI)) da
 *				  / sqrt(dI),	dI = I(k) - I(k-1),
 *
 * over the a within the bounds at look k - 1; the paths that leave at look k
 * are a tail of it.  So the integral is a sum over nodes, kept with their
 * masses: panels of 16 Gauss-Legendre points, at most so wide, in units of Z,
 * that neither the kernel that made the density nor the one that is going to
 * be multiplied with it varies much within one.  Halving them moves no bound
 * by more than 1e-14.  All terms are positive and every tail is a sum of erfc,
 * so that probabilities keep their relative accuracy down to about 1e-300.
 *
 * References:
 *	P. Armitage, C. K. McPherson, B. C. Rowe, Repeated Significance Tests on
 *	Accumulating Data, J. Royal Statistical Society A 132 (1969), 235-244.
 *	C. Jennison, B. W. Turnbull, Group Sequential Methods with Applications to
 *	Clinical Trials, Chapman & Hall 2000, chapter 19.
 */
#include "math/passage.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "math/distributions.h"
#include "math/legendre.h"

/* Widest panel, in Z and in standard deviations of a kernel. */
#define WIDEST		2.0
#define KERNEL_SDS	5.0

/* Beyond this many standard deviations a normal tail is below any double. */
#define FARTHEST	38.6

/*
 * Where a side has no bound its paths are followed that far, to 1e-33: what is
 * beyond matters to nothing on the other side.
 */
#define UNBOUNDED	12.0

/* Bounds are not looked for that make smaller probabilities. */
#define LEAST_PROBABILITY	1e-305

/* Share of a sum that may be left out. */
#define NEGLIGIBLE	1e-17

/* A tail is summed in pieces of so many nodes, between polls. */
#define PIECE		4096

/* Paths at a look, of which some are left: a quadrature in B. */
typedef struct Nodes
{
	int			count;
	double	   *position;		/* B, ascending */
	double	   *mass;
	double	   *largest_below;	/* mass from the first to this node */
	double	   *largest_above;	/* from this one to the last */
} Nodes;

struct AbPassage
{
	const AbWork *work;
	double		drift;
	double		information;	/* of the present look */
	bool		stops;			/* do paths stop at it, outside these bounds? */
	double		low;			/* in Z */
	double		high;
	double		origin;			/* information of the look whose nodes are
								 * these, 0 for the start */
	Nodes		nodes;
};

/*
 * Use those nodes in place of the ones that there are.
 */
static void
ReplaceNodes(AbPassage *passage, Nodes nodes)
{
	passage->work->release(passage->nodes.position);
	passage->nodes = nodes;
}

/*
 * Memory for count nodes, at least one.
 */
static Nodes
AllocateNodes(const AbWork *work, int count)
{
	Nodes		nodes;
	size_t		room = count > 0 ? count : 1;

	nodes.count = count;
	nodes.position = (double *) work->allocate(4 * room * sizeof(double));
	nodes.mass = nodes.position + room;
	nodes.largest_below = nodes.mass + room;
	nodes.largest_above = nodes.largest_below + room;
	return nodes;
}

/*
 * Fill in the largest masses.
 */
static void
FindLargest(Nodes *nodes)
{
	double		largest = 0;

	for (int i = 0; i < nodes->count; i++)
		nodes->largest_below[i] = largest = fmax(largest, nodes->mass[i]);
	largest = 0;
	for (int i = nodes->count - 1; i >= 0; i--)
		nodes->largest_above[i] = largest = fmax(largest, nodes->mass[i]);
}

/*
 * Before the first look: one path, B(0) = 0.  The drift is finite.  The caller
 * gives it to AbFreePassage() in the end.
 */
AbPassage *
AbMakePassage(double drift, const AbWork *work)
{
	AbPassage  *passage = (AbPassage *) work->allocate(sizeof(AbPassage));

	memset(passage, 0, sizeof(AbPassage));
	passage->work = work;
	passage->drift = drift;
	passage->nodes = AllocateNodes(work, 1);
	passage->nodes.position[0] = 0;
	passage->nodes.mass[0] = 1;
	FindLargest(&passage->nodes);
	return passage;
}

/*
 * Release it and all its memory.
 */
void
AbFreePassage(AbPassage *passage)
{
	passage->work->release(passage->nodes.position);
	passage->work->release(passage);
}

/*
 * The density of B at the present look, times sqrt(2 pi dI): the sum from the
 * nearest node outwards until all that is left cannot matter.  b may be taken
 * in ascending order, and then *nearest, which begins as 0, moves with it.
 */
static double
DensitySum(const AbPassage *passage, double b, double scale, int *nearest)
{
	const Nodes *nodes = &passage->nodes;
	double		sum = 0;
	int			middle = *nearest;

	while (middle < nodes->count && nodes->position[middle] < b)
		middle++;
	*nearest = middle;
	for (int i = middle; i < nodes->count; i++)
	{
		double		x = (b - nodes->position[i]) * scale;
		double		kernel = exp(-x * x / 2);

		sum += nodes->mass[i] * kernel;
		if (nodes->largest_above[i] * kernel * nodes->count <=
			NEGLIGIBLE * sum)
			break;
	}
	for (int i = middle - 1; i >= 0; i--)
	{
		double		x = (b - nodes->position[i]) * scale;
		double		kernel = exp(-x * x / 2);

		sum += nodes->mass[i] * kernel;
		if (nodes->largest_below[i] * kernel * nodes->count <=
			NEGLIGIBLE * sum)
			break;
	}
	return sum;
}

/*
 * Make the nodes of the present look, between its bounds, which are going to be
 * used for a look at `next` information.
 */
static void
MakeNodes(AbPassage *passage, double next)
{
	double		information = passage->information;
	double		root = sqrt(information);
	double		gained = information - passage->origin;
	double		scale = 1 / sqrt(gained);
	double		centre = passage->drift * root;
	double		low = passage->low;
	double		high = passage->high;
	double		width = fmin(WIDEST, KERNEL_SDS *
							 sqrt(fmin(gained, next - information)) / root);
	int			panels;
	int			nearest = 0;
	Nodes		nodes;

	low = low == -INFINITY ? fmin(centre, high) - UNBOUNDED :
		fmax(low, centre - FARTHEST);
	high = high == INFINITY ? fmax(centre, passage->low) + UNBOUNDED :
		fmin(high, centre + FARTHEST);
	panels = high > low ? (int) ceil((high - low) / width) : 0;
	width = panels > 0 ? (high - low) / panels : 0;
	nodes = AllocateNodes(passage->work, panels * AB_LEGENDRE_POINTS);
	for (int panel = 0; panel < panels; panel++)
	{
		double		middle = low + (panel + 0.5) * width;

		passage->work->poll();
		for (int j = 0; j < AB_LEGENDRE_POINTS; j++)
		{
			double		b = (middle + ab_legendre.x[j] * width / 2) * root;
			int			i = panel * AB_LEGENDRE_POINTS + j;

			nodes.position[i] = b;
			nodes.mass[i] = ab_legendre.weight[j] * width / 2 * root * scale *
				DensitySum(passage, b - passage->drift * gained, scale,
						   &nearest) / sqrt(2 * M_PI);
		}
	}
	FindLargest(&nodes);
	ReplaceNodes(passage, nodes);
	passage->origin = information;
}

/*
 * Go on to a look at that information, which is more than at the one before by
 * AB_LEAST_STEP of that at least.
 */
void
AbPassageLook(AbPassage *passage, double information)
{
	/* a look at which no path stops is as if it had not been */
	if (passage->stops)
		MakeNodes(passage, information);
	passage->information = information;
	passage->stops = false;
}

/*
 * Probability that a path has not stopped before the present look and has
 * sign Z >= sign z there.
 */
static double
Tail(const AbPassage *passage, double z, int sign)
{
	double		gained = passage->information - passage->origin;
	double		b = z * sqrt(passage->information) - passage->drift * gained;
	double		scale = sign * M_SQRT1_2 / sqrt(gained);
	const Nodes *nodes = &passage->nodes;
	double		sum = 0;

	for (int start = 0; start < nodes->count; start += PIECE)
	{
		passage->work->poll();
		for (int i = start; i < start + PIECE && i < nodes->count; i++)
			sum += nodes->mass[i] * erfc((b - nodes->position[i]) * scale);
	}
	return sum / 2;
}

/*
 * Probability that a path has not stopped before the present look and has
 * Z >= z there; z may be infinite.
 */
double
AbPassageAbove(const AbPassage *passage, double z)
{
	return Tail(passage, z, 1);
}

/*
 * The same with Z <= z.
 */
double
AbPassageBelow(const AbPassage *passage, double z)
{
	return Tail(passage, z, -1);
}

/*
 * The bound that a path which has not stopped before exceeds at the present
 * look with that probability: infinite if that is 0 or below what a double can
 * tell, -infinity if fewer paths are left.
 *
 * Newton's method in the logarithm of the tail, which is nearly concave, from
 * the bound without earlier looks, which is too high.
 */
double
AbPassageBound(const AbPassage *passage, double probability)
{
	double		gained = passage->information - passage->origin;
	double		root = sqrt(passage->information);
	double		scale = 1 / sqrt(gained);
	double		low;
	double		high;
	double		z;

	if (!(probability >= LEAST_PROBABILITY))
		return INFINITY;
	if (!(probability < AbPassageAbove(passage, -INFINITY)))
		return -INFINITY;
	low = passage->drift * root - FARTHEST;
	high = z = passage->drift * root + AbNormalUpperQuantile(probability);
	for (int i = 0; i < 200; i++)
	{
		double		tail = AbPassageAbove(passage, z);
		int			nearest = 0;
		double		density = DensitySum(passage, z * root -
										 passage->drift * gained, scale,
										 &nearest) *
			root * scale / sqrt(2 * M_PI);
		double		next = z + tail * log(tail / probability) / density;

		if (fabs(next - z) <= 1e-15 * fmax(fabs(z), 1))
			break;
		*(tail > probability ? &low : &high) = z;
		/* from where all tails are 0, halve */
		if (!(next >= low && next <= high))
			next = (low + high) / 2;
		z = next;
	}
	return z;
}

/*
 * Of the paths that have reached the present look, those outside (low, high),
 * in Z, stop; either may be infinite.  Once a look.
 */
void
AbPassageStop(AbPassage *passage, double low, double high)
{
	passage->low = low;
	passage->high = high;
	passage->stops = low > -INFINITY || high < INFINITY;
}

/*
 * The probabilities of first leaving (low, high), which are in Z and may be
 * infinite, at each of the looks and on each side; information increases as
 * AbPassageLook() asks.  NaN if the drift is.
 */
void
AbCrossings(const double *information, const double *low, const double *high,
			int looks, double drift, AbCrossing *crossings,
			const AbWork *work)
{
	AbPassage  *passage = AbMakePassage(drift, work);

	for (int k = 0; k < looks; k++)
	{
		AbPassageLook(passage, information[k]);
		crossings[k].above = AbPassageAbove(passage, high[k]);
		crossings[k].below = AbPassageBelow(passage, low[k]);
		AbPassageStop(passage, low[k], high[k]);
	}
	AbFreePassage(passage);
}
