#!/usr/bin/python3
"""ab_compare: each row is ab_ttest's, each p ab_adjust's, and Dunnett's by other quadrature.

Dunnett's p-values are held against trapezoidal sums over the two variables that the comparisons
share, at 1e-10, and where a comparison has all its variance in the control against Gauss-Legendre
quadrature on either side of the step.  Everything that does not depend on the number of treatments
must equal ab_ttest, and every simultaneous interval must exclude zero exactly when its adjusted
p-value is below alpha, also at the p-value itself.
"""
import math

import numpy as np
import scipy.special
import scipy.stats
from mpmath import mp, mpf

from shared.checks import ALTERNATIVES, run_sections, seeded
from shared.duality import statements
from shared.arms import Arms, random_arms

SEED = 19550101
CORRECTIONS = ('none', 'bonferroni', 'sidak', 'holm', 'hochberg', 'hommel', 'holm-sidak', 'hochberg-sidak', 'bh',
               'by')      # and Dunnett's
SIMULTANEOUS = ('bonferroni', 'sidak', 'dunnett')
TOL_DUNNETT = 1e-10


def check_verdict(checks, inputs, row, correction):
    """The verdict is that of the adjusted p-value, and of the intervals where they are simultaneous."""
    for name, agrees, says, should in statements(row, p='p_adjusted', required=1):
        if name == 'significant' or correction in SIMULTANEOUS:
            checks.check(agrees, (inputs, name), says, should)


# ---------------------------------------------------------------- rows

SAME = ('control', 'treatment', 'control_n', 'treatment_n', 'control_mean', 'treatment_mean', 'control_stddev',
        'treatment_stddev', 'diff', 'relative_lift_pct', 'std_error', 'statistic', 'df', 'p_value')
BOUNDS = ('diff_low', 'diff_high', 'lift_low_pct', 'lift_high_pct')


def check_as_ttest(server, checks, design, correction, alternative, equal_var, alpha):
    rows = design.compare(server, correction, alternative, equal_var, alpha)
    checks.check([r['treatment'] for r in rows] == design.names[1:], design, len(rows), 'a row for each treatment')
    m = len(rows)
    level = {'bonferroni': alpha / m, 'sidak': float(-mp.expm1(mp.log1p(-mpf(alpha)) / m))}.get(correction, alpha)
    adjusted = server.value('SELECT ab_adjust(%s::float8[], %s)', ([r['p_value'] for r in rows], correction))
    for row, p in zip(rows, adjusted):
        inputs = '%s %s %s %s %s' % (design, correction, alternative, equal_var, alpha)
        test = design.ask(server, 'ab_ttest(q.s, %s, %s, %s, %s, %s)',
                          ('control', row['treatment'], level, alternative, equal_var))[0]
        wrong = [n for n in SAME if row[n] != test[n]] + ([] if row['p_adjusted'] == p else ['p_adjusted'])
        for name in BOUNDS:
            a, b = row[name], test[name]
            if (a is None) != (b is None) or (a is not None and abs(a - b) > 1e-11 * max(abs(b), 1e-3)):
                wrong.append(name)
        checks.check(not wrong, inputs, [row[n] for n in wrong], [test.get(n) for n in wrong])
        check_verdict(checks, inputs, row, correction)


def section_compare(server, checks, rng):
    for i in range(60):
        design = random_arms(rng, i)
        for correction in CORRECTIONS:
            check_as_ttest(server, checks, design, correction, ALTERNATIVES[i % 3], bool(i % 2),
                           float(rng.choice([0.001, 0.05, 0.2])))


# ---------------------------------------------------------------- Dunnett

def maximum_tail(x, a, b, two_sided):
    """P(max > x) of the normal comparisons, by the trapezoidal rule over the control."""
    h = min(0.25, b[b > 0].min() / 3)
    reach = np.sqrt(x * x + 90)
    z = np.arange(-reach, reach, h)
    none = np.zeros_like(z)
    for ai, bi in zip(a, b):
        q = scipy.special.ndtr((ai * z - x) / bi)
        if two_sided:
            q = q + scipy.special.ndtr((-ai * z - x) / bi)
        none += np.log1p(-np.minimum(q, 1))
    return float(np.sum(np.exp(-z * z / 2) * -np.expm1(none)) * h / math.sqrt(2 * math.pi))


