#!/usr/bin/python3
"""Compare ab_quantile_test and ab_quantile_compare with independent arithmetic on random input.

The reference is written from the definition of the method, on sorted rows instead of cells:
normal scores of ranks from sums of the binomial distribution in extended precision (with
clusters from the continued fraction of the incomplete beta function), limits of one arm by interpolation
in the score, and the touching level by root finding.  Ends of the lift are checked to be
crossings, p-values of separated arms against their closed form, limits of one arm against
the binomial ranks of the textbooks and Hutson's.  The rest are properties: duality, units, reflection, exchange of
the arms, what few rows allow.  Uses only temporary objects and fixed seeds; the last line is
"oracle_quantile: N passed, M failed".
"""
import functools
import math
import sys

import numpy as np
import scipy.stats
from mpmath import mp, mpf
from scipy.optimize import brentq
from scipy.special import betainc, ndtri_exp, stdtr
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

sys.dont_write_bytecode = True
from checks import Checks, Server                                                   # noqa: E402

SEED = 20241205
ALTERNATIVES = ('two-sided', 'less', 'greater')
LARGEST_SCORE = 38.5                    # behind it a tail is no double
WIDTH_SCORE = norm.isf(0.025)
TOL_ESTIMATE, TOL_BOUND, TOL_STATISTIC, TOL_P, TOL_CLUSTERS = 1e-13, 1e-10, 1e-11, 1e-9, 1e-9
NUDGE = 1e-12           # of z: on a jump either side is right


# ---------------------------------------------------------------- the definition

@functools.lru_cache(maxsize=256)
def binomial_scores(n, q):
    """score(0..n+1): P(B(r, n + 1 - r) <= q) is the chance that r or more of n rows are below the quantile."""
    k = np.arange(n, dtype=np.longdouble)
    steps = np.log((n - k) / (k + 1)) + np.log(np.longdouble(q)) - np.log1p(-np.longdouble(q))
    chance = np.concatenate([[np.longdouble(0)], np.cumsum(steps)])
    chance = np.exp(chance - chance.max())
    chance /= chance.sum()
    upper, lower = np.cumsum(chance[::-1])[::-1][1:], np.cumsum(chance)[:-1]
    with np.errstate(divide='ignore'):
        scores = np.where(upper < 0.5, -ndtri_exp(np.log(upper).astype(float)), ndtri_exp(np.log(lower).astype(float)))
    return np.concatenate([[-np.inf], scores, [np.inf]])


def beta_tails(q, a, b):
    """P(B(a, b) <= q) and its complement, by Lentz's continued fraction; only what is in front of it takes more digits."""
    if q > (a + 1) / (a + b + 2):
        return beta_tails(1 - q, b, a)[::-1]
    front = mp.exp(a * mp.log(q) + b * mp.log1p(-q) + mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b)) / a
    q, a, b = float(q), float(a), float(b)
    c, d = 1.0, 1 / (1 - (a + b) * q / (a + 1))
    h, m = d, 1
    while True:
        term = m * (b - m) * q / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / (1 + term * d), 1 + term / c
        h *= d * c
        term = -(a + m) * (a + b + m) * q / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / (1 + term * d), 1 + term / c
        h *= d * c
        if abs(d * c - 1) < 4e-16:
            return front * h, 1 - front * h
        m += 1


class BetaScores:
    """The scores of an arm whose ranks are worth 1 / effect rows by an estimate, each computed when it is asked for."""

    def __init__(self, n, q, effect, df):
        self.n, self.q, self.effect, self.df, self.known = n, mpf(q), mpf(effect), df, {0: -np.inf, n + 1: np.inf}

    def __getitem__(self, r):
        if r not in self.known:
            with mp.workdps(30):
                below, above = beta_tails(self.q, mpf(r) / self.effect, (self.n + 1 - mpf(r)) / self.effect)
                score = -float(ndtri_exp(float(mp.log(below)))) if below < above else float(ndtri_exp(float(mp.log(above))))
            self.known[r] = math.copysign(norm.isf(stdtr(self.df, -abs(score))), score)
        return self.known[r]

    def last_up_to(self, z):
        low, high = 0, self.n + 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self[middle] <= z else (low, middle)
        return low


class Arm:
    """The rows of an arm, and the limits of its quantile."""

    def __init__(self, values, q, effect=None):
        """effect: None, or the design effect and the degrees of freedom of its estimate."""
        self.x, self.n, self.q, self.effect = np.sort(np.asarray(values, dtype=float)), len(values), q, effect[0] if effect else 1
        self.scores = binomial_scores(self.n, q) if effect is None else BetaScores(self.n, q, *effect)
        same = self.x[1:] == self.x[:-1]
        self.tied = np.concatenate([[False], same]) | np.concatenate([same, [False]])
        self.estimate = float(np.quantile(self.x, q))
        self.largest = min(self.scores[self.n], -self.scores[1])

    def last_up_to(self, z):
        if isinstance(self.scores, BetaScores):
            return self.scores.last_up_to(z)
        return int(np.searchsorted(self.scores, z, 'right')) - 1

    def limit(self, z, upper):
        z = z if upper else -z
        k = self.last_up_to(z)
        if k == 0:
            return self.x[0] if upper else -math.inf
        if k == self.n:
            return self.x[-1] if not upper or self.scores[k] == z else math.inf
        low, high = self.x[k - 1], self.x[k]
        if self.tied[k - 1] or self.tied[k]:
            return high if upper else low
        return low + (high - low) * (z - self.scores[k]) / (self.scores[k + 1] - self.scores[k])

    def largest_tie(self, z):
        first, last = max(1, self.last_up_to(-z)), min(self.n, self.last_up_to(z) + 1)
        longest = np.unique(self.x[first - 1:last], return_counts=True)[1].max()
        return (longest - 1) / math.sqrt(self.n * self.q * (1 - self.q) * self.effect)

    def largest_gap(self, z):
        """What the widest gap takes of the width, from 0.6 on."""
        low, high = self.limit(z, False), self.limit(z, True)
        if not high > low:
            return 0.0
        inside = np.concatenate([[low], self.x[(self.x > low) & (self.x < high)], [high]])
        return max(0.0, (np.diff(inside).max() / (high - low) - 0.6) / 0.4)


