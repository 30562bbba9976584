/*
 * scorecard_read.c
 *	  Reading the states of a scorecard.
 *
 * Which reader of scorecard_call.c reads a metric, and what it says.
 *
 * A guardrail is tested against its margin by ab_noninferiority where that
 * reads the state, else by the reader's own one-sided interval: the metric is
 * not worse when it excludes the margin, and p is the level at which its end
 * is the margin.
 *
 * Rows for any day come from the always-valid readers; what has none is not
 * tested, for the test of a single look would not hold.
 */
#include "topic/scorecard_read.h"

#include "catalog/pg_collation.h"
#include "math/distributions.h"
#include "math/student.h"
#include "utils/builtins.h"
#include "value/summary_open.h"

#define MDE_POWER	0.8

/* the power normal scores are searched in, and how far */
#define MOST_Z		37.0
#define MOST_STEPS	80

/*
 * Write what a reader says into the row.
 */
static void
TakeResult(AbScorecardRow *row, const SPITupleTable *table)
{
	const char *note = AbTextResult(table, AB_READ_NOTE);

	row->control_n = AbCountResult(table, AB_READ_CONTROL_N);
	row->treatment_n = AbCountResult(table, AB_READ_TREATMENT_N);
	row->control_value = AbNumberResult(table, AB_READ_CONTROL_VALUE);
	row->treatment_value = AbNumberResult(table, AB_READ_TREATMENT_VALUE);
	row->control_stddev = AbNumberResult(table, AB_READ_CONTROL_STDDEV);
	row->treatment_stddev = AbNumberResult(table, AB_READ_TREATMENT_STDDEV);
	row->difference.value = AbNumberResult(table, AB_READ_DIFF);
	row->difference.interval.low = AbNumberResult(table, AB_READ_DIFF_LOW);
	row->difference.interval.high = AbNumberResult(table, AB_READ_DIFF_HIGH);
	row->lift_pct.value = AbNumberResult(table, AB_READ_LIFT);
	row->lift_pct.interval.low = AbNumberResult(table, AB_READ_LIFT_LOW);
	row->lift_pct.interval.high = AbNumberResult(table, AB_READ_LIFT_HIGH);
	row->std_error = AbNumberResult(table, AB_READ_STD_ERROR);
	row->p_value = AbNumberResult(table, AB_READ_P_VALUE);
	row->method = AbTextResult(table, AB_READ_METHOD);
	AbClearNotes(&row->notes);
	if (note != NULL)
		AbNote(&row->notes, "%s", note);
}

/* ----------------------------------------------------------------------
 * Which reader
 * ----------------------------------------------------------------------
 */

/*
 * Are all the values of both columns 0 or 1?
 */
static bool
AllBinary(Datum state, int columns)
{
	const AbSummary *summary = state == 0 ? NULL : AbDatumGetSummary(state);

	if (summary == NULL || summary->columns != columns)
		return false;
	for (int i = 0; i < (int) summary->arms; i++)
		if ((~AbGetArm(summary, i)->flags & AB_ARM_ALL_BINARY(columns)) != 0)
			return false;
	return true;
}

static AbReaderKind
MeanReader(const AbMetric *metric)
{
	return metric->statistic == AB_STATISTIC_RATE &&
		(metric->test == AB_METRIC_TEST_DEFAULT ||
		 metric->test == AB_METRIC_TEST_SCORE) ? AB_READER_RATE : AB_READER_MEAN;
}

static AbReaderKind
DistributionReader(const AbMetric *metric)
{
	return metric->statistic == AB_STATISTIC_QUANTILE ? AB_READER_QUANTILE :
		metric->statistic == AB_STATISTIC_RANK ? AB_READER_RANK :
		!isnan(metric->trim) ? AB_READER_TRIMMED :
		!isnan(metric->cap) ? AB_READER_CAPPED : AB_READER_HISTOGRAM_MEAN;
}

