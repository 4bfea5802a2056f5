"""The report's page *Try it*: SGD on the autoencoder in the browser, and the claims that hold at its setting.

Which claims hold is read off their own regions and items, and what they predict off their own formulas;
the scripts in ``figures/data/`` run and draw, and know the names of the few claims whose predictions are drawn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup
from sympy import And, Basic, Eq

from figures.expressions import Unsaid, tree
from theorem_audit.report.extra import ExtraPage
from theorem_audit.report.prose import prose
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.sentence import conjuncts
from theorem_audit.statement.vocabulary import Item
from theory import claims, notation
from theory import vocabulary as words

DATA = Path(__file__).with_name("data")
SCRIPTS = ("try_it_exact.js", "try_it_run.js", "try_it_page.js")
# What a setting of the page gives a value: of the start, of the sizes, of the step size.
GIVEN = frozenset(
    (
        notation.n, notation.b, notation.d, notation.k, notation.k0, notation.a, notation.eta, notation.s,
        notation.r2, notation.rho, notation.delta, notation.p,
    )
)  # fmt: skip
NEURONS = {"linear": words.LINEAR, "relu": words.RELU}
LAWS = {
    "uniform": words.UNIFORM, "full": words.FULL, "replacement": words.WITH_REPLACEMENT, "cyclic": words.CYCLIC,
    "reshuffled": words.RESHUFFLED,
}  # fmt: skip
SET = prose()  # small mathematics as HTML, everything else escaped
KINDS = {kind.name: kind for kind in words.KINDS}


def _implied(own: Item, claim: Claim) -> bool:
    """Whether what the page runs obeys the claim's item of a kind."""
    return KINDS[own.kind].implied(own, claim.item(KINDS[own.kind]))


def _about_a_fixed_start(claim: Claim) -> bool:
    """Whether its other items are the widest of their kinds, or qualify the conclusion: no law of starts."""
    mine = {words.DATA.name, words.NEURON.name, words.BATCHES.name}
    return all(x.after or x.kind in mine or x.name == KINDS[x.kind].widest for x in claim.items)


# A claim's own words for one of these symbols, where the page's number is what it means.
SAME = ("active", "live", "start", "||w||^2 - s")


def _same_words(claim: Claim) -> bool:
    """Whether the claim gives none of the page's symbols a meaning of its own."""
    used = {x.name for x in (claim.region.free_symbols | claim.formula.free_symbols) & GIVEN}
    own = {y: meaning for x, meaning in claim.symbols.items() for y in x.split(", ")}
    return all(any(word in own[x] for word in SAME) for x in used & set(own))


def within_reach(claim: Claim) -> bool:
    """Whether a setting of the page decides the claim's hypotheses.

    It must suppose orthonormal data (else its symbols may mean something else), and its region speak only of
    what the page gives, in the page's sense.
    """
    return _same_words(claim) and (
        any(x.kind == words.DATA.name for x in claim.items)
        and _implied(words.ORTHONORMAL, claim)
        and _about_a_fixed_start(claim)
        and claim.region.free_symbols <= GIVEN
    )


def _says(formula: Basic) -> list[dict[str, Any]]:
    """The equations of a formula that give a name a value at a setting."""
    found = []
    for part in conjuncts(formula):
        if isinstance(part, Eq) and part.lhs.is_Symbol and part.lhs not in GIVEN:
            if not part.rhs.free_symbols <= GIVEN:
                continue
            try:
                name = str(part.lhs)
                found.append({"name": name, "set": str(SET(name)), "value": tree(part.rhs)})
            except Unsaid:
                continue  # a sum or an integral: its page has it
    return found


def told(claim: Claim, verdict: str) -> dict[str, Any]:
    """A claim as the scripts read it."""
    return {
        "id": claim.id,
        "title": str(SET(claim.title)),
        "verdict": verdict,
        "neurons": [name for name, item in NEURONS.items() if _implied(item, claim)],
        "laws": [name for name, item in LAWS.items() if _implied(item, claim)],
        "region": tree(claim.region if claim.region.args else And(claim.region)),
        "limit": ", ".join(x.words for x in claim.items if x.after),
        "says": _says(claim.formula),
    }


def known(run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The claims of a run that the page can test, in reading order."""
    verdicts = {row["id"]: row["verdict"] for row in run["claims"] if row["id"] in claims}
    found = []
    for claim_id, verdict in verdicts.items():
        if not within_reach(claims[claim_id]):
            continue
        try:
            found.append(told(claims[claim_id], verdict))
        except Unsaid:
            continue  # a region that the page cannot evaluate
    return found


def _script(names: Sequence[str], given: Mapping[str, Any]) -> Markup:
    """All scripts as one, after the data that they read; no data can end the script early."""
    data = [
        f"const {k} = {json.dumps(v).replace('<', chr(92) + 'u003c')};" for k, v in given.items()
    ]
    texts = [(DATA / name).read_text(encoding="utf-8") for name in names]
    return Markup("\n".join(['"use strict";', *data, *texts]))


def page(run: Mapping[str, Any]) -> ExtraPage:
    """The page, for a ledger."""
    limit = next((x for x in _says(claims["TRACE"].formula) if x["name"] == "T"), None)
    given = {"CLAIMS": known(run), "TRACE_LIMIT": limit and limit["value"]}
    body = (DATA / "try_it.html").read_text(encoding="utf-8")
    style = (DATA / "try_it.css").read_text(encoding="utf-8")
    return ExtraPage("try-it", "Try it", Markup(body), (_script(SCRIPTS, given),), style)


__all__ = ["known", "page", "told", "within_reach"]
