/*
 * srm.h
 *	  Numbers of users against the split intended: what its tests share.
 */
#ifndef AB_TOPIC_SRM_H
#define AB_TOPIC_SRM_H

#include "base/list.h"
#include "base/result.h"
#include "math/multinomial.h"

/* What is observed and what is intended. */
typedef struct AbSrmCounts
{
	int			arms;
	int64	   *users;
	double	   *weights;		/* relative, not negative */
	AbLabel    *labels;			/* NULL if the arms have no names */
	AbArmList	list;			/* of a summary */
} AbSrmCounts;

typedef struct AbSrmRow
{
	int64		variants;		/* of positive weight, -1 if not known */
	int64		n;
	double		statistic;
	double		df;
	double		p_value;
	AbAnswer	mismatch;
	double		threshold;
	const char *method;
	AbNotes		notes;
	bool		exact;			/* is p exact however few users there are? */
} AbSrmRow;

/* A test of the counts. */
typedef struct AbSrmTest
{
	const char *reader;			/* the SQL function, for hints */
	const char *method;			/* what the test is called */
	/* fills in statistic, df and p; at least two arms have a weight */
	void		(*test) (const AbClasses *classes, const AbPearson *pearson,
						 AbSrmRow *row);
	/* what else is to be noted, or NULL */
	void		(*note) (const AbPearson *pearson, AbSrmRow *row);
} AbSrmTest;

extern Datum AbSrmOfSummary(FunctionCallInfo fcinfo, const AbSrmTest *test);
extern Datum AbSrmOfCounts(FunctionCallInfo fcinfo, const AbSrmTest *test);
extern Datum AbSrmOfText(FunctionCallInfo fcinfo, const AbSrmTest *test);

#endif							/* AB_TOPIC_SRM_H */
