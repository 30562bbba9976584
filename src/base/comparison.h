/*
 * comparison.h
 *	  The row that every test of means returns, and the choice of its arms.
 */
#ifndef AB_BASE_COMPARISON_H
#define AB_BASE_COMPARISON_H

#include "value/summary.h"

#include "access/tupdesc.h"
#include "math/student.h"
#include "lib/stringinfo.h"

/* attributes of the SQL type ab_comparison */
#define AB_COMPARISON_ATTRIBUTES	23

/* Pooled and separate standard errors further apart than this are noted. */
#define AB_POOLING_TOLERANCE	0.1

/* Parameters of a test, as its SQL function received them. */
typedef struct AbTestOptions
{
	AbLabel		control;		/* data is NULL if not given */
	AbLabel		treatment;
	double		alpha;
	AbAlternative alternative;
	bool		equal_var;
} AbTestOptions;

/*
 * A row of ab_comparison.  Numbers that are not finite become NULL.
 */
typedef struct AbComparison
{
	const AbSummary *summary;	/* NULL if there is none */
	const AbArm *control;		/* NULL if not known or without rows */
	const AbArm *treatment;
	AbLabel		control_label;	/* known even where the arm has no rows */
	AbLabel		treatment_label;
	double		control_mean;
	double		treatment_mean;
	double		control_stddev;
	double		treatment_stddev;
	double		difference;
	AbInterval	interval;
	AbInterval	lift;			/* fractions */
	double		std_error;
	double		df;
	AbTest		test;
	double		p_adjusted;
	bool		tested;			/* is there a verdict? */
	double		alpha;
	const char *method;
	StringInfoData note;
} AbComparison;

extern AbAlternative AbGetAlternative(FunctionCallInfo fcinfo, int argument);
extern const char *AbAlternativeSuffix(AbAlternative alternative);
extern double AbGetAlpha(FunctionCallInfo fcinfo, int argument);
extern AbTestOptions AbDefaultOptions(void);
extern void AbStartComparison(AbComparison *row, const AbSummary *summary,
							  const AbTestOptions *options);
extern void AbAddNote(AbComparison *row, const char *format,...)
			pg_attribute_printf(2, 3);
extern bool AbArmKnown(const AbArm *arm);
extern int64 AbArmRows(const AbArm *arm);
extern double AbArmVariance(const AbSummary *summary, const AbArm *arm,
							int i, int j);
extern int	AbControlPosition(const AbSummary *summary, AbLabel named);
extern bool AbTestStatistic(AbComparison *row, const AbEffect *effect,
							const AbTestOptions *options);
extern void AbSetIntervals(AbComparison *row, const AbEffect *effect,
						   double critical, AbAlternative alternative,
						   bool significant);
extern void AbTestEffect(AbComparison *row, const AbEffect *effect,
						 const AbTestOptions *options);
extern void AbGetOptions(FunctionCallInfo fcinfo, AbTestOptions *options,
						 int control, int treatment, int alpha,
						 int alternative, int equal_var);
extern void AbCheckAttributes(TupleDesc tupdesc, int attributes);
extern TupleDesc AbResultDesc(FunctionCallInfo fcinfo, int attributes);
extern void AbSetArms(const AbComparison *row, Datum *values, bool *nulls);
extern void AbComparisonValues(const AbComparison *row, Datum *values,
							   bool *nulls);
extern void AbSetFloat(Datum *values, bool *nulls, int attribute,
					   double value);
extern void AbSetText(Datum *values, bool *nulls, int attribute,
					  const char *value);
extern Datum AbComparisonDatum(FunctionCallInfo fcinfo,
							   const AbComparison *row);

/* ttest.c */
extern bool AbGetMeanVariances(AbComparison *row, bool equal_var,
							   double scale, AbMeanVariances *v);
extern void AbCheckVariances(AbComparison *row, bool equal_var,
							 double std_error);
extern bool AbMeansEffect(AbComparison *row, bool equal_var,
						  AbEffect *effect);

#endif							/* AB_BASE_COMPARISON_H */
