"""Does a cell's code ask for what comes otherwise each time: variables of the environment, a script's words,
the hour, chance of the machine's own (``otherwise``)?  As far as that can be told before it runs.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CodeType, FunctionType, ModuleType
from typing import Any

from sim.sweeps import otherwise
from sim.sweeps.otherwise import ASKS
from sim.sweeps.said import codes

_UNKNOWN, _SELF = object(), object()
_CALLS = ("PRECALL", "CALL", "CALL_KW")  # the first until Python 3.11, the last from 3.13 on


def asked(function: FunctionType, *, method: bool = False) -> tuple[str, bool] | None:
    """The name by which a function's code asks, and whether it is surely that which comes otherwise.

    None where nothing is asked.  An attribute called ``environ`` is nothing where its object is known and
    holds something else: a global, or of a method's own object, whose class is looked at elsewhere.  Of a
    local variable, or of what a call gives back, that cannot be told.  A stream that all share may be drawn
    from once the code has seeded it.
    """
    reading = _Reading(function.__globals__, _own(function.__code__) if method else None)
    doubtful = None
    for code in codes(function.__code__):
        for found in reading.of(code):
            if found[1]:
                return found
            doubtful = found
    return doubtful


def comes_otherwise(value: Any, *, alone: bool = False) -> bool:
    """Whether a function, wherever it is held, gives another value each time; alone: it is given nothing."""
    if not callable(value):
        return False
    return id(value) in otherwise.each_time() or (
        alone and (id(value) in otherwise.needs() or id(value) in otherwise.shared())
    )


def shared(value: Any) -> bool:
    """Whether a function draws from a stream that all share, or seeds it."""
    return id(value) in otherwise.shared()


@dataclass
class _Reading:
    """What is known of names as code is read from its beginning.  own: the name of a method's own object."""

    known: dict[str, Any]
    own: str | None
    local: dict[str, Any] = field(default_factory=dict)
    sown: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.each_time, self.needs = otherwise.each_time(), otherwise.needs()
        self.shared = otherwise.shared()

    def of(self, code: CodeType) -> Iterator[tuple[str, bool]]:
        """By which names code asks, and whether surely."""
        steps = list(_steps(code))
        top: Any = _UNKNOWN  # the object that was loaded last
        origin: Any = _UNKNOWN  # the module that is imported from
        # How many calls of `getattr` lack their text; whether one has it by now.
        by_text, found = 0, False
        for k, step in enumerate(steps):
            if step.opname == "PUSH_NULL":
                continue
            name, unsure = step.argval, False
            if found and step.opname in (*_CALLS, "LOAD_CONST"):
                found = step.opname in ("PRECALL", "LOAD_CONST")
                continue  # what `getattr` gives back
            by_text += name == "getattr" and step.opname == "LOAD_GLOBAL" and name not in self.known
            found = False
            top = _UNKNOWN if step.is_jump_target else top
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                unsure, top = (
                    name in ASKS and name not in self.known,
                    self.known.get(name, _UNKNOWN),
                )
            elif step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
                top, held = _attribute(top, name), top
                unsure = name in ASKS and top is _UNKNOWN and held is not _SELF
            elif step.opname == "IMPORT_NAME":
                top = origin = _imported(steps, k)
                self._imports()
            elif step.opname == "IMPORT_FROM":
                top = _attribute(origin, name)
                unsure = name in ASKS and top is _UNKNOWN
            elif stored := _stored(step):
                self._store(stored[0], top)
                top = self._value(step)
            elif by_text and step.opname == "LOAD_CONST" and isinstance(name, str):
                top, by_text, found = _attribute(top, name), by_text - 1, True
            else:
                unsure = name in ASKS and step.opname.startswith("LOAD_SUPER")
                top = self._value(step)
            if id(top) in self.needs:
                _, place, word = self.needs[id(top)]
                if _lacks(steps[k + 1 :], code.co_consts, place, word):
                    yield f"{getattr(top, '__name__', name)}() without a {word or 'time'}", True
            if self._tells(top):
                yield str(name), True
            elif unsure:
                yield str(name), False

    def _imports(self) -> None:
        """An import may bring what the lists name."""
        self.each_time, self.needs = otherwise.each_time(), otherwise.needs()

    def _store(self, name: str, value: Any) -> None:
        """A name that holds something known once may hold it wherever it is read."""
        if value is not _UNKNOWN and value is not _SELF:
            self.local[name] = value

    def _value(self, step: dis.Instruction) -> Any:
        """The local variable that an instruction loads last; newer Pythons load two by one."""
        name = _loaded(step)
        return (
            _SELF if self.own is not None and name == self.own else self.local.get(name, _UNKNOWN)
        )

    def _tells(self, thing: Any) -> bool:
        """Whether a thing gives another value each time, or draws from a stream that was not seeded so far."""
        _, stream, sows = self.shared.get(id(thing), (None, "", False))
        self.sown |= {stream} if sows else set()
        return id(thing) in self.each_time or bool(stream and stream not in self.sown)


