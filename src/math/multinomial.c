/*
 * multinomial.c
 *	  Goodness of fit: are counts as their weights say?
 *
 * The exact test sums the probability, under the weights, of all tables of the
 * same total that are not more probable than the one observed; Pearson's is its
 * approximation for larger counts.
 *
 * References:
 *	K. Pearson, On the Criterion that a Given System of Deviations ... Arisen
 *	from Random Sampling, Philosophical Magazine 50 (1900), 157-175.
 *	M. W. Tate, L. A. Hyer, Inaccuracy of the X2 Test of Goodness of Fit when
 *	Expected Frequencies are Small, J. American Statistical Association 68
 *	(1973), 836-841.
 */
#include "math/multinomial.h"

#include <math.h>

#include "math/distributions.h"
#include "math/moments.h"
#include "math/student.h"

/* A total below this, and at most so many classes and tables: exact. */
#define MAX_TOTAL		1000
#define MAX_CLASSES		20
#define MAX_TABLES		100000

/*
 * Probabilities that differ by less, relatively, are of one value: that of
 * SciPy's binomtest and R's binom.test.
 */
#define SAME_PROBABILITY	1e-7

/* The state of an enumeration of all tables. */
typedef struct Tables
{
	const AbWork *work;
	int			classes;		/* of positive weight */
	int			total;
	const double *terms;		/* x log p - log x! by class and x */
	double		observed;		/* sum of the terms of the table observed */
	double		sum;			/* of the probabilities summed up, in units of
								 * that of the table observed */
	bool		all;			/* no table was left out */
} Tables;

/*
 * Number of classes of positive weight.
 */
static int
CountClasses(const AbClasses *classes)
{
	int			count = 0;

	for (int i = 0; i < classes->classes; i++)
		count += classes->weights[i] != 0;
	return count;
}

/*
 * The sum of all counts.
 */
static int64_t
Total(const AbClasses *classes)
{
	int64_t		total = 0;

	for (int i = 0; i < classes->classes; i++)
		total += classes->counts[i];
	return total;
}

/*
 * Is the exact test of a total over that many classes of positive weight one
 * that does not take too long?  There are (total + k - 1) over (k - 1) tables.
 */
bool
AbMultinomialFeasible(int64_t total, int classes)
{
	double		tables = 1;

	if (total >= MAX_TOTAL || classes > MAX_CLASSES)
		return false;
	for (int i = 1; i < classes; i++)
		tables = tables * (total + i) / i;
	return tables <= MAX_TABLES;
}

/*
 * Distribute what is left over this class and the ones after it, in all ways,
 * with `sum` the terms of the classes before.  Recursion goes as deep as there
 * are classes, at most MAX_CLASSES.
 */
static void
EnumerateTables(Tables *tables, int position, int left, double sum)
{
	const double *terms = tables->terms + position * (tables->total + 1);

	if (position < tables->classes - 1)
	{
		tables->work->poll();
		for (int x = 0; x <= left; x++)
			EnumerateTables(tables, position + 1, left - x, sum + terms[x]);
		return;
	}

	sum += terms[left] - tables->observed;
	if (sum <= log1p(SAME_PROBABILITY))
		tables->sum += exp(sum);
	else
		tables->all = false;
}

/*
 * p-value of the exact multinomial test of the k classes of positive weight:
 *
 *		P(x) = n! product p_i^x_i / x_i!,
 *		p-value = sum of P(x) over all x with P(x) <= P(observed).
 *
 * With two classes it is the exact binomial test.  NaN if it is not feasible,
 * if there are no classes, or if a weight is NaN.
 */
