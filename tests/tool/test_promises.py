"""PROMISES.md is kept: each promise by tests that exist, with links that are current."""

from __future__ import annotations

import pytest

from tests.tool import ROOT
from theorem_audit.report.promises import UnkeptPromise, defined, main, promises, refreshed


def test_no_promise_is_stale() -> None:
    text = (ROOT / "PROMISES.md").read_text(encoding="utf-8")
    assert refreshed(text, defined(ROOT)) == text, "run: python -m theorem_audit.report.promises"
    assert main(["--check"]) == 0
    numbers = [int(x.split(".", 1)[0]) for x in promises(text)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 20


KNOWN = {"test_one": ["tests/test_a.py"], "test_two": ["tests/test_a.py", "tests/test_b.py"]}


def test_links_are_made_and_renewed() -> None:
    made = refreshed("1. Holds. `test_one`\n", KNOWN)
    assert made == "1. Holds. [`test_one`](tests/test_a.py)\n"
    moved = refreshed(made, {"test_one": ["tests/deep/test_c.py"]})
    assert moved == "1. Holds. [`test_one`](tests/deep/test_c.py)\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1. Holds. `test_one`\n2. Nobody looks.\n", "no test keeps: 2. Nobody looks."),
        ("1. Holds. `test_gone`\n", "test_gone is defined in no file"),
        ("1. Holds. [`test_two`](tests/test_a.py)\n", r"test_two is defined in .*test_b\.py"),
    ],
)
def test_a_promise_that_nothing_keeps_is_refused(text: str, says: str) -> None:
    with pytest.raises(UnkeptPromise, match=says):
        refreshed(text, KNOWN)
