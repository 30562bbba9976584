/*
 * padjust.h
 *	  P-values and levels adjusted for the number of tests.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_PADJUST_H
#define AB_MATH_PADJUST_H

#include "math/work.h"

typedef enum AbCorrection
{
	AB_CORRECTION_NONE,
	AB_BONFERRONI,
	AB_SIDAK,
	AB_HOLM,
	AB_HOCHBERG,
	AB_HOMMEL,
	AB_HOLM_SIDAK,
	AB_HOCHBERG_SIDAK,
	AB_BENJAMINI_HOCHBERG,
	AB_BENJAMINI_YEKUTIELI,
	AB_DUNNETT					/* needs more than p-values: dunnett.h */
} AbCorrection;

extern int	AbAdjust(double *p, int count, AbCorrection correction,
					 const AbWork *work);
extern double AbSimultaneousLevel(double alpha, double count,
								  AbCorrection correction);

#endif							/* AB_MATH_PADJUST_H */
