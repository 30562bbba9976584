#!/usr/bin/env python3
"""Writes small made-up files in the layouts that tools for language models
document for what they export, the same ones every time:

    examples/exports/make.py FOLDER

docs/howto/exports.md and docs/howto/evaluations.md run on them."""

import csv
import datetime
import hashlib
import json
import math
import os
import sys
from statistics import NormalDist

START = datetime.datetime(2026, 6, 1, 8)


def uniform(*names):
    """A number between 0 and 1 that the names decide."""
    digest = hashlib.md5('/'.join(map(str, names)).encode()).hexdigest()
    return (int(digest[:12], 16) + 0.5) / 16 ** 12


def normal(*names):
    return NormalDist().inv_cdf(uniform(*names))


def uuid(*names):
    digest = hashlib.md5('/'.join(map(str, names)).encode()).hexdigest()
    return '-'.join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:]))


def after(seconds):
    return START + datetime.timedelta(seconds=round(seconds, 6))


def write_lines(folder, name, records):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        for record in records:
            file.write(json.dumps(record) + '\n')


def write_table(folder, name, records, cell=lambda value: value):
    """As csv; cell is how an object is written."""
    with open(os.path.join(folder, name), 'w', encoding='utf-8', newline='') as file:
        writer = csv.writer(file)
        names = list(records[0])
        writer.writerow(names)
        for record in records:
            writer.writerow([cell(record[name]) if isinstance(record[name], (dict, list)) else record[name]
                             for name in names])


#
# Production: answers within sessions
#


def answers():
    """A made-up bot: 90 sessions under two prompts, each of one to five answers."""
    for session in range(90):
        variant = 'v2' if uniform('variant', session) < 0.45 else 'v1'
        slow = normal('session', session)
        for turn in range(1 + int(uniform('turns', session) * (5 if variant == 'v1' else 4))):
            seconds = math.exp(0.4 + 0.35 * slow + 0.3 * normal('seconds', session, turn) - 0.25 * (variant == 'v2'))
            vote = uniform('vote', session, turn)
            yield {
                'session': f's{session:02}', 'user': f'u{session % 60:02}', 'variant': variant, 'turn': turn,
                'start': session * 900 + turn * 60, 'seconds': round(seconds, 3),
                'tokens': 200 + int(400 * uniform('tokens', session, turn)),
                'cost': round(0.0004 + 0.0009 * uniform('cost', session, turn) + 0.0002 * (variant == 'v2'), 7),
                'error': uniform('error', session, turn) < 0.05,
                'thumb': None if vote > 0.6 else int(vote < (0.36 if variant == 'v1' else 0.47)),
            }


def langsmith():
    """Runs: a root of each trace with the model's call below it."""
    for answer in answers():
        trace = uuid('langsmith', answer['session'], answer['turn'])
        start, end = after(answer['start']), after(answer['start'] + answer['seconds'])
        root = {
            'id': trace, 'name': 'support-bot', 'run_type': 'chain',
            'start_time': start.isoformat(), 'end_time': end.isoformat(),
            'status': 'error' if answer['error'] else 'success', 'error': 'Timeout' if answer['error'] else None,
            'inputs': {'question': f'question {answer["session"]} {answer["turn"]}'},
            'outputs': {} if answer['error'] else {'answer': 'as follows'},
            'extra': {'metadata': {'variant': answer['variant'], 'thread_id': answer['session']}},
            'tags': ['support'], 'trace_id': trace, 'parent_run_id': None,
            'session_id': uuid('the project'),	# of LangSmith: the project
            'total_tokens': answer['tokens'], 'total_cost': answer['cost'],
            'feedback_stats': {} if answer['thumb'] is None else {'thumbs': {'n': 1, 'avg': float(answer['thumb'])}},
        }
        yield root
        yield {**root, 'id': uuid('call', trace), 'name': 'ChatOpenAI', 'run_type': 'llm', 'parent_run_id': trace,
               'feedback_stats': {}, 'end_time': after(answer['start'] + answer['seconds'] * 0.8).isoformat()}


def weave():
    """Calls: the op of the application with the model's call below it."""
    for answer in answers():
        trace = uuid('weave', answer['session'], answer['turn'])
        half = round(answer['cost'] / 2, 7)
        call = {
            'id': trace, 'project_id': 'team/bot', 'op_name': 'weave:///team/bot/op/answer:1', 'display_name': None,
            'trace_id': trace, 'parent_id': None,
            'started_at': after(answer['start']).isoformat() + 'Z',
            'ended_at': after(answer['start'] + answer['seconds']).isoformat() + 'Z',
            'exception': 'Timeout' if answer['error'] else None,
            'attributes': {'variant': answer['variant'], 'session': answer['session']},
            'inputs': {'question': f'question {answer["session"]} {answer["turn"]}'}, 'output': 'as follows',
            'summary': {
                'usage': {'small-model': {'requests': 1, 'total_tokens': answer['tokens']}},
                'weave': {'status': 'error' if answer['error'] else 'success',
                          'latency_ms': round(answer['seconds'] * 1000),
                          'costs': {'small-model': {'prompt_tokens_total_cost': half,
                                                    'completion_tokens_total_cost': half}}}},
            'wb_user_id': None, 'wb_run_id': None,
        }
        yield call
        yield {**call, 'id': uuid('call', trace), 'op_name': 'weave:///team/bot/op/openai.chat:1', 'parent_id': trace}


