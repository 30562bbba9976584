/*
 * rank.c
 *	  Rank tests of two variants of a histogram: Mann-Whitney and
 *	  Kolmogorov-Smirnov.
 *
 * In a histogram of buckets the values of one bucket are taken for tied.  The
 * mathematics and its references are in math/rank_stat.c, null distributions
 * in math/rank_null.c; where the statistics have a choice the result is
 * SciPy's.
 */
#include "topic/rank.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "math/rank_stat.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/* Attributes that the results for two variants begin with. */
enum
{
	CONTROL, TREATMENT, CONTROL_N, TREATMENT_N, ARM_ATTRIBUTES
};

/* Attributes of the SQL type ab_mannwhitney_result, in its order. */
enum
{
	MW_CONTROL_MEDIAN = ARM_ATTRIBUTES, MW_TREATMENT_MEDIAN, MW_SUPERIORITY,
	MW_SUPERIORITY_LOW, MW_SUPERIORITY_HIGH, MW_STATISTIC, MW_Z, MW_P_VALUE,
	MW_P_ADJUSTED, MW_SIGNIFICANT, MW_ALPHA, MW_METHOD, MW_NOTE, MW_ATTRIBUTES
};

/* Attributes of the SQL type ab_kolmogorov_smirnov_result, in its order. */
enum
{
	KS_STATISTIC = ARM_ATTRIBUTES, KS_LOCATION, KS_SIGN, KS_P_VALUE,
	KS_P_ADJUSTED, KS_SIGNIFICANT, KS_ALPHA, KS_METHOD, KS_NOTE, KS_ATTRIBUTES
};

/* Up to this size of the smaller arm U is exact by default, as in SciPy. */
#define SMALL_ARM			8

/* Up to this size of both arms Smirnov's test is, as in SciPy. */
#define SMIRNOV_MAX_ROWS	10000

/* The bins of two arms. */
typedef struct RankArms
{
	AbBins		control;
	AbBins		treatment;
} RankArms;

/* ----------------------------------------------------------------------
 * Parameters and shared parts of the results
 * ----------------------------------------------------------------------
 */

/*
 * The method named in that text argument, by SciPy's names.  ERROR 22023 if it
 * is none.
 */
AbRankMethod
AbGetRankMethod(FunctionCallInfo fcinfo, int argument, const char *asymptotic)
{
	const char *name = PG_ARGISNULL(argument) ? "NULL" :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	if (strcmp(name, "auto") == 0)
		return AB_RANK_AUTO;
	if (strcmp(name, "exact") == 0)
		return AB_RANK_EXACT;
	if (strcmp(name, asymptotic) == 0)
		return AB_RANK_ASYMPTOTIC;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown method \"%s\"", name),
			 errhint("Use 'auto', 'exact' or '%s'.", asymptotic)));
}

/*
 * A switch that must be on or off.  ERROR 22023 for NULL.
 */
bool
AbGetSwitch(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be true or false", name),
				 errhint("Use true for the continuity correction of the asymptotic test.")));
	return PG_GETARG_BOOL(argument);
}

/*
 * The histogram to read; NULL without rows.
 */
const AbHistogram *
AbGetHistogram(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(0) ? NULL : AB_GETARG_HISTOGRAM(0);
}

/*
 * Let a cancelled query end; what math/ calls now and then.
 */
void
AbPollInterrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

/*
 * Set the p-value and the verdict by it.
 */
void
AbDecide(AbComparison *row, double p_value)
{
	row->test.p_value = p_value;
	row->test.significant = p_value < row->alpha;
}

/*
 * Note that values were tied by the histogram's buckets, if it has any.
 */
void
AbNoteBuckets(AbComparison *row, const AbBins *bins)
{
	if (bins->bits < AB_EXACT_BITS)
		AbAddNote(row, "values within a relative width of 2^-%d count as tied",
				  bins->bits);
}

/*
 * Space for a result of at least that many attributes, all NULL: a later
 * version of the type may have more.
 */
TupleDesc
AbStartResult(FunctionCallInfo fcinfo, int attributes, Datum **values,
			  bool **nulls)
{
	TupleDesc	tupdesc = AbResultDesc(fcinfo, attributes);

	*values = (Datum *) palloc0(tupdesc->natts * sizeof(Datum));
	*nulls = (bool *) palloc(tupdesc->natts * sizeof(bool));
	memset(*nulls, true, tupdesc->natts * sizeof(bool));
	return tupdesc;
}

