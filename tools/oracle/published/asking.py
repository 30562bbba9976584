"""The extension's answers as the cases ask for them, and what they are compared with."""
import collections
import csv
import math
import os

from scipy.stats import t as student

from shared.checks import SHARED

CASES = os.path.join(SHARED, 'cases')

REL_STATISTIC = ('rel', 1e-11)
REL_P = ('rel', 1e-10)


# ---------------------------------------------------------------- asking the extension

def compare_rows(server, control, treatment, equal_var, alpha=0.05, alternative='two-sided', lift_method='fieller'):
    """ab_ttest over two lists of numbers (None is a NULL), as a dictionary."""
    server.load('observation', 'variant text, outcome float8',
                [('control', v) for v in control] + [('treatment', v) for v in treatment])
    return server.named("""
        SELECT r.* FROM (SELECT ab_summary(outcome, variant) s FROM observation) o,
             ab_ttest(o.s, 'control', 'treatment', %s, %s, %s, %s) r""",
                        (alpha, alternative, equal_var, lift_method))[0]


def compare_sums(server, control, treatment, equal_var=False, alpha=0.05, alternative='two-sided',
                 lift_method='fieller'):
    """ab_ttest over published n, sum and sum of squares."""
    return server.named("""
        SELECT r.* FROM (SELECT ab_rollup(s) AS s FROM (VALUES
                (ab_make_summary('control', %s, %s, %s)), (ab_make_summary('treatment', %s, %s, %s))) v(s)) m,
             ab_ttest(m.s, alpha => %s, alternative => %s, equal_var => %s, lift_method => %s) r""",
        (*moments(control), *moments(treatment), alpha, alternative, equal_var, lift_method))[0]


def moments(arm):
    """n, mean and standard deviation from sums; of a proportion, without squares, GrowthBook's sqrt(p (1 - p))."""
    n, total = arm['n'], arm['sum']
    if 'sum_squares' not in arm and 'sumsq' not in arm:
        return n, total / n, math.sqrt(total / n * (1 - total / n))
    squares = arm.get('sum_squares', arm.get('sumsq'))
    return n, total / n, math.sqrt((squares - total * total / n) / (n - 1))


def load_arms(server, arms):
    server.load('observation', 'variant text, outcome float8', [(name, v) for name, values in arms for v in values])


# ---------------------------------------------------------------- samples of sql_cases.json

FILE_ARMS = {'nist_auto83b.csv': ('us', 'japan')}     # the others write 0 and 1


def samples(case):
    """Their first and second sample.  They report first minus second, so the first is our treatment."""
    inputs = case['inputs']
    if 'file' in inputs:
        return samples_of_file(inputs['file'])
    if 'offset' in inputs:
        return tuple([v + inputs['offset'] for v in inputs[k]] for k in ('x_plus_offset', 'y_plus_offset'))
    return inputs['x'], inputs['y']


def samples_of_file(name):
    arms = collections.defaultdict(list)
    with open(os.path.join(CASES, name), newline='') as lines:
        for row in csv.DictReader(lines):
            arms[row['variant']].append(float(row['value']))
    first, second = FILE_ARMS.get(os.path.basename(name), ('0', '1'))
    return arms[first], arms[second]


# ---------------------------------------------------------------- what is published

def delta_lift(row, alternative='two-sided', alpha=0.05):
    """GrowthBook's names of a lift by the delta method; its p-value is that of the lift over its standard error."""
    lift = row['relative_lift_pct'] / 100
    low, high = (None if row[k] is None else row[k] / 100 for k in ('lift_low_pct', 'lift_high_pct'))
    quantile = student.isf(alpha / 2 if alternative == 'two-sided' else alpha, row['df'])
    error = (high - lift if low is None else lift - low) / quantile
    tail = student.sf(lift / error, row['df'])
    return {'expected': lift, 'ci_lower': '-inf' if low is None else low, 'ci_upper': 'inf' if high is None else high,
            'stddev': error, 'p_value': {'two-sided': 2 * min(tail, 1 - tail), 'greater': tail,
                                         'less': 1 - tail}[alternative]}



def published(case, values):
    """(name, ours) against the published values of those names."""
    return [(name, got, case['expected'][name], stats_tolerance(case)) for name, got in values.items()
            if name in case['expected']]


def stats_tolerance(case):
    (kind, size), = case['tolerance'].items()
    return kind, size