pg_noreturn static void
WrongState(const AbMetric *metric, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("metric \"%s\" cannot be read from its states", metric->name),
			 errdetail("%s", detail),
			 errhint("%s", hint)));
}

/*
 * The reader of a metric whose states the query has collected.  What it is,
 * where the call does not say so, follows from the states.
 */
static AbReaderKind
StateReader(const AbCollection *collection, AbMetric *metric, Datum state)
{
	const AbSpec *spec = collection->spec;
	int			columns;

	if (AbHasHistogram(spec, metric))
	{
		if (metric->statistic == AB_STATISTIC_DEFAULT)
		{
			metric->statistic = AB_STATISTIC_QUANTILE;
			metric->quantile = 0.5;
			metric->statistic_name = "median";
		}
		if (metric->statistic == AB_STATISTIC_RATE ||
			metric->statistic == AB_STATISTIC_RATIO)
			WrongState(metric, "They are histograms.",
					   "Collect a rate or a ratio by ab_summary(..).");
		return DistributionReader(metric);
	}
	if (metric->statistic == AB_STATISTIC_QUANTILE ||
		metric->statistic == AB_STATISTIC_RANK || !isnan(metric->trim) ||
		!isnan(metric->cap))
		WrongState(metric, "They are summaries.",
				   "Collect it by ab_histogram(outcome, variant).");
	columns = state == 0 ? 1 : AbDatumGetSummary(state)->columns;
	if (metric->statistic == AB_STATISTIC_DEFAULT)
	{
		if (columns == 2)
			WrongState(metric, "They have two columns for each variant.",
					   "Say what the second one is: {\"statistic\": \"ratio\"} for a denominator, {\"statistic\": \"mean\"} for a covariate.");
		metric->statistic = columns == 4 ? AB_STATISTIC_RATIO :
			AllBinary(state, 1) ? AB_STATISTIC_RATE : AB_STATISTIC_MEAN;
		metric->statistic_name = columns == 4 ? "ratio" :
			metric->statistic == AB_STATISTIC_RATE ? "rate" : "mean";
	}
	if (state != 0 && (columns == 1) != (metric->statistic != AB_STATISTIC_RATIO) &&
		columns != 2)
		WrongState(metric, psprintf("They have %d column%s for each variant.",
									columns, columns == 1 ? "" : "s"),
				   "A ratio has two columns, or four with covariates; a mean or a rate has one, or two with a covariate.");
	if (columns == 4)
		return AB_READER_RATIO_CUPED;
	if (columns == 2)
		return metric->statistic == AB_STATISTIC_RATIO ? AB_READER_RATIO :
			AB_READER_CUPED;
	return metric->statistic == AB_STATISTIC_RATIO ? AB_READER_RATIO :
		MeanReader(metric);
}

/*
 * The reader of a metric in a block.
 */
static AbReaderKind
ReaderOf(const AbCollection *collection, const AbBlock *block,
		 AbMetric *metric, Datum state)
{
	switch (collection->grain)
	{
		case AB_GRAIN_STATES:
			return StateReader(collection, metric, state);
		case AB_GRAIN_PAIRS:
			if (metric->statistic == AB_STATISTIC_RANK)
				return AB_READER_PAIRED_RANK;
			return metric->statistic == AB_STATISTIC_RATE &&
				metric->test == AB_METRIC_TEST_DEFAULT && AllBinary(state, 2) ?
				AB_READER_PAIRED_RATE : AB_READER_PAIRED;
		case AB_GRAIN_UNITS:
			if (metric->statistic == AB_STATISTIC_QUANTILE ||
				AbHasHistogram(collection->spec, metric))
				return DistributionReader(metric);
			if (metric->covariate != AB_NO_COLUMN)
				return isnan(metric->cap) ? AB_READER_RATIO_CUPED : AB_READER_CUPED;
			if (metric->statistic != AB_STATISTIC_RATIO &&
				block->most_rows <= 1)
				return MeanReader(metric);
			return AB_READER_RATIO;
		default:
			if (AbHasHistogram(collection->spec, metric))
				return DistributionReader(metric);
			if (metric->denominator_covariate != AB_NO_COLUMN)
				return AB_READER_RATIO_CUPED;
			if (metric->covariate != AB_NO_COLUMN)
				return AB_READER_CUPED;
			return metric->statistic == AB_STATISTIC_RATIO ? AB_READER_RATIO :
				MeanReader(metric);
	}
}

