/*
 * distributions.cpp
 *	  Distribution functions and what is solved with them, from Boost.Math.
 *
 * The only C++ of the extension.  It includes no PostgreSQL header, and no
 * exception may leave it: an exception that crossed C code would abort the
 * server.  Boost reports errors by errno and NaN under the policy below; what
 * could still throw (memory) is caught by Guard().
 */
#include "math/distributions.h"

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/minima.hpp>
#include <boost/math/tools/roots.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace
{

namespace policies = boost::math::policies;

/* long double would gain no digit that is asked for, and costs speed */
typedef policies::policy<
	policies::domain_error<policies::errno_on_error>,
	policies::pole_error<policies::errno_on_error>,
	policies::overflow_error<policies::errno_on_error>,
	policies::underflow_error<policies::errno_on_error>,
	policies::denorm_error<policies::errno_on_error>,
	policies::rounding_error<policies::errno_on_error>,
	policies::evaluation_error<policies::errno_on_error>,
	policies::indeterminate_result_error<policies::errno_on_error>,
	policies::promote_double<false> >
	Policy;

typedef boost::math::normal_distribution<double, Policy> Normal;
typedef boost::math::binomial_distribution<double, Policy> Binomial;
typedef boost::math::chi_squared_distribution<double, Policy> ChiSquare;
typedef boost::math::fisher_f_distribution<double, Policy> FisherF;
typedef boost::math::students_t_distribution<double, Policy> StudentT;
typedef boost::math::non_central_t_distribution<double, Policy> NoncentralT;

const double not_a_number = std::numeric_limits<double>::quiet_NaN();

/* Largest group that a size is searched in: counts stay exact in a double. */
const double largest_size = 9007199254740992.0;

/*
 * The value of f(), or NaN if it throws.
 */
template <class Function>
double
Guard(Function f) noexcept
{
	try
	{
		return f();
	}
	catch (...)
	{
		return not_a_number;
	}
}

double
NormalUpperQuantile(double q)
{
	return quantile(complement(Normal(), q));
}

/*
 * Root of an increasing f in [low, high], f(low) <= 0 <= f(high), by TOMS 748
 * until near() holds for the ends of the bracket.
 */
template <class Function, class Tolerance>
double
Solve(Function f, double low, double high, Tolerance near)
{
	std::uintmax_t iterations = 200;
	double f_low = f(low);
	double f_high = f(high);

	if (!(f_low <= 0 && f_high >= 0))
		return not_a_number;
	if (f_low == 0)
		return low;
	if (f_high == 0)
		return high;

	std::pair<double, double> bracket =
		boost::math::tools::toms748_solve(f, low, high, f_low, f_high,
										  near, iterations, Policy());

	return bracket.second;
}

/*
 * The t > 1 whose upper tail is a very small q, solved in logarithms; infinity
 * where no double is large enough.
 */
double
FarStudentTQuantile(double q, double df)
{
	auto excess = [=](double log_t) {
		double tail = cdf(complement(StudentT(df), std::exp(log_t)));

		/* finite also where the tail underflows */
		return std::log(q) - (tail > 0 ? std::log(tail) : -1e4);
	};
	const double largest = 350; /* the square of t is finite */

	if (!(excess(largest) >= 0))
		return std::numeric_limits<double>::infinity();
	return std::exp(Solve(excess, 0, largest,
						  boost::math::tools::eps_tolerance<double>(52)));
}

/*
 * P(T > t) of the noncentral t for many degrees of freedom, where Boost's
 * series loses digits (1e-7 at 1e9): the mean of Phi(noncentrality - t s) over
 * s, the square root of a chi-square over its df.
 *
 * The trapezoidal rule at half a standard deviation is exact to rounding for
 * such a bell-shaped density, and normalises it as well.
 */
double
LargeNoncentralT(double t, double df, double noncentrality)
{
	const double sd = 1 / std::sqrt(2 * df);
	double total = 0;
	double weights = 0;

	for (int i = -20; i <= 20; i++)
	{
		double e = i * sd / 2;
		double weight = std::exp((df - 1) * std::log1p(e) -
								 df * (e + e * e / 2));

		total += weight * std::erfc((t * (1 + e) - noncentrality) / std::sqrt(2.0));
		weights += weight;
	}
	return total / weights / 2;
}

/*
 * P(T > t) of the noncentral t for a large noncentrality, where Boost's series
 * takes seconds or fails: the mean over a normal z of the probability that
 * s < (noncentrality + z) / t.
 */
double
FarNoncentralT(double t, double df, double noncentrality)
{
	const double step = 0.25;
	double total = 0;
	double weights = 0;

	for (int i = -36; i <= 36; i++)
	{
		double z = i * step;
		double s = (noncentrality + z) / t;
		double weight = std::exp(-z * z / 2);

		total += weight * boost::math::gamma_p(df / 2, df / 2 * s * s, Policy());
		weights += weight;
	}
	return total / weights;
}

double
Power(double n, double ratio, double effect, double alpha, bool two_sided)
{
	double df = n * (1 + ratio) - 2;
	double noncentrality = effect * std::sqrt(n * ratio / (1 + ratio));
	double power;

	if (!(df >= 1) || !std::isfinite(noncentrality))
		return not_a_number;

	double critical = quantile(complement(StudentT(df),
										  two_sided ? alpha / 2 : alpha));

	/*
	 * Certain to the last bit: the denominator of t exceeds its mean by 40
	 * of its standard deviations with probability below 1e-300.  Boost fails
	 * on very large noncentralities.
	 */
	if (noncentrality > critical * (1 + 40 / std::sqrt(2 * df)) + 40)
		return 1;

	if (noncentrality == 0)
		return alpha;

	/* Boost's tails can be below 0 by rounding */
	if (df > 1000)
	{
		power = LargeNoncentralT(critical, df, noncentrality);
		if (two_sided)
			power += LargeNoncentralT(critical, df, -noncentrality);
	}
	else if (noncentrality > 40)
		/* the lower tail is nothing then */
		power = FarNoncentralT(critical, df, noncentrality);
	else
	{
		NoncentralT distribution(df, noncentrality);

		power = cdf(complement(distribution, critical));
		if (two_sided)
			power += cdf(distribution, -critical);
	}
	return std::isnan(power) ? power : std::fmin(std::fmax(power, 0.0), 1.0);
}

} /* namespace */

