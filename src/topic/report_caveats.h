/*
 * report_caveats.h
 *	  What not to read into the rows of a scorecard, in words.
 */
#ifndef AB_TOPIC_REPORT_CAVEATS_H
#define AB_TOPIC_REPORT_CAVEATS_H

#include "topic/report_telling.h"

extern bool AbTellSplit(const AbTelling *telling);
extern void AbTellIntervals(const AbTelling *telling);
extern void AbTellLooks(const AbTelling *telling, const AbStanding *standings);
extern void AbTellCorrection(const AbTelling *telling);
extern void AbTellSlices(const AbTelling *telling);

#endif							/* AB_TOPIC_REPORT_CAVEATS_H */
