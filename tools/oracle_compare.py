#!/usr/bin/python3
"""Compare ab_compare, ab_adjust and ab_anova with independent arithmetic on random input.

Adjusted p-values are held against statsmodels and against closed testing by its
definition; Dunnett's against trapezoidal sums over the two variables that the
comparisons share, at 1e-10, and where a comparison has all its variance in the
control against Gauss-Legendre quadrature on either side of the step; analysis of variance against SciPy,
statsmodels and exact sums.  Everything that does not depend on the number of
treatments must equal ab_ttest, and every simultaneous interval must exclude zero
exactly when its adjusted p-value is below alpha, also at the p-value itself.

Connects by PGHOST, PGPORT, PGUSER and PGDATABASE, and is deterministic.  The last
line is "oracle_compare: N passed, M failed"; the exit status is 1 when M is not 0.
"""
import itertools
import math
import sys
from fractions import Fraction

import numpy as np
import scipy.special
import scipy.stats
from mpmath import mp, mpf
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.oneway import anova_oneway

sys.dont_write_bytecode = True
from checks import run_sections      # noqa: E402
from reference import exact_arm                                         # noqa: E402

SEED = 19550101
ALTERNATIVES = ('two-sided', 'less', 'greater')
STATSMODELS = {'bonferroni': 'bonferroni', 'sidak': 'sidak', 'holm': 'holm', 'hochberg': 'simes-hochberg',
               'hommel': 'hommel', 'bh': 'fdr_bh', 'by': 'fdr_by'}
CORRECTIONS = ('none',) + tuple(STATSMODELS) + ('dunnett',)
SIMULTANEOUS = ('bonferroni', 'sidak', 'dunnett')

TOL_ADJUST = 1e-12
TOL_DUNNETT = 1e-10
TOL_ANOVA = 1e-9            # SciPy's own digits
TOL_EXACT = 1e-10


def relative(got, want):
    return abs(float(got) - float(want)) / abs(float(want)) if want else abs(float(got))


def held(checks, inputs, quantity, got, want, tolerance):
    error = relative(got, want)
    checks.measure(quantity, error)
    if error <= tolerance:
        checks.ok()
    else:
        checks.fail(inputs, '%s=%r' % (quantity, got), repr(want), error)


# ---------------------------------------------------------------- ab_adjust

def random_p(rng):
    n = int(rng.integers(1, 40))
    p = rng.uniform(0, 1, n) ** rng.choice([1, 3, 20])
    if rng.integers(3) == 0:
        p = np.round(p, 1)                      # ties, zeros and ones
    return p


def closed_simes(p):
    """Hommel by its definition: the worst Simes p-value over all sets that contain the hypothesis."""
    exact = [Fraction(x) for x in p]
    worst = [Fraction(0)] * len(p)
    for size in range(1, len(p) + 1):
        for members in itertools.combinations(range(len(p)), size):
            simes = min(x * size / (j + 1) for j, x in enumerate(sorted(exact[i] for i in members)))
            for i in members:
                worst[i] = max(worst[i], simes)
    return [float(min(x, 1)) for x in worst]


