/*
 * scorecard.c
 *	  The scorecard: every metric of a query in one table, with verdicts.
 *
 * The query runs with the caller's rights, in the caller's snapshot, within a
 * subtransaction that is read-only and that is always rolled back: what
 * writes is refused, and nothing is left behind.  The rows are kept by the
 * tuplestore that the caller's transaction owns.
 *
 * The parts, each of which uses those before it:
 *
 *	scorecard_query		the text, checked, and its columns
 *	scorecard_spec		the arguments and the metrics
 *	scorecard_states	what each metric collects, as SQL
 *	scorecard_sql		the statement around that
 *	scorecard_collect	running it
 *	scorecard_call		the functions that users call, to read the states
 *	scorecard_read		which of them reads a metric, and margins
 *	scorecard_sentence	a row in words
 *	scorecard_verdict	families, verdicts, the sample ratio, slices
 */
#include "topic/scorecard_verdict.h"

#include "access/xact.h"
#include "base/arms.h"
#include "executor/spi.h"
#include "math/padjust.h"
#include "utils/resowner.h"

static const AbRange planned_n_range = {
	.low = 2, .high = AB_MAX_OBSERVATIONS, .optional = true,
	.message = "planned_n must be at least 2",
	.hint = "It is the planned number of users, or pairs, of the control, as ab_sample_size() returns it."
};

static const AbWord sequential_words[] = {
	{"always-valid", true, "the rows hold on every day they are looked at"}
};

static const AbWords sequentials = AB_WORDS("sequential", sequential_words);

static const AbArg args[] = {
	AB_TEXT_ARG(AbScorecardCall, query, "query"),
	AB_JSONB_ARG(AbScorecardCall, metrics, "metrics"),
	AB_TEXT_ARG(AbScorecardCall, variant, "variant"),
	AB_TEXT_ARG(AbScorecardCall, unit, "unit"),
	AB_TEXT_ARG(AbScorecardCall, pair, "pair"),
	AB_ARRAY_ARG(AbScorecardCall, slice, "slice"),
	AB_CONTROL_ARG(AbScorecardCall, test),
	AB_TREATMENT_ARG(AbScorecardCall, test),
	AB_JSONB_ARG(AbScorecardCall, split, "split"),
	AB_ALPHA_ARG(AbScorecardCall, test),
	AB_WORD_ARG(AbScorecardCall, correction, "correction", &ab_corrections,
				AB_HOLM),
	AB_COUNT_ARG(AbScorecardCall, planned_n, "planned_n", &planned_n_range),
	AB_TEXT_ARG(AbScorecardCall, sequential, "sequential"),
	AB_FLAG_ARG(AbScorecardCall, bayes, "bayes",
				"Use true for the probability that the treatment is better.",
				false)
};

