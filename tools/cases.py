#!/usr/bin/python3
"""Run the published test cases of other engines that ab_test's features cover.

Reads $AB_TEST_SHARED/cases (default ../shared beside the repository).  Without
that folder there is nothing to run and the answer is "cases: 0 passed, 0 failed".

RUNNERS maps a case's feature to the function that answers it; a feature without
a runner is counted as "later".  A runner returns what to compare as (name, got,
wanted, tolerance) and may leave out values that the source computes by a method
which is not ours; OTHER_METHOD names the cases where that is all of them.
Where a case carries a recomputation at 50 digits, that is the truth.
"""
import collections
import csv
import json
import math
import os
import sys

sys.dont_write_bytecode = True
from checks import Checks, Server       # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CASES = os.path.join(os.environ.get('AB_TEST_SHARED', os.path.join(ROOT, '..', 'shared')), 'cases')

REL_STATISTIC = ('rel', 1e-11)
REL_P = ('rel', 1e-10)

# Cases whose feature has a runner but whose numbers come from another method.
OTHER_METHOD = {
    'booking-calc-bernoulli-0': 'variance of the treatment rate at the alternative, normal quantiles',
}


# ---------------------------------------------------------------- asking the extension

def compare_rows(server, control, treatment, equal_var, alpha=0.05, alternative='two-sided'):
    """ab_ttest over two lists of numbers (None is a NULL), as a dictionary."""
    server.load('observation', 'variant text, outcome float8',
                [('control', v) for v in control] + [('treatment', v) for v in treatment])
    return server.named("""
        SELECT r.* FROM (SELECT ab_summary(outcome, variant) s FROM observation) o,
             ab_ttest(o.s, 'control', 'treatment', %s, %s, %s) r""", (alpha, alternative, equal_var))[0]


def compare_sums(server, control, treatment, equal_var=False, alpha=0.05, alternative='two-sided'):
    """ab_ttest over published n, sum and sum of squares."""
    return server.named("""
        SELECT r.* FROM (SELECT ab_rollup(s) AS s FROM (VALUES
                (ab_make_summary('control', %s, %s, %s)), (ab_make_summary('treatment', %s, %s, %s))) v(s)) m,
             ab_ttest(m.s, alpha => %s, alternative => %s, equal_var => %s) r""",
        (*moments(control), *moments(treatment), alpha, alternative, equal_var))[0]


def moments(arm):
    """n, mean and standard deviation from sums."""
    n, total = arm['n'], arm['sum']
    squares = arm.get('sum_squares', arm.get('sumsq'))
    return n, total / n, math.sqrt((squares - total * total / n) / (n - 1))


# ---------------------------------------------------------------- t-tests of sql_cases.json

NAMES = {   # their name: our column and the accuracy promised for it
    't_statistic': ('statistic', REL_STATISTIC), 'df': ('df', REL_STATISTIC), 'p_value': ('p_value', REL_P),
    'ci_low': ('diff_low', REL_P), 'ci_high': ('diff_high', REL_P), 'diff': ('diff', REL_STATISTIC),
    'se': ('std_error', REL_STATISTIC),
}

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


def two_sample_test(equal_var, alternative='two-sided'):
    """The runner of a plain t-test."""
    def run(server, case):
        first, second = samples(case)
        alpha = case['inputs'].get('alpha', 1 - case['inputs'].get('confidence', 0.95))
        row = compare_rows(server, second, first, equal_var, round(alpha, 10), alternative)
        return against_truth(case, row)
    return run


def against_truth(case, row):
    """Every value we report too: against the recomputation, else against the published number."""
    exact, published = case.get('recomputed_50digit', {}), case['expected']
    found = [(name, row[NAMES[name][0]], exact[name], NAMES[name][1]) for name in exact if name in NAMES]
    return found + [(name, row[NAMES[name][0]], published[name], tuple(case['tolerance']))
                    for name in published if name in NAMES]


def run_offset(server, case):
    """The truth is that of the unshifted numbers, so storing the shifted ones as doubles costs digits."""
    first, second = samples(case)
    row = compare_rows(server, second, first, equal_var=False)
    return [(name, row[NAMES[name][0]], case['expected'][name], tuple(case['tolerance'])) for name in case['expected']]


