/*
 * report_caveats.c
 *	  What not to read into the rows of a scorecard, in words.
 */
#include "topic/report_caveats.h"

#include "topic/report_numbers.h"

/* What the correction is for. */
static bool
IsCompared(const AbCard *card)
{
	return (AbIsPrimary(card) || card->role == AB_CARD_SECONDARY) &&
		!(isnan(card->p_value) && isnan(card->p_adjusted));
}

/*
 * What the intervals leave open, and the smallest difference that these users
 * can show.
 */
void
AbTellIntervals(const AbTelling *telling)
{
	int			intervals = 0;
	int			open = 0;
	int			overruled = 0;
	const AbCard *least = NULL;
	const AbCard *most = NULL;
	bool		primary = AbFirstCard(telling, AbIsPrimary) != NULL;
	List	  **caveats = &telling->conclusion->caveats;

	for (int i = 0; i < telling->whole->count; i++)
	{
		const AbCard *card = &telling->report->cards[telling->whole->first + i];
		bool		known;
		bool		includes;

		if (!AbIsPrimary(card) && card->role != AB_CARD_SECONDARY)
			continue;
		includes = AbIncludesZero(card, &known);
		intervals += known;
		open += includes;
		overruled += known && !includes &&
			card->outcome == AB_OUTCOME_NO_DIFFERENCE;
		if (!(card->mde > 0) || (primary && !AbIsPrimary(card)))
			continue;
		if (least == NULL || card->mde < least->mde)
			least = card;
		if (most == NULL || card->mde > most->mde)
			most = card;
	}
	if (intervals > 0)
	{
		if (open == 0)
			AbAdd(caveats, intervals == 1 ?
				  "The one interval does not include zero." :
				  psprintf("None of the %d intervals includes zero.",
						   intervals));
		else
			AbAdd(caveats,
				  psprintf("%s zero: there the change may be up, down or none, and no clear difference is not the same as no difference.",
						   intervals == 1 ?
						   "The one interval includes" :
						   psprintf("%d of %d intervals %s", open,
									intervals,
									AbPlural(open, "includes",
											 "include"))));
	}
	if (overruled > 0)
		AbAdd(caveats,
			  psprintf("%d more %s zero only until the number of comparisons is taken into account.",
					   overruled,
					   AbPlural(overruled, "excludes", "exclude")));
	if (least == most && least != NULL)
		AbAdd(caveats,
			  psprintf("This many users usually show a change of %s or more in %s, and often miss a smaller one.",
					   AbShowPercent(least->mde),
					   AbShortName(AbMetricName(least))));
	else if (least != NULL)
		AbAdd(caveats,
			  psprintf("This many users usually show a change of %s or more (%s) to %s or more (%s), and often miss smaller ones.",
					   AbShowPercent(least->mde),
					   AbShortName(AbMetricName(least)),
					   AbShowPercent(most->mde),
					   AbShortName(AbMetricName(most))));
}

static bool
HasPlan(const AbCard *card)
{
	return AbIsEffect(card) && !isnan(card->planned_n) &&
		!isnan(card->control_n);
}

static bool
IsProbable(const AbCard *card)
{
	return AbIsPrimary(card) && !isnan(card->prob_better);
}

static bool
IsFixed(const AbCard *card)
{
	return AbIsEffect(card) && card->rule == AB_RULE_FIXED;
}

static bool
IsAlwaysValid(const AbCard *card)
{
	return AbIsEffect(card) && card->rule == AB_RULE_ALWAYS_VALID;
}

static bool
IsSequential(const AbCard *card)
{
	return AbIsEffect(card) && card->rule == AB_RULE_GROUP_SEQUENTIAL;
}

/*
 * Is the planned size reached, and what does another look do?
 */
