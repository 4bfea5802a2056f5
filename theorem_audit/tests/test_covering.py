"""An inequality of a claim is certified on the claim's region: on all of it, or on parts that are all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sympy import ITE, And, Ge, Gt, Implies, Integer, Le, Lt, Or, Rational, Symbol, log, true

from theorem_audit.checks.expect import expect_inequality, expect_nonnegative, expect_positive_ball
from theorem_audit.checks.mark import Evidence
from theorem_audit.statement import Claim
from theorem_audit.tests.test_lemmas import claim as made
from theorem_audit.weigh.runner import run_evidence

x, y, u = (Symbol(name, real=True) for name in "xyu")
UNIT = And(Ge(x, 0), Le(x, 1))
HALF = Rational(1, 2)
PARABOLA = made(Ge(x * (1 - x), 0), UNIT)
LINES = made(And(Ge(x, 0), Le(x, 2)), UNIT)

pytestmark = pytest.mark.usefixtures("somewhere")


def said(
    function: Callable[[Claim], Any], claim: Claim = PARABOLA, kind: str = "certificate"
) -> Any:
    return run_evidence(Evidence("CLAIM", kind, lambda claim: function(claim) and None), claim)


@pytest.mark.parametrize(
    "region",
    [UNIT, {x: (0, 1)}, {x: (Integer(0), Integer(1))}, And(Ge(2 * x, 0), Le(3 * x, 3))],
)  # fmt: skip
def test_on_the_whole_region_it_decides(region: Any) -> None:
    outcome = said(lambda claim: expect_inequality(claim.formula, region, (x,)))
    assert (outcome.outcome, outcome.detail) == ("passed", "")


@pytest.mark.parametrize(
    "region", [{x: (0, HALF)}, {x: (HALF, 1)}, And(Ge(x, 0), Le(3 * x, 2)), {x: (0, 0)}]
)  # fmt: skip
def test_on_a_smaller_box_it_decides_nothing(region: Any) -> None:
    """Mended: evidence that read the region for something else was certified by any box."""
    outcome = said(lambda claim: expect_inequality(claim.formula, region, (x,)))
    assert outcome.outcome == "inconclusive"
    assert "and that the claim's region says so is not shown" in outcome.detail


BEYOND_0 = made(Implies(Gt(x, 0), Ge(x * (1 - x), 0)), And(Ge(x, -1), Le(x, 1)))
FALSE = made(Implies(Gt(x, 0), Ge(x, HALF)), UNIT)
EITHER = made(Or(Ge(x, HALF), Le(x, HALF), evaluate=False), UNIT)
OF_CASES = made(ITE(x > 0, Ge(x * (1 - x), 0), Ge(x + 1, 0)), And(Ge(x, -1), Le(x, 1)))


@pytest.mark.parametrize(
    ("of", "relation", "region", "part", "found"),
    [
        (BEYOND_0, Ge(x * (1 - x), 0), UNIT, true, "passed"),
        (BEYOND_0, Ge(x * (1 - x), 0), {x: (0, HALF)}, true, "inconclusive"),
        (FALSE, Ge(x, HALF), {x: (HALF, 1)}, true, "inconclusive"),
        (FALSE, Ge(2 * x - 1, 0), {x: (HALF, 1)}, true, "inconclusive"),
        (FALSE, Ge(x, HALF), {x: (HALF, 1)}, Ge(x, HALF), "inconclusive"),
        (EITHER, Ge(x, HALF), {x: (HALF, 1)}, Ge(x, HALF), "inconclusive"),
        (OF_CASES, Ge(x * (1 - x), 0), UNIT, true, "passed"),
        (OF_CASES, Ge(x + 1, 0), {x: (-1, 0)}, true, "passed"),
        (OF_CASES, Ge(x + 1, 0), {x: (-HALF, 0)}, true, "inconclusive"),
    ],
)
def test_a_part_of_what_is_said_is_certified_where_it_is_said(
    of: Claim, relation: Any, region: Any, part: Any, found: str
) -> None:
    """Mended: what follows from a condition, or stands beside another, was taken for the evidence's own."""

    def evidence(claim: Claim) -> None:
        expect_inequality(relation, region, (x,), part=part)

    assert said(evidence, of).outcome == found


LOW, HIGH = Le(x, HALF), Ge(x, HALF)
TWICE = made(And(Implies(LOW, Ge(x * (1 - x), 0)), Implies(HIGH, Ge(x * (1 - x), 0))), UNIT)


