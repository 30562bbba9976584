#!/usr/bin/python3
"""Compare ab_paired_ttest and ab_mcnemar with independent arithmetic on random input.

The paired t-test is the one-sample test of the differences in exact rationals and 50-digit
Student tails, and SciPy's ttest_rel.  McNemar's p-values are sums of binomial coefficients,
and statsmodels' and SciPy's; the ends of its intervals are checked against the likelihood,
maximised numerically under the hypothesis instead of by the closed form.  Coverage is exact,
over all tables of a size.  Uses only temporary objects and fixed seeds; the last line is
"oracle_paired: N passed, M failed".
"""
import csv
import math
import os
import sys
from fractions import Fraction

import numpy as np
import scipy.stats
from mpmath import mp, mpf
from statsmodels.stats.contingency_tables import mcnemar

sys.dont_write_bytecode = True
from checks import Checks, Server                                                   # noqa: E402
from reference import exact_arm, p_value, rational, student_quantile               # noqa: E402

SEED = 20240301
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHARED = os.environ.get('AB_TEST_SHARED', os.path.join(ROOT, '..', 'shared'))
ALTERNATIVES = ('two-sided', 'less', 'greater')
METHODS = ('exact', 'mid-p', 'asymptotic', 'corrected')
TOL_STATISTIC, TOL_P, TOL_BOUND, TOL_SCIPY = 1e-11, 1e-10, 1e-10, 1e-9
TOL_RATIO = 1e-7      # of the reference, which gives a count of 0 next to no weight


def near(checks, name, got, want, tolerance, scale=None):
    """None, or the mismatch, of one quantity."""
    if got is None or want is None:
        return None if got is want else (name, got, want, None)
    error = abs(mpf(got) - want)
    scale = abs(want) if scale is None else scale
    relative = error / scale if scale else (mpf(0) if error == 0 else mpf('inf'))
    checks.measure(name, relative)
    return None if relative <= tolerance else (name, got, want, relative)


def contradictions(row):
    """Ends that disagree with the verdict, or a verdict that disagrees with p."""
    found = []
    for low, high in (('diff_low', 'diff_high'), ('lift_low_pct', 'lift_high_pct')):
        if row[low] is None and row[high] is None:
            continue
        excludes = (row[low] is not None and row[low] > 0) or (row[high] is not None and row[high] < 0)
        if excludes != row['significant']:
            found.append((low + '..' + high, (row[low], row[high]), row['p_value'], None))
    if row['significant'] != (row['p_value'] < row['alpha']):
        found.append(('significant', row['significant'], row['p_value'], None))
    return found


# ---------------------------------------------------------------- the paired t-test

def random_pairs(rng):
    n = int(rng.integers(2, 60))
    rho = rng.choice([-0.8, 0, 0.3, 0.9, 0.999])
    c, e = rng.standard_normal(n), rng.standard_normal(n)
    t = rho * c + math.sqrt(1 - rho * rho) * e
    shift, scale = float(rng.choice([0, 1, -3, 10, 1e4])), 10.0 ** int(rng.integers(-3, 4))
    effect = float(rng.choice([0, 0.2, 1, 5]))
    c, t = (c + shift) * scale, (t + shift + effect) * scale
    if rng.random() < 0.25:
        c, t = np.round(c / scale), np.round(t / scale)
    return c.tolist(), t.tolist()