void
AbTellLooks(const AbTelling *telling, const AbStanding *standings)
{
	List	  **caveats = &telling->conclusion->caveats;
	const AbCard *plan = AbFirstCard(telling, HasPlan);
	const AbCard *fixed = AbFirstCard(telling, IsFixed);
	const AbCard *any_day = AbFirstCard(telling, IsAlwaysValid);
	const AbCard *probable = AbFirstCard(telling, IsProbable);
	int			kinds = (fixed != NULL) + (any_day != NULL) +
		(AbFirstCard(telling, IsSequential) != NULL);
	const char *some = kinds > 1 ? " of some rows" : "";

	if (plan != NULL && fixed == NULL && any_day != NULL)
		AbAdd(caveats,
			  psprintf("It was planned for %s users of %s, of whom %s are in, but the end was not fixed.",
					   AbShowCount(plan->planned_n),
					   AbVariantName(plan->control, "control"),
					   AbShowCount(plan->control_n)));
	else if (plan != NULL && !standings[0].early)
		AbAdd(caveats, plan->control_n >= plan->planned_n ?
			  psprintf("The planned size is reached: %s of %s users of %s.",
					   AbShowCount(plan->control_n),
					   AbShowCount(plan->planned_n),
					   AbVariantName(plan->control, "control")) :
			  psprintf("The planned size is not reached: %s of %s users of %s.",
					   AbShowCount(plan->control_n),
					   AbShowCount(plan->planned_n),
					   AbVariantName(plan->control, "control")));
	else if (plan == NULL && fixed != NULL)
		AbAdd(caveats,
			  "No planned size was given, so nothing here says that this is the end.");
	if (fixed != NULL)
		AbAdd(caveats,
			  psprintf("The numbers%s are for one look at the planned end: looking again tomorrow, and stopping when they please, makes false alarms more frequent than %s.",
					   some, AbShowPercent(fixed->alpha * 100)));
	if (any_day != NULL)
		AbAdd(caveats,
			  psprintf("The numbers%s follow the always-valid rule and hold however often they are looked at: p may be looked at on any day, it is fine to look again tomorrow, and to stop today.",
					   some));
	if (AbFirstCard(telling, IsSequential) != NULL)
		AbAdd(caveats,
			  psprintf("The numbers%s hold at the planned looks only: a look in between decides nothing.",
					   some));
	if (probable != NULL && fixed != NULL)
		AbAdd(caveats,
			  "The probability of being better is not a rule for when to stop: looked at every day, it is high on some day far more often than it says.");
}

/*
 * What was corrected for the number of comparisons.
 */
void
AbTellCorrection(const AbTelling *telling)
{
	int			comparisons = AbCountCards(telling, IsCompared);
	const AbCard *card = AbFirstCard(telling, IsCompared);
	List	  **caveats = &telling->conclusion->caveats;
	const char *level;
	bool		guarded = false;

	if (comparisons < 2)
		return;
	level = AbShowPercent(card->alpha * 100);
	for (int i = 0; i < telling->whole->count; i++)
		guarded |= telling->report->cards[telling->whole->first + i].role == AB_CARD_GUARDRAIL;
	if (card->correction == NULL || strcmp(card->correction, "none") == 0)
		AbAdd(caveats,
			  psprintf("The %d comparisons are not corrected for their number: each has a chance of %s of a false alarm.",
					   comparisons, level));
	else
		AbAdd(caveats,
			  psprintf("The verdicts on %d comparisons are corrected for their number (%s): %s%s.",
					   comparisons, card->correction,
					   strcmp(card->correction, "bh") == 0 ||
					   strcmp(card->correction, "by") == 0 ?
					   psprintf("of those that differ, about %s or less are false alarms",
								level) :
					   psprintf("a false alarm among them has a chance of at most %s",
								level),
					   guarded ?
					   "; guardrails are tested each by itself" : ""));
}

static bool
DiffersBySlice(const AbCard *card)
{
	double		p = isnan(card->p_adjusted) ? card->p_value : card->p_adjusted;

	return card->role == AB_CARD_HETEROGENEITY && p < card->alpha;
}

