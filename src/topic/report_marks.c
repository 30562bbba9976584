/*
 * report_marks.c
 *	  An estimate with its interval as SVG, on a shared axis.
 *
 * A filled mark says that there is a verdict, a hollow one that there is none:
 * the picture can be read without its colours.
 */
#include "topic/report_marks.h"

#include <math.h>

#include "topic/report_markup.h"
#include "topic/report_numbers.h"

/* half of what is drawn across a line, in pixels */
#define CAP		5
#define DOT		4.5

/*
 * The coordinate of a value.
 */
const char *
AbSpanX(const AbSpan *span, const AbAxis *axis, double value)
{
	return psprintf("%.2f%s", span->left + span->width * AbPlace(axis, value),
					span->unit);
}

/*
 * The ticks of an axis, from the lowest on.
 */
static int
TickCount(const AbAxis *axis)
{
	return (int) rint((axis->high - axis->low) / axis->step) + 1;
}

static double
Tick(const AbAxis *axis, int i)
{
	/* a multiple of the step, so that 0 is 0 */
	return (rint(axis->low / axis->step) + i) * axis->step;
}

/*
 * A faint line at each tick, and one that is seen at 0.
 */
void
AbDrawGrid(StringInfo out, const AbSpan *span, const AbAxis *axis, double top,
		   double bottom)
{
	for (int i = 0; i < TickCount(axis); i++)
	{
		double		value = Tick(axis, i);
		const char *x = AbSpanX(span, axis, value);

		appendStringInfo(out,
						 "<line class=\"%s\" x1=\"%s\" x2=\"%s\" y1=\"%.1f\" y2=\"%.1f\"/>",
						 value == 0 ? "ab-zero" : "ab-faint", x, x, top,
						 bottom);
	}
}

/*
 * The ticks' numbers, of every second where there are many.
 */
void
AbDrawTicks(StringInfo out, const AbSpan *span, const AbAxis *axis, double y)
{
	int			decimals = Max(0, (int) -floor(log10(axis->step) + 1e-9));

	for (int i = 0; i < TickCount(axis); i++)
	{
		double		value = Tick(axis, i);

		if (TickCount(axis) > 5 && fmod(rint(value / axis->step), 2) != 0)
			continue;
		appendStringInfo(out,
						 "<text class=\"ab-soft ab-tick\" text-anchor=\"middle\" x=\"%s\" y=\"%.1f\">%s%s%%</text>",
						 AbSpanX(span, axis, value), y, value > 0 ? "+" : "",
						 AbShowNumber(value, decimals));
	}
}

/*
 * An arrow at an end of the axis, which points out of it.
 */
static void
DrawArrow(StringInfo out, const char *x, double y, int direction,
		  const char *tone)
{
	appendStringInfo(out,
					 "<svg x=\"%s\" y=\"%.1f\" overflow=\"visible\"><path class=\"ab-%s\" d=\"M%d -5L%d 0L%d 5Z\"/></svg>",
					 x, y, tone, -2 * direction, 6 * direction,
					 -2 * direction);
}

static void
DrawCap(StringInfo out, const char *x, double y, const char *tone)
{
	appendStringInfo(out,
					 "<line class=\"ab-%s-line ab-bar\" x1=\"%s\" x2=\"%s\" y1=\"%.1f\" y2=\"%.1f\"/>",
					 tone, x, x, y - CAP, y + CAP);
}

/*
 * Is the outcome one that says something?
 */
static bool
IsDecided(const AbCard *card)
{
	switch (card->outcome)
	{
		case AB_OUTCOME_BETTER:
		case AB_OUTCOME_WORSE:
		case AB_OUTCOME_HIGHER:
		case AB_OUTCOME_LOWER:
		case AB_OUTCOME_NOT_WORSE:
			return true;
		default:
			return false;
	}
}

/*
 * A row's interval and estimate at that height.  An open end goes to the edge,
 * as does what lies beyond it.
 */
void
AbDrawMark(StringInfo out, const AbSpan *span, const AbAxis *axis,
		   const AbCard *card, double y)
{
	const char *tone = ab_tone_names[AbToneOf(card)];
	bool		interval = AbHasInterval(card);
	double		low = isnan(card->lift_low) ? -INFINITY : card->lift_low;
	double		high = isnan(card->lift_high) ? INFINITY : card->lift_high;

	if (card->role == AB_CARD_GUARDRAIL && card->direction != 0 &&
		!isnan(card->margin))
	{
		double		margin = -card->direction * fabs(card->margin);
		const char *x = AbSpanX(span, axis, margin);

		if (margin >= axis->low && margin <= axis->high)
			appendStringInfo(out,
							 "<line class=\"ab-warn-line ab-margin\" x1=\"%s\" x2=\"%s\" y1=\"%.1f\" y2=\"%.1f\"/>",
							 x, x, y - 10, y + 10);
	}
	if (interval)
	{
		const char *left = AbSpanX(span, axis, low);
		const char *right = AbSpanX(span, axis, high);

		appendStringInfo(out,
						 "<line class=\"ab-%s-line ab-bar\" x1=\"%s\" x2=\"%s\" y1=\"%.1f\" y2=\"%.1f\"/>",
						 tone, left, right, y, y);
		if (low < axis->low)
			DrawArrow(out, left, y, -1, tone);
		else if (low <= axis->high)
			DrawCap(out, left, y, tone);
		if (high > axis->high)
			DrawArrow(out, right, y, 1, tone);
		else if (high >= axis->low)
			DrawCap(out, right, y, tone);
	}
	if (isnan(card->lift))
		return;
	if (card->lift < axis->low || card->lift > axis->high)
	{
		/* without an interval the arrow is still to be drawn */
		if (!interval)
			DrawArrow(out, AbSpanX(span, axis, card->lift), y,
					  card->lift > 0 ? 1 : -1, tone);
		return;
	}
	appendStringInfo(out,
					 "<circle class=\"%s%s ab-%s-line ab-dot\" cx=\"%s\" cy=\"%.1f\" r=\"%.1f\"/>",
					 IsDecided(card) ? "ab-" : "ab-paper",
					 IsDecided(card) ? tone : "", tone,
					 AbSpanX(span, axis, card->lift), y, DOT);
}