def run_large_n(server, case):
    server.run("""CREATE TEMP TABLE IF NOT EXISTS large AS
        SELECT i % 30 + shift AS outcome, variant FROM generate_series(0, 499999) i,
               (VALUES ('treatment', 0.0::float8), ('control', 0.0022)) v(variant, shift)""")
    row = server.named('SELECT r.* FROM (SELECT ab_ttest(outcome, variant) t FROM large) x, LATERAL (SELECT (x.t).*) r')[0]
    return against_truth(case, row)


def run_statistic(server, case):
    """Its t is Welch's without the sign; the recomputation has both tests."""
    first, second = samples(case)
    exact = case['recomputed_50digit']
    welch = compare_rows(server, second, first, equal_var=False)
    student = compare_rows(server, second, first, equal_var=True)
    return [('abs_t', abs(welch['statistic']), exact['abs_t'], REL_STATISTIC),
            ('welch_df', welch['df'], exact['welch_df'], REL_STATISTIC),
            ('welch_p', welch['p_value'], exact['welch_p'], REL_P),
            ('student_t', student['statistic'], exact['student_t'], REL_STATISTIC),
            ('student_p', student['p_value'], exact['student_p'], REL_P)]


def run_degenerate(control):
    """No result of a test, and a note.  One-sample cases are set against rows of the value mu."""
    def run(server, case):
        inputs = case['inputs']
        first = inputs['x'] if isinstance(inputs['x'], list) else [None] * 1025
        second = control(inputs)
        found = []
        for equal_var in (True, False):
            row = compare_rows(server, second, first, equal_var)
            found += [(name, row[name], None, None) for name in ('p_value', 'statistic', 'significant', 'diff_low')]
            found.append(('note given', bool(row['note']), True, None))
        return found
    return run


# ---------------------------------------------------------------- t-tests of stats_cases.json

def published(case, values):
    """(name, ours) against the published values of those names."""
    return [(name, got, case['expected'][name], stats_tolerance(case)) for name, got in values.items()
            if name in case['expected']]


def stats_tolerance(case):
    (kind, size), = case['tolerance'].items()
    return kind, size


def run_welch_arrays(server, case):
    """R's t.test(x, y): x minus y."""
    row = compare_rows(server, case['inputs']['y'], case['inputs']['x'], equal_var=False)
    return published(case, {'t': row['statistic'], 'p_value': row['p_value']})


def run_welch_rows(server, case):
    """tea-tasting: everything but its log-scale interval of the ratio."""
    rows = case['inputs']['rows']
    row = compare_rows(server, rows['control'], rows['treatment'], equal_var=False)
    return published(case, {
        'control': row['control_mean'], 'treatment': row['treatment_mean'], 'effect': row['diff'],
        'ci_lower': row['diff_low'], 'ci_upper': row['diff_high'], 'rel_effect': row['relative_lift_pct'] / 100,
        'p_value': row['p_value'], 'statistic': row['statistic']})


def run_welch_sums(server, case):
    """An absolute difference from sums."""
    inputs = case['inputs']
    row = compare_sums(server, inputs['control'], inputs['treatment'], alpha=round(1 - inputs.get('confidence', 0.95), 10))
    return published(case, {'expected': row['diff'], 'ci_lower': row['diff_low'], 'ci_upper': row['diff_high']})


def run_relative_lift(server, case):
    """The lift itself; their interval and p-value are the delta method's, ours Fieller's and the difference's."""
    row = compare_sums(server, case['inputs']['control'], case['inputs']['treatment'])
    return published(case, {'expected': row['relative_lift_pct'] / 100})


def run_negative_baseline(server, case):
    """They divide by the absolute control mean, the reference behaviour by the mean with its sign."""
    control, treatment = (case['inputs'][k] for k in ('control_mean', 'treatment_mean'))
    row = compare_rows(server, [control], [treatment], equal_var=True)
    return published(case, {'lift': row['relative_lift_pct'] / 100 * math.copysign(1, control)})


