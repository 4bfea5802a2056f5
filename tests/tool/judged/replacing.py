"""The battery of what ``--json`` may replace: each form by hand, with a key more and a key less."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.tool.judged.tools import raises

RUN = "schema project commit started complete quick seed family_error versions sources claims"
RECEIPT = "receipt project commit seed quick versions sources claim uses certificates coq digest"
# Keys, those that earlier versions did not write, lists in it with a row, and whether its text must be ours.
FORMS: tuple[tuple[str, str, dict[str, dict[str, int]], bool], ...] = (
    (RUN, "hypotheses variants left_out outside elsewhere",
     {"claims": {"id": 1, "verdict": 1, "evidence": 1, "more": 1}}, False),
    (RECEIPT, "made left_out", {}, False),
    ("schema seed commit complete claims", "", {"claims": {"id": 1}}, False),
    ("schema seed found", "", {"found": {"claim_id": 1, "outcome": 1}}, False),
    ("schema claims not_run", "", {"claims": {"id": 1, "verdict": 1, "reasons": 1}}, False),
    ("schema id verdict direct falls rises", "never_run",
     {x: {"id": 1, "now": 1, "then": 1} for x in ("falls", "rises")}, False),
    ("nodes edges impact", "never_run", {"nodes": {"id": 1, "verdict": 1}, "edges": {"from": 1, "to": 1}},
     False),
    ("opinions kernel", "", {}, False),
    ("written removed", "", {}, True),
)  # fmt: skip
ROWS = (("id title chapter bound verdict", "source evidence", False), ("name png csv", "", True))


def replacing_holds(judge: ModuleType) -> None:
    """What is ours, what is alike, what is read."""

    def ours(data: Any, letter: bool = False, names: str = "") -> bool:
        return bool(judge.is_ours(judge.There(data, letter), names))

    assert judge.is_ours(None)
    assert ours({}) and ours([])  # noqa: PT018
    for nothing in (None, False, 0, "", 1.5, "x", [[]], [{}], [1], [None], {"mine": 1}):
        assert not ours(nothing, True)
        assert not ours(nothing)
    for keys, more, lists, bare in FORMS:
        _form(ours, dict.fromkeys(keys.split(), 1), more.split(), lists, bare)
    for keys, more, bare in ROWS:
        row = dict.fromkeys(keys.split(), 1)
        for rows in ([row], [row, row], [row | dict.fromkeys(more.split(), 2), row]):
            assert ours(rows, True)
            assert ours(rows) is not bare
            assert not ours([*rows, row | {"mine": 1}], True)
            assert not ours([*rows, 1], True)
            assert not ours([*rows, "A-B"], True, "ids")
        for key in row:
            assert not ours([row, {k: v for k, v in row.items() if k != key}], True), key
    _names(ours)
    _alike(judge)
    _read(judge)


def _form(ours: Any, plain: dict[str, Any], more: list[str], lists: Any, bare: bool) -> None:
    for rows in (0, 1, 2):
        data = plain | {x: [row] * rows for x, row in lists.items()}
        for whole in (data, data | dict.fromkeys(more, 2), data | dict.fromkeys(more[:1], 2)):
            assert ours(whole, True)
            assert ours(whole) is not bare
            assert not ours(whole | {"mine": 1}, True)
            for key in plain:
                assert not ours({k: v for k, v in whole.items() if k != key}, True), key
    for name, row in lists.items():
        others = [{k: v for k, v in row.items() if k != x} for x in row if x != "more"]
        for wrong in ({}, None, "", [1], [[]], *([x] for x in others), *([row, x] for x in others)):
            assert not ours(data | {name: wrong}, True), (name, wrong)


def _names(ours: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        there = [str(Path(folder, x)) for x in ("a.py", "b")]
        for x in there:
            Path(x).touch()
        for names, good, bad in (
            ("ids", ["A-B", "C"], ["A-B", "c"]), ("ids", ["A"], ["A-"]), ("files", there, [*there, folder]),
            ("files", there[:1], ["\0"]), ("files", there[:1], ["x" * 5000]), ("notes", ["m/a.md"], ["a.py"]),
            ("notes", ["x.md", "y.md"], ["x.md", "y"]),
        ):  # fmt: skip
            assert ours(good, True, names)
            assert not ours(good, False, names)
            assert not ours(bad, True, names), bad
            for other in {"", "mine", "ids", "files", "notes"} - {names}:
                assert not ours(good, True, other), (good, other)


def _alike(judge: ModuleType) -> None:
    one, two = {"a": 1}, {"b": 1}
    for old, new, said in (
        (one, {"a": 2}, True), (one, one | two, False), (one | two, one, False), (one, two, False),
        (one, [one], False), ([one], one, False), ([one, one], [one], True), ([one], [two], False),
        ([one, two], [one], False), ([one], [one, two], False), (["x"], ["y"], True), (["x"], [1], False),
        ([1], [one], False), ([], [one], True), ("x", "x", False), (1, 1, False), ({}, [], False),
    ):  # fmt: skip
        assert judge.alike(judge.There(old, True), new) is said, (old, new)
        assert judge.alike(judge.There(old), new) is False


def _read(judge: ModuleType) -> None:
    assert judge.as_text({"é": [1]}) == '{\n "é": [\n  1\n ]\n}\n'
    assert judge.as_text(["é"], ascii_only=True) == '[\n "\\u00e9"\n]\n'
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "x.json")
        assert judge.read(file) is None
        assert judge.read(Path(folder)) is None
        for text in ("", " \n\t"):
            file.write_text(text, encoding="utf-8")
            assert judge.read(file) is None
        for text in ("{", "[" * 200_000, "x"):
            file.write_text(text, encoding="utf-8")
            raises(ValueError, lambda: judge.read(file))
        file.write_bytes(b"\xff")
        raises(ValueError, lambda: judge.read(file))
        for data in (["é"], {"a": [1, 2.5, None]}, 3, [], {}):
            for text, letter in (
                (json.dumps(data, indent=1, ensure_ascii=False) + "\n", True),
                (json.dumps(data, indent=1) + "\n", True),
                (json.dumps(data, indent=1), False), (json.dumps(data, indent=2) + "\n\n", False),
            ):  # fmt: skip
                file.write_bytes(text.encode())
                assert judge.read(file) == (data, letter), text
        os.remove(file)
