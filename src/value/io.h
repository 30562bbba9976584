/*
 * io.h
 *	  What the input and output functions of the stored types share.
 */
#ifndef AB_VALUE_IO_H
#define AB_VALUE_IO_H

#include "value/summary.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

/* What the text of a stored type has around its arms. */
typedef struct AbStoredForm
{
	const char *type_name;
	int			version;
	const char *key;			/* of a number beside the version */
	int			max_arms;
} AbStoredForm;

extern void AbAppendDouble(StringInfo buf, double value);
extern JsonbValue *AbJsonMember(JsonbContainer *object, const char *key);
extern JsonbContainer *AbJsonArray(JsonbValue *value, int count);
extern bool AbJsonCount(JsonbValue *value, int64 maximum, int64 *result);
extern bool AbJsonDouble(JsonbValue *value, double *result);
extern bool AbJsonBoolean(JsonbValue *value, bool *result);
extern const char *AbJsonLabel(JsonbValue *value, AbLabel *label);
extern bool AbJsonStored(Node *context, char *literal,
						 const AbStoredForm *form, int64 *number,
						 JsonbContainer **arms);
extern Datum AbJsonFault(Node *context, const AbStoredForm *form,
						 const char *fault);
pg_noreturn extern void AbBadBinary(const char *type_name,
									const char *detail);
extern void AbCheckBytesLeft(StringInfo buf, Size bytes,
							 const char *type_name);
extern AbLabel AbReceiveLabel(StringInfo buf, const char *type_name);

#endif							/* AB_VALUE_IO_H */
