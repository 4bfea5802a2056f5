"""Evidence: SAMPLING-GLOBAL, SAMPLING-CYCLIC, SAMPLING-CYCLIC-SHARED."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from sympy import (
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Matrix,
    Poly,
    Rational,
    Symbol,
    diff,
    floor,
    solve,
    sqrt,
)

from sim import simulate
from tests.analysis import expect_outside
from tests.assumptions.sampling_tools import expect_whole_epochs, interval_of, radial_slopes
from tests.forms import cancel
from tests.inequalities import (
    expect_holds,
    expect_implied,
    is_strict,
    univariate_sign,
)
from tests.instances import Instance, evaluate, exact
from tests.obstructions import OBSTRUCTIONS
from tests.reading import expect_only
from theorem_audit import evidence, expect, expect_identity, expect_zero
from theorem_audit.exact.region import satisfies
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import equated, matching
from theory.assumptions.epochs import (
    SAMPLING_CYCLIC,
    SAMPLING_CYCLIC_SHARED,
    factor_between,
    factor_off,
    factor_radial,
    first_square,
    mass_elsewhere,
    multiplier,
    other_multiplier,
    second_square,
    u,
)
from theory.assumptions.sampling import (
    SAMPLING_GLOBAL,
    SAMPLING_LOCAL,
    SAMPLING_REPLACEMENT,
    U_exit,
    U_ratio,
    U_start,
    p_local,
    p_multi,
    rate_multi,
    theta,
)
from theory.minibatch.log_ratios import step_factor
from theory.minibatch.sparse import SGD_SPARSE, p_sparse
from theory.notation import S, a, b, n, q_i, q_i_next, q_j, q_j_next, r2, s, t

OBSTRUCTED = ("step size", "radius", "live coordinate")


@evidence(SAMPLING_GLOBAL, "witness", needs="with replacement")
@evidence(SAMPLING_REPLACEMENT, "witness", step="factor", needs="with replacement")
@evidence(SAMPLING_LOCAL, "witness", step="attraction", needs="with replacement")
def test_full_batch_without_replacement_keeps_ratios(claim: Claim) -> None:
    """b = n: every ratio is kept, exactly, so the exponent is 0 and no data point is reached.

    From as near x_1 as one likes (LOCAL), r2 < 2, all live: what fails is only how batches are drawn.
    """
    for size, near in product((2, 3, 7), (Fraction(1, 4), Fraction(1, 10**6))):
        weight = [1 - near] + [near] * (size - 1)
        step = Fraction(1, 2 * size + 1)
        basis = [[Fraction(int(i == j)) for j in range(size)] for i in range(size)]
        at = Instance(basis, weight, tuple(range(size)), step, "relu")
        after = at.step()
        factors = {(y / x) / (after.q[0] / at.q[0]) for x, y in zip(at.q, after.q, strict=True)}
        expect(factors == {1}, "factors of the ratios", factors=factors)
        point = {n: size, b: size, a: exact(step), r2: exact(at.r2), s: exact(at.S),
                 U_exit: 1, U_ratio: 0, theta: Rational(1, 2)}  # fmt: skip
        for assumption in claim.assumptions:
            if assumption.condition is not None:
                expect(satisfies(assumption.condition, point), f"{assumption.name}", at=point)
        inside = claim.condition("with replacement")
        expect(satisfies(inside, point), "the sizes alone are allowed", at=point)
        if claim.id == SAMPLING_REPLACEMENT.id:
            bound = claim.conjunct(lesser=rate_multi).gts
            expect(bound.subs(point) < 0, "log 1 = 0 is below the claimed bound", bound=bound)
        else:
            share = {U_start: U_exit / 2}
            local = claim.id == SAMPLING_LOCAL.id
            chance = (
                claim.conjunct(greater=p_local).lts.subs(share) if local else claim.says(p_multi)
            )
            expect(chance > 0, "the data point is never reached")


def _mark_global(function: Any) -> Any:
    for name in OBSTRUCTED:
        evidence(SAMPLING_GLOBAL, "witness", cases={name: name}, needs=name)(function)
    return function


@_mark_global
def test_global_claim_needs(claim: Claim, case: str) -> None:
    """At b = 1 replacement is nothing new: the exact obstructions to SGD-SPARSE apply."""
    for point, why in OBSTRUCTIONS[case]():
        for assumption in SAMPLING_GLOBAL.assumptions:
            if assumption.condition is not None:
                holds = satisfies(assumption.condition, point)
                expect(holds == (assumption.name != case), f"{assumption.name}", at=point)
        expect_outside(claim, point, why)


# SAMPLING-CYCLIC


@evidence(SAMPLING_CYCLIC, "symbolic", step=("inside", "between", "radial"))
def test_epoch_of_cyclic_batches(claim: Claim) -> None:
    """All mass, 1, in A: S = 1 when A is seen and 0 otherwise, t = 1, in any order, any K.

    i, j in one batch share their membership and S: each step multiplies them alike.
    """
    expect_two_batches(claim)
    seen, left = (lambda mass, c=c: step_factor(c, Integer(mass)).subs(t, 1) for c in (1, 0))
    expect_zero(left(0) - 1, "the other batches, and w_perp when they are seen")
    expect_zero(seen(1) - 1, "q_i, i in A, when A is seen")
    norm = radial_slopes()
    expect_zero(norm[1] - 1, "the radius when A is not seen")
    equations = And(*matching(claim.formula, kind="equation"))
    for together_ in (0, 1):
        step = {q_i_next: q_i * step_factor(together_), q_j_next: q_j * step_factor(together_)}
        derived = {factor_between: left(1) * seen(0), factor_off: left(1), factor_radial: norm[0]}
        expect_identity(equations, {**step, **derived})


@evidence(SAMPLING_CYCLIC, "certificate", step="attraction")
def test_cyclic_factors_are_below_one(claim: Claim) -> None:
    """Jacobian of the masses (s_A, s_B, ..., rho) over an epoch: triangular, all below 1."""
    values = {key: claim.says(key) for key in (factor_between, factor_off, factor_radial)}
    for sign in matching(claim.formula, kind="inequality", number=len(values)):
        expect(is_strict(sign) and bool(sign.free_symbols & set(values)), f"{sign}")
        expect_holds(sign, claim.condition("step size"), (a,), derived=values)
    for value in values.values():
        expect_holds(Gt(1, value**2), claim.condition("step size"), (a,), derived={})
    own = Symbol("s_A", real=True)
    others = Symbol("s_B", real=True)
    for c, mass in ((1, own), (0, others)):  # s_B+ is s_B times a factor, whichever is seen
        after = others * step_factor(1 - c, mass) ** 2
        expect_zero(after.subs(others, 0), "s_B = 0 is kept: the Jacobian is triangular")


@evidence(SAMPLING_CYCLIC, "witness", step="inside", needs="cyclic")
def test_uniform_batches_turn_inside_a_pair(claim: Claim) -> None:
    """n = 4, b = 2: the uniform batch {1, 3} splits the pair {1, 2}."""
    basis = [[Fraction(int(i == j)) for j in range(4)] for i in range(4)]
    at = Instance(basis, [Fraction(1, 2)] * 4, (0, 2), Fraction(1, 4), "linear")
    values = {q_i: at.q[0], q_j: at.q[1], q_i_next: at.step().q[0], q_j_next: at.step().q[1]}
    equation = claim.conjunct(q_i_next)
    expect(not evaluate(equation, values), "the ratio is kept")


# SAMPLING-CYCLIC-SHARED


def shared_orbit(claim: Claim) -> dict[Symbol, Expr]:
    return equated(claim.formula)


def expect_two_batches(claim: Claim) -> None:
    """K = n/b >= 2, and it is whole: there is a batch A, and another, each seen once an epoch."""
    expect_whole_epochs(claim)
    expect_implied(Ge(n, 2 * b), claim.region)
    expect_implied(Ge(b, 1), claim.region)


@evidence(SAMPLING_CYCLIC_SHARED, "symbolic", step="orbit")
def test_masses_are_exchanged_by_each_step(claim: Claim) -> None:
    """Before A is seen: s_A = X, s_B = Y. STEP with S = X, t = 2 - X - Y: s_A+ = Y, s_B+ = X."""
    expect_only(claim, a, first_square, second_square, multiplier, other_multiplier, r2,
                inequalities=2)  # fmt: skip
    orbit = shared_orbit(claim)
    X, Y = orbit[first_square], orbit[second_square]
    at = {a: orbit[a], t: 2 - X - Y}
    seen, left = (step_factor(c, X).subs(at) for c in (1, 0))
    expect_zero(X * seen**2 - Y, "mass of A after its step")
    expect_zero(Y * left**2 - X, "mass of B after A's step")
    expect_zero(left - u, "u = 1 - a X > 0, so no sign changes")
    expect_zero(step_factor(0, Integer(0)) - 1, "batches without mass move nothing")
    expect_zero(seen - 1 / u, "the factor of A, positive")


@evidence(SAMPLING_CYCLIC_SHARED, "symbolic", step="every step size")
def test_each_step_size_has_one_orbit(claim: Claim) -> None:
    """a falls over the interval, from the end of SGD-SPARSE's step sizes to 0."""
    size, ends = shared_orbit(claim)[a], interval_of(claim)
    expect_zero(diff(size, u) + 1 / u**3 + 1, "slope of a, negative for u > 0")
    expect(ends.inf > 0, "u > 0", inf=ends.inf)
    expect_zero(size.subs(u, ends.sup), "a at the upper end")
    largest = max(solve(difference(r), a)[0] for r in relations(SGD_SPARSE.condition("step")))
    cubic = Poly(cancel((size - largest) * 2 * u**2), u)
    expect(cubic.eval(ends.inf).expand() == 0, "a at the lower end", inf=ends.inf)


