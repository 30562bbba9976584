/*
 * student.h
 *	  From an estimate and its standard error to p-values and intervals.
 *
 * Pure C: no PostgreSQL header.  Unknown results are NaN.
 */
#ifndef AB_MATH_STUDENT_H
#define AB_MATH_STUDENT_H

#include <stdbool.h>

/*
 * Smallest positive double: a p-value that underflows is reported as this,
 * never as 0.
 */
#define AB_SMALLEST_P	4.9406564584124654e-324

/* What is tested, read as treatment against control. */
typedef enum AbAlternative
{
	AB_TWO_SIDED,
	AB_LESS,
	AB_GREATER
} AbAlternative;

/* An interval; an infinite end is one that a one-sided test leaves open. */
typedef struct AbInterval
{
	double		low;
	double		high;
} AbInterval;

typedef struct AbTest
{
	double		statistic;
	double		p_value;
	bool		significant;
	AbInterval	interval;		/* for the difference */
} AbTest;

extern double AbCriticalT(double df, AbAlternative alternative, double alpha);
extern double AbBoundP(double p);
extern double AbPValue(double statistic, double df, AbAlternative alternative);
extern AbInterval AbAgree(AbInterval interval, double estimate,
						  bool significant);
extern AbTest AbTTest(double difference, double std_error, double df,
					  AbAlternative alternative, double alpha);
extern AbInterval AbDifferenceInterval(double difference, double std_error,
									   double critical,
									   AbAlternative alternative,
									   bool significant);
extern bool AbFiellerAt(double difference, double std_error, double control,
						double control_variance, double covariance,
						double critical, AbAlternative alternative,
						bool significant, AbInterval *lift);

#endif							/* AB_MATH_STUDENT_H */
