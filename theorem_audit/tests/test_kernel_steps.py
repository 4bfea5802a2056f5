"""The line on proof steps in the kernel at the end of a run and on the report's front page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from theorem_audit.kernel import steps
from theorem_audit.kernel.obligations import Heard
from theorem_audit.tests import warm
from theorem_audit.tests.conftest import Run
from theorem_audit.tests.thorough import THOROUGH

COUNTED = {"in_kernel": 7, "decided": 9, "only_same": 2}


def test_steps_that_say_x_is_x_are_not_counted() -> None:
    assert steps.told(COUNTED) == (
        "proof steps in the kernel: 5 of 9 (and 2 that only say that an expression equals itself)"
    )
    assert steps.told({**COUNTED, "only_same": 0}) == "proof steps in the kernel: 7 of 9"


def test_a_gate_that_closes_decides_its_claim_and_no_other() -> None:
    gate = Heard("A", ("statement",), "gate", gate=True)
    alone = Heard("A", ("bound",), "by hand", conditions=1)
    other = Heard("B", ("bound",), "by hand", conditions=1)

    def inside(*heard: Heard) -> dict[tuple[str, str], bool]:
        return {(x.claim_id, x.step): x.in_kernel for x in steps.steps_of(heard, {})}

    assert inside(gate, alone, other) == {
        ("A", "statement"): True, ("A", "bound"): True, ("B", "bound"): False,
    }  # fmt: skip
    assert not any(inside(replace(gate, outcome="inconclusive"), alone, other).values())
    assert inside(replace(gate, steps=("bound",)), Heard("A", ("rate",), "x", conditions=1)) == {
        ("A", "bound"): True, ("A", "rate"): False,
    }  # fmt: skip
    assert not inside(gate, replace(alone, outcome="refuted"))["A", "bound"]


@THOROUGH
def test_the_run_and_the_report_tell_what_was_counted(fresh: Path, audit: Run) -> None:
    def told() -> tuple[str, str]:
        shown = " ".join(audit("run", "--json", "build/audit.json").stdout.split())
        made = audit("report")
        assert made.returncode == 0, made.stderr
        return shown, (fresh / "build" / "report" / "index.html").read_text(encoding="utf-8")

    told_hash = "from theorem_audit.kernel import steps; print(steps.sources_hash())"
    sources = warm.python(told_hash, (), fresh).stdout.strip()
    kept = {"sources": sources, **COUNTED}
    (fresh / "build").mkdir(exist_ok=True)
    (fresh / "build" / "kernel-steps.json").write_text(json.dumps(kept))
    for text in told():
        assert "roof steps in the kernel: 5 of 9" in text
    chapter = next(fresh.rglob("descent.py"))
    chapter.write_text(chapter.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    for text in told():
        assert "roof steps in the kernel: not counted for these sources" in text
