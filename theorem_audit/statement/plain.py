"""What a formula may be made of, so that it says what it shows.

A symbol that is ``positive`` carries a hypothesis that no sentence shows; one that is called *3*, *-1* or *oo*
shows a number; a class of one's own can print what it is not, and so can two symbols that are shown alike, also
where one of them is bound by a sum.  Such are refused where a claim is declared.  What is left: SymPy's own
classes, and symbols that are real, integer, or neither.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from sympy import (
    Basic,
    Float,
    Function,
    Idx,
    Indexed,
    MatrixSymbol,
    NumberSymbol,
    Symbol,
    preorder_traversal,
)
from sympy.core.function import AppliedUndef, UndefinedFunction
from sympy.core.numbers import ImaginaryUnit

# What is shown, or what a reader takes a letter for.
TOLD = frozenset(("commutative", "real", "integer"))
# How a name begins that is read as a number, and names that are read as one.
NUMBER = re.compile(r"[\s{(+.-]*(?:\d|\\[dt]?frac)")
CONSTANTS = frozenset(("oo", "zoo", "nan", "True", "False", "infty", "infinity", "∞"))
# Greek letters that are shown like these.
LATIN = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo")
SPACING = re.compile(r"[\s{}~]|\\[,;:! ]|\\(?:mathrm|left|right)(?![A-Za-z])")
BARE = re.compile(r"(?<=.)[_^]+$")  # a mark under which nothing stands
# What SymPy keeps of ``Function("f", real=True)``.
REAL = {**Function("f", real=True)._kwargs, "commutative": True}


class Look(NamedTuple):
    """What a walk through one expression found."""

    why: str  # why it shows something else than it says; empty where it does not
    symbols: tuple[tuple[str, Symbol], ...]  # all, also those that a sum binds, by name
    constants: tuple[Basic, ...]  # pi, e, i and the like
    applied: tuple[Basic, ...]  # q[i], f(x) and the like, which may be shown as a symbol's name is
    floats: tuple[str, ...]


class Final:
    """A record that nobody derives another from, which could show something else than what is checked."""

    def __init_subclass__(cls, **more: object) -> None:
        if any(base is not Final and issubclass(base, Final) for base in cls.__bases__):
            raise TypeError(
                f"class {cls.__name__} is derived from {cls.__bases__[0].__name__}, and may show something "
                "else than is checked: make one, and derive none"
            )


# By identity, with what is looked at kept alive: what equals it is for its own class to say, and a class
# may lie.  A claim's hundred variants share most of its expressions.
_LOOKED: dict[int, tuple[Basic, Look]] = {}
KEPT = 10_000


def looked(one: Basic) -> Look:
    """What a walk through ``one`` finds; each object is walked through once."""
    if id(one) not in _LOOKED:
        if len(_LOOKED) >= KEPT:
            _LOOKED.clear()
        _LOOKED[id(one)] = one, _look(one)
    return _LOOKED[id(one)][1]


def _look(one: Basic) -> Look:
    parts = list(preorder_traversal(one))
    return Look(
        next(filter(None, map(_untold, parts)), ""),
        tuple(sorted({(str(x), x) for x in parts if isinstance(x, Symbol)}, key=itemgetter(0))),
        tuple({x for x in parts if isinstance(x, (NumberSymbol, ImaginaryUnit))}),
        tuple({x for x in parts if isinstance(x, Indexed | Function)}),
        tuple(sorted(str(x) for x in parts if isinstance(x, Float))),
    )


def _untold(part: Any) -> str:
    if str(type(part).__module__).startswith("sympy.stats"):
        return f"{part} has a law that no sentence shows: make it an item of the vocabulary"
    if not _known(type(part)):
        return f"{_name(type(part))} is no class of SymPy's, and may print what it is not"
    return _shows(part)


def untold(said: Iterable[Basic]) -> str:
    """Why formulas show something else than they say; empty where they do not."""
    names: dict[str, Basic] = {}
    looks: dict[str, Basic] = {}
    for one in said:
        if why := looked(one).why:
            return why
        for constant in looked(one).constants:  # a letter may be called pi where no pi is
            looks[_seen(Symbol(str(constant)))] = looks[_shown(constant)] = constant
        for name, symbol in looked(one).symbols:
            if names.setdefault(name, symbol) != symbol:
                return f"two symbols are called {symbol}, of other assumptions"
            if (other := looks.setdefault(_seen(symbol), symbol)) != symbol:
                return f"{str(other)!a} and the symbol {str(symbol)!a} are shown alike"
        for part in looked(one).applied:
            other = looks.setdefault(_shown(part), part)
            # Shown as a part of it alone.
            label = part.base.label if isinstance(part, Indexed) else None
            if other not in (part, label) and other.doit() != part.doit():
                return f"{str(other)!a} and {str(part)!a} are shown alike"
    return ""


@cache
def _seen(symbol: Symbol) -> str:
    """What a reader sees of a symbol."""
    text = "".join(map(_letter, str(symbol).translate(LATIN)))
    return _shown(Symbol(text.removeprefix("_")) if text.strip("_") else symbol)


@lru_cache(KEPT)
def _shown(one: Basic) -> str:
    """Its LaTeX, but for spaces, braces and marks under which nothing stands."""
    from theorem_audit.statement.sentence import latex_of  # that module needs this one

    return BARE.sub("", SPACING.sub("", latex_of(one)))


def _letter(char: str) -> str:
    """A Greek letter by its name, as SymPy reads it."""
    kind, _, name = unicodedata.name(char, "").partition(" LETTER ")
    if kind not in ("GREEK SMALL", "GREEK CAPITAL") or " " in name:
        return char
    return name.lower().replace("lamda", "lambda") if kind == "GREEK SMALL" else name.capitalize()


def _called_as_another(name: str) -> str:
    """Why a function of which nothing is known is shown as one of SymPy's own; empty where it is not."""
    own = getattr(sys.modules["sympy"], name, None)
    if isinstance(own, type) and issubclass(own, Function):
        return f"a function of which nothing is known is called {name}, as one of SymPy's is"
    return ""


