/*
 * anova.c
 *	  One-way analysis of variance: do the means of any groups differ?
 *
 * References:
 *	R. A. Fisher, Statistical Methods for Research Workers, 1925, chapter 7.
 *	B. L. Welch, On the Comparison of Several Mean Values: An Alternative
 *	Approach, Biometrika 38 (1951), 330-336.
 */
#include "math/anova.h"

#include <math.h>

#include "math/distributions.h"
#include "math/student.h"

/*
 * Fisher's, for groups with one variance.  With m the mean of all N rows in k
 * groups:
 *
 *	F = (sum n(i) (m(i) - m)^2 / (k - 1)) / (sum S(i) / (N - k))
 *
 * and eta squared, the share of the sum of squares that is between groups.
 *
 * It takes two groups, of which one has two rows and one varies; else, and
 * where a number is NaN, F and p are NaN or infinite.
 */
AbAnova
AbFisherAnova(const AbGroup *groups, int count)
{
	AbAnova		anova;
	double		k = 0;
	double		n = 0;
	double		mean = 0;
	double		between = 0;
	double		within = 0;

	for (int i = 0; i < count; i++)
	{
		k += groups[i].n != 0;
		n += groups[i].n;
	}
	for (int i = 0; i < count; i++)
		if (groups[i].n != 0)
		{
			mean += groups[i].deviation * (groups[i].n / n);
			within += groups[i].squares;
		}
	for (int i = 0; i < count; i++)
		if (groups[i].n != 0)
		{
			double		deviation = groups[i].deviation - mean;

			between += groups[i].n * (deviation * deviation);
		}

	anova.df_between = k - 1;
	anova.df_within = n - k;
	anova.statistic = (between / anova.df_between) /
		(within / anova.df_within);
	anova.p_value = AbBoundP(AbFUpperTail(anova.statistic, anova.df_between,
										  anova.df_within));
	anova.eta_squared = between / (between + within);
	return anova;
}

/*
 * Variance of a group's mean.
 */
static double
MeanVariance(const AbGroup *group)
{
	return group->squares / (group->n - 1) / group->n;
}

/*
 * Welch's, for groups with a variance each.  With weights w(i) = n(i) / s(i)^2,
 * W their sum and m the mean so weighted:
 *
 *	F = (sum w(i) (m(i) - m)^2 / (k - 1)) / (1 + 2 (k - 2) L / (k^2 - 1)),
 *	L = sum (1 - w(i) / W)^2 / (n(i) - 1),	df = (k^2 - 1) / (3 L).
 *
 * Weights are taken relative to the largest so that none leaves the range.
 * Eta squared does not depend on them: it is Fisher's.
 *
 * It takes two groups with two rows each that vary; else, and where a number
 * is NaN, F and p are NaN or infinite.
 */
AbAnova
AbWelchAnova(const AbGroup *groups, int count)
{
	AbAnova		anova = AbFisherAnova(groups, count);
	double		k = anova.df_between + 1;
	double		smallest = INFINITY;
	double		weights = 0;
	double		mean = 0;
	double		between = 0;
	double		lambda = 0;

	for (int i = 0; i < count; i++)
		if (groups[i].n != 0)
			smallest = fmin(smallest, MeanVariance(&groups[i]));
	for (int i = 0; i < count; i++)
		if (groups[i].n != 0)
		{
			double		weight = smallest / MeanVariance(&groups[i]);

			weights += weight;
			mean += weight * groups[i].deviation;
		}
	mean /= weights;
	for (int i = 0; i < count; i++)
		if (groups[i].n != 0)
		{
			double		variance = MeanVariance(&groups[i]);
			double		deviation = (groups[i].deviation - mean) /
				sqrt(variance);
			double		rest = 1 - smallest / variance / weights;

			between += deviation * deviation;
			lambda += rest * rest / (groups[i].n - 1);
		}

	anova.df_within = (k * k - 1) / (3 * lambda);
	anova.statistic = between / (k - 1) /
		(1 + 2 * (k - 2) * lambda / (k * k - 1));
	anova.p_value = AbBoundP(AbFUpperTail(anova.statistic, anova.df_between,
										  anova.df_within));
	return anova;
}
