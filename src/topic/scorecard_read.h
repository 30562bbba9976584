/*
 * scorecard_read.h
 *	  A row of a scorecard, as far as the readers of the states fill it in.
 */
#ifndef AB_TOPIC_SCORECARD_READ_H
#define AB_TOPIC_SCORECARD_READ_H

#include "topic/scorecard_call.h"
#include "topic/scorecard_collect.h"

#include "base/result.h"

typedef struct AbScorecardRow
{
	/* what is compared */
	const char *slice;
	AbRole		role;
	const AbMetric *metric;		/* NULL for the sample ratio */
	const char *metric_name;
	const char *statistic;
	bool		is_rate;		/* its values are shares */
	bool		is_rank;		/* they are shares of pairs won */
	AbLabel		control;
	AbLabel		treatment;
	bool		one_of_several; /* there are more treatments */

	/* what a reader says */
	int64		control_n;
	int64		treatment_n;
	double		control_value;
	double		treatment_value;
	double		control_stddev;
	double		treatment_stddev;
	AbEstimate	difference;		/* NaN for open ends */
	AbEstimate	lift_pct;
	double		std_error;
	double		p_value;
	const char *method;
	AbNotes		notes;
	double		mde_pct;
	double		harm_p;			/* of a guardrail: two-sided, of any
								 * difference */

	/* what is made of it */
	const char *role_name;
	const char *direction;
	double		margin_pct;
	double		p_adjusted;
	int			comparisons;	/* of its family; 0: in none */
	double		alpha;
	const char *correction;
	const char *rule;
	double		planned_n;
	double		prob_better;
	const char *verdict;
	const AbArmList *arms;		/* of the sample ratio */
	bool		in_pairs;
	const char *sentence;
} AbScorecardRow;

extern AbScorecardRow AbNewRow(const AbSpec *spec, const AbBlock *block);
extern AbScorecardRow AbReadMetric(const AbCollection *collection,
								   AbReaders *readers, const AbBlock *block,
								   int metric, AbLabel control,
								   AbLabel treatment);

#endif							/* AB_TOPIC_SCORECARD_READ_H */
