/*
 * dunnett.c
 *	  The distribution of the largest of several comparisons with one control.
 *
 * The i-th comparison is T(i) = X(i) / S, where S^2 is chi-square over its
 * degrees of freedom and the X(i) are standard normal, correlated by the
 * control that they share.  With v(i) the variance of the i-th treatment's
 * mean and v(0) the control's,
 *
 *	X(i) = a(i) Z + b(i) Y(i),	a(i)^2 = v(0) / (v(0) + v(i)) = 1 - b(i)^2,
 *
 * all of Z, Y(1), Y(2) .. independent.  So given Z = z the X(i) are, and
 *
 *	H(x) = P(max X(i) > x) = integral phi(z) (1 - prod (1 - q(i))) dz,
 *	q(i) = P(X(i) > x | z) = Phi((a(i) z - x) / b(i)),
 *	P(max T(i) > t) = integral of H(t s) over the density of S,
 *
 * with |X(i)| and both tails in q(i) if two-sided.  Both integrands are smooth
 * and positive: fixed rules give about 1e-12 relative down to the smallest
 * double, and always the same result.  (The usual randomised rules give three
 * digits.)  H depends neither on t nor on the degrees of freedom, so it is
 * computed once, as an interpolating polynomial of log H for each unit of x
 * that is asked for.
 *
 * References:
 *	C. W. Dunnett, A Multiple Comparison Procedure for Comparing Several
 *	Treatments with a Control, J. American Statistical Association 50 (1955),
 *	1096-1121.
 *	C. W. Dunnett, New Tables for Multiple Comparisons with a Control,
 *	Biometrics 20 (1964), 482-491.
 *	M. Hasler, L. A. Hothorn, Multiple Contrast Tests in the Presence of
 *	Heteroscedasticity, Biometrical J. 50 (2008), 793-800.
 */
#include "math/dunnett.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "math/distributions.h"
#include "math/legendre.h"

/*
 * Range of x: below it H is 1, above it 0, as far as a double can tell.  The
 * panels of the table are one wide; the one of [0, 1) may be divided further,
 * by halving towards 0.
 */
#define LOWEST_X	(-9)
#define HIGHEST_X	37
#define WHOLE_PANELS	(HIGHEST_X - LOWEST_X)
#define MAX_HALVINGS	40
#define PANELS		(WHOLE_PANELS + MAX_HALVINGS + 1)

/* Points of a panel */
#define POINTS		24

/* Exponents this far below the largest contribute nothing. */
#define NEGLIGIBLE	42

/* Treatments with the same correlations. */
typedef struct Correlate
{
	double		control;		/* a: share of the control, a root */
	double		own;			/* b */
	double		count;
} Correlate;

struct AbDunnett
{
	const AbWork *work;
	AbAlternative alternative;
	bool		two_sided;
	bool		known;			/* no variance is NaN */
	bool		interruptible;	/* not within a call from C++ */
	double		missing;		/* the x whose panel such a call lacked */
	int			comparisons;
	int			groups;
	Correlate  *group;
	double		narrowest;		/* smallest own > 0 */
	int			halvings;		/* of the panel of [0, 1) */
	double	   *panels[PANELS]; /* Chebyshev coefficients of log H, or NULL */
};

static int
CompareDoubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return x < y ? -1 : x > y ? 1 : 0;
}

/*
 * Arms of one size have one factor between them, raised to a power.
 */
static void
GroupTreatments(AbDunnett *dunnett, double control_variance,
				const double *sorted)
{
	for (int i = 0; i < dunnett->comparisons; i++)
	{
		Correlate  *group = &dunnett->group[dunnett->groups];
		double		total = control_variance + sorted[i];

		if (i > 0 && sorted[i] == sorted[i - 1])
		{
			group[-1].count++;
			continue;
		}
		group->control = sqrt(control_variance / total);
		group->own = sqrt(sorted[i] / total);
		group->count = 1;
		if (group->own > 0)
			dunnett->narrowest = fmin(dunnett->narrowest, group->own);
		dunnett->groups++;
	}
}

/*
 * Set up the distribution for count > 0 comparisons of means from the
 * variances of these means, the control's and each treatment's, of which no
 * two compared are both 0.  They are in any unit, as only their ratios matter;
 * if one is NaN, so is what the functions below make of it.  The caller gives
 * it to AbFreeDunnett() in the end.
 */
