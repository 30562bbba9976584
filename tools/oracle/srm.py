#!/usr/bin/python3
"""ab_srm: the chi-square statistic in rationals and its tail at 50 digits, exact tests by every table.

Also scipy.stats.chisquare and binomtest, which test is run, and the summary against the array.
"""
import itertools
import math
from fractions import Fraction

import numpy as np
import scipy.stats
from mpmath import mp, mpf

from shared.checks import TOL_P, TOL_SCIPY, run_sections, seeded
from shared.reference import rational

SEED = 20240311
TOL_STATISTIC, TOL_EXACT = 1e-12, 1e-9
EXACT_USERS, EXACT_ARMS, EXACT_TABLES = 1000, 20, 100000        # what the documentation promises


def ask(server, observed, weights, threshold=0.001):
    return server.named('SELECT r.* FROM ab_srm(%s::bigint[], %s::float8[], %s) r', (
        [int(o) for o in observed], None if weights is None else [float(w) for w in weights], threshold))[0]


def chi_square(observed, weights):
    """Pearson's statistic and its tail, of the arms of positive weight."""
    pairs = [(int(o), Fraction(float(w))) for o, w in zip(observed, weights) if w > 0]
    n, total = sum(o for o, _ in pairs), sum(w for _, w in pairs)
    statistic = sum((o - n * w / total) ** 2 / (n * w / total) for o, w in pairs)
    df = len(pairs) - 1
    tail = mp.gammainc(mpf(df) / 2, rational(statistic) / 2, mp.inf, regularized=True)
    return rational(statistic), df, tail


def tables(n, arms):
    """All ways to distribute n users over the arms, as stars and bars."""
    for bars in itertools.combinations(range(n + arms - 1), arms - 1):
        ends = (-1,) + bars + (n + arms - 1,)
        yield tuple(b - a - 1 for a, b in zip(ends, ends[1:]))


def count_tables(n, arms):
    return math.comb(n + arms - 1, arms - 1)


def multinomial(observed, weights):
    """The exact p-value; ties are of one probability to within 1e-7, as in SciPy and R."""
    pairs = [(int(o), Fraction(float(w))) for o, w in zip(observed, weights) if w > 0]
    n, total = sum(o for o, _ in pairs), sum(w for _, w in pairs)
    shares = [rational(w / total) for _, w in pairs]
    power = [[s ** x / mp.factorial(x) for x in range(n + 1)] for s in shares]

    def probability(table):
        return mp.fprod(power[i][x] for i, x in enumerate(table))
    limit = probability([o for o, _ in pairs]) * (1 + mpf(10) ** -7)
    return mp.fsum(p for p in map(probability, tables(n, len(pairs))) if p <= limit) * mp.factorial(n)


def random_weights(rng, arms):
    if rng.random() < 0.3:
        return np.ones(arms)
    return rng.choice([rng.uniform(0.05, 1, arms),
                       rng.integers(1, 20, arms).astype(float) * 10.0 ** rng.integers(-20, 20)])


def section_chi_square(server, checks, rng):
    far = 0
    for i in range(600):
        arms = int(rng.integers(2, 12))
        weights = random_weights(rng, arms)
        n = 10 ** rng.uniform(3.3, 12)
        expected = n * weights / weights.sum()
        observed = np.maximum(np.rint(expected + rng.normal(size=arms) * np.sqrt(expected)
                                      * 10 ** rng.uniform(-1, 1.4)), 0)
        if observed.sum() < EXACT_USERS:
            continue
        row = ask(server, observed, weights)
        statistic, df, tail = chi_square(observed, weights)
        wrong = [checks.near('statistic', row['statistic'], statistic, TOL_STATISTIC, abs(statistic) or 1),
                 None if row['df'] == df else ('df', row['df'], df, None),
                 None if row['n'] == observed.sum() else ('n', row['n'], observed.sum(), None),
                 None if row['mismatch'] == (row['p_value'] < 0.001)
                 else ('mismatch', row['mismatch'], row['p_value'], None)]
        if tail > mpf(10) ** -300:
            wrong.append(checks.near('chi-square p_value', row['p_value'], tail, TOL_P))
            far += tail < mpf(10) ** -50
        else:
            wrong.append(None if 0 < row['p_value'] < 1e-290 else ('p_value', row['p_value'], tail, None))
        scipy_p = scipy.stats.chisquare(observed, expected * (observed.sum() / expected.sum())).pvalue
        if scipy_p > 1e-12 and n < 1e8:
            wrong.append(checks.near('scipy.stats.chisquare p_value', row['p_value'], mpf(float(scipy_p)), TOL_SCIPY))
        checks.all_of((list(observed), list(weights)), wrong)
    checks.check(far > 10, 'far tails', far, 'more than 10')


