"""The simulator's random words on standard output, for a battery of tests:

    python -m benchmarks.streams | dieharder -g 200 -a

Blocks, groups and the blocks' own streams take turns, tile by tile and slot by slot: neighbouring
counters are what a flaw of a counter-based generator would show in.
"""

from __future__ import annotations

import sys

import numpy as np

from sim.engine._words import GROUP, TILE, Words16or32
from sim.engine.batches import block_runs, child

BLOCKS, SLOTS = 8, 4


def chunk(words: list[Words16or32], runs: int, tile: int) -> bytes:
    """Give one tile of all blocks and slots, and as many words of each block's own stream."""
    parts = []
    for slot in range(SLOTS):
        for block in words:
            # a power of two: the integers are the upper halves of the words, and none is rejected
            drawn = block.each(1 << 32, runs, range(tile, tile + 1), slot)
            parts.append(drawn.astype("<u4"))
            parts.append(block.raw(TILE * runs).astype("<u4"))
    return b"".join(np.ascontiguousarray(x).tobytes() for x in parts)


def main() -> None:
    """Write until nobody reads."""
    runs = 4 * GROUP
    size = block_runs(1 << 20, 1)
    words = [Words16or32(child(1), 1 << 20, k * size) for k in range(BLOCKS)]
    tile = 0
    try:
        while True:
            sys.stdout.buffer.write(chunk(words, runs, tile))
            tile += 1
    except BrokenPipeError:
        sys.stderr.close()


if __name__ == "__main__":
    main()
