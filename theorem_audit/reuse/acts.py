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
    "add", "append", "appendleft", "clear", "difference_update", "discard", "extend", "extendleft", "fill",
    "insert", "intersection_update", "move_to_end", "pop", "popitem", "popleft", "put", "put_nowait",
    "register", "remove", "resize", "reverse", "rotate", "seed", "seek", "send", "set", "setdefault",
    "setstate", "sort", "standard_normal", "symmetric_difference_update", "truncate", "update", "write",
    "writelines",
    "__delattr__", "__delitem__", "__iadd__", "__iand__", "__imul__", "__ior__", "__isub__", "__ixor__",
    "__setattr__", "__setitem__",
))  # fmt: skip
# Functions that change what they are handed first, wherever they are from.
CHANGERS = frozenset((
    "copyto", "delattr", "delitem", "fill_diagonal", "heapify", "heappop", "heappush", "heappushpop",
    "heapreplace", "iadd", "iand", "iconcat", "imul", "insort", "insort_left", "insort_right", "ior", "isub",
    "ixor", "next", "pack_into", "put_along_axis", "putmask", "setattr", "setitem", "shuffle",
))  # fmt: skip
BY_A_TEXT = frozenset(("methodcaller",))  # calls any method of anything
# What gives back a new object, whatever it is handed; so does what is called like a class.
MAKES = frozenset((
    "acb", "arb", "array", "copy", "deepcopy", "defaultdict", "deque", "dict", "empty", "enumerate", "float",
    "fmpq", "fmpz", "frozenset", "full", "int", "len", "list", "ones", "open", "partial", "range", "set",
    "sorted", "str", "sum", "tuple", "zeros", "zip",
))  # fmt: skip
TYPES = frozenset(("dict", "list", "object", "set"))  # whose methods are handed the object first
# They change what is new.
CONSTRUCTORS = frozenset(("__init__", "__new__", "__post_init__", "__set_name__"))
NAMES = CHANGING | CHANGERS | BY_A_TEXT | {"getattr"}
# What makes a method of a class something that is read without a call.
READ = frozenset(("cached_property", "getter", "property"))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# What gives an object that was there before, or may.
PLACES = (ast.Name, ast.Attribute, ast.Subscript, ast.Starred, ast.Await, ast.Yield, ast.YieldFrom)
OLD = ast.Name("")


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
    return [node] if _calls(node) else []