@evidence(SAMPLING_CYCLIC_SHARED, "symbolic", step="multipliers")
def test_multipliers_of_the_shared_orbit(claim: Claim) -> None:
    """The epoch is H o H, H one step followed by exchanging A and B; (x, y) is fixed by H."""
    orbit = shared_orbit(claim)
    first, second = Symbol("q_A", real=True), Symbol("q_B", real=True)
    at = {S: first**2, t: 2 - first**2 - second**2}
    half = Matrix([second * step_factor(0).subs(at), first * step_factor(1).subs(at)])
    slopes = half.jacobian([first, second])
    root = sqrt(orbit[first_square])
    entries = slopes.subs(second, first / u).subs(first**2, orbit[first_square])
    entries = entries.subs(first, root).subs(a, orbit[a])
    square = entries * entries
    mu = orbit[multiplier], orbit[other_multiplier]
    expect_zero(square.trace() - sum(mu), "sum of the multipliers")
    expect_zero(entries.det() ** 2 - mu[0] * mu[1], "their product")


@evidence(SAMPLING_CYCLIC_SHARED, "certificate", step=("saddle", "radius"))
def test_shared_orbit_is_a_saddle(claim: Claim) -> None:
    """Numerators by Sturm's theorem on the closed interval, zeros at u = 1 divided out.

    The radius is that of SGD-SPARSE.
    """
    orbit, ends = shared_orbit(claim), interval_of(claim)
    low = floor(1000 * ends.inf) / Integer(1000)
    signs = matching(claim.formula, kind="inequality", number=2)
    expect(all(map(is_strict, signs)), f"strict inequalities: {signs}")
    expect(claim.condition("rest") == Eq(mass_elsewhere, 0), "no other mass")
    expect_zero(orbit[r2] - orbit[first_square] - orbit[second_square], "r2 = X + Y")
    expect_two_batches(claim)
    for relation in (*signs, *relations(SGD_SPARSE.condition("radius"))):
        top, bottom = cancel(difference(relation).subs(orbit)).as_numer_denom()
        while Poly(top, u).eval(1) == 0:
            top = cancel(top / (1 - u))
        expect(ends.sup <= 1, "1 - u > 0", sup=ends.sup)
        signs_ = [univariate_sign(part, u, low, ends.sup) for part in (top, bottom)]
        expect(signs_[0] * signs_[1] == 1, f"{relation}", low=low)


