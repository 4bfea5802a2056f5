"""The samplers: uniform where they say so, and exactly what they say otherwise.

Every threshold comes from the exact binomial law of a count, with the union over all counts of a
test below ERROR; seeds are fixed. Chi-square statistics use the asymptotic law at the same level
with at least 1,000 expected in every cell.
"""

from itertools import combinations, pairwise
from math import comb

import numpy as np
import pytest
from scipy.stats import binom, chi2

from sim.engine import _distinct
from sim.engine._masks import masks
from sim.engine._numpy_words import Counter, Words16or32
from sim.engine._rows import LISTS, Rows
from sim.engine._subsets import subsets
from sim.engine._words import TILE, high
from sim.engine.batches import (
    BATCH,
    LEFT_OUT,
    MASK,
    OURS,
    SAMPLINGS,
    Sampler,
    block_runs,
    child,
    complement,
    convert,
)  # fmt: skip

ERROR = 1e-9


def seed(*key):
    return np.random.SeedSequence(20, spawn_key=key)


def counts_fit(counts, trials, probability):
    """Whether all counts, each Binomial(trials, probability), lie in the 1 - ERROR region."""
    counts = np.asarray(counts)
    low = binom.cdf(counts, trials, probability).min()
    high = binom.sf(counts - 1, trials, probability).min()
    return min(low, high) > ERROR / (2 * counts.size)


def chi_square_fits(counts):
    expected = counts.sum() / counts.size
    assert expected >= 1_000
    return ((counts - expected) ** 2 / expected).sum() < chi2.isf(ERROR, counts.size - 1)


def subset_counts(sets, n):
    """How often each subset occurs; sets (T, size, M)."""
    masks = (1 << np.asarray(sets, dtype=np.int64)).sum(axis=1).ravel()
    every = [sum(1 << j for j in chosen) for chosen in combinations(range(n), sets.shape[1])]
    found, number = np.unique(masks, return_counts=True)
    assert set(found.tolist()) <= set(every), "a repeated index or one out of range"
    return number_of(found, number, every)


def number_of(found, number, every):
    table = dict(zip(found.tolist(), number.tolist(), strict=True))
    return np.array([table.get(mask, 0) for mask in every])


@pytest.mark.parametrize(
    ("n", "b"), [(1, 1), (3, 1), (5, 2), (6, 3), (7, 4), (7, 6), (9, 8), (18, 17), (18, 16), (4, 4)]
)
def test_every_subset_is_equally_likely(n, b):
    sampler = Sampler("uniform", n, b, 50, seed(n, b))
    steps = comb(n, b) * 1_200 // 50 + 1
    sets = np.concatenate(list(sampler.take(steps)))
    if sampler.left_out:
        sets = complement(sets, n)
    counts = subset_counts(sets, n)
    assert counts_fit(counts, 50 * steps, 1 / comb(n, b))
    assert counts.size == 1 or chi_square_fits(counts)


@pytest.mark.parametrize("few", [0, 100])
@pytest.mark.parametrize(("n", "size"), [(6, 3), (7, 2), (8, 7), (5, 5)])
def test_first_different_integers_of_rows_are_uniform(monkeypatch, n, size, few):
    """The method used above FLOYD indices, on sets small enough to count all of them; sorting again or not."""
    monkeypatch.setattr(_distinct, "_FEW_REPEATS", few)
    tiles = comb(n, size) * 1_200 // (64 * 30) + 1
    sets = _distinct.distinct(Words16or32(seed(n, size), n), n, size, range(tiles), 30)
    counts = subset_counts(sets, n)
    assert counts_fit(counts, counts.sum(), 1 / comb(n, size))
    assert counts.sum() == tiles * 64 * 30
    assert counts.size == 1 or chi_square_fits(counts)


@pytest.mark.parametrize(("n", "size"), [(6, 3), (7, 2), (8, 7), (5, 5)])
def test_masks_are_uniform(n, size):
    """On sets small enough to count all of them; every count of members has to be put right."""
    count = comb(n, size) * 1_200
    drawn = masks(Words16or32(seed(n, size), n), n, size, count, 1)
    counts = subset_counts(convert(drawn, MASK, BATCH, n), n)
    assert counts_fit(counts, count, 1 / comb(n, size))
    assert counts.size == 1 or chi_square_fits(counts)


def as_sets(words, n, size, count, masked):
    if masked:
        return convert(masks(words, n, size, count, 1), MASK, BATCH, n)[:, :, 0]
    return subsets(words, n, size, count, 1)[:, :, 0].astype(np.int64)