AbDunnett *
AbMakeDunnett(double control_variance, const double *treatment_variances,
			  int count, AbAlternative alternative, const AbWork *work)
{
	AbDunnett  *dunnett = (AbDunnett *) work->allocate(sizeof(AbDunnett));
	double	   *sorted = (double *) work->allocate(count * sizeof(double));

	memset(dunnett, 0, sizeof(AbDunnett));
	dunnett->work = work;
	dunnett->alternative = alternative;
	dunnett->two_sided = alternative == AB_TWO_SIDED;
	dunnett->comparisons = count;
	dunnett->group = (Correlate *) work->allocate(count * sizeof(Correlate));
	dunnett->narrowest = 1;

	dunnett->known = !isnan(control_variance);
	for (int i = 0; i < count; i++)
		dunnett->known &= !isnan(treatment_variances[i]);
	if (dunnett->known)
	{
		memcpy(sorted, treatment_variances, count * sizeof(double));
		qsort(sorted, count, sizeof(double), CompareDoubles);
		GroupTreatments(dunnett, control_variance, sorted);
	}
	work->release(sorted);

	/*
	 * Several |X| that are nearly the same are all below x with a probability
	 * like x, until x is as small as what distinguishes them.
	 */
	if (dunnett->two_sided && dunnett->narrowest < 0.5)
		dunnett->halvings = (int) fmin(ceil(-log2(dunnett->narrowest)),
									   MAX_HALVINGS);
	return dunnett;
}

/*
 * Release the distribution and all its memory.
 */
void
AbFreeDunnett(AbDunnett *dunnett)
{
	const AbWork *work = dunnett->work;

	for (int i = 0; i < PANELS; i++)
		if (dunnett->panels[i] != NULL)
			work->release(dunnett->panels[i]);
	work->release(dunnett->group);
	work->release(dunnett);
}

/*
 * Phi(-u / b), also for b = 0.
 */
static inline double
UpperTail(double u, double b)
{
	if (b == 0)
		return u < 0;
	return 0.5 * erfc(u / b * M_SQRT1_2);
}

/*
 * 1 - prod (1 - q(i)) at z, without its cancellation where all q are small.
 */
static double
AnyExceeds(const AbDunnett *dunnett, double x, double z)
{
	double		none = 0;		/* log of the probability */

	for (int i = 0; i < dunnett->groups; i++)
	{
		const Correlate *group = &dunnett->group[i];
		double		q = UpperTail(x - group->control * z, group->own);

		if (dunnett->two_sided)
			q += UpperTail(x + group->control * z, group->own);
		none += group->count * log1p(-fmin(q, 1));
	}
	return -expm1(none);
}

/*
 * Integral over [low, high] of phi(z) AnyExceeds(z), up to the factor of phi.
 */
static double
Piece(const AbDunnett *dunnett, double x, double low, double high)
{
	double		middle = (low + high) / 2;
	double		half = (high - low) / 2;
	double		sum = 0;

	for (int i = 0; i < AB_LEGENDRE_POINTS; i++)
	{
		double		z = middle + half * ab_legendre.x[i];

		sum += ab_legendre.weight[i] * exp(-z * z / 2) *
			AnyExceeds(dunnett, x, z);
	}
	return sum * half;
}

/*
 * H(x).  A treatment with nearly all the variance in the control makes a step
 * of width b near z = x, so pieces become finer towards there, by a half each,
 * as far as the steepest step needs.
 */
static double
MaximumTail(const AbDunnett *dunnett, double x)
{
	double		low = dunnett->two_sided ? 0 : LOWEST_X;
	double		high = sqrt(x * x + 80);	/* what is above is below 1e-17 H */
	double		coarse = dunnett->narrowest < 0.5 ? 1.25 : 2;
	double		fine = fmin(fmax(dunnett->narrowest, 1e-12), coarse);
	double		sum = 0;

	for (double z = x; z < high;)
	{
		double		next = fmin(z + fmin(fmax((z - x) / 2, fine), coarse), high);

		sum += Piece(dunnett, x, z, next);
		z = next;
	}
	for (double z = x; z > low;)
	{
		double		next = fmax(z - fmin(fmax((x - z) / 2, fine), coarse), low);

		sum += Piece(dunnett, x, next, z);
		z = next;
	}
	sum /= sqrt(2 * M_PI);
	return dunnett->two_sided ? 2 * sum : sum;
}

/*
 * Fill in that panel: the coefficients of the polynomial through log H at the
 * Chebyshev points.
 */
