"""The fast engines' inner loops as numba kernels: optional, chosen by backend="numba".

The same recursions in the same order of operations on the same arrays; only the sum over a batch
may associate differently. Everything else (storage, rescaling, reading) is inherited.
"""

from __future__ import annotations

from typing import Any

from numba import njit  # type: ignore[import-not-found, import-untyped, unused-ignore]
from numpy.typing import NDArray

from sim.engine._complement import Complement
from sim.engine._direct import Direct
from sim.engine._full import Full
from sim.engine._masked import Masked
from sim.engine._numba_prefetch import prefetch
from sim.engine._scaled import Scaled
from sim.engine.state import Integers


@njit(cache=True, nogil=True)
def _growth(total: float, p: Any, t: Any, run: int, twice_a: float) -> float:
    s = total * p[run]
    c = 1.0 - s
    f = c + (twice_a - t[run])
    c2, f2 = c * c, f * f
    t[run] = (t[run] - s) * c2 + s * f2
    p[run] *= c2
    return f2 / c2


@njit(cache=True, nogil=True)
def _direct(y: Any, p: Any, t: Any, sets: Any, twice_a: float) -> None:
    steps, size, runs = sets.shape
    for step in range(steps):
        for run in range(runs):
            s = 0.0
            for k in range(size):
                s += y[run, sets[step, k, run]]
            g = _growth(s, p, t, run, twice_a)
            for k in range(size):
                y[run, sets[step, k, run]] *= g


@njit(cache=True, nogil=True)
def _direct_single(flat: Any, p: Any, t: Any, sets: Any, twice_a: float) -> None:
    steps, runs = sets.shape
    n = flat.size // runs
    for step in range(steps):
        ahead = min(step + 1, steps - 1)
        for run in range(runs):
            prefetch(flat, run * n + sets[ahead, run])
            j = run * n + sets[step, run]
            s = p[run] * flat[j]
            c = 1.0 - s
            f = c + (twice_a - t[run])
            c2 = c * c
            new = s * (f * f)
            t[run] = (t[run] - s) * c2 + new
            p[run] *= c2
            flat[j] = new / p[run]


@njit(cache=True, nogil=True, fastmath={"reassoc"})
def _inside(y: Any, mask: Any) -> float:
    total = 0.0
    for j in range(y.shape[0]):
        total += y[j] if mask[j] else 0.0
    return total


@njit(cache=True, nogil=True)
def _masked(y: Any, p: Any, t: Any, masks: Any, twice_a: float) -> None:
    steps, runs, n = masks.shape
    for step in range(steps):
        for run in range(runs):
            g = _growth(_inside(y[run], masks[step, run]), p, t, run, twice_a)
            for j in range(n):
                y[run, j] *= g if masks[step, run, j] else 1.0


@njit(cache=True, nogil=True)
def _complement(y: Any, p: Any, h: Any, passive: Any, sets: Any, twice_a: float) -> None:
    steps, size, runs = sets.shape
    for step in range(steps):
        for run in range(runs):
            left = 0.0
            for k in range(size):
                left += y[run, sets[step, k, run]]
            left *= p[run]
            s = h[run] - left
            c = 1.0 - s
            f = c + (twice_a - h[run] - passive[0, run])
            c2, f2 = c * c, f * f
            h[run] = left * c2 + s * f2
            passive[0, run] *= c2
            passive[1, run] *= c2
            p[run] *= f2
            g = c2 / f2
            for k in range(size):
                y[run, sets[step, k, run]] *= g


@njit(cache=True, nogil=True)
def _complement_single(
    flat: Any, p: Any, h: Any, passive: Any, sets: Any, twice_a: float, has_passive: bool
) -> None:
    steps, runs = sets.shape
    n = flat.size // runs
    u, product = passive
    for step in range(steps):
        ahead = min(step + 1, steps - 1)
        for run in range(runs):
            prefetch(flat, run * n + sets[ahead, run])
            j = run * n + sets[step, run]
            left = flat[j] * p[run]
            s = h[run] - left
            c = 1.0 - s
            e = twice_a - h[run]
            if has_passive:
                e -= u[run]
            f = c + e
            c2, f2 = c * c, f * f
            left *= c2
            h[run] = left + s * f2
            if has_passive:
                u[run] *= c2
                product[run] *= c2
            p[run] *= f2
            flat[j] = left / p[run]


@njit(cache=True, nogil=True)
def _full(products: Any, masses: Any, steps: int, twice_a: float) -> None:
    for run in range(products.shape[1]):
        live, passive = products[0, run], products[1, run]
        for _ in range(steps):
            z, u = masses[0, run] * live, masses[1, run] * passive
            c = 1.0 - z
            f = (1.0 + twice_a) - ((z + z) + u)
            live *= f * f
            passive *= c * c
        products[0, run], products[1, run] = live, passive


class NumbaDirect(Direct):
    """Direct with compiled loops."""

    def _steps(self, sets: Integers) -> None:
        t, twice_a = self._st[1], 2 * self.a
        if sets.shape[1] == 1:
            _direct_single(self.flat, self.scale, t, sets[:, 0], twice_a)
        else:
            _direct(self.y, self.scale, t, sets, twice_a)


class NumbaMasked(Masked):
    """Masked with compiled loops."""

    def _steps(self, sets: NDArray[Any]) -> None:
        _masked(self.y, self.scale, self._st[1], sets, 2 * self.a)


class NumbaComplement(Complement):
    """Complement with compiled loops."""

    def _steps(self, sets: Integers) -> None:
        h, passive, twice_a = self._lsh[2], self._passive, 2 * self.a
        if sets.shape[1] == 1:
            _complement_single(
                self.flat, self.scale, h, passive, sets[:, 0], twice_a, self._has_passive
            )
        else:
            _complement(self.y, self.scale, h, passive, sets, twice_a)


class NumbaFull(Full):
    """Full with compiled loops."""

    def _steps(self, steps: int) -> None:
        _full(self._products, self._masses, steps, 2 * self.a)


COMPILED: dict[type[Scaled], type[Scaled]] = {
    Direct: NumbaDirect,
    Masked: NumbaMasked,
    Complement: NumbaComplement,
    Full: NumbaFull,
}
