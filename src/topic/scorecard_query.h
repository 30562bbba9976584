/*
 * scorecard_query.h
 *	  The query of a scorecard: its text, checked, and its columns.
 */
#ifndef AB_TOPIC_SCORECARD_QUERY_H
#define AB_TOPIC_SCORECARD_QUERY_H

#include "postgres.h"

/* What a column can be read as. */
typedef enum AbValueKind
{
	AB_VALUE_OTHER,				/* text, dates, .. */
	AB_VALUE_BOOLEAN,
	AB_VALUE_WHOLE,				/* smallint, integer, bigint */
	AB_VALUE_NUMBER,			/* real, double precision, numeric */
	AB_VALUE_INTERVAL,			/* in seconds */
	AB_VALUE_SUMMARY,			/* the extension's states */
	AB_VALUE_HISTOGRAM
} AbValueKind;

typedef struct AbQueryColumn
{
	const char *name;
	Oid			type;			/* below any domain */
	Oid			collation;
	AbValueKind kind;
} AbQueryColumn;

typedef struct AbQuery
{
	const char *text;			/* one SELECT, without a semicolon */
	const AbQueryColumn *columns;
	int			count;
	const char *schema;			/* of the extension, quoted */
	Oid			summary_type;
	Oid			histogram_type;
	bool		has_states;
} AbQuery;

#define AB_NO_COLUMN	(-1)

extern AbQuery AbOpenQuery(const char *text, Oid function);
extern int	AbFindColumn(const AbQuery *query, const char *name);
extern int	AbNeedColumn(const AbQuery *query, const char *name,
						 const char *what);
extern const char *AbListColumns(const AbQuery *query);

#endif							/* AB_TOPIC_SCORECARD_QUERY_H */
