"""The words of a statement that no condition between symbols can say, each one object.

An *item* says one thing about what is run: what the data are, how batches are drawn, what law the start
has.  All that is ever needed of it stands in one place: its words, its LaTeX, how it is drawn and how one
tells whether it holds, which items it implies, and its neighbours: what a slip of the pen, or a careless
reader, would put in its stead.

Items come in *kinds*; a claim has at most one item of each.  Where it has none, nothing is assumed, which
is the kind's *widest* item: evidence and searches that ask for it then play that.  A project names its
kinds in one list (``vocabulary = "theory.vocabulary:KINDS"`` in its ``pyproject.toml``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sympy import true
from sympy.logic.boolalg import Boolean

from theorem_audit.statement.plain import Final


@dataclass(frozen=True)
class Item(Final):
    """One word of the vocabulary.

    kind: name of its kind.  name: unique within it.
    words: what follows "Suppose that ..." in a sentence; with ``after``, what follows the conclusion (a
    limit, a mode).
    latex: the same in symbols.
    sample: draws one at random; its arguments are those of its kind.
    holds: whether something of the kind obeys the item; its arguments are those of its kind.
    unread: why there is no ``sample`` or no ``holds``; needed where one is missing.
    needs: conditions that it brings along, such as n <= d for orthonormal data.
    gives: name -> what follows from it for derivations, such as the inner products of the data.
    implies: names of the next weaker items of the kind.
    near: names of the items that wrong variants put in its place.

    >>> fair = Item("coin", "fair", "the coin is fair", "p = 1/2", sample=lambda rng: 0.5,
    ...             holds=lambda p: p == 0.5)
    >>> fair.holds(0.4)
    False
    """

    kind: str
    name: str
    words: str
    latex: str
    sample: Callable[..., Any] | None = None
    holds: Callable[..., bool] | None = None
    unread: str = ""
    needs: Boolean = true
    gives: Mapping[str, Any] = field(default_factory=dict, compare=False)
    implies: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    after: bool = False

    def __post_init__(self) -> None:
        for name in ("kind", "name", "words", "latex"):
            if not getattr(self, name):
                raise ValueError(
                    f"{name}='' in item {self.name!r} of kind {self.kind!r}: text is needed"
                )
        if not self.unread and (self.sample is None or self.holds is None):
            raise ValueError(
                f"item {self.name!r} of kind {self.kind!r}: sample and holds are needed, or unread= "
                "says why no machine can draw or test it"
            )

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Kind(Final):
    """What items of one kind speak of.

    widest: name of the item that assumes nothing.
    Raises ValueError for names used twice, or for one that names no item.
    """

    name: str
    what: str
    widest: str
    items: tuple[Item, ...]

    def __post_init__(self) -> None:
        names = [x.name for x in self.items]
        if twice := {x for x in names if names.count(x) > 1}:
            raise ValueError(f"kind {self.name!r}: {min(twice)!r} is declared twice")
        for item in self.items:
            if item.kind != self.name:
                raise ValueError(f"kind {self.name!r}: item {item.name!r} is of kind {item.kind!r}")
            for other in (*item.implies, *item.near):
                if other not in names or other == item.name:
                    raise ValueError(
                        f"item {item.name!r} of kind {self.name!r} names {other!r}: allowed are "
                        f"its other items {', '.join(x for x in names if x != item.name)}"
                    )
        try:
            TopologicalSorter({x.name: x.implies for x in self.items}).prepare()
        except CycleError as error:
            raise ValueError(
                f"kind {self.name!r}: items imply one another in a circle: {', '.join(error.args[1])}"
            ) from None
        if self.widest not in names:
            raise ValueError(f"widest={self.widest!r}: no item of kind {self.name!r}")

    def __getitem__(self, name: str) -> Item:
        for item in self.items:
            if item.name == name:
                return item
        raise KeyError(
            f"{name!r} is no item of kind {self.name!r}: {', '.join(map(str, self.items))}"
        )

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def implied(self, item: Item, other: Item) -> bool:
        """Whether what obeys ``item`` obeys ``other``: by the chain of ``implies``, or the widest."""
        if other.name in (item.name, self.widest):
            return True
        return any(self.implied(self[name], other) for name in item.implies)

    def neighbours(self, item: Item) -> tuple[Item, ...]:
        """What wrong variants put in the place of ``item``; the widest is left to dropping it."""
        return tuple(self[name] for name in item.near if name != self.widest)


__all__ = ["Item", "Kind"]
