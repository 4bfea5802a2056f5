"""Cases for a random search against claims: exact states, all their observables, and the claim's
region.

A case is a real neuron: the claim's own data (axes stand for orthonormal ones, any rotation of them
moves alike), a weight, a step size, and batches drawn the claim's own way, played by the chain rule in
exact rationals, never by a formula of ``theory/`` or by ``sim``.  Every symbol of a region is computed
from the case - nothing derived is drawn - so a region that admits an impossible or a false case is found
out.  Boundaries come first: n = 1, n = 2, b = n - 1, b = n, b > n never; the edges of step sizes; exact
zeros; starts that a factor sends exactly to 0; dead, passive and tied coordinates; r2 near, at and past 2.
A claim that lost an item, or has a neighbour in its place, is played in that wider setting.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
from mpmath import mp
from sympy import Basic, Expr, Symbol, lambdify

from tests.falsify.seeing import SHARED, measured
from tests.falsify.walks.setting import MOST_BATCHES, Data, Setting, setting_of
from tests.instances import evaluate, exact
from theorem_audit.doubt import again
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory.notation import a, active, b, d, delta, eta, k, n, p, r2, rho, s, t
from theory.vocabulary.observables import LIVE_COUNT, Seen

F = Fraction
LIVE = {**SHARED, str(k): LIVE_COUNT}  # in these chapters k counts the live data
DIGITS = 50
SIZES = [
    (2, 1), (3, 2), (4, 2), (1, 1), (2, 2), (8, 8), (3, 1), (9, 9), (3, 3), (4, 3), (5, 2), (8, 7), (7, 6),
    (6, 3), (12, 11), (40, 1), (40, 39), (40, 40), (12, 1),
]  # fmt: skip
STEPS = [F(x) for x in ("9/25", "1/2", "49/100", "2/5", "23/100", "1/4", "25/72", "1/100", "3/5",
                        "1", "239/1000", "-1/10", "41/100")]  # fmt: skip
KINDS = ("generic", "doomed", "bare", "near two", "past two", "sphere", "tiny", "zeros", "ties",
         "single", "dense", "point", "dead", "two")  # fmt: skip
MOST_OBLIQUE = 6  # points, where they are not orthonormal


class Clock:
    """Runs out after the given seconds of the processor, but not before one case."""

    def __init__(self, seconds: float) -> None:
        self.end, self.played = again.now() + seconds, 0
        self.latest = self.end + 9 * seconds

    @property
    def left(self) -> bool:
        return again.now() < (self.end if self.played else self.latest)


@dataclass(frozen=True)
class Neuron:
    """w = sum of c_j x_j + ``off``, what is orthogonal to the data; a = eta/b; exact rationals.

    data: None for orthonormal ones, where c_j = q_j = <w, x_j>.
    """

    c: list[Fraction]
    off: list[Fraction]
    a: Fraction
    activation: str
    data: Data | None = None

    @cached_property
    def q(self) -> list[Fraction]:
        return self.c if self.data is None else self.data.inner_with(self.c)

    @cached_property
    def gates(self) -> list[int]:
        return [int(self.activation == "linear" or x > 0) for x in self.q]

    @cached_property
    def r2(self) -> Fraction:
        on = sum((x * y for x, y in zip(self.c, self.q, strict=True)), F(0))
        return on + sum((x * x for x in self.off), F(0))

    @cached_property
    def live(self) -> list[int]:
        return [j for j, x in enumerate(self.q) if x and self.gates[j]]

    @cached_property
    def mass(self) -> Fraction:
        """Of the live coordinates."""
        return sum((self.q[j] ** 2 for j in self.live), F(0))

    def at(self, c: list[Fraction], off: list[Fraction] | None = None) -> Neuron:
        """Another weight on the same data."""
        return replace(self, c=c, off=self.off if off is None else off)

    def step(self, batch: Sequence[int]) -> Neuron:
        """w - a sum of the gradients of |x_i - w phi|^2/2, phi = gate <w, x_i>, by the chain rule.

        Minus the gradient is phi (x_i - w phi) + gate <w, x_i - w phi> x_i.  An index counts as often as
        the batch holds it.
        """
        shrink, along = F(0), dict.fromkeys(batch, F(0))
        for i in batch:
            value = self.gates[i] * self.q[i]
            shrink += value * value
            along[i] += value + self.gates[i] * (self.q[i] - self.r2 * value)
        left = 1 - self.a * shrink
        c = [left * x for x in self.c]
        for i, x in along.items():
            c[i] += self.a * x
        return self.at(c, [left * x for x in self.off])

    def floats(self) -> tuple[np.ndarray, np.ndarray]:
        """The weight (d,) and the data (n, d)."""
        size = len(self.c)
        if self.data is None:
            return np.array([*map(float, self.c), *map(float, self.off)]), np.eye(
                size, size + len(self.off)
            )
        points = np.pad(self.data.floats, ((0, 0), (0, len(self.off))))
        weight = np.array([float(x) for x in self.c]) @ points
        weight[len(weight) - len(self.off) :] = [float(x) for x in self.off]
        return weight, points


@dataclass(frozen=True)
class Case:
    """One neuron before a step; ``kind`` says how its weight was made."""

    at: Neuron
    size: int  # of a batch
    kind: str
    setting: Setting = field(default_factory=Setting)

    @property
    def n(self) -> int:
        return len(self.at.q)

    @property
    def live(self) -> list[int]:
        return self.at.live

    def batches(self) -> list[tuple[int, ...]] | None:
        """The next batch, given the past: all that can come, each as likely; None where too many."""
        return self._next

    @cached_property
    def _next(self) -> list[tuple[int, ...]] | None:
        return self.setting.next_batches(self.n, self.size)

    def like(self, at: Neuron, kind: str | None = None, size: int | None = None) -> Case:
        """Another neuron in the same setting."""
        return Case(at, size or self.size, self.kind if kind is None else kind, self.setting)

    def some_batches(self, most: int = 40) -> list[tuple[int, ...]]:
        """All batches of one size, or some of them: the first and the last."""
        ways = comb(self.n, self.size)
        found = list(combinations(range(self.n), self.size)) if ways <= MOST_BATCHES else [
            tuple(range(self.size)),
            tuple(range(self.n - self.size, self.n)),
        ]  # fmt: skip
        return found if len(found) <= most else found[: most // 2] + found[-most // 2 :]

    def step(self, batch: Sequence[int]) -> Neuron:
        return self.at.step(batch)

    def seen(self, batch: Sequence[int] = (), after: Neuron | None = None, **more: Any) -> Seen:
        """The state as meanings read it, and that after the batch; gates are those before the step."""
        at = self.at
        then = None if after is None else _seen(after, at.live, at.gates, **more)
        return _seen(at, at.live, at.gates, batch=batch, size=self.size, after=then, **more)

    def observed(self, claim: Claim) -> dict[Symbol, Fraction | int]:
        """Every symbol of ``theory.notation`` that the case alone determines, as the claim means it."""
        at = self.at
        return {
            n: self.n, d: at.floats()[1].shape[1], b: self.size, a: at.a, eta: at.a * self.size,
            **measured(claim, self.seen(), (k, p, r2, delta, t, s, rho, active), LIVE),
        }  # fmt: skip

    def __str__(self) -> str:
        at = self.at
        shown = ", ".join(map(str, at.q[:5])) + (", ..." if self.n > 5 else "")
        rest = "; off " + ", ".join(map(str, at.off)) if at.off else ""
        data = "" if at.data is None else f"; data {at.data}"
        return f"n={self.n} b={self.size} a={at.a} q=({shown}{rest}) {at.activation}, {self.kind}{data}"


def _seen(at: Neuron, live: Sequence[int], gates: Sequence[int], **more: Any) -> Seen:
    on = at.data.projected(at.q, live) if at.data else sum((at.q[j] ** 2 for j in live), F(0))
    return Seen(q=at.q, gates=gates, r2=at.r2, on=on, off=at.off, **more)


def inside(claim: Claim, at: Mapping[Symbol, Any]) -> bool:
    """Whether the claim's region holds at the values of ``at``, by exact substitution.

    Raises KeyError when the region has a symbol that the case does not determine.
    """
    try:
        if not all(_true(x, at) for x in relations(claim.region)):
            return False
    except ZeroDivisionError:  # a condition that has no value there does not hold
        return False
    claim.drawn(at)
    return True


def _true(condition: Basic, at: Mapping[Symbol, Any]) -> bool:
    for x in _named(condition):
        if x not in at:
            raise KeyError(f"{x} of {condition} is not determined by a case")
    values = tuple(at[x] for x in _named(condition))
    plain = all(type(x) is int or type(x) is Fraction for x in values)
    return (_held if plain else _held.__wrapped__)(condition, values)


@cache
def _named(condition: Basic) -> tuple[Symbol, ...]:
    return tuple(condition.free_symbols)


@lru_cache(maxsize=4096)
def _held(condition: Basic, values: tuple[Any, ...]) -> bool:
    """Whether it holds at these values of its symbols; most stay, from a batch or a pair to the next."""
    at = dict(zip(_named(condition), values, strict=True))
    try:
        return bool(evaluate(condition, at))
    except ZeroDivisionError:
        return False  # p at n = 1: what has no value is no case
    except TypeError:
        return bool(condition.subs({x: exact(y) for x, y in at.items()}) == True)  # noqa: E712


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


def cases(
    claim: Claim, rng: np.random.Generator, clock: Clock, *, most: int = 40
) -> Iterator[Case]:
    """Cases in the claim's setting for as long as the clock runs; corners first, then at random."""
    turn, setting = 0, setting_of(claim, rng)
    most = most if setting.orthonormal else min(most, MOST_OBLIQUE)
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
        turn += 1
        if size[0] <= most:
            yield make(rng, size, step, kind, setting)


