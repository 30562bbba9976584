/*
 * clusters.c
 *	  Randomising clusters instead of users: what that multiplies the variance
 *	  by, and how many clusters are worth so many users.
 *
 *	S. M. Eldridge, D. Ashby, S. Kerry, Sample Size for Cluster Randomized
 *	Trials: Effect of Coefficient of Variation of Cluster Size and Analysis
 *	Method, International J. of Epidemiology 35 (2006), 1292-1300.
 */
#include "topic/power.h"

#include "math/power.h"

typedef struct ClustersCall
{
	double		n;
	double		icc;
	double		size;
	double		cv;
} ClustersCall;

static const AbRange n_range = {
	.low = 1, .high = (double) AB_MAX_OBSERVATIONS, .optional = true,
	.message = "number of users must be between 1 and 2^53"
};

static const AbRange icc_range = {
	.low = 0, .high = 1,
	.message = "intracluster correlation must be between 0 and 1",
	.hint = "For a negative estimate use 0."
};

static const AbRange size_range = {
	.low = 1, .high = DBL_MAX,
	.message = "cluster size must be at least 1 and finite",
	.hint = "It is the average number of users in a cluster."
};

static const AbRange cv_range = {
	.low = 0, .high = DBL_MAX,
	.message = "coefficient of variation of the cluster size must be at least 0 and finite",
	.hint = "It is the standard deviation of the sizes over their mean: 0 if all are equal."
};

#define CLUSTER_ARGS \
	AB_NUMBER_ARG(ClustersCall, icc, "icc", &icc_range, 0), \
	AB_NUMBER_ARG(ClustersCall, size, "cluster_size", &size_range, 0), \
	AB_NUMBER_ARG(ClustersCall, cv, "cluster_size_cv", &cv_range, 0)

/*
 * The design effect, with m users in a cluster on average and the coefficient
 * of variation cv of that number,
 *
 *		1 + ((1 + cv^2) m - 1) icc.
 */
static double
DesignEffect(const ClustersCall *call)
{
	double		effect = 1 + ((1 + call->cv * call->cv) * call->size - 1) *
		call->icc;

	if (!isfinite(effect))
		AbBadParameter("the design effect is out of range", effect, NULL);
	return effect;
}

PG_FUNCTION_INFO_V1(ab_design_effect);
Datum
ab_design_effect(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {CLUSTER_ARGS};
	ClustersCall call;

	AbReadArgs(fcinfo, args, &call);
	PG_RETURN_FLOAT8(DesignEffect(&call));
}

/*
 * Clusters that are worth n independent users; NULL for NULL, which
 * ab_sample_size() gives for what a summary does not know.
 */
PG_FUNCTION_INFO_V1(ab_clusters);
Datum
ab_clusters(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_COUNT_ARG(ClustersCall, n, "n", &n_range),
		CLUSTER_ARGS
	};
	ClustersCall call;
	double		effect;
	double		clusters;

	AbReadArgs(fcinfo, args, &call);
	effect = DesignEffect(&call);
	if (isnan(call.n))
		PG_RETURN_NULL();
	clusters = AbCeiling(call.n * effect / call.size);
	return AbSizeDatum(clusters <= AB_LARGEST_SIZE ? fmax(clusters, 1) : NAN);
}
