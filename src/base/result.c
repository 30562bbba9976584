/*
 * result.c
 *	  Rows of the composite types that functions return.
 */
#include "base/result.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

/*
 * Add a fragment, after a semicolon.
 */
void
AbNote(AbNotes *notes, const char *format,...)
{
	if (notes->text.data == NULL)
		initStringInfo(&notes->text);
	else if (notes->text.len > 0)
		appendStringInfoString(&notes->text, "; ");
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, format);
		needed = appendStringInfoVA(&notes->text, format, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&notes->text, needed);
	}
}

void
AbClearNotes(AbNotes *notes)
{
	if (notes->text.data != NULL)
		resetStringInfo(&notes->text);
}

/*
 * A row of which nothing is known but the level to decide at.
 */
void
AbInitComparison(AbComparison *row, double alpha)
{
	const AbEstimate unknown = {NAN, {NAN, NAN}};

	memset(row, 0, sizeof(AbComparison));
	row->control_n = row->treatment_n = -1;
	row->difference = row->lift = unknown;
	row->std_error = row->statistic = row->df = NAN;
	row->p_value = row->p_adjusted = NAN;
	row->alpha = alpha;
}

/*
 * Set the p-value of a test, and the verdict by it.
 */
void
AbDecide(AbComparison *row, double p_value)
{
	row->p_value = p_value;
	row->significant = isnan(p_value) ? AB_UNKNOWN :
		AbAnswerOf(p_value < row->alpha);
}

/*
 * Set the p-value adjusted for the number of tests, and the verdict by it.
 */
void
AbDecideAdjusted(AbComparison *row, double p_adjusted)
{
	row->p_adjusted = p_adjusted;
	row->significant = isnan(p_adjusted) ? AB_UNKNOWN :
		AbAnswerOf(p_adjusted < row->alpha);
}

/*
 * The Datum of a column's field.
 */
static Datum
FieldDatum(const void *field, AbColumnKind kind, bool *is_null)
{
	double		number;
	const char *text;
	Datum		json;

	switch (kind)
	{
		case AB_COLUMN_LABEL:
			*is_null = ((const AbLabel *) field)->data == NULL;
			return *is_null ? (Datum) 0 :
				CStringGetTextDatum(AbLabelToServer(*(const AbLabel *) field));
		case AB_COLUMN_TEXT:
			text = *(const char *const *) field;
			*is_null = text == NULL;
			return *is_null ? (Datum) 0 : CStringGetTextDatum(text);
		case AB_COLUMN_NOTES:
			text = ((const AbNotes *) field)->text.data;
			*is_null = text == NULL || text[0] == '\0';
			return *is_null ? (Datum) 0 : CStringGetTextDatum(text);
		case AB_COLUMN_COUNT:
			*is_null = *(const int64 *) field < 0;
			return Int64GetDatum(*(const int64 *) field);
		case AB_COLUMN_WHOLE:
			number = *(const double *) field;
			*is_null = !isfinite(number);
			return *is_null ? (Datum) 0 : Int64GetDatum((int64) number);
		case AB_COLUMN_NUMBER:
		case AB_COLUMN_PERCENT:
			number = *(const double *) field;
			if (kind == AB_COLUMN_PERCENT)
				number *= 100;
			*is_null = !isfinite(number);
			/* adding zero makes -0 a 0 */
			return *is_null ? (Datum) 0 : Float8GetDatum(number + 0.0);
		case AB_COLUMN_ANSWER:
			*is_null = *(const AbAnswer *) field == AB_UNKNOWN;
			return BoolGetDatum(*(const AbAnswer *) field == AB_YES);
		case AB_COLUMN_JSON:
			text = *(const char *const *) field;
			*is_null = text == NULL ||
				!AbJsonbInput(unconstify(char *, text), NULL, &json);
			return *is_null ? (Datum) 0 : json;
		case AB_COLUMN_VALUE:
			*is_null = *(const void *const *) field == NULL;
			return PointerGetDatum(*(const void *const *) field);
	}
	elog(ERROR, "unknown kind of column %d", (int) kind);
}

/*
 * The values of a row; a later version of the type may have more columns,
 * which are NULL.  ERROR 55000 if the type has fewer: after a package upgrade a
 * database has the old types until its extension is updated, too.
 */
static void
RowValues(TupleDesc tupdesc, const AbRowType *type, const void *row,
		  Datum *values, bool *nulls)
{
	if (tupdesc->natts < type->count)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the SQL objects of ab_test are older than its library"),
				 errhint("Run ALTER EXTENSION ab_test UPDATE in this database.")));
	memset(values, 0, tupdesc->natts * sizeof(Datum));
	memset(nulls, true, tupdesc->natts * sizeof(bool));
	for (int i = 0; i < type->count; i++)
	{
		const AbColumn *column = &type->columns[i];

		Assert(strcmp(NameStr(TupleDescAttr(tupdesc, i)->attname),
					  column->name) == 0);
		values[i] = FieldDatum((const char *) row + column->offset,
							   column->kind, &nulls[i]);
	}
}

/*
 * The row as the result of a function that returns one.
 */
Datum
AbRowDatum(FunctionCallInfo fcinfo, const AbRowType *type, const void *row)
{
	Datum		values[MaxTupleAttributeNumber];
	bool		nulls[MaxTupleAttributeNumber];
	TupleDesc	tupdesc;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a composite type");
	RowValues(tupdesc, type, row, values, nulls);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values,
											 nulls));
}

/*
 * Before the first row of a function that returns a set of them.
 */
void
AbStartRows(FunctionCallInfo fcinfo)
{
	InitMaterializedSRF(fcinfo, 0);
}

/*
 * Add a row to the set that a function returns.
 */
void
AbPutRow(FunctionCallInfo fcinfo, const AbRowType *type, const void *row)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[MaxTupleAttributeNumber];
	bool		nulls[MaxTupleAttributeNumber];

	CHECK_FOR_INTERRUPTS();
	RowValues(rsinfo->setDesc, type, row, values, nulls);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}
