#!/usr/bin/python3
"""ab_independence, ab_uniformity and ab_balance against SciPy, statsmodels and 50 digits, up to 1e8 users."""
import numpy as np
import scipy.stats
from mpmath import mp, mpf
from statsmodels.stats.oneway import anova_oneway

from shared.checks import TOL_P, TOL_SCIPY, TOL_STATISTIC, run_sections, seeded

SEED = 20261129


def chi_square_tail(x, df):
    return mp.gammainc(mpf(df) / 2, mpf(x) / 2, mp.inf, regularized=True)


def crosstab(counts):
    """SQL of a state with those counts: what ab_crosstab makes of so many rows."""
    return ' UNION ALL '.join("""SELECT ab_make_summary('["a%d", "b%d"]', %d, 1.0, 0.0) AS s""" % (i, j, n)
                              for (i, j), n in np.ndenumerate(counts) if n > 0)


def section_independence(server, checks, rng):
    for size in (200, 10 ** 4, 10 ** 8):
        for _ in range(25):
            shape = rng.integers(2, 6, 2)
            table = np.outer(rng.dirichlet([3] * shape[0]), rng.dirichlet([3] * shape[1]))
            table = (1 + rng.choice([0, 1e-3, 0.3])) * table * rng.uniform(0.9, 1.1, table.shape) if size < 10 ** 8 else table
            counts = rng.multinomial(size, (table / table.sum()).ravel()).reshape(table.shape)
            counts = counts[counts.sum(1) > 0][:, counts.sum(0) > 0]
            row = server.named('SELECT r.* FROM (SELECT ab_rollup(s) AS s FROM (%s) t) q, ab_independence(s) r'
                               % crosstab(counts))[0]
            exact = [[mpf(int(n)) for n in line] for line in counts]
            rows, columns = [sum(line) for line in exact], [sum(line) for line in zip(*exact)]
            total = sum(rows)
            statistic = sum((exact[i][j] - r * c / total) ** 2 / (r * c / total)
                            for i, r in enumerate(rows) for j, c in enumerate(columns))
            df = (len(rows) - 1) * (len(columns) - 1)
            inputs = counts.tolist()
            checks.check((row['n'], row['variants_a'], row['variants_b'], row['df']) ==
                         (total, len(rows), len(columns), df), inputs, row, 'counts')
            if df == 0:
                continue
            checks.held(inputs, 'independence statistic', row['statistic'], statistic, 1e-6 if size == 10 ** 8 else TOL_SCIPY)
            checks.held(inputs, 'independence p_value', row['p_value'], chi_square_tail(row['statistic'], df), TOL_P)
            checks.held(inputs, 'independence V', row['cramers_v'],
                        mp.sqrt(mpf(row['statistic']) / total / min(len(rows) - 1, len(columns) - 1)), TOL_STATISTIC)
            if size < 10 ** 8:
                other = scipy.stats.chi2_contingency(counts, correction=False)
                checks.held(inputs, 'independence p_value, SciPy', row['p_value'], other.pvalue, 1e-8)


def section_levels(server, checks, rng):
    """The p-values of 1e8 users who are assigned as they should are uniform: 400 states each."""
    for name, call in (('independence', 'ab_independence(s)'), ('balance', None)):
        p = []
        for _ in range(400):
            if call:
                share = np.outer([0.5, 0.5], [0.3334, 0.3333, 0.3333])
                counts = rng.multinomial(10 ** 8, share.ravel()).reshape(share.shape)
                p.append(server.value('SELECT r.p_value FROM (SELECT ab_rollup(s) AS s FROM (%s) t) q, %s r'
                                      % (crosstab(counts), call)))
            else:
                n = rng.multinomial(10 ** 8, [0.5, 0.3, 0.2])
                means = rng.normal(50, 20 / np.sqrt(n))
                p.append(server.value("""SELECT r.p_value FROM (SELECT ab_rollup(ab_make_summary(v, n, m, 20.0)) AS s
                    FROM unnest(%s::text[], %s::bigint[], %s::float8[]) t(v, n, m)) q, ab_balance(s) r""",
                                      (['a', 'b', 'c'], n.tolist(), means.tolist())))
        ks = scipy.stats.kstest(p, 'uniform').pvalue
        checks.check(ks > 1e-3, name, ks, 'uniform p-values')


