"""The tour runs, and what it asserts holds."""

from __future__ import annotations

import runpy

import pytest

from tests.tool import ROOT
from theorem_audit.tests.thorough import IN_CI


@IN_CI
def test_the_tour_runs(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "proofs_notes" / "tour.py"), run_name="__main__")
    text = capsys.readouterr().out
    assert "one step further it is false" in text
