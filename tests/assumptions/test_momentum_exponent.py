"""Chapter momentum_exponent: enclosures of the exponent at fixed beta, by balls on the projective line."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import Ge, Gt, Le, Symbol

from tests.assumptions.momentum_exponents import enclosed, heavy_ball, law_of_drive
from tests.inequalities import expect_implied
from tests.instances import evaluate
from tests.projective import ball_of
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_zero
from theorem_audit.exact.bernstein import Refuted, Undecided
from theorem_audit.exact.zero import difference
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import equated
from theory import vocabulary as words
from theory.assumptions.momentum import beta, drives
from theory.assumptions.momentum_exponent import (
    MOMENTUM_ENCLOSURE,
    gamma_high,
    gamma_low,
    high,
    low,
)
from theory.notation import a, b, n

ROW = (n, b, beta, a, low, high)


def rows(claim: Claim) -> list[dict[Symbol, Fraction]]:
    """The settings that the claim's region has, each with its two ends."""
    found = []
    options = claim.condition("setting")
    for option in options.args if options.func.__name__ == "Or" else (options,):
        row = equated(option)
        if set(row) != set(ROW) or not all(x.is_Rational for x in row.values()):
            raise Undecided(f"{option} is no row of {ROW}")
        found.append({x: Fraction(int(y.p), int(y.q)) for x, y in row.items()})
    return found


@evidence(MOMENTUM_ENCLOSURE, "symbolic", step="linear")
def test_the_products_matrices(claim: Claim) -> None:
    """m = a (1_j - 1_i), each sign with chance p, from STEP; both maps have the determinant beta > 0."""
    expect_items(claim, words.ORTHONORMAL, words.UNIFORM, words.LINEARISED, words.LINEAR)
    for condition in (Ge(b, 1), Ge(n - b, 1)):
        expect_implied(condition, claim.region)
    left, right = drives()["ratio"]
    expect_zero(left + 1, "the drive of i")
    expect_zero(right - 1, "the drive of j")
    m, k = Symbol("m", real=True), Symbol("k", real=True)
    expect_zero(beta * (1 + m) - (m / k) * (k * beta) - beta, "the determinant, in (v/k, q)")
    for row in rows(claim):
        expect(0 < row[beta] < 1, "the maps are invertible", row=row)
        points, size = int(row[n]), int(row[b])
        expect(evaluate(claim.region, row), "the region holds its own rows", row=row)
        split = Fraction(size * (points - size), points * (points - 1))
        law = law_of_drive(points, size)
        expect(law[Fraction(1)] == law[Fraction(-1)] == split, "P(m = a) = P(m = -a) = p")
        trace = row[beta] + 1 - row[a]
        expect(trace**2 < 4 * row[beta], "complex eigenvalues: sqrt(a) + sqrt(beta) > 1", row=row)


def decide(claim: Claim, row: dict[Symbol, Fraction], symbol: Symbol, value: Any) -> None:
    """The claim's inequality on liminf or limsup, for a ball that holds both."""
    bound = claim.conjunct(symbol, kind="inequality")
    gap = difference(bound)
    slope = gap.coeff(symbol)
    free = (gap - slope * symbol).expand().subs(row)
    if not slope.is_Rational or free.free_symbols:
        raise Undecided(f"{bound} is not linear in {symbol}")
    slack = ball_of(Fraction(str(slope))) * value + ball_of(Fraction(str(free)))
    if slack < 0:
        raise Refuted(f"{bound}: {symbol} is in {value}", {"row": row})
    if not slack >= 0:
        raise Undecided(f"{bound}: {symbol} is in {value}")
    expect(True, f"{bound} at {row}")


@evidence(MOMENTUM_ENCLOSURE, "ball", step="arcs")
def test_the_drift_lies_between_the_ends_on_every_arc(claim: Claim) -> None:
    for row in rows(claim):
        value = enclosed(int(row[n]), int(row[b]), row[beta], row[a])
        for symbol in (gamma_low, gamma_high):
            decide(claim, row, symbol, value)


@evidence(MOMENTUM_ENCLOSURE, "cited", step="strong law")
def test_strong_law_on_the_projective_line(claim: Claim) -> None:
    """The maps are invertible and few, so log|M z|/|z| is bounded on the projective line, and f is continuous.

    Change minus mean of log|z_k| + f(z_k) is then a martingale difference with bounded increments.
    """
    expect(claim.cites == ("supermartingale convergence theorem",), f"cites {claim.cites}")
    for row in rows(claim):
        law = law_of_drive(int(row[n]), int(row[b]))
        found = heavy_ball(law.items(), row[beta], row[a])
        for m in found.matrices:
            squares = sum(x * x for line in m for x in line)
            turn = m[0][0] * m[1][1] - m[0][1] * m[1][0]
            # |M z|/|z| lies between |det|/|M| and |M|, |M|^2 <= the sum of squares
            expect(bool(turn > 0 and squares.is_finite()), "both ends are positive", row=row)


def test_the_chart_of_the_rows_is_told_by_the_claim() -> None:
    """Two rows differ in the sign of the exponent at one beta: the zero lies between their steps."""
    found = {(x[beta], x[a]): x for x in rows(MOMENTUM_ENCLOSURE)}
    nine = Fraction(9, 10)
    assert found[nine, Fraction(1, 18)][high] < 0 < found[nine, Fraction(1, 15)][low]
    assert all(x[low] < x[high] for x in found.values())
    assert isinstance(MOMENTUM_ENCLOSURE.conjunct(gamma_high, kind="inequality"), Le | Ge | Gt)
