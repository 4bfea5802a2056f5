"""The gap between conditions from the literature and the mean-square threshold, on two families."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from sympy import Expr, Poly

from sim.problems.quadratic_moments import mean_square_threshold, variance_factor
from theorem_audit.exact.zero import relations, stated
from theorem_audit.report.drawing import BLUE, GREEN, GREY, ORANGE, RED, Rows, picture
from theory import claims
from theory.neighbours import coherence as co
from theory.neighbours import non_uniformity as nu
from theory.quadratic.bounds import l_max
from theory.quadratic.mean_square import C_ms
from theory.quadratic.second_moment import C, N, kappa

SPOKES = (1, 2, 3, 4, 6, 9, 16, 25, 49, 100)
SAMPLES, DIMENSION = 16, 6
SIZES = tuple(range(1, SAMPLES))
LINES = (
    ("divergence by coherence", RED, ":"),
    ("divergence by the sharpest sample", ORANGE, "--"),
    ("mean eigenvalue of W is 1", GREEN, "--"),
    ("gradient descent's edge", GREY, "-"),
    ("threshold C_ms", BLUE, "-"),
)


def _said(claim_id: str, symbol: Expr) -> Expr:
    """What the claim says ``symbol`` equals."""
    return stated(claims[claim_id].formula, symbol)


def _value(expr: Expr, at: dict[Any, Any]) -> float:
    return float(expr.subs(at))


def _star(rows: list[dict[str, Any]]) -> list[tuple[str, str, str, list[float]]]:
    """C l at k = 1: the threshold between the two conditions of NON-UNIFORMITY-GAP."""
    found = []
    for symbol, colour, line, name in (
        (nu.C_high, GREEN, "--", "mean eigenvalue of W below 1 (necessary)"),
        (C_ms, BLUE, "-", "threshold C_ms"),
        (nu.C_low, RED, "--", "largest eigenvalue of W below 1 (sufficient)"),
    ):
        formula = _said("NON-UNIFORMITY-GAP", symbol)
        values = [_value(formula, {nu.m: x, nu.l: 1, kappa: 1}) for x in SPOKES]
        rows += [{"panel": "star", "quantity": name, "at": float(x), "value": y}
                 for x, y in zip(SPOKES, values, strict=True)]  # fmt: skip
        found.append((name, colour, line, values))
    return found


def _samples(seed: int, rows: list[dict[str, Any]]) -> list[tuple[str, str, str, list[float]]]:
    """C over the batch size, for Q_i = x_i x_i' with standard normal x_i: NON-UNIFORMITY, COHERENCE."""
    points = np.random.default_rng([seed, 9]).standard_normal((SAMPLES, DIMENSION))
    Q = np.einsum("ni,nj->nij", points, points)
    mean = Q.mean(axis=0)
    inequalities = [x for x in relations(claims["COHERENCE"].formula) if hasattr(x, "gts")]
    by_sample = next(x.gts for x in inequalities if x.lts == C_ms)
    by_coherence = next(x.gts for x in inequalities if x.gts.has(co.sigma))
    bend, slope, _ = Poly(_said("NON-UNIFORMITY", nu.w_mean), C).all_coeffs()
    sharpest = float(max(np.linalg.eigvalsh(x)[-1] for x in Q))
    norms = np.sqrt(np.einsum("nij,mji->nm", Q, Q))
    at = {
        N: SAMPLES, co.Lambda: sharpest, l_max: float(np.linalg.eigvalsh(mean)[-1]),
        co.sigma: float(np.linalg.eigvalsh(norms)[-1]) / sharpest,
        nu.q_mean: float(np.trace(mean)) / DIMENSION, nu.q2_mean: float(np.trace(mean @ mean)) / DIMENSION,
    }  # fmt: skip
    second = float(np.trace(np.einsum("nij,njk->ik", Q, Q))) / (SAMPLES * DIMENSION)
    at[nu.s_mean] = second - at[nu.q2_mean]
    table: list[list[float]] = [[] for _ in LINES]
    for size in SIZES:
        here = {**at, kappa: variance_factor(SAMPLES, size)}
        values = (
            _value(by_coherence, here), _value(by_sample, here), _value(-slope / bend, here),
            2 / at[l_max], float(mean_square_threshold(Q, size)),
        )  # fmt: skip
        for column, value in zip(table, values, strict=True):
            column.append(value)
    for (name, _, _), column in zip(LINES, table, strict=True):
        rows += [{"panel": "samples", "quantity": name, "at": float(x), "value": y}
                 for x, y in zip(SIZES, column, strict=True)]  # fmt: skip
    return [(*line, column) for line, column in zip(LINES, table, strict=True)]


@picture("stability_gap", "Conditions from the literature beside the mean-square threshold")
def stability_gap(seed: int) -> tuple[Figure, Rows]:
    """Lines from the claims' formulas; the threshold of the right panel by the second-moment operator."""
    rows: list[dict[str, Any]] = []
    figure = Figure(figsize=(9.6, 3.7))
    left, right = figure.subplots(1, 2)
    for name, colour, line, values in _star(rows):
        left.plot(SPOKES, values, line, color=colour, label=name)
    left.axhline(2, color=GREY, lw=0.8)
    left.set(title="Non-uniformity: a star of noise", xscale="log", xlabel="spokes m",
             ylabel="step size C, curvature 1", ylim=(0, 2.2))  # fmt: skip
    for name, colour, line, values in _samples(seed, rows):
        right.plot(SIZES, values, line, color=colour, label=name)
    right.set(title=f"Coherence: {SAMPLES} random samples, d = {DIMENSION}", yscale="log",
              xlabel="batch size k", ylabel="step size C")  # fmt: skip
    for panel in (left, right):
        panel.legend(fontsize=7, loc="upper left", bbox_to_anchor=(0, -0.2))
    figure.tight_layout()
    return figure, rows