/*
 * P(T > t) of Student's t with df > 0 degrees of freedom, not necessarily
 * whole.
 */
double
AbStudentTUpperTail(double t, double df)
{
	if (std::isnan(t) || !(df > 0))
		return not_a_number;
	return Guard([=] { return cdf(complement(StudentT(df), t)); });
}

/*
 * The t whose upper tail is q, 0 < q < 1.
 */
double
AbStudentTUpperQuantile(double q, double df)
{
	if (!(q > 0 && q < 1) || !(df > 0))
		return not_a_number;
	return Guard([=] {
		/* Boost's quantile is wrong that far out */
		if (q < 1e-100)
			return FarStudentTQuantile(q, df);
		return quantile(complement(StudentT(df), q));
	});
}

/*
 * P(Z > z) of the standard normal distribution.
 */
double
AbNormalUpperTail(double z)
{
	if (std::isnan(z))
		return not_a_number;
	return Guard([=] { return cdf(complement(Normal(), z)); });
}

/*
 * The z whose upper tail is q, 0 < q < 1.
 */
double
AbNormalUpperQuantile(double q)
{
	if (!(q > 0 && q < 1))
		return not_a_number;
	return Guard([=] { return NormalUpperQuantile(q); });
}

/*
 * P(X > x) of chi-square with df > 0 degrees of freedom; 1 for x < 0.
 */
