#!/usr/bin/python3
"""ab_exposed, ab_layer_slot and ab_in_holdout against hashlib.md5 and big integers; that they are independent."""
import hashlib
import itertools
import uuid

import numpy as np

from shared.checks import check_mistakes, run_sections, seeded

SEED = 20261128


def digest(key):
    return int(hashlib.md5(key.encode()).hexdigest(), 16)


def section_exposure(server, checks, rng):
    numbers = [-2 ** 63, 2 ** 63 - 1, 0, -1] + [int(x) for x in rng.integers(-2 ** 63, 2 ** 63 - 1, 400)]
    uuids = [str(uuid.UUID(int=int.from_bytes(rng.bytes(16), 'big'))) for _ in range(400)]
    texts = ['', 'é' * 100, '用户😀', 'x' * 1024] + ['user %d' % x for x in range(400)]
    for kind, ids in (('bigint', numbers), ('uuid', uuids), ('text', texts)):
        for name in ('exp', 'é' * 30, '', 'a:b/c'):
            share, slots = round(float(rng.random()), 4), int(rng.integers(1, 2 ** 31))
            got = server.rows("""SELECT ab_exposed(%%s, u, %%s), ab_layer_slot(%%s, u), ab_layer_slot(%%s, u, %%s),
                                        ab_in_holdout(%%s, u, %%s)
                                 FROM unnest(%%s::%s[]) WITH ORDINALITY t(u, i) ORDER BY i""" % kind,
                              (name, share, name, name, slots, name, share, ids))
            for unit, row in zip(ids, got):
                layer = digest('layer/%s:%s' % (name, unit))
                want = (digest('%s/exposure:%s' % (name, unit)) % 10000 / 10000 < share, layer % 10000, layer % slots,
                        digest('holdout/%s:%s' % (name, unit)) % 10000 / 10000 < share)
                checks.check(row == want, (kind, name, unit, share, slots), row, want)


def section_independent(server, checks):
    """What is decided for one purpose says nothing of another, nor of the same for another name."""
    rows = np.array(server.rows("""
        SELECT (ab_assign(e, u) = 'treatment')::int, ab_exposed(e, u, 0.5)::int, (ab_layer_slot(e, u) < 5000)::int,
               ab_in_holdout(e, u, 0.5)::int, (ab_assign(e || '2', u) = 'treatment')::int, ab_exposed(e || '2', u, 0.5)::int
        FROM unnest(ARRAY['exp1', 'x', 'prompt v2']) e, generate_series(1, 20000) u"""))
    for part in np.split(rows, 3):
        for i, j in itertools.combinations(range(part.shape[1]), 2):
            phi = abs(np.corrcoef(part[:, i], part[:, j])[0, 1])
            checks.check(phi < 4.5 / 20000 ** 0.5, (i, j), phi, 'none')


def section_errors(server, checks):
    check_mistakes(server, checks, [
        ("SELECT ab_exposed('e', 'u', 1.5)", '22023'), ("SELECT ab_exposed('e', 'u', 'NaN')", '22023'),
        ("SELECT ab_in_holdout('e', 1, -1)", '22023'), ("SELECT ab_layer_slot('l', 'u', 0)", '22023'),
        ("SELECT ab_layer_slot('l', 'u', 2147483649)", '22023'), ("SELECT ab_layer_slot('l', 'u', 2147483648)", '00000')])


if __name__ == '__main__':
    run_sections(__file__, [('exposure', seeded(SEED, section_exposure)), ('independent', section_independent),
                            ('errors', section_errors)])
