"""Random search for counterexamples: quadratic sums, sampling, saddles, norms, oblique data, momentum.

``FALSIFIERS[id](claim, rng, seconds)`` draws settings inside the claim's *own* region, boundaries
first, plays them with references that share no code with ``sim`` (``tests/falsify/sums/tools.py``) and
raises ``Refuted`` with a witness where the claim is false; it returns how many cases it played.  It is no
deciding evidence: it is what makes a wrong hypothesis visible.  Claims that runs cannot reach say why in
``OUT_OF_REACH``.
"""

from __future__ import annotations

from tests.falsify.sums import (
    crossing,
    cycles,
    draws,
    momentum,
    momentum_slow,
    norms,
    oblique,
    oblique_law,
    paths,
    saddle_runs,
    saddles,
    sums,
    two_batches,
)
from tests.falsify.sums.tools import Falsifier, precise

_SEARCHES: dict[str, Falsifier] = {
    "Q-KAPPA": sums.q_kappa,
    "Q-MS": sums.q_ms,
    "Q-INDEFINITE": sums.q_indefinite,
    "Q-BRACKET": sums.brackets,
    "Q-LARGE-BATCH": sums.brackets,
    "Q-SMALL-BATCH": sums.q_small_batch,
    "Q-FLAT": sums.q_flat,
    "Q-STATIONARY": paths.q_stationary,
    "Q-AS": paths.q_as,
    "Q-NONCONVEX": paths.q_nonconvex,
    "SAMPLING-STEP": draws.sampling_step,
    "SAMPLING-REPLACEMENT": draws.replacement,
    "SAMPLING-MOMENT": draws.replacement,
    "SAMPLING-LOCAL": draws.radial_and_off,
    "SAMPLING-EDGE": draws.radial_and_off,
    "SAMPLING-GLOBAL": draws.sampling_global,
    "SAMPLING-CYCLIC": cycles.cyclic,
    "SAMPLING-CYCLIC-SHARED": cycles.cyclic_shared,
    "SAMPLING-CYCLIC-LIMIT": cycles.cyclic_limit,
    "SAMPLING-RESHUFFLED": cycles.reshuffled,
    "SAMPLING-CYCLIC-RADIUS": two_batches.cyclic_radius,
    "SAMPLING-CYCLIC-TWO": two_batches.cyclic_two,
    "SAMPLING-CYCLIC-ROOM": two_batches.cyclic_room,
    "NORMS-STEP": norms.norms_step,
    "NORMS-CONFINED": norms.norms_step,
    "NORMS-STATIONARY": norms.norms_stationary,
    "NORMS-HESSIAN": norms.norms_hessian,
    "NORMS-GD": norms.norms_gd,
    "NORMS-EXPONENT": saddles.exponents,
    "SADDLE-WINDOW": saddles.exponents,
    "SADDLE-CAPTURE": saddle_runs.capture,
    "SADDLE-TRAP": saddle_runs.trap,
    "SADDLE-NEVER": saddle_runs.never,
    "SADDLE-SHARE": saddles.share,
    "SADDLE-TRAP-BATCH": saddle_runs.trap_batch,
    "SADDLE-LARGE-BATCH": saddle_runs.never,
    "NONORTH-STEP": oblique.nonorth_step,
    "NONORTH-FIXED": oblique.nonorth_fixed,
    "NONORTH-NOLIMIT": oblique.nonorth_nolimit,
    "NONORTH-PCA": oblique.nonorth_pca,
    "NONORTH-OBTUSE": oblique.nonorth_obtuse,
    "NONORTH-ANGLE": oblique_law.nonorth_angle,
    "NONORTH-LYAPUNOV": oblique_law.nonorth_lyapunov,
    "NONORTH-FLOOR": oblique_law.nonorth_floor,
    "NONORTH-CROSSOVER": crossing.crossing,
    "MOMENTUM-DIRECTION": momentum.momentum_direction,
    "MOMENTUM-EXPONENT": momentum.momentum_exponent,
    "MOMENTUM-LOCAL": momentum.momentum_bounds,
    "MOMENTUM-OFF": momentum.momentum_bounds,
    "MOMENTUM-RADIAL": momentum.momentum_bounds,
    "MOMENTUM-SPARSE": momentum.momentum_sparse,
    "MOMENTUM-ENERGY": momentum_slow.momentum_energy,
    "MOMENTUM-CONFINED": momentum_slow.momentum_confined,
    "MOMENTUM-ENCLOSURE": momentum_slow.momentum_enclosure,
    "MOMENTUM-AIRY": momentum_slow.momentum_airy,
    "MOMENTUM-AIRY-EDGE": momentum_slow.momentum_airy_edge,
    "ADAM-BASIS": momentum.adam_basis,
}

FALSIFIERS = {claim_id: precise(search) for claim_id, search in _SEARCHES.items()}

OUT_OF_REACH: dict[str, str] = {}
