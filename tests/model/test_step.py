"""Chapter step: one SGD step, the norm, signs and log ratios."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import flint
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Ge, Rational, Symbol, cancel, lambdify, log

from sim import from_weights, simulate
from tests.inequalities import expect_holds, expect_needed, named
from tests.instances import Instance, evaluate, exact, instances
from theorem_audit import evidence, expect, expect_identity, expect_zero, rng, seed
from theorem_audit.exact.ball import enclose
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory.model.autoencoder import GRAD
from theory.model.step import (
    NORM,
    RATIO,
    SIGN,
    STEP,
    chi_i,
    chi_j,
    log_ratio_change,
    next_squared_norm,
    norm_step,
    step_from,
)
from theory.notation import (
    S,
    a,
    active,
    chi,
    delta,
    delta_next,
    perp,
    perp_next,
    q_i,
    q_j,
    q_j_next,
    r2,
    r2_next,
)

P, Y = Symbol("p", real=True), Symbol("y", real=True)  # a delta and a S


def one_step() -> dict[Symbol, Expr]:
    """The map that STEP claims: q_j+ and w_perp+."""
    return {x.lhs: x.rhs for x in relations(STEP.formula)}


@evidence(STEP, "symbolic")
def test_step_is_the_sum_of_gradients(claim: Claim) -> None:
    q_next, perp_step = step_from(GRAD.formula.rhs)
    expect_identity(claim.formula, {q_j_next: q_next, perp_next: perp_step})


@evidence(STEP, "property")
@given(instance=instances(), row=st.integers(0, 4))
def test_step_on_explicit_vectors(claim: Claim, instance: Instance, row: int) -> None:
    after = instance.step()
    row %= len(instance.weight)
    claimed = {x.lhs: x.rhs for x in relations(claim.formula)}
    shared = {a: instance.a, S: instance.S, r2: instance.r2}
    for j, (before, value) in enumerate(zip(instance.q, after.q, strict=True)):
        at = {**shared, q_j: before, chi: instance.chi(j)}
        expect(evaluate(claimed[q_j_next], at) == value, f"q_{j} after the step", instance=instance)
    at = {**shared, perp: instance.perp[row]}
    expect(evaluate(claimed[perp_next], at) == after.perp[row], "w_perp after the step", row=row)


@evidence(NORM, "symbolic")
def test_norm_recursion_from_the_step(claim: Claim) -> None:
    step = one_step()
    squared = next_squared_norm(step[q_j_next], step[perp_next])
    expect_identity(claim.formula, {delta_next: squared.subs(r2, 1 + delta) - 1, r2: 1 + delta})


@evidence(NORM, "witness", needs="deviation")
def test_norm_needs_its_own_deviation(claim: Claim) -> None:
    """The two forms part where delta is not r2 - 1, as at a = 1/4, S = 1/2, r2 = 1, delta = 1/2."""
    at = {a: Rational(1, 4), S: Rational(1, 2), r2: Rational(1), delta: Rational(1, 2)}
    first, second = (x.rhs.subs(at) for x in relations(claim.formula))
    expect(first != second, "both forms agree away from delta = r2 - 1", first=first)
    expect(claim.region.subs({**at, active: 1}) == False, "delta is free of r2 in the region")  # noqa: E712


@evidence(NORM, "property")
@given(instance=instances())
def test_norm_recursion_on_explicit_vectors(claim: Claim, instance: Instance) -> None:
    """Two steps, so that the recursion is iterated, each in exact rationals."""
    for _ in range(2):
        after = instance.step()
        at = {
            a: instance.a,
            S: instance.S,
            r2: instance.r2,
            delta: instance.r2 - 1,
            delta_next: after.r2 - 1,
        }
        for equation in relations(claim.formula):
            expect(evaluate(equation, at), f"{equation}", instance=instance)
        instance = after


KEPT = ("kept in one step", "radius invariant")


def expect_step_factors(claim: Claim) -> None:
    """The two quantities that are claimed to be positive are the factors of q_j and w_perp in STEP."""
    step = one_step()
    factors = [cancel(step[q_j_next].subs(chi, value) / q_j) for value in (0, 1)]
    claimed = [difference(x) for x in relations(claim.formula) if not x.has(r2_next)]
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
    radius = next(x for x in claim.assumptions if x.name == "radius").condition
    expect_zero(difference(radius).subs(r2, edge), f"{radius} does not end at {edge}")
    drawn = next(x for x in map(difference, relations(claim.formula)) if x.has(r2) and x.has(S))
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


def inside(share: Fraction, r2_value: Fraction) -> Fraction:
    """A step size in (0, 1/2) for which r2 lies inside SIGN's radius."""
    if r2_value <= 1:
        return share / 2
    return share * min(Fraction(1, 2), 1 / (2 * (r2_value - 1)))


