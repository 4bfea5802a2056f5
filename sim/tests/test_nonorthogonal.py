"""SGD through the Gram matrix: against the chain rule in R^d, against `simulate`, and bad input."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import simulate
from sim.problems.nonorthogonal import UNIT, from_data, simulate_gram
from tests.instances import Instance, dot

# dyadic entries: every inner product below is exact in float64
DYADIC = st.integers(-8, 8).map(lambda k: Fraction(k, 8))


@st.composite
def any_data(draw: st.DrawFn) -> tuple[Instance, list[int]]:
    """Rows of any norms and inner products, n <= 5, d <= 4; a batch with multiplicities."""
    n, d = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    vector = st.lists(DYADIC, min_size=d, max_size=d)
    data = draw(st.lists(vector, min_size=n, max_size=n))
    batch = draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=4))
    a = draw(st.integers(1, 16).map(lambda k: Fraction(k, 16)))
    weight = draw(vector)
    return Instance(data, weight, tuple(batch), a, draw(st.sampled_from(["linear", "relu"]))), batch


def start_of(at: Instance) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return from_data(
        np.array(at.weight, dtype=float), np.array([[float(x) for x in row] for row in at.data])
    )


@given(any_data())
def test_one_step_is_the_chain_rule(case):
    """Exact rationals in R^d; q, r2, G and a (n, b <= 5 terms) are exact in float64.

    Each of q+ and r2+ is a sum of products whose absolute values add up to M; every float operation
    errs by UNIT relatively, and none is preceded by more than 3 sums of n terms and 12 operations.
    """
    at, batch = case
    q, r2, gram = start_of(at)
    b, n = len(batch), len(at.data)
    result = simulate_gram(
        q, r2, gram, batch_size=b, step_size=float(at.a) * b, steps=1, batches=np.array([batch]),
        activation=at.activation, sampling="replacement",
    )  # fmt: skip
    after, a = at.step(), float(at.a)
    weight = np.bincount(batch, minlength=n) * np.array(at.gates)
    u = weight * np.abs(q[0])
    big = 1 + a * (u @ np.abs(q[0]))
    pull = a * (2 + r2[0])
    along = np.abs(gram) @ u
    operations = 3 * n + 16
    close = operations * UNIT * (big * np.abs(q[0]) + pull * along)
    assert (np.abs(result.q[0] - [float(x) for x in after.q]) <= close).all()
    size = big**2 * r2[0] + 2 * big * pull * (u @ np.abs(q[0])) + pull**2 * (u @ along)
    assert abs(result.r2[0] - float(after.r2)) <= operations * UNIT * size


@pytest.mark.parametrize("sampling", ["uniform", "replacement", "cyclic", "reshuffled"])
@pytest.mark.parametrize("b", [1, 2, 4])
@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_orthonormal_data_as_in_simulate(sampling, b, activation):
    """The same seed gives the same batches; 12 steps at a = 0.1 from squared norm 1.

    While r2 < 1.2, S <= b r2 < 4.8: a step multiplies a relative error by at most
    1 + 2a(S + r2)/(1 - aS) < 3.4 and adds at most 40 UNIT in either engine, so in the end the two
    differ by at most 80 UNIT (1 + 3.4 + ... + 3.4^12) < 3e-8.
    """
    rng = np.random.Generator(np.random.PCG64(b))
    q = rng.normal(size=(2100, 4))  # more than one block
    q /= np.sqrt((q**2).sum(axis=1, keepdims=True)) * 1.25
    rho = np.full(len(q), 0.36)
    options = {"batch_size": b, "step_size": 0.1 * b, "steps": 12, "sampling": sampling,
               "activation": activation, "seed": 7}  # fmt: skip
    known = simulate(q, rho, observe=["r2"], **options)
    found = simulate_gram(q, (q**2).sum(axis=1) + rho, np.eye(4), **options)
    assert known.recorded["r2"].max() < 1.2
    assert np.allclose(found.q, known.q, rtol=3e-8, atol=0)
    assert np.allclose(found.r2, known.r2, rtol=3e-8, atol=0)


def test_a_run_is_its_steps_one_after_another():
    """So one step's accuracy is every step's; and all activations, non-trivial Gram, records."""
    rng = np.random.Generator(np.random.PCG64(1))
    data, weight = rng.normal(size=(4, 3)) / 2, rng.normal(size=(5, 3)) / 2
    q, r2, gram = from_data(weight, data)
    batches = rng.integers(4, size=(6, 5, 2))
    for activation in ("linear", "relu"):
        options = {"batch_size": 2, "step_size": 0.5, "activation": activation,
                   "sampling": "replacement"}  # fmt: skip
        whole = simulate_gram(
            q, r2, gram, steps=6, batches=batches, every=1, **options,
            observe={"q": lambda q, r2: q, "r2": lambda q, r2: r2},
        )  # fmt: skip
        assert whole.recorded_steps.tolist() == list(range(7))
        here_q, here_r2 = q, r2
        for step in range(6):
            assert np.array_equal(whole.recorded["q"][step], here_q)
            # near a run's later states rounding may break r2 >= q' G^+ q; the check allows for it
            one = simulate_gram(here_q, here_r2, gram, steps=1, batches=batches[step : step + 1],
                                **options)  # fmt: skip
            here_q, here_r2 = one.q, one.r2
        assert np.array_equal(whole.q, here_q)
        assert np.array_equal(whole.r2, here_r2)
        assert np.array_equal(whole.recorded["r2"][-1], whole.r2)


def test_records_do_not_change_the_run():
    q, r2, gram = from_data(np.full((3, 2), 0.5), np.array([[1.0, 0.2], [0.3, 1.1], [0.1, 0.1]]))
    options = {"batch_size": 2, "step_size": 0.2, "steps": 25, "seed": 3}
    plain = simulate_gram(q, r2, gram, **options)
    seen = simulate_gram(q, r2, gram, observe={"r2": lambda q, r2: r2}, every=4, **options)
    assert np.array_equal(plain.q, seen.q)
    assert seen.recorded_steps.tolist() == [0, 4, 8, 12, 16, 20, 24]
    assert seen.recorded["r2"].shape == (7, 3)


def test_orthogonal_coordinates_keep_their_precision_when_small():
    """Only ever multiplied: 1e-290 times the exact factor, to 40 roundings over 10 steps."""
    sigma2 = np.array([1.0, 1.21])
    small = simulate_gram([1.0, 1e-290], 1.0, np.diag(sigma2), batch_size=1, step_size=0.1,
                          steps=10, batches=[[0]] * 10)  # fmt: skip
    factor = (1 - 0.1) ** 10  # c_1 = 1 stays: S = 1, r2 = 1
    assert abs(small.q[0, 1] / (1e-290 * factor) - 1) < 40 * UNIT
    assert small.q[0, 0] == 1.0


def test_divergence_is_told():
    """The second run is full batch in R^1, which contracts by 1 - 4a = 0.2 a step at r2 = 1."""
    result = simulate_gram([[30.0], [0.5]], [900.0, 0.25], [[1.0]], batch_size=1, step_size=0.2,
                           steps=50)  # fmt: skip
    assert result.diverged.tolist() == [True, False]
    assert np.isnan(result.q[0, 0])
    assert abs(result.r2[1] - 1) < 1e-9


GOOD = {"q": [0.5, 0.5], "r2": 1.0, "gram": [[1.0, 0.1], [0.1, 2.0]], "batch_size": 1,
        "step_size": 0.1, "steps": 3}  # fmt: skip
BAD = {
    "gram": [
        ([[1.0, 0.1, 0.0], [0.1, 2.0, 0.0]], r"gram: shape"),
        ([[1.0, 0.2], [0.1, 2.0]], r"gram\[0, 1\]=0.2, gram\[1, 0\]=0.1: must be symmetric"),
        ([[1.0, 1.5], [1.5, 2.0]], "positive semidefinite"),
        ([[-1.0, 0.0], [0.0, 2.0]], "a squared norm must be >= 0"),
        ([[0.0, 0.0], [0.0, 2.0]], r"<w, x_0> must be 0"),
        ([[np.nan, 0.1], [0.1, 2.0]], "finite"),
    ],
    "r2": [
        (0.3, "no w has these inner products"),
        (0.0, "no w has these inner products"),
        (-1.0, "r2=-1.0: must be >= 0"),
        ([[1.0]], "r2: shape"),
    ],
    "q": [([], "q: shape"), ([[1.5, 0.5]], "no w has these"), ([0.5], "gram: shape")],
    "batch_size": [(0, "batch_size=0"), (3, "batch_size=3")],
    "step_size": [(0.0, "step_size"), (np.inf, "step_size")],
    "steps": [(-1, "steps=-1")],
    "activation": [("tanh", "activation='tanh'")],
    "sampling": [("sorted", "sampling='sorted'")],
    "every": [(0, "every=0")],
    "batches": [([[2], [0], [0]], "batches: index 2"), ([[0]], "batches: shape")],
}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [(name, *pair) for name, pairs in BAD.items() for pair in pairs],
)
def test_bad_input_is_named(name, value, message):
    simulate_gram(**GOOD)
    with pytest.raises(ValueError, match=message):
        simulate_gram(**{**GOOD, name: value})


def test_other_bad_input():
    with pytest.raises(TypeError, match=r"observe\['x'\]=1"):
        simulate_gram(**GOOD, observe={"x": 1})
    with pytest.raises(ValueError, match=r"observe\['x'\]: returned shape \(2,\)"):
        simulate_gram(**{**GOOD, "r2": [1.0, 1.0, 1.0]}, observe={"x": lambda q, r2: np.ones(2)})
    with pytest.raises(ValueError, match=r"r2: shape \(3,\)"):
        simulate_gram(**{**GOOD, "q": [[0.5, 0.5]] * 2, "r2": [1.0, 1.0, 1.0]})
    with pytest.raises(ValueError, match="data: shape"):
        from_data([1.0], [1.0])


@given(any_data(), st.floats(1e-6, 1e6))
def test_every_weight_and_its_data_are_accepted(case, scale):
    """Rank-deficient data included; and in any units."""
    at, _ = case
    data = np.array([[float(x) for x in row] for row in at.data]) * scale
    q, r2, gram = from_data(np.array(at.weight, dtype=float) / 3, data)
    simulate_gram(q, r2, gram, batch_size=1, step_size=0.1, steps=0)
    norm2 = float(dot(at.weight, at.weight)) / 9
    if len(at.data) and np.abs(q).max() > 1e-3 * scale and norm2 > 0:
        inside = q[0] @ np.linalg.pinv(gram / scale**2, rcond=1e-9) @ q[0] / scale**2
        with pytest.raises(ValueError, match="no w has these"):
            simulate_gram(q, inside * 0.999, gram, batch_size=1, step_size=0.1, steps=0)
