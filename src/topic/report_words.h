/*
 * report_words.h
 *	  What to decide by the rows of a scorecard, in words.
 */
#ifndef AB_TOPIC_REPORT_WORDS_H
#define AB_TOPIC_REPORT_WORDS_H

#include "topic/report_rows.h"

#include "nodes/pg_list.h"

/* The decision, and sentences (char *) on what it rests on. */
typedef struct AbConclusion
{
	const char *tone;			/* as AbTone() has it */
	const char *headline;
	List	   *evidence;		/* what the metrics show */
	List	   *caveats;		/* what not to read into it */
} AbConclusion;

extern AbConclusion AbConclude(const AbReport *report);
extern const char *AbCardSentence(const AbCard *card);
extern const char *AbMetricName(const AbCard *card);

#endif							/* AB_TOPIC_REPORT_WORDS_H */