@pytest.mark.parametrize(
    ("boxes", "found"),
    [
        ([({x: (0, HALF)}, true)], "inconclusive"),
        ([({x: (HALF, 1)}, true)], "inconclusive"),
        ([({x: (0, HALF)}, LOW)], "inconclusive"),
        ([({x: (HALF, 1)}, HIGH)], "inconclusive"),
        ([({x: (0, HALF)}, LOW), ({x: (HALF, 1)}, HIGH)], "passed"),
        ([({x: (0, 1)}, true)], "passed"),
    ],
)
def test_what_is_said_twice_is_said_where_either_condition_holds(boxes: Any, found: str) -> None:
    """Mended: it counted with one of its conditions alone, whichever came first."""

    def evidence(claim: Claim) -> None:
        for box, part in boxes:
            expect_inequality(Ge(x * (1 - x), 0), box, (x,), part=part)

    assert said(evidence, TWICE).outcome == found


def test_what_is_said_alone_and_as_an_alternative_counts_for_both() -> None:
    other = Le(x, HALF)
    both = made(And(Implies(HIGH, Ge(x, HALF)), Or(Ge(x, HALF), other, evaluate=False)), UNIT)

    def evidence(*parts: Any) -> Callable[[Claim], None]:
        def function(claim: Claim) -> None:
            for relation in parts:
                ends = (HALF, 1) if relation == HIGH else (0, HALF)
                expect_inequality(relation, {x: ends}, part=relation)

        return function

    assert said(evidence(HIGH, LOW), both).outcome == "passed"
    assert said(evidence(HIGH), both).outcome == "inconclusive"


def test_alternatives_decide_where_together_they_are_all() -> None:
    def evidence(claim: Claim) -> None:
        for relation, low, high in ((Ge(x, HALF), HALF, 1), (Le(x, HALF), 0, HALF)):
            expect_inequality(relation, {x: (low, high)}, part=relation)

    assert said(evidence, EITHER).outcome == "passed"


def test_parts_decide_where_they_are_all() -> None:
    def by(*parts: Any) -> Callable[[Claim], Any]:
        def evidence(claim: Claim) -> None:
            for part in parts:
                expect_inequality(claim.formula, And(claim.region, part), (x,), part=part)

        return evidence

    low, high = Le(x, HALF), Ge(x, HALF)
    assert said(by(low, high)).outcome == "passed"
    assert (
        said(by(low, And(high, Le(x, Rational(3, 4))), Ge(x, Rational(3, 4)))).outcome == "passed"
    )
    for parts in ((low,), (high,), (low, Ge(x, Rational(3, 4))), (Lt(x, HALF), Gt(x, HALF))):
        outcome = said(by(*parts))
        assert outcome.outcome == "inconclusive", parts
        assert "is certified on a part of its region, and this is not all" in outcome.detail
    supports = said(by(low), kind="property")
    assert supports.outcome == "passed", "what decides nothing may look at a part"


def test_a_part_is_what_it_says() -> None:
    low = Le(x, HALF)
    outcome = said(
        lambda claim: expect_inequality(claim.formula, {x: (0, Rational(1, 4))}, part=low)
    )
    assert outcome.outcome == "inconclusive"
    assert "says so where x <= 1/2 is not shown" in outcome.detail


def test_each_inequality_has_its_own_parts() -> None:
    def evidence(claim: Claim) -> None:
        first, second = claim.formula.args
        expect_inequality(first, claim.region, (x,))
        expect_inequality(second, {x: (0, HALF)}, part=Le(x, HALF))

    outcome = said(evidence, LINES)
    assert (outcome.outcome, "is certified on a part" in outcome.detail) == ("inconclusive", True)


def test_what_is_no_inequality_of_the_claim_is_the_evidences_own() -> None:
    def evidence(claim: Claim) -> None:
        relation = claim.formula.subs(x, u / 2)
        expect_inequality(relation, {u: (0, 2)})
        expect_inequality(claim.formula, {u: (0, 2)}, derived={x: u / 2})
        expect_inequality(Ge(x, HALF), {x: (HALF, 1)})

    assert said(evidence).outcome == "passed"
    expect_inequality(PARABOLA.formula, {x: (0, HALF)})  # outside a run nothing is claimed


CUBE = made(Ge(x**2 * (1 - x), 0), UNIT)
# What says the claim's inequality, and on which claim.
SAYS = [
    (PARABOLA, lambda box, **more: expect_nonnegative(x * (1 - x), box, "m", **more)),
    (PARABOLA, lambda box, **more: expect_nonnegative(3 * x - 3 * x**2, box, "m", **more)),
    (CUBE, lambda box, **more: expect_nonnegative(1 - x, box, "m", **more)),
    (CUBE, lambda box, **more: expect_nonnegative(x * (1 - x), box, "m", **more)),
    (
        made(Ge(x + 1, HALF), UNIT),
        lambda box, **more: expect_positive_ball(x + Rational(1, 4), box, "m", **more),
    ),
    (
        made(Gt(log(3 + x), x / 2), UNIT),
        lambda box, **more: expect_positive_ball(2 * log(3 + x) - x, box, "m", **more),
    ),
]


