"""The battery of ``kernel/statement.py``: what Coq's text should be, written by hand."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

from sympy import (
    Abs,
    And,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Max,
    Min,
    Ne,
    Or,
    Pow,
    Rational,
    Symbol,
    binomial,
    exp,
    log,
    sin,
    sqrt,
    symbols,
)

A, B, C = symbols("a b c", real=True)
N, K = symbols("n k", integer=True, positive=True)
HALF = Rational(1, 2)
REALS: tuple[tuple[Any, str], ...] = (
    (A, "x"), (N, "(INR m)"), (Rational(3), "3"), (Rational(0), "0"), (Rational(-2), "(- 2)"),
    (HALF, "(1 / 2)"), (Rational(-3, 4), "(- (3 / 4))"), (A + B, "(x + y)"), (A - B, "(x - y)"),
    (1 - A, "(1 - x)"), (A - 2 * B, "(x - (2 * y))"), (A * B, "(x * y)"), (2 * A, "(2 * x)"),
    (A / B, "((x) / (y))"), (B * sqrt(A), "((sqrt x) * y)"), (1 / A, "(/ (x ^ 1))"),
    (A * B**-2, "((x) / ((y ^ 2)))"), (A / 2, "((x) / (2))"),
    (-A / 2, "(((- 1) * x) / (2))"), (3 * A / 4, "((3 / 4) * x)"), (-A, "((- 1) * x)"), (A**2, "(x ^ 2)"),
    (A**-3, "(/ (x ^ 3))"), (sqrt(A), "(sqrt x)"), (A / sqrt(B), "((x) / ((sqrt y)))"),
    (A**N, "(powerRZ x (Z.of_nat m))"), (A**(N - 1), "(powerRZ x ((-1)%Z + (Z.of_nat m))%Z)"),
    (A**(2 * N), "(powerRZ x ((2)%Z * (Z.of_nat m))%Z)"), (A**B, "(Rpower x y)"),
    (A**Rational(1, 3), "(Rpower x (1 / 3))"), (A**(N + B), None), (log(A), "(ln x)"), (exp(A), "(exp x)"),
    (Abs(A), "(Rabs x)"), (Min(A, B), "(Rmin x y)"), (Max(A, B, 1), "(Rmax (Rmax 1 x) y)"),
    (binomial(N, K), "(INR 'C(m, j))"),
)  # fmt: skip
NATURALS = (
    (N, "m"), (Rational(3), "3"), (Rational(0), "0"), (N + K, "(j + m)"), (N - K, "(m - j)"),
    (N - 1, "(m - 1)"),
    (2 * N, "(2 * m)"), (N - K - 1, "(m - 1 - j)"), (binomial(N, 2), "'C(m, 2)"),
)  # fmt: skip
RELATIONS = (
    (Lt(A, B), "x < y"), (Le(A, B), "x <= y"), (Gt(A, B), "x > y"), (Ge(A, B), "x >= y"),
    (Eq(A, B), "x = y"),
    (Ne(A, B), "x <> y"), (Lt(N, K), "(m < j)%N"), (Le(N, K), "(m <= j)%N"), (Gt(N, K), "(j < m)%N"),
    (Ge(N, 2), "(2 <= m)%N"), (Le(N + K, 3), "((j + m) <= 3)%N"), (Eq(N, K), "(INR m) = (INR j)"),
    (Lt(N, A), "(INR m) < x"), (Lt(A, 1), "x < 1"),
    (Lt(N, K + A), "(INR m) < (x + (INR j))"), (Gt(2 * N, K, evaluate=False), "(j < (2 * m))%N"),
    (And(A < B, B < 1), "(x < y) /\\ (y < 1)"), (Or(A < B, B < 1), "(x < y) \\/ (y < 1)"),
)  # fmt: skip


def _no_phrase(judge: ModuleType, call: Any, word: str = "") -> None:
    try:
        said = call()
    except judge.NoPhrase as error:
        assert word in str(error)
    else:
        raise RuntimeError(f"{said!r} was said")


def _terms(judge: ModuleType) -> None:
    speaker = judge.Speaker({A: "x", B: "y"}, {N: "m", K: "j"})
    for term, text in REALS:
        if text is not None:
            assert _plain(speaker.real(term)) in {_plain(text), _plain(text, turned=True)}, term
    for term, text in NATURALS:
        assert _plain(speaker.natural(term)) in {_plain(text), _plain(text, turned=True)}, term
    for relation, text in RELATIONS:
        assert speaker.relation(relation) == text, relation
    for term in (sin(A), C, A + C):
        _no_phrase(judge, lambda t=term: speaker.real(t), "no Coq term")  # type: ignore[misc]
    for term in (Rational(-1), HALF, A, -N, -N - K, N**2):
        _no_phrase(judge, lambda t=term: speaker.natural(t), "no natural number")  # type: ignore[misc]
    for term in (A, HALF, N**2):
        _no_phrase(judge, lambda t=term: speaker.integer(t), "no integer")  # type: ignore[misc]
    for relation in (A, Symbol("p", bool=True), ~(Or(A < B, Eq(A, 1)) & Eq(B, 2))):
        _no_phrase(judge, lambda r=relation: speaker.relation(r))  # type: ignore[misc]
    assert speaker.real(Pow(A, Rational(-1, 2))) == "(Rpower x (- (1 / 2)))"


def _plain(text: str, turned: bool = False) -> str:
    """The text; ``turned`` says sums of two naturals the other way round, which is the same number."""
    return text.replace("(j + m)", "(m + j)") if turned else text


def _claims(judge: ModuleType) -> None:
    def assumption(name: str, condition: Any = None) -> Any:
        return SimpleNamespace(name=name, condition=condition, item=None)

    speaker = judge.Speaker({A: "x", B: "y"}, {N: "m", K: "j"})
    spoken = judge.Declaration(
        "(x y : R)", speaker, {"unit": "unit_sphere", "silent": "", "both": "orthogonal"},
        lambda claim, said: said.relation(claim.formula), ("0 < y",), {"every": "forall B : batch,"},
    )  # fmt: skip
    claim = SimpleNamespace(
        id="C", formula=Le(A, B),
        assumptions=(
            assumption("unit"), assumption("silent"), assumption("region", And(A < 1, B > 2)),
            assumption("both", Eq(A, 0)), assumption("every", A < 7),
        ),
    )  # fmt: skip
    assert judge.hypotheses(claim, spoken) == [
        "0 < y", "unit_sphere", "x < 1", "y > 2", "orthogonal", "x = 0", "forall B : batch, x < 7",
    ]  # fmt: skip
    assert judge.statement(claim, spoken) == (
        "forall (x y : R),\n  (0 < y) ->\n  (unit_sphere) ->\n  (x < 1) ->\n  (y > 2) ->\n  (orthogonal) ->\n"
        "  (x = 0) ->\n  (forall B : batch, x < 7) ->\n  x <= y"
    )
    odd, known = SimpleNamespace(name="odd"), SimpleNamespace(name="unit")
    claim.assumptions = (SimpleNamespace(name="unheard of", condition=None, item=odd),)
    _no_phrase(
        judge, lambda: judge.hypotheses(claim, spoken), "'odd' of 'unheard of' has no phrase"
    )
    claim.assumptions = (
        SimpleNamespace(name="a sphere", condition=None, item=known),
        SimpleNamespace(name="unit", condition=A < 3, item=known),
        SimpleNamespace(name="both", condition=None, item=known),
    )
    assert judge.hypotheses(claim, spoken) == [
        "0 < y", "unit_sphere", "unit_sphere", "x < 3", "orthogonal", "unit_sphere",
    ]  # fmt: skip
    local = judge.Declaration(
        "(x y : R)",
        speaker,
        {},
        spoken.conclusion,
        (),
        {"every": "forall B,"},
        frozenset({A}),
        ("silent",),
    )
    claim.assumptions = (assumption("every", And(A < 7, B > 2)), assumption("silent", A < 1))
    assert judge.hypotheses(claim, local) == ["forall B, x < 7", "y > 2"]
    both = And(Eq(A, 1), Eq(B, C))
    assert judge.values(both, A, B) == judge.values(both, B, A) == {A: 1, B: C}
    assert judge.values(Eq(A, 1), A) == {A: 1}
    for formula, known in ((both, (A,)), (both, (A, B, C)), (And(Eq(A, 1), B < 2), (A,)), (A < 1, ()),
    (Eq(A, 1), (B,)),
                           (And(Eq(A, 1), Eq(A, 2), evaluate=False), (A,))):  # fmt: skip
        _no_phrase(judge, lambda f=formula, k=known: judge.values(f, *k), "expected equations for")  # type: ignore[misc]


def statements_hold(judge: ModuleType) -> None:
    """Terms, relations, hypotheses and whole statements."""
    _terms(judge)
    _claims(judge)
