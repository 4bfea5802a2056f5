"""The simulator needs NumPy and SciPy only: nothing of the theory, of the tool or of an extra. No concrete
class of its engine is subclassed."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys

from sim import engine
from sim.tests.sweep_stubs import ROOT

OTHERS = ("theory", "theorem_audit", "sympy", "flint", "hypothesis", "pandas", "numba", "torch", "jax",
          "dask", "matplotlib", "rich", "sklearn")  # fmt: skip


def test_sim_imports_and_runs_without_anything_else() -> None:
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({OTHERS!r}))\n"
        "import numpy as np\nfrom sim import mean_square_threshold, simulate\n"
        "q = np.array([[0.5, 0.4, 0.3]])\n"
        "simulate(q, rho=0.1, batch_size=1, step_size=0.2, steps=10, seed=1)\n"
        "mean_square_threshold(np.eye(3), batch_size=1)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True,
                          timeout=120, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_no_concrete_engine_class_is_subclassed() -> None:
    """A class of `sim.engine` derives from abstract ones of it at most; what differs is an attribute."""
    derived = []
    for found in pkgutil.iter_modules(engine.__path__, "sim.engine."):
        try:
            module = importlib.import_module(found.name)
        except ImportError as error:
            assert error.name in ("numba", "llvmlite")
            continue
        for kind in vars(module).values():
            if isinstance(kind, type) and kind.__module__ == found.name:
                bases = [base for base in kind.__bases__ if base.__module__.startswith("sim.")]
                derived += [(kind, base) for base in bases]
    assert len(derived) >= 4
    assert [(x, y) for x, y in derived if not inspect.isabstract(y)] == []
