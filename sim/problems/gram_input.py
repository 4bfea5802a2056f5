"""A model's Gram matrix K at a minimum, read from what a user has, and decomposed once.

``Gram`` holds eigenvalues and vectors with a bound on how far they are from those of K: an exactly
orthogonal U~ and the stored l give K~ = U~ diag(l) U~' with ||K - K~|| <= `uncertainty`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engine import _arguments as arguments
from sim.problems.arrays import UNIT, gamma, gram_of, identity, namespace, norm

# Asymmetry, and negative eigenvalues, up to this much of the largest eigenvalue are taken for rounding
# of whoever formed K.  What is taken is added to `uncertainty`, so that no result depends on it.
ROUNDING = 1e-9
BYTES = 8
ARRAYS = 18  # (m, m) arrays alive at the peak, while the decomposition is checked (measured: 17.6)
SLICES = 7  # arrays as large as a Jacobian alive while J J' is formed, J too (measured: 6.0)
# Entries of K between these bounds: their squares neither overflow nor fall below float64's least number,
# and underflow in a product is far below the 1e-10 of slack on `uncertainty`.
LEAST, MOST = 1e-100, 1e100


class NotAGram(ValueError):
    """The matrix is no Gram matrix: not finite, not symmetric, or with a negative eigenvalue."""


@dataclass(frozen=True)
class Gram:
    """K = J J' of N samples with k outputs each, decomposed.

    values: (r,) positive eigenvalues, ascending. vectors: (N k, r), sample by sample.
    uncertainty: bound on ||K - K~|| in the spectral norm. skew: bound on ||U'U - I||.
    """

    samples: int
    outputs: int
    values: Any
    vectors: Any
    uncertainty: float
    skew: float

    @property
    def rank(self) -> int:
        """Give r, the number of eigenvalues told from zero."""
        return int(self.values.shape[0])

    @property
    def largest(self) -> float:
        """Give the largest eigenvalue, 0 for K = 0."""
        return float(self.values[-1]) if self.rank else 0.0

    def factor(self) -> Any:
        """Give R (N, k, r) with K = R R': an orthonormal basis of the directions that are seen."""
        xp = namespace(self.values)
        shape = (self.samples, self.outputs, self.rank)
        return xp.reshape(self.vectors * xp.sqrt(self.values), shape)

    @classmethod
    def from_matrix(cls, K: Any, outputs: int = 1) -> Gram:
        """Read K, (N k, N k) with a sample's k outputs side by side, or (N, k, N, k)."""
        K = _finite("K", K)
        if len(K.shape) == 4:
            agree("K", outputs, int(K.shape[1]))
            outputs = int(K.shape[1])
            if K.shape[:2] != K.shape[2:]:
                raise NotAGram(f"K: shape {tuple(K.shape)}; must be (N, k, N, k)")
            K = namespace(K).reshape(K, (K.shape[0] * outputs, -1))
        size = int(K.shape[0])
        k = arguments.integer("outputs", outputs, 1)
        if len(K.shape) != 2 or K.shape[1] != size or not size or size % k:
            raise NotAGram(
                f"K: shape {tuple(K.shape)}; must be square of size N k, k = {k} outputs"
            )
        xp = namespace(K)
        gap = K - K.T
        scale = float(xp.max(xp.abs(K)))
        _in_range("K", scale)
        worst = float(xp.max(xp.abs(gap)))
        if worst > ROUNDING * scale:
            at = np.unravel_index(int(xp.argmax(xp.abs(gap))), (size, size))
            i, j = (int(x) for x in at)
            raise NotAGram(
                f"K[{i}, {j}]={float(K[i, j])} but K[{j}, {i}]={float(K[j, i])}: must be symmetric "
                "(a square Jacobian goes through Gram.from_jacobian)"
            )
        return _decomposed((K + K.T) / 2, size // k, k, norm(gap) / 2 + UNIT * norm(K))

    @classmethod
    def from_jacobian(cls, J: Any) -> Gram:
        """Read J, (N, p) or (N, k, p): derivatives of each sample's outputs; K = J J'."""
        J = _finite("J", J)
        if len(J.shape) not in (2, 3) or not J.shape[0] or not J.shape[1]:
            raise ValueError(f"J: shape {tuple(J.shape)}; must be (N, p) or (N, k, p)")
        k = int(J.shape[1]) if len(J.shape) == 3 else 1
        flat = namespace(J).reshape(J, (J.shape[0] * k, J.shape[-1]))
        _in_range("J", float(namespace(J).max(namespace(J).abs(J))), 0.5)
        K, error = gram_of(flat)
        return _decomposed((K + K.T) / 2, int(J.shape[0]), k, error + UNIT * norm(K))

    @classmethod
    def from_product(cls, product: Callable[[Any], Any], samples: int, outputs: int = 1) -> Gram:
        """Read K from a function that gives K V for V of shape (N k, c), by N k columns of it."""
        size = arguments.integer("samples", samples, 1) * arguments.integer("outputs", outputs, 1)
        columns = []
        for start in range(0, size, 256):
            width = min(256, size - start)
            units = np.zeros((size, width))
            units[np.arange(start, start + width), np.arange(width)] = 1.0
            got = arguments.array("product", product(units))
            if got.shape != (size, width):
                raise ValueError(
                    f"product: gave shape {got.shape} for {(size, width)}; must keep it"
                )
            columns.append(got)
        return cls.from_matrix(np.concatenate(columns, axis=1), outputs)


def read(K: Any, outputs: int = 1) -> Gram:
    """Give a `Gram` of what a user has; see `sim.problems.gram`.

    A `Gram`; what `from_torch` or `from_jax` give; (N, p) with p != N or (N, k, p): a Jacobian;
    square or (N, k, N, k): K itself.
    """
    if isinstance(K, Gram):
        agree("K", outputs, K.outputs)
        return K
    if isinstance(linearised := getattr(K, "gram", None), Gram):  # what `from_torch` gives
        return linearised
    if callable(K):
        raise TypeError("K: a function; products come in as Gram.from_product(product, samples)")
    shape = tuple(getattr(K, "shape", ())) or np.shape(K)
    if len(shape) == 3 or (len(shape) == 2 and shape[0] != shape[1]):
        agree("J", outputs, int(shape[1]) if len(shape) == 3 else 1)
        return Gram.from_jacobian(K)
    if len(shape) not in (2, 4):
        raise ValueError(f"K: shape {shape}; must be (N, N), (N, k, N, k), (N, p) or (N, k, p)")
    return Gram.from_matrix(K, outputs)


def agree(name: str, said: Any, found: int) -> None:
    """Raise ValueError where `outputs` (1: nothing was said) contradicts what the array has."""
    if arguments.integer("outputs", said, 1) not in (1, found):
        hint = "; a Jacobian with k outputs a sample is (N, k, p)" if name == "J" else ""
        raise ValueError(f"outputs={said}: but {name} has {found} a sample{hint}")


def memory(samples: int, outputs: int = 1, parameters: int = 0) -> int:
    """Give the bytes that a decomposition and a threshold need at their peak.

    parameters: p, where a Jacobian is read (0: K itself); its slices and K's arrays are not alive at
    the same time, but both are counted.
    """
    size = arguments.integer("samples", samples, 1) * arguments.integer("outputs", outputs, 1)
    wide = arguments.integer("parameters", parameters, 0)
    return BYTES * (ARRAYS * size**2 + SLICES * size * wide)


def _in_range(name: str, size: float, power: float = 1.0) -> None:
    """Raise ValueError where the largest entry is too small or too large to be squared and summed."""
    low, high = LEAST**power, MOST**power
    if size != 0 and not low <= size <= high:
        raise ValueError(
            f"{name}: largest entry {size:.3g}; must be 0 or from {low:g} to {high:g} (rescale the loss)"
        )


def _finite(name: str, value: Any) -> Any:
    if hasattr(value, "detach"):  # PyTorch: no derivatives of thresholds
        value = value.detach()
    xp = namespace(value)
    if xp is np:
        return arguments.array(name, value)
    if value.dtype != xp.float64:
        raise TypeError(f"{name}: dtype {value.dtype}; must be float64")
    if not bool(xp.all(xp.isfinite(value))):
        raise ValueError(f"{name}: every entry must be finite")
    return value


def _decomposed(K: Any, samples: int, outputs: int, error: float) -> Gram:
    """Decompose symmetric K; `error` bounds its distance from the matrix that is meant.

    U with computed columns is U~ H, U~ exactly orthogonal and H = (U'U)^(1/2), |H - I| <= skew.  With
    B = U diag(l)^(1/2), rounded to relative 2u an entry,
    ||K - K~|| <= ||K - B B'|| + 5 u ||B||_F^2 + (2 skew + skew^2) l_max.
    """
    xp = namespace(K)
    values, vectors = xp.linalg.eigh(K)
    size = int(K.shape[0])
    top = max(float(values[-1]), 0.0)
    if -float(values[0]) > ROUNDING * max(top, float(xp.max(xp.abs(K)))):
        raise NotAGram(
            f"K: eigenvalue {float(values[0]):.6g} beside {top:.6g}; a Gram matrix has none below 0"
        )
    kept = int(xp.count_nonzero(values > 8 * size * UNIT * top)) if top else 0
    values, vectors = values[size - kept :], vectors[:, size - kept :]
    if not kept:
        return Gram(samples, outputs, values, vectors, (error + norm(K)) * (1 + 1e-10), 0.0)
    defect, slack = gram_of(vectors.T, identity(kept, vectors))
    skew = norm(defect) + slack
    root = vectors * xp.sqrt(values)
    defect, slack = gram_of(root, K)
    mass = float(xp.sum(values)) * (1 + gamma(kept)) * (1 + skew)
    total = error + norm(defect) + slack + 5 * UNIT * mass + (2 * skew + skew**2) * top
    return Gram(samples, outputs, values, vectors, total * (1 + 1e-10), skew * (1 + 1e-10))
