/*
 * legendre.c
 *	  The Gauss-Legendre rule of 16 points.
 */
#include "math/legendre.h"

const AbLegendre ab_legendre = {
	{
		-0.9894009349916499326,
		-0.94457502307323257608,
		-0.86563120238783174388,
		-0.7554044083550030339,
		-0.61787624440264374845,
		-0.45801677765722738634,
		-0.28160355077925891323,
		-0.095012509837637440185,
		0.095012509837637440185,
		0.28160355077925891323,
		0.45801677765722738634,
		0.61787624440264374845,
		0.7554044083550030339,
		0.86563120238783174388,
		0.94457502307323257608,
		0.9894009349916499326
	},
	{
		0.027152459411754094852,
		0.062253523938647892863,
		0.09515851168249278481,
		0.12462897125553387205,
		0.14959598881657673208,
		0.16915651939500253819,
		0.18260341504492358887,
		0.18945061045506849629,
		0.18945061045506849629,
		0.18260341504492358887,
		0.16915651939500253819,
		0.14959598881657673208,
		0.12462897125553387205,
		0.09515851168249278481,
		0.062253523938647892863,
		0.027152459411754094852
	}
};

/*
 * Legendre's polynomials of the orders 0 to 16 at x, by their recurrence.
 */
static void
Polynomials(double x, double *p)
{
	p[0] = 1;
	p[1] = x;
	for (int n = 1; n < AB_LEGENDRE_POINTS; n++)
		p[n + 1] = ((2 * n + 1) * x * p[n] - n * p[n - 1]) / (n + 1);
}

/*
 * Fill in the matrix: the polynomial that is 1 at node j and 0 at the others is
 * the sum over n of (2 n + 1) / 2 weight(j) P(n, x(j)) P(n, x), and the integral
 * of (2 n + 1) P(n) is P(n + 1) - P(n - 1).
 */
void
AbFillLegendreThrough(AbLegendreThrough *matrix)
{
	double		p[AB_LEGENDRE_POINTS][AB_LEGENDRE_POINTS + 1];

	for (int i = 0; i < AB_LEGENDRE_POINTS; i++)
		Polynomials(ab_legendre.x[i], p[i]);
	for (int i = 0; i < AB_LEGENDRE_POINTS; i++)
		for (int j = 0; j < AB_LEGENDRE_POINTS; j++)
		{
			double		sum = ab_legendre.x[i] + 1;

			for (int n = 1; n < AB_LEGENDRE_POINTS; n++)
				sum += p[j][n] * (p[i][n + 1] - p[i][n - 1]);
			matrix->through[i][j] = ab_legendre.weight[j] / 2 * sum;
		}
}