class Pair:
    """Two arms and what their limits say together."""

    def __init__(self, control, treatment):
        self.c, self.t = control, treatment
        self.largest = min(LARGEST_SCORE, control.largest, treatment.largest)
        if self.largest > 0:
            z = min(WIDTH_SCORE, self.largest)
            self.wc, self.wt = (arm.limit(z, True) - arm.limit(z, False) for arm in (control, treatment))
            self.unsure = min(1.0, max(control.largest_tie(z), treatment.largest_tie(z), control.largest_gap(z), treatment.largest_gap(z)))
            self.std_error = math.hypot(self.wc, self.wt) / (2 * z)

    def limit(self, z, upper, r=1.0):
        """Of t - r c."""
        wc = abs(r) * self.wc
        w = math.hypot(wc, self.wt)
        share = [v / w if w > 0 else 1.0 for v in (wc, self.wt)]
        kc, kt = (math.sqrt(k * k + (1 - k * k) * self.unsure) for k in share)
        return self.t.limit(kt * z, upper) - r * self.c.limit(kc * z, upper == (r < 0))

    def touching(self, direction):
        """The largest score at which the limits still say that the treatment's quantile is larger (1), or smaller (-1)."""
        def excess(z):
            value = self.limit(z, False) if direction > 0 else -self.limit(z, True)
            return min(max(value, -1e300), 1e300) if value else -1e-300       # touching is not excluding
        low, high = -self.largest, self.largest
        if excess(high) > 0 or excess(low) <= 0:
            return high if excess(high) > 0 else low
        return brentq(excess, low, high, xtol=1e-15, rtol=1e-15, maxiter=500)

    def statistic(self, alternative):
        if alternative == 'greater':
            return self.touching(1)
        if alternative == 'less':
            return -self.touching(-1)
        up, down = self.touching(1), self.touching(-1)
        return up if up > 0 else -down if down > 0 else 0.0


def p_of(statistic, alternative):
    p = {'two-sided': 2 * norm.sf(abs(statistic)), 'greater': norm.sf(statistic), 'less': norm.cdf(statistic)}[alternative]
    return max(p, 5e-324)


def critical(alpha, alternative):
    return norm.isf(alpha / 2 if alternative == 'two-sided' else alpha)


# ---------------------------------------------------------------- comparing

def near(checks, name, got, want, tolerance, scale):
    if got is None:
        return (name, got, want, None)
    error = abs(got - want) / scale if scale > 0 else (0.0 if got == want else math.inf)
    checks.measure(name, error)
    return None if error <= tolerance else (name, got, want, error)


def between(checks, name, got, ends, tolerance, scale):
    """Within the range that a nudge of z leaves, which is one number but on a jump."""
    low, high = min(ends), max(ends)
    if got is not None and low <= got <= high:
        return None
    return near(checks, name, got, low if got is None or got < low else high, tolerance, scale)


def nudged(f, z):
    return [f(z - NUDGE * max(1, abs(z))), f(z), f(z + NUDGE * max(1, abs(z)))]


def contradictions(row):
    """Ends that disagree with the verdict, a verdict that disagrees with p, and NULL without a reason."""
    found, note = [], row['note'] or ''
    for low, high in (('diff_low', 'diff_high'), ('lift_low_pct', 'lift_high_pct')):
        if row[low] is None and row[high] is None:
            reasons = ('too few rows', 'too large') if low == 'diff_low' else ('too few rows', 'too large', 'no relative lift', 'unbounded')
            if not any(reason in note for reason in reasons):
                found.append((low + '..' + high, None, 'a reason in the note: ' + note, None))
            continue
        excludes = (row[low] is not None and row[low] > 0) or (row[high] is not None and row[high] < 0)
        if excludes != row['significant']:
            found.append((low + '..' + high, (row[low], row[high]), row['p_value'], None))
    if row['significant'] != (row['p_value'] < row['alpha']):
        found.append(('significant', row['significant'], row['p_value'], None))
    for name, value in row.items():
        if isinstance(value, float) and not math.isfinite(value):
            found.append((name, value, 'a finite number or NULL', None))
    return found


def check_lift_end(pair, got, z, upper, name):
    """Do the limits of t - r c cross 0 at that end?"""
    r, sign = 1 + got / 100, 1 if pair.c.estimate > 0 else -1
    width = TOL_BOUND * max(abs(r), pair.std_error / abs(pair.c.estimate))

    def sides(r):
        values = [sign * pair.limit(v, upper == (sign > 0), r) for v in (z * (1 - NUDGE), z * (1 + NUDGE))]
        return max(values), min(values)
    before, after = sides(r - width)[0], sides(r + width)[1]
    return None if before >= 0 >= after else (name, got, 'a crossing: %s, %s' % (before, after), None)