@pytest.mark.parametrize(
    ("n", "size", "masked"),
    [
        (60, 4, False), (60, 16, False), (60, 17, False), (5_000, 20, False), (70_000, 3, False),
        (60, 17, True), (60, 45, True),
    ],
)  # fmt: skip
def test_inclusion_and_pair_frequencies(n, size, masked):
    """Each index with probability b/n and each pair with b(b-1)/n(n-1). For large n, pairs of the 50
    residue classes stand for the pairs: P(both classes met) = 1 - 2 P(one missed) + P(two missed)."""
    count = 40_000
    sets = as_sets(Words16or32(seed(n, size), n), n, size, count, masked)
    assert np.array([len(set(row)) == size for row in sets[:2_000].tolist()]).all()
    assert counts_fit(np.bincount(sets.ravel(), minlength=n), count, size / n)
    if n <= 100:
        member = np.zeros((count, n))
        np.put_along_axis(member, sets, 1.0, axis=1)
        together = (member.T @ member)[np.triu_indices(n, 1)]
        assert counts_fit(together, count, size * (size - 1) / (n * (n - 1)))
    else:
        met = np.zeros((count, 50))
        np.put_along_axis(met, sets % 50, 1.0, axis=1)
        together = (met.T @ met)[np.triu_indices(50, 1)]
        missed = [comb(n - k * n // 50, size) / comb(n, size) for k in (1, 2)]
        assert counts_fit(together, count, 1 - 2 * missed[0] + missed[1])


def favoured(bound):
    """The integers that most 16-bit words map to, were none rejected: the place to look."""
    words = np.bincount(np.arange(1 << 16) * bound >> 16, minlength=bound)
    return words == words.max()


def integers_fit(draws, bound):
    cells = min(bound, 20)
    edges = np.linspace(0, bound, cells + 1).astype(int)
    spread = [
        counts_fit([((draws >= low) & (draws < high)).sum()], draws.size, (high - low) / bound)
        for low, high in pairwise(edges)
    ]
    often = favoured(bound)
    return all(spread) and counts_fit([often[draws].sum()], draws.size, often.mean())


@pytest.mark.parametrize("bound", [1, 2, 3, 100, 1_000, 4_096, 40_000])
@pytest.mark.parametrize("n", [4_096, 1 << 20])
def test_integers_below_a_bound(bound, n):
    """Of rows; 16-bit and 32-bit words, in three rounds. Bound 40,000 rejects 39 % of the 16-bit words."""
    rows = Rows(Words16or32(seed(bound, n), n), LISTS, 64, 1, 1, range(10), 20)
    several = np.repeat(np.arange(rows.count), 20)
    draws = rows.below(bound, several).astype(np.int64)
    draws = draws[draws != bound]
    assert draws.size > 150_000
    assert draws.max() < bound
    assert integers_fit(draws, bound)


@pytest.mark.parametrize(
    ("n", "bound"),
    [(4_096, x) for x in (1, 2, 3, 100, 1_000, 4_096, 40_000)]
    + [(1 << 20, x) for x in (3, 1_000, 40_000)],
)
def test_integers_of_each_run(n, bound):
    """Of 40,000, 39 % of the 16-bit words are rejected: 400 a tile and group, in 25 rounds and more."""
    draws = Words16or32(seed(bound, n, 1), n).each(bound, 100, range(2, 34)).astype(np.int64)
    assert draws.shape == (32 * TILE, 100)
    assert draws.max() < bound
    assert integers_fit(draws.ravel(), bound)


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [
        ("0" * 64, "0" * 32, "16554d9eca36314c db20fe9d672d0fdc d7e772cee186176b 7e68b68aec7ba23b"),
        ("f" * 64, "f" * 32, "87b092c3013fe90b 438c3c67be8d0224 9cc7d7c69cd777b6 a09caebf594f0ba0"),
        (
            "243f6a8885a308d3 13198a2e03707344 a4093822299f31d0 082efa98ec4e6c89",
            "452821e638d01377 be5466cf34e90c6c",
            "a528f45403e61d95 38c72dbd566e9788 a5a1610e72fd18b5 57bd43b5e52b7fe6",
        ),
    ],
)
@pytest.mark.parametrize("compiled", [False, True])
def test_published_words_of_philox(counter, key, words, compiled):
    """The known answers for philox4x64-10 that its authors ship (Random123, kat_vectors)."""
    (c, k), expected = (
        (
            [int("".join(x.split())[i : i + 16], 16) for i in range(0, len("".join(x.split())), 16)]
            for x in (counter, key)
        ),
        [int(x, 16) for x in words.split()],
    )
    if compiled:
        pytest.importorskip("numba", reason="numba (the extra `fast`) is not installed")
        from sim.engine._numba_philox import philox

        found = np.zeros(4, dtype=np.uint64)
        philox(found, *(np.uint64(x) for x in (*c, *k)))
    else:
        found = Counter(np.array(k, dtype=np.uint64)).words(1, *c)
    assert found.tolist() == expected


def test_steps_and_runs_are_independent():
    """Consecutive steps of a run, and neighbouring runs of a step: all 16 pairs equally likely."""
    sets = np.concatenate(list(Sampler("uniform", 4, 1, 40, seed(1)).take(4_000)))[:, 0]
    sets = sets.astype(np.int64)
    for left, right in ((sets[0::2], sets[1::2]), (sets[:, 0::2], sets[:, 1::2])):
        counts = np.bincount((4 * left + right).ravel(), minlength=16)
        assert counts_fit(counts, left.size, 1 / 16)
        assert chi_square_fits(counts)


@pytest.mark.parametrize("fault", ["floyd", "redraw", "mask", "rejection"])
def test_the_tests_above_see_a_faulty_sampler(fault):
    if fault == "floyd":  # clamp a repeat to the slot below instead of Floyd's choice
        rng = np.random.default_rng(1)
        first, second = rng.integers(4, size=12_000), rng.integers(5, size=12_000)
        second = np.where(first == second, (first + 1) % 5, second)
        counts = subset_counts(np.stack([first, second])[None], 5)
        assert not counts_fit(counts, 12_000, 1 / 10)
        assert not chi_square_fits(counts)
    elif fault == "redraw":  # resolve a repeat by moving up instead of redrawing
        rng = np.random.default_rng(1)
        sets = np.sort(rng.integers(5, size=(12_000, 2)), axis=1)
        sets[:, 1] = np.where(sets[:, 0] == sets[:, 1], (sets[:, 0] + 1) % 5, sets[:, 1])
        counts = subset_counts(sets[:, :, None], 5)
        assert not counts_fit(counts, 12_000, 1 / 10)
    elif fault == "mask":  # put in the first that are missing instead of any
        rows = np.random.default_rng(1).integers(2, size=(12_000, 5)) == 1
        for row in rows:
            while row.sum() != 2:
                row[np.flatnonzero(row == (row.sum() > 2))[0]] ^= True
        counts = subset_counts(np.nonzero(rows)[1].reshape(12_000, 2, 1), 5)
        assert not counts_fit(counts, 12_000, 1 / 10)
    else:  # no rejection: 25,536 of 40,000 integers get two words, the others one
        words = Words16or32(seed(2), 4_096).counted(12_500, 0, 0, 0, LISTS).view("<u2")
        assert not integers_fit(high(words, 40_000).astype(np.int64), 40_000)


@pytest.mark.parametrize(
    ("b", "form"),
    [(15, BATCH), (24, BATCH), (25, MASK), (37, MASK), (38, LEFT_OUT), (62, LEFT_OUT)],
)
def test_middling_sizes_come_as_masks_if_asked_for(b, form):
    """0.7 * 62^(6/7) = 24.1. The batches are the same in every form they are converted to."""
    n = 62
    sampler = Sampler("uniform", n, b, 5, seed(8), masks=True)
    assert sampler.form == form
    drawn = np.concatenate(list(sampler.take(30)))
    batch = convert(drawn, form, BATCH, n)
    assert batch.shape == (30, b, 5)
    assert (np.diff(np.sort(batch, axis=1), axis=1) > 0).all()
    rest = convert(drawn, form, LEFT_OUT, n)
    both = np.sort(np.concatenate([batch, rest], axis=1), axis=1)
    assert (both == np.arange(n)[:, None]).all()
    if form == MASK:
        inside = np.take_along_axis(drawn, batch.swapaxes(1, 2), axis=2)
        assert inside.all()
        assert (drawn.sum(axis=2) == b).all()
    for have, sets in ((BATCH, batch), (LEFT_OUT, rest)):
        again = convert(convert(sets, have, MASK, n), MASK, BATCH, n)
        assert np.array_equal(again, np.sort(batch, axis=1))


def test_replacement_draws_independent_indices():
    sets = np.concatenate(list(Sampler("replacement", 3, 2, 30, seed(3)).take(600)))
    pairs = 3 * sets[:, 0].astype(np.int64) + sets[:, 1]
    assert counts_fit(np.bincount(pairs.ravel(), minlength=9), 18_000, 1 / 9)


def test_cyclic_and_reshuffled_cover_each_epoch():
    cyclic = np.concatenate(list(Sampler("cyclic", 6, 2, 3, seed(4)).take(7)))
    expected = [[0, 1], [2, 3], [4, 5], [0, 1], [2, 3], [4, 5], [0, 1]]
    assert all(cyclic[:, :, run].tolist() == expected for run in range(3))
    shuffled = np.concatenate(list(Sampler("reshuffled", 6, 2, 3, seed(5)).take(3_600)))
    epochs = shuffled.reshape(1_200, 6, 3)
    assert (np.sort(epochs, axis=1) == np.arange(6)[:, None]).all()
    counts = subset_counts(shuffled[::3], 6)
    assert counts_fit(counts, 3_600, 1 / 15)


@pytest.mark.parametrize(
    ("sampling", "n", "b"),
    [*((x, 8, b) for x in SAMPLINGS for b in (1, 4, 8)), ("uniform", 62, 30)],
)
def test_taking_in_pieces_gives_the_same_stream(sampling, n, b):
    whole, pieces = (Sampler(sampling, n, b, 70, seed(6), masks=True) for _ in range(2))
    one = np.concatenate(list(whole.take(500)))
    many = np.concatenate([x for steps in (1, 2, 97, 400) for x in pieces.take(steps)])
    assert np.array_equal(one, many)


def test_complement_is_the_rest():
    rng = np.random.default_rng(1)
    sets = rng.permuted(np.tile(np.arange(7), (4, 5, 1)), axis=2)[:, :, :3].swapaxes(1, 2)
    both = np.concatenate([sets, complement(sets, 7)], axis=1)
    assert (np.sort(both, axis=1) == np.arange(7)[:, None]).all()


def test_blocks_and_their_seeds():
    assert block_runs(100, 1) == block_runs(100, 99) == block_runs(100, 100) == 2048
    assert block_runs(1000, 500) == 64
    parent = np.random.SeedSequence(5, spawn_key=(9,))
    assert child(parent).spawn_key == (9, OURS, 0)
    assert parent.n_children_spawned == 0
    assert child(5).spawn_key == (OURS, 1)
    assert child(5, 2, 3).spawn_key == (OURS, 1, 2, 3)
    assert child(parent, 2).spawn_key == (9, OURS, 0, 2)


def test_no_stream_of_an_integer_seed_is_a_descendant_of_it():
    """Neither the simulator's key, which NumPy's Philox would have too, nor what thresholds draw from."""
    root = np.random.SeedSequence(7)
    generations = [[root]]
    for count in (20, 4, 2):
        generations.append([x for parent in generations[-1] for x in parent.spawn(count)])
    theirs = [tuple(x.generate_state(2, np.uint64)) for some in generations for x in some]
    ours = [
        tuple(child(seed, *key).generate_state(2, np.uint64))
        for seed in (7, root)
        for key in ((), *((k,) for k in range(16)), (16, 1))
    ]
    assert len({*theirs, *ours}) == len(theirs) + len(ours) == 261 + 36


def test_what_a_cell_draws_from_a_child_says_nothing_of_a_run_with_its_integer_seed():
    first = np.random.SeedSequence(11).spawn(1)[0]
    theirs = np.random.Philox(first).state["state"]["key"]
    assert theirs.tolist() != Words16or32(child(11), 1_000).key.tolist()
    some = [next(iter(Sampler("uniform", 64, 8, 5, x).take(4))) for x in (first, child(11))]
    assert not np.array_equal(*some)


@pytest.mark.parametrize("sampling", ["uniform", "replacement", "reshuffled"])
def test_no_stream_of_the_simulator_is_a_child_of_its_seed(sampling):
    """A cell may spawn children of the seed that it also hands to the simulator."""
    parent = np.random.SeedSequence(20261126, spawn_key=(1, 2))
    first = {
        k: next(iter(Sampler(sampling, 64, 8, 5, stream, False, "numpy").take(4))).tobytes()
        for k, stream in enumerate([child(parent), *parent.spawn(4)])
    }
    assert len(set(first.values())) == len(first)


def test_labels_drawn_from_children_are_independent_of_the_batches():
    """The issue's own case: label j = a draw from child 0; run: the first batch. Equal by chance only.

    2,560 labels below 256: 10 +- 3.2 agree by chance; more than 60 has probability below 1e-25.
    """
    equal = 0
    for task in range(2_560 // 64):
        parent = np.random.SeedSequence(3, spawn_key=(task,))
        labels = next(iter(Sampler("uniform", 256, 1, 64, parent.spawn(1)[0]).take(1)))[0, 0]
        batch = next(iter(Sampler("uniform", 256, 1, 64, child(parent)).take(1)))[0, 0]
        equal += int((labels == batch).sum())
    assert equal <= 60
