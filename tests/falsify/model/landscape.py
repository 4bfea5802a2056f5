"""The random search, on the loss itself: gradient, Hessian, stationary points, dead starts. Exact."""

from __future__ import annotations

from fractions import Fraction

import flint
from scipy import stats
from sympy import Rational

from tests.ambient import (
    as_fmpq,
    combination,
    derivatives,
    gates_at,
    gradient,
    hessian,
    loss,
    spectrum_polynomial,
    unit,
)
from tests.falsify.model.draw import (
    Falsifier,
    Point,
    Rng,
    activation_of,
    basis,
    direction,
    fraction,
    inside,
    one_of,
    refute,
    until,
)
from tests.falsify.seeing import measured
from tests.frames import off_span
from tests.instances import Vector, dot, exact
from theorem_audit.exact.zero import stated
from theorem_audit.statement.claim import Claim
from theory import notation as no
from theory import vocabulary as words
from theory.model.initialisation import dead_probability
from theory.model.landscape import (
    critical_radius2,
    edge_gap,
    gradient_norm2,
    loss_excess,
    loss_gap,
    loss_minimum,
    rho_stationary,
    s_stationary,
    saddle_curvature,
    saddle_multiplicity,
)
from theory.vocabulary.meanings import Curvature
from theory.vocabulary.observables import Seen
from theory.vocabulary.places import Bend, Place

ERROR = 1e-9  # chance that one statistical judgement refuses what is true


def few(claim: Claim, rng: Rng, most: int) -> tuple[list[Vector], list[Vector]]:
    """(data, rest), at most ``most`` data; d = n and n = 1 often."""
    n = int(one_of(rng, 1, 1, 2, int(rng.integers(1, most + 1))))
    return basis(claim, rng, n, n + int(one_of(rng, 0, 0, 1, 2)))


def with_coordinates(
    q: Vector, off: Vector, data: list[Vector], rest: list[Vector]
) -> Vector | None:
    """The weight with <w, x_i> = q_i and the part of sum off_k rest_k off the data; None if there is none."""
    gram = flint.fmpq_mat([[as_fmpq(dot(x, y)) for y in data] for x in data])
    if gram.det() == 0:
        return None
    solved = gram.solve(flint.fmpq_mat([[as_fmpq(x)] for x in q]))
    found = [Fraction(int(x.p), int(x.q)) for x in (solved[i, 0] for i in range(len(q)))]
    far = off_span(combination(off, rest), data) if rest else [Fraction(0)] * len(data[0])
    return [x + y for x, y in zip(combination(found, data), far, strict=True)]


def seen_at(weight: Vector, data: list[Vector], gates: list[int]) -> Seen:
    """A weight on any data, its mass split along those whose gates are open."""
    q = [dot(weight, x) for x in data]
    on = sum((g * x**2 for g, x in zip(gates, q, strict=True)), Fraction(0))
    return Seen(q, gates, dot(weight, weight), on)


def some_vector(rng: Rng, size: int) -> Vector:
    return [Fraction(int(x), int(one_of(rng, 1, 2, 3))) for x in rng.integers(-3, 4, size=size)]


def one_sample(claim: Claim, rng: Rng, seconds: float) -> int:
    """GRAD, HESS: along random lines, both activations, q_i = 0 where the region has it."""
    said = claim.formula.lhs
    played = 0
    for _ in until(seconds):
        data, _rest = few(claim, rng, 4)
        size = len(data[0])
        weight, v = some_vector(rng, size), some_vector(rng, size)
        if rng.random() < 0.2:  # on the kink
            weight = off_span(weight, data[:1])
        gates = gates_at(weight, data[:1], activation_of(claim, rng))
        at: Point = {
            **measured(claim, seen_at(weight, data[:1], gates), (no.active, no.q_i, no.r2)),
            no.x_v: dot(data[0], v), no.w_v: dot(weight, v), no.v_v: dot(v, v),
        }  # fmt: skip
        if not inside(claim, at):
            continue
        values = {**at, no.x: at[no.x_v], no.w: at[no.w_v]}
        claim.drawn(values)
        claimed = claim.formula.rhs.subs({x: exact(y) for x, y in values.items()})
        if said == no.hessian_form and at[no.q_i] == 0:  # ReLU's other side must agree
            other = derivatives(weight, v, data[:1], [1 - gates[0]])[1]
            linear = gates[0] == 1
            if not linear and claimed != exact(other) and at[no.x_v] != 0:
                refute(claim, "a second derivative at the kink", {"w": weight, "v": v})
        jet = (loss(weight, data[:1], gates), *derivatives(weight, v, data[:1], gates))
        if claimed != exact(claim.meaning(said).value(jet)):
            refute(claim, claim.formula, {"w": weight, "v": v, "x": data[0]})
        played += 1
    return played


