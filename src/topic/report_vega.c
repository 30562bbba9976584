/*
 * report_vega.c
 *	  The lifts of a scorecard as a Vega-Lite specification.
 *
 * What goes beyond the axis is cut here, so that a viewer need not know which
 * rows are.
 */
#include "topic/report_vega.h"

#include <math.h>

#include "miscadmin.h"
#include "topic/report_axis.h"
#include "topic/report_markup.h"
#include "topic/report_telling.h"
#include "utils/float.h"
#include "utils/json.h"

static void
PutKey(StringInfo out, const char *key)
{
	appendStringInfo(out, "%s\"%s\":", out->data[out->len - 1] == '{' ? "" :
					 ",", key);
}

static void
PutText(StringInfo out, const char *key, const char *text)
{
	PutKey(out, key);
	if (text !=NULL)
		escape_json(out, text);
	else
		appendStringInfoString(out, "null");
}

static void
PutNumber(StringInfo out, const char *key, double number)
{
	PutKey(out, key);
	appendStringInfoString(out, isfinite(number) ? float8out_internal(number) :
						   "null");
}

static void
PutFlag(StringInfo out, const char *key, bool flag)
{
	PutKey(out, key);
	appendStringInfoString(out, flag ? "true" : "false");
}

/* seen on white and on black, by AbTone */
static const char *const colours[AB_TONES] = {
	"#7d8590", "#1a8f6e", "#d1483b", "#b87514", "#4478d4"
};

/* by AbRule: rows that differ have names that do */
static const char *const rule_suffixes[] = {
	"", ", always-valid", ", group-sequential"
};

static void
PutRow(StringInfo out, const AbReport *report, const AbAxis *axis,
	   const AbCard *card)
{
	bool		interval = AbHasInterval(card);
	double		low = isnan(card->lift_low) ? -INFINITY : card->lift_low;
	double		high = isnan(card->lift_high) ? INFINITY : card->lift_high;
	bool		decided = card->outcome != AB_OUTCOME_NO_DIFFERENCE &&
		card->outcome != AB_OUTCOME_NOT_SHOWN &&
		card->outcome != AB_OUTCOME_UNKNOWN &&
		card->outcome != AB_OUTCOME_NO_DATA;

	appendStringInfoChar(out, '{');
	PutText(out, "row", psprintf("%s%s", AbRowName(report, card),
								 rule_suffixes[card->rule]));
	PutText(out, "metric", card->metric);
	PutText(out, "slice", card->slice);
	PutText(out, "treatment", card->treatment);
	PutNumber(out, "lift", card->lift);
	PutNumber(out, "low", card->lift_low);
	PutNumber(out, "high", card->lift_high);
	PutNumber(out, "p", isnan(card->p_adjusted) ? card->p_value :
			  card->p_adjusted);
	PutText(out, "verdict", card->verdict ? card->verdict : "no verdict");
	PutText(out, "sentence", AbCardSentence(card));
	PutFlag(out, "decided", decided);
	PutNumber(out, "dot", card->lift >= axis->low && card->lift <= axis->high ?
			  card->lift : NAN);
	PutNumber(out, "from", interval ? fmin(fmax(low, axis->low), axis->high) :
			  NAN);
	PutNumber(out, "to", interval ? fmin(fmax(high, axis->low), axis->high) :
			  NAN);
	PutFlag(out, "before", (interval ? low : card->lift) < axis->low);
	PutFlag(out, "beyond", (interval ? high : card->lift) > axis->high);
	appendStringInfoChar(out, '}');
}

/*
 * The words of the verdicts that there are, each with its colour.
 */
static void
PutColours(StringInfo out, const AbReport *report)
{
	const char **words = palloc_extended(Max(report->count,
											 1) * sizeof(char *),
										 MCXT_ALLOC_HUGE);
	const AbCard **cards = palloc_extended(Max(report->count,
											   1) * sizeof(AbCard *),
										   MCXT_ALLOC_HUGE);
	int		   *groups = palloc_extended(Max(report->count, 1) * sizeof(int),
										 MCXT_ALLOC_HUGE);
	int			count = 0;
	int			shown;

	for (int i = 0; i < report->count; i++)
		if (AbIsEffect(&report->cards[i]))
		{
			cards[count] = &report->cards[i];
			words[count++] = report->cards[i].verdict ?
				report->cards[i].verdict : "no verdict";
		}
	AbGroupTexts(words, count, groups);
	for (int pass = 0; pass < 2; pass++)
	{
		appendStringInfoString(out, pass == 0 ? "{\"domain\":[" :
							   "],\"range\":[");
		shown = 0;
		for (int i = 0; i < count; i++)
		{
			/* groups are numbered in the order in which they come first */
			if (groups[i] != shown)
				continue;
			if (shown++ > 0)
				appendStringInfoChar(out, ',');
			escape_json(out, pass == 0 ? words[i] : colours[AbToneOf(cards[i])]);
		}
	}
	appendStringInfoString(out, "]}");
}

