"""``audit simulate``, ``audit sweep`` and shell completion, as a user calls them."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
from pathlib import Path
from shlex import split

import pytest

from theorem_audit.cli import main


def test_simulate_prints_json_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plot = tmp_path / "new" / "out.png"
    words = split("simulate --n 5 --d 8 --b 2 --step-size 0.5 --steps 3000 --runs 20")
    assert main([*words, "--json", "-", "--plot", str(plot)]) == 0
    first, told = capsys.readouterr()
    assert f"written: {plot}\n" in told
    data = json.loads(first)
    low, middle, high = (rows[-1] for rows in data["quantiles_10_50_90"]["max_share"])
    assert 0.99 < low <= middle <= high <= 1
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert main([*words, "--json", "-"]) == 0
    assert capsys.readouterr().out == first
    assert main([*words, "--json", "-", "--seed", "1"]) == 0
    assert json.loads(capsys.readouterr().out)["quantiles_10_50_90"] != data["quantiles_10_50_90"]
    assert main(words) == 0
    assert "median [10 %, 90 %] of 20 runs" in capsys.readouterr().out


@pytest.mark.filterwarnings(
    "ignore:overflow", "ignore:invalid value"
)  # NumPy, of runs on their way out
def test_a_row_says_of_how_many_runs_it_speaks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Runs that diverge fall out of medians: the last one's numbers stood there as those "of 100 runs"."""
    words = split("simulate --n 4 --b 1 --a 1.2 --radius 1.5 --steps 200 --runs 100")
    assert main([*words, "--json", "-"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert main(words) == 0
    table = capsys.readouterr().out
    assert "of the runs that are finite, of 100" in table
    left = data["finite_runs"]
    assert left[0] == 100
    assert left == sorted(left, reverse=True)
    assert left[-1] == 100 - data["diverged"]
    shown = {row.split()[0]: row.split()[1] for row in table.splitlines()[2:13]}
    at = data["recorded_steps"]
    assert shown == {step: str(left[at.index(int(step))]) for step in shown}
    for name, rows in data["quantiles_10_50_90"].items():
        for few, *three in zip(left, *rows, strict=True):
            assert (None in three) == (few == 0), name
            assert few != 1 or len({*three}) == 1


def test_a_dead_start_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """One data point, ReLU: half of all starts are dead; 200 runs without one have chance 2^-200."""
    words = "simulate --n 1 --b 1 --step-size 0.1 --activation relu --runs 200 --steps 10"
    assert main(words.split()) == 0
    assert "dead: " in capsys.readouterr().out


def test_sweep_resumes_from_its_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store, table = tmp_path / "cells.db", tmp_path / "cells.csv"
    words = split("sweep --n 4 --b 1 4 --step-size 0.2 --steps 500 --runs 5 --seeds 2 --workers 1")
    words += ["--store", str(store)]
    assert main([*words, "--json", "-"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(r["batch_size"], r["seed"]) for r in rows] == [(1, 0), (1, 1), (4, 0), (4, 1)]
    assert main([*words, "--json", "-", "--csv", str(table)]) == 0
    again, told = capsys.readouterr()
    assert json.loads(again) == rows
    assert f"written: {table}\n" in told
    assert len(table.read_text().splitlines()) == 1 + 4 * 5, "a row for each run"
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert "participation_ratio" in shown
    assert f"kept in {store}: the same call reads them there\n" in shown


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--b", "9"), "batch_size=9: must be an integer from 1 to 4"),
        (("--b", "0"), "batch_size=0: must be"),
        (("--b", "1", "--step-size", "-1"), "step_size=-1.0"),
        (("--b", "1", "--step-size", "nan"), "step_size=nan"),
        (("--b", "1", "--activation", "tanh"), "activation='tanh'"),
        (("--b", "1", "--d", "3"), "--d 3: at least n = 4"),
        (("--b", "1", "--radius", "0"), "--radius 0.0: a finite number > 0"),
        (("--b", "1", "--steps", "0"), "--steps 0: at least 1"),
        # Mended: accepted, and it ran for ever.
        (
            ("--b", "1", "--steps", "9" * 20),
            f"steps={'9' * 20}: must be an integer from 0 to 1000000000000000",
        ),
    ],
)
def test_bad_settings_are_named(
    words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    start = ["simulate", "--n", "4"]
    start += [] if "--step-size" in words else ["--step-size", "0.1"]
    assert main([*start, *words]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_knows_the_commands(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--print-completion", shell])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert all(word in text for word in ("mutants", "simulate", "--step-size"))


def test_bash_completes_claim_ids(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed, in a shell whose ``audit`` knows two claims."""
    if (bash := shutil.which("bash")) is None:
        pytest.skip("bash is absent: its completion is not tried")
    with pytest.raises(SystemExit):
        main(["--print-completion", "bash"])
    script = tmp_path / "completion.sh"
    script.write_text(capsys.readouterr().out)
    tool = tmp_path / "audit"
    tool.write_text('#!/bin/sh\n[ "$*" = "list --names" ] && printf "BAND\\nBRIDGE\\nTRACE\\n"\n')
    tool.chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    asked = {"show BA": "BAND", "run BR": "BRIDGE", "impact T": "TRACE", "show X": ""}
    for words, wanted in asked.items():
        ask = (
            f"COMP_WORDS=(audit {words}); COMP_CWORD=2; _shtab_audit audit; echo ${{COMPREPLY[*]}}"
        )
        said = subprocess.check_output([bash, "-c", f"source {script}; {ask}"], text=True, env=env)
        assert said.strip() == wanted, words


def test_names_are_ids_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--names", "GRAD", "hess"]) == 0
    assert capsys.readouterr().out == "GRAD\nHESS\n"


def test_a_is_an_axis_and_the_table_has_a_row_for_each_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "runs.csv"
    words = split("sweep --n 4 --b 1 2 --a 0.1 0.2 --steps 50 --runs 3 --workers 1 --json -")
    assert main([*words, "--store", str(tmp_path / "x.db"), "--csv", str(table)]) == 0
    rows = json.loads(capsys.readouterr().out)
    made = [(r["batch_size"], r["step_size"]) for r in rows]
    assert made == [(1, 0.1), (1, 0.2), (2, 0.2), (2, 0.4)]
    with table.open(newline="") as file:
        runs = list(csv.DictReader(file))
    assert len(runs) == 4 * 3
    assert [x["row"] for x in runs[:3]] == ["0", "1", "2"]
    for run in runs:
        assert 0 < float(run["max_share"]) <= 1
    with pytest.raises(SystemExit):
        main(["sweep", "--n", "4", "--b", "1", "--store", "x"])
    assert "--step-size --a" in capsys.readouterr().err


def test_a_sweep_records_what_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = split("sweep --n 4 --b 1 --a 0.1 --steps 9 --runs 2 --workers 1 --json -")
    words += ["--store", str(tmp_path / "x.db"), "--observe", "winner"]
    assert main([*words, "sim.observe:r2"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["winner"] in (0, 0.5, 1, 1.5, 2, 2.5, 3)
    assert 0 < row["r2"] < 4
    assert main([*words, "sim.observe:nothing"]) == 2
    assert "--observe sim.observe:nothing: " in capsys.readouterr().err


def test_one_run_takes_a_too(capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for step in (("--a", "0.25"), ("--step-size", "0.5")):
        assert main([*split("simulate --n 4 --b 2 --steps 20 --json -"), *step]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
