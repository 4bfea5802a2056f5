"""Reference trajectories of one run, term by term from the loss: exact rationals, or many digits.

Nothing is shared with the engines. Both follow w_perp only through its signed length factor, like
the engine, but sum the gradient of each drawn index separately (GRAD):
q_j -= a [ q_i^2 q_j - (2 - r2) q_i 1{i = j} ] for each i drawn, live indices only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flint import arb, ctx, fmpq
from mpmath import mp

DIGITS = 50


def rational(value: float) -> fmpq:
    """Give the exact value of a float."""
    return fmpq(*float(value).as_integer_ratio())


def exact_run(
    q: Sequence[Any],
    rho: Any,
    batches: Iterable[Iterable[int]],
    *,
    step_size: Any,
    batch_size: int,
    activation: str = "linear",
) -> tuple[list[fmpq], fmpq]:
    """Run in exact rationals and give (q, rho). Digits triple at every step: keep to about 8."""
    convert = _to_fmpq
    return _run(q, rho, batches, convert(step_size) / batch_size, activation, convert)


def precise_run(
    q: Sequence[Any],
    rho: Any,
    batches: Iterable[Iterable[int]],
    *,
    step_size: Any,
    batch_size: int,
    activation: str = "linear",
    digits: int = DIGITS,
) -> tuple[list[Any], Any]:
    """Run with `digits` decimal digits and give (q, rho) as mpf.

    The numbers are midpoints of flint's balls, rounded at every operation; flint has them in C.
    """
    with mp.workdps(digits), ctx.workprec(mp.prec):
        a = (arb(step_size) / batch_size).mid()
        found, left = _run(q, rho, batches, a, activation, arb, settle=arb.mid)
        return [_mpf(value) for value in found], _mpf(left)


def _mpf(value: arb) -> Any:
    mantissa, exponent = value.man_exp()
    return mp.ldexp(mp.mpf(int(mantissa)), int(exponent))


def _to_fmpq(value: Any) -> fmpq:
    return value if isinstance(value, fmpq) else rational(value)


def _run(
    q: Sequence[Any],
    rho: Any,
    batches: Iterable[Iterable[int]],
    a: Any,
    activation: str,
    convert: Any,
    settle: Callable[[Any], Any] = lambda value: value,
) -> tuple[list[Any], Any]:
    """settle: what is kept of a number from one step to the next."""
    q, rho = [convert(value) for value in q], convert(rho)
    for batch in batches:
        drawn = [int(i) for i in batch if activation == "linear" or q[int(i)] > 0]
        pull = a * (2 - sum((value * value for value in q), rho))
        decay = 1 - a * sum((q[i] * q[i] for i in drawn), convert(0))
        new = [value * decay for value in q]
        for i in drawn:
            new[i] += pull * q[i]
        q, rho = [settle(value) for value in new], settle(rho * decay * decay)
    return q, rho
