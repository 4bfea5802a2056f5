"""Tests that wait for THOROUGH=1: rare faults, tried one by one, of whose kind a quick one stays.

THOROUGH=k/n runs those of the k-th of n turns: CI runs one turn in three, another one for another commit.
Of the tool's own tests (this folder) CI runs all: from a wheel, where no conftest.py above leaves any out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from zlib import crc32

import pytest

THOROUGH = pytest.mark.thorough


def turn_of(asked: str) -> Callable[[str], bool]:
    """Which thorough tests are run, by their ids, for a value of THOROUGH; raises ValueError for another.

    >>> [turn_of(f"{k}/3")("tests/test_x.py::test_y") for k in (0, 1, 2)].count(True)
    1
    """
    if asked in ("", "1"):
        return lambda name: bool(asked)
    found = re.fullmatch(r"([0-9]+)/([1-9][0-9]*)", asked)
    if found is None or int(found[1]) >= int(found[2]):
        raise ValueError(
            f"THOROUGH={asked!r}: 1 (all), or k/n with 0 <= k < n (the k-th turn of n)"
        )
    k, n = int(found[1]), int(found[2])
    return lambda name: crc32(name.encode()) % n == k


def thorough_but(cases: Iterable[Any], *quick: Any, rows: bool = False) -> list[Any]:
    """Parameters for all cases, of which only ``quick`` are run without THOROUGH=1; raises ValueError for
    one that is none of them.

    rows: each case holds a value for each of several arguments.
    """
    named = list(cases)
    if wrong := set(quick) - set(named):
        raise ValueError(f"no such case: {wrong}")
    return [
        x if x in quick else pytest.param(*(x if rows else (x,)), marks=THOROUGH) for x in named
    ]
