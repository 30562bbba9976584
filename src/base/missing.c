/*
 * missing.c
 *	  What a note says of the rows that a stored value has left out.
 *
 * How many, of which arm and for which reason; and, where the arms differ in
 * what is missing by more than chance, that those that are left may not be
 * comparable any more.
 */
#include "base/missing.h"

#include "math/missing.h"

/* Level at which a difference of what is missing is noted. */
#define MISSING_ALPHA	0.001

static const AbColumnName outcome_columns[AB_MAX_COLUMNS] = {
	{"an outcome", "outcomes"},
	{"a covariate", "covariates"},
	{"a third value", "third values"},
	{"a fourth value", "fourth values"}
};

const AbColumnName ab_ratio_columns[AB_MAX_COLUMNS] = {
	{"a numerator", "numerators"},
	{"a denominator", "denominators"},
	{"a numerator before", "numerators before"},
	{"a denominator before", "denominators before"}
};

static const AbColumnName no_column = {"any value", "all values"};

/*
 * What a row lacks that is counted there.
 */
static AbColumnName
ReasonName(const AbArmList *list, const AbColumnName *columns, int reason)
{
	if (list->missing_count > 1 && reason == list->missing_count - 1)
		return no_column;
	return (columns ? columns : outcome_columns)[reason];
}

static const char *
Plural(int64 count)
{
	return count == 1 ? "" : "s";
}

/*
 * A share for a note.
 */
static char *
Percent(double part, double all)
{
	double		percent = part / all * 100;

	return psprintf(percent > 0 && percent < 1 ? "%.2g%%" : "%.1f%%", percent);
}

/*
 * Rows of an arm, those left out included.
 */
static double
AllRows(const AbArmList *list, const AbArmEntry *entry)
{
	return (double) entry->rows +
		(double) AbAllMissing(entry->missing, list->missing_count);
}

/*
 * Note that rows without a variant were left out.
 */
static void
NoteUnassigned(AbNotes *notes, const AbArmList *list)
{
	if (list->unassigned > 0)
		AbNote(notes, INT64_FORMAT " row%s without a variant left out",
			   list->unassigned, Plural(list->unassigned));
}

/*
 * Note what was left out of two arms of a list, which are NULL where they are
 * not known, and whether that differs.  columns is as in AbTestArgs.
 */
void
AbNoteMissing(AbNotes *notes, const AbArmList *list,
			  const AbColumnName *columns, const AbArmEntry *control,
			  const AbArmEntry *treatment)
{
	for (int i = 0; i < list->missing_count; i++)
	{
		AbColumnName name = ReasonName(list, columns, i);
		int64		c = control ? control->missing[i] : 0;
		int64		t = treatment ? treatment->missing[i] : 0;
		AbProportions counts;

		if (c + t == 0)
			continue;
		if (c > 0 && t > 0)
			AbNote(notes, INT64_FORMAT " row%s of the control and " INT64_FORMAT " of the treatment without %s left out",
				   c, Plural(c), t, name.one);
		else
			AbNote(notes, INT64_FORMAT " row%s of the %s without %s left out",
				   Max(c, t), Plural(Max(c, t)), c > 0 ? "control" : "treatment",
				   name.one);
		if (control == NULL || treatment == NULL)
			continue;
		counts.control = c;
		counts.control_n = AllRows(list, control);
		counts.treatment = t;
		counts.treatment_n = AllRows(list, treatment);
		if (counts.control_n > 0 && counts.treatment_n > 0 &&
			AbMissingP(&counts) < MISSING_ALPHA)
		{
			bool		more = AbProportionDifference(&counts) > 0;
			char	   *c_share = Percent(c, counts.control_n);
			char	   *t_share = Percent(t, counts.treatment_n);

			AbNote(notes, "%s are missing more often in the %s (%s against %s): the rows that are left " AB_NOT_COMPARABLE,
				   name.many, more ? "treatment" : "control",
				   more ? t_share : c_share, more ? c_share : t_share);
		}
	}
	NoteUnassigned(notes, list);
}

/*
 * The same of all arms of a list together: whether they differ by the test of
 * each against the others, with Bonferroni's correction.
 */