def weight_with(rng: Rng, data: list[Vector], rest: list[Vector]) -> Vector:
    """On the sphere of minima, off the data, or anywhere."""
    kind = int(rng.integers(4))
    q = direction(rng, len(data)) if kind < 2 else some_vector(rng, len(data))
    if kind == 2:
        q = [Fraction(0)] * len(data)
    off = some_vector(rng, len(rest)) if kind else [Fraction(0)] * len(rest)
    return combination([*q, *off], [*data, *rest])


def stationary(claim: Claim, rng: Rng, seconds: float) -> int:
    played = 0
    for _ in until(seconds):
        data, rest = few(claim, rng, 4)
        weight = weight_with(rng, data, rest)
        gates = gates_at(weight, data, activation_of(claim, rng))
        at: Point = {no.n: Fraction(len(data)), no.d: Fraction(len(weight)),
                     **measured(claim, seen_at(weight, data, gates), (no.k, no.s, no.rho))}  # fmt: skip
        s = at[no.s]
        if not inside(claim, at):
            continue
        here = {x: exact(v) for x, v in at.items()}
        slope, value = gradient(weight, data, gates), loss(weight, data, gates)
        low = loss(data[0], data, gates_at(data[0], data, "linear"))  # at a datum
        place = Place(value, slope, s, at[no.rho], len(data), (low,))
        still = not any(slope)
        ends = (s_stationary, rho_stationary)
        for x in (gradient_norm2, loss_minimum, loss_excess, *(ends if still and s else ())):
            if stated(claim.formula, x).subs(here) != exact(claim.meaning(x).value(place)):
                refute(claim, x, {**at, "w": weight})
        at_end = (here[no.s], here[no.rho]) == tuple(stated(claim.formula, x) for x in ends)
        least = exact(value) == stated(claim.formula, loss_minimum).subs(here)
        if still != (s == 0 or at_end) or least != at_end:
            refute(claim, "the classification", {**at, "w": weight, "still": still})
        played += 1
    return played


def saddles(claim: Claim, rng: Rng, seconds: float) -> int:
    """Points with s = 0: linear off the data; ReLU with some q_i = 0 counted as open, others < 0, or
    all < 0 (no gate counted). The curvature is that of the claim, and negative exactly inside."""
    played, edged = 0, False
    for _ in until(seconds):
        data, rest = few(claim, rng, 3)
        linear = activation_of(claim, rng) == "linear"
        below = [-fraction(rng, Fraction(1, 4), Fraction(2)) for _ in data]
        q = [Fraction(0) if linear or rng.random() < 0.5 else x for x in below]
        off = [fraction(rng, Fraction(0), Fraction(2)) for _ in rest]
        weight = with_coordinates(q, off, data, rest)
        if weight is None:
            continue
        gates = [int(x == 0) for x in q]
        at: Point = {no.n: Fraction(len(data)), no.d: Fraction(len(weight)),
                     **measured(claim, seen_at(weight, data, gates), (no.k, no.s, no.rho))}  # fmt: skip
        if not inside(claim, at):
            continue
        here = {x: exact(v) for x, v in at.items()}
        mu = stated(claim.formula, saddle_curvature).subs(here)
        times = int(stated(claim.formula, saddle_multiplicity).subs(here))
        matrix = hessian(weight, data, gates)
        if matrix.charpoly() != spectrum_polynomial(
            [(mu, times), (Rational(0), len(weight) - times)]
        ):
            refute(claim, "the spectrum", {**at, "w": weight})
        bend = Bend(
            curvature(matrix, len(data)), weight, [x for x, g in zip(data, gates, strict=True) if g]
        )
        for x, claimed in ((saddle_curvature, mu), (saddle_multiplicity, times)):
            found = claim.meaning(x).value(bend)
            if found is not None and (mu or x == saddle_curvature) and claimed != exact(found):
                refute(claim, x, {**at, "w": weight})
        if at[no.rho] < 2 and not (mu < 0 and times > 0):
            refute(claim, "a strict saddle inside squared norm 2", {**at, "q": q})
        near = [x + Fraction(1, int(one_of(rng, 10, 1000))) for x in q] if linear else q
        moved = with_coordinates(near, off, data, rest)
        assert moved is not None
        open_ = gates_at(moved, data, "linear" if linear else "relu")
        s = sum((g * dot(moved, x) ** 2 for g, x in zip(open_, data, strict=True)), Fraction(0))
        gap = stated(claim.formula, loss_gap).subs(
            {no.s: exact(s), no.rho: exact(dot(moved, moved) - s), no.n: len(data)}
        )

        low = loss(weight, data, gates)
        place = Place(loss(moved, data, open_), (), s, Fraction(0), len(data), (), low)
        if exact(claim.meaning(loss_gap).value(place)) != gap:
            refute(claim, "L - 1/2", {**at, "w": moved})
        if any(off) and not edged:
            edged = True
            _edge(claim, data, rest, len(data), fraction(rng, Fraction(1, 9), Fraction(1)))
        played += 1
    return played


