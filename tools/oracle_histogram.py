#!/usr/bin/python3
"""Compare ab_histogram with an independent model of its canonical form, and its readers with other software.

The model is written from the rule alone: of all values alike the largest number of
significand bits b <= 52 with which the distinct values over all arms are at most 65536 and
the cells of all arms together at most 4194304; magnitudes are cut towards zero.  It counts in
decimals of the significand (frexp, floor), not in bits of the representation.  Quantiles are
held against numpy and percentile_cont, moments against exact rationals and the summary of the
rows, winsorizing against numpy.  Every chunking, order, plan and way of calling must give the
same bytes.  Uses only temporary objects and fixed seeds; names of sections as arguments run
only those; the last line is "oracle_histogram: N passed, M failed".
"""
import functools
import io
import json
import math
import sys
import threading
from fractions import Fraction

import numpy as np
import psycopg2
from mpmath import mpf

sys.dont_write_bytecode = True
from checks import run_sections                                                     # noqa: E402
from hostile import check_bytes, check_texts, hostile_bytes, hostile_texts          # noqa: E402
from reference import rational                                                      # noqa: E402

SEED = 20240310
MAX_VALUES, MAX_CELLS, MAX_ARMS, EXACT_BITS = 65536, 4194304, 512, 52
QUANTILES = [0.0, 1e-9, 0.01, 0.05, 0.25, 1 / 3, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1 - 1e-9, 1.0]
TOL_MOMENT = 1e-11
EMPTY = '{"version": 1, "bits": 52, "arms": []}'


# ---------------------------------------------------------------- the model

def cut(x, bits):
    """Values with that many significand bits behind the leading one, towards zero."""
    significand, exponent = np.frexp(np.abs(x))
    return np.copysign(np.ldexp(np.floor(np.ldexp(significand, bits + 1)), exponent - bits - 1), x) + 0.0


def fits(arms, bits):
    cells = [np.unique(cut(values, bits)) for values in arms]
    return (len(np.unique(np.concatenate(cells))) <= MAX_VALUES if cells else True) and sum(map(len, cells)) <= MAX_CELLS


def model(data, control=None):
    """What the text form must say of {label: values}."""
    finite = {label: np.asarray(x, float)[np.isfinite(x)] for label, x in data.items()}
    if control is not None:
        finite.setdefault(control, np.array([]))
    arms = [np.unique(x) for x in finite.values()]
    bits = EXACT_BITS
    if not fits(arms, bits):
        low, high = 0, EXACT_BITS                   # fits at low, not at high: fewer bits never give more cells
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if fits(arms, middle) else (low, middle)
        bits = low
    found = []
    for label in sorted(finite, key=lambda label: label.encode()):
        x = finite[label]
        values, counts = np.unique(cut(x, bits), return_counts=True)
        found.append({'variant': label, 'nonfinite': len(data.get(label, ())) - len(x), 'control': label == control,
                      'min': float(x.min()) + 0.0 if len(x) else 0.0, 'max': float(x.max()) + 0.0 if len(x) else 0.0,
                      'values': values.tolist(), 'counts': counts.tolist()})
    return {'version': 1, 'bits': bits, 'arms': found}


def difference(got, want):
    """None, or where a text form differs from the model."""
    if got == want:
        return None
    if got['bits'] != want['bits'] or [a['variant'] for a in got['arms']] != [a['variant'] for a in want['arms']]:
        return ('bits %s of %s' % (d['bits'], [a['variant'] for a in d['arms']][:5]) for d in (got, want))
    for a, b in zip(got['arms'], want['arms']):
        for key in b:
            if a.get(key) != b[key]:
                return '%s.%s %s' % (a['variant'], key, str(a.get(key))[:200]), str(b[key])[:200]
    return str(got)[:200], str(want)[:200]


# ---------------------------------------------------------------- data

ODD_LABELS = ['', ' ', '"', '\\', '\\n', '\t', '\x01', '{"a":1}', 'ключ', '用户😀', 'x' * 1024, 'a', 'aa', 'b', 'Z', 'é', 'NULL', '\uffff', '\U00010000']


def octaves(rng, n, width, signs):
    x = np.ldexp(1 + rng.random(n), rng.integers(0, width, n))
    return x * rng.choice([-1, 1], n) if signs else x


def distinct(n):
    """That many different values of full precision."""
    return np.sqrt(np.arange(1, n + 1)) * 1.1


def subnormals(rng, n):
    return rng.integers(0, 2 ** 52, n) * 5e-324 * rng.choice([-1, 1], n)


def split(rng, x, labels):
    where = rng.integers(len(labels), size=len(x))
    return {label: x[where == i] for i, label in enumerate(labels) if (where == i).any()}


@functools.lru_cache(None)
def datasets():
    return list(make_datasets(np.random.default_rng(SEED)))