def section_binomial(server, checks, rng):
    for i in range(300):
        n = int(rng.integers(1, EXACT_USERS))
        weights = random_weights(rng, 2)
        share = weights[0] / weights.sum()
        x = int(np.clip(round(n * share + rng.normal() * math.sqrt(n * share * (1 - share)) * rng.choice([1, 3, 8])), 0,
                        n))
        row = ask(server, [x, n - x], weights)
        wrong = [checks.near('binomtest p_value', row['p_value'], mpf(float(scipy.stats.binomtest(x, n, share).pvalue)),
                             TOL_EXACT),
                 None if row['method'] == 'exact binomial test' else ('method', row['method'], 'exact', None),
                 checks.near('statistic', row['statistic'], chi_square([x, n - x], weights)[0], TOL_STATISTIC)
                 if abs(x - n * share) > 1e-9 * n else None]
        if n < 300:
            wrong.append(checks.near('binomial p_value', row['p_value'], multinomial([x, n - x], weights), TOL_EXACT))
        checks.all_of((x, n - x, list(weights)), wrong)


def section_multinomial(server, checks, rng):
    for i in range(150):
        arms = int(rng.integers(3, 7))
        n = int(rng.integers(1, {3: 40, 4: 20, 5: 12, 6: 9}[arms]))
        weights = random_weights(rng, arms)
        observed = rng.multinomial(n, weights / weights.sum()) if i % 3 else rng.multinomial(n, np.ones(arms) / arms)
        row = ask(server, observed, weights)
        checks.all_of((list(observed), list(weights)), [
            checks.near('multinomial p_value', row['p_value'], multinomial(observed, weights), TOL_EXACT),
            None if row['method'] == 'exact multinomial test' else ('method', row['method'], 'exact', None)])


def section_choice(server, checks):
    """Which test is run, and that it is run in a bounded time."""
    for arms in list(range(2, 24)) + [100, 4096]:
        for n in (1, 2, 3, 8, 30, 81, 82, 83, 444, 445, 446, 999, 1000):
            observed = [n // arms] * (arms - 1) + [n - n // arms * (arms - 1)]
            row = ask(server, observed, None)
            exact = n < EXACT_USERS and arms <= EXACT_ARMS and count_tables(n, arms) <= EXACT_TABLES
            checks.check(row['method'].startswith('exact') == exact and row['df'] == arms - 1
                         and 0 < row['p_value'] <= 1
                         and (exact or n / arms >= 5 or 'chi-square is rough' in row['note']),
                         (arms, n), row, 'exact' if exact else 'chi-square')


def section_forms(server, checks, rng):
    """Zero weights, and the summary against the array."""
    for i in range(100):
        arms = int(rng.integers(2, 6))
        weights = random_weights(rng, arms)
        observed = rng.integers(0, 10 ** int(rng.integers(1, 4)), arms)
        plain = ask(server, observed, weights)
        position = int(rng.integers(0, arms + 1))
        padded = ask(server, np.insert(observed, position, 0), np.insert(weights, position, 0.0))
        names = ['v%d' % k for k in rng.permutation(arms)]
        summary = server.named("""
            SELECT r.* FROM (SELECT ab_rollup(ab_make_summary(v, n, 0, 0)) FROM unnest(%s::text[], %s::bigint[]) t(v, n)
                WHERE n > 0) q(s),
                   ab_srm(s, %s::text[], %s::float8[]) r""",
            (names, [int(o) for o in observed], names, [float(w) for w in weights]))[0]
        columns = ('variants', 'n', 'statistic', 'df', 'p_value', 'mismatch', 'method')
        leak = ask(server, np.insert(observed, position, 1), np.insert(weights, position, 0.0))
        checks.all_of((list(observed), list(weights), names), [
            None if padded[c] == plain[c] else ('padded ' + c, padded[c], plain[c], None) for c in columns] + [
            None if summary[c] == plain[c] else ('summary ' + c, summary[c], plain[c], None) for c in columns] + [
            None if leak['p_value'] == 0 and leak['mismatch'] and leak['note'] else ('leak', leak, 'p = 0', None)])


if __name__ == '__main__':
    run_sections(__file__, [
        ('chi_square', seeded(SEED, section_chi_square)), ('binomial', seeded(SEED + 1, section_binomial)),
        ('multinomial', seeded(SEED + 2, section_multinomial)), ('choice', section_choice),
        ('forms', seeded(SEED + 3, section_forms))])
