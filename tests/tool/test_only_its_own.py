"""What a command writes replaces what it wrote itself, and takes nothing else away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from theorem_audit.cli import main
from theorem_audit.errors import BadUsage
from theorem_audit.report.drawing import save
from theorem_audit.report.site import write_site
from theorem_audit.report.typeset import NoTeX, write
from theorem_audit.tests.thorough import in_ci_but

SIMULATE = ("simulate", "--n", "4", "--b", "1", "--step-size", "0.1", "--steps", "5", "--runs", "2")
SWEEP = ("sweep", *SIMULATE[1:], "--workers", "1")


def _files(folder: Path) -> set[str]:
    return {str(x.relative_to(folder)) for x in folder.rglob("*") if x.is_file()}


def test_pages_and_badges_of_claims_that_are_gone_are_taken_away(
    run: dict[str, Any], tmp_path: Path
) -> None:
    """Mended: they stayed, and spoke for what nobody claims any more."""
    first, second, site = run["claims"][0], run["claims"][1], tmp_path / "site"
    write_site({**run, "claims": [first, second]}, site)
    mine = {
        "claims/mine.html": "<title>mine</title>",
        "badges/mine.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="20" role="img" id="x">',
        "badges/cut.svg": "",
        "claims/notes.txt": '<meta name="generator" content="theorem-audit">',
        "mine/index.html": '<meta name="generator" content="theorem-audit">',
    }
    for name, text in mine.items():
        (site / name).parent.mkdir(exist_ok=True)
        (site / name).write_text(text)
    (site / "claims" / "folder.html").mkdir()
    before = _files(site)
    write_site({**run, "claims": [second]}, site)
    after = _files(site)
    gone = {f"claims/{first['id']}.html", f"badges/{first['id']}.svg"}
    assert gone <= before
    assert gone & after == set()
    assert {
        x for x in before - after if "/" in x and not x.startswith(("sources/", "shelves/"))
    } == gone
    assert {name: (site / name).read_text() for name in mine} == mine
    write_site({**run, "claims": [second]}, tmp_path / "new")
    assert after - {*mine} == _files(tmp_path / "new"), "as in a folder that is new"


@pytest.mark.parametrize("name", ["ledger.html", "claims/{}.html", "badges/{}.svg"])
def test_a_page_that_no_report_wrote_is_not_written_over(
    name: str, run: dict[str, Any], tmp_path: Path
) -> None:
    claim = run["claims"][0]
    own = tmp_path / name.format(claim["id"])
    own.parent.mkdir(exist_ok=True)
    own.write_text("<svg>mine</svg>")
    with pytest.raises(BadUsage, match=r"is of no report; name another folder, or move it"):
        write_site({**run, "claims": [claim]}, tmp_path)
    assert _files(tmp_path) == {name.format(claim["id"])}, "nothing is written"
    assert own.read_text() == "<svg>mine</svg>"


def test_a_pdf_of_ones_own_is_not_replaced_by_the_book(
    run: dict[str, Any], run_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Mended: any PDF was taken for a book.  TeX is played: what it makes is known by what is put behind it."""
    own = tmp_path / "thesis.pdf"
    own.write_bytes(b"%PDF-1.5 mine")
    words = ["report", "--from", str(run_file), "--book"]
    assert main([*words, str(own)]) == 2
    assert "thesis.pdf is there, and no .tex or .pdf file that --book wrote" in " ".join(
        capsys.readouterr().err.split()
    )
    assert own.read_bytes() == b"%PDF-1.5 mine"
    assert _files(tmp_path) == {"thesis.pdf"}

    def sets(command: list[str], cwd: str, **_: Any) -> Any:
        (Path(cwd) / "book.pdf").write_bytes(b"%PDF-1.5\n%%EOF\n")
        return type("Done", (), {"returncode": 0})

    monkeypatch.setattr("theorem_audit.report.typeset.shutil.which", lambda name: name)
    monkeypatch.setattr("theorem_audit.report.typeset.subprocess.run", sets)
    book = tmp_path / "book.pdf"
    for _ in range(2):
        assert main([*words, str(book)]) == 0
    assert book.read_bytes().startswith(b"%PDF-1.5\n%%EOF\n% ")
    monkeypatch.setattr("theorem_audit.report.typeset.shutil.which", lambda _: None)
    with pytest.raises(NoTeX):
        write(run, book)
    assert book.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("ending", in_ci_but(["png", "pdf", "svg", "eps", "ps", "jpg"], "svg"))
def test_a_picture_of_ones_own_is_not_replaced_by_a_plot(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mended: any file with a picture's ending was replaced.  A format that cannot say who drew it stays."""
    own, drawn = tmp_path / f"own.{ending}", tmp_path / f"new/drawn.{ending}"
    figure = Figure(figsize=(1, 1))
    figure.add_subplot().plot([0, 1])
    figure.savefig(own)
    save(figure, drawn)
    before = own.read_bytes()
    assert main([*SIMULATE, "--plot", str(own)]) == 2
    assert "no picture that --plot wrote; it would be lost" in " ".join(
        capsys.readouterr().err.split()
    )
    assert own.read_bytes() == before
    said = drawn.read_bytes()
    assert main([*SIMULATE, "--plot", str(drawn)]) == (2 if ending == "jpg" else 0)
    assert (drawn.read_bytes() == said) is (ending == "jpg")


def test_a_table_of_ones_own_is_not_replaced_by_a_sweeps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "measured.csv"
    own.write_text("seed,loss\n1,2\n")
    store = str(tmp_path / "x.db")
    assert main([*SWEEP, "--store", store, "--csv", str(own)]) == 2
    assert "no table of a sweep; it would be lost" in " ".join(capsys.readouterr().err.split())
    assert own.read_text() == "seed,loss\n1,2\n"
    for _ in range(2):
        assert main([*SWEEP, "--store", store, "--csv", str(tmp_path / "new.csv")]) == 0
