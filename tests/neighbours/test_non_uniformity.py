"""Chapter non_uniformity: conditions by sharpness and non-uniformity, and their gap."""

from __future__ import annotations

from fractions import Fraction

import flint
from flint import fmpq, fmpq_mat
from sympy import Poly, Rational, Symbol, symbols

from tests.inequalities import is_strict
from tests.neighbours.non_uniformity_tools import at_identity, expect_setting, one_step
from tests.neighbours.tools import weak_gap
from tests.quadratic.cases import (
    STABLE,
    UNSTABLE,
    Case,
    enumerated_operator,
    expect_squares,
    inside,
)
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words
from theory.model.trace_algebra import letter, trace
from theory.neighbours import non_uniformity as nu
from theory.neighbours.non_uniformity import NON_UNIFORMITY
from theory.quadratic.bounds import l_max
from theory.quadratic.mean_square import gradient2, q_v
from theory.quadratic.second_moment import C, kappa, kron_product, kron_sum, noise
from theory.quadratic.thresholds import identity

F = Fraction


# ----------------------------------------------------------------------------------- NON-UNIFORMITY


@evidence(NON_UNIFORMITY, "symbolic", step="image")
def test_w_is_the_image_of_the_identity(claim: Claim) -> None:
    expect_setting(claim)
    derived = at_identity(nu.Q, nu.Q_squared, nu.spread)
    expect_zero(claim.says(nu.W) - derived, "W = M_C(1)")


@evidence(NON_UNIFORMITY, "symbolic", step="one step")
def test_one_step_from_any_error(claim: Claim) -> None:
    """E|e+|^2 = tr W X for X = E ee' = T^2; W = w_min + R^2 = w_max - R^2."""
    expect_setting(claim)
    E, R, T = (letter(x) for x in "ERT")
    expect(trace(E * T**2 * E) == trace(T**2 * E**2), "tr E X E = tr X E^2: E^2 has the mean W")
    expect_squares(trace(R**2 * T**2), "tr R^2 X >= 0")
    slack = Symbol("slack")  # tr R^2 X
    low = weak_gap(claim, nu.w_min).subs(nu.e2_next, nu.w_min * nu.e2 + slack)
    high = weak_gap(claim, nu.e2_next, nu.w_max).subs(nu.e2_next, nu.w_max * nu.e2 - slack)
    for gap in (low, high):
        expect_zero(gap - slack, "the inequality's gap")


@evidence(NON_UNIFORMITY, "symbolic", step="radius")
def test_radius_lies_between_mean_and_largest_eigenvalue(claim: Claim) -> None:
    """Below: <I, M I>/<I, I> = tr W/d, and M is self-adjoint.

    Above: M X = +-rho X with c = |X| the operator norm, c - X = R^2, c + X = T^2, w_max - W = U^2:
    c w_max -+ M X = c U^2 + M(R^2 or T^2) >= 0, so rho c = |M X| <= c w_max.
    """
    expect_setting(claim)
    E, R, U, X, Y, v = (letter(name) for name in "ERUXYv")
    expect(trace(Y * E * X * E) == trace(X * E * Y * E), "<Y, M X> = <X, M Y>")
    derived = at_identity(nu.q_mean, nu.q2_mean, nu.s_mean)
    expect_zero(claim.says(nu.w_mean) - derived, "tr W/d")
    c, w, slack = symbols("c w slack")  # w: W, and M(1) = W
    image, whole = Symbol("MR"), Symbol("U2")
    for sign in (1, -1):  # M(+-X) = c M(1) - M(R^2)
        rest = c * nu.w_max - (c * w - image)
        expect_zero(rest.subs(w, nu.w_max - whole) - (c * whole + image), f"c w_max - M({sign} X)")
    expect_squares(trace(c * v**2 * U**2 + v**2 * E * R**2 * E), "it is >= 0")
    low = weak_gap(claim, nu.w_mean).subs(nu.radius, nu.w_mean + slack)
    expect(not is_strict(claim.conjunct(nu.w_max, nu.radius)), "d = 1 has equality")
    high = weak_gap(claim, nu.w_max, nu.radius).subs(nu.radius, nu.w_max - slack)
    for gap in (low, high):
        expect_zero(gap - slack, "the inequality's gap")


