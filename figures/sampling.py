"""Pictures of how batches are drawn, and of the time to purity: theory read from the claims."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from scipy import integrate, stats
from sympy import Expr, Symbol, lambdify

from sim import simulate
from sim.engine.state import State
from theorem_audit.exact.zero import stated
from theorem_audit.report.drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, Rows, picture
from theorem_audit.statement.claim import Claim
from theory.assumptions import epochs as ordered
from theory.assumptions import sampling
from theory.minibatch import purity_time as times
from theory.minibatch.log_ratios import WALK_DRIFT
from theory.minibatch.rates import SGD_RATE, rate_ratio
from theory.notation import a, b, n, p

LEVEL = 0.999  # of the drawn intervals
CRITICAL = stats.norm.isf((1 - LEVEL) / 2)


def _claimed(claim: Claim, symbol: Symbol) -> Expr:
    return stated(claim.formula, symbol)


@picture("sampling", "How batches are drawn: exponent per epoch, by batch size")
def exponents(seed: int) -> tuple[Figure, Rows]:
    """n = 12, a = 0.08: slope of log|q_j/q_1| per epoch near x_1, 300 runs, mean over j."""
    points, step, runs, epochs = 12, 0.08, 300, 800
    multi = lambdify(
        (n, b, a), n / b * _claimed(sampling.SAMPLING_REPLACEMENT, sampling.rate_multi)
    )
    shuffled = lambdify((n, b, a), _claimed(ordered.SAMPLING_RESHUFFLED, ordered.epoch_ratio))
    uniform = lambdify((n, b, a), _claimed(ordered.SAMPLING_RESHUFFLED, ordered.epoch_uniform))
    between = np.log(float(_claimed(ordered.SAMPLING_CYCLIC, ordered.factor_between).subs(a, step)))
    sizes = [size for size in range(1, points + 1) if points % size == 0]
    figure = Figure(figsize=(6.6, 4.0))
    axis = figure.subplots()
    dense = np.linspace(1, points, 100)
    axis.plot(dense, uniform(points, dense, step), color=BLUE, label="uniform, and reshuffled")
    whole = np.arange(1, points + 1)
    axis.plot(whole, [multi(points, size, step) for size in whole], color=RED, label="replacement")
    axis.axhline(between, color=GREEN, ls="--", label="cyclic, between batches (within: 0)")
    rows: list[dict[str, Any]] = []
    for index, (scheme, colour, shape, shift) in enumerate((
        ("uniform", BLUE, "o", -0.12), ("reshuffled", PURPLE, "s", 0.12),
        ("replacement", RED, "^", 0.0), ("cyclic", GREEN, "D", 0.0),
    )):  # fmt: skip
        for size in sizes:
            q = np.full((runs, points), 1e-40)
            q[:, 0] = 1.0
            result = simulate(
                q, 0.0, batch_size=size, step_size=step * size, steps=epochs * points // size,
                sampling=scheme, seed=np.random.SeedSequence([seed, 500 + index, size]),
            )  # fmt: skip
            ratios = (result.log_abs_q[:, 1:] - result.log_abs_q[:, :1] - np.log(1e-40)) / epochs
            parts = {"": ratios}
            if scheme == "cyclic":
                parts = {" within": ratios[:, : size - 1], " between": ratios[:, size - 1 :]}
            for part, values in parts.items():
                if not values.shape[1]:
                    continue
                slope = values.mean(axis=1)
                half = CRITICAL * slope.std(ddof=1) / np.sqrt(runs)
                axis.errorbar(size + shift, slope.mean(), half, fmt=shape, ms=4, color=colour,
                              mfc="white", capsize=2)  # fmt: skip
                theory = {"uniform": uniform, "reshuffled": shuffled, "replacement": multi}
                expected = (
                    theory[scheme](points, size, step) if not part
                    else between if part == " between" else 0.0
                )  # fmt: skip
                rows.append({"sampling": scheme + part, "batch_size": size,
                             "theory": float(expected), "simulated": slope.mean(),
                             "half_width": half})  # fmt: skip
    axis.axhline(0, color=GREY, lw=0.8)
    axis.set(xlabel=f"batch size b (n = {points}, a = η/b = {step})", ylabel="exponent per epoch",
             title="Full batch is dense only when drawn without replacement")  # fmt: skip
    axis.set_xticks(sizes)
    axis.legend(loc="center right")
    figure.tight_layout()
    return figure, rows


@picture("cyclic", "Cyclic batches: the saddle between two winners")
def cyclic(seed: int) -> tuple[Figure, Rows]:
    """n = 2, b = 1, a = 0.3: log(s_A/s_B) by epoch from both sides of the shared orbit (no chance)."""
    step, epochs = 0.3, 160
    orbit = {
        symbol: lambdify(ordered.u, _claimed(ordered.SAMPLING_CYCLIC_SHARED, symbol))
        for symbol in (a, ordered.first_square, ordered.second_square)
    }
    low, high = 2 ** (-1 / 3), 1.0
    for _ in range(60):  # a falls in u
        middle = (low + high) / 2
        low, high = (middle, high) if orbit[a](middle) > step else (low, middle)
    masses = np.array([orbit[x](low) for x in (ordered.first_square, ordered.second_square)])
    centre = np.log(masses[0] / masses[1])
    shifts = np.array([s * 10.0**-k for k in (0, 1, 2, 3, 4) for s in (1, -1)])
    q = np.sqrt(masses) * np.exp(np.stack([shifts, -shifts], axis=1) / 4)
    q = np.vstack([q, np.sqrt(masses)])
    result = simulate(q, 0.0, batch_size=1, step_size=step, steps=2 * epochs, sampling="cyclic",
                      every=2, observe=["log_abs_q"], seed=seed)  # fmt: skip
    logs = result.recorded["log_abs_q"]
    path = 2 * (logs[:, :, 0] - logs[:, :, 1])
    figure = Figure(figsize=(6.4, 3.6))
    axis = figure.subplots()
    shown = np.where(np.abs(path) < 14, path, np.nan)
    axis.plot(shown[:, :-1:2], color=BLUE, lw=1.0)
    axis.plot(shown[:, 1:-1:2], color=ORANGE, lw=1.0)
    axis.axhline(centre, color=RED, ls="--", label="periodic orbit of SAMPLING-CYCLIC-SHARED")
    axis.set_ylim(-15, 19)
    axis.set(xlabel=f"epoch (n = 2, b = 1, a = {step})", ylabel="log(s_A / s_B)",
             title="Cyclic: one batch wins, but not from every start")  # fmt: skip
    axis.legend(loc="upper left")
    figure.tight_layout()
    rows = [
        {"run": run, "epoch": epoch, "log_mass_ratio": path[epoch, run], "orbit": centre}
        for run in range(len(q)) for epoch in range(0, epochs + 1, 10)
    ]  # fmt: skip
    return figure, rows


def _log_impurity(state: State) -> Any:
    logs = np.sort(2 * state.log_abs_q, axis=1)
    rest = logs[:, :-1] - logs[:, -1:]
    top = rest.max(axis=1)
    excess = np.exp(rest - top[:, None]).sum(axis=1)
    return top + np.log(excess) - np.log1p(np.exp(top) * excess)


def _largest_normal(count: int) -> float:
    """Mean of the largest of ``count`` independent standard normal variables."""
    value, _ = integrate.quad(
        lambda z: z * count * stats.norm.pdf(z) * stats.norm.cdf(z) ** (count - 1), -12, 12
    )
    return float(value)


@picture("purity", "Time to purity, by batch size: per step and per epoch")
def purity(seed: int) -> tuple[Figure, Rows]:
    """n = 10, a = 0.4: steps and epochs until the winner's share is 1 - e^-200, 200 runs a point.

    Solid: TIME-PURITY's first order. Dashed: with TIME-SPREAD's square-root term.
    """
    points, step, depth, runs = 10, 0.4, 200.0, 200
    split = _claimed(WALK_DRIFT, p)
    decay = _claimed(SGD_RATE, rate_ratio)
    slope = times.TIME_PURITY.formula.rhs
    own = _claimed(times.TIME_SPREAD, times.spread)
    offset = _claimed(times.TIME_SPREAD, times.offset).subs({times.spread: own, times.rate: decay})
    first = lambdify((n, b, a), slope.subs(p, split))
    second = lambdify((n, b, a, times.largest), offset.subs(p, split))
    mu = _largest_normal(points - 1)
    figure = Figure(figsize=(7.4, 3.6))
    axes = figure.subplots(1, 2)
    dense = np.linspace(1, points - 1, 200)
    lead = first(points, dense, step) * depth
    more = lead + second(points, dense, step, mu) * np.sqrt(depth)
    for axis, scale in zip(axes, (1.0, dense / points), strict=True):
        axis.plot(dense, lead * scale, color=BLUE, label="log(1/ε)/(2|Λ|)")
        axis.plot(dense, more * scale, color=BLUE, ls="--", label="with the √log(1/ε) term")
    rows: list[dict[str, Any]] = []
    for size in range(1, points):
        random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 600, size])))
        q = random.normal(size=(runs, points))
        q /= np.linalg.norm(q, axis=1, keepdims=True)
        expected = first(points, size, step) * depth
        mean = expected + second(points, size, step, mu) * np.sqrt(depth)
        every = max(1, int(mean / 400))
        horizon = int(2.5 * mean)
        result = simulate(
            q, 0.0, batch_size=size, step_size=step * size, steps=horizon, every=every,
            observe={"impure": _log_impurity},
            seed=np.random.SeedSequence([seed, 601, size]),
        )  # fmt: skip
        pure = result.recorded["impure"] <= -depth
        if not pure.any(axis=0).all():
            raise RuntimeError(f"b = {size}: a run is not pure after {horizon} steps")
        steps = every * pure.argmax(axis=0)
        half = CRITICAL * steps.std(ddof=1) / np.sqrt(runs)
        for axis, scale in zip(axes, (1.0, size / points), strict=True):
            axis.errorbar(size, steps.mean() * scale, half * scale, fmt="o", ms=4, color=RED,
                          capsize=2, label="simulated" if size == 1 else None)  # fmt: skip
        rows.append({"batch_size": size, "theory_first_order": float(expected),
                     "theory_with_root": float(mean), "simulated_steps": steps.mean(),
                     "half_width": half, "simulated_epochs": steps.mean() * size / points})  # fmt: skip
    for axis, name in zip(axes, ("steps", "epochs"), strict=True):
        axis.set(
            xlabel=f"batch size b (n = {points}, a = {step})",
            ylabel=rf"{name} to purity $1 - e^{{-{depth:.0f}}}$",
        )
        axis.set_ylim(0, None)
        axis.set_xticks(range(1, points))
    axes[0].set_title("per step: best at n/2")
    axes[1].set_title("per epoch: best at b = 1")
    axes[0].legend(loc="upper center")
    figure.tight_layout()
    return figure, rows
