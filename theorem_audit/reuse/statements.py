"""One top-level statement of a file: what it binds, what it mentions, and what its import may do."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from theorem_audit.reuse import acts
from theorem_audit.reuse.syntax import nodes, said, shape
from theorem_audit.reuse.unnamed import (
    ALL_HERE,
    ATTACHES,
    DISCOVER,
    DOCS,
    DOOR,
    DOTTED,
    DYNAMIC,
    HINTS,
    HOLDS,
    LOADERS,
    LOOSE,
    TEXTS,
    WHOLE,
)

# Decorators that change nothing but what they decorate.
PURE = frozenset((
    "abstractmethod", "cache", "cached_property", "classmethod", "composite", "contextmanager", "dataclass",
    "evidence", "example", "final", "fixture", "given", "hookimpl", "intrinsic", "jit", "lru_cache", "njit",
    "overload", "override", "parametrize", "property", "settings", "setter", "skipif", "staticmethod",
    "thorough", "total_ordering", "vectorize", "wraps",
))  # fmt: skip
ANNOTATES = frozenset(("annotation", "returns"))  # fields that hold annotations


@dataclass
class Statement:
    """One top-level statement, or a method kept apart (see ``methods``).

    names: what it binds.  digest: of its syntax.  refs: names and dotted names that it mentions.
    imports: (module, name, bound as, level); name "" for ``import module``, "*" for a star.
    attrs: attributes that it mentions.  doors: keys of the project's table whose value it imports.
    packages: those that it hands to ``discover``; "" for one that is not written there.
    dynamic: it imports by a name that is known at run time only.  loose: it can, by what it mentions.
    docs: it reads docstrings, of whatever it has at hand.
    runs: of ``refs``, what it calls, or hands to what it calls, as its module is imported.
    changes: its code may change what it did not make (``acts``).  stirs: of a class, the methods that change
    their own object (``acts.stirs``).  looks: it binds what an attribute gives.  hints: names in annotations
    that are not evaluated, or in texts there.  hinted: it reads annotations, of whatever it has at hand.
    clock: it may ask what time it is, or what nobody tells of.  variables: of the environment, for which it
    may have the system ask.
    """

    names: list[str] = field(default_factory=list)
    digest: str = ""
    refs: list[str] = field(default_factory=list)
    imports: list[tuple[str, str, str, int]] = field(default_factory=list)
    attrs: list[str] = field(default_factory=list)
    doors: list[str] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
    effect: bool = False
    dynamic: bool = False
    loose: bool = False
    docs: bool = False
    typing: bool = False
    runs: list[str] = field(default_factory=list)
    changes: bool = False
    looks: bool = False
    stirs: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    hinted: bool = False
    clock: bool = False
    variables: list[str] = field(default_factory=list)


def sha(text: str) -> str:
    """A hash of a text, also of one with half a character."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


