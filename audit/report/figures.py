"""Pictures of the autoencoder: where the mass goes, and what the trace does on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from audit.report.drawing import BLUE, GREY, ORANGE, RED, Rows, picture
from sim import simulate

SIZE, STEP = 20, 0.2  # n and a = step_size / batch_size


def _start(runs: int, n: int, d: int, seed: int, key: int) -> tuple[Any, Any]:
    """Gaussian directions in R^d scaled to squared norm 1/2: (q, rho)."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, key])))
    weights = rng.standard_normal((runs, d))
    weights *= np.sqrt(0.5) / np.linalg.norm(weights, axis=1, keepdims=True)
    return weights[:, :n], (weights[:, n:] ** 2).sum(axis=1)


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
