"""Runs that a search has played are not played again for the next variant of the claim.

Variants of one claim differ in what is claimed: the cases that are drawn for them, and mostly what happens
there, are the same.  A function marked ``kept`` is one of what it is given, and of where its generator of
chance stands.  What it gave, where it left the generator, and how long it took are kept; asked for the same,
it gives that, and ``now``, by which searches are timed, goes on by that time.  So a search comes as far as if
it had played everything, and each of its cases is judged by what the variant says.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from typing import Any, TypeVar

import numpy as np

from theorem_audit.statement.vocabulary import Item

MOST = 64  # runs that are kept, the latest
Played = TypeVar("Played")


class _Same:
    """Stands for an object in a key: that object alone, which lives as long as the key."""

    def __init__(self, of: Any) -> None:
        self.of = of

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.of is other.of

    def __hash__(self) -> int:
        return id(self.of)


@dataclass(frozen=True)
class _Run:
    """What was given back, the generator's state after it, the time it took; see ``kept`` for the rest."""

    given: Any
    after: Any
    seconds: float
    most: int | None
    steps: int


@dataclass
class _Clock:
    """skipped: seconds that were not played again."""

    skipped: float = 0.0


_runs: OrderedDict[Any, _Run] = OrderedDict()
_clock = _Clock()  # no number of the module, which nothing may change while evidence runs


def now() -> float:
    """The processor's time in seconds, had every run been played."""
    return time.process_time() + _clock.skipped


def forget() -> None:
    """Play all runs anew."""
    _runs.clear()


def kept(play: Callable[..., Played]) -> Callable[..., Played]:
    """Keep what ``play(rng, ...)`` gives, which must hang on its arguments and on where ``rng`` stands alone.

    Where it takes ``most``, a number of steps, it gives back (..., steps taken): a run that ended before it had
    to is the same for every larger ``most``.  What it raises is not kept.  Its arrays can be read only; lists
    and tables are its caller's own.
    """

    @wraps(play)
    def again(rng: np.random.Generator, *given: Any, most: int | None = None) -> Played:
        key = (_Same(play), _keyed(rng.bit_generator.state), *map(_keyed, given))
        run = _runs.get(key)
        if run is not None and (run.most == most or run.steps < min(run.most or 0, most or 0)):
            _runs.move_to_end(key)
            rng.bit_generator.state = run.after
            _clock.skipped += run.seconds
            result: Played = _apart(run.given)
            return result
        started = now()
        result = play(rng, *given) if most is None else play(rng, *given, most=most)
        took, steps = now() - started, 0 if most is None else int(result[-1])  # type: ignore[index]
        _read_only(result)
        _runs[key] = _Run(_apart(result), rng.bit_generator.state, took, most, steps)
        _runs.move_to_end(key)
        while len(_runs) > MOST:
            _runs.popitem(last=False)
        return result

    return again


def _keyed(value: Any) -> Any:
    """What stands for an argument: equal for two of them only where they are the same through and through."""
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            raise TypeError("an array of objects is no key: its bytes say where they lie")
        return ("array", value.shape, value.dtype.str, value.tobytes())
    if isinstance(value, dict):
        return ("dict", *((k, _keyed(v)) for k, v in value.items()))
    if isinstance(value, list | tuple):
        return (type(value), *map(_keyed, value))
    if isinstance(value, Item):  # `gives` is no part of its equality
        return value, _Same(value.gives), *map(_Same, value.gives.values())
    if is_dataclass(value):
        return (type(value), *(_keyed(getattr(value, x.name)) for x in fields(value)))
    return type(value), value


def _read_only(value: Any) -> None:
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, list | tuple | dict):
        for x in value.values() if isinstance(value, dict) else value:
            _read_only(x)


def _apart(value: Any) -> Any:
    """The same in lists, tuples, tables and sets of their own: who is given one may change it."""
    kind = type(value)
    if kind is list or kind is tuple:
        return kind(map(_apart, value))
    if kind is dict:
        return {k: _apart(v) for k, v in value.items()}
    return set(value) if kind is set else value


__all__ = ["forget", "kept", "now"]
