/*
 * args.c
 *	  Arguments of the SQL functions, read by a table.
 */
#include "base/args.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "math/padjust.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/jsonb.h"
#include "value/histogram.h"
#include "value/summary_open.h"

#ifdef USE_ASSERT_CHECKING
#include "catalog/pg_proc.h"
#include "funcapi.h"
#include "utils/syscache.h"
#endif

const char	AB_SYNONYM[] = "";

static const AbWord alternative_words[] = {
	{"two-sided", AB_TWO_SIDED, NULL},
	{"less", AB_LESS, "treatment below control"},
	{"greater", AB_GREATER, "treatment above control"}
};

static const AbWord direction_words[] = {
	{"higher", true, "a higher value of the metric is better"},
	{"lower", false, "a lower one is"}
};

static const AbWord lift_method_words[] = {
	{"fieller", AB_LIFT_FIELLER, "agrees with the test"},
	{"delta", AB_LIFT_DELTA, "the delta method"},
	{"log", AB_LIFT_LOG, "on the scale of the logarithm"}
};

static const AbWord correction_words[] = {
	{"none", AB_CORRECTION_NONE, NULL},
	{"bonferroni", AB_BONFERRONI, NULL},
	{"sidak", AB_SIDAK, NULL},
	{"holm", AB_HOLM, NULL},
	{"hochberg", AB_HOCHBERG, NULL},
	{"hommel", AB_HOMMEL, NULL},
	{"holm-sidak", AB_HOLM_SIDAK, NULL},
	{"hochberg-sidak", AB_HOCHBERG_SIDAK, NULL},
	{"bh", AB_BENJAMINI_HOCHBERG, NULL},
	{"by", AB_BENJAMINI_YEKUTIELI, NULL},
	{"dunnett", AB_DUNNETT, NULL}	/* the last, see below */
};

const AbWords ab_alternatives = AB_WORDS("alternative", alternative_words);
const AbWords ab_directions = AB_WORDS("direction", direction_words);
const AbWords ab_lift_methods = AB_WORDS("lift_method", lift_method_words);
const AbWords ab_corrections = {
	"correction", correction_words, lengthof(correction_words) - 1
};
const AbWords ab_corrections_dunnett = AB_WORDS("correction", correction_words);

const AbRange ab_alpha = {
	.low = 0, .low_open = true, .high = 0.5, .level = true,
	.message = "significance level must be above 0 and at most 0.5",
	.hint = "Use 0.05 for a 5% false positive rate."
};

const AbWidth ab_one_column = {
	1, 1, "Of two columns read a ratio by ab_ratio, an outcome with a covariate by ab_cuped, pairs by ab_paired_ttest; of four a ratio by ab_ratio_cuped. ab_column(summary, 1) is the first column alone."
};

/*
 * ERROR 22023: that parameter is impossible.  NaN stands for NULL as well;
 * hint may be NULL.
 */
void
AbBadParameter(const char *message, double value, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message),
			 isnan(value) ? errdetail("It is NaN or NULL.") :
			 errdetail("Got %g.", value),
			 hint ? errhint("%s", hint) : 0));
}

/*
 * What to write instead of a value above the range: a percentage and a
 * confidence level are the likely slips.
 */
static const char *
RangeHint(double value, const AbRange *range)
{
	double		share = value > 1 ? value / 100 : value;

	if (range->level && value > range->high && share > 0.5 && share < 1)
		return psprintf("It is the probability of a false positive, not the confidence: write %.10g for %.10g%%.",
						1 - share, share * 100);
	if ((range->fraction || range->level) && value > range->high &&
		share <= range->high)
		return psprintf("It is a fraction, not a percentage: write %.10g for %.10g%%.",
						share, share * 100);
	return range->hint;
}

/*
 * The value, if it is in the range; ERROR 22023 else.  NaN is NULL, and only
 * that where the range allows it.
 */
double
AbCheckRange(double value, const AbRange *range)
{
	if (isnan(value) && range->optional)
		return value;
	/* also refuses NaN */
	if ((range->low_open ? value > range->low : value >= range->low) &&
		(range->high_open ? value < range->high : value <= range->high))
		return value;
	AbBadParameter(range->message, value, RangeHint(value, range));
}

/*
 * The value of a numeric argument, NaN for an optional one that is NULL.
 */
static double
ReadNumber(const AbArg *arg, bool is_null, double value)
{
	const AbRange *range = (const AbRange *) arg->spec;

	if (is_null || (isnan(value) && range->nan_is_null))
		return AbCheckRange(NAN, range);
	if (isnan(value))
		AbBadParameter(range->message ? range->message :
					   psprintf("%s must not be NaN", arg->name),
					   value, range->hint);
	return AbCheckRange(value, range);
}

/*
 * The nearest double, but none that a range would take for a whole number
 * which it is not.
 */
