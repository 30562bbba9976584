/*
 * report_forest.h
 *	  The lifts of a scorecard as an SVG picture.
 */
#ifndef AB_TOPIC_REPORT_FOREST_H
#define AB_TOPIC_REPORT_FOREST_H

#include "topic/report_rows.h"

#include "lib/stringinfo.h"

extern void AbForestSvg(StringInfo out, const AbReport *report);
extern void AbStartSvg(StringInfo out, double width, double height,
					   const char *title,
					   const char *description);
extern const char *AbCardHeading(AbCardRole role);

#endif							/* AB_TOPIC_REPORT_FOREST_H */
