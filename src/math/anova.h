/*
 * anova.h
 *	  One-way analysis of variance: do the means of any groups differ?
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_ANOVA_H
#define AB_MATH_ANOVA_H

/* A group; one without rows does not count, whatever the rest says. */
typedef struct AbGroup
{
	double		n;				/* rows */
	double		deviation;		/* of its mean from any fixed number, best one
								 * near the means: digits that large means
								 * would hide count */
	double		squares;		/* sum of squared deviations from its mean */
} AbGroup;

typedef struct AbAnova
{
	double		statistic;		/* F */
	double		df_between;
	double		df_within;
	double		p_value;
	double		eta_squared;	/* share of all squares that is between groups */
} AbAnova;

extern AbAnova AbFisherAnova(const AbGroup *groups, int count);
extern AbAnova AbWelchAnova(const AbGroup *groups, int count);

#endif							/* AB_MATH_ANOVA_H */