def section_adjust(server, checks):
    rng = np.random.default_rng(SEED)
    for _ in range(100):
        p = random_p(rng)
        for method, name in STATSMODELS.items():
            where = sorted(rng.choice(len(p) + 3, len(p), replace=False).tolist())
            holes = [None] * (len(p) + 3)
            for i, x in zip(where, p):
                holes[i] = float(x)
            got = server.value('SELECT ab_adjust(%s::float8[], %s)', (holes, method))
            with np.errstate(divide='ignore'):
                want = multipletests(p, method=name)[1]
            checks.check([i for i, x in enumerate(got) if x is not None] == where, (holes, method), got, 'NULLs kept')
            got = [x for x in got if x is not None]
            error = max(relative(a, b) for a, b in zip(got, want))
            checks.measure('adjust ' + method, error)
            checks.check(error <= TOL_ADJUST, (p.tolist(), method), got, want)
            order = np.argsort(p, kind='stable')
            checks.check(all(np.diff(np.array(got)[order]) >= 0) and max(got) <= 1 and
                         all(a >= b for a, b in zip(got, p)), (p.tolist(), method), got, 'monotone, in [p, 1]')
    for _ in range(20):
        p = random_p(rng)[:6]
        got = server.value("SELECT ab_adjust(%s::float8[], 'hommel')", (p.tolist(),))
        for a, b in zip(got, closed_simes(p)):
            held(checks, p.tolist(), 'adjust hommel, closed test', a, b, TOL_ADJUST)
    for exponent in range(-300, 0, 20):
        p, n = mpf(10) ** exponent, 7
        got = server.value("SELECT ab_adjust(%s::float8[], 'sidak')", ([float(p)] + [0.5] * (n - 1),))[0]
        with mp.workdps(400):
            want = 1 - (1 - mpf(float(p))) ** n
        held(checks, 'p = 1e%d' % exponent, 'adjust sidak, tail', got, want, 1e-14)


# ---------------------------------------------------------------- designs for ab_compare

class Design:
    """Published numbers of k + 1 arms; the control is the arm 'control'."""

    def __init__(self, n, mean, sd):
        self.n, self.mean, self.sd = n, mean, sd
        self.names = ['control'] + ['t%02d' % i for i in range(1, len(n))]

    def __str__(self):
        return 'n %s mean %s sd %s' % (self.n, self.mean, self.sd)

    def ask(self, server, sql, args=()):
        """Rows of sql, which reads the summary q.s."""
        values = ', '.join(['(ab_make_summary(%s, %s, %s, %s))'] * len(self.n))
        arms = [x for arm in zip(self.names, self.n, self.mean, self.sd) for x in arm]
        return server.named('SELECT r.* FROM (SELECT ab_rollup(s) s FROM (VALUES %s) v(s)) q, %s r' % (values, sql),
                            arms + list(args))

    def compare(self, server, correction, alternative='two-sided', equal_var=False, alpha=0.05):
        return self.ask(server, 'ab_compare(q.s, alpha => %s, alternative => %s, equal_var => %s, correction => %s)',
                        (alpha, alternative, equal_var, correction))

    def variances(self, equal_var):
        """Of the means, up to a factor."""
        return np.array([(1.0 if equal_var else s * s) / n for n, s in zip(self.n, self.sd)])


def random_design(rng, i):
    k = int(rng.integers(1 if i % 5 == 0 else 2, 7))
    n = rng.integers(2, 60, k + 1)
    if i % 4 == 3:
        n[0], n[1:] = rng.integers(3, 9), rng.integers(100, 4000, k)       # steep: all the variance in the control
    if i % 4 == 2:
        n[0] *= 50
    if i % 7 == 5:
        n *= 1000
    sd = rng.uniform(0.5, 3, k + 1)
    mean = 5 + rng.normal(0, 1, k + 1) * rng.choice([0.2, 1, 4]) * sd.max() / math.sqrt(n.min())
    return Design(n.tolist(), mean.tolist(), sd.tolist())


def excludes_zero(low, high):
    return (low is not None and low > 0) or (high is not None and high < 0)


def check_verdict(checks, inputs, row, correction):
    """The verdict is that of the adjusted p-value, and of the intervals where they are simultaneous."""
    checks.check(row['significant'] == (row['p_adjusted'] < row['alpha']), inputs, row['significant'], row['p_adjusted'])
    if correction in SIMULTANEOUS:
        checks.check(excludes_zero(row['diff_low'], row['diff_high']) == row['significant'], inputs,
                     (row['diff_low'], row['diff_high']), row['significant'])
        if row['lift_low_pct'] is not None or row['lift_high_pct'] is not None:
            checks.check(excludes_zero(row['lift_low_pct'], row['lift_high_pct']) == row['significant'], inputs,
                         (row['lift_low_pct'], row['lift_high_pct']), row['significant'])


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


