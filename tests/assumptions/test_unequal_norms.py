"""Chapter unequal_norms: the step, the landscape and full batch on orthogonal data of any norms."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sympy import Ge, Gt, Integer, Le, Lt, Min, Poly, Rational, Symbol, cancel, expand, log, solve
from sympy.logic.boolalg import Boolean

from sim.problems.nonorthogonal import simulate_gram
from tests.ambient import derivatives, gates_at, gradient, hessian, loss, spectrum_polynomial
from tests.analysis import expect_outside, expect_same
from tests.assumptions.norms import (
    X,
    Y,
    alpha,
    orthogonal_data,
    scaled,
    scaled_region,
    stretched,
    v,
)
from tests.inequalities import expect_holds, expect_implied, restricted
from tests.instances import Instance, dot, evaluate, exact
from tests.obstructions import two_cycles
from tests.reading import by_side, expect_only
from theorem_audit import evidence, expect, expect_identity, expect_nonnegative, expect_zero
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theory.assumptions.saddle_trap import factor_of
from theory.assumptions.unequal_norms import (
    NORMS_CONFINED,
    NORMS_GD,
    NORMS_HESSIAN,
    NORMS_STATIONARY,
    NORMS_STEP,
    Q,
    c_j,
    c_j_next,
    c_star2,
    curve_along,
    curve_j,
    curve_off,
    gain,
    gradient_j,
    gradient_off,
    loss_excess,
    mass,
    mass_star,
    norm_of_step,
    norm_star,
    rate_j,
    rate_off,
    sigma_i,
    sigma_j,
    sigma_m,
    start_j2,
    start_m2,
    step_of_norms,
)  # fmt: skip
from theory.full_batch.convergence import GD_CONVERGES, GD_DIRECTION
from theory.model.autoencoder import HESS, gradient_of_loss, loss_on_line
from theory.model.landscape import STATIONARY
from theory.model.landscape import loss_excess as equal_excess
from theory.notation import (
    S,
    a,
    active,
    chi,
    n,
    perp,
    perp_next,
    q_i,
    q_j,
    q_j_next,
    r2,
    r2_next,
    rho,
    s,
    s_next,
    v_v,
    w_v,
    x_v,
)  # fmt: skip

ACTIVATIONS = st.sampled_from(["linear", "relu"])
STEPS = st.fractions(Fraction(1, 40), 1, max_denominator=40)
N_X = Symbol("<x_i,x_i>", real=True)


# NORMS-STEP


@evidence(NORMS_STEP, "symbolic")
def test_step_from_the_loss(claim: Claim) -> None:
    """<x_i, x_i> enters the loss by a constant alone, so the gradient is that of a unit datum."""
    shift = expand(loss_on_line(N_X) - loss_on_line())
    expect(shift.free_symbols == {N_X}, f"<x_i, x_i> changes the loss by {shift}")
    along, off = step_of_norms(gradient_of_loss())
    expect_identity(
        claim.formula, {c_j_next: along, perp_next: off, r2_next: norm_of_step(along, off)}
    )


@evidence(NORMS_STEP, "property")
@given(data=orthogonal_data(), start=st.data(), a_value=STEPS, activation=ACTIVATIONS)
def test_step_by_the_chain_rule(
    claim: Claim, data: Any, start: Any, a_value: Fraction, activation: str
) -> None:
    """Any n, d, b, basis, norms, start, in exact rationals."""
    basis, sigma = data
    size = len(basis)
    entries = st.fractions(-1, 1, max_denominator=6)
    weight = start.draw(st.lists(entries, min_size=size, max_size=size))
    order = start.draw(st.permutations(range(len(sigma))))
    batch = tuple(order[: start.draw(st.integers(1, len(sigma)))])
    at = Instance(stretched(basis, sigma), weight, batch, a_value, activation)
    after = at.step()
    weighted = (at.chi(k) * sigma[k] ** 2 * at.q[k] ** 2 for k in range(len(sigma)))
    values = {a: at.a, S: at.S, Q: sum(weighted, Fraction(0)), r2: at.r2, r2_next: after.r2}
    for j, size_j in enumerate(sigma):
        here = {c_j: at.q[j] / size_j, c_j_next: after.q[j] / size_j, sigma_j: size_j}
        for off in basis[len(sigma) :] or [[Fraction(0)] * size]:
            beside = {perp: dot(at.weight, off), perp_next: dot(after.weight, off)}
            point = {**values, **here, **beside, chi: at.chi(j)}
            for part in relations(claim.formula):
                gap = evaluate(difference(part), point)
                expect(gap == 0, f"{part} is off by {gap}", sigma=sigma, batch=batch)


# NORMS-STATIONARY and NORMS-HESSIAN


@evidence(NORMS_STATIONARY, "symbolic", step="gradient")
def test_gradient_of_the_mean_loss(claim: Claim) -> None:
    """A full-batch step moves c_j by -a n times the gradient's coordinate; S is s, chi the gate."""
    expect_only(claim, gradient_j, gradient_off, norm_star, mass_star, loss_excess)
    everything = {S: mass, chi: active}
    moved = {
        gradient_j: (c_j - by_side(NORMS_STEP, c_j_next)) / (a * n),
        gradient_off: (perp - by_side(NORMS_STEP, perp_next)) / (a * n),
    }
    for symbol, value in moved.items():
        expect_zero(by_side(claim, symbol) - cancel(value.subs(everything)), str(symbol))


