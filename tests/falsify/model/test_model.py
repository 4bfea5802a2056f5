"""The random search finds what was false, and is tried on every claim of its chapters."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from sympy import And, Gt, Le, Lt, Rational

from tests.falsify.model.table import FALSIFIERS, OUT_OF_REACH
from theorem_audit.checks.mark import DECIDING
from theorem_audit.exact.bernstein import Refuted
from theorem_audit.statement.claim import Assumption, Claim
from theorem_audit.weigh.runner import evidence_of, run_evidence
from theory import claims
from theory.full_batch.gaussian_start import caught_share
from theory.notation import a, b, d, k, n, r2

pytestmark = pytest.mark.thorough

CHAPTERS = (
    "model.autoencoder",
    "model.landscape",
    "model.spectrum",
    "model.initialisation",
    "model.step",
    "model.band",
    "full_batch.convergence",
    "full_batch.edge",
    "full_batch.alignment",
    "full_batch.gaussian_start",
    "minibatch.orthogonal",
)


def far_only(claim: Claim) -> Claim:
    """The claim for a > 5 and r2 > 3 only."""
    kept = {"step size": Gt(a, 5), "radius": Gt(r2, 3)}
    changed = (
        replace(x, condition=kept[x.name], sharp=None) if x.name in kept else x
        for x in claim.assumptions
    )
    return replace(claim, assumptions=tuple(changed))


def without(claim_id: str, *names: str) -> Claim:
    claim = claims[claim_id]
    for name in names:
        claim = claim.without(name)
    return claim


def with_all_data(claim_id: str) -> Claim:
    """n in place of the active count k, ReLU included, as the claim stood before."""
    claim = claims[claim_id].without("active count")
    region = tuple(
        replace(x, condition=x.condition.subs(k, n)) if x.condition is not None else x
        for x in claim.assumptions
    )
    return replace(claim, formula=claim.formula.subs(k, n), assumptions=region)


def any_batch(claim_id: str) -> Claim:
    claim = claims[claim_id].without("without replacement")
    full = Assumption("sizes of batches", And(Le(1, b), Le(b, n), Le(2, n), Le(n, d)))
    return replace(claim, assumptions=(*claim.assumptions, full))


OLD = {
    # stood as certified or proved: the radius, the step size, the activation were not there
    "GD-ALIGN, any radius": lambda: without("GD-ALIGN", "radius"),
    "GD-ALIGN-RELU, any radius": lambda: without("GD-ALIGN-RELU", "radius"),
    "GD-DENSE, any radius": lambda: without("GD-DENSE", "radius"),
    "GD-ALIGN, any step": lambda: without("GD-ALIGN", "step size"),
    "GD-ALIGN, ReLU too": lambda: without("GD-ALIGN", "linear"),
    "GD-DENSE-MAX, n for k": lambda: with_all_data("GD-DENSE-MAX"),
    "GD-DENSE, n for k": lambda: with_all_data("GD-DENSE"),
    # sabotages that kept their verdict
    "GD-ALIGN, mini-batches": lambda: without("GD-ALIGN", "full batch"),
    "GD-DENSE, mini-batches": lambda: without("GD-DENSE", "full batch"),
    "GD-ALIGN, a > 5 and r2 > 3 only": lambda: far_only(claims["GD-ALIGN"]),
    "GD-DENSE, a > 5 and r2 > 3 only": lambda: far_only(claims["GD-DENSE"]),
    # titles that said more than the claims
    "GD-DIRECTION, passive data": lambda: without("GD-DIRECTION", "active coordinate"),
    "GD-DIRECTION, mini-batches": lambda: without("GD-DIRECTION", "full batch"),
    "GD-CONVERGES, any radius": lambda: without("GD-CONVERGES", "radius"),
    "GD-CONVERGES, any step": lambda: without("GD-CONVERGES", "step size"),
    "GD-HALF, from s = 2": lambda: without("GD-HALF", "not sent to zero"),
    "SADDLES, dead neurons": lambda: without("SADDLES", "counted data"),
    "TRACE-JUMP, any step": lambda: without("TRACE-JUMP", "step size"),
    "SIGN, any step": lambda: without("SIGN", "step size"),
    "SIGN, any radius": lambda: without("SIGN", "radius"),
    "RATIO, zero coordinates": lambda: without("RATIO", "nonzero coordinates"),
    "FLOW-SEPARATRIX, any sphere": lambda: without("FLOW-SEPARATRIX", "beyond squared norm 2"),
    "INIT-RADIUS, any step": lambda: without("INIT-RADIUS", "step size"),
    "RADIUS-TWO, any step": lambda: without("RADIUS-TWO", "step size"),
    "BAND, any step": lambda: without("BAND", "step size"),
    "ENTRY, from anywhere": lambda: without("ENTRY", "above the band"),
    "HESS, on the kink": lambda: without("HESS", "off the kink"),
    "SGD-ORTHOGONAL, full batch": lambda: any_batch("SGD-ORTHOGONAL"),
    "SGD-ORTHOGONAL, any radius": lambda: without("SGD-ORTHOGONAL", "radius"),
    "GD-EDGE, past the doubling": lambda: claims["GD-EDGE"].widened(
        "before the next doubling", Lt(a, Rational(4, 5))
    ),
    "GD-GAUSSIAN, as dense as within the radius": lambda: replace(
        claims["GD-GAUSSIAN"],
        formula=claims["GD-GAUSSIAN"].formula.subs(1 - caught_share, 1),
    ),
}


@pytest.mark.parametrize("name", OLD)
def test_what_was_false_is_refuted(name: str) -> None:
    """With a witness, within two minutes of search; most in a second."""
    variant = OLD[name]()
    rng = np.random.default_rng(7)
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            FALSIFIERS[variant.id](variant, rng, 0.3)
        except Refuted as refuted:
            assert refuted.witness
            return
    pytest.fail(f"{name}: no counterexample was found")


DROPPED = (
    "full batch", "step size", "radius", "rotation-invariant start", "linear", "ReLU", "active count",
    "plain Gaussian start",
)  # fmt: skip
LAWS = ("GD-ALIGN", "GD-ALIGN-RELU", "GD-DENSE", "GD-DENSE-MAX", "GD-GAUSSIAN")
SABOTAGED = {
    f"{x} without {y.name}": (x, y.name)
    for x in LAWS
    for y in claims[x].assumptions
    if y.name in DROPPED
} | {f"{x}, a > 5 and r2 > 3 only": (x, "") for x in LAWS[:4]}


@pytest.mark.parametrize("name", SABOTAGED)
def test_deciding_evidence_reads_each_condition(name: str) -> None:
    """Some evidence that would decide a step refuses the variant, or cannot decide it."""
    claim_id, dropped = SABOTAGED[name]
    variant = claims[claim_id].without(dropped) if dropped else far_only(claims[claim_id])
    deciding = [x for x in evidence_of()[claim_id] if x.kind in DECIDING]
    found = {x.function.__name__: run_evidence(x, variant).outcome for x in deciding}
    assert set(found.values()) & {"refuted", "inconclusive"}, found


@pytest.mark.parametrize("claim_id", [x for x in claims if claims[x].chapter in CHAPTERS])
def test_every_claim_is_searched_or_says_why_not(claim_id: str) -> None:
    """Some cases of the region are played, and none is a counterexample."""
    assert (claim_id in FALSIFIERS) != (claim_id in OUT_OF_REACH)
    if claim_id in FALSIFIERS:
        played = 0
        rng = np.random.default_rng(11)
        end = time.monotonic() + 30
        while played == 0 and time.monotonic() < end:
            played += FALSIFIERS[claim_id](claims[claim_id], rng, 0.5)
        assert played > 0, "no case of the region was played"
