"""Heavy ball, Nesterov's method and Adam on the single-neuron autoencoder, many runs at once.

With G(y) = a sum_{i in B} grad loss_i(y), a = step_size/batch_size:

    heavy ball   v+ = momentum v - G(w),                 w+ = w + v+
    Nesterov     v+ = momentum v - G(w + momentum v),    w+ = w + v+

On orthonormal data both close in q_j = <w, x_j>, v_j = <v, x_j> and two signed lengths off the data,
because -G(y) has the coordinates a y_j [(2 - |y|^2) m_j - S(y)] (m_j = 1 when j is drawn and live) and
-a S(y) y_perp.  Adam depends on the basis of R^d, so it is played in R^d:

    m+ = b1 m + (1-b1) g,   u+ = b2 u + (1-b2) g^2,   w+ = w - step_size m+^ / (sqrt(u+^) + epsilon),

g = (1/b) sum grad loss_i, hats: divided by 1 - b1^t, 1 - b2^t (Kingma and Ba, 2015), entry by entry.

All in float64, without the scaled exponents of `simulate`: a coordinate below 1e-308 is zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine import _arguments as arguments
from sim.engine.batches import Sampler, child, complement
from sim.engine.state import Bools, Floats, Integers
from sim.problems.autoencoder import from_weights


@dataclass(frozen=True, eq=False)
class MomentumResult:
    """R runs after `steps` steps.

    q, velocity: (R, n). perp, perp_velocity: (R,), signed lengths along the start's w_perp.
    recorded, recorded_velocity: (records, R, n), q and velocity at recorded_steps.
    """

    q: Floats
    velocity: Floats
    perp: Floats
    perp_velocity: Floats
    recorded: Floats
    recorded_velocity: Floats
    recorded_steps: Integers

    @property
    def r2(self) -> Floats:
        """||w||^2, (R,)."""
        return (self.q**2).sum(axis=1) + self.perp**2


@dataclass(frozen=True, eq=False)
class AdamResult:
    """R runs: weight (R, d) after the last step, recorded (records, R, d) at recorded_steps."""

    weight: Floats
    recorded: Floats
    recorded_steps: Integers


def simulate_momentum(
    q: Any,
    rho: Any,
    *,
    batch_size: int,
    step_size: float,
    steps: int,
    momentum: float,
    nesterov: bool = False,
    velocity: Any = 0.0,
    activation: str = "linear",
    seed: int | np.random.SeedSequence = 0,
    batches: Any = None,
    every: int | None = None,
) -> MomentumResult:
    """Run `steps` steps of SGD with momentum from each of R starts, on orthonormal data.

    q: (R, n) or (n,). rho: (R,) or a scalar, ||w_perp||^2 >= 0. batch_size: 1..n, uniform subsets
    without replacement. step_size: eta > 0. momentum: 0 <= momentum < 1. nesterov: take the gradient
    at w + momentum v. velocity: <v_0, x_j>, (R, n), (n,) or 0; off the data v_0 is zero.
    activation: "linear" or "relu" (the gate is that of the point where the gradient is taken).
    batches: index sets (steps, R, b) or (steps, b), used instead of drawing. every: record q and v at
    steps 0, every, 2 every, ...; None records nothing.

    Raises ValueError or TypeError, naming the argument, before any step is done.
    """
    q, rho = arguments.start(q, rho, batches)
    runs, n = q.shape
    batch_size = arguments.integer("batch_size", batch_size, 1, n)
    rate = arguments.positive("step_size", step_size) / batch_size
    steps = arguments.steps(steps)
    beta = _fraction("momentum", momentum)
    if not isinstance(nesterov, bool | np.bool_):
        raise TypeError(f"nesterov={nesterov!r}: must be True or False")
    v = arguments.array("velocity", velocity)
    if v.shape not in ((), (n,), (runs, n)):
        raise ValueError(f"velocity: shape {v.shape}; must be {(runs, n)}, {(n,)} or a scalar")
    relu = arguments.choice("activation", activation, arguments.ACTIVATIONS) == "relu"
    marks = _every(every, steps)
    drawn = _memberships(batches, steps, runs, n, batch_size, seed)

    q, v = q.copy(), np.broadcast_to(v, q.shape).copy()
    perp, off = np.sqrt(rho), np.zeros(runs)
    ahead = beta if nesterov else 0.0
    record: list[Floats] = []
    record_velocity: list[Floats] = []
    for step in range(steps + 1):
        if step in marks:
            record.append(q.copy())
            record_velocity.append(v.copy())
        if step == steps:
            break
        member = next(drawn)
        y, y_perp = q + ahead * v, perp + ahead * off
        live = member & (y > 0) if relu else member
        square = y**2
        mass = np.where(live, square, 0.0).sum(axis=1)
        slack = 2 - square.sum(axis=1) - y_perp**2
        v = beta * v + rate * y * (slack[:, None] * live - mass[:, None])
        off = beta * off - rate * mass * y_perp
        q, perp = q + v, perp + off
    empty = np.empty((0, runs, n))
    return MomentumResult(
        q, v, perp, off,
        np.stack(record) if record else empty,
        np.stack(record_velocity) if record else empty,
        np.array(sorted(marks), dtype=np.int64),
    )  # fmt: skip


def simulate_adam(
    weight: Any,
    data: Any,
    *,
    batch_size: int,
    step_size: float,
    steps: int,
    betas: tuple[float, float] = (0.9, 0.999),
    epsilon: float = 1e-8,
    activation: str = "linear",
    seed: int | np.random.SeedSequence = 0,
    batches: Any = None,
    every: int | None = None,
) -> AdamResult:
    """Run `steps` steps of Adam in the coordinates of R^d in which weight and data are given.

    weight: (R, d) or (d,). data: (n, d), orthonormal rows. betas: decay of the two averages, each in
    [0, 1). epsilon: > 0. The rest as in `simulate_momentum`.

    Raises ValueError or TypeError, naming the argument, before any step is done.
    """
    from_weights(weight, data)  # says what is wrong with either
    x, w = arguments.array("data", data), np.atleast_2d(arguments.array("weight", weight)).copy()
    if w.shape[0] == 1 and np.ndim(batches) == 3:
        w = np.repeat(w, np.shape(batches)[1], axis=0)
    runs, n = len(w), len(x)
    batch_size = arguments.integer("batch_size", batch_size, 1, n)
    rate = arguments.positive("step_size", step_size)
    steps = arguments.integer("steps", steps, 0)
    if not isinstance(betas, tuple | list) or len(betas) != 2:
        raise ValueError(f"betas={betas!r}: must be two numbers in [0, 1)")
    first, second = (_fraction(f"betas[{k}]", value) for k, value in enumerate(betas))
    epsilon = arguments.positive("epsilon", epsilon)
    relu = arguments.choice("activation", activation, arguments.ACTIVATIONS) == "relu"
    marks = _every(every, steps)
    drawn = _memberships(batches, steps, runs, n, batch_size, seed)

    mean, square = np.zeros_like(w), np.zeros_like(w)
    record: list[Floats] = []
    for step in range(steps + 1):
        if step in marks:
            record.append(w.copy())
        if step == steps:
            break
        q = w @ x.T
        member = next(drawn)
        seen = np.where(member & (q > 0) if relu else member, q, 0.0)
        slack = 2 - (w**2).sum(axis=1, keepdims=True)
        gradient = ((seen**2).sum(axis=1, keepdims=True) * w - slack * (seen @ x)) / batch_size
        mean = first * mean + (1 - first) * gradient
        square = second * square + (1 - second) * gradient**2
        scale = np.sqrt(square / (1 - second ** (step + 1))) + epsilon
        w = w - rate * mean / (1 - first ** (step + 1)) / scale
    return AdamResult(
        w,
        np.stack(record) if record else np.empty((0, *w.shape)),
        np.array(sorted(marks), dtype=np.int64),
    )


def _fraction(name: str, value: Any) -> float:
    """Give `value` as a float in [0, 1), or raise naming it."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}={value!r}: must be a number in [0, 1)") from None
    if not (math.isfinite(number) and 0 <= number < 1):
        raise ValueError(f"{name}={value!r}: must be a number in [0, 1)")
    return number


def _every(every: Any, steps: int) -> set[int]:
    if every is None:
        return set()
    return set(range(0, steps + 1, arguments.integer("every", every, 1)))


def _memberships(batches: Any, steps: int, runs: int, n: int, b: int, seed: Any) -> Iterator[Bools]:
    """Who is in the batch, (R, n), step by step."""
    if batches is not None:
        sets = arguments.explicit_batches(batches, steps, runs, n, b, repeats=False)
        return (_members(batch, n) for batch in sets)
    seed = arguments.seed(seed)
    sampler = Sampler("uniform", n, b, runs, child(seed))
    return _drawn(sampler, steps)


def _drawn(sampler: Sampler, steps: int) -> Iterator[Bools]:
    for piece in sampler.take(steps):
        sets = complement(piece, sampler.n) if sampler.left_out else piece
        for batch in sets:
            yield _members(batch.T, sampler.n)


def _members(batch: NDArray[Any], n: int) -> Bools:
    member = np.zeros((len(batch), n), dtype=bool)
    member[np.arange(len(batch))[:, None], batch] = True
    return member


__all__ = ["AdamResult", "MomentumResult", "simulate_adam", "simulate_momentum"]
