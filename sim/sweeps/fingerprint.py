"""What a cell function computes, as a hash: its source, and whatever else of ours it reads.

A name is no identity: every script has a ``__main__``, and a function that is edited keeps its name.
Hashed are the source (without comments, layout and docstrings), defaults, the closure, and each global
that the code names: functions and classes by their source in turn, with base classes and what methods name;
modules of one's own, also those that are imported inside a function, by their files and what these import;
objects by their class and state, containers and partial functions by what they hold.  Installed packages and
the standard library are known by their names.  What is looked up by a text at run time is refused,
and so is what asks for variables of the environment.
"""

from __future__ import annotations

import ast
import builtins
import dis
import hashlib
import importlib
import importlib.util
import inspect
import pickle
import sys
import sysconfig
import textwrap
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from pathlib import Path
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any

from sim.sweeps.environment import asked

LENGTH = 16  # hexadecimal digits
LOOKS_UP = frozenset(("__import__", "eval", "exec", "globals", "compile"))
# What finds by a text, or holds, anything at all: an attribute of something.
FINDS = frozenset((
    "__globals__", "__subclasses__", "f_globals", "import_module", "module_from_spec", "resolve_name",
    "run_module", "run_path",
))  # fmt: skip
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


def _function(function: Any, seen: set[int], *, method: bool = False) -> Iterator[str]:
    if id(function) in seen:
        return
    seen.add(id(function))
    yield f"def {_source(function)}"
    if isinstance(function, type):
        yield from _class(function, seen)
    if not isinstance(function, FunctionType):
        return
    # One by one, here and below: `seen` knows things by their addresses, and a list made for it is freed.
    for one in (function.__defaults__, function.__kwdefaults__):
        yield from _value("defaults", one, seen)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield from _value(name, _content(name, cell), seen)
    known = function.__globals__
    names = _names(function.__code__)
    if not _engine(function) and (found := asked(function, method=method)) is not None:
        raise _by_environment(function, *found)
    held = "sys" in names or any(x is sys for x in known.values())  # by whatever name
    for name in sorted(names):
        modules = known.get(name) is sys.modules or (name == "modules" and held)
        if not _engine(function) and (name in FINDS or modules):
            raise _by_text(function, name)
        if name in known:
            yield from _value(name, known[name], seen)
        elif not hasattr(builtins, name):
            yield f"{name}: an attribute, or nothing yet"
        elif name in LOOKS_UP and not _engine(function):
            raise _by_text(function, name)
    if not _engine(function):
        for name in sorted(_imported(function.__code__, known)):
            yield from _own_module(name, seen)


def _by_environment(function: FunctionType, name: str, sure: bool) -> NotComparable:
    if sure:
        return NotComparable(
            f"{function.__qualname__} asks for {name}: its numbers would stay when the environment is "
            "another; make it a setting"
        )
    return NotComparable(
        f"{function.__qualname__} asks for an attribute called {name}, and of what is known only as it runs: "
        "were it the environment's, its numbers would stay when that is another; make it a setting, or give "
        "what is your own another name"
    )


def _by_text(function: FunctionType, name: str) -> NotComparable:
    return NotComparable(
        f"{function.__qualname__} calls {name}: what it means is known only as it runs; name it, or "
        "make it a setting"
    )


def _names(code: CodeType) -> set[str]:
    inner = (x for x in code.co_consts if isinstance(x, CodeType))
    return set(code.co_names).union(*map(_names, inner))