def run_impossible_moments(server, case):
    """A sum of squares below sum^2 / n: refused as input, in numbers and in the text form."""
    arm = case['inputs']['control']
    negative = arm['sum_squares'] - arm['sum'] ** 2 / arm['n']
    states = server.sqlstates([
        "SELECT ab_make_summary('control', %d, %r, -1)" % (arm['n'], arm['sum'] / arm['n']),
        "SELECT jsonb_set(ab_make_summary('control', %d, %r, 1)::text::jsonb, '{arms,0,comoment,0}', '%r')::text::ab_summary"
        % (arm['n'], arm['sum'] / arm['n'], negative)])
    return [('negative_variance', negative < 0, case['expected']['negative_variance'], None),
            ('ab_make_summary', states[0], '22023', None), ('text form', states[1], '22P02', None)]


def run_covariance(server, case):
    got = server.value("""
        SELECT covariances FROM (SELECT ab_summary(x, y, 'a') s FROM unnest(%s::float8[], %s::float8[]) t(x, y)) d,
               ab_arms(d.s)""", (case['inputs']['x'], case['inputs']['y']))
    return published(case, {'covariance': got[0][1]})


def run_student_large(server, case):
    """Reported as control minus treatment."""
    row = compare_large(server)
    return published(case, {'t': -row['statistic'], 'p_value': row['p_value']})


def compare_large(server):
    return server.named("""
        SELECT r.* FROM (SELECT ab_ttest(i %% 30 + CASE v WHEN 'treatment' THEN 0.0022 ELSE 0 END::float8, v) t
                         FROM generate_series(0, 499999) i, unnest('{control,treatment}'::text[]) v) x,
             LATERAL (SELECT (x.t).*) r""".replace('%%', '%'))[0]


# ---------------------------------------------------------------- CUPED and ratios of stats_cases.json

PAIR = ('y', 'x')
RATIO_CUPED = ('m_post', 'd_post', 'm_pre', 'd_pre')


def state_of_sums(names, **arms):
    """The text form of a summary of those columns, from sums and sums of products."""
    def product(arm, a, b):
        """The sum of products, under whatever name the case has it."""
        if a == b:
            return arm[a][1] if isinstance(arm.get(a), list) else arm['s' + a + a]
        short = [c.replace('_', '') for c in (a, b)]
        return next(arm[k] for k in (''.join(short), '_'.join(short), '_'.join(short[::-1]), 's' + b + a, 's' + a + b)
                    if k in arm)

    def one(variant, arm):
        n = arm['n']
        total = {k: arm[k][0] if isinstance(arm.get(k), list) else arm['s' + k] for k in names}
        moments = [product(arm, a, b) - total[a] * total[b] / n for i, a in enumerate(names) for b in names[i:]]
        return {'variant': variant, 'n': n, 'nonfinite': 0, 'control': False, 'overflow': False,
                'binary': [False] * len(names), 'mean': [total[k] / n for k in names], 'mean_low': [0] * len(names),
                'comoment': moments, 'comoment_low': [0] * len(moments)}
    return json.dumps({'version': 1, 'columns': len(names), 'arms': [one(v, a) for v, a in sorted(arms.items())]})


def state_of_rows(server, names, arms):
    """The summary of rows given by columns."""
    server.load('observation', ', '.join('%s float8' % n for n in names) + ', variant text',
                [row + (variant,) for variant, columns in arms.items() for row in zip(*(columns[n] for n in names))])
    return server.value('SELECT ab_summary(%s, variant)::text FROM observation' % ', '.join(names))


def ask_adjusted(server, function, state, **options):
    return server.named('SELECT r.* FROM %s(%%(state)s::ab_summary%s) r' % (
        function, ''.join(', %s => %%(%s)s' % (k, k) for k in options)), dict(options, state=state))[0]


def run_cuped_lift(server, case):
    """Their lift is relative to the unadjusted control mean, its p-value the delta method's; theta is that of all rows."""
    state = state_of_sums(PAIR, **{k: case['inputs'][k] for k in ('control', 'treatment')})
    row = ask_adjusted(server, 'ab_cuped', state, theta='total')
    plain = ask_adjusted(server, 'ab_ttest', state)
    return published(case, {'expected': row['diff'] / plain['control_mean'], 'control_unadjusted': plain['control_mean'],
                            'treatment_unadjusted': plain['treatment_mean']})