def _small(rng: np.random.Generator, count: int, low: int = -9, high: int = 9) -> list[Fraction]:
    values = rng.integers(low, high + 1, count)
    return [
        F(int(x) if x else 1, int(y))
        for x, y in zip(values, rng.integers(1, 10, count), strict=True)
    ]


def scaled_to(weight: list[Fraction], target: Fraction, data: Data | None = None) -> list[Fraction]:
    """``weight`` times a rational, so that its squared norm is within 1e-6 (relative) below
    ``target``.
    """
    size = len(weight) if data is None else len(data.points)
    square = Neuron(weight[:size], weight[size:], F(0), "linear", data).r2
    if not square:
        return weight
    root = F(int(mp.floor(mp.sqrt(real(target / square)) * 10**8)), 10**8)
    return [root * x for x in weight]


def make(
    rng: np.random.Generator, size: tuple[int, int], step: Fraction, kind: str, setting: Setting
) -> Case:
    """One case of the given kind."""
    points, batch = size
    activation, data = setting.activation(), setting.data(points)
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
        whole = scaled_to([*q, *off], target, data) if any([*q, *off]) else [*q, *off]
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
    if kind in ("sphere", "dense", "point", "two") and data is not None:
        q, off = data.on_sphere(rng, kind == "point"), []
    return Case(Neuron(q, off, step, activation, data), batch, kind, setting)


