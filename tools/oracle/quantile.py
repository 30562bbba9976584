#!/usr/bin/python3
"""ab_quantile_test against the definition of the method on sorted rows.

Ends of the lift are checked to be crossings, p-values of separated arms against their closed form, limits of one
arm against the binomial ranks of the textbooks and Hutson's.  The rest are properties: duality, units, reflection,
exchange of the arms, what few rows allow.
"""
import math

import numpy as np
import scipy.stats
from mpmath import mp, mpf
from scipy.optimize import brentq
from scipy.special import betainc

from shared.checks import ALTERNATIVES, run_sections, seeded
from shared.quantiles import (
    KINDS, SEED, UNITLESS, UNITS, WIDTH_SCORE, Arm, Pair, compare, contradictions, critical, histograms, p_of,
    random_case, same, test)


# ---------------------------------------------------------------- the definition

def check_definition(server, checks, rng):
    kinds = list(KINDS)
    cases = [random_case(rng, kinds[i % len(kinds)], [1, 2, 5, 14, 40, 75, 150, 400, 1000, 2500]) for i in range(330)]
    histograms(server, cases)
    for i, (c, t) in enumerate(cases):
        for _ in range(2):
            q = float(rng.choice([0.01, 0.05, 0.25, 0.5, 0.5, 0.75, 0.9, 0.95, 0.99, rng.uniform(0.02, 0.98)]))
            alpha, alternative = float(rng.choice([0.001, 0.01, 0.05, 0.2, 0.5])), ALTERNATIVES[int(rng.integers(3))]
            row = test(server, i, q, alpha, alternative)
            checks.all_of((kinds[i % len(kinds)], len(c), len(t), q, alpha, alternative),
                          compare(checks, row, Pair(Arm(c, q), Arm(t, q)), alpha, alternative))


def check_large(server, checks, rng):
    kinds = ['lognormal', 'milliseconds', 'cut off', 'counts', 'far away', 'around zero']
    sizes = [(50000, 15000), (300, 50000), (50000, 50000), (50000, 15000), (20000, 30000), (10000, 50000)]
    cases = [tuple(KINDS[kind](rng, n, shift).astype(float) for n, shift in zip(pair, (0.0, 0.02)))
             for kind, pair in zip(kinds, sizes)]
    histograms(server, cases)
    for i, (c, t) in enumerate(cases):
        exact = server.value('SELECT ab_resolution(h) = 0 FROM hist WHERE i = %s', (i,))
        checks.check(exact, (kinds[i], len(c), len(t)), exact, 'an exact histogram')
        for q in (0.01, 0.5, 0.95, 0.99):
            for alternative in ALTERNATIVES:
                checks.all_of((kinds[i], len(c), len(t), q, alternative),
                              compare(checks, test(server, i, q, 0.05, alternative), Pair(Arm(c, q), Arm(t, q)), 0.05,
                                      alternative))


# ---------------------------------------------------------------- one arm, by others

def textbook_ranks(n, q, level):
    """Largest and smallest rank whose rows each miss the quantile with at most half of what is left, or None."""
    below = scipy.stats.binom.cdf(np.arange(n), n, q)           # P(quantile < X(r)) is 1 - below[r - 1]
    above = scipy.stats.binom.sf(np.arange(n), n, q)
    half = (1 - level) / 2
    low, high = np.nonzero(below <= half)[0], np.nonzero(above <= half)[0]
    return (int(low[-1]) + 1, int(high[0]) + 1) if len(low) and len(high) else None


# ranks of the 95% interval of a median (Altman, Machin, Bryant, Gardner, Statistics with Confidence, 2000, table 18.4)
MEDIAN_RANKS = {6: (1, 6), 10: (2, 9), 20: (6, 15), 30: (10, 21), 50: (18, 33), 70: (27, 44), 100: (40, 61)}


