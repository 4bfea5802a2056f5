"""Measure rounding errors against 50 digits: `python -m benchmarks.accuracy` prints the table."""

from __future__ import annotations

from typing import Any

import numpy as np
from mpmath import mp

from benchmarks.words import no_more
from sim import simulate
from sim.engine._direct import Direct
from sim.engine._direct_loops import MASKS
from sim.engine.batches import BATCH, MASK, convert, mask_pays
from sim.engine.rounding import bound
from sim.engine.state import Floats, Integers, State, log_abs
from sim.reference import precise_run

STEPS = 10_000
RHO = 0.2
CASES = [("linear", 20, b, 0.2) for b in (1, 4, 10, 11, 17, 19, 20)]
CASES += [("relu", 20, b, 0.45) for b in (1, 4, 17, 20)]
CASES += [("linear", 40, b, 0.2) for b in (18, 22)]  # by masks, as such batches are drawn


def row(activation: str, n: int, b: int, a: float) -> str:
    """Run one case and give its line of the table. Its batches depend on n and b alone, not on what a
    version of the engine draws, so that versions can be compared line by line."""
    rng = np.random.default_rng(n + b)
    q = rng.normal(size=n)
    q /= np.linalg.norm(q) * 1.2
    batches = rng.permuted(np.tile(np.arange(n), (STEPS, 1)), axis=1)[:, :b]
    kw: dict[str, Any] = {"step_size": a * b, "batch_size": b, "activation": activation}
    masked = mask_pays(n, min(b, n - b))
    reference, _ = precise_run(q, RHO, batches, **kw)
    limit = bound(q, RHO, batches, masked=masked, **kw)[:n]
    slow = simulate(q, RHO, steps=STEPS, backend="general", batches=batches, **kw).log_abs_q[0]
    if masked:  # given as lists they would be another kernel's
        fast = logs_by_masks(q, batches, **kw)
    else:
        fast = simulate(q, RHO, steps=STEPS, backend="numpy", batches=batches, **kw).log_abs_q[0]
    cells = []
    for logs in (fast, slow):
        with mp.workdps(50):
            error = [
                float(abs(mp.mpf(float(x)) - mp.log(abs(y))))
                for x, y in zip(logs, reference, strict=True)
            ]
        # |log q| of 1000 is stored to 1e-13 at best; leave that part of the error out
        grain = np.spacing(np.maximum(1.0, np.abs(logs)))
        cells.append(f"{max(0.0, (np.array(error) - 2 * grain).max()):.0e}")
    return (
        f"| {activation} | {n} | {b} | {a} | {cells[0]} | {cells[1]} | {limit.max():.0e} "
        f"| {fast.min():.0f} |"
    )


def logs_by_masks(q: Floats, batches: Integers, **kw: Any) -> Floats:
    """Give log|q_j| after these batches by NumPy's kernel of masks."""
    start = State.at(q, RHO, **kw)
    engine = Direct(start, kw["step_size"] / kw["batch_size"], MASKS)
    engine.advance(convert(batches[:, :, None], BATCH, MASK, len(q)))
    mantissa, exponent, _, _ = engine.read()
    return log_abs(mantissa, exponent)[0]


if __name__ == "__main__":
    no_more("benchmarks.accuracy", __doc__)
    print("| activation | n | b | a | fast engine | general engine | bound | least log abs q |")
    print("|---|---|---|---|---|---|---|---|")
    for case in CASES:
        print(row(*case), flush=True)
