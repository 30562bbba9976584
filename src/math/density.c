/*
 * density.c
 *	  Integrals of densities of which only the logarithm can be computed, up to
 *	  a constant.
 *
 * The range is halved until the rule of 16 points gives the same for a panel
 * and for its halves, relative to the panel itself: so tails keep their
 * relative accuracy, too.
 */
#include "math/density.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Panels at most; a density that needs more is given up. */
#define MAX_PANELS	20000

/* A panel is halved at most this often. */
#define MAX_HALVINGS	50

/*
 * Halves may differ from their panel by this, relatively, and by what rounding
 * makes of the logarithm and of the point it is taken at.
 */
#define TOLERANCE	1e-14
#define ROUNDING	1e-15

/* Points by which a maximum is found, and placed around it. */
#define REFINEMENTS	100
#define PEAK_POINTS	12

static int
CompareDoubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return x < y ? -1 : x > y ? 1 : 0;
}

static double
LogAt(const AbDensity *density, double x)
{
	double		value = density->log_density(x, density->context) -
		density->norm;

	return isnan(value) ? -INFINITY : value;
}

/*
 * Fill in the panel from low to high.
 */
static AbDensityPanel
MakePanel(const AbDensity *density, double low, double high)
{
	AbDensityPanel panel = {.low = low, .high = high};

	for (int i = 0; i < AB_LEGENDRE_POINTS; i++)
	{
		panel.density[i] = exp(LogAt(density, AbDensityNode(&panel, i)));
		panel.mass += ab_legendre.weight[i] * panel.density[i];
	}
	panel.mass *= (high - low) / 2;
	return panel;
}

/*
 * The highest point, looked for from the highest of some, and about how wide the
 * peak is.
 */
static double
FindPeak(const AbDensity *density, const double *points, int count,
		 double *width)
{
	int			best = 0;
	double		low;
	double		high;
	double		peak;
	double		top;

	for (int i = 1; i < count; i++)
		if (LogAt(density, points[i]) > LogAt(density, points[best]))
			best = i;
	low = points[best > 0 ? best - 1 : 0];
	high = points[best + 1 < count ? best + 1 : best];
	for (int i = 0; i < REFINEMENTS; i++)
	{
		double		a = low + (high - low) / 3;
		double		b = high - (high - low) / 3;

		if (LogAt(density, a) < LogAt(density, b))
			low = a;
		else
			high = b;
	}
	peak = (low + high) / 2;
	if (LogAt(density, points[best]) > LogAt(density, peak))
		peak = points[best];

	/* from where it is flat to a double on */
	top = LogAt(density, peak);
	*width = fmax(fabs(peak), points[count - 1] - points[0]) * 1e-16;
	while (LogAt(density, peak + *width) > top - 0.5 &&
		   LogAt(density, peak - *width) > top - 0.5 &&
		   *width < points[count - 1] - points[0])
		*width *= 2;
	return peak;
}

/*
 * Divide a panel as far as needed, and append the parts, the leftmost first.
 * Returns false if there are too many.
 */
static bool
AppendPanels(AbDensity *density, AbDensityPanel whole)
{
	AbDensityPanel stack[MAX_HALVINGS + 2];
	int			halvings[MAX_HALVINGS + 2];
	int			depth = 1;

	stack[0] = whole;
	halvings[0] = 0;
	while (depth > 0)
	{
		AbDensityPanel panel = stack[--depth];
		double		middle = panel.low + (panel.high - panel.low) / 2;
		AbDensityPanel left = MakePanel(density, panel.low, middle);
		AbDensityPanel right = MakePanel(density, middle, panel.high);
		double		both = left.mass + right.mass;
		double		first = fabs(log(left.density[0]));
		double		last = fabs(log(right.density[AB_LEGENDRE_POINTS - 1]));
		double		slope = fabs(first - last) / (panel.high - panel.low);
		double		rounding = ROUNDING *
			(fabs(density->norm) + fmin(first, last) +
			 slope * fmax(fabs(panel.low), fabs(panel.high)));
		int			done = halvings[depth];

		if (density->count + 2 > MAX_PANELS)
			return false;
		if (!(fabs(both - panel.mass) > (TOLERANCE + rounding) * both) ||
			done == MAX_HALVINGS)
		{
			density->panels[density->count++] = left;
			density->panels[density->count++] = right;
		}
		else
		{
			halvings[depth] = done + 1;
			stack[depth++] = right;
			halvings[depth] = done + 1;
			stack[depth++] = left;
		}
	}
	return true;
}

