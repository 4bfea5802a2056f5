"""Arguments are taken as they are meant, or refused; who looks at a state does not change the run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim import Gram, from_weights, full_batch_edge, mean_square_threshold, simulate, simulate_cell
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
