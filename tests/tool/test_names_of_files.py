"""The names of files and folders that commands take: none is empty, or of a folder where a file is needed."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tool import ROOT
from theorem_audit import cli, project
from theorem_audit.errors import BadUsage
from theorem_audit.usage import FOLDERS, FROM, NAMED, READ, SHOWN, checked_target

PATHS = {*NAMED, *FOLDERS, *READ, *FROM}
METAVARS = {"FILE", "DIR", "RUN", "A.npy", "B.npy"}


def _commands() -> dict[str, argparse.ArgumentParser]:
    """All commands, this project's own among them."""
    parser = cli._parser(project.current(), "none of them")
    (found,) = (x for x in parser._actions if isinstance(x, argparse._SubParsersAction))
    return dict(found.choices)


def _options() -> Iterator[tuple[str, argparse.Action]]:
    for name, parser in _commands().items():
        for action in parser._actions:
            if action.metavar in METAVARS:
                yield name, action


OPTIONS = list(_options())


def _words(command: str, asked: argparse.Action, value: str) -> list[str]:
    """A call of a command with that value, and what else it cannot be called without."""
    words = [command]
    for action in _commands()[command]._actions:
        if action.dest == asked.dest:
            words += [action.option_strings[0], value] if action.option_strings else [value]
        elif action.option_strings and action.required:
            words += [action.option_strings[0], "4"]
        elif not action.option_strings and action.nargs is None and action.dest != "help":
            words.append("NORM")
    for group in _commands()[command]._mutually_exclusive_groups:
        if group.required:
            words += [group._group_actions[0].option_strings[0], "1"]
    return words


def _refused(command: str, asked: argparse.Action, value: str) -> str:
    args = cli._parser(project.current(), command).parse_args(_words(command, asked, value))
    with pytest.raises(BadUsage) as told:
        checked_target(args)
    return str(told.value)


def _name(row: object) -> str:
    return str(getattr(row, "dest", row))


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=_name)
def test_no_name_is_empty(command: str, option: argparse.Action) -> None:
    """Mended: ``--json ''`` wrote the default file, or nothing; ``report --latex ''`` a folder of pages."""
    assert option.dest in PATHS, f"usage.py knows nothing of {option.dest}"
    shown = SHOWN.get(option.dest, f"--{option.dest}")
    kind = "folder" if option.dest in (*FOLDERS, *FROM) else "file"
    assert _refused(command, option, "") == f"{shown} '': the name of a {kind} is needed"


FILES = [x for x in OPTIONS if x[1].dest in {*NAMED, *READ} - {"keep", "leave", "readme"}]


@pytest.mark.parametrize(("command", "option"), FILES, ids=_name)
def test_a_folder_is_no_file(command: str, option: argparse.Action, tmp_path: Path) -> None:
    """Mended: told where it was written, when the work was done."""
    shown = SHOWN.get(option.dest, f"--{option.dest}")
    assert _refused(command, option, str(tmp_path)) == f"{shown} {tmp_path}: it is a folder"


@pytest.mark.parametrize("words", [["list", "--json", ""], ["--project", "", "list"]])
def test_it_is_one_line_and_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 2
    said = capsys.readouterr()
    assert "'': the name of a f" in said.err
    assert (said.err.count("\n"), said.out) == (1, "")


@pytest.mark.parametrize(
    "words",
    [
        ["verify.py", ""], ["verify.py", "some.json", "--project", ""],
        ["verify.py", "some.json", "--project", "verify.py"], ["-m", "benchmarks", "--keep", ""],
        ["-m", "benchmarks", "--out", ""], ["-m", "benchmarks.reuse", "--keep", ""],
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_is_no_command_of_audit_refuses_it_too(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "''" in done.stderr or "'verify.py': no folder" in done.stderr
    assert "Traceback" not in done.stderr
