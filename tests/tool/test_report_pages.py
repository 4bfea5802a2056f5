"""What a reader finds on the report's pages, and that what is long stands on pages of its own."""

from __future__ import annotations

import copy
import html
import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from sympy import IndexedBase, Symbol

from tests.tool import ROOT
from tests.tool.ledgers import IDS
from tests.tool.report_text import plain
from theorem_audit.doubt.mutants import Tried, summary
from theorem_audit.report.badges import badge
from theorem_audit.report.claim_page import OUTCOMES, WIDTH, _signs, broken, region, steps
from theorem_audit.report.drawing import drawn
from theorem_audit.report.listings import listings
from theorem_audit.report.mathematics import mathml, names_upright, note_html, upright
from theorem_audit.report.notes import notes, split
from theorem_audit.report.prose import prose
from theorem_audit.report.site import write_site
from theorem_audit.statement.sentence import latex_of
from theorem_audit.tests.thorough import IN_CI
from theorem_audit.weigh.ledger import Ledger
from theorem_audit.weigh.verdict import RANKS
from theory import claims

FIRST = 400_000  # bytes of the first page, with its picture


def _page(site: Path, name: str) -> str:
    return (site / name).read_text(encoding="utf-8")


def test_the_first_page_has_one_picture_and_no_ledger(site: Path) -> None:
    text = _page(site, "index.html")
    assert len(text) < FIRST
    assert text.count("<img") == 1
    assert "data-text" not in text
    assert _page(site, "ledger.html").count("data-text") == len(IDS)


ASCII = [
    ("||w_0||^2 <= 2", "‖<i>w</i><sub>0</sub>‖<sup>2</sup> ≤ 2"),
    ("lambda_0 > 0", "<i>λ</i><sub>0</sub> &gt; 0"),
    ("w_t -> x_I", "<i>w</i><sub>t</sub> → <i>x</i><sub>I</sub>"),
    ("c_i(0)^2", "<i>c</i><sub>i</sub>(0)<sup>2</sup>"),
    ("a law of a start", "a law of a start"),
    ("sim/problems/selection_law.py", "sim/problems/selection_law.py"),
    (
        "rho_* and t_**(1 - a)**2",
        "<i>ρ</i><sub>*</sub> and <i>t</i><sub>*</sub>·(1 - a)<sup>2</sup>",
    ),
    ("x_1..x_n, 2*a", "<i>x</i><sub>1</sub>..<i>x</i><sub>n</sub>, 2·a"),
    ("r2_0, |E_e_0|", "<i>r</i><sub>2,0</sub>, |<i>E</i><sub>e<sub>0</sub></sub>|"),
    ("sum_{j != i}, max_j", "∑<sub>j ≠ i</sub>, max<sub>j</sub>"),
    ("sigma_i**(-2), 2**g", "<i>σ</i><sub>i</sub><sup>(-2)</sup>, 2<sup>g</sup>"),
    ("by reach_time().", "by <code>reach_time()</code>."),
    ("theory/walks/birth_death.py", "theory/walks/birth_death.py"),
    ("<b>x_1</b>", "&lt;b&gt;<i>x</i><sub>1</sub>&lt;/b&gt;"),
    ("BAND-WIDE, not BAND-WIDEST", '<a href="BAND-WIDE.html">BAND-WIDE</a>, not BAND-WIDEST'),
]


@pytest.mark.parametrize("text, wanted", ASCII)
def test_small_mathematics_in_words(text: str, wanted: str) -> None:
    assert str(prose(["BAND", "BAND-WIDE"])(text)) == wanted


def test_no_word_of_any_claim_is_lost_in_typesetting() -> None:
    """What the page says is the ledger's text again, once its signs are read back."""
    set_ = prose()
    for claim in claims.values():
        for text in (claim.title, claim.remark, claim.source.reference, *claim.symbols.values()):
            assert plain(str(set_(text))) == plain(html.escape(text)), claim.id


def test_a_claim_has_no_link_to_itself_and_a_link_of_a_note_stays() -> None:
    own = prose(["BAND", "STEP"], here="BAND")
    assert str(own("BAND by STEP")) == 'BAND by <a href="STEP.html">STEP</a>'
    note = str(note_html("`STEP`, [STEP](x.md), $STEP$ <i>", own.linked))
    assert note.count('href="STEP.html"') == 1
    assert note.count('href="x.md"') == 1
    assert "&lt;i&gt;" in note


