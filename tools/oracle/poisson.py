#!/usr/bin/python3
"""ab_poisson_test against binomial sums at 50 digits, statsmodels' test_poisson_2indep and the likelihood.

The ratio's intervals are held against Clopper and Pearson's by SciPy's beta quantiles (R's poisson.test) and
against the roots of the score, square root and Wald equations; the ends of the difference's intervals against
the documented distance, of sums at 50 digits at the rates that maximise the Poisson likelihood numerically.
Coverage is exact up to a negligible tail.
"""
import inspect
import warnings

import numpy as np
import scipy.stats
from mpmath import mp, mpf
from statsmodels.stats.rates import test_poisson_2indep

from shared.checks import ALTERNATIVES, TOL_P, TOL_STATISTIC, run_sections, seeded
from shared.duality import contradictions, sql_contradictions
from shared.ends import bisect, check_end
from shared.reference import normal_quantile, normal_upper

SEED = 20240302
METHODS = ('exact', 'mid-p', 'score', 'sqrt', 'wald')
STATSMODELS = {'exact': 'exact-cond', 'mid-p': 'cond-midp', 'score': 'score', 'sqrt': 'sqrt', 'wald': 'wald'}
# ratio_null until 0.13
NULL_NAME = 'value' if 'value' in inspect.signature(test_poisson_2indep).parameters else 'ratio_null'
SIDES = {'two-sided': 'two-sided', 'greater': 'larger', 'less': 'smaller'}


def random_rates(rng):
    """Events and exposure of treatment and control; the exposures never equal."""
    scale = float(rng.choice([0.5, 3, 20, 300]))
    te, ce = float(rng.uniform(0.1, 50)), float(rng.uniform(0.1, 50))
    ratio = float(rng.choice([0.2, 1, 1, 1.3, 6]))
    return int(rng.poisson(scale * min(ratio * te / ce, 20))), te, int(rng.poisson(scale)), ce


def load(server, cases):
    """One row an arm, as rows (i, s) of a temporary table."""
    server.load('arm', 'i int, events float8, exposure float8, variant text',
                [(i, float(e), x, v) for i, c in enumerate(cases)
                 for e, x, v in ((c[0], c[1], 'treatment'), (c[2], c[3], 'control'))])
    server.run('DROP TABLE IF EXISTS rates; CREATE TEMP TABLE rates AS '
               'SELECT i, ab_summary(events, exposure, variant) AS s FROM arm GROUP BY i')


def tails_of(method, xt, xc, odds):
    """Statistic and one-sided p-values of equal rates, the treatment's exposure being `odds` times the control's."""
    n = xt + xc
    if method in ('exact', 'mid-p'):
        p = odds / (1 + odds)
        masses = [(1 - p) ** n]
        for k in range(n):
            masses.append(masses[-1] * (n - k) / (k + 1) * odds)
        part = masses[xt] / 2 if method == 'mid-p' else 0
        return None, mp.fsum(masses[xt:]) - part, mp.fsum(masses[:xt + 1]) - part
    if n == 0:
        return None, mpf(1), mpf(1)
    if method == 'score':
        z = (xt - xc * odds) / mp.sqrt(n * odds)
    elif method == 'wald':
        z = (xt - xc * odds) / mp.sqrt(xt + xc * odds ** 2)
    else:
        z = 2 * (mp.sqrt(xt + mpf(3) / 8) - mp.sqrt((xc + mpf(3) / 8) * odds)) / mp.sqrt(1 + odds)
    return z, normal_upper(z), normal_upper(-z)


def likeliest_control(xt, xc, o, d):
    """The rate c that with the treatment's, c + d, is most likely: the derivative of the likelihood, bisected."""
    low = max(mpf(0), -d)
    # the derivative is below zero from here on
    high = low + (xt + xc) / (1 + o) + 1
    return bisect(lambda c: (xt / (c + d) if xt else 0) + (xc / c if xc else 0) - 1 - o, low, high)


def poisson_sum(n, mean):
    """P(X <= n), for means with which no digit is lost."""
    mass = total = mp.exp(-mean)
    for k in range(1, n + 1):
        mass *= mean / k
        total += mass
    return total