def wandb_runs():
    """The table of runs: two recipes of a fine-tune, each with the same seeds."""
    for seed in range(12):
        for recipe in ('base', 'tuned'):
            crashed = recipe == 'tuned' and seed == 7
            yield {'Name': f'{recipe}-{seed}', 'State': 'crashed' if crashed else 'finished', 'User': 'ann',
                   'Created': after(seed * 3600).isoformat() + 'Z', 'Runtime': 3000 + int(600 * uniform('w', recipe, seed)),
                   'recipe': recipe, 'seed': seed,
                   'accuracy': '' if crashed else round(
                       0.71 + 0.02 * normal('seed', seed) + 0.01 * normal('run', recipe, seed) + 0.012 * (recipe == 'tuned'), 4)}


def langfuse():
    """Enriched observations, and the scores."""
    observations, scores = [], []
    for answer in answers():
        trace = uuid('langfuse', answer['session'], answer['turn'])[:18]
        shared = {
            'trace_id': trace, 'project_id': 'p1', 'environment': 'default',
            'start_time': str(after(answer['start'])), 'end_time': str(after(answer['start'] + answer['seconds'])),
            'metadata': {'variant': answer['variant']}, 'level': 'ERROR' if answer['error'] else 'DEFAULT',
            'user_id': answer['user'], 'session_id': answer['session'], 'trace_name': 'support-bot',
        }
        observations.append({
            'id': f'{trace}-a', **shared, 'type': 'SPAN', 'parent_observation_id': '', 'name': 'answer',
            'provided_model_name': '', 'model_parameters': '', 'usage_details': {}, 'cost_details': {},
            'prompt_name': '', 'prompt_version': None, 'total_cost': 0, 'latency': answer['seconds']})
        observations.append({
            'id': f'{trace}-b', **shared, 'type': 'GENERATION', 'parent_observation_id': f'{trace}-a', 'name': 'call',
            'provided_model_name': 'small-model', 'model_parameters': '{"temperature":0.2}',
            'usage_details': {'total': answer['tokens']}, 'cost_details': {'total': answer['cost']},
            'prompt_name': 'support', 'prompt_version': int(answer['variant'][1:]), 'total_cost': answer['cost'],
            'latency': round(answer['seconds'] * 0.8, 3)})
        if answer['thumb'] is not None:
            scores.append({
                'id': uuid('score', trace), 'timestamp': str(after(answer['start'] + 60)), 'project_id': 'p1',
                'trace_id': trace, 'observation_id': None, 'session_id': None, 'dataset_run_id': None,
                'name': 'thumbs', 'value': answer['thumb'], 'source': 'API', 'data_type': 'BOOLEAN',
                'string_value': str(answer['thumb'] == 1)})
    return observations, scores


#
# Evaluations: the same inputs under both
#


def lm_eval(model):
    """log_samples of a task with two filters, hence two lines an input."""
    for doc in range(50):
        ease = normal('ease', doc)
        right = ease + 0.7 * normal(model, doc) + 0.55 * (model == 'tuned') > 0
        for name, good in (('strict-match', right and uniform(model, 'format', doc) < 0.8), ('flexible-extract', right)):
            answer = str(doc) if right else str(doc + 1)
            yield {
                'doc_id': doc, 'doc': {'question': f'question {doc}', 'answer': f'#### {doc}'}, 'target': f'#### {doc}',
                'arguments': {'gen_args_0': {'arg_0': f'Q: question {doc}', 'arg_1': {'until': ['Q:']}}},
                'resps': [[f'The answer is {answer}']], 'filtered_resps': [answer if good or name[0] == 'f' else '[invalid]'],
                'filter': name, 'metrics': ['exact_match'], 'doc_hash': uuid('doc', doc), 'exact_match': float(good),
            }


