"""What the evidence on neighbouring theory shares: the law of a batch at x_i, and inequalities with logs."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr, Integer, Poly, Symbol, diff, fraction, sign

from tests.analysis import Point, ball
from tests.forms import cancel
from tests.inequalities import is_strict, univariate_sign
from tests.subsets import chance_of
from theorem_audit import exact_quotient, expect, expect_zero
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import as_rational, difference
from theorem_audit.statement.claim import Claim
from theory.minibatch.log_ratios import step_factor
from theory.notation import a, b, t
from theory.quadratic.bridge import curvature

Law = list[tuple[Expr, Expr]]  # (probability, value)


def weak_gap(claim: Claim, *of: Expr) -> Expr:
    """Larger minus smaller side of the formula's one inequality with each of ``of``.

    Undecided where it says <: only <= is shown of the sides.
    """
    found = claim.conjunct(*of, kind="inequality")
    if is_strict(found):
        raise Undecided(f"{found}: nothing here shows that the sides differ")
    return difference(found)


def curvatures(direction: str) -> Law:
    """The batch's curvature times b along a direction at x_i, by HESS; who is drawn: i, and j beside it."""
    own, other = curvature(direction, "own"), curvature(direction, "other")
    expect_zero(curvature(direction, "rest"), f"{direction}: other samples are flat")
    if direction != "tangent":  # one index alone counts
        expect_zero(other, f"{direction}: j is flat")
        return [(chance_of(1), own), (chance_of(0, 1), Integer(0))]
    one = chance_of(1, 1)
    return [
        (one, own),
        (one, other),
        (chance_of(2), own + other),
        (chance_of(0, 2), Integer(0)),
    ]


def factors(direction: str) -> Law:
    """The factor of q_j (tangent), or of what is off the data, in a step at x_i, by STEP."""
    at = lambda drawn, mass: step_factor(drawn, Integer(mass)).subs(t, 1)  # noqa: E731
    if direction == "perpendicular":
        return [(chance_of(1), at(0, 1)), (chance_of(0, 1), at(0, 0))]
    one = chance_of(1, 1)
    return [(one, at(0, 1)), (one, at(1, 0)), (chance_of(2), at(1, 1)), (chance_of(0, 2), at(0, 0))]


def mean(law: Law) -> Expr:
    """The mean of a law whose probabilities add up to 1."""
    expect_zero(sum((x for x, _ in law), Integer(0)) - 1, "probabilities")
    return cancel(sum((x * value for x, value in law), Integer(0)))


def diffusion_rate(law: Law) -> Expr:
    """eta h + eta^2 nu/2 of curvatures c/b with mean h and variance nu, eta = a b."""
    first = mean([(x, a * value) for x, value in law])
    second = mean([(x, (a * value) ** 2) for x, value in law])
    expect_zero((a * b) * mean([(x, value / b) for x, value in law]) - first, "eta times the mean")
    return cancel(first + (second - first**2) / 2)


def expect_above(
    gap: Expr, relation: str, *, box: tuple[Expr, Expr], weight: Expr, points: Iterable[Point]
) -> None:
    """gap > 0 for ``box``'s a, open at both ends: it is 0 at a = low, and rises from there.

    gap / weight has a derivative in a that is rational in a alone; its sign is decided by Sturm's theorem
    after powers of a - low and high - a are divided out.  weight: positive on the region.
    Refuted at a point where a ball shows gap <= 0; Undecided where the form is another.
    """
    low, high = (as_rational(x) for x in box)
    for point in points:
        value = ball(gap, point)
        expect(not value <= 0, f"{relation}: the gap is {value}", at=dict(point))
    start = gap.subs(a, low)
    if start != 0:
        expect_zero(start, f"{relation}: at a = {low}")
    slope = cancel(diff(gap, a) / weight)
    if slope.free_symbols != {a}:
        raise Undecided(f"{relation}: the slope {slope} is no function of a")
    signs = [_sign_inside(x, a, low, high) for x in fraction(slope)]
    expect(
        signs[0] * signs[1] > 0, f"{relation}: the slope {slope} keeps no sign on ({low}, {high})"
    )


def _sign_inside(expr: Expr, variable: Symbol, low: Expr, high: Expr) -> int:
    """The sign of a polynomial on the open interval; 0 where it has a root there."""
    rest = expr
    for end in (variable - low, high - variable):  # both positive inside
        while rest.has(variable) and (found := exact_quotient(rest, end)) is not None:
            rest = found
    if not rest.has(variable):
        return 1 if rest > 0 else -1
    return univariate_sign(Poly(rest, variable).as_expr(), variable, low, high)


def expect_sign(claimed: Expr, derived: Expr, points: Iterable[Point]) -> None:
    """``claimed`` is sign(x), x with the sign of ``derived`` at exact points; what x is, is the caller's.

    Refuted at a point of another sign; Undecided where ``claimed`` is no sign at all.
    """
    for point in points:
        value = as_rational(derived.subs(point))
        told = claimed.subs(point)
        expect(
            told == sign(value), f"{claimed} is {told} where {derived} is {value}", at=dict(point)
        )
    if claimed.func is not sign:
        raise Undecided(f"{claimed} is no sign")


def gap_of(relation: Expr, values: dict[Symbol, Expr]) -> Expr:
    """greater - less, with what the claim's equations say put in."""
    return difference(relation).subs(values, simultaneous=True)
