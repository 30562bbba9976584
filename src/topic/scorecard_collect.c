/*
 * scorecard_collect.c
 *	  What a scorecard has collected: the states of the whole and its slices.
 *
 * Runs what scorecard_sql.c writes, in the snapshot of the caller.  Where a
 * value has to be known first (a quantile of units, a cap with a covariate),
 * that is one more scan.  Units that were seen in two variants are known only
 * then, and such a quantile is collected once more without their rows.
 */
#include "topic/scorecard_collect.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "value/summary_open.h"

static SPITupleTable *
Run(const char *sql)
{
	int			result = SPI_execute(sql, true, 0);

	if (result != SPI_OK_SELECT)
		elog(ERROR, "could not collect a scorecard: %s",
			 SPI_result_code_string(result));
	return SPI_tuptable;
}

static Datum
Value(const SPITupleTable *table, uint64 row, int column, bool *is_null)
{
	return SPI_getbinval(table->vals[row], table->tupdesc, column + 1, is_null);
}

static int64
Count(const SPITupleTable *table, uint64 row, int column)
{
	bool		is_null;
	Datum		value = Value(table, row, column, &is_null);

	return is_null ? 0 : DatumGetInt64(value);
}

static Datum
State(const SPITupleTable *table, uint64 row, int column)
{
	bool		is_null;
	Datum		value = Value(table, row, column, &is_null);

	return is_null ? (Datum) 0 : value;
}

/* ----------------------------------------------------------------------
 * Arms
 * ----------------------------------------------------------------------
 */

bool
AbHasArm(const AbArmList *list, AbLabel label)
{
	for (int i = 0; i < list->count; i++)
		if (AbLabelEquals(list->entries[i].label, label))
			return true;
	return false;
}

/*
 * The arms of the state of a metric; none if there is no state.
 */
AbArmList
AbListState(const AbCollection *collection, int metric, Datum state)
{
	const AbSpec *spec = collection->spec;

	if (AbHasHistogram(spec, &spec->metrics[metric]))
		return AbListHistogram(state == 0 ? NULL :
							   AbDatumGetHistogram(state));
	return AbListSummary(state == 0 ? NULL : AbDatumGetSummary(state));
}

static int64
AllRows(const AbArmList *list, const AbArmEntry *entry)
{
	int64		rows = entry->rows;

	for (int i = 0; i < list->missing_count && entry->missing != NULL; i++)
		rows += entry->missing[i];
	return rows;
}

static int
CompareEntries(const void *left, const void *right)
{
	return AbLabelCompare(((const AbArmEntry *) left)->label,
						  ((const AbArmEntry *) right)->label);
}

/*
 * Add the arms of one state: each with the rows that it has, those left out
 * for a value that is missing included, of which no metric has more.
 */
static void
AddArms(AbArmList *arms, const AbArmList *list)
{
	for (int i = 0; i < list->count; i++)
	{
		AbArmEntry	entry = list->entries[i];
		int			position = 0;

		entry.rows = AllRows(list, &entry);
		entry.missing = NULL;
		while (position < arms->count &&
			   !AbLabelEquals(arms->entries[position].label, entry.label))
			position++;
		if (position < arms->count)
		{
			arms->entries[position].rows = Max(arms->entries[position].rows,
											   entry.rows);
			arms->entries[position].control |= entry.control;
			continue;
		}
		arms->entries = arms->entries == NULL ?
			(AbArmEntry *) palloc(sizeof(AbArmEntry)) :
			(AbArmEntry *) repalloc(arms->entries,
									(arms->count + 1) * sizeof(AbArmEntry));
		arms->entries[arms->count++] = entry;
	}
	arms->unassigned = Max(arms->unassigned, list->unassigned);
}

/*
 * The arms of a block: those counted by themselves, else of all its states.
 */
static AbArmList
BlockArms(const AbCollection *collection, const AbBlock *block, Datum counted)
{
	AbArmList	arms = {"summary", NULL, 0, 0, 0};

	if (counted != 0)
	{
		AbArmList	list = AbListSummary(AbDatumGetSummary(counted));

		AddArms(&arms, &list);
	}
	else
		for (int i = 0; i < collection->spec->metric_count; i++)
		{
			AbArmList	list = AbListState(collection, i, block->states[i]);

			AddArms(&arms, &list);
		}
	if (arms.count > 0)
		qsort(arms.entries, arms.count, sizeof(AbArmEntry), CompareEntries);
	return arms;
}

