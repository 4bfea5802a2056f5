"""Golden numbers of each ENGINE_VERSION: the same arguments give the same bits, or the version rises.

Version 4 draws from Philox, each run for itself. Of version 3, whose integer seeds drew what version 2 drew
(made at commit b19d128), the numbers stay here, to be different.
"""

from __future__ import annotations

import numpy as np

from sim import ENGINE_VERSION, simulate
from sim.engine.batches import drawn

BATCHES = {
    3: {
        (6, 2): [[[4, 1, 3], [0, 4, 4]], [[2, 3, 4], [1, 5, 0]]],
        (5, 4): [
            [[0, 0, 0], [1, 2, 1], [2, 3, 2], [3, 4, 4]],
            [[0, 0, 0], [1, 1, 1], [3, 2, 2], [4, 4, 3]],
        ],
    },
    4: {
        (6, 2): [[[4, 3, 0], [1, 2, 4]], [[3, 4, 2], [5, 0, 3]]],
        (5, 4): [
            [[0, 0, 1], [1, 1, 2], [2, 2, 3], [3, 4, 4]],
            [[0, 0, 0], [1, 1, 1], [2, 2, 3], [4, 3, 4]],
        ],
        (100, 1): [[[91, 61, 19]], [[61, 80, 51]]],
        (5_000, 1): [[[3095, 3190, 303]], [[753, 544, 2371]]],
    },
}
# Each was run on the commit that raised the version: 84200ee, e0fff58, d77831f, b8ea6da.
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
    ("integer", 4): """0x1.82f4a457d7763p-1 0x1.092a640d0f290p-1 0x1.f516699190e85p-3
        0x1.586b46b7a4512p-2 0x1.70847b70afc26p-1 0x1.719e739796770p-2 0x1.0c97832d015ccp-1
        0x1.3d32540b30131p-2""",
    ("sequence", 4): """0x1.925d1d30bfc8cp-1 0x1.08374bdc01814p-1 0x1.09d2b27d39ea0p-2
        0x1.0dd5a4d0e173ap-2 0x1.d9064ac4c6454p-3 0x1.67a5c65a91035p-1 0x1.0c427685f7ad0p-1
        0x1.cb9c48236343bp-2""",
}
ENDS["integer", 3] = ENDS["integer", 1] = ENDS["integer", 2]
ENDS["sequence", 1] = ENDS["sequence", 2]  # version 2 draws batches of the order of n otherwise
SEEDS = {"integer": 5, "sequence": np.random.SeedSequence(5, spawn_key=(1,))}


def _end(seed: int | np.random.SeedSequence) -> list[str]:
    start = np.full((2, 4), 0.4)
    result = simulate(start, 0.1, batch_size=2, step_size=0.4, steps=20, seed=seed)
    return [float(x).hex() for x in result.q.ravel()]


def test_batches_of_integer_seeds_are_golden() -> None:
    assert ENGINE_VERSION in BATCHES, "another version: say which batches it draws"
    for (n, b), expected in BATCHES[ENGINE_VERSION].items():
        assert drawn(n, b, 3, 2, 5).tolist() == expected
    assert all(BATCHES[3][key] != BATCHES[4][key] for key in BATCHES[3])


def test_single_indices_are_read_off_numpys_own_philox() -> None:
    """Step 0 of runs 0 to 15: the first words of the key, multiplied and shifted (none is rejected here)."""
    for n, dtype, width in ((100, "<u2", 16), (5_000, "<u4", 32)):
        seed = np.random.SeedSequence(5, spawn_key=(0,))
        bits = np.random.Philox(key=seed.generate_state(2, np.uint64), counter=(1 << 256) - 1)
        words = bits.random_raw(8).astype("<u8").view(dtype)[:16].astype(np.uint64)
        assert drawn(n, 1, 16, 1, 5)[0, 0].tolist() == (words * n >> width).tolist()


def test_runs_end_at_golden_bits() -> None:
    for kind, seed in SEEDS.items():
        assert _end(seed) == ENDS[kind, ENGINE_VERSION].split(), kind
        assert ENDS[kind, 3] != ENDS[kind, 4]
        assert {version for name, version in ENDS if name == kind} == {
            *range(1, ENGINE_VERSION + 1)
        }
