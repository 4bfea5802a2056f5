"""Predicted thresholds against true nonlinear SGD on real networks.

    python -m benchmarks.real_models [--tasks NAME ...] [--epochs E] [--out FILE]
    audit figures real_models        draws the kept results

Predictions come from `sim` alone, before any run.  A run starts 1e-12 from the minimum and has left
when a residual exceeds 1e-4.  A step size counts as "leaves at most half" or "at least half" where
the exact binomial test at 2.5 % a side says so; half of the runs leave in between.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.outputs import named, refuse_anothers

HERE = Path(__file__).parent
RUNS, EPOCHS, GRID, SIDE = 24, 2000, 10, 0.025
# b = N: a step is an epoch, and growth by 1e8 at 0.2 % past the edge takes 4,600
FULL_EPOCHS, FULL_GRID = 6_000, (0.995, 0.998, 1.002, 1.005)
SEEDS = {"cancer, perceptron": 1}  # of the network's weights before training; others 0


def prepared(name: str) -> tuple[Any, Any, Any]:
    """Give task, trained network and its linearisation."""
    from benchmarks.real_nets import fit, module, tasks

    task = tasks()[name]
    net = module(task, SEEDS.get(name, 0))
    return task, net, fit(net, task)


def half(step_sizes: Any, leavers: Any, runs: int) -> tuple[float, float]:
    """Give the bracket in which half of the runs leave: exact binomial, `SIDE` a side."""
    from scipy import stats

    few = [
        c for c, m in zip(step_sizes, leavers, strict=True) if stats.binom.cdf(m, runs, 0.5) <= SIDE
    ]
    many = [
        c
        for c, m in zip(step_sizes, leavers, strict=True)
        if stats.binom.sf(m - 1, runs, 0.5) <= SIDE
    ]
    return max(few, default=float("nan")), min(many, default=float("nan"))


def predictions(
    gram: Any, batches: list[int], *, runs: int = 48, epochs: int = 1000
) -> dict[int, Any]:
    """C_ms (enclosures) and C_as (99 % intervals) for each batch size."""
    from sim import almost_sure_threshold, mean_square_threshold

    found = {}
    for b, ms in zip(batches, mean_square_threshold(gram, batch_size=batches), strict=True):
        paths = almost_sure_threshold(gram, batch_size=b, runs=runs, epochs=epochs, seed=b)
        found[b] = {
            "mean_square": [ms.low, ms.high], "almost_sure": [paths.low, paths.high],
            "largest_share": float(ms.perron.max()),
        }  # fmt: skip
    return found


def observe(chains: Any, predicted: dict[str, Any], b: int, N: int, epochs: int) -> dict[str, Any]:
    """Play true SGD at C_ms and on a grid about the predicted C_as."""
    low, high = predicted["almost_sure"]
    if b == N:
        edge = sum(predicted["mean_square"]) / 2
        grid, length = edge * np.array(FULL_GRID), max(epochs, FULL_EPOCHS)
    else:
        grid, length = np.linspace(low * 0.985, high * 1.02, GRID), epochs
        grid = np.concatenate([[predicted["mean_square"][0]], grid])
    begun = time.process_time()
    left = chains.run(grid, batch_size=b, runs=RUNS, epochs=length, seed=[b, 7])
    counts = (left >= 0).sum(axis=1)
    bracket = half(grid, counts, RUNS)
    return {
        "step_sizes": grid.tolist(), "left": counts.tolist(), "runs": RUNS, "epochs": length,
        "half_leave": list(bracket), "seconds": round(time.process_time() - begun, 1),
    }  # fmt: skip


def design_check() -> dict[str, Any]:
    """Two minima of one network, by small and by large batches, and what `design` says of them."""
    import torch

    from benchmarks.real_nets import Chains, fit, module, tasks
    from sim import design

    task = tasks()["cancer, perceptron"]
    X, Y = torch.tensor(task.inputs), torch.tensor(task.targets)
    made = {}
    for name, b, C, epochs in (("small", 1, 0.12, 400), ("large", 64, 0.05, 400)):
        net = module(task, 1)
        rng = np.random.default_rng(3)
        optimiser = torch.optim.SGD(net.parameters(), lr=C)
        for _ in range(epochs * 64 // b):
            batch = rng.choice(64, b, replace=False)
            optimiser.zero_grad()
            (0.5 * ((net(X[batch]) - Y[batch]) ** 2).sum(dim=1).mean()).backward()
            optimiser.step()
        linear = fit(net, task)
        made[name] = (Chains(net, task), linear.gram, float(linear.gradients.max()))
    rows = []
    for keep, leave in (("small", "large"), ("large", "small")):
        windows = design(
            keep=[made[keep][1]], leave=[made[leave][1]], batch_size=[1, 64], epochs=400
        )
        for window in windows:
            row = {
                "keep": keep, "leave": leave, "batch_size": window.batch_size, "tame": window.tame,
                "paths": window.paths, "says": str(window),
            }  # fmt: skip
            if span := (window.tame or window.paths):
                C = (span[0] + span[1]) / 2
                row["step_size"] = C
                for role, name in (("kept_left", keep), ("leaving_left", leave)):
                    left = made[name][0].run(
                        [C], batch_size=window.batch_size, runs=20, epochs=2000, seed=[11]
                    )
                    row[role] = int((left >= 0).sum())
            rows.append(row)
    return {"gradients": {k: v[2] for k, v in made.items()}, "runs": 20, "rows": rows}


def measure(names: list[str], epochs: int, out: Path) -> None:
    """Measure and keep after every batch size."""
    from benchmarks.real_nets import Chains, tasks
    from benchmarks.report import environment

    result: dict[str, Any] = {"schema": 1, "environment": environment(), "tasks": {}}
    for name in names or list(tasks()):
        task, net, linear = prepared(name)
        gram = linear.gram
        N = gram.samples
        batches = [2**k for k in range(N.bit_length())]
        entry: dict[str, Any] = {
            "samples": N, "outputs": gram.outputs, "loss": task.loss, "parameters": linear.jacobian.shape[-1],
            "largest_gradient": float(linear.gradients.max()), "rank": gram.rank,
            "condition": float(gram.values[-1] / gram.values[0]),
            "batches": {},
        }  # fmt: skip
        predicted = predictions(gram, batches)
        chains = Chains(net, task)
        result["tasks"][name] = entry
        for b in batches:
            entry["batches"][str(b)] = predicted[b]
            if b in (1, 4, 16, N):
                predicted[b] |= observe(chains, predicted[b], b, N, epochs)
            print(name, b, json.dumps(predicted[b]), flush=True)
            out.write_text(json.dumps(result, indent=1) + "\n")
    result["design"] = design_check()
    out.write_text(json.dumps(result, indent=1) + "\n")


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real_models", description=__doc__)
    parser.add_argument("--tasks", nargs="+", default=[])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--out", type=named, default=HERE.parent / "build" / "real_models.json")
    parser.add_argument("--design-only", action="store_true", help="only the two minima; into OUT")
    options = parser.parse_args()
    refuse_anothers(parser, options.out, "environment tasks")
    if options.design_only and not options.out.is_file():
        parser.error(f"--design-only: {options.out} is not there, into which the two minima go")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    if options.design_only:
        result = json.loads(options.out.read_text())
        result["design"] = design_check()
        options.out.write_text(json.dumps(result, indent=1) + "\n")
        return 0
    measure(options.tasks, options.epochs, options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
