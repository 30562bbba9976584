/*
 * legendre.h
 *	  The Gauss-Legendre rule of 16 points.
 *
 * Pure C: no PostgreSQL header.
 */
#ifndef AB_MATH_LEGENDRE_H
#define AB_MATH_LEGENDRE_H

#define AB_LEGENDRE_POINTS	16

/* A rule of it: nodes in [-1, 1] in ascending order, and their weights. */
typedef struct AbLegendre
{
	double		x[AB_LEGENDRE_POINTS];
	double		weight[AB_LEGENDRE_POINTS];
} AbLegendre;

/*
 * through[i][j]: what the value at node j adds to the integral from -1 to node
 * i of the polynomial through the values at all nodes.
 */
typedef struct AbLegendreThrough
{
	double		through[AB_LEGENDRE_POINTS][AB_LEGENDRE_POINTS];
} AbLegendreThrough;

extern const AbLegendre ab_legendre;

extern void AbFillLegendreThrough(AbLegendreThrough *matrix);

#endif							/* AB_MATH_LEGENDRE_H */
