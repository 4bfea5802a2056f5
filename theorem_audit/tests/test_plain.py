"""A formula says what it shows: hypotheses inside symbols and classes that print otherwise are refused."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Basic, Dummy, Eq, Function, Gt, Integer, Symbol, sqrt

from theorem_audit.statement import Assumption, Claim, Source
from theorem_audit.statement.vocabulary import Item, Kind

X, Y, H = (Symbol(name, real=True) for name in "xyh")
N, B = Symbol("n", integer=True), Symbol("b", integer=True)
P = Symbol("p", positive=True)


class _Equal(Eq):
    def _sympystr(self, printer: Any) -> str:
        return "Eq(y, 7*x)"


class _Twin(_Equal):
    """Equal to what is told first, by its own word."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash(Eq(*self.args))


class _Letter(Symbol):
    def _latex(self, printer: Any) -> str:
        return "z"


class _Function(Function("f").__mro__[1]):  # type: ignore[misc]
    def _sympystr(self, printer: Any) -> str:
        return "g(x)"


def _claim(formula: Basic, *conditions: Any) -> Claim:
    assumptions = tuple(Assumption(f"a{k}", x) for k, x in enumerate(conditions))
    return Claim("AA", "A subject", formula, Source("new", "none"), "exact", "made.up", assumptions)


REFUSED = {
    "positive": (Eq(Y, sqrt(P) * sqrt(H)),),
    "a condition's symbol": (Eq(Y, X), Gt(Symbol("q", nonzero=True), X)),
    "not real": (Eq(Y, X * Symbol("i", imaginary=True)),),
    "false": (Eq(Y, X * Symbol("i", real=True, integer=False)),),
    "a positive function": (Eq(Y, Function("f", positive=True)(X)),),
    "a function that is not 0": (Eq(Y, 1 / Function("f", zero=False)(X)),),
    "a function that is not real": (Eq(Y, Function("f", real=False)(X)),),
    "a function that does not commute": (Eq(Y, Function("f", commutative=False)(X)),),
    "a symbol that is not to be seen": (Eq(Y, Symbol("{}", real=True) * X),),
    "a symbol without a name": (Eq(Y, Symbol("", real=True) * X),),
    "a mark under which nothing stands": (Eq(Y, Symbol("x_", real=True) - X),),
    "an equation that prints another": (_Equal(Y, 2 * X),),
    "a symbol that prints another": (Eq(Y, _Letter("x")),),
    "a function that prints another": (Eq(Y, _Function(X)),),
    "a number's name": (Eq(Y, Symbol("3") * X),),
    "two of one name": (Eq(Y, X * Symbol("x", integer=True)),),
    "two dummies": (Eq(Y, Dummy("t", real=True) * Dummy("t", real=True) ** 2),),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_shows_something_else_than_it_says_is_refused(what: str) -> None:
    """Mended: y = sqrt(p) sqrt(h) was shown without p > 0; a class of one's own printed what it was not."""
    with pytest.raises(TypeError, match="formula of claim AA: "):
        _claim(*REFUSED[what])


def test_what_equals_an_honest_formula_is_looked_at_itself() -> None:
    """What a walk found is kept by the object: by equality, the second would pass for the first."""
    honest, twin = Eq(Y, 2 * X), _Twin(Y, 2 * X)
    _claim(honest)
    assert {honest: "found"}[twin]
    with pytest.raises(TypeError, match="formula of claim AA: "):
        _claim(twin)


def test_what_is_left_is_told() -> None:
    claim = _claim(Eq(Y, Function("f")(X) + N * Symbol("c") ** B), Gt(N, 0))
    assert claim.sentence == (
        "Suppose that b and n are integers; and that n > 0. Then y = c**b*n + f(x)."
    )
    assert r"that $b, n\in\mathbb{Z}$" in claim.typeset
    assert "n is an integer" in _claim(Eq(Y, N + Integer(1))).sentence


@pytest.mark.parametrize("record", [Claim, Assumption, Source, Item, Kind])
def test_no_record_is_derived_from_one(record: type) -> None:
    """Mended: a claim whose class had a sentence of its own was proved, and shown as "Pigs fly."."""
    with pytest.raises(TypeError, match=f"is derived from {record.__name__}"):
        type("Nicer", (record,), {"sentence": "Pigs fly."})


@pytest.mark.parametrize("what", ["carried", "survivors", "converges"])
def test_a_blank_explains_nothing(what: str) -> None:
    """Mended: a space was a reason why a lemma holds beyond its setting."""
    said: Any = " \t" if what == "converges" else {"LEMMA": " "}
    with pytest.raises(ValueError, match="is explained by a blank: say why"):
        Claim(
            "AA", "t", Eq(Y, X), Source("new", "none"), "exact", "made.up", **{what: said},
        )  # fmt: skip
