"""Batches that are drawn for many runs at once come as their item says."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import comb, sqrt

import numpy as np
import pytest

from tests.falsify.walks.play import Neuron, float_steps
from tests.falsify.walks.setting import AT_ONCE, FEW, Data, Setting, subsets
from tests.falsify.walks.winners import Runs
from theorem_audit.statement.vocabulary import Item
from theory import vocabulary as words

F = Fraction
RUNS = 4000


def paths(item: Item, count: int, size: int, steps: tuple[int, ...]) -> np.ndarray:
    rng = np.random.default_rng(7)
    drawn = Setting(batching=item, rng=rng).paths(RUNS, count, size)
    assert drawn is not None
    return np.concatenate([drawn.next(k) for k in steps])


@pytest.mark.parametrize("item", [x for x in AT_ONCE if "chance" in x.gives], ids=str)
def test_each_batch_has_its_chance(item: Item) -> None:
    """Six standard errors: a true law fails with chance below 1e-7."""
    law, found = item.gives["chance"](4, 2), paths(item, 4, 2, (3,))
    for row in found:  # one draw a run
        seen = Counter(tuple(sorted(map(int, x))) for x in row)
        assert set(seen) <= set(law)
        for batch, chance in law.items():
            spread = sqrt(RUNS * float(chance * (1 - chance)))
            assert abs(seen[batch] - RUNS * float(chance)) < 6 * spread


def test_an_epoch_has_each_index_once_and_each_epoch_is_another() -> None:
    found = paths(words.RESHUFFLED, 6, 2, (1, 1, 3, 4))
    assert found.shape == (9, RUNS, 2)
    for k in (0, 3, 6):
        epoch = found[k : k + 3].transpose(1, 0, 2).reshape(RUNS, 6)
        assert (np.sort(epoch, axis=1) == np.arange(6)).all()
        first = np.bincount(epoch[:, 0], minlength=6)
        assert (abs(first - RUNS / 6) < 6 * sqrt(RUNS * 5 / 36)).all()
    assert (np.sort(found[0], axis=1) != np.sort(found[3], axis=1)).any()
    assert Setting(batching=words.RESHUFFLED).paths(2, 5, 2) is None


@pytest.mark.parametrize(
    ("count", "size"), [(1, 1), (3, 1), (2, 2), (4, 3), (5, 2), (6, 4), (FEW + 3, FEW + 1)]
)
def test_each_subset_comes_as_often(count: int, size: int) -> None:
    found = subsets(np.random.default_rng(3), (60, 1000), count, size)
    assert found.shape == (60, 1000, size)
    seen, ways = Counter(map(tuple, np.sort(found.reshape(-1, size)).tolist())), comb(count, size)
    assert len(seen) == ways
    assert all(sorted(set(x)) == list(x) and set(x) <= set(range(count)) for x in seen)
    spread = sqrt(60_000 / ways * (1 - 1 / ways))
    assert all(abs(x - 60_000 / ways) < 6 * spread + 1e-9 for x in seen.values())


OBLIQUE = Data(((F(1), F(0)), (F(1, 2), F(1, 3)), (F(-1), F(1))))


@pytest.mark.parametrize("data", [None, OBLIQUE], ids=["axes", "oblique"])
@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_steps_in_floats_are_the_exact_ones(data: Data | None, activation: str) -> None:
    """Three runs under batches of their own: single data, pairs, and one drawn twice."""
    at = Neuron([F(4, 5), F(-1, 3), F(0)], [F(1, 4)], F(3, 10), activation, data)
    weight, X = at.floats()
    for batches in (
        [[(0,), (1,), (2,)], [(1,), (1,), (0,)]],
        [[(0, 1), (2, 1), (1, 1)], [(0, 2), (1, 0), (2, 2)]],
    ):
        moved = float_steps(np.tile(weight, (3, 1)), 0.3, np.array(batches), activation, X)
        for run in range(3):
            end = at
            for step in batches:
                end = end.step(step[run])
            assert np.abs(moved[run] - end.floats()[0]).max() < 1e-13


@pytest.mark.parametrize("item", [words.UNIFORM, words.RESHUFFLED, words.CYCLIC], ids=str)
def test_runs_that_are_kept_go_on_as_they_would_among_the_others(item: Item) -> None:
    at = Neuron([F(3, 5), F(4, 5), F(1, 9), F(1, 7)], [F(1, 5)], F(1, 4), "linear")
    some, whole = (Runs(np.random.default_rng(5), (at, 2, item), 0.25) for _ in range(2))
    some.go(1)
    kept = np.arange(len(some.W)) % 3 == 0
    some.keep(kept)
    some.go(7)
    whole.go(8)
    assert (whole.W[kept] == some.W).all()
    assert len(np.unique(some.W, axis=0)) > 5


def test_an_epoch_goes_on_for_the_runs_that_are_kept() -> None:
    drawn = Setting(batching=words.RESHUFFLED, rng=np.random.default_rng(2)).paths(90, 6, 2)
    assert drawn is not None
    kept = np.arange(90) % 2 == 1
    first = drawn.next(1)[:, kept]
    drawn.keep(kept)
    epoch = np.concatenate([first, drawn.next(2)]).transpose(1, 0, 2).reshape(45, 6)
    assert (np.sort(epoch, axis=1) == np.arange(6)).all()
    assert drawn.next(3).shape == (3, 45, 2)
