"""The examples in the docstrings say what they show."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import sim as package

ROOT = Path(package.__file__).parent
MODULES = sorted(
    ".".join((package.__name__, *path.relative_to(ROOT).with_suffix("").parts))
    for path in ROOT.rglob("*.py")
    if "tests" not in path.relative_to(ROOT).parts and ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_an_example_shows_what_comes_out(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted
    assert not found.failed
