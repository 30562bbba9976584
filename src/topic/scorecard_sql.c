/*
 * scorecard_sql.c
 *	  The SQL that collects what a scorecard reads.
 *
 * The query is read once, whatever the number of metrics and slices, and
 * nothing but the extension's states leaves the aggregates, so that the
 * server's planner may run it in parallel, by partition and on shards:
 *
 *	rows	the states are aggregated over the query;
 *	units	the query is summed by unit and variant, the states are over those;
 *	pairs	it is summed by pair and variant, and the states are over the
 *			pairs of control and treatment;
 *	states	the query's own states are rolled up.
 *
 * Units that are in several variants are left out.  They are rare, so whether
 * there are any is found out on the way, by counting, and only then are they
 * looked for, in a second run.
 *
 * With slices the first step is also by them, and the whole and each slice are
 * made of its result.
 *
 * Every name is written with its schema, see scorecard_states.c.
 */
#include "topic/scorecard_sql.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#define EQUALS	" OPERATOR(pg_catalog.=) "

typedef struct Writer
{
	const AbSpec *spec;
	const AbCuts *cuts;
	AbGrain		grain;
	StringInfoData sql;
} Writer;

/*
 * Is there a first step, whose result is read several times?
 */
static bool
HasSteps(const Writer *writer)
{
	return writer->spec->slice_count > 0 || writer->cuts->several_variants;
}

/* The query as a table. */
static void
AppendQuery(Writer *writer)
{
	const AbQuery *query = &writer->spec->query;

	/* a comment may end the query */
	appendStringInfo(&writer->sql, "(\n%s\n) AS q(", query->text);
	for (int i = 0; i < query->count; i++)
		appendStringInfo(&writer->sql, "%sc%d", i > 0 ? ", " : "", i + 1);
	appendStringInfoChar(&writer->sql, ')');
	if (writer->cuts->excluded != NULL)
		appendStringInfo(&writer->sql, " WHERE (%s IS NULL OR CAST(%s AS pg_catalog.text) OPERATOR(pg_catalog.<>) ALL (%s))",
						 AbKeySql(writer->spec), AbKeySql(writer->spec),
						 writer->cuts->excluded);
}

/* ----------------------------------------------------------------------
 * Sums by unit or pair
 * ----------------------------------------------------------------------
 */

/*
 * For each metric's sums: over the query, or again of sums that another step
 * has made.
 */
static void
AppendSums(Writer *writer, bool again)
{
	for (int i = 0; i < writer->spec->metric_count; i++)
	{
		AbSum		sums[AB_MAX_SUMS];
		int			count = AbMetricSums(writer->spec, writer->cuts, i, sums);

		for (int j = 0; j < count; j++)
			if (again)
				appendStringInfo(&writer->sql, ", pg_catalog.sum(g.%c%d) AS %c%d",
								 sums[j].letter, i, sums[j].letter, i);
			else
				appendStringInfo(&writer->sql, ", %s AS %c%d", sums[j].sql,
								 sums[j].letter, i);
	}
}

/*
 * The columns of the slices, as they are grouped: y0, y1, ..
 */
static void
AppendSliceColumns(Writer *writer)
{
	const AbSpec *spec = writer->spec;

	for (int j = 0; j < spec->slice_count; j++)
		appendStringInfo(&writer->sql, ", %s AS y%d",
						 AbGroupSql(spec, spec->slices[j]), j);
}

/*
 * The slices as texts, k0, k1, .., of x.y0, x.y1, ..
 */
static void
AppendSliceTexts(Writer *writer)
{
	for (int j = 0; j < writer->spec->slice_count; j++)
		appendStringInfo(&writer->sql, ", %s AS k%d",
						 AbSliceSql(psprintf("x.y%d", j)), j);
}

static void
AppendGroupBySlices(Writer *writer, const char *before)
{
	const AbSpec *spec = writer->spec;

	for (int j = 0; j < spec->slice_count; j++)
		appendStringInfo(&writer->sql, "%s%s", j == 0 ? before : ", ",
						 AbGroupSql(spec, spec->slices[j]));
}

