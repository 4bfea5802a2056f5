"""How the claims on random processes are said in Coq: a past is a word, and a law may depend on all of it."""

from __future__ import annotations

from typing import Any

from theorem_audit.kernel.statement import Declaration, Speaker
from theory.walks.random_walk import (
    height,
    increment,
    jump,
    k,
    mean_jump,
    mean_square,
    mean_time,
    now,
    offset,
    second,
    tau,
    width,
)

_MEAN = "(\\rsum_(x : T) law s x * {0})"
_JUMP = "(X (rcons s x) - X s)"
_BEFORE = "(size s < exit A X [::] s)%N"
_STEP = f"forall (s : seq T) (_ : {_BEFORE})"
"""At every past s that has not left A: the step after it is a step k < tau."""


def non_confinement() -> Declaration:
    """tau leaves any set A of reals; its mean is taken within K steps, for every K."""
    terms = {
        width: "W", jump: "J", second: "v", height: "y", offset: "(X s - o)", increment: _JUMP,
        mean_jump: _MEAN.format(_JUMP), mean_square: _MEAN.format(f"{_JUMP} ^ 2"),
        tau: "(INR (exit A X [::] s))",
        mean_time: "(\\rsum_(u : K.-tuple T) chance law [::] u * INR (minn K (exit A X [::] u)))",
    }  # fmt: skip

    def conclusion(claim: Any, speaker: Speaker) -> str:
        return speaker.relation(claim.formula)

    return Declaration(
        "(T : finType) (law : seq T -> T -> R) (X : seq T -> R) (A : R -> bool) (o W J v y : R) (K : nat)",
        Speaker(terms, {k: "(size s)"}), {}, conclusion,
        ("forall s x, 0 <= law s x", "forall s, \\rsum_(x : T) law s x = 1", "X [::] = o + y"),
        {
            "bounded jumps": f"{_STEP} (x : T) (_ : 0 < law s x),",
            **dict.fromkeys(
                ("outward drift", "second moment bounded below", "in the band", "every step", "moments"),
                f"{_STEP},",
            ),
        },
        frozenset({k, tau, now, offset, increment, mean_jump, mean_square}),
    )  # fmt: skip


__all__ = ["non_confinement"]
