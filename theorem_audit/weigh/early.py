"""Whether evidence can use what was read of its claim as a module was imported: a formula by another name.

``F = CLAIM.formula.rhs`` at the top of a file, a call there that fills a cache from it, a table, a copy of the
claim.  Where evidence compares a claim with such a thing, it compares it with itself.  So neither the file of
evidence nor what it imports beside the theory may read the claim at its top, whatever becomes of that there.

A chapter may: one claim is written with the help of another.  What such a statement binds is followed from the
evidence's files, statement by statement, by the names, attributes and texts that stand there.  A claim of the
theory ends that way: it is a lemma.  A chapter's statement that binds nothing (``fill(CLAIM)``) or changes an
object counts at once; what one that binds a name fills beside is not seen.
"""

from __future__ import annotations

import ast
import inspect
import symtable
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from types import ModuleType
from typing import Any

from theorem_audit import project
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.recording import places_read
from theorem_audit.weigh.copies import lemma

# How such a detail ends.
READ = ", which reads it as it is imported: ask the claim that the evidence is handed"
DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Name = tuple[str, str]  # a module, and a name that it binds


@dataclass(frozen=True)
class Part:
    """A statement at a module's top, the head of a block there, or one of the pairs of ``a, b = c, d``.

    binds: the names that it does.  words: what else it mentions.  stores: it changes an object, too.
    """

    span: tuple[tuple[int, int], tuple[int, int]]
    binds: frozenset[str]
    words: frozenset[str]
    stores: bool


NOWHERE = Part(((0, 0), (0, 0)), frozenset(), frozenset(), stores=False)


def early(function: Any, own: Claim) -> str:
    """Where the theory's claim was read at an import so that evidence can use it; empty if nowhere.

    The first such place, by the name of its module and its line.
    """
    places = sorted(
        (module, place) for module, found in places_read(own).items() if _ours(module)
        for place in found if not _makes_claims(module, place)
    )  # fmt: skip
    homes = _homes(function) if places else []
    near = _near(homes)
    used: set[Name] | None = None
    for module, place in places:
        if module not in near:
            continue
        if _of_theory(module):
            used = (
                _used(x for x in near if x in homes or not _of_theory(x)) if used is None else used
            )
            part = _at(module, place)
            if part.binds and not part.stores and not _names(module, part) & used:
                continue
        return f"{module}, line {place[0]}"
    return ""


def _makes_claims(module: str, place: tuple[int, int]) -> bool:
    """Whether what stands at a place of a chapter binds claims of the theory, and does nothing else."""
    if not _of_theory(module):
        return False
    part = _at(module, place)
    return bool(part.binds) and not part.stores and all(map(_is_claim, _names(module, part)))


def _at(module: str, place: tuple[int, int]) -> Part:
    """The first part of a module at a place: pairs overlap; where that is none, one that binds nothing."""
    return next((x for x in _parts(module) if x.span[0] <= place < x.span[1]), NOWHERE)


def _names(module: str, part: Part) -> set[Name]:
    return {(module, x) for x in part.binds}


def _homes(function: Any) -> list[str]:
    """The project's modules that hold a function of evidence, or in which it was written."""
    named = [getattr(x, "__module__", "") or "" for x in (function, inspect.unwrap(function))]
    return [x for x in {*sys.modules} if _ours(x) and (x in named or _holds(x, function))]


def _near(homes: list[str]) -> set[str]:
    """These modules of the project and all that they import, directly or not."""
    left, found = [*homes], set[str]()
    while left:
        if _ours(module := left.pop()) and module not in found:
            found.add(module)
            left += _modules(module)
    return found


def _holds(module: str, function: Any) -> bool:
    return any(x is function for x in [*vars(sys.modules[module]).values()])


def _ours(module: str) -> bool:
    return module.partition(".")[0] in project.current().packages and module in sys.modules


def _of_theory(module: str) -> bool:
    """Whether a module is a chapter, or another one of the theory, and none of evidence within it."""
    here = project.current()
    inside = here.evidence != here.theory and _below(here.evidence, here.theory)
    return _below(module, here.theory) and not (inside and _below(module, here.evidence))


def _below(module: str, package: str) -> bool:
    return f"{module}.".startswith(f"{package}.")


def _used(modules: Iterable[str]) -> set[Name]:
    """The theory's names that its own statements or these files mention, from the files on."""
    left = [x for m in modules for part in _parts(m) for x in _mentioned(m, part.words)]
    found = set[Name]()
    while left:
        if (name := left.pop()) in found or _is_claim(name):
            continue
        found.add(name)
        module, bound = name
        for part in _parts(module):
            if bound in part.binds:
                left += _mentioned(module, part.words)
    return found


def _is_claim(name: Name) -> bool:
    """Whether a name is that of a claim of the theory: its formula is asked for as it is used."""
    value = _value(name)
    return isinstance(value, Claim) and value is lemma(object.__getattribute__(value, "id"))


def _value(name: Name) -> Any:
    return vars(sys.modules[name[0]]).get(name[1])


