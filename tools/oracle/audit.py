#!/usr/bin/python3
"""ab_audit against exact arithmetic, SciPy and simulation: the parts add up, each p-value is its test's."""
import numpy as np
import scipy.stats

from shared.checks import run_sections, seeded

SEED = 20261130


def state_of(table):
    return ' UNION ALL '.join("""SELECT ab_make_summary('["v%d", "v%d"]', %d, 1.0, 0.0) AS s""" % (i, j, n)
                              for (i, j), n in np.ndenumerate(table) if n > 0)


def audit(server, table, weights, function='ab_audit'):
    names = ['v%d' % i for i in range(len(table))]
    return server.named('SELECT r.* FROM (SELECT ab_rollup(s) AS s FROM (%s) t) q, %s(s, %%s::text[], %%s::float8[]) r'
                        % (state_of(table), function), (names, weights))


def homogeneity(table):
    """Stuart and Maxwell's chi-square by the pseudoinverse; McNemar's exact test where one pair of classes differs."""
    off = table + table.T
    np.fill_diagonal(off, 0)
    pairs = [(i, j) for i, j in zip(*np.nonzero(np.triu(off)))]
    if not pairs:
        return 1.0
    if len(pairs) == 1:
        i, j = pairs[0]
        return scipy.stats.binomtest(int(table[i, j]), int(off[i, j])).pvalue
    laplacian = np.diag(off.sum(1)) - off
    d = table.sum(1) - table.sum(0)
    rank = np.linalg.matrix_rank(laplacian.astype(float))
    return scipy.stats.chi2.sf(d @ np.linalg.pinv(laplacian.astype(float)) @ d, rank)


def agreement(table):
    """Mean and variance of the matches of a random matching, from the hypergeometric distribution."""
    n, r, p = float(table.sum()), table.sum(1).astype(float), table.sum(0).astype(float)
    cov = np.outer(r * p, r * p) / (n ** 2 * (n - 1))
    np.fill_diagonal(cov, r * p * (n - r) * (n - p) / (n ** 2 * (n - 1)))
    return (r * p).sum() / n, cov.sum()


def section_audit(server, checks, rng):
    for i in range(200):
        k, n = int(rng.integers(2, 7)), int(rng.choice([50, 3000, 10 ** 8]))
        weights = rng.dirichlet([4] * k).round(3) + 0.001
        flow = np.diag(weights) * 20 + (rng.random((k, k)) < 0.5) * rng.dirichlet([1] * k, k) * rng.choice([0, 0.05, 0.5])
        table = rng.multinomial(n, (flow / flow.sum()).ravel()).reshape(k, k)
        row = audit(server, table, weights.tolist())[0]
        mean, variance = agreement(table)
        moved = n - np.trace(table)
        inputs = (table.tolist(), weights.tolist())
        checks.check((row['n'], row['moved']) == (n, moved), inputs, row, (n, moved))
        checks.held(inputs, 'agreement', row['agreement_pct'], 100 * np.trace(table) / n, 1e-12)
        checks.held(inputs, 'chance', row['chance_agreement_pct'], 100 * mean / n, 1e-12)
        z = (np.trace(table) - mean) / np.sqrt(variance)
        if z < 35:
            checks.held(inputs, 'agreement p', row['agreement_p_value'], scipy.stats.norm.sf(z), 1e-7)
        for name, counts in (('p_value', table.sum(1)), ('selection_p_value', table.sum(0))):
            srm = server.value('SELECT p_value FROM ab_srm(%s::float8[], %s::float8[])', (counts.tolist(), weights.tolist()))
            checks.check(row[name] == srm, inputs, row[name], srm)
        want = homogeneity(table)
        if want > 1e-200:
            checks.held(inputs, 'reassignment', row['reassignment_p_value'], want, 1e-6)
        parts = audit(server, table, weights.tolist(), 'ab_audit_variants')
        for v, part in enumerate(parts):
            expected = n * weights[v] / weights.sum()
            checks.check((part['predicted_n'], part['recorded_n']) == (table[:, v].sum(), table[v].sum()), inputs, part, v)
            checks.held(inputs, 'expected', part['expected_n'], expected, 1e-12)
            checks.check(part['reassignment'] == part['recorded_n'] - part['predicted_n'], inputs, part, v)
            checks.check(abs(part['selection'] + part['reassignment'] - part['mismatch']) <= 1e-15 * n, inputs, part, v)
        checks.check(abs(sum(p['mismatch'] for p in parts)) <= 1e-9 * n and sum(p['reassignment'] for p in parts) == 0,
                     inputs, parts, 'sums of 0')


def section_verdicts(server, checks, rng):
    """Stories with a known cause are called by their name; none is where nothing happened."""
    for n in (5000, 10 ** 8):
        wrong = {}
        lost, flipped = (0.2, 0.2) if n == 5000 else (0.002, 0.002)
        for _ in range(60):
            control, treatment = rng.multinomial(n, [0.5, 0.5])
            gone, moved = rng.binomial(treatment, lost), rng.binomial(treatment, flipped)
            both = rng.binomial(control, 0.5), rng.binomial(treatment, 0.5)
            stories = {'clean': [[control, 0], [0, treatment]], 'capture': [[control, 0], [0, treatment - gone]],
                       'assignment': [[control, moved], [0, treatment - moved]],
                       'capture and assignment': [[control, rng.binomial(treatment - gone, flipped)], [0, 0]],
                       'inapplicable': [[both[0], both[1]], [control - both[0], treatment - both[1]]]}
            stories['capture and assignment'][1][1] = treatment - gone - stories['capture and assignment'][0][1]
            for verdict, table in stories.items():
                got = audit(server, np.array(table), [0.5, 0.5])[0]['verdict']
                wrong[verdict] = wrong.get(verdict, 0) + (got != verdict)
        # a chance of 0.001 or two each
        for verdict, count in wrong.items():
            checks.check(count <= 2, (n, verdict), count, 'at most 2 of 60')


if __name__ == '__main__':
    run_sections(__file__, [('audit', seeded(SEED, section_audit)), ('verdicts', seeded(SEED + 1, section_verdicts))])
