r"""Who wins among three points as the step size tends to 0: a Dirichlet problem, solved on a grid.

With x_j = log|q_j| the chance h that x_1 wins is constant along (1, 1, 1) and satisfies

    (1/2) sum_j h_jj + sum_j (q_j^2/r2) h_j = 0,   that is   div(W grad h) = 0,   W = sum_j exp(2 x_j),

on the plane x_1 + x_2 + x_3 = 0 (a gauge: W depends on it, the equation does not).  The grid is the
triangular one, x = spacing * (integers) up to (1, 1, 1), on the hexagon |x_i - x_j| <= radius, which
every permutation of the points keeps.  A node balances the fluxes W(midpoint) (h' - h) to its six
neighbours: the matrix is symmetric with off-diagonal entries <= 0 and row sums >= 0, so it is an
M-matrix and the discrete solution lies between its boundary values.

On the hexagon's border one coordinate is exp(-radius) times the largest, so the law of the two
others holds there up to O(exp(-radius)): any function that obeys the arctan law on the edges will do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import spsolve

from sim.engine import _arguments as arguments
from sim.engine.state import Bools, Floats, Integers

_MOVES = ((1, 0), (0, 1), (-1, -1))  # of the three x_j by one spacing, up to (1, 1, 1)
MOST_NODES = 2_000_000


def triangle_area(q: Any) -> Floats:
    """Shares of the spherical octant's area opposite each corner, (..., n = 3): sum 1.

    A guess at the law that is right on the edges, where it is the arctan law, and at the centre.
    """
    size = _sizes(q)
    rest = np.linalg.norm(size, axis=-1, keepdims=True) + size.sum(axis=-1, keepdims=True) - size
    return 4 / np.pi * np.arctan(size / rest)


def angle(q: Any) -> Floats:
    """(2/pi) times the angle between w and the hyperplane orthogonal to x_j, (..., n)."""
    square = _sizes(q) ** 2
    rest = square.sum(axis=-1, keepdims=True) - square
    return 2 / np.pi * np.arctan2(np.sqrt(square), np.sqrt(rest))


def angle_share(q: Any) -> Floats:
    """The angles scaled to sum 1, (..., n): another guess, right on the edges and at the centre."""
    value = angle(q)
    return value / value.sum(axis=-1, keepdims=True)


def _sizes(q: Any) -> Floats:
    size: Floats = np.abs(np.asarray(q, dtype=float))
    return size


EDGES: dict[str, Callable[[Any], Floats]] = {
    "triangle_area": triangle_area,
    "angle_share": angle_share,
}


@dataclass(frozen=True, eq=False)
class Grid:
    """Nodes of the hexagon: index (nodes, 2), log_q (nodes, 3) with sum 0, border (nodes,).

    matrix: (nodes, nodes), the fluxes out of each inner node; rows of border nodes are zero.
    """

    half: int
    spacing: float
    index: Integers
    log_q: Floats
    border: Bools
    matrix: Any
    number: Integers

    def node(self, first: int, second: int) -> int:
        """Number of the node with log|q_1/q_3|, log|q_2/q_3| = first, second spacings."""
        inside = max(abs(first), abs(second), abs(first - second)) <= self.half
        if not inside:
            raise ValueError(f"node ({first}, {second}): outside the hexagon of {self.half}")
        return int(self.number[first + self.half, second + self.half])


@dataclass(frozen=True, eq=False)
class Law:
    """chance: (nodes, 3), the chance of each point from each node of ``grid``."""

    grid: Grid
    chance: Floats

    def at(self, first: float, second: float) -> Floats:
        """Chances (3,) from log|q_1/q_3| = first, log|q_2/q_3| = second, multiples of the spacing."""
        steps = [value / self.grid.spacing for value in (first, second)]
        whole = [round(value) for value in steps]
        if max(abs(x - k) for x, k in zip(steps, whole, strict=True)) > 1e-9:
            raise ValueError(
                f"({first}, {second}): must be multiples of the spacing {self.grid.spacing}"
            )
        row: Floats = self.chance[self.grid.node(*whole)]
        return row


def make_grid(radius: int, per_unit: int) -> Grid:
    """The hexagon |x_i - x_j| <= radius with ``per_unit`` spacings to one unit of log|q|."""
    radius = arguments.integer("radius", radius, 1)
    per_unit = arguments.integer("per_unit", per_unit, 1)
    half = radius * per_unit
    if 3 * half * (half + 1) + 1 > MOST_NODES:
        raise ValueError(
            f"radius={radius}, per_unit={per_unit}: {3 * half * (half + 1) + 1} nodes; must be at "
            f"most {MOST_NODES}"
        )
    spacing = 1 / per_unit
    line = np.arange(-half, half + 1)
    first, second = np.meshgrid(line, line, indexing="ij")
    inside = np.abs(first - second) <= half
    number = np.full(first.shape, -1)
    number[inside] = np.arange(inside.sum())
    index = np.stack([first[inside], second[inside]], axis=1)
    log_q = spacing * np.column_stack([index, np.zeros(len(index))])
    log_q -= log_q.mean(axis=1, keepdims=True)
    border = np.maximum(np.abs(index).max(axis=1), np.abs(index[:, 0] - index[:, 1])) == half
    inner = np.nonzero(~border)[0]
    rows, columns, fluxes = [], [], []
    for sign in (1, -1):
        for move in _MOVES:
            other = index[inner] + sign * np.array(move)
            target = number[other[:, 0] + half, other[:, 1] + half]
            middle = (log_q[inner] + log_q[target]) / 2
            rows.append(inner)
            columns.append(target)
            fluxes.append(np.exp(2 * middle).sum(axis=1))
    shape = (len(index), len(index))
    off = sparse.csr_array(
        (np.concatenate(fluxes), (np.concatenate(rows), np.concatenate(columns))), shape=shape
    )
    matrix = (sparse.diags_array(off.sum(axis=1)) - off).tocsr()
    return Grid(half, spacing, index, log_q, border, matrix, number)


def selection_law(radius: int, per_unit: int, *, edge: str = "triangle_area") -> Law:
    """Solve the Dirichlet problem for n = 3 points.

    radius: of the hexagon, in units of log|q|.  per_unit: spacings to one such unit.
    edge: "triangle_area" or "angle_share", the boundary values (both right as radius -> oo).
    The error is O(per_unit^-2) + O(exp(-radius)).  Raises ValueError or TypeError naming the argument.
    """
    edge = arguments.choice("edge", edge, tuple(EDGES))
    grid = make_grid(radius, per_unit)
    value = EDGES[edge](np.exp(grid.log_q))[:, 0].copy()
    inner = ~grid.border
    system = grid.matrix[inner]
    load = -(system[:, grid.border] @ value[grid.border])
    value[inner] = spsolve(system[:, inner].tocsc(), load)
    return Law(grid, np.column_stack([value[rows] for rows in _permuted(grid)]))


def _permuted(grid: Grid) -> list[NDArray[Any]]:
    """For each point j, the node at which x_1 stands as j stands here (1 and j exchanged)."""
    first, second = grid.index.T
    half, number = grid.half, grid.number
    same = number[first + half, second + half]
    swapped = number[second + half, first + half]
    third = number[-first + half, second - first + half]  # x_1 and x_3 exchanged
    return [same, swapped, third]


__all__ = ["Grid", "Law", "angle", "angle_share", "make_grid", "selection_law", "triangle_area"]