def over_s(t, df, tail):
    """Mean of tail(t s) over s = chi / sqrt(df), by the trapezoidal rule in log s."""
    sd = 1 / math.sqrt(2 * df)
    centre = -math.log(math.hypot(1, t / math.sqrt(df))) if t > 0 else 0
    step, result = min(sd, 0.5) / 4, 0.0
    half = mpf(df) / 2
    constant = mp.log(2) + half * mp.log(half) - mp.loggamma(half) - half
    for i in range(int(-max(11 * sd, 38 / df) / step), int(11 * sd / step) + 1):
        w = mpf(centre + i * step)
        density = mp.exp(constant + df * (w - mp.expm1(2 * w) / 2))
        if density > 1e-320:
            result += float(density) * tail(t * math.exp(w))
    return min(result * step, 1.0)


def dunnett_tail(t, df, variances, two_sided):
    total = variances[0] + variances[1:]
    a, b = np.sqrt(variances[0] / total), np.sqrt(variances[1:] / total)
    with np.errstate(divide='ignore'):
        return over_s(t, df, lambda x: maximum_tail(x, a, b, two_sided))


def in_direction(statistic, alternative):
    return abs(statistic) if alternative == 'two-sided' else -statistic if alternative == 'less' else statistic


def critical_of(row):
    return ((row['diff_high'] - row['diff']) if row['diff_high'] is not None else
            (row['diff'] - row['diff_low'])) / row['std_error']


def check_dunnett(server, checks, design, alternative, equal_var, alpha):
    rows = design.compare(server, 'dunnett', alternative, equal_var, alpha)
    two_sided, variances = alternative == 'two-sided', design.variances(equal_var)
    for i, row in enumerate(rows):
        inputs = '%s %s %s %s %s' % (design, row['treatment'], alternative, equal_var, alpha)
        t = in_direction(row['statistic'], alternative)
        check_verdict(checks, inputs, row, 'dunnett')
        if row['p_value'] < 1e-290:
            continue
        checks.held(inputs, 'dunnett p_adjusted', row['p_adjusted'],
             dunnett_tail(t, row['df'], variances, two_sided), TOL_DUNNETT)
        if i == 0:
            checks.held(inputs, 'dunnett critical value', alpha,
                 dunnett_tail(critical_of(row), row['df'], variances, two_sided), TOL_DUNNETT)


def check_pooled_arms(checks, design, rows):
    """Classical Dunnett: one variance of all arms, N - k - 1 degrees of freedom."""
    df = sum(design.n) - len(design.n)
    variance = sum((n - 1) * mpf(s) ** 2 for n, s in zip(design.n, design.sd)) / df
    for row, n in zip(rows, design.n[1:]):
        se = mp.sqrt(variance / design.n[0] + variance / n)
        checks.check(row['df'] == df, design, row['df'], df)
        checks.held(design, 'dunnett std_error', row['std_error'], se, 1e-13)
        checks.held(design, 'dunnett p_value', row['p_value'],
             2 * scipy.stats.t.sf(abs(row['statistic']), df), 1e-9)


def check_dunnett_at_p(server, checks, design, alternative, equal_var):
    """At alpha equal to an adjusted p-value, and at its neighbours."""
    for i, row in enumerate(design.compare(server, 'dunnett', alternative, equal_var)[:2]):
        p = row['p_adjusted']
        for alpha in (np.nextafter(p, 0), p, np.nextafter(p, 1)):
            if 1e-290 < alpha <= 0.5:
                again = design.compare(server, 'dunnett', alternative, equal_var, float(alpha))[i]
                checks.check(again['significant'] == (p < alpha), (str(design), alpha), again['significant'], p)
                check_verdict(checks, (str(design), alpha), again, 'dunnett')


