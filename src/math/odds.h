/*
 * odds.h
 *	  The odds ratio of two proportions.
 *
 * Pure C: no PostgreSQL header.
 */
#ifndef AB_MATH_ODDS_H
#define AB_MATH_ODDS_H

#include "math/proportions.h"

extern double AbOddsRatio(const AbProportions *counts);
extern double AbLogOddsError(const AbProportions *counts);
extern double AbOddsBound(const AbProportions *counts, double z);

#endif							/* AB_MATH_ODDS_H */
