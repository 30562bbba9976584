/*
 * posterior_pair.c
 *	  The difference and the ratio of two rates or counts per exposure, a
 *	  posteriori.
 *
 * The probability that the treatment exceeds the control by more than x is
 *
 *	integral f(y) S(y + x) dy  or  integral f(y) S((1 + x) y) dy,
 *
 * f the control's density and S the treatment's upper tail, and likewise with
 * the lower tail.  A quantile is the x at which it is a given number, by Newton's
 * method on its logarithm.
 *
 * The integral is over the control's panels, divided further where panels of the
 * treatment begin at y + x or (1 + x) y, and near the points where that leaves
 * the range of a rate: there the integrand bends, or has singularities nearby.
 */
#include "math/posterior_pair.h"

#include <math.h>
#include <stdlib.h>

#include "math/distributions.h"
#include "math/legendre.h"

/*
 * A panel of the treatment may reach over many orders of magnitude of its
 * distance from the end of the range of rates, which on the control's scale, where
 * that is a point like others, is a power with a singularity: there it is divided
 * into pieces of that width.  Further out than LAST_PIECE nothing can be told
 * from the end.
 */
#define PIECE		1.25
#define LAST_PIECE	60

/* Panels beside such a point, each twice as wide as the one before it. */
#define CORNER_PANELS	10

/* Points added at most: zero, and those around two corners. */
#define CORNER_POINTS	(2 * (2 * CORNER_PANELS + 1))

/*
 * Beyond, a ratio is out of the range of double; it is found on the log scale.
 */
#define LARGEST_LOG_RATIO	700

/* A shift of the control: by x, which is a difference or the log of a ratio. */
typedef struct Shift
{
	AbContrast	contrast;
	double		x;
	double		lift;			/* of a ratio: expm1(x) */
	double		ratio;			/* exp(x) */
	double		apart;			/* the shifted control's mean, less the
								 * treatment's */
} Shift;

/* The control at a point. */
typedef struct Rate
{
	double		value;
	double		rest;			/* 1 - value, of a binomial rate */
	double		excess;			/* of the value over that at the mode */
	double		slope;			/* derivative of the value by the point */
} Rate;

/* Where a point of the control is for the treatment. */
typedef struct Place
{
	double		h;				/* relative to the treatment's mode */
	double		by_control;		/* derivatives by the control's point and by x */
	double		by_x;
} Place;

/* Both tails at a shift. */
typedef struct Tails
{
	double		more;			/* P(treatment > shifted control) */
	double		less;
	double		density;		/* minus the derivative of more by x */
} Tails;

static double
TotalMass(const AbPosterior *p, const AbEdges *edges)
{
	double		total = 0;

	for (int i = 1; i < edges->count; i++)
		total += AbPosteriorMass(p, edges->at[i - 1], edges->at[i]);
	return total;
}

/*
 * About the standard deviation of the rate, or rate per exposure.
 */
static double
ValueSpread(const AbPosterior *p)
{
	return AbPosteriorSpread(p) * AbPosteriorSlope(p, 0);
}

/*
 * Into how many pieces a panel is divided.
 */
static int
Pieces(const AbPosterior *p, double low, double high)
{
	double		mode = p->model == AB_MODEL_BINOMIAL ? log(p->a / p->b) : 0;

	if (high + mode < -LAST_PIECE || low + mode > LAST_PIECE)
		return 1;
	return (int) ceil((high - low) / PIECE);
}

/*
 * Set up the comparison of two posteriors for tails of that probability or
 * more.  AbFreePair() releases its memory.
 */
