"""What the names of a module, a class or a claim meant, and what functions among that did.

All of it is kept as it was, compared with what is there now, and put back where that is another.
"""

from __future__ import annotations

from builtins import all as all_of  # bound here: evidence may have put another in its place
from builtins import map as mapped
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from gc import get_referents as made_of
from operator import attrgetter, is_, itemgetter
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from sympy import Basic

from theorem_audit.statement.claim import Claim
from theorem_audit.weigh.records import Records

CACHED = type(lru_cache(lambda: None))
METHODS = (FunctionType, property, cached_property, classmethod, staticmethod)
CONSTANT = (int, float, str, tuple, frozenset, Basic)
CONTAINER = (set, dict, list)
# Where a check begins, its judge is looked at; that is here, and SymPy's part is looked at more seldom.
NEAR = ("theorem_audit.checks", "theorem_audit.exact")
TOOL = "theorem_audit."
CONTAINED = (*NEAR, "theorem_audit.kernel")  # modules whose constant containers are compared, too

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


def _dictionary(owner: Any) -> dict[str, Any]:
    """What holds an owner's names; of a class, what the view that it shows is of."""
    held = _held(owner, "__dict__") if isinstance(owner, Claim) else owner.__dict__
    return held if isinstance(held, dict) else made_of(held)[0]


class Looked:
    """Places that are looked at together: those where something was put since the last look (``records``)."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.places = [*places]
        self._claims, self._sets = list[tuple[int, Any, Any]](), list[tuple[int, Any, Any]]()
        # what is looked at, by the number of its place: dictionaries, functions, cells
        at: dict[type, dict[int, set[int]]] = {dict: {}, FunctionType: {}, CellType: {}}
        things: dict[int, Any] = {}

        def take(kind: type, thing: Any, number: int) -> None:
            things[id(thing)] = thing
            at[kind].setdefault(id(thing), set()).add(number)

        for number, x in enumerate(self.places):
            take(dict, held := _dictionary(x.owner), number)
            if x.holds is None:  # it can be given another
                self._claims.append((number, x.owner, held))
            for _, now, copy in x.contents:
                if isinstance(now, dict):
                    take(dict, now, number)
                else:
                    self._sets.append((number, now, copy))
            for function in x.functions:
                take(FunctionType, function, number)
            for _, cell, _ in x.cells:
                take(CellType, cell, number)
        self._of = {kind: [*known.values()] for kind, known in at.items()}
        self._records = {
            kind: Records([things[x] for x in known], kind) for kind, known in at.items()
        }
        # What was put there between its listing and now is told at the first look.
        self._open = {number for number, x in enumerate(self.places) if not x.same}
        # Of functions that are what they were: a function's record says how often it is called, too.
        self._functions = [things[x] for x in at[FunctionType]]
        self._made = [
            None if numbers & self._open else made_of(function)
            for function, numbers in zip(self._functions, self._of[FunctionType], strict=True)
        ]

    def others(self, *, deep: bool = True) -> list[Place]:
        """The places where something is another.

        deep: look at what functions are made of, too, where each name means what it did.
        """
        found = {*self._open}
        for kind in (dict, CellType):
            found.update(*map(self._of[kind].__getitem__, self._records[kind].moved()))
        if deep:
            found.update(*map(self._of[FunctionType].__getitem__, self._remade()))
        found.update(k for k, owner, held in self._claims if _held(owner, "__dict__") is not held)
        found.update(k for k, now, copy in self._sets if now != copy)
        others = {k for k in found if not (self.places[k].same if deep else self.places[k].named)}
        # They may be put back, and changed once more in the same way: they are asked again.
        self._open = others if deep else self._open | others
        return [self.places[k] for k in sorted(others)]

    def _remade(self) -> Iterator[int]:
        """The numbers of the functions that may be made of something else."""
        for number in self._records[FunctionType].moved():
            was = self._made[number]
            if was is None or not all_of(mapped(is_, made_of(self._functions[number]), was)):
                self._made[number] = None  # from here on whoever has it is asked
                yield number

    def changed(self, *, deep: bool = True) -> list[str]:
        """What is another than it was, by name; it is put back.  deep: as in ``others``."""
        return [said for place in self.others(deep=deep) for said in place.changed()]


__all__ = ["NEAR", "Looked", "Place", "place", "places_in"]
