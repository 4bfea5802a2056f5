"""What the evidence of the chapter sampling shares: instances, strategies, derivations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sympy import Expr, Rational, Symbol, diff, solve
from sympy.logic.boolalg import Boolean

from tests.inequalities import restricted
from theorem_audit import expect
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.region import satisfies
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.conjuncts import conjunct
from theory.assumptions.epochs import epochs, u
from theory.minibatch.log_ratios import step_factor
from theory.notation import a, b, n, t

x, c, D = Symbol("x", real=True), Symbol("c", real=True), Symbol("D", real=True)
POINTS = [{a: Rational(1, 10), n: 5, b: 3}, {a: Rational(1, 20), n: 2, b: 2}]


def expect_runs_inside(claim: Claim, known: dict[Symbol, Any], names: Sequence[str]) -> None:
    """The runs satisfy each of the claim's conditions; Undecided where one is gone."""
    for name in names:
        expect(satisfies(claim.condition(name), known), f"the runs are outside: {name}")


def radial_slopes() -> tuple[Expr, Expr]:
    """d s_A+/d s_A at s_A = 1 when A is seen and when it is not, from STEP."""
    square = Symbol("z", real=True)
    return tuple(
        diff((square * (step_factor(c, mass * square) ** 2)).subs(t, 2 - square), square)
        .subs(square, 1)
        for c, mass in ((1, 1), (0, 0))
    )  # fmt: skip


def expect_whole_epochs(claim: Claim) -> None:
    """b divides n: K = n/b is an integer."""
    tie = conjunct(claim.region, epochs, kind="equation")  # b divides n
    expect(solve(tie, epochs) == [n / b] and epochs.is_integer, f"K by {tie}")


def interval_of(claim: Claim) -> Any:
    """The claim's u: an open interval."""
    inside = restricted(claim.region, {u})
    if inside.free_symbols != {u}:
        raise Undecided(f"{claim.region} does not say where u is")
    found = _as_set(inside)
    expect(found.left_open and found.right_open, f"{found} is not open")
    return found


@cache  # each wrong variant of a formula asks for the same region
def _as_set(region: Boolean) -> Any:
    return region.as_set()
