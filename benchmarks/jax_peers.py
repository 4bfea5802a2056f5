"""JAX: jit + scan + vmap of the gradient in R^d, and of the O(b) recursion in q."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.cases import DENSE_LIMIT, Case
from benchmarks.contract import Maker, NotApplicable

jax.config.update("jax_enable_x64", True)


class Dense:
    """scan over steps, vmap over runs, grad of the loss."""

    WARM_UPS = 3  # JAX compiles again on its second call

    def __init__(self, case: Case):
        self.case, self.runs = case, case.dense_runs
        one_hot = case.n > DENSE_LIMIT
        self._data = jnp.zeros((1, 1)) if one_hot else jnp.asarray(case.data)
        self._w = jnp.asarray(case.weights)
        self._batches = jnp.asarray(case.batches)

        def loss(w, x):
            return 0.5 * ((x - (x @ w)[:, None] * w) ** 2).sum(axis=1).mean()

        gradient = jax.vmap(jax.grad(loss))

        @partial(jax.jit, donate_argnums=0)
        def many(w, batches, data):
            def one(w, batch):
                rows = jax.nn.one_hot(batch, case.d, dtype=w.dtype) if one_hot else data[batch]
                return w - case.step_size * gradient(w, rows), None

            return jax.lax.scan(one, w, batches)[0]

        self._many = many

    def advance(self, steps: int) -> None:
        done = 0
        while done < steps:
            piece = self._batches[: min(steps - done, len(self._batches))]
            self._w = self._many(self._w, piece, self._data)
            done += len(piece)
        self._w.block_until_ready()

    def q(self) -> np.ndarray:
        return self.case.coordinates(np.asarray(self._w))


class Coordinates:
    """Our recursions (direct, complement, b = n) under scan. They never rescale: after some 1e5 steps
    their scale underflows, which costs them nothing in time."""

    WARM_UPS = 3

    def __init__(self, case: Case):
        q, rho = case.start
        self.runs, a = case.runs, case.step_size / case.b
        self._a, self._sign = a, np.sign(q)
        left_out, full = case.left_out, case.b == case.n
        self._index = jnp.asarray(case.sets)
        self._state = (
            jnp.asarray(q**2),
            jnp.full(case.runs, a),
            jnp.asarray(a * (q**2).sum(axis=1)),
            jnp.asarray(a * rho),
        )
        rows = jnp.arange(case.runs)

        def one(state, index):
            y, p, h, u = state
            if full:
                c = 1 - h
                f2, c2 = (c + (2 * a - h - u)) ** 2, c * c
                return (y, p * f2, h * f2, u * c2), None
            v = y[rows, index]
            s = p * v.sum(axis=0)
            if left_out:
                s = h - s
            c = 1 - s
            f2, c2 = (c + (2 * a - h - u)) ** 2, c * c
            p, u, h = p * (f2 if left_out else c2), u * c2, (h - s) * c2 + s * f2
            new = v * (c2 / f2 if left_out else f2 / c2)
            y = y.at[rows, index].set(new, mode="promise_in_bounds", unique_indices=True)
            return (y, p, h, u), None

        self._one = one
        self._many = jax.jit(
            lambda state, sets: jax.lax.scan(one, state, sets)[0], donate_argnums=0
        )

    def advance(self, steps: int) -> None:
        done = 0
        while done < steps:
            piece = self._index[: min(steps - done, len(self._index))]
            self._state = self._many(self._state, piece)
            done += len(piece)
        self._state[1].block_until_ready()

    def q(self) -> np.ndarray:
        y, p = np.asarray(self._state[0]), np.asarray(self._state[1])
        return self._sign * np.sqrt(y * (p / self._a)[:, None])


class Drawing(Coordinates):
    """The same, drawing its batches in bulk before each scan: XLA's own generator, a word an index
    (multiplied and shifted, not exactly uniform), Floyd's algorithm on all sets at once."""

    OWN_BATCHES = True

    def __init__(self, case: Case):
        if case.b == case.n:
            raise NotApplicable("b = n draws nothing")
        super().__init__(case)
        size, runs = case.sets.shape[1:]
        self._length = len(case.sets)
        self._key = jax.random.key(0, impl="unsafe_rbg")
        bounds = (case.n - size + 1 + jnp.arange(size)).astype(jnp.uint64)[:, None]

        @partial(jax.jit, static_argnums=2, donate_argnums=0)
        def many(state, key, steps):
            words = jax.random.bits(key, (steps, size, runs), jnp.uint32)
            sets = ((words.astype(jnp.uint64) * bounds) >> 32).astype(jnp.int32)
            for k in range(1, size):
                taken = (sets[:, :k] == sets[:, k : k + 1]).any(axis=1)
                sets = sets.at[:, k].set(jnp.where(taken, case.n - size + k, sets[:, k]))
            return jax.lax.scan(self._one, state, sets)[0]

        self._draw_and_step = many

    def advance(self, steps: int) -> None:
        done = 0
        while done < steps:
            piece = min(steps - done, self._length)
            self._key, key = jax.random.split(self._key)
            self._state = self._draw_and_step(self._state, key, piece)
            done += piece
        self._state[1].block_until_ready()


class Mapped(Coordinates):
    """Our recursions for one run, under vmap and scan."""

    def __init__(self, case: Case):
        if case.b == case.n:
            raise NotApplicable("b = n has no batch to map over")
        super().__init__(case)
        a, left_out = self._a, case.left_out
        self._index = jnp.asarray(np.ascontiguousarray(case.sets.swapaxes(1, 2)))

        def one(state, index):
            y, p, h, u = state
            v = y[index]
            s = p * v.sum()
            if left_out:
                s = h - s
            c = 1 - s
            f2, c2 = (c + (2 * a - h - u)) ** 2, c * c
            y = y.at[index].set(v * (c2 / f2 if left_out else f2 / c2))
            return y, p * (f2 if left_out else c2), (h - s) * c2 + s * f2, u * c2

        @partial(jax.jit, donate_argnums=0)
        def many(state, sets):
            step = jax.vmap(one)
            return jax.lax.scan(lambda now, index: (step(now, index), None), state, sets)[0]

        self._many = many


MAKERS: dict[str, Maker] = {
    "JAX grad": Dense,
    "JAX in q": Coordinates,
    "JAX in q, vmap": Mapped,
    "JAX in q, drawing": Drawing,
}
