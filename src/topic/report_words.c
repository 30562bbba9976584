/*
 * report_words.c
 *	  What to decide by the rows of a scorecard, in words.
 *
 * The words say no more than the tests: "no clear difference" is not "the
 * same", a guardrail that is "not shown" is not "worse", and what was not
 * checked, planned or corrected is said to be so.
 */
#include "topic/report_words.h"

#include "topic/report_caveats.h"
#include "topic/report_numbers.h"

static bool
IsPrimaryBetter(const AbCard *card)
{
	return AbIsPrimary(card) && card->outcome == AB_OUTCOME_BETTER;
}

static bool
IsPrimaryWorse(const AbCard *card)
{
	return AbIsPrimary(card) && card->outcome == AB_OUTCOME_WORSE;
}

static bool
IsPrimaryOpen(const AbCard *card)
{
	return AbIsPrimary(card) && card->outcome != AB_OUTCOME_BETTER &&
		card->outcome != AB_OUTCOME_WORSE;
}

static bool
IsPrimaryUndirected(const AbCard *card)
{
	return AbIsPrimary(card) && (card->outcome == AB_OUTCOME_HIGHER ||
								 card->outcome == AB_OUTCOME_LOWER);
}

static bool
IsGuardrailWorse(const AbCard *card)
{
	return card->role == AB_CARD_GUARDRAIL &&
		card->outcome == AB_OUTCOME_WORSE;
}

static bool
IsGuardrailOpen(const AbCard *card)
{
	return card->role == AB_CARD_GUARDRAIL &&
		card->outcome != AB_OUTCOME_WORSE &&
		card->outcome != AB_OUTCOME_NOT_WORSE &&
		card->outcome != AB_OUTCOME_BETTER;
}

static bool
IsSecondaryWorse(const AbCard *card)
{
	return card->role == AB_CARD_SECONDARY &&
		card->outcome == AB_OUTCOME_WORSE;
}

/* It holds, and yet it moved the wrong way. */
static bool
IsGuardrailStrained(const AbCard *card)
{
	return card->role == AB_CARD_GUARDRAIL &&
		card->outcome == AB_OUTCOME_NOT_WORSE &&
		(card->direction > 0 ? card->lift_high < 0 : card->direction < 0 &&
		 card->lift_low > 0);
}

/* There are data, and no test of them that holds on any day. */
static bool
IsWithheld(const AbCard *card)
{
	return AbIsEffect(card) && card->outcome == AB_OUTCOME_NO_DATA &&
		card->rule == AB_RULE_ALWAYS_VALID && !isnan(card->control_value) &&
		!isnan(card->treatment_value);
}

static bool
IsPrimaryWithheld(const AbCard *card)
{
	return AbIsPrimary(card) && IsWithheld(card);
}

static bool
IsWithoutData(const AbCard *card)
{
	return AbIsEffect(card) && card->outcome == AB_OUTCOME_NO_DATA &&
		!IsWithheld(card);
}

static bool
IsPlanned(const AbCard *card)
{
	return AbIsPrimary(card) &&
		(card->rule != AB_RULE_FIXED || !isnan(card->planned_n));
}

/*
 * What a decision to ship supposes that the rows do not say: "" if nothing.
 */
static const char *
ShipCondition(const AbTelling *telling)
{
	const AbCard *split = AbSplitCard(telling->report, telling->whole);
	bool		checked = split != NULL &&
		split->outcome == AB_OUTCOME_SPLIT_INTENDED;
	bool		ended = AbFirstCard(telling, IsPlanned) != NULL;

	if (checked)
		return ended ? "" : ", if this is the planned end";
	return ended ? ", if users were split as intended" :
		", if users were split as intended and this is the planned end";
}

/*
 * The decision on a single treatment.
 */
