/*
 * args.h
 *	  Arguments of the SQL functions, read by a table.
 *
 * A function says in one table what its arguments are called and how each is
 * read, in their order; AbReadArgs() checks them all and fills in a struct.  A
 * call with fewer arguments, as the final function of an aggregate is, gets
 * what the table says for the others.
 *
 *		typedef struct Call
 *		{
 *			const AbSummary *summary;
 *			double		alpha;
 *		} Call;
 *
 *		static const AbArg args[] = {
 *			AB_SUMMARY_ARG(Call, summary, NULL),
 *			AB_NUMBER_ARG(Call, alpha, "alpha", &ab_alpha, 0.05)
 *		};
 *
 * What is impossible is an ERROR with SQLSTATE 22023 and a hint.
 */
#ifndef AB_BASE_ARGS_H
#define AB_BASE_ARGS_H

#include "value/summary.h"

#include "math/student.h"
#include "utils/array.h"

/* How an argument is read, and the field that it fills in. */
typedef enum AbArgKind
{
	AB_ARG_SUMMARY,				/* const AbSummary *, NULL for NULL; AbWidth */
	AB_ARG_HISTOGRAM,			/* const AbHistogram *, NULL for NULL */
	AB_ARG_LABEL,				/* AbLabel, without data for NULL */
	AB_ARG_WORD,				/* int or an enum; AbWords */
	AB_ARG_FLAG,				/* bool, not NULL; the hint, or NULL */
	AB_ARG_CHOICE,				/* int, a bool or -1 for NULL */
	AB_ARG_NUMBER,				/* double, NaN for NULL; AbRange */
	AB_ARG_COUNT,				/* double, a bigint, NaN for NULL; AbRange */
	AB_ARG_TEXT,				/* char *, NULL for NULL */
	AB_ARG_JSONB,				/* Jsonb *, NULL for NULL */
	AB_ARG_ARRAY				/* ArrayType *, NULL for NULL */
} AbArgKind;

typedef struct AbArg
{
	const char *name;			/* as the SQL function has it */
	AbArgKind	kind;
	size_t		offset;			/* of the field */
	const void *spec;			/* what the kind needs to know, see above */
	double		otherwise;		/* of a word, a flag or a number that a call
								 * does not have */
} AbArg;

/* Columns that a reader of summaries takes. */
typedef struct AbWidth
{
	int			least;
	int			most;
	const char *hint;			/* how to collect such a summary */
} AbWidth;

/* A word of an enumerated text argument. */
typedef struct AbWord
{
	const char *word;			/* '-' stands for '_' as well */
	int			value;
	const char *meaning;		/* in brackets behind the word, NULL for none;
								 * AB_SYNONYM: not listed */
} AbWord;

typedef struct AbWords
{
	const char *what;			/* "alternative" */
	const AbWord *words;
	int			count;
} AbWords;

extern const char AB_SYNONYM[];

#define AB_WORDS(what, words)	{what, words, lengthof(words)}

/* Values that a number may have. */
typedef struct AbRange
{
	double		low;
	double		high;
	bool		low_open;		/* low itself is not allowed */
	bool		high_open;
	bool		optional;		/* NULL is allowed */
	bool		nan_is_null;	/* a value out of the data, not a choice */
	bool		fraction;		/* a percentage is taken for a slip */
	bool		level;			/* so is a confidence level */
	const char *message;		/* "ratio must be ..." */
	const char *hint;			/* or NULL */
} AbRange;

/* What a column of a summary holds, for notes on what is missing. */
typedef struct AbColumnName
{
	const char *one;			/* "an outcome" */
	const char *many;			/* "outcomes" */
} AbColumnName;

/* Arguments that most tests have. */
typedef struct AbTestArgs
{
	const char *reader;			/* a call without its end, for hints:
								 * "ab_ttest(ab_summary(outcome, variant)" */
	AbLabel		control;		/* data is NULL if not given */
	AbLabel		treatment;
	double		alpha;
	AbAlternative alternative;
	bool		equal_var;
	AbLiftMethod lift_method;
	const AbColumnName *columns;	/* of what is read; NULL: an outcome and a
									 * covariate */
} AbTestArgs;

