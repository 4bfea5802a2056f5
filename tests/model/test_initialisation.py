"""Chapter initialisation: dead neurons, and starts that the spurious minima catch."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sympy import (
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Poly,
    Rational,
    Symbol,
    cancel,
    diff,
    expand,
    factor,
    fraction,
    lambdify,
    sqrt,
)
from sympy.logic.boolalg import Boolean

from sim import from_weights, simulate
from tests.ambient import bases, combination, gradient
from tests.inequalities import expect_needed, expect_tight, is_strict, restricted
from tests.instances import Instance, Vector, dot, exact, instances
from tests.unit_cube import cube_chart, expect_on_cube
from theorem_audit import (
    evidence,
    expect,
    expect_identity,
    expect_nonnegative,
    expect_zero,
    note,
    rng,
    seed,
)
from theorem_audit.checks.statistics import expect_at_least, expect_proportion
from theorem_audit.exact.region import box_of, satisfies
from theorem_audit.exact.zero import difference, relations, stated
from theorem_audit.statement.claim import Claim
from theory.full_batch.convergence import GD_CONVERGES
from theory.model.autoencoder import GRAD
from theory.model.initialisation import (
    DEAD,
    FLOW_SEPARATRIX,
    INIT_RADIUS,
    RADIUS_TWO,
    batch_factor,
    critical_share,
    dead_probability,
    flow_invariant,
    kappa,
    next_masses,
    separatrix,
)
from theory.model.landscape import STATIONARY, equations, loss_minimum, mean_gradient, mean_loss
from theory.model.step import STEP, next_squared_norm
from theory.notation import (
    S,
    a,
    active,
    b,
    chi,
    d,
    k,
    n,
    perp,
    perp_next,
    q_j,
    q_j_next,
    r2,
    r2_next,
    rho,
    rho_next,
    s,
    s_next,
)
from theory.notation import gradient as gradient_symbol

# Scaled coordinates: y = rho - 2, z = s/y, v = S/s, alpha = a y.  All are >= 0.
y, z, v, alpha = (Symbol(name, real=True) for name in ("y", "z", "v", "alpha"))
SCALED = {rho: 2 + y, s: y * z, S: v * y * z, a: alpha / y}


def one_step() -> tuple[Expr, Expr]:
    """(factor in the batch, factor off it) in s, rho, S and a, as STEP claims them."""
    step = {x.lhs: x.rhs for x in relations(STEP.formula)}
    inside = cancel(step[q_j_next].subs(chi, 1) / q_j).subs(r2, s + rho)
    return inside, cancel(step[perp_next] / perp)


def derived() -> dict[Symbol, Expr]:
    inside, outside = one_step()
    on, off = next_masses(inside, outside)
    return {batch_factor: inside, s_next: on, rho_next: off}


def scaled_gap(relation: Boolean) -> Expr:
    """A relation's gap in scaled coordinates, over a denominator that is a power of y."""
    gap = difference(relation).subs(derived(), simultaneous=True)
    numerator, denominator = fraction(factor(gap.subs(SCALED, simultaneous=True)))
    expect(denominator.free_symbols <= {y}, "a denominator other than y", gap=gap)
    return numerator if denominator.subs(y, 1) > 0 else -numerator


def scaled_region(region: Boolean, *, drop_kappa: bool) -> Boolean:
    """The region in scaled coordinates, factors y > 0 and z >= 0 divided out.

    y > 0 follows from "step size": 0 <= a (r2 - 2)^2 <= kappa y, and y = 0 contradicts "near".

    drop_kappa: what remains for some kappa within its bounds (each gap is of degree 1 in kappa).
    """
    region = restricted(region, (kappa, s, rho, S, a))
    bounds = box_of(And(*(x for x in relations(region) if x.free_symbols == {kappa})), [kappa])
    low, high = bounds[kappa]
    kept = [Gt(y, 0), Ge(z, 0), Ge(v, 0), Gt(alpha, 0)]
    for condition in relations(region):
        gap, denominator = fraction(factor(difference(condition).subs(SCALED)))
        if denominator.subs(y, 1) < 0:
            gap = -gap
        for symbol in (y, z):
            while gap.has(symbol) and Poly(gap, symbol).TC() == 0:
                gap = cancel(gap / symbol)
        if drop_kappa and gap.has(kappa):
            slope = Poly(gap, kappa).LC()
            signs = {x: Integer(1) for x in slope.free_symbols}
            expect(len(Poly(slope, y).terms()) == 1, "open sign of a slope in kappa", slope=slope)
            gap = gap.subs(kappa, high if slope.subs(signs) > 0 else low)
        if gap.free_symbols and gap not in (y, z, v, alpha):
            kept.append(Gt(gap, 0) if is_strict(condition) else Ge(gap, 0))
    return And(*kept)


