"""What the names of a module, a class or a claim meant, and what functions among that did.

All of it is kept as it was, compared with what is there now, and put back where that is another.
"""

from __future__ import annotations

from builtins import all as all_of  # bound here: evidence may have put another in its place
from builtins import map as mapped
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from gc import get_referents as made_of
from itertools import chain
from operator import attrgetter, call, is_, itemgetter
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from numpy import dtype, fromiter
from sympy import Basic

from theorem_audit.statement.claim import Claim

CACHED = type(lru_cache(lambda: None))
METHODS = (FunctionType, property, cached_property, classmethod, staticmethod)
CONSTANT = (int, float, str, tuple, frozenset, Basic)
CONTAINER = (set, dict, list)
# Where a check begins, its judge is looked at; that is here, and SymPy's part is looked at more seldom.
NEAR = ("theorem_audit.checks", "theorem_audit.exact")
TOOL = "theorem_audit."
CONTAINED = (*NEAR, "theorem_audit.kernel")  # modules whose constant containers are compared, too

OBJECTS = dtype(object)
_held = object.__getattribute__  # what a claim holds, without the claim's noting that it is read
_code = attrgetter("__code__")
_defaults = attrgetter("__defaults__")
_keywords = attrgetter("__kwdefaults__")


def places_in(module: ModuleType, ours: bool) -> Iterator[tuple[Any, dict[str, Any]]]:
    """A module with its functions, classes and constants, and each class that it defines with its methods.

    Of other people's modules, functions and classes alone.
    """
    own = {
        k: v
        for k, v in list(vars(module).items())
        if callable(v) or (ours and k[:2] != "__" and isinstance(v, CONSTANT))
    }
    yield module, own
    for value in own.values():
        if isinstance(value, type) and value.__module__ == module.__name__:
            yield value, {k: v for k, v in vars(value).items() if isinstance(v, METHODS)}


@dataclass
class Place:
    """A module, class or claim: what its names meant, and what functions among that did."""

    owner: Any
    names: tuple[str, ...]
    values: tuple[Any, ...]
    functions: tuple[FunctionType, ...]
    codes: tuple[CodeType, ...]
    defaults: tuple[Any, ...]
    keywords: tuple[Any, ...]
    contents: tuple[tuple[str, Any, Any], ...]  # name, container, and a copy of it
    cells: tuple[
        tuple[str, CellType, Any], ...
    ]  # function, what it closes over, and what is in that
    parts: list[Any]  # what the functions are made of: code and defaults, name, words, closure, ...
    asks: Callable[[Any], tuple[Any, ...]]  # the values of the names, at once
    # the owner's own names; None for a claim, which can be given others
    holds: Mapping[str, Any] | None

    @property
    def named(self) -> bool:
        """Whether each name means what it did; what functions are made of is not looked at."""
        try:
            now = self.asks(_held(self.owner, "__dict__") if self.holds is None else self.holds)
        except KeyError:
            return False
        return (
            all_of(mapped(is_, now, self.values))
            and all_of(now == copy for _, now, copy in self.contents)
            and all_of(_held_in(cell) is was for _, cell, was in self.cells)
        )

    @property
    def same(self) -> bool:
        """The same, and each function is made of what it was."""
        # Not by `__code__`: the interpreter would tell of each reading, and each would be heard.
        return self.named and all_of(mapped(is_, made_of(*self.functions), self.parts))

    def changed(self) -> Iterator[str]:
        """What is another, by name; it is put back."""
        where = self.owner.id if isinstance(self.owner, Claim) else self.owner.__name__
        for name, value in zip(self.names, self.values, strict=True):
            if self.owner.__dict__.get(name) is not value:
                put = setattr if isinstance(self.owner, ModuleType | type) else object.__setattr__
                put(self.owner, name, value)
                yield f"{where}.{name}"
        for function, *was in zip(
            self.functions, self.codes, self.defaults, self.keywords, strict=True
        ):
            now = function.__code__, function.__defaults__, function.__kwdefaults__
            if not all_of(mapped(is_, now, was)):
                function.__code__, function.__defaults__, function.__kwdefaults__ = was
                yield f"{function.__module__}.{function.__qualname__}"
        for name, cell, was in self.cells:
            if _held_in(cell) is not was:
                cell.cell_contents = was
                yield f"{where}.{name}"
        self.parts = made_of(*self.functions)  # other words of a function are no change
        for name, now, copy in self.contents:
            if now != copy:
                now.clear()
                now.extend(copy) if isinstance(now, list) else now.update(copy)
                yield f"{where}.{name}"


