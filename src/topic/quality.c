/*
 * quality.c
 *	  Are units spread evenly over the buckets?
 *
 * The state is an array of counts, a built-in type: the number of buckets, the
 * rows left out, and the rows of each of at most 1000 bins of neighbouring
 * buckets.  Bins differ in size where their number does not divide that of the
 * buckets, so each is expected to have its share of the buckets, not of the
 * bins: with 100 million users the difference would be significant.
 */
#include "base/args.h"

#include "base/result.h"
#include "catalog/pg_type.h"
#include "math/multinomial.h"
#include "utils/array.h"

#define DEFAULT_BINS	100
#define MAX_BINS		1000

/* Below this expected count chi-square is noted as rough. */
#define FEW_EXPECTED	5

/* The counts in a state, in its order. */
typedef struct Bins
{
	int64		buckets;
	int64		left_out;
	int64		counts[FLEXIBLE_ARRAY_MEMBER];
} Bins;

#define BINS_HEAD	(offsetof(Bins, counts) / sizeof(int64))

typedef struct UniformityRow
{
	int64		n;
	int64		buckets;
	int64		bins;
	AbPearson	test;
	double		deviation;		/* of the worst bin, relative; NaN if unknown */
	int64		first;			/* its buckets; -1 if not known */
	int64		last;
	AbNotes		notes;
} UniformityRow;

static const AbColumn columns[] = {
	AB_COLUMN(UniformityRow, n, "n", COUNT),
	AB_COLUMN(UniformityRow, buckets, "buckets", COUNT),
	AB_COLUMN(UniformityRow, bins, "bins", COUNT),
	AB_COLUMN(UniformityRow, test.statistic, "statistic", NUMBER),
	AB_COLUMN(UniformityRow, test.df, "df", NUMBER),
	AB_COLUMN(UniformityRow, test.p_value, "p_value", NUMBER),
	AB_COLUMN(UniformityRow, first, "worst_first", COUNT),
	AB_COLUMN(UniformityRow, last, "worst_last", COUNT),
	AB_COLUMN(UniformityRow, deviation, "worst_deviation_pct", PERCENT),
	AB_COLUMN(UniformityRow, notes, "note", NOTES)
};

static const AbRowType uniformity_type = AB_ROW_TYPE(columns);

/*
 * The first bucket of a bin: bucket b is in bin floor(b * bins / buckets).
 */
static int64
FirstBucket(int64 bin, int64 bins, int64 buckets)
{
	return (bin * buckets + bins - 1) / bins;
}

/*
 * An argument of the call, `otherwise` if it has no such.  ERROR 22023 unless
 * it is from 1 to `most`.
 */
static int64
GetNumber(FunctionCallInfo fcinfo, int argument, const char *name, int64 most,
		  int64 otherwise)
{
	int64		number;

	if (PG_NARGS() <= argument)
		return otherwise;
	number = PG_ARGISNULL(argument) ? 0 : PG_GETARG_INT64(argument);
	if (number < 1 || number > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between 1 and " INT64_FORMAT, name, most),
				 PG_ARGISNULL(argument) ? errdetail("It is NULL.") :
				 errdetail("Got " INT64_FORMAT ".", number)));
	return number;
}

/*
 * ERROR 22023 unless the array is a state.
 */
static void
NeedState(bool good)
{
	if (!good)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the array is no state of ab_uniformity")));
}

/*
 * The counts of an array that has the form of a state, as all have that the
 * aggregate has begun; one of somebody's own may begin with any.  That much is
 * looked at for each row, so it is no more than what counting relies on.
 */
static Bins *
OpenState(ArrayType *array, int *bins)
{
	bool		good = ARR_NDIM(array) == 1 && !ARR_HASNULL(array) &&
		ARR_ELEMTYPE(array) == INT8OID;

	*bins = good ? ARR_DIMS(array)[0] - (int) BINS_HEAD : 0;
	NeedState(*bins >= 1 && *bins <= MAX_BINS);
	return (Bins *) ARR_DATA_PTR(array);
}

/*
 * The same of an array whose counts may be any numbers.
 */
static Bins *
CheckState(ArrayType *array, int *bins)
{
	Bins	   *state = OpenState(array, bins);
	bool		good = state->buckets >= *bins &&
		state->buckets <= INT64CONST(1) << 31 && state->left_out >= 0 &&
		state->left_out <= AB_MAX_OBSERVATIONS;

	for (int i = 0; i < *bins && good; i++)
		good = state->counts[i] >= 0 && state->counts[i] <= AB_MAX_OBSERVATIONS;
	NeedState(good);
	return state;
}

/*
 * The array of a new state.
 */
