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

#include "base/work.h"
#include "math/rank_stat.h"
#include "utils/builtins.h"

/* Up to this size of the smaller arm U is exact by default, as in SciPy. */
#define SMALL_ARM			8

/* Up to this size of both arms Smirnov's test is, as in SciPy. */
#define SMIRNOV_MAX_ROWS	10000

static const AbWord method_words[] = {
	{"auto", AB_RANK_AUTO, NULL},
	{"exact", AB_RANK_EXACT, NULL},
	{"asymptotic", AB_RANK_ASYMPTOTIC, NULL},
	{"asymp", AB_RANK_ASYMPTOTIC, AB_SYNONYM}	/* SciPy's ks_2samp */
};

const AbWords ab_rank_methods = AB_WORDS("method", method_words);

typedef struct RankCall
{
	const AbHistogram *histogram;
	AbTestArgs	test;
	AbRankMethod method;
	bool		continuity;
} RankCall;

/* The bins of two arms, none for an arm without finite rows. */
typedef struct RankArms
{
	AbBins		control;
	AbBins		treatment;
} RankArms;

typedef struct MannWhitneyRow
{
	AbComparison row;			/* its statistic is U */
	double		control_median;
	double		treatment_median;
	double		superiority;
	AbInterval	interval;		/* of that */
	double		z;
} MannWhitneyRow;

typedef struct SmirnovRow
{
	AbComparison row;
	double		location;		/* of the largest gap */
	double		sign;			/* 1 if the treatment's function is above */
} SmirnovRow;

static const AbColumn mannwhitney_columns[] = {
	AB_ARM_COLUMNS(MannWhitneyRow, row),
	AB_COLUMN(MannWhitneyRow, control_median, "control_median", NUMBER),
	AB_COLUMN(MannWhitneyRow, treatment_median, "treatment_median", NUMBER),
	AB_COLUMN(MannWhitneyRow, superiority, "superiority", NUMBER),
	AB_COLUMN(MannWhitneyRow, interval.low, "superiority_low", NUMBER),
	AB_COLUMN(MannWhitneyRow, interval.high, "superiority_high", NUMBER),
	AB_COLUMN(MannWhitneyRow, row.statistic, "statistic", NUMBER),
	AB_COLUMN(MannWhitneyRow, z, "z", NUMBER),
	AB_VERDICT_COLUMNS(MannWhitneyRow, row)
};

static const AbRowType mannwhitney_type = AB_ROW_TYPE(mannwhitney_columns);

static const AbColumn smirnov_columns[] = {
	AB_ARM_COLUMNS(SmirnovRow, row),
	AB_COLUMN(SmirnovRow, row.statistic, "statistic", NUMBER),
	AB_COLUMN(SmirnovRow, location, "statistic_location", NUMBER),
	AB_COLUMN(SmirnovRow, sign, "statistic_sign", WHOLE),
	AB_VERDICT_COLUMNS(SmirnovRow, row)
};

static const AbRowType smirnov_type = AB_ROW_TYPE(smirnov_columns);

/*
 * Note that values were tied by the histogram's buckets, if it has any.
 */
void
AbNoteBuckets(AbNotes *notes, const AbBins *bins)
{
	if (bins->bits < AB_EXACT_BITS)
		AbNote(notes, "values within a relative width of 2^-%d count as tied",
			   bins->bits);
}

/*
 * Median of the values in bins; NaN without rows.
 */
double
AbMedian(const AbBins *bins)
{
	return bins->n > 0 ? AbBinsQuantile(bins, 0.5) : NAN;
}

/*
 * The bins of an arm of which every row is finite.
 */
static AbBins
ArmBins(const AbHistogram *histogram, int position)
{
	AbBins		none = {NULL, 0, AB_EXACT_BITS, 0, 0, 0};

	if (position < 0 || AbGetHistogramArm(histogram, position)->n == 0)
		return none;
	return AbHistogramBins(histogram, position);
}

/*
 * Start a row and the bins of its two arms.  Returns whether they can be
 * compared; the notes say why not.
 */
