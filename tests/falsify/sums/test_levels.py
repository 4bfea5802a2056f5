"""What a level of SADDLE-CAPTURE is of a ReLU neuron: its supremum is over states that keep what is live."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tests.falsify.sums import levels
from tests.falsify.sums.tools import ball
from theory import claims
from theory.vocabulary.levels import W_START

F = Fraction
CLAIM = claims["SADDLE-CAPTURE"]
BEHIND = ([F(-1) + F(1, 10**60), F(0), F(0)], F(0))  # nothing moves there


def _level(last: F, passive: set[int] | None) -> levels.Level:
    rng = np.random.default_rng(0)
    return levels._level(
        CLAIM, rng, [F(1), F(11, 10), last], 1, F(1, 4), F(1, 8), F(1, 10**4), passive
    )


def test_of_all_states_no_level_would_fall() -> None:
    level = _level(F(11, 10), set())
    assert all(level.after(BEHIND, (k,)) == BEHIND for k in range(3))
    assert W_START.value((BEHIND, level.power)) < ball(level.exit)
    assert not level.size(BEHIND).is_finite()
    assert level.ratio(([F(1), F(1, 10**40), F(0)], F(0))) < 1


def test_a_long_datum_counts_where_it_is_live_at_the_start() -> None:
    seen = {}
    for live, passive in ((True, set[int]()), (False, {2})):
        found = CLAIM.meaning(levels.NAMES[CLAIM.id].ratio).value(_level(F(3), passive))
        seen[live] = bool(found < 1)
    assert seen == {True: False, False: True}
