"""Does a cell hang on how Python hashes texts, which is another way in each process?

Where the seed of it is fixed, by PYTHONHASHSEED or in a sweep's own worker processes, it is a part of such a
cell's identity; elsewhere such a cell is refused.  Seen are calls of ``hash``, by whatever name, but in a
class's own ``__hash__``, and what takes the order of a set that may hold texts (``in_order``).  Not seen: sets
that installed packages make, and objects that are hashed by where they lie.
"""

from __future__ import annotations

import ast
import builtins
import dis
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from sim.sweeps.in_order import Code, taken
from sim.sweeps.said import NotComparable, codes, source

VARIABLE, IN_WORKERS = "PYTHONHASHSEED", 0
_NUMBERS = (int, float, complex, np.number)
_FOR_WORKERS = ContextVar("hashed as in a sweep's own worker processes", default=False)


@contextmanager
def as_in_workers(own: bool) -> Iterator[None]:
    """Let cells be told as a sweep's own worker processes find them, which fix the seed where nobody has."""
    before = _FOR_WORKERS.set(own)
    try:
        yield
    finally:
        _FOR_WORKERS.reset(before)


@contextmanager
def fixed() -> Iterator[None]:
    """Fix the seed for the processes that are started inside the block, where nobody has."""
    was = os.environ.get(VARIABLE)
    if was is None or not was.isdecimal():
        os.environ[VARIABLE] = str(IN_WORKERS)
    try:
        yield
    finally:
        if was is not None:
            os.environ[VARIABLE] = was
        else:
            os.environ.pop(VARIABLE, None)


def seed() -> int | None:
    """The seed by which texts are hashed here, or in a sweep's own workers where asked; None: by chance."""
    said = os.environ.get(VARIABLE, "")
    if _FOR_WORKERS.get():
        return int(said) if said.isdecimal() else IN_WORKERS
    return int(said) if said.isdecimal() and _hashes_by(int(said)) else None


@lru_cache
def _hashes_by(number: int) -> bool:
    """Whether this process hashes by a seed: the variable may have been set since it began."""
    if not sys.flags.hash_randomization or not number:
        return not sys.flags.hash_randomization and not number
    call = [sys.executable, "-S", "-c", "print(hash('a text'))"]
    there = os.environ | {VARIABLE: str(number)}
    done = subprocess.run(call, env=there, capture_output=True, text=True, check=True)
    return int(done.stdout) == hash("a text")


def hashing(functions: Sequence[FunctionType], sets: Sequence[str]) -> Iterator[str]:
    """The seed by which texts are hashed, where functions of one's own hang on it.

    sets: what holds a set of texts, by the names under which it was found.
    Raises NotComparable where they do, and nobody has fixed the seed.
    """
    how = next(_how(functions, sets), "")
    if not how:
        return
    if (by := seed()) is None:
        raise NotComparable(
            f"{how}, which is another in each process: its numbers would stay when that is another; sort what "
            "is a set, or take hashlib; or fix PYTHONHASHSEED before Python starts, as a sweep's own worker "
            "processes do"
        )
    yield f"texts hashed by {by}"


def _how(functions: Sequence[FunctionType], sets: Sequence[str]) -> Iterator[str]:
    for function in functions:
        if function.__name__ != "__hash__" and _asks(function):
            yield f"{function.__qualname__} calls hash"
    for name in sets:
        if "[" in name and not name.startswith("defaults["):
            yield f"{name} is a set of texts, and what takes its order is not followed"
    attributes = frozenset(name.rpartition(".")[2] for name in sets)
    if not sets and not any(_may_hold(code) for x in functions for code in codes(x.__code__)):
        return
    read = [Code(ast.parse(source(x)), _known(x)) for x in functions]
    names = {id(code): x.__qualname__ for code, x in zip(read, functions, strict=True)}
    for code in taken(read, attributes):
        yield f"{names[id(code)]} goes through a set of texts in its order, or hands it on"


def _asks(function: FunctionType) -> bool:
    """Whether code calls ``hash``, or the method behind it."""
    for code in codes(function.__code__):
        if "__hash__" in code.co_names:
            return True
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                held = function.__globals__.get(step.argval, getattr(builtins, step.argval, None))
                if held is hash or (held is builtins and "hash" in code.co_names):
                    return True
    return False


def _may_hold(code: CodeType) -> bool:
    """Whether there may be a set in some code: as the syntax, which takes longer to read, then tells."""
    if not {"set", "frozenset", "keys", "items"}.isdisjoint(code.co_names):
        return True
    if any(isinstance(x, frozenset) for x in code.co_consts):
        return True
    return any(x.opname in ("BUILD_SET", "SET_ADD") for x in dis.get_instructions(code))


def _known(function: FunctionType) -> frozenset[str]:
    """The globals and what of a closure is a set of texts."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    known = {**function.__globals__, **{name: cell.cell_contents for name, cell in cells}}
    return frozenset(name for name, value in known.items() if is_texts(value))


def is_texts(value: Any) -> bool:
    """Whether a value is a set of what is hashed as texts are."""
    return isinstance(value, set | frozenset) and not all(map(_hashed_plainly, value))


def _hashed_plainly(value: Any) -> bool:
    if isinstance(value, tuple | frozenset):
        return all(map(_hashed_plainly, value))
    return isinstance(value, _NUMBERS)


__all__ = ["as_in_workers", "fixed", "hashing", "is_texts", "seed"]