static bool
StartArms(AbComparison *row, RankArms *arms, const RankCall *call,
		  AbArmChoice *choice)
{
	AbArmList	list = AbListHistogram(call->histogram);
	bool		comparable = AbStartArms(row, &list, &call->test, choice);

	arms->control = ArmBins(call->histogram, choice->control);
	arms->treatment = ArmBins(call->histogram, choice->treatment);
	if (comparable)
		AbNoteBuckets(&row->notes, &arms->control);
	return comparable;
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

static const AbArg mannwhitney_args[] = {
	AB_HISTOGRAM_ARG(RankCall, histogram),
	AB_CONTROL_ARG(RankCall, test),
	AB_TREATMENT_ARG(RankCall, test),
	AB_ALPHA_ARG(RankCall, test),
	AB_ALTERNATIVE_ARG(RankCall, test),
	AB_RANK_METHOD_ARG(RankCall, method),
	AB_CONTINUITY_ARG(RankCall, continuity, true)
};

/*
 * Can and shall the test be exact?  A note tells of a wish that is not
 * granted.
 */
static bool
IsExact(AbNotes *notes, const AbRankStatistic *s, AbRankMethod method)
{
	if (method == AB_RANK_AUTO)
		method = !s->ties && Min(s->control_n, s->treatment_n) <= SMALL_ARM ?
			AB_RANK_EXACT : AB_RANK_ASYMPTOTIC;
	if (method == AB_RANK_ASYMPTOTIC)
		return false;
	if (s->ties)
		AbNote(notes, "values are tied: asymptotic instead of exact");
	else if (!AbMannWhitneyFeasible(s->treatment_n, s->control_n))
		AbNote(notes, "too many rows for the exact distribution: asymptotic instead");
	else
		return true;
	return false;
}

/*
 * The test and the interval of the superiority.
 */
static void
TestSuperiority(MannWhitneyRow *result, const RankCall *call,
				const AbRankStatistic *s)
{
	AbComparison *row = &result->row;
	AbAlternative alternative = call->test.alternative;
	double		level = AbOneSidedLevel(&call->test);
	bool		exact = IsExact(&row->notes, s, call->method);
	AbMannWhitney test;

	row->method = psprintf("Mann-Whitney U test, %s%s", exact ? "exact" :
						   call->continuity ? "asymptotic with continuity correction" : "asymptotic",
						   AbAlternativeSuffix(alternative));
	if (!(s->null_variance > 0))
	{
		AbDecide(row, 1);
		AbNote(&row->notes, "all values are equal: p is 1");
		return;
	}

	if (exact)
		test = AbMannWhitneyExact(s,
								  AbMannWhitneyTails((int64) s->u,
													 s->treatment_n,
													 s->control_n,
													 &ab_server_work),
								  level);
	else
		test = AbMannWhitneyAsymptotic(s, call->continuity, alternative, level);
	result->z = test.z;
	AbDecide(row, AbTailsPValue(test.tails, alternative));
	result->interval = AbSuperiorityInterval(s, &test, alternative,
											 row->significant == AB_YES);
}

/*
 * The test, as a row; of the aggregates, whose final function has the state
 * alone, with the defaults.  Without two arms that can be compared it has NULLs
 * and a note.
 */
static Datum
MannWhitney(FunctionCallInfo fcinfo)
{
	RankCall	call = {.test.reader = "ab_mannwhitney(ab_histogram(outcome, variant)"};
	MannWhitneyRow result;
	AbArmChoice choice;
	RankArms	arms;
	bool		comparable;

	AbReadArgs(fcinfo, mannwhitney_args, &call);
	comparable = StartArms(&result.row, &arms, &call, &choice);
	result.row.method = psprintf("Mann-Whitney U test%s",
								 AbAlternativeSuffix(call.test.alternative));
	result.superiority = result.z = NAN;
	result.interval.low = result.interval.high = NAN;
	result.control_median = result.treatment_median = NAN;
	if (comparable)
	{
		AbRankStatistic s = AbMannWhitneyStatistic(&arms.control,
												   &arms.treatment,
												   &ab_server_work);

		result.superiority = s.theta;
		result.row.statistic = s.u;
		TestSuperiority(&result, &call, &s);
	}
	if (choice.control >= 0 &&
		AbGetHistogramArm(call.histogram, choice.control)->nonfinite == 0)
		result.control_median = AbMedian(&arms.control);
	if (choice.treatment >= 0 &&
		AbGetHistogramArm(call.histogram, choice.treatment)->nonfinite == 0)
		result.treatment_median = AbMedian(&arms.treatment);
	FreeArms(&arms);
	return AbRowDatum(fcinfo, &mannwhitney_type, &result);
}

PG_FUNCTION_INFO_V1(ab_mannwhitney);
Datum
ab_mannwhitney(PG_FUNCTION_ARGS)
{
	return MannWhitney(fcinfo);
}

PG_FUNCTION_INFO_V1(ab_mannwhitney_final);
Datum
ab_mannwhitney_final(PG_FUNCTION_ARGS)
{
	return MannWhitney(fcinfo);
}

/* ----------------------------------------------------------------------
 * Smirnov's test
 * ----------------------------------------------------------------------
 */

static const AbArg smirnov_args[] = {
	AB_HISTOGRAM_ARG(RankCall, histogram),
	AB_CONTROL_ARG(RankCall, test),
	AB_TREATMENT_ARG(RankCall, test),
	AB_ALPHA_ARG(RankCall, test),
	AB_ALTERNATIVE_ARG(RankCall, test),
	AB_RANK_METHOD_ARG(RankCall, method)
};

/*
 * The p-value of that gap, and row->method.
 */
static double
SmirnovTest(AbComparison *row, const RankCall *call, const RankArms *arms,
			double size)
{
	int64		n1 = arms->treatment.n;
	int64		n2 = arms->control.n;
	AbAlternative alternative = call->test.alternative;
	bool		two_sided = alternative == AB_TWO_SIDED;
	bool		exact = call->method == AB_RANK_EXACT ||
		(call->method == AB_RANK_AUTO && Max(n1, n2) <= SMIRNOV_MAX_ROWS);

	if (exact && !AbSmirnovFeasible(n1, n2))
	{
		AbNote(&row->notes, "too many rows for the exact distribution: asymptotic instead");
		exact = false;
	}
	row->method = psprintf("two-sample Kolmogorov-Smirnov test, %s%s",
						   exact ? "exact" : "asymptotic",
						   two_sided ? "" : alternative == AB_GREATER ?
						   ", one-sided (greater: the treatment's values are larger, its distribution function is below the control's)" :
						   ", one-sided (less: the treatment's values are smaller, its distribution function is above the control's)");
	return AbBoundP(exact ?
					AbSmirnovPValue((int64) size, n1, n2, two_sided,
									&ab_server_work) :
					AbSmirnovLimit(size / n1 / n2, n1, n2, two_sided,
								   &ab_server_work));
}

/*
 * The test, as a row; of the aggregates, whose final function has the state
 * alone, with the defaults.  Without two arms that can be compared it has NULLs
 * and a note.
 *
 * The alternative speaks of the values, as everywhere: where the treatment's
 * are greater its distribution function is below.
 */
static Datum
KolmogorovSmirnov(FunctionCallInfo fcinfo)
{
	RankCall	call = {.test.reader = "ab_kolmogorov_smirnov(ab_histogram(outcome, variant)"};
	SmirnovRow	result;
	AbComparison *row = &result.row;
	AbArmChoice choice;
	RankArms	arms;
	bool		comparable;

	AbReadArgs(fcinfo, smirnov_args, &call);
	comparable = StartArms(row, &arms, &call, &choice);
	row->method = psprintf("two-sample Kolmogorov-Smirnov test%s",
						   AbAlternativeSuffix(call.test.alternative));
	result.location = result.sign = NAN;
	if (comparable)
	{
		AbLargestGap above;
		AbLargestGap below;
		bool		ties = AbLargestGaps(&arms.control, &arms.treatment,
										 &above, &below, &ab_server_work);
		bool		under = call.test.alternative == AB_GREATER ||
			(call.test.alternative == AB_TWO_SIDED && below.size > above.size);
		const AbLargestGap *gap = under ? &below : &above;

		AbDecide(row, SmirnovTest(row, &call, &arms, gap->size));
		if (ties)
			AbNote(&row->notes, "values are tied: the p-value is an upper bound");
		row->statistic = gap->size / arms.treatment.n / arms.control.n;
		result.location = gap->location;
		result.sign = under ? -1 : 1;
	}
	FreeArms(&arms);
	return AbRowDatum(fcinfo, &smirnov_type, &result);
}

PG_FUNCTION_INFO_V1(ab_kolmogorov_smirnov);
Datum
ab_kolmogorov_smirnov(PG_FUNCTION_ARGS)
{
	return KolmogorovSmirnov(fcinfo);
}

PG_FUNCTION_INFO_V1(ab_kolmogorov_smirnov_final);
Datum
ab_kolmogorov_smirnov_final(PG_FUNCTION_ARGS)
{
	return KolmogorovSmirnov(fcinfo);
}
