"""The report: what it says is what the run says, nothing in it is markup by accident."""

from __future__ import annotations

import copy
import functools
import html
import html.parser
import json
import math
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from figures.findings import FINDINGS
from tests.tool import ROOT
from tests.tool.ledgers import IDS
from tests.tool.report_text import plain
from theorem_audit.cli import main
from theorem_audit.doubt.mutants import Tried, summary
from theorem_audit.errors import rounded_down, rounded_up
from theorem_audit.report.drawing import drawn, pictures
from theorem_audit.report.latex import appendix, mathematics
from theorem_audit.report.load import UnreadableRun, load_run, with_variants
from theorem_audit.report.mathematics import mathml, note_html
from theorem_audit.report.readme import BLOCK, SHOWN, refreshed, verdict_block
from theorem_audit.report.site import write_site
from theorem_audit.tests.thorough import IN_CI
from theorem_audit.weigh.whole import below
from theory import claims

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


class _Reader(html.parser.HTMLParser):
    """Collects tags and attributes, so that a page can be asked what it really contains."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@functools.cache
def _read(path: Path) -> _Reader:
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


def test_every_claim_has_a_page_and_every_link_leads_somewhere(
    run: dict[str, Any], site: Path
) -> None:
    pages = sorted(site.rglob("*.html"))
    assert site / "index.html" in pages
    found = {p.stem for p in (site / "claims").iterdir()}
    assert found == {c["id"] for c in run["claims"]} >= set(IDS)
    for page in pages:
        for tag, attributes in _read(page).tags:
            target = attributes.get("href")
            if tag != "a" or target is None or target.startswith("data:"):
                continue
            file, _, mark = target.partition("#")
            there = page.parent / file if file else page
            assert there.exists(), f"{page.name}: {target}"
            if mark:
                ids = {x.get("id") for _, x in _read(there).tags}
                assert mark in ids, f"{page.name}: {target}"


def test_pages_ask_for_nothing(site: Path) -> None:
    """No address but links to the report's own pages, and a policy that forbids the rest."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "default-src 'none'" in text
        for _, attributes in _read(page).tags:
            for name in ("src", "href", "action", "poster"):
                value = attributes.get(name) or ""
                assert not re.match(r"(?i)\s*(https?:|//|javascript:)", value), (page.name, value)


def test_hostile_text_stays_text(run: dict[str, Any], site: Path, tmp_path: Path) -> None:
    bad = copy.deepcopy(run)
    claim = bad["claims"][0]
    for name in ("title", "remark", "statement"):
        claim[name] = HOSTILE
    claim["reasons"] = [HOSTILE]
    claim["source"]["reference"] = HOSTILE
    claim["evidence"][0] |= {"detail": HOSTILE, "notes": [HOSTILE], "case": HOSTILE}
    claim["assumptions"] = [
        {"name": HOSTILE, "condition": HOSTILE, "text": HOSTILE, "needed": None, "witness": HOSTILE}
    ]
    clean = _tags(site / "index.html", claim["id"])
    hostile = _tags(write_site(bad, tmp_path, drawn(ROOT / "pictures")), claim["id"])
    assert hostile["script"] == clean["script"]
    assert hostile.get("img", 0) == clean.get("img", 0)
    assert "onerror" not in hostile
    assert "<script" not in str(note_html(f"# x\n\n{HOSTILE}\n\n[x](javascript:alert(1))"))
    for refused in (
        "[x](javascript:alert(1))", "[x](//host/path)", "[x](<//host/a b>)", "![x](//host/a.png)",
        "[x][y]\n\n[y]: //host/path", "[x](&#47;/host/path)", "[x](\\//host)", "[x](///host)",
    ):  # fmt: skip
        assert not re.search("href|src", str(note_html(refused))), refused
    for kept in ("[x](https://host//path)", "[x](a//b.html)", "[x](/path)"):
        assert "href" in str(note_html(kept)), kept
    assert "<script" not in str(mathml(HOSTILE))
    assert "<script" not in str(note_html(f"$${HOSTILE}$$"))