/*
 * Set a bigint attribute.
 */
void
AbSetCount(Datum *values, bool *nulls, int attribute, int64 value)
{
	nulls[attribute] = false;
	values[attribute] = Int64GetDatum(value);
}

/*
 * The attributes from p_value to note, in which all results end.
 */
void
AbSetVerdict(Datum *values, bool *nulls, const AbComparison *row, int p_value)
{
	AbSetFloat(values, nulls, p_value, row->test.p_value);
	AbSetFloat(values, nulls, p_value + 1, row->p_adjusted);
	nulls[p_value + 2] = nulls[p_value];
	values[p_value + 2] = BoolGetDatum(row->test.significant);
	AbSetFloat(values, nulls, p_value + 3, row->alpha);
	AbSetText(values, nulls, p_value + 4, row->method);
	AbSetText(values, nulls, p_value + 5,
			  row->note.len > 0 ? row->note.data : NULL);
}

/*
 * Median of the values in bins; NaN without rows.
 */
double
AbMedian(const AbBins *bins)
{
	return bins->n > 0 ? AbBinsQuantile(bins, 0.5) : NAN;
}

/* ----------------------------------------------------------------------
 * Two arms
 * ----------------------------------------------------------------------
 */

/*
 * Bins of an arm of the row's summary, which has the arms of the histogram in
 * the same places; without any if the arm has no finite rows.
 */
static AbBins
ArmBins(const AbHistogram *histogram, const AbComparison *row,
		const AbArm *arm)
{
	AbBins		none = {NULL, 0, AB_EXACT_BITS, 0, 0, 0};

	if (arm != NULL && arm->n > 0)
		for (int i = 0; i < (int) row->summary->arms; i++)
			if (AbGetArm(row->summary, i) == arm)
				return AbHistogramBins(histogram, i);
	return none;
}

/*
 * Start a row and the bins of its two arms.  row->tested tells whether they can
 * be compared; if not, row->note says why.
 */
static void
StartArms(AbComparison *row, RankArms *arms, const AbHistogram *histogram,
		  const AbTestOptions *options)
{
	AbStartComparison(row, histogram ? AbHistogramArms(histogram) : NULL,
					  options);
	memset(arms, 0, sizeof(RankArms));
	arms->control = ArmBins(histogram, row, row->control);
	arms->treatment = ArmBins(histogram, row, row->treatment);
	if (row->tested)
		AbNoteBuckets(row, &arms->control);
}

/*
 * Free the bins: (f(x)).* calls once a column within one row.
 */
static void
FreeArms(RankArms *arms)
{
	if (arms->control.bins)
		pfree(arms->control.bins);
	if (arms->treatment.bins)
		pfree(arms->treatment.bins);
}

/* ----------------------------------------------------------------------
 * Mann and Whitney's test
 * ----------------------------------------------------------------------
 */

/*
 * The one-sided level of a test.
 */
static double
OneSidedLevel(const AbTestOptions *options)
{
	/* half of the smallest double is 0 */
	return options->alternative == AB_TWO_SIDED ?
		fmax(options->alpha / 2, AB_SMALLEST_P) : options->alpha;
}

/*
 * Can and shall the test be exact?  If so, returns its work space, else NULL;
 * a note tells of a wish that is not granted.
 */
static double *
ExactMannWhitney(AbComparison *row, const RankArms *arms,
				 const AbRankStatistic *s, AbRankMethod method)
{
	int64		work;

	if (method == AB_RANK_AUTO)
		method = !s->ties &&
			Min(arms->control.n, arms->treatment.n) <= SMALL_ARM ?
			AB_RANK_EXACT : AB_RANK_ASYMPTOTIC;
	if (method == AB_RANK_ASYMPTOTIC)
		return NULL;
	if (s->ties)
	{
		AbAddNote(row, "values are tied: asymptotic instead of exact");
		return NULL;
	}
	work = AbMannWhitneyWork(arms->treatment.n, arms->control.n);
	if (work == 0)
	{
		AbAddNote(row, "too many rows for the exact distribution: asymptotic instead");
		return NULL;
	}
	return (double *) palloc(work * sizeof(double));
}

/*
 * The test and the interval of the superiority.
 */