# --- INIT-RADIUS


@evidence(INIT_RADIUS, "certificate", step=INIT_RADIUS.steps)
def test_one_step_keeps_the_caught_region(claim: Claim) -> None:
    """Every relation, for any batch, on the whole unbounded region."""
    order = [kappa, z, y, v, alpha]
    for relation in relations(claim.formula):
        free = relation.has(kappa)
        region = scaled_region(claim.region, drop_kappa=not free)
        chart = cube_chart(region, order if free else order[1:])
        expect_on_cube(expand(scaled_gap(relation)), chart, str(relation), [y, z, v, alpha])
        if is_strict(relation):
            point = difference(relation).subs(derived(), simultaneous=True).subs(TIGHT)
            expect(point > 0, f"{relation} is an equality", **{str(x): c for x, c in TIGHT.items()})


# In the closure's corner, where the relations that are not strict hold with equality.
ROOMY = {k: 1, n: 1, d: 2}
TIGHT = {kappa: 1, rho: 3, s: 0, S: 0, a: 1}
POINTS = {
    # assumption -> a point that breaks it alone, where the formula fails
    "margin": {kappa: Rational(3, 2), rho: 3, s: 0, S: 0, a: Rational(3, 2)},
    "near": {kappa: 1, rho: Rational(21, 10), s: 1, S: 1, a: Rational(1, 20)},
    "batch mass": {kappa: 1, rho: 3, s: Rational(1, 100), S: 1, a: Rational(1, 4)},
    "step size": {kappa: 1, rho: 3, s: 0, S: 0, a: 2},
}


@evidence(INIT_RADIUS, "witness", needs="margin")
def test_margin_above_one_breaks_the_signs(claim: Claim) -> None:
    expect_needed(claim, "margin", {**POINTS["margin"], **ROOMY}, derived())


@evidence(INIT_RADIUS, "witness", needs="near")
def test_far_from_the_spurious_set_the_norm_comes_inside(claim: Claim) -> None:
    expect_needed(claim, "near", {**POINTS["near"], **ROOMY}, derived())


@evidence(INIT_RADIUS, "witness", needs="batch mass")
def test_a_batch_heavier_than_the_data_breaks_it(claim: Claim) -> None:
    expect_needed(claim, "batch mass", {**POINTS["batch mass"], **ROOMY}, derived())


@evidence(INIT_RADIUS, "witness", needs="step size")
def test_a_long_step_breaks_the_signs(claim: Claim) -> None:
    expect_needed(claim, "step size", {**POINTS["step size"], **ROOMY}, derived())


@evidence(INIT_RADIUS, "witness")
def test_caught_starts_exist_and_do_not_reach_the_minimum(claim: Claim) -> None:
    """For any 2 < R^2 < 2 + 1/a points of the sphere near s = 0 satisfy everything, and L -> 1/2."""
    minimum = stated(STATIONARY.formula, loss_minimum)
    level = mean_loss().subs(s, 0)
    expect_zero(level - Rational(1, 2), "L at s = 0")
    expect_zero(n * (level - minimum) - Rational(1, 2), "n (L - L_min) at s = 0")
    for step_ in (Rational(1, 100), Rational(1, 4), Rational(2, 5), Rational(3, 2)):
        for share in (Rational(1, 10), Rational(1, 2), Rational(9, 10)):
            total = 2 + share / step_
            on = share**2 / step_**2 / 10**4 * min(1, step_)
            at = {a: step_, s: on, rho: total - on, S: on, kappa: 1, **ROOMY}
            expect(bool(claim.region.subs(at)), "no caught start on the sphere", r2=total, a=step_)


