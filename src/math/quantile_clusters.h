/*
 * quantile_clusters.h
 *	  What rows that come in clusters, several of a user, are worth for a
 *	  quantile.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_QUANTILE_CLUSTERS_H
#define AB_MATH_QUANTILE_CLUSTERS_H

#include <stdbool.h>

#include "math/bins.h"

/*
 * The users of an arm, each with a number of rows and how many of them are
 * below the quantile: means of both, sample variances and covariance.
 */
typedef struct AbClusters
{
	double		users;
	double		below;			/* mean */
	double		rows;			/* mean */
	double		below_variance;
	double		rows_variance;
	double		covariance;
} AbClusters;

/* By how much more the share of rows below the quantile varies. */
typedef struct AbDesignEffect
{
	double		effect;			/* variance over that of independent rows */
	double		df;				/* of its estimate */
	double		basis;			/* equal users, or independent rows beyond the
								 * quantile, that it is estimated from: the
								 * fewer of the two */
} AbDesignEffect;

extern AbDesignEffect AbClusterEffect(const AbClusters *clusters, double q,
									  double n);
extern bool AbCutAtQuantile(const AbBins *bins, double q, double below);

#endif							/* AB_MATH_QUANTILE_CLUSTERS_H */
