/*
 * arms.c
 *	  The choice of the arms that a call compares.
 *
 * The rule of the house: data never raises, query mistakes do.  A group
 * without rows in one arm is data and gets NULLs and a note; a call that does
 * not say which of several variants to compare is a mistake.
 */
#include "base/arms.h"

#include "base/missing.h"
#include "utils/builtins.h"

/* Variants listed in an error before the list is cut. */
#define MAX_LISTED_VARIANTS 10

/*
 * How many variants were seen or named as control: more than those lost all
 * their rows.
 */
static int
CountSeen(const AbArmList *list)
{
	int			count = 0;

	for (int i = 0; i < list->count; i++)
		count += list->entries[i].rows > 0 || list->entries[i].control;
	return count;
}

/*
 * Position of the arm of that name, or -1.
 */
static int
FindEntry(const AbArmList *list, AbLabel label)
{
	for (int i = 0; i < list->count; i++)
		if (AbLabelEquals(list->entries[i].label, label))
			return i;
	return -1;
}

/*
 * The variants with rows, for an error message.
 */
static char *
ListVariants(const AbArmList *list)
{
	StringInfoData text;
	int			count = 0;

	/* an arm that was only named as control is not one that was seen */
	initStringInfo(&text);
	for (int i = 0; i < list->count; i++)
		if (list->entries[i].rows > 0 && count++ < MAX_LISTED_VARIANTS)
			appendStringInfo(&text, "%s\"%s\"", count > 1 ? ", " : "",
							 AbLabelToServer(list->entries[i].label));
	if (count > MAX_LISTED_VARIANTS)
		appendStringInfo(&text, " and %d more", count - MAX_LISTED_VARIANTS);
	return text.data;
}

pg_noreturn static void
UnknownVariant(const AbArmList *list, const char *role, AbLabel label)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no variant \"%s\" to be the %s",
					AbLabelToServer(label), role),
			 errdetail("The variants are %s.", ListVariants(list)),
			 errhint("Name one of them as %s.", role)));
}

/*
 * Position of the control: the one that the call names, else the one that the
 * value carries, else the one called "control"; never the first by alphabet.
 * -1 if it has no rows, or is not known because there is at most one variant;
 * ERROR 22023 where there are more and it cannot be told.
 */
int
AbChooseControl(const AbArmList *list, const AbTestArgs *args)
{
	static const AbLabel usual = {"control", 7};
	int			position;

	if (args->control.data != NULL)
	{
		position = FindEntry(list, args->control);
		if (position < 0 && CountSeen(list) > 1)
			UnknownVariant(list, "control", args->control);
		return position;
	}

	for (int i = 0; i < list->count; i++)
		if (list->entries[i].control)
			return i;
	position = FindEntry(list, usual);
	if (position < 0 && CountSeen(list) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("it is not known which variant is the control"),
				 errdetail("The variants are %s.", ListVariants(list)),
				 errhint("Name it: %s, control => 'A'), or collect with it: ab_%s(outcome, variant, 'A').",
						 args->reader, list->what)));
	return position;
}

/*
 * Position of the treatment: the one that the call names, else the only one
 * with rows beside the control, else the only one beside it.  -1 if there is
 * none.
 */
static int
ChooseTreatment(const AbArmList *list, const AbTestArgs *args, int control)
{
	int			position = -1;
	int			others = 0;

	if (args->treatment.data != NULL)
	{
		AbLabel		other = args->control.data != NULL || control < 0 ?
			args->control : list->entries[control].label;

		if (other.data != NULL && AbLabelEquals(args->treatment, other))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("control and treatment are the same variant \"%s\"",
							AbLabelToServer(args->treatment)),
					 errdetail("The variants are %s.", ListVariants(list))));
		position = FindEntry(list, args->treatment);
		if (position < 0 && CountSeen(list) > 1)
			UnknownVariant(list, "treatment", args->treatment);
		return position;
	}

	for (int i = 0; i < list->count; i++)
		if (i != control && list->entries[i].rows > 0)
		{
			position = i;
			others++;
		}
	/* the other arm may have lost all its rows */
	if (others == 0 && control >= 0 && list->count == 2 &&
		AbAllMissing(list->entries[1 - control].missing,
					 list->missing_count) > 0)
		position = 1 - control;
	if (others > 1 && control >= 0 && list->entries[control].rows == 0)
		UnknownVariant(list, "control", list->entries[control].label);
	if (others > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are more than two variants"),
				 errdetail("The variants are %s.", ListVariants(list)),
				 errhint("Name both: %s, control => 'A', treatment => 'B').",
						 args->reader)));
	return position;
}