def float_steps(
    W: np.ndarray, step: float, batches: np.ndarray, activation: str, X: np.ndarray
) -> np.ndarray:
    """Runs (R, d) after the batches (T, R, b) by the chain rule, data X (n, d), in floats.

    Coordinates are the rows of what is worked on: a run's are far apart, all runs' side by side.
    """
    count, axes = len(X), on_axes(X)
    V, relu = np.array(W.T, order="C"), activation == "relu"
    if axes and batches.shape[2] == 1:
        _single_steps(V, step, batches[:, :, 0], relu)
        return V.T
    runs = np.arange(len(W))
    for batch in batches:
        q = V[:count] if axes else X @ V
        drawn = np.bincount((batch * len(W) + runs[:, None]).ravel(), minlength=q.size)
        mask = drawn.reshape(q.shape)  # an index counts as often as it is drawn
        if relu:
            mask = mask * (q > 0)
        seen = mask * q
        # minus the gradient of |x - w phi|^2/2 is phi (x - w phi) + <w, x - w phi> gate x
        left = 1 - step * np.einsum("ij,ij->j", seen, q)
        seen *= step * (2 - np.einsum("ij,ij->j", V, V))
        V *= left
        if axes:
            V[:count] += seen
        else:
            V += X.T @ seen
    return V.T


def on_axes(X: np.ndarray) -> bool:
    """Whether <w, x_j> is the j-th coordinate of w."""
    return np.array_equal(X, np.eye(*X.shape))


def _single_steps(V: np.ndarray, step: float, drawn: np.ndarray, relu: bool) -> None:
    """The same in place, for batches of one datum each, drawn (T, R), which are axes."""
    runs, flat = np.arange(V.shape[1]), V.reshape(-1)
    for index in drawn:
        at = index * len(runs) + runs
        q = flat.take(at)
        if relu:
            np.maximum(q, 0, out=q)
        along = np.einsum("ij,ij->j", V, V)  # step (2 - r2) q after these lines
        along -= 2
        along *= q
        along *= -step
        q *= q
        q *= -step
        q += 1
        V *= q
        flat[at] += along
