/*
 * audit.c
 *	  Where does a sample-ratio mismatch come from?
 *
 * Beside the variant that was recorded for a unit stands the one that the
 * assignment's rule predicts for its id.  Then, exactly and for each variant,
 *
 *		recorded - expected = (predicted - expected) + (recorded - predicted),
 *
 * what selected the units that are in the log, and what put them into another
 * variant than the rule.
 */
#include "base/args.h"

#include "base/result.h"
#include "base/shares.h"
#include "base/work.h"
#include "math/agreement.h"
#include "math/multinomial.h"
#include "topic/quality_crosstab.h"

/* Variants of an audit: a square table of them is solved. */
#define MAX_AUDITED		256

#define DEFAULT_THRESHOLD	0.001

/* Agreement below which an assignment is not as the rule has it. */
#define HIGH_AGREEMENT	0.99

/* Agreement below which a note asks for the id and the salt. */
#define LOW_AGREEMENT	0.9

typedef struct AuditCall
{
	const AbSummary *summary;
	ArrayType  *variants;
	ArrayType  *weights;
	double		threshold;
} AuditCall;

/* The variants of an audit, with their totals. */
typedef struct Audit
{
	AbCrosstab	table;
	int			count;
	AbLabel    *labels;
	double	   *weights;		/* relative, not negative */
	double		total_weight;
	int64	   *recorded;
	int64	   *predicted;
	AbSquare	square;			/* recorded by predicted */
} Audit;

typedef struct AuditRow
{
	int64		n;				/* -1 if not known */
	AbAgreement agreement;
	double		moved;			/* recorded in another variant than predicted */
	double		agreed_share;
	double		chance_share;
	double		p_value;		/* of the recorded against the weights */
	double		selection_p;
	double		reassignment_p;
	const char *verdict;
	double		threshold;
	AbNotes		notes;
} AuditRow;

static const AbColumn columns[] = {
	AB_COLUMN(AuditRow, n, "n", COUNT),
	AB_COLUMN(AuditRow, moved, "moved", WHOLE),
	AB_COLUMN(AuditRow, agreed_share, "agreement_pct", PERCENT),
	AB_COLUMN(AuditRow, chance_share, "chance_agreement_pct", PERCENT),
	AB_COLUMN(AuditRow, agreement.p_value, "agreement_p_value", NUMBER),
	AB_COLUMN(AuditRow, p_value, "p_value", NUMBER),
	AB_COLUMN(AuditRow, selection_p, "selection_p_value", NUMBER),
	AB_COLUMN(AuditRow, reassignment_p, "reassignment_p_value", NUMBER),
	AB_COLUMN(AuditRow, verdict, "verdict", TEXT),
	AB_COLUMN(AuditRow, threshold, "threshold", NUMBER),
	AB_COLUMN(AuditRow, notes, "note", NOTES)
};

static const AbRowType audit_type = AB_ROW_TYPE(columns);

/* A variant's part of the mismatch. */
typedef struct PartRow
{
	AbLabel		variant;
	double		share;
	double		expected;
	int64		predicted;
	int64		recorded;
	double		mismatch;
	double		selection;
	double		reassignment;
} PartRow;

static const AbColumn part_columns[] = {
	AB_COLUMN(PartRow, variant, "variant", LABEL),
	AB_COLUMN(PartRow, share, "expected_pct", PERCENT),
	AB_COLUMN(PartRow, expected, "expected_n", NUMBER),
	AB_COLUMN(PartRow, predicted, "predicted_n", COUNT),
	AB_COLUMN(PartRow, recorded, "recorded_n", COUNT),
	AB_COLUMN(PartRow, mismatch, "mismatch", NUMBER),
	AB_COLUMN(PartRow, selection, "selection", NUMBER),
	AB_COLUMN(PartRow, reassignment, "reassignment", WHOLE)
};

static const AbRowType part_type = AB_ROW_TYPE(part_columns);

static const AbRange threshold_range = {
	.low = 0, .low_open = true, .high = 1, .high_open = true,
	.message = "threshold must be between 0 and 1",
	.hint = "A mismatch is declared where p is below it: 0.001 raises few false alarms."
};

#define AUDIT_ARGS \
	AB_SUMMARY_ARG(AuditCall, summary, &ab_one_column), \
	AB_ARRAY_ARG(AuditCall, variants, "variants"), \
	AB_ARRAY_ARG(AuditCall, weights, "weights")

static int
CompareLabels(const void *a, const void *b)
{
	return AbLabelCompare(*(const AbLabel *) a, *(const AbLabel *) b);
}

