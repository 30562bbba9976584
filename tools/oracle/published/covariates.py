"""CUPED and ratios of stats_cases.json."""
import json
import math

from scipy.optimize import brentq
from scipy.stats import norm, t as student

from published.asking import delta_lift, published

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
        return {'variant': variant, 'n': n, 'nonfinite': 0, 'missing': [0] * (len(names) + 1), 'control': False, 'overflow': False,
                'binary': [False] * len(names), 'mean': [total[k] / n for k in names], 'mean_low': [0] * len(names),
                'comoment': moments, 'comoment_low': [0] * len(moments)}
    return json.dumps({'version': 1, 'columns': len(names), 'unassigned': 0,
                       'arms': [one(v, a) for v, a in sorted(arms.items())]})


def state_of_rows(server, names, arms):
    """The summary of rows given by columns."""
    server.load('observation', ', '.join('%s float8' % n for n in names) + ', variant text',
                [row + (variant,) for variant, columns in arms.items() for row in zip(*(columns[n] for n in names))])
    return server.value('SELECT ab_summary(%s, variant)::text FROM observation' % ', '.join(names))


def ask_adjusted(server, function, state, **options):
    return server.named('SELECT r.* FROM %s(%%(state)s::ab_summary%s) r' % (
        function, ''.join(', %s => %%(%s)s' % (k, k) for k in options)), dict(options, state=state))[0]


def run_cuped_lift(server, case):
    """GrowthBook's theta of means is that of all rows, its lift over the unadjusted control mean by the delta method."""
    state = state_of_sums(PAIR, **{k: case['inputs'][k] for k in ('control', 'treatment')})
    row = ask_adjusted(server, 'ab_cuped', state, theta='total', lift_method='delta', lift_base='unadjusted')
    plain = ask_adjusted(server, 'ab_ttest', server.value('SELECT ab_column(%s::ab_summary, 1)::text', (state,)))
    return published(case, dict(delta_lift(row), control_unadjusted=plain['control_mean'],
                                treatment_unadjusted=plain['treatment_mean']))


def run_cuped_theta(server, case):
    """They adjust to a covariate of 0 where we adjust to its overall mean."""
    arms = {k: case['inputs'][k] for k in ('control', 'treatment')}
    state = state_of_sums(PAIR, **arms)
    row = ask_adjusted(server, 'ab_cuped', state, theta='total')
    plain = ask_adjusted(server, 'ab_ttest', server.value('SELECT ab_column(%s::ab_summary, 1)::text', (state,)))
    x = {k: a['sx'] / a['n'] for k, a in arms.items()}
    overall = sum(a['sx'] for a in arms.values()) / sum(a['n'] for a in arms.values())
    theta = (plain['diff'] - row['diff']) / (x['treatment'] - x['control'])
    return published(case, {'theta': theta, 'control_adjusted': row['control_mean'] - theta * overall,
                            'treatment_adjusted': row['treatment_mean'] - theta * overall})


def run_cuped_ratio_lift(server, case):
    """GrowthBook's theta of ratios is both arms' covariances over their variances, which does not weigh by size:
    with arms of one size that is the pooled one, which it takes as known."""
    arms = {k: case['inputs'][k] for k in ('control', 'treatment')}
    state = state_of_sums(RATIO_CUPED, **arms)
    fitted = ask_adjusted(server, 'ab_ratio_cuped', state, theta='pooled')
    pre = {k: a['m_pre'][0] / a['d_pre'][0] for k, a in arms.items()}
    post = {k: a['m_post'][0] / a['d_post'][0] for k, a in arms.items()}
    theta = (post['treatment'] - post['control'] - fitted['diff']) / (pre['treatment'] - pre['control'])
    row = ask_adjusted(server, 'ab_ratio_cuped', state, theta_value=theta, lift_method='delta',
                       lift_base='unadjusted')
    return published(case, delta_lift(row))