def paired_reference(c, t, alpha, alternative):
    """Everything from the exact differences; None where the differences are constant."""
    fc, fd = [Fraction(v) for v in c], [Fraction(b) - Fraction(a) for a, b in zip(c, t)]
    n = len(c)
    md, mc = sum(fd) / n, sum(fc) / n
    vd = sum((d - md) ** 2 for d in fd) / (n - 1)
    vc = sum((x - mc) ** 2 for x in fc) / (n - 1)
    cov = sum((d - md) * (x - mc) for d, x in zip(fd, fc)) / (n - 1)
    if vd == 0:
        return None
    d, m, vd, vc, cov = (rational(v) for v in (md, mc, vd / n, vc / n, cov / n))
    se = mp.sqrt(vd)
    k = student_quantile(mpf(alpha) / (2 if alternative == 'two-sided' else 1), n - 1)
    want = {'diff': d, 'std_error': se, 'statistic': d / se, 'df': mpf(n - 1), 'p_value': p_value(d / se, n - 1, alternative),
            'diff_low': None if alternative == 'less' else d - k * se,
            'diff_high': None if alternative == 'greater' else d + k * se}
    # (d - x m)^2 <= k^2 (vd - 2 x cov + x^2 vc)
    a, b, e = m * m - k * k * vc, d * m - k * k * cov, d * d - k * k * vd
    want['condition'] = abs(a) / (m * m) if m else 0
    if m == 0 or a <= 0:
        want['lift_low_pct'] = want['lift_high_pct'] = None
    else:
        root = mp.sqrt(b * b - a * e)
        low, high = (b - root) / a * 100, (b + root) / a * 100
        keep_low = (alternative == 'greater') == (m > 0)
        want['lift_low_pct'] = low if alternative == 'two-sided' or keep_low else None
        want['lift_high_pct'] = high if alternative == 'two-sided' or not keep_low else None
    return want


def check_ttest(server, checks, rng):
    for i in range(400):
        c, t = random_pairs(rng)
        alpha, alternative = float(rng.choice([0.001, 0.05, 0.2])), ALTERNATIVES[i % 3]
        rows = server.named("""
            SELECT r.* FROM (SELECT ab_summary(c, t, 'x') s FROM unnest(%s::float8[], %s::float8[]) u(c, t)) q,
                 ab_paired_ttest(s, %s, %s) r""", (c, t, alpha, alternative))
        row, want = rows[0], paired_reference(c, t, alpha, alternative)
        inputs = (len(c), c[:3], t[:3], alpha, alternative)
        if want is None:
            checks.check(row['p_value'] is None and bool(row['note']), inputs, row, 'no test')
            continue
        # the state knows the columns, so the digits that their sums lose are those that cancel
        share = max(float(np.var(c) + np.var(t)) / max(float(np.var(np.subtract(t, c))), 1e-300), 1)
        mean_scale = max(abs(want['diff']), want['std_error'] * 1e-3)
        tol = 8e-16 * share + 1e-11
        se = want['std_error']
        found = [near(checks, 'diff', row['diff'], want['diff'], TOL_STATISTIC, mean_scale),
                 near(checks, 'std_error', row['std_error'], se, tol),
                 near(checks, 'statistic', row['statistic'], want['statistic'], tol, max(abs(want['statistic']), mpf('1e-3'))),
                 near(checks, 'df', row['df'], want['df'], 0),
                 near(checks, 'p_value', row['p_value'], want['p_value'], (tol + 1e-10) * (1 + float(abs(want['statistic'])) ** 2))]
        for name in ('diff_low', 'diff_high'):
            found.append(near(checks, name, row[name], want[name], TOL_BOUND + tol,
                              None if want[name] is None else max(abs(want[name]), se)))
        if want['condition'] > 1e-6:
            unit = 100 / abs(mpf(row['control_mean'])) if row['control_mean'] else mpf(1)
            for name in ('lift_low_pct', 'lift_high_pct'):
                found.append(near(checks, name, row[name], want[name], (TOL_BOUND + 10 * tol) / min(float(want['condition']), 1),
                                  None if want[name] is None else max(abs(want[name]), se * unit)))
        exact = exact_arm(t)
        found.append(near(checks, 'treatment_stddev', row['treatment_stddev'], mp.sqrt(exact.variance), TOL_STATISTIC))
        found += contradictions(row)
        scipy_p = scipy.stats.ttest_rel(t, c, alternative=alternative).pvalue
        if abs(np.mean(c)) < 100 * np.std(c) and share < 1e3 and scipy_p > 0:
            found.append(near(checks, 'p_value by SciPy', row['p_value'], mpf(float(scipy_p)), 1e-8))
        checks.all_of(inputs, found)


