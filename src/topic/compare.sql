-- several treatments against a control

CREATE FUNCTION ab_compare(summary ab_summary, control text DEFAULT NULL, alpha float8 DEFAULT 0.05,
						   alternative text DEFAULT 'two-sided', equal_var boolean DEFAULT false,
						   correction text DEFAULT 'holm', lift_method text DEFAULT 'fieller') RETURNS SETOF ab_comparison
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 3;
COMMENT ON FUNCTION ab_compare(ab_summary, text, float8, text, boolean, text, text) IS
	'every other variant against the control, a row each, with p-values adjusted for their number';
