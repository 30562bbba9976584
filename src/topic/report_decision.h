/*
 * report_decision.h
 *	  What the rows of a scorecard say on a treatment, counted.
 */
#ifndef AB_TOPIC_REPORT_DECISION_H
#define AB_TOPIC_REPORT_DECISION_H

#include "topic/report_rows.h"

/* What the primary metrics and the guardrails of a treatment come to. */
typedef enum AbChoice
{
	AB_CHOICE_SHIP,				/* better, and every guardrail holds */
	AB_CHOICE_UNSHOWN,			/* better, but for a guardrail it is not shown */
	AB_CHOICE_PRICE,			/* better, but a guardrail is worse */
	AB_CHOICE_DISAGREE,			/* a primary metric better, another worse */
	AB_CHOICE_WORSE,			/* a primary metric worse, none better */
	AB_CHOICE_HARM,				/* not better, and a guardrail is worse */
	AB_CHOICE_OPEN,				/* not every primary metric shows a difference */
	AB_CHOICE_DIRECTION,		/* it differs, but which way is good? */
	AB_CHOICE_NO_DATA,
	AB_CHOICE_NONE				/* no primary metric is named */
} AbChoice;

#define AB_CHOICES	(AB_CHOICE_NONE + 1)

/* The rows of one treatment. */
typedef struct AbStanding
{
	const char *control;
	const char *treatment;
	AbChoice	choice;
	bool		early;			/* the rule is fixed, the planned size not
								 * reached */
	int			outcomes[AB_CARD_ROLES][AB_OUTCOMES];
	int			rows[AB_CARD_ROLES];
} AbStanding;

extern const AbReportBlock *AbWholeBlock(const AbReport *report);
extern const AbCard *AbSplitCard(const AbReport *report,
								 const AbReportBlock *block);
extern bool AbInPairs(const AbReport *report, const AbReportBlock *block);
extern AbStanding *AbStandings(const AbReport *report, int *count);
extern bool AbIsEarly(const AbCard *card);
extern bool AbIncludesZero(const AbCard *card, bool *known);

#endif							/* AB_TOPIC_REPORT_DECISION_H */
