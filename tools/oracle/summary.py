#!/usr/bin/python3
"""ab_summary: merging, several columns, storage, and damaged text and binary forms by the thousand.

Roll-ups of chunks in any order against the one-pass answer, means and covariances of two and four
columns against exact rationals, text and binary COPY bit for bit, and what hostile input may do.
"""
import collections
import io
import struct

import numpy as np
from mpmath import mp, mpf

from shared.checks import TOL_STATISTIC, check_mistakes, run_sections, seeded
from shared.data import binary, heavy_tail, negative, normal, rating, two_sizes
from shared.hostile import check_bytes, check_texts, frame_binary, hostile_bytes, hostile_texts
from shared.reference import EPS, exact_arm, exact_covariance

SEED = 20240229
TOL_MERGE = 1e-12


# ---------------------------------------------------------------- merging

MERGED = ('control_mean', 'treatment_mean', 'control_stddev', 'treatment_stddev', 'statistic', 'p_value', 'diff')


def merge_slack(name, row):
    """What 1e-12 is relative to: means and differences against their spread, p against t^2."""
    t = abs(row['statistic'])
    if name.endswith('_mean'):
        return max(abs(row[name]), row['std_error'])
    if name == 'diff':
        return max(abs(row['diff']), row['std_error']) + abs(row['control_mean'])
    if name == 'statistic':
        return max(t, 1) * (1 + abs(row['control_mean']) / row['std_error'])
    if name == 'p_value':
        return row['p_value'] * (1 + t * max(t, 1)) * (1 + abs(row['control_mean']) / row['std_error'])
    return row[name]


def check_merged(checks, case, how, row, reference):
    found = []
    for side in ('control_n', 'treatment_n'):
        if row[side] != reference[side]:
            found.append((side, row[side], reference[side], None))
    if reference['p_value'] is None:
        checks.all_of((case, how), found)
        return
    for name in MERGED:
        if row[name] is None:
            found.append((name, None, reference[name], None))
            continue
        scale = merge_slack(name, reference) or 1
        error = abs(row[name] - reference[name]) / scale
        checks.measure('merging ' + name, error)
        if error > TOL_MERGE:
            found.append((name, row[name], reference[name], error))
    checks.all_of((case, how), found)


def section_merging(server, checks, rng):
    """Rows cut into 1 to 50 chunks, summarised, rolled up in any order: the one-pass answer."""
    kinds = (normal, heavy_tail, binary, rating, negative)
    rows, cases = [], 300
    for case in range(cases):
        n1, n2 = two_sizes(rng, 2, 800)
        chunks = int(rng.integers(1, 51))
        make = kinds[case % len(kinds)]
        for variant, values in (('control', make(rng, n1)), ('treatment', make(rng, n2))):
            rows += [(case, int(rng.integers(chunks)), float(rng.random()), variant, v) for v in values]
    server.load('log', 'id int, chunk int, turn float8, variant text, outcome float8', rows)
    reference = server.named('SELECT id, (ab_ttest(outcome, variant)).* FROM log GROUP BY id ORDER BY id')
    for how, order in (('ascending', 'chunk'), ('descending', 'chunk DESC'), ('shuffled', 'turn')):
        merged = server.named("""
            SELECT id, (ab_ttest(ab_rollup(s ORDER BY %s))).* FROM (
                SELECT id, chunk, min(turn) AS turn, ab_summary(outcome, variant) s FROM log GROUP BY id, chunk) d
            GROUP BY id ORDER BY id""" % order)
        for row, wanted in zip(merged, reference):
            check_merged(checks, row['id'], how, row, wanted)
    check_identity(server, checks)
    check_columns(server, checks, rng)


def check_identity(server, checks):
    """NULL states are the identity; a roll-up of one state, and of a roll-up, is that state."""
    got = server.rows("""
        SELECT id, s::text, (SELECT ab_rollup(x)::text FROM (VALUES (NULL::ab_summary), (s), (NULL)) v(x)),
               (SELECT ab_rollup(x)::text FROM (VALUES (s)) v(x))
        FROM (SELECT id, ab_summary(outcome, variant) s FROM log GROUP BY id) d""")
    for case, one, padded, again in got:
        checks.check(one == padded == again, case, (padded, again), one)
    nothing = server.rows("""SELECT ab_rollup(NULL::ab_summary), ab_summary(1, NULL::text),
        ab_frequency_summary(y, 0, 'control') FROM (SELECT 1.0::float8 WHERE false) t(y)""")[0]
    checks.check(set(nothing) == {None}, 'no rows', nothing, 'NULLs')


