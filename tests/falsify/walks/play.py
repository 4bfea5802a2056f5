"""Cases for a random search against claims: exact states, all their observables, and the claim's
region.

A case is a real neuron: n unit vectors x_1..x_n of R^d (any orthonormal points, after a rotation), a
weight, a step size and a batch size, played by the chain rule in exact rationals, never by a formula of
``theory/`` or by ``sim``.  Every symbol of a region is computed from the case - nothing derived is
drawn - so a region that admits an impossible or a false case is found out.  Boundaries come first: n =
1, n = 2, b = n - 1, b = n, b > n never; the edges of step sizes; exact zeros; starts that a factor
sends exactly to 0; dead, passive and tied coordinates; r2 near, at and past 2.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from mpmath import mp
from sympy import Basic, Expr, Symbol, lambdify

from tests.instances import evaluate, exact
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory.notation import a, active, b, d, delta, eta, k, n, p, r2, rho, s, t

F = Fraction
DIGITS = 50
SIZES = [
    (2, 1), (3, 2), (1, 1), (2, 2), (8, 8), (3, 1), (9, 9), (3, 3), (4, 3), (5, 2), (8, 7), (7, 6),
    (12, 11), (40, 1), (40, 39), (40, 40), (12, 1),
]  # fmt: skip
STEPS = [F(x) for x in ("9/25", "1/2", "49/100", "2/5", "23/100", "1/4", "25/72", "1/100", "3/5",
                        "1", "239/1000", "-1/10", "41/100")]  # fmt: skip
KINDS = ("generic", "doomed", "bare", "near two", "past two", "sphere", "tiny", "zeros", "ties",
         "single", "dense", "point", "dead", "two")  # fmt: skip
MOST_BATCHES = 600  # enumerated where there are no more


class Clock:
    """Runs out after the given seconds of wall time, but not before one case."""

    def __init__(self, seconds: float) -> None:
        self.end, self.played = time.monotonic() + seconds, 0
        self.latest = self.end + 9 * seconds

    @property
    def left(self) -> bool:
        return time.monotonic() < (self.end if self.played else self.latest)


@dataclass(frozen=True)
class Neuron:
    """q_j = <w, x_j> for the data, ``off`` the rest of w; a = eta/b; exact rationals."""

    q: list[Fraction]
    off: list[Fraction]
    a: Fraction
    activation: str

    @cached_property
    def gates(self) -> list[int]:
        return [int(self.activation == "linear" or x > 0) for x in self.q]

    @cached_property
    def r2(self) -> Fraction:
        return sum((x * x for x in (*self.q, *self.off)), F(0))

    @cached_property
    def live(self) -> list[int]:
        return [j for j, x in enumerate(self.q) if x and self.gates[j]]

    @cached_property
    def mass(self) -> Fraction:
        """Of the live coordinates."""
        return sum((self.q[j] ** 2 for j in self.live), F(0))

    def seen(self, batch: Sequence[int]) -> Fraction:
        """S: the live mass in the batch."""
        return sum((self.gates[j] * self.q[j] ** 2 for j in batch), F(0))

    def step(self, batch: Sequence[int]) -> Neuron:
        """w - a sum of the gradients of |x_i - w phi|^2/2, phi = gate <w, x_i>, by the chain rule.

        Minus the gradient is phi (x_i - w phi) + gate <w, x_i - w phi> x_i.
        """
        shrink, along = F(0), dict.fromkeys(batch, F(0))
        for i in batch:
            value = self.gates[i] * self.q[i]
            shrink += value * value
            along[i] = value + self.gates[i] * (self.q[i] - self.r2 * value)
        left = 1 - self.a * shrink
        q = [left * x for x in self.q]
        for i, x in along.items():
            q[i] += self.a * x
        return Neuron(q, [left * x for x in self.off], self.a, self.activation)


@dataclass(frozen=True)
class Case:
    """One neuron before a step; ``kind`` says how its weight was made."""

    at: Neuron
    size: int  # of a batch
    kind: str

    @property
    def n(self) -> int:
        return len(self.at.q)

    @property
    def live(self) -> list[int]:
        return self.at.live

    def batches(self) -> list[tuple[int, ...]] | None:
        """All batches, or None where there are too many."""
        if comb(self.n, self.size) > MOST_BATCHES:
            return None
        return list(combinations(range(self.n), self.size))

    def some_batches(self, most: int = 40) -> list[tuple[int, ...]]:
        """All batches, or some of them: the first and the last."""
        found = self.batches() or [
            tuple(range(self.size)),
            tuple(range(self.n - self.size, self.n)),
        ]
        return found if len(found) <= most else found[: most // 2] + found[-most // 2 :]

    def step(self, batch: Sequence[int]) -> Neuron:
        return self.at.step(batch)

    def observed(self) -> dict[Symbol, Fraction | int]:
        """Every symbol of ``theory.notation`` that the case alone determines."""
        at = self.at
        ways = comb(self.n, self.size)
        split = F(comb(self.n - 2, self.size - 1), ways) if self.n >= 2 else F(0)
        return {
            n: self.n, d: self.n + len(at.off), b: self.size, a: at.a, eta: at.a * self.size, p: split,
            r2: at.r2, delta: at.r2 - 1, t: 2 - at.r2, s: at.mass, rho: at.r2 - at.mass,
            k: len(self.live), active: 1,
        }  # fmt: skip

    def __str__(self) -> str:
        at = self.at
        shown = ", ".join(map(str, at.q[:5])) + (", ..." if self.n > 5 else "")
        rest = "; off " + ", ".join(map(str, at.off)) if at.off else ""
        return f"n={self.n} b={self.size} a={at.a} q=({shown}{rest}) {at.activation}, {self.kind}"


def inside(claim: Claim, at: Mapping[Symbol, Any]) -> bool:
    """Whether the claim's region holds at the values of ``at``, by exact substitution.

    Raises KeyError when the region has a symbol that the case does not determine.
    """
    return all(_true(x, at) for x in relations(claim.region))


def _true(condition: Basic, at: Mapping[Symbol, Any]) -> bool:
    for x in condition.free_symbols:
        if x not in at:
            raise KeyError(f"{x} of {condition} is not determined by a case")
    try:
        return bool(evaluate(condition, at))
    except TypeError:
        return bool(condition.subs({x: exact(at[x]) for x in condition.free_symbols}) == True)  # noqa: E712


@cache
def _compiled(expr: Expr) -> tuple[tuple[Symbol, ...], Any]:
    names = tuple(sorted(expr.free_symbols, key=str))
    return names, lambdify(names, expr, modules="mpmath")


def number(expr: Expr, at: Mapping[Symbol, Any]) -> Any:
    """The value of an expression at exact values, to DIGITS digits."""
    names, call = _compiled(expr)
    with mp.workdps(DIGITS):
        return call(*(real(at[x]) for x in names))


def real(value: Any) -> Any:
    """An exact number as mpmath's, to DIGITS digits."""
    with mp.workdps(DIGITS):
        return _real(value)


