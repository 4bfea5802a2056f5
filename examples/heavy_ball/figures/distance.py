"""The distance to the minimum along a run, gradient descent and heavy ball, both at their best."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from heavy_ball.descent import GD_OPTIMAL, eta_star, rho_star
from heavy_ball.momentum import HB_RATE, b_star
from heavy_ball.momentum import eta_star as eta_hb
from heavy_ball.notation import L, k, kappa, m, modulus2, mu
from theorem_audit.report.drawing import BLUE, GREY, ORANGE, Rows, picture

ROOT = 10  # sqrt of the condition number
STEPS = 120


def run(curvatures: np.ndarray, start: np.ndarray, step_size: float, momentum: float) -> np.ndarray:
    """Distances to the minimum after 0, 1, ... steps from rest at ``start`` (one entry an eigendirection)."""
    before = now = start
    found = [float(np.linalg.norm(now))]
    for _ in range(STEPS):
        before, now = now, now - step_size * curvatures * now + momentum * (now - before)
        found.append(float(np.linalg.norm(now)))
    return np.array(found)


@picture("distance", "The distance to the minimum, gradient descent and heavy ball at their best")
def distance(seed: int) -> tuple[Figure, Rows]:
    """kappa = 100, 50 curvatures spread evenly in the logarithm, all of the start in the steepest third."""
    curvatures = np.geomspace(1, ROOT**2, 50)
    start = np.random.default_rng(seed).normal(size=50) * (curvatures > ROOT**2 / 3)
    start /= np.linalg.norm(start)
    plain = {mu: 1, L: ROOT**2, kappa: ROOT**2}
    ball = {m: 1, k: ROOT}
    descent = run(curvatures, start, float(GD_OPTIMAL.says(eta_star).subs(plain)), 0.0)
    momentum = float(HB_RATE.says(b_star).subs(ball)) ** 2
    heavy = run(curvatures, start, float(HB_RATE.says(eta_hb).subs(ball)), momentum)
    rates = {
        "gradient descent": float(GD_OPTIMAL.says(rho_star).subs(plain)),
        "heavy ball": float(HB_RATE.says(modulus2).subs(ball)) ** 0.5,
    }
    steps = np.arange(STEPS + 1)
    figure = Figure(figsize=(6.6, 4.0))
    axis = figure.subplots()
    for (name, rate), found, colour in zip(
        rates.items(), (descent, heavy), (BLUE, ORANGE), strict=True
    ):
        axis.semilogy(steps, found, color=colour, label=name)
        axis.semilogy(steps, rate**steps, color=colour, ls=":", label=f"rate {rate:.3f} a step")
    axis.axhline(1, color=GREY, lw=0.8)
    axis.set(xlabel="step", ylabel="distance / distance at the start", ylim=(1e-9, 10))
    axis.set_title("The distance along a run, kappa = 100")
    axis.legend()
    rows: list[dict[str, Any]] = [
        {"step": int(t), "gradient_descent": f"{descent[t]:.6e}", "heavy_ball": f"{heavy[t]:.6e}"}
        for t in steps
    ]
    return figure, rows
