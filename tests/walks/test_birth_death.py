"""Chapter random_walk: birth-death chains with drift c/x, in closed form for every c."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from mpmath import mp
from sympy import Expr, Integer, Max, Rational, Symbol, expand

from tests.analysis import expect_outside
from tests.forms import cancel
from tests.rationals import fractions
from tests.walks.bounds import rational
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.statement.claim import Claim
from theory.walks.birth_death import (
    c,
    down,
    escape_weight,
    gamma_reduced,
    kappa,
    m,
    mean_return_time,
    up,
    v,
)
from theory.walks.random_walk import (
    LAMPERTI,
    RESISTANCE,
    escape,
    place,
    resistance,
    resistance_sum,
    stationary,
)

BASES = st.integers(min_value=0, max_value=3)

# RESISTANCE


@evidence(RESISTANCE, "symbolic", step="product")
def test_resistance_is_the_product_of_the_odds(claim: Claim) -> None:
    rho = claim.says(resistance)
    expect_zero(gamma_reduced(rho.subs(place, m)) - 1, "the empty product")
    odds = (down(place) / up(place)).subs(c, kappa * v)
    growth = rho - rho.subs(place, place - 1) * odds
    expect_zero(gamma_reduced(growth), "one more factor q_x/p_x")


@evidence(RESISTANCE, "symbolic", step="sum")
def test_resistances_telescope(claim: Claim) -> None:
    total, rho = (claim.says(x) for x in (resistance_sum, resistance))
    expect_zero(gamma_reduced(total.subs(place, m)), "the empty sum")
    expect_zero(gamma_reduced(total.subs(place, place + 1) - total - rho), "one more resistance")


@evidence(RESISTANCE, "witness", needs="off the boundary")
def test_the_sum_is_no_gamma_ratio_at_one_half(claim: Claim) -> None:
    """At kappa = 1/2 the sum from m = 0 to x = 2 is 1 + 1/3; the formula is 0/0."""
    point = {kappa: Rational(1, 2), m: 0, place: 2}
    expect_outside(claim, point, "the formula is 0/0")
    total = claim.says(resistance_sum)
    expect(not total.subs(point).is_finite, "0/0", value=total)


# LAMPERTI


def expect_on_side(formula: Expr, drift_at: Expr, derived: Expr, message: str) -> None:
    """``formula`` at c = drift_at(v, s), first at exact points, then for all s and v > 0.

    In general Max is resolved by SymPy from the signs of the symbols.
    """
    for point in POINTS:
        at = {**point, c: drift_at.subs(point), v: point[POSITIVE_V]}
        value, exact = formula.subs(at), derived.subs(point)
        expect(value == exact, message, c=at[c], v=at[v], m=at[m], claimed=value, exact=exact)
    value = formula.subs({c: drift_at, v: POSITIVE_V}, simultaneous=True)
    value = value.replace(Max, lambda *args: Max(*(expand(x) for x in args)))
    if value.has(Max):
        raise Undecided(f"{value}: the sign inside Max is open")
    expect_zero(value - derived, message)


POSITIVE_V = Symbol("v", positive=True)
BEYOND = Symbol("s", positive=True)
WITHIN = Symbol("s", nonnegative=True)
POINTS = [
    {POSITIVE_V: Rational(1, 2), m: 1, BEYOND: Rational(1, 60), WITHIN: Rational(1, 60)},
    {POSITIVE_V: Rational(3, 4), m: 2, BEYOND: Rational(1, 700), WITHIN: Rational(1, 700)},
    {POSITIVE_V: Rational(5, 6), m: 2, BEYOND: Rational(7, 5), WITHIN: Rational(7, 5)},
]


def full_sum() -> Expr:
    """lim R_x for kappa > 1/2, from RESISTANCE: its Gamma term tends to 0.

    That term T satisfies T(x+1)/T(x) = 1 + (1 - 2 kappa)/(x + kappa), checked here, and the
    harmonic series diverges: T -> 0 for kappa > 1/2, T -> oo for kappa < 1/2.
    """
    total = RESISTANCE.says(resistance_sum)
    term = total * (1 - 2 * kappa) + (m + kappa)
    growth = term.subs(place, place + 1) - term * (1 + (1 - 2 * kappa) / (place + kappa))
    expect_zero(gamma_reduced(growth), "growth of the Gamma term")
    return cancel((total * (1 - 2 * kappa) - term).expand() / (1 - 2 * kappa))


@evidence(LAMPERTI, "symbolic", step="transient side")
def test_escape_probability_for_2c_above_v(claim: Claim) -> None:
    formula = claim.says(escape)
    at = (POSITIVE_V + BEYOND) / 2
    derived = escape_weight(full_sum()).subs(kappa, at / POSITIVE_V)
    expect_on_side(formula, at, derived, "escape probability, 2c = v + s")


@evidence(LAMPERTI, "symbolic", step="recurrent side")
def test_no_escape_for_2c_up_to_v(claim: Claim) -> None:
    """R_x -> oo: by the Gamma term for kappa < 1/2, and R_x is a harmonic sum at kappa = 1/2."""
    rho = RESISTANCE.says(resistance)
    full_sum()
    harmonic = gamma_reduced(rho.subs(kappa, Rational(1, 2)))
    expect_zero(harmonic - (2 * m + 1) / (2 * place + 1), "resistances at kappa = 1/2")
    formula = claim.says(escape)
    expect_on_side(formula, (POSITIVE_V - WITHIN) / 2, Integer(0), "no escape, 2c = v - s")


@evidence(LAMPERTI, "symbolic", step="positive side")
def test_return_time_for_2c_below_minus_v(claim: Claim) -> None:
    """Conductances are resistances with kappa -> -kappa; pi_m = 1/(mean return time)."""
    rho, formula = RESISTANCE.says(resistance), claim.says(stationary)
    expect_zero(gamma_reduced(rho * rho.subs(kappa, -kappa) - 1), "conductance is 1/resistance")
    at = -(POSITIVE_V + BEYOND) / 2
    conductances = full_sum().subs(kappa, -at / POSITIVE_V)
    derived = 1 / mean_return_time(conductances).subs(v, POSITIVE_V)
    expect_on_side(formula, at, derived, "share of time at m, 2c = -v - s")


@evidence(LAMPERTI, "symbolic", step="null side")
def test_no_stationary_law_for_2c_from_minus_v(claim: Claim) -> None:
    """sum 1/rho_x = oo for -kappa <= 1/2, by the same growth of the Gamma term."""
    full_sum()
    formula = claim.says(stationary)
    expect_on_side(formula, (WITHIN - POSITIVE_V) / 2, Integer(0), "share of time, 2c = s - v")


@st.composite
def chains(draw: st.DrawFn) -> tuple[Rational, Rational, int]:
    """(c, v, m) with |c| < v (m + 1); 2c = +-v exactly in some of them."""
    base = draw(BASES)
    variance = draw(fractions(min_value=Fraction(1, 10), max_value=1, max_denominator=10))
    shares = fractions(min_value=-1, max_value=1, max_denominator=30)
    share = draw(st.one_of(shares, st.sampled_from([Fraction(s, 2 * base + 2) for s in (-1, 1)])))
    assume(abs(share) < 1)
    return rational(share * variance * (base + 1)), rational(variance), base


@evidence(LAMPERTI, "property")
@given(chain=chains())
def test_closed_forms_by_hypergeometric_sums(claim: Claim, chain: Any) -> None:
    """sum rho_x = 2F1(1, m+1-kappa; m+1+kappa; 1) by mpmath, at 60 digits; 0 where it diverges.

    Sums below 1e6 are asked only (kappa - 1/2 >= 1/600 here), so 45 digits are left.
    """
    values = dict(zip((c, v, m), chain, strict=True))
    k = chain[0] / chain[1]
    with mp.workdps(60):
        base, ratio = chain[2], mp.mpf(int(k.p)) / int(k.q)
        moment = mp.mpf(int(chain[1].p)) / int(chain[1].q)
        out = 1 / mp.hyp2f1(1, base + 1 - ratio, base + 1 + ratio, 1) if 2 * k > 1 else mp.mpf(0)
        at_base = mp.mpf(0)
        if 2 * k < -1:
            conductances = mp.hyp2f1(1, base + 1 + ratio, base + 1 - ratio, 1)
            at_base = 1 / (1 + (2 * conductances - 1) / moment)
        for symbol, exact in ((escape, out), (stationary, at_base)):
            found = mp.mpf(str(claim.says(symbol).subs(values).evalf(60)))
            gap = abs(found - exact)
            expect(gap < mp.mpf(10) ** -45, f"{symbol}", chain=chain, found=found, exact=exact)


IMPOSSIBLE = {
    "v > 1": {v: 1 + Rational(1, 40), c: 0, m: 0},
    "v < 0": {v: -Rational(1, 40), c: 0, m: 0},
    "c too large": {v: Rational(1, 2), c: 1 + Rational(1, 40), m: 1},
    "c too small": {v: Rational(1, 2), c: -1 - Rational(1, 40), m: 1},
}


@evidence(LAMPERTI, "witness", needs="second moment", cases=dict(list(IMPOSSIBLE.items())[:2]))
@evidence(LAMPERTI, "witness", needs="drift", cases=dict(list(IMPOSSIBLE.items())[2:]))
def test_there_is_no_chain_beyond_the_region(claim: Claim, case: Any) -> None:
    expect_outside(claim, case, "some probability is negative")
    chances = [chance(m + 1).subs(case) for chance in (up, down)]
    expect(min(*chances, 1 - sum(chances)) < 0, "a negative probability at m + 1", chances=chances)