/* ----------------------------------------------------------------------
 * Any day
 * ----------------------------------------------------------------------
 */

/*
 * The reader that holds on any day of what that one reads once; AB_READERS if
 * there is none.
 */
static AbReaderKind
AnyDayReader(AbReaderKind kind, bool clustered)
{
	switch (kind)
	{
		case AB_READER_RANK:
		case AB_READER_PAIRED_RANK:
		case AB_READER_TRIMMED:
			return AB_READERS;
		case AB_READER_QUANTILE:
			return clustered ? AB_READERS : AB_READER_ANY_DAY_QUANTILE;
		case AB_READER_CAPPED:
			return AB_READER_ANY_DAY_CAPPED;
		case AB_READER_HISTOGRAM_MEAN:
			return AB_READER_ANY_DAY_HISTOGRAM_MEAN;
		default:
			return AB_READER_ANY_DAY;
	}
}

static bool
ReadsAnyDay(AbReaderKind kind)
{
	return kind >= AB_READER_ANY_DAY &&
		kind <= AB_READER_ANY_DAY_HISTOGRAM_MEAN;
}

/*
 * Set what those readers take beside the usual: the design, and the variances
 * of one arm and the other, by which the less certain answer counts unless the
 * metric names a test.
 */
static void
SetAnyDay(AbReaders *set, AbReaderKind kind, const AbMetric *metric,
		  double planned_n)
{
	AbSetParameter(set, AB_PARAMETER_PLANNED_N, true,
				   Int64GetDatum((int64) planned_n));
	AbSetText(set, AB_PARAMETER_DESIGN, kind == AB_READER_RATE ? "proportion" :
			  AbReaderDesign(kind));
	AbSetParameter(set, AB_PARAMETER_EQUAL_VAR,
				   kind != AB_READER_RATE &&
				   (metric->test == AB_METRIC_TEST_STUDENT ||
					metric->test == AB_METRIC_TEST_WELCH),
				   BoolGetDatum(metric->test == AB_METRIC_TEST_STUDENT));
}

/*
 * Take back the test of a single look.
 */
static void
Withhold(AbScorecardRow *row, AbReaderKind kind)
{
	row->difference.interval.low = row->difference.interval.high = NAN;
	row->lift_pct.interval.low = row->lift_pct.interval.high = NAN;
	row->std_error = row->p_value = NAN;
	row->method = NULL;
	AbNote(&row->notes, "%s have no always-valid test, and that of a single look would not hold",
		   kind == AB_READER_TRIMMED ? "trimmed means" :
		   kind == AB_READER_QUANTILE ? "quantiles of units with several rows" :
		   "ranks");
}

/*
 * The smallest lift that this look alone would show with power 0.8, in percent.
 */
static double
LiftOfThisLook(const AbScorecardRow *row)
{
	double		half = (row->difference.interval.high -
						row->difference.interval.low) / 2;
	double		z = AbNormalUpperQuantile(1 - MDE_POWER);

	return (half + z * row->std_error) / fabs(row->control_value) * 100;
}

/* ----------------------------------------------------------------------
 * Posteriors
 * ----------------------------------------------------------------------
 */

/*
 * Add those parts of a note that the row does not have yet.
 */
