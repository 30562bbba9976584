/*
 * report_telling.h
 *	  What sentences about a scorecard are made of: names, lists, counts.
 */
#ifndef AB_TOPIC_REPORT_TELLING_H
#define AB_TOPIC_REPORT_TELLING_H

#include "topic/report_decision.h"

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

/* The decision, and sentences (char *) on what it rests on. */
typedef struct AbConclusion
{
	AbTone		tone;
	const char *headline;
	List	   *evidence;		/* what the metrics show */
	List	   *caveats;		/* what not to read into it */
} AbConclusion;

/* What is being said of which report. */
typedef struct AbTelling
{
	const AbReport *report;
	const AbReportBlock *whole;
	bool		several;		/* treatments */
	bool		in_pairs;
	AbConclusion *conclusion;
} AbTelling;

/* Does a row belong to a list? */
typedef bool (*AbCardTest) (const AbCard *card);

extern const char *AbMetricName(const AbCard *card);
extern const char *AbShortName(const char *name);
extern const char *AbVariantName(const char *name, const char *otherwise);
extern const char *AbPlural(int count, const char *one, const char *many);
extern const char *AbJoinNames(const List *names);
extern const char *AbMetricOf(const AbTelling *telling, const AbCard *card);
extern const char *AbMetrics(const AbTelling *telling,
							 const AbStanding *standing, AbCardTest test,
							 int *count);
extern const char *AbClaim(const AbTelling *telling,
						   const AbStanding *standing, AbCardTest test,
						   const char *of_one, const char *of_many);
extern const char *AbPlannedOf(const AbTelling *telling,
							   const AbCard *card);
extern bool AbIsPrimary(const AbCard *card);
extern int	AbCountCards(const AbTelling *telling, AbCardTest test);
extern const AbCard *AbFirstCard(const AbTelling *telling, AbCardTest test);
extern void AbAdd(List **sentences, const char *sentence);
extern const char *AbCardSentence(const AbCard *card);
extern const char *AbRowName(const AbReport *report, const AbCard *card);

#endif							/* AB_TOPIC_REPORT_TELLING_H */
