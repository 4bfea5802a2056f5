"""What a cell function computes, as a hash: its source, and whatever else of ours it reads.

A name is no identity: every script has a ``__main__``, and a function that is edited keeps its name.
Hashed are the source (without comments, layout and docstrings), defaults, the closure, attributes, and each
global that the code names: functions and classes by their source in turn, with base classes, metaclass and what
methods name; modules of one's own, also those that are imported inside a function, by their files, by what
these import, and by the values there that the code names; objects by their class and state, containers by
what they hold.  Installed packages and the standard library are known by their names, with what was put into
them and, of some, the precision that is set or the version of their numbers.  What is looked up by a text at
run time is refused, and so is what asks for variables of the environment, or for its own source.
"""

from __future__ import annotations

import builtins
import hashlib
import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from types import (
    BuiltinFunctionType,
    FunctionType,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
    NoneType,
)
from typing import Any

from sim.sweeps.around import around
from sim.sweeps.environment import asked, comes_otherwise, shared
from sim.sweeps.generated import generated, in_fields, written
from sim.sweeps.hashing import hashing, is_texts
from sim.sweeps.own import by_file, engine, imported, imports, installed, is_own, ours
from sim.sweeps.pickled import PLAIN, ordered, plain, put_by_value
from sim.sweeps.said import NotComparable, as_written, codes

LENGTH = 16  # hexadecimal digits
# A word to SQLite, first or after another, that has it read one more base; around it may stand spaces, ends of
# lines, comments.
_BLANK = r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?(?:\*/|$))"
ATTACHES = re.compile(
    rf"(?:\A|;){_BLANK}*attach(?:{_BLANK}|['\"\[`?:@$(])", re.DOTALL | re.IGNORECASE
)
LOOKS_UP = frozenset(("__import__", "eval", "exec", "globals", "compile"))
# What finds by a text, or holds, anything at all: an attribute of something.
FINDS = frozenset((
    "__globals__", "__subclasses__", "f_globals", "import_module", "module_from_spec", "resolve_name",
    "locate", "run_module", "run_path", "safeimport",
))  # fmt: skip
# What reads of a source what is not hashed: comments, docstrings, on which line something stands.
READS_ITSELF = frozenset((
    "__doc__", "co_firstlineno", "f_lineno", "getcomments", "getdoc", "getsource", "getsourcelines",
    "tb_lineno",
))  # fmt: skip
# What a package's numbers hang on, and is set once for all of them; of the simulator, which numbers it gives.
PRECISIONS: dict[str, Callable[[Any], Any]] = {
    "decimal": lambda module: [
        getattr(module.getcontext(), name) for name in ("prec", "rounding", "Emin", "Emax", "clamp")
    ],
    "flint": lambda module: module.ctx.prec,
    "mpmath": lambda module: (module.mp.prec, module.iv.prec),
    "sim": lambda module: module.ENGINE_VERSION,
}


class _Seen(dict[tuple[int, str], tuple[int, Any]]):
    """What was told already, by its address, with its number; kept alive, so that no other gets the address.

    functions: those of one's own.  sets: what holds a set of texts, by the name under which it was found.
    """

    def __init__(self, told: Any = ()) -> None:
        super().__init__(told)
        self.functions = list[FunctionType]()
        self.sets = list[str]()

    def again(self, thing: Any, how: str = "") -> int | None:
        """The number of a thing that was told before; None for a new one, which gets one."""
        if (id(thing), how) in self:
            return self[id(thing), how][0]
        self[id(thing), how] = (len(self), thing)
        return None


