"""What a ninth referee got past the judge: after an honest slip another thing was judged, or shown."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import flint
import mpmath
import numpy as np
import pytest
from sympy import (
    And,
    Eq,
    Float,
    Function,
    Ge,
    Implies,
    IndexedBase,
    Integer,
    Mod,
    Rational,
    Symbol,
    catalan,
    log,
    sqrt,
)  # fmt: skip

from theorem_audit.checks.expect import (
    expect_identity,
    expect_inequality,
    expect_nonnegative,
    expect_positive_ball,
    expect_zero,
)
from theorem_audit.exact import Refuted, Undecided, satisfies
from theorem_audit.statement.sentence import chains, latex_chains, latex_of
from theorem_audit.tests.test_no_silent_success import claim
from theorem_audit.tests.test_plugin import run as run_pytest

x, y = Symbol("x", real=True), Symbol("y", real=True)
n, k = Symbol("n", integer=True), Symbol("k", integer=True)

# --- what no instance of a claim is -------------------------------------------------------------

BETWEEN = (n - 1) * (n - 2)  # at 3/2 it is -1/4, and at no integer below 0


@pytest.mark.parametrize(
    "decide",
    [
        lambda: expect_nonnegative(BETWEEN, {n: (1, 3)}),
        lambda: expect_inequality(Ge(BETWEEN, 0), And(n >= 1, n <= 3), (n,)),
        lambda: expect_inequality(Ge(y, 0), {n: (0, 4)}, derived={y: BETWEEN}),
        lambda: expect_positive_ball(BETWEEN + Rational(1, 10), {n: (1, 3)}, "m"),
        lambda: expect_nonnegative(BETWEEN + x, {n: (1, 3), x: (0, 1)}),
    ],
    ids=["a certificate", "an inequality", "what is derived", "a ball", "beside a real symbol"],
)
def test_between_integers_a_claim_on_integers_is_not_refuted(decide: Any) -> None:
    """A true claim was called refuted, at n = 3/2."""
    with pytest.raises(Undecided):
        decide()


@pytest.mark.parametrize("low", [0, 1, 2])
def test_at_integers_it_is(low: int) -> None:
    """Also where the first point that is found lies between them."""
    poly = (n - low - 1) * (n - low - 3)  # below 0 at low + 2 alone
    for decide in (
        lambda: expect_nonnegative(poly, {n: (low, low + 3)}),
        lambda: expect_positive_ball(poly + Rational(1, 2), {n: (low, low + 3)}, "m"),
        lambda: expect_inequality(Ge(poly + k, 0), {n: (low, low + 5), k: (0, 1)}),
    ):
        with pytest.raises(Refuted) as refuted:
            decide()
        at = {symbol: Rational(str(value)) for symbol, value in refuted.value.witness.items()}
        assert at[n] == low + 2
        assert poly.subs(at) < 0


def test_an_integer_lies_in_no_region_between_integers() -> None:
    assert satisfies(n > 0, {n: Integer(1)})
    assert satisfies(n > 0, {n: 2.0})
    assert not satisfies(n > 0, {n: Rational(1, 2)})
    assert satisfies(x > 0, {x: Rational(1, 2)})


# --- floats among what is derived ---------------------------------------------------------------

THIRD = Rational(6004799503160661, 2**54)  # the float nearest to 1/3, and not 1/3


@pytest.mark.parametrize(
    "value",
    [1 / 3, np.float64(1) / 3, np.float32(0.5), Float(1) / 3, x * (1 / 3) / x, sqrt(2.0), 0.5],
    ids=[
        "a float",
        "NumPy's",
        "a short one",
        "SymPy's",
        "in a product",
        "a root",
        "one that is exact",
    ],
)
@pytest.mark.parametrize("said", [Rational(1, 3), THIRD, Rational(1, 2)])
def test_a_float_derives_nothing(said: Rational, value: Any) -> None:
    """Less the rational next to it a float is 0: both numbers were proved to be y."""
    with pytest.raises(TypeError, match="floats decide nothing"):
        expect_identity(Eq(y, said), {y: value})
    with pytest.raises(TypeError, match="floats decide nothing"):
        expect_inequality(Ge(y, said), {x: (0, 1)}, derived={y: value})


@pytest.mark.parametrize(
    "value",
    [
        mpmath.mpf(1) / 3,
        mpmath.mpc(1) / 3,
        Decimal(1) / 3,
        1 / 3 + 0j,
        np.complex128(1 / 3),
        np.array(1 / 3),
        np.array(mpmath.mpf(1) / 3),
        mpmath.mpf(0),
        0j,
        flint.arb(1) / 3,
    ],
    ids=repr,
)
def test_rounded_digits_of_any_type_derive_nothing(value: Any) -> None:
    """Mended: Python's and NumPy's floats were refused, and other packages' proved THIRD to be y."""
    with pytest.raises(TypeError, match="floats decide nothing"):
        expect_identity(Eq(y, THIRD), {y: value})
    with pytest.raises(TypeError, match="floats decide nothing"):
        expect_inequality(Ge(x * y, THIRD * x), {x: (0, 1)}, derived={y: value})
    with pytest.raises(TypeError, match="floats decide nothing"):
        expect_zero(value, "0")