def place(owner: Any, meant: dict[str, Any]) -> Place:
    """An owner with what its names mean, as it is now."""
    functions = tuple(y for x in meant.values() for y in _functions(x))
    held: dict[str, Any] = {}
    if isinstance(owner, ModuleType) and owner.__name__.startswith(CONTAINED):
        held = {k: v for k, v in vars(owner).items() if k.isupper() and isinstance(v, CONTAINER)}
    held |= {f"{x.__name__}.__kwdefaults__": y for x in functions if (y := x.__kwdefaults__)}
    # Of the tool's functions: what others close over may be a count of theirs.
    own = (x for x in functions if x.__module__ and x.__module__.startswith(TOOL))
    cells = tuple((x.__name__, y, _held_in(y)) for x in own for y in x.__closure__ or ())
    return Place(
        owner, (*meant,), (*meant.values(),), functions, (*map(_code, functions),),
        (*map(_defaults, functions),), (*map(_keywords, functions),),
        tuple((k, v, v.copy()) for k, v in held.items()), cells,
        made_of(*functions), _asks((*meant,)), None if isinstance(owner, Claim) else owner.__dict__,
    )  # fmt: skip


def _functions(value: Any) -> Iterator[FunctionType]:
    """The functions that are run where a value is called, or read from an object: wrapped ones, too."""
    pending, seen = [value], set[int]()
    while pending:
        part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, property):
            pending += [part.fget, part.fset, part.fdel]
        elif isinstance(part, cached_property):
            pending.append(part.func)
        elif isinstance(part, FunctionType | classmethod | staticmethod | CACHED):
            if isinstance(part, FunctionType):
                yield part
            pending.append(getattr(part, "__wrapped__", None))


def _held_in(cell: CellType) -> Any:
    """What a function closes over there, and ``None`` where that has no value yet."""
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _asks(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """What gives a dictionary's values for the names; ``itemgetter`` gives no tuple for one name."""
    return itemgetter(*names) if names[1:] else lambda given: tuple(given[x] for x in names)


def _addresses(things: Sequence[Any]) -> bytes:
    """Where in memory things are, which nothing that they say of themselves can feign."""
    return fromiter(things, OBJECTS, len(things)).tobytes()


class Looked:
    """Places that are looked at together, each function once: many modules import the same ones.

    made: what functions were made of when they were listed; new ones are added.
    """

    def __init__(self, places: Iterable[Place], made: dict[FunctionType, list[Any]]) -> None:
        self.places, self._made = [*places], made
        self._asks = [x.asks for x in self.places]
        self._meant = _addresses([*chain.from_iterable(x.values for x in self.places)])
        self._contents = [x for x in self.places if x.contents or x.cells]
        self._functions = [*dict.fromkeys(chain.from_iterable(x.functions for x in self.places))]
        made.update((x, made_of(x)) for x in self._functions if x not in made)
        self._take()

    def _take(self) -> None:
        # Kept, so that nothing else comes to their addresses.
        self._parts = [*chain.from_iterable(map(self._made.__getitem__, self._functions))]
        self._at = _addresses(self._parts)

    @property
    def named(self) -> bool:
        """Whether the names of all places mean what they did: the same as to ask each, and quicker."""
        holds = [_held(x.owner, "__dict__") if x.holds is None else x.holds for x in self.places]
        try:
            now = [*chain.from_iterable(mapped(call, self._asks, holds))]
        except KeyError:
            return False
        return _addresses(now) == self._meant and all_of(x.named for x in self._contents)

    def others(self) -> tuple[bool, list[Place]]:
        """Whether functions are made of what they were, and the places where something is another."""
        same = _addresses(made_of(*self._functions)) == self._at
        if same and self.named:
            return same, []
        return same, [x for x in self.places if not (x.named if same else x.same)]

    def changed(self, *, deep: bool = True) -> list[str]:
        """What is another than it was, by name; it is put back.

        deep: look at what functions are made of, too, where each name means what it did.
        """
        if not deep and self.named:
            return []
        same, others = self.others()
        found = [said for place in others for said in place.changed()]
        if not same:  # other words of a function are no change, and are not looked into again
            self._made.update((x, made_of(x)) for x in self._functions)
            self._take()
        return found


__all__ = ["NEAR", "Looked", "Place", "place", "places_in"]
