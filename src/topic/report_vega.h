/*
 * report_vega.h
 *	  The lifts of a scorecard as a Vega-Lite specification.
 */
#ifndef AB_TOPIC_REPORT_VEGA_H
#define AB_TOPIC_REPORT_VEGA_H

#include "topic/report_rows.h"

#include "lib/stringinfo.h"

extern void AbVegaLite(StringInfo out, const AbReport *report);

#endif							/* AB_TOPIC_REPORT_VEGA_H */
