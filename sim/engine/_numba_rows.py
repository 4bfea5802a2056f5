"""Rows of words (`sim.engine._rows`) and the subsets they give, compiled: as NumPy's, in another order.

Batches of several indices with their drawing: a run does all its steps before the next one does, and draws
a few of its sets at a time, so that what it touches stays in the cache. Rescaling is as in `_numba_drawn`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine._numba_drawn import lowered
from sim.engine._numba_intrinsics import prefetch
from sim.engine._numba_jit import jit
from sim.engine._numba_philox import philox
from sim.engine._rows import LISTS

_U = np.uint64
_INDEX = np.uint64
_KIND = np.uint64(LISTS)
_BEGUN, _ENDED = np.uint16(1), np.uint16(0xFFFF)


@jit()
def _short(out: Any, words: Any, bound: int) -> None:
    """Put floor(x bound / 2^16) into out, and `bound` for each word x to reject."""
    n, least, mask = np.uint32(bound), np.uint32((1 << 16) % bound), np.uint32(0xFFFF)
    for k in range(out.size):
        product = np.uint32(np.uint32(words[k]) * n)
        out[k] = n if np.uint32(product & mask) < least else np.uint32(product >> np.uint32(16))


@jit()
def _long(out: Any, words: Any, bound: int) -> None:
    """Put floor(x bound / 2^32) into out, and `bound` for each word x to reject."""
    n, least, mask = _U(bound), _U((1 << 32) % bound), _U(0xFFFFFFFF)
    for k in range(out.size):
        product = _U(words[k]) * n
        out[k] = np.uint32(n if product & mask < least else product >> _U(32))


@jit()
def _sets(
    out: Any, words: Any, values: Any, key: Any, run: int, tile: int, sizes: Any, span: int, bound: int,
    seen: Any, mark: Any,
) -> Any:  # fmt: skip
    """Draw the sets of a run in a tile, one after the other in out; give the last mark in seen (bound + 1).

    words: room for those of round 0, and of a row's later round behind them; values: for as many integers.
    In the loop over a row are no calls and no slices: numba counts references at each, which would cost as
    much as all the rest; and no branches, as a rejected word is one that was seen.
    """
    short = words.size * 4 == values.size
    first, later = sizes[0], sizes[1]
    tail, a_word = 4 * first * span, values.size // words.size
    philox(words[:tail], _U(span * run * first), _U(tile), _U(0), _KIND, key[0], key[1])
    if short:
        _short(values[: tail * a_word], words.view(np.uint16), bound)
    else:
        _long(values[: tail * a_word], words.view(np.uint32), bound)
    size, each = _U(out.size // span), 4 * first * a_word
    for step in range(span):
        if mark == _ENDED:
            seen[:] = 0
            mark = np.uint16(0)
        mark = np.uint16(mark + _BEGUN)
        seen[bound] = mark
        place, count, k = _U(step) * size, _U(0), 0
        begin = _U(step * each)
        for at in range(begin, begin + size):
            value = values[at]
            out[place + count] = value
            count += _U(seen[value] != mark)
            seen[value] = mark
        while count < size:
            k += 1
            more, where = words[tail:], _U((span * run + step) * later)
            philox(more, where, _U(tile), _U(k), _KIND, key[0], key[1])
            begin = _U(tail * a_word)
            if short:
                _short(values[tail * a_word :], more.view(np.uint16), bound)
            else:
                _long(values[tail * a_word :], more.view(np.uint32), bound)
            for at in range(begin, _U(values.size)):
                value = values[at]
                out[place + count] = value
                count += _U(seen[value] != mark)
                seen[value] = mark
                if count == size:
                    break
    return mark


@jit()
def distinct(
    out: Any,
    words: Any,
    values: Any,
    key: Any,
    first: int,
    tile: int,
    sizes: Any,
    span: int,
    n: int,
) -> None:
    """Fill out (a multiple of span, size, runs) from tile `tile` and run `first` on.

    words, values: as for `_sets`.
    """
    steps, size, runs = out.shape
    seen, mark = np.zeros(n + 1, dtype=np.uint16), np.uint16(0)
    some = np.empty(span * size, dtype=np.uint32)
    for k in range(steps // span):
        for run in range(runs):
            mark = _sets(
                some, words, values, key, first + run, tile + k, sizes, span, n, seen, mark
            )
            for step in range(span):
                for slot in range(size):
                    out[k * span + step, slot, run] = some[step * size + slot]


@jit()
def _steps(
    y: Any, scale: float, mass: float, sets: Any, size: Any, first: Any, last: Any, twice_a: float
) -> Any:
    """Do one step for each of the sets first..last-1; give scale and mass."""
    fours = size // 4 * 4  # four sums do not wait for one another
    for step in range(first, last):
        begin = step * size
        s0 = s1 = s2 = s3 = 0.0
        for k in range(0, fours, 4):
            s0 += y[_INDEX(sets[_INDEX(begin + k)])]
            s1 += y[_INDEX(sets[_INDEX(begin + k + 1)])]
            s2 += y[_INDEX(sets[_INDEX(begin + k + 2)])]
            s3 += y[_INDEX(sets[_INDEX(begin + k + 3)])]
        for k in range(fours, size):
            s0 += y[_INDEX(sets[_INDEX(begin + k)])]
        s = ((s0 + s1) + (s2 + s3)) * scale
        c = 1.0 - s
        f = c + (twice_a - mass)
        c2, f2 = c * c, f * f
        mass = (mass - s) * c2 + s * f2
        scale *= c2
        g = f2 / c2
        for k in range(size):
            y[_INDEX(sets[_INDEX(begin + k)])] *= g
    return scale, mass


@jit()
def direct_rows(
    squares: Any, p: Any, t: Any, fallen: Any, at: Any, until: Any, words: Any, values: Any, key: Any,
    first: int, sizes: Any, span: int, sets: Any, twice_a: float, limits: Any, power: int, free: bool,
    far: bool,
) -> None:  # fmt: skip
    """Bring run k from step at[k] to until[k], or to where it stops; at[k] is kept.

    first: the number of the first run. sets: room for those of a tile, one after the other. far: the
    squares do not stay in the nearest cache. The rest is as in `direct_drawn`.
    """
    runs, n = squares.shape
    seen, mark = np.zeros(n + 1, dtype=np.uint16), np.uint16(0)
    size = sets.size // span
    for run in range(runs):
        y, scale, mass = squares[run], p[run], t[run]
        step, end = at[run], until[run]
        while step < end:
            tile = step // span
            begin, last = step - tile * span, min(end - tile * span, span)
            mark = _sets(sets, words, values, key, first + run, tile, sizes, span, n, seen, mark)
            if far:
                for k in range(begin * size, last * size):
                    prefetch(y, np.int64(sets[_INDEX(k)]))
            scale, mass = _steps(y, scale, mass, sets, size, begin, last, twice_a)
            step = tile * span + last
            if free and scale < limits[0]:
                p[run] = scale
                if not lowered(y, p, fallen, run, power, limits[1]):
                    break
                scale = p[run]
        at[run], p[run], t[run] = step, scale, mass
