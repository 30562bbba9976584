/*
 * moments.c
 *	  Means and centred second moments that can be extended and merged.
 *
 * One row at a time by Welford's update, two sets by the formula of Chan,
 * Golub and LeVeque, never by sums of squares: those lose every digit when
 * the mean is large against the spread.  Each mean and each sum carries its
 * own rounding error along (AbDouble), so the result does not depend on the
 * number of rows, on their order or on how they were split into chunks
 * beyond about 1e-15 relative.
 *
 * References:
 *	B. P. Welford, Note on a Method for Calculating Corrected Sums of Squares
 *	and Products, Technometrics 4 (1962), 419-420.
 *	T. F. Chan, G. H. Golub, R. J. LeVeque, Updating Formulae and a Pairwise
 *	Algorithm for Computing Sample Variances, COMPSTAT 1982, 30-41.
 */
#include "math/moments.h"

#include <math.h>
#include <stddef.h>

/*
 * Add one observation of `columns` finite values; n counts it already.
 *
 * The result is not finite when a value or its square exceeds the range of
 * double; see AbMomentsFinite().
 */
void
AbMomentsAdd(AbDouble *moments, int columns, double n, const double *x)
{
	double		before[AB_MAX_COLUMNS];
	double		after[AB_MAX_COLUMNS];
	double		inverse = 1 / n;
	int			slot = columns;

	for (int i = 0; i < columns; i++)
	{
		double		step;

		before[i] = (x[i] - moments[i].high) - moments[i].low;
		step = before[i] * inverse;
		AbDoubleAdd(&moments[i], step);
		after[i] = before[i] - step;
	}

	for (int i = 0; i < columns; i++)
		for (int j = i; j < columns; j++)
			AbDoubleAdd(&moments[slot++], before[i] * after[j]);
}

/*
 * Merge n2 > 0 observations with moments `other` into n1 > 0 others:
 *
 *	mean = mean1 + d n2 / n,	S = S1 + S2 + d d' n1 n2 / n,
 *	d = mean2 - mean1,	n = n1 + n2.
 */
void
AbMomentsMerge(AbDouble *moments, int columns, double n1, double n2,
			   const AbDouble *other)
{
	double		n = n1 + n2;
	double		delta[AB_MAX_COLUMNS];
	int			slot = columns;

	for (int i = 0; i < columns; i++)
	{
		delta[i] = AbDoubleDifference(other[i], moments[i]);
		AbDoubleAdd(&moments[i], delta[i] * (n2 / n));
	}

	for (int i = 0; i < columns; i++)
		for (int j = i; j < columns; j++)
		{
			AbDoubleAdd(&moments[slot], other[slot].high);
			AbDoubleAdd(&moments[slot], other[slot].low);
			AbDoubleAdd(&moments[slot], delta[i] * delta[j] * (n1 * (n2 / n)));
			slot++;
		}
}

/*
 * Are all moments finite?  They are not when finite observations, or their
 * squares, exceeded the range of double.
 */
bool
AbMomentsFinite(const AbDouble *moments, int columns)
{
	for (int i = 0; i < AbMomentCount(columns); i++)
		if (!isfinite(AbDoubleValue(moments[i])))
			return false;
	return true;
}

/*
 * Below this, sums of squares have lost digits to underflow, so relations
 * between them are not checked.
 */
#define SMALLEST_CHECKED_SUM	1e-290

/* Far above the rounding errors of AbMomentsAdd() and AbMomentsMerge(). */
#define CORRELATION_TOLERANCE	1e-6

/*
 * Is the matrix of correlations positive semidefinite, up to rounding?
 * Cholesky's decomposition, passing over columns without variation.
 */
static bool
CorrelationsPossible(const AbDouble *moments, int columns)
{
	double		factor[AB_MAX_COLUMNS][AB_MAX_COLUMNS] = {{0}};

	for (int j = 0; j < columns; j++)
	{
		double		sjj = moments[AbComomentIndex(columns, j, j)].high;
		double		pivot = 1;

		if (sjj < SMALLEST_CHECKED_SUM)
			continue;
		for (int k = 0; k < j; k++)
			pivot -= factor[j][k] * factor[j][k];
		if (pivot < -CORRELATION_TOLERANCE)
			return false;
		if (pivot <= CORRELATION_TOLERANCE)
			continue;
		pivot = sqrt(pivot);
		for (int i = j + 1; i < columns; i++)
		{
			double		sii = moments[AbComomentIndex(columns, i, i)].high;
			double		value;

			if (sii < SMALLEST_CHECKED_SUM)
				continue;
			value = moments[AbComomentIndex(columns, j, i)].high /
				sqrt(sjj) / sqrt(sii);
			for (int k = 0; k < j; k++)
				value -= factor[i][k] * factor[j][k];
			factor[i][j] = value / pivot;
		}
	}
	return true;
}

/*
 * Could these be the moments of n observations?  Returns NULL if so, else a
 * sentence saying why not.  Never refuses what AbMomentsAdd() and
 * AbMomentsMerge() produced from finite data.
 */
const char *
AbMomentsFault(const AbDouble *moments, int columns, double n)
{
	if (!AbMomentsFinite(moments, columns))
		return "Moments must be finite.";

	for (int i = 0; i < AbMomentCount(columns); i++)
		if (AbDoubleValue(moments[i]) != moments[i].high)
			return "A low part is larger than the rounding error it stands for.";

	for (int i = 0; i < columns; i++)
		if (n == 0 && moments[i].high != 0)
			return "An arm without observations has no mean.";

	for (int i = columns; i < AbMomentCount(columns); i++)
		if (n <= 1 && moments[i].high != 0)
			return "Fewer than two observations have no second moments.";

	for (int i = 0; i < columns; i++)
		if (moments[AbComomentIndex(columns, i, i)].high < 0)
			return "A sum of squares must not be negative.";

	for (int i = 0; i < columns; i++)
		for (int j = i + 1; j < columns; j++)
		{
			double		sii = moments[AbComomentIndex(columns, i, i)].high;
			double		sjj = moments[AbComomentIndex(columns, j, j)].high;
			double		sij = moments[AbComomentIndex(columns, i, j)].high;

			if (sii > SMALLEST_CHECKED_SUM && sjj > SMALLEST_CHECKED_SUM &&
				fabs(sij) / sqrt(sii) >
				sqrt(sjj) * (1 + CORRELATION_TOLERANCE))
				return "A correlation must be between -1 and 1.";
		}

	if (!CorrelationsPossible(moments, columns))
		return "The covariances contradict each other.";

	return NULL;
}