def promptfoo():
    """results.json of two providers, three repeats of each test."""
    results = []
    for index in range(90):
        test, repeat = divmod(index, 3)
        for place, provider in enumerate(('openai:small', 'openai:large')):
            score = min(1.0, max(0.0, round(0.62 + 0.18 * normal('test', test) + 0.12 * normal(provider, test, repeat) +
                                            0.05 * place, 2)))
            results.append({
                'id': uuid('promptfoo', index, place), 'promptIdx': place, 'testIdx': index,
                'promptId': uuid('prompt'), 'provider': {'id': provider, 'label': ''},
                'prompt': {'raw': f'Answer: question {test}', 'label': 'Answer: {{question}}'},
                'vars': {'question': f'question {test}'}, 'response': {'output': 'as follows'},
                'success': score >= 0.6, 'score': score, 'namedScores': {'tone': round(uniform('tone', index, place), 2)},
                'latencyMs': int(900 + 500 * uniform('ms', index, place) + 300 * place),
                'cost': round(0.0002 + 0.0008 * place + 0.0001 * uniform('c', index, place), 7), 'failureReason': 0,
                'gradingResult': {'pass': score >= 0.6, 'score': score, 'reason': 'All assertions passed'}})
    return {'evalId': 'eval-1', 'config': {'prompts': ['Answer: {{question}}'], 'tests': []}, 'shareableUrl': None,
            'results': {'version': 3, 'timestamp': '2026-06-01T10:00:00.000Z', 'results': results,
                        'prompts': [{'provider': 'openai:small', 'metrics': {}}, {'provider': 'openai:large', 'metrics': {}}],
                        'stats': {'successes': sum(result['success'] for result in results)}}}


def judged():
    """A judge asked three times about each answer of two models; some answers have none."""
    for prompt in range(40):
        for model in ('base', 'tuned'):
            for repeat in range(3):
                if uniform('none', prompt, model, repeat) < 0.04:
                    continue
                score = 3.2 + 0.7 * normal('prompt', prompt) + 0.4 * normal('answer', prompt, model) + \
                    0.5 * normal('judge', prompt, model, repeat) + 0.25 * (model == 'tuned')
                yield {'prompt_id': f'p{prompt:02}', 'model': model, 'judge': 'large-model', 'repeat': repeat,
                       'score': min(5, max(1, round(score)))}


def battles():
    """Pairs of answers side by side; whoever asked says which is better."""
    for battle in range(240):
        user = int(40 * uniform('who', battle) ** 2)
        first = uniform('first', battle) < 0.5
        better = 0.15 + 0.35 * normal('taste', user) + normal('battle', battle)
        winner = 'tie' if abs(better) < 0.25 else ('tie (bothbad)' if uniform('bad', battle) < 0.08 else (
            'model_a' if (better > 0) == first else 'model_b'))
        yield {'question_id': uuid('battle', battle)[:8], 'model_a': 'tuned' if first else 'base',
               'model_b': 'base' if first else 'tuned', 'winner': winner, 'judge': f'user_{user:02}', 'turn': 1,
               'language': 'English'}


def write_parquet(folder, name, records, objects):
    """Where pyarrow is; objects says how objects are written."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        return
    columns = {}
    for key, sample in records[0].items():
        values = [record[key] for record in records]
        if isinstance(sample, dict) and objects == 'maps':
            kind = pyarrow.string() if key == 'metadata' else pyarrow.float64()
            columns[key] = pyarrow.array([list(value.items()) for value in values], pyarrow.map_(pyarrow.string(), kind))
        elif isinstance(sample, (dict, list)):
            columns[key] = pyarrow.array(map(json.dumps, values))
        else:
            columns[key] = pyarrow.array(values)
    parquet.write_table(pyarrow.table(columns), os.path.join(folder, name))


def main(folder):
    os.makedirs(folder, exist_ok=True)
    runs = list(langsmith())
    write_lines(folder, 'langsmith.jsonl', runs)
    write_table(folder, 'langsmith.csv', runs, repr)	# as pandas writes objects
    write_parquet(folder, 'langsmith.parquet', runs, 'texts')
    write_lines(folder, 'weave.jsonl', weave())
    write_table(folder, 'wandb_runs.csv', list(wandb_runs()))
    observations, scores = langfuse()
    write_lines(folder, 'observations.jsonl', observations)
    write_table(folder, 'observations.csv', observations, json.dumps)
    write_parquet(folder, 'observations.parquet', observations, 'maps')
    write_lines(folder, 'scores.jsonl', scores)
    for second, model in enumerate(('base', 'tuned')):
        write_lines(folder, f'{model}/samples_gsm8k_2026-06-01T10-0{second}-00.123456.jsonl', lm_eval(model))
    with open(os.path.join(folder, 'promptfoo.json'), 'w', encoding='utf-8') as file:
        json.dump(promptfoo(), file, indent=1)
    write_lines(folder, 'promptfoo.jsonl', promptfoo()['results']['results'])
    write_lines(folder, 'judged.jsonl', judged())
    write_lines(folder, 'battles.jsonl', battles())


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
