/*
 * report_words.c
 *	  What to decide by the rows of a scorecard, in words.
 *
 * The words say no more than the tests: "no clear difference" is not "the
 * same", a guardrail that is "not shown" is not "worse", and what was not
 * checked, planned or corrected is said to be so.
 */
#include "topic/report_words.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "topic/report_decision.h"
#include "topic/report_numbers.h"

/* names that a list shows before it counts the rest */
#define MOST_NAMES	6

/* characters of a name in a sentence, and of a sentence */
#define LONGEST_NAME	60
#define LONGEST_SENTENCE	600

/* What is being said of which report. */
typedef struct Telling
{
	const AbReport *report;
	const AbBlock *whole;
	bool		several;		/* treatments */
	AbConclusion *conclusion;
} Telling;

/* Does a row belong to a list? */
typedef bool (*CardTest) (const AbCard *card);

const char *
AbMetricName(const AbCard *card)
{
	return card->metric ? card->metric : "the metric";
}

/*
 * The text, cut where it is longer than so many characters.
 */
static const char *
ShortText(const char *text, int limit)
{
	int			length = strlen(text);
	int			kept = pg_mbcharcliplen(text, length, limit);

	return kept == length ? text : psprintf("%.*s...", kept, text);
}

static const char *
ShortName(const char *name)
{
	return ShortText(name, LONGEST_NAME);
}

static const char *
VariantName(const char *name, const char *otherwise)
{
	if (name == NULL || strcmp(name, otherwise) == 0)
		return psprintf("the %s", otherwise);
	return ShortName(name);
}

static const char *
Plural(int count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

/*
 * A list as people write it: "a, b and c".
 */
static void
AddName(StringInfo list, const char *name, int place, int count)
{
	int			shown = Min(count, MOST_NAMES);

	if (place >= shown)
		return;
	if (place > 0)
		appendStringInfoString(list, place == shown - 1 && count <= MOST_NAMES ? " and " : ", ");
	appendStringInfoString(list, ShortName(name));
	if (place == shown - 1 && count > shown)
		appendStringInfo(list, " and %d more", count - shown);
}

/*
 * The metrics of the whole that pass a test, of one treatment unless that is
 * NULL, which is then said with them.  Returns "" for none.
 */
static const char *
Metrics(const Telling *telling, const AbStanding *standing, CardTest test, int *count)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int pass = 0, found = 0; pass < 2; pass++)
	{
		int			place = 0;

		for (int i = 0; i < telling->whole->count; i++)
		{
			const AbCard *card = &telling->report->cards[telling->whole->first + i];

			if (!test(card) ||
				(standing && strcmp(card->treatment ? card->treatment : "",
									standing->treatment ? standing->treatment : "") != 0))
				continue;
			if (pass == 1)
				AddName(&list, standing == NULL && telling->several && card->treatment != NULL ?
						psprintf("%s (%s)", AbMetricName(card), card->treatment) : AbMetricName(card),
						place, found);
			place++;
		}
		found = place;
		if (count)
			*count = found;
	}
	return list.data;
}

static bool
IsPrimary(const AbCard *card)
{
	return card->role == AB_ROLE_PRIMARY;
}

static bool
IsPrimaryBetter(const AbCard *card)
{
	return IsPrimary(card) && card->outcome == AB_OUTCOME_BETTER;
}

static bool
IsPrimaryWorse(const AbCard *card)
{
	return IsPrimary(card) && card->outcome == AB_OUTCOME_WORSE;
}

static bool
IsPrimaryOpen(const AbCard *card)
{
	return IsPrimary(card) && card->outcome != AB_OUTCOME_BETTER && card->outcome != AB_OUTCOME_WORSE;
}

static bool
IsPrimaryUndirected(const AbCard *card)
{
	return IsPrimary(card) && (card->outcome == AB_OUTCOME_HIGHER || card->outcome == AB_OUTCOME_LOWER);
}

