#!/usr/bin/python3
"""The text and binary form of ab_histogram: bit for bit through both, and damaged by the thousand."""
import io
import json

import numpy as np

from shared.checks import run_sections, seeded
from shared.histograms import EMPTY, SEED, cut, store_datasets
from shared.hostile import check_bytes, check_texts, hostile_bytes, hostile_texts


# ---------------------------------------------------------------- forms

def section_forms(server, checks, rng):
    """Text and binary COPY keep every state bit for bit, whatever extra_float_digits says."""
    list(store_datasets(server, rng))
    for digits in (1, -15):
        server.run('SET extra_float_digits = %d' % digits)
        for name, same, json_too in server.rows("""SELECT name,
            ab_histogram_send(h::text::ab_histogram) = ab_histogram_send(h),
                jsonb_typeof(h::text::jsonb) = 'object' FROM stored"""):
            checks.check(same and json_too, (name, digits), (same, json_too), 'the same bytes, and JSON')
        for form in ('text', 'csv', 'binary') if digits < 0 else ():
            out = io.BytesIO()
            server.cursor.copy_expert('COPY (SELECT id, name, h FROM stored) TO STDOUT (FORMAT %s)' % form, out)
            out.seek(0)
            server.run('DROP TABLE IF EXISTS returned; CREATE TEMP TABLE returned (LIKE stored)')
            server.cursor.copy_expert('COPY returned FROM STDIN (FORMAT %s)' % form, out)
            for name, same in server.rows('SELECT name, ab_histogram_send(s.h) = ab_histogram_send(r.h) '
                                          'FROM stored s LEFT JOIN returned r USING (id, name)'):
                checks.check(same, (name, form, digits), 'other bytes', 'the same')
    server.run('RESET extra_float_digits')


# ---------------------------------------------------------------- hostile input

# Uses one value in every way.
PROBE = """
CREATE OR REPLACE FUNCTION pg_temp.bad(r anyelement) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(key || '=' || value, ' ') FROM jsonb_each_text(to_jsonb(r))
    WHERE key NOT IN ('variant', 'control', 'treatment', 'note') AND value ~ 'NaN|Infinity' $$;
CREATE OR REPLACE FUNCTION pg_temp.probe(v ab_histogram) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    labels text[];
    found text;
    s ab_summary;
    x ab_histogram;
    a record;
    q float8;
    y float8;
    cap float8[];
BEGIN
    IF ab_histogram_send(v::text::ab_histogram) IS DISTINCT FROM ab_histogram_send(v) THEN
        RETURN 'defect: text changes: ' || v::text;
    END IF;
    labels := ARRAY(SELECT variant FROM ab_arms(v) LIMIT 3);
    FOR a IN SELECT * FROM ab_arms(v) LIMIT 3 LOOP
        found := pg_temp.bad(a);
        IF found IS NOT NULL THEN RETURN 'defect: ab_arms: ' || found; END IF;
        FOREACH q IN ARRAY ARRAY[0, 1e-300, 0.37, 0.5, 0.9999999999999999, 1] LOOP
            y := ab_quantile(v, a.variant, q);
            IF (y IS NULL) <> (a.nonfinite > 0 OR a.n = 0) OR NOT y BETWEEN a.min AND a.max OR y::text ~ 'NaN|Inf' THEN
                RETURN format('defect: quantile %s of %s: %s', q, a, y);
            END IF;
        END LOOP;
        PERFORM ab_quantiles(v, a.variant, '{0.1, NULL, 0.9}');
    END LOOP;
    s := ab_summary(v);
    IF s::text::ab_summary::text IS DISTINCT FROM s::text THEN
        RETURN 'defect: its summary changes: ' || s::text;
    END IF;
    SELECT string_agg(pg_temp.bad(r), ' ') INTO found FROM ab_arms(s) r;
    IF found IS NOT NULL THEN RETURN 'defect: its summary: ' || found; END IF;
    FOREACH cap SLICE 1 IN ARRAY ARRAY[[0, 1], [0.1, 0.9], [0.99, 1], [0, 1e-9]] LOOP
        s := ab_winsorize(v, cap[1], cap[2]);
        IF s::text::ab_summary::text IS DISTINCT FROM s::text THEN
            RETURN 'defect: winsorized changes: ' || s::text;
        END IF;
    END LOOP;
    {optional}
    IF ab_resolution(v) NOT BETWEEN 0 AND 1 THEN RETURN 'defect: resolution'; END IF;
    IF (SELECT ab_histogram_send(ab_rollup(t.h)) FROM (VALUES (v), (NULL)) t(h)) <> ab_histogram_send(v) THEN
        RETURN 'defect: a roll-up of one state is another: ' || v::text;
    END IF;
    BEGIN
        SELECT ab_rollup(t.h) INTO x FROM (VALUES (v), (NULL), (v)) t(h);
        IF ab_histogram_send(x::text::ab_histogram) IS DISTINCT FROM ab_histogram_send(x) THEN
            RETURN 'defect: the roll-up is not accepted back';
        END IF;
        SELECT string_agg(pg_temp.bad(r), ' ') INTO found FROM ab_arms(x) r;
        IF found IS NOT NULL THEN RETURN 'defect: rolled up: ' || found; END IF;
        PERFORM ab_histogram_accum(ab_histogram_combine(v, x), 7, 'control')::text;
    EXCEPTION WHEN numeric_value_out_of_range OR program_limit_exceeded THEN
    END;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    RETURN 'defect: an accepted value raises ' || SQLSTATE || ' ' || SQLERRM;
END $$;
"""
# readers of other topics, used where they are installed
OPTIONAL = (
    ('ab_trim(ab_histogram, float8)', """
    s := ab_trim(v, 0.3);
    IF s::text::ab_summary::text IS DISTINCT FROM s::text THEN
        RETURN 'defect: trimmed changes: ' || s::text;
    END IF;"""),
    ('ab_quantile_test(ab_histogram, float8, text, text, float8, text, ab_summary)', """
    BEGIN
        FOREACH q IN ARRAY ARRAY[1e-9, 0.5, 0.95] LOOP
            found := pg_temp.bad(ab_quantile_test(v, q, control => labels[1], treatment => labels[2]));
            IF found IS NOT NULL THEN RETURN 'defect: ab_quantile_test: ' || found; END IF;
        END LOOP;
    EXCEPTION WHEN invalid_parameter_value THEN     -- which arm is the control: a query mistake
    END;""")) + tuple((function, """
    BEGIN
        found := pg_temp.bad(%s);
        IF found IS NOT NULL THEN RETURN 'defect: %s: ' || found; END IF;
    EXCEPTION WHEN invalid_parameter_value THEN
    END;""" % (call, function)) for function, call in (
        ('ab_mannwhitney(ab_histogram, text, text, float8, text, text, boolean)',
         'ab_mannwhitney(v, control => labels[1], treatment => labels[2])'),
        ('ab_kolmogorov_smirnov(ab_histogram, text, text, float8, text, text)',
         'ab_kolmogorov_smirnov(v, control => labels[1], treatment => labels[2])'),
        ('ab_wilcoxon(ab_histogram, float8, text, text, text, boolean, text)', 'ab_wilcoxon(v)'),
        ('ab_sign_test(ab_histogram, float8, text, text)', 'ab_sign_test(v)')))


