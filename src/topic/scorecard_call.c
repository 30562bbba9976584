/*
 * scorecard_call.c
 *	  The functions that read the states of a scorecard, called through SQL.
 *
 * The functions that users call read them, so that every number is what they
 * get by hand.  A reader is a row of a table: the SQL of the call, whose
 * result has always the same columns, AB_READ_..
 */
#include "topic/scorecard_call.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

typedef struct Reader
{
	const char *call;			/* behind the schema and a dot */
	const char *columns;		/* what is selected of it, called r */
	bool		histogram;		/* what $1 is */
	const char *design;			/* of ab_mde, NULL where it cannot tell */
} Reader;

#define FLOAT8_NULL	"CAST(NULL AS pg_catalog.float8)"
#define EFFECT_COLUMNS \
	"r.diff, r.diff_low, r.diff_high, r.relative_lift_pct, r.lift_low_pct, r.lift_high_pct, r.std_error, r.p_value, r.method, r.note"
#define COMPARISON_COLUMNS \
	"r.control_n, r.treatment_n, r.control_mean, r.treatment_mean, r.control_stddev, r.treatment_stddev, " EFFECT_COLUMNS
#define QUANTILE_COLUMNS \
	"r.control_n, r.treatment_n, r.control_value, r.treatment_value, " FLOAT8_NULL ", " FLOAT8_NULL ", " EFFECT_COLUMNS
/* shares of pairs won, ties counting half: the difference is 2 s - 1 */
#define SHARES(low, middle, high) \
	"CAST(1 AS pg_catalog.float8) OPERATOR(pg_catalog.-) " middle ", " middle ", " FLOAT8_NULL ", " FLOAT8_NULL \
	", " middle TWICE_LESS_1 ", " low TWICE_LESS_1 ", " high TWICE_LESS_1 \
	", " FLOAT8_NULL ", " FLOAT8_NULL ", " FLOAT8_NULL ", " FLOAT8_NULL
#define TWICE_LESS_1 \
	" OPERATOR(pg_catalog.*) CAST(2 AS pg_catalog.float8) OPERATOR(pg_catalog.-) CAST(1 AS pg_catalog.float8)"
#define RANK_COLUMNS \
	"r.control_n, r.treatment_n, " SHARES("r.superiority_low", "r.superiority", "r.superiority_high") ", r.p_value, r.method, r.note"
/* shares of the sum of ranks, (1 + rank-biserial) / 2 */
#define BISERIAL_SHARE \
	"((CAST(1 AS pg_catalog.float8) OPERATOR(pg_catalog.+) CASE WHEN r.rank_biserial IS NULL AND r.p_value IS NOT NULL THEN 0 ELSE r.rank_biserial END) OPERATOR(pg_catalog./) CAST(2 AS pg_catalog.float8))"
#define PAIRED_RANK_COLUMNS \
	"r.n, r.n, " SHARES(FLOAT8_NULL, BISERIAL_SHARE, FLOAT8_NULL) ", r.p_value, r.method, r.note"
#define POSTERIOR \
	"control => $2, treatment => $3, model => $12, direction => $10)", "r.prob_better, r.note"
#define USUAL \
	"control => $2, treatment => $3, alpha => $4, alternative => $5"

static const Reader readers[AB_READERS] = {
	[AB_READER_MEAN] = {"ab_ttest($1, " USUAL ", equal_var => $7)", COMPARISON_COLUMNS, false, "mean"},
	[AB_READER_RATE] = {"ab_proportion_test($1, " USUAL ")", COMPARISON_COLUMNS, false, "mean"},
	[AB_READER_RATIO] = {"ab_ratio($1, " USUAL ", equal_var => $7)", COMPARISON_COLUMNS, false, "ratio"},
	[AB_READER_CUPED] = {"ab_cuped($1, " USUAL ", equal_var => $7)", COMPARISON_COLUMNS, false, "cuped"},
	[AB_READER_RATIO_CUPED] = {"ab_ratio_cuped($1, " USUAL ", equal_var => $7)", COMPARISON_COLUMNS, false, "ratio_cuped"},
	[AB_READER_QUANTILE] = {"ab_quantile_test($1, $6, " USUAL ", clusters => $8)", QUANTILE_COLUMNS, true, NULL},
	[AB_READER_RANK] = {"ab_mannwhitney($1, " USUAL ")", RANK_COLUMNS, true, NULL},
	[AB_READER_TRIMMED] = {"ab_ttest(@.ab_trim($1, $6), " USUAL ", equal_var => false)", COMPARISON_COLUMNS, true, NULL},
	[AB_READER_CAPPED] = {"ab_ttest(@.ab_winsorize($1, 0, $6), " USUAL ", equal_var => $7)", COMPARISON_COLUMNS, true, NULL},
	[AB_READER_HISTOGRAM_MEAN] = {"ab_ttest(@.ab_summary($1), " USUAL ", equal_var => $7)", COMPARISON_COLUMNS, true, NULL},
	[AB_READER_PAIRED] = {"ab_paired_ttest($1, " USUAL ", variant => $3)", COMPARISON_COLUMNS, false, "paired"},
	[AB_READER_PAIRED_RATE] = {"ab_mcnemar($1, " USUAL ", variant => $3)", COMPARISON_COLUMNS, false, "paired"},
	[AB_READER_PAIRED_RANK] = {"ab_wilcoxon($1, alpha => $4, alternative => $5, variant => $3)", PAIRED_RANK_COLUMNS, true, NULL},
	[AB_READER_MARGIN] = {"ab_noninferiority($1, $9, $10, control => $2, treatment => $3, alpha => $4, relative => $11, equal_var => $7, test => $12)", COMPARISON_COLUMNS, false, NULL},
	[AB_READER_ANY_DAY] = {"ab_always_valid($1, $16, " USUAL ", design => $15, equal_var => $7)", COMPARISON_COLUMNS, false, NULL},
	[AB_READER_ANY_DAY_QUANTILE] = {"ab_always_valid_quantile($1, $6, $16, " USUAL ")", QUANTILE_COLUMNS, true, NULL},
	[AB_READER_ANY_DAY_CAPPED] = {"ab_always_valid(@.ab_winsorize($1, 0, $6), $16, " USUAL ", equal_var => $7)", COMPARISON_COLUMNS, true, NULL},
	[AB_READER_ANY_DAY_HISTOGRAM_MEAN] = {"ab_always_valid(@.ab_summary($1), $16, " USUAL ", equal_var => $7)", COMPARISON_COLUMNS, true, NULL},
	[AB_READER_BAYES] = {"ab_bayes($1, " POSTERIOR, false, NULL},
	[AB_READER_BAYES_CAPPED] = {"ab_bayes(@.ab_winsorize($1, 0, $6), " POSTERIOR, true, NULL},
	[AB_READER_BAYES_HISTOGRAM_MEAN] = {"ab_bayes(@.ab_summary($1), " POSTERIOR, true, NULL},
	[AB_READER_MDE] = {"ab_mde($14, $1, alpha => $4, power => $6, ratio => $13, design => $15, relative => true, control => $2)", "r", false, NULL},
	[AB_READER_COLUMN] = {"ab_column($1, 1)", "r", false, NULL}
};