def _content(name: str, cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        raise NotComparable(f"{name}: a cell uses it before it has a value") from None


def _class(kind: type, seen: set[int]) -> Iterator[str]:
    """What a class of one's own is made of beside its source: base classes, and what its methods name."""
    if _engine(kind):
        return
    for base in kind.__bases__:
        yield from _value(f"{kind.__qualname__} of", base, seen)
    for name, value in sorted(vars(kind).items()):
        method = not isinstance(
            value, staticmethod
        )  # the first argument is the object, or its class
        value = getattr(value, "__func__", value)
        if _tells(name, value):
            yield from _value(name, value, seen)
        for one in (getattr(value, x, None) for x in ("fget", "fset", "func")):
            if isinstance(one, FunctionType):
                yield from _value(name, one, seen, method=True)
        if isinstance(value, FunctionType):
            if value.__code__.co_filename == "<string>":
                continue  # made from the class's source, as a dataclass makes its own
            yield from _value(name, value, seen, method=method)


def _tells(name: str, value: Any) -> bool:
    """Whether what stands in a class is a value: no function, and nothing that Python puts there itself."""
    if name[:2] == "__" or name == "_abc_impl":
        return False
    return not isinstance(
        value,
        FunctionType | property | cached_property | MemberDescriptorType | GetSetDescriptorType,
    )


def _imported(code: CodeType, known: dict[str, Any]) -> Iterator[str]:
    """The modules that a function imports as it runs, by absolute name."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _imported(inner, known)
    level: Any = 0
    values: list[Any] = []
    for step in dis.get_instructions(code):
        if step.opname == "IMPORT_NAME":
            level, names = values[-2], values[-1] or ()
            above = known.get("__package__") or ""
            name = (
                importlib.util.resolve_name("." * level + step.argval, above)
                if level
                else step.argval
            )
            yield name
            yield from (f"{name}.{x}" for x in names)
        elif step.opname.startswith("LOAD_CONST") or step.opname == "LOAD_SMALL_INT":
            values.append(step.argval)


def _source(thing: Any) -> str:
    try:
        # By its code: of what a decorator made, the source is otherwise that of what was decorated.
        said = thing.__code__ if isinstance(thing, FunctionType) else thing
        tree = ast.parse(textwrap.dedent(inspect.getsource(said)))
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


def _value(name: str, value: Any, seen: set[int], *, method: bool = False) -> Iterator[str]:
    """What a name stands for.  method: a function of a class, whose first argument is its object."""
    yield f"{name}:"
    if isinstance(value, ModuleType):
        yield _module(value)
        if not _installed(value):
            yield from _own_imports(value, seen)
    elif isinstance(value, BuiltinFunctionType):
        yield f"{value.__module__}.{value.__qualname__}"
    elif isinstance(value, FunctionType | type):
        module = sys.modules.get(value.__module__)
        if value.__module__ == "builtins" or (module and not _ours(module)):
            yield f"{value.__module__}.{value.__qualname__}"
        else:
            yield from _function(value, seen, method=method)
    elif hasattr(value, "__wrapped__") and callable(value):
        yield from _value(name, value.__wrapped__, seen)
        module = sys.modules.get(type(value).__module__)
        if module is not None and _ours(module):  # what wraps it is a class of one's own
            yield from _object(name, value, seen)
    elif isinstance(value, partial):
        for one in (value.func, value.args, value.keywords):
            yield from _value(name, one, seen)
    elif isinstance(value, MethodType):
        yield from _value(name, value.__func__, seen)
        yield from _value(name, value.__self__, seen)
    elif type(value) in (dict, list, tuple) and _nested(value):
        yield from _held(name, value, seen)
    else:
        yield from _object(name, value, seen)


def _held(name: str, value: Any, seen: set[int]) -> Iterator[str]:
    """What a container holds, in its order."""
    if id(value) in seen:
        return
    seen.add(id(value))
    yield type(value).__name__
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in pairs:
        yield from _value(f"{name}[{key!r}]", one, seen)


def _object(name: str, value: Any, seen: set[int]) -> Iterator[str]:
    """Data by value; an object of one's own by its class as well."""
    kind = type(value)
    module = sys.modules.get(kind.__module__)
    if module is None or not _ours(module) or _engine(kind):
        yield _data(name, value)
        return
    if id(value) in seen:
        return
    seen.add(id(value))
    yield from _value(kind.__qualname__, kind, seen)
    state = getattr(value, "__dict__", None)
    slots = [x for base in kind.__mro__ for x in _slots(base) if hasattr(value, x)]
    if state is None and not slots:
        yield _data(name, value)
        return
    held = {**(state or {}), **{x: getattr(value, x) for x in slots}}
    for key, one in sorted(held.items()):
        yield from _value(f"{name}.{key}", one, seen)


def _slots(kind: type) -> tuple[str, ...]:
    named = vars(kind).get("__slots__", ())
    return (named,) if isinstance(named, str) else tuple(x for x in named if x[:2] != "__")


def _engine(thing: Any) -> bool:
    """Whether a function or a class is the simulator's, whose numbers ``ENGINE_VERSION`` names."""
    return str(thing.__module__).partition(".")[0] == __name__.partition(".")[0]


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


def _installed(module: ModuleType) -> bool:
    return not _ours(module) or module.__name__.partition(".")[0] == __name__.partition(".")[0]


def _module(module: ModuleType) -> str:
    if _installed(module):
        return module.__name__
    file = Path(module.__file__ or "")
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else module.__name__


def _own_module(name: str, seen: set[int]) -> Iterator[str]:
    """A module that is imported somewhere, by its file, where it is one's own; nothing where it is none."""
    if name.partition(".")[0] in sys.stdlib_module_names:
        return
    try:
        if name not in sys.modules and importlib.util.find_spec(name) is None:
            return
        module = importlib.import_module(name)
    except (ImportError, ValueError):
        return  # a name in a module; or what is not installed, which the code must bear
    yield from _value(name, module, seen)


def _own_imports(module: ModuleType, seen: set[int]) -> Iterator[str]:
    """What a module of one's own imports in turn."""
    if id(module) in seen or not (module.__file__ or "").endswith(".py"):
        return
    seen.add(id(module))
    names = set[str]()
    for node in ast.walk(ast.parse(Path(module.__file__ or "").read_bytes())):
        if isinstance(node, ast.Import):
            names |= {x.name for x in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = "." * node.level + (node.module or "")
            found = (
                importlib.util.resolve_name(above, module.__package__ or "")
                if node.level
                else above
            )
            names |= {found, *(f"{found}.{x.name}" for x in node.names)}
    for name in sorted(names):
        yield from _own_module(name, seen)
