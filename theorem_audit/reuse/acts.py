"""What a statement does as its module is imported, beside binding its names: read off its syntax.

``DONE = install(TABLE)`` binds a name, and may fill a table of another module; a class may be put down by its
base class, a function by its decorator.  Such a statement acts where something that it runs *changes* what is
not its own; which definitions those names mean is looked up over all files (``graph``).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from theorem_audit.reuse.syntax import nodes

CHANGING = frozenset((
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "register",
    "remove", "reverse", "setdefault", "sort", "update", "__setitem__", "__setattr__",
))  # fmt: skip
SETS = frozenset(("delattr", "setattr"))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
OTHERS = (ast.Name, ast.Attribute, ast.Subscript)  # what names an object that was there before


def runs(node: ast.stmt) -> list[ast.AST]:
    """The parts of a statement that are run as it is, and call something; of a class, none in its methods."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return [node] if node.value is not None and _calls(node.value) else []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        given = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        return [*node.decorator_list, *filter(_calls, given)]
    if isinstance(node, ast.ClassDef):
        inner = (part for x in node.body for part in runs(x))
        return [*node.decorator_list, *node.bases, *(x.value for x in node.keywords), *inner]
    return []


def _calls(node: ast.AST) -> bool:
    return any(isinstance(x, ast.Call) for x in nodes(node))


def suspect(part: ast.AST, kind: type) -> bool:
    """Whether code with such a part may change anything; quick, and true too often."""
    if kind is ast.Attribute or kind is ast.Subscript:
        return type(part.ctx) is not ast.Load or getattr(part, "attr", "") in CHANGING  # type: ignore[attr-defined]
    return kind is ast.Global or (kind is ast.Name and part.id in SETS)  # type: ignore[attr-defined]


def changes(node: ast.AST) -> bool:
    """Whether code of a definition may change an object that it did not make itself.

    What it is handed counts, too; a method may change its own ``self``.
    """
    return any(_changes(x) for x in nodes(node) if isinstance(x, FUNCTIONS))


def _changes(function: ast.AST) -> bool:
    parts = [*_below(function)]
    own = {"self", *_made(parts)}

    def others(target: ast.AST) -> bool:
        """Whether a place belongs to an object that was there before."""
        if isinstance(target, ast.Tuple | ast.List):
            return any(map(others, target.elts))
        if isinstance(target, ast.Starred):
            return others(target.value)
        return isinstance(target, ast.Attribute | ast.Subscript) and not _root(target) & own

    for part in parts:
        if isinstance(part, ast.Global):
            return True
        if isinstance(part, ast.Assign | ast.Delete) and any(map(others, part.targets)):
            return True
        if isinstance(part, ast.AugAssign | ast.AnnAssign | ast.For | ast.NamedExpr) and others(
            part.target
        ):
            return True
        if isinstance(part, ast.Call) and _changing(part, own):
            return True
    return False


def _changing(call: ast.Call, own: set[str]) -> bool:
    if isinstance(call.func, ast.Attribute) and call.func.attr in CHANGING:
        return not _root(call.func) & own
    name = getattr(call.func, "id", "")
    return name in SETS and bool(call.args) and not _root(call.args[0]) & own


def _root(node: ast.AST) -> set[str]:
    """The name that a chain of attributes, places and calls of methods begins with, if it is one."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def _made(parts: Iterable[ast.AST]) -> set[str]:
    """The names that a function gives to what it makes; a second name for what was there before is none."""
    made, others = set[str](), set[str]()
    for part in parts:
        if isinstance(part, ast.Assign | ast.AnnAssign | ast.NamedExpr) and part.value is not None:
            targets = part.targets if isinstance(part, ast.Assign) else [part.target]
            stored = (x for t in targets for x in nodes(t) if isinstance(x, ast.Name))
            names = {x.id for x in stored if isinstance(x.ctx, ast.Store)}
            (others if isinstance(part.value, OTHERS) else made).update(names)
        elif isinstance(part, ast.withitem) and part.optional_vars is not None:
            made |= {x.id for x in nodes(part.optional_vars) if isinstance(x, ast.Name)}
    return made - others


def _below(function: ast.AST) -> Iterator[ast.AST]:
    """All parts of a function but those of functions inside it, which are looked at by themselves."""
    pending = [*ast.iter_child_nodes(function)]
    while pending:
        part = pending.pop()
        yield part
        if not isinstance(part, FUNCTIONS):
            pending += ast.iter_child_nodes(part)


__all__ = ["CHANGING", "changes", "runs", "suspect"]
