"""Random sizes, levels and outcomes."""
import math

import numpy as np

def normal(rng, n):
    return rng.normal(rng.uniform(-20, 20), rng.uniform(0.1, 5), n)


def heavy_tail(rng, n):
    return np.exp(rng.normal(0, rng.uniform(1, 3), n))


def binary(rng, n):
    return (rng.random(n) < rng.uniform(0.02, 0.98)).astype(float)


def rating(rng, n):
    return rng.integers(1, 6, n).astype(float)


def shifted(rng, n):
    return 1e8 + rng.normal(rng.uniform(0, 1), 1, n)


def huge(rng, n):
    return rng.normal(3, 1, n) * 1e150


def small(rng, n):
    return rng.normal(3, 1, n) * 1e-150


def zero_mean(rng, n):
    """Mean exactly 0 in every order of summation when n is odd or even: symmetric integers."""
    half = rng.integers(1, 6, n // 2).astype(float)
    return np.concatenate([half, -half, np.zeros(n % 2)])


def negative(rng, n):
    return -np.exp(rng.normal(1, 0.3, n))


def constant(rng, n):
    return np.full(n, float(rng.integers(-3, 4)) / 10)


def random_size(rng, low, high):
    return int(round(math.exp(rng.uniform(math.log(low), math.log(high + 0.4)))))


def two_sizes(rng, low, high):
    """Unequal sizes, one time in twenty equal ones."""
    n1 = random_size(rng, low, high)
    n2 = random_size(rng, low, high)
    while n2 == n1 and rng.random() > 0.05:
        n2 = random_size(rng, low, high)
    return n1, n2


def random_alpha(rng):
    return float(rng.choice([0.05, 0.01, 0.1, 0.001, 0.2, 0.5, float(rng.uniform(0.001, 0.5)),
                             float(10 ** rng.uniform(-100, -3))]))


def log_uniform(rng, low, high):
    return float(math.exp(rng.uniform(math.log(low), math.log(high))))


def random_levels(rng):
    """alpha, power and ratio."""
    alpha = float(rng.choice([0.05, 0.05, 0.025, 0.01, log_uniform(rng, 1e-5, 0.3)]))
    power = float(rng.choice([0.8, 0.9, float(rng.uniform(max(0.3, 1.3 * alpha), 0.99))]))
    ratio = float(rng.choice([0.25, 3, 1.5, log_uniform(rng, 0.1, 10)]))
    return alpha, power, ratio
