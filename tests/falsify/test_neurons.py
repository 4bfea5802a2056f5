"""A claim that leaves the neuron open is played with both: a wrong step of the one is seen."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.falsify.walks.play import Neuron
from theorem_audit.doubt.falsify import Falsified, Held, falsify
from theory import claims


@pytest.mark.parametrize("neuron", ["linear", "relu"])
def test_the_moment_at_a_point_is_played_with_both_neurons(
    neuron: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The linear one stood in its search by name, whatever was drawn."""
    step = Neuron.step

    def closed(at: Neuron, batch: Sequence[int]) -> Neuron:
        return step(at, [i for i in batch if i != 1 or at.activation != neuron])

    claim = claims["CAPTURE-MOMENT"]
    assert isinstance(falsify(claim, seconds=0.3), Held)
    monkeypatch.setattr(Neuron, "step", closed)
    found = falsify(claim, seconds=0.3)
    assert isinstance(found, Falsified)
    assert neuron in found.witness["case"]
