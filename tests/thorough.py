"""Tests that wait for THOROUGH=1: rare faults, tried one by one, of whose kind a quick one stays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

THOROUGH = pytest.mark.thorough


def thorough_but(cases: Iterable[Any], *quick: Any) -> list[Any]:
    """Parameters for all cases, of which only ``quick`` are run without THOROUGH=1; raises ValueError for
    one that is none of them.
    """
    named = list(cases)
    if wrong := set(quick) - set(named):
        raise ValueError(f"no such case: {wrong}")
    return [x if x in quick else pytest.param(x, marks=THOROUGH) for x in named]