static void
TellOne(const AbTelling *telling, const AbStanding *standing)
{
	AbConclusion *conclusion = telling->conclusion;
	const char *treatment = AbVariantName(standing->treatment, "treatment");
	const char *better = AbClaim(telling, standing, IsPrimaryBetter,
								 "is better", "are better");
	const char *worse = AbClaim(telling, standing, IsPrimaryWorse, "is worse",
								"are worse");
	const char *harmed = AbClaim(telling, standing, IsGuardrailWorse,
								 "is worse", "are worse");
	const char *unproven = AbClaim(telling, standing, IsPrimaryOpen,
								   "is not shown to be better",
								   "are not shown to be better");
	const char *unclear = AbClaim(telling, standing, IsPrimaryOpen,
								  "shows no clear difference",
								  "show no clear difference");
	const char *unshown = AbClaim(telling, standing, IsGuardrailOpen,
								  "stays within its margin",
								  "stay within their margins");
	const char *condition = ShipCondition(telling);
	const AbCard *first = AbFirstCard(telling, AbIsPrimary);
	const char *withheld = AbMetrics(telling, standing, IsPrimaryWithheld,
									 NULL);
	int			guardrails = standing->rows[AB_CARD_GUARDRAIL];

	if (standing->early && first != NULL)
	{
		conclusion->tone = AB_TONE_WARN;
		conclusion->headline = psprintf("Too early to decide: %s of the %s users planned for %s are in.",
										AbShowCount(first->control_n),
										AbShowCount(first->planned_n),
										AbVariantName(first->control,
													  "control"));
		AbAdd(&conclusion->evidence,
			  "What an early look shows often shrinks or turns later; so far:");
		return;
	}
	switch (standing->choice)
	{
		case AB_CHOICE_SHIP:
			conclusion->tone = AB_TONE_GOOD;
			conclusion->headline = guardrails == 0 ?
				psprintf("Ship %s%s: %s.", treatment, condition, better) :
				psprintf("Ship %s%s: %s, and %s.", treatment, condition, better,
						 guardrails == 1 ? "the guardrail holds" :
						 guardrails == 2 ? "both guardrails hold" :
						 psprintf("all %d guardrails hold", guardrails));
			break;
		case AB_CHOICE_UNSHOWN:
			conclusion->tone = AB_TONE_WARN;
			conclusion->headline = psprintf("Not yet: %s, but it is not shown that %s.",
											better, unshown);
			break;
		case AB_CHOICE_PRICE:
			conclusion->tone = AB_TONE_BAD;
			conclusion->headline = psprintf("Do not ship %s as it is: %s, but of the guardrails %s.",
											treatment, better, harmed);
			AbAdd(&conclusion->evidence,
				  "Whether the gain is worth that price is not for a test to say.");
			break;
		case AB_CHOICE_DISAGREE:
			conclusion->tone = AB_TONE_BAD;
			conclusion->headline = psprintf("Do not ship %s as it is: %s, but %s.",
											treatment, better, worse);
			break;
		case AB_CHOICE_WORSE:
			conclusion->tone = AB_TONE_BAD;
			conclusion->headline = psprintf("Do not ship %s: %s.", treatment,
											worse);
			break;
		case AB_CHOICE_HARM:
			conclusion->tone = AB_TONE_BAD;
			conclusion->headline = psprintf("Do not ship %s: of the guardrails %s, and %s.",
											treatment, harmed, unproven);
			break;
		case AB_CHOICE_OPEN:
			conclusion->tone = AB_TONE_FLAT;
			conclusion->headline = psprintf("No decision: %s.", unclear);
			break;
		case AB_CHOICE_DIRECTION:
			conclusion->tone = AB_TONE_TOLD;
			conclusion->headline = psprintf("It differs in %s, but nobody said which direction is better.",
											AbMetrics(telling, standing,
													  IsPrimaryUndirected,
													  NULL));
			break;
		case AB_CHOICE_NO_DATA:
			conclusion->tone = AB_TONE_FLAT;
			conclusion->headline = withheld[0] != '\0' ?
				psprintf("No decision: there is no test that holds on any day of %s.",
						 withheld) :
				psprintf("No decision: there are no data on %s.",
						 AbMetrics(telling, standing, AbIsPrimary, NULL));
			break;
		case AB_CHOICE_NONE:
			if (standing->outcomes[AB_CARD_GUARDRAIL][AB_OUTCOME_WORSE] > 0)
			{
				conclusion->tone = AB_TONE_BAD;
				conclusion->headline = psprintf("Do not ship %s: of the guardrails %s, and no metric was named as the primary one, to decide by.",
												treatment, harmed);
				break;
			}
			conclusion->tone = AB_TONE_FLAT;
			conclusion->headline = "No decision: no metric was named as the primary one, to decide by.";
			break;
	}
}

/*
 * The decision on several treatments: which of them are what.
 */
