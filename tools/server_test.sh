#!/usr/bin/env bash
#
# Tests that need a server of their own: other encodings, an OpenSSL without
# MD5, dumps, restarts, other roles.  ab_test must be installed; ./test.sh does
# that first.
set -euo pipefail

# shellcheck source=tools/cluster.sh
source "$(dirname "${BASH_SOURCE[0]}")/cluster.sh"
# shellcheck source=tools/checks.sh
source "$repo/tools/checks.sh"

# query SQL [PSQL-ARGUMENT]...: the unaligned answer, or the error message.
query() {
	run_psql -At -c "$1" "${@:2}" 2>&1 || true
}

install_prerequisites

#
# An OpenSSL that refuses MD5, as in FIPS mode.  Random numbers stay allowed,
# or the server would not start.
#

cat >"$scratch/openssl.cnf" <<'END'
openssl_conf = init
[init]
providers = providers
alg_section = algorithms
random = random
[providers]
default = default_provider
[default_provider]
activate = 1
[algorithms]
default_properties = fips=yes
[random]
properties = fips=no
END

start_cluster OPENSSL_CONF="$scratch/openssl.cnf"
query 'CREATE EXTENSION ab_test'
check_match 'OpenSSL without MD5: md5() fails' 'could not compute MD5' "$(query "SELECT md5('a')")"
check 'OpenSSL without MD5: ab_bucket' '5629 4206 3728 7263' \
	"$(query "SELECT concat_ws(' ', ab_bucket('exp1', 'user1'), ab_bucket('exp1', 'user2'), ab_bucket('exp1', 'user3'), ab_bucket('实验', '用户😀'))")"
check 'OpenSSL without MD5: ab_assign' 'control treatment' \
	"$(query "SELECT concat_ws(' ', ab_assign('exp1', 'user1'), ab_assign('exp1', 'user2'))")"

#
# The rest shares one server.
#

start_cluster
query 'CREATE EXTENSION ab_test'

#
# Encodings: what is hashed and stored is UTF-8, whatever the database keeps.
#

query "CREATE DATABASE latin1 ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
query 'CREATE EXTENSION ab_test' -d latin1

names="(VALUES ('José'), ('München'), ('naïve user'), ('Ærøskøbing'), ('ÿ')) AS t(name)"
buckets="SELECT string_agg(concat_ws(' ', ab_bucket('exp', name), ab_bucket(name, 'José'), ab_assign('café', name)), ', ' ORDER BY name COLLATE \"C\") FROM $names"
summary="SELECT ab_summary(length(name), name, 'José') FROM $names"
histogram="SELECT ab_histogram(length(name), name, 'José') FROM $names"
check 'LATIN1: the server has other bytes' '\xe9 \xc3a9' \
	"$(query "SELECT 'é'::text::bytea" -d latin1) $(query "SELECT 'é'::text::bytea")"
check 'UTF8: the bucket of José' 3819 "$(query "SELECT ab_bucket('exp', 'José')")"
check 'LATIN1: ab_bucket and ab_assign as in UTF8' "$(query "$buckets")" "$(query "$buckets" -d latin1)"
check 'LATIN1: every letter' "$(query "SELECT sum(ab_bucket('exp', chr(c)) * c) FROM generate_series(161, 255) AS c")" \
	"$(query "SELECT sum(ab_bucket('exp', chr(c)) * c) FROM generate_series(161, 255) AS c" -d latin1)"
variants="SELECT string_agg(concat_ws(' ', m, ab_variant('café', name, ARRAY['é', 'b', 'ü'], '{0.5,0.2,0.3}', 0.9, m), ab_exposed(name, 'José', 0.5),
	ab_layer_slot('é', name), ab_in_holdout(name, name, 0.5)), ', ' ORDER BY m, name COLLATE \"C\") FROM unnest('{md5_10000,md5_53,rendezvous}'::text[]) m, $names"
