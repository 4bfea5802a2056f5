"""Tests that ``make test`` leaves out: rare faults, tried one by one, of whose kind a quick one stays.

IN_CI: run in CI for every commit, as wherever THOROUGH is set or ``coverage`` measures.
THOROUGH: run by THOROUGH=1; by THOROUGH=k/n those of the k-th of n turns: CI runs one turn in three, another
one for another commit.
Of the tool's own tests (this folder) CI runs all: from a wheel, where no conftest.py above leaves any out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from zlib import crc32

import pytest

THOROUGH = pytest.mark.thorough
IN_CI = pytest.mark.in_ci


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


def thorough_but(
    cases: Iterable[Any], *quick: Any, rows: bool = False, in_ci: Iterable[Any] = ()
) -> list[Any]:
    """Parameters for all cases, of which only ``quick`` are run by ``make test``, and those of ``in_ci`` in CI
    for every commit; raises ValueError for one that is none of them.

    rows: each case holds a value for each of several arguments.
    """
    named, each_time = list(cases), list(in_ci)
    if wrong := {*quick, *each_time} - set(named):
        raise ValueError(f"no such case: {wrong}")

    def marked(case: Any) -> Any:
        if case in quick:
            return case
        mark = IN_CI if case in each_time else THOROUGH
        return pytest.param(*(case if rows else (case,)), marks=mark)

    return [marked(x) for x in named]


def in_ci_but(cases: Iterable[Any], *quick: Any, rows: bool = False) -> list[Any]:
    """The same where CI runs all others for every commit."""
    named = list(cases)
    return thorough_but(named, *quick, rows=rows, in_ci=named)
