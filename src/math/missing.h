/*
 * missing.h
 *	  Is more missing in one arm than in another?
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_MISSING_H
#define AB_MATH_MISSING_H

#include "math/proportions.h"

extern double AbMissingP(const AbProportions *missing);
extern double AbMissingPairsP(double control, double treatment);

#endif							/* AB_MATH_MISSING_H */
