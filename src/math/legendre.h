/*
 * legendre.h
 *	  The Gauss-Legendre rule of 16 points.
 */
#ifndef AB_MATH_LEGENDRE_H
#define AB_MATH_LEGENDRE_H

#define AB_LEGENDRE_POINTS	16

/* A point in [-1, 1] and its weight; the weights sum to 2. */
typedef struct AbLegendre
{
	double		x;
	double		weight;
} AbLegendre;

extern const AbLegendre ab_legendre[AB_LEGENDRE_POINTS];	/* ascending */

#endif							/* AB_MATH_LEGENDRE_H */
