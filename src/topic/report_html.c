/*
 * report_html.c
 *	  A scorecard as a page of HTML.
 *
 * The page needs nothing from elsewhere and runs nothing.  It is well-formed
 * XML too, which lets tests read it.
 */
#include "topic/report_html.h"

#include <math.h>

#include "miscadmin.h"
#include "topic/report_decision.h"
#include "topic/report_forest.h"
#include "topic/report_marks.h"
#include "topic/report_markup.h"
#include "topic/report_numbers.h"
#include "topic/report_style.h"
#include "topic/report_words.h"

/* What the tables of a page have in common. */
typedef struct Page
{
	StringInfo	out;
	const AbReport *report;
	AbAxis		axis;
	const char *control;		/* what the columns of values are called */
	const char *treatment;
	bool		adjusted;		/* are p-values corrected? */
} Page;

/* widths at which names are cut, in units of the size of their font */
#define LONGEST_METRIC	80
#define LONGEST_ARM		16
#define LONGEST_WORD	16

/* in percent of the column: arrows need room */
static const AbSpan bar_span = {4, 92, "%"};

/*
 * A text between tags, kept to itself if it is written from right to left.
 */
static void
Put(StringInfo out, const char *before, const char *text, const char *after)
{
	appendStringInfo(out, "%s<bdi>", before);
	AbMarkup(out, text);
	appendStringInfo(out, "</bdi>%s", after);
}

/*
 * The same, of a name, which is cut where it would take the table apart; the
 * whole of it is what a pointer shows.
 */
static void
PutName(StringInfo out, const char *before, const char *name, double width,
		const char *after)
{
	appendStringInfo(out, "%s<bdi", before);
	if (!AbFits(name, width))
	{
		appendStringInfoString(out, " title=\"");
		AbMarkup(out, name);
		appendStringInfoChar(out, '"');
	}
	appendStringInfoChar(out, '>');
	AbMarkupShort(out, name, width);
	appendStringInfo(out, "</bdi>%s", after);
}

/*
 * The one name that all rows have, or the other.
 */
static const char *
CommonName(const AbReport *report, bool control, const char *otherwise)
{
	const char *name = NULL;

	for (int i = 0; i < report->count; i++)
	{
		const char *own = control ? report->cards[i].control :
			report->cards[i].treatment;

		if (own == NULL || !AbIsEffect(&report->cards[i]))
			continue;
		if (name != NULL && strcmp(name, own) != 0)
			return otherwise;
		name = own;
	}
	return name ? name : otherwise;
}

static void
PutHead(const Page *page, const char *title)
{
	StringInfo	out = page->out;

	appendStringInfoString(out,
						   "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
						   "<meta charset=\"utf-8\"/>\n"
						   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
						   "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
						   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
						   "<title>");
	AbMarkup(out, title);
	appendStringInfoString(out, "</title>\n<style>\n");
	appendStringInfoString(out, AB_PAGE_STYLE);
	AbPalette(out, "body");
	appendStringInfoString(out,
						   "</style>\n</head>\n<body>\n<main>\n<header>\n");
	Put(out, "<h1>", title, "</h1>\n");
}

/*
 * Who was compared with whom, and at which level.
 */
static void
PutSubtitle(const Page *page)
{
	StringInfo	out = page->out;
	const AbReportBlock *whole = AbWholeBlock(page->report);
	const AbCard *first = NULL;

	for (int i = 0; whole != NULL && i < whole->count; i++)
	{
		const AbCard *card = &page->report->cards[whole->first + i];

		if (AbIsEffect(card) && (first == NULL ||
								 card->control_n > first->control_n))
			first = card;
	}
	if (first == NULL)
		return;
	appendStringInfoString(out, "<p class=\"ab-soft\">");
	if (page->report->treatments > 1)
		Put(out, psprintf("%d treatments against ", page->report->treatments),
			page->control, "");
	else
	{
		Put(out, "", page->treatment, " against ");
		Put(out, "", page->control, "");
		if (!isnan(first->control_n) && !isnan(first->treatment_n))
			appendStringInfo(out, ", %s and %s users",
							 AbShowCount(first->treatment_n),
							 AbShowCount(first->control_n));
	}
	appendStringInfo(out, ", %s intervals%s</p>\n",
					 AbShowPercent(100 * (1 - first->alpha)),
					 first->rule == AB_RULE_ALWAYS_VALID ?
					 " that hold on any day" : "");
}

