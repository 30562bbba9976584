/*
 * bayes.h
 *	  What the readers of posteriors share: the models, their priors, and the
 *	  posterior of an arm.
 */
#ifndef AB_TOPIC_BAYES_H
#define AB_TOPIC_BAYES_H

#include "base/counts.h"

#include "math/posterior.h"

/* The conjugate prior of rates and of counts per exposure. */
typedef struct AbConjugatePrior
{
	double		alpha;			/* successes or events */
	double		beta;			/* failures or exposure */
} AbConjugatePrior;

extern const AbWords ab_models;
extern const AbRange ab_prior_alpha;
extern const AbRange ab_prior_beta;

extern void AbCheckModel(const AbSummary *summary, AbModel model,
						 AbConjugatePrior prior);
extern const char *AbModelName(AbModel model, AbConjugatePrior prior);
extern bool AbPosteriorOf(AbPosterior *posterior, AbNotes *notes,
						  const char *role, const AbSummary *summary,
						  const AbArm *arm, AbModel model,
						  AbConjugatePrior prior);

#endif							/* AB_TOPIC_BAYES_H */
