"""`sim.problems.selection_law`: M-matrix, maximum principle, convergence, symmetry, and what it refuses."""

from __future__ import annotations

from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest

from sim.problems.selection_law import (
    Law,
    angle,
    angle_share,
    make_grid,
    selection_law,
    triangle_area,
)

NODES = [(1, 0), (-1, 1), (2, 1), (3, 3), (0, 0)]


def values(law: Law) -> Any:
    return np.array([law.at(*node) for node in NODES])


def test_matrix_is_a_symmetric_m_matrix() -> None:
    grid = make_grid(3, 4)
    inner = ~grid.border
    block = grid.matrix[inner][:, inner].toarray()
    # fluxes are exp of sums in two orders of addition: one part in 2^49 is rounding
    assert np.allclose(block, block.T, rtol=2.0**-49, atol=0)
    off = block - np.diag(np.diag(block))
    assert (off <= 0).all()
    assert (np.diag(block) > 0).all()
    rows = grid.matrix[inner].toarray()
    assert np.abs(rows.sum(axis=1)).max() <= 2.0**-48 * np.abs(rows).max()
    assert ((rows != 0).sum(axis=1) == 7).all()  # itself and six neighbours


def test_discrete_maximum_principle() -> None:
    """Inner values lie strictly between the boundary's: the matrix is irreducible."""
    law = selection_law(4, 4)
    border = law.grid.border
    for column in law.chance.T:
        assert column[~border].max() < column[border].max()
        assert column[~border].min() > column[border].min()
    assert (law.chance >= 0).all()
    assert (law.chance <= 1).all()


def test_chances_sum_to_one_and_permute() -> None:
    """Solver and permutations: rounding only, far below 1e-10 at 5000 nodes."""
    law = selection_law(5, 4)
    assert np.abs(law.chance.sum(axis=1) - 1).max() < 1e-10
    for first, second in ((1, 0), (3, -1), (2, 4)):
        x = np.array([first, second, 0])
        base = law.at(first, second)
        for order in permutations(range(3)):
            moved = x[list(order)]
            row = law.at(*(moved[:2] - moved[2]))
            assert np.allclose(row, base[list(order)], rtol=0, atol=1e-10)
    assert np.allclose(law.at(0, 0), 1 / 3, rtol=0, atol=1e-10)


def test_second_order_under_refinement() -> None:
    """Three grids, each twice as fine: the observed order of every value that moves is 2 within 0.1.

    At the centre symmetry gives 1/3 on every grid.
    """
    coarse, middle, fine = (values(selection_law(6, m))[:-1, 0] for m in (3, 6, 12))
    order = np.log2((coarse - middle) / (middle - fine))
    assert np.abs(order - 2).max() < 0.1, order


def test_truncation_error_falls_like_exp_minus_radius() -> None:
    """Each unit of radius divides the change by about e: at least by 2; and the edge data's choice."""
    found = [values(selection_law(radius, 4)) for radius in (4, 5, 6, 7)]
    changes = [np.abs(b - a).max() for a, b in pairwise(found)]
    assert all(b < a / 2 for a, b in pairwise(changes)), changes
    for radius in (4, 6):
        other = values(selection_law(radius, 4, edge="angle_share"))
        gap = np.abs(other - values(selection_law(radius, 4))).max()
        assert gap < 0.1 * np.exp(-radius), gap


def test_edge_functions_obey_the_arctan_law_on_the_edges() -> None:
    t = np.linspace(0.05, 1.5, 20)
    q = np.column_stack([np.sin(t), np.cos(t), np.zeros(20)])
    for function in (triangle_area, angle_share, angle):
        assert np.allclose(function(q)[:, 0], t / (np.pi / 2), atol=1e-12)
    random = np.abs(np.random.default_rng(0).normal(size=(30, 3)))
    for function in (triangle_area, angle_share):
        assert np.allclose(function(random).sum(axis=1), 1, atol=1e-12)
        assert np.allclose(function([1.0, 1.0, 1.0]), 1 / 3, atol=1e-12)


def test_a_wrong_weight_gives_another_law(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same hexagon with the weight squared away (plain Laplace) is far from the solution."""
    right = selection_law(4, 4).at(1, 0)
    import sim.problems.selection_law as module

    honest = module.np.exp
    monkeypatch.setattr(module.np, "exp", lambda x: honest(0 * x) if np.ndim(x) > 1 else honest(x))
    grid = make_grid(4, 4)
    monkeypatch.undo()
    monkeypatch.setattr(module, "make_grid", lambda radius, per_unit: grid)
    assert abs(selection_law(4, 4).at(1, 0)[0] - right[0]) > 0.02


@pytest.mark.parametrize(
    "kw,error,name",
    [
        ({"radius": 0, "per_unit": 2}, ValueError, "radius"),
        ({"radius": 1.5, "per_unit": 2}, TypeError, "radius"),
        ({"radius": 2, "per_unit": 0}, ValueError, "per_unit"),
        ({"radius": 100, "per_unit": 100}, ValueError, "nodes"),
        ({"radius": 2, "per_unit": 2, "edge": "flat"}, ValueError, "edge"),
    ],
)
def test_bad_arguments_are_named(kw: dict[str, Any], error: type[Exception], name: str) -> None:
    with pytest.raises(error, match=name):
        selection_law(**kw)


def test_points_off_the_grid_are_refused() -> None:
    law = selection_law(2, 2)
    with pytest.raises(ValueError, match="multiples"):
        law.at(0.3, 0)
    with pytest.raises(ValueError, match="outside"):
        law.at(3, 0)