static void
NoteNews(AbNotes *notes, const char *news)
{
	while (news != NULL)
	{
		const char *end = strstr(news, "; ");
		char	   *part = end == NULL ? pstrdup(news) :
			pnstrdup(news, end - news);

		if (notes->text.len == 0 || strstr(notes->text.data, part) == NULL)
			AbNote(notes, "%s", part);
		news = end == NULL ? NULL : end + 2;
	}
}

/*
 * The probability that the treatment is better, or higher where nothing says
 * which is better.  ab_bayes answers for means and rates, with flat priors; of
 * the other estimates with a standard error it is the same for a normal
 * posterior: Phi(diff / se).
 */
static void
ReadPosterior(AbReaders *set, AbReaderKind kind, AbScorecardRow *row)
{
	bool		lower = row->metric->direction == AB_DIRECTION_LOWER;
	AbReaderKind reader = kind == AB_READER_CAPPED ? AB_READER_BAYES_CAPPED :
		kind == AB_READER_HISTOGRAM_MEAN ? AB_READER_BAYES_HISTOGRAM_MEAN :
		AB_READER_BAYES;
	AbScorecardRow plain = {0};
	SPITupleTable *table;
	double		z;

	switch (kind)
	{
		case AB_READER_QUANTILE:
		case AB_READER_RANK:
		case AB_READER_PAIRED_RANK:
			AbNote(&row->notes, "no posterior of %s",
				   kind == AB_READER_QUANTILE ? "quantiles" : "ranks");
			return;
		case AB_READER_MEAN:
		case AB_READER_RATE:
		case AB_READER_CAPPED:
		case AB_READER_HISTOGRAM_MEAN:
			AbSetText(set, AB_PARAMETER_TEST, row->is_rate ? "binomial" : "normal");
			AbSetText(set, AB_PARAMETER_DIRECTION, lower ? "lower" : "higher");
			table = AbCallReader(set, reader);
			row->prob_better = AbNumberResult(table, AB_READ_PROB_BETTER);
			/* what cannot be tested has been said to be so */
			if (!isnan(row->prob_better) || !isnan(row->p_value))
				NoteNews(&row->notes,
						 AbTextResult(table, AB_READ_PROB_NOTE));
			return;
		default:
			AbSetNumber(set, AB_PARAMETER_ALPHA, row->alpha);
			AbSetText(set, AB_PARAMETER_ALTERNATIVE, "two-sided");
			AbSetParameter(set, AB_PARAMETER_EQUAL_VAR, true, BoolGetDatum(false));
			TakeResult(&plain, AbCallReader(set, kind == AB_READER_PAIRED_RATE ?
											AB_READER_PAIRED : kind));
			z = plain.difference.value / plain.std_error;
			if (plain.std_error > 0 && isfinite(z))
				row->prob_better = AbBoundP(AbNormalUpperTail(lower ? z : -z));
	}
}

/* ----------------------------------------------------------------------
 * Margins
 * ----------------------------------------------------------------------
 */

/* A guardrail whose reader gives one-sided intervals. */
typedef struct MarginSearch
{
	AbReaders  *set;
	AbReaderKind kind;
	const AbMetric *metric;
	bool		above;			/* is a loss an increase? */
} MarginSearch;

/*
 * By how much the end of the interval of that one-sided level is on the good
 * side of the margin: of the interval's good side if `good`, else of its other
 * side.  -HUGE_VAL, or HUGE_VAL, where the end is open.
 */
static double
Clearance(const MarginSearch *search, double z, bool good)
{
	AbScorecardRow row = {0};
	const AbEstimate *estimate;
	SPITupleTable *table;
	double		end;
	bool		high = search->above == good;
	double		sign = search->above ? 1 : -1;
	double		scale;

	AbSetNumber(search->set, AB_PARAMETER_ALPHA, AbNormalUpperTail(z));
	AbSetText(search->set, AB_PARAMETER_ALTERNATIVE, high ? "less" : "greater");
	table = AbCallReader(search->set, search->kind);
	TakeResult(&row, table);
	SPI_freetuptable(table);
	estimate = search->metric->margin_relative ? &row.lift_pct :
		&row.difference;
	scale = search->metric->margin_relative ? 100 : 1;
	end = high ? estimate->interval.high : estimate->interval.low;
	if (isnan(end))
		return good ? -HUGE_VAL : HUGE_VAL;
	return search->metric->margin - sign * end / scale;
}