def check_columns(server, checks, rng):
    """Two and four columns: means and covariances against exact rationals, in one pass and merged."""
    server.load('wide', 'id int, chunk int, variant text, a float8, b float8, c float8, d float8',
                wide_rows(rng))
    data = collections.defaultdict(list)
    for row in server.rows('SELECT id, variant, a, b, c, d FROM wide ORDER BY id, variant'):
        data[row[:2]].append(row[2:])
    for width, arguments in ((2, 'a, b'), (4, 'a, b, c, d')):
        for how, sql in (('one pass', 'SELECT id, ab_summary(%s, variant) s FROM wide GROUP BY id' % arguments),
                         ('merged', 'SELECT id, ab_rollup(s) s FROM (SELECT id, ab_summary(%s, variant) s FROM wide '
                          'GROUP BY id, chunk) x GROUP BY id' % arguments)):
            for case, variant, n, means, covariances in server.rows(
                    'SELECT id, variant, n, means, covariances FROM (%s) t, ab_arms(t.s)' % sql):
                check_wide(checks, (case, variant, width, how), data[(case, variant)], width, n, means, covariances)


def wide_rows(rng):
    for case in range(60):
        offset = float(rng.choice([0, 0, 50, 1e5]))
        for variant, n in zip(('control', 'treatment', 'z'), (*two_sizes(rng, 2, 150), 2)):
            mix = rng.normal(0, 1, (4, 4))
            for values in rng.normal(0, 1, (n, 4)) @ mix + offset:
                yield (case, int(rng.integers(8)), variant, *values)


def check_wide(checks, inputs, data, width, n, means, covariances):
    columns = [[row[k] for row in data] for k in range(width)]
    arms = [exact_arm(c) for c in columns]
    found = [] if n == len(data) else [('n', n, len(data), None)]
    largest = max(abs(a.mean) for a in arms)
    for k, arm in enumerate(arms):
        found.append(wide_mismatch(checks, 'mean', means[k], arm.mean, max(abs(arm.mean), mp.sqrt(arm.variance))))
    for j in range(width):
        for k in range(width):
            want = exact_covariance(columns[j], columns[k])
            scale = mp.sqrt(arms[j].variance * arms[k].variance)
            # a large mean costs digits of the deviations from it
            condition = 1 + EPS * largest / mp.sqrt(min(a.variance for a in arms)) * 1e11 * 4
            found.append(wide_mismatch(checks, 'covariance', covariances[j][k], want, scale * condition))
    checks.all_of(inputs, found)


def wide_mismatch(checks, name, got, want, scale):
    error = abs(mpf(got) - want) / scale
    checks.measure('columns ' + name, error)
    return None if error <= TOL_STATISTIC else (name, got, want, float(error))


# ---------------------------------------------------------------- storage

def binary_datum(server, sql):
    """The bytes of the send function, taken out of COPY BINARY's frame."""
    out = io.BytesIO()
    server.cursor.copy_expert('COPY (%s) TO STDOUT (FORMAT binary)' % sql, out)
    return parse_binary(out.getvalue())


def parse_binary(raw):
    """One-column rows of a COPY BINARY stream."""
    position, data = 19, []
    while struct.unpack_from('>h', raw, position)[0] != -1:
        size = struct.unpack_from('>i', raw, position + 2)[0]
        data.append(raw[position + 6:position + 6 + size])
        position += 6 + size
    return data


def states_to_store(server):
    """States of every shape: 1, 2 and 4 columns, many variants, odd labels, a named control, NaN."""
    server.run("""
        DROP TABLE IF EXISTS stored;
        CREATE TEMP TABLE stored (id serial, s ab_summary);
        INSERT INTO stored (s) SELECT ab_summary(outcome, variant) FROM log GROUP BY id;
        INSERT INTO stored (s) SELECT ab_summary(outcome, variant, 'treatment') FROM log GROUP BY id;
        INSERT INTO stored (s) SELECT ab_summary(outcome, 'never seen') FROM log GROUP BY id LIMIT 20;
        INSERT INTO stored (s) SELECT ab_summary(outcome, variant, 'absent') FROM log GROUP BY id LIMIT 20;
        INSERT INTO stored (s) SELECT ab_summary(a, b, variant) FROM wide GROUP BY id;
        INSERT INTO stored (s) SELECT ab_summary(a, b, c, d, variant) FROM wide GROUP BY id;
        INSERT INTO stored (s) SELECT ab_summary(a, 'v' || (chunk * 1000 + id)) FROM wide;
        INSERT INTO stored (s) SELECT ab_summary(x, v) FROM (VALUES
            ('NaN'::float8, 'a'), ('Infinity', 'b'), (1e308, 'c'), (-1e308, 'c'), (5e-324, 'd'), (-0.0, '')) t(x, v);
        INSERT INTO stored (s) SELECT ab_summary(i, label) FROM generate_series(1, 3) i, unnest(ARRAY[
            '', ' ', '"', '\\', E'\\n', E'\\t', E'\\x01', '{"a":1}', 'ключ', '用户😀', repeat('x', 1024)]) label;
        INSERT INTO stored (s) SELECT ab_make_summary('m', n, mean, sd) FROM (VALUES
            (1::bigint, 3.5::float8, 0::float8), (2, 1e-300, 1e-150), (1000000000, 0.1, 0.3),
                (9007199254740992, 1, 1)) t(n, mean, sd);
    """)


