/*
 * power.h
 *	  Arguments of the functions that plan an experiment.
 *
 * Each reads an argument by its position and raises ERROR 22023 if its value
 * is impossible.
 */
#ifndef AB_TOPIC_POWER_H
#define AB_TOPIC_POWER_H

#include "base/comparison.h"

pg_noreturn extern void AbBadParameter(const char *message, double value,
									   const char *hint);
extern double AbGetNumber(FunctionCallInfo fcinfo, int argument);
extern double AbGetRatio(FunctionCallInfo fcinfo, int argument);
extern double AbGetBaselineRate(FunctionCallInfo fcinfo, int argument);
extern double AbGetStddev(FunctionCallInfo fcinfo, int argument);
extern double AbGetDetectable(FunctionCallInfo fcinfo, int argument,
							  AbAlternative alternative);
extern double AbGetPower(FunctionCallInfo fcinfo, int argument, double alpha);
extern double AbGetUsers(FunctionCallInfo fcinfo, int argument);
extern void AbCheckBaselineRate(double baseline, double effect);
extern double AbCheckEffectSize(double size);
extern void AbCheckGroups(double n, double ratio);
extern double AbCheckAnswer(double answer, const char *message);
extern Datum AbSizeDatum(double n);

/* plan.c: the same questions about a summary */
extern Datum AbSummarySampleSize(FunctionCallInfo fcinfo);
extern Datum AbSummaryPower(FunctionCallInfo fcinfo);
extern Datum AbSummaryMde(FunctionCallInfo fcinfo);

#endif							/* AB_TOPIC_POWER_H */
