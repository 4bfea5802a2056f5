"""The phases of SGD at a data direction x_i/sigma_i, over step size and ratio of norms, by batch size."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy.optimize import brentq
from sympy import lambdify

from theorem_audit.exact.zero import stated
from theorem_audit.report.drawing import BLUE, GREY, RED, Rows, picture
from theory.neighbours.saddle_phases import SADDLE_PHASES, beta, h, h_ms, rate
from theory.notation import b, n

POINTS = 10
BATCHES = (1, 5, 9)
TOP = 2.0  # of the ratio of squared norms


def _lines() -> tuple[Any, Any]:
    """h_ms(beta, b), and lambda_j(h, beta, b), as SADDLE-PHASES states them, n = POINTS."""
    formula = SADDLE_PHASES.formula
    return (
        lambdify((beta, b), stated(formula, h_ms).subs(n, POINTS), "numpy"),
        lambdify((h, beta, b), stated(formula, rate).subs(n, POINTS), "numpy"),
    )


@picture("saddle_phases", "What attracts SGD at a data direction, in which sense, by batch size")
def saddle_phases(seed: int) -> tuple[Figure, Rows]:
    """n = 10; the lines of SADDLE-PHASES, h_as by root finding of the exponent. Nothing is random."""
    square, exponent = _lines()
    sizes = np.linspace(0.002, 0.6, 120)
    figure = Figure(figsize=(9.6, 3.8))
    axes = figure.subplots(1, len(BATCHES), sharey=True)
    rows: list[dict[str, Any]] = []
    for axis, batch in zip(axes, BATCHES, strict=True):
        low = square(sizes, batch)
        high = np.array([
            brentq(lambda x, s=s, k=batch: exponent(x, s, k), 1.0, 1 / (1 - s) + 1e-12) for s in sizes
        ])  # fmt: skip
        inside = sizes < 0.5
        axis.fill_between(sizes[inside], 0, low[inside], color=BLUE, alpha=0.25, lw=0,
                          label="attracts in mean square")  # fmt: skip
        axis.fill_between(sizes[inside], low[inside], high[inside], color=RED, alpha=0.25, lw=0,
                          label="in probability only")  # fmt: skip
        axis.plot(sizes[inside], low[inside], color=BLUE)
        axis.plot(sizes[inside], high[inside], color=RED)
        axis.axhline(1, color="black", lw=0.8, ls=":", label="h = 1: below minimum, above saddle")
        axis.axvline(0.5, color=GREY, lw=0.8)
        axis.set(
            xlabel="β = aσᵢ²", title=f"b = {batch}, n = {POINTS}", xlim=(0, 0.6), ylim=(0, TOP)
        )
        rows += [
            {"batch_size": batch, "beta": s, "h_ms": x, "h_as": y}
            for s, x, y in zip(sizes, low, high, strict=True)
        ]
    axes[0].set_ylabel("h = largest other σⱼ²/σᵢ²")
    axes[-1].legend(loc="upper left", fontsize=7, frameon=True, framealpha=0.9, edgecolor="white")
    axes[-1].text(0.51, 0.1, "radius\nunstable", fontsize=7, color=GREY)
    figure.tight_layout()
    return figure, rows