static bool
IsGuardrailWorse(const AbCard *card)
{
	return card->role == AB_ROLE_GUARDRAIL && card->outcome == AB_OUTCOME_WORSE;
}

static bool
IsGuardrailOpen(const AbCard *card)
{
	return card->role == AB_ROLE_GUARDRAIL && card->outcome != AB_OUTCOME_WORSE &&
		card->outcome != AB_OUTCOME_NOT_WORSE && card->outcome != AB_OUTCOME_BETTER;
}

static bool
IsSecondaryWorse(const AbCard *card)
{
	return card->role == AB_ROLE_SECONDARY && card->outcome == AB_OUTCOME_WORSE;
}

/* It holds, and yet it moved the wrong way. */
static bool
IsGuardrailStrained(const AbCard *card)
{
	return card->role == AB_ROLE_GUARDRAIL && card->outcome == AB_OUTCOME_NOT_WORSE &&
		(card->direction > 0 ? card->lift_high < 0 : card->direction < 0 && card->lift_low > 0);
}

static bool
IsWithoutData(const AbCard *card)
{
	return AbIsEffect(card) && card->outcome == AB_OUTCOME_NO_DATA;
}

/* What the correction is for. */
static bool
IsCompared(const AbCard *card)
{
	return (IsPrimary(card) || card->role == AB_ROLE_SECONDARY) &&
		!(isnan(card->p_value) && isnan(card->p_adjusted));
}

static int
CountCards(const Telling *telling, CardTest test)
{
	int			count = 0;

	for (int i = 0; i < telling->whole->count; i++)
		count += test(&telling->report->cards[telling->whole->first + i]);
	return count;
}

static const AbCard *
FirstCard(const Telling *telling, CardTest test)
{
	for (int i = 0; i < telling->whole->count; i++)
	{
		const AbCard *card = &telling->report->cards[telling->whole->first + i];

		if (test(card))
			return card;
	}
	return NULL;
}

static void
Add(List **sentences, const char *sentence)
{
	*sentences = lappend(*sentences, unconstify(char *, sentence));
}

/*
 * A row as a sentence: its own, or one of its numbers.
 */
const char *
AbCardSentence(const AbCard *card)
{
	AbShownValues values;
	AbShownLift lift;
	StringInfoData text;

	if (card->sentence != NULL)
		return ShortText(card->sentence, LONGEST_SENTENCE);
	values = AbShowValues(card);
	lift = AbShowLift(card);
	initStringInfo(&text);
	appendStringInfoString(&text, ShortName(AbMetricName(card)));
	if (values.control[0] != '\0' && values.treatment[0] != '\0')
		appendStringInfo(&text, " went from %s to %s", values.control, values.treatment);
	if (lift.lift[0] != '\0')
	{
		appendStringInfo(&text, " (%s", lift.lift);
		if (lift.low && lift.high)
			appendStringInfo(&text, ", between %s and %s", lift.low, lift.high);
		else if (lift.low || lift.high)
			appendStringInfo(&text, ", %s", AbShowRange(&lift));
		appendStringInfoChar(&text, ')');
	}
	if (card->verdict)
		appendStringInfo(&text, ": %s", card->verdict);
	appendStringInfoChar(&text, '.');
	return text.data;
}

/*
 * The metrics that pass a test, with what is said of them: "" for none.
 */
static const char *
Claim(const Telling *telling, const AbStanding *standing, CardTest test, const char *of_one, const char *of_many)
{
	int			count;
	const char *metrics = Metrics(telling, standing, test, &count);

	return count == 0 ? "" : psprintf("%s %s", metrics, Plural(count, of_one, of_many));
}

/*
 * The decision on a single treatment.
 */
