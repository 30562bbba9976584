/*
 * decimal.c
 *	  Short decimals of cells and their values.
 *
 * Reference:
 *	W. D. Clinger, How to Read Floating Point Numbers Accurately, PLDI 1990 (a
 *	whole number and a power of 10 that are both doubles give the nearest
 *	double by one operation).
 */
#include "math/decimal.h"

#include <math.h>

#include "math/bins.h"

/* where decimals without an exponent are short */
#define SMALLEST	1e-5
#define LARGEST		1e15

static const double powers[AB_MAX_EXACT_POWER + 1] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
	1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22
};

/*
 * The double nearest to digits * 10^exponent.  The digits are at most 2^53, the
 * exponent is in [-AB_MAX_EXACT_POWER, AB_MAX_EXACT_POWER].
 */
double
AbDecimalValue(int64_t digits, int exponent)
{
	return exponent < 0 ? (double) digits / powers[-exponent] :
		(double) digits * powers[exponent];
}

/*
 * A decimal, digits / 10^decimals, that belongs to the cell of that key at that
 * many bits, with no more decimals than it takes.  Returns false if there is no
 * short one: the cell is one value, or very small or large.
 */
bool
AbCellDecimal(int64_t key, int bits, int64_t *digits, int *decimals)
{
	double		low = AbValueOfKey(key < 0 ? -key : key);
	int			exponent;

	if (key == 0)
	{
		*digits = 0;
		*decimals = 0;
		return true;
	}
	if (bits >= AB_EXACT_BITS || !(low >= SMALLEST && low < LARGEST))
		return false;

	/* of one digit, or of two */
	frexp(low, &exponent);
	for (int k = -(int) floor(0.30103 * exponent); k <= AB_MAX_EXACT_POWER; k++)
	{
		/* zero decimals write the zeros before the point, too */
		double		scaled = k < 0 ? low / powers[-k] : low * powers[k];
		double		above = ceil(scaled);

		if (above >= LARGEST)
			return false;
		if (AbTruncateKey(AbKeyOfValue(AbDecimalValue((int64_t) above, -k)),
						  bits) == (key < 0 ? -key : key))
		{
			*digits = (int64_t) above;
			*decimals = k;
			if (key < 0)
				*digits = -*digits;
			return true;
		}
	}
	return false;
}
