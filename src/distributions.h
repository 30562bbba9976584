/*
 * distributions.h
 *	  Distribution functions and what is solved with them, from Boost.Math.
 *
 * A C interface of plain doubles over the one C++ file.  Every function
 * accepts any double, never throws and returns NaN for arguments outside its
 * domain, NaN included.  Upper tails are computed as such, so that they keep
 * their relative accuracy down to the smallest double.
 */
#ifndef AB_DISTRIBUTIONS_H
#define AB_DISTRIBUTIONS_H

#ifdef __cplusplus
extern "C"
{
#endif

extern double AbStudentTUpperTail(double t, double df);
extern double AbStudentTUpperQuantile(double q, double df);
extern double AbTTestPower(double n, double ratio, double effect,
						   double alpha, int two_sided);
extern double AbTTestSampleSize(double effect, double ratio, double alpha,
								double power, int two_sided);
extern double AbTTestEffect(double n, double ratio, double alpha,
							double power, int two_sided);

#ifdef __cplusplus
}
#endif

#endif							/* AB_DISTRIBUTIONS_H */