def _mentioned(module: str, words: frozenset[str]) -> Iterator[Name]:
    """What words mean in a module: names there, and in the modules that are mentioned with them."""
    homes = [module, *filter(_ours, words)]
    for home in homes:  # which grows
        for word in words & (vars(sys.modules[home]).keys() | _imported(home).keys()):
            name = _origin(home, word)
            yield name
            value = _value(name)
            if (
                isinstance(value, ModuleType)
                and _ours(value.__name__)
                and value.__name__ not in homes
            ):
                homes.append(value.__name__)


def _origin(module: str, name: str) -> Name:
    """The module that binds a name which others import, and what it is called there."""
    seen = set[Name]()
    while (module, name) not in seen and name in (known := _imported(module)):
        seen.add((module, name))
        if not _ours(known[name][0]):
            break
        module, name = known[name]
    return module, name


@cache
def _tree(module: str) -> ast.Module:
    try:
        return ast.parse(inspect.getsource(sys.modules[module]))
    except (OSError, TypeError, SyntaxError):
        return ast.Module([], [])


@cache
def _imports(module: str) -> tuple[tuple[str, ast.alias], ...]:
    """What a file imports by ``from``, anywhere in it, and where from."""
    near = (vars(sys.modules[module]).get("__package__") or "").split(".")
    found: list[tuple[str, ast.alias]] = []
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom):
            base = near[: len(near) - node.level + 1] if node.level else []
            home = ".".join([*base, *([node.module] if node.module else [])])
            found += [(home, alias) for alias in node.names]
    return tuple(found)


def _imported(module: str) -> dict[str, Name]:
    """Names that a module takes from others: where from, and what they are called there."""
    found: dict[str, Name] = {}
    for home, alias in _imports(module):
        if alias.name != "*":
            found[alias.asname or alias.name] = home, alias.name
        elif home in sys.modules:
            found |= {x: (home, x) for x in vars(sys.modules[home]) if not x.startswith("__")}
    return found


@cache
def _modules(module: str) -> frozenset[str]:
    """The modules that a file may import: those of its imports, and those that a text names."""
    found = {x for node in ast.walk(_tree(module)) for x in _words(node)}
    for home, alias in _imports(module):
        found |= {home, f"{home}.{alias.name}"}
    return frozenset(above for x in found for above in accumulate(x.split("."), "{}.{}".format))


@cache
def _parts(module: str) -> tuple[Part, ...]:
    return tuple(_split(_tree(module).body))


def _split(body: list[Any]) -> Iterator[Part]:
    """The parts of statements: of a block its head, and what stands in it."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, DEFINED):
            yield _part([node])
            continue
        inner = [x for x in ast.iter_child_nodes(node) if _is_block(x)]
        yield from _split(inner)
        if (pairs := _pairs(node)) is not None:
            yield from (_part(pair) for pair in pairs)
        elif head := [x for x in ast.iter_child_nodes(node) if x not in inner] if inner else [node]:
            yield _part(head)


def _is_block(node: ast.AST) -> bool:
    return isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case)


def _pairs(node: ast.AST) -> list[list[ast.AST]] | None:
    """Of ``a, b = c, d`` what is bound to what; None of any other statement."""
    if not isinstance(node, ast.Assign) or len(node.targets) > 1:
        return None
    sides = node.targets[0], node.value
    listed = [x.elts for x in sides if isinstance(x, ast.Tuple | ast.List)]
    starred = any(isinstance(x, ast.Starred) for elements in listed for x in elements)
    if len(listed) < len(sides) or starred:
        return None
    return [[*pair] for pair in zip(*listed, strict=False)]


def _part(nodes: list[Any]) -> Part:
    """What these nodes together are."""
    inside = [x for node in nodes for x in ast.walk(node)]
    there: list[Any] = [x for x in inside if hasattr(x, "lineno")]
    defined = {x.name for x in nodes if isinstance(x, DEFINED)}
    names = {x.id for x in there if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Load)}
    own = {id(y) for x in inside if isinstance(x, ast.comprehension) for y in ast.walk(x.target)}
    stored = [
        x for x in there
        if not defined and id(x) not in own and isinstance(getattr(x, "ctx", None), ast.Store | ast.Del)
    ]  # fmt: skip
    return Part(
        (
            min((x.lineno, x.col_offset) for x in there),
            max((x.end_lineno, x.end_col_offset) for x in there),
        ),
        frozenset(defined or {x.id for x in stored if isinstance(x, ast.Name)}),
        frozenset(_globals(nodes[0]) if defined else names).union(*map(_words, inside)),
        any(isinstance(x, ast.Attribute | ast.Subscript) for x in stored),
    )


def _globals(node: ast.AST) -> set[str]:
    """The names of its module that a function or a class mentions."""
    tables = [symtable.symtable(ast.unparse(node), "", "exec")]
    for table in tables:  # which grows
        tables += table.get_children()
    return {
        x.get_name() for table in tables for x in table.get_symbols()
        if x.is_referenced() and (x.is_global() or table is tables[0])
    }  # fmt: skip


def _words(node: ast.AST) -> tuple[str, ...]:
    """What else a node mentions: an attribute, what it imports, or a text that could be a name."""
    if isinstance(node, ast.alias):
        return (node.name, node.asname or "")
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return (node.value,)
    return (node.attr,) if isinstance(node, ast.Attribute) else ()


__all__ = ["READ", "early"]
