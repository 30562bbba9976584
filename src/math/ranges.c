/*
 * ranges.c
 *	  The unit interval, shared out to arms by their weights.
 */
#include "math/ranges.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

/*
 * What the weights are to be divided by: their sum, or the power of 2 beside
 * it.  Weights that are meant to have the sum 1 have it only but for rounding,
 * and a weight of 0.2 must come out as 0.2, not as its neighbour.
 */
static double
Divisor(const double *weights, int count)
{
	double		total = 0;
	double		power;

	for (int i = 0; i < count; i++)
		total += weights[i];
	power = ldexp(1, (int) rint(log2(total)));
	return fabs(total / power - 1) <= 4 * DBL_EPSILON * count ? power : total;
}

/*
 * The nearest multiple of 1/grid where only rounding keeps the number from it,
 * else the number.  Three times 0.1 is 0.3 then.
 */
static double
Snap(double x, int grid)
{
	double		multiple = rint(x * grid) / grid;

	return grid > 0 && fabs(x - multiple) <= 16 * DBL_EPSILON ? multiple : x;
}

/*
 * Lay out the ranges of `ranges->count` arms: each begins where the weights
 * before it end, and holds the share `coverage`, in [0, 1], of its weight.  So
 * neither its beginning nor another arm depends on the coverage, and raising it
 * moves nobody who is in a range already.  At full coverage the last arm with a
 * weight ends at 1.
 *
 * The weights are not negative, and neither is their sum 0 nor does it
 * overflow.  Numbers are compared with multiples of 1/grid; 0 for any.
 */
void
AbLayOutRanges(AbRanges *ranges, const double *weights, double coverage,
			   int grid)
{
	int			count = ranges->count;
	double		divisor = Divisor(weights, count);
	int			exponent;
	bool		is_share = frexp(divisor, &exponent) == 0.5;
	double		before = 0;
	int			last = 0;

	for (int i = 0; i < count; i++)
	{
		double		start = before / divisor;

		/* a first weight that is written as a share is the split */
		ranges->starts[i] = fmin(i == 1 && is_share ? start : Snap(start, grid),
								 1);
		before += weights[i];
		if (weights[i] > 0)
			last = i;
	}
	for (int i = last + 1; i < count; i++)
		ranges->starts[i] = 1;
	for (int i = 0; i < count; i++)
	{
		double		start = ranges->starts[i];
		double		end = i < last ? ranges->starts[i + 1] : 1;

		ranges->ends[i] = coverage == 1 ? end :
			fmin(Snap(start + coverage * (end - start), grid), end);
	}
}

/*
 * The arm in whose range a number in [0, 1) lies, -1 if it is in none.
 */
int
AbFindRange(const AbRanges *ranges, double x)
{
	int			low = 0;
	int			high = ranges->count - 1;

	/* the last arm that begins there or before; one without weight is empty */
	while (low < high)
	{
		int			middle = (low + high + 1) / 2;

		if (ranges->starts[middle] <= x)
			low = middle;
		else
			high = middle - 1;
	}
	return x < ranges->ends[low] ? low : -1;
}

/*
 * What an arm of that weight, which is positive, costs a unit by 53 bits of a
 * hash of both: exponentially distributed with the weight as its rate.  The
 * cheapest arm wins, which each does with the probability of its share; and if
 * weights change, a unit changes only to an arm that has gained or from one
 * that has lost.  A cost above the least so far may be returned as infinite.
 *
 *	D. Thaler, C. Ravishankar, Using Name-Based Mappings to Increase Hit Rates,
 *	IEEE/ACM Transactions on Networking 6 (1998), 1-14; with weights:
 *	J. Resch, New Hashing Algorithms for Data Storage, SNIA 2015.
 */
double
AbRendezvousCost(uint64_t bits, double weight, double least)
{
	double		u = ((double) bits + 0.5) * AB_BITS_UNIT;

	/* -log(u) >= 2 (1 - u) / (1 + u), which mostly is too much already */
	if (2 * (1 - u) * (1 - 8 * DBL_EPSILON) > least * weight * (1 + u))
		return INFINITY;
	return -log(u) / weight;
}
