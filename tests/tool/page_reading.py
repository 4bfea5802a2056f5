"""What a claim's page of the report owes its reader, read off the HTML: each function names what is missing."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from xml.etree import ElementTree

from theorem_audit.report.claim_page import OUTCOMES
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.meaning import told_by

ARITY = {
    "msub": 2, "msup": 2, "msubsup": 3, "mfrac": 2, "munder": 2, "mover": 2, "munderover": 3,
    "mroot": 2,
}  # fmt: skip
SUBS = ("msub", "msubsup")
SKIPPED = re.compile(r"<(code|pre|math|style|script|svg)\b.*?</\1>", re.S)
UNSET = re.compile(
    r"\|\||norm2\(|\*\*|<=|>=|!=|->|(?<![\w./])[A-Za-z]\w*[_^]\w+(?!/|\w*\.py)|\boo\b|\w\*\w"
)
NAME = re.compile(r"(?<![\w/-])[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*(?![\w/]|-[A-Z0-9])")


def formulas(page: str) -> Iterator[ElementTree.Element]:
    """Every formula of a page."""
    for found in re.findall(r"<math.*?</math>", page, re.S):
        yield ElementTree.fromstring(re.sub(r' xmlns="[^"]*"', "", found))


def visible(page: str) -> str:
    """The words outside code and mathematics; those in a closed fold, too."""
    return html.unescape(re.sub(r"<[^<>]*>", "", SKIPPED.sub(" ", page)))


def ill_set(page: str) -> list[str]:
    """A subscript of a subscript, an index that tears brackets apart, one without a base, a bare source."""
    said = [f"not set: {x}" for x in re.findall(r"<code class='tex'>(.*?)</code>", page)]
    for node in (x for formula in formulas(page) for x in formula.iter()):
        text = "".join(node.itertext())
        if len(node) != ARITY.get(node.tag, len(node)):
            said.append(f"no {node.tag}: {text}")
        if node.tag in SUBS and node[0].tag in SUBS:
            said.append(f"double subscript: {text}")
        for index in node[1:] if node.tag in (*SUBS, "msup") else ():
            told = "".join(index.itertext())
            if told.count("(") != told.count(")") or told.count("[") != told.count("]"):
                said.append(f"torn: {text}")
    return said


def unset(page: str) -> list[str]:
    """ASCII mathematics among the words, but for the note's, which sets its own."""
    head, _, rest = page.split('<main id="main">')[1].partition('<section class="note">')
    steps = rest.partition("<h2>Proof steps</h2>")[2].partition("<h2>Evidence</h2>")[0]
    return [f"ASCII: {x}" for x in UNSET.findall(visible(head + steps))]


def legend_gaps(page: str, claim: Claim) -> list[str]:
    """Symbols of the statement that the page's legend does not tell."""
    entries = map(html.unescape, re.findall(r'<dt title="([^"]*)"', page))
    told = told_by(dict.fromkeys(entries, ""))
    return [f"no meaning: {x}" for x in claim.names if x not in told]


def unlinked(page: str, ids: Collection[str], claim: Claim, tests: Collection[str]) -> list[str]:
    """Claims, and tests among the evidence, that the note names without a link."""
    note = page.partition('<section class="note">')[2].partition("</section>")[0]
    words = re.sub(r"<a\b.*?</a>", " ", note, flags=re.S)
    named = set(NAME.findall(visible(words))) & set(ids) - {claim.id}
    named |= set(re.findall(r"<code>(test_\w+)</code>", words)) & set(tests)
    return [f"no link: {x}" for x in sorted(named)]


def unexplained(page: str) -> list[str]:
    """Outcomes of wrong variants that the page shows and does not explain, and a table that is not folded."""
    part = page.partition("<h2>Wrong variants</h2>")[2]
    met = {x for x in re.findall(r'<td class="w-(\w+)"', part)}
    words = html.unescape(part)
    said = [f"not explained: {x}" for x in sorted(met) if OUTCOMES[x] not in words]
    return said + ["variants are not folded"] * ("<table" in part.partition("<details>")[0])
