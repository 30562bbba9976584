/*
 * posterior.h
 *	  Posterior distributions of means, rates and counts per exposure.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 *
 * A posterior is looked at on the scale on which its density is smooth
 * everywhere: log odds of a rate, log of a count per exposure, the value itself
 * of a mean.  Points of that scale are given as distances from the mode of a
 * posterior, "relative" below, for a billion users leave it only the last few
 * digits of an absolute number.
 */
#ifndef AB_MATH_POSTERIOR_H
#define AB_MATH_POSTERIOR_H

#include <stdbool.h>

#include "math/student.h"
#include "math/work.h"

typedef enum AbModel
{
	AB_MODEL_NORMAL,			/* a mean */
	AB_MODEL_BINOMIAL,			/* a rate: beta */
	AB_MODEL_POISSON			/* events per exposure: gamma */
} AbModel;

/*
 * A posterior.  Those that are compared have one model.
 *
 *			normal					binomial				Poisson
 * a		mean, from any number	successes and prior		events and prior
 * b		standard deviation > 0	failures and prior		exposure and prior
 */
typedef struct AbPosterior
{
	AbModel		model;
	double		a;
	double		b;
} AbPosterior;

/* Ends of panels, in ascending order; between two the density is smooth. */
typedef struct AbEdges
{
	double	   *at;				/* from the allocator of the caller's AbWork */
	int			count;			/* of the ends, at least 3 */
} AbEdges;

/* depth of panels that leave out nothing that a double can show */
#define AB_FULL_DEPTH	760

extern double AbPosteriorMean(const AbPosterior *p);
extern double AbPosteriorLog(const AbPosterior *p, double h);
extern double AbPosteriorSpread(const AbPosterior *p);
extern double AbPosteriorOffset(const AbPosterior *p, const AbPosterior *from);
extern double AbPosteriorDifference(const AbPosterior *p,
									const AbPosterior *from);
extern double AbPosteriorValue(const AbPosterior *p, double h);
extern double AbPosteriorSlope(const AbPosterior *p, double h);
extern AbEdges AbPosteriorEdges(const AbPosterior *p, double depth,
								const AbWork *work);
extern double AbPosteriorMass(const AbPosterior *p, double low, double high);
extern AbInterval AbPosteriorInterval(const AbPosterior *p, double tail,
									  const AbWork *work);

#endif							/* AB_MATH_POSTERIOR_H */