@IN_CI
def test_links_of_notes_lead_to_pages_of_the_report() -> None:
    said = prose(claims)
    note = str(note_html("[a](b.md#band) [c](d.md) [e](f.md#x)", said.linked, said.address))
    assert note.count("<a ") == 1
    assert 'href="BAND.html"' in note
    kept = {path.stem for path in (ROOT / "pictures").glob("*.png")}
    for path in notes():
        for text in split(path.read_text(encoding="utf-8"))[1].values():
            assert "<img" not in str(note_html(text)), path
            for href in re.findall(
                r'href="([^"]*)"', str(note_html(text, said.linked, said.address))
            ):
                page, _, mark = href.partition("#")
                assert page.removesuffix(".html") in claims or (
                    page == "../pictures.html" and mark in kept
                ), (path.name, href)


def test_words_in_formulas_are_names_and_subscripts_are_single() -> None:
    assert upright(r"P_{sparse} + \rho_{ij} \log x") == r"P_{\text{sparse}} + \rho_{ij} \log x"
    assert upright("-aSq_j + w_{perp}") == r"-aSq_j + w_{\perp}".replace("aSq", r"\text{aSq}")
    assert upright(r"-aSq_j + l_{max}", typed=True) == r"-aSq_j + l_{\text{max}}"
    assert latex_of(Symbol("rho(T(C_ms))")) == r"\rho(T(C_{ms}))"
    assert latex_of(Symbol("E|e^+|^2")) == "E|e^{+}|^{2}"
    assert latex_of(Symbol("r2_0")) == "r_{2,0}"
    assert latex_of(Symbol("sin2phi")) == r"\sin 2\phi"
    assert latex_of(Symbol(r"\mu_3(a_B)")) == r"\mu_3(a_B)"
    assert latex_of(Symbol("P_local")) == r"P_{\mathrm{local}}"
    j = Symbol("j", integer=True)
    assert latex_of(IndexedBase("h_jj")[j]) == "h_{jj}"
    assert latex_of(IndexedBase("q2")[j]) == "q_{2,j}"
    for claim in claims.values():
        assert "}}_{" not in claim.statement, claim.id


def test_an_index_belongs_to_all_before_it() -> None:
    """The converter gives the exponent of a bracket four children, which a browser sets side by side."""
    for latex in (r"\tbinom nb^{-T}", r"\binom nb_T"):
        tree = ElementTree.fromstring(str(mathml(latex)))
        (found,) = (x for x in tree.iter() if x.tag[-4:] in ("msup", "msub"))
        assert ["".join(x.itertext()) for x in found] in (["(nb)", "−T"], ["(nb)", "T"])


def test_the_sign_of_a_difference_of_sets_is_one_that_fonts_have() -> None:
    assert "\u2216" in str(mathml(r"A \setminus B"))


def test_a_sentences_alternatives_may_be_broken() -> None:
    either = r"Let $(x = 1\ \text{and}\ y > 0)\ \text{or}\ l_{max} < 2$"
    assert names_upright(either) == r"Let $(x = 1$ and $y > 0)$ or $l_{\text{max}} < 2$"
    whole = r"$\left(x\ \text{or}\ y\right)$"
    assert names_upright(whole) == whole


def test_findings_stand_with_their_pictures(run: dict[str, Any], tmp_path: Path) -> None:
    told = copy.deepcopy(run)
    template = told["claims"][0]
    told["claims"] += [{**template, "id": x} for x in ("TRACE-JUMP", "TRACE")]
    write_site(told, tmp_path, drawn(ROOT / "pictures"))
    page = _page(tmp_path, "findings.html")
    (mark,) = re.findall(r'<article class="finding" id="([^"]+)">', page)
    assert page.count('<img src="data:image/png') == 1
    assert f'href="findings.html#{mark}"' in _page(tmp_path, "index.html")


def test_the_tutorial_is_a_page_with_its_picture(site: Path) -> None:
    page = _page(site, "tutorial.html")
    assert page.count("<h1>") == 1
    assert page.count('<img src="data:image/png;base64,') == 1
    assert "$ audit init heavy-ball" in page
    assert not re.search(r'<a href="[^"]*\.(?:md|py)', page)


@IN_CI
def test_long_lines_of_hypotheses_are_broken_between_them() -> None:
    for claim in claims.values():
        set_ = broken(claim.statement)
        assert set_.replace(r", \\ \quad ", r",\ ") == claim.statement, claim.id
        last = set_.rpartition(r"\text{for } ")[2].removesuffix(r" \end{array}")
        for line in last.split(r", \\ \quad ") if last != set_ else ():
            assert line.count("{") == line.count("}"), claim.id
            if r",\ " in line:
                assert _signs(line) <= WIDTH, claim.id
    assert r", \\ \quad " in broken(claims["Q-MS"].statement)


def test_regions_are_chains() -> None:
    ledger = Ledger(seed=0, quick=True)
    ledger.expect(["SGD-SPARSE"])
    (row,) = ledger.as_dict()["claims"]
    assert region(row) == "1 <= b < n, 0 < a < 1/2, 0 < r2 < 2, 0 < s <= r2"


