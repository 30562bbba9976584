/*
 * comparison.c
 *	  The row that every test of means returns, and the choice of its arms.
 *
 * The rule of the house: data never raises, query mistakes do.  A group
 * without rows in one arm is data and gets NULLs and a note; a call that does
 * not say which of several variants to compare is a mistake.
 */
#include "base/comparison.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"

/* Attributes of the SQL type ab_comparison, in its order. */
enum
{
	CONTROL, TREATMENT, CONTROL_N, TREATMENT_N, CONTROL_MEAN, TREATMENT_MEAN,
	CONTROL_STDDEV, TREATMENT_STDDEV, DIFF, DIFF_LOW, DIFF_HIGH,
	RELATIVE_LIFT_PCT, LIFT_LOW_PCT, LIFT_HIGH_PCT, STD_ERROR, STATISTIC, DF,
	P_VALUE, P_ADJUSTED, SIGNIFICANT, ALPHA, METHOD, NOTE
};

StaticAssertDecl(NOTE + 1 == AB_COMPARISON_ATTRIBUTES,
				 "attributes of ab_comparison");

/* Variants listed in an error before the list is cut. */
#define MAX_LISTED_VARIANTS 10

/*
 * The alternative named in that text argument, by SciPy's names.  ERROR 22023
 * if it is none of them.
 */
AbAlternative
AbGetAlternative(FunctionCallInfo fcinfo, int argument)
{
	const char *name = PG_ARGISNULL(argument) ? "NULL" :
		text_to_cstring(PG_GETARG_TEXT_PP(argument));

	if (strcmp(name, "two-sided") == 0)
		return AB_TWO_SIDED;
	if (strcmp(name, "less") == 0)
		return AB_LESS;
	if (strcmp(name, "greater") == 0)
		return AB_GREATER;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown alternative \"%s\"", name),
			 errhint("Use 'two-sided', 'less' (treatment below control) or 'greater' (treatment above control).")));
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
 * The significance level in that argument.  ERROR 22023 unless it is in
 * (0, 1).
 */
double
AbGetAlpha(FunctionCallInfo fcinfo, int argument)
{
	double		alpha = PG_ARGISNULL(argument) ? NAN :
		PG_GETARG_FLOAT8(argument);

	if (!(alpha > 0 && alpha < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("significance level must be between 0 and 1"),
				 PG_ARGISNULL(argument) ? errdetail("Got NULL.") :
				 errdetail("Got %g.", alpha),
				 errhint("Use 0.05 for a 5%% false positive rate.")));
	return alpha;
}

/*
 * Options of a call without named parameters.
 */
AbTestOptions
AbDefaultOptions(void)
{
	AbTestOptions options = {{NULL, 0}, {NULL, 0}, 0.05, AB_TWO_SIDED, true};

	return options;
}

/*
 * Read and check the parameters of a test from the arguments at those
 * positions; -1 for one that the function does not have.
 */
void
AbGetOptions(FunctionCallInfo fcinfo, AbTestOptions *options, int control,
			 int treatment, int alpha, int alternative, int equal_var)
{
	*options = AbDefaultOptions();
	if (control >= 0 && !PG_ARGISNULL(control))
		options->control = AbTextGetLabel(PG_GETARG_TEXT_PP(control));
	if (treatment >= 0 && !PG_ARGISNULL(treatment))
		options->treatment = AbTextGetLabel(PG_GETARG_TEXT_PP(treatment));
	if (alpha >= 0)
		options->alpha = AbGetAlpha(fcinfo, alpha);
	if (alternative >= 0)
		options->alternative = AbGetAlternative(fcinfo, alternative);
	if (equal_var >= 0)
	{
		if (PG_ARGISNULL(equal_var))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("equal_var must be true or false"),
					 errhint("Use false for Welch's test.")));
		options->equal_var = PG_GETARG_BOOL(equal_var);
	}
}