void
AbNoteAllMissing(AbNotes *notes, const AbArmList *list)
{
	for (int i = 0; i < list->missing_count; i++)
	{
		AbColumnName name = ReasonName(list, NULL, i);
		double		missing = 0;
		double		rows = 0;
		double		smallest = 1;
		const AbArmEntry *differs = NULL;

		for (int j = 0; j < list->count; j++)
		{
			missing += list->entries[j].missing[i];
			rows += AllRows(list, &list->entries[j]);
		}
		if (missing == 0)
			continue;
		AbNote(notes, "%.0f row%s without %s left out", missing,
			   Plural(missing), name.one);
		for (int j = 0; j < list->count && list->count > 1; j++)
		{
			const AbArmEntry *entry = &list->entries[j];
			AbProportions counts;
			double		p;

			counts.treatment = entry->missing[i];
			counts.treatment_n = AllRows(list, entry);
			counts.control = missing - counts.treatment;
			counts.control_n = rows - counts.treatment_n;
			if (counts.treatment_n == 0 || counts.control_n == 0)
				continue;
			p = AbMissingP(&counts) * list->count;
			if (p < smallest)
			{
				smallest = p;
				differs = entry;
			}
		}
		if (smallest < MISSING_ALPHA)
		{
			double		part = differs->missing[i];
			double		all = AllRows(list, differs);
			double		others = (missing - part) / (rows - all);

			AbNote(notes, "%s are missing %s often in \"%s\" than elsewhere (%s against %s): the rows that are left " AB_NOT_COMPARABLE,
				   name.many, part / all > others ? "more" : "less",
				   AbLabelToServer(differs->label), Percent(part, all),
				   Percent(missing - part, rows - all));
		}
	}
	NoteUnassigned(notes, list);
}

/*
 * "3 pairs without the control's outcome, 5 without the treatment's"; NULL if
 * none was left out.
 */
static const char *
ListMissingPairs(const AbArmList *list, const AbArmEntry *entry)
{
	static const char *const sides[] = {
		"the control's", "the treatment's", "either"
	};
	StringInfoData text;
	bool		first = true;

	initStringInfo(&text);
	for (int i = 0; i < list->missing_count; i++)
	{
		if (entry->missing[i] == 0)
			continue;
		if (first)
			appendStringInfo(&text, INT64_FORMAT " pair%s without %s outcome",
							 entry->missing[i], Plural(entry->missing[i]),
							 sides[i]);
		else
			appendStringInfo(&text, ", " INT64_FORMAT " without %s",
							 entry->missing[i], sides[i]);
		first = false;
	}
	return first ? NULL : text.data;
}

/*
 * Note which pairs were left out of the arm at that position, if there is one,
 * and whether one side is missing more often than the other.
 */
void
AbNoteMissingPairs(AbNotes *notes, const AbArmList *list, int position)
{
	const AbArmEntry *entry = position < 0 ? NULL : &list->entries[position];
	const char *pairs = entry ? ListMissingPairs(list, entry) : NULL;

	if (pairs)
		AbNote(notes, "%s left out", pairs);
	if (entry && AbMissingPairsP(entry->missing[0], entry->missing[1]) < MISSING_ALPHA)
	{
		bool		more = entry->missing[1] > entry->missing[0];
		double		all = AllRows(list, entry);

		AbNote(notes, "outcomes are missing more often in the %s (%s against %s of the pairs): the pairs that are left " AB_NOT_COMPARABLE,
			   more ? "treatment" : "control",
			   Percent((double) entry->missing[more ? 1 : 0] + entry->missing[2], all),
			   Percent((double) entry->missing[more ? 0 : 1] + entry->missing[2], all));
	}
	NoteUnassigned(notes, list);
}

/*
 * Note which pairs only one of control and variant has at all, and whether one
 * of them lacks more than the other.  The numbers are of pairs that both have,
 * that the variant has and the control lacks, and the reverse.
 */
void
AbNoteLostPairs(AbNotes *notes, AbLabel variant, double both,
				double without_control, double without_variant)
{
	const char *name = AbLabelToServer(variant);
	double		all = both + without_control + without_variant;

	if (without_control > 0)
		AbNote(notes, "%.0f that \"%s\" has without the control left out",
			   without_control, name);
	if (without_variant > 0)
		AbNote(notes, "%.0f that \"%s\" lacks left out", without_variant, name);
	if (AbMissingPairsP(without_control, without_variant) < MISSING_ALPHA)
		AbNote(notes, "\"%s\" lacks %s of the pairs and the control %s: the pairs that are left " AB_NOT_COMPARABLE,
			   name, Percent(without_variant, all),
			   Percent(without_control, all));
}
