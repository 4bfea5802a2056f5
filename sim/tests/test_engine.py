"""`simulate` and `from_weights`: what they compute, what they refuse, what they promise."""

from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import from_weights, simulate
from sim.engine.batches import drawn, mask_pays
from sim.engine.rounding import bound
from sim.reference import exact_run

QUICK = settings(max_examples=60, deadline=None)


def draw_batches(rng, n, b, steps, runs, repeats=False):
    shape = (steps, runs)
    sets = [rng.choice(n, b, replace=repeats) for _ in range(steps * runs)]
    return np.array(sets).reshape(*shape, b)


def in_region(rng, runs, n):
    """Starts with 0 < r2 < 2 and their rho."""
    q = rng.normal(size=(runs, n))
    r2 = rng.uniform(0.05, 1.95, size=runs)
    rho = r2 * rng.uniform(0, 0.9, size=runs)
    return q * np.sqrt((r2 - rho) / (q**2).sum(axis=1))[:, None], rho


# --- against exact rationals ---------------------------------------------------------------------


@QUICK
@given(data=st.data(), activation=st.sampled_from(["linear", "relu"]), repeats=st.booleans())
def test_general_engine_equals_exact_rationals(data, activation, repeats):
    """On quarters q_1 has 8 bits after the point and q_2 26, and at most 18 before it, so two
    steps are exact in float64 at any step size: equality to the last bit is required. Only the
    final rho, a square, is rounded, once."""
    n = data.draw(st.integers(1, 5))
    b = data.draw(st.integers(1, n))
    quarters = st.integers(-5, 5).map(lambda k: k / 4)
    q = data.draw(st.lists(quarters, min_size=n, max_size=n))
    rho = data.draw(quarters) ** 2
    step_size = b * data.draw(st.integers(1, 6)) / 4
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    batches = draw_batches(rng, n, b, 2, 1, repeats)[:, 0]
    kw = {"batch_size": b, "step_size": step_size, "activation": activation}
    sampling = "replacement" if repeats else "uniform"
    result = simulate(q, rho, steps=2, batches=batches, sampling=sampling, backend="general", **kw)
    exact_q, exact_rho = exact_run(q, rho, batches, **kw)
    assert [fmpq(*x.as_integer_ratio()) for x in result.q[0].tolist()] == exact_q
    assert result.rho[0] == float(Fraction(int(exact_rho.p), int(exact_rho.q)))
    live = [x > 0 if activation == "relu" else x != 0 for x in exact_q]
    assert result.dead[0] == (not any(live))


@QUICK
@given(
    seed=st.integers(0, 2**32),
    n=st.integers(1, 12),
    share=st.floats(0, 1),
    a=st.floats(0.01, 0.49),
    activation=st.sampled_from(["linear", "relu"]),
    zero=st.booleans(),
)
def test_fast_engines_equal_the_general_one(seed, n, share, a, activation, zero):
    """Same batches: the two differ by at most the sum of their bounds (each has the same)."""
    rng = np.random.default_rng(seed)
    b, steps, runs = 1 + round(share * (n - 1)), 40, 3
    q, rho = in_region(rng, runs, n)
    if zero:
        q[0, 0], q[-1] = 0.0, -np.abs(q[-1])
    batches = draw_batches(rng, n, b, steps, runs)
    kw = {"batch_size": b, "step_size": a * b, "activation": activation}
    fast, slow = (
        simulate(q, rho, steps=steps, batches=batches, backend=backend, **kw)
        for backend in ("numpy", "general")
    )
    assert (fast.sign == slow.sign).all()
    assert (fast.dead == slow.dead).all()
    for run in range(runs):
        if fast.dead[run]:
            assert (fast.q[run] == q[run]).all()
            continue
        limit = 2 * bound(q[run], rho[run], batches[:, run], **kw) + 1e-15
        gap = np.abs(fast.q[run] - slow.q[run])
        assert (gap <= limit[:n] * np.abs(slow.q[run])).all()
        assert abs(fast.rho[run] - slow.rho[run]) <= 2 * limit[n] * slow.rho[run]