@evidence(NON_UNIFORMITY, "symbolic", step="direction")
def test_form_of_one_direction(claim: Claim) -> None:
    """<vv', M vv'>: QX + XQ -> 2 v'Qv, QXQ -> (v'Qv)^2, V -> E(v'Q_Y v)^2 - (v'Qv)^2; |vv'| = 1."""
    expect_setting(claim)
    E, X, Y = (letter(name) for name in "EXY")
    expect(trace(Y * E * X * E) == trace(X * E * Y * E), "<Y, M X> = <X, M Y>")
    scalar = {kron_sum: 2 * q_v, kron_product: q_v**2, noise: nu.var_v}
    expect_zero(claim.says(nu.form_v) - one_step().subs(scalar), "the form")
    slack = Symbol("slack")
    gap = weak_gap(claim, nu.form_v).subs(nu.radius, nu.form_v + slack)
    expect_zero(gap - slack, "a Rayleigh quotient")


@evidence(NON_UNIFORMITY, "symbolic", step="bounds")
def test_each_term_alone_is_a_lower_bound(claim: Claim) -> None:
    """Parts of the two lower bounds; what is left of each is >= 0, as kappa >= 0 and variances are."""
    expect_setting(claim)
    slack, square = symbols("slack rest")
    form = one_step().subs({kron_sum: 2 * q_v, kron_product: q_v**2, noise: nu.var_v}) + slack
    sharp = weak_gap(claim, l_max).subs(nu.radius, form).subs(q_v, l_max)  # v the top eigenvector
    expect_zero(sharp - (slack + C**2 * kappa * nu.var_v), "the variance is left")
    uneven = weak_gap(claim, nu.var_v).subs(nu.radius, form)
    expect_zero(uneven - (slack + (1 - C * q_v) ** 2), "a square is left")
    Q_ = letter("Q")
    expect_squares(trace(Q_**2), "tr Y^2 >= 0 for Y = 1 - C Q, so the rest below is")
    mean = at_identity(nu.q_mean, nu.q2_mean, nu.s_mean) + slack
    rest = 1 - 2 * C * nu.q_mean + C**2 * nu.q2_mean  # tr (1 - C Q)^2/d
    spread = weak_gap(claim, nu.s_mean).subs(nu.radius, mean)
    expect_zero(spread.subs(nu.q2_mean, (square - 1 + 2 * C * nu.q_mean) / C**2) - (slack + square),
                "tr (1 - C Q)^2/d is left")  # fmt: skip
    expect_zero(rest.subs(nu.q2_mean, (square - 1 + 2 * C * nu.q_mean) / C**2) - square, "rest")


def _ends(claim: Claim, case: Case, step: Fraction) -> None:
    """Every part at one problem: W and rho(M_C) from the operator by enumeration, by definiteness."""
    if not inside(claim, case):
        return
    size, moved = case.problem.dimension, enumerated_operator(case, step)
    unit = fmpq_mat(size**2, 1, identity(size).entries())
    image = fmpq_mat(size, size, (moved * unit).entries())
    mean = case.problem.mean
    spread = fmpq_mat(size, size, (case.problem.operators[2] * unit).entries())
    number = {kappa: case.kappa, C: step}
    claimed = claim.says(nu.W)
    total = identity(size) * 0
    meaning = {nu.Q: mean, nu.Q_squared: mean * mean, nu.spread: spread}
    said = Poly(claimed.subs(number), *meaning)
    for symbol, matrix in ((1, identity(size)), *meaning.items()):
        weight = said.coeff_monomial(symbol)
        total = total + matrix * fmpq(int(weight.p), int(weight.q))
    expect(total == image, "W by enumeration", case=case, C=step)
    high, low = _eigenvalues(image)
    rho = max(abs(x) for x in _eigenvalues(moved))
    trace_ = sum((image[i, i] for i in range(size)), fmpq(0)) / size
    expect(not flint.arb(trace_) > rho, "tr W/d <= rho", case=case, C=step)
    expect(not rho > high, "rho <= w_max", case=case, C=step)
    expect(not low > flint.arb(trace_), "w_min <= tr W/d", case=case, C=step)


