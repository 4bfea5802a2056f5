"""Measure rounding errors against 50 digits: `python -m benchmarks.accuracy` prints the table."""

from __future__ import annotations

from typing import Any

import numpy as np
from mpmath import mp

from sim import simulate
from sim.engine.batches import drawn, mask_pays
from sim.engine.rounding import bound
from sim.reference import precise_run

STEPS = 10_000
CASES = [("linear", 20, b, 0.2) for b in (1, 4, 10, 11, 17, 19, 20)]
CASES += [("relu", 20, b, 0.45) for b in (1, 4, 17, 20)]
CASES += [("linear", 40, b, 0.2) for b in (18, 22)]  # drawn as masks


def row(activation: str, n: int, b: int, a: float) -> str:
    """Run one case and give its line of the table."""
    rng = np.random.default_rng(n + b)
    q = rng.normal(size=n)
    q /= np.linalg.norm(q) * 1.2
    kw: dict[str, Any] = {"step_size": a * b, "batch_size": b, "activation": activation}
    masked = mask_pays(n, min(b, n - b))
    if masked:  # given as lists they would be another engine's: let simulate draw them
        batches, given = drawn(n, b, 1, STEPS, seed=0)[:, :, 0], {"seed": 0}
    else:
        batches = rng.permuted(np.tile(np.arange(n), (STEPS, 1)), axis=1)[:, :b]
        given = {"batches": batches}
    reference, _ = precise_run(q, 0.2, batches, **kw)
    limit = bound(q, 0.2, batches, masked=masked, **kw)[:n]
    cells = []
    for backend in ("numpy", "general"):
        result = simulate(q, 0.2, steps=STEPS, backend=backend, **given, **kw)
        with mp.workdps(50):
            error = [
                float(abs(mp.mpf(float(x)) - mp.log(abs(y))))
                for x, y in zip(result.log_abs_q[0], reference, strict=True)
            ]
        # |log q| of 1000 is stored to 1e-13 at best; leave that part of the error out
        grain = np.spacing(np.maximum(1.0, np.abs(result.log_abs_q[0])))
        cells.append(f"{max(0.0, (np.array(error) - 2 * grain).max()):.0e}")
    return (
        f"| {activation} | {n} | {b} | {a} | {cells[0]} | {cells[1]} | {limit.max():.0e} "
        f"| {result.log_abs_q[0].min():.0f} |"
    )


if __name__ == "__main__":
    print("| activation | n | b | a | fast engine | general engine | bound | least log abs q |")
    print("|---|---|---|---|---|---|---|---|")
    for case in CASES:
        print(row(*case), flush=True)