def _real(value: Any) -> Any:
    if isinstance(value, int | np.integer):
        return mp.mpf(int(value))
    if isinstance(value, Fraction):
        return mp.mpf(value.numerator) / value.denominator
    return mp.mpf(value)


def refute(claim: Claim, case: Any, message: str, **witness: Any) -> None:
    """Raise Refuted with the case as its witness."""
    raise Refuted(f"{claim.id}: {message}, at {case}", {"case": str(case), **witness})


def same(
    claim: Claim, case: Any, claimed: Any, found: Any, message: str, slack: Any = None
) -> None:
    """Two numbers of DIGITS digits agree to 25 of them (or within ``slack``)."""
    with mp.workdps(DIGITS):
        allowed = mp.mpf(10) ** -25 * (1 + abs(found)) if slack is None else slack
        if not abs(claimed - found) <= allowed:
            refute(
                claim,
                case,
                f"{message}: claimed {mp.nstr(claimed, 12)}, played {mp.nstr(found, 12)}",
            )


def cases(rng: np.random.Generator, clock: Clock, *, most: int = 40) -> Iterator[Case]:
    """Cases for as long as the clock runs; the corners of all lists first, then at random."""
    turn = 0
    while clock.left:
        if turn < len(SIZES) * 2:
            size = SIZES[turn % len(SIZES)]
        elif turn % 3:
            size = SIZES[rng.integers(len(SIZES))]
        else:
            points = int(rng.integers(2, most + 1))
            size = points, int(rng.choice([1, points - 1, points, rng.integers(1, points + 1)]))
        step = STEPS[turn % len(STEPS)] if turn % 2 else F(int(rng.integers(1, 50)), 100)
        kind = KINDS[(turn // 2) % len(KINDS)] if turn % 4 else str(rng.choice(KINDS))
        activation = "relu" if rng.random() < 0.4 else "linear"
        turn += 1
        if size[0] <= most:
            yield make(rng, size, step, kind, activation)


def _small(rng: np.random.Generator, count: int, low: int = -9, high: int = 9) -> list[Fraction]:
    values = rng.integers(low, high + 1, count)
    return [
        F(int(x) if x else 1, int(y))
        for x, y in zip(values, rng.integers(1, 10, count), strict=True)
    ]


def scaled_to(weight: list[Fraction], target: Fraction) -> list[Fraction]:
    """``weight`` times a rational, so that its squared norm is within 1e-6 (relative) below
    ``target``.
    """
    square = sum(x * x for x in weight)
    root = F(int(mp.floor(mp.sqrt(real(target / square)) * 10**8)), 10**8)
    return [root * x for x in weight]


def make(
    rng: np.random.Generator, size: tuple[int, int], step: Fraction, kind: str, activation: str
) -> Case:
    """One case of the given kind."""
    points, batch = size
    dim = points + int(rng.integers(0, 3)) * (kind not in ("sphere", "dense", "point"))
    q = _small(rng, points)
    off = _small(rng, dim - points)
    if kind == "tiny":
        q, off = [x / 10**6 for x in q], [x / 10**6 for x in off]
    if kind in ("near two", "past two", "sphere", "two", "generic", "zeros", "ties"):
        if kind == "zeros":
            q = [x if rng.random() < 0.5 else F(0) for x in q]
        if kind == "ties":
            q = [abs(q[0]) for _ in q]
        target = {"near two": F(199, 100), "past two": F(int(rng.integers(205, 300)), 100),
                  "sphere": F(1), "two": F(2)}.get(kind, F(int(rng.integers(5, 190)), 100))  # fmt: skip
        whole = scaled_to([*q, *off], target) if any([*q, *off]) else [*q, *off]
        q, off = whole[:points], whole[points:]
    if kind == "bare":  # next to no mass on the data, r2 just below 1 + a/4
        q = [x / 10**4 for x in q]
        off = scaled_to(off or [F(1)], max(1 + step / 4, F(1, 10)))
    if (
        kind == "sphere" and points >= 2
    ):  # exactly on it: a rational point of a circle, the others 0
        m = F(int(rng.integers(1, 9)), int(rng.integers(1, 9)))
        q = [F(0)] * points
        i, j = rng.permutation(points)[:2]
        q[i], q[j] = (1 - m**2) / (1 + m**2) or F(3, 5), 2 * m / (1 + m**2)
        if (1 - m**2) == 0:
            q[j] = F(4, 5)
    if kind == "dense":
        q = [F(0)] * points
        q[0] = F(1) if points == 1 else F(3, 5)
        if points > 1:
            q[1] = F(4, 5)
    if kind in ("point", "single"):
        q = [F(0)] * points
        q[int(rng.integers(points))] = F(1) if kind == "point" else F(4, 5)
        off = [F(0)] * len(off)
    if kind == "dead":
        q = [-abs(x) / 5 for x in q]
        activation = "relu"
    if kind == "doomed" and points >= 2:  # 1 - a S = 0 where the first is drawn: others become 0
        root = F(int(rng.integers(3, 6)), int(rng.integers(5, 10)))
        step = step if rng.random() < 0.3 else root**2
        q = [x / 10 for x in q]
        q[0] = 1 / root
        off = [x / 10 for x in off]
    return Case(Neuron(q, off, step, activation), batch, kind)


def float_steps(
    W: np.ndarray, step: float, batches: np.ndarray, activation: str, points: int
) -> np.ndarray:
    """Runs (R, d) after the batches (T, R, b) by the chain rule, data the first unit vectors, in
    floats.
    """
    X = np.eye(points, W.shape[1])
    runs = np.arange(len(W))[:, None]
    for batch in batches:
        q = W @ X.T
        gate = (q > 0).astype(float) if activation == "relu" else np.ones_like(q)
        phi = gate * q
        mask = np.zeros_like(q)
        mask[runs, batch] = 1.0
        square = (W**2).sum(axis=1, keepdims=True)
        # minus the gradient of |x - w phi|^2/2 is phi (x - w phi) + <w, x - w phi> gate x
        W = W + step * (
            (mask * (phi + gate * (q - square * phi))) @ X
            - (mask * phi**2).sum(1, keepdims=True) * W
        )
    return W


def draw(rng: np.random.Generator, steps: int, runs: int, points: int, batch: int) -> np.ndarray:
    """Uniform b-subsets, (steps, runs, b)."""
    return rng.random((steps, runs, points)).argpartition(batch - 1, axis=2)[:, :, :batch]
