/*
 * scorecard_spec.c
 *	  What a scorecard is asked for: its arguments and its metrics.
 *
 * Every mistake in it is an ERROR that lists what is known; nothing is read
 * from the data yet.
 */
#include "topic/scorecard_spec.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#define MAX_SLICES	8

static const AbWord test_words[] = {
	{"welch", AB_METRIC_TEST_WELCH, NULL},
	{"student", AB_METRIC_TEST_STUDENT, NULL},
	{"score", AB_METRIC_TEST_SCORE, "of rates"}
};

static const AbWord role_words[] = {
	{"primary", AB_ROLE_PRIMARY, NULL},
	{"secondary", AB_ROLE_SECONDARY, NULL},
	{"guardrail", AB_ROLE_GUARDRAIL, NULL}
};

static const AbWord statistic_words[] = {
	{"mean", AB_STATISTIC_MEAN, NULL},
	{"rate", AB_STATISTIC_RATE, "of a boolean or of zeros and ones"},
	{"ratio", AB_STATISTIC_RATIO, "of two sums, with a denominator"},
	{"rank", AB_STATISTIC_RANK, "Mann-Whitney, of pairs Wilcoxon"},
	{"median", AB_STATISTIC_QUANTILE, NULL},
	/* what SelectQuantile() reads */
	{"p95", AB_STATISTIC_QUANTILE, "any percentile"}
};

static const AbWords tests = AB_WORDS("test", test_words);
static const AbWords roles = AB_WORDS("role", role_words);
static const AbWords statistics = AB_WORDS("statistic", statistic_words);

static const AbRange trim_range = {
	.low = 0, .low_open = true, .high = 0.5, .high_open = true,
	.fraction = true,
	.message = "\"trim\" must be above 0 and below 0.5",
	.hint = "It is the share of each variant's rows that is left out at either end."
};

static const AbRange cap_range = {
	.low = 0.5, .low_open = true, .high = 1, .high_open = true,
	.fraction = true,
	.message = "\"cap\" must be above 0.5 and below 1",
	.hint = "It is the quantile of all variants together at which values are capped, such as 0.99."
};

static const AbRange margin_range = {
	.low = 0, .low_open = true, .high = DBL_MAX,
	.message = "\"margin\" must be above 0",
	.hint = "It is the loss that would be acceptable, in the units of the metric."
};

static const AbRange margin_pct_range = {
	.low = 0, .low_open = true, .high = 1000,
	.message = "\"margin_pct\" must be above 0 and at most 1000",
	.hint = "It is the loss that would be acceptable, in percent of the control: 10 for 10%."
};

/* ----------------------------------------------------------------------
 * One metric
 * ----------------------------------------------------------------------
 */

/* What "metrics" says of one metric, while it is read. */
typedef struct MetricReader
{
	const AbSpec *spec;
	AbMetric   *metric;
} MetricReader;

typedef void (*ReadKey) (MetricReader *reader, const char *key,
						 const JsonbValue *value);

pg_noreturn static void
BadValue(const MetricReader *reader, const char *key, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" of metric \"%s\" must be %s", key,
					reader->metric->name, what)));
}