def state_of(counts, buckets):
    return '{%s}' % ','.join(str(int(x)) for x in [buckets, 0, *counts])


def section_uniformity(server, checks, rng):
    for buckets, bins in ((10000, 100), (10000, 7), (1000, 1000), (100000, 30), (3, 3), (2 ** 31, 999)):
        size = np.array([-(-(i + 1) * buckets // bins) + (-i * buckets // bins) for i in range(bins)], float)
        for n in (10 ** 4, 10 ** 6, 10 ** 8):
            counts = rng.multinomial(n, size / buckets)
            row = server.named('SELECT r.* FROM ab_uniformity_final(%s::bigint[]) r', (state_of(counts, buckets),))[0]
            expected = [mpf(n) * mpf(int(s)) / buckets for s in size]
            statistic = sum((mpf(int(c)) - e) ** 2 / e for c, e in zip(counts, expected))
            inputs = (buckets, bins, n)
            checks.check((row['n'], row['buckets'], row['bins'], row['df']) == (n, buckets, bins, bins - 1), inputs, row, 'counts')
            checks.held(inputs, 'uniformity statistic', row['statistic'], statistic, TOL_SCIPY)
            checks.held(inputs, 'uniformity p_value', row['p_value'], chi_square_tail(row['statistic'], bins - 1), TOL_P)
            worst = max(range(bins), key=lambda i: (mpf(int(counts[i])) - expected[i]) ** 2 / expected[i])
            checks.check(row['worst_first'] == -(-worst * buckets // bins), inputs, row, worst)
            checks.held(inputs, 'uniformity deviation', row['worst_deviation_pct'],
                        100 * (mpf(int(counts[worst])) / expected[worst] - 1), 1e-9)
    # at 1e8 users bins of unequal size are not taken for equal, and are as even as bins of equal size
    p = []
    for _ in range(300):
        size = np.array([-(-(i + 1) * 10000 // 7) + (-i * 10000 // 7) for i in range(7)])
        counts = rng.multinomial(10 ** 8, size / 10000)
        p.append(server.value('SELECT p_value FROM ab_uniformity_final(%s::bigint[])', (state_of(counts, 10000),)))
    ks = scipy.stats.kstest(p, 'uniform').pvalue
    checks.check(ks > 1e-3, 'levels', ks, 'uniform p-values')


def section_balance(server, checks, rng):
    for i in range(60):
        arms = [rng.normal(rng.normal(0, 0.3), rng.uniform(0.5, 3), rng.integers(3, 60)) for _ in range(rng.integers(2, 6))]
        if i % 3 == 0:
            arms = [(a > 0).astype(float) for a in arms]
        if any(np.ptp(a) == 0 for a in arms):
            continue
        server.load('balance', 'variant text, y float8', [('v%d' % v, x) for v, arm in enumerate(arms) for x in arm])
        row = server.named('SELECT (ab_balance(y, variant)).* FROM balance')[0]
        other = anova_oneway(arms, use_var='unequal', welch_correction=True)
        gaps = [(abs(a.mean() - b.mean()) / np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2), x, y)
                for x, a in enumerate(arms) for y, b in enumerate(arms) if a.mean() < b.mean()]
        gap, low, high = max(gaps)
        checks.held(i, 'balance p_value', row['p_value'], other.pvalue, TOL_SCIPY)
        checks.held(i, 'balance std_difference', row['std_difference'], gap, TOL_SCIPY)
        checks.check((row['lowest'], row['highest'], row['imbalance']) == ('v%d' % low, 'v%d' % high, bool(other.pvalue < 0.001)),
                     i, row, (low, high))


if __name__ == '__main__':
    run_sections(__file__, [('independence', seeded(SEED, section_independence)), ('levels', seeded(SEED + 1, section_levels)),
                            ('uniformity', seeded(SEED + 2, section_uniformity)), ('balance', seeded(SEED + 3, section_balance))])
