"""Each fault of issue 22, and each sabotage of a statement, has a row in ``audit.md``, and its tests exist."""

from __future__ import annotations

import re

from tests.tool import ROOT
from tests.tool.broken_on_purpose import BROKEN, FUZZ
from theorem_audit.report.promises import defined

ITEMS = [*(f"A{k}" for k in range(1, 10)), *(f"B{k}" for k in range(10, 23))]
NOTE = (ROOT / "proofs_notes" / "audit.md").read_text(encoding="utf-8")
SABOTAGES = [f"S{k}" for k in range(1, 13)]
ROWS = {m[1]: m[0] for m in re.finditer(r"^\| ([ABS]\d+) \|.*$", NOTE, flags=re.M)}


def test_every_fault_has_a_row_and_its_tests_exist() -> None:
    assert list(ROWS) == [*ITEMS, *SABOTAGES]
    known = defined(ROOT)
    for item, row in ROWS.items():
        named = re.findall(r"`(test_\w+)`", row)
        assert named or re.search(r"`\.ci/\w+`", row), f"{item}: no test"
        for name in named:
            assert len(known.get(name, [])) == 1, f"{item}: {name} is in {known.get(name)}"
    for name in re.findall(r"`(\.ci/\w+)`", NOTE):
        assert (ROOT / name).is_file()


def test_every_fuzz_test_is_broken_on_purpose() -> None:
    """``python -m tests.tool.broken_on_purpose`` runs them, and each must fail."""
    drawn = {
        name
        for file in FUZZ
        for name in re.findall(
            r"^@given\((?:.|\n)*?^def (test_\w+)", (ROOT / file).read_text("utf-8"), flags=re.M
        )
    }
    assert drawn == set(BROKEN)
