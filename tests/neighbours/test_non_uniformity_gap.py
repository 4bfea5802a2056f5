"""Chapter non_uniformity: the gap between the conditions, on a star of noise."""

from __future__ import annotations

from fractions import Fraction

from sympy import Eq, Expr, Ge, Gt, Matrix, Poly, Rational, Symbol, eye, symbols

from tests.analysis import expect_outside
from tests.forms import cancel
from tests.inequalities import expect_implied, is_strict
from tests.neighbours.non_uniformity_tools import expect_setting, one_step
from tests.quadratic.cases import Case, enumerated_operator, expect_assumed, expect_variance_factors
from tests.reading import expect_only
from theorem_audit import evidence, expect, expect_zero, note
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory.neighbours import non_uniformity as nu
from theory.neighbours.non_uniformity import NON_UNIFORMITY, NON_UNIFORMITY_GAP, star, swap
from theory.quadratic.mean_square import C_ms, gradient2
from theory.quadratic.second_moment import C, N, k, kappa, kron_product, kron_sum, noise
from theory.quadratic.thresholds import FINITE, NEVER_STABLE, compare, definiteness, identity

F = Fraction


ROOT = Symbol("r", positive=True)  # sqrt(m)


def _deviation(x: Expr) -> Matrix:
    """E over the sign of D X D for D = +-swap_1, X = diag(x, y, y): indices 0, j and any other one."""
    y = Symbol("y")
    X, D = Matrix.diag(x, y, y), swap(1, 3)
    return (D * X * D + (-D) * X * (-D)) / 2


@evidence(NON_UNIFORMITY_GAP, "symbolic", step="threshold")
def test_a_positive_eigenmatrix_of_the_star(claim: Claim) -> None:
    """X = r e_0 e_0' + sum_j e_j e_j', r^2 = m, is positive definite, and V X = l^2 X/r for Q = l I.

    D_j touches the entries 00 and jj alone, so over j = 1..m the mean of D X D has y at 00 and x/m at jj.
    M X = theta X with X > 0: M^p lies between multiples of theta^p, so rho(M) = theta.
    """
    expect_setting(claim)
    expect_assumed(claim, Eq(N, 2 * nu.m))
    for needed in (Ge(nu.m, 1), Gt(nu.l, 0)):
        expect_implied(needed, claim.region)
    x, y = symbols("x y")
    image = _deviation(x)
    expect(image == Matrix.diag(y, x, 0), "D X D", found=image)
    expect(sum(star(3), Matrix.zeros(4)) == 6 * eye(4), "the mean is I")
    at_00, at_jj = image[0, 0], image[1, 1] / ROOT**2  # m times the same; one j of m
    eigen = {x: ROOT, y: 1}
    theta = 1 / ROOT
    expect_zero(at_00.subs(eigen) - theta * ROOT, "entry 00")
    expect_zero(at_jj.subs(eigen) - theta * 1, "entry jj")
    scalar = {kron_sum: 2 * nu.l, kron_product: nu.l**2, noise: nu.l**2 * theta}
    multiplier = one_step().subs(scalar)
    claimed = claim.says(C_ms).subs(nu.m, ROOT**2)
    _decided_by_root(multiplier, claimed, "theta")


def _decided_by_root(multiplier: Expr, root: Expr, what: str) -> None:
    """multiplier - 1 = C w (C - root) with w > 0: below 1 exactly for 0 < C < root."""
    weight = Poly(multiplier, C).coeff_monomial(C**2)
    expect_zero(multiplier - 1 - C * weight * (C - root), f"{what} = 1 at C = {root}")
    top, bottom = cancel(weight).as_numer_denom()
    gens = sorted(weight.free_symbols, key=str)
    expect(all(x > 0 for x in Poly(top * bottom, *gens).coeffs()), f"{what}: {weight} > 0")


@evidence(NON_UNIFORMITY_GAP, "symbolic", step="conditions")
def test_where_the_conditions_end_on_the_star(claim: Claim) -> None:
    """Sigma = E D^2 = diag(1, 1/m, ..): largest eigenvalue l^2 as m >= 1, mean 2 l^2/(m + 1)."""
    expect_setting(claim)
    expect_implied(Ge(nu.m, 1), claim.region)
    square = swap(1, 3) ** 2
    expect(square == Matrix.diag(1, 1, 0), "D^2", found=square)
    ends = [square[0, 0], square[1, 1] / nu.m]  # m times the same; one j of m
    largest, mean = ends[0], (ends[0] + nu.m * ends[1]) / (nu.m + 1)
    expect_zero(cancel(ends[0] - ends[1]) - (nu.m - 1) / nu.m, "l^2 is the larger")
    values = {nu.Q: nu.l, nu.Q_squared: nu.l**2}
    top = NON_UNIFORMITY.says(nu.W).subs({**values, nu.spread: nu.l**2 * largest})
    _decided_by_root(top, claim.says(nu.C_low), "w_max")
    average = {nu.q_mean: nu.l, nu.q2_mean: nu.l**2, nu.s_mean: nu.l**2 * mean}
    _decided_by_root(NON_UNIFORMITY.says(nu.w_mean).subs(average), claim.says(nu.C_high), "mean")


