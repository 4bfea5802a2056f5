"""Runs that exploded end a descent, and only where none is left that did not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.falsify.model import ambient
from tests.falsify.model.ambient import descend

DATA = np.eye(2)
FAR, NEAR = [40.0, 0.0], [0.3, 0.4]  # explodes at a = 0.3; comes to rest


@pytest.mark.parametrize(
    ("starts", "early"), [([FAR, FAR], True), ([FAR, NEAR], False)], ids=["all", "one"]
)
def test_runs_that_exploded_end_a_descent(
    monkeypatch: pytest.MonkeyPatch, starts: list[list[float]], early: bool
) -> None:
    steps, slope = list[int](), ambient.slope

    def counted(*arguments: object) -> ambient.Floats:
        steps.append(1)
        return slope(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(ambient, "slope", counted)
    end, rest = descend(np.array(starts), DATA, 0.3, False, 300)
    assert (len(steps) == 300) != early
    assert [bool(np.isfinite(x).all()) for x in end] == [x is NEAR for x in starts]
    assert rest.tolist() == [x is NEAR for x in starts]