def section_dunnett(server, checks, rng):
    for i in range(36):
        design, alternative, equal_var = random_arms(rng, i), ALTERNATIVES[i % 3], bool(i // 3 % 2)
        check_dunnett(server, checks, design, alternative, equal_var, float(rng.choice([0.001, 0.05, 0.3])))
        check_dunnett_at_p(server, checks, design, alternative, equal_var)
        if i % 4 == 0:
            check_pooled_arms(checks, design, design.compare(server, 'dunnett', equal_var=True))
    many = Arms([40] + [30 + i for i in range(60)], [1 + 0.01 * i for i in range(61)],
                [1 + 0.02 * i for i in range(61)])
    rows = many.compare(server, 'dunnett')
    for i in (10, 40, 59):
        checks.held('60 treatments', 'dunnett 60 treatments', rows[i]['p_adjusted'],
             dunnett_tail(abs(rows[i]['statistic']), rows[i]['df'], many.variances(False), True), TOL_DUNNETT)


def steps_tail(t, df, a, b):
    """Two-sided, for one treatment without variance (a step at z = x) and one with: Gauss-Legendre up to the step."""
    nodes, weights = np.polynomial.legendre.leggauss(60)

    def inner(x):
        z = (nodes + 1) * x / 2
        some = scipy.special.ndtr((a * z - x) / b) + scipy.special.ndtr((-a * z - x) / b)
        return 2 * (scipy.special.ndtr(-x) + x / 2 * np.sum(weights * some * np.exp(-z * z / 2))
                    / math.sqrt(2 * math.pi))
    return over_s(t, df, inner)


def section_steps(server, checks):
    """A treatment that is nearly constant: its comparison is the control's own."""
    for n, sd in (((9, 5, 14), (1.5, 1e-14, 2.0)), ((20, 3, 6), (0.7, 1e-14, 0.3)), ((4, 3, 60), (2, 1e-14, 9.0))):
        design = Arms(list(n), [5.0, 5.4, 5.9], list(sd))
        v = design.variances(False)
        a, b = math.sqrt(v[0] / (v[0] + v[2])), math.sqrt(v[2] / (v[0] + v[2]))
        for row in design.compare(server, 'dunnett'):
            checks.held(design, 'dunnett, nearly constant treatment', row['p_adjusted'],
                 steps_tail(abs(row['statistic']), row['df'], a, b), TOL_DUNNETT)
            check_verdict(checks, design, row, 'dunnett')
    # from steep to a step: continuous
    before = None
    for exponent in range(2, 13):
        design = Arms([9, 5, 14], [5.0, 5.4, 5.9], [1.5, 10.0 ** -exponent, 2.0])
        p = design.compare(server, 'dunnett')[1]['p_adjusted']
        if before is not None:
            checks.check(abs(p / before - 1) < 10.0 ** (1 - exponent) + 1e-11, design, p, before)
        before = p
    # a nearly constant control: independent comparisons
    design = Arms([9, 5, 14], [5.0, 5.4, 5.9], [1e-14, 1.5, 2.0])
    for row in design.compare(server, 'dunnett'):
        checks.check(row['p_value'] < row['p_adjusted'] < 2 * row['p_value'], design, row['p_adjusted'], row['p_value'])


def section_untested(server, checks):
    """An arm that is not tested leaves Dunnett's distribution; one that the score test answers for is independent."""
    whole = Arms([9, 7, 14, 8], [5.0, 5.4, 5.9, 6.1], [1.5, 1.1, 2.0, 0.0]).compare(server, 'dunnett')
    rest = Arms([9, 7, 14], [5.0, 5.4, 5.9], [1.5, 1.1, 2.0]).compare(server, 'dunnett')
    for row, other in zip(whole, rest):
        checks.check(row['p_adjusted'] == other['p_adjusted'], 'constant arm', row['p_adjusted'], other['p_adjusted'])
    checks.check(whole[2]['p_adjusted'] is None, 'constant arm', whole[2]['p_adjusted'], None)
    counts = [(500, 1000), (440, 800), (0, 4), (330, 650)]
    rows = server.named("""
        SELECT r.* FROM (SELECT ab_rollup(ab_make_summary(v, n, x)) s
                         FROM (VALUES %s) t(v, n, x)) q, ab_compare(s, correction => 'dunnett') r"""
                        % ', '.join("('%s', %d, %d)" % (name, n, x) for name, (x, n)
                                    in zip(('control', 'a', 'b', 'c'), counts)))
    variances = np.array([x * (n - x) / n / (n - 1) / n for x, n in counts])
    variances[2] = 1e300
    for row in rows:
        checks.held('score test in Dunnett', 'dunnett, score test', row['p_adjusted'],
                    dunnett_tail(abs(row['statistic']), row['df'] or 1e15, variances, True), 1e-7)
        check_verdict(checks, 'score test in Dunnett', row, 'dunnett')


if __name__ == '__main__':
    run_sections(__file__, [('compare', seeded(SEED + 1, section_compare)),
                            ('dunnett', seeded(SEED + 2, section_dunnett)),
                            ('steps', section_steps), ('untested', section_untested)])
