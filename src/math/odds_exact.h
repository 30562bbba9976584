/*
 * odds_exact.h
 *	  The odds ratio of two proportions given both totals of their table.
 *
 * Pure C: no PostgreSQL header.
 */
#ifndef AB_MATH_ODDS_EXACT_H
#define AB_MATH_ODDS_EXACT_H

#include <stdbool.h>

#include "math/proportions.h"

extern double AbConditionalOdds(const AbProportions *counts);
extern double AbExactOddsBound(const AbProportions *counts, double tail,
							   bool upper);

#endif							/* AB_MATH_ODDS_EXACT_H */
