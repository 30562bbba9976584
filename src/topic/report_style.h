/*
 * report_style.h
 *	  The style sheet of the page.
 */
#ifndef AB_TOPIC_REPORT_STYLE_H
#define AB_TOPIC_REPORT_STYLE_H

extern const char AB_PAGE_STYLE[];

#endif							/* AB_TOPIC_REPORT_STYLE_H */
