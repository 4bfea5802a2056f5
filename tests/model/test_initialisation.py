"""Chapter initialisation: dead neurons, and starts that the spurious minima catch."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy import stats
from sympy import (
    And,
    Expr,
    Ge,
    Gt,
    Integer,
    Poly,
    Rational,
    Symbol,
    expand,
    fraction,
    lambdify,
)
from sympy.logic.boolalg import Boolean

from sim import from_weights, simulate
from tests.forms import cancel, factor
from tests.inequalities import expect_needed, is_strict, restricted
from tests.instances import Instance, exact
from tests.model.initialisation_tools import alpha, v, y, z
from tests.reading import expect_items
from tests.unit_cube import cube_chart, expect_on_cube
from theorem_audit import evidence, expect, expect_zero, note, rng, seed
from theorem_audit.checks.statistics import expect_at_least, expect_proportion
from theorem_audit.exact.region import box_of, satisfies
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import equated
from theory import vocabulary as words
from theory.full_batch.convergence import GD_CONVERGES
from theory.model.initialisation import INIT_RADIUS, batch_factor, kappa, next_masses
from theory.model.landscape import STATIONARY, loss_minimum, mean_loss
from theory.model.step import STEP
from theory.notation import (
    S,
    a,
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
    rho,
    rho_next,
    s,
    s_next,
)

SCALED = {rho: 2 + y, s: y * z, S: v * y * z, a: alpha / y}


def one_step() -> tuple[Expr, Expr]:
    """(factor in the batch, factor off it) in s, rho, S and a, as STEP claims them."""
    step = equated(STEP.formula)
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
    expect_items(claim, words.ORTHONORMAL)
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
    minimum = STATIONARY.says(loss_minimum)
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
