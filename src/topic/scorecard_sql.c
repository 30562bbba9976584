/*
 * scorecard_sql.c
 *	  The SQL that collects what a scorecard reads.
 *
 * The query is read once, whatever the number of metrics and slices, and
 * nothing but the extension's states leaves the aggregates, so that the
 * server's planner may run it in parallel, by partition and on shards:
 *
 *	rows	the states are aggregated over the query;
 *	units	the query is summed by unit, the states are over the units;
 *	pairs	it is summed by pair and variant, and the states are over the
 *			pairs of control and treatment;
 *	states	the query's own states are rolled up.
 *
 * With slices the first step is also by them, and the whole and each slice are
 * made of its result.
 *
 * Every name is written with its schema, see scorecard_states.c.
 */
#include "topic/scorecard_sql.h"

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
 * SELECT of the query by unit, or by pair and variant, and by all slices.
 * Rows without a variant are groups of their own.  The variants of a unit are
 * told apart by bytes, as their names are everywhere.
 */
static void
AppendGroups(Writer *writer)
{
	const AbSpec *spec = writer->spec;
	const char *variant = AbVariantSql(spec, false);
	bool		units = writer->grain == AB_GRAIN_UNITS;
	StringInfo	sql = &writer->sql;

	appendStringInfo(sql, "SELECT %s AS u, pg_catalog.count(*) AS r",
					 AbKeySql(spec));
	if (units)
		appendStringInfo(sql, ", pg_catalog.min(%s COLLATE pg_catalog.\"C\") AS v, pg_catalog.max(%s COLLATE pg_catalog.\"C\") AS w",
						 variant, variant);
	else
		appendStringInfo(sql, ", %s COLLATE pg_catalog.\"C\" AS v", variant);
	for (int j = 0; j < spec->slice_count; j++)
		appendStringInfo(sql, ", %s AS k%d", AbSliceSql(spec, j), j);
	AppendSums(writer, false);
	appendStringInfoString(sql, " FROM ");
	AppendQuery(writer);
	appendStringInfo(sql, " GROUP BY %s, ", AbKeySql(spec));
	if (units)
		appendStringInfo(sql, "(c%d IS NULL)", spec->variant + 1);
	else
		appendStringInfo(sql, "%s COLLATE pg_catalog.\"C\"", variant);
	for (int j = 0; j < spec->slice_count; j++)
		appendStringInfo(sql, ", %s", AbSliceSql(spec, j));
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
 * The second step of units or pairs: their sums within the slice.
 */
static void
AppendRegrouped(Writer *writer, int slice)
{
	bool		units = writer->grain == AB_GRAIN_UNITS;
	StringInfo	sql = &writer->sql;

	appendStringInfo(sql, "(SELECT g.u, g.k, pg_catalog.sum(g.r) AS r, %s",
					 units ? "pg_catalog.min(g.v) AS v, pg_catalog.max(g.w) AS w" : "g.v");
	AppendSums(writer, true);
	appendStringInfoString(sql, " FROM ");
	AppendGroupsOf(writer, slice);
	if (units && slice >= 0)
		appendStringInfoString(sql, " WHERE NOT EXISTS (SELECT FROM bad AS b WHERE b.u" EQUALS "g.u)");
	appendStringInfo(sql, " GROUP BY g.u, g.k, %s)",
					 units ? "(g.v IS NULL)" : "g.v");
}

/*
 * Units, or variants of pairs, with their sums within a slice or the whole.
 */
static void
AppendSource(Writer *writer, int slice)
{
	if (writer->spec->slice_count > 0)
		AppendRegrouped(writer, slice);
	else
	{
		appendStringInfoChar(&writer->sql, '(');
		AppendGroups(writer);
		appendStringInfoChar(&writer->sql, ')');
	}
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
 * A block of units.
 */
static void
AppendUnitBlock(Writer *writer, int slice)
{
	StringInfo	sql = &writer->sql;
	bool		needs_mixed = false;

	for (int i = 0; i < writer->spec->metric_count; i++)
		needs_mixed |= writer->cuts->values[i] != NULL;
	appendStringInfo(sql, "SELECT %d AS slice, %s AS value, CAST(pg_catalog.sum(u.r) AS pg_catalog.int8) AS n, CAST(pg_catalog.max(u.r) FILTER (WHERE u.ok) AS pg_catalog.int8), pg_catalog.count(*) FILTER (WHERE u.mixed), %s, CAST(pg_catalog.sum(u.r) FILTER (WHERE u.u IS NULL) AS pg_catalog.int8), CAST(pg_catalog.sum(u.r) FILTER (WHERE u.v IS NULL AND u.u IS NOT NULL) AS pg_catalog.int8), ",
					 slice, slice < 0 ? "CAST(NULL AS pg_catalog.text)" : "u.k",
					 needs_mixed ? "pg_catalog.array_agg(CAST(u.u AS pg_catalog.text)) FILTER (WHERE u.mixed)" :
					 "CAST(NULL AS pg_catalog.text[])");
	if (slice < 0)
		appendStringInfoString(sql, "CAST(NULL AS pg_catalog.int8)");
	else
		appendStringInfo(sql, "(SELECT pg_catalog.count(*) FROM (SELECT FROM g WHERE g.u IS NOT NULL AND g.v IS NOT NULL GROUP BY g.u HAVING pg_catalog.min(g.k%d) OPERATOR(pg_catalog.<>) pg_catalog.max(g.k%d)) AS spread)",
						 slice, slice);
	appendStringInfo(sql, ", %s.ab_summary(true, u.v) FILTER (WHERE u.ok)",
					 writer->spec->query.schema);
	AppendStates(writer, false);
	appendStringInfoString(sql, " FROM (SELECT g.*, g.u IS NOT NULL AND g.v" EQUALS "g.w AS ok, g.u IS NOT NULL AND g.v OPERATOR(pg_catalog.<>) g.w AS mixed FROM ");
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
		appendStringInfoString(sql, "SELECT pg_catalog.count(*) AS r");
		for (int j = 0; j < spec->slice_count; j++)
			appendStringInfo(sql, ", %s AS k%d", AbSliceSql(spec, j), j);
		for (int i = 0; i < spec->metric_count; i++)
			appendStringInfo(sql, ", %s AS a%d",
							 writer->grain == AB_GRAIN_ROWS ?
							 AbRowStateSql(writer->spec, writer->cuts, i) :
							 psprintf("%s.ab_rollup(c%d)", spec->query.schema,
									  spec->metrics[i].column + 1), i);
		appendStringInfoString(sql, " FROM ");
		AppendQuery(writer);
		for (int j = 0; j < spec->slice_count; j++)
			appendStringInfo(sql, "%s%s", j == 0 ? " GROUP BY " : ", ",
							 AbSliceSql(spec, j));
	}
	appendStringInfoChar(sql, ')');
	if (writer->grain == AB_GRAIN_UNITS)
		appendStringInfoString(sql, ", bad AS MATERIALIZED (SELECT g.u FROM g WHERE g.u IS NOT NULL GROUP BY g.u HAVING pg_catalog.min(g.v) OPERATOR(pg_catalog.<>) pg_catalog.max(g.w))");
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
	if (spec->slice_count > 0)
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
 * The statement that collects, for each metric that AbNeedsCut(), the histogram
 * its cut is read from: of a quantile all rows by variant, of a cap all units
 * or rows together.  NULL if there is none.
 */
char *
AbCutsSql(const AbSpec *spec, const char *excluded)
{
	AbCuts		none = {palloc0(Max(spec->metric_count, 1) * sizeof(char *)), excluded};
	Writer		writer = {spec, &none, AbGrainOf(spec), {0}};
	const char *key = writer.grain == AB_GRAIN_UNITS ? AbKeySql(spec) : NULL;
	int			count = 0;

	initStringInfo(&writer.sql);
	appendStringInfoString(&writer.sql, "SELECT");
	for (int i = 0; i < spec->metric_count; i++)
	{
		const AbMetric *metric = &spec->metrics[i];
		const char *value = AbValueSql(spec, metric->column);

		if (!AbNeedsCut(spec, metric))
			continue;
		appendStringInfoString(&writer.sql, count++ > 0 ? ", " : " ");
		if (metric->statistic == AB_STATISTIC_QUANTILE)
			appendStringInfo(&writer.sql, "%s.ab_histogram(%s, %s)%s",
							 spec->query.schema, value,
							 AbVariantSql(spec, true),
							 psprintf(" FILTER (WHERE %s IS NOT NULL)", key));
		else if (key == NULL)
			appendStringInfo(&writer.sql, "%s.ab_histogram(%s, CAST('all' AS pg_catalog.text)) FILTER (WHERE c%d IS NOT NULL)",
							 spec->query.schema, value, spec->variant + 1);
		else
			appendStringInfo(&writer.sql, "(SELECT %s.ab_histogram(%s, CAST('all' AS pg_catalog.text)) FILTER (WHERE u.u IS NOT NULL AND u.v" EQUALS "u.w) FROM ",
							 spec->query.schema,
							 AbUnitMeanSql("u", 's', 'n', i));
		if (metric->statistic != AB_STATISTIC_QUANTILE && key != NULL)
		{
			appendStringInfoChar(&writer.sql, '(');
			AppendGroups(&writer);
			appendStringInfoString(&writer.sql, ") AS u)");
		}
	}
	appendStringInfoString(&writer.sql, " FROM ");
	AppendQuery(&writer);
	return count == 0 ? NULL : writer.sql.data;
}
