"""Words that the phrases share: the setting, the state of a weight, one step of SGD on vectors.

In most statements w is a weight, B a batch and w' the weight after a step of SGD on the neuron's loss, so
that a symbol of a claim is a quantity of the model itself: S is the mass that the batch sees, r2+ is ||w'||^2.
"""

from __future__ import annotations

from typing import Any

from theorem_audit.kernel.statement import Declaration, NoPhrase, Speaker, parts_of
from theory import vocabulary as words
from theory.notation import S, a, b, d, delta, delta_next, n, r2, r2_next, rho, s, s_next, t

PREAMBLE = """\
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import all_ssreflect.
From SGD.statements Require Import sums model state walks hessian.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Open Scope R_scope.
"""

SIZES = {n: "n", d: "d", b: "b"}
STEP_RATIO = "(eta / INR b)"
DATA = "(X : 'I_n -> 'I_d -> R)"
NEURON = "(phi : R -> R) (act : R -> bool)"

ORTHONORMAL = {words.ORTHONORMAL.name: "orthonormal X"}
SUBSETS = {words.UNIFORM.name: ""}  # said by the type of batches, and asked for by ``over_subsets``
GATE = {"gate": "neuron phi act"}
STATE = "(coordinates act X w)"
AFTER = "(coordinates act X w')"
SEEN = f"(seen {STATE} (val B))"
STEPS = "sgd_step eta X phi w B w'"


def relations(claim: Any, speaker: Speaker) -> str:
    """The formula of a claim, each relation of it."""
    return " /\\ ".join(f"({speaker.relation(x)})" for x in parts_of(claim.formula))


def over_subsets(claim: Any) -> None:
    """Raises NoPhrase unless the claim's batches are uniform b-subsets, which is what ``batch n b`` are."""
    if claim.item(words.BATCHES) != words.UNIFORM:
        raise NoPhrase(f"{claim.id}: the mean over the batch is said for uniform b-subsets alone")


# One step on vectors

ONE_STEP = f"(n d b : nat) (eta : R) {DATA} {NEURON} (w w' : 'I_d -> R) (B : batch n b)"
STEP_TERMS = {
    a: STEP_RATIO,
    r2: "(norm2 w)",
    r2_next: "(norm2 w')",
    t: "(2 - norm2 w)",
    delta: "(norm2 w - 1)",
    delta_next: "(norm2 w' - 1)",
    s: f"(mass {STATE})",
    s_next: f"(mass {AFTER})",
    rho: f"{STATE}.2",
    S: SEEN,
}


def one_step(*given: str) -> Declaration:
    """A claim on one step of a weight, both activations; given: further propositions of the setting."""
    return Declaration(
        ONE_STEP, Speaker(STEP_TERMS, SIZES), {**ORTHONORMAL, **GATE}, relations,
        (*given, "(0 < b)%N", STEPS),
    )  # fmt: skip
