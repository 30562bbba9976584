/*
 * histogram_state.h
 *	  A histogram in the making: the expanded form of the type ab_histogram.
 */
#ifndef AB_TOPIC_HISTOGRAM_STATE_H
#define AB_TOPIC_HISTOGRAM_STATE_H

#include "value/histogram.h"

#include "math/bins_index.h"
#include "utils/expandeddatum.h"

/* Tells a state from other expanded objects. */
#define AB_STATE_MAGIC		0x61624869

/* What of an arm is not in its bins yet, and how these are found. */
typedef struct AbWaiting
{
	double	   *rows;			/* finite or not, not in n or nonfinite */
	int			rows_used;
	int			rows_room;
	AbBin	   *bins;			/* in n: ascending runs behind each other */
	int			bins_used;
	int			bins_room;
	AbBinIndex	index;			/* of the arm's bins, where there is one */
} AbWaiting;

/* Arms for which a state has room from the start. */
#define AB_FIRST_ARMS	2

/*
 * arms[i] and waiting[i] are the same arm.  All of it is in the context of the
 * expanded object, which in an aggregate is that of all its states.
 */
typedef struct AbHistogramState
{
	ExpandedObjectHeader eoh;
	int			magic;			/* AB_STATE_MAGIC */
	int			bits;
	int64		unassigned;		/* rows without a variant */
	AbHistogramPart *arms;		/* in the order of their labels */
	AbWaiting  *waiting;
	int			count;
	int			room;
	int			all_waiting;	/* rows and bins that wait */
	int			most_waiting;	/* merge when there are so many */
	AbKeySet   *keys;			/* of the bins of all arms, or NULL */
	AbHistogram *flat;			/* its flat form, NULL if out of date */
	AbHistogramPart first_arms[AB_FIRST_ARMS];
	AbWaiting	first_waiting[AB_FIRST_ARMS];
} AbHistogramState;

extern AbHistogramState *AbNewHistogramState(MemoryContext parent);
extern AbHistogramState *AbNewAggregateState(MemoryContext aggregate);
extern void AbForgetFlatHistogram(AbHistogramState *state);
extern int	AbInsertStateArm(AbHistogramState *state, AbLabel label);
extern void AbMarkStateArm(AbHistogramState *state, int position);
extern void AbEnlargeRows(AbHistogramState *state, AbWaiting *waiting);
extern void AbCountWaiting(AbHistogramState *state, bool all);
extern AbHistogram *AbFlattenState(AbHistogramState *state);
extern void AbAddEqualStateRows(AbHistogramState *state, int position,
								double value, int64 rows);
extern void AbAddHistogram(AbHistogramState *state, const AbHistogram *other);

/*
 * The state that a datum is, not to be changed; NULL if it is another form of
 * the type.
 */
static inline AbHistogramState *
AbDatumPeekHistogramState(Datum datum)
{
	AbHistogramState *state;

	if (unlikely(!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum))))
		return NULL;
	state = (AbHistogramState *) DatumGetEOHP(datum);
	return likely(state->magic == AB_STATE_MAGIC) ? state : NULL;
}

/*
 * The state that a writable datum is, to be changed; NULL if it is another
 * form of the type.
 */
static inline AbHistogramState *
AbDatumGetHistogramState(Datum datum)
{
	AbHistogramState *state;

	if (unlikely(!VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(datum))))
		return NULL;
	state = AbDatumPeekHistogramState(datum);
	if (likely(state != NULL) && unlikely(state->flat != NULL))
		AbForgetFlatHistogram(state);
	return state;
}

/* AbLabelOf of a state's arms */
static inline AbLabel
AbPartLabel(const void *arms, int i)
{
	return ((const AbHistogramPart *) arms)[i].head.label;
}

/*
 * Position of the arm with that label, which is added if it is not there.
 */
static inline int
AbFindStateArm(AbHistogramState *state, AbLabel label)
{
	int			guess = AbGuessArm(state->arms, state->count, AbPartLabel,
								   label);

	return likely(guess >= 0) ? guess : AbInsertStateArm(state, label);
}

/*
 * Add a row, which may be NaN or infinite, to the arm at that position.
 */
static inline void
AbAddStateRow(AbHistogramState *state, int position, double value)
{
	AbWaiting  *waiting = &state->waiting[position];

	if (unlikely(waiting->rows_used == waiting->rows_room))
		AbEnlargeRows(state, waiting);
	waiting->rows[waiting->rows_used++] = value;
	if (unlikely(++state->all_waiting >= state->most_waiting))
		AbCountWaiting(state, false);
}

#endif							/* AB_TOPIC_HISTOGRAM_STATE_H */
