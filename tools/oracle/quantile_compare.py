#!/usr/bin/python3
"""ab_quantile_test with clusters against the definition, ab_quantile_compare against it and statsmodels; errors."""
import math

import numpy as np
from statsmodels.stats.multitest import multipletests

from shared.checks import ALTERNATIVES, TOL_BOUND, check_mistakes, run_sections, seeded
from shared.quantiles import (
    SEED, TOL_CLUSTERS, UNITS, Arm, Pair, compare, contradictions, histograms, same, test)


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
        q, alpha = float(rng.choice([0.25, 0.5, 0.9, 0.95])), float(rng.choice([0.01, 0.05, 0.2]))
        alternative = ALTERNATIVES[i % 3]
        arms = [clustered(rng, int(rng.choice([60, 150, 400])), float(rng.choice([0.0, 0.3, 1.0])), i % 4 == 3)
                for _ in range(2)]
        server.load('log', 'u int, v float8, a text',
                    ((int(u), float(v), a) for a, (user, value) in zip(('control', 'treatment'), arms)
                     for u, v in zip(user, value)))
        server.run("""DROP TABLE IF EXISTS hist; DROP TABLE IF EXISTS cluster;
            CREATE TEMP TABLE hist AS SELECT 0 AS i, ab_histogram(v, a) AS h FROM log;
            CREATE TEMP TABLE cluster AS SELECT 0 AS i, ab_summary(below, n, a) AS s FROM
                (SELECT a, u, count(*) FILTER (WHERE v <= ab_quantile(h, a, {q}))::float8 AS below,
                    count(*)::float8 AS n FROM log, hist GROUP BY a, u) x""".format(q=repr(q)))
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
        checks.check(abs(row[name] - alone[name]) < 0.02 * abs(alone['std_error']) + 0.02 * abs(alone[name]),
                     ('a row a user', name), row[name], alone[name])

    # clusters that do not fit are noted and not used
    for what, below, rows, note in (('rows are missing', 'x', 'CASE WHEN a = \'control\' THEN 1 ELSE 2 END',
                                     'the clusters have 600 rows of the treatment, the histogram 300'),
                                    ('one side', '1', '1', 'on the same side of the quantile'),
                                    ('one user', 'x', '1', 'do not have two users of the treatment')):
        where = "WHERE a = 'control'" if what == 'one user' else ''
        server.run("""DROP TABLE IF EXISTS cluster; CREATE TEMP TABLE cluster AS
            SELECT 0 AS i, ab_summary(%s, %s, a) AS s
                FROM (SELECT a, (v <= ab_quantile(h, a, 0.5))::int AS x FROM sample,
                      hist) u %s""" % (below, rows, where))
        row = test(server, 0, 0.5, clusters='cluster')
        checks.check(row['p_value'] is None and row['diff_low'] is None and row['significant'] is None
                     and note in (row['note'] or ''), what, row, note)
    server.run("""DROP TABLE IF EXISTS cluster; CREATE TEMP TABLE cluster AS
        SELECT 0 AS i, ab_summary(0.5 * n, n, a) AS s
            FROM (SELECT a, count(*) / 20.0 AS n FROM sample, generate_series(1, 20) GROUP BY a, generate_series) u""")
    row = test(server, 0, 0.5, clusters='cluster')
    checks.check(row['p_value'] is None and 'does not vary between users' in row['note'], 'no variation', row, 'a note')
    # few users
    server.run("""DROP TABLE IF EXISTS cluster; CREATE TEMP TABLE cluster AS SELECT 0 AS i, ab_summary(below, n, a) AS s
        FROM
        (SELECT a, count(*) FILTER (WHERE v <= ab_quantile(h, a, 0.5))::float8 AS below, count(*)::float8 AS n
            FROM sample, hist GROUP BY a, hashfloat8(v) % 4) u""")
    row = test(server, 0, 0.5, clusters='cluster')
    checks.check(row['p_value'] is not None and 'few users of the control for this quantile' in (row['note'] or '')
                 and 'few users of the treatment for this quantile' in row['note'], 'few users', row, 'a note')