def check_one_arm(server, checks, rng):
    """Against an arm without noise the interval is the other arm's own, which rows of the textbooks' ranks bracket."""
    for n, ranks in MEDIAN_RANKS.items():
        checks.check(textbook_ranks(n, 0.5, 0.95) == ranks, n, textbook_ranks(n, 0.5, 0.95), ranks)
        histograms(server, [(np.zeros(5000), np.arange(1.0, n + 1))])
        row = test(server, 0, 0.5)
        checks.check(ranks[0] <= row['diff_low'] < ranks[0] + 1 and ranks[1] - 1 < row['diff_high'] <= ranks[1],
                     ('median', n),
                     (row['diff_low'], row['diff_high']), ranks)
    cases = []
    for n in (6, 12, 30, 80, 200, 1000, 5000):
        x = np.sort(np.exp(rng.standard_normal(n)))
        cases += [(np.zeros(20000), x), (np.exp(1e-9 * rng.standard_normal(20000)) - 1, x)]
    histograms(server, cases)
    for i, (_, x) in enumerate(cases):
        for q in (0.1, 0.5, 0.9, 0.95, 0.99):
            for level in (0.8, 0.95, 0.99):
                row = test(server, i, q, 1 - level)
                n, inputs, ranks = len(x), (len(x), q, level), textbook_ranks(len(x), q, level)
                if ranks is None:
                    checks.check(row['diff_low'] is None and row['diff_high'] is None, inputs,
                                 (row['diff_low'], row['diff_high']), 'no interval')
                    continue
                # theirs are the rows just outside, so ours are between them and their neighbours inside
                low, high = ranks[0] - 1, ranks[1] - 1
                slack = 0 if i % 2 == 0 else 1e-7
                checks.check(x[low] - slack <= row['diff_low'] <= x[min(low + 1, n - 1)] + slack, inputs,
                             row['diff_low'], x[low:low + 2])
                checks.check(x[max(high - 1, 0)] - slack <= row['diff_high'] <= x[high] + slack, inputs,
                             row['diff_high'], x[high - 1:high + 1])
                # Hutson's fractional ranks r solve P(B(r, n + 1 - r) <= q) = level, ours interpolate the score:
                # a tenth of a row apart
                for end, name in ((1 - (1 - level) / 2, 'diff_low'), ((1 - level) / 2, 'diff_high')):
                    rank = brentq(lambda r: betainc(r, n + 1 - r, q) - end, 0.5, n + 0.5)
                    fractional, ours = np.interp(rank, np.arange(1, n + 1), x), row[name]
                    got = np.interp(ours, x, np.arange(1, n + 1))
                    checks.measure('rows from Hutson\'s rank', abs(got - min(max(rank, 1), n)))
                    checks.check(abs(got - min(max(rank, 1), n)) < 0.1, inputs + (name,), ours, fractional)


# ---------------------------------------------------------------- properties

