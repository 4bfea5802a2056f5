"""Pictures of non-orthogonal data: the angle's long-run law, and the noise floor against c."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy import stats
from scipy.integrate import quad
from sympy import lambdify

from sim.problems.nonorthogonal import simulate_gram
from theorem_audit.exact.zero import stated
from theorem_audit.report.drawing import BLUE, GREEN, GREY, ORANGE, RED, Rows, picture
from theory.assumptions.nonorthogonal_law import (
    NONORTH_CROSSOVER,
    NONORTH_FLOOR,
    c,
    density,
    kappa,
    u,
)

LEVEL = 0.999  # of the drawn intervals


def _density() -> Any:
    """NONORTH-CROSSOVER's density as a function of (u, kappa)."""
    formula = stated(NONORTH_CROSSOVER.formula, density)
    return lambdify((u, kappa), formula, "scipy")


def _angles(a: float, cosine: float, runs: int, records: int, seed: list[int]) -> np.ndarray:
    """u, (records, runs): half the runs from each data point, after 8/a^2 steps, every 1/a^2 steps."""
    gram = np.array([[1.0, cosine], [cosine, 1.0]])
    up, side = np.sqrt((1 + cosine) / 2), np.sqrt((1 - cosine) / 2)

    def angle(q: np.ndarray, r2: np.ndarray) -> np.ndarray:
        phi = np.arctan2((q[:, 1] - q[:, 0]) / (2 * side), (q[:, 0] + q[:, 1]) / (2 * up))
        return np.pi / 2 + 2 * phi

    every = round(1 / a**2)
    result = simulate_gram(
        gram[np.arange(runs) % 2], 1.0, gram, batch_size=1, step_size=a, steps=(8 + records) * every,
        seed=np.random.SeedSequence(seed), observe={"u": angle}, every=every,
    )  # fmt: skip
    return result.recorded["u"][9:]


@picture("crossover", "Two points at inner product c: where SGD stays, by c/a")
def crossover(seed: int) -> tuple[Figure, Rows]:
    """a = 0.05, b = 1, 2,000 runs; histogram of the angle after 8/a^2 steps; the limit density."""
    a, bins = 0.05, np.linspace(0, 1, 41)
    law = _density()
    figure = Figure(figsize=(6.4, 3.8))
    axis = figure.subplots()
    dense = np.linspace(0.004, 0.996, 400)
    rows: list[dict[str, Any]] = []
    for index, (colour, share) in enumerate(((BLUE, 0.1), (ORANGE, 0.4), (GREEN, 1.0), (RED, 4.0))):
        with np.errstate(under="ignore"):
            axis.plot(
                dense, np.pi * law(np.pi * dense, share), color=colour, label=f"c = {share:g} a"
            )
        found = _angles(a, share * a, 2_000, 8, [seed, 810, index]) / np.pi
        heights = np.histogram(found, bins, density=True)[0]
        middles = (bins[1:] + bins[:-1]) / 2
        axis.plot(middles, heights, "o", ms=3, color=colour)
        for middle, height in zip(middles, heights, strict=True):
            theory = float(np.pi * law(np.pi * middle, share))
            rows.append({"c_over_a": share, "u_over_pi": middle, "simulated": height,
                         "theory": theory})  # fmt: skip
    axis.set(xlabel="u / π: 0 at x_1, 1 at x_2, 1/2 between them", ylabel="density",
             title="NONORTH-CROSSOVER: two modes for c < a, one for c ≥ a")  # fmt: skip
    axis.set_ylim(0, 6)
    axis.legend(loc="upper center", ncols=2)
    figure.tight_layout()
    return figure, rows


@picture("noise_floor", "How far from the full-batch minimum SGD stays, by the inner product")
def noise_floor(seed: int) -> tuple[Figure, Rows]:
    """a = 0.1, b = 1, 2,000 runs a point: E phi^2, phi the angle from x_1 + x_2."""
    a, runs = 0.1, 2_000
    law = _density()
    level = lambdify(c, NONORTH_FLOOR.formula.rhs)

    def limit(cosine: float) -> float:
        """E phi^2 under the crossover law."""
        ratio = cosine / a
        value = quad(lambda x: (x - np.pi / 2) ** 2 / 4 * law(x, ratio), 1e-9, np.pi - 1e-9,
                     points=[np.pi / 2], limit=200)[0]  # fmt: skip
        return float(value)

    figure = Figure(figsize=(6.4, 3.8))
    axis = figure.subplots()
    dense = np.geomspace(0.004, 0.95, 80)
    with np.errstate(under="ignore"):
        axis.plot(dense, [limit(x) for x in dense], color=BLUE, label="crossover law, c = κa")
        axis.plot(dense, a * level(dense), color=ORANGE, ls="--", label="floor a(1-c²)/(8c)")
    axis.axhline((np.pi / 4) ** 2, color=GREY, lw=0.8)
    critical = stats.norm.isf((1 - LEVEL) / 2)
    rows: list[dict[str, Any]] = []
    for index, cosine in enumerate((0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 0.9)):
        found = (_angles(a, cosine, runs, 6, [seed, 820, index]) - np.pi / 2) / 2
        each = (found**2).mean(axis=0)
        half = critical * each.std(ddof=1) / np.sqrt(runs)
        axis.errorbar(cosine, each.mean(), half, fmt="o", ms=3.5, color=RED, capsize=2,
                      label="simulated, a = 0.1" if index == 0 else None)  # fmt: skip
        rows.append({"c": cosine, "a": a, "simulated": each.mean(), "half_width": half,
                     "crossover": limit(cosine), "floor": float(a * level(cosine))})  # fmt: skip
    axis.set(xscale="log", yscale="log", xlabel="inner product c of the two points",
             ylabel="mean squared angle from the bisector",
             title="NONORTH-FLOOR and NONORTH-CROSSOVER; grey: at a data point")  # fmt: skip
    axis.set_ylim(1e-3, 1)
    axis.legend(loc="lower left")
    figure.tight_layout()
    return figure, rows
