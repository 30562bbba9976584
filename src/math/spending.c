/*
 * spending.c
 *	  How much of its error a test with several looks has spent by when.
 *
 * With f(t) spent by information t, a fraction of the plan, of a level a of one
 * side:
 *
 *	like O'Brien-Fleming	2 - 2 Phi(z(a / 2) / sqrt(t))
 *	like Pocock				a ln(1 + (e - 1) t)
 *	power					a t^rho
 *	Hwang-Shih-DeCani		a (1 - exp(-g t)) / (1 - exp(-g)), a t for g = 0
 *
 * References:
 *	K. K. G. Lan, D. L. DeMets, Discrete Sequential Boundaries for Clinical
 *	Trials, Biometrika 70 (1983), 659-663.
 *	K. Kim, D. L. DeMets, Design and Analysis of Group Sequential Tests Based on
 *	the Type I Error Spending Rate Function, Biometrika 74 (1987), 149-154.
 *	I. K. Hwang, W. J. Shih, J. S. DeCani, Group Sequential Designs Using a
 *	Family of Type I Error Probability Spending Functions, Statistics in
 *	Medicine 9 (1990), 1439-1445.
 */
#include "math/spending.h"

#include <math.h>

#include "math/distributions.h"

/*
 * f(to) - f(from), of which 0 <= from <= to <= 1, without cancellation where
 * the function has a closed form for it.  NaN for a family that does not spend.
 */
double
AbSpent(const AbSpending *spending, double level, double from, double to)
{
	double		parameter = spending->parameter;
	double		z;

	if (!(from < to))
		return from == to ? 0 : NAN;
	switch (spending->family)
	{
		case AB_SPEND_OBRIEN_FLEMING:
			z = AbNormalUpperQuantile(level / 2);
			/* all of it, whatever rounding does */
			return (to == 1 ? level : erfc(z / sqrt(2 * to))) -
				(from > 0 ? erfc(z / sqrt(2 * from)) : 0);
		case AB_SPEND_POCOCK:
			return level * log1p((M_E - 1) * (to - from) /
								 (1 + (M_E - 1) * from));
		case AB_SPEND_POWER:
			return level * pow(to, parameter) *
				-expm1(parameter * log(from / to));
		case AB_SPEND_HSD:
			if (parameter == 0)
				return level * (to - from);
			/* so that every exponent is negative */
			return level * exp(parameter > 0 ? -parameter * from :
							   parameter * (1 - to)) *
				(expm1(-fabs(parameter) * (to - from)) /
				 expm1(-fabs(parameter)));
		default:
			return NAN;
	}
}
