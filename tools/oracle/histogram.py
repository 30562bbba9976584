#!/usr/bin/python3
"""ab_histogram: its canonical form against a model, byte by byte, however it was collected.

Every chunking, order, plan and way of calling must give the same bytes; the limits of size; timeouts and cancels
at random moments.
"""
import json
import math
import threading

import numpy as np
import psycopg2

from shared.checks import check_mistakes, run_sections, seeded
from shared.histograms import EMPTY, FOLDING, MAX_CELLS, MAX_VALUES, SEED, cut, load, model, one_pass, store_datasets


# ---------------------------------------------------------------- the canonical form

def parsed(text):
    """A text form whose values, each any one of its cell, are the ends of the cells."""
    value = json.loads(text)
    for arm in value['arms']:
        arm['values'] = cut(np.array(arm['values'], float), value['bits']).tolist()
    return value


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


def section_canonical(server, checks, rng):
    """The text of the one-pass aggregate is the model's; parts, orders and plans give its bytes."""
    largest = 0
    for name, data, control, rows in store_datasets(server, rng):
        want = model(data, control)
        if not largest:
            server.run(FOLDING)
        text, size = server.rows('SELECT h::text, pg_column_size((SELECT ab_rollup(h))) FROM stored WHERE name = %s '
                                 'GROUP BY h::text, id', (name,))[0]
        wrong = difference(parsed(text), want)
        checks.check(wrong is None, name, *(wrong or ('', '')))
        largest = max(largest, size)
        check_chunkings(server, checks, rng, name, control, rows)
        span = [x[np.isfinite(x) & (x != 0)] for x in data.values()]
        span = np.abs(np.concatenate(span)) if span else np.array([])
        if len(span) and math.log2(span.max()) - math.log2(span.min()) <= 16:
            checks.check(want['bits'] >= 10, name, want['bits'], 'at least 10 bits')
    print('  largest state of up to %d distinct values: %d bytes' % (MAX_VALUES, largest))