def section_storage(server, checks):
    """Text and binary COPY keep a state bit for bit, whatever extra_float_digits says."""
    states_to_store(server)
    for digits in (1, 0, -15, 3):
        server.run('SET extra_float_digits = %d' % digits)
        wrong = server.value("""SELECT count(*) FROM stored
            WHERE s::text::ab_summary::text IS DISTINCT FROM s::text""")
        checks.check(wrong == 0, 'extra_float_digits %d' % digits, '%d texts changed' % wrong, '0')
        checks.check(through_text_is_binary_equal(server), 'extra_float_digits %d' % digits,
                     'bytes changed through text', 'same bytes')
    server.run('RESET extra_float_digits')
    wrong = server.value("SELECT count(*) FROM stored WHERE jsonb_typeof(s::text::jsonb) IS NULL")
    checks.check(wrong == 0, 'text is JSON', wrong, 0)
    check_binary_copy(server, checks)


def through_text_is_binary_equal(server):
    before = binary_datum(server, 'SELECT s FROM stored ORDER BY id')
    return before == binary_datum(server, 'SELECT s::text::ab_summary FROM stored ORDER BY id')


def check_binary_copy(server, checks):
    before = binary_datum(server, 'SELECT s FROM stored ORDER BY id')
    texts = [r[0] for r in server.rows('SELECT s::text FROM stored ORDER BY id')]
    server.run('CREATE TEMP TABLE IF NOT EXISTS returned (id serial, s ab_summary); TRUNCATE returned RESTART IDENTITY')
    server.cursor.copy_expert('COPY returned (s) FROM STDIN (FORMAT binary)', io.BytesIO(frame_binary(before)))
    after = binary_datum(server, 'SELECT s FROM returned ORDER BY id')
    returned = [r[0] for r in server.rows('SELECT s::text FROM returned ORDER BY id')]
    checks.check(len(before) == len(after) == len(texts), 'rows', len(after), len(before))
    for old, new, text, again in zip(before, after, texts, returned):
        checks.check(old == new and text == again, text[:200], again[:200], 'same bytes and text')


# ---------------------------------------------------------------- errors

def section_errors(server, checks):
    bad, good, limit = '22023', '00000', '54000'
    mistakes = [("SELECT ab_summary(i, v, v) FROM generate_series(1, 3) i, unnest('{a,b}'::text[]) v", bad)]
    mistakes += [("SELECT ab_make_summary('a', %s)" % a, bad)
                 for a in ('-1, 1, 1', "10, 'NaN', 1", "10, 1, 'NaN'", '10, 1, -1', "10, 'Infinity', 1",
                           "10, 1, 'Infinity'", '9007199254740993, 1, 1', '1, 1, 1', '2.5, 1, 1')]
    mistakes += [("SELECT ab_make_summary(%s)" % a, state) for a, state in (
        ("'a', 0, 1, 1", good), ("'a', 0, NULL, NULL", good), ("'a', 1, 5, NULL", good), ("'a', 2, 5, NULL", '22004'),
        ("'a', 2, NULL, 1", '22004'), ("NULL, 2, 1, 1", '22004'), ("'a', NULL, 1, 1", '22004'),
        ("NULL, NULL, NULL, NULL", good), ("'a', 5, NULL", '22004'), ("'a', 0, NULL", good), ("'a', 5, 2.5", bad))]
    mistakes += [('SELECT * FROM ab_arms(NULL::ab_summary)', good),
                 ("SELECT ab_summary(1.0, repeat('x', 1024))", good),
                 ("SELECT ab_summary(1.0, repeat('x', 1025))", limit),
                 ("SELECT ab_summary(1.0, repeat('é', 513))", limit),
                 ("SELECT ab_make_summary(repeat('x', 1025), 10, 1, 1)", limit),
                 ("SELECT ab_summary(1.0, 'v' || i) FROM generate_series(1, 4096) i", good),
                 ("SELECT ab_summary(1.0, 'v' || i) FROM generate_series(1, 4097) i", limit),
                 ("SELECT ab_rollup(s) FROM (SELECT ab_summary(1.0, 'v' || i) s "
                  "FROM generate_series(1, 4097) i GROUP BY i % 7) t", limit)]
    check_mistakes(server, checks, mistakes)


