"""What a symbol of a conclusion means, as words that can be played.

Most lines of a claim's dictionary are words alone.  Where a symbol is a function of what is run (the limit's
largest square, whether a run ends on a datum), its line can be a ``Meaning``: the same words, and beside them
the function, from a run to a number, and its neighbours, which wrong variants put in its place.  A search
that asks the claim for it (``claim.meaning(symbol)``) takes it from the statement, and from nowhere else.
A ``Parameter`` is a symbol that nothing computes: it stands for any value that the region allows.
An ``OutOfReach`` is one that no run can compute, and says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Self

from sympy import Basic, Indexed
from sympy.core.function import AppliedUndef


class Meaning(str):
    """Words, with ``value``, a function of a run, and ``near``, other meanings that are easily confused.

    low: where the value is -oo, in words that a reader is shown after the others; empty where it is a number
    everywhere.  In the equation of a symbol that means such a thing, a logarithm of 0 is -oo.

    >>> last = Meaning("the last state", value=lambda run: run[-1])
    >>> first = Meaning("the first state", value=lambda run: run[0], near=(last,))
    >>> first.value([3, 5])
    3
    >>> print(Meaning("mean of log|factor|", value=sum, low="at a = 1/4"))
    mean of log|factor|; -oo at a = 1/4
    """

    value: Callable[[Any], Any]
    near: tuple[Meaning, ...]
    words: str
    low: str

    def __new__(
        cls, words: str, value: Callable[[Any], Any], near: Iterable[Meaning] = (), low: str = ""
    ) -> Self:
        """Raises ValueError for a meaning without words, or that is -oo nobody is told where."""
        if not words:
            raise ValueError("words='': a meaning needs words")
        if not isinstance(low, str) or low != low.strip():
            raise ValueError(f"low={low!r}: in words, where the value is -oo, such as 'at a = 1/4'")
        made = super().__new__(cls, f"{words}; -oo {low}" if low else words)
        made.value, made.near, made.words, made.low = value, tuple(near), words, low
        return made

    def said(self, words: str, low: str = "") -> Meaning:
        """The same function in a claim's own words; its neighbours stay with the shared one."""
        return Meaning(words, self.value, low=low)

    @property
    def shared(self) -> Meaning:
        """The same in its own words, for a claim that leaves its neighbours to another."""
        return self.said(self.words, self.low)


class Parameter(str):
    """Words for a symbol that stands for any value the region allows; a search draws it there.

    ``claim.drawn(point)`` says that one did.
    """

    __slots__ = ()


class OutOfReach(str):
    """Words for a symbol that no run can compute; ``why``: one line.

    >>> OutOfReach("limit of a chance", why="a limit as a -> 0").why
    'a limit as a -> 0'
    """

    why: str

    def __new__(cls, words: str, why: str) -> Self:
        """Raises ValueError where no reason is given."""
        if not why.strip():
            raise ValueError("why='': a symbol that no run can compute says why")
        made = super().__new__(cls, words)
        made.why = why
        return made


def meanings_of(symbols: Mapping[str, str]) -> dict[str, Meaning]:
    """The lines of a claim's dictionary that can be played."""
    return {name: said for name, said in symbols.items() if isinstance(said, Meaning)}


def entry_names(entry: str) -> list[str]:
    """The names that one entry of a legend tells: ``r2, s`` two, ``Beta(x, y)`` one."""
    return re.split(r",\s+(?![^()]*\))", entry)


def told_as(name: str) -> str:
    r"""A legend's ``bar a`` or ``overline ab`` as the symbol is named: ``\bar{a}``."""
    return re.sub(r"^(bar|overline) (\S+)$", r"\\\1{\2}", name)


def told_by(symbols: Iterable[str]) -> set[str]:
    """The names that a legend tells: its entries', and a function's (``P(a)`` tells ``P``)."""
    names = {told_as(y) for x in symbols for y in entry_names(x)}
    return names | {x.partition("(")[0] for x in names if x.endswith(")")}


@cache
def _told(key: str) -> set[str]:
    return told_by([key])


def names_of(*said: Basic) -> tuple[str, ...]:
    """The names of the symbols and functions that formulas speak of, in alphabetical order."""
    found: set[str] = set()
    for expr in said:
        found |= {str(x) for x in expr.free_symbols if not isinstance(x, Indexed)}
        found |= {str(f.func) for f in expr.atoms(AppliedUndef)}
    return tuple(sorted(sorted(found), key=str.lower))  # S and s in one order, in every process


def line_of(symbols: Mapping[str, str], chapter: str, name: str) -> str:
    """What is said of a symbol: by its claim's ``symbols``, else the project's ``legend``; else empty."""
    from theorem_audit import project

    for key, said in symbols.items():
        if name == key or name in _told(key):
            return said
    try:
        here = project.current()
    except project.ProjectError:  # a claim of no project has no legend
        return ""
    if not here.legend:
        return ""
    known = here.import_from("legend", here.legend)
    parts = chapter.removeprefix(f"{here.theory}.").split(".")
    places = [*(".".join(parts[:size]) for size in range(len(parts), 0, -1)), ""]
    return next((x for place in places if (x := known.get(place, {}).get(name, ""))), "")


__all__ = [
    "Meaning", "OutOfReach", "Parameter", "entry_names", "line_of", "meanings_of", "names_of", "told_as",
    "told_by",
]  # fmt: skip
