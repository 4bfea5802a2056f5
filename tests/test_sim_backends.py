"""The ways of computing the same recursion give the same numbers."""

import importlib.util

import numpy as np
import pytest

from sim import simulate

NAMES = ("q", "log_abs_q", "rho", "log_rho", "r2")


def starts(runs, n, seed):
    rng = np.random.default_rng(seed)
    q = rng.normal(size=(runs, n))
    q *= (rng.uniform(0.3, 1.3, size=runs) / np.linalg.norm(q, axis=1))[:, None]
    q[0, 0], q[-1, -1] = 1e-250, 0.0
    return q


def test_few_runs_in_plain_python_equal_the_vectorised_loop_bitwise(monkeypatch):
    q = starts(5, 7, seed=1)
    kw = {"batch_size": 1, "step_size": 0.4, "steps": 3_000, "seed": 3}
    few = simulate(q, 0.1, **kw)
    monkeypatch.setattr("sim._direct._FEW", 0)
    many = simulate(q, 0.1, **kw)
    for name in NAMES:
        assert np.array_equal(getattr(few, name), getattr(many, name)), name


@pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="numba (the extra `fast`) is not installed"
)
@pytest.mark.parametrize("activation", ["linear", "relu"])
@pytest.mark.parametrize("b", [1, 3, 6, 7, 11, 12])
def test_numba_equals_numpy_to_rounding(activation, b):
    """The same operations in the same order but for fused or reassociated sums: the difference is
    a second set of local errors, and 1e-11 is the engines' accuracy target over longer runs."""
    q = starts(40, 12, seed=b)
    kw = {"batch_size": b, "step_size": 0.3 * b, "steps": 2_000, "activation": activation}
    compiled, plain = (simulate(q, 0.2, backend=name, seed=1, **kw) for name in ("numba", "numpy"))
    assert (compiled.sign == plain.sign).all()
    assert (compiled.dead == plain.dead).all()
    for name in ("log_abs_q", "log_rho"):
        left, right = getattr(compiled, name), getattr(plain, name)
        finite = np.isfinite(right)
        assert (finite == np.isfinite(left)).all()
        gap = np.abs(left[finite] - right[finite])
        assert (gap <= 1e-11 + 4 * np.spacing(np.abs(right[finite]))).all()
