"""t-tests, and summaries that no data has."""
import math

from published.asking import (
    REL_P, REL_STATISTIC, compare_rows, compare_sums, delta_lift, published, samples)

# ---------------------------------------------------------------- sql_cases.json

NAMES = {   # their name: our column and the accuracy promised for it
    't_statistic': ('statistic', REL_STATISTIC), 'z_statistic': ('statistic', REL_STATISTIC),
    'df': ('df', REL_STATISTIC), 'p_value': ('p_value', REL_P),
    'ci_low': ('diff_low', REL_P), 'ci_high': ('diff_high', REL_P), 'diff': ('diff', REL_STATISTIC),
    'se': ('std_error', REL_STATISTIC),
}


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
    row = server.named('SELECT r.* FROM (SELECT ab_ttest(outcome, variant) t FROM large) x, '
                       'LATERAL (SELECT (x.t).*) r')[0]
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
            if not equal_var and min(len(first), len(second)) > 1 and set(first) | set(second) <= {0, 1}:
                found.append(('score test', row['method'].startswith('score test'), True, None))
                continue
            found += [(name, row[name], None, None) for name in ('p_value', 'statistic', 'significant', 'diff_low')]
            found.append(('note given', bool(row['note']), True, None))
        return found
    return run


def run_mean_ztest(server, case):
    """Theirs gives the variances of a row."""
    first, second = samples(case)
    inputs = case['inputs']
    row = server.named("""
        SELECT r.* FROM (SELECT ab_summary(x, v) s
                         FROM (SELECT x, 'control' v FROM unnest(%s::float8[]) x
                               UNION ALL SELECT x, 'treatment' FROM unnest(%s::float8[]) x) d) q,
               ab_ztest(s, sqrt(%s), treatment_stddev => sqrt(%s), alpha => %s) r""",
                       (second, first, inputs['var_y'], inputs['var_x'], round(1 - inputs['confidence'], 10)))[0]
    return against_truth(case, row)


# ---------------------------------------------------------------- stats_cases.json

def run_welch_arrays(server, case):
    """R's t.test(x, y): x minus y."""
    row = compare_rows(server, case['inputs']['y'], case['inputs']['x'], equal_var=False)
    return published(case, {'t': row['statistic'], 'p_value': row['p_value']})


def run_welch_rows(server, case):
    """tea-tasting: the interval of its ratio is on the log scale."""
    rows = case['inputs']['rows']
    row = compare_rows(server, rows['control'], rows['treatment'], equal_var=False, lift_method='log')
    return published(case, {
        'control': row['control_mean'], 'treatment': row['treatment_mean'], 'effect': row['diff'],
        'ci_lower': row['diff_low'], 'ci_upper': row['diff_high'], 'rel_effect': row['relative_lift_pct'] / 100,
        'rel_ci_lower': row['lift_low_pct'] / 100, 'rel_ci_upper': row['lift_high_pct'] / 100,
        'p_value': row['p_value'], 'statistic': row['statistic']})


def run_welch_sums(server, case):
    """An absolute difference from sums."""
    inputs = case['inputs']
    row = compare_sums(server, inputs['control'], inputs['treatment'],
                       alpha=round(1 - inputs.get('confidence', 0.95), 10))
    return published(case, {'expected': row['diff'], 'ci_lower': row['diff_low'], 'ci_upper': row['diff_high']})


def run_relative_lift(server, case):
    """GrowthBook's lift by the delta method."""
    inputs = case['inputs']
    alternative = inputs.get('alternative', 'two-sided')
    row = compare_sums(server, inputs['control'], inputs['treatment'], alternative=alternative, lift_method='delta')
    return published(case, delta_lift(row, alternative))


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
        "SELECT jsonb_set(ab_make_summary('control', %d, %r, 1)::text::jsonb, '{arms,0,comoment,0}', "
        "'%r')::text::ab_summary"
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
    'mean_ztest': run_mean_ztest,
    'degenerate_constant': run_degenerate(mu(2)),
    'degenerate_zero_variance_both_arms': run_degenerate(lambda inputs: inputs['y']),
    'degenerate_all_null_or_nan': run_degenerate(lambda inputs: [math.nan] * 1024),
    # stats_cases.json
    'welch_t': run_welch_arrays,
    'welch_t + log-scale relative CI': run_welch_rows,
    'welch_t/absolute': run_welch_sums,
    'welch_t/absolute 99%': run_welch_sums,
    'welch_t/relative_lift_delta': run_relative_lift,
    'proportion/relative_lift_delta': run_relative_lift,
    'welch_t/one_sided': run_relative_lift,
    'relative_lift/negative_baseline': run_negative_baseline,
    'edge/zero_or_negative_variance': run_impossible_moments,
    'moments/covariance': run_covariance,
    'student_t large n': run_student_large,
}
