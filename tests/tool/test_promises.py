"""PROMISES.md is kept: each promise by tests that exist, with links that are current."""

from __future__ import annotations

from tests.tool import ROOT
from theorem_audit.report.promises import main, promises


def test_no_promise_is_stale() -> None:
    text = (ROOT / "PROMISES.md").read_text(encoding="utf-8")
    assert main(["--check"]) == 0, "run: python -m theorem_audit.report.promises"
    numbers = [int(x.split(".", 1)[0]) for x in promises(text)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 20
