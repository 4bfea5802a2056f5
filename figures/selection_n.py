"""Picture of the selection law for three points: the grid's solution, and simulated shares on it."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.tri import Triangulation
from scipy import stats
from sympy import lambdify

from sim import simulate
from sim.problems.selection_law import selection_law
from theorem_audit.exact.zero import relations
from theorem_audit.report.drawing import BLUE, GREY, ORANGE, RED, Rows, picture
from theory.minibatch.selection_n import (
    SELECT_ANGLE,
    SELECT_AREA,
    area,
    chance,
    q_1,
    q_2,
    q_3,
    r,
    rest,
)
from theory.notation import q_i

LEVEL = 0.999  # of the drawn intervals
STARTS = ((0, 0), (1, 0), (2, 0), (1, 1), (2, 1), (0, 1), (-1, 0), (-1, 1), (0, 2))


@picture("selection_n", "Which of three data points wins, over all starts on the sphere")
def selection_n(seed: int) -> tuple[Figure, Rows]:
    """Left: h_1 on the triangle of shares q_j^2.  Right: along log|q_1/q_3|, 4,000 runs a point."""
    law = selection_law(8, 8)
    square = np.exp(2 * law.grid.log_q)
    square /= square.sum(axis=1, keepdims=True)
    figure = Figure(figsize=(7.2, 3.5))
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))
    across = square[:, 1] + square[:, 0] / 2
    mesh = Triangulation(across, square[:, 0] * np.sqrt(3) / 2)
    levels = np.linspace(0, 1, 11)
    filled = left.tricontourf(mesh, law.chance[:, 0], levels=levels, cmap="Blues")
    left.tricontour(mesh, law.chance[:, 0], levels=levels, colors=[GREY], linewidths=0.6)
    figure.colorbar(filled, ax=left, shrink=0.7, ticks=[0, 0.5, 1], label="P(x_1 wins)")
    for text, place, offset in (("x_1", (0.5, np.sqrt(3) / 2), (6, 0)), ("x_2", (1, 0), (4, -10)),
                               ("x_3", (0, 0), (-14, -10))):  # fmt: skip
        left.annotate(text, place, offset, textcoords="offset points")
    left.set_title("shares q_j² of the start", pad=14)
    left.set(xticks=[], yticks=[], aspect="equal")
    left.set_frame_on(False)

    bound = lambdify((q_i, rest), next(
        x.gts for x in relations(SELECT_ANGLE.formula) if x.lts == chance))  # fmt: skip
    guess = lambdify((q_1, q_2, q_3, r), next(
        x.rhs for x in relations(SELECT_AREA.formula) if x.lhs == area))  # fmt: skip
    dense = np.arange(-24, 25) / 8
    for shift, colour in ((0, BLUE), (1, ORANGE)):
        size = np.exp(np.column_stack([dense, np.full(dense.size, shift), 0 * dense]))
        norm = np.linalg.norm(size, axis=1)
        exact = np.array([law.at(x, shift)[0] for x in dense])
        right.plot(dense, exact, color=colour, label=f"log|q_2/q_3| = {shift}")
        right.plot(dense, bound(size[:, 0], np.linalg.norm(size[:, 1:], axis=1)), color=colour,
                   ls=":", lw=1)  # fmt: skip
        right.plot(dense, guess(*size.T, norm), color=colour, ls="--", lw=0.8)
    runs, a, steps = 4_000, 0.15, 2_200
    rows: list[dict[str, Any]] = []
    for index, (first, second) in enumerate(STARTS):
        q = np.exp([first, second, 0.0])
        q /= np.linalg.norm(q)
        result = simulate(
            np.tile(q, (runs, 1)), 0.0, batch_size=1, step_size=a, steps=steps,
            seed=np.random.SeedSequence([seed, 600, index]),
        )  # fmt: skip
        wins = int((result.log_abs_q.argmax(axis=1) == 0).sum())
        low, high = stats.binomtest(wins, runs).proportion_ci(LEVEL)
        share, value = wins / runs, float(law.at(first, second)[0])
        if second in (0, 1):
            right.errorbar(first, share, [[share - low], [high - share]], fmt="o", ms=4, color=RED,
                           capsize=2, label="simulated" if index == 0 else None)  # fmt: skip
        left.plot(q[1] ** 2 + q[0] ** 2 / 2, q[0] ** 2 * np.sqrt(3) / 2, "o", ms=3, color=RED)
        rows.append({"log_q1_over_q3": first, "log_q2_over_q3": second, "solution": value,
                     "area_guess": float(guess(*q, 1.0)),
                     "upper_bound": float(bound(q[0], np.linalg.norm(q[1:]))),
                     "simulated": share, "low": low, "high": high})  # fmt: skip
    right.set(xlabel="log|q_1/q_3|", ylabel="P(x_1 wins)",
              title="dotted: proved bound; dashed: area guess")  # fmt: skip
    right.legend(loc="upper left")
    figure.suptitle(
        "SELECT-N: the chance of x_1 among three points", x=0.02, ha="left", weight="bold"
    )
    figure.tight_layout()
    return figure, rows
