"""Thresholds on arrays of other libraries: PyTorch's, and one that has nothing but the standard."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

import sim.problems.gram_operator as gram_operator
from sim import Gram, almost_sure_threshold, full_batch_edge, growth_rate, mean_square_threshold
from sim.problems.arrays import host, identity, zeros

# N, k, p: one output and several; rank-deficient; more than one panel, more than one strip of rows
SHAPES = ((6, 1, 9), (4, 3, 9), (5, 2, 3), (40, 1, 60), (14, 3, 70))
LONG = (40, 1, 60)  # the last is of its kind: more rows than a panel has
FEW = 16  # rows a panel and a strip, in place of hundreds


def library(name: str) -> Any:
    """The library, or a skip that says why."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        pytest.skip(f"{error}: nothing was tested here (extras `dev`, `peers`)")


@pytest.mark.parametrize("name", ["array_api_strict", "torch"])
@pytest.mark.parametrize(
    "shape", [pytest.param(x, marks=pytest.mark.in_ci) if x == LONG else x for x in SHAPES]
)
def test_the_same_enclosures(name: str, shape: tuple[int, int, int], monkeypatch: Any) -> None:
    xp = library(name)
    for constant in ("PANEL", "ROWS"):
        assert getattr(gram_operator, constant) > FEW
        monkeypatch.setattr(gram_operator, constant, FEW)
    J = np.random.default_rng(2).normal(size=shape)
    theirs_J = xp.asarray(J)
    sizes = [1, 2, shape[0]]
    ours = mean_square_threshold(J, batch_size=sizes)
    theirs = mean_square_threshold(theirs_J, batch_size=sizes)
    for one, two in zip(ours, theirs, strict=True):
        assert one.low <= two.high  # both contain C_ms
        assert two.low <= one.high
        assert two.width <= 1e-8
    at = {"batch_size": 2, "step_size": 0.5 * ours[1].low}
    mine, other = growth_rate(J, **at), growth_rate(theirs_J, **at)
    assert mine.low <= other.high
    assert other.low <= mine.high
    assert full_batch_edge(theirs_J).low <= full_batch_edge(J).high


@pytest.mark.parametrize("name", ["array_api_strict", "torch"])
def test_the_arrays_stay_where_they_are(name: str, monkeypatch: Any) -> None:
    """Nothing of size N^2 comes to NumPy, and both of T's products see the library's own arrays."""
    xp = library(name)
    kind = type(xp.asarray([1.0]))
    gram = Gram.from_jacobian(xp.asarray(np.random.default_rng(3).normal(size=(7, 9))))
    assert type(gram.vectors) is kind
    seen = []
    for product in ("spread", "apply"):
        inner = getattr(gram_operator.Operator, product)

        def watched(self: Any, V: Any, *rest: Any, inner: Any = inner) -> Any:
            seen.append(type(V))
            return inner(self, V, *rest)

        monkeypatch.setattr(gram_operator.Operator, product, watched)
    mean_square_threshold(gram, batch_size=1)
    assert set(seen) == {kind}


def test_a_tensor_that_records_derivatives() -> None:
    torch = library("torch")
    J = torch.asarray(np.random.default_rng(3).normal(size=(4, 6))).requires_grad_()
    ours, plain = (mean_square_threshold(x, batch_size=2) for x in (J, J.detach()))
    assert (ours.low, ours.high) == (plain.low, plain.high)
    assert J.requires_grad


def test_edges_of_the_standard() -> None:
    xp = library("array_api_strict")
    nothing = mean_square_threshold(xp.asarray(np.zeros((3, 2))), batch_size=1)
    assert nothing.low == np.inf
    K = xp.asarray(np.diag([1.0, 2.0]))
    found = mean_square_threshold(K, batch_size=1)
    assert found.low <= 1 <= found.high
    blocks = xp.asarray(np.eye(4).reshape(2, 2, 2, 2))
    assert mean_square_threshold(blocks, batch_size=2).low <= 4  # 2N/l_max
    J = np.random.default_rng(0).normal(size=(6, 9))
    runs = {"batch_size": 2, "runs": 16, "epochs": 60}
    theirs, ours = almost_sure_threshold(xp.asarray(J), **runs), almost_sure_threshold(J, **runs)
    # the same runs, on the host; the decompositions agree to rounding
    assert theirs.low == pytest.approx(ours.low, rel=1e-6)
    with pytest.raises(TypeError, match="float32; must be float64"):
        mean_square_threshold(xp.asarray(np.eye(3), dtype=xp.float32), batch_size=1)
    with pytest.raises(ValueError, match="must be finite"):
        mean_square_threshold(xp.asarray(np.diag([1.0, np.nan])), batch_size=1)
    with pytest.raises(ValueError, match="must be symmetric"):
        mean_square_threshold(xp.asarray(np.array([[1.0, 2.0], [0.0, 1.0]])), batch_size=1)


@pytest.mark.parametrize("name", ["numpy", "array_api_strict", "torch"])
def test_zeros_and_identity(name: str) -> None:
    model = library(name).asarray(np.array([1.0, 2.0]))
    assert type(zeros((2, 3), model)) is type(model)
    assert (host(zeros((2, 3), model)) == 0).all()
    assert (host(identity(3, model)) == np.eye(3)).all()
    assert host(identity(3, model)).dtype == np.float64
