"""Where does code take the items of a set one after another?  That of texts has another order in each process.

Followed are sets that are written there, made by a call or of others, and what names and attributes hold
them.  What is done with such a set is in no order (``in``, ``len``, ``sorted`` without a key, ``add``, a union
with another), or takes its order, or hands it on, to where nobody follows it: the last two are told.  A set
surely of numbers is left alone: these have one order in all processes.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

_SETS = ("set", "frozenset")
_NO_ORDER = frozenset(("all", "any", "bool", "frozenset", "isinstance", "len", "print", "set"))
_NO_ORDER_BUT_BY_KEY = frozenset(("max", "min", "sorted"))  # ties come in order
_LISTED = frozenset(("list", "tuple"))
_NUMBERS = frozenset(("abs", "float", "int", "len", "ord", "range", "round"))
_MADE_OF = frozenset(("copy", "difference", "intersection", "symmetric_difference", "union"))
_CHANGED_BY = frozenset(("add", "symmetric_difference_update", "update"))
_FREE = _MADE_OF | _CHANGED_BY | frozenset((
    "clear", "difference_update", "discard", "intersection_update", "isdisjoint", "issubset", "issuperset",
    "remove",
))  # fmt: skip
_VIEWS = frozenset(("items", "keys"))
_OF_SETS = (ast.BitOr, ast.BitAnd, ast.BitXor, ast.Sub)
_COMPARED = (ast.In, ast.NotIn, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
Names = frozenset[str]


@dataclass
class Code:
    """The syntax of one function.  known: globals that hold sets of texts."""

    tree: ast.AST
    known: Names = frozenset()
    attributes: Names = frozenset()  # those that hold sets, as far as found by now

    def __post_init__(self) -> None:
        self._up = {id(x): node for node in ast.walk(self.tree) for x in ast.iter_child_nodes(node)}

    def stored(self) -> Names:
        """The attributes in which the code puts sets."""
        found = {
            node.attr
            for node in self._nodes
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
            if self._is_set(self._put_into(node))
        }
        return frozenset(found)

    def taken(self) -> bool:
        """Whether the order of some set is taken, or may be where it is handed on."""
        return any(
            not self._free(node)
            for node in self._nodes
            if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)
            if self._is_set(node) or self._is_factory(node)
        )  # fmt: skip

    @cached_property
    def _nodes(self) -> list[ast.AST]:
        """All but annotations and decorators, which are no part of what runs."""
        return [*_running(self.tree)]

    def _is_factory(self, node: ast.AST) -> bool:
        """Whether sets are made elsewhere: ``defaultdict(set)``."""
        if not (isinstance(node, ast.Name) and node.id in _SETS):
            return False
        above = self._up[id(node)]
        called = isinstance(above, ast.Call) and above.func is node
        kinds = isinstance(above, ast.BinOp | ast.Tuple)  # as in isinstance(x, set | list)
        return not (called or kinds)

    def _is_set(self, node: ast.AST | None) -> bool:
        """Whether an expression is a set, as far as it is written down, and not surely one of numbers."""
        if isinstance(node, ast.Name):
            return self._holds(node)
        if isinstance(node, ast.Attribute):
            return node.attr in self.attributes and not self._is_called(node)
        if isinstance(node, ast.Set):
            return not all(map(_number, node.elts))
        if isinstance(node, ast.SetComp):
            return not _number(node.elt)
        if isinstance(node, ast.BinOp) and isinstance(node.op, _OF_SETS):
            return any(self._is_set(x) or _is_view(x) for x in (node.left, node.right))
        if isinstance(node, ast.IfExp):
            return self._is_set(node.body) or self._is_set(node.orelse)
        if isinstance(node, ast.BoolOp):
            return any(map(self._is_set, node.values))
        if isinstance(node, ast.NamedExpr):
            return self._is_set(node.value)
        return isinstance(node, ast.Call) and self._is_made(node)

    def _is_made(self, call: ast.Call) -> bool:
        if isinstance(call.func, ast.Attribute) and call.func.attr in _MADE_OF:
            return self._is_set(call.func.value) or any(map(self._is_set, call.args))
        if _name(call.func) not in _SETS:
            return False
        if not call.args:  # filled later on, by who holds it
            above = self._up.get(id(call))
            targets = (
                above.targets if isinstance(above, ast.Assign) else [getattr(above, "target", None)]
            )
            return len(targets) > 1 or isinstance(targets[0], ast.Attribute)
        of = call.args[0]
        if isinstance(of, ast.Tuple | ast.List):
            return not all(map(_number, of.elts))
        return not (
            isinstance(of, ast.ListComp | ast.GeneratorExp) and _number(of.elt)
        ) and not _number(of)

    def _is_called(self, node: ast.AST) -> bool:
        above = self._up.get(id(node))
        return isinstance(above, ast.Call) and above.func is node

    def _holds(self, name: ast.Name) -> bool:
        """Whether a name may hold a set where it stands: by what it was bound to before, or later in a loop."""
        binds = [x for x in self._nodes if _binds(x, name.id)]
        if not binds:
            return name.id in self.known
        loops = {id(x) for x in self._above(name) if isinstance(x, ast.For | ast.While)}
        for bind in sorted(binds, key=_at, reverse=True):
            again = any(id(x) in loops for x in self._above(bind))
            inner = self._function(bind) is not self._function(name)
            if _at(bind) >= _at(name) and not again and not inner:
                continue
            if self._is_set(self._put_into(bind)) or self._filled(bind, name.id):
                return True
            if _at(bind) < _at(name) and self._surely(bind, name):
                return False
        return False

    def _filled(self, bind: ast.AST, name: str) -> bool:
        """Whether what began as a set without texts is given some, or is handed to who may."""
        value = self._put_into(bind)
        kind = isinstance(value, ast.Set | ast.SetComp) or (
            isinstance(value, ast.Call) and _name(value.func) in _SETS
        )
        uses = (x for x in self._nodes if _name(x) == name and isinstance(self._ctx(x), ast.Load))
        return kind and any(map(self._fills, uses))

    def _ctx(self, node: ast.AST) -> ast.AST | None:
        return getattr(node, "ctx", None)

    def _fills(self, use: ast.AST) -> bool:
        above = self._up[id(use)]
        if isinstance(above, ast.Attribute):
            call = self._up[id(above)]
            if isinstance(call, ast.Call) and call.func is above:
                return above.attr in _CHANGED_BY and not all(map(_number, call.args))
        if isinstance(above, ast.Call):
            method = isinstance(above.func, ast.Attribute) and above.func.attr not in _FREE
            return method or (bool(_name(above.func)) and not hasattr(builtins, _name(above.func)))
        taken = ast.For | ast.comprehension | ast.Starred | ast.FormattedValue | ast.YieldFrom
        other = isinstance(above, ast.Assign | ast.AnnAssign | ast.NamedExpr)  # by another name
        return other or not (isinstance(above, taken) or self._free(use))

    def _put_into(self, target: ast.AST) -> ast.AST | None:
        """What is put into a target, where that is written as one: not what is unpacked or gone through."""
        above = self._up.get(id(target))
        if isinstance(above, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            return above.value
        if isinstance(above, ast.AugAssign):
            return above.value if isinstance(above.op, _OF_SETS) else None
        if isinstance(above, ast.arguments) and isinstance(target, ast.arg):
            plain = [*above.posonlyargs, *above.args]
            given = [*zip(plain[len(plain) - len(above.defaults) :], above.defaults, strict=True),
                     *zip(above.kwonlyargs, above.kw_defaults, strict=True)]  # fmt: skip
            return next((value for one, value in given if one is target), None)
        whole = self._up.get(id(above)) if isinstance(above, ast.Tuple) else None
        if isinstance(above, ast.Tuple) and isinstance(whole, ast.Assign):
            value = whole.value
            if isinstance(value, ast.Tuple) and len(value.elts) == len(above.elts):
                return value.elts[[*map(id, above.elts)].index(id(target))]
        return None

    def _surely(self, bind: ast.AST, name: ast.AST) -> bool:
        """Whether who comes to a name has come by where it was bound: both in one list of statements."""
        statement = next((x for x in (bind, *self._above(bind)) if isinstance(x, ast.stmt)), None)
        if statement is None or isinstance(statement, ast.For | ast.While | ast.AugAssign):
            return False
        outer = self._up.get(id(statement))
        return any(x is outer for x in self._above(name)) and not _branches(outer, statement, [
            name, *self._above(name)
        ])  # fmt: skip

    def _function(self, node: ast.AST) -> ast.AST:
        inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
        return next((x for x in self._above(node) if isinstance(x, inner)), self.tree)

    def _above(self, node: ast.AST) -> Iterator[ast.AST]:
        while (above := self._up.get(id(node))) is not None:
            yield above
            node = above

    def _free(self, node: ast.AST) -> bool:
        """Whether what is done with a set has no order, or is followed."""
        above = self._up[id(node)]
        if isinstance(above, ast.Compare):
            return all(isinstance(x, _COMPARED) for x in above.ops)
        if isinstance(above, ast.Call):
            return self._free_call(above, node)
        if isinstance(above, ast.BinOp | ast.AugAssign):
            return isinstance(above.op, _OF_SETS)
        if isinstance(above, ast.Attribute):
            return self._is_called(above) and above.attr in _FREE
        if isinstance(above, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            targets = above.targets if isinstance(above, ast.Assign) else [above.target]
            return all(isinstance(x, ast.Name | ast.Attribute) for x in targets)
        if isinstance(above, ast.Tuple):
            whole = self._up[id(above)]
            return isinstance(whole, ast.Assign) and any(
                isinstance(x, ast.Tuple) and len(x.elts) == len(above.elts) for x in whole.targets
            )
        if isinstance(above, ast.comprehension):
            return self._free_loop(self._up[id(above)]) or above.iter is not node
        if isinstance(above, ast.Starred):
            return isinstance(self._up[id(above)], ast.Set)
        if isinstance(above, ast.If | ast.While | ast.IfExp) and above.test is node:
            return True
        if isinstance(above, ast.IfExp | ast.BoolOp):
            return True  # which is a set in turn, and asked about itself
        return isinstance(above, ast.UnaryOp | ast.Expr | ast.arguments | ast.Assert)

    def _free_call(self, call: ast.Call, node: ast.AST) -> bool:
        name = _name(call.func)
        if isinstance(call.func, ast.Attribute):
            return call.func.attr in _FREE
        if name in _LISTED:
            return self._free_loop(call)
        return name in _NO_ORDER or (name in _NO_ORDER_BUT_BY_KEY and not call.keywords)

    def _free_loop(self, made: ast.AST) -> bool:
        """Whether what goes through a set makes a set again, or is counted or sorted."""
        if isinstance(made, ast.SetComp):
            return True
        above = self._up.get(id(made))
        plain = isinstance(made, ast.ListComp | ast.GeneratorExp | ast.Call)
        return plain and isinstance(above, ast.Call) and self._free_call(above, made)


def taken(codes: Iterable[Code], attributes: Names) -> Iterator[Code]:
    """The code that takes the order of a set, of functions that know each other's attributes."""
    codes = [*codes]
    held: Names | None = None
    while held != attributes:
        held = attributes
        for one in codes:
            one.attributes = held
        attributes = held.union(*(one.stored() for one in codes))
    return (one for one in codes if one.taken())


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    yield tree
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.AST):
                yield from _running(one)


def _number(node: ast.AST) -> bool:
    """Whether an expression is surely a number, or a call that gives numbers."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float | complex)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not) or _number(node.operand)
    if isinstance(node, ast.BinOp):
        return _number(node.left) and _number(node.right)
    return isinstance(node, ast.Call) and _name(node.func) in _NUMBERS


def _is_view(node: ast.AST) -> bool:
    """Whether an expression shows a table's keys, of which a set is made by ``-`` and its like."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _VIEWS
    )


def _binds(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Name):
        return node.id == name and isinstance(node.ctx, ast.Store)
    return isinstance(node, ast.arg) and node.arg == name


def _at(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _branches(outer: ast.AST | None, first: ast.AST, later: list[ast.AST]) -> bool:
    """Whether two statements stand in different branches of what holds them."""
    for _, value in ast.iter_fields(outer) if outer is not None else ():
        if isinstance(value, list) and any(x is first for x in value):
            return not any(x is y for x in value for y in later)
    return True


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


__all__ = ["Code", "taken"]
