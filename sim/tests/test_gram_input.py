"""What users hand in: sizes, scales, shapes and arguments; what is refused, and what is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim import (
    Gram,
    Hessians,
    almost_sure_threshold,
    design,
    growth_rate,
    mean_square_threshold,
)
from sim.problems.gram import memory
from sim.problems.gram_input import NotAGram


def test_memory_is_said() -> None:
    assert memory(10_000) == memory(5_000, 2)
    assert memory(10_000) < 16e9
    # what forming J J' takes for a wide J: six arrays of its size
    assert memory(100, 1, 200_000) - memory(100) > 6 * 8 * 100 * 200_000


@pytest.mark.parametrize(
    ("K", "options", "error", "message"),
    [
        (np.array([[1.0, np.nan], [np.nan, 1.0]]), {}, ValueError, "must be finite"),
        (
            np.array([[1.0, 2.0], [0.0, 1.0]]),
            {},
            NotAGram,
            r"K\[0, 1\]=2.0 but K\[1, 0\]=0.0.*symmetric",
        ),
        (np.diag([1.0, -0.5]), {}, NotAGram, "eigenvalue -0.5 beside 1"),
        (np.eye(3), {"outputs": 2}, NotAGram, "square of size N k, k = 2"),
        (np.eye(3), {"batch_size": 4}, ValueError, "batch_size=4: must be an integer from 1 to 3"),
        (np.eye(3), {"batch_size": 0}, ValueError, "batch_size=0"),
        (np.eye(3), {"batch_size": 1.5}, TypeError, "batch_size=1.5"),
        (np.eye(3), {"sampling": "cyclic"}, ValueError, "sampling='cyclic'"),
        (np.eye(3), {"width": 0}, ValueError, "width=0"),
        (np.ones(3), {}, ValueError, r"K: shape \(3,\)"),
        (np.ones((2, 3, 2, 2)), {}, NotAGram, r"must be \(N, k, N, k\)"),
        ("text", {}, ValueError, "K: shape"),
        (np.eye(3), {"batch_size": None}, TypeError, "batch_size=None: must be an integer"),
        (np.ones((6, 4)), {"outputs": 2}, ValueError, r"J has 1 a sample.*\(N, k, p\)"),
        (np.ones((3, 2, 4)), {"outputs": 3}, ValueError, "outputs=3: but J has 2"),
        (np.eye(4).reshape(2, 2, 2, 2), {"outputs": 4}, ValueError, "outputs=4: but K has 2"),
        (lambda V: V, {}, TypeError, "Gram.from_product"),
        # J J' would be 0 in floats, and no step size would leave
        (np.full((2, 3), 1e-200), {}, ValueError, "J: largest entry 1e-200"),
        (np.full((2, 3), 1e200), {}, ValueError, "J: largest entry 1e\\+200"),
        (np.eye(2) * 1e-300, {}, ValueError, "K: largest entry 1e-300"),
        (np.eye(2) * 1e300, {}, ValueError, "K: largest entry 1e\\+300"),
    ],
)
def test_bad_input_is_refused(K: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        mean_square_threshold(K, **({"batch_size": 1} | options))


def test_more_bad_input() -> None:
    with pytest.raises(ValueError, match="product: gave shape"):
        Gram.from_product(lambda V: V[:1], 3)
    with pytest.raises(ValueError, match="J: shape"):
        Gram.from_jacobian(np.ones(3))
    with pytest.raises(ValueError, match="at least 16"):
        almost_sure_threshold(np.eye(2) + 1, batch_size=1, runs=3)
    with pytest.raises(ValueError, match="step_size=-1"):
        growth_rate(np.eye(2), batch_size=1, step_size=-1)
    with pytest.raises(ValueError, match="at most 1000 times the full-batch edge"):
        growth_rate(np.eye(2) + 1, batch_size=1, step_size=1e5)  # it did not come back
    for name, value in (("level", 1.5), ("epochs", 0), ("seed", -1), ("resolution", float("nan"))):
        with pytest.raises(ValueError, match=f"{name}="):
            almost_sure_threshold(np.eye(2) + 1, batch_size=1, **{name: value})
    with pytest.raises(TypeError, match="keep: must be a list of minima, got ndarray"):
        design(keep=np.eye(2), leave=[])
    for Q, message in (
        (np.ones((2, 2, 3)), "shape"), ([[[1.0, 2.0], [0.0, 1.0]]], "symmetric"),
        (np.full((1, 2, 2), np.nan), "finite"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=message):
            Hessians(Q)


@pytest.mark.parametrize("scale", [1e-40, 1e40])
def test_scales_that_are_taken(scale: float) -> None:
    """C_ms(s K) = C_ms(K)/s, at both ends of what is taken for a Jacobian's entries."""
    J = np.random.default_rng(0).integers(-3, 4, size=(3, 5)).astype(float)
    plain, scaled = (mean_square_threshold(x, batch_size=2) for x in (J, J * scale))
    assert scaled.low * scale**2 <= plain.high * (1 + 1e-12)
    assert plain.low <= scaled.high * scale**2 * (1 + 1e-12)
    assert scaled.width <= 1e-8


def test_a_saddle_of_full_batch_keeps_nothing() -> None:
    """Mean curvature -1/2 along one axis: every step size leaves, and C_as was once said to be infinite."""
    Q = np.stack([np.diag([1.0, -1.0]), np.diag([1.0, 0.0])])
    found = almost_sure_threshold(Hessians(Q), batch_size=2)
    assert (found.low, found.high) == (0, 0)
    with pytest.raises(ValueError, match="no direction has positive mean curvature"):
        almost_sure_threshold(Hessians(-np.abs(Q)), batch_size=1)
    nothing = almost_sure_threshold(Hessians(np.zeros((2, 2, 2))), batch_size=1)
    assert nothing.low == np.inf


def test_rounding_of_the_input_widens_the_enclosure() -> None:
    """A K formed carelessly in floats: asymmetry and negative eigenvalues of rounding's size."""
    J = np.random.default_rng(0).normal(size=(8, 3))
    K = J @ J.T
    K[0, 1] += 1e-12
    rough = mean_square_threshold(K, batch_size=1)
    sharp = mean_square_threshold(J, batch_size=1)
    assert rough.low <= sharp.high
    assert sharp.low <= rough.high
    assert Gram.from_matrix(K).uncertainty > 1e-13
