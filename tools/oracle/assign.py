#!/usr/bin/python3
"""Assignment against Python's router: hashlib.md5, big integers and (hash % 10000) / 10000 < split.

Random text of one- to four-byte characters, every length around MD5's block borders, bigint and
uuid ids, each of the 10,001 splits of four decimals and both its neighbours, and what is an error.
"""
import bisect
import math
import uuid

import numpy as np

from shared.checks import check_mistakes, run_sections, seeded
from shared.reference import router, router_bucket

SEED = 20240229

CHARACTER_RANGES = np.array([(0x1, 0x80), (0x20, 0x7F), (0x80, 0x800), (0x800, 0xD800), (0x10000, 0x110000),
                             (0x3A, 0x3B)])


def random_text(rng, longest):
    """0 to 'longest' bytes of UTF-8, mixing one- to four-byte characters, the colon included."""
    size = int(rng.integers(0, longest + 1)) if rng.random() > 0.05 else 0
    chosen = CHARACTER_RANGES[rng.choice(len(CHARACTER_RANGES), size=3)][rng.integers(0, 3, size=size)]
    text = ''.join(map(chr, rng.integers(chosen[:, 0], chosen[:, 1]))) if size else ''
    return text.encode()[:size].decode(errors='ignore')


def check_router_text(server, checks, rng):
    pairs = [(random_text(rng, 1000), random_text(rng, 1000)) for _ in range(5000)]
    splits = [float(s) for s in rng.random(len(pairs))]
    got = server.rows("""
        SELECT ab_bucket(e, u), ab_assign(e, u, s), ab_assign(e, u)
        FROM unnest(%s::text[], %s::text[], %s::float8[]) WITH ORDINALITY AS t(e, u, s, i) ORDER BY i""",
        ([p[0] for p in pairs], [p[1] for p in pairs], splits))
    for (experiment, user), split, row in zip(pairs, splits, got):
        bucket = router_bucket(experiment, user)
        wanted = (bucket, router(bucket, split), router(bucket, 0.5))
        checks.check(row == wanted, (experiment, user, split), row, wanted)


def check_md5_lengths(server, checks):
    """Every length around MD5's block and padding borders, one byte and several."""
    users = ['x' * k for k in range(260)] + ['é' * k for k in range(130)]
    got = server.rows("""SELECT ab_bucket('', u) FROM unnest(%s::text[]) WITH ORDINALITY AS t(u, i)
                         ORDER BY i""", (users,))
    for user, row in zip(users, got):
        checks.check(row[0] == router_bucket('', user), user, row[0], router_bucket('', user))


def check_router_ids(server, checks, rng):
    """bigint and uuid ids hash as their text."""
    numbers = [-2 ** 63, 2 ** 63 - 1, -1, 0, 1, 9, 10, 99, 100] + [
        int(x) for x in rng.integers(-2 ** 63, 2 ** 63 - 1, size=800)] + [
        int(10 ** e) * s for e in range(19) for s in (1, -1)]
    uuids = [str(uuid.UUID(int=int.from_bytes(rng.bytes(16), 'big'))) for _ in range(800)]
    for kind, ids in (('bigint', numbers), ('uuid', uuids)):
        got = server.rows("""
            SELECT ab_bucket('exp', u), ab_assign('exp', u, 0.3) FROM unnest(%%s::%s[])
            WITH ORDINALITY AS t(u, i) ORDER BY i""" % kind, (ids,))
        for user, row in zip(ids, got):
            bucket = router_bucket('exp', user)
            checks.check(row == (bucket, router(bucket, 0.3)), (kind, user), row, (bucket, router(bucket, 0.3)))


def users_of_buckets():
    """For each of the 10,000 buckets one user id that falls into it."""
    users, i = {}, 0
    while len(users) < 10000:
        users.setdefault(router_bucket('edge', i), i)
        i += 1
    return users


def check_split_edges(server, checks):
    """Every split k/10000, and its two neighbouring doubles, against the buckets next to it."""
    users = users_of_buckets()
    probes = []
    for k in range(10001):
        split = k / 10000
        splits = (split, math.nextafter(split, 1), math.nextafter(split, 0))
        probes += [(b, s) for s in splits for b in range(max(k - 2, 0), min(k + 2, 10000))]
    got = server.rows("""
        SELECT ab_assign('edge', u, s) FROM unnest(%s::text[], %s::float8[]) WITH ORDINALITY AS t(u, s, i)
        ORDER BY i""", ([str(users[b]) for b, _ in probes], [s for _, s in probes]))
    for (bucket, split), row in zip(probes, got):
        checks.check(row[0] == router(bucket, split), (users[bucket], bucket, split), row[0], router(bucket, split))


def check_split_monotone(server, checks, rng):
    """Raising the split never moves anyone back to control."""
    splits = sorted([0.0, 1.0] + [float(s) for s in rng.random(60)])
    got = server.rows("""
        SELECT u, array_agg(ab_assign('monotone', u, s) ORDER BY s)
        FROM generate_series(1, 500) u, unnest(%s::float8[]) s GROUP BY u""", (splits,))
    for user, arms in got:
        good = arms[0] == 'control' and arms[-1] == 'treatment' and arms == sorted(arms)
        checks.check(good, user, arms, "control, then treatment")


def check_nulls(server, checks):
    nulls = server.rows("""SELECT ab_assign(NULL, 'u'), ab_assign('e', NULL::text), ab_assign('e', 'u', NULL),
                           ab_bucket(NULL, 'u'), ab_bucket('e', NULL::bigint), ab_bucket('e', NULL::uuid)""")[0]
    checks.check(set(nulls) == {None}, 'NULL arguments', nulls, 'NULLs')


def section_assign(server, checks, rng):
    check_router_text(server, checks, rng)
    check_md5_lengths(server, checks)
    check_router_ids(server, checks, rng)
    check_split_edges(server, checks)
    check_split_monotone(server, checks, rng)
    check_nulls(server, checks)


def section_split(server, checks, rng):
    """The share of the buckets, at every split of four decimals, both its neighbours, and random ones."""
    shares = [bucket / 10000.0 for bucket in range(10000)]
    splits = [k / 10000.0 for k in range(10001)] + rng.random(5000).tolist() + (rng.random(1000) * 1e-4).tolist()
    splits += [float(np.nextafter(s, side)) for s in splits[:10001] for side in (0, 1)] + [5e-324, -0.0]
    got = server.rows('SELECT ab_split_effective(s) FROM unnest(%s::float8[]) WITH ORDINALITY t(s, i) ORDER BY i',
                      (splits,))
    for split, (share,) in zip(splits, got):
        want = bisect.bisect_left(shares, split) / 10000.0       # buckets whose share is below it
        checks.check(share == want, split, share, want)


def section_errors(server, checks):
    mistakes = [("SELECT ab_assign('e', 'u', %s)" % s, '22023')
                for s in ('-0.0001', '1.0001', '50', "'NaN'", "'Infinity'", "'-Infinity'")]
    mistakes += [("SELECT ab_assign('e', %s, 1.5)" % u, '22023') for u in ('1::bigint', 'gen_random_uuid()')]
    mistakes += [("SELECT ab_assign('e', 'u', %s)" % s, '00000') for s in ('0', '1')]
    check_mistakes(server, checks, mistakes)


if __name__ == '__main__':
    run_sections(__file__, [('assign', seeded(SEED, section_assign)), ('split', seeded(20240315, section_split)),
                            ('errors', section_errors)])
