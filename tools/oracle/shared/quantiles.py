"""The definition of the quantile test, on sorted rows instead of cells, and the comparison of a row with it.

Normal scores of ranks from sums of the binomial distribution in extended precision (with clusters from the
continued fraction of the incomplete beta function), limits of one arm by interpolation in the score, and the
touching level by root finding.
"""
import functools
import math

import numpy as np
from mpmath import mp, mpf
from scipy.optimize import brentq
from scipy.special import ndtri_exp, stdtr
from scipy.stats import norm

from shared import duality
from shared.checks import TOL_BOUND, TOL_STATISTIC

SEED = 20241205
TOL_ESTIMATE, TOL_P, TOL_CLUSTERS = 1e-13, 1e-9, 1e-9
NUDGE = 1e-12           # of z: on a jump either side is right
LARGEST_SCORE = 38.5                    # behind it a tail is no double
WIDTH_SCORE = norm.isf(0.025)


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
    """P(B(a, b) <= q) and its complement, by Lentz's continued fraction; what is in front of it takes more digits."""
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
                log = mp.log(min(below, above))
                score = float(ndtri_exp(float(log))) * (-1 if below < above else 1)
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
        self.x, self.n = np.sort(np.asarray(values, dtype=float)), len(values)
        self.q, self.effect = q, effect[0] if effect else 1
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
            self.unsure = min(1.0, max(control.largest_tie(z), treatment.largest_tie(z), control.largest_gap(z),
                                       treatment.largest_gap(z)))
            self.std_error = math.hypot(self.wc, self.wt) / (2 * z)

    def limit(self, z, upper, r=1.0):
        """Of t - r c."""
        wc = abs(r) * self.wc
        w = math.hypot(wc, self.wt)
        share = [v / w if w > 0 else 1.0 for v in (wc, self.wt)]
        kc, kt = (math.sqrt(k * k + (1 - k * k) * self.unsure) for k in share)
        return self.t.limit(kt * z, upper) - r * self.c.limit(kc * z, upper == (r < 0))

    def touching(self, direction):
        """The largest score at which the limits say that the treatment's quantile is larger (1), or smaller (-1)."""
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
    p = {'two-sided': 2 * norm.sf(abs(statistic)), 'greater': norm.sf(statistic),
         'less': norm.cdf(statistic)}[alternative]
    return max(p, 5e-324)


def critical(alpha, alternative):
    return norm.isf(alpha / 2 if alternative == 'two-sided' else alpha)


# ---------------------------------------------------------------- comparing

def between(checks, name, got, ends, tolerance, scale):
    """Within the range that a nudge of z leaves, which is one number but on a jump."""
    low, high = min(ends), max(ends)
    if got is not None and low <= got <= high:
        return None
    return checks.near(name, got, low if got is None or got < low else high, tolerance, scale)


def nudged(f, z):
    return [f(z - NUDGE * max(1, abs(z))), f(z), f(z + NUDGE * max(1, abs(z)))]


def contradictions(row):
    """What disagrees with the verdict, and NULL without a reason."""
    found, note = duality.contradictions(row), row['note'] or ''
    for (low, high), reasons in zip(duality.INTERVALS, (
            ('too few rows', 'too large'), ('too few rows', 'too large', 'no relative lift', 'unbounded'))):
        if row[low] is None and row[high] is None and not any(reason in note for reason in reasons):
            found.append((low + '..' + high, None, 'a reason in the note: ' + note, None))
    return found + [(name, value, 'a finite number or NULL', None) for name, value in row.items()
                    if isinstance(value, float) and not math.isfinite(value)]


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
    found = [checks.near('control_value', row['control_value'], pair.c.estimate, TOL_ESTIMATE, size),
             checks.near('treatment_value', row['treatment_value'], pair.t.estimate, TOL_ESTIMATE, size),
             checks.near('diff', row['diff'], pair.t.estimate - pair.c.estimate, TOL_ESTIMATE, size)]
    if not pair.largest > 0:
        for name in ('std_error', 'statistic', 'p_value', 'diff_low', 'diff_high', 'lift_low_pct', 'lift_high_pct',
                     'significant'):
            if row[name] is not None:
                found.append((name, row[name], None, None))
        if 'too few rows for this quantile' not in (row['note'] or ''):
            found.append(('note', row['note'], 'too few rows for this quantile', None))
        return found

    # a rounding error of the values moves the statistic by so much
    rounding = 4e-16 * size / pair.std_error if pair.std_error > 0 else 0
    statistic = pair.statistic(alternative)
    found += [checks.near('std_error', row['std_error'], pair.std_error, TOL_BOUND * tolerance + rounding,
                          max(pair.std_error, 1e-300)),
              checks.near('statistic', row['statistic'], statistic, TOL_STATISTIC * tolerance + rounding,
                          max(1, abs(statistic)))]
    p, moved = p_of(statistic, alternative), max(1, abs(statistic)) * (TOL_STATISTIC * tolerance + rounding)
    found.append(checks.near('p_value', row['p_value'], p, TOL_P * tolerance + 3 * moved * max(1, abs(statistic)), p))
    found += contradictions(row)

    z = critical(alpha, alternative)
    open_low, open_high = alternative == 'less', alternative == 'greater'
    if abs(z) > pair.largest:
        found += [(name, row[name], None, None) for name in ('diff_low', 'diff_high', 'lift_low_pct', 'lift_high_pct')
                  if row[name] is not None]
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
    found.append(checks.near('relative_lift_pct', row['relative_lift_pct'],
                             (pair.t.estimate / pair.c.estimate - 1) * 100, 1e-12,
                      100 * max(1, size / abs(pair.c.estimate))))
    if alternative != 'two-sided' and pair.c.estimate < 0:
        open_low, open_high = open_high, open_low
    for name, upper, opened in (('lift_low_pct', False, open_low), ('lift_high_pct', True, open_high)):
        if opened or row[name] is None:
            found.append(None if opened and row[name] is None
                         else (name, row[name], 'open' if opened else 'an end', None))
        else:
            found.append(check_lift_end(pair, row[name], z, upper, name))
    return found


def histograms(server, cases):
    """hist(i, h) of pairs of arrays, the arms control and treatment."""
    server.load('sample', 'i int, v float8, a text',
                ((i, float(v), a) for i, case in enumerate(cases) for a, arm in zip(('control', 'treatment'), case)
                 for v in arm))
    server.run('DROP TABLE IF EXISTS hist; CREATE TEMP TABLE hist AS SELECT i, ab_histogram(v, a) AS h FROM sample '
               'GROUP BY i')


def test(server, i, q, alpha=0.05, alternative='two-sided', clusters=None):
    if clusters:
        return server.named('SELECT r.* FROM hist JOIN %s USING (i), ab_quantile_test(h, %%s, alpha => %%s, '
                            'alternative => %%s, clusters => s) r '
                            'WHERE i = %%s' % clusters, (q, alpha, alternative, i))[0]
    return server.named('SELECT r.* FROM hist, ab_quantile_test(h, %s, alpha => %s, alternative => %s) r WHERE i = %s',
                        (q, alpha, alternative, i))[0]


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
