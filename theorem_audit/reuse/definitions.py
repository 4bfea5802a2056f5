"""The definitions of one source file: what each binds, what it mentions, and a hash of its syntax.

A module is read as a list of top-level statements.  A statement that binds names (a function, a class, an
assignment, an import) is a definition of them; every other one is an *effect*, which whatever reaches the
module reaches too.  Doubtful statements count as effects: those that call a method which changes its object
(``TABLE.append``), and functions under a decorator that is not known to leave everything else as it is.
Comments, layout and docstrings are no part of a hash.
"""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from theorem_audit.reuse import acts, statements, syntax, unnamed
from theorem_audit.reuse.statements import Reader, Statement, sha
from theorem_audit.reuse.syntax import nodes, said
from theorem_audit.reuse.unnamed import (
    DOCS,
    IMPORTING,
    called,
    clocks,
    importers,
    imports,
    variables,
)

READ_BY = (__file__, *(x.__file__ for x in (acts, statements, syntax, unnamed)))
# Of what is kept of a file.
FORM = hashlib.sha256(b"".join(Path(str(x)).read_bytes() for x in READ_BY)).hexdigest()[:12]


@dataclass
class Source:
    """A file: its statements, and methods apart from their classes (see ``_apart``).

    digest: of the whole file's syntax.  strings: those that look like a path.  broken: why it cannot be
    parsed (everything then hangs on its bytes).  docs: of its docstrings.
    """

    digest: str
    statements: list[Statement] = field(default_factory=list)
    methods: dict[str, Statement] = field(default_factory=dict)
    strings: list[str] = field(default_factory=list)
    broken: str = ""
    docs: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            **vars(self),
            "statements": [dict(vars(x)) for x in self.statements],
            "methods": {k: dict(vars(x)) for k, x in self.methods.items()},
        }

    @classmethod
    def back(cls, data: dict[str, Any]) -> Source:
        """From ``plain``."""
        return cls(
            data["digest"],
            [_statement(x) for x in data["statements"]],
            {k: _statement(x) for k, x in data["methods"].items()},
            data["strings"],
            data["broken"],
            data["docs"],
        )


def _statement(data: dict[str, Any]) -> Statement:
    return Statement(**{**data, "imports": [tuple(x) for x in data["imports"]]})


def read(text: bytes) -> Source:
    """The definitions of a file with this content; a file that cannot be parsed is ``broken``."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        whole = hashlib.sha256(text).hexdigest()[:24]
        return Source(whole, broken=f"{type(error).__name__}: {error}")
    docs = sha("\0".join(_undocumented(tree, any(x.encode() in text for x in DOCS))))
    lazy = any(
        isinstance(x, ast.ImportFrom) and x.module == "__future__"
        and any(y.name == "annotations" for y in x.names)
        for x in tree.body
    )  # fmt: skip
    written = imports(tree)
    reader = Reader(lazy, importers(written), clocks(written), variables(written), called(written))
    found = Source("", docs=docs)
    for node in tree.body:
        _top(node, reader, found)
    found.digest = sha("\n".join(reader.said))
    found.strings = sorted(reader.strings)
    return found


KNOWN: dict[str, Source] = {}  # by the hash of a file's bytes


def of_bytes(text: bytes) -> Source:
    """``read``, once for each content."""
    key = hashlib.sha256(text).hexdigest()
    if key not in KNOWN:
        KNOWN[key] = read(text)
    return KNOWN[key]


def _undocumented(tree: ast.Module, stay: bool) -> list[str]:
    """Take the docstrings out of the module, its functions and classes, at any depth, unless they stay."""
    found = []
    kinds = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, kinds) and node.body:
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                found.append(first.value.value)
                if not stay:
                    node.body[0] = ast.Pass()
        pending += (
            [x for x in getattr(node, "body", ()) if isinstance(x, ast.stmt)]
            if isinstance(getattr(node, "body", None), list)
            else []
        )
    return found


def _top(node: ast.stmt, reader: Reader, found: Source) -> None:
    if isinstance(node, ast.If) and _is_typing(node.test):
        for inner in node.body:
            found.statements.append(reader.statement(inner, typing=True))
        for inner in node.orelse:
            _top(inner, reader, found)
        return
    if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
        reader.said.append(sha(said(node)))
        for inner in node.orelse:
            _top(inner, reader, found)
        return
    if isinstance(node, ast.Pass):
        return
    if isinstance(node, ast.ClassDef):
        _apart(node, reader, found)
    found.statements.append(reader.statement(node))


def _apart(node: ast.ClassDef, reader: Reader, found: Source) -> None:
    """Take the methods that import something as they run out of a class."""
    kept = []
    for inner in node.body:
        if (
            isinstance(inner, ast.FunctionDef)
            and not inner.name.startswith("__")
            and _may_import(inner)
        ):
            method = reader.statement(inner)
            name = f"{node.name}.{inner.name}"  # one of several of that name stays
            if (method.dynamic or method.doors or method.imports) and name not in found.methods:
                found.methods[name] = method
                continue
        kept.append(inner)
    node.body = kept or [ast.Pass()]


def _may_import(node: ast.AST) -> bool:
    """Whether anything in it imports, or is called like what does; quick, and true too often."""
    return any(
        isinstance(x, ast.Import | ast.ImportFrom)
        or getattr(x, "id", getattr(x, "attr", "")) in IMPORTING
        for x in nodes(node)
    )


def _is_typing(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


__all__ = ["FORM", "KNOWN", "Source", "of_bytes", "read"]
