"""What a call asserts to be zero, where SymPy had cancelled it before anyone could see it.

``expect_zero(left - right, ...)`` hands over 0 where SymPy's own evaluation has already cancelled the
two sides, and so does ``expect_zero(gap.subs(s, 0), ...)``.  What cancelled still stands in the source
of the call: it is read from there and evaluated again, in the caller's frame.  This is done only while
obligations are collected for Coq; evidence is decided without it.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from sympy import Expr, Symbol, sympify

from theorem_audit.statement.recording import AGAIN

# Functions and methods that keep an expression's value.
KEEPING = frozenset(
    ("cancel", "expand", "factor", "nsimplify", "radsimp", "ratsimp", "simplify", "together")
)

At = tuple[tuple[Symbol, Expr], ...]


@dataclass(frozen=True)
class Side:
    """An expression, with values that its symbols take: not put in, so that nothing cancels."""

    expr: Expr
    at: At = ()

    @property
    def value(self) -> Expr:
        """The expression with the values put in."""
        return self.expr.subs(dict(self.at), simultaneous=True)


@cache
def _tree(path: str) -> ast.Module:
    return ast.parse(Path(path).read_text(encoding="utf-8"))


@cache
def _calls(path: str) -> dict[tuple[int, int, int, int], ast.Call]:
    return {
        (x.lineno, x.end_lineno or 0, x.col_offset, x.end_col_offset or 0): x
        for x in ast.walk(_tree(path))
        if isinstance(x, ast.Call)
    }


def sides_at(frame: FrameType) -> tuple[Side, Side] | None:
    """The sides of what the call that ``frame`` is making says to be zero; the right one may be 0.

    None where the source shows no sides, or cannot be evaluated again.
    """
    places = list(frame.f_code.co_positions())
    call = _calls(frame.f_code.co_filename).get(places[frame.f_lasti // 2])  # type: ignore[arg-type]
    if call is None or not call.args:
        return None
    try:
        node = _followed(call.args[0], call, frame)
        pair = _split(node)
        sides = tuple(_side(x, frame) for x in (pair or (node, ast.Constant(0))))
    except Exception:  # noqa: BLE001 - whatever the source does: then nothing was recovered
        return None
    left, right = sides
    if left is None or right is None or left.value - right.value != 0:
        return None
    return left, right


def _value(node: ast.expr, frame: FrameType) -> Any:
    code = compile(ast.fix_missing_locations(ast.Expression(node)), AGAIN, "eval")
    return eval(code, frame.f_globals, dict(frame.f_locals))


def _side(node: ast.expr, frame: FrameType) -> Side | None:
    """One side; a substitution of symbols that is its last step is kept apart."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("subs", "xreplace")
        and not node.keywords
    ):
        base = sympify(_value(node.func.value, frame))
        given = [_value(x, frame) for x in node.args]
        pairs = [given] if len(given) == 2 else list(dict(given[0]).items())
        at = tuple((x, sympify(v)) for x, v in pairs)
        keys = {x for x, _ in at}
        kept = all(isinstance(x, Symbol) and isinstance(v, Expr) for x, v in at)
        if kept and not any(v.free_symbols & keys for _, v in at) and isinstance(base, Expr):
            return Side(base, at)
    value = sympify(_value(node, frame))
    return Side(value) if isinstance(value, Expr) else None


def _followed(node: ast.expr, call: ast.Call, frame: FrameType) -> ast.expr:
    """A name is followed to its assignment, where nothing it is made of changed in between."""
    if not isinstance(node, ast.Name):
        return node
    code = frame.f_code
    function = next(
        x
        for x in ast.walk(_tree(code.co_filename))
        if isinstance(x, ast.FunctionDef)
        and x.name == code.co_name
        and x.lineno <= call.lineno <= (x.end_lineno or 0)
    )
    bound = [
        x for x in ast.walk(function) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)
    ]
    found = [
        x
        for x in ast.walk(function)
        if isinstance(x, ast.Assign)
        and len(x.targets) == 1
        and isinstance(x.targets[0], ast.Name)
        and x.targets[0].id == node.id
    ]
    if len(found) != 1 or sum(x.id == node.id for x in bound) != 1 or found[0].lineno > call.lineno:
        return node
    used = {x.id for x in ast.walk(found[0].value) if isinstance(x, ast.Name)}
    changed = any(x.id in used and found[0].lineno < x.lineno <= call.lineno for x in bound)
    return node if changed else found[0].value


def _split(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """The two sides of a difference, through what keeps its value."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        return node.left, node.right
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return node.left, ast.UnaryOp(ast.USub(), node.right)
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute):
        name, inner = node.func.attr, node.func.value
        if name in ("subs", "xreplace") and (pair := _split(inner)):
            left, right = (
                ast.Call(ast.Attribute(side, name, ast.Load()), node.args, node.keywords)
                for side in pair
            )
            return left, right
        if name in KEEPING and not node.args:
            return _split(inner)
    called = (
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    )
    return _split(node.args[0]) if called in KEEPING and node.args else None


__all__ = ["At", "Side", "sides_at"]
