/*
 * compat.h
 *	  Everything that differs between PostgreSQL majors, and nothing else.
 *
 * No other file tests PG_VERSION_NUM.
 */
#ifndef AB_COMPAT_H
#define AB_COMPAT_H

#include "fmgr.h"
#include "nodes/nodes.h"
#include "utils/fmgrprotos.h"

#if PG_VERSION_NUM < 150000
#error "ab_test requires PostgreSQL 15 or newer"
#endif

/* varlena macros left postgres.h in 16 */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* The module's name and version in pg_get_loaded_modules(), from 18 on. */
#if PG_VERSION_NUM >= 180000
#define AB_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "ab_test", .version = AB_TEST_VERSION)
#else
#define AB_MODULE_MAGIC PG_MODULE_MAGIC
#endif

/* the noreturn marker has its place and its name from 18 on */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

/*
 * Input functions report bad input softly (pg_input_is_valid) from 16 on;
 * before, ereturn() is an ordinary error.
 */
#if PG_VERSION_NUM >= 160000

#include "nodes/miscnodes.h"

/*
 * Parse a jsonb literal.  Returns false after a soft error, which is then
 * recorded in *context.
 */
static inline bool
AbJsonbInput(char *literal, Node *context, Datum *result)
{
	return DirectInputFunctionCallSafe(jsonb_in, literal, InvalidOid, -1,
									   context, result);
}

#else

#define ereturn(context, dummy_value, ...) \
	do { \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)

static inline bool
AbJsonbInput(char *literal, Node *context, Datum *result)
{
	(void) context;
	*result = DirectFunctionCall1(jsonb_in, CStringGetDatum(literal));
	return true;
}

#endif

#endif							/* AB_COMPAT_H */