# ---------------------------------------------------------------- hostile input

# Uses one value in every way; anything but an SQL error of the classes above is a defect.
PROBE = """
CREATE OR REPLACE FUNCTION pg_temp.probe(v ab_summary) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    labels text[];
    bad text;
    r ab_comparison;
    how boolean;
BEGIN
    IF v::text::ab_summary::text IS DISTINCT FROM v::text THEN
        RETURN 'defect: text changes: ' || v::text;
    END IF;
    SELECT string_agg(key || '=' || value, ' ') INTO bad FROM ab_arms(v) a, jsonb_each_text(to_jsonb(a))
        WHERE key <> 'variant' AND value ~ 'NaN|Infinity';
    IF bad IS NOT NULL THEN RETURN 'defect: ab_arms: ' || bad; END IF;
    labels := ARRAY(SELECT variant FROM ab_arms(v) LIMIT 2);
    FOREACH how IN ARRAY ARRAY[true, false] LOOP
        BEGIN
            r := ab_ttest(v, control => labels[1], treatment => labels[2], equal_var => how);
            SELECT string_agg(key || '=' || value, ' ') INTO bad FROM jsonb_each_text(to_jsonb(r))
                WHERE key NOT IN ('control', 'treatment') AND value IN ('NaN', 'Infinity', '-Infinity');
            IF bad IS NOT NULL THEN RETURN 'defect: ab_ttest: ' || bad; END IF;
            r := ab_ttest(v, equal_var => how);
        EXCEPTION WHEN invalid_parameter_value THEN     -- which arm is the control: a query mistake
        END;
    END LOOP;
    BEGIN
        PERFORM (SELECT count(*) FROM ab_arms(x)) FROM (
            SELECT ab_rollup(y) AS x FROM (VALUES (v), (v), (NULL)) t(y)) u;
        SELECT string_agg(key || '=' || value, ' ') INTO bad
            FROM (SELECT ab_rollup(y) AS x FROM (VALUES (v), (v)) t(y)) u, ab_arms(u.x) a, jsonb_each_text(to_jsonb(a))
            WHERE key <> 'variant' AND value ~ 'NaN|Infinity';
        IF bad IS NOT NULL THEN RETURN 'defect: rolled up: ' || bad; END IF;
        IF EXISTS (SELECT FROM (SELECT ab_rollup(y) AS x FROM (VALUES (v), (v)) t(y)) u
                   WHERE x::text::ab_summary::text IS DISTINCT FROM x::text) THEN
            RETURN 'defect: the roll-up is not accepted back';
        END IF;
    EXCEPTION WHEN numeric_value_out_of_range OR program_limit_exceeded THEN
    END;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    RETURN 'defect: an accepted value raises ' || SQLSTATE || ' ' || SQLERRM;
END $$;
"""


def small_states(server, form):
    """(columns, state) of the stored states that are short enough to mutate by the thousand."""
    return [row for row in server.rows("""
        SELECT (s::text::jsonb->>'columns')::int, %s FROM stored WHERE length(s::text) < 2000 ORDER BY id""" % form)]


def section_hostile_text(server, checks):
    server.run(PROBE)
    mutants = hostile_texts(np.random.default_rng(SEED + 7), small_states(server, 's::text'))
    check_texts(server, checks, 'ab_summary', mutants)


def section_hostile_binary(server, checks):
    server.run(PROBE)
    mutants = hostile_bytes(np.random.default_rng(SEED + 8), small_states(server, 'ab_summary_send(s)'))
    check_bytes(server, checks, 'ab_summary', mutants)


if __name__ == '__main__':
    run_sections(__file__, [
        ('merging', seeded(SEED + 5, section_merging)),
        ('storage', section_storage),               # uses the tables of merging
        ('errors', section_errors),
        ('hostile_text', section_hostile_text),     # uses the table of storage
        ('hostile_binary', section_hostile_binary)])
