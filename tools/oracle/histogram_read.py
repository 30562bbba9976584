#!/usr/bin/python3
"""The readers of ab_histogram: ab_arms, ab_quantile, ab_summary, ab_winsorize.

Quantiles are held against numpy and percentile_cont, moments against exact rationals and the summary of the rows,
winsorizing against numpy; what is kept in buckets, within the resolution.
"""
import json
import math
from fractions import Fraction

import numpy as np
from mpmath import mpf

from shared.checks import TOL_STATISTIC, run_sections, seeded
from shared.histograms import SEED, load_data, one_pass, split, store_datasets
from shared.reference import rational

QUANTILES = [0.0, 1e-9, 0.01, 0.05, 0.25, 1 / 3, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1 - 1e-9, 1.0]


# ---------------------------------------------------------------- exact states

def exact_moments(x):
    """Mean and standard deviation as exact as they can be written."""
    values, counts = np.unique(x, return_counts=True)
    rows = [(Fraction(v), int(n)) for v, n in zip(values.tolist(), counts.tolist())]
    n = len(x)
    mean = sum(v * k for v, k in rows) / n
    variance = sum((v - mean) ** 2 * k for v, k in rows) / (n - 1) if n > 1 else None
    return rational(mean), None if variance is None else rational(variance) ** mpf('0.5')


def small_datasets(rng):
    ab = ['control', 'treatment', 'x']
    for i in range(60):
        n = int(rng.choice([1, 2, 3, 10, 200, 1500]))
        kind = i % 8
        x = (rng.normal(size=n) * 3 + 10 if kind == 0
             else rng.integers(0, 2, n).astype(float) if kind == 1
             else np.round(rng.lognormal(0, 1, n), 1) if kind == 2
             else rng.standard_cauchy(n) if kind == 3
             else np.full(n, 0.1) if kind == 4
             else 1e8 + rng.normal(size=n) if kind == 5
             else 10 ** rng.uniform(-140, 140, n) * rng.choice([-1, 1], n) if kind == 6
             else rng.integers(-3, 4, n) * 0.0 + rng.integers(-3, 4, n))
        data = split(rng, x, ab[:int(rng.integers(1, 4))])
        if i % 5 == 0:
            data['not finite'] = np.array([math.nan, 1, math.inf])
        yield i, data, None if i % 3 else 'control'


def section_exact(server, checks, rng):
    """Readers of exact states."""
    for i, data, control in small_datasets(rng):
        load_data(server, rng, data)
        server.run('DROP TABLE IF EXISTS one; CREATE TEMP TABLE one AS SELECT %s AS h, ab_summary(x, v%s) AS s '
                   'FROM log JOIN log_arm USING (arm)'
                   % (one_pass(control), '' if control is None else ", '%s'" % control))
        arms = {row['variant']: row for row in server.named('SELECT a.* FROM one, ab_arms(h) a')}
        percentiles = dict(server.rows('SELECT v, percentile_cont(%s) WITHIN GROUP (ORDER BY x) FROM log '
                                       'JOIN log_arm USING (arm) GROUP BY v', (QUANTILES,)))
        for label, x in data.items():
            finite = x[np.isfinite(x)]
            mean, sd = exact_moments(finite)
            got, spread = arms[label], max(abs(mean), mpf(sd or 0))
            known = len(finite) == len(x)
            checks.all_of((i, label, x[:20]), [
                checks.near('mean', got['mean'], mean if known else None, TOL_STATISTIC, spread),
                checks.near('stddev', got['stddev'], sd if known else None, TOL_STATISTIC, sd)] + [
                    None if got[key] == value else (key, got[key], value, None) for key, value in (
                        ('n', len(x)), ('min', finite.min()), ('max', finite.max()),
                        ('distinct_values', len(np.unique(finite))),
                        ('nonfinite', len(x) - len(finite)), ('is_exact', True), ('significand_bits', 52),
                        ('is_control', label == control))])
            ours = server.rows('SELECT ab_quantiles(h, %s, %s), ab_resolution(h) FROM one', (label, QUANTILES))[0]
            if not known:
                checks.check(ours[0] == [None] * len(QUANTILES), (i, label), ours[0], 'NULLs')
                continue
            checks.check(ours[1] == 0 and ours[0] == percentiles[label], (i, label, x[:20]), ours,
                         'percentile_cont: %s' % percentiles[label])
            theirs = np.quantile(x, QUANTILES)
            magnitude = np.quantile(np.abs(x), 1)
            checks.check(np.all(np.abs(np.array(ours[0]) - theirs) <= 4
                                * np.spacing(np.minimum(magnitude, np.abs(theirs) + np.ptp(x)))),
                         (i, label, x[:20]), ours[0], 'numpy: %s' % theirs)
        check_summary(checks, (i, 'ab_summary'),
                      *server.rows('SELECT ab_summary(h)::text, s::text, ab_summary(h)::text::ab_summary::text '
                                   'FROM one')[0])
        check_winsorized(server, checks, rng, i, data)