static ArrayType *
MakeState(int64 buckets, int bins)
{
	Datum	   *zeros = (Datum *) palloc((bins + BINS_HEAD) * sizeof(Datum));

	for (int i = 0; i < bins + (int) BINS_HEAD; i++)
		zeros[i] = Int64GetDatum(i == 0 ? buckets : 0);
	return construct_array(zeros, bins + BINS_HEAD, INT8OID, sizeof(int64),
						   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

/*
 * The state of the call, in place within an aggregate, else a copy.
 */
static ArrayType *
GetState(FunctionCallInfo fcinfo)
{
	return AggCheckCallContext(fcinfo, NULL) ? PG_GETARG_ARRAYTYPE_P(0) :
		PG_GETARG_ARRAYTYPE_P_COPY(0);
}

/*
 * ERROR 22023: what is counted differs.
 */
pg_noreturn static void
StatesDiffer(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the number of buckets or of bins differs between rows"),
			 errhint("Group by what they depend on.")));
}

/* (state, bucket [, buckets [, bins]]) */
PG_FUNCTION_INFO_V1(ab_uniformity_accum);
Datum
ab_uniformity_accum(PG_FUNCTION_ARGS)
{
	int64		buckets = GetNumber(fcinfo, 2, "buckets", INT64CONST(1) << 31,
									10000);
	int64		bins = GetNumber(fcinfo, 3, "bins", MAX_BINS, DEFAULT_BINS);
	ArrayType  *array;
	Bins	   *state;
	int			size;
	int64		bucket;

	bins = Min(bins, buckets);
	array = PG_ARGISNULL(0) ? MakeState(buckets, (int) bins) : GetState(fcinfo);
	state = AggCheckCallContext(fcinfo, NULL) ? OpenState(array, &size) :
		CheckState(array, &size);
	if (state->buckets != buckets || size != bins)
		StatesDiffer();

	bucket = PG_ARGISNULL(1) ? -1 : PG_GETARG_INT64(1);
	if (bucket >= 0 && bucket < buckets)
		state->counts[bucket * bins / buckets]++;
	else
		state->left_out++;
	PG_RETURN_ARRAYTYPE_P(array);
}

PG_FUNCTION_INFO_V1(ab_uniformity_combine);
Datum
ab_uniformity_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *array;
	Bins	   *state;
	Bins	   *other;
	int			size;
	int			other_size;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(PG_ARGISNULL(0) ? 1 : 0));
	}
	array = GetState(fcinfo);
	state = CheckState(array, &size);
	other = CheckState(PG_GETARG_ARRAYTYPE_P(1), &other_size);
	if (size != other_size || state->buckets != other->buckets)
		StatesDiffer();
	state->left_out += other->left_out;
	for (int i = 0; i < size; i++)
		state->counts[i] += other->counts[i];
	PG_RETURN_ARRAYTYPE_P(array);
}

/*
 * Test the counts, with notes on what they say.
 */
static void
TestBins(UniformityRow *row, const Bins *state)
{
	double	   *weights = (double *) palloc(row->bins * sizeof(double));
	AbClasses	classes = {(int) row->bins, state->counts, weights};

	for (int i = 0; i < row->bins; i++)
	{
		weights[i] = FirstBucket(i + 1, row->bins, row->buckets) -
			FirstBucket(i, row->bins, row->buckets);
		row->n = Min(row->n + state->counts[i], AB_MAX_OBSERVATIONS + 1);
	}
	if (row->n > AB_MAX_OBSERVATIONS)
	{
		row->n = -1;
		AbNote(&row->notes, "too many rows for double precision");
		return;
	}
	if (row->n == 0 || row->bins < 2)
	{
		AbNote(&row->notes, row->n == 0 ? "no rows" : "only one bin: nothing to test");
		return;
	}
	row->test = AbPearsonTest(&classes);
	row->first = FirstBucket(row->test.worst, row->bins, row->buckets);
	row->last = FirstBucket(row->test.worst + 1, row->bins, row->buckets) - 1;
	row->deviation = state->counts[row->test.worst] / row->test.worst_expected - 1;
	if (row->test.fewest < FEW_EXPECTED)
		AbNote(&row->notes, "the smallest expected count is %.2g: below %d chi-square is rough; count in fewer bins",
			   row->test.fewest, FEW_EXPECTED);
}

/*
 * The result of the aggregate.
 */
PG_FUNCTION_INFO_V1(ab_uniformity_final);
Datum
ab_uniformity_final(PG_FUNCTION_ARGS)
{
	UniformityRow row = {.buckets = -1, .bins = -1, .first = -1, .last = -1};

	row.test.statistic = row.test.df = row.test.p_value = NAN;
	row.deviation = NAN;
	if (PG_ARGISNULL(0))
		AbNote(&row.notes, "no rows");
	else
	{
		int			bins;
		const Bins *state = CheckState(PG_GETARG_ARRAYTYPE_P(0), &bins);

		row.bins = bins;
		row.buckets = state->buckets;
		TestBins(&row, state);
		if (state->left_out > 0)
			AbNote(&row.notes, INT64_FORMAT " row%s without a bucket between 0 and " INT64_FORMAT " left out",
				   state->left_out, state->left_out == 1 ? "" : "s",
				   state->buckets - 1);
	}
	return AbRowDatum(fcinfo, &uniformity_type, &row);
}
