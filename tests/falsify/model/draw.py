"""Exact settings of the model drawn at random, boundaries first, and what is measured on them.

What is drawn obeys the items of the claim: its data, its neuron, its batches (their widest where the claim
has none).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Symbol, false, true
from sympy.logic.boolalg import Boolean

from tests.falsify.seeing import measured
from tests.frames import off_span
from tests.instances import Instance, Vector, evaluate, exact, reflected
from theorem_audit.doubt import again
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.vocabulary import Item
from theory import notation as no
from theory import vocabulary as words
from theory.model.initialisation import batch_factor
from theory.model.step import chi_i, chi_j
from theory.vocabulary.observables import Seen

Rng = np.random.Generator
Falsifier = Callable[[Claim, Rng, float], int]
Point = dict[Symbol, Any]


@dataclass(frozen=True)
class Case:
    """One exact instance of the model, its next state, two coordinates i, j, a row of R^d, more batches."""

    at: Instance
    after: Instance
    i: int
    j: int
    row: int
    batches: Iterator[tuple[int, ...]]


def basis(claim: Claim, rng: Rng, n: int, d: int) -> tuple[list[Vector], list[Vector]]:
    """d points that obey the claim's item on data: n of them are the data, the others complete them."""
    points = claim.item(words.DATA).sample(rng, d, d)
    return points[:n], points[n:]


def orthonormal(claim: Claim) -> bool:
    """Whether the claim's item on data gives their inner products as 1 and 0."""
    gives = claim.item(words.DATA).gives
    return bool(gives.get("norm") == 1 and gives.get("inner") == 0)


def activation_of(claim: Claim, rng: Rng) -> str:
    """An activation that the claim admits."""
    return str(claim.item(words.NEURON).sample(rng))


def batches_of(claim: Claim, rng: Rng, n: int, b: int) -> Iterator[tuple[int, ...]]:
    """Batches as the claim draws them; of another size where that way of drawing has none of size b."""
    return batches_by(claim.item(words.BATCHES), rng, n, b, lambda: other_sizes(claim, n))


def other_sizes(claim: Claim, n: int) -> list[int]:
    """Divisors of n, those that the claim admits as a batch size if there are any."""
    parts = [k for k in range(1, n + 1) if n % k == 0]
    return [k for k in parts if claim.region.subs({no.n: n, no.b: k}) != False] or parts  # noqa: E712


def batches_by(
    item: Item, rng: Rng, n: int, b: int, others: Callable[[], Sequence[int]]
) -> Iterator[tuple[int, ...]]:
    """Batches as an item draws them; of one of the ``others``' sizes where it has none of size b."""
    sample: Any = item.sample
    try:
        next(sample(rng, n, b))
    except ValueError:
        b = int(one_of(rng, *others()))
    batches: Iterator[tuple[int, ...]] = sample(rng, n, b)
    return batches


def one_of(rng: Rng, *values: Any) -> Any:
    return values[int(rng.integers(len(values)))]


def sizes(rng: Rng, most: int) -> tuple[int, int, int]:
    """n, d, b with n = 1, d = n, b = 1, n - 1 and n often; n now and then up to 40."""
    n = int(one_of(rng, 1, 1, 2, 2, 2, 3, 3, 4, 8, 9))
    if rng.random() < 0.03:
        n = int(rng.integers(10, 41))
    n = min(n, most)
    d = n + int(one_of(rng, 0, 0, 1, 1, 3))
    b = int(one_of(rng, 1, max(1, n - 1), n, n, int(rng.integers(1, n + 1))))
    return n, d, b


def fraction(rng: Rng, low: Fraction, high: Fraction, denominator: int = 24) -> Fraction:
    """A rational in [low, high], the ends with positive chance."""
    return low + (high - low) * Fraction(int(rng.integers(0, denominator + 1)), denominator)


