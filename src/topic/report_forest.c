/*
 * report_forest.c
 *	  The lifts of a scorecard as an SVG picture.
 */
#include "topic/report_forest.h"

#include <math.h>

#include "miscadmin.h"
#include "topic/report_marks.h"
#include "topic/report_markup.h"
#include "topic/report_numbers.h"
#include "topic/report_telling.h"

/* in pixels */
#define WIDTH		760
#define MARGIN		20
#define PLOT_LEFT	250
#define PLOT_WIDTH	240
#define NUMBERS		526
#define ROW			42
#define HEADING		34
#define TITLE		34

const char *
AbCardHeading(AbCardRole role)
{
	static const char *const headings[AB_CARD_ROLES] = {
		"Sample ratio", "Primary", "Secondary", "Guardrails",
		"Differences between slices"
	};

	return headings[role];
}

/*
 * The beginning of a picture: what it shows for those who do not see it, and
 * the styles, which follow the reader's preference for light or dark.
 */
void
AbStartSvg(StringInfo out, double width, double height, const char *title,
		   const char *description)
{
	appendStringInfo(out,
					 "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ab-picture\" role=\"img\" "
					 "viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\">\n<title>",
					 width, height, width, height);
	AbMarkup(out, title);
	appendStringInfoString(out, "</title>\n<desc>");
	AbMarkup(out, description);
	appendStringInfoString(out, "</desc>\n<style>\n"
						   ".ab-picture{font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",\"Noto Sans\",Arial,sans-serif;"
						   "font-size:13px;font-variant-numeric:tabular-nums}\n"
						   ".ab-picture .ab-strong{font-weight:600}"
						   ".ab-picture .ab-small{font-size:11.5px}"
						   ".ab-picture .ab-tick{font-size:11px}"
						   ".ab-picture .ab-bar{stroke-width:2}"
						   ".ab-picture .ab-dot{stroke-width:2}"
						   ".ab-picture .ab-margin{stroke-width:1.5;stroke-dasharray:3 2}"
						   ".ab-picture .ab-band{fill-opacity:.22}.ab-picture .ab-outer{fill-opacity:.08}"
						   ".ab-picture .ab-edge{fill:none;stroke-opacity:.45}.ab-picture .ab-dashed{stroke-dasharray:5 3;stroke-opacity:1}"
						   ".ab-picture .ab-curve{fill:none;stroke-width:2}\n");
	AbPalette(out, ".ab-picture");
	appendStringInfo(out,
					 "</style>\n<rect class=\"ab-paper\" width=\"%.0f\" height=\"%.0f\"/>\n",
					 width, height);
}

/*
 * A text at a place, cut to a width in pixels.
 */
static void
PutText(StringInfo out, const char *classes, double x, double y, double width,
		double size,
		const char *text)
{
	appendStringInfo(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", classes,
					 x, y);
	AbMarkupShort(out, text, width / size);
	if (!AbFits(text, width / size))
	{
		appendStringInfoString(out, "<title>");
		AbMarkup(out, text);
		appendStringInfoString(out, "</title>");
	}
	appendStringInfoString(out, "</text>");
}

/*
 * What is under the name of a metric: the treatment, if there are several, and
 * the two values.
 */
static const char *
Subtitle(const AbReport *report, const AbCard *card)
{
	AbShownValues values = AbShowValues(card);
	StringInfoData text;

	initStringInfo(&text);
	if (report->treatments > 1 && card->treatment != NULL)
		appendStringInfo(&text, "%s: ", card->treatment);
	if (card->statistic != NULL)
		appendStringInfo(&text, "%s ", card->statistic);
	if (values.control[0] != '\0' && values.treatment[0] != '\0')
		appendStringInfo(&text, "%s to %s", values.control, values.treatment);
	return text.data;
}

static void
PutRow(StringInfo out, const AbReport *report, const AbCard *card,
	   const AbSpan *span,
	   const AbAxis *axis, double y)
{
	AbShownLift lift = AbShowLift(card);
	AbShownValues values = AbShowValues(card);
	const char *verdict = card->verdict ? card->verdict : "";
	double		p = isnan(card->p_adjusted) ? card->p_value : card->p_adjusted;

	appendStringInfoString(out, "<g>");
	PutText(out, "ab-ink ab-strong", MARGIN, y + 17, PLOT_LEFT - MARGIN - 20,
			13.5, AbMetricName(card));
	PutText(out, "ab-soft ab-small", MARGIN, y + 33, PLOT_LEFT - MARGIN - 20,
			11.5, Subtitle(report, card));
	AbDrawMark(out, span, axis, card, y + 20);
	if (lift.lift[0] != '\0')
	{
		/* a lift that is longer than most takes room from its range */
		double		range = NUMBERS + 66 + 14 * Max((int) strlen(lift.lift) - 7, 0);

		PutText(out, "ab-ink ab-strong", NUMBERS, y + 17, range - NUMBERS - 6, 13,
				lift.lift);
		PutText(out, "ab-soft ab-small", range, y + 17, WIDTH - range, 11.5,
				AbShowRange(&lift));
	}
	else if (values.diff[0] != '\0')
		PutText(out, "ab-ink ab-small", NUMBERS, y + 17, WIDTH - NUMBERS - 8,
				11.5,
				values.diff_range[0] == '\0' ? values.diff :
				psprintf("%s (%s)", values.diff, values.diff_range));
	PutText(out, psprintf("ab-%s ab-small", ab_tone_names[AbToneOf(card)]), NUMBERS, y + 33,
			WIDTH - NUMBERS - 8, 11.5,
			isnan(p) ? verdict :
			psprintf("%s%s%s", verdict, verdict[0] ? ", " : "",
					 AbShowPEquation(p)));
	appendStringInfoString(out, "</g>\n");
}

