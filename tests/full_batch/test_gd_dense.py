"""Evidence: GD-DENSE, GD-DENSE-MAX."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate as quadrature
from scipy import stats
from sympy import E, Integer, Mul, Rational, Symbol, exp, gammasimp, integrate, log, oo, pi, sqrt

from tests.forms import cancel
from tests.full_batch.alignment_tools import expect_count, expect_same_powers
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct
from theory import vocabulary as words
from theory.full_batch.alignment import (
    BEST_TILT,
    GD_DENSE,
    GD_DENSE_MAX,
    chernoff_bases,
    density_of_share,
    exponents,
    max_tail,
    share,
    sum_of_fourths,
    threshold,
)
from theory.notation import k


@evidence(GD_DENSE, "symbolic", step="moment")
def test_fourth_moment_of_a_uniform_direction(claim: Claim) -> None:
    """u_1^2 is C with one coordinate in k, k > 1.  c^2 times that law is a constant times the law with
    five coordinates in k + 4; a law integrates to 1, so E C^2 is that constant."""
    expect_count(claim)
    expect_items(claim, words.ROTATION_INVARIANT)
    one, five = (
        Mul(*(x**y for x, y in density_of_share(Integer(size), total).items()))
        for size, total in ((1, k), (5, k + 4))
    )
    moment = gammasimp(share**2 * one / five)
    expect(claim.formula.lhs == sum_of_fourths, f"{claim.formula.lhs} is not E sum u_j^4")
    expect_zero(claim.formula.rhs - k * moment, "k E u_1^4")
    expect_zero(claim.formula.rhs.subs(k, 1) - 1, "one coordinate: u = +-1")


@evidence(GD_DENSE_MAX, "symbolic", step="exponential moment")
def test_exponential_moment_at_the_best_tilt(claim: Claim) -> None:
    """E exp(l g^2) = (1-2l)^(-1/2); at the best tilt A = 1/(k x), 1/B = 1 - v, v = (k x - 1)/(k - 1).

    k times the moment (union bound) with (1 - v)^((k-1)/2) <= exp(-(k-1) v/2) is the claim; any other
    right side is left open here.
    """
    expect_items(claim, words.ROTATION_INVARIANT)  # u_1^2 = g^2/(g^2 + K), whatever the radius
    z, spare = Symbol("z", real=True), Symbol("spare", positive=True)  # spare = 1 - 2l
    moment = integrate(exp(-spare * z**2 / 2) / sqrt(2 * pi), (z, -oo, oo))
    expect_zero(moment**2 - 1 / spare, "E exp(l g^2)")
    first, second = chernoff_bases(BEST_TILT)
    v = (k * threshold - 1) / (k - 1)
    expect_zero(first - 1 / (k * threshold), "A at the best tilt")
    expect_zero(second - 1 / (1 - v), "B at the best tilt")
    derived = k * sqrt(k * threshold) * exp(cancel(-(k - 1) * v / 2))
    if exponents(claim.formula.gts / derived):
        raise Undecided(f"{claim.formula.gts} is not the derived bound {derived}")
    expect(claim.formula.lts == max_tail, f"{claim.formula} does not bound {max_tail}")


@evidence(GD_DENSE_MAX, "symbolic", step="logarithm")
def test_logarithm_is_below_its_tangent(claim: Claim) -> None:
    """h(v) = -v - log(1 - v) has h(0) = 0, h'(v) = v/(1 - v) >= 0 on [0, 1).

    v = (k x - 1)/(k - 1) lies there by k x >= 1 and x < 1.
    """
    v = Symbol("v", real=True)
    h = -v - log(1 - v)
    expect(h.subs(v, 0) == 0, "h(0) is not 0")
    expect_zero(h.diff(v) - v / (1 - v), "derivative")
    value = (k * threshold - 1) / (k - 1)
    low = conjunct(claim.region, k, threshold)
    high = conjunct(claim.region, symbols=[threshold])
    expect_zero(value * (k - 1) - difference(low), f"v >= 0 is not {low}")
    expect_zero((1 - value) * (k - 1) / k - difference(high), f"v < 1 is not {high}")


def test_order_of_the_largest_coordinate() -> None:
    """At x = 4 log(k)/k the bound is 2 sqrt(e log k)/k: with L = log k, exp(-2L) = k^-2."""
    L = Symbol("L", positive=True)
    powers = exponents(GD_DENSE_MAX.formula.gts.subs(threshold, 4 * L / k))
    power = powers.pop(E)
    powers[k] = powers.get(k, Integer(0)) + power.coeff(L)
    powers[E] = power - power.coeff(L) * L
    expect_same_powers(powers, exponents(2 * sqrt(E * L) / k), "order")


@evidence(GD_DENSE_MAX, "property", step=GD_DENSE_MAX.steps)
@given(size=st.integers(2, 400), x=st.floats(0.5, 0.999))
def test_tail_is_exact_from_one_half_on(claim: Claim, size: int, x: float) -> None:
    """For x >= 1/2 the events u_j^2 >= x exclude each other, so P = n P(Beta(1/2, (n-1)/2) >= x)."""
    tail = size * float(stats.beta.sf(x, 0.5, (size - 1) / 2))
    # scipy's betainc is good to 1e-12 relative; tails below 1e-290 are not told from 0
    tail = max(tail * (1 - 1e-9), 1e-290) - 1e-290
    at = {k: size, threshold: x, max_tail: tail}
    expect(claim.formula.subs(at), "the exact tail exceeds the bound", n=size, x=x, tail=tail)


"""n = 1, d = 2, q = 1/10, w_perp = 2: r2 = 401/100."""


@evidence(GD_DENSE, "witness", needs="active count")
@evidence(GD_DENSE_MAX, "witness", needs="active count")
def test_relu_is_sparser_than_all_its_data(claim: Claim) -> None:
    """ReLU with n data has k ~ Bin(n, 1/2) of them active: with n in place of k both are false.

    n = 2: k = 1, 1, 2 of three live sign patterns: E sum u^4 = (2 * 1 + 3/4)/3 = 11/12, not 3/4.
    n = 200, x = 3/20: P >= sum_k P(k) [k p - k(k-1)/2 p_2] (Bonferroni), p and p_2 the chances that
    one, and that two given coordinates exceed x; above n sqrt(nx) exp(-(nx-1)/2) = 5.5e-4.
    """
    expect_count(claim)
    if claim.id == GD_DENSE.id:
        mean = sum(claim.formula.rhs.subs(k, x) for x in (1, 1, 2)) / 3
        expect(mean == Rational(11, 12) != claim.formula.rhs.subs(k, 2), "mean", mean=mean)
        return
    size, x = 200, Rational(3, 20)
    bound = float(claim.formula.gts.subs({k: size, threshold: x}))
    low, high = float(x), 1 - float(x)
    total = 0.0
    for count in range(3, size + 1):
        weight = float(stats.binom.pmf(count, size, 0.5))
        one = float(stats.beta.sf(low, 0.5, (count - 1) / 2))

        def both(u: float, count: int = count) -> float:
            rest = float(stats.beta.sf(low / (1 - u), 0.5, (count - 2) / 2))
            return float(stats.beta.pdf(u, 0.5, (count - 1) / 2)) * rest

        if weight > 1e-9:
            two = quadrature.quad(both, low, high)[0]
            total += weight * (count * one - count * (count - 1) / 2 * two)
    expect(total > 10 * bound, "P_max for ReLU is within the bound with n", P=total, bound=bound)