static const AbColumn columns[] = {
	AB_COLUMN(AbScorecardRow, slice, "slice", TEXT),
	AB_COLUMN(AbScorecardRow, role_name, "role", TEXT),
	AB_COLUMN(AbScorecardRow, metric_name, "metric", TEXT),
	AB_COLUMN(AbScorecardRow, statistic, "statistic", TEXT),
	AB_COLUMN(AbScorecardRow, direction, "direction", TEXT),
	AB_COLUMN(AbScorecardRow, control, "control", LABEL),
	AB_COLUMN(AbScorecardRow, treatment, "treatment", LABEL),
	AB_COLUMN(AbScorecardRow, control_n, "control_n", COUNT),
	AB_COLUMN(AbScorecardRow, treatment_n, "treatment_n", COUNT),
	AB_COLUMN(AbScorecardRow, control_value, "control_value", NUMBER),
	AB_COLUMN(AbScorecardRow, treatment_value, "treatment_value", NUMBER),
	AB_COLUMN(AbScorecardRow, control_stddev, "control_stddev", NUMBER),
	AB_COLUMN(AbScorecardRow, treatment_stddev, "treatment_stddev", NUMBER),
	AB_COLUMN(AbScorecardRow, difference.value, "diff", NUMBER),
	AB_COLUMN(AbScorecardRow, difference.interval.low, "diff_low", NUMBER),
	AB_COLUMN(AbScorecardRow, difference.interval.high, "diff_high", NUMBER),
	AB_COLUMN(AbScorecardRow, lift_pct.value, "relative_lift_pct", NUMBER),
	AB_COLUMN(AbScorecardRow, lift_pct.interval.low, "lift_low_pct", NUMBER),
	AB_COLUMN(AbScorecardRow, lift_pct.interval.high, "lift_high_pct", NUMBER),
	AB_COLUMN(AbScorecardRow, margin_pct, "margin_pct", NUMBER),
	AB_COLUMN(AbScorecardRow, p_value, "p_value", NUMBER),
	AB_COLUMN(AbScorecardRow, p_adjusted, "p_adjusted", NUMBER),
	AB_COLUMN(AbScorecardRow, alpha, "alpha", NUMBER),
	AB_COLUMN(AbScorecardRow, correction, "correction", TEXT),
	AB_COLUMN(AbScorecardRow, rule, "rule", TEXT),
	AB_COLUMN(AbScorecardRow, planned_n, "planned_n", WHOLE),
	AB_COLUMN(AbScorecardRow, prob_better, "prob_better", NUMBER),
	AB_COLUMN(AbScorecardRow, mde_pct, "mde_pct", NUMBER),
	AB_COLUMN(AbScorecardRow, verdict, "verdict", TEXT),
	AB_COLUMN(AbScorecardRow, method, "method", TEXT),
	AB_COLUMN(AbScorecardRow, notes, "note", NOTES),
	AB_COLUMN(AbScorecardRow, sentence, "sentence", TEXT)
};

static const AbRowType scorecard_type = AB_ROW_TYPE(columns);

/* The variants that are compared: those of the whole. */
typedef struct Comparison
{
	AbLabel		control;		/* without data if it is not known */
	AbLabel    *treatments;		/* at least one, which may be without data */
	int			count;
} Comparison;

/* The rows of a block's metrics. */
typedef struct BlockRows
{
	AbScorecardRow *rows;
	int			count;
} BlockRows;

/*
 * Read the rule that the rows follow.  ERROR 22023 if it is not known, or lacks
 * the size planned for.
 */
static void
ReadRule(AbScorecardCall *call)
{
	if (call->sequential == NULL)
		return;
	call->any_day = AbReadWord(call->sequential, &sequentials);
	if (isnan(call->planned_n))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("sequential needs planned_n"),
				 errdetail("An always-valid test is sharpest about the size that the experiment was planned for."),
				 errhint("It is the planned number of users, or pairs, of the control, as ab_sample_size() returns it: sequential => 'always-valid', planned_n => 5000.")));
}

/*
 * Choose control and treatments among the variants of the whole.  ERROR 22023
 * where it cannot be told which is the control.
 */
static Comparison
Compare(const AbSpec *spec, const AbArmList *arms)
{
	AbTestArgs	test = spec->call->test;
	Comparison	result = {test.control, NULL, 0};
	AbArmChoice choice = {-1, -1};

	test.reader = "ab_scorecard(query";
	result.treatments = (AbLabel *) palloc0((arms->count + 1) * sizeof(AbLabel));
	if (arms->count > 0 && test.treatment.data != NULL)
		choice = AbChooseArms(arms, &test);
	else if (arms->count > 0)
		choice.control = AbChooseControl(arms, &test);
	if (choice.control >= 0)
		result.control = arms->entries[choice.control].label;
	if (test.treatment.data != NULL)
		result.treatments[result.count++] = test.treatment;
	else
		for (int i = 0; i < arms->count; i++)
			if (i != choice.control && arms->entries[i].rows > 0)
				result.treatments[result.count++] = arms->entries[i].label;
	result.count = Max(result.count, 1);
	return result;
}

/*
 * The rows of all metrics of a block, without verdicts.
 */
