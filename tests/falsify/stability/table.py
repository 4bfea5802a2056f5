"""Random search for counterexamples: what neighbouring papers say of the mean-square threshold.

``FALSIFIERS[id](claim, rng, seconds)`` draws settings inside the claim's own region, plays them with
references that list all batches, and raises ``Refuted`` with a witness where the claim is false.
"""

from __future__ import annotations

from tests.falsify.stability import coherence, epochs, mixture, non_uniformity, scaling
from tests.falsify.sums.tools import Falsifier, precise

_SEARCHES: dict[str, Falsifier] = {
    "Q-MIXTURE": mixture.q_mixture,
    "NON-UNIFORMITY": non_uniformity.non_uniformity,
    "NON-UNIFORMITY-GAP": non_uniformity.gap,
    "SCALING-ETA-B": scaling.scaling,
    "SCALING-EPOCH": epochs.epochs,
    "COHERENCE": coherence.coherence,
    "COHERENCE-INDICES": coherence.indices,
}

FALSIFIERS = {claim_id: precise(search) for claim_id, search in _SEARCHES.items()}
OUT_OF_REACH: dict[str, str] = {}
