"""What a claim's items say is run: its data, its neuron and its batches, each from the item's own sampler."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import islice
from math import isqrt, lcm

import numpy as np

from tests.falsify.seeing import way_of
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theory import vocabulary as words
from theory.notation import d, n

F = Fraction
Batch = tuple[int, ...]
MOST_BATCHES = 600  # enumerated where there are no more
AT_ONCE = (words.UNIFORM, words.WITH_REPLACEMENT, words.RESHUFFLED)
PAST = 12  # batches before the one that is asked for, at most
FEW = 6  # indices that are drawn one by one
SEEN = 60  # batches of one sequence from which what can come is read


@dataclass(frozen=True)
class Data:
    """Points of R^d that are not orthonormal."""

    points: tuple[tuple[Fraction, ...], ...]

    @cached_property
    def gram(self) -> list[list[Fraction]]:
        return [
            [sum((x * y for x, y in zip(u, v, strict=True)), F(0)) for v in self.points]
            for u in self.points
        ]

    @cached_property
    def floats(self) -> np.ndarray:
        return np.array([[float(x) for x in point] for point in self.points])

    def inner_with(self, c: Sequence[Fraction]) -> list[Fraction]:
        """<sum of c_i x_i, x_j> for every j."""
        return [sum((x * y for x, y in zip(row, c, strict=True)), F(0)) for row in self.gram]

    def projected(self, q: Sequence[Fraction], live: Sequence[int]) -> Fraction:
        """Squared norm of the part in the span of the live data, from the inner products q with them."""
        rows = [[self.gram[i][j] for j in live] + [q[i]] for i in live]
        total = F(0)
        for k in range(
            len(live)
        ):  # Gauss without exchange: a Gram matrix, so a zero pivot is a zero row
            pivot = rows[k][k]
            if pivot == 0:
                continue
            total += rows[k][-1] ** 2 / pivot
            for row in rows[k + 1 :]:
                share = row[k] / pivot
                row[:] = [x - share * y for x, y in zip(row, rows[k], strict=True)]
        return total

    def on_sphere(self, rng: np.random.Generator, at_point: bool) -> list[Fraction]:
        """Coefficients of a unit vector: a datum over its norm, mostly reflected in the data's span."""
        size = len(self.points)
        first = next((i for i in rng.permutation(size) if self.gram[i][i] > 0), 0)
        length = self.gram[first][first]
        root = F(isqrt(length.numerator), isqrt(length.denominator)) or F(1)
        c = [F(int(j == first)) / root for j in range(size)]
        mirror = [F(int(x)) for x in rng.integers(-3, 4, size=size)]
        q = self.inner_with(mirror)
        square = sum((x * y for x, y in zip(mirror, q, strict=True)), F(0))
        if at_point or square == 0:
            return c
        share = 2 * q[first] / root / square
        return [x - share * y for x, y in zip(c, mirror, strict=True)]

    def __str__(self) -> str:
        return "; ".join(f"({', '.join(map(str, point))})" for point in self.points)


@dataclass(frozen=True)
class Setting:
    """The items that say what is run; without a claim: orthonormal data, any neuron, uniform batches."""

    points: Item = words.ORTHONORMAL
    neuron: Item = field(default=words.NEURON[words.NEURON.widest])
    batching: Item = words.UNIFORM
    rng: np.random.Generator = field(default_factory=np.random.default_rng)

    @property
    def orthonormal(self) -> bool:
        """Whether the data's inner products are 1 and 0: axes then stand for all of them."""
        return self.points.gives.get("norm") == 1 and self.points.gives.get("inner") == 0

    def activation(self) -> str:
        return str(_sampler(self.neuron)(self.rng))

    def data(self, count: int) -> Data | None:
        """Some data of the claim's kind; None for orthonormal ones."""
        if self.orthonormal:
            return None
        room = [x for x in (count - 1, count, count, count + 1)
                if x > 0 and self.points.needs.subs({n: count, d: x}) == True]  # noqa: E712  # fmt: skip
        dimension = room[int(self.rng.integers(len(room)))]
        found = _sampler(self.points)(self.rng, count, dimension)
        return Data(tuple(map(tuple, found)))

    def next_batches(self, count: int, size: int) -> list[Batch] | None:
        """The next batch given some past, as a list of batches that are all as likely.

        From the item's law of a batch where that is the same after every past; else, after a past that
        tells what comes next (a sequence that is fixed, the last batch of an epoch), the one that comes.
        None where there are too many, or no such batches (cyclic ones, where b does not divide n).
        """
        law = self.batching.gives.get("chance")
        if law is not None:
            return _spread(law(count, size)) if few(self.batching, count, size) else None
        drawn = self.sequence(count, size)
        if drawn is None:
            return None
        return [next(islice(drawn, int(self.rng.integers(PAST)), None))]

    def support(self, count: int, size: int) -> list[Batch] | None:
        """Batches that come in one sequence, or all that can where their law says so."""
        law = self.batching.gives.get("chance")
        if law is not None and few(self.batching, count, size):
            return list(law(count, size))
        drawn = self.sequence(count, size)
        return None if drawn is None else sorted(set(islice(drawn, SEEN)))

    def sequence(self, count: int, size: int) -> Iterator[Batch] | None:
        """One sequence of batches; None where there is none of this kind at these n and b."""
        drawn = _sampler(self.batching)(self.rng, count, size)
        try:
            first = next(drawn)
        except ValueError:
            return None
        return _with(first, drawn)

    def paths(self, runs: int, count: int, size: int) -> Paths | None:
        """Batches for many runs; None where there are none of this kind at these n and b."""
        if self.sequence(count, size) is None:
            return None
        return Paths(self, runs, count, size)


