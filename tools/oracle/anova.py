#!/usr/bin/python3
"""ab_anova against exact sums at 50 digits, SciPy's f_oneway and statsmodels' anova_oneway."""
import scipy.stats
from mpmath import mp, mpf
from statsmodels.stats.oneway import anova_oneway

from shared.checks import TOL_P, TOL_SCIPY, TOL_STATISTIC, run_sections, seeded
from shared.arms import Arms
from shared.reference import exact_arm

SEED = 19550104


def f_tail(f, df1, df2):
    x = df2 / (df2 + df1 * f)
    return mp.betainc(df2 / 2, df1 / 2, 0, x, regularized=True)


def exact_anova(arms, equal_var):
    """F, its degrees of freedom and eta squared at 50 digits."""
    k, n = len(arms), sum(a.n for a in arms)
    mean = sum(a.n * a.mean for a in arms) / n
    between = sum(a.n * (a.mean - mean) ** 2 for a in arms)
    within = sum((a.n - 1) * a.variance for a in arms)
    eta = between / (between + within)
    if equal_var:
        return between / (k - 1) / (within / (n - k)), mpf(n - k), eta
    w = [a.n / a.variance for a in arms]
    centre = sum(wi * a.mean for wi, a in zip(w, arms)) / sum(w)
    spread = sum(wi * (a.mean - centre) ** 2 for wi, a in zip(w, arms)) / (k - 1)
    rest = sum((1 - wi / sum(w)) ** 2 / (a.n - 1) for wi, a in zip(w, arms))
    return spread / (1 + 2 * mpf(k - 2) / (k * k - 1) * rest), (k * k - 1) / (3 * rest), eta


def section_anova(server, checks, rng):
    for i in range(120):
        k, shift = int(rng.integers(2, 8)), (0, 0, 1e8)[i % 3]
        arms = [shift + rng.normal(rng.normal(0, 0.5), rng.uniform(0.5, 3), rng.integers(2, 40)) for _ in range(k)]
        server.load('anova', 'variant text, outcome float8',
                    [('v%d' % v, x) for v, arm in enumerate(arms) for x in arm])
        exact = [exact_arm(a.tolist()) for a in arms]
        for equal_var in (False, True):
            row = server.named('SELECT r.* FROM (SELECT ab_summary(outcome, variant) s '
                               'FROM anova) q, ab_anova(q.s, %s) r',
                               (equal_var,))[0]
            f, df, eta = exact_anova(exact, equal_var)
            inputs = 'anova %d %s' % (i, equal_var)
            checks.check((row['variants'], row['n'], row['df_between'], row['note']) ==
                         (k, sum(len(a) for a in arms), k - 1, None), inputs, row, 'counts')
            # a mean of 1e8 costs the digits that the doubles of the data do not have
            checks.held(inputs, 'anova statistic', row['statistic'], f, TOL_STATISTIC)
            checks.held(inputs, 'anova df_within', row['df_within'], df, TOL_STATISTIC)
            checks.held(inputs, 'anova eta_squared', row['eta_squared'], eta, TOL_STATISTIC)
            checks.held(inputs, 'anova p_value', row['p_value'], f_tail(f, mpf(k - 1), df), TOL_P)
            if shift == 0:
                if equal_var:
                    other = scipy.stats.f_oneway(*arms)
                else:
                    other = anova_oneway(arms, use_var='unequal', welch_correction=True)
                checks.held(inputs, 'anova statistic, SciPy', row['statistic'], other.statistic, TOL_SCIPY)
                checks.held(inputs, 'anova p_value, SciPy', row['p_value'], other.pvalue, TOL_SCIPY)
    for difference in (1, 5, 20):               # tails keep their digits
        for equal_var in (False, True):
            design = Arms([80, 50, 120], [0.0, float(difference), 1.0], [1.0, 1.5, 0.75])
            row = design.ask(server, 'ab_anova(q.s, %s)', (equal_var,))[0]
            checks.held(difference, 'anova p_value, tail', row['p_value'],
                 f_tail(mpf(row['statistic']), mpf(row['df_between']), mpf(row['df_within'])), TOL_P)


if __name__ == '__main__':
    run_sections(__file__, [('anova', seeded(SEED, section_anova))])
