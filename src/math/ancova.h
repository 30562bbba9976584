/*
 * ancova.h
 *	  The difference of two arms adjusted for a covariate.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_ANCOVA_H
#define AB_MATH_ANCOVA_H

#include <stdbool.h>

#include "math/student.h"

/* Rows an arm needs for a slope and a variance about it. */
#define AB_MIN_ADJUSTED_ROWS	3

/* Which slope of the outcome on the covariate to adjust with. */
typedef enum AbTheta
{
	AB_THETA_NONE,				/* do not adjust */
	AB_THETA_PER_ARM,			/* each arm's own */
	AB_THETA_POOLED,			/* one, from the variation within the arms */
	AB_THETA_TOTAL,				/* one, from all rows whatever their arm */
	AB_THETA_GIVEN				/* one that the caller knows */
} AbTheta;

/* Outcome y and covariate x of a set of n rows. */
typedef struct AbPair
{
	double		n;
	double		weight;			/* in the covariate's overall mean: n times
								 * the mean denominator of a ratio */
	double		y;				/* means */
	double		x;
	double		syy;			/* sums of products of deviations */
	double		sxy;
	double		sxx;
} AbPair;

typedef struct AbPairs
{
	AbPair		control;
	AbPair		treatment;
	double		y_difference;	/* treatment - control, with all digits */
	double		x_difference;
	double		known_theta;	/* slope over all rows, or the one given */
} AbPairs;

/*
 * Is the slope taken as known?
 */
static inline bool
AbThetaKnown(AbTheta theta)
{
	return theta == AB_THETA_TOTAL || theta == AB_THETA_GIVEN;
}

/* The estimate with a given choice of slopes and variances. */
typedef struct AbAdjusted
{
	AbEffect	effect;			/* control is the adjusted mean, unless
								 * AbDivideByPlain() made it the plain one */
	double		control;		/* adjusted mean */
	double		treatment;		/* adjusted mean */
	double		control_theta;	/* slopes, 0 without adjustment */
	double		treatment_theta;
	double		control_stddev; /* of the arm's residuals */
	double		treatment_stddev;
} AbAdjusted;

extern AbAdjusted AbAncova(const AbPairs *pairs, AbTheta theta,
						   bool equal_var);
extern void AbTakeMeanAsKnown(AbAdjusted *e, const AbPairs *pairs,
							  bool equal_var);
extern void AbDivideByPlain(AbAdjusted *e, const AbPairs *pairs,
							bool equal_var);
extern AbLift AbAdjustedLift(const AbAdjusted *e, const AbPairs *pairs,
							 AbTheta theta, bool equal_var,
							 AbLiftMethod method);
extern double AbVarianceSaved(double adjusted_error, double plain_error);
extern double AbImbalanceP(const AbPairs *pairs);
extern double AbPositivePart(double value, double scale);

#endif							/* AB_MATH_ANCOVA_H */
