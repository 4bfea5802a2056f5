"""Evidence: RADIUS-TWO, FLOW-SEPARATRIX, DEAD."""

from __future__ import annotations

from sympy import (
    And,
    Expr,
    Integer,
    Poly,
    Rational,
    Symbol,
    diff,
    expand,
    sqrt,
)

from tests.forms import cancel
from tests.inequalities import expect_needed, expect_tight, is_strict
from tests.model.test_spectrum import zero_with_half_to_n
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_identity, expect_nonnegative, expect_zero
from theorem_audit.exact.region import box_of
from theorem_audit.exact.zero import difference, relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import equated
from theory import vocabulary as words
from theory.model.autoencoder import GRAD, gradient_of_loss
from theory.model.initialisation import (
    DEAD,
    FLOW_SEPARATRIX,
    RADIUS_TWO,
    critical_share,
    dead_probability,
    flow_invariant,
    separatrix,
)
from theory.model.landscape import mean_gradient
from theory.model.step import STEP, next_squared_norm
from theory.notation import S, a, active, n, perp_next, q_j_next, r2, r2_next, rho, s
from theory.notation import gradient as gradient_symbol

# --- RADIUS-TWO


@evidence(RADIUS_TWO, "certificate")
def test_norm_after_a_step_from_squared_norm_two(claim: Claim) -> None:
    expect_items(claim, words.ORTHONORMAL)
    step = equated(STEP.formula)
    norm = equated(claim.region)
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
    after = claim.says(r2_next)
    at = {r2: 2, a: 1, S: 2}
    expect_needed(claim, "step size", at, {r2_next: after})
    expect_tight(claim.conjunct(kind="inequality"), {r2_next: after}, at)


@evidence(RADIUS_TWO, "witness", needs="batch mass")
def test_a_batch_without_mass_moves_nothing(claim: Claim) -> None:
    after = claim.says(r2_next)
    expect_needed(claim, "batch mass", {r2: 2, a: Rational(1, 4), S: 0}, {r2_next: after})


# --- FLOW-SEPARATRIX


def _flow() -> tuple[Expr, Expr]:
    """n/2 times (ds/dt, drho/dt) along -grad L."""
    on_active, on_rest = mean_gradient(GRAD.formula.rhs)
    return expand(-n * on_active * s), expand(-n * on_rest * rho)


@evidence(FLOW_SEPARATRIX, "symbolic", step="invariant")
def test_the_invariant_is_conserved(claim: Claim) -> None:
    expect_items(claim, words.ORTHONORMAL)
    value = claim.says(flow_invariant)
    on, off = _flow()
    expect_zero(diff(value, s) * on + diff(value, rho) * off, "d/dt of the invariant")
    # fixed by its values where nothing is off the data's complement: (rho - 1)/rho^2 at s = 0,
    # and by being of degree 1 in s with slope 1/rho^2
    expect_zero(value.subs({s: 0, rho: 2}) - Rational(1, 4), "the invariant at (0, 2)")
    expect_zero(value.subs({s: 0, rho: 1}), "the invariant at (0, 1)")


@evidence(FLOW_SEPARATRIX, "symbolic", step="separatrix")
def test_the_separatrix_is_the_orbit_that_ends_at_squared_norm_two(claim: Claim) -> None:
    """It solves ds/drho = s'/rho' and ends at (0, 2); a linear ODE in s has one such solution."""
    expect_items(claim, words.ORTHONORMAL)
    border = claim.says(separatrix)
    on, off = _flow()
    along = (diff(border, rho) * off - on).subs(s, border)
    expect_zero(along, "not an orbit")
    expect_zero(border.subs(rho, 2), "does not end at (0, 2)")
    value = claim.says(flow_invariant)
    gap = cancel((value - value.subs({s: 0, rho: 2})) * rho**2)
    expect_zero(gap - (s - border), "sign of C - C(0, 2) is not that of s - s_sep")


@evidence(FLOW_SEPARATRIX, "symbolic", step="share")
def test_where_a_sphere_meets_the_separatrix(claim: Claim) -> None:
    """s - s_sep, with rho = r2 - s, is a quadratic in s; its two roots are (sqrt(r2-1) -+ 1)^2."""
    share = claim.says(critical_share)
    border = claim.says(separatrix)
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
        expect(claim.says(flow_invariant).subs({s: 1, rho: 0}).is_finite is not True, "C")
        expect(claim.region.subs({s: 1, rho: 0, r2: 3}) == False, "rho = 0 is admitted")  # noqa: E712
        return
    at = {s: Rational(1, 8), rho: Rational(9, 8), r2: Rational(5, 4)}
    below = at[s] / at[r2] < claim.says(critical_share).subs(at)
    expect(below, "the share is not below the claimed one")
    on, off = (x.subs(at) for x in _flow())
    expect(at[rho] < 2 and off < 0, "rho does not fall", off=off)
    value = claim.says(flow_invariant).subs(at)
    orbit = Poly(value * rho**2 - rho + 1, rho)
    expect(orbit.count_roots(0, at[rho]) == 0 and orbit.eval(0) == 1, "s has a zero on the orbit")
    expect(claim.region.subs(at) == False, "r2 <= 2 is admitted", on=on)  # noqa: E712


# --- DEAD


@evidence(DEAD, "symbolic", step="probability")
def test_each_further_sign_halves_the_probability(claim: Claim) -> None:
    """Induction on n: no datum gives 1, and the n-th sign is fair given the others."""
    expect_items(claim, words.SIGN_SYMMETRIC)
    value = claim.says(dead_probability)
    expect_zero(value.subs(n, 0) - 1, "no data")
    for size in range(1, 13):  # an exact refutation before the general argument
        expect_zero(2 * value.subs(n, size) - value.subs(n, size - 1), f"from {size - 1} to {size}")
    zero_with_half_to_n(2 * value.subs(n, n + 1) - value)  # for symbolic n


@evidence(DEAD, "symbolic", step="gradient")
def test_no_gradient_with_all_gates_closed(claim: Claim) -> None:
    """ReLU: the gate of a datum with q_j <= 0 is closed; for data of any norm and angles."""
    expect_items(claim, words.RELU)
    expect_identity(
        claim.conjunct(side=gradient_symbol, kind="equation"),
        {gradient_symbol: gradient_of_loss().subs(active, 0)},
    )


@evidence(DEAD, "witness", needs="joint sign symmetry")
def test_symmetry_of_w_alone_is_not_enough(claim: Claim) -> None:
    """w = +-(x_1 + ... + x_n), each with probability 1/2: w and -w have one law, P(dead) = 1/2.

    With an atom, q = 0 surely: every sign flip keeps the law, and P(dead) = 1.
    """
    claimed = claim.says(dead_probability).subs(n, 2)
    starts = [(1, 1), (-1, -1)]
    expect({tuple(-x for x in q) for q in starts} == set(starts), "not symmetric")
    dead = Rational(sum(max(q) <= 0 for q in starts), len(starts))
    expect(dead != claimed, "the claim holds without joint symmetry", dead=dead)
    expect(Rational(1) != claimed, "the claim holds with an atom at 0")