/*
 * SELECT of the query by unit or pair, by variant and by all slices; of units a
 * group each as long as they are in one variant.  Variants are told apart by
 * bytes, as their names are everywhere.
 */
static void
AppendGroups(Writer *writer)
{
	const AbSpec *spec = writer->spec;
	const char *key = AbKeySql(spec);
	const char *variant = AbGroupSql(spec, spec->variant);
	StringInfo	sql = &writer->sql;

	appendStringInfoString(sql, "SELECT x.*, CAST(x.o AS pg_catalog.text) COLLATE pg_catalog.\"C\" AS v");
	AppendSliceTexts(writer);
	appendStringInfo(sql, " FROM (SELECT %s AS u, %s AS o, pg_catalog.count(*) AS r",
					 key, variant);
	AppendSliceColumns(writer);
	AppendSums(writer, false);
	appendStringInfoString(sql, " FROM ");
	AppendQuery(writer);
	appendStringInfo(sql, " GROUP BY %s, %s", key, variant);
	AppendGroupBySlices(writer, ", ");
	appendStringInfoString(sql, ") AS x");
}

/*
 * FROM of the groups of the first step, g, for a slice or the whole (-1), whose
 * value is k.
 */
static void
AppendGroupsOf(Writer *writer, int slice)
{
	if (slice < 0)
		appendStringInfoString(&writer->sql, "(SELECT g.*, CAST(NULL AS pg_catalog.text) AS k FROM g) AS g");
	else
		appendStringInfo(&writer->sql,
						 "(SELECT g.*, CASE WHEN t.o OPERATOR(pg_catalog.<=) %d THEN g.k%d ELSE 'o' END AS k FROM g JOIN t%d AS t ON g.k%d" EQUALS "t.k) AS g",
						 AB_MAX_SLICE_VALUES, slice, slice, slice);
}

/*
 * Units, or variants of pairs, with their sums within a slice or the whole;
 * without the units that are in several variants, where those are looked for.
 */
static void
AppendSource(Writer *writer, int slice)
{
	StringInfo	sql = &writer->sql;

	appendStringInfoChar(sql, '(');
	if (!HasSteps(writer))
		AppendGroups(writer);
	else
	{
		appendStringInfoString(sql, "SELECT g.u, g.v, g.k, pg_catalog.sum(g.r) AS r");
		AppendSums(writer, true);
		appendStringInfoString(sql, " FROM ");
		AppendGroupsOf(writer, slice);
		if (writer->grain == AB_GRAIN_UNITS)
			appendStringInfoString(sql, " WHERE NOT EXISTS (SELECT FROM bad AS b WHERE b.u" EQUALS "g.u)");
		appendStringInfoString(sql, " GROUP BY g.u, g.v, g.k");
	}
	appendStringInfoChar(sql, ')');
}

/* ----------------------------------------------------------------------
 * Blocks
 * ----------------------------------------------------------------------
 */

static void
AppendStates(Writer *writer, bool from_cells)
{
	const AbSpec *spec = writer->spec;

	for (int i = 0; i < spec->metric_count; i++)
		if (from_cells)
			appendStringInfo(&writer->sql, ", %s.ab_rollup(g.a%d)",
							 spec->query.schema, i);
		else
			appendStringInfo(&writer->sql, ", %s",
							 writer->grain == AB_GRAIN_UNITS ?
							 AbUnitStateSql(writer->spec, writer->cuts, i) :
							 writer->grain == AB_GRAIN_PAIRS ?
							 AbPairStateSql(writer->spec, writer->cuts, i) :
							 writer->grain == AB_GRAIN_ROWS ?
							 AbRowStateSql(writer->spec, writer->cuts, i) :
							 psprintf("%s.ab_rollup(c%d)", spec->query.schema,
									  spec->metrics[i].column + 1));
}

static void
AppendGroupByValue(Writer *writer, int slice, const char *value)
{
	if (slice >= 0)
		appendStringInfo(&writer->sql, " GROUP BY %s", value);
}

/*
 * A block of rows or of states.
 */