def compare(checks, row, pair, alpha, alternative, tolerance=1.0):
    """The mismatches of a row of ab_quantile_test with the definition; tolerance multiplies all tolerances."""
    size = max(abs(pair.c.x).max(), abs(pair.t.x).max())
    found = [near(checks, 'control_value', row['control_value'], pair.c.estimate, TOL_ESTIMATE, size),
             near(checks, 'treatment_value', row['treatment_value'], pair.t.estimate, TOL_ESTIMATE, size),
             near(checks, 'diff', row['diff'], pair.t.estimate - pair.c.estimate, TOL_ESTIMATE, size)]
    if not pair.largest > 0:
        for name in ('std_error', 'statistic', 'p_value', 'diff_low', 'diff_high', 'lift_low_pct', 'lift_high_pct', 'significant'):
            if row[name] is not None:
                found.append((name, row[name], None, None))
        if 'too few rows for this quantile' not in (row['note'] or ''):
            found.append(('note', row['note'], 'too few rows for this quantile', None))
        return found

    # a rounding error of the values moves the statistic by so much
    rounding = 4e-16 * size / pair.std_error if pair.std_error > 0 else 0
    statistic = pair.statistic(alternative)
    found += [near(checks, 'std_error', row['std_error'], pair.std_error, TOL_BOUND * tolerance + rounding, max(pair.std_error, 1e-300)),
              near(checks, 'statistic', row['statistic'], statistic, TOL_STATISTIC * tolerance + rounding, max(1, abs(statistic)))]
    p, moved = p_of(statistic, alternative), max(1, abs(statistic)) * (TOL_STATISTIC * tolerance + rounding)
    found.append(near(checks, 'p_value', row['p_value'], p, TOL_P * tolerance + 3 * moved * max(1, abs(statistic)), p))
    found += contradictions(row)

    z = critical(alpha, alternative)
    open_low, open_high = alternative == 'less', alternative == 'greater'
    if abs(z) > pair.largest:
        found += [(name, row[name], None, None) for name in ('diff_low', 'diff_high', 'lift_low_pct', 'lift_high_pct') if row[name] is not None]
        return found
    for name, upper, opened in (('diff_low', False, open_low), ('diff_high', True, open_high)):
        if opened:
            found.append(None if row[name] is None else (name, row[name], None, None))
        else:
            ends = nudged(lambda v: pair.limit(v, upper), z)
            found.append(between(checks, name, row[name], ends, TOL_BOUND * tolerance,
                                 max(abs(ends[1]), pair.std_error, size * 1e-4)))

    control = [pair.c.limit(abs(z), upper) for upper in (False, True)]
    if not (control[0] > 0 or control[1] < 0) or pair.c.estimate == 0:
        found += [(name, row[name], None, None) for name in ('lift_low_pct', 'lift_high_pct') if row[name] is not None]
        return found
    found.append(near(checks, 'relative_lift_pct', row['relative_lift_pct'], (pair.t.estimate / pair.c.estimate - 1) * 100, 1e-12,
                      100 * max(1, size / abs(pair.c.estimate))))
    if alternative != 'two-sided' and pair.c.estimate < 0:
        open_low, open_high = open_high, open_low
    for name, upper, opened in (('lift_low_pct', False, open_low), ('lift_high_pct', True, open_high)):
        if opened or row[name] is None:
            found.append(None if opened and row[name] is None else (name, row[name], 'open' if opened else 'an end', None))
        else:
            found.append(check_lift_end(pair, row[name], z, upper, name))
    return found


def histograms(server, cases):
    """hist(i, h) of pairs of arrays, the arms control and treatment."""
    server.load('sample', 'i int, v float8, a text',
                ((i, float(v), a) for i, case in enumerate(cases) for a, arm in zip(('control', 'treatment'), case) for v in arm))
    server.run('DROP TABLE IF EXISTS hist; CREATE TEMP TABLE hist AS SELECT i, ab_histogram(v, a) AS h FROM sample GROUP BY i')


def test(server, i, q, alpha=0.05, alternative='two-sided', clusters=None):
    if clusters:
        return server.named('SELECT r.* FROM hist JOIN %s USING (i), ab_quantile_test(h, %%s, alpha => %%s, alternative => %%s, clusters => s) r '
                            'WHERE i = %%s' % clusters, (q, alpha, alternative, i))[0]
    return server.named('SELECT r.* FROM hist, ab_quantile_test(h, %s, alpha => %s, alternative => %s) r WHERE i = %s', (q, alpha, alternative, i))[0]


# ---------------------------------------------------------------- random data

def atom(rng, n, shift):
    """Latencies of which some are cut off at one value."""
    return np.minimum(np.exp(rng.standard_normal(n) + shift), np.exp(norm.ppf(rng.choice([0.48, 0.7, 0.94, 0.955]))))


KINDS = {
    'lognormal': lambda rng, n, shift: np.exp(rng.standard_normal(n) + shift),
    'counts': lambda rng, n, shift: rng.poisson(6 * (1 + abs(shift)), n),
    'ratings': lambda rng, n, shift: rng.choice(5, size=n, p=[0.08, 0.07, 0.15, 0.3, 0.4]) + 1,
    'cut off': atom,
    'zeros': lambda rng, n, shift: np.where(rng.random(n) < 0.45, 0.0, rng.exponential(size=n) + shift),
    'milliseconds': lambda rng, n, shift: np.round(np.exp(0.6 * rng.standard_normal(n) + 4 + shift)),
    'negative': lambda rng, n, shift: -np.exp(0.5 * rng.standard_normal(n) - shift),
    'around zero': lambda rng, n, shift: rng.standard_normal(n) + shift,
    'heavy tails': lambda rng, n, shift: rng.standard_t(2, n) * 1e-7 + 1e-6 * shift,
    'far away': lambda rng, n, shift: 1e9 + rng.standard_normal(n) + shift,
    'constant': lambda rng, n, shift: np.full(n, 3.0 + round(shift)),
}


