-- words and pictures of the rows of a scorecard

CREATE FUNCTION ab_verdict(rows jsonb) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_verdict(jsonb) IS
	'what to decide by the rows of a scorecard, as jsonb_agg(to_jsonb(row)) gives them, and what not to read into them';

CREATE FUNCTION ab_report_html(rows jsonb, title text DEFAULT NULL) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_report_html(jsonb, text) IS
	'one page of HTML that needs nothing else: the verdict, the split, a table with the intervals on one axis, slices, methods, and what was left out';

CREATE FUNCTION ab_forest_svg(rows jsonb) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_forest_svg(jsonb) IS
	'the lift of every row with its interval, on one axis, as an SVG picture';

CREATE FUNCTION ab_trend_svg(rows jsonb) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_trend_svg(jsonb) IS
	'the lift so far by the field day, with its interval, a panel for each metric and treatment, as an SVG picture; rows whose rule is not fixed make a second band';

CREATE FUNCTION ab_vega_lite(rows jsonb) RETURNS jsonb
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_vega_lite(jsonb) IS
	'the picture of ab_forest_svg as a Vega-Lite specification, data included';

CREATE FUNCTION ab_forest(low float8, estimate float8, high float8, axis_low float8 DEFAULT NULL,
						  axis_high float8 DEFAULT NULL, width bigint DEFAULT 41) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_forest(float8, float8, float8, float8, float8, bigint) IS
	'an estimate and its interval drawn in a cell of text, on an axis from -20 to 20 unless another is given; arrows where it goes beyond';
