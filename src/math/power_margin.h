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
	AbProportionNull low;
	AbProportionNull high;
} AbMarginDesign;

extern double AbMarginPower(double n, const AbMarginDesign *design,
							const AbWork *work);
extern double AbMarginSampleSize(const AbMarginDesign *design, double power,
								 const AbWork *work);

#endif							/* AB_MATH_POWER_MARGIN_H */