@evidence(NORMS_STATIONARY, "symbolic", step="classification")
def test_stationary_points_have_one_norm(claim: Claim) -> None:
    """s != 0: w_perp = 0, no closed gate at c_j != 0, one norm, then r2 = 1 and s = sigma_j^2."""
    per = cancel(n * by_side(claim, gradient_j) / c_j)
    expect_zero(cancel(n * by_side(claim, gradient_off) / perp) - mass, "w_perp = 0 unless s = 0")
    expect_zero(per.subs(active, 0) - mass, "a closed gate needs c_j = 0 unless s = 0")
    expect_zero(by_side(claim, gradient_j).subs({active: 1, c_j: 0}), "c_j = 0 is stationary")
    live = per.subs(active, 1)
    other = live.subs(sigma_j, sigma_i)
    quotient = cancel((live - other) / (sigma_i**2 - sigma_j**2))
    expect_zero(quotient - (2 - r2), "two norms need r2 = 2")
    expect_zero(live.subs(r2, 2) - mass, "and r2 = 2 needs s = 0")
    common = live.subs(mass, sigma_j**2 * r2)  # all of w has this norm
    expect(solve(common, r2) == [by_side(claim, norm_star)], "r2 of a stationary point")
    at = {r2: by_side(claim, norm_star), mass: by_side(claim, mass_star)}
    expect_zero(live.subs(at), "the claimed point is not stationary")
    expect_zero(at[mass] - sigma_j**2 * at[r2], "s of the claimed point")


@evidence(NORMS_STATIONARY, "symbolic", step="minimum")
def test_loss_over_its_value_at_the_largest_norm(claim: Claim) -> None:
    """The sum over active data of q_i^2 is s; (1/2) sum <x_i, x_i> cancels."""
    one = Poly(expand(loss_on_line(N_X).subs({x_v: 0, w_v: 0, v_v: 0})).subs(active, 1), q_i)
    expect(set(one.monoms()) == {(0,), (2,)}, f"loss of one sample: {one}")
    level = one.coeff_monomial(q_i**2) * mass / n  # and a constant
    expect_zero(one.coeff_monomial(1) - N_X / 2, "constant of the loss")
    least = level.subs({r2: 1, mass: sigma_m**2}, simultaneous=True)
    expect_zero(by_side(claim, loss_excess) - (level - least), "L - L(x_m/sigma_max)")


@evidence(NORMS_STATIONARY, "certificate", step="nothing lower", cases={"in": 0, "out": 1})
def test_nothing_is_lower_than_the_largest_norm(claim: Claim, case: int) -> None:
    """r2 <= 2 as a box; r2 = 2 + y, y >= 0, where all coefficients are positive."""
    chart = {mass: sigma_m**2 * X}
    gap, power = scaled(2 * n * by_side(claim, loss_excess), chart)
    expect(power % 2 == 0, "the excess has the sign of its scaled form")
    region = scaled_region(claim.region, chart)
    if case == 0:
        expect_holds(Ge(gap, 0), region & Ge(r2, 0) & Le(r2, 2), (r2, X), derived={})
        minimum = {X: r2, r2: 1}
        expect_zero(gap.subs(minimum), "attained at a unit vector on the largest norm")
        return
    expect_implied(Ge(X, 0), region)
    terms = Poly(gap.subs(r2, 2 + Symbol("y")), Symbol("y"), X)
    expect(all(value > 0 for value in terms.coeffs()), f"signs of {terms}")