def at_import(node: ast.stmt) -> list[ast.AST]:
    """The parts of a definition that are evaluated as its module is imported, and as what is in it."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
    if isinstance(node, ast.ClassDef):
        inner = (part for x in node.body for part in at_import(x))
        return [*node.decorator_list, *node.bases, *(x.value for x in node.keywords), *inner]
    return [node]


def _calls(node: ast.AST) -> bool:
    return any(isinstance(x, ast.Call) for x in nodes(node))


def suspect(part: ast.AST, kind: type) -> bool:
    """Whether code with such a part may change anything; quick, and true too often."""
    if kind is ast.Attribute or kind is ast.Subscript:
        return type(part.ctx) is not ast.Load or getattr(part, "attr", "") in NAMES  # type: ignore[attr-defined]
    return kind is ast.Global or kind is ast.AugAssign or (kind is ast.Name and part.id in NAMES)  # type: ignore[attr-defined]


def changes(node: ast.AST) -> bool:
    """Whether code of a definition may change an object that it did not make itself.

    What it is handed counts, too; a method may change its own ``self``.
    """
    return any(_changes(x, {"self"}) for x in nodes(node) if isinstance(x, FUNCTIONS))


def changes_now(node: ast.stmt) -> bool:
    """Whether what is evaluated as a module is imported names what changes an object, for anyone to call."""
    inside = isinstance(node, ast.ClassDef)
    own = _made(x for part in at_import(node) for x in nodes(part)) if inside else set[str]()
    return _changing([x for part in at_import(node) for x in nodes(part)], own)


def stirs(node: ast.AST) -> list[str]:
    """The methods of a class by which an object of it changes, or may, as they call another class's; with a dot
    before, those that are called by reading an attribute, or any (``.``).
    """
    if not isinstance(node, ast.ClassDef):
        return []
    methods = {
        x.name: x
        for x in node.body
        if isinstance(x, ast.FunctionDef | ast.AsyncFunctionDef) and x.name not in CONSTRUCTORS
    }
    found = {name for name, x in methods.items() if _changes(x, set())}
    known = {x.name for x in node.body if hasattr(x, "name")}
    while more := {
        name
        for name, x in methods.items()
        if name not in found and _by_another(x, found, known, node)
    }:
        found |= more
    return sorted(found | {*_by_reading(node, found, known)})


def _by_reading(node: ast.ClassDef, found: set[str], known: set[str]) -> Iterator[str]:
    """The properties among what changes, of which a setter may have the name, and what any attribute asks."""
    for x in node.body:
        if not isinstance(x, ast.FunctionDef):
            continue
        changing = _changes(x, set()) or _by_another(x, found, known, node)
        if changing and any(_last(y) in READ for y in x.decorator_list):
            yield f".{x.name}"
        if changing and x.name in ("__get__", "__getattr__", "__getattribute__"):
            yield "."


def _by_another(method: ast.AST, found: set[str], known: set[str], of: ast.ClassDef) -> bool:
    """Whether a method calls one that changes its object, or one that only a base class knows."""
    for x in nodes(method):
        if isinstance(x, ast.Name) and x.id == "super":
            return True
        if (
            isinstance(x, ast.Attribute)
            and getattr(x.value, "id", "") == "self"
            and x.attr in found
        ):
            return True
        if isinstance(x, ast.Call) and isinstance(x.func, ast.Attribute) and of.bases:
            on = x.func.value
            if isinstance(on, ast.Name) and on.id == "self" and x.func.attr not in known:
                return True
    return False


def _changes(function: ast.AST, own: set[str]) -> bool:
    parts = _below(function)
    own = own | _made(parts)

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
        if isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name):
            if part.target.id not in own:
                return True  # in place, of a list or an array
        elif isinstance(part, ast.AugAssign | ast.AnnAssign | ast.For | ast.NamedExpr) and others(
            part.target
        ):
            return True
    return _changing(parts, own)


def _changing(parts: list[ast.AST], own: set[str]) -> bool:
    """Whether code calls what changes an object that is not its own, or takes it: ``append = TABLE.append``."""
    known = set[int]()  # functions that are called with what is its own
    bound = {x.id for x in parts if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)}
    for part in parts:
        if (
            isinstance(part, ast.Call)
            and part.args
            and (_root(part.args[0]) & own or _goes_on(part, bound))
        ):
            of_a_type = _root(part.func) & TYPES  # object.__setattr__(self, name, value)
            if of_a_type or _last(part.func) in CHANGERS:
                known.add(id(part.func))
    for part in parts:
        if isinstance(part, ast.Attribute | ast.Name) and id(part) not in known:
            name = _last(part)
            if name in CHANGERS or name in BY_A_TEXT:
                return True
            if isinstance(part, ast.Attribute) and name in CHANGING and not _root(part) & own:
                return True
        elif isinstance(part, ast.Call) and _takes(part, own):
            return True
    return False


def _goes_on(call: ast.Call, bound: set[str]) -> bool:
    """``next`` of what is made or bound there: an iterator that nobody else has, as a rule."""
    made = not isinstance(call.args[0], PLACES) or bool(_root(call.args[0]) & bound)
    return _last(call.func) == "next" and made


def _takes(call: ast.Call, own: set[str]) -> bool:
    """``getattr(TABLE, "append")``, and ``getattr(TABLE, name)(x)`` for any name."""
    called = isinstance(call.func, ast.Call)
    inner = call.func if isinstance(call.func, ast.Call) else call
    if (
        getattr(inner.func, "id", "") != "getattr"
        or len(inner.args) < 2
        or _root(inner.args[0]) & own
    ):
        return False
    name = inner.args[1]
    return name.value in CHANGING if isinstance(name, ast.Constant) else called


def _last(node: ast.AST) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _root(node: ast.AST) -> set[str]:
    """The name that a chain of attributes, places and calls of methods begins with, if it is one."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def _made(parts: Iterable[ast.AST]) -> set[str]:
    """The names that a function gives to what it makes; a second name for what was there before is none."""
    made, others = set[str](), set[str]()
    second: list[tuple[str, str]] = []  # a name, and the name of what it is given

    def bind(target: ast.AST, value: ast.AST) -> None:
        if isinstance(value, ast.IfExp):
            bind(target, value.body)
            bind(target, value.orelse)
        elif isinstance(target, ast.Tuple | ast.List):
            told = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
            for k, x in enumerate(target.elts):
                bind(x, value.elts[k] if told else OLD)  # type: ignore[attr-defined]
        elif isinstance(target, ast.Name):
            made.add(target.id)
            if isinstance(value, ast.Name):
                second.append((target.id, value.id))
            elif not _new(value):
                others.add(target.id)

    for part in parts:
        if isinstance(part, ast.Assign | ast.AnnAssign | ast.NamedExpr) and part.value is not None:
            for target in part.targets if isinstance(part, ast.Assign) else [part.target]:
                bind(target, part.value)
        elif isinstance(part, ast.withitem) and part.optional_vars is not None:
            bind(part.optional_vars, part.context_expr)
        elif isinstance(part, ast.For | ast.comprehension):
            bind(part.target, part.iter if _counts(part.iter) else OLD)
    while more := {x for x, of in second if x not in others and (of in others or of not in made)}:
        others |= more
    return made - others


def _counts(node: ast.AST) -> bool:
    """Whether what is gone through are numbers, or letters."""
    return isinstance(node, ast.Constant) or (
        isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range"
    )


def _new(value: ast.AST) -> bool:
    """Whether an expression gives an object that nobody else has."""
    if isinstance(value, ast.IfExp):
        return _new(value.body) and _new(value.orelse)
    if isinstance(value, ast.BoolOp):
        return all(map(_new, value.values))
    if isinstance(value, ast.NamedExpr):
        return _new(value.value)
    if isinstance(value, ast.Call):
        name = _last(value.func)
        return name in MAKES or name.strip("_")[:1].isupper()
    return not isinstance(value, PLACES)


def _below(function: ast.AST) -> list[ast.AST]:
    """All parts of a function but those of functions inside it, which are looked at by themselves."""
    return nodes(function, FUNCTIONS)[1:]


__all__ = ["at_import", "changes", "changes_now", "runs", "stirs", "suspect"]
