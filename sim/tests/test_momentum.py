"""`sim.problems.momentum`: against a plain loop from the loss, exact rationals, PyTorch; what it refuses."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import simulate
from sim.problems.momentum import simulate_adam, simulate_momentum
from tests.instances import Instance
from tests.test_peers import loss, pytorch
from theorem_audit import Absent

QUICK = settings(max_examples=40, deadline=None)
METHODS = [("heavy ball", False), ("nesterov", True)]


def gradient(weight: Any, data: Any, batch: Any, activation: str) -> Any:
    """Sum over the batch of grad 1/2 |x - w phi(<w, x>)|^2, by the chain rule, one sample at a time."""
    total = np.zeros_like(weight)
    for i in batch:
        inner = float(weight @ data[i])
        gate = 1.0 if activation == "linear" or inner > 0 else 0.0
        residual = data[i] - weight * gate * inner
        total -= gate * inner * residual + gate * (weight @ residual) * data[i]
    return total


def plain_momentum(w: Any, v: Any, data: Any, batches: Any, a: float, beta: float, ahead: float,
                   activation: str) -> tuple[Any, Any]:  # fmt: skip
    for batch in batches:
        v = beta * v - a * gradient(w + ahead * v, data, batch, activation)
        w = w + v
    return w, v


def plain_adam(w: Any, data: Any, batches: Any, rate: float, betas: Any, epsilon: float,
               activation: str) -> Any:  # fmt: skip
    m, u = np.zeros_like(w), np.zeros_like(w)
    for t, batch in enumerate(batches, 1):
        g = gradient(w, data, batch, activation) / len(batch)
        m, u = betas[0] * m + (1 - betas[0]) * g, betas[1] * u + (1 - betas[1]) * g * g
        for k in range(len(w)):
            w[k] -= (
                rate
                * (m[k] / (1 - betas[0] ** t))
                / ((u[k] / (1 - betas[1] ** t)) ** 0.5 + epsilon)
            )
    return w


def problem(number: int, n: int, extra: int, share: float, steps: int) -> tuple[Any, ...]:
    """Random orthonormal data, weight of norm about 1 and batches."""
    random = np.random.default_rng(number)
    d, b = n + extra, 1 + round(share * (n - 1))
    data = np.linalg.qr(random.normal(size=(d, n)))[0].T
    weight = random.normal(size=d) / np.sqrt(d)
    batches = np.array([random.choice(n, b, replace=False) for _ in range(steps)])
    return data, weight, batches, random


CASES = {
    "number": st.integers(0, 2**32 - 1), "n": st.integers(1, 5), "extra": st.integers(0, 3),
    "share": st.floats(0, 1), "activation": st.sampled_from(["linear", "relu"]),
}  # fmt: skip
# 12 steps of at most 100 operations on numbers of size <= 10, each step's map having a derivative
# below 3 at these step sizes: 12 * 100 * 10 * 3^12 * 2^-53 < 1e-6.
LOOSE = 1e-6


@QUICK
@given(**CASES, beta=st.floats(0, 0.95), a=st.floats(0.01, 0.15), method=st.sampled_from(METHODS))
def test_momentum_equals_a_plain_loop(
    number: int,
    n: int,
    extra: int,
    share: float,
    activation: str,
    beta: float,
    a: float,
    method: Any,
) -> None:
    data, weight, batches, random = problem(number, n, extra, share, 12)
    velocity = 0.1 * random.normal(size=n)
    w, v = plain_momentum(weight, velocity @ data, data, batches, a, beta, method[1] * beta,
                          activation)  # fmt: skip
    q = data @ weight
    off = weight - q @ data
    rho = float(off @ off) if extra else 0.0
    size = batches.shape[1]
    run = simulate_momentum(
        q, rho, batch_size=size, step_size=a * size, steps=12, momentum=beta, nesterov=method[1],
        velocity=velocity, activation=activation, batches=batches,
    )  # fmt: skip
    assert np.allclose(run.q[0], data @ w, rtol=0, atol=LOOSE)
    assert np.allclose(run.velocity[0], data @ v, rtol=0, atol=LOOSE)
    if extra:
        seen = (w - (data @ w) @ data) @ off / np.sqrt(rho)
        assert abs(run.perp[0] - seen) <= LOOSE
        assert abs(run.r2[0] - w @ w) <= 10 * LOOSE


@QUICK
@given(**CASES, rate=st.floats(0.01, 0.1), first=st.floats(0, 0.95), second=st.floats(0.5, 0.999))
def test_adam_equals_a_plain_loop(
    number: int, n: int, extra: int, share: float, activation: str, rate: float, first: float,
    second: float,
) -> None:  # fmt: skip
    """epsilon is large enough to keep a step from magnifying rounding where a gradient is near 0."""
    data, weight, batches, _ = problem(number, n, extra, share, 12)
    expected = plain_adam(weight.copy(), data, batches, rate, (first, second), 0.1, activation)
    run = simulate_adam(
        weight, data, batch_size=batches.shape[1], step_size=rate, steps=12, betas=(first, second),
        epsilon=0.1, activation=activation, batches=batches,
    )  # fmt: skip
    assert np.allclose(run.weight[0], expected, rtol=0, atol=LOOSE)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_two_steps_equal_exact_rationals(method: Any, activation: str) -> None:
    """Chain rule in Fractions; start, step and momentum are dyadic, so the first step is exact."""
    basis = [[Fraction(int(i == j)) for j in range(3)] for i in range(3)]
    w, v = [Fraction(1, 2), Fraction(-1, 4), Fraction(1, 4)], [Fraction(0)] * 3
    a, beta = Fraction(1, 4), Fraction(1, 2)
    q = [float(x) for x in w]
    sets = [(0, 1), (1, 2)]
    for batch in sets:
        ahead = beta if method[1] else Fraction(0)
        point = [x + ahead * y for x, y in zip(w, v, strict=True)]
        after = Instance(basis, point, batch, a, activation).step().weight
        v = [beta * y + z - x for y, z, x in zip(v, after, point, strict=True)]
        w = [x + y for x, y in zip(w, v, strict=True)]
    run = simulate_momentum(
        q, 0.0, batch_size=2, step_size=0.5, steps=2, momentum=0.5, nesterov=method[1],
        activation=activation, batches=np.array(sets),
    )  # fmt: skip
    assert np.allclose(run.q[0], [float(x) for x in w], rtol=0, atol=1e-14)


def test_without_momentum_it_is_sgd() -> None:
    """Same batches as `simulate`; 30 steps of rounding at most 2^-53 * 40 each, derivative < 2."""
    random = np.random.default_rng(5)
    q = random.normal(size=(7, 6)) / 3
    batches = np.array([[random.choice(6, 2, replace=False) for _ in range(7)] for _ in range(30)])
    for activation in ("linear", "relu"):
        kw: Any = {"batch_size": 2, "step_size": 0.4, "steps": 30, "batches": batches,
                   "activation": activation}  # fmt: skip
        plain = simulate(q, 0.3, **kw)
        for nesterov in (False, True):
            run = simulate_momentum(q, 0.3, momentum=0.0, nesterov=nesterov, **kw)
            assert np.allclose(run.q, plain.q, rtol=0, atol=1e-10)
            assert np.allclose(run.r2, plain.r2, rtol=0, atol=1e-10)


@pytest.mark.parametrize("b", [1, 3, 4, 5])
def test_drawn_batches_are_uniform_subsets(b: int) -> None:
    """n = 5: a tiny step from equal q_j tells who was drawn; 20000 draws, each j with chance b/5.

    Counts within 7 standard deviations: error below 5e-12 each by the normal tail, about 1e-9 with
    the binomial's; and each batch has exactly b members.
    """
    runs = 20000
    q = np.full((runs, 5), 0.1)
    run = simulate_momentum(q, 0.0, batch_size=b, step_size=1e-3, steps=1, momentum=0.5, seed=3)
    grown = run.q > 0.1
    assert (grown.sum(axis=1) == b).all()
    spread = np.sqrt(runs * b / 5 * (1 - b / 5))
    assert (np.abs(grown.sum(axis=0) - runs * b / 5) <= 7 * spread).all()


def test_records_and_repeats() -> None:
    q = np.array([[0.3, 0.4]])
    kw: Any = {"batch_size": 1, "step_size": 0.1, "steps": 7, "momentum": 0.5}
    run = simulate_momentum(q, 0.0, every=3, seed=1, **kw)
    assert run.recorded_steps.tolist() == [0, 3, 6]
    assert run.recorded.shape == run.recorded_velocity.shape == (3, 1, 2)
    assert (run.recorded[0] == q).all()
    again = simulate_momentum(q, 0.0, seed=1, **kw)
    assert (again.q == run.q).all()
    assert (simulate_momentum(q, 0.0, seed=2, **kw).q != run.q).any()
    adam = simulate_adam(q, np.eye(2), batch_size=1, step_size=0.1, steps=4, every=2, seed=1)
    assert adam.recorded.shape == (3, 1, 2)
    assert (adam.recorded[-1] == adam.weight).all()


GOOD: dict[str, Any] = {"q": [0.3, 0.4], "rho": 0.0, "batch_size": 1, "step_size": 0.1, "steps": 2,
                        "momentum": 0.5}  # fmt: skip
BAD: list[tuple[str, Any, type[Exception]]] = [
    ("momentum", 1.0, ValueError), ("momentum", -0.1, ValueError),
    ("momentum", float("nan"), ValueError), ("momentum", "x", TypeError),
    ("batch_size", 3, ValueError), ("batch_size", 0, ValueError), ("batch_size", 1.5, TypeError),
    ("step_size", 0.0, ValueError), ("step_size", float("inf"), ValueError),
    ("steps", -1, ValueError), ("steps", 10**16, ValueError), ("rho", -1.0, ValueError), ("q", [], ValueError),
    ("velocity", [1.0, 2.0, 3.0], ValueError), ("velocity", [1.0, float("nan")], ValueError),
    ("nesterov", 1, TypeError), ("activation", "tanh", ValueError), ("every", 0, ValueError),
    ("seed", -1, ValueError), ("batches", [[2], [0]], ValueError), ("batches", [[0]], ValueError),
]  # fmt: skip


@pytest.mark.parametrize("name,value,error", BAD)
def test_bad_arguments_are_named(name: str, value: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=name):
        simulate_momentum(**{**GOOD, name: value})


ADAM: dict[str, Any] = {"weight": [0.3, 0.4], "data": np.eye(2), "batch_size": 1, "step_size": 0.1,
                        "steps": 2}  # fmt: skip


@pytest.mark.parametrize(
    "name,value",
    [
        ("betas", (0.9,)), ("betas", (0.9, 1.0)), ("betas", 0.9), ("epsilon", 0.0),
        ("data", [[1.0, 1.0], [0.0, 1.0]]), ("weight", [1.0]), ("batch_size", 3),
        ("step_size", -1.0), ("activation", "tanh"),
    ],
)  # fmt: skip
def test_adams_bad_arguments_are_named(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        simulate_adam(**{**ADAM, name: value})


@pytest.mark.parametrize("method", ["heavy ball", "nesterov", "adam"])
def test_pytorchs_optimisers_agree(method: str) -> None:
    """PyTorch steps the loss itself.  Its Nesterov keeps y = w + momentum v as the parameter."""
    try:
        torch = pytorch()
    except Absent as absent:
        pytest.skip(str(absent))
    data, weight, batches, _ = problem(11, 4, 2, 0.5, 15)
    size, beta, rate = batches.shape[1], 0.8, 0.1
    parameter = torch.tensor(weight, dtype=torch.float64, requires_grad=True)
    points = torch.tensor(data, dtype=torch.float64)
    if method == "adam":
        optimiser = torch.optim.Adam([parameter], lr=rate, betas=(0.9, 0.99), eps=0.1)
    else:
        optimiser = torch.optim.SGD(
            [parameter], lr=rate, momentum=beta, nesterov=method == "nesterov"
        )
    for batch in batches:
        optimiser.zero_grad()
        sum(loss(torch, parameter, points[i], "linear") for i in batch).div(size).backward()
        optimiser.step()
    final = parameter.detach().numpy()
    if method == "adam":
        run = simulate_adam(weight, data, batch_size=size, step_size=rate, steps=15,
                            betas=(0.9, 0.99), epsilon=0.1, batches=batches)  # fmt: skip
        assert np.allclose(run.weight[0], final, rtol=0, atol=LOOSE)
        return
    q = data @ weight
    moved = simulate_momentum(
        q, weight @ weight - q @ q, batch_size=size, step_size=rate, steps=15, momentum=beta,
        nesterov=method == "nesterov", batches=batches,
    )  # fmt: skip
    ahead = beta if method == "nesterov" else 0.0
    assert np.allclose(moved.q[0] + ahead * moved.velocity[0], data @ final, rtol=0, atol=LOOSE)