/*
 * The one-sided p-value of a loss of the margin or more: the level at which the
 * end of the interval is the margin, by bisection helped by secants.  Where it
 * is above 0.5 the interval's other end tells; an always-valid one is then 1.
 */
static double
MarginP(const MarginSearch *search)
{
	double		at_zero = Clearance(search, 0, true);
	bool		good = at_zero > 0;
	double		low = 0;
	double		high = MOST_Z;
	double		f_low;
	double		f_high;

	/* the clearance falls with z on the good side and grows on the other */
	f_low = good ? at_zero : Clearance(search, 0, false);
	f_high = Clearance(search, high, good);
	/* the two always-valid p-values of a margin do not add up to 1 */
	if (!good && ReadsAnyDay(search->kind))
		return 1;
	if (!good && !(f_low < 0))
		return 0.5;
	for (int i = 0; i < MOST_STEPS && high - low > 1e-13 * (1 + high); i++)
	{
		double		z = (low + high) / 2;
		double		f;

		if (i % 3 != 2 && isfinite(f_low) && isfinite(f_high))
		{
			double		secant = low + (high - low) * f_low / (f_low - f_high);

			if (secant > low && secant < high)
				z = secant;
		}
		f = Clearance(search, z, good);
		if (good ? f > 0 : f < 0)
		{
			low = z;
			f_low = f;
		}
		else
		{
			high = z;
			f_high = f;
		}
	}
	return good ? AbNormalUpperTail(low) : 1 - AbNormalUpperTail(low);
}

/*
 * Read the row once more, as a test against the margin.
 */
static void
ReadMargin(AbReaders *set, AbReaderKind kind, AbScorecardRow *row)
{
	const AbMetric *metric = row->metric;
	MarginSearch search = {set, kind, metric, metric->direction == AB_DIRECTION_LOWER};
	double		alpha = row->alpha;
	double		std_error = row->std_error;
	double		p;

	row->harm_p = row->p_value;
	if (isnan(row->p_value))
		return;
	AbSetNumber(set, AB_PARAMETER_ALPHA, alpha);
	if (kind == AB_READER_MEAN || kind == AB_READER_RATE)
	{
		AbSetNumber(set, AB_PARAMETER_MARGIN, metric->margin);
		AbSetText(set, AB_PARAMETER_DIRECTION, search.above ? "lower" : "higher");
		AbSetParameter(set, AB_PARAMETER_RELATIVE, true,
					   BoolGetDatum(metric->margin_relative));
		AbSetText(set, AB_PARAMETER_TEST, kind == AB_READER_RATE ? "auto" : "t");
		TakeResult(row, AbCallReader(set, AB_READER_MARGIN));
		/* of the difference, not of what a relative margin tests */
		row->std_error = std_error;
		return;
	}
	p = MarginP(&search);
	AbSetNumber(set, AB_PARAMETER_ALPHA, alpha);
	AbSetText(set, AB_PARAMETER_ALTERNATIVE, search.above ? "less" : "greater");
	TakeResult(row, AbCallReader(set, kind));
	row->p_value = p;
	row->method = psprintf("%s, against a margin of %.10g%s", row->method,
						   metric->margin * (metric->margin_relative ? 100 : 1),
						   metric->margin_relative ? "%" : "");
}

/* ----------------------------------------------------------------------
 * Rows
 * ----------------------------------------------------------------------
 */

