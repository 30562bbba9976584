/*
 * histogram_state.h
 *	  A histogram in the making: the expanded form of the type ab_histogram.
 */
#ifndef AB_TOPIC_HISTOGRAM_STATE_H
#define AB_TOPIC_HISTOGRAM_STATE_H

#include "topic/histogram_count.h"

extern AbHistogramState *AbNewHistogramState(MemoryContext parent);
extern AbHistogramState *AbNewAggregateState(MemoryContext aggregate);
extern void AbForgetFlatHistogram(AbHistogramState *state);
extern void AbEnlargeRows(AbHistogramState *state, AbWaiting *waiting);
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
