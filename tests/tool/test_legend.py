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


def test_a_symbol_that_nobody_tells_is_found() -> None:
    claim = claims["Q-MS"]
    row = {**_row(claim), "chapter": "elsewhere"}
    assert {"M_C", "lambda_0"} <= set(claim.names) - shared_legend(row).keys() - told_by(
        claim.symbols
    )