static void
TellSeveral(const AbTelling *telling, const AbStanding *standings, int count)
{
	static const char *const words[AB_CHOICES] = {
		"better with every guardrail held",
		"better, but a guardrail is not shown to hold",
		"better, but a guardrail is worse",
		"better in one primary metric and worse in another",
		"worse",
		"not better, and a guardrail is worse",
		"no clear difference",
		"different, but nobody said which direction is better",
		"without data",
		"not compared by a primary metric"
	};
	AbConclusion *conclusion = telling->conclusion;
	StringInfoData text;
	bool		any_guardrail = false;
	bool		early = false;
	int			best = 0;
	int			undecided = 0;

	for (int i = 0; i < count; i++)
	{
		any_guardrail |= standings[i].rows[AB_CARD_GUARDRAIL] > 0;
		early |= standings[i].early;
		best += standings[i].choice == AB_CHOICE_SHIP;
		undecided += standings[i].choice == AB_CHOICE_NONE;
	}
	conclusion->tone = early ? AB_TONE_WARN : best > 0 ? AB_TONE_GOOD : AB_TONE_FLAT;
	initStringInfo(&text);
	appendStringInfo(&text, "%s%d treatments against %s",
					 early ?
					 "Too early to decide, the planned size is not reached. So far, of " :
					 "Of ",
					 count, AbVariantName(standings[0].control, "control"));
	if (undecided == count)
	{
		appendStringInfoString(&text,
							   " none is decided: no metric was named as the primary one, to decide by.");
		conclusion->tone = AB_TONE_FLAT;
		conclusion->headline = text.data;
		return;
	}
	for (int choice = 0, kinds = 0; choice < AB_CHOICES; choice++)
	{
		List	   *names = NIL;

		for (int i = 0; i < count; i++)
			if (standings[i].choice == choice)
				AbAdd(&names, AbVariantName(standings[i].treatment,
											"treatment"));
		if (names == NIL)
			continue;
		appendStringInfo(&text, "%s %s: %s", kinds++ == 0 ? "," : ";",
						 choice == AB_CHOICE_SHIP && !any_guardrail ?
						 "better" : words[choice], AbJoinNames(names));
	}
	appendStringInfoChar(&text, '.');
	conclusion->headline = text.data;
	if (best > 1)
		AbAdd(&conclusion->caveats,
			  "Each treatment was compared with the control only: which of the better ones is the best was not tested.");
}

/*
 * What the metrics that decide show, and how many of the others differ.
 */
static void
TellMetrics(const AbTelling *telling, const AbStanding *standings, int count)
{
	AbConclusion *conclusion = telling->conclusion;
	int			all = 0;
	int			secondary[AB_OUTCOMES] = {0};
	StringInfoData text;
	const char *strained;
	const char *unshown;
	const char *empty;
	int			empty_count;

	if (count * Max(AbCountCards(telling, AbIsPrimary), 1) <= 6)
		for (int i = 0; i < telling->whole->count; i++)
		{
			const AbCard *card = &telling->report->cards[telling->whole->first + i];

			if (card->role == AB_CARD_PRIMARY ||
				(IsGuardrailWorse(card) && count == 1))
				/* a sentence of its own names the treatment where it matters */
				AbAdd(&conclusion->evidence, count == 1 || card->sentence ?
					  AbCardSentence(card) :
					  psprintf("%s: %s", AbVariantName(card->treatment,
													   "treatment"),
							   AbCardSentence(card)));
		}
	for (int i = 0; i < count; i++)
	{
		for (int k = 0; k < AB_OUTCOMES; k++)
			secondary[k] += standings[i].outcomes[AB_CARD_SECONDARY][k];
		all += standings[i].rows[AB_CARD_SECONDARY];
	}
	if (all > 0)
	{
		static const AbOutcome order[] = {
			AB_OUTCOME_BETTER, AB_OUTCOME_WORSE, AB_OUTCOME_HIGHER,
			AB_OUTCOME_LOWER,
			AB_OUTCOME_NO_DIFFERENCE, AB_OUTCOME_NO_DATA, AB_OUTCOME_UNKNOWN
		};
		static const char *const words[] = {
			"better", "worse", "higher", "lower", "no clear difference",
			"no data", "other"
		};
		int			parts = 0;

		initStringInfo(&text);
		appendStringInfo(&text, "%d secondary %s: ", all,
						 count > 1 ? AbPlural(all, "comparison",
											  "comparisons") :
						 AbPlural(all, "metric", "metrics"));
		for (int k = 0; k < lengthof(order); k++)
			if (secondary[order[k]] > 0)
				appendStringInfo(&text, "%s%d %s", parts++ ? ", " : "",
								 secondary[order[k]], words[k]);
		appendStringInfoChar(&text, '.');
		if (parts > 0)
			AbAdd(&conclusion->evidence, text.data);
	}
	if (secondary[AB_OUTCOME_WORSE] > 0)
		AbAdd(&conclusion->evidence,
			  psprintf("Worse among them: %s. Nobody made that a guardrail: weigh it before shipping.",
					   AbMetrics(telling, NULL, IsSecondaryWorse, NULL)));
	strained = AbClaim(telling, NULL, IsGuardrailStrained,
					   "holds, yet is worse by less than its margin",
					   "hold, yet are worse by less than their margins");
	if (strained[0] != '\0')
		AbAdd(&conclusion->evidence, psprintf("Of the guardrails %s.",
											  strained));
	unshown = AbClaim(telling, NULL, IsGuardrailOpen,
					  "stays within its margin", "stay within their margins");
	if (unshown[0] != '\0')
		AbAdd(&conclusion->evidence,
			  psprintf("%sot shown is not worse: it may hold, and these data cannot tell.",
					   count == 1 &&
					   standings[0].choice == AB_CHOICE_UNSHOWN &&
					   !standings[0].early ? "N" :
					   psprintf("It is not shown that %s. N", unshown)));
	empty = AbMetrics(telling, NULL, IsWithoutData, &empty_count);
	if (empty_count > 0)
		AbAdd(&conclusion->evidence, psprintf("Without data: %s.", empty));
	empty = AbMetrics(telling, NULL, IsWithheld, &empty_count);
	if (empty_count > 0)
		AbAdd(&conclusion->evidence,
			  psprintf("Without a test that holds on any day: %s.", empty));
}