def random_case(rng, kind, sizes):
    make = KINDS[kind]
    effect = float(rng.choice([0, 0, 0.1, 0.5, 3]))
    return tuple(make(rng, int(rng.choice(sizes)), shift).astype(float) for shift in (0.0, effect))


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
    cases = [tuple(KINDS[kind](rng, n, shift).astype(float) for n, shift in zip(pair, (0.0, 0.02))) for kind, pair in zip(kinds, sizes)]
    histograms(server, cases)
    for i, (c, t) in enumerate(cases):
        exact = server.value('SELECT ab_resolution(h) = 0 FROM hist WHERE i = %s', (i,))
        checks.check(exact, (kinds[i], len(c), len(t)), exact, 'an exact histogram')
        for q in (0.01, 0.5, 0.95, 0.99):
            for alternative in ALTERNATIVES:
                checks.all_of((kinds[i], len(c), len(t), q, alternative),
                              compare(checks, test(server, i, q, 0.05, alternative), Pair(Arm(c, q), Arm(t, q)), 0.05, alternative))


# ---------------------------------------------------------------- one arm, by others

def textbook_ranks(n, q, level):
    """Largest and smallest rank whose rows each miss the quantile with at most half of what is left, None without such."""
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
        checks.check(ranks[0] <= row['diff_low'] < ranks[0] + 1 and ranks[1] - 1 < row['diff_high'] <= ranks[1], ('median', n),
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
                    checks.check(row['diff_low'] is None and row['diff_high'] is None, inputs, (row['diff_low'], row['diff_high']), 'no interval')
                    continue
                # theirs are the rows just outside, so ours are between them and their neighbours inside
                low, high = ranks[0] - 1, ranks[1] - 1
                slack = 0 if i % 2 == 0 else 1e-7
                checks.check(x[low] - slack <= row['diff_low'] <= x[min(low + 1, n - 1)] + slack, inputs, row['diff_low'], x[low:low + 2])
                checks.check(x[max(high - 1, 0)] - slack <= row['diff_high'] <= x[high] + slack, inputs, row['diff_high'], x[high - 1:high + 1])
                # Hutson's fractional ranks r solve P(B(r, n + 1 - r) <= q) = level, ours interpolate the score: a tenth of a row apart
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
    for levels in ('1e-9, 0.001, 0.05, 0.3, 0.5, 0.6, 0.95', 'p.p_value * (1 - 2e-16), p.p_value, p.p_value * (1 + 4e-16)',
                   'p.p_value * (1 - 1e-9), p.p_value * (1 + 1e-9), p.p_value * 0.9, p.p_value * 1.1'):
        got = server.rows("""
            SELECT count(*),
                   count(*) FILTER (WHERE coalesce(r.diff_low, r.diff_high) IS NOT NULL AND
                                    (coalesce(r.diff_low > 0, false) OR coalesce(r.diff_high < 0, false)) <> r.significant),
                   count(*) FILTER (WHERE coalesce(r.lift_low_pct, r.lift_high_pct) IS NOT NULL AND
                                    (coalesce(r.lift_low_pct > 0, false) OR coalesce(r.lift_high_pct < 0, false)) <> r.significant),
                   count(*) FILTER (WHERE r.significant <> (r.p_value < r.alpha)),
                   count(*) FILTER (WHERE r.diff_low > r.diff_high OR r.lift_low_pct > r.lift_high_pct),
                   count(*) FILTER (WHERE coalesce(r.diff_low, r.diff_high) IS NULL AND r.note !~ 'too few rows for an interval'),
                   count(*) FILTER (WHERE coalesce(r.diff_low, r.diff_high) IS NOT NULL AND coalesce(r.lift_low_pct, r.lift_high_pct) IS NULL
                                    AND r.note !~ 'no relative lift|unbounded'),
                   count(*) FILTER (WHERE r.significant)
            FROM hist, unnest(%s::float8[]) q, unnest(%s::text[]) a(side), ab_quantile_test(h, q, alternative => side) p,
                 unnest(ARRAY[LEVELS]) l(level), LATERAL ab_quantile_test(h, q, alpha => level, alternative => side) r
            WHERE level < 1 AND level > 0 AND p.p_value IS NOT NULL""".replace('LEVELS', levels), ([0.1, 0.5, 0.8, 0.95], list(ALTERNATIVES)))[0]
        checks.check(got[1:7] == (0,) * 6 and got[7] > 100, levels, got, 'no contradiction')

    # alternatives: the same test read from one side or both
    got = server.rows("""
        SELECT count(*), count(*) FILTER (WHERE two.p_value > least(1, 2 * least(less.p_value, greater.p_value)) * (1 + 1e-9)
                                             OR two.p_value < 2 * least(less.p_value, greater.p_value, 0.5) * (1 - 1e-9)),
               count(*) FILTER (WHERE less.p_value + greater.p_value < 1 - 1e-9), count(*) FILTER (WHERE narrow.diff_low > two.diff_low + 1e-9 * abs(two.diff_low)
                                             OR abs(narrow.diff_low - two.diff_low) > 1e-9 * abs(two.diff_low))
        FROM hist, unnest(%s::float8[]) q, ab_quantile_test(h, q) two, ab_quantile_test(h, q, alternative => 'less') less,
             ab_quantile_test(h, q, alternative => 'greater') greater, ab_quantile_test(h, q, alpha => 0.025, alternative => 'greater') narrow
        WHERE two.p_value IS NOT NULL""", ([0.1, 0.5, 0.8],))[0]
    checks.check(got[1:] == (0, 0, 0) and got[0] > 200, 'alternatives', got, 'no contradiction')


def same(a, b, names, tolerance, factor=1.0, scale=0.0):
    """The mismatches of columns that two rows should have in common, up to a factor."""
    found = []
    for name in names:
        x, y = a[name], b[name]
        if x is None or y is None:
            found.append(None if x is y else (name, x, y, None))
        elif abs(x * factor - y) > tolerance * max(abs(y), scale):
            found.append((name, x * factor, y, abs(x * factor - y)))
    return found


UNITLESS = ('p_value', 'statistic', 'relative_lift_pct', 'lift_low_pct', 'lift_high_pct')
UNITS = ('control_value', 'treatment_value', 'diff', 'diff_low', 'diff_high', 'std_error')


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
        checks.all_of(inputs + ('power of two', power), same(base, rows[1], UNITLESS, 0) + same(base, rows[1], UNITS, 0, power))
        for row, factor in ((rows[2], 1e-9), (rows[3], 1e9)):
            checks.all_of(inputs + (factor,), same(base, row, ('p_value', 'statistic'), 30 * tolerance, scale=1e-3)
                          + same(base, row, ('relative_lift_pct', 'lift_low_pct', 'lift_high_pct'), 1e3 * tolerance, scale=1e-3)
                          + same(base, row, UNITS, 1e3 * tolerance, factor, size * factor))
        # exchange of the arms
        checks.all_of(inputs + ('exchanged',), same(base, rows[4], ('p_value', 'std_error'), 1e-13) + same(base, rows[4], ('diff', 'statistic'), 1e-13, -1)
                      + same({'x': base['diff_low']}, {'x': rows[4]['diff_high']}, ('x',), 1e-13, -1)
                      + same({'x': base['diff_high']}, {'x': rows[4]['diff_low']}, ('x',), 1e-13, -1))
        # reflection of the values, with 1 - q for q
        row = test(server, 5, 1 - q, alpha)
        checks.all_of(inputs + ('reflected',), same(base, row, ('p_value',), 30 * tolerance) + same(base, row, ('diff', 'statistic'), 30 * tolerance, -1, size)
                      + same(base, row, ('relative_lift_pct', 'lift_low_pct', 'lift_high_pct'), 1e3 * tolerance, scale=1)
                      + same({'x': base['diff_low']}, {'x': row['diff_high']}, ('x',), 30 * tolerance, -1, size)
                      + same({'x': base['diff_high']}, {'x': row['diff_low']}, ('x',), 30 * tolerance, -1, size))
        # a shift of both arms; rounding of the sums is not the extension's
        row = test(server, 6, q, alpha)
        if kind in ('counts', 'milliseconds'):
            checks.all_of(inputs + ('shifted', shift), same(base, row, ('p_value', 'statistic', 'diff', 'diff_low', 'diff_high', 'std_error'), 1e-10, scale=1e-9))
        # a monotone transformation keeps a verdict that no shares can change: the arms' own intervals do not meet, or
        # even those at z / root 2 do
        z = critical(alpha, 'two-sided')
        pair = Pair(Arm(c, q), Arm(t, q))
        if z <= pair.largest:
            apart = max(pair.t.limit(z, False) - pair.c.limit(z, True), pair.c.limit(z, False) - pair.t.limit(z, True)) > 0
            grid = np.sin(np.linspace(0, math.pi / 2, 91))
            never = not any(pair.t.limit(k * z, False) > pair.c.limit(m * z, True) or pair.c.limit(m * z, False) > pair.t.limit(k * z, True)
                            for k, m in zip(grid, grid[::-1]))
            bent = test(server, 7, q, alpha)
            if apart or (never and pair.unsure == 0):
                checks.check(bent['significant'] == apart == base['significant'], inputs + ('transformed',), (base['significant'], bent['significant']), apart)
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
    """p of separated arms is what the numbers of rows allow, in closed form and down to 1e-300; bounds appear with the rows they take."""
    for q in (0.5, 0.1, 0.9, 0.95, 0.99):
        rows = server.named("""
            SELECT n, m, side, r.*, (SELECT count(*) FROM regexp_matches(r.note, 'too few rows for an interval')) AS few
            FROM (VALUES (1, 1), (2, 9), (5, 5), (6, 7), (14, 14), (40, 50), (73, 73), (74, 74), (150, 90), (367, 367), (368, 368), (500, 400), (990, 990), (2000, 3000), (6000, 7000)) v(n, m),
                 LATERAL (SELECT ab_histogram(x, a) AS h FROM (SELECT i + 1e6, 'treatment' FROM generate_series(1, n) i
                          UNION ALL SELECT i, 'control' FROM generate_series(1, m) i) u(x, a)) s,
                 unnest(%s::text[]) side, ab_quantile_test(h, %s, alternative => side) r""", (list(ALTERNATIVES), q))
        for row in rows:
            n, side, inputs = min(row['n'], row['m']), row['side'], (q, row['n'], row['m'], row['side'])
            mp.dps = 30
            least = max(mpf(q), 1 - mpf(q)) ** n
            if not least < mpf(1) / 2:
                checks.check(row['p_value'] is None and row['diff_low'] is None and 'too few rows for this quantile' in row['note'], inputs, row, 'no test')
                continue
            if least > mpf('1e-318'):
                want = {'two-sided': 2 * least, 'greater': least, 'less': 1 - least}[side]
                error = abs(row['p_value'] / want - 1)
                checks.measure('least p', error)
                checks.check(error < (1e-11 if least > 1e-305 else 1e-2), inputs, row['p_value'], want)
            else:
                checks.check(row['p_value'] == 1 if side == 'less' else 0 < row['p_value'] < 1e-300, inputs, row['p_value'], 'more than 0')
            level = 0.025 if side == 'two-sided' else 0.05
            bounded = row['diff_low'] is not None or row['diff_high'] is not None
            checks.check(bounded == (least <= level) and (row['few'] == 0) == bounded, inputs, (row['diff_low'], row['note']), least)
    # the rows that the note asks for are the rows that it takes
    for q, alpha, side in ((0.5, 0.05, 'two-sided'), (0.95, 0.05, 'two-sided'), (0.99, 0.01, 'greater'), (0.05, 0.001, 'less')):
        needed = math.ceil(math.log(alpha / 2 if side == 'two-sided' else alpha) / math.log(max(q, 1 - q)))
        for n in (needed - 1, needed):
            row = server.named("""SELECT r.* FROM (SELECT ab_histogram(i, a) AS h FROM generate_series(1, %s) i, unnest(ARRAY['control', 'treatment']) a) s,
                ab_quantile_test(h, %s, alpha => %s, alternative => %s) r""", (n, q, alpha, side))[0]
            none = row['diff_low'] is None and row['diff_high'] is None
            checks.check(none == (n < needed) and (('about %d in each arm' % needed) in (row['note'] or '')) == none, (q, alpha, side, n), row, needed)


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
            checks.all_of((len(c), len(t), q, row['p_value']), compare(checks, row, Pair(Arm(c, q), Arm(t, q)), 1e-12, 'two-sided'))
    checks.check(min(seen) < 1e-300 and sum(1e-300 < p < 1e-50 for p in seen) > 5, 'tails', min(seen), 'far tails were met')
    print('  p-values down to %g, %d of them below 1e-50' % (min(seen), sum(p < 1e-50 for p in seen)))


# ---------------------------------------------------------------- kept in buckets

def check_buckets(server, checks, rng):
    """More distinct values than are kept: results within the resolution of those of all rows."""
    n, m = 70000, 50000
    smooth = [np.exp(0.7 * rng.standard_normal(k) + 9) for k in (n, m)]
    atoms = [np.where(rng.random(len(x)) < share, 30000.0, np.where(x > 29000, x * 0.9, x)) for x, share in zip(smooth, (0.06, 0.06))]
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
            for column, want in (('control_value', pair.c.estimate), ('treatment_value', pair.t.estimate), ('diff', pair.t.estimate - pair.c.estimate),
                                 ('diff_low', pair.limit(WIDTH_SCORE, False)), ('diff_high', pair.limit(WIDTH_SCORE, True)), ('std_error', pair.std_error)):
                error = abs(row[column] - want) / (size * resolution)
                checks.measure('resolutions, in buckets', error)
                found.append(None if error <= 2.5 else (column, row[column], want, error))
            if pair.unsure < 1 and pair.std_error > 0:
                error = abs(row['statistic'] - statistic) * pair.std_error
                found.append(None if error <= slack * max(1, abs(statistic)) else ('statistic', row['statistic'], statistic, error / slack))
            if 'relative width' not in (row['note'] or ''):
                found.append(('note', row['note'], 'values are kept to a relative width', None))
            checks.all_of(inputs, found)
        # halves that meet give the same buckets
        row = server.named("""SELECT r.* FROM (SELECT ab_rollup(h) AS h FROM (SELECT ab_histogram(v, a) AS h FROM sample GROUP BY hashfloat8(v) % 3) p) s,
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


# ---------------------------------------------------------------- clusters

def clustered(rng, users, spread, whole):
    """user, value: users with 1 to 20 rows, rows of a user alike."""
    counts = rng.integers(1, 21, users)
    user = np.repeat(np.arange(users), counts)
    value = np.exp(rng.standard_normal(users)[user] * spread + 0.5 * rng.standard_normal(len(user)) + 3)
    return user, np.round(value) if whole else value


def design_effect(user, below, q):
    """Variance of a ratio of sums over that of a share of independent rows, and its degrees of freedom."""
    counts, hits = np.bincount(user), np.bincount(user, weights=below)
    kept = counts > 0
    counts, hits = counts[kept].astype(float), hits[kept]
    k, rows = len(counts), counts.sum()
    share = hits.sum() / rows
    variance = k / (k - 1) * np.sum((hits - share * counts) ** 2) / rows ** 2
    effect = variance / (share * (1 - share) / rows)
    even, beyond, pq = rows ** 2 / np.sum(counts ** 2), rows * min(q, 1 - q) / effect, q * (1 - q)
    return effect * (1 + 1 / beyond), 2 / (2 / (even - 1) + max(0, (1 - 6 * pq) / pq) * effect / rows)


def check_clusters(server, checks, rng):
    for i in range(30):
        q, alpha, alternative = float(rng.choice([0.25, 0.5, 0.9, 0.95])), float(rng.choice([0.01, 0.05, 0.2])), ALTERNATIVES[i % 3]
        arms = [clustered(rng, int(rng.choice([60, 150, 400])), float(rng.choice([0.0, 0.3, 1.0])), i % 4 == 3) for _ in range(2)]
        server.load('log', 'u int, v float8, a text', ((int(u), float(v), a) for a, (user, value) in zip(('control', 'treatment'), arms) for u, v in zip(user, value)))
        server.run("""DROP TABLE IF EXISTS hist; DROP TABLE IF EXISTS cluster;
            CREATE TEMP TABLE hist AS SELECT 0 AS i, ab_histogram(v, a) AS h FROM log;
            CREATE TEMP TABLE cluster AS SELECT 0 AS i, ab_summary(below, n, a) AS s FROM
                (SELECT a, u, count(*) FILTER (WHERE v <= ab_quantile(h, a, {q}))::float8 AS below, count(*)::float8 AS n FROM log, hist GROUP BY a, u) x""".format(q=repr(q)))
        row = test(server, 0, q, alpha, alternative, 'cluster')
        effects = [design_effect(user, value <= np.quantile(value, q), q) for user, value in arms]
        pair = Pair(*(Arm(value, q, effect) for (_, value), effect in zip(arms, effects)))
        inputs = ([len(value) for _, value in arms], q, alpha, alternative, effects)
        checks.all_of(inputs, compare(checks, row, pair, alpha, alternative, TOL_CLUSTERS / TOL_BOUND))
        checks.check('clustered by user' in row['method'], inputs, row['method'], 'says so')

    # users of one row each: the design effect is near 1, and little changes
    c, t = np.exp(rng.standard_normal(400)), np.exp(rng.standard_normal(300))
    histograms(server, [(c, t)])
    server.run("""DROP TABLE IF EXISTS cluster; CREATE TEMP TABLE cluster AS
        SELECT 0 AS i, ab_summary((v <= ab_quantile(h, a, 0.5))::int, 1, a) AS s FROM sample, hist""")
    alone, row = test(server, 0, 0.5), test(server, 0, 0.5, clusters='cluster')
    pair = Pair(*(Arm(x, 0.5, design_effect(np.arange(len(x)), x <= np.quantile(x, 0.5), 0.5)) for x in (c, t)))
    checks.all_of('a row a user', compare(checks, row, pair, 0.05, 'two-sided', TOL_CLUSTERS / TOL_BOUND))
    for name in ('diff_low', 'diff_high', 'std_error', 'statistic'):
        checks.check(abs(row[name] - alone[name]) < 0.02 * abs(alone['std_error']) + 0.02 * abs(alone[name]), ('a row a user', name), row[name], alone[name])

    # clusters that do not fit are noted and not used
    for what, below, rows, note in (('rows are missing', 'x', 'CASE WHEN a = \'control\' THEN 1 ELSE 2 END', 'the clusters have 600 rows of the treatment, the histogram 300'),
                                    ('one side', '1', '1', 'on the same side of the quantile'),
                                    ('one user', 'x', '1', 'do not have two users of the treatment')):
        where = "WHERE a = 'control'" if what == 'one user' else ''
        server.run("""DROP TABLE IF EXISTS cluster; CREATE TEMP TABLE cluster AS
            SELECT 0 AS i, ab_summary(%s, %s, a) AS s FROM (SELECT a, (v <= ab_quantile(h, a, 0.5))::int AS x FROM sample, hist) u %s""" % (below, rows, where))
        row = test(server, 0, 0.5, clusters='cluster')
        checks.check(row['p_value'] is None and row['diff_low'] is None and row['significant'] is None and note in (row['note'] or ''), what, row, note)
    server.run("""DROP TABLE IF EXISTS cluster; CREATE TEMP TABLE cluster AS
        SELECT 0 AS i, ab_summary(0.5 * n, n, a) AS s FROM (SELECT a, count(*) / 20.0 AS n FROM sample, generate_series(1, 20) GROUP BY a, generate_series) u""")
    row = test(server, 0, 0.5, clusters='cluster')
    checks.check(row['p_value'] is None and 'does not vary between users' in row['note'], 'no variation', row, 'a note')
    # few users
    server.run("""DROP TABLE IF EXISTS cluster; CREATE TEMP TABLE cluster AS SELECT 0 AS i, ab_summary(below, n, a) AS s FROM
        (SELECT a, count(*) FILTER (WHERE v <= ab_quantile(h, a, 0.5))::float8 AS below, count(*)::float8 AS n FROM sample, hist GROUP BY a, hashfloat8(v) % 4) u""")
    row = test(server, 0, 0.5, clusters='cluster')
    checks.check(row['p_value'] is not None and 'few users of the control for this quantile' in (row['note'] or '') and 'few users of the treatment for this quantile' in row['note'], 'few users', row, 'a note')


# ---------------------------------------------------------------- several variants, errors

def check_several(server, checks, rng):
    methods = {'bonferroni': 'bonferroni', 'sidak': 'sidak', 'holm': 'holm', 'hochberg': 'simes-hochberg', 'bh': 'fdr_bh', 'none': None}
    for i in range(24):
        names = ['control', 'b', 'c', 'd', 'e'][:int(rng.integers(2, 6))]
        arms = {a: np.exp(rng.standard_normal(int(rng.choice([5, 40, 150, 500]))) + float(rng.choice([0, 0, 0.2, 0.5]))) for a in names}
        arms['control'] = np.exp(rng.standard_normal(200))
        server.load('sample', 'i int, v float8, a text', ((0, float(v), a) for a in names for v in arms[a]))
        server.run('DROP TABLE IF EXISTS hist; CREATE TEMP TABLE hist AS SELECT i, ab_histogram(v, a) AS h FROM sample GROUP BY i')
        q, alpha, alternative = float(rng.choice([0.5, 0.9])), float(rng.choice([0.01, 0.05, 0.2])), ALTERNATIVES[i % 3]
        for correction, theirs in methods.items():
            inputs = (i, names, q, alpha, alternative, correction)
            rows = server.named('SELECT r.* FROM hist, ab_quantile_compare(h, %s, alpha => %s, alternative => %s, correction => %s) r',
                                (q, alpha, alternative, correction))
            checks.check([r['treatment'] for r in rows] == sorted(names[1:]), inputs, [r['treatment'] for r in rows], sorted(names[1:]))
            p = [r['p_value'] for r in rows if r['p_value'] is not None]
            adjusted = [r['p_adjusted'] for r in rows if r['p_value'] is not None]
            if p:
                want = multipletests(p, method=theirs)[1] if theirs else p
                checks.check(np.allclose(adjusted, want, rtol=1e-11, atol=0), inputs, adjusted, want)
                ours = server.value('SELECT ab_adjust(%s::float8[], %s)', ([r['p_value'] for r in rows], correction))
                checks.check(ours == [r['p_adjusted'] for r in rows], inputs, [r['p_adjusted'] for r in rows], ours)
            simultaneous = correction in ('bonferroni', 'sidak')
            level = {'bonferroni': lambda: alpha / len(p), 'sidak': lambda: -math.expm1(math.log1p(-alpha) / len(p))}.get(correction, lambda: alpha)() if p else alpha
            for row in rows:
                single = server.named('SELECT r.* FROM hist, ab_quantile_test(h, %s, treatment => %s, alpha => %s, alternative => %s) r',
                                      (q, row['treatment'], level, alternative))[0]
                found = same(row, single, UNITS + ('statistic', 'p_value', 'diff_low', 'diff_high', 'lift_low_pct', 'lift_high_pct'), 1e-12)
                if row['p_value'] is not None:
                    found.append(None if row['significant'] == (row['p_adjusted'] < alpha) else ('significant', row['significant'], row['p_adjusted'], None))
                    if simultaneous or len(p) == 1:
                        found += [m for m in contradictions({**row, 'p_value': row['p_adjusted']})]
                    noted = 'the intervals are not adjusted' in (row['note'] or '')
                    if noted != (len(p) > 1 and not simultaneous and correction != 'none'):
                        found.append(('note', row['note'], 'whether the intervals are adjusted', None))
                checks.all_of(inputs + (row['treatment'],), found)


def check_errors(server, checks, rng):
    server.run("""DROP TABLE IF EXISTS hist; CREATE TEMP TABLE hist AS
        SELECT (SELECT ab_histogram(i, a) FROM generate_series(1, 30) i, unnest(ARRAY['control', 'treatment']) a) AS h,
               (SELECT ab_histogram(i, a) FROM generate_series(1, 30) i, unnest(ARRAY['control', 'b', 'c']) a) AS three,
               (SELECT ab_histogram(i, a) FROM generate_series(1, 30) i, unnest(ARRAY['a', 'b']) a) AS unnamed,
               (SELECT ab_summary(i, a) FROM generate_series(1, 30) i, unnest(ARRAY['control', 'treatment']) a) AS one""")
    wrong = ['h, %s' % q for q in ('0', '1', '95', "'NaN'", 'NULL', '-0.5', "'Infinity'", '0.0', '1.0000000000000002')]
    wrong += ['h, 0.5, clusters => one', "h, 0.5, control => 'nobody'", "h, 0.5, alternative => 'more'", 'h, 0.5, alpha => 0', 'h, 0.5, alpha => 1',
              "h, 0.5, alpha => 'NaN'", 'unnamed, 0.5', "h, NULL, clusters => one"]
    queries = ['SELECT %s(%s) FROM hist' % (f, w) for f in ('ab_quantile_test', 'ab_quantile_compare') for w in wrong]
    queries += ["SELECT ab_quantile_test(three, 0.5) FROM hist", "SELECT ab_quantile_test(h, 0.5, 'control', 'nobody') FROM hist",
                "SELECT ab_quantile_test(h, 0.5, 'control', 'control') FROM hist", "SELECT ab_quantile_compare(h, 0.5, correction => 'dunnett') FROM hist",
                "SELECT ab_quantile_compare(h, 0.5, correction => 'more') FROM hist", "SELECT ab_quantile_test(NULL, 95)", "SELECT ab_quantile_test(NULL, 0.5, clusters => one) FROM hist"]
    for query, state in zip(queries, server.sqlstates(queries)):
        checks.check(state == '22023', query, state, '22023')
    good = ["SELECT ab_quantile_test(three, 0.5, treatment => 'b') FROM hist", 'SELECT ab_quantile_compare(three, 0.5) FROM hist', 'SELECT ab_quantile_test(NULL, 0.5)',
            'SELECT ab_quantile_compare(NULL, 0.5)', "SELECT ab_quantile_test(h, 1e-300) FROM hist", "SELECT ab_quantile_test(h, 0.9999999999999999) FROM hist"]
    for query, state in zip(good, server.sqlstates(good)):
        checks.check(state == '00000', query, state, '00000')
    # data never raise
    for values, note in (("'{1,2,3,NaN}'", 'NaN or infinity'), ("'{1,2,3,Infinity}'", 'NaN or infinity'), ("'{1}'", 'too few rows'), ("'{}'", 'no rows'),
                         ("'{1e308,-1e308,1e308,-1e308,1e308,-1e308,1e308,-1e308}'", ''), ("'{5e-324,0,5e-324,0,0,5e-324,5e-324,0,0}'", '')):
        row = server.named("""SELECT r.* FROM (SELECT ab_histogram(x, a) AS h FROM unnest(%s::float8[]) x, unnest(ARRAY['control', 'treatment']) a) s,
            ab_quantile_test(h, 0.5) r""" % values)[0]
        finite = all(not isinstance(v, float) or math.isfinite(v) for v in row.values())
        checks.check(finite and note in (row['note'] or ''), values, row, note)
    row = server.named("SELECT r.* FROM (SELECT ab_histogram(i, 'control') AS h FROM generate_series(1, 9) i) s, ab_quantile_test(h, 0.5) r")[0]
    checks.check(row['p_value'] is None and 'no rows for the treatment' in row['note'] and row['control_n'] == 9, 'one variant', row, 'a note')


def main():
    server, checks = Server(), Checks('oracle_quantile')
    sections = (('definition', check_definition), ('large', check_large), ('one arm', check_one_arm), ('duality', check_duality), ('invariance', check_invariance),
                ('few rows', check_few_rows), ('tails', check_tails), ('buckets', check_buckets), ('clusters', check_clusters), ('several', check_several), ('errors', check_errors))
    for i, (name, body) in enumerate(sections):
        if len(sys.argv) == 1 or name in sys.argv[1:]:
            checks.run(name, lambda: body(server, checks, np.random.default_rng(SEED + i)))
    return checks.finish()


if __name__ == '__main__':
    sys.exit(main())
