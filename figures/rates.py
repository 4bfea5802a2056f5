"""Pictures of the rates: theory's curve, read from the claim, on simulated points with intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy import stats
from sympy import lambdify

from sim import simulate
from theorem_audit.exact.zero import stated
from theorem_audit.report.drawing import BLUE, GREY, ORANGE, RED, Rows, picture
from theory import notation as symbols
from theory.minibatch.log_ratios import membership_moments
from theory.minibatch.rates import SGD_RATE, rate_ratio
from theory.minibatch.selection import SELECT, y

LEVEL = 0.999  # of the drawn intervals


def _ratio_exponent() -> Any:
    """SGD-RATE's exponent as a function of (n, b, a)."""
    formula = stated(SGD_RATE.formula, rate_ratio)
    single, both = membership_moments()
    values = formula.subs(symbols.p, single - both)
    return lambdify((symbols.n, symbols.b, symbols.a), values)


@picture("exponent", "How fast the other coordinates die, by batch size: theory and simulation")
def exponent(seed: int) -> tuple[Figure, Rows]:
    """Slope of log|q_j/q_I| per step near a data point, n = 12, mean over j and 300 runs."""
    n, runs, steps = 12, 300, 2_000
    theory = _ratio_exponent()
    critical = stats.norm.isf((1 - LEVEL) / 2)
    figure = Figure(figsize=(6.4, 3.8))
    axis = figure.subplots()
    rows: list[dict[str, Any]] = []
    for colour, a in ((BLUE, 0.1), (ORANGE, 0.2), (RED, 0.3)):
        dense = np.linspace(1, n, 200)
        axis.plot(dense, theory(n, dense, a), color=colour, label=f"a = {a}")
        for b in range(1, n + 1):
            q = np.full((runs, n), 1e-4)
            q[:, 0] = 1.0
            result = simulate(
                q, 0.0, batch_size=b, step_size=a * b, steps=steps,
                seed=np.random.SeedSequence([seed, 300, b, int(100 * a)]),
            )  # fmt: skip
            ratio = result.log_abs_q[:, 1:] - result.log_abs_q[:, :1] - np.log(1e-4)
            slope = ratio.mean(axis=1) / steps
            half = critical * slope.std(ddof=1) / np.sqrt(runs)
            axis.errorbar(b, slope.mean(), half, fmt="o", ms=3.5, color=colour, capsize=2)
            rows.append({"a": a, "batch_size": b, "theory": float(theory(n, b, a)),
                         "simulated": slope.mean(), "half_width": half})  # fmt: skip
    axis.axhline(0, color=GREY, lw=0.8)
    axis.set(xlabel="batch size b (n = 12)", ylabel="exponent per step",
             title="SGD-RATE: p log(1 - a²), and 0 at b = n")  # fmt: skip
    axis.set_ylim(-0.031, 0.002)
    axis.set_xticks(range(1, n + 1))
    axis.legend(loc="lower center", ncols=3)
    figure.tight_layout()
    return figure, rows


@picture("selection", "Which of two data points wins, by the angle of the start")
def selection(seed: int) -> tuple[Figure, Rows]:
    """n = 2, b = 1, a = 0.1, 4,000 runs an angle; Clopper-Pearson intervals."""
    a, runs, steps = 0.1, 4_000, 6_000
    theory = lambdify(y, SELECT.formula.rhs)
    angles = np.linspace(0.05, 0.45, 9) * np.pi
    figure = Figure(figsize=(6.4, 3.6))
    axis = figure.subplots()
    dense = np.linspace(0.01, 0.49, 200) * np.pi
    axis.plot(dense / np.pi, theory(np.log(np.tan(dense))), color=BLUE, label="small-step limit")
    rows: list[dict[str, Any]] = []
    for index, angle in enumerate(angles):
        start = np.tile([np.sin(angle), np.cos(angle)], (runs, 1))
        result = simulate(
            start, 0.0, batch_size=1, step_size=a, steps=steps,
            seed=np.random.SeedSequence([seed, 400, index]),
        )  # fmt: skip
        wins = int((result.log_abs_q[:, 0] > result.log_abs_q[:, 1]).sum())
        low, high = stats.binomtest(wins, runs).proportion_ci(LEVEL)
        share = wins / runs
        axis.errorbar(angle / np.pi, share, [[share - low], [high - share]], fmt="o", ms=4,
                      color=RED, capsize=2, label="simulated" if index == 0 else None)  # fmt: skip
        rows.append({"angle_over_pi": angle / np.pi, "simulated": share, "low": low, "high": high,
                     "theory": float(theory(np.log(np.tan(angle))))})  # fmt: skip
    axis.set(xlabel="angle of the start / π, tan = |q_1/q_2|", ylabel="P(x_1 wins)",
             title="SELECT: (2/π) arctan(|q_1|/|q_2|) is the angle itself")  # fmt: skip
    axis.legend(loc="upper left")
    figure.tight_layout()
    return figure, rows