def check_duality(server, checks, rng):
    """No interval contradicts its p-value, whatever alpha: also at the p-value and beside it."""
    kinds = list(KINDS)
    histograms(server, [random_case(rng, kinds[i % len(kinds)], [3, 8, 20, 60, 150, 400]) for i in range(220)])
    for levels in ('1e-9, 0.001, 0.05, 0.3, 0.5',
                   'p.p_value * (1 - 2e-16), p.p_value, p.p_value * (1 + 4e-16)',
                   'p.p_value * (1 - 1e-9), p.p_value * (1 + 1e-9), p.p_value * 0.9, p.p_value * 1.1'):
        got = server.rows("""
            SELECT count(*),
                   count(*) FILTER (WHERE has_diff AND
                       (coalesce(r.diff_low > 0, false) OR coalesce(r.diff_high < 0, false)) <> r.significant),
                   count(*) FILTER (WHERE has_lift AND
                       (coalesce(r.lift_low_pct > 0, false) OR coalesce(r.lift_high_pct < 0, false)) <> r.significant),
                   count(*) FILTER (WHERE r.significant <> (r.p_value < r.alpha)),
                   count(*) FILTER (WHERE r.diff_low > r.diff_high OR r.lift_low_pct > r.lift_high_pct),
                   count(*) FILTER (WHERE NOT has_diff AND r.note !~ 'too few rows for an interval'),
                   count(*) FILTER (WHERE has_diff AND NOT has_lift AND r.note !~ 'no relative lift|unbounded'),
                   count(*) FILTER (WHERE r.significant)
            FROM hist, unnest(%s::float8[]) q, unnest(%s::text[]) a(side),
                 ab_quantile_test(h, q, alternative => side) p,
                 unnest(ARRAY[LEVELS]) l(level), LATERAL ab_quantile_test(h, q, alpha => level, alternative => side) r,
                 LATERAL (SELECT num_nonnulls(r.diff_low, r.diff_high) > 0,
                                 num_nonnulls(r.lift_low_pct, r.lift_high_pct) > 0) e(has_diff, has_lift)
            WHERE level <= 0.5 AND level > 0 AND p.p_value IS NOT NULL""".replace('LEVELS', levels),
            ([0.1, 0.5, 0.8, 0.95], list(ALTERNATIVES)))[0]
        checks.check(got[1:7] == (0,) * 6 and got[7] > 100, levels, got, 'no contradiction')

    # alternatives: the same test read from one side or both
    got = server.rows("""
        SELECT count(*),
               count(*) FILTER (WHERE two.p_value > least(1, 2 * least(less.p_value, greater.p_value)) * (1 + 1e-9)
                                   OR two.p_value < 2 * least(less.p_value, greater.p_value, 0.5) * (1 - 1e-9)),
               count(*) FILTER (WHERE less.p_value + greater.p_value < 1 - 1e-9),
               count(*) FILTER (WHERE narrow.diff_low > two.diff_low + 1e-9 * abs(two.diff_low)
                                   OR abs(narrow.diff_low - two.diff_low) > 1e-9 * abs(two.diff_low))
        FROM hist, unnest(%s::float8[]) q, ab_quantile_test(h, q) two,
             ab_quantile_test(h, q, alternative => 'less') less,
             ab_quantile_test(h, q, alternative => 'greater') greater,
             ab_quantile_test(h, q, alpha => 0.025, alternative => 'greater') narrow
        WHERE two.p_value IS NOT NULL""", ([0.1, 0.5, 0.8],))[0]
    checks.check(got[1:] == (0, 0, 0) and got[0] > 200, 'alternatives', got, 'no contradiction')


