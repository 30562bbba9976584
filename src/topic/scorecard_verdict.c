/*
 * scorecard_verdict.c
 *	  What is made of the rows of a scorecard: families, verdicts, slices.
 *
 * The family of a block is every primary and secondary metric times every
 * treatment; guardrails are each tested at alpha, for there all have to pass.
 *
 * Whether an effect differs between slices is Cochran's Q,
 *
 *		Q = sum w_i (d_i - d)^2,	w_i = 1 / se_i^2,	d = sum w_i d_i / sum w_i,
 *
 * chi-square with one degree of freedom less than there are slices.
 *
 *	W. G. Cochran, The Combination of Estimates from Different Experiments,
 *	Biometrics 10 (1954), 101-129.
 */
#include "topic/scorecard_verdict.h"

#include "base/work.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "math/distributions.h"
#include "math/padjust.h"
#include "topic/scorecard_sentence.h"
#include "utils/array.h"
#include "utils/builtins.h"

static const char *const role_names[] = {
	[AB_ROLE_SAMPLE_RATIO] = "sample ratio",
	[AB_ROLE_PRIMARY] = "primary",
	[AB_ROLE_SECONDARY] = "secondary",
	[AB_ROLE_GUARDRAIL] = "guardrail",
	[AB_ROLE_HETEROGENEITY] = "heterogeneity"
};

/* ----------------------------------------------------------------------
 * Verdicts
 * ----------------------------------------------------------------------
 */

/*
 * What a difference that is more than chance is called.
 */
static const char *
DifferenceVerdict(const AbScorecardRow *row)
{
	bool		higher = row->difference.value > 0;

	if (row->metric->direction == AB_DIRECTION_NONE)
		return higher ? "higher" : "lower";
	return higher == (row->metric->direction == AB_DIRECTION_HIGHER) ?
		"better" : "worse";
}

static const char *
GuardrailVerdict(const AbScorecardRow *row)
{
	if (isnan(row->p_value))
		return "no data";
	if (row->p_value < row->alpha)
		return "not worse";
	return row->harm_p < row->alpha &&
		strcmp(DifferenceVerdict(row), "worse") == 0 ? "worse" : "not shown";
}

static const char *
MetricVerdict(AbScorecardRow *row)
{
	if (row->role == AB_ROLE_GUARDRAIL)
		return GuardrailVerdict(row);
	if (isnan(row->p_adjusted) || isnan(row->difference.value))
		return "no data";
	if (row->p_adjusted < row->alpha && row->difference.value != 0)
		return DifferenceVerdict(row);
	if (row->p_value < row->alpha)
		AbNote(&row->notes, "the interval is of this comparison alone: among %d comparisons the difference is not clear",
			   row->comparisons);
	return "no clear difference";
}

/*
 * Fill in the columns that follow from the others.
 */
static void
FinishRow(AbScorecardRow *row)
{
	const AbMetric *metric = row->metric;

	row->role_name = role_names[row->role];
	row->direction = metric == NULL ||
		metric->direction == AB_DIRECTION_NONE ? NULL :
		AbWordOf(&ab_directions, metric->direction);
	row->sentence = AbSentence(row);
}

/*
 * The p-values of a family, adjusted for their number.
 */
static void
AdjustFamily(const AbSpec *spec, AbScorecardRow *rows, int count,
			 bool heterogeneity)
{
	double	   *p = (double *) palloc(Max(count, 1) * sizeof(double));
	int			members = 0;
	int			tested;

	for (int i = 0; i < count; i++)
		if (rows[i].role != AB_ROLE_GUARDRAIL &&
			(rows[i].role == AB_ROLE_HETEROGENEITY) == heterogeneity)
			p[members++] = rows[i].p_value;
	tested = AbAdjust(p, members, (AbCorrection) spec->call->correction,
					  &ab_server_work);
	members = 0;
	for (int i = 0; i < count; i++)
		if (rows[i].role != AB_ROLE_GUARDRAIL &&
			(rows[i].role == AB_ROLE_HETEROGENEITY) == heterogeneity)
		{
			rows[i].p_adjusted = p[members++];
			rows[i].comparisons = tested;
			rows[i].correction = AbWordOf(&ab_corrections,
										  spec->call->correction);
		}
}

/*
 * Decide the rows of a block, all of its metrics and treatments, or those of
 * the differences between slices.
 */
