/*
 * scorecard_states.c
 *	  The states that the metrics of a scorecard take, as SQL.
 *
 * Every function, type and operator is written with its schema, as the caller's
 * search_path is not to be trusted; what has no name to write (GROUP BY, CASE,
 * IS NULL, LEAST, ORDER BY) goes by the types' own operator classes.  The
 * columns of the query are called c1, c2, .. by position.
 */
#include "topic/scorecard_states.h"

#include "access/transam.h"
#include "catalog/pg_type.h"
#include "topic/summary.h"
#include "utils/lsyscache.h"

#define FLOAT8(x)	"CAST(" x " AS pg_catalog.float8)"

/* ----------------------------------------------------------------------
 * Expressions of the query's columns
 * ----------------------------------------------------------------------
 */

/*
 * A column as double precision.
 */
const char *
AbValueSql(const AbSpec *spec, int column)
{
	const AbQueryColumn *c = &spec->query.columns[column];

	switch (c->kind)
	{
		case AB_VALUE_BOOLEAN:
			return psprintf(FLOAT8("CAST(c%d AS pg_catalog.int4)"),
							column + 1);
		case AB_VALUE_INTERVAL:
			return psprintf("pg_catalog.date_part('epoch', CAST(c%d AS pg_catalog.interval))",
							column + 1);
		default:
			return psprintf(FLOAT8("c%d"), column + 1);
	}
}

/*
 * Sum of a column, in whole numbers where that is quicker.
 */
static const char *
SumSql(const AbSpec *spec, int column)
{
	const AbQueryColumn *c = &spec->query.columns[column];

	if (c->kind == AB_VALUE_BOOLEAN)
		return psprintf("pg_catalog.sum(CAST(c%d AS pg_catalog.int4))",
						column + 1);
	if (c->type == INT2OID || c->type == INT4OID)
		return psprintf("pg_catalog.sum(CAST(c%d AS pg_catalog.int4))",
						column + 1);
	return psprintf("pg_catalog.sum(%s)", AbValueSql(spec, column));
}

static const char *
CountSql(int column)
{
	return psprintf("pg_catalog.count(c%d)", column + 1);
}

/*
 * The variant as text, or where `native` allows as the aggregates of one column
 * take it without that.
 */
const char *
AbVariantSql(const AbSpec *spec, bool native)
{
	const AbQueryColumn *c = &spec->query.columns[spec->variant];
	const char *type = "text";

	if (native && c->kind == AB_VALUE_WHOLE)
		type = "int8";
	else if (native && c->kind == AB_VALUE_BOOLEAN)
		type = "bool";
	return psprintf("CAST(c%d AS pg_catalog.%s)", spec->variant + 1, type);
}

/*
 * What units, or pairs, are grouped by.  Types that are not the server's own
 * are compared by their text, as the operator "=" has to be named for pairs.
 */
const char *
AbKeySql(const AbSpec *spec)
{
	int			column = spec->unit != AB_NO_COLUMN ? spec->unit : spec->pair;

	return spec->query.columns[column].type < FirstGenbkiObjectId ?
		psprintf("c%d", column + 1) :
		psprintf("CAST(c%d AS pg_catalog.text)", column + 1);
}

/*
 * What variants and slices are grouped by: the column itself where values that
 * are equal have the same text, as an expression takes far longer, else the
 * bytes of the text.
 */
const char *
AbGroupSql(const AbSpec *spec, int column)
{
	const AbQueryColumn *c = &spec->query.columns[column];

	switch (c->type)
	{
		case TEXTOID:
		case VARCHAROID:
			if (!get_collation_isdeterministic(c->collation))
				break;
			/* FALLTHROUGH */
		case BOOLOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case UUIDOID:
		case DATEOID:
			return psprintf("c%d", column + 1);
		default:
			break;
	}
	return psprintf("CAST(c%d AS pg_catalog.text) COLLATE pg_catalog.\"C\"",
					column + 1);
}

/*
 * A slice, the result of grouping, as a text that is never NULL: "n", or "v"
 * and the value.
 */
const char *
AbSliceSql(const char *value)
{
	return psprintf("CASE WHEN %s IS NULL THEN 'n' ELSE 'v' OPERATOR(pg_catalog.||) CAST(%s AS pg_catalog.text) END COLLATE pg_catalog.\"C\"",
					value, value);
}

/*
 * What that text says to a reader.
 */
const char *
AbSliceLabel(const AbSpec *spec, int slice, const char *value)
{
	const char *name = spec->query.columns[spec->slices[slice]].name;

	if (value == NULL)
		return name;
	return value[0] == 'n' ? psprintf("%s is NULL", name) :
		psprintf("%s = %s", name, value[0] == 'v' ? value + 1 : "(other)");
}

/* ----------------------------------------------------------------------
 * What a metric takes
 * ----------------------------------------------------------------------
 */

AbGrain
AbGrainOf(const AbSpec *spec)
{
	return spec->query.has_states ? AB_GRAIN_STATES :
		spec->unit != AB_NO_COLUMN ? AB_GRAIN_UNITS :
		spec->pair != AB_NO_COLUMN ? AB_GRAIN_PAIRS : AB_GRAIN_ROWS;
}

