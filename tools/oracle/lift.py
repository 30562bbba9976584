#!/usr/bin/python3
"""The intervals of the lift by the delta method and on the log scale, at 50 digits and by two routes: the formulas,
and numeric gradients of the lift as a function of the means of all columns.
"""
import numpy as np
from mpmath import mp, mpf

from shared.checks import ALTERNATIVES, run_sections, seeded
from shared.reference import student_quantile

SEED = 19540401
TOL = 1e-10


def moments(columns):
    """n, means, covariances of the columns of one arm."""
    n = len(columns[0])
    data = [[mpf(float(v)) for v in c] for c in columns]
    means = [mp.fsum(c) / n for c in data]
    cov = [[mp.fsum((a - means[i]) * (b - means[j]) for a, b in zip(data[i], data[j])) / (n - 1)
            for j in range(len(data))] for i in range(len(data))]
    return n, means, cov


def gradient_variance(function, arms):
    """Variance of a function of the means of independent arms, by numeric derivatives."""
    point = [m for a in arms for m in a[1]]
    total, at = mpf(0), 0
    for n, means, cov in arms:
        slopes = []
        for i in range(len(means)):
            step = mpf(10) ** -20 * (abs(point[at + i]) + mpf(10) ** -5)
            up, down = list(point), list(point)
            up[at + i] += step
            down[at + i] -= step
            slopes.append((function(*up) - function(*down)) / (2 * step))
        total += mp.fsum(slopes[i] * slopes[j] * cov[i][j] for i in range(len(means)) for j in range(len(means))) / n
        at += len(means)
    return total


def satterthwaite(parts):
    return mp.fsum(v for v, _ in parts) ** 2 / mp.fsum(v * v / (n - 1) for v, n in parts)


def ends(row, value, error, df, method, alternative):
    """The two ends in percent, None where open."""
    q = student_quantile(mpf(row['alpha']) / (2 if alternative == 'two-sided' else 1), df) * error
    low, high = (value - q, value + q) if method == 'delta' else (
        (1 + value) * mp.exp(-q) - 1, (1 + value) * mp.exp(q) - 1)
    return [None if alternative == 'less' else 100 * low, None if alternative == 'greater' else 100 * high]


def compare(checks, where, row, value, error, df, method, alternative):
    low, high = ends(row, value, error, df, method, alternative)
    wrong = [checks.near('lift', row['relative_lift_pct'], 100 * value, TOL, max(abs(value), error) * 100)]
    for name, want in (('lift_low_pct', low), ('lift_high_pct', high)):
        wrong.append(checks.near(name, row[name], want, TOL, None if want is None else 100 * (abs(value) + error)))
    checks.all_of(where, wrong)


def ask(server, arms, sql, **options):
    """A function of the summary of rows by arm."""
    names = 'abcd'[:len(arms[0])]
    server.load('observation', ', '.join('%s float8' % n for n in names) + ', variant text',
                [tuple(float(x) for x in row) + (variant,)
                 for variant, columns in zip(('control', 'treatment'), arms) for row in zip(*columns)])
    return server.named('SELECT r.* FROM (SELECT ab_summary(%s, variant) s FROM observation) q, %s(q.s%s) r' % (
        ', '.join(names), sql, ''.join(', %s => %%(%s)s' % (k, k) for k in options)), options)[0]


def draw(rng, columns):
    """Positive columns that hang together."""
    arms = []
    for n in rng.integers(8, 90, 2):
        base = rng.gamma(2, 1, n)
        arms.append([np.round(base * rng.uniform(0.5, 1.5) + rng.gamma(2, 1, n) + 0.5, 3) for _ in range(columns)])
    return arms


def options_of(rng, i):
    return {'alternative': ALTERNATIVES[i % 3], 'alpha': float(rng.choice([0.05, 0.01, 0.3])),
            'lift_method': ('delta', 'log')[i % 2]}


def section_means(server, checks, rng):
    """Means of one column, Welch's and Student's, by the published formulas and by the gradient."""
    for i in range(120):
        arms, options, equal = draw(rng, 1), options_of(rng, i), bool(rng.integers(2))
        row = ask(server, arms, 'ab_ttest', equal_var=equal, **options)
        (nc, (c,), ((vc,),)), (nt, (t,), ((vt,),)) = found = [moments(a) for a in arms]
        method = options['lift_method']
        if method == 'log':
            vc, vt = vc / c ** 2, vt / t ** 2
        pooled = ((nc - 1) * vc + (nt - 1) * vt) / (nc + nt - 2)
        if equal:
            vc = vt = pooled
        df = mpf(nc + nt - 2) if equal else satterthwaite(((vc / nc, nc), (vt / nt, nt)))
        if method == 'log':
            error = mp.sqrt(vc / nc + vt / nt)
            by_gradient = mp.sqrt(gradient_variance(lambda c, t: mp.log(t / c), found))
        else:
            error = mp.sqrt(vt / nt / c ** 2 + vc / nc * t ** 2 / c ** 4)
            by_gradient = mp.sqrt(gradient_variance(lambda c, t: t / c - 1, found))
        if not equal:
            checks.held(options, 'formula and gradient', float(by_gradient), error, 1e-12)
        compare(checks, (arms, options, equal), row, t / c - 1, error, df, method, options['alternative'])


