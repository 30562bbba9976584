#!/usr/bin/python3
"""Exports of tools for language models and results of evaluations: the files of
examples/exports/make.py and the SQL of docs/howto/exports.md and evaluations.md
against SciPy, which gets the raw values.

    tools/exports_test.py [SECTION]...

Connects by PGHOST, PGPORT, PGUSER and PGDATABASE.  Files of Parquet are written
and read by AB_TEST_PARQUET_PYTHON, a Python with pyarrow; without it they are
skipped."""

import os
import re
import subprocess
import sys
import tempfile

import psycopg2
from scipy import stats

import demo_test
from demo_test import REPO, answered, check, near, paired, ratio, read, welch

sys.path.insert(0, f'{REPO}/examples/exports')
import make  # noqa: E402

skipped = 0


def grouped(rows, key):
    result = {}
    for row in rows:
        result.setdefault(key(row), []).append(row)
    return result


def by_unit(rows, unit, variant, value):
    """Of each variant the pairs (sum, count) of its units: what --unit compares."""
    rows = [row for row in rows if value(row) is not None]
    return [[(sum(map(value, unit_rows)), len(unit_rows)) for unit_rows in grouped(arm_rows, unit).values()]
            for _, arm_rows in sorted(grouped(rows, variant).items())]


def of_pairs(rows, pair, variant, value, arms):
    """The means of each variant for each pair that both have."""
    means = {key: sum(map(value, same)) / len(same) for key, same in grouped(rows, lambda row: (pair(row), variant(row))).items()}
    both = [key for key in dict.fromkeys(key for key, _ in means) if all((key, arm) in means for arm in arms)]
    return [[means[key, arm] for key in both] for arm in arms]


def mcnemar(control, treatment):
    won = sum(t > c for c, t in zip(control, treatment))
    lost = sum(t < c for c, t in zip(control, treatment))
    return sum(control) / len(control), sum(treatment) / len(treatment), stats.binomtest(won, won + lost).pvalue


#
# ./demo.sh
#


def session_answers(names):
    """Of each metric, under the name of the export, the comparison by session."""
    values = {'thumb': lambda row: row['thumb'], 'cost': lambda row: row['cost'], 'ok': lambda row: int(not row['error']),
              'seconds': lambda row: row['seconds'], 'ms': lambda row: round(row['seconds'] * 1000),
              'call': lambda row: round(row['seconds'] * 0.8, 3)}
    rows = list(make.answers())
    return {name: ratio(*by_unit(rows, lambda row: row['session'], lambda row: row['variant'], values[value]))
            for name, value in names.items()}


