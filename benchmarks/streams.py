"""The simulator's random words on standard output, for a battery of tests:

    python -m benchmarks.streams | dieharder -g 200 -a

Blocks, groups and rows of every kind and round take turns, tile by tile and slot by slot: neighbouring
counters are what a flaw of a counter-based generator would show in.
"""

from __future__ import annotations

import sys

import numpy as np

from benchmarks.words import no_more
from sim.engine._numpy_words import Words16or32
from sim.engine._rows import LISTS, MASKS, ORDERS, span
from sim.engine._words import GROUP
from sim.engine.batches import block_runs

BLOCKS, SLOTS = 8, 4
SEED = np.random.SeedSequence(
    1, spawn_key=(0,)
)  # the batteries that engine.md tells of were run with it
ROW = 32  # entries of a list: 4 counters of 32-bit words in round 0, 1 in each later one


def chunk(words: list[Words16or32], runs: int, tile: int) -> bytes:
    """Give one tile of all blocks and slots, and of each block as many words of rows."""
    parts = []
    for slot in range(SLOTS):
        for block in words:
            # a power of two: the integers are the upper halves of the words, and none is rejected
            drawn = block.each(1 << 32, runs, range(tile, tile + 1), slot)
            parts.append(drawn.astype("<u4"))
            for kind in (LISTS, MASKS, ORDERS):
                counters = 1 if slot else ROW // 8  # slot k: round k of the rows
                rows = runs * span(ROW)
                first = block.first * span(ROW) * counters
                parts.append(block.counted(rows * counters, first, tile, slot, kind))
    return b"".join(np.ascontiguousarray(x).tobytes() for x in parts)


def main() -> None:
    """Write until nobody reads."""
    no_more("benchmarks.streams", __doc__)
    runs = 4 * GROUP
    size = block_runs(1 << 20, 1)
    words = [Words16or32(SEED, 1 << 20, k * size) for k in range(BLOCKS)]
    tile = 0
    try:
        while True:
            sys.stdout.buffer.write(chunk(words, runs, tile))
            tile += 1
    except BrokenPipeError:
        sys.stderr.close()


if __name__ == "__main__":
    main()
