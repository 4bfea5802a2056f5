"""Regions past their sharp ends are not accepted: SGD-SPARSE's and those of the claims it rests on.

Only the claim's own evidence is run: that it alone stops the wrong claim is more than that the verdict,
which also falls where a claim below is in doubt, is no good one.
"""

from __future__ import annotations

import pytest
from sympy import And, Ge, Gt, Le, Lt, Rational
from sympy.core.relational import Eq
from sympy.logic.boolalg import Boolean

from theorem_audit.checks.mark import DECIDING
from theorem_audit.statement.claim import Claim
from theorem_audit.weigh.collected import cases_of, evidence_of
from theorem_audit.weigh.runner import run_evidence
from theory import claims
from theory.minibatch.capture import s_star, t_star
from theory.notation import S_C, a, b, delta, n, p, q_i, q_j, r2, s, t

HALF = Rational(1, 2)
WRONG_REGIONS = [
    ("SGD-SPARSE", "step size", And(Ge(a, 0), Lt(a, HALF))),
    ("SGD-SPARSE", "step size", And(Gt(a, 0), Le(a, HALF))),
    ("SGD-SPARSE", "without replacement", And(Ge(b, 0), Lt(b, n))),
    ("SGD-SPARSE", "live coordinate", And(Ge(s, 0), Le(s, r2))),
    ("REACH", "step size", And(Gt(a, 0), Lt(a, Rational(9, 10)))),
    ("REACH-TIME", "step size", And(Gt(a, 0), Lt(a, 1))),
    ("WALK-VARIANCE", "masses", And(Ge(S_C, 0), Le(S_C + q_i**2 + q_j**2, 3 - t))),
    ("WALK-VARIANCE", "split probability", Ge(p, -1)),
    ("WALK-DRIFT-LOW", "masses", And(Ge(S_C, 0), Le(S_C + q_i**2 + q_j**2, 3 - t))),
    ("TWO-POINTS", "step size", And(Gt(a, 0), Le(a, 2))),
    ("TWO-POINTS", "confined", And(Gt(t_star, -1), Le(t_star, 2), Gt(s_star, 0), Le(s_star, 2))),
    ("SPARSE-TIME", "slack", Eq(t, 1 + delta)),
]


def not_accepted(wrong: Claim) -> str:
    """The first of the claim's own evidence, by outcome, that refutes it or cannot decide it; or ''.

    What decides comes first, as in a check.  Slow evidence and Coq are left out: one that says no is
    enough, and it must be there on a machine without Coq as well (its gates have tests of their own).
    """
    items = [x for x in evidence_of()[wrong.id] if not x.slow and x.kind != "kernel"]
    for item in sorted(items, key=lambda x: x.kind not in DECIDING):
        for case, _ in cases_of(item):
            found = run_evidence(item, wrong, case=case, quick=True)
            if found.outcome in ("refuted", "inconclusive"):
                return f"{found.outcome} by {found.test}: {found.detail}"
    return ""


@pytest.mark.parametrize(("name", "assumption", "condition"), WRONG_REGIONS)
def test_wrong_regions_are_not_accepted(name: str, assumption: str, condition: Boolean) -> None:
    assert not_accepted(claims[name].widened(assumption, condition))


@pytest.mark.parametrize("name", ["REACH", "TWO-POINTS"])
def test_the_regions_as_claimed_are_accepted(name: str) -> None:
    assert not_accepted(claims[name]) == ""