def make_datasets(rng):
    """(name, {label: values}, control)."""
    ab = ['control', 'treatment']
    inf = math.inf
    yield 'one row', {'a': np.array([0.1])}, None
    yield 'ratings', split(rng, rng.integers(1, 6, 3000).astype(float), ab), 'control'
    yield 'money', split(rng, np.round(rng.lognormal(3, 1, 5000), 2), ab), None
    yield 'constants', {'a': np.full(500, 0.1), 'b': np.full(3, -7e300), 'c': np.zeros(70)}, 'b'
    yield 'zeros', {'a': np.array([-0.0] * 5 + [0.0] * 3), 'b': np.array([-0.0]), 'c': np.array([5e-324, -5e-324, -0.0])}, None
    yield 'not finite', {'a': np.array([1, math.nan, inf, -inf, -1.5, -math.nan]), 'b': np.array([math.nan]), 'c': np.array([-inf] * 3)}, 'z'
    yield 'extremes', {'a': np.array([1.7976931348623157e308, -1.7976931348623157e308, 5e-324, 2.2250738585072014e-308,
                                      2.225073858507201e-308, 1.0, np.nextafter(1, 0), np.nextafter(1, 2)])}, None
    yield 'odd labels', {label: rng.normal(size=int(rng.integers(1, 9))) for label in ODD_LABELS}, '用户😀'
    yield '512 arms', split(rng, rng.normal(size=6000).round(2), ['v%d' % i for i in range(MAX_ARMS)]), 'v0'
    yield '65536 distinct', split(rng, np.tile(distinct(MAX_VALUES), 2), ab), None
    yield '65537 distinct', split(rng, distinct(MAX_VALUES + 1), ab), None
    yield '65537 with zero and both signs', {'a': np.concatenate([distinct(MAX_VALUES // 2), -distinct(MAX_VALUES // 2), [0.0]])}, None
    yield '65537 shared by arms', {'a': distinct(MAX_VALUES), 'b': np.append(distinct(MAX_VALUES)[::3], [0.3])}, None
    yield 'one ulp too many', {'a': np.append(np.arange(1, MAX_VALUES + 1.0), np.nextafter(3, 4))}, None
    yield 'normal', split(rng, rng.normal(size=80000), ab), None
    yield 'normal, many arms', split(rng, rng.normal(size=100000), ['v%d' % i for i in range(300)]), 'v7'
    yield '16 octaves', split(rng, octaves(rng, 100000, 16, False), ab), None
    yield '16 octaves, both signs', split(rng, np.append(octaves(rng, 120000, 16, True), 0.0), ab), None
    yield 'heavy tails', split(rng, rng.standard_cauchy(90000) ** 3, ab), None
    yield 'lognormal', split(rng, rng.lognormal(5, 2, 90000), ab + ['c']), 'control'
    yield '1e-300 to 1e300', split(rng, 10 ** rng.uniform(-300, 300, 80000) * rng.choice([-1, 1], 80000), ab), None
    yield 'all exponents', split(rng, np.ldexp(1 + rng.random(80000), rng.integers(-1073, 1023, 80000)) * rng.choice([-1, 1], 80000), ab), None
    yield 'subnormals', split(rng, subnormals(rng, 80000), ab), None
    yield 'small subnormals', split(rng, subnormals(rng, 3000) * 2.0 ** -40, ab), None
    yield 'around the first normal', split(rng, 2.2250738585072014e-308 * (0.5 + rng.random(90000)), ab), None
    yield 'whole numbers', split(rng, np.floor(rng.random(80000) * 60000), ab), None
    yield 'milliseconds', split(rng, np.floor(rng.lognormal(6, 2.5, 90000)), ab), None
    yield 'two clusters of ulps', {'a': 1 + np.arange(40000) * 2.0 ** -52, 'b': -1e10 - np.arange(40000) * 2.0 ** -19}, None


def load(server, table, name_of_arm, arm, x, chunk):
    """A temporary table by binary COPY, which is quick."""
    rows = np.empty(len(x), dtype=[('n', '>i2'), ('l1', '>i4'), ('arm', '>i4'), ('l2', '>i4'), ('chunk', '>i4'), ('l3', '>i4'), ('x', '>f8')])
    rows['n'], rows['l1'], rows['l2'], rows['l3'] = 3, 4, 4, 8
    rows['arm'], rows['chunk'], rows['x'] = arm, chunk, x
    server.run('DROP TABLE IF EXISTS {0}, {0}_arm CASCADE; CREATE TEMP TABLE {0} (arm int, chunk int, x float8);'
               'CREATE TEMP TABLE {0}_arm (arm int, v text)'.format(table))
    server.cursor.copy_expert('COPY %s FROM STDIN (FORMAT binary)' % table,
                              io.BytesIO(b'PGCOPY\n\xff\r\n\0' + bytes(8) + rows.tobytes() + b'\xff\xff'))
    server.cursor.execute('INSERT INTO {0}_arm SELECT i - 1, v FROM unnest(%s::text[]) WITH ORDINALITY AS t(v, i);'
                          'ANALYZE {0}'.format(table), (name_of_arm,))


def load_data(server, rng, data):
    """The rows in random order, in chunks of very different sizes."""
    labels = list(data)
    arm = np.repeat(np.arange(len(labels)), [len(data[label]) for label in labels])
    x = np.concatenate([data[label] for label in labels])
    turn = rng.permutation(len(x))
    chunks = int(rng.integers(2, 40))
    load(server, 'log', labels, arm[turn], x[turn], np.minimum(rng.geometric(rng.choice([0.1, 0.5, 1 / chunks]), len(x)), chunks))
    return len(x)


def one_pass(control):
    return 'ab_histogram(x, v%s)' % ('' if control is None else ", '%s'" % control)


# ---------------------------------------------------------------- the canonical form

def section_canonical(server, checks):
    """The text of the one-pass aggregate is the model's; parts, orders and plans give its bytes."""
    rng = np.random.default_rng(SEED + 7)
    server.run('DROP TABLE IF EXISTS stored; CREATE TEMP TABLE stored (id serial, name text, h ab_histogram);' + FOLDING)
    largest = 0
    for name, data, control in datasets():
        rows, want = load_data(server, rng, data), model(data, control)
        server.run('INSERT INTO stored (name, h) SELECT %%s, %s FROM log JOIN log_arm USING (arm)' % one_pass(control), (name,))
        text, size = server.rows('SELECT h::text, pg_column_size((SELECT ab_rollup(h))) FROM stored WHERE name = %s GROUP BY h::text, id', (name,))[0]
        wrong = difference(json.loads(text), want)
        checks.check(wrong is None, name, *(wrong or ('', '')))
        largest = max(largest, size)
        check_chunkings(server, checks, rng, name, control, rows)
        span = [x[np.isfinite(x) & (x != 0)] for x in data.values()]
        span = np.abs(np.concatenate(span)) if span else np.array([])
        if len(span) and math.log2(span.max()) - math.log2(span.min()) <= 16:
            checks.check(want['bits'] >= 10, name, want['bits'], 'at least 10 bits')
    print('  largest state of up to %d distinct values: %d bytes' % (MAX_VALUES, largest))


# Calls by hand, outside an aggregate.
FOLDING = """
CREATE OR REPLACE FUNCTION pg_temp.fold(parts ab_histogram[]) RETURNS ab_histogram LANGUAGE plpgsql AS $$
DECLARE r ab_histogram; p ab_histogram;
BEGIN
    FOREACH p IN ARRAY parts LOOP r := ab_histogram_combine(r, p); END LOOP;
    RETURN r;
END $$;
CREATE OR REPLACE FUNCTION pg_temp.row_by_row() RETURNS ab_histogram LANGUAGE plpgsql AS $$
DECLARE r ab_histogram; l record;
BEGIN
    FOR l IN SELECT x, v FROM log JOIN log_arm USING (arm) LOOP r := ab_histogram_accum(r, l.x, l.v); END LOOP;
    RETURN r;
END $$;
DROP AGGREGATE IF EXISTS pg_temp.no_final(float8, text), pg_temp.only_combine(ab_histogram), pg_temp.from_empty(float8, text);
CREATE AGGREGATE pg_temp.no_final(float8, text) (SFUNC = ab_histogram_accum, STYPE = ab_histogram, COMBINEFUNC = ab_histogram_combine, PARALLEL = SAFE);
CREATE AGGREGATE pg_temp.only_combine(ab_histogram) (SFUNC = ab_histogram_combine, STYPE = ab_histogram);
CREATE AGGREGATE pg_temp.from_empty(float8, text) (SFUNC = ab_histogram_accum, STYPE = ab_histogram, FINALFUNC = ab_histogram_final,
    INITCOND = '{"version": 1, "bits": 52, "arms": []}');
"""


def check_chunkings(server, checks, rng, name, control, rows):
    rows_of = 'FROM log JOIN log_arm USING (arm)'
    server.run('DROP TABLE IF EXISTS part; CREATE TEMP TABLE part AS SELECT chunk, random() AS turn, %s AS h %s GROUP BY chunk' % (one_pass(control), rows_of))
    # what adds nothing, and an arm without rows where there is one such arm already
    server.run("INSERT INTO part VALUES (-1, 0.5, NULL), (-2, 0.1, '%s'), (-3, 0.9, NULL)" % EMPTY)
    if control is not None:
        server.cursor.execute('INSERT INTO part SELECT -4, 0.7, ab_histogram(NULL, NULL, %s)', (control,))
    server.run('ANALYZE part')
    ways = {'parts': 'SELECT ab_rollup(h) FROM part',
            'parts, shuffled': 'SELECT ab_rollup(h ORDER BY turn) FROM part',
            'parts, one arm at a time': 'SELECT ab_rollup(h) FROM (SELECT %s AS h %s GROUP BY arm) t' % (one_pass(control), rows_of),
            'parts by size': 'SELECT ab_rollup(h ORDER BY pg_column_size(h)) FROM part',
            'parts by size, largest first': 'SELECT ab_rollup(h ORDER BY pg_column_size(h) DESC) FROM part',
            'nested': 'SELECT ab_rollup(h) FROM (SELECT ab_rollup(h) AS h FROM part GROUP BY chunk %% 5) t',
            'rows sorted': 'SELECT %s FROM (SELECT x, v %s ORDER BY x) t' % (one_pass(control), rows_of),
            'by hand': 'SELECT pg_temp.fold(array_agg(h ORDER BY turn)) FROM part',
            'aggregate without final function': 'SELECT pg_temp.only_combine(h) FROM part'}
    if rows <= 20000:
        ways['through text'] = 'SELECT ab_rollup(h::text::ab_histogram) FROM part'
    if control is None:
        ways['rows, no final function'] = 'SELECT pg_temp.no_final(x, v) ' + rows_of
        ways['rows, initial condition'] = 'SELECT pg_temp.from_empty(x, v) ' + rows_of
        if rows <= 3000:
            ways['row by row'] = 'SELECT pg_temp.row_by_row()'
    for way, sql in ways.items():
        same = server.rows('SELECT md5(ab_histogram_send(h)) = (SELECT md5(ab_histogram_send(h)) FROM stored WHERE name = %%s), h::text FROM (%s) t(h)'
                           % sql if rows < 3000 else
                           'SELECT md5(ab_histogram_send(h)) = (SELECT md5(ab_histogram_send(h)) FROM stored WHERE name = %%s), NULL FROM (%s) t(h)' % sql,
                           (name,))[0]
        checks.check(same[0], (name, way), str(same[1])[:300], 'the bytes of one pass')


def section_cells(server, checks):
    """The limit of all cells, which takes many arms; an arm without cells counts for none."""
    # 64 arms of 65535 values, and an arm of 64, of which two share 51 bits: the limit
    server.run("""DROP TABLE IF EXISTS wide, narrow; CREATE TEMP TABLE wide AS
        SELECT ab_rollup(h) AS h FROM (SELECT ab_histogram(g, 'a0') AS h FROM generate_series(1, 65535) g) s, generate_series(1, 1);
        CREATE TEMP TABLE narrow AS SELECT ab_histogram(g, 'z') AS h FROM generate_series(1, 63) g;
        INSERT INTO narrow SELECT ab_histogram(1 + 2.0 ^ -52, 'z');
        UPDATE wide SET h = (SELECT ab_rollup(replace(h::text, 'a0', 'a' || a)::ab_histogram) FROM generate_series(1, 64) a)""")
    limit, one_more, without = 'SELECT h FROM wide UNION ALL SELECT h FROM narrow', "SELECT ab_histogram(64, 'z')", "SELECT ab_histogram('NaN', 'y')"
    for name, parts, want in (
            ('as many as may be', (limit,), (52, MAX_CELLS)),
            ('one more', (limit, one_more), (51, MAX_CELLS)),
            ('after an arm without cells', (without, limit, one_more), (51, MAX_CELLS)),
            ('before an arm without cells', ('SELECT ab_rollup(h) FROM (%s UNION ALL %s) t(h)' % (limit, one_more), without), (51, MAX_CELLS))):
        got = server.rows('SELECT min(significand_bits), sum(distinct_values), max(pg_column_size(h)) FROM (SELECT ab_rollup(h) AS h FROM (%s) t(h)) s, ab_arms(h)'
                          % ' UNION ALL '.join(parts))[0]
        checks.check(got[:2] == want, name, got[:2], want)
    print('  largest state of all: %d bytes' % got[2])
    server.run('DROP TABLE wide, narrow')


def section_limits(server, checks):
    mistakes = [("SELECT ab_histogram(g, 'v' || g) FROM generate_series(1, 512) g", '00000'),
                ("SELECT ab_histogram(g, 'v' || g) FROM generate_series(1, 513) g", '54000'),
                ("SELECT ab_histogram(g, 'v' || g, 'z') FROM generate_series(1, 512) g", '54000'),
                ("SELECT ab_rollup(h) FROM (SELECT ab_histogram(1.0, 'v' || g) h FROM generate_series(1, 513) g GROUP BY g % 7) t", '54000'),
                ("SELECT ab_histogram(1, repeat('x', 1024))", '00000'), ("SELECT ab_histogram(1, repeat('x', 1025))", '54000'),
                ("SELECT ab_histogram(1, repeat('é', 513))", '54000'), ("SELECT ab_histogram(1, 'a', repeat('x', 1025))", '54000'),
                ("SELECT ab_histogram(1, v, v) FROM unnest('{a,b}'::text[]) v", '22023'),
                ("SELECT ab_rollup(h) FROM (SELECT ab_histogram(1, 'c', v) h FROM unnest('{a,b}'::text[]) v GROUP BY v) t", '22023')]
    h = "ab_histogram(g, 'v' || g) FROM generate_series(1, 2) g"
    mistakes += [('SELECT %s FROM (SELECT %s) t(h)' % (call, h), state) for call, state in (
        ("ab_quantile(h, 'v1', %s)" % "'NaN'", '22023'), ("ab_quantile(h, 'v1', -1e-300)", '22023'), ("ab_quantile(h, 'v1', 1.0000000000000002)", '22023'),
        ("ab_quantile(h, 'v3', 0.5)", '22023'), ("ab_quantile(h, 'v1', 95)", '22023'), ("ab_quantiles(h, 'v1', '{0.1,NaN}')", '22023'),
        ("ab_quantiles(h, 'v1', '{}')", '00000'), ("ab_quantiles(h, 'v1', '{{0,1},{NULL,0.5}}')", '00000'), ("ab_quantiles(h, 'v1', NULL)", '00000'),
        ('ab_winsorize(h, 0.5, 0.5)', '22023'), ('ab_winsorize(h, 0.6, 0.5)', '22023'), ("ab_winsorize(h, 'NaN', 0.5)", '22023'),
        ("ab_winsorize(h, 0, 'Infinity')", '22023'), ('ab_winsorize(h, 0, 1)', '00000'), ('ab_winsorize(h, NULL)', '00000'),
        ("ab_winsorize('%s')" % EMPTY, '00000'), ("ab_quantile('%s', 'a', 0.5)" % EMPTY, '00000'), ("ab_summary('%s'::ab_histogram)" % EMPTY, '00000'))]
    # the number of observations has a limit
    full = '{"version": 1, "bits": 52, "arms": [{"variant": "a", "nonfinite": %d, "control": false, "min": 1, "max": 1, "values": [1], "counts": [%d]}]}'
    mistakes += [("SELECT ab_rollup(h::ab_histogram) FROM unnest(ARRAY['%s', '%s']) h" % (full % (a, b), full % (c, d)), state) for a, b, c, d, state in (
        (0, 2 ** 53 - 1, 0, 1, '00000'), (0, 2 ** 53, 0, 1, '22003'), (2 ** 53, 1, 1, 1, '22003'), (2 ** 53 - 1, 1, 1, 1, '00000'))]
    mistakes += [("SELECT ab_histogram_accum('%s', %s, 'a')::text" % (full % (2 ** 53, 2 ** 53), x), '22003') for x in ("'NaN'", '0', '1')]
    for (query, wanted), got in zip(mistakes, server.sqlstates([q for q, _ in mistakes])):
        checks.check(got == wanted, query[:300], got, wanted)


# ---------------------------------------------------------------- readers

def exact_moments(x):
    """Mean and standard deviation as exact as they can be written."""
    values, counts = np.unique(x, return_counts=True)
    rows = [(Fraction(v), int(n)) for v, n in zip(values.tolist(), counts.tolist())]
    n = len(x)
    mean = sum(v * k for v, k in rows) / n
    variance = sum((v - mean) ** 2 * k for v, k in rows) / (n - 1) if n > 1 else None
    return rational(mean), None if variance is None else rational(variance) ** mpf('0.5')


def off(checks, name, got, want, tolerance, scale):
    if got is None or want is None:
        return None if got is want is None else (name, got, want, None)
    error = abs(mpf(got) - want)
    error = mpf(0) if error == 0 else error / scale if scale else mpf('inf')
    checks.measure(name, error)
    return None if error <= tolerance else (name, got, want, error)


def small_datasets(rng):
    ab = ['control', 'treatment', 'x']
    for i in range(60):
        n = int(rng.choice([1, 2, 3, 10, 200, 1500]))
        kind = i % 8
        x = (rng.normal(size=n) * 3 + 10 if kind == 0 else rng.integers(0, 2, n).astype(float) if kind == 1 else np.round(rng.lognormal(0, 1, n), 1)
             if kind == 2 else rng.standard_cauchy(n) if kind == 3 else np.full(n, 0.1) if kind == 4 else 1e8 + rng.normal(size=n) if kind == 5
             else 10 ** rng.uniform(-140, 140, n) * rng.choice([-1, 1], n) if kind == 6 else rng.integers(-3, 4, n) * 0.0 + rng.integers(-3, 4, n))
        data = split(rng, x, ab[:int(rng.integers(1, 4))])
        if i % 5 == 0:
            data['not finite'] = np.array([math.nan, 1, math.inf])
        yield i, data, None if i % 3 else 'control'


def section_exact(server, checks):
    """Readers of exact states."""
    rng = np.random.default_rng(SEED + 1)
    for i, data, control in small_datasets(rng):
        load_data(server, rng, data)
        server.run('DROP TABLE IF EXISTS one; CREATE TEMP TABLE one AS SELECT %s AS h, ab_summary(x, v%s) AS s FROM log JOIN log_arm USING (arm)'
                   % (one_pass(control), '' if control is None else ", '%s'" % control))
        arms = {row['variant']: row for row in server.named('SELECT a.* FROM one, ab_arms(h) a')}
        percentiles = dict(server.rows('SELECT v, percentile_cont(%s) WITHIN GROUP (ORDER BY x) FROM log JOIN log_arm USING (arm) GROUP BY v', (QUANTILES,)))
        for label, x in data.items():
            finite = x[np.isfinite(x)]
            mean, sd = exact_moments(finite)
            got, spread = arms[label], max(abs(mean), mpf(sd or 0))
            known = len(finite) == len(x)
            checks.all_of((i, label, x[:20]), [
                off(checks, 'mean', got['mean'], mean if known else None, TOL_MOMENT, spread),
                off(checks, 'stddev', got['stddev'], sd if known else None, TOL_MOMENT, sd)] + [
                    None if got[key] == value else (key, got[key], value, None) for key, value in (
                        ('n', len(x)), ('min', finite.min()), ('max', finite.max()), ('distinct_values', len(np.unique(finite))),
                        ('nonfinite', len(x) - len(finite)), ('is_exact', True), ('significand_bits', 52), ('is_control', label == control))])
            ours = server.rows('SELECT ab_quantiles(h, %s, %s), ab_resolution(h) FROM one', (label, QUANTILES))[0]
            if not known:
                checks.check(ours[0] == [None] * len(QUANTILES), (i, label), ours[0], 'NULLs')
                continue
            checks.check(ours[1] == 0 and ours[0] == percentiles[label], (i, label, x[:20]), ours, 'percentile_cont: %s' % percentiles[label])
            theirs = np.quantile(x, QUANTILES)
            magnitude = np.quantile(np.abs(x), 1)
            checks.check(np.all(np.abs(np.array(ours[0]) - theirs) <= 4 * np.spacing(np.minimum(magnitude, np.abs(theirs) + np.ptp(x)))),
                         (i, label, x[:20]), ours[0], 'numpy: %s' % theirs)
        check_summary(checks, (i, 'ab_summary'), *server.rows('SELECT ab_summary(h)::text, s::text, ab_summary(h)::text::ab_summary::text FROM one')[0])
        check_winsorized(server, checks, rng, i, data)


def check_summary(checks, inputs, got, want, again):
    """Two summaries alike to 1e-12, numbers that are sums of two doubles by their sum."""
    checks.check(got == again, inputs, again, 'the same text read back: %s' % got)
    a, b = json.loads(got), json.loads(want)
    found = []
    if len(a['arms']) != len(b['arms']):
        found.append(('arms', got[:300], want[:300], None))
    for x, y in zip(a['arms'], b['arms']):
        for key in y:
            if key in ('mean', 'comoment'):
                scale = abs(y[key][0]) if key == 'comoment' else max(abs(y[key][0]), math.sqrt(y['comoment'][0] / max(y['n'], 1)))
                found.append(off(checks, 'summary ' + key, mpf(x[key][0]) + mpf(x[key + '_low'][0]), mpf(y[key][0]) + mpf(y[key + '_low'][0]), 1e-12, scale))
            elif not key.endswith('_low') and x[key] != y[key]:
                found.append((y['variant'] + '.' + key, x[key], y[key], None))
    checks.all_of(inputs, found)


def check_winsorized(server, checks, rng, i, data):
    lower, upper = sorted(float(q) for q in rng.choice([0, 0.01, 0.1, 0.3, 0.5, 0.8, 0.99, 1], 2, replace=False))
    finite = {label: x[np.isfinite(x)] for label, x in data.items()}
    low, high = np.quantile(np.concatenate(list(finite.values())), [lower, upper])
    arms = {row['variant']: row for row in server.named('SELECT a.* FROM one, ab_arms(ab_winsorize(h, %s, %s)) a', (lower, upper))}
    for label, x in finite.items():
        capped = np.clip(x, low, high)
        got, known = arms[label], len(x) == len(data[label])
        mean, sd = exact_moments(capped)
        scale = max(abs(mean), mpf(sd or 0))
        # numpy interpolates with another rounding
        slack = 1e-15 * max(abs(low), abs(high))
        checks.all_of((i, label, 'winsorized', lower, upper), [
            None if got['n'] == len(data[label]) else ('n', got['n'], len(data[label]), None),
            off(checks, 'winsorized mean', got['mean'], mean if known else None, TOL_MOMENT, scale + mpf(slack) / TOL_MOMENT),
            off(checks, 'winsorized stddev', got['stddev'], sd if known else None, TOL_MOMENT, mpf(sd or 0) + mpf(slack) / TOL_MOMENT)])


def section_bucketed(server, checks):
    """Quantiles, means and deviations of states that are not exact, within what ab_resolution says."""
    rng = np.random.default_rng(SEED + 2)
    for name, data, control in datasets():
        arms = server.named('SELECT a.* FROM stored, ab_arms(h) a WHERE name = %s', (name,))
        bits, resolution = arms[0]['significand_bits'], server.value('SELECT ab_resolution(h) FROM stored WHERE name = %s', (name,))
        checks.check(resolution == (0 if bits == 52 else 2.0 ** -bits), name, resolution, '2^-%d' % bits)
        if bits == 52:
            continue
        for label, x in data.items():
            x = x[np.isfinite(x)]
            if len(x) < 100:
                continue
            qs = QUANTILES + rng.random(40).tolist()
            got = np.array(server.value('SELECT ab_quantiles(h, %s, %s) FROM stored WHERE name = %s', (label, qs, name)))
            ordered, place = np.sort(x), np.array(qs) * (len(x) - 1)
            low, high = ordered[np.floor(place).astype(int)], ordered[np.ceil(place).astype(int)]
            truth = low + (place - np.floor(place)) * (high - low)
            # each of the two rows is within its own cell
            bound = resolution * np.maximum(np.abs(low), np.abs(high)) + 4 * np.spacing(np.abs(truth))
            checks.measure('quantile / resolution', np.max(np.abs(got - truth) / np.where(bound > 0, bound, 1)))
            checks.check(np.all(np.abs(got - truth) <= bound), (name, label), (got - truth) / bound, 'within the resolution')
            checks.check(np.all((got >= x.min()) & (got <= x.max())), (name, label), got, 'between the smallest and the largest value')
            order = np.argsort(qs, kind='stable')
            checks.check(np.all(np.diff(got[order]) >= 0), (name, label), got[order], 'quantiles in order')
            arm = next(arm for arm in arms if arm['variant'] == label)
            if not 1e-150 < np.abs(x).max() < 1e150:      # squares are no doubles
                continue
            mean_error = abs(mpf(arm['mean']) - rational(sum(map(Fraction, x.tolist())) / len(x)))
            magnitude, sd = float(np.mean(np.abs(x))), float(np.std(x, ddof=1))
            # a middle is off by half a cell at most; the deviations by the root mean square of that
            checks.check(mean_error <= resolution / 2 * magnitude * (1 + 1e-9) + 1e-12 * sd, (name, label, 'mean'), arm['mean'], (x.mean(), resolution * magnitude))
            rms = resolution / 2 * math.sqrt(float(np.mean(np.square(x)))) * 1.01
            checks.measure('stddev / resolution', abs(arm['stddev'] - sd) / (rms + 1e-12 * sd) if sd else 0)
            checks.check(abs(arm['stddev'] - sd) <= rms + 1e-12 * sd, (name, label, 'stddev'), arm['stddev'], sd)
            checks.check((arm['n'], arm['min'], arm['max']) == (len(x) + arm['nonfinite'], x.min(), x.max()), (name, label), arm, 'n, min, max')


# ---------------------------------------------------------------- forms

def section_forms(server, checks):
    """Text and binary COPY keep every state bit for bit, whatever extra_float_digits says."""
    for digits in (1, -15):
        server.run('SET extra_float_digits = %d' % digits)
        for name, same, json_too in server.rows("""SELECT name, ab_histogram_send(h::text::ab_histogram) = ab_histogram_send(h),
                jsonb_typeof(h::text::jsonb) = 'object' FROM stored"""):
            checks.check(same and json_too, (name, digits), (same, json_too), 'the same bytes, and JSON')
        for form in ('text', 'csv', 'binary') if digits < 0 else ():
            out = io.BytesIO()
            server.cursor.copy_expert('COPY (SELECT id, name, h FROM stored) TO STDOUT (FORMAT %s)' % form, out)
            out.seek(0)
            server.run('DROP TABLE IF EXISTS returned; CREATE TEMP TABLE returned (LIKE stored)')
            server.cursor.copy_expert('COPY returned FROM STDIN (FORMAT %s)' % form, out)
            for name, same in server.rows('SELECT name, ab_histogram_send(s.h) = ab_histogram_send(r.h) FROM stored s LEFT JOIN returned r USING (id, name)'):
                checks.check(same, (name, form, digits), 'other bytes', 'the same')
    server.run('RESET extra_float_digits')


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
    IF s::text::ab_summary::text IS DISTINCT FROM s::text THEN RETURN 'defect: its summary changes: ' || s::text; END IF;
    SELECT string_agg(pg_temp.bad(r), ' ') INTO found FROM ab_arms(s) r;
    IF found IS NOT NULL THEN RETURN 'defect: its summary: ' || found; END IF;
    FOREACH cap SLICE 1 IN ARRAY ARRAY[[0, 1], [0.1, 0.9], [0.99, 1], [0, 1e-9]] LOOP
        s := ab_winsorize(v, cap[1], cap[2]);
        IF s::text::ab_summary::text IS DISTINCT FROM s::text THEN RETURN 'defect: winsorized changes: ' || s::text; END IF;
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
    IF s::text::ab_summary::text IS DISTINCT FROM s::text THEN RETURN 'defect: trimmed changes: ' || s::text; END IF;"""),
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
        ('ab_mannwhitney(ab_histogram, text, text, float8, text, text, boolean)', 'ab_mannwhitney(v, control => labels[1], treatment => labels[2])'),
        ('ab_kolmogorov_smirnov(ab_histogram, text, text, float8, text, text)', 'ab_kolmogorov_smirnov(v, control => labels[1], treatment => labels[2])'),
        ('ab_wilcoxon(ab_histogram, float8, text, text, text, boolean, text)', 'ab_wilcoxon(v)'),
        ('ab_sign_test(ab_histogram, float8, text, text)', 'ab_sign_test(v)')))


def make_probe(server):
    server.run(PROBE.replace('{optional}', ''.join(code for function, code in OPTIONAL if server.value('SELECT to_regprocedure(%s) IS NOT NULL', (function,)))))


def small_states(server, rng, form):
    """(kind, state) short enough to mutate by the thousand."""
    server.run('DROP TABLE IF EXISTS small; CREATE TEMP TABLE small (kind text, h ab_histogram)')
    for _ in range(12):
        x = rng.choice([rng.normal(size=5), rng.integers(0, 3, 5).astype(float), 10 ** rng.uniform(-300, 300, 5)][int(rng.integers(3))], 9)
        server.run("INSERT INTO small SELECT 'random', ab_histogram(x, 'v' || i %% 3) FROM unnest(%s) WITH ORDINALITY t(x, i)", (x.tolist(),))
    server.run("""
        INSERT INTO small SELECT 'named', ab_histogram(x, v, 'b') FROM (VALUES (1::float8, 'a'), (-3, 'a'), (0, 'a'), ('NaN', 'b'), (5e-324, 'é')) t(x, v);
        INSERT INTO small VALUES ('empty', '{"version": 1, "bits": 52, "arms": []}')""")
    return server.rows('SELECT kind, %s FROM small' % form)


def section_hostile_text(server, checks):
    rng = np.random.default_rng(SEED + 3)
    make_probe(server)
    # fewer bits than so few values take
    for bits, arms in ((3, [[-1.9, -1, 0, 0.25, 8.5], [2.3e-310, 1.7976931348623157e308]]), (0, [[-5e-324, 5e-324, 3, 1e300]]), (51, [[0.1, 0.7]]), (51, [])):
        text = json.dumps({'version': 1, 'bits': bits, 'arms': [
            {'variant': 'v%d' % i, 'nonfinite': i, 'control': i > 0, 'min': x[0], 'max': x[-1], 'values': cut(np.array(x), bits).tolist(),
             'counts': [7 ** (3 * k) for k in range(len(x))]} for i, x in enumerate(arms)]})
        state = server.sqlstates(["SELECT '%s'::ab_histogram" % text])[0]
        checks.check(state == '22P02', text, state, '22P02')
    check_texts(server, checks, 'ab_histogram', hostile_texts(rng, small_states(server, rng, 'h::text')))


def section_hostile_binary(server, checks):
    rng = np.random.default_rng(SEED + 4)
    make_probe(server)
    check_bytes(server, checks, 'ab_histogram', hostile_bytes(rng, small_states(server, rng, 'ab_histogram_send(h)')))


# ---------------------------------------------------------------- plans

def same_everywhere(server, checks, name, sql, reference, settings, node=None):
    """The query gives the reference's rows under those settings, by that plan."""
    server.run('BEGIN')
    for setting in settings:
        server.run('SET LOCAL ' + setting)
    plan = '\n'.join(row[0] for row in server.rows('EXPLAIN (COSTS OFF) ' + sql))
    got = server.rows(sql)
    server.run('ROLLBACK')
    if node:
        checks.check(node in plan, name, plan, node)
    checks.check(sorted(map(str, got)) == sorted(map(str, reference)), name, 'other bytes in %d of %d' % (
        len(set(map(str, got)) ^ set(map(str, reference))), len(reference)), 'those of the usual plan')


def section_plans(server, checks):
    """Parallel workers, hashing with little memory, grouping sets, filters, DISTINCT, window frames, cursors."""
    serial = ('max_parallel_workers_per_gather = 0',)
    parallel = ('max_parallel_workers_per_gather = 3', 'min_parallel_table_scan_size = 0', 'parallel_setup_cost = 0', 'parallel_tuple_cost = 0')
    spill = ("work_mem = '64kB'", 'enable_sort = off', 'hash_mem_multiplier = 1') + serial
    force = ('force_parallel_mode' if server.connection.server_version < 160000 else 'debug_parallel_query') + ' = regress'
    # the catalog is a table that parallel workers may read, unlike a temporary one
    value = 'sin(attrelid::int * 1.7 + attnum * g) * exp(attnum % 5)'
    source = "pg_attribute, generate_series(1, 40) g WHERE attrelid < 16384"
    states = 'SELECT md5(ab_histogram_send(h)) FROM (%s) t'
    both = states % ('SELECT ab_histogram(%s, attlen::text) AS h FROM %s' % (value, source))
    groups = 'SELECT k, md5(ab_histogram_send(h)) FROM (SELECT attnum AS k, ab_histogram(%s, attlen::text) AS h FROM %s GROUP BY attnum) t' % (value, source)
    rolled = states % ('SELECT ab_rollup(h) AS h FROM (SELECT ab_histogram(%s, attlen::text) AS h FROM %s GROUP BY attrelid) u' % (value, source))
    reference, by_group = server.rows(both), server.rows(groups)
    assert server.value('SELECT NOT is_exact FROM (SELECT ab_histogram(%s, attlen::text) AS h FROM %s) t, ab_arms(h) LIMIT 1' % (value, source))
    for off_too in ((), ('parallel_leader_participation = off',), ('enable_hashagg = off',), ('enable_sort = off',)):
        same_everywhere(server, checks, 'parallel', both, reference, parallel + off_too, 'Partial Aggregate')
        same_everywhere(server, checks, 'parallel groups', groups, by_group, parallel + off_too, 'Finalize')
        same_everywhere(server, checks, 'roll-up of parallel groups', rolled, reference, parallel + off_too)
    for settings in (serial, serial + ('enable_hashagg = off',), spill, (force,), (force,) + parallel):
        same_everywhere(server, checks, ('plan', settings), both, reference, settings)
        same_everywhere(server, checks, ('groups', settings), groups, by_group, settings)
        same_everywhere(server, checks, ('rolled', settings), rolled, reference, settings)

    rng = np.random.default_rng(SEED + 5)
    x = np.round(rng.lognormal(2, 1, 6000), 2)
    load(server, 'log', ['a', 'b', 'c'], rng.integers(3, size=len(x)), x, rng.integers(400, size=len(x)))
    server.run(FOLDING)
    server.run('CREATE TEMP VIEW rows AS SELECT chunk, x, v FROM log JOIN log_arm USING (arm)')
    per = 'SELECT chunk, md5(ab_histogram_send(ab_histogram(x, v))) FROM rows GROUP BY chunk'
    per_chunk = server.rows(per)
    same_everywhere(server, checks, 'hashing with little memory', per, per_chunk, spill, 'HashAggregate')
    same_everywhere(server, checks, 'sorting', per, per_chunk, ('enable_hashagg = off',), 'GroupAggregate')
    sets = 'SELECT %s AS k, %s AS v, md5(ab_histogram_send(ab_histogram(x, v))) FROM rows GROUP BY '
    union = server.rows(' UNION ALL '.join((sets % ('chunk / 60', 'NULL') + 'chunk / 60', sets % ('NULL::int', 'v') + 'v',
                                            sets % ('NULL::int', 'NULL') + '()')))
    for settings in (serial, ('enable_hashagg = off',), spill):
        same_everywhere(server, checks, ('grouping sets', settings), sets % ('chunk / 60', 'v') + 'GROUPING SETS ((chunk / 60), (v), ())', union, settings)
    for name, left, right in (
            ('FILTER', 'ab_histogram(x, v) FILTER (WHERE x > 5 AND v <> $$c$$) FROM rows', "ab_histogram(x, v) FROM rows WHERE x > 5 AND v <> 'c'"),
            ('DISTINCT', 'ab_histogram(DISTINCT x, v) FROM rows', 'ab_histogram(x, v) FROM (SELECT DISTINCT x, v FROM rows) t'),
            ('ORDER BY', 'ab_histogram(x, v ORDER BY x DESC, v) FROM rows', 'ab_histogram(x, v) FROM rows'),
            ('two at once', 'ab_rollup(h) FROM (SELECT ab_histogram(x, v) AS h FROM rows UNION ALL SELECT ab_histogram(x, v) FROM rows) t',
             'ab_histogram(x, v) FROM (TABLE rows UNION ALL TABLE rows) t(c, x, v)'),
            ('paired', 'ab_paired_histogram(x, 2 * x + 1) FROM rows', "ab_histogram(((2 * x + 1)::text::numeric - x::text::numeric)::float8, 'pairs') FROM rows")):
        a, b = (server.value('SELECT ab_histogram_send(h) FROM (SELECT %s) t(h)' % q) for q in (left, right))
        checks.check(bytes(a) == bytes(b), name, 'other bytes', 'those of: ' + right)
    check_windows(server, checks)
    check_cursors(server, checks)


def check_windows(server, checks):
    """Frames that grow, slide and restart: each frame is the aggregate of its rows."""
    server.run("DROP TABLE IF EXISTS seq; CREATE TEMP TABLE seq AS SELECT g AS i, (g * 7919 % 101) / 8.0 AS x, 'v' || g % 2 AS v, g % 3 AS p FROM generate_series(1, 150) g;"
               "DROP TABLE IF EXISTS states; CREATE TEMP TABLE states AS SELECT i, p, ab_histogram(x, v) AS h FROM seq GROUP BY i, p")
    for frame, where in (('ORDER BY i', 'j.i <= w.i'), ('ORDER BY i ROWS BETWEEN 5 PRECEDING AND 3 FOLLOWING', 'j.i BETWEEN w.i - 5 AND w.i + 3'),
                         ('PARTITION BY p ORDER BY i', 'j.p = w.p AND j.i <= w.i'), ('PARTITION BY p', 'j.p = w.p'),
                         ('ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW', 'j.i < w.i')):
        for call, source, plain in (('ab_histogram(x, v)', 'seq', 'ab_histogram(j.x, j.v)'), ('ab_rollup(h)', 'states', 'ab_rollup(j.h)'),
                                    ('pg_temp.only_combine(h)', 'states', 'ab_rollup(j.h)')):
            wrong = server.value('SELECT count(*) FILTER (WHERE ab_histogram_send(w.s) IS DISTINCT FROM ab_histogram_send((SELECT %s FROM %s j WHERE %s))) FROM '
                                 '(SELECT *, %s OVER (%s) AS s FROM %s) w' % (plain, source, where, call, frame, source))
            checks.check(wrong == 0, (frame, call), '%s frames differ' % wrong, 0)


def check_cursors(server, checks):
    """A state that is read between rows, by two portals at once, and after an error inside the aggregate."""
    server.run("BEGIN; DECLARE one CURSOR FOR SELECT i, ab_histogram_send(ab_histogram(x, v) OVER (ORDER BY i)) FROM seq;"
               "DECLARE two CURSOR FOR SELECT i, ab_histogram_send(ab_histogram(x, v) OVER (ORDER BY i)) FROM seq")
    first, second = [], []
    for _ in range(150):
        first += server.rows('FETCH one')
        second += server.rows('FETCH two')
    checks.check([(i, bytes(s)) for i, s in first] == [(i, bytes(s)) for i, s in second], 'two cursors', 'different', 'the same')
    server.run('SAVEPOINT s')
    try:
        server.run("SELECT ab_histogram(x, 'v' || i, CASE WHEN i > 100 THEN 'x' ELSE 'v1' END) FROM seq")
        checks.fail('two controls', 'no error', '22023')
    except psycopg2.Error as error:
        checks.check(error.pgcode == '22023', 'two controls', error.pgcode, '22023')
    server.run('ROLLBACK TO s; ROLLBACK')


# ---------------------------------------------------------------- interruptions

def resident(pid):
    """Megabytes of a backend on this machine that are its own, None where they cannot be seen."""
    try:
        with open('/proc/%d/smaps_rollup' % pid) as lines:
            return sum(int(line.split()[1]) for line in lines if line.startswith('Private_')) // 1024
    except OSError:
        return None


def section_interrupted(server, checks):
    """Timeouts and cancels at random moments leave a backend that works and grows no more."""
    pid = server.value('SELECT pg_backend_pid()')
    rng = np.random.default_rng(SEED + 6)
    server.run("""DROP TABLE IF EXISTS parts; CREATE TEMP TABLE parts AS SELECT g % 20 AS i, ab_histogram(sin(g) * exp(g % 40), 'v' || g % 3) AS h
        FROM generate_series(1, 600000) g GROUP BY 1""")
    heavy = ('SELECT ab_histogram(sqrt(g), (g % 3)::text) FROM generate_series(1, 3000000) g',
             'SELECT ab_rollup(h) FROM parts, generate_series(1, 40)', 'SELECT h::text::ab_histogram FROM parts',
             'SELECT sum(n) FROM (SELECT ab_rollup(h) OVER (ORDER BY i) AS r FROM parts) t, ab_arms(r)')
    stopped, sizes = 0, []
    for k in range(60):
        server.run('SET statement_timeout = %d' % int(rng.integers(1, 250)))
        try:
            server.run(heavy[k % len(heavy)])
        except psycopg2.Error as error:
            checks.check(error.pgcode == '57014', heavy[k % len(heavy)], error.pgcode, '57014')
            stopped += 1
        if k >= 20:
            sizes.append(resident(pid))
    for k in range(8):
        server.run("SET statement_timeout = '120s'")
        timer = threading.Timer(float(rng.uniform(0.01, 0.3)), server.connection.cancel)
        timer.start()
        try:
            server.run(heavy[k % len(heavy)])
        except psycopg2.Error as error:
            checks.check(error.pgcode == '57014', heavy[k % len(heavy)], error.pgcode, '57014')
            stopped += 1
        timer.join()
    checks.check(stopped > 20, 'interruptions', stopped, 'more than 20')
    checks.check(server.value('SELECT pg_backend_pid()') == pid, 'same backend', 'another', pid)
    left = server.value("SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'ab_histogram'")
    checks.check(left == 0, 'memory contexts left', left, 0)
    if sizes and sizes[0] is not None:
        print('  the backend has %d to %d MB of its own' % (min(sizes), max(sizes)))
    whole = server.value('SELECT bool_and(ab_histogram_send(h) = ab_histogram_send(h::text::ab_histogram)) FROM parts')
    checks.check(whole, 'the stored states afterwards', whole, True)


SECTIONS = [
    ('canonical', section_canonical),
    ('cells', section_cells),
    ('limits', section_limits),
    ('exact', section_exact),
    ('bucketed', section_bucketed),             # uses the table of canonical
    ('forms', section_forms),                   # likewise
    ('plans', section_plans),
    ('interrupted', section_interrupted),
    ('hostile_text', section_hostile_text),
    ('hostile_binary', section_hostile_binary),
]


if __name__ == '__main__':
    sys.exit(run_sections('oracle_histogram', SECTIONS))
