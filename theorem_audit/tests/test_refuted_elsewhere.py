"""What a tenth referee saw refuted that was true: the point was none of the claim's, or the symbol none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sympy import And, Dummy, Eq, Expr, Ge, Gt, Le, Lt, Ne, Or, Rational, Symbol

from theorem_audit.checks.expect import (
    expect,
    expect_identity,
    expect_inequality,
    expect_positive_ball,
    expect_zero,
)
from theorem_audit.checks.mark import Evidence
from theorem_audit.doubt import falsify
from theorem_audit.doubt.outside import excluded
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.exact.zero import is_zero
from theorem_audit.statement.claim import Assumption, Claim
from theorem_audit.tests.test_no_silent_success import claim
from theorem_audit.weigh import runner

x, y, z = (Symbol(name, real=True) for name in "xyz")
n = Symbol("n", integer=True)
PLAIN = Symbol("x")  # what a test makes in a hurry: it is none of the claim's

pytestmark = pytest.mark.usefixtures("somewhere")


@pytest.mark.parametrize(
    "check",
    [
        lambda: expect_identity(Eq(y, 2 * x), {y: 2 * PLAIN}),
        lambda: expect_zero(x - PLAIN, "m"),
        lambda: expect_zero(n - Symbol("n", real=True), "m"),
        lambda: expect_zero(x - Dummy("x") + Symbol("_x"), "m"),
    ],
    ids=["an identity", "a difference", "an integer", "a dummy"],
)
def test_two_symbols_of_one_name_refute_nothing(check: Callable[[], None]) -> None:
    """It was refuted: "-2*x + 2*x is not identically zero"."""
    with pytest.raises(TypeError, match="two symbols are called"):
        check()


def test_what_two_symbols_of_one_name_do_not_decide_is_decided() -> None:
    assert is_zero(0 * PLAIN + (x + PLAIN) ** 2 - x**2 - 2 * x * PLAIN - PLAIN**2)
    assert not is_zero(x - y)


UNIT = And(Ge(x, 0), Le(x, 1))
OUTSIDE: dict[str, tuple[Any, dict[Symbol, Any]]] = {
    "beyond an edge": (UNIT, {x: Rational(2)}),
    "beyond one of two": (Or(UNIT, And(Ge(x, 3), Le(x, 4))), {x: Rational(2)}),
    "beyond an open edge": (And(Gt(x, 0), Lt(x, 1)), {x: Rational(-1, 9)}),
    "another symbol cannot follow": (And(Le(x, 2), Ge(z, x), Le(z, 1)), {x: Rational(2)}),
    "an equation": (And(UNIT, Eq(y, 2 * x)), {x: Rational(1), y: Rational(1)}),
    "no integer is left": (
        And(Ge(n, x + Rational(1, 3)), Le(n, x + Rational(2, 3))),
        {x: Rational(2)},
    ),
}
INSIDE: dict[str, tuple[Any, dict[Symbol, Any]]] = {
    "inside": (UNIT, {x: Rational(1, 2)}),
    "at an open edge": (And(Gt(x, 0), Lt(x, 1)), {x: Rational(0)}),
    "where one symbol is not another": (Ne(x, 0), {x: Rational(0)}),
    "another symbol can follow": (And(Le(x, 2), Ge(z, x), Le(z, 2)), {x: Rational(2)}),
    "nothing is supposed": (And(), {x: Rational(7)}),
    "a float": (UNIT, {x: 2.0}),
    "words": (UNIT, {"x": Rational(2)}),  # type: ignore[dict-item]
    "no witness": (UNIT, {}),
}


@pytest.mark.parametrize("what", OUTSIDE)
def test_a_point_outside_is_known(what: str) -> None:
    assert excluded(*OUTSIDE[what])


@pytest.mark.parametrize("what", INSIDE)
def test_a_point_inside_or_in_other_words_is_left_alone(what: str) -> None:
    assert not excluded(*INSIDE[what])


def _bounded(*conditions: Any) -> Claim:
    given = tuple(Assumption(f"h{k}", c) for k, c in enumerate(conditions))
    return replace(claim(Le(x**2, x)), bound="upper", assumptions=given)


def _outcome(of: Claim, check: Callable[[Claim], Any]) -> str:
    return runner.run_evidence(Evidence(of.id, "certificate", check), of).outcome


def _wide(claim: Claim) -> None:
    expect_inequality(claim.formula, {x: (0, 2)})


def _ordered(claim: Claim) -> None:
    expect_inequality(claim.formula, claim.region, (x,))


def _balls(claim: Claim) -> None:
    gap: Expr = claim.formula.rhs - claim.formula.lhs
    expect_positive_ball(gap + Rational(1, 10), {x: (0, 2)}, "m")


def _searched(claim: Claim) -> None:
    raise Refuted("a case", {x: Rational(2)})


@pytest.mark.parametrize("check", [_wide, _balls, _searched])
def test_a_true_claim_is_not_refuted_outside_its_hypotheses(check: Any) -> None:
    """A box typed too wide refuted it, at x = 2; it does refute what is claimed up to 2."""
    assert _outcome(_bounded(Ge(x, 0), Le(x, 1)), check) == "inconclusive"
    assert _outcome(_bounded(Ge(x, 0), Le(x, 2)), check) == "refuted"


def test_a_condition_on_another_symbol_counts_where_the_box_leaves_it_out() -> None:
    assert _outcome(_bounded(Ge(x, 0), Le(x, 2), Ge(z, x), Le(z, 1)), _ordered) == "inconclusive"
    assert _outcome(_bounded(Ge(x, 0), Le(x, 2), Ge(z, x), Le(z, 2)), _ordered) == "refuted"


def test_to_look_where_a_witness_lies_reads_no_hypothesis() -> None:
    of = _bounded(Ge(x, 0), Le(x, 1))
    assert runner.run_evidence(Evidence(of.id, "certificate", _wide), of).read == ()


def test_a_search_that_draws_outside_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def search(claim: Claim, rng: Any, seconds: float) -> int:
        for at in (0, 1, 2):
            expect(True, "counted")
            if claim.formula.subs(x, at) == False:  # noqa: E712 - SymPy's
                raise Refuted("on a grid", {x: Rational(at)})
        return 3

    of = _bounded(Ge(x, 0), Le(x, 1))
    monkeypatch.setattr(falsify, "tables", lambda: ({of.id: search}, {}))
    assert falsify.falsify(of, seconds=0.01).outcome == "error"
    assert falsify.falsify(_bounded(Ge(x, 0), Le(x, 2)), seconds=0.01).outcome == "falsified"