AbReaders *
AbOpenReaders(const AbQuery *query)
{
	AbReaders  *result = (AbReaders *) palloc0(sizeof(AbReaders));

	result->query = query;
	return result;
}

/* ----------------------------------------------------------------------
 * A call
 * ----------------------------------------------------------------------
 */

void
AbSetParameter(AbReaders *set, int parameter, bool known, Datum value)
{
	set->values[parameter] = known ? value : (Datum) 0;
	set->nulls[parameter] = known ? ' ' : 'n';
}

void
AbSetText(AbReaders *set, int parameter, const char *text)
{
	AbSetParameter(set, parameter, text !=NULL,
				   text !=NULL ? CStringGetTextDatum(text) : (Datum) 0);
}

void
AbSetVariant(AbReaders *set, int parameter, AbLabel label)
{
	AbSetText(set, parameter, label.data == NULL ? NULL :
			  AbLabelToServer(label));
}

void
AbSetNumber(AbReaders *set, int parameter, double number)
{
	AbSetParameter(set, parameter, !isnan(number), Float8GetDatum(number));
}

/*
 * The SQL of a reader, in which @ is the schema.
 */
static char *
ReaderSql(const Reader *reader, const char *schema)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT %s FROM %s.", reader->columns, schema);
	for (const char *c = reader->call; *c != '\0'; c++)
		if (*c == '@')
			appendStringInfoString(&sql, schema);
		else
			appendStringInfoChar(&sql, *c);
	appendStringInfoString(&sql, " AS r");
	return sql.data;
}

/*
 * Call a reader with the parameters that are set.
 */
SPITupleTable *
AbCallReader(AbReaders *set, AbReaderKind kind)
{
	const AbQuery *query = set->query;

	CHECK_FOR_INTERRUPTS();
	if (set->plans[kind] == NULL)
	{
		Oid			types[AB_PARAMETERS] = {
			readers[kind].histogram ? query->histogram_type :
			query->summary_type, TEXTOID, TEXTOID, FLOAT8OID, TEXTOID,
			FLOAT8OID, BOOLOID, query->summary_type, FLOAT8OID, TEXTOID,
			BOOLOID, TEXTOID, FLOAT8OID, INT8OID, TEXTOID, INT8OID
		};

		/* planned once, not for the bytes of each state */
		set->plans[kind] = SPI_prepare_cursor(ReaderSql(&readers[kind], query->schema),
											  AB_PARAMETERS, types,
											  CURSOR_OPT_GENERIC_PLAN);
		if (set->plans[kind] == NULL)
			elog(ERROR, "could not prepare a reader: %s",
				 SPI_result_code_string(SPI_result));
	}
	if (SPI_execute_plan(set->plans[kind], set->values, set->nulls, true,
						 0) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "could not read a state");
	return SPI_tuptable;
}

Datum
AbResultDatum(const SPITupleTable *table, int column, bool *is_null)
{
	return SPI_getbinval(table->vals[0], table->tupdesc, column + 1, is_null);
}

double
AbNumberResult(const SPITupleTable *table, int column)
{
	bool		is_null;
	Datum		value = AbResultDatum(table, column, &is_null);

	return is_null ? NAN : DatumGetFloat8(value);
}

int64
AbCountResult(const SPITupleTable *table, int column)
{
	bool		is_null;
	Datum		value = AbResultDatum(table, column, &is_null);

	return is_null ? -1 : DatumGetInt64(value);
}

const char *
AbTextResult(const SPITupleTable *table, int column)
{
	bool		is_null;
	Datum		value = AbResultDatum(table, column, &is_null);

	return is_null ? NULL : TextDatumGetCString(value);
}

/*
 * The design by which ab_mde() plans what a reader reads, NULL if it cannot.
 */
const char *
AbReaderDesign(AbReaderKind kind)
{
	return readers[kind].design;
}
