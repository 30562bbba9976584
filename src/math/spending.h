/*
 * spending.h
 *	  How much of its error a test with several looks has spent by when.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_SPENDING_H
#define AB_MATH_SPENDING_H

typedef enum AbSpendingFamily
{
	AB_SPEND_OBRIEN_FLEMING,	/* like O'Brien and Fleming's bounds */
	AB_SPEND_POCOCK,			/* like Pocock's */
	AB_SPEND_POWER,				/* t^parameter */
	AB_SPEND_HSD,				/* Hwang, Shih and DeCani's, gamma */
	AB_SPEND_WANG_TSIATIS		/* no spending: bounds of that shape */
} AbSpendingFamily;

typedef struct AbSpending
{
	AbSpendingFamily family;
	double		parameter;
} AbSpending;

extern double AbSpent(const AbSpending *spending, double level, double from,
					  double to);

#endif							/* AB_MATH_SPENDING_H */