def test_what_is_exact_derives_it() -> None:
    for value in (Rational(1, 2), np.int64(1) * Rational(1, 2), 1 - Rational(1, 2)):
        expect_identity(Eq(y, Rational(1, 2)), {y: value})
    expect_identity(Eq(y, 3), {y: np.int64(3)})
    expect_identity(Eq(y, Rational(1, 3)), {y: Fraction(1, 3)})
    expect_identity(Eq(y, Rational(1, 3)), {y: flint.fmpq(1, 3)})


# --- what a reader is shown ---------------------------------------------------------------------

q, big, small = IndexedBase("q"), Symbol("Y", real=True), Symbol("m", integer=True)
PAIRS = {
    "a sign before mod": (-Mod(n, k), Mod(-n, k)),
    "mod of mod": (Mod(Mod(n, k), small), Mod(n, Mod(k, small))),
    "a base": (log(x, 3, evaluate=False), log(x)),
    "indices of two digits": (q[1, 12], q[11, 2]),
    "two indices and one": (q[1, 2], q[12]),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_two_things_are_not_typeset_alike(pair: tuple[Any, Any]) -> None:
    one, other = map(latex_of, pair)
    assert one.replace(" ", "") != other.replace(" ", "")


def test_the_typeset_forms_are_these() -> None:
    assert latex_of(-Mod(n, k)) == r"- \left(n \bmod k\right)"
    assert latex_of(Mod(2 * n, k) ** 2) == r"\left(\left(2 n\right) \bmod k\right)^{2}"
    assert latex_of(log(x, 3, evaluate=False) ** 2) == r"\log_{3}^{2}{\left(x \right)}"
    assert latex_of(q[n, k]) == "q_{nk}"


@pytest.mark.parametrize(
    "formula",
    [Eq(q[n], Symbol("q_n", real=True) + 1), Eq(q[12], Symbol("q_12", real=True)),
     Eq(Function("f")(x), Symbol("f(x)", real=True)), Eq(IndexedBase("C")[n], catalan(n))],
    ids=str,
)  # fmt: skip
def test_what_is_shown_as_a_symbol_is_not_beside_that_symbol(formula: Any) -> None:
    with pytest.raises(TypeError, match="shown alike"):
        claim(formula)


def test_a_base_with_an_index_in_its_name_is_shown_once() -> None:
    assert claim(Eq(IndexedBase("h_j")[Symbol("j", integer=True)], x)).statement == "h_{j} = x"


def test_a_sentence_leaves_symbols_as_they_are() -> None:
    assert claim(Eq(y, 2 * big)).sentence == "y = 2*Y."


def test_alternatives_beside_others_stand_in_brackets() -> None:
    either, both = (x > 0) | (y > 0), And((x > 0) | (y > 0), x < 7)
    assert claim(either).sentence == "x > 0 or y > 0."
    assert claim(both).sentence == "x < 7 and (x > 0 or y > 0)."
    assert claim(both).typeset == r"$x < 7$ and $(x > 0\ \text{or}\ y > 0)$."
    assert chains(both) == ["(x > 0 or y > 0)", "x < 7"]
    assert latex_chains(And(x < 7, Implies(x > 0, y > 0)))[0].startswith("(")


def test_a_relation_between_relations_has_its_sides_in_brackets() -> None:
    equal = Eq(x > 0, y > 0)
    assert claim(equal).sentence == "(x > 0) = (y > 0)."
    assert latex_of(equal) == r"\left(x > 0\right) = \left(y > 0\right)"


# --- how a session of pytest ends ---------------------------------------------------------------

MORE = """
import unittest
from theorem_audit import evidence, expect

@evidence("GD-STEP", "symbolic")
def test_more(claim):
    expect(True, "m")
    {then}
"""


def test_evidence_that_skips_itself_the_way_of_unittest_fails_its_session(fresh: Path) -> None:
    """It was counted as skipped, and the session ended with 0 beside "1 inconclusive"."""
    (fresh / "tests" / "test_more.py").write_text(MORE.format(then='raise unittest.SkipTest("no")'))
    done = run_pytest(fresh, "tests/test_more.py")
    assert done.returncode == 1, done.stdout
    assert "SkipTest: no" in done.stdout


def test_a_session_that_writes_a_ledger_fails_where_its_doubts_do(fresh: Path) -> None:
    """No wrong variant is rejected: the ledger said inconclusive, and the session ended with 0."""
    (fresh / "tests" / "test_more.py").write_text(MORE.format(then="pass"))
    said = run_pytest(fresh, "tests/test_more.py", "--audit-json", "r.json")
    assert said.returncode == 1, said.stdout
    assert "1 inconclusive" in said.stdout
    assert run_pytest(fresh, "tests/test_descent.py", "--audit-json", "r.json").returncode == 0
