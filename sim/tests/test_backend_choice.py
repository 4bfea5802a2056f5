"""Which backend runs, what is compiled and said, and threads that change no result."""

import importlib.util
import logging

import numpy as np
import pytest

from sim import simulate
from sim.engine import _arguments as arguments
from sim.engine._threads import Threads

needs_numba = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="numba (the extra `fast`) is not installed"
)
NAMES = ("q", "log_abs_q", "rho", "r2")


def same(left, right):
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in NAMES)


def test_auto_needs_numba_and_enough_work(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    assert arguments.backend("auto", arguments.WORTH) == "numba"
    assert arguments.backend("auto", arguments.WORTH / 2) == "numpy"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert arguments.backend("auto", arguments.WORTH) == "numpy"


@needs_numba
def test_auto_gives_what_it_chose(monkeypatch):
    q = np.random.default_rng(0).normal(size=(40, 6)) / 6
    kw = {"batch_size": 3, "step_size": 0.6, "steps": 200, "seed": 2}
    small = simulate(q, 0.1, backend="auto", **kw)
    assert same(small, simulate(q, 0.1, backend="numpy", **kw))
    made = []
    inner = arguments.backend
    monkeypatch.setattr(arguments, "backend", lambda *x: made.append(inner(*x)) or made[-1])
    monkeypatch.setattr(arguments, "WORTH", 200 * 40 * 3)  # coordinates touched
    large = simulate(q, 0.1, backend="auto", **kw)
    assert made == ["numba"]
    assert same(large, simulate(q, 0.1, backend="numba", **kw))
    monkeypatch.setattr(arguments, "WORTH", 200 * 40 * 3 + 1)
    simulate(q, 0.1, backend="auto", **kw)
    assert made[-1] == "numpy"


def double(x):
    return 2 * x


@needs_numba
def test_a_first_compilation_is_said_and_kept(monkeypatch, tmp_path, caplog):
    import numba

    from sim.engine._numba_jit import announce, jit

    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    with caplog.at_level(logging.WARNING, "sim"):
        first = jit()(double)
        assert announce([first])
        assert first(3) == 6
        assert not announce([first])
        later = jit()(double)  # as another process would find it
        assert not later.signatures
        assert not announce([later])
    assert len(caplog.messages) == 1
    assert str(tmp_path) in caplog.messages[0]
    assert later(3) == 6
    assert sum(later.stats.cache_hits.values()) == 1


@needs_numba
def test_without_a_place_for_the_cache_it_compiles_all_the_same(monkeypatch, caplog):
    """As from a read-only checkout without a home, where numba itself refuses."""
    import numba
    from numba.core.caching import CacheImpl

    from sim.engine._numba_jit import announce, jit

    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    with pytest.raises(RuntimeError, match="cannot cache"):
        numba.njit(cache=True)(double)
    made = jit()(double)
    with caplog.at_level(logging.WARNING, "sim"):
        assert announce([made])
    assert "nowhere to keep it" in caplog.text
    assert made(4) == 8
    assert not announce([made])


@pytest.mark.parametrize("backend", ["numpy", pytest.param("numba", marks=needs_numba)])
@pytest.mark.parametrize(("n", "b", "runs"), [(8, 4, 1100), (3, 1, 4100), (3, 3, 4100)])
def test_no_result_depends_on_the_number_of_threads(backend, n, b, runs):
    """Three blocks of runs in each case."""
    q = np.random.default_rng(b).normal(size=(runs, n)) / 4
    kw = {"batch_size": b, "step_size": 0.3 * b, "steps": 90, "backend": backend, "seed": 1,
          "observe": ["r2"], "every": 40}  # fmt: skip
    one = simulate(q, 0.1, workers=1, **kw)
    for workers in (None, 2, 7):
        more = simulate(q, 0.1, workers=workers, **kw)
        assert same(one, more), workers
        assert np.array_equal(one.recorded["r2"], more.recorded["r2"])


def test_as_many_threads_as_asked_for_work_at_once():
    """Three blocks that wait for one another: with fewer threads they would wait for ever."""
    import threading

    gate = threading.Barrier(3)

    class Waiting:
        def advance(self, steps):
            gate.wait(timeout=60)

    with Threads(3) as threads:
        threads.advance([Waiting()] * 3, 1)
    assert gate.n_waiting == 0


@pytest.mark.parametrize("workers", [1, 3])
def test_threads_give_results_in_order(workers):
    """The first waits for the last where there are threads: order of ends is not order of results."""
    import threading

    last = threading.Event()

    def squared(k):
        if k == 4:
            last.set()
        if k == 0 and workers > 1:
            assert last.wait(timeout=60)
        return k * k

    with Threads(workers) as threads:
        assert threads.each(squared, range(5)) == [0, 1, 4, 9, 16]


def test_an_error_in_a_thread_is_raised():
    class Broken:
        def advance(self, steps):
            raise ArithmeticError("lost")

    with pytest.raises(ArithmeticError, match="lost"), Threads(2) as threads:
        threads.advance([Broken(), Broken()], 1)


def test_default_number_of_threads():
    assert arguments.workers(None, "numpy") == 1
    assert arguments.workers(None, "numba") >= 1
    assert arguments.workers(3, "numpy") == 3
    for bad, error in ((0, ValueError), (1.5, TypeError), (True, TypeError)):
        with pytest.raises(error, match=f"workers={bad!r}"):
            arguments.workers(bad, "numpy")


@needs_numba
def test_what_is_not_called_is_not_announced(monkeypatch):
    """At b = 1 and 20 the kernel draws: no pass over words is compiled, and none may be told of each time."""
    from sim.engine import _numba_words as passes

    asked = []
    monkeypatch.setattr(passes, "announce", asked.extend)
    for size, used in (
        (1, set()),
        (2, {passes.subsets}),
        (20, set()),
        (50, set()),
    ):
        asked.clear()
        given = {"batch_size": size, "step_size": 0.1 * size, "steps": 70, "seed": 1}
        simulate(np.full((3, 50), 0.1), rho=0.1, backend="numba", **given)
        assert set(asked) == used, size
