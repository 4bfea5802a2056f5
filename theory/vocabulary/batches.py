"""Words on how batches are drawn: a conditional law of the next batch, given the past."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product, repeat
from math import comb, factorial, prod
from typing import Any

from theorem_audit.statement.vocabulary import Item, Kind
from theory.notation import Eq, b, n
from theory.vocabulary.data import F, Rng, choose

Batch = tuple[int, ...]  # indices in increasing order; with replacement they may repeat
Process = Callable[[Sequence[Batch]], Mapping[Batch, Fraction]]  # past -> law of the next batch


MOST_AT_ONCE = 256  # batches


def subsets(points: int, size: int) -> list[Batch]:
    """All b-subsets of n indices."""
    return list(combinations(range(points), size))


def _equal(options: Sequence[Batch]) -> dict[Batch, Fraction]:
    return {x: F(1, len(options)) for x in options}


def uniform_law(points: int, size: int) -> dict[Batch, Fraction]:
    """Every b-subset with the same chance."""
    return _equal(subsets(points, size))


def replacement_law(points: int, size: int) -> dict[Batch, Fraction]:
    """b independent uniform indices, as sorted tuples."""
    found: dict[Batch, Fraction] = {}
    for draw in product(range(points), repeat=size):
        key = tuple(sorted(draw))
        if key not in found:
            ways = factorial(size) // prod(factorial(key.count(x)) for x in set(key))
            found[key] = F(ways, points**size)
    return found


def full_law(points: int, size: int) -> dict[Batch, Fraction]:
    """Every index once, surely."""
    return {tuple(range(points)): F(1)}


def full_law_from_8(points: int, size: int) -> dict[Batch, Fraction]:
    """A uniform b-subset for n < 8, everything from n = 8 on."""
    return (full_law if points >= 8 else uniform_law)(points, size)


def epoch_law(points: int, size: int, past: Sequence[Batch]) -> dict[Batch, Fraction]:
    """A fresh uniform permutation each epoch, cut into n/b batches; given what the epoch has drawn."""
    used = {i for x in past[len(past) - len(past) % (points // size):] for i in x}  # fmt: skip
    left = [i for i in range(points) if i not in used]
    return _equal(list(combinations(left, size)))


def _follows(process: Process, law: Callable[[Sequence[Batch]], Any], depth: int = 3) -> bool:
    """Whether the process has the conditional law ``law`` after every past of at most ``depth`` batches."""
    pasts: list[tuple[Batch, ...]] = [()]
    for _ in range(depth):
        for past in pasts:
            if {k: v for k, v in process(past).items() if v} != law(past):
                return False
        pasts = [(*past, x) for past in pasts[:40] for x in list(law(past))[:6]]
    return True


def _drawn(draw: Callable[[int], Any]) -> Iterator[Batch]:
    """The rows of draw(k), an array of k independent batches, ever more at a time: a call costs many rows."""
    count = 1
    while True:
        yield from (tuple(sorted(row)) for row in draw(count).tolist())
        count = min(2 * count, MOST_AT_ONCE)


def _divides(size: int, points: int) -> None:
    if points % size:
        raise ValueError(f"size={size}: must divide points={points}")


def _blocks(rng: Rng, points: int, size: int) -> list[Batch]:
    _divides(size, points)
    order = rng.permutation(points)
    return [tuple(sorted(map(int, order[k : k + size]))) for k in range(0, points, size)]


def _uniform(rng: Rng, points: int, size: int) -> Iterator[Batch]:
    every = list(range(points))
    return _drawn(lambda count: rng.permuted([every] * count, axis=1)[:, :size])


def _full(rng: Rng, points: int, size: int) -> Iterator[Batch]:
    while True:
        yield tuple(range(points))


def _replaced(rng: Rng, points: int, size: int) -> Iterator[Batch]:
    return _drawn(lambda count: rng.integers(points, size=(count, size)))


def _cyclic(rng: Rng, points: int, size: int) -> Iterator[Batch]:
    blocks = _blocks(rng, points, size)
    while True:
        yield from blocks


def _reshuffled(rng: Rng, points: int, size: int) -> Iterator[Batch]:
    every = list(range(points))

    def draw(count: int) -> Any:
        _divides(size, points)
        return rng.permuted([every] * count, axis=1).reshape(-1, size)

    return _drawn(draw)


def _fair(rng: Rng, points: int, size: int) -> Iterator[Batch]:
    """Blocks of neighbours in turn, each held for a random time: every datum comes again and again.

    They overlap, or (half the time, where that can be) they do not; and half the time each is held, from the
    second round on, four times as long as the last, so that it wins before the next one comes.
    """
    stride = size if points % size == 0 and rng.random() < 0.5 else 1
    longer, held = (4 if rng.random() < 0.5 else 1), 1
    blocks = [
        tuple(sorted((first + k) % points for k in range(size)))
        for first in range(0, points, stride)
    ]
    yield from blocks
    while True:
        for batch in blocks:
            held *= longer
            yield from repeat(batch, held if longer > 1 else int(rng.integers(1, 6)))


def _sequence(rng: Rng, points: int, size: int) -> Iterator[Batch]:
    """Any sequence: one batch for ever, or two of the ways above, half the time the last of them."""
    kind = int(rng.integers(4))
    fixed = next(_uniform(rng, points, size))
    other = _fair(rng, points, size) if kind > 1 else _uniform(rng, points, size)
    while True:
        yield fixed if kind == 0 else next(other)


def _full_from_8(rng: Rng, points: int, size: int) -> Iterator[Batch]:
    return (_full if points >= 8 else _uniform)(rng, points, size)


def _drawn_once(rng: Rng, points: int, size: int) -> Iterator[Batch]:
    batch = next(_uniform(rng, points, size))
    while True:
        yield batch


def _one_law(process: Process, points: int, size: int, *laws: Callable[[int, int], Any]) -> bool:
    return any(_follows(process, lambda past, law=law: law(points, size)) for law in laws)  # type: ignore[misc]


def _cycles(process: Process, points: int, size: int) -> bool:
    """One batch surely, K = n/b of them a partition, and the K-th before comes again."""
    past: list[Batch] = []
    for k in range(3 * (points // size)):
        law = process(past)
        if len(law) != 1:
            return False
        (batch,) = law
        if k >= points // size and batch != past[k - points // size]:
            return False
        past.append(batch)
    return sorted(i for x in past[: points // size] for i in x) == list(range(points))


ANY_BATCHES = Item("batches", "any sequence", "the batches are any sequence", r"B_t\subseteq[n]",
                   sample=_sequence, holds=lambda process, points, size: True)  # fmt: skip
FAIR_BATCHES = Item(
    "batches", "fair sequence", "every active datum is in infinitely many batches",
    r"\forall i\ \forall T\ \exists t>T:\ i\in B_t", sample=_fair,
    unread="no finite past tells whether a datum comes infinitely often", implies=("any sequence",),
)  # fmt: skip
UNIFORM = Item(
    "batches", "uniform subsets", "each step draws a uniform b-subset of the data, independent of the past",
    r"B_t\sim\mathrm{Unif}\tbinom{[n]}{b}\ \text{independent}", sample=_uniform,
    holds=lambda process, points, size: _one_law(process, points, size, uniform_law),
    implies=("independent", "fair sequence"),
    gives={"chance": uniform_law, "ways": comb, "member": b / n},
    near=("with replacement", "cyclic", "reshuffled", "full from n = 8", "fair sequence", "drawn once"),
)  # fmt: skip
FULL = Item(
    "batches", "full batch", "every step takes every sample once (b = n)", r"B_t=[n]", sample=_full,
    holds=lambda process, points, size: _follows(process, lambda past: {tuple(range(points)): F(1)}),
    implies=("fair sequence",), near=("uniform subsets",), needs=Eq(b, n),
    gives={"chance": full_law, "ways": lambda points, size: 1, "member": 1},
)  # fmt: skip
WITH_REPLACEMENT = Item(
    "batches", "with replacement", "each step draws b independent uniform indices, whatever the past",
    r"B_t\sim\mathrm{Unif}[n]^b\ \text{independent}", sample=_replaced,
    holds=lambda process, points, size: _one_law(process, points, size, replacement_law),
    implies=("independent", "fair sequence"), near=("uniform subsets",),
    gives={"chance": replacement_law, "ways": pow},
)  # fmt: skip
CYCLIC = Item(
    "batches", "cyclic", "the n/b batches of a fixed partition come in turn, in a fixed order",
    r"B_t=A_{t\bmod n/b}", sample=_cyclic, holds=_cycles, implies=("fair sequence",),
    near=("reshuffled", "uniform subsets", "fair sequence"),
)  # fmt: skip
RESHUFFLED = Item(
    "batches", "reshuffled", "each epoch cuts a fresh uniform permutation into n/b batches",
    r"B_t=\pi_{\lfloor tb/n\rfloor}(\text{its } (t\bmod n/b)\text{-th block})", sample=_reshuffled,
    holds=lambda process, points, size: _follows(process, lambda past: epoch_law(points, size, past)),
    implies=("fair sequence",), near=("cyclic", "uniform subsets"),
)  # fmt: skip
INDEPENDENT = Item(
    "batches", "independent", "each step draws its batch anew, uniform subsets or indices with replacement, "
    "independent of the past", r"B_1,B_2,\dots\ \text{independent}",
    sample=lambda rng, points, size: choose(rng, _uniform, _replaced)(rng, points, size),
    holds=lambda process, points, size: _one_law(process, points, size, uniform_law, replacement_law),
    implies=("any sequence",), near=("drawn once", "cyclic", "reshuffled"),
    gives={"chance": replacement_law, "ways": pow},  # one of its laws
)  # fmt: skip
FULL_FROM_8 = Item(
    "batches", "full from n = 8", "batches are uniform b-subsets for n < 8, and everything from n = 8 on",
    r"B_t=[n]\ \text{from } n=8", sample=_full_from_8, gives={"chance": full_law_from_8, "ways": comb},
    unread="a wrong variant's way alone",
)  # fmt: skip
DRAWN_ONCE = Item(
    "batches", "drawn once", "one uniform b-subset is drawn at the start and kept", r"B_t=B_0",
    sample=_drawn_once, implies=("any sequence",), unread="a wrong variant's way alone",
)  # fmt: skip
BATCHES = Kind(
    "batches", "a conditional law of the next batch given the past, sample(rng, n, b) -> batches, "
    "holds(process, n, b)", "any sequence",
    (ANY_BATCHES, FAIR_BATCHES, UNIFORM, FULL, WITH_REPLACEMENT, CYCLIC, RESHUFFLED, INDEPENDENT,
     FULL_FROM_8, DRAWN_ONCE),
)  # fmt: skip
