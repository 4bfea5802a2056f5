"""The guide to the tool: every command is in it, and each prints what the guide says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from theorem_audit import cli, guide
from theorem_audit.kinds import DECIDING, SUPPORTING
from theorem_audit.weigh.verdict import RANKS


def test_the_guide_names_every_command_verdict_kind_and_exit_code() -> None:
    said = guide.text()
    listed = re.search(r"\{(.*?)\}|COMMAND", cli._parser().format_help())
    assert listed
    known = next(x for x in cli._parser()._actions if x.dest == "command").choices
    typed = {x.split()[1] for x in guide.commands(said) if x.startswith("audit ")}
    assert set(known) - typed == {"watch"}, "what does not end by itself is explained, not typed"
    assert "`audit watch`" in said
    rows = "\n".join(x for x in said.splitlines() if x.startswith("|"))
    for name in (*RANKS, *DECIDING, *SUPPORTING):
        assert re.search(rf"[|,] {name.replace('_', ' ')}\b", rows), name
    codes = re.findall(r"^  (\d+) ", cli.EPILOG, re.M)
    assert codes == re.findall(r"^\| (\d+) \|", said, re.M)


@pytest.mark.thorough
def test_every_command_of_the_guide_prints_what_it_says(tmp_path: Path) -> None:
    """``python -m theorem_audit.guide`` renews it."""
    said = guide.text()
    again = guide.renewed(said, tmp_path)
    assert guide.settled(again) == guide.settled(said)


def test_another_output_is_another_guide(tmp_path: Path) -> None:
    said = "# x\n\n```console\n$ audit --help\nwrong\n```\n"
    again = guide.renewed(said, tmp_path)
    assert "exit codes:" in again
    assert guide.settled(again) != guide.settled(said)
    assert guide.settled("a  b 1.25 s\nrun 3 hours ago; x") == "a b 0.0 s\nrun just now; x"


def test_the_guide_is_a_page_of_the_site(site: Path) -> None:
    page = (site / "guide.html").read_text(encoding="utf-8")
    assert '<pre tabindex="0">$ audit init my-theory' in page
    assert 'href="guide.html"' in (site / "index.html").read_text(encoding="utf-8")
