/*
 * quality_crosstab.c
 *	  Counting pairs of variants, and are those of two experiments independent?
 *
 * The counts are kept in a summary, each pair as a variant that is named by a
 * JSON array of the two, ["control", "b"], with null for one that is missing.
 * So they are merged, rolled up, stored and spread over shards as any summary.
 */
#include "topic/quality_crosstab.h"

#include "base/args.h"
#include "base/work.h"
#include "math/chisquare.h"
#include "topic/summary.h"
#include "value/json.h"

/* Counts of a table; more would be memory for nothing but zeros. */
#define MAX_CELLS		(1 << 20)

/* Below this expected count chi-square is noted as rough. */
#define FEW_EXPECTED	5

/* Cramer's V from which two experiments are noted as entangled. */
#define STRONG_V		0.05

typedef struct IndependenceCall
{
	const AbSummary *summary;
	double		threshold;
} IndependenceCall;

typedef struct IndependenceRow
{
	double		n;
	int64		first_variants;
	int64		second_variants;
	AbChiSquare test;
	AbAnswer	dependent;
	double		threshold;
	const char *method;
	AbNotes		notes;
} IndependenceRow;

static const AbColumn columns[] = {
	AB_COLUMN(IndependenceRow, n, "n", WHOLE),
	AB_COLUMN(IndependenceRow, first_variants, "variants_a", COUNT),
	AB_COLUMN(IndependenceRow, second_variants, "variants_b", COUNT),
	AB_COLUMN(IndependenceRow, test.statistic, "statistic", NUMBER),
	AB_COLUMN(IndependenceRow, test.df, "df", NUMBER),
	AB_COLUMN(IndependenceRow, test.p_value, "p_value", NUMBER),
	AB_COLUMN(IndependenceRow, test.cramers_v, "cramers_v", NUMBER),
	AB_COLUMN(IndependenceRow, dependent, "dependent", ANSWER),
	AB_COLUMN(IndependenceRow, threshold, "threshold", NUMBER),
	AB_COLUMN(IndependenceRow, method, "method", TEXT),
	AB_COLUMN(IndependenceRow, notes, "note", NOTES)
};

static const AbRowType independence_type = AB_ROW_TYPE(columns);

static const AbRange threshold_range = {
	.low = 0, .low_open = true, .high = 1, .high_open = true,
	.message = "threshold must be between 0 and 1",
	.hint = "Dependence is declared where p is below it: 0.001 raises few false alarms."
};

/* ----------------------------------------------------------------------
 * Collecting
 * ----------------------------------------------------------------------
 */

/* A name of a pair being written: what does not fit is counted, not kept. */
typedef struct PairName
{
	int			length;
	char text[	AB_MAX_LABEL_LENGTH];
} PairName;

static inline void
PutByte(PairName *name, char byte)
{
	if (likely(name->length < AB_MAX_LABEL_LENGTH))
		name->text[name->length] = byte;
	name->length++;
}

static inline void
PutString(PairName *name, const char *string)
{
	for (; *string != '\0'; string++)
		PutByte(name, *string);
}

/*
 * Append a label as a JSON string, or null.
 */
static void
PutLabel(PairName *name, AbLabel label)
{
	static const char hex[] = "0123456789abcdef";

	if (label.data == NULL)
	{
		PutString(name, "null");
		return;
	}
	PutByte(name, '"');
	for (int i = 0; i < label.length; i++)
	{
		unsigned char byte = (unsigned char) label.data[i];

		if (unlikely(byte < ' '))
		{
			PutString(name, "\\u00");
			PutByte(name, hex[byte >> 4]);
			PutByte(name, hex[byte & 15]);
			continue;
		}
		if (unlikely(byte == '"' || byte == '\\'))
			PutByte(name, '\\');
		PutByte(name, (char) byte);
	}
	PutByte(name, '"');
}

static AbLabel
GetLabel(FunctionCallInfo fcinfo, int argument)
{
	AbLabel		none = {NULL, 0};

	return PG_ARGISNULL(argument) ? none :
		AbDatumGetLabel(PG_GETARG_DATUM(argument));
}

