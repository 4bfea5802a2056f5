"""What a claim's page shows, from its row of the ledger, its proof note and its Coq statement."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from sympy import Symbol

from theorem_audit.kinds import REGION
from theorem_audit.report.legend import shared_legend
from theorem_audit.report.listings import Listings
from theorem_audit.report.mathematics import mathml, names_upright, note_html
from theorem_audit.report.prose import Prose
from theorem_audit.statement.meaning import entry_names, told_as
from theorem_audit.statement.sentence import latex_of

OUTCOMES = {
    "refuted": "some evidence refuted it",
    "not_accepted": "no evidence accepted it, and none refuted it: it gets no verdict",
    "slack": "accepted; a larger change of the same place is caught, so the bound is not tight",
    "exempt": "accepted; it is smaller than the smallest error that the statistics see",
    "unused": "an assumption dropped or widened, and the evidence accepts: the proof does not use it, or the "
    "derivation has it built in; no witness says that it is needed",
    "survived": "accepted; the row says why it holds all the same",
    "untested": "no evidence passed on the claim itself",
    "equal": "says what the claim says, by algebra; not counted",
    "weaker": "follows from the claim, so that evidence may accept it; not counted",
}


WIDTH = 84  # signs of a line of conditions, about as wide as a page
_END = r" \end{array}"
_FOR = r"\text{for } "


def broken(statement: str) -> str:
    """A statement whose line of hypotheses is broken between them where it is too long for a page."""
    head, found, rest = statement.rpartition(_FOR)
    if not found or not rest.endswith(_END):
        return statement
    lines: list[str] = []
    for part in _conditions(rest.removesuffix(_END)):
        if lines and _signs(lines[-1] + r",\ " + part) <= WIDTH:
            lines[-1] += r",\ " + part
        else:
            lines += [part]
    return head + _FOR + r", \\ \quad ".join(lines) + _END


def _conditions(text: str) -> list[str]:
    """The hypotheses of a line, split where no bracket or group is open."""
    found: list[str] = []
    depth, held = 0, ""
    for part in re.split(r"(,\\ )", text):
        if part == r",\ " and depth == 0:
            found, held = [*found, held], ""
            continue
        depth += len(re.findall(r"[({]|\\left", part)) - len(re.findall(r"[)}]|\\right", part))
        held += part
    return [*found, held]


def _signs(latex: str) -> int:
    """About how many signs a piece of LaTeX is set as."""
    return len(
        re.sub(
            r"\\(?:left|right|text|mathrm|frac|sqrt)|[{}_^]", "", re.sub(r"\\[A-Za-z]+", "x", latex)
        )
    )


def symbols(claim: Mapping[str, Any], prose: Prose) -> list[dict[str, Any]]:
    """The legend: each entry's names as the formula sets them, and their meaning."""
    return [
        {"name": name, "set": [_symbol(x) for x in entry_names(name)], "meaning": prose(meaning)}
        for name, meaning in (claim.get("symbols", {}) | shared_legend(claim)).items()
    ]


def symbol_latex(name: str) -> str:
    """LaTeX of a symbol by its name; empty where the name is none that LaTeX can set."""
    words = re.findall(r"[A-Za-z]{2,}", name) if "\\" not in name else ()
    if not name.strip() or not name.isascii() or re.search(r'[&#%$"]', name) or len(words) > 2:
        return ""
    return latex_of(Symbol(told_as(name)))


def _symbol(name: str) -> Markup:
    latex = symbol_latex(name)
    return mathml(latex) if latex else Markup.escape(name)


def steps(claim: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each step of the proof: the tests that decide it, the hypotheses and the lemmas that they read."""
    found = []
    for step in claim["steps"]:
        items = [e for e in claim["evidence"] if step in e["steps"] and not e.get("needs")]
        read = {x for e in items for x in e.get("read", ())}
        found.append(
            {
                "name": step,
                "tests": list(dict.fromkeys(e["test"] for e in items)),
                "hypotheses": [x["name"] for x in claim["assumptions"] if _reads(x, read)],
                "lemmas": sorted({x for e in items for x in e["uses"]}),
                "alone": claim.get("parts", {}).get(step, ""),
            }
        )
    return found


def _reads(assumption: Mapping[str, Any], read: set[str]) -> bool:
    return assumption.get("item") in read or bool(assumption["condition"] and REGION in read)


def region(claim: Mapping[str, Any]) -> str:
    """The claim's conditions between symbols, chained as its sentence chains them."""
    if not any(x["condition"] for x in claim["assumptions"]):
        return ""
    supposed = str(claim["sentence"]).split(". Then ", 1)[0]
    return supposed.rpartition("that ")[2]


def shown(
    claim: Mapping[str, Any],
    *,
    prose: Prose,
    listings: Listings,
    note: str | None,
    coq: str = "",
    beside: Sequence[str | None] = (None, None),
) -> dict[str, Any]:
    """All that the template ``claim.html`` says of one claim, but for the graph.

    beside: the claims before and after it in reading order.
    """

    def linked(text: str) -> Markup:
        """A claim's name, or a test's, as a link."""
        for item in claim["evidence"]:
            name = item["test"].split("::")[-1]
            if text == name and (address := listings.link(item["test"], "../")):
                return Markup('<a href="{}">{}</a>').format(address, text)
        return prose.linked(text)

    met = {v["outcome"] for v in claim["variants"].get("variants", ())}
    return {
        "c": claim,
        "prose": prose,
        "source_of": lambda test: listings.link(test, "../"),
        "statement": mathml(broken(claim["statement"]), block=True),
        "sentence": note_html(names_upright(claim.get("typeset", "")), prose),
        "symbols": symbols(claim, prose),
        "steps": steps(claim),
        "coq": coq,
        "outcomes": {k: v for k, v in OUTCOMES.items() if k in met},
        "variant_rows": claim["variants"].get("variants", []),
        "note": note_html(note, linked, prose.address)
        if note is not None
        else Markup("<p>There is no proof note for this claim.</p>"),
        "before": beside[0],
        "after": beside[1],
    }


__all__ = ["OUTCOMES", "broken", "region", "shown", "steps", "symbol_latex", "symbols"]
