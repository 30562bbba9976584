/*
 * io.h
 *	  The text and the binary form of the stored types.
 *
 * Both types are a version, a number (of columns, of significand bits) and
 * arms.  What they share is read and written here, by a description of the
 * type; topic/summary_io.c and topic/histogram_io.c add what is theirs.
 */
#ifndef AB_VALUE_IO_H
#define AB_VALUE_IO_H

#include "value/json.h"

#include "lib/stringinfo.h"

/*
 * A stored type.  Its arms are read into an array of parts, structs of
 * part_size bytes that begin with an AbArmHead, all zero at first.  The
 * functions get the whole array and the index of the arm they read, so that
 * they can see those before; they return NULL or what is wrong, as a sentence.
 */
typedef struct AbStoredType
{
	const char *name;
	int			version;
	const char *number_key;		/* of the number beside the version */
	const char *(*number_fault) (int64 number);
	int			max_arms;
	Size		part_size;
	int			(*missing_count) (int number);	/* of an arm's missing[] */

	/* keys of an arm in JSON, and what to say of an arm that has others */
	int			arm_keys;
	const char *arm_form;

	/*
	 * read an arm but its label and missing[]: of an object with that many
	 * keys
	 */
	const char *(*json_arm) (const AbJsonObject *object, int number,
							 void *parts, int i);

	/*
	 * likewise, but its label, flags and missing[]: from where the message
	 * stands
	 */
	const char *(*binary_arm) (StringInfo buf, int number,
							   void *parts, int i);
	/* check all arms together, whose labels and controls are; may be NULL */
	const char *(*arms_fault) (const void *parts, int count, int number);
	/* the value, palloc'd, with copies of the labels */
	void	   *(*build) (int number, int64 unassigned, const void *parts,
						  int count);
} AbStoredType;

extern void *AbDetoastStored(Datum datum, const char *type_name, int version);

extern Datum AbStoredIn(FunctionCallInfo fcinfo, const AbStoredType *type);

extern void AbAppendDouble(StringInfo buf, double value);
extern void AbAppendCount(StringInfo buf, int64 count);
extern void AbAppendStart(StringInfo buf, const AbStoredType *type,
						  int number, int64 unassigned);
extern void AbAppendMissing(StringInfo buf, const int64 *missing, int count);
extern char *AbMissingJson(const int64 *missing, int count);
extern void AbAppendLabel(StringInfo buf, int i, AbLabel label);
extern void AbAppendEnd(StringInfo buf);

extern void AbCheckBytesLeft(StringInfo buf, Size bytes,
							 const AbStoredType *type);
extern Datum AbStoredRecv(FunctionCallInfo fcinfo, const AbStoredType *type);

extern void AbSendStart(StringInfo buf, const AbStoredType *type, int number,
						int64 unassigned, int arms);
extern void AbSendHead(StringInfo buf, const AbStoredType *type, int number,
					   AbLabel label, int flags, const int64 *missing);

#endif							/* AB_VALUE_IO_H */