static double
DoubleOfBigint(int64 value)
{
	double		nearest = (double) value;

	return value > AB_MAX_OBSERVATIONS && nearest == (double) AB_MAX_OBSERVATIONS ?
		nextafter(nearest, INFINITY) : nearest;
}

/*
 * Are two words the same, taking '-' and '_' for one?
 */
static bool
SameWord(const char *a, const char *b)
{
	for (; *a != '\0'; a++, b++)
		if ((*a == '_' ? '-' : *a) != (*b == '_' ? '-' : *b))
			return false;
	return *b == '\0';
}

/*
 * The words as a hint: Use 'a', 'b' (that) or 'c'.
 */
static const char *
ListWords(const AbWords *words)
{
	StringInfoData list;
	int			last = words->count - 1;
	bool		first = true;

	while (last > 0 && words->words[last].meaning == AB_SYNONYM)
		last--;
	initStringInfo(&list);
	appendStringInfoString(&list, "Use ");
	for (int i = 0; i <= last; i++)
	{
		const AbWord *word = &words->words[i];

		if (word->meaning == AB_SYNONYM)
			continue;
		appendStringInfo(&list, "%s'%s'", first ? "" :
						 i == last ? " or " : ", ", word->word);
		if (word->meaning)
			appendStringInfo(&list, " (%s)", word->meaning);
		first = false;
	}
	appendStringInfoChar(&list, '.');
	return list.data;
}

/*
 * The value of a word.  ERROR 22023, with the known words, if it is none.
 */
int
AbReadWord(const char *text, const AbWords *words)
{
	for (int i = 0; i < words->count; i++)
		if (SameWord(text, words->words[i].word))
			return words->words[i].value;

	/* a word that other functions know */
	if (words == &ab_corrections &&
		SameWord(text, correction_words[words->count].word))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("correction \"dunnett\" needs more than p-values"),
				 errdetail("It depends on how the comparisons with one control are correlated."),
				 errhint("Use ab_compare(summary, correction => 'dunnett').")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown %s \"%s\"", words->what, text),
			 errhint("%s", ListWords(words))));
}

/*
 * The first word of that value.
 */
const char *
AbWordOf(const AbWords *words, int value)
{
	for (int i = 0; i < words->count; i++)
		if (words->words[i].value == value)
			return words->words[i].word;
	elog(ERROR, "no %s has the value %d", words->what, value);
}

/*
 * What to append to the name of a method for that alternative.
 */
const char *
AbAlternativeSuffix(AbAlternative alternative)
{
	switch (alternative)
	{
		case AB_LESS:
			return ", one-sided (less)";
		case AB_GREATER:
			return ", one-sided (greater)";
		default:
			return "";
	}
}

/*
 * What to append to the name of a method for another interval of the lift than
 * Fieller's.
 */
const char *
AbLiftSuffix(AbLiftMethod method)
{
	switch (method)
	{
		case AB_LIFT_DELTA:
			return ", interval of the lift by the delta method";
		case AB_LIFT_LOG:
			return ", interval of the lift on the log scale";
		default:
			return "";
	}
}

/*
 * What to append to the name of a method for that AbCorrection.
 */
const char *
AbCorrectionSuffix(int correction)
{
	static const char *const suffixes[] = {
		[AB_CORRECTION_NONE] = "",
		[AB_BONFERRONI] = ", Bonferroni correction",
		[AB_SIDAK] = ", Sidak correction",
		[AB_HOLM] = ", Holm correction",
		[AB_HOCHBERG] = ", Hochberg correction",
		[AB_HOMMEL] = ", Hommel correction",
		[AB_HOLM_SIDAK] = ", Holm-Sidak correction",
		[AB_HOCHBERG_SIDAK] = ", Hochberg-Sidak correction",
		[AB_BENJAMINI_HOCHBERG] = ", Benjamini-Hochberg correction",
		[AB_BENJAMINI_YEKUTIELI] = ", Benjamini-Yekutieli correction",
		[AB_DUNNETT] = ""		/* a test of its own */
	};

	return suffixes[correction];
}

/*
 * ERROR 22023 unless the summary has as many columns as the reader takes.
 */
static const AbSummary *
CheckWidth(const AbSummary *summary, const AbWidth *width)
{
	if (width != NULL &&
		(summary->columns < width->least || summary->columns > width->most))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 width->least == width->most ?
				 errmsg("summary must have %d column%s", width->least,
						width->least == 1 ? "" : "s") :
				 errmsg("summary must have %d to %d columns", width->least,
						width->most),
				 errdetail("This one has %d.", summary->columns),
				 errhint("%s", width->hint)));
	return summary;
}

/*
 * Read one argument that the call has.
 */
