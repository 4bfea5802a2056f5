"""Draws whose order, or a stretch that comes twice, shows that they are not independent."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from theorem_audit.checks import in_order
from theorem_audit.checks.run_context import Inconclusive
from theorem_audit.checks.statistics import expect_distribution, expect_mean

ERROR = 1e-7
DRAWS = np.random.default_rng(0).normal(size=1_000)
DIGITS = np.random.default_rng(1).integers(0, 10, size=1_000).astype(float)

TEN = np.array(
    [3.0, 0.0, 7.0, 8.0, 1.0, 9.0, 2.0, 4.0, 6.0, 5.0]
)  # as many runs as independent ones make


def chain(keeps: float) -> np.ndarray:
    """Each keeps a part of the one before."""
    found = [0.0]
    for step in DRAWS:
        found.append(keeps * found[-1] + step)
    return np.array(found[1:])


HANGING: dict[str, tuple[np.ndarray, str]] = {
    "sorted": (np.sort(DRAWS), "1 runs of values above"),
    "sorted, the largest first": (-np.sort(DRAWS), "1 runs of values above"),
    "sorted digits": (np.sort(DIGITS), "1 runs of values above"),
    "sums of steps": (np.cumsum(DRAWS), "runs of values above"),
    "sums of signs": (np.cumsum(np.sign(DRAWS)), "runs of values above"),
    "a chain": (chain(0.6), "runs of values above"),
    "each and its negative": (np.column_stack([DRAWS, -DRAWS]).ravel(), "runs of values above"),
    "one law after another": (np.append(DRAWS[:500], 2 + DRAWS[500:]), "runs of values above"),
    "sorted events": (np.repeat([0.0, 1.0], [960, 40]), "1 runs of values above"),
    "a part once more": (np.append(DRAWS, DRAWS[100:150]), "come again as draws"),
    "a part of digits once more": (np.append(DIGITS, DIGITS[:60]), "come again as draws"),
    "all of it but one, once more": (np.append(DRAWS, DRAWS[1:]), "come again as draws"),
    "ten of them ten times": (np.tile(TEN, 10), "come again as draws"),
}
APART: dict[str, np.ndarray] = {
    "draws": DRAWS,
    "digits": DIGITS,
    "a coin": np.sign(DRAWS),
    "rare events": (DRAWS > 2.5).astype(float),
    "few": np.array([1.0, 2.0, 3.0]),
    "one": np.array([1.0]),
    "one value": np.ones(500),
    "two that are equal": np.append(DRAWS, DRAWS[500]),
    "a table of them": DRAWS.reshape(20, 50),
}


@pytest.mark.parametrize("what", HANGING)
def test_draws_that_hang_together_say_so(what: str) -> None:
    draws, says = HANGING[what]
    assert says in in_order.hang_together(draws, ERROR)


@pytest.mark.parametrize("what", APART)
def test_independent_draws_do_not(what: str) -> None:
    assert in_order.hang_together(APART[what], ERROR) == ""


def test_they_decide_no_test_of_chance() -> None:
    """Mended: sorted draws, and sums of steps, passed or refuted as so many independent ones."""
    for draws in (np.sort(DRAWS), np.cumsum(DRAWS) / 100, np.append(DRAWS, DRAWS[:300])):
        with pytest.raises(Inconclusive, match=r"hang together|come again"):
            expect_mean(1 + draws, 1.0, visible=0.5, what="a mean")
        with pytest.raises(Inconclusive, match=r"hang together|come again"):
            expect_distribution(draws, stats.norm.cdf, visible=0.2, what="a law")
    expect_mean(1 + DRAWS, 1.0, visible=0.5, what="a mean")


def test_how_improbable_so_few_or_many_runs_are() -> None:
    """By going through all orders of seven values: the limit is where the law says that it is."""
    for values in ([1, 2, 3, 4, 5, 6, 7], [0, 0, 0, 0, 0, 1, 1], [0, 0, 1, 1, 1, 1, 1]):
        orders = list(itertools.permutations(values))
        made = [_runs(x) for x in orders]
        for error in (0.5, 0.2, 0.05):
            least = error / 2 * len(made)
            rare = [
                k for k in set(made) if min(sum(x <= k for x in made), sum(x >= k for x in made)) <= least
            ]  # fmt: skip
            for order, runs in list(zip(orders, made, strict=True))[::97]:
                told = in_order._runs(np.array(order, dtype=float), error)
                assert bool(told) == (runs in rare), (order, error)


def _runs(order: tuple[int, ...]) -> int:
    middle = float(np.median(order))
    high = [x > middle if max(order) > middle else x >= middle for x in order]
    return sum(1 for k, x in enumerate(high) if x and (k == 0 or not high[k - 1]))


def test_how_improbable_it_is_that_a_stretch_comes_twice() -> None:
    """The bound against the share of all orders, of eight values in four pairs, that have such a stretch."""
    values = [0, 0, 1, 1, 2, 2, 3, 3]
    orders = set(itertools.permutations(values))
    for length in (1, 2, 3, 4):
        seen = sum(_twice(x, length) for x in orders) / len(orders)
        bound = math.exp(2 * math.log(8) - math.log(2))
        for k in range(length):
            bound *= min(1.0, 8 / ((8 - 2 * k) * (7 - 2 * k)))
        assert seen <= bound
        assert in_order._length(8, 8, bound * 1.001) <= length
        assert in_order._length(8, 8, bound * 0.999) in (0, *range(length + 1, 5))


def _twice(order: tuple[int, ...], length: int) -> bool:
    starts = range(len(order) - length + 1)
    return any(
        j - i >= length and order[i : i + length] == order[j : j + length]
        for i in starts
        for j in starts
    )


def test_of_what_is_as_good_as_one_value_no_stretch_is_looked_for() -> None:
    assert in_order._length(0, 100, ERROR) == 0
    assert in_order._length(99 * 100, 100, ERROR) == 0
    assert in_order._twice((DRAWS > 3).astype(float), ERROR) == ""