@evidence(NON_UNIFORMITY_GAP, "symbolic", step="order")
def test_order_of_threshold_and_conditions(claim: Claim) -> None:
    """With m = r^2, r = 1 + y: numerators of the gaps have no negative coefficient."""
    expect_only(claim, C_ms, nu.C_low, nu.C_high, nu.level, inequalities=3)
    expect_variance_factors(claim)  # kappa >= 0, as N >= k
    for needed in (Ge(nu.m, 1), Gt(nu.l, 0)):
        expect_implied(needed, claim.region)
    values = {x: claim.says(x) for x in (C_ms, nu.C_low, nu.C_high)}
    y = Symbol("y")
    for part in matching(claim.formula, kind="inequality"):
        gap = (part.gts - part.lts).subs(values).subs(nu.m, ROOT**2).subs(ROOT, 1 + y)
        top, bottom = (Poly(x, y, kappa, nu.l) for x in cancel(gap).as_numer_denom())
        sign = 1 if bottom.LC() > 0 else -1
        expect(all(sign * x > 0 for x in bottom.coeffs()), f"{part}: the denominator {bottom}")
        expect(any(x[:2] == (0, 0) for x in bottom.monoms()), f"{bottom} is not 0 at y = kappa = 0")
        expect(all(sign * x >= 0 for x in top.coeffs()), f"{part}: the numerator {top}")
        expect(
            not is_strict(part) or any(x[:2] == (0, 0) for x in top.monoms()), f"{part}: equality"
        )


@evidence(NON_UNIFORMITY_GAP, "symbolic", step="level")
def test_non_uniformity_at_the_threshold(claim: Claim) -> None:
    """The largest eigenvalue of Sigma is l^2 (conditions)."""
    expect_setting(claim)
    top = nu.l**2 * (swap(1, 3) ** 2)[0, 0]
    claimed = claim.says(nu.level)
    expect_zero((claimed - claim.says(C_ms) ** 2 * kappa * top).subs(nu.m, ROOT**2), "the level")
    past = cancel((claimed - 1).subs({kappa: 1, nu.m: ROOT**2}).subs(ROOT, 1 + Symbol("y")))
    top_, bottom = past.as_numer_denom()
    expect(
        all(x > 0 for x in Poly(top_ * bottom, Symbol("y")).coeffs()), "above 1 at kappa = 1, m > 1"
    )


def _star(spokes: int, batch_size: int, scheme: str = "uniform", scale: int = 1) -> Case:
    return Case([[[scale * F(int(x)) for x in row] for row in Q.tolist()] for Q in star(spokes)],
                batch_size, scheme)  # fmt: skip


@evidence(NON_UNIFORMITY_GAP, "ball", step=("threshold", "conditions"))
def test_star_by_the_exact_threshold(claim: Claim) -> None:
    """m = 1, 2, 3 against definiteness of 1 - M_C; at m = 1 all three are one number, exactly."""
    margin = F(1, 10**9)
    for spokes, size, scheme in ((1, 1, "uniform"), (1, 2, "replacement"), (2, 1, "uniform"),
                                 (2, 3, "uniform"), (3, 1, "uniform"), (3, 4, "replacement")):  # fmt: skip
        case = _star(spokes, size, scheme)
        at = {nu.m: spokes, nu.l: 1, kappa: Rational(case.kappa)}
        claimed = claim.says(C_ms).subs(at)
        for sign, near in ((1, 1 - margin), (-1, 1 + margin)):
            step = claimed * Rational(near)
            close = F(int((step * 2**60).round()), 2**60)
            expect(compare(case.problem, case.kappa, close) == sign, "C_ms", m=spokes, k=size)
        if spokes == 1:
            ends = {claim.says(x).subs(at) for x in (C_ms, nu.C_low, nu.C_high)}
            expect(len(ends) == 1, "m = 1: no gap", ends=ends)
        note(f"m = {spokes}, k = {size}, {scheme}: C_ms = {float(claimed):.9f}")


@evidence(NON_UNIFORMITY_GAP, "witness", step="level")
def test_stable_with_more_non_uniformity_than_the_bound_allows(claim: Claim) -> None:
    """m = 2, k = 1, C = 11/10: C^2 kappa |Sigma| = 121/100 > 1, and 1 - M_C is positive definite."""
    case, step = _star(2, 1), F(11, 10)
    gap = identity(9) - enumerated_operator(case, step)
    expect(definiteness(gap) == 1, "the second moment contracts")
    expect(case.kappa == 1 and step**2 * case.kappa > 1, "past the bound")
    expect(all(definiteness(x) >= 0 for x in case.problem.matrices), "no component is indefinite")
    expect(claim.says(nu.level).subs({nu.m: 2, kappa: 1}) > 1, "the level at the threshold")


@evidence(NON_UNIFORMITY_GAP, "witness", needs="positive curvature", step="threshold")
def test_turned_upside_down_the_star_has_no_threshold(claim: Claim) -> None:
    case = _star(2, 1, scale=-1)
    expect(case.threshold.kind == NEVER_STABLE, "no C > 0 is stable")
    expect(_star(2, 1).threshold.kind == FINITE, "as it is for l = 1")
    claimed = claim.says(C_ms).subs({nu.m: 2, kappa: 1, nu.l: -1})
    expect(claimed < 0, "the formula is below 0", claimed=claimed)
    expect_outside(claim, {gradient2: 0, N: 4, k: 1, kappa: 1, nu.m: 2, nu.l: -1}, "C_ms < 0")