def _tags(index: Path, claim_id: str) -> dict[str, int]:
    found: dict[str, int] = {"script": 0}
    for page in (index, index.parent / "claims" / f"{claim_id}.html"):
        for tag, attributes in _read(page).tags:
            found[tag] = found.get(tag, 0) + 1
            if "onerror" in attributes:
                found["onerror"] = 1
    return found


def test_the_page_shows_what_the_run_says(run: dict[str, Any], site: Path) -> None:
    for claim in run["claims"]:
        text = (site / "claims" / f"{claim['id']}.html").read_text(encoding="utf-8")
        assert f'<h1>{claim["id"]} <span class="badge v-{claim["verdict"]}">' in text
        assert "<math" in text
        said = plain(text)
        for symbol, meaning in claim["symbols"].items():
            assert html.escape(symbol) in text.replace("&#39;", "&#x27;")
            assert plain(html.escape(meaning)) in said, meaning
        for item in claim["evidence"]:
            assert item["test"].split("::")[-1] in text


def test_wrong_variants_are_shown_as_the_ledger_tells_them(
    run: dict[str, Any], tmp_path: Path
) -> None:
    """From ``mutants.summary`` itself, so that the page reads the keys that the run writes."""
    told = copy.deepcopy(run)
    tried = [
        Tried("X", "sign: x -> -x", "sign", "Eq(x, -y)", "refuted", by="a.py::test_it", detail=HOSTILE),
        Tried("X", "dropped term", "dropped term", "Eq(x, 0)", "survived", explained="says why"),
    ]  # fmt: skip
    told["claims"][0]["variants"] = summary(tried)
    write_site(told, tmp_path)
    text = (tmp_path / "claims" / f"{told['claims'][0]['id']}.html").read_text(encoding="utf-8")
    assert "1 of 2 rejected" in text
    for words in ("sign: x -&gt; -x", "Eq(x, -y)", "<code>test_it</code>", "survived", "says why"):
        assert words in text, words