@evidence(INIT_RADIUS, "witness")
def test_starts_beyond_squared_norm_two_that_converge(claim: Claim) -> None:
    """a = 1/4. n = d = 1, q = 3/2: q+ = 9/16. n = 1, d = 2, w = (3/2, 1/10): r2 = 113/50 > 2.

    Either is within squared norm 2 after one step, where GD-CONVERGES holds; neither is in the region.
    """
    for weight in ([Fraction(3, 2)], [Fraction(3, 2), Fraction(1, 10)]):
        point = [Fraction(int(j == 0)) for j in range(len(weight))]
        at = Instance([point], weight, (0,), Fraction(1, 4), "linear")
        after = at.step()
        expect(at.r2 > 2 and 0 < after.r2 < 2 and after.q[0] > 0, "one step", after=after.weight)
        if len(weight) == 1:
            expect(after.q == [Fraction(9, 16)], "q+", q=after.q)
        here = {a: Rational(1, 4), s: exact(at.S), rho: exact(at.r2 - at.S), S: exact(at.S),
                k: 1, n: 1, d: len(weight)}  # fmt: skip
        for value in (Rational(1, 100), Rational(1, 2), Rational(1)):
            inside = claim.region.subs({**here, kappa: value})
            expect(inside == False, "the region admits it", kappa=value)  # noqa: E712
        ends = {a: Rational(1, 4), s: exact(after.S), rho: exact(after.r2 - after.S), n: 1, b: 1}
        expect(
            satisfies(GD_CONVERGES.region, ends), "GD-CONVERGES after one step", **{"q+": after.q}
        )


@evidence(INIT_RADIUS, "property")
@settings(max_examples=20)
@given(
    data=st.data(),
    basis=bases(max_n=3, extra=2),
    activation=st.sampled_from(["linear", "relu"]),
    share=st.fractions(Fraction(1, 50), 1, max_denominator=50),
    norm=st.fractions(Fraction(3, 2), 3, max_denominator=8),
)
def test_caught_region_in_space(
    claim: Claim,
    data: st.DataObject,
    basis: tuple[list[Vector], list[Vector]],
    activation: str,
    share: Fraction,
    norm: Fraction,
) -> None:
    """Three exact steps in R^d from starts near the spurious set; a is ``share`` of the largest."""
    points, rest = basis
    if not rest:  # d = n: the linear neuron has no spurious minimum
        rest, points = points[-1:], points[:-1] or points[-1:]
        if rest == points:
            return
    size = len(points)
    small = st.fractions(Fraction(-1, 16), Fraction(1, 16), max_denominator=64)
    q = data.draw(st.lists(small, min_size=size, max_size=size))
    order = data.draw(st.permutations(range(size)))
    batch = tuple(order[: data.draw(st.integers(1, size))])
    weight = combination([*q, norm], [*points, rest[0]])
    mass = sum((x**2 for x in q if activation == "linear" or x > 0), Fraction(0))
    outside = dot(weight, weight) - mass - 2
    step_size = share * outside / (outside + mass) ** 2
    state = Instance(points, weight, batch, step_size, activation)
    for step in range(3):
        gates = state.gates
        on = sum((g * x**2 for g, x in zip(gates, state.q, strict=True)), Fraction(0))
        at = {a: exact(step_size), s: exact(on), rho: exact(state.r2 - on), S: exact(state.S),
              kappa: Integer(1), k: sum(gates), n: len(points), d: len(weight)}  # fmt: skip
        expect(bool(claim.region.subs(at)), "left the region", step=step, weight=weight)
        after = state.step()
        on = sum((g * x**2 for g, x in zip(gates, after.q, strict=True)), Fraction(0))
        values = {**at, s_next: exact(on), rho_next: exact(after.r2 - on),
                  batch_factor: one_step()[0].subs(at)}  # fmt: skip
        for relation in relations(claim.formula):
            expect(bool(relation.subs(values)), f"{relation}", weight=weight, data=points)
        state = after