/* (state, first, second) */
PG_FUNCTION_INFO_V1(ab_crosstab_accum);
Datum
ab_crosstab_accum(PG_FUNCTION_ARGS)
{
	const double one = 1;
	const bool	is_null = false;
	PairName	name;
	AbLabel		label = {name.text, 0};

	name.length = 0;
	PutByte(&name, '[');
	PutLabel(&name, GetLabel(fcinfo, 1));
	PutString(&name, ", ");
	PutLabel(&name, GetLabel(fcinfo, 2));
	PutByte(&name, ']');
	label.length = name.length;
	if (unlikely(name.length > AB_MAX_LABEL_LENGTH))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the names of two variants are too long"),
				 errdetail("As a pair they have %d bytes, the limit is %d.",
						   name.length, AB_MAX_LABEL_LENGTH)));
	return AbAccumulateRow(fcinfo, 1, &one, &is_null, label);
}

/* ----------------------------------------------------------------------
 * Reading
 * ----------------------------------------------------------------------
 */

/* A pair of labels, of which either may be missing, and its rows. */
typedef struct Pair
{
	AbLabel		labels[2];
	int64		rows;
} Pair;

/*
 * Read the name of a pair.  Returns whether it is one.
 */
static bool
ReadPair(AbLabel name, Pair *pair)
{
	AbJson		rest;
	AbJson		element;

	if (!AbFirstJsonElement(&rest, AbJsonRoot(pnstrdup(name.data, name.length))))
		return false;
	for (int i = 0; i < 2; i++)
	{
		AbLabel    *label = &pair->labels[i];

		if (rest.start >= rest.end || !AbNextJsonElement(&rest, &element))
			return false;
		label->data = NULL;
		label->length = 0;
		if (!(element.end - element.start == 4 &&
			  memcmp(element.start, "null", 4) == 0) &&
			!AbJsonString(element, label))
			return false;
	}
	return rest.start >= rest.end;
}

/*
 * The pairs of a summary.  ERROR 22023 if its variants are no pairs.
 */
static Pair *
ReadPairs(const AbSummary *summary)
{
	Pair	   *pairs = (Pair *) palloc(Max(summary->arms, 1) * sizeof(Pair));

	for (int i = 0; i < summary->arms; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);
		AbLabel		name = AbArmLabel(summary, arm);

		if (!ReadPair(name, &pairs[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("summary must be of pairs of variants"),
					 errdetail("It has a variant \"%s\".", AbLabelToServer(name)),
					 errhint("Collect it by ab_crosstab(recorded, predicted).")));
		pairs[i].rows = AbArmRows(summary, arm);
	}
	return pairs;
}

static int
CompareLabels(const void *a, const void *b)
{
	return AbLabelCompare(*(const AbLabel *) a, *(const AbLabel *) b);
}

/*
 * The different labels in one place of the pairs that have both, sorted.
 */
static AbLabel *
DifferentLabels(const Pair *pairs, int count, int place, int *different)
{
	AbLabel    *labels = (AbLabel *) palloc(Max(count, 1) * sizeof(AbLabel));
	int			n = 0;

	*different = 0;
	for (int i = 0; i < count; i++)
		if (pairs[i].labels[0].data && pairs[i].labels[1].data &&
			pairs[i].rows > 0)
			labels[n++] = pairs[i].labels[place];
	qsort(labels, n, sizeof(AbLabel), CompareLabels);
	for (int i = 0; i < n; i++)
		if (i == 0 || !AbLabelEquals(labels[i], labels[*different - 1]))
			labels[(*different)++] = labels[i];
	return labels;
}

static int
FindLabel(const AbLabel *labels, int count, AbLabel label)
{
	const AbLabel *found = (const AbLabel *) bsearch(&label, labels, count,
													 sizeof(AbLabel),
													 CompareLabels);

	return (int) (found - labels);
}

/*
 * The table of counts in a summary of pairs, which may be NULL.  ERROR 22023 if
 * it is no summary of pairs, 54000 if the table is too large.
 */
