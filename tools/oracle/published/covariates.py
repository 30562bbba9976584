"""CUPED and ratios of stats_cases.json."""
import json

from published.asking import published

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
    """Their lift is over the unadjusted control mean, its p-value the delta method's; theta is that of all rows."""
    state = state_of_sums(PAIR, **{k: case['inputs'][k] for k in ('control', 'treatment')})
    row = ask_adjusted(server, 'ab_cuped', state, theta='total')
    plain = ask_adjusted(server, 'ab_ttest', state)
    return published(case, {'expected': row['diff'] / plain['control_mean'],
                            'control_unadjusted': plain['control_mean'],
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
    row, other = (ask_adjusted(server, 'ab_ratio_cuped', state_of_rows(server, RATIO_CUPED, a))
                  for a in (arms, negated))
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
