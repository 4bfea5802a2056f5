"""Arguments are taken as they are meant, or refused; who looks at a state does not change the run."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

from sim import Gram, from_weights, full_batch_edge, mean_square_threshold, simulate, simulate_cell
from sim.engine import _arguments as arguments
from sim.observe import NAMED

Q = np.full((3, 4), 0.5)
ONE: dict[str, Any] = {"batch_size": 1, "step_size": 0.2, "steps": 50, "seed": 1}
HALF = np.arange(12).reshape(3, 4) % 2 == 0


def test_what_is_masked_is_refused() -> None:
    """It counted: the mask was dropped."""
    masked = np.ma.array(np.eye(3), mask=np.eye(3) > 0)
    for made in (
        lambda: simulate(np.ma.array(Q, mask=HALF), 0.0, **ONE),
        lambda: simulate(Q, np.ma.array([1.0, 1.0, 1.0], mask=[1, 0, 0]), **ONE),
        lambda: simulate(
            Q,
            0.0,
            batches=np.ma.array(np.zeros((50, 1), int), mask=np.arange(50)[:, None] > 9),
            **ONE,
        ),
        lambda: mean_square_threshold(Gram.from_matrix(masked), batch_size=1),
        lambda: Gram.from_jacobian(masked),
        lambda: Gram.from_product(lambda V: np.ma.array(V, mask=V > 0), 3),
        lambda: simulate(
            [np.ma.array(x, mask=y) for x, y in zip(Q, HALF, strict=True)], 0.0, **ONE
        ),
        lambda: simulate(
            Q, 0.0, batches=[(np.ma.array([k % 3], mask=[k > 9]),) * 3 for k in range(50)], **ONE
        ),
        lambda: from_weights(np.ma.array(np.ones(5), mask=[1, 0, 0, 0, 0]), np.eye(3, 5)),
    ):
        with pytest.raises(TypeError, match="masked"):
            made()
    whole = simulate(np.ma.array(Q), 0.0, **ONE)
    assert np.array_equal(whole.q, simulate(Q, 0.0, **ONE).q)


def test_text_and_imaginary_parts_are_no_numbers() -> None:
    with pytest.raises(TypeError, match="step_size"):
        simulate(Q, 0.0, **{**ONE, "step_size": b"0.2"})
    with pytest.raises(TypeError, match="real numbers"):
        simulate(Q.astype(str).astype(object), 0.0, **ONE)
    with pytest.raises(TypeError, match="real numbers"):
        full_batch_edge(Gram.from_product(lambda V: (1 + 1j) * V, 3))


def _objects(*entries: Any) -> Any:
    held = np.empty(len(entries), dtype=object)
    held[:] = entries
    return held


COMPLEX = np.complex128(1 + 2j)
NONE = {  # what float() takes all the same: parts of it, or its text
    "complex": COMPLEX,
    "a complex object": np.array(COMPLEX, dtype=object),
    "text": np.array("3.0"),
    "a text object": np.array("3.0", dtype=object),
    "bytes": bytearray(b"3.0"),
    "a view": memoryview(b"3.0"),
    "a date": np.timedelta64(3, "s"),
}


@pytest.mark.parametrize("what", NONE)
def test_what_float_takes_for_a_number_is_none(what: str) -> None:
    with pytest.raises(TypeError, match="must be a finite number > 0"):
        arguments.positive("a", NONE[what])


@pytest.mark.parametrize(
    "entry",
    [
        COMPLEX,
        np.complex64(1 + 2j),
        np.array("3"),
        np.array(3.0),
        bytearray(b"3"),
        sympy.I,
        np.timedelta64(3, "s"),
    ],
    ids=str,
)
def test_objects_that_are_no_real_numbers_are_refused(entry: Any) -> None:
    """Of the complex ones the real part was taken, of texts what they say."""
    with pytest.raises(TypeError, match="real numbers"):
        arguments.array("q", _objects(1.0, entry))


REAL = [2, 2.0, np.float32(2), np.int8(2), np.bool_(1), Fraction(2, 3), Decimal("2.5"), sympy.Rational(2, 3),
        sympy.sqrt(2), sympy.pi, mpmath.mpf(2)]  # fmt: skip


@pytest.mark.parametrize("entry", REAL, ids=str)
def test_real_numbers_of_all_kinds_are_taken(entry: Any) -> None:
    assert arguments.array("q", _objects(1.0, entry))[1] == float(entry)
    if not isinstance(entry, np.bool_):
        assert arguments.positive("a", entry) == float(entry)


@pytest.mark.parametrize("radius", [1e-170, 1e-151, 1e151, 1e200])
def test_a_radius_whose_square_is_no_number_is_refused(radius: float) -> None:
    """The square of 1e-170 is 0: every run started dead, at the origin."""
    settings = {"n": 4, "batch_size": 1, "step_size": 0.2, "steps": 5, "radius": radius}
    with pytest.raises(ValueError, match="radius"):
        simulate_cell.check(settings)
    simulate_cell.check({**settings, "radius": 1e-150})


FIELDS = ("mantissa", "exponent", "perp", "perp_exponent", "q", "log_abs_q", "sign", "rho", "log_rho", "r2",
          "live", "dead", "diverged")  # fmt: skip


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("of", ["state", "start"])
def test_an_observable_cannot_change_what_others_see(name: str, of: str) -> None:
    """One that wrote to a state changed the run, or what the next observable found."""

    def writes(state: Any) -> Any:
        seen = state if of == "state" or state.start is None else state.start
        getattr(seen, name)[...] = 0
        return state.r2

    with pytest.raises(ValueError, match="read-only"):
        simulate(Q, 1.0, observe={"w": writes}, every=10, **ONE)


def test_a_result_is_the_callers() -> None:
    found = simulate(Q, 1.0, observe=[x for x in NAMED if x[:7] != "hessian"], **ONE)
    for values in (found.q, found.rho, found.r2, found.dead, *found.recorded.values()):
        values[...] = 0
    assert not found.q.any()
