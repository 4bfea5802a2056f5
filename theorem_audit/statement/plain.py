"""What a formula may be made of, so that it says what it shows.

A symbol that is ``positive`` carries a hypothesis that no sentence shows; one that is called *3* shows a
number; a class of one's own can print what it is not, and so can two symbols of one name.  Such are refused
where a claim is declared.  What is left: SymPy's own classes, and symbols that are real, integer, or neither.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sympy import Basic, Float, Symbol, preorder_traversal
from sympy.core.function import AppliedUndef, UndefinedFunction

TOLD = frozenset(
    ("commutative", "real", "integer")
)  # what is shown, or what a reader takes a letter for


class Look(NamedTuple):
    """What a walk through one expression found."""

    why: str  # why it shows something else than it says; empty where it does not
    free: tuple[tuple[str, Symbol], ...]  # its free symbols, each with its name
    names: tuple[str, ...]  # of all its symbols
    floats: tuple[str, ...]


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
        tuple((str(x), x) for x in one.free_symbols if isinstance(x, Symbol)),
        tuple(str(x) for x in {x for x in parts if isinstance(x, Symbol)}),
        tuple(sorted(str(x) for x in parts if isinstance(x, Float))),
    )


def _untold(part: Any) -> str:
    if not _known(type(part)):
        return f"{_name(type(part))} is no class of SymPy's, and may print what it is not"
    return _shows(part)


def untold(said: Iterable[Basic]) -> str:
    """Why formulas show something else than they say; empty where they do not."""
    names: dict[str, Symbol] = {}
    for one in said:
        if why := looked(one).why:
            return why
        for name, symbol in looked(one).free:
            if names.setdefault(name, symbol) != symbol:
                return f"two symbols are called {symbol}, of other assumptions"
    return ""


def _known(kind: type) -> bool:
    """Whether a class is SymPy's own, or that of a function of which nothing is known."""
    if kind.__module__ and kind.__module__.partition(".")[0] == "sympy":
        return getattr(sys.modules.get(kind.__module__), kind.__name__, None) is kind
    plain = type(kind) is UndefinedFunction and kind.__bases__ == (AppliedUndef,)
    return plain and not any(callable(x) for k, x in vars(kind).items() if k != "_sage_")


def _shows(part: Any) -> str:
    if isinstance(part, Symbol):
        if str(part)[:1].isdigit():
            return f"a symbol is called {part}, which is a number"
        given = dict(part._assumptions_orig) if hasattr(part, "_assumptions_orig") else {}
        given = given or dict(getattr(part._assumptions, "_generator", {}))
    elif isinstance(part, AppliedUndef):
        given = {k: v for k, v in part.func._kwargs.items() if v}
        real = {"complex", "extended_real", "finite", "hermitian", "real", "commutative"}
        given = {} if {*given} <= real else given
    else:
        return ""
    if more := sorted(k for k, v in given.items() if k not in TOLD or not v):
        return (
            f"{more[0]}={given[more[0]]} of {part} is a hypothesis that no sentence shows: write a condition, "
            f"of Symbol('{part}', real=True)"
        )
    return ""


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def integers(said: Iterable[Basic]) -> Iterator[Symbol]:
    """The free symbols that stand for integers, by name."""
    found = {x for one in said for x in one.free_symbols if isinstance(x, Symbol)}
    yield from sorted((x for x in found if x.is_integer), key=lambda x: str(x).lower())


__all__ = ["integers", "looked", "untold"]
