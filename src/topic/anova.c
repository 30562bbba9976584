/*
 * anova.c
 *	  Do any variants differ?  One-way analysis of variance of a summary.
 *
 * Formulas and references are in math/anova.c.
 */
#include "base/comparison.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "math/anova.h"

/* Attributes of the SQL type ab_anova_result, in its order. */
enum
{
	VARIANTS, ROWS, STATISTIC, DF_BETWEEN, DF_WITHIN, P_VALUE, ETA_SQUARED,
	METHOD, NOTE, ANOVA_ATTRIBUTES
};

/* More rows than a double counts exactly; sums stop here. */
#define TOO_MANY_ROWS	(AB_MAX_OBSERVATIONS + 1)

/* What is analysed, and what keeps it from that. */
typedef struct Variants
{
	int			variants;		/* arms with rows */
	int64		rows;
	AbGroup    *groups;			/* a group for each arm, also one without rows */
	int			count;
	const char *note;
} Variants;

/*
 * The arms of a summary as groups, with their means relative to that of the
 * first with rows.
 */
static void
GetGroups(Variants *v, const AbSummary *summary)
{
	const AbArm *first = NULL;

	v->count = (int) summary->arms;
	v->groups = (AbGroup *) palloc0(Max(v->count, 1) * sizeof(AbGroup));
	for (int i = 0; i < v->count; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);

		if (arm->n == 0)
			continue;
		if (first == NULL)
			first = arm;
		v->groups[i].n = arm->n;
		v->groups[i].deviation = AbDoubleDifference(arm->moments[0],
													first->moments[0]);
		v->groups[i].squares = AbDoubleValue(arm->moments[AbComomentIndex(summary->columns, 0, 0)]);
	}
}

/*
 * Can the variants be analysed?  Counts them and their rows; if not, says why
 * in the note.
 */
static bool
CheckVariants(Variants *v, const AbSummary *summary, bool equal_var)
{
	int64		nonfinite = 0;
	int			overflows = 0;
	int			single = 0;
	int			constant = 0;

	for (int i = 0; i < v->count; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);

		if (AbArmRows(arm) == 0)
			continue;
		v->variants++;
		v->rows = Min(v->rows + AbArmRows(arm), TOO_MANY_ROWS);
		nonfinite = Min(nonfinite + arm->nonfinite, TOO_MANY_ROWS);
		overflows += (arm->flags & AB_ARM_OVERFLOW) != 0;
		single += arm->n == 1;
		constant += !(v->groups[i].squares > 0);
	}

	if (v->variants == 0)
		v->note = "no rows";
	else if (nonfinite > 0)
		v->note = psprintf(INT64_FORMAT " row%s with NaN or infinity",
						   nonfinite, nonfinite == 1 ? "" : "s");
	else if (overflows > 0)
		v->note = "values are too large for double precision";
	else if (v->variants == 1)
		v->note = "only one variant has rows";
	else if (v->rows == TOO_MANY_ROWS)
		v->note = "too many rows for double precision";
	else if (v->rows == v->variants)
		v->note = "too few rows: the test needs at least two in one variant";
	else if (constant == v->variants)
		v->note = "no variation within any variant: no test";
	else if (!equal_var && single > 0)
		v->note = "too few rows: Welch's test needs at least two in each variant";
	else if (!equal_var && constant > 0)
		v->note = "a variant has no variation: Welch's test would give it all the weight";
	return v->note == NULL;
}

/*
 * (summary, equal_var)
 */
PG_FUNCTION_INFO_V1(ab_anova);
Datum
ab_anova(PG_FUNCTION_ARGS)
{
	TupleDesc	tupdesc = AbResultDesc(fcinfo, ANOVA_ATTRIBUTES);
	AbTestOptions options;
	AbAnova		anova = {NAN, NAN, NAN, NAN, NAN};
	Variants	v = {.note = "no rows"};
	Datum	   *values = (Datum *) palloc0(tupdesc->natts * sizeof(Datum));
	bool	   *nulls = (bool *) palloc(tupdesc->natts * sizeof(bool));

	AbGetOptions(fcinfo, &options, -1, -1, -1, -1, 1);
	if (!PG_ARGISNULL(0))
	{
		const AbSummary *summary = AB_GETARG_SUMMARY(0);

		v.note = NULL;
		GetGroups(&v, summary);
		if (CheckVariants(&v, summary, options.equal_var))
		{
			anova = options.equal_var ? AbFisherAnova(v.groups, v.count) :
				AbWelchAnova(v.groups, v.count);
			if (!isfinite(anova.statistic) || isnan(anova.p_value))
				v.note = "values are too large for double precision";
		}
	}

	/* a later version of the type may have more attributes: they are NULL */
	memset(nulls, true, tupdesc->natts * sizeof(bool));
	nulls[VARIANTS] = nulls[ROWS] = false;
	values[VARIANTS] = Int64GetDatum(v.variants);
	nulls[ROWS] = v.rows == TOO_MANY_ROWS;
	values[ROWS] = Int64GetDatum(v.rows);
	AbSetFloat(values, nulls, STATISTIC, anova.statistic);
	AbSetFloat(values, nulls, DF_BETWEEN, anova.df_between);
	AbSetFloat(values, nulls, DF_WITHIN, anova.df_within);
	AbSetFloat(values, nulls, P_VALUE, anova.p_value);
	AbSetFloat(values, nulls, ETA_SQUARED, anova.eta_squared);
	AbSetText(values, nulls, METHOD, options.equal_var ?
			  "one-way analysis of variance" :
			  "Welch's analysis of variance");
	AbSetText(values, nulls, NOTE, v.note);
	return HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls));
}
