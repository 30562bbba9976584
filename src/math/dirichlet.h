/*
 * dirichlet.h
 *	  Counts of classes against their probabilities, at every time they are
 *	  looked at.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_DIRICHLET_H
#define AB_MATH_DIRICHLET_H

#include "math/student.h"

/* Counts of classes, and two sets of probabilities that sum to 1. */
typedef struct AbShares
{
	int			classes;
	const double *counts;		/* not negative */
	const double *prior;		/* what the prior is centred at, positive */
	const double *null;			/* what is tested, positive */
	const double *excess;		/* counts - n null, with more digits than
								 * these have; NULL if there are none */
} AbShares;

/* Conversions of two arms, of which the treatment gets a share of the users. */
typedef struct AbSplit
{
	double		control;		/* conversions */
	double		treatment;
	double		share;			/* of the treatment, in (0, 1) */
	double		concentration;	/* of the prior at that share, > 0 */
} AbSplit;

extern double AbDirichletLogE(const AbShares *shares, double concentration);
extern double AbSharesLogE(const AbShares *shares);
extern double AbBinomialLogE(double k, double n, double q,
							 double concentration, AbAlternative side);
extern double AbSplitLogE(const AbSplit *split, AbAlternative alternative);
extern AbInterval AbSplitLift(const AbSplit *split, AbAlternative alternative,
							  double alpha);

#endif							/* AB_MATH_DIRICHLET_H */
