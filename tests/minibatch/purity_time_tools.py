"""What the evidence of the chapter purity_time shares: instances, strategies, derivations."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Rational, Symbol, cancel

from sim import simulate
from sim.engine.state import State
from tests.inequalities import is_strict
from theorem_audit import expect, seed
from theorem_audit.exact.bernstein import Undecided
from theorem_audit.exact.zero import difference, relations
from theory.minibatch.purity_time import eps, purity, rate
from theory.notation import a, b, eta, n, p

x, c = Symbol("x", real=True), Symbol("c", real=True)
POINTS = [
    {a: Rational(3, 10), p: Rational(1, 7), n: 5, b: 2, eta: Rational(2, 5),
     eps: Rational(1, 9), purity: Rational(2, 3), rate: Rational(-1, 50)},
    {a: Rational(1, 10), p: Rational(1, 3), n: 9, b: 5, eta: Rational(1, 3),
     eps: Rational(1, 50), purity: Rational(4, 5), rate: Rational(-1, 80)},
]  # fmt: skip


def points(*symbols: Symbol) -> list[dict[Symbol, Any]]:
    return [{key: point[key] for key in symbols} for point in POINTS]


def expect_follows(needed: Any, region: Any) -> None:
    """One of the region's conditions is a positive multiple of the needed one."""
    for known in relations(region):
        share = cancel(difference(known) / difference(needed))
        if share.is_Rational and share > 0 and (is_strict(known) or not is_strict(needed)):
            expect(True, f"{needed}")
            return
    raise Undecided(f"{needed} is no condition of {region}")


def log_impurity(state: State) -> Any:
    """log(1 - pi), (R,), without underflow."""
    logs = np.sort(2 * state.log_abs_q, axis=1)
    rest = logs[:, :-1] - logs[:, -1:]
    top = rest.max(axis=1)
    excess = np.exp(rest - top[:, None]).sum(axis=1)
    return top + np.log(excess) - np.log1p(np.exp(top) * excess)


def passage_times(n_: int, batch: int, step: float, marks: tuple[float, ...], runs: int, key: str,
                  steps: int) -> Any:  # fmt: skip
    """First recorded step (every 10) at which log(1 - pi) <= -mark, (marks, runs)."""
    random = np.random.Generator(np.random.PCG64(seed("start", key)))
    q = random.normal(size=(runs, n_))
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    result = simulate(q, 0.0, batch_size=batch, step_size=step * batch, steps=steps, every=10,
                      observe={"impure": log_impurity}, seed=seed(key))  # fmt: skip
    seen = [result.recorded["impure"] <= -mark for mark in marks]
    expect(all(out.any(axis=0).all() for out in seen), "a run is not pure by the horizon")
    return 10 * np.stack([out.argmax(axis=0) for out in seen])
