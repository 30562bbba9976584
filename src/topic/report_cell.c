/*
 * report_cell.c
 *	  An estimate and its interval in a cell of text.
 */
#include "topic/report_cell.h"

#include <math.h>

typedef enum Glyph
{
	GLYPH_SPACE,
	GLYPH_ZERO,
	GLYPH_LINE,
	GLYPH_CROSS,
	GLYPH_LOW,
	GLYPH_HIGH,
	GLYPH_DOT,
	GLYPH_BEFORE,
	GLYPH_BEYOND
} Glyph;

static const char *const glyphs[][2] = {
	{" ", " "},
	{":", "\xe2\x94\x8a"},		/* U+250A */
	{"-", "\xe2\x94\x80"},		/* U+2500 */
	{"+", "\xe2\x94\xbc"},		/* U+253C */
	{"[", "\xe2\x94\x9c"},		/* U+251C */
	{"]", "\xe2\x94\xa4"},		/* U+2524 */
	{"o", "\xe2\x97\x8f"},		/* U+25CF */
	{"<", "\xe2\x97\x84"},		/* U+25C4 */
	{">", "\xe2\x96\xba"}		/* U+25BA */
};

/*
 * The column of a value that is on the axis.
 */
static int
ColumnOf(double value, double axis_low, double axis_high, int width)
{
	/* halves, because the length of the axis may exceed a double */
	double		place = (value / 2 - axis_low / 2) / (axis_high / 2 - axis_low / 2);

	return (int) rint(place * (width - 1));
}

/*
 * Draw the interval from low to high with its estimate, in so many columns, on
 * an axis whose ends are finite.  NaN is not known: with one of the ends the
 * interval is open there, with both there is none.  What is cut by an end of
 * the axis has an arrow there.
 */
void
AbForestCell(StringInfo out, double low, double estimate, double high,
			 double axis_low, double axis_high, int width, bool utf8)
{
	char	   *cells = palloc0(width);
	bool		interval = !isnan(low) || !isnan(high);

	if (low > high)
	{
		double		swap = low;

		low = high;
		high = swap;
	}
	if (interval && isnan(low))
		low = -INFINITY;
	if (interval && isnan(high))
		high = INFINITY;
	if (axis_low <= 0 && axis_high >= 0)
		cells[ColumnOf(0, axis_low, axis_high, width)] = GLYPH_ZERO;
	if (interval)
	{
		bool		before = low < axis_low;
		bool		beyond = high > axis_high;
		int			first = before ? 0 : low > axis_high ? width - 1 :
			ColumnOf(low, axis_low, axis_high, width);
		int			last = beyond ? width - 1 : high < axis_low ? 0 :
			ColumnOf(high, axis_low, axis_high, width);

		for (int i = first + 1; i < last; i++)
			cells[i] = cells[i] == GLYPH_ZERO ? GLYPH_CROSS : GLYPH_LINE;
		/* narrower than a column, an interval is its estimate alone */
		if (first < last || before || isnan(estimate))
			cells[first] = before ? GLYPH_BEFORE : GLYPH_LOW;
		if (first < last || beyond)
			cells[last] = beyond ? GLYPH_BEYOND : GLYPH_HIGH;
	}
	if (estimate < axis_low)
		cells[0] = GLYPH_BEFORE;
	else if (estimate > axis_high)
		cells[width - 1] = GLYPH_BEYOND;
	else if (!isnan(estimate))
	{
		int			column = ColumnOf(estimate, axis_low, axis_high, width);

		/* an arrow says more than a dot at the edge */
		if (cells[column] != GLYPH_BEFORE && cells[column] != GLYPH_BEYOND)
			cells[column] = GLYPH_DOT;
	}
	for (int i = 0; i < width; i++)
		appendStringInfoString(out, glyphs[(int) cells[i]][utf8]);
	pfree(cells);
}
