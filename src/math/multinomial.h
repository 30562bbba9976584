/*
 * multinomial.h
 *	  Goodness of fit: are counts as their weights say?
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_MULTINOMIAL_H
#define AB_MATH_MULTINOMIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "math/work.h"

/*
 * Counts of several classes, and the weights that their probabilities are
 * proportional to.  A class of weight 0 has no count and is left out.
 */
typedef struct AbClasses
{
	int			classes;
	const int64_t *counts;		/* not negative, their sum at most 2^53 */
	const double *weights;		/* finite, not negative, as their sum is */
} AbClasses;

/* Pearson's test, and what in it is worth a note. */
typedef struct AbPearson
{
	double		statistic;
	double		df;
	double		p_value;
	double		fewest;			/* smallest expected count */
	int			worst;			/* the class that contributes most */
	double		worst_expected; /* its expected count */
} AbPearson;

extern bool AbMultinomialFeasible(int64_t total, int classes);
extern double AbMultinomialPValue(const AbClasses *classes,
								  const AbWork *work);
extern void AbClassExcess(const AbClasses *classes, double *excess);
extern AbPearson AbPearsonTest(const AbClasses *classes);

#endif							/* AB_MATH_MULTINOMIAL_H */