def check_forms(server, checks, rng):
    """Aggregate, stored, rolled up from chunks, boolean: the same answer; NULLs do not count."""
    for _ in range(40):
        c, t = random_pairs(rng)
        chunks = [int(x) for x in rng.integers(0, 4, size=len(c))]
        server.load('pair', 'c float8, t float8, chunk int',
                    list(zip(c, t, chunks)) + [(None, 1.0, 1), (2.0, None, 2), (None, None, 3)])
        got = server.rows("""
            SELECT (ab_paired_ttest(c, t)).p_value FROM pair UNION ALL
            SELECT r.p_value FROM (SELECT ab_summary(c, t, 'any') s FROM pair) q, ab_paired_ttest(s) r UNION ALL
            SELECT r.p_value FROM (SELECT ab_rollup(s) s FROM (SELECT ab_summary(c, t, 'any') s FROM pair GROUP BY chunk) q) q,
                   ab_paired_ttest(s) r""")
        p = [row[0] for row in got]
        good = len(set(x is None for x in p)) == 1 and (p[0] is None or all(abs(x / p[0] - 1) < 1e-8 for x in p))
        checks.check(good, (c[:3], t[:3]), p, 'three equal')
    for _ in range(20):
        n = int(rng.integers(3, 80))
        c, t = rng.random(n) < 0.5, rng.random(n) < 0.7
        p = [row[0] for row in server.rows("""
            SELECT (ab_paired_ttest(c, t)).p_value FROM unnest(%s::boolean[], %s::boolean[]) u(c, t) UNION ALL
            SELECT (ab_paired_ttest(c::int, t::int)).p_value FROM unnest(%s::boolean[], %s::boolean[]) u(c, t)""",
            (c.tolist(), t.tolist()) * 2)]
        checks.check(p[0] == p[1], n, p, 'equal')


def check_alike(server, checks, rng):
    """Pairs that are nearly equal: no digit is claimed that rounding took."""
    for k in range(2, 16):
        c = rng.standard_normal(200)
        t = c + 10.0 ** -k * rng.standard_normal(200)
        row = server.named('SELECT (ab_paired_ttest(c, t)).* FROM unnest(%s::float8[], %s::float8[]) u(c, t)',
                           (c.tolist(), t.tolist()))[0]
        want = paired_reference(c.tolist(), t.tolist(), 0.05, 'two-sided')
        if row['std_error'] is None:
            checks.check(k >= 7 and 'do not vary' in row['note'], k, row['note'], 'a note')
            continue
        error = float(abs(row['std_error'] / want['std_error'] - 1))
        checks.check(error < 8e-16 * 10.0 ** (2 * k), k, row['std_error'], float(want['std_error']))
        checks.check(('digits' in row['note']) == (k >= 4), k, row['note'], 'a note from 1e-8 of the variance on')
    for shift in (0.0, 1.0, 0.1, 1e6):
        row = server.named('SELECT (ab_paired_ttest(x, x + %s)).* FROM generate_series(1, 1000) x', (shift,))[0]
        checks.check(row['p_value'] is None and row['diff'] is not None and bool(row['note']), shift, row, 'no test')


# ---------------------------------------------------------------- McNemar's test

def tables(server, counts):
    """Summaries of 2x2 tables, as rows (i, s) of a temporary table, by the moments their counts have."""
    server.run("""CREATE OR REPLACE FUNCTION pg_temp.pairs(n bigint, shared bigint, gained bigint, lost bigint) RETURNS ab_summary
        LANGUAGE sql AS $$ SELECT ab_summary(c, t, 'pairs') FROM (
            SELECT 1 c, 1 t FROM generate_series(1, shared) UNION ALL SELECT 0, 1 FROM generate_series(1, gained) UNION ALL
            SELECT 1, 0 FROM generate_series(1, lost) UNION ALL SELECT 0, 0 FROM generate_series(1, n - shared - gained - lost)) q $$""")
    server.load('counts', 'i bigint, n bigint, shared bigint, gained bigint, lost bigint', [(i, *c) for i, c in enumerate(counts)])
    server.run('DROP TABLE IF EXISTS tables; CREATE TEMP TABLE tables AS '
               'SELECT i, n, shared, gained, lost, pg_temp.pairs(n, shared, gained, lost) AS s FROM counts ORDER BY i')


