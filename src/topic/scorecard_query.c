/*
 * scorecard_query.c
 *	  The query of a scorecard: its text, checked, and its columns.
 *
 * The text is what a caller gives, so it is parsed by itself before anything
 * is written around it: what is exactly one SELECT stays one in parentheses.
 * Its columns are renamed by position there, so no name of the caller's stands
 * in the SQL that is generated.
 */
#include "topic/scorecard_query.h"

#include <ctype.h>

#include "compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

/* Columns listed in an error before the list is cut. */
#define MAX_LISTED_COLUMNS	20

/*
 * Say where in the query a syntax error is, not where in the statement around.
 */
static void
ReportPosition(void *text)
{
	int			position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery((const char *) text);
	}
}

static List *
RawParse(const char *text)
{
	ErrorContextCallback callback;
	List	   *statements;

	callback.callback = ReportPosition;
	callback.arg = unconstify(char *, text);
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	statements = raw_parser(text, RAW_PARSE_DEFAULT);
	error_context_stack = callback.previous;
	return statements;
}

/*
 * Has the text only what names of tables are made of?  What splits them below
 * takes any other characters for a part of them.
 */
static bool
MayBeName(const char *text)
{
	bool		quoted = false;

	for (const char *c = text; *c != '\0'; c++)
	{
		if (*c == '"')
			quoted = !quoted;
		else if (!quoted && !IS_HIGHBIT_SET(*c) &&
				 !isalnum((unsigned char) *c) && strchr("_$. \t\n\r", *c) == NULL)
			return false;
	}
	return true;
}

/*
 * The SELECT of a name of a table or view, NULL if the text is none.
 */
static char *
SelectOfName(const char *text)
{
	char	   *copy = pstrdup(text);
	List	   *names;
	StringInfoData select;
	ListCell   *cell;

	if (!MayBeName(text) || !SplitIdentifierString(copy, '.', &names) || names == NIL)
		return NULL;
	initStringInfo(&select);
	appendStringInfoString(&select, "SELECT * FROM ");
	foreach(cell, names)
		appendStringInfo(&select, "%s%s", cell == list_head(names) ? "" : ".",
						 quote_identifier((const char *) lfirst(cell)));
	return select.data;
}

pg_noreturn static void
NotOneSelect(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the query of a scorecard must be one SELECT"),
			 errdetail("%s", detail),
			 errhint("Give a SELECT, which may begin with WITH, or the name of a table or view.")));
}

/*
 * Does a SELECT, or the first of several that are combined, make a table?
 */
static bool
MakesTable(const SelectStmt *select)
{
	while (select->larg != NULL)
		select = select->larg;
	return select->intoClause != NULL;
}

/*
 * The text of the one SELECT that a text is, or stands for as the name of a
 * table or view.  ERROR 22023 if it is none.
 */
static const char *
SelectText(const char *text)
{
	const char *select = SelectOfName(text);
	List	   *statements;
	RawStmt    *statement;

	if (select != NULL)
		return select;
	statements = RawParse(text);
	if (list_length(statements) != 1)
		NotOneSelect(statements == NIL ? "It is empty." :
					 psprintf("It has %d statements.", list_length(statements)));
	statement = linitial_node(RawStmt, statements);
	if (!IsA(statement->stmt, SelectStmt))
		NotOneSelect(psprintf("It is %s.",
							  CreateCommandName(statement->stmt)));
	if (MakesTable((SelectStmt *) statement->stmt))
		NotOneSelect("It is SELECT INTO.");
	if (((SelectStmt *) statement->stmt)->lockingClause != NIL)
		NotOneSelect("It locks rows.");
	/* without what is behind it: a semicolon, and comments behind that */
	return statement->stmt_len == 0 ? text + statement->stmt_location :
		pnstrdup(text + statement->stmt_location, statement->stmt_len);
}

