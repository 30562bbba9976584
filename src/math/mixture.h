/*
 * mixture.h
 *	  Tests by a t statistic that hold at every time they are looked at.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_MIXTURE_H
#define AB_MATH_MIXTURE_H

#include "math/student.h"

/*
 * Information over that of the prior where the planned size is reached.
 * Intervals of level 95% are then narrowest; it is the same for every level, so
 * that p does not depend on one.
 */
#define AB_MIXTURE_PLANNED	8.2

extern double AbMixtureKappa(double control_n, double treatment_n,
							 double planned_n, double ratio);
extern double AbMixtureLogE(double t, double df, double kappa,
							AbAlternative alternative);
extern double AbMixturePValue(double t, double df, double kappa,
							  AbAlternative alternative);
extern double AbMixtureCritical(double df, double kappa,
								AbAlternative alternative, double alpha);

#endif							/* AB_MATH_MIXTURE_H */
