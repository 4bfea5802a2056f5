"""``assert (condition, "message")``: a tuple that is not empty is true, whatever stands in it."""

from __future__ import annotations

import ast
import inspect
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from theorem_audit.checks.over_nothing import codes
from theorem_audit.checks.written import tree_of


def tuple_asserted(function: Any) -> str:
    """What to say of an ``assert`` of a tuple in evidence, or in a function of its file that it names."""
    given = getattr(function, "hypothesis", None)
    function = inspect.unwrap(getattr(given, "inner_test", function))
    path = function.__code__.co_filename if isinstance(function, FunctionType) else ""
    found = _tuples(path)
    pending, seen = [function] * bool(found), set[CodeType]()
    while pending:
        one = pending.pop()
        if one.__code__ in seen:
            continue
        seen.add(one.__code__)
        inside = [*codes(one.__code__)]
        lines = [at for code in inside for _, _, at in code.co_lines() if at]
        for line in found:
            if lines and min(lines) <= line <= max(lines):
                return (
                    f"its assert in line {line} is of a tuple, which is true whatever stands in it"
                )
        beside = (one.__globals__.get(x) for code in inside for x in code.co_names)
        pending += [
            x for x in beside if isinstance(x, FunctionType) and x.__code__.co_filename == path
        ]
    return ""


@lru_cache(maxsize=64)
def _tuples(path: str) -> tuple[int, ...]:
    """The lines of a file in which a tuple that is not empty is asserted."""
    tree = tree_of(path) if path else None
    found = (x for x in (ast.walk(tree) if tree else ()) if isinstance(x, ast.Assert))
    return tuple(x.lineno for x in found if isinstance(x.test, ast.Tuple) and x.test.elts)


__all__ = ["tuple_asserted"]
