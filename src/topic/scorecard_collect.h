/*
 * scorecard_collect.h
 *	  What a scorecard has collected: the states of the whole and its slices.
 */
#ifndef AB_TOPIC_SCORECARD_COLLECT_H
#define AB_TOPIC_SCORECARD_COLLECT_H

#include "topic/scorecard_sql.h"

#include "base/list.h"

/* The whole, or the rows of one value of a slice column. */
typedef struct AbBlock
{
	int			slice;			/* -1: the whole */
	const char *label;			/* "country = DE", NULL for the whole */
	int64		rows;			/* counts are 0 where they do not apply */
	int64		most_rows;
	int64		mixed;
	int64		no_unit;
	int64		no_variant;
	int64		spread;
	AbArmList	arms;			/* with all rows of each, or units, or pairs */
	Datum	   *states;			/* of the metrics, 0 for none */
} AbBlock;

typedef struct AbCollection
{
	const AbSpec *spec;
	AbGrain		grain;
	AbBlock    *blocks;
	int			count;
	Datum	   *histograms;		/* of units' rows, by metric, for quantiles */
} AbCollection;

extern AbCollection AbCollect(const AbSpec *spec);
extern bool AbHasArm(const AbArmList *list, AbLabel label);
extern AbArmList AbListState(const AbCollection *collection, int metric,
							 Datum state);

#endif							/* AB_TOPIC_SCORECARD_COLLECT_H */
