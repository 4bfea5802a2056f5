"""What the tests of sweeps share."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from sim import (
    Results,
    SerialExecutor,
    sweep,
)
from sim.tests import sweep_stubs as stubs
from sim.tests.sweep_stubs import GRID

SERIAL = SerialExecutor()


def _needs(*packages: str) -> pytest.MarkDecorator:
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def _sweep(folder: Path, name: str = "s.db", **changes: Any) -> Results:
    call = {"grid": GRID, "seeds": 3, "cell": stubs.measure, "executor": SERIAL} | changes
    return sweep(call.pop("grid"), store=folder / name, **call)