static void
TellOne(const Telling *telling, const AbStanding *standing)
{
	AbConclusion *conclusion = telling->conclusion;
	const char *treatment = VariantName(standing->treatment, "treatment");
	const char *better = Claim(telling, standing, IsPrimaryBetter, "is better", "are better");
	const char *worse = Claim(telling, standing, IsPrimaryWorse, "is worse", "are worse");
	const char *harmed = Claim(telling, standing, IsGuardrailWorse, "is worse", "are worse");
	const char *unproven = Claim(telling, standing, IsPrimaryOpen, "is not shown to be better",
								 "are not shown to be better");
	const char *unclear = Claim(telling, standing, IsPrimaryOpen, "shows no clear difference",
								"show no clear difference");
	const char *unshown = Claim(telling, standing, IsGuardrailOpen, "stays within its margin",
								"stay within their margins");
	const AbCard *first = FirstCard(telling, IsPrimary);
	int			guardrails = standing->rows[AB_ROLE_GUARDRAIL];

	if (standing->early && first != NULL)
	{
		conclusion->tone = "warn";
		conclusion->headline = psprintf("Too early to decide: %s of the %s users planned for %s are in.",
										AbShowCount(first->control_n), AbShowCount(first->planned_n),
										VariantName(first->control, "control"));
		Add(&conclusion->evidence, "What an early look shows often shrinks or turns later; so far:");
		return;
	}
	switch (standing->choice)
	{
		case AB_CHOICE_SHIP:
			conclusion->tone = "good";
			conclusion->headline = guardrails == 0 ?
				psprintf("Ship %s: %s.", treatment, better) :
				psprintf("Ship %s: %s, and %s.", treatment, better, guardrails == 1 ? "the guardrail holds" :
						 guardrails == 2 ? "both guardrails hold" : psprintf("all %d guardrails hold", guardrails));
			break;
		case AB_CHOICE_UNSHOWN:
			conclusion->tone = "warn";
			conclusion->headline = psprintf("Not yet: %s, but it is not shown that %s.", better, unshown);
			break;
		case AB_CHOICE_PRICE:
			conclusion->tone = "bad";
			conclusion->headline = psprintf("Do not ship %s as it is: %s, but of the guardrails %s.",
											treatment, better, harmed);
			Add(&conclusion->evidence, "Whether the gain is worth that price is not for a test to say.");
			break;
		case AB_CHOICE_DISAGREE:
			conclusion->tone = "bad";
			conclusion->headline = psprintf("Do not ship %s as it is: %s, but %s.", treatment, better, worse);
			break;
		case AB_CHOICE_WORSE:
			conclusion->tone = "bad";
			conclusion->headline = psprintf("Do not ship %s: %s.", treatment, worse);
			break;
		case AB_CHOICE_HARM:
			conclusion->tone = "bad";
			conclusion->headline = psprintf("Do not ship %s: of the guardrails %s, and %s.",
											treatment, harmed, unproven);
			break;
		case AB_CHOICE_OPEN:
			conclusion->tone = "flat";
			conclusion->headline = psprintf("No decision: %s.", unclear);
			break;
		case AB_CHOICE_DIRECTION:
			conclusion->tone = "told";
			conclusion->headline = psprintf("It differs in %s, but nobody said which direction is better.",
											Metrics(telling, standing, IsPrimaryUndirected, NULL));
			break;
		case AB_CHOICE_NO_DATA:
			conclusion->tone = "flat";
			conclusion->headline = psprintf("No decision: there are no data on %s.",
											Metrics(telling, standing, IsPrimary, NULL));
			break;
		case AB_CHOICE_NONE:
			if (standing->outcomes[AB_ROLE_GUARDRAIL][AB_OUTCOME_WORSE] > 0)
			{
				conclusion->tone = "bad";
				conclusion->headline = psprintf("Do not ship %s: of the guardrails %s, and no metric was named as the primary one, to decide by.",
												treatment, harmed);
				break;
			}
			conclusion->tone = "flat";
			conclusion->headline = "No decision: no metric was named as the primary one, to decide by.";
			break;
	}
}

/*
 * The decision on several treatments: which of them are what.
 */
