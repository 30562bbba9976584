"""Rank tests."""
from published.asking import REL_P, REL_STATISTIC

def rank_test(server, function, first, second, **parameters):
    """A rank test of two samples, the first being our treatment."""
    server.load('observation', 'variant text, outcome float8',
                [('control', v) for v in second] + [('treatment', v) for v in first])
    named = ''.join(', %s => %%(%s)s' % (name, name) for name in parameters)
    return server.named('SELECT r.* FROM (SELECT ab_histogram(outcome, variant) h FROM observation) o, %s(h%s) r'
                        % (function, named), parameters)[0]


def run_mannwhitney(server, case):
    """ClickHouse's is the asymptotic test; MADlib's p leaves out the correction for ties, which ours has."""
    inputs = case['inputs']
    row = rank_test(server, 'ab_mannwhitney', inputs['x'], inputs['y'],
                    alternative=inputs.get('alternative', 'two-sided'),
                    method='asymptotic', continuity=inputs.get('continuity', True))
    truth = case.get('recomputed_50digit', case['expected'])
    u = truth['u_statistic']
    found = [('u_statistic', row['statistic'], float(u), REL_STATISTIC)]
    if inputs.get('tie_correction', True):
        found.append(('p_value', row['p_value'], truth['p_value'], REL_P))
    return found


def mannwhitney(method):
    def run(server, case):
        inputs = case['inputs']
        row = rank_test(server, 'ab_mannwhitney', inputs.get('x', inputs.get('treatment')),
                        inputs.get('y', inputs.get('control')),
                        alternative=inputs.get('alternative', 'two-sided'), method=method,
                        continuity=inputs.get('continuity', True))
        exact = case['recomputed']
        return [('U', row['statistic'], float(exact.get('U', exact.get('statistic'))), REL_STATISTIC),
                ('p_value', row['p_value'], float(exact['p_value']), REL_P)]
    return run


def smirnov(method):
    """Their greater and less speak of the distribution functions, ours of the values."""
    def run(server, case):
        truth = dict(case['expected'], **case.get('recomputed_50digit', {}))
        found = []
        for name, alternative in (('p_two_sided', 'two-sided'), ('p_greater', 'less'), ('p_less', 'greater')):
            row = rank_test(server, 'ab_kolmogorov_smirnov', case['inputs']['x'], case['inputs']['y'],
                            alternative=alternative, method=method)
            if name == 'p_two_sided':
                found += [('statistic', row['statistic'], truth[key], REL_STATISTIC)
                          for key in ('d_statistic', 'statistic') if key in truth]
            if name in truth and not (method == 'asymp' and name == 'p_two_sided'):
                found.append((name, row['p_value'], truth[name],
                              REL_P if name in case.get('recomputed_50digit', {}) else tuple(case['tolerance'])))
        return found
    return run


def run_signed_rank(server, case):
    server.load('pair', 'c float8, t float8', [(b, a) for a, b in case['inputs']['pairs']])
    row = server.named('SELECT (ab_wilcoxon(c, t)).* FROM pair')[0]
    truth = case['recomputed_50digit']
    return [('statistic', row['statistic'], truth['statistic'], REL_STATISTIC),
            ('rank_sum_pos', row['rank_sum_positive'], truth['rank_sum_pos'], REL_STATISTIC),
            ('rank_sum_neg', row['rank_sum_negative'], truth['rank_sum_neg'], REL_STATISTIC),
            ('num', row['n'] - row['zeros'], truth['num'], REL_STATISTIC),
            ('z_statistic', -abs(row['z']), case['expected']['z_statistic'], tuple(case['tolerance']))]


RUNNERS = {
    # sql_cases.json
    'mann_whitney_u': run_mannwhitney,
    'ks_2samp': smirnov('exact'),
    'ks_2samp_asymptotic': smirnov('asymp'),    # two-sided they have the limit, we SciPy's finite form
    'wilcoxon_signed_rank': run_signed_rank,
    # stats_cases.json
    'mann_whitney/exact': mannwhitney('exact'),
    'mann_whitney/asymptotic cc': mannwhitney('asymptotic'),
    'mann_whitney/asymptotic no cc': mannwhitney('asymptotic'),
    'mann_whitney/tie correction': mannwhitney('asymptotic'),
}