static const char *
StringOf(const MetricReader *reader, const char *key, const JsonbValue *value)
{
	if (value->type != jbvString)
		BadValue(reader, key, "a string");
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static double
NumberOf(const MetricReader *reader, const char *key, const JsonbValue *value,
		 const AbRange *range)
{
	if (value->type != jbvNumeric)
		BadValue(reader, key, "a number");
	return AbCheckRange(DatumGetFloat8(DirectFunctionCall1(numeric_float8,
														   NumericGetDatum(value->val.numeric))),
						range);
}

static int
ColumnOf(const MetricReader *reader, const char *key, const JsonbValue *value)
{
	return AbNeedColumn(&reader->spec->query, StringOf(reader, key, value), key);
}

static void
ReadColumn(MetricReader *reader, const char *key, const JsonbValue *value)
{
	reader->metric->column = ColumnOf(reader, key, value);
}

/*
 * The quantile that a word such as p95 or p99.9 names; NaN if it is none.
 */
static double
QuantileOf(const char *word)
{
	char	   *end;
	double		percent;

	if (strcmp(word, "median") == 0)
		return 0.5;
	if ((word[0] != 'p' && word[0] != 'P') || word[1] < '0' || word[1] > '9')
		return NAN;
	percent = strtod(word + 1, &end);
	/* nearest decimal: 99.9 / 100 is not 0.999 */
	return *end == '\0' && percent > 0 && percent < 100 ?
		strtod(psprintf("%.12g", percent / 100), NULL) : NAN;
}

static void
ReadStatistic(MetricReader *reader, const char *key, const JsonbValue *value)
{
	const char *word = StringOf(reader, key, value);
	AbMetric   *metric = reader->metric;

	metric->quantile = QuantileOf(word);
	if (!isnan(metric->quantile))
	{
		metric->statistic = AB_STATISTIC_QUANTILE;
		metric->statistic_name = metric->quantile == 0.5 ? "median" :
			psprintf("p%.10g", metric->quantile * 100);
		return;
	}
	metric->statistic = AbReadWord(word, &statistics);
	metric->statistic_name = AbWordOf(&statistics, metric->statistic);
}

static void
ReadDenominator(MetricReader *reader, const char *key, const JsonbValue *value)
{
	reader->metric->denominator = ColumnOf(reader, key, value);
}

static void
ReadCovariate(MetricReader *reader, const char *key, const JsonbValue *value)
{
	reader->metric->covariate = ColumnOf(reader, key, value);
}

static void
ReadDenominatorCovariate(MetricReader *reader, const char *key,
						 const JsonbValue *value)
{
	reader->metric->denominator_covariate = ColumnOf(reader, key, value);
}

static void
ReadDirection(MetricReader *reader, const char *key, const JsonbValue *value)
{
	reader->metric->direction = AbReadWord(StringOf(reader, key, value),
										   &ab_directions);
}

static void
ReadRole(MetricReader *reader, const char *key, const JsonbValue *value)
{
	reader->metric->role = AbReadWord(StringOf(reader, key, value), &roles);
}

static void
ReadTest(MetricReader *reader, const char *key, const JsonbValue *value)
{
	reader->metric->test = AbReadWord(StringOf(reader, key, value), &tests);
}

static void
ReadTrim(MetricReader *reader, const char *key, const JsonbValue *value)
{
	reader->metric->trim = NumberOf(reader, key, value, &trim_range);
}

static void
ReadCap(MetricReader *reader, const char *key, const JsonbValue *value)
{
	reader->metric->cap = NumberOf(reader, key, value, &cap_range);
}

static void
ReadMargin(MetricReader *reader, const char *key, const JsonbValue *value)
{
	if (!isnan(reader->metric->margin))
		BadValue(reader, key, "given only once, as \"margin\" or \"margin_pct\"");
	reader->metric->margin = NumberOf(reader, key, value, &margin_range);
}

static void
ReadMarginPct(MetricReader *reader, const char *key, const JsonbValue *value)
{
	if (!isnan(reader->metric->margin))
		BadValue(reader, key, "given only once, as \"margin\" or \"margin_pct\"");
	reader->metric->margin = NumberOf(reader, key, value,
									  &margin_pct_range) / 100;
	reader->metric->margin_relative = true;
}

typedef struct MetricKey
{
	const char *name;
	ReadKey		read;
} MetricKey;

static const MetricKey keys[] = {
	{"column", ReadColumn},
	{"statistic", ReadStatistic},
	{"denominator", ReadDenominator},
	{"covariate", ReadCovariate},
	{"denominator_covariate", ReadDenominatorCovariate},
	{"direction", ReadDirection},
	{"role", ReadRole},
	{"margin", ReadMargin},
	{"margin_pct", ReadMarginPct},
	{"test", ReadTest},
	{"trim", ReadTrim},
	{"cap", ReadCap}
};

static const MetricKey *
FindKey(const AbMetric *metric, const char *name)
{
	StringInfoData known;

	for (int i = 0; i < lengthof(keys); i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	initStringInfo(&known);
	for (int i = 0; i < lengthof(keys); i++)
		appendStringInfo(&known, "%s\"%s\"", i == 0 ? "" :
						 i == lengthof(keys) - 1 ? " and " : ", ",
						 keys[i].name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown key \"%s\" of metric \"%s\"", name, metric->name),
			 errhint("Known are %s.", known.data)));
}

