/*
 * chisquare.c
 *	  Are the rows and the columns of a table of counts independent?
 *
 * With the count o, the totals r of its row and c of its column and n of all,
 * e = r c / n is expected, and the statistics are
 *
 *	Pearson				sum of (o - e)^2 / e
 *	Yates				the same with |o - e| less 1/2, but not below 0
 *	likelihood ratio	2 sum of o log(o / e)
 *
 * by chi-square with (rows - 1) (columns - 1) degrees of freedom.  Rows and
 * columns without a count say nothing and are left out.
 *
 * Cramer's V is sqrt(X^2 / n / (min(rows, columns) - 1)) with Pearson's X^2,
 * whatever the test.
 *
 * References:
 *	K. Pearson, On the Criterion that a Given System of Deviations ... Arisen
 *	from Random Sampling, Philosophical Magazine 50 (1900), 157-175.
 *	F. Yates, Contingency Tables Involving Small Numbers and the Chi-Square
 *	Test, Supplement to the J. Royal Statistical Society 1 (1934), 217-235.
 *	S. S. Wilks, The Likelihood Test of Independence in Contingency Tables,
 *	Annals of Mathematical Statistics 6 (1935), 190-196.
 *	H. Cramer, Mathematical Methods of Statistics, Princeton 1946, 21.9.
 */
#include "math/chisquare.h"

#include <float.h>
#include <math.h>

#include "math/distributions.h"
#include "math/student.h"

/* Below this the logarithm is a series. */
#define SMALL	0.5

/*
 * n (o - e) = o n - r c, exact up to one rounding.
 */
static double
ScaledDeviation(double o, double n, double r, double c)
{
	double		left = o * n;
	double		right = r * c;

	return (left - right) + (fma(o, n, -left) - fma(r, c, -right));
}

/*
 * (1 + u) log(1 + u) - u for u >= -1, without its cancellation: the share of a
 * cell in half of the ratio, as the sum of all o - e is zero.
 */
static double
LogRatio(double u)
{
	double		sum = 0;
	double		power = u;

	if (fabs(u) > SMALL)
		return u <= -1 ? 1 : (1 + u) * log1p(u) - u;
	/* u^2 / (1 2) - u^3 / (2 3) + .. */
	for (int k = 2;; k++)
	{
		double		term;

		power *= k == 2 ? u : -u;
		term = power / ((double) k * (k - 1));
		sum += term;
		if (!(fabs(term) > DBL_EPSILON / 4 * sum))
			return sum;
	}
}

/*
 * The test.  p_value is NaN, with the statistic, if less than two rows or two
 * columns have counts.
 */
AbChiSquare
AbChiSquareTest(const AbTable *table, AbChiSquareMethod method,
				const AbWork *work)
{
	AbChiSquare test = {0};
	double	   *rows = (double *) work->allocate((table->rows + 1) * sizeof(double));
	double	   *columns = (double *) work->allocate((table->columns + 1) * sizeof(double));
	double		pearson = 0;
	double		statistic = 0;

	for (int j = 0; j < table->columns; j++)
		columns[j] = 0;
	for (int i = 0; i < table->rows; i++)
	{
		rows[i] = 0;
		for (int j = 0; j < table->columns; j++)
		{
			double		o = table->counts[(size_t) i * table->columns + j];

			rows[i] += o;
			columns[j] += o;
		}
		test.n += rows[i];
		test.rows += rows[i] > 0;
	}
	for (int j = 0; j < table->columns; j++)
		test.columns += columns[j] > 0;

	test.statistic = test.df = test.p_value = test.cramers_v = NAN;
	test.fewest = INFINITY;
	if (test.rows >= 2 && test.columns >= 2)
	{
		for (int i = 0; i < table->rows; i++)
		{
			work->poll();
			for (int j = 0; j < table->columns; j++)
			{
				double		o = table->counts[(size_t) i * table->columns + j];
				double		e = rows[i] * (columns[j] / test.n);
				double		d;

				if (e == 0)
					continue;
				d = ScaledDeviation(o, test.n, rows[i], columns[j]) / test.n;
				pearson += d * (d / e);
				if (method == AB_CHISQUARE_YATES)
				{
					d = fmax(fabs(d) - 0.5, 0);
					statistic += d * (d / e);
				}
				else if (method == AB_CHISQUARE_LIKELIHOOD)
					statistic += 2 * e * LogRatio(o == 0 ? -1 : d / e);
				test.fewest = fmin(test.fewest, e);
			}
		}
		test.statistic = method == AB_CHISQUARE_PEARSON ? pearson : statistic;
		test.df = (test.rows - 1.0) * (test.columns - 1.0);
		test.p_value = AbBoundP(AbChiSquareUpperTail(test.statistic, test.df));
		test.cramers_v = fmin(sqrt(pearson / test.n /
								   (fmin(test.rows, test.columns) - 1)), 1);
	}
	work->release(rows);
	work->release(columns);
	return test;
}
