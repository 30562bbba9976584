/*
 * report_trend.h
 *	  The lift so far by day as an SVG picture.
 */
#ifndef AB_TOPIC_REPORT_TREND_H
#define AB_TOPIC_REPORT_TREND_H

#include "topic/report_rows.h"

#include "lib/stringinfo.h"

extern void AbTrendSvg(StringInfo out, const AbReport *report);

#endif							/* AB_TOPIC_REPORT_TREND_H */
