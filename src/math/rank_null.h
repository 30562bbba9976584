/*
 * rank_null.h
 *	  Null distributions of rank statistics.
 *
 * Pure C: no PostgreSQL header.  Work space comes from the caller, and what
 * takes longer than some milliseconds calls `poll` every now and then, which
 * need not return.
 */
#ifndef AB_MATH_RANK_NULL_H
#define AB_MATH_RANK_NULL_H

#include <stdbool.h>
#include <stdint.h>

#include "math/binomial.h"

/*
 * What an exact distribution may take: doubles of work space, and steps, which
 * are half a second.
 */
#define AB_EXACT_MAX_CELLS	5000000
#define AB_EXACT_MAX_STEPS	200000000.0

/* Rows of the smaller arm up to which U's distribution keeps its digits. */
#define AB_MANN_WHITNEY_MAX_ROWS	200

/* Pairs of rows up to which the lattice of Smirnov's test is walked. */
#define AB_SMIRNOV_MAX_PAIRS	100000000

/* Doubles of work space of AbKolmogorovUpperTail(). */
#define AB_KOLMOGOROV_MAX_ORDER	119
#define AB_KOLMOGOROV_WORK	\
	(3 * AB_KOLMOGOROV_MAX_ORDER * AB_KOLMOGOROV_MAX_ORDER)

typedef void (*AbPoll) (void);

/* That many pairs share a rank, which is in any unit. */
typedef struct AbRankGroup
{
	int64_t		rank;			/* > 0 */
	int64_t		count;			/* > 0 */
} AbRankGroup;

extern int64_t AbMannWhitneyWork(int64_t n1, int64_t n2);
extern AbTails AbMannWhitneyTails(int64_t u, int64_t n1, int64_t n2,
								  double *work, AbPoll poll);
extern int64_t AbSignedRankWork(int64_t total, int64_t n);
extern AbTails AbSignedRankTails(int64_t w, int64_t total,
								 const AbRankGroup *groups, int count,
								 double *work, AbPoll poll);
extern int64_t AbSmirnovWork(int64_t n1, int64_t n2);
extern double AbSmirnovPValue(int64_t excess, int64_t n1, int64_t n2,
							  bool two_sided, double *work, AbPoll poll);
extern double AbSmirnovLimit(double d, double n1, double n2, bool two_sided,
							 double *work);
extern double AbKolmogorovUpperTail(double d, double n, double *work);

#endif							/* AB_MATH_RANK_NULL_H */
