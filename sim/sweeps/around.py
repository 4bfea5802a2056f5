"""What is set for a whole process, and numbers may hang on, whatever a cell names.

Told is what is otherwise than as Python and NumPy begin, so that what nobody has set changes no identity.
"""

from __future__ import annotations

import codecs
import locale
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

ERRORS = {"divide": "warn", "invalid": "warn", "over": "warn", "under": "ignore"}
SHOWN = {
    "edgeitems": 3, "floatmode": "maxprec", "infstr": "inf", "legacy": False, "linewidth": 75, "nanstr": "nan",
    "precision": 8, "sign": "-", "suppress": False, "threshold": 1000,
}  # fmt: skip
PLACES = ("LC_COLLATE", "LC_MONETARY", "LC_NUMERIC", "LC_TIME")


def around() -> Iterator[str]:
    """A line for each thing that is set: what NumPy does with an error of a number, and how it shows one;
    whether assertions are left out; the locale, and the letters in which texts are read where none are said.
    """
    yield from _others("NumPy's error", dict(np.geterr()), ERRORS)
    yield from _others("NumPy shows", dict(np.get_printoptions()), SHOWN)
    yield from _others("Python's", {"optimize": sys.flags.optimize}, {"optimize": 0})
    yield from _others("Python's", {"encoding": _encoding()}, {"encoding": "utf-8"})
    names = [x for x in PLACES if hasattr(locale, x)]
    places = {x: locale.setlocale(getattr(locale, x)) for x in names}
    yield from _others("locale", places, dict.fromkeys(names, "C"))


def _encoding() -> str:
    """What ``open`` reads a text in by itself, which hangs on LC_CTYPE."""
    return "utf-8" if sys.flags.utf8_mode else codecs.lookup(locale.getencoding()).name


def _others(what: str, found: dict[str, Any], first: dict[str, Any]) -> Iterator[str]:
    """What is found otherwise than at first, of the names that stand there."""
    for name in sorted(first):
        if found.get(name, first[name]) != first[name]:
            yield f"{what} {name}: {found[name]}"


__all__ = ["around"]
