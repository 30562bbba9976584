#!/usr/bin/python3
"""Looks and estimates after stopping against another recursion: ab_group_sequential, ab_group_sequential_estimate."""
import math

import numpy as np
from mpmath import mpf
from scipy.stats import norm

from shared.checks import ALTERNATIVES, check_mistakes, run_sections, seeded
from shared.duality import contradictions
from shared.looks import FAMILIES, drift_of_tail, level_of, repeated_p, spending_bounds, stages

SEED = 20261128
TOL, TOL_P = 1e-8, 1e-9


def random_looks(rng, i):
    """So far: the last is short of the end, at it or beyond."""
    steps = rng.uniform(0.2, 1, int(rng.integers(1, 5)))
    information = (np.cumsum(steps) / steps.sum() * rng.choice([0.6, 0.9, 1, 1.2])).tolist()
    if len(information) > 1 and information[-2] >= 1:
        information = information[:-1]
    family = FAMILIES[i % len(FAMILIES)]
    return {'information': information, 'alpha': float(rng.choice([0.2, 0.05, 0.01])),
            'alternative': ALTERNATIVES[i % 3], 'spending': family,
            'parameter': {'power': float(rng.uniform(0.5, 4)), 'hsd': float(rng.uniform(-6, 3))}.get(family),
            'final': bool(rng.random() < 0.3)}


LOOKS = ('information => %(information)s, alpha => %(alpha)s, alternative => %(alternative)s, '
         'spending => %(spending)s, parameter => %(parameter)s, final => %(final)s')


def direction(looks):
    return -1 if looks['alternative'] == 'less' else 1


def bounds(looks):
    return spending_bounds(looks['information'], looks['alpha'], looks['alternative'] == 'two-sided', looks['spending'],
                           looks['parameter'], looks['final'])


def ends(looks):
    return looks['final'] or looks['information'][-1] >= 1


def stagewise_p(looks, high, z):
    two_sided = looks['alternative'] == 'two-sided'
    above, below = stages(looks['information'], high, two_sided, z, 0.0)
    return min(1, 2 * min(above, below)) if two_sided else above


def section_stopped(server, checks, rng):
    for i in range(90):
        looks = random_looks(rng, i)
        two_sided, high = looks['alternative'] == 'two-sided', bounds(looks)
        z = high[-1] + float(rng.exponential(0.7)) + 1e-3 if not ends(looks) else float(rng.normal(2, 1))
        if two_sided and rng.random() < 0.5:
            z = -z
        se = float(rng.uniform(0.01, 10))
        row = server.named('SELECT * FROM ab_group_sequential_estimate(%%(z)s, %%(se)s, %s)' % LOOKS,
                           dict(looks, z=direction(looks) * z, se=se))[0]
        unit = se * math.sqrt(looks['information'][-1])
        level = level_of(looks['alpha'], two_sided)
        wanted = {'estimate': drift_of_tail(looks['information'], high, two_sided, z, 0.5),
                  'low': drift_of_tail(looks['information'], high, two_sided, z, level)}
        if two_sided:
            wanted['high'] = drift_of_tail(looks['information'], high, two_sided, z, 1 - level)
        got = dict(row)
        if looks['alternative'] == 'less':
            got['estimate'], got['low'], got['high'] = (
                None if row[k] is None else -row[k] for k in ('estimate', 'high', 'low'))
        mismatches = [checks.near('stagewise p', row['p_value'], stagewise_p(looks, high, z), TOL_P)]
        for name in ('estimate', 'low', 'high'):
            want = wanted.get(name)
            mismatches.append(checks.near(name, got[name], None if want is None else mpf(want) * unit, TOL, unit))
        checks.all_of('%s z %r se %r' % (looks, z, se), mismatches)


def section_going_on(server, checks, rng):
    """No estimate where the experiment goes on."""
    for i in range(60):
        looks = dict(random_looks(rng, i), final=False)
        if looks['information'][-1] >= 1:
            looks['information'] = [t * 0.8 for t in looks['information']]
        z = bounds(looks)[-1] * float(rng.uniform(0.2, 0.999))
        row = server.named('SELECT * FROM ab_group_sequential_estimate(%%(z)s, 1, %s)' % LOOKS,
                           dict(looks, z=direction(looks) * z))[0]
        checks.check(row['estimate'] is None and row['p_value'] is None and 'does not stop' in row['note'],
                     '%s z %r' % (looks, z), row, 'no estimate, and a note')


