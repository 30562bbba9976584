/*
 * report_axis.h
 *	  The axis that the rows of a picture share.
 */
#ifndef AB_TOPIC_REPORT_AXIS_H
#define AB_TOPIC_REPORT_AXIS_H

#include "topic/report_rows.h"

typedef struct AbAxis
{
	double		low;
	double		high;
	double		step;			/* between ticks, of which 0 is one */
} AbAxis;

extern AbAxis AbRoundAxis(double low, double high, int ticks);
extern AbAxis AbLiftAxis(const AbCard *cards, int count, int deciding);

/*
 * Where on the axis a value is, from 0 to 1; beyond it at its end.
 */
static inline double
AbPlace(const AbAxis *axis, double value)
{
	double		place = (value - axis->low) / (axis->high - axis->low);

	return place < 0 ? 0 : place > 1 ? 1 : place;
}

#endif							/* AB_TOPIC_REPORT_AXIS_H */
