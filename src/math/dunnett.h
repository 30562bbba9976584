/*
 * dunnett.h
 *	  The distribution of the largest of several comparisons with one control.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_DUNNETT_H
#define AB_MATH_DUNNETT_H

#include "math/student.h"
#include "math/work.h"

typedef struct AbDunnett AbDunnett;

extern AbDunnett *AbMakeDunnett(double control_variance,
								const double *treatment_variances, int count,
								AbAlternative alternative,
								const AbWork *work);
extern void AbFreeDunnett(AbDunnett *dunnett);
extern double AbDunnettP(AbDunnett *dunnett, double statistic, double df,
						 double p_value);
extern double AbDunnettCritical(AbDunnett *dunnett, double df, double alpha);

#endif							/* AB_MATH_DUNNETT_H */