def fingerprint(function: Callable[..., Any]) -> str:
    """Hash of what ``function`` computes, as far as it can be read off: 16 hexadecimal digits.

    Raises NotComparable, naming what, where its source cannot be read or was edited since it was loaded, or
    where it uses a global or a default that has no value to compare (an open file, a lock).
    """
    plainly = isinstance(function, FunctionType | type)
    seen = _Seen()
    told = _function(function, seen) if plainly else _value("cell", function, seen)
    text = "\n".join((*told, *hashing(seen.functions, seen.sets), *around()))
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def _function(function: Any, seen: _Seen, *, method: bool = False) -> Iterator[str]:
    if (number := seen.again(function)) is not None:
        yield f"number {number}"
        return
    own = not isinstance(function, FunctionType) or is_own(function)
    yield f"def {written(function)}" if own else f"def {_foreign(function)}"
    if isinstance(function, type):
        yield from _class(function, seen)
    if not isinstance(function, FunctionType):
        return
    for one in (function.__defaults__, function.__kwdefaults__):
        yield from _value("defaults", one, seen)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield from _value(name, _content(name, cell), seen)
    for name, one in sorted(vars(function).items()):
        yield from _value(f".{name}", one, seen)
    if own:
        yield from _named(function, seen, method=method)


def _foreign(function: FunctionType) -> str:
    return f"{function.__globals__.get('__name__')}.{function.__code__.co_qualname}"


def _named(function: FunctionType, seen: _Seen, *, method: bool) -> Iterator[str]:
    """What the code of a function of one's own names."""
    known = function.__globals__
    code = as_written(function.__code__)
    names = frozenset(name for x in codes(code) for name in x.co_names)
    if not engine(function) and (found := asked(function, method=method)) is not None:
        raise _by_environment(function.__qualname__, *found)
    words = [x for one in codes(code) for x in one.co_consts if isinstance(x, str)]
    if not engine(function) and any(map(ATTACHES.search, words)):
        raise NotComparable(
            f"{function.__qualname__} has SQLite attach a base, of which nobody is told: connect to it"
        )
    if not engine(function):
        seen.functions.append(function)
    held = "sys" in names or any(x is sys for x in known.values())  # by whatever name
    for name in sorted(names):
        modules = known.get(name) is sys.modules or (name == "modules" and held)
        if not engine(function) and (name in FINDS or modules):
            raise _by_text(function, name)
        itself = name in READS_ITSELF and (name not in known or name == "__doc__")
        if not engine(function) and itself:
            raise _by_source(function, name)
        if name == "__name__":
            # A script is called otherwise in its worker processes.
            yield f"{name}: {str(known.get(name)).replace('__mp_main__', '__main__')}"
        elif name in known:
            yield from _value(name, known[name], seen, names=names)
        elif not hasattr(builtins, name):
            yield f"{name}: an attribute, or nothing yet"
        elif name in LOOKS_UP and not engine(function):
            raise _by_text(function, name)
        elif _planted(getattr(builtins, name)):
            yield from _value(name, getattr(builtins, name), seen, names=names)
    if not engine(function):
        for name in sorted(imported(code, known)):
            yield from _own_module(name, seen, names)


def _by_environment(asks: str, name: str, sure: bool) -> NotComparable:
    if sure:
        return NotComparable(
            f"{asks} asks for {name}: its numbers would stay when the environment, the hour "
            "or the machine's chance is another; make it a setting, or draw from the seed"
        )
    return NotComparable(
        f"{asks} asks for an attribute called {name}, and of what is known only as it runs: "
        "were it the environment's, its numbers would stay when that is another; make it a setting, or give "
        "what is your own another name"
    )


def _by_text(function: FunctionType, name: str) -> NotComparable:
    return NotComparable(
        f"{function.__qualname__} calls {name}: what it means is known only as it runs; name it, or "
        "make it a setting"
    )


def _by_source(function: FunctionType, name: str) -> NotComparable:
    return NotComparable(
        f"{function.__qualname__} asks for {name}: comments, docstrings and the lines on which something "
        "stands count for nothing, so that its numbers would stay when these are others; make it a setting"
    )


