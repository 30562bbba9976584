#!/usr/bin/python3
"""Run the published test cases of other engines that ab_test's features cover.

Reads $AB_TEST_SHARED/cases (default ../shared beside the repository).  Without that folder there is nothing to run
and the answer is "cases: 0 passed, 0 failed".

The RUNNERS of the modules in published/ map a case's feature to the function that answers it; a feature without a
runner is counted as "later".  A runner returns what to compare as (name, got, wanted, tolerance) and may leave out
values that the source computes by a method which is not ours; OTHER_METHOD names the cases where that is all of
them.  Where a case carries a recomputation at 50 digits, that is the truth.
"""
import collections
import json
import os
import sys

from published import always_valid, bayes, counts, covariates, looks, planning, ranks, several, ttest
from published.asking import CASES, REL_P, REL_STATISTIC
from shared.checks import Checks, Server

# Cases whose feature has a runner but whose numbers come from another method.
OTHER_METHOD = {
    'tt-gtest-yates': "the G test with Yates' correction",
    'tt-ztest-pooled-cc': 'the z-test with a correction for continuity',
}

RUNNERS = {}
for module in (ttest, covariates, counts, planning, several, ranks, looks, bayes, always_valid):
    assert not RUNNERS.keys() & module.RUNNERS.keys()
    RUNNERS.update(module.RUNNERS)


def agrees(got, wanted, tolerance):
    if tolerance is None or got is None or wanted is None:
        return got == wanted and (got is None) == (wanted is None)
    if isinstance(wanted, str):     # an end that is open
        return got == wanted
    kind, size = tolerance
    return abs(got - wanted) <= (size * abs(wanted) if kind == 'rel' else size)


def run_case(server, checks, case, runner):
    name = '%s %s' % (case.get('id', ''), case.get('source', case.get('source_path', '')))
    try:
        compared = runner(server, case)
    except Exception as error:
        checks.fail(name, '%s: %s' % (type(error).__name__, str(error).strip()), 'an answer')
        return
    wrong = []
    for quantity, got, wanted, tolerance in compared:
        error = None
        if isinstance(wanted, float) and isinstance(got, float) and wanted:
            error = abs(got / wanted - 1)
        if error is not None and tolerance in (REL_STATISTIC, REL_P):
            checks.measure(quantity, error)
        if not agrees(got, wanted, tolerance):
            wrong.append((quantity, got, wanted, error))
    if not compared:
        wrong.append(('values compared', 0, 'at least one', None))
    checks.all_of('%s %s' % (name, json.dumps(case['inputs'])[:300]), wrong)


def read_cases():
    """Every case with its feature; assignment vectors go by their platform."""
    for name in ('sql_cases.json', 'stats_cases.json', 'assign_vectors.json'):
        with open(os.path.join(CASES, name), encoding='utf-8') as file:
            for case in json.load(file):
                yield case.get('feature') or case['platform'], case


def main():
    checks = Checks('cases')
    if not os.path.isdir(CASES):
        print('no published cases at %s: nothing to run' % CASES)
        return checks.finish()
    server, later, known = Server(), collections.Counter(), collections.defaultdict(list)
    for feature, case in read_cases():
        if feature in RUNNERS and case.get('id') not in OTHER_METHOD:
            known[feature].append(case)
        else:
            later[feature] += 1
    for feature, cases in known.items():
        checks.run(feature, lambda: [run_case(server, checks, case, RUNNERS[feature]) for case in cases])
    print('later: %d cases of features not built yet' % sum(later.values()))
    for feature, count in sorted(later.items()):
        print('  %4d %s' % (count, feature))
    return checks.finish()


if __name__ == '__main__':
    sys.exit(main())