def direction(rng: Rng, size: int) -> list[Fraction]:
    """A rational unit vector: an axis, few coordinates, or a reflected axis with all of them."""
    kind = int(rng.integers(4))
    if kind == 0 or size == 1:
        sign = Fraction(int(one_of(rng, 1, -1)))
        where = int(rng.integers(size))
        return [sign * int(j == where) for j in range(size)]
    live = size if kind > 1 else min(size, 2)
    mirror = [Fraction(int(rng.integers(1, 6))) for _ in range(live)]
    signs = [int(one_of(rng, 1, 1, -1)) for _ in range(live)]
    if kind == 3:
        signs = [1] * live
    unit = reflected(1, [mirror])[0]
    return [x * y for x, y in zip(unit, signs, strict=True)] + [Fraction(0)] * (size - live)


KNOWN = tuple(
    (Fraction(*on), Fraction(*off))
    for on, off in (
        ((1, 1), (1, 1)), ((7, 5), (1, 5)), ((1, 5), (7, 5)), ((0, 1), (2, 1)), ((1, 10), (2, 1)),
        ((2, 1), (0, 1)), ((4, 3), (0, 1)), ((5, 3), (1, 10)), ((1, 1), (0, 1)), ((0, 1), (0, 1)),
        ((1, 50), (9, 5)), ((7, 5), (0, 1)), ((1, 1000), (3, 1)),
    )
)  # fmt: skip
"""(|P w|, |w_perp|): r2 = 0, 1, exactly 2, beyond it, with no mass on or off the data, and caught."""


def masses(rng: Rng) -> tuple[Fraction, Fraction]:
    """One of the known pairs, or any."""
    if rng.random() < 0.6:
        return KNOWN[int(rng.integers(len(KNOWN)))]
    top = Fraction(int(one_of(rng, 1, 2, 3)), int(one_of(rng, 1, 1, 2)))
    off = one_of(rng, Fraction(0), fraction(rng, Fraction(0), top))
    return fraction(rng, Fraction(0), top), off


def step_size(rng: Rng, r2: Fraction, S: Fraction) -> Fraction:
    """a: small, the sizes that appear in hypotheses, and those that send a factor exactly to 0."""
    zeros = [1 / S] if S > 0 else []
    if S + r2 > 2:
        zeros.append(1 / (S + r2 - 2))
    known = [Fraction(1, 4), Fraction(1, 2), Fraction(49, 100), Fraction(1, 20), Fraction(1, 1000),
             Fraction(-1, 4), Fraction(1), Fraction(7, 12), Fraction(3, 5), Fraction(2), Fraction(9, 25),
             Fraction(8573, 20000), Fraction(41421, 100000)]  # fmt: skip
    return Fraction(
        one_of(rng, *known, *zeros, *zeros, fraction(rng, Fraction(1, 100), Fraction(6, 5), 119))
    )


def draw(claim: Claim, rng: Rng, most: int = 40) -> Case:
    """One case that obeys the claim's items."""
    n, d, b = sizes(rng, most)
    on, off = masses(rng)
    data, rest = basis(claim, rng, n, d)
    weight = [Fraction(0)] * d
    along = (data, rest)
    if d <= 5 and rng.random() < 0.3:  # any weight of that squared norm, wherever the data lie
        mirrors = [[Fraction(int(x)) for x in rng.integers(-3, 4, size=d)] for _ in range(2)]
        vectors = reflected(d, mirrors)
        along = (vectors[:n], vectors[n:])
    for vectors, size in zip(along, (on, off), strict=True):
        if vectors and size:
            for c, x in zip(direction(rng, len(vectors)), vectors, strict=True):
                weight = [w + size * c * e for w, e in zip(weight, x, strict=True)]
    if n > 1 and rng.random() < 0.15:  # r2 = 2 exactly, and s where the data are orthonormal
        pair = one_of(rng, (Fraction(1), Fraction(1)), (Fraction(7, 5), Fraction(1, 5)))
        one, two = data[:2] if orthonormal(claim) else reflected(2, [[Fraction(0)] * d])
        weight = [pair[0] * x + pair[1] * y for x, y in zip(one, two, strict=True)]
    batches = batches_of(claim, rng, n, b)
    batch = next(batches)
    start = Instance(data, weight, batch, Fraction(1), activation_of(claim, rng))
    at = Instance(data, weight, batch, step_size(rng, start.r2, start.S), start.activation)
    for _ in range(int(one_of(rng, 0, 0, 1))):  # a state that the dynamics makes
        moved = at.step()
        if moved.r2 < 100 and moved.r2.denominator < 10**60:
            at = moved
    i, j = int(rng.integers(n)), int(rng.integers(n))
    return Case(at, at.step(), i, j, int(rng.integers(d)), batches)


