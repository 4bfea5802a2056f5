"""Chapter momentum_exponent: the limit of the exponent as beta -> 1."""

from __future__ import annotations

from fractions import Fraction

from sympy import (
    Expr,
    Ge,
    Gt,
    Integer,
    Poly,
    Rational,
    Symbol,
    airyai,
    airyaiprime,
    airybi,
    airybiprime,
    diff,
    expand,
    gamma,
    log,
    solve,
)
from sympy.logic.boolalg import And

from tests.assumptions.momentum_airy_tools import (
    V,
    airy_ball,
    by_quadrature,
    ell,
    exponent_of,
    frozen,
    integral_slope,
    q,
    root,
    s,
    x,
    y,
)
from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.projective import ball_of
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_identity, expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import vocabulary as words
from theory.assumptions.momentum import beta, drive_moments, drives
from theory.assumptions.momentum_exponent import (
    MOMENTUM_AIRY,
    MOMENTUM_AIRY_EDGE,
    c,
    gamma_slow,
    potential,
)
from theory.minibatch.log_ratios import WALK_DRIFT
from theory.notation import a, b, n, p


@evidence(MOMENTUM_AIRY, "symbolic", step="linear")
def test_the_drives_first_three_moments(claim: Claim) -> None:
    """E[m] = E[m^3] = 0 and E[m^2] = 2 p a^2 = 2 c^3 (1-beta)^3, c as the claim's region has it."""
    expect_items(claim, words.ORTHONORMAL, words.UNIFORM, words.LINEARISED, words.LINEAR)
    for condition in (Ge(b, 1), Ge(n - b, 1), Gt(c, 0)):
        expect_implied(condition, claim.region)
    mean, square, largest = drive_moments("ratio")
    expect_zero(mean, "E[m]")
    left, right = drives()["ratio"]
    expect_zero(left + right, "both drawn, or neither: m = 0; else m is as often a as -a")
    expect_zero(largest - a, "|m| <= a")
    ties = matching(claim.region, p, kind="equation")
    (split,) = [z for z in ties if z.has(n)] or [None]
    (scale,) = [z for z in ties if z.has(c)] or [None]
    expect(split is not None and scale is not None, "p is tied to n and b, and to c")
    chance = WALK_DRIFT.says(p)
    expect_zero(solve(split, p)[0] - chance, "p")
    tied = solve(scale, p)[0]
    expect_zero(square.subs(p, tied) - 2 * chance * a**2, "E[m^2] in n and b")
    expect_zero(2 * tied * a**2 - 2 * c**3 * (1 - beta) ** 3, "E[m^2] in c")


def moments(order: tuple[int, int]) -> Expr:
    """E[(V+ - V)^i (q+ - q)^j] in eps^2 = 1 - beta; m = eps^2 xi, xi = +-eps sigma with chance p each.

    sigma^2 = c^3/p.
    """
    sigma = Symbol("sigma", real=True)
    total: Expr = Integer(0)
    for sign, chance in ((1, p), (-1, p), (0, 1 - 2 * p)):
        xi = sign * root * sigma
        after = (1 - root**2) * V + xi * q
        total += chance * (after - V) ** order[0] * (root**2 * after) ** order[1]
    found = Poly(total.expand(), sigma)
    even: Expr = Integer(0)
    for (power,), value in found.terms():
        if power % 2:
            raise Undecided(f"an odd power of the noise is left: {value}")
        even += value * (c**3 / p) ** (power // 2)
    return even.expand()


def order_of(expr: Expr) -> int:
    """The lowest power of eps."""
    return min(k for (k,) in Poly(expr, root).monoms()) if expr != 0 else 99


def generator(h: Expr) -> Expr:
    """Drift of log|q| + h(y), y = V/q, in one step, divided by 1 - beta, at beta = 1."""
    f = log(q) + h.subs(y, V / q)
    total: Expr = Integer(0)
    for i, j in ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2)):
        weight = Rational(1, 2) if 2 in (i, j) else Integer(1)
        main = Poly(moments((i, j)), root).coeff_monomial(root**2)
        total += weight * main * diff(f, *(V,) * i, *(q,) * j)
    return cancel(total.subs(V, y * q))


def of_second_order() -> tuple[Expr, Expr, Expr]:
    """Coefficients of h', h'' and 1 in the generator, from h = 0, y and y^2/2: it is of second order."""
    none = generator(Integer(0))
    first = cancel(generator(y) - none)
    return first, cancel(generator(y**2 / 2) - none - y * first), none


