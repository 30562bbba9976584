#!/usr/bin/python3
"""The first command: every layout of a file that people have, made up here and
small, against SciPy and statsmodels; every refusal; the pages that show the
command; and the command from end to end.

    tools/demo_test.py [SECTION]...

Connects by PGHOST, PGPORT, PGUSER and PGDATABASE.  The sections pages and
command run ./demo.sh, which builds for the server of PG_CONFIG."""

import bz2
import gzip
import io
import json
import lzma
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import test_proportions_2indep

REPO = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PYTHON = sys.executable		# which reads the files
TOLERANCE = 1e-9

passed = failed = 0


def check(name, good, got=''):
    global passed, failed
    if good:
        passed += 1
        print(f'ok      {name}', flush=True)
    else:
        failed += 1
        print(f'not ok  {name}\n        got: {got}', flush=True)


#
# What every file below says, in its own way
#

generator = np.random.default_rng(12)
SIZES = {'base': 41, 'tuned': 33}
ROWS = [{'id': f'u{i}', 'variant': arm,
         'score': round(float(generator.normal(3.2 if arm == 'base' else 3.6, 0.8)), 2),
         'passed': bool(generator.random() < (0.55 if arm == 'base' else 0.75)),
         'words': int(generator.integers(900, 15000)),
         'cost': round(float(generator.gamma(2, 900 if arm == 'base' else 700)), 2),
         'share': int(generator.integers(40, 99))}
        for i, arm in enumerate(generator.permutation([arm for arm, n in SIZES.items() for _ in range(n)]).tolist())]
METRICS = ('score', 'passed', 'words', 'cost', 'share')


def values(name, arm, rows=None):
    return [float(row[name]) for row in rows or ROWS if row['variant'] == arm and row[name] is not None]


def welch(control, treatment):
    return (np.mean(control), np.mean(treatment), stats.ttest_ind(treatment, control, equal_var=False).pvalue)


def score(control, treatment):
    return (np.mean(control), np.mean(treatment), test_proportions_2indep(
        sum(treatment), len(treatment), sum(control), len(control), method='score', compare='diff').pvalue)


def paired(control, treatment):
    return np.mean(control), np.mean(treatment), stats.ttest_rel(treatment, control).pvalue


def ratio(control, treatment):
    """Of sums over rows (numerator, denominator), by the delta method."""
    rates, variances, sizes = [], [], []
    for rows in (control, treatment):
        over, under = np.array(rows, float).T
        rates.append(over.sum() / under.sum())
        variances.append(np.var((over - rates[-1] * under) / under.mean(), ddof=1) / len(rows))
        sizes.append(len(rows))
    a, b = variances
    df = (a + b) ** 2 / (a ** 2 / (sizes[0] - 1) + b ** 2 / (sizes[1] - 1))
    return *rates, 2 * stats.t.sf(abs(rates[1] - rates[0]) / (a + b) ** 0.5, df)


def answers(rows=None, metrics=METRICS, arms=('base', 'tuned')):
    return {name: (score if name == 'passed' else welch)(*(values(name, arm, rows) for arm in arms))
            for name in metrics}


#
# Ways to write it
#


def table(separator=',', rows=None, header=None, end='\n', **how):
    """The rows as separated values; how has a function of a row for each cell that is special."""
    columns = ['id', 'variant', *METRICS]
    how = {'passed': lambda row: str(row['passed']), **how}
    lines = [separator.join(header or columns)]
    for row in rows or ROWS:
        lines.append(separator.join(how[name](row) if name in how else str(row[name]) for name in columns))
    return end.join(lines) + end


def comma(name):
    return lambda row: str(row[name]).replace('.', ',')


def german(name):
    return lambda row: f'{row[name]:,}'.replace(',', '_').replace('.', ',').replace('_', '.')


def word(yes, no):
    return lambda row: yes if row['passed'] else no


def prefixed(text, prefix):
    """A first column in front: prefix has a function of the line's number."""
    return ''.join(f'{prefix(i)},{line}\n' for i, line in enumerate(text.splitlines()))


def objects(rows=None):
    return [{'variant': row['variant'], 'id': row['id'], 'score': row['score'], 'words': row['words'],
             'scores': {'cost': row['cost'], 'share': row['share']}, 'passed': row['passed']} for row in rows or ROWS]


NESTED = {'cost': 'scores.cost', 'share': 'scores.share'}


