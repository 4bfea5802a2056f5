"""The phase diagram of the saddle trap: where SGD ends, over step size and ratio of norms."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from sympy import lambdify, solve

from sim.problems.nonorthogonal import simulate_gram
from theorem_audit.exact.zero import relations, stated
from theorem_audit.report.drawing import BLUE, GREY, RED, Rows, picture
from theory.assumptions.saddle_trap import SADDLE_WINDOW, a_high, a_low
from theory.assumptions.unequal_norms import STEP_SIZE, sigma_i, sigma_m
from theory.notation import a as step

NEAR = 0.01  # how close to x_1/sigma_1 a run must end to count


def _end(symbol: Any) -> Any:
    """SADDLE-WINDOW's end as a function of the ratio of norms, sigma_i = 1."""
    formula = stated(SADDLE_WINDOW.formula, symbol)
    return lambdify(sigma_m, formula.subs(sigma_i, 1), "numpy")


@picture("saddle_trap", "Where SGD ends when one of two data points is longer: saddle or minimum")
def saddle_trap(seed: int) -> tuple[Figure, Rows]:
    """n = 2, b = 1, ||x_1|| = 1, start at equal c_1 = c_2; 200 runs of 1,500 steps a cell.

    A run counts that ends within 0.01 of the saddle. Beside the line the exponent is near 0, and
    1,500 steps are few to leave the saddle or to reach it.
    """
    runs, steps = 200, 1_500
    ratios, sizes = np.linspace(1.02, 1.42, 9), np.linspace(0.04, 0.48, 12)
    share = np.empty((len(ratios), len(sizes)))
    rows: list[dict[str, Any]] = []
    low, high = _end(a_low), _end(a_high)
    for row, ratio in enumerate(ratios):
        sigma = np.array([1.0, ratio])
        q = np.tile(sigma / np.sqrt(2.0), (runs, 1))
        for column, a in enumerate(sizes):
            result = simulate_gram(
                q, 1.0, np.diag(sigma**2), batch_size=1, step_size=a, steps=steps,
                seed=np.random.SeedSequence([seed, 500, row, column]),
            )  # fmt: skip
            c = np.abs(result.q / sigma)
            at_saddle = (np.abs(c[:, 0] - 1) < NEAR) & (c[:, 1] < NEAR)
            share[row, column] = at_saddle.mean()
            rows.append({"norm_ratio": ratio, "a": a, "share_at_saddle": share[row, column],
                         "a_low": float(low(ratio)), "a_high": float(high(ratio))})  # fmt: skip
    figure = Figure(figsize=(6.4, 4.2))
    axis = figure.subplots()
    mesh = axis.pcolormesh(sizes, ratios, share, cmap="Purples", vmin=0, shading="nearest")
    figure.colorbar(mesh, ax=axis, label="share of runs that end at the saddle")
    across, up = np.meshgrid(sizes, ratios)
    some = share >= 0.01
    axis.plot(across[some], up[some], ".", color="black", ms=4, label="1 % or more end there")
    axis.plot(across[~some], up[~some], ".", color=GREY, mfc="white", ms=5, label="fewer")
    dense = np.linspace(ratios[0] - 0.025, ratios[-1] + 0.025, 200)
    axis.plot(low(dense), dense, color=RED, label="SADDLE-WINDOW: 1/σ₁² − 1/σ₂²")
    edge = _stable_minimum()
    axis.plot(edge(dense), dense, color=BLUE, ls="--", label="1/(2σ₂²): past it the minimum repels")
    axis.set(xlabel="a = step size / batch size", ylabel="norm ratio σ₂/σ₁",
             xlim=(0.02, 0.5), ylim=(dense[0], dense[-1]),
             title="Right of the red line some runs of SGD end at the strict saddle x₁/σ₁")  # fmt: skip
    axis.legend(loc="upper left", fontsize=8, frameon=True, framealpha=0.9, edgecolor="white")
    figure.tight_layout()
    return figure, rows


def _stable_minimum() -> Any:
    """The a at which a sigma_max^2 = 1/2, from the chapter's step-size condition."""
    (bound,) = [x for x in relations(STEP_SIZE.condition) if x.has(sigma_m)]
    return lambdify(sigma_m, solve(bound.lhs - bound.rhs, step)[0], "numpy")