def section_rows(server, checks, rng):
    """Of a look: its level, p over all looks, and that everything agrees."""
    for i in range(150):
        looks = random_looks(rng, i)
        two_sided, high = looks['alternative'] == 'two-sided', bounds(looks)
        n = [int(v) for v in rng.integers(20, 400, 2)]
        se = math.sqrt(1 / n[0] + 1 / n[1])
        means = [10.0, 10 + direction(looks) * float(rng.normal(1.5, 1.5)) * se]
        row = server.named("""SELECT r.* FROM (SELECT ab_rollup(s) AS s FROM (VALUES
                (ab_make_summary('control', %%(nc)s, %%(mc)s, 1)), (ab_make_summary('treatment', %%(nt)s, %%(mt)s, 1.2))) v(s)) m,
            ab_group_sequential(m.s, equal_var => %%(equal)s, %s) r""" % LOOKS,
                           dict(looks, nc=n[0], nt=n[1], mc=means[0], mt=means[1], equal=bool(i % 2)))[0]
        sides = 2 if two_sided else 1
        z = float(norm.isf(row['p_value'] / sides))
        if row['significant'] or ends(looks):
            name, wanted = 'stagewise', stagewise_p(looks, high, z)
        else:
            name, wanted = 'repeated', repeated_p(looks['information'], two_sided, looks['spending'],
                                                  looks['parameter'], z)
        mismatches = [checks.near('nominal level', row['alpha'], sides * norm.sf(high[-1]), TOL_P),
                      checks.near(name + ' p of rows', row['p_adjusted'], wanted, TOL)]
        if (row['p_adjusted'] < looks['alpha']) != row['significant']:
            mismatches.append(('p_adjusted', row['p_adjusted'], 'below alpha: %s' % row['significant'], None))
        if name not in row['note']:
            mismatches.append(('note', row['note'], name, None))
        checks.all_of('%s n %s means %s' % (looks, n, means), mismatches + contradictions(row))


def section_mistakes(server, checks):
    looks = ('NULL', "'{}'", "'{0.5,0.5}'", "'{NaN}'", "'{1,1.1}'", "'{3}'", "'{0.5}', alpha => 0", "'{0.5}', alpha => 0.6",
             "'{0.5}', alternative => 'x'", "'{0.5}', spending => 'wang-tsiatis'", "'{0.5}', parameter => 2",
             "'{0.5}', final => NULL", "array_fill(0.5::float8, '{201}')")
    check_mistakes(server, checks, [('SELECT %s, %s)' % (call, look), '22023') for look in looks for call in (
        'ab_group_sequential(NULL', 'ab_group_sequential_estimate(3, 1')])
    check_mistakes(server, checks, [
        ("SELECT ab_group_sequential(NULL, '{0.5}', design => 'x')", '22023'),
        ("SELECT ab_group_sequential(NULL, '{0.5}', design => 'proportion', equal_var => false)", '22023'),
        ("SELECT ab_group_sequential(ab_make_summary('a', 10, 1, 1), '{0.5}', design => 'cuped')", '22023'),
        ("SELECT ab_group_sequential(NULL, '{0.5}')", '00000'),
        ("SELECT ab_group_sequential(NULL, '{1e-300}', alpha => 5e-324)", '00000'),
        ("SELECT ab_group_sequential_estimate(1e308, 1e308, '{0.3,1}')", '00000'),
        ("SELECT ab_group_sequential_estimate(-1e15, 5e-324, '{0.3,1}')", '00000'),
        ("SELECT ab_group_sequential_estimate(3000, 1, '{0.3,1}')", '00000'),
        ("SELECT ab_group_sequential_estimate(38, 1, '{1}')", '00000')])


if __name__ == '__main__':
    run_sections(__file__, [
        ('stopped', seeded(SEED, section_stopped)), ('going on', seeded(SEED, section_going_on)),
        ('rows', seeded(SEED, section_rows)), ('mistakes', section_mistakes)])
