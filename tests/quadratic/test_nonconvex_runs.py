"""Chapter nonconvex: runs that stay at a minimum or leave it as predicted."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from sympy import Expr, Symbol

from sim.problems.nonconvex import barrier_slopes, simulate_sum, styblinski_tang_slopes
from sim.problems.quadratic_moments import (
    almost_sure_threshold,
    batch_means,
    lyapunov_exponent,
    mean_square_threshold,
    variance_factor,
)
from tests.quadratic.test_nonconvex import RADIUS, WEIGHTS
from theorem_audit import evidence, expect, note, seed
from theorem_audit.checks.statistics import expect_at_least
from theorem_audit.statement.claim import Claim
from theory.quadratic.nonconvex import Q_NONCONVEX, C_left, C_right, C_well, c, h, m, v, wells
from theory.quadratic.second_moment import kappa

F = Fraction
# c_i: barriers that go beyond both minima.
BARRIERS = tuple(F(3, 10) - F(7, 5) + F(14 * i, 55) for i in range(12))  # mean 3/10


def _sums() -> list[tuple[str, Any, float, list[float], Expr, dict[Symbol, Any]]]:
    """(name, slopes, minimum, curvatures of the components there, claimed symbol, its moments)."""
    found = []
    z = [float(value) for value in WEIGHTS]
    for low, _ in wells():
        at = float(low)
        bend = 6 * at**2 - 16
        moments = {h: bend, m: np.mean(z), v: np.var(z)}
        curvatures = [bend * value for value in z]
        found.append(
            (f"well {at:+.3f}", styblinski_tang_slopes(z), at, curvatures, C_well, moments)
        )
    barriers = [float(value) for value in BARRIERS]
    moments = {c: np.mean(barriers), v: np.var(barriers)}
    for at, curvatures, symbol in (
        (0.0, barriers, C_left),
        (1.0, [1 - b for b in barriers], C_right),
    ):
        found.append(
            (f"barrier, {at:.0f}", barrier_slopes(barriers), at, curvatures, symbol, moments)
        )
    return found


SUMS = {name: rest for name, *rest in _sums()}
_RUNS, _SHARE = 400, 0.1  # runs; start at this share of the radius


@evidence(Q_NONCONVEX, "simulation", step=("threshold", "capture"), cases={s: s for s in SUMS})
def test_runs_stay_below_the_predicted_threshold(claim: Claim, case: str) -> None:
    """At 0.9 C_ms: P(never left) >= 1 - (e_0/r)^2, because e^2 is a supermartingale inside r."""
    slopes, at, curvatures, symbol, moments = SUMS[case]
    count = len(slopes)
    for batch in sorted({1, 2, count // 2, count}):
        factor = variance_factor(count, batch)
        predicted = float(claim.says(symbol).subs({**moments, kappa: factor}))
        if symbol == C_well:
            # p(e) = h + 6x e + 2e^2 <= h/0.9 and > 0
            radius = 0.99 * moments[h] / 9 / (6 * abs(at) + 2)
        else:
            radius = float(RADIUS) * float(np.mean(curvatures))
        start = np.full((_RUNS, 1), at + _SHARE * radius)
        result = simulate_sum(
            slopes, start, batch_size=batch, step_size=0.9 * predicted, steps=1500, centre=at,
            radius=radius, seed=seed(batch),
        )  # fmt: skip
        expect(
            mean_square_threshold(curvatures, batch) > 0.9 * predicted, "contracts in mean square"
        )
        stayed = int((~result.left).sum())
        expect_at_least(stayed, _RUNS, 1 - _SHARE**2, what=f"{case}, k={batch}: stayed")


def _leaving(
    curvatures: list[float], batch: int, C: float, bend: float
) -> tuple[float, float, float]:
    """(r, theta, gamma): inside r, P(stay T steps) <= (r/e_0)^gamma theta^T.

    |e+/e| >= |1 - C h_B| - C bend r =: m_B while |e| <= r, so staying needs prod m_B <= r/e_0; Markov's
    inequality on prod m_B^(-gamma), theta = E m_B^(-gamma) over all batches.
    """
    factors = np.abs(1 - C * batch_means(curvatures, batch))
    radius = 0.05 * factors.min() / (C * bend)
    margins = factors - C * bend * radius
    gammas = np.linspace(0.01, 1.0, 100)
    thetas = [(margins**-g).mean() for g in gammas]
    best = int(np.argmin(thetas))
    return radius, thetas[best], gammas[best]


@evidence(Q_NONCONVEX, "simulation", step="threshold", cases={s: s for s in SUMS})
def test_runs_leave_above_the_almost_sure_threshold(claim: Claim, case: str) -> None:
    """At 1.25 C_as every run has left by a time whose failure probability is below 1e-9."""
    slopes, at, curvatures, symbol, moments = SUMS[case]
    count = len(slopes)
    for batch in sorted({1, 2, count // 2, count}):
        factor = variance_factor(count, batch)
        predicted = float(claim.says(symbol).subs({**moments, kappa: factor}))
        limit = almost_sure_threshold(curvatures, batch)
        expect(limit > predicted * (1 - 1e-6), "C_ms <= C_as", batch=batch)
        C = 1.25 * limit
        if lyapunov_exponent(curvatures, batch_size=batch, step_size=C) <= 0:
            C = 1.05 * limit  # an island of stability further out (Q-AS, finding)
        expect(lyapunov_exponent(curvatures, batch_size=batch, step_size=C) > 0, "Lambda > 0", C=C)
        # |f_B'(e)/e - h_B| <= bend |e| for |e| <= 1: from the slopes' second and third differences
        bend = float(max(abs(6 * at * s[3]) / 2 + abs(s[2]) + abs(s[3]) for s in slopes))
        radius, theta, gamma = _leaving(curvatures, batch, C, bend)
        expect(theta < 1, "leaving is geometric", batch=batch, theta=theta)
        steps = int(np.ceil((np.log(1e-9 / _RUNS) - gamma * np.log(100)) / np.log(theta)))
        expect(steps < 60_000, "in reasonable time", batch=batch, steps=steps)
        start = np.full((_RUNS, 1), at + radius / 100)
        result = simulate_sum(
            slopes, start, batch_size=batch, step_size=C, steps=steps, centre=at, radius=radius,
            seed=seed(batch),
        )  # fmt: skip
        expect(result.left.all(), f"{case}, k={batch}: all have left", left=int(result.left.sum()))


def _staying(curvatures: list[float], batch: int, C: float, bend: float) -> tuple[float, float]:
    """(r, gamma): inside r, |e|^gamma is a supermartingale, so P(ever leave) <= (e_0/r)^gamma.

    |e+/e| <= |1 - C h_B| + C bend r, and the gamma-th moment of the right-hand side is at most 1.
    """
    radius = 1e-4 / (C * bend)
    factors = np.abs(1 - C * batch_means(curvatures, batch)) + C * bend * radius
    gammas = np.linspace(0.005, 2.0, 400)
    allowed = [g for g in gammas if (factors**g).mean() <= 1]
    expect(bool(allowed), "some moment contracts", C=C, batch=batch)
    return radius, float(max(allowed))


@evidence(Q_NONCONVEX, "simulation", step="order")
def test_small_batches_keep_the_sharper_minimum_of_the_barrier(claim: Claim) -> None:
    """One step size for k = 1 and one for k = N: the minimum that keeps its runs is not the same.

    The minimum at 1 is watched in the coordinate 1 - x, where it is 0 and its barriers are 1 - c_i.
    """
    moments = SUMS["barrier, 0"][-1]
    barriers = {"flat": [float(value) for value in BARRIERS]}
    barriers["sharp"] = [1 - value for value in barriers["flat"]]
    for batch, kept, lost in ((1, "sharp", "flat"), (len(BARRIERS), "flat", "sharp")):
        point = {**moments, kappa: variance_factor(len(BARRIERS), batch)}
        claimed = {
            name: float(claim.says(symbol).subs(point))
            for name, symbol in (("flat", C_left), ("sharp", C_right))
        }
        expect(claimed[kept] > claimed[lost], "the claimed order", batch=batch, claimed=claimed)
        ends = [almost_sure_threshold(barriers[name], batch) for name in (lost, kept)]
        expect(ends[0] < ends[1], "the same order almost surely", batch=batch, ends=ends)
        C = (
            ends[0] ** 0.2 * ends[1] ** 0.8
        )  # nearer the kept one's: leaving is quick, so is the test
        bend = 1 + max(
            abs(1 + value) for value in barriers[lost]
        )  # f_i'/e = c_i - (1 + c_i)e + e^2
        radius, theta, gamma = _leaving(barriers[lost], batch, C, bend)
        steps = int(np.ceil((np.log(1e-9 / _RUNS) - gamma * np.log(100)) / np.log(theta)))
        gone = simulate_sum(
            barrier_slopes(barriers[lost]), np.full((_RUNS, 1), radius / 100), batch_size=batch,
            step_size=C, steps=steps, radius=radius, seed=seed("lost", batch),
        )  # fmt: skip
        expect(gone.left.all(), f"k={batch}: every run leaves the {lost} minimum", C=C, steps=steps)
        bend = 1 + max(abs(1 + value) for value in barriers[kept])
        radius, gamma = _staying(barriers[kept], batch, C, bend)
        start = radius * 0.01 ** (1 / gamma)  # P(ever leave) <= 1/100
        expect(start > 1e-300, "the start is no zero", start=start)
        stay = simulate_sum(
            barrier_slopes(barriers[kept]), np.full((_RUNS, 1), start), batch_size=batch,
            step_size=C, steps=steps, radius=radius, seed=seed("kept", batch),
        )  # fmt: skip
        expect_at_least(int((~stay.left).sum()), _RUNS, 0.99, what=f"k={batch}: {kept} kept")
        note(f"k={batch}, C={C:.3f}: all runs leave the {lost} minimum within {steps} steps, "
             f"{int((~stay.left).sum())} of {_RUNS} stay at the {kept} one")  # fmt: skip


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"slopes": [1.0, 2.0]}, ValueError, r"slopes: shape \(2,\)"),
        ({"step_size": 0.0}, ValueError, r"step_size=0.0: must be > 0"),
        ({"step_size": [0.1, 0.2]}, ValueError, r"step_size=.*shape \(1,\)"),
        ({"batch_size": 5}, ValueError, r"batch_size=5: must be an integer from 1 to 2"),
        ({"radius": -1.0}, ValueError, r"radius=-1.0: must be > 0"),
        ({"centre": [0.0, 1.0]}, ValueError, r"centre: shape \(2,\)"),
        ({"start": [float("nan")]}, ValueError, r"start\[\(0,\)\]=nan: every entry must be finite"),
        ({"start": 1.0}, ValueError, r"start: shape \(\)"),
    ],
)
def test_bad_input_is_refused(change: dict[str, Any], error: type[Exception], message: str) -> None:
    good: dict[str, Any] = {
        "slopes": barrier_slopes([0.2, 0.4]), "start": [0.1], "batch_size": 1, "step_size": 0.1,
        "steps": 3,
    }  # fmt: skip
    with pytest.raises(error, match=message):
        simulate_sum(**{**good, **change})


def test_a_run_that_leaves_the_float_range_is_nan_and_has_left() -> None:
    result = simulate_sum(
        styblinski_tang_slopes([1.0]), [[100.0], [1.0]], batch_size=1, step_size=[1.0, 0.01],
        steps=50, centre=100.0, radius=1.0,
    )  # fmt: skip
    assert np.isnan(result.iterate[0]).all()
    assert result.left_at[0] == 1
    assert abs(result.iterate[1, 0] - 2.7468) < 1e-3