@QUICK
@given(
    seed=st.integers(0, 2**32),
    b=st.sampled_from([17, 20, 23]),
    a=st.floats(0.01, 0.49),
    activation=st.sampled_from(["linear", "relu"]),
)
def test_masks_equal_the_general_engine(seed, b, a, activation):
    """n = 40: batches of 17 to 23 are drawn as masks, and the general engine is given their lists."""
    rng = np.random.default_rng(seed)
    n, steps, runs = 40, 40, 3
    q, rho = in_region(rng, runs, n)
    q[0, 0], q[1, :30] = 0.0, -np.abs(q[1, :30])
    kw = {"batch_size": b, "step_size": a * b, "activation": activation}
    fast, slow = (
        simulate(q, rho, steps=steps, seed=seed, backend=backend, **kw)
        for backend in ("numpy", "general")
    )
    assert mask_pays(n, min(b, n - b))
    batches = drawn(n, b, runs, steps, seed)
    listed = simulate(q, rho, steps=steps, batches=batches.swapaxes(1, 2), backend="general", **kw)
    assert np.array_equal(listed.q, slow.q)
    for run in range(runs):
        limit = 1e-15 + sum(
            bound(q[run], rho[run], batches[:, :, run], masked=masked, **kw)
            for masked in (True, False)
        )
        gap = np.abs(fast.q[run] - slow.q[run])
        assert (gap <= limit[:n] * np.abs(slow.q[run])).all()
        assert abs(fast.rho[run] - slow.rho[run]) <= 2 * limit[n] * slow.rho[run]


def test_reference_is_sgd_on_the_weights():
    """exact_run against w <- w - (eta/b) sum grad loss_i in Q^4, on a rational orthonormal basis:
    the columns of a Householder reflection I - 2 v v^T / v^T v."""
    v, d, n = [1, 2, -1, 3], 4, 3
    norm = sum(k * k for k in v)
    data = [[Fraction(int(i == j)) - Fraction(2 * v[i] * v[j], norm) for j in range(d)]
            for i in range(n)]  # fmt: skip
    dot = lambda x, y: sum((p * q for p, q in zip(x, y, strict=True)), Fraction(0))  # noqa: E731
    for activation in ("linear", "relu"):
        w = [Fraction(1, 2), Fraction(-1, 3), Fraction(1, 5), Fraction(2, 7)]
        q = [dot(w, x) for x in data]
        rho = dot(w, w) - dot(q, q)
        batches = [[0, 1], [2, 0], [1, 2]]
        a = Fraction(3, 10)
        found, found_rho = exact_run(
            [fmpq(x.numerator, x.denominator) for x in q], fmpq(rho.numerator, rho.denominator),
            batches, step_size=fmpq(6, 10), batch_size=2, activation=activation,
        )  # fmt: skip
        for batch in batches:
            gradient = [Fraction(0)] * d
            for i in batch:
                z = dot(w, data[i])
                phi, slope = (z, 1) if activation == "linear" or z > 0 else (Fraction(0), 0)
                residual = [w_k * phi - x_k for w_k, x_k in zip(w, data[i], strict=True)]
                pull = dot(residual, w) * slope
                gradient = [g + phi * r + pull * x
                            for g, r, x in zip(gradient, residual, data[i], strict=True)]  # fmt: skip
            w = [w_k - a * g for w_k, g in zip(w, gradient, strict=True)]
        q = [dot(w, x) for x in data]
        rho = dot(w, w) - dot(q, q)
        assert found == [fmpq(x.numerator, x.denominator) for x in q]
        assert found_rho == fmpq(rho.numerator, rho.denominator)


# --- promises ------------------------------------------------------------------------------------


def same(left, right):
    names = ("q", "log_abs_q", "rho", "log_rho", "r2")
    return all(np.array_equal(getattr(left, x), getattr(right, x), equal_nan=True) for x in names)


