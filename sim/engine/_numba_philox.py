"""Philox 4x64-10 and the tiles of `sim.engine._words`, compiled: the same words, hence the same integers."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine._numba_intrinsics import halves, prefetch
from sim.engine._numba_jit import jit
from sim.engine._words import GROUP, SPARE, TILE

_M0, _M1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)  # the generator's constants
_W0, _W1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_ROUNDS = 10
_U = np.uint64
_LOW32 = np.uint64(0xFFFFFFFF)
_PIECE = 32  # words looked at together: most hold none to reject


@jit()
def _round(a: Any, b: Any, c: Any, d: Any, k0: Any, k1: Any) -> Any:
    (high0, low0), (high1, low1) = halves(_M0, a), halves(_M1, c)
    return high1 ^ b ^ k0, low1, high0 ^ d ^ k1, low0


@jit()
def philox(out: Any, a: Any, b: Any, c: Any, d: Any, k0: Any, k1: Any) -> None:
    """Fill out with the words of the counters (a + i, b, c, d), i = 0, 1, ...; everything is uint64."""
    for i in range(out.size // 4):
        prefetch(
            out, 4 * i
        )  # keeps LLVM from vectors, which have no long product: three times as slow
        x0, x1, x2, x3, y0, y1 = a + _U(i), b, c, d, k0, k1
        for _ in range(_ROUNDS):
            x0, x1, x2, x3 = _round(x0, x1, x2, x3, y0, y1)
            y0 += _W0
            y1 += _W1
        at = _U(4 * i)
        out[at], out[at + _U(1)], out[at + _U(2)], out[at + _U(3)] = x0, x1, x2, x3


@jit()
def _short(out: Any, words: Any, bound: int) -> Any:
    """Put floor(x bound / 2^16) into out, flat; give the least x bound mod 2^16."""
    low, n = np.uint32(0xFFFF), np.uint32(bound)
    for k in range(words.size):
        product = np.uint32(np.uint32(words[k]) * n)
        out[k] = np.uint16(product >> np.uint32(16))
        low = min(low, np.uint32(product & np.uint32(0xFFFF)))
    return np.int64(low)


@jit()
def _long(out: Any, words: Any, bound: int) -> Any:
    """Put floor(x bound / 2^32) into out, flat; give the least x bound mod 2^32."""
    low, n = _LOW32, _U(bound)
    for k in range(words.size):
        product = _U(words[k]) * n
        out[k] = np.uint32(product >> _U(32))
        low = min(low, product & _LOW32)
    return np.int64(low)


@jit()
def tile(
    out: Any, words: Any, key: Any, group: int, number: int, slot: int, bound: int, short: bool
) -> None:
    """Draw TILE * GROUP integers below `bound` for a group of runs into out (TILE, GROUP).

    words: room for TILE * GROUP / 2 uint64. short: 16-bit words.
    """
    count = TILE * GROUP // 4 if short else TILE * GROUP // 2
    words = words[:count]
    philox(words, _U(group * (count // 4)), _U(number), _U(slot), _U(0), key[0], key[1])
    if short:
        low = _short(out.reshape(TILE * GROUP), words.view(np.uint16), bound)
        least = (1 << 16) % bound
    else:
        low = _long(out.reshape(TILE * GROUP), words.view(np.uint32), bound)
        least = (1 << 32) % bound
    if low < least:
        _replace(out, words, key, group, number, slot, bound, short)


@jit()
def _rejected_short(waiting: Any, words: Any, bound: int, least: int) -> Any:
    """Put the places where x bound mod 2^16 < least into `waiting`, of 16-bit words; give their number."""
    count: Any = 0
    n, mask, limit = np.uint32(bound), np.uint32(0xFFFF), np.uint32(least)
    for first in range(0, words.size, _PIECE):
        some, low = words[first : first + _PIECE], mask
        for k in range(some.size):
            low = min(low, np.uint32(np.uint32(np.uint32(some[k]) * n) & mask))
        if low < limit:
            for k in range(some.size):  # no branch, which would be mispredicted
                waiting[count] = first + k
                count += np.int64(np.uint32(np.uint32(np.uint32(some[k]) * n) & mask) < limit)
    return count


@jit()
def _rejected_long(waiting: Any, words: Any, bound: int, least: int) -> Any:
    """As `_rejected_short`, of 32-bit words."""
    count: Any = 0
    n, limit = _U(bound), _U(least)
    for place in range(words.size):
        waiting[count] = place
        count += np.int64((_U(words[place]) * n) & _LOW32 < limit)
    return count


@jit()
def _replace(
    out: Any, words: Any, key: Any, group: int, number: int, slot: int, bound: int, short: bool
) -> None:
    """Redraw what was rejected: in order, SPARE 32-bit words a round."""
    waiting = np.empty(TILE * GROUP + 1, dtype=np.int64)
    if short:
        count = _rejected_short(waiting, words.view(np.uint16), bound, (1 << 16) % bound)
    else:
        count = _rejected_long(waiting, words.view(np.uint32), bound, (1 << 32) % bound)
    n, least, turn = _U(bound), _U((1 << 32) % bound), 0
    spare = np.empty(SPARE // 2, dtype=np.uint64)
    while count:
        turn += 1
        third = _U(slot) + (_U(turn) << _U(32))
        philox(spare, _U(2 * group), _U(number), third, _U(0), key[0], key[1])
        left = 0
        for k in range(count):
            if k < SPARE:
                product = ((spare[k // 2] >> _U(32 * (k % 2))) & _LOW32) * n
                if product & _LOW32 >= least:
                    out[waiting[k] // GROUP, waiting[k] % GROUP] = product >> _U(32)
                    continue
            waiting[left] = waiting[k]
            left += 1
        count = left


@jit()
def tiles(out: Any, key: Any, group: int, first: int, slot: int, bound: int, short: bool) -> None:
    """Fill out (a multiple of TILE, a multiple of GROUP), from tile `first` and group `group` on."""
    words, some = np.empty(TILE * GROUP // 2, dtype=np.uint64), np.empty((TILE, GROUP), out.dtype)
    steps, runs = out.shape
    for k in range(steps // TILE):
        for g in range(runs // GROUP):
            tile(some, words, key, group + g, first + k, slot, bound, short)
            for step in range(TILE):
                row, place = some[step], out[k * TILE + step, g * GROUP : (g + 1) * GROUP]
                for lane in range(GROUP):
                    place[lane] = row[lane]


@jit()
def subsets(out: Any, key: Any, group: int, first: int, n: int, short: bool) -> None:
    """Fill out (a multiple of TILE, size, a multiple of GROUP) with subsets by Floyd's algorithm."""
    steps, size, runs = out.shape
    words = np.empty(TILE * GROUP // 2, dtype=np.uint64)
    some = np.empty((size, TILE, GROUP), out.dtype)
    taken = np.empty(GROUP, dtype=np.bool_)
    for k in range(steps // TILE):
        for g in range(runs // GROUP):
            for slot in range(size):
                bound = n - size + slot + 1
                tile(some[slot], words, key, group + g, first + k, slot, bound, short)
            for step in range(TILE):
                for slot in range(size):
                    row, place = some[slot, step], out[k * TILE + step, slot]
                    taken[:] = False
                    for other in range(slot):
                        for lane in range(GROUP):
                            taken[lane] |= some[other, step, lane] == row[lane]
                    for lane in range(GROUP):
                        if taken[lane]:
                            row[lane] = n - size + slot
                        place[g * GROUP + lane] = row[lane]