def distance_above(method, xt, xc, o, d):
    """How far the counts are above a difference d, in standard deviations: by the share and by the total."""
    c = likeliest_control(xt, xc, o, d)
    n, expected = xt + xc, o * (c + d) + c
    if c < mpf(10) ** -38 * expected:
        upper = mpf(1)
    elif c + d < mpf(10) ** -38 * expected:
        upper = mpf(0) if xt else mpf(1)
    else:
        upper = tails_of('exact' if method == 'exact' else 'mid-p', xt, xc, o * (c + d) / c)[1]
    total = 1 - (poisson_sum(n - 1, expected) if n else 0) if d >= 0 else poisson_sum(n, expected)
    return mp.hypot(*(normal_quantile(tail) if 0 < tail < 0.5 else mpf(0) if tail else mp.inf
                      for tail in (upper, total)))


def critical_of(method, xt, xc, o, level):
    """The documented quantile of the lower end."""
    critical = normal_quantile(level)
    z = tails_of(method, xt, xc, o)[0]
    if method in ('score', 'sqrt') and z is not None and z > 0:
        gap = distance_above(method, xt, xc, o, mpf(0)) - z
        critical += mp.sign(gap) * max(abs(gap) - abs(critical - z) * 2 / 3, 0)
    return critical


def check_tests(server, checks, rng):
    cases = [random_rates(rng) for _ in range(180)] + [(0, 2.0, 0, 3.0), (0, 2.0, 7, 3.0), (7, 2.0, 0, 3.0),
                                                       (1, 1e-6, 0, 1e6), (200, 5.0, 0, 1.5)]
    load(server, cases)
    for i, (xt, te, xc, ce) in enumerate(cases):
        method, alternative = METHODS[i % 5], ALTERNATIVES[(i // 5) % 3]
        alpha = float(rng.choice([0.01, 0.05, 0.2]))
        null = float(rng.choice([1, 1, 0.5, 1.2])) if method in ('exact', 'mid-p', 'score') else 1.0
        row = server.named('SELECT r.* FROM rates, ab_poisson_test(s, alpha => %s, alternative => %s, method => %s, '
                           'null_ratio => %s) r WHERE i = %s',
                           (alpha, alternative, method, null, i))[0]
        odds = mpf(te) / mpf(ce)
        statistic, upper, lower = tails_of(method, xt, xc, odds * mpf(null))
        p = {'two-sided': min(2 * min(upper, lower), mpf(1)), 'greater': upper, 'less': lower}[alternative]
        level = mpf(alpha) / (2 if alternative == 'two-sided' else 1)
        found = [checks.near('p_value', row['p_value'], max(p, mpf('4.9406564584124654e-324')),
                             TOL_P if p > 1e-300 else 1),
                 checks.near('rates', row['control_mean'], mpf(xc) / mpf(ce), TOL_STATISTIC),
                 checks.near('diff', row['diff'], mpf(xt) / mpf(te) - mpf(xc) / mpf(ce), TOL_STATISTIC,
                      mpf(xt) / mpf(te) + mpf(xc) / mpf(ce)),
                 checks.near('std_error', row['std_error'], mp.sqrt(xt / mpf(te) ** 2 + xc / mpf(ce) ** 2),
                             TOL_STATISTIC),
                 checks.near('statistic', row['statistic'], statistic, TOL_STATISTIC,
                      None if statistic is None else max(abs(statistic), mpf('1e-3')))]
        if null == 1:
            found += contradictions(row)
        else:
            found += contradictions(row, intervals=[('lift_low_pct', 'lift_high_pct')], null=100 * (null - 1))
            equal = server.named('SELECT r.* FROM rates, ab_poisson_test(s, alpha => %s, alternative => %s, '
                                 'method => %s) r WHERE i = %s', (alpha, alternative, method, i))[0]
            found += [None if row[c] == equal[c] else (c, row[c], equal[c], None)
                      for c in ('diff', 'diff_low', 'diff_high', 'std_error')]

        # the lift: its ends cross the level of the test at that ratio
        for low, sign in (('low', 1), ('high', -1)):
            name = 'lift_%s_pct' % low
            opened = alternative == ('less' if sign > 0 else 'greater')
            if opened or xt + xc == 0 or (
                    xc == 0 and (sign < 0 and method != 'sqrt' or method == 'wald')):
                found.append(None if row[name] is None else (name, row[name], None, None))
                continue

            def tail_score(pct):
                ratio = 1 + pct / 100
                if ratio <= 0:
                    return mpf(1)
                tails = tails_of(method, xt, xc, odds * ratio)
                return (level - tails[1]) if sign > 0 else (tails[2] - level)
            if row[name] is None and sign < 0:
                # unbounded: the test rejects no ratio, however large
                found.append(None if tail_score(mpf(10) ** 30) > 0 else (name, None, 'an end', None))
            elif row[name] == -100 and sign > 0:
                found.append(None if tail_score(mpf(-100) + mpf(10) ** -25) <= 0
                             else (name, -100, 'an end above', None))
            elif xt + xc < 500 or method not in ('exact', 'mid-p'):
                found.append(check_end(name, row[name], tail_score, mpf(100) * (xt + 1) * mpf(ce) / mpf(te) / (xc + 1)))
        if method == 'exact' and xt + xc > 0:
            for low, name in ((True, 'lift_low_pct'), (False, 'lift_high_pct')):
                if row[name] is None or row[name] == -100:
                    continue
                share = (scipy.stats.beta.ppf(float(level), xt, xc + 1) if low
                         else scipy.stats.beta.isf(float(level), xt + 1, xc))
                ratio = share / (1 - share) / float(odds)
                found.append(checks.near('ratio by Clopper-Pearson', 1 + row[name] / 100, mpf(float(ratio)), 1e-8))

        # the difference: the upper end is the lower one with the arms exchanged
        for name, sign, arms in (('diff_low', 1, (xt, xc, odds)), ('diff_high', -1, (xc, xt, 1 / odds))):
            if alternative == ('less' if sign > 0 else 'greater'):
                found.append(None if row[name] is None else (name, row[name], None, None))
                continue
            if method == 'wald' and xt + xc:
                want = (mpf(xt) / mpf(te) - mpf(xc) / mpf(ce)
                        - sign * normal_quantile(level) * mp.sqrt(xt / mpf(te) ** 2 + xc / mpf(ce) ** 2))
                found.append(checks.near(name, row[name], want, TOL_STATISTIC, abs(want) + mpf(row['std_error'])))
                continue
            unit = mpf(ce) if sign > 0 else mpf(te)
            critical = critical_of(method, *arms, level)
            found.append(check_end(name, row[name],
                                   lambda d: sign * (distance_above(method, *arms, sign * d * unit) - critical),
                                   mpf(row['std_error']) + 1 / mpf(te)))

        # statsmodels: its two-sided exact p adds up the less likely outcomes, ours doubles the tail
        if xt + xc > 0 and not (method in ('exact', 'mid-p') and alternative == 'two-sided') and p > 1e-290:
            with warnings.catch_warnings(), np.errstate(all='ignore'):
                warnings.simplefilter('ignore')
                theirs = test_poisson_2indep(np.int64(xt), te, np.int64(xc), ce, method=STATSMODELS[method],
                                             alternative=SIDES[alternative], **{NULL_NAME: null})
            found.append(checks.near('p by statsmodels', row['p_value'], mpf(float(theirs.pvalue)), 1e-8))
        checks.all_of((xt, te, xc, ce, method, alternative, alpha, null), found)


def check_duality(server, checks, rng):
    load(server, [random_rates(rng) for _ in range(120)] + [
        (0, 2.0, 0, 3.0), (0, 2.0, 7, 3.0), (7, 2.0, 0, 3.0), (2, 1e-3, 3, 1e3)])
    # Wald's test, and any but the exact one at the level 0.5, may reject every ratio
    lift = """r.control_mean + r.treatment_mean > 0 AND
        NOT (num_nonnulls(r.lift_low_pct, r.lift_high_pct) = 0 AND (way = 'wald' OR level = 0.5))"""
    for levels in ('1e-9, 0.001, 0.05, 0.3, 0.5',
                   'p.p_value * (1 - 2e-16), p.p_value, p.p_value * (1 + 4e-16)'):
        got = server.rows("""
            SELECT %s FROM rates, unnest(%%s::text[]) m(way), unnest(%%s::text[]) a(side),
                 ab_poisson_test(s, alternative => side, method => way) p,
                 unnest(ARRAY[%s]) l(level), LATERAL ab_poisson_test(s, NULL, NULL, level, side, way) r
            WHERE level <= 0.5 AND level > 0""" % (sql_contradictions(lift), levels),
            (list(METHODS), list(ALTERNATIVES)))[0]
        checks.check(got[1:4] == (0, 0, 0) and got[4] > 20, levels, got, 'no contradiction')


def check_ratios(server, checks, rng):
    """Any ratio, the smallest levels, and an alpha of exactly the p-value; the difference as without a ratio."""
    load(server, [random_rates(rng) for _ in range(60)] + [
        (0, 2.0, 0, 3.0), (0, 2.0, 7, 3.0), (7, 2.0, 0, 3.0), (2, 1e-3, 3, 1e3), (900, 1.0, 0, 1.0),
        (40000, 2.0, 36000, 1.5)])
    for levels in ('5e-324, 1e-323, 1e-300, 1e-9, 0.001, 0.05, 0.3, 0.49',
                   'p.p_value * (1 - 2e-16), p.p_value, p.p_value * (1 + 4e-16)'):
        got = server.rows("""
            SELECT count(*), count(*) FILTER (WHERE r.significant <> (r.p_value < r.alpha)),
                   count(*) FILTER (WHERE (coalesce(r.lift_low_pct > 100 * (ratio - 1), false)
                                           OR coalesce(r.lift_high_pct < 100 * (ratio - 1), false)) <> r.significant
                                          AND r.control_mean + r.treatment_mean > 0),
                   count(*) FILTER (WHERE (coalesce(r.diff_low > 0, false) OR coalesce(r.diff_high < 0, false))
                                          <> (e.p_value < e.alpha)),
                   count(*) FILTER (WHERE r.significant)
            FROM rates, unnest(ARRAY['exact', 'mid-p', 'score']) m(way), unnest(%%s::text[]) a(side),
                 unnest(ARRAY[1e-3, 0.5, 0.8, 1, 1.25, 7, 1e4]::float8[]) n(ratio),
                 ab_poisson_test(s, alternative => side, method => way, null_ratio => ratio) p,
                 unnest(ARRAY[%s]::float8[]) l(level),
                 LATERAL ab_poisson_test(s, NULL, NULL, level, side, way, ratio) r,
                 LATERAL ab_poisson_test(s, NULL, NULL, level, side, way) e
            WHERE level < 0.5 AND level > 0""" % levels, (list(ALTERNATIVES),))[0]
        checks.check(got[1:4] == (0, 0, 0) and got[4] > 20, levels, got, 'no contradiction')


def check_sums(server, checks, rng):
    """Counts out of many rows are exact, one column is events per row, merging changes nothing."""
    for _ in range(25):
        n = int(rng.integers(50, 3000))
        events = rng.poisson(float(rng.choice([0.01, 0.7, 30])), size=n)
        exposure = np.round(rng.uniform(0.1, 9, size=n), 3)
        variant = np.where(rng.random(n) < 0.3, 'treatment', 'control')
        server.load('log', 'events float8, exposure float8, variant text, day int',
                    [(float(e), float(x), v, i % 7) for i, (e, x, v) in enumerate(zip(events, exposure, variant))])
        rows = server.named("""
            SELECT r.* FROM (SELECT ab_summary(events, exposure, variant) s FROM log) q, ab_poisson_test(s) r UNION ALL
            SELECT r.* FROM (SELECT ab_rollup(s) s
                FROM (SELECT ab_summary(events, exposure, variant) s FROM log GROUP BY day) q) q, ab_poisson_test(s) r
                    UNION ALL
            SELECT r.* FROM (SELECT ab_summary(events, variant) s FROM log) q, ab_poisson_test(s) r""")
        for index, row in enumerate(rows):
            t, c = variant == 'treatment', variant == 'control'
            xt, xc = int(events[t].sum()), int(events[c].sum())
            te, ce = (exposure[t].sum(), exposure[c].sum()) if index < 2 else (float(t.sum()), float(c.sum()))
            p = te / (te + ce)
            tails = scipy.stats.binom.sf(xt - 1, xt + xc, p), scipy.stats.binom.cdf(xt, xt + xc, p)
            checks.all_of((n, index),
                          [checks.near('rate of many rows', row['treatment_mean'], mpf(xt) / mpf(float(te)), 1e-12),
                                       checks.near('p of many rows', row['p_value'], mpf(float(min(2 * min(tails), 1))),
                                                   1e-8)])


def check_dispersion(server, checks, rng):
    """The index against Pearson's chi-square over its df, and when it is noted."""
    for i in range(40):
        n = int(rng.integers(200, 1500))
        exposure = np.round(rng.uniform(0.5, 4, size=n), 2) if i % 2 else np.ones(n)
        mean = 3 * exposure
        events = rng.poisson(mean * rng.gamma(2, 0.5, size=n)) if i % 4 < 2 else rng.poisson(mean)
        variant = np.where(np.arange(n) % 3 == 0, 'treatment', 'control')
        server.load('log', 'events float8, exposure float8, variant text',
                    [(float(a), float(b), v) for a, b, v in zip(events, exposure, variant)])
        columns = 'events, exposure, variant' if i % 2 else 'events, variant'
        note = server.value('SELECT r.note FROM (SELECT ab_summary(%s) s FROM log) q, ab_poisson_test(s) r'
                            % columns) or ''
        index, weights = 0.0, 0.0
        for v in ('treatment', 'control'):
            e, x = events[variant == v], exposure[variant == v]
            rate = e.sum() / x.sum()
            weight = e.sum() / x.sum() ** 2
            index += weight * ((e - rate * x) ** 2).sum() * len(e) / (len(e) - 1) / e.sum()
            weights += weight
        index /= weights
        if i % 4 < 2:
            checks.check('%.3g times' % index in note and 'too sure' in note, index, note, 'a note with the index')
        else:
            checks.check('times' not in note, index, note, 'no note')


def check_coverage(server, checks, rng):
    """At random pairs of expected counts, of which a tenth has equal rates."""
    top, points, lowest = 100, 400, {}
    events = np.arange(top)
    for exposure in (1.0, 1.25, 2.0, 3.0, 5.0, 10.0, 20.0):
        load(server, [(t, exposure, c, 1.0) for t in range(top) for c in range(top)])
        expected = np.exp(rng.uniform(0, np.log(50), size=(points, 2)))
        expected[:points // 10, 0] = np.clip(expected[:points // 10, 1] * exposure, 1, 50)
        for method in ('exact', 'mid-p', 'score'):
            ends = np.empty((6, top * top))
            for i, *row in server.rows("""
                    SELECT i, two.diff_low, two.diff_high, two.lift_low_pct, two.lift_high_pct, one.diff_low,
                           one.diff_high
                    FROM rates, ab_poisson_test(s, method => %s) two,
                         ab_poisson_test(s, alpha => 0.1, method => %s) one""", (method, method)):
                ends[:, i] = [np.nan if v is None else v for v in row]
            ends = ends.reshape(6, top, top)
            for mt, mc in expected:
                pt, pc = scipy.stats.poisson.pmf(events, mt), scipy.stats.poisson.pmf(events, mc)
                with np.errstate(invalid='ignore'):
                    missed = [pt @ beyond @ pc for value, low, high in (
                        (mt / exposure - mc, 0, 1), ((mt / exposure / mc - 1) * 100, 2, 3),
                        (mt / exposure - mc, 4, 5)) for beyond in (ends[low] > value + 1e-9 * (1 + abs(value)),
                                                                   ends[high] < value - 1e-9 * (1 + abs(value)))]
                for name, coverage in (('diff', 1 - missed[0] - missed[1]), ('lift', 1 - missed[2] - missed[3]),
                                       ('one-sided diff', 1 - max(missed[4:]))):
                    lowest[method, name] = min(lowest.get((method, name), (1,)), (coverage, exposure, mt, mc))
    for (method, name), (coverage, *where) in sorted(lowest.items()):
        print('  lowest coverage of 95%%, %s %s: %.4f at exposure %g, expected %.4g and %.4g'
              % (method, name, coverage, *where))
        floor = 0.95 if method == 'exact' else 0.9 if 'one' in name else 0.94
        checks.check(coverage > floor, (method, name), coverage, floor)


if __name__ == '__main__':
    run_sections(__file__, [
        ('rates', seeded(SEED, check_tests)), ('duality', seeded(SEED + 1, check_duality)),
        ('sums', seeded(SEED + 2, check_sums)), ('dispersion', seeded(SEED + 3, check_dispersion)),
        ('ratios', seeded(SEED + 4, check_ratios)), ('coverage', seeded(SEED + 5, check_coverage))])
