"""Golden numbers of each ENGINE_VERSION: the same arguments give the same bits, or the version rises.

Version 4 draws from Philox, up to 16 indices each run for itself; version 5 does so for all numbers of them.
What both draw run by run (up to 16 indices below 4,096, and single ones) is the same in both. Of version 3,
whose integer seeds drew what version 2 drew (made at commit b19d128), and of version 4 the other numbers stay
here, to be different. Version 6 gives integer seeds other keys; the batches of a SeedSequence are version 5's.
"""

from __future__ import annotations

import numpy as np

from sim import ENGINE_VERSION, simulate, simulate_cell
from sim.engine.batches import OURS, drawn

# Steps 0 and 1 of three runs.
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
BATCHES[5] = BATCHES[4]  # drawn in tiles, as before
BATCHES[6] = {
    (6, 2): [[[2, 3, 4], [1, 2, 5]], [[1, 0, 3], [2, 4, 5]]],
    (5, 4): [
        [[0, 0, 0], [1, 1, 1], [3, 2, 2], [4, 4, 3]],
        [[0, 1, 0], [2, 2, 1], [3, 3, 2], [4, 4, 4]],
    ],
    (100, 1): [[[43, 68, 91]], [[26, 1, 63]]],
    (5_000, 1): [[[3405, 2059, 1276]], [[1090, 2120, 2893]]],
}
# Step 0 of runs 0 and 1, in order: a list of few among many, a list of many, a mask.
ROWS = {
    4: {
        (5_000, 3): """481 2471 3094 | 1510 2025 3188""",
        (
            100,
            17,
        ): """0 3 8 10 30 35 42 50 55 72 77 81 86 87 89 90 97 | 1 5 11 13 17 20 26 28 45 54 55
            57 66 69 76 94 98""",
        (62, 30): """0 2 6 9 14 15 21 22 23 24 25 28 30 31 32 34 35 36 37 38 39 43 44 48 49 50 51 52
            54 61 | 4 5 6 8 10 11 16 18 20 23 31 33 34 36 37 42 43 44 45 46 48 49 51 52 53
            54 55 57 58 60""",
    },
    5: {
        (5_000, 3): """3645 4084 4462 | 1297 1414 4925""",
        (
            100,
            17,
        ): """0 3 10 30 35 47 49 50 55 56 72 81 86 87 89 90 97 | 2 13 19 25 28 38 39 40 42 46
            55 56 66 69 75 92 98""",
        (62, 30): """0 4 6 8 11 13 14 16 17 19 21 23 24 25 27 29 30 31 34 36 37 41 44 45 46 47 50 52
            58 59 | 2 7 9 11 13 15 16 19 21 23 24 26 28 31 32 33 38 40 41 42 43 44 47 49 51
            53 54 55 57 60""",
    },
    6: {
        (5_000, 3): """307 2727 4665 | 17 830 3791""",
        (
            100,
            17,
        ): """3 5 6 7 11 13 17 35 39 42 49 54 74 81 85 90 93 | 0 3 5 13 16 45 46 53 60 63
            67 71 75 84 93 94 95""",
        (62, 30): """1 3 4 5 8 14 17 18 21 23 24 26 27 28 31 32 33 34 35 36 37 39 42 45 47 48 53 56
            58 61 | 1 3 4 7 11 13 18 20 21 22 23 24 26 27 28 29 35 36 41 42 44 45 47 49 53
            54 55 57 58 61""",
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
ENDS["integer", 5], ENDS["sequence", 5] = ENDS["integer", 4], ENDS["sequence", 4]  # b = 2: in tiles
ENDS["integer", 6] = """0x1.729c4f6325105p-1 0x1.3f6c0734eb082p-1 0x1.92bd3d3d725cdp-3
        0x1.08dc149039186p-2 0x1.60820e7e5f7cep-1 0x1.c31dd78f603abp-2 0x1.f49ff8d44cf2ep-3
        0x1.15b702eee78c5p-1"""
ENDS["sequence", 6] = ENDS["sequence", 5]
# The first four coordinates of two runs with b = 17 of n = 40.
MANY = {
    (
        "integer",
        4,
    ): """0x1.fd5db6bce6d5cp-4 0x1.8da4c9443cba6p-4 0x1.8a4da1e817c7bp-4 0x1.734ee1315bbdcp-3
        0x1.511d210c7797dp-4 0x1.0bc57e74c9474p-3 0x1.5ff8c2e10de7bp-3 0x1.07554fbe8ce41p-2""",
    (
        "integer",
        5,
    ): """0x1.80eba4fb2bdbdp-3 0x1.e9d29a2f12b7dp-4 0x1.47ef30f41c04fp-4 0x1.083d90f7b5acbp-4
        0x1.8dca3c1334e17p-4 0x1.847774083f2f0p-4 0x1.fdf560d874c73p-4 0x1.57ad4a3a6cb3ep-3""",
    (
        "integer",
        6,
    ): """0x1.365c9aeb46adfp-4 0x1.68bc3a69946d0p-3 0x1.7af1b41657734p-4 0x1.43f7e7a2b486bp-4
        0x1.2432f5a25051ap-3 0x1.ba502b6e86c50p-5 0x1.bbb8c908b4088p-3 0x1.48109aa1c677ap-3""",
    ("sequence", 5): """0x1.da77037808876p-4 0x1.53bc6de369052p-3 0x1.4f8f8c806bbb0p-3
        0x1.6b2a9a5cc940dp-4 0x1.387fdf36f4b52p-3 0x1.17180bb37103fp-3 0x1.3c77d9e5f5611p-3
        0x1.13257906237bcp-3""",
}
MANY["sequence", 6] = MANY["sequence", 5]
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


def test_rows_of_integer_seeds_are_golden() -> None:
    for (n, b), expected in ROWS[ENGINE_VERSION].items():
        found = np.sort(drawn(n, b, 2, 1, 5)[0].T.astype(int)).tolist()
        assert found == [[int(x) for x in run.split()] for run in expected.split("|")]
    assert all(ROWS[4][key] != ROWS[5][key] for key in ROWS[4])


def test_single_indices_are_read_off_numpys_own_philox() -> None:
    """Step 0 of runs 0 to 15: the first words of the key, multiplied and shifted (none is rejected here)."""
    for n, dtype, width in ((100, "<u2", 16), (5_000, "<u4", 32)):
        seed = np.random.SeedSequence(5, spawn_key=(OURS, 1))
        bits = np.random.Philox(key=seed.generate_state(2, np.uint64), counter=(1 << 256) - 1)
        words = bits.random_raw(8).astype("<u8").view(dtype)[:16].astype(np.uint64)
        assert drawn(n, 1, 16, 1, 5)[0, 0].tolist() == (words * n >> width).tolist()


def test_runs_end_at_golden_bits() -> None:
    for kind, seed in SEEDS.items():
        assert _end(seed) == ENDS[kind, ENGINE_VERSION].split(), kind
        assert ENDS[kind, 3] != ENDS[kind, 4]
        many = simulate(
            np.full((2, 40), 0.12), 0.1, batch_size=17, step_size=3.4, steps=20, seed=seed
        )
        assert [float(x).hex() for x in many.q[:, :4].ravel()] == MANY[kind, ENGINE_VERSION].split()
    for kind in SEEDS:
        assert {version for name, version in ENDS if name == kind} == {
            *range(1, ENGINE_VERSION + 1)
        }


def test_a_cell_is_computed_anew_only_where_its_numbers_are_others() -> None:
    """A cell is handed a SeedSequence: its version is the last one that gave such a seed other numbers."""
    kept = int(str(simulate_cell.version).removeprefix("engine "))
    for version in range(kept, ENGINE_VERSION + 1):
        assert ENDS["sequence", version] == ENDS["sequence", kept]
        assert MANY["sequence", version] == MANY["sequence", kept]
