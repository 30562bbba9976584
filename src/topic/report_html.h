/*
 * report_html.h
 *	  A scorecard as a page of HTML.
 */
#ifndef AB_TOPIC_REPORT_HTML_H
#define AB_TOPIC_REPORT_HTML_H

#include "topic/report_rows.h"

#include "lib/stringinfo.h"

extern void AbReportHtml(StringInfo out, const AbReport *report,
						 const char *title);

#endif							/* AB_TOPIC_REPORT_HTML_H */
