/*
 * posterior_pair.h
 *	  The difference and the ratio of two rates or counts per exposure, a
 *	  posteriori.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_POSTERIOR_PAIR_H
#define AB_MATH_POSTERIOR_PAIR_H

#include "math/posterior.h"

/* How two posteriors are compared. */
typedef enum AbContrast
{
	AB_CONTRAST_DIFFERENCE,		/* treatment - control */
	AB_CONTRAST_LIFT			/* treatment / control - 1 */
} AbContrast;

/* Two posteriors of one model, binomial or Poisson, on panels of their own. */
typedef struct AbPosteriorPair
{
	bool		flipped;		/* are the two below exchanged */
	AbPosterior control;
	AbPosterior treatment;
	AbEdges		control_edges;
	AbEdges		treatment_edges;
	double		control_total;	/* integrals of the densities */
	double		treatment_total;
	double	   *points;			/* room for panels of both */
	const AbWork *work;
} AbPosteriorPair;

extern void AbMakePair(AbPosteriorPair *pair, const AbPosterior *control,
					   const AbPosterior *treatment, double smallest,
					   const AbWork *work);
extern void AbFreePair(AbPosteriorPair *pair);
extern double AbPairQuantile(AbPosteriorPair *pair, AbContrast contrast,
							 double tail, bool upper);
extern double AbPairBetween(AbPosteriorPair *pair, AbContrast contrast,
							double half_width);

#endif							/* AB_MATH_POSTERIOR_PAIR_H */
