/*
 * moments.h
 *	  Means and centred second moments that can be extended and merged.
 *
 * Pure C: no PostgreSQL header, so that it can be read, tested and reused on
 * its own.
 */
#ifndef AB_MATH_MOMENTS_H
#define AB_MATH_MOMENTS_H

#include <math.h>
#include <stdbool.h>

#define AB_MAX_COLUMNS 4

/*
 * An unevaluated sum: the value is high + low.  While rows are added, low just
 * collects the rounding errors of high; AbDoubleNormal() makes high the double
 * nearest to the value.
 */
typedef struct AbDouble
{
	double		high;
	double		low;
} AbDouble;

/*
 * The moments of k columns are an array of k means followed by the
 * k (k + 1) / 2 sums of products of deviations
 *
 *		S[i][j] = sum (x_i - mean_i) (x_j - mean_j),	i <= j,
 *
 * row by row: S00 S01 .. S0(k-1) S11 ..
 */
#define AbComomentCount(columns)	((columns) * ((columns) + 1) / 2)
#define AbMomentCount(columns)		((columns) + AbComomentCount(columns))
#define AB_MAX_MOMENTS				AbMomentCount(AB_MAX_COLUMNS)

/*
 * Index of S[i][j], i <= j, in the moments of that many columns.
 */
static inline int
AbComomentIndex(int columns, int i, int j)
{
	return columns + i * columns - i * (i - 1) / 2 + (j - i);
}

/*
 * *a += x, keeping the rounding error (TwoSum: Knuth, TAOCP vol. 2, 4.2.2,
 * theorem B).
 */
static inline void
AbDoubleAdd(AbDouble *a, double x)
{
	double		sum = a->high + x;
	double		part = sum - a->high;

	a->low += (a->high - (sum - part)) + (x - part);
	a->high = sum;
}

/*
 * The same value with high the nearest double to it, which makes the parts
 * unique.
 */
static inline AbDouble
AbDoubleNormal(AbDouble a)
{
	AbDouble	normal = {a.high, 0};

	AbDoubleAdd(&normal, a.low);
	return normal;
}

/*
 * The nearest double.
 */
static inline double
AbDoubleValue(AbDouble a)
{
	return a.high + a.low;
}

extern void AbMomentsAdd(AbDouble *moments, int columns, double n,
						 const double *x);
extern void AbMomentsMerge(AbDouble *moments, int columns, double n1,
						   double n2, const AbDouble *other);
extern bool AbMomentsFinite(const AbDouble *moments, int columns);
extern const char *AbMomentsFault(const AbDouble *moments, int columns,
								  double n);

/*
 * AbMomentsAdd() for one column, which is the hot path of every scan.  Returns
 * false, and changes nothing, where the sum of squares, which is the first to
 * leave the range of double, would not be finite; so it does where x is not.
 *
 * What the next row has to wait for is kept short: 1 / n does not depend on the
 * rows before, and neither rounding error is waited for by high.
 */
static inline bool
AbMomentsAddOne(AbDouble *moments, double n, double x)
{
	double		inverse = 1 / n;
	double		before = (x - moments[0].high) - moments[0].low;
	double		step = before * inverse;
	AbDouble	mean = moments[0];
	AbDouble	squares = moments[1];

	AbDoubleAdd(&mean, step);
	AbDoubleAdd(&squares, before * (before - step));
	if (!isfinite(AbDoubleValue(squares)))
		return false;
	moments[0] = mean;
	moments[1] = squares;
	return true;
}

/*
 * Difference of two sums, rounded once where they are close.
 */
static inline double
AbDoubleDifference(AbDouble a, AbDouble b)
{
	a = AbDoubleNormal(a);
	b = AbDoubleNormal(b);
	return (a.high - b.high) + (a.low - b.low);
}

#endif							/* AB_MATH_MOMENTS_H */
