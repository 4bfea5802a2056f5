"""Works, what is said of them, and prose: what is refused, and how it is set."""

from __future__ import annotations

from typing import Any

import pytest

from theorem_audit.report.literature import worth
from theorem_audit.report.prose import Prose
from theorem_audit.statement.bibliography import Said, Work, bibtex

FIELDS: dict[str, Any] = {
    "key": "a99", "authors": ("B, C.", "D, E."), "title": "Of x_1 & 100%", "where": "Here", "year": 1999,
}  # fmt: skip
WORK = Work(**FIELDS)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "rumour"}, "kind='rumour' of a99"),
        ({"read": "title"}, "read='title' of a99"),
        ({"authors": ()}, "at least one is needed"),
    ],
)
def test_a_work_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Work(**{**FIELDS, **change})


def test_a_sentence_is_short_and_is_claimed_or_says_why_not() -> None:
    with pytest.raises(ValueError, match="at most"):
        Said(WORK, "word " * 60, "long", ("A",), "", "")
    with pytest.raises(ValueError, match="no word says why"):
        Said(WORK, "short", "short", (), "", "")
    said = Said(WORK, "short", "short", ("A", "B", "C"), "", "")
    order = ("proved", "steps", "supported")
    assert worth(said, {"A": "proved", "B": "supported"}, order) == "supported"
    assert worth(said, {"D": "proved"}, order) == ""


def test_bibtex_escapes_and_refuses_two_works_of_one_key() -> None:
    text = bibtex([Work(**{**FIELDS, "key": "b"}), WORK])
    assert text.index("@article{a99,") < text.index("@article{b,")
    assert r"title        = {{Of x\_1 \& 100\%}}" in text
    assert "author       = {B, C. and D, E.}" in text
    assert "url" not in text
    assert WORK.cite() == "B, D, Here, 1999"
    with pytest.raises(ValueError, match="'a99' names two works"):
        bibtex([WORK, WORK])


PROSE = Prose(frozenset({"GRAD", "GRAD-LOW", "STEP"}), "claim-{}.html", here="STEP")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a sum of", "a sum of"),
        ("sum_i x_i^2", "∑<sub>i</sub> <i>x</i><sub>i</sub><sup>2</sup>"),
        ("(1 - x)^2", "(1 - x)<sup>2</sup>"),
        ("x_1**2 <= oo", "<i>x</i><sub>1</sub><sup>2</sup> ≤ ∞"),
        ("<b>eta</b>", "&lt;b&gt;<i>η</i>&lt;/b&gt;"),
        ("by GRAD-LOW, not GRAD-LOWER",
         'by <a href="claim-GRAD-LOW.html">GRAD-LOW</a>, not GRAD-LOWER'),
        ("STEP and GRAD", 'STEP and <a href="claim-GRAD.html">GRAD</a>'),
    ],
)  # fmt: skip
def test_prose_is_set_and_linked(text: str, html: str) -> None:
    assert str(PROSE(text)) == html


@pytest.mark.parametrize(
    ("href", "leads"),
    [
        ("../model/step.md#grad", "claim-GRAD.html"),
        ("audit.md#the-scale", ""),
        ("audit.md", ""),
        ("../pictures/mass.png", "../pictures.html#mass"),
        ("https://example.org/a.html", "https://example.org/a.html"),
        # mended: taken for a note of the project, as its name ends like one
        ("https://example.org/a.md#grad", "https://example.org/a.md#grad"),
        ("https://example.org/pictures/a.png", "https://example.org/pictures/a.png"),
    ],
)
def test_links_of_notes_lead_into_the_report_or_nowhere(href: str, leads: str) -> None:
    assert PROSE.address(href) == leads