def check_summary(checks, inputs, got, want, again):
    """Two summaries alike to 1e-12, numbers that are sums of two doubles by their sum."""
    checks.check(got == again, inputs, again, 'the same text read back: %s' % got)
    a, b = json.loads(got), json.loads(want)
    found = []
    if len(a['arms']) != len(b['arms']):
        found.append(('arms', got[:300], want[:300], None))
    for x, y in zip(a['arms'], b['arms']):
        for key in y:
            if key in ('mean', 'comoment'):
                scale = abs(y[key][0]) if key == 'comoment' else max(abs(y[key][0]),
                                                                     math.sqrt(y['comoment'][0] / max(y['n'], 1)))
                found.append(checks.near('summary ' + key, mpf(x[key][0]) + mpf(x[key + '_low'][0]),
                                         mpf(y[key][0]) + mpf(y[key + '_low'][0]), 1e-12, scale))
            elif not key.endswith('_low') and x[key] != y[key]:
                found.append((y['variant'] + '.' + key, x[key], y[key], None))
    checks.all_of(inputs, found)


def check_winsorized(server, checks, rng, i, data):
    lower, upper = sorted(float(q) for q in rng.choice([0, 0.01, 0.1, 0.3, 0.5, 0.8, 0.99, 1], 2, replace=False))
    finite = {label: x[np.isfinite(x)] for label, x in data.items()}
    low, high = np.quantile(np.concatenate(list(finite.values())), [lower, upper])
    arms = {row['variant']: row
            for row in server.named('SELECT a.* FROM one, ab_arms(ab_winsorize(h, %s, %s)) a', (lower, upper))}
    for label, x in finite.items():
        capped = np.clip(x, low, high)
        got, known = arms[label], len(x) == len(data[label])
        mean, sd = exact_moments(capped)
        scale = max(abs(mean), mpf(sd or 0))
        # numpy interpolates with another rounding
        slack = 1e-15 * max(abs(low), abs(high))
        checks.all_of((i, label, 'winsorized', lower, upper), [
            None if got['n'] == len(data[label]) else ('n', got['n'], len(data[label]), None),
            checks.near('winsorized mean', got['mean'], mean if known else None, TOL_STATISTIC,
                        scale + mpf(slack) / TOL_STATISTIC),
            checks.near('winsorized stddev', got['stddev'], sd if known else None, TOL_STATISTIC,
                        mpf(sd or 0) + mpf(slack) / TOL_STATISTIC)])


# ---------------------------------------------------------------- states in buckets

def section_bucketed(server, checks, rng):
    """Quantiles, means and deviations of states that are not exact, within what ab_resolution says."""
    for name, data, _, _ in store_datasets(server, np.random.default_rng(SEED + 7)):
        arms = server.named('SELECT a.* FROM stored, ab_arms(h) a WHERE name = %s', (name,))
        bits, resolution = arms[0]['significand_bits'], server.value('SELECT ab_resolution(h) FROM stored '
                                                                     'WHERE name = %s', (name,))
        checks.check(resolution == (0 if bits == 52 else 2.0 ** -bits), name, resolution, '2^-%d' % bits)
        if bits == 52:
            continue
        for label, x in data.items():
            x = x[np.isfinite(x)]
            if len(x) < 100:
                continue
            qs = QUANTILES + rng.random(40).tolist()
            got = np.array(server.value('SELECT ab_quantiles(h, %s, %s) FROM stored WHERE name = %s',
                                        (label, qs, name)))
            ordered, place = np.sort(x), np.array(qs) * (len(x) - 1)
            low, high = ordered[np.floor(place).astype(int)], ordered[np.ceil(place).astype(int)]
            truth = low + (place - np.floor(place)) * (high - low)
            # each of the two rows is within its own cell
            bound = resolution * np.maximum(np.abs(low), np.abs(high)) + 4 * np.spacing(np.abs(truth))
            checks.measure('quantile / resolution', np.max(np.abs(got - truth) / np.where(bound > 0, bound, 1)))
            checks.check(np.all(np.abs(got - truth) <= bound), (name, label), (got - truth) / bound,
                         'within the resolution')
            checks.check(np.all((got >= x.min()) & (got <= x.max())), (name, label), got,
                         'between the smallest and the largest value')
            order = np.argsort(qs, kind='stable')
            checks.check(np.all(np.diff(got[order]) >= 0), (name, label), got[order], 'quantiles in order')
            arm = next(arm for arm in arms if arm['variant'] == label)
            if not 1e-150 < np.abs(x).max() < 1e150:      # squares are no doubles
                continue
            mean_error = abs(mpf(arm['mean']) - rational(sum(map(Fraction, x.tolist())) / len(x)))
            magnitude, sd = float(np.mean(np.abs(x))), float(np.std(x, ddof=1))
            # a middle is off by half a cell at most; the deviations by the root mean square of that
            checks.check(mean_error <= resolution / 2 * magnitude * (1 + 1e-9) + 1e-12 * sd, (name, label, 'mean'),
                         arm['mean'], (x.mean(), resolution * magnitude))
            rms = resolution / 2 * math.sqrt(float(np.mean(np.square(x)))) * 1.01
            checks.measure('stddev / resolution', abs(arm['stddev'] - sd) / (rms + 1e-12 * sd) if sd else 0)
            checks.check(abs(arm['stddev'] - sd) <= rms + 1e-12 * sd, (name, label, 'stddev'), arm['stddev'], sd)
            checks.check((arm['n'], arm['min'], arm['max']) == (len(x) + arm['nonfinite'], x.min(), x.max()),
                         (name, label), arm, 'n, min, max')


if __name__ == '__main__':
    run_sections(__file__, [('exact', seeded(SEED + 1, section_exact)),
                            ('bucketed', seeded(SEED + 2, section_bucketed))])
