"""Random search for counterexamples to the claims of the walk chapters, each in its own region.

``FALSIFIERS[id](claim, rng, seconds)`` draws cases inside ``claim.region`` (corners first), plays
them with an independent reference and judges ``claim.formula``.  It raises Refuted with a witness, or
returns how many cases were played (> 0).  The parts: ``falsify_steps`` (one step), ``falsify_capture``
(moments of the ratios), ``falsify_laws`` (adapted walks), ``falsify_chains``, ``falsify_exponents`` (means at a
data point), ``falsify_paths`` (schedules, rates), ``falsify_generators`` and ``falsify_winners``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import numpy as np
from mpmath import mp

from tests.falsify.walks import capture as falsify_capture
from tests.falsify.walks import chains as falsify_chains
from tests.falsify.walks import exponents as falsify_exponents
from tests.falsify.walks import generators as falsify_generators
from tests.falsify.walks import laws as falsify_laws
from tests.falsify.walks import paths as falsify_paths
from tests.falsify.walks import reach as falsify_reach
from tests.falsify.walks import sparse as falsify_sparse
from tests.falsify.walks import steps as falsify_steps
from tests.falsify.walks import winners as falsify_winners
from tests.falsify.walks.play import DIGITS
from theorem_audit.statement.claim import Claim

Search = Callable[[Claim, np.random.Generator, float], int]


def _precise(search: Search) -> Search:
    """The search in 2 * DIGITS digits throughout; where it plays no case, ``falsify`` gives it more time."""

    @wraps(search)
    def run(claim: Claim, rng: np.random.Generator, seconds: float) -> int:
        with mp.workdps(2 * DIGITS), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return search(claim, rng, seconds)

    return run


PARTS = (
    falsify_steps,
    falsify_capture,
    falsify_laws,
    falsify_chains,
    falsify_exponents,
    falsify_paths,
    falsify_reach,
    falsify_sparse,
    falsify_generators,
    falsify_winners,
)
FALSIFIERS: dict[str, Search] = {
    name: _precise(search) for part in PARTS for name, search in part.SEARCHES.items()
}

OUT_OF_REACH: dict[str, str] = {}
