"""What a symbol of a conclusion means, as words that can be played.

Most lines of a claim's dictionary are words alone.  Where a symbol is a function of what is run (the limit's
largest square, whether a run ends on a datum), its line can be a ``Meaning``: the same words, and beside them
the function, from a run to a number, and its neighbours, which wrong variants put in its place.  A search
that asks the claim for it (``claim.meaning(symbol)``) takes it from the statement, and from nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self


class Meaning(str):
    """Words, with ``value``, a function of a run, and ``near``, other meanings that are easily confused.

    >>> last = Meaning("the last state", value=lambda run: run[-1])
    >>> first = Meaning("the first state", value=lambda run: run[0], near=(last,))
    >>> first.value([3, 5])
    3
    """

    value: Callable[[Any], Any]
    near: tuple[Meaning, ...]

    def __new__(cls, words: str, value: Callable[[Any], Any], near: Iterable[Meaning] = ()) -> Self:
        """Raises ValueError for a meaning without words."""
        if not words:
            raise ValueError("words='': a meaning needs words")
        made = super().__new__(cls, words)
        made.value, made.near = value, tuple(near)
        return made


def meanings_of(symbols: Mapping[str, str]) -> dict[str, Meaning]:
    """The lines of a claim's dictionary that can be played."""
    return {name: said for name, said in symbols.items() if isinstance(said, Meaning)}


__all__ = ["Meaning", "meanings_of"]