static void
TestSuperiority(AbComparison *row, const RankArms *arms,
				const AbRankStatistic *s, const AbTestOptions *options,
				AbRankMethod method, bool use_continuity)
{
	double		level = OneSidedLevel(options);
	double	   *work = ExactMannWhitney(row, arms, s, method);
	AbMannWhitney test;

	row->method = psprintf("Mann-Whitney U test, %s%s", work ? "exact" :
						   use_continuity ? "asymptotic with continuity correction" : "asymptotic",
						   AbAlternativeSuffix(options->alternative));
	if (!(s->null_variance > 0))
	{
		AbDecide(row, 1);
		AbAddNote(row, "all values are equal: p is 1");
		return;
	}

	if (work)
	{
		AbTails		tails = AbMannWhitneyTails((int64) s->u, arms->treatment.n,
											   arms->control.n, work,
											   AbPollInterrupts);

		pfree(work);
		test = AbMannWhitneyExact(s, tails, level);
	}
	else
		test = AbMannWhitneyAsymptotic(s, use_continuity, options->alternative,
									   level);
	row->test.statistic = test.z;
	AbDecide(row, AbTailsPValue(test.tails, options->alternative));
	row->interval = AbSuperiorityInterval(s, &test, options->alternative,
										  row->test.significant);
}

/*
 * Test, and return the row.  Without two arms that can be compared it has NULLs
 * and a note.
 */
static Datum
MannWhitney(FunctionCallInfo fcinfo, const AbTestOptions *options,
			AbRankMethod method, bool use_continuity)
{
	const AbHistogram *histogram = AbGetHistogram(fcinfo);
	AbComparison row;
	RankArms	arms;
	AbRankStatistic s = {0};
	TupleDesc	tupdesc;
	Datum	   *values;
	bool	   *nulls;

	StartArms(&row, &arms, histogram, options);
	row.method = psprintf("Mann-Whitney U test%s",
						  AbAlternativeSuffix(options->alternative));
	s.u = s.theta = NAN;
	if (row.tested)
	{
		s = AbMannWhitneyStatistic(&arms.control, &arms.treatment,
								   AbPollInterrupts);
		TestSuperiority(&row, &arms, &s, options, method, use_continuity);
	}

	tupdesc = AbStartResult(fcinfo, MW_ATTRIBUTES, &values, &nulls);
	AbSetArms(&row, values, nulls);
	if (row.control != NULL && AbArmKnown(row.control))
		AbSetFloat(values, nulls, MW_CONTROL_MEDIAN, AbMedian(&arms.control));
	if (row.treatment != NULL && AbArmKnown(row.treatment))
		AbSetFloat(values, nulls, MW_TREATMENT_MEDIAN, AbMedian(&arms.treatment));
	AbSetFloat(values, nulls, MW_SUPERIORITY, s.theta);
	AbSetFloat(values, nulls, MW_SUPERIORITY_LOW, row.interval.low);
	AbSetFloat(values, nulls, MW_SUPERIORITY_HIGH, row.interval.high);
	AbSetFloat(values, nulls, MW_STATISTIC, s.u);
	AbSetFloat(values, nulls, MW_Z, row.test.statistic);
	AbSetVerdict(values, nulls, &row, MW_P_VALUE);
	FreeArms(&arms);
	return HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls));
}

/* ----------------------------------------------------------------------
 * Smirnov's test
 * ----------------------------------------------------------------------
 */

/*
 * The p-value of that gap, and row->method.
 */
static double
SmirnovTest(AbComparison *row, const RankArms *arms, double size,
			AbAlternative alternative, AbRankMethod method)
{
	int64		n1 = arms->treatment.n;
	int64		n2 = arms->control.n;
	bool		two_sided = alternative == AB_TWO_SIDED;
	int64		cells = 0;
	double	   *work;
	double		p;

	if (method == AB_RANK_AUTO)
		method = Max(n1, n2) <= SMIRNOV_MAX_ROWS ?
			AB_RANK_EXACT : AB_RANK_ASYMPTOTIC;
	if (method == AB_RANK_EXACT)
	{
		cells = AbSmirnovWork(n1, n2);
		if (cells == 0)
			AbAddNote(row, "too many rows for the exact distribution: asymptotic instead");
	}

	work = (double *) palloc((cells > 0 ? cells : AB_KOLMOGOROV_WORK) *
							 sizeof(double));
	if (cells > 0)
		p = AbSmirnovPValue((int64) size, n1, n2, two_sided, work,
							AbPollInterrupts);
	else
		p = AbSmirnovLimit(size / n1 / n2, n1, n2, two_sided, work);
	pfree(work);

	/* "greater" is said of the distribution function, not of the values */
	row->method = psprintf("two-sample Kolmogorov-Smirnov test, %s%s",
						   cells > 0 ? "exact" : "asymptotic",
						   two_sided ? "" : alternative == AB_GREATER ?
						   ", one-sided (greater: the treatment's distribution function is above the control's, its values are smaller)" :
						   ", one-sided (less: the treatment's distribution function is below the control's, its values are larger)");
	return AbBoundP(p);
}

