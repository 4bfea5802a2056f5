"""What the searches on sums of quadratics play: more than numbers, and matrices that do not commute."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.falsify.sums.tools import ball
from theorem_audit.doubt.falsify import Falsified, falsify
from theorem_audit.statement.meaning import Meaning
from theory import claims
from theory.vocabulary.quadratic_sum import Sum, threshold


def _matrices(x: Sum) -> bool:
    return x.size > 1


def _apart(x: Sum) -> bool:
    """More than two components, the first and the last of which do not commute."""
    one, two = x.matrices[0], x.matrices[-1]
    return len(x.matrices) > 2 and one * two != two * one


@pytest.mark.parametrize(
    "claim_id, there", [("Q-FLAT", _matrices), ("Q-SMALL-BATCH", _matrices), ("Q-BRACKET", _apart)]
)
def test_a_threshold_that_is_wrong_for_matrices_alone_is_refuted(
    claim_id: str, there: Callable[[Sum], bool]
) -> None:
    def wrong(x: Sum) -> object:
        found = ball(threshold(x))
        return found**2 + found * ball(9 * (x.kappa or 0) + 1) if there(x) else found

    claim = claims[claim_id].with_meaning("C_ms", Meaning("wrong for matrices", wrong))
    assert isinstance(falsify(claim, seconds=1.0), Falsified)