def section_compare(server, checks):
    rng = np.random.default_rng(SEED + 1)
    for i in range(60):
        design = random_design(rng, i)
        for correction in CORRECTIONS[:-1]:
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
        held(checks, inputs, 'dunnett p_adjusted', row['p_adjusted'],
             dunnett_tail(t, row['df'], variances, two_sided), TOL_DUNNETT)
        if i == 0:
            held(checks, inputs, 'dunnett critical value', alpha,
                 dunnett_tail(critical_of(row), row['df'], variances, two_sided), TOL_DUNNETT)


def check_pooled_arms(checks, design, rows):
    """Classical Dunnett: one variance of all arms, N - k - 1 degrees of freedom."""
    df = sum(design.n) - len(design.n)
    variance = sum((n - 1) * mpf(s) ** 2 for n, s in zip(design.n, design.sd)) / df
    for row, n in zip(rows, design.n[1:]):
        se = mp.sqrt(variance / design.n[0] + variance / n)
        checks.check(row['df'] == df, design, row['df'], df)
        held(checks, design, 'dunnett std_error', row['std_error'], se, 1e-13)
        held(checks, design, 'dunnett p_value', row['p_value'],
             2 * scipy.stats.t.sf(abs(row['statistic']), df), 1e-9)


def check_dunnett_at_p(server, checks, design, alternative, equal_var):
    """At alpha equal to an adjusted p-value, and at its neighbours."""
    for i, row in enumerate(design.compare(server, 'dunnett', alternative, equal_var)[:2]):
        p = row['p_adjusted']
        for alpha in (np.nextafter(p, 0), p, np.nextafter(p, 1)):
            if 1e-290 < alpha < 1:
                again = design.compare(server, 'dunnett', alternative, equal_var, float(alpha))[i]
                checks.check(again['significant'] == (p < alpha), (str(design), alpha), again['significant'], p)
                check_verdict(checks, (str(design), alpha), again, 'dunnett')


