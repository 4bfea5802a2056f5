"""Checks of the arguments of `simulate` and `from_weights`, before any work starts."""

from __future__ import annotations

import importlib.util
import math
import operator
import os
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from sim.engine.batches import SAMPLINGS
from sim.engine.state import Floats, Integers

ACTIVATIONS = ("linear", "relu")
BACKENDS = ("numpy", "numba", "auto", "general")
# Coordinates touched from which numba is worth its start: NumPy takes about 15 ns for one, so that this
# is 1.5 s, of which the kernels save two thirds; importing numba takes 0.5 s, and its first compilation
# up to 5 s, once (proofs_notes/engine.md, "Speed").
WORTH = 1e8
# At a nanosecond a step, which none is done in, these are eleven days; beyond 2**63 no counter goes.
MOST_STEPS = 10**15


def integer(name: str, value: Any, low: int, high: int | None = None) -> int:
    """Give `value` as an int in [low, high], or raise naming it."""
    allowed = f"an integer >= {low}" if high is None else f"an integer from {low} to {high}"
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}={value!r}: must be {allowed}") from None
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name}={value!r}: must be {allowed}")
    if number < low or (high is not None and number > high):
        raise ValueError(f"{name}={value!r}: must be {allowed}")
    return number


def steps(value: Any) -> int:
    """Give a number of steps as an int from 0 to MOST_STEPS, or raise naming it."""
    return integer("steps", value, 0, MOST_STEPS)


