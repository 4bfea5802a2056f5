"""Batches that are drawn for many runs at once come as their item says."""

from __future__ import annotations

from collections import Counter
from math import sqrt

import numpy as np
import pytest

from tests.falsify.walks.setting import AT_ONCE, Setting
from theorem_audit.statement.vocabulary import Item
from theory import vocabulary as words

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
