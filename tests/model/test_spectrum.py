"""Chapter spectrum: the Hessian at the minima, its trace, and the kink."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sympy import And, Expr, Ge, Gt, Integer, Pow, Rational, Symbol, binomial, diff, expand

from sim.engine.state import State
from sim.observe import hessian_max_eigenvalue
from tests.ambient import bases, combination, relu_loss, unit_vectors
from tests.forms import cancel
from tests.inequalities import expect_implied
from tests.instances import Vector
from tests.model.spectrum_tools import Basis
from tests.reading import expect_items
from theorem_audit import evidence, expect, expect_identity, expect_zero
from theorem_audit.exact.zero import stated
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import matching
from theory import vocabulary as words
from theory.model.autoencoder import HESS
from theory.model.spectrum import (
    EIGENVALUES,
    MAX_EIG,
    MULTIPLICITIES,
    PROJECTIONS,
    TRACE,
    hessian_operator,
    mean_active,
    normal_form,
    trace,
    trace_gap,
    trace_linear,
    trace_of,
    trace_of_hessian,
)
from theory.notation import d, k, k0, n, r2, s

ACTIVATIONS = st.sampled_from(["linear", "relu"])


def claimed_spectrum(claim: Claim, **sizes: int) -> list[tuple[Rational, int]]:
    """(eigenvalue, multiplicity) pairs of MAX-EIG for explicit n, d, k."""
    at = {n: sizes["n"], d: sizes["d"], k: sizes["k"]}
    return [
        (
            claim.says(EIGENVALUES[name]).subs(at),
            int(claim.says(MULTIPLICITIES[name]).subs(at)),
        )
        for name in PROJECTIONS
    ]


# --- MAX-EIG


@evidence(MAX_EIG, "symbolic", step="eigenspaces")
def test_each_projection_is_an_eigenspace(claim: Claim) -> None:
    """H E = lambda E for three projections E that are orthogonal and add up to the identity."""
    expect_items(claim, words.ORTHONORMAL, words.MINIMUM)
    operator = hessian_operator(HESS.formula.rhs)
    for name, projection in PROJECTIONS.items():
        value = claim.says(EIGENVALUES[name])
        expect_zero(normal_form((operator - value) * projection), f"H E = lambda E, {name}")
        for other_name, other in PROJECTIONS.items():
            target = projection if other_name == name else Integer(0)
            expect_zero(normal_form(projection * other) - target, f"{name} times {other_name}")
    expect_zero(sum(PROJECTIONS.values()) - 1, "the projections do not add up to the identity")


@evidence(MAX_EIG, "symbolic", step="multiplicities")
def test_multiplicities_are_the_ranks(claim: Claim) -> None:
    """A projection's rank is its trace; with three eigenvalues tr H^p, p = 0, 1, 2, agree too."""
    expect_items(claim, words.ORTHONORMAL, words.MINIMUM)
    ranks = {MULTIPLICITIES[name]: trace_of(E) for name, E in PROJECTIONS.items()}
    expect_identity(And(*(claim.conjunct(side=x, kind="equation") for x in ranks)), ranks)
    operator = hessian_operator(HESS.formula.rhs)
    for power in range(3):
        total = sum(
            claim.says(MULTIPLICITIES[name])
            * (claim.says(EIGENVALUES[name]) ** power if power else 1)
            for name in PROJECTIONS
        )
        expect_zero(trace_of(operator**power) - total, f"tr H^{power}")


@evidence(MAX_EIG, "symbolic", step="largest")
def test_the_eigenvalue_along_w_is_the_largest(claim: Claim) -> None:
    """n > 0 times the differences are positive numbers, so the maximum has multiplicity one."""
    said = {*matching(claim.formula, kind="inequality")}
    order = {Gt(EIGENVALUES["max"], EIGENVALUES[name]) for name in ("tangent", "rest")}
    expect(said == order, "the inequalities are others", said=said)
    expect_implied(Ge(n, 1), claim.region)
    scaled = {name: cancel(n * claim.says(EIGENVALUES[name])) for name in PROJECTIONS}
    for name in ("tangent", "rest"):
        gap = scaled["max"] - scaled[name]
        expect(gap.is_Rational and gap > 0, f"lambda_{name} is not below the largest", gap=gap)


def _minimum(data: st.DataObject, points: list[Vector], activation: str) -> tuple[Vector, int]:
    """A rational minimum on the given data and its number k of active data."""
    size = len(points)
    count = size if activation == "linear" else data.draw(st.integers(1, size))
    direction = data.draw(unit_vectors(count))
    if activation == "relu":
        direction = [abs(x) for x in direction]
        count = sum(x > 0 for x in direction)
    return combination([*direction, *[Fraction(0)] * (size - len(direction))], points), count