AbCrosstab
AbReadCrosstab(const AbSummary *summary)
{
	AbCrosstab	table = {0};
	int			count = summary ? (int) summary->arms : 0;
	Pair	   *pairs;

	if (count == 0)
		return table;
	pairs = ReadPairs(summary);
	table.firsts = DifferentLabels(pairs, count, 0, &table.rows);
	table.seconds = DifferentLabels(pairs, count, 1, &table.columns);
	if ((int64) table.rows * table.columns > MAX_CELLS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many variants"),
				 errdetail("There are %d and %d, the limit of their product is %d.",
						   table.rows, table.columns, MAX_CELLS)));
	table.counts = (double *) palloc0(Max(table.rows * table.columns, 1) *
									  sizeof(double));
	for (int i = 0; i < count; i++)
	{
		const Pair *pair = &pairs[i];

		if (pair->rows == 0)
			continue;
		if (pair->labels[0].data && pair->labels[1].data)
		{
			int			row = FindLabel(table.firsts, table.rows, pair->labels[0]);
			int			column = FindLabel(table.seconds, table.columns,
										   pair->labels[1]);

			table.counts[row * table.columns + column] += pair->rows;
			table.n += pair->rows;
		}
		else if (pair->labels[0].data)
			table.only_first += pair->rows;
		else if (pair->labels[1].data)
			table.only_second += pair->rows;
		else
			table.neither += pair->rows;
	}
	return table;
}

/*
 * Note rows that were left out because one of the two is missing.
 */
static void
NoteHalf(AbNotes *notes, int64 rows, const char *what)
{
	if (rows > 0)
		AbNote(notes, INT64_FORMAT " row%s %s left out", rows,
			   rows == 1 ? "" : "s", what);
}

/*
 * Note the rows that were left out; `first` and `second` name what they lack,
 * such as "without a recorded variant".
 */
void
AbNoteHalves(AbNotes *notes, const AbCrosstab *table, const char *first,
			 const char *second)
{
	NoteHalf(notes, table->only_second, first);
	NoteHalf(notes, table->only_first, second);
	NoteHalf(notes, table->neither, "without either");
}

/* ----------------------------------------------------------------------
 * Independence
 * ----------------------------------------------------------------------
 */

/*
 * Test a table, with notes on what it says.
 */
static void
TestIndependence(IndependenceRow *row, const AbCrosstab *crosstab)
{
	AbTable		table = {crosstab->rows, crosstab->columns, crosstab->counts};

	if (crosstab->n > AB_MAX_OBSERVATIONS)
	{
		AbNote(&row->notes, "too many rows for double precision");
		return;
	}
	row->n = crosstab->n;
	if (row->n == 0)
	{
		AbNote(&row->notes, "no rows");
		return;
	}
	row->test = AbChiSquareTest(&table, AB_CHISQUARE_PEARSON, &ab_server_work);
	if (isnan(row->test.p_value))
	{
		AbNote(&row->notes, "no test: both need two variants with rows");
		return;
	}
	row->dependent = AbAnswerOf(row->test.p_value < row->threshold);
	if (row->dependent == AB_YES)
		AbNote(&row->notes, row->test.cramers_v >= STRONG_V ?
			   "the variants of one tell those of the other: the two share a hash or a salt, or one keeps units from the other" :
			   "significant, but weak: Cramer's V is below 0.05");
	if (row->test.fewest < FEW_EXPECTED)
		AbNote(&row->notes, "the smallest expected count is %.2g: below %d chi-square is rough",
			   row->test.fewest, FEW_EXPECTED);
}

static Datum
Independence(FunctionCallInfo fcinfo, const IndependenceCall *call)
{
	IndependenceRow row = {.n = NAN, .method = "Pearson chi-square test"};
	AbCrosstab	table = AbReadCrosstab(call->summary);

	row.first_variants = table.rows;
	row.second_variants = table.columns;
	row.test.statistic = row.test.df = row.test.p_value = NAN;
	row.test.cramers_v = NAN;
	row.threshold = call->threshold;
	TestIndependence(&row, &table);
	AbNoteHalves(&row.notes, &table, "without a variant of the first",
				 "without a variant of the second");
	return AbRowDatum(fcinfo, &independence_type, &row);
}

static Datum
ReadIndependence(FunctionCallInfo fcinfo)
{
	static const AbArg args[] = {
		AB_SUMMARY_ARG(IndependenceCall, summary, &ab_one_column),
		AB_NUMBER_ARG(IndependenceCall, threshold, "threshold",
					  &threshold_range, 0.001)
	};
	IndependenceCall call;

	AbReadArgs(fcinfo, args, &call);
	return Independence(fcinfo, &call);
}

PG_FUNCTION_INFO_V1(ab_independence);
Datum
ab_independence(PG_FUNCTION_ARGS)
{
	return ReadIndependence(fcinfo);
}

PG_FUNCTION_INFO_V1(ab_independence_final);
Datum
ab_independence_final(PG_FUNCTION_ARGS)
{
	return ReadIndependence(fcinfo);
}
