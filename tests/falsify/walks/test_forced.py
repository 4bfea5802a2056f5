"""The small numbers that a search plays beside a data point are those of the step, exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tests.falsify.sums.tools import axes, plain_step, squared
from tests.falsify.walks.forced import forced_step

F = Fraction


def test_small_numbers_move_as_the_step_from_the_loss_says() -> None:
    """q_1 is rational: ||w||^2 - 1 is what the others leave."""
    a, q, off = F(1, 3), [F(19, 20), F(1, 7), F(-1, 9)], F(1, 5)
    data, w = axes(3, 4), [*q, off]
    delta = squared(w) - 1
    for batch in ((0,), (1,), (0, 2), (1, 2), (0, 1, 2)):
        after = plain_step(data, w, batch, a)
        own, drawn = F(int(0 in batch)), [F(int(j in batch)) for j in (1, 2)]
        found, others, perp = forced_step(
            a, *(np.array(x, object) for x in ([delta], [q[1:]], [off], [own], [drawn]))
        )
        assert found[0] == squared(after) - 1
        assert [*others[0], perp[0]] == after[1:]