/*
 * Both arms.  ERROR 22023 where several variants leave open which are meant.
 */
AbArmChoice
AbChooseArms(const AbArmList *list, const AbTestArgs *args)
{
	AbArmChoice choice = {-1, -1};

	if (list->count > 0)
	{
		choice.control = AbChooseControl(list, args);
		choice.treatment = ChooseTreatment(list, args, choice.control);
	}
	return choice;
}

/*
 * Position of the one arm that is read: the one named (data is NULL if none
 * is), else the only one with rows.  -1 if there is none; ERROR 22023, with
 * that advice, where it cannot be told.  `reader` is as in AbTestArgs, and that
 * argument of it names the arm.
 */
int
AbChooseSingle(const AbArmList *list, AbLabel named, const char *reader,
			   const char *argument, const char *advice)
{
	int			position = -1;
	int			count = 0;

	if (named.data != NULL)
	{
		position = FindEntry(list, named);
		if (position < 0 && CountSeen(list) > 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there is no variant \"%s\"",
							AbLabelToServer(named)),
					 errdetail("The variants are %s.", ListVariants(list)),
					 errhint("ab_arms(%s) lists them.", list->what)));
		return position;
	}

	for (int i = 0; i < list->count; i++)
		if (list->entries[i].rows > 0)
		{
			position = i;
			count++;
		}
	if (count == 0 && list->count == 1)
		position = 0;
	if (count > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the %s has more than one variant", list->what),
				 errdetail("The variants are %s.", ListVariants(list)),
				 errhint("Name the one to read: %s, %s => 'A'), or %s.",
						 reader, argument, advice)));
	return position;
}

/*
 * Note what keeps an arm from being compared.  Returns whether it can be.
 */
static bool
CheckArm(AbComparison *row, const char *role, const AbArmEntry *entry,
		 AbLabel label)
{
	if (entry == NULL || entry->rows == 0)
	{
		if (label.data != NULL)
			AbNote(&row->notes, "no rows for the %s \"%s\"", role,
				   AbLabelToServer(label));
		else
			AbNote(&row->notes, "no rows for the %s", role);
		return false;
	}
	if (entry->nonfinite > 0)
		AbNote(&row->notes, INT64_FORMAT " row%s of the %s with NaN or infinity",
			   entry->nonfinite, entry->nonfinite == 1 ? "" : "s", role);
	if (entry->overflow)
		AbNote(&row->notes, "values of the %s are too large for double precision",
			   role);
	return entry->nonfinite == 0 && !entry->overflow;
}

/*
 * Write the names and sizes of the chosen arms into an initialised row.
 * Returns whether they can be compared; the notes say why not.
 */
bool
AbSetArms(AbComparison *row, const AbArmList *list, const AbTestArgs *args,
		  AbArmChoice choice)
{
	const AbArmEntry *control = choice.control < 0 ? NULL :
		&list->entries[choice.control];
	const AbArmEntry *treatment = choice.treatment < 0 ? NULL :
		&list->entries[choice.treatment];
	bool		known;

	row->control = args->control.data != NULL || control == NULL ?
		args->control : control->label;
	row->treatment = args->treatment.data != NULL || treatment == NULL ?
		args->treatment : treatment->label;
	if (list->entries != NULL)
	{
		row->control_n = control ? control->rows : 0;
		row->treatment_n = treatment ? treatment->rows : 0;
	}
	if (list->count == 0)
	{
		AbNote(&row->notes, "no rows");
		AbNoteMissing(&row->notes, list, args->columns, control, treatment);
		return false;
	}

	if (row->control.data == NULL && treatment != NULL)
		AbNote(&row->notes, "only one variant");
	known = CheckArm(row, "control", control, row->control);
	known = CheckArm(row, "treatment", treatment, row->treatment) && known;
	AbNoteMissing(&row->notes, list, args->columns, control, treatment);
	return known;
}

/*
 * Start a row: choose its arms and write what is known of them.  Returns
 * whether they can be compared.
 */
bool
AbStartArms(AbComparison *row, const AbArmList *list, const AbTestArgs *args,
			AbArmChoice *choice)
{
	AbInitComparison(row, args->alpha);
	*choice = AbChooseArms(list, args);
	return AbSetArms(row, list, args, *choice);
}
