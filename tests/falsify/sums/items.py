"""What a claim's items admit, drawn for a search; and plain measures on what was drawn.

A claim that has no item of a kind is played in the kind's widest: any points, any sequence of batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import chain, islice
from math import isqrt, log, sqrt
from typing import Any

import flint
import numpy as np

from tests.falsify.seeing import way_of
from tests.falsify.sums.tools import ball, choose, squared
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theory import vocabulary as words

F = Fraction
Vector = list[Fraction]
Batch = tuple[int, ...]
DRAWS = 6000
BLOCK = 100  # batches of each run that are counted at once
CHANCE = 1e-9  # of a wrong refutation by a mean over DRAWS independent batches
SLACK = sqrt(log(2 / CHANCE) / (2 * DRAWS))  # Hoeffding, for values in [0, 1]


def data_of(claim: Claim, rng: np.random.Generator, points: int, dimension: int) -> list[Vector]:
    """Data that obey the claim's item."""
    found: list[Vector] = claim.item(words.DATA).sample(rng, points, dimension)
    return found


def linear_of(claim: Claim, rng: np.random.Generator) -> bool:
    """Whether the neuron drawn, which the claim admits, is the linear one."""
    return bool(claim.item(words.NEURON).sample(rng) == "linear")


def batches_of(
    claim: Claim, rng: np.random.Generator, points: int, size: int
) -> tuple[int, Iterator[Batch]]:
    """(b, batches) as the claim draws them; b is another where that way of drawing has none of ``size``."""
    return batches_by(claim.item(words.BATCHES), rng, points, size)


def batches_by(
    item: Item, rng: np.random.Generator, points: int, size: int
) -> tuple[int, Iterator[Batch]]:
    """The same of an item."""
    sample: Any = item.sample
    try:
        next(sample(rng, points, size))
    except ValueError:
        size = choose(rng, [x for x in range(1, points + 1) if points % x == 0])
    batches = sample(rng, points, size)
    return size, batches


def mean_of(
    claim: Claim, rng: np.random.Generator, points: int, size: int,
    value: Callable[[Batch], flint.arb],
) -> flint.arb:  # fmt: skip
    """E of a batch's value by the law that the item gives; else the mean along one sequence of batches.

    The latter is widened so that for independent batches it misses the mean with chance ``CHANCE``.
    """
    item, known = way_of(claim, points + size), dict[Batch, flint.arb]()

    def of(batch: Batch) -> flint.arb:
        if batch not in known:
            known[batch] = value(batch)
        return known[batch]

    law = item.gives.get("chance")
    if law is not None:
        return sum((ball(x) * of(batch) for batch, x in law(points, size).items()), flint.arb(0))
    total, count = flint.arb(0), dict[Batch, int]()
    for batch in islice(item.sample(rng, points, size), DRAWS):
        count[batch] = count.get(batch, 0) + 1
    for batch, times in count.items():
        total += ball(F(times, DRAWS)) * of(batch)
    ends = [float(x) for x in known.values()]
    return total + flint.arb(0, SLACK * (max(ends) - min(ends)))


def sigma(point: Sequence[Fraction]) -> Any:
    """The norm: a rational where it is one, else a ball."""
    length = squared(point)
    top, bottom = isqrt(length.numerator), isqrt(length.denominator)
    if top**2 == length.numerator and bottom**2 == length.denominator:
        return F(top, bottom)
    return ball(length).sqrt()


def numbers(rng: np.random.Generator, size: int, largest: int = 3, parts: int = 5) -> Vector:
    """A vector of rationals."""
    low, high = -largest * parts, largest * parts + 1
    return [F(int(x), parts) for x in rng.integers(low, high, size=size)]


def plus(v: Sequence[Fraction], times: Any, w: Sequence[Fraction]) -> Vector:
    """v + times w."""
    return [x + times * y for x, y in zip(v, w, strict=True)]


def float_path(
    data: Sequence[Sequence[Any]], start: np.ndarray, step: float, draws: Sequence[Iterator[Batch]],
    steps: int, linear: bool = True,
) -> np.ndarray:  # fmt: skip
    """The weights (runs, d) after ``steps`` steps, each run with batches of its own."""
    x, w = np.array(data, float), np.array(start, float)
    with np.errstate(over="ignore", invalid="ignore"):
        for now in range(0, steps, BLOCK):
            for times in counted(draws, min(BLOCK, steps - now), len(x)):
                q = w @ x.T
                if not linear:
                    times = times * (q > 0)
                seen = times * q
                mass, norm = np.einsum("ij,ij->i", seen, q), np.einsum("ij,ij->i", w, w)
                seen *= (step * (2 - norm))[:, None]
                w = w * (1 - step * mass)[:, None] + seen @ x
    return w


def counted(draws: Sequence[Iterator[Batch]], steps: int, points: int) -> np.ndarray:
    """How often each run's next batches hold each index, (steps, runs, points)."""
    rows = [batch for draw in draws for batch in islice(draw, steps)]
    if len(rows) < steps * len(draws):
        raise ValueError(f"steps={steps}: a run has fewer batches")
    own = np.repeat(np.arange(len(rows)), list(map(len, rows)))
    index = np.fromiter(chain.from_iterable(rows), int, len(own))
    times = np.bincount(own * points + index, minlength=len(rows) * points).astype(float)
    return times.reshape(len(draws), steps, points).transpose(1, 0, 2)


__all__ = [
    "batches_by",
    "batches_of",
    "data_of",
    "float_path",
    "linear_of",
    "mean_of",
    "numbers",
    "plus",
    "sigma",
]
