"""Files below a package that declare something and that nothing would import: said, not passed over."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterator
from importlib.machinery import BYTECODE_SUFFIXES, EXTENSION_SUFFIXES
from pathlib import Path

_EVIDENCE = re.compile(r"^\s*@(?:\w+\.)*evidence\(", re.MULTILINE)
_NO_EVIDENCE = re.compile(r"^EVIDENCE\s*=\s*False\b", re.MULTILINE)


# What Python imports where no source stands beside it; longest first.
_COMPILED = tuple(sorted((*BYTECODE_SUFFIXES, *EXTENSION_SUFFIXES), key=len, reverse=True))
# By what else a file may call ``Claim``: a call that gives these declares one.
_GIVEN = frozenset(("id", "formula", "chapter"))


def CLAIM(text: str) -> bool:
    """Whether a file's text declares claims, by whatever name it calls what makes them."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return "Claim" in text
    names = _makers(tree)
    return any(_makes(x, names) for x in ast.walk(tree))


def declaring(tree: ast.Module) -> Callable[[ast.Call], bool]:
    """Whether a call in a file makes a claim, by whatever name the file calls what makes them."""
    names = _makers(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _makes(node.value, names) and _is_partial(node.value):
            names |= {x.id for x in node.targets if isinstance(x, ast.Name)}
    return lambda call: _makes(call, names) and not _is_partial(call)


def _makers(tree: ast.Module) -> set[str]:
    """What a file calls ``Claim``."""
    names = {"Claim"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {x.asname or x.name for x in node.names if x.name == "Claim"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _called_so(node.value, names):
            names |= {x.id for x in node.targets if isinstance(x, ast.Name)}
    return names


def _is_partial(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _called_so(node.func, {"partial"})


def _makes(node: ast.AST, names: set[str]) -> bool:
    if not isinstance(node, ast.Call):
        return False
    in_part = _is_partial(node) and any(_called_so(x, names) for x in node.args)
    return in_part or _called_so(node.func, names) or {x.arg for x in node.keywords} >= _GIVEN


def _called_so(node: ast.expr, names: set[str]) -> bool:
    """Whether an expression is one of these names, or a module's ``Claim`` or ``partial``."""
    if isinstance(node, ast.Attribute):
        return node.attr in names & {"Claim", "partial"}
    return isinstance(node, ast.Name) and node.id in names


def EVIDENCE(text: str) -> bool:
    """Whether a file's text marks evidence, by whatever name it calls the mark.

    A mark that is only used within functions is a tool of whoever calls these.
    """
    if _EVIDENCE.search(text):
        return True
    if "theorem_audit" not in text or not ("evidence" in text or "*" in text):
        return False
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return "\0" in text  # compiled
    names, tools = _imported(tree)
    outside = list(_outside(tree))
    # A mark that knows its claim, and marks nothing here, is a tool of whoever imports it.
    bound = [
        x for x in outside
        if isinstance(x, ast.Assign) and isinstance(x.value, ast.Call) and _is_mark(x.value.func, names, tools)
    ]  # fmt: skip
    held = {y for x in bound for y in ast.walk(x.value)}
    names |= {y.id for x in bound for y in x.targets if isinstance(y, ast.Name)}
    return any(_is_mark(x, names, tools) for x in outside if x not in held)


def marking(tree: ast.Module, called: set[str]) -> Callable[[ast.AST], bool]:
    """Whether an expression in a file is what marks: the mark, or another name of it.

    called: names by which the file has it, beside those of which its imports tell.
    """
    names, tools = _imported(tree)
    names |= called
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign):
            continue
        value = node.value
        given = value.args[:1] if isinstance(value, ast.Call) and _is_partial(value) else [value]
        if any(_is_mark(x, names, tools) for x in given):
            names |= {x.id for x in node.targets if isinstance(x, ast.Name)}
    return lambda node: _is_mark(node, names, tools)


def _imported(tree: ast.Module) -> tuple[set[str], set[str]]:
    """What a file calls the mark, and what it calls this package and its modules."""
    names, tools = set[str](), set[str]()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").split(".")[0] == "theorem_audit"
        ):
            for x in node.names:
                (names if x.name in ("evidence", "*") else tools).add(x.asname or x.name)
        if isinstance(node, ast.Import):
            for x in node.names:
                if x.name.split(".")[0] == "theorem_audit":
                    tools.add(x.asname or "theorem_audit")
    return {"evidence" if x == "*" else x for x in names}, tools


def _outside(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a file that stand in no function's body, and those of all decorators."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        for x in node.decorator_list:
            yield from ast.walk(x)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        body = node.body if isinstance(node.body, list) else [node.body]
        for inner in (x for statement in body for x in ast.walk(statement)):
            for x in getattr(inner, "decorator_list", ()):
                yield from ast.walk(x)
        yield from ast.walk(node.args)
        return
    yield node
    for below in ast.iter_child_nodes(node):
        yield from _outside(below)


def _is_mark(node: ast.AST, names: set[str], tools: set[str]) -> bool:
    """Whether an expression reads the mark: by a name of its own, or as an attribute of this package."""
    if isinstance(node, ast.Name):
        return node.id in names and isinstance(node.ctx, ast.Load)
    if not isinstance(node, ast.Attribute) or node.attr != "evidence":
        return False
    base: ast.AST = node.value
    while isinstance(base, ast.Attribute):
        base = base.value
    return isinstance(base, ast.Name) and base.id in tools


def unreached(
    folder: Path, declares: Callable[[str], bool], wanted: Callable[[str], bool] = lambda name: True
) -> Iterator[str]:
    """Lines on the files below a package's folder whose claims or evidence would not be found, with the reason.

    declares: whether a file's text declares any.  wanted: which modules are looked into, by their name.
    A package that says ``EVIDENCE = False`` is passed over.
    """
    for file in _files(folder):
        if (why := _reason(folder, file, wanted)) and declares(_text(file)):
            yield f"{file}: nothing would find what it declares: {why}"


def _files(folder: Path) -> Iterator[Path]:
    """The Python files below a folder, also behind links; each folder once."""
    seen = set[str]()
    for place, folders, names in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(place)) in seen:
            folders.clear()
            continue
        seen.add(real)
        folders.sort()
        files = (
            Path(place, x) for x in sorted(names) if x.endswith((".py", *_COMPILED)) or _shouted(x)
        )
        yield from (x for x in files if x.is_file())  # an editor's lock is a link to nothing


def _shouted(name: str) -> bool:
    """Whether a name ends in ``.PY``, or the like: a source to its author, and no module to Python."""
    return not name.endswith(".py") and name.lower().endswith(".py")


def _source(file: Path) -> Path:
    """The source that a compiled file is of; a source is its own."""
    suffix = next((x for x in _COMPILED if file.name.endswith(x)), ".py")
    return file.with_name(f"{file.name.removesuffix(suffix)}.py")


def _reason(folder: Path, file: Path, wanted: Callable[[str], bool]) -> str:
    """Why a file is not imported; empty where it is, and for caches and packages without evidence."""
    source = _source(file)
    *above, name = source.relative_to(folder).with_suffix("").parts
    if any(x.startswith((".", "__pycache__")) for x in above):
        return ""
    place = folder
    for part in above:
        place /= part
        init = place / "__init__.py"
        if init.is_file() and _NO_EVIDENCE.search(_text(init)):
            return ""
        if not part.isidentifier():
            return f"{part!r} is no module's name"
        if not init.is_file():
            return f"{place} has no __init__.py"
    if _shouted(file.name):
        return "its name does not end in .py"
    if source != file:
        return "" if source.is_file() else "it has no source"
    if name == "__init__":
        return ""
    if not name.isidentifier():
        return f"{name!r} is no module's name"
    if (file.with_suffix("") / "__init__.py").is_file():
        return f"the package {file.with_suffix('')} has its name"
    return "" if wanted(name) else "it is no test_*.py"


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


__all__ = ["CLAIM", "EVIDENCE", "declaring", "marking", "unreached"]