def run_cuped_ratio_sign(server, case):
    """With the numerators negated lift and error stay, for us: we divide by the control with its sign."""
    arms = {k: case['inputs'][k] for k in ('control', 'treatment')}
    negated = {k: {c: [-v for v in values] if c.startswith('m_') else values for c, values in a.items()}
               for k, a in arms.items()}
    row, other = (ask_adjusted(server, 'ab_ratio_cuped', state_of_rows(server, RATIO_CUPED, a),
                               theta_value=case['inputs']['theta'], lift_method='delta', lift_base='unadjusted')
                  for a in (arms, negated))
    lift = delta_lift(row)
    return published(case, {'lift': lift['expected'], 'se': lift['stddev']}) + [(name, sign * other[name], row[name], ('rel', 1e-12)) for name, sign in (
        ('control_mean', -1), ('diff', -1), ('std_error', 1), ('relative_lift_pct', 1), ('lift_low_pct', 1),
        ('p_value', 1))]


def run_ratio_pooled(server, case):
    """tea-tasting: the interval of its ratio of ratios is on the log scale."""
    inputs = case['inputs']
    row = ask_adjusted(server, 'ab_ratio', state_of_rows(server, ('orders', 'sessions'), inputs['rows']),
                       alternative=inputs['alternative'], equal_var=inputs['equal_var'], lift_method='log')
    return published(case, {
        'control': row['control_mean'], 'treatment': row['treatment_mean'], 'effect': row['diff'],
        'ci_lower': row['diff_low'], 'rel_effect': row['relative_lift_pct'] / 100, 'p_value': row['p_value'],
        'rel_ci_lower': row['lift_low_pct'] / 100, 'statistic': row['statistic']}) + [
            ('ci_upper', row['diff_high'], None, None), ('rel_ci_upper', row['lift_high_pct'], None, None)]


def run_cuped_ratio_normal(server, case):
    """tea-tasting: its p-value and intervals are normal there, ours Student's with a df that the ratio of two levels'
    quantiles tells; theta is that of all rows."""
    inputs = case['inputs']
    names = ('orders', 'sessions', 'orders_covariate', 'sessions_covariate')
    state = state_of_rows(server, names, inputs['rows'])
    row, other = (ask_adjusted(server, 'ab_ratio_cuped', state, theta='total', lift_method='log', alpha=alpha,
                               alternative=inputs['alternative']) for alpha in (0.05, 0.25))
    reach, less = (math.log1p(r['lift_high_pct'] / 100) - math.log1p(r['relative_lift_pct'] / 100)
                   for r in (row, other))
    df = brentq(lambda df: student.isf(0.05, df) / student.isf(0.25, df) - reach / less, 2, 1e4, xtol=1e-10)
    normal_reach = reach / student.isf(0.05, df) * norm.isf(0.05)
    return published(case, {
        'control': row['control_mean'], 'treatment': row['treatment_mean'], 'effect': row['diff'],
        'rel_effect': row['relative_lift_pct'] / 100, 'statistic': row['statistic'],
        'ci_upper': row['diff'] + row['std_error'] * norm.isf(0.05),
        'rel_ci_upper': math.expm1(math.log1p(row['relative_lift_pct'] / 100) + normal_reach)})


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
    arms = {k: {'n': a['n'], 'sy': a['sum_m'], 'syy': a['sum_m2'], 'sx': a['sum_d'], 'sxx': a['sum_d2'],
                'sxy': a['sum_md']}
            for k, a in case['inputs'].items() if isinstance(a, dict)}
    return [('text form', server.sqlstates(["SELECT '%s'::ab_summary" % state_of_sums(PAIR, **arms)])[0], '22P02',
             None)]


RUNNERS = {
    'cuped/relative_lift_delta': run_cuped_lift,
    'cuped/theta': run_cuped_theta,
    'cuped_ratio/delta': run_cuped_ratio_lift,
    'cuped_ratio/relative, sign-invariant': run_cuped_ratio_sign,
    'cuped_ratio/delta, z, one-sided, log relative CI': run_cuped_ratio_normal,
    'ratio_metric/delta': run_impossible_ratio,
    'ratio_metric/delta, pooled t, one-sided, log relative CI': run_ratio_pooled,
    'delta_method/ratio variance': run_ratio_variance,
}
