-- audit of an assignment

CREATE TYPE ab_audit_result AS (
	n bigint,
	moved bigint,
	agreement_pct float8,
	chance_agreement_pct float8,
	agreement_p_value float8,
	p_value float8,
	selection_p_value float8,
	reassignment_p_value float8,
	verdict text,
	threshold float8,
	note text
);
COMMENT ON TYPE ab_audit_result IS 'where a sample-ratio mismatch comes from: recorded variants beside predicted ones';
COMMENT ON COLUMN ab_audit_result.n IS 'rows with a recorded and a predicted variant';
COMMENT ON COLUMN ab_audit_result.moved IS 'of them those recorded in another variant than predicted';
COMMENT ON COLUMN ab_audit_result.agreement_pct IS 'share of rows recorded as predicted';
COMMENT ON COLUMN ab_audit_result.chance_agreement_pct IS
	'the same if record and prediction had nothing to do with each other';
COMMENT ON COLUMN ab_audit_result.agreement_p_value IS 'probability of so much agreement by chance';
COMMENT ON COLUMN ab_audit_result.p_value IS 'sample-ratio mismatch of the recorded variants';
COMMENT ON COLUMN ab_audit_result.selection_p_value IS
	'that of the predicted variants: were units of all variants captured alike?';
COMMENT ON COLUMN ab_audit_result.reassignment_p_value IS
	'of equal totals of recorded and predicted: was nothing moved more one way than back?';
COMMENT ON COLUMN ab_audit_result.verdict IS
	'clean; capture: the log lost or gained units; assignment: units got another variant, more one way than back or more than 1 in 100; capture and assignment; inapplicable: the prediction is of another id, salt or rule; no data';
COMMENT ON COLUMN ab_audit_result.threshold IS 'the threshold asked for';
COMMENT ON COLUMN ab_audit_result.note IS 'what the reader must know; NULL if nothing';

CREATE FUNCTION ab_audit(summary ab_summary, variants text[] DEFAULT NULL, weights float8[] DEFAULT NULL,
						 threshold float8 DEFAULT 0.001) RETURNS ab_audit_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_audit(ab_summary, text[], float8[], float8) IS
	'where a mismatch comes from, of ab_crosstab(recorded, predicted), against weights of the variants named, or equal ones';

CREATE FUNCTION ab_audit_final(ab_summary) RETURNS ab_audit_result
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION ab_audit_final(ab_summary) IS 'aggregate final function';

CREATE AGGREGATE ab_audit(recorded text, predicted text) (
	SFUNC = ab_crosstab_accum,
	STYPE = ab_summary,
	SSPACE = 512,
	COMBINEFUNC = ab_summary_combine,
	FINALFUNC = ab_audit_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE ab_audit(text, text) IS
	'where a mismatch comes from, of variants with equal shares: a row for each unit in the log';

CREATE TYPE ab_audit_variant AS (
	variant text,
	expected_pct float8,
	expected_n float8,
	predicted_n bigint,
	recorded_n bigint,
	mismatch float8,
	selection float8,
	reassignment bigint
);
COMMENT ON TYPE ab_audit_variant IS 'the part of a variant in a sample-ratio mismatch';
COMMENT ON COLUMN ab_audit_variant.variant IS 'the variant';
COMMENT ON COLUMN ab_audit_variant.expected_pct IS 'its share by the weights';
COMMENT ON COLUMN ab_audit_variant.expected_n IS 'rows expected by the weights';
COMMENT ON COLUMN ab_audit_variant.predicted_n IS 'rows that the rule puts there';
COMMENT ON COLUMN ab_audit_variant.recorded_n IS 'rows that were recorded there';
COMMENT ON COLUMN ab_audit_variant.mismatch IS 'recorded less expected, the sum of the next two';
COMMENT ON COLUMN ab_audit_variant.selection IS 'predicted less expected';
COMMENT ON COLUMN ab_audit_variant.reassignment IS 'recorded less predicted';

CREATE FUNCTION ab_audit_variants(summary ab_summary, variants text[] DEFAULT NULL, weights float8[] DEFAULT NULL)
	RETURNS SETOF ab_audit_variant
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 3;
COMMENT ON FUNCTION ab_audit_variants(ab_summary, text[], float8[]) IS
	'a mismatch split into selection and reassignment, a row for each variant';
