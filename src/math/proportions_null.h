/*
 * proportions_null.h
 *	  Hypotheses about two proportions, and the proportions that are most likely
 *	  under them.
 *
 * Pure C: no PostgreSQL header.
 */
#ifndef AB_MATH_PROPORTIONS_NULL_H
#define AB_MATH_PROPORTIONS_NULL_H

#include "math/proportions.h"

/*
 * What a hypothesis says of two proportions: treatment - control = value, from
 * -1 to 1, or treatment / control = value, from 0 on.
 */
typedef struct AbProportionNull
{
	double		value;
	bool		ratio;
} AbProportionNull;

/*
 * The hypothesis p1 = a + b p2, 0 <= b <= 1, about successes x, failures y of
 * n in two arms.
 */
typedef struct AbHypothesis
{
	double		x1;
	double		y1;
	double		n1;
	double		x2;
	double		y2;
	double		n2;
	double		a;
	double		b;
	double		excess;			/* of the observed p1 over a + b p2 */
	double		sign;			/* of treatment against control in it */
} AbHypothesis;

/*
 * The proportions most likely under a hypothesis, and the moments that the
 * observed p1 - a - b p2 has by them.
 */
typedef struct AbNullMoments
{
	double		p1;
	double		p2;
	double		variance;
	double		third;			/* central moment */
} AbNullMoments;

extern AbHypothesis AbHypothesisOfDifference(const AbProportions *counts,
											 double difference);
extern AbHypothesis AbHypothesisOfRatio(const AbProportions *counts,
										double ratio, bool inverse);
extern AbHypothesis AbHypothesisOf(const AbProportions *counts,
								   AbProportionNull null);
extern AbNullMoments AbMomentsUnder(const AbHypothesis *h);
extern AbProportions AbExpectedUnder(const AbProportions *counts,
									 AbProportionNull null);

#endif							/* AB_MATH_PROPORTIONS_NULL_H */
