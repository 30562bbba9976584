/*
 * report_markup.c
 *	  What HTML and SVG share: escaping, and the colours.
 *
 * Markup is ASCII: every other character is written as its number, so that a
 * page is right whatever encoding it is stored in.
 */
#include "topic/report_markup.h"

#include "mb/pg_wchar.h"

/* how wide a letter is, as a part of the size of the font, rounded up */
#define NARROW	0.56
#define CAPITAL	0.68
#define WIDE	1.05

const char *const ab_tone_names[AB_TONES] = {
	"flat", "good", "bad", "warn", "told"
};

/*
 * The next character of a text in UTF-8, U+FFFD for what is none.
 */
static pg_wchar
NextCharacter(const unsigned char **text, const unsigned char *end)
{
	int			length = pg_utf_mblen(*text);
	pg_wchar	character;

	if (length > end - *text ||!pg_utf8_islegal(*text, length))
	{
		(*text) ++;
		return 0xfffd;
	}
	character = utf8_to_unicode((unsigned char *) *text);
	*text +=length;
	/* what XML or HTML does not allow, even as a number */
	if (character < ' ' || (character >= 0x7f && character < 0xa0) ||
		(character & 0xfffe) == 0xfffe ||
		(character >= 0xfdd0 && character <= 0xfdef))
		return 0xfffd;
	return character;
}

/*
 * The text in UTF-8.  A server in SQL_ASCII does not know what its bytes mean:
 * they are taken for UTF-8 where they are.
 */
static const unsigned char *
Utf8(const char *text, const unsigned char **end)
{
	int			length = strlen(text);
	char	   *converted = pg_server_to_any(text, length, PG_UTF8);

	*end = (const unsigned char *) converted + strlen(converted);
	return (const unsigned char *) converted;
}

static void
AppendCharacter(StringInfo out, pg_wchar character)
{
	if (character >= 0x7f || strchr("&<>\"'", (int) character) != NULL)
		appendStringInfo(out, "&#%u;", character);
	else
		appendStringInfoChar(out, (char) character);
}

/*
 * Append the text with all that markup would take for its own as numbers;
 * right between tags and in a quoted attribute.
 */
void
AbMarkup(StringInfo out, const char *text)
{
	const unsigned char *end;
	const unsigned char *next = Utf8(text, &end);

	while (next < end)
		AppendCharacter(out, NextCharacter(&next, end));
}

/*
 * How wide a character is, of a font of size 1.
 */
static double
WidthOf(pg_wchar character)
{
	if (character >= 0x1100)
		return WIDE;
	return (character >= 'A' && character <= 'Z') || character == 'm' ||
		character == 'w' ||
		character == '%' || character == '@' ? CAPITAL : NARROW;
}

/*
 * Is the text at most that wide, in units of the size of its font?
 */
bool
AbFits(const char *text, double width)
{
	const unsigned char *end;
	const unsigned char *next = Utf8(text, &end);

	while (next < end && width >= 0)
		width -= WidthOf(NextCharacter(&next, end));
	return width >= 0;
}

/*
 * The same, cut to that width.
 */
void
AbMarkupShort(StringInfo out, const char *text, double width)
{
	const unsigned char *end;
	const unsigned char *next = Utf8(text, &end);
	bool		fits = AbFits(text, width);

	if (!fits)
		width -= WIDE;
	while (next < end)
	{
		pg_wchar	character = NextCharacter(&next, end);

		width -= WidthOf(character);
		if (!fits && width < 0)
			break;
		AppendCharacter(out, character);
	}
	if (!fits)
		appendStringInfoString(out, "&#8230;");
}

/*
 * The colours, light and dark, as classes under the scope.  Each has a
 * contrast of at least 4.5 with its ground; ab-faint is for lines only.
 */
void
AbPalette(StringInfo out, const char *scope)
{
	static const struct
	{
		const char *name;
		const char *light;
		const char *dark;
	}			colours[] = {
		{"ink", "#1b1f24", "#e8eaed"},
		{"soft", "#57606a", "#a6adb7"},
		{"good", "#0b6b50", "#5fd0a8"},
		{"bad", "#b02a1f", "#ff9b8e"},
		{"warn", "#8a5200", "#f0b95a"},
		{"flat", "#57606a", "#a6adb7"},
		{"told", "#2456a6", "#8fb8ff"}
	};

	for (int dark = 0; dark < 2; dark++)
	{
		if (dark)
			appendStringInfoString(out,
								   "@media screen and (prefers-color-scheme:dark){");
		for (int i = 0; i < lengthof(colours); i++)
		{
			const char *colour = dark ? colours[i].dark : colours[i].light;

			appendStringInfo(out,
							 "%s .ab-%s{fill:%s;color:%s}%s .ab-%s-line{stroke:%s}",
							 scope, colours[i].name, colour, colour,
							 scope, colours[i].name, colour);
		}
		appendStringInfo(out,
						 "%s .ab-paper{fill:%s}%s .ab-paper-line{stroke:%s}"
						 "%s .ab-faint{stroke:%s}%s .ab-zero{stroke:%s}",
						 scope, dark ? "#14171a" : "#ffffff",
						 scope, dark ? "#14171a" : "#ffffff",
						 scope, dark ? "#30363d" : "#e2e5e9",
						 scope, dark ? "#7d8590" : "#8b949e");
		if (dark)
			appendStringInfoChar(out, '}');
		appendStringInfoChar(out, '\n');
	}
}