def run_cuped_theta(server, case):
    """They adjust to a covariate of 0 where we adjust to its overall mean."""
    arms = {k: case['inputs'][k] for k in ('control', 'treatment')}
    state = state_of_sums(PAIR, **arms)
    row, plain = ask_adjusted(server, 'ab_cuped', state, theta='total'), ask_adjusted(server, 'ab_ttest', state)
    x = {k: a['sx'] / a['n'] for k, a in arms.items()}
    overall = sum(a['sx'] for a in arms.values()) / sum(a['n'] for a in arms.values())
    theta = (plain['diff'] - row['diff']) / (x['treatment'] - x['control'])
    return published(case, {'theta': theta, 'control_adjusted': row['control_mean'] - theta * overall,
                            'treatment_adjusted': row['treatment_mean'] - theta * overall})


def run_cuped_ratio_lift(server, case):
    """As run_cuped_lift.  With arms of one size their theta is the pooled one."""
    arms = {k: case['inputs'][k] for k in ('control', 'treatment')}
    row = ask_adjusted(server, 'ab_ratio_cuped', state_of_sums(RATIO_CUPED, **arms), theta='pooled')
    unadjusted = arms['control']['m_post'][0] / arms['control']['d_post'][0]
    return published(case, {'expected': row['diff'] / unadjusted})


def run_cuped_ratio_sign(server, case):
    """Theta is given there and fitted here, so it is the property that is checked: with the numerators
    negated, the difference is negated and its standard error stays."""
    arms = {k: case['inputs'][k] for k in ('control', 'treatment')}
    negated = {k: {c: [-v for v in values] if c.startswith('m_') else values for c, values in a.items()}
               for k, a in arms.items()}
    row, other = (ask_adjusted(server, 'ab_ratio_cuped', state_of_rows(server, RATIO_CUPED, a)) for a in (arms, negated))
    return [(name, sign * other[name], row[name], ('rel', 1e-12)) for name, sign in (
        ('control_mean', -1), ('diff', -1), ('std_error', 1), ('relative_lift_pct', 1), ('lift_low_pct', 1),
        ('p_value', 1))]


def run_ratio_pooled(server, case):
    """tea-tasting: everything but its log-scale interval of the ratio of ratios."""
    inputs = case['inputs']
    row = ask_adjusted(server, 'ab_ratio', state_of_rows(server, ('orders', 'sessions'), inputs['rows']),
                       alternative=inputs['alternative'], equal_var=inputs['equal_var'])
    return published(case, {
        'control': row['control_mean'], 'treatment': row['treatment_mean'], 'effect': row['diff'],
        'ci_lower': row['diff_low'], 'rel_effect': row['relative_lift_pct'] / 100, 'p_value': row['p_value'],
        'statistic': row['statistic']}) + [('ci_upper', row['diff_high'], None, None)]


def run_cuped_ratio_normal(server, case):
    """tea-tasting: its p-value and interval are normal there, ours Student's; theta is that of all rows."""
    inputs = case['inputs']
    names = ('orders', 'sessions', 'orders_covariate', 'sessions_covariate')
    row = ask_adjusted(server, 'ab_ratio_cuped', state_of_rows(server, names, inputs['rows']), theta='total',
                       alternative=inputs['alternative'])
    return published(case, {
        'control': row['control_mean'], 'treatment': row['treatment_mean'], 'effect': row['diff'],
        'rel_effect': row['relative_lift_pct'] / 100, 'statistic': row['statistic']})


def run_ratio_variance(server, case):
    """The variance of one arm's rows, from three rows with those moments."""
    mean, var, n = case['inputs']['mean'], case['inputs']['var'], 3
    arm = {'n': n, 'sx': n * mean['x'], 'sy': n * mean['y'],
           'sxx': 2 * var['x'] + n * mean['x'] ** 2, 'syy': 2 * var['y'] + n * mean['y'] ** 2,
           'sxy': 2 * case['inputs']['cov_xy'] + n * mean['x'] * mean['y']}
    row = ask_adjusted(server, 'ab_ratio', state_of_sums(('x', 'y'), control=arm))
    return published(case, {'ratio_var': row['control_stddev'] ** 2})


