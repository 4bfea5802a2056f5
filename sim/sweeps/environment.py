"""Does a cell's code ask for variables of the environment, for a script's words, for the hour, or for chance of
the machine's own?  As far as that can be told before it runs.
"""

from __future__ import annotations

import datetime
import dis
import inspect
import os
import random
import secrets
import sys
import time
import uuid
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from sim.sweeps.said import codes

# What asks the environment, which other machines and days have otherwise.
ASKS = frozenset(("environ", "environb", "getenv", "getenvb"))
_DAY = {
    datetime.datetime: ("astimezone", "fromtimestamp", "now", "today", "utcnow"),
    datetime.date: ("today",),
}
_ASKED = (
    *(getattr(os, name) for name in sorted(ASKS) if hasattr(os, name)), os.urandom, uuid.uuid1, uuid.uuid4,
    time.time, time.time_ns, time.localtime, time.mktime, secrets.token_bytes, secrets.randbelow,
    *(inspect.getattr_static(of, name) for of, names in _DAY.items() for name in names),
)  # fmt: skip
# Without a word they begin with chance of the machine's.
_SEEDED = (np.random.default_rng, np.random.SeedSequence, np.random.RandomState, random.Random)
# Draw from one stream that all share: which of its numbers come depends on what was drawn before.
_SHARED = tuple(
    x for of, whose in ((np.random, np.random.mtrand._rand), (random, random._inst))
    for x in vars(of).values()
    if getattr(x, "__self__", None) is whose
)  # fmt: skip
_UNKNOWN, _SELF = object(), object()


def asked(function: FunctionType, *, method: bool = False) -> tuple[str, bool] | None:
    """The name by which a function's code asks, and whether it is surely the environment that is asked.

    None where nothing is asked.  An attribute called ``environ`` is nothing where its object is known and
    holds something else: a global, or of a method's own object, whose class is looked at elsewhere.  Of a
    local variable, or of what a call gives back, that cannot be told.
    """
    known, doubtful = function.__globals__, None
    own = _own(function.__code__) if method else None
    seeded = any(
        {"seed", "set_state", "setstate"} & {*x.co_names} for x in codes(function.__code__)
    )
    for code in codes(function.__code__):
        top: Any = _UNKNOWN  # the object that was loaded last
        for step in _steps(code):
            name, top = step.argval, _UNKNOWN if step.is_jump_target else top
            if (
                step.opname in ("CALL", "PRECALL")
                and not step.arg
                and any(top is x for x in _SEEDED)
            ):
                return f"{top.__name__}() without a seed", True
            if step.opname == "PUSH_NULL":
                continue
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                unsure, top = name in ASKS and name not in known, known.get(name, _UNKNOWN)
            elif step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
                top, held = _attribute(top, name), top
                unsure = name in ASKS and top is _UNKNOWN and held is not _SELF
            else:
                unsure = name in ASKS and step.opname.startswith(("IMPORT_FROM", "LOAD_SUPER"))
                top = _SELF if own is not None and _loaded(step) == own else _UNKNOWN
            if any(top is x for x in (*_ASKED, sys.argv)) or (
                not seeded and any(top is x for x in _SHARED)
            ):
                return str(name), True
            doubtful = (str(name), False) if unsure else doubtful
    return doubtful


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


__all__ = ["ASKS", "asked"]
