/*
 * density.h
 *	  Integrals of densities of which only the logarithm can be computed, up to
 *	  a constant.
 *
 * Pure C: no PostgreSQL header.
 */
#ifndef AB_MATH_DENSITY_H
#define AB_MATH_DENSITY_H

#include <stdbool.h>

#include "math/legendre.h"
#include "math/work.h"

typedef double (*AbLogDensity) (double x, const void *context);

/* A piece of the range on which the rule of 16 points is exact to rounding. */
typedef struct AbDensityPanel
{
	double		low;
	double		high;
	double		mass;			/* integral, of a total of 1 */
	double		density[AB_LEGENDRE_POINTS];
} AbDensityPanel;

typedef struct AbDensity
{
	AbLogDensity log_density;
	const void *context;
	double		norm;			/* to be taken from the logarithm */
	AbDensityPanel *panels;		/* in ascending order */
	int			count;
	const AbWork *work;
} AbDensity;

extern bool AbMakeDensity(AbDensity *density, AbLogDensity log_density,
						  const void *context, const double *points, int count,
						  const AbWork *work);
extern void AbFreeDensity(AbDensity *density);
extern double AbDensityMass(const AbDensity *density, double low, double high);
extern double AbDensityQuantile(const AbDensity *density, double tail,
								bool upper);

/*
 * The i-th node of a panel.
 */
static inline double
AbDensityNode(const AbDensityPanel *panel, int i)
{
	return panel->low + (panel->high - panel->low) / 2 * (1 + ab_legendre.x[i]);
}

#endif							/* AB_MATH_DENSITY_H */
