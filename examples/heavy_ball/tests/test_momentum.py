"""Chapter momentum: the evidence."""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq, fmpq_mat, fmpq_poly
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    And,
    Expr,
    Not,
    Poly,
    Rational,
    discriminant,
)

from heavy_ball.momentum import (
    HB_ROOTS,
    b_star,
    eta_star,
    step,
)
from heavy_ball.notation import (
    b,
    beta,
    char,
    disc,
    eta,
    h,
    k,
    m,
    modulus2,
    mu,
    r,
    radius,
    x,
    x_next,
    x_prev,
    z,
)
from tests.consequences import (
    Assumed,
    counterexample,
    expect_consequence,
    expect_fails,
    named,
    rational,
)
from tests.recursions import after_step, characteristic, polyak
from theorem_audit import (
    evidence,
    expect,
    expect_identity,
)
from theorem_audit.exact import Undecided, difference, is_zero, relations
from theorem_audit.exact.zero import stated
from theorem_audit.statement import Claim

VALUES = st.fractions(min_value=-4, max_value=4, max_denominator=9)
MOMENTA = st.fractions(min_value=Fraction(-3, 2), max_value=Fraction(3, 2), max_denominator=12)
STEPS = st.fractions(min_value=-1, max_value=6, max_denominator=12)


@evidence("HB-STEP", "symbolic")
def test_step_from_the_gradient_and_the_last_displacement(claim: Claim) -> None:
    expect_identity(claim.formula, {x_next: step()})


@evidence("HB-STEP", "peer")
@given(low=VALUES, high=VALUES, size=VALUES, momentum=MOMENTA)
def test_coordinates_against_flints_matrices(
    claim: Claim, low: Fraction, high: Fraction, size: Fraction, momentum: Fraction
) -> None:
    """FLINT takes five steps in the plane, with a full Hessian; the claim, coordinate by coordinate."""

    def q(value: Fraction) -> fmpq:
        return fmpq(value.numerator, value.denominator)

    turn = fmpq_mat(2, 2, [fmpq(3, 5), fmpq(-4, 5), fmpq(4, 5), fmpq(3, 5)])
    hessian = turn * fmpq_mat(2, 2, [q(low), 0, 0, q(high)]) * turn.transpose()
    start = fmpq_mat(2, 1, [2, 1])
    before, now = start, start
    coordinates = turn.transpose() * start
    ours = [[rational(coordinates[j, 0])] * 2 for j in range(2)]
    after = claim.says(x_next)
    for _ in range(5):
        before, now = now, now - hessian * now * q(size) + (now - before) * q(momentum)
        for j, curvature in enumerate((low, high)):
            at = {x_prev: ours[j][0], x: ours[j][1], h: rational(curvature)}
            at |= {eta: rational(size), beta: rational(momentum)}
            ours[j] = [ours[j][1], after.subs(at)]
    found = turn.transpose() * now
    for j in range(2):
        expect(
            ours[j][1] == rational(found[j, 0]),
            "five steps",
            low=low,
            high=high,
            eta=size,
            beta=momentum,
        )


@evidence("HB-ROOTS", "symbolic", step="polynomial")
def test_polynomial_of_the_companion_matrix(claim: Claim) -> None:
    expect_identity(
        claim.conjunct(side=char, kind="equation"), {char: characteristic(after_step())}
    )


@evidence("HB-ROOTS", "symbolic", step="discriminant")
def test_discriminant_of_the_polynomial(claim: Claim) -> None:
    polynomial = characteristic(after_step()).subs(beta, stated(claim.region, beta))
    expect_identity(claim.conjunct(side=disc, kind="equation"), {disc: discriminant(polynomial, z)})


@evidence("HB-STABLE", "cited")
def test_schur_and_cohn_on_the_polynomial(claim: Claim) -> None:
    """The theorem's three conditions, on z -> P(level z): the same as the claim's, or a point tells."""
    inside, claimed = _sides(claim)
    level = _level(inside)
    polynomial = HB_ROOTS.says(char)
    theirs = [
        polynomial.subs(z, level) > 0,
        polynomial.subs(z, -level) > 0,
        level**2 - polynomial.subs(z, 0) > 0,
    ]
    ours = relations(claimed)
    same = len(ours) == len(theirs) and all(
        any(is_zero(difference(one) - difference(two)) for two in theirs) for one in ours
    )
    if same and len({str(x) for x in ours}) == len(theirs):
        expect(True, "the same conditions")
        return
    for all_of, each_of in ((theirs, ours), (ours, theirs)):
        for one in each_of:
            at = counterexample(And(*all_of, Not(one)))
            expect(at is None, f"{And(*all_of)} without {one}", **named(at or {}))
    raise Undecided(f"{claimed} and {And(*theirs)} were not told apart")


def _sides(claim: Claim) -> tuple[Expr, Expr]:
    """The statement about the roots, and the conditions that it is equivalent to."""
    (inside,) = (side for side in claim.formula.args if side.has(radius))
    (conditions,) = (side for side in claim.formula.args if side is not inside)
    return inside, conditions


def _level(inside: Expr) -> Expr:
    """The level below which the statement puts the moduli of the roots."""
    gap = Poly(difference(inside), radius)
    expect(gap.degree() == 1 and gap.LC() < 0, f"{inside} bounds {radius} from above")
    return -gap.TC() / gap.LC()


