"""Evidence: RADIUS-TWO, FLOW-SEPARATRIX, DEAD."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    And,
    Eq,
    Expr,
    Integer,
    Poly,
    Rational,
    Symbol,
    cancel,
    diff,
    expand,
    sqrt,
)

from sim import from_weights, simulate
from tests.ambient import bases, combination, gradient
from tests.inequalities import expect_needed, expect_tight, is_strict
from tests.instances import Instance, Vector, dot, exact, instances
from tests.rationals import fractions
from theorem_audit import (
    evidence,
    expect,
    expect_identity,
    expect_nonnegative,
    expect_zero,
    rng,
    seed,
)
from theorem_audit.checks.statistics import expect_proportion
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import difference, relations, stated
from theorem_audit.statement.claim import Claim
from theory.model.autoencoder import GRAD
from theory.model.initialisation import (
    DEAD,
    FLOW_SEPARATRIX,
    RADIUS_TWO,
    critical_share,
    dead_probability,
    flow_invariant,
    separatrix,
)
from theory.model.landscape import equations, mean_gradient
from theory.model.step import STEP, next_squared_norm
from theory.notation import (
    S,
    a,
    active,
    n,
    perp_next,
    q_j_next,
    r2,
    r2_next,
    rho,
    s,
)
from theory.notation import gradient as gradient_symbol

# --- RADIUS-TWO


@evidence(RADIUS_TWO, "certificate")
def test_norm_after_a_step_from_squared_norm_two(claim: Claim) -> None:
    step = {x.lhs: x.rhs for x in relations(STEP.formula)}
    norm = {x.lhs: x.rhs for x in relations(claim.region) if isinstance(x, Eq)}
    after = next_squared_norm(step[q_j_next], step[perp_next]).subs(norm)
    for relation in sorted(relations(claim.formula), key=is_strict):  # the equation first
        if not is_strict(relation):
            expect_identity(relation, {r2_next: after})
            continue
        # divided by a S > 0 the gap is positive: 2 (2 - a S) > 0 as soon as a S < 2
        gap = cancel(difference(relation).subs(r2_next, after) / (a * S))
        own = And(*(x for x in relations(claim.region) if x.free_symbols <= {a, S}))
        box = box_of(own, [a, S])
        expect_nonnegative(gap, box, "r2+ < 2")
        corner = {x: high for x, (_, high) in box.items()}
        partial = [diff(gap, x) for x in (a, S)]
        for slope in partial:
            expect_nonnegative(-slope, box, "the gap falls in a and S")
        expect(gap.subs(corner) >= 0, "the gap at the corner", gap=gap.subs(corner))


@evidence(RADIUS_TWO, "witness", needs="step size")
def test_step_one_stays_on_squared_norm_two(claim: Claim) -> None:
    after = stated(claim.formula, r2_next)
    at = {r2: 2, a: 1, S: 2}
    expect_needed(claim, "step size", at, {r2_next: after})
    expect_tight(next(x for x in relations(claim.formula) if is_strict(x)), {r2_next: after}, at)


@evidence(RADIUS_TWO, "witness", needs="batch mass")
def test_a_batch_without_mass_moves_nothing(claim: Claim) -> None:
    after = stated(claim.formula, r2_next)
    expect_needed(claim, "batch mass", {r2: 2, a: Rational(1, 4), S: 0}, {r2_next: after})


@evidence(RADIUS_TWO, "property")
@given(data=st.data(), instance=instances(lambda share, _: share))
def test_steps_from_squared_norm_two_in_space(
    claim: Claim, data: st.DataObject, instance: Instance
) -> None:
    """w = x_1 + x_2, or (7/5) x_1 + (1/5) x_2 and signs, in a random orthonormal basis."""
    data_ = instance.data
    if len(data_) < 2:
        return
    one, two = data.draw(
        st.sampled_from(
            [(1, 1), (Fraction(7, 5), Fraction(1, 5)), (Fraction(-1, 5), Fraction(7, 5))]
        )
    )
    weight = combination([Fraction(one), Fraction(two)], data_[:2])
    state = Instance(data_, weight, instance.batch, instance.a, instance.activation)
    at = {a: exact(state.a), S: exact(state.S), r2: exact(state.r2)}
    after = exact(state.step().r2)
    expect(
        after == stated(claim.formula, r2_next).subs(at), "r2+", weight=weight, batch=state.batch
    )
    if state.S > 0:
        expect(bool(claim.formula.subs({**at, r2_next: after})), "r2+ < 2", weight=weight)


# --- FLOW-SEPARATRIX


def _flow() -> tuple[Expr, Expr]:
    """n/2 times (ds/dt, drho/dt) along -grad L."""
    on_active, on_rest = mean_gradient(GRAD.formula.rhs)
    return expand(-n * on_active * s), expand(-n * on_rest * rho)


@evidence(FLOW_SEPARATRIX, "symbolic", step="invariant")
def test_the_invariant_is_conserved(claim: Claim) -> None:
    value = stated(claim.formula, flow_invariant)
    on, off = _flow()
    expect_zero(diff(value, s) * on + diff(value, rho) * off, "d/dt of the invariant")
    # fixed by its values where nothing is off the data's complement: (rho - 1)/rho^2 at s = 0,
    # and by being of degree 1 in s with slope 1/rho^2
    expect_zero(value.subs({s: 0, rho: 2}) - Rational(1, 4), "the invariant at (0, 2)")
    expect_zero(value.subs({s: 0, rho: 1}), "the invariant at (0, 1)")


@evidence(FLOW_SEPARATRIX, "symbolic", step="separatrix")
def test_the_separatrix_is_the_orbit_that_ends_at_squared_norm_two(claim: Claim) -> None:
    """It solves ds/drho = s'/rho' and ends at (0, 2); a linear ODE in s has one such solution."""
    border = stated(claim.formula, separatrix)
    on, off = _flow()
    along = (diff(border, rho) * off - on).subs(s, border)
    expect_zero(along, "not an orbit")
    expect_zero(border.subs(rho, 2), "does not end at (0, 2)")
    value = stated(claim.formula, flow_invariant)
    gap = cancel((value - value.subs({s: 0, rho: 2})) * rho**2)
    expect_zero(gap - (s - border), "sign of C - C(0, 2) is not that of s - s_sep")


@evidence(FLOW_SEPARATRIX, "symbolic", step="share")
def test_where_a_sphere_meets_the_separatrix(claim: Claim) -> None:
    """s - s_sep, with rho = r2 - s, is a quadratic in s; its two roots are (sqrt(r2-1) -+ 1)^2."""
    share = stated(claim.formula, critical_share)
    border = stated(claim.formula, separatrix)
    for g in (Integer(2), Rational(7, 3), Integer(5)):  # exact refutations first
        claimed = share.subs(r2, 1 + g**2)
        expect(claimed.is_Rational, "the border is rational here", r2=1 + g**2, share=claimed)
        on = claimed * (1 + g**2)
        expect(on == border.subs(rho, 1 + g**2 - on), "not on the separatrix", r2=1 + g**2)
    root = Symbol("g", real=True)  # sqrt(r2 - 1)
    low = cancel((share * r2).subs(sqrt(r2 - 1), root).subs(r2, 1 + root**2))
    high = low.subs(root, -root)
    on_sphere = expand((border - s).subs(rho, r2 - s).subs(r2, 1 + root**2))
    leading = Poly(on_sphere, s).LC()
    expect_zero(on_sphere - leading * (s - low) * (s - high), "roots on the sphere")
    expect(leading > 0, "the smaller root is not the border", leading=leading)
    # rho > 2 means s < r2 - 2 = (g - 1)(g + 1), which lies between the roots for g > 1
    expect_zero(cancel((root**2 - 1 - low) - 2 * (root - 1)), "r2 - 2 above the lower root")
    expect_zero(cancel((high - root**2 + 1) - 2 * (root + 1)), "r2 - 2 below the upper root")


@evidence(FLOW_SEPARATRIX, "witness", cases={"off": 0}, needs="off the active data")
@evidence(FLOW_SEPARATRIX, "witness", cases={"beyond": 1}, needs="beyond squared norm 2")
def test_flow_separatrix_needs(claim: Claim, case: int) -> None:
    """rho = 0: C is no number. r2 = 5/4: u_c = 1/5, but below it nothing is caught.

    s = 1/8, rho = 9/8 lies on that sphere at share 1/10; C = 16/81 < 1/4 there, and the zeros of
    s = C rho^2 - rho + 1 are above rho, so along the flow rho falls to 0 and s rises to 1.
    """
    if case == 0:
        expect(
            stated(claim.formula, flow_invariant).subs({s: 1, rho: 0}).is_finite is not True, "C"
        )
        expect(claim.region.subs({s: 1, rho: 0, r2: 3}) == False, "rho = 0 is admitted")  # noqa: E712
        return
    at = {s: Rational(1, 8), rho: Rational(9, 8), r2: Rational(5, 4)}
    below = at[s] / at[r2] < stated(claim.formula, critical_share).subs(at)
    expect(below, "the share is not below the claimed one")
    on, off = (x.subs(at) for x in _flow())
    expect(at[rho] < 2 and off < 0, "rho does not fall", off=off)
    value = stated(claim.formula, flow_invariant).subs(at)
    orbit = Poly(value * rho**2 - rho + 1, rho)
    expect(orbit.count_roots(0, at[rho]) == 0 and orbit.eval(0) == 1, "s has a zero on the orbit")
    expect(claim.region.subs(at) == False, "r2 <= 2 is admitted", on=on)  # noqa: E712


@evidence(FLOW_SEPARATRIX, "property")
@given(
    data=st.data(), basis=bases(max_n=3, extra=2), activation=st.sampled_from(["linear", "relu"])
)
def test_the_gradient_in_space_keeps_the_invariant(
    claim: Claim,
    data: st.DataObject,
    basis: tuple[list[Vector], list[Vector]],
    activation: str,
) -> None:
    """d/dt C = C_s ds/dt + C_rho drho/dt = 0 with the exact gradient of the loss in R^d."""
    points, rest = basis
    size = len(points) + len(rest)
    entries = fractions(Fraction(1, 8), 2, max_denominator=8)
    coefficients = data.draw(st.lists(entries, min_size=size, max_size=size))
    signs = data.draw(st.lists(st.sampled_from([-1, 1]), min_size=size, max_size=size))
    signs[0] = 1
    coefficients = [c * e for c, e in zip(coefficients, signs, strict=True)]
    weight = combination(coefficients, [*points, *rest])
    gates = [int(activation == "linear" or c > 0) for c in coefficients[: len(points)]]
    on = sum((g * c**2 for g, c in zip(gates, coefficients, strict=False)), Fraction(0))
    off = dot(weight, weight) - on
    if off == 0:
        return
    slope = gradient(weight, points, gates)
    change_on = 2 * sum((g * dot(weight, x) * dot(slope, x) for g, x in
                         zip(gates, points, strict=True)), Fraction(0))  # fmt: skip
    change_off = 2 * dot(weight, slope) - change_on
    value = stated(claim.formula, flow_invariant)
    at = {s: exact(on), rho: exact(off)}
    total = diff(value, s).subs(at) * exact(change_on) + diff(value, rho).subs(at) * exact(
        change_off
    )
    expect(total == 0, "d/dt of the invariant", weight=weight, data=points)


# --- DEAD


@evidence(DEAD, "symbolic", step="probability")
def test_each_further_sign_halves_the_probability(claim: Claim) -> None:
    """Induction on n: no datum gives 1, and the n-th sign is fair given the others."""
    value = stated(claim.formula, dead_probability)
    expect_zero(value.subs(n, 0) - 1, "no data")
    for size in range(1, 5):
        expect_zero(2 * value.subs(n, size) - value.subs(n, size - 1), f"from {size - 1} to {size}")
    ratio = (value.subs(n, n + 1) / value).simplify()
    expect(ratio == Rational(1, 2), "a further datum does not halve the probability", ratio=ratio)


@evidence(DEAD, "symbolic", step="gradient")
def test_no_gradient_with_all_gates_closed(claim: Claim) -> None:
    expect_identity(
        equations(claim.formula, gradient_symbol),
        {gradient_symbol: GRAD.formula.rhs.subs(active, 0)},
    )


@evidence(DEAD, "property")
@given(
    data=st.data(), basis=bases(max_n=3), share=fractions(Fraction(1, 50), 3, max_denominator=100)
)
def test_dead_neurons_do_not_move(
    claim: Claim, data: st.DataObject, basis: tuple[list[Vector], list[Vector]], share: Fraction
) -> None:
    """Exact, in space, q_j = 0 included; every batch."""
    points, rest = basis
    negative = fractions(-2, 0, max_denominator=8)
    q = data.draw(st.lists(negative, min_size=len(points), max_size=len(points)))
    off = data.draw(st.lists(negative, min_size=len(rest), max_size=len(rest)))
    weight = combination([*q, *off], [*points, *rest])
    state = Instance(points, weight, tuple(range(len(points))), share, "relu")
    moved = [x - y for x, y in zip(state.step().weight, weight, strict=True)]
    claimed = stated(claim.formula, gradient_symbol)
    expect(all(x == claimed for x in moved), "a dead neuron moved", weight=weight, data=points)


@evidence(DEAD, "simulation", cases={f"n={size}": size for size in (1, 2, 5)})
def test_fraction_of_dead_starts(claim: Claim, case: int) -> None:
    """Gaussian weights on a random orthonormal basis; dead runs are flagged and stay bit for bit."""
    runs, dimension = 40_000, case + 3
    basis = np.linalg.qr(rng("basis").standard_normal((dimension, dimension)))[0][:case]
    q, rho_ = from_weights(rng("starts").standard_normal((runs, dimension)), basis)
    run = simulate(q, rho_, batch_size=1, step_size=0.2, steps=0, activation="relu", seed=seed())
    expected = float(stated(claim.formula, dead_probability).subs(n, case))
    expect_proportion(int(run.dead.sum()), runs, expected, visible=0.25, what="dead starts")
    first = np.flatnonzero(run.dead)[:200]
    later = simulate(q[first], rho_[first], batch_size=1, step_size=0.2, steps=50,
                     activation="relu", seed=seed())  # fmt: skip
    expect(later.dead.all(), "a dead run came alive")
    expect((later.q == run.q[first]).all() and (later.rho == run.rho[first]).all(), "moved")


@evidence(DEAD, "property", cases={f"n={size}": size for size in (1, 2, 3, 4)})
def test_probability_by_counting_sign_patterns(claim: Claim, case: int) -> None:
    patterns = list(product((-1, 1), repeat=case))
    dead = sum(max(pattern) < 0 for pattern in patterns)
    claimed = stated(claim.formula, dead_probability).subs(n, case)
    expect(Rational(dead, len(patterns)) == claimed, "P(dead)", n=case)


@evidence(DEAD, "witness", needs="joint sign symmetry")
def test_symmetry_of_w_alone_is_not_enough(claim: Claim) -> None:
    """w = +-(x_1 + ... + x_n), each with probability 1/2: w and -w have one law, P(dead) = 1/2.

    With an atom, q = 0 surely: every sign flip keeps the law, and P(dead) = 1.
    """
    claimed = stated(claim.formula, dead_probability).subs(n, 2)
    starts = [(1, 1), (-1, -1)]
    expect({tuple(-x for x in q) for q in starts} == set(starts), "not symmetric")
    dead = Rational(sum(max(q) <= 0 for q in starts), len(starts))
    expect(dead != claimed, "the claim holds without joint symmetry", dead=dead)
    expect(Rational(1) != claimed, "the claim holds with an atom at 0")