void
AbMakePair(AbPosteriorPair *pair, const AbPosterior *control,
		   const AbPosterior *treatment, double smallest, const AbWork *work)
{
	double		depth = fmin(45 - log(smallest), AB_FULL_DEPTH);
	int			room = CORNER_POINTS + 1;

	/* points are those of the narrower one, of which no digit is to be lost */
	pair->flipped = ValueSpread(treatment) < ValueSpread(control);
	pair->control = pair->flipped ? *treatment : *control;
	pair->treatment = pair->flipped ? *control : *treatment;
	pair->work = work;
	pair->control_edges = AbPosteriorEdges(&pair->control, depth, work);
	pair->treatment_edges = AbPosteriorEdges(&pair->treatment, depth, work);
	pair->control_total = TotalMass(&pair->control, &pair->control_edges);
	pair->treatment_total = TotalMass(&pair->treatment, &pair->treatment_edges);
	room += pair->control_edges.count;
	for (int i = 1; i < pair->treatment_edges.count; i++)
		room += Pieces(&pair->treatment, pair->treatment_edges.at[i - 1],
					   pair->treatment_edges.at[i]);
	pair->points = (double *) work->allocate(room * sizeof(double));
}

void
AbFreePair(AbPosteriorPair *pair)
{
	pair->work->release(pair->points);
	pair->work->release(pair->control_edges.at);
	pair->work->release(pair->treatment_edges.at);
}

static Shift
MakeShift(const AbPosteriorPair *pair, AbContrast contrast, double x)
{
	double		apart = AbPosteriorDifference(&pair->control, &pair->treatment);
	Shift		shift = {contrast, x, 0, 1, apart + x};

	if (contrast == AB_CONTRAST_LIFT)
	{
		shift.lift = expm1(x);
		shift.ratio = exp(x);
		shift.apart = fma(shift.lift, AbPosteriorMean(&pair->control), apart);
	}
	return shift;
}

/*
 * The rate, or rate per exposure, at a point of the control.
 */
static Rate
RateAt(const AbPosterior *p, double h)
{
	double		m = AbPosteriorMean(p);
	double		r = p->b / (p->a + p->b);
	double		less = exp(-fabs(h));
	double		grown = fabs(h) < 1 ? expm1(-fabs(h)) : less - 1;
	Rate		rate;
	double		scale;

	if (p->model == AB_MODEL_POISSON)
	{
		rate.excess = m * expm1(h);
		rate.value = rate.slope = m * exp(h);
		rate.rest = INFINITY;
		return rate;
	}
	/* exp(h) or its inverse, whichever is less than 1 */
	if (h < 0)
	{
		scale = 1 / (r + m * less);
		rate.value = m * less * scale;
		rate.rest = r * scale;
		rate.excess = m * r * grown * scale;
	}
	else
	{
		scale = 1 / (m + r * less);
		rate.value = m * scale;
		rate.rest = r * less * scale;
		rate.excess = -m * r * grown * scale;
	}
	rate.slope = rate.value * rate.rest;
	return rate;
}

/*
 * Log of value / mean, given the excess of the value, also where that is nearly
 * all of it or nearly none.
 */
static double
LogRatio(double value, double mean, double excess)
{
	return fabs(excess) < mean / 2 ? log1p(excess / mean) :
		value > 0 ? log(value / mean) : -INFINITY;
}

/*
 * Where the shifted control is for the treatment.
 */
static Place
PlaceOf(const AbPosteriorPair *pair, const Shift *shift, double h)
{
	const AbPosterior *t = &pair->treatment;
	bool		ratio = shift->contrast == AB_CONTRAST_LIFT;
	Rate		rate = RateAt(&pair->control, h);
	double		value = ratio ? shift->ratio * rate.value : rate.value + shift->x;
	double		excess = shift->ratio * rate.excess + shift->apart;
	double		rest = 1;
	Place		place;

	if (t->model == AB_MODEL_POISSON)
	{
		if (ratio)
		{
			place.h = h + shift->x - AbPosteriorOffset(t, &pair->control);
			place.by_control = place.by_x = 1;
			return place;
		}
		place.h = LogRatio(value, AbPosteriorMean(t), excess);
	}
	else
	{
		rest = rate.rest - (ratio ? shift->lift * rate.value : shift->x);
		place.h = rest > 0 ?
			LogRatio(value, AbPosteriorMean(t), excess) -
			LogRatio(rest, t->b / (t->a + t->b), -excess) : INFINITY;
	}
	/* where the value has nearly underflowed, not by its inverse */
	place.by_control = ratio ? 1 / rest : rate.value / value / rest;
	if (t->model == AB_MODEL_BINOMIAL)
		place.by_control *= rate.rest;
	place.by_x = (ratio ? 1 : 1 / value) / rest;
	return place;
}

