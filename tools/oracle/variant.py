#!/usr/bin/python3
"""ab_variant and ab_weights_effective against Python: hashlib.md5, fractions and math.log.

Random weights, coverages and text; two variants against the router at every split of four decimals
and both neighbours; that coverage moves nobody, and what a change of weights moves.
"""
import hashlib
import json
import math
import os
from fractions import Fraction

import numpy as np

from shared.checks import SHARED, check_mistakes, run_sections, seeded
from shared.reference import router, router_bucket

SEED = 20261127

NAMES = ['control', 'b', 'José', '用户😀', '', 'a:b', 'x/y', 'treatment']


def digest(key):
    return int(hashlib.md5(key.encode()).hexdigest(), 16)


def exact_ranges(weights, coverage):
    """Beginning and end of each range, as fractions of what the weights are as decimals."""
    shares = [Fraction(repr(w)) for w in weights]
    total, before, ranges = sum(shares), Fraction(0), []
    for share in shares:
        ranges.append((before / total, (before + Fraction(repr(coverage)) * share) / total))
        before += share
    return ranges


def by_ranges(weights, coverage, x):
    for i, (start, end) in enumerate(exact_ranges(weights, coverage)):
        if start <= x < end:
            return i
    return None


def rendezvous(experiment, unit, names, weights, coverage):
    if router_bucket(experiment + '/exposure', unit) / 10000 >= coverage:
        return None
    costs = [(-math.log(((digest('%s/arm/%s:%s' % (experiment, n, unit)) >> 75) + 0.5) / 2 ** 53) / w, i)
             for i, (n, w) in enumerate(zip(names, weights)) if w > 0]
    return min(costs)[1]


def wanted(method, experiment, unit, names, weights, coverage):
    if method == 'rendezvous':
        i = rendezvous(experiment, unit, names, weights, coverage)
    elif method == 'md5_53':
        i = by_ranges(weights, coverage, Fraction(digest('%s:%s' % (experiment, unit)) >> 75, 2 ** 53))
    else:
        i = by_ranges(weights, coverage, Fraction(router_bucket(experiment, unit), 10000))
    return None if i is None else names[i]


def random_weights(rng, count):
    """Decimals that a person would write; now and then one of them is 0."""
    decimals = int(rng.integers(0, 4))
    weights = [round(float(w), decimals) for w in rng.uniform(0, 3, count)]
    if rng.random() < 0.3:
        cuts = sorted(int(c) for c in rng.integers(0, 1001, count - 1))
        weights = [(b - a) / 1000 for a, b in zip([0] + cuts, cuts + [1000])]      # whose sum is 1
    return weights if sum(weights) > 0 else [1.0] * count


def section_variant(server, checks, rng):
    for method in ('md5_10000', 'md5_53', 'rendezvous'):
        for _ in range(60):
            count = int(rng.integers(1, 9))
            names = [NAMES[i] for i in rng.permutation(len(NAMES))[:count]]
            weights, coverage = random_weights(rng, count), round(float(rng.choice([1, 1, rng.random()])), 3)
            experiment = 'exp %d é' % rng.integers(1000)
            units = ['u%d' % u for u in rng.integers(0, 10 ** 9, 60)] + ['', 'é' * 200, 'x' * 1024, '用户😀']
            got = server.rows("""SELECT ab_variant(%s, u, %s::text[], %s::float8[], %s, %s)
                                 FROM unnest(%s::text[]) WITH ORDINALITY t(u, i) ORDER BY i""",
                              (experiment, names, weights, coverage, method, units))
            for unit, (variant,) in zip(units, got):
                want = wanted(method, experiment, unit, names, weights, coverage)
                checks.check(variant == want, (method, experiment, unit[:20], names, weights, coverage), variant, want)


def section_two(server, checks):
    """Two variants of md5_10000 are the router's, at each split beside the buckets around it."""
    users, i = {}, 0
    while len(users) < 10000:
        users.setdefault(router_bucket('edge', i), i)
        i += 1
    probes = []
    for k in range(10001):
        for split in (k / 10000, math.nextafter(k / 10000, 1), math.nextafter(k / 10000, 0)):
            probes += [(b, split) for b in range(max(k - 2, 0), min(k + 2, 10000))]
    got = server.rows("""SELECT ab_variant('edge', u, '{treatment,control}', ARRAY[s, 1 - s])
                         FROM unnest(%s::bigint[], %s::float8[]) WITH ORDINALITY t(u, s, i) ORDER BY i""",
                      ([users[b] for b, _ in probes], [s for _, s in probes]))
    for (bucket, split), (variant,) in zip(probes, got):
        checks.check(variant == router(bucket, split), (bucket, split), variant, router(bucket, split))


def section_shares(server, checks, rng):
    for _ in range(300):
        weights, coverage = random_weights(rng, int(rng.integers(1, 9))), round(float(rng.random()), 4)
        got = server.value('SELECT ab_weights_effective(%s::float8[], %s)', (weights, coverage))
        want = [(math.ceil(end * 10000) - math.ceil(start * 10000)) / 10000
                for start, end in exact_ranges(weights, coverage)]
        checks.check(got == want, (weights, coverage), got, want)


