/*
 * scorecard_states.h
 *	  The states that the metrics of a scorecard take, as SQL.
 */
#ifndef AB_TOPIC_SCORECARD_STATES_H
#define AB_TOPIC_SCORECARD_STATES_H

#include "topic/scorecard_spec.h"

/* What a row of a block's states is made of. */
typedef enum AbGrain
{
	AB_GRAIN_ROWS,
	AB_GRAIN_UNITS,				/* sums of a unit's rows */
	AB_GRAIN_PAIRS,				/* both variants' means of a pair */
	AB_GRAIN_STATES				/* states that the query collects itself */
} AbGrain;

/* Must something be known before a metric is collected, and of what? */
typedef enum AbCut
{
	AB_CUT_NONE,
	AB_CUT_ROWS,				/* the histogram of all rows */
	AB_CUT_UNITS				/* that of units */
} AbCut;

/*
 * What has to be known before a metric is collected, of each metric, as SQL:
 * the value up to which rows count as below a quantile, an expression of
 * variant "v", or the value at which to cap; NULL where nothing has to be.
 */
typedef struct AbCuts
{
	const char **values;
	const char *excluded;		/* a text[] of units to leave out, or NULL */
	bool		several_variants;	/* look for units that are in several */
} AbCuts;

/* A sum of a unit's rows: its column is a letter and the metric's number. */
typedef struct AbSum
{
	char		letter;
	const char *sql;			/* over the query */
} AbSum;

#define AB_MAX_SUMS	4

extern AbGrain AbGrainOf(const AbSpec *spec);
extern AbCut AbCutOf(const AbSpec *spec, const AbMetric *metric);
extern bool AbHasHistogram(const AbSpec *spec, const AbMetric *metric);
extern const char *AbValueSql(const AbSpec *spec, int column);
extern const char *AbVariantSql(const AbSpec *spec, bool native);
extern const char *AbKeySql(const AbSpec *spec);
extern const char *AbGroupSql(const AbSpec *spec, int column);
extern const char *AbSliceSql(const char *value);
extern const char *AbSliceLabel(const AbSpec *spec, int slice,
								const char *value);
extern const char *AbUnitMeanSql(const char *of, char sum, char count, int i);
extern int	AbMetricSums(const AbSpec *spec, const AbCuts *cuts, int i,
						 AbSum *sums);
extern char *AbRowStateSql(const AbSpec *spec, const AbCuts *cuts, int i);
extern char *AbUnitStateSql(const AbSpec *spec, const AbCuts *cuts, int i);
extern char *AbPairStateSql(const AbSpec *spec, const AbCuts *cuts, int i);

#endif							/* AB_TOPIC_SCORECARD_STATES_H */