static AbMetric
NewMetric(const char *name)
{
	AbMetric	metric = {0};

	metric.name = name;
	metric.column = metric.denominator = AB_NO_COLUMN;
	metric.covariate = metric.denominator_covariate = AB_NO_COLUMN;
	metric.quantile = metric.trim = metric.cap = metric.margin = NAN;
	metric.direction = AB_DIRECTION_NONE;
	metric.role = AB_ROLE_SECONDARY;
	return metric;
}

/* ----------------------------------------------------------------------
 * Is that possible?
 * ----------------------------------------------------------------------
 */

pg_noreturn static void
BadMetric(const AbMetric *metric, const char *message, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("metric \"%s\" %s", metric->name, message),
			 errhint("%s", hint)));
}

static bool
IsNumber(AbValueKind kind)
{
	return kind != AB_VALUE_OTHER && kind < AB_VALUE_SUMMARY;
}

static void
CheckNumber(const AbSpec *spec, const AbMetric *metric, int column)
{
	if (column != AB_NO_COLUMN && !IsNumber(spec->query.columns[column].kind))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of type %s cannot be read by metric \"%s\"",
						spec->query.columns[column].name,
						format_type_be(spec->query.columns[column].type),
						metric->name),
				 errhint("Metrics are boolean, whole numbers, real, double precision, numeric or interval; cast it in the query.")));
}

/*
 * What keys must and must not stand together.
 */
