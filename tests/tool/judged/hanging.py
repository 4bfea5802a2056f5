"""The battery of ``checks/in_order.py``: the law of runs counted exactly, stretches looked for pair by pair."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from types import ModuleType

import numpy as np

from theorem_audit.tests.test_in_order import APART, ERROR, HANGING, TEN

RUNS = re.compile(
    r"its (\d+) draws hang together: (\d+) runs of values above (\S+), where independent ones make "
    r"about (\d+); hand them over as they were drawn"
)
AGAIN = re.compile(
    r"draws (\d+) to (\d+) come again as draws (\d+) to (\d+): these are not (\d+) independent draws"
)


def _high(draws: list[float]) -> tuple[float, list[bool]]:
    """The middle, and which draws are above it; where none is, which are not below."""
    middle = float(np.median(draws))
    high = [x > middle for x in draws]
    return middle, high if any(high) else [x >= middle for x in draws]


def _runs_said(draws: list[float], error: float) -> tuple[str, ...]:
    """What is to be said of the runs, in numbers; nothing where they are as many as chance makes."""
    middle, high = _high(draws)
    size, many = len(draws), sum(high)
    if many in (0, size):
        return ()
    made = sum(x and (k == 0 or not high[k - 1]) for k, x in enumerate(high))
    law = {
        k: math.comb(size - many + 1, k) * math.comb(many - 1, k - 1) for k in range(1, many + 1)
    }
    allowed = Fraction(error) / 2 * math.comb(size, many)
    rare = [x for x in (sum(v for k, v in law.items() if k <= made),
                        sum(v for k, v in law.items() if k >= made)) if x <= allowed]  # fmt: skip
    mean = Fraction(many * (size - many + 1), size)
    return (str(size), str(made), f"{middle:.6g}", f"{float(mean):.0f}") if rare else ()


def _length(values: list[float], error: float) -> int:
    """The shortest stretch that comes twice so seldom; 0: none of up to 64, or half of all."""
    pairs = sum(values.count(x) - 1 for x in values)
    size = len(values)
    chance, length = Fraction(size**2, 2), 0
    while pairs and length < min(64, size // 2):
        left = size - 2 * length
        chance *= min(Fraction(1), Fraction(pairs, left * (left - 1)))
        length += 1
        if chance <= Fraction(error):
            return length
    return 0


def _come_twice(values: list[float], length: int) -> set[tuple[int, int]]:
    """Where two stretches of that length are equal and apart."""
    starts = range(len(values) - length + 1) if length else ()
    return {
        (i, j) for i in starts for j in starts
        if j - i >= length and values[i : i + length] == values[j : j + length]
    }  # fmt: skip


def _some() -> list[tuple[list[float], float]]:
    """Draws of few values and many, some handed over twice, in part or all over, with an error each."""
    rng, found = np.random.default_rng(5), []
    for size in (1, 2, 3, 5, 8, 13, 40):
        for values in (1, 2, 3, 30):
            for error in (0.61, 0.0313, 1e-3):
                draws = rng.integers(0, values, size=size).astype(float).tolist()
                found += [
                    (x, error)
                    for x in (draws, draws * 2, sorted(draws), draws + draws[: size // 2])
                ]
    ten = rng.permutation(10).astype(float).tolist()
    for turn in range(40):  # three of eight come again at once
        eight = rng.permutation(5).astype(float).tolist()
        found.append((eight[: turn % 3] + eight[2:] * 2 + eight[turn % 3 : 2], 0.5))
    some = rng.permutation(70).astype(float).tolist()
    once = some[:20]
    found.append((once[::-1] + some[20:40] + once + some[40:] + once, 1e-3))
    return [*found, (ten * 6, 1e-3), (TEN.tolist() * 10, ERROR)]


def order_holds(judge: ModuleType) -> None:
    """What is said of runs and stretches is what counting says, and nothing else is said."""
    for what, (table, words) in HANGING.items():
        assert words in judge.hang_together(table, ERROR), what
    for what, table in APART.items():
        assert judge.hang_together(table, ERROR) == "", what
    for draws, error in _some():
        table = np.array(draws)
        said, expected = judge._runs(table, error), _runs_said(draws, error)
        found = RUNS.fullmatch(said)
        assert (found.groups() if found else ()) == expected, (draws, error, said)
        length = _length(draws, error)
        pairs = sum(draws.count(x) - 1 for x in draws)
        assert judge._length(pairs, len(draws), error) == length, (draws, error)
        twice = _come_twice(draws, length)
        again = AGAIN.fullmatch(judge._twice(table, error))
        assert bool(again) == bool(twice), (draws, error, length)
        if again:
            one, end, two, last, size = map(int, again.groups())
            assert (one - 1, two - 1) in twice
            assert (end - one, last - two, size) == (length - 1, length - 1, len(draws))
        half = judge._runs(table, error / 2) or judge._twice(table, error / 2)
        assert judge.hang_together(table, error) == half
    _long_ones(judge)


def _long_ones(judge: ModuleType) -> None:
    """Stretches of 64, and none that is longer."""
    for size in (2_000, 5_000):
        for pairs in range(size * (size - 1) // 2, size * (size - 1), size * size // 40):
            share = [Fraction(pairs, (size - 2 * k) * (size - 2 * k - 1)) for k in range(64)]
            chance = math.log(size * size / 2)
            expected = 0
            for k, x in enumerate(share):
                chance += min(0.0, math.log(x))
                if chance <= math.log(1e-3):
                    expected = k + 1
                    break
            assert judge._length(pairs, size, 1e-3) == expected, (size, pairs)


__all__ = ["order_holds"]