check 'LATIN1: ab_variant, ab_exposed, ab_layer_slot and ab_in_holdout as in UTF8' "$(query "$variants")" "$(query "$variants" -d latin1)"
platforms="SELECT string_agg(concat_ws(' ', ab_growthbook_hash('é', name, 1), ab_growthbook_variant('é', name, ARRAY['ü', 'b']), ab_eppo_shard('é', name),
	ab_statsig_bucket('é', 'ü', name), ab_launchdarkly_bucket('é', 'ü', name), ab_posthog_hash('é', name, 'ü'), ab_optimizely_bucket(name, 'é'),
	ab_unleash_bucket(name, 'é'), ab_flagsmith_pct('é', name), ab_split_bucket(name, 7, 1), ab_goff_bucket('é', name)), ', ' ORDER BY name COLLATE \"C\") FROM $names"
check 'LATIN1: other platforms as in UTF8' "$(query "$platforms")" "$(query "$platforms" -d latin1)"
crosstab="SELECT ab_crosstab(name, 'é\"') FROM $names"
check 'LATIN1: ab_crosstab as in UTF8' "$(query "$crosstab")" "$(query "$crosstab" -d latin1)"
check 'LATIN1: and ab_audit_variants reads it' "$(query "SELECT string_agg(a::text, ' ' ORDER BY variant COLLATE \"C\") FROM ($crosstab) t(s), ab_audit_variants(s) a")" \
	"$(query "SELECT string_agg(a::text, ' ' ORDER BY variant COLLATE \"C\") FROM ($crosstab) t(s), ab_audit_variants(s) a" -d latin1)"
for type in ab_summary ab_histogram; do
	value=$summary
	[ $type = ab_summary ] || value=$histogram
	arms="SELECT string_agg(variant || ' ' || n || ' ' || is_control, ', ') FROM ab_arms(($value))"
	check_match "UTF8: the text of $type has the name" 'José' "$(query "$value")"
	check "LATIN1: the text of $type as in UTF8" "$(query "$value")" "$(query "$value" -d latin1)"
	check "LATIN1: the text of $type is read again" "$(query "$value")" \
		"$(query "SELECT '$(query "$value")'::$type" -d latin1)"
	check "LATIN1: ab_arms of $type as in UTF8" "$(query "$arms")" "$(query "$arms" -d latin1)"

	query "CREATE TABLE travelled (s $type)"
	query "COPY ($value) TO STDOUT (FORMAT binary)" -d latin1 >"$scratch/latin1.bin"
	query 'COPY travelled FROM STDIN (FORMAT binary)' <"$scratch/latin1.bin"
	check "LATIN1: binary COPY of $type into a UTF8 database" "$(query "$value")" "$(query 'SELECT s FROM travelled')"
	query "COPY (SELECT $type(1, '用户')) TO STDOUT (FORMAT binary)" >"$scratch/utf8.bin"
	query "CREATE TABLE travelled (s $type)" -d latin1
	check_match "LATIN1: a name it has no letters for is an error in $type" 'has no equivalent in encoding "LATIN1"' \
		"$(query 'COPY travelled FROM STDIN (FORMAT binary)' -d latin1 <"$scratch/utf8.bin")"
	query 'DROP TABLE travelled'
	query 'DROP TABLE travelled' -d latin1
done

#
# Stored states: dump and restore, COPY, restart, TOAST, short headers.
#

query 'CREATE DATABASE origin'
query 'CREATE EXTENSION ab_test' -d origin
run_psql -d origin <<'END'
CREATE TABLE stored (id text PRIMARY KEY, s ab_summary);

INSERT INTO stored
SELECT 'plain', ab_summary(i * 0.1, CASE WHEN i % 3 = 0 THEN 'treatment' ELSE 'control' END)
FROM generate_series(1, 1000) AS i;

INSERT INTO stored SELECT 'one row', ab_summary(0.1, 'a');
INSERT INTO stored VALUES ('empty', '{"version": 1, "columns": 1, "unassigned": 0, "arms": []}');
INSERT INTO stored SELECT 'no rows', ab_summary(1, 'a') FILTER (WHERE false);

INSERT INTO stored
SELECT 'boolean', ab_summary(i % 7 < 3, CASE WHEN i % 2 = 0 THEN 'v1' ELSE 'v2' END, 'v1')
FROM generate_series(1, 1000) AS i;

INSERT INTO stored
SELECT 'control without rows', ab_summary(i, 'v2', 'v1')
FROM generate_series(1, 3) AS i;

