/*
 * report_words.h
 *	  What to decide by the rows of a scorecard, in words.
 */
#ifndef AB_TOPIC_REPORT_WORDS_H
#define AB_TOPIC_REPORT_WORDS_H

#include "topic/report_telling.h"

extern AbConclusion AbConclude(const AbReport *report);

#endif							/* AB_TOPIC_REPORT_WORDS_H */