def section_files(folder):
    global skipped
    make.main(folder)
    langsmith = ['--where', 'parent_run_id=', '--variant', 'extra.metadata.variant', '--control', 'v1', '--unit',
                 'extra.metadata.thread_id', '--outcome', 'feedback_stats.thumbs.avg,total_cost,status']
    langfuse = ['--where', 'type=GENERATION', '--variant', 'prompt_version', '--control', '1', '--unit', 'session_id',
                '--outcome', 'latency,total_cost']
    exports = (('langsmith', langsmith, {'feedback_stats.thumbs.avg': 'thumb', 'total_cost': 'cost', 'status': 'ok'}),
               ('observations', langfuse, {'latency': 'call', 'total_cost': 'cost'}))
    for ending, says in (('jsonl', 'JSON'), ('csv', 'guessed.*, objects inside: ')):
        for name, arguments, metrics in exports:
            answered(f'{name}.{ending}', folder, [f'{folder}/{name}.{ending}', *arguments], session_answers(metrics), says)
    python = os.environ.get('AB_TEST_PARQUET_PYTHON')
    if python is None:
        skipped += len(exports)
        print('skipped: Parquet, as AB_TEST_PARQUET_PYTHON names no Python with pyarrow')
    else:
        subprocess.run([python, f'{REPO}/examples/exports/make.py', folder], check=True)
        demo_test.PYTHON = python
        for name, arguments, metrics in exports:
            answered(f'{name}.parquet', folder, [f'{folder}/{name}.parquet', *arguments], session_answers(metrics),
                     f'{name}.parquet: 248 rows, Parquet')
        demo_test.PYTHON = sys.executable

    # Exports come in many files, of which some have no feedback at all.
    for ending in ('jsonl', 'csv'):
        with open(f'{folder}/langsmith.{ending}', encoding='utf-8') as file:
            head, *lines = ['', *file.readlines()] if ending == 'jsonl' else file.readlines()
        parts = {True: [], False: []}
        for line in lines:
            parts['thumbs' in line].append(line)
        paths = [demo_test.write(folder, f'part{number}.{ending}', head + ''.join(part)) for number, part in enumerate(parts.values())]
        for order in (paths, paths[::-1]):
            answered(f'langsmith.{ending} in two files', folder, [*order, *langsmith], session_answers(exports[0][2]))
    answered('weave.jsonl', folder, [
        f'{folder}/weave.jsonl', '--where', 'parent_id=', '--variant', 'attributes.variant', '--control', 'v1', '--unit',
        'attributes.session', '--outcome', 'summary.weave.latency_ms,summary.weave.status'],
        session_answers({'summary.weave.latency_ms': 'ms', 'summary.weave.status': 'ok'}))

    runs = [run for run in make.wandb_runs() if run['State'] == 'finished']
    answered('wandb_runs.csv', folder, [
        f'{folder}/wandb_runs.csv', '--where', 'State=Finished', '--variant', 'recipe', '--control', 'base', '--pair', 'seed',
        '--outcome', 'accuracy'], {'accuracy': paired(*of_pairs(
            runs, lambda run: run['seed'], lambda run: run['recipe'], lambda run: run['accuracy'], ('base', 'tuned')))})

    samples = [next(f'{folder}/{model}/{file}' for file in os.listdir(f'{folder}/{model}')) for model in ('base', 'tuned')]
    for name in ('strict-match', 'flexible-extract'):
        right = [[line['exact_match'] for line in make.lm_eval(model) if line['filter'] == name] for model in ('base', 'tuned')]
        answered(f'lm-eval, {name}', folder, [*samples, '--pair', 'doc_hash', '--where', f'filter={name}', '--outcome',
                                             'exact_match'], {'exact_match': mcnemar(*right)}, r'base \(control\) 50, tuned 50')
    both = [[sum(line['exact_match'] for line in make.lm_eval(model) if line['doc_id'] == doc) / 2 for doc in range(50)]
            for model in ('base', 'tuned')]
    answered('lm-eval, filters together', folder, [*samples, '--pair', 'doc_id', '--outcome', 'exact_match'],
             {'exact_match': paired(*both)})

    results = make.promptfoo()['results']['results']
    wanted = {name: paired(*of_pairs(results, lambda row: row['vars']['question'], lambda row: row['provider']['id'],
                                     lambda row, key=name: row[key], ('openai:small', 'openai:large')))
              for name in ('score', 'success', 'latencyMs', 'cost')}
    for file in ('promptfoo.json', 'promptfoo.jsonl'):
        answered(file, folder, [f'{folder}/{file}', '--variant', 'provider.id', '--control', 'openai:small', '--pair',
                                'vars.question', '--outcome', ','.join(wanted)], wanted)

    answered('judged.jsonl', folder, [
        f'{folder}/judged.jsonl', '--variant', 'model', '--control', 'base', '--pair', 'prompt_id', '--outcome', 'score'],
        {'score': paired(*of_pairs(list(make.judged()), lambda row: row['prompt_id'], lambda row: row['model'],
                                   lambda row: row['score'], ('base', 'tuned')))})