def binomial_tails(k, n, half_weight):
    """P(X >= k) and P(X <= k) of n fair coins; with half of P(X = k) if asked for."""
    total = mpf(2) ** n
    upper = mpf(sum(math.comb(n, i) for i in range(k, n + 1))) / total
    lower = mpf(sum(math.comb(n, i) for i in range(0, k + 1))) / total
    part = mpf(math.comb(n, k)) / total / 2 if half_weight else 0
    return upper - part, lower - part


def normal_upper(z):
    return mp.erfc(z / mp.sqrt(2)) / 2


def normal_quantile(q):
    """z with upper tail q, by Newton's method on the logarithm."""
    q = mpf(q)
    if q > 0.5:
        return -normal_quantile(1 - q)
    z = mpf(float(scipy.stats.norm.isf(float(q))))
    for _ in range(50):
        p = normal_upper(z)
        step = mp.log(p / q) * p / (mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi))
        z += step
        if abs(step) < mpf(10) ** -30:
            break
    return z


def tails_of(method, gained, lost):
    m = gained + lost
    if m == 0:
        return mpf(1), mpf(1)
    if method in ('exact', 'mid-p'):
        return binomial_tails(gained, m, method == 'mid-p')
    correction = 1 if method == 'corrected' else 0
    root = mp.sqrt(m)
    return normal_upper((gained - lost - correction) / root), normal_upper((lost - gained - correction) / root)


def p_of(tails, alternative):
    p = {'two-sided': 2 * min(tails), 'greater': tails[0], 'less': tails[1]}[alternative]
    return min(p, mpf(1))


