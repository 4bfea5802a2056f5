"""Identities in Coq's kernel, what evidence decides, and how proof steps are counted."""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sympy import Integer, Rational, log, sqrt, symbols

from tests.kernel_tools import KeptCourt, needs_coq
from theorem_audit.checks.expect import expect_zero
from theorem_audit.exact.decided import listening
from theorem_audit.exact.zero import is_zero
from theorem_audit.kernel import identities, obligations, steps
from theorem_audit.kernel.callsite import Side, sides_at
from theorem_audit.kernel.identities import Identity, NotExported
from theorem_audit.kernel.judge import Court, Judged
from theorem_audit.kernel.obligations import Heard, Theorem, collect, of_certificate, of_identity
from theorem_audit.kernel.second_opinion import stored
from theorem_audit.tests.thorough import THOROUGH, thorough_but
from theorem_audit.weigh.collected import evidence_of

x, y = symbols("x y")


# ---- identities

HOLD = {
    "a polynomial": Identity(Side((x + y) ** 3), Side(x**3 + 3 * x**2 * y + 3 * x * y**2 + y**3)),
    "rational numbers": Identity(
        Side((x / 2 - Rational(1, 3)) ** 2), Side(x**2 / 4 - x / 3 + Rational(1, 9))
    ),
    "nested denominators": Identity(Side(1 / (1 + 1 / (x - 1))), Side((x - 1) / x)),
    "a root": Identity(Side((sqrt(x + 1) - 1) * (sqrt(x + 1) + 1)), Side(x)),
    "a root below": Identity(Side(1 / (sqrt(x) - 1)), Side((sqrt(x) + 1) / (x - 1))),
    "a root of a root": Identity(Side(sqrt(1 + sqrt(x)) ** 4), Side(1 + 2 * sqrt(x) + x)),
    "a root of a quotient": Identity(Side(sqrt(x / y) ** 2 * y), Side(x)),
    "a logarithm": Identity(Side((1 + log(x)) ** 2), Side(1 + 2 * log(x) + log(x) ** 2)),
    "a value put in": Identity(Side(x * y - x**2, ((y, x),))),
}


@needs_coq
def test_identities_that_hold_are_accepted(court: KeptCourt) -> None:
    labels = {f"t{k}": identity for k, identity in enumerate(HOLD.values())}
    source = "\n".join([identities.HEADER, *(identities.theorem(k, v) for k, v in labels.items())])
    result = court.judge(source, {k: identities.stated(v).text for k, v in labels.items()})
    assert result.accepted, result.detail


@needs_coq
@pytest.mark.parametrize("name", thorough_but(HOLD, "a root"))
def test_identities_off_by_a_little_are_refused(court: KeptCourt, name: str) -> None:
    wrong = replace(HOLD[name], right=Side(HOLD[name].right.expr + Rational(1, 10**9)))
    source = identities.HEADER + identities.theorem("t", wrong)
    result = court.judge(source, {"t": identities.stated(wrong).text})
    assert not result.accepted
    assert "check t_data = true" in result.detail


@needs_coq
@THOROUGH
def test_an_identity_needs_its_hypotheses(court: KeptCourt) -> None:
    """Without x <> 0 the quotient is not known; with another radicand the root is another."""
    for name, old, new in (
        ("nested denominators", "  1 + / (x - 1) <> 0 ->\n", ""),
        ("a root", "root0^2 = x + 1", "root0^2 = x + 2"),
    ):
        identity = HOLD[name]
        statement = identities.stated(identity).text
        assert old in statement, statement
        said = {"t": statement.replace(old, new)}
        source = identities.HEADER + identities.theorem("t", identity)
        assert not court.judge(source, said).accepted, name
        changed = source.replace(old, new)
        assert not court.judge(changed, said).accepted, name


def test_an_identity_that_holds_for_want_of_a_case_is_not_exported() -> None:
    for empty in (
        Identity(Side(1 / x, ((x, Integer(0)),))),
        Identity(Side(y / (x**2 - 1 - (x - 1) * (x + 1)))),
        Identity(Side(sqrt(x), ((x, Integer(-1)),))),
    ):
        with pytest.raises(NotExported):
            identities.stated(empty)


def test_a_statement_says_the_same_as_the_identity() -> None:
    """At a rational point, both sides as Coq would read them against both sides as SymPy has them."""
    at = {x: Fraction(7, 3), y: Fraction(-5, 11)}
    for name in ("a polynomial", "rational numbers", "nested denominators"):
        said = identities.stated(HOLD[name])
        for term, side in ((said.left, HOLD[name].left), (said.right, HOLD[name].right)):
            shown = identities.text(term).replace("^", "**")
            shown = re.sub(r"(^|[(+*-]\s?)/ ", r"\1 1/ ", shown)  # Coq's inverse
            shown = re.sub(r"\b(\d+)\b", r"Fraction(\1)", shown)  # no float: 1/2 is exact
            value = eval(shown.strip(), {"Fraction": Fraction, "x": at[x], "y": at[y]})
            known = side.value.subs(
                {k: Rational(v.numerator, v.denominator) for k, v in at.items()}
            )
            assert value == Fraction(int(known.p), int(known.q)), (name, shown)


