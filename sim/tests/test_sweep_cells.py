"""The autoencoder as the default cell of a sweep: what it records, what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest

from sim import (
    simulate,
    simulate_cell,
    sweep,
)
from sim.problems.autoencoder_cell import uniform_start
from sim.tests.sweep_tools import SERIAL

POINT = {"n": 6, "d": 9, "batch_size": 2, "step_size": 0.1, "steps": 12, "runs": 5}


def test_the_autoencoder_is_the_default_cell(tmp_path: Path) -> None:
    results = sweep(POINT | {"n": [6, 8]}, seeds=2, store=tmp_path / "s.db", executor=SERIAL)
    assert results.array("loss").shape == (2, 2, 5)
    task = results.tasks[0]
    start, batches = task.stream.spawn(2)
    q, rho = uniform_start(np.random.default_rng(start), 5, 6, 9, 1.0)
    direct = simulate(
        q, rho, batch_size=2, step_size=0.1, steps=12, seed=batches, observe=["loss"], every=12
    )
    assert np.array_equal(results.array("loss")[0, 0], direct.recorded["loss"][-1])


def test_the_autoencoder_cell_records_when_asked() -> None:
    values = simulate_cell(POINT | {"every": 4, "observe": ["r2", "q"]}, np.random.SeedSequence(0))
    assert list(values["recorded_steps"]) == [0, 4, 8, 12]
    assert values["q"].shape == (4, 5, 6)
    assert values["dead"].shape == (5,)
    # r2 = radius^2 up to the rounding of n + 1 squares and their sum: (n + 4) * 2^-53 < 1e-14
    assert np.abs(values["r2"][0] - 1).max() < 1e-14


@pytest.mark.parametrize(
    "change, match",
    [
        ({"batch_size": [2, 7]}, r'batch_size=7: must be .* from 1 to 6 \(in settings .*"n":6'),
        ({"step_size": -0.1}, "step_size=-0.1"),
        ({"steps": 1.5}, "steps=1.5"),
        ({"d": 5}, "d=5: must be an integer >= 6"),
        ({"every": 0}, "every=0"),
        ({"runs": 0}, "runs=0"),
        ({"radius": 0}, "radius=0"),
        ({"observe": ["lost"]}, "observe='lost': unknown"),
        ({"activation": "tanh"}, "activation='tanh'"),
        ({"backend": "abacus"}, "backend='abacus'"),
        ({"sampling": "cyclic", "batch_size": 4}, "batch_size=4: must divide"),
        ({"stepsize": 1}, r"grid\['stepsize'\]: unknown setting; known are n, batch_size"),
    ],
    ids=str,
)
def test_bad_autoencoder_settings_are_refused_before_any_work(
    tmp_path: Path, change: dict[str, Any], match: str
) -> None:
    values = change.get("observe")
    grid = POINT | change | ({"observe": [values]} if values else {})
    with pytest.raises((TypeError, ValueError), match=match):
        sweep(grid, seeds=1, store=tmp_path / "s.db", executor=SERIAL)
    assert not list(tmp_path.iterdir())


def test_a_missing_autoencoder_setting_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"grid\['steps'\]: is missing"):
        sweep({"n": 3, "batch_size": 1, "step_size": 1}, seeds=1, store=tmp_path / "s.db")


@pytest.mark.parametrize("n, d", [(3, 8), (5, 5)])
def test_the_start_is_uniform_on_the_sphere(n: int, d: int) -> None:
    """u = w / |w| uniform in R^d: u_1^2 is Beta(1/2, (d-1)/2), so is each; error 1e-4, seed fixed.

    A start with rho left out (d = 8 as if d = 3) has Kolmogorov distance 0.3: at 20,000 draws it
    is rejected with probability 1 up to 1e-100.
    """
    q, rho = uniform_start(np.random.default_rng(7), 20_000, n, d, 1.5)
    for j in range(n):
        p = kstest((q[:, j] / 1.5) ** 2, "beta", args=(0.5, (d - 1) / 2)).pvalue
        assert p > 1e-4 / n
    assert np.abs((q**2).sum(axis=1) + rho - 2.25).max() < 1e-13