static void
TellSeveral(const Telling *telling, const AbStanding *standings, int count)
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
		""
	};
	AbConclusion *conclusion = telling->conclusion;
	StringInfoData text;
	bool		any_guardrail = false;
	bool		early = false;
	int			best = 0;

	for (int i = 0; i < count; i++)
	{
		any_guardrail |= standings[i].rows[AB_ROLE_GUARDRAIL] > 0;
		early |= standings[i].early;
		best += standings[i].choice == AB_CHOICE_SHIP;
	}
	conclusion->tone = early ? "warn" : best > 0 ? "good" : "flat";
	initStringInfo(&text);
	appendStringInfo(&text, "%s%d treatments against %s",
					 early ? "Too early to decide, the planned size is not reached. So far, of " : "Of ",
					 count, VariantName(standings[0].control, "control"));
	if (standings[0].choice == AB_CHOICE_NONE)
	{
		appendStringInfoString(&text, " none is decided: no metric was named as the primary one, to decide by.");
		conclusion->tone = "flat";
		conclusion->headline = text.data;
		return;
	}
	for (int choice = 0, kinds = 0; choice < AB_CHOICES; choice++)
	{
		StringInfoData names;
		int			found = 0;
		int			place = 0;

		for (int i = 0; i < count; i++)
			found += standings[i].choice == choice;
		if (found == 0)
			continue;
		initStringInfo(&names);
		for (int i = 0; i < count; i++)
			if (standings[i].choice == choice)
				AddName(&names, VariantName(standings[i].treatment, "treatment"), place++, found);
		appendStringInfo(&text, "%s %s: %s", kinds++ == 0 ? "," : ";",
						 choice == AB_CHOICE_SHIP && !any_guardrail ? "better" : words[choice], names.data);
	}
	appendStringInfoChar(&text, '.');
	conclusion->headline = text.data;
	if (best > 1)
		Add(&conclusion->caveats,
			"Each treatment was compared with the control only: which of the better ones is the best was not tested.");
}

/*
 * What the metrics that decide show, and how many of the others differ.
 */
static void
TellMetrics(const Telling *telling, const AbStanding *standings, int count)
{
	AbConclusion *conclusion = telling->conclusion;
	int			all = 0;
	int			secondary[AB_OUTCOMES] = {0};
	StringInfoData text;
	const char *strained;
	const char *unshown;
	const char *empty;
	int			empty_count;

	if (count * Max(CountCards(telling, IsPrimary), 1) <= 6)
		for (int i = 0; i < telling->whole->count; i++)
		{
			const AbCard *card = &telling->report->cards[telling->whole->first + i];

			if (card->role == AB_ROLE_PRIMARY || (IsGuardrailWorse(card) && count == 1))
				Add(&conclusion->evidence, count == 1 ? AbCardSentence(card) :
					psprintf("%s: %s", VariantName(card->treatment, "treatment"), AbCardSentence(card)));
		}
	for (int i = 0; i < count; i++)
	{
		for (int k = 0; k < AB_OUTCOMES; k++)
			secondary[k] += standings[i].outcomes[AB_ROLE_SECONDARY][k];
		all += standings[i].rows[AB_ROLE_SECONDARY];
	}
	if (all > 0)
	{
		static const AbOutcome order[] = {
			AB_OUTCOME_BETTER, AB_OUTCOME_WORSE, AB_OUTCOME_HIGHER, AB_OUTCOME_LOWER,
			AB_OUTCOME_NO_DIFFERENCE, AB_OUTCOME_NO_DATA
		};
		static const char *const words[] = {
			"better", "worse", "higher", "lower", "no clear difference", "no data"
		};
		int			parts = 0;

		initStringInfo(&text);
		appendStringInfo(&text, "%d secondary %s: ", all,
						 count > 1 ? Plural(all, "comparison", "comparisons") : Plural(all, "metric", "metrics"));
		for (int k = 0; k < lengthof(order); k++)
			if (secondary[order[k]] > 0)
				appendStringInfo(&text, "%s%d %s", parts++ ? ", " : "", secondary[order[k]], words[k]);
		appendStringInfoChar(&text, '.');
		if (parts > 0)
			Add(&conclusion->evidence, text.data);
	}
	if (secondary[AB_OUTCOME_WORSE] > 0)
		Add(&conclusion->evidence,
			psprintf("Worse among them: %s. Nobody made that a guardrail: weigh it before shipping.",
					 Metrics(telling, NULL, IsSecondaryWorse, NULL)));
	strained = Claim(telling, NULL, IsGuardrailStrained, "holds, yet is worse by less than its margin",
					 "hold, yet are worse by less than their margins");
	if (strained[0] != '\0')
		Add(&conclusion->evidence, psprintf("Of the guardrails %s.", strained));
	unshown = Claim(telling, NULL, IsGuardrailOpen, "stays within its margin", "stay within their margins");
	if (unshown[0] != '\0')
		Add(&conclusion->evidence,
			psprintf("%sot shown is not worse: it may hold, and these data cannot tell.",
					 count == 1 && standings[0].choice == AB_CHOICE_UNSHOWN && !standings[0].early ? "N" :
					 psprintf("It is not shown that %s. N", unshown)));
	empty = Metrics(telling, NULL, IsWithoutData, &empty_count);
	if (empty_count > 0)
		Add(&conclusion->evidence, psprintf("Without data: %s.", empty));
}