def test_variants_from_their_own_file(
    run: dict[str, Any], run_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Joined by id where the statement is the same; anything else is refused or left out."""
    first, second = run["claims"][:2]
    found = summary([Tried(first["id"], "sign", "sign", "Eq(x, -y)", "refuted")])
    rows = [
        {"id": first["id"], "statement": first["statement"], **found},
        {"id": second["id"], "statement": "another", **found},
    ]
    path = tmp_path / "variants.json"
    path.write_text(json.dumps({"schema": 1, "seed": 0, "complete": True, "claims": rows}))
    merged = {c["id"]: c["variants"] for c in with_variants(run, path)["claims"]}
    assert merged[first["id"]]["tried"] == 1
    assert merged[second["id"]] == second["variants"]
    words = ["report", "--from", str(run_file), "--out", str(tmp_path / "out")]
    assert main([*words, "--variants", str(path)]) == 0
    for text in ("[]", "{", '{"claims": [{"id": "GRAD"}]}'):
        path.write_text(text)
        with pytest.raises(UnreadableRun, match=r"variants\.json"):
            with_variants(run, path)
        assert main([*words, "--variants", str(path)]) == 2
    capsys.readouterr()


def test_below_follows_edges_to_the_bottom() -> None:
    uses = {"A": ["B"], "B": ["C"], "C": [], "D": ["A"]}
    assert below("A", uses) == {"A", "B", "C"}
    assert below("D", uses) == set(uses)


def _with(**more: Any) -> Callable[[str], str]:
    return lambda text: json.dumps({**json.loads(text), **more})


UNREADABLE: dict[str, tuple[Callable[[str], str], str]] = {  # made of a ledger's text; what is said
    "truncated": (lambda text: text[: len(text) // 2], "not whole JSON"),
    "empty": (lambda text: "", "not whole JSON"),
    "foreign": (lambda text: '{"hello": 1}', "not a ledger of an audit"),
    "a list": (lambda text: "[]", "not a ledger of an audit"),
    "newer": (_with(schema=99), "schema 99; this version reads schema 1"),
    "a claim without verdict": (_with(claims=[{"id": "X"}]), "not a valid ledger at claims/0"),
    "nan": (_with(family_error=math.nan), "NaN is no finite number"),
    "beyond floats": (
        lambda text: _with(family_error=0.25)(text).replace("0.25", "1e999"), "1e999 is no finite number"),
    "a claim twice": (
        lambda text: _with(claims=2 * json.loads(text)["claims"])(text), "it speaks of"),
}  # fmt: skip


@pytest.mark.parametrize("what", UNREADABLE)
def test_files_that_are_no_ledger(
    what: str, run_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, message = UNREADABLE[what]
    text = change(run_file.read_text())
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(UnreadableRun, match=re.escape(message)):
        load_run(path)
    assert main(["report", "--from", str(path), "--out", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()
    with pytest.raises(UnreadableRun, match="no such file"):
        load_run(tmp_path / "absent.json")
    capsys.readouterr()


def test_a_ledger_whose_verdict_does_not_follow_is_refused(
    run: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mended: one word edited, and report and receipt said proved of what its outcomes refute."""
    path = tmp_path / "x.json"

    def say(**more: str) -> bool:
        """Whether it is refused with NORM saying so."""
        claims = [{**c, **more} if c["id"] == "NORM" else c for c in edited["claims"]]
        path.write_text(json.dumps({**edited, "claims": claims}))
        try:
            load_run(path)
        except UnreadableRun as error:
            assert "it says that NORM is" in str(error)
            return True
        return False

    edited: dict[str, Any] = copy.deepcopy(run)
    stated = next(c for c in edited["claims"] if c["id"] == "NORM")
    assert not say()
    assert say(verdict="kernel")
    assert say(own="kernel")
    assert say(verdict="proved_given")
    assert say(verdict="open", own="open")
    assert not say(verdict="stale"), "that denies no outcome"
    stated["accepted"] = ["a wrong variant"]
    assert say()
    assert not say(verdict="supported")
    stated["accepted"] = []
    stated["evidence"][0]["outcome"] = "refuted"
    assert say()
    out = tmp_path / "out"
    for words in (["report", "--out", str(out)], ["receipt", "NORM", "--json", str(out)]):
        assert main([*words, "--from", str(path)]) == 2
        assert len(capsys.readouterr().err.split("its outcomes come to refuted")) == 2
        assert not out.exists()


EDITS: dict[str, tuple[Any, str]] = {
    "the sum of the errors": (
        lambda d: d.update(family_error=0.25),
        "the errors are 0.25 together",
    ),
    "an error": (
        lambda d: d["claims"][0]["evidence"][0].update(error=0.5),
        "together, and they are 0.5",
    ),
    "a pass that checked nothing": (
        lambda d: d["claims"][0]["evidence"][0].update(outcome="passed", kind="symbolic", checks=0),
        "passed and checked nothing",
    ),
    "what it rests on": (lambda d: d["claims"][0].update(uses=[d["claims"][0]["id"]]), "rests on"),
    "its steps": (lambda d: d["claims"][0].update(steps=[]), "claims/0/steps"),
    "its chapter": (lambda d: d["claims"][0].update(chapter="con.x\n"), "claims/0/chapter"),
}


@pytest.mark.parametrize("what", EDITS)
def test_a_ledger_that_contradicts_itself_is_refused(
    what: str, run: dict[str, Any], tmp_path: Path
) -> None:
    """Mended: each was shown, but the steps, which ended in a traceback."""
    edited = copy.deepcopy(run)
    edit, why = EDITS[what]
    edit(edited)
    (tmp_path / "x.json").write_text(json.dumps(edited))
    with pytest.raises(UnreadableRun, match=why):
        load_run(tmp_path / "x.json")


def test_findings_name_claims_that_exist() -> None:
    for finding in FINDINGS:
        assert finding.claims, finding.headline
        assert set(finding.claims) <= set(claims), finding.headline
        assert not finding.picture or finding.picture in pictures(), finding.headline


@IN_CI
def test_every_statement_becomes_mathml() -> None:
    for claim in claims.values():
        assert str(mathml(claim.statement)).startswith("<math"), claim.id
        assert mathematics(claim.statement) == claim.statement, claim.id


def test_latex_is_balanced_and_holds_every_claim(run: dict[str, Any]) -> None:
    text = appendix(run)
    stack: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if kind == "begin":
            stack.append(name)
        else:
            assert stack.pop() == name
    assert stack == []
    assert text.isascii()
    for claim in run["claims"]:
        assert claim["statement"] in text
    hostile = copy.deepcopy(run)
    hostile["claims"][0]["title"] = r"\input{/etc/passwd} 100% $x_1$ é"
    assert r"\textbackslash{}input\{/etc/passwd\} 100\% \$x\_1\$ [U+00E9]" in appendix(hostile)


@pytest.mark.skipif(
    not (shutil.which("tectonic") or shutil.which("pdflatex")),
    reason="no TeX here (tectonic or pdflatex): the structure is tested, compiling is not",
)
def test_latex_compiles(run: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "claims.tex").write_text(appendix(run))
    words = ["tectonic"] if shutil.which("tectonic") else ["pdflatex", "-halt-on-error"]
    done = subprocess.run([*words, "claims.tex"], cwd=tmp_path, capture_output=True, text=True,
                          timeout=120, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "claims.pdf").stat().st_size > 1000


def test_the_readme_table_names_every_claim_of_a_paper_once() -> None:
    """``audit report --readme README.md`` renews it after a run."""
    (block,) = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    rows = re.findall(r"^\| \[([A-Z0-9-]+)\]\((\S+?)#", block, flags=re.M)
    assert [claim_id for claim_id, _ in rows] == [
        c.id for c in claims.values() if c.source.kind in SHOWN
    ]
    for _, note in rows:
        assert (ROOT / note).exists(), note
    assert f"{len(claims)} claims:" in block


def test_the_readme_table_is_what_the_run_says(run: dict[str, Any]) -> None:
    text = refreshed("x\n<!-- verdicts -->\nold\n<!-- /verdicts -->\ny", run)
    assert "old" not in text
    assert text.startswith("x\n")
    assert text.endswith("\ny")
    for claim in run["claims"]:
        assert (f"[{claim['id']}]" in text) == (claim["source"]["kind"] in SHOWN)
    with pytest.raises(ValueError, match="no block"):
        refreshed("nothing here", run)


def test_the_readme_table_says_what_a_verdict_leaves_to_the_reader(run: dict[str, Any]) -> None:
    """Mended: only `audit show` told it."""
    assert "left to the reader" not in verdict_block(run)
    run = copy.deepcopy(run)
    claim = run["claims"][0]
    claim["source"]["kind"], claim["verdict"] = "paper", "steps"
    asked = {"reader": ["LEMMA: x >= 0", "LEMMA: y >= 0"]}
    claim["evidence"] = [
        {"kind": kind, "outcome": outcome, **asked}
        for kind, outcome in (("symbolic", "passed"), ("ball", "passed"))
    ]
    (row,) = (x for x in verdict_block(run).splitlines() if x.startswith(f"| [{claim['id']}]"))
    assert row.endswith("steps (2 left to the reader) |")
    assert "conditions of lemmas that no machine compares" in verdict_block(run)
    for evidence in claim["evidence"]:
        evidence["kind"] = "property"  # what supports leaves nothing
    assert "left to the reader" not in verdict_block(run)
    claim["evidence"][0]["kind"] = "symbolic"
    claim["verdict"] = "kernel"  # whose statement is decided by Coq alone
    assert "left to the reader" not in verdict_block(run)


@pytest.mark.parametrize("number", [1.19e-5, 1.05e-5, 9.91e-5, 1e-9, 0.123, 3.0])
def test_a_bound_is_never_printed_below_itself(number: float) -> None:
    shown = float(rounded_up(number))
    assert number <= shown <= 1.11 * number
    assert rounded_up(0.0) == "0"


@pytest.mark.parametrize("power", [0.99996, 0.95, 0.123456, 1.0, 0.0])
def test_a_power_is_never_printed_above_itself(power: float) -> None:
    assert power - 1.1e-4 < float(rounded_down(power)) <= power
