"""Logs a small experiment with Phoenix's own clients, as an application would.

    python feed.py            (PHOENIX_COLLECTOR_ENDPOINT names the server)

Production: 120 sessions of a support bot, of which ab_assign() sends half to
the new prompt; turns, failures, tokens, thumbs, a judge and a star rating per
session.  Offline: two experiments over the same 30 examples, three
repetitions each.  The truth is made up, with a fixed seed: the new prompt
solves more and takes longer.
"""
import json
import os
import random
import time

import psycopg2
from opentelemetry import trace
from opentelemetry.trace import Status, StatusCode
from phoenix.client import Client
from phoenix.otel import register

random.seed(20261127)
client = Client(base_url=os.environ['PHOENIX_COLLECTOR_ENDPOINT'])
provider = register(project_name='support-bot', endpoint=os.environ['PHOENIX_COLLECTOR_ENDPOINT'] + '/v1/traces',
                    protocol='http/protobuf', batch=True, set_global_tracer_provider=False, verbose=False)
tracer = provider.get_tracer('support-bot')


def assign(session):
    """The database says who sees what, so that SQL can check it later."""
    with psycopg2.connect(os.environ['AB_TEST_DSN']) as connection, connection.cursor() as cursor:
        cursor.execute('SELECT ab_assign(%s, %s)', ('prompt-v2', session))
        return cursor.fetchone()[0]


def log_turn(start, variant, session, user):
    """One answer: a root span with a model call below it.  Returns the root's id."""
    treated = variant == 'treatment'
    end = start + int(random.lognormvariate(0.2 if treated else 0.0, 0.4) * 1e9)
    tokens = round(random.gauss(520 if treated else 430, 60))
    status = Status(StatusCode.ERROR, 'timeout') if random.random() < 0.03 else Status(StatusCode.OK)
    attributes = {'openinference.span.kind': 'CHAIN', 'input.value': f'{session} {start}'}
    if variant:
        attributes['metadata'] = json.dumps({'variant': variant})
    if session:
        attributes['session.id'] = session
    if user:
        attributes['user.id'] = user
    root = tracer.start_span('chat', start_time=start, attributes=attributes)
    call = tracer.start_span('llm', context=trace.set_span_in_context(root), start_time=start, attributes={
        'openinference.span.kind': 'LLM', 'llm.model_name': 'gpt-4o-mini', 'llm.provider': 'openai',
        'llm.token_count.prompt': tokens, 'llm.token_count.completion': 100, 'llm.token_count.total': tokens + 100})
    call.set_status(status)
    call.end(end_time=end)
    root.set_status(status)
    root.end(end_time=end)
    return format(root.get_span_context().span_id, '016x')


def production():
    start = time.time_ns() - 14 * 86400 * 10**9
    spans, sessions = [], []
    for number in range(120):
        session = f'session-{number}'
        variant = assign(session)
        better = variant == 'treatment'
        for turn in range(1 + int(random.expovariate(0.8 if better else 0.6))):
            span = log_turn(start, variant, session, f'user-{number % 70}')
            start += 3600 * 10**9
            solved = random.random() < (0.8 if better else 0.6)
            spans.append({'span_id': span, 'name': 'helpful', 'annotator_kind': 'LLM',
                          'result': {'label': 'yes' if solved else 'no', 'score': float(solved)}})
            if random.random() < 0.5:
                # A label without a score.
                spans.append({'span_id': span, 'name': 'thumbs', 'annotator_kind': 'HUMAN', 'identifier': 'first',
                              'result': {'label': 'up' if solved else 'down'}})
        if random.random() < 0.6:
            sessions.append({'session_id': session, 'name': 'csat', 'annotator_kind': 'HUMAN',
                             'result': {'score': float(min(5, max(1, round(random.gauss(4.1 if better else 3.7, 1)))))}})
    # What a log has in it as well.
    for variant in 'control', 'treatment':
        log_turn(start, variant, 'session-both', 'user-1')
    log_turn(start, 'control', None, 'user-2')
    log_turn(start, None, 'session-old', 'user-3')
    provider.force_flush()
    annotate(lambda: client.spans.log_span_annotations(span_annotations=spans, sync=True))
    annotate(lambda: client.sessions.log_session_annotations(session_annotations=sessions, sync=True))


def annotate(send):
    """Phoenix stores spans behind the answer to the request: try until they are there."""
    for attempt in range(60):
        try:
            return send()
        except Exception as error:
            if '404' not in str(error) or attempt == 59:
                raise
            time.sleep(1)


def offline():
    dataset = client.datasets.create_dataset(
        name='questions', inputs=[{'question': f'question {i}'} for i in range(30)],
        outputs=[{'answer': str(i)} for i in range(30)])
    ease = [random.random() for _ in range(30)]

    def correct(output, expected):
        return 1.0 if output == expected['answer'] else 0.0

    for version, skill in ('v1', 0.55), ('v2', 0.75):
        def task(input, version=version, skill=skill):
            number = int(input['question'].split()[1])
            if number == 17 and version == 'v2':
                raise RuntimeError('the model did not answer')
            return str(number) if 0.5 * ease[number] + 0.5 * random.random() < skill else 'I do not know'

        client.experiments.run_experiment(
            dataset=dataset, task=task, evaluators={'correct': correct}, experiment_name=f'prompt {version}',
            experiment_metadata={'variant': version}, repetitions=3, retries=0, print_summary=False)


production()
offline()
