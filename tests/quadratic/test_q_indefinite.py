"""Evidence: Q-INDEFINITE."""

from __future__ import annotations

from fractions import Fraction

import flint
import pytest
from flint import fmpq, fmpq_mat
from sympy import Poly, Rational, Symbol, expand

from tests.quadratic.cases import (
    SINGULAR,
    STABLE,
    UNSTABLE,
    Case,
    enumerated_operator,
    evaluated,
    expect_squares,
)
from tests.quadratic.mean_square_tools import F, _sympy
from theorem_audit import evidence, expect, expect_identity
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory.model.trace_algebra import letter, trace
from theory.quadratic.mean_square import (
    Q_INDEFINITE,
    form_excess,
    image_v,
    q_v,
    second_v,
    trace_excess,
)
from theory.quadratic.second_moment import C, operator
from theory.quadratic.second_moment import spectral_radius as rho
from theory.quadratic.thresholds import definiteness, identity

# ------------------------------------------------------------------------------------- Q-INDEFINITE


@evidence(Q_INDEFINITE, "symbolic", step="excess")
def test_excess_along_a_direction(claim: Claim) -> None:
    """<vv', M vv'> = E(v'Ev)^2 and tr(M vv') = E|Ev|^2 with E = I - C Q_B, |v| = 1."""
    x = Symbol("v'Q_Bv")  # mean q_v, second moment m_v
    y = Symbol("v'Q_B^2v")  # mean n_v
    form = Poly(expand((1 - C * x) ** 2 - 1), x, y)
    total = Poly(expand(1 - 2 * C * x + C**2 * y - 1), x, y)
    names = {(1, 0): q_v, (2, 0): second_v, (0, 1): image_v}
    mean = [sum(c * names[e] for e, c in poly.terms()) for poly in (form, total)]
    equations = [
        part for part in relations(claim.formula) if part.lhs in (form_excess, trace_excess)
    ]
    expect(len(equations) == 2, "both equations stand")
    for part in equations:
        expect_identity(part, {part.lhs: mean[0] if part.lhs == form_excess else mean[1]})


@evidence(Q_INDEFINITE, "symbolic", step="unstable")
def test_both_excesses_cannot_vanish(claim: Claim) -> None:
    """Each is a sum of terms >= 0 (C > 0, -q_v >= 0, m_v >= 0); the second has C^2 n_v > 0."""
    step, slope = Symbol("c0"), Symbol("c1")
    for part in relations(claim.formula):
        if part.lhs not in (form_excess, trace_excess):
            continue
        other = second_v if part.lhs == form_excess else image_v
        value = Poly(part.rhs.subs({C: step, q_v: -slope}), step, slope, other)
        expect(all(c > 0 for c in value.coeffs()), f"{part} has no negative term")
        expect(value.coeff_monomial(step**2 * other) > 0, f"{part} contains {other}")
    letters = letter("D"), letter("R")
    traced = trace(letters[0] * letters[1] ** 2 * letters[0])
    expect_squares(traced, "E|Q_B v|^2 >= 0")


@evidence(Q_INDEFINITE, "ball", step="unstable")
def test_spectral_radius_on_kept_problems(claim: Claim) -> None:
    """Every direction and step of the table that the region admits, with M_C by enumeration."""
    inequality = claim.conjunct(rho)
    table = [*UNSTABLE.values(), (STABLE["pair"], (1,)), (SINGULAR["common kernel"], (0, 1)),
             (Case([[[-1]]]), (1,)), (Case([[[F(1, 25)]]]), (1,))]  # fmt: skip
    from tests.quadratic.cases import batches

    for case, direction in table:
        for step in (F(-1, 2), F(0), F(1, 100), F(1, 2), F(2)):
            column = fmpq_mat([[fmpq(F(x).numerator, F(x).denominator)] for x in direction])
            images = [m * column for m in batches(case)]
            second = sum((x.transpose() * x)[0, 0] for x in images) / len(images)
            curvature = (column.transpose() * case.problem.mean * column)[0, 0]
            point = {q_v: _sympy(curvature), image_v: _sympy(second), C: Rational(step)}
            if not claim.region.subs(point):
                continue
            values = {operator: enumerated_operator(case, step)}
            less, more = (flint.arb(evaluated(x, values)) for x in (inequality.lts, inequality.gts))
            expect(less < more, f"{inequality}: {less} < {more}", case=case, step=step)


def _does_not_grow(case: Case, step: Fraction) -> None:
    """rho(M_C) <= 1, by definiteness of 1 - M_C (M_C is symmetric)."""
    gap = identity(case.problem.dimension**2) - enumerated_operator(case, step)
    expect(definiteness(gap) >= 0, "rho(M_C) <= 1", case=case, step=step)


@evidence(Q_INDEFINITE, "witness", needs="no mean curvature", step="unstable")
def test_positive_curvature_can_be_stable(claim: Claim) -> None:
    _does_not_grow(STABLE["pair"], F(1, 2))


@evidence(Q_INDEFINITE, "witness", needs="noise", step="unstable")
def test_a_silent_kernel_does_not_grow(claim: Claim) -> None:
    _does_not_grow(SINGULAR["common kernel"], F(1, 2))


@evidence(Q_INDEFINITE, "witness", needs="positive step", step="unstable")
def test_negative_curvature_is_stable_for_a_backward_step(claim: Claim) -> None:
    _does_not_grow(Case([[[-1]]]), F(-1, 2))


def test_a_trace_that_is_no_square_is_refused() -> None:
    """What decides Q-MS must refuse tr(D R), tr(D R D S) and a square with a negative coefficient."""
    D, R, S = (letter(name) for name in "DRS")
    for expr in (D * R, D * R * D * S, -(D**2), D**2 - R**2):
        with pytest.raises(Refuted):
            expect_squares(trace(expr), "planted")
    expect_squares(trace(2 * D * R**2 * D), "a square")
