"""What a cell function computes, as a hash: its source, and whatever else of ours it reads.

A name is no identity: every script has a ``__main__``, and a function that is edited keeps its name.
Hashed are the source (without comments, layout and docstrings), defaults, the closure, and each global
that the code names: functions and classes by their source in turn, modules of one's own by their files,
data by value.  Installed packages and the standard library are known by their names.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import inspect
import pickle
import sys
import sysconfig
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

LENGTH = 16  # hexadecimal digits
_INSTALLED = tuple(
    str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "purelib", "platlib")
)


class NotComparable(TypeError):
    """A function reads something that cannot be told from another thing of its name."""


def fingerprint(function: Callable[..., Any]) -> str:
    """Hash of what ``function`` computes, as far as it can be read off: 16 hexadecimal digits.

    Raises NotComparable, naming what, where its source cannot be read or where it uses a global or a
    default that has no value to compare (an open file, a lock).
    """
    text = "\n".join(_function(function, set()))
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def _function(function: Any, seen: set[int]) -> Iterator[str]:
    if id(function) in seen:
        return
    seen.add(id(function))
    yield f"def {_source(function)}"
    if not isinstance(function, FunctionType):
        return
    yield from _value("defaults", (function.__defaults__, function.__kwdefaults__), seen)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield from _value(name, cell.cell_contents, seen)
    for name in sorted(_names(function.__code__)):
        if name in function.__globals__:
            yield from _value(name, function.__globals__[name], seen)
        elif not hasattr(builtins, name):
            yield f"{name}: an attribute, or nothing yet"


def _names(code: CodeType) -> set[str]:
    inner = (x for x in code.co_consts if isinstance(x, CodeType))
    return set(code.co_names).union(*map(_names, inner))


def _source(thing: Any) -> str:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(thing)))
    except (OSError, TypeError, SyntaxError) as error:
        raise NotComparable(
            f"{thing!r}: its source cannot be read ({error}); define it in a file"
        ) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and len(node.body) > 1:
            first = node.body[0].value if isinstance(node.body[0], ast.Expr) else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                del node.body[0]  # the docstring
    return ast.unparse(tree)


def _value(name: str, value: Any, seen: set[int]) -> Iterator[str]:
    yield f"{name}:"
    if isinstance(value, ModuleType):
        yield _module(value)
    elif isinstance(value, BuiltinFunctionType):
        yield f"{value.__module__}.{value.__qualname__}"
    elif isinstance(value, FunctionType | type):
        module = sys.modules.get(value.__module__)
        if value.__module__ == "builtins" or (module and not _ours(module)):
            yield f"{value.__module__}.{value.__qualname__}"
        else:
            yield from _function(value, seen)
    elif hasattr(value, "__wrapped__") and callable(value):
        yield from _value(name, value.__wrapped__, seen)
    else:
        yield _data(name, value)


def _data(name: str, value: Any) -> str:
    if isinstance(value, set | frozenset):
        return f"{type(value).__name__} {sorted(map(repr, value))}"
    if isinstance(value, dict | list | tuple | str | bytes | int | float | complex | None):
        return repr(value) if not _nested(value) else _pickled(name, value)
    return _pickled(name, value)


def _nested(value: Any) -> bool:
    """Whether a container holds anything whose repr may hide its value."""
    if isinstance(value, dict):
        return any(map(_nested, [*value, *value.values()]))
    if isinstance(value, list | tuple):
        return any(map(_nested, value))
    return not isinstance(value, str | bytes | int | float | complex | None)


def _pickled(name: str, value: Any) -> str:
    try:
        return hashlib.sha256(pickle.dumps(value, protocol=4)).hexdigest()
    except Exception as error:  # noqa: BLE001 - any object's own refusal to be pickled
        raise NotComparable(
            f"{name}={value!r}: a cell uses it, and it has no value to compare ({error}); make it a "
            "setting, or make it inside the cell"
        ) from None


def _ours(module: ModuleType) -> bool:
    """Whether a module is neither installed nor of the standard library."""
    file = getattr(module, "__file__", None)
    if file is None:
        return module.__name__ == "__main__"
    return not str(Path(file).resolve()).startswith(_INSTALLED)


def _module(module: ModuleType) -> str:
    if not _ours(module) or module.__name__.partition(".")[0] == __name__.partition(".")[0]:
        return module.__name__
    file = Path(module.__file__ or "")
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else module.__name__