/* ----------------------------------------------------------------------
 * What has to be known first
 * ----------------------------------------------------------------------
 */

/*
 * A number as SQL.
 */
static char *
NumberSql(double value)
{
	return psprintf("CAST('%.17g' AS pg_catalog.float8)", value);
}

/*
 * The value at a quantile of a variant, NaN where it has none.
 */
static double
Quantile(const AbSpec *spec, Datum histogram, AbLabel variant, double quantile)
{
	Oid			types[] = {spec->query.histogram_type, TEXTOID, FLOAT8OID};
	Datum		values[] = {histogram, CStringGetTextDatum(AbLabelToServer(variant)), Float8GetDatum(quantile)};
	bool		is_null;
	Datum		result;

	if (SPI_execute_with_args(psprintf("SELECT %s.ab_quantile($1, $2, $3)",
									   spec->query.schema),
							  3, types, values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read a quantile");
	result = Value(SPI_tuptable, 0, 0, &is_null);
	return is_null ? NAN : DatumGetFloat8(result);
}

/*
 * The cut of a metric as SQL, NULL where there are no rows to cut.
 */
static const char *
CutSql(const AbSpec *spec, const AbMetric *metric, Datum histogram)
{
	static const AbLabel all = {"all", 3};
	AbArmList	list;
	StringInfoData sql;
	double		cut;

	if (histogram == 0)
		return NULL;
	if (metric->statistic != AB_STATISTIC_QUANTILE)
	{
		cut = Quantile(spec, histogram, all, metric->cap);
		return isnan(cut) ? NULL : NumberSql(cut);
	}
	list = AbListHistogram(AbDatumGetHistogram(histogram));
	initStringInfo(&sql);
	for (int i = 0; i < list.count; i++)
	{
		cut = Quantile(spec, histogram, list.entries[i].label,
					   metric->quantile);
		if (!isnan(cut))
			appendStringInfo(&sql, "%s WHEN CAST(c%d AS pg_catalog.text) COLLATE pg_catalog.\"C\" OPERATOR(pg_catalog.=) %s THEN %s",
							 sql.len == 0 ? "CASE" : "", spec->variant + 1,
							 quote_literal_cstr(AbLabelToServer(list.entries[i].label)),
							 NumberSql(cut));
	}
	if (sql.len == 0)
		return NULL;
	appendStringInfoString(&sql, " END");
	return sql.data;
}

/*
 * Find the cuts of one kind.
 */
static void
FindCutsOf(AbCollection *collection, AbCut kind, AbCuts *cuts)
{
	const AbSpec *spec = collection->spec;
	char	   *sql = AbCutsSql(spec, kind, cuts->excluded);
	SPITupleTable *table;
	int			column = 0;

	if (sql == NULL)
		return;
	table = Run(sql);
	for (int i = 0; i < spec->metric_count; i++)
	{
		const AbMetric *metric = &spec->metrics[i];
		Datum		histogram;

		if (AbCutOf(spec, metric) != kind)
			continue;
		histogram = State(table, 0, column++);
		cuts->values[i] = CutSql(spec, metric, histogram);
		if (metric->statistic == AB_STATISTIC_QUANTILE)
			collection->histograms[i] = histogram;
		else if (cuts->values[i] == NULL)
			cuts->values[i] = "CAST(NULL AS pg_catalog.float8)";
	}
}

/*
 * Find what has to be known of each metric before it is collected.
 */
static AbCuts
FindCuts(AbCollection *collection, const char *excluded)
{
	int			count = collection->spec->metric_count;
	AbCuts		cuts = {NULL, excluded, false};

	cuts.values = (const char **) palloc0(count * sizeof(char *));
	collection->histograms = (Datum *) palloc0(count * sizeof(Datum));
	if (collection->grain != AB_GRAIN_STATES)
	{
		FindCutsOf(collection, AB_CUT_ROWS, &cuts);
		FindCutsOf(collection, AB_CUT_UNITS, &cuts);
	}
	return cuts;
}

/* ----------------------------------------------------------------------
 * Collecting
 * ----------------------------------------------------------------------
 */

static void
ReadBlock(AbCollection *collection, AbBlock *block, const SPITupleTable *table,
		  uint64 row)
{
	const AbSpec *spec = collection->spec;
	bool		is_null;
	Datum		value;

	value = Value(table, row, AB_BLOCK_SLICE, &is_null);
	block->slice = DatumGetInt32(value);
	value = Value(table, row, AB_BLOCK_VALUE, &is_null);
	if (block->slice >= 0)
		block->label = AbSliceLabel(spec, block->slice,
									TextDatumGetCString(value));
	block->rows = Count(table, row, AB_BLOCK_ROWS);
	block->most_rows = Count(table, row, AB_BLOCK_MOST_ROWS);
	block->mixed = Count(table, row, AB_BLOCK_MIXED);
	block->no_unit = Count(table, row, AB_BLOCK_NO_UNIT);
	block->no_variant = Count(table, row, AB_BLOCK_NO_VARIANT);
	block->spread = Count(table, row, AB_BLOCK_SPREAD);
	block->states = (Datum *) palloc0(spec->metric_count * sizeof(Datum));
	for (int i = 0; i < spec->metric_count; i++)
		block->states[i] = State(table, row, AB_BLOCK_STATES + i);
	block->arms = BlockArms(collection, block,
							State(table, row, AB_BLOCK_ARMS));
	if (collection->grain == AB_GRAIN_ROWS)
		block->no_variant = block->arms.unassigned;
}

/*
 * The units seen in several variants as a text[] in SQL, NULL if there are
 * none.
 */
static const char *
MixedUnits(const SPITupleTable *table)
{
	bool		is_null;
	Datum		units = Value(table, 0, AB_BLOCK_MIXED_UNITS, &is_null);
	Oid			output;
	bool		is_varlena;

	if (is_null)
		return NULL;
	getTypeOutputInfo(TEXTARRAYOID, &output, &is_varlena);
	return psprintf("CAST(%s AS pg_catalog.text[])",
					quote_literal_cstr(OidOutputFunctionCall(output, units)));
}

/*
 * Collect the states of units, some of which are in several variants.  Their
 * rows must not be in the cuts either.
 */
static SPITupleTable *
CollectAgain(AbCollection *collection, AbCuts *cuts, int64 *mixed)
{
	SPITupleTable *table;
	const char *units;

	cuts->several_variants = true;
	table = Run(AbCollectSql(collection->spec, cuts));
	*mixed = Count(table, 0, AB_BLOCK_MIXED);
	units = MixedUnits(table);
	for (int i = 0; i < collection->spec->metric_count; i++)
		if (cuts->values[i] != NULL && units != NULL)
		{
			SPI_freetuptable(table);
			*cuts = FindCuts(collection, units);
			return Run(AbCollectSql(collection->spec, cuts));
		}
	return table;
}

/*
 * Run the query and collect the states.  Needs a connection to SPI, and what is
 * returned lives as long as that.
 */
AbCollection
AbCollect(const AbSpec *spec)
{
	AbCollection collection = {spec, AbGrainOf(spec), NULL, 0, NULL};
	AbCuts		cuts = FindCuts(&collection, NULL);
	SPITupleTable *table = NULL;
	int64		mixed = 0;

	if (collection.grain != AB_GRAIN_UNITS || spec->slice_count == 0)
	{
		table = Run(AbCollectSql(spec, &cuts));
		mixed = Count(table, 0, AB_BLOCK_MIXED);
	}
	if (table == NULL || mixed > 0)
		table = CollectAgain(&collection, &cuts, &mixed);
	collection.count = table->numvals;
	collection.blocks = (AbBlock *) palloc0(Max(collection.count, 1) *
											sizeof(AbBlock));
	for (int i = 0; i < collection.count; i++)
		ReadBlock(&collection, &collection.blocks[i], table, i);
	collection.blocks[0].mixed = mixed;
	return collection;
}