def _in_region(claim: Claim, on: np.ndarray, off: np.ndarray, step_size: float) -> np.ndarray:
    """Starts that satisfy the claim's region with the least kappa their step size allows.

    A relative margin of 1e-9 keeps float64 rounding (below 1e-14) from deciding.
    """
    beyond = off - 2 > 1e-9
    outside = np.where(beyond, off - 2, 1.0)
    least = step_size * (on + outside) ** 2 / outside * (1 + 1e-9)
    conditions = relations(restricted(claim.region, (s, rho, kappa)))
    gaps = [lambdify((s, rho, kappa), difference(x), "numpy") for x in conditions]
    inside = beyond & (least <= 1)
    for gap in gaps:
        inside &= np.broadcast_to(gap(on * (1 + 1e-9), off, least), on.shape) >= 0
    return inside


@evidence(
    INIT_RADIUS,
    "simulation",
    cases={f"linear-{x}": ("linear", x) for x in (1.4, 1.6, 2.0, 2.5)}
    | {"relu-2.0": ("relu", 2.0)},
)
def test_fractions_caught_on_spheres(claim: Claim, case: tuple[str, float]) -> None:
    """n = 4, d = 12, b = 2, a = 0.1, uniform directions at the given *radius*.

    Certain: from the region nothing ever leaves; below squared norm 2 nothing is ever caught.
    Linear: the share of mass on the data is Beta(n/2, (d-n)/2), so the region's probability is
    known, and the fraction caught is at least that.
    """
    activation, radius = case
    size, dimension, runs, step_size = 4, 12, 3000, 0.1
    w = rng(activation, str(radius)).standard_normal((runs, dimension))
    w *= radius / np.linalg.norm(w, axis=1)[:, None]
    data = np.linalg.qr(rng("data").standard_normal((dimension, dimension)))[0][:size]
    q, _ = from_weights(w, data)
    live = np.ones(q.shape, bool) if activation == "linear" else q > 0
    alive = live.any(axis=1)
    start = np.where(live, q**2, 0).sum(axis=1)
    run = simulate(q, np.maximum(radius**2 - (q**2).sum(axis=1), 0), batch_size=2,
                   step_size=2 * step_size, steps=300, activation=activation,
                   seed=seed(activation, str(radius)))  # fmt: skip
    end = np.where(live, run.q**2, 0).sum(axis=1)
    early = _in_region(claim, start, radius**2 - start, step_size) & alive
    late = _in_region(claim, end, run.r2 - end, step_size) & alive
    expect((late | ~early).all(), "a run left the caught region", left=int((early & ~late).sum()))
    if radius**2 < 2:
        expect(not late.any() and (run.r2 < 2).all(), "caught from inside", caught=int(late.sum()))
    count, total = int(late.sum()), int(alive.sum())
    interval = stats.binomtest(count, total).proportion_ci(0.99)
    open_ = int((alive & ~late & (run.r2 > 2)).sum())
    note(
        f"{activation}, radius {radius}: caught {count}/{total} = {count / total:.4f}, 99% interval "
        f"[{interval.low:.4f}, {interval.high:.4f}], still open {open_}"
    )
    if activation == "linear" and radius**2 > 2:
        grid = np.linspace(0, 1, 20_001)[1:-1]
        inside = _in_region(claim, grid * radius**2, (1 - grid) * radius**2, step_size)
        border = grid[:-1][inside[:-1] & ~inside[1:]]
        expect(len(border) == 1 and inside[0], "the region is no interval of shares", border=border)
        bound = float(stats.beta.cdf(border[0], size / 2, (dimension - size) / 2))
        expect_at_least(count, total, bound, what=f"caught at radius {radius}")
        if radius >= 2:  # enough starts in the region to see a wrong one
            expect_proportion(
                int(early.sum()), total, bound, visible=0.9, what=f"starts in the region, {radius}"
            )


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
    entries = st.fractions(Fraction(1, 8), 2, max_denominator=8)
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
@given(data=st.data(), basis=bases(max_n=3), share=st.fractions(Fraction(1, 50), 3))
def test_dead_neurons_do_not_move(
    claim: Claim, data: st.DataObject, basis: tuple[list[Vector], list[Vector]], share: Fraction
) -> None:
    """Exact, in space, q_j = 0 included; every batch."""
    points, rest = basis
    negative = st.fractions(-2, 0, max_denominator=8)
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
