"""The errors that the searches on momentum allow, by balls at each setting that they play.

For any continuous f of the direction the mean growth over T steps is T times a number between min g and max g,
but for the range of f (``tests/projective.py``): the start's direction, whatever its law, costs range/T.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import flint
import pytest

from tests.falsify.seeing import chances, measured
from tests.falsify.sums.momentum_slow import CORNERS, DIRECTION, RARE, SLOW_TIME, SPLITS
from tests.falsify.sums.tools import ball
from tests.projective import Product, enclosure, refined
from theorem_audit.tests.thorough import in_ci_but
from theory import claims
from theory import vocabulary as words
from theory.assumptions.momentum_exponent import _TABLE
from theory.notation import p
from theory.vocabulary.slow_time import LIMIT

ARCS, FINE, FINEST = 500, 2000, 8000


def _factors(split: Fraction, share: Fraction, step: Any) -> Product:
    """(v/k, q) -> one step of the heavy ball linearised at x_i, k = 1 - beta."""
    k = ball(1 - share)

    def by(kick: Any) -> Any:
        return ((ball(share), kick / k), (k * ball(share), 1 + kick))

    kicks = [(0, 1 - 2 * split), (1, split), (-1, split)]
    law = [(by(kick * step), chance) for kick, chance in kicks if chance]
    return Product(*zip(*law, strict=True))


def _split(points: int, size: int) -> Fraction:
    """P(i in B, j not), as the search has it."""
    return Fraction(measured(claims["MOMENTUM-AIRY"], chances(points, size), (p,))[p])


@cache
def _off(split: Fraction, share: Fraction, c: Fraction, arcs: int = ARCS) -> Any:
    """How far the mean slope in slow time is from the limit at most and at least, in multiples of 1 - beta."""
    k = ball(1 - share)
    factors = _factors(split, share, ((ball(c) * k) ** 3 / ball(split)).sqrt())
    nodes, values = refined(factors, arcs)
    between = enclosure(factors, arcs, (nodes, values)) / k
    start = flint.arb(0, float(values.max() - values.min())) / SLOW_TIME
    return abs(between + start - LIMIT.value(ball(c) ** 3)) / k


@pytest.mark.parametrize("n_b", in_ci_but(SPLITS, (2, 1), (4, 2)), ids=str)
def test_what_is_played_is_within_the_error_of_the_limit(n_b: tuple[int, int]) -> None:
    allowed = words.SLOW.gives
    for share, c in product(allowed["momenta"], CORNERS):
        assert _off(_split(*n_b), share, c) < allowed["error"], (share, c)


@pytest.mark.in_ci
def test_a_rare_split_is_not() -> None:
    """c alone fixed, and p a fortieth: the neighbour's first setting."""
    wrong = words.LIMIT["beta to 1, c fixed"].gives
    assert _off(_split(*RARE), wrong["momenta"][0], CORNERS[0], FINEST) > wrong["error"]


@pytest.mark.parametrize("row", _TABLE, ids=str)
def test_two_starts_of_a_table_row_grow_alike(row: tuple[Any, ...]) -> None:
    """In the coordinates (v/(1 - beta), q), with the function that the enclosure's arcs give."""
    points, size, share, step = row[0], row[1], Fraction(row[2]), ball(Fraction(row[3]))
    _, values = refined(_factors(_split(points, size), share, step), FINE)
    assert values.max() - values.min() < DIRECTION
