"""What a cell draws as it runs hangs on its own seed alone, or is told."""

from __future__ import annotations

import random
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import SerialExecutor, sweep
from sim.sweeps.chance import SHARED, by_the_seed
from sim.tests.sweep_tools import loaded_cell

SOW, STATE, DRAW = np.random.seed, np.random.get_state, np.random.random
MADE = """
import random
import tempfile
import numpy as np
import uuid
from scipy import stats
TABLE = [np.random.default_rng, random.random]
def made(seed=None): return np.random.default_rng(seed)
def cell(s, seed):
    out = {}
    return {{"v": {}}}
"""
UNSEEDED_ONES = (
    "made().random()", "made(s.get('seed')).random()", "np.random.SFC64(out.get(1)).random_raw() % 7",
    "np.random.RandomState(out.get(1)).rand()", "random.Random(out.get(1)).random()",
    "np.random.SeedSequence(out.get(1)).generate_state(1)", "TABLE[0]().random()",
    "stats.norm.rvs(random_state=made())",
)  # fmt: skip
SEEDED = (
    "stats.norm.rvs()", "stats.norm(1).rvs(2)", "getattr(np.random, s['law'])()", "TABLE[1]()",
    "made(seed).random()", "random.Random(3).random()", "len(uuid.uuid5(uuid.NAMESPACE_DNS, 'a').hex)",
    "len(tempfile.mktemp()) * 0",
)  # fmt: skip


def _numbers(folder: Path, said: str, seeds: int = 2) -> Any:
    folder.mkdir()
    cell = loaded_cell(folder / "a", MADE.format("{}", said))
    return sweep(
        {"law": ["rand"]}, seeds=seeds, store=folder / "s.db", cell=cell, executor=SerialExecutor()
    ).array("v")


@pytest.mark.parametrize("said", [*SEEDED, *UNSEEDED_ONES])
def test_what_is_drawn_as_a_cell_runs_hangs_on_its_own_seed(said: str, tmp_path: Path) -> None:
    """Mended: the first number was "reused" for ever, and another process gave another."""
    found = []
    for k in (1, 2):
        SOW(k)
        random.seed(k)
        before = STATE(), random.getstate()
        found.append(_numbers(tmp_path / str(k), said))
        after = STATE(), random.getstate()
        assert str(after) == str(before)
    assert (found[0] == found[1]).all()
    draws = not said.startswith(("random.Random(3)", "len"))
    assert (len(set(found[0].ravel().tolist())) > 1) == draws


def test_cells_at_once_that_draw_from_one_stream_are_told() -> None:
    held = np.random.SeedSequence(3)
    said: list[str] = []
    meet = threading.Barrier(2, timeout=60)

    def draws(k: int) -> None:
        with by_the_seed(held, said.append):
            meet.wait()
            if k:
                DRAW()
            meet.wait()

    with ThreadPoolExecutor(2) as pool:
        [*pool.map(draws, (0, 0))]
        assert said == []
        [*pool.map(draws, (1, 0))]
    assert said
    assert {*said} == {SHARED}


def test_names_are_drawn_by_chance() -> None:
    found = []
    for _ in range(2):
        with by_the_seed(np.random.SeedSequence(3), pytest.fail):
            found.append((uuid.uuid4(), random.Random().random(), np.random.default_rng().random()))
        found.append((uuid.uuid4(), random.Random().random(), np.random.default_rng().random()))
    one, after, again, later = found
    assert one[1:] == again[1:]
    assert one[0] != again[0]
    assert len({one[1:], after[1:], later[1:]}) == 3
