/*
 * power.h
 *	  Power of planned designs, and the smallest design that reaches a power.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_POWER_H
#define AB_MATH_POWER_H

#include <stdbool.h>

#include "math/distributions.h"

/* Largest group that a size is searched in: counts stay exact in a double. */
#define AB_LARGEST_SIZE		9007199254740992.0

/* Two proportions, of which the hypothesis says that they are equal. */
typedef struct AbProportionDesign
{
	double		control;		/* the true proportions */
	double		treatment;
	double		ratio;			/* users: treatment / control */
	double		alpha;
	bool		two_sided;
	bool		unpooled;		/* standard error from each arm by itself */
} AbProportionDesign;

/*
 * A difference of means that is to be shown to lie between two margins, one
 * below and one above it, all in standard deviations.
 */
typedef struct AbEquivalence
{
	double		below;			/* from the lower margin to the difference */
	double		above;			/* from the difference to the upper margin */
	double		ratio;
	double		alpha;			/* of each of the two tests */
} AbEquivalence;

extern double AbCeiling(double x);
extern double AbSmallestSize(AbFunction power, void *context, double target,
							 double least, double guess);

extern double AbProportionPower(double n, const AbProportionDesign *design);
extern double AbProportionSampleSize(const AbProportionDesign *design,
									 double power);
extern double AbProportionEffect(const AbProportionDesign *design, double n,
								 double power, double direction);

extern double AbPairedPower(double n, double effect, double alpha,
							bool two_sided);
extern double AbPairedSampleSize(double effect, double alpha, double power,
								 bool two_sided);
extern double AbPairedEffect(double n, double alpha, double power,
							 bool two_sided);

extern double AbMeanEquivalencePower(double n, const AbEquivalence *design);
extern double AbMeanEquivalenceSize(const AbEquivalence *design, double power);

#endif							/* AB_MATH_POWER_H */
