"""What evidence asks of a claim by a symbol, a side or a name: the one answer, or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sympy import And, Eq, Ge, Gt, Le, Symbol

from theorem_audit.exact.bernstein import Undecided
from theorem_audit.statement.claim import Assumption, Claim
from theorem_audit.statement.recording import recording_reads
from theorem_audit.statement.vocabulary import Item
from theorem_audit.tests.made_up import claim

X, Y, Z = (Symbol(name, real=True) for name in "xyz")
CLAIM = replace(
    claim(And(Eq(X, 2 * Y), Ge(Y, Z), Le(Y, 3))),
    assumptions=(
        Assumption("step", Gt(X, 0)),
        Assumption("step size", Le(X, 1)),
        Assumption("start in the band", Ge(Z, 0)),
        Assumption("start at rest", Le(Z, 7)),
        Assumption(
            "coin", item=Item("coin", "fair", "the coin is fair", "p=1/2", unread="a word alone")
        ),
    ),
)


def test_the_one_answer() -> None:
    with recording_reads() as reads:
        assert CLAIM.says(X) == 2 * Y
    assert CLAIM.id in reads
    assert CLAIM.conjunct(Z) == Ge(Y, Z)
    assert CLAIM.conjunct(kind="inequality", without=[Z]) == Le(Y, 3)
    assert CLAIM.condition("step") == Gt(X, 0)
    assert CLAIM.condition("step s") == Le(X, 1)
    assert CLAIM.assumption("start in").name == "start in the band"


@pytest.mark.parametrize(
    "ask",
    [
        lambda x: x.says(Y),
        lambda x: replace(x, formula=And(Eq(X, Y), Eq(X, Z))).says(X),
        lambda x: x.conjunct(Y),
        lambda x: x.conjunct(Y, lesser=X),
        lambda x: x.condition("start"),
        lambda x: x.condition("stop"),
        lambda x: x.assumption(""),
        lambda x: x.without("start at rest").condition("start at"),
        lambda x: x.condition("coin"),
    ],
)
def test_none_and_several_are_inconclusive(ask: Callable[[Claim], Any]) -> None:
    with pytest.raises(Undecided):
        ask(CLAIM)


def test_other_words_are_refused() -> None:
    with pytest.raises(
        ValueError, match="kind='equality': 'equation', 'inequality' or '' is needed"
    ):
        CLAIM.conjunct(kind="equality")
    with pytest.raises(ValueError, match="without=x: a sequence"):
        CLAIM.conjunct(without=X)
