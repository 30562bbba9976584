/*
 * result.h
 *	  Rows of the composite types that functions return.
 *
 * A topic keeps its row in a struct and says in a table which field each
 * column of the SQL type shows; AbRowDatum() writes it.  Unknown is NaN, -1, a
 * null pointer, AB_UNKNOWN: such columns are NULL, and so is every number that
 * is not finite, for no driver and no report agrees with another on those.
 */
#ifndef AB_BASE_RESULT_H
#define AB_BASE_RESULT_H

#include "value/label.h"

#include "lib/stringinfo.h"
#include "math/student.h"

/* An answer that may not be known. */
typedef enum AbAnswer
{
	AB_UNKNOWN,
	AB_NO,
	AB_YES
} AbAnswer;

typedef enum AbColumnKind
{
	AB_COLUMN_LABEL,			/* AbLabel -> text */
	AB_COLUMN_TEXT,				/* const char * */
	AB_COLUMN_NOTES,			/* AbNotes -> text */
	AB_COLUMN_COUNT,			/* int64 -> bigint */
	AB_COLUMN_WHOLE,			/* double -> bigint */
	AB_COLUMN_NUMBER,			/* double -> float8 */
	AB_COLUMN_PERCENT,			/* double, a fraction -> float8, times 100 */
	AB_COLUMN_ANSWER,			/* AbAnswer -> boolean */
	AB_COLUMN_JSON,				/* const char * -> jsonb */
	AB_COLUMN_VALUE				/* const void *, a closed ab_summary or
								 * ab_histogram -> that */
} AbColumnKind;

/* A column of a composite type. */
typedef struct AbColumn
{
	const char *name;			/* as the SQL type has it */
	size_t		offset;			/* of the field */
	AbColumnKind kind;
} AbColumn;

#define AB_COLUMN(type, field, name, kind) \
	{name, offsetof(type, field), AB_COLUMN_##kind}

/* The columns of a composite type, in its order. */
typedef struct AbRowType
{
	const AbColumn *columns;
	int			count;
} AbRowType;

#define AB_ROW_TYPE(columns)	{columns, lengthof(columns)}

/* What a row says in words: fragments with a semicolon between them. */
typedef struct AbNotes
{
	StringInfoData text;		/* data is NULL if there is none yet */
} AbNotes;

/* An estimate and its interval, of which an infinite end is open. */
typedef struct AbEstimate
{
	double		value;
	AbInterval	interval;
} AbEstimate;

/*
 * What every row that compares two variants has.  The columns of such a type
 * begin with AB_ARM_COLUMNS and end with AB_VERDICT_COLUMNS; between them are
 * the two values, whatever is compared, and what is said of their difference.
 */
typedef struct AbComparison
{
	AbLabel		control;
	AbLabel		treatment;
	int64		control_n;		/* rows, finite or not */
	int64		treatment_n;
	AbEstimate	difference;		/* treatment - control */
	AbEstimate	lift;			/* difference / control, a fraction */
	double		std_error;
	double		statistic;
	double		df;
	double		p_value;
	double		p_adjusted;
	AbAnswer	significant;
	double		alpha;
	const char *method;
	AbNotes		notes;
} AbComparison;

#define AB_ARM_COLUMNS(type, row) \
	AB_COLUMN(type, row.control, "control", LABEL), \
	AB_COLUMN(type, row.treatment, "treatment", LABEL), \
	AB_COLUMN(type, row.control_n, "control_n", COUNT), \
	AB_COLUMN(type, row.treatment_n, "treatment_n", COUNT)

#define AB_EFFECT_COLUMNS(type, row) \
	AB_COLUMN(type, row.difference.value, "diff", NUMBER), \
	AB_COLUMN(type, row.difference.interval.low, "diff_low", NUMBER), \
	AB_COLUMN(type, row.difference.interval.high, "diff_high", NUMBER), \
	AB_COLUMN(type, row.lift.value, "relative_lift_pct", PERCENT), \
	AB_COLUMN(type, row.lift.interval.low, "lift_low_pct", PERCENT), \
	AB_COLUMN(type, row.lift.interval.high, "lift_high_pct", PERCENT)

#define AB_STATISTIC_COLUMNS(type, row) \
	AB_COLUMN(type, row.std_error, "std_error", NUMBER), \
	AB_COLUMN(type, row.statistic, "statistic", NUMBER), \
	AB_COLUMN(type, row.df, "df", NUMBER)

#define AB_VERDICT_COLUMNS(type, row) \
	AB_COLUMN(type, row.p_value, "p_value", NUMBER), \
	AB_COLUMN(type, row.p_adjusted, "p_adjusted", NUMBER), \
	AB_COLUMN(type, row.significant, "significant", ANSWER), \
	AB_COLUMN(type, row.alpha, "alpha", NUMBER), \
	AB_COLUMN(type, row.method, "method", TEXT), \
	AB_COLUMN(type, row.notes, "note", NOTES)

extern void AbNote(AbNotes *notes, const char *format,...)
			pg_attribute_printf(2, 3);
extern void AbClearNotes(AbNotes *notes);

static inline AbAnswer
AbAnswerOf(bool yes)
{
	return yes ? AB_YES : AB_NO;
}

extern void AbInitComparison(AbComparison *row, double alpha);
extern void AbDecide(AbComparison *row, double p_value);
extern void AbDecideAdjusted(AbComparison *row, double p_adjusted);

extern Datum AbRowDatum(FunctionCallInfo fcinfo, const AbRowType *type,
						const void *row);
extern void AbStartRows(FunctionCallInfo fcinfo);
extern void AbPutRow(FunctionCallInfo fcinfo, const AbRowType *type,
					 const void *row);

#endif							/* AB_BASE_RESULT_H */
