"""What is one's own, and what is installed; and which modules a function or a module of one's own imports."""

from __future__ import annotations

import ast
import dis
import hashlib
import importlib.util
import sys
import sysconfig
import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from sim.sweeps.said import codes

_INSTALLED = tuple(
    Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib")
)
_CONSTANT = ("LOAD_CONST", "LOAD_SMALL_INT")  # the second from Python 3.14 on
_ENGINE = __name__.partition(".")[0]


_PACKAGE: dict[int, str] = {}  # of the cell that is told, by thread


@contextmanager
def of(thing: Any) -> Iterator[None]:
    """Let the package of a cell be one's own, wherever it lies: also where it was installed."""
    top = str(thing.__module__).partition(".")[0]
    apart = top == _ENGINE or top in sys.stdlib_module_names
    here = threading.get_ident()
    _PACKAGE[here] = "" if apart else top
    try:
        yield
    finally:
        del _PACKAGE[here]


def ours(module: ModuleType) -> bool:
    """Whether a module is neither installed, but of a cell's own package, nor of the standard library."""
    if module.__name__.partition(".")[0] == _PACKAGE.get(threading.get_ident()):
        return True
    file = getattr(module, "__file__", None)
    if file is None:
        return module.__name__ == "__main__"
    return not any(map(Path(file).resolve().is_relative_to, _INSTALLED))


def engine(thing: Any) -> bool:
    """Whether a function or a class is the simulator's, whose numbers ``ENGINE_VERSION`` names."""
    return str(thing.__module__).partition(".")[0] == _ENGINE


def installed(module: ModuleType) -> bool:
    """Whether a module is known by its name."""
    return not ours(module) or module.__name__.partition(".")[0] == _ENGINE


def is_own(thing: Any) -> bool:
    """Whether a function (by its code, whatever it says) or a class stands in a file of one's own."""
    if isinstance(thing, FunctionType):
        module = sys.modules.get(thing.__globals__.get("__name__", ""))
        return module is None or ours(module)
    if not isinstance(thing, type) or thing.__module__ == "builtins":
        return False
    module = sys.modules.get(thing.__module__)
    if module is types:  # whoever calls `types.new_class`, as `make_dataclass` does
        return getattr(types, thing.__qualname__, None) is not thing
    return module is None or ours(module)


def _file(module: ModuleType) -> Path:
    """A module's file; the ``__main__`` of a notebook has none."""
    return Path(getattr(module, "__file__", None) or "")


def by_file(module: ModuleType) -> str:
    """A module by what its file says; an installed one by its name."""
    if installed(module):
        return module.__name__
    file = _file(module)
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else module.__name__


def _absolute(name: str, above: str) -> str:
    """A module's name where a package imports it; empty where it has none: the import fails as it runs."""
    try:
        return importlib.util.resolve_name(name, above)
    except ImportError:
        return ""


def imported(code: CodeType, known: dict[str, Any]) -> Iterator[str]:
    """The modules that a function imports as it runs, by absolute name."""
    above = known.get("__package__") or ""
    for part in codes(code):
        values: list[Any] = []
        for step in dis.get_instructions(part):
            if step.opname == "IMPORT_NAME":
                level, names = values[-2:]
                if name := _absolute("." * level + step.argval, above):
                    yield name
                    yield from (f"{name}.{x}" for x in names or ())
            elif step.opname.startswith(_CONSTANT):
                values.append(step.argval)


def imports(module: ModuleType) -> list[str]:
    """The names of the modules that the file of one's own module imports, anywhere in it."""
    if (file := _file(module)).suffix != ".py":
        return []
    names = set[str]()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {x.name for x in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = "." * node.level + (node.module or "")
            if found := _absolute(above, module.__package__ or ""):
                names |= {found, *(f"{found}.{x.name}" for x in node.names)}
    return sorted(names)


__all__ = ["by_file", "engine", "imported", "imports", "installed", "is_own", "of", "ours"]