/*
 * The specification: a rule at 0, and for each row its interval, its estimate
 * and arrows where they are cut.
 */
void
AbVegaLite(StringInfo out, const AbReport *report)
{
	AbAxis		axis = AbLiftAxis(report->cards, report->count,
								  report->block_count > 0 ?
								  report->blocks[0].count : 0);
	StringInfoData colour;
	StringInfoData x;
	static const char y[] = "\"y\":{\"field\":\"row\",\"type\":\"nominal\",\"sort\":null,\"title\":null,\"axis\":{\"labelLimit\":260}}";
	int			shown = 0;

	initStringInfo(&colour);
	appendStringInfoString(&colour,
						   "\"color\":{\"field\":\"verdict\",\"type\":\"nominal\",\"title\":\"Verdict\",\"scale\":");
	PutColours(&colour, report);
	appendStringInfoChar(&colour, '}');
	initStringInfo(&x);
	appendStringInfo(&x,
					 "\"type\":\"quantitative\",\"title\":\"Change against control, in percent, with its interval\","
					 "\"scale\":{\"domain\":[%s,%s],\"nice\":false,\"zero\":false}",
					 float8out_internal(axis.low),
					 float8out_internal(axis.high));

	appendStringInfoString(out,
						   "{\"$schema\":\"https://vega.github.io/schema/vega-lite/v5.json\","
						   "\"description\":\"Change of each metric against control, with its interval\","
						   "\"width\":420,\"height\":{\"step\":28},\"data\":{\"values\":[");
	for (int i = 0; i < report->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!AbIsEffect(&report->cards[i]))
			continue;
		if (shown++ > 0)
			appendStringInfoChar(out, ',');
		PutRow(out, report, &axis, &report->cards[i]);
	}
	appendStringInfoString(out, "]},\"layer\":[");
	appendStringInfo(out,
					 "{\"mark\":{\"type\":\"rule\",\"color\":\"#8b949e\"},\"encoding\":{\"x\":{\"datum\":0,%s}}}",
					 x.data);
	appendStringInfo(out,
					 ",{\"mark\":{\"type\":\"rule\",\"strokeWidth\":2},\"encoding\":{%s,"
					 "\"x\":{\"field\":\"from\",%s},\"x2\":{\"field\":\"to\"},%s}}",
					 y, x.data, colour.data);
	/* filled where there is a verdict, else hollow */
	for (int decided = 1; decided >= 0; decided--)
		appendStringInfo(out,
						 ",{\"transform\":[{\"filter\":\"datum.decided === %s\"}],"
						 "\"mark\":{\"type\":\"point\",\"size\":70,\"strokeWidth\":2,\"opacity\":1,%s},\"encoding\":{%s,"
						 "\"x\":{\"field\":\"dot\",%s},%s,\"tooltip\":{\"field\":\"sentence\",\"type\":\"nominal\"}}}",
						 decided ? "true" : "false",
						 decided ? "\"filled\":true" : "\"fill\":\"white\"",
						 y, x.data, colour.data);
	for (int side = 0; side < 2; side++)
		appendStringInfo(out,
						 ",{\"transform\":[{\"filter\":\"datum.%s\"}],\"mark\":{\"type\":\"point\",\"filled\":true,\"opacity\":1,"
						 "\"size\":60,\"shape\":\"triangle-%s\"},\"encoding\":{%s,\"x\":{\"datum\":%s,%s},%s}}",
						 side ? "beyond" : "before", side ? "right" : "left",
						 y,
						 float8out_internal(side ? axis.high : axis.low),
						 x.data, colour.data);
	appendStringInfoString(out, "]}");
}
