"""What the searches of this folder share: a two-step law in one dimension, and eigenvalues in balls."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from math import log, sqrt
from typing import Any

import numpy as np

from tests.falsify.sums.tools import refute
from theorem_audit.statement.claim import Claim
from theory import vocabulary as words

RUNS, ERROR = 400, 1e-9


def two_steps(claim: Claim, rng: np.random.Generator, factor: Fraction, at: dict[Any, Any]) -> None:
    """Q = 0, 1, k = 1, C = 1: e stays where 0 is drawn and is 0 once 1 is; the claim: E e_1^2 = factor e_0^2.

    Then E e_2^2 = factor^2.  By Hoeffding's inequality a mean of RUNS values 0 or 1 is farther off than the
    room with a chance below ERROR.
    """
    item, left = claim.item(words.BATCHES), 0
    for _ in range(RUNS):
        left += all(batch == (0,) for batch in islice(item.sample(rng, 2, 1), 2))
    if abs(left / RUNS - float(factor) ** 2) > sqrt(log(2 / ERROR) / (2 * RUNS)):
        refute(claim, f"E e_2^2 = {left / RUNS} in {RUNS} runs, claimed {factor**2}", at)
