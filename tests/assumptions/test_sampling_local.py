"""Evidence: SAMPLING-LOCAL, SAMPLING-EDGE."""

from __future__ import annotations

from sympy import Abs, Eq, Expr, Ge, Gt, Integer, Lt, Poly, Rational, Sum, Symbol, diff, log

from tests.analysis import expect_outside
from tests.assumptions.sampling_laws import (
    expect_law,
    expect_sizes,
    expect_small_product,
    factors_at_the_point,
    summand,
)
from tests.assumptions.sampling_tools import x
from tests.inequalities import expect_holds, expect_implied
from tests.reading import expect_items, expect_only
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import vocabulary as words
from theory.assumptions.sampling import (
    SAMPLING_EDGE,
    SAMPLING_LOCAL,
    SAMPLING_REPLACEMENT,
    SAMPLING_STEP,
    m_i,
    m_j,
    p_local,
    rate_multi,
    rate_multi_off,
    rate_multi_radial,
)
from theory.notation import S, a, b, n, perp, perp_next, q_j, q_j_next, r2

SINGLE = {m_i: 1 / n}


# SAMPLING-LOCAL and SAMPLING-EDGE


def _term_of(total: Expr, wanted: Expr) -> None:
    """The sum's term is log of the wanted factor (up to sign, where it is log|.|)."""
    _, term = summand(total)
    inner = term.args[0]
    expect(term == log(inner), f"{term} is no logarithm")
    if isinstance(inner, Abs):
        expect_zero(inner.args[0] ** 2 - wanted**2, "factor squared")
    else:
        expect_zero(inner - wanted, "factor")


@evidence(SAMPLING_LOCAL, "symbolic", step="factors")
@evidence(SAMPLING_EDGE, "symbolic", step="factor")
def test_single_factors_with_replacement(claim: Claim) -> None:
    if claim.id == SAMPLING_EDGE.id:
        expect_only(claim, rate_multi_radial, inequalities=1)
    else:
        expect_only(claim, rate_multi_off, rate_multi_radial, inequalities=3)
    found = factors_at_the_point()
    wanted = {rate_multi_radial: found["radial"], rate_multi_off: found["off"]}
    for symbol, factor in wanted.items():
        if claim.id == SAMPLING_EDGE.id and symbol == rate_multi_off:
            continue
        _term_of(claim.says(symbol), factor)


@evidence(SAMPLING_LOCAL, "symbolic", step="law")
@evidence(SAMPLING_EDGE, "symbolic", step="law")
def test_binomial_law(claim: Claim) -> None:
    """Starting at m_i = 1 is right: the logarithms are 0 at m_i = 0."""
    expect_items(claim, words.WITH_REPLACEMENT)
    sums = [r.rhs for r in relations(claim.formula) if isinstance(r, Eq) and r.rhs.has(Sum)]
    expect(len(sums) == (1 if claim.id == SAMPLING_EDGE.id else 2), f"sums {sums}")
    for total in sums:
        expect_law(total, SINGLE)
        expect(total.limits == ((m_i, 1, b),), f"limits {total.limits}")
        expect(summand(total)[1].subs(m_i, 0) == 0, "term at m_i = 0")


@evidence(SAMPLING_LOCAL, "certificate", step="signs")
def test_every_exponent_is_negative(claim: Claim) -> None:
    """With x = a m in (0, ab]: 0 < 1 - x < 1 and |1 - 4x| < 1; m = b has chance n^-b > 0."""
    end = expect_small_product(claim, Rational(1, 2))
    expect_small_product(SAMPLING_REPLACEMENT, Integer(1))
    expect_sizes(claim, 1)
    found, inside = factors_at_the_point(), Gt(x, 0) & Lt(x, end)
    off, radial = (found[key].subs(m_i, x / a) for key in ("off", "radial"))
    for gap in (off, 1 - off, 1 - radial**2):
        expect_holds(Gt(gap.expand(), 0), inside, (x,), derived={})
    signs = matching(claim.formula, without=[p_local], kind="inequality")
    expect(set(signs) == {Lt(rate_multi_off, 0), Lt(rate_multi_radial, 0)}, f"signs {signs}")


@evidence(SAMPLING_LOCAL, "symbolic", step="attraction")
def test_linear_part_at_the_point(claim: Claim) -> None:
    """q_i = 1 + y, S = m_i q_i^2 + R, r2 = q_i^2 + Z: y+ = (1 - 4 a m_i + O(y)) y + O(R) + O(Z)."""
    y, R, Z = (Symbol(name, real=True) for name in ("y", "R", "Z"))
    own = SAMPLING_STEP.says(q_j_next).subs(m_j, m_i).subs(S, m_i * q_j**2 + R)
    after = own.subs(r2, q_j**2 + Z).subs(q_j, 1 + y).expand() - 1
    poly = Poly(after, y, R, Z)
    expect_zero(poly.coeff_monomial(1), "x_i is fixed")
    expect_zero(poly.coeff_monomial(y) - factors_at_the_point()["radial"], "linear part")
    expect(all(sum(powers[1:]) <= 1 for powers in poly.monoms()), "linear in R and Z")
    for symbol, before in ((q_j_next, q_j), (perp_next, perp)):
        expect_zero(SAMPLING_STEP.says(symbol).subs(before, 0), f"{before} = 0 is kept")
    upper = SAMPLING_REPLACEMENT.conjunct(lesser=rate_multi)
    expect(upper.gts.has(log), "the exponent of the ratios is negative")
    expect(
        claim.conjunct(p_local, kind="inequality").gts == p_local,
        "a bound from below, by the next tests",
    )


@evidence(SAMPLING_EDGE, "certificate", step="sign")
def test_radial_exponent_past_one_half(claim: Claim) -> None:
    """(4am - 1)^2 - 1 = 8am(2am - 1): >= 0 for a >= 1/2, m >= 1, and > 0 at m = b >= 2."""
    expect_sizes(claim, 2)
    expect_implied(Ge(a, Rational(1, 2)), claim.region)
    e, f = Symbol("e"), Symbol("f")
    gap = (factors_at_the_point()["radial"] ** 2 - 1).subs({a: Rational(1, 2) + e, m_i: 1 + f})
    poly = Poly(gap.expand(), e, f)
    expect(all(value >= 0 for value in poly.coeffs()), f"coefficients of {poly}")
    expect(poly.eval({e: 0, f: 1}) > 0, "strict at m = 2")
    expect(Poly(diff(gap, f), e, f).coeff_monomial(1) > 0, "and beyond")
    sign = claim.conjunct(kind="inequality")
    expect(sign == Gt(rate_multi_radial, 0), f"{sign}")


EDGE_OUT = {"with replacement": (3, 1, Rational(1, 2)), "step size": (3, 2, Rational(1, 5))}


@evidence(SAMPLING_EDGE, "witness", step="sign", needs="with replacement",
          cases={"b = 1": "with replacement"})  # fmt: skip
@evidence(SAMPLING_EDGE, "witness", step="sign", needs="step size", cases={"a": "step size"})
def test_edge_needs_two_draws_and_large_steps(claim: Claim, case: str) -> None:
    """n = 3: at b = 1, a = 1/2 the exponent is 0; at b = 2, a = 1/5 it is negative."""
    total = claim.says(rate_multi_radial)
    at = dict(zip((n, b, a), EDGE_OUT[case], strict=True))
    expect(total.subs(at).doit() <= 0, "positive", at=at)
    expect_outside(claim, at, "the exponent is not positive")
