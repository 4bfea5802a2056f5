"""The table of the reuse benchmark, and how a command is timed."""

import sys
from pathlib import Path

import pytest

from benchmarks.reuse import Paused, Rows, Time, table, timed


def test_then_and_now_stand_beside_each_other():
    lines = table({"x": Time(12.5, 10.0)}, {"x": Time(0.25, 0.125)}).splitlines()
    assert lines[1].split() == ["x", "12.50", "10.00", "0.25", "0.12"]


def test_what_takes_longer_than_is_asked_is_marked():
    old = {"audit list": Time(5.5, 5.0)}
    for wall, marked in ((0.4, False), (0.5, True)):
        line = table(old, {"audit list": Time(wall, 0.3)}).splitlines()[1]
        assert line.split()[6] == "0.5"
        assert line.endswith("longer") == marked
    assert table(old, {"new": Time(1.0, 1.0)}).splitlines()[1].split()[1:3] == ["-", "-"]


def test_a_command_is_timed_with_what_it_starts(tmp_path: Path):
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(10**7))']); print('done')"
    found = timed([sys.executable, "-c", code], tmp_path)
    assert found.said == "done"
    assert found.cpu > 0.05
    failing = "import sys; sys.stderr.write('no such thing'); sys.exit(3)"
    with pytest.raises(RuntimeError, match="no such thing"):
        timed([sys.executable, "-c", failing], tmp_path)


def test_what_was_timed_is_not_timed_again(tmp_path: Path):
    kept, left = tmp_path / "new.json", [1]
    rows = Rows(kept, left)
    assert rows.wants("one")
    rows.add("one", Time(1.5, 1.0, "said"))
    with pytest.raises(Paused):
        rows.wants("two")
    again = Rows(kept, [1])
    assert not again.wants("one")
    assert again.wants("two")
    assert again.found == {"one": Time(1.5, 1.0, "said")}
    assert Rows().wants("one")


def test_rows_of_another_commit_or_machine_are_timed_again(tmp_path: Path, monkeypatch, capsys):
    kept = tmp_path / "old.json"
    Rows(kept, commit="1b02e3c").add("one", Time(1.5, 1.0, "said"))
    assert not Rows(kept, commit="1b02e3c").wants("one")
    assert Rows(kept, commit="09a4fd9").wants("one")
    assert "timed anew" in capsys.readouterr().out
    monkeypatch.setattr("platform.node", lambda: "elsewhere")
    assert Rows(kept, commit="1b02e3c").wants("one")
