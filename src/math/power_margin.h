/*
 * power_margin.h
 *	  Power of the score test of two rates against one margin or two.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_POWER_MARGIN_H
#define AB_MATH_POWER_MARGIN_H

#include "math/proportions_null.h"
#include "math/work.h"

/* How a power is computed. */
typedef enum AbMarginMethod
{
	AB_MARGIN_AUTO,				/* asymptotic where no count is small */
	AB_MARGIN_ASYMPTOTIC,		/* the formula of Farrington and Manning */
	AB_MARGIN_EXACT				/* by enumeration of the test that decides */
} AbMarginMethod;

/*
 * Two rates of which is to be shown that they are above one hypothesis, below
 * another, or both, by one-sided tests at alpha.  A limit that is infinite is
 * none.
 */
typedef struct AbMarginDesign
{
	double		control;		/* the true rates */
	double		treatment;
	double		ratio;			/* users: treatment / control */
	double		alpha;
	AbMarginMethod method;
	AbProportionNull low;
	AbProportionNull high;
} AbMarginDesign;

extern double AbMarginPower(double n, const AbMarginDesign *design,
							const AbWork *work);
extern double AbMarginSampleSize(const AbMarginDesign *design, double power,
								 const AbWork *work);

#endif							/* AB_MATH_POWER_MARGIN_H */
