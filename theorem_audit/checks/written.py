"""How evidence stands in its file: a call that it makes, parts of what it names, loops that it comes to."""

from __future__ import annotations

import ast
import linecache
import operator
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import CodeType
from typing import Any

Place = tuple[int, int, int, int]  # first line, last line, first column, last column
LOOPS = (ast.For, ast.AsyncFor)
MADE = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# What is run later, or not each time.
APART = (ast.Lambda, ast.IfExp, ast.BoolOp, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
PASSED_BY = (ast.If, ast.Try, ast.TryStar, ast.While, ast.Match, *APART)
SWALLOWING = ("raises", "suppress")  # what is left early in such a block is no error
LEAVING = (ast.Return, ast.Raise, ast.Break, ast.Continue)

# What ``value_of`` knows: to work it out does nothing.
WORKED: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne, ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
    ast.Invert: operator.invert, ast.USub: operator.neg,
}  # fmt: skip
PLAIN = (
    ast.Name, ast.Constant, ast.Subscript, ast.Slice, ast.Tuple, ast.Compare, ast.BinOp, ast.UnaryOp, ast.Load,
    *WORKED,
)  # fmt: skip
Loop = tuple[ast.stmt | ast.expr, list[ast.Call]]


@lru_cache(maxsize=64)
def tree_of(path: str) -> ast.Module | None:
    """What stands in a file; None where that is no source of Python's."""
    try:
        return ast.parse("".join(linecache.getlines(path)))
    except SyntaxError:  # it is no longer what was run
        return None


@lru_cache(maxsize=64)
def _calls(path: str) -> dict[Place, ast.Call]:
    tree = tree_of(path)
    return (
        {} if tree is None else {of_source(x): x for x in ast.walk(tree) if isinstance(x, ast.Call)}
    )


def of_source(node: ast.expr) -> Place:
    """Where a part of a source stands."""
    return node.lineno, node.end_lineno or 0, node.col_offset, node.end_col_offset or 0


def call_at(code: CodeType, at: int) -> ast.Call | None:
    """The call that an instruction makes, as it is written; None where the source does not show it."""
    place = list(code.co_positions())[at // 2]
    return _calls(code.co_filename).get(place)  # type: ignore[arg-type]


def value_of(node: ast.expr | None, known: Mapping[str, Any]) -> Any:
    """What a name is, or a part of it by plain indices; KeyError for a name or a word that is not known."""
    if node is None or isinstance(node, ast.Constant):
        return None if node is None else node.value
    if isinstance(node, ast.Name):
        return known[node.id]
    if isinstance(node, ast.Subscript):
        return value_of(node.value, known)[value_of(node.slice, known)]
    if isinstance(node, ast.Slice):
        return slice(*(value_of(x, known) for x in (node.lower, node.upper, node.step)))
    if isinstance(node, ast.Tuple):
        return tuple(value_of(x, known) for x in node.elts)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        sides = value_of(node.left, known), value_of(node.comparators[0], known)
        return WORKED[type(node.ops[0])](*sides)
    if isinstance(node, ast.BinOp):
        return WORKED[type(node.op)](value_of(node.left, known), value_of(node.right, known))
    if isinstance(node, ast.UnaryOp):
        return WORKED[type(node.op)](value_of(node.operand, known))
    raise KeyError(type(node).__name__)


def loops(code: CodeType, asks: Callable[[ast.Call], bool]) -> Iterator[Loop]:
    """The loops that a function comes to whatever happens, each with calls of which it makes one at least.

    asks: whether a call is one of these.  A loop that a condition, a ``try`` or an early return may pass by
    is left out, and so is a call within a loop that is not made each time.
    """
    tree = tree_of(code.co_filename)
    for node in () if tree is None else ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            first = node.decorator_list[0] if node.decorator_list else node
            if first.lineno == code.co_firstlineno:
                yield from _of_block(node.body, asks)


def _of_block(body: list[ast.stmt], asks: Callable[[ast.Call], bool]) -> Iterator[Loop]:
    for statement in _surely(body):
        if isinstance(statement, LOOPS):
            yield statement, [*_asked(statement.body, asks)]
            yield from _of_block(statement.body, asks)
        else:
            for node in _within(statement):
                if isinstance(node, MADE):
                    yield node, [x for x in _within(node) if isinstance(x, ast.Call) and asks(x)]


def _asked(body: list[ast.stmt], asks: Callable[[ast.Call], bool]) -> Iterator[ast.Call]:
    """The calls that a block makes each time, those of loops in it included: if these are over something."""
    for statement in _surely(body):
        if isinstance(statement, LOOPS):
            yield from _asked(statement.body, asks)
        else:
            yield from (x for x in _within(statement) if isinstance(x, ast.Call) and asks(x))


def _surely(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block that are come to whatever happens, without those that only hold others."""
    for statement in body:
        if isinstance(statement, ast.With | ast.AsyncWith):
            swallows = any(_called(x.context_expr) in SWALLOWING for x in statement.items)
            yield from _surely([] if swallows else statement.body)
        elif not isinstance(statement, PASSED_BY):
            yield statement
        if any(isinstance(x, LEAVING) for x in ast.walk(statement)):
            return


def _called(node: ast.expr) -> str:
    found = node.func if isinstance(node, ast.Call) else node
    return found.attr if isinstance(found, ast.Attribute) else getattr(found, "id", "")


def _within(node: ast.AST) -> Iterator[ast.AST]:
    """A node with all in it that is worked out each time."""
    if isinstance(node, APART):
        return
    if isinstance(node, MADE) and any(x.ifs for x in node.generators):
        yield from _within(node.generators[0].iter)
        return
    yield node
    for inner in ast.iter_child_nodes(node):
        yield from _within(inner)


__all__ = ["PLAIN", "Place", "call_at", "loops", "of_source", "tree_of", "value_of"]