/*
 * Is the metric's state a histogram of all rows, of rows?
 */
static bool
IsOfDistribution(const AbMetric *metric)
{
	return metric->statistic == AB_STATISTIC_QUANTILE ||
		metric->statistic == AB_STATISTIC_RANK || !isnan(metric->trim) ||
		(!isnan(metric->cap) && metric->covariate == AB_NO_COLUMN);
}

/*
 * Is the metric's state a histogram?
 */
bool
AbHasHistogram(const AbSpec *spec, const AbMetric *metric)
{
	if (spec->query.has_states)
		return spec->query.columns[metric->column].kind == AB_VALUE_HISTOGRAM;
	/* a quantile of units has its histogram from the cuts */
	return IsOfDistribution(metric) &&
		!(metric->statistic == AB_STATISTIC_QUANTILE &&
		  spec->unit != AB_NO_COLUMN);
}

/*
 * Must something be known before the metric is collected?
 */
AbCut
AbCutOf(const AbSpec *spec, const AbMetric *metric)
{
	bool		units = spec->unit != AB_NO_COLUMN;

	if (metric->statistic == AB_STATISTIC_QUANTILE && units)
		return AB_CUT_ROWS;
	if (!isnan(metric->cap) && metric->covariate != AB_NO_COLUMN)
		return units ? AB_CUT_UNITS : AB_CUT_ROWS;
	return AB_CUT_NONE;
}

/*
 * Is the metric, of rows, the mean of a number and nothing else?
 */
static bool
IsPlainMean(const AbSpec *spec, const AbMetric *metric)
{
	return !IsOfDistribution(metric) && isnan(metric->cap) &&
		metric->denominator == AB_NO_COLUMN &&
		metric->covariate == AB_NO_COLUMN &&
		spec->query.columns[metric->column].kind != AB_VALUE_BOOLEAN;
}

/*
 * The state of a metric that is a plain mean, as one of the summaries of several
 * metrics, which the planner knows are one aggregate.  NULL where it is to have
 * one of its own: where no other is left to go with it, and where the variant is
 * a number or a boolean, which ab_summary() takes as it is.  A cast would cost
 * what is saved, and postgres_fdw does not ship it.
 */
static char *
SeveralSql(const AbSpec *spec, int i)
{
	AbValueKind variant = spec->query.columns[spec->variant].kind;
	int		   *means = (int *) palloc(spec->metric_count * sizeof(int));
	int			count = 0;
	int			position = 0;
	int			first;
	StringInfoData sql;

	for (int j = 0; j < spec->metric_count; j++)
	{
		if (j == i)
			position = count;
		if (IsPlainMean(spec, &spec->metrics[j]))
			means[count++] = j;
	}
	first = position - position % AB_MAX_OUTCOMES;
	if (first == count - 1 || variant == AB_VALUE_WHOLE || variant == AB_VALUE_BOOLEAN)
		return NULL;
	initStringInfo(&sql);
	appendStringInfo(&sql, "(%s.ab_summaries(", spec->query.schema);
	for (int j = first; j < Min(first + AB_MAX_OUTCOMES, count); j++)
		appendStringInfo(&sql, "%s, ",
						 AbValueSql(spec, spec->metrics[means[j]].column));
	appendStringInfo(&sql, "%s)).summary_%d", AbVariantSql(spec, false),
					 position - first + 1);
	return sql.data;
}

/*
 * The state of a metric over rows.
 */
char *
AbRowStateSql(const AbSpec *spec, const AbCuts *cuts, int i)
{
	const AbMetric *metric = &spec->metrics[i];
	const char *schema = spec->query.schema;
	const char *value = AbValueSql(spec, metric->column);
	const char *variant = AbVariantSql(spec, false);
	char	   *several;

	if (IsOfDistribution(metric))
		return psprintf("%s.ab_histogram(%s, %s)", schema, value,
						AbVariantSql(spec, true));
	if (!isnan(metric->cap))
		value = psprintf("CASE WHEN c%d IS NOT NULL THEN LEAST(%s, %s) END",
						 metric->column + 1, value, cuts->values[i]);
	if (metric->denominator_covariate != AB_NO_COLUMN)
		return psprintf("%s.ab_summary(%s, %s, %s, %s, %s)", schema, value,
						AbValueSql(spec, metric->denominator),
						AbValueSql(spec, metric->covariate),
						AbValueSql(spec, metric->denominator_covariate),
						variant);
	if (metric->denominator != AB_NO_COLUMN)
		return psprintf("%s.ab_summary(%s, %s, %s)", schema, value,
						AbValueSql(spec, metric->denominator), variant);
	if (metric->covariate != AB_NO_COLUMN)
		return psprintf("%s.ab_summary(%s, %s, %s)", schema, value,
						AbValueSql(spec, metric->covariate), variant);
	several = IsPlainMean(spec, metric) ? SeveralSql(spec, i) : NULL;
	if (several != NULL)
		return several;
	if (spec->query.columns[metric->column].kind == AB_VALUE_BOOLEAN)
		value = psprintf("c%d", metric->column + 1);
	return psprintf("%s.ab_summary(%s, %s)", schema, value,
					AbVariantSql(spec, true));
}