class Reader:
    """Reads statements; lazy: the file's annotations are never evaluated.  said: their syntax, in order.

    importers: names that stand for what imports by a name.  clocks: for what tells the hour.  asking: for
    what has the system ask for variables.  called: what a name that is a module stands for.
    """

    def __init__(
        self,
        lazy: bool,
        importers: frozenset[str],
        clocks: frozenset[str] = frozenset(),
        asking: Mapping[str, tuple[str, ...]] = {},
        called: Mapping[str, str] = {},
    ) -> None:
        self.lazy, self.importers, self.clocks = lazy, importers, clocks
        self.asking, self.called = asking, called
        self._literal: set[int] = set()  # what is called with a name that is written there
        self.said: list[str] = []
        self.strings: set[str] = set()

    def statement(self, node: ast.stmt, typing: bool = False) -> Statement:
        """What a statement is; typing: it is read by type checkers alone."""
        found = Statement(digest=sha(said(node)), typing=typing)
        self.said.append(found.digest)
        refs, attrs, doors, hints = set[str](), set[str](), set[str](), set[str]()
        variables = set[str]()
        pending: list[Any] = [node]
        # Whether a closer look at what it changes, or lists, is worth its time.
        suspect = here = False
        while pending:
            part = pending.pop()
            kind = type(part)
            suspect = suspect or acts.suspect(part, kind)
            if kind is ast.Name:
                if type(part.ctx) is ast.Load:
                    refs.add(part.id)
                    if id(part) not in self._literal:
                        found.loose |= part.id in self.importers or part.id in LOOSE
                        found.packages += [""] * (part.id == DISCOVER)
                    found.loose |= part.id in HOLDS or self.called.get(part.id) in WHOLE
                    variables.update(self.asking.get(part.id, ()))
                    found.docs |= part.id in DOCS
                    found.dynamic |= part.id in DYNAMIC
                    here |= part.id in ALL_HERE
                    found.clock |= part.id in self.clocks
                    found.hinted |= part.id in HINTS
                continue
            if kind is ast.Constant:
                found.docs |= isinstance(part.value, str) and part.value in DOCS
                found.loose |= isinstance(part.value, str) and part.value in TEXTS
                found.clock |= isinstance(part.value, str) and bool(ATTACHES.search(part.value))
                if isinstance(part.value, str) and _like_a_path(part.value):
                    self.strings.add(part.value)
                continue
            if kind is ast.Attribute:
                attrs.add(part.attr)
                inner: Any = part
                dotted = _dotted(part)
                while type(inner) is ast.Attribute:  # of a chain, each
                    if id(inner) not in self._literal:
                        found.loose |= inner.attr in LOOSE or self._meant(inner) in DOTTED
                        found.packages += [""] * (inner.attr == DISCOVER)
                    found.loose |= inner.attr in HOLDS
                    found.docs |= inner.attr in DOCS
                    found.hinted |= inner.attr in HINTS
                    found.clock |= f".{inner.attr}" in self.clocks
                    variables.update(self.asking.get(f".{inner.attr}", ()))
                    inner = inner.value if dotted else None  # else it comes by itself
                if dotted:
                    refs.add(dotted)
                    attrs.update(dotted.split(".")[1:])
                    continue
            elif kind is ast.Import or kind is ast.ImportFrom:
                found.imports += _imports(part)
            elif kind is ast.keyword:
                found.hinted |= part.arg in HINTS
            elif kind is ast.Call and self._call(part, found, doors):
                pending += [part.func.value, *part.args]  # the door stands for the method
                continue
            names, values_of, _ = shape(kind)  # type: ignore[arg-type]
            a_field = kind is ast.AnnAssign and type(node) is ast.ClassDef
            for name, value in zip(names, values_of(part), strict=True):
                if name in ANNOTATES and value is not None:
                    # Who makes instances reads those of fields.
                    (refs if a_field else hints).update(_hints(value))
                    if self.lazy and not a_field:
                        continue
                if type(value) is list:
                    pending += [x for x in value if isinstance(x, ast.AST)]
                elif isinstance(value, ast.AST):
                    pending.append(value)
        found.refs, found.attrs, found.doors = sorted(refs), sorted(attrs), sorted(doors)
        found.hints, found.variables = sorted(hints - refs), sorted(variables)
        if here:
            found.dynamic |= any(_all_here(x) for part in acts.at_import(node) for x in nodes(part))
        found.runs = sorted(refs & {x for part in acts.runs(node) for x in _mentioned(part)})
        found.changes = suspect and acts.changes(node)
        found.looks = isinstance(node, ast.Assign | ast.AnnAssign) and bool(attrs)
        found.stirs = acts.stirs(node) if suspect else []
        found.names, found.effect = self._binds(node)
        found.effect |= bool(found.names) and suspect and acts.changes_now(node)
        return found

    def _meant(self, node: ast.Attribute) -> str:
        """A chain of attributes that starts with a name, which may stand for a module."""
        root, _, rest = _dotted(node).partition(".")
        return f"{self.called.get(root, root)}.{rest}"

    def _call(self, node: ast.Call, found: Statement, doors: set[str]) -> bool:
        """Note what a call imports; whether it is a door with a literal key."""
        name = _last(node.func)
        first = node.args[0] if node.args else None
        literal = (
            first.value
            if isinstance(first, ast.Constant) and isinstance(first.value, str)
            else None
        )
        if name == DOOR and literal is not None and isinstance(node.func, ast.Attribute):
            doors.add(literal)
            return True
        if name == DISCOVER and literal:
            found.packages.append(literal)
            self._literal.add(id(node.func))
        elif name in LOADERS:
            if literal is None or literal.startswith("."):
                found.dynamic = found.dynamic or name == "import_module"
            else:
                found.imports.append((literal, "", "", 0))
                self._literal.add(id(node.func))
        elif name in DYNAMIC and isinstance(node.func, ast.Name):
            found.dynamic = True
        return False

    @staticmethod
    def _binds(node: ast.stmt) -> tuple[list[str], bool]:
        """The names that a statement binds, and whether it may change anything else."""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            strange = any(_last(x) not in PURE for x in node.decorator_list)
            strange |= isinstance(node, ast.ClassDef) and bool(node.keywords)
            return [node.name], strange
        if isinstance(node, ast.Import | ast.ImportFrom):
            return [], False
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [x.id for t in targets for x in nodes(t) if isinstance(x, ast.Name)]
            simple = all(isinstance(t, ast.Name | ast.Tuple | ast.List) for t in targets)
            named = any(x.strip("_") for x in names)
            return names, not simple or not named
        names = [
            x.id for x in nodes(node) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)
        ]
        return names, True


