"""What a worker process answers, as text that runs nothing when it is read.

Pickle would call whatever the evidence put into its outcome, in the process that keeps the ledger.  Here
plain data and dataclasses of known classes are written as JSON with a letter for what JSON lacks; anything
else is refused where it is written, and where it is read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from theorem_audit.weigh.outcome import OUTCOMES, Outcome

PLAIN = (bool, int, float, str)
MANY: Mapping[str, Any] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}


class NotPlain(TypeError):
    """A value is no plain data, or a text is none that ``written`` makes."""


def written(value: Any, known: Collection[type]) -> bytes:
    """The value as text; a subclass of a plain type (``numpy.float64``) becomes that type.

    Raises NotPlain for what is neither plain nor of a class in ``known``.
    """
    return json.dumps(_told(value, {x.__name__: x for x in known})).encode("ascii")


def read(text: bytes, known: Collection[type]) -> Any:
    """The inverse of ``written``; raises NotPlain."""
    try:
        return _found(json.loads(text), {x.__name__: x for x in known})
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise NotPlain(f"no answer: {error}") from None


def _told(value: Any, known: Mapping[str, type]) -> Any:
    if value is None or type(value) in PLAIN:
        return value
    for name, kind in MANY.items():
        if type(value) is kind:
            return [name, [x if type(x) is str else _told(x, known) for x in value]]
    if isinstance(value, Mapping):
        return ["dict", [[_told(k, known), _told(v, known)] for k, v in value.items()]]
    name = type(value).__name__
    if known.get(name) is type(value) and is_dataclass(value):
        return [name, {x.name: _told(getattr(value, x.name), known) for x in fields(value)}]
    for kind in PLAIN[1:]:
        if isinstance(value, kind):
            return kind(value)
    raise NotPlain(f"{type(value).__module__}.{name} is no part of an answer")


def _found(data: Any, known: Mapping[str, type]) -> Any:
    if not isinstance(data, list):
        if isinstance(data, dict):
            raise NotPlain("an object without a name")
        return data
    name, inner = data
    if name in MANY:
        return MANY[name](x if type(x) is str else _found(x, known) for x in inner)
    if name == "dict":
        return {_found(k, known): _found(v, known) for k, v in inner}
    return known[name](**{k: _found(v, known) for k, v in inner.items()})


SAME = (
    "claim_id",
    "test",
    "kind",
    "steps",
    "case",
    "seed",
    "needs",
)  # what the job says, not its answer
TEXTS = ("uses", "read", "beyond", "reader", "notes")


def doubt(said: Any, asked: Outcome) -> str:
    """Why an outcome is not taken for the one that was asked for; empty where it is.

    asked: an outcome of that evidence and case.  A forged answer might speak of another claim, or be of a
    form that no ledger can hold.
    """
    if not isinstance(said, Outcome):
        return "it is no outcome"
    for name in SAME:
        if getattr(said, name) != getattr(asked, name):
            return f"its {name} is another"
    sizes = (
        said.seconds,
        said.error,
        *(x for x in (said.power, said.smallest_visible) if x is not None),
    )
    sound = (
        said.outcome in OUTCOMES
        and all(isinstance(x, int | float) and math.isfinite(x) for x in sizes)
        and type(said.checks) is int
        and (said.checks > 0 or said.outcome != "passed")
        and 0 <= said.error <= 1
        and _texts([said.detail])
        and all(isinstance(x, tuple) and _texts(x) for x in (getattr(said, y) for y in TEXTS))
        and isinstance(said.witness, dict)
        and _texts([*said.witness, *said.witness.values()])
    )
    return "" if sound else "it is of no form that an outcome has"


def _texts(values: Collection[Any]) -> bool:
    return all(isinstance(x, str) and _writable(x) for x in values)


def _writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


__all__ = ["NotPlain", "doubt", "read", "written"]
