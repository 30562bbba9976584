/*
 * label.c
 *	  What the arms of both stored types have in common: their variants' names,
 *	  their rows and the mark of the control.
 */
#include "value/label.h"

/*
 * The UTF-8 form of a string in the server's encoding: the string itself where
 * the bytes agree, else a palloc'd copy.  In a SQL_ASCII database, whose
 * encoding is not known, the bytes as they are.
 */
AbLabel
AbServerToUtf8(AbLabel string)
{
	AbLabel		utf8;
	int			i = 0;

	if (AbServerIsUtf8())
		return string;
	while (i < string.length && !IS_HIGHBIT_SET(string.data[i]))
		i++;
	if (i == string.length)
		return string;

	utf8.data = pg_server_to_any(string.data, string.length, PG_UTF8);
	utf8.length = strlen(utf8.data);
	return utf8;
}

/*
 * The label as a terminated string in the server's encoding, palloc'd.
 */
char *
AbLabelToServer(AbLabel label)
{
	char	   *utf8 = pnstrdup(label.data, label.length);

	return pg_any_to_server(utf8, label.length,
							GetDatabaseEncoding() == PG_SQL_ASCII ?
							PG_SQL_ASCII : PG_UTF8);
}

/*
 * ERROR 54000: a label over the limit.
 */
void
AbLabelTooLong(AbLabel label)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("variant name is too long"),
			 errdetail("It has %d bytes, the limit is %d.",
					   label.length, AB_MAX_LABEL_LENGTH),
			 errhint("The variant argument takes the name of the arm a row belongs to, such as 'control'.")));
}

/*
 * ERROR 54000 unless there are at most `limit` variants.
 */
void
AbCheckVariantCount(int64 arms, int limit)
{
	if (arms > limit)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many variants"),
				 errdetail("The limit is %d.", limit),
				 errhint("The variant argument takes the name of the arm a row belongs to, not a user.")));
}

/*
 * ERROR 22003: more rows than a double counts.
 */
void
AbTooManyObservations(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("too many observations in one variant"),
			 errdetail("The limit is 2^53.")));
}

/*
 * ERROR 22023: two names for one control.
 */
void
AbTwoControls(AbLabel a, AbLabel b)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("rows name different controls"),
			 errdetail("One is \"%s\", another \"%s\".",
					   AbLabelToServer(a), AbLabelToServer(b)),
			 errhint("Pass the same constant as control for all rows.")));
}

/*
 * Why arms that were read cannot stand in one value, as a sentence, or NULL.
 * They are `count` structs of `size` bytes that begin with an AbArmHead.
 */
const char *
AbArmHeadsFault(const void *parts, Size size, int count)
{
	const AbArmHead *before = NULL;
	int			controls = 0;

	for (int i = 0; i < count; i++)
	{
		const AbArmHead *head = (const AbArmHead *) ((const char *) parts + i * size);

		if (before && AbLabelCompare(before->label, head->label) >= 0)
			return "Variants must differ and be in ascending order of their bytes.";
		if (head->flags & AB_ARM_CONTROL)
			controls++;
		before = head;
	}
	return controls > 1 ? "Only one variant can be the control." : NULL;
}