def on_vector(form: Any, squares: Any, with_w: Any, length: Any) -> Any:
    """n H[v, v] at w, a unit vector on norm sigma_i, from the form of one sample.

    squares: sum_k <x_k, v>^2; with_w: <w, v>; then sum_k q_k <x_k, v> = sigma_i^2 <w, v>.
    """
    totals = {(2, 0): sigma_i**2, (1, 1): sigma_i**2 * with_w, (0, 2): squares}
    poly = Poly(expand(form.subs({active: 1, r2: 1, w_v: with_w, v_v: length})), q_i, x_v)
    return sum((c * totals[powers] for powers, c in poly.terms()), Integer(0))


@evidence(NORMS_HESSIAN, "symbolic")
def test_spectrum_at_a_stationary_point(claim: Claim) -> None:
    """The form is diagonal in any orthonormal basis of w, vectors along data, and the rest.

    On sum_k <x_k, v>^2, <w, v>^2 and <v, v> it depends linearly, and each is diagonal there.
    """
    form = HESS.formula.rhs
    expect_identity(
        claim.formula,
        {
            curve_along: on_vector(form, sigma_i**2, 1, 1) / n,
            curve_j: on_vector(form, sigma_j**2, 0, 1) / n,
            curve_off: on_vector(form, 0, 0, 1) / n,
        },
    )


@evidence(NORMS_HESSIAN, "property")
@evidence(NORMS_STATIONARY, "property")
@given(data=orthogonal_data(max_n=3), which=st.integers(0, 2))
def test_spectrum_in_exact_rationals(claim: Claim, data: Any, which: int) -> None:
    """Characteristic polynomial of the Hessian by exact differences of the loss; zero gradient."""
    basis, sigma = data
    i = which % len(sigma)
    points, weight = stretched(basis, sigma), basis[i]
    gates = gates_at(weight, points, "linear")
    if claim.id == "NORMS-STATIONARY":
        expect(not any(gradient(weight, points, gates)), "x_i/sigma_i is not stationary", i=i)
        top = max(range(len(sigma)), key=sigma.__getitem__)
        found = loss(weight, points, gates) - loss(basis[top], points, gates)
        values = {r2: 1, mass: exact(sigma[i] ** 2), sigma_m: exact(sigma[top]), n: len(sigma)}
        expect(by_side(claim, loss_excess).subs(values) == exact(found), "L - L_min", sigma=sigma)
        return
    here = {sigma_i: exact(sigma[i]), n: len(sigma)}
    pairs = [(by_side(claim, curve_along).subs(here), 1)]
    pairs += [(by_side(claim, curve_off).subs(here), len(basis) - len(sigma))]
    pairs += [
        (by_side(claim, curve_j).subs({**here, sigma_j: exact(size)}), 1)
        for j, size in enumerate(sigma) if j != i
    ]  # fmt: skip
    found_poly = hessian(weight, points, gates).charpoly()
    expect(found_poly == spectrum_polynomial(pairs), "spectrum", sigma=sigma, i=i)


# NORMS-CONFINED


def split_minimum(relation: Boolean) -> list[tuple[Boolean, Boolean]]:
    """lhs >= Min(u, v) as (lhs >= u where u <= v, lhs >= v where v <= u)."""
    found = list(relation.atoms(Min))
    if not found:
        return [(relation, Le(0, 1))] * 2
    (least,) = found
    one, two = least.args
    return [(relation.subs(least, one), Le(one, two)), (relation.subs(least, two), Le(two, one))]


@evidence(NORMS_CONFINED, "certificate", step="norm", cases={"first": 0, "second": 1})
def test_distance_to_radius_two_is_kept(claim: Claim, case: int) -> None:
    """In the chart a sigma_max^2, S/sigma_max^2, Q/sigma_max^4 the largest norm drops out."""
    (relation,) = [x for x in relations(claim.formula) if x.has(r2_next)]
    part, where = split_minimum(relation)[case]
    gap, power = scaled(difference(part).subs(r2_next, by_side(NORMS_STEP, r2_next)))
    expect(power == 0, "the inequality has no scale")
    region = scaled_region(claim.region) & where
    expect_holds(Ge(gap, 0), region, (alpha, r2, X, Y), derived={}, factor=alpha)


