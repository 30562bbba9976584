/*
 * bins_grid.h
 *	  Counting values where there is a place for each that can occur: arrays
 *	  of counts in the place of the sorted maps of bins.h.
 *
 * Pure C: no PostgreSQL header.  The counts are the caller's memory.
 */
#ifndef AB_MATH_BINS_GRID_H
#define AB_MATH_BINS_GRID_H

#include "math/bins.h"

/*
 * Slots in the order of the values: those below zero, zero, those above it.
 * The slot of a value is as far from zero's as its magnitude, without the low
 * bits that all have in common, is above that of the smallest.
 */
typedef struct AbBinGrid
{
	int64_t    *counts;			/* NULL: there is no grid */
	int			size;
	int			zero;			/* slot of zero */
	int			shift;			/* low bits without a place */
	int64_t		nearest;		/* magnitude of the slots beside zero, shifted */
	int64_t		unplaced;		/* bits of a magnitude that no value has */
	int			used;			/* slots that have a count */
} AbBinGrid;

extern bool AbPlanBinGrid(AbBinGrid *grid, const AbBin *bins, int count,
						  int bits);
extern int	AbCountBinsOnGrid(AbBinGrid *grid, AbBin *bins, int count);
extern int	AbCountRowsOnGrid(AbBinGrid *grid, double *rows, int count,
							  double *min, double *max);
extern int	AbReadBinGrid(const AbBinGrid *grid, AbBin *bins);

#endif							/* AB_MATH_BINS_GRID_H */
