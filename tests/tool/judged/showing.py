"""The battery of what a formula may be made of: what shows something else than it says, in which words."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sympy import (
    Abs,
    Dummy,
    Eq,
    Float,
    Function,
    Ge,
    Gt,
    I,
    Idx,
    IndexedBase,
    Integer,
    MatrixSymbol,
    Sum,
    Symbol,
    Wild,
    exp,
    oo,
    pi,
    sin,
)
from sympy.core.function import UndefinedFunction
from sympy.stats import Normal

from tests.tool.judged.tools import raises
from theorem_audit.tests import test_plain as tables
from theorem_audit.tests.test_refused_statements import ALIKE

x, y, h = (Symbol(name, real=True) for name in "xyh")
k, n = Symbol("k", integer=True), Symbol("n", integer=True)
a, b, q = IndexedBase("a"), IndexedBase("b"), IndexedBase("q")
NO_NUMBER = "a symbol is called {}, which is a number"
NO_LETTER = (
    "a {} is called {}: a character that is neither ASCII nor Greek may be shown as another one, or not at "
    "all"
)
HIDDEN = (
    "{} of {} is a hypothesis that no sentence shows: write a condition, of Symbol('{}', real=True)"
)
OF_F = "{} of f(x) is a hypothesis that no sentence shows: write a condition, of Function('f', real=True)"


class _Own(Function("f").__mro__[1]):  # type: ignore[misc]
    """A function that says what it likes."""

    def _sympystr(self, printer: Any) -> str:
        return "g(x)"


def _called(name: str, **more: bool) -> Symbol:
    return Symbol(name, **(more or {"real": True}))


# What is said, and why it shows something else; empty: it does not.
SAID: tuple[tuple[Any, str], ...] = (
    (Eq(y, x), ""), (Eq(y, x + pi), ""), (Eq(y, sin(x) + Abs(h)), ""), (Eq(y, Function("f")(x)), ""),
    (Eq(y, Function("f", real=True)(x)), ""), (Eq(y, Symbol("z")), ""), (Eq(y, k + Sum(n, (n, 1, k))), ""),
    (Eq(y, Symbol("A", commutative=False)), HIDDEN.format("commutative=False", "A", "A")),
    (Eq(y, _called("p", positive=True)), HIDDEN.format("positive=True", "p", "p")),
    (Eq(y, _called("p", real=True, zero=False, even=True)), HIDDEN.format("even=True", "p", "p")),
    (Eq(y, _called("p", real=False)), HIDDEN.format("real=False", "p", "p")),
    (Eq(y, _called("p", complex=True)), HIDDEN.format("complex=True", "p", "p")),
    (Eq(y, Function("f", positive=True)(x)), OF_F.format("complex=True")),
    (Eq(y, Function("f", real=True, integer=True)(x)), OF_F.format("algebraic=True")),
    (Eq(y, Function("f", real=True, commutative=True)(x)), ""),
    (Eq(y, Function("f", commutative=True)(x)), ""),
    (Eq(y, Function("f", commutative=False)(x)), OF_F.format("algebraic=False")),
    (Eq(y, Function("f", zero=False)(x)), OF_F.format("zero=False")),
    (Eq(y, Function("f", positive=False)(x)), OF_F.format("composite=False")),
    *((Eq(y, x * _called(name)), f"a symbol is called {name!a}, which shows nothing")
      for name in ("", "{}", "\\,", " ", "~", "\\mathrm{}")),
    (Eq(y, Wild("w")), ""),
    (Eq(y, Idx("i")), ""),
    (Eq(y, Idx("i", (1, n))), "the index i has a range, from 1 to n, that no sentence shows: write "
     "conditions, of Symbol('i', integer=True)"),
    (Eq(y, Idx("i", (-oo, 4))), "the index i has a range, from -oo to 4, that no sentence shows: write "
     "conditions, of Symbol('i', integer=True)"),
    (Eq(y, Normal("X", 0, 1)), None),
    *((Eq(y, x + _called(name)), NO_NUMBER.format(name)) for name in (
        "3", "-1", "2x", "oo", "zoo", "nan", "True", "\\infty", "∞", "{oo}", "\\oo", " 7", "(1",
        "\\frac{1}{2}",
        "½x", "{oo} ",
    )),
    *((Eq(y, x + _called(name)), "") for name in ("x3", "oo_1", "Te", "nanny", "α", "x'", "u_2", "theta",
        "*")),
    *((Eq(y, x + _called(name)), NO_LETTER.format("symbol", ascii(name)))
      for name in ("\u0445", "x\u200b", "x\n", "é", "x²")),
    (Eq(y, Function("2f")(x)), "a function is called 2f, which is a number"),
    (Eq(y, Function("\u0455in")(x)), NO_LETTER.format("function", ascii("\u0455in"))),
    (Eq(Function("exp")(x), y), "a function of which nothing is known is called exp, as one of SymPy's is"),
    (Eq(Function("Symbol")(x), y), ""), (Eq(Function("pi")(x), y), ""), (Eq(Function("solve")(x), y), ""),
    (Eq(y, x * _called("x", integer=True)), "two symbols are called x, of other assumptions"),
    (Eq(y, Dummy("x", real=True)), ""),
    (Eq(y, x - _called("x_")), "'x' and the symbol 'x_' are shown alike"),
    (Eq(y, x - _called("_x")), "'_x' and the symbol 'x' are shown alike"),
    (Eq(y, _called("_") - x), ""), (Eq(y, _called("x^") - x), "'x' and the symbol 'x^' are shown alike"),
    (Eq(y, _called("e") - exp(1)), "'E' and the symbol 'e' are shown alike"),
    (Eq(y, _called("e")), ""), (Eq(y, _called("pi")), ""), (Eq(y, _called("pi") + pi),
                                                           "'pi' and the symbol 'pi' are shown alike"),
    (Eq(y, _called("E") * exp(1)), "'E' and the symbol 'E' are shown alike"),
    (Eq(y, _called("I") * I), "'I' and the symbol 'I' are shown alike"),
    (Eq(y, _called("i") * I), "'I' and the symbol 'i' are shown alike"),
    (Eq(y, _called("alpha") - _called("α")), "'alpha' and the symbol '\\u03b1' are shown alike"),
    (Eq(y, _called("lambda") - _called("λ")), "'lambda' and the symbol '\\u03bb' are shown alike"),
    (Eq(y, _called("Lambda") - _called("Λ")), "'Lambda' and the symbol '\\u039b' are shown alike"),
    (Eq(y, _called("a") - _called("α")), ""), (Eq(y, _called("delta") - _called("Delta")), ""),
    (Eq(y, _called("A") - _called("Α")), "'A' and the symbol '\\u0391' are shown alike"),
    (Eq(y, _called("ά") - _called("α")), ""),
    (Eq(y, a[k] + a[n]), ""), (Eq(y, a[k] + _called("a_{k}")), "'a_{k}' and 'a[k]' are shown alike"),
    (Eq(y, a[k] + _called("a_k")), "'a_k' and 'a[k]' are shown alike"),
    (Eq(y, IndexedBase("a_k")[k]), ""), (Eq(y, a[k] + b[k]), ""),
    (Eq(y, a[1] + _called("a_1")), "'a_1' and 'a[1]' are shown alike"),
    (Eq(y, a[k] + _called("a")), "two symbols are called a, of other assumptions"),
    (Eq(y, Function("f")(x) + Function("f", real=True)(x)), "'f(x)' and 'f(x)' are shown alike"),
    (Eq(y, _Own(x)), "tests.tool.judged.showing._Own is no class of SymPy's, and may print what it is not"),
)  # fmt: skip


def shown_is_said(judge: ModuleType) -> None:
    """Reasons to refuse, word by word; what a walk finds; who may be derived from."""
    for formula, why in SAID:
        assert why is None or judge.untold([formula]) == why, formula
        assert why is not None or "has a law that no sentence shows" in judge.untold([formula])
    for what, (formula, says) in ALIKE.items():
        assert says in judge.untold([formula]), what
    for what, said in tables.REFUSED.items():
        assert judge.untold(said), what
    two = [Eq(y, x), Gt(_called("x", integer=True), 0)]
    assert judge.untold(two) == "two symbols are called x, of other assumptions"
    assert judge.untold([]) == ""
    assert judge.untold([Eq(y, x), Ge(h, 0)]) == ""
    _walks(judge)
    _kept(judge)
    _names(judge)
    _records(judge)


def _walks(judge: ModuleType) -> None:
    whole = Eq(
        y, Sum(k * x, (k, 1, 3)) + pi * a[n] + Function("f")(x) + I + Float(2.5) + Float(0.5) * h
    )
    found = judge.looked(whole)
    names = ["a", "h", "k", "n", "x", "y"]
    assert [name for name, _ in found.symbols] == names
    assert found.why == ""
    assert {*found.constants} == {pi, I}
    assert {*found.applied} == {a[n], Function("f")(x)}
    assert found.floats == ("0.500000000000000", "2.50000000000000")
    assert judge.looked(Eq(y, _called("3"))).why == NO_NUMBER.format("3")


def _kept(judge: ModuleType) -> None:
    """Each object is walked through once, and a new one anew; not too many are kept."""
    walked: list[Any] = []
    real = judge._look
    judge._LOOKED.clear()
    judge._look = lambda one: walked.append(one) or real(one)
    keeps, judge.KEPT = judge.KEPT, 3
    try:
        parts = [Gt(x, k + turn) for turn in range(4)]
        for turn in (1, 2):
            for one in parts[:3]:
                judge.looked(one)
            assert len(walked) == 3, turn
        twin = parts[0].func(*parts[0].args)
        judge._LOOKED.pop(id(parts[2]))
        judge.looked(twin)
        assert walked[-1] is twin, "what equals it is another object"
        judge.looked(parts[3])
        assert len(walked) == 5
        assert [*judge._LOOKED] == [id(parts[3])], "all are dropped where there are too many"
    finally:
        judge._look, judge.KEPT = real, keeps


def _names(judge: ModuleType) -> None:
    for name, kind in (("x", type(x)), ("f", type(Function("f")(x)))):
        assert judge._known(kind) is True, name
    strange = UndefinedFunction("f")  # SymPy keeps what Function makes
    strange._latex = lambda self, printer: "g"
    assert judge._known(strange) is False
    strange = UndefinedFunction("f")  # SymPy keeps what Function makes
    strange.note = "no method"
    assert judge._known(strange) is True
    nowhere = type("Nowhere", (Symbol,), {"__module__": ""})
    assert judge._known(nowhere) is False
    other = type("Symbol", (Symbol,), {"__module__": "sympy.core.symbol"})
    assert judge._known(other) is False, "of that name, and not that class"
    derived = type("g", (type(Function("f")(x)),), {})
    assert judge._known(derived) is False
    assert judge._name(Symbol) == "sympy.core.symbol.Symbol"
    i, m = Idx("i"), Symbol("m", integer=True)
    big = Symbol("Na", integer=True)
    said = [Eq(y, big + m * n), Gt(i, 0), Sum(k, (k, 1, 3)) > x]
    assert [*judge.integers(said)] == [i, m, n, big]
    b2, a2 = MatrixSymbol("b", 2, 2), MatrixSymbol("A", 2, n)
    assert [*judge.matrices([Eq(y, b2[0, 0]), Eq(x, a2[0, 1] + Integer(1))])] == [a2, b2]


def _records(judge: ModuleType) -> None:
    class Record(judge.Final):  # type: ignore[misc, name-defined]
        pass

    class Both(judge.Final, int):  # type: ignore[misc, name-defined]
        pass

    for bases in ((Record,), (int, Record), (Record, judge.Final), (Both,)):
        said = raises(TypeError, lambda b=bases: type("Nicer", b, {}))
        first = bases[0].__name__
        assert said == (
            f"class Nicer is derived from {first}, and may show something else than is checked: "
            "make one, and derive none"
        )


__all__ = ["shown_is_said"]
