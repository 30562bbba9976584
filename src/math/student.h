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

/*
 * An estimated difference and what its test and its lift are made of, in the
 * units of the metric.  df is infinite for a normal test.
 */
typedef struct AbEffect
{
	double		difference;		/* treatment - control */
	double		std_error;
	double		df;
	double		control;		/* what the lift is relative to */
	double		control_variance;	/* of that estimate, not of a row */
	double		covariance;		/* of difference and control: minus
								 * control_variance for independent arms */
} AbEffect;

/* The critical value that an interval is made with, and the verdict by it. */
typedef struct AbDecision
{
	double		critical;
	AbAlternative alternative;
	bool		significant;
} AbDecision;

/* How the interval of a lift is made. */
typedef enum AbLiftMethod
{
	AB_LIFT_FIELLER,			/* dual to the test */
	AB_LIFT_DELTA,				/* of (treatment - control) / control */
	AB_LIFT_LOG					/* of log(treatment / control) */
} AbLiftMethod;

/* What such an interval takes beside the effect. */
typedef struct AbLift
{
	AbLiftMethod method;
	double		at;				/* delta: the lift that the variance is of */
	double		log_error;		/* log: standard error of the logarithm */
	double		df;
	double		critical;		/* with these degrees of freedom */
} AbLift;

/* A sample as far as the variance of its mean goes. */
typedef struct AbSpread
{
	double		n;				/* rows */
	double		squares;		/* sum of squared deviations from the mean */
} AbSpread;

/*
 * Variances of two means, of the control possibly scaled, and the degrees of
 * freedom of their sum.
 */
typedef struct AbMeanVariances
{
	double		control;
	double		treatment;
	double		df;
} AbMeanVariances;

extern double AbCriticalT(double df, AbAlternative alternative, double alpha);
extern double AbBoundP(double p);
extern double AbPValue(double statistic, double df, AbAlternative alternative);
extern AbInterval AbAgree(AbInterval interval, double estimate,
						  bool significant);
extern double AbKeepVerdict(double end, double limit, AbAlternative alternative,
							bool significant);
extern AbTest AbTTest(double difference, double std_error, double df,
					  AbAlternative alternative, double alpha);
extern AbInterval AbDifferenceInterval(double difference, double std_error,
									   const AbDecision *decision);
extern bool AbFieller(const AbEffect *effect, const AbDecision *decision,
					  AbInterval *lift);
extern AbLift AbMakeLift(const AbEffect *effect, AbLiftMethod method);
extern bool AbLiftInterval(const AbEffect *effect, const AbLift *lift,
						   AbAlternative alternative, AbInterval *interval);
extern AbMeanVariances AbPooledVariances(AbSpread control, AbSpread treatment);
extern AbMeanVariances AbSeparateVariances(AbSpread control,
										   AbSpread treatment);
extern void AbUseLogVariances(AbLift *lift, AbSpread control,
							  AbSpread treatment, double control_mean,
							  double treatment_mean, bool equal_var);

#endif							/* AB_MATH_STUDENT_H */