static void
PutVerdict(const Page *page)
{
	StringInfo	out = page->out;
	AbConclusion conclusion = AbConclude(page->report);
	ListCell   *cell;

	appendStringInfo(out,
					 "<section class=\"verdict edge-%s\" aria-labelledby=\"verdict\">\n"
					 "<h2 id=\"verdict\" class=\"ab-soft\">Verdict</h2>\n",
					 ab_tone_names[conclusion.tone]);
	Put(out, psprintf("<p class=\"headline ab-%s\">", ab_tone_names[conclusion.tone]),
		conclusion.headline, "</p>\n");
	foreach(cell, conclusion.evidence)
		Put(out, "<p class=\"evidence\">", (const char *) lfirst(cell),
			"</p>\n");
	if (conclusion.caveats != NIL)
	{
		appendStringInfoString(out, "<ul>\n");
		foreach(cell, conclusion.caveats)
			Put(out, "<li>", (const char *) lfirst(cell), "</li>\n");
		appendStringInfoString(out, "</ul>\n");
	}
	appendStringInfoString(out, "</section>\n");
}

/*
 * A verdict's word, with a sign that does not need colours.
 */
static void
PutOutcome(StringInfo out, const AbCard *card)
{
	/* by AbTone */
	static const char *const signs[AB_TONES] = {
		"&#8211;", "&#10003;", "&#10005;", "!", "&#8597;"
	};
	AbTone		tone = AbToneOf(card);

	if (card->verdict == NULL)
		return;
	appendStringInfo(out,
					 "<span class=\"outcome ab-%s\"><span class=\"sign\" aria-hidden=\"true\">%s</span>",
					 ab_tone_names[tone], signs[tone]);
	PutName(out, "", card->verdict, LONGEST_WORD, "</span>");
}

static void
PutSplit(const Page *page, const AbReportBlock *block)
{
	StringInfo	out = page->out;

	for (int i = 0; i < block->count; i++)
	{
		const AbCard *card = &page->report->cards[block->first + i];

		if (card->role != AB_CARD_SPLIT)
			continue;
		appendStringInfoString(out, "<p class=\"split\">");
		PutOutcome(out, card);
		/* which has the numbers of all variants */
		if (card->sentence != NULL)
			Put(out, " <span class=\"ab-soft\">", card->sentence, "</span>");
		else if (!isnan(card->control_n) && !isnan(card->treatment_n))
		{
			Put(out, psprintf(" <span class=\"ab-soft\">%s ",
							  AbShowCount(card->control_n)),
				card->control ? card->control : "control", "");
			Put(out, psprintf(", %s ", AbShowCount(card->treatment_n)),
				card->treatment ? card->treatment : "treatment", "</span>");
		}
		if (card->sentence == NULL && !isnan(card->p_value))
		{
			appendStringInfoString(out, "<span class=\"ab-soft\">, ");
			AbMarkup(out, AbShowPEquation(card->p_value));
			appendStringInfoString(out, "</span>");
		}
		if (card->note)
			Put(out, " <span class=\"ab-soft small\">", card->note, "</span>");
		appendStringInfoString(out, "</p>\n");
	}
}

/*
 * The picture in a cell: lines at the ticks as high as the cell, and a mark or
 * the ticks' numbers at half its height.
 */
