/*
 * chisquare.c
 *	  Chi-square tests of the rates of several variants and of tables of counts.
 *	  The mathematics, with its references, is in math/chisquare.c.
 */
#include "base/missing.h"

#include "base/work.h"
#include "catalog/pg_type.h"
#include "math/chisquare.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* Below this expected count chi-square is noted as rough. */
#define FEW_EXPECTED	5

typedef struct ChiSquareCall
{
	const AbSummary *summary;
	ArrayType  *observed;
	char	   *text;			/* of an array of counts */
	AbChiSquareMethod method;
} ChiSquareCall;

typedef struct ChiSquareRow
{
	AbChiSquare test;
	double		n;				/* NaN if not known */
	const char *method;
	AbNotes		notes;
} ChiSquareRow;

static const AbColumn columns[] = {
	AB_COLUMN(ChiSquareRow, test.statistic, "statistic", NUMBER),
	AB_COLUMN(ChiSquareRow, test.df, "df", NUMBER),
	AB_COLUMN(ChiSquareRow, test.p_value, "p_value", NUMBER),
	AB_COLUMN(ChiSquareRow, test.cramers_v, "cramers_v", NUMBER),
	AB_COLUMN(ChiSquareRow, n, "n", WHOLE),
	AB_COLUMN(ChiSquareRow, method, "method", TEXT),
	AB_COLUMN(ChiSquareRow, notes, "note", NOTES)
};

static const AbRowType chisquare_type = AB_ROW_TYPE(columns);

static const AbWord method_words[] = {
	{"pearson", AB_CHISQUARE_PEARSON, NULL},
	{"yates", AB_CHISQUARE_YATES, "two rows and two columns, corrected for continuity"},
	{"likelihood_ratio", AB_CHISQUARE_LIKELIHOOD, "G"}
};

static const AbWords method_names = AB_WORDS("method", method_words);

#define METHOD_ARG \
	AB_WORD_ARG(ChiSquareCall, method, "method", &method_names, \
				AB_CHISQUARE_PEARSON)

/*
 * ERROR 22023 if Yates' correction is asked for another table than it is for.
 */
static void
CheckMethod(AbChiSquareMethod method, int rows, int table_columns)
{
	if (method == AB_CHISQUARE_YATES && (rows > 2 || table_columns > 2))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("Yates' correction is for two rows and two columns"),
				 errdetail("There are %d and %d.", rows, table_columns),
				 errhint("Use method => 'pearson' or 'likelihood_ratio'.")));
}

/*
 * The counts of an array.  ERROR unless it has two dimensions and holds whole
 * numbers.
 */
static AbTable
ArrayTable(ArrayType *array)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	double	   *counts;
	AbTable		table;

	if (ARR_NDIM(array) != 2)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("observed must be a two-dimensional array"),
				 errdetail("It has %d dimension%s.", ARR_NDIM(array),
						   ARR_NDIM(array) == 1 ? "" : "s"),
				 errhint("A row for each variant: ARRAY[[20, 80], [30, 70]].")));
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elements, &nulls, &count);
	counts = (double *) palloc(Max(count, 1) * sizeof(double));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("observed must not contain NULL")));
		counts[i] = DatumGetFloat8(elements[i]);
		if (!(counts[i] >= 0 && isfinite(counts[i]) &&
			  rint(counts[i]) == counts[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 counts[i] < 0 ? errmsg("a count must not be negative") :
					 errmsg("a count must be a whole number"),
					 errdetail("Element %d is %.17g.", i + 1, counts[i])));
	}
	table.rows = ARR_DIMS(array)[0];
	table.columns = ARR_DIMS(array)[1];
	table.counts = counts;
	return table;
}

/*
 * The failures and successes of the variants that have rows.  Returns whether
 * they are known, a note says why not.
 */
static bool
SummaryTable(AbNotes *notes, const AbSummary *summary, AbTable *table)
{
	AbArmList	list = AbListSummary(summary);
	double	   *counts = (double *) palloc((2 * list.count + 1) * sizeof(double));

	table->rows = 0;
	table->columns = 2;
	table->counts = counts;
	for (int i = 0; i < list.count; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);
		const char *name = AbLabelToServer(list.entries[i].label);
		double		successes;

		if (list.entries[i].rows == 0)
			continue;
		if (list.entries[i].nonfinite > 0 || !(arm->flags & AB_ARM_BINARY(0)))
		{
			AbNote(notes, list.entries[i].nonfinite > 0 ?
				   "variant \"%s\" has rows with NaN or infinity" :
				   "the outcome of variant \"%s\" is not 0 or 1", name);
			return false;
		}
		successes = AbArmSuccesses(arm, 0);
		counts[2 * table->rows] = arm->n - successes;
		counts[2 * table->rows + 1] = successes;
		table->rows++;
	}
	return true;
}

