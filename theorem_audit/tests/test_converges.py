"""Infinite sums and integrals of a formula: those that diverge, those that converge, and the others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sympy import (
    Abs,
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Integral,
    Le,
    Lt,
    Piecewise,
    Product,
    Rational,
    Sum,
    Symbol,
    binomial,
    exp,
    factorial,
    log,
    oo,
    pi,
    sin,
    sqrt,
    tan,
    true,
)

from theorem_audit.doubt.undefined import unsettled
from theorem_audit.tests.made_up import valued
from theorem_audit.weigh.sense import vacuous

pytestmark = pytest.mark.usefixtures("somewhere")

x, y, z = (Symbol(name, real=True) for name in "xyz")
k, n = Symbol("k", integer=True), Symbol("n", integer=True)
THIRD = Rational(1, 3)
Case = tuple[Expr, Any]

DIVERGES: dict[str, Case] = {
    "the harmonic series": (Sum(1 / k, (k, 1, oo)), true),
    "terms that stay": (Sum((-1) ** k, (k, 0, oo)), true),
    "from below": (Sum(k, (k, -oo, 0)), true),
    "a geometric series at 1": (Sum(x**k, (k, 0, oo)), And(Ge(x, 0), Le(x, 1))),
    "a geometric series at -1": (Sum(x**k, (k, 0, oo)), And(Ge(x, -1), Lt(x, 1))),
    "a power at its border": (Sum(k ** (-x), (k, 1, oo)), Ge(x, 1)),
    "Bertrand's at its border": (Sum(1 / (k * log(k)), (k, 2, oo)), true),
    "central binomials at their border": (Sum(binomial(2 * k, k) / 4**k, (k, 0, oo)), true),
    "factorials": (Sum(factorial(k) * x**k, (k, 0, oo)), Ge(x, 0)),
    "one term of two": (Sum((-1) ** k / sqrt(k) + 1 / k, (k, 1, oo)), true),
    "with a factor that may be 0": (Sum(x / k, (k, 1, oo)), Ge(x, 0)),
    "in a case of a table": (Piecewise((Sum(1 / k, (k, 1, oo)), x > 0), (0, True)), Ge(x, -1)),
    "1/x from 0": (Integral(1 / x, (x, 0, 1)), true),
    "1/x to infinity": (Integral(1 / x, (x, 1, oo)), true),
    "across a pole": (Integral(1 / (x - 1), (x, 0, 3)), true),
    "across an irrational pole": (Integral(1 / (x**2 - 2), (x, 0, 3)), true),
    "without a decay": (Integral(exp(-x * y), (x, 0, oo)), Ge(y, 0)),
    "of Euler's, at 0": (Integral(x ** (y - 1) * exp(-x), (x, 0, oo)), Ge(y, 0)),
    "downwards across a pole": (Integral(1 / x, (x, 1, -1)), true),
    "downwards to a pole": (Integral(1 / x, (x, 1, 0)), true),
    "downwards for some y": (Integral(1 / x, (x, 1, y)), Ge(y, -1)),
    "that has a pole for one y": (Integral(1 / (x + y), (x, 0, 1)), Ge(y, 0)),
}
CONVERGES: dict[str, Case] = {
    "squares": (Sum(1 / k**2, (k, 1, oo)), true),
    "alternating": (Sum((-1) ** k / k, (k, 1, oo)), true),
    "a geometric series": (Sum(x**k, (k, 0, oo)), And(Gt(x, -1), Lt(x, 1))),
    "an exponential series": (Sum(x**k / factorial(k), (k, 0, oo)), Gt(x, -3)),
    "a power": (Sum(k ** (-x), (k, 1, oo)), Gt(x, 1)),
    "Bertrand's": (Sum(1 / (k * log(k) ** 2), (k, 2, oo)), true),
    "a difference": (Sum(1 / k - 1 / (k + 1), (k, 1, oo)), true),
    "two terms": (Sum(1 / k**2 + sin(k) / 2**k, (k, 1, oo)), true),
    "central binomials, alternating": (Sum((-1) ** k * binomial(2 * k, k) / 4**k, (k, 0, oo)), true),
    "a bounded factor": (Sum(sin(k) / k**2, (k, 1, oo)), true),
    "both ways": (Sum(exp(-(k**2)), (k, -oo, oo)), true),
    "a finite one": (Sum(1 / k, (k, 1, n)), Ge(n, 1)),
    "a product": (Product(1 + 1 / k**2, (k, 1, oo)), true),
    "1/sqrt(x)": (Integral(1 / sqrt(x), (x, 0, 1)), true),
    "a logarithm": (Integral(log(x), (x, 0, 1)), true),
    "sin(x)/x": (Integral(sin(x) / x, (x, 0, 1)), true),
    "the whole line": (Integral(1 / (1 + x**2), (x, -oo, oo)), true),
    "Gauss'": (Integral(exp(-(x**2)), (x, -oo, oo)), true),
    "a decay": (Integral(exp(-x * y), (x, 0, oo)), Gt(y, 0)),
    "a decay by a quotient": (
        Integral(exp(-x * (1 / y + 1 / z - n)), (x, 0, oo)),
        And(Gt(y, 0), Gt(z, 0), Gt(y + z - n * y * z, 0), Ge(n, 0)),
    ),
    "Euler's": (Integral(x ** (y - 1) * exp(-x), (x, 0, oo)), Gt(y, 0)),
    "no pole for any y": (Integral(1 / (x**2 + y), (x, 0, 1)), Gt(y, 0)),
    "over a triangle": (Integral(x * y, (y, 0, x), (x, 0, 1)), true),
    "downwards to a root": (Integral(1 / sqrt(x), (x, 1, 0)), true),
    "either way": (Integral(1 / (1 + x), (x, 0, y)), Gt(y, -1)),
    "downwards from infinity": (Integral(exp(-x), (x, oo, 0)), true),
    "a corner": (Integral(Abs(x), (x, -1, n)), Ge(n, 0)),
}  # fmt: skip
OPEN: dict[str, Case] = {
    "sines over k": (Sum(sin(k) / k, (k, 1, oo)), true),
    "sines over x": (Integral(sin(x) / x, (x, 0, oo)), true),
    "a pole of a tangent": (Integral(tan(x), (x, 0, 2)), true),
    "signs that a factor undoes": (Sum((-1) ** k * sin(pi * k / 2) ** 2 / k, (k, 1, oo)), true),
    "exponents that cancel but for a part": (
        Sum(3 ** (k**2 + k) * exp(-log(3) * k**2) / k**2, (k, 1, oo)),
        true,
    ),
    "over a triangle that is turned": (Integral(1 / (1 + y), (y, 0, x), (x, -3, 1)), true),
    "two infinite indices": (Sum(1 / (k**2 * n**2), (k, 1, oo), (n, 1, oo)), true),
    "a product that does not": (Product(1 + 1 / k, (k, 1, oo)), true),
    "a symbol that nothing is said of": (Sum(x**k, (k, 0, oo)), Gt(z, 0)),
}


@pytest.mark.parametrize("what", DIVERGES)
def test_a_sum_or_an_integral_that_diverges_somewhere_is_an_error(what: str) -> None:
    made = valued(*DIVERGES[what])
    for one in (made, replace(made, converges="it does not")):
        found = vacuous(one, 0)
        assert found is not None
        assert (found.outcome, "diverges" in found.detail) == ("error", True), found.detail


@pytest.mark.parametrize("what", CONVERGES)
def test_what_converges_on_the_whole_region_is_left_alone(what: str) -> None:
    assert vacuous(valued(*CONVERGES[what]), 0) is None


@pytest.mark.parametrize("what", OPEN)
def test_what_nobody_shows_to_converge_needs_its_authors_word(what: str) -> None:
    made = valued(*OPEN[what])
    found = vacuous(made, 0)
    assert found is not None
    assert (found.outcome, "is not shown" in found.detail) == ("inconclusive", True), found.detail
    said = replace(made, converges="by Dirichlet's test")
    assert vacuous(said, 0) is None
    assert said.remarks == "Convergence, in prose: by Dirichlet's test"


def test_that_it_is_infinite_may_be_what_is_said() -> None:
    for side in (Sum(1 / k, (k, 1, oo)), Integral(1 / x, (x, 1, oo))):
        assert not unsettled(replace(valued(side, true), formula=Eq(side, oo, evaluate=False)))


def test_sympy_says_the_same_of_sums_without_symbols() -> None:
    """A second opinion, on those that it decides."""
    asked = 0
    for table, says in ((DIVERGES, False), (CONVERGES, True)):
        for side, region in table.values():
            if (
                isinstance(side, Sum)
                and region is true
                and not side.has(sin, binomial, -oo, 1 / sqrt(k))
            ):
                asked += 1
                assert bool(side.is_convergent()) == says, side
    assert asked >= 6