/*
 * The labels that occur on either side of the table, sorted.
 */
static AbLabel *
AllLabels(const AbCrosstab *table, int *count)
{
	int			total = table->rows + table->columns;
	AbLabel    *labels = (AbLabel *) palloc(Max(total, 1) * sizeof(AbLabel));
	int			different = 0;

	for (int i = 0; i < total; i++)
		labels[i] = i < table->rows ? table->firsts[i] :
			table->seconds[i - table->rows];
	qsort(labels, total, sizeof(AbLabel), CompareLabels);
	for (int i = 0; i < total; i++)
		if (different == 0 || !AbLabelEquals(labels[i], labels[different - 1]))
			labels[different++] = labels[i];
	*count = different;
	return labels;
}

/*
 * The position of a label among those of the audit.  ERROR 22023 if it is not
 * among them.
 */
static int
FindVariant(const Audit *audit, AbLabel label)
{
	for (int i = 0; i < audit->count; i++)
		if (AbLabelEquals(audit->labels[i], label))
			return i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("variant \"%s\" of the summary is not among those named",
					AbLabelToServer(label)),
			 errhint("Name every variant, with weight 0 if it should have no users.")));
}

/*
 * Count the table over as a square one, and add up its sides.
 */
static void
MakeSquare(Audit *audit)
{
	const AbCrosstab *table = &audit->table;
	int			count = audit->count;
	double	   *square = (double *) palloc0(Max(count * count, 1) * sizeof(double));
	int		   *columns_of = (int *) palloc((table->columns + 1) * sizeof(int));

	audit->recorded = (int64 *) palloc0((count + 1) * sizeof(int64));
	audit->predicted = (int64 *) palloc0((count + 1) * sizeof(int64));
	for (int j = 0; j < table->columns; j++)
		columns_of[j] = FindVariant(audit, table->seconds[j]);
	for (int i = 0; i < table->rows; i++)
	{
		int			row = FindVariant(audit, table->firsts[i]);

		for (int j = 0; j < table->columns; j++)
		{
			double		rows = table->counts[i * table->columns + j];

			square[row * count + columns_of[j]] = rows;
			audit->recorded[row] += (int64) rows;
			audit->predicted[columns_of[j]] += (int64) rows;
		}
	}
	audit->square.classes = count;
	audit->square.counts = square;
}

/*
 * Read the summary, and the weights of the variants that are named, or equal
 * ones of all that occur.
 */
static Audit
ReadAudit(const AuditCall *call)
{
	Audit		audit = {.table = AbReadCrosstab(call->summary)};

	if (call->variants == NULL && call->weights != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("variants must not be NULL"),
				 errhint("Name every variant and its share: ab_audit(summary, ARRAY['control', 'treatment'], ARRAY[0.8, 0.2]); without both the shares are equal.")));
	if (call->variants != NULL)
	{
		audit.labels = AbGetLabels(call->variants, "variants", &audit.count);
		AbCheckSomeArms(audit.count);
		AbCheckUniqueLabels(audit.labels, audit.count);
	}
	else
		audit.labels = AllLabels(&audit.table, &audit.count);
	AbCheckVariantCount(audit.count, MAX_AUDITED);
	audit.weights = AbGetWeights(call->weights, audit.count);
	for (int i = 0; i < audit.count; i++)
		audit.total_weight += audit.weights[i];
	MakeSquare(&audit);
	return audit;
}

/*
 * The probability of counts so far from the weights; NaN if there is nothing to
 * test.
 */
static double
SharesPValue(const Audit *audit, const int64 *counts)
{
	AbClasses	classes = {audit->count, counts, audit->weights};
	int			positive = 0;

	for (int i = 0; i < audit->count; i++)
	{
		if (audit->weights[i] == 0 && counts[i] > 0)
			return 0;
		positive += audit->weights[i] > 0;
	}
	if (positive < 2)
		return NAN;
	return AbMultinomialFeasible((int64) audit->table.n, positive) ?
		AbMultinomialPValue(&classes, &ab_server_work) :
		AbPearsonTest(&classes).p_value;
}

/*
 * What the p-values say.
 */
static const char *
Verdict(const AuditRow *row)
{
	bool		capture = row->selection_p < row->threshold;

	/* what moves as many back changes no total, but mixes the variants */
	bool		assignment = row->reassignment_p < row->threshold ||
		row->agreed_share < HIGH_AGREEMENT;

	/* not above chance, although some disagree */
	if (row->moved > 0 && !(row->agreement.p_value < row->threshold))
		return "inapplicable";
	if (capture && assignment)
		return "capture and assignment";
	return capture ? "capture" : assignment ? "assignment" : "clean";
}

