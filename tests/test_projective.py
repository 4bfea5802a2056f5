"""The enclosure of 2 x 2 products: exponents that are known, and what must not pass."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import pi
from typing import Any

import flint
import numpy as np
import pytest

from tests import projective
from tests.projective import Product, bounds_on_arc, enclosure, product_of, refined

F = Fraction
HALF = F(1, 2)
SWING = [[F(9, 10), F(1, 10)], [F(9, 10), F(11, 10)]]
SWAY = [[F(9, 10), F(-1, 10)], [F(9, 10), F(9, 10)]]
PAIR = product_of([(HALF, SWING), (HALF, SWAY)])


@cache
def good_ball() -> Any:
    return enclosure(PAIR, 800)


def at_rest(count: int = 300) -> tuple[np.ndarray, np.ndarray]:
    nodes = pi * np.arange(count) / count
    return nodes, np.zeros(count)


def test_turns_and_a_scale_have_half_the_logarithm_of_the_determinant() -> None:
    turn = [[F(6, 5), F(-8, 5)], [F(8, 5), F(6, 5)]]  # 2 times a rotation
    both = product_of([(HALF, turn), (HALF, [[F(3), F(0)], [F(0), F(3)]])])
    exact = (flint.arb(2).log() + flint.arb(3).log()) / 2
    assert enclosure(both, 100).contains(exact)
    value = enclosure(both, f=at_rest())  # f = 0 solves Poisson's equation here
    assert value.contains(exact)
    assert value.rad() < 1e-2


def test_one_hyperbolic_matrix_has_two_exponents_and_both_are_enclosed() -> None:
    """From a stable direction the slow one is seen: "every z" means both."""
    value = enclosure(product_of([(F(1), [[F(3), F(0)], [F(0), F(1, 2)]])]), 500)
    assert value.contains(flint.arb(3).log())
    assert value.contains(-flint.arb(2).log())


def test_a_diagonal_and_a_swap_have_no_growth() -> None:
    """|M_k ... M_1 z| is a symmetric walk in logarithms: the exponent is 0."""
    swap, stretch = [[F(0), F(1)], [F(1), F(0)]], [[F(2), F(0)], [F(0), HALF]]
    assert enclosure(product_of([(HALF, swap), (HALF, stretch)]), 400).contains(0)


def test_another_f_widens_the_enclosure_and_keeps_the_truth() -> None:
    good = good_ball()
    assert good.rad() < 2e-3
    nodes, _ = at_rest()
    random = np.random.default_rng(5)
    for values in (np.zeros(300), 0.01 * random.normal(size=300), np.cos(2 * nodes) * 3):
        bad = enclosure(PAIR, f=(nodes, values))
        assert bad.contains(good)
        assert bad.rad() > 5 * good.rad()


def test_a_bent_f_still_contains_the_truth() -> None:
    """The floats' own f with one value moved."""
    good = good_ball()
    nodes, values = refined(PAIR, 800)
    for k in (1, 400, len(nodes) - 1):
        moved = values.copy()
        moved[k] += 0.5
        bad = enclosure(PAIR, f=(nodes, moved))
        assert bad.contains(good)
        assert bad.rad() > 0.2


@pytest.mark.parametrize("change", [F(1, 50), F(-1, 50)])
def test_another_matrix_shifts_the_enclosure(change: F) -> None:
    other = [[x * (1 + change) for x in row] for row in SWING]
    moved = enclosure(product_of([(HALF, other), (HALF, SWAY)]), 800)
    good = good_ball()
    assert not moved.overlaps(good)
    # one factor of two is scaled: log(1 + change)/2
    assert (moved - (flint.arb(1) + projective.ball_of(change)).log() / 2).overlaps(good)


def test_other_chances_shift_the_enclosure() -> None:
    other = enclosure(product_of([(F(2, 3), SWING), (F(1, 3), SWAY)]), 800)
    assert not other.overlaps(good_ball())


def test_g_at_a_point_lies_in_its_arcs_ball() -> None:
    """Floats at 5 points of every arc, the last one, which ends at pi, among them."""
    nodes, values = refined(PAIR, 200)
    linear = projective._PiecewiseLinear(nodes, values)
    gap = np.diff(np.append(nodes, pi))
    for k in range(len(nodes)):
        value = bounds_on_arc(PAIR, linear, k)
        points = nodes[k] + gap[k] * np.array([0, 0.25, 0.5, 0.75, 0.999])
        for found in projective._defect(PAIR, nodes, values, points):
            assert float(value.lower()) - 1e-9 <= found <= float(value.upper()) + 1e-9


def test_arcs_without_the_slopes_of_the_image_lose_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above would fail: it is no matter of wide balls."""
    nodes, _ = at_rest(200)
    values = np.random.default_rng(7).normal(size=200)
    monkeypatch.setattr(
        projective._PiecewiseLinear, "slope", lambda self, x: flint.arb(0), raising=True
    )
    linear = projective._PiecewiseLinear(nodes, values)
    gap = np.diff(np.append(nodes, pi))
    lost = 0
    for k in range(len(nodes)):
        value = bounds_on_arc(PAIR, linear, k)
        ends = projective._defect(PAIR, nodes, values, nodes[k] + gap[k] * np.array([0.001, 0.999]))
        lost += bool((ends < float(value.lower())).any() or (ends > float(value.upper())).any())
    assert lost > 10


def test_balls_for_entries_widen_the_enclosure() -> None:
    wide = tuple(
        tuple(tuple(x + flint.arb(0, 1e-3) for x in row) for row in m) for m in PAIR.matrices
    )
    value = enclosure(Product(wide, PAIR.chances), 500)  # type: ignore[arg-type]
    assert value.contains(good_ball())


def test_no_law_and_no_inverse_are_refused() -> None:
    with pytest.raises(ValueError, match="add up to 1"):
        product_of([(HALF, SWING)])
    with pytest.raises(ValueError, match="add up to 1"):
        product_of([(F(3, 2), SWING), (-HALF, SWAY)])
    with pytest.raises(ValueError, match="chances"):
        Product(PAIR.matrices, (F(1),))
    with pytest.raises(ValueError, match="invertible"):
        product_of([(F(1), [[F(1), F(2)], [F(2), F(4)]])])


@pytest.mark.parametrize(
    "nodes", [[0.1, 1.0, 2.0], [0.0, 2.0, 1.0], [0.0, 1.0, 3.2], [0.0, 1.0, 1.0]]
)
def test_arcs_that_do_not_cover_the_circle_are_refused(nodes: list[float]) -> None:
    with pytest.raises(ValueError, match="start at 0"):
        enclosure(PAIR, f=(np.array(nodes), np.zeros(3)))


def test_the_precision_is_set_back() -> None:
    before = flint.ctx.prec
    enclosure(PAIR, 100)
    assert flint.ctx.prec == before
