"""The ways of computing the same recursion give the same numbers."""

import importlib.util
from functools import partial

import numpy as np
import pytest

from sim import simulate
from sim.engine._ahead import AHEAD, distinct_steps, pays
from sim.engine._complement import Complement
from sim.engine._direct import Direct
from sim.engine._numpy_words import Words16or32
from sim.engine._words import integers
from sim.engine.state import State, log_abs

NAMES = ("q", "log_abs_q", "rho", "log_rho", "r2")


needs_numba = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="numba (the extra `fast`) is not installed"
)


def starts(runs, n, seed):
    rng = np.random.default_rng(seed)
    q = rng.normal(size=(runs, n))
    q *= (rng.uniform(0.3, 1.3, size=runs) / np.linalg.norm(q, axis=1))[:, None]
    q[0, 0], q[-1, -1] = 1e-250, 0.0
    return q


def test_few_runs_in_plain_python_equal_the_vectorised_loop_bitwise(monkeypatch):
    q = starts(5, 7, seed=1)
    kw = {"batch_size": 1, "step_size": 0.4, "steps": 3_000, "seed": 3}
    few = simulate(q, 0.1, **kw)
    monkeypatch.setattr("sim.engine._direct_loops._FEW", 0)
    many = simulate(q, 0.1, **kw)
    for name in NAMES:
        assert np.array_equal(getattr(few, name), getattr(many, name)), name


def run(kind, q, rho, pieces, a):
    """Advance an engine of this kind by the index sets in `pieces`, and read it."""
    engine = kind(State.at(q, rho, batch_size=1, step_size=a), a)
    for sets in pieces:
        engine.advance(sets)
    return engine.read()


@pytest.mark.parametrize("n", [3, 40, 100_000])
def test_many_steps_at_once_equal_step_by_step_however_they_are_cut(n):
    """`_ahead`, with repeats at nearly every step (n = 3) or hardly any, against step by step.

    Cut in other places it gives the same bits; from the other it differs by a second set of local
    errors: 1e-11 is the accuracy target over longer runs.
    """
    q, steps, runs = starts(8, n, seed=n), 400, 8
    rho = np.full(runs, 0.1)
    sets = np.random.default_rng(n).integers(0, n, size=(steps, 1, runs))
    ahead = partial(Direct, kernel=AHEAD)
    whole = run(ahead, q, rho, [sets], 0.4)
    cut = run(ahead, q, rho, np.split(sets, [1, 2, 9, 130, 131, 333]), 0.4)
    assert all(np.array_equal(left, right) for left, right in zip(whole, cut, strict=True))
    plain = run(Direct, q, rho, [sets], 0.4)
    for k in (0, 2):
        found, expected = log_abs(*whole[k : k + 2]), log_abs(*plain[k : k + 2])
        finite = np.isfinite(expected)
        assert (finite == np.isfinite(found)).all()
        gap = np.abs(found[finite] - expected[finite])
        assert (gap <= 1e-11 + 4 * np.spacing(np.abs(expected[finite]))).all()


def test_a_repeat_ends_the_steps_taken_at_once():
    flat = np.array([[0, 10], [1, 11], [2, 10], [1, 12]])
    assert [distinct_steps(flat[:k]) for k in (1, 2, 3, 4)] == [1, 2, 2, 2]
    assert distinct_steps(flat[1:]) == 2  # 1 comes again in its third row


def test_few_runs_on_many_coordinates_are_computed_ahead():
    """`simulate` chooses it, and gives what Direct gives on the same batches, to rounding."""
    n, runs = 50_000, 6
    assert pays(n, 1, runs)
    assert not pays(n, 2, runs)
    assert not pays(n, 1, 300)
    q = starts(runs, n, seed=5)
    batches = np.random.default_rng(0).integers(0, n, size=(200, runs, 1))
    kw = {"batch_size": 1, "step_size": 0.4, "steps": 200, "batches": batches}
    ahead = simulate(q, 0.1, **kw)
    slow = simulate(q, 0.1, backend="general", **kw)
    gap = np.abs(ahead.q - slow.q)
    # n terms summed anew at each of 200 steps by the general engine: (n + steps) u each time, and
    # the same once for the start of the other; the sums are pairwise, far inside this
    assert (gap <= 200 * (n + 200) * 2**-53 * np.abs(slow.q)).all()
    assert gap.max() > 0


