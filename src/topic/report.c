/*
 * report.c
 *	  Words and pictures of the rows of a scorecard.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "base/args.h"
#include "mb/pg_wchar.h"
#include "topic/report_cell.h"
#include "topic/report_forest.h"
#include "topic/report_html.h"
#include "topic/report_rows.h"
#include "topic/report_trend.h"
#include "topic/report_vega.h"
#include "topic/report_words.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"

typedef struct ReportCall
{
	Jsonb	   *rows;
	char	   *title;
} ReportCall;

static const AbArg rows_args[] = {
	AB_JSONB_ARG(ReportCall, rows, "rows")
};

static const AbArg page_args[] = {
	AB_JSONB_ARG(ReportCall, rows, "rows"),
	AB_TEXT_ARG(ReportCall, title, "title")
};

typedef void (*Picture) (StringInfo out, const AbReport *report);

/*
 * A picture of the rows; NULL for NULL, which jsonb_agg() gives for no rows.
 */
static Datum
Draw(FunctionCallInfo fcinfo, Picture picture)
{
	ReportCall	call;
	AbReport	report;
	StringInfoData out;

	AbReadArgs(fcinfo, rows_args, &call);
	if (call.rows == NULL)
		PG_RETURN_NULL();
	report = AbReadReport(call.rows);
	initStringInfo(&out);
	picture(&out, &report);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/*
 * The conclusion as a paragraph.
 */
static void
Tell(StringInfo out, const AbReport *report)
{
	AbConclusion conclusion = AbConclude(report);
	ListCell   *cell;

	appendStringInfoString(out, conclusion.headline);
	foreach(cell, conclusion.evidence)
		appendStringInfo(out, " %s", (const char *) lfirst(cell));
	foreach(cell, conclusion.caveats)
		appendStringInfo(out, " %s", (const char *) lfirst(cell));
}

PG_FUNCTION_INFO_V1(ab_verdict);
Datum
ab_verdict(PG_FUNCTION_ARGS)
{
	return Draw(fcinfo, Tell);
}

PG_FUNCTION_INFO_V1(ab_forest_svg);
Datum
ab_forest_svg(PG_FUNCTION_ARGS)
{
	return Draw(fcinfo, AbForestSvg);
}

PG_FUNCTION_INFO_V1(ab_trend_svg);
Datum
ab_trend_svg(PG_FUNCTION_ARGS)
{
	return Draw(fcinfo, AbTrendSvg);
}

PG_FUNCTION_INFO_V1(ab_report_html);
Datum
ab_report_html(PG_FUNCTION_ARGS)
{
	ReportCall	call;
	AbReport	report;
	StringInfoData out;

	AbReadArgs(fcinfo, page_args, &call);
	if (call.rows == NULL)
		PG_RETURN_NULL();
	report = AbReadReport(call.rows);
	initStringInfo(&out);
	AbReportHtml(&out, &report, call.title);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

PG_FUNCTION_INFO_V1(ab_vega_lite);
Datum
ab_vega_lite(PG_FUNCTION_ARGS)
{
	ReportCall	call;
	AbReport	report;
	StringInfoData out;

	AbReadArgs(fcinfo, rows_args, &call);
	if (call.rows == NULL)
		PG_RETURN_NULL();
	report = AbReadReport(call.rows);
	initStringInfo(&out);
	AbVegaLite(&out, &report);
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data));
}

typedef struct CellCall
{
	double		low;
	double		estimate;
	double		high;
	double		axis_low;
	double		axis_high;
	double		width;
} CellCall;

static const AbRange data_range = {
	.low = -INFINITY, .high = INFINITY, .optional = true, .nan_is_null = true
};

static const AbRange axis_range = {
	.low = -DBL_MAX, .high = DBL_MAX, .optional = true,
	.message = "the ends of the axis must be finite"
};

static const AbRange width_range = {
	.low = 3, .high = 1000,
	.message = "width must be between 3 and 1000 columns"
};

/*
 * Can the client show more than ASCII?  In a parallel worker the setting is
 * still that of the leader, whose client gets the text.
 */
static bool
ClientReadsUtf8(void)
{
	const char *client = GetConfigOption("client_encoding", true, false);

	return GetDatabaseEncoding() == PG_UTF8 && client != NULL &&
		pg_char_to_encoding(client) == PG_UTF8;
}

PG_FUNCTION_INFO_V1(ab_forest);
Datum
ab_forest(PG_FUNCTION_ARGS)
{
	static const AbArg args[] = {
		AB_NUMBER_ARG(CellCall, low, "low", &data_range, 0),
		AB_NUMBER_ARG(CellCall, estimate, "estimate", &data_range, 0),
		AB_NUMBER_ARG(CellCall, high, "high", &data_range, 0),
		AB_NUMBER_ARG(CellCall, axis_low, "axis_low", &axis_range, 0),
		AB_NUMBER_ARG(CellCall, axis_high, "axis_high", &axis_range, 0),
		AB_COUNT_ARG(CellCall, width, "width", &width_range)
	};
	CellCall	call;
	StringInfoData out;

	AbReadArgs(fcinfo, args, &call);
	/* an axis of which one end is named is the same on the other side of 0 */
	if (isnan(call.axis_low))
		call.axis_low = isnan(call.axis_high) ? -20 : -call.axis_high;
	if (isnan(call.axis_high))
		call.axis_high = -call.axis_low;
	if (!(call.axis_low < call.axis_high))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("axis_low must be below axis_high"),
				 errdetail("The axis would be from %g to %g.", call.axis_low,
						   call.axis_high),
				 errhint("Without axis_low and axis_high it is from -20 to 20.")));
	initStringInfo(&out);
	AbForestCell(&out, call.low, call.estimate, call.high, call.axis_low,
				 call.axis_high,
				 (int) call.width, ClientReadsUtf8());
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
