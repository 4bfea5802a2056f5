"""Evidence: MOMENTUM-AIRY-EDGE, the zero of the limit."""

from __future__ import annotations

from fractions import Fraction

import flint
from sympy import Expr, Gt, Poly, Rational, Symbol, airyai, airybi, diff

from tests.assumptions.momentum_airy_tools import (
    airy_ball,
    exponent_of,
    frozen,
    integral_slope,
    s,
    x,
    y,
)
from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.projective import ball_of
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_nonnegative, expect_zero
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.zero import difference
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import claims
from theory import vocabulary as words
from theory.assumptions.momentum_exponent import MOMENTUM_AIRY_EDGE, c, edge, gamma_slow


def signs(claim: Claim) -> tuple[Expr, Expr]:
    """(A, B) of sign(A) = sign(B)."""
    found = claim.conjunct(kind="equation")
    if any(z.func.__name__ != "sign" for z in found.args):
        raise Undecided(f"{claim.formula} is not about two signs")
    left, right = (z.args[0] for z in found.args)
    return (left, right) if left.has(gamma_slow) else (right, left)


def limit_of(claim: Claim) -> Expr:
    """gamma_slow in c by MOMENTUM-AIRY, whose setting the claim has."""
    expect_items(
        claim, words.ORTHONORMAL, words.UNIFORM, words.LINEARISED, words.LINEAR, words.SLOW
    )
    expect_implied(Gt(c, 0), claim.region)
    return claims["MOMENTUM-AIRY"].says(gamma_slow)


@evidence(MOMENTUM_AIRY_EDGE, "certificate", step="one zero")
def test_the_limits_sign_changes_once(claim: Claim) -> None:
    """2 I gamma_slow = N(1/c^3), I > 0, and N(tau) = int (s-1) s^(-1/2) e^(tau T) ds, T = s/4 - s^3/12, falls.

    T' = (1 - s^2)/4 and T(0) = T(sqrt 3) = 0.  With the level theta of T for s: at theta in (0, 1/6) there
    are s_1 < 1 < s_2, at theta < 0 one s, past sqrt 3, and (s-1) s^(-1/2)/|T'| = +-4/(s^(1/2) (1+s)), which
    falls in s.  So N = int e^(tau theta) n(theta), n > 0 for theta < 0 and n < 0 for theta > 0, and
    N' = int theta n e^(tau theta) < 0.
    """
    level = s / 4 - s**3 / 12
    expect_zero(exponent_of(s) + s * (x + s / 2) ** 2 / c**3 - level / c**3, "T in the exponent")
    expect_zero(diff(level, s) - (1 - s**2) / 4, "T rises to s = 1 and falls after")
    expect_zero(level - s * (3 - s**2) / 12, "T is 0 at 0 and at sqrt 3")
    weight = (s - 1) / ((s**2 - 1) / 4)
    expect_zero(weight - 4 / (1 + s), "(s-1)/|T'| for s > 1; its negative for s < 1")
    r = Symbol("r", real=True)  # the square root of s
    slope = cancel(-diff(1 / (r * (1 + r**2)), r) * (r * (1 + r**2)) ** 2)
    expect_nonnegative(slope - 1, {r: (0, 2)}, "1/(s^(1/2) (1+s)) falls up to s = 4")
    for coefficient in Poly(slope, r).coeffs():  # and everywhere: no coefficient is negative
        expect(coefficient > 0, "it falls everywhere")
    # the claim: gamma_slow has the sign of N at 1/c^3, which is that of 1/e - 1/c^3, so of c^3 - e
    for size in (1, 2):  # on both sides of the zero: the claim's equations hold there
        seen = airy_ball(limit_of(claim), {c: flint.arb(size)})
        at = {gamma_slow: 1 if seen > 0 else -1, c: size, edge: Rational(177, 100)}
        for equation in matching(claim.formula, kind="equation"):
            expect(equation.subs(at), f"{equation} at c = {size}")
    left, right = signs(claim)
    scale = cancel(left / gamma_slow)
    expect(scale.is_Rational and scale > 0, f"{left} has the limit's sign: {scale} times it")
    values = integral_slope()  # l = (c/2) I'/I, so that 2 I (l - 1/2) = c I' - I
    square = airyai(y) ** 2 + airybi(y) ** 2
    formula = values[1] * (diff(square, y) / square).subs(y, 1 / (4 * c**2)) - Rational(1, 2)
    expect_zero(frozen(limit_of(claim) - formula), "the limit is l - 1/2, l by the integrals")
    expect_zero(right.subs(edge, c**3), "a zero at c^3 = e")
    alone = Poly(right.subs(edge, 0), c)
    expect(len(alone.terms()) == 1 and alone.LC() > 0, f"{right} is positive for large c")
    expect(Poly(right, edge).degree() == 1 and Poly(right, edge).LC() < 0, "one zero in e")


@evidence(MOMENTUM_AIRY_EDGE, "ball", step="bracket")
def test_the_zero_between_two_cubes(claim: Claim) -> None:
    """gamma_slow < 0 where the claim's lower end is, > 0 at the upper one: e, the one zero, lies between."""
    limit = limit_of(claim)
    ends = matching(claim.formula, kind="inequality")
    if not ends:
        raise Undecided(f"{claim.formula} brackets nothing")
    old, flint.ctx.prec = flint.ctx.prec, 128
    try:
        for bound in ends:
            gap = Poly(difference(bound), edge)
            if gap.degree() != 1:
                raise Undecided(f"{bound} is no bound on e")
            end, above = -gap.TC() / gap.LC(), gap.LC() > 0
            if end <= 0:
                expect(above, f"{bound}: e > 0")
                continue
            cube = ball_of(Fraction(int(end.p), int(end.q)))
            value = airy_ball(limit, {c: cube.root(3)})
            if (value > 0) if above else (value < 0):
                raise Refuted(f"{bound}: at this end the limit is {value}")
            expect(bool((value < 0) if above else (value > 0)), f"{bound}: the limit is {value}")
    finally:
        flint.ctx.prec = old
