"""Every symbol of every claim is told on its page, and nothing idle stands in the legend."""

from __future__ import annotations

import pytest

from theorem_audit.report.legend import shared_legend
from theorem_audit.statement.claim import Claim
from theorem_audit.statement.meaning import told_by
from theory import claims
from theory.legend import LEGEND


def _row(claim: Claim) -> dict[str, object]:
    return {
        "id": claim.id,
        "statement": claim.statement,
        "symbols": dict(claim.symbols),
        "chapter": claim.chapter,
    }


@pytest.mark.parametrize("claim", claims.values(), ids=lambda x: x.id)
def test_every_symbol_of_the_statement_is_told(claim: Claim) -> None:
    shared = shared_legend(_row(claim))
    missing = set(claim.names) - shared.keys() - told_by(claim.symbols)
    assert not missing
    if claim.chapter.startswith("quadratic."):
        neuron = {k for k, v in shared.items() if LEGEND[""].get(k) == v}
        assert neuron <= {"a", "b", "eta", "n"}, "the neuron's s, t, h mean something else there"


def test_an_entry_tells_its_names_and_no_other() -> None:
    told = told_by(
        {"<w,v>, |v|^2": "at a step", "Beta(x, y)": "a tail", "Sigma": "S, one step later S^+"}
    )
    assert told == {"<w,v>", "|v|^2", "Beta(x, y)", "Beta", "Sigma"}


def test_the_legend_has_no_idle_entry() -> None:
    used: dict[str, set[str]] = {place: set() for place in LEGEND}
    for claim in claims.values():
        for place in LEGEND:
            if f"{claim.chapter}.".startswith(f"{place}." if place else ""):
                used[place] |= set(claim.names)
    for place, meanings in LEGEND.items():
        assert set(meanings) <= used[place], (place, set(meanings) - used[place])


def test_only_this_theorys_statements_have_its_legend() -> None:
    """What another ledger says under the same id, or in a chapter that is none, gets no meanings of ours."""
    row = _row(claims["Q-MS"])
    assert shared_legend({**row, "statement": "another"}) == {}
    elsewhere = shared_legend({**row, "chapter": "elsewhere"}).keys()
    assert {"M_C", "lambda_0"} <= set(claims["Q-MS"].names) - elsewhere
