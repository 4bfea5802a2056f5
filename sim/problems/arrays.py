"""What the linear algebra here asks of an array library, and products whose rounding is known.

The code runs on whatever holds the data: NumPy, PyTorch on any device, CuPy, or any library with the
array API standard's names.  Everything used stands in that standard (2024.12 and its linear algebra),
or is one of the few functions below; ``array_api_strict``, which has nothing else, runs it in the tests.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np

UNIT = 2.0**-53  # relative rounding error of one operation in float64
PANEL = 256  # rows summed by one matrix product, where the order of summation is to be known


def namespace(x: Any) -> Any:
    """Give the module of functions that act on `x`: its own, or NumPy."""
    found = getattr(x, "__array_namespace__", None)
    if found is not None:
        return found()
    library = type(x).__module__.split(".")[0]
    if library == "torch":
        return importlib.import_module("torch")
    return importlib.import_module("cupy") if library == "cupy" else np


def host(x: Any) -> Any:
    """Give `x` as a NumPy array, fetched from wherever it is."""
    if isinstance(x, np.ndarray):
        return x
    for fetch in ("cpu", "get"):  # PyTorch, CuPy
        if hasattr(x, fetch):
            return np.asarray(getattr(x, fetch)())
    return np.asarray(x)


def like(x: Any, model: Any) -> Any:
    """Give a NumPy array as an array of `model`'s library, on its device."""
    xp = namespace(model)
    if xp is np or xp.__name__ == "cupy":  # CuPy has a current device, and no such argument
        return xp.asarray(x)
    return xp.asarray(x, device=model.device)


def transposed(x: Any) -> Any:
    """Give `x` with its last two axes exchanged; the standard's name is not in every CuPy."""
    return x.mT if hasattr(x, "mT") else x.swapaxes(-1, -2)


def zeros(shape: tuple[int, ...], model: Any) -> Any:
    """Give zeros, float64, in `model`'s library and on its device."""
    xp = namespace(model)
    if xp is np or xp.__name__ == "cupy":
        return xp.zeros(shape)
    return xp.zeros(shape, dtype=model.dtype, device=model.device)


def identity(size: int, model: Any) -> Any:
    """Give I, (size, size), in `model`'s library and on its device."""
    flat = zeros((size * size,), model)
    flat[:: size + 1] = 1.0
    return namespace(model).reshape(flat, (size, size))


def gamma(count: float) -> float:
    """Give n u/(1 - n u), which bounds the relative error of a sum or product of n roundings.

    Source: Higham, Accuracy and Stability of Numerical Algorithms, lemma 3.1; any order of summation,
    with fused multiply-adds or without.
    """
    return count * UNIT / (1 - count * UNIT)


def norm(x: Any) -> float:
    """Give an upper bound on the Frobenius norm of an array."""
    xp = namespace(x)
    total = float(xp.sum(x * x))
    return math.sqrt(total) * (1 + gamma(math.prod(x.shape) + 4))


def gram_of(factor: Any, target: Any = None) -> tuple[Any, float]:
    """Give F F' - target (target None: zero) and a bound on its error's Frobenius norm.

    factor: (m, r), float64. target: (m, m).

    F = F1 + F2 + F3 with F1, F2 on grids so coarse that the products among them are *exact* in
    float64, whatever the order of summation: with t = (53 - log2 r)//2 bits a slice, each product has
    2t bits and r of them sum within 53 (Ozaki, Ogita, Oishi, Rump 2012).  What is left,
    F F3' + F3 (F - F3)', is 2^-2t times smaller and is bounded as any product is.  Six matrix
    products' time; the error is that of the last additions, with no factor r.
    """
    xp = namespace(factor)
    rows, terms = factor.shape
    largest = float(xp.max(xp.abs(factor))) if rows and terms else 0.0
    if largest == 0.0:
        zero = factor @ factor.T
        return (zero if target is None else zero - target), 0.0
    bits = (53 - math.ceil(math.log2(max(terms, 1)))) // 2
    top = 2.0 ** math.ceil(math.log2(largest))
    first = xp.round(factor * (2.0**bits / top)) * (top * 2.0**-bits)
    rest = factor - first
    second = xp.round(rest * (2.0 ** (2 * bits) / top)) * (top * 2.0 ** (-2 * bits))
    rest = rest - second
    error = gamma(terms + 4) * 2 * norm(factor) * norm(rest)
    total = first @ first.T
    if target is not None:
        total = total - target
        error += UNIT * norm(total)
    cross = first @ second.T
    for part in (cross + cross.T, second @ second.T):
        total = total + part
        error += UNIT * (norm(total) + norm(part))
    tail = factor @ rest.T + rest @ (factor - rest).T
    total = total + tail
    return total, (error + UNIT * (norm(total) + 2 * norm(tail))) * (1 + 1e-10)