def choice(name: str, value: Any, allowed: tuple[str, ...]) -> str:
    """Give `value` if it is one of `allowed`, or raise naming it."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name}={value!r}: must be one of {', '.join(map(repr, allowed))}")
    return value


def positive(name: str, value: Any) -> float:
    """Give `value` as a finite float > 0, or raise naming it."""
    try:
        no_number = isinstance(value, bool | np.bool_ | bytearray | memoryview)
        if no_number or not _real(np.asarray(value)):
            raise TypeError
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}={value!r}: must be a finite number > 0") from None
    if not (math.isfinite(number) and number > 0):
        raise ValueError(f"{name}={value!r}: must be a finite number > 0")
    return number


def array(name: str, value: Any) -> Floats:
    """Give `value` as a finite float64 array, or raise naming it and the first bad entry."""
    unmasked(name, value)
    try:
        raw = np.asarray(value)
        if not _real(raw) or (raw.dtype.kind == "O" and not raw.size):
            raise TypeError
        result = raw.astype(np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: must be an array of real numbers, got {value!r}") from None
    bad = ~np.isfinite(result)
    if bad.any():
        where = tuple(int(k) for k in np.argwhere(bad)[0])
        raise ValueError(f"{name}[{where}]={result[where]}: every entry must be finite")
    return result


def _real(raw: np.ndarray) -> bool:
    """Whether all of it are real numbers: of objects, by what they say they are, as float() drops parts.

    ``theorem_audit.checks.statistics`` has this and ``_masked``, too: neither building may import the other.
    """
    if raw.dtype.kind != "O":
        return raw.dtype.kind in "biuf"
    return all(
        (isinstance(x, Real | Decimal | np.bool_) and not isinstance(x, np.timedelta64))
        or getattr(x, "is_extended_real", None) is True  # SymPy's
        for x in raw.flat
    )


def _masked(value: Any) -> bool:
    """Whether some of an array is masked, or of what a list holds."""
    if isinstance(value, list | tuple):
        return any(_masked(x) for x in value if not isinstance(x, float | int))
    return bool(np.ma.is_masked(value))


def unmasked(name: str, value: Any) -> None:
    """Raise TypeError where some of an array is masked: it would count."""
    if _masked(value):
        raise TypeError(f"{name}: some of it is masked, and would count; leave it out, or fill it")


def per_run(q: Any, name: str, value: Any, batches: Any) -> tuple[Floats, Floats]:
    """Give q as (R, n) and one number a run, called `name`, as (R,)."""
    q, value = array("q", q), array(name, value)
    if q.ndim not in (1, 2) or q.size == 0:
        raise ValueError(f"q: shape {q.shape}; must be (R, n) or (n,), R and n at least 1")
    if value.ndim > 1:
        raise ValueError(f"{name}: shape {value.shape}; must be (R,) or a scalar")
    if q.ndim == 1:
        given = np.shape(batches)[1] if np.ndim(batches) == 3 else 1
        q = np.broadcast_to(q, (value.size if value.ndim == 1 else given, q.size))
    if value.ndim == 1 and value.size != len(q):
        raise ValueError(
            f"{name}: shape {value.shape}; must be ({len(q)},), one per run, or a scalar"
        )
    return q, np.broadcast_to(value, (len(q),))


def start(q: Any, rho: Any, batches: Any) -> tuple[Floats, Floats]:
    """Give q as (R, n) and rho as (R,)."""
    q, rho = per_run(q, "rho", rho, batches)
    if (rho < 0).any():
        raise ValueError(f"rho={rho[rho < 0][0]}: must be >= 0")
    with np.errstate(over="ignore", under="ignore"):
        norm = (q**2).sum(axis=1) + rho
    if not np.isfinite(norm).all():
        run = int(np.argmin(np.isfinite(norm)))
        raise ValueError(f"q[{run}]: sum of q^2 plus rho overflows; it must be a finite float64")
    return q, rho


def explicit_batches(
    batches: Any, steps: int, runs: int, n: int, b: int, repeats: bool
) -> Integers:
    """Give the index sets as (steps, R, b), or raise saying what is wrong with them."""
    unmasked("batches", batches)
    raw = np.asarray(batches)
    if raw.dtype.kind not in "iu" and raw.size:
        raise TypeError(f"batches: dtype {raw.dtype}; must be integers from 0 to {n - 1}")
    if raw.shape == (steps, b):
        raw = raw[:, None, :]
    elif raw.shape != (steps, runs, b):
        raise ValueError(
            f"batches: shape {raw.shape}; must be (steps, R, b) = {(steps, runs, b)} "
            f"or (steps, b) = {(steps, b)}"
        )
    if raw.size and (raw.min() < 0 or raw.max() >= n):
        bad = raw[(raw < 0) | (raw >= n)][0]
        raise ValueError(f"batches: index {bad}; must be from 0 to {n - 1}")
    if not repeats and b > 1:
        ordered = np.sort(raw, axis=2)
        same = (ordered[:, :, 1:] == ordered[:, :, :-1]).any(axis=2)
        if same.any():
            step, run = (int(k) for k in np.argwhere(same)[0])
            raise ValueError(
                f"batches[{step}, {run}]={raw[step, run].tolist()}: repeats an index; "
                "indices must be distinct unless sampling='replacement'"
            )
    return np.broadcast_to(raw.astype(np.int64, copy=False), (steps, runs, b))


def sampling(value: Any, n: int, b: int) -> str:
    """Give the sampling scheme, or raise when it is unknown or b does not fit it."""
    name = choice("sampling", value, SAMPLINGS)
    if name in ("cyclic", "reshuffled") and n % b:
        raise ValueError(f"batch_size={b}: must divide n = {n} when sampling={name!r}")
    return name


def seed(value: Any) -> int | np.random.SeedSequence:
    """Give the seed, or raise when it is neither an integer >= 0 nor a SeedSequence."""
    if isinstance(value, np.random.SeedSequence):
        return value
    return integer("seed", value, 0)


def backend(value: Any, work: float) -> str:
    """Give the backend, or raise when it is unknown (ValueError) or not installed (ImportError).

    work: coordinates touched in all, by which "auto" decides where numba is installed.
    """
    name = choice("backend", value, BACKENDS)
    installed = importlib.util.find_spec("numba") is not None
    if name == "auto":
        return "numba" if installed and work >= WORTH else "numpy"
    if name == "numba" and not installed:
        raise ImportError(
            "backend='numba': numba is not installed; install the extra `fast` "
            "(pip install 'sgd-batch-audit[fast]') or use backend='numpy'"
        )
    return name


def workers(value: Any, backend: str) -> int:
    """Give the number of threads: by default all cores this process may use for numba, otherwise one."""
    if value is not None:
        return integer("workers", value, 1)
    if backend != "numba":
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