static void
ReadArg(FunctionCallInfo fcinfo, int i, const AbArg *arg, void *field)
{
	bool		is_null = PG_ARGISNULL(i);

	switch (arg->kind)
	{
		case AB_ARG_SUMMARY:
			*(const AbSummary **) field = is_null ? NULL :
				CheckWidth(AB_GETARG_SUMMARY(i), arg->spec);
			break;
		case AB_ARG_HISTOGRAM:
			*(const AbHistogram **) field = is_null ? NULL :
				AB_GETARG_HISTOGRAM(i);
			break;
		case AB_ARG_LABEL:
			memset(field, 0, sizeof(AbLabel));
			if (!is_null)
				*(AbLabel *) field = AbTextGetLabel(PG_GETARG_TEXT_PP(i));
			break;
		case AB_ARG_WORD:
			*(int *) field = AbReadWord(is_null ? "NULL" :
										text_to_cstring(PG_GETARG_TEXT_PP(i)),
										arg->spec);
			break;
		case AB_ARG_FLAG:
			if (is_null)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("%s must be true or false", arg->name),
						 arg->spec ? errhint("%s", (const char *) arg->spec) : 0));
			*(bool *) field = PG_GETARG_BOOL(i);
			break;
		case AB_ARG_CHOICE:
			*(int *) field = is_null ? -1 : PG_GETARG_BOOL(i);
			break;
		case AB_ARG_NUMBER:
			*(double *) field = ReadNumber(arg, is_null, is_null ? NAN :
										   PG_GETARG_FLOAT8(i));
			break;
		case AB_ARG_COUNT:
			*(double *) field = ReadNumber(arg, is_null, is_null ? NAN :
										   DoubleOfBigint(PG_GETARG_INT64(i)));
			break;
		case AB_ARG_TEXT:
			*(char **) field = is_null ? NULL :
				text_to_cstring(PG_GETARG_TEXT_PP(i));
			break;
		case AB_ARG_JSONB:
			*(Jsonb **) field = is_null ? NULL : PG_GETARG_JSONB_P(i);
			break;
		case AB_ARG_ARRAY:
			*(ArrayType **) field = is_null ? NULL : PG_GETARG_ARRAYTYPE_P(i);
			break;
	}
}

/*
 * What the field is in a call that has no such argument.
 */
static void
OmitArg(const AbArg *arg, void *field)
{
	switch (arg->kind)
	{
		case AB_ARG_LABEL:
			memset(field, 0, sizeof(AbLabel));
			break;
		case AB_ARG_WORD:
			*(int *) field = (int) arg->otherwise;
			break;
		case AB_ARG_FLAG:
			*(bool *) field = arg->otherwise != 0;
			break;
		case AB_ARG_NUMBER:
			*(double *) field = arg->otherwise;
			break;
		default:
			elog(ERROR, "argument \"%s\" is missing", arg->name);
	}
}

#ifdef USE_ASSERT_CHECKING

/*
 * Does the table say what the SQL function is declared to take?
 */
static void
CheckTable(FunctionCallInfo fcinfo, const AbArg *args, int count)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID,
										ObjectIdGetDatum(fcinfo->flinfo->fn_oid));
	Oid		   *types;
	char	  **names;
	char	   *modes;
	int			declared;

	if (!HeapTupleIsValid(tuple))
		return;
	declared = get_func_arg_info(tuple, &types, &names, &modes);
	ReleaseSysCache(tuple);
	/* the final function of an aggregate has the state alone, without a name */
	if (declared == 1 && names == NULL)
		return;
	if (declared > count)
		elog(ERROR, "function %u has %d arguments, its table %d",
			 fcinfo->flinfo->fn_oid, declared, count);
	for (int i = 0; i < declared; i++)
		if (strcmp(names[i], args[i].name) != 0)
			elog(ERROR, "argument \"%s\" of function %u is \"%s\" in its table",
				 names[i], fcinfo->flinfo->fn_oid, args[i].name);
}

#endif

/*
 * Read and check the arguments of a call, of which it may have fewer than the
 * table, into the fields of *call.  What they point to is the argument itself
 * or lies in the current memory context.
 */
void
AbReadArgTable(FunctionCallInfo fcinfo, const AbArg *args, int count,
			   void *call)
{
#ifdef USE_ASSERT_CHECKING
	CheckTable(fcinfo, args, count);
#endif
	for (int i = 0; i < count; i++)
	{
		void	   *field = (char *) call + args[i].offset;

		if (i < PG_NARGS())
			ReadArg(fcinfo, i, &args[i], field);
		else
			OmitArg(&args[i], field);
	}
}

/*
 * The float8[] of a text, which is what a literal or a parameter without a type
 * means, palloc'd; NULL for NULL.  ERROR as float8[] reports what is none.
 */
ArrayType *
AbParseNumbers(const char *text)
{
	if (text == NULL)
		return NULL;
	return DatumGetArrayTypeP(OidInputFunctionCall(F_ARRAY_IN,
												   unconstify(char *, text),
												   FLOAT8OID, -1));
}
