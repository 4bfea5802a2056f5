"""Where a claim says that a step alone decides a part, breaking that part is what that step rejects.

A claim of several steps is above *steps* only by its ``parts``.  Here each conjunct of each part of
every registered claim is broken, and the step's own deciding evidence is run against it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sympy import And, Eq, Not, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, BooleanAtom

from theorem_audit import expect_nonnegative, expect_zero
from theorem_audit.checks.mark import DECIDING, Evidence
from theorem_audit.exact.zero import conjuncts, difference, relations
from theorem_audit.statement.claim import Assumption, Claim, Source
from theorem_audit.tests.thorough import IN_CI, thorough_but
from theorem_audit.weigh.collected import cases_of, evidence_of
from theorem_audit.weigh.runner import run_evidence
from theorem_audit.weigh.time_limit import limited
from theory import claims, notation

LIMIT = 60.0  # seconds for one evidence on one broken part
X = Symbol("x", real=True)


def broken(part: Boolean) -> list[Boolean]:
    """Wrong forms of a conjunct: an equation off by one; else denied, and an inequality turned round."""
    if isinstance(part, Eq):
        return [Eq(part.lhs, part.rhs + 1, evaluate=False)]
    if isinstance(part, Relational) and part.is_Relational:
        return [part.negated, part.func(*part.args[::-1], evaluate=False)]
    return [Not(part)]


def without(claim: Claim, part: Boolean, wrong: Boolean) -> Claim:
    """The claim with the conjunct ``part`` replaced, wherever it stands."""
    kept = [wrong if x == part else x for x in _flat(claim.formula)]
    return replace(claim, formula=kept[0] if len(kept) == 1 else And(*kept, evaluate=False))


def _flat(formula: Boolean) -> list[Boolean]:
    parts = relations(formula)
    return [formula] if parts == (formula,) else [y for x in parts for y in _flat(x)]


def accepted(items: list[Evidence], step: str, wrong: Claim) -> list[str]:
    """What the deciding evidence of ``step`` says of a wrong claim, where none of it refutes it."""
    said = []
    for item in sorted(items, key=lambda x: x.slow):
        if item.kind not in DECIDING or step not in item.steps:
            continue
        for case, _ in cases_of(item):
            found = run_evidence(item, wrong, case=case, call=limited(item.function, LIMIT))
            if found.outcome == "refuted":
                return []
            said.append(f"{found.test}[{found.case}]: {found.outcome}: {found.detail}")
    return said or ["no deciding evidence"]


def unread(claim: Claim, items: list[Evidence]) -> list[str]:
    """Every conjunct of which the evidence of the step that is to decide it refutes no wrong form."""
    found = []
    for step, part in claim.parts.items():
        for one in sorted(conjuncts(part), key=str):
            said = []
            for wrong in broken(one):
                if not (why := accepted(items, step, without(claim, one, wrong))):
                    break
                said.append(f"{step}: {wrong}: {'; '.join(why)}")
            else:
                found += said
    return found


CHAPTERS = sorted({c.chapter for c in claims.values()})
QUICK = ("neighbours.lyapunov",)


@pytest.mark.parametrize("chapter", thorough_but(CHAPTERS, *QUICK, in_ci=CHAPTERS[::6]))
def test_each_part_is_read_by_the_step_that_decides_it(chapter: str) -> None:
    for claim in claims.values():
        if claim.chapter == chapter and claim.parts:
            assert unread(claim, evidence_of()[claim.id]) == [], claim.id


# --- the test itself can fail -----------------------------------------------------------------

HUMP, SUM = X * (1 - X) >= 0, Eq((X + 1) ** 2, X**2 + 2 * X + 1, evaluate=False)


def _made(**parts: Any) -> Claim:
    unit = Assumption("unit", And(X >= 0, X <= 1))
    return Claim("A", "a", And(HUMP, SUM), Source("lemma", "made up"), "exact", "made", (unit,),
                 steps=("hump", "sum"), parts=parts)  # fmt: skip


def _reads_the_hump(claim: Claim) -> None:
    part = claim.conjunct(kind="inequality")
    expect_nonnegative(difference(part), {X: (0, 1)})


def _reads_the_sum(claim: Claim) -> None:
    part = claim.conjunct(kind="equation")
    expect_zero(difference(part), "sum")


def test_a_step_that_does_not_read_its_part_is_named() -> None:
    items = [
        Evidence("A", "certificate", _reads_the_hump, ("hump",)),
        Evidence("A", "symbolic", _reads_the_sum, ("sum",)),
    ]
    assert unread(_made(hump=HUMP, sum=SUM), items) == []
    (swapped,) = unread(_made(hump=And(HUMP, SUM), sum=SUM), items)
    assert swapped.startswith("hump: Eq((x + 1)**2,")
    assert "_reads_the_hump[]: passed" in swapped
    assert unread(_made(hump=HUMP, sum=SUM), items[:1]) == [
        "sum: Eq((x + 1)**2, x**2 + 2*x + 2): no deciding evidence"
    ]


def _empty(claim: Claim) -> set[Boolean]:
    """The relations of a claim that hold, or fail, whatever its symbols stand for."""
    said = {x for one in (claim.formula, claim.region) for x in one.atoms(Relational)}
    return {x for x in said if isinstance(x.func(*x.args), BooleanAtom)}


@IN_CI
def test_no_relation_of_the_theory_says_nothing() -> None:
    """The theory writes its relations down without SymPy's asking this at each import."""
    assert {x: said for x, claim in claims.items() if (said := _empty(claim))} == {}
    for other in (
        notation.Eq(X, X),
        notation.Eq(X**2, -1),
        notation.Ge(X**2, 0),
        notation.Lt(X, X),
    ):
        assert _empty(replace(claims["NORM"], formula=other)) == {other}
