/*
 * report_trend.c
 *	  The lift so far by day as an SVG picture.
 *
 * A panel for each metric, treatment and slice.  The interval of a test for one
 * look is a filled band, one that holds at every look a dashed one around it.
 */
#include "topic/report_trend.h"

#include <math.h>

#include "datatype/timestamp.h"
#include "miscadmin.h"
#include "topic/report_forest.h"
#include "topic/report_marks.h"
#include "topic/report_markup.h"
#include "topic/report_numbers.h"
#include "topic/report_telling.h"
#include "utils/datetime.h"

/* in pixels */
#define WIDTH		720
#define LEFT		64
#define RIGHT		20
#define HEADER		34
#define PLOT		150
#define PANEL		(HEADER + PLOT + 34)
#define PLOT_WIDTH	(WIDTH - LEFT - RIGHT)

/* a row with its place in time, in days */
typedef struct Point
{
	const AbCard *card;
	double		day;
} Point;

/*
 * The day of a row: that of a date or a timestamp, as JSON has them, with its
 * part of a day; or a number.  ERROR for anything else.
 */
static double
ReadDay(const AbCard *card)
{
	int			year;
	int			month;
	int			day;
	int			hour = 0;
	int			minute = 0;
	int			length = 0;
	char	   *end;
	double		number;

	if (sscanf(card->day, "%4d-%2d-%2d%n", &year, &month, &day,
			   &length) == 3 && length == 10 &&
		month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
		(card->day[10] == '\0' ||
		 ((card->day[10] == 'T' || card->day[10] == ' ') &&
		  sscanf(card->day + 11, "%2d:%2d", &hour, &minute) == 2)))
		return date2j(year, month, day) + (hour + minute / 60.0) / 24;
	number = strtod(card->day, &end);
	if (end != card->day && *end == '\0' && isfinite(number))
		return number;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("field \"day\" must be a date, a timestamp or a number"),
			 errdetail("In row %d it is \"%s\".", card->place, card->day)));
}

static int
ComparePoints(const void *a, const void *b)
{
	const Point *x = (const Point *) a;
	const Point *y = (const Point *) b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x->card->place > y->card->place) - (x->card->place < y->card->place);
}

/* A panel being drawn. */
typedef struct Panel
{
	const Point *points;		/* by day */
	int			count;
	AbAxis		axis;			/* of the lift */
	double		first;			/* days */
	double		last;
} Panel;

static double
PointX(const Panel *panel, double day)
{
	return panel->last > panel->first ?
		PLOT_WIDTH * (day - panel->first) / (panel->last - panel->first) :
		PLOT_WIDTH / 2.0;
}

/*
 * The height of a value; what is far beyond the axis is cut by the picture's
 * edge, and here so that it remains a number that every reader takes.
 */
static double
PointY(const Panel *panel, double value)
{
	double		range = panel->axis.high - panel->axis.low;

	value = fmin(fmax(value, panel->axis.low - 20 * range),
				 panel->axis.high + 20 * range);
	return PLOT * (panel->axis.high - value) / range;
}

/*
 * An edge of a band as a path without its first letter: the upper from left to
 * right, the lower from right to left.
 */
static const char *
EdgeOf(const Panel *panel, const Point *const *piece, int length, bool upper)
{
	StringInfoData path;

	initStringInfo(&path);
	for (int k = 0; k < length; k++)
	{
		const Point *point = piece[upper ? k : length - 1 - k];
		double		value = upper ? point->card->lift_high :
			point->card->lift_low;

		/* an open end is beyond every axis */
		if (isnan(value))
			value = upper ? INFINITY : -INFINITY;
		appendStringInfo(&path, "%s%.1f %.1f", k ? "L" : "",
						 PointX(panel, point->day), PointY(panel, value));
	}
	return path.data;
}

/*
 * The band of one kind of rule, in pieces where days have no interval.  A piece
 * of one day is a line.
 */
static void
DrawBand(StringInfo out, const Panel *panel, bool fixed)
{
	const Point **piece = palloc(panel->count * sizeof(Point *));
	int			length = 0;

	for (int i = 0; i <= panel->count; i++)
	{
		const Point *point = i < panel->count ? &panel->points[i] : NULL;
		const char *high;
		const char *low;

		if (point != NULL && (point->card->rule == AB_RULE_FIXED) != fixed)
			continue;
		if (point != NULL && AbHasInterval(point->card))
		{
			piece[length++] = point;
			continue;
		}
		if (length == 0)
			continue;
		high = EdgeOf(panel, piece, length, true);
		low = EdgeOf(panel, piece, length, false);
		appendStringInfo(out, "<path class=\"ab-told %s\" d=\"M%sL%sZ\"/>"
						 "<path class=\"ab-told-line ab-edge%s\" d=\"M%sM%s\"/>",
						 fixed ? "ab-band" : "ab-outer", high, low,
						 fixed ? "" : " ab-dashed", high, low);
		length = 0;
	}
	pfree(piece);
}

