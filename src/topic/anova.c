/*
 * anova.c
 *	  Do any variants differ?  One-way analysis of variance of a summary.
 *
 * Formulas and references are in math/anova.c.
 */
#include "topic/anova.h"

#include "base/args.h"
#include "base/missing.h"
#include "utils/builtins.h"

/* More rows than a double counts exactly; sums stop here. */
#define TOO_MANY_ROWS	(AB_MAX_OBSERVATIONS + 1)

typedef struct AnovaCall
{
	const AbSummary *summary;
	bool		equal_var;
} AnovaCall;

static const AbColumn columns[] = {
	AB_COLUMN(AbAnovaRow, variants, "variants", COUNT),
	AB_COLUMN(AbAnovaRow, n, "n", COUNT),
	AB_COLUMN(AbAnovaRow, anova.eta_squared, "eta_squared", NUMBER),
	AB_COLUMN(AbAnovaRow, anova.statistic, "statistic", NUMBER),
	AB_COLUMN(AbAnovaRow, anova.df_between, "df_between", NUMBER),
	AB_COLUMN(AbAnovaRow, anova.df_within, "df_within", NUMBER),
	AB_COLUMN(AbAnovaRow, anova.p_value, "p_value", NUMBER),
	AB_COLUMN(AbAnovaRow, method, "method", TEXT),
	AB_COLUMN(AbAnovaRow, note, "note", TEXT)
};

static const AbRowType anova_type = AB_ROW_TYPE(columns);

/*
 * The arms of a summary as groups, with their means relative to that of the
 * first with rows.
 */
static void
GetGroups(AbAnovaRow *row, const AbSummary *summary)
{
	const AbArm *first = NULL;

	row->count = (int) summary->arms;
	row->groups = (AbGroup *) palloc0(Max(row->count, 1) * sizeof(AbGroup));
	for (int i = 0; i < row->count; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);

		if (arm->n == 0)
			continue;
		if (first == NULL)
			first = arm;
		row->groups[i].n = arm->n;
		row->groups[i].deviation = AbDoubleDifference(arm->moments[0],
													  first->moments[0]);
		row->groups[i].squares = AbDoubleValue(arm->moments[AbComomentIndex(summary->columns, 0, 0)]);
	}
}

/*
 * Can the variants be analysed?  Counts them and their rows; if not, says why
 * in the note.
 */
static bool
CheckVariants(AbAnovaRow *row, const AbSummary *summary, bool equal_var,
			  const char **note)
{
	int64		nonfinite = 0;
	int			overflows = 0;
	int			single = 0;
	int			constant = 0;
	bool		differ = false;

	for (int i = 0; i < row->count; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);

		if (AbArmRows(summary, arm) == 0)
			continue;
		row->variants++;
		row->n = Min(row->n + AbArmRows(summary, arm), TOO_MANY_ROWS);
		nonfinite = Min(nonfinite + AbArmNonfinite(summary, arm), TOO_MANY_ROWS);
		overflows += (arm->flags & AB_ARM_OVERFLOW) != 0;
		single += arm->n == 1;
		constant += !(row->groups[i].squares > 0);
		/* deviations are from the first that has rows */
		differ |= row->groups[i].deviation != 0;
	}

	*note = NULL;
	if (row->variants == 0)
		*note = "no rows";
	else if (nonfinite > 0)
		*note = psprintf(INT64_FORMAT " row%s with NaN or infinity",
						 nonfinite, nonfinite == 1 ? "" : "s");
	else if (overflows > 0)
		*note = "values are too large for double precision";
	else if (row->variants == 1)
		*note = "only one variant has rows";
	else if (row->n == TOO_MANY_ROWS)
		*note = "too many rows for double precision";
	else if (row->n == row->variants)
		*note = "too few rows: the test needs at least two in one variant";
	else if (constant == row->variants)
		*note = differ ?
			"no variation within any variant, yet their means differ: no test" :
			"no variation within any variant: no test";
	else if (!equal_var && single > 0)
		*note = "too few rows: Welch's test needs at least two in each variant";
	else if (!equal_var && constant > 0)
		*note = "a variant has no variation: Welch's test would give it all the weight";
	return *note == NULL;
}

/*
 * The note, which may be NULL, with what was left out of the summary.
 */
static const char *
NoteMissing(const char *note, const AbSummary *summary)
{
	AbArmList	list = AbListSummary(summary);
	AbNotes		notes = {{0}};

	if (note)
		AbNote(&notes, "%s", note);
	AbNoteAllMissing(&notes, &list);
	return notes.text.data;
}

/*
 * Do the variants of a summary, which may be NULL, differ?  Fills in the row,
 * which ends with a note if there is no answer or if rows were left out.
 */
void
AbAnalyseVariants(AbAnovaRow *row, const AbSummary *summary, bool equal_var)
{
	static const AbAnova unknown = {NAN, NAN, NAN, NAN, NAN};

	memset(row, 0, sizeof(AbAnovaRow));
	row->anova = unknown;
	row->note = "no rows";
	row->method = equal_var ? "one-way analysis of variance" :
		"Welch's analysis of variance";
	if (summary == NULL)
		return;
	GetGroups(row, summary);
	if (CheckVariants(row, summary, equal_var, &row->note))
	{
		row->anova = equal_var ? AbFisherAnova(row->groups, row->count) :
			AbWelchAnova(row->groups, row->count);
		if (!isfinite(row->anova.statistic) || isnan(row->anova.p_value))
			row->note = "values are too large for double precision";
	}
	if (row->n == TOO_MANY_ROWS)
		row->n = -1;
	row->note = NoteMissing(row->note, summary);
}

PG_FUNCTION_INFO_V1(ab_anova);
Datum
ab_anova(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_SUMMARY_ARG(AnovaCall, summary, &ab_one_column),
		AB_FLAG_ARG(AnovaCall, equal_var, "equal_var",
					"Use false for Welch's test.", false)
	};
	AnovaCall	call;
	AbAnovaRow	row;

	AbReadArgs(fcinfo, args, &call);
	AbAnalyseVariants(&row, call.summary, call.equal_var);
	return AbRowDatum(fcinfo, &anova_type, &row);
}