def _all_here(part: ast.AST) -> bool:
    """Whether a call, at the top of a module, goes through all that the module binds."""
    called = part.func if isinstance(part, ast.Call) and not part.args else None
    return getattr(called, "id", "") in ALL_HERE


def _hints(value: ast.AST) -> set[str]:
    """The names and dotted names in an annotation, and in the texts within it."""
    found, pending = set[str](), [value]
    while pending:
        part = pending.pop()
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            with suppress(SyntaxError, ValueError):  # a text that is no annotation names nothing
                pending.append(ast.parse(part.value, mode="eval"))
        name = _dotted(part) if isinstance(part, ast.Attribute) else getattr(part, "id", "")
        found |= {name} if name else set()
        pending += [] if name else ast.iter_child_nodes(part)
    return found


def _mentioned(part: ast.AST) -> set[str]:
    """The names and dotted names in a part of a statement."""
    return {
        x.id if isinstance(x, ast.Name) else _dotted(x)
        for x in nodes(part)
        if isinstance(x, ast.Name | ast.Attribute)
    }


def _like_a_path(text: str) -> bool:
    """Whether a string may name a file of the project, or the folder of certificates."""
    if text == "certificates":
        return True
    return "/" in text and "\n" not in text and len(text) <= 200 and bool(text.strip("./"))


def _dotted(node: ast.Attribute) -> str:
    """``a.b.c`` for a chain of attributes that starts with a name; else empty."""
    parts: list[str] = []
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    return ".".join([inner.id, *reversed(parts)]) if isinstance(inner, ast.Name) else ""


def _last(node: ast.expr) -> str:
    """The last name of what is called or decorates."""
    if isinstance(node, ast.Call):
        return _last(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _imports(node: ast.Import | ast.ImportFrom) -> list[tuple[str, str, str, int]]:
    if isinstance(node, ast.Import):
        return [
            (x.name, "", x.asname or x.name.split(".")[0], 0) if x.asname or "." not in x.name
            else (x.name, "", "." + x.name.split(".")[0], 0)
            for x in node.names
        ]  # fmt: skip
    return [(node.module or "", x.name, x.asname or x.name, node.level) for x in node.names]


__all__ = ["Reader", "Statement", "sha"]