static void
CheckKeys(const AbSpec *spec, AbMetric *metric, bool is_state)
{
	bool		ratio = metric->statistic == AB_STATISTIC_RATIO;
	bool		mean = metric->statistic == AB_STATISTIC_MEAN;
	bool		rate = metric->statistic == AB_STATISTIC_RATE;

	if (!ratio && metric->denominator != AB_NO_COLUMN)
		BadMetric(metric, "has a denominator but is no ratio",
				  "Add \"statistic\": \"ratio\".");
	if (ratio && metric->denominator == AB_NO_COLUMN && !is_state)
		BadMetric(metric, "is a ratio without a denominator",
				  "Name its column: \"denominator\": \"messages\".");
	if (metric->covariate != AB_NO_COLUMN && !mean && !rate && !ratio)
		BadMetric(metric, "has a covariate but is neither a mean, a rate nor a ratio",
				  "Leave the covariate out.");
	if ((metric->denominator_covariate != AB_NO_COLUMN) !=
		(ratio && metric->covariate != AB_NO_COLUMN))
		BadMetric(metric, "needs both a covariate and a denominator_covariate, or neither",
				  "A ratio is adjusted by the same ratio before the experiment, other metrics by \"covariate\" alone.");
	if ((!isnan(metric->trim) || !isnan(metric->cap)) && !mean)
		BadMetric(metric, "is trimmed or capped but is no mean",
				  "Leave out \"trim\" and \"cap\", or the statistic.");
	if (!isnan(metric->trim) && !isnan(metric->cap))
		BadMetric(metric, "is both trimmed and capped", "Choose one of them.");
	if (!isnan(metric->trim) && metric->covariate != AB_NO_COLUMN)
		BadMetric(metric, "is trimmed and has a covariate",
				  "Choose one of them.");
	if (metric->test != AB_METRIC_TEST_DEFAULT && !mean && !rate && !ratio)
		BadMetric(metric, "has a test of its own statistic",
				  "\"test\" is of means, rates and ratios.");
	if (metric->test == AB_METRIC_TEST_SCORE &&
		(!rate || metric->covariate != AB_NO_COLUMN))
		BadMetric(metric, "has the score test but is no plain rate",
				  "The score test is of rates without a covariate.");
	if (metric->test == AB_METRIC_TEST_STUDENT && !isnan(metric->trim))
		BadMetric(metric, "has Student's test of a trimmed mean",
				  "Trimmed means are compared by Yuen's test, which is Welch's.");

	if (metric->role == AB_ROLE_GUARDRAIL &&
		(isnan(metric->margin) || metric->direction == AB_DIRECTION_NONE))
		BadMetric(metric, "is a guardrail without a margin and a direction",
				  "Say what loss would be acceptable: \"direction\": \"lower\", \"margin_pct\": 10; or \"margin\" in the units of the metric.");
	if (metric->role != AB_ROLE_GUARDRAIL && !isnan(metric->margin))
		BadMetric(metric, "has a margin but is no guardrail",
				  "Add \"role\": \"guardrail\".");
	if (metric->margin_relative && metric->direction == AB_DIRECTION_HIGHER &&
		metric->margin >= 1)
		BadMetric(metric, "has a margin of 100% or more, which no loss reaches",
				  "\"margin_pct\" is the loss that would be acceptable, in percent of the control.");
	if (metric->role == AB_ROLE_GUARDRAIL && spec->pair != AB_NO_COLUMN &&
		metric->statistic == AB_STATISTIC_RANK)
		BadMetric(metric, "is a guardrail of ranks of pairs, which have no interval to hold against a margin",
				  "Compare its mean.");
	if (metric->margin_relative && metric->statistic == AB_STATISTIC_RANK)
		BadMetric(metric, "is of ranks, which have no percentages",
				  "Give \"margin\", in shares of pairs won: 0.05.");

	if (spec->pair != AB_NO_COLUMN &&
		(ratio || metric->statistic == AB_STATISTIC_QUANTILE ||
		 metric->covariate != AB_NO_COLUMN || !isnan(metric->trim) ||
		 !isnan(metric->cap)))
		BadMetric(metric, "cannot be compared in pairs",
				  "Pairs compare means, rates and ranks; leave out pair for quantiles, ratios, covariates, trimmed and capped means.");
}

/*
 * Fill in what follows from the type of the column.
 */
static void
FinishMetric(const AbSpec *spec, AbMetric *metric)
{
	const AbQueryColumn *column;
	bool		is_state;

	if (metric->column == AB_NO_COLUMN)
		metric->column = AbNeedColumn(&spec->query, metric->name, "metric");
	column = &spec->query.columns[metric->column];
	is_state = column->kind >= AB_VALUE_SUMMARY;
	if (!is_state && spec->query.has_states)
		BadMetric(metric, "is no state, as other columns of the query are",
				  "Name columns of ab_summary and ab_histogram, or collect rows in another scorecard.");
	if (is_state && (metric->denominator != AB_NO_COLUMN ||
					 metric->covariate != AB_NO_COLUMN ||
					 metric->denominator_covariate != AB_NO_COLUMN))
		BadMetric(metric, "is a state, which has no columns beside it",
				  "A summary holds its denominator or covariate: say {\"statistic\": \"ratio\"} or {\"statistic\": \"mean\"}.");
	if (!is_state)
		CheckNumber(spec, metric, metric->column);
	CheckNumber(spec, metric, metric->denominator);
	CheckNumber(spec, metric, metric->covariate);
	CheckNumber(spec, metric, metric->denominator_covariate);
	if (metric->statistic == AB_STATISTIC_DEFAULT &&
		(column->kind == AB_VALUE_BOOLEAN || !is_state ||
		 !isnan(metric->trim) || !isnan(metric->cap)))
	{
		metric->statistic = metric->denominator != AB_NO_COLUMN ?
			AB_STATISTIC_RATIO : column->kind == AB_VALUE_BOOLEAN ?
			AB_STATISTIC_RATE : AB_STATISTIC_MEAN;
		metric->statistic_name = AbWordOf(&statistics, metric->statistic);
	}
	CheckKeys(spec, metric, is_state);
	if (!isnan(metric->trim))
		metric->statistic_name = "trimmed mean";
	else if (!isnan(metric->cap))
		metric->statistic_name = "capped mean";
}

