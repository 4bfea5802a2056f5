"""Does evidence leave its judge as it found it?

Evidence runs in the process that judges it, and others' evidence runs there after it.  One that puts
another function in the place of ``is_zero``, or another formula into somebody's claim, would speak for
claims that are not its own.  So what judges, and what is judged, is listed before evidence runs, functions
with their code, and compared afterwards.  A change is an error of that evidence, and is undone.  Python can
be deceived in more ways; this finds slips and plain tricks.
"""

from __future__ import annotations

import builtins
import sys
from builtins import all as all_of  # bound here: evidence may have put another in its place
from builtins import map as mapped
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import starmap
from operator import attrgetter, is_
from types import CodeType, FunctionType, ModuleType
from typing import Any

from sympy import Basic

from theorem_audit.statement.claim import Claim

TOOL = "theorem_audit"
# Of SymPy, what decides a zero or an order; all of it would take too long to look at.
DECIDES = (
    "sympy.core.add", "sympy.core.basic", "sympy.core.expr", "sympy.core.mul", "sympy.core.numbers",
    "sympy.core.power", "sympy.core.relational", "sympy.core.symbol", "sympy.logic.boolalg",
    "sympy.polys.polytools",
)  # fmt: skip
METHODS = (FunctionType, property, cached_property, classmethod, staticmethod)
OTHERS = frozenset(("builtins", *DECIDES))
CHANGED = "it changed what judges: "
FIELDS = tuple(x.name for x in fields(Claim) if x.name != "chapter")  # which discovery shortens
BUILTIN = frozenset(x for x in vars(builtins) if x[:2] != "__")

_code = attrgetter("__code__")


def _of(module: ModuleType, ours: bool) -> Iterator[tuple[Any, dict[str, Any]]]:
    """A module with its functions and classes, and each class that it defines with its methods."""
    own = {
        k: v
        for k, v in list(vars(module).items())
        if callable(v) or (ours and isinstance(v, Basic))
    }
    yield module, own
    for value in own.values():
        if isinstance(value, type) and value.__module__ == module.__name__:
            yield value, {k: v for k, v in vars(value).items() if isinstance(v, METHODS)}


@dataclass
class _Place:
    """A module, class or claim: what its names meant, and what functions among that did."""

    owner: Any
    names: tuple[str, ...]
    values: tuple[Any, ...]
    functions: tuple[FunctionType, ...]
    codes: tuple[CodeType, ...]

    @property
    def same(self) -> bool:
        now = mapped(self.owner.__dict__.get, self.names)
        codes = mapped(_code, self.functions)
        return all_of(mapped(is_, now, self.values)) and all_of(mapped(is_, codes, self.codes))

    def changed(self) -> Iterator[str]:
        """What is another, by name; it is put back."""
        where = self.owner.id if isinstance(self.owner, Claim) else self.owner.__name__
        for name, value in zip(self.names, self.values, strict=True):
            if self.owner.__dict__.get(name) is not value:
                put = setattr if isinstance(self.owner, ModuleType | type) else object.__setattr__
                put(self.owner, name, value)
                yield f"{where}.{name}"
        for function, code in zip(self.functions, self.codes, strict=True):
            if function.__code__ is not code:
                function.__code__ = code
                yield f"{function.__module__}.{function.__qualname__}"


def _place(owner: Any, meant: dict[str, Any]) -> _Place:
    functions = tuple(x for x in meant.values() if isinstance(x, FunctionType))
    return _Place(owner, (*meant,), (*meant.values(),), functions, (*map(_code, functions),))


def _project() -> Any:
    """The project in use, found by name: an import would make every outcome rest on all of it."""
    return sys.modules["theorem_audit.project"].current()


class Untouched:
    """The list, of this process; what is imported later joins it before the next evidence runs."""

    def __init__(self) -> None:
        self._modules: dict[str, frozenset[str]] = {}
        self._places: list[_Place] = []
        self._claims: dict[str, Claim] = {}

    def extend(self, *, accept: bool = False) -> None:
        """Take up the modules and claims that were imported since.

        accept: what was changed since the last look was changed by the caller, and stands.
        """
        here = _project()
        if accept:
            self._places = [
                x if x.same else _place(x.owner, {k: x.owner.__dict__.get(k) for k in x.names})
                for x in self._places
            ]
            self._modules = {
                x: BUILTIN & vars(sys.modules[x]).keys() for x in self._modules if x in sys.modules
            }
            self._claims = {x: c for x, c in self._claims.items() if dict.get(here.claims, x) is c}
        roots = {TOOL, *here.packages}
        for name in ("builtins", *DECIDES, *sys.modules):
            if name in self._modules or not (name.partition(".")[0] in roots or name in OTHERS):
                continue
            module = sys.modules.get(name)
            if isinstance(module, ModuleType) and ".tests." not in f"{name}.":
                self._modules[name] = BUILTIN & vars(module).keys()
                self._places += starmap(
                    _place, _of(module, name.partition(".")[0] in here.packages)
                )
        for claim_id, claim in here.claims.loaded():
            if claim_id not in self._claims:
                self._claims[claim_id] = claim
                self._places.append(_place(claim, {x: vars(claim).get(x) for x in FIELDS}))

    def changed(self) -> list[str]:
        """What is another than it was, by name.  It is put back."""
        found = [said for place in self._places if not place.same for said in place.changed()]
        for name, had in self._modules.items():
            module = sys.modules.get(name)
            if module is None or name == "builtins":
                continue
            # A submodule of such a name is no function in the builtin's place: the import put it there.
            new = {
                x
                for x in BUILTIN & vars(module).keys() - had
                if vars(module)[x] is not sys.modules.get(f"{name}.{x}")
            }
            if new:
                for x in new:
                    delattr(module, x)
                found.append(f"{', '.join(sorted(new))} in {name}, which hides a builtin")
        claims = _project().claims
        for claim_id, claim in self._claims.items():
            if dict.get(claims, claim_id) is not claim:
                dict.__setitem__(claims, claim_id, claim)
                found.append(f"claims[{claim_id!r}]")
        return list(dict.fromkeys(found))
