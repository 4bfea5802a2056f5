"""Who runs: each contender holds a state, `advance(steps)` is what is timed.

A contender is given its batches ready-made and cycles through them; ours draws its own while the
clock runs, except where agreement is checked, on the same batches for all.
"""

from __future__ import annotations

import numpy as np

from benchmarks.cases import DENSE_LIMIT, Case
from benchmarks.contract import Maker
from sim.engine._block import make_blocks
from sim.engine.batches import Sampler, block_runs
from sim.engine.state import State, join


class _Ready(Sampler):
    """The case's batches over and over, in place of a generator."""

    def __init__(self, case: Case, runs: slice):
        super().__init__("uniform", case.n, case.b, 1, np.random.SeedSequence(0))
        self.form = case.form
        self._sets = np.ascontiguousarray(case.sets[:, :, runs])
        self._chunk, self._chunk_steps = self._sets, len(self._sets)

    def _draw(self, steps: int) -> np.ndarray:
        return self._sets


class Ours:
    """simulate's blocks. drawn: they draw their batches, or are given them like everyone else. runs:
    the first so many, all by default."""

    def __init__(self, case: Case, backend: str, drawn: bool = True, runs: int | None = None):
        self.runs, self.backend = runs or case.runs, backend
        q, rho = (x[: self.runs] for x in case.start)
        start = State.at(q, rho, batch_size=case.b, step_size=case.step_size)
        self._blocks = make_blocks(start, "uniform", 0, None, backend)
        if not drawn:
            size = block_runs(case.n, case.b)
            for k, block in enumerate(self._blocks):
                rows = slice(k * size, min((k + 1) * size, self.runs))
                block._source, block._form = _Ready(case, rows), case.form

    def advance(self, steps: int) -> None:
        for block in self._blocks:
            block.advance(steps)

    def q(self) -> np.ndarray:
        return np.concatenate([join(*block.read()[:2]) for block in self._blocks])


class DenseNumpy:
    """Closed-form SGD on the weights in R^d."""

    def __init__(self, case: Case):
        self.case, self.runs = case, case.dense_runs
        self._w = case.weights.copy()
        self._data = None if case.n > DENSE_LIMIT else case.data
        self._step = 0

    def _rows(self, batch: np.ndarray) -> np.ndarray:
        if self._data is not None:
            return self._data[batch]
        rows = np.zeros((*batch.shape, self.case.d))
        np.put_along_axis(rows, batch[:, :, None], 1.0, axis=2)
        return rows

    def advance(self, steps: int) -> None:
        a, w = self.case.step_size / self.case.b, self._w
        for _ in range(steps):
            rows = self._rows(self.case.batches[self._step % len(self.case.batches)])
            self._step += 1
            z = np.matmul(rows, w[:, :, None])[:, :, 0]
            r2 = np.einsum("rd,rd->r", w, w)
            pull = np.matmul(z[:, None, :], rows)[:, 0]
            w *= (1 - a * (z * z).sum(axis=1))[:, None]
            w += (a * (2 - r2))[:, None] * pull

    def q(self) -> np.ndarray:
        return self.case.coordinates(self._w)


def makers() -> tuple[dict[str, Maker], dict[str, str]]:
    """Give the contenders that can be imported here, and for the others the reason."""
    found: dict[str, Maker] = {
        "ours": lambda case: Ours(case, "numpy"),
        "ours, given batches": lambda case: Ours(case, "numpy", drawn=False),
        "dense NumPy": DenseNumpy,
    }
    absent: dict[str, str] = {}
    try:
        import numba  # noqa: F401

        found["ours, numba"] = lambda case: Ours(case, "numba")
        found["ours, numba, given batches"] = lambda case: Ours(case, "numba", drawn=False)
    except ImportError as error:
        absent["numba"] = str(error)
    try:
        from benchmarks import torch_peers

        found |= torch_peers.MAKERS
    except ImportError as error:
        absent["PyTorch"] = str(error)
    try:
        from benchmarks import jax_peers

        found |= jax_peers.MAKERS
    except ImportError as error:
        absent["JAX"] = str(error)
    try:
        from benchmarks import c_peers

        c_peers.library()
        found |= c_peers.MAKERS
    except ImportError as error:
        absent["C"] = str(error)
    return found, absent