@evidence(NORMS_CONFINED, "certificate", step="factor")
def test_left_out_factor_is_positive(claim: Claim) -> None:
    expect(len(relations(claim.formula)) == 2, "two inequalities are read")
    (relation,) = [x for x in relations(claim.formula) if not x.has(r2_next)]
    gap, power = scaled(difference(relation))
    expect(power == 0 and isinstance(relation, Gt | Lt), f"{relation}")
    expect_zero(difference(relation) - factor_of(0), "it is the factor of NORMS-STEP")
    region = scaled_region(claim.region)
    expect_holds(Gt(gap, 0), region, (alpha, r2, X, Y), derived={})


# NORMS-GD


@evidence(NORMS_GD, "symbolic", step="gain")
def test_gain_of_the_largest_norm(claim: Claim) -> None:
    """All are drawn: factors of c_m and c_j at the same S."""
    expect_only(claim, gain, c_star2, rate_j, rate_off)
    factor_j = factor_of(1)
    factor_m = factor_j.subs(sigma_j, sigma_m)
    points = [{a: Rational(1, 5), S: Rational(1, 2), r2: Rational(3, 4), sigma_m: Rational(6, 5),
               sigma_j: 1}]  # fmt: skip
    expect_same(by_side(claim, gain), log(factor_m / factor_j), points, "gain")


@evidence(NORMS_GD, "certificate", step="confined")
def test_full_batch_is_confined(claim: Claim) -> None:
    """NORMS-CONFINED's hypotheses hold; Q <= sigma_max^2 S is what the largest norm means."""
    ours = scaled_region(claim.region)
    for condition in relations(scaled_region(NORMS_CONFINED.region)):
        if not condition.has(Y):
            expect_implied(condition, ours & Ge(r2, 0))
    (bound,) = [x for x in relations(NORMS_CONFINED.formula) if x.has(r2_next)]
    (least,) = bound.atoms(Min)
    start = least.subs(r2, 2 - Symbol("t_0", positive=True))
    expect(start.is_positive, f"2 - r2 stays above {least} > 0 from r2 < 2")
    expect_implied(Gt(2 - r2, 0), ours)


@evidence(NORMS_GD, "certificate", step="growth")
def test_gain_is_bounded_below(claim: Claim) -> None:
    """argument - 1 = a t (sigma_max^2 - sigma_j^2)/f_j, 0 < f_j <= 1 + 2 a sigma_max^2."""
    (logarithm,) = by_side(claim, gain).atoms(log)
    factor_j, _ = scaled(factor_of(1))
    excess, _ = scaled((logarithm.args[0] - 1) * factor_of(1))
    order = (alpha, r2, X, v)
    region = restricted(scaled_region(claim.region), order)
    expect_holds(Gt(excess, 0), region, order, derived={})
    expect_zero(excess - alpha * (2 - r2) * (1 - v), "numerator")
    expect_holds(Gt(factor_j, 0), region, order, derived={})
    expect_holds(Le(factor_j, 1 + 2 * alpha), region, order, derived={})


@evidence(NORMS_GD, "certificate", step="floor")
def test_largest_coordinate_stays_away_from_zero(claim: Claim) -> None:
    """m = c_m^2, r2 = (1+e) m, e <= 1/2: the factor is >= 1 for m <= 2/3, and >= 1 - 2 alpha always."""
    expect_implied(Gt(start_m2, 0), claim.region)  # it starts away from 0
    m, e = Symbol("m", real=True), Symbol("e", real=True)
    factor, _ = scaled(factor_of(1).subs(sigma_j, sigma_m))
    region, order = scaled_region(claim.region), (alpha, r2, X)
    region = restricted(region, order)
    expect_holds(Ge(factor, 1 - 2 * alpha), region, order, derived={})
    expect_holds(Gt(1 - 2 * alpha, 0), region, order, derived={})
    least = factor.subs(X, r2)  # it falls in X, and X <= r2
    expect_nonnegative((factor - least).expand(), {alpha: (0, 1), r2: (0, 2), X: (0, r2)}, "X")
    low = expand(least.subs(r2, m * (1 + e)) - 1)
    expect_nonnegative(low, {alpha: (0, 1), m: (0, Rational(2, 3)), e: (0, Rational(1, 2))}, "low")


