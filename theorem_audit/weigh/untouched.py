"""Does evidence leave its judge as it found it?

Evidence runs in the process that judges it, and others' evidence runs there after it.  One that puts
another function in the place of ``is_zero``, or another formula into somebody's claim, would speak for
claims that are not its own.  So what judges, and what is judged, is listed before evidence runs, functions
with their code and defaults, constants, what SymPy takes a claim's symbols to be; and compared afterwards.
A change is an error of that evidence, and is undone.

A change that is undone before is met in two ways: the interpreter's audit hook hears of each code and each
default that is put into a function of ours, and every expectation looks, as it begins, whether its judge is
the one that was listed; what functions are made of, where the hook has heard of something, and at the end.
Python can be deceived in more ways (``PROMISES.md`` says what is trusted).

Where a claim's evidence has a process of its own, others' evidence is not run there, and its modules judge
nothing: they are half of all there is to compare, and ``keep_to`` leaves them out.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Container, Iterator
from dataclasses import fields
from itertools import starmap
from types import ModuleType
from typing import Any

from sympy import Basic

from theorem_audit.statement.claim import Claim
from theorem_audit.statement.recording import recording_reads
from theorem_audit.weigh.places import NEAR, Looked, Place, place, places_in
from theorem_audit.weigh.records import Asked, Records

TOOL = "theorem_audit"
# Of SymPy, what decides a zero or an order; all of it would take too long to look at.
DECIDES = (
    "sympy.core.add", "sympy.core.basic", "sympy.core.expr", "sympy.core.mul", "sympy.core.numbers",
    "sympy.core.power", "sympy.core.relational", "sympy.core.symbol", "sympy.logic.boolalg",
    "sympy.polys.polytools",
)  # fmt: skip
SETS = frozenset(("__code__", "__defaults__", "__kwdefaults__"))
OTHERS = frozenset(("builtins", *DECIDES))
CHANGED = "it changed what judges: "
FIELDS = tuple(x.name for x in fields(Claim) if x.name != "chapter")  # which discovery shortens
BUILTIN = frozenset(x for x in vars(builtins) if x[:2] != "__")


Known = tuple[Any, dict[str, Any], dict[str, Any]]  # a symbol, its table, and what stood in that


def _symbols(claim: Claim) -> Iterator[Known]:
    """The symbols of a claim, with what SymPy takes each to be."""
    with recording_reads():  # to look is not to use
        said = [claim.formula, *(x.condition for x in claim.assumptions)]
    for symbol in {x for one in said if isinstance(one, Basic) for x in one.free_symbols}:
        yield symbol, symbol._assumptions, _taken(symbol)


def _taken(symbol: Any) -> dict[str, Any]:
    return {k: v for k, v in symbol._assumptions.items() if v is not None}


def _is_another(known: Known) -> bool:
    """Whether a symbol is taken for something else than it was."""
    symbol, table, taken = known
    return symbol._assumptions is not table or _taken(symbol) != taken


def _home(owner: Any) -> str:
    """The module that a place is or lies in; empty for a claim."""
    if isinstance(owner, ModuleType):
        return owner.__name__
    return owner.__module__ if isinstance(owner, type) else ""


def _hides(module: ModuleType) -> frozenset[str]:
    """The builtins that a module has something else for, of the same name."""
    names = vars(module).keys()
    return frozenset() if BUILTIN.isdisjoint(names) else BUILTIN & names


def _project() -> Any:
    """The project in use, found by name: an import would make every outcome rest on all of it."""
    return sys.modules["theorem_audit.project"].current()


class Untouched:
    """The list, of this process; what is imported later joins it before the next evidence runs."""

    def __init__(self) -> None:
        self._modules: dict[str, frozenset[str]] = {}
        self._left_out: frozenset[str] = frozenset()  # of them, those that are not looked at
        self._strange: set[str] = set()  # names of modules that are no part of the list
        self._table: dict[str, ModuleType] = {}  # what was imported, when the list was made
        self._imports = Records([], dict)
        self._roots: set[str] = set()  # the packages that are
        self._places: list[Place] = []
        self._all = self._own = self._near = self._far = Looked(())
        # How the modules' names begin of which some are left out: they are in ``_own``.
        self._apart = ""
        self._claims: dict[str, Claim] = {}
        # by what is known: symbols of the same assumptions share it
        self._symbols: dict[int, Known] = {}
        self._known: Asked[Known] = Asked((), _is_another)
        self._hiding: Asked[str] = Asked((), lambda name: False)
        self._hosts: dict[str, ModuleType] = {}  # of those, as they were listed
        self._listed: frozenset[int] = frozenset()  # of the functions in the list
        self._heard: list[str] = []
        self._seen: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """From the interpreter: what is put into a function, whatever is put there later."""
        if event in ("object.__setattr__", "object.__delattr__"):
            owner, name = arguments[0], arguments[1]
            if name in SETS and id(owner) in self._listed:
                self._heard.append(f"{owner.__module__}.{owner.__qualname__}.{name}")
        elif event == "sys.addaudithook":
            self._heard.append("what the interpreter tells")

    def look(self, checks: int) -> None:
        """As a check begins: is its judge the one that was listed?  It is put back where it is not."""
        looked = self._near if checks & (checks - 1) else self._far
        with recording_reads():  # to look is not to use
            self._seen += looked.changed(deep=bool(self._heard))

    def extend(self, *, accept: bool = False) -> None:
        """Take up the modules and claims that were imported since.

        accept: what was changed since the last look was changed by the caller, and stands.  Of what ``keep_to``
        leaves out nothing is looked at.
        """
        here, count, others = _project(), len(self._places), set[int]()
        known = len(self._symbols)
        if accept:
            others.update(id(x) for looked in (self._all, self._own) for x in looked.others())
            if others:
                self._places = [
                    # A name that is gone for a while stays in the list: it may come back.
                    place(x.owner, {k: x.owner.__dict__.get(k) for k in x.names})
                    if id(x) in others
                    else x
                    for x in self._places
                ]
            self._accept_hiding()
            self._claims = {x: c for x, c in self._claims.items() if dict.get(here.claims, x) is c}
        if self._roots != (roots := {TOOL, *here.packages}):
            self._strange, self._roots, self._table = set(), roots, {}
        for name in self._not_listed():
            if not (name.partition(".")[0] in roots or name in OTHERS):
                self._strange.add(name)
                continue
            module = sys.modules.get(name)
            if isinstance(module, ModuleType) and ".tests." not in f"{name}.":
                self._modules[name] = _hides(module)
                self._places += starmap(place, places_in(module, name.partition(".")[0] in roots))
        for claim_id, claim in here.claims.loaded():
            if claim_id not in self._claims:
                self._claims[claim_id] = claim
                with recording_reads():  # to look is not to use
                    self._places.append(place(claim, {x: vars(claim).get(x) for x in FIELDS}))
                self._symbols = {id(x[1]): x for x in _symbols(claim)} | self._symbols
        if others or len(self._places) != count:
            near = [x for x in self._places if _home(x.owner).startswith(NEAR)]
            far = (x for x in self._places if _home(x.owner) in OTHERS)
            self._near = Looked(near)
            self._far = Looked([*near, *far])
            self._all = Looked(x for x in self._places if not self._is_apart(x))
            self._list_own()
            self._listed = frozenset(id(f) for x in self._places for f in x.functions)
            self._list_hiding()
        if len(self._symbols) != known:
            symbols, tables, _ = zip(*self._symbols.values(), strict=True)
            records = Records(symbols, Basic), Records(tables, dict)
            self._known = Asked([*self._symbols.values()], _is_another, *records)
        self._heard.clear()
        self._seen.clear()

    def keep_to(self, package: str, names: Container[str]) -> None:
        """Of what lies below a package, look from now on at the modules that are named, and at those that are
        imported after this; at all else as before.
        """
        if self._apart != (apart := f"{package}."):
            self._apart = apart
            self._all = Looked(x for x in self._places if not self._is_apart(x))
        self._left_out = frozenset(
            x for x in self._modules if x.startswith(apart) and x not in names
        )
        self._list_own()
        self._list_hiding()

    def _is_apart(self, place: Place) -> bool:
        return bool(self._apart) and _home(place.owner).startswith(self._apart)

    def _list_own(self) -> None:
        """Those of the package apart by themselves: they are others for each claim, and all else is not."""
        own = (
            x for x in self._places if self._is_apart(x) and _home(x.owner) not in self._left_out
        )
        self._own = Looked(own)

    def _not_listed(self) -> list[str]:
        """The modules that were imported since the list was made."""
        if sys.modules is not self._table:
            self._table = sys.modules
            self._imports = Records([self._table], dict)
        elif not self._imports.moved():
            return []
        names = ("builtins", *DECIDES, *sys.modules)
        return [x for x in names if x not in self._modules and x not in self._strange]

    def _exchanged(self) -> list[str]:
        """The modules in whose place there is another, or none."""
        return [x for x, module in self._hosts.items() if sys.modules.get(x) is not module]

    def _accept_hiding(self) -> None:
        """What modules have in the place of a builtin by now is the caller's."""
        exchanged = self._exchanged()
        for name in (*self._hiding.moved(), *exchanged, *self._left_out):
            if name in sys.modules:
                self._modules[name] = _hides(sys.modules[name])
            else:
                self._modules.pop(name, None)
        if exchanged:
            self._list_hiding()

    def _list_hiding(self) -> None:
        """The modules that are looked at for what has come to hide a builtin."""
        names = [x for x in self._modules if x != "builtins" and x not in self._left_out]
        self._hosts = {x: y for x in names if (y := sys.modules.get(x)) is not None}
        records = Records([*map(vars, self._hosts.values())], dict)
        self._hiding = Asked([*self._hosts], lambda name: bool(self._hidden(name)), records)

    def _hidden(self, name: str) -> set[str]:
        """The builtins that a module has something else for, and had not when it was listed."""
        module, had = sys.modules.get(name), self._modules[name]
        if module is None or (not had and vars(module).keys().isdisjoint(BUILTIN)):
            return set()
        # A submodule of such a name is no function in the builtin's place: the import put it there.
        return {
            x
            for x in BUILTIN & vars(module).keys() - had
            if vars(module)[x] is not sys.modules.get(f"{name}.{x}")
        }

    def changed(self) -> list[str]:
        """What is another than it was, by name.  It is put back."""
        found = [*self._heard, *self._seen, *self._all.changed(), *self._own.changed()]
        for symbol, table, taken in self._known.others():
            symbol._assumptions = table
            table.clear()
            table.update(taken)
            found.append(f"what is known of {symbol}")
        for name in (*self._hiding.others(), *self._exchanged()):
            if new := self._hidden(name):
                for x in new:
                    delattr(sys.modules[name], x)
                found.append(f"{', '.join(sorted(new))} in {name}, which hides a builtin")
        self._heard.clear()
        self._seen.clear()
        claims = _project().claims
        for claim_id, claim in self._claims.items():
            if dict.get(claims, claim_id) is not claim:
                dict.__setitem__(claims, claim_id, claim)
                found.append(f"claims[{claim_id!r}]")
        return list(dict.fromkeys(found))


__all__ = ["CHANGED", "Untouched"]