/*
 * Test the table, with notes on what it lacks.
 */
static void
TestTable(ChiSquareRow *row, const AbTable *table, AbChiSquareMethod method)
{
	double		total = 0;

	for (int i = 0; i < table->rows * table->columns; i++)
		total += table->counts[i];
	if (total > AB_MAX_OBSERVATIONS)
	{
		AbNote(&row->notes, "too many rows for double precision");
		return;
	}
	row->test = AbChiSquareTest(table, method, &ab_server_work);
	row->n = row->test.n;
	if (row->n == 0)
	{
		AbNote(&row->notes, "no rows");
		return;
	}
	if (row->test.rows < table->rows)
		AbNote(&row->notes, "%d of %d rows of the table without counts left out",
			   table->rows - row->test.rows, table->rows);
	if (row->test.columns < table->columns)
		AbNote(&row->notes, "%d of %d columns of the table without counts left out",
			   table->columns - row->test.columns, table->columns);
	if (isnan(row->test.p_value))
		AbNote(&row->notes, "no test: it needs two rows and two columns with counts");
	else if (row->test.fewest < FEW_EXPECTED)
		AbNote(&row->notes, "the smallest expected count is %.2g: below %d chi-square is rough%s",
			   row->test.fewest, FEW_EXPECTED,
			   row->test.rows == 2 && row->test.columns == 2 ?
			   ", see ab_proportion_test(..., method => 'fisher')" : "");
}

static void
StartRow(ChiSquareRow *row, AbChiSquareMethod method)
{
	static const char *const titles[] = {
		[AB_CHISQUARE_PEARSON] = "Pearson chi-square test",
		[AB_CHISQUARE_YATES] = "chi-square test (Yates' correction)",
		[AB_CHISQUARE_LIKELIHOOD] = "likelihood ratio test (G)"
	};

	memset(row, 0, sizeof(ChiSquareRow));
	row->test.statistic = row->test.df = row->test.p_value = NAN;
	row->test.cramers_v = row->n = NAN;
	row->method = titles[method];
}

PG_FUNCTION_INFO_V1(ab_chisquare_test);
Datum
ab_chisquare_test(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_SUMMARY_ARG(ChiSquareCall, summary, &ab_one_column),
		METHOD_ARG
	};
	ChiSquareCall call;
	ChiSquareRow row;
	AbArmList	list;
	AbTable		table;

	AbReadArgs(fcinfo, args, &call);
	StartRow(&row, call.method);
	list = AbListSummary(call.summary);
	if (SummaryTable(&row.notes, call.summary, &table))
	{
		CheckMethod(call.method, table.rows, table.columns);
		TestTable(&row, &table, call.method);
	}
	AbNoteAllMissing(&row.notes, &list);
	return AbRowDatum(fcinfo, &chisquare_type, &row);
}

/*
 * Of counts.  An empty array is what array_agg() and ARRAY() give for an empty
 * log.
 */
static Datum
TestArray(FunctionCallInfo fcinfo, const ChiSquareCall *call)
{
	ChiSquareRow row;
	AbTable		table;

	StartRow(&row, call->method);
	if (call->observed == NULL || ARR_NDIM(call->observed) == 0)
	{
		row.n = 0;
		AbNote(&row.notes, "no rows");
	}
	else
	{
		table = ArrayTable(call->observed);
		CheckMethod(call->method, table.rows, table.columns);
		TestTable(&row, &table, call->method);
	}
	return AbRowDatum(fcinfo, &chisquare_type, &row);
}

PG_FUNCTION_INFO_V1(ab_chisquare_test_counts);
Datum
ab_chisquare_test_counts(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_ARRAY_ARG(ChiSquareCall, observed, "observed"),
		METHOD_ARG
	};
	ChiSquareCall call;

	AbReadArgs(fcinfo, args, &call);
	return TestArray(fcinfo, &call);
}

/*
 * From the text of an array: what a literal or a parameter without a type
 * means.
 */
PG_FUNCTION_INFO_V1(ab_chisquare_test_text);
Datum
ab_chisquare_test_text(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_TEXT_ARG(ChiSquareCall, text, "observed"),
		METHOD_ARG
	};
	ChiSquareCall call;

	AbReadArgs(fcinfo, args, &call);
	call.observed = AbParseNumbers(call.text);
	return TestArray(fcinfo, &call);
}
