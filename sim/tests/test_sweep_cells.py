"""The autoencoder as the default cell of a sweep: what it records, what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest

from sim import (
    CellError,
    simulate,
    simulate_cell,
    sweep,
)
from sim.engine.state import State
from sim.problems.autoencoder_cell import uniform_start
from sim.sweeps.observables import observed
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


def twice_r2(state: State) -> Any:
    return 2 * state.r2


def test_an_observable_of_ones_own_goes_into_the_ready_made_cell(tmp_path: Path) -> None:
    grid = POINT | {"observe": [["r2", observed(twice_r2)]]}
    results = sweep(grid, seeds=1, store=tmp_path / "s.db", workers=2)
    assert np.array_equal(results.array("twice_r2"), 2 * results.array("r2"))


def test_an_observable_whose_code_changed_or_that_has_no_module_is_refused() -> None:
    own = observed(twice_r2)
    for wrong, match in (
        (f"{own}0", "its code is another now"),
        (own.partition("@")[0], "needs what it computes, too"),
        ("sim.tests:nothing@0", "no function of that name"),
    ):
        with pytest.raises(ValueError, match=match):
            simulate_cell(POINT | {"observe": [wrong]}, np.random.SeedSequence(0))
    with pytest.raises(TypeError, match="defined at the top of a module"):
        observed(lambda state: state.r2)


def test_a_cell_that_cannot_be_unpickled_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its module is known here, and nowhere that a worker looks."""
    import sys
    from types import ModuleType

    module = ModuleType("known_here_alone")
    source = tmp_path / "code.py"
    source.write_text("def cell(settings, seed):\n    return {'x': settings['x']}\n")
    exec(compile(source.read_text(), str(source), "exec"), module.__dict__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with pytest.raises(
        CellError, match=r"cannot be unpickled .*No module named 'known_here_alone'"
    ):
        sweep({"x": [1, 2]}, seeds=1, store=tmp_path / "s.db", cell=module.cell, workers=1)


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
