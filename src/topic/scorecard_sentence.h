/*
 * scorecard_sentence.h
 *	  A row of a scorecard as a sentence.
 */
#ifndef AB_TOPIC_SCORECARD_SENTENCE_H
#define AB_TOPIC_SCORECARD_SENTENCE_H

#include "topic/scorecard_read.h"

extern const char *AbSentence(const AbScorecardRow *row);

#endif							/* AB_TOPIC_SCORECARD_SENTENCE_H */
