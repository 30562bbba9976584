"""Asks the same questions through every driver and compares what arrives.

    check.py DIRECTORY NAME=COMMAND...

Each COMMAND reads statements.tsv in DIRECTORY (name, SQL with $1, $2 ..., then
the bound values as type:value) and prints a line per cell: statement, row,
column, kind (null, number, boolean, text or anything else) and value.  What
should arrive comes from the server as JSON, through psql.  A NAME without a
COMMAND is skipped and counted.
"""
import json
import math
import subprocess
import sys
from pathlib import Path

# Rows that have every kind of column: a sure difference, nothing to compare, an odd name.
ROWS = ("SELECT CASE WHEN i %% 5 = 0 THEN 'treatment' ELSE 'control' END AS variant, i / 2 AS user_id, "
        "(i * 7919) %% 100 < CASE WHEN i %% 5 = 0 THEN 79 ELSE 71 END AS completed, "
        "((i * 104729) %% 1000)::float8 AS latency_ms, 3 AS constant FROM generate_series(1, 2000) AS i"
        ).replace('%%', '%')
QUOTED = "'" + ROWS.replace("'", "''") + "'"

# name, SQL, bound values
STATEMENTS = [
    ('one step', f'SELECT (ab_ttest(completed, variant)).* FROM ({ROWS}) AS q', []),
    ('one step by group',
     f'SELECT user_id % 3 AS third, (ab_ttest(latency_ms, variant)).* FROM ({ROWS}) AS q GROUP BY 1 ORDER BY 1', []),
    ('nothing to test', "SELECT (ab_ttest(1.0, 'control')).* FROM generate_series(1, 3)", []),
    ('as a window', f'SELECT DISTINCT user_id % 4 AS part, (ab_ttest(latency_ms, variant) OVER (ORDER BY user_id % 4)).* '
                    f'FROM ({ROWS}) AS q ORDER BY 1', []),
    ('named notation and bound values',
     f'SELECT r.* FROM (SELECT ab_summary(latency_ms, variant) AS s FROM ({ROWS}) AS q) AS q, '
     'ab_ttest(s, control => $1, alpha => $2, alternative => $3, equal_var => $4) AS r',
     [('text', 'control'), ('float8', '0.1'), ('text', 'greater'), ('boolean', 'false')]),
    ('assignment of a text id', 'SELECT ab_assign($1, $2, $3) AS variant, ab_bucket($4, $5) AS bucket',
     [('text', 'exp1'), ('text', 'user1'), ('float8', '0.2'), ('text', 'exp1'), ('text', 'user1')]),
    ('assignment of a numeric id', 'SELECT ab_assign($1, $2::bigint) AS variant', [('text', 'exp1'), ('bigint', '4711')]),
    ('sizing', 'SELECT ab_sample_size($1, $2) AS n', [('float8', '0.75'), ('float8', '0.05')]),
    ('quantiles', f'SELECT r.* FROM (SELECT ab_histogram(latency_ms, variant) AS h FROM ({ROWS}) AS q) AS q, '
                  'ab_quantile_test(h, $1) AS r', [('float8', '0.95')]),
    ('scorecard', f'SELECT * FROM ab_scorecard({QUOTED})', []),
    ('scorecard with bound values', 'SELECT * FROM ab_scorecard($1, unit => $2, control => $3, alpha => $4)',
     [('text', ROWS), ('text', 'user_id'), ('text', 'control'), ('float8', '0.01')]),
    ('verdict', f'SELECT ab_verdict(jsonb_agg(to_jsonb(r))) AS verdict FROM ab_scorecard({QUOTED}) AS r', []),
]

# What a driver does on its own, whoever made the column; docs/howto/drivers.md has them.
QUIRKS = {'node': {'bigint': 'text'}, 'odbc': {'boolean': 'text'}}


def literal(kind, value):
    return "'" + value.replace("'", "''") + "'::" + kind