def section_reading(folder):
    """What a cell may hold, and what --where may ask."""
    def rows(cells):
        return 'variant,extra,y\n' + ''.join(f'{arm},{cell},{i}\n' for i, (arm, cell) in enumerate(zip('ababab', cells)))

    for name, cells, says in (
            ('JSON', ['"{""x"": {""k"": 1}}"', '', '"{""x"": {""k"": 3}}"', '"{""x"": {}, ""z"": [1]}"', '"{""x"": {""k"": 5}}"', '"{""x"": {""k"": 7}}"'],
             r'objects inside: extra.*extra\.x\.k \(number\).*missing: extra\.x\.k a 0, b 2'),
            ('Python', ['"{\'k\': None}"', '"{\'k\': True}"', '"{\'k\': False}"', '{}', '"{\'k\': True}"', '"{\'k\': False}"'],
             r'extra\.k \(yes or no\)'),
            ('JSON in JSON', ['"{""x"": ""{\\""k\\"": 4}""}"', '"{""x"": ""{\\""k\\"": 3}""}"'] * 3, r'extra\.x\.k \(number\)'),
            ('no objects', ['{', '{}', '"{1}"', '"{""k"": 2}"', '', ''], r'not used: extra \(text: "{" in line 2\)'),
            ('numbers for names, and what JSON has not', ['"{1: {2: 2.5}, 3: {4}}"', '"{1: {2: 3.5}, 3: b\'x\'}"'] * 3,
             r'extra\.1\.2 \(number\).*extra\.3 \(text'),
            ('one that is no object', ['"{""k"": 1}"'] * 5 + ['broken'], r'not used: extra \(text')):
        path = demo_test.write(folder, 'cells.csv', rows(cells))
        status, said, _ = read(folder, path, '--variant', 'variant', '--control', 'a')
        check(f'cells: {name}', status == 0 and re.search(says, ' '.join(said.split())) is not None, said)

    for name, cell in (('twice', '"{""k"": 1, ""k"": 2}"'), ('twice, inside', '"{""k"": {""j"": 1}, ""k.j"": 2}"')):
        path = demo_test.write(folder, 'cells.csv', rows([cell] * 6))
        status, said, _ = read(folder, path, '--variant', 'variant', '--control', 'a')
        check(f'cells: a name {name}', status == 2 and re.search(
            r'cells\.csv, line 2, column extra: "k(\.j)?" stands twice in one object', said) is not None, said)

    kinds = ['x', 'x', 'X', 'x=1', '', 'NA', '1.0', '1', 'y', 'Y', '', '']
    path = demo_test.write(folder, 'where.csv', 'variant,kind,a=b,y\n' + ''.join(
        f'{arm},{kind},{i // 4},{i}\n' for i, (arm, kind) in enumerate(zip('ab' * 6, kinds))))
    for name, arguments, says in (
            ('a value', ['kind=x'], r'where\.csv: 2 rows.*only kind = x'),
            ('a value that holds =', ['kind=x=1'], 'every row has the variant "b"|no row has the variant "a"'),
            ('without a value', ['kind='], r'where\.csv: 4 rows.*only without kind'),
            ('a name that holds =', ['a=b=2'], r'where\.csv: 4 rows.*only a=b = 2'),
            ('a number', ['a=b=2.0'], r'where\.csv: 4 rows'),
            ('as it is written before any other', ['kind=Y'], 'no row has the variant "a"'),
            ('as it is written elsewhere', ['kind=NA'], 'no row has the variant "a"'),
            ('twice', ['a=b=2', 'kind='], r'where\.csv: 2 rows.*only a=b = 2, only without kind')):
        words = [word for argument in arguments for word in ('--where', argument)]
        _, said, _ = read(folder, path, '--variant', 'variant', '--control', 'a', '--outcome', 'y', *words)
        check(f'--where: {name}', re.search(says, ' '.join(said.split())) is not None, said)


#
# The SQL of the pages
#


def blocks_of(page, kind):
    with open(f'{REPO}/docs/howto/{page}.md', encoding='utf-8') as file:
        return re.findall(rf'^```{kind}\n(.*?)^```$', file.read(), re.MULTILINE | re.DOTALL)


def compare(name, got, wanted):
    """got: {metric: (control, treatment, p)} as wanted."""
    good = set(got) == set(wanted) and all(near(x, y) for metric in got for x, y in zip(got[metric], wanted[metric]))
    check(name, good, f'{got}\n        wanted: {wanted}')


def mean(values):
    values = [float(value) for value in values if value is not None]
    return sum(values) / len(values) if values else None


