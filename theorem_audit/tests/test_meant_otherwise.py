"""What a ninth referee got past the judge: after an honest slip another thing was judged, or shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sympy import And, Eq, Float, Ge, Integer, Rational, Symbol, sqrt

from theorem_audit.checks.expect import (
    expect_identity,
    expect_inequality,
    expect_nonnegative,
    expect_positive_ball,
)
from theorem_audit.exact import Refuted, Undecided, satisfies

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


def test_what_is_exact_derives_it() -> None:
    for value in (Rational(1, 2), np.int64(1) * Rational(1, 2), 1 - Rational(1, 2)):
        expect_identity(Eq(y, Rational(1, 2)), {y: value})
    expect_identity(Eq(y, 3), {y: np.int64(3)})