/*
 * What the intervals leave open, and the smallest difference that these users
 * can show.
 */
static void
TellIntervals(const Telling *telling)
{
	int			intervals = 0;
	int			open = 0;
	int			overruled = 0;
	const AbCard *least = NULL;
	const AbCard *most = NULL;
	bool		primary = FirstCard(telling, IsPrimary) != NULL;
	List	  **caveats = &telling->conclusion->caveats;

	for (int i = 0; i < telling->whole->count; i++)
	{
		const AbCard *card = &telling->report->cards[telling->whole->first + i];
		bool		known;
		bool		includes;

		if (!IsPrimary(card) && card->role != AB_ROLE_SECONDARY)
			continue;
		includes = AbIncludesZero(card, &known);
		intervals += known;
		open += includes;
		overruled += known && !includes && card->outcome == AB_OUTCOME_NO_DIFFERENCE;
		if (!(card->mde > 0) || (primary && !IsPrimary(card)))
			continue;
		if (least == NULL || card->mde < least->mde)
			least = card;
		if (most == NULL || card->mde > most->mde)
			most = card;
	}
	if (intervals > 0)
	{
		if (open == 0)
			Add(caveats, intervals == 1 ? "The one interval does not include zero." :
				psprintf("None of the %d intervals includes zero.", intervals));
		else
			Add(caveats, psprintf("%s zero: there the change may be up, down or none, and no clear difference is not the same as no difference.",
								  intervals == 1 ? "The one interval includes" :
								  psprintf("%d of %d intervals %s", open, intervals,
										   Plural(open, "includes", "include"))));
	}
	if (overruled > 0)
		Add(caveats, psprintf("%d more %s zero only until the number of comparisons is taken into account.",
							  overruled, Plural(overruled, "excludes", "exclude")));
	if (least == most && least != NULL)
		Add(caveats, psprintf("This many users usually show a change of %s by %s or more, and often miss a smaller one.",
							  ShortName(AbMetricName(least)), AbShowPercent(least->mde)));
	else if (least != NULL)
		Add(caveats, psprintf("This many users usually show a change of %s or more (%s) to %s or more (%s), and often miss smaller ones.",
							  AbShowPercent(least->mde), ShortName(AbMetricName(least)),
							  AbShowPercent(most->mde), ShortName(AbMetricName(most))));
}