def of_people(rows, metrics):
    """Rows (person, variant, row) by the means or sums of each person who saw one variant."""
    people = grouped([row for row in rows if row[0] and row[1]], lambda row: row[0])
    result = {}
    for name, summary in metrics.items():
        arms = {}
        for mine in people.values():
            variants = {variant for _, variant, _ in mine}
            if len(variants) == 1:
                value = summary([row for _, _, row in mine])
                if value is not None:
                    arms.setdefault(variants.pop(), []).append(float(value))
        result[name] = welch(*(arms[arm] for arm in sorted(arms)))
    return result


def seconds(row, start, end):
    return (row[end] - row[start]).total_seconds()


def litellm(table):
    rows = [(row['end_user'], next((tag[7:] for tag in row['request_tags'] if tag.startswith('prompt:')), None), row)
            for row in table('"LiteLLM_SpendLogs"')]
    return of_people(rows, {
        'seconds': lambda mine: mean([seconds(r, 'startTime', 'endTime') for r in mine if r['status'] == 'success']),
        'cost': lambda mine: sum(r['spend'] for r in mine), 'requests': len,
        'failed': lambda mine: mean([r['status'] == 'failure' for r in mine])})


def langfuse(table):
    versions = {row['id']: row['version'] for row in table('prompts')}
    parts = grouped(table('observations'), lambda row: row['trace_id'])
    votes = grouped(table('scores'), lambda row: row['trace_id'])
    rows = []
    for trace in table('traces'):
        mine = parts[trace['id']]
        seen = {versions[row['prompt_id']] for row in mine if row['prompt_id']}
        rows.append((trace['user_id'], f'v{seen.pop()}', {
            'seconds': (max(r['end_time'] for r in mine) - min(r['start_time'] for r in mine)).total_seconds(),
            'cost': sum(float(r['calculated_total_cost'] or 0) for r in mine),
            'failed': any(r['level'] == 'ERROR' for r in mine),
            'liked': mean([vote['value'] for vote in votes.get(trace['id'], [])])}))
    return of_people(rows, {
        'seconds': lambda mine: mean(r['seconds'] for r in mine), 'cost': lambda mine: sum(r['cost'] for r in mine),
        'failed': lambda mine: mean(r['failed'] for r in mine), 'liked': lambda mine: mean(r['liked'] for r in mine),
        'answers': len})


def otel(table):
    rows = [(row['attributes']['user.id'], row['attributes']['ab.variant'], row) for row in table('traces')
            if row['parent_id'] is None]
    return of_people(rows, {
        'seconds': lambda mine: mean(seconds(r, 'start_time', 'end_time') for r in mine if r['status']['status_code'] == 'OK'),
        'failed': lambda mine: mean(r['status']['status_code'] == 'ERROR' for r in mine), 'answers': len})


def dify(table):
    votes = grouped(table('message_feedbacks'), lambda row: row['message_id'])
    rows = [(row['from_end_user_id'], row['model_id'], row) for row in table('messages')]
    return of_people(rows, {
        'seconds': lambda mine: mean(r['provider_response_latency'] for r in mine if r['status'] == 'normal'),
        'cost': lambda mine: float(sum(r['total_price'] for r in mine)), 'messages': len,
        'liked': lambda mine: mean(vote['rating'] == 'like' for r in mine for vote in votes.get(r['id'], []))})


def open_webui(table):
    return {'liked': paired(*of_pairs(
        list(table('feedback')), lambda row: row['user_id'], lambda row: row['data']['model_id'],
        lambda row: float(row['data']['rating'] == 1), ('small', 'large')))}