def make_probe(server):
    server.run(PROBE.replace('{optional}',
                             ''.join(code for function, code in OPTIONAL
                                     if server.value('SELECT to_regprocedure(%s) IS NOT NULL', (function,)))))


def small_states(server, rng, form):
    """(kind, state) short enough to mutate by the thousand."""
    server.run('DROP TABLE IF EXISTS small; CREATE TEMP TABLE small (kind text, h ab_histogram)')
    for _ in range(12):
        x = rng.choice([rng.normal(size=5), rng.integers(0, 3, 5).astype(float),
                        10 ** rng.uniform(-300, 300, 5)][int(rng.integers(3))], 9)
        server.run("INSERT INTO small SELECT 'random', ab_histogram(x, 'v' || i %% 3) FROM unnest(%s) "
                   "WITH ORDINALITY t(x, i)", (x.tolist(),))
    server.run("""
        INSERT INTO small SELECT 'named', ab_histogram(x, v, 'b')
            FROM (VALUES (1::float8, 'a'), (-3, 'a'), (0, 'a'), ('NaN', 'b'), (5e-324, 'é')) t(x, v);
        INSERT INTO small VALUES ('empty', '%s')""" % EMPTY)
    return server.rows('SELECT kind, %s FROM small' % form)


def section_hostile_text(server, checks, rng):
    make_probe(server)
    # fewer bits than so few values take
    for bits, arms in ((3, [[-1.9, -1, 0, 0.25, 8.5], [2.3e-310, 1.7976931348623157e308]]),
                       (0, [[-5e-324, 5e-324, 3, 1e300]]), (51, [[0.1, 0.7]]), (51, [])):
        text = json.dumps({'version': 1, 'bits': bits, 'unassigned': 0, 'arms': [
            {'variant': 'v%d' % i, 'nonfinite': i, 'missing': [0, 0, 0], 'control': i > 0, 'min': x[0], 'max': x[-1],
             'values': cut(np.array(x), bits).tolist(),
             'counts': [7 ** (3 * k) for k in range(len(x))]} for i, x in enumerate(arms)]})
        state = server.sqlstates(["SELECT '%s'::ab_histogram" % text])[0]
        checks.check(state == '22P02', text, state, '22P02')
    check_texts(server, checks, 'ab_histogram', hostile_texts(rng, small_states(server, rng, 'h::text')))


def section_hostile_binary(server, checks, rng):
    make_probe(server)
    check_bytes(server, checks, 'ab_histogram', hostile_bytes(rng, small_states(server, rng, 'ab_histogram_send(h)')))


if __name__ == '__main__':
    run_sections(__file__, [
        ('forms', seeded(SEED + 7, section_forms)), ('hostile_text', seeded(SEED + 3, section_hostile_text)),
        ('hostile_binary', seeded(SEED + 4, section_hostile_binary))])
