/*
 * dunnett.h
 *	  The distribution of the largest of several comparisons with one control.
 */
#ifndef AB_MATH_DUNNETT_H
#define AB_MATH_DUNNETT_H

#include "math/student.h"

typedef struct AbDunnett AbDunnett;

extern AbDunnett *AbMakeDunnett(double control_variance,
								const double *treatment_variances, int count,
								AbAlternative alternative);
extern double AbDunnettP(AbDunnett *dunnett, double statistic, double df,
						 double p_value);
extern double AbDunnettCritical(AbDunnett *dunnett, double df, double alpha);

#endif							/* AB_MATH_DUNNETT_H */