void
AbJudge(const AbSpec *spec, AbScorecardRow *rows, int count)
{
	bool		heterogeneity = count > 0 &&
		rows[0].role == AB_ROLE_HETEROGENEITY;

	AdjustFamily(spec, rows, count, heterogeneity);
	for (int i = 0; i < count; i++)
	{
		AbScorecardRow *row = &rows[i];

		if (heterogeneity)
			row->verdict = isnan(row->p_adjusted) ? "no data" :
				row->p_adjusted < row->alpha ? "effects differ" :
				"no clear difference";
		else
			row->verdict = MetricVerdict(row);
		if (row->role == AB_ROLE_GUARDRAIL)
		{
			row->correction = "none";
			row->margin_pct = row->metric->margin_relative ?
				row->metric->margin * 100 : row->metric->margin /
				fabs(row->control_value) * 100;
		}
		FinishRow(row);
		if (row->slice != NULL)
			AbNote(&row->notes, "exploratory");
	}
}

/* ----------------------------------------------------------------------
 * The sample ratio
 * ----------------------------------------------------------------------
 */

static void
NoteCount(AbNotes *notes, int64 count, const char *one, const char *many,
		  const char *what)
{
	if (count > 0)
		AbNote(notes, INT64_FORMAT " %s %s", count, count == 1 ? one : many,
			   what);
}

pg_noreturn static void
BadSplit(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("split must give each variant its share"),
			 errdetail("%s", detail),
			 errhint("Write split => '{\"control\": 0.8, \"treatment\": 0.2}'.")));
}

/*
 * The shares of split by variant.  Returns how many there are.
 */
static int
ReadSplit(const Jsonb *split, AbLabel *labels, double *weights)
{
	JsonbIterator *iterator = JsonbIteratorInit(&unconstify(Jsonb *, split)->root);
	JsonbIteratorToken token;
	JsonbValue	value;
	int			count = 0;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
		if (token == WJB_KEY)
			labels[count] = AbTextGetLabel(cstring_to_text_with_len(value.val.string.val,
																	value.val.string.len));
		else if (token == WJB_VALUE)
		{
			if (value.type != jbvNumeric)
				BadSplit(psprintf("That of \"%s\" is no number.",
								  AbLabelToServer(labels[count])));
			weights[count++] = DatumGetFloat8(DirectFunctionCall1(numeric_float8,
																  NumericGetDatum(value.val.numeric)));
		}
	return count;
}

/*
 * Rows of a variant, and whether it is one of those.
 */
static double
RowsOf(const AbArmList *arms, AbLabel label)
{
	for (int i = 0; i < arms->count; i++)
		if (AbLabelEquals(arms->entries[i].label, label))
			return arms->entries[i].rows;
	return 0;
}

static Datum
LabelArray(const AbLabel *labels, int count)
{
	Datum	   *elements = (Datum *) palloc(Max(count, 1) * sizeof(Datum));

	for (int i = 0; i < count; i++)
		elements[i] = CStringGetTextDatum(AbLabelToServer(labels[i]));
	return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false,
										   TYPALIGN_INT));
}

/*
 * ERROR 22023 unless the split has a share for every variant.
 */
static void
CheckSplit(const AbArmList *arms, const AbLabel *labels, int count)
{
	for (int i = 0; i < arms->count; i++)
	{
		AbLabel		label = arms->entries[i].label;
		bool		known = false;

		for (int j = 0; j < count; j++)
			known |= AbLabelEquals(label, labels[j]);
		if (!known)
			BadSplit(psprintf("It has none for \"%s\".", AbLabelToServer(label)));
	}
}

/*
 * Test the numbers of a block against the split, by ab_srm, or
 * ab_srm_sequential, of a summary that has them.
 */