def _name_shows(name: str, what: str = "symbol") -> str:
    """Why a symbol's name shows something else than a symbol; empty where it does not."""
    if NUMBER.match(name) or name[:1].isnumeric() or name.strip("\\{} ") in CONSTANTS:
        return f"a {what} is called {name}, which is a number"
    if not SPACING.sub("", name):
        return f"a {what} is called {name!a}, which shows nothing"
    for char in name:
        greek = unicodedata.name(char, "").startswith("GREEK")
        if not (greek or (char.isascii() and char.isprintable())):
            return (
                f"a {what} is called {name!a}: a character that is neither ASCII nor Greek may be shown "
                "as another one, or not at all"
            )
    return ""


def _known(kind: type) -> bool:
    """Whether a class is SymPy's own, or that of a function of which nothing is known."""
    if kind.__module__ and kind.__module__.partition(".")[0] == "sympy":
        return getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind
    plain = type(kind) is UndefinedFunction and kind.__bases__ == (AppliedUndef,)
    return plain and not any(callable(x) for k, x in vars(kind).items() if k != "_sage_")


def _shows(part: Any) -> str:
    if isinstance(part, Idx) and (part.lower is not None or part.upper is not None):
        return (
            f"the index {part} has a range, from {part.lower} to {part.upper}, that no sentence shows: write "
            f"conditions, of Symbol('{part}', integer=True)"
        )
    if isinstance(part, Symbol):
        if why := _name_shows(str(part)):
            return why
        given = dict(part._assumptions_orig) if hasattr(part, "_assumptions_orig") else {}
        given = given or dict(getattr(part._assumptions, "_generator", {}))
    elif isinstance(part, AppliedUndef):
        if why := _name_shows(str(part.func), "function") or _called_as_another(str(part.func)):
            return why
        given = part.func._kwargs
        given = {} if {**given, "commutative": True} == REAL else given
    else:
        return ""
    if more := sorted(k for k, v in given.items() if k not in TOLD or not v):
        plain = f"Symbol('{part}', real=True)"
        if isinstance(part, AppliedUndef):
            plain = f"Function('{part.func}', real=True)"
        return (
            f"{more[0]}={given[more[0]]} of {part} is a hypothesis that no sentence shows: write a condition, "
            f"of {plain}"
        )
    return ""


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def integers(said: Iterable[Basic]) -> Iterator[Symbol]:
    """The free symbols that stand for integers, by name."""
    found = {x for one in said for x in one.free_symbols if isinstance(x, Symbol | Idx)}
    yield from sorted((x for x in found if x.is_integer), key=lambda x: str(x).lower())


def matrices(said: Iterable[Basic]) -> Iterator[MatrixSymbol]:
    """The symbols that stand for matrices of some shape, by name."""
    found = {x for one in said for x in one.atoms(MatrixSymbol)}
    yield from sorted(found, key=lambda x: str(x).lower())


__all__ = ["Final", "integers", "looked", "matrices", "untold"]