static void
AppendRowBlock(Writer *writer, int slice)
{
	StringInfo	sql = &writer->sql;
	bool		cells = writer->spec->slice_count > 0;

	appendStringInfo(sql, "SELECT %d AS slice, %s AS value, %s AS n, CAST(NULL AS pg_catalog.int8), CAST(NULL AS pg_catalog.int8), CAST(NULL AS pg_catalog.text[]), CAST(NULL AS pg_catalog.int8), CAST(NULL AS pg_catalog.int8), CAST(NULL AS pg_catalog.int8), CAST(NULL AS %s.ab_summary)",
					 slice, slice < 0 ? "CAST(NULL AS pg_catalog.text)" : "g.k",
					 cells ? "CAST(pg_catalog.sum(g.r) AS pg_catalog.int8)" :
					 "pg_catalog.count(*)", writer->spec->query.schema);
	AppendStates(writer, cells);
	appendStringInfoString(sql, " FROM ");
	if (cells)
		AppendGroupsOf(writer, slice);
	else
		AppendQuery(writer);
	AppendGroupByValue(writer, slice, "g.k");
}

/*
 * How many groups there are more than units, as SQL: 0 where every unit is in
 * one variant.  What is counted is at most as many as there are units.
 */
static const char *
SurplusSql(const AbSpec *spec)
{
	Oid			type = spec->query.columns[spec->unit].type;

	return psprintf("pg_catalog.count(*) FILTER (WHERE u.ok) OPERATOR(pg_catalog.-) pg_catalog.count(DISTINCT %s) FILTER (WHERE u.ok)",
					type == INT2OID || type == INT4OID || type == INT8OID ? "u.u" :
					"pg_catalog.hashtextextended(CAST(u.u AS pg_catalog.text), 0)");
}

/*
 * A block of units.
 */
static void
AppendUnitBlock(Writer *writer, int slice)
{
	const AbSpec *spec = writer->spec;
	StringInfo	sql = &writer->sql;

	appendStringInfo(sql, "SELECT %d AS slice, %s AS value, CAST(pg_catalog.sum(u.r) AS pg_catalog.int8) AS n, CAST(pg_catalog.max(u.r) FILTER (WHERE u.ok) AS pg_catalog.int8), %s, %s, CAST(pg_catalog.sum(u.r) FILTER (WHERE u.u IS NULL) AS pg_catalog.int8), CAST(pg_catalog.sum(u.r) FILTER (WHERE u.v IS NULL AND u.u IS NOT NULL) AS pg_catalog.int8), ",
					 slice, slice < 0 ? "CAST(NULL AS pg_catalog.text)" : "u.k",
					 !HasSteps(writer) ? SurplusSql(spec) :
					 slice < 0 ? "(SELECT pg_catalog.count(*) FROM bad)" :
					 "CAST(NULL AS pg_catalog.int8)",
					 HasSteps(writer) && slice < 0 ?
					 "(SELECT pg_catalog.array_agg(CAST(b.u AS pg_catalog.text)) FROM bad AS b)" :
					 "CAST(NULL AS pg_catalog.text[])");
	if (slice < 0)
		appendStringInfoString(sql, "CAST(NULL AS pg_catalog.int8)");
	else
		appendStringInfo(sql, "(SELECT pg_catalog.count(*) FROM (SELECT FROM g WHERE g.u IS NOT NULL AND g.v IS NOT NULL GROUP BY g.u HAVING pg_catalog.min(g.k%d) OPERATOR(pg_catalog.<>) pg_catalog.max(g.k%d)) AS spread)",
						 slice, slice);
	appendStringInfo(sql, ", %s.ab_summary(true, u.v) FILTER (WHERE u.ok)",
					 spec->query.schema);
	AppendStates(writer, false);
	appendStringInfoString(sql, " FROM (SELECT g.*, g.u IS NOT NULL AND g.v IS NOT NULL AS ok FROM ");
	AppendSource(writer, slice);
	appendStringInfoString(sql, " AS g) AS u");
	AppendGroupByValue(writer, slice, "u.k");
}

/*
 * A block of pairs.  The control's sums are spread over the other variants of
 * the pair by a window, which no wrong estimate of a join can make slow.
 */
