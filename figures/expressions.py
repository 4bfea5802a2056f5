"""SymPy expressions and conditions as plain lists, which figures/data/try_it_exact.js evaluates exactly."""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Add,
    And,
    Basic,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Max,
    Min,
    Mul,
    Ne,
    Not,
    Or,
    Pow,
    Rational,
    Symbol,
    atan,
    exp,
    false,
    log,
    pi,
    true,
)

RELATIONS = {Lt: "<", Le: "<=", Gt: ">", Ge: ">=", Eq: "=", Ne: "!="}
OPERATIONS = {
    Add: "+", Mul: "*", Pow: "^", Min: "min", Max: "max", Abs: "abs", log: "log", exp: "exp", atan: "atan",
    And: "and", Or: "or", Not: "not",
}  # fmt: skip


class Unsaid(ValueError):
    """An expression has a part that the page cannot evaluate."""


def tree(expr: Basic) -> list[Any]:
    """``[kind, part, ...]``: "q" with numerator and denominator as text, "s" with a name, else parts.

    Raises Unsaid for what has no such form (sums over an index, integrals, undefined functions).
    """
    if expr in (true, false):
        return ["true" if expr == true else "false"]
    if isinstance(expr, Rational):
        return ["q", str(expr.p), str(expr.q)]
    if isinstance(expr, Symbol):
        return ["s", expr.name]
    if expr == pi:
        return ["pi"]
    kind = RELATIONS.get(type(expr)) or OPERATIONS.get(type(expr))
    if kind is None:
        raise Unsaid(f"{expr}: {type(expr).__name__} has no form here")
    return [kind, *map(tree, expr.args)]


__all__ = ["Unsaid", "tree"]
