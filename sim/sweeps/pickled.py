"""Objects by value: what is plain as it is shown, the rest as it is pickled, and what of one's own it holds."""

from __future__ import annotations

import hashlib
import io
import pickle
import weakref
from types import FunctionType
from typing import Any

from sim.sweeps.own import is_own
from sim.sweeps.said import NotComparable

PLAIN = (str, bytes, int, float, complex, bool, type(None))
# What is kept there weakly is a cache: nothing hangs on it.
_WEAK = (weakref.WeakKeyDictionary, weakref.WeakValueDictionary, weakref.WeakSet)


def plain(value: Any) -> bool:
    """Whether what Python shows of a value is the value: numbers and texts, and containers of these alone."""
    if type(value) is dict:
        return all(map(plain, [*value, *value.values()]))
    if type(value) in (list, tuple):
        return all(map(plain, value))
    return type(value) in PLAIN


def ordered(value: Any) -> str | None:
    """The same of a set of such values, too, in no order of its own; None of anything else."""
    if not isinstance(value, set | frozenset):
        return repr(value) if plain(value) else None
    items = [ordered(x) for x in value]
    return None if None in items else f"{type(value).__name__} {sorted(map(str, items))}"


class _Pickler(pickle.Pickler):
    """Puts a number in the place of each function and class of one's own: a name would be any of that name."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, protocol=3)  # without frames, whose lengths hang on names
        self.own: list[Any] = []

    def reducer_override(self, thing: Any) -> Any:
        """As ``pickle`` asks for it."""
        wraps = callable(thing) and hasattr(thing, "__wrapped__")
        if (isinstance(thing, FunctionType | type) and is_own(thing)) or wraps:
            self.own.append(thing)
            return str, (f"one's own, number {len(self.own)}",)
        if isinstance(thing, _WEAK):
            return str, ("held weakly",)
        return NotImplemented


def put_by_value(name: str, value: Any) -> tuple[str, list[Any]]:
    """A hash of a value, and the functions and classes of one's own that it holds, in their order.

    Raises NotComparable for what cannot be pickled.
    """
    file = io.BytesIO()
    pickler = _Pickler(file)
    try:
        pickler.dump(value)
    except Exception as error:  # noqa: BLE001 - any object's own refusal to be pickled
        raise NotComparable(
            f"{name}={value!r}: a cell uses it, and it has no value to compare ({error}); make it a "
            "setting, or make it inside the cell"
        ) from None
    # A script is called otherwise in its worker processes.
    main = b"X\x0b\x00\x00\x00__mp_main__", b"X\x08\x00\x00\x00__main__"
    return hashlib.sha256(file.getvalue().replace(*main)).hexdigest(), pickler.own


__all__ = ["PLAIN", "ordered", "plain", "put_by_value"]