static void
TestSplit(const AbSpec *spec, AbScorecardRow *row)
{
	const Jsonb *split = spec->call->split;
	Oid			types[] = {TEXTARRAYOID, INT8ARRAYOID, FLOAT8ARRAYOID};
	const char *sql = psprintf("SELECT r.p_value, r.method, r.note, r.threshold FROM %s.ab_srm%s((SELECT %s.ab_rollup(%s.ab_make_summary(t.v, t.n, CAST(0 AS pg_catalog.int8))) FROM unnest($1, $2) AS t(v, n)), $1, $3) AS r",
							   spec->query.schema,
							   spec->call->any_day ? "_sequential" : "",
							   spec->query.schema, spec->query.schema);
	int			count = JB_ROOT_IS_OBJECT(split) ? JB_ROOT_COUNT(split) : 0;
	AbLabel    *labels = (AbLabel *) palloc(Max(count, 1) * sizeof(AbLabel));
	double	   *weights = (double *) palloc(Max(count, 1) * sizeof(double));
	Datum	   *rows = (Datum *) palloc(Max(count, 1) * sizeof(Datum));
	Datum	   *shares = (Datum *) palloc(Max(count, 1) * sizeof(Datum));
	Datum		values[3];
	Datum		fields[4];
	bool		is_null[4];
	SPITupleTable *table;

	if (!JB_ROOT_IS_OBJECT(split))
		BadSplit("It is no object.");
	count = ReadSplit(split, labels, weights);
	CheckSplit(row->arms, labels, count);
	for (int i = 0; i < count; i++)
	{
		rows[i] = Int64GetDatum((int64) RowsOf(row->arms, labels[i]));
		shares[i] = Float8GetDatum(weights[i]);
	}
	values[0] = LabelArray(labels, count);
	values[1] = PointerGetDatum(construct_array(rows, count, INT8OID,
												sizeof(int64),
												FLOAT8PASSBYVAL,
												TYPALIGN_DOUBLE));
	values[2] = PointerGetDatum(construct_array(shares, count, FLOAT8OID,
												sizeof(float8),
												FLOAT8PASSBYVAL,
												TYPALIGN_DOUBLE));
	/* FROM unnest() of several arrays is the server's, whatever is called so */
	if (SPI_execute_with_args(sql, lengthof(types), types, values, NULL, true,
							  0) != SPI_OK_SELECT)
		elog(ERROR, "could not test the split");
	table = SPI_tuptable;
	for (int i = 0; i < lengthof(fields); i++)
		fields[i] = SPI_getbinval(table->vals[0], table->tupdesc, i + 1,
								  &is_null[i]);
	row->p_value = is_null[0] ? NAN : DatumGetFloat8(fields[0]);
	row->method = is_null[1] ? NULL : TextDatumGetCString(fields[1]);
	if (!is_null[2])
		AbNote(&row->notes, "%s", TextDatumGetCString(fields[2]));
	row->alpha = DatumGetFloat8(fields[3]);
	row->verdict = isnan(row->p_value) ? "split not checked" :
		row->p_value < row->alpha ? "split mismatch" : "split as intended";
}

/*
 * Pairs of one of the variants only, which are not compared.
 */
static void
NoteLostPairs(const AbCollection *collection, const AbBlock *block,
			  AbLabel control, AbNotes *notes)
{
	double		control_pairs = RowsOf(&block->arms, control);
	AbArmList	list = AbListState(collection, 0, block->states[0]);

	for (int i = 0; i < list.count; i++)
	{
		AbArmEntry *entry = &list.entries[i];
		double		both = entry->rows;

		for (int j = 0; j < list.missing_count; j++)
			both += entry->missing[j];
		if (RowsOf(&block->arms, entry->label) > both)
			AbNote(notes, "%.0f that \"%s\" has without the control left out",
				   RowsOf(&block->arms, entry->label) - both,
				   AbLabelToServer(entry->label));
		if (control_pairs > both)
			AbNote(notes, "%.0f that \"%s\" lacks left out",
				   control_pairs - both, AbLabelToServer(entry->label));
	}
}

/*
 * The arms that are compared: with a treatment named, others are not.
 */
static AbArmList *
Compared(const AbArmList *arms, AbLabel control, const AbTestArgs *test)
{
	AbArmList  *result = (AbArmList *) palloc(sizeof(AbArmList));

	*result = *arms;
	if (test->treatment.data == NULL)
		return result;
	result->entries = (AbArmEntry *) palloc(Max(arms->count, 1) *
											sizeof(AbArmEntry));
	result->count = 0;
	for (int i = 0; i < arms->count; i++)
		if (AbLabelEquals(arms->entries[i].label, test->treatment) ||
			(control.data != NULL &&
			 AbLabelEquals(arms->entries[i].label, control)))
			result->entries[result->count++] = arms->entries[i];
	return result;
}

/*
 * The first row of a block: how many there are of each variant, and what was
 * left out of all metrics.  The treatment has no data where there are several.
 */