@needs_numba
@pytest.mark.parametrize("activation", ["linear", "relu"])
@pytest.mark.parametrize(
    ("n", "b"),
    [(12, 1), (12, 3), (12, 6), (12, 7), (12, 11), (12, 12), (40, 20), (200, 18), (200, 182)],
)
def test_numba_equals_numpy_to_rounding(activation, n, b):
    """Batches of 18 and 20 are drawn by its own passes or as masks. Otherwise the same operations in
    the same order but for fused or reassociated sums: the difference is a second set of local
    errors, and 1e-11 is the engines' accuracy target over longer runs."""
    q = starts(40, n, seed=b)
    kw = {"batch_size": b, "step_size": 0.3 * b, "steps": 2_000, "activation": activation}
    compiled, plain = (simulate(q, 0.2, backend=name, seed=1, **kw) for name in ("numba", "numpy"))
    assert (compiled.sign == plain.sign).all()
    assert (compiled.dead == plain.dead).all()
    for name in ("log_abs_q", "log_rho"):
        left, right = getattr(compiled, name), getattr(plain, name)
        finite = np.isfinite(right)
        assert (finite == np.isfinite(left)).all()
        gap = np.abs(left[finite] - right[finite])
        assert (gap <= 1e-11 + 4 * np.spacing(np.abs(right[finite]))).all()


@needs_numba
@pytest.mark.parametrize("runs", [1, 33, 70])
@pytest.mark.parametrize(("activation", "rho"), [("linear", 0.0), ("relu", 0.2)])
@pytest.mark.parametrize(("n", "b"), [(9, 1), (9, 8), (9, 9), (5_000, 1), (5_000, 4_999)])
def test_numba_equals_numpy_bitwise(n, b, activation, rho, runs):
    """b = 1, n - 1 and n: the same operations in the same order, however many runs go side by side;
    recording cuts the steps at places that are no multiple of anything."""
    steps = 40 if n > 9 else 1_000
    q = starts(runs + 2, n, seed=b)[:runs]
    kw = {"batch_size": b, "step_size": 0.3 * b, "steps": steps, "activation": activation,
          "observe": ["r2"], "every": 37}  # fmt: skip
    compiled, plain = (simulate(q, rho, backend=name, seed=1, **kw) for name in ("numba", "numpy"))
    assert not pays(n, b, runs)  # there NumPy has another formula
    for name in NAMES:
        assert np.array_equal(getattr(compiled, name), getattr(plain, name)), name
    assert np.array_equal(compiled.recorded["r2"], plain.recorded["r2"])


@needs_numba
@pytest.mark.parametrize(("n", "runs", "steps"), [(5, 70, 16_000), (12, 33, 30_000)])
def test_long_stretches_of_numba_equal_numpy_bitwise(n, runs, steps):
    """b = 1, not looked at in between: its kernel rescales by itself, and stops where squares below 2^-700
    get exponents of their own, at other steps in other lanes."""
    q = starts(runs, n, seed=4)
    q[0, 0] = 0.1  # nothing tiny at the start
    kw = {"batch_size": 1, "step_size": 0.45, "steps": steps, "seed": 1}
    compiled, plain = (simulate(q, 0.1, backend=name, **kw) for name in ("numba", "numpy"))
    assert (plain.log_abs_q[np.isfinite(plain.log_abs_q)] < np.log(2) * -700).any()
    for name in NAMES:
        assert np.array_equal(getattr(compiled, name), getattr(plain, name)), name


