"""Pictures of the autoencoder: where the mass goes, the trace on the way, what happens where."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from sim import simulate
from sim.problems.autoencoder_cell import uniform_start
from theorem_audit.report.drawing import BLUE, GREY, ORANGE, RED, Rows, picture

SIZE, STEP = 20, 0.2  # n and a = step_size / batch_size


def _start(runs: int, n: int, d: int, seed: int, key: int) -> tuple[Any, Any]:
    """Random directions in R^d with squared norm 1/2: (q, rho)."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, key]))
    return uniform_start(rng, runs, n, d, radius=0.5**0.5)


@picture("mass", "Where the mass goes: the same start, full batch and mini-batch")
def mass(seed: int) -> tuple[Figure, Rows]:
    """Left: final shares q_j^2 from one start. Right: effective number of coordinates over time."""
    n, d, runs = SIZE, 30, 200
    q, rho = _start(runs, n, d, seed, 1)
    every, steps = 40, 6_000
    figure = Figure(figsize=(8.4, 3.2))
    left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": [1, 1.15]})
    rows: list[dict[str, Any]] = []
    order = np.argsort(-(q[0] ** 2))
    place = np.arange(n)
    for b, colour, label in (
        (n, BLUE, f"full batch, b = n = {n}"),
        (n - 1, GREY, f"b = n - 1 = {n - 1}"),
        (1, RED, "b = 1"),
    ):
        result = simulate(
            q, rho, batch_size=b, step_size=STEP * b, steps=steps, seed=seed,
            observe=["participation_ratio"], every=every,
        )  # fmt: skip
        series = result.recorded["participation_ratio"]
        median = np.median(series, axis=1)
        low, high = np.quantile(series, [0.1, 0.9], axis=1)
        right.plot(result.recorded_steps, median, color=colour, label=label)
        right.fill_between(result.recorded_steps, low, high, color=colour, alpha=0.18, lw=0)
        shares = result.q[0, order] ** 2 / (result.q[0] ** 2).sum()
        if b != n - 1:
            shift = -0.2 if b == n else 0.2
            left.bar(place + shift, shares, width=0.4, color=colour, label=label)
        rows += [
            {"panel": "path", "batch_size": b, "at": int(t), "median": m, "low": lo, "high": hi}
            for t, m, lo, hi in zip(result.recorded_steps, median, low, high, strict=True)
        ]
        rows += [
            {"panel": "limit", "batch_size": b, "at": int(j), "median": v, "low": v, "high": v}
            for j, v in enumerate(shares)
        ]
    left.set(title="Where the mass ends", xlabel="data point (by its share at the start)",
             ylabel="share of the squared norm", ylim=(0, 1.05))  # fmt: skip
    left.legend(loc="upper right")
    right.set(title="How many data points it is spread over", xlabel="step",
              ylabel="participation ratio", yscale="log", ylim=(0.9, n))  # fmt: skip
    left.set_xticks(range(0, n, 5))
    right.set_yticks([1, 2, 5, 10, 20], labels=["1", "2", "5", "10", "20"])
    right.legend(loc="center right")
    figure.tight_layout()
    return figure, rows


@picture("trace", "Trace of the Hessian along ReLU paths, and its jump at the limit point")
def trace(seed: int) -> tuple[Figure, Rows]:
    """ReLU paths: the trace stays at (d+4-k0)/n; only the limit point itself has (d+3)/n."""
    n, d, runs = SIZE, 30, 50
    q, rho = _start(runs, n, d, seed, 2)
    active = (q > 0).sum(axis=1)
    k0 = int(np.bincount(active).argmax())
    keep = active == k0
    q, rho = q[keep], rho[keep]
    figure = Figure(figsize=(8.4, 3.2))
    axes = figure.subplots(1, 2)
    rows: list[dict[str, Any]] = []
    for b, colour, label in ((n, BLUE, "full batch"), (1, RED, "b = 1")):
        result = simulate(
            q, rho, batch_size=b, step_size=STEP * b, steps=8_000, seed=seed, activation="relu",
            observe=["hessian_trace", "hessian_max_eigenvalue"], every=40, dimension=d,
        )  # fmt: skip
        for axis, name in zip(axes, ("hessian_trace", "hessian_max_eigenvalue"), strict=True):
            mean = result.recorded[name].mean(axis=1)
            axis.plot(result.recorded_steps, mean, color=colour, label=label)
            rows += [
                {"observable": name, "batch_size": b, "step": int(t), "mean": v}
                for t, v in zip(result.recorded_steps, mean, strict=True)
            ]
    axes[0].axhline((d + 4 - k0) / n, color=GREY, ls=":", label=f"(d+4-k0)/n, k0 = {k0}")
    axes[0].axhline((d + 3) / n, color=ORANGE, ls="--", label="(d+3)/n: the limit point itself")
    axes[1].axhline(4 / n, color=GREY, ls=":", label="4/n")
    axes[0].set(title="Trace of the Hessian", xlabel="step")
    axes[1].set(title="Largest eigenvalue", xlabel="step")
    for axis in axes:
        axis.legend(loc="center right")
    figure.tight_layout()
    return figure, rows


