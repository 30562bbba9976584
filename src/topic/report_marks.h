/*
 * report_marks.h
 *	  An estimate with its interval as SVG, on a shared axis.
 */
#ifndef AB_TOPIC_REPORT_MARKS_H
#define AB_TOPIC_REPORT_MARKS_H

#include "topic/report_axis.h"

#include "lib/stringinfo.h"

/* Where in a picture the axis lies. */
typedef struct AbSpan
{
	double		left;
	double		width;
	const char *unit;			/* "" or "%" */
} AbSpan;

extern const char *AbSpanX(const AbSpan *span, const AbAxis *axis,
						   double value);
extern void AbDrawGrid(StringInfo out, const AbSpan *span, const AbAxis *axis,
					   double top, double bottom);
extern void AbDrawTicks(StringInfo out, const AbSpan *span, const AbAxis *axis,
						double y);
extern void AbDrawMark(StringInfo out, const AbSpan *span, const AbAxis *axis,
					   const AbCard *card, double y);

#endif							/* AB_TOPIC_REPORT_MARKS_H */
