"""Logs a small experiment with MLflow's own client, as an application would.

    python feed.py            (MLFLOW_TRACKING_URI names the PostgreSQL database)

Production: 120 sessions of a support bot, of which ab_assign() sends half to
the new prompt; turns, failures, costs, thumbs and a judge.  Offline: both
prompts over the same 30 questions by mlflow.genai.evaluate().  The truth is
made up, with a fixed seed: the new prompt solves more and costs more.
"""
import os
import random
import time

import mlflow
import psycopg2
from mlflow.entities import AssessmentSource
from mlflow.genai.scorers import scorer

HUMAN = AssessmentSource(source_type='HUMAN', source_id='user')
JUDGE = AssessmentSource(source_type='LLM_JUDGE', source_id='judge-1')
random.seed(20261127)


def assign(session):
    """The database says who sees what, so that SQL can check it later."""
    with psycopg2.connect(os.environ['AB_TEST_DSN']) as connection, connection.cursor() as cursor:
        cursor.execute('SELECT ab_assign(%s, %s)', ('prompt-v2', session))
        return cursor.fetchone()[0]


def log_turn(start, variant, session, user, metadata=None):
    """One answer: a root span with a model call below it."""
    treated = variant == 'treatment'
    seconds = random.lognormvariate(0.2 if treated else 0.0, 0.4)
    failed = random.random() < 0.03
    tokens = round(random.gauss(520 if treated else 430, 60))
    metadata = dict(metadata or {})
    if session:
        metadata['mlflow.trace.session'] = session
    if user:
        metadata['mlflow.trace.user'] = user
    root = mlflow.start_span_no_context(
        'chat', inputs={'question': f'{session} {start}'}, start_time_ns=start,
        tags={'ab_variant': variant} if variant else None, metadata=metadata)
    call = mlflow.start_span_no_context('llm', span_type='LLM', parent_span=root, start_time_ns=start, attributes={
        'mlflow.chat.tokenUsage': {'input_tokens': tokens, 'output_tokens': 100, 'total_tokens': tokens + 100},
        'mlflow.llm.cost': {'input_cost': tokens * 3e-6, 'output_cost': 1.5e-3, 'total_cost': tokens * 3e-6 + 1.5e-3}})
    end = start + int(seconds * 1e9)
    call.end(outputs=None if failed else {'answer': '42'}, status='ERROR' if failed else 'OK', end_time_ns=end)
    root.end(outputs=None if failed else {'answer': '42'}, status='ERROR' if failed else 'OK', end_time_ns=end)
    return root.trace_id


def production():
    mlflow.set_experiment('support-bot')
    start = time.time_ns() - 14 * 86400 * 10**9
    for number in range(120):
        session = f'session-{number}'
        variant = assign(session)
        user = f'user-{number % 70}'
        turns = 1 + int(random.expovariate(0.8 if variant == 'treatment' else 0.6))
        for turn in range(turns):
            trace = log_turn(start, variant, session, user)
            start += 3600 * 10**9
            solved = random.random() < (0.8 if variant == 'treatment' else 0.6)
            if random.random() < 0.5:
                mlflow.log_feedback(trace_id=trace, name='thumbs', value=solved, source=HUMAN)
            judged = mlflow.log_feedback(trace_id=trace, name='helpful', value='yes' if solved else 'no', source=JUDGE)
            if number % 20 == 0 and turn == 0:
                mlflow.override_feedback(trace_id=trace, assessment_id=judged.assessment_id, value='yes', source=HUMAN)
    # What a log has in it as well.
    for variant in 'control', 'treatment':
        log_turn(start, variant, 'session-both', 'user-1')
    log_turn(start, 'control', None, 'user-2')
    log_turn(start, None, 'session-old', 'user-3')


@scorer
def correct(outputs, expectations):
    return outputs == expectations['answer']


@scorer
def brevity(outputs):
    return 1.0 / (1 + len(str(outputs)))


def offline():
    mlflow.set_experiment('support-bot-offline')
    questions = [{'inputs': {'question': f'question {i}'}, 'expectations': {'answer': str(i)}} for i in range(30)]
    ease = [random.random() for _ in questions]

    def model(version, skill, repetition):
        # Its argument is all that MLflow records of the example, and what pairs it with the other version's.
        def answer(question):
            number = int(question.split()[1])
            if number == 17 and version == 'v2':
                raise RuntimeError('the model did not answer')
            # Of its own seed: evaluate() asks in several threads, in any order.
            luck = random.Random(f'{version} {repetition} {number}').random()
            knows = 0.5 * ease[number] + 0.5 * luck < skill
            return str(number) if knows else 'I do not know'
        return answer

    for version, skill in ('v1', 0.55), ('v2', 0.75):
        with mlflow.start_run(run_name=f'prompt {version}'):
            mlflow.log_param('prompt_version', version)
            for repetition in range(2):
                mlflow.genai.evaluate(data=questions, predict_fn=model(version, skill, repetition),
                                      scorers=[correct, brevity])


production()
mlflow.flush_trace_async_logging()
offline()
mlflow.flush_trace_async_logging()
