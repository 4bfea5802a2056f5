"""The source of a function or a class, as it was when it was loaded."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any


class NotComparable(TypeError):
    """A function reads something that cannot be told from another thing of its name."""


def source(thing: Any) -> str:
    """The source without comments, layout and docstrings.

    Raises NotComparable where it cannot be read, or where the file says something else than what was loaded.
    """
    try:
        # By its code: of what a decorator made, the source is otherwise that of what was decorated.
        said = thing.__code__ if isinstance(thing, FunctionType) else thing
        tree = ast.parse(textwrap.dedent(inspect.getsource(said)))
        if isinstance(said, CodeType):
            _look_again(said)
    except NotComparable:
        raise
    except (OSError, TypeError, SyntaxError) as error:
        raise NotComparable(
            f"{thing!r}: its source cannot be read ({error}); define it in a file"
        ) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and len(node.body) > 1:
            first = node.body[0].value if isinstance(node.body[0], ast.Expr) else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                del node.body[0]  # the docstring
    text = ast.unparse(tree)
    if isinstance(said, CodeType) and said.co_name == "<lambda>":
        text += f"\n# the one at {_column(said)}"  # of several on a line
    return text


def _column(code: CodeType) -> int:
    return min(
        (at for line, _, at, _ in code.co_positions() if line == code.co_firstlineno and at),
        default=0,
    )


def _look_again(code: CodeType) -> None:
    """Raise NotComparable where the file no longer holds this code: it was edited since it was loaded."""
    found = _compiled(code)
    if _shape(code) in map(_shape, found) or (found and _rewritten(code)):
        return
    raise NotComparable(
        f"{code.co_qualname}: {code.co_filename} says something else than what was loaded from it; it was "
        "edited since: start again"
    )


def as_written(code: CodeType) -> CodeType:
    """The code of a function as its file has it: pytest writes the assertions of its modules anew."""
    return next(iter(_compiled(code)), code) if _rewritten(code) else code


def _compiled(code: CodeType) -> list[CodeType]:
    """What a file is compiled to where a function of that name begins on that line."""
    lines, _ = inspect.findsource(code)
    return _by_place("".join(lines), code.co_filename).get(
        (code.co_qualname, code.co_firstlineno), []
    )


def _rewritten(code: CodeType) -> bool:
    names = (name for x in codes(code) for name in (*x.co_names, *x.co_varnames))
    return any(name.startswith("@py") for name in names)


def codes(code: CodeType) -> Iterator[CodeType]:
    """The code of a function, and of all that stands in it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from codes(inner)


@lru_cache(maxsize=16)
def _by_place(text: str, name: str) -> dict[tuple[str, int], list[CodeType]]:
    """What each function of a text is compiled to, by its name and line."""
    found: dict[tuple[str, int], list[CodeType]] = {}
    for code in codes(compile(text, name, "exec", dont_inherit=True)):
        found.setdefault((code.co_qualname, code.co_firstlineno), []).append(code)
    return found


def _shape(code: CodeType) -> Any:
    consts = tuple(_shape(x) if isinstance(x, CodeType) else repr(x) for x in code.co_consts)
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, consts


__all__ = ["NotComparable", "as_written", "codes", "source"]