double
AbMultinomialPValue(const AbClasses *classes, const AbWork *work)
{
	int64_t		total = Total(classes);
	int			n = (int) total;
	Tables		tables = {work, CountClasses(classes), n, NULL, 0, 0, true};
	double	   *terms;
	double	   *log_factorial;
	double		sum = 0;
	double		factorial;
	int			position = 0;

	if (tables.classes == 0 || !AbMultinomialFeasible(total, tables.classes))
		return NAN;

	terms = (double *)
		work->allocate(tables.classes * (n + 1) * sizeof(double));
	log_factorial = (double *) work->allocate((n + 1) * sizeof(double));
	for (int i = 0; i < classes->classes; i++)
		sum += classes->weights[i];
	for (int x = 0; x <= n; x++)
		log_factorial[x] = lgamma(x + 1.0);
	for (int i = 0; i < classes->classes; i++)
	{
		double		log_share = log(classes->weights[i] / sum);

		if (classes->weights[i] == 0)
			continue;
		for (int x = 0; x <= n; x++)
			terms[position * (n + 1) + x] = x * log_share - log_factorial[x];
		tables.observed += terms[position * (n + 1) + classes->counts[i]];
		position++;
	}
	tables.terms = terms;
	EnumerateTables(&tables, 0, n, 0);
	factorial = log_factorial[n];
	work->release(log_factorial);
	work->release(terms);

	if (tables.all)
		return 1;
	return AbBoundP(exp(log(tables.sum) + tables.observed + factorial));
}

/*
 * With all digits.
 */
static AbDouble
SumOfWeights(const AbClasses *classes)
{
	AbDouble	sum = {0, 0};

	for (int i = 0; i < classes->classes; i++)
		AbDoubleAdd(&sum, classes->weights[i]);
	return AbDoubleNormal(sum);
}

/*
 * What a count is above the expected one, times the sum of the weights, without
 * the rounding of the shares: n is the sum of the counts.
 */
static double
Deviation(const AbClasses *classes, int i, double n, AbDouble sum)
{
	double		o = (double) classes->counts[i];
	double		w = classes->weights[i];
	double		have = o * sum.high;
	double		want = n * w;

	return (have - want) + o * sum.low +
		(fma(o, sum.high, -have) - fma(n, w, -want));
}

/*
 * What each count is above the expected one.
 */
void
AbClassExcess(const AbClasses *classes, double *excess)
{
	AbDouble	sum = SumOfWeights(classes);
	double		n = (double) Total(classes);

	for (int i = 0; i < classes->classes; i++)
		excess[i] = Deviation(classes, i, n, sum) / sum.high;
}

/*
 * Pearson's chi-square test of the classes of positive weight.
 *
 * With w a class's weight and W their sum, the deviation from the expected
 * n w / W is (o W - n w) / W.  The two products are close, so they are formed
 * with their rounding errors: at a billion counts the plain difference would
 * cost half of the digits.
 *
 * Numbers are NaN if a weight is or there are no counts, and the p-value if
 * there are fewer than two classes; the statistic may be infinite, where the
 * p-value is the smallest there is.
 */
AbPearson
AbPearsonTest(const AbClasses *classes)
{
	AbPearson	test = {0, CountClasses(classes) - 1, NAN, INFINITY, 0, NAN};
	AbDouble	sum = SumOfWeights(classes);
	double		n = (double) Total(classes);
	double		largest = -1;

	for (int i = 0; i < classes->classes; i++)
	{
		double		w = classes->weights[i];
		double		want = n * w;
		double		deviation = Deviation(classes, i, n, sum);
		double		part;

		if (w == 0)
			continue;
		part = deviation / want * (deviation / sum.high);
		test.statistic += part;
		test.fewest = fmin(test.fewest, want / sum.high);
		if (part > largest)
		{
			largest = part;
			test.worst = i;
			test.worst_expected = want / sum.high;
		}
	}
	if (isnan(test.statistic))
		test.fewest = test.worst_expected = NAN;
	test.p_value = isinf(test.statistic) ? AB_SMALLEST_P :
		AbBoundP(AbChiSquareUpperTail(test.statistic, test.df));
	return test;
}
