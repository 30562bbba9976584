/*
 * proportions_null.c
 *	  Hypotheses about two proportions, and the proportions that are most likely
 *	  under them.
 *
 * Hypotheses about a difference and about a ratio are the same one here,
 * p1 = a + b p2, so one solver serves all of them.
 *
 * References:
 *	O. Miettinen, M. Nurminen, Comparative Analysis of Two Rates, Statistics
 *	in Medicine 4 (1985), 213-226.
 *	C. P. Farrington, G. Manning, Test Statistics and Sample Size Formulae for
 *	Comparative Binomial Trials with Null Hypothesis of Non-Zero Risk
 *	Difference or Non-Unity Relative Risk, Statistics in Medicine 9 (1990),
 *	1447-1454.
 */
#include "math/proportions_null.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

/* Newton's method takes about 5 steps; this is the end of pure bisection. */
#define MAX_STEPS			200

/*
 * Swap the names of success and failure where most rows are successes:
 * proportions near 0 are doubles of full precision, those near 1 are not.
 * `complement` is the a of the hypothesis that is about failures,
 * q1 = a + b q2.
 */
static void
PreferRare(AbHypothesis *h, double complement)
{
	double		x1 = h->x1;
	double		x2 = h->x2;

	if (h->x1 + h->x2 <= h->y1 + h->y2)
		return;
	h->x1 = h->y1;
	h->y1 = x1;
	h->x2 = h->y2;
	h->y2 = x2;
	h->a = complement;
	h->excess = -h->excess;
	h->sign = -h->sign;
}

/*
 * The hypothesis treatment - control = difference, from -1 to 1; NaN in, NaN
 * in what is made of it.
 */
AbHypothesis
AbHypothesisOfDifference(const AbProportions *counts, double difference)
{
	AbHypothesis h;

	h.x1 = counts->treatment;
	h.n1 = counts->treatment_n;
	h.x2 = counts->control;
	h.n2 = counts->control_n;
	h.y1 = h.n1 - h.x1;
	h.y2 = h.n2 - h.x2;
	h.a = difference;
	h.b = 1;
	h.excess = AbProportionDifference(counts) - difference;
	h.sign = 1;
	PreferRare(&h, -difference);
	return h;
}

/*
 * The hypothesis treatment = ratio control, or where `inverse` is set,
 * control = ratio treatment; ratio <= 1.
 */
AbHypothesis
AbHypothesisOfRatio(const AbProportions *counts, double ratio, bool inverse)
{
	AbHypothesis h;

	h.x1 = inverse ? counts->control : counts->treatment;
	h.n1 = inverse ? counts->control_n : counts->treatment_n;
	h.x2 = inverse ? counts->treatment : counts->control;
	h.n2 = inverse ? counts->treatment_n : counts->control_n;
	h.y1 = h.n1 - h.x1;
	h.y2 = h.n2 - h.x2;
	h.a = 0;
	h.b = ratio;
	h.sign = inverse ? -1 : 1;
	if (ratio < 0.5)
	{
		/* that makes p1 a rare success by itself */
		h.excess = h.x1 / h.n1 - ratio * (h.x2 / h.n2);
		return h;
	}
	h.excess = h.sign * AbProportionDifference(counts) +
		(1 - ratio) * (h.x2 / h.n2);
	PreferRare(&h, 1 - ratio);
	return h;
}

static double
FirstProportion(const AbHypothesis *h, double p2)
{
	return fmin(fmax(h->a + h->b * p2, 0), 1);
}

/*
 * x / p, which stays 0 where there is no success to explain.
 */
static double
PerProportion(double x, double p)
{
	return x == 0 ? 0 : x / p;
}

/*
 * Derivative of the log likelihood
 *
 *	x1 log p1 + y1 log(1 - p1) + x2 log p2 + y2 log(1 - p2),
 *	p1 = a + b p2,
 *
 * in p2, and where `slope` is given, minus its own derivative.
 */