/*
 * Test, and return the row.  Without two arms that can be compared it has NULLs
 * and a note.
 */
static Datum
KolmogorovSmirnov(FunctionCallInfo fcinfo, const AbTestOptions *options,
				  AbRankMethod method)
{
	const AbHistogram *histogram = AbGetHistogram(fcinfo);
	AbComparison row;
	RankArms	arms;
	TupleDesc	tupdesc;
	Datum	   *values;
	bool	   *nulls;

	StartArms(&row, &arms, histogram, options);
	row.method = psprintf("two-sample Kolmogorov-Smirnov test%s",
						  AbAlternativeSuffix(options->alternative));
	tupdesc = AbStartResult(fcinfo, KS_ATTRIBUTES, &values, &nulls);
	if (row.tested)
	{
		AbLargestGap above;
		AbLargestGap below;
		bool		ties = AbLargestGaps(&arms.control, &arms.treatment,
										 AbPollInterrupts, &above, &below);
		bool		under = options->alternative == AB_LESS ||
			(options->alternative == AB_TWO_SIDED && below.size > above.size);
		const AbLargestGap *gap = under ? &below : &above;

		AbDecide(&row, SmirnovTest(&row, &arms, gap->size, options->alternative,
								 method));
		if (ties)
			AbAddNote(&row, "values are tied: the p-value is an upper bound");
		AbSetFloat(values, nulls, KS_STATISTIC,
				   gap->size / arms.treatment.n / arms.control.n);
		AbSetFloat(values, nulls, KS_LOCATION, gap->location);
		AbSetCount(values, nulls, KS_SIGN, under ? -1 : 1);
	}
	AbSetArms(&row, values, nulls);
	AbSetVerdict(values, nulls, &row, KS_P_VALUE);
	FreeArms(&arms);
	return HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls));
}

/* ----------------------------------------------------------------------
 * SQL functions
 * ----------------------------------------------------------------------
 */

/*
 * Final function of the aggregate: two-sided, alpha 0.05.
 */
PG_FUNCTION_INFO_V1(ab_mannwhitney_final);
Datum
ab_mannwhitney_final(PG_FUNCTION_ARGS)
{
	AbTestOptions options = AbDefaultOptions();

	return MannWhitney(fcinfo, &options, AB_RANK_AUTO, true);
}

/*
 * (histogram, control, treatment, alpha, alternative, method, use_continuity)
 */
PG_FUNCTION_INFO_V1(ab_mannwhitney);
Datum
ab_mannwhitney(PG_FUNCTION_ARGS)
{
	AbTestOptions options;
	AbRankMethod method;

	AbGetOptions(fcinfo, &options, 1, 2, 3, 4, -1);
	method = AbGetRankMethod(fcinfo, 5, "asymptotic");
	return MannWhitney(fcinfo, &options, method,
					   AbGetSwitch(fcinfo, 6, "use_continuity"));
}

/*
 * Final function of the aggregate: two-sided, alpha 0.05.
 */
PG_FUNCTION_INFO_V1(ab_kolmogorov_smirnov_final);
Datum
ab_kolmogorov_smirnov_final(PG_FUNCTION_ARGS)
{
	AbTestOptions options = AbDefaultOptions();

	return KolmogorovSmirnov(fcinfo, &options, AB_RANK_AUTO);
}

/*
 * (histogram, control, treatment, alpha, alternative, method)
 */
PG_FUNCTION_INFO_V1(ab_kolmogorov_smirnov);
Datum
ab_kolmogorov_smirnov(PG_FUNCTION_ARGS)
{
	AbTestOptions options;

	AbGetOptions(fcinfo, &options, 1, 2, 3, 4, -1);
	return KolmogorovSmirnov(fcinfo, &options, AbGetRankMethod(fcinfo, 5, "asymp"));
}