AbScorecardRow
AbNewRow(const AbSpec *spec, const AbBlock *block)
{
	AbScorecardRow row = {0};
	AbEstimate	unknown = {NAN, {NAN, NAN}};

	row.slice = block->label;
	row.control_n = row.treatment_n = -1;
	row.control_value = row.treatment_value = NAN;
	row.control_stddev = row.treatment_stddev = NAN;
	row.difference = row.lift_pct = unknown;
	row.std_error = row.p_value = row.p_adjusted = row.harm_p = NAN;
	row.mde_pct = row.margin_pct = row.prob_better = NAN;
	row.alpha = spec->call->test.alpha;
	row.planned_n = spec->call->planned_n;
	row.rule = spec->call->any_day ? "always-valid" : "fixed";
	return row;
}

/*
 * The smallest lift that as many rows would show with power 0.8, in percent:
 * from the variance of the state's control, else from the standard error.
 */
static double
SmallestLift(AbReaders *set, AbReaderKind kind, const AbScorecardRow *row)
{
	double		ratio = (double) row->treatment_n / row->control_n;
	double		z;
	bool		is_null;
	Datum		value;

	if (row->control_n < 2 || row->treatment_n < 1 || isnan(row->p_value))
		return NAN;
	if (AbReaderDesign(kind) == NULL)
	{
		z = AbNormalUpperQuantile(row->alpha / 2) +
			AbNormalUpperQuantile(1 - MDE_POWER);
		return z * row->std_error / fabs(row->control_value) * 100;
	}
	AbSetNumber(set, AB_PARAMETER_ALPHA, row->alpha);
	AbSetNumber(set, AB_PARAMETER_NUMBER, MDE_POWER);
	AbSetNumber(set, AB_PARAMETER_RATIO, ratio);
	AbSetText(set, AB_PARAMETER_DESIGN, AbReaderDesign(kind));
	AbSetParameter(set, AB_PARAMETER_N, true, Int64GetDatum(row->control_n));
	/* of pairs both are columns of the arm called as the treatment */
	if (strcmp(AbReaderDesign(kind), "paired") == 0)
		AbSetVariant(set, AB_PARAMETER_CONTROL, row->treatment);
	value = AbResultDatum(AbCallReader(set, AB_READER_MDE), 0, &is_null);
	return is_null ? NAN : DatumGetFloat8(value) * 100;
}

/*
 * The standard error of the difference as it is: those of the tests of rates
 * are of the rates that would be equal.
 */
static double
PlainError(AbReaders *set, AbReaderKind kind, const AbScorecardRow *row)
{
	AbScorecardRow paired = {0};
	double		c = row->control_stddev;
	double		t = row->treatment_stddev;

	if (kind == AB_READER_RATE)
		return sqrt(c * c / row->control_n + t * t / row->treatment_n);
	if (kind != AB_READER_PAIRED_RATE)
		return row->std_error;
	TakeResult(&paired, AbCallReader(set, AB_READER_PAIRED));
	return paired.std_error;
}

/*
 * A mean of units is a ratio of their sums to the function that reads it, and
 * an outcome to who asked for it.
 */
static void
NameOutcomes(AbNotes *notes)
{
	Datum		note;

	if (notes->text.len == 0)
		return;
	note = DirectFunctionCall3Coll(replace_text, C_COLLATION_OID,
								   CStringGetTextDatum(notes->text.data),
								   CStringGetTextDatum("without a numerator"),
								   CStringGetTextDatum("without an outcome"));
	AbClearNotes(notes);
	AbNote(notes, "%s", TextDatumGetCString(note));
}

/*
 * What the state of a metric says of a treatment against the control.  Without
 * a treatment, or without the state, the row says that there are no rows.
 */
