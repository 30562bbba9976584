/*
 * proportions_exact.h
 *	  Exact tests of two proportions.
 */
#ifndef AB_MATH_PROPORTIONS_EXACT_H
#define AB_MATH_PROPORTIONS_EXACT_H

#include "math/proportions.h"

/* Rows of both arms together up to which an exact test is computed. */
#define AB_FISHER_MAX_ROWS			1000000000
#define AB_UNCONDITIONAL_MAX_ROWS	50000

extern double AbFisher(const AbProportions *counts, AbAlternative alternative);
extern double AbBarnard(const AbProportions *counts, AbAlternative alternative);
extern double AbBoschloo(const AbProportions *counts, AbAlternative alternative);

#endif							/* AB_MATH_PROPORTIONS_EXACT_H */