/*
 * The point of the control that is shifted to a point of the treatment, NaN if
 * there is none.
 */
static double
Unshift(const AbPosteriorPair *pair, const Shift *shift, double h)
{
	const AbPosterior *c = &pair->control;
	const AbPosterior *t = &pair->treatment;
	double		value = AbPosteriorValue(t, h);
	double		y = shift->contrast == AB_CONTRAST_LIFT ?
		value / shift->ratio : value - shift->x;

	if (!(y > 0))
		return NAN;
	if (c->model == AB_MODEL_POISSON)
		return log(y / AbPosteriorMean(c));
	return y < 1 ? log(y / (1 - y)) - log(c->a / c->b) : NAN;
}

static int
CompareDoubles(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return x < y ? -1 : x > y ? 1 : 0;
}

/*
 * Add a point and some around it, if it is one.
 */
static int
AddCorner(double *points, int count, double at)
{
	if (!isfinite(at))
		return count;
	points[count++] = at;
	for (int i = 0; i < CORNER_PANELS; i++)
	{
		points[count++] = at - ldexp(1, i);
		points[count++] = at + ldexp(1, i);
	}
	return count;
}

/*
 * Where the panels of the integral begin and end.  Returns how many points.
 */
static int
SharePanels(AbPosteriorPair *pair, const Shift *shift)
{
	const AbEdges *edges = &pair->control_edges;
	double		low = edges->at[0];
	double		high = edges->at[edges->count - 1];
	double	   *points = pair->points;
	int			count = 0;
	int			kept = 0;
	double		mode = log(pair->control.a / pair->control.b);
	const AbEdges *other = &pair->treatment_edges;
	double		size = fabs(shift->contrast == AB_CONTRAST_LIFT ? shift->lift :
							shift->x);

	for (int i = 0; i < edges->count; i++)
		points[count++] = edges->at[i];
	for (int i = 0; i < other->count; i++)
	{
		int			pieces = i == 0 ? 1 :
			Pieces(&pair->treatment, other->at[i - 1], other->at[i]);

		for (int j = 1; j <= pieces; j++)
			points[count++] =
				Unshift(pair, shift, i == 0 ? other->at[0] :
						other->at[i - 1] + (other->at[i] - other->at[i - 1]) * j / pieces);
	}
	if (pair->control.model == AB_MODEL_POISSON)
	{
		if (shift->contrast == AB_CONTRAST_DIFFERENCE)
			count = AddCorner(points, count, log(size) - mode);
	}
	else if (shift->contrast == AB_CONTRAST_LIFT)
		count = AddCorner(points, count, -log(size) - mode);
	else
	{
		double		corner = log(size) - log1p(shift->x > 0 ? size : -size);

		count = AddCorner(points, count, corner - mode);
		corner = log(size) - log1p(shift->x > 0 ? -size : size);
		count = AddCorner(points, count, -corner - mode);
	}

	/* those within the control's panels; NaN is not */
	for (int i = 0; i < count; i++)
		if (points[i] >= low && points[i] <= high)
			points[kept++] = points[i];
	qsort(points, kept, sizeof(double), CompareDoubles);
	return kept;
}

/*
 * What of the treatment is less than a point, or more, of its total.
 */
static double
TreatmentTail(const AbPosteriorPair *pair, double h, bool more)
{
	const AbEdges *edges = &pair->treatment_edges;
	double		sum = 0;

	for (int i = 1; i < edges->count; i++)
	{
		double		low = edges->at[i - 1];
		double		high = edges->at[i];

		if (more)
			low = fmax(low, h);
		else
			high = fmin(high, h);
		if (low < high)
			sum += AbPosteriorMass(&pair->treatment, low, high);
	}
	return sum;
}

