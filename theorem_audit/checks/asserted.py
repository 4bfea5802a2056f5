"""``assert (condition, "message")``: a tuple that is not empty is true, whatever stands in it."""

from __future__ import annotations

import ast
import inspect
import linecache
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from theorem_audit.checks.over_nothing import codes


def tuple_asserted(function: Any) -> str:
    """What to say of an ``assert`` of a tuple in evidence, or in a function of its file that it names."""
    given = getattr(function, "hypothesis", None)
    function = inspect.unwrap(getattr(given, "inner_test", function))
    pending, seen = [function], set[CodeType]()
    while pending:
        one = pending.pop()
        if not isinstance(one, FunctionType) or one.__code__ in seen:
            continue
        seen.add(one.__code__)
        path = one.__code__.co_filename
        lines = [at for code in codes(one.__code__) for _, _, at in code.co_lines() if at]
        for line in _tuples(path):
            if lines and min(lines) <= line <= max(lines):
                return (
                    f"its assert in line {line} is of a tuple, which is true whatever stands in it"
                )
        names = {x for code in codes(one.__code__) for x in code.co_names}
        beside = (one.__globals__.get(x) for x in names)
        pending += [
            x for x in beside if isinstance(x, FunctionType) and x.__code__.co_filename == path
        ]
    return ""


@lru_cache(maxsize=64)
def _tuples(path: str) -> tuple[int, ...]:
    """The lines of a file in which a tuple that is not empty is asserted."""
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except SyntaxError:  # it is no longer what was run
        return ()
    found = (x for x in ast.walk(tree) if isinstance(x, ast.Assert))
    return tuple(x.lineno for x in found if isinstance(x.test, ast.Tuple) and x.test.elts)


__all__ = ["tuple_asserted"]
