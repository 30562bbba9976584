/*
 * ranges.h
 *	  The unit interval, shared out to arms by their weights.
 *
 * Pure C: no PostgreSQL header.
 */
#ifndef AB_MATH_RANGES_H
#define AB_MATH_RANGES_H

#include <stdint.h>

/* 2^-53: what 53 bits are multiplied by to be a number in [0, 1) */
#define AB_BITS_UNIT	(1 / 9007199254740992.0)

/* The ranges of arms: the i-th has start[i] <= x < end[i]. */
typedef struct AbRanges
{
	int			count;
	double	   *starts;			/* ascending */
	double	   *ends;
} AbRanges;

extern void AbLayOutRanges(AbRanges *ranges, const double *weights,
						   double coverage, int grid);
extern int	AbFindRange(const AbRanges *ranges, double x);
extern double AbRendezvousCost(uint64_t bits, double weight, double least);

#endif							/* AB_MATH_RANGES_H */