@evidence(SAMPLING_CYCLIC_SHARED, "witness", step="orbit")
@evidence(SGD_SPARSE, "witness", step=SGD_SPARSE.steps, needs="without replacement")
def test_rational_orbit_that_shares_the_mass(claim: Claim) -> None:
    """u = 31/35: q = (31/46, 35/46), b = 1; one epoch in exact rationals.

    a < 1/2, 0 < r2 < 2, both live: what fails of SGD-SPARSE is only how batches are drawn.
    """
    shared = claim if claim.id == SAMPLING_CYCLIC_SHARED.id else SAMPLING_CYCLIC_SHARED
    orbit = equated(shared.formula)
    values = {key: value.subs(u, Rational(31, 35)) for key, value in orbit.items()}
    sizes = [sqrt(values[first_square]), sqrt(values[second_square])]
    weight = [Fraction(int(value.p), int(value.q)) for value in sizes]
    step = Fraction(int(values[a].p), int(values[a].q))
    basis = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    start = Instance(basis, weight, (0,), step, "relu")
    half = start.step()
    expect(half.weight == weight[::-1], "the masses are exchanged", weight=half.weight)
    back = replace(half, batch=(1,)).step()
    expect(back.weight == weight, "one epoch leads back", weight=back.weight)
    known = {a: exact(step), r2: exact(start.r2), s: exact(start.r2), n: 2, b: 1}
    for assumption in SGD_SPARSE.assumptions:
        if assumption.condition is not None:
            expect(bool(assumption.condition.subs(known)), f"{assumption.name}", at=known)
    if claim.id == SGD_SPARSE.id:
        expect(claim.says(p_sparse) == 1, "SGD-SPARSE says that one point wins")


@evidence(SAMPLING_CYCLIC_SHARED, "witness", step="saddle")
def test_starts_beside_the_orbit_leave_it_to_both_sides(claim: Claim) -> None:
    """a = 1/5, beside the orbit by +-1e-6 in log(q_A/q_B): after 1500 epochs A or B has it all."""
    size = shared_orbit(claim)[a]
    root = next(z for z in Poly(cancel((size - Rational(1, 5)) * 2 * u**2), u).nroots(30)
                if z.is_real and Rational(3, 4) < z < 1)  # fmt: skip
    orbit = {key: float(value.subs(u, root)) for key, value in shared_orbit(claim).items()}
    shift = np.exp(1e-6 * np.array([1, -1]))
    q = np.sqrt([orbit[first_square], orbit[second_square]]) * np.stack([shift, 1 / shift], axis=1)
    result = simulate(q, 0.0, batch_size=1, step_size=0.2, steps=3000, sampling="cyclic")
    expect(np.allclose(result.q**2, np.eye(2), atol=1e-9), "limits", q=result.q)