def check_invariance(server, checks, rng):
    kinds = ['lognormal', 'counts', 'cut off', 'milliseconds', 'around zero', 'negative', 'heavy tails']
    for i in range(84):
        kind, q = kinds[i % 7], float(rng.choice([0.125, 0.25, 0.5, 0.75, 0.9375]))
        c, t = random_case(rng, kind, [20, 60, 150, 400])
        shift, power = float(np.exp2(rng.integers(-3, 4))), float(np.exp2(rng.integers(-30, 31)))
        histograms(server, [(c, t), (c * power, t * power), (c * 1e-9, t * 1e-9), (c * 1e9, t * 1e9), (t, c), (-c, -t),
                            (c + shift, t + shift), (np.exp(c / 50), np.exp(t / 50)), (np.repeat(c, 1), t)])
        alpha = float(rng.choice([0.01, 0.05, 0.3]))
        rows = [test(server, k, q, alpha) for k in range(6)]
        base, inputs = rows[0], (kind, len(c), len(t), q, alpha)
        if base['p_value'] is None:
            checks.ok()
            continue
        size = max(abs(c).max(), abs(t).max())
        tolerance = 1e-11 + 1e-15 * size / max(base['std_error'], 1e-300) if base['std_error'] else 1e-11
        # units: a power of two changes no digit; others change what rounding of the values does
        checks.all_of(inputs + ('power of two', power),
                      same(base, rows[1], UNITLESS, 0) + same(base, rows[1], UNITS, 0, power))
        for row, factor in ((rows[2], 1e-9), (rows[3], 1e9)):
            checks.all_of(inputs + (factor,), same(base, row, ('p_value', 'statistic'), 30 * tolerance, scale=1e-3)
                          + same(base, row, ('relative_lift_pct', 'lift_low_pct', 'lift_high_pct'), 1e3 * tolerance,
                                 scale=1e-3)
                          + same(base, row, UNITS, 1e3 * tolerance, factor, size * factor))
        # exchange of the arms
        checks.all_of(inputs + ('exchanged',), same(base, rows[4], ('p_value', 'std_error'), 1e-13)
                      + same(base, rows[4], ('diff', 'statistic'), 1e-13, -1)
                      + same({'x': base['diff_low']}, {'x': rows[4]['diff_high']}, ('x',), 1e-13, -1)
                      + same({'x': base['diff_high']}, {'x': rows[4]['diff_low']}, ('x',), 1e-13, -1))
        # reflection of the values, with 1 - q for q
        row = test(server, 5, 1 - q, alpha)
        checks.all_of(inputs + ('reflected',), same(base, row, ('p_value',), 30 * tolerance)
                      + same(base, row, ('diff', 'statistic'), 30 * tolerance, -1, size)
                      + same(base, row, ('relative_lift_pct', 'lift_low_pct', 'lift_high_pct'), 1e3 * tolerance,
                             scale=1)
                      + same({'x': base['diff_low']}, {'x': row['diff_high']}, ('x',), 30 * tolerance, -1, size)
                      + same({'x': base['diff_high']}, {'x': row['diff_low']}, ('x',), 30 * tolerance, -1, size))
        # a shift of both arms; rounding of the sums is not the extension's
        row = test(server, 6, q, alpha)
        if kind in ('counts', 'milliseconds'):
            checks.all_of(inputs + ('shifted', shift),
                          same(base, row, ('p_value', 'statistic', 'diff', 'diff_low', 'diff_high', 'std_error'), 1e-10,
                               scale=1e-9))
        # a monotone transformation keeps a verdict that no shares can change: the arms' own intervals do not meet, or
        # even those at z / root 2 do
        z = critical(alpha, 'two-sided')
        pair = Pair(Arm(c, q), Arm(t, q))
        if z <= pair.largest:
            apart = max(pair.t.limit(z, False) - pair.c.limit(z, True),
                        pair.c.limit(z, False) - pair.t.limit(z, True)) > 0
            grid = np.sin(np.linspace(0, math.pi / 2, 91))
            never = not any(pair.t.limit(k * z, False) > pair.c.limit(m * z, True)
                            or pair.c.limit(m * z, False) > pair.t.limit(k * z, True)
                            for k, m in zip(grid, grid[::-1]))
            bent = test(server, 7, q, alpha)
            if apart or (never and pair.unsure == 0):
                checks.check(bent['significant'] == apart == base['significant'], inputs + ('transformed',),
                             (base['significant'], bent['significant']), apart)
        # the ends are the differences and lifts that would be touched
        if base['diff_low'] is not None and pair.unsure == 0:
            moved = [(c, t - base['diff_low']), (c, t - base['diff_high'])]
            if base['lift_low_pct'] is not None:
                moved += [(c * (1 + base[name] / 100), t) for name in ('lift_low_pct', 'lift_high_pct')]
            histograms(server, moved)
            for k in range(len(moved)):
                p = test(server, k, q, alpha)['p_value']
                # a control turned round by a negative ratio is another quantile
                if k < 2 or base[('lift_low_pct', 'lift_high_pct')[k - 2]] > -100:
                    checks.check(abs(p / alpha - 1) < 1e-6 + 1e3 * tolerance, inputs + ('end', k), p, alpha)


# ---------------------------------------------------------------- few rows, far tails

