"""Chapter step: one SGD step, the norm, signs and log ratios."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Eq, Ge, Rational, Symbol, lambdify

from sim import from_weights, simulate
from tests.forms import cancel
from tests.inequalities import expect_holds, expect_needed, named
from tests.instances import Instance, evaluate
from tests.model.step_tools import one_step
from tests.reading import expect_items, from_item
from theorem_audit import evidence, expect, expect_identity, expect_zero, rng, seed
from theorem_audit.doubt.implication import implied
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import equated, matching
from theory import vocabulary as words
from theory.model.autoencoder import GRAD
from theory.model.step import NORM, SIGN, STEP, next_squared_norm, norm_step, step_from
from theory.notation import (
    S,
    a,
    chi,
    delta,
    delta_next,
    perp,
    perp_next,
    q_j,
    q_j_next,
    r2,
    r2_next,
)

P, Y = Symbol("p", real=True), Symbol("y", real=True)  # a delta and a S


@evidence(STEP, "symbolic")
def test_step_is_the_sum_of_gradients(claim: Claim) -> None:
    norm, inner = (from_item(claim, words.DATA, name) for name in ("norm", "inner"))
    q_next, perp_step = step_from(GRAD.formula.rhs, norm, inner)
    expect_identity(claim.formula, {q_j_next: q_next, perp_next: perp_step})


@evidence(NORM, "symbolic")
def test_norm_recursion_from_the_step(claim: Claim) -> None:
    expect_items(
        claim, words.ORTHONORMAL
    )  # Pythagoras: ||w||^2 is the sum of q_j^2 and ||w_perp||^2
    expect(implied(Eq(delta, r2 - 1), claim.region), "delta is free of r2", region=claim.region)
    step = one_step()
    squared = next_squared_norm(step[q_j_next], step[perp_next])
    expect_identity(claim.formula, {delta_next: squared.subs(r2, 1 + delta) - 1, r2: 1 + delta})


@evidence(NORM, "witness", needs="deviation")
def test_norm_needs_its_own_deviation(claim: Claim) -> None:
    """The two forms part where delta is not r2 - 1, as at a = 1/4, S = 1/2, r2 = 1, delta = 1/2."""
    at = {a: Rational(1, 4), S: Rational(1, 2), r2: Rational(1), delta: Rational(1, 2)}
    first, second = (x.rhs.subs(at) for x in relations(claim.formula))
    expect(first != second, "both forms agree away from delta = r2 - 1", first=first)
    expect(claim.region.subs(at) == False, "delta is free of r2 in the region")  # noqa: E712


KEPT = ("kept in one step", "radius invariant")


def expect_step_factors(claim: Claim) -> None:
    """The two quantities that are claimed to be positive are the factors of q_j and w_perp in STEP."""
    expect_items(claim, words.ORTHONORMAL)
    step = one_step()
    factors = [cancel(step[q_j_next].subs(chi, value) / q_j) for value in (0, 1)]
    claimed = [difference(x) for x in matching(claim.formula, without=[r2_next])]
    for name, factor in zip(("left out", "drawn"), factors, strict=True):
        expect(
            any(cancel(factor - x) == 0 for x in claimed),
            f"{claim.formula} says nothing of the factor {factor} of a coordinate {name}",
        )
    for x in claimed:
        gap = (factors[0] - x) * (factors[1] - x)
        expect_zero(gap, f"{x} is no factor of a step")
    expect_zero(step[q_j_next].subs(q_j, 0), "a zero coordinate moves")
    expect_zero(step[perp_next] - factors[0] * perp, "w_perp has the factor of those left out")


@evidence(SIGN, "certificate", step=KEPT)
def test_factors_and_radius(claim: Claim) -> None:
    expect_step_factors(claim)
    derived = {r2_next: 1 + norm_step(), r2: 1 + delta}
    scaled = {r2: 1 + P / a, delta: P / a, S: Y / a}
    for relation in relations(claim.formula):
        # r2 >= S >= 0 bounds the box from below
        expect_holds(
            relation, claim.region, (a, P, Y), derived=derived, chart=scaled, also=(Ge(r2, 0),)
        )


@evidence(SIGN, "property")  # of the sharp radius, not of the claim
def test_at_the_sharp_radius_a_factor_vanishes(claim: Claim) -> None:
    """At r2 = 1 + 1/(2a), S = r2: the drawn factor is 0, and just outside it is negative."""
    edge = 1 + 1 / (2 * a)
    radius = claim.condition("radius")
    expect_zero(difference(radius).subs(r2, edge), f"{radius} does not end at {edge}")
    drawn = difference(claim.conjunct(r2, S, without=[r2_next]))
    expect_zero(drawn.subs(S, r2).subs(r2, edge), "the drawn factor at the radius")
    slope = cancel(drawn.subs(S, r2).diff(r2) / a)
    expect(slope.is_Rational and slope < 0, "the drawn factor falls across the radius")


OUTSIDE: dict[str, dict[Symbol, Any]] = {
    "step size": {a: Rational(51, 100), r2: Rational(99, 50), S: Rational(99, 50)},
    "radius": {a: Rational(1, 4), r2: Rational(31, 10), S: Rational(31, 10)},
    "batch mass": {a: Rational(1, 2), r2: Rational(1), S: Rational(3)},
}


@evidence(SIGN, "witness", step=KEPT, cases={"step size": "step size"}, needs="step size")
@evidence(SIGN, "witness", step=KEPT, cases={"radius": "radius"}, needs="radius")
@evidence(SIGN, "witness", step=KEPT, cases={"batch mass": "batch mass"}, needs="batch mass")
def test_sign_needs(claim: Claim, case: str) -> None:
    derived = {r2_next: 1 + norm_step().subs(delta, r2 - 1)}
    expect_needed(claim, case, OUTSIDE[case], derived)


@evidence(SIGN, "witness", needs="step size")
def test_a_long_step_flips_a_relu_gate(claim: Claim) -> None:
    """n = d = 1, a = 1, q = 4/3: q+ = -20/27, so the ReLU neuron is dead after one step."""
    at = Instance([[Fraction(1)]], [Fraction(4, 3)], (0,), Fraction(1), "relu")
    after = at.step()
    expect(after.q == [Fraction(-20, 27)] and after.gates == [0], "the gate stays open", q=after.q)
    values = {a: at.a, S: at.S, r2: at.r2, r2_next: after.r2}
    expect(not evaluate(claim.formula, values), "the formula holds")
    expect(not evaluate(claim.region, values), "the region admits it", **named(values))


RUNS = [
    (n, d, b, eta, activation)
    for n, d, b, eta in ((1, 1, 1, 0.4), (5, 7, 2, 0.9), (6, 6, 6, 2.9), (40, 60, 13, 5.0))
    for activation in ("linear", "relu")
]


@evidence(STEP, "simulation")
def test_engine_plays_the_step(claim: Claim) -> None:
    """Every step of a run of the engine, from its recorded state, is the claimed step.

    A state is recorded with relative error <= u = 2^-53 times the operations of one step (S takes b,
    the factors 8); all factors are below 4 for r2 <= 2, a <= 1/2.  So one step, from the recorded
    state, differs by at most 4 (b + n + 30) u |q_j|: the sum r2 takes n.
    """
    claimed = equated(claim.formula)
    q_map = lambdify((q_j, S, r2, a, chi), claimed[q_j_next], "numpy")
    perp_map = lambdify((perp, S, r2, a), claimed[perp_next], "numpy")
    steps = 12
    for case, (n, d, b, eta, activation) in enumerate(RUNS):
        random = rng("data", case)
        data = np.linalg.qr(random.normal(size=(d, n)))[0].T
        weight = random.normal(size=(3, d))
        weight *= random.uniform(0.5, 1.4, size=(3, 1)) / np.linalg.norm(
            weight, axis=1, keepdims=True
        )
        q, rho = from_weights(weight, data)
        batches = np.array([[random.permutation(n)[:b] for _ in q] for _ in range(steps)])
        run = simulate(
            q, rho, batch_size=b, step_size=eta, steps=steps, activation=activation,
            batches=batches, observe=["q", "rho"], seed=seed("engine", case),
        )  # fmt: skip
        tolerance = 4 * (b + n + 30) * 2.0**-53
        for t in range(steps):
            now, off = run.recorded["q"][t], run.recorded["rho"][t]
            gate = (now > 0) if activation == "relu" else np.ones_like(now, dtype=bool)
            drawn = np.zeros_like(gate)
            np.put_along_axis(drawn, batches[t], True, axis=1)
            member = drawn & gate
            mass = (now**2 * member).sum(axis=1, keepdims=True)
            norm = (now**2).sum(axis=1, keepdims=True) + off[:, None]
            expected = q_map(now, mass, norm, eta / b, member)
            error = np.abs(run.recorded["q"][t + 1] - expected)
            at = {"case": RUNS[case], "step": t}
            expect(np.all(error <= tolerance * np.abs(now)), "q after one step", **at)
            root = np.broadcast_to(
                perp_map(np.sqrt(off), mass[:, 0], norm[:, 0], eta / b), off.shape
            )
            error = np.abs(np.sqrt(run.recorded["rho"][t + 1]) - np.abs(root))
            expect(np.all(error <= tolerance * np.sqrt(off)), "w_perp after one step", **at)
