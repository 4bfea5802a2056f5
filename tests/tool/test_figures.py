"""Pictures come with their data, and refuse what they do not know."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from tests.tool import ROOT
from theorem_audit.cli import main
from theorem_audit.errors import BadUsage
from theorem_audit.report.drawing import Picture, picture, pictures, write
from theorem_audit.tests.thorough import IN_CI


def test_a_picture_is_written_with_its_data(tmp_path: Path) -> None:
    assert main(["figures", "mass", "--out", str(tmp_path / "new")]) == 0
    assert (tmp_path / "new" / "mass.png").read_bytes().startswith(b"\x89PNG")
    rows = list(csv.DictReader((tmp_path / "new" / "mass.csv").read_text().splitlines()))
    ends = {
        b: max(float(r["median"]) for r in rows if r["panel"] == "limit" and r["batch_size"] == b)
        for b in ("1", "20")
    }
    assert ends["1"] > 0.9 > ends["20"]  # one run each: it tends to 1, or stays dense


@pytest.mark.parametrize("name", ["own.png", "own.csv"])
def test_a_file_of_ones_own_is_not_replaced_by_a_picture(tmp_path: Path, name: str) -> None:
    """Mended: whatever was called NAME.png or NAME.csv was written over."""

    def draw(seed: int) -> tuple[Figure, list[dict[str, int]]]:
        return Figure(), [{"x": seed, "y": 2}]

    item = Picture("own", "", draw)
    (tmp_path / name).write_text("my own\n")
    with pytest.raises(BadUsage, match=f"{name} is there, and `audit figures` did not write it"):
        write(item, tmp_path)
    assert [x.name for x in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "my own\n"
    (tmp_path / name).write_text("")  # an empty one holds nothing
    write(item, tmp_path)
    image, table = write(item, tmp_path, 1)
    assert table.read_text() == "x,y\n1,2\n"
    image.write_bytes(b"\x89PNG of an earlier version, without a mark")
    write(item, tmp_path, 2)  # beside the table that it was drawn with
    table.write_text("x,y,of other columns\n")
    write(item, tmp_path, 3)
    assert table.read_text() == "x,y\n3,2\n"


def test_every_picture_is_kept_for_the_report() -> None:
    kept = {path.stem for path in (ROOT / "pictures").glob("*.png")}
    assert kept == set(pictures()), "run: audit figures --out pictures"


@IN_CI
def test_the_same_seed_draws_the_same_data(tmp_path: Path) -> None:
    first, second = (
        write(pictures()["trace"], tmp_path / name, seed=3)[1].read_text() for name in ("x", "y")
    )
    assert first == second
    other = write(pictures()["trace"], tmp_path / "z", seed=4)[1].read_text()
    assert other != first


def test_bad_names_and_empty_data_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["figures", "nope", "--out", str(tmp_path)]) == 2
    assert "unknown picture nope; known are" in " ".join(capsys.readouterr().err.split())
    with pytest.raises(ValueError, match="no rows"):
        write(Picture("void", "", lambda seed: (Figure(), [])), tmp_path)
    with pytest.raises(ValueError, match="already"):
        picture("mass", "again")(pictures()["mass"].draw)


@IN_CI
def test_conditions_from_the_literature_lie_on_their_side_of_the_threshold(tmp_path: Path) -> None:
    _, table = write(pictures()["stability_gap"], tmp_path, seed=5)
    lines: dict[tuple[str, float], dict[str, float]] = {}
    for row in csv.DictReader(table.read_text().splitlines()):
        point = lines.setdefault((row["panel"], float(row["at"])), {})
        point[row["quantity"]] = float(row["value"])
    assert {panel for panel, _ in lines} == {"star", "samples"}
    for point in lines.values():
        threshold = point.pop("threshold C_ms")
        rounding = 1e-9 * threshold
        below = [x for name, x in point.items() if "sufficient" in name]
        above = [x for name, x in point.items() if "sufficient" not in name]
        assert above
        assert all(x <= threshold + rounding for x in below)
        assert all(x >= threshold - rounding for x in above)
