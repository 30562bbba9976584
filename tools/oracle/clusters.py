#!/usr/bin/python3
"""ab_design_effect and ab_clusters in exact arithmetic of the decimals given."""
import math
from fractions import Fraction

from shared.checks import run_sections, seeded
from shared.data import log_uniform
from shared.reference import rational

SEED = 20240315


def section_clusters(server, checks, rng):
    for _ in range(600):
        icc, size, cv = int(rng.integers(0, 1001)), int(rng.integers(1, 500)), int(rng.integers(0, 200))
        n = int(log_uniform(rng, 1, 1e7))
        effect = 1 + ((1 + Fraction(cv, 100) ** 2) * size - 1) * Fraction(icc, 1000)
        got, clusters = server.rows('SELECT ab_design_effect(%s, %s, %s), ab_clusters(%s, %s, %s, %s)', (
            icc / 1000, size, cv / 100, n, icc / 1000, size, cv / 100))[0]
        checks.held((icc, size, cv), 'design effect', got, rational(effect), 1e-15 * 8)
        checks.check(clusters == math.ceil(n * effect / size), (n, icc, size, cv), clusters,
                     math.ceil(n * effect / size))


if __name__ == '__main__':
    run_sections(__file__, [('clusters', seeded(SEED, section_clusters))])
