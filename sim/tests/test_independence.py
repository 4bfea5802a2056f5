"""The simulator needs NumPy and SciPy only: nothing of the theory, of the tool or of an extra."""

from __future__ import annotations

import subprocess
import sys

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