/*
 * The line of the estimates, with a dot at the last.
 */
static void
DrawEstimates(StringInfo out, const Panel *panel, bool fixed)
{
	const Point *last = NULL;
	bool		broken = true;

	appendStringInfoString(out, "<path class=\"ab-told-line ab-curve\" d=\"");
	for (int i = 0; i < panel->count; i++)
	{
		const Point *point = &panel->points[i];

		if ((point->card->rule == AB_RULE_FIXED) != fixed)
			continue;
		if (isnan(point->card->lift))
		{
			broken = true;
			continue;
		}
		appendStringInfo(out, "%c%.1f %.1f", broken ? 'M' : 'L',
						 PointX(panel, point->day),
						 PointY(panel, point->card->lift));
		broken = false;
		last = point;
	}
	appendStringInfoString(out, "\"/>");
	if (last != NULL)
		appendStringInfo(out,
						 "<circle class=\"ab-told\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>",
						 PointX(panel, last->day),
						 PointY(panel, last->card->lift));
}

/*
 * The first and the last day, and one between if there is room.
 */
static void
DrawDays(StringInfo out, const Panel *panel, double y)
{
	double		shown = NAN;

	for (int k = 0; k < 3; k++)
	{
		static const char *const anchors[] = {"start", "middle", "end"};
		const Point *point = &panel->points[(panel->count - 1) * k / 2];
		const char *text = point->card->day;
		double		x = PointX(panel, point->day);

		/* of a timestamp the date, where the days are more than one */
		if (strlen(text) > 10 && text[4] == '-' &&
			panel->last - panel->first >= 1)
			text = pnstrdup(text, 10);

		if (point->day == shown ||
			(k == 1 && (x < 120 || x > PLOT_WIDTH - 120)))
			continue;
		shown = point->day;
		appendStringInfo(out,
						 "<text class=\"ab-soft ab-tick\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">",
						 anchors[panel->last > panel->first ? k : 1], LEFT + x, y);
		AbMarkupShort(out, text, 20);
		appendStringInfoString(out, "</text>");
	}
}

/*
 * A panel, from that height on.
 */
static void
DrawPanel(StringInfo out, StringInfo description, const AbReport *report,
		  Panel *panel, double top)
{
	const AbCard *final = panel->points[panel->count - 1].card;
	const char *name = AbRowName(report, final);
	AbCard	   *cards = palloc(panel->count * sizeof(AbCard));
	bool		fixed = false;
	bool		outer = false;
	AbShownLift lift;
	const char *range;

	for (int i = 0; i < panel->count; i++)
	{
		cards[i] = *panel->points[i].card;
		fixed |= cards[i].rule == AB_RULE_FIXED;
		outer |= cards[i].rule != AB_RULE_FIXED;
	}
	panel->axis = AbLiftAxis(cards, panel->count, panel->count);
	panel->first = panel->points[0].day;
	panel->last = panel->points[panel->count - 1].day;
	for (int i = panel->count - 1; i >= 0; i--)
		if ((cards[i].rule == AB_RULE_FIXED) == fixed && !isnan(cards[i].lift))
		{
			final = panel->points[i].card;
			break;
		}
	lift = AbShowLift(final);
	range = AbShowRange(&lift);
	pfree(cards);

	appendStringInfo(out,
					 "<g><text class=\"ab-ink ab-strong\" x=\"%d\" y=\"%.1f\">",
					 RIGHT, top + 20);
	AbMarkupShort(out, name, 28);
	appendStringInfo(out,
					 "</text><text class=\"ab-ink\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s",
					 WIDTH - RIGHT, top + 20, lift.lift);
	if (range[0] != '\0')
		appendStringInfo(out,
						 "<tspan class=\"ab-soft ab-small\" dx=\"8\">%s</tspan>",
						 range);
	appendStringInfoString(out, "</text>");
	for (double value = panel->axis.low; value <= panel->axis.high + panel->axis.step / 2; value += panel->axis.step)
	{
		double		tick = rint(value / panel->axis.step) * panel->axis.step;
		double		y = top + HEADER + PointY(panel, tick);

		appendStringInfo(out,
						 "<line class=\"%s\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
						 "<text class=\"ab-soft ab-tick\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s%s%%</text>",
						 tick == 0 ? "ab-zero" : "ab-faint", LEFT,
						 WIDTH - RIGHT, y, y, LEFT - 8, y + 4,
						 tick > 0 ? "+" : "",
						 AbShowNumber(tick,
									  Max(0,
										  (int) -floor(log10(panel->axis.step) + 1e-9))));
	}
	/* an inner picture cuts what is beyond the axis */
	appendStringInfo(out,
					 "<svg x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%d\">",
					 LEFT, top + HEADER, PLOT_WIDTH + 5, PLOT);
	if (outer)
		DrawBand(out, panel, false);
	if (fixed)
		DrawBand(out, panel, true);
	DrawEstimates(out, panel, fixed);
	appendStringInfoString(out, "</svg>");
	DrawDays(out, panel, top + HEADER + PLOT + 18);
	appendStringInfoString(out, "</g>\n");
	if (description->len < 10000)
		appendStringInfo(description, "%s at %s: %s%s%s. ", name, final->day,
						 lift.lift[0] ? lift.lift : "unknown",
						 range[0] ? ", interval " : "", range);
}

