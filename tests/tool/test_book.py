"""The notes as one document: what is in it, that TeX sets it, and that an absent TeX is said."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.tool.ledgers import IDS
from theorem_audit.cli import main
from theorem_audit.report.book import chapter_notes
from theorem_audit.report.mathematics import tokens_of
from theorem_audit.report.site import write_site
from theorem_audit.report.typeset import _OPEN, NoTeX, book, markdown, words, write
from theorem_audit.tests.thorough import IN_CI

TEX = shutil.which("pdflatex") or shutil.which("tectonic")


@IN_CI
def test_the_book_holds_every_claim_with_its_note_in_order(run: dict[str, Any]) -> None:
    text = book(run)
    assert re.findall(r"\\label\{([A-Z-]+)\}", text) == [c["id"] for c in run["claims"]]
    assert {c["id"] for c in run["claims"]} == set(IDS)
    notes = {k: v for note in chapter_notes().values() for k, v in note.sections.items()}
    for claim_id in IDS:
        assert markdown(notes[claim_id]) in text
        assert f"({run['claims'][0]['verdict']})" in text
    assert text.count(r"\begin{document}") == text.count(r"\end{document}") == 1


def test_markdown_becomes_latex() -> None:
    assert markdown("**a** *b* `c_1` $x_1$ 5 % & é") == (
        "\\textbf{a} \\emph{b} \\texttt{c\\_\\allowbreak{}1} $x_1$ 5 \\% \\& é\n\n"
    )
    table = markdown("| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert "\\begin{tabular}{ll}\na & b\\\\\n\\hline\n1 & 2\\\\\n\\end{tabular}" in table
    assert markdown("> x\n\n- y\n") == (
        "\\begin{quote}\nx\n\n\\end{quote}\n\n\\begin{itemize}\n\\item y\n\n\\end{itemize}\n\n"
    )
    assert words("\\input{x} |w|") == r"\textbackslash{}input\{x\} \textbar{}w\textbar{}"


def test_every_construct_of_the_notes_is_known() -> None:
    known = _OPEN.keys() | {
        "inline", "text", "html_inline", "html_block", "code_inline", "fence", "code_block", "math_inline",
        "math_block", "math_inline_double", "math_block_label", "table_open", "tr_open", "td_open", "th_open",
    }  # fmt: skip
    for note in chapter_notes().values():
        for text in (note.opening, *note.sections.values()):
            for token in tokens_of(text):
                assert {token.type, *(x.type for x in token.children or ())} <= known


@IN_CI
@pytest.mark.skipif(not TEX, reason="no TeX here (pdflatex or tectonic): the book is not set")
def test_tex_sets_the_book_and_a_refusal_is_told(run: dict[str, Any], tmp_path: Path) -> None:
    made = write(run, tmp_path / "book.pdf")
    assert made.read_bytes().startswith(b"%PDF")
    bad = {**run, "claims": [{**run["claims"][0], "statement": r"\nosuchcommand"}]}
    with pytest.raises(NoTeX, match=r"refused .*Undefined control sequence"):
        write(bad, tmp_path / "bad.pdf")
    assert not (tmp_path / "bad.pdf").exists()
    assert (tmp_path / "bad.tex").exists()


def test_an_absent_tex_is_said(
    run_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr("theorem_audit.report.typeset.shutil.which", lambda _: None)
    target = tmp_path / "book.pdf"
    assert main(["report", "--from", str(run_file), "--book", str(target)]) == 2
    assert "no TeX here" in capsys.readouterr().err
    assert target.with_suffix(".tex").exists()
    assert main(["report", "--from", str(run_file), "--book", str(tmp_path / "b.tex")]) == 0


def test_the_site_links_the_book_that_lies_in_it(run: dict[str, Any], tmp_path: Path) -> None:
    write_site(run, tmp_path)
    assert 'href="book.pdf"' not in (tmp_path / "book.html").read_text(encoding="utf-8")
    (tmp_path / "book.pdf").write_bytes(b"%PDF")
    write_site(run, tmp_path)
    assert 'href="book.pdf"' in (tmp_path / "book.html").read_text(encoding="utf-8")