def share_moved(before, after):
    """By rendezvous: a unit stays with the arm that is the cheapest under both."""
    return 1 - sum(1 / sum(max(bj / bi, aj / ai) for bj, aj in zip(before, after))
                   for bi, ai in zip(before, after) if bi > 0 and ai > 0)


def section_moves(server, checks, rng):
    """What rendezvous moves, within 4 standard errors; where one weight changes beside the others, it is the
    least possible.  Coverage moves nobody."""
    names = ['a', 'b', 'c', 'd', 'e']
    units = 40000
    for i in range(30):
        before = rng.dirichlet([2] * 5).tolist() if i % 3 else rng.dirichlet([2, 2]).tolist() + [0.0] * 3
        after = rng.dirichlet([2] * 5).tolist() if i % 3 else rng.dirichlet([2, 2]).tolist() + [0.0] * 3
        if i % 3 == 1:
            after = list(before)
            after[2] *= float(rng.choice([0, 0.5, 0.9, 1.2, 3]))
        total = sum(after)
        least = sum(abs(b - a / total) for b, a in zip(before, after)) / 2
        moved = server.value("""SELECT avg((ab_variant('m', u, %s::text[], %s::float8[], 1, 'rendezvous') <>
                                            ab_variant('m', u, %s::text[], %s::float8[], 1, 'rendezvous'))::int)::float8
                                FROM generate_series(1, %s) u""", (names, before, names, after, units))
        want = least if i % 3 < 2 else share_moved(before, after)
        checks.check(abs(moved - want) < 4 * math.sqrt(want * (1 - want) / units) + 1e-9, (before, after), moved, want)
        checks.check(least - 1e-9 <= share_moved(before, after) <= 2 * least / (1 + least) + 1e-9, (before, after),
                     share_moved(before, after), 'at most 2 least / (1 + least)')
        if i % 3 < 2:
            checks.check(abs(moved - least) < 0.01, (before, after), moved, least)
    for method in ('md5_10000', 'md5_53', 'rendezvous'):
        for _ in range(10):
            weights = rng.dirichlet([1] * 5).tolist()
            low, high = sorted(rng.random(2).tolist())
            wrong = server.value("""SELECT count(*) FROM generate_series(1, 3000) u,
                LATERAL (SELECT ab_variant('c', u, %s::text[], %s::float8[], %s, %s) AS x,
                                ab_variant('c', u, %s::text[], %s::float8[], %s, %s) AS y) t
                WHERE x IS NOT NULL AND x IS DISTINCT FROM y""",
                                 (names, weights, low, method, names, weights, high, method))
            checks.check(wrong == 0, (method, weights, low, high), wrong, 0)


def section_published(server, checks):
    """The vectors of the seed's rule, where the folder with them is there."""
    path = os.path.join(SHARED, 'cases', 'assign_vectors.json')
    if not os.path.exists(path):
        return
    rows = [r['inputs'] | {'expected': r['expected']} for r in json.load(open(path, encoding='utf-8'))
            if r['platform'] == 'ab_test_seed_spec']
    for row in rows:
        experiment, unit, split = row['experiment'], str(row['user_id']), row.get('split')
        if row['fn'] == 'assign':
            got = server.rows("""SELECT ab_assign(%s, %s, %s), ab_variant(%s, %s, '{treatment,control}', ARRAY[%s, 1 - %s])""",
                              (experiment, unit, split, experiment, unit, split, split))[0]
            checks.check(got == (row['expected'],) * 2, row, got, row['expected'])
        else:
            got = server.value('SELECT ab_bucket(%s, %s)', (experiment, unit))
            checks.check(got == row['expected'], row, got, row['expected'])


def section_errors(server, checks):
    call = "SELECT ab_variant('e', 'u', %s)"
    check_mistakes(server, checks, [(call % arguments, state) for arguments, state in [
        ('NULL', '22004'), ("'{}'", '22023'), ("'{a,NULL}'", '22004'), ("'{{a},{b}}'", '2202E'), ("'{a,a}'", '22023'),
        ("'{a,b}', '{1}'", '2202E'), ("'{a,b}', '{1,-1}'", '22023'), ("'{a,b}', '{1,NaN}'", '22023'),
        ("'{a,b}', '{1,Infinity}'", '22023'), ("'{a,b}', '{0,0}'", '22023'), ("'{a,b}', '{1,NULL}'", '22004'),
        ("'{a,b}', NULL, 1.1", '22023'), ("'{a,b}', NULL, 'NaN'", '22023'), ("'{a,b}', NULL, 1, 'sha1'", '22023'),
        ("'{a,b}', NULL, 1, 'md5-53'", '00000')]])


if __name__ == '__main__':
    run_sections(__file__, [('variant', seeded(SEED, section_variant)), ('two', section_two),
                            ('shares', seeded(SEED + 1, section_shares)), ('moves', seeded(SEED + 2, section_moves)),
                            ('published', section_published), ('errors', section_errors)])
