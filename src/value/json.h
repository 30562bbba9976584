/*
 * json.h
 *	  Reading the text form of the stored types where it stands.
 *
 * A value is a piece of the text.  Each function refuses what it does not
 * understand, valid JSON included; who is refused has the server parse the text
 * and write it anew, and tries again (AbStoredIn() in io.c).
 */
#ifndef AB_VALUE_JSON_H
#define AB_VALUE_JSON_H

#include "value/label.h"

/* A value, or start NULL where there is none. */
typedef struct AbJson
{
	const char *start;
	const char *end;			/* behind its last byte */
} AbJson;

/* More members than an object of any of the types has. */
#define AB_JSON_MEMBERS	16

typedef struct AbJsonObject
{
	int			count;
	AbJson		keys[AB_JSON_MEMBERS];	/* without their quotes */
	AbJson		values[AB_JSON_MEMBERS];
} AbJsonObject;

extern AbJson AbJsonRoot(const char *json);
extern bool AbReadJsonObject(AbJson value, AbJsonObject *object);
extern AbJson AbJsonMember(const AbJsonObject *object, const char *key);

extern int64 AbJsonElements(AbJson array);
extern bool AbFirstJsonElement(AbJson *rest, AbJson array);
extern bool AbNextJsonElement(AbJson *rest, AbJson *element);
extern bool AbNextJsonDouble(AbJson *rest, double *result);
extern bool AbNextJsonCount(AbJson *rest, int64 maximum, int64 *result);

extern bool AbJsonString(AbJson value, AbLabel *result);
extern bool AbJsonCount(AbJson value, int64 maximum, int64 *result);
extern bool AbJsonDouble(AbJson value, double *result);
extern bool AbJsonBoolean(AbJson value, bool *result);

#endif							/* AB_VALUE_JSON_H */