@pytest.mark.parametrize(("n", "b"), [(10, 1), (10, 3), (10, 8), (10, 9), (10, 10), (40, 20)])
def test_recording_changes_nothing(n, b):
    """One run of the 70 goes to the general engine: r2 = 2.2."""
    rng = np.random.default_rng(b)
    q, rho = in_region(rng, 70, n)
    q[5] *= np.sqrt((2.2 - rho[5]) / (q[5] ** 2).sum())
    kw = {"batch_size": b, "step_size": 0.3 * b, "steps": 300, "seed": 5}
    plain = simulate(q, rho, **kw)
    for every in (1, 7, 300, 1000):
        seen = simulate(q, rho, observe=["q", "loss"], every=every, **kw)
        assert same(seen, plain)
        assert seen.recorded_steps.tolist() == list(range(0, 301, every))
        assert seen.recorded["q"].shape == (len(seen.recorded_steps), 70, n)
        assert np.array_equal(seen.recorded["q"][0], q)
        if 300 % every == 0:
            assert np.array_equal(seen.recorded["q"][-1], plain.q)


def test_runs_do_not_depend_on_their_company():
    """A run with r2 > 2 goes to the general engine; those beside it, and full blocks, stay put."""
    rng = np.random.default_rng(1)
    q, rho = in_region(rng, 3000, 5)
    kw = {"batch_size": 2, "step_size": 0.4, "steps": 50, "seed": 9}
    whole = simulate(q, rho, **kw)
    part = simulate(q[:2048], rho[:2048], **kw)
    assert np.array_equal(whole.q[:1024], part.q[:1024])  # the first block of 1024 runs
    q[7] *= 3
    mixed = simulate(q, rho, **kw)
    others = np.arange(3000) != 7
    assert np.array_equal(mixed.q[others], whole.q[others])


def test_masks_reach_the_runs_they_were_drawn_for():
    """n = 40, b = 20: with one run in the general engine each run still sees its own batches."""
    rng = np.random.default_rng(3)
    q, rho = in_region(rng, 9, 40)
    q[4] *= np.sqrt((2.2 - rho[4]) / (q[4] ** 2).sum())
    kw = {"batch_size": 20, "step_size": 0.3 * 20, "steps": 30, "seed": 2}
    mixed = simulate(q, rho, **kw)
    slow = simulate(q, rho, backend="general", **kw)
    assert np.array_equal(mixed.q[4], slow.q[4])
    others = np.arange(9) != 4
    # rounding alone: 30 steps of some 50 roundings each, amplified far less than 1e3 times
    assert np.abs(mixed.q[others] / slow.q[others] - 1).max() < 1e-9


def test_blocks_draw_different_batches():
    result = simulate(np.full((2048, 5), 0.3), 0.0, batch_size=2, step_size=0.4, steps=30)
    assert not (result.q[:1024] == result.q[1024:]).all(axis=1).any()  # 10^30 batch sequences


def test_seeds():
    q, rho = in_region(np.random.default_rng(2), 40, 6)
    kw = {"batch_size": 2, "step_size": 0.4, "steps": 20}
    parent = np.random.SeedSequence(7)
    first = simulate(q, rho, seed=parent, **kw)
    assert same(first, simulate(q, rho, seed=parent, **kw))
    assert not same(first, simulate(q, rho, seed=7, **kw)), "an integer names streams of its own"
    assert same(simulate(q, rho, seed=7, **kw), simulate(q, rho, seed=7, **kw))
    assert parent.n_children_spawned == 0
    assert not same(first, simulate(q, rho, seed=8, **kw))
    assert not same(first, simulate(q, rho, seed=parent.spawn(1)[0], **kw))