static AbValueKind
KindOf(Oid type, const AbQuery *query)
{
	if (type == query->summary_type)
		return AB_VALUE_SUMMARY;
	if (type == query->histogram_type)
		return AB_VALUE_HISTOGRAM;
	switch (type)
	{
		case BOOLOID:
			return AB_VALUE_BOOLEAN;
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return AB_VALUE_WHOLE;
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			return AB_VALUE_NUMBER;
		case INTERVALOID:
			return AB_VALUE_INTERVAL;
		default:
			return AB_VALUE_OTHER;
	}
}

/*
 * The columns that the query gives, without running it.
 */
static void
Describe(AbQuery *query)
{
	SPIPlanPtr	plan = SPI_prepare(query->text, 0, NULL);
	const CachedPlanSource *source;
	TupleDesc	columns;
	AbQueryColumn *result;

	if (plan == NULL)
		elog(ERROR, "could not prepare the query: %s",
			 SPI_result_code_string(SPI_result));
	source = (const CachedPlanSource *) linitial(SPI_plan_get_plan_sources(plan));
	columns = source->resultDesc;
	if (columns == NULL)
		NotOneSelect("It returns no rows.");
	query->count = columns->natts;
	result = (AbQueryColumn *) palloc0(Max(query->count, 1) *
									   sizeof(AbQueryColumn));
	for (int i = 0; i < query->count; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(columns, i);

		result[i].name = pstrdup(NameStr(attribute->attname));
		result[i].type = getBaseType(attribute->atttypid);
		result[i].collation = attribute->attcollation;
		result[i].kind = KindOf(result[i].type, query);
		query->has_states |= result[i].kind >= AB_VALUE_SUMMARY;
	}
	query->columns = result;
	SPI_freeplan(plan);
}

static Oid
ExtensionType(const char *name, Oid schema)
{
	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
						   CStringGetDatum(name), ObjectIdGetDatum(schema));
}

/*
 * Check the query and find out its columns.  The extension is where the
 * function is.  Needs a connection to SPI; what is returned lies in the
 * current memory context.
 */
AbQuery
AbOpenQuery(const char *text, Oid function)
{
	AbQuery		query = {0};
	Oid			schema = get_func_namespace(function);

	if (text == NULL)
		NotOneSelect("It is NULL.");
	query.text = SelectText(text);
	query.schema = quote_identifier(get_namespace_name(schema));
	query.summary_type = ExtensionType("ab_summary", schema);
	query.histogram_type = ExtensionType("ab_histogram", schema);
	Describe(&query);
	return query;
}

/*
 * The columns for an error message.
 */
const char *
AbListColumns(const AbQuery *query)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < Min(query->count, MAX_LISTED_COLUMNS); i++)
		appendStringInfo(&text, "%s\"%s\"", i > 0 ? ", " : "",
						 query->columns[i].name);
	if (query->count > MAX_LISTED_COLUMNS)
		appendStringInfo(&text, " and %d more",
						 query->count - MAX_LISTED_COLUMNS);
	return query->count == 0 ? "none" : text.data;
}

/*
 * Position of the column of that name, AB_NO_COLUMN if there is none.  ERROR
 * 42702 if there are two.
 */
int
AbFindColumn(const AbQuery *query, const char *name)
{
	int			found = AB_NO_COLUMN;

	for (int i = 0; i < query->count; i++)
		if (strcmp(query->columns[i].name, name) == 0)
		{
			if (found != AB_NO_COLUMN)
				ereport(ERROR,
						(errcode(ERRCODE_AMBIGUOUS_COLUMN),
						 errmsg("the query has two columns called \"%s\"", name),
						 errhint("Give them different names: SELECT a.x AS x, b.x AS other_x.")));
			found = i;
		}
	return found;
}

/*
 * The same, of one that must be there: what it is for is said in the error.
 */
int
AbNeedColumn(const AbQuery *query, const char *name, const char *what)
{
	int			found = AbFindColumn(query, name);

	if (found == AB_NO_COLUMN)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the query has no column \"%s\" to be the %s", name, what),
				 errdetail("Its columns are %s.", AbListColumns(query)),
				 errhint("Names of columns are written as in the query, capitals included.")));
	return found;
}