@evidence(MOMENTUM_AIRY, "symbolic", step="generator")
def test_the_generator_of_the_slow_diffusion(claim: Claim) -> None:
    """c^3 h'' - (y + y^2) h' + y; in x = y + 1/2 the drift is 1/4 - x^2 = -c^3 Phi'(x)."""
    expect_implied(Gt(c, 0), claim.region)
    one, two, none = of_second_order()
    expect_zero(one + y + y**2, "the drift of y")
    expect_zero(two - c**3, "half the noise")
    expect_zero(none - y, "the growth of log|q|")
    expect_zero(one.subs(y, x - Rational(1, 2)) + c**3 * diff(potential(x), x), "the potential")


@evidence(MOMENTUM_AIRY, "symbolic", step="corrector")
def test_poissons_equation_for_the_diffusion(claim: Claim) -> None:
    """G = c^-3 int K u ds, u = x + s - l, solves c^3 G' + (1/4 - x^2) G = l - x, that is L h + y = l - 1/2.

    c^3 d_x(K u) + (1/4 - x^2) K u = c^3 d_s(K u), whose integral is -c^3 (x - l): divided by K, an identity.
    At infinity G has one formal series in 1/x, the same at both ends: 1/x - l/x^2 + ...
    """
    expect_implied(Gt(c, 0), claim.region)
    lift, part = exponent_of(s), x + s - ell
    left = c**3 * (diff(lift, x) * part + 1) + (Rational(1, 4) - x**2) * part
    expect_zero(left - c**3 * (diff(lift, s) * part + 1), "a derivative in s")
    expect_zero(lift.subs(s, 0), "K = 1 at s = 0")
    square = -(s * (x + s / 2) ** 2 + s**3 / 12 - s / 4) / c**3
    expect_zero(lift - square, "K is Gaussian in x for each s")
    expect_zero(part - (x + s / 2) - (s / 2 - ell), "an odd part, and s/2 - l")
    series, coefficients = Integer(0), [Symbol(f"g{k}") for k in range(1, 6)]
    for k, g in enumerate(coefficients, start=1):
        series += g * x**-k
    gap = expand((c**3 * diff(series, x) + (Rational(1, 4) - x**2) * series - ell + x) / x)
    known: dict[Symbol, Expr] = {}
    for k, g in enumerate(coefficients):
        (known[g],) = solve(
            gap.coeff(x, -k).subs(known), g
        )  # linear: one solution, no end is asked
    expect_zero(known[coefficients[0]] - 1, "h is log|x| + a smooth function of 1/x")
    expect_zero(known[coefficients[1]] + ell, "the next term")


@evidence(MOMENTUM_AIRY, "symbolic", step="airy")
def test_the_integral_is_a_product_of_airy_functions(claim: Claim) -> None:
    """I(z) = int t^(-1/2) exp(zt - t^3/12) dt and Ai^2 + Bi^2 solve w''' = 4 z w' + 2 w.

    (t^3 - 4 z t - 2) t^(-1/2) e = -4 d(t^(1/2) e)/dt, so I''' - 4 z I' - 2 I = 0.  Their values at 0:
    the evidence below.  So l = (c/2) (log(Ai^2 + Bi^2))'.
    """
    t, z = Symbol("t", positive=True), Symbol("z", real=True)
    lift, factor = integral_slope()
    lift = lift.subs({Symbol("t", real=True): t, Symbol("z", real=True): z})
    whole = -4 * (Rational(1, 2) / t + diff(lift, t)) * t  # d(t^(1/2) e)/dt over t^(-1/2) e
    expect_zero(t**3 - 4 * z * t - 2 - whole, "a derivative in t")
    square = airyai(z) ** 2 + airybi(z) ** 2
    expect_zero(
        frozen((diff(square, z, 3) - 4 * z * diff(square, z) - 2 * square).expand()), "Ai^2 + Bi^2"
    )
    value = factor * (diff(square, z) / square).subs(z, 1 / (4 * c**2)) - Rational(1, 2)
    expect_identity(frozen(claim.formula), {gamma_slow: frozen(value)})


