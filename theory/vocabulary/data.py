"""Words on the data, n points of R^d in exact rationals, and on the neuron's activation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from theorem_audit.statement.vocabulary import Item, Kind
from theory.notation import Ge, d, n

F = Fraction
Rng = np.random.Generator
Points = list[list[Fraction]]  # n points of R^d


def inner(u: Sequence[Fraction], v: Sequence[Fraction]) -> Fraction:
    """The inner product of two vectors."""
    return sum((x * y for x, y in zip(u, v, strict=True)), F(0))


def off_span(v: Sequence[Fraction], vectors: Points) -> list[Fraction]:
    """The part of ``v`` orthogonal to all ``vectors``, by Gram-Schmidt."""
    frame: Points = []
    for x in [*vectors, list(v)]:
        rest = list(x)
        for y in frame:
            if share := inner(rest, y) / inner(y, y):
                rest = [e - share * f for e, f in zip(rest, y, strict=True)]
        if any(rest):
            frame.append(rest)
    return rest


def choose(rng: Rng, *options: Any) -> Any:
    """One of the options, each with the same chance."""
    return options[int(rng.integers(len(options)))]


# Data: n points of R^d.


def _rationals(rng: Rng, size: int) -> list[Fraction]:
    return [F(int(x), int(rng.integers(1, 4))) for x in rng.integers(-3, 4, size=size)]


def _reflected(rng: Rng, vectors: Points) -> Points:
    """The vectors, reflected at a random hyperplane: inner products stay, and stay rational."""
    mirror = _rationals(rng, len(vectors[0]))
    length = inner(mirror, mirror)
    if length == 0:
        return vectors
    shares = [2 * inner(v, mirror) / length for v in vectors]
    return [
        [x - share * m for x, m in zip(v, mirror, strict=True)]
        for v, share in zip(vectors, shares, strict=True)
    ]


def _orthonormal(rng: Rng, points: int, dimension: int) -> Points:
    """Axes (three times of ten, where zeros stay exact; always for d > 30), or axes reflected twice."""
    if points > dimension:
        raise ValueError(f"points={points}: at most dimension={dimension} can be orthonormal")
    found = [[F(int(i == j)) for j in range(dimension)] for i in range(points)]
    few = dimension > 30 or rng.random() < 0.3  # exact reflections of many axes take minutes
    return found if few else _reflected(rng, _reflected(rng, found))


def _orthogonal(rng: Rng, points: int, dimension: int) -> Points:
    norms = [choose(rng, F(1), F(2), F(1, 2), F(3, 2), F(11, 10)) for _ in range(points)]
    data = _orthonormal(rng, points, dimension)
    return [[s * x for x in v] for s, v in zip(norms, data, strict=True)]


def _unit(rng: Rng, points: int, dimension: int) -> Points:
    """Unit vectors with rational entries: an axis reflected; equal and opposite ones among them."""
    axis = [[F(int(j == 0)) for j in range(dimension)]]
    found: Points = []
    for _ in range(points):
        if found and rng.random() < 0.2:
            found.append([choose(rng, 1, -1) * x for x in found[-1]])
        else:
            found += _reflected(rng, axis)
    return found


def _any_points(rng: Rng, points: int, dimension: int) -> Points:
    return [_rationals(rng, dimension) for _ in range(points)]


def _gram(data: Points, off: bool, norms: Callable[[Fraction], bool]) -> bool:
    """Whether the squared norms obey ``norms``, and, with ``off``, all other inner products are 0."""
    return all(norms(inner(x, x)) for x in data) and not (
        off and any(inner(x, y) != 0 for x, y in combinations(data, 2))
    )


ANY_DATA = Item("data", "any points", "x_1, ..., x_n are any points of R^d", r"x_i\in\mathbb R^d",
                sample=_any_points, holds=lambda data: True)  # fmt: skip
UNIT_DATA = Item(
    "data", "unit", "||x_i|| = 1 for every data point x_i of R^d", r"\|x_i\| = 1",
    sample=_unit, holds=lambda data: _gram(data, False, lambda s: s == 1),
    implies=("any points",), gives={"norm": 1, "inner": None},
)  # fmt: skip
ORTHOGONAL = Item(
    "data", "orthogonal", "x_1, ..., x_n are orthogonal in R^d, of norms ||x_j|| = sigma_j > 0",
    r"\langle x_i,x_j\rangle = \sigma_j^2\,\delta_{ij},\ \sigma_j>0",
    sample=_orthogonal, holds=lambda data: _gram(data, True, lambda s: s > 0), needs=Ge(d, n),
    implies=("any points",), gives={"inner": 0},
)  # fmt: skip
ORTHONORMAL = Item(
    "data", "orthonormal", "x_1, ..., x_n are orthonormal in R^d",
    r"\langle x_i,x_j\rangle = \delta_{ij}",
    sample=_orthonormal, holds=lambda data: _gram(data, True, lambda s: s == 1), needs=Ge(d, n),
    implies=("orthogonal", "unit"), near=("unit", "orthogonal"), gives={"norm": 1, "inner": 0},
)  # fmt: skip
DATA = Kind("data", "the data: a list of n points of R^d, sample(rng, n, d), holds(points)", "any points",
            (ANY_DATA, UNIT_DATA, ORTHOGONAL, ORTHONORMAL))  # fmt: skip


# The neuron: its activation, "linear" or "relu".

EITHER = Item("neuron", "linear or ReLU", "the neuron is linear or ReLU", r"\phi(q)\in\{q,\max(q,0)\}",
              sample=lambda rng: choose(rng, "linear", "relu"),
              holds=lambda phi: phi in ("linear", "relu"))  # fmt: skip
LINEAR = Item("neuron", "linear", "the neuron is linear", r"\phi(q)=q", sample=lambda rng: "linear",
              holds=lambda phi: phi == "linear", implies=("linear or ReLU",), near=("ReLU",))  # fmt: skip
RELU = Item("neuron", "ReLU", "the neuron is ReLU", r"\phi(q)=\max(q,0)", sample=lambda rng: "relu",
            holds=lambda phi: phi == "relu", implies=("linear or ReLU",), near=("linear",))  # fmt: skip
NEURON = Kind("neuron", "the activation's name, sample(rng), holds(name)", "linear or ReLU",
              (EITHER, LINEAR, RELU))  # fmt: skip