static double *
MakePanel(AbDunnett *dunnett, int panel, double low, double width)
{
	double	   *coefficients = (double *)
		dunnett->work->allocate(POINTS * sizeof(double));
	double		values[POINTS];

	for (int i = 0; i < POINTS; i++)
	{
		double		x = low + width *
			(0.5 + 0.5 * cos(M_PI * (i + 0.5) / POINTS));

		dunnett->work->poll();
		values[i] = log(fmin(MaximumTail(dunnett, x), 1));
	}
	for (int j = 0; j < POINTS; j++)
	{
		double		sum = 0;

		for (int i = 0; i < POINTS; i++)
			sum += values[i] * cos(M_PI * j * (i + 0.5) / POINTS);
		coefficients[j] = sum * (j == 0 ? 1 : 2) / POINTS;
	}
	dunnett->panels[panel] = coefficients;
	return coefficients;
}

/*
 * log H(x), by Clenshaw's recurrence.
 */
static double
LogMaximumTail(AbDunnett *dunnett, double x)
{
	int			panel;
	double		low;
	double		width = 1;
	double	   *coefficients;
	double		y;
	double		b1 = 0;
	double		b2 = 0;

	if (x < (dunnett->two_sided ? 0 : LOWEST_X))
		return 0;
	if (!(x < HIGHEST_X))
		return -INFINITY;

	low = floor(x);
	panel = (int) low - LOWEST_X;
	if (low == 0 && dunnett->halvings > 0)
	{
		/* [1/2, 1), [1/4, 1/2) .. and the rest */
		int			level = x > 0 ? -ilogb(x) - 1 : dunnett->halvings;

		if (level < dunnett->halvings)
			low = width = ldexp(1, -level - 1);
		else
		{
			level = dunnett->halvings;
			width = ldexp(1, -level);
		}
		panel = WHOLE_PANELS + level;
	}
	coefficients = dunnett->panels[panel];
	if (coefficients == NULL)
	{
		/* which takes memory and can be interrupted: not through C++ */
		if (!dunnett->interruptible)
		{
			dunnett->missing = x;
			return NAN;
		}
		coefficients = MakePanel(dunnett, panel, low, width);
	}

	y = 2 * ((x - low) / width) - 1;
	for (int j = POINTS - 1; j > 0; j--)
	{
		double		b = 2 * y * b1 - b2 + coefficients[j];

		b2 = b1;
		b1 = b;
	}
	return fmin(y * b1 - b2 + coefficients[0], 0);
}

/*
 * df (w - (exp(2 w) - 1) / 2): log of the density of w = log S up to a
 * constant.  The series keeps the digits that the subtraction loses near 0,
 * where large df puts all the weight.
 */
static double
LogDensityShape(double df, double w)
{
	double		term = 2 * w * w;
	double		sum = 0;

	if (fabs(w) > 0.05)
		return df * (w - expm1(2 * w) / 2);
	for (int k = 3; k < 14; k++)
	{
		sum += term;
		term *= 2 * w / k;
	}
	return -df * sum / 2;
}

/*
 * The constant: log of 2 a^a exp(-a) / Gamma(a), a = df / 2, by Stirling's
 * series where the terms would cancel.
 */
static double
LogDensityFactor(double df)
{
	double		a = df / 2;
	double		r = 1 / (a * a);

	if (a < 20)
		return M_LN2 + a * log(a) - a - lgamma(a);
	return M_LN2 + log(a / (2 * M_PI)) / 2 -
		(1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r / 1680))) / a;
}

static double
LogIntegrand(AbDunnett *dunnett, double t, double df, double w)
{
	double		shape = LogDensityShape(df, w);

	/* w can be too far out to ask for H */
	return shape < -800 ? -INFINITY :
		shape + LogMaximumTail(dunnett, t * exp(w));
}

/*
 * P(max T(i) > t) by the trapezoidal rule in w = log S; df may be infinite,
 * where S is 1.
 *
 * The integrand is analytic, has one maximum and falls off on both sides like
 * an exponential or faster, so halving the step squares the error.
 */