def section_dunnett(server, checks):
    rng = np.random.default_rng(SEED + 2)
    for i in range(36):
        design, alternative, equal_var = random_design(rng, i), ALTERNATIVES[i % 3], bool(i // 3 % 2)
        check_dunnett(server, checks, design, alternative, equal_var, float(rng.choice([0.001, 0.05, 0.3])))
        check_dunnett_at_p(server, checks, design, alternative, equal_var)
        if i % 4 == 0:
            check_pooled_arms(checks, design, design.compare(server, 'dunnett', equal_var=True))
    many = Design([40] + [30 + i for i in range(60)], [1 + 0.01 * i for i in range(61)], [1 + 0.02 * i for i in range(61)])
    rows = many.compare(server, 'dunnett')
    for i in (10, 40, 59):
        held(checks, '60 treatments', 'dunnett 60 treatments', rows[i]['p_adjusted'],
             dunnett_tail(abs(rows[i]['statistic']), rows[i]['df'], many.variances(False), True), TOL_DUNNETT)


def steps_tail(t, df, a, b):
    """Two-sided, for one treatment without variance (a step at z = x) and one with, by Gauss-Legendre up to the step."""
    nodes, weights = np.polynomial.legendre.leggauss(60)

    def inner(x):
        z = (nodes + 1) * x / 2
        some = scipy.special.ndtr((a * z - x) / b) + scipy.special.ndtr((-a * z - x) / b)
        return 2 * (scipy.special.ndtr(-x) + x / 2 * np.sum(weights * some * np.exp(-z * z / 2)) / math.sqrt(2 * math.pi))
    return over_s(t, df, inner)


def section_steps(server, checks):
    """A treatment that is constant: its comparison is the control's own."""
    for n, sd in (((9, 5, 14), (1.5, 0, 2.0)), ((20, 3, 6), (0.7, 0, 0.3)), ((4, 3, 60), (2, 0, 9.0))):
        design = Design(list(n), [5.0, 5.4, 5.9], list(sd))
        v = design.variances(False)
        a, b = math.sqrt(v[0] / (v[0] + v[2])), math.sqrt(v[2] / (v[0] + v[2]))
        for row in design.compare(server, 'dunnett'):
            held(checks, design, 'dunnett, constant treatment', row['p_adjusted'],
                 steps_tail(abs(row['statistic']), row['df'], a, b), TOL_DUNNETT)
            check_verdict(checks, design, row, 'dunnett')
    # from steep to a step: continuous
    before = None
    for exponent in range(2, 13):
        design = Design([9, 5, 14], [5.0, 5.4, 5.9], [1.5, 10.0 ** -exponent, 2.0])
        p = design.compare(server, 'dunnett')[1]['p_adjusted']
        if before is not None:
            checks.check(abs(p / before - 1) < 10.0 ** (1 - exponent) + 1e-11, design, p, before)
        before = p
    # a constant control: independent comparisons
    design = Design([9, 5, 14], [5.0, 5.4, 5.9], [0.0, 1.5, 2.0])
    for row in design.compare(server, 'dunnett'):
        checks.check(row['p_value'] < row['p_adjusted'] < 2 * row['p_value'], design, row['p_adjusted'], row['p_value'])


# ---------------------------------------------------------------- analysis of variance

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


def section_anova(server, checks):
    rng = np.random.default_rng(SEED + 3)
    for i in range(120):
        k, shift = int(rng.integers(2, 8)), (0, 0, 1e8)[i % 3]
        arms = [shift + rng.normal(rng.normal(0, 0.5), rng.uniform(0.5, 3), rng.integers(2, 40)) for _ in range(k)]
        server.load('anova', 'variant text, outcome float8', [('v%d' % v, x) for v, arm in enumerate(arms) for x in arm])
        exact = [exact_arm(a.tolist()) for a in arms]
        for equal_var in (False, True):
            row = server.named('SELECT r.* FROM (SELECT ab_summary(outcome, variant) s FROM anova) q, ab_anova(q.s, %s) r',
                               (equal_var,))[0]
            f, df, eta = exact_anova(exact, equal_var)
            inputs = 'anova %d %s' % (i, equal_var)
            checks.check((row['variants'], row['n'], row['df_between'], row['note']) ==
                         (k, sum(len(a) for a in arms), k - 1, None), inputs, row, 'counts')
            # a mean of 1e8 costs the digits that the doubles of the data do not have
            held(checks, inputs, 'anova statistic', row['statistic'], f, 1e-11)
            held(checks, inputs, 'anova df_within', row['df_within'], df, 1e-11)
            held(checks, inputs, 'anova eta_squared', row['eta_squared'], eta, 1e-11)
            held(checks, inputs, 'anova p_value', row['p_value'], f_tail(f, mpf(k - 1), df), TOL_EXACT)
            if shift == 0:
                if equal_var:
                    other = scipy.stats.f_oneway(*arms)
                else:
                    other = anova_oneway(arms, use_var='unequal', welch_correction=True)
                held(checks, inputs, 'anova statistic, SciPy', row['statistic'], other.statistic, TOL_ANOVA)
                held(checks, inputs, 'anova p_value, SciPy', row['p_value'], other.pvalue, TOL_ANOVA)
    for difference in (1, 5, 20):               # tails keep their digits
        for equal_var in (False, True):
            design = Design([80, 50, 120], [0.0, float(difference), 1.0], [1.0, 1.5, 0.75])
            row = design.ask(server, 'ab_anova(q.s, %s)', (equal_var,))[0]
            held(checks, difference, 'anova p_value, tail', row['p_value'],
                 f_tail(mpf(row['statistic']), mpf(row['df_between']), mpf(row['df_within'])), TOL_EXACT)


SECTIONS = [
    ('adjust', section_adjust),
    ('compare', section_compare),
    ('dunnett', section_dunnett),
    ('steps', section_steps),
    ('anova', section_anova),
]


if __name__ == '__main__':
    sys.exit(run_sections('oracle_compare', SECTIONS))