@evidence(NORMS_GD, "symbolic", step="axis")
def test_limit_map_is_equal_norms_on_one_axis(claim: Claim) -> None:
    """With c_m alone, c_m^2 moves as s in GD-DIRECTION with a sigma_max^2 for a and rho = 0."""
    m = Symbol("m", real=True)
    factor = factor_of(1).subs(sigma_j, sigma_m).subs({S: sigma_m**2 * m, r2: m})
    known = by_side(GD_DIRECTION, s_next).subs({a: a * sigma_m**2, s: m, rho: 0}, simultaneous=True)
    expect_zero(m * factor**2 - known, "m+")
    ours = scaled_region(claim.region)
    for condition in relations(GD_CONVERGES.region):
        if condition.has(a):
            expect_implied(condition.subs(a, alpha), ours)
    roots = [root for root in solve(cancel(known / m) - 1, m) if root.is_Rational and root > 0]
    expect(roots == [by_side(claim, c_star2)], f"limit of c_m^2: {roots}")


@evidence(NORMS_GD, "symbolic", step="rates")
def test_rates_at_the_largest_norm(claim: Claim) -> None:
    """Logarithms of the factors at S = sigma_max^2 c_m^2, r2 = c_m^2, c_m^2 at its limit."""
    expect_implied(Gt(start_j2, 0), claim.region)  # log|c_j| is finite
    end = by_side(claim, c_star2)
    at = {S: sigma_m**2 * end, r2: end}
    points = [{a: Rational(1, 5), sigma_m: Rational(6, 5), sigma_j: 1}]
    expect_same(by_side(claim, rate_j), log(factor_of(1).subs(at)), points, "c_j")
    expect_same(by_side(claim, rate_off), log(factor_of(0).subs(at)), points, "w_perp")
    factor_j, _ = scaled(factor_of(1).subs(at))
    box = (alpha, v)
    region = scaled_region(claim.region)
    expect_holds(Lt(factor_j, 1), restricted(region, box), box, derived={})


@evidence(NORMS_GD, "simulation", cases={"near": 1.1, "far": 1.4})
def test_full_batch_runs_end_at_the_largest_norm(claim: Claim, case: float) -> None:
    """From a random start; the last factors against the rate, by what is left of S and r2.

    |log f_j - lambda_j| <= (a |S - sigma_m^2| + a sigma_j^2 |r2 - 1|)/(1 - 2 alpha), and rounding.
    """
    sigma, step = np.array([1.0, case, 0.7]), 0.15
    c = np.array([0.7, 0.1, -0.6])
    result = simulate_gram(
        sigma * c, 1.0, np.diag(sigma**2), batch_size=3, step_size=3 * step, steps=600,
        observe={"q": lambda q, r2: q, "r2": lambda q, r2: r2},
    )  # fmt: skip
    last, before = result.recorded["q"][-1, 0], result.recorded["q"][-2, 0]
    norm = result.recorded["r2"][-2, 0]
    mass_here = (before**2).sum()
    for j in (0, 2):
        values = {a: step, sigma_m: case, sigma_j: sigma[j]}
        rate = float(by_side(claim, rate_j).subs(values))
        left = step * (abs(mass_here - case**2) + sigma[j] ** 2 * abs(norm - 1))
        slack = left / (1 - 2 * step * case**2) + 1e-13  # 20 roundings of numbers near 1
        found = np.log(last[j] / before[j])
        expect(abs(found - rate) <= slack, "rate", j=j, found=found, rate=rate)
        expect(slack < abs(rate) / 100, "the run is too short to see the rate", slack=slack)
    expect(abs(result.q[0, 1] / case) > 0.99, "another direction wins", q=result.q)


# What the papers' statements need equal norms for