static bool
HasPlan(const AbCard *card)
{
	return AbIsEffect(card) && !isnan(card->planned_n) && !isnan(card->control_n);
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
static void
TellLooks(const Telling *telling, const AbStanding *standings)
{
	List	  **caveats = &telling->conclusion->caveats;
	const AbCard *plan = FirstCard(telling, HasPlan);
	const AbCard *fixed = FirstCard(telling, IsFixed);
	int			kinds = (fixed != NULL) + (FirstCard(telling, IsAlwaysValid) != NULL) +
		(FirstCard(telling, IsSequential) != NULL);
	const char *some = kinds > 1 ? " of some rows" : "";

	if (plan != NULL && !standings[0].early)
		Add(caveats, plan->control_n >= plan->planned_n ?
			psprintf("The planned size is reached: %s of %s users of %s.",
					 AbShowCount(plan->control_n), AbShowCount(plan->planned_n),
					 VariantName(plan->control, "control")) :
			psprintf("The planned size is not reached: %s of %s users of %s.",
					 AbShowCount(plan->control_n), AbShowCount(plan->planned_n),
					 VariantName(plan->control, "control")));
	else if (plan == NULL && fixed != NULL)
		Add(caveats, "No planned size was given, so nothing here says that this is the end.");
	if (fixed != NULL)
		Add(caveats, psprintf("The numbers%s are for one look at the planned end: looking again tomorrow, and stopping when they please, makes false alarms more frequent than %s.",
							  some, AbShowPercent(fixed->alpha * 100)));
	if (FirstCard(telling, IsAlwaysValid) != NULL)
		Add(caveats, psprintf("The numbers%s hold however often they are looked at: looking again tomorrow, or stopping today, costs nothing.", some));
	if (FirstCard(telling, IsSequential) != NULL)
		Add(caveats, psprintf("The numbers%s hold at the planned looks only: a look in between decides nothing.", some));
}

/*
 * What was corrected for the number of comparisons.
 */
static void
TellCorrection(const Telling *telling)
{
	int			comparisons = CountCards(telling, IsCompared);
	const AbCard *card = FirstCard(telling, IsCompared);
	List	  **caveats = &telling->conclusion->caveats;
	const char *level;
	bool		guarded = false;

	if (comparisons < 2)
		return;
	level = AbShowPercent(card->alpha * 100);
	for (int i = 0; i < telling->whole->count; i++)
		guarded |= telling->report->cards[telling->whole->first + i].role == AB_ROLE_GUARDRAIL;
	if (card->correction == NULL || strcmp(card->correction, "none") == 0)
		Add(caveats, psprintf("The %d comparisons are not corrected for their number: each has a chance of %s of a false alarm.",
							  comparisons, level));
	else
		Add(caveats, psprintf("The verdicts on %d comparisons are corrected for their number (%s): %s%s.",
							  comparisons, card->correction,
							  strcmp(card->correction, "bh") == 0 || strcmp(card->correction, "by") == 0 ?
							  psprintf("of those that differ, about %s or less are false alarms", level) :
							  psprintf("a false alarm among them has a chance of at most %s", level),
							  guarded ? "; guardrails are tested each by itself" : ""));
}

static bool
DiffersBySlice(const AbCard *card)
{
	double		p = isnan(card->p_adjusted) ? card->p_value : card->p_adjusted;

	return card->role == AB_ROLE_HETEROGENEITY && p < card->alpha;
}

/*
 * What slices are good for.
 */
static void
TellSlices(const Telling *telling)
{
	const AbReport *report = telling->report;
	List	  **caveats = &telling->conclusion->caveats;
	StringInfoData mismatched;
	StringInfoData differing;
	int			slices = 0;
	int			bad = 0;
	int			tested = 0;
	int			differ = 0;

	initStringInfo(&mismatched);
	initStringInfo(&differing);
	for (int i = 0; i < report->block_count; i++)
	{
		const AbBlock *block = &report->blocks[i];
		const AbCard *split = AbSplitCard(report, block);

		if (block->slice == NULL)
			continue;
		slices++;
		if (split != NULL && split->outcome == AB_OUTCOME_SPLIT_MISMATCH)
			appendStringInfo(&mismatched, "%s%s", bad++ ? "; " : "", block->slice);
	}
	for (int i = 0; i < report->count; i++)
	{
		const AbCard *card = &report->cards[i];

		if (card->role != AB_ROLE_HETEROGENEITY)
			continue;
		tested++;
		if (DiffersBySlice(card))
			appendStringInfo(&differing, "%s%s by %s", differ++ ? "; " : "", ShortName(AbMetricName(card)),
							 card->slice ? card->slice : "slice");
	}
	if (slices > 0)
		Add(caveats, psprintf("The %s exploratory: a difference in one of them is a question for the next experiment, not an answer.",
							  slices == 1 ? "slice is" : psprintf("%d slices are", slices)));
	if (bad > 0)
		Add(caveats, psprintf("Users were not split as intended in %s: read nothing into it.", mismatched.data));
	if (differ > 0)
		Add(caveats, psprintf("The effect differs between slices: %s.", differing.data));
	else if (tested > 0)
		Add(caveats, "No effect was shown to differ between slices, which does not show that it is the same in all.");
}

/*
 * What the split says: true if nothing else may be said.
 */
static bool
TellSplit(const Telling *telling)
{
	AbConclusion *conclusion = telling->conclusion;
	const AbCard *split = AbSplitCard(telling->report, telling->whole);

	if (split == NULL || split->outcome == AB_OUTCOME_UNKNOWN)
		Add(&conclusion->caveats, "Nothing here checks that users were split as intended: do that before relying on it.");
	else if (split->outcome == AB_OUTCOME_SPLIT_UNCHECKED)
		Add(&conclusion->caveats, "Whether users were split as intended was not checked, because the intended shares were not given: do that before relying on it.");
	else if (split->outcome == AB_OUTCOME_SPLIT_MISMATCH)
	{
		conclusion->tone = "bad";
		conclusion->headline = "Do not decide: the users were not split as intended.";
		if (!isnan(split->p_value))
			Add(&conclusion->evidence, psprintf("A split this far off does not come by chance (%s).", AbShowPEquation(split->p_value)));
		Add(&conclusion->evidence, "What moved users from one group to the other may have moved the metrics too, so no difference here, good or bad, can be put down to the treatment. Find the cause first, and then start again.");
		return true;
	}
	else
		Add(&conclusion->caveats, "The users were split as intended.");
	return false;
}

/*
 * A metric that is there more than once, as of several days; NULL for none.
 */
static const AbCard *
Repeated(const Telling *telling)
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
			psprintf("%d\1%d\1%s\1%s\1%s\1%s", cards[i].role, cards[i].rule, cards[i].metric,
					 cards[i].statistic ? cards[i].statistic : "", cards[i].control ? cards[i].control : "",
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
	AbConclusion conclusion = {"flat", NULL, NIL, NIL};
	Telling		telling = {report, AbWholeBlock(report), false, &conclusion};
	const AbCard *repeated;
	AbStanding *standings;
	int			count;

	if (telling.whole == NULL)
	{
		conclusion.headline = report->count == 0 ? "No decision: there are no rows." :
			"No decision: these rows are of slices only.";
		TellSlices(&telling);
		return conclusion;
	}
	repeated = Repeated(&telling);
	if (repeated != NULL)
	{
		conclusion.headline = psprintf("No decision: %s is there more than once, as in rows of several days. Choose those of one.",
									   ShortName(AbMetricName(repeated)));
		return conclusion;
	}
	if (TellSplit(&telling))
		return conclusion;
	standings = AbStandings(report, &count);
	if (count == 0)
	{
		conclusion.headline = "No decision: there is no metric among these rows.";
		TellSlices(&telling);
		return conclusion;
	}
	telling.several = count > 1;
	if (count == 1)
		TellOne(&telling, &standings[0]);
	else
		TellSeveral(&telling, standings, count);
	TellMetrics(&telling, standings, count);
	TellIntervals(&telling);
	TellLooks(&telling, standings);
	TellCorrection(&telling);
	TellSlices(&telling);
	return conclusion;
}