/*
 * Set up a density on the range from the lowest to the highest of some points,
 * count >= 2, at least one of them where the density is not negligible; it is
 * smooth between two of them, and not flat.  Returns false, and has nothing to
 * release, if that does not succeed; else AbFreeDensity() releases its memory.
 */
bool
AbMakeDensity(AbDensity *density, AbLogDensity log_density,
			  const void *context, const double *points, int count,
			  const AbWork *work)
{
	int			all = count + 2 * PEAK_POINTS + 1;
	double	   *at = (double *) work->allocate(all * sizeof(double));
	double		total = 0;
	double		width;
	double		peak;
	bool		good = true;

	memset(density, 0, sizeof(AbDensity));
	density->log_density = log_density;
	density->context = context;
	density->work = work;
	density->panels = (AbDensityPanel *)
		work->allocate(MAX_PANELS * sizeof(AbDensityPanel));

	memcpy(at, points, count * sizeof(double));
	qsort(at, count, sizeof(double), CompareDoubles);
	peak = FindPeak(density, at, count, &width);
	density->norm = log_density(peak, context);
	all = count;
	at[all++] = peak;
	for (int i = 0; i < PEAK_POINTS; i++)
		for (int side = -1; side <= 1; side += 2)
		{
			double		x = peak + side * ldexp(width, i - 1);

			if (x > at[0] && x < at[count - 1])
				at[all++] = x;
		}
	qsort(at, all, sizeof(double), CompareDoubles);

	for (int i = 1; i < all && good; i++)
	{
		AbDensityPanel panel;

		work->poll();
		if (!(at[i] > at[i - 1]))
			continue;
		panel = MakePanel(density, at[i - 1], at[i]);
		good = isfinite(panel.mass) && AppendPanels(density, panel);
	}
	work->release(at);

	for (int i = 0; i < density->count; i++)
		total += density->panels[i].mass;
	if (!good || !(total > 0) || !isfinite(total))
	{
		AbFreeDensity(density);
		return false;
	}
	density->norm += log(total);
	for (int i = 0; i < density->count; i++)
	{
		AbDensityPanel *panel = &density->panels[i];

		panel->mass /= total;
		for (int j = 0; j < AB_LEGENDRE_POINTS; j++)
			panel->density[j] /= total;
	}
	return true;
}

void
AbFreeDensity(AbDensity *density)
{
	density->work->release(density->panels);
}

/*
 * Probability between two ends, which may be infinite.
 */
double
AbDensityMass(const AbDensity *density, double low, double high)
{
	double		sum = 0;

	for (int i = 0; i < density->count; i++)
	{
		const AbDensityPanel *panel = &density->panels[i];
		double		from = fmax(panel->low, low);
		double		to = fmin(panel->high, high);

		if (from == panel->low && to == panel->high)
			sum += panel->mass;
		else if (from < to)
			sum += MakePanel(density, from, to).mass;
	}
	return sum;
}

/*
 * The point beyond which that probability is, 0 < tail < 1, above or else below.
 */
double
AbDensityQuantile(const AbDensity *density, double tail, bool upper)
{
	int			side = upper ? 1 : -1;
	int			i = upper ? density->count - 1 : 0;
	int			last = upper ? 0 : density->count - 1;
	double		beyond = 0;
	double		outer;
	double		inner;
	double		x;

	while (i != last && beyond + density->panels[i].mass < tail)
	{
		beyond += density->panels[i].mass;
		i -= side;
	}
	outer = upper ? density->panels[i].high : density->panels[i].low;
	inner = upper ? density->panels[i].low : density->panels[i].high;

	/* Newton's method for the log of the tail, kept inside the panel */
	x = (inner + outer) / 2;
	for (int step = 0; step < 100; step++)
	{
		double		found = beyond + fabs(MakePanel(density, x, outer).mass);
		double		next = x + side * log(found / tail) * found /
			exp(LogAt(density, x));

		if (found > tail)
			inner = x;
		else
		{
			outer = x;
			beyond = found;
		}
		if (!((next - inner) * side >= 0 && (outer - next) * side >= 0))
			next = (inner + outer) / 2;
		if (fabs(next - x) <= 1e-15 * fabs(x) || next == x)
			return next;
		x = next;
	}
	return x;
}