/*
 * Add a sentence fragment to the row's note, after a semicolon.
 */
void
AbAddNote(AbComparison *row, const char *format,...)
{
	if (row->note.len > 0)
		appendStringInfoString(&row->note, "; ");
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, format);
		needed = appendStringInfoVA(&row->note, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&row->note, needed);
	}
}

/*
 * Are the moments of an arm with rows known, that is finite?
 */
bool
AbArmKnown(const AbArm *arm)
{
	return arm->nonfinite == 0 && !(arm->flags & AB_ARM_OVERFLOW);
}

/*
 * Sample covariance of columns i and j of an arm (the variance if they are
 * the same), NaN if it is not known.
 */
double
AbArmVariance(const AbSummary *summary, const AbArm *arm, int i, int j)
{
	if (!AbArmKnown(arm) || arm->n < 2)
		return NAN;
	return AbDoubleValue(arm->moments[AbComomentIndex(summary->columns,
													  Min(i, j), Max(i, j))]) /
		(arm->n - 1);
}

static double
ArmMean(const AbSummary *summary, const AbArm *arm)
{
	return AbArmKnown(arm) && arm->n > 0 ? AbArmMean(summary, arm, 0) : NAN;
}

/*
 * Rows of an arm, finite or not; 0 of none.
 */
int64
AbArmRows(const AbArm *arm)
{
	return arm ? arm->n + arm->nonfinite : 0;
}

/*
 * The variants of a summary as a list for an error message.
 */
static char *
ListVariants(const AbSummary *summary)
{
	StringInfoData list;
	int			count = 0;

	/* an arm that was only named as control is not one that was seen */
	initStringInfo(&list);
	for (int i = 0; i < (int) summary->arms; i++)
	{
		const AbArm *arm = AbGetArm(summary, i);

		if (AbArmRows(arm) > 0 && count++ < MAX_LISTED_VARIANTS)
			appendStringInfo(&list, "%s\"%s\"", count > 1 ? ", " : "",
							 AbLabelToServer(AbArmLabel(summary, arm)));
	}
	if (count > MAX_LISTED_VARIANTS)
		appendStringInfo(&list, " and %d more", count - MAX_LISTED_VARIANTS);
	return list.data;
}

/*
 * ERROR 22023: the call does not say which arms to compare.
 */
static void
AmbiguousArms(const AbSummary *summary, const char *message,
			  const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message),
			 errdetail("The variants are %s.", ListVariants(summary)),
			 errhint("%s", hint)));
}

static void
UnknownVariant(const AbSummary *summary, const char *role, AbLabel label)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no variant \"%s\" to be the %s",
					AbLabelToServer(label), role),
			 errdetail("The variants are %s.", ListVariants(summary)),
			 errhint("Name one of them as %s.", role)));
}

/*
 * Position of the control arm: the one named by the call (data is NULL if it
 * names none), else the one the summary carries, else the one called
 * "control"; never the first by alphabet.  -1 if it has no rows, or is not
 * known because there is at most one variant; ERROR 22023 where there are
 * more and it cannot be told.
 */
int
AbControlPosition(const AbSummary *summary, AbLabel named)
{
	static const AbLabel usual = {"control", 7};
	int			position;

	if (named.data != NULL)
	{
		position = AbFindArm(summary, named);
		if (position < 0 && summary->arms > 1)
			UnknownVariant(summary, "control", named);
		return Max(position, -1);
	}

	position = AbFindControl(summary);
	if (position < 0)
		position = AbFindArm(summary, usual);
	if (position < 0 && summary->arms > 1)
		AmbiguousArms(summary,
					  "it is not known which variant is the control",
					  "Name it: ab_ttest(outcome, variant, 'A') as an aggregate, or control => 'A' for a function that reads a summary.");
	return Max(position, -1);
}

/*
 * Position of the treatment arm: the one named by the call, else the only one
 * beside the control.  -1 if it has no rows.
 */
