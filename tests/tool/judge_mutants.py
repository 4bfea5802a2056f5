"""Mutants of the judge's own source: one change each, made in the syntax tree."""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add,
    ast.BitOr: ast.BitAnd,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


def mutants(path: Path, functions: set[str]) -> Iterator[tuple[str, ast.Module]]:
    """(name, tree) for each change inside the named functions; the name says what and where.

    functions: names at the top of the file, and ``Class.method``; raises LookupError for one that is not
    there.  Names hold no line numbers, so that they stay when something else is edited.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for label, where, index, what in _places(tree, path, functions):
        yield label, _changed(tree, where, index, what)


def counted(path: Path, functions: set[str]) -> int:
    """How many ``mutants`` there are, without making them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return sum(1 for _ in _places(tree, path, functions))


def _places(
    tree: ast.Module, path: Path, functions: set[str]
) -> Iterator[tuple[str, str, int, str]]:
    there = dict(_functions(tree))
    if missing := functions - set(there):
        raise LookupError(f"{path.name} has no {sorted(missing)}")
    for where, function in there.items():
        if where not in functions:
            continue
        seen: dict[str, int] = {}
        silent = {id(x) for note in _annotations(function) for x in ast.walk(note)}
        for index, node in enumerate(ast.walk(function)):
            if id(node) in silent:
                continue
            for what in _changes(node, function):
                name = f"{where}: {what}"
                seen[name] = seen.get(name, 0) + 1
                label = name + (f" #{seen[name]}" if seen[name] > 1 else "")
                yield label, where, index, what


def every_function(path: Path) -> set[str]:
    """The names of all functions and methods of a file, as ``mutants`` takes them."""
    return {name for name, _ in _functions(ast.parse(path.read_text(encoding="utf-8")))}


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", inner


def _annotations(function: ast.FunctionDef) -> Iterator[ast.AST]:
    for node in ast.walk(function):
        for field in ("annotation", "returns"):
            if (found := getattr(node, field, None)) is not None:
                yield found


def _changes(node: ast.AST, function: ast.FunctionDef) -> Iterator[str]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
        yield f"other comparison in {_short(node)}"
    elif isinstance(node, ast.BoolOp):
        yield f"and/or in {_short(node)}"
    elif isinstance(node, ast.BinOp) and type(node.op) in SWAPPED:
        yield f"other operator in {_short(node)}"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield f"no sign in {_short(node)}"
    elif isinstance(node, ast.Name) and node.id in NAMES:
        yield f"other {node.id}"
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield f"{node.value} + 1"
    elif isinstance(node, ast.Raise | ast.AugAssign) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield f"without {_short(node)}"


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else text[:40] + " ... " + text[-14:]


def _changed(tree: ast.Module, function: str, index: int, what: str) -> ast.Module:
    new = copy.deepcopy(tree)
    body = dict(_functions(new))[function]
    node = list(ast.walk(body))[index]
    if isinstance(node, ast.Compare):
        node.ops[0] = SWAPPED[type(node.ops[0])]()  # type: ignore[assignment]
    elif isinstance(node, ast.BoolOp | ast.BinOp):
        node.op = SWAPPED[type(node.op)]()  # type: ignore[assignment]
    elif isinstance(node, ast.UnaryOp):
        node.op = ast.UAdd() if isinstance(node.op, ast.USub) else node.op
        if isinstance(node.op, ast.Not):
            node.operand = ast.UnaryOp(ast.Not(), node.operand)
    elif isinstance(node, ast.Name):
        node.id = NAMES[node.id]
    elif isinstance(node, ast.Constant):
        node.value += 1
    else:
        _replace(body, node)
    return ast.fix_missing_locations(new)


def _replace(body: ast.AST, node: ast.AST) -> None:
    for parent in ast.walk(body):
        for field in ("body", "orelse", "finalbody"):
            found = getattr(parent, field, None)
            if isinstance(found, list) and node in found:
                found[found.index(node)] = ast.Pass()  # type: ignore[call-overload]


def built(tree: ast.Module, like: str) -> ModuleType:
    """The mutated module, ready to be called; ``like`` is the name of the one it was made from."""
    module = ModuleType(f"{like}_mutant")
    module.__package__ = like.rpartition(".")[0]
    module.__file__ = sys.modules[like].__file__
    sys.modules[module.__name__] = module
    exec(compile(tree, like, "exec"), module.__dict__)
    return module
