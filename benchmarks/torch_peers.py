"""PyTorch: an autograd loop, batched closed form, torch.func, and the O(b) recursion."""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.cases import DENSE_LIMIT, Case
from benchmarks.contract import Maker, NotApplicable

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


class _Dense:
    def __init__(self, case: Case, runs: int):
        self.case, self.runs, self._step = case, runs, 0
        self._data = None if case.n > DENSE_LIMIT else torch.from_numpy(case.data)
        self._w = torch.from_numpy(case.weights[:runs].copy())
        self._batches = torch.from_numpy(case.batches[:, :runs].copy())

    def _rows(self) -> torch.Tensor:
        batch = self._batches[self._step % len(self._batches)]
        self._step += 1
        if self._data is not None:
            return self._data[batch]
        return torch.zeros(*batch.shape, self.case.d).scatter_(2, batch[:, :, None], 1.0)

    def q(self) -> np.ndarray:
        return self.case.coordinates(self._w.detach().numpy())


class AutogradLoop(_Dense):
    """What one writes first: one run, loss.backward(), a step."""

    def __init__(self, case: Case):
        super().__init__(case, 1)
        self._w = self._w[0].requires_grad_()

    def advance(self, steps: int) -> None:
        w, step_size = self._w, self.case.step_size
        for _ in range(steps):
            x = self._rows()[0]
            loss = 0.5 * ((x - (x @ w)[:, None] * w) ** 2).sum(dim=1).mean()
            loss.backward()
            with torch.no_grad():
                w -= step_size * w.grad
            w.grad = None

    def q(self) -> np.ndarray:
        return self.case.coordinates(self._w.detach().numpy()[None])


class Closed(_Dense):
    """The gradient typed in, all runs at once."""

    def __init__(self, case: Case):
        super().__init__(case, case.dense_runs)

    @torch.inference_mode()
    def advance(self, steps: int) -> None:
        a, w = self.case.step_size / self.case.b, self._w
        for _ in range(steps):
            x = self._rows()
            z = torch.bmm(x, w[:, :, None])[:, :, 0]
            r2 = (w * w).sum(dim=1)
            pull = torch.bmm(z[:, None], x)[:, 0]
            w = w * (1 - a * (z * z).sum(dim=1))[:, None] + (a * (2 - r2))[:, None] * pull
        self._w = w


class Functional(_Dense):
    """torch.func: vmap of grad of the loss."""

    def __init__(self, case: Case):
        super().__init__(case, case.dense_runs)

        def loss(w: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
            return 0.5 * ((x - (x @ w)[:, None] * w) ** 2).sum(dim=1).mean()

        self._gradient = torch.func.vmap(torch.func.grad(loss))

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            self._w = self._w - self.case.step_size * self._gradient(self._w, self._rows())


class Coordinates:
    """Our recursions (direct, complement, b = n) as tensor operations."""

    DRAWN = False

    def __init__(self, case: Case):
        q, rho = case.start
        self.runs, self._a, self._case, self._step = case.runs, case.step_size / case.b, case, 0
        self._sign, self._y = torch.from_numpy(np.sign(q)), torch.from_numpy((q**2).reshape(-1))
        offset = np.arange(case.runs) * case.n
        self._offset, self._size = torch.from_numpy(offset), case.sets.shape[1]
        self._index = torch.from_numpy(case.sets + offset)
        self._p = torch.full((case.runs,), self._a)
        self._h = torch.from_numpy(self._a * (q**2).sum(axis=1))
        self._u = torch.from_numpy(self._a * rho)

    @torch.inference_mode()
    def advance(self, steps: int) -> None:
        a, y, p, h, u = self._a, self._y, self._p, self._h, self._u
        left_out, full = self._case.left_out, self._case.b == self._case.n
        for _ in range(steps):
            if full:
                c = 1 - h
                f2, c2 = (c + (2 * a - h - u)) ** 2, c * c
                h, u, p = h * f2, u * c2, p * f2
                continue
            if self.DRAWN:
                index = self._floyd() + self._offset
            else:
                index = self._index[self._step % len(self._index)]
                self._step += 1
            v = y[index]
            s = p * v.sum(dim=0)
            if left_out:
                s = h - s
            c = 1 - s
            f2, c2 = (c + (2 * a - h - u)) ** 2, c * c
            h, u = (h - s) * c2 + s * f2, u * c2
            p = p * (f2 if left_out else c2)
            y[index] = v * (c2 / f2 if left_out else f2 / c2)
        self._p, self._h, self._u = p, h, u

    def _floyd(self) -> torch.Tensor:
        size, n = self._size, self._case.n
        if size == 1:
            return torch.randint(n, (1, self.runs))
        sets = torch.empty((size, self.runs), dtype=torch.int64)
        for k in range(size):
            largest = n - size + k
            pick = torch.randint(largest + 1, (self.runs,))
            sets[k] = torch.where((sets[:k] == pick).any(dim=0), largest, pick)
        return sets

    def q(self) -> np.ndarray:
        squares = self._y.reshape(self.runs, -1) * (self._p / self._a)[:, None]
        return (self._sign * squares.sqrt()).numpy()


class Drawing(Coordinates):
    """The same, drawing its batches (Floyd's algorithm, all runs at once)."""

    OWN_BATCHES = DRAWN = True

    def __init__(self, case: Case):
        if case.b == case.n:
            raise NotApplicable("b = n draws nothing")
        super().__init__(case)


MAKERS: dict[str, Maker] = {
    "PyTorch autograd loop": AutogradLoop,
    "PyTorch closed form": Closed,
    "torch.func": Functional,
    "PyTorch in q": Coordinates,
    "PyTorch in q, drawing": Drawing,
}
