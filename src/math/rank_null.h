/*
 * rank_null.h
 *	  Null distributions of rank statistics.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_RANK_NULL_H
#define AB_MATH_RANK_NULL_H

#include <stdbool.h>
#include <stdint.h>

#include "math/binomial.h"
#include "math/work.h"

/* That many pairs share a rank, which is in any unit. */
typedef struct AbRankGroup
{
	int64_t		rank;			/* > 0 */
	int64_t		count;			/* > 0 */
} AbRankGroup;

extern bool AbMannWhitneyFeasible(int64_t n1, int64_t n2);
extern AbTails AbMannWhitneyTails(int64_t u, int64_t n1, int64_t n2,
								  const AbWork *work);
extern bool AbSignedRankFeasible(double total, double n);
extern AbTails AbSignedRankTails(int64_t w, int64_t total,
								 const AbRankGroup *groups, int count,
								 const AbWork *work);
extern bool AbSmirnovFeasible(int64_t n1, int64_t n2);
extern double AbSmirnovPValue(int64_t excess, int64_t n1, int64_t n2,
							  bool two_sided, const AbWork *work);
extern double AbSmirnovLimit(double d, double n1, double n2, bool two_sided,
							 const AbWork *work);
extern double AbKolmogorovUpperTail(double d, double n, const AbWork *work);

#endif							/* AB_MATH_RANK_NULL_H */
