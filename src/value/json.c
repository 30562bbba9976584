/*
 * json.c
 *	  Reading the text form of the stored types where it stands.
 *
 * The server's jsonb makes every number a numeric, which takes ten times as
 * long and twelve times the memory of the text.  Here a number goes straight
 * from the text to where it is wanted.
 *
 * Nothing here is more lenient than JSON: a text of which every part has been
 * read is valid.
 */
#include "value/json.h"

#include <float.h>
#include <math.h>

#include "math/decimal.h"

/* digits that are always a whole number in an int64 */
#define COUNT_DIGITS	18

/* ----------------------------------------------------------------------
 * Where values begin and end
 * ----------------------------------------------------------------------
 */

static const char *
SkipSpace(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

/*
 * Behind the string that begins here, or NULL.
 */
static const char *
SkipString(const char *p, const char *end)
{
	Assert(*p == '"');
	for (p++; p < end; p++)
	{
		if (*p == '"')
			return p + 1;
		if (*p == '\\' && ++p == end)
			return NULL;
	}
	return NULL;
}

/*
 * Behind the object or array that begins here, or NULL.  Nearly all of a text
 * is numbers, over which strcspn() leaps.
 */
static const char *
SkipNested(const char *p, const char *end)
{
	int			depth = 0;

	while (p < end)
	{
		if (*p == '"')
		{
			p = SkipString(p, end);
			if (p == NULL)
				return NULL;
		}
		else
		{
			if (*p == '{' || *p == '[')
				depth++;
			else if ((*p == '}' || *p == ']') && --depth == 0)
				return p + 1;
			p++;
		}
		p += strcspn(p, "\"{}[]");
	}
	return NULL;
}

/*
 * Behind the value that begins here, or NULL.  What is between is not checked.
 */
static const char *
SkipValue(const char *p, const char *end)
{
	const char *start = p;

	if (p == end)
		return NULL;
	if (*p == '"')
		return SkipString(p, end);
	if (*p == '{' || *p == '[')
		return SkipNested(p, end);
	while (p < end && *p != ',' && *p != ']' && *p != '}' &&
		   SkipSpace(p, end) == p)
		p++;
	return p > start ? p : NULL;
}

/*
 * The value that a text consists of.
 */
AbJson
AbJsonRoot(const char *text)
{
	const char *end = text +strlen(text);
	AbJson		root;

	root.start = SkipSpace(text, end);
	while (end > root.start && SkipSpace(end - 1, end) == end)
		end--;
	root.end = end;
	return root;
}

/*
 * Is the value enclosed in those?  Returns then what is in it, between spaces.
 */
static bool
Unwrap(AbJson value, char first, char last, AbJson *inside)
{
	if (value.start == NULL || value.end - value.start < 2 ||
		*value.start != first || value.end[-1] != last)
		return false;
	inside->end = value.end - 1;
	inside->start = SkipSpace(value.start + 1, inside->end);
	return true;
}

/*
 * After an element or a member: pass over a comma, behind which there must be
 * another, or be at the end.
 */
static bool
PassComma(AbJson *rest)
{
	const char *p = SkipSpace(rest->start, rest->end);

	if (p < rest->end)
	{
		if (*p != ',')
			return false;
		p = SkipSpace(p + 1, rest->end);
		if (p == rest->end)
			return false;
	}
	rest->start = p;
	return true;
}

/* ----------------------------------------------------------------------
 * Objects and arrays
 * ----------------------------------------------------------------------
 */

/*
 * Take an object apart.
 */
bool
AbReadJsonObject(AbJson value, AbJsonObject *object)
{
	AbJson		rest;

	object->count = 0;
	if (!Unwrap(value, '{', '}', &rest))
		return false;
	while (rest.start < rest.end)
	{
		const char *p = rest.start;
		AbJson	   *key = &object->keys[object->count];
		AbJson	   *member = &object->values[object->count];

		if (object->count == AB_JSON_MEMBERS || *p != '"')
			return false;
		key->start = p + 1;
		p = SkipString(p, rest.end);
		if (p == NULL)
			return false;
		key->end = p - 1;
		p = SkipSpace(p, rest.end);
		if (p == rest.end || *p != ':')
			return false;
		member->start = SkipSpace(p + 1, rest.end);
		member->end = SkipValue(member->start, rest.end);
		if (member->end == NULL)
			return false;
		object->count++;
		rest.start = member->end;
		if (!PassComma(&rest))
			return false;
	}
	return true;
}

/*
 * The value of a key.
 */
AbJson
AbJsonMember(const AbJsonObject *object, const char *key)
{
	const size_t length = strlen(key);
	const AbJson none = {NULL, NULL};

	for (int i = 0; i < object->count; i++)
	{
		const AbJson *found = &object->keys[i];

		if (found->end - found->start == (ptrdiff_t) length &&
			memcmp(found->start, key, length) == 0)
			return object->values[i];
	}
	return none;
}

/*
 * At least the number of elements of an array that are no containers or
 * strings, or -1 if it is no array.
 */
int64
AbJsonElements(AbJson array)
{
	AbJson		inside;
	int64		count = 1;

	if (!Unwrap(array, '[', ']', &inside))
		return -1;
	if (inside.start == inside.end)
		return 0;
	for (const char *p = inside.start; p < inside.end; p++)
		count += *p == ',';
	return count;
}

/*
 * Begin to read an array.
 */
bool
AbFirstJsonElement(AbJson *rest, AbJson array)
{
	return Unwrap(array, '[', ']', rest);
}

/*
 * The next element of an array, of which there is one while rest->start <
 * rest->end.
 */
bool
AbNextJsonElement(AbJson *rest, AbJson *element)
{
	const char *end = SkipValue(rest->start, rest->end);

	if (end == NULL)
		return false;
	element->start = rest->start;
	element->end = end;
	rest->start = end;
	return PassComma(rest);
}

/* ----------------------------------------------------------------------
 * Values
 * ----------------------------------------------------------------------
 */

/*
 * Behind the digits that begin here.
 */
static inline const char *
SkipDigits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

/*
 * Read a whole number in [0, maximum].  Returns behind it, or NULL.
 */
static inline const char *
ReadCount(const char *p, const char *end, int64 maximum, int64 *result)
{
	const char *start = p;
	int64		n = 0;

	for (; p < end && *p >= '0' && *p <= '9'; p++)
	{
		if (p - start == COUNT_DIGITS)
			return NULL;
		n = 10 * n + (*p - '0');
	}
	if (p == start || (*start == '0' && p - start > 1) || n > maximum)
		return NULL;
	*result = n;
	return p;
}

/*
 * Read a number as the nearest finite double.  Returns behind it, or NULL.
 */
static inline const char *
ReadDouble(const char *p, const char *end, double *result)
{
	const char *start = p;
	const char *digits;
	const char *last;
	uint64		significand = 0;
	int			count = 0;
	int			exponent = 0;

	if (p < end && *p == '-')
		p++;
	digits = p;
	for (; p < end && *p >= '0' && *p <= '9'; p++, count++)
		significand = 10 * significand + (*p - '0');
	if (p == digits || (*digits == '0' && p - digits > 1))
		return NULL;
	if (p < end && *p == '.')
	{
		const char *fraction = ++p;

		for (; p < end && *p >= '0' && *p <= '9'; p++, count++)
			significand = 10 * significand + (*p - '0');
		if (p == fraction)
			return NULL;
		exponent = (int) -Min(p - fraction, AB_MAX_EXACT_POWER + 1);
	}
	last = p;
	if (p < end && (*p == 'e' || *p == 'E'))
	{
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		digits = p;
		p = SkipDigits(p, end);
		if (p == digits)
			return NULL;
	}
	/* 15 digits are less than 2^53; not where doubles are rounded twice */
	if (FLT_EVAL_METHOD == 0 && last == p && count <= 15 && exponent >= -AB_MAX_EXACT_POWER)
	{
		*result = AbDecimalValue((int64) significand, exponent);
		if (*start == '-')
			*result = -*result;
	}
	else
	{
		/* the text ends in a zero byte, so that it ends somewhere */
		*result = strtod(start, NULL);
		if (!isfinite(*result))
			return NULL;
	}
	/* no -0 */
	*result += 0.0;
	return p;
}

/*
 * Read an element of an array of numbers.
 */
bool
AbNextJsonDouble(AbJson *rest, double *result)
{
	rest->start = ReadDouble(rest->start, rest->end, result);
	return rest->start != NULL && PassComma(rest);
}

/*
 * Read an element of an array of whole numbers.
 */
bool
AbNextJsonCount(AbJson *rest, int64 maximum, int64 *result)
{
	rest->start = ReadCount(rest->start, rest->end, maximum, result);
	return rest->start != NULL && PassComma(rest);
}

/*
 * Read an integer in [0, maximum].
 */
bool
AbJsonCount(AbJson value, int64 maximum, int64 *result)
{
	return value.start != NULL &&
		ReadCount(value.start, value.end, maximum, result) == value.end;
}

/*
 * Read a number as the nearest finite double.
 */
bool
AbJsonDouble(AbJson value, double *result)
{
	return value.start != NULL &&
		ReadDouble(value.start, value.end, result) == value.end;
}

/*
 * Read true or false.
 */
bool
AbJsonBoolean(AbJson value, bool *result)
{
	const ptrdiff_t length = value.start ? value.end - value.start : 0;

	if (length == 4 && memcmp(value.start, "true", 4) == 0)
		*result = true;
	else if (length == 5 && memcmp(value.start, "false", 5) == 0)
		*result = false;
	else
		return false;
	return true;
}

/*
 * The byte of the escape behind a backslash, of which the length is *length, or
 * 0 if it stands for none.
 */
static char
Unescape(const char *p, const char *end, int *length)
{
	static const char escapes[] = "\"\\/bfnrt";
	static const char bytes[] = "\"\\/\b\f\n\r\t";
	static const char hex[] = "0123456789abcdef";
	const char *found;

	*length = 1;
	if (p == end || *p == '\0')
		return '\0';
	if (*p != 'u')
	{
		found = strchr(escapes, *p);
		return found ? bytes[found - escapes] : '\0';
	}

	/* a control character */
	*length = 5;
	if (end - p < 5 || memcmp(p, "u00", 3) != 0 || (p[3] != '0' && p[3] != '1') ||
		p[4] == '\0')
		return '\0';
	found = strchr(hex, p[4]);
	return found ? (char) (16 * (p[3] - '0') + (found - hex)) : '\0';
}

/*
 * Read a string: in place, or where something in it is escaped, as a palloc'd
 * copy.
 */
bool
AbJsonString(AbJson value, AbLabel *result)
{
	AbJson		inside;
	char	   *copy = NULL;
	int			length = 0;

	if (value.start == NULL || value.end - value.start < 2 ||
		*value.start != '"' || value.end[-1] != '"')
		return false;
	inside.start = value.start + 1;
	inside.end = value.end - 1;
	for (const char *p = inside.start; p < inside.end; p++)
	{
		char		byte = *p;

		if ((unsigned char) byte < ' ')
			return false;
		if (byte == '\\')
		{
			int			escape;

			if (copy == NULL)
			{
				copy = (char *) palloc(inside.end - inside.start);
				memcpy(copy, inside.start, length);
			}
			byte = Unescape(p + 1, inside.end, &escape);
			if (byte == '\0')
				return false;
			p += escape;
		}
		if (copy)
			copy[length] = byte;
		length++;
	}
	result->data = copy ? copy : inside.start;
	result->length = length;
	return true;
}
