"""What `--json FILE` may replace: what has the form of what this tool writes, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from theorem_audit.ours import NAMES, OBJECTS, ROWS, There, alike, as_text, is_ours, read
from theorem_audit.tests.conftest import Run

WRITES = {  # words -> which list of names it is, if it is one
    ("run",): "", ("list",): "", ("list", "--names"): "ids", ("graph",): "", ("impact", "GD-STEP"): "",
    ("stale",): "", ("stale", "first.json"): "", ("show", "GD-STEP"): "", ("notes",): "",
    ("receipt", "GD-STEP"): "", ("falsify",): "", ("mutants", "--cap", "1"): "",
    ("report", "--latex", "a.tex"): "files", ("new", "NEXT", "--chapter", "descent"): "files",
}  # fmt: skip


def test_what_each_command_writes_is_known_and_nothing_that_has_a_key_more_or_less(
    fresh: Path, audit: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mended: a part of a form's keys, and a list of names of files that are there, passed for ours."""
    monkeypatch.chdir(fresh)
    assert audit("run", "--json", "first.json").returncode == 0
    for words, names in WRITES.items():
        done = audit(*words, "--json", "made.json")
        made = read(fresh / "made.json")
        assert made is not None, (words, done.stderr)
        assert made.to_the_letter, words
        assert is_ours(made, names), words
        if names:
            assert not is_ours(made), words
            assert not is_ours(There(made.data), names), words
            assert not is_ours(There([*made.data, "?"], True), names), words
        for other in _otherwise(made.data):
            assert not is_ours(There(other, True), names), (words, other)
        (fresh / "made.json").unlink()


def _otherwise(data: Any) -> list[Any]:
    """The same with a key more, and without each key that no earlier version lacked."""
    if isinstance(data, dict):
        may_lack = {x for form in OBJECTS if form.keys <= data.keys() for x in form.more}
        lists = [x for form in OBJECTS if form.keys <= data.keys() for x in form.lists]
        return [
            data | {"mine": 1},
            *({k: v for k, v in data.items() if k != x} for x in data if x not in may_lack),
            *(data | {x: other} for x in lists for other in ({}, [1], [{"mine": 1}])),
        ]
    if all(isinstance(x, dict) for x in data):
        keys = [x for form in ROWS for x in form.keys if data and form.keys <= data[0].keys()]
        less = [[*data[:-1], {k: v for k, v in data[-1].items() if k != x}] for x in keys]
        return [[{**data[0], "mine": 1}, *data[1:]], [*data, 1], *less] if data else []
    return [[*data, 1]]


MINE: dict[str, tuple[tuple[str, ...], Any]] = {  # name -> words of a call that would replace it, what it holds
    "some.json": (("run",), {"schema": 1, "claims": []}),
    "more.json": (("list",), {"schema": 1, "seed": 3, "found": [], "mine": 1}),
    "named.json": (("graph",), {"receipt": 7, "digest": "x"}),
    "nodes.json": (("graph",), {"nodes": [{"id": 1}], "edges": [], "impact": {}}),
    "files.json": (("run",), ["pyproject.toml"]),
    "two.json": (("notes",), ["pyproject.toml", "proofs_notes/descent.md"]),
    "ids.json": (("list",), ["A-B"]),
    "pictures.json": (("list",), [{"name": "me", "png": "a.png", "csv": "a.csv"}]),
    "rows.json": (("list",), [{"id": 1, "title": 2, "chapter": 3, "bound": 4, "verdict": 5, "mine": 6}]),
    "gone.json": (("list",), {"written": [], "removed": []}),
    "null.json": (("list",), None), "no.json": (("list",), False), "text.json": (("list",), "x"),
}  # fmt: skip


def test_a_file_of_ones_own_is_never_replaced(fresh: Path, audit: Run) -> None:
    """Mended: most of these were, without a word.  Refused before any work: no run is kept."""
    for name, (_, data) in MINE.items():
        (fresh / name).write_text(json.dumps(data))
    (fresh / "to_the_letter.json").write_text(as_text(["pyproject.toml"]))
    before = {x: x.read_bytes() for x in fresh.glob("*.json")}
    for name, words in (*((x, y) for x, (y, _) in MINE.items()), ("to_the_letter.json", ("run",))):
        done = audit(*words, "--json", name)
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), name
        assert f"--json {name}: it is there, and nothing that this command writes" in done.stderr
    assert {x: x.read_bytes() for x in before} == before
    assert not (fresh / "build").exists()


def test_a_receipt_without_a_name_replaces_nothing_of_ones_own(fresh: Path, audit: Run) -> None:
    """Before the work, too."""
    (fresh / "GD-STEP.receipt.json").write_text('{"mine": 1}')
    done = audit("receipt", "gd-step")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--json GD-STEP.receipt.json: it is there" in done.stderr
    assert not (fresh / "build").exists()


def test_what_is_read_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    assert read(file) is None
    for text in ("", " \n"):
        file.write_text(text)
        assert read(file) is None
    for text in ("{", "[" * 200_000, "\x00"):
        file.write_text(text)
        with pytest.raises(ValueError, match=r"."):
            read(file)
    for text, letter in (('[\n "é"\n]\n', True), ('[\n "\\u00e9"\n]\n', True), ('["é"]', False)):
        file.write_text(text, encoding="utf-8")
        assert read(file) == (["é"], letter)
    assert is_ours(None)
    assert all(is_ours(There(x)) for x in ({}, []))
    assert not any(is_ours(There(x, True)) for x in (None, False, 0, 0.0, "", [[]], [{}]))
    assert not any(is_ours(There([x], True), "files") for x in ("\0", "x" * 5000, ""))
    assert NAMES["notes"]("a.md")
    assert not NAMES["notes"]("a.py")


def test_what_is_alike_has_the_same_keys() -> None:
    rows = [{"a": 1}, {"a": 2}]
    for old, new, said in (
        ({"a": 1}, {"a": 2}, True), ({"a": 1}, {"a": 2, "b": 1}, False), ({"a": 1}, [{"a": 1}], False),
        (rows, [{"a": 3}], True), (rows, [{"b": 3}], False), ([{"a": 1}, {"b": 1}], rows, False),
        (["x"], ["y"], True), (["x"], [1], False), (["x"], rows, False), ("x", "x", False), ([], rows, True),
    ):  # fmt: skip
        assert alike(There(old, True), new) is said, (old, new)
        assert not alike(There(old), new)
