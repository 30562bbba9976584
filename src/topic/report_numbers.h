/*
 * report_numbers.h
 *	  Numbers as people read them.
 */
#ifndef AB_TOPIC_REPORT_NUMBERS_H
#define AB_TOPIC_REPORT_NUMBERS_H

#include "topic/report_rows.h"

/* The two values of a row, in the same number of digits. */
typedef struct AbShownValues
{
	const char *control;		/* "71.3%", "" where it is not known */
	const char *treatment;
	const char *diff;			/* "+7.6 points", "" */
	const char *diff_range;		/* "+5.1 to +10.1", "" where there is no
								 * interval */
} AbShownValues;

/* The lift and its interval, in the same number of digits. */
typedef struct AbShownLift
{
	const char *lift;			/* "+10.7%", "" where it is not known */
	const char *low;			/* "+7.1%", NULL where that end is open */
	const char *high;
} AbShownLift;

extern char *AbShowNumber(double value, int decimals);
extern const char *AbShowCount(double value);
extern const char *AbShowPercent(double percent);
extern const char *AbShowProbability(double probability);
extern const char *AbShowP(double p);
extern const char *AbShowPEquation(double p);
extern AbShownValues AbShowValues(const AbCard *card);
extern AbShownLift AbShowLift(const AbCard *card);
extern const char *AbShowRange(const AbShownLift *lift);

#endif							/* AB_TOPIC_REPORT_NUMBERS_H */
