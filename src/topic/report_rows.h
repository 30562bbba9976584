/*
 * report_rows.h
 *	  The rows of a scorecard, read from jsonb by the names of their fields.
 */
#ifndef AB_TOPIC_REPORT_ROWS_H
#define AB_TOPIC_REPORT_ROWS_H

#include "postgres.h"

#include <math.h>

#include "utils/jsonb.h"

typedef enum AbCardRole
{
	AB_CARD_SPLIT,
	AB_CARD_PRIMARY,
	AB_CARD_SECONDARY,
	AB_CARD_GUARDRAIL,
	AB_CARD_HETEROGENEITY
} AbCardRole;

#define AB_CARD_ROLES	(AB_CARD_HETEROGENEITY + 1)

typedef enum AbOutcome
{
	AB_OUTCOME_UNKNOWN,			/* no verdict, or a word that is none of these */
	AB_OUTCOME_SPLIT_INTENDED,
	AB_OUTCOME_SPLIT_MISMATCH,
	AB_OUTCOME_SPLIT_UNCHECKED,
	AB_OUTCOME_IN_PAIRS,		/* there is no split */
	AB_OUTCOME_BETTER,
	AB_OUTCOME_WORSE,
	AB_OUTCOME_HIGHER,
	AB_OUTCOME_LOWER,
	AB_OUTCOME_NO_DIFFERENCE,
	AB_OUTCOME_NOT_WORSE,
	AB_OUTCOME_NOT_SHOWN,
	AB_OUTCOME_NO_DATA
} AbOutcome;

#define AB_OUTCOMES (AB_OUTCOME_NO_DATA + 1)

/* What an outcome is to its reader. */
typedef enum AbTone
{
	AB_TONE_FLAT,				/* it says nothing */
	AB_TONE_GOOD,
	AB_TONE_BAD,
	AB_TONE_WARN,				/* something is missing */
	AB_TONE_TOLD				/* it says something, good or bad */
} AbTone;

#define AB_TONES	(AB_TONE_TOLD + 1)

/* How an interval may be looked at. */
typedef enum AbRule
{
	AB_RULE_FIXED,				/* once */
	AB_RULE_ALWAYS_VALID,		/* at any time */
	AB_RULE_GROUP_SEQUENTIAL	/* at the planned looks */
} AbRule;

/* One row.  Unknown is a null pointer or NaN. */
typedef struct AbCard
{
	const char *slice;			/* NULL for the whole */
	const char *metric;
	const char *statistic;
	const char *control;
	const char *treatment;
	const char *correction;
	const char *verdict;		/* as it is shown */
	const char *method;
	const char *note;
	const char *sentence;
	const char *day;
	AbCardRole	role;
	AbRule		rule;
	AbOutcome	outcome;
	int			direction;		/* 1: higher is better, -1: lower, 0: not said */
	double		control_n;
	double		treatment_n;
	double		control_value;
	double		treatment_value;
	double		diff;
	double		diff_low;
	double		diff_high;
	double		lift;			/* these four in percent */
	double		lift_low;
	double		lift_high;
	double		margin;
	double		p_value;
	double		p_adjusted;
	double		alpha;			/* 0.05 where there is none */
	double		planned_n;
	double		prob_better;
	double		mde;			/* percent */
	int			place;			/* in the array, from 1 on */
} AbCard;

/* Rows of one slice, or of the whole. */
typedef struct AbReportBlock
{
	const char *slice;			/* NULL for the whole */
	bool		about_slices;	/* the rows with the role heterogeneity */
	int			first;			/* of the report's cards */
	int			count;
} AbReportBlock;

typedef struct AbReport
{
	AbCard	   *cards;			/* block by block, in a block by role */
	int			count;
	AbReportBlock *blocks;		/* the whole first, if it is there */
	int			block_count;
	int			treatments;		/* how many different ones */
} AbReport;

extern AbReport AbReadReport(Jsonb *rows);
extern AbTone AbToneOf(const AbCard *card);
extern char *AbPrintable(const char *data, int length);
extern int	AbGroupTexts(const char *const *texts, int count, int *groups);

/* Is there an interval, of which one end may be open? */
static inline bool
AbHasInterval(const AbCard *card)
{
	return !isnan(card->lift_low) || !isnan(card->lift_high);
}

/* A row of the effect on a metric, as opposed to one about the split or the slices? */
static inline bool
AbIsEffect(const AbCard *card)
{
	return card->role == AB_CARD_PRIMARY || card->role == AB_CARD_SECONDARY ||
		card->role == AB_CARD_GUARDRAIL;
}

#endif							/* AB_TOPIC_REPORT_ROWS_H */
