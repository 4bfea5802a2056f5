"""Observables against the loss, the Hessian and plain vectors, written out."""

import numpy as np
import pytest

from sim import from_weights, observe, simulate
from sim.engine.state import State


def instance(seed, n, d, runs=4):
    rng = np.random.default_rng(seed)
    data = np.linalg.qr(rng.normal(size=(d, d)))[0][:n]
    weight = rng.normal(size=(runs, d)) * rng.uniform(0.2, 1.2, size=(runs, 1)) / np.sqrt(d)
    return weight, data


def plain_loss(w, data, activation):
    phi = data @ w if activation == "linear" else np.maximum(data @ w, 0)
    return np.mean([0.5 * ((x - w * p) ** 2).sum() for x, p in zip(data, phi, strict=True)])


def plain_hessian(w, data, activation):
    d, total = len(w), np.zeros((len(w), len(w)))
    for x in data:
        z = x @ w
        if activation == "relu" and z <= 0:
            continue
        cross = np.outer(w, x) + np.outer(x, w)
        total += -(2 - w @ w) * np.outer(x, x) + 2 * z * cross + z * z * np.eye(d)
    return total / len(data)


@pytest.mark.parametrize("activation", ["linear", "relu"])
@pytest.mark.parametrize(("n", "d"), [(1, 1), (1, 3), (4, 4), (4, 5), (5, 9)])
def test_loss_and_hessian(activation, n, d):
    for scale in (0.2, 1.0, 2.0):
        weight, data = instance(n + 10 * d, n, d)
        weight = weight * scale
        state = State.at(*from_weights(weight, data), activation=activation, dimension=d)
        hessians = [plain_hessian(w, data, activation) for w in weight]
        # sums of a few hundred terms of size below 30: 1e-12 is over a hundred roundings of each
        close = {"rtol": 0, "atol": 1e-12}
        losses = [plain_loss(w, data, activation) for w in weight]
        np.testing.assert_allclose(observe.loss(state), losses, **close)
        smallest = (n - 1) / (2 * n)
        np.testing.assert_allclose(observe.excess_loss(state) + smallest, losses, **close)
        traces = [np.trace(h) for h in hessians]
        np.testing.assert_allclose(observe.hessian_trace(state), traces, **close)
        largest = [np.linalg.eigvalsh(h)[-1] for h in hessians]
        np.testing.assert_allclose(observe.hessian_max_eigenvalue(state), largest, **close)


def test_hessian_of_a_dead_relu_is_zero():
    state = State.at([[-0.5, -0.2]], 0.1, activation="relu", dimension=3)
    assert observe.hessian_max_eigenvalue(state) == observe.hessian_trace(state) == 0


def test_alignment_is_the_cosine_with_the_start():
    """Also where 1 - aS < 0 turns w_perp round (a = 2, S = 0.64)."""
    q, rho = np.array([0.8, 0.1]), 0.25
    batch, eta = [[0]], 2.0
    result = simulate(q, rho, batch_size=1, step_size=eta, steps=1, batches=batch,
                      observe=["alignment"])  # fmt: skip
    decay = 1 - eta * 0.64
    after = np.array([0.8 * (decay + eta * (2 - 0.65 - rho)), 0.1 * decay, 0.5 * decay])
    before = np.array([0.8, 0.1, 0.5])
    cosine = after @ before / np.linalg.norm(after) / np.linalg.norm(before)
    np.testing.assert_allclose(result.recorded["alignment"][:, 0], [1.0, cosine], rtol=1e-14)


def test_sparsity():
    state = State.at([[1, 1, 1, 0], [3, 0, 0, 0], [0, 0, 0, 0], [1e-200, 1e-200, 0, 0]], 0.5)
    np.testing.assert_array_equal(observe.participation_ratio(state), [3, 1, np.nan, 2])
    np.testing.assert_array_equal(observe.max_share(state), [1 / 3, 1, np.nan, 0.5])
    assert observe.winner(state).tolist() == [0, 0, -1, 0]


def test_ratios_use_the_largest_live_coordinate():
    state = State.at([[-4.0, 2.0, 1.0], [-1.0, -2.0, 0.0]], 0.0, activation="relu")
    expected = [[np.log(2), 0, np.log(0.5)], [np.nan] * 3]
    np.testing.assert_allclose(observe.log_ratios(state), expected, atol=1e-15)
    np.testing.assert_allclose(observe.log_ratio(0, 2)(state), [np.log(4), np.inf], atol=1e-15)
    assert observe.active_count(state).tolist() == [2, 0]
    assert state.dead.tolist() == [False, True]


def test_every_named_observable_gives_a_row_per_run():
    result = simulate(
        np.full((3, 4), 0.3), [0.0, 0.1, 0.2], batch_size=2, step_size=0.3, steps=6,
        observe=list(observe.NAMED), every=3, dimension=6,
    )  # fmt: skip
    for name, values in result.recorded.items():
        assert values.shape[:2] == (3, 3), name
        assert np.isfinite(values).all(), name