def _imported(steps: list[dis.Instruction], k: int) -> Any:
    """What an import puts on the stack: the module, or the package at the top where no names are taken."""
    level, names = (x.argval for x in steps[k - 2 : k])
    name = str(steps[k].argval)
    found = None if level else otherwise.module(name if names else name.partition(".")[0])
    return _UNKNOWN if found is None else found


def _lacks(rest: list[dis.Instruction], consts: tuple[Any, ...], place: int, word: str) -> bool:
    """Whether the call of what was just loaded surely lacks an argument, or gives None for it.

    rest: the steps after it.  consts: of their code.
    """
    made: list[dis.Instruction] = []  # by depth, what put the value there
    names: tuple[str, ...] = ()
    for step in rest:
        if step.opname == "PUSH_NULL" and not made:
            continue
        if step.opname == "KW_NAMES":
            names = consts[step.arg or 0]  # which no Python 3.11 tells itself
            continue
        if step.opname == "CALL_KW" and len(made) - 1 == step.arg:
            names = made.pop().argval
        if step.opname in _CALLS and len(made) == step.arg:
            given = len(made) - len(names)
            at = place if place < given else given + names.index(word) if word in names else None
            return at is None or (made[at].opname == "LOAD_CONST" and made[at].argval is None)
        if step.is_jump_target or step.opcode in (*dis.hasjrel, *dis.hasjabs):
            return False
        depth = len(made) + dis.stack_effect(step.opcode, step.arg)
        if depth < 0 or step.opname == "CALL_FUNCTION_EX":
            return False
        kept = made[: max(depth - 1, 0)]
        made = [*kept, *[step] * (depth - len(kept))]
    return False


def _steps(code: CodeType) -> Iterator[dis.Instruction]:
    return (x for x in dis.get_instructions(code) if x.opname != "EXTENDED_ARG")


def _attribute(held: Any, name: str) -> Any:
    """An attribute of a known object, without running anything of its own."""
    if isinstance(held, ModuleType):
        return vars(held).get(name, _UNKNOWN)
    if held is _UNKNOWN or held is _SELF:
        return _UNKNOWN
    return inspect.getattr_static(held, name, _UNKNOWN)


def _own(code: CodeType) -> str | None:
    """The name of a method's own object, where it names nothing else in it."""
    if not code.co_argcount:
        return None
    name = code.co_varnames[0]
    inner = list(codes(code))[1:]
    again = any(name in x.co_varnames for x in inner)
    return (
        None
        if again or any(name in _stored(y) for x in [code, *inner] for y in _steps(x))
        else name
    )


def _loaded(step: dis.Instruction) -> Any:
    """The local variable that an instruction loads last; newer Pythons load two by one."""
    if not ("LOAD_FAST" in step.opname or step.opname.startswith("LOAD_DEREF")):
        return None
    return step.argval[-1] if isinstance(step.argval, tuple) else step.argval


def _stored(step: dis.Instruction) -> tuple[Any, ...]:
    """The local variables that an instruction sets or deletes."""
    if not step.opname.startswith(("STORE_FAST", "STORE_DEREF", "DELETE_FAST", "DELETE_DEREF")):
        return ()
    names = step.argval if isinstance(step.argval, tuple) else (step.argval,)
    return names[:1] if "LOAD" in step.opname else names


__all__ = ["ASKS", "asked", "comes_otherwise", "shared"]
