/*
 * agreement.h
 *	  Two classifications of the same units: do they agree, and do both have
 *	  the same totals?
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_AGREEMENT_H
#define AB_MATH_AGREEMENT_H

#include "math/work.h"

/* A square table of counts: whole numbers, not negative, their sum at most 2^53. */
typedef struct AbSquare
{
	int			classes;
	const double *counts;		/* by the first, row by row */
} AbSquare;

typedef struct AbAgreement
{
	double		n;
	double		agreed;			/* units in the same class by both */
	double		by_chance;		/* expected, if the two had nothing to do with
								 * each other */
	double		p_value;		/* one-sided: of more */
} AbAgreement;

/* A test of equal totals. */
typedef struct AbHomogeneity
{
	double		statistic;		/* NaN for the exact test */
	double		df;
	double		p_value;
} AbHomogeneity;

extern AbAgreement AbAgreementTest(AbSquare table, const AbWork *work);
extern AbHomogeneity AbHomogeneityTest(AbSquare table, const AbWork *work);

#endif							/* AB_MATH_AGREEMENT_H */
