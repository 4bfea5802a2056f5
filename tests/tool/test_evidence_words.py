"""What evidence writes: words that no text or terminal can take."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sympy import Symbol

from tests.tool.test_verdict_types import judged
from theorem_audit import expect
from theorem_audit.checks.run_context import note
from theorem_audit.statement.claim import Source
from theory import claims


class _Mute:
    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_words_that_cannot_be_written_end_nothing(tmp_path: Path) -> None:
    """Mended: half of a character in a message ended the run with a traceback when it was kept."""
    said = judged(lambda: expect(False, "\ud800 and \x00", y="\udfff"))
    assert said.outcome == "refuted"
    json.dumps(said.as_dict(), ensure_ascii=False).encode()
    assert said.witness["y"] == "?"

    def raises() -> None:
        note("\ud800")
        raise ValueError(_Mute())

    said = judged(raises)
    assert said.outcome == "error"
    assert said.detail.startswith("ValueError: a ValueError whose text cannot be made")
    assert said.notes == ("?",)


def test_what_steers_a_terminal_is_shown_as_an_escape() -> None:
    """Mended: a message, as a title, could write another verdict over its own line."""
    steers = "\x1b[8Gproved\x9b\u202e\r"
    shown = "\\x1b[8Gproved\\x9b\\u202e\\r"
    said = judged(lambda: expect(False, f"a{steers}b\tc", y=steers))
    assert said.outcome == "refuted"
    assert f"a{shown}b\tc" in said.detail
    assert said.witness["y"] == shown

    def raises() -> None:
        note(steers)
        raise type(f"E{steers}", (ValueError,), {})("m")

    said = judged(raises)
    assert said.detail == f"E{shown}: m"
    assert said.notes == (shown,)


def test_what_steers_a_terminal_is_no_word_of_a_claim() -> None:
    claim = claims["NORM"]
    assert claim.assumptions
    source = Source("new", "a\x1bb")
    wrong: dict[str, Any] = {
        "title": "a\nb", "remark": "\x9b", "source": source, "cites": ("\x07",),
        "symbols": {"a": "\u202e"}, "assumptions": (replace(claim.assumptions[0], note="\x1b[2J"),),
        "formula": claim.formula.subs(claim.formula.free_symbols.pop(), Symbol("a\x1b")),
    }  # fmt: skip
    for what, value in wrong.items():
        with pytest.raises(ValueError, match="of claim NORM: a control character in"):
            replace(claim, **{what: value})
    assert replace(claim, remark="two\nlines").remark == "two\nlines"