def _content(name: str, cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        raise NotComparable(f"{name}: a cell uses it before it has a value") from None


def _class(kind: type, seen: _Seen) -> Iterator[str]:
    """What a class of one's own is made of beside its source: base classes, and what its methods name."""
    if engine(kind):
        return
    for base in (*kind.__bases__, type(kind)):
        yield from _value(f"{kind.__qualname__} of", base, seen)
    for name, value in in_fields(kind):
        yield from _value(name, value, seen)
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
            if generated(value):
                continue
            yield from _value(name, value, seen, method=method)


def _tells(name: str, value: Any) -> bool:
    """Whether what stands in a class is a value: no function, and nothing that Python puts there itself."""
    if name == "_abc_impl" or (name[:2] == "__" and not hasattr(type(value), "__get__")):
        return False
    return not isinstance(
        value,
        FunctionType
        | property
        | cached_property
        | MemberDescriptorType
        | GetSetDescriptorType
        | BuiltinFunctionType,
    )


def _value(
    name: str, value: Any, seen: _Seen, *, method: bool = False, names: frozenset[str] = frozenset()
) -> Iterator[str]:
    """What a name stands for.

    method: a function of a class, whose first argument is its object.  names: what else the code names that
    names it, of a module therefore.
    """
    yield f"{name}:"
    if comes_otherwise(value, alone=name.endswith(".default_factory")):
        raise _by_environment(
            f"what is called {name}", str(getattr(value, "__name__", value)), True
        )
    if isinstance(value, ModuleType):
        yield by_file(value)
        yield from _precision(value.__name__)
        yield from _own_imports(value, seen)
        yield from _in_module(value, seen, names)
    elif isinstance(value, BuiltinFunctionType | MethodType) and shared(value):
        yield f"{value.__module__}.{value.__qualname__}"  # the stream's state is seeded as the cell runs
    elif isinstance(value, BuiltinFunctionType):
        yield f"{value.__module__}.{value.__qualname__}"
        yield from _precision(str(value.__module__))
        if not isinstance(value.__self__, ModuleType | NoneType):  # of an object: `table.get`
            yield from _value(f"{name}.__self__", value.__self__, seen)
    elif isinstance(value, MethodType):
        yield from _value(name, value.__func__, seen, method=True)
        yield from _value(name, value.__self__, seen)
    elif isinstance(value, classmethod | staticmethod):
        yield from _value(name, value.__func__, seen)
    elif isinstance(value, FunctionType):
        if is_own(value) or value.__closure__ or vars(value):
            yield from _function(value, seen, method=method)
        else:
            yield _foreign(value)
        yield from _precision(str(value.__module__))
    elif isinstance(value, type):
        if is_own(value):
            yield from _function(value, seen, method=method)
        else:
            yield f"{value.__module__}.{value.__qualname__}"
            yield from _precision(value.__module__)
    elif hasattr(value, "__wrapped__") and callable(value):
        yield from _value(name, value.__wrapped__, seen)
        for key, one in sorted(getattr(value, "__dict__", {}).items()):
            yield from _value(f"{name}.{key}", one, seen)
        if is_own(type(value)):  # what wraps it is a class of one's own
            yield from _object(name, value, seen)
    elif isinstance(value, partial):
        for one in (value.func, value.args, value.keywords):
            yield from _value(name, one, seen)
    elif type(value) in (dict, list, tuple, MappingProxyType) and not plain(value):
        yield from _held(name, value, seen)
    else:
        yield from _object(name, value, seen)


def _held(name: str, value: Any, seen: _Seen) -> Iterator[str]:
    """What a container holds, in its order."""
    if (number := seen.again(value)) is not None:
        yield f"number {number}"
        return
    yield type(value).__name__
    pairs = value.items() if isinstance(value, dict | MappingProxyType) else enumerate(value)
    for key, one in pairs:
        yield from _value(f"{name}[{key!r}]", one, seen)


def _object(name: str, value: Any, seen: _Seen) -> Iterator[str]:
    """Data by value; an object of one's own by its class as well."""
    kind = type(value)
    yield from _precision(kind.__module__)
    if not is_own(kind) or engine(kind):
        yield from _data(name, value, seen)
        return
    if (number := seen.again(value)) is not None:
        yield f"number {number}"
        return
    yield from _value(kind.__qualname__, kind, seen)
    state = getattr(value, "__dict__", None)
    slots = [x for base in kind.__mro__ for x in _slots(base) if hasattr(value, x)]
    held = {**(state or {}), **{x: getattr(value, x) for x in slots}}
    for key, one in sorted(held.items()):
        yield from _value(f"{name}.{key}", one, seen)
    if (state is None and not slots) or not all(is_own(x) or _bare(x) for x in kind.__mro__):
        yield from _data(name, value, seen)


def _bare(kind: type) -> bool:
    """Whether a class that is not one's own holds nothing but attributes: what it says is Python."""
    return kind is object or kind.__module__ in ("abc", "contextlib", "enum", "typing")


def _slots(kind: type) -> tuple[str, ...]:
    named = vars(kind).get("__slots__", ())
    return (named,) if isinstance(named, str) else tuple(x for x in named if x[:2] != "__")


def _data(name: str, value: Any, seen: _Seen) -> Iterator[str]:
    if is_texts(value):
        seen.sets.append(name)
    if (shown := ordered(value)) is not None:
        yield shown
    elif isinstance(value, set | frozenset):
        yield from _items(name, value, seen)
    else:
        said, own = put_by_value(name, value)
        yield said
        for one in own:  # what of one's own lies in it
            yield from _value(name, one, seen)


def _items(name: str, value: set[Any] | frozenset[Any], seen: _Seen) -> Iterator[str]:
    """What a set holds, in no order of its own: that of texts is another one in each process."""
    if (number := seen.again(value, "items")) is not None:
        yield f"number {number}"
        return
    yield type(value).__name__
    for one in sorted(value, key=lambda x: "\n".join(_value(name, x, _Seen(seen)))):
        yield from _value(name, one, seen)


def _planted(value: Any) -> bool:
    """Whether what stands in an installed module, or among the builtins, was put there from elsewhere, or may
    have been: a function, a class or an object of one's own, a plain value."""
    if isinstance(value, FunctionType | type):
        return is_own(value)
    return type(value) in PLAIN or is_own(type(value))


def _precision(name: str) -> Iterator[str]:
    """What is set in a package, where its numbers hang on that."""
    top = name.partition(".")[0].removeprefix("_")
    if top in PRECISIONS and top in sys.modules:
        yield f"{top} at {PRECISIONS[top](sys.modules[top])}"


def _in_module(module: ModuleType, seen: _Seen, names: frozenset[str]) -> Iterator[str]:
    """The values in a module that the code names: whoever put them there."""
    if _engine_module(module) or seen.again(module, " ".join(sorted(names))) is not None:
        return
    known = vars(module)
    for name in sorted(names & known.keys()):
        if not installed(module) or _planted(known[name]):
            yield from _value(f"{module.__name__}.{name}", known[name], seen, names=names)
    if not installed(module) and "__getattr__" in known:
        yield from _value("__getattr__", known["__getattr__"], seen, names=names)


def _engine_module(module: ModuleType) -> bool:
    """Whether a module is the simulator's."""
    return installed(module) and ours(module)


def _own_module(name: str, seen: _Seen, names: frozenset[str]) -> Iterator[str]:
    """A module that is imported somewhere, where it is one's own; nothing where it is none."""
    if name.partition(".")[0] in sys.stdlib_module_names and name != "__main__":
        return
    try:
        if name not in sys.modules and importlib.util.find_spec(name) is None:
            return
        module = importlib.import_module(name)
    except (ImportError, ValueError):
        return  # a name in a module; or what is not installed, which the code must bear
    yield from _value(name, module, seen, names=names)


def _own_imports(module: ModuleType, seen: _Seen) -> Iterator[str]:
    """What a module of one's own imports in turn."""
    if installed(module) or seen.again(module) is not None:
        return
    for name in imports(module):
        yield from _own_module(name, seen, frozenset())
