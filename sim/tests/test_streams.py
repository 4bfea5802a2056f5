"""Run and step decide what is drawn, and nothing else does: not the cut into blocks, threads or pieces."""

import importlib.util
from itertools import pairwise

import numpy as np
import pytest

from sim import simulate
from sim.engine import batches as module
from sim.engine._distinct import sizes
from sim.engine._masks import masks
from sim.engine._numpy_words import Counter, Words16or32
from sim.engine._orders import orders
from sim.engine._rows import span
from sim.engine._scaled import summing
from sim.engine._subsets import in_tiles, subsets
from sim.engine._words import GROUP, TILE
from sim.engine.batches import MASK, Sampler, child, mask_pays

needs_numba = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="numba (the extra `fast`) is not installed"
)
BACKENDS = ["numpy", pytest.param("numba", marks=needs_numba)]
# (sampling, n, b): one index, few, few of many, 17 and more, half, nearly all, all
CASES = [
    ("uniform", 1_000, 1), ("uniform", 5_000, 1), ("uniform", 30, 29), ("uniform", 50, 7),
    ("uniform", 5_000, 9), ("uniform", 300, 20), ("uniform", 90, 30), ("uniform", 5_000, 40),
    ("uniform", 90, 60), ("uniform", 50, 43), ("uniform", 50, 50), ("replacement", 20, 3),
    ("reshuffled", 12, 4), ("cyclic", 12, 4),
]  # fmt: skip
LONG = {("uniform", 5_000, 1), ("uniform", 5_000, 40)}  # others are of their kinds
CUT = [pytest.param(*x, marks=pytest.mark.in_ci) if x in LONG else x for x in CASES]


def seed(*key):
    return np.random.SeedSequence(21, spawn_key=key)


@pytest.mark.parametrize(("sampling", "n", "b"), CASES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_run_draws_the_same_however_runs_are_cut(sampling, n, b, backend):
    """Runs 64 to 79 of 100 alone, in one block or as part of a longer one, in pieces of any length."""
    given = {"masks": True, "backend": backend}
    steps = 2 * TILE + 5
    whole = list(Sampler(sampling, n, b, 100, seed(3), **given).take(steps))
    part = Sampler(sampling, n, b, 16, seed(3), **given, first=4 * GROUP)
    pieces = np.concatenate([x for k in (1, TILE, TILE + 4) for x in part.take(k)])
    axis = 1 if part.form == MASK else 2
    assert np.array_equal(np.concatenate(whole).take(range(64, 80), axis=axis), pieces)
    other = Sampler(sampling, n, b, 16, seed(3), **given, first=5 * GROUP)
    if b < n and sampling != "cyclic":
        assert not np.array_equal(pieces, np.concatenate(list(other.take(steps))))
        step = 12 // b if sampling == "reshuffled" else 1
        assert not np.array_equal(pieces[step:], pieces[:-step])


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("sampling", "n", "b"), CUT)
def test_no_bit_of_a_simulation_depends_on_the_cut(monkeypatch, sampling, n, b, backend):
    """Blocks of 16, 48 or all runs (the last of one run), a run that needs the slow engine in the first,
    one thread or three, records or none; and the first runs alone."""
    runs = 49
    rng = np.random.default_rng(4)
    q = rng.normal(size=(runs, n))
    q *= (rng.uniform(0.3, 1.0, size=runs) / np.linalg.norm(q, axis=1))[:, None]
    q[3] *= 1.6 / np.linalg.norm(q[3])  # |q|^2 > 2
    steps = 3 * TILE + 7 if n < 1_000 else 70
    kw = {"batch_size": b, "step_size": 0.3 * b, "steps": steps, "sampling": sampling, "seed": 7,
          "backend": backend}  # fmt: skip
    expected = simulate(q, 0.1, **kw)
    for block, workers, more in (
        (16, 1, {}), (48, 3, {"observe": ["r2"], "every": 29}), (16, 3, {}),
        (64, 1, {"observe": ["r2"], "every": 5}),
    ):  # fmt: skip
        monkeypatch.setattr(module, "block_runs", lambda n, b, block=block: block)
        found = simulate(q, 0.1, workers=workers, **kw, **more)
        assert np.array_equal(found.q, expected.q), (block, workers)
        assert np.array_equal(found.r2, expected.r2)
    for few in (1, 3, 17):
        assert np.array_equal(simulate(q[:few], 0.1, **kw).q, expected.q[:few]), few


