"""Pictures of momentum: the exponent near a data point, theory on simulated points."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy import stats
from sympy import lambdify

from sim.problems.momentum import simulate_momentum
from theorem_audit.report.drawing import BLUE, GREY, ORANGE, RED, Rows, picture
from theory import notation as symbols
from theory.assumptions.momentum import MOMENTUM_EXPONENT, MOMENTUM_LOCAL, beta
from theory.minibatch.log_ratios import membership_moments

LEVEL = 0.999  # of the drawn intervals
POINTS, BATCH = 4, 1


def _curves() -> tuple[Any, Any]:
    """a^2 gamma_2 and the proved upper bound, as functions of (beta, a), at n = 4, b = 1."""
    single, both = membership_moments()
    split = (single - both).subs({symbols.n: POINTS, symbols.b: BATCH})
    second = MOMENTUM_EXPONENT.formula.rhs * symbols.a**2
    bound = MOMENTUM_LOCAL.formula.gts
    return tuple(
        lambdify((beta, symbols.a), x.subs(symbols.p, split), "numpy") for x in (second, bound)
    )


@picture("momentum", "Momentum: how fast the other coordinates die, by effective step size")
def momentum(seed: int) -> tuple[Figure, Rows]:
    """Slope of log|q_j/q_i| near a data point, n = 4, b = 1, mean over j and 400 runs."""
    second, bound = _curves()
    critical = stats.norm.isf((1 - LEVEL) / 2)
    runs, steps = 400, 2_500
    figure = Figure(figsize=(6.4, 3.8))
    axis = figure.subplots()
    rows: list[dict[str, Any]] = []
    effective = np.linspace(0.02, 0.2, 7)
    dense = np.linspace(0.005, 0.21, 200)
    axis.plot(dense, second(0.0, dense), color=GREY, label="second order: SGD's at a/(1-β)")
    for index, (value, colour) in enumerate(((0.0, BLUE), (0.5, ORANGE), (0.9, RED))):
        proved = dense[dense <= (1 - value) / 4]
        axis.plot(proved, bound(value, proved * (1 - value)), color=colour, ls="--", lw=1.2)
        for k, step in enumerate(effective):
            a = step * (1 - value)
            q = np.full((runs, POINTS), 1e-5)
            q[:, 0] = 1.0
            result = simulate_momentum(
                q, 0.0, batch_size=BATCH, step_size=a * BATCH, steps=steps, momentum=value,
                seed=np.random.SeedSequence([seed, 700, index, k]),
            )  # fmt: skip
            ratio = np.log(np.abs(result.q[:, 1:] / result.q[:, :1]) / 1e-5)
            slope = ratio.mean(axis=1) / steps
            half = critical * slope.std(ddof=1) / np.sqrt(runs)
            outside = np.sqrt(a) + np.sqrt(value) > 1  # no cone is kept: q_j changes sign
            axis.errorbar(step, slope.mean(), half, fmt="o", ms=4.5, color=colour, capsize=2,
                          mfc="white" if outside else colour,
                          label=f"β = {value}" if k == 0 else None)  # fmt: skip
            rows.append({"beta": value, "a": a, "a_over_1_minus_beta": step,
                         "second_order": float(second(value, a)), "proved_bound":
                         float(bound(value, a)) if a <= (1 - value) ** 2 / 4 else "",
                         "simulated": slope.mean(), "half_width": half})  # fmt: skip
    axis.set(xlabel="effective step a/(1-β)", ylabel="exponent per step",
             title="Momentum: -p a²/(1-β)²; dashed: proved bounds; hollow: √a + √β > 1")  # fmt: skip
    axis.legend(loc="lower left")
    figure.tight_layout()
    return figure, rows