@evidence("HB-STABLE", "peer")
@given(momentum=MOMENTA, scaled=STEPS)
def test_regions_against_flints_roots(claim: Claim, momentum: Fraction, scaled: Fraction) -> None:
    """FLINT encloses the roots; where a circle of radius level cuts an enclosure, it is asked nothing."""
    inside, claimed = _sides(claim)
    level = _level(inside)
    at = {beta: rational(momentum), eta: rational(scaled), h: 1}
    numbers = [Rational(c) for c in reversed(Poly(HB_ROOTS.says(char).subs(at), z).all_coeffs())]
    found = fmpq_poly([fmpq(int(c.p), int(c.q)) for c in numbers]).complex_roots()
    bound = fmpq(int(level.p), int(level.q))
    says = claimed.subs(at)
    if all(root.abs_upper() < bound for root, _ in found):
        expect(says, "both roots are inside", beta=momentum, eta=scaled, h=1)
    elif any(root.abs_lower() > bound for root, _ in found):
        expect(Not(says), "a root is outside", beta=momentum, eta=scaled, h=1)
    else:
        expect(
            any(value == 0 for value in _edge(at, level)),
            "a root may be on the circle",
            beta=momentum,
            eta=scaled,
            h=1,
        )


def _edge(at: dict[Expr, Expr], level: Expr) -> list[Expr]:
    """What vanishes when a root has modulus ``level``: P at +-level, or level^2 minus the product."""
    polynomial = HB_ROOTS.says(char).subs(at)
    return [polynomial.subs(z, level), polynomial.subs(z, -level), level**2 - polynomial.subs(z, 0)]


@evidence("HB-RATE", "symbolic", step="parameters")
def test_parameters_for_which_both_ends_have_a_double_root(claim: Claim) -> None:
    size, root = polyak()
    for symbol, value in ((eta_star, size), (b_star, root)):
        expect_identity(claim.conjunct(side=symbol, kind="equation"), {symbol: value})


def _at_the_parameters(expr: Expr) -> Expr:
    size, root = polyak()
    return expr.subs({eta: size, b: root})


@evidence("HB-RATE", "symbolic", step="no two real roots")
def test_discriminant_between_the_ends(claim: Claim) -> None:
    def proof(assumed: Assumed) -> tuple[Expr, Expr]:
        between = assumed(h - m**2) * assumed(k**2 * m**2 - h)
        return assumed(m) ** 4 * (assumed(k - 1) + 2) ** 4, 16 * between

    sign = claim.conjunct(kind="inequality")
    found = _at_the_parameters(HB_ROOTS.says(disc))
    expect_consequence(sign, claim.region, [proof], {disc: found})


@evidence("HB-RATE", "symbolic", step="modulus")
def test_modulus_from_the_product_of_the_roots(claim: Claim) -> None:
    product = HB_ROOTS.says(char).subs(z, 0).subs(beta, b**2)
    expect_identity(
        claim.conjunct(side=modulus2, kind="equation"), {modulus2: _at_the_parameters(product)}
    )


def _expect_real_roots_outside(claim: Claim, name: str, curvature: Rational) -> None:
    at = {m: 1, k: 3, h: curvature}
    sign = claim.conjunct(kind="inequality").subs(disc, _at_the_parameters(HB_ROOTS.says(disc)))
    expect_fails(sign, at, claim.region, claim.condition(name))


@evidence("HB-RATE", "witness", step="no two real roots", needs="curvature at least mu")
def test_real_roots_below_mu(claim: Claim) -> None:
    _expect_real_roots_outside(claim, "curvature at least mu", Rational(1, 2))


@evidence("HB-RATE", "witness", step="no two real roots", needs="curvature at most L = k^2 m^2")
def test_real_roots_above_l(claim: Claim) -> None:
    _expect_real_roots_outside(claim, "curvature at most L = k^2 m^2", Rational(10))


@evidence("HB-LOWER", "symbolic")
def test_bound_from_three_necessary_conditions(claim: Claim) -> None:
    """L times the one at mu, mu times the one at L, and the product of the roots: the step drops out."""
    polynomial = HB_ROOTS.says(char)

    def proof(assumed: Assumed) -> tuple[Expr, Expr]:
        root_kappa, rate, left = assumed(k - 1) + 1, assumed(r), assumed(1 - r)
        at_mu = assumed(polynomial.subs({h: mu, z: r}))
        at_l = assumed(polynomial.subs({h: k**2 * mu, z: -r}))
        product = assumed(r**2 - beta)
        factor = (root_kappa + 1) * rate * (1 + rate + root_kappa * left)
        return factor, root_kappa**2 * at_mu + at_l + product * (root_kappa**2 * left + 1 + rate)

    expect_consequence(claim.formula, claim.region, [proof])


def _expect_needed(claim: Claim, name: str, momentum: int, size: int) -> None:
    at = {k: 3, r: Rational(1, 10), mu: 1, beta: momentum, eta: size}
    expect_fails(claim.formula, at, claim.region, claim.condition(name))


@evidence("HB-LOWER", "witness", needs="product of the roots")
def test_bound_fails_with_a_large_product(claim: Claim) -> None:
    _expect_needed(claim, "product of the roots", momentum=1, size=0)


@evidence("HB-LOWER", "witness", needs="no root beyond r at mu")
def test_bound_fails_without_steps(claim: Claim) -> None:
    _expect_needed(claim, "no root beyond r at mu", momentum=0, size=0)


@evidence("HB-LOWER", "witness", needs="no root below -r at L")
def test_bound_fails_with_a_step_for_mu_alone(claim: Claim) -> None:
    _expect_needed(claim, "no root below -r at L", momentum=0, size=1)
