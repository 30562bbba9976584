"""A model of the stored histogram, written from the rule alone, and data to try it on.

The rule: of all values alike the largest number of significand bits b <= 52 with which the distinct values over
all arms are at most 65536 and the cells of all arms together at most 4194304; magnitudes are cut towards zero.
The model counts in decimals of the significand (frexp, floor), not in bits of the representation.
"""
import functools
import io
import math

import numpy as np

MAX_VALUES, MAX_CELLS, MAX_ARMS, EXACT_BITS = 65536, 4194304, 512, 52
SEED = 20240310
EMPTY = '{"version": 1, "bits": 52, "unassigned": 0, "arms": []}'


# ---------------------------------------------------------------- the model

def cut(x, bits):
    """Values with that many significand bits behind the leading one, towards zero."""
    significand, exponent = np.frexp(np.abs(x))
    return np.copysign(np.ldexp(np.floor(np.ldexp(significand, bits + 1)), exponent - bits - 1), x) + 0.0


def fits(arms, bits):
    cells = [np.unique(cut(values, bits)) for values in arms]
    distinct_values = len(np.unique(np.concatenate(cells))) if cells else 0
    return distinct_values <= MAX_VALUES and sum(map(len, cells)) <= MAX_CELLS


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
        found.append({'variant': label, 'nonfinite': len(data.get(label, ())) - len(x), 'missing': [0, 0, 0],
                      'control': label == control,
                      'min': float(x.min()) + 0.0 if len(x) else 0.0, 'max': float(x.max()) + 0.0 if len(x) else 0.0,
                      'values': values.tolist(), 'counts': counts.tolist()})
    return {'version': 1, 'bits': bits, 'unassigned': 0, 'arms': found}


# ---------------------------------------------------------------- data

ODD_LABELS = ['', ' ', '"', '\\', '\\n', '\t', '\x01', '{"a":1}', 'ключ', '用户😀', 'x' * 1024, 'a', 'aa', 'b', 'Z', 'é',
              'NULL', '\uffff', '\U00010000']


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
    yield 'zeros', {'a': np.array([-0.0] * 5 + [0.0] * 3), 'b': np.array([-0.0]),
                    'c': np.array([5e-324, -5e-324, -0.0])}, None
    yield 'not finite', {'a': np.array([1, math.nan, inf, -inf, -1.5, -math.nan]), 'b': np.array([math.nan]),
                         'c': np.array([-inf] * 3)}, 'z'
    yield 'extremes', {'a': np.array([1.7976931348623157e308, -1.7976931348623157e308, 5e-324, 2.2250738585072014e-308,
                                      2.225073858507201e-308, 1.0, np.nextafter(1, 0), np.nextafter(1, 2)])}, None
    yield 'odd labels', {label: rng.normal(size=int(rng.integers(1, 9))) for label in ODD_LABELS}, '用户😀'
    yield '512 arms', split(rng, rng.normal(size=6000).round(2), ['v%d' % i for i in range(MAX_ARMS)]), 'v0'
    yield '65536 distinct', split(rng, np.tile(distinct(MAX_VALUES), 2), ab), None
    yield '65537 distinct', split(rng, distinct(MAX_VALUES + 1), ab), None
    yield '65537 with zero and both signs', {'a': np.concatenate([distinct(MAX_VALUES // 2), -distinct(MAX_VALUES // 2),
                                                                  [0.0]])}, None
    yield '65537 shared by arms', {'a': distinct(MAX_VALUES), 'b': np.append(distinct(MAX_VALUES)[::3], [0.3])}, None
    yield 'one ulp too many', {'a': np.append(np.arange(1, MAX_VALUES + 1.0), np.nextafter(3, 4))}, None
    yield 'normal', split(rng, rng.normal(size=80000), ab), None
    yield 'normal, many arms', split(rng, rng.normal(size=100000), ['v%d' % i for i in range(300)]), 'v7'
    yield '16 octaves', split(rng, octaves(rng, 100000, 16, False), ab), None
    yield '16 octaves, both signs', split(rng, np.append(octaves(rng, 120000, 16, True), 0.0), ab), None
    yield 'heavy tails', split(rng, rng.standard_cauchy(90000) ** 3, ab), None
    yield 'lognormal', split(rng, rng.lognormal(5, 2, 90000), ab + ['c']), 'control'
    yield '1e-300 to 1e300', split(rng, 10 ** rng.uniform(-300, 300, 80000) * rng.choice([-1, 1], 80000), ab), None
    yield 'all exponents', split(rng, np.ldexp(1 + rng.random(80000), rng.integers(-1073, 1023, 80000))
                                 * rng.choice([-1, 1], 80000), ab), None
    yield 'subnormals', split(rng, subnormals(rng, 80000), ab), None
    yield 'small subnormals', split(rng, subnormals(rng, 3000) * 2.0 ** -40, ab), None
    yield 'around the first normal', split(rng, 2.2250738585072014e-308 * (0.5 + rng.random(90000)), ab), None
    yield 'whole numbers', split(rng, np.floor(rng.random(80000) * 60000), ab), None
    yield 'milliseconds', split(rng, np.floor(rng.lognormal(6, 2.5, 90000)), ab), None
    yield 'two clusters of ulps', {'a': 1 + np.arange(40000) * 2.0 ** -52,
                                   'b': -1e10 - np.arange(40000) * 2.0 ** -19}, None


# ---------------------------------------------------------------- in the server

def load(server, table, name_of_arm, arm, x, chunk):
    """A temporary table by binary COPY, which is quick."""
    rows = np.empty(len(x), dtype=[('n', '>i2'), ('l1', '>i4'), ('arm', '>i4'), ('l2', '>i4'), ('chunk', '>i4'),
                                   ('l3', '>i4'), ('x', '>f8')])
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
    load(server, 'log', labels, arm[turn], x[turn],
         np.minimum(rng.geometric(rng.choice([0.1, 0.5, 1 / chunks]), len(x)), chunks))
    return len(x)


def one_pass(control):
    return 'ab_histogram(x, v%s)' % ('' if control is None else ", '%s'" % control)


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
DROP AGGREGATE IF EXISTS pg_temp.no_final(float8, text), pg_temp.only_combine(ab_histogram),
    pg_temp.from_empty(float8, text);
CREATE AGGREGATE pg_temp.no_final(float8, text) (SFUNC = ab_histogram_accum, STYPE = ab_histogram,
    COMBINEFUNC = ab_histogram_combine, PARALLEL = SAFE);
CREATE AGGREGATE pg_temp.only_combine(ab_histogram) (SFUNC = ab_histogram_combine, STYPE = ab_histogram);
CREATE AGGREGATE pg_temp.from_empty(float8, text) (SFUNC = ab_histogram_accum, STYPE = ab_histogram,
    FINALFUNC = ab_histogram_final,
    INITCOND = '{"version": 1, "bits": 52, "unassigned": 0, "arms": []}');
"""


def store_datasets(server, rng):
    """Each data set in the table log in turn, and its histogram in the table stored."""
    server.run('DROP TABLE IF EXISTS stored; CREATE TEMP TABLE stored (id serial, name text, h ab_histogram)')
    for name, data, control in datasets():
        rows = load_data(server, rng, data)
        server.run('INSERT INTO stored (name, h) SELECT %%s, %s FROM log JOIN log_arm USING (arm)' % one_pass(control),
                   (name,))
        yield name, data, control, rows