static void
PutBar(const Page *page, const AbCard *card)
{
	StringInfo	out = page->out;
	AbShownLift lift;

	if (card == NULL)
		appendStringInfoString(out,
							   "<td role=\"cell\" class=\"bar\"><svg class=\"plot\" aria-hidden=\"true\">"
							   "<svg y=\"100%\" overflow=\"visible\">");
	else
	{
		lift = AbShowLift(card);
		appendStringInfoString(out,
							   "<td role=\"cell\" class=\"bar\"><svg class=\"plot\" role=\"img\" aria-label=\"");
		AbMarkup(out, lift.lift[0] == '\0' ? "no lift to show" :
				 psprintf("%s, %s", lift.lift, AbHasInterval(card) ?
						  AbShowRange(&lift) : "no interval"));
		appendStringInfoString(out, "\"><svg height=\"100%\">");
		AbDrawGrid(out, &bar_span, &page->axis, 0, 2000);
		appendStringInfoString(out,
							   "</svg><svg y=\"50%\" overflow=\"visible\">");
	}
	if (card == NULL)
		AbDrawTicks(out, &bar_span, &page->axis, -7);
	else
		AbDrawMark(out, &bar_span, &page->axis, card, 0);
	appendStringInfoString(out, "</svg></svg></td>");
}

/*
 * A cell with a number, and its column's name where columns are not seen.
 */
static void
PutNumber(StringInfo out, const char *name, const char *number,
		  const char *title)
{
	appendStringInfoString(out,
						   "<td role=\"cell\" class=\"number\" data-name=\"");
	AbMarkupShort(out, name, LONGEST_ARM);
	appendStringInfoChar(out, '"');
	if (title != NULL)
		appendStringInfo(out, " title=\"%s\"", title);
	appendStringInfoChar(out, '>');
	AbMarkup(out, number);
	appendStringInfoString(out, "</td>");
}

static void
PutChange(StringInfo out, const AbCard *card)
{
	AbShownLift lift = AbShowLift(card);
	AbShownValues values = AbShowValues(card);
	const char *range = AbShowRange(&lift);

	appendStringInfoString(out,
						   "<td role=\"cell\" class=\"number change\" data-name=\"Change\">");
	if (lift.lift[0] != '\0')
		appendStringInfo(out,
						 "<b>%s</b><span class=\"small ab-soft\">%s</span>",
						 lift.lift,
						 range[0] ? range : isnan(card->p_value) ? "" :
						 "no interval");
	else if (values.diff[0] != '\0')
		appendStringInfo(out,
						 "<b>%s</b><span class=\"small ab-soft\">%s</span>",
						 values.diff, values.diff_range);
	appendStringInfoString(out, "</td>");
}

static void
PutRow(const Page *page, const AbCard *card)
{
	StringInfo	out = page->out;
	AbShownValues values = AbShowValues(card);
	double		p = isnan(card->p_adjusted) ? card->p_value : card->p_adjusted;
	const char *direction = card->direction == 0 ? "" :
		card->direction > 0 ? "higher is better" : "lower is better";

	PutName(out, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">",
			AbMetricName(card), LONGEST_METRIC, "");
	if (page->report->treatments > 1 && card->treatment != NULL)
		PutName(out, "<span class=\"small\">", card->treatment, LONGEST_METRIC,
				"</span>");
	if (card->statistic != NULL || direction[0] != '\0')
		Put(out, "<span class=\"small ab-soft\">",
			psprintf("%s%s%s", card->statistic ? card->statistic : "",
					 card->statistic && direction[0] ? ", " : "", direction),
			"</span>");
	appendStringInfoString(out, "</th>");
	PutNumber(out, page->control, values.control, NULL);
	PutNumber(out, page->treatment, values.treatment, NULL);
	PutBar(page, card);
	PutChange(out, card);
	PutNumber(out, page->adjusted ? "p, corrected" : "p", AbShowP(p),
			  isnan(p) ? NULL : psprintf("%.3g", p));
	appendStringInfoString(out, "<td role=\"cell\" class=\"judged\">");
	PutOutcome(out, card);
	if (card->role == AB_CARD_GUARDRAIL && !isnan(card->margin))
		appendStringInfo(out, "<span class=\"small ab-soft\">margin %s</span>",
						 AbShowPercent(fabs(card->margin)));
	if (!isnan(card->prob_better))
		appendStringInfo(out,
						 "<span class=\"small ab-soft\">%s with probability %s</span>",
						 card->direction == 0 ? "higher" : "better",
						 AbShowProbability(card->prob_better));
	appendStringInfoString(out, "</td></tr>\n");
}