def zipped(data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as archive:
        archive.writestr('inside.csv', data)
    return out.getvalue()


def write(folder, name, content):
    path = os.path.join(folder, name)
    with open(path, 'wb') as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return path


#
# Running it
#


def read(folder, *arguments):
    """Exit status, what was said, the path of the script."""
    script = os.path.join(folder, 'script.sql')
    run = subprocess.run([PYTHON, '-B', f'{REPO}/demo/from_file.py', script, *arguments], cwd=folder,
                         capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr, script


def scorecard(script):
    """The rows that PostgreSQL has for the script."""
    run = subprocess.run(['psql', '-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-f', script, '-c',
                          "SELECT to_jsonb(scorecard) FROM scorecard WHERE role <> 'sample ratio'"],
                         capture_output=True, text=True)
    if run.returncode != 0:
        raise RuntimeError(run.stderr)
    return [json.loads(line) for line in run.stdout.splitlines()]


def near(got, wanted):
    return got is not None and abs(got - wanted) <= TOLERANCE * abs(wanted)


def answered(name, folder, arguments, wanted, says='', renamed=None, treatment=None):
    """One check: the file gives these metrics, these values and p-values, and says this."""
    status, said, script = read(folder, *arguments)
    if status != 0:
        check(name, False, said)
        return
    try:
        rows = {row['metric']: row for row in scorecard(script) if treatment in (None, row['treatment'])}
    except RuntimeError as error:
        check(name, False, error)
        return
    wanted = {(renamed or {}).get(metric, metric): answer for metric, answer in wanted.items()}
    got = {metric: (row['control_value'], row['treatment_value'], row['p_value']) for metric, row in rows.items()}
    good = set(got) == set(wanted) and all(near(x, y) for metric in got for x, y in zip(got[metric], wanted[metric]))
    check(name, good and re.search(says, ' '.join(said.split())) is not None, f'{got}\n        wanted: {wanted}\n{said}')


FILE = ['--variant', 'variant', '--control', 'base']


def long_files():
    """(name, file name, content, what is said, further arguments)"""
    excel = table(';', end='\r\n', score=comma('score'), cost=german('cost'))
    noted = [f'{row["id"]},{row["variant"]},"said ""{i}"", then\nleft, é",{row["score"]},{row["passed"]},{row["words"]},'
             f'{row["cost"]},{row["share"]}' for i, row in enumerate(ROWS)]
    with_notes = '\n'.join(['id,variant,note,' + ','.join(METRICS), *noted]) + '\n'
    r_rows = [f'"{i}" "{row["id"]}" "{row["variant"]}" {row["score"]} {str(row["passed"]).upper()} {row["words"]} '
              f'{row["cost"]} {row["share"]}' for i, row in enumerate(ROWS, start=1)]
    r_table = '\n'.join([' '.join(f'"{name}"' for name in ['id', 'variant', *METRICS]), *r_rows]) + '\n'
    records = objects()
    return [
        ('commas', 'a.csv', table(), 'separated by commas'),
        ('semicolons', 'a.csv', table(';'), 'separated by semicolons'),
        ('tabs', 'a.tsv', table('\t'), 'separated by tabs'),
        ('bars', 'a.txt', table('|'), 'separated by bars'),
        ('another separator', 'a.txt', table('~'), '--delimiter', '--delimiter', '~'),
        ('pandas: an index without a name', 'a.csv', prefixed(table(), lambda i: str(i - 1) if i else ''),
         r'not used: column 1 \(counts the lines\)'),
        ('pandas: the same with a mark', 'a.csv', '\ufeff' + prefixed(table(), lambda i: str(i - 1) if i else ''),
         r'not used: column 1 \(counts the lines\)'),
        ('pandas: an index read again', 'a.csv', prefixed(table(), lambda i: str(i - 1) if i else 'Unnamed: 0'),
         r'not used: Unnamed: 0 \(counts the lines\)'),
        ('pandas: an index after shuffling', 'a.csv', prefixed(table(), lambda i: str(i * 7 % 80) if i else ''),
         r'not used: column 1 \(counts the lines\)'),
        ('a column that counts the lines', 'a.csv', prefixed(table(), lambda i: str(i) if i else 'n'),
         r'not used: n \(counts the lines\)'),
        ('Excel: semicolons, decimal commas, a mark', 'a.csv', '\ufeff' + excel,
         r'score \(decimal commas\).*cost \(decimal commas\)'),
        ('Excel: says its separator', 'a.csv', 'sep=;\r\n' + excel, 'as its first line says'),
        ('Excel: Unicode text', 'a.txt', table('\t', end='\r\n').encode('utf-16'), 'in UTF-16'),
        ('UTF-16 without a mark', 'a.txt', table('\t').encode('utf-16-be'), 'in UTF-16'),
        ('UTF-32', 'a.txt', table('\t').encode('utf-32'), 'in UTF-32'),
        ('Latin-1', 'a.csv', with_notes.encode('latin-1'), r'Windows-1252.*(\n.*)*text: "said'),
        ('an encoding that is named', 'a.csv', with_notes.encode('cp500'), '', '--encoding', 'cp500'),
        ('line breaks and quotation marks inside', 'a.csv', with_notes, ''),
        ('quotation marks behind a backslash', 'a.csv', with_notes.replace('""', '\\"'), r'escaped by \\'),
        ('old Macintosh lines', 'a.csv', table(end='\r'), ''),
        ('blank lines', 'a.csv', table().replace('\n', '\n\n,,,,,,\n  \n'), ''),
        ('surplus separators', 'a.csv', table(end=',,\n').replace('share,,', 'share'), ''),
        ('a backslash and a point', 'a.csv', with_notes.replace('then\n', '\\.\n\\.\n'), ''),
        ('a header with line breaks', 'a.csv', table(header=['id', '"variant\n"', *METRICS]), ''),
        ('names without a name and twice', 'a.csv', '\n'.join(
            line + (',,id' if i == 0 else f',x{i},1') for i, line in enumerate(table().splitlines())) + '\n',
         r'column 8 has no name, column 9 is id_2, as its name is taken(.*\n)*.*id_2 \(always "1"\)'),
        ('yes and no', 'a.csv', table(passed=word('yes', 'No')), r'passed \(yes or no\)'),
        ('pass and fail', 'a.csv', table(passed=word('Pass', 'FAIL')), r'passed \(yes or no\)'),
        ('1 and 0', 'a.csv', table(passed=word('1', '0')), r'passed \(yes or no\)'),
        ('true and false', 'a.csv', table(passed=word('TRUE', 'false')), r'passed \(yes or no\)'),
        ('dollars, thousands', 'a.csv', table(cost=lambda row: f'"${row["cost"]:,.2f}"'), r'cost \(in \$\)'),
        ('euros behind the number', 'a.csv', table(';', cost=lambda row: german('cost')(row) + ' €'), r'in €, decimal commas'),
        ('thousands by spaces', 'a.csv', table(words=lambda row: f'{row["words"]:,}'.replace(',', '\u202f')), ''),
        ('thousands by commas, said to be', 'a.csv', table(words=lambda row: f'"{row["words"]:,}"'), '', '--decimal', '.'),
        ('with exponents', 'a.csv', table(cost=lambda row: f'{row["cost"]:.6e}'), ''),
        ('JSON Lines', 'a.jsonl', '\n'.join(map(json.dumps, records)), 'JSON'),
        ('JSON array', 'a.json', json.dumps(records), 'JSON'),
        ('JSON array, a value a line', 'a.json', json.dumps(records, indent=1), 'JSON'),
        ('JSON array in an object', 'a.json', json.dumps({'name': 'run', 'config': {}, 'results': records}), 'JSON'),
        ('JSON Lines with a mark in UTF-16', 'a.jsonl', '\n'.join(map(json.dumps, records)).encode('utf-16'), 'JSON'),
        ('JSON of pandas, split', 'a.json', json.dumps({
            'columns': ['variant', *METRICS], 'index': list(range(len(ROWS))),
            'data': [[row[name] for name in ('variant', *METRICS)] for row in ROWS]}), 'JSON'),
        ('JSON of pandas, by columns', 'a.json', json.dumps({
            name: {str(i): row[name] for i, row in enumerate(ROWS)} for name in ('variant', *METRICS)}), 'JSON'),
        ('JSON of pandas, by rows', 'a.json', json.dumps({str(i): row for i, row in enumerate(ROWS)}), 'JSON'),
        ('R: write.table', 'a.txt', r_table, 'separated by spaces'),
        ('packed by gzip', 'a.csv.gz', gzip.compress(table().encode()), 'packed by gzip'),
        ('packed by bzip2', 'a.csv.bz2', bz2.compress(table().encode()), 'packed by bzip2'),
        ('packed by xz', 'a.csv.xz', lzma.compress(table().encode()), 'packed by xz'),
        ('packed by zip', 'a.zip', zipped(table()), 'packed by zip'),
    ]


def section_long(folder):
    for name, file, content, says, *arguments in long_files():
        path = write(folder, file, content)
        nested = NESTED if 'JSON' in name and 'pandas' not in name else None
        answered(name, folder, [path, *FILE, *arguments], answers(), says, nested)

    percents = [{**row, 'share': row['share'] / 100} for row in ROWS]
    for name, cell in (('percent', '{}%'), ('percent with a space', '{} %')):
        path = write(folder, 'a.csv', table(share=lambda row, cell=cell: cell.format(row['share'])))
        answered(name, folder, [path, *FILE], answers(percents), '71% as 0.71')
    negative = [{**row, 'cost': row['cost'] - 1500} for row in ROWS]
    path = write(folder, 'a.csv', table(rows=negative, cost=lambda row: f'(${-row["cost"]:.2f})' if row['cost'] < 0 else
                                        f'${row["cost"]:.2f}'))
    answered('negative amounts in parentheses', folder, [path, *FILE], answers(
        [{**row, 'cost': float(f'{row["cost"]:.2f}')} for row in negative]))

    names = ['ctid', 'a "b"', "x'); --", 'n' * 70, 'Prix en €']
    path = write(folder, 'a.csv', table(header=['id', 'variant', *('"' + n.replace('"', '""') + '"' for n in names)]))
    answered('names that PostgreSQL would not take', folder, [path, *FILE], answers(), 'ctid', dict(zip(METRICS, names)))
    path = write(folder, 'a.csv', table().replace('base', "O'Brien; DROP TABLE x").replace('tuned', '用户 "1"'))
    answered('variants with quotation marks', folder, [path.replace('', ''), '--variant', 'variant', '--control',
                                                     "O'Brien; DROP TABLE x"], answers())
    path = write(folder, 'a.csv', table().replace('base', '0').replace('tuned', '1').replace('variant', 'arm'))
    answered('variants 0 and 1', folder, [path, '--variant', 'arm', '--control', '0'], answers())
    path = write(folder, 'a.csv', table().replace('base', '0.0').replace('tuned', '1.0'))
    answered('variants 0.0 and 1.0', folder, [path, '--variant=variant', '--control=0'], answers())
    path = write(folder, 'a.csv', table().replace('base', 'none'))
    answered('a variant called none', folder, [path, '--variant', 'variant', '--control', 'none'], answers())
    path = write(folder, 'a.csv', table().replace('base', 'control'))
    answered('variant and control by their names', folder, [path], answers())


def section_choice(folder):
    path = write(folder, 'a.csv', table())
    answered('--outcome', folder, [path, *FILE, '--outcome', 'cost'], answers(metrics=['cost']))
    status, said, script = read(folder, path, *FILE, '--outcome', 'cost,score', '--lower', 'cost', '--higher=score')
    check('--higher and --lower', status == 0 and all(words in open(script).read() for words in (
        '"cost": {"direction": "lower", "role": "primary", "column": "cost"}', '"score": {"direction": "higher"')), said)
    answered('--outcome, twice', folder, [path, *FILE, '--outcome', 'cost,passed', '--outcome=words'],
             answers(metrics=['cost', 'passed', 'words']))
    answered('--outcome in other letters', folder, [path, '--variant', 'Variant', '--control', 'BASE', '--outcome', 'COST'],
             answers(metrics=['cost']))
    answered('--outcome of two columns', folder, [path, *FILE, '--outcome', 'cost/words'],
             {'cost/words': ratio(*([(row['cost'], row['words']) for row in ROWS if row['variant'] == arm]
                                    for arm in SIZES))})
    write(folder, 'metrics.json', json.dumps({'price': {'column': 'cost', 'test': 'student', 'role': 'primary',
                                                        'direction': 'lower'}}))
    answered('--metrics', folder, [path, *FILE, '--metrics', f'{folder}/metrics.json'], {
        'price': (np.mean(values('cost', 'base')), np.mean(values('cost', 'tuned')),
                  stats.ttest_ind(values('cost', 'tuned'), values('cost', 'base')).pvalue)})
    answered('--treatment first', folder, [path, '--variant', 'variant', '--control', 'tuned', '--treatment', 'base'],
             answers(arms=('tuned', 'base')))

    third = ROWS + [{**row, 'variant': 'third', 'score': row['score'] + 1} for row in ROWS[:20]]
    path = write(folder, 'a.csv', table(rows=third))
    answered('three variants, one of them', folder, [path, *FILE, '--treatment', 'tuned'], answers(),
             'not compared: 20 of third')
    answered('three variants, all of them', folder, [path, *FILE], answers(third, arms=('base', 'third')),
             treatment='third')

    words = ['NA', 'N/A', 'NULL', 'None', 'nan', '', '#N/A', 'n/d']
    gaps = [{**row, 'score': None if i % 5 == 0 and row['variant'] == 'tuned' else row['score']} for i, row in enumerate(ROWS)]
    count = iter(range(100))
    path = write(folder, 'a.csv', table(rows=gaps, score=lambda row: str(row['score']) if row['score'] is not None else
                                        words[next(count) % len(words)]))
    missing = sum(row['score'] is None for row in gaps)
    answered('missing values', folder, [path, *FILE, '--missing', 'n/d'], answers(gaps),
             f'missing: score base 0, tuned {missing}( |$)')
    odd = ROWS + [{**ROWS[0], 'cost': cost, 'variant': arm} for cost, arm in
                  ((1e999, 'base'), (-1e999, 'tuned'), (1e-320, 'tuned'), (12345678901234567890, 'base'))]
    path = write(folder, 'a.csv', table(rows=odd, cost=lambda row: '1e999' if row['cost'] == 1e999 else str(row['cost'])))
    finite = [row for row in odd if abs(row['cost']) < 1e999]
    answered('numbers that no double holds', folder, [path, *FILE, '--outcome', 'cost'], answers(finite, ['cost']))
    records = [json.dumps({'variant': row['variant'] + '\0\ud800', 'score': row['score']}) for row in ROWS]
    path = write(folder, 'a.jsonl', '\n'.join(records))
    answered('characters that no text holds', folder, [path, '--variant', 'variant', '--control', 'base\ufffd\ufffd\ufffd\ufffd'],
             answers(metrics=['score']))
    path = write(folder, 'a.csv', table(rows=ROWS + [{**ROWS[0], 'variant': ''}, {**ROWS[0], 'variant': 'NA'}]))
    answered('rows without a variant', folder, [path, *FILE], answers(), '2 without a variant')


def section_layouts(folder):
    for arm in SIZES:
        write(folder, f'{arm}.csv', table(rows=[row for row in ROWS if row['variant'] == arm]).replace('variant', 'kind'))
    files = [f'{folder}/base.csv', f'{folder}/tuned.csv']
    answered('a file per arm', folder, files, answers(), r'base \(control\) 41, tuned 33')
    answered('a file per arm, the control second', folder, [files[1], files[0], '--control', 'base'], answers())
    for arm in SIZES:
        os.makedirs(f'{folder}/{arm}', exist_ok=True)
        write(folder, f'{arm}/results.jsonl',
              '\n'.join(json.dumps(record) for record in objects([row for row in ROWS if row['variant'] == arm])))
    answered('a folder per arm', folder, [f'{folder}/base/results.jsonl', f'{folder}/tuned/results.jsonl'], answers(),
             renamed=NESTED)
    half = len(ROWS) // 2
    write(folder, 'one.csv', table(rows=ROWS[:half]))
    write(folder, 'two.csv', table(';', rows=ROWS[half:]))
    answered('two files with a column of variants', folder, [f'{folder}/one.csv', f'{folder}/two.csv', *FILE], answers())

    prompts = [(i, float(np.round(a, 3)), float(np.round(a + b, 3))) for i, (a, b) in enumerate(
        zip(generator.normal(5, 2, 35), generator.normal(0.3, 1, 35)))]
    base, tuned = [p[1] for p in prompts], [p[2] for p in prompts]
    wide = write(folder, 'wide.csv', 'prompt_id,base,tuned\n' + ''.join(f'{i},{a},{b}\n' for i, a, b in prompts))
    arms = ['--control', 'base', '--treatment', 'tuned']
    answered('a column per arm', folder, [wide, *arms], {'value': paired(base, tuned)}, 'lines are taken as pairs')
    answered('a column per arm, its name', folder, [wide, *arms, '--outcome', 'rating'], {'rating': paired(base, tuned)})
    answered('a column per arm, pairs', folder, [wide, *arms, '--pair', 'prompt_id'], {'value': paired(base, tuned)})
    answered('a column per arm, no pairs', folder, [wide, *arms, '--pair', 'none'], {'value': welch(base, tuned)})
    short = write(folder, 'short.csv', 'base;tuned\n' + ''.join(
        f'{a};{b if i < 30 else ""}\n'.replace('.', ',') for i, a, b in prompts))
    answered('two lists side by side', folder, [short, *arms, '--pair', 'none'], {'value': welch(base, tuned[:30])})
    several = write(folder, 'several.csv', 'prompt,score_base,score_tuned,tuned.cost,base.cost\n' + ''.join(
        f'{i},{a},{b},{b * 2:.3f},{a * a:.3f}\n' for i, a, b in prompts))
    answered('columns per arm and metric', folder, [several, *arms], {
        'score': paired(base, tuned),
        'cost': paired([float(f'{a * a:.3f}') for a in base], [float(f'{b * 2:.3f}') for b in tuned])})
    answered('columns per arm, one metric', folder, [several, *arms, '--outcome', 'score'], {'score': paired(base, tuned)})

    pairs = write(folder, 'pairs.csv', 'prompt_id,model,score\n' + ''.join(
        f'{i},{arm},{value}\n' for place, arm in ((1, 'base'), (2, 'tuned')) for i, value in
        ((p[0], p[place]) for p in prompts)))
    model = ['--variant', 'model', '--control', 'base']
    answered('pairs', folder, [pairs, *model, '--pair', 'prompt_id'], {'score': paired(base, tuned)})
    answered('pairs, not said to be', folder, [pairs, *model], {'score': welch(base, tuned)}, '--pair prompt_id')

    days = [(arm, day, int(generator.integers(80, 120)), int(generator.integers(900, 1100)))
            for arm in ('control', 'experiment') for day in range(1, 15)]
    daily = 'day,arm,clicks,pageviews\n' + ''.join(f'2025-03-{day:02},{arm},{c},{v}\n' for arm, day, c, v in days)
    rates = {'clicks/pageviews': ratio(*([(c, v) for arm, _, c, v in days if arm == name]
                                         for name in ('control', 'experiment')))}
    path = write(folder, 'daily.csv', daily)
    answered('daily totals', folder, [path, '--variant', 'arm', '--outcome', 'clicks/pageviews'], rates)
    status, said, _ = read(folder, path, '--variant', 'arm')
    check('daily totals are noticed', status == 0 and '--outcome clicks/pageviews' in said, said)

    events = [(row['variant'], f'user{int(generator.integers(0, 12))}{row["variant"]}', row['score']) for row in ROWS * 3]
    path = write(folder, 'events.csv', 'variant,user_id,score\n' + ''.join(','.join(map(str, e)) + '\n' for e in events))
    per_user = {arm: [(sum(s for v, u, s in events if u == user), sum(u == user for v, u, s in events))
                      for user in sorted({u for v, u, s in events if v == arm})] for arm in SIZES}
    answered('--unit', folder, [path, *FILE, '--unit', 'user_id'], {'score': ratio(per_user['base'], per_user['tuned'])})
    status, said, _ = read(folder, path, *FILE)
    check('rows of one user are noticed', status == 0 and '--unit user_id' in said, said)

    path = write(folder, 'a.csv', table())
    status, said, script = read(folder, path, *FILE, '--split', 'base=60,tuned=40', '--slice', 'words')
    check('--split and --slice are handed on', status == 0 and '{"base": 0.6, "tuned": 0.4}' in open(script).read(), said)


def refusals():
    """(name, content, arguments, what is said)"""
    def plain(value):
        return f'variant,y\nbase,1\nbase,2\ntuned,{value}\ntuned,4\n'
    return [
        ('1,200', 'variant,y\nbase,"1,200"\ntuned,"1,300"\n', FILE,
         r'a\.csv, line 2, column y: "1,200" could be 1\.2 or 1200: --decimal \. or --decimal , says which'),
        ('1.200 beside semicolons', 'variant;y\nbase;1.200\ntuned;1.300\n', FILE, r'1\.2 or 1200: --decimal'),
        ('another decimal sign', 'variant;y\nbase;1.25\ntuned;1,5\n', FILE, 'line 3, column y: "1,5" and "1.25" in line 2'),
        ('--decimal that does not fit', 'variant;y\nbase;1.25\ntuned;1.5\n', [*FILE, '--decimal', ','],
         'line 2, column y: "1.25" is no number with --decimal ,'),
        ('a word', plain('n/d'), FILE, 'line 4, column y: "n/d" is no number: mend it, or --missing n/d'),
        ('a word, behind a line break', 'variant,w,y\nbase,"x\ny",1\nbase,,1;000\nbase,,2\ntuned,,3\n', FILE,
         'line 4, column y: "1;000" is no number'),
        ('a word in an outcome of words', 'variant,y\nbase,good\ntuned,bad\n', [*FILE, '--outcome', 'y'],
         'line 2, column y: "good" is no number, and most of the column is none'),
        ('a percentage among shares', 'variant,y\nbase,71%\ntuned,0.78\n', FILE, 'line 3, column y: "0.78" has no percent sign'),
        ('two currencies', 'variant,y\nbase,$5\ntuned,€6\n', FILE, r'line 3, column y: "€6" has another unit than "\$5" in line 2'),
        ('a short row', 'variant,y\nbase,1\nbase\ntuned,3\n', FILE, 'line 3: 1 cell under 2 names'),
        ('a long row', 'variant,y\nbase,1\nbase,1,5\ntuned,3\n', FILE, 'line 3: 3 cells under 2 names'),
        ('a quotation mark that stays open', 'variant,y\nbase,1\nbase,"2\ntuned,3\n', FILE, 'line 3: a field in quotation marks is not closed'),
        ('no header', 'base,1\nbase,2\ntuned,3\n', FILE, 'there is no column "variant"'),
        ('a header of numbers', '0,1.5\n1,2.5\n', FILE, 'the first line has numbers'),
        ('nothing', '', FILE, 'is empty'),
        ('a header only', 'variant,y\n', FILE, 'there are names of columns and no rows'),
        ('no such column', plain(3), ['--variant', 'varient', '--control', 'base'],
         'there is no column "varient".*did you mean "variant".*The columns are: variant, y'),
        ('no such outcome', plain(3), [*FILE, '--outcome', 'z'], r'there is no column "z" \(--outcome\)'),
        ('no such control', plain(3), ['--variant', 'variant', '--control', 'x'],
         r'no row has the variant "x" \(--control\)\. The variants are: base, tuned'),
        ('no such treatment', plain(3), [*FILE, '--treatment', 'x'], r'\(--treatment\)\. The variants are: base, tuned'),
        ('no --variant', 'model,y\nbase,1\n', ['--control', 'base'], '--variant says which column'),
        ('no --control', plain(3), ['--variant', 'variant'], '--control says which variant to compare against: base, tuned'),
        ('one variant', 'variant,y\nbase,1\nbase,2\n', FILE, 'there is nothing to compare it with'),
        ('no metric', 'variant,name\nbase,x\ntuned,y\n', FILE, r'no column has numbers or yes and no.*name \(text: "x" in line 2\)'),
        ('an empty outcome', 'variant,y,z\nbase,1,\ntuned,2,\n', [*FILE, '--outcome', 'z'], 'the column "z" is empty'),
        ('the wrong column of variants', 'variant,y\n' + ''.join(f'u{i},{i}\n' for i in range(300)),
         ['--variant', 'variant', '--control', 'u0'], 'has more than 200 values: --variant names'),
        ('--higher of no column', plain(3), [*FILE, '--higher', 'z'], r'there is no column "z" \(--higher\)'),
        ('--higher and --lower', plain(3), [*FILE, '--higher', 'y', '--lower', 'y'], 'better both --higher and --lower'),
        ('--alpha', plain(3), [*FILE, '--alpha', '5'], '--alpha 5 is not a significance level'),
        ('--delimiter', plain(3), [*FILE, '--delimiter', 'ab'], '--delimiter ab is not one character'),
        ('--encoding', plain(3), [*FILE, '--encoding', 'klingon'], 'there is no encoding klingon'),
        ('an encoding that is another', 'variant,y\nbasé,1\n'.encode('latin-1'), [*FILE, '--encoding', 'utf-8'],
         'line 2: this is not utf-8: --encoding says'),
        ('--split', plain(3), [*FILE, '--split', '50'], '--split 50 is not like 50/50 or base=50,tuned=50'),
        ('--html', plain(3), [*FILE, '--html', '/nonexistent/x.html'], 'there is no folder /nonexistent'),
        ('--unit and --pair', 'variant,y,u,p\nbase,1,1,1\ntuned,2,2,2\n', [*FILE, '--unit', 'u', '--pair', 'p'], 'exclude each other'),
        ('a unit that is in both variants', 'variant,y,u\n' + 'base,1,1\ntuned,2,1\n' * 3 + 'base,3,2\ntuned,4,2\n',
         [*FILE, '--unit', 'u'], '2 of 2 values of "u" have rows of several variants.*--pair u compares'),
        ('lists of unequal length', 'base,tuned\n1,2\n2,3\n,4\n', ['--control', 'base', '--treatment', 'tuned'],
         '"base" ends 1 line before the others: --pair none'),
        ('a title above the names', 'Results of March\n\nvariant,y\nbase,1\ntuned,2\n', FILE,
         'If a title stands above their names, delete it'),
        ('a title above two names', 'Results\n\na,b\n1,2\n', ['--variant', 'results', '--control', '1'],
         'line 3: 2 cells under 1 names.*if a title stands above the names of the columns, delete it'),
        ('objects without end', '{"a":' * 900 + '1' + '}' * 900, FILE, 'nested too deep|an object of objects|there is no column'),
        ('a name twice', '{"variant": "base", "y": 1}\n{"variant": "tuned", "y": 2, "y": 3}', FILE, 'line 2: "y" stands twice'),
        ('a name twice, one inside', '{"variant": "base", "y.z": 1, "y": {"z": 2}}', FILE, 'line 1: "y.z" stands twice'),
        ('half of an array', '[{"variant": "base", "y": 1},\n{"variant": "tuned", "y"', FILE, 'line 2: this is no JSON'),
        ('an array that is cut off', '[{"variant": "base", "y": 1},\n{"variant": "tuned", "y": 2}', FILE, 'the array is not closed'),
        ('JSON by columns', '{"variant": ["base", "tuned"], "y": [1, 2]}', FILE, "orient='records'"),
        ('a first column without a name or a separator', 'variant,y\nr1,base,1\nr2,tuned,2\n', FILE,
         'line 2: 3 cells under 2 names.*begin the first line with the separator'),
        ('JSON of numbers', '{"variant": "base", "y": 1}\n5\n', FILE, 'line 2: a record is an object'),
        ('a packed file that is cut off', gzip.compress(table().encode())[:200], FILE, 'cut off'),
        ('an Excel workbook', workbook('[Content_Types].xml'), FILE, 'Excel workbook: save the sheet as CSV'),
        ('an OpenDocument spreadsheet', workbook('content.xml'), FILE, 'OpenDocument spreadsheet: save the sheet as CSV'),
        ('a Parquet file', b'PAR1' + bytes(50), FILE, 'is a Parquet file(, and Python has no pyarrow to read it| that cannot be read)'),
        ('--where without a value', plain(3), [*FILE, '--where', 'y'], '--where y is not like COLUMN=VALUE'),
        ('--where of no column', plain(3), [*FILE, '--where', 'z=1'], r'there is no column "z" \(--where\)'),
        ('--where of no row', plain(3), [*FILE, '--where', 'y=7'], r'no row has y "7" \(--where\)\. Its values are: "1", "2", "3", "4"'),
        ('a web page', '<html><table>', FILE, 'HTML or XML'),
        ('zero bytes', b'variant,y\nbase,1\n' + bytes(5) + b'tuned,2\n' * 20, FILE, 'line 3: a zero byte'),
    ]


def workbook(part):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as archive:
        archive.writestr(part, 'x')
        archive.writestr('other.xml', 'x')
    return out.getvalue()


# What only the inside of the program knows.
INTERNAL = re.compile(r'Traceback|\bc\d\b|SELECT|ab_[a-z]+\(|Error:|script\.sql|\bNone\b(?!,)')


def section_refused(folder):
    for name, content, arguments, says in refusals():
        path = write(folder, 'a.csv', content)
        status, said, _ = read(folder, path, *arguments)
        check(f'refused: {name}', status == 2 and re.search(says, said.replace('\n', ' ')) and not INTERNAL.search(said) and
              len(said.splitlines()) == 1, f'{status}: {said}')
    status, said, _ = read(folder, f'{folder}/nothing.csv', *FILE)
    check('refused: no such file', status == 2 and 'there is no file' in said, said)
    status, said, _ = read(folder, folder, *FILE)
    check('refused: a folder', status == 2 and 'is a folder' in said, said)


#
# ./demo.sh itself
#


def run_demo(folder, *arguments, **environment):
    run = subprocess.run([f'{REPO}/demo.sh', *arguments], cwd=folder, capture_output=True, text=True,
                         stdin=subprocess.DEVNULL, env={**os.environ, **environment})
    return run.returncode, run.stdout, run.stderr


# What takes time is not part of what is shown.
STEP = re.compile(r'^\[\d/\d\] .*\n', re.MULTILINE)


def shown(said, folder):
    return re.sub('\n{3,}', '\n\n', STEP.sub('', said).replace(folder + '/', '').strip('\n'))


# Pages with SQL that pg_regress runs show what these commands say as ```output.
PAGES = ('your-own-file', 'exports', 'evaluations')
COMMANDS = ('./demo.sh ', 'psql ', 'examples/exports/make.py ')


def section_pages(folder):
    """The files, commands and answers that a page shows."""
    for page in PAGES:
        path = f'{REPO}/docs/howto/{page}.md'
        with open(path, encoding='utf-8') as file:
            blocks = re.findall(r'^```(\w+)(?: (\S+))?\n(.*?)^```$', file.read(), re.MULTILINE | re.DOTALL)
        said = None
        for kind, name, content in blocks:
            if kind == 'file':
                write(folder, name, content)
            elif kind == 'sh' and content.startswith(COMMANDS):
                command = content.replace('./demo.sh', f'{REPO}/demo.sh').replace('examples/', f'{REPO}/examples/')
                run = subprocess.run(['bash', '-c', command], cwd=folder, capture_output=True, text=True,
                                     stdin=subprocess.DEVNULL, env={**os.environ, 'PSQLRC': '/dev/null'})
                said = shown(run.stdout + run.stderr, folder)
                command = content.strip().splitlines()[0]
                if content.startswith('examples/'):
                    check(f'{page}: {command}', run.returncode == 0 and not said, said)
                    said = None
            elif kind in ('text', 'output') and said is not None:
                # An example that ends in ... leaves out what to decide.
                if content.endswith('\n...\n'):
                    said = '\n\n'.join(said.split('\n\n')[:-2] + ['...'])
                good = said == content.strip('\n')
                check(f'{page}: {command}', good, said)
                if not good and FILL:
                    fill_page(path, kind, content, said)
                said = None


def fill_page(path, kind, old, said):
    with open(path, encoding='utf-8') as page:
        text = page.read()
    with open(path, 'w', encoding='utf-8') as page:
        page.write(text.replace(f'```{kind}\n{old}```', f'```{kind}\n{said}\n```', 1))


def cells(said, metric):
    """The cells of a row of the table."""
    found = re.search(rf'^ *{re.escape(metric)} *\|.*$', said, re.MULTILINE)
    return [cell.strip() for cell in found[0].split('|')] if found else []


def section_command(folder):
    status, said, errors = run_demo(folder)
    check('the case study', status == 0, said + errors)
    for arm, dialogs in (('control', 6200), ('treatment', 1550)):
        check(f'the case study: the dialogs of {arm}',
              re.search(rf'^ {arm} +\| +{dialogs} \| 2025-03-03 \| 2025-03-16$', said, re.MULTILINE), said)
    for metric, *wanted in [('50 / 50', '1179', '1179'),
                            ('task completion', r'71\.3%', r'78\.9%', r'\+10\.7%'), ('CSAT, 1 to 5', r'3\.8\d*', r'4\.1\d*', r'\+7\.\d%'),
                            ('escalation', r'28\.7%', r'21\.1%', r'-26\.\d%'), ('average turns', r'3\.2\d*', r'2\.9\d*', r'-9\.\d%'),
                            ('latency P95 (s)', r'2\.1\d*', r'2\.3\d*', r'\+9\.\d%')]:
        row = cells(said, metric)
        check(f'the case study: {metric}', len(row) > len(wanted) and all(map(re.fullmatch, wanted, row[1:])), said)
    check('the case study: p of task completion', '1.75e-09' in cells(said, 'task completion'), said)
    check('the case study: whose test', 'Student' in said, said)
    report = f'{folder}/report.html'
    check('the case study: the report', os.path.exists(report) and f'{report}' in said and
          open(report, encoding='utf-8').read().lstrip().lower().startswith('<!doctype html'), said)

    path = write(folder, 'a.csv', table())
    started = time.monotonic()
    status, said, errors = run_demo(folder, 'a.csv', *FILE, '--html', "it's a report.html")
    seconds = time.monotonic() - started
    check('a file', status == 0 and 'building' not in said and cells(said, 'score')[1:3] != [], said + errors)
    check('a file: where its report is', os.path.exists(f"{folder}/it's a report.html"), said)
    check('a second run answers within 5 s (20 on a busy machine)', seconds < 20, f'{seconds:.1f} s')
    print(f'        it took {seconds:.1f} s')

    write(folder, 'gaps.csv', 'variant,y\n' + ''.join(
        f'{arm},{"" if i < gaps else i}\n' for arm, gaps in (('base', 1), ('tuned', 14)) for i in range(40)))
    status, said, errors = run_demo(folder, 'gaps.csv', *FILE)
    check('what is missing more often is said', status == 0 and re.search(
        r'y is missing in 1 of 40 rows of base\s+and in 14 of 40 of tuned, which is more than chance', said), said + errors)

    # Whoever is asked to read a file that it cannot read has built nothing.
    nothing = f'{folder}/nothing'
    write(folder, 'bad.csv', 'variant,y\nbase,1\nbase,2\ntuned,x\ntuned,3\n')
    status, said, errors = run_demo(folder, 'bad.csv', *FILE, AB_TEST_CACHE=nothing)
    check('a file that cannot be read builds nothing', status == 2 and 'line 4, column y' in errors and
          not os.path.exists(nothing) and '[' not in said, said + errors)
    write(folder, 'metrics.json', '{"score": {"statistc": "mean"}}')
    status, said, errors = run_demo(folder, path, *FILE, '--metrics', 'metrics.json')
    check('a mistake in the metrics', status == 1 and re.search(r'^ERROR: .*"statistc"', errors, re.MULTILINE) and
          'CONTEXT' not in errors, errors)

    status, usage, errors = run_demo(folder, '--help')
    with open(f'{REPO}/demo/from_file.py', encoding='utf-8') as source:
        code = source.read()
    known = set(re.findall(r"add_argument\('(--[a-z]+)'", code)) | {
        '--' + word for words in re.findall(r'for option in \(([^)]*)\):\n        parser', code)
        for word in re.findall(r"'(\w+)'", words)}
    told = set(re.findall(r'(?<=[ ,])--[a-z]+', usage[usage.index('What is compared'):]))
    check('--help tells every option', status == 0 and known == told and len(known) > 10, known ^ told)
    for wrong in (['--nonsense'], ['--variant', 'x'], ['/nonexistent.csv'], ['--html', '/nonexistent/x.html']):
        status, said, errors = run_demo(folder, *wrong)
        check(f'demo.sh {" ".join(wrong)}', status in (1, 2) and errors.startswith('demo.sh: '), errors)
    temporary = f'{folder}/temporary'
    os.mkdir(temporary)
    os.chmod(temporary, 0o755)
    run_demo(folder, path, *FILE, AB_TEST_TMP=temporary)
    check('nothing is left lying about', os.listdir(temporary) == [], os.listdir(temporary))


SECTIONS = {'long': section_long, 'choice': section_choice, 'layouts': section_layouts, 'refused': section_refused,
            'pages': section_pages, 'command': section_command}
FILL = '--fill' in sys.argv

if __name__ == '__main__':
    asked = [word for word in sys.argv[1:] if word != '--fill'] or list(SECTIONS)
    for name in asked:
        # The server's user has to be able to enter it.
        with tempfile.TemporaryDirectory(prefix='ab_test.', dir='/tmp') as place:
            os.chmod(place, 0o755)
            print(f'-- {name}', flush=True)
            SECTIONS[name](place)
    print(f'demo: {passed} passed, {failed} failed')
    sys.exit(failed != 0)