/*
 * Both tails at a shift of the narrower one.
 */
static Tails
TailsOfNarrower(AbPosteriorPair *pair, const AbLegendreThrough *matrix,
				AbContrast contrast, double x)
{
	Shift		shift = MakeShift(pair, contrast, x);
	int			count = SharePanels(pair, &shift);
	double	   *points = pair->points;
	double		last = TreatmentTail(pair,
									 PlaceOf(pair, &shift, points[count - 1]).h,
									 true);
	double		scale = 1 / (pair->control_total * pair->treatment_total);
	double		behind = 0;		/* of the control, in the panels before */
	double		before = PlaceOf(pair, &shift, points[0]).h;
	double		less = TreatmentTail(pair, before, false);
	Tails		tails = {0, 0, 0};

	/*
	 * P(less) sums up, over the control, what of the treatment is less;
	 * P(more) over the treatment, what of the control is less: both from the
	 * left.  What of the treatment is beyond the control's last point is more
	 * than all of it.
	 */
	for (int i = 1; i < count; i++)
	{
		double		half = (points[i] - points[i - 1]) / 2;
		double		f[AB_LEGENDRE_POINTS];
		double		g[AB_LEGENDRE_POINTS];
		double		sum_f = 0;
		double		sum_g = 0;
		double		here = PlaceOf(pair, &shift, points[i]).h;
		double		lump = 0;

		if (!(half > 0))
			continue;
		for (int j = 0; j < AB_LEGENDRE_POINTS; j++)
		{
			double		h = points[i - 1] + half * (1 + ab_legendre.x[j]);
			Place		place = PlaceOf(pair, &shift, h);
			double		weight = half * ab_legendre.weight[j];
			double		density;

			f[j] = exp(AbPosteriorLog(&pair->control, h));
			g[j] = 0;
			density = isfinite(place.h) ?
				exp(AbPosteriorLog(&pair->treatment, place.h)) : 0;
			if (density > 0)
			{
				g[j] = density * place.by_control;
				tails.density += weight * f[j] * density * place.by_x;
			}
			sum_f += weight * f[j];
			sum_g += weight * g[j];
		}
		for (int j = 0; j < AB_LEGENDRE_POINTS; j++)
		{
			double		weight = half * ab_legendre.weight[j];
			double		f_before = 0;
			double		g_before = 0;

			for (int k = 0; k < AB_LEGENDRE_POINTS; k++)
			{
				f_before += matrix->through[j][k] * f[k];
				g_before += matrix->through[j][k] * g[k];
			}
			tails.less += weight * f[j] * (less + half * fmax(g_before, 0));
			tails.more += weight * g[j] * (behind + half * fmax(f_before, 0));
		}
		less += sum_g;
		behind += sum_f;

		/*
		 * Near the end of the range of rates much of the treatment may be too
		 * near to it to be told from it on the control's scale.
		 */
		if (isinf(before) && isfinite(here))
			lump = TreatmentTail(pair, here, false) - sum_g;
		else if (isinf(here) && isfinite(before))
			lump = TreatmentTail(pair, before, true) - sum_g;
		less += lump;
		tails.more += lump * behind;
		before = here;
	}
	tails.more += last * behind;
	tails.less *= scale;
	tails.more *= scale;
	tails.density *= scale;
	return tails;
}

/*
 * Both tails at a shift of the control.
 */
static Tails
TailsAt(AbPosteriorPair *pair, const AbLegendreThrough *matrix,
		AbContrast contrast, double x)
{
	Tails		tails;
	double		more;

	if (!pair->flipped)
		return TailsOfNarrower(pair, matrix, contrast, x);
	tails = TailsOfNarrower(pair, matrix, contrast, -x);
	more = tails.less;
	tails.less = tails.more;
	tails.more = more;
	return tails;
}