/* ----------------------------------------------------------------------
 * All of them
 * ----------------------------------------------------------------------
 */

/*
 * Read what "metrics" says of one metric: an object, a statistic alone, or
 * nothing.
 */
static void
ReadMetric(const AbSpec *spec, AbMetric *metric, const JsonbValue *value)
{
	MetricReader reader = {spec, metric};
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	item;
	char	   *key = NULL;

	if (value->type == jbvString)
		ReadStatistic(&reader, "statistic", value);
	else if (value->type == jbvBinary &&
			 JsonContainerIsObject(value->val.binary.data))
	{
		iterator = JsonbIteratorInit(value->val.binary.data);
		while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
			if (token == WJB_KEY)
				key = pnstrdup(item.val.string.val, item.val.string.len);
			else if (token == WJB_VALUE)
				FindKey(metric, key)->read(&reader, key, &item);
	}
	else if (value->type != jbvNull)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("metric \"%s\" must be an object", metric->name),
				 errhint("Write {\"%s\": {\"statistic\": \"p95\", \"direction\": \"lower\"}}, or {\"%s\": {}}.",
						 metric->name, metric->name)));
	FinishMetric(spec, metric);
}

/*
 * Rows are shown by role, then as the query has the columns, then by the
 * metrics' names, as jsonb has no order of its own.
 */
static int
CompareMetrics(const void *left, const void *right)
{
	const AbMetric *a = left;
	const AbMetric *b = right;

	if (a->role != b->role)
		return a->role < b->role ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void
ReadMetrics(AbSpec *spec, Jsonb *metrics)
{
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	AbMetric   *result;

	if (!JB_ROOT_IS_OBJECT(metrics))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("metrics must be an object of metrics by name"),
				 errhint("Write '{\"completed\": {\"role\": \"primary\"}, \"latency_ms\": {\"statistic\": \"p95\"}}'.")));
	result = (AbMetric *) palloc(Max(JB_ROOT_COUNT(metrics), 1) *
								 sizeof(AbMetric));
	iterator = JsonbIteratorInit(&metrics->root);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
		if (token == WJB_KEY)
			result[spec->metric_count] =
				NewMetric(pnstrdup(value.val.string.val, value.val.string.len));
		else if (token == WJB_VALUE)
			ReadMetric(spec, &result[spec->metric_count++], &value);
	qsort(result, spec->metric_count, sizeof(AbMetric), CompareMetrics);
	spec->metrics = result;
}

/*
 * Is it a key, by its name?
 */
static bool
IsId(const char *name)
{
	int			length = strlen(name);

	return pg_strcasecmp(name, "id") == 0 ||
		(length > 3 && pg_strcasecmp(name + length - 3, "_id") == 0);
}

static bool
IsTaken(const AbSpec *spec, int column)
{
	for (int i = 0; i < spec->slice_count; i++)
		if (spec->slices[i] == column)
			return true;
	return column == spec->variant || column == spec->unit ||
		column == spec->pair;
}

/*
 * Without "metrics" every column is one that can be: of states, if there are
 * any, else of numbers.
 */