def section_paired(server, checks, rng):
    for i in range(60):
        (pairs, _), options = draw(rng, 2), options_of(rng, i)
        server.load('observation', 'a float8, b float8', [tuple(float(x) for x in r) for r in zip(*pairs)])
        row = server.named("SELECT r.* FROM (SELECT ab_summary(a, b, 'pairs') s FROM observation) q, ab_paired_ttest("
                           'q.s, alternative => %(alternative)s, alpha => %(alpha)s, lift_method => %(lift_method)s) r',
                           options)[0]
        n, (c, t), cov = moments(pairs)
        error = mp.sqrt(gradient_variance((lambda c, t: t / c - 1) if options['lift_method'] == 'delta' else (
            lambda c, t: mp.log(t / c)), [(n, (c, t), cov)]))
        compare(checks, (pairs, options), row, t / c - 1, error, mpf(n - 1), options['lift_method'],
                options['alternative'])


def section_cuped(server, checks, rng):
    """A theta that is given, over both bases; means by GrowthBook's formula, ratios by the gradient."""
    for i in range(120):
        ratios = i % 4 > 1
        arms, options, plain = draw(rng, 4 if ratios else 2), options_of(rng, i), bool(rng.integers(2))
        theta = round(float(rng.uniform(-0.5, 1)), 3)
        row = ask(server, arms, 'ab_ratio_cuped' if ratios else 'ab_cuped', theta_value=theta,
                  lift_base='unadjusted' if plain else 'adjusted', **options)
        found = [moments(a) for a in arms]
        th = mpf(theta)
        if ratios:
            def y(m): return m[0] / m[1]
            def x(m): return m[2] / m[3]
        else:
            def y(m): return m[0]
            def x(m): return m[1]
        k, (nc, nt) = len(found[0][1]), (f[0] for f in found)
        c, t = found[0][1], found[1][1]
        adjusted = [gradient_variance(lambda *m: y(m) - th * x(m), [f]) for f in found]
        # the overall mean of the covariate, taken as known
        overall = (nc * c[3] * x(c) + nt * t[3] * x(t)) / (nc * c[3] + nt * t[3]) if ratios else (
            nc * x(c) + nt * x(t)) / (nc + nt)
        mc, mt = (y(m) - th * (x(m) - overall) for m in (c, t))
        method, difference = options['lift_method'], mt - mc
        base = y(c) if plain else mc
        value = difference / base
        df = satterthwaite(tuple(zip(adjusted, (nc, nt))))
        if method == 'log' and not plain:
            relative = adjusted[0] / mc ** 2, adjusted[1] / mt ** 2
            error, df = mp.sqrt(sum(relative)), satterthwaite(tuple(zip(relative, (nc, nt))))
        elif not plain:
            error = mp.sqrt(adjusted[1] / mc ** 2 + adjusted[0] * mt ** 2 / mc ** 4)
        else:
            def lift(*m):
                a, b = m[:k], m[k:]
                return (y(b) - y(a) - th * (x(b) - x(a))) / y(a)
            if method == 'log':
                error = mp.sqrt(gradient_variance(lambda *m: mp.log(1 + lift(*m)), found))
            elif ratios:
                error = mp.sqrt(gradient_variance(lift, found))
            else:       # the gradient as if the covariate's means were equal
                (_, _, sc), (_, _, st) = found
                error = mp.sqrt(((st[0][0] + th ** 2 * st[1][1] - 2 * th * st[0][1]) / nt + (
                    sc[0][0] * (y(t) / y(c)) ** 2 - 2 * th * sc[0][1] * y(t) / y(c) + th ** 2 * sc[1][1]) / nc)) / y(c)
        if 1 + value <= 0 and method == 'log':
            continue
        compare(checks, (arms, options, theta, plain), row, value, error, df, method, options['alternative'])


def section_fitted(server, checks, rng):
    """The lift over the plain mean with Fieller's interval is the dual of the test, whatever the theta."""
    for i in range(60):
        arms, theta = draw(rng, 2), ('per-arm', 'pooled', 'total')[i % 3]
        row = ask(server, arms, 'ab_cuped', theta=theta, lift_base='unadjusted', equal_var=bool(i % 2))
        if row['lift_low_pct'] is None:
            checks.ok()
            continue
        excludes = row['lift_low_pct'] > 0 or row['lift_high_pct'] < 0
        checks.check(excludes == row['significant'], (arms, theta), row, 'the verdict')
        base = sum(map(float, arms[0][0])) / len(arms[0][0])
        checks.held((arms, theta), 'lift over the plain mean', row['relative_lift_pct'] / 100,
                    mpf(row['diff']) / mpf(base), 1e-12)


if __name__ == '__main__':
    run_sections(__file__, [('means', seeded(SEED, section_means)), ('paired', seeded(SEED + 1, section_paired)),
                            ('cuped', seeded(SEED + 2, section_cuped)), ('fitted', seeded(SEED + 3, section_fitted))])
