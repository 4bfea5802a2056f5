"""A ledger that grows is written soon, and writing it stays a small part of the run."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from theorem_audit.weigh import ledger
from theorem_audit.weigh.ledger import WRITING, Ledger


@pytest.mark.parametrize(("cost", "apart"), [(0.001, 1.0), (0.8, 0.8 / WRITING)])
def test_what_takes_long_to_write_is_written_seldom(
    cost: float, apart: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, written = [0.0], list[float]()
    found = Ledger(seed=0, told={}, hashes={})

    def write(path: Path) -> None:
        written.append(clock[0])
        clock[0] += cost

    monkeypatch.setattr(ledger.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(found, "write", write)
    for _ in range(1000):
        found.write_soon(tmp_path / "run.json")
        clock[0] += 0.1
    gaps = [later - one - cost for one, later in pairwise(written)]
    assert gaps
    assert all(apart - 1e-9 <= gap <= apart + 0.2 for gap in gaps)
    assert cost / (cost + min(gaps)) <= WRITING + 1e-9
