"""Pictures of the quadratic theory: predicted against observed thresholds, and the bridge."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim import simulate
from sim.problems.nonconvex import barrier_slopes, simulate_sum, styblinski_tang_slopes
from sim.problems.quadratic_moments import almost_sure_threshold, mean_square_threshold
from theorem_audit.report.drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, Rows, picture
from theory.quadratic.nonconvex import wells

COUNT = 12
RADIUS, START = 2e-3, 1e-7  # of the neighbourhood, and the distance at the start
RUNS, STEPS, GRID = 60, 1500, 29
SIZES = (1, 2, 3, 4, 6, 9, COUNT)


def _sums() -> list[tuple[str, str, Any, float, Any]]:
    """(label, colour, slopes, minimum, curvatures of the components there)."""
    weights = -np.log(1 - (np.arange(COUNT) + 0.5) / COUNT)  # quantiles of the exponential law
    barriers = 0.3 + np.linspace(-1.4, 1.4, COUNT)
    found: list[tuple[str, str, Any, float, Any]] = []
    for (low, _), colour, name in zip(wells(), (RED, BLUE), ("sharp", "flat"), strict=True):
        at = float(low)
        found.append((f"Styblinski-Tang, {name} ({at:+.2f})", colour,
                      styblinski_tang_slopes(weights), at, (6 * at**2 - 16) * weights))  # fmt: skip
    for at, colour, name in ((1.0, ORANGE, "sharp"), (0.0, GREEN, "flat")):
        curvatures = barriers if at == 0 else 1 - barriers
        found.append(
            (f"moving barrier, {name} ({at:.0f})", colour, barrier_slopes(barriers), at, curvatures)
        )
    return found


def _observed(slopes: Any, at: float, batch: int, grid: Any, seed: Any) -> float:
    """The step size at which half the runs leave, by interpolation of the shares on a grid."""
    steps = np.repeat(grid, RUNS)
    result = simulate_sum(
        slopes, np.full((steps.size, 1), at + START), batch_size=batch, step_size=steps, steps=STEPS,
        centre=at, radius=RADIUS, seed=seed,
    )  # fmt: skip
    share = result.left.reshape(grid.size, RUNS).mean(axis=1)
    rising = np.maximum.accumulate(share)
    if rising[-1] < 0.5 or rising[0] >= 0.5:
        return float("nan")
    return float(np.interp(0.5, rising, grid))


@picture("thresholds", "Predicted against observed thresholds of minima of non-convex sums")
def thresholds(seed: int) -> tuple[Figure, Rows]:
    """Thresholds over the batch size for both sums; on the right observed against predicted.

    Observed: the step size at which half of the runs started at distance 1e-7 leave the minimum.
    """
    rows: list[dict[str, Any]] = []
    figure = Figure(figsize=(10.2, 3.7))
    tang, barrier, right = figure.subplots(1, 3)
    for index, (label, colour, slopes, at, curvatures) in enumerate(_sums()):
        panel = tang if index < 2 else barrier
        lines: list[tuple[float, float, float]] = []
        for batch in SIZES:
            mean_square = mean_square_threshold(curvatures, batch)
            almost_sure = almost_sure_threshold(curvatures, batch)
            grid = np.geomspace(0.7 * mean_square, 1.5 * almost_sure, GRID)
            key = np.random.SeedSequence([seed, 6, index, batch])
            observed = _observed(slopes, at, batch, grid, key)
            lines.append((mean_square, almost_sure, observed))
            rows.append({"minimum": label, "batch_size": batch, "mean_square": mean_square,
                         "almost_sure": almost_sure, "observed": observed})  # fmt: skip
        table = np.array(lines)
        panel.plot(SIZES, table[:, 0], color=colour, ls="--")
        panel.plot(SIZES, table[:, 1], color=colour, label=label)
        panel.plot(SIZES, table[:, 2], "o", color=colour, ms=4)
        for column, fill in ((0, "none"), (1, colour)):
            ratio = table[:, 2] / table[:, column]
            right.plot(SIZES, ratio, "o", mfc=fill, color=colour, ms=4)
    tang.set(title="Styblinski-Tang", xlabel="batch size", ylabel="step size", ylim=(0, None))
    barrier.set(title="Moving barrier", xlabel="batch size", ylim=(0, None))
    right.axhline(1, color=GREY, lw=0.8)
    right.set(title="Observed / predicted", xlabel="batch size", ylim=(0, None))
    styles = [Line2D([], [], color=GREY, ls="--", label="predicted, mean square (hollow)"),
              Line2D([], [], color=GREY, label="predicted, almost sure (filled)"),
              Line2D([], [], color=GREY, ls="", marker="o", ms=4, label="observed")]  # fmt: skip
    entries = [x for panel in (tang, barrier) for x in panel.get_legend_handles_labels()[0]]
    figure.legend(handles=[*entries, *styles], loc="lower center", ncols=4, fontsize=8)
    figure.tight_layout(rect=(0, 0.14, 1, 1))
    return figure, rows


@picture("bridge", "At a data point: the moment exponent changes sign at moment one")
def bridge(seed: int) -> tuple[Figure, Rows]:
    """Lines: Lambda(g) of BRIDGE. Points: one step of the full SGD near x_1, with 3 standard errors."""
    n, a, runs = 6, 0.4, 20_000
    rows: list[dict[str, Any]] = []
    figure = Figure(figsize=(5.6, 3.6))
    axes = figure.subplots()
    fine = np.linspace(0, 2.5, 126)
    for batch, colour, line in ((1, RED, "-"), (3, ORANGE, "-"), (5, PURPLE, "--"), (n, BLUE, "-")):
        p = batch * (n - batch) / (n * (n - 1))
        exact = np.log(1 - 2 * p + p * ((1 - a) ** fine + (1 + a) ** fine))
        axes.plot(
            fine, exact, line, color=colour, label=f"b = {batch}" + (" = n" if batch == n else "")
        )
        rows += [{"batch_size": batch, "moment": x, "kind": "exact", "value": y, "error": 0.0}
                 for x, y in zip(fine, exact, strict=True)]  # fmt: skip
        q = np.full((runs, n), 1e-9)
        q[:, 0] = 1.0
        key = np.random.SeedSequence([seed, 7, batch])
        result = simulate(q, 0.0, batch_size=batch, step_size=a * batch, steps=1, seed=key)
        factor = np.exp(result.log_abs_q[:, 1] - np.log(1e-9))
        for moment in np.arange(0.25, 2.51, 0.25):
            sample = factor**moment
            mean = float(sample.mean())
            error = 3 * float(sample.std()) / np.sqrt(runs) / mean
            axes.errorbar(moment, np.log(mean), yerr=error, fmt="o", ms=3, color=colour, lw=1)
            rows.append({"batch_size": batch, "moment": moment, "kind": "run",
                         "value": float(np.log(mean)), "error": error})  # fmt: skip
    axes.axhline(0, color=GREY, lw=0.8)
    axes.axvline(1, color=GREY, lw=0.8, ls=":")
    axes.annotate("paths: stable", (0.05, 0.93), xycoords="axes fraction")
    axes.annotate("mean square: unstable", (0.97, 0.05), xycoords="axes fraction", ha="right")
    axes.set(title=f"Growth of E|q_j|^g per step at a data point (n = {n}, a = {a})",
             xlabel="moment g", ylabel="exponent")  # fmt: skip
    axes.legend(loc="upper left", bbox_to_anchor=(0, 0.9))
    figure.tight_layout()
    return figure, rows
