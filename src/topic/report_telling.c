/*
 * report_telling.c
 *	  What sentences about a scorecard are made of: names, lists, counts.
 */
#include "topic/report_telling.h"

#include "mb/pg_wchar.h"
#include "topic/report_numbers.h"

/* names that a list shows before it counts the rest */
#define MOST_NAMES	6

/* characters of a name in a sentence, and of a sentence */
#define LONGEST_NAME	60
#define LONGEST_SENTENCE	600

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

const char *
AbShortName(const char *name)
{
	return ShortText(name, LONGEST_NAME);
}

const char *
AbVariantName(const char *name, const char *otherwise)
{
	if (name == NULL || strcmp(name, otherwise) == 0)
		return psprintf("the %s", otherwise);
	return AbShortName(name);
}

const char *
AbPlural(int count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

void
AbAdd(List **sentences, const char *sentence)
{
	*sentences = lappend(*sentences, unconstify(char *, sentence));
}

/*
 * A list as people write it, "a, b and c", cut where it is long; the names are
 * short ones.
 */
const char *
AbJoinNames(const List *names)
{
	StringInfoData text;
	int			count = list_length(names);
	int			shown = Min(count, MOST_NAMES);

	initStringInfo(&text);
	for (int i = 0; i < shown; i++)
		appendStringInfo(&text, "%s%s", i == 0 ? "" :
						 i == count - 1 ? " and " : ", ",
						 (const char *) list_nth(names, i));
	if (count > shown)
		appendStringInfo(&text, " and %d more", count - shown);
	return text.data;
}

/*
 * The name of a row's metric, with its treatment where there are several.
 */
const char *
AbMetricOf(const AbTelling *telling, const AbCard *card)
{
	const char *name = AbShortName(AbMetricName(card));

	return telling->several && card->treatment != NULL ?
		psprintf("%s (%s)", name, AbShortName(card->treatment)) : name;
}

/*
 * The metrics of the whole that pass a test, of one treatment unless that is
 * NULL.  Returns "" for none.
 */
const char *
AbMetrics(const AbTelling *telling, const AbStanding *standing,
		  AbCardTest test, int *count)
{
	List	   *names = NIL;

	for (int i = 0; i < telling->whole->count; i++)
	{
		const AbCard *card = &telling->report->cards[telling->whole->first + i];
		const char *treatment = card->treatment ? card->treatment : "";

		if (!test(card))
			continue;
		if (standing == NULL)
			AbAdd(&names, AbMetricOf(telling, card));
		else if (strcmp(treatment, standing->treatment ?
						standing->treatment : "") == 0)
			AbAdd(&names, AbShortName(AbMetricName(card)));
	}
	if (count)
		*count = list_length(names);
	return AbJoinNames(names);
}

/*
 * The metrics that pass a test, with what is said of them: "" for none.
 */
const char *
AbClaim(const AbTelling *telling, const AbStanding *standing, AbCardTest test,
		const char *of_one, const char *of_many)
{
	int			count;
	const char *metrics = AbMetrics(telling, standing, test, &count);

	return count == 0 ? "" : psprintf("%s %s", metrics, AbPlural(count, of_one,
																 of_many));
}

bool
AbIsPrimary(const AbCard *card)
{
	return card->role == AB_CARD_PRIMARY;
}

int
AbCountCards(const AbTelling *telling, AbCardTest test)
{
	int			count = 0;

	for (int i = 0; i < telling->whole->count; i++)
		count += test(&telling->report->cards[telling->whole->first + i]);
	return count;
}

const AbCard *
AbFirstCard(const AbTelling *telling, AbCardTest test)
{
	for (int i = 0; i < telling->whole->count; i++)
	{
		const AbCard *card = &telling->report->cards[telling->whole->first + i];

		if (test(card))
			return card;
	}
	return NULL;
}

/*
 * What is counted against the planned size.
 */
const char *
AbPlannedOf(const AbTelling *telling, const AbCard *card)
{
	return telling->in_pairs ? "pairs" :
		psprintf("users of %s", AbVariantName(card->control, "control"));
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
	appendStringInfoString(&text, AbShortName(AbMetricName(card)));
	if (values.control[0] != '\0' && values.treatment[0] != '\0')
		appendStringInfo(&text, " went from %s to %s", values.control,
						 values.treatment);
	if (lift.lift[0] != '\0')
	{
		appendStringInfo(&text, " (%s", lift.lift);
		if (lift.low && lift.high)
			appendStringInfo(&text, ", between %s and %s", lift.low,
							 lift.high);
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
 * What a row is called where rows of other treatments and slices are beside it.
 */
const char *
AbRowName(const AbReport *report, const AbCard *card)
{
	StringInfoData name;

	initStringInfo(&name);
	appendStringInfoString(&name, AbMetricName(card));
	if (card->treatment != NULL && report->treatments > 1)
		appendStringInfo(&name, ", %s", card->treatment);
	if (card->slice != NULL)
		appendStringInfo(&name, " (%s)", card->slice);
	return name.data;
}