/*
 * A metric that is there more than once, as of several days; NULL for none.
 */
static const AbCard *
Repeated(const AbTelling *telling)
{
	int			count = telling->whole->count;
	const AbCard *cards = &telling->report->cards[telling->whole->first];
	const char **keys = palloc(Max(count, 1) * sizeof(char *));
	int		   *groups = palloc(Max(count, 1) * sizeof(int));
	int			seen = 0;

	for (int i = 0; i < count; i++)

		/*
		 * control characters are in none of these; a row without a metric is
		 * no other's
		 */
		keys[i] = cards[i].metric == NULL ? psprintf("\1%d", i) :
			psprintf("%d\1%d\1%s\1%s\1%s\1%s", cards[i].role, cards[i].rule,
					 cards[i].metric,
					 cards[i].statistic ? cards[i].statistic : "",
					 cards[i].control ? cards[i].control : "",
					 cards[i].treatment ? cards[i].treatment : "");
	AbGroupTexts(keys, count, groups);
	for (int i = 0; i < count; i++)
	{
		/* groups are numbered in the order in which they come first */
		if (groups[i] < seen)
			return &cards[i];
		seen++;
	}
	return NULL;
}

/*
 * The decision, and what it rests on.
 */
AbConclusion
AbConclude(const AbReport *report)
{
	AbConclusion conclusion = {AB_TONE_FLAT, NULL, NIL, NIL};
	AbTelling	telling = {report, AbWholeBlock(report), false, &conclusion};
	const AbCard *repeated;
	AbStanding *standings;
	int			count;

	if (telling.whole == NULL)
	{
		conclusion.headline = report->count == 0 ?
			"No decision: there are no rows." :
			"No decision: these rows are of slices only.";
		AbTellSlices(&telling);
		return conclusion;
	}
	repeated = Repeated(&telling);
	if (repeated != NULL)
	{
		conclusion.headline = psprintf("No decision: %s is there more than once, as in rows of several days. Choose those of one.",
									   AbShortName(AbMetricName(repeated)));
		return conclusion;
	}
	if (AbTellSplit(&telling))
		return conclusion;
	standings = AbStandings(report, &count);
	if (count == 0)
	{
		conclusion.headline = "No decision: there is no metric among these rows.";
		AbTellSlices(&telling);
		return conclusion;
	}
	telling.several = count > 1;
	if (count == 1)
		TellOne(&telling, &standings[0]);
	else
		TellSeveral(&telling, standings, count);
	TellMetrics(&telling, standings, count);
	AbTellIntervals(&telling);
	AbTellLooks(&telling, standings);
	AbTellCorrection(&telling);
	AbTellSlices(&telling);
	return conclusion;
}
