"""Rounding errors of the engines against 50 digits, under the bound of `sim.engine.rounding`."""

import numpy as np
import pytest
from mpmath import mp

from sim import simulate
from sim.engine.batches import drawn, mask_pays
from sim.engine.rounding import bound
from sim.reference import exact_run, precise_run

TARGET = 1e-11  # relative error per coordinate after 10,000 steps


def start(n, seed):
    rng = np.random.default_rng(seed)
    q = rng.normal(size=n)
    return q / np.linalg.norm(q) / 1.2, 0.2


def subsets(n, b, steps, seed):
    rng = np.random.default_rng(seed)
    return rng.permuted(np.tile(np.arange(n), (steps, 1)), axis=1)[:, :b]


def errors(result, reference):
    """Relative errors of |q_j| and sqrt(rho), from logarithms, so that underflow hides nothing."""
    with mp.workdps(50):
        logs = [mp.log(abs(value)) for value in reference[0]] + [mp.log(reference[1]) / 2]
        found = [*result.log_abs_q[0], result.log_rho[0] / 2]
        return np.array(
            [float(abs(mp.mpf(float(x)) - y)) for x, y in zip(found, logs, strict=True)]
        )


def allowance(result):
    """A log is stored as a float64: half a unit in the last place, and three roundings to make."""
    logs = np.array([*result.log_abs_q[0], result.log_rho[0] / 2])
    return 4 * np.spacing(np.maximum(1.0, np.abs(logs)))


@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_fifty_digits_are_fifty_digits(activation):
    """Against exact rationals over 6 steps of at most 100 operations on numbers below 4: each is off by
    4e-50 at most, a step of a = 0.1 multiplies what is off by less than 4, and 600 * 4 * 4^6 < 1e8."""
    q, rho = [0.5, -0.4, 0.3, 0.2, -0.1], 0.2
    batches = subsets(5, 2, 6, seed=1)
    kw = {"step_size": 0.2, "batch_size": 2, "activation": activation}
    exact, left = exact_run(q, rho, batches, **kw)

    def gap(digits):
        found, rest = precise_run(q, rho, batches, digits=digits, **kw)
        with mp.workdps(80):
            pairs = zip([*exact, left], [*found, rest], strict=True)
            return max(abs(mp.mpf(int(x.p)) / int(x.q) - y) for x, y in pairs)

    assert gap(50) < 1e-42
    assert gap(30) > 1e-42


CASES = [
    pytest.param("linear", 20, 1, 0.2, 10_000, marks=pytest.mark.in_ci),
    pytest.param("linear", 20, 4, 0.2, 10_000, marks=pytest.mark.thorough),
    ("linear", 20, 19, 0.2, 10_000),
    pytest.param("linear", 20, 20, 0.2, 10_000, marks=pytest.mark.thorough),
    ("relu", 20, 1, 0.45, 2_000),
    ("relu", 20, 17, 0.45, 2_000),
    ("relu", 12, 6, 0.3, 2_000),
    ("relu", 12, 12, 0.3, 2_000),
]


@pytest.mark.parametrize(("activation", "n", "b", "a", "steps"), CASES)
def test_relative_error_is_within_the_derived_bound_and_the_target(activation, n, b, a, steps):
    q, rho = start(n, seed=n + b)
    batches = subsets(n, b, steps, seed=b)
    kw = {"step_size": a * b, "batch_size": b, "activation": activation}
    reference = precise_run(q, rho, batches, **kw)
    limit = bound(q, rho, batches, **kw)
    for backend in ("numpy", "general"):
        result = simulate(q, rho, steps=steps, batches=batches, backend=backend, **kw)
        error = errors(result, reference)
        assert (error <= limit + allowance(result)).all(), (backend, (error / limit).max())
        assert error.max() < TARGET, backend
        assert (result.sign[0] == [int(mp.sign(value)) for value in reference[0]]).all()


@pytest.mark.parametrize(("activation", "n", "a"), [("linear", 20, 0.2), ("relu", 12, 0.45)])
def test_many_steps_at_once_keep_the_bound(monkeypatch, activation, n, a):
    """The same for `sim.engine._ahead`, here with repeats at every few steps; its target is the same."""
    q, rho = start(n, seed=n)
    batches = subsets(n, 1, 3_000, seed=1)
    kw = {"step_size": a, "batch_size": 1, "activation": activation}
    reference = precise_run(q, rho, batches, **kw)
    monkeypatch.setattr("sim.engine._ahead.pays", lambda n, b, runs: True)
    result = simulate(q, rho, steps=3_000, batches=batches, **kw)
    error = errors(result, reference)
    assert (error <= bound(q, rho, batches, **kw) + allowance(result)).all()
    assert error.max() < TARGET


@pytest.mark.parametrize("b", [18, 22])
def test_masks_keep_the_bound(b):
    """n = 40 at a = 0.45, where b = 18 and 22 are drawn as masks; ReLU with 20 passive data."""
    n, a, steps = 40, 0.45, 600
    q, rho = start(n, seed=b)
    kw = {"step_size": a * b, "batch_size": b, "activation": "relu"}
    assert mask_pays(n, min(b, n - b))
    batches = drawn(n, b, 1, steps, seed=b)[:, :, 0]
    reference = precise_run(q, rho, batches, **kw)
    result = simulate(q, rho, steps=steps, seed=b, **kw)
    error = errors(result, reference)
    limit = bound(q, rho, batches, masked=True, **kw)
    assert (error <= limit + allowance(result)).all()
    assert error.max() < TARGET
    assert result.log_abs_q.max() - result.log_abs_q.min() > 40


def test_the_complement_needs_its_resummation(monkeypatch):
    """Without it the error of the carried mass grows by f^2 a step and leaves the bound."""
    q, rho = start(20, seed=3)
    batches = subsets(20, 17, 2_000, seed=3)
    kw = {"step_size": 0.2 * 17, "batch_size": 17}
    reference = precise_run(q, rho, batches, **kw)
    limit = bound(q, rho, batches, **kw)
    monkeypatch.setattr("sim.engine._complement._SYNC_SHARE", 1e9)
    with np.errstate(all="ignore"):
        result = simulate(q, rho, steps=2_000, batches=batches, **kw)
    assert not (errors(result, reference) <= limit + allowance(result)).all()


@pytest.mark.parametrize(
    "b", [pytest.param(1, marks=pytest.mark.in_ci), 2, pytest.param(3, marks=pytest.mark.in_ci)]
)
def test_ratios_far_below_the_float_range_keep_their_digits(b):
    """n = 4, 12,000 steps at a = 0.45: log|q_j| reaches below -1,000, q itself is zero."""
    q, rho, steps = [0.5, 0.4, -0.3, 1e-200], 0.1, 12_000
    batches = subsets(4, b, steps, seed=b)
    kw = {"step_size": 0.45 * b, "batch_size": b}
    reference = precise_run(q, rho, batches, **kw)
    result = simulate(q, rho, steps=steps, batches=batches, **kw)
    assert result.log_abs_q.min() < -1_000
    assert (result.q == 0).any()
    error = errors(result, reference)
    assert (error <= bound(q, rho, batches, **kw) + allowance(result)).all()
    assert (result.sign[0] == [1, 1, -1, 1]).all()