@pytest.mark.parametrize(("claim", "check"), SAYS)
def test_a_certificate_of_the_claims_own_inequality_is_one_on_its_region(
    claim: Claim, check: Callable[..., Any]
) -> None:
    """Mended: a polynomial and a ball were taken on any box, also where they say the claim's inequality."""
    assert said(lambda claim: check({x: (0, 1)}), claim).outcome == "passed"
    outcome = said(lambda claim: check({x: (0, HALF)}), claim)
    assert outcome.outcome == "inconclusive"
    assert "and that the claim's region says so is not shown" in outcome.detail
    low, high = Le(x, HALF), Ge(x, HALF)
    outcome = said(lambda claim: check({x: (0, HALF)}, part=low), claim)
    assert outcome.outcome == "inconclusive"
    assert "is certified on a part of its region, and this is not all: x <= 1/2" in outcome.detail

    def parts(claim: Claim) -> None:
        check({x: (0, HALF)}, part=low)
        check({x: (HALF, 1)}, part=high)

    assert said(parts, claim).outcome == "passed"
    check({x: (0, HALF)})  # outside a run nothing is claimed


STRICT = made(Lt(x**2, x), UNIT)  # false at both ends
APART = made(Gt(x * (2 - x), 0), And(Gt(x, 0), Le(x, 1)))
# What says no more than >= of a strict inequality of the claim.
NO_MORE = [
    (STRICT, lambda: expect_nonnegative(x * (1 - x), {x: (0, 1)})),
    (STRICT, lambda: expect_nonnegative(3 * x - 3 * x**2, {x: (0, 1)})),
    (made(Gt(x**2 * (1 - x), 0), UNIT), lambda: expect_nonnegative(1 - x, {x: (0, 1)})),
    (made(Gt(x**2 * (2 - x), 0), UNIT), lambda: expect_positive_ball(2 - x, {x: (0, 1)}, "m")),
    (made(Gt(x * (2 - x), 0), UNIT), lambda: expect_positive_ball(2 - x, {x: (0, 1)}, "m")),
]
AS_MUCH = [
    (made(Gt(x + 1, HALF), UNIT), lambda: expect_nonnegative(x, {x: (0, 1)})),
    (made(Gt(x + 1, 0), UNIT), lambda: expect_positive_ball(x + 1, {x: (0, 1)}, "m")),
    (APART, lambda: expect_positive_ball(2 - x, {x: (0, 1)}, "m")),
    (made(Ge(x, x**2), UNIT), lambda: expect_nonnegative(x * (1 - x), {x: (0, 1)})),
    (
        made(Gt(x + 1, 0), UNIT),  # first >= 0, then all of it
        lambda: (
            expect_nonnegative(x + 1, {x: (0, 1)}),
            expect_inequality(Gt(x + 1, 0), {x: (0, 1)}),
        ),
    ),
]


@pytest.mark.parametrize(("claim", "check"), NO_MORE)
def test_what_is_strict_is_not_certified_by_at_least(
    claim: Claim, check: Callable[[], Any]
) -> None:
    """Mended: for x^2 < x on [0, 1] it passed."""
    outcome = said(lambda claim: check(), claim)
    assert outcome.outcome == "inconclusive"
    assert "is strict, and" in outcome.detail


@pytest.mark.parametrize(("claim", "check"), AS_MUCH)
def test_what_says_as_much_certifies_it(claim: Claim, check: Callable[[], Any]) -> None:
    assert said(lambda claim: check(), claim).outcome == "passed"


def test_a_certificate_of_something_else_is_the_evidences_own() -> None:
    def evidence(claim: Claim) -> None:
        expect_nonnegative(x**2, {x: (0, HALF)})
        expect_nonnegative(x * (1 - x) + 1, {x: (0, HALF)})  # weaker
        expect_nonnegative(u * (1 - u), {u: (0, HALF)})
        expect_nonnegative(HALF - x, {x: (0, HALF)})
        expect_positive_ball(2 - x, {x: (0, HALF)}, "m")
        expect_positive_ball(Integer(2), {}, "m")

    assert said(evidence).outcome == "passed"


def test_a_factor_that_is_not_shown_to_have_a_sign_says_nothing() -> None:
    claim = made(Ge(x * y * (1 - x), 0), UNIT)
    assert said(lambda claim: expect_nonnegative(1 - x, {x: (0, HALF)}), claim).outcome == "passed"
    here = made(Ge(x * y * (1 - x), 0), And(UNIT, Ge(y, 0)))
    outcome = said(lambda claim: expect_nonnegative(1 - x, {x: (0, HALF)}), here)
    assert outcome.outcome == "inconclusive"


