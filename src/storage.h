/*
 * storage.h
 *	  What the input and output functions of the stored types share.
 */
#ifndef AB_STORAGE_H
#define AB_STORAGE_H

#include "ab_test.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

extern const char AbLabelFault[];

extern void AbAppendDouble(StringInfo buf, double value);
extern JsonbValue *AbJsonMember(JsonbContainer *object, const char *key);
extern JsonbContainer *AbJsonArray(JsonbValue *value, int count);
extern bool AbJsonCount(JsonbValue *value, int64 maximum, int64 *result);
extern bool AbJsonDouble(JsonbValue *value, double *result);
extern bool AbJsonBoolean(JsonbValue *value, bool *result);
extern const char *AbJsonLabel(JsonbValue *value, AbLabel *label);
extern int	AbFaultCode(const char *fault);
pg_noreturn extern void AbBadBinary(const char *type_name,
									const char *detail);
extern void AbCheckBytesLeft(StringInfo buf, Size bytes,
							 const char *type_name);
extern AbLabel AbReceiveLabel(StringInfo buf, const char *type_name);

#endif							/* AB_STORAGE_H */