#define AB_SUMMARY_ARG(type, field, width) \
	{"summary", AB_ARG_SUMMARY, offsetof(type, field), width, 0}
#define AB_HISTOGRAM_ARG(type, field) \
	{"histogram", AB_ARG_HISTOGRAM, offsetof(type, field), NULL, 0}
#define AB_LABEL_ARG(type, field, name) \
	{name, AB_ARG_LABEL, offsetof(type, field), NULL, 0}
#define AB_WORD_ARG(type, field, name, words, otherwise) \
	{name, AB_ARG_WORD, offsetof(type, field), words, otherwise}
#define AB_FLAG_ARG(type, field, name, hint, otherwise) \
	{name, AB_ARG_FLAG, offsetof(type, field), hint, otherwise}
#define AB_CHOICE_ARG(type, field, name) \
	{name, AB_ARG_CHOICE, offsetof(type, field), NULL, 0}
#define AB_NUMBER_ARG(type, field, name, range, otherwise) \
	{name, AB_ARG_NUMBER, offsetof(type, field), range, otherwise}
#define AB_COUNT_ARG(type, field, name, range) \
	{name, AB_ARG_COUNT, offsetof(type, field), range, 0}
#define AB_TEXT_ARG(type, field, name) \
	{name, AB_ARG_TEXT, offsetof(type, field), NULL, 0}
#define AB_JSONB_ARG(type, field, name) \
	{name, AB_ARG_JSONB, offsetof(type, field), NULL, 0}
#define AB_ARRAY_ARG(type, field, name) \
	{name, AB_ARG_ARRAY, offsetof(type, field), NULL, 0}

/* the fields of an AbTestArgs */
#define AB_CONTROL_ARG(type, test) \
	AB_LABEL_ARG(type, test.control, "control")
#define AB_TREATMENT_ARG(type, test) \
	AB_LABEL_ARG(type, test.treatment, "treatment")
#define AB_ALPHA_ARG(type, test) \
	AB_NUMBER_ARG(type, test.alpha, "alpha", &ab_alpha, 0.05)
#define AB_ALTERNATIVE_ARG(type, test) \
	AB_WORD_ARG(type, test.alternative, "alternative", &ab_alternatives, \
				AB_TWO_SIDED)
#define AB_EQUAL_VAR_ARG(type, test, otherwise) \
	AB_FLAG_ARG(type, test.equal_var, "equal_var", \
				"Use false for Welch's test.", otherwise)
#define AB_LIFT_METHOD_ARG(type, test) \
	AB_WORD_ARG(type, test.lift_method, "lift_method", &ab_lift_methods, \
				AB_LIFT_FIELLER)

extern const AbWords ab_alternatives;	/* AbAlternative */
extern const AbWords ab_directions; /* is a higher value better: 1 or 0 */
extern const AbWords ab_lift_methods;	/* AbLiftMethod */
extern const AbWords ab_corrections;	/* AbCorrection, without Dunnett's */
extern const AbWords ab_corrections_dunnett;	/* with it */
extern const AbRange ab_alpha;
extern const AbWidth ab_one_column;

/*
 * The one-sided level of a test.
 */
static inline double
AbOneSidedLevel(const AbTestArgs *args)
{
	/* half of the smallest double is 0 */
	return args->alternative == AB_TWO_SIDED ?
		fmax(args->alpha / 2, AB_SMALLEST_P) : args->alpha;
}

#define AbReadArgs(fcinfo, args, call) \
	AbReadArgTable(fcinfo, args, lengthof(args), call)

extern void AbReadArgTable(FunctionCallInfo fcinfo, const AbArg *args,
						   int count, void *call);
extern ArrayType *AbParseNumbers(const char *text);
extern int	AbReadWord(const char *text, const AbWords *words);
extern const char *AbWordOf(const AbWords *words, int value);
extern const char *AbAlternativeSuffix(AbAlternative alternative);
extern const char *AbLiftSuffix(AbLiftMethod method);
extern const char *AbCorrectionSuffix(int correction);
extern double AbCheckRange(double value, const AbRange *range);
pg_noreturn extern void AbBadParameter(const char *message, double value,
									   const char *hint);

#endif							/* AB_BASE_ARGS_H */
