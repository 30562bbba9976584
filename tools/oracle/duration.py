#!/usr/bin/python3
"""ab_duration in exact arithmetic of the decimals given."""
import math
from fractions import Fraction

from shared.checks import run_sections, seeded
from shared.data import log_uniform

SEED = 20240314


def section_days(server, checks, rng):
    for _ in range(600):
        percent, daily, n = int(rng.integers(1, 100)), int(rng.integers(1, 100000)), int(log_uniform(rng, 1, 1e7))
        want = math.ceil(Fraction(n) / (daily * (1 - Fraction(percent, 100))))
        got = server.value('SELECT ab_duration(%s, %s, %s)', (n, daily, percent / 100))
        checks.check(got == want, (n, daily, percent), got, want)


if __name__ == '__main__':
    run_sections(__file__, [('days', seeded(SEED, section_days))])