static BlockRows
ReadBlock(const AbCollection *collection, AbReaders *readers,
		  const AbBlock *block, const Comparison *comparison)
{
	const AbSpec *spec = collection->spec;
	BlockRows	result;

	result.rows = (AbScorecardRow *) palloc((Size) spec->metric_count *
											comparison->count *
											sizeof(AbScorecardRow));
	result.count = 0;
	for (int i = 0; i < spec->metric_count; i++)
		for (int j = 0; j < comparison->count; j++)
		{
			AbScorecardRow *row = &result.rows[result.count++];

			*row = AbReadMetric(collection, readers, block, i, comparison->control,
								comparison->treatments[j]);
			row->one_of_several = comparison->count > 1;
		}
	return result;
}

/*
 * Write, behind the blocks from `first` to before `end`, which are those of one
 * slice column, whether the effects differ between them.
 */
static void
PutHeterogeneity(FunctionCallInfo fcinfo, const AbCollection *collection,
				 const BlockRows *blocks, int first, int end)
{
	const AbSpec *spec = collection->spec;
	int			count = blocks[first].count;
	AbScorecardRow *rows = (AbScorecardRow *) palloc(count *
													 sizeof(AbScorecardRow));
	AbScorecardRow **same = (AbScorecardRow **) palloc((end - first) *
													   sizeof(AbScorecardRow *));

	for (int i = 0; i < count; i++)
	{
		for (int j = first; j < end; j++)
			same[j - first] = &blocks[j].rows[i];
		rows[i] = AbHeterogeneity(spec, collection->blocks[first].slice,
								  &collection->blocks[first], same, end - first);
	}
	AbJudge(spec, rows, count);
	for (int i = 0; i < count; i++)
		AbPutRow(fcinfo, &scorecard_type, &rows[i]);
}

/*
 * Run the query and write the rows.
 */
static void
PutScorecard(FunctionCallInfo fcinfo, const AbScorecardCall *call)
{
	AbSpec		spec = AbReadSpec(call, AbOpenQuery(call->query,
													fcinfo->flinfo->fn_oid));
	AbCollection collection = AbCollect(&spec);
	AbReaders  *readers = AbOpenReaders(&spec.query);
	Comparison	comparison = Compare(&spec, &collection.blocks[0].arms);
	BlockRows  *blocks = (BlockRows *) palloc(collection.count *
											  sizeof(BlockRows));
	AbLabel		several = {NULL, 0};
	int			first = 0;

	for (int i = 0; i < collection.count; i++)
	{
		AbBlock    *block = &collection.blocks[i];
		AbScorecardRow ratio = AbSampleRatio(&collection, block,
											 comparison.control,
											 comparison.count == 1 ?
											 comparison.treatments[0] : several);

		AbPutRow(fcinfo, &scorecard_type, &ratio);
		blocks[i] = ReadBlock(&collection, readers, block, &comparison);
		AbJudge(&spec, blocks[i].rows, blocks[i].count);
		for (int j = 0; j < blocks[i].count; j++)
			AbPutRow(fcinfo, &scorecard_type, &blocks[i].rows[j]);
		if (i == 0 || block->slice != collection.blocks[i - 1].slice)
			first = i;
		if (block->slice >= 0 &&
			(i == collection.count - 1 ||
			 collection.blocks[i + 1].slice != block->slice))
			PutHeterogeneity(fcinfo, &collection, blocks, first, i + 1);
	}
}

PG_FUNCTION_INFO_V1(ab_scorecard);
Datum
ab_scorecard(PG_FUNCTION_ARGS)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	AbScorecardCall call = {0};

	AbReadArgs(fcinfo, args, &call);
	ReadRule(&call);
	AbStartRows(fcinfo);
	BeginInternalSubTransaction(NULL);
	PG_TRY();
	{
		/* undone with the subtransaction */
		XactReadOnly = true;
		if (SPI_connect() != SPI_OK_CONNECT)
			elog(ERROR, "could not connect to SPI");
		PutScorecard(fcinfo, &call);
		SPI_finish();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		ReThrowError(error);
	}
	PG_END_TRY();
	return (Datum) 0;
}