# ---------------------------------------------------------------- several variants, errors

def check_several(server, checks, rng):
    methods = {'bonferroni': 'bonferroni', 'sidak': 'sidak', 'holm': 'holm', 'hochberg': 'simes-hochberg',
               'bh': 'fdr_bh', 'none': None}
    for i in range(24):
        names = ['control', 'b', 'c', 'd', 'e'][:int(rng.integers(2, 6))]
        arms = {a: np.exp(rng.standard_normal(int(rng.choice([5, 40, 150, 500])))
                          + float(rng.choice([0, 0, 0.2, 0.5]))) for a in names}
        arms['control'] = np.exp(rng.standard_normal(200))
        server.load('sample', 'i int, v float8, a text', ((0, float(v), a) for a in names for v in arms[a]))
        server.run('DROP TABLE IF EXISTS hist; CREATE TEMP TABLE hist AS SELECT i, ab_histogram(v, a) AS h FROM sample '
                   'GROUP BY i')
        q, alpha, alternative = float(rng.choice([0.5, 0.9])), float(rng.choice([0.01, 0.05, 0.2])), ALTERNATIVES[i % 3]
        for correction, theirs in methods.items():
            inputs = (i, names, q, alpha, alternative, correction)
            rows = server.named('SELECT r.* FROM hist, ab_quantile_compare(h, %s, alpha => %s, alternative => %s, '
                                'correction => %s) r',
                                (q, alpha, alternative, correction))
            checks.check([r['treatment'] for r in rows] == sorted(names[1:]), inputs, [r['treatment'] for r in rows],
                         sorted(names[1:]))
            p = [r['p_value'] for r in rows if r['p_value'] is not None]
            adjusted = [r['p_adjusted'] for r in rows if r['p_value'] is not None]
            if p:
                want = multipletests(p, method=theirs)[1] if theirs else p
                checks.check(np.allclose(adjusted, want, rtol=1e-11, atol=0), inputs, adjusted, want)
                ours = server.value('SELECT ab_adjust(%s::float8[], %s)', ([r['p_value'] for r in rows], correction))
                checks.check(ours == [r['p_adjusted'] for r in rows], inputs, [r['p_adjusted'] for r in rows], ours)
            simultaneous = correction in ('bonferroni', 'sidak')
            level = alpha
            if p and simultaneous:
                level = alpha / len(p) if correction == 'bonferroni' else -math.expm1(math.log1p(-alpha) / len(p))
            for row in rows:
                single = server.named('SELECT r.* FROM hist, ab_quantile_test(h, %s, treatment => %s, alpha => %s, '
                                      'alternative => %s) r',
                                      (q, row['treatment'], level, alternative))[0]
                found = same(row, single,
                             UNITS + ('statistic', 'p_value', 'diff_low', 'diff_high', 'lift_low_pct', 'lift_high_pct'),
                             1e-12)
                if row['p_value'] is not None:
                    found.append(None if row['significant'] == (row['p_adjusted'] < alpha)
                                 else ('significant', row['significant'], row['p_adjusted'], None))
                    if simultaneous or len(p) == 1:
                        found += [m for m in contradictions({**row, 'p_value': row['p_adjusted']})]
                    noted = 'the intervals are not adjusted' in (row['note'] or '')
                    if noted != (len(p) > 1 and not simultaneous and correction != 'none'):
                        found.append(('note', row['note'], 'whether the intervals are adjusted', None))
                checks.all_of(inputs + (row['treatment'],), found)