@pytest.mark.parametrize("b", [1, 2, 4, 5])
@pytest.mark.parametrize("a", [0.3, 0.7])
def test_a_dead_relu_start_stays_and_is_flagged(b, a):
    q = np.array([[-0.5, -0.1, 0.0, -0.3, -0.2], [0.5, -0.1, 0.0, -0.3, -0.2]])
    result = simulate(
        q, 0.3, batch_size=b, step_size=a * b, steps=300, activation="relu", observe=["loss"]
    )
    assert result.dead[0]
    assert (result.q[0] == q[0]).all()
    assert result.rho[0] == pytest.approx(0.3, rel=4 * 2**-53)  # (sqrt rho)^2
    assert (result.recorded["loss"][:, 0] == 0.5).all()
    assert a > 0.5 or not result.dead[1]


def test_divergence_is_flagged_and_silent():
    q = np.array([[3.0, 1.0], [0.2, 0.1]])
    result = simulate(q, 0.0, batch_size=2, step_size=0.5, steps=500, observe=["r2", "max_share"])
    assert result.diverged.tolist() == [True, False]
    assert not result.dead.any()
    for values in (result.q, result.log_abs_q, result.rho, result.log_rho, result.r2):
        assert np.isnan(values[0]).all()
        assert np.isfinite(values[1]).all() or values is result.log_rho
    assert (result.sign[0] == 0).all()
    assert np.isnan(result.recorded["r2"][-1, 0])


def test_zero_steps_give_the_start_back():
    q, rho = in_region(np.random.default_rng(3), 5, 4)
    result = simulate(q, rho, batch_size=1, step_size=0.1, steps=0)
    assert np.array_equal(result.q, q)
    assert result.recorded == {}


def test_shapes_broadcast():
    kw = {"batch_size": 1, "step_size": 0.1, "steps": 2}
    assert simulate([0.1, 0.2], 0.0, **kw).q.shape == (1, 2)
    assert simulate([0.1, 0.2], np.zeros(3), **kw).q.shape == (3, 2)
    assert simulate([0.1, 0.2], 0.0, batches=np.zeros((2, 4, 1), int), **kw).q.shape == (4, 2)
    assert simulate([[0.1, 0.2]] * 5, 0.0, batches=[[0], [1]], **kw).rho.shape == (5,)


def test_an_observable_that_masks_something_is_refused():
    """Mended: what lay below the mask was recorded as if it were none."""
    with pytest.raises(TypeError, match=r"observe\['x'\]: some of what it returned is masked"):
        simulate(
            np.full((3, 2), 0.5),
            np.zeros(3),
            batch_size=1,
            step_size=0.1,
            steps=2,
            observe={"x": lambda state: np.ma.array(np.ones(3), mask=[1, 0, 0])},
        )


def test_an_observable_must_give_a_row_per_run():
    with pytest.raises(ValueError, match="observe\\['bad'\\]"):
        simulate([0.1, 0.2], 0, batch_size=1, step_size=0.1, steps=1, observe={"bad": lambda s: 1})


# --- bad input -----------------------------------------------------------------------------------

