/*
 * chisquare.h
 *	  Are the rows and the columns of a table of counts independent?
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_CHISQUARE_H
#define AB_MATH_CHISQUARE_H

#include "math/work.h"

typedef enum AbChiSquareMethod
{
	AB_CHISQUARE_PEARSON,
	AB_CHISQUARE_YATES,			/* with a correction for continuity */
	AB_CHISQUARE_LIKELIHOOD		/* the ratio of likelihoods, G */
} AbChiSquareMethod;

/* A table of counts: whole numbers, not negative, their sum at most 2^53. */
typedef struct AbTable
{
	int			rows;
	int			columns;
	const double *counts;		/* row by row */
} AbTable;

typedef struct AbChiSquare
{
	double		n;				/* sum of the counts */
	int			rows;			/* that are not empty */
	int			columns;
	double		statistic;
	double		df;
	double		p_value;
	double		cramers_v;
	double		fewest;			/* smallest expected count */
} AbChiSquare;

extern AbChiSquare AbChiSquareTest(const AbTable *table,
								   AbChiSquareMethod method,
								   const AbWork *work);

#endif							/* AB_MATH_CHISQUARE_H */