INSERT INTO stored
SELECT 'two columns', ab_summary(sqrt(i), ln(i), (i % 2)::text)
FROM generate_series(1, 1000) AS i;

INSERT INTO stored
SELECT 'four columns', ab_summary(sqrt(i), ln(i), sin(i), exp(-i / 100.0), (i % 2)::text)
FROM generate_series(1, 1000) AS i;

INSERT INTO stored
SELECT '500 variants', ab_summary(i / 7.0, 'variant ' || i % 500)
FROM generate_series(1, 5000) AS i;

INSERT INTO stored
SELECT '500 long names', ab_summary(i / 7.0, md5(i::text) || repeat(md5('x' || i), 15))
FROM generate_series(1, 500) AS i;

INSERT INTO stored
SELECT 'not finite', ab_summary(x, v)
FROM (VALUES (1.5, 'a'), ('NaN', 'a'), ('Infinity', 'b'), ('-Infinity', 'b'), (2, 'c')) AS t(x, v);

INSERT INTO stored
SELECT 'extremes', ab_summary(x, v)
FROM (VALUES (5e-324, 'tiny'), (0, 'tiny'), (1e150, 'big'), (-1e150, 'big'),
			 (1e8 + 0.1, 'shifted'), (1e8 + 0.2, 'shifted'), (-0.0, 'zero')) AS t(x, v);

INSERT INTO stored
SELECT 'names', ab_summary(1, v)
FROM (VALUES ('José'), ('用户😀'), (E'tab\tline\nquote" back\\slash'), (''), ('{}'), (E'\\N')) AS t(v);

INSERT INTO stored SELECT 'published', ab_make_summary('v1', 6200, 0.713, 0.4524);

INSERT INTO stored
SELECT 'rolled up', ab_rollup(s) FROM stored WHERE id IN ('plain', 'boolean', 'no rows');

CREATE TABLE histogram (id text PRIMARY KEY, s ab_histogram);

INSERT INTO histogram
SELECT 'plain', ab_histogram(i * 0.1, CASE WHEN i % 3 = 0 THEN 'treatment' ELSE 'control' END)
FROM generate_series(1, 1000) AS i;

INSERT INTO histogram SELECT 'one row', ab_histogram(0.1, 'a');
INSERT INTO histogram VALUES ('empty', '{"version": 1, "bits": 52, "unassigned": 0, "arms": []}');
INSERT INTO histogram SELECT 'no rows', ab_histogram(1, 'a') FILTER (WHERE false);

INSERT INTO histogram
SELECT 'control without rows', ab_histogram(i, 'v2', 'v1')
FROM generate_series(1, 3) AS i;

INSERT INTO histogram
SELECT 'exact and long', ab_histogram(sqrt(i), (i % 2)::text)
FROM generate_series(1, 65536) AS i;

INSERT INTO histogram
SELECT 'not exact', ab_histogram(sin(i) * 10 ^ (i % 600 - 300), (i % 2)::text)
FROM generate_series(1, 200000) AS i;

INSERT INTO histogram
SELECT '500 long names', ab_histogram(i / 7.0, md5(i::text) || repeat(md5('x' || i), 15))
FROM generate_series(1, 500) AS i;

INSERT INTO histogram
SELECT 'extremes', ab_histogram(x, v)
FROM (VALUES (5e-324, 'tiny'), (0, 'tiny'), (1.7976931348623157e308, 'big'), (-1.7976931348623157e308, 'big'),
			 (1e8 + 0.1, 'shifted'), ('NaN', 'shifted'), ('-Infinity', 'none'), (-0.0, 'zero')) AS t(x, v);

INSERT INTO histogram
SELECT 'names', ab_histogram(1, v)
FROM (VALUES ('José'), ('用户😀'), (E'tab\tline\nquote" back\\slash'), (''), ('{}'), (E'\\N')) AS t(v);

INSERT INTO histogram SELECT 'pairs', ab_paired_histogram(i / 10.0, sqrt(i)) FROM generate_series(1, 100) AS i;

INSERT INTO histogram
SELECT 'rolled up', ab_rollup(s) FROM histogram WHERE id IN ('plain', 'not exact', 'no rows', 'empty');
END