static void
ChooseMetrics(AbSpec *spec)
{
	const AbQuery *query = &spec->query;
	AbMetric   *result = (AbMetric *) palloc(Max(query->count, 1) *
											 sizeof(AbMetric));
	StringInfoData left_out;

	initStringInfo(&left_out);
	for (int i = 0; i < query->count; i++)
	{
		const AbQueryColumn *column = &query->columns[i];
		bool		readable = query->has_states ?
			column->kind >= AB_VALUE_SUMMARY : IsNumber(column->kind);
		bool		is_id = !query->has_states && IsId(column->name);
		AbMetric   *metric;

		if (IsTaken(spec, i))
			continue;
		if (!readable || is_id)
		{
			if (left_out.len > 0)
				appendStringInfoString(&left_out, ", ");
			appendStringInfo(&left_out, "%s (%s)", column->name,
							 readable ? "an id" : format_type_be(column->type));
			continue;
		}
		/* two of one name could not be told apart in the rows */
		(void) AbFindColumn(query, column->name);
		metric = &result[spec->metric_count++];
		*metric = NewMetric(column->name);
		metric->column = i;
		FinishMetric(spec, metric);
	}
	spec->metrics = result;
	if (left_out.len > 0)
		spec->left_out = left_out.data;
}

static void
ReadSlices(AbSpec *spec, ArrayType *names)
{
	Datum	   *elements;
	bool	   *nulls;
	int			count;
	int		   *slices;

	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &elements,
					  &nulls, &count);
	if (count > MAX_SLICES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many columns to slice by: %d", count),
				 errdetail("At most %d are allowed.", MAX_SLICES)));
	slices = (int *) palloc(Max(count, 1) * sizeof(int));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("slice must not contain NULL")));
		slices[i] = AbNeedColumn(&spec->query,
								 TextDatumGetCString(elements[i]), "slice");
	}
	spec->slices = slices;
	spec->slice_count = count;
}

/*
 * ERROR: that column has that part already.
 */
static void
RefuseTwice(const AbSpec *spec, int column, int other, const char *part,
			const char *other_part)
{
	if (column != AB_NO_COLUMN && column == other)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" cannot be %s and %s",
						spec->query.columns[column].name, part, other_part)));
}

/*
 * Read what a call asks of a query.
 */
AbSpec
AbReadSpec(const AbScorecardCall *call, AbQuery query)
{
	AbSpec		spec = {0};

	spec.call = call;
	spec.query = query;
	spec.variant = spec.unit = spec.pair = AB_NO_COLUMN;
	if (call->unit != NULL && call->pair != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unit and pair exclude each other"),
				 errhint("unit names who was randomised, pair what both variants were tried on, such as a prompt.")));
	if (query.has_states && (call->unit != NULL || call->pair != NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("states have neither a unit nor pairs"),
				 errhint("Bring rows to one a unit before they are collected.")));
	if (call->split != NULL && call->pair != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("pairs have no split"),
				 errdetail("Both variants are tried on the same pairs."),
				 errhint("Leave split out.")));
	if (!query.has_states)
		spec.variant = AbNeedColumn(&query, call->variant ? call->variant :
									"variant", "variant");
	if (call->unit != NULL)
		spec.unit = AbNeedColumn(&query, call->unit, "unit");
	if (call->pair != NULL)
		spec.pair = AbNeedColumn(&query, call->pair, "pair");
	if (call->slice != NULL)
		ReadSlices(&spec, call->slice);
	RefuseTwice(&spec, spec.unit, spec.variant, "the unit", "the variant");
	RefuseTwice(&spec, spec.pair, spec.variant, "the pair", "the variant");
	for (int i = 0; i < spec.slice_count; i++)
	{
		RefuseTwice(&spec, spec.slices[i], spec.variant, "a slice",
					"the variant");
		for (int j = 0; j < i; j++)
			RefuseTwice(&spec, spec.slices[i], spec.slices[j], "a slice",
						"a slice again");
	}
	if (call->metrics != NULL)
		ReadMetrics(&spec, call->metrics);
	else
		ChooseMetrics(&spec);
	if (spec.metric_count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the query has no metric"),
				 errdetail("Its columns are %s.", AbListColumns(&query)),
				 errhint("Metrics are boolean, numbers or intervals and not called id; name others in metrics.")));
	return spec;
}
