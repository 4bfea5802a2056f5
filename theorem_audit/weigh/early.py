"""Whether evidence uses what a module has read of its claim as it was imported: a formula by another name.

``F = CLAIM.formula.rhs`` at the top of a file, a call there that fills a cache from it, a table, a copy of the
claim.  Where evidence compares a claim with such a thing, it compares it with itself.  Followed are the names
that a function mentions, over functions, classes and imports of the project; what is found by a text is not.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import lru_cache, partial
from types import FunctionType, ModuleType
from typing import Any

from theorem_audit import project
from theorem_audit.checks.over_nothing import codes
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.recording import lines_read
from theorem_audit.weigh.copies import known

READ = ", which was read from it at import"  # how the detail of such an outcome ends


def early(function: Any, claim_id: str) -> str:
    """What of that which evidence uses read the theory's claim as its module was imported; empty if nothing.

    The claim itself, where it is declared, is none.
    """
    for module, name in _used(function):
        for line in lines_read(module, claim_id):
            if name in _told_of(module).get(line, ()) and not _is(module, name, claim_id):
                return f"{module}.{name}"
    return ""


def _is(module: str, name: str, claim_id: str) -> bool:
    found = vars(sys.modules[module]).get(name)
    return isinstance(found, Claim) and found is known(claim_id)


@lru_cache(maxsize=4096)
def _used(function: Any) -> tuple[tuple[str, str], ...]:
    """Names at the top of the project's modules that a function uses, and those that these functions use."""
    seen: dict[tuple[str, str], None] = {}
    left = list(_bound_to(function))  # what stands in its defaults, or is asked by what wraps it
    while left:
        module, name = _origin(*left.pop())
        if (module, name) in seen or not _ours(module):
            continue
        seen[module, name] = None
        left += _mentioned(vars(sys.modules[module]).get(name))
    return tuple(seen)


def _bound_to(function: Any) -> Iterator[tuple[str, str]]:
    """The names at the top of its module that a function has, and what it mentions."""
    module = getattr(function, "__module__", None) or ""
    for name, value in vars(sys.modules.get(module)).items() if module in sys.modules else ():
        if value is function:
            yield module, name
    yield from _mentioned(function)


def _mentioned(value: Any) -> Iterator[tuple[str, str]]:
    """The global names that calling a value may ask for: of a function, a partial one, a class, an object."""
    while isinstance(value, partial):
        for x in (*value.args, *value.keywords.values()):
            yield from _names_in(x)
        value = value.func
    value = inspect.unwrap(value)
    if isinstance(value, FunctionType):
        yield from _names_in(value)
        return
    kind = value if isinstance(value, type) else type(value)
    if _ours(kind.__module__ or ""):
        for x in vars(kind).values():
            yield from _names_in(inspect.unwrap(x))


def _ours(module: str) -> bool:
    return module in sys.modules and module.partition(".")[0] in project.current().packages


def _names_in(function: Any) -> Iterator[tuple[str, str]]:
    """The global names that a function mentions, and attributes of the modules among them."""
    if not isinstance(function, FunctionType):
        return
    home = function.__globals__
    names = {x for code in codes(function.__code__) for x in code.co_names}
    for name in names & home.keys():
        yield home.get("__name__", ""), name
        if isinstance(held := home[name], ModuleType):
            yield from ((held.__name__, x) for x in names & vars(held).keys())


def _origin(module: str, name: str) -> tuple[str, str]:
    """The module that binds a name which others import, and what it is called there."""
    seen = set[tuple[str, str]]()
    while (module, name) not in seen and _ours(module):
        seen.add((module, name))
        module, name = _imported(module).get(name, (module, name))
    return module, name


@lru_cache(maxsize=1024)
def _tree(module: str) -> ast.Module:
    try:
        return ast.parse(inspect.getsource(sys.modules[module]))
    except (OSError, TypeError, SyntaxError):
        return ast.Module([], [])


@lru_cache(maxsize=1024)
def _imported(module: str) -> dict[str, tuple[str, str]]:
    """Names that a module takes from others: where from, and what they are called there."""
    found: dict[str, tuple[str, str]] = {}
    names = vars(sys.modules[module])
    for node in ast.walk(_tree(module)):
        if not isinstance(node, ast.ImportFrom):
            continue
        near = (names.get("__package__") or "").split(".")
        base = near[: len(near) - node.level + 1] if node.level else []
        home = ".".join([*base, *([node.module] if node.module else [])])
        for alias in node.names:
            if alias.name != "*":
                found[alias.asname or alias.name] = home, alias.name
            elif home in sys.modules:
                found |= {x: (home, x) for x in vars(sys.modules[home]) if not x.startswith("_")}
    return found


@lru_cache(maxsize=1024)
def _told_of(module: str) -> dict[int, frozenset[str]]:
    """By line of the statements at a module's top: the names that they bind, or mention and bind none."""
    found: dict[int, frozenset[str]] = {}
    for node in _tree(module).body:
        names = [x for x in ast.walk(node) if isinstance(x, ast.Name)]
        bound = {x.id for x in names if isinstance(x.ctx, ast.Store)}
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound |= {node.name}
        told = frozenset(bound or {x.id for x in names})
        first = min([node.lineno, *(x.lineno for x in getattr(node, "decorator_list", ()))])
        for line in range(first, (node.end_lineno or node.lineno) + 1):
            found[line] = told
    return found


__all__ = ["READ", "early"]