/*
 * Say in words what a reader has to know.
 */
static void
NoteAudit(AuditRow *row, const Audit *audit)
{
	if (row->moved > 0 && !(row->agreement.p_value < row->threshold))
		AbNote(&row->notes, "the prediction agrees with the record no more than by chance: it is of another id, salt or rule");
	else if (row->agreed_share < LOW_AGREEMENT)
		AbNote(&row->notes, "many rows disagree: is it the right id and salt for all of them?");
	else if (row->moved > 0)
		AbNote(&row->notes, "%.0f of " INT64_FORMAT " rows are recorded in another variant than predicted",
			   row->moved, row->n);
	if (row->p_value < row->threshold && strcmp(row->verdict, "clean") == 0)
		AbNote(&row->notes, "the recorded variants deviate from the weights, though neither part does by itself");
	for (int i = 0; i < audit->count; i++)
		if (audit->weights[i] == 0 &&
			(audit->recorded[i] > 0 || audit->predicted[i] > 0))
			AbNote(&row->notes, "variant \"%s\", whose weight is 0, has rows: impossible under the weights, p = 0",
				   AbLabelToServer(audit->labels[i]));
}

/*
 * Test the parts.
 */
static void
RunAudit(AuditRow *row, const Audit *audit)
{
	if (audit->table.n > AB_MAX_OBSERVATIONS)
	{
		row->n = -1;
		AbNote(&row->notes, "too many rows for double precision");
		return;
	}
	row->n = (int64) audit->table.n;
	if (row->n == 0)
	{
		AbNote(&row->notes, "no rows with both variants");
		return;
	}
	row->agreement = AbAgreementTest(audit->square, &ab_server_work);
	row->moved = row->agreement.n - row->agreement.agreed;
	row->agreed_share = row->agreement.agreed / row->agreement.n;
	row->chance_share = row->agreement.by_chance / row->agreement.n;
	row->p_value = SharesPValue(audit, audit->recorded);
	row->selection_p = SharesPValue(audit, audit->predicted);
	row->reassignment_p = AbHomogeneityTest(audit->square, &ab_server_work).p_value;
	row->verdict = Verdict(row);
	NoteAudit(row, audit);
}

static Datum
AuditDatum(FunctionCallInfo fcinfo, const AuditCall *call)
{
	AuditRow	row = {.verdict = "no data"};
	Audit		audit = ReadAudit(call);

	row.agreement.p_value = row.moved = row.agreed_share = NAN;
	row.chance_share = row.p_value = row.selection_p = row.reassignment_p = NAN;
	row.threshold = call->threshold;
	RunAudit(&row, &audit);
	AbNoteHalves(&row.notes, &audit.table, "without a recorded variant",
				 "without a predicted variant");
	return AbRowDatum(fcinfo, &audit_type, &row);
}

PG_FUNCTION_INFO_V1(ab_audit);
Datum
ab_audit(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AUDIT_ARGS,
		AB_NUMBER_ARG(AuditCall, threshold, "threshold", &threshold_range,
					  DEFAULT_THRESHOLD)
	};
	AuditCall	call;

	AbReadArgs(fcinfo, args, &call);
	return AuditDatum(fcinfo, &call);
}

PG_FUNCTION_INFO_V1(ab_audit_final);
Datum
ab_audit_final(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_SUMMARY_ARG(AuditCall, summary, &ab_one_column)
	};
	AuditCall	call = {.threshold = DEFAULT_THRESHOLD};

	AbReadArgs(fcinfo, args, &call);
	return AuditDatum(fcinfo, &call);
}

/*
 * The parts of the mismatch, a row for each variant.
 */
PG_FUNCTION_INFO_V1(ab_audit_variants);
Datum
ab_audit_variants(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {AUDIT_ARGS};
	AuditCall	call = {0};
	Audit		audit;

	AbReadArgs(fcinfo, args, &call);
	audit = ReadAudit(&call);
	AbStartRows(fcinfo);
	for (int i = 0; i < audit.count; i++)
	{
		PartRow		row = {.variant = audit.labels[i]};

		row.share = audit.weights[i] / audit.total_weight;
		row.expected = audit.table.n * row.share;
		row.predicted = audit.predicted[i];
		row.recorded = audit.recorded[i];
		row.mismatch = row.recorded - row.expected;
		row.selection = row.predicted - row.expected;
		row.reassignment = (double) (row.recorded - row.predicted);
		AbPutRow(fcinfo, &part_type, &row);
	}
	return (Datum) 0;
}