def bisect(f, low, high, steps=140):
    """Root of a decreasing f."""
    for _ in range(steps):
        middle = (low + high) / 2
        if f(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def difference_variance(n, gained, lost, d):
    """n Var of a pair's difference, p_gain = q + d and p_loss = q by maximum likelihood (derivative in q, bisected)."""
    rest = n - gained - lost
    low, high = max(mpf(0), -d), (1 - d) / 2

    def slope(q):
        return ((gained / (q + d) if gained else 0) + (lost / q if lost else 0) - (2 * rest / (1 - 2 * q - d) if rest else 0))
    q = bisect(slope, low, high)
    return n * (2 * q + d - d * d)


def ratio_variance(n, both, gained, lost, r):
    """Var of xt - r xc under pt = r pc: the likelihood in y = p01 and v = pc, maximised by nested bisection of derivatives.

    A count of 0 is given next to no weight instead, so that the maximum is not on the border.
    """
    rest = n - both - gained - lost
    both, gained, lost, rest = (mpf(k) if k else mpf(10) ** -24 for k in (both, gained, lost, rest))

    def best_v(y):
        high = (1 - y) / r if r >= 1 else min((1 - y) / r, y / (1 - r))
        return bisect(lambda v: both / (v - y) + gained * (r - 1) / ((r - 1) * v + y) - rest * r / (1 - r * v - y), y, high, 110)

    def slope(y):
        v = best_v(y)
        return -both / (v - y) + gained / ((r - 1) * v + y) + lost / y - rest / (1 - r * v - y)
    y = bisect(slope, mpf(0), 1 / (1 + r), 110)
    return n * ((r - 1) * best_v(y) + 2 * y) * r


def correction_of(excess, sd, tail, usual, level):
    """The documented rule of the end of an interval: shift and critical value."""
    z_level = normal_quantile(level)
    if not sd or not (tail <= mpf(1) / 2 or tail < level) or tail < sys.float_info.min:
        return usual, z_level
    z = normal_quantile(tail)
    if excess >= z * sd:
        return excess - z * sd, z_level
    if excess <= 0:
        return usual, z_level
    half = excess / sd / 2
    return mpf(0), (z_level if z_level <= half else half + (z_level - half) * half / (z - half))


def check_end(name, got, score, scale, tolerance=TOL_BOUND):
    """Does the score statistic cross its critical value that near to that end?  It decreases."""
    if got is None:
        return (name, None, 'an end', None)
    got = mpf(got)
    width = mpf(tolerance) * max(abs(got), scale)
    if score(got - width) >= 0 >= score(got + width):
        return None
    return (name, got, 'a crossing: %s, %s' % (mp.nstr(score(got - width), 8), mp.nstr(score(got + width), 8)), None)


def random_counts(rng):
    n = int(rng.choice([1, 2, 5, 12, 40, 150, 700]))
    p = rng.dirichlet(rng.choice([0.3, 1, 4], size=4))
    both, gained, lost, _ = rng.multinomial(n, p)
    return n, int(both), int(gained), int(lost)


def check_mcnemar(server, checks, rng):
    counts = [random_counts(rng) for _ in range(120)] + [(7, 3, 0, 0), (7, 0, 0, 0), (7, 7, 0, 0), (9, 0, 9, 0), (9, 0, 0, 9), (50, 0, 20, 0)]
    tables(server, counts)
    for index, (n, both, gained, lost) in enumerate(counts):
        method, alternative = METHODS[index % 4], ALTERNATIVES[(index // 4) % 3]
        alpha = float(rng.choice([0.01, 0.05, 0.2]))
        row = server.named('SELECT r.* FROM tables, ab_mcnemar(s, %s, %s, %s) r WHERE i = %s', (alpha, alternative, method, index))[0]
        inputs = (n, both, gained, lost, method, alternative, alpha)
        tails = tails_of(method, gained, lost)
        found = [near(checks, 'mcnemar p', row['p_value'], p_of(tails, alternative), TOL_P),
                 near(checks, 'mcnemar diff', row['diff'], mpf(gained - lost) / n, TOL_STATISTIC),
                 near(checks, 'mcnemar std_error', row['std_error'],
                      mp.sqrt(gained + lost - mpf(gained - lost) ** 2 / n) / n, TOL_STATISTIC)]
        found += contradictions(row)
        level = mpf(alpha) / (2 if alternative == 'two-sided' else 1)
        usual = 1 if method in ('exact', 'corrected') else 0
        sides = []
        for sign, tail, low in ((1, tails[0], 'low'), (-1, tails[1], 'high')):
            if alternative == ('less' if sign > 0 else 'greater'):
                found += [(name, row[name], None, None) for name in ('diff_' + low, 'lift_%s_pct' % low) if row[name] is not None]
                continue
            excess = mpf(sign * (gained - lost))
            if method in ('exact', 'mid-p'):
                sides.append((sign, low, *correction_of(excess, mp.sqrt(gained + lost), tail, usual, level)))
            else:
                sides.append((sign, low, mpf(usual), normal_quantile(level)))
        for sign, low, shift, critical in sides:
            def difference_score(d):
                if abs(d) >= 1:
                    return -mp.sign(d)
                return (gained - lost - n * d - sign * shift) / mp.sqrt(difference_variance(n, gained, lost, d)) - sign * critical

            def ratio_score(pct):
                r = 1 + pct / 100
                if r <= 0:
                    return mpf(1)
                return ((both + gained - r * (both + lost) - sign * shift * (1 + r) / 2)
                        / mp.sqrt(ratio_variance(n, both, gained, lost, r)) - sign * critical)
            found.append(check_end('diff_' + low, row['diff_' + low], difference_score, mpf(row['std_error'])))
            name = 'lift_%s_pct' % low
            if both + lost == 0 and (both + gained == 0 or low == 'high'):
                found.append(None if row[name] is None else (name, row[name], None, None))
            elif index % 16 == 0 or index > 119:
                mp.dps = 40
                found.append(check_end(name, row[name], ratio_score, mpf(1), TOL_RATIO))
                mp.dps = 50
        if gained + lost > 0 and alternative == 'two-sided':
            table = [[both, lost], [gained, n - both - gained - lost]]
            theirs = mcnemar(table, exact=method == 'exact', correction=method == 'corrected')
            if method != 'mid-p':
                p = float(theirs.pvalue) if not (method == 'corrected' and gained == lost) else 1.0    # (|0| - 1)^2 there
                found.append(near(checks, 'mcnemar p by statsmodels', row['p_value'], mpf(p), TOL_SCIPY))
            if method == 'asymptotic':
                found.append(near(checks, 'mcnemar statistic^2', row['statistic'] ** 2, mpf(float(theirs.statistic)), TOL_SCIPY))
        checks.all_of(inputs, found)


def check_duality(server, checks, rng):
    """No interval contradicts its p-value, whatever alpha: also at the p-value itself and beside it."""
    tables(server, [random_counts(rng) for _ in range(150)])
    query = """
        SELECT count(*), count(*) FILTER (WHERE (coalesce(r.diff_low > 0, false) OR coalesce(r.diff_high < 0, false)) <> r.significant),
               count(*) FILTER (WHERE shared + lost > 0 AND
                                (coalesce(r.lift_low_pct > 0, false) OR coalesce(r.lift_high_pct < 0, false)) <> r.significant),
               count(*) FILTER (WHERE r.significant <> (r.p_value < r.alpha)), count(*) FILTER (WHERE r.significant)
        FROM tables, unnest(%s::text[]) m(way), unnest(%s::text[]) a(side), ab_mcnemar(s, 0.5, side, way) p,
             unnest(ARRAY[{levels}]) l(level), LATERAL ab_mcnemar(s, level, side, way) r WHERE level < 1"""
    for levels in ('1e-9, 0.001, 0.05, 0.3, 0.6, 0.95', 'p.p_value * (1 - 2e-16), p.p_value, p.p_value * (1 + 4e-16)'):
        got = server.rows(query.replace('{levels}', levels), (list(METHODS), list(ALTERNATIVES)))[0]
        checks.check(got[1:4] == (0, 0, 0) and got[4] > 20, levels, got, 'no contradiction')
    # the t-test likewise
    got = server.rows("""
        SELECT count(*), count(*) FILTER (WHERE (coalesce(r.diff_low > 0, false) OR coalesce(r.diff_high < 0, false)) <> r.significant)
        FROM generate_series(1, 200) g, LATERAL (SELECT ab_summary(sin(g * x), sin(g * x + 0.3) + cos(x * g * 7) * 0.5, 'p') s
             FROM generate_series(1, 3 + g %% 20) x) q, unnest(%s::text[]) a(side), ab_paired_ttest(s, 0.5, side) p,
             unnest(ARRAY[0.05, 0.7, p.p_value, p.p_value * (1 + 4e-16)]) l(level),
             LATERAL ab_paired_ttest(s, least(level, 0.999), side) r""", (list(ALTERNATIVES),))[0]
    checks.check(got[1] == 0 and got[0] > 1000, 'paired t', got, 'no contradiction')


def check_coverage(server, checks):
    """Exact: every table of n pairs with its probability.  No method may fall below what it claims by much."""
    n = 22
    tables(server, [(n, a, b, c) for a in range(n + 1) for b in range(n + 1 - a) for c in range(n + 1 - a - b)])
    worst = {}
    for method in ('exact', 'mid-p', 'asymptotic'):
        rows = server.rows('SELECT shared, gained, lost, diff_low, diff_high, lift_low_pct, lift_high_pct FROM tables, '
                           'ab_mcnemar(s, method => %s)', (method,))
        counts = np.array([row[:3] for row in rows])
        ends = np.array([[np.nan if v is None else v for v in row[3:]] for row in rows], dtype=float)
        with np.errstate(invalid='ignore'):
            for both in (0.1, 0.4, 0.7):
                for gained, lost in ((0.05, 0.05), (0.15, 0.05), (0.2, 0.0), (0.2, 0.1), (0.25, 0.02), (0.02, 0.15)):
                    probability = scipy.stats.multinomial.pmf(
                        np.column_stack([counts, n - counts.sum(axis=1)]), n, [both, gained, lost, 1 - both - gained - lost])
                    d, lift = gained - lost, ((both + gained) / (both + lost) - 1) * 100
                    for name, value, low, high in (('diff', d, 0, 1), ('lift', lift, 2, 3)):
                        missed = probability[(ends[:, low] > value + 1e-12) | (ends[:, high] < value - 1e-12)].sum()
                        worst[method, name] = min(worst.get((method, name), 1), 1 - missed)
    for key, coverage in worst.items():
        print('  lowest exact coverage of the 95%% interval, %s %s, %d pairs: %.4f' % (*key, n, coverage))
        checks.check(coverage > (0.95 if key[0] == 'exact' else 0.93), key, coverage, 'about 95%')


# ---------------------------------------------------------------- real data

def check_real(server, checks):
    """Two models on the same prompts, where the file is."""
    path = os.path.join(SHARED, 'data', 'llm_preference.csv')
    if not os.path.exists(path):
        print('  no %s: nothing to run' % path)
        return
    with open(path, newline='', encoding='utf-8') as lines:
        # a set, because two of the models are in the file twice
        answers = sorted({(int(r['prompt_id']), r['model'], float(r['win_probability'])) for r in csv.DictReader(lines)})
    server.load('answer', 'prompt_id bigint, model text, win float8', answers)
    models = sorted({a[1] for a in answers})
    by = {m: {a[0]: a[2] for a in answers if a[1] == m} for m in models}
    narrower = []
    for first, second in zip(models, models[1:]):
        row = server.named("""
            SELECT p.*, u.diff_high - u.diff_low AS unpaired, m.p_value AS mcnemar_p, w.won, w.lost FROM
                (SELECT (ab_paired_ttest(c.win, t.win)).* FROM answer c JOIN answer t USING (prompt_id)
                 WHERE c.model = %(c)s AND t.model = %(t)s) p,
                (SELECT r.* FROM (SELECT ab_summary(win, model) s FROM answer WHERE model IN (%(c)s, %(t)s)) q,
                        ab_ttest(s, control => %(c)s, equal_var => false) r) u,
                (SELECT (ab_mcnemar(c.win > 0.5, t.win > 0.5)).* FROM answer c JOIN answer t USING (prompt_id)
                 WHERE c.model = %(c)s AND t.model = %(t)s) m,
                (SELECT count(*) FILTER (WHERE t.win > 0.5 AND NOT c.win > 0.5) won, count(*) FILTER (WHERE c.win > 0.5 AND NOT t.win > 0.5) lost
                 FROM answer c JOIN answer t USING (prompt_id) WHERE c.model = %(c)s AND t.model = %(t)s) w""",
            {'c': first, 't': second})[0]
        ids = sorted(by[first].keys() & by[second].keys())
        c, t = np.array([by[first][i] for i in ids]), np.array([by[second][i] for i in ids])
        theirs = scipy.stats.ttest_rel(t, c)
        narrower.append((row['diff_high'] - row['diff_low']) / row['unpaired'])
        checks.all_of((first, second), [
            near(checks, 'real statistic', row['statistic'], mpf(float(theirs.statistic)), TOL_SCIPY),
            near(checks, 'real p', row['p_value'], mpf(float(theirs.pvalue)), 1e-8),
            near(checks, 'real mcnemar p', row['mcnemar_p'],
                 mpf(float(scipy.stats.binomtest(row['won'], row['won'] + row['lost']).pvalue)), 1e-8)])
        # the claim: correlated pairs make the interval narrower by the root of 1 - r
        r = np.corrcoef(c, t)[0, 1]
        checks.check(r <= 0.05 or narrower[-1] < 1, (first, second), narrower[-1], 'narrower than the unpaired one')
    print('  %d comparisons of two models on %d prompts: the paired interval is %.2f to %.2f times as wide as the unpaired, median %.2f' % (
        len(narrower), len(ids), min(narrower), max(narrower), sorted(narrower)[len(narrower) // 2]))


def main():
    server, checks = Server(), Checks('oracle_paired')
    checks.run('paired t', lambda: check_ttest(server, checks, np.random.default_rng(SEED)))
    checks.run('forms', lambda: check_forms(server, checks, np.random.default_rng(SEED + 1)))
    checks.run('alike', lambda: check_alike(server, checks, np.random.default_rng(SEED + 2)))
    checks.run('mcnemar', lambda: check_mcnemar(server, checks, np.random.default_rng(SEED + 3)))
    checks.run('duality', lambda: check_duality(server, checks, np.random.default_rng(SEED + 4)))
    checks.run('coverage', lambda: check_coverage(server, checks))
    checks.run('real data', lambda: check_real(server, checks))
    return checks.finish()


if __name__ == '__main__':
    sys.exit(main())