def check_few_rows(server, checks, rng):
    """p of separated arms is what the numbers of rows allow, in closed form and down to 1e-300.

    Bounds appear with the rows they take.
    """
    for q in (0.5, 0.1, 0.9, 0.95, 0.99):
        rows = server.named("""
            SELECT n, m, side, r.*, (SELECT count(*) FROM regexp_matches(r.note, 'too few rows for an interval')) AS few
            FROM (VALUES (1, 1), (2, 9), (5, 5), (6, 7), (14, 14), (40, 50), (73, 73), (74, 74), (150, 90), (367, 367),
                (368, 368), (500, 400), (990, 990), (2000, 3000), (6000, 7000)) v(n, m),
                 LATERAL (SELECT ab_histogram(x, a) AS h FROM (SELECT i + 1e6, 'treatment' FROM generate_series(1, n) i
                          UNION ALL SELECT i, 'control' FROM generate_series(1, m) i) u(x, a)) s,
                 unnest(%s::text[]) side, ab_quantile_test(h, %s, alternative => side) r""", (list(ALTERNATIVES), q))
        for row in rows:
            n, side, inputs = min(row['n'], row['m']), row['side'], (q, row['n'], row['m'], row['side'])
            mp.dps = 30
            least = max(mpf(q), 1 - mpf(q)) ** n
            if not least < mpf(1) / 2:
                checks.check(row['p_value'] is None and row['diff_low'] is None
                             and 'too few rows for this quantile' in row['note'], inputs, row, 'no test')
                continue
            if least > mpf('1e-318'):
                want = {'two-sided': 2 * least, 'greater': least, 'less': 1 - least}[side]
                error = abs(row['p_value'] / want - 1)
                checks.measure('least p', error)
                checks.check(error < (1e-11 if least > 1e-305 else 1e-2), inputs, row['p_value'], want)
            else:
                checks.check(row['p_value'] == 1 if side == 'less' else 0 < row['p_value'] < 1e-300, inputs,
                             row['p_value'], 'more than 0')
            level = 0.025 if side == 'two-sided' else 0.05
            bounded = row['diff_low'] is not None or row['diff_high'] is not None
            checks.check(bounded == (least <= level) and (row['few'] == 0) == bounded, inputs,
                         (row['diff_low'], row['note']), least)
    # the rows that the note asks for are the rows that it takes
    for q, alpha, side in ((0.5, 0.05, 'two-sided'), (0.95, 0.05, 'two-sided'), (0.99, 0.01, 'greater'),
                           (0.05, 0.001, 'less')):
        needed = math.ceil(math.log(alpha / 2 if side == 'two-sided' else alpha) / math.log(max(q, 1 - q)))
        for n in (needed - 1, needed):
            row = server.named("""SELECT r.*
                FROM (SELECT ab_histogram(i, a) AS h
                    FROM generate_series(1, %s) i, unnest(ARRAY['control', 'treatment']) a) s,
                ab_quantile_test(h, %s, alpha => %s, alternative => %s) r""", (n, q, alpha, side))[0]
            none = row['diff_low'] is None and row['diff_high'] is None
            checks.check(none == (n < needed) and (('about %d in each arm' % needed) in (row['note'] or '')) == none,
                         (q, alpha, side, n), row, needed)


def check_tails(server, checks, rng):
    """Arms nearly apart: p-values between 1e-3 and 1e-300 against the definition."""
    cases = []
    for n, m in ((30000, 30000), (20000, 3000), (5000, 5000), (1500, 30000)):
        for shift in (0.05, 0.1, 0.2, 0.4, 0.8):
            cases.append((rng.standard_normal(n) + 10, rng.standard_normal(m) + 10 + shift))
    cases.append((np.arange(32000.0), np.arange(32000.0) + 1e6))
    histograms(server, cases)
    seen = []
    for i, (c, t) in enumerate(cases):
        for q in (0.5, 0.95):
            row = test(server, i, q, 1e-12)
            seen.append(row['p_value'])
            checks.all_of((len(c), len(t), q, row['p_value']),
                          compare(checks, row, Pair(Arm(c, q), Arm(t, q)), 1e-12, 'two-sided'))
    checks.check(min(seen) < 1e-300 and sum(1e-300 < p < 1e-50 for p in seen) > 5, 'tails', min(seen),
                 'far tails were met')
    print('  p-values down to %g, %d of them below 1e-50' % (min(seen), sum(p < 1e-50 for p in seen)))