/*
 * What is summed of a unit's rows for a metric.  Returns how many there are.
 */
int
AbMetricSums(const AbSpec *spec, const AbCuts *cuts, int i, AbSum *sums)
{
	const AbMetric *metric = &spec->metrics[i];
	int			count = 0;

	if (metric->statistic == AB_STATISTIC_QUANTILE)
	{
		if (cuts->values[i] != NULL)
			sums[count++] = (AbSum)
		{
			'b', psprintf("pg_catalog.count(*) FILTER (WHERE %s OPERATOR(pg_catalog.<=) (%s))",
						  AbValueSql(spec, metric->column),
						  cuts->values[i])
		};
		sums[count++] = (AbSum)
		{
			'n', CountSql(metric->column)
		};
		return count;
	}
	if (metric->denominator != AB_NO_COLUMN)
	{
		/* rows with both of them */
		sums[count++] = (AbSum)
		{
			's', psprintf("pg_catalog.sum(CASE WHEN c%d IS NOT NULL THEN %s END)",
						  metric->denominator + 1,
						  AbValueSql(spec, metric->column))
		};
		sums[count++] = (AbSum)
		{
			'n', psprintf("pg_catalog.sum(CASE WHEN c%d IS NOT NULL THEN %s END)",
						  metric->column + 1,
						  AbValueSql(spec, metric->denominator))
		};
	}
	else
	{
		sums[count++] = (AbSum)
		{
			's', SumSql(spec, metric->column)
		};
		sums[count++] = (AbSum)
		{
			'n', CountSql(metric->column)
		};
	}
	if (metric->covariate != AB_NO_COLUMN)
	{
		sums[count++] = (AbSum)
		{
			'x', SumSql(spec, metric->covariate)
		};
		sums[count++] = (AbSum)
		{
			'z', metric->denominator_covariate != AB_NO_COLUMN ?
				SumSql(spec, metric->denominator_covariate) :
				CountSql(metric->covariate)
		};
	}
	return count;
}

/*
 * The mean of a unit's rows, from the sums in table `of`.
 */
const char *
AbUnitMeanSql(const char *of, char sum, char count, int i)
{
	/* written out in full, operators have all the same precedence */
	return psprintf("(" FLOAT8("%s.%c%d") " OPERATOR(pg_catalog./) " FLOAT8("%s.%c%d") ")",
					of, sum, i, of, count, i);
}

/*
 * The state of a metric over units.
 */
char *
AbUnitStateSql(const AbSpec *spec, const AbCuts *cuts, int i)
{
	const AbMetric *metric = &spec->metrics[i];
	const char *schema = spec->query.schema;

	if (metric->statistic == AB_STATISTIC_QUANTILE)
		/* units without a value have no rows to be on either side */
		return cuts->values[i] == NULL ?
			psprintf("CAST(NULL AS %s.ab_summary)", schema) :
			psprintf("%s.ab_summary(" FLOAT8("u.b%d") ", " FLOAT8("u.n%d") ", u.v) FILTER (WHERE u.ok AND u.n%d OPERATOR(pg_catalog.>) 0)",
					 schema, i, i, i);
	if (IsOfDistribution(metric))
		return psprintf("%s.ab_histogram(%s, u.v) FILTER (WHERE u.ok)", schema,
						AbUnitMeanSql("u", 's', 'n', i));
	if (!isnan(metric->cap))
		return psprintf("%s.ab_summary(CASE WHEN u.s%d IS NOT NULL THEN LEAST(%s, %s) END, %s, u.v) FILTER (WHERE u.ok)",
						schema, i, AbUnitMeanSql("u", 's', 'n', i),
						cuts->values[i],
						AbUnitMeanSql("u", 'x', 'z', i));
	if (metric->covariate != AB_NO_COLUMN)
		return psprintf("%s.ab_summary(" FLOAT8("u.s%d") ", " FLOAT8("u.n%d") ", " FLOAT8("u.x%d") ", " FLOAT8("u.z%d") ", u.v) FILTER (WHERE u.ok)",
						schema, i, i, i, i);
	return psprintf("%s.ab_summary(" FLOAT8("u.s%d") ", " FLOAT8("u.n%d") ", u.v) FILTER (WHERE u.ok)",
					schema, i, i);
}

/*
 * The state of a metric over pairs.
 */
char *
AbPairStateSql(const AbSpec *spec, const AbCuts *cuts, int i)
{
	const char *schema = spec->query.schema;
	const char *control = AbUnitMeanSql("t", 'x', 'z', i);
	const char *treatment = AbUnitMeanSql("t", 's', 'n', i);

	if (spec->metrics[i].statistic == AB_STATISTIC_RANK)
		return psprintf("%s.ab_histogram(%s OPERATOR(pg_catalog.-) %s, t.v) FILTER (WHERE t.ok)",
						schema, treatment, control);
	return psprintf("%s.ab_summary(%s, %s, t.v) FILTER (WHERE t.ok)", schema, control, treatment);
}
