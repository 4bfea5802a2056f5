"""Instances of hypotheses: each claim has one, boundary cases are found, an empty region is an error."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from flint import fmpq
from sympy import And, Eq, Ge, Gt, Integer, Le, Lt, Ne, Rational, exp, log, sqrt, true
from sympy.logic.boolalg import Boolean, Or

from theorem_audit.doubt import instances
from theorem_audit.doubt.condition import Condition
from theorem_audit.doubt.undefined import undefined
from theorem_audit.exact.region import satisfies
from theorem_audit.statement.claim import Assumption
from theorem_audit.tests.thorough import in_ci_but
from theorem_audit.weigh import sense
from theory import claims
from theory.model.autoencoder import GRAD
from theory.model.step import NORM
from theory.notation import a, b, d, n, q_i

# --- claims about something -------------------------------------------------------------------


# Each claim's evidence asks the same (``sense.vacuous``).
@pytest.mark.parametrize("claim_id", in_ci_but(claims, *list(claims)[::12]))
def test_all_hypotheses_hold_at_once_somewhere(claim_id: str) -> None:
    claim = claims[claim_id]
    found = instances.instance(claim)
    assert satisfies(claim.region, found)
    assert set(found) == claim.region.free_symbols
    assert all(v.is_Rational and (not x.is_integer or v.is_Integer) for x, v in found.items())


@pytest.mark.parametrize(
    "region",
    [
        And(Gt(a, 1), Lt(a, 0)),
        And(Ge(n, 2), Lt(n, 2)),
        And(Eq(a, 0), Ne(a, 0)),
        Gt(-(a**2), 0),
        And(Eq(a**2 + q_i**2, 1), Gt(q_i, 2)),
        And(Eq(a, sqrt(q_i)), Lt(q_i, -3)),
        And(Ne(a, log(q_i)), Lt(q_i, 0)),  # mended: neither side was asked for a real value
        And(Ge(a, log(q_i)), Lt(q_i, 0)),  # mended: compared with an imaginary number, a TypeError
    ],  # mended: held at i
    ids=str,
)
def test_an_empty_region_is_an_error(region: Boolean) -> None:
    claim = replace(NORM, assumptions=(Assumption("all", region),))
    with pytest.raises(instances.EmptyRegion, match="NORM"):
        instances.instance(claim)
    outcome = sense.vacuous(claim, 0)
    assert outcome is not None
    assert outcome.outcome == "error"


def test_a_table_of_alternatives_has_its_entries_as_instances() -> None:
    """17/23 and 5/11 are no small numbers that the search tries by itself."""
    rows = [
        And(Eq(q_i, Rational(17, 23)), Eq(a, Rational(5, 11)), Eq(n, 41)),
        And(Eq(q_i, 7), Eq(a, 1), Lt(n, 0)),
    ]
    found = instances.find(Or(*rows) & Ge(n, 1))
    assert found == {q_i: Rational(17, 23), a: Rational(5, 11), n: 41}


@pytest.mark.parametrize("kind", [Ge, Gt, Le, Lt])
def test_balls_say_of_logarithms_what_sympy_says(kind: type[Boolean]) -> None:
    """At 1 both sides are equal, which no ball can tell; below 0 the logarithm is no real number."""
    relation = kind(log(a) * sqrt(2), q_i ** Rational(3, 7) - 1)
    condition = Condition(relation)
    assert condition.values is None
    for x, y in product((fmpq(1), fmpq(1, 3), fmpq(5), fmpq(9, 8)), repeat=2):
        at = {a: Rational(x.numerator, x.denominator), q_i: Rational(y.numerator, y.denominator)}
        assert condition.holds({a: x, q_i: y}) == (relation.subs(at) == True)  # noqa: E712
    assert not condition.holds({a: fmpq(1, 2), q_i: fmpq(-2)})


def test_what_stands_above_a_logarithm_alone_is_taken_last() -> None:
    """n >= 10^9 log b is far from what the search tries; n stands nowhere else, so it is taken last."""
    region = And(Ge(n, 10**9 * log(b)), Ge(b, 3), Lt(a, Rational(1, 2)), Gt(a, 0))
    found = instances.find(region)
    assert found is not None
    assert satisfies(region, found)
    assert instances.find(region, {n: Integer(3)}) is None


def test_a_bound_without_a_value_at_one_point_is_looked_for_at_others() -> None:
    """1/log(1) is none: the first q_i that is tried; it was a TypeError."""
    region = And(Ge(a, 1 / log(q_i)), Ge(q_i, 1))
    found = instances.find(region)
    assert found is not None
    assert region.subs(found) == true


@pytest.mark.parametrize("power", [64, 74, 200])
def test_what_stands_above_a_huge_number_is_above_it(power: int) -> None:
    """Forty digits of it may be rounded down; the number after that was below it, and none was found."""
    region = And(Ge(a, exp(power * q_i)), Gt(q_i, 1))
    found = instances.find(region)
    assert found is not None
    assert region.subs(found) == true


def test_boundary_cases() -> None:
    region = And(Ge(n, 2), Ge(b, 1), Le(b, n - 1), Ge(d, n), Gt(a, 0), Le(a, Rational(1, 2)))
    found = {
        x.what: x.instance
        for x in instances.boundaries(replace(GRAD, assumptions=(Assumption("all", region),)))
    }
    assert found["b = 1"][b] == 1
    assert found["n = 2"][n] == 2
    assert found["b = n - 1"][b] == found["b = n - 1"][n] - 1
    assert found["d = n"][d] == found["d = n"][n]
    assert found["a = 1/2"][a] == Rational(1, 2)
    assert "b = n" not in found
    assert all(satisfies(region, x) for x in found.values())
    wrong = replace(GRAD, assumptions=(Assumption("all", region),), formula=Eq(q_i, 1 / (n - 2)))
    assert "n = 2" in {x.what for x in undefined(wrong)}