def psql(sql):
    return subprocess.run(['psql', '-X', '-At', '-v', 'ON_ERROR_STOP=1', '-c', sql], check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def expected(sql, bound):
    """The rows in order, each a list of (column, SQL type, value)."""
    for place, (kind, value) in enumerate(bound, 1):
        sql = sql.replace(f'${place}', literal(kind, value))
    types = {}
    for line in describe(sql):
        name, kind = line.split('|')
        types[name] = kind
    rows = psql(f'SELECT row_to_json(q) FROM ({sql}) AS q').splitlines()
    return [[(name, types[name], value) for name, value in json.loads(row, object_pairs_hook=list)] for row in rows]


def describe(sql):
    return subprocess.run(['psql', '-X', '-At', '-v', 'ON_ERROR_STOP=1'], input=f'{sql} \\gdesc\n', check=True,
                          stdout=subprocess.PIPE, text=True).stdout.splitlines()


KINDS = {'text': 'text', 'bigint': 'number', 'integer': 'number', 'double precision': 'number', 'boolean': 'boolean'}


def mismatch(driver, wanted, got):
    """None, or what is wrong with a cell."""
    (_, sql_type, value), (kind, text) = wanted, got
    if sql_type not in KINDS:
        return f'the column has the type {sql_type}'
    if value is None:
        return None if kind == 'null' else f'{kind} {text} for NULL'
    kind_wanted = QUIRKS.get(driver, {}).get(sql_type, KINDS[sql_type])
    if kind != kind_wanted:
        return f'{kind} {text} where a {kind_wanted} belongs'
    if kind == 'number':
        number = float(text)
        if not math.isfinite(number) or not math.isclose(number, value, rel_tol=1e-15):
            return f'{text} for {value}'
    elif sql_type == 'boolean':
        if text.lower() not in (('true', '1') if value else ('false', '0')):
            return f'{text} for {value}'
    elif text != str(value):
        return f'{text} for {value}'
    return None


def unescape(text):
    return text.replace('\\n', '\n').replace('\\t', '\t').replace('\\r', '\r').replace('\\\\', '\\')


def main():
    directory = Path(sys.argv[1])
    (directory / 'statements.tsv').write_text(''.join(
        '\t'.join([name, sql] + [f'{kind}:{value}' for kind, value in bound]) + '\n'
        for name, sql, bound in STATEMENTS), encoding='utf-8')
    wanted = {name: expected(sql, bound) for name, sql, bound in STATEMENTS}
    passed = failed = skipped = 0
    for argument in sys.argv[2:]:
        driver, _, command = argument.partition('=')
        if not command:
            skipped += 1
            print(f'skip    {driver}: not to be had here')
            continue
        run = subprocess.run(command, shell=True, cwd=directory, capture_output=True, text=True)
        got = {}
        for line in run.stdout.splitlines():
            name, row, column, kind, value = line.split('\t')
            got.setdefault(name, {}).setdefault(int(row), []).append((column, kind, unescape(value)))
        for name, rows in wanted.items():
            faults = []
            if len(rows) != len(got.get(name, {})):
                faults.append(f'{len(got.get(name, {}))} rows instead of {len(rows)}')
            for row, cells in enumerate(rows):
                arrived = got.get(name, {}).get(row, [])
                if [cell[0] for cell in cells] != [cell[0] for cell in arrived]:
                    faults.append(f'row {row}: columns {[cell[0] for cell in arrived]}')
                    continue
                for cell, (column, kind, value) in zip(cells, arrived):
                    fault = mismatch(driver, cell, (kind, value))
                    if fault:
                        faults.append(f'row {row}, {column}: {fault}')
            if faults:
                failed += 1
                print(f'not ok  {driver}: {name}', *faults[:10], run.stderr[-2000:], sep='\n        ')
            else:
                passed += 1
                print(f'ok      {driver}: {name}')
    print(f'drivers: {passed} passed, {failed} failed' + (f', {skipped} skipped' if skipped else ''))
    return failed > 0


sys.exit(main())
