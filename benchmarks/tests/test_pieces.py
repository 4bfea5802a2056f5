"""Runs in pieces are of one run, and a report replaces nothing but reports."""

import json
import subprocess
import sys
from importlib import import_module
from unittest.mock import patch

import pytest

from benchmarks import __main__ as command
from benchmarks.outputs import anothers
from benchmarks.tables import ROOT

ENVIRONMENT = {"commit": "a", "cpu": "b", "python": "c", "versions": {"numpy": "1"}, "threads": 1}


@pytest.mark.parametrize(
    ("rounds", "change", "told"),
    [
        (3, {}, ""),
        (7, {}, "rounds=3, now 7"),
        (3, {"commit": "x"}, "commit=a, now x"),
        (3, {"versions": {"numpy": "2"}}, "versions={'numpy': '1'}, now {'numpy': '2'}"),
        (3, {"threads": 2}, ""),
    ],
)
def test_pieces_of_another_run_are_told(tmp_path, rounds, change, told):
    """Cases of three rounds, or of an older engine, were reported as today's seven."""
    assert command.another(None, 3, ENVIRONMENT) == ""
    assert command.another(tmp_path, 3, ENVIRONMENT) == ""
    command.kept(tmp_path, "settings", lambda: command.settings_of(3, ENVIRONMENT))
    assert command.another(tmp_path, rounds, ENVIRONMENT | change) == told


@pytest.mark.parametrize("text", ["words", "[1]", '{"a": 1}', "3", '{"environment": {}}'])
def test_a_file_of_somebody_else_is_no_report(tmp_path, text):
    path, says = tmp_path / "README.md", ("environment cases", "large")
    assert not anothers(path, *says)
    path.write_text("")
    assert not anothers(path, *says), "an empty one holds nothing"
    path.write_text(text)
    assert anothers(path, *says)
    for held in ({"environment": {}, "cases": []}, {"large": 1}):
        path.write_text(json.dumps(held, indent=1) + "\n")
        assert not anothers(path, *says)
        path.write_text(json.dumps(held))
        assert anothers(path, *says), "another wrote it"


def test_a_picture_of_ones_own_is_not_drawn_over(tmp_path, capsys):
    """Mended: it was, where it has the name of the figures."""
    (tmp_path / "mine.png").write_bytes(b"mine")
    words = ["benchmarks", "--out", str(tmp_path / "mine.json"), "--cases", "0"]
    with patch.object(sys, "argv", words), pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 2
    assert "mine.png would be replaced, and no figures stand beside it" in capsys.readouterr().err
    assert [x.name for x in tmp_path.iterdir()] == ["mine.png"]


@pytest.mark.parametrize("name", ["gram", "real_models", "reuse"])
@pytest.mark.parametrize("text", ["# my own\n", '{"settings": 1}'])
def test_no_benchmark_replaces_what_it_did_not_write(tmp_path, name, text):
    """Mended: each wrote over whatever --out names."""
    path = tmp_path / "own.json"
    path.write_text(text)
    module = import_module(f"benchmarks.{name}")
    with patch.object(sys, "argv", ["x", "--out", str(path)]), pytest.raises(SystemExit) as ended:
        module.main()
    assert ended.value.code == 2
    assert path.read_text() == text


@pytest.mark.parametrize("name", ["gram", "real_models", "reuse"])
def test_a_benchmark_replaces_its_own_figures(name):
    says = {
        "gram": "environment curves",
        "real_models": "environment tasks",
        "reuse": "old new seconds",
    }
    others = {x for x in says if x != name} | {"first"}
    kept = ROOT / "benchmarks" / "results"
    assert not anothers(kept / f"{name}.json", says[name])
    assert all(anothers(kept / f"{x}.json", says[name]) for x in others)


@pytest.mark.parametrize("words", [("--out", "own.md"), ("--keep", "pieces", "--quick")])
def test_both_are_refused_before_anything_is_measured(tmp_path, words):
    """README.md was replaced by the report, exit 0."""
    (tmp_path / "own.md").write_text("# my own\n")
    (tmp_path / "pieces").mkdir()
    (tmp_path / "pieces" / "settings.json").write_text('{"rounds": 99}')
    where = [str(tmp_path / x) if x in ("own.md", "pieces") else x for x in words]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--no-growth", "--cases", "0", *where],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 2, done.stdout + done.stderr
    assert "case 0" not in done.stdout
    assert (tmp_path / "own.md").read_text() == "# my own\n"
