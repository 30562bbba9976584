/*
 * quantile.h
 *	  The row of a comparison of quantiles, for the topics that make one.
 */
#ifndef AB_TOPIC_QUANTILE_H
#define AB_TOPIC_QUANTILE_H

#include "base/arms.h"

/* The columns of ab_quantile_result, of a type that has these fields. */
#define AB_QUANTILE_COLUMNS(type) \
	AB_ARM_COLUMNS(type, row), \
	AB_COLUMN(type, q, "quantile", NUMBER), \
	AB_COLUMN(type, control_value, "control_value", NUMBER), \
	AB_COLUMN(type, treatment_value, "treatment_value", NUMBER), \
	AB_EFFECT_COLUMNS(type, row), \
	AB_STATISTIC_COLUMNS(type, row), \
	AB_VERDICT_COLUMNS(type, row)

extern const AbRange ab_quantile_order;

extern void AbNoteWidth(AbNotes *notes, const AbHistogram *histogram);

#endif							/* AB_TOPIC_QUANTILE_H */