@picture("phase", "Where SGD goes, by step size and starting radius, with the proved region")
def phase(seed: int) -> tuple[Figure, Rows]:
    """Each cell: 48 runs from random directions, n = 4, d = 12, b = 2, 40/a^2 steps.

    converged: one coordinate holds more than 99 % of the mass and |r2 - 1| < 0.01.
    spurious: s < 1e-3 with r2 > 1, orthogonal to the data. The rest oscillates or diverges.
    """
    n, d, b, runs = 4, 12, 2, 48
    sizes = np.linspace(0.04, 0.72, 18)
    radii = np.linspace(0.25, 6.75, 27)
    rows: list[dict[str, Any]] = []
    for column, a in enumerate(sizes):
        steps = int(40 / a**2)  # several times 1 / Lambda, the exponent being near -a^2 / 3
        q, rho = _start(runs * radii.size, n, d, seed, 100 + column)
        scale = np.repeat(radii, runs) / 0.5
        result = simulate(
            q * np.sqrt(scale)[:, None], rho * scale, batch_size=b, step_size=a * b, steps=steps,
            seed=np.random.SeedSequence([seed, 200 + column]), observe=["max_share", "active_mass"],
            every=steps,
        )  # fmt: skip
        share, mass_on = result.recorded["max_share"][-1], result.recorded["active_mass"][-1]
        good = ~result.diverged & (share > 0.99) & (np.abs(result.r2 - 1) < 0.01)
        caught = ~result.diverged & (mass_on < 1e-3) & (result.r2 > 1)
        for row, radius in enumerate(radii):
            cell = slice(row * runs, (row + 1) * runs)
            rows.append(
                {"a": a, "r2": radius, "runs": runs, "converged": int(good[cell].sum()),
                 "spurious": int(caught[cell].sum()),
                 "other": int(runs - good[cell].sum() - caught[cell].sum())}
            )  # fmt: skip
    shape = (sizes.size, radii.size)
    parts = {
        name: np.array([r[name] / r["runs"] for r in rows]).reshape(shape)
        for name in ("converged", "spurious", "other")
    }
    colours = np.array([_rgb(BLUE), _rgb(ORANGE), _rgb(GREY)])
    image = np.tensordot(np.stack([parts[k] for k in parts], axis=-1), colours, axes=1)
    figure = Figure(figsize=(6.4, 4.2))
    axis = figure.subplots()
    half = ((sizes[1] - sizes[0]) / 2, (radii[1] - radii[0]) / 2)
    axis.imshow(
        image.transpose(1, 0, 2), origin="lower", aspect="auto", interpolation="nearest",
        extent=(sizes[0] - half[0], sizes[-1] + half[0], radii[0] - half[1], radii[-1] + half[1]),
    )  # fmt: skip
    axis.plot([0, 0.5, 0.5], [2, 2, 0], color="black", lw=2, label="proved: a < 1/2, r2(0) < 2")
    for name, colour in zip(parts, (BLUE, ORANGE, GREY), strict=True):
        label = {"converged": "converges to a data point", "spurious": "caught at the spurious set",
                 "other": "oscillates or diverges"}[name]  # fmt: skip
        axis.plot([], [], "s", color=colour, label=label)
    axis.set(xlabel="a = step size / batch size", ylabel="squared norm at the start, r2(0)",
             xlim=(sizes[0] - half[0], None), ylim=(radii[0] - half[1], None),
             title="n = 4, d = 12, b = 2")  # fmt: skip
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
    figure.tight_layout()
    return figure, rows


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