# Every bit of every stored value.
all_bits="SELECT string_agg(id || ' ' || coalesce(md5(bytes), 'NULL'), ', ' ORDER BY id) FROM
	(SELECT id, ab_summary_send(s) FROM stored UNION ALL SELECT 'histogram: ' || id, ab_histogram_send(s) FROM histogram) AS t(id, bytes)"
bits=$(query "$all_bits" -d origin)
check 'stored: all values are there' '15 1' "$(query 'SELECT count(*), count(*) - count(s) FROM stored' -d origin -F ' ')"
check 'stored: all histograms are there' '12 1' "$(query 'SELECT count(*), count(*) - count(s) FROM histogram' -d origin -F ' ')"

query 'CREATE DATABASE restored'
pg_dump origin | run_psql -d restored >/dev/null
check 'pg_dump and psql' "$bits" "$(query "$all_bits" -d restored)"

query 'CREATE DATABASE imprecise'
query 'ALTER DATABASE imprecise SET extra_float_digits = -15'
query 'ALTER DATABASE origin SET extra_float_digits = -15'
pg_dump -Fc origin >"$scratch/dump"
pg_restore -d imprecise "$scratch/dump"
check 'pg_dump and pg_restore, extra_float_digits = -15' "$bits" "$(query "$all_bits" -d imprecise)"

for format in text csv binary; do
	for table in stored histogram; do
		query "TRUNCATE $table" -d imprecise
		query "COPY $table TO STDOUT (FORMAT $format)" -d origin >"$scratch/copy"
		query "COPY $table FROM STDIN (FORMAT $format)" -d imprecise <"$scratch/copy"
	done
	check "COPY, $format, extra_float_digits = -15" "$bits" "$(query "$all_bits" -d imprecise)"
done
check 'text and back, extra_float_digits = -15' 't' \
	"$(query 'SELECT bool_and(ab_summary_send(s::text::ab_summary) = ab_summary_send(s)) FROM stored' -d origin)"
check 'a histogram to text and back, extra_float_digits = -15' 't' \
	"$(query 'SELECT bool_and(ab_histogram_send(s::text::ab_histogram) = ab_histogram_send(s)) FROM histogram' -d origin)"
check 'every text is JSON' '14 11' \
	"$(query 'SELECT (SELECT count(s::text::jsonb) FROM stored), (SELECT count(s::text::jsonb) FROM histogram)' -d origin -F ' ')"
query 'ALTER DATABASE origin RESET extra_float_digits'

control_cluster restart
check 'stored values survive a restart' "$bits" "$(query "$all_bits" -d origin)"

check 'TOAST: the long values are out of line' 2 \
	"$(query "SELECT count(*) FROM pg_class WHERE relname IN ('stored', 'histogram') AND pg_relation_size(reltoastrelid) > 0" -d origin)"
check 'TOAST: it reads back as it was computed' t \
	"$(query "SELECT ab_summary_send(s) = ab_summary_send(fresh)
			  FROM stored,
				   (SELECT ab_summary(i / 7.0, md5(i::text) || repeat(md5('x' || i), 15)) AS fresh FROM generate_series(1, 500) AS i) AS f
			  WHERE id = '500 long names'" -d origin)"
check 'TOAST: ab_arms reads it' '500 500' \
	"$(query "SELECT count(*), sum(n) FROM stored, ab_arms(s) WHERE id = '500 long names'" -d origin -F ' ')"
check 'TOAST: a histogram reads back as it was computed' 't t' \
	"$(query "SELECT ab_histogram_send(s) = ab_histogram_send(fresh), pg_column_size(s) > 100000
			  FROM histogram, (SELECT ab_histogram(sqrt(i), (i % 2)::text) AS fresh FROM generate_series(1, 65536) AS i) AS f
			  WHERE id = 'exact and long'" -d origin -F ' ')"
check 'TOAST: ab_arms and ab_quantile read it' '65536 65536 t' \
	"$(query "SELECT (SELECT sum(n) FROM ab_arms(s)), (SELECT sum(distinct_values) FROM ab_arms(s)),
					 ab_quantile(s, '1', 0.95) = (SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY sqrt(i)) FROM generate_series(1, 65536, 2) AS i)
			  FROM histogram WHERE id = 'exact and long'" -d origin -F ' ')"
