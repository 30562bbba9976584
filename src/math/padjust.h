/*
 * padjust.h
 *	  P-values adjusted for the number of tests.
 */
#ifndef AB_MATH_PADJUST_H
#define AB_MATH_PADJUST_H

#include "value/summary.h"

typedef enum AbCorrection
{
	AB_CORRECTION_NONE,
	AB_BONFERRONI,
	AB_SIDAK,
	AB_HOLM,
	AB_HOCHBERG,
	AB_HOMMEL,
	AB_BENJAMINI_HOCHBERG,
	AB_BENJAMINI_YEKUTIELI,
	AB_DUNNETT
} AbCorrection;

extern AbCorrection AbGetCorrection(FunctionCallInfo fcinfo, int argument,
									bool with_dunnett);
extern const char *AbCorrectionSuffix(AbCorrection correction);
extern int	AbAdjust(double *p, int count, AbCorrection correction);

#endif							/* AB_MATH_PADJUST_H */