static int
ChooseTreatment(AbComparison *row, AbLabel named, int control)
{
	const AbSummary *summary = row->summary;
	int			others = 0;
	int			position;

	if (named.data != NULL)
	{
		if (row->control_label.data != NULL &&
			AbLabelEquals(named, row->control_label))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("control and treatment are the same variant \"%s\"",
							AbLabelToServer(named)),
					 errdetail("The variants are %s.", ListVariants(summary))));
		row->treatment_label = named;
		position = AbFindArm(summary, named);
		if (position < 0 && summary->arms > 1)
			UnknownVariant(summary, "treatment", named);
		return Max(position, -1);
	}

	/* an arm without rows is there only because it was named as control */
	position = -1;
	for (int i = 0; i < (int) summary->arms; i++)
		if (i != control && AbArmRows(AbGetArm(summary, i)) > 0)
		{
			position = i;
			others++;
		}
	if (others > 1 && control >= 0 &&
		AbArmRows(AbGetArm(summary, control)) == 0)
		UnknownVariant(summary, "control", row->control_label);
	if (others > 1)
		AmbiguousArms(summary,
					  "there are more than two variants",
					  "Read a summary and name both: ab_ttest(ab_summary(outcome, variant), control => 'A', treatment => 'B').");
	if (position < 0)
		return -1;
	row->treatment_label = AbArmLabel(summary, AbGetArm(summary, position));
	return position;
}

/*
 * Note what keeps an arm from being compared.  Returns whether it can be.
 */
static bool
CheckArm(AbComparison *row, const char *role, const AbArm *arm, AbLabel label)
{
	if (AbArmRows(arm) == 0)
	{
		if (label.data != NULL)
			AbAddNote(row, "no rows for the %s \"%s\"", role,
					  AbLabelToServer(label));
		else
			AbAddNote(row, "no rows for the %s", role);
		return false;
	}
	if (arm->nonfinite > 0)
		AbAddNote(row, INT64_FORMAT " row%s of the %s with NaN or infinity",
				  arm->nonfinite, arm->nonfinite == 1 ? "" : "s", role);
	if (arm->flags & AB_ARM_OVERFLOW)
		AbAddNote(row, "values of the %s are too large for double precision",
				  role);
	return AbArmKnown(arm);
}

/*
 * Start a row: choose its arms, and fill in what is known without a test.
 * Afterwards row->control and row->treatment are both set if and only if the
 * two can be compared; else row->note says why not.
 */
void
AbStartComparison(AbComparison *row, const AbSummary *summary,
				  const AbTestOptions *options)
{
	int			control = -1;
	int			treatment = -1;
	bool		known;

	memset(row, 0, sizeof(AbComparison));
	initStringInfo(&row->note);
	row->summary = summary;
	row->alpha = options->alpha;
	row->control_mean = row->treatment_mean = NAN;
	row->control_stddev = row->treatment_stddev = NAN;
	row->difference = row->std_error = row->df = row->p_adjusted = NAN;
	row->interval.low = row->interval.high = NAN;
	row->lift.low = row->lift.high = NAN;
	row->test.statistic = row->test.p_value = NAN;

	if (summary == NULL || summary->arms == 0)
	{
		row->control_label = options->control;
		row->treatment_label = options->treatment;
		AbAddNote(row, "no rows");
		return;
	}

	control = AbControlPosition(summary, options->control);
	if (options->control.data != NULL)
		row->control_label = options->control;
	else if (control >= 0)
		row->control_label = AbArmLabel(summary, AbGetArm(summary, control));
	treatment = ChooseTreatment(row, options->treatment, control);
	if (control >= 0)
	{
		row->control = AbGetArm(summary, control);
		row->control_mean = ArmMean(summary, row->control);
		row->control_stddev = sqrt(AbArmVariance(summary, row->control, 0, 0));
	}
	if (treatment >= 0)
	{
		row->treatment = AbGetArm(summary, treatment);
		row->treatment_mean = ArmMean(summary, row->treatment);
		row->treatment_stddev = sqrt(AbArmVariance(summary, row->treatment, 0, 0));
	}

	if (control < 0 && options->control.data == NULL && treatment >= 0)
		AbAddNote(row, "only one variant");
	known = CheckArm(row, "control", row->control, row->control_label);
	if (CheckArm(row, "treatment", row->treatment, row->treatment_label) && known)
	{
		row->difference = AbDoubleDifference(row->treatment->moments[0],
											 row->control->moments[0]);
		row->tested = true;
	}
}