def check_errors(server, checks):
    server.run("""DROP TABLE IF EXISTS hist; CREATE TEMP TABLE hist AS
        SELECT (SELECT ab_histogram(i, a) FROM generate_series(1, 30) i, unnest(ARRAY['control', 'treatment']) a) AS h,
               (SELECT ab_histogram(i, a) FROM generate_series(1, 30) i, unnest(ARRAY['control', 'b', 'c']) a) AS three,
               (SELECT ab_histogram(i, a) FROM generate_series(1, 30) i, unnest(ARRAY['a', 'b']) a) AS unnamed,
               (SELECT ab_summary(i, a) FROM generate_series(1, 30) i, unnest(ARRAY['control', 'treatment']) a)
                   AS one""")
    wrong = ['h, %s' % q for q in ('0', '1', '95', "'NaN'", 'NULL', '-0.5', "'Infinity'", '0.0', '1.0000000000000002')]
    wrong += ['h, 0.5, clusters => one', "h, 0.5, control => 'nobody'", "h, 0.5, alternative => 'more'",
              'h, 0.5, alpha => 0', 'h, 0.5, alpha => 1',
              "h, 0.5, alpha => 'NaN'", 'unnamed, 0.5', "h, NULL, clusters => one"]
    queries = ['SELECT %s(%s) FROM hist' % (f, w) for f in ('ab_quantile_test', 'ab_quantile_compare') for w in wrong]
    queries += ["SELECT ab_quantile_test(three, 0.5) FROM hist",
                "SELECT ab_quantile_test(h, 0.5, 'control', 'nobody') FROM hist",
                "SELECT ab_quantile_test(h, 0.5, 'control', 'control') FROM hist",
                "SELECT ab_quantile_compare(h, 0.5, correction => 'dunnett') FROM hist",
                "SELECT ab_quantile_compare(h, 0.5, correction => 'more') FROM hist",
                "SELECT ab_quantile_test(NULL, 95)", "SELECT ab_quantile_test(NULL, 0.5, clusters => one) FROM hist"]
    check_mistakes(server, checks, [(query, '22023') for query in queries])
    good = ["SELECT ab_quantile_test(three, 0.5, treatment => 'b') FROM hist",
            'SELECT ab_quantile_compare(three, 0.5) FROM hist', 'SELECT ab_quantile_test(NULL, 0.5)',
            'SELECT ab_quantile_compare(NULL, 0.5)', "SELECT ab_quantile_test(h, 1e-300) FROM hist",
            "SELECT ab_quantile_test(h, 0.9999999999999999) FROM hist"]
    check_mistakes(server, checks, [(query, '00000') for query in good])
    # data never raise
    for values, note in (("'{1,2,3,NaN}'", 'NaN or infinity'), ("'{1,2,3,Infinity}'", 'NaN or infinity'),
                         ("'{1}'", 'too few rows'), ("'{}'", 'no rows'),
                         ("'{1e308,-1e308,1e308,-1e308,1e308,-1e308,1e308,-1e308}'", ''),
                         ("'{5e-324,0,5e-324,0,0,5e-324,5e-324,0,0}'", '')):
        row = server.named("""SELECT r.*
            FROM (SELECT ab_histogram(x, a) AS h
                FROM unnest(%s::float8[]) x, unnest(ARRAY['control', 'treatment']) a) s,
            ab_quantile_test(h, 0.5) r""" % values)[0]
        finite = all(not isinstance(v, float) or math.isfinite(v) for v in row.values())
        checks.check(finite and note in (row['note'] or ''), values, row, note)
    row = server.named("SELECT r.* FROM (SELECT ab_histogram(i, 'control') AS h "
                       "FROM generate_series(1, 9) i) s, ab_quantile_test(h, 0.5) r")[0]
    checks.check(row['p_value'] is None and 'no rows for the treatment' in row['note'] and row['control_n'] == 9,
                 'one variant', row, 'a note')


if __name__ == '__main__':
    run_sections(__file__, [('clusters', seeded(SEED + 8, check_clusters)),
                            ('several', seeded(SEED + 9, check_several)),
                            ('errors', check_errors)])