def by_hand(words, n, size, run, step):
    """The first different integers of a row, one word at a time from NumPy's own Philox."""
    together, width, chosen, k = span(size), words.width, [], 0
    while True:
        count = sizes(size, width)[min(k, 1)]
        first = (together * run + step % together) * count
        counter = (first - 1 + (step // together << 64) + (k << 128) + (1 << 192)) % (1 << 256)
        drawn = np.random.Philox(key=words.key, counter=counter).random_raw(4 * count)
        for word in drawn.astype("<u8").view(f"<u{width // 8}").tolist()[: None if k else size]:
            value, low = divmod(word * n, 1 << width)
            if low >= (1 << width) % n and value not in chosen:
                chosen.append(value)
            if len(chosen) == size:
                return sorted(chosen)
        k += 1


@pytest.mark.parametrize(
    ("n", "size"), [(40, 17), (1_000, 32), (4_095, 20), (5_000, 3), (1_000, 300), (1 << 32, 18)]
)
def test_rows_are_read_off_numpys_own_philox(n, size):
    words = Words16or32(seed(n), n, 5)
    assert not in_tiles(n, size)
    sets = np.sort(subsets(words, n, size, 70, 4), axis=1)
    for run, step in ((0, 0), (3, 69), (2, 1), (1, 64)):
        assert sets[step, :, run].tolist() == by_hand(words, n, size, 5 + run, step)


@needs_numba
@pytest.mark.parametrize(
    ("n", "size"), [(5_000, 3), (40, 18), (4_095, 33), (70_000, 300), (1_100_000, 17)]
)
def test_numba_draws_the_same_rows(n, size):
    """The marks of its table begin again after 65,535 sets: of 1,100,000 there are twice as many here, so that
    about six indices would be refused for a mark of the first round."""
    from sim.engine._numba_words import CompiledWords

    runs, steps = (70, 2_000) if size == 17 else (7, 70)
    plain, compiled = (
        np.sort(subsets(kind(seed(n), n, 3), n, size, steps, runs), axis=1)
        for kind in (Words16or32, CompiledWords)
    )
    assert np.array_equal(plain, compiled)
    assert (np.diff(plain.astype(np.int64), axis=1) > 0).all()


def test_no_two_counters_are_the_same(monkeypatch):
    """Tiles, their spare words and rows, of any round, run, step and block: each counter is asked for once."""
    asked = []

    def words(self, counts, first, second=0, third=0, fourth=0):
        asked.extend((first + k, second, third, fourth) for k in range(counts))
        return np.random.default_rng(len(asked)).integers(0, 1 << 64, 4 * counts, dtype=np.uint64)

    monkeypatch.setattr(Counter, "words", words)
    for n in (4_096, 1 << 20):
        asked.clear()
        for first in (0, 32, 48):
            made = Words16or32(seed(9), n, first)
            for slot in range(3):
                # 40,000 rejects, for n = 4096
                made.each(40_000, 16 if first == 32 else 20, range(2), slot)
                made.each(40_000, 16, range(2, 3), slot)
        # runs 0-19 and 32-47 and 48-67: groups 0, 1; 2; 3, 4 in tiles 0, 1, and 0; 2; 3 in tile 2
        assert len(asked) == len(set(asked))
        assert {x[3] for x in asked} == {0}
        if n == 4_096:
            assert max(x[2] >> 32 for x in asked) > 1
    kinds = {
        1: lambda words, first: subsets(words, 4_095, 60, span(60), 3, first),
        2: lambda words, first: masks(words, 50, 20, span(50), 3, first),
        3: lambda words, first: orders(words, 900, span(900), 3, first),
    }
    for kind, draw in kinds.items():
        asked.clear()
        steps = {1: span(60), 2: span(50), 3: span(900)}[kind]
        for run in (0, 3, 6):
            for tile in (0, 1, 2):
                draw(Words16or32(seed(9), 4_095, run), tile * steps)
        assert len(asked) == len(set(asked))
        assert {x[3] for x in asked} == {kind}
        assert max(x[2] for x in asked) >= 1, kind


def test_words_of_runs_steps_and_seeds_are_not_the_same_words():
    """Two runs, two steps, two seeds, a SeedSequence and its children: no 64-bit word in common.

    Of 10^6 words two agree by chance with probability 3e-8."""
    root = np.random.SeedSequence(5)
    keys = [child(5), child(6), child(root), child(root.spawn(1)[0]), *root.spawn(2), root]
    drawn = []
    for key in keys:
        words = Words16or32(key, 1_000)
        for kind in (0, 1, 2, 3):
            drawn += [words.counted(2_000, first, 3, 0, kind) for first in (0, 2_000)]
            drawn.append(words.counted(2_000, 0, 4, 0, kind))
            drawn.append(words.counted(2_000, 0, 3, 1, kind))
    for entropy in (5, 6):  # what NumPy gives to whoever seeds with the same number
        drawn.append(np.random.Philox(entropy).random_raw(8_000))
        drawn.append(np.random.default_rng(entropy).bit_generator.random_raw(8_000))
    every = np.sort(np.concatenate(drawn))
    assert every.size > 900_000
    assert (every[1:] != every[:-1]).all()


@pytest.mark.parametrize(("n", "b"), [(40, 18), (90, 20), (90, 40)])
def test_neighbouring_rows_are_independent(n, b):
    """|B and B'| of two runs at a step, and of two steps of a run, is hypergeometric: mean b^2/n."""
    sampler = Sampler("uniform", n, b, 40, seed(n, b), masks=True)
    assert (sampler.form == MASK) == mask_pays(n, b)
    sets = np.concatenate(list(sampler.take(1_000)))
    inside = module.convert(sets, sampler.form, MASK, n)
    variance = b * b / n * (1 - b / n) * (n - b) / (n - 1)
    for left, right in ((inside[:, 0::2], inside[:, 1::2]), (inside[0::2], inside[1::2])):
        shared = (left & right).sum(axis=2)
        assert shared.size == 20_000
        # 6.1 standard errors: 1e-9
        assert abs(shared.mean() - b * b / n) < 6.1 * np.sqrt(variance / shared.size)


def test_spans_are_powers_of_two_that_hold_a_thousand_entries():
    assert [span(x) for x in (1, 16, 17, 32, 33, 1_024, 1_025, 10**6)] == [
        64, 64, 32, 32, 16, 1, 1, 1,
    ]  # fmt: skip
    assert all(span(left) >= span(right) for left, right in pairwise(range(1, 2_000)))


@pytest.mark.parametrize("k", [1, 7, 8, 9, 16, 31, 100, 128])
def test_sums_over_a_batch_are_the_same_bits_for_any_number_of_runs(k):
    v = np.random.default_rng(k).normal(size=(k, 13))
    expected = [np.ascontiguousarray(column).sum() for column in v.T]
    for runs in (1, 2, 13):
        out = np.empty(runs)
        summing(np.ascontiguousarray(v[:, :runs]), out)()
        assert out.tolist() == expected[:runs]
