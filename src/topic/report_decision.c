/*
 * report_decision.c
 *	  What the rows of a scorecard say on a treatment, counted.
 */
#include "topic/report_decision.h"

#include <math.h>

/*
 * The rows of the whole; NULL if there are none.
 */
const AbReportBlock *
AbWholeBlock(const AbReport *report)
{
	return report->block_count > 0 && report->blocks[0].slice == NULL &&
		!report->blocks[0].about_slices ? &report->blocks[0] : NULL;
}

/*
 * The row on the split that says the worst; NULL if there is none.
 */
const AbCard *
AbSplitCard(const AbReport *report, const AbReportBlock *block)
{
	static const int badness[AB_OUTCOMES] = {
		[AB_OUTCOME_SPLIT_MISMATCH] = 4,
		[AB_OUTCOME_SPLIT_UNCHECKED] = 3,
		[AB_OUTCOME_SPLIT_INTENDED] = 2,
		[AB_OUTCOME_IN_PAIRS] = 1
	};
	const AbCard *found = NULL;

	for (int i = 0; i < block->count; i++)
	{
		const AbCard *card = &report->cards[block->first + i];

		if (card->role == AB_CARD_SPLIT &&
			(found == NULL ||
			 badness[card->outcome] > badness[found->outcome]))
			found = card;
	}
	return found;
}

/*
 * Is every user, prompt or whatever there is in all variants?
 */
bool
AbInPairs(const AbReport *report, const AbReportBlock *block)
{
	const AbCard *split = block ? AbSplitCard(report, block) : NULL;

	return split != NULL && split->outcome == AB_OUTCOME_IN_PAIRS;
}

/*
 * Is it a look before the end, of a test that has one look?
 */
bool
AbIsEarly(const AbCard *card)
{
	return card->rule == AB_RULE_FIXED && card->control_n < card->planned_n;
}

/*
 * Does the interval of a row include no difference?  An end that is NULL is
 * open, and the difference answers where the lift has no interval.
 */
bool
AbIncludesZero(const AbCard *card, bool *known)
{
	bool		lift = AbHasInterval(card);
	double		low = lift ? card->lift_low : card->diff_low;
	double		high = lift ? card->lift_high : card->diff_high;

	*known = !isnan(low) || !isnan(high);
	return *known && !(low > 0) && !(high < 0);
}

/*
 * What to do about a treatment.
 */
static AbChoice
Choose(const AbStanding *standing)
{
	const int  *primary = standing->outcomes[AB_CARD_PRIMARY];
	const int  *guardrail = standing->outcomes[AB_CARD_GUARDRAIL];
	int			all = standing->rows[AB_CARD_PRIMARY];
	int			better = primary[AB_OUTCOME_BETTER];

	if (all == 0)
		return AB_CHOICE_NONE;
	if (primary[AB_OUTCOME_WORSE] > 0)
		return better > 0 ? AB_CHOICE_DISAGREE : AB_CHOICE_WORSE;
	if (guardrail[AB_OUTCOME_WORSE] > 0)
		return better == all ? AB_CHOICE_PRICE : AB_CHOICE_HARM;
	if (primary[AB_OUTCOME_HIGHER] + primary[AB_OUTCOME_LOWER] > 0)
		return AB_CHOICE_DIRECTION;
	if (better < all)
		return primary[AB_OUTCOME_NO_DATA] + primary[AB_OUTCOME_UNKNOWN] == all ?
			AB_CHOICE_NO_DATA : AB_CHOICE_OPEN;
	/* one without data, or of which nothing is said, is not shown either */
	return guardrail[AB_OUTCOME_NOT_WORSE] + guardrail[AB_OUTCOME_BETTER] ==
		standing->rows[AB_CARD_GUARDRAIL] ? AB_CHOICE_SHIP : AB_CHOICE_UNSHOWN;
}

/*
 * The treatments of the whole in the order of their rows, palloc'd.
 */
AbStanding *
AbStandings(const AbReport *report, int *count)
{
	const AbReportBlock *whole = AbWholeBlock(report);
	int			most = whole ? whole->count : 0;
	const char **texts = palloc(Max(most, 1) * sizeof(char *));
	int		   *groups = palloc(Max(most, 1) * sizeof(int));
	const AbCard **cards = palloc(Max(most, 1) * sizeof(AbCard *));
	AbStanding *standings;
	int			effects = 0;

	for (int i = 0; i < most; i++)
	{
		const AbCard *card = &report->cards[whole->first + i];

		if (!AbIsEffect(card))
			continue;
		cards[effects] = card;
		texts[effects++] = card->treatment;
	}
	*count = AbGroupTexts(texts, effects, groups);
	standings = palloc0(Max(*count, 1) * sizeof(AbStanding));
	for (int i = 0; i < effects; i++)
	{
		AbStanding *standing = &standings[groups[i]];
		const AbCard *card = cards[i];

		standing->control = card->control;
		standing->treatment = card->treatment;
		standing->outcomes[card->role][card->outcome]++;
		standing->rows[card->role]++;
		if (card->role == AB_CARD_PRIMARY)
			standing->early |= AbIsEarly(card);
	}
	for (int i = 0; i < *count; i++)
		standings[i].choice = Choose(&standings[i]);
	return standings;
}