# ---- what evidence decides


def test_sides_are_read_from_the_source_of_the_call() -> None:
    import sys

    def heard(_: Any) -> tuple[Side, Side] | None:
        return sides_at(sys._getframe(1))

    left, right = x * y, y * x
    gap = left - right
    assert heard(left - right) == (Side(x * y), Side(x * y))
    assert heard((left - right).subs(x, 2)) == (Side(x * y, ((x, 2),)), Side(x * y, ((x, 2),)))
    assert heard(gap) == (Side(x * y), Side(x * y))
    assert heard((x * y).subs(x, 0)) == (Side(x * y, ((x, Integer(0)),)), Side(Integer(0)))
    assert heard(left - x) is None  # the sides differ: what was read is not what was decided
    left = x
    assert heard(gap) == (Side(Integer(0)), Side(Integer(0)))  # `left` is another by now


def test_a_difference_that_cancels_in_the_call_is_heard_with_both_sides() -> None:
    heard, theorems = Heard("A", ("s",), "t"), {}
    with listening(obligations._Listener(heard, theorems)):
        expect_zero(x * (y + 1) - (y + 1) * x, "the same")
        expect_zero(x * 0, "nothing to see")
    (theorem,) = theorems.values()
    assert theorem.statement.endswith("x * (y + 1) = x * (y + 1)")
    assert (heard.same, heard.outside) == ([theorem.label], [obligations.HOLLOW])


def test_evidence_of_a_claim_is_heard_and_its_certificates_are_all_there() -> None:
    heard, theorems = collect(evidence_of()["BAND"])
    assert {step for one in heard for step in one.steps} >= {"upper", "lower"}
    mine = {k: c for k, c in stored().items() if k.startswith("BAND-") and k.count("-L") == 0}
    mine = {k: c for k, c in mine.items() if not k.startswith("BAND-WIDE")}
    assert set(mine) == {"BAND-upper", "BAND-lower"}
    assert {of_certificate(c).label for c in mine.values()} <= set(theorems)
    assert all(one.outcome == "passed" for one in heard)


def test_nothing_is_told_where_nothing_is_decided() -> None:
    told: list[str] = []
    with listening(lambda kind, _: told.append(kind)):
        assert not is_zero(x - y)
        assert told == []
        assert is_zero((x - y) - x + y)
    assert told == ["zero"]


def test_a_step_is_in_the_kernel_only_when_all_of_it_is() -> None:
    good = Heard("A", ("s",), "t", theorems=["one", "two"])
    said = {"one": Judged(True), "two": Judged(True), "bad": Judged(False, "no")}
    assert [x.in_kernel for x in steps.steps_of([good], said)] == [True]
    for other in (
        Heard("A", ("s",), "u", theorems=["bad"]),
        Heard("A", ("s",), "u", outside=["a ball"]),
        Heard("A", ("s",), "u", outcome="inconclusive"),
    ):
        (step,) = steps.steps_of([good, other], said)
        assert not step.in_kernel
        assert steps.reasons(step)
    (alone,) = steps.steps_of([Heard("A", ("s",), "v", conditions=3)], said)
    assert not alone.in_kernel
    assert "3 conditions" in steps.reasons(alone)[0]
    counted = steps.summary(steps.steps_of([good, Heard("B", ("s", "r"), "v")], said))
    assert (counted["in_kernel"], counted["decided"]) == (1, 3)
    assert counted["claims"]["B"]["in_kernel"] == 0


@needs_coq
def test_verdicts_are_kept_by_content(
    court: KeptCourt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "Court", lambda: nullcontext(court))
    holds = of_identity(HOLD["a polynomial"])
    wrong = of_identity(Identity(Side(x), Side(x + 1)))
    found = steps.verdicts([holds, wrong], tmp_path)
    assert found[holds.label].accepted
    assert not found[wrong.label].accepted

    def none() -> Court:
        raise AssertionError("Coq was asked again")

    monkeypatch.setattr(steps, "Court", none)
    assert steps.verdicts([holds, wrong], tmp_path) == found
    changed = Theorem(holds.kind, holds.label, holds.statement, holds.source + "\n")
    with pytest.raises(AssertionError, match="asked again"):
        steps.verdicts([changed], tmp_path)