check 'a short header when stored' t \
	"$(query "SELECT pg_column_size(s) = pg_column_size(fresh) - 3
			  FROM stored, (SELECT ab_summary(0.1, 'a') AS fresh) AS f
			  WHERE id = 'one row'" -d origin)"
check 'a short header of a histogram, and read' 't a 1 0.1' \
	"$(query "SELECT pg_column_size(s) = pg_column_size(fresh) - 3, variant, n, mean
			  FROM histogram, (SELECT ab_histogram(0.1, 'a') AS fresh) AS f, ab_arms(s)
			  WHERE id = 'one row'" -d origin -F ' ')"
check 'a short header is read' 'a 1 0.1' \
	"$(query "SELECT variant, n, mean FROM stored, ab_arms(s) WHERE id = 'one row'" -d origin -F ' ')"
check 'ab_ttest of a stored value' t \
	"$(query "SELECT abs(r.p_value / f.p_value - 1) < 1e-12
			  FROM stored, ab_ttest(s) AS r,
				   (SELECT (ab_ttest(i * 0.1, CASE WHEN i % 3 = 0 THEN 'treatment' ELSE 'control' END)).* FROM generate_series(1, 1000) AS i) AS f
			  WHERE id = 'plain'" -d origin)"

# A table with one value a day, each small enough for a short header.
run_psql -d origin <<'END'
CREATE TABLE observation AS
SELECT i % 14 AS day, i % 3 = 0 AS is_treatment, (i * 7919 % 1000) / 7.0 AS x
FROM generate_series(1, 10000) AS i;

CREATE TABLE daily AS
SELECT day, is_treatment, ab_summary(x, is_treatment::text) AS s
FROM observation
GROUP BY day, is_treatment;
END
check 'ab_rollup over stored values' t \
	"$(query "SELECT bool_and(a.n = b.n AND abs(a.mean / b.mean - 1) < 1e-12 AND abs(a.stddev / b.stddev - 1) < 1e-12)
			  FROM (SELECT r.* FROM (SELECT ab_rollup(s) AS s FROM daily) AS d, ab_arms(s) AS r) AS a
				   JOIN (SELECT r.* FROM (SELECT ab_summary(x, is_treatment::text) AS s FROM observation) AS o, ab_arms(s) AS r) AS b USING (variant)" -d origin)"
check 'ab_rollup leaves the stored values alone' 28 \
	"$(query "SELECT count(*) FROM daily JOIN (SELECT day, is_treatment, ab_summary(x, is_treatment::text) AS s FROM observation GROUP BY 1, 2) AS f
			  USING (day, is_treatment) WHERE ab_summary_send(daily.s) = ab_summary_send(f.s)" -d origin)"

# Histograms are the same bytes by any plan, so theirs is asked for along with
# the answer.
run_psql -d origin <<'END'
CREATE TABLE hashed (LIKE observation) PARTITION BY HASH (day);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO hashed SELECT day, is_treatment, sin(i) * (x + i + day / 100.0) FROM observation, generate_series(1, 20) AS i;
ANALYZE hashed;
CREATE TABLE daily_histogram AS SELECT day, ab_histogram(x, is_treatment::text) AS s FROM hashed GROUP BY day;
END
one_pass='SELECT md5(ab_histogram_send(ab_histogram(x, is_treatment::text))) FROM hashed'
per_day='SELECT md5(string_agg(ab_histogram_send(s), NULL ORDER BY day)) FROM (SELECT day, ab_histogram(x, is_treatment::text) AS s FROM hashed GROUP BY day) AS t'
bits="$(query "$one_pass" -d origin) $(query "$per_day" -d origin)"
check 'histogram: not exact' t "$(query 'SELECT bool_and(NOT is_exact) FROM (SELECT ab_histogram(x, is_treatment::text) AS s FROM hashed) AS t, ab_arms(s)' -d origin)"
check 'histogram: ab_rollup of the days' "${bits% *}" "$(query 'SELECT md5(ab_histogram_send(ab_rollup(s))) FROM daily_histogram' -d origin)"
for plan in 'max_parallel_workers_per_gather=0 -c enable_partitionwise_aggregate=on' \
	'max_parallel_workers_per_gather=4 -c enable_partitionwise_aggregate=off' \
	'max_parallel_workers_per_gather=4 -c enable_partitionwise_aggregate=on -c parallel_leader_participation=off'; do
	options="-c min_parallel_table_scan_size=0 -c parallel_setup_cost=0 -c parallel_tuple_cost=0 -c $plan"
	check "histogram: a plan of parts, $plan" t "$([[ $(PGOPTIONS=$options query "EXPLAIN $one_pass" -d origin) =~ Partial ]] && echo t)"
	check "histogram: the same bytes, $plan" "$bits" "$(PGOPTIONS=$options query "$one_pass" -d origin) $(PGOPTIONS=$options query "$per_day" -d origin)"
