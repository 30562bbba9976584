#!/usr/bin/python3
"""ab_duration, ab_design_effect and ab_clusters in exact arithmetic of the decimals given."""
import math
from fractions import Fraction

from shared.checks import run_sections, seeded
from shared.data import log_uniform
from shared.reference import rational

SEED = 20240314


def section_counts(server, checks, rng):
    """Days and clusters."""
    for _ in range(600):
        percent, daily, n = int(rng.integers(1, 100)), int(rng.integers(1, 100000)), int(log_uniform(rng, 1, 1e7))
        want = math.ceil(Fraction(n) / (daily * (1 - Fraction(percent, 100))))
        got = server.value('SELECT ab_duration(%s, %s, %s)', (n, daily, percent / 100))
        checks.check(got == want, (n, daily, percent), got, want)
        icc, size, cv = int(rng.integers(0, 1001)), int(rng.integers(1, 500)), int(rng.integers(0, 200))
        effect = 1 + ((1 + Fraction(cv, 100) ** 2) * size - 1) * Fraction(icc, 1000)
        got, clusters = server.rows('SELECT ab_design_effect(%s, %s, %s), ab_clusters(%s, %s, %s, %s)', (
            icc / 1000, size, cv / 100, n, icc / 1000, size, cv / 100))[0]
        checks.held((icc, size, cv), 'design effect', got, rational(effect), 1e-15 * 8)
        checks.check(clusters == math.ceil(n * effect / size), (n, icc, size, cv), clusters,
                     math.ceil(n * effect / size))


if __name__ == '__main__':
    run_sections(__file__, [('counts', seeded(SEED, section_counts))])