GOOD = {"q": [[0.5, 0.4, 0.3]], "rho": 0.1, "batch_size": 2, "step_size": 0.2, "steps": 3}
BAD = [
    ({"batch_size": 0}, "batch_size=0: must be an integer from 1 to 3"),
    ({"batch_size": 4}, "batch_size=4"),
    ({"batch_size": 1.5}, "batch_size=1.5"),
    ({"batch_size": True}, "batch_size=True"),
    ({"step_size": 0}, "step_size=0"),
    ({"step_size": -1.0}, "step_size=-1.0"),
    ({"step_size": float("nan")}, "step_size=nan"),
    ({"step_size": float("inf")}, "step_size=inf"),
    ({"step_size": "big"}, "step_size='big'"),
    ({"steps": -1}, "steps=-1"),
    ({"steps": 10**15 + 1}, "steps=1000000000000001: must be"),
    ({"every": 0}, "every=0"),
    ({"q": [[0.1, float("nan"), 0.2]]}, r"q\[\(0, 1\)\]=nan"),
    ({"q": [[0.1, float("inf"), 0.2]]}, "inf"),
    ({"q": [[[0.1]]]}, r"q: shape \(1, 1, 1\)"),
    ({"q": 0.5}, r"q: shape \(\)"),
    ({"q": [[]]}, r"q: shape \(1, 0\)"),
    ({"q": [[1e200, 0.1, 0.2]]}, "overflows"),
    ({"q": [["a", "b", "c"]]}, "q: must be an array of real numbers"),
    ({"q": [[1j, 0, 0]]}, "q: must be an array of real numbers"),
    ({"rho": -0.1}, "rho=-0.1"),
    ({"rho": [0.1, 0.2]}, r"rho: shape \(2,\)"),
    ({"activation": "tanh"}, "activation='tanh': must be one of 'linear', 'relu'"),
    ({"sampling": "random"}, "sampling='random'"),
    ({"sampling": "cyclic"}, "batch_size=2: must divide n = 3"),
    ({"sampling": "reshuffled"}, "batch_size=2: must divide n = 3"),
    ({"seed": -1}, "seed=-1"),
    ({"seed": 0.5}, "seed=0.5"),
    ({"backend": "cuda"}, "backend='cuda'"),
    ({"observe": ["entropy"]}, "observe='entropy'"),
    ({"observe": {"x": 3}}, r"observe\['x'\]=3"),
    ({"observe": ["hessian_trace"]}, "dimension=None"),
    ({"dimension": 3}, "dimension=3"),
    ({"batches": [[0, 1]]}, r"batches: shape \(1, 2\)"),
    ({"batches": [[0, 1], [1, 2], [2, 3]]}, "batches: index 3"),
    ({"batches": [[0, 1], [1, 2], [-1, 0]]}, "batches: index -1"),
    ({"batches": [[0, 1], [1, 1], [2, 0]]}, "repeats an index"),
    ({"batches": [[0.0, 1], [1, 2], [2, 0]]}, "batches: dtype float64"),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=[str(change) for change, _ in BAD])
def test_bad_input_is_named(change, message):
    arguments = GOOD | change
    with pytest.raises((ValueError, TypeError), match=message):
        simulate(arguments.pop("q"), arguments.pop("rho"), **arguments)


def test_numba_absent_names_the_extra(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"extra `fast`"):
        simulate([0.1], 0, batch_size=1, step_size=0.1, steps=1, backend="numba")


# --- from_weights --------------------------------------------------------------------------------


def test_from_weights_on_a_random_basis():
    rng = np.random.default_rng(4)
    basis = np.linalg.qr(rng.normal(size=(9, 9)))[0]
    data, q, perp = basis[:4], rng.normal(size=(6, 4)), rng.normal(size=(6, 5))
    found, rho = from_weights(q @ data + perp @ basis[4:], data)
    # d products of size |w| < 9, each with error d u, in the weights and again in the dot
    assert np.abs(found - q).max() < 2 * 9 * 9 * 9 * 2**-53
    assert np.abs(rho - (perp**2).sum(axis=1)).max() < 2 * 9 * 9 * 9 * 9 * 2**-53
    assert (from_weights(q[0] @ basis[:4], basis)[1] == 0).all()


@pytest.mark.parametrize(
    ("weight", "data", "message"),
    [
        ([1.0, 0.0], [[1.0, 0.0], [0.5, 1.0]], "<x_0, x_1>"),
        ([1.0, 0.0], [[1.001, 0.0]], "<x_0, x_0> differs from 1"),
        ([1.0, 0.0], [[1.0], [0.0]], r"data: shape \(2, 1\)"),
        ([1.0], [[1.0, 0.0]], r"weight: shape \(1,\)"),
        ([1.0, np.nan], [[1.0, 0.0]], r"weight\[\(1,\)\]=nan"),
    ],
)
def test_from_weights_refuses(weight, data, message):
    with pytest.raises(ValueError, match=message):
        from_weights(weight, data)
