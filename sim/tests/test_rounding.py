"""One step's rounding errors, measured exactly: within what `sim.engine.rounding` allows, and not zero."""

import importlib.util
from fractions import Fraction

import numpy as np
import pytest

from sim.engine import _complement, _direct_loops
from sim.engine._ahead import AHEAD
from sim.engine._complement import Complement
from sim.engine._direct import Direct
from sim.engine.batches import LEFT_OUT, MASK
from sim.engine.rounding import UNIT, carried_error, coordinate_errors
from sim.engine.state import State

A, N, TRIALS = 0.37, 9, 400
KINDS = {
    "direct": (Direct, 3, _direct_loops.LOOPS),
    "direct, one": (Direct, 1, _direct_loops.LOOPS),
    "ahead": (Direct, 1, AHEAD),
    "masked": (Direct, 6, _direct_loops.MASKS),
    "complement": (Complement, 7, _complement.LOOPS),
    "numba, direct": (Direct, 3, "direct"),
    "numba, direct, one": (Direct, 1, "direct"),
    "numba, masked": (Direct, 6, "masks"),
    "numba, complement": (Complement, 7, "complement"),
    "numba, complement, one": (Complement, 8, "complement"),
}


def compiled(name):
    if importlib.util.find_spec("numba") is None:
        pytest.skip("numba (the extra `fast`) is not installed")
    from sim.engine._numba import COMPILED

    return COMPILED[name]


def exact(engine, carried):
    """The stored squares (times a) and the carried mass, as fractions, run by run."""
    p = [Fraction(x) for x in engine.scale.tolist()]
    rows = [
        [scale * Fraction(y) for y in row] for scale, row in zip(p, engine.y.tolist(), strict=True)
    ]
    return rows, [Fraction(x) for x in carried.tolist()]


@pytest.mark.parametrize("name", KINDS)
def test_a_step_adds_no_more_than_is_allowed(name):
    """Nothing passive, so the carried number is a r2 for all kinds. From the stored numbers before a
    step, the step is done exactly; what is stored after it differs by the local errors alone."""
    kind, b, kernel = KINDS[name]
    if isinstance(kernel, str):
        kernel = compiled(kernel)
    rng = np.random.default_rng(len(name))
    q = rng.normal(size=(TRIALS, N))
    q *= np.sqrt(rng.uniform(0.1, 1.99, TRIALS) / (q**2).sum(axis=1))[:, None]
    engine = kind(State.at(q, np.zeros(TRIALS), batch_size=b, step_size=A * b), A, kernel)
    carried = engine.lsh[2] if kind is Complement else engine.st[1]
    order = rng.permuted(np.tile(np.arange(N), (2, TRIALS, 1)), axis=2)[:, :, :b]
    inside = np.zeros((2, TRIALS, N), dtype=bool)
    np.put_along_axis(inside, order, True, axis=2)
    if kernel.form == MASK:
        sets = inside
    elif kernel.form == LEFT_OUT:
        sets = np.nonzero(~inside)[2].reshape(2, TRIALS, N - b).swapaxes(1, 2)
    else:
        sets = order.swapaxes(1, 2)
    engine.advance(sets[:1])  # the complement sums its mass anew before this one
    before, mass = exact(engine, carried)
    engine.advance(sets[1:])
    after, new_mass = exact(engine, carried)

    k = N - b if kind is Complement else b
    largest = {"drawn": 0.0, "rest": 0.0, "carried": 0.0}  # as shares of what is allowed
    for run in range(TRIALS):
        t = mass[run]
        drawn = sum(x for x, j in zip(before[run], inside[1, run], strict=True) if j)
        rest = sum(before[run]) - drawn
        error = t - drawn - rest
        s = t - rest if kind is Complement else drawn  # as the engine sees it
        c = 1 - s
        f = c + 2 * Fraction(A) - t
        limits = coordinate_errors(k, float(t), float(c), float(f))
        for old, new, j in zip(before[run], after[run], inside[1, run], strict=True):
            found = abs(float(new / (old * (f if j else c) ** 2) - 1)) / UNIT
            group = "drawn" if j else "rest"
            largest[group] = max(largest[group], found / limits[0 if j else 1])
        grown = error * (f if kind is Complement else c) ** 2
        found = abs(float(new_mass[run] - sum(after[run]) - grown)) / UNIT
        limit = carried_error(k, float(t), float(f), float(new_mass[run]))
        largest["carried"] = max(largest["carried"], found / limit)
    assert all(0 < share <= 1 for share in largest.values()), largest
