"""What the tests of sweeps share."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
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


def loaded_cell(folder: Path, text: str, helper: str = "def scale(x):\n    return 2 * x\n") -> Any:
    """The function ``cell`` of a module with this text, in a new folder; ``helper`` is a module beside it."""
    folder.mkdir()
    modules: dict[str, ModuleType] = {}
    for name, source in (("helper_of_test", helper), ("module_of_test", text)):
        path = folder / f"{name}.py"
        path.write_text(source, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        modules[name] = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(modules[name])
    return modules["module_of_test"].cell