/*
 * The metrics of a block.  Returns whether there are any.
 */
static bool
PutTable(const Page *page, const AbReportBlock *block, const char *caption)
{
	StringInfo	out = page->out;
	int			role = -1;

	for (int i = 0; i < block->count; i++)
	{
		const AbCard *card = &page->report->cards[block->first + i];

		CHECK_FOR_INTERRUPTS();
		if (!AbIsEffect(card))
			continue;
		if (role < 0)
		{
			/* a slice has its name above the table already */
			Put(out, block->slice ?
				"<table role=\"table\" class=\"cards\">\n<caption class=\"thin\"><span class=\"unseen\">" :
				"<table role=\"table\" class=\"cards\">\n<caption class=\"ab-soft\"><span>",
				caption,
				"</span></caption>\n");
			appendStringInfoString(out,
								   "<thead role=\"rowgroup\"><tr role=\"row\" class=\"ab-soft\">"
								   "<th role=\"columnheader\" scope=\"col\" class=\"ab-soft\">Metric</th>");
			PutName(out,
					"<th role=\"columnheader\" scope=\"col\" class=\"ab-soft number arm\">",
					page->control, LONGEST_ARM, "</th>");
			PutName(out,
					"<th role=\"columnheader\" scope=\"col\" class=\"ab-soft number arm\">",
					page->treatment, LONGEST_ARM, "</th>");
			appendStringInfo(out,
							 "<th role=\"columnheader\" scope=\"col\" class=\"ab-soft\">Change with its interval</th>"
							 "<th role=\"columnheader\" scope=\"col\" class=\"ab-soft number\">Change</th>"
							 "<th role=\"columnheader\" scope=\"col\" class=\"ab-soft number\">%s</th>"
							 "<th role=\"columnheader\" scope=\"col\" class=\"ab-soft\">Verdict</th></tr></thead>\n",
							 page->adjusted ? "p, corrected" : "p");
		}
		if ((int) card->role != role)
		{
			appendStringInfo(out,
							 "%s<tbody role=\"rowgroup\">\n<tr role=\"row\" class=\"group\">"
							 "<th role=\"rowheader\" scope=\"rowgroup\" colspan=\"3\" class=\"ab-soft\">%s</th>",
							 role < 0 ? "" : "</tbody>\n",
							 AbCardHeading(card->role));
			PutBar(page, NULL);
			appendStringInfoString(out,
								   "<td role=\"cell\" class=\"empty\" colspan=\"3\"></td></tr>\n");
			role = card->role;
		}
		PutRow(page, card);
	}
	if (role >= 0)
		appendStringInfoString(out, "</tbody>\n</table>\n");
	return role >= 0;
}

/*
 * The slices, and whether effects differ between them.
 */
