/*
 * quantile_mixture.h
 *	  The comparison of two quantiles at every time it is looked at.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_QUANTILE_MIXTURE_H
#define AB_MATH_QUANTILE_MIXTURE_H

#include "math/bins.h"
#include "math/student.h"

/*
 * How sure it is, as a function of x, that x is not the quantile of an arm: ln
 * of an e-value at the arm's bins and in the gaps between them.  It falls up
 * to some bin and rises from there on.
 */
typedef struct AbQuantileEvidence
{
	AbBins		bins;
	double	   *in_bin;			/* the least of a bin; of bins.count */
	double	   *in_gap;			/* before each bin and behind the last; of
								 * bins.count + 1 */
	int			least;			/* the bin where it is least */
	double		smallest;		/* what it is there, or in a gap */
} AbQuantileEvidence;

extern void AbStartEvidence(AbQuantileEvidence *evidence, const AbBins *bins,
							double *in_bin, double *in_gap, double q,
							double concentration, AbAlternative side);
extern double AbSharedLogE(const AbQuantileEvidence *control,
						   const AbQuantileEvidence *treatment);
extern AbInterval AbSharedDifference(const AbQuantileEvidence *control,
									 const AbQuantileEvidence *treatment,
									 double log_level);
extern bool AbSharedLift(const AbQuantileEvidence *control,
						 const AbQuantileEvidence *treatment,
						 AbAlternative alternative, double log_level,
						 AbInterval *lift);

#endif							/* AB_MATH_QUANTILE_MIXTURE_H */