static double
Score(const AbHypothesis *h, double p2, double *slope)
{
	double		p1 = FirstProportion(h, p2);
	double		up1 = PerProportion(h->x1, p1);
	double		down1 = PerProportion(h->y1, 1 - p1);
	double		up2 = PerProportion(h->x2, p2);
	double		down2 = PerProportion(h->y2, 1 - p2);

	if (slope)
		*slope = h->b * h->b *
			(PerProportion(up1, p1) + PerProportion(down1, 1 - p1)) +
			PerProportion(up2, p2) + PerProportion(down2, 1 - p2);
	return h->b * (up1 - down1) + (up2 - down2);
}

/*
 * The p2 most likely under the hypothesis.
 *
 * Miettinen and Nurminen give the zero of Score() as the root of a cubic.  It
 * is solved here as it stands: the log likelihood is concave, so that Newton's
 * method within a bracket finds its only maximum, and the coefficients of the
 * cubic, in which proportions near 0 cancel, are never formed.
 */
static double
MostLikely(const AbHypothesis *h)
{
	double		low;
	double		high;
	double		p;

	if (h->b == 0)
		return h->x2 / h->n2;
	low = fmax(0, -h->a / h->b);
	high = fmin(1, (1 - h->a) / h->b);
	if (!(low < high) || Score(h, low, NULL) <= 0)
		return low;
	if (Score(h, high, NULL) >= 0)
		return high;

	p = (h->x1 + h->x2 - h->n1 * h->a) / (h->n1 * h->b + h->n2);
	for (int i = 0; i < MAX_STEPS; i++)
	{
		double		slope;
		double		score;
		double		next;

		if (!(p > low && p < high))
			p = low + (high - low) / 2;
		if (!(p > low && p < high))
			break;
		score = Score(h, p, &slope);
		if (score == 0)
			break;
		if (score > 0)
			low = p;
		else
			high = p;
		next = p + score / slope;
		if (fabs(next - p) <= DBL_EPSILON / 2 * p)
			break;
		p = next;
	}
	return p;
}

/*
 * The hypothesis in either form; a ratio above 1 is taken by its inverse.
 */
AbHypothesis
AbHypothesisOf(const AbProportions *counts, AbProportionNull null)
{
	if (!null.ratio)
		return AbHypothesisOfDifference(counts, null.value);
	if (null.value > 1)
		return AbHypothesisOfRatio(counts, 1 / null.value, true);
	return AbHypothesisOfRatio(counts, null.value, false);
}

/*
 * The most likely proportions under the hypothesis, and by them variance and
 * third central moment of the observed p1 - a - b p2,
 *
 *	p1 q1 / n1 + b^2 p2 q2 / n2,
 *	p1 q1 (q1 - p1) / n1^2 - b^3 p2 q2 (q2 - p2) / n2^2,	q = 1 - p.
 */
AbNullMoments
AbMomentsUnder(const AbHypothesis *h)
{
	AbNullMoments m;
	double		v1;
	double		v2;

	m.p2 = MostLikely(h);
	m.p1 = FirstProportion(h, m.p2);
	v1 = m.p1 * (1 - m.p1) / h->n1;
	v2 = m.p2 * (1 - m.p2) / h->n2;
	m.variance = v1 + h->b * h->b * v2;
	m.third = v1 * ((1 - 2 * m.p1) / h->n1) -
		h->b * h->b * h->b * v2 * ((1 - 2 * m.p2) / h->n2);
	return m;
}

/*
 * The successes that the hypothesis makes one expect in the two arms.
 */
AbProportions
AbExpectedUnder(const AbProportions *counts, AbProportionNull null)
{
	AbProportions expected = *counts;
	AbHypothesis h = AbHypothesisOf(counts, null);
	AbNullMoments m = AbMomentsUnder(&h);
	bool		inverse = null.ratio && null.value > 1;
	double		control = inverse ? m.p1 : m.p2;
	double		treatment = inverse ? m.p2 : m.p1;

	/* the hypothesis may be about failures, see PreferRare() */
	if (h.sign != (inverse ? -1 : 1))
	{
		control = 1 - control;
		treatment = 1 - treatment;
	}
	expected.control = counts->control_n * control;
	expected.treatment = counts->treatment_n * treatment;
	return expected;
}