static double
MaximumTTail(AbDunnett *dunnett, double t, double df)
{
	/* where the normal tail alone would put the maximum, and its width */
	double		centre = t > 0 ? -log(hypot(1, t / sqrt(df))) : 0;
	double		step = fmin(1 / sqrt(2 * df), 0.5);
	double		largest = LogIntegrand(dunnett, t, df, centre);
	double		sum;
	int			first = 0;
	int			last = 0;

	if (isinf(df))
		return exp(LogMaximumTail(dunnett, t));
	if (isnan(largest))
		return NAN;
	if (largest == -INFINITY)
		return 0;

	/* falls by at least df a unit of w on the left, faster on the right */
	for (int side = -1; side <= 1; side += 2)
		for (int i = side; abs(i) < 10000; i += side)
		{
			double		value = LogIntegrand(dunnett, t, df, centre + i * step);

			if (isnan(value))
				return NAN;

			largest = fmax(largest, value);
			if (value < largest - NEGLIGIBLE)
				break;
			if (side < 0)
				first = i;
			else
				last = i;
		}

	sum = 0;
	for (int i = first; i <= last; i++)
		sum += exp(LogIntegrand(dunnett, t, df, centre + i * step) - largest);
	for (int halvings = 0; halvings < 10; halvings++)
	{
		double		between = 0;

		for (int i = first - 1; i <= last; i++)
			between += exp(LogIntegrand(dunnett, t, df,
										centre + (i + 0.5) * step) - largest);
		step /= 2;
		first = 2 * first - 1;
		last = 2 * last + 1;
		if (fabs(between - sum) <= 1e-7 * sum)
		{
			sum += between;
			break;
		}
		sum += between;
	}
	if (!isnan(dunnett->missing))
		return NAN;
	return exp(LogDensityFactor(df) + largest + log(sum * step));
}

/*
 * The adjusted p-value of a comparison with that t statistic and df > 0
 * degrees of freedom, whose p-value by itself is known: the probability that
 * the largest of all, if there is no effect, is as large.  NaN if one of the
 * three is.
 *
 * Between the p-value and Bonferroni's whatever rounding does.
 */
double
AbDunnettP(AbDunnett *dunnett, double statistic, double df, double p_value)
{
	double		t = dunnett->alternative == AB_TWO_SIDED ? fabs(statistic) :
		dunnett->alternative == AB_LESS ? -statistic : statistic;
	double		p;

	if (!dunnett->known || isnan(t) || isnan(df) || isnan(p_value))
		return NAN;
	if (dunnett->comparisons == 1)
		return p_value;
	dunnett->interruptible = true;
	dunnett->missing = NAN;
	p = MaximumTTail(dunnett, t, df);
	if (isnan(p))
		return NAN;
	return fmin(fmin(fmax(p, p_value), dunnett->comparisons * p_value), 1);
}

/* The equation for the critical value. */
typedef struct CriticalEquation
{
	AbDunnett  *dunnett;
	double		df;
	double		log_alpha;
} CriticalEquation;

static double
ExcessLogP(double t, void *context)
{
	CriticalEquation *equation = (CriticalEquation *) context;
	double		tail = MaximumTTail(equation->dunnett, t, equation->df);

	/* finite also where the tail underflows, but NaN ends the solver */
	if (isnan(tail))
		return NAN;
	return (tail > 0 ? log(tail) : -1e4) - equation->log_alpha;
}

/*
 * The t that the largest of all exceeds with probability alpha in (0, 1),
 * where each has df > 0 degrees of freedom; NaN if one of the two is.  It lies
 * between Student's t at alpha and at alpha over the number of comparisons.
 */
double
AbDunnettCritical(AbDunnett *dunnett, double df, double alpha)
{
	CriticalEquation equation = {dunnett, df, log(alpha)};
	double		low = AbCriticalT(df, dunnett->alternative, alpha);
	double		high = AbCriticalT(df, dunnett->alternative,
								   alpha / dunnett->comparisons);
	double		critical;

	if (!dunnett->known)
		return NAN;
	if (dunnett->comparisons == 1 || !isfinite(high))
		return high;

	/* so that rounding leaves the root inside */
	low -= 1e-9 * (1 + fabs(low));
	high += 1e-9 * (1 + fabs(high));

	/*
	 * The solver is C++, so a panel that it lacks ends it, is made here, and
	 * the search starts again: as often as there are panels, at most.
	 */
	for (;;)
	{
		double		missing;

		dunnett->interruptible = false;
		dunnett->missing = NAN;
		critical = AbFindRoot(ExcessLogP, &equation, low, high);
		missing = dunnett->missing;
		dunnett->interruptible = true;
		dunnett->missing = NAN;
		if (isnan(missing))
			break;
		(void) LogMaximumTail(dunnett, missing);
	}

	/* out of the range of double: Bonferroni's is safe */
	return isfinite(critical) ? critical : high;
}