def section_tables(folder):
    connection = psycopg2.connect('')
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute('CREATE EXTENSION IF NOT EXISTS ab_test')

    def table(name):
        cursor.execute(f'SELECT * FROM {name}')
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]

    layouts = iter([litellm, langfuse, otel, dify, open_webui])
    for block in blocks_of('exports', 'sql'):
        if 'ab_scorecard' not in block:
            cursor.execute(block.replace('SET extra_float_digits = -11;', ''))
            continue
        layout = next(layouts)
        cursor.execute('SELECT role, metric, control_value, treatment_value, p_value ' + block[block.index('FROM ab_scorecard'):])
        compare(f'tables: {layout.__name__}', {row[1]: row[2:] for row in cursor.fetchall() if row[0] != 'sample ratio'},
                layout(table))
    check('tables: every layout is on the page', next(layouts, None) is None)
    connection.close()

    # Three scores of each input, some missing, of two tasks.
    connection = psycopg2.connect('')
    cursor = connection.cursor()
    block, card = blocks_of('evaluations', 'sql')
    cursor.execute(block.replace('SET extra_float_digits = -11;', ''))
    rows = table('result')
    cursor.execute('SELECT slice, control_value, treatment_value, p_value ' + card[card.index('FROM ab_scorecard'):])
    got = {row[0]: row[1:] for row in cursor.fetchall() if row[0] != 'task'}
    compare('evaluations: slices of tasks', got, {
        name: paired(*of_pairs([row for row in rows if name is None or name == f'task = {row["task"]}'],
                               lambda row: (row['task'], row['input']), lambda row: row['model'],
                               lambda row: float(row['score']), ('base', 'tuned')))
        for name in (None, 'task = code', 'task = text')})
    connection.close()


def statements(folder, page, number):
    """What psql says to a block of a page, with all digits and unadjusted p-values."""
    block = [block for block in blocks_of(page, 'sh') if block.startswith('psql ')][number]
    block = re.sub(r'round\((\w+)::numeric, 5\)', r'\1', block).replace('extra_float_digits = -11', 'extra_float_digits = 1')
    block = block.replace('p_adjusted AS p_adjusted', 'p_value').replace('psql -q', 'psql -X -q -At -v ON_ERROR_STOP=1')
    run = subprocess.run(['bash', '-c', block], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if run.returncode != 0:
        check(f'{page}, statements {number + 1}', False, run.stderr)
    return [line.split('|') for line in run.stdout.splitlines()]


def section_statements(folder):
    make.main(f'{folder}/made-up')
    sessions = [(row['session'], row['variant'], row) for row in make.answers()]
    liked = {'liked': lambda mine: mean(row['thumb'] for row in mine)}
    for number, metrics in enumerate(({
            'seconds': lambda mine: mean(row['seconds'] for row in mine if not row['error']),
            'cost': lambda mine: sum(row['cost'] for row in mine), 'answers': len, **liked}, liked)):
        got = {row[0]: tuple(map(float, row[3:6])) for row in statements(folder, 'exports', number)}
        compare(f'exports, statements {number + 1}', got, of_people(sessions, metrics))

    battles = list(make.battles())
    points = {True: 1.0, False: 0.0}
    tuned = [(row['judge'], 0.5 if row['winner'].startswith('tie') else points[row[row['winner']] == 'tuned']) for row in battles]
    judges = [mean(point for _, point in mine) for mine in grouped(tuned, lambda row: row[0]).values()]
    by_battle, by_judge, _, position = statements(folder, 'evaluations', 0)
    for name, row, values in (('battles', by_battle, [point for _, point in tuned]), ('judges', by_judge, judges)):
        test = stats.ttest_1samp(values, 0.5)
        interval = test.confidence_interval(0.95)
        wanted = (len(values), sum(values) / len(values), interval.low, interval.high, test.pvalue)
        check(f'battles: win rate of {name}', all(map(near, map(float, row[1:]), wanted)), f'{row}\n        wanted: {wanted}')
    first, second = (sum(row['winner'] == f'model_{side}' for row in battles) for side in 'ab')
    wanted = (first, second, stats.binomtest(first, first + second).pvalue)
    check('battles: first and second', all(map(near, map(float, position), wanted)), f'{position}\n        wanted: {wanted}')


SECTIONS = {'files': section_files, 'reading': section_reading, 'tables': section_tables, 'statements': section_statements}

if __name__ == '__main__':
    for section in sys.argv[1:] or SECTIONS:
        with tempfile.TemporaryDirectory(prefix='ab_test.', dir='/tmp') as place:
            print(f'-- {section}', flush=True)
            SECTIONS[section](place)
    print(f'exports: {demo_test.passed} passed, {demo_test.failed} failed, {skipped} skipped')
    sys.exit(demo_test.failed != 0)