def test_a_kernel_claim_shows_what_coq_was_asked(run: dict[str, Any], tmp_path: Path) -> None:
    told = copy.deepcopy(run)
    for row in told["claims"]:
        row["verdict"] = "kernel" if row["id"] in ("STEP", "HESS") else "steps"
    changed = next(x for x in told["claims"] if x["id"] == "GRAD")
    changed["verdict"], changed["statement"] = "kernel", "x = 1"
    write_site(told, tmp_path)
    asked = html.unescape(_page(tmp_path, "claims/STEP.html"))
    assert "as Coq's kernel was asked" in asked
    assert "(sgd_step eta X phi w B w') ->" in asked
    for other in ("HESS", "GRAD", "NORM"):  # no phrases; another statement; another rank
        assert "as Coq's kernel was asked" not in html.unescape(
            _page(tmp_path, f"claims/{other}.html")
        )


def test_the_steps_name_the_hypotheses_that_were_read() -> None:
    row = {
        "steps": ["one", "two"],
        "parts": {"one": "x > 0"},
        "assumptions": [
            {"name": "data", "item": "data", "condition": ""},
            {"name": "sizes", "item": "", "condition": "b < n"},
        ],
        "evidence": [
            {"test": "a::f", "steps": ["one"], "read": ["data"], "uses": ["L"], "needs": ""},
            {"test": "a::g", "steps": ["one", "two"], "read": ["region"], "uses": [], "needs": "sizes"},
        ],
    }  # fmt: skip
    first, second = steps(row)
    assert (first["tests"], first["hypotheses"], first["lemmas"]) == (["a::f"], ["data"], ["L"])
    assert first["alone"] == "x > 0"
    assert second["tests"] == second["hypotheses"] == []


def test_every_outcome_of_a_variant_is_explained(run: dict[str, Any], tmp_path: Path) -> None:
    told = copy.deepcopy(run)
    rows = [Tried("X", "v", "sign", "Eq(x, 1)", name) for name in ("equal", "unused", "refuted")]
    told["claims"][0]["variants"] = summary(rows)
    write_site(told, tmp_path)
    text = _page(tmp_path, f"claims/{told['claims'][0]['id']}.html")
    for name in ("equal", "unused", "refuted"):
        assert OUTCOMES[name] in text
    assert OUTCOMES["slack"] not in text, "only what occurs"
    source = (ROOT / "theorem_audit" / "doubt" / "mutants.py").read_text(encoding="utf-8")
    assert set(re.findall(r'outcome="(\w+)"', source)) <= set(OUTCOMES)


def test_only_files_of_the_evidence_are_shown(run: dict[str, Any], tmp_path: Path) -> None:
    found = listings(run)
    assert found.files
    assert all(x.startswith("tests/") for x in found.files)
    bad = copy.deepcopy(run)
    wrong = (
        "/etc/passwd", "../x.py", "tests/../pyproject.toml", "pyproject.toml", "theory/notation.py",
        "tests",
    )  # fmt: skip
    for row, test in zip(bad["claims"][0]["evidence"] * 9, wrong, strict=False):
        row["test"] = f"{test}::f"
        assert f"{test}" not in listings(bad).files, test


def test_pages_lead_to_the_next(site: Path) -> None:
    order = [c for c in claims if c in IDS]
    for before, after in pairwise(order):
        assert f'rel="next" href="{after}.html"' in _page(site, f"claims/{before}.html")
        assert f'rel="prev" href="{before}.html"' in _page(site, f"claims/{after}.html")


def test_a_shelf_holds_its_claims_and_their_notes(site: Path) -> None:
    text = _page(site, "shelves/model.html")
    for claim_id in IDS:
        assert f'<h3 id="{claim_id}">' in text
    assert text.count('class="statement"') == len(IDS)
    assert "shelves/model.html" in _page(site, "book.html")


@pytest.mark.parametrize("verdict", RANKS)
def test_a_badge_says_claim_and_verdict(verdict: str) -> None:
    tree = ElementTree.fromstring(badge("SGD-SPARSE", verdict))
    words = [x.text for x in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert words == ["SGD-SPARSE", verdict.replace("_", " ")]
    ElementTree.fromstring(badge("<&>", verdict))


def test_badges_are_written_for_every_claim(site: Path) -> None:
    assert {x.stem for x in (site / "badges").iterdir()} == set(IDS)


def test_sources_cite_what_a_reader_can_open() -> None:
    cited = [f"{c.source.reference} {c.remark}" for c in claims.values()]
    pages = [x.read_text(encoding="utf-8") for x in (ROOT / "proofs_notes").rglob("*.md")]
    assert not any("theory.md" in text for text in (*cited, *pages))
