/*
 * agreement.c
 *	  Two classifications of the same units: do they agree, and do both have
 *	  the same totals?
 */
#include "math/agreement.h"

#include <math.h>
#include <stdbool.h>

#include "math/binomial.h"
#include "math/distributions.h"
#include "math/student.h"

/*
 * The totals of the classes by the first, and by the second.
 */
static void
Totals(AbSquare table, double *first, double *second)
{
	int			k = table.classes;

	for (int i = 0; i < k; i++)
		first[i] = second[i] = 0;
	for (int i = 0; i < k; i++)
		for (int j = 0; j < k; j++)
		{
			first[i] += table.counts[i * k + j];
			second[j] += table.counts[i * k + j];
		}
}

/*
 * Do the two agree more often than by chance?  Under the null the units are
 * matched at random with the totals as they are, where the number of matches
 * has the mean sum a_i b_i / n and the variance
 *
 *		(sum a_i b_i (n - a_i - b_i) + (sum a_i b_i)^2 / n) / (n (n - 1));
 *
 * its distribution is taken for normal.
 *
 *	J. Fleiss, J. Cohen, B. Everitt, Large Sample Standard Errors of Kappa and
 *	Weighted Kappa, Psychological Bulletin 72 (1969), 323-327.
 */
AbAgreement
AbAgreementTest(AbSquare table, const AbWork *work)
{
	int			k = table.classes;
	double	   *first = (double *) work->allocate((k + 1) * sizeof(double));
	double	   *second = (double *) work->allocate((k + 1) * sizeof(double));
	AbAgreement result = {0, 0, NAN, NAN};
	double		products = 0;
	double		sum = 0;
	double		variance;

	Totals(table, first, second);
	for (int i = 0; i < k; i++)
	{
		result.n += first[i];
		result.agreed += table.counts[i * k + i];
	}
	for (int i = 0; i < k && result.n > 0; i++)
	{
		/* as shares, so that nothing overflows */
		double		a = first[i] / result.n;
		double		b = second[i] / result.n;

		products += a * b;
		sum += a * b * (1 - a - b);
	}
	work->release(first);
	work->release(second);
	if (!(result.n > 0))
		return result;

	result.by_chance = products * result.n;
	variance = result.n * (sum + products * products) * result.n / (result.n - 1);
	/* of one class only there is nothing to agree about */
	if (variance > 1e-9)
		result.p_value = AbBoundP(AbNormalUpperTail((result.agreed - result.by_chance) /
													sqrt(variance)));
	return result;
}

/*
 * The class that stands for all that are connected with this one.
 */
static int
FindRoot(int *parents, int i)
{
	while (parents[i] != i)
		i = parents[i] = parents[parents[i]];
	return i;
}

/*
 * Solve the system of `size` symmetric, positive definite equations for the
 * right-hand side b by Cholesky's method, and return b' A^-1 b.  The matrix is
 * overwritten.
 */
static double
QuadraticForm(double *matrix, double *b, int size, const AbWork *work)
{
	double		form = 0;

	for (int i = 0; i < size; i++)
	{
		double	   *row = matrix + (size_t) i * size;

		work->poll();
		for (int j = 0; j <= i; j++)
		{
			const double *other = matrix + (size_t) j * size;
			double		sum = row[j];

			for (int l = 0; l < j; l++)
				sum -= row[l] * other[l];
			row[j] = j < i ? sum / other[j] : sqrt(sum);
		}
		for (int l = 0; l < i; l++)
			b[i] -= row[l] * b[l];
		b[i] /= row[i];
		form += b[i] * b[i];
	}
	return form;
}

/*
 * Do both have the same totals?  Units that both put into the same class say
 * nothing of that, so it depends on the others alone.  Of two classes between
 * which units differ it is the exact binomial test (McNemar's), of more Stuart
 * and Maxwell's chi-square d' V^-1 d of the differences d of the totals, with
 * their variances
 *
 *		V_ii = sum over j of n_ij + n_ji,  V_ij = -(n_ij + n_ji),
 *
 * in which a class of each group of classes that exchange units is left out,
 * for the differences within a group have the sum 0.  Nothing that differs
 * is p = 1.
 *
 *	A. Stuart, A Test for Homogeneity of the Marginal Distributions in a Two-Way
 *	Classification, Biometrika 42 (1955), 412-416.
 */
AbHomogeneity
AbHomogeneityTest(AbSquare table, const AbWork *work)
{
	int			k = table.classes;
	const double *n = table.counts;
	int		   *parents = (int *) work->allocate((k + 1) * sizeof(int));
	int		   *kept = (int *) work->allocate((k + 1) * sizeof(int));
	AbHomogeneity result = {NAN, 0, 1};
	int			size = 0;
	int			links = 0;

	for (int i = 0; i < k; i++)
		parents[i] = i;
	for (int i = 0; i < k; i++)
		for (int j = 0; j < i; j++)
			if (n[i * k + j] + n[j * k + i] > 0)
			{
				parents[FindRoot(parents, i)] = FindRoot(parents, j);
				links++;
			}
	for (int i = 0; i < k; i++)
		if (FindRoot(parents, i) != i)
			kept[size++] = i;
	result.df = size;

	if (links == 1)
	{
		/* one pair of classes */
		int			i = kept[0];
		int			j = FindRoot(parents, i);
		AbTails		tails = AbBinomialTails(n[i * k + j], n[i * k + j] + n[j * k + i],
											1, false);

		result.p_value = AbTailsPValue(tails, AB_TWO_SIDED);
	}
	else if (links > 1)
	{
		double	   *matrix = (double *) work->allocate((size_t) size * size *
													   sizeof(double));
		double	   *difference = (double *) work->allocate(size * sizeof(double));

		for (int a = 0; a < size; a++)
		{
			int			i = kept[a];
			double		out = 0;
			double		in = 0;

			for (int j = 0; j < k; j++)
			{
				out += j == i ? 0 : n[i * k + j];
				in += j == i ? 0 : n[j * k + i];
			}
			difference[a] = out - in;
			for (int b = 0; b < size; b++)
			{
				int			j = kept[b];

				matrix[a * size + b] = i == j ? out + in :
					-(n[i * k + j] + n[j * k + i]);
			}
		}
		result.statistic = QuadraticForm(matrix, difference, size, work);
		result.p_value = AbBoundP(AbChiSquareUpperTail(result.statistic, size));
		work->release(matrix);
		work->release(difference);
	}
	work->release(parents);
	work->release(kept);
	return result;
}