@evidence(SIGN, "property", step=KEPT)
@given(instance=instances(inside))
def test_signs_are_kept_on_explicit_vectors(claim: Claim, instance: Instance) -> None:
    for _ in range(2):
        after = instance.step()
        for j, (before, now) in enumerate(zip(instance.q, after.q, strict=True)):
            same = (before > 0) == (now > 0) and (before < 0) == (now < 0)
            expect(same, f"q_{j} changed sign", instance=instance)
        at = {
            a: instance.a,
            S: instance.S,
            r2: instance.r2,
            r2_next: after.r2,
        }
        expect(evaluate(claim.region, at), "outside the region", instance=instance)
        expect(evaluate(claim.formula, at), "the formula is false", instance=instance)
        instance = after


def _factor(value: tuple[int, int]) -> Expr:
    """(q_i+/q_i) / (q_j+/q_j) for the two memberships."""
    factor = cancel(one_step()[q_j_next] / q_j)
    return cancel(factor.subs(chi, value[0]) / factor.subs(chi, value[1]))


def exponential(expr: Expr) -> Expr:
    """exp(expr) for an integer combination of logarithms; Undecided for anything else."""
    total: Expr = Rational(1)
    for term in expr.expand().as_ordered_terms():
        coefficient, rest = term.as_coeff_Mul()
        if rest.func is log and coefficient.is_Integer:
            total *= rest.args[0] ** coefficient
        elif term != 0:
            raise Undecided(f"{term} is not an integer multiple of a logarithm")
    return total


@evidence(SIGN, "witness", needs="step size")
def test_a_long_step_flips_a_relu_gate(claim: Claim) -> None:
    """n = d = 1, a = 1, q = 4/3: q+ = -20/27, so the ReLU neuron is dead after one step."""
    at = Instance([[Fraction(1)]], [Fraction(4, 3)], (0,), Fraction(1), "relu")
    after = at.step()
    expect(after.q == [Fraction(-20, 27)] and after.gates == [0], "the gate stays open", q=after.q)
    values = {a: at.a, S: at.S, r2: at.r2, r2_next: after.r2}
    expect(not evaluate(claim.formula, values), "the formula holds")
    expect(not evaluate(claim.region, values), "the region admits it", **named(values))


MEMBERSHIPS = {"neither": (0, 0), "i": (1, 0), "j": (0, 1), "both": (1, 1)}


@evidence(RATIO, "symbolic")
def test_ratio_for_each_membership(claim: Claim) -> None:
    for name, value in MEMBERSHIPS.items():
        claimed = claim.formula.rhs.subs({chi_i: value[0], chi_j: value[1]})
        at = {S: Rational(1, 2), r2: Rational(3, 4), a: Rational(1, 4)}
        apart = claimed.subs(at) - log(_factor(value).subs(at))
        expect(
            enclose(apart, {}).contains(0), f"ratio of factors when {name} is drawn", **named(at)
        )
        gap = exponential(claimed) - _factor(value)
        expect_zero(gap, f"ratio of factors when {name} is drawn")
    expect(claim.formula.lhs == log_ratio_change, f"{claim.formula.lhs} is not the change")


RATIO_POINTS: dict[str, dict[Symbol, Any]] = {
    # all in exact rationals, n = 2, both data drawn or one of them; what is broken is named
    "nonzero coordinates": {q_i: 0, q_j: Rational(1, 2), chi_i: 0, chi_j: 1},
    "positive quotient": {q_i: Rational(1, 2), q_j: Rational(2), chi_i: 1, chi_j: 0},
}


@evidence(
    RATIO, "witness", cases={x: x for x in list(RATIO_POINTS)[:1]}, needs="nonzero coordinates"
)
@evidence(RATIO, "witness", cases={x: x for x in list(RATIO_POINTS)[1:]}, needs="positive quotient")
def test_ratio_needs_its_assumptions(claim: Claim, case: str) -> None:
    """There the log ratio after the step, or before it, or the claimed change, is no real number."""
    point = RATIO_POINTS[case]
    step = Rational(1)
    weight = [Fraction(int(x.p), int(x.q)) for x in map(Rational, (point[q_i], point[q_j]))]
    drawn = tuple(j for j, x in enumerate((chi_i, chi_j)) if point[x])
    at = Instance([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]], weight, drawn,
                  Fraction(1), "linear")  # fmt: skip
    values = {**point, a: step, S: exact(at.S), r2: exact(at.r2)}
    for assumption in claim.assumptions:
        if assumption.condition is not None and assumption.name != case:
            holds = bool(assumption.condition.subs(values))
            expect(holds, f"{assumption.name} fails as well", **named(values))
    expect(claim.region.subs(values) == False, f"{case} is not assumed", **named(values))  # noqa: E712
    after = at.step().q
    claimed = claim.formula.rhs.subs(values)
    undefined = 0 in (*at.q, *after) or not claimed.is_real
    expect(undefined, "the log ratio exists", before=at.q, after=after, claimed=claimed)