/*
 * Log of one tail, less that of the number it is to be, and its derivative.
 */
static double
Miss(AbPosteriorPair *pair, const AbLegendreThrough *matrix,
	 AbContrast contrast, double tail, bool upper, double x, double *slope)
{
	Tails		tails = TailsAt(pair, matrix, contrast, x);
	double		found = upper ? tails.more : tails.less;

	*slope = (upper ? -1 : 1) * tails.density / found;
	/* what underflows is far too little */
	return found > 0 ? log(found / tail) : -AB_FULL_DEPTH;
}

/*
 * The difference or lift of which that probability, 0 < tail < 1, is above, or
 * else below; infinite where it is too large for double precision.
 */
double
AbPairQuantile(AbPosteriorPair *pair, AbContrast contrast, double tail,
			   bool upper)
{
	AbLegendreThrough matrix;
	bool		ratio = contrast == AB_CONTRAST_LIFT;
	bool		rate = pair->control.model == AB_MODEL_BINOMIAL;
	double		most = ratio ? LARGEST_LOG_RATIO : rate ? 1 : HUGE_VAL;
	double		side = upper ? 1 : -1;
	double		low = -most;	/* the tail is too large at low if upper */
	double		high = most;
	const AbPosterior *control = pair->flipped ? &pair->treatment : &pair->control;
	const AbPosterior *treatment = pair->flipped ? &pair->control : &pair->treatment;
	double		c = AbPosteriorMean(control);
	double		t = AbPosteriorMean(treatment);
	double		spread;
	double		step;
	double		x;

	AbFillLegendreThrough(&matrix);
	/* as if the difference, or the log of the ratio, were normal */
	if (ratio)
	{
		spread = hypot(ValueSpread(control) / c, ValueSpread(treatment) / t);
		x = log(t / c);
	}
	else
	{
		spread = hypot(ValueSpread(control), ValueSpread(treatment));
		x = AbPosteriorDifference(treatment, control);
	}
	x += side * AbNormalUpperQuantile(tail) * spread;
	step = spread;
	x = fmin(fmax(x, -0.9 * most), 0.9 * most);

	for (int i = 0; i < 200; i++)
	{
		double		slope;
		double		miss = Miss(pair, &matrix, contrast, tail, upper, x, &slope);
		double		next;

		if (isnan(miss))
			return NAN;
		if (miss * side > 0)
			low = x;
		else
			high = x;
		next = x - miss / slope;
		/* the error of the next one is about the square of that */
		if (fabs(next - x) <= 1e-9 * spread)
		{
			x = next;
			break;
		}
		if (!(next > low && next < high))
			next = isinf(low) ? high - 2 * (step *= 2) :
				isinf(high) ? low + 2 * (step *= 2) : (low + high) / 2;
		x = next;
		if (x == low || x == high)
			break;
	}
	if (!ratio)
		return x;
	return x > 0.999 * most ? INFINITY : expm1(x);
}

/*
 * Probability that the difference or lift is less than that in size.
 */
double
AbPairBetween(AbPosteriorPair *pair, AbContrast contrast, double half_width)
{
	bool		ratio = contrast == AB_CONTRAST_LIFT;
	bool		rate = pair->control.model == AB_MODEL_BINOMIAL;
	AbLegendreThrough matrix;
	Tails		low = {1, 0, 0};
	Tails		high = {0, 1, 0};

	AbFillLegendreThrough(&matrix);
	if (!(ratio || rate) || half_width < 1)
		low = TailsAt(pair, &matrix, contrast,
					  ratio ? log1p(-half_width) : -half_width);
	if (ratio || !rate || half_width < 1)
		high = TailsAt(pair, &matrix, contrast,
					   ratio ? log1p(half_width) : half_width);

	/* of the tails that are small */
	return fmax(low.less > 0.5 ? low.more - high.more :
				high.more > 0.5 ? high.less - low.less :
				1 - low.less - high.more, 0);
}
