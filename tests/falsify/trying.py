"""How the tests of the searches try a false statement: seeds keyed by name, or a few of them in turn."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from theorem_audit.doubt.falsify import Falsified, falsify
from theorem_audit.statement.claim import Claim


def generator(name: str) -> np.random.Generator:
    """The stream of one named try."""
    return np.random.default_rng(np.random.SeedSequence([20261126, crc32(name.encode())]))


def refuted(claim: Claim, seeds: int) -> bool:
    """Whether one of ``seeds`` searches of two seconds refutes the claim."""
    return any(isinstance(falsify(claim, seconds=2.0, seed=k), Falsified) for k in range(seeds))