class Paths:
    """Batches of many runs, each with a sequence of its own; of laws that many claims have, all at once."""

    def __init__(self, setting: Setting, runs: int, count: int, size: int) -> None:
        self.setting, self.runs, self.count, self.size = setting, runs, count, size
        self.left = np.zeros((0, runs, size), dtype=int)  # of an epoch
        self.fast = setting.batching in AT_ONCE
        self.each = [] if self.fast else [setting.sequence(count, size) for _ in range(runs)]

    def keep(self, runs: np.ndarray) -> None:
        """Go on with these runs alone, a mask of those there are."""
        self.runs, self.left = int(runs.sum()), self.left[:, runs]
        self.each = [x for x, on in zip(self.each, runs, strict=True) if on] if self.each else []

    def next(self, steps: int) -> np.ndarray:
        """The next batches, (steps, runs, b)."""
        rng = self.setting.rng
        if self.setting.batching == words.UNIFORM:
            return subsets(rng, (steps, self.runs), self.count, self.size)
        if self.setting.batching == words.WITH_REPLACEMENT:
            return rng.integers(self.count, size=(steps, self.runs, self.size))
        if self.setting.batching == words.RESHUFFLED:
            while len(self.left) < steps:
                order = rng.random((self.runs, self.count)).argsort(axis=1)
                epoch = order.reshape(self.runs, -1, self.size).transpose(1, 0, 2)
                self.left = np.concatenate([self.left, epoch])
            now, self.left = self.left[:steps], self.left[steps:]
            return now
        found = [[next(x) for _ in range(steps)] for x in self.each if x is not None]
        return np.array(found).transpose(1, 0, 2)


def subsets(rng: np.random.Generator, shape: tuple[int, ...], count: int, size: int) -> np.ndarray:
    """Independent uniform sets of ``size`` among ``count`` indices, in any order, along a last axis.

    Few of them by Floyd's way: of the first m, one; if it is there already, the last of these m.
    """
    if size == count:
        return np.broadcast_to(np.arange(count), (*shape, count))
    if size == 1:
        return rng.integers(count, size=(*shape, 1))
    if size == count - 1:  # all but one
        rest = np.arange(size)
        return rest + (rest >= rng.integers(count, size=(*shape, 1)))
    if size > FEW:
        return rng.random((*shape, count)).argpartition(size - 1, axis=-1)[..., :size]
    found = np.empty((*shape, size), dtype=int)
    for k, first in enumerate(range(count - size + 1, count + 1)):
        drawn = rng.integers(first, size=shape)
        there = (found[..., :k] == drawn[..., None]).any(axis=-1)
        found[..., k] = np.where(there, first - 1, drawn)
    return found


def setting_of(claim: Claim, rng: np.random.Generator) -> Setting:
    """What the claim's own items say is run."""
    items = (claim.item(kind) for kind in (words.DATA, words.NEURON))
    return Setting(*items, way_of(claim, int(rng.integers(2))), rng)


def at_own_step(claim: Claim) -> bool:
    """Whether the claim speaks of the step size itself: no item says that it is small."""
    return claim.item(words.LIMIT).name == words.LIMIT.widest


def few(item: Item, count: int, size: int) -> bool:
    """Whether an item's law of batches has no more than MOST_BATCHES cases."""
    return bool(item.gives["ways"](count, size) <= MOST_BATCHES)


def _spread(law: Mapping[Batch, Fraction]) -> list[Batch]:
    whole = lcm(*(x.denominator for x in law.values()))
    return [batch for batch, x in law.items() for _ in range(int(x * whole))]


def _with(first: Batch, rest: Iterator[Batch]) -> Iterator[Batch]:
    yield first
    yield from rest


def _sampler(item: Item):  # type: ignore[no-untyped-def]
    if item.sample is None:
        raise ValueError(f"item={item.name!r} of kind {item.kind!r} has no sampler")
    return item.sample
