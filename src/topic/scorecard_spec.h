/*
 * scorecard_spec.h
 *	  What a scorecard is asked for: its arguments and its metrics.
 */
#ifndef AB_TOPIC_SCORECARD_SPEC_H
#define AB_TOPIC_SCORECARD_SPEC_H

#include "topic/scorecard_query.h"

#include "base/args.h"
#include "utils/jsonb.h"

typedef enum AbStatistic
{
	AB_STATISTIC_DEFAULT,		/* that of the column's type */
	AB_STATISTIC_MEAN,
	AB_STATISTIC_RATE,
	AB_STATISTIC_RATIO,
	AB_STATISTIC_QUANTILE,
	AB_STATISTIC_RANK
} AbStatistic;

/* The test of a mean or a rate. */
typedef enum AbMetricTest
{
	AB_METRIC_TEST_DEFAULT,		/* of means Welch's, of rates the score test */
	AB_METRIC_TEST_WELCH,
	AB_METRIC_TEST_STUDENT,
	AB_METRIC_TEST_SCORE
} AbMetricTest;

/* What a row is for, in the order in which rows are shown. */
typedef enum AbRole
{
	AB_ROLE_SAMPLE_RATIO,
	AB_ROLE_PRIMARY,
	AB_ROLE_SECONDARY,
	AB_ROLE_GUARDRAIL,
	AB_ROLE_HETEROGENEITY
} AbRole;

typedef enum AbDirection
{
	AB_DIRECTION_LOWER = false, /* as ab_directions has them */
	AB_DIRECTION_HIGHER = true,
	AB_DIRECTION_NONE
} AbDirection;

typedef struct AbMetric
{
	const char *name;
	int			column;			/* positions in the query */
	int			denominator;	/* AB_NO_COLUMN where there is none */
	int			covariate;
	int			denominator_covariate;
	AbStatistic statistic;
	double		quantile;		/* NaN but for a quantile */
	double		trim;			/* share trimmed at either end, or NaN */
	double		cap;			/* quantile at which values are capped, or NaN */
	AbMetricTest test;
	AbDirection direction;
	AbRole		role;
	double		margin;			/* of a guardrail: absolute, or a fraction */
	bool		margin_relative;
	const char *statistic_name; /* as a row shows it */
} AbMetric;

/* The arguments of ab_scorecard(). */
typedef struct AbScorecardCall
{
	char	   *query;
	Jsonb	   *metrics;
	char	   *variant;
	char	   *unit;
	char	   *pair;
	ArrayType  *slice;
	AbTestArgs	test;
	Jsonb	   *split;
	int			correction;
	double		planned_n;		/* NaN if not given */
	char	   *sequential;
	bool		any_day;		/* what sequential says */
	bool		bayes;
} AbScorecardCall;

/* What of the query is compared, and how. */
typedef struct AbSpec
{
	const AbScorecardCall *call;
	AbQuery		query;
	int			variant;		/* positions in the query, or AB_NO_COLUMN */
	int			unit;
	int			pair;
	const int  *slices;
	int			slice_count;
	const AbMetric *metrics;
	int			metric_count;
	const char *left_out;		/* columns that are no metrics, or NULL */
} AbSpec;

extern AbSpec AbReadSpec(const AbScorecardCall *call, AbQuery query);

#endif							/* AB_TOPIC_SCORECARD_SPEC_H */
