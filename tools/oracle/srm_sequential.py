#!/usr/bin/python3
"""ab_srm_sequential: both Bayes factors by the gamma function at 60 digits, up to a billion users and beyond."""
import numpy as np
from mpmath import mp, mpf

from shared.checks import run_sections, seeded

SEED = 20261129
TOL = 1e-11


def log_bayes_factor(observed, weights, concentration):
    total = mp.fsum(mpf(float(w)) for w in weights)
    pairs = [(int(o), mpf(float(w)) / total) for o, w in zip(observed, weights) if w > 0]
    m, n = mpf(concentration), sum(o for o, _ in pairs)
    return mp.loggamma(m) - mp.loggamma(m + n) + mp.fsum(
        mp.loggamma(m * w + o) - mp.loggamma(m * w) - o * mp.log(w) for o, w in pairs)


def wanted(observed, weights):
    with mp.workdps(60):
        a, b = (log_bayes_factor(observed, weights, m) for m in (100, 10000))
        return mp.log((mp.exp(a) + mp.exp(b)) / 2)


def section_counts(server, checks, rng):
    for i in range(400):
        arms = int(rng.integers(2, 6))
        weights = rng.uniform(0.01, 1, arms) * rng.choice([1, 1e-3, 100])
        n = int(10 ** rng.uniform(0, 14 if i % 3 else 3))
        shares = weights / weights.sum()
        observed = np.maximum(0, np.rint(n * shares + rng.normal(0, 1, arms) * np.sqrt(n * shares)
                                         * rng.choice([0.5, 1, 4]))).astype(int)
        if observed.sum() == 0:
            continue
        row = server.named('SELECT r.* FROM ab_srm_sequential(%s::bigint[], %s::float8[]) r',
                           ([int(o) for o in observed], [float(w) for w in weights]))[0]
        truth = wanted(observed, weights)
        p = min(mpf(1), mp.exp(-truth))
        checks.all_of((observed.tolist(), weights.tolist()), [
            # half of a log is where it crosses zero: the error is of the size of the terms then
            checks.near('statistic', row['statistic'], truth, TOL, max(abs(truth), 1)),
            checks.near('p_value', row['p_value'], max(p, mpf('4.9406564584124654e-324')), TOL * max(1, abs(truth))),
            None if row['mismatch'] == (row['p_value'] < 0.001) else ('mismatch', row['mismatch'], row['p_value'], None)])


def section_forms(server, checks, rng):
    """The array, its text and a summary give the same."""
    for _ in range(40):
        counts = [int(v) for v in rng.integers(0, 400, 3)]
        weights = [float(w) for w in rng.uniform(0.1, 1, 3)]
        server.load('observation', 'variant text', [('abc'[k],) for k, c in enumerate(counts) for _ in range(c)])
        rows = server.named('''SELECT r.* FROM ab_srm_sequential(%(c)s::bigint[], %(w)s) r
            UNION ALL SELECT r.* FROM ab_srm_sequential(%(c)s::bigint[]::text, %(w)s) r
            UNION ALL SELECT r.* FROM (SELECT ab_summary(1, variant) s FROM observation) q,
                                      ab_srm_sequential(s, '{a,b,c}', %(w)s) r''', {'c': counts, 'w': weights})
        same = {(r['statistic'], r['p_value'], r['n']) for r in rows}
        checks.check(len(same) == 1, (counts, weights), same, 'one answer')


if __name__ == '__main__':
    run_sections(__file__, [('counts', seeded(SEED, section_counts)), ('forms', seeded(SEED + 1, section_forms))])