def check_chunkings(server, checks, rng, name, control, rows):
    rows_of = 'FROM log JOIN log_arm USING (arm)'
    server.run('DROP TABLE IF EXISTS part; CREATE TEMP TABLE part AS SELECT chunk, random() AS turn, %s AS h %s '
               'GROUP BY chunk' % (one_pass(control), rows_of))
    # what adds nothing, and an arm without rows where there is one such arm already
    server.run("INSERT INTO part VALUES (-1, 0.5, NULL), (-2, 0.1, '%s'), (-3, 0.9, NULL)" % EMPTY)
    if control is not None:
        empty = {'variant': control, 'nonfinite': 0, 'missing': [0, 0, 0], 'control': True, 'min': 0, 'max': 0, 'values': [],
                 'counts': []}
        server.cursor.execute('INSERT INTO part VALUES (-4, 0.7, %s)', (json.dumps(
            {'version': 1, 'bits': 52, 'unassigned': 0, 'arms': [empty]}),))
    server.run('ANALYZE part')
    ways = {'parts': 'SELECT ab_rollup(h) FROM part',
            'parts, shuffled': 'SELECT ab_rollup(h ORDER BY turn) FROM part',
            'parts, one arm at a time': 'SELECT ab_rollup(h) FROM (SELECT %s AS h %s GROUP BY arm) t'
            % (one_pass(control), rows_of),
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
        same = server.rows('SELECT md5(ab_histogram_send(h)) = (SELECT md5(ab_histogram_send(h)) FROM stored '
                           'WHERE name = %%s), h::text FROM (%s) t(h)'
                           % sql if rows < 3000 else
                           'SELECT md5(ab_histogram_send(h)) = (SELECT md5(ab_histogram_send(h)) FROM stored '
                           'WHERE name = %%s), NULL FROM (%s) t(h)' % sql,
                           (name,))[0]
        checks.check(same[0], (name, way), str(same[1])[:300], 'the bytes of one pass')


def section_cells(server, checks):
    """The limit of all cells, which takes many arms; an arm without cells counts for none."""
    # 64 arms of 65535 values, and an arm of 64, of which two share 51 bits: the limit
    server.run("""DROP TABLE IF EXISTS wide, narrow; CREATE TEMP TABLE wide AS
        SELECT ab_rollup(h) AS h FROM (SELECT ab_histogram(g, 'a0') AS h FROM generate_series(1, 65535) g) s,
            generate_series(1, 1);
        CREATE TEMP TABLE narrow AS SELECT ab_histogram(g, 'z') AS h FROM generate_series(1, 63) g;
        INSERT INTO narrow SELECT ab_histogram(1 + 2.0 ^ -52, 'z');
        UPDATE wide SET h = (SELECT ab_rollup(replace(h::text, 'a0', 'a' || a)::ab_histogram)
            FROM generate_series(1, 64) a)""")
    limit = 'SELECT h FROM wide UNION ALL SELECT h FROM narrow'
    one_more, without = "SELECT ab_histogram(64, 'z')", "SELECT ab_histogram('NaN', 'y')"
    for name, parts, want in (
            ('as many as may be', (limit,), (52, MAX_CELLS)),
            ('one more', (limit, one_more), (51, MAX_CELLS)),
            ('after an arm without cells', (without, limit, one_more), (51, MAX_CELLS)),
            ('before an arm without cells',
             ('SELECT ab_rollup(h) FROM (%s UNION ALL %s) t(h)' % (limit, one_more), without), (51, MAX_CELLS))):
        got = server.rows('SELECT min(significand_bits), sum(distinct_values), max(pg_column_size(h)) '
                          'FROM (SELECT ab_rollup(h) AS h FROM (%s) t(h)) s, ab_arms(h)'
                          % ' UNION ALL '.join(parts))[0]
        checks.check(got[:2] == want, name, got[:2], want)
    print('  largest state of all: %d bytes' % got[2])
    server.run('DROP TABLE wide, narrow')


def section_limits(server, checks):
    mistakes = [("SELECT ab_histogram(g, 'v' || g) FROM generate_series(1, 512) g", '00000'),
                ("SELECT ab_histogram(g, 'v' || g) FROM generate_series(1, 513) g", '54000'),
                ("SELECT ab_histogram(g, 'v' || g, 'z') FROM generate_series(1, 512) g", '54000'),
                ("SELECT ab_rollup(h) FROM (SELECT ab_histogram(1.0, 'v' || g) h FROM generate_series(1, 513) g "
                 "GROUP BY g % 7) t", '54000'),
                ("SELECT ab_histogram(1, repeat('x', 1024))", '00000'),
                ("SELECT ab_histogram(1, repeat('x', 1025))", '54000'),
                ("SELECT ab_histogram(1, repeat('é', 513))", '54000'),
                ("SELECT ab_histogram(1, 'a', repeat('x', 1025))", '54000'),
                ("SELECT ab_histogram(1, v, v) FROM unnest('{a,b}'::text[]) v", '22023'),
                ("SELECT ab_rollup(h) FROM (SELECT ab_histogram(1, 'c', v) h FROM unnest('{a,b}'::text[]) v "
                 "GROUP BY v) t", '22023')]
    h = "ab_histogram(g, 'v' || g) FROM generate_series(1, 2) g"
    mistakes += [('SELECT %s FROM (SELECT %s) t(h)' % (call, h), state) for call, state in (
        ("ab_quantile(h, 'v1', %s)" % "'NaN'", '22023'), ("ab_quantile(h, 'v1', -1e-300)", '22023'),
        ("ab_quantile(h, 'v1', 1.0000000000000002)", '22023'),
        ("ab_quantile(h, 'v3', 0.5)", '22023'), ("ab_quantile(h, 'v1', 95)", '22023'),
        ("ab_quantiles(h, 'v1', '{0.1,NaN}')", '22023'),
        ("ab_quantiles(h, 'v1', '{}')", '00000'), ("ab_quantiles(h, 'v1', '{{0,1},{NULL,0.5}}')", '00000'),
        ("ab_quantiles(h, 'v1', NULL)", '00000'),
        ('ab_winsorize(h, 0.5, 0.5)', '22023'), ('ab_winsorize(h, 0.6, 0.5)', '22023'),
        ("ab_winsorize(h, 'NaN', 0.5)", '22023'),
        ("ab_winsorize(h, 0, 'Infinity')", '22023'), ('ab_winsorize(h, 0, 1)', '00000'),
        ('ab_winsorize(h, NULL)', '00000'),
        ("ab_winsorize('%s')" % EMPTY, '00000'), ("ab_quantile('%s', 'a', 0.5)" % EMPTY, '00000'),
        ("ab_summary('%s'::ab_histogram)" % EMPTY, '00000'))]
    # the number of observations has a limit
    full = ('{"version": 1, "bits": 52, "unassigned": 0, "arms": [{"variant": "a", "nonfinite": %d, '
            '"missing": [0, 0, 0], "control": false, "min": 1, "max": 1, "values": [1], "counts": [%d]}]}')
    mistakes += [("SELECT ab_rollup(h::ab_histogram) FROM unnest(ARRAY['%s', '%s']) h" % (full % (a, b), full % (c, d)),
                  state) for a, b, c, d, state in (
        (0, 2 ** 53 - 1, 0, 1, '00000'), (0, 2 ** 53, 0, 1, '22003'), (2 ** 53, 1, 1, 1, '22003'),
        (2 ** 53 - 1, 1, 1, 1, '00000'))]
    mistakes += [("SELECT ab_histogram_accum('%s', %s, 'a')::text" % (full % (2 ** 53, 2 ** 53), x), '22003')
                 for x in ("'NaN'", '0', '1')]
    check_mistakes(server, checks, mistakes)


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


def section_plans(server, checks, rng):
    """Parallel workers, hashing with little memory, grouping sets, filters, DISTINCT, window frames, cursors."""
    serial = ('max_parallel_workers_per_gather = 0',)
    parallel = ('max_parallel_workers_per_gather = 3', 'min_parallel_table_scan_size = 0', 'parallel_setup_cost = 0',
                'parallel_tuple_cost = 0')
    spill = ("work_mem = '64kB'", 'enable_sort = off', 'hash_mem_multiplier = 1') + serial
    force = ('force_parallel_mode' if server.connection.server_version < 160000
             else 'debug_parallel_query') + ' = regress'
    # the catalog is a table that parallel workers may read, unlike a temporary one
    value = 'sin(attrelid::int * 1.7 + attnum * g) * exp(attnum % 5)'
    source = "pg_attribute, generate_series(1, 40) g WHERE attrelid < 16384"
    states = 'SELECT md5(ab_histogram_send(h)) FROM (%s) t'
    both = states % ('SELECT ab_histogram(%s, attlen::text) AS h FROM %s' % (value, source))
    groups = ('SELECT k, md5(ab_histogram_send(h)) FROM (SELECT attnum AS k, ab_histogram(%s, attlen::text) AS h '
              'FROM %s GROUP BY attnum) t' % (value, source))
    rolled = states % ('SELECT ab_rollup(h) AS h FROM (SELECT ab_histogram(%s, attlen::text) AS h FROM %s '
                       'GROUP BY attrelid) u' % (value, source))
    reference, by_group = server.rows(both), server.rows(groups)
    assert server.value('SELECT NOT is_exact FROM (SELECT ab_histogram(%s, attlen::text) AS h '
                        'FROM %s) t, ab_arms(h) LIMIT 1' % (value, source))
    for off_too in ((), ('parallel_leader_participation = off',), ('enable_hashagg = off',), ('enable_sort = off',)):
        same_everywhere(server, checks, 'parallel', both, reference, parallel + off_too, 'Partial Aggregate')
        same_everywhere(server, checks, 'parallel groups', groups, by_group, parallel + off_too, 'Finalize')
        same_everywhere(server, checks, 'roll-up of parallel groups', rolled, reference, parallel + off_too)
    for settings in (serial, serial + ('enable_hashagg = off',), spill, (force,), (force,) + parallel):
        same_everywhere(server, checks, ('plan', settings), both, reference, settings)
        same_everywhere(server, checks, ('groups', settings), groups, by_group, settings)
        same_everywhere(server, checks, ('rolled', settings), rolled, reference, settings)

    x = np.round(rng.lognormal(2, 1, 6000), 2)
    load(server, 'log', ['a', 'b', 'c'], rng.integers(3, size=len(x)), x, rng.integers(400, size=len(x)))
    server.run(FOLDING)
    server.run('CREATE TEMP VIEW rows AS SELECT chunk, x, v FROM log JOIN log_arm USING (arm)')
    per = 'SELECT chunk, md5(ab_histogram_send(ab_histogram(x, v))) FROM rows GROUP BY chunk'
    per_chunk = server.rows(per)
    same_everywhere(server, checks, 'hashing with little memory', per, per_chunk, spill, 'HashAggregate')
    same_everywhere(server, checks, 'sorting', per, per_chunk, ('enable_hashagg = off',), 'GroupAggregate')
    sets = 'SELECT %s AS k, %s AS v, md5(ab_histogram_send(ab_histogram(x, v))) FROM rows GROUP BY '
    union = server.rows(' UNION ALL '.join((sets % ('chunk / 60', 'NULL') + 'chunk / 60',
                                            sets % ('NULL::int', 'v') + 'v',
                                            sets % ('NULL::int', 'NULL') + '()')))
    for settings in (serial, ('enable_hashagg = off',), spill):
        same_everywhere(server, checks, ('grouping sets', settings),
                        sets % ('chunk / 60', 'v') + 'GROUPING SETS ((chunk / 60), (v), ())', union, settings)
    for name, left, right in (
            ('FILTER', 'ab_histogram(x, v) FILTER (WHERE x > 5 AND v <> $$c$$) FROM rows',
             "ab_histogram(x, v) FROM rows WHERE x > 5 AND v <> 'c'"),
            ('DISTINCT', 'ab_histogram(DISTINCT x, v) FROM rows',
             'ab_histogram(x, v) FROM (SELECT DISTINCT x, v FROM rows) t'),
            ('ORDER BY', 'ab_histogram(x, v ORDER BY x DESC, v) FROM rows', 'ab_histogram(x, v) FROM rows'),
            ('two at once', 'ab_rollup(h) FROM (SELECT ab_histogram(x, v) AS h FROM rows UNION ALL '
                            'SELECT ab_histogram(x, v) FROM rows) t',
             'ab_histogram(x, v) FROM (TABLE rows UNION ALL TABLE rows) t(c, x, v)'),
            ('paired', 'ab_paired_histogram(x, 2 * x + 1) FROM rows',
             "ab_histogram(((2 * x + 1)::text::numeric - x::text::numeric)::float8, 'pairs') FROM rows")):
        a, b = (server.value('SELECT ab_histogram_send(h) FROM (SELECT %s) t(h)' % q) for q in (left, right))
        checks.check(bytes(a) == bytes(b), name, 'other bytes', 'those of: ' + right)
    check_windows(server, checks)
    check_cursors(server, checks)


def check_windows(server, checks):
    """Frames that grow, slide and restart: each frame is the aggregate of its rows."""
    server.run("DROP TABLE IF EXISTS seq; CREATE TEMP TABLE seq AS SELECT g AS i, (g * 7919 % 101) / 8.0 AS x, "
               "'v' || g % 2 AS v, g % 3 AS p FROM generate_series(1, 150) g;"
               "DROP TABLE IF EXISTS states; CREATE TEMP TABLE states AS SELECT i, p, ab_histogram(x, v) AS h FROM seq "
               "GROUP BY i, p")
    for frame, where in (('ORDER BY i', 'j.i <= w.i'),
                         ('ORDER BY i ROWS BETWEEN 5 PRECEDING AND 3 FOLLOWING', 'j.i BETWEEN w.i - 5 AND w.i + 3'),
                         ('PARTITION BY p ORDER BY i', 'j.p = w.p AND j.i <= w.i'), ('PARTITION BY p', 'j.p = w.p'),
                         ('ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW',
                          'j.i < w.i')):
        for call, source, plain in (('ab_histogram(x, v)', 'seq', 'ab_histogram(j.x, j.v)'),
                                    ('ab_rollup(h)', 'states', 'ab_rollup(j.h)'),
                                    ('pg_temp.only_combine(h)', 'states', 'ab_rollup(j.h)')):
            wrong = server.value('SELECT count(*) FILTER (WHERE ab_histogram_send(w.s) IS DISTINCT FROM '
                                 'ab_histogram_send((SELECT %s FROM %s j WHERE %s))) FROM '
                                 '(SELECT *, %s OVER (%s) AS s FROM %s) w'
                                 % (plain, source, where, call, frame, source))
            checks.check(wrong == 0, (frame, call), '%s frames differ' % wrong, 0)


def check_cursors(server, checks):
    """A state that is read between rows, by two portals at once, and after an error inside the aggregate."""
    server.run("BEGIN; DECLARE one CURSOR FOR SELECT i, ab_histogram_send(ab_histogram(x, v) OVER (ORDER BY i)) "
               "FROM seq;"
               "DECLARE two CURSOR FOR SELECT i, ab_histogram_send(ab_histogram(x, v) OVER (ORDER BY i)) FROM seq")
    first, second = [], []
    for _ in range(150):
        first += server.rows('FETCH one')
        second += server.rows('FETCH two')
    checks.check([(i, bytes(s)) for i, s in first] == [(i, bytes(s)) for i, s in second], 'two cursors', 'different',
                 'the same')
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


def section_interrupted(server, checks, rng):
    """Timeouts and cancels at random moments leave a backend that works and grows no more."""
    pid = server.value('SELECT pg_backend_pid()')
    server.run("""DROP TABLE IF EXISTS parts; CREATE TEMP TABLE parts AS
        SELECT g % 20 AS i, ab_histogram(sin(g) * exp(g % 40), 'v' || g % 3) AS h
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


if __name__ == '__main__':
    run_sections(__file__, [
        ('canonical', seeded(SEED + 7, section_canonical)), ('cells', section_cells), ('limits', section_limits),
        ('plans', seeded(SEED + 5, section_plans)), ('interrupted', seeded(SEED + 6, section_interrupted))])