/*
 * What slices are good for.
 */
void
AbTellSlices(const AbTelling *telling)
{
	const AbReport *report = telling->report;
	List	  **caveats = &telling->conclusion->caveats;
	List	   *mismatched = NIL;
	List	   *differing = NIL;
	int			slices = 0;
	int			tested = 0;

	for (int i = 0; i < report->block_count; i++)
	{
		const AbReportBlock *block = &report->blocks[i];
		const AbCard *split = AbSplitCard(report, block);

		if (block->slice == NULL)
			continue;
		slices++;
		if (split != NULL && split->outcome == AB_OUTCOME_SPLIT_MISMATCH)
			AbAdd(&mismatched, AbShortName(block->slice));
	}
	for (int i = 0; i < report->count; i++)
	{
		const AbCard *card = &report->cards[i];

		if (card->role != AB_CARD_HETEROGENEITY)
			continue;
		tested += !isnan(card->p_value) || !isnan(card->p_adjusted);
		if (DiffersBySlice(card))
			AbAdd(&differing, psprintf("%s by %s", AbMetricOf(telling, card),
									   card->slice ? AbShortName(card->slice) :
									   "slice"));
	}
	if (slices > 0)
		AbAdd(caveats,
			  psprintf("The %s exploratory: a difference in %s is a question for the next experiment, not an answer.",
					   slices == 1 ? "slice is" :
					   psprintf("%d slices are", slices),
					   slices == 1 ? "it" : "one of them"));
	if (mismatched != NIL)
		AbAdd(caveats,
			  psprintf("Users were not split as intended in %s: read nothing into it.",
					   AbJoinNames(mismatched)));
	if (differing != NIL)
		AbAdd(caveats, psprintf("The effect differs between slices: %s.",
								AbJoinNames(differing)));
	else if (tested > 0)
		AbAdd(caveats,
			  "No effect was shown to differ between slices, which does not show that it is the same in all.");
}

/*
 * What the split says: true if nothing else may be said.
 */
bool
AbTellSplit(const AbTelling *telling)
{
	AbConclusion *conclusion = telling->conclusion;
	const AbCard *split = AbSplitCard(telling->report, telling->whole);

	if (split == NULL || split->outcome == AB_OUTCOME_UNKNOWN)
		AbAdd(&conclusion->caveats,
			  "Nothing here checks that users were split as intended: do that before relying on it.");
	else if (split->outcome == AB_OUTCOME_SPLIT_UNCHECKED)
		AbAdd(&conclusion->caveats,
			  "Whether users were split as intended was not checked, because the intended shares were not given: do that before relying on it.");
	else if (split->outcome == AB_OUTCOME_SPLIT_MISMATCH)
	{
		conclusion->tone = AB_TONE_BAD;
		conclusion->headline = "Do not decide: the users were not split as intended.";
		if (!isnan(split->control_n) && !isnan(split->treatment_n))
			AbAdd(&conclusion->evidence,
				  psprintf("%s users in %s and %s in %s%s.",
						   AbShowCount(split->control_n),
						   AbVariantName(split->control, "control"),
						   AbShowCount(split->treatment_n),
						   AbVariantName(split->treatment, "treatment"),
						   isnan(split->p_value) ? "" :
						   psprintf(" do not come by chance (%s)",
									AbShowPEquation(split->p_value))));
		else if (!isnan(split->p_value))
			AbAdd(&conclusion->evidence,
				  psprintf("A split this far off does not come by chance (%s).",
						   AbShowPEquation(split->p_value)));
		AbAdd(&conclusion->evidence,
			  "What moved users from one group to the other may have moved the metrics too, so no difference here, good or bad, can be put down to the treatment. Find the cause first, and then start again.");
		return true;
	}
	else
		AbAdd(&conclusion->caveats, "The users were split as intended.");
	return false;
}