@evidence(MOMENTUM_AIRY, "cited", step="airy")
def test_values_at_zero(claim: Claim) -> None:
    """I'(0)/I(0) and I''(0)/I(0) are those of Ai^2 + Bi^2, by Legendre's formula at 1/6 and 1/3.

    t^3 = 12 v: int t^(k-1/2) e^(-t^3/12) dt = 12^((2k+1)/6) Gamma((2k+1)/6)/3.  Roots of 2 and 3 and the
    values Gamma(1/3), Gamma(2/3) are symbols; r^3 = 2, t^3 = 3, h^2 = pi, k^2 = 3.
    """
    expect("Legendre's duplication formula" in claim.cites, f"cites {claim.cites}")
    r, t3, h, one, two = (Symbol(x, positive=True) for x in ("r", "t", "h", "g1", "g2"))
    # Gamma(w) Gamma(w + 1/2) = 2^(1 - 2w) sqrt(pi) Gamma(2w)
    sixth = r**2 * h * one / two  # w = 1/6
    five = r * h * two / one  # w = 1/3
    twelve = r**2 * t3  # 12^(1/3)
    first, second = twelve * h / sixth, twelve**2 * five / sixth
    small, slope = airyai(0), airyaiprime(0)
    # Ai(0) = 1/(t^2 Gamma(2/3)), Ai'(0) = -1/(t Gamma(1/3)); Bi = sqrt(3) Ai and Bi' = -sqrt(3) Ai' there
    values = {"Ai": 1 / (t3**2 * two), "Ai'": -1 / (t3 * one)}
    for name, value, exact in (("Ai", values["Ai"], small), ("Ai'", values["Ai'"], slope)):
        gap = exact / value.subs({t3: Integer(3) ** Rational(1, 3), one: gamma(Rational(1, 3)),
                                  two: gamma(Rational(2, 3))})  # fmt: skip
        expect(gap == 1, f"{name}(0)")
    expect(airybi(0) / airyai(0) == 3 ** Rational(1, 2), "Bi(0)")
    expect(airybiprime(0) / airyaiprime(0) == -(3 ** Rational(1, 2)), "Bi'(0)")
    even = values["Ai"] ** 2 * (1 + 3)
    slope_ = 2 * values["Ai"] * values["Ai'"] * (1 - 3)
    bend = 2 * values["Ai'"] ** 2 * (1 + 3)  # z = 0: Ai'' = Bi'' = 0

    def reduced(expr: Expr) -> Expr:
        """Numerator modulo r^3 = 2 and t^3 = 3."""
        top = cancel(expr).as_numer_denom()[0]
        return Poly(Poly(top, r).rem(Poly(r**3 - 2, r)).as_expr(), t3).rem(
            Poly(t3**3 - 3, t3)
        ).as_expr()  # fmt: skip

    expect_zero(reduced(first - slope_ / even), "the first ratio")
    expect_zero(reduced(second - bend / even), "the second ratio")


@evidence(MOMENTUM_AIRY, "symbolic", step="remainder")
def test_moments_of_a_step_in_the_square_root_of_one_minus_beta(claim: Claim) -> None:
    """All moments but those of the generator are O((1-beta)^2): V+ - V and q+ - q in (V, q), polynomially.

    F = log|(V,q)| + a smooth function of the direction has derivatives of order k homogeneous of degree -k,
    so Taylor's remainder of order 4 is O((1-beta)^2) at every direction.  The jumps sigma^2 = c^3/p are those
    of one p: with p of order 1 - beta they are no smaller than the walk itself.
    """
    expect_items(claim, words.SLOW)
    expect_implied(Gt(c, 0), claim.region)
    for total in range(1, 5):
        for i in range(total + 1):
            value = moments((i, total - i))
            main = Poly(value, root).coeff_monomial(root**2) * root**2 if total <= 2 else 0
            expect(order_of((value - main).expand()) >= 4, f"E[dV^{i} dq^{total - i}]")


@evidence(MOMENTUM_AIRY, "cited", step="strong law")
def test_strong_law_for_the_slow_product(claim: Claim) -> None:
    """beta > 0 near the limit, so the maps are invertible and log|M z|/|z| is bounded."""
    expect("supermartingale convergence theorem" in claim.cites, f"cites {claim.cites}")
    m, k = Symbol("m", real=True), Symbol("k", real=True)
    expect_zero(beta * (1 + m) - (m / k) * (k * beta) - beta, "the determinant is beta")
    expect_implied(Gt(1 - beta, 0), claim.region)


def test_quadrature_and_formula_differ_for_another_formula() -> None:
    """The comparison in balls sees a changed constant."""
    value = MOMENTUM_AIRY.says(gamma_slow) * Rational(1001, 1000)
    found = airy_ball(value, {c: ball_of(Fraction(1))})
    assert not found.overlaps(by_quadrature(Fraction(1)))
    assert isinstance(MOMENTUM_AIRY_EDGE.formula, And)
