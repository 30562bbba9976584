/*
 * report_markup.h
 *	  What HTML and SVG share: escaping, and the colours.
 */
#ifndef AB_TOPIC_REPORT_MARKUP_H
#define AB_TOPIC_REPORT_MARKUP_H

#include "topic/report_rows.h"

#include "lib/stringinfo.h"

/* the ends of the names of the classes, by AbTone */
extern const char *const ab_tone_names[];

extern void AbMarkup(StringInfo out, const char *text);
extern void AbMarkupShort(StringInfo out, const char *text, double width);
extern bool AbFits(const char *text, double width);
extern void AbPalette(StringInfo out, const char *scope);

#endif							/* AB_TOPIC_REPORT_MARKUP_H */