@evidence(GD_DIRECTION, "witness", needs="orthonormal data")
@evidence(STATIONARY, "witness", step="classification", needs="orthonormal data")
def test_unequal_norms_turn_full_batch(claim: Claim) -> None:
    """Norms 1 and 2, w = (3/5, 4/5), in exact rationals: s in the claim's sense is c_1^2 + c_2^2 = 1.

    The claims put w on the sphere of minima, where full batch rests; it turns to the larger norm.
    """
    data = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(2)]]
    weight = [Fraction(3, 5), Fraction(4, 5)]
    at = Instance(data, weight, (0, 1), Fraction(1, 10), "linear")
    after = at.step()
    kept = after.q[0] * at.q[1] == after.q[1] * at.q[0]
    expect(not kept, "the ratio q_1/q_2 is kept")
    if claim.id == "GD-DIRECTION":
        (one,) = [x for x in relations(claim.formula) if x.lhs == q_j_next]
        here = {a: exact(at.a), s: exact(at.S), rho: exact(at.r2 - at.S)}
        held = [
            one.subs({**here, q_j: exact(before), q_j_next: exact(moved)})
            for before, moved in zip(at.q, after.q, strict=True)
        ]
        expect(False in held, f"{one} holds for both")
        return
    gates = gates_at(weight, data, "linear")
    slope = gradient(weight, data, gates)
    expect(any(slope), "a unit vector in the span of the data is stationary")
    expect(derivatives(weight, slope, data, gates)[0] > 0, "the loss can be lowered")
    excess = by_side(claim, equal_excess)
    expect(excess.subs({s: 1, rho: 0, n: 2}) == 0, "the claim makes it a global minimum")


def expect_vanishing(claim: Claim, step: Rational, norm: Rational) -> None:
    """One datum of norm 1, w along it: 1 - aS = 0."""
    point = {a: step, S: norm, r2: norm, Q: norm, sigma_m: 1}
    expect(factor_of(0).subs(point) == 0, "the factor does not vanish")
    expect_outside(claim, point, "the factor of what is left out vanishes")


@evidence(NORMS_CONFINED, "witness", step="factor", needs="step size")
def test_factor_vanishes_at_the_step_size(claim: Claim) -> None:
    expect_vanishing(claim, Rational(1, 2), Integer(2))


@evidence(NORMS_CONFINED, "witness", step="factor", needs="radius")
def test_factor_vanishes_outside_the_radius(claim: Claim) -> None:
    expect_vanishing(claim, Rational(2, 5), Rational(5, 2))


@evidence(NORMS_GD, "witness", step="growth", needs="one largest norm")
def test_equal_norms_keep_the_direction(claim: Claim) -> None:
    """Two data of norm 2: full batch keeps c_1/c_2 = 3/4."""
    data = [[Fraction(2), Fraction(0)], [Fraction(0), Fraction(2)]]
    at = Instance(data, [Fraction(3, 10), Fraction(2, 5)], (0, 1), Fraction(1, 10), "linear")
    after = at.step()
    expect(after.q[0] * at.q[1] == after.q[1] * at.q[0], "the ratio moves")
    point = {a: exact(at.a), S: exact(at.S), r2: exact(at.r2), sigma_m: 2, sigma_j: 2}
    expect_outside(claim, point, "equal norms keep every ratio")


@evidence(NORMS_GD, "witness", step="floor", needs="not 0")
def test_a_zero_on_the_largest_norm_stays(claim: Claim) -> None:
    """c_m(0) = 0: every step leaves it, so c_m^2 -> 0; and a zero c_j has log|c_j| = -oo for ever."""
    data = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(2)]]
    at = Instance(data, [Fraction(1, 2), Fraction(0)], (0, 1), Fraction(1, 10), "linear")
    for _ in range(4):
        at = at.step()
        expect(at.weight[1] == 0, "c_m moves away from 0")
    expect(by_side(claim, c_star2) == 1, "the claim's limit of c_m^2")
    point = {a: Rational(1, 10), S: Rational(1, 4), r2: Rational(1, 4), sigma_m: 2, sigma_j: 1}
    for zero in ({start_m2: 0, start_j2: Rational(1, 4)}, {start_m2: Rational(1, 4), start_j2: 0}):
        expect_outside(claim, {**point, **zero}, "a zero stays")


@evidence(NORMS_GD, "witness", step="axis", needs="step size")
def test_cycles_past_the_step_size(claim: Claim) -> None:
    """w on the axis of x_m, sigma_max = 1, a > 1/2: |c_m| alternates for ever."""
    for point, why in two_cycles():
        values = {**point, S: point[r2], sigma_m: 1, sigma_j: Rational(1, 2)}
        expect_outside(claim, values, why)