double
AbChiSquareUpperTail(double x, double df)
{
	if (std::isnan(x) || !(df > 0) || !std::isfinite(df))
		return not_a_number;
	if (x <= 0)
		return 1;
	return Guard([=] { return cdf(complement(ChiSquare(df), x)); });
}

/*
 * P(F > f) of the F distribution with df1, df2 > 0 degrees of freedom, not
 * necessarily whole; 1 for f < 0.
 */
double
AbFUpperTail(double f, double df1, double df2)
{
	if (std::isnan(f) || !(df1 > 0) || !(df2 > 0) ||
		!std::isfinite(df1) || !std::isfinite(df2))
		return not_a_number;
	if (f <= 0)
		return 1;
	return Guard([=] { return cdf(complement(FisherF(df1, df2), f)); });
}

/*
 * P(X >= k) of n trials with probability p in [0, 1].
 */
double
AbBinomialUpperTail(double k, double n, double p)
{
	if (!(n >= 0) || !(p >= 0 && p <= 1) || std::isnan(k))
		return not_a_number;
	if (k <= 0)
		return 1;
	if (k > n)
		return 0;
	return Guard([=] { return cdf(complement(Binomial(n, p), k - 1)); });
}

/*
 * P(X <= k) of n trials with probability p in [0, 1].
 */
double
AbBinomialLowerTail(double k, double n, double p)
{
	if (!(n >= 0) || !(p >= 0 && p <= 1) || std::isnan(k))
		return not_a_number;
	if (k < 0)
		return 0;
	if (k >= n)
		return 1;
	return Guard([=] { return cdf(Binomial(n, p), k); });
}

/*
 * P(X = k) of n trials with probability p in [0, 1].
 */
double
AbBinomialProbability(double k, double n, double p)
{
	if (!(n >= 0) || !(p >= 0 && p <= 1) || std::isnan(k))
		return not_a_number;
	if (k < 0 || k > n)
		return 0;
	return Guard([=] { return pdf(Binomial(n, p), k); });
}

/*
 * P(X >= k) of a Poisson count with that mean >= 0.
 */
double
AbPoissonUpperTail(double k, double mean)
{
	if (!(mean >= 0) || std::isnan(k))
		return not_a_number;
	if (k <= 0)
		return 1;
	return Guard([=] { return boost::math::gamma_p(k, mean, Policy()); });
}

/*
 * P(X <= k) of a Poisson count with that mean >= 0.
 */
double
AbPoissonLowerTail(double k, double mean)
{
	if (!(mean >= 0) || std::isnan(k))
		return not_a_number;
	if (k < 0)
		return 0;
	return Guard([=] { return boost::math::gamma_q(k + 1, mean, Policy()); });
}

/*
 * P(X <= x) of the beta distribution with a, b > 0, x in [0, 1].
 */
double
AbBetaLowerTail(double x, double a, double b)
{
	if (!(x >= 0 && x <= 1) || !(a > 0) || !(b > 0))
		return not_a_number;
	return Guard([=] { return boost::math::ibeta(a, b, x, Policy()); });
}

/*
 * P(X > x) of the beta distribution with a, b > 0, x in [0, 1].
 */
double
AbBetaUpperTail(double x, double a, double b)
{
	if (!(x >= 0 && x <= 1) || !(a > 0) || !(b > 0))
		return not_a_number;
	return Guard([=] { return boost::math::ibetac(a, b, x, Policy()); });
}

/*
 * A root of f in [low, high], at whose ends it has different signs, to full
 * precision; NaN if it has not.
 */
double
AbFindRoot(AbFunction f, void *context, double low, double high)
{
	return Guard([=] {
		auto near = boost::math::tools::eps_tolerance<double>(52);

		if (f(low, context) <= 0)
			return Solve([=](double x) { return f(x, context); },
						 low, high, near);
		return Solve([=](double x) { return -f(x, context); }, low, high, near);
	});
}