/*
 * A line of the legend.
 */
static void
PutLine(StringInfo out, double *y, const char *text)
{
	appendStringInfo(out,
					 "<text class=\"ab-soft ab-tick\" x=\"%d\" y=\"%.1f\">%s</text>",
					 RIGHT, *y + 4, text);
	*y += 16;
}

/*
 * The picture.  ERROR 22023 if no row has a day.
 */
void
AbTrendSvg(StringInfo out, const AbReport *report)
{
	Point	   *points = palloc_extended(Max(report->count, 1) * sizeof(Point),
										 MCXT_ALLOC_HUGE);
	const char **keys = palloc_extended(Max(report->count, 1) * sizeof(char *),
										MCXT_ALLOC_HUGE);
	int		   *groups = palloc_extended(Max(report->count, 1) * sizeof(int),
										 MCXT_ALLOC_HUGE);
	Point	   *sorted;
	int		   *starts;
	StringInfoData body;
	StringInfoData description;
	int			count = 0;
	int			panels;
	bool		rules[3] = {false, false, false};
	double		y = 8;

	for (int i = 0; i < report->count; i++)
	{
		const AbCard *card = &report->cards[i];

		CHECK_FOR_INTERRUPTS();
		if (card->day == NULL || !AbIsEffect(card))
			continue;
		points[count].card = card;
		points[count].day = ReadDay(card);
		/* control characters are in none of the three */
		keys[count++] = psprintf("%s\1%s\1%s", card->slice ? card->slice : "",
								 card->metric ? card->metric : "",
								 card->treatment ? card->treatment : "");
		rules[card->rule] = true;
	}
	if (count == 0 && report->count > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rows of a trend must have a field \"day\""),
				 errhint("Use jsonb_agg(to_jsonb(r)) FROM (SELECT day, test.* FROM ...) AS r.")));
	panels = AbGroupTexts(keys, count, groups);
	starts = palloc0((panels + 1) * sizeof(int));
	sorted = palloc_extended(Max(count, 1) * sizeof(Point), MCXT_ALLOC_HUGE);
	for (int i = 0; i < count; i++)
		starts[groups[i] + 1]++;
	for (int i = 0; i < panels; i++)
		starts[i + 1] += starts[i];
	for (int i = count - 1; i >= 0; i--)
		sorted[--starts[groups[i] + 1]] = points[i];

	initStringInfo(&body);
	initStringInfo(&description);
	for (int i = 0; i < panels; i++)
	{
		Panel		panel = {0};
		int			next = i + 1 < panels ? starts[i + 2] : count;

		panel.points = &sorted[starts[i + 1]];
		panel.count = next - starts[i + 1];
		qsort(&sorted[starts[i + 1]], panel.count, sizeof(Point),
			  ComparePoints);
		DrawPanel(&body, &description, report, &panel, y);
		y += PANEL;
	}
	if (panels == 0)
		y += 24;
	PutLine(&body, &y, panels == 0 ? "There are no rows." :
			"Change against control, of all users so far.");
	if (rules[AB_RULE_FIXED])
		PutLine(&body, &y,
				"Filled band: for one look at the planned end. A day on which it leaves 0 out is no reason to stop.");
	if (rules[AB_RULE_ALWAYS_VALID])
		PutLine(&body, &y,
				"Dashed band: holds on all days together. Once it leaves 0 out, the experiment may stop.");
	if (rules[AB_RULE_GROUP_SEQUENTIAL])
		PutLine(&body, &y,
				"Dashed band: holds at the planned looks. Other days decide nothing.");
	AbStartSvg(out, WIDTH, y + 8,
			   "Change against control by day, with its interval",
			   description.data);
	appendStringInfo(out, "%s</svg>\n", body.data);
}
