"""The searches refute what is false of the claims on what attracts SGD, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sympy import Rational

from tests.falsify.trying import refuted
from theorem_audit.doubt.falsify import falsify
from theorem_audit.statement.claim import Claim
from theory import claims
from theory import vocabulary as words
from theory.minibatch.rates import P4
from theory.neighbours.saddle_phases import beta, h, h_as, h_ms
from theory.notation import a, b, eta, n, q_j, t
from theory.vocabulary.batches import DRAWN_ONCE

pytestmark = pytest.mark.thorough
SEEDS = 4


def bent(old: object, new: object) -> Callable[[Claim], Claim]:
    """The claim with ``new`` in place of ``old`` in its formula."""

    def change(claim: Claim) -> Claim:
        found = replace(claim, formula=claim.formula.subs(old, new), parts={})
        assert found.formula != claim.formula
        return found

    return change


def another(old: object, new: object) -> Callable[[Claim], Claim]:
    return lambda claim: claim.with_item(old, new)  # type: ignore[arg-type]


FALSE: dict[str, tuple[str, Callable[[Claim], Claim]]] = {
    "oblique unit data": ("COLLAPSE", another(words.ORTHONORMAL, words.UNIT_DATA)),
    "longer data": ("COLLAPSE", another(words.ORTHONORMAL, words.ORTHOGONAL)),
    "with replacement": ("COLLAPSE", another(words.UNIFORM, words.WITH_REPLACEMENT)),
    "one batch for ever": ("COLLAPSE", another(words.UNIFORM, DRAWN_ONCE)),
    "b = n": ("COLLAPSE", lambda x: x.without("without replacement")),
    "a = 1": ("COLLAPSE", lambda x: x.without("step size")),
    "an error 1 + 1/1000 times the lower": (
        "COLLAPSE", bent(a**3, a**3 * Rational(1001, 1000))),
    "longer data on the axis": ("COLLAPSE-EDGE", another(words.ORTHONORMAL, words.ORTHOGONAL)),
    "replacement on the axis": ("COLLAPSE-EDGE", another(words.UNIFORM, words.WITH_REPLACEMENT)),
    "no step": ("COLLAPSE-EDGE", lambda x: x.without("positive step")),
    "the top exponent on longer data": ("LYAPUNOV", another(words.ORTHONORMAL, words.ORTHOGONAL)),
    "the top exponent with replacement": (
        "LYAPUNOV", another(words.UNIFORM, words.WITH_REPLACEMENT)),
    "the top exponent at b = n": ("LYAPUNOV", lambda x: x.without("without replacement")),
    "no step, no exponent": ("LYAPUNOV", lambda x: x.without("positive step")),
    "a sign change at 51/100": ("LYAPUNOV", bent(a - Rational(1, 2), a - Rational(51, 100))),
    "an edge at 51/100": ("COLLAPSE-EDGE", bent(a - Rational(1, 2), a - Rational(51, 100))),
    "sharpness on longer data": ("BATCH-SHARPNESS", another(words.ORTHONORMAL, words.ORTHOGONAL)),
    "sharpness on oblique data": ("BATCH-SHARPNESS", another(words.ORTHONORMAL, words.UNIT_DATA)),
    "sharpness with replacement": (
        "BATCH-SHARPNESS", another(words.UNIFORM, words.WITH_REPLACEMENT)),
    "no displacement": ("BATCH-SHARPNESS", lambda x: x.without("displacement")),
    "a point without gradient": ("BATCH-SHARPNESS", lambda x: x.without("some gradient")),
    "sharpness without a step": ("BATCH-SHARPNESS", lambda x: x.without("positive step")),
    "any learning rate": ("BATCH-SHARPNESS", lambda x: replace(x, formula=x.formula.subs(eta, 2 * eta))),
    "4/b of the whole loss": ("BATCH-SHARPNESS", bent(4 / n, 4 / b)),
    "a cycle at one half": ("BATCH-SHARPNESS-CYCLE", lambda x: x.without("past the edge")),
    "a cycle on longer data": (
        "BATCH-SHARPNESS-CYCLE", another(words.ORTHONORMAL, words.ORTHOGONAL)),
    "a cycle's mean at its middle": ("BATCH-SHARPNESS-CYCLE", bent(3 / (2 * a), 1 / a)),
    "phases with replacement": ("SADDLE-PHASES", another(words.UNIFORM, words.WITH_REPLACEMENT)),
    "phases on any points": ("SADDLE-PHASES", another(words.ORTHOGONAL, None)),
    "phases at b = n": ("SADDLE-PHASES", lambda x: x.without("without replacement")),
    "phases at a factor 0": ("SADDLE-PHASES", lambda x: x.without("step size")),
    "the saddle's line for paths": ("SADDLE-PHASES", bent(h - h_as, h - 1)),
    "the saddle's line for mean squares": ("SADDLE-PHASES", bent(h - h_ms, h - 1)),
    "a radius up to 1": ("SADDLE-PHASES", bent(beta - Rational(1, 2), beta - 1)),
    "batch sizes with replacement": (
        "SADDLE-PHASES-BATCH", another(words.UNIFORM, words.WITH_REPLACEMENT)),
    "one batch size": ("SADDLE-PHASES-BATCH", lambda x: x.without("two batch sizes")),
    "a drift in a fixed order": ("EPOCH-DRIFT", another(words.RESHUFFLED, words.CYCLIC)),
    "a drift of independent batches": ("EPOCH-DRIFT", another(words.RESHUFFLED, words.UNIFORM)),
    "a drift on longer data": ("EPOCH-DRIFT", another(words.ORTHONORMAL, words.ORTHOGONAL)),
    "a drift on oblique data": ("EPOCH-DRIFT", another(words.ORTHONORMAL, words.UNIT_DATA)),
    "a drift at a = 1/4": ("EPOCH-DRIFT", another(words.TWO_COEFFICIENTS, None)),
    "a drift towards equality": ("EPOCH-DRIFT", bent(q_j**2 - P4, P4 - q_j**2)),
    "log ratios in a fixed order": ("EPOCH-DRIFT-RATIO", another(words.RESHUFFLED, words.CYCLIC)),
    "log ratios on longer data": (
        "EPOCH-DRIFT-RATIO", another(words.ORTHONORMAL, words.ORTHOGONAL)),
    "log ratios at a = 1/4": ("EPOCH-DRIFT-RATIO", another(words.TWO_COEFFICIENTS, None)),
    "log ratios of what is 0": ("EPOCH-DRIFT-RATIO", lambda x: x.without("live pair")),
    "one drift everywhere": ("EPOCH-DRIFT-RATIO", bent(3 * t - 2, t)),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_refuted(name: str) -> None:
    claim_id, change = FALSE[name]
    claim = change(claims[claim_id])
    assert refuted(claim, SEEDS)


@pytest.mark.parametrize("claim_id", sorted({x for x, _ in FALSE.values()}))
def test_the_claims_hold_as_they_stand(claim_id: str) -> None:
    assert falsify(claims[claim_id], seconds=0.3, seed=3).outcome == "held"
