/*
 * scorecard_sql.h
 *	  The SQL that collects what a scorecard reads.
 */
#ifndef AB_TOPIC_SCORECARD_SQL_H
#define AB_TOPIC_SCORECARD_SQL_H

#include "topic/scorecard_states.h"

/* Values of a slice column that have a block of their own. */
#define AB_MAX_SLICE_VALUES	20

/* Columns of the result: of a block, then the states of its metrics. */
enum
{
	AB_BLOCK_SLICE,				/* which slice column, -1 for the whole */
	AB_BLOCK_VALUE,				/* its value as AbSliceLabel() reads it */
	AB_BLOCK_ROWS,
	AB_BLOCK_MOST_ROWS,			/* of one unit, or of a variant of a pair */
	AB_BLOCK_MIXED,				/* units seen in several variants */
	AB_BLOCK_MIXED_UNITS,		/* a text[] of them, where it is needed */
	AB_BLOCK_NO_UNIT,			/* rows without a unit or a pair */
	AB_BLOCK_NO_VARIANT,		/* rows without a variant */
	AB_BLOCK_SPREAD,			/* units seen in several slices */
	AB_BLOCK_ARMS,				/* a state that counts units by variant */
	AB_BLOCK_STATES
};

extern char *AbCutsSql(const AbSpec *spec, AbCut kind, const char *excluded);
extern char *AbCollectSql(const AbSpec *spec, const AbCuts *cuts);

#endif							/* AB_TOPIC_SCORECARD_SQL_H */