def run_impossible_ratio(server, case):
    """Sums of squares below sum^2 / n: no data has these moments, so they are refused as input."""
    arms = {k: {'n': a['n'], 'sy': a['sum_m'], 'syy': a['sum_m2'], 'sx': a['sum_d'], 'sxx': a['sum_d2'], 'sxy': a['sum_md']}
            for k, a in case['inputs'].items() if isinstance(a, dict)}
    return [('text form', server.sqlstates(["SELECT '%s'::ab_summary" % state_of_sums(PAIR, **arms)])[0], '22P02', None)]


# ---------------------------------------------------------------- sizing of stats_cases.json

def run_power(server, case):
    inputs = case['inputs']
    got = server.value('SELECT ab_power(%s, 1, %s, %s, %s::float8 / %s, %s, 1)', (
        inputs['n1'], inputs['cohen_d'], inputs['alpha'], inputs['n2'], inputs['n1'], inputs['alternative']))
    return published(case, {'power': got})


def run_mde(server, case):
    """Ours is a magnitude; they give the decrease its sign."""
    inputs = case['inputs']
    got = server.value('SELECT ab_mde(%s, %s, %s, %s, 1, %s, sqrt(%s))', (
        inputs['n_total'] // 2, inputs['mean'], inputs['alpha'], inputs['power'], inputs['alternative'], inputs['variance']))
    return published(case, {'effect': -got, 'rel_effect': -got / inputs['mean']})


def run_size_t(server, case):
    inputs = case['inputs']
    got = server.value('SELECT ab_sample_size(%s, %s, %s, %s, %s, %s, sqrt(%s))', (
        inputs['mean'], inputs['effect'], inputs['alpha'], inputs['power'], inputs['ratio'], inputs['alternative'],
        inputs['variance']))
    return published(case, {'n_total': 2 * got})


def run_size_mean(server, case):
    inputs = case['inputs']
    got = server.value('SELECT ab_sample_size(%s, %s, %s, %s, stddev => %s)', (
        inputs['mean'], inputs['mean'] * inputs['rel_effect'], inputs['alpha'], inputs['power'], inputs['std']))
    return published(case, {'n_per_arm': got})


def run_size_rate(server, case):
    inputs = case['inputs']
    got = server.value('SELECT ab_sample_size(%s, %s, %s, %s)', (
        inputs['p'], inputs['mde'], inputs['alpha'], inputs['power']))
    return published(case, {'n_total': 2 * got})


def run_size_allocation(server, case):
    """Control against one of the treatments: the ratio of their shares."""
    inputs = case['inputs']
    control, treatment = inputs['allocation'][:2]
    got = server.value('SELECT ab_sample_size(1, %s, %s, %s, ratio => %s, stddev => sqrt(%s))', (
        inputs['mde'], inputs['alpha'], inputs['power'], treatment / control, inputs['variance']))
    return published(case, {'n_total': got / control})


# ---------------------------------------------------------------- rates of stats_cases.json

def compare_rates(server, inputs, ratio, alternative, method, alpha=0.05):
    """The first sample is our treatment; a ratio other than 1 is one of equal rates over an exposure that much larger."""
    return server.named("""
        SELECT r.* FROM (SELECT ab_summary(events, exposure, variant) s FROM (VALUES
                (%s::float8, %s::float8, 'treatment'), (%s, %s, 'control')) v(events, exposure, variant)) q,
             ab_rate_test(s, alpha => %s, alternative => %s, method => %s) r""",
        (inputs['count1'], inputs['exposure1'] * ratio, inputs['count2'], inputs['exposure2'], alpha, alternative, method))[0]


def rate_test(method):
    def run(server, case):
        row = compare_rates(server, case['inputs'], case['inputs']['ratio_null'], case['inputs']['alternative'], method)
        return published(case, {'z': row['statistic'], 'p_value': row['p_value']})
    return run


def run_rate_equivalence(server, case):
    """The larger of two one-sided exact p-values; the margins are the ends of R's 95% interval, and ours."""
    inputs = case['inputs']
    above = compare_rates(server, inputs, inputs['low'], 'greater', 'exact')
    below = compare_rates(server, inputs, inputs['upp'], 'less', 'exact')
    interval = compare_rates(server, inputs, 1, 'two-sided', 'exact')
    return published(case, {'p_value': max(above['p_value'], below['p_value'])}) + [
        ('ratio_low', 1 + interval['lift_low_pct'] / 100, inputs['low'], stats_tolerance(case)),
        ('ratio_high', 1 + interval['lift_high_pct'] / 100, inputs['upp'], stats_tolerance(case))]


# ---------------------------------------------------------------- assignment

def run_router(server, case):
    inputs = case['inputs']
    if inputs['fn'] == 'bucket10000':
        got = server.value('SELECT ab_bucket(%s, %s::text)', (inputs['experiment'], inputs['user_id']))
    else:
        got = server.value('SELECT ab_assign(%s, %s::text, %s)', (inputs['experiment'], inputs['user_id'], inputs['split']))
    return [(inputs['fn'], got, case['expected'], None)]


# ---------------------------------------------------------------- what covers what

def mu(rows):
    return lambda inputs: [inputs['mu']] * rows


RUNNERS = {
    # sql_cases.json
    'welch_ttest': two_sample_test(equal_var=False),
    'welch_ttest_ci': two_sample_test(equal_var=False),
    'welch_ttest_unequal': two_sample_test(equal_var=False),
    'welch_ttest_less': two_sample_test(equal_var=False, alternative='less'),
    'student_ttest': two_sample_test(equal_var=True),
    'student_ttest_ci': two_sample_test(equal_var=True),
    'student_ttest_large_n': run_large_n,
    'ttest_statistic': run_statistic,
    'precision_offset': run_offset,
    'degenerate_n1': run_degenerate(mu(1)),
    'degenerate_constant': run_degenerate(mu(2)),
    'degenerate_zero_variance_both_arms': run_degenerate(lambda inputs: inputs['y']),
    'degenerate_all_null_or_nan': run_degenerate(lambda inputs: [math.nan] * 1024),
    # stats_cases.json
    'welch_t': run_welch_arrays,
    'welch_t + log-scale relative CI': run_welch_rows,
    'welch_t/absolute': run_welch_sums,
    'welch_t/absolute 99%': run_welch_sums,
    'welch_t/relative_lift_delta': run_relative_lift,
    'welch_t/one_sided': run_relative_lift,
    'relative_lift/negative_baseline': run_negative_baseline,
    'edge/zero_or_negative_variance': run_impossible_moments,
    'moments/covariance': run_covariance,
    'cuped/relative_lift_delta': run_cuped_lift,
    'cuped/theta': run_cuped_theta,
    'cuped_ratio/delta': run_cuped_ratio_lift,
    'cuped_ratio/relative, sign-invariant': run_cuped_ratio_sign,
    'cuped_ratio/delta, z, one-sided, log relative CI': run_cuped_ratio_normal,
    'ratio_metric/delta': run_impossible_ratio,
    'ratio_metric/delta, pooled t, one-sided, log relative CI': run_ratio_pooled,
    'delta_method/ratio variance': run_ratio_variance,
    'student_t large n': run_student_large,
    'power/two-sample t (noncentral)': run_power,
    'mde/noncentral t': run_mde,
    'sample_size/noncentral t': run_size_t,
    'sample_size/mean': run_size_mean,
    'sample_size/proportion': run_size_rate,
    'sample_size/3 arms control-heavy allocation 1/2,1/4,1/4': run_size_allocation,
    'poisson_rates/wald': rate_test('wald'),
    'poisson_rates/sqrt': rate_test('sqrt'),
    'poisson_rates/conditional mid-p': rate_test('mid-p'),
    'equivalence/poisson TOST': run_rate_equivalence,
    # assign_vectors.json, by platform
    'ab_test_seed_spec': run_router,
}


def agrees(got, wanted, tolerance):
    if tolerance is None or got is None or wanted is None:
        return got == wanted and (got is None) == (wanted is None)
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