/*
 * The maximum of a unimodal f in [low, high] (Brent).
 */
double
AbFindMaximum(AbFunction f, void *context, double low, double high)
{
	return Guard([=] {
		return -boost::math::tools::brent_find_minima([=](double x) {
			return -f(x, context);
		}, low, high, 40)
					.second;
	});
}

/*
 * Integral of f over [low, high], either of which may be infinite, by
 * adaptive Gauss-Kronrod quadrature to about 1e-12.
 */
double
AbIntegrate(AbFunction f, void *context, double low, double high)
{
	return Guard([=] {
		return boost::math::quadrature::gauss_kronrod<double, 31, Policy>::integrate(
			[=](double x) { return f(x, context); }, low, high, 12, 1e-12);
	});
}

/*
 * Power of the pooled two-sample t-test: n observations in the first group,
 * ratio * n in the second, a difference of `effect` > 0 standard deviations
 * (in the direction tested, if one-sided).  Exact, by the noncentral t with
 * n (1 + ratio) - 2 degrees of freedom, at least 1, and noncentrality
 * effect sqrt(n ratio / (1 + ratio)); both tails if two-sided.
 *
 * J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 2nd ed.,
 * 1988, chapter 2; the same as statsmodels' TTestIndPower.
 */
double
AbTTestPower(double n, double ratio, double effect, double alpha,
			 int two_sided)
{
	return Guard([=] { return Power(n, ratio, effect, alpha, two_sided); });
}

/*
 * The smallest whole n >= 2 in the first group, with at least one degree of
 * freedom, whose power is at least `power`; NaN if that is more than 2^53.
 */
double
AbTTestSampleSize(double effect, double ratio, double alpha, double power,
				  int two_sided)
{
	return Guard([=] {
		auto enough = [=](double n) {
			return Power(n, ratio, effect, alpha, two_sided) >= power;
		};
		auto same_size = [](double a, double b) {
			return std::ceil(a) == std::ceil(b);
		};

		/* the normal approximation is nearly always within one percent */
		double z = NormalUpperQuantile(two_sided ? alpha / 2 : alpha) -
			NormalUpperQuantile(power);
		double guess = z * z * (1 + 1 / ratio) / (effect * effect);

		if (!(guess < largest_size))
			return not_a_number;

		const double smallest = std::fmax(2, std::ceil(3 / (1 + ratio)));
		double low = std::fmax(smallest, std::floor(guess * 0.99));
		double high = std::fmax(smallest + 1, std::ceil(guess * 1.01) + 3);

		while (enough(low))
		{
			if (low == smallest)
				return low;
			high = low;
			low = std::fmax(smallest, std::floor(low / 2));
		}
		while (!enough(high))
		{
			low = high;
			high *= 2;
			if (!(high < 4 * largest_size))
				return not_a_number;
		}

		double n = std::ceil(Solve([=](double x) {
			return Power(x, ratio, effect, alpha, two_sided) - power;
		}, low, high, same_size));

		/* the last bits of two powers can be in the wrong order: step once */
		if (n > smallest && enough(n - 1))
			n--;
		else if (!enough(n))
			n++;
		return n;
	});
}

/*
 * The effect, in standard deviations, that n and ratio * n observations detect
 * with that power > alpha.
 */
double
AbTTestEffect(double n, double ratio, double alpha, double power,
			  int two_sided)
{
	return Guard([=] {
		double scale = std::sqrt((1 + ratio) / (n * ratio));
		double high = scale;

		for (;;)
		{
			double reached = Power(n, ratio, high, alpha, two_sided);

			if (reached >= power)
				break;
			high *= 2;
			if (std::isnan(reached) || !std::isfinite(high))
				return not_a_number;
		}
		return Solve([=](double effect) {
			return Power(n, ratio, effect, alpha, two_sided) - power;
		}, 0, high, boost::math::tools::eps_tolerance<double>(52));
	});
}