static void
PutSlices(const Page *page)
{
	StringInfo	out = page->out;
	const AbReport *report = page->report;
	bool		heading = false;

	for (int i = 0; i < report->block_count; i++)
	{
		const AbReportBlock *block = &report->blocks[i];

		if (block->slice == NULL && !block->about_slices)
			continue;
		if (!heading)
			appendStringInfoString(out,
								   "<section aria-labelledby=\"slices\">\n<h2 id=\"slices\">Slices</h2>\n"
								   "<p class=\"fine ab-soft\">Exploratory: a difference in a slice is a question for the next experiment.</p>\n");
		heading = true;
		if (block->about_slices)
		{
			appendStringInfoString(out,
								   "<h3>Does the effect differ between slices?</h3>\n<table role=\"table\" class=\"cards\">\n"
								   "<caption class=\"ab-soft\">A test of each metric for each division into slices</caption>\n"
								   "<thead role=\"rowgroup\"><tr role=\"row\">"
								   "<th role=\"columnheader\" scope=\"col\" class=\"ab-soft\">Metric</th>"
								   "<th role=\"columnheader\" scope=\"col\" class=\"ab-soft\">By</th>"
								   "<th role=\"columnheader\" scope=\"col\" class=\"ab-soft number\">p</th>"
								   "<th role=\"columnheader\" scope=\"col\" class=\"ab-soft\">Verdict</th></tr></thead>\n<tbody role=\"rowgroup\">\n");
			for (int k = 0; k < block->count; k++)
			{
				const AbCard *card = &report->cards[block->first + k];
				double		p = isnan(card->p_adjusted) ? card->p_value :
					card->p_adjusted;

				PutName(out,
						"<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">",
						AbMetricName(card), LONGEST_METRIC, "");
				if (report->treatments > 1 && card->treatment != NULL)
					PutName(out, "<span class=\"small\">", card->treatment,
							LONGEST_METRIC, "</span>");
				Put(out, "</th><td role=\"cell\" data-name=\"By\">",
					card->slice ? card->slice : "", "</td>");
				PutNumber(out, "p", AbShowP(p), isnan(p) ? NULL :
						  psprintf("%.3g", p));
				appendStringInfoString(out,
									   "<td role=\"cell\" class=\"judged\">");
				PutOutcome(out, card);
				appendStringInfoString(out, "</td></tr>\n");
			}
			appendStringInfoString(out, "</tbody>\n</table>\n");
			continue;
		}
		Put(out, "<h3>", block->slice, "</h3>\n");
		PutSplit(page, block);
		PutTable(page, block, block->slice);
	}
	if (heading)
		appendStringInfoString(out, "</section>\n");
}

/*
 * A note; that of a split stands beside it, that slices are exploratory above
 * them.
 */
static const char *
NoteOf(const AbReport *report, const AbCard *card)
{
	return card->role == AB_CARD_SPLIT ||
		(card->note && strcmp(card->note, "exploratory") == 0) ?
		NULL : card->note;
}

/*
 * A method; those of slices are those of the whole.
 */
static const char *
MethodOf(const AbReport *report, const AbCard *card)
{
	return card->slice == NULL || card->role == AB_CARD_HETEROGENEITY ||
		AbWholeBlock(report) == NULL ? card->method : NULL;
}

/*
 * What rows say that others say too, once: a list of those, and the text.
 */
static void
PutShared(const Page *page,
		  const char *(*field) (const AbReport *, const AbCard *),
		  const char *id, const char *heading)
{
	StringInfo	out = page->out;
	const AbReport *report = page->report;
	int			count = report->count;
	const char **texts = palloc_extended(Max(count, 1) * sizeof(char *),
										 MCXT_ALLOC_HUGE);
	int		   *groups = palloc_extended(Max(count, 1) * sizeof(int),
										 MCXT_ALLOC_HUGE);
	StringInfoData *names;
	int			found;
	bool		any = false;

	for (int i = 0; i < count; i++)
	{
		texts[i] = field(report, &report->cards[i]);
		any |= texts[i] != NULL;
	}
	if (!any)
		return;
	found = AbGroupTexts(texts, count, groups);
	names = palloc0(found * sizeof(StringInfoData));
	for (int i = 0; i < count; i++)
	{
		const AbCard *card = &report->cards[i];
		StringInfo	list = &names[groups[i]];

		CHECK_FOR_INTERRUPTS();
		if (list->data == NULL)
			initStringInfo(list);
		else if (list->len > 2000)
			continue;
		else
			appendStringInfoString(list, ", ");
		PutName(list, "", card->role == AB_CARD_SPLIT ? "sample ratio" :
				AbMetricName(card), LONGEST_METRIC, "");
		if (report->treatments > 1 && card->treatment != NULL)
			PutName(list, " ", card->treatment, LONGEST_METRIC, "");
		if (card->slice != NULL)
			PutName(list, " (", card->slice, LONGEST_METRIC, ")");
		if (list->len > 2000)
			appendStringInfoString(list, ", and others");
	}
	appendStringInfo(out,
					 "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n<dl>\n",
					 id, id, heading);
	for (int i = 0; i < count; i++)
	{
		StringInfo	list = &names[groups[i]];

		if (texts[i] == NULL || list->data == NULL)
			continue;
		appendStringInfo(out, "<dt>%s</dt>", list->data);
		Put(out, "<dd class=\"ab-soft\">", texts[i], "</dd>\n");
		list->data = NULL;
	}
	appendStringInfoString(out, "</dl>\n</section>\n");
}