@needs_numba
@pytest.mark.parametrize("every", [8_000, 777])
def test_long_stretches_that_leave_one_out_equal_numpy_bitwise(every):
    """b = n - 1, cut at tiles or anywhere: scales leave their range at other steps in other lanes."""
    q = starts(70, 6, seed=4)
    kw = {"batch_size": 5, "step_size": 2.25, "steps": 8_000, "seed": 1, "observe": ["r2"]}
    compiled, plain = (
        simulate(q, 0.1, backend=name, every=every, **kw) for name in ("numba", "numpy")
    )
    assert (plain.log_abs_q[np.isfinite(plain.log_abs_q)] < np.log(2) * -800).any()
    for name in NAMES:
        assert np.array_equal(getattr(compiled, name), getattr(plain, name)), name


@needs_numba
@pytest.mark.parametrize(("n", "b"), [(90, 2), (200, 20)])
def test_asking_for_lines_early_changes_no_bit(monkeypatch, n, b):
    from sim.engine import _numba

    q = starts(70, n, seed=4)[1:-1]
    kw = {"batch_size": b, "step_size": 0.2 * b, "steps": 300, "seed": 1, "backend": "numba"}
    near = simulate(q, 0.1, **kw)
    monkeypatch.setattr(_numba, "_NEAR", 0)
    monkeypatch.setattr(_numba, "_NEAREST", 0)
    far = simulate(q, 0.1, **kw)
    for name in NAMES:
        assert np.array_equal(getattr(near, name), getattr(far, name)), name


@pytest.mark.parametrize(
    ("width", "bound"),
    [(16, x) for x in (1, 3, 1_000, 4_096, 40_000)] + [(32, 3 << 30), (32, 1 << 32)],
)
def test_integers_of_words_are_those_of_the_definition(width, bound):
    """floor(x bound / 2^w); the bound itself where x bound mod 2^w < 2^w mod bound."""
    top = np.arange(1 << 16)
    words = (top if width == 16 else top * 65_521).astype(f"<u{width // 8}")
    parts = [divmod(x * bound, 1 << width) for x in words.tolist()]
    least = (1 << width) % bound
    expected = [value if low >= least else bound for value, low in parts]
    assert integers(words, bound).tolist() == expected


@needs_numba
@pytest.mark.parametrize("n", [1, 3, 1_000, 4_096, 4_097, 100_000, 3 * 2**30, 2**32])
def test_numba_draws_the_same_integers(n):
    """16-bit words and 32-bit ones; nothing, little, or a quarter of all words to reject."""
    from sim.engine._numba_words import CompiledWords

    for runs, slot in ((1, 0), (100, 3)):
        plain, compiled = (
            kind(np.random.SeedSequence(n), n, 32).each(n, runs, range(5, 69), slot)
            for kind in (Words16or32, CompiledWords)
        )
        assert plain.dtype == compiled.dtype
        assert np.array_equal(plain, compiled)


@pytest.mark.parametrize("backend", ["numpy", pytest.param("numba", marks=needs_numba)])
def test_what_is_left_off_the_data_is_dropped_before_it_is_subnormal(monkeypatch, backend):
    """b = n - 1: u = a times the passive mass falls for ever, and below 2^-150 changes no bit.

    Here by 0.64 a step; the least subnormal number times that is rounded to itself."""
    q = starts(40, 9, seed=2)[1:-1]
    kw = {"batch_size": 8, "step_size": 1.6, "steps": 3_000, "seed": 1, "backend": backend}
    kept = []
    inner = Complement.read
    monkeypatch.setattr(Complement, "read", lambda x: kept.append(x.passive[0].copy()) or inner(x))
    found = simulate(q, 0.1, **kw)
    monkeypatch.setattr("sim.engine._complement._NOTHING", 0.0)
    plain = simulate(q, 0.1, **kw)
    for name in NAMES:
        assert np.array_equal(getattr(found, name), getattr(plain, name)), name
    smallest = np.finfo(float).smallest_normal
    dropped, left = kept
    assert (dropped == 0).all()
    assert ((left > 0) & (left < smallest)).all()