static void
AppendPairBlock(Writer *writer, int slice)
{
	const AbSpec *spec = writer->spec;
	const AbTestArgs *test = &spec->call->test;
	StringInfo	sql = &writer->sql;
	const char *control = test->control.data == NULL ? "'control'" :
		quote_literal_cstr(AbLabelToServer(test->control));

	appendStringInfo(sql, "SELECT %d AS slice, %s AS value, CAST(pg_catalog.sum(t.r) AS pg_catalog.int8) AS n, CAST(pg_catalog.max(t.r) AS pg_catalog.int8), CAST(NULL AS pg_catalog.int8), CAST(NULL AS pg_catalog.text[]), CAST(pg_catalog.sum(t.r) FILTER (WHERE t.u IS NULL) AS pg_catalog.int8), CAST(pg_catalog.sum(t.r) FILTER (WHERE t.v IS NULL AND t.u IS NOT NULL) AS pg_catalog.int8), CAST(NULL AS pg_catalog.int8), %s.ab_summary(true, t.v) FILTER (WHERE t.u IS NOT NULL)",
					 slice, slice < 0 ? "CAST(NULL AS pg_catalog.text)" : "t.k",
					 spec->query.schema);
	AppendStates(writer, false);
	appendStringInfo(sql, " FROM (SELECT p.*, p.u IS NOT NULL AND p.v OPERATOR(pg_catalog.<>) %s AND pg_catalog.count(*) FILTER (WHERE p.v" EQUALS "%s) OVER w OPERATOR(pg_catalog.>) 0",
					 control, control);
	if (test->treatment.data != NULL)
		appendStringInfo(sql, " AND p.v" EQUALS "%s",
						 quote_literal_cstr(AbLabelToServer(test->treatment)));
	appendStringInfoString(sql, " AS ok");
	for (int i = 0; i < spec->metric_count; i++)
		appendStringInfo(sql, ", pg_catalog.max(p.s%d) FILTER (WHERE p.v" EQUALS "%s) OVER w AS x%d, pg_catalog.max(p.n%d) FILTER (WHERE p.v" EQUALS "%s) OVER w AS z%d",
						 i, control, i, i, control, i);
	appendStringInfoString(sql, " FROM ");
	AppendSource(writer, slice);
	appendStringInfo(sql, " AS p WINDOW w AS (PARTITION BY p.u%s)) AS t",
					 slice < 0 ? "" : ", p.k");
	AppendGroupByValue(writer, slice, "t.k");
}

/*
 * The first step, where a block is not made of the query directly, and the
 * order of the values of each slice.
 */
static void
AppendWith(Writer *writer)
{
	const AbSpec *spec = writer->spec;
	StringInfo	sql = &writer->sql;

	appendStringInfoString(sql, "WITH g AS MATERIALIZED (");
	if (writer->grain == AB_GRAIN_UNITS || writer->grain == AB_GRAIN_PAIRS)
		AppendGroups(writer);
	else
	{
		appendStringInfoString(sql, "SELECT x.*");
		AppendSliceTexts(writer);
		appendStringInfoString(sql, " FROM (SELECT pg_catalog.count(*) AS r");
		AppendSliceColumns(writer);
		for (int i = 0; i < spec->metric_count; i++)
			appendStringInfo(sql, ", %s AS a%d",
							 writer->grain == AB_GRAIN_ROWS ?
							 AbRowStateSql(writer->spec, writer->cuts, i) :
							 psprintf("%s.ab_rollup(c%d)", spec->query.schema,
									  spec->metrics[i].column + 1), i);
		appendStringInfoString(sql, " FROM ");
		AppendQuery(writer);
		AppendGroupBySlices(writer, " GROUP BY ");
		appendStringInfoString(sql, ") AS x");
	}
	appendStringInfoChar(sql, ')');
	if (writer->grain == AB_GRAIN_UNITS)
		appendStringInfoString(sql, ", bad AS MATERIALIZED (SELECT g.u FROM g WHERE g.u IS NOT NULL GROUP BY g.u HAVING pg_catalog.min(g.v) OPERATOR(pg_catalog.<>) pg_catalog.max(g.v))");
	for (int j = 0; j < spec->slice_count; j++)
		appendStringInfo(sql, ", t%d AS (SELECT k, pg_catalog.row_number() OVER (ORDER BY n DESC, k COLLATE pg_catalog.\"C\") AS o FROM (SELECT g.k%d AS k, pg_catalog.sum(g.r) AS n FROM g GROUP BY g.k%d) AS t)",
						 j, j, j);
	appendStringInfoChar(sql, ' ');
}