# --- the same inequality, written otherwise; other coordinates -------------------------------------

LINE = made(Ge(x, HALF), UNIT)  # false below 1/2


def _on_a_half(claim: Claim, relation: Any) -> Any:
    return expect_inequality(relation, {x: (HALF, 1)})


WRITTEN: dict[str, Callable[[Any], Any]] = {
    "turned round": lambda formula: formula.reversed,
    "on one side": lambda formula: Ge(formula.lhs - formula.rhs, 0),
    "times 3": lambda formula: Le(3 * formula.rhs, 3 * formula.lhs),
    "strictly": lambda formula: Gt(formula.lhs - formula.rhs + 0 * x, 0),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_the_claims_inequality_is_known_however_it_is_written(how: str) -> None:
    """Mended: as soon as evidence moved a term to the other side, any box would do."""
    outcome = said(lambda claim: _on_a_half(claim, WRITTEN[how](claim.formula)), LINE)
    assert outcome.outcome != "passed"
    whole = made(Ge(x, -1), UNIT)
    outcome = said(
        lambda claim: expect_inequality(WRITTEN[how](claim.formula), claim.region, (x,)), whole
    )
    assert (outcome.outcome, outcome.detail) == ("passed", "")


def test_parts_of_it_count_however_it_is_written() -> None:
    def evidence(claim: Claim) -> None:
        low, high = Le(x, HALF), Ge(x, HALF)
        expect_inequality(claim.formula, And(claim.region, low), (x,), part=low)
        expect_inequality(claim.formula.reversed, And(claim.region, high), (x,), part=high)

    assert said(evidence).outcome == "passed"


@pytest.mark.parametrize(
    ("box", "value"),
    [
        ({u: (0, 1)}, u**2),  # takes no value below 0
        ({u: (0, 1)}, u / 2),
        ({u: (1, 1)}, u),
        ({}, Integer(1)),
        ({y: (0, 1)}, y),  # one of the claim's own symbols
    ],
)
def test_new_coordinates_take_all_values_of_the_region(box: Any, value: Any) -> None:
    """Mended: x = u^2 certified x >= 0 for -1 <= x <= 1, and x = 1 whatever holds at 1."""
    claim = made(And(Ge(x + 0 * y, 0), Ge(y + 3, 0)), And(Ge(x, -1), Le(x, 1), Ge(y, 0), Le(y, 1)))
    outcome = said(lambda it: expect_inequality(it.formula.args[0], box, derived={x: value}), claim)
    assert outcome.outcome in ("inconclusive", "error"), outcome


def test_two_new_coordinates_are_apart() -> None:
    v = Symbol("v", real=True)
    claim = made(Ge(x * y + 3, 0), And(UNIT, Ge(y, 0), Le(y, 1)))

    def by(box: Any, **put: Any) -> Any:
        given = {x: put["x"], y: put["y"]}
        return said(lambda it: expect_inequality(it.formula, box, derived=given), claim).outcome

    assert by({u: (-1, 2), v: (0, 3)}, x=u, y=v / 2) == "passed"
    assert by({u: (-1, 2), v: (0, 3)}, x=u, y=u) == "inconclusive", "on the diagonal alone"
    assert by({u: (0, 2), v: (0, u)}, x=u, y=v) == "inconclusive", "below the diagonal alone"


def test_new_coordinates_beyond_the_region_refute_nothing() -> None:
    """Mended: x = 2u on 0 <= u <= 1 refuted x <= 1 for 0 <= x <= 1, at u = 1."""
    claim = made(Le(x, 1), UNIT)
    outcome = said(lambda it: expect_inequality(it.formula, {u: (0, 1)}, derived={x: 2 * u}), claim)
    assert (outcome.outcome, "but the claim supposes x <= 1" in outcome.detail) == (
        "inconclusive",
        True,
    )
    false = made(Le(x, HALF), UNIT)
    outcome = said(lambda it: expect_inequality(it.formula, {u: (0, 2)}, derived={x: u / 2}), false)
    assert (outcome.outcome, outcome.witness["x"]) == ("refuted", "1")


def test_a_bound_by_what_the_claim_does_not_speak_of_is_none_of_its_own() -> None:
    """Mended: 0 <= u <= 0 and u <= x <= u + 1/2 is a smaller box, and was not compared."""
    outcome = said(
        lambda claim: expect_inequality(claim.formula, {u: (HALF, HALF), x: (u, u + HALF)}), LINE
    )
    assert outcome.outcome == "inconclusive"
    assert "where the claim does not speak of u" in outcome.detail
    region = And(Ge(u, HALF), Le(u, 1), Ge(x, u), Le(x, 1))
    outcome = said(lambda claim: expect_inequality(claim.formula, region, (u, x)), LINE)
    assert outcome.outcome == "inconclusive"
