/*
 * bayes_normal.h
 *	  The difference and the lift of two means, a posteriori.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_BAYES_NORMAL_H
#define AB_MATH_BAYES_NORMAL_H

#include "math/student.h"
#include "math/work.h"

/* Two estimated means, taken as normal with known variances. */
typedef struct AbNormalMeans
{
	double		control;
	double		difference;		/* treatment - control, with all digits */
	double		control_variance;	/* of the mean, > 0 */
	double		treatment_variance;
} AbNormalMeans;

/* A normal prior; an infinite deviation is a flat one. */
typedef struct AbNormalPrior
{
	double		mean;
	double		stddev;
} AbNormalPrior;

/* What is said of a difference, or of a lift as a fraction. */
typedef struct AbEffectPosterior
{
	double		mean;
	AbInterval	interval;
	double		above;			/* probability that it is > 0 */
	double		below;
	double		gain;			/* expectation of it where it is > 0, else 0 */
	double		drop;			/* of minus it where it is < 0, else 0 */
	double		between;		/* probability of less than half_width in size */
} AbEffectPosterior;

/* The difference and the control's mean, which are normal together. */
typedef struct AbJointNormal
{
	double		difference;
	double		control;
	double		variance;		/* of the difference */
	double		control_variance;
	double		covariance;
} AbJointNormal;

extern double AbNormalLoss(double z);
extern double AbNormalBetween(double low, double high);
extern AbJointNormal AbUpdateDifference(const AbNormalMeans *means,
										AbNormalPrior prior);
extern AbEffectPosterior AbDifferencePosterior(const AbJointNormal *joint,
											   double tail, double half_width);
extern double AbLiftBetween(const AbJointNormal *joint, double half_width);
extern bool AbLiftPosterior(const AbNormalMeans *means, AbNormalPrior prior,
							double tail, double half_width,
							AbEffectPosterior *lift,
							AbEffectPosterior *difference,
							const AbWork *work);

#endif							/* AB_MATH_BAYES_NORMAL_H */