/*
 * Test the effect and fill in statistic, p-value and verdict.  std_error must
 * not be negative; where it is 0 or something is not finite the row stays
 * untested, with a note.  Returns whether it is tested.
 */
bool
AbTestStatistic(AbComparison *row, const AbEffect *effect,
				const AbTestOptions *options)
{
	row->tested = false;
	row->difference = effect->difference;
	row->std_error = effect->std_error;
	if (!isfinite(effect->std_error) || !isfinite(effect->difference))
	{
		AbAddNote(row, "values are too large for double precision");
		return false;
	}
	if (!(effect->std_error > 0))
	{
		AbAddNote(row, "no variation within either arm: no test");
		return false;
	}

	row->df = effect->df;
	row->test = AbTTest(effect->difference, effect->std_error, effect->df,
						options->alternative, options->alpha);
	row->tested = true;
	return true;
}

/*
 * Fill in the intervals of difference and lift of a tested row by that critical
 * value, with a note where the lift has none.  `significant` is the verdict by
 * the same value.
 */
void
AbSetIntervals(AbComparison *row, const AbEffect *effect, double critical,
			   AbAlternative alternative, bool significant)
{
	AbDecision	decision = {critical, alternative, significant};

	row->interval = AbDifferenceInterval(effect->difference,
										 effect->std_error, &decision);

	if (effect->control == 0)
	{
		AbAddNote(row, "the control mean is zero: no relative lift");
		return;
	}
	if (!isfinite(effect->difference / effect->control * 100))
	{
		AbAddNote(row, "the relative lift is too large for double precision");
		return;
	}
	if (effect->control < 0)
		AbAddNote(row, "the control mean is negative: a positive lift is a decrease");
	if (!AbFieller(effect, &decision, &row->lift))
		AbAddNote(row, "the lift's interval is unbounded: the control mean is not distinguishable from zero");
}

/*
 * Test the effect and fill in everything: AbTestStatistic() with the intervals
 * of that very test.
 */
void
AbTestEffect(AbComparison *row, const AbEffect *effect,
			 const AbTestOptions *options)
{
	if (AbTestStatistic(row, effect, options))
		AbSetIntervals(row, effect,
					   AbCriticalT(effect->df, options->alternative,
								   options->alpha),
					   options->alternative, row->test.significant);
}

/*
 * Set a float8 attribute, NULL unless it is finite: no driver and no report
 * agrees with another on NaN and infinity.
 */
void
AbSetFloat(Datum *values, bool *nulls, int attribute, double value)
{
	nulls[attribute] = !isfinite(value);
	if (isfinite(value))
		values[attribute] = Float8GetDatum(value + 0.0);	/* no -0 */
}

void
AbSetText(Datum *values, bool *nulls, int attribute, const char *value)
{
	nulls[attribute] = value == NULL;
	if (value)
		values[attribute] = CStringGetTextDatum(value);
}

static void
SetArm(Datum *values, bool *nulls, const AbComparison *row, const AbArm *arm,
	   AbLabel label, int name, int n)
{
	AbSetText(values, nulls, name,
			  label.data != NULL ? AbLabelToServer(label) : NULL);
	nulls[n] = row->summary == NULL;
	values[n] = Int64GetDatum(AbArmRows(arm));
}