/*
 * The page.
 */
void
AbReportHtml(StringInfo out, const AbReport *report, const char *title)
{
	Page		page = {.out = out, .report = report};
	const AbReportBlock *whole = AbWholeBlock(report);
	const AbCard *split = whole ? AbSplitCard(report, whole) : NULL;
	const char *correction = NULL;
	bool		any_day = false;

	page.axis = AbLiftAxis(report->cards, report->count,
						   report->block_count > 0 ? report->blocks[0].count :
						   0);
	page.control = CommonName(report, true, "control");
	page.treatment = CommonName(report, false, "treatment");
	for (int i = 0; i < report->count; i++)
	{
		any_day |= report->cards[i].rule == AB_RULE_ALWAYS_VALID;
		if (!isnan(report->cards[i].p_adjusted) &&
			report->cards[i].correction != NULL &&
			strcmp(report->cards[i].correction, "none") != 0)
			correction = report->cards[i].correction;
	}
	page.adjusted = correction != NULL;

	PutHead(&page, title && title[0] ? AbPrintable(title, strlen(title)) :
			"Result of the experiment");
	PutSubtitle(&page);
	appendStringInfoString(out, "</header>\n");
	PutVerdict(&page);
	if (split != NULL)
	{
		appendStringInfoString(out,
							   "<section aria-labelledby=\"split\">\n<h2 id=\"split\">Sample ratio</h2>\n");
		PutSplit(&page, whole);
		appendStringInfoString(out, "</section>\n");
	}
	if (whole != NULL)
	{
		int			effects = 0;

		for (int i = 0; i < whole->count; i++)
			effects += AbIsEffect(&report->cards[whole->first + i]);
		if (effects > 0)
		{
			appendStringInfoString(out,
								   "<section aria-labelledby=\"metrics\">\n<h2 id=\"metrics\">Metrics</h2>\n");
			PutTable(&page, whole, "Every metric against control");
			appendStringInfoString(out, "</section>\n");
		}
	}
	PutSlices(&page);
	PutShared(&page, NoteOf, "notes", "Left out, and to be careful about");
	PutShared(&page, MethodOf, "methods", "Methods");
	appendStringInfoString(out,
						   "<section aria-labelledby=\"reading\">\n<h2 id=\"reading\">How to read this</h2>\n"
						   "<p class=\"fine ab-soft\">The change is treatment against control, in percent of control. Its interval holds what "
						   "the data leave possible; an interval that includes zero leaves open whether there is a change at all. "
						   "A filled mark is a verdict, a hollow one none. An arrow goes on beyond the axis, a dashed line is the margin "
						   "by which a guardrail may be worse. p is how often so large a difference comes by chance where there is none; of a guardrail, how often such data come "
						   "where it is worse by its margin.");
	if (any_day)
		appendStringInfoString(out,
							   " By the always-valid rule p and interval hold on every day they are looked at: p is at most how often so small a one comes on any of them.");
	if (correction)
	{
		appendStringInfoString(out,
							   " Where several comparisons count, p is corrected for their number (");
		AbMarkup(out, correction);
		appendStringInfoString(out, "); that of guardrails and the intervals are not.");
	}
	appendStringInfoString(out,
						   "</p>\n</section>\n</main>\n</body>\n</html>\n");
}