/*
 * The statement that collects the states of the whole and of every slice, a row
 * each with the columns AB_BLOCK_..., the whole first, then each slice column's
 * values from the largest on.
 */
char *
AbCollectSql(const AbSpec *spec, const AbCuts *cuts)
{
	Writer		writer = {spec, cuts, AbGrainOf(spec), {0}};

	initStringInfo(&writer.sql);
	if (HasSteps(&writer))
		AppendWith(&writer);
	if (spec->slice_count > 0)
		appendStringInfoString(&writer.sql, "SELECT * FROM (");
	for (int j = -1; j < spec->slice_count; j++)
	{
		if (j >= 0)
			appendStringInfoString(&writer.sql, " UNION ALL ");
		if (writer.grain == AB_GRAIN_UNITS)
			AppendUnitBlock(&writer, j);
		else if (writer.grain == AB_GRAIN_PAIRS)
			AppendPairBlock(&writer, j);
		else
			AppendRowBlock(&writer, j);
	}
	if (spec->slice_count > 0)
		appendStringInfoString(&writer.sql, ") AS b(slice, value, n) ORDER BY slice, value" EQUALS "'o', n DESC, value COLLATE pg_catalog.\"C\"");
	return writer.sql.data;
}

/*
 * The statement that collects, for each metric with that kind of cut, the
 * histogram it is read from: of a quantile all rows by variant, of a cap all
 * rows or units together.  NULL if there is none.
 */
char *
AbCutsSql(const AbSpec *spec, AbCut kind, const char *excluded)
{
	AbCuts		none = {palloc0(Max(spec->metric_count, 1) * sizeof(char *)), excluded, false};
	Writer		writer = {spec, &none, AbGrainOf(spec), {0}};
	int			count = 0;

	initStringInfo(&writer.sql);
	appendStringInfoString(&writer.sql, "SELECT");
	for (int i = 0; i < spec->metric_count; i++)
	{
		const AbMetric *metric = &spec->metrics[i];
		bool		quantile = metric->statistic == AB_STATISTIC_QUANTILE;

		if (AbCutOf(spec, metric) != kind)
			continue;
		appendStringInfo(&writer.sql, "%s %s.ab_histogram(%s, %s) FILTER (WHERE ",
						 count++ > 0 ? "," : "", spec->query.schema,
						 kind == AB_CUT_UNITS ?
						 AbUnitMeanSql("g", 's', 'n', i) :
						 AbValueSql(spec, metric->column),
						 quantile ? AbVariantSql(spec, true) :
						 "CAST('all' AS pg_catalog.text)");
		if (kind == AB_CUT_UNITS)
			appendStringInfoString(&writer.sql, "g.u IS NOT NULL AND g.v IS NOT NULL)");
		else if (quantile)
			appendStringInfo(&writer.sql, "%s IS NOT NULL)", AbKeySql(spec));
		else
			appendStringInfo(&writer.sql, "c%d IS NOT NULL)",
							 spec->variant + 1);
	}
	appendStringInfoString(&writer.sql, " FROM ");
	if (kind == AB_CUT_UNITS)
	{
		/* without slices a unit is one row of the groups */
		AbSpec		whole = *spec;

		whole.slice_count = 0;
		writer.spec = &whole;
		appendStringInfoChar(&writer.sql, '(');
		AppendGroups(&writer);
		appendStringInfoString(&writer.sql, ") AS g");
	}
	else
		AppendQuery(&writer);
	return count == 0 ? NULL : writer.sql.data;
}