/*
 * The attributes that every result of two arms begins with: their names and
 * their numbers of rows.
 */
void
AbSetArms(const AbComparison *row, Datum *values, bool *nulls)
{
	SetArm(values, nulls, row, row->control, row->control_label,
		   CONTROL, CONTROL_N);
	SetArm(values, nulls, row, row->treatment, row->treatment_label,
		   TREATMENT, TREATMENT_N);
}

/*
 * The attributes of the row, of which there are AB_COMPARISON_ATTRIBUTES.
 */
void
AbComparisonValues(const AbComparison *row, Datum *values, bool *nulls)
{
	AbSetArms(row, values, nulls);
	AbSetFloat(values, nulls, CONTROL_MEAN, row->control_mean);
	AbSetFloat(values, nulls, TREATMENT_MEAN, row->treatment_mean);
	AbSetFloat(values, nulls, CONTROL_STDDEV, row->control_stddev);
	AbSetFloat(values, nulls, TREATMENT_STDDEV, row->treatment_stddev);
	AbSetFloat(values, nulls, DIFF, row->difference);
	AbSetFloat(values, nulls, DIFF_LOW, row->interval.low);
	AbSetFloat(values, nulls, DIFF_HIGH, row->interval.high);
	AbSetFloat(values, nulls, RELATIVE_LIFT_PCT,
			   row->difference / row->control_mean * 100);
	AbSetFloat(values, nulls, LIFT_LOW_PCT, row->lift.low * 100);
	AbSetFloat(values, nulls, LIFT_HIGH_PCT, row->lift.high * 100);
	AbSetFloat(values, nulls, STD_ERROR, row->std_error);
	AbSetFloat(values, nulls, STATISTIC, row->test.statistic);
	AbSetFloat(values, nulls, DF, row->df);
	AbSetFloat(values, nulls, P_VALUE, row->test.p_value);
	AbSetFloat(values, nulls, P_ADJUSTED, row->p_adjusted);
	nulls[SIGNIFICANT] = nulls[P_VALUE];
	values[SIGNIFICANT] = BoolGetDatum(row->test.significant);
	AbSetFloat(values, nulls, ALPHA, row->alpha);
	AbSetText(values, nulls, METHOD, row->method);
	AbSetText(values, nulls, NOTE, row->note.len > 0 ? row->note.data : NULL);
}

/*
 * ERROR 55000 unless a result type has that many attributes: after a package
 * upgrade a database has the old types until its extension is updated, too.
 */
void
AbCheckAttributes(TupleDesc tupdesc, int attributes)
{
	if (tupdesc->natts < attributes)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the SQL objects of ab_test are older than its library"),
				 errhint("Run ALTER EXTENSION ab_test UPDATE in this database.")));
}

/*
 * Descriptor of the named composite type that the calling function returns,
 * which must have at least that many attributes.
 */
TupleDesc
AbResultDesc(FunctionCallInfo fcinfo, int attributes)
{
	TupleDesc	tupdesc;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a composite type");
	AbCheckAttributes(tupdesc, attributes);
	return BlessTupleDesc(tupdesc);
}

/*
 * The row as a tuple of the composite type that the calling function returns.
 */
Datum
AbComparisonDatum(FunctionCallInfo fcinfo, const AbComparison *row)
{
	TupleDesc	tupdesc = AbResultDesc(fcinfo, AB_COMPARISON_ATTRIBUTES);
	Datum	   *values = (Datum *) palloc0(tupdesc->natts * sizeof(Datum));
	bool	   *nulls = (bool *) palloc(tupdesc->natts * sizeof(bool));

	/* a later version of the type may have more attributes: they are NULL */
	memset(nulls, true, tupdesc->natts * sizeof(bool));
	AbComparisonValues(row, values, nulls);
	return HeapTupleGetDatum(heap_form_tuple(tupdesc, values, nulls));
}