# ---------------------------------------------------------------- kept in buckets

def check_buckets(server, checks, rng):
    """More distinct values than are kept: results within the resolution of those of all rows."""
    n, m = 70000, 50000
    smooth = [np.exp(0.7 * rng.standard_normal(k) + 9) for k in (n, m)]
    atoms = [np.where(rng.random(len(x)) < share, 30000.0, np.where(x > 29000, x * 0.9, x))
             for x, share in zip(smooth, (0.06, 0.06))]
    cases = [('smooth', smooth), ('negative', [-x for x in smooth]), ('shifted', [smooth[0], smooth[1] * 1.03]),
             ('cut off', [np.minimum(x, 30000) for x in smooth]), ('atom within', atoms),
             ('atom of one arm', [atoms[0], np.where(smooth[1] > 29000, smooth[1] * 0.9, smooth[1])])]
    for name, (c, t) in cases:
        histograms(server, [(c, t)])
        resolution = server.value('SELECT ab_resolution(h) FROM hist')
        checks.check(0 < resolution < 2e-3, name, resolution, 'buckets, and fine ones')
        for q in (0.25, 0.5, 0.93, 0.95, 0.99):
            row, pair = test(server, 0, q), Pair(Arm(c, q), Arm(t, q))
            size = max(abs(pair.c.estimate), abs(pair.t.estimate))
            slack = 2.5 * resolution * size
            inputs = (name, q, resolution)
            statistic = pair.statistic('two-sided')
            found = contradictions(row)
            for column, want in (('control_value', pair.c.estimate), ('treatment_value', pair.t.estimate),
                                 ('diff', pair.t.estimate - pair.c.estimate),
                                 ('diff_low', pair.limit(WIDTH_SCORE, False)),
                                 ('diff_high', pair.limit(WIDTH_SCORE, True)), ('std_error', pair.std_error)):
                error = abs(row[column] - want) / (size * resolution)
                checks.measure('resolutions, in buckets', error)
                found.append(None if error <= 2.5 else (column, row[column], want, error))
            if pair.unsure < 1 and pair.std_error > 0:
                error = abs(row['statistic'] - statistic) * pair.std_error
                found.append(None if error <= slack * max(1, abs(statistic))
                             else ('statistic', row['statistic'], statistic, error / slack))
            if 'relative width' not in (row['note'] or ''):
                found.append(('note', row['note'], 'values are kept to a relative width', None))
            checks.all_of(inputs, found)
        # halves that meet give the same buckets
        row = server.named("""SELECT r.*
            FROM (SELECT ab_rollup(h) AS h
                FROM (SELECT ab_histogram(v, a) AS h FROM sample GROUP BY hashfloat8(v) % 3) p) s,
            ab_quantile_test(h, 0.95) r""")[0]
        checks.check(row == test(server, 0, 0.95), name, row, 'the same from parts')
    # the same atom in both arms, latencies around it: no verdict from the buckets alone, and intervals that contain 0
    wrong = tested = 0
    for repeat in range(3):
        arms = [np.exp(0.7 * rng.standard_normal(k) + 9.3) for k in (40000, 40000)]
        arms = [np.where(rng.random(len(x)) < 0.04, 30000.0, x) for x in arms]
        histograms(server, [arms])
        for q in np.linspace(0.84, 0.92, 9):
            row, exact = test(server, 0, float(q)), Pair(*(Arm(x, float(q)) for x in arms))
            tested += 1
            wrong += row['significant'] and p_of(exact.statistic('two-sided'), 'two-sided') > 0.06
    checks.check(wrong == 0, ('an atom in both arms', tested), wrong, 'no verdict that the rows do not give')


if __name__ == '__main__':
    run_sections(__file__, [(name, seeded(SEED + i, body)) for i, (name, body) in enumerate((
        ('definition', check_definition), ('large', check_large), ('one arm', check_one_arm),
        ('duality', check_duality), ('invariance', check_invariance), ('few rows', check_few_rows),
        ('tails', check_tails), ('buckets', check_buckets)))])
