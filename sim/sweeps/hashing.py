"""Does a cell's code hang on how Python hashes texts, which is another way in each process?

Where PYTHONHASHSEED fixes it the seed is a part of the cell's identity; elsewhere such a cell is refused.
Seen are calls of ``hash``, but in a class's own ``__hash__``, and ways through a set of texts that is written
there, or that a global, a closure or a local name holds: a loop, a list of it, ``pop``.  What is sorted,
counted or made a set again has no order.  Not seen: a set that an attribute or a call gives, and ``hash``
under another name.
"""

from __future__ import annotations

import ast
import dis
import os
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from sim.sweeps.said import NotComparable, codes, source

_ORDERED = frozenset(("enumerate", "filter", "iter", "list", "map", "reversed", "tuple", "zip"))
_NO_ORDER = frozenset(("all", "any", "frozenset", "len", "max", "min", "set", "sorted"))
_TEXT = (str, bytes)


def hashing(function: FunctionType) -> Iterator[str]:
    """The seed by which texts are hashed, where the code of a function of one's own hangs on it.

    Raises NotComparable where it does, and nobody has fixed the seed.
    """
    how = _how(function)
    if not how:
        return
    seed = os.environ.get("PYTHONHASHSEED", "")
    if not seed.isdecimal():
        raise NotComparable(
            f"{function.__qualname__} {how}, which is another in each process: its numbers would stay when "
            "that is another; fix PYTHONHASHSEED, sort what is a set, or take hashlib"
        )
    yield f"texts hashed by {int(seed)}"


def _how(function: FunctionType) -> str:
    """By what the code of a function hangs on hashes of texts; empty where it does not."""
    code, known = function.__code__, {**function.__globals__, **_closed(function)}
    if function.__name__ != "__hash__" and "hash" not in known and _asks(code):
        return "calls hash"
    if any(map(_is_texts, known.values())) or _makes_sets(code):
        tree = ast.parse(source(function))
        held = {name for name, value in known.items() if _is_texts(value)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and _texts(node.value, held):
                held |= {x.id for x in node.targets if isinstance(x, ast.Name)}
        if any(_texts(x, held) for x in _gone_through(tree)):
            return "goes through a set of texts in its order"
    return ""


def _closed(function: FunctionType) -> dict[str, Any]:
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells}


def _asks(code: CodeType) -> bool:
    steps = (x for one in codes(code) for x in dis.get_instructions(one))
    return any(x.opname in ("LOAD_GLOBAL", "LOAD_NAME") and x.argval == "hash" for x in steps)


def _makes_sets(code: CodeType) -> bool:
    """Whether there may be a set of texts in some code: one that is written there, or a call that makes one."""
    for one in codes(code):
        if not {"set", "frozenset"}.isdisjoint(one.co_names) or any(map(_is_texts, one.co_consts)):
            return True
        if any(x.opname == "BUILD_SET" for x in dis.get_instructions(one)):
            return True
    return False


def _is_texts(value: Any) -> bool:
    return isinstance(value, set | frozenset) and any(isinstance(x, _TEXT) for x in value)


def _texts(node: ast.expr, held: set[str]) -> bool:
    """Whether an expression is a set with a text in it, as far as it is written down."""
    if isinstance(node, ast.Name):
        return node.id in held
    if isinstance(node, ast.Set):
        return any(isinstance(x, ast.Constant) and isinstance(x.value, _TEXT) for x in node.elts)
    if not isinstance(node, ast.Call) or _name(node.func) not in ("set", "frozenset"):
        return False
    of = node.args[0] if node.args else None
    if isinstance(of, ast.Constant):
        return isinstance(of.value, str)
    parts = getattr(of, "elts", ())
    return any(isinstance(x, ast.Constant) and isinstance(x.value, _TEXT) for x in parts)


def _gone_through(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions of a tree whose items are taken one after another, in an order that may count."""
    free = {
        id(x)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and _name(call.func) in _NO_ORDER
        for x in call.args
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.For):
            yield node.iter
        elif isinstance(node, ast.ListComp | ast.GeneratorExp) and id(node) not in free:
            yield from (x.iter for x in node.generators)
        elif isinstance(node, ast.Starred):
            yield node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from node.args if node.func.attr == "join" else ()
            yield from [node.func.value] if node.func.attr == "pop" else ()
        elif isinstance(node, ast.Call) and _name(node.func) in _ORDERED and id(node) not in free:
            yield from node.args


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


__all__ = ["hashing"]
