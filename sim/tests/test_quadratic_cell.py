"""Quadratic and non-convex sums as cells of a sweep: same bits everywhere, only what is missing."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import Cell, Results, SerialExecutor, nonconvex_cell, quadratic_cell, simulate_cell, sweep
from sim.problems.nonconvex import barrier_slopes, simulate_sum
from sim.problems.quadratic import simulate_quadratic
from sim.problems.quadratic_cell import on_sphere
from sim.sweeps.tasks import Task, canonical
from sim.sweeps.workers import worker_pool
from sim.tests.sweep_stubs import Interrupting, rows

SERIAL = SerialExecutor()
PLANE = [[[1.0, 0.25], [0.25, 0.5]], [[1.0, -0.25], [-0.25, 0.5]], [[2.0, 0.0], [0.0, 1.0]]]
GRID: dict[str, Any] = {
    "matrices": [PLANE, [1.0, 3.0]], "batch_size": [1, 2], "step_size": [0.3, 1.2], "steps": 40,
    "runs": 3, "every": 15,
}  # fmt: skip
BARRIER: dict[str, Any] = {
    "slopes": [barrier_slopes([0.2, 0.4]), barrier_slopes([0.3, 0.5, 0.7])],
    "start": [[0.01], [0.9, 0.99]], "batch_size": [1, 2], "step_size": 0.5, "steps": 30, "runs": 3,
    "centre": 1.0, "radius": 0.05,
}  # fmt: skip
BOTH = pytest.mark.parametrize(
    ("cell", "grid"), [(quadratic_cell, GRID), (nonconvex_cell, BARRIER)], ids=["quad", "nonconvex"]
)


def _sweep(path: Path, cell: Cell, grid: Any, **changes: Any) -> Results:
    return sweep(grid, store=path, cell=cell, **({"seeds": 2, "executor": SERIAL} | changes))


@BOTH
def test_same_bits_for_serial_processes_and_another_order(
    tmp_path: Path, cell: Cell, grid: dict[str, Any]
) -> None:
    one, two, three = (tmp_path / name for name in ("serial.db", "pool.db", "order.db"))
    first = _sweep(one, cell, grid)
    assert first.shape == (2, 2, 2, 2)
    assert len(rows(one)) == 16
    with worker_pool(2) as pool:
        _sweep(two, cell, grid, executor=pool)
    assert rows(two) == rows(one)
    turned = {k: v[::-1] if isinstance(v, list) else v for k, v in reversed(grid.items())}
    _sweep(three, cell, turned, seeds=[1, 0])
    assert rows(three) == rows(one)
    outcomes = {row.values["iterate"].tobytes() for row in first}
    assert len(outcomes) > 8  # eight settings: the seed matters


@BOTH
def test_an_interrupted_sweep_computes_only_what_is_missing(
    tmp_path: Path, cell: Cell, grid: dict[str, Any]
) -> None:
    path = tmp_path / "s.db"
    with pytest.raises(KeyboardInterrupt):
        _sweep(path, cell, grid, executor=Interrupting(5, KeyboardInterrupt))
    before = rows(path)
    results = _sweep(path, cell, grid)
    assert (len(before), results.computed, results.reused) == (5, 11, 5)
    assert set(before) < set(rows(path))
    again = _sweep(path, cell, grid)
    assert (again.computed, again.reused) == (0, 16)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"radius": 2.5, "every": 4},
        {"start": [0.5, -2.0], "sampling": "reshuffled"},
        {"linear": [[1.0, 0.0], [0.0, -2.0], [-1.0, 2.0]], "sampling": "replacement", "every": 5},
        {"matrices": [1.0, 3.0], "step_size": 0.4},
    ],
    ids=str,
)
def test_a_quadratic_cell_is_the_documented_call(tmp_path: Path, change: dict[str, Any]) -> None:
    point = {"matrices": PLANE, "batch_size": 1, "step_size": 0.3, "steps": 20, "runs": 4} | change
    row = next(iter(_sweep(tmp_path / "s.db", quadratic_cell, [point], seeds=[7])))
    starts, batches = Task("", "", canonical(point), 7).stream.spawn(2)
    start = np.broadcast_to(point.get("start", 0.0), (4, np.shape(point["matrices"])[-1]))
    if "start" not in point:
        d = 1 if np.ndim(point["matrices"]) == 1 else 2
        drawn = np.random.default_rng(starts).standard_normal((4, d))
        start = drawn / np.linalg.norm(drawn, axis=1)[:, None] * point.get("radius", 1.0)
    names = ("batch_size", "step_size", "steps", "linear", "sampling", "every")
    direct = simulate_quadratic(
        point["matrices"], start, seed=batches, **{k: point[k] for k in names if k in point}
    )
    expected = ["log_norm", "iterate", "diverged"]
    if "every" in point:
        expected += ["recorded_log_norm", "recorded_steps"]
        assert len(row.values["recorded_steps"]) == 1 + 20 // point["every"]
    assert sorted(row.values) == sorted(expected)
    for name in expected:
        value = getattr(direct, name)
        assert (row.values[name].shape, row.values[name].dtype) == (value.shape, value.dtype)
        assert row.values[name].tobytes() == value.tobytes(), name


@pytest.mark.parametrize("change", [{}, {"radius": 0.05, "centre": [1.0, 1.0]}], ids=str)
def test_a_nonconvex_cell_is_the_documented_call(tmp_path: Path, change: dict[str, Any]) -> None:
    slopes = barrier_slopes([0.2, 0.4]).tolist()
    point = {"slopes": slopes, "start": [0.9, 0.99], "batch_size": 1, "step_size": 0.5} | change
    point |= {"steps": 20, "runs": 4}
    row = next(iter(_sweep(tmp_path / "s.db", nonconvex_cell, [point], seeds=[7])))
    direct = simulate_sum(
        slopes, np.tile([0.9, 0.99], (4, 1)), batch_size=1, step_size=0.5, steps=20, **change,
        seed=Task("", "", canonical(point), 7).stream,
    )  # fmt: skip
    assert sorted(row.values) == ["iterate", "left_at"]
    assert row.values["iterate"].tobytes() == direct.iterate.tobytes()
    assert row.values["left_at"].tolist() == direct.left_at.tolist()
    assert (direct.left_at >= 0).any() == bool(change)


def test_an_axis_may_hold_sums_of_different_size_and_an_absent_start(tmp_path: Path) -> None:
    grid = {"matrices": [[1.0, 3.0], [1.0, 2.0, 3.0]], "start": [None, [2.0]], "batch_size": 1,
            "step_size": np.array(0.1), "steps": 0}  # fmt: skip
    results = _sweep(tmp_path / "s.db", quadratic_cell, grid)
    assert results.shape == (2, 2, 2)
    assert (np.abs(results.array("iterate")[:, 0]) == 1).all()  # x / |x| is +-1 exactly
    assert (results.array("iterate")[:, 1] == 2).all()


def test_the_step_size_at_which_a_pair_diverges_depends_on_the_batch_size(tmp_path: Path) -> None:
    """Scalar Q_1, Q_2: t_p = t_0 prod (1 - C Q_B), |t_0| = 1, so log|t_p| is a sum of p terms.

    Batch size 2: each is log|1 - C m|, m the mean. With u = 2^-53 and r = C m/|1 - C m|, rounding
    t - C (m t) changes its logarithm by at most u (1 + 2 r), rounding 1 - C m by u (1 + r), the last
    logarithms, products and sums by 6 u |log|, all to first order; the second is below a hundredth.

    Batch size 1: they are independent, log|1 - C Q_1| or log|1 - C Q_2| with probability 1/2, of mean
    mu and range w. Hoeffding: P(|sum - p mu| >= p |mu|/2) <= 2 exp(-p mu^2/(2 w^2)). With p =
    max 2 w^2/mu^2 log(2e10 M), over M runs in all: below 1e-10 by the union bound. The band is 0.51
    |mu|, for rounding; inside it the sign is that of mu.
    """
    pairs, sizes, seeds, runs = [[1.0, 3.0], [0.1, 3.9]], [0.4, 0.9, 1.15, 1.6], 2, 10
    logs = {
        (i, c): [math.log(abs(1 - C * q)) for q in pair]
        for (i, pair), (c, C) in product(enumerate(pairs), enumerate(sizes))
    }
    total = len(logs) * seeds * runs
    steps = math.ceil(
        max(2 * ((x - y) / ((x + y) / 2)) ** 2 for x, y in logs.values()) * math.log(2e10 * total)
    )
    grid = {"matrices": pairs, "batch_size": [1, 2], "step_size": sizes, "steps": steps}
    found = _sweep(tmp_path / "s.db", quadratic_cell, grid | {"runs": runs}).array("log_norm")
    assert found.shape == (2, 2, 4, seeds, runs)
    signs = set()
    for (i, c), (x, y) in logs.items():
        drift, C, m = (x + y) / 2, sizes[c], sum(pairs[i]) / 2
        one, full = found[i, 0, c], found[i, 1, c]
        assert (np.sign(one) == np.sign(drift)).all()
        assert (np.abs(one / steps - drift) < 0.51 * abs(drift)).all()
        exact, ratio = math.log(abs(1 - C * m)), C * m / abs(1 - C * m)
        bound = 1.01 * 2**-53 * steps * (2 + 3 * ratio + 6 * abs(exact))
        assert (np.sign(full) == np.sign(exact)).all()
        assert np.abs(full - steps * exact).max() < bound
        signs.add((np.sign(drift), np.sign(exact)))
    assert len(signs) == 4  # each batch size is stable somewhere where the other is not


def test_the_start_is_uniform_on_the_sphere() -> None:
    """Each coordinate has mean 0 and second moment r^2/d, is bounded by r, and the norm is r.

    So have a cube's corners and the points +-r e_i: the fourth moment 3 r^4/(d (d + 2)), here r^4/5,
    tells them apart (r^4/9, r^4/3). Hoeffding, 20,000 draws, r = 1: a mean is off by 0.05 with
    probability at most 2 exp(-20,000 0.05^2/2), a moment in [0, 1] 2 exp(-2 20,000 0.05^2); < 1e-10.
    """
    t = on_sphere(np.random.default_rng(3), 20_000, 3, 2.0) / 2
    assert np.abs((t**2).sum(axis=1) - 1).max() < 1e-14  # a few roundings of 2^-53
    assert np.abs(t.mean(axis=0)).max() < 0.05
    assert np.abs((t**2).mean(axis=0) - 1 / 3).max() < 0.05
    assert np.abs((t**4).mean(axis=0) - 1 / 5).max() < 0.05


def test_recorded_log_norms_are_exact_outside_the_float_range() -> None:
    """Full batch, Q = 1, C = 1/2: t_p = 2^-p. Log 2, product, sum: 4 * 2^-53 < 1e-15.

    With r = 1 and C = 3, t_p = -1 + 2 (-2)^p from t_0 = 1: in the float range up to p = 1022.
    """
    settings = {"matrices": [1.0], "batch_size": 1, "step_size": 0.5, "steps": 5_000, "every": 999}
    values = quadratic_cell(settings, np.random.SeedSequence(0))
    assert values["recorded_steps"].tolist() == [0, 999, 1998, 2997, 3996, 4995]
    exact = -math.log(2) * values["recorded_steps"]
    np.testing.assert_allclose(values["recorded_log_norm"][:, 0], exact, rtol=1e-15)
    whole = quadratic_cell(settings | {"every": 5_000}, np.random.SeedSequence(0))
    assert (whole["recorded_log_norm"][-1] == values["log_norm"]).all()
    assert values["iterate"] == 0
    away = {"linear": [1.0], "step_size": 3.0, "start": [1.0], "steps": 1_030, "every": 1}
    lost = quadratic_cell(settings | away, np.random.SeedSequence(0))
    assert lost["diverged"].all()
    assert np.isfinite(lost["recorded_log_norm"][:1023]).all()
    assert np.isnan(lost["recorded_log_norm"][1023:]).all()


@pytest.mark.parametrize(("start", "C"), [(1e-300, 0.99), (1e300, 101.0), (5e-324, 0.99)])
def test_a_start_near_the_end_of_the_float_range_loses_nothing(start: float, C: float) -> None:
    """log|t_p| = log|t_0| + p log|1 - C|.

    Rounding, u = 2^-53: 100 u a step at C = 0.99 (1 - C is exact), 6 u |log| at the end: 15 * 100 u +
    6 u 814 < 1e-12.
    """
    settings = {"matrices": [1.0], "batch_size": 1, "step_size": C, "steps": 15, "start": [start]}
    values = quadratic_cell(settings, np.random.SeedSequence(0))
    exact = math.log(start) + 15 * math.log(abs(1 - C))
    assert abs(values["log_norm"][0] - exact) < 1e-12


GOOD: dict[str, Any] = {"matrices": PLANE, "batch_size": 1, "step_size": 0.1, "steps": 2}
GOOD_SUM: dict[str, Any] = {
    "slopes": [[0.0, 1.0], [0.0, 3.0]], "start": [1.0], "batch_size": 1, "step_size": 0.1, "steps": 2,
}  # fmt: skip
SHARED: list[tuple[dict[str, Any], str]] = [
    ({"batch_size": 0}, "batch_size=0: must be an integer from 1"),
    ({"batch_size": 1.5}, "batch_size=1.5: must be an integer"),
    ({"step_size": 0.0}, "step_size=0.0: must be a finite number > 0"),
    ({"step_size": None}, "step_size=None: must be"),
    ({"step_size": [0.1, 0.2]}, r"step_size=\[0.1, 0.2\]: must be"),
    ({"steps": -1}, "steps=-1: must be"),
    ({"steps": 1.5}, "steps=1.5: must be"),
    ({"runs": 0}, "runs=0: must be"),
    ({"runs": True}, "runs=True: must be"),
    ({"radius": 0}, "radius=0: must be"),
    ({"radius": "wide"}, "radius='wide': must be"),
    ({"sampling": "no"}, "sampling='no': must be one of"),
    ({"start": [[1.0, 2.0]]}, r"start: shape \(1, 2\); must be one point, \(d,\)"),
    ({"start": 1.0}, r"start: shape \(\); must be one point, \(d,\); in a grid"),
    ({"start": ["a"]}, r"start: must be an array of real numbers, got \['a'\]"),
    ({"stepsize": 1}, r"grid\['stepsize'\]: unknown setting; known are"),
]
BAD = [
    *((quadratic_cell, GOOD, *bad) for bad in SHARED),
    *((nonconvex_cell, GOOD_SUM, *bad) for bad in SHARED),
    (quadratic_cell, GOOD, {"matrices": [[[1.0, 2.0], [3.0, 1.0]]]}, r"matrices\[0\]\[0\]\[1\]"),
    (
        quadratic_cell,
        GOOD,
        {"matrices": 1.0},
        r"matrices: shape \(\); must be \(N, d, d\) or \(N,\)",
    ),
    (quadratic_cell, GOOD, {"matrices": "Q"}, "matrices: must be an array of real numbers"),
    (quadratic_cell, GOOD, {"start": [1.0] * 3}, r"start: shape \(1, 3\); must be .* d = 2"),
    (quadratic_cell, GOOD, {"start": [1.0, 0.0], "radius": 2.0}, "radius=2.0: must be left out"),
    (quadratic_cell, GOOD, {"linear": [[1.0]]}, r"linear: shape \(1, 1\); must be \(N, d\)"),
    (quadratic_cell, GOOD, {"every": 0}, "every=0: must be"),
    (quadratic_cell, GOOD, {"batch_size": 4}, "batch_size=4: must be an integer from 1 to 3"),
    (quadratic_cell, GOOD, {"sampling": "cyclic", "batch_size": 2}, "batch_size=2: must divide"),
    (nonconvex_cell, GOOD_SUM, {"slopes": [1.0, 2.0]}, r"slopes: shape \(2,\)"),
    (nonconvex_cell, GOOD_SUM, {"centre": [0.0, 1.0]}, r"centre: shape \(2,\)"),
    (nonconvex_cell, GOOD_SUM, {"centre": "a"}, "centre: must be"),
    (nonconvex_cell, GOOD_SUM, {"every": 1}, r"grid\['every'\]: unknown setting"),
    (nonconvex_cell, GOOD_SUM, {"batch_size": 3}, "batch_size=3: must be an integer from 1 to 2"),
]


@pytest.mark.parametrize(
    ("cell", "good", "change", "match"), BAD, ids=[f"{bad[0].version}-{bad[2]}" for bad in BAD]
)
def test_bad_settings_are_named_before_any_work(
    tmp_path: Path, cell: Cell, good: dict[str, Any], change: dict[str, Any], match: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{match}.*in settings"):
        _sweep(tmp_path / "s.db", cell, [good | change])
    assert not list(tmp_path.iterdir())


AUTOENCODER = {"n": 3, "batch_size": 1, "step_size": 0.1, "steps": 2}


@pytest.mark.parametrize(
    ("cell", "good"),
    [(quadratic_cell, GOOD), (nonconvex_cell, GOOD_SUM), (simulate_cell, AUTOENCODER)],
    ids=["quadratic", "nonconvex", "autoencoder"],
)
def test_every_missing_setting_is_named(tmp_path: Path, cell: Cell, good: dict[str, Any]) -> None:
    for name in good:
        rest = {k: v for k, v in good.items() if k != name}
        with pytest.raises(
            ValueError, match=rf"^grid\['{name}'\]: is missing; .*{name}.* are needed"
        ):
            _sweep(tmp_path / "s.db", cell, [rest])
    assert not list(tmp_path.iterdir())
    assert _sweep(tmp_path / "s.db", cell, [good]).computed == 2