def ball(value: Fraction | int) -> flint.arb:
    """A ball around a rational."""
    return flint.arb(flint.fmpq(*Fraction(value).as_integer_ratio()))


@evidence(RATIO, "property")
@given(instance=instances(inside))
def test_ratio_on_explicit_vectors(claim: Claim, instance: Instance) -> None:
    """Both sides as balls of 200 bits: disjoint balls would refute."""
    after = instance.step()
    live = [j for j, value in enumerate(instance.q) if value]
    old, flint.ctx.prec = flint.ctx.prec, 200
    try:
        for i, j in pairwise(live):
            before = instance.q[i] / instance.q[j]
            change = after.q[i] / after.q[j] / before
            at = {
                a: instance.a,
                S: instance.S,
                r2: instance.r2,
                chi_i: instance.chi(i),
                chi_j: instance.chi(j),
            }
            claimed = enclose(claim.formula.rhs, {x: ball(value) for x, value in at.items()})
            expect(
                claimed.overlaps(ball(change).log()), f"log ratio of {i}, {j}", instance=instance
            )
    finally:
        flint.ctx.prec = old


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
    claimed = {x.lhs: x.rhs for x in relations(claim.formula)}
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


LONG = {"n": 7, "b": 3, "a": 0.49, "steps": 1000}


def _long_run(*observe: str) -> tuple[Any, Any]:
    """The start's q and 20 runs at a = 0.49 from r2 = 1.9 on a random orthonormal basis."""
    n, b = LONG["n"], LONG["b"]
    random = rng("long")
    weight = random.normal(size=(20, n + 2))
    weight *= np.sqrt(1.9) / np.linalg.norm(weight, axis=1, keepdims=True)
    data = np.linalg.qr(random.normal(size=(n + 2, n)))[0].T
    q, rho = from_weights(weight, data)
    run = simulate(
        q, rho, batch_size=b, step_size=LONG["a"] * b, steps=LONG["steps"], seed=seed("long"),
        observe=observe,
    )  # fmt: skip
    return q, run


@evidence(SIGN, "simulation", step=KEPT)
def test_signs_in_long_runs(claim: Claim) -> None:
    q, run = _long_run("r2")
    expect(np.array_equal(run.sign, np.sign(q)), "a sign changed")
    kept = lambdify((a, r2_next), next(x for x in relations(claim.formula) if x.has(r2_next)))
    expect(np.all(kept(LONG["a"], run.recorded["r2"])), "the norm left the radius")


@evidence(RATIO, "simulation")
def test_log_ratios_in_long_runs(claim: Claim) -> None:
    """Every coordinate left out changes by log(1 - aS); every drawn one by the claimed amount more.

    Rounding, u = 2^-53: a factor has relative error 4 (b + n + 30) u, a recorded logarithm |log q| u,
    so a change is known to e = 8 (b + n + 30) u + 4 max|log q| u, and S to e/a.  The claimed amount
    log(1 + a(2 - r2)/(1 - aS)) moves by at most e with that, and by a 4(n + 2)u/(1 - 2a) with r2.
    """
    (n, b, step, _), (_, run) = LONG.values(), _long_run("log_abs_q", "r2")
    logs, norms = run.recorded["log_abs_q"], run.recorded["r2"][:-1]
    change = np.diff(logs, axis=0)
    left_out = change.min(axis=2)
    mass = -np.expm1(left_out) / step
    amount = lambdify((S, r2, a), claim.formula.rhs.subs({chi_i: 1, chi_j: 0}))(mass, norms, step)
    gaps = change - left_out[:, :, None]
    u = 2.0**-53
    e = 8 * (b + n + 30) * u + 4 * float(np.abs(logs).max()) * u
    tolerance = 3 * e + step * 4 * (n + 2) * u / (1 - 2 * step)
    moved = gaps > tolerance
    expect(np.all(moved.sum(axis=2) == b), "not exactly the drawn coordinates moved apart")
    error = np.abs(gaps - amount[:, :, None])[moved]
    expect(np.all(error <= tolerance), "another amount", worst=float(error.max()))
