"""The searches of falsify_gram find nothing against the claims, and find broken ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sympy import And

from tests.falsify.gram.table import FALSIFIERS
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.exact.zero import relations
from theorem_audit.statement.claim import Claim
from theory import claims

pytestmark = pytest.mark.thorough


def _found(claim_id: str, broken: Claim) -> bool:
    for seed in range(8):
        try:
            FALSIFIERS[claim_id](broken, np.random.default_rng(seed), 0.3)
        except Refuted:
            return True
    return False


@pytest.mark.parametrize("claim_id", FALSIFIERS)
def test_true_claims_hold(claim_id: str) -> None:
    assert FALSIFIERS[claim_id](claims[claim_id], np.random.default_rng(1), 0.5) >= 1


@pytest.mark.parametrize("claim_id", FALSIFIERS)
def test_each_conjunct_turned_wrong_is_found(claim_id: str) -> None:
    """Right-hand side times 1001/1000 for equations; inequalities turned round."""
    claim = claims[claim_id]
    parts = relations(claim.formula)
    for index, part in enumerate(parts):
        if hasattr(part, "gts"):
            wrong = type(part)(part.rhs, part.lhs)
        elif part.rhs.is_Function:
            wrong = part.func(part.lhs, -part.rhs)
        else:
            wrong = part.func(part.lhs, part.rhs * 1001 / 1000)
        others = [wrong if i == index else x for i, x in enumerate(parts)]
        broken = replace(claim, formula=And(*others, evaluate=False))
        assert _found(claim_id, broken), part