def _eigenvalues(symmetric: fmpq_mat) -> tuple[flint.arb, flint.arb]:
    """The largest and the least eigenvalue, enclosed."""
    roots = [root.real for root, _ in symmetric.charpoly().numer().complex_roots()]
    high = low = roots[0]
    for root in roots[1:]:
        high, low = high.max(root), low.min(root)
    return high, low


@evidence(NON_UNIFORMITY, "ball", step=("image", "radius"))
def test_bounds_on_kept_problems(claim: Claim) -> None:
    for case in (*STABLE.values(), *(x for x, _ in UNSTABLE.values())):
        for step in (F(1, 3), F(1), F(-1, 2)):
            _ends(claim, case, step)


@evidence(NON_UNIFORMITY, "witness", needs="shared minimiser", step="one step")
def test_noise_at_the_minimiser_adds_to_every_step(claim: Claim) -> None:
    """Q = 1 twice, g = +-1, k = 1, C = 1: W = 0, and yet E|e+|^2 = 1 from e = 0."""
    case = Case([[[1]], [[1]]])
    expect(not inside(claim, case, {gradient2: 1}), "the region admits it")
    at = {C: 1, kappa: 1, nu.Q: 1, nu.Q_squared: 1, nu.spread: 0}
    expect(claim.says(nu.W).subs(at) == 0, "W = 0")
    expect(
        weak_gap(claim, nu.e2_next, nu.w_max).subs({nu.e2: 0, nu.e2_next: 1, nu.w_max: 0}) < 0,
        "E|e+|^2 <= 0",
    )


@evidence(NON_UNIFORMITY, "witness", needs="independent batches", step="one step")
def test_a_batch_that_looks_at_the_error_obeys_no_w(claim: Claim) -> None:
    """Q = 1, 3, one index kept for ever, C = 7/10: the half with index 2 grows by 121/100 a step.

    W = 13/20: after two steps E|e|^2 would be at most (13/20)^2 < 1/2, and it is more than 7/10.
    """
    at = {C: Rational(7, 10), kappa: 1, nu.Q: 2, nu.Q_squared: 4, nu.spread: 1}
    claimed = claim.says(nu.W).subs(at)
    expect(claimed == Rational(13, 20), "W", W=claimed)
    kept = (F(3, 10) ** 4 + F(11, 10) ** 4) / 2
    expect(kept > F(7, 10) > F(13, 20) ** 2, "E|e|^2 after two steps", found=kept)
    expect_items(claim, words.INDEPENDENT)


@evidence(NON_UNIFORMITY, "witness", needs="batch size", step="radius")
def test_another_variance_factor_has_another_radius(claim: Claim) -> None:
    """Q = 1, 3, k = 2 with replacement, C = 1: rho = 3/2; at kappa = 1/4 it would be 5/4."""
    case = Case([[[1]], [[3]]], 2, "replacement")
    rho = enumerated_operator(case, F(1))[0, 0]
    at = {C: 1, nu.q_mean: 2, nu.q2_mean: 4, nu.s_mean: 1}
    found = claim.says(nu.w_mean).subs(at)
    expect(rho == fmpq(3, 2) and found.subs(kappa, Rational(case.kappa)) == Rational(3, 2), "rho")
    other = Rational(1, 4)
    expect(found.subs(kappa, other) == Rational(5, 4), "at another kappa")
    expect(not inside(claim, case, {kappa: other}), "the region admits it")
