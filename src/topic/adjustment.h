/*
 * adjustment.h
 *	  Comparison of two arms by an outcome and, optionally, a covariate that
 *	  was measured before the experiment.
 *
 * Outcome and covariate are means (cuped.c) or linearised ratios (ratio.c):
 * the arithmetic from their first and second moments on is the same.
 */
#ifndef AB_TOPIC_ADJUSTMENT_H
#define AB_TOPIC_ADJUSTMENT_H

#include "base/comparison.h"

/* Which slope of the outcome on the covariate to adjust with. */
typedef enum AbTheta
{
	AB_THETA_NONE,				/* do not adjust */
	AB_THETA_PER_ARM,			/* each arm's own */
	AB_THETA_POOLED,			/* one, from the variation within the arms */
	AB_THETA_TOTAL				/* one, from all rows whatever their arm */
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
	double		total_theta;	/* slope over all rows */
} AbPairs;

extern AbTheta AbGetTheta(FunctionCallInfo fcinfo, int argument);
extern void AbRequireColumns(const AbSummary *summary, int columns,
							 const char *hint);
extern double AbPositivePart(double value, double scale);
extern void AbMergeArms(const AbComparison *row, AbDouble *moments);
extern void AbComparePairs(AbComparison *row, const AbPairs *pairs,
						   AbTheta theta, const AbTestOptions *options,
						   const char *subject);

#endif							/* AB_TOPIC_ADJUSTMENT_H */
