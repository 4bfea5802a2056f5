"""Golden numbers of each ENGINE_VERSION: the same arguments give the same bits, or the version rises.

The batches of integer seeds are those of version 2 (made at commit b19d128, before the streams of a
SeedSequence were keyed apart, and unchanged since).
"""

from __future__ import annotations

import numpy as np

from sim import ENGINE_VERSION, simulate
from sim.engine.batches import drawn

INTEGER_SEED = (2, 3)  # versions
BATCHES = {
    (6, 2): [[[4, 1, 3], [0, 4, 4]], [[2, 3, 4], [1, 5, 0]]],
    (5, 4): [
        [[0, 0, 0], [1, 2, 1], [2, 3, 2], [3, 4, 4]], [[0, 0, 0], [1, 1, 1], [3, 2, 2], [4, 4, 3]]
    ],
}  # fmt: skip
ENDS = {
    ("integer", 2): """0x1.3135acdd54b9dp-2 0x1.b781b90b1845dp-2 0x1.7568d4b88e27ep-1
        0x1.dac0c8a88cf07p-2 0x1.74d13a347955bp-1 0x1.2b0a3231dc9b8p-2 0x1.e1e4ead07a01fp-2
        0x1.b5d0333ccdf7fp-2""",
    ("sequence", 2): """0x1.b6f249513f6dcp-2 0x1.c7ab7d78cb81bp-2 0x1.7ec1c02792437p-1
        0x1.1ca07aff15cd0p-2 0x1.fb312aaba3ddep-3 0x1.1624380570838p-1 0x1.64abfd631aca6p-1
        0x1.af5f8e51968f5p-2""",
    ("sequence", 3): """0x1.39b7a110fba7fp-2 0x1.b41f767f68e90p-1 0x1.8cac37608b27cp-3
        0x1.9177fd89f774ep-2 0x1.f833408aaa68dp-2 0x1.0144ec6a13c0dp-2 0x1.0430e1b95f37ep-2
        0x1.9c7b0edbed0acp-1""",
}
ENDS["integer", 3] = ENDS["integer", 2]
SEEDS = {"integer": 5, "sequence": np.random.SeedSequence(5, spawn_key=(1,))}


def _end(seed: int | np.random.SeedSequence) -> list[str]:
    start = np.full((2, 4), 0.4)
    result = simulate(start, 0.1, batch_size=2, step_size=0.4, steps=20, seed=seed)
    return [float(x).hex() for x in result.q.ravel()]


def test_batches_of_integer_seeds_are_golden() -> None:
    assert ENGINE_VERSION in INTEGER_SEED, "another version: say which batches it draws"
    for (n, b), expected in BATCHES.items():
        assert drawn(n, b, 3, 2, 5).tolist() == expected


def test_runs_end_at_golden_bits() -> None:
    for kind, seed in SEEDS.items():
        assert _end(seed) == ENDS[kind, ENGINE_VERSION].split(), kind
    assert ENDS["sequence", 2] != ENDS["sequence", 3]
