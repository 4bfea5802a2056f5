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
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from theorem_audit.reuse import acts, syntax
from theorem_audit.reuse.syntax import nodes, said, shape

# Of what is kept of a file.
FORM = hashlib.sha256(
    b"".join(Path(str(x)).read_bytes() for x in (__file__, acts.__file__, syntax.__file__))
).hexdigest()[:12]

# Decorators that change nothing but what they decorate.
PURE = frozenset((
    "abstractmethod", "cache", "cached_property", "classmethod", "composite", "contextmanager", "dataclass",
    "evidence", "example", "final", "fixture", "given", "hookimpl", "intrinsic", "jit", "lru_cache", "njit",
    "overload", "override", "parametrize", "property", "settings", "setter", "skipif", "staticmethod",
    "thorough", "total_ordering", "vectorize", "wraps",
))  # fmt: skip
DYNAMIC = frozenset(("__import__", "eval", "exec", "globals"))
IMPORTERS = {
    "importlib": ("import_module", "__import__"), "pkgutil": ("resolve_name",), "sys": ("modules",),
    "runpy": ("run_module",), "importlib.util": ("spec_from_file_location", "module_from_spec"),
    "importlib.machinery": ("SourceFileLoader",), "inspect": ("getmembers", "getmembers_static",
    "getclosurevars"),
    "gc": ("get_objects", "get_referents", "get_referrers"), "pickle": ("load", "loads", "Unpickler"),
}  # fmt: skip
LOOSE = frozenset(x for names in IMPORTERS.values() for x in names) - {"modules", "load", "loads"}
DOTTED = frozenset(("sys.modules", "pickle.load", "pickle.loads"))
ANNOTATES = frozenset(("annotation", "returns"))  # fields that hold annotations
# Attributes that hold what nobody names.
HOLDS = frozenset(("__globals__", "__subclasses__", "f_globals", "f_locals"))
# What reads annotations, also those that are texts.
HINTS = frozenset((
    "__annotate__", "__annotations__", "builds", "eval_str", "from_type", "get_annotations", "get_type_hints",
    "singledispatch", "singledispatchmethod",
))  # fmt: skip
# Without arguments, at the top of a module: all that it binds.
ALL_HERE = frozenset(("dir", "locals", "vars"))
# What tells the hour, by the module that has it; how long something takes (``perf_counter``) is another matter.
CLOCKS = {
    "time": frozenset((
        "asctime", "clock_gettime", "clock_gettime_ns", "ctime", "gmtime", "localtime", "strftime", "time",
        "time_ns",
    )),
    "datetime": frozenset(("now", "today", "utcnow")),
}  # fmt: skip
DOCS = frozenset(("__doc__", "DocTestFinder", "getdoc", "run_docstring_examples", "testmod"))
# Project.import_from("key", ...): what the project's table says under that key
DOOR = "import_from"
DISCOVER = "discover"  # discover("package"): the claims of its chapters
LOADERS = frozenset(("import_module", "find_spec", "importorskip"))
IMPORTING = DYNAMIC | LOADERS | {DOOR}


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
    their own object.  hints: names in annotations that are not evaluated, or in texts there.  hinted: it reads
    annotations, of whatever it has at hand.  clock: it may ask what time it is.
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
    stirs: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    hinted: bool = False
    clock: bool = False


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


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def read(text: bytes) -> Source:
    """The definitions of a file with this content; a file that cannot be parsed is ``broken``."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        whole = hashlib.sha256(text).hexdigest()[:24]
        return Source(whole, broken=f"{type(error).__name__}: {error}")
    docs = _sha("\0".join(_undocumented(tree, any(x.encode() in text for x in DOCS))))
    lazy = any(
        isinstance(x, ast.ImportFrom) and x.module == "__future__"
        and any(y.name == "annotations" for y in x.names)
        for x in tree.body
    )  # fmt: skip
    reader = _Reader(lazy, _importers(tree), _clocks(tree))
    found = Source("", docs=docs)
    for node in tree.body:
        _top(node, reader, found)
    found.digest = _sha("\n".join(reader.said))
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


def _importers(tree: ast.Module) -> frozenset[str]:
    """The names under which a file has what imports by a name, or what holds all that is imported."""
    return frozenset(
        x.asname or x.name
        for node in nodes(tree)
        if isinstance(node, ast.ImportFrom) and node.module in IMPORTERS
        for x in node.names
        if x.name in IMPORTERS[node.module] and (x.asname or x.name) != "import_module"
    )


def _clocks(tree: ast.Module) -> frozenset[str]:
    """What tells the hour in a file: names (``from time import time``), and with a dot before, attributes."""
    found = set[str]()
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            for top in {x.name.split(".")[0] for x in node.names} & {*CLOCKS}:
                found |= {f".{x}" for x in CLOCKS[top]}
        elif isinstance(node, ast.ImportFrom) and node.module in CLOCKS and not node.level:
            told = CLOCKS[node.module]
            found |= {x.asname or x.name for x in node.names if x.name in told}
            found |= {f".{x}" for x in told} if node.module == "datetime" else set()
    return frozenset(found)


def _top(node: ast.stmt, reader: _Reader, found: Source) -> None:
    if isinstance(node, ast.If) and _is_typing(node.test):
        for inner in node.body:
            found.statements.append(reader.statement(inner, typing=True))
        for inner in node.orelse:
            _top(inner, reader, found)
        return
    if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
        reader.said.append(_sha(said(node)))
        for inner in node.orelse:
            _top(inner, reader, found)
        return
    if isinstance(node, ast.Pass):
        return
    if isinstance(node, ast.ClassDef):
        _apart(node, reader, found)
    found.statements.append(reader.statement(node))


def _apart(node: ast.ClassDef, reader: _Reader, found: Source) -> None:
    """Take the methods that import something as they run out of a class."""
    kept = []
    for inner in node.body:
        if (
            isinstance(inner, ast.FunctionDef)
            and not inner.name.startswith("__")
            and _may_import(inner)
        ):
            method = reader.statement(inner)
            if method.dynamic or method.doors or method.imports:
                found.methods[f"{node.name}.{inner.name}"] = method
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


class _Reader:
    """Reads statements; lazy: the file's annotations are never evaluated.  said: their syntax, in order.

    importers: names that stand for what imports by a name.  clocks: for what tells the hour.
    """

    def __init__(
        self, lazy: bool, importers: frozenset[str], clocks: frozenset[str] = frozenset()
    ) -> None:
        self.lazy, self.importers, self.clocks = lazy, importers, clocks
        self._literal: set[int] = set()  # what is called with a name that is written there
        self.said: list[str] = []
        self.strings: set[str] = set()

    def statement(self, node: ast.stmt, typing: bool = False) -> Statement:
        found = Statement(digest=_sha(said(node)), typing=typing)
        self.said.append(found.digest)
        refs, attrs, doors, hints = set[str](), set[str](), set[str](), set[str]()
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
                    found.docs |= part.id in DOCS
                    found.dynamic |= part.id in DYNAMIC
                    here |= part.id in ALL_HERE
                    found.clock |= part.id in self.clocks
                    found.hinted |= part.id in HINTS
                continue
            if kind is ast.Constant:
                found.docs |= isinstance(part.value, str) and part.value in DOCS
                found.loose |= isinstance(part.value, str) and part.value in HOLDS
                if isinstance(part.value, str) and _like_a_path(part.value):
                    self.strings.add(part.value)
                continue
            if kind is ast.Attribute:
                attrs.add(part.attr)
                if id(part) not in self._literal:
                    found.loose |= part.attr in LOOSE or _dotted(part) in DOTTED
                    found.packages += [""] * (part.attr == DISCOVER)
                found.loose |= part.attr in HOLDS
                found.docs |= part.attr in DOCS
                found.hinted |= part.attr in HINTS
                found.clock |= f".{part.attr}" in self.clocks
                if dotted := _dotted(part):
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
        found.hints = sorted(hints - refs)
        if here:
            found.dynamic |= any(_all_here(x) for part in acts.at_import(node) for x in nodes(part))
        found.runs = sorted(refs & {x for part in acts.runs(node) for x in _mentioned(part)})
        found.changes = suspect and acts.changes(node)
        found.stirs = acts.stirs(node) if suspect else []
        found.names, found.effect = self._binds(node)
        found.effect |= bool(found.names) and suspect and acts.changes_now(node)
        return found

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
            if literal is None:
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
    names = {x.id for x in nodes(part) if isinstance(x, ast.Name)}
    return names | {_dotted(x) for x in nodes(part) if isinstance(x, ast.Attribute)}


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


__all__ = ["FORM", "KNOWN", "Source", "Statement", "of_bytes", "read"]
