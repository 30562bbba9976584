/*
 * binomial.h
 *	  Tests of one count among n, and the ends of intervals that agree with
 *	  them.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_BINOMIAL_H
#define AB_MATH_BINOMIAL_H

#include <stdbool.h>

#include "math/distributions.h"
#include "math/student.h"

/* One-sided p-values of an observation: of it or more, and of it or less. */
typedef struct AbTails
{
	double		upper;
	double		lower;
} AbTails;

/* How the end of a score interval is found: see AbCorrectEnd(). */
typedef struct AbEndCorrection
{
	double		shift;			/* continuity correction, in units of the
								 * count */
	double		critical;
} AbEndCorrection;

extern double AbDeviance(double x, double expected, double excess);
extern AbTails AbBinomialTails(double k, double n, double odds, bool mid_p);
extern AbTails AbNormalTails(double z);
extern double AbTailsPValue(AbTails tails, AbAlternative alternative);
extern AbEndCorrection AbUsualEnd(double usual, double level);
extern AbEndCorrection AbCorrectEnd(double excess, double sd, double tail,
									double usual, double level);
extern double AbFindCrossing(AbFunction f, void *context, double low,
							 double high);

#endif							/* AB_MATH_BINOMIAL_H */