done

#
# Rights
#

run_psql <<'END'
CREATE ROLE reader LOGIN;
CREATE ROLE owner LOGIN;
CREATE DATABASE owned OWNER owner;
END
usual="SELECT (ab_ttest(i, CASE WHEN i % 2 = 0 THEN 'control' ELSE 'treatment' END)).control_n, ab_sample_size(0.75, 0.05), ab_bucket('exp1', 'user1') FROM generate_series(1, 10) AS i"
check 'a read-only transaction' '5 1179 5629' \
	"$(query "BEGIN READ ONLY; $usual; COMMIT" -F ' ')"
check 'a role without rights' '5 1179 5629' "$(query "$usual" -U reader -F ' ')"

export PGDATABASE=owned
before=$(query 'SELECT count(*) FROM pg_depend')
check 'a database owner who is no superuser creates the extension' '' "$(query 'CREATE EXTENSION ab_test' -U owner)"
check 'and uses it' '5 1179 5629' "$(query "$usual" -U owner -F ' ')"
# The objects of a trusted extension belong to the superuser, who alone moves them.
query 'CREATE SCHEMA statistics AUTHORIZATION owner'
check 'it moves to another schema' '' "$(query 'ALTER EXTENSION ab_test SET SCHEMA statistics')"
check 'and works there' '5 1179 5629' "$(query "SET search_path = statistics; $usual" -U owner -F ' ')"
check 'and works there, with its own names' 't 1179' \
	"$(query "SELECT statistics.ab_summary(1, 'a')::text::statistics.ab_summary IS NOT NULL, statistics.ab_sample_size(0.75, 0.05)" -U owner -F ' ')"
query "CREATE TABLE kept AS SELECT statistics.ab_summary(1, 'a') AS s" -U owner
check_match 'DROP EXTENSION spares stored values' 'cannot drop extension ab_test' "$(query 'DROP EXTENSION ab_test' -U owner)"
query 'DROP TABLE kept' -U owner
query 'DROP EXTENSION ab_test; DROP SCHEMA statistics' -U owner
check 'DROP EXTENSION leaves nothing' "$before 0 0 0" \
	"$(query "SELECT (SELECT count(*) FROM pg_depend),
					 (SELECT count(*) FROM pg_proc WHERE proname LIKE 'ab\\_%'),
					 (SELECT count(*) FROM pg_type WHERE typname LIKE '%ab\\_%'),
					 (SELECT count(*) FROM pg_cast WHERE oid >= 16384)" -F ' ')"
check 'it can be created again' '' "$(query 'CREATE EXTENSION ab_test' -U owner)"
export PGDATABASE=postgres

#
# What an interrupted script leaves behind
#

# status COMMAND...: its exit status
status() {
	"$@" >"$scratch/out" 2>&1 && echo 0 || echo $?
}
export AB_TEST_TMP=$scratch/interrupted
mkdir "$AB_TEST_TMP"
# A shell in the background ignores SIGINT, and so do those that it starts.
# shellcheck disable=SC2016  # for the other shell to expand
check 'an interrupted script leaves nothing lying about' '130' \
	"$(status env --default-signal=INT bash -euc 'source "$0"; install_prerequisites; start_cluster; kill -INT $$; sleep 60' "$repo/tools/cluster.sh")$(ls -A "$AB_TEST_TMP")"

count_checks server