@evidence(MAX_EIG, "peer")
@given(data=st.data(), basis=bases(), activation=ACTIVATIONS)
def test_the_simulator_sees_the_same_largest_eigenvalue(
    claim: Claim, data: st.DataObject, basis: Basis, activation: str
) -> None:
    """Tolerance: q is rounded once and the observable has under 10 n roundings of terms below 8."""
    points, _ = basis
    weight, count = _minimum(data, points, activation)
    q = [float(sum(x * y for x, y in zip(weight, p, strict=True))) for p in points]
    state = State.at(q, 0.0, activation=activation, dimension=len(weight))
    claimed = claimed_spectrum(claim, n=len(points), d=len(weight), k=count)
    largest = max(value for value, times in claimed if times > 0)
    gap = abs(float(hessian_max_eigenvalue(state)[0]) - float(largest))
    rounding = 64 * len(points) * np.finfo(float).eps
    expect(gap <= rounding, "largest eigenvalue", weight=weight, claimed=largest)


@evidence(MAX_EIG, "witness")
def test_relu_minima_meet_the_kink_and_are_not_morse_bott(claim: Claim) -> None:
    """n = d = 2, w = x_1: L stays minimal towards +x_2, where the claimed eigenvalue is 1/2.

    The curve (1 - u^2, 2u)/(1 + u^2), u >= 0, consists of minima and leaves x_1 along +x_2; the
    tangent space of the minima with the same active set {1} is trivial (k - 1 = 0).
    """
    points = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    level = relu_loss(points[0], points)
    for power in range(2, 20, 4):
        u = Fraction(1, 2**power)
        weight = [(1 - u**2) / (1 + u**2), 2 * u / (1 + u**2)]
        expect(relu_loss(weight, points) == level, "L along the curve", u=u)
        opposite = [weight[0], -weight[1]]
        expect(relu_loss(opposite, points) > level, "L on the other side", u=u)
    spectrum = dict(zip(PROJECTIONS, claimed_spectrum(claim, n=2, d=2, k=1), strict=True))
    expect(spectrum["tangent"][1] == 0, "tangent space of one active datum", **spectrum)
    expect(spectrum["rest"] == (Rational(1, 2), 1), "eigenvalue across the kink", **spectrum)


# --- TRACE


@evidence(TRACE, "symbolic", step="trace")
def test_trace_as_the_sum_of_the_form_over_a_basis(claim: Claim) -> None:
    expect_items(claim, words.ORTHONORMAL, words.MINIMUM)
    expect_implied(Ge(n, 1), claim.region)  # L is a mean over n
    at_minimum = trace_of_hessian(HESS.formula.rhs).subs({s: 1, r2: 1})
    for symbol, value in ((trace, at_minimum), (trace_linear, at_minimum.subs(k, n))):
        expect_identity(claim.conjunct(side=symbol, kind="equation"), {symbol: value})


@evidence(TRACE, "symbolic", step="eigenvalue sum")
def test_trace_as_the_sum_of_eigenvalues(claim: Claim) -> None:
    spectrum = MAX_EIG.formula
    total = sum(
        stated(spectrum, EIGENVALUES[x]) * stated(spectrum, MULTIPLICITIES[x]) for x in PROJECTIONS
    )
    expect_identity(claim.conjunct(side=trace, kind="equation"), {trace: total})
    expect_identity(
        claim.conjunct(side=trace_linear, kind="equation"), {trace_linear: total.subs(k, n)}
    )


@evidence(TRACE, "symbolic", step="gap")
def test_dense_minus_sparse(claim: Claim) -> None:
    counts = matching(claim.region, k)
    expect(bool(counts), "nothing is said of k")
    for condition in counts:  # the trace is read at k = k_0, which must be such a count, too
        expect_implied(condition.subs(k, k0), claim.region)
    at = claim.says(trace)
    gap = at.subs(k, 1) - at.subs(k, k0)
    expect_identity(claim.conjunct(side=trace_gap, kind="equation"), {trace_gap: gap})


def zero_with_half_to_n(expr: Expr) -> None:
    """Zero as a rational function of n and h = 2^-n, which are algebraically independent."""
    h = Symbol("h", real=True)

    def lifted(node: Expr) -> Expr:
        if isinstance(node, Pow) and node.exp.has(n):
            base, exponent = node.base, expand(node.exp)
            if base == Rational(1, 2):  # either form may come out of a simplification
                base, exponent = Integer(2), -exponent
            slope, offset = exponent.coeff(n), exponent.subs(n, 0)
            if base == 2 and slope.is_Integer and expand(exponent - slope * n - offset) == 0:
                return h ** (-slope) * Integer(2) ** offset
        return node.func(*map(lifted, node.args)) if node.args else node

    expect_zero(lifted(expr), "as a function of n and 2^-n")


@evidence(TRACE, "symbolic", step="mean")
def test_mean_number_of_active_data(claim: Claim) -> None:
    """From the generating function: independent fair signs give E z^k0 = ((1 + z)/2)^n."""
    expect_items(claim, words.SIGN_SYMMETRIC)
    value = claim.says(mean_active)
    z = Symbol("z", real=True)
    generating = ((1 + z) / 2) ** n
    for size in range(1, 13):  # an exact refutation before the general argument
        direct = sum(Integer(count) * binomial(size, count) for count in range(size + 1))
        claimed = value.subs(n, size)
        expect(claimed.is_Rational, "the mean is no number", n=size, value=claimed)
        expect_zero(claimed - direct / (Integer(2) ** size - 1), f"the mean at n = {size}")
    mean, dead = diff(generating, z).subs(z, 1), generating.subs(z, 0)
    zero_with_half_to_n(value - mean / (1 - dead))