AbScorecardRow
AbSampleRatio(const AbCollection *collection, const AbBlock *block,
			  AbLabel control, AbLabel treatment)
{
	const AbSpec *spec = collection->spec;
	AbScorecardRow row = AbNewRow(spec, block);
	const char *name;

	row.role = AB_ROLE_SAMPLE_RATIO;
	row.metric_name = "sample ratio";
	row.statistic = "count";
	row.arms = Compared(&block->arms, control, &spec->call->test);
	row.in_pairs = collection->grain == AB_GRAIN_PAIRS;
	row.control = control;
	if (control.data != NULL)
		row.control_n = (int64) RowsOf(&block->arms, control);
	row.treatment = treatment;
	if (treatment.data != NULL)
		row.treatment_n = (int64) RowsOf(&block->arms, treatment);
	row.alpha = NAN;
	row.verdict = "split not checked";
	if (spec->call->split != NULL)
		TestSplit(spec, &row);

	name = spec->unit != AB_NO_COLUMN ? spec->query.columns[spec->unit].name :
		spec->pair != AB_NO_COLUMN ? spec->query.columns[spec->pair].name : "";
	if (collection->grain == AB_GRAIN_PAIRS)
		AbNote(&row.notes, "both variants are compared on the same \"%s\"", name);
	NoteCount(&row.notes, block->mixed, "unit", "units",
			  "seen in several variants left out");
	NoteCount(&row.notes, block->no_unit, "row", "rows",
			  psprintf("without \"%s\" left out", name));
	NoteCount(&row.notes, block->no_variant, "row", "rows",
			  "without a variant left out");
	NoteCount(&row.notes, block->spread, "unit is", "units are",
			  "in several slices");
	if (collection->grain == AB_GRAIN_PAIRS)
	{
		if (block->most_rows > 1)
			AbNote(&row.notes, "repeats are averaged");
		NoteLostPairs(collection, block, control, &row.notes);
	}
	if (spec->left_out != NULL && block->slice < 0)
		AbNote(&row.notes, "no metrics: %s", spec->left_out);
	FinishRow(&row);
	return row;
}

/* ----------------------------------------------------------------------
 * Slices
 * ----------------------------------------------------------------------
 */

/*
 * Does the effect on a metric differ between the values of a slice column?
 * The rows are those of the metric and one treatment in each of them; without
 * a verdict yet.
 */
AbScorecardRow
AbHeterogeneity(const AbSpec *spec, int slice, const AbBlock *block,
				AbScorecardRow *const *rows, int count)
{
	AbScorecardRow row = *rows[0];
	AbScorecardRow empty = AbNewRow(spec, block);
	double		weights = 0;
	double		weighted = 0;
	double		q = 0;
	int			used = 0;

	empty.role = AB_ROLE_HETEROGENEITY;
	empty.metric = row.metric;
	empty.metric_name = row.metric_name;
	empty.statistic = row.statistic;
	empty.control = row.control;
	empty.treatment = row.treatment;
	empty.one_of_several = row.one_of_several;
	row = empty;
	row.slice = AbSliceLabel(spec, slice, NULL);
	if (spec->call->any_day)
	{
		AbNote(&row.notes, "Cochran's Q is for one look: whether effects differ has no always-valid test");
		return row;
	}
	for (int i = 0; i < count; i++)
		if (rows[i]->std_error > 0 && isfinite(rows[i]->difference.value))
		{
			double		weight = 1 / (rows[i]->std_error * rows[i]->std_error);

			weights += weight;
			weighted += weight * rows[i]->difference.value;
			used++;
		}
	for (int i = 0; i < count; i++)
		if (rows[i]->std_error > 0 && isfinite(rows[i]->difference.value))
		{
			double		deviation = (rows[i]->difference.value -
									 weighted / weights) / rows[i]->std_error;

			q += deviation * deviation;
		}
	if (used < count)
		AbNote(&row.notes, "%d of %d slices have no standard error", count - used,
			   count);
	NoteCount(&row.notes, block->spread, "unit is", "units are",
			  "in several slices, which are then not independent");
	if (used < 2)
		AbNote(&row.notes, "fewer than two slices to compare");
	else
	{
		row.p_value = AbChiSquareUpperTail(q, used - 1);
		row.method = psprintf("Cochran's Q of %d slices", used);
	}
	return row;
}