BEFORE = (no.k, no.s, no.rho, no.r2, no.delta, no.t, no.q_i, no.q_j, no.active)
STEP = (no.S, no.chi, no.q_i_next, no.q_j_next, no.s_next, no.rho_next, no.r2_next, no.delta_next)
OFF = (no.perp, no.perp_next)


def seen(at: Instance, gates: Sequence[int], **more: Any) -> Seen:
    """A state, its masses split along the data whose ``gates`` are open."""
    on = sum((g * x**2 for g, x in zip(gates, at.q, strict=True)), Fraction(0))
    return Seen(q=at.q, gates=gates, r2=at.r2, on=on, **more)


def now(case: Case, off: bool = False) -> Seen:
    """The case as meanings read it; ``off``: with the coordinates off the data."""
    at, after, pair = case.at, case.after, (case.i, case.j)
    rows = [off_span(x.weight, x.data) if off else () for x in (at, after)]
    then = seen(after, at.gates, pair=pair, row=case.row, off=rows[1])
    return seen(at, at.gates, pair=pair, row=case.row, off=rows[0], batch=at.batch, after=then)


def observables(claim: Claim, case: Case) -> Point:
    """Every symbol of the one-step claims, measured on the case.  s and rho split along the active
    data of the state *before* the step, also after it; w_perp is the part of w off all data."""
    at, off = case.at, claim.formula.has(no.perp_next)
    here = now(case, off)
    found: Point = {
        no.n: len(at.q), no.d: len(at.weight), no.b: len(at.batch), no.a: at.a,
        **measured(claim, here, (*BEFORE, *STEP, *(OFF if off else ()))),
    }  # fmt: skip
    own = {batch_factor, chi_i, chi_j, no.k0} & claim.formula.free_symbols
    found |= measured(claim, here, own)
    return {x: v if isinstance(v, bool) else Fraction(v) for x, v in found.items() if v is not None}


def holds(condition: Boolean, at: Mapping[Symbol, Any]) -> bool | None:
    """Truth at a point, exactly; None where it is undefined or a symbol has no value there."""
    if condition in (true, false):
        return condition is true
    try:
        return bool(evaluate(condition, at))
    except (KeyError, ZeroDivisionError):
        return None
    except TypeError:  # roots, Min, logarithms: SymPy decides
        value = condition.subs({x: exact(v) for x, v in at.items()})
        return bool(value) if value in (true, false) else None


def inside(claim: Claim, at: Mapping[Symbol, Any]) -> bool:
    if holds(claim.region, at) is not True:
        return False
    claim.drawn(at)
    return True


def outside(claim: Claim, at: Mapping[Symbol, Any]) -> bool:
    """Whether the region fails at values of some of its symbols; if not, these are drawn."""
    if claim.region.subs(at) == False:  # noqa: E712 - a SymPy Boolean
        return True
    claim.drawn(at)
    return False


def refute(claim: Claim, what: Any, at: Mapping[Any, Any]) -> None:
    raise Refuted(f"{claim.id}: {what} is false", {str(x): str(v) for x, v in at.items()})


def until(seconds: float, least: int = 1) -> Iterator[int]:
    """Counts up while there is time (of the processor), to ``least`` in any case."""
    end, count = again.now() + seconds, 0
    while count < least or again.now() < end:
        yield count
        count += 1
