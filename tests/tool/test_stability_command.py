"""``audit stability`` and ``audit design``."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from figures import stability
from sim.problems.gram_design import Window
from sim.problems.printed import at_least, at_most
from theorem_audit.cli import main


@pytest.fixture
def jacobian(tmp_path: Path) -> Path:
    np.save(tmp_path / "J.npy", np.random.default_rng(0).normal(size=(6, 9)))
    return tmp_path / "J.npy"


def test_stability_prints_writes_and_draws(jacobian: Path, capsys: Any) -> None:
    picture = jacobian.with_suffix(".png")
    words = ["stability", str(jacobian), "--batch-size", "1", "2", "--runs", "16", "--epochs", "60"]
    assert main([*words, "--plot", str(picture)]) == 0
    out = capsys.readouterr()
    assert "mean square below" in out.out
    assert f"written: {picture}\n" in out.out
    assert "fit in memory" in out.err  # said before work starts
    assert "batch size 2" in out.err  # progress
    assert picture.stat().st_size > 5000
    assert main([*words, "--json", "-"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [row["batch_size"] for row in data["rows"]] == [1, 2]
    low, high = data["rows"][0]["mean_square"]
    assert low < high < low * (1 + 1e-7)
    assert data["rows"][0]["almost_sure"][0] >= low


@pytest.mark.parametrize("ends", [(0.13, 0.38), (2e-3, 5e-2), (1e-4, 3.0)])
def test_step_sizes_can_be_read_off_the_picture(ends: tuple[float, float]) -> None:
    """From one threshold to the other there are numbers on the axis; there were none."""
    rows = [
        {"batch_size": 4**k, "mean_square": [x, x], "almost_sure": None} for k, x in enumerate(ends)
    ]
    figure = stability.drawn(rows)
    figure.canvas.draw()
    axis = figure.axes[0]
    low, high = axis.get_ylim()
    seen = [
        t for t in axis.yaxis.get_major_ticks()
        if low <= t.get_loc() <= high and t.label1.get_text()
    ]  # fmt: skip
    assert len(seen) >= 3


def test_all_batch_sizes_by_default_and_no_runs(jacobian: Path, capsys: Any) -> None:
    assert main(["stability", str(jacobian), "--no-runs", "--json", "-"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [row["batch_size"] for row in data["rows"]] == [1, 2, 4, 6]
    assert all(row["almost_sure"] is None for row in data["rows"])


def test_design_says_which_step_sizes(tmp_path: Path, capsys: Any) -> None:
    flat = np.array([[1.0], [1.2]])
    np.save(tmp_path / "A.npy", flat)
    np.save(tmp_path / "B.npy", 2 * flat)
    words = ["--runs", "16", "--epochs", "100"]
    assert main(["design", str(tmp_path / "A.npy"), str(tmp_path / "B.npy"), *words]) == 0
    assert "keeps A, leaves B" in capsys.readouterr().out
    assert (
        main(["design", str(tmp_path / "B.npy"), str(tmp_path / "A.npy"), *words, "--json", "-"])
        == 0
    )
    rows = json.loads(capsys.readouterr().out)
    assert [row["tame"] for row in rows] == [None, None]


def test_design_without_an_upper_end_is_json(tmp_path: Path, capsys: Any) -> None:
    """K = 0 is kept by every step size: null, as JSON has no infinity."""
    np.save(tmp_path / "A.npy", np.zeros((2, 1)))
    np.save(tmp_path / "B.npy", np.array([[1.0], [1.2]]))
    files = [str(tmp_path / "A.npy"), str(tmp_path / "B.npy")]
    assert (
        main(["design", *files, "--b", "2", "--json", "-", "--runs", "16", "--epochs", "60"]) == 0
    )

    def refuse(word: str) -> None:
        raise AssertionError(word)

    (row,) = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert row["tame"][1] is None
    assert row["keeps_below"] is None


def test_printed_ends_are_on_the_safe_side() -> None:
    for value in (0.123456789, 1.9999999999, 123.456, 1e-7, 0.3):
        for digits in (4, 9):
            assert float(at_most(value, digits)) <= value <= float(at_least(value, digits))
    assert stability._interval(0.1234567, 0.1234561) == "0.12345 to 0.12346"
    window = Window(
        2, (0.1234567, 0.7654321), (0.1234567, 0.9), 0.7654321, 0.9, 0.1234567, 0.99, False, ()
    )
    assert "0.12346 < C < 0.76543 keeps A" in str(window)
    assert (at_most(math.inf), at_least(2.0)) == ("inf", "2")


def test_bad_usage(jacobian: Path, tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    (tmp_path / "text.npy").write_text("no array")
    np.save(tmp_path / "line.npy", np.ones(3))
    np.save(tmp_path / "nan.npy", np.full((2, 2), np.nan))
    np.save(tmp_path / "skew.npy", np.array([[1.0, 2.0], [0.0, 1.0]]))
    for name, message in (
        ("text.npy", "text.npy: no array of numbers as numpy.save writes it"),
        ("none.npy", "none.npy: cannot be read: No such file"), ("line.npy", "shape"),
        ("nan.npy", "finite"), ("skew.npy", "symmetric"),
    ):  # fmt: skip
        assert main(["stability", str(tmp_path / name)]) == 2
        assert message in " ".join(capsys.readouterr().err.split())
    assert main(["stability", str(tmp_path / "skew.npy"), "--jacobian", "--no-runs"]) == 0
    assert main(["stability", str(jacobian), "--batch-size", "7", "--no-runs"]) == 2
    assert "from 1 to 6" in capsys.readouterr().err
    np.savez(tmp_path / "many.npz", a=np.ones(3))
    assert main(["stability", str(tmp_path / "many.npz")]) == 2
    assert "archive" in capsys.readouterr().err
    assert main(["stability", str(jacobian), "--plot", "x.xyz"]) == 2
    told = capsys.readouterr().err
    assert "ending" in told
    assert "batch size" not in told  # before any work
    for wrong, says in (  # mended: told when the thresholds of mean squares had been computed, and lost
        (["--runs", "3"], "runs=3"), (["--epochs", "0"], "epochs=0"),
        (["--epochs", "9" * 20], f"epochs={'9' * 20}: must be"), (["--seed", "-1"], "--seed"),
        (["--plot", str(tmp_path)], "it is a folder"), (["--plot", "out"], "ending must be one of"),
    ):  # fmt: skip
        for command in (["stability", str(jacobian)], ["design", str(jacobian), str(jacobian)]):
            if command[0] == "stability" or wrong[0] != "--plot":
                assert main([*command, *wrong]) == 2
                told = capsys.readouterr().err
                assert says in told
                assert "residuals need" not in told
    assert main(["stability", str(jacobian), "--jacobian", "--outputs", "2", "--no-runs"]) == 2
    assert "outputs=2" in capsys.readouterr().err
    monkeypatch.setattr(stability, "available", lambda: 1000)
    assert main(["stability", str(jacobian)]) == 2
    assert "do not fit; at most 1" in " ".join(capsys.readouterr().err.split())