def _edge(claim: Claim, data: list[Vector], rest: list[Vector], n: int, t: Fraction) -> None:
    """Off the data: where the curvature changes sign; and L on the curve that ends there, at one point."""
    gates, x, off = [1] * n, data[0], off_span(rest[0], data)

    def bend(u: Fraction) -> Fraction:  # at length u off the data
        return derivatives([u * e for e in off], x, data, gates)[1]

    seen = claim.meaning(critical_radius2).value(bend)
    if abs(stated(claim.formula, critical_radius2) - exact(seen)) > Rational(1, 10**6):
        refute(claim, critical_radius2, {"seen": float(seen)})
    # 2 q^2 + u^2 = 2: a rational point of the curve at r_c^2 = 2
    q, u = (1 - 2 * t**2) / (1 + 2 * t**2), 4 * t / (1 + 2 * t**2)
    losses = [
        loss([c * e + u * f for e, f in zip(x, off, strict=True)], data, gates) for c in (q, 0)
    ]
    found = claim.meaning(edge_gap).value(Place(losses[0], (), q**2, u**2, n, (), losses[1]))
    if stated(claim.formula, edge_gap).subs({no.s: exact(q**2), no.n: n}) != exact(found):
        refute(claim, edge_gap, {"s": q**2, "rho": u**2})


def curvature(matrix: flint.fmpq_mat, n: int) -> Curvature:
    """A Hessian of L, as the meanings of symbols take it."""
    size = range(matrix.nrows())
    return Curvature(tuple(tuple(Fraction(str(matrix[i, j])) for j in size) for i in size), n)


def dead(claim: Claim, rng: Rng, seconds: float) -> int:
    """The signs of the claim's starts, counted; and the gradient at weights with no q_j > 0."""
    played = 0
    for _ in until(seconds):
        n, runs = int(one_of(rng, 1, 2, 3, 5)), 20_000
        if not inside(claim, {no.n: Fraction(n)}):
            continue
        q = claim.item(words.START).sample(rng, runs, n + 1)[:, :n]
        hits = round(runs * float(claim.meaning(dead_probability).value(q)))
        chance = float(stated(claim.formula, dead_probability).subs(no.n, n))
        if not 0 <= chance <= 1 or stats.binomtest(hits, runs, chance).pvalue < ERROR:
            refute(claim, "P_dead", {"n": n, "dead": hits, "of": runs})
        points, _rest = few(claim, rng, 4)
        weight = some_vector(rng, len(points[0]))
        if any(dot(weight, x) > 0 for x in points):
            weight = [-x for x in weight]
        if any(dot(weight, x) > 0 for x in points):
            continue
        for x in points:  # every sample's gradient, along each axis
            gates = gates_at(weight, [x], activation_of(claim, rng))
            for row in range(len(weight)):
                jet = (
                    loss(weight, [x], gates),
                    *derivatives(weight, unit(row, len(weight)), [x], gates),
                )
                if exact(claim.meaning(no.gradient).value(jet)) != stated(
                    claim.formula, no.gradient
                ):
                    refute(claim, "the gradient", {"w": weight})
        played += 1
    return played


FALSIFIERS: dict[str, Falsifier] = {
    "GRAD": one_sample, "HESS": one_sample, "STATIONARY": stationary, "SADDLES": saddles,
    "DEAD": dead,
}  # fmt: skip
