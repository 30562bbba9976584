/*
 * proportions_exact.h
 *	  Exact tests of two proportions.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_PROPORTIONS_EXACT_H
#define AB_MATH_PROPORTIONS_EXACT_H

#include "math/proportions.h"
#include "math/work.h"

/* Rows of both arms together up to which an exact test is computed. */
#define AB_FISHER_MAX_ROWS			1000000000
#define AB_UNCONDITIONAL_MAX_ROWS	50000

/* Fisher's needs no work; it has the argument of the others. */
extern double AbFisher(const AbProportions *counts, AbAlternative alternative,
					   const AbWork *work);
extern double AbBarnard(const AbProportions *counts, AbAlternative alternative,
						const AbWork *work);
extern double AbBarnardUnpooled(const AbProportions *counts,
								AbAlternative alternative, const AbWork *work);
extern double AbBoschloo(const AbProportions *counts, AbAlternative alternative,
						 const AbWork *work);

#endif							/* AB_MATH_PROPORTIONS_EXACT_H */
