import numpy as np
import pytest
from scipy.stats import binom

from themer.training.guarantee import GRID, guaranteed_threshold, upper_bound


def alone(count: int) -> list[str]:
    """Return families of one picture each."""
    return [str(number) for number in range(count)]


def errors(wrong: int, total: int) -> np.ndarray:
    return np.arange(total) < wrong


@pytest.mark.parametrize(("wrong", "total"), [(1, 10), (3, 200), (9, 10)])
def test_at_the_bound_so_few_errors_are_as_rare_as_promised(wrong, total):
    bound = upper_bound(errors(wrong, total), alone(total), 0.95)
    # A little rarer: the variance over a sample of families is a little above that of the pictures.
    assert 0.03 < binom.cdf(wrong, total, bound) <= 0.05


def test_without_pictures_or_without_a_correct_one_nothing_is_promised():
    assert upper_bound(np.empty(0, bool), [], 0.95) == upper_bound(errors(4, 4), alone(4), 0.95) == 1


def test_many_pictures_of_few_families_promise_less():
    wrong, families = errors(6, 300), [str(number // 6) for number in range(300)]
    assert upper_bound(wrong, families, 0.95) > 1.5 * upper_bound(wrong, alone(300), 0.95)
    assert upper_bound(errors(0, 300), families, 0.95) == pytest.approx(1 - 0.05 ** (1 / 50))


def test_the_threshold_is_the_lowest_that_keeps_the_limit():
    score = np.repeat([0.55, 0.75, 0.96], 400)
    error = (np.arange(1200) % 10 == 0) & (score == 0.55)
    found = guaranteed_threshold(score, error, alone(1200), True, limit=0.02, level=0.9)
    assert (found.threshold, found.holds) == (0.6, True) and 0 < found.bound <= 0.02
    assert guaranteed_threshold(score, error, alone(1200), True, 0.2, 0.9).threshold == GRID[0]


def test_a_rate_may_count_all_pictures():
    score, error = np.repeat([0.55, 0.1], [20, 980]), np.ones(1000, bool)
    assert guaranteed_threshold(score, error, alone(1000), False, limit=0.05, level=0.9).threshold == GRID[0]
    assert not guaranteed_threshold(score, error, alone(1000), True, limit=0.05, level=0.9).holds


def test_too_few_pictures_support_no_promise():
    found = guaranteed_threshold(np.ones(20), errors(0, 20), alone(20), True, limit=0.02, level=0.9)
    assert (found.threshold, found.holds) == (GRID[-1], False) and found.bound > 0.02


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_the_promise_is_broken_no_more_often_than_stated(level):
    """Of models whose risk from a threshold up is known, at most 1 - level get one with more than the accepted risk."""
    random, broken = np.random.default_rng(0), 0
    for _ in range(200):
        score = random.uniform(0.5, 1, 500)
        error = random.uniform(size=500) < 0.4 * (1 - score)
        found = guaranteed_threshold(score, error, alone(500), True, 0.05, level)
        broken += found.holds and 0.2 * (1 - found.threshold) > 0.05
    assert broken <= 200 * (1 - level)
