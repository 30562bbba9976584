/*
 * distributions.h
 *	  Distribution functions and what is solved with them, from Boost.Math.
 *
 * A C interface of plain doubles over the one C++ file.  Every function
 * accepts any double, never throws and returns NaN for arguments outside its
 * domain, NaN included.  Upper tails are computed as such, so that they keep
 * their relative accuracy down to the smallest double.
 */
#ifndef AB_MATH_DISTRIBUTIONS_H
#define AB_MATH_DISTRIBUTIONS_H

#ifdef __cplusplus
extern "C"
{
#endif

/* Student's t; df may be infinite, which is the normal distribution */
extern double AbStudentTUpperTail(double t, double df);
extern double AbStudentTUpperQuantile(double q, double df);

extern double AbNormalUpperTail(double z);
extern double AbNormalUpperQuantile(double q);
extern double AbChiSquareUpperTail(double x, double df);
extern double AbFUpperTail(double f, double df1, double df2);

extern double AbBetaLowerTail(double x, double a, double b);
extern double AbBetaUpperTail(double x, double a, double b);

/* k of n with probability p; upper includes k, lower includes k */
extern double AbBinomialUpperTail(double k, double n, double p);
extern double AbBinomialLowerTail(double k, double n, double p);
extern double AbBinomialProbability(double k, double n, double p);

/* k of a Poisson count with that mean, likewise */
extern double AbPoissonUpperTail(double k, double mean);
extern double AbPoissonLowerTail(double k, double mean);

/*
 * The solvers call back into C.  The callback must not raise an error: it
 * returns NaN instead, and so does the solver then.
 */
typedef double (*AbFunction) (double x, void *context);

extern double AbFindRoot(AbFunction f, void *context, double low, double high);
extern double AbFindMaximum(AbFunction f, void *context, double low,
							double high);
extern double AbIntegrate(AbFunction f, void *context, double low,
						  double high);

/* sizing by the t-test */
extern double AbTTestPower(double n, double ratio, double effect,
						   double alpha, int two_sided);
extern double AbTTestSampleSize(double effect, double ratio, double alpha,
								double power, int two_sided);
extern double AbTTestEffect(double n, double ratio, double alpha,
							double power, int two_sided);

#ifdef __cplusplus
}
#endif

#endif							/* AB_MATH_DISTRIBUTIONS_H */
