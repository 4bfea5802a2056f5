"""What a level of SADDLE-CAPTURE is of a ReLU neuron: its supremum is over states that keep what is live."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tests.falsify.sums import levels
from tests.falsify.sums.tools import ball
from theory import claims
from theory.vocabulary.levels import W_START

F = Fraction
CLAIM = claims["SADDLE-CAPTURE"]
BEHIND = ([F(-1) + F(1, 10**60), F(0), F(0)], F(0))  # nothing moves there


SMALL = F(1, 8), F(1, 10**4)  # a power and a level
# At which the longest other datum's part is the largest, and that along x_i.
STEPS = F(1, 4), F(3, 5)


def _level(
    last: F,
    passive: set[int] | None,
    power: F = SMALL[0],
    top: F = SMALL[1],
    step: F = STEPS[0],
    size: int = 1,
) -> levels.Level:
    rng = np.random.default_rng(0)
    return levels._level(CLAIM, rng, [F(1), F(11, 10), last], size, step, power, top, passive)


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


BOXES = [SMALL, (F(1, 2), F(1, 5)), (F(1), F(1, 20))]


def _one_part(level: levels.Level, size: F) -> list[levels.State]:
    """States of which one part alone is that large: of a datum, w_perp, or along x_i on either side."""
    sign = {j: -1 if level.passive and j in level.passive else 1 for j in (1, 2)}
    data = [([F(1), *(sign[j] * size if k == j else F(0) for k in (1, 2))], F(0)) for j in (1, 2)]
    return [
        *data,
        ([F(1), F(0), F(0)], size),
        ([1 + size, F(0), F(0)], F(0)),
        ([1 - size, F(0), F(0)], F(0)),
    ]


@pytest.mark.parametrize("passive", [None, set[int](), {2}])
@pytest.mark.parametrize(("power", "top"), BOXES)
@pytest.mark.parametrize("step", STEPS)
def test_no_state_of_the_box_has_a_larger_ratio_than_the_bound(
    passive: set[int] | None, power: F, top: F, step: F
) -> None:
    """On its edge, where one part alone is not 0 and the bound is nearest, and all over it."""
    level = _level(F(13, 10), passive, power, top, step, size=2)
    states = _one_part(level, (top * F(999, 1000)) ** int(1 / power))
    rng = np.random.default_rng(1)
    for share in rng.dirichlet([0.3] * 4, size=40) * rng.uniform(0.2, 0.99, size=(40, 1)):
        x, y, z, off = ((top * F(float(s))) ** int(1 / power) for s in share)
        sign = -1 if passive else int(rng.choice([-1, 1]))
        states.append(([1 + x * int(rng.choice([-1, 1])), y, sign * z], off))
    assert all(ball(F(0)) < level.size(x) < ball(top) for x in states)
    ratios = [level.ratio(x) for x in states]
    assert all(x.is_finite() for x in ratios)
    bound = level.bound(top)
    assert not any(x > bound for x in ratios)


@pytest.mark.parametrize("passive", [None, set[int](), {2}])
@pytest.mark.parametrize("power", [F(1, 8), F(1, 2), F(1)])
@pytest.mark.parametrize("step", STEPS)
def test_the_bound_tends_to_the_largest_ratio_of_one_part(
    passive: set[int] | None, power: F, step: F
) -> None:
    """Along w_perp a factor of ReLU's passive data is the same; sizes are so small that squares are nothing."""
    level = _level(F(13, 10), passive, power, step=step)
    limit = max((level.ratio(x) for x in _one_part(level, F(1, 10**200))), key=float)
    assert limit.rad() < 1e-12
    assert level.bound(F(0)).overlaps(limit)
    assert level.bound(F(1, 10**40)) - limit < ball(F(1, 10**4))