/*
 * What a block is of, and what its split says.
 */
static void
PutHeading(StringInfo out, const AbCard *split, const char *name, double y)
{
	const char *text = "";

	if (split != NULL)
		text = psprintf("%s%s%s", split->verdict ? split->verdict : "",
						isnan(split->control_n) || isnan(split->treatment_n) ?
						"" :
						psprintf(", %s and %s%s",
								 AbShowCount(split->control_n),
								 AbShowCount(split->treatment_n),
								 split->outcome == AB_OUTCOME_IN_PAIRS ? "" :
								 " users"),
						isnan(split->p_value) ? "" :
						psprintf(", %s", AbShowPEquation(split->p_value)));
	PutText(out, "ab-ink ab-strong", MARGIN, y + 22, PLOT_LEFT - MARGIN - 10,
			14, name);
	if (split != NULL)
		PutText(out, psprintf("ab-%s ab-small", ab_tone_names[AbToneOf(split)]), PLOT_LEFT,
				y + 22, WIDTH - PLOT_LEFT - 8, 11.5, text);
	appendStringInfoChar(out, '\n');
}

/*
 * The picture: the axis above and below, a block for the whole and each slice,
 * a heading for each role of which there is more than one.
 */
void
AbForestSvg(StringInfo out, const AbReport *report)
{
	AbSpan		span = {PLOT_LEFT, PLOT_WIDTH, ""};
	AbAxis		axis = AbLiftAxis(report->cards, report->count,
								  report->block_count > 0 ?
								  report->blocks[0].count : 0);
	StringInfoData lines;
	StringInfoData body;
	StringInfoData description;
	double		y = TITLE;
	double		grid = -1;

	initStringInfo(&lines);
	initStringInfo(&body);
	initStringInfo(&description);
	for (int b = 0; b < report->block_count; b++)
	{
		const AbReportBlock *block = &report->blocks[b];
		const AbCard *split = NULL;
		int			role = -1;
		int			effects = 0;

		if (block->about_slices)
			continue;
		for (int i = 0; i < block->count; i++)
		{
			const AbCard *card = &report->cards[block->first + i];

			if (card->role == AB_CARD_SPLIT && split == NULL)
				split = card;
			effects += AbIsEffect(card);
		}
		if (split != NULL || block->slice != NULL)
		{
			PutHeading(&body, split, block->slice ? block->slice : "Everyone",
					   y);
			y += HEADING;
		}
		if (effects == 0)
			continue;
		grid = y;
		for (int i = 0; i < block->count; i++)
		{
			const AbCard *card = &report->cards[block->first + i];

			CHECK_FOR_INTERRUPTS();
			if (!AbIsEffect(card))
				continue;
			if ((int) card->role != role)
			{
				role = card->role;
				PutText(&body, "ab-soft ab-small", MARGIN, y + 18,
						PLOT_LEFT - MARGIN, 11.5, AbCardHeading(card->role));
				appendStringInfo(&body,
								 "<line class=\"ab-faint\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
								 MARGIN, WIDTH - MARGIN, y + 25, y + 25);
				y += 28;
			}
			PutRow(&body, report, card, &span, &axis, y);
			if (description.len < 10000)
				appendStringInfo(&description, "%s%s%s", block->slice ?
								 block->slice : "",
								 block->slice ? ": " : "",
								 AbCardSentence(card));
			appendStringInfoChar(&description, ' ');
			y += ROW;
		}
		/* the lines lie below the marks */
		AbDrawGrid(&lines, &span, &axis, grid, y);
		y += 8;
	}
	if (grid < 0)
	{
		PutText(&body, "ab-soft", MARGIN, y + 18, WIDTH - 2 * MARGIN, 13,
				"There is no metric among these rows.");
		y += ROW;
	}
	else
	{
		AbDrawTicks(&body, &span, &axis, TITLE - 8);
		AbDrawTicks(&body, &span, &axis, y + 8);
		PutText(&body, "ab-soft ab-small", MARGIN, TITLE - 8,
				PLOT_LEFT - MARGIN - 30, 11.5, "Change against control");
		PutText(&body, "ab-soft ab-small", NUMBERS, TITLE - 8, WIDTH - NUMBERS,
				11.5, "Change, interval, verdict");
		PutText(&body, "ab-soft ab-tick", MARGIN, y + 34, WIDTH - 2 * MARGIN,
				11,
				"Filled: a verdict. Hollow: no clear difference, or not shown.");
		PutText(&body, "ab-soft ab-tick", MARGIN, y + 50, WIDTH - 2 * MARGIN,
				11,
				"Arrow: goes on beyond the axis. Dashed: the margin of a guardrail.");
		y += 62;
	}
	AbStartSvg(out, WIDTH, y,
			   "Change of each metric against control, with its interval",
			   description.data);
	appendStringInfo(out, "%s\n%s</svg>\n", lines.data, body.data);
}