AbScorecardRow
AbReadMetric(const AbCollection *collection, AbReaders *set,
			 const AbBlock *block, int i, AbLabel control, AbLabel treatment)
{
	AbMetric   *metric = unconstify(AbMetric *, &collection->spec->metrics[i]);
	AbScorecardRow row = AbNewRow(collection->spec, block);
	Datum		state = block->states[i];
	AbArmList	list = AbListState(collection, i, state);
	bool		known = list.count > 0;
	AbReaderKind kind = ReaderOf(collection, block, metric, state);
	bool		clustered = kind == AB_READER_QUANTILE &&
		collection->grain == AB_GRAIN_UNITS && block->most_rows > 1;
	bool		any_day = collection->spec->call->any_day;
	AbReaderKind reader = any_day ? AnyDayReader(kind, clustered) : kind;
	bool		is_null;

	/* an arm of which this metric has nothing at all */
	if (list.count > 1 || collection->grain == AB_GRAIN_PAIRS)
		known = known &&
			(treatment.data == NULL || AbHasArm(&list, treatment)) &&
			(collection->grain == AB_GRAIN_PAIRS || control.data == NULL ||
			 AbHasArm(&list, control));
	for (int j = 0; j < AB_PARAMETERS; j++)
		AbSetParameter(set, j, false, 0);
	AbSetVariant(set, AB_PARAMETER_CONTROL, control);
	AbSetVariant(set, AB_PARAMETER_TREATMENT, treatment);
	if (kind == AB_READER_QUANTILE && collection->grain == AB_GRAIN_UNITS)
	{
		/* the state holds the clusters, of whom one row each are none */
		known = known && block->slice < 0 && collection->histograms[i] != 0;
		if (clustered)
			AbSetParameter(set, AB_PARAMETER_CLUSTERS, known, state);
		state = collection->histograms[i];
	}
	else if (collection->grain == AB_GRAIN_UNITS && known &&
			 (kind == AB_READER_MEAN || kind == AB_READER_RATE))
	{
		/* of units with one row each the sums are the values */
		AbSetParameter(set, AB_PARAMETER_STATE, true, state);
		state = AbResultDatum(AbCallReader(set, AB_READER_COLUMN), 0, &is_null);
	}
	AbSetParameter(set, AB_PARAMETER_STATE, known, state);
	AbSetNumber(set, AB_PARAMETER_ALPHA, row.alpha);
	AbSetText(set, AB_PARAMETER_ALTERNATIVE, "two-sided");
	AbSetNumber(set, AB_PARAMETER_NUMBER, kind == AB_READER_QUANTILE ?
				metric->quantile : kind == AB_READER_TRIMMED ? metric->trim :
				metric->cap);
	AbSetParameter(set, AB_PARAMETER_EQUAL_VAR, true,
				   BoolGetDatum(metric->test == AB_METRIC_TEST_STUDENT));
	if (any_day)
		SetAnyDay(set, kind, metric, row.planned_n);

	row.role = metric->role;
	row.metric = metric;
	row.metric_name = metric->name;
	row.statistic = metric->statistic_name;
	row.is_rate = metric->statistic == AB_STATISTIC_RATE;
	row.is_rank = metric->statistic == AB_STATISTIC_RANK;
	row.control = control;
	row.treatment = treatment;
	TakeResult(&row, AbCallReader(set, reader == AB_READERS ? kind : reader));
	if (reader == AB_READERS)
		Withhold(&row, kind);
	else if (any_day)
		row.mde_pct = LiftOfThisLook(&row);
	row.std_error = PlainError(set, kind, &row);
	if (kind == AB_READER_QUANTILE && collection->grain == AB_GRAIN_UNITS &&
		block->slice >= 0)
	{
		row.method = NULL;
		AbClearNotes(&row.notes);
		AbNote(&row.notes, "a quantile of the rows of units is compared for the whole only");
	}
	if (metric->role == AB_ROLE_GUARDRAIL)
		ReadMargin(set, reader, &row);
	if (collection->spec->call->bayes)
		ReadPosterior(set, kind, &row);
	if (known && !any_day)
		row.mde_pct = SmallestLift(set, kind, &row);
	if (collection->grain == AB_GRAIN_UNITS &&
		metric->statistic != AB_STATISTIC_RATIO)
		NameOutcomes(&row.notes);
	return row;
}
