/*
 * report_cell.h
 *	  An estimate and its interval in a cell of text.
 */
#ifndef AB_TOPIC_REPORT_CELL_H
#define AB_TOPIC_REPORT_CELL_H

#include "postgres.h"

#include "lib/stringinfo.h"

extern void AbForestCell(StringInfo out, double low, double estimate,
						 double high,
						 double axis_low, double axis_high, int width,
						 bool utf8);

#endif							/* AB_TOPIC_REPORT_CELL_H */
