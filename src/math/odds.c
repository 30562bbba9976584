/*
 * odds.c
 *	  The odds ratio of two proportions, and the score test of it.
 *
 * References:
 *	J. Cornfield, A Statistical Problem Arising from Retrospective Studies, Proc.
 *	Third Berkeley Symposium 4 (1956), 135-148.
 *	O. Miettinen, M. Nurminen, Comparative Analysis of Two Rates, Statistics
 *	in Medicine 4 (1985), 213-226.
 *	B. Woolf, On Estimating the Relation Between Blood Group and Disease, Annals
 *	of Human Genetics 19 (1955), 251-253.
 */
#include "math/odds.h"

#include <math.h>

#include "math/distributions.h"

/*
 * The logarithm of the largest odds ratio that is looked for: its square, times
 * that of any count, is a double.
 */
#define LARGEST_LOG		300

/* What a bound is searched with. */
typedef struct OddsSearch
{
	const AbProportions *counts;
	double		z;
} OddsSearch;

/*
 * Treatment's odds over the control's; infinite, or NaN of 0 / 0, where a cell
 * is empty.
 */
double
AbOddsRatio(const AbProportions *counts)
{
	double		control = counts->control_n - counts->control;
	double		treatment = counts->treatment_n - counts->treatment;

	return counts->treatment / counts->control * (control / treatment);
}

/*
 * Woolf's standard error of the logarithm of the odds ratio; infinite where a
 * cell is empty.
 */
double
AbLogOddsError(const AbProportions *counts)
{
	return sqrt(1 / counts->treatment +
				1 / (counts->treatment_n - counts->treatment) +
				1 / counts->control + 1 / (counts->control_n - counts->control));
}

/*
 * The most likely proportion p2 of n2 rows, given x successes of n1 + n2 and the
 * odds ratio r of the first to the second: the root from 0 to 1 of
 *
 *	n2 (r - 1) p2^2 + (n1 r + n2 - x (r - 1)) p2 - x = 0,
 *
 * whose discriminant is written without cancellation.
 */
static double
LikelyProportion(double n1, double n2, double x, double r)
{
	double		a = n2 * (r - 1);
	double		t = x * (r - 1);
	double		b = n1 * r + n2 - t;
	double		root = r > 1 ? sqrt(b * b + 4 * a * x) :
		sqrt((n2 + t) * (n2 + t) + n1 * r * (n1 * r + 2 * n2 - 2 * t));

	return b > 0 ? 2 * x / (b + root) : (root - b) / (2 * a);
}

/*
 * The excess of the treatment's successes over those most likely under an odds
 * ratio, and its variance, N / (N - 1) included: 1 / (1 / v1 + 1 / v2), where
 * v = n p q.  Each cell of the table is computed as such, so none is lost
 * against another.
 */
static double
OddsExcess(const AbProportions *counts, double ratio, double *variance)
{
	double		n1 = counts->treatment_n;
	double		n2 = counts->control_n;
	double		n = n1 + n2;
	double		x = counts->treatment + counts->control;
	double		p1 = LikelyProportion(n2, n1, x, 1 / ratio);
	double		q1 = LikelyProportion(n2, n1, n - x, ratio);
	double		v1 = n1 * p1 * q1;
	double		v2 = n2 * LikelyProportion(n1, n2, x, ratio) *
		LikelyProportion(n1, n2, n - x, 1 / ratio);

	*variance = v1 * v2 > 0 ? v1 / (v1 + v2) * v2 * (n / (n - 1)) : 0;
	return p1 <= q1 ? counts->treatment - n1 * p1 :
		n1 * q1 - (n1 - counts->treatment);
}

static double
OddsDistance(double log_ratio, void *context)
{
	const OddsSearch *search = context;
	double		variance;
	double		excess = OddsExcess(search->counts, exp(log_ratio), &variance);

	return excess - search->z * sqrt(variance);
}

/*
 * The odds ratio whose score statistic, excess over the root of its variance, is
 * z; for a ratio of 1 that is Miettinen and Nurminen's.  A lower bound for a
 * positive one, an upper one for a negative one (-0 as well).  0 or infinite
 * where there is none, NaN without successes or without failures.
 */
double
AbOddsBound(const AbProportions *counts, double z)
{
	OddsSearch	search = {counts, z};
	double		x = counts->treatment + counts->control;
	double		near = 0;
	double		far = 1;
	double		at_one;
	double		end;

	if (x == 0 || x == counts->treatment_n + counts->control_n)
		return NAN;
	/* a treatment without successes, or a control without failures, has none */
	if (!signbit(z) && (counts->treatment == 0 || counts->control == counts->control_n))
		return 0;
	if (signbit(z) && (counts->control == 0 || counts->treatment == counts->treatment_n))
		return INFINITY;

	/* from 1 outwards: far from the root an empty cell leaves rounding alone */
	at_one = OddsDistance(0, &search);
	if (at_one == 0)
		return 1;
	if (at_one < 0)
		far = -1;
	for (;;)
	{
		end = OddsDistance(far, &search);
		if (end == 0)
			return exp(far);
		if ((end > 0) != (at_one > 0) || fabs(far) > LARGEST_LOG)
			break;
		near = far;
		far *= 2;
	}
	return exp(AbFindRoot(OddsDistance, &search, fmin(near, far),
						  fmax(near, far)));
}
